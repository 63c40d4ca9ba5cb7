"""BookingStateMachine: the lifecycle as data, and the one function that takes a step.

Nothing else in the project sets a state. A step returns the whole write: the row, its history entry and its event.
The diagram in docs/lifecycle.md and the table `maitred.lifecycle_steps` are generated from this page.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, State
from maitred.domain.errors import TransitionNotAllowed
from maitred.domain.events import Event


class Action(StrEnum):
    """What can be done to a booking."""

    CREATE = "create"
    VERIFY_CAPACITY = "verify_capacity"
    REJECT = "reject"
    QUEUE = "queue"
    START = "start"
    ASSIGN = "assign"
    CONFIRM = "confirm"
    RETRY = "retry"
    ABORT = "abort"
    ESCALATE = "escalate"
    FAIL = "fail"
    REQUEUE = "requeue"
    DECLINE = "decline"
    MODIFY = "modify"
    MOVE = "move"
    PIN = "pin"
    UNPIN = "unpin"
    ARRIVE = "arrive"
    CHECK_IN = "check_in"
    MARK_NO_SHOW = "mark_no_show"
    LOSE_TABLE = "lose_table"
    LATE_TABLE = "late_table"
    LATE_GUEST = "late_guest"
    COMPLETE = "complete"
    CANCEL = "cancel"
    UNDO = "undo"


S, A = State, Action

# What a booking cannot do, or cannot have done to it, when a step is refused.
PHRASES: Final[Mapping[Action, str]] = {
    A.CREATE: "be created again",
    A.VERIFY_CAPACITY: "be checked for capacity",
    A.REJECT: "be rejected",
    A.QUEUE: "be queued",
    A.START: "be taken up by a worker",
    A.ASSIGN: "be given tables",
    A.CONFIRM: "be confirmed",
    A.RETRY: "be put back for a retry",
    A.ABORT: "be aborted",
    A.ESCALATE: "be put under review",
    A.FAIL: "be failed",
    A.REQUEUE: "be requeued",
    A.DECLINE: "be declined",
    A.MODIFY: "be changed",
    A.ARRIVE: "arrive",
    A.CHECK_IN: "be seated",
    A.MARK_NO_SHOW: "be marked as a no-show",
    A.LOSE_TABLE: "lose its table",
    A.COMPLETE: "be completed",
    A.CANCEL: "be cancelled",
    A.UNDO: "be undone",
    A.MOVE: "be given other tables",
    A.PIN: "be promised its tables",
    A.UNPIN: "be released from a promise of tables",
}

TRANSITIONS: Final[Mapping[tuple[State, Action], State]] = {
    (S.CREATED, A.VERIFY_CAPACITY): S.CAPACITY_VERIFIED,
    (S.CREATED, A.REJECT): S.FAILED,
    (S.CREATED, A.CANCEL): S.CANCELLED,
    (S.CAPACITY_VERIFIED, A.QUEUE): S.ASSIGNMENT_PENDING,
    (S.CAPACITY_VERIFIED, A.CANCEL): S.CANCELLED,
    (S.ASSIGNMENT_PENDING, A.START): S.ASSIGNMENT_IN_PROGRESS,
    (S.ASSIGNMENT_PENDING, A.ESCALATE): S.MANUAL_REVIEW,
    (S.ASSIGNMENT_PENDING, A.FAIL): S.FAILED,
    (S.ASSIGNMENT_PENDING, A.MODIFY): S.ASSIGNMENT_PENDING,
    (S.ASSIGNMENT_PENDING, A.CANCEL): S.CANCELLED,
    (S.ASSIGNMENT_IN_PROGRESS, A.ASSIGN): S.ASSIGNED,
    (S.ASSIGNMENT_IN_PROGRESS, A.RETRY): S.ASSIGNMENT_PENDING,
    (S.ASSIGNMENT_IN_PROGRESS, A.ABORT): S.ASSIGNMENT_PENDING,
    (S.ASSIGNMENT_IN_PROGRESS, A.ESCALATE): S.MANUAL_REVIEW,
    (S.ASSIGNMENT_IN_PROGRESS, A.FAIL): S.FAILED,
    (S.ASSIGNMENT_IN_PROGRESS, A.CANCEL): S.CANCELLED,
    (S.ASSIGNED, A.CONFIRM): S.CONFIRMED,
    (S.ASSIGNED, A.RETRY): S.ASSIGNMENT_PENDING,
    (S.ASSIGNED, A.ESCALATE): S.MANUAL_REVIEW,
    (S.ASSIGNED, A.CANCEL): S.CANCELLED,
    (S.MANUAL_REVIEW, A.REQUEUE): S.ASSIGNMENT_PENDING,
    (S.MANUAL_REVIEW, A.ASSIGN): S.ASSIGNED,
    (S.MANUAL_REVIEW, A.DECLINE): S.FAILED,
    (S.MANUAL_REVIEW, A.MODIFY): S.ASSIGNMENT_PENDING,
    (S.MANUAL_REVIEW, A.CANCEL): S.CANCELLED,
    (S.MANUAL_REVIEW, A.MARK_NO_SHOW): S.NO_SHOW,
    (S.CONFIRMED, A.ARRIVE): S.ARRIVED,
    (S.CONFIRMED, A.CHECK_IN): S.CHECKED_IN,
    (S.CONFIRMED, A.MARK_NO_SHOW): S.NO_SHOW,
    (S.CONFIRMED, A.LOSE_TABLE): S.MANUAL_REVIEW,
    (S.CONFIRMED, A.LATE_TABLE): S.CONFIRMED,
    (S.CONFIRMED, A.LATE_GUEST): S.CONFIRMED,
    (S.CONFIRMED, A.MODIFY): S.CONFIRMED,
    (S.CONFIRMED, A.MOVE): S.CONFIRMED,
    (S.CONFIRMED, A.PIN): S.CONFIRMED,
    (S.CONFIRMED, A.UNPIN): S.CONFIRMED,
    (S.CONFIRMED, A.CANCEL): S.CANCELLED,
    (S.ARRIVED, A.CHECK_IN): S.CHECKED_IN,
    (S.ARRIVED, A.MARK_NO_SHOW): S.NO_SHOW,
    (S.ARRIVED, A.LOSE_TABLE): S.MANUAL_REVIEW,
    (S.ARRIVED, A.LATE_TABLE): S.ARRIVED,
    (S.ARRIVED, A.MODIFY): S.ARRIVED,
    (S.ARRIVED, A.MOVE): S.ARRIVED,
    (S.ARRIVED, A.PIN): S.ARRIVED,
    (S.ARRIVED, A.UNPIN): S.ARRIVED,
    (S.ARRIVED, A.CANCEL): S.CANCELLED,
    (S.CHECKED_IN, A.MODIFY): S.CHECKED_IN,
    (S.CHECKED_IN, A.COMPLETE): S.COMPLETED,
    (S.CHECKED_IN, A.LOSE_TABLE): S.MANUAL_REVIEW,
    (S.CHECKED_IN, A.MOVE): S.CHECKED_IN,
    (S.CHECKED_IN, A.UNPIN): S.CHECKED_IN,
}

# Undo takes back the last thing that a person did, so it leads to the state before that: the same one where the action
# changed no state (a move, a note), and cancelled where it made the booking. These are the states it may lead to.
UNDO: Final[Mapping[State, frozenset[State]]] = {
    S.ASSIGNMENT_PENDING: frozenset({S.ASSIGNMENT_PENDING, S.MANUAL_REVIEW}),
    S.MANUAL_REVIEW: frozenset(
        {S.MANUAL_REVIEW, S.ASSIGNMENT_PENDING, S.CONFIRMED, S.ARRIVED, S.CHECKED_IN, S.CANCELLED}
    ),
    S.CONFIRMED: frozenset({S.CONFIRMED, S.MANUAL_REVIEW, S.CANCELLED}),
    S.ARRIVED: frozenset({S.ARRIVED, S.CONFIRMED}),
    S.CHECKED_IN: frozenset({S.CHECKED_IN, S.MANUAL_REVIEW, S.CONFIRMED, S.ARRIVED, S.CANCELLED}),
    S.COMPLETED: frozenset({S.COMPLETED, S.CHECKED_IN}),
    S.NO_SHOW: frozenset({S.NO_SHOW, S.MANUAL_REVIEW, S.CONFIRMED, S.ARRIVED}),
    S.CANCELLED: frozenset({S.CANCELLED, S.ASSIGNMENT_PENDING, S.MANUAL_REVIEW, S.CONFIRMED, S.ARRIVED}),
}

UNDO_WINDOW: Final = timedelta(minutes=15)
# What ends a booking can be undone for UNDO_WINDOW, anything else within a service.
FINAL_AFTER_WINDOW: Final = frozenset({A.COMPLETE, A.MARK_NO_SHOW, A.CANCEL})
UNDO_WITHIN: Final = timedelta(hours=12)

EVENT_TYPES: Final[Mapping[Action, str]] = {
    A.CREATE: "booking.created",
    A.VERIFY_CAPACITY: "booking.capacity_verified",
    A.REJECT: "booking.rejected",
    A.QUEUE: "booking.queued",
    A.START: "booking.assignment_started",
    A.ASSIGN: "booking.assigned",
    A.CONFIRM: "booking.confirmed",
    A.RETRY: "booking.retry_scheduled",
    A.ABORT: "booking.assignment_aborted",
    A.ESCALATE: "booking.review_requested",
    A.FAIL: "booking.failed",
    A.REQUEUE: "booking.requeued",
    A.DECLINE: "booking.declined",
    A.MODIFY: "booking.modified",
    A.MOVE: "booking.moved",
    A.PIN: "booking.pinned",
    A.UNPIN: "booking.unpinned",
    A.ARRIVE: "booking.arrived",
    A.CHECK_IN: "booking.checked_in",
    A.MARK_NO_SHOW: "booking.no_show",
    A.LOSE_TABLE: "booking.table_lost",
    A.LATE_TABLE: "booking.late_table",
    A.LATE_GUEST: "booking.late_guest",
    A.COMPLETE: "booking.completed",
    A.CANCEL: "booking.cancelled",
    A.UNDO: "booking.undone",
}

# How long before a party's time a step may be taken; the others may be taken at any time.
EARLIEST: Final[Mapping[Action, timedelta]] = {
    A.ARRIVE: timedelta(hours=4),
    A.CHECK_IN: timedelta(hours=4),
    A.MARK_NO_SHOW: timedelta(0),
}

# Steps that end a booking without a visit: of one that was ever confirmed they are for people to take.
ENDINGS: Final = frozenset({A.REJECT, A.FAIL, A.DECLINE, A.CANCEL, A.MARK_NO_SHOW})

# Steps that another one always follows in the same transaction: their events are recorded, but nobody could act on a
# state that is over by the time it is heard of.
UNANNOUNCED: Final = frozenset({A.VERIFY_CAPACITY, A.START, A.ASSIGN})


@dataclass(frozen=True, slots=True)
class Change:
    """The whole write of one step: row before and after, history entry, event."""

    before: Booking | None
    after: Booking
    action: Action
    actor: Actor
    at: datetime
    reason: Reason | None

    @property
    def event_id(self) -> UUID:
        """The event's id, a function of booking and version: the same step cannot be two events."""
        return uuid5(self.after.id, str(self.after.version))

    def history(self) -> dict[str, Any]:
        """Return the history entry."""
        return {
            "booking_id": self.after.id,
            "version": self.after.version,
            "from_state": self.before.state if self.before else None,
            "action": self.action,
            "to_state": self.after.state,
            "actor_kind": self.actor.kind,
            "actor_id": self.actor.id,
            "reason_code": self.reason.code if self.reason else None,
            "reason_data": dict(self.reason.data) if self.reason else None,
            "at": self.at,
            "event_id": self.event_id,
        }

    def event(self) -> Event:
        """Return the event that reports this step; the day it left is named when the day changed."""
        moved = self.before is not None and self.before.service_date != self.after.service_date
        return Event(
            id=self.event_id,
            type=EVENT_TYPES[self.action],
            restaurant=self.after.restaurant,
            subject=str(self.after.id),
            at=self.at,
            data={
                "booking_id": str(self.after.id),
                "reference": self.after.reference,
                "version": self.after.version,
                "from_state": self.before.state if self.before else None,
                "state": self.after.state,
                "service_date": self.after.service_date.isoformat(),
                "starts_at": self.after.starts_at.isoformat(),
                "party_size": self.after.party_size,
                "reason": self.reason.code if self.reason else None,
                **({"previous_service_date": self.before.service_date.isoformat()} if self.before and moved else {}),
            },
        )


def opened(booking: Booking, *, actor: Actor, at: datetime) -> Change:
    """Return the first change of a booking's life: it is created."""
    assert booking.state is State.CREATED
    assert booking.version == 1
    return Change(None, booking, Action.CREATE, actor, at, None)


def step(
    booking: Booking,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    reason: Reason | None = None,
    **values: Any,
) -> Change:
    """Take one step and return the whole write; `values` are other columns that change with it.

    Raises TransitionNotAllowed when the table has no such step, or when a machine would end a booking that was ever
    confirmed. An undo is `undone`'s business.
    """
    target = TRANSITIONS.get((booking.state, action))
    if target is None:
        raise not_allowed(booking, action, at)
    _only_people_end(booking, action, actor, reason)
    kept = action in _LEAVES_UNDO and actor.kind is ActorKind.SYSTEM
    gone = {} if kept else {"undo_entry": None, "undo_until": None}
    after = replace(booking, **(_owned_by_state(booking, action, target, at) | gone | values))
    if after.once_confirmed:
        after = replace(after, review_deadline=None)  # nothing happens to it when nobody decides in time
    return Change(booking, replace(after, state=target, version=booking.version + 1), action, actor, at, reason)


def legal_actions(booking: Booking, at: datetime) -> tuple[Action, ...]:
    """Return the actions the table allows now, in the order of the table."""
    listed = [action for (state, action) in TRANSITIONS if state is booking.state]
    return (*listed, Action.UNDO) if undoable(booking, at) else tuple(listed)


def undoable(booking: Booking, at: datetime) -> bool:
    """Tell whether the last thing that was done to a booking can be taken back at an instant."""
    return booking.undo_entry is not None and booking.undo_until is not None and at <= booking.undo_until


def undo_closes_at(action: Action | None, at: datetime) -> datetime:
    """Return until when an action of an instant can be taken back."""
    return at + (UNDO_WINDOW if action in FINAL_AFTER_WINDOW else UNDO_WITHIN)


def undone(
    booking: Booking, target: State, *, actor: Actor, at: datetime, reason: Reason | None, values: Mapping[str, Any]
) -> Change:
    """Return the step back to the state before; `values` are the columns as they were.

    Raises TransitionNotAllowed when the table has no way back from here to there.
    """
    target = _REMEMBERED.get(target, target)
    if target not in UNDO.get(booking.state, frozenset()):
        raise not_allowed(booking, Action.UNDO, at)
    owned = {} if target is booking.state else _owned_by_state(booking, Action.UNDO, target, at)
    if target is State.ASSIGNMENT_PENDING and target is not booking.state:
        values = {name: value for name, value in values.items() if name not in _COUNTED_AFRESH}
    after = replace(booking, **{"undo_entry": None, "undo_until": None, **owned, **values, **_NOBODYS})
    if after.once_confirmed:
        after = replace(after, review_deadline=None)
    return Change(booking, replace(after, state=target, version=booking.version + 1), Action.UNDO, actor, at, reason)


def too_early(booking: Booking, action: Action, at: datetime) -> bool:
    """Tell whether the party is expected too much later for a step."""
    margin = EARLIEST.get(action)
    return margin is not None and at < booking.starts_at - margin


def steps() -> Iterator[tuple[State, Action, State]]:
    """Yield every step there is, undo included: what database and diagram are made from."""
    for (state, action), target in TRANSITIONS.items():
        yield state, action, target
    for state, targets in UNDO.items():
        for target in sorted(targets):
            yield state, Action.UNDO, target


def not_allowed(booking: Booking, action: Action, at: datetime) -> TransitionNotAllowed:
    """Return the error that says what cannot be done to a booking, and what can."""
    return TransitionNotAllowed(
        f"A booking that is {booking.state.replace('_', ' ')} cannot {PHRASES.get(action, action)}.",
        field="action",
        state=booking.state,
        action=action,
        legal=list(legal_actions(booking, at)),
    )


def _only_people_end(booking: Booking, action: Action, actor: Actor, reason: Reason | None) -> None:
    """Refuse a machine that would end a booking which was ever confirmed; an import only repeats what people did."""
    repeated = reason is not None and reason.code is ReasonCode.IMPORTED
    if not (booking.once_confirmed and actor.kind is ActorKind.SYSTEM and action in ENDINGS) or repeated:
        return
    raise TransitionNotAllowed(
        f"A booking that was confirmed can {PHRASES[action]} by people only.",
        field="action",
        state=booking.state,
        action=action,
    )


# A cancelled booking that was being decided goes back to the queue, not into the middle of a decision.
_REMEMBERED: Final = {
    S.CREATED: S.ASSIGNMENT_PENDING,
    S.CAPACITY_VERIFIED: S.ASSIGNMENT_PENDING,
    S.ASSIGNMENT_IN_PROGRESS: S.ASSIGNMENT_PENDING,
    S.ASSIGNED: S.ASSIGNMENT_PENDING,
}
_PENDING_AFRESH: Final = frozenset({Action.QUEUE, Action.REQUEUE, Action.MODIFY, Action.UNDO})
_COUNTED_AFRESH: Final = frozenset({"pending_since", "due_at", "rounds", "reason_code", "reason_data"})
_NOBODYS: Final[Mapping[str, Any]] = {"owner": None, "owner_until": None}
# What the house does by itself: it changes nothing that a person did, or decides what they asked to be decided. Their
# last step can still be taken back.
_LEAVES_UNDO: Final = frozenset({
    Action.LATE_TABLE, Action.LATE_GUEST, Action.MOVE, Action.START, Action.ASSIGN, Action.CONFIRM, Action.RETRY,
    Action.ABORT, Action.ESCALATE,
})  # fmt: skip


UNPINNED: Final[Mapping[str, Any]] = {"pinned_at": None, "pinned_by": None, "pin_reason": None}


def _owned_by_state(booking: Booking, action: Action, target: State, at: datetime) -> dict[str, Any]:
    """Return the columns whose value follows from the state alone."""
    values: dict[str, Any] = dict(_NOBODYS)
    if target is not booking.state:
        values |= {"claimed_by": None, "claimed_key": None, "claimed_until": None, "review_deadline": None}
    if target is State.ASSIGNMENT_PENDING and action in _PENDING_AFRESH:
        values |= {"pending_since": at, "due_at": at, "rounds": 0, "reason_code": None, "reason_data": None}
    if target is State.MANUAL_REVIEW:
        values |= UNPINNED  # the tables that were promised are gone
    if target is State.CONFIRMED and not booking.once_confirmed:
        values["first_confirmed_at"] = at
    if target in (State.CONFIRMED, State.CANCELLED):
        values |= {"due_at": None, "reason_code": None, "reason_data": None}
    return values
