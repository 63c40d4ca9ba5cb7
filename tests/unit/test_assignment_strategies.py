"""What each strategy yields and what each term of the score measures."""

from datetime import timedelta

import pytest
from rooms import NOON, bare_venue, request, snapshot

from maitred.domain.assignment import DEFAULT_WEIGHTS, STRATEGIES, TERMS, Scene, enabled
from maitred.domain.availability import Occupancy
from maitred.domain.errors import InvalidInput
from maitred.domain.floor import Floor
from maitred.domain.venue import Join, Table

# Zone x: A(2) - B(2) - C(2) in a chain, D(4) accessible. Zone y: E(4), and F, G, H (2 each) all joined to each other.
TABLES = [
    *(Table(name, "x", 2) for name in "ABC"),
    Table("D", "x", 4, accessible=True),
    Table("E", "y", 4),
    *(Table(name, "y", 2) for name in "FGH"),
]
JOINS = tuple(Join(a, b) for a, b in ("AB", "BC", "FG", "GH", "FH"))
FLOOR = Floor.compile(bare_venue(TABLES, joins=JOINS))


def scene(party: int, busy: str = "", **changes) -> Scene:
    """A scene with some tables taken."""
    taken = [Occupancy(table, NOON, NOON + timedelta(hours=1), "booking", f"on {table}") for table in busy]
    return Scene.of(request(party, **changes), snapshot(FLOOR, *taken))


def yielded(strategy: str, at: Scene) -> list[str]:
    return ["".join(found.tables) for found in STRATEGIES[strategy].propose(at)]


def value(term: str, tables: str, at: Scene) -> float:
    return TERMS[term](next(found for found in FLOOR.sets if "".join(found.tables) == tables), at)


def test_optimal_fit_yields_every_free_set():
    """Nothing that is free and fits is kept from the score, and nothing taken is offered."""
    assert yielded("optimal_fit", scene(4)) == ["D", "E", "AB", "BC", "FG", "FH", "GH"]
    assert yielded("optimal_fit", scene(4, busy="DBF")) == ["E", "GH"]


def test_adjacency_yields_joined_tables():
    """Single tables are left to the others."""
    assert yielded("adjacency", scene(4)) == ["AB", "BC", "FG", "FH", "GH"]
    assert yielded("adjacency", scene(3)) == ["AB", "BC", "FG", "FH", "GH"]
    assert yielded("adjacency", scene(2)) == []


def test_zone_preference_yields_the_wished_zone():
    """Without a wish, or in an unknown zone, it yields nothing."""
    assert yielded("zone_preference", scene(4, zone_preference="y")) == ["E", "FG", "FH", "GH"]
    assert yielded("zone_preference", scene(4)) == []


def test_load_balancing_yields_the_least_busy_zone_that_has_room():
    """A zone with three of four tables taken gives way to an empty one, unless only it has room."""
    assert yielded("load_balancing", scene(4, busy="A")) == ["E", "FG", "FH", "GH"]
    assert yielded("load_balancing", scene(4, busy="AEFGH")) == ["D", "BC"]


def test_historical_success_yields_sets_with_a_record():
    """Only recorded sets are its own; without records it yields nothing."""
    assert yielded("historical_success", scene(4, outcomes={("E",): (1, 2), ("X",): (9, 9)})) == ["E"]
    assert yielded("historical_success", scene(4)) == []


def test_excluded_sets_are_not_free():
    """A set that has just failed is not offered again, however its tables are written down."""
    for excluded in ({("B", "A")}, {frozenset("AB")}, [["A", "B"]]):
        assert yielded("adjacency", scene(4, excluded_sets=excluded)) == ["BC", "FG", "FH", "GH"]


@pytest.mark.parametrize(
    ("term", "tables", "at", "expected"),
    [
        ("slack", "D", scene(4), 0),
        ("slack", "D", scene(3), 1),
        ("tables", "D", scene(4), 0),
        ("tables", "ABC", scene(6), 2),
        ("access", "D", scene(4), 1),
        ("access", "D", scene(4, accessible=True), 0),
        ("access", "E", scene(4), 0),
        ("adjacency", "D", scene(4), 0),
        ("adjacency", "AB", scene(4), 0),
        ("adjacency", "ABC", scene(6), pytest.approx(1 / 3)),
        ("adjacency", "FGH", scene(6), 0),
        ("zone_match", "E", scene(4, zone_preference="y"), 1),
        ("zone_match", "D", scene(4, zone_preference="y"), 0),
        ("zone_match", "D", scene(4), 0),
        ("load", "D", scene(4, busy="A"), 0.25),
        ("load", "E", scene(4, busy="A"), 0),
        ("history", "D", scene(4), 0),
        ("history", "D", scene(4, outcomes={("D",): (8, 8)}), pytest.approx(0.4)),
        ("history", "D", scene(4, outcomes={("D",): (0, 8)}), pytest.approx(-0.4)),
        ("history", "D", scene(4, outcomes={("D",): (1, 1)}), pytest.approx(1 / 6)),
    ],
)
def test_a_term_measures_one_thing(term, tables, at, expected):
    """Each term's raw value, before its weight."""
    assert value(term, tables, at) == expected


def test_every_term_has_a_weight_and_one_strategy():
    """Terms, weights and the strategies that own them cannot drift apart."""
    owned = [term for strategy in STRATEGIES.values() for term in strategy.terms]
    assert sorted(owned) == sorted(TERMS) == sorted(DEFAULT_WEIGHTS)


def test_an_unknown_strategy_is_refused_with_the_known_ones():
    """The registry is literal; a wrong name says which are right."""
    with pytest.raises(InvalidInput) as caught:
        enabled(["optimal_fit", "best"])
    assert caught.value.reason_code == "unknown_strategy"
    assert all(name in caught.value.message for name in STRATEGIES)
