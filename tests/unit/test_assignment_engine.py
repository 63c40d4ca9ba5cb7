"""Decisions: which plan wins and why, every refusal with figures that are true, and the same answer every time."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import NOON, bare_venue, on, request, snapshot, venue

from maitred.domain.assignment import FALLBACK, Refuse, Seat, alternatives, decide, rank
from maitred.domain.availability import Movable, Occupancy, Seated, Snapshot
from maitred.domain.errors import InvalidInput
from maitred.domain.floor import Floor
from maitred.domain.venue import Closure, Join, PacingRule, Service, Table

PAIR = bare_venue([Table("A", "x", 2), Table("B", "x", 2), Table("C", "y", 4)], joins=(Join("A", "B"),))
FLOOR = Floor.compile(PAIR)
HOUR = timedelta(hours=1)


def taken(tables: str, owner: str, starts_at=NOON, ends_at=NOON + HOUR) -> list[Occupancy]:
    return [Occupancy(table, starts_at, ends_at, "booking", owner) for table in tables]


def seated(decision) -> tuple[str, ...]:
    assert isinstance(decision, Seat), decision
    return decision.plan.tables


def refused(decision) -> Refuse:
    assert isinstance(decision, Refuse), decision
    return decision


# -- the choice ----------------------------------------------------------------------------------------


def test_the_best_fit_wins_and_the_next_best_is_told():
    """A table that fits beats a join that fits as well, and the terms add up to the score."""
    decision = decide(request(4), snapshot(FLOOR), PAIR)
    assert isinstance(decision, Seat)
    assert decision.plan.tables == ("C",)
    assert decision.runner_up is not None
    assert decision.runner_up.tables == ("A", "B")
    assert decision.candidates == 2
    for plan in (decision.plan, decision.runner_up):
        assert plan.score == pytest.approx(sum(plan.terms.values()))
    assert decision.plan.score > decision.runner_up.score


def test_a_plan_names_the_strategy_that_set_it_apart():
    """Of two equal tables the wished zone decides, and says so; else the fit does."""
    twins = bare_venue([Table("A", "x", 2), Table("B", "y", 2), Table("C", "y", 4)])
    day = snapshot(Floor.compile(twins))
    wished = decide(request(2, zone_preference="y"), day, twins)
    assert (seated(wished), wished.plan.strategy) == (("B",), "zone_preference")
    assert decide(request(4), day, twins).plan.strategy == "optimal_fit"
    liked = decide(request(2, outcomes={("B",): (9, 9)}), day, twins)
    assert (seated(liked), liked.plan.strategy) == (("B",), "historical_success")


def test_a_wish_for_a_zone_costs_no_seat():
    """The wished zone decides between equals, but neither takes a larger table nor turns anybody away."""
    assert seated(decide(request(2, zone_preference="y"), snapshot(FLOOR), PAIR)) == ("A",)
    full = snapshot(FLOOR, *taken("C", "B1"))
    assert seated(decide(request(4, zone_preference="y"), full, PAIR)) == ("A", "B")


def test_equal_scores_are_broken_by_tables_seats_and_natural_ids():
    """T2 comes before T10, always."""
    row = bare_venue([Table(name, "x", 2) for name in ("T10", "T9", "T2")])
    assert [plan.tables[0] for plan in rank(request(2), snapshot(Floor.compile(row)), row)] == ["T2", "T9", "T10"]


def test_the_venues_weights_are_used():
    """A venue that minds joins less than empty seats says so with a weight."""
    house = bare_venue([Table("A", "x", 2), Table("B", "x", 2), Table("C", "x", 5)], joins=(Join("A", "B"),))
    day = snapshot(Floor.compile(house))
    alone = {"small_parties": 0, "large_parties": 0}
    assert seated(decide(request(4), day, replace(house, weights=alone))) == ("A", "B")
    assert seated(decide(request(4), day, replace(house, weights={**alone, "tables": -2}))) == ("C",)


def test_only_enabled_strategies_speak_and_nobody_is_turned_away_by_them():
    """A strategy that is off adds no term; where none yields anything, any fitting set still seats the party."""
    only = replace(PAIR, strategies=("zone_preference",))
    decision = decide(request(4, zone_preference="x"), snapshot(FLOOR), only)
    assert seated(decision) == ("A", "B")
    assert set(decision.plan.terms) == {"zone_match"}
    nowhere = decide(request(4), snapshot(FLOOR), only)
    assert (seated(nowhere), nowhere.plan.strategy) == (("C",), FALLBACK)


def test_an_unknown_strategy_fails_loudly():
    """A venue built past the parser with a wrong name is refused, not silently seated otherwise."""
    with pytest.raises(InvalidInput):
        decide(request(2), snapshot(FLOOR), replace(PAIR, strategies=("luck",)))


def test_rank_keeps_the_top_and_respects_its_limit():
    """Best first, at most as many as asked for, five unless told."""
    row = bare_venue([Table(f"T{n}", "x", 2 + n) for n in range(8)])
    day = snapshot(Floor.compile(row))
    assert [plan.capacity for plan in rank(request(2), day, row)] == [2, 3, 4, 5, 6]
    assert [plan.capacity for plan in rank(request(2), day, row, limit=2)] == [2, 3]
    assert rank(request(30), day, row) == []


def test_back_to_back_is_fine_and_the_buffer_counts():
    """A party may start in the minute another's tables are free again, buffer included."""
    house = bare_venue([Table("A", "x", 2)])
    floor = Floor.compile(house)
    first = request(2, buffer_minutes=15)
    day = Snapshot.build(floor, taken("A", "B1", NOON, first.ends_at), [], NOON)
    assert refused(decide(request(2, NOON + timedelta(minutes=60)), day, house)).code == "no_capacity"
    assert seated(decide(request(2, NOON + timedelta(minutes=75)), day, house)) == ("A",)


# -- refusals ------------------------------------------------------------------------------------------


def test_a_party_that_no_tables_could_ever_seat_is_told_so():
    """Too large, or too large for what is accessible."""
    refusal = refused(decide(request(5), snapshot(FLOOR), PAIR))
    assert (refusal.code, refusal.data["largest_party"]) == ("no_allowed_set", 4)
    refusal = refused(decide(request(2, accessible=True), snapshot(FLOOR), PAIR))
    assert (refusal.code, refusal.data["largest_party"]) == ("no_allowed_set", 0)


def test_no_capacity_names_who_stands_in_the_way_of_the_least_blocked_set():
    """How many sets would fit, and the occupancies of the one that fewest others block, ready for JSON."""
    day = snapshot(FLOOR, *taken("A", "B1"), *taken("B", "B2"), *taken("C", "B3"))
    refusal = refused(decide(request(4), day, PAIR))
    assert (refusal.code, refusal.data["fitting_sets"]) == ("no_capacity", 2)
    assert refusal.data["least_blocked"] == {
        "tables": ["C"],
        "blockers": [
            {
                "table": "C",
                "kind": "booking",
                "owner_id": "B3",
                "starts_at": "2026-12-05T12:00:00+00:00",
                "ends_at": "2026-12-05T13:00:00+00:00",
            }
        ],
    }
    assert json.loads(json.dumps(refusal.data)) == refusal.data


def test_one_party_on_two_tables_blocks_once():
    """The least blocked set is the one whose fewest parties would have to move, not the fewest rows."""
    late = taken("C", "B2", NOON, NOON + HOUR / 2) + taken("C", "B3", NOON + HOUR / 2, NOON + HOUR)
    refusal = refused(decide(request(4), snapshot(FLOOR, *taken("AB", "B1"), *late), PAIR))
    assert refusal.data["least_blocked"]["tables"] == ["A", "B"]


def test_excluding_every_set_is_no_capacity():
    """When all that is free has just failed, the refusal says how many were left out."""
    refusal = refused(decide(request(3, excluded_sets={("C",), ("A", "B")}), snapshot(FLOOR), PAIR))
    assert (refusal.code, refusal.data["excluded_sets"]) == ("no_capacity", 2)


@pytest.mark.parametrize(
    ("rule", "party", "code"),
    [
        (PacingRule(covers=10), 4, None),
        (PacingRule(covers=9), 4, "pacing_covers"),
        (PacingRule(parties=3), 4, None),
        (PacingRule(parties=2), 4, "pacing_parties"),
        (PacingRule(covers=9, service="all day"), 4, "pacing_covers"),
        (PacingRule(covers=9, service="brunch"), 4, None),
        (PacingRule(covers=0, time=NOON.time()), 1, "pacing_covers"),
        (PacingRule(covers=0, date=date(2026, 12, 6)), 4, None),
    ],
)
def test_pacing_limits_what_starts_in_a_slot(rule, party, code):
    """Six covers in two parties already start at noon; one more party may or may not."""
    parties = (Seated("B1", 2, NOON), Seated("B2", 4, NOON + timedelta(minutes=10)))
    house = replace(PAIR, pacing=(rule,))
    decision = decide(request(party), snapshot(FLOOR, parties=parties), house)
    assert (decision.code if isinstance(decision, Refuse) else None) == code
    if isinstance(decision, Refuse):
        assert decision.data["taken"] + decision.data["asked"] > decision.data["limit"]
    allowed = request(party, allowed_overrides=frozenset({"pacing"}))
    assert isinstance(decide(allowed, snapshot(FLOOR, parties=parties), house), Seat)


def test_pacing_counts_the_whole_slot_of_a_walk_in():
    """A party off the grid is paced with the slot it falls in, not with a slot of its own."""
    house = replace(PAIR, pacing=(PacingRule(parties=1),))
    day = snapshot(FLOOR, parties=(Seated("B1", 2, NOON),))
    assert refused(decide(request(2, NOON + timedelta(minutes=14)), day, house)).code == "pacing_parties"
    assert seated(decide(request(2, NOON + timedelta(minutes=15)), day, house))


# -- alternatives --------------------------------------------------------------------------------------


def test_alternatives_are_the_nearest_times_that_work_earlier_first():
    """Nearest by distance, of equals the earlier; each on the grid, and none that is refused."""
    one = bare_venue([Table("A", "x", 2)])
    day = snapshot(Floor.compile(one), *taken("A", "B1", NOON, NOON + HOUR))
    found = alternatives(request(2), day, one, not_before=NOON - HOUR * 5)
    minutes = [(found_one.starts_at - NOON) // timedelta(minutes=1) for found_one in found]
    assert minutes == [-60, 60, -75]
    assert all(found_one.plan.tables == ("A",) for found_one in found)


def test_alternatives_keep_to_service_hours_and_to_not_before():
    """Nothing in the past of `not_before`, in the afternoon gap, or on another day."""
    corner = venue()
    floor = Floor.compile(corner)
    saturday = date(2026, 12, 5)
    lunch = on(saturday, "14:00")
    everything = [Occupancy(t, lunch - HOUR * 4, lunch + HOUR * 3, "block", "B") for t in floor.bit]
    asked = request(2, lunch)
    found = alternatives(asked, snapshot(floor, *everything), corner, not_before=lunch)
    assert [one.starts_at for one in found] == [on(saturday, clock) for clock in ("18:00", "18:15", "18:30")]
    late = alternatives(asked, snapshot(floor), corner, not_before=on(saturday, "21:15"), limit=5)
    assert [one.starts_at for one in late] == [on(saturday, "21:15"), on(saturday, "21:30")]


def test_no_alternatives_for_a_party_nobody_could_seat_or_on_a_closed_day():
    """Both are known without trying every time."""
    assert alternatives(request(9), snapshot(FLOOR), PAIR, not_before=NOON) == []
    closed = replace(PAIR, closures=(Closure(date(2026, 12, 1), date(2026, 12, 31)),))
    assert alternatives(request(2), snapshot(FLOOR), closed, not_before=NOON) == []


def test_alternatives_ask_pacing_as_well():
    """A time whose slot is full is no alternative."""
    house = replace(PAIR, pacing=(PacingRule(parties=0, time=(NOON + timedelta(minutes=15)).time()),))
    found = alternatives(request(2), snapshot(FLOOR), house, not_before=NOON, limit=1)
    assert [one.starts_at for one in found] == [NOON + timedelta(minutes=30)]


def test_a_promised_zone_is_kept_or_the_party_is_refused():
    """A wish yields, a promise does not: neither by free tables elsewhere nor by moves that end elsewhere."""
    full = snapshot(FLOOR, *taken("C", "B1"))
    assert seated(decide(request(4, zone_preference="y"), full, PAIR)) == ("A", "B")
    assert refused(decide(request(4, promised_zone="y"), full, PAIR)).data["fitting_sets"] == 1
    nowhere = refused(decide(request(5, promised_zone="y"), full, PAIR))
    assert (nowhere.code, nowhere.data["largest_party"]) == ("no_allowed_set", 4)
    house = bare_venue([Table("A", "x", 2), Table("B", "x", 2), Table("C", "y", 2)])
    rows = [row for name in "ABC" for row in taken(name, f"B{name}")]
    day = Snapshot.build(Floor.compile(house), rows[:2], [], NOON - 3 * HOUR, [Movable("BA", 2)])
    moved = decide(request(2, promised_zone="x"), day, house)
    assert seated(moved) == ("A",)
    assert [move.to_tables for move in moved.moves] == [("C",)]


def test_another_zone_at_the_same_time_is_offered_to_who_was_promised_one():
    """First the zones that have room then, each as a promise of its own, then other times in the promised one."""
    day = snapshot(FLOOR, *taken("C", "B1"))
    found = alternatives(request(4, promised_zone="y"), day, PAIR, not_before=NOON, limit=1)
    assert [(one.starts_at, one.plan.tables) for one in found] == [(NOON, ("A", "B")), (NOON + HOUR, ("C",))]
    assert [one.asked.promised_zone for one in found] == ["x", "y"]
    nowhere = alternatives(request(3, promised_zone="x"), snapshot(FLOOR, *taken("A", "B1")), PAIR, not_before=NOON)
    assert nowhere[0].plan.tables == ("C",)
    assert not [one for one in alternatives(request(4), day, PAIR, not_before=NOON) if one.starts_at == NOON]


# -- properties ----------------------------------------------------------------------------------------

NIGHT = bare_venue(
    [Table(f"T{n}", "x" if n < 4 else "y", 2 + n % 3, accessible=n % 2 == 0) for n in range(7)],
    joins=(Join("T0", "T1"), Join("T1", "T2"), Join("T4", "T5"), Join("T5", "T6"), Join("T4", "T6")),
    services=(Service("all day", frozenset(range(7)), *(NOON.replace(hour=h).time() for h in (6, 22, 23))),),
)
NIGHT_FLOOR = Floor.compile(NIGHT)
asks = st.builds(
    lambda number, party, quarter, accessible, zone: request(
        party, NOON + timedelta(minutes=15 * quarter), key=f"R{number}", accessible=accessible, zone_preference=zone
    ),
    st.integers(0, 10**9), st.integers(1, 11), st.integers(0, 16), st.booleans(), st.sampled_from([None, "x", "y"]),
)  # fmt: skip


@given(st.lists(asks, max_size=25, unique_by=lambda ask: ask.key))
def test_no_stream_of_requests_is_ever_seated_twice_on_a_table(stream):
    """Whatever is asked: seated parties never overlap, always fit, and a refusal is true."""
    day, taken_by = snapshot(NIGHT_FLOOR), []
    for ask in stream:
        decision = decide(ask, day, NIGHT)
        clashes = {table for table, start, end in taken_by if start < ask.ends_at and ask.starts_at < end}
        if isinstance(decision, Seat):
            assert not NIGHT_FLOOR.check_set(decision.plan.tables, ask.party_size, ask.accessible)
            assert not clashes & set(decision.plan.tables)
            taken_by += [(table, ask.starts_at, ask.ends_at) for table in decision.plan.tables]
            day = day.with_seating(ask.key, decision.plan.tables, ask.starts_at, ask.ends_at, ask.party_size)
        else:
            fitting = NIGHT_FLOOR.candidates(ask.party_size, ask.accessible)
            assert all(clashes & set(one.tables) for one in fitting)


@given(st.lists(asks, max_size=12, unique_by=lambda ask: ask.key), asks, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_were_read_does_not_matter(stream, last, shuffle):
    """The same occupancies in any order give the same decision, refusals with their data included."""
    day, rows = snapshot(NIGHT_FLOOR), []
    for ask in stream:
        decision = decide(ask, day, NIGHT)
        if isinstance(decision, Seat):
            rows += [Occupancy(t, ask.starts_at, ask.ends_at, "booking", ask.key) for t in decision.plan.tables]
            day = snapshot(NIGHT_FLOOR, *rows)
    expected = decide(last, day, NIGHT)
    shuffle.shuffle(rows)
    assert decide(last, snapshot(NIGHT_FLOOR, *rows), NIGHT) == expected
