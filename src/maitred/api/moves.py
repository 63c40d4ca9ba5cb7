"""Moves: what changed tables and why, changing them by hand, promising them, taking changes back."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from maitred.api.answers import BookingAnswer, MovesAnswer, UndoMovesAnswer
from maitred.api.bookings import moment, override_of, present
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import MoveBody, MovesQuery, NoteBody, NothingBody, OverrideBody, PinBody, SwapBody
from maitred.store import moves as kept
from maitred.store.moves import ShownEntry, ShownSet
from maitred.usecases import moves
from maitred.usecases.moves import ByHand

TAG: Final = "Moves"


async def read_moves(call: Call) -> Response:
    """List a day's moves as a diff: who changed from which tables to which, for whom, by whose doing."""
    query, place = call.query(MovesQuery), await call.place()
    found = await kept.of_day(call.desk.database, place.restaurant_id, query.date)
    return answer({"items": [_shown(one, place.venue.tz) for one in found]})


async def undo_moves(call: Call) -> Response:
    """Bring everybody of a set back to their former tables, all or none.

    When that is not possible any more, the answer names who is in the way, who is frozen and who has changed since.
    """
    await call.body(NothingBody)
    number = await moves.undo_moves(call.desk, call.path_id("move_set"), caller=call.caller)
    return answer({"move_set": str(number)})


async def move(call: Call) -> Response:
    """Give a party other tables: one for another, several to join, fewer to split; also while it sits there.

    A hard rule (a table somebody has, too few seats, ...) never yields; a soft one does, with an override.
    """
    body = await call.body(MoveBody)
    async with call.versioned() as expected:
        hand = await _hand(call, body.reason, body.override, expected, body.at)
        await moves.move_by_hand(call.desk, call.path_id("booking_id"), body.tables, caller=call.caller, hand=hand)
    return await present(call)


async def swap(call: Call) -> Response:
    """Let two parties change places; the answer is the booking of the path."""
    body = await call.body(SwapBody)
    async with call.versioned() as expected:
        hand = await _hand(call, body.reason, body.override, expected, body.at)
        await moves.swap(call.desk, call.path_id("booking_id"), body.with_, caller=call.caller, hand=hand)
    return await present(call)


async def pin(call: Call) -> Response:
    """Promise a party its tables, or others it gets with the promise: nobody but a person takes them away again."""
    body = await call.body(PinBody)
    async with call.versioned() as expected:
        hand = await _hand(call, None, body.override, expected, None)
        await moves.pin(
            call.desk, call.path_id("booking_id"), body.reason, tables=body.tables, caller=call.caller, hand=hand
        )
    return await present(call)


async def unpin(call: Call) -> Response:
    """Take the promise of the very tables back. The party keeps them until they are needed."""
    body = await call.body(NoteBody)
    async with call.versioned() as expected:
        hand = ByHand(reason=body.note, expected_version=expected)
        await moves.unpin(call.desk, call.path_id("booking_id"), caller=call.caller, hand=hand)
    return await present(call)


async def accept_moves(call: Call) -> Response:
    """Confirm a review by the moves it was proposed with (reason `moves_suggested`), all in one transaction."""
    body = await call.body(NoteBody)
    async with call.versioned() as expected:
        await moves.accept_moves(
            call.desk, call.path_id("booking_id"), caller=call.caller, expected_version=expected, note=body.note
        )
    return await present(call)


async def _hand(
    call: Call, reason: str | None, override: OverrideBody | None, expected: int | None, at: str | None
) -> ByHand:
    if override:
        call.need("override")
    if at is not None:
        call.need("admin")
    place = await call.desk.venues.by_id((await call.booking()).booking.restaurant_id)
    return ByHand(reason, override_of(override), expected, moment(at, place, "at"))


def _shown(one: ShownSet, tz: ZoneInfo) -> dict[str, Any]:
    made_room_for = {"booking_id": str(one.for_id), "reference": one.for_reference, "guest": one.for_guest}
    undone = {"at": one.undone_at.astimezone(tz).isoformat(), "by": one.undone_by} if one.undone_at else None
    return {
        "id": str(one.id),
        "cause": one.cause,
        "actor": {"kind": one.actor_kind, "id": one.actor},
        "note": one.note,
        "at": one.at.astimezone(tz).isoformat(),
        "made_room_for": made_room_for if one.for_id else None,
        "undone": undone,
        "moves": [_moved(entry, tz) for entry in one.entries],
    }


def _moved(entry: ShownEntry, tz: ZoneInfo) -> dict[str, Any]:
    return {
        "booking_id": str(entry.booking_id),
        "reference": entry.reference,
        "guest": entry.guest_name,
        "party_size": entry.party_size,
        "starts_at": entry.starts_at.astimezone(tz).isoformat(),
        "from": list(entry.from_tables),
        "to": list(entry.to_tables),
    }


_AT: Final = "/v1/bookings/{booking_id}/"
_BY_HAND: Final = ("pinned", "table_taken", "needs_override", "transition_not_allowed", "stale_version")

ROUTES: Final = (
    Endpoint(
        "GET", "/v1/restaurants/{slug}/moves", read_moves, TAG, "List moves", "staff", MovesAnswer, query=MovesQuery,
    ),
    Endpoint(
        "POST", "/v1/moves/{move_set}/undo", undo_moves, TAG, "Undo moves", "staff", UndoMovesAnswer,
        body=NothingBody, body_optional=True, problems=("moves_gone",),
    ),
    Endpoint(
        "POST", _AT + "move", move, TAG, "Move to other tables", "staff", BookingAnswer, body=MoveBody,
        headers=("If-Match",), answer_headers=("ETag",), problems=_BY_HAND,
    ),
    Endpoint(
        "POST", _AT + "swap", swap, TAG, "Swap tables", "staff", BookingAnswer, body=SwapBody,
        headers=("If-Match",), answer_headers=("ETag",), problems=("not_swappable", *_BY_HAND),
    ),
    Endpoint(
        "POST", _AT + "pin", pin, TAG, "Promise tables", "staff", BookingAnswer, body=PinBody,
        headers=("If-Match",), answer_headers=("ETag",), problems=_BY_HAND,
    ),
    Endpoint(
        "POST", _AT + "unpin", unpin, TAG, "Take a promise back", "staff", BookingAnswer, body=NoteBody,
        body_optional=True, headers=("If-Match",), answer_headers=("ETag",), problems=("transition_not_allowed",),
    ),
    Endpoint(
        "POST", _AT + "accept-moves", accept_moves, TAG, "Accept proposed moves", "review", BookingAnswer,
        body=NoteBody, body_optional=True, headers=("If-Match",), answer_headers=("ETag",),
        problems=("stale_proposal", "no_proposal", "claimed", "transition_not_allowed"),
    ),
)  # fmt: skip
