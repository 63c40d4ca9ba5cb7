"""Other times for a party: of the service they asked for and near their time; of another only where there is none."""

from datetime import UTC, datetime, time, timedelta

import pytest
from rooms import bare_venue, request

from maitred.domain.assignment import MOVES, alternatives, fixes
from maitred.domain.assignment.obstacles import Known
from maitred.domain.availability import Occupancy, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.venue import Service, Table, Venue

EVERY_DAY = frozenset(range(7))
NOBODY = Known()


def house(*hours: tuple[str, str, str]) -> Venue:
    """One table, services by opening, last seating and close; turns take an hour."""
    named = tuple(
        Service(f"service {n}", EVERY_DAY, *(time.fromisoformat(one) for one in own)) for n, own in enumerate(hours)
    )
    return bare_venue([Table("A", "x", 4)], services=named)


def at(clock: str) -> datetime:
    """That time on 5 December 2026; 24:00 and later are the night's."""
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, 12, 5, tzinfo=UTC) + timedelta(hours=hours, minutes=minutes)


LUNCH_AND_DINNER = house(("12:00", "14:30", "16:00"), ("18:00", "21:30", "23:30"))
ALL_DAY = house(("10:00", "22:00", "23:00"))
TIGHT = house(("12:00", "14:30", "15:30"), ("16:00", "21:00", "23:00"))
LATE = house(("18:00", "20:00", "21:00"), ("21:00", "01:00", "02:00"))


@pytest.mark.parametrize(
    ("venue", "asked", "taken", "offered"),
    [
        (LUNCH_AND_DINNER, "20:00", [("19:30", "20:30")], ["20:30", "20:45", "21:00"]),
        (LUNCH_AND_DINNER, "20:00", [("19:15", "22:30")], ["18:15", "18:00"]),  # two, and no lunch for a third
        (LUNCH_AND_DINNER, "18:00", [("17:00", "20:15")], ["20:15", "20:30", "20:45"]),  # farther, yet dinner
        (LUNCH_AND_DINNER, "14:30", [("12:45", "19:00")], ["19:00", "19:15", "19:30"]),  # nothing left of lunch
        (ALL_DAY, "20:00", [("17:00", "23:00")], ["16:00", "15:45", "15:30"]),  # the day's only service, far
        (ALL_DAY, "20:00", [("17:00", "21:45")], ["21:45", "22:00"]),  # near, so nothing from the afternoon
        (TIGHT, "14:00", [("13:00", "15:30")], ["12:00"]),  # 16:00 is as near, but dinner
        (TIGHT, "14:00", [("11:30", "15:30")], ["16:00", "16:15", "16:30"]),  # no lunch at all
        (LATE, "23:30", [("20:30", "24:30")], ["24:30", "24:45", "25:00"]),  # past midnight is the same service
        (LATE, "20:00", [("18:30", "21:00")], ["21:00", "21:15", "21:30"]),
    ],
)
def test_the_same_service_within_two_hours_goes_first(
    venue: Venue, asked: str, taken: list[tuple[str, str]], offered: list[str]
) -> None:
    """What is offered to guests and first to staff is of the service asked for, and near if it can be."""
    rows = [Occupancy("A", at(begins), at(ends), "booking", "X") for begins, ends in taken]
    day = Snapshot.build(Floor.compile(venue), rows, (), at("08:00"))
    wanted = request(2, at(asked), turn_minutes=60)
    found = alternatives(wanted, day, venue, not_before=at("08:00"))
    assert [one.starts_at for one in found] == [at(clock) for clock in offered]
    told = fixes(wanted, day, venue, MOVES, known=NOBODY, not_before=at("08:00"))
    times = [datetime.fromisoformat(line.data["starts_at"]) for line in told if line.code == "another_time"]
    assert times[0] == at(offered[0])


def test_a_review_suggests_no_lunch_for_a_dinner_before_everything_else() -> None:
    """With dinner full, a time of lunch is the last thing that is suggested, after what could be done at 20:00."""
    rows = [Occupancy("A", at("18:00"), at("23:30"), "booking", "X")]
    day = Snapshot.build(Floor.compile(LUNCH_AND_DINNER), rows, (), at("08:00"))
    told = fixes(
        request(2, at("20:00"), turn_minutes=60), day, LUNCH_AND_DINNER, MOVES, known=NOBODY, not_before=at("08:00")
    )
    assert [line.code for line in told] == ["without_one", "another_time"]
    assert told[-1].data["minutes"] == -330
