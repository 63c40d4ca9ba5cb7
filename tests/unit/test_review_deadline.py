"""How long people have for a new request under review: the venue's hours, the party's own time, the short notice."""

from datetime import UTC, datetime, timedelta

import pytest
from rooms import venue

from maitred.domain.review import review_deadline

# Saturday 5 December 2026, London is on UTC.


def at(clock: str, day: int = 5) -> datetime:
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}:00+00:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "entered", "party", "deadline"),
    [
        (None, at("12:05"), at("20:00", 12), at("12:05", 6)),  # a day, unless the venue says otherwise
        (None, at("23:45"), at("20:00", 12), at("23:45", 6)),  # open or closed
        (1, at("12:05"), at("20:00", 12), at("13:05")),
        (6, at("09:00"), at("20:00"), at("15:00")),
        (48, at("09:00"), at("20:00", 12), at("09:00", 7)),
        (336, at("09:00"), at("20:00", 25), at("09:00", 19)),
        (None, at("09:00"), at("12:00"), at("10:00")),  # two hours before the party, where that is sooner
        (48, at("18:05"), at("20:20"), at("18:20")),
        (1, at("18:05"), at("20:20"), at("18:20")),
    ],
)
def test_the_venues_hours_and_two_hours_before_the_party(
    hours: int | None, entered: datetime, party: datetime, deadline: datetime
) -> None:
    """The guest hears within the hours that the venue gives itself, and in time to go elsewhere."""
    house = venue(**({"review_hours": hours} if hours else {}))
    assert review_deadline(house, entered, party) == deadline


@pytest.mark.parametrize("hours", [1, 24, 336])
@pytest.mark.parametrize("minutes", [-30, 0, 5, 60, 119, 120, 129])
def test_ten_minutes_when_the_party_is_near(minutes: int, hours: int) -> None:
    """Nearer than two hours (and ten minutes, or less would be left) people get ten minutes, never none."""
    entered = at("18:05")
    near = entered + timedelta(minutes=minutes)
    assert review_deadline(venue(review_hours=hours), entered, near) == entered + timedelta(minutes=10)


@pytest.mark.parametrize("minutes", range(130, 4000, 330))
def test_nobody_gets_less_than_ten_minutes_or_later_than_two_hours_before(minutes: int) -> None:
    """For parties that are not near, the deadline leaves at least ten minutes and keeps the two hours."""
    entered = at("18:05")
    party = entered + timedelta(minutes=minutes)
    assert entered + timedelta(minutes=10) <= review_deadline(venue(), entered, party) <= party - timedelta(hours=2)
