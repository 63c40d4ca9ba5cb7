"""Bookings that another system took: what is known of one, and the history it is given here.

The history is seeded by the lifecycle's own steps, so that replaying it reaches the state. Each entry says that it was
imported; a time that the other system did not record says that it is assumed.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, Source, State
from maitred.domain.lifecycle import Action, Change, opened, step


class Recorded(StrEnum):
    """What the other system says became of a booking."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    SEATED = "seated"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    DECLINED = "declined"


class Fate(StrEnum):
    """What an imported booking becomes here."""

    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    FAILED = "failed"
    SEAT = "seat"  # yet to come, or under way: it needs tables


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, or a wish of it that could not be met: where, and by which rule.

    `row` counts the rows of a file from 1, `line` is where the row begins in it (None: a file without lines).
    """

    row: int
    column: str
    rule: str
    message: str
    line: int | None = None

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "row": self.row, "line": self.line, "column": self.column, "rule": self.rule, "message": self.message,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """One booking of another system, checked and normalised. Instants are UTC; `row` is its number in the file."""

    row: int
    external_id: str
    starts_at: datetime
    party_size: int
    name: str
    state: Recorded = Recorded.BOOKED
    email: str | None = None
    phone: str | None = None
    locale: str | None = None
    tables: tuple[str, ...] = ()
    zone: str | None = None
    accessible: bool = False
    notes: str | None = None
    source: Source = Source.PARTNER
    turn_minutes: int | None = None
    created_at: datetime | None = None
    arrived_at: datetime | None = None
    seated_at: datetime | None = None
    left_at: datetime | None = None
    cancelled_at: datetime | None = None
    words: Mapping[str, Any] = field(default_factory=dict)  # as they stood in the file: state, tables
    line: int | None = None


NO_SHOW_AFTER: Final = timedelta(minutes=15)
_UNDER_WAY: Final = frozenset({Recorded.BOOKED, Recorded.ARRIVED, Recorded.SEATED})
_ENDS: Final[Mapping[Recorded, Fate]] = {
    Recorded.COMPLETED: Fate.COMPLETED,
    Recorded.NO_SHOW: Fate.NO_SHOW,
    Recorded.CANCELLED: Fate.CANCELLED,
    Recorded.DECLINED: Fate.FAILED,
}


def fate_of(one: Imported, turn_minutes: int, now: datetime) -> Fate:
    """Tell what becomes of a booking: one whose end nobody recorded counts as completed once its time is over."""
    if one.state in _UNDER_WAY:
        return Fate.SEAT if one.starts_at + timedelta(minutes=turn_minutes) > now else Fate.COMPLETED
    return _ENDS[one.state]


def importer(source: str) -> Actor:
    """Return the actor that history names: the system, by the import's source."""
    return Actor(ActorKind.SYSTEM, f"import:{source}")


@dataclass(slots=True)
class _Seeds:
    """A history being written; its times never go back."""

    source: str
    changes: list[Change]

    def add(self, action: Action, at: datetime, *, assumed: bool) -> None:
        before = self.changes[-1]
        reason = _imported(self.source, assumed=assumed)
        moment = max(at, before.at)
        self.changes.append(step(before.after, action, actor=importer(self.source), at=moment, reason=reason))


def _imported(source: str, *, assumed: bool, **data: Any) -> Reason:
    return Reason(ReasonCode.IMPORTED, {"source": source, **({"assumed": True} if assumed else {}), **data})


def _begun(booking: Booking, one: Imported, source: str, now: datetime) -> _Seeds:
    at = min(one.created_at or one.starts_at, now)
    if one.state is not Recorded.DECLINED:
        booking = replace(booking, first_confirmed_at=at)  # by the other system
    first = opened(booking, actor=importer(source), at=at)
    words = {"external_id": one.external_id, **one.words}
    return _Seeds(source, [replace(first, reason=_imported(source, assumed=one.created_at is None, **words))])


_TO_QUEUE: Final = (Action.VERIFY_CAPACITY, Action.QUEUE)
_TO_CONFIRMED: Final = (Action.START, Action.ASSIGN, Action.CONFIRM)


def ended(booking: Booking, one: Imported, fate: Fate, source: str, now: datetime) -> list[Change]:
    """Return the history of a booking that is over."""
    seeds = _begun(booking, one, source, now)
    at = seeds.changes[0].at
    if fate is Fate.FAILED:
        seeds.add(Action.REJECT, at, assumed=True)
        return seeds.changes
    for action in (*_TO_QUEUE, *_TO_CONFIRMED):
        seeds.add(action, at, assumed=one.created_at is None)
    for action, recorded, otherwise in _last_steps(booking, one, fate):
        seeds.add(action, min(recorded or otherwise, now), assumed=recorded is None)
    return seeds.changes


def _last_steps(booking: Booking, one: Imported, fate: Fate) -> Iterator[tuple[Action, datetime | None, datetime]]:
    """Yield the steps after the confirmation, each with its recorded time and the time that is assumed without one."""
    if fate is Fate.CANCELLED:
        yield Action.CANCEL, one.cancelled_at, one.starts_at
        return
    if one.arrived_at:
        yield Action.ARRIVE, one.arrived_at, one.arrived_at
    if fate is Fate.NO_SHOW:
        yield Action.MARK_NO_SHOW, None, one.starts_at + NO_SHOW_AFTER
        return
    sat = one.seated_at or one.starts_at
    yield Action.CHECK_IN, one.seated_at, sat
    yield Action.COMPLETE, one.left_at, sat + timedelta(minutes=booking.turn_minutes)


def seated(booking: Booking, one: Imported, source: str, now: datetime) -> list[Change]:
    """Return the history of a booking that has its tables here from now on."""
    seeds = _queued(booking, one, source, now)
    for action in _TO_CONFIRMED:
        seeds.add(action, now, assumed=False)
    if one.state is Recorded.ARRIVED:
        seeds.add(Action.ARRIVE, now, assumed=one.arrived_at is None)
    if one.state is Recorded.SEATED:
        seeds.add(Action.CHECK_IN, now, assumed=one.seated_at is None)
    return seeds.changes


def reviewed(booking: Booking, one: Imported, source: str, now: datetime, reason: Reason) -> list[Change]:
    """Return the history of a booking for which a person has to find the tables, however long that takes."""
    seeds = _queued(booking, one, source, now)
    before = seeds.changes[-1]
    stated = {"reason_code": reason.code, "reason_data": dict(reason.data)}
    escalated = step(
        before.after, Action.ESCALATE, actor=importer(source), at=max(now, before.at), reason=reason, **stated
    )
    return [*seeds.changes, escalated]


def _queued(booking: Booking, one: Imported, source: str, now: datetime) -> _Seeds:
    seeds = _begun(booking, one, source, now)
    for action in _TO_QUEUE:
        seeds.add(action, seeds.changes[0].at, assumed=one.created_at is None)
    return seeds


# -- a newer export ----------------------------------------------------------------------------------------------------


def recorded_of(one: Imported, seat: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the other system says of a booking, to compare its next export with; digests of personal data.

    `seat` are the tables that the import gave it, by which it is seen whether people changed them here.
    """
    return {
        "state": str(one.state),
        "starts_at": one.starts_at.isoformat(),
        "party_size": one.party_size,
        "accessible": one.accessible,
        "turn_minutes": one.turn_minutes,
        "tables": table_set(one.tables),
        "seat": table_set(seat),
        "notes": digest_of(one.notes),
        "guest": digest_of(one.name, one.email, one.phone, one.locale),
    }


def table_set(tables: Sequence[str]) -> str:
    """Return tables as one text, whatever order they are named in."""
    return "+".join(sorted(set(tables), key=str.casefold))


def digest_of(*values: str | None) -> str:
    """Return a short digest of texts."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which a newer export differs from the booking here; `clash`: it was changed here as well."""

    field: str
    here: str | None
    there: str | None
    clash: bool = False


def differences(
    one: Imported,
    booking: Booking,
    guest: Sequence[str | None],
    tables: Sequence[str],
    recorded: Mapping[str, Any] | None,
) -> list[Difference]:
    """Return what the other system has changed since its last export and is not so here.

    `guest` is (name, email, phone, locale) and `tables` as here; `recorded` what it said last, None when that was not
    kept: then all that differs counts, but for what the guest and the notes say.
    """
    if booking.state in _OVER:
        return list(_state_difference(one, booking, recorded))
    here = {
        "starts_at": booking.starts_at.isoformat(),
        "party_size": booking.party_size,
        "accessible": booking.accessible,
        "turn_minutes": booking.turn_minutes,
        "tables": table_set(tables),
        "notes": digest_of(booking.notes),
        "guest": digest_of(*guest),
    }
    there = recorded_of(one)
    found = list(_state_difference(one, booking, recorded))
    for name, present in here.items():
        before = _before(name, recorded)
        if name in _COMPARED and before is not _UNKNOWN and there[name] not in (present, before):
            if name in _MAY_BE_UNSAID and not there[name]:
                continue
            told = (None, None) if name in _DIGESTS else (str(present or "none"), str(there[name]))
            found.append(Difference(name, told[0], told[1], clash=_changed_here(name, present, before, recorded)))
    return found


def _changed_here(name: str, present: Any, before: Any, recorded: Mapping[str, Any] | None) -> bool:
    """Tell whether people changed a field here since the import; what it was then may be the import's own choice."""
    if name == "tables":
        seat = (recorded or {}).get("seat")
        return bool(seat and present) and present != seat
    return before is not None and present != before


_UNKNOWN: Final = object()
_DIGESTS: Final = frozenset({"notes", "guest"})
_COMPARED: Final = ("starts_at", "party_size", "accessible", "turn_minutes", "tables", "notes", "guest")
_MAY_BE_UNSAID: Final = frozenset({"turn_minutes", "tables"})  # an export without them says nothing new


def _before(name: str, recorded: Mapping[str, Any] | None) -> Any:
    """Return what the other system said last; _UNKNOWN where nothing may be compared, None where nothing was kept."""
    if recorded is None:
        return None if name in ("starts_at", "party_size") else _UNKNOWN
    return recorded.get(name, _UNKNOWN)  # a guest who was erased stays so


_OVER: Final = frozenset({State.COMPLETED, State.NO_SHOW, State.CANCELLED, State.FAILED})
_SEATED_ONCE: Final = frozenset({State.CHECKED_IN, State.COMPLETED})
# What is no news: the booking here is so far, or further.
_AS_FAR: Final[Mapping[Recorded, frozenset[State]]] = {
    Recorded.BOOKED: frozenset(State) - {State.CANCELLED, State.FAILED, State.NO_SHOW},
    Recorded.ARRIVED: _SEATED_ONCE | {State.ARRIVED},
    Recorded.SEATED: _SEATED_ONCE,
    Recorded.COMPLETED: frozenset({State.COMPLETED}),
    Recorded.NO_SHOW: frozenset({State.NO_SHOW}),
    Recorded.CANCELLED: frozenset({State.CANCELLED, State.FAILED}),
    Recorded.DECLINED: frozenset({State.CANCELLED, State.FAILED}),
}
_STEPS: Final[Mapping[Recorded, tuple[Action, ...]]] = {
    Recorded.ARRIVED: (Action.ARRIVE,),
    Recorded.SEATED: (Action.CHECK_IN,),
    Recorded.COMPLETED: (Action.CHECK_IN, Action.COMPLETE),
    Recorded.NO_SHOW: (Action.MARK_NO_SHOW,),
    Recorded.CANCELLED: (Action.CANCEL,),
    Recorded.DECLINED: (Action.CANCEL,),
}


def _state_difference(one: Imported, booking: Booking, recorded: Mapping[str, Any] | None) -> Iterator[Difference]:
    if booking.state in _AS_FAR[one.state] or (recorded and recorded.get("state") == one.state):
        return
    yield Difference("state", str(booking.state), str(one.state))


def steps_to(recorded: Recorded, state: State) -> tuple[Action, ...]:
    """Return the steps that lead a booking to what the other system says; none when there is no way."""
    steps = _STEPS.get(recorded, ())
    return steps[1:] if steps[:1] == (Action.CHECK_IN,) and state is State.CHECKED_IN else steps
