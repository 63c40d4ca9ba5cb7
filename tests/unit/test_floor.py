"""The compiled floor: which sets may seat whom, and what a person's choice of tables breaks."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import bare_venue, venue

import judge
from maitred.domain.floor import Floor, TooManySets
from maitred.domain.venue import Join, Table, Zone, parse_venue

SCENARIOS = sorted((Path(__file__).parents[2] / "examples" / "scenarios").glob("*.json"))


def offered(floor: Floor, party: int, accessible: bool = False) -> list[tuple[str, ...]]:
    return [found.tables for found in floor.candidates(party, accessible)]


def test_a_single_table_takes_its_min_party_to_its_capacity():
    """A table alone is offered from min_party to capacity, both included."""
    floor = Floor.compile(bare_venue([Table("A", "z", 6, min_party=3)]))
    assert [bool(offered(floor, party)) for party in range(1, 8)] == [False, False, True, True, True, True, False]


def test_a_set_holds_no_table_the_party_could_do_without():
    """2+4 takes 5 and 6: 4 sit at the larger table alone."""
    floor = Floor.compile(bare_venue([Table("A", "z", 2), Table("B", "z", 4)], joins=(Join("A", "B"),)))
    assert [("A", "B") in offered(floor, party) for party in range(1, 8)] == [False] * 4 + [True, True, False]


def test_two_separate_pairs_are_no_set_of_four():
    """Connectedness is asked of the whole set: each table having a neighbour in it is not enough (lesson 6)."""
    tables = [Table(name, "z", 2) for name in "ABCD"]
    pairs = (Join("A", "B"), Join("C", "D"))
    floor = Floor.compile(bare_venue(tables, joins=pairs, max_tables_per_booking=4))
    assert floor.candidates(8) == ()
    assert not floor.connected("ABCD")
    chain = Floor.compile(bare_venue(tables, joins=(*pairs, Join("B", "C")), max_tables_per_booking=4))
    assert offered(chain, 8) == [("A", "B", "C", "D")]


def test_a_sets_own_capacity_replaces_the_sum_for_exactly_these_tables():
    """An own capacity may be more or less than the sum, and larger sets count their own seats."""
    tables = [Table(name, "z", 4) for name in "ABC"]
    joins = (Join("A", "B", 7), Join("B", "C"))
    own = {frozenset("AB"): 7, frozenset("ABC"): 14}
    floor = Floor.compile(bare_venue(tables, joins=joins, join_capacities=own))
    assert offered(floor, 7) == [("A", "B"), ("B", "C")]
    assert offered(floor, 8) == [("B", "C")]
    assert offered(floor, 9) == [("A", "B", "C")]
    assert offered(floor, 14) == [("A", "B", "C")]
    assert floor.largest_party() == 14


def test_a_zone_may_allow_fewer_tables_together():
    """A zone's max_tables bounds its own sets and no others."""
    tables = [Table(f"{zone}{n}", zone, 2) for zone in "xy" for n in range(3)]
    joins = tuple(Join(f"{zone}{a}", f"{zone}{a + 1}") for zone in "xy" for a in range(2))
    zones = (Zone("x", "X", max_tables=2), Zone("y", "Y"))
    floor = Floor.compile(bare_venue(tables, joins=joins, zones=zones))
    assert offered(floor, 6) == [("y0", "y1", "y2")]
    assert floor.check_set(["x0", "x1", "x2"], 6)[0].code == "too_many_tables"


def test_an_accessible_party_needs_one_accessible_table_in_its_set():
    """Accessible asks for at least one such table, and the largest party is asked the same way."""
    tables = [Table("A", "z", 2, accessible=True), Table("B", "z", 4), Table("C", "z", 8)]
    floor = Floor.compile(bare_venue(tables, joins=(Join("A", "B"),)))
    assert offered(floor, 2, accessible=True) == [("A",)]
    assert offered(floor, 5, accessible=True) == [("A", "B")]
    assert (floor.largest_party(), floor.largest_party(accessible=True)) == (8, 6)


def test_sets_are_ordered_by_tables_seats_and_natural_ids():
    """The order is explicit, so that ties are broken the same way everywhere."""
    tables = [Table(name, "z", seats) for name, seats in (("T10", 4), ("T2", 4), ("T1", 2))]
    floor = Floor.compile(bare_venue(tables, joins=(Join("T10", "T2"), Join("T1", "T10"))))
    assert [found.tables for found in floor.sets] == [
        ("T1",), ("T2",), ("T10",), ("T1", "T10"), ("T10", "T2"), ("T1", "T10", "T2"),
    ]  # fmt: skip
    assert [found.order for found in floor.sets] == list(range(6))


def test_too_many_sets_are_refused_early():
    """A bound on everything: 200 tables all joined to each other would have 64 million sets of four."""
    tables = [Table(f"T{n:03}", "z", 2) for n in range(200)]
    joins = tuple(Join(a.id, b.id) for a, b in combinations(tables, 2))
    with pytest.raises(TooManySets) as caught:
        Floor.compile(bare_venue(tables, joins=joins, max_tables_per_booking=4))
    assert caught.value.reason_code == "too_many_sets"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_sets_are_those_of_the_judge(path):
    """On the real layouts exactly the sets are offered that the independent check accepts, for every party."""
    document = json.loads(path.read_text())["venue"]
    floor, theirs = Floor.compile(parse_venue(document)), judge.Floor(document)
    for party in range(1, floor.largest_party() + 2):
        for accessible in (False, True):
            asked = {"party_size": party, "accessible": accessible}
            expected = {tables for tables in theirs.sets if theirs.fits(tables, asked)}
            assert {frozenset(found) for found in offered(floor, party, accessible)} == expected


@st.composite
def floors(draw):
    """Small floors with any joins at all."""
    count = draw(st.integers(1, 6))
    tables = []
    for place in range(count):
        capacity = draw(st.integers(1, 6))
        smallest = draw(st.integers(1, capacity))
        tables.append(Table(f"T{place}", "z", capacity, smallest, accessible=draw(st.booleans())))
    pairs = list(combinations([table.id for table in tables], 2))
    joins = tuple(Join(a, b) for a, b in pairs if draw(st.booleans()))
    own = {}
    for size in (2, 3):
        for group in combinations([table.id for table in tables], size):
            if draw(st.integers(0, 9)) == 0:
                own[frozenset(group)] = draw(st.integers(1, 20))
    most = draw(st.integers(1, 4))
    return bare_venue(tables, joins=joins, join_capacities=own, max_tables_per_booking=most)


def reachable(start: str, members: frozenset[str], joins: tuple[Join, ...]) -> set[str]:
    found = {start}
    for _ in members:
        found |= {b for j in joins for a, b in ((j.a, j.b), (j.b, j.a)) if a in found and b in members}
    return found


def brute_force(house, party: int, accessible: bool) -> set[frozenset[str]]:
    """The rules of docs/scenarios.md, read word by word."""
    by_id = {table.id: table for table in house.tables}

    def seats(members):
        return house.join_capacities.get(members, sum(by_id[t].capacity for t in members))

    found = set()
    for size in range(1, house.max_tables_per_booking + 1):
        for members in map(frozenset, combinations(by_id, size)):
            if reachable(min(members), members, house.joins) != members or party > seats(members):
                continue
            if size == 1 and party < by_id[min(members)].min_party:
                continue
            if size > 1 and any(seats(members - {t}) >= party for t in members):
                continue
            if not accessible or any(by_id[t].accessible for t in members):
                found.add(members)
    return found


@given(floors(), st.integers(1, 25), st.booleans())
def test_candidates_are_what_the_rules_say(house, party, accessible):
    """On any small floor the compiled answer equals the rules tried on every subset of tables."""
    floor = Floor.compile(house)
    got = [frozenset(tables) for tables in offered(floor, party, accessible)]
    assert len(got) == len(set(got))
    assert set(got) == brute_force(house, party, accessible)
    assert all(not floor.check_set(tables, party, accessible) for tables in got)


@given(floors(), st.sets(st.sampled_from([f"T{n}" for n in range(6)]), min_size=1, max_size=5), st.integers(1, 25))
def test_a_chosen_set_breaks_no_rule_only_when_it_is_a_candidate(house, chosen, party):
    """Force-confirm and the engine share one definition: no broken rule means an allowed set, and the reverse."""
    floor = Floor.compile(house)
    broken = floor.check_set(chosen, party)
    assert (not broken) is (frozenset(chosen) in map(frozenset, offered(floor, party)))


CORNER = Floor.compile(venue(extra_chairs_per_table=1))


@pytest.mark.parametrize(
    ("tables", "party", "accessible", "expected"),
    [
        (["T1"], 2, False, []),
        (["T2", "T1"], 4, False, []),
        (["T1", "X"], 2, False, [("unknown_table", True)]),
        ([], 2, False, [("unknown_table", True)]),
        (["T3", "T10"], 8, False, [("fixed_table_joined", True), ("unlisted_join", False)]),
        (["T1", "P1"], 4, False, [("zones_differ", True), ("unlisted_join", False)]),
        (["T1"], 4, False, [("too_few_seats", True)]),
        (["T1"], 3, False, [("extra_chair", False)]),
        (["T1"], 2, True, [("not_accessible", True)]),
        (["T3"], 1, False, [("min_party", False)]),
        (["T1", "T3"], 6, False, [("unlisted_join", False)]),
        (["T1", "T2"], 2, False, [("surplus_table", False)]),
        (
            ["T1", "T2", "T3", "T10"], 12, False,
            [("too_many_tables", True), ("fixed_table_joined", True), ("unlisted_join", False)],
        ),
    ],
)  # fmt: skip
def test_a_chosen_set_is_told_every_rule_it_breaks(tables, party, accessible, expected):
    """Hard rules come first; each has a sentence."""
    broken = CORNER.check_set(tables, party, accessible)
    assert [(rule.code, rule.hard) for rule in broken] == expected
    assert all(rule.message.endswith(".") for rule in broken)


def test_soft_rules_can_be_overridden_and_hard_ones_never():
    """An override leaves out exactly the soft rules it names."""
    everything = frozenset({"unlisted_join", "fixed_table_joined", "too_few_seats", "min_party", "extra_chair"})
    assert CORNER.check_set(["T3"], 1, allowed_overrides=frozenset({"min_party"})) == ()
    assert CORNER.check_set(["T3"], 1, allowed_overrides=frozenset({"extra_chair"})) != ()
    broken = CORNER.check_set(["T3", "T10"], 20, allowed_overrides=everything)
    assert [rule.code for rule in broken] == ["fixed_table_joined", "too_few_seats"]
