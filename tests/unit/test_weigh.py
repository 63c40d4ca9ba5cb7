"""Batches: decisions carry their explanations, a burst of refusals stays cheap, and no explanation stops a decision."""

from dataclasses import replace
from datetime import timedelta
from time import process_time
from uuid import uuid4

import pytest
from rooms import NOON, bare_venue
from test_lifecycle import booking

from maitred.domain.availability import Snapshot
from maitred.domain.booking import Actor, ActorKind, State
from maitred.domain.floor import Floor
from maitred.domain.outcome import Confirmed, Failed
from maitred.domain.reference import reference_of
from maitred.domain.venue import Table
from maitred.usecases import explaining
from maitred.usecases.weigh import attempt_of, changes_of, weigh

HOUSE = bare_venue([Table(f"T{n}", "x", 2 + 2 * (n % 3)) for n in range(40)])
FLOOR = Floor.compile(HOUSE)


def pending(party: int = 4, **values):
    return replace(
        booking(State.ASSIGNMENT_PENDING), id=uuid4(), party_size=party, starts_at=NOON, turn_minutes=60, **values
    )


def full_house() -> tuple[Snapshot, dict]:
    day, book = Snapshot.build(FLOOR, [], [], NOON - timedelta(hours=5)), {}
    for table in FLOOR.tables:
        one = replace(pending(2), state=State.CONFIRMED)
        book[str(one.id)] = one
        day = day.with_seating(str(one.id), [table], NOON, NOON + timedelta(hours=1), 2)
    return day, book


def test_a_refusal_carries_its_explanation_and_a_seat_too() -> None:
    """In the reason and the attempt of a refusal, in the attempt of a seat; history stays short."""
    day, book = full_house()
    (refused,) = weigh([pending()], day, HOUSE, day.read_at, book)
    assert isinstance(refused.outcome, Failed)
    told = refused.outcome.reason.data["explanation"]
    assert told["code"] == "no_capacity"
    assert {one["name"] for one in told["for_staff"]["blockers"]} <= {one.reference for one in book.values()}
    assert attempt_of(refused, "w", day.read_at)["reason_data"]["explanation"] == told
    *_, failed = changes_of(refused, HOUSE, Actor(ActorKind.SYSTEM, "w"), day.read_at)
    assert failed.after.reason_data["explanation"] == told
    assert "explanation" not in failed.reason.data
    (seated,) = weigh([pending()], Snapshot.build(FLOOR, [], [], day.read_at), HOUSE, day.read_at)
    assert isinstance(seated.outcome, Confirmed)
    assert attempt_of(seated, "w", day.read_at)["plan"]["explanation"]["code"] == "seated"


def test_five_hundred_refusals_are_explained_in_a_moment() -> None:
    """A burst asks the same: equal wishes are explained once, at whatever moment each was made."""
    day, book = full_house()
    batch = [pending(2 + n % 3) for n in range(500)]
    began = process_time()
    verdicts = weigh(batch, day, HOUSE, day.read_at, book)
    took_s = process_time() - began
    assert all(isinstance(one.outcome, Failed) for one in verdicts)
    assert len({id(one.explanation) for one in verdicts}) == 3
    assert took_s < 1.0


def test_a_decision_stands_without_its_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in explaining is logged, and nothing else comes of it."""
    day, book = full_house()
    monkeypatch.setattr(explaining, "explain", lambda *_, **__: 1 / 0)
    (refused,) = weigh([pending()], day, HOUSE, day.read_at, book)
    assert isinstance(refused.outcome, Failed)
    assert refused.outcome.reason.code == "no_capacity"
    assert "explanation" not in refused.outcome.reason.data


def test_why_bookings_stay_is_known_from_the_day_book() -> None:
    """Pinned, arrived and seated parties are called so; a booking of this batch is known by the reference it gets."""
    one, house = pending(2), replace(HOUSE, seating=replace(HOUSE.seating, move_once=True))
    book = {
        "p": replace(one, state=State.CONFIRMED, pinned_at=NOON),
        "a": replace(one, state=State.ARRIVED),
        "s": replace(one, state=State.CHECKED_IN),
        "m": replace(one, state=State.CONFIRMED),
    }
    known = explaining.known_of(book, house, Snapshot.build(FLOOR, [], [], NOON))
    assert known.fixed == {"p": "pinned", "a": "arrived", "s": "seated", "m": "moved_once"}
    assert known.name(str(one.id)) == reference_of(one.id)
