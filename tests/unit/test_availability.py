"""Snapshots: who has which table when, half-open, immutable, in any order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import NOON, bare_venue, snapshot

from maitred.domain.availability import Occupancy, Seated, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.venue import Join, Table, TableBlock

TABLES = [Table(name, "z", 4) for name in "ABC"]
FLOOR = Floor.compile(bare_venue(TABLES, joins=(Join("A", "B"), Join("B", "C"))))


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def taken(table: str, start: float, end: float, owner: str = "B1", kind="booking") -> Occupancy:
    return Occupancy(table, minute(start), minute(end), kind, owner)


def busy(day: Snapshot, start: float, end: float) -> str:
    mask = day.busy_mask(minute(start), minute(end))
    return "".join(table for table, bit in FLOOR.bit.items() if bit & mask)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 60, ""),
        (0, 60.0001, "A"),
        (59, 61, "A"),
        (80, 90, "A"),
        (0, 500, "A"),
        (119.9999, 130, "A"),
        (120, 180, ""),
        (200, 300, ""),
    ],
)
def test_intervals_are_half_open(start, end, expected):
    """A table is taken from its start until, not including, its end: back to back is fine."""
    assert busy(snapshot(FLOOR, taken("A", 60, 120)), start, end) == expected


def test_an_empty_day_is_free_and_knows_it():
    """Nothing is taken before anything was read in; a table that is not on the floor is an error, not free."""
    assert busy(snapshot(FLOOR), 0, 600) == ""
    with pytest.raises(KeyError):
        snapshot(FLOOR, taken("X", 0, 60))


@pytest.mark.parametrize("kind", ["booking", "hold", "block"])
def test_every_kind_of_occupancy_blocks(kind):
    """Bookings, holds and blocks are all in the way."""
    day = snapshot(FLOOR, taken("B", 0, 60, kind=kind))
    pair = next(found for found in FLOOR.sets if found.tables == ("A", "B"))
    assert not day.is_free(pair, minute(30), minute(90))
    assert day.is_free(pair, minute(60), minute(90))
    assert [o.kind for o in day.blockers(pair, minute(30), minute(90))] == [kind]


def test_the_venues_own_blocks_are_always_in_the_way():
    """A table block of the venue counts without being passed in, and only once when it is."""
    block = TableBlock("A", minute(0), minute(60))
    floor = Floor.compile(bare_venue(TABLES, table_blocks=(block,)))
    day = Snapshot.build(floor, [], [], NOON)
    assert day.busy_mask(minute(59), minute(70)) == floor.bit["A"]
    (occupancy,) = day.on_table("A")
    assert Snapshot.build(floor, [occupancy], [], NOON).on_table("A") == (occupancy,)


def test_blockers_are_listed_in_order_of_time():
    """What stands in the way of a set is told by start, then table."""
    day = snapshot(FLOOR, taken("B", 30, 60, "late"), taken("A", 0, 30, "early"), taken("C", 0, 90, "other"))
    pair = next(found for found in FLOOR.sets if found.tables == ("A", "B"))
    assert [o.owner_id for o in day.blockers(pair, minute(0), minute(90))] == ["early", "late"]
    assert [o.owner_id for o in day.blockers(pair, minute(30), minute(90))] == ["late"]


def test_a_snapshot_never_changes():
    """Seating and removing give new snapshots; the old one answers as before."""
    before = snapshot(FLOOR, taken("A", 0, 60))
    after = before.with_seating("B2", ["C", "B"], minute(0), minute(60), 6)
    assert (busy(before, 0, 60), busy(after, 0, 60)) == ("A", "ABC")
    assert busy(after.without("B1"), 0, 60) == "BC"
    assert busy(after, 0, 60) == "ABC"
    assert after.without("nobody") is after


def test_a_booking_cannot_be_seated_twice():
    """To seat a booking anew it must be taken out first: anything else is a programming error."""
    day = snapshot(FLOOR).with_seating("B1", ["A"], minute(0), minute(60), 2)
    with pytest.raises(AssertionError):
        day.with_seating("B1", ["B"], minute(0), minute(60), 2)
    assert busy(day.without("B1").with_seating("B1", ["B"], minute(0), minute(60), 2), 0, 60) == "B"


def test_pacing_counts_who_starts_in_the_slot():
    """Covers and parties are counted by start, in slots; one off the grid belongs to the slot it falls in."""
    parties = (Seated("B1", 2, minute(0)), Seated("B2", 4, minute(7)), Seated("B3", 6, minute(15)))
    day = snapshot(FLOOR, parties=parties)
    assert (day.covers_at(minute(0)), day.parties_at(minute(0))) == (6, 2)
    assert (day.covers_at(minute(15)), day.parties_at(minute(15))) == (6, 1)
    seated = day.with_seating("B4", ["A"], minute(15), minute(60), 3)
    assert (seated.covers_at(minute(15)), seated.parties_at(minute(15))) == (9, 2)
    assert seated.without("B3").covers_at(minute(15)) == 3


spans = st.tuples(st.sampled_from("ABC"), st.integers(0, 20), st.integers(1, 10)).map(
    lambda s: (s[0], s[1], s[1] + s[2])
)


@given(st.lists(spans, max_size=12), st.integers(0, 30), st.integers(1, 10), st.randoms(use_true_random=False))
def test_any_order_of_rows_gives_the_brute_force_answer(rows, start, length, shuffle):
    """Overlapping or not and in any order: a table is busy when some interval meets the window."""
    occupancies = [taken(table, s, e, f"B{n}") for n, (table, s, e) in enumerate(rows)]
    day = snapshot(FLOOR, *occupancies)
    expected = {table for table, s, e in rows if s < start + length and start < e}
    assert set(busy(day, start, start + length)) == expected
    shuffle.shuffle(occupancies)
    assert snapshot(FLOOR, *occupancies) == day


@given(st.lists(spans, max_size=8), st.lists(st.tuples(spans, st.booleans()), max_size=12), st.data())
def test_changes_give_what_building_anew_gives(rows, changes, data):
    """After any changes a snapshot answers like one built from what is left."""
    left = {f"B{n}": taken(table, s, e, f"B{n}") for n, (table, s, e) in enumerate(rows)}
    day = snapshot(FLOOR, *left.values())
    for number, ((table, start, end), remove) in enumerate(changes):
        if remove and left:
            gone = data.draw(st.sampled_from(sorted(left)))
            day = day.without(gone)
            del left[gone]
        else:
            owner = f"C{number}"
            left[owner] = taken(table, start, end, owner)
            day = day.with_seating(owner, [table], minute(start), minute(end), 2)
    anew = snapshot(FLOOR, *left.values())
    for start in range(31):
        assert busy(day, start, start + 1) == busy(anew, start, start + 1)
    assert all(day.on_table(table) == anew.on_table(table) for table in "ABC")


def test_instants_of_any_zone_are_the_same_instants():
    """An interval read in another zone blocks the same window."""
    there = NOON.astimezone(datetime.strptime("+0530", "%z").tzinfo)
    day = snapshot(FLOOR, Occupancy("A", there, there + timedelta(hours=1), "booking", "B1"))
    assert busy(day, 59, 61) == "A"
    assert day.read_at.tzinfo is UTC
