"""Venue documents: what is read, and every fault by its place and code."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from rooms import changed, document, venue

from maitred.domain.assignment import MOVES, NO_MOVES, STRATEGIES, MoveRules
from maitred.domain.errors import InvalidInput, VenueInvalid
from maitred.domain.venue import Join, PacingLimits, parse_venue, warnings
from maitred.domain.venue_model import ALL_STRATEGIES, OptimizerRules, SeatingRules, natural_key

MADE_UP = ("brasserie", "hall")
SCENARIOS = sorted((Path(__file__).parents[2] / "examples" / "scenarios").glob("*.json"))


def service(**changes):
    return {"name": "extra", "days": ["mon"], "open": "09:00", "last_seating": "10:00", "close": "11:00", **changes}


def dated(**changes):
    row = service(**changes)
    del row["days"]
    return row


def pacing(**rule):
    return lambda d: d.update(pacing={"overrides": [rule]})


# (what is done to a sound document, path of the fault, code)
FAULTS = {
    "missing": (lambda d: d.pop("name"), "name", "missing_field"),
    "missing in a row": (lambda d: d["tables"][1].pop("zone"), "tables[1].zone", "missing_field"),
    "missing joins": (lambda d: d.pop("joins"), "joins", "missing_field"),
    "null": (lambda d: d.update(name=None), "name", "wrong_type"),
    "text for number": (lambda d: d.update(slot_minutes="15"), "slot_minutes", "wrong_type"),
    "bool for number": (lambda d: d["tables"][0].update(capacity=True), "tables[0].capacity", "wrong_type"),
    "number for bool": (lambda d: d["tables"][0].update(movable=1), "tables[0].movable", "wrong_type"),
    "number for text": (lambda d: d.update(name=5), "name", "wrong_type"),
    "object for list": (lambda d: d.update(tables={}), "tables", "wrong_type"),
    "text for row": (lambda d: d["zones"].append("bar"), "zones[2]", "wrong_type"),
    "blank": (lambda d: d.update(name="  "), "name", "bad_text"),
    "phone in words": (lambda d: d.update(phone="ask for Ada"), "phone", "bad_phone"),
    "phone as an address": (lambda d: d.update(phone="123;ext=1"), "phone", "bad_phone"),
    "phone too short": (lambda d: d.update(phone="12"), "phone", "bad_phone"),
    "phone as a number": (lambda d: d.update(phone=123456), "phone", "wrong_type"),
    "address of lines": (lambda d: d.update(address="1 High Street\nLondon"), "address", "bad_text"),
    "address too long": (lambda d: d.update(address="x" * 201), "address", "bad_text"),
    "origin with a path": (lambda d: d.update(embed_origins=["https://a.example/x"]), "embed_origins[0]", "bad_origin"),
    "slug": (lambda d: d.update(slug="The Corner"), "slug", "bad_slug"),
    "slug ends": (lambda d: d.update(slug="corner-"), "slug", "bad_slug"),
    "group": (lambda d: d.update(group="A B"), "group", "bad_slug"),
    "timezone": (lambda d: d.update(timezone="Europe/Londn"), "timezone", "unknown_timezone"),
    "timezone path": (lambda d: d.update(timezone="../../etc/passwd"), "timezone", "unknown_timezone"),
    "table twice": (lambda d: d["tables"][3].update(id="T1"), "tables[3].id", "duplicate_id"),
    "zone twice": (lambda d: d["zones"][1].update(id="main"), "zones[1].id", "duplicate_id"),
    "zone unknown": (lambda d: d["tables"][4].update(zone="roof"), "tables[4].zone", "unknown_zone"),
    "capacity": (lambda d: d["tables"][0].update(capacity=0), "tables[0].capacity", "out_of_range"),
    "min party": (lambda d: d["tables"][0].update(min_party=3), "tables[0].min_party", "min_party_above_capacity"),
    "extra chairs": (lambda d: d["tables"][0].update(extra_chairs=3), "tables[0].extra_chairs", "out_of_range"),
    "no tables": (lambda d: d.update(tables=[], joins=[]), "tables", "no_tables"),
    "too many per booking": (lambda d: d.update(max_tables_per_booking=5), "max_tables_per_booking", "out_of_range"),
    "none per booking": (lambda d: d.update(max_tables_per_booking=0), "max_tables_per_booking", "out_of_range"),
    "zone max": (lambda d: d["zones"][0].update(max_tables=5), "zones[0].max_tables", "out_of_range"),
    "join unknown": (lambda d: d["joins"].append(["T1", "T9"]), "joins[3][1]", "unknown_table"),
    "join fixed": (lambda d: d["joins"].append(["T3", "T10"]), "joins[3][1]", "fixed_table_joined"),
    "join zones": (lambda d: d["joins"].append(["T1", "P1"]), "joins[3]", "join_across_zones"),
    "join self": (lambda d: d["joins"].append(["T1", "T1"]), "joins[3]", "self_join"),
    "join twice": (lambda d: d["joins"].append(["T1", "T2"]), "joins[3]", "duplicate_join"),
    "join twice, turned round": (lambda d: d["joins"].append(["T2", "T1"]), "joins[3]", "duplicate_join"),
    "join alone": (lambda d: d["joins"].append(["T1"]), "joins[3]", "bad_join"),
    "join of three as list": (lambda d: d["joins"].append(["T1", "T2", "T3"]), "joins[3]", "bad_join"),
    "join of numbers": (lambda d: d["joins"].append([1, "T2"]), "joins[3][0]", "wrong_type"),
    "join of text": (lambda d: d["joins"].append("T1-T2"), "joins[3]", "wrong_type"),
    "set unknown table": (
        lambda d: d["joins"].append({"tables": ["T1", "T2", "X"], "capacity": 9}),
        "joins[3].tables[2]",
        "unknown_table",
    ),
    "set without capacity": (lambda d: d["joins"].append({"tables": ["T1", "T2", "T3"]}), "joins[3]", "missing_field"),
    "set not connected": (
        lambda d: (d["joins"].pop(1), d["joins"].append({"tables": ["T1", "T2", "T3"], "capacity": 9})),
        "joins[2]",
        "not_connected",
    ),
    "set too large": (
        lambda d: d.update(
            max_tables_per_booking=2, joins=[*d["joins"], {"tables": ["T1", "T2", "T3"], "capacity": 9}]
        ),
        "joins[3]",
        "too_many_tables",
    ),
    "set useless": (
        lambda d: d["joins"].append({"tables": ["T1", "T2", "T3"], "capacity": 6}),
        "joins[3].capacity",
        "useless_capacity",
    ),
    "pair useless": (
        lambda d: d.update(joins=[{"tables": ["T1", "T2"], "capacity": 2}]),
        "joins[0].capacity",
        "useless_capacity",
    ),
    "turn too short for a join": (lambda d: d["turn_minutes"].pop(), "turn_minutes", "no_turn_time"),
    "turn too short for own capacity": (
        lambda d: d["joins"].append({"tables": ["T1", "T2", "T3"], "capacity": 13}),
        "turn_minutes",
        "no_turn_time",
    ),
    "no turns": (lambda d: d.update(turn_minutes=[]), "turn_minutes", "no_turn_time"),
    "turns falling": (
        lambda d: d["turn_minutes"][1].update(max_party=1),
        "turn_minutes[1].max_party",
        "turns_not_rising",
    ),
    "turns equal": (
        lambda d: d["turn_minutes"][1].update(max_party=2),
        "turn_minutes[1].max_party",
        "turns_not_rising",
    ),
    "no services": (lambda d: d.update(services=[]), "services", "no_services"),
    "no days": (lambda d: d["services"][0].update(days=[]), "services[0].days", "no_days"),
    "odd day": (lambda d: d["services"][0].update(days=["sat", "sunday"]), "services[0].days[1]", "unknown_day"),
    "time": (lambda d: d["services"][0].update(open="25:00"), "services[0].open", "bad_time"),
    "time with seconds": (lambda d: d["services"][0].update(open="12:00:00"), "services[0].open", "bad_time"),
    "day starts": (lambda d: d.update(day_starts_at="5"), "day_starts_at", "bad_time"),
    "last seating early": (
        lambda d: d["services"][1].update(last_seating="17:00"),
        "services[1].last_seating",
        "last_seating_outside",
    ),
    "last seating late": (
        lambda d: d["services"][1].update(last_seating="23:45"),
        "services[1].last_seating",
        "last_seating_outside",
    ),
    "services overlap": (
        lambda d: d["services"].append(service(days=["sun"], open="15:00", last_seating="16:00", close="17:00")),
        "services[2]",
        "services_overlap",
    ),
    "services overlap past midnight": (
        lambda d: (
            d["services"][1].update(close="02:00", last_seating="01:00"),
            d["services"].append(service(days=["tue"], open="01:00", last_seating="02:00", close="03:00")),
        ),
        "services[2]",
        "services_overlap",
    ),
    "services overlap round the week": (
        lambda d: d.update(
            day_starts_at="00:30",
            services=[
                service(days=["sun"], open="18:00", last_seating="20:00", close="02:00"),
                service(days=["mon"], open="01:00", last_seating="01:30", close="03:00"),
            ],
        ),
        "services[1]",
        "services_overlap",
    ),
    "service across the day's end": (
        lambda d: d["services"][1].update(close="06:00"),
        "services[1]",
        "service_outside_day",
    ),
    "override overlap": (
        lambda d: d.update(
            date_overrides=[{"date": "2026-12-24", "services": [dated(), dated(name="late", open="10:00")]}]
        ),
        "date_overrides[0].services[1]",
        "services_overlap",
    ),
    "override date": (
        lambda d: d.update(date_overrides=[{"date": "2026-02-30", "services": []}]),
        "date_overrides[0].date",
        "bad_date",
    ),
    "override twice": (
        lambda d: d.update(date_overrides=[{"date": "2026-12-24", "services": []}] * 2),
        "date_overrides[1].date",
        "duplicate_date",
    ),
    "slot of 7": (lambda d: d.update(slot_minutes=7), "slot_minutes", "bad_slot"),
    "slot of 45": (lambda d: d.update(slot_minutes=45), "slot_minutes", "bad_slot"),
    "slot of 7 hours": (lambda d: d.update(slot_minutes=420), "slot_minutes", "bad_slot"),
    "closure": (
        lambda d: d.update(closures=[{"from": "2026-12-26", "to": "2026-12-25"}]),
        "closures[0].to",
        "ends_before_start",
    ),
    "block unknown": (
        lambda d: d.update(table_blocks=[{"table": "X", "from": "2026-12-05T12:00", "to": "2026-12-05T13:00"}]),
        "table_blocks[0].table",
        "unknown_table",
    ),
    "block backwards": (
        lambda d: d.update(table_blocks=[{"table": "T1", "from": "2026-12-05T12:00", "to": "2026-12-05T12:00"}]),
        "table_blocks[0].to",
        "ends_before_start",
    ),
    "block in a gap": (
        lambda d: d.update(table_blocks=[{"table": "T1", "from": "2026-03-29T01:30", "to": "2026-03-29T12:00"}]),
        "table_blocks[0].from",
        "nonexistent_local_time",
    ),
    "block twice in a night": (
        lambda d: d.update(table_blocks=[{"table": "T1", "from": "2026-10-25T01:30", "to": "2026-10-25T12:00"}]),
        "table_blocks[0].from",
        "ambiguous_local_time",
    ),
    "pacing service": (pacing(service="brunch", covers=5), "pacing.overrides[0].service", "unknown_service"),
    "pacing empty": (pacing(service="lunch"), "pacing.overrides[0]", "empty_rule"),
    "pacing off grid": (pacing(time="12:10", covers=5), "pacing.overrides[0].time", "off_grid"),
    "pacing negative": (lambda d: d.update(pacing={"covers_per_slot": -1}), "pacing.covers_per_slot", "out_of_range"),
    "strategy": (lambda d: d.update(strategies=["best"]), "strategies[0]", "unknown_strategy"),
    "strategy twice": (lambda d: d.update(strategies=["adjacency"] * 2), "strategies[1]", "duplicate_strategy"),
    "no strategies": (lambda d: d.update(strategies=[]), "strategies", "no_strategies"),
    "weight": (lambda d: d.update(weights={"luck": 1}), "weights.luck", "unknown_weight"),
    "weight of text": (lambda d: d.update(weights={"slack": "1"}), "weights.slack", "wrong_type"),
    "weight not a number": (lambda d: d.update(weights={"slack": float("nan")}), "weights.slack", "wrong_type"),
    "notice": (lambda d: d.update(min_notice_minutes=-1), "min_notice_minutes", "out_of_range"),
    "horizon": (lambda d: d.update(max_horizon_days=0), "max_horizon_days", "out_of_range"),
    "moves": (lambda d: d.update(seating={"moves": "maybe"}), "seating.moves", "unknown_mode"),
    "move budget": (lambda d: d.update(seating={"move_budget": 101}), "seating.move_budget", "out_of_range"),
    "freeze": (lambda d: d.update(seating={"freeze_minutes": -1}), "seating.freeze_minutes", "out_of_range"),
    "moves of a service": (
        lambda d: d.update(seating={"services": {"lunch": {"moves": "on"}}}),
        "seating.services.lunch.moves",
        "unknown_mode",
    ),
    "service without moves": (
        lambda d: d.update(seating={"services": {"lunch": {}}}),
        "seating.services.lunch.moves",
        "missing_field",
    ),
    "moves of no service": (
        lambda d: d.update(seating={"services": {"brunch": {"moves": "off"}}}),
        "seating.services.brunch",
        "unknown_service",
    ),
    "move once": (lambda d: d.update(seating={"move_once": "yes"}), "seating.move_once", "wrong_type"),
    "optimizer gain": (
        lambda d: d.update(seating={"optimizer": {"gain_percent": -5}}),
        "seating.optimizer.gain_percent",
        "out_of_range",
    ),
    "review size": (lambda d: d.update(review_party_size=0), "review_party_size", "out_of_range"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_by_place_and_code(name):
    """A document with one thing wrong is refused, and the fault says where and which rule in a sentence."""
    change, path, code = FAULTS[name]
    with pytest.raises(VenueInvalid) as caught:
        parse_venue(changed(change))
    assert (path, code) in [(fault.path, fault.code) for fault in caught.value.faults]
    assert all(fault.message.endswith(".") for fault in caught.value.faults)


# These take something away that other parts of the document stand on, or break two rules by nature.
CONSEQUENTIAL = {
    "no tables",
    "object for list",
    "table twice",
    "zone twice",
    "services overlap past midnight",
    "services overlap round the week",
}


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - CONSEQUENTIAL))
def test_one_fault_does_not_bring_others(name):
    """A fault is named once and brings no consequential ones that would send people looking elsewhere."""
    change, path, code = FAULTS[name]
    with pytest.raises(VenueInvalid) as caught:
        parse_venue(changed(change))
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [(path, code)]


def test_every_fault_of_a_document_is_named():
    """Reading goes on after a fault: shape, floor, hours and rules are all reported at once."""
    broken = document(timezone="Nowhere", slot_minutes=7, colour=1, strategies=["best"])
    broken["tables"][0]["capacity"] = 0
    broken["joins"].append(["T3", "T10"])
    with pytest.raises(VenueInvalid) as caught:
        parse_venue(broken)
    assert {fault.code for fault in caught.value.faults} == {
        "unknown_timezone", "bad_slot", "unknown_strategy", "out_of_range", "fixed_table_joined",
    }  # fmt: skip


@pytest.mark.parametrize("odd", [None, [], "venue", 3])
def test_a_document_that_is_no_object_is_a_fault(odd):
    """Anything but an object is refused as such, not with a crash."""
    with pytest.raises(VenueInvalid) as caught:
        parse_venue(odd)
    assert caught.value.faults[0].code == "wrong_type"


def test_joins_beyond_the_bound_are_a_fault():
    """A floor with more sets than the engine would look at is refused instead of compiled for minutes."""
    tables = [{"id": f"T{n}", "zone": "main", "capacity": 2} for n in range(60)]
    joins = [[f"T{a}", f"T{b}"] for a in range(60) for b in range(a)]
    with pytest.raises(VenueInvalid) as caught:
        parse_venue(document(tables=tables, joins=joins, max_tables_per_booking=4))
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("joins", "too_many_sets")]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_real_layouts_are_sound(path):
    """The venues of the example scenarios parse without fault; some join more seats than their turns provide for."""
    found = warnings(parse_venue(json.loads(path.read_text())["venue"]))
    assert {fault.code for fault in found} <= ({"no_turn_time"} if path.stem.startswith(MADE_UP) else set())


def test_a_venue_is_read_with_its_defaults():
    """Optional fields have the documented defaults, and private keys are ignored."""
    got = parse_venue(
        document(x_note="ours", tables=[{"id": "T1", "zone": "main", "capacity": 2, "x_leg": 3}], joins=[])
    )
    assert (got.tables[0].min_party, got.tables[0].movable, got.tables[0].accessible) == (1, True, False)
    assert (got.day_starts_at, got.min_notice_minutes, got.max_horizon_days) == (time(5), 0, None)
    assert got.strategies == ALL_STRATEGIES
    assert got.pacing == ()
    assert got.seating == SeatingRules()


def test_the_names_of_strategies_are_those_of_the_registry():
    """The default list and the registry cannot drift apart."""
    assert tuple(STRATEGIES) == ALL_STRATEGIES


def test_every_optional_field_is_read():
    """A document that uses everything gives a venue that knows everything."""
    got = venue(
        group="family",
        extra_chairs_per_table=1,
        day_starts_at="04:30",
        joins=[["T2", "T1"], {"tables": ["T3", "T2"], "capacity": 7}, {"tables": ["T1", "T2", "T3"], "capacity": 10}],
        date_overrides=[{"date": "2026-12-24", "services": [dated()], "reason": "Eve"}],
        closures=[{"from": "2026-12-25", "to": "2026-12-26", "reason": "Christmas"}],
        table_blocks=[{"table": "T1", "from": "2026-07-01T12:00", "to": "2026-07-01T13:00Z", "reason": "wobbly"}],
        pacing={"covers_per_slot": 20, "overrides": [{"service": "lunch", "parties": 3}]},
        review_party_size=8,
        min_notice_minutes=30,
        max_horizon_days=90,
        strategies=["adjacency"],
        weights={"slack": -2},
        seating={
            "moves": "suggest",
            "move_budget": 2,
            "freeze_minutes": 90,
            "services": {"lunch": {"moves": "off"}},
            "moves_into_joins_after_open": False,
            "move_once": True,
            "optimizer": {"auto": True, "max_moves": 4, "gain_percent": 15},
        },
    )
    assert got.joins == (Join("T1", "T2"), Join("T2", "T3", 7))
    assert got.join_capacities == {frozenset({"T2", "T3"}): 7, frozenset({"T1", "T2", "T3"}): 10}
    assert got.table("T1").extra_chairs == 1
    assert got.date_overrides[0].services[0].name == "extra"
    assert (got.closures[0].first, got.closures[0].last) == (date(2026, 12, 25), date(2026, 12, 26))
    block = got.table_blocks[0]
    assert (block.starts_at, block.ends_at) == (
        datetime(2026, 7, 1, 11, tzinfo=UTC),
        datetime(2026, 7, 1, 13, tzinfo=UTC),
    )
    assert (got.group, got.review_party_size, got.min_notice_minutes, got.max_horizon_days) == ("family", 8, 30, 90)
    assert got.weights == {"slack": -2.0}
    assert got.seating == SeatingRules(
        "suggest", 2, 90, {"lunch": "off"}, False, True, OptimizerRules(auto=True, max_moves=4, gain_percent=15)
    )


def test_moves_go_by_the_service_before_the_venue():
    """A service's own mode wins, any other party goes by the venue's; off moves nobody, the rest as is set."""
    rules = SeatingRules("suggest", move_budget=2, freeze_minutes=90, services={"lunch": "off"})
    assert [rules.moves_in(name) for name in ("lunch", "dinner", None)] == ["off", "suggest", "suggest"]
    assert rules.move_rules("off") == NO_MOVES
    assert rules.move_rules("auto") == rules.move_rules("suggest") == MoveRules(2, 90, MOVES.effort)
    assert SeatingRules().move_rules("auto") == MOVES


def test_turns_come_from_the_first_row_that_covers_the_party():
    """A party between two rows takes the longer turn; one beyond the last is refused by field."""
    corner = venue()
    assert [corner.turn_for(party) for party in (1, 2, 3, 4, 5, 12)] == [75, 75, 90, 90, 120, 120]
    with pytest.raises(InvalidInput) as caught:
        corner.turn_for(13)
    assert (caught.value.reason_code, caught.value.field) == ("no_turn_time", "party_size")


def test_the_most_precise_pacing_rule_holds():
    """A date beats a time, which beats a service, each for covers and parties on its own."""
    corner = venue(
        pacing={
            "covers_per_slot": 20,
            "parties_per_slot": 6,
            "overrides": [
                {"date": "2026-12-24", "covers": 8},
                {"time": "19:00", "covers": 12},
                {"service": "dinner", "covers": 16, "parties": 5},
            ],
        }
    )
    eve, other = date(2026, 12, 24), date(2026, 12, 23)
    assert corner.pacing_limits(other, "lunch", time(12)) == PacingLimits(20, 6)
    assert corner.pacing_limits(other, "dinner", time(18)) == PacingLimits(16, 5)
    assert corner.pacing_limits(other, "dinner", time(19)) == PacingLimits(12, 5)
    assert corner.pacing_limits(eve, "dinner", time(19)) == PacingLimits(8, 5)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda d: d.update(colour="red"), "colour"),
        (lambda d: d["tables"][2].update(seats=4), "tables[2].seats"),
        (lambda d: d.update(pacing={"covers": 1}), "pacing.covers"),
        (lambda d: d["services"][0].update(dress_code="smart"), "services[0].dress_code"),
    ],
)
def test_a_field_that_nobody_reads_is_told_and_not_refused(change, path):
    """The document is open to more fields, and a misspelt one is still seen."""
    (warning,) = warnings(parse_venue(changed(change)))
    assert (warning.path, warning.code) == (path, "unknown_field")


def test_a_floor_without_joins_is_warned_about():
    """No joins at all is allowed, and said aloud (lesson 7)."""
    (warning,) = warnings(venue(joins=[]))
    assert (warning.path, warning.code) == ("joins", "no_joins")
    assert "over 6 can never be seated" in warning.message


def test_sizes_nobody_can_seat_and_odd_openings_are_warned_about():
    """Gaps between party sizes, turn times that end early and openings off the grid are named."""
    tables = [
        {"id": "A", "zone": "main", "capacity": 2},
        {"id": "B", "zone": "main", "capacity": 8, "min_party": 5},
    ]
    odd = service(open="09:05")
    found = warnings(venue(tables=tables, joins=[], max_tables_per_booking=1, services=[odd]))
    assert [(fault.path, fault.code) for fault in found] == [("tables", "party_gap"), ("services[0].open", "off_grid")]
    assert "3, 4" in found[0].message
    chain = warnings(
        venue(tables=[{"id": i, "zone": "main", "capacity": 6} for i in "ABC"], joins=[["A", "B"], ["B", "C"]])
    )
    assert [(fault.path, fault.code) for fault in chain] == [("turn_minutes", "no_turn_time")]


def test_natural_order_reads_numbers_as_numbers():
    """T2 comes before T10, and ids of any shape can be compared."""
    assert sorted(["T10", "T2", "T02", "10", "2-b", ""], key=natural_key) == ["", "2-b", "10", "T02", "T2", "T10"]


def test_sections_name_the_tables_of_each_waiter() -> None:
    """Sections are read; where there are none, every zone is one."""
    two = [{"id": "a", "name": "Anna", "tables": ["T1"]}, {"id": "b", "name": "Ben", "tables": ["T2", "T3"]}]
    told = parse_venue(changed(lambda d: d.update(sections=two)))
    assert [one.tables for one in told.sections_or_zones()] == [("T1",), ("T2", "T3")]
    plain = parse_venue(document())
    assert {table for one in plain.sections_or_zones() for table in one.tables} == {one.id for one in plain.tables}


def _sections(*rows):
    return lambda d: d.update(sections=list(rows))


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (_sections({"id": "a", "name": "A", "tables": ["T99"]}), "sections[0].tables[0]", "unknown_table"),
        (_sections({"id": "a", "name": "A", "tables": []}), "sections[0].tables", "no_tables"),
        (_sections({"id": "a", "name": "A", "tables": ["T1", "T1"]}), "sections[0].tables[1]", "duplicate_id"),
        (
            _sections({"id": "a", "name": "A", "tables": ["T1"]}, {"id": "a", "name": "B", "tables": ["T2"]}),
            "sections[1].id",
            "duplicate_id",
        ),
    ],
)
def test_a_faulty_section_is_named(change, path, code):
    """An unknown table, one in two sections, an empty section and a repeated id are faults with their place."""
    with pytest.raises(VenueInvalid) as refused:
        parse_venue(changed(change))
    assert (path, code) in [(fault.path, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize("phone", ["+44 20 7946 0123", "(020) 7946-0123", "020.7946.0123", "112-00", None])
def test_a_phone_number_is_taken_as_people_write_it(phone: str | None) -> None:
    """Spaces, brackets, dots and dashes stay; none is none."""
    assert parse_venue(document(phone=phone)).phone == phone


def test_guests_come_to_the_name_and_the_address_where_there_is_one() -> None:
    """One line, as calendars have it."""
    assert parse_venue(document()).location == "The Corner"
    assert parse_venue(document(address="1 High Street")).location == "The Corner, 1 High Street"
