"""Every refusal of the real nights, and of many small floors, is explained truly; tests/explanations.py says so."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import explanations
from maitred.domain.assignment import Refuse, decide
from maitred.domain.assignment.explain import explain
from maitred.domain.assignment.explanation import Explanation, Line
from maitred.domain.availability import Movable, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.simulation import seating_request
from maitred.domain.venue import parse_venue

FOLDER = Path(__file__).parents[2] / "examples" / "scenarios"
PROOF = "MAITRED_PROOF" in os.environ
REAL = ("prince-of-wales-100", "prince-of-wales-76-large", "demo-17-tables-117")


def refusals(scenario: dict[str, Any]) -> Iterator[tuple[explanations.Night, str, Explanation]]:
    """Play a night as `simulate` does and yield each refusal, explained, with the night as it was then."""
    venue = parse_venue(scenario["venue"])
    night, day = explanations.Night(scenario), None
    for event in scenario["events"]:
        at = explanations.datetime.fromisoformat(event["at"])
        day = day.at(at) if day else Snapshot.build(Floor.compile(venue), [], [], at)
        night.at = explanations.checked(event["at"])
        if event["type"] == "cancel":
            day = day.without(event["booking_id"])
            night.seating.pop(event["booking_id"], None)
            continue
        booking = event["booking"]
        night.asked[booking["id"]] = booking
        request = seating_request(venue, booking)
        decision = decide(request, day, venue)
        if isinstance(decision, Refuse):
            yield night, booking["id"], explain(decision, request, day, venue)
            continue
        moved = {move.booking_id: frozenset(move.to_tables) for move in decision.moves}
        night.seating |= {**moved, booking["id"]: frozenset(decision.plan.tables)}
        day = day.with_moves((move.booking_id, move.to_tables) for move in decision.moves).with_seating(
            request.key, decision.plan.tables, request.starts_at, request.ends_at, request.party_size,
            Movable(request.key, request.party_size, request.accessible),
        )  # fmt: skip


@cache
def scenario(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


@pytest.mark.parametrize("name", REAL)
def test_every_refusal_of_the_real_nights_is_explained_truly(name):
    """Who is named stands in the way, no set is free, no moves within the budget help, and each remedy would."""
    for night, booking, explanation in refusals(scenario(name)):
        assert explanations.untrue(night, booking, explanation) == []
        assert explanation.text(for_staff=False).startswith(("All", "Both", "The only"))


@pytest.mark.parametrize("name", REAL)
def test_nobody_was_refused_who_could_have_been_seated_by_any_moves(name):
    """A solver proves refusals of the real nights: not even moving everybody who may be moved made room.

    `make proof-refusals` proves every one; here it is every fourth.
    """
    for night, booking, _ in islice(refusals(scenario(name)), None, None, 1 if PROOF else 4):
        assert explanations.any_seating(night, night.asked[booking], seconds=20) is False, booking


# -- small floors ------------------------------------------------------------------------------------------------------

TABLES = st.builds(
    lambda capacity, least, movable, accessible: {
        "capacity": capacity,
        "min_party": min(least, capacity),
        "movable": movable,
        "accessible": accessible,
    },
    st.sampled_from([2, 2, 3, 4, 6]), st.sampled_from([1, 1, 2, 3]), st.sampled_from([True, True, False]),
    st.booleans(),
)  # fmt: skip
ASKED = st.tuples(st.integers(1, 7), st.integers(0, 14), st.sampled_from([False, False, True]), st.integers(30, 400))


@st.composite
def small_nights(draw: st.DrawFn) -> dict[str, Any]:
    """A room of up to six tables in a row, some joined to the next, and more parties than it can take."""
    tables = [
        {"id": f"T{n}", "zone": "room", **one} for n, one in enumerate(draw(st.lists(TABLES, min_size=2, max_size=6)))
    ]
    near = [(a, b) for a, b in pairwise(tables) if a["movable"] and b["movable"]]
    joins = [[a["id"], b["id"]] for a, b in near if draw(st.booleans())]
    midnight = explanations.datetime.fromisoformat("2026-12-05T00:00:00+00:00")
    quarter = explanations.timedelta(minutes=15)
    asked = [
        {
            "at": (start := midnight.replace(hour=18) + quarter * slot) - explanations.timedelta(minutes=ahead),
            "booking": {"id": f"B{n:02}", "party_size": size, "start": start.isoformat(), "accessible": accessible},
        }
        for n, (size, slot, accessible, ahead) in enumerate(draw(st.lists(ASKED, min_size=4, max_size=14)))
    ]
    return {
        "venue": {
            "slug": "small", "name": "Small", "timezone": "UTC", "slot_minutes": 15, "buffer_minutes": 5,
            "max_tables_per_booking": 3, "zones": [{"id": "room", "name": "Room"}], "tables": tables, "joins": joins,
            "turn_minutes": [{"max_party": 2, "minutes": 75}, {"max_party": 18, "minutes": 105}],
            "services": [
                {"name": "dinner", "days": ["sat"], "open": "18:00", "last_seating": "21:30", "close": "23:30"}
            ],
        },
        "events": [
            {"type": "request", "at": one["at"].isoformat(), "booking": one["booking"]}
            for one in sorted(asked, key=lambda one: (one["at"], one["booking"]["id"]))
        ],
    }  # fmt: skip


def _asks(name: str, party: int, start: str, asked: str = "17:29") -> dict[str, Any]:
    booking = {"id": name, "party_size": party, "start": f"2026-12-05T{start}:00+00:00", "accessible": False}
    return {"type": "request", "at": f"2026-12-05T{asked}:00+00:00", "booking": booking}


# Three parties that put each other out in a circle, for as long as anybody looks; all could sit.
IN_A_CIRCLE = {
    "venue": {
        "slug": "small", "name": "Small", "timezone": "UTC", "slot_minutes": 15, "buffer_minutes": 5,
        "max_tables_per_booking": 3, "zones": [{"id": "room", "name": "Room"}], "joins": [["T0", "T1"]],
        "tables": [
            {"id": f"T{n}", "zone": "room", "capacity": seats, "min_party": 1, "movable": True, "accessible": False}
            for n, seats in enumerate((2, 2, 3))
        ],
        "turn_minutes": [{"max_party": 2, "minutes": 75}, {"max_party": 18, "minutes": 105}],
        "services": [
            {"name": "dinner", "days": ["sat"], "open": "18:00", "last_seating": "21:30", "close": "23:30"}
        ],
    },
    "events": [
        _asks("B01", 1, "18:45"), _asks("B02", 1, "20:15"), _asks("B03", 3, "18:45"), _asks("B00", 1, "18:00", "17:30"),
    ],
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(small_nights())
@example(IN_A_CIRCLE)
def test_refusals_on_small_floors_are_explained_truly(night):
    """Fixed and accessible tables, smallest parties, joins, moves and the freeze: what is said is so."""
    for then, booking, explanation in refusals(night):
        if explanation.code == "no_capacity":
            assert explanations.untrue(then, booking, explanation) == []
        else:
            assert not then.ways(then.asked[booking])


# -- the check itself --------------------------------------------------------------------------------------------------


@cache
def first_refusal() -> tuple[explanations.Night, str, Explanation]:
    return next(refusals(scenario("demo-17-tables-117")))


LIES = {
    "a proof with a table missing": lambda told: replace(told, taken=told.taken[1:]),
    "a proof with a table too many": lambda told: replace(told, taken=(*told.taken, "D2-02-01")),
    "a blocker who is not there": lambda told: replace(told, blockers=told.blockers[1:]),
    "a blocker who could be moved": lambda told: replace(
        told, blockers=(replace(told.blockers[0], why_not_moved="frozen"), *told.blockers[1:])
    ),
    "a way with nobody in it": lambda told: replace(told, ways=(replace(told.ways[0], blockers=()), *told.ways[1:])),
    "a time without room": lambda told: lied(told, "another_time", starts_at="2026-01-17T12:45:00+00:00"),
    "a party that does not fit": lambda told: lied(told, "smaller_party", party_size=3),
    "somebody else in the way": lambda told: lied(told, "without_one", tables=["D1-07-01"]),
    "a sentence nobody checks": lambda told: replace(told, lines=(*told.lines, Line("trust_me", {}))),
}


def lied(told: Explanation, code: str, **data: Any) -> Explanation:
    """The explanation with other data in its remedies of one kind."""
    return replace(
        told,
        remedies=tuple(
            replace(line, data={**line.data, **data}) if line.code == code else line for line in told.remedies
        ),
    )


@pytest.mark.parametrize("lie", LIES)
def test_the_check_would_notice(lie):
    """Each kind of untruth is found (lesson 24)."""
    night, booking, explanation = first_refusal()
    assert explanations.untrue(night, booking, explanation) == []
    assert explanations.untrue(night, booking, LIES[lie](explanation))


def test_guests_read_nothing_about_others():
    """Outside `for_staff` no booking, no table and no time of anybody else is told."""
    for _, booking, explanation in refusals(scenario("prince-of-wales-76-large")):
        public = {name: part for name, part in explanation.document().items() if name != "for_staff"}
        text = json.dumps(public)
        assert not [one.id for one in explanation.blockers if one.id in text], booking
        assert not [table for table in explanation.taken if table in text], booking
