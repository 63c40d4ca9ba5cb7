"""Moves: one more party is seated by giving others different tables, and nobody loses what they were promised."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms import NOON, bare_venue, request

from maitred.domain.assignment import NO_MOVES, Move, MoveRules, Refuse, Seat, decide
from maitred.domain.availability import Movable, Occupancy, Seated, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.venue import Join, Table

HOUR = timedelta(hours=1)
LONG_BEFORE = NOON - 5 * HOUR


@dataclass(frozen=True)
class Sat:
    """One booking that is already seated; `how` says what may be done to it."""

    name: str
    tables: str
    party: int = 2
    starts_at: object = NOON
    accessible: bool = False
    promised_zone: str | None = None
    movable: bool = True

    @property
    def guest(self) -> Movable:
        return Movable(self.name, self.party, self.accessible, self.promised_zone)


def day(floor: Floor, *sat: Sat, read_at=LONG_BEFORE) -> Snapshot:
    """A day with some parties seated for an hour each."""
    rows = [Occupancy(t, s.starts_at, s.starts_at + HOUR, "booking", s.name) for s in sat for t in s.tables]
    parties = [Seated(s.name, s.party, s.starts_at) for s in sat]
    return Snapshot.build(floor, rows, parties, read_at, [s.guest for s in sat if s.movable])


def moved(decision) -> dict[str, str]:
    assert isinstance(decision, Seat), decision
    return {move.booking_id: "".join(move.to_tables) for move in decision.moves}


ROOM = bare_venue([Table("A", "x", 2), Table("B", "x", 4, accessible=True), Table("C", "y", 2)])
FLOOR = Floor.compile(ROOM)


def test_who_may_only_change_single_tables_is_not_moved_into_a_join():
    """Three at the one accessible table could sit at two joined ones; where that is not allowed, they stay."""
    room = bare_venue(
        [Table("A", "x", 2), Table("B", "x", 4, accessible=True), Table("C", "x", 2)], joins=(Join("A", "C"),)
    )
    floor = Floor.compile(room)
    state = day(floor, Sat("three", "B", party=3))
    asked = request(4, accessible=True)
    assert moved(decide(asked, state, room)) == {"three": "AC"}
    kept = Movable("three", 3, single_only=True)
    assert isinstance(decide(asked, replace(state, movable={"three": kept}), room), Refuse)


def test_of_equals_the_order_of_arrival_decides_and_not_the_id():
    """Two parties could make room alike: renamed, the same one moves, as the order of arrival says."""
    room = bare_venue([Table("A", "x", 2), Table("B", "x", 4), Table("C", "x", 4)])
    floor = Floor.compile(room)
    found = []
    for first, second in (("a", "z"), ("z", "a")):
        state = day(floor, Sat(first, "B"), Sat(second, "C"))
        guests = {name: Movable(name, 2, order=order) for order, name in enumerate((first, second))}
        (key,) = moved(decide(request(4), replace(state, movable=guests), room))
        found.append((first, second).index(key))
    assert found[0] == found[1]


def test_a_small_party_gives_way_to_a_large_one():
    """The only table for four is freed by its party of two; the move names both ends, and the plan is made with it."""
    decision = decide(request(4), day(FLOOR, Sat("two", "B")), ROOM)
    assert isinstance(decision, Seat)
    assert decision.plan.tables == ("B",)
    assert decision.moves == (Move("two", ("B",), ("A",)),)


def test_nobody_is_moved_while_a_table_is_free():
    """Free tables come first, however badly they fit."""
    decision = decide(request(2), day(FLOOR, Sat("two", "A"), Sat("more", "C")), ROOM)
    assert (decision.plan.tables, decision.moves) == (("B",), ())


@pytest.mark.parametrize(
    ("sat", "why"),
    [
        ((Sat("two", "B", movable=False),), "pinned, seated, or being edited: not named as movable"),
        ((Sat("two", "B", accessible=True),), "needs the accessible table"),
        ((Sat("two", "B", promised_zone="x"), Sat("there", "A", movable=False)), "promised the zone"),
        ((Sat("two", "B"), Sat("a", "A"), Sat("c", "C")), "there is nowhere to go"),
        ((Sat("three", "B", party=3),), "fits nowhere else"),
    ],
)
def test_who_must_not_be_moved_is_not(sat, why):
    """The newcomer is refused rather than a promise broken."""
    decision = decide(request(4), day(FLOOR, *sat), ROOM)
    assert isinstance(decision, Refuse), why
    assert decision.code == "no_capacity"


def test_a_wish_is_no_promise():
    """Without the promise of the zone the same party moves across the room."""
    sat = (Sat("two", "B"), Sat("there", "A", movable=False))
    assert moved(decide(request(4), day(FLOOR, *sat), ROOM)) == {"two": "C"}


def test_the_freeze_begins_an_hour_before_the_start():
    """At the freeze a party's tables are fixed; a minute earlier they are not; the window is a setting."""
    sat, minute = Sat("two", "B"), timedelta(minutes=1)
    assert isinstance(decide(request(4), day(FLOOR, sat, read_at=NOON - HOUR), ROOM), Refuse)
    assert moved(decide(request(4), day(FLOOR, sat, read_at=NOON - HOUR - minute), ROOM)) == {"two": "A"}
    late = day(FLOOR, sat, read_at=NOON - 20 * minute)
    assert moved(decide(request(4), late, ROOM, MoveRules(freeze_minutes=15))) == {"two": "A"}


def test_holds_and_blocks_stay():
    """What is not a booking is never moved, even under the id of one."""
    rows = [Occupancy("B", NOON, NOON + HOUR, "hold", "held")]
    held = Snapshot.build(FLOOR, rows, [], LONG_BEFORE)
    assert isinstance(decide(request(4), held, ROOM), Refuse)


CHAIN = bare_venue([Table(name, "x", size) for name, size in zip("ABCDE", (2, 3, 4, 5, 6), strict=True)])
CHAIN_FLOOR = Floor.compile(CHAIN)
CHAINED = [Sat("two", "B", 2), Sat("three", "C", 3), Sat("four", "D", 4), Sat("five", "E", 5)]


def test_a_chain_is_as_long_as_its_budget():
    """Each moves one table down to free the largest: four moves, which a budget of three does not pay for."""
    assert isinstance(decide(request(6), day(CHAIN_FLOOR, *CHAINED), CHAIN, MoveRules(budget=3)), Refuse)
    deep = decide(request(6), day(CHAIN_FLOOR, *CHAINED), CHAIN, MoveRules(budget=4))
    assert moved(deep) == {"two": "A", "three": "B", "four": "C", "five": "D"}


def test_fewest_moves_win():
    """One move is enough here, so nobody else is touched."""
    some = [Sat("two", "E", 2), Sat("three", "C", 3)]
    assert moved(decide(request(6), day(CHAIN_FLOOR, *some), CHAIN)) == {"two": "A"}


def test_two_may_change_places():
    """Two parties exchange tables, neither of which is free for the other before: moves are made at once."""
    sat = [Sat("later", "E", 4, NOON + HOUR / 2), Sat("early", "D", 4)]
    decision = decide(request(6, NOON + HOUR), day(CHAIN_FLOOR, *sat, Sat("c", "C", 4, movable=False)), CHAIN)
    assert moved(decision) == {"early": "E", "later": "D"}


def test_a_joined_party_leaves_all_its_tables():
    """A party of four on two joined tables moves to one, and two parties of two could then sit where it was."""
    house = bare_venue(
        [Table("A", "x", 2), Table("B", "x", 2), Table("C", "x", 4, min_party=3)], joins=(Join("A", "B"),)
    )
    decision = decide(request(2), day(Floor.compile(house), Sat("four", "AB", 4)), house)
    assert decision.moves == (Move("four", ("A", "B"), ("C",)),)


@pytest.mark.parametrize(
    "odd",
    [
        Sat("odd", "C", promised_zone="garden"),
        Sat("odd", "C", party=6),
        Sat("odd", "C", movable=False),
    ],
    ids=["its zone is gone", "its tables are too small by now", "fixed"],
)
def test_a_party_with_nowhere_else_to_go_stays_and_is_in_nobodys_way(odd):
    """Somebody whose present tables the rules would not give them any more keeps these; others still make room."""
    assert moved(decide(request(4), day(FLOOR, Sat("two", "B"), odd), ROOM)) == {"two": "A"}


def test_a_table_that_two_have_for_a_moment_counts_once():
    """Somebody sits past their time where another is expected: that is one table gone, not two."""
    overstaying = Sat("late", "C", movable=False)
    assert moved(decide(request(4), day(FLOOR, Sat("two", "B"), overstaying, Sat("due", "C")), ROOM)) == {"two": "A"}


def test_no_moves_means_none():
    """A venue that never moves anybody gets the answer of free tables."""
    assert isinstance(decide(request(4), day(FLOOR, Sat("two", "B")), ROOM, NO_MOVES), Refuse)


def test_effort_is_bounded():
    """A search out of effort answers "no room" instead of taking longer."""
    none = MoveRules(effort=0)
    assert isinstance(decide(request(4), day(FLOOR, Sat("two", "B")), ROOM, none), Refuse)


def test_tables_that_have_just_failed_are_not_freed_for_the_same_party():
    """An excluded set is not offered again by way of a move."""
    assert isinstance(decide(request(4, excluded_sets={("B",)}), day(FLOOR, Sat("two", "B")), ROOM), Refuse)


# -- properties: whole evenings on a floor of nine tables -----------------------------------------------

TABLES = [
    *(Table(f"T{n}", "in", 2, accessible=n == 1) for n in range(1, 5)),
    Table("T5", "in", 4),
    Table("T6", "in", 6, min_party=3, accessible=True),
    *(Table(f"G{n}", "out", 2) for n in range(1, 3)),
    Table("G3", "out", 4, movable=False),
]
JOINS = tuple(Join(a, b) for a, b in (("T1", "T2"), ("T2", "T3"), ("T3", "T4"), ("T4", "T5"), ("G1", "G2")))
EVENING = bare_venue(TABLES, joins=JOINS)
EVENING_FLOOR = Floor.compile(EVENING)

asks = st.lists(
    st.fixed_dictionaries(
        {
            "party": st.integers(1, 7),
            "slot": st.integers(0, 8),
            "accessible": st.booleans(),
            "pinned": st.sampled_from([False, False, True]),
            "promised": st.sampled_from([None, None, "in", "out"]),
            "minutes_before": st.integers(0, 300),
        }
    ),
    min_size=8,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(asks, st.sampled_from([1, 3, MoveRules().budget]))
def test_an_accepted_booking_is_never_dropped_and_every_promise_is_kept(stream, budget):
    """After every decision everybody accepted sits at an allowed set alone; pinned and frozen ones where they were."""
    now = NOON - 5 * HOUR
    state = Snapshot.build(EVENING_FLOOR, [], [], now)
    accepted: dict[str, dict] = {}
    for number, ask in enumerate(stream):
        starts_at = NOON + timedelta(minutes=15 * ask["slot"])
        now = max(now, starts_at - timedelta(minutes=ask["minutes_before"]))
        asked = request(ask["party"], starts_at, key=f"B{number}", accessible=ask["accessible"])
        state = state.at(now)
        before = {key: tables_of(state, key) for key in accepted}
        decision = decide(asked, state, EVENING, MoveRules(budget=budget))
        if not isinstance(decision, Seat):
            continue
        state = state.with_moves((move.booking_id, move.to_tables) for move in decision.moves)
        zone = ask["promised"] if ask["promised"] == decision.plan.zone else None
        guest = None if ask["pinned"] else Movable(asked.key, asked.party_size, asked.accessible, zone)
        state = state.with_seating(
            asked.key, decision.plan.tables, asked.starts_at, asked.ends_at, asked.party_size, guest
        )
        accepted[asked.key] = {**ask, "zone": zone, "starts_at": starts_at}
        assert len(decision.moves) <= budget
        assert all(move.from_tables == before[move.booking_id] for move in decision.moves)
        gone = {move.booking_id for move in decision.moves}
        for key, kept in accepted.items():
            check_seated(state, key, kept)
            if key in before and (kept["pinned"] or now >= kept["starts_at"] - HOUR):
                assert key not in gone
            if key in before and key not in gone:
                assert tables_of(state, key) == before[key]


def tables_of(state: Snapshot, key: str) -> tuple[str, ...]:
    return tuple(sorted(row.table_id for row in state.of_owner(key)))


def check_seated(state: Snapshot, key: str, kept: dict) -> None:
    """One party sits at tables allowed for it, which nobody else has at that time."""
    tables = tables_of(state, key)
    assert tables, f"{key} was dropped"
    assert EVENING_FLOOR.check_set(tables, kept["party"], kept["accessible"]) == ()
    assert kept["zone"] in (None, EVENING_FLOOR.tables[tables[0]].zone)
    for row in state.of_owner(key):
        others = [o for o in state.on_table(row.table_id) if o.owner_id != key]
        assert not any(o.starts_at < row.ends_at and row.starts_at < o.ends_at for o in others)


@settings(max_examples=40, deadline=None)
@given(asks, st.randoms(use_true_random=False))
def test_the_order_of_what_was_read_does_not_matter(stream, chance):
    """The same rows in any order give the same moves."""
    rows, parties, guests, state = [], [], [], Snapshot.build(EVENING_FLOOR, [], [], NOON - 5 * HOUR)
    for number, ask in enumerate(stream):
        starts_at = NOON + timedelta(minutes=15 * ask["slot"])
        asked = request(ask["party"], starts_at, key=f"B{number}", accessible=ask["accessible"])
        shuffled = [chance.sample(found, len(found)) for found in (rows, parties, guests)]
        again = Snapshot.build(EVENING_FLOOR, shuffled[0], shuffled[1], NOON - 5 * HOUR, shuffled[2])
        decision = decide(asked, state, EVENING)
        assert decide(asked, again, EVENING) == decision
        if isinstance(decision, Seat):
            state = state.with_moves((move.booking_id, move.to_tables) for move in decision.moves)
            guest = Movable(asked.key, asked.party_size, asked.accessible)
            state = state.with_seating(
                asked.key, decision.plan.tables, asked.starts_at, asked.ends_at, asked.party_size, guest
            )
            guests.append(guest)
            parties.append(Seated(asked.key, asked.party_size, starts_at))
            rows = [row for _, found in state.owners() for row in found]
