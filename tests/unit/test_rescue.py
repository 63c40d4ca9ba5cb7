"""Rescues: who is due at a table that is late gets another in time, and nobody loses a seat in silence."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms import NOON, bare_venue, request

from maitred.domain.assignment import MOVES, Move
from maitred.domain.assignment.rescue import STEP, Due, Rescue, choices, rescue, stays_until
from maitred.domain.availability import Movable, Occupancy, Seated, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.venue import Join, Table

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROOM = bare_venue([Table("A", "x", 2), Table("B", "x", 4, accessible=True), Table("C", "y", 2, extra_chairs=1)])
FLOOR = Floor.compile(ROOM)


def due(name: str, party: int = 2, starts_at=NOON, *, pinned: bool = False, **wish) -> Due:
    return Due(request(party, starts_at, key=name, **wish), pinned)


def night(taken: dict[str, str], guests: list[Due], *, read_at=NOON, sits=("o",), room=FLOOR) -> Snapshot:
    """A day with guests at their tables; those who sit have theirs for the hour before noon."""
    rows = [Occupancy(t, NOON - HOUR, NOON, "booking", name) for name in sits for t in taken[name]]
    seated = [Seated(name, 2, NOON - HOUR) for name in sits]
    for guest in guests:
        asked = guest.request
        rows += [Occupancy(t, asked.starts_at, asked.ends_at, "booking", asked.key) for t in taken[asked.key]]
        seated.append(Seated(asked.key, asked.party_size, asked.starts_at))
    return Snapshot.build(room, rows, seated, read_at, [guest.movable() for guest in guests if not guest.pinned])


def rescued(day: Snapshot, guests: list[Due], until=NOON + 10 * MINUTE, venue=ROOM) -> Rescue:
    return rescue(day, venue, {"o": until}, {guest.request.key: guest for guest in guests})


@pytest.mark.parametrize(("minutes", "expected"), [(-1, 0), (0, 10), (9, 10), (10, 20), (25, 30)])
def test_a_party_is_taken_to_stay_until_the_end_of_its_step(minutes: int, expected: int):
    """Before its time a turn ends as planned; from then on at the end of the step of ten minutes it is in."""
    assert stays_until(NOON, NOON + minutes * MINUTE) == NOON + expected * MINUTE


def test_who_is_due_at_a_late_table_gets_a_free_one():
    """The party is frozen, and is moved all the same: a rescue crosses the freeze; the day shows both."""
    guests = [due("n")]
    found = rescued(night({"o": "A", "n": "A"}, guests), guests)
    assert found.moves == (Move("n", ("A",), ("C",)),)
    assert not found.late
    assert found.snapshot.of_owner("o")[0].ends_at == NOON + 10 * MINUTE


def test_a_table_that_is_late_for_nobody_moves_nobody():
    """The next party comes when the table is free again."""
    guests = [due("n", starts_at=NOON + 10 * MINUTE)]
    found = rescued(night({"o": "A", "n": "A"}, guests), guests)
    assert not found.moves
    assert not found.late


def test_the_frozen_make_room_only_for_a_rescue_and_the_arrived_not_even_then():
    """A party of four needs the table of two frozen guests, who can sit elsewhere; once they have come they stay."""
    guests = [due("four", 4), due("two")]
    venue = bare_venue([Table("B", "x", 4), Table("D", "x", 4), Table("A", "x", 2)])
    floor = Floor.compile(venue)
    taken = {"o": "B", "four": "B", "two": "D"}
    found = rescued(night(taken, guests, room=floor, read_at=NOON - MINUTE), guests, venue=venue)
    assert found.moves == (Move("two", ("D",), ("A",)), Move("four", ("B",), ("D",)))
    arrived = night(taken, guests, room=floor, read_at=NOON - MINUTE).staying("two")
    found = rescued(arrived, guests, venue=venue)
    assert not found.moves
    assert [one.booking_id for one in found.late] == ["four"]


def test_a_pinned_party_is_never_rebound_but_raised():
    """A person promised that table; the choices name when it is free and what else there is, each free then."""
    guests = [due("n", pinned=True)]
    found = rescued(night({"o": "A", "n": "A"}, guests), guests)
    assert not found.moves
    (late,) = found.late
    assert (late.booking_id, late.tables, late.expected_at) == ("n", ("A",), NOON + 10 * MINUTE)
    offered = choices(found.snapshot, ROOM, guests[0])
    assert {"wait", "elsewhere"} <= {choice.kind for choice in offered}
    assert offered[0].minutes == 0


def test_a_promised_zone_is_kept():
    """The free table in the other zone is no rescue for a party promised this one."""
    guests = [due("n", promised_zone="x"), due("other", 4)]
    found = rescued(night({"o": "A", "n": "A", "other": "B"}, guests), guests)
    assert not found.moves
    assert [one.booking_id for one in found.late] == ["n"]


def test_two_who_are_due_may_exchange_their_tables():
    """Both let go at once: each takes what the other had, which neither could alone."""
    guests = [due("four", 4, NOON), due("two", 2, NOON + 30 * MINUTE)]
    venue = bare_venue([Table("B", "x", 4), Table("D", "x", 4)])
    floor = Floor.compile(venue)
    found = rescued(night({"o": "B", "four": "B", "two": "D"}, guests, room=floor), guests, venue=venue)
    assert found.moves == (Move("two", ("D",), ("B",)), Move("four", ("B",), ("D",)))


def test_who_comes_after_a_late_party_is_rescued_too():
    """The late party stays its whole turn from when it sits, so the one after it is due elsewhere."""
    guests = [due("pinned", pinned=True), due("after", starts_at=NOON + HOUR)]
    found = rescued(night({"o": "A", "pinned": "A", "after": "A"}, guests), guests)
    assert [one.booking_id for one in found.late] == ["pinned"]
    assert found.moves == (Move("after", ("A",), ("C",)),)


def test_soft_choices_name_the_rule_they_break():
    """With everything fitting taken, the table with a chair to add is offered, and its rule said."""
    guests = [due("n", 3), due("x", 2)]
    found = rescued(night({"o": "B", "n": "B", "x": "A"}, guests), guests)
    assert [one.booking_id for one in found.late] == ["n"]
    offered = choices(found.snapshot, ROOM, guests[0])
    soft = [one for one in offered if one.kind == "soft_rule"]
    assert [(one.tables, one.rules) for one in soft] == [(("C",), ("extra_chair",))]


TABLES = [Table(f"T{n}", "xy"[n > 3], size, accessible=n % 2 == 0) for n, size in enumerate((2, 2, 4, 2, 4, 6), 1)]
WIDE = bare_venue(TABLES, joins=(Join("T1", "T2"), Join("T2", "T3"), Join("T4", "T5")))
WIDE_FLOOR = Floor.compile(WIDE)


@st.composite
def nights(draw):
    """A floor with some who sit and some who are due, seated one by one where there is room."""
    day = Snapshot.build(WIDE_FLOOR, [], [], NOON)
    ends, guests = {}, {}
    for number in range(draw(st.integers(2, 12))):
        size, start = draw(st.integers(1, 6)), NOON + draw(st.integers(-8, 14)) * 15 * MINUTE
        fitting = [s for s in WIDE_FLOOR.candidates(size) if day.is_free(s, start, start + HOUR)]
        if not fitting:
            continue
        way, key = fitting[draw(st.integers(0, len(fitting) - 1))], f"b{number}"
        if start < NOON:
            ends[key] = max(start + HOUR, NOON + draw(st.integers(0, 6)) * STEP)
            day = day.with_seating(key, way.tables, start, start + HOUR, size)
            continue
        promised = draw(st.sampled_from([None, way.zone]))
        guests[key] = due(key, size, start, pinned=draw(st.integers(0, 5)) == 0, promised_zone=promised)
        movable = None if guests[key].pinned or draw(st.booleans()) else guests[key].movable()
        day = day.with_seating(key, way.tables, start, start + HOUR, size, movable)
    return day, ends, guests


@settings(max_examples=150, deadline=None)
@given(nights())
def test_whatever_is_late_every_promise_is_kept_or_raised(made):
    """Plans of those not raised never meet, every set is allowed, and pinned or sitting parties keep their tables."""
    day, ends, guests = made
    found = rescue(day, WIDE, ends, guests, MOVES)
    late = {one.booking_id: one for one in found.late}
    after = found.snapshot
    for key, guest in guests.items():
        tables = tuple(row.table_id for row in after.of_owner(key))
        before = tuple(row.table_id for row in day.of_owner(key))
        assert not WIDE_FLOOR.check_set(tables, guest.request.party_size, guest.request.accessible)
        assert guest.request.promised_zone in (None, WIDE_FLOOR.tables[tables[0]].zone)
        if guest.pinned or key in late:
            assert tables == before
        if key in late:
            assert late[key].expected_at > guest.request.starts_at
            continue
        for other in (row for table in tables for row in after.on_table(table) if row.owner_id != key):
            meets = other.starts_at < guest.request.ends_at and guest.request.starts_at < other.ends_at
            assert not meets or other.owner_id in late
    for key in ends:
        assert {r.table_id for r in after.of_owner(key)} == {r.table_id for r in day.of_owner(key)}
    for move in found.moves:
        assert move.booking_id in guests
        assert move.from_tables == tuple(row.table_id for row in day.of_owner(move.booking_id))


@settings(max_examples=60, deadline=None)
@given(nights())
def test_every_choice_offered_would_work(made):
    """A choice names tables that are free from then on for the whole turn, or says which soft rules it breaks."""
    day, ends, guests = made
    found = rescue(day, WIDE, ends, guests, MOVES)
    for late in found.late:
        guest = guests[late.booking_id]
        rest = found.snapshot.without(late.booking_id)
        for one in choices(found.snapshot, WIDE, guest):
            if one.kind in ("wait", "another_zone"):
                continue  # its own tables once they are free; or what only the party can agree to
            busy = rest.busy_mask(one.starts_at, one.starts_at + guest.stay)
            assert not busy & WIDE_FLOOR.mask(one.tables)
            broken = WIDE_FLOOR.check_set(one.tables, guest.request.party_size, guest.request.accessible)
            assert tuple(rule.code for rule in broken) == one.rules
            assert not any(rule.hard for rule in broken)


def test_movable_is_what_others_see():
    """Who is due is described to those who make room with what binds it."""
    assert due("n", promised_zone="x").movable() == Movable("n", 2, False, "x")
