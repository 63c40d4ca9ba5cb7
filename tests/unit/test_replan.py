"""The optimizer's plans: better where they can be, never against a rule, and equal for equal days."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import rooms
from hypothesis import given, settings
from hypothesis import strategies as st

from maitred.domain.assignment import SeatingRequest
from maitred.domain.availability import Movable, Occupancy, Seated, Snapshot
from maitred.domain.calendar import service_date
from maitred.domain.floor import Floor
from maitred.domain.optimizer import BrokenPlan, Day, Limits, Party, SlotRoom, day_of, optimum, replan, verify
from maitred.domain.simulation import play
from maitred.domain.venue import PacingRule, Table, Venue

FOLDER = Path(__file__).parents[2] / "examples" / "scenarios"
AT, LATER = rooms.NOON, rooms.NOON + timedelta(hours=1)
TWO_TABLES = rooms.bare_venue([Table("T2", "main", 2), Table("T4", "main", 4)])


def couple(**changes: object) -> Party:
    """This is a couple at the table for four."""
    return Party(**{"key": "couple", "party_size": 2, "starts_at": AT, "ends_at": LATER, "tables": ("T4",), **changes})  # type: ignore[arg-type]


def four(**changes: object) -> Party:
    """This is a party of four that waits for room."""
    fields = {"key": "four", "party_size": 4, "starts_at": AT, "ends_at": LATER, "standing": "waiting", **changes}
    return Party(**fields)  # type: ignore[arg-type]


def test_a_couple_makes_room_for_four_who_wait_and_the_plan_says_why() -> None:
    """Whoever waits comes in when moves make room; the move names whom it is for, and the plan is proven."""
    proposal = replan(Day((couple(), four())), TWO_TABLES)
    assert [(m.key, m.from_tables, m.to_tables, m.makes_room_for) for m in proposal.moves] == [
        ("couple", ("T4",), ("T2",), ("four",))
    ]
    assert [(one.key, one.tables) for one in proposal.seated] == [("four", ("T4",))]
    assert (proposal.status, proposal.gap, proposal.covers) == ("optimal", 0.0, 4)


@pytest.mark.parametrize(
    "day",
    [
        Day((couple(), four()), max_moves=0),
        Day((couple(promised_zone="patio"), four())),
        Day((couple(), four()), taken=(Occupancy("T2", AT, LATER, "hold", "h"),)),
        Day((four(),), slots=(SlotRoom(("four",), 3, None),)),
        Day((four(),), slots=(SlotRoom(("four",), None, 0),)),
        Day((four(),), taken=(Occupancy("T4", AT, LATER, "booking", "pinned"),)),
        Day((couple(accessible=True), four())),
        Day((four(accessible=True),)),
        Day((four(promised_zone="patio"),)),
    ],
    ids=["no moves", "promise", "hold", "covers", "parties", "pinned", "access", "access asked", "zone asked"],
)
def test_nobody_comes_in_against_a_cap_a_promise_pacing_or_what_is_taken(day: Day) -> None:
    """A plan that would break any of these is not made: nobody moves and nobody comes in."""
    proposal = replan(day, TWO_TABLES)
    assert (proposal.moves, proposal.seated) == ((), ())
    assert proposal.status == "optimal"


def test_a_move_must_save_a_seat() -> None:
    """With nobody waiting, two seats saved are worth a move, half a seat is not."""
    assert len(replan(Day((couple(),)), TWO_TABLES).moves) == 1
    alike = rooms.bare_venue([Table("T2", "main", 2, accessible=True), Table("T4", "main", 2)])
    assert replan(Day((couple(tables=("T2",)),)), alike).moves == ()


def test_those_who_wait_come_before_those_who_were_refused() -> None:
    """A refused party of four does not take what two who wait could have."""
    waits = four(key="waits", party_size=2)
    refused = four(key="refused", party_size=4, standing="refused")
    venue = rooms.bare_venue([Table("T4", "main", 4)])
    proposal = replan(Day((refused, waits)), venue)
    assert [one.key for one in proposal.seated] == ["waits"]
    assert proposal.covers == 2


def test_a_party_stays_where_somebody_overstays_rather_than_nowhere() -> None:
    """Tables that are predicted late are no fault of the plan: a party may stay there, but nobody is put there."""
    late = Occupancy("T4", AT - timedelta(hours=1), AT + timedelta(minutes=10), "booking", "late")
    blocked = Occupancy("T2", AT, LATER, "block", "block")
    assert replan(Day((couple(),), (blocked, late)), TWO_TABLES).moves == ()


FLOOR = Floor.compile(TWO_TABLES)


@pytest.mark.parametrize(
    ("day", "chosen"),
    [
        (Day((couple(),)), {}),
        (Day((couple(), four())), {"couple": ("T4",), "four": ("T4",)}),
        (Day((four(),)), {"four": ("T2",)}),
        (Day((couple(),), max_moves=0), {"couple": ("T2",)}),
        (Day((couple(),), (Occupancy("T2", AT, LATER, "hold", "h"),)), {"couple": ("T2",)}),
        (Day((couple(promised_zone="patio"),)), {"couple": ("T2",)}),
        (Day((four(),), slots=(SlotRoom(("four",), 3, None),)), {"four": ("T4",)}),
        (Day((four(),), slots=(SlotRoom(("four",), None, 0),)), {"four": ("T4",)}),
    ],
    ids=["dropped", "doubled", "too small", "too many moves", "taken", "promise", "covers", "parties"],
)
def test_the_check_refuses_what_the_solver_must_not_propose(day: Day, chosen: dict[str, tuple[str, ...]]) -> None:
    """Each rule that a plan could break is caught by code that is not the solver's."""
    with pytest.raises(BrokenPlan):
        verify(day, FLOOR, chosen)


def booked(name: str, count: int) -> tuple[Venue, Snapshot, list[SeatingRequest], list[str]]:
    """This is a night after its first requests were seated by a house that moves nobody, read the day before."""
    scenario = json.loads((FOLDER / f"{name}.json").read_text())
    scenario["events"] = [event for event in scenario["events"] if event["type"] == "request"][:count]
    night = play(scenario, "no_moves")
    first = min(one.starts_at for one in night.asked.values())
    day = night.book.on(service_date(night.venue, first)).at(first - timedelta(days=1))
    return night.venue, day, [night.asked[key] for key in night.refused], list(night.seating)


def test_eighty_bookings_on_forty_tables_are_proven_optimal_with_moves_for_one_in_twenty() -> None:
    """Four moves at most, and the proof takes a bounded amount of solver work on any machine."""
    venue, snapshot, waiting, seated = booked("prince-of-wales-100", 80)
    assert len(venue.tables) == 40
    assert len(seated) + len(waiting) == 80
    day = day_of(snapshot, venue, wishes=dict.fromkeys(seated), waiting=waiting, max_moves=4)
    proposal = replan(day, venue, Limits(effort=2))
    assert proposal.status == "optimal"
    assert len(proposal.moves) <= 4
    assert proposal.covers == sum(one.party_size for one in waiting)
    assert proposal == replan(replace(day, parties=day.parties), venue, Limits(effort=2))


def test_frozen_unlisted_and_pinned_parties_are_no_part_of_the_plan() -> None:
    """Whoever starts within the freeze, is not movable, or is another day's keeps the tables as a fixed occupancy."""
    occupied = [Occupancy(t, AT, LATER, "booking", t) for t in ("T2", "T4")]
    parties = [Seated(t, 2, AT) for t in ("T2", "T4")]
    movable = [Movable("T2", 2), Movable("T4", 2)]
    snapshot = Snapshot.build(FLOOR, occupied, parties, AT - timedelta(minutes=61), movable)
    wishes = {"T2": None, "T4": None}
    assert [p.key for p in day_of(snapshot, TWO_TABLES, wishes=wishes).parties] == ["T2", "T4"]
    assert [p.key for p in day_of(snapshot, TWO_TABLES, wishes={"T4": None}).parties] == ["T4"]
    frozen = day_of(snapshot.at(AT - timedelta(minutes=60)), TWO_TABLES, wishes=wishes)
    assert (frozen.parties, len(frozen.taken)) == ((), 2)
    pinned = Snapshot.build(FLOOR, occupied, parties, AT - timedelta(days=1), movable[:1])
    assert [p.key for p in day_of(pinned, TWO_TABLES, wishes=wishes).parties] == ["T2"]


def test_what_pacing_leaves_of_a_slot_is_for_those_who_wait() -> None:
    """The guests who start in a slot already are taken off its limits, unless staff set pacing aside."""
    venue = replace(TWO_TABLES, pacing=(PacingRule(covers=6),))
    taken = [Occupancy("T4", AT, LATER, "booking", "b")]
    snapshot = Snapshot.build(FLOOR, taken, [Seated("b", 4, AT)], AT - timedelta(days=1))
    waits = rooms.request(3, AT, key="w")
    assert day_of(snapshot, venue, wishes={}, waiting=[waits]).slots == (SlotRoom(("w",), 2, None),)
    free = replace(waits, allowed_overrides=frozenset({"pacing"}))
    assert day_of(snapshot, venue, wishes={}, waiting=[free]).slots == ()


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_no_plan_drops_doubles_or_moves_against_a_rule(data: st.DataObject) -> None:
    """On any small day the plan passes the check, loses no cover, and its bound is no less than its worth."""
    tables = [Table(f"T{n}", "main", data.draw(st.sampled_from([2, 4, 6])), accessible=n == 1) for n in range(1, 6)]
    venue = rooms.bare_venue(tables)
    floor = Floor.compile(venue)
    parties: list[Party] = []
    for number in range(data.draw(st.integers(1, 8))):
        start = AT + timedelta(minutes=15 * data.draw(st.integers(0, 8)))
        party = Party(f"B{number}", data.draw(st.integers(1, 6)), start, start + timedelta(hours=1))
        free = [
            s.tables
            for s in floor.candidates(party.party_size)
            if all(
                set(s.tables).isdisjoint(p.tables) or p.ends_at <= start or party.ends_at <= p.starts_at
                for p in parties
            )
        ]
        seat = data.draw(st.sampled_from([*free, None]))
        parties.append(replace(party, tables=seat) if seat else replace(party, standing="waiting"))
    day = Day(tuple(parties), max_moves=data.draw(st.integers(0, 3)))
    proposal = replan(day, venue, floor=floor)
    assert proposal.bound >= proposal.objective
    assert proposal.status == "optimal"
    assert len(proposal.moves) <= (day.max_moves or 0)


@pytest.mark.parametrize(("name", "covers"), [("prince-of-wales-100", 335), ("bistro-0.9-1", 80), ("bistro-1.2-2", 84)])
def test_the_optimum_of_a_night_is_the_one_that_is_known(name: str, covers: int) -> None:
    """The proven most covers agree with the reference figures of FORMAT.md."""
    best = optimum(json.loads((FOLDER / f"{name}.json").read_text()))
    assert (best.covers, best.bound, best.proven) == (covers, covers, True)
