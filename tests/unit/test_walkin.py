"""A walk-in is told a table and until when, or a wait as a range and what it rests on."""

from datetime import timedelta

import pytest
from rooms import NOON, bare_venue, request

from maitred.domain.availability import Occupancy, Seated, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.venue import Table
from maitred.domain.walkin import NoTable, TableNow, Wait, walk_in

MINUTE = timedelta(minutes=1)
ROOM = bare_venue([Table("A", "x", 2), Table("B", "x", 4)])
FLOOR = Floor.compile(ROOM)


def day(*taken: tuple[str, int, int]) -> Snapshot:
    """A day on which tables are taken from and until some minutes after noon."""
    rows = [Occupancy(t, NOON + a * MINUTE, NOON + b * MINUTE, "booking", f"{t}{a}") for t, a, b in taken]
    return Snapshot.build(FLOOR, rows, [Seated(row.owner_id, 2, row.starts_at) for row in rows], NOON)


def test_a_free_table_is_given_for_the_whole_turn():
    """The answer says until when, and that it is no shorter stay than any."""
    assert walk_in(request(2), day(), ROOM) == TableNow(("A",), NOON + 60 * MINUTE, 60, limited=False)


def test_a_table_free_for_a_good_part_of_the_turn_is_given_with_its_limit():
    """Of the tables that somebody needs before the turn is over the one free for longest, less the buffer."""
    taken = day(("A", 50, 90), ("B", 57, 90))
    answer = walk_in(request(2, buffer_minutes=5), taken, ROOM)
    assert answer == TableNow(("B",), NOON + 52 * MINUTE, 52, limited=True)


def test_a_stay_too_short_to_sit_down_for_is_not_offered():
    """Forty-four minutes are no dinner: a wait is quoted instead."""
    assert isinstance(walk_in(request(2), day(("A", 44, 90), ("B", 0, 30)), ROOM), Wait)


@pytest.mark.parametrize(("late", "most"), [(0, 40), (12, 45)])
def test_a_wait_is_a_range_with_its_basis(late: int, most: int):
    """From when the first fitting table is planned free, to as much later as turns run tonight."""
    answer = walk_in(request(2), day(("A", -30, 33), ("B", -10, 70)), ROOM, late_minutes=late)
    assert isinstance(answer, Wait)
    assert (answer.from_minutes, answer.to_minutes) == (30, most)
    assert (answer.basis.tables, answer.basis.after, answer.basis.free_at) == (("A",), "A-30", NOON + 33 * MINUTE)


def test_no_table_while_parties_are_seated_is_said_with_its_reason():
    """Taken past the last seating, or too large a party: a refusal with its code, no wait made up."""
    full = walk_in(request(2), day(("A", -30, 11 * 60), ("B", -30, 11 * 60)), ROOM)
    assert isinstance(full, NoTable)
    assert full.refusal.code == "no_capacity"
    large = walk_in(request(9), day(), ROOM)
    assert isinstance(large, NoTable)
    assert large.refusal.code == "no_allowed_set"
