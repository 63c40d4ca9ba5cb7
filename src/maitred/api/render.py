"""Bookings as plain values: what the caller sees, and what this caller may do now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from maitred.api.reasons import data_for, in_words
from maitred.domain.binding import binding_of, freezes_at
from maitred.domain.booking import Booking, ReasonCode, State
from maitred.domain.lifecycle import Action, legal_actions, too_early
from maitred.domain.venue import Venue
from maitred.store.views import AttemptRow, BookingView, HistoryEntry
from maitred.usecases.desk import ADMIN, Caller

# Which scope an action asks for; those not listed are the pipeline's own, and privileged.
SCOPE_OF: Final[Mapping[Action, str]] = {
    Action.MODIFY: "bookings:write",
    Action.CANCEL: "bookings:write",
    Action.MOVE: "staff",
    Action.PIN: "staff",
    Action.UNPIN: "staff",
    Action.LOSE_TABLE: "staff",
    Action.ARRIVE: "staff",
    Action.CHECK_IN: "staff",
    Action.MARK_NO_SHOW: "staff",
    Action.COMPLETE: "staff",
    Action.UNDO: "staff",
    Action.REQUEUE: "review",
    Action.DECLINE: "review",
}
# Assigning is the engine's, except under review, where a person chooses the tables (force-confirm).
LACK_OF_ROOM: Final = frozenset({ReasonCode.NO_CAPACITY, ReasonCode.PACING_COVERS, ReasonCode.PACING_PARTIES})
_REVIEWED: Final = {**SCOPE_OF, Action.ASSIGN: "review"}
# Nobody names these from outside: the seat has to be found with them.
_ENGINES_OWN: Final = frozenset({Action.ASSIGN, Action.CONFIRM, Action.LATE_TABLE, Action.LATE_GUEST})


def render_booking(view: BookingView, *, caller: Caller, venue: Venue, now: datetime) -> dict[str, Any]:
    """Return a booking as the caller may see it, with times at the venue's offset."""
    booking, guest, tz = view.booking, view.guest, venue.tz
    return {
        "id": str(booking.id),
        "reference": booking.reference,
        "restaurant": booking.restaurant,
        "state": booking.state.value,
        "version": booking.version,
        "party_size": booking.party_size,
        "starts_at": _local(booking.starts_at, tz),
        "ends_at": _local(booking.turn_ends_at, tz),
        "service_date": booking.service_date.isoformat(),
        "source": booking.source.value,
        "zone_preference": booking.zone_preference,
        "accessible": booking.accessible,
        "notes": booking.notes,
        "external_ref": booking.external_ref,
        "tables": tables_for(caller, view),
        "seated": _seated(view, tz),
        "seating": _seating(view, caller, venue, now),
        "guest": {
            "id": str(guest.id),
            "name": guest.name,
            "email": guest.email,
            "phone": guest.phone,
            "locale": guest.locale,
        },
        "reason": _reason(booking, caller, tz),
        "override": dict(booking.override) if booking.override else None,
        "review": _review(booking, tz),
        "waitlist": _waitlist(booking, venue, now),
        "undo_until": _local(booking.undo_until, tz),
        "actions": allowed_actions(booking, caller, now),
        "created_at": _local(view.created_at, tz),
        "updated_at": _local(view.updated_at, tz),
    }


def tables_for(caller: Caller, view: BookingView) -> list[str]:
    """Return a booking's tables as the caller may see them: what is only planned is nobody's promise."""
    return list(view.tables) if caller.sees_tables or view.booking.pinned else []


def _seating(view: BookingView, caller: Caller, venue: Venue, now: datetime) -> dict[str, Any] | None:
    booking, tables = view.booking, tables_for(caller, view)
    binding = binding_of(booking, venue.seating, now)
    if binding is None:
        return None
    wished = booking.zone_preference if booking.zone_preference != booking.promised_zone else None
    pin = {"at": _local(booking.pinned_at, venue.tz), "by": booking.pinned_by, "reason": booking.pin_reason}
    return {
        "tables": tables,
        "binding": binding.value,
        "freezes_at": _local(freezes_at(booking, venue.seating), venue.tz),
        "promises": {
            "zone": booking.promised_zone,
            "accessible": booking.accessible,
            "tables": list(view.tables) if booking.pinned else None,
        },
        "wishes": {"zone": wished},
        "pin": pin if booking.pinned and caller.of_the_house else None,
    }


def allowed_actions(booking: Booking, caller: Caller, now: datetime) -> list[str]:
    """Return the actions that the lifecycle and the clock allow now and the caller's scopes cover."""
    legal = [action for action in legal_actions(booking, now) if not too_early(booking, action, now)]
    if booking.state is State.MANUAL_REVIEW:
        # Who was never told to come cannot have stayed away.
        never_expected = set() if booking.once_confirmed else {Action.MARK_NO_SHOW}
        return [one.value for one in legal if one not in never_expected and caller.may(_REVIEWED.get(one, ADMIN))]
    hidden = _ENGINES_OWN if booking.pinned else _ENGINES_OWN | {Action.UNPIN}
    return [action.value for action in legal if action not in hidden and caller.may(SCOPE_OF.get(action, ADMIN))]


def scope_for(booking: Booking, action: Action) -> str:
    """Return the scope that an action asks for, as the routes of the API do."""
    scopes = _REVIEWED if booking.state is State.MANUAL_REVIEW else SCOPE_OF
    return scopes.get(action, ADMIN)


def render_step(entry: HistoryEntry, *, caller: Caller, tz: ZoneInfo) -> dict[str, Any]:
    """Return one step of a booking's history as the caller may see it."""
    return {
        "version": entry.version,
        "from_state": entry.from_state,
        "action": entry.action,
        "to_state": entry.to_state,
        "actor": {"kind": entry.actor_kind, "id": entry.actor_id},
        "reason_code": entry.reason_code,
        "reason_data": data_for(caller, entry.reason_data, tz),
        "at": _local(entry.at, tz),
        "event_id": str(entry.event_id),
    }


def render_attempt(row: AttemptRow, *, caller: Caller, tz: ZoneInfo) -> dict[str, Any]:
    """Return one round of the coordinator as the caller may see it."""
    plan, data = dict(row.plan or {}), dict(row.reason_data or {})
    explanation = plan.pop("explanation", None) or data.pop("explanation", None)
    return {
        "round": row.round,
        "strategy": row.strategy,
        "plan": data_for(caller, plan or None, tz) if caller.sees_tables else None,
        "runner_up": row.runner_up if caller.sees_tables else None,
        "outcome": row.outcome,
        "reason_code": row.reason_code,
        "reason_data": data_for(caller, None if row.reason_data is None else data, tz),
        # Why a party is seated speaks of its tables, and those are planned.
        "explanation": data_for(caller, explanation, tz) if caller.sees_tables or not row.plan else None,
        "duration_ms": row.duration_ms,
        "decided_at": _local(row.decided_at, tz),
        "worker": row.worker,
    }


def _seated(view: BookingView, tz: ZoneInfo) -> dict[str, Any] | None:
    if view.seated_from is None:
        return None
    return {"from": _local(view.seated_from, tz), "until": _local(view.seated_until, tz)}


def _reason(booking: Booking, caller: Caller, tz: ZoneInfo) -> dict[str, Any] | None:
    if booking.reason_code is None:
        return None
    data = data_for(caller, booking.reason_data, tz) or {}
    return {"code": str(booking.reason_code), "text": in_words(booking.reason_code, data), "data": data}


def _waitlist(booking: Booking, venue: Venue, now: datetime) -> str | None:
    """Return where a refused guest may wait, None where there is no list or nothing to wait for."""
    lacks_room = booking.state is State.FAILED and booking.reason_code in LACK_OF_ROOM
    if not lacks_room or not venue.waitlist.enabled or booking.starts_at <= now:
        return None
    return f"/v1/restaurants/{booking.restaurant}/waitlist"


def _review(booking: Booking, tz: ZoneInfo) -> dict[str, Any] | None:
    if booking.state is not State.MANUAL_REVIEW:
        return None
    return {
        "deadline": _local(booking.review_deadline, tz),
        "claimed_by": booking.claimed_by,
        "claimed_until": _local(booking.claimed_until, tz),
    }


def _local(instant: datetime | None, tz: ZoneInfo) -> str | None:
    return instant.astimezone(tz).isoformat() if instant else None
