"""How long people have for a review: opening time, the party's own time, and the short notice."""

from datetime import UTC, datetime, timedelta

import pytest
from rooms import venue

from maitred.domain.review import review_deadline

# Saturday 5 December 2026: lunch 12:00-16:00, dinner 18:00-23:30, London is on UTC.


def at(clock: str, day: int = 5) -> datetime:
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}:00+00:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("entered", "party", "deadline"),
    [
        (at("12:05"), at("20:00"), at("12:35")),  # while open: half an hour
        (at("15:50"), at("20:00", 6), at("18:20")),  # ten minutes before closing, twenty after the next opening
        (at("09:00"), at("20:00"), at("12:30")),  # closed: the half hour starts at the opening
        (at("23:45"), at("20:00", 12), at("12:30", 6)),  # closed overnight: next day's lunch
    ],
)
def test_thirty_minutes_of_opening_time(entered: datetime, party: datetime, deadline: datetime) -> None:
    """Only time inside a service counts: nobody reads the queue while the house is closed."""
    assert review_deadline(venue(), entered, party) == deadline


def test_two_hours_before_the_party_when_that_is_first() -> None:
    """The guest must hear in time to go elsewhere, whether the house is open or not."""
    assert review_deadline(venue(), at("09:00"), at("12:00")) == at("10:00")
    assert review_deadline(venue(), at("18:05"), at("20:20")) == at("18:20")


@pytest.mark.parametrize("minutes", [-30, 0, 5, 60, 129])
def test_ten_minutes_when_the_party_is_near(minutes: int) -> None:
    """Nearer than two hours (and ten minutes, or less would be left) people get ten minutes, never none."""
    entered = at("18:05")
    assert review_deadline(venue(), entered, entered + timedelta(minutes=minutes)) == entered + timedelta(minutes=10)


@pytest.mark.parametrize("minutes", range(130, 400, 30))
def test_nobody_gets_less_than_ten_minutes_or_later_than_two_hours_before(minutes: int) -> None:
    """For parties that are not near, the deadline leaves at least ten minutes and keeps the two hours."""
    entered = at("18:05")
    party = entered + timedelta(minutes=minutes)
    assert entered + timedelta(minutes=10) <= review_deadline(venue(), entered, party) <= party - timedelta(hours=2)


def test_a_house_that_does_not_open_for_long_has_the_party_as_its_limit() -> None:
    """With no opening within 14 days the two hours before the party are what is left."""
    closed = venue(closures=[{"from": "2026-12-01", "to": "2027-02-01"}])
    assert review_deadline(closed, at("12:00"), datetime(2027, 2, 3, 20, 0, tzinfo=UTC)) == datetime(
        2027, 2, 3, 18, 0, tzinfo=UTC
    )
