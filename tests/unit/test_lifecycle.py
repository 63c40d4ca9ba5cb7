"""BookingStateMachine: every state times every action, undo and its window, and the whole write of a step."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, Source, State
from maitred.domain.errors import TransitionNotAllowed
from maitred.domain.lifecycle import (
    ENDINGS,
    EVENT_TYPES,
    FINAL_AFTER_WINDOW,
    TRANSITIONS,
    UNDO,
    UNDO_WINDOW,
    UNDO_WITHIN,
    Action,
    Change,
    legal_actions,
    opened,
    step,
    steps,
    undo_closes_at,
    undone,
)

NOW = datetime(2026, 12, 5, 19, 0, tzinfo=UTC)
HOST = Actor(ActorKind.STAFF, "host")
ID = UUID("8b5c4d2e-0000-4000-8000-000000000001")


def booking(state: State, **values: Any) -> Booking:
    """A booking in a state, with nothing remembered."""
    fields: dict[str, Any] = {
        "id": ID,
        "restaurant_id": 1,
        "restaurant": "corner",
        "service_date": date(2026, 12, 5),
        "reference": "ABC-DEFG",
        "guest_id": UUID(int=1),
        "party_size": 2,
        "starts_at": NOW,
        "turn_minutes": 75,
        "buffer_minutes": 5,
        "source": Source.WEB,
        "state": state,
        "version": 1 if state is State.CREATED else 7,
    }
    return Booking(**{**fields, **values})


def take(one: Booking, action: Action, at: datetime = NOW, **values: Any) -> Change:
    return step(one, action, actor=HOST, at=at, **values)


@pytest.mark.parametrize(("state", "action"), [pair for pair in product(State, Action) if pair[1] is not Action.UNDO])
def test_listed_pairs_move_and_all_others_are_refused(state: State, action: Action) -> None:
    """A pair moves as the table says; any other pair is refused, names what is legal, and nothing changes."""
    before = booking(state)
    kept = replace(before)
    if target := TRANSITIONS.get((state, action)):
        after = take(before, action).after
        assert (after.state, after.version) == (target, before.version + 1)
    else:
        with pytest.raises(TransitionNotAllowed) as refused:
            take(before, action)
        assert refused.value.data["legal"] == list(legal_actions(before, NOW))
    assert before == kept


def back(one: Booking, target: State, at: datetime = NOW, **values: Any) -> Change:
    return undone(one, target, actor=HOST, at=at, reason=None, values=values)


@pytest.mark.parametrize(("state", "target"), list(product(State, sorted({one for to in UNDO.values() for one in to}))))
def test_undo_leads_where_the_table_allows_it(state: State, target: State) -> None:
    """Undo goes to a state that the table lists for this one, with the values as they were, and to no other."""
    before = booking(state, notes="after")
    if target in UNDO.get(state, ()):
        after = back(before, target, notes="before").after
        assert (after.state, after.version, after.notes) == (target, before.version + 1, "before")
    else:
        with pytest.raises(TransitionNotAllowed):
            back(before, target)


def test_the_table_is_the_one_of_the_design() -> None:
    """The listed states before checked_in can be cancelled, failed is final, and no step creates a booking anew."""
    early = {State.CREATED, State.CAPACITY_VERIFIED, State.ASSIGNMENT_PENDING, State.ASSIGNMENT_IN_PROGRESS}
    early |= {State.ASSIGNED, State.MANUAL_REVIEW, State.CONFIRMED, State.ARRIVED}
    assert {state for state, action in TRANSITIONS if action is Action.CANCEL} == early
    assert not [target for source, _, target in steps() if source is State.FAILED]
    assert not [source for source, action, _ in steps() if action is Action.CREATE]
    assert State.FAILED not in UNDO


def test_every_state_is_reached_and_every_action_reports_an_event() -> None:
    """No state is out of reach, and no two actions share a type of event."""
    reached, waiting = {State.CREATED}, [State.CREATED]
    while waiting:
        here = waiting.pop()
        found = {target for source, _, target in steps() if source is here} - reached
        reached |= found
        waiting += found
    assert reached == set(State)
    assert len(set(EVENT_TYPES.values())) == len(Action) == len(EVENT_TYPES)


@pytest.mark.parametrize("action", list(Action))
def test_what_ends_a_booking_can_be_undone_for_fifteen_minutes_and_the_rest_within_a_service(action: Action) -> None:
    """To the last moment of its time an undo is legal, a moment later it is not; without an entry it never is."""
    closes = undo_closes_at(action, NOW)
    assert closes == NOW + (UNDO_WINDOW if action in FINAL_AFTER_WINDOW else UNDO_WITHIN)
    done = booking(State.CANCELLED, undo_entry=ID, undo_until=closes)
    assert Action.UNDO in legal_actions(done, closes)
    assert Action.UNDO not in legal_actions(done, closes + timedelta(microseconds=1))
    assert Action.UNDO not in legal_actions(replace(done, undo_entry=None), NOW)


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize("action", [Action.LATE_TABLE, Action.LATE_GUEST, Action.MOVE, Action.MODIFY])
def test_only_what_the_house_does_by_itself_leaves_the_last_step_to_be_undone(kind: ActorKind, action: Action) -> None:
    """A later step of a person or a guest clears what an undo would take back; the night's own steps do not."""
    before = booking(State.CONFIRMED, undo_entry=ID, undo_until=NOW)
    after = step(before, action, actor=Actor(kind, "x"), at=NOW).after
    kept = kind is ActorKind.SYSTEM and action is not Action.MODIFY
    assert (after.undo_entry, after.undo_until) == ((ID, NOW) if kept else (None, None))


@pytest.mark.parametrize(
    "state", [State.CREATED, State.CAPACITY_VERIFIED, State.ASSIGNMENT_IN_PROGRESS, State.ASSIGNED]
)
def test_a_cancelled_decision_goes_back_to_the_queue(state: State) -> None:
    """Undoing the cancellation of a booking that was being decided queues it afresh, not in mid-decision."""
    cancelled = take(booking(state, rounds=3), Action.CANCEL).after
    queued = back(cancelled, state, at=NOW + timedelta(minutes=1), rounds=3, pending_since=NOW).after
    assert queued.state is State.ASSIGNMENT_PENDING
    later = NOW + timedelta(minutes=1)
    assert (queued.rounds, queued.due_at, queued.pending_since) == (0, later, later)


@pytest.mark.parametrize("action", [Action.RETRY, Action.ABORT])
def test_going_back_to_the_queue_keeps_the_time_and_the_rounds(action: Action) -> None:
    """A retry does not start the patience anew: pending_since and rounds stay, so that it can be exhausted."""
    since = NOW - timedelta(seconds=90)
    back = take(booking(State.ASSIGNMENT_IN_PROGRESS, pending_since=since, rounds=4), action).after
    assert (back.pending_since, back.rounds) == (since, 4)


@pytest.mark.parametrize("action", [Action.REQUEUE, Action.MODIFY])
def test_a_fresh_start_clears_rounds_and_reason(action: Action) -> None:
    """Requeued by a person or changed by the guest, a review starts from nothing (lesson 10)."""
    review = booking(
        State.MANUAL_REVIEW, rounds=5, reason_code="no_capacity", reason_data={}, review_deadline=NOW, claimed_by="ann"
    )
    after = take(review, action).after
    assert (after.rounds, after.reason_code, after.reason_data, after.due_at) == (0, None, None, NOW)
    assert (after.review_deadline, after.claimed_by, after.claimed_until) == (None, None, None)


@pytest.mark.parametrize(("source", "action", "target"), [one for one in steps() if one[1] is not Action.UNDO])
def test_every_step_leaves_the_owner_and_the_claim_behind(source: State, action: Action, target: State) -> None:
    """Whoever had a booking in progress or in review has it no longer once its state has changed."""
    held = booking(source, owner="w1", owner_until=NOW, claimed_by="ann", claimed_until=NOW, review_deadline=NOW)
    after = take(held, action).after
    assert (after.owner, after.owner_until) == (None, None)
    if target is not source:
        assert (after.claimed_by, after.claimed_until, after.review_deadline) == (None, None, None)


def test_a_change_is_row_history_and_event_of_one_version() -> None:
    """The three parts of a write name the same booking, version, states, actor, reason and event."""
    reason = Reason(ReasonCode.REQUESTED, {"note": "rain"})
    change = take(booking(State.CONFIRMED), Action.CANCEL, reason=reason)
    entry, event = change.history(), change.event()
    assert (entry["version"], entry["from_state"], entry["to_state"]) == (8, "confirmed", "cancelled")
    assert (entry["actor_kind"], entry["actor_id"]) == ("staff", "host")
    assert (entry["reason_code"], entry["reason_data"]) == ("requested", {"note": "rain"})
    assert entry["event_id"] == event.id == change.event_id
    assert (event.type, event.subject, event.at) == ("booking.cancelled", str(ID), NOW)
    assert {name: event.data[name] for name in ("version", "from_state", "state", "reason")} == {
        "version": 8,
        "from_state": "confirmed",
        "state": "cancelled",
        "reason": "requested",
    }


def test_event_ids_follow_from_booking_and_version_alone() -> None:
    """The same step has the same event id whoever takes it and when; another version or booking has another."""
    confirmed = booking(State.CONFIRMED)
    one = take(confirmed, Action.CANCEL)
    other = step(confirmed, Action.ARRIVE, actor=Actor(ActorKind.SYSTEM, "x"), at=NOW + timedelta(hours=1))
    assert one.event_id == other.event_id == uuid5(ID, "8")
    assert take(replace(confirmed, version=8), Action.CANCEL).event_id != one.event_id
    assert take(replace(confirmed, id=UUID(int=7)), Action.CANCEL).event_id != one.event_id


@given(st.lists(st.sampled_from(sorted(Action)), max_size=30), st.data())
def test_replaying_history_gives_the_state(wanted: list[Action], data: st.DataObject) -> None:
    """Whatever is tried, the history of what was allowed replays to the state, in versions without a gap."""
    now = NOW
    first = opened(booking(State.CREATED), actor=HOST, at=now)
    entries, present = [first.history()], first.after
    for action in wanted:
        now += timedelta(minutes=data.draw(st.integers(0, 10)))
        allowed = action in legal_actions(present, now)
        try:
            change = take(present, action, at=now)
        except TransitionNotAllowed:
            assert not allowed
            continue
        assert allowed
        entries.append(change.history())
        present = change.after
    known = set(steps())
    state = State.CREATED
    for version, entry in enumerate(entries, start=1):
        assert entry["version"] == version
        if version > 1:
            assert entry["from_state"] == state
            assert (state, entry["action"], entry["to_state"]) in known
        state = entry["to_state"]
    assert (state, len(entries)) == (present.state, present.version)


# -- a promise is kept by people ---------------------------------------------------------------------------------------

ENDING_PAIRS = [pair for pair in TRANSITIONS if pair[1] in ENDINGS]
MACHINE = Actor(ActorKind.SYSTEM, "reaper")


@pytest.mark.parametrize(("state", "action"), ENDING_PAIRS)
@pytest.mark.parametrize("code", [None, *ReasonCode])
def test_no_machine_ends_a_booking_that_was_ever_confirmed(
    state: State, action: Action, code: ReasonCode | None
) -> None:
    """Whatever its reason, but for an import that repeats what people did; staff and guest may, a new request may."""
    promised = booking(state, first_confirmed_at=NOW)
    reason = Reason(code) if code else None
    if code is ReasonCode.IMPORTED:
        assert step(promised, action, actor=MACHINE, at=NOW, reason=reason).after.state is TRANSITIONS[state, action]
    else:
        with pytest.raises(TransitionNotAllowed, match="by people only"):
            step(promised, action, actor=MACHINE, at=NOW, reason=reason)
    for actor in (HOST, Actor(ActorKind.GUEST, "ada")):
        assert step(promised, action, actor=actor, at=NOW, reason=reason).after.state is TRANSITIONS[state, action]
    assert step(booking(state), action, actor=MACHINE, at=NOW, reason=reason).after.state is TRANSITIONS[state, action]


@pytest.mark.parametrize(("state", "action"), list(TRANSITIONS))
def test_that_it_was_confirmed_is_remembered_for_good(state: State, action: Action) -> None:
    """The first confirmation sets the instant; no later step, confirmation or undo changes it."""
    fresh = take(booking(state), action).after
    assert fresh.first_confirmed_at == (NOW if fresh.state is State.CONFIRMED else None)
    long_ago = NOW - timedelta(days=3)
    assert take(booking(state, first_confirmed_at=long_ago), action).after.first_confirmed_at == long_ago


@pytest.mark.parametrize(
    ("state", "action"), [pair for pair, target in TRANSITIONS.items() if target is State.MANUAL_REVIEW]
)
def test_its_review_has_no_deadline(state: State, action: Action) -> None:
    """Nothing happens to it when nobody decides in time, whoever sent it there; a new request has one."""
    deadline = NOW + timedelta(hours=1)
    promised = take(booking(state, first_confirmed_at=NOW), action, review_deadline=deadline).after
    assert (promised.review_deadline, promised.needs_table) == (None, True)
    asked = take(booking(state), action, review_deadline=deadline).after
    assert (asked.review_deadline, asked.needs_table) == (deadline, False)
