"""The floor in mid-service: what waits for a person, walk-ins, tables lost and tables closed for a while."""

from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import AttentionList, BlockAnswer, BlockList, BookingAnswer, WalkInAnswer
from maitred.api.bookings import moment, override_of, present
from maitred.api.call import Call, Endpoint, answer
from maitred.api.render import render_booking
from maitred.api.schemas import BlockBody, NoteBody, SeatBody, WalkInQuery
from maitred.domain.assignment.rescue import Choice
from maitred.domain.calendar import resolve_local
from maitred.domain.errors import NotFound
from maitred.domain.walkin import TableNow, Wait
from maitred.store import night
from maitred.store.night import FloorBlock
from maitred.store.views import booking_view
from maitred.usecases.blocks import Closed, Closing, block_table, lose_table, unblock_table
from maitred.usecases.desk import OpenVenue
from maitred.usecases.night import Attention, attention
from maitred.usecases.seat import seat_at
from maitred.usecases.walkins import look_for_walk_in

TAG: Final = "Floor"


async def read_attention(call: Call) -> Response:
    """Return what waits for a person: late tables with the least bad choices, and guests past their grace."""
    place = await call.place()
    found = await attention(call.desk, place)
    return answer({"items": [_waiting(call, place, one) for one in found]})


async def read_walk_in(call: Call) -> Response:
    """Tell a party at the door a table and until when, or a wait as a range with what it rests on.

    A look, not a promise. To seat the party, book with `source: walk_in`; for a shorter stay send `leave_by`.
    """
    query = call.query(WalkInQuery)
    place = await call.place()
    found = await look_for_walk_in(call.desk, place, query.party_size, accessible=query.accessible)
    shown: dict[str, Any] = {"restaurant": place.slug, "party_size": query.party_size}
    shown |= {"now": None, "wait": None, "reason": None}
    if isinstance(found, TableNow):
        shown["now"] = _table_now(found, place)
    elif isinstance(found, Wait):
        shown["wait"] = _wait(found, place)
    else:
        shown["reason"] = {"code": found.refusal.code, "text": found.refusal.message}
    return answer(shown)


async def close_table(call: Call) -> Response:
    """Close a table for a while. Whoever is due there gets other tables at once or goes into review; all are named."""
    body = await call.body(BlockBody)
    place = await call.place()
    tz = place.venue.tz
    starts_at = call.desk.clock() if body.from_ is None else resolve_local(body.from_, tz, "from")
    closing = Closing(call.path("table"), starts_at, resolve_local(body.to, tz, "to"), body.reason)
    if closing.table not in place.floor.tables:
        raise NotFound("There is no such table.")
    done = await block_table(call.desk, place, closing, caller=call.caller)
    return answer(await _closed(call, done, place), 201)


async def list_blocks(call: Call) -> Response:
    """List the tables that were closed by hand, now or later."""
    place = await call.place()
    found = await night.blocks_after(call.desk.database, place.restaurant_id, call.desk.clock())
    return answer({"items": [_block(one, place) for one in found]})


async def open_table(call: Call) -> Response:
    """Open a table again. Parties that were given other tables keep them."""
    await unblock_table(call.desk, await call.place(), call.path_id("block_id"), caller=call.caller)
    return Response(status_code=204)


async def take_tables(call: Call) -> Response:
    """Take a party's tables away: it is given others at once, else it goes into review with ranked fixes."""
    body = await call.body(NoteBody)
    async with call.versioned() as expected:
        await lose_table(
            call.desk, call.path_id("booking_id"), caller=call.caller, expected_version=expected, note=body.note
        )
    return await present(call)


async def seat_elsewhere(call: Call) -> Response:
    """Seat a party now at other tables than its own, which are given back. Soft rules need an override."""
    body = await call.body(SeatBody)
    if body.override:
        call.need("override")
    if body.at is not None:
        call.need("admin")
    place = await call.desk.venues.by_id((await call.booking()).booking.restaurant_id)
    async with call.versioned() as expected:
        await seat_at(
            call.desk,
            call.path_id("booking_id"),
            body.tables,
            caller=call.caller,
            expected_version=expected,
            override=override_of(body.override),
            at=moment(body.at, place, "at"),
            note=body.note,
        )
    return await present(call)


def _waiting(call: Call, place: OpenVenue, one: Attention) -> dict[str, Any]:
    expected = one.raised.expected_at
    return {
        "kind": one.raised.kind,
        "since": _local(one.raised.since, place),
        "expected_at": _local(expected, place) if expected else None,
        "booking": render_booking(one.view, caller=call.caller, venue=place.venue, now=call.desk.clock()),
        "choices": [_choice(choice, place) for choice in one.choices],
    }


def _choice(one: Choice, place: OpenVenue) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "starts_at": _local(one.starts_at, place),
        "tables": list(one.tables),
        "minutes": one.minutes,
        "rules": list(one.rules),
    }


def _table_now(found: TableNow, place: OpenVenue) -> dict[str, Any]:
    return {
        "tables": list(found.tables),
        "until": _local(found.until, place),
        "minutes": found.minutes,
        "limited": found.limited,
        "moves": [
            {"booking_id": move.booking_id, "from": list(move.from_tables), "to": list(move.to_tables)}
            for move in found.moves
        ],
    }


def _wait(found: Wait, place: OpenVenue) -> dict[str, Any]:
    basis = found.basis
    return {
        "from_minutes": found.from_minutes,
        "to_minutes": found.to_minutes,
        "basis": {
            "tables": list(basis.tables),
            "free_at": _local(basis.free_at, place),
            "after": basis.after,
            "late_minutes": basis.late_minutes,
        },
    }


async def _closed(call: Call, done: Closed, place: OpenVenue) -> dict[str, Any]:
    shown: dict[str, Any] = _block(done.block, place)
    for name, found in (("moved", done.moved), ("to_review", done.to_review)):
        views = [await booking_view(call.desk.database, one.id) for one in found]
        venue, now = place.venue, call.desk.clock()
        shown[name] = [render_booking(view, caller=call.caller, venue=venue, now=now) for view in views if view]
    return shown


def _block(block: FloorBlock, place: OpenVenue) -> dict[str, Any]:
    return {
        "id": str(block.id),
        "table": block.table,
        "from": _local(block.starts_at, place),
        "to": _local(block.ends_at, place),
        "reason": block.reason,
        "closed_by": block.closed_by,
    }


def _local(instant: datetime, place: OpenVenue) -> str:
    return instant.astimezone(place.venue.tz).isoformat()


ROUTES: Final = (
    Endpoint(
        "GET", "/v1/restaurants/{slug}/attention", read_attention, TAG, "What waits for a person", "staff",
        AttentionList,
    ),
    Endpoint(
        "GET", "/v1/restaurants/{slug}/walk-in", read_walk_in, TAG, "Look for a walk-in", "staff", WalkInAnswer,
        query=WalkInQuery, problems=("party_too_large", "outside_service", "closed"),
    ),
    Endpoint(
        "POST", "/v1/restaurants/{slug}/tables/{table}/block", close_table, TAG, "Close a table", "staff", BlockAnswer,
        status=201, body=BlockBody, problems=("table_taken", "empty_window", "too_long_block", "lock_busy"),
    ),
    Endpoint(
        "GET", "/v1/restaurants/{slug}/blocks", list_blocks, TAG, "Tables closed by hand", "staff", BlockList,
    ),
    Endpoint(
        "DELETE", "/v1/restaurants/{slug}/blocks/{block_id}", open_table, TAG, "Open a table again", "staff",
        status=204,
    ),
    Endpoint(
        "POST", "/v1/bookings/{booking_id}/seat-at", seat_elsewhere, TAG, "Seat elsewhere", "staff", BookingAnswer,
        body=SeatBody, headers=("If-Match",), answer_headers=("ETag",),
        problems=("table_taken", "needs_override", "transition_not_allowed", "stale_version"),
    ),
    Endpoint(
        "POST", "/v1/bookings/{booking_id}/lose-table", take_tables, TAG, "Lose tables", "staff", BookingAnswer,
        body=NoteBody, body_optional=True, headers=("If-Match",), answer_headers=("ETag",),
        problems=("transition_not_allowed", "stale_version", "lock_busy"),
    ),
)  # fmt: skip
