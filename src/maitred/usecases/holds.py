"""Holds: tables kept for a caller for a moment, with a life of their own (lesson 2)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from maitred.domain.admission import Wish, admit, bookable_from
from maitred.domain.assignment import NO_MOVES, Refuse, Seat, SeatingRequest, alternatives, decide
from maitred.domain.booking import Source
from maitred.domain.errors import Contended, NeedsOverride, NoSeating, NotFound
from maitred.domain.outcome import offers
from maitred.store import allocations
from maitred.store.allocations import Hold
from maitred.store.database import Connection
from maitred.usecases.day import held_days
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.explaining import Explainer
from maitred.usecases.tracker import read_snapshot

Along = Callable[[Connection, Hold], Awaitable[None]]
"""What else is written in the transaction that keeps the tables."""
_PATIENCE: Final = 5  # times a guest stands in line for the day again before they are told so


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """What to keep tables for; a walk-in that agrees to leave by a time needs them no longer."""

    party_size: int
    starts_at: datetime
    accessible: bool = False
    zone_preference: str | None = None
    source: Source = Source.WEB
    zone_required: bool = False
    leave_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Terms:
    """How long tables are kept, whether another time will do, and what changes with it."""

    ttl_s: float
    nearest: bool
    instead_of: UUID | None
    along: Along | None


async def place_hold(
    desk: Desk,
    place: OpenVenue,
    request: HoldRequest,
    *,
    caller: Caller,
    at: datetime | None = None,
    ttl_s: float | None = None,
    nearest: bool = False,
    hold_id: UUID | None = None,
    instead_of: UUID | None = None,
    along: Along | None = None,
) -> Hold:
    """Keep tables for a party; the hold lapses by itself, after `ttl_s` if that is given.

    With `nearest` a time that is taken gives way to the nearest that works, chosen and kept in one go. With `hold_id`
    there is one such hold at a time, however often it is asked for: Contended for those who come second. `instead_of`
    is a hold of the caller's that this one replaces, or nothing changes; `along` writes with it.

    Raises what a booking request raises, NeedsOverride for a party of the venue's review size, and NoSeating with
    alternatives when nothing is free.
    """
    as_of = at or desk.clock()
    wish = Wish(request.party_size, request.starts_at, request.source, request.accessible, request.zone_preference)
    admission = admit(place.venue, place.floor, wish, as_of)
    if admission.review:
        message = f"Parties of {place.venue.review_party_size} or more are looked at by a person; book without a hold."
        raise NeedsOverride(message, field="party_size", rules=[{"code": "review_size", "message": message}])
    hold = Hold(
        id=hold_id or uuid4(),
        restaurant_id=place.restaurant_id,
        restaurant=place.slug,
        service_date=admission.service_date,
        party_size=request.party_size,
        starts_at=request.starts_at,
        turn_minutes=_turn(request, admission.turn_minutes),
        buffer_minutes=admission.buffer_minutes,
        accessible=request.accessible,
        zone_preference=request.zone_preference,
        credential_id=caller.credential_id,
        expires_at=as_of,
        live=True,
    )
    terms = _Terms(ttl_s or desk.policy.hold_ttl_s, nearest, instead_of, along)
    return await _take(desk, place, hold, request, as_of, terms)


def _turn(request: HoldRequest, full: int) -> int:
    if request.leave_by is None:
        return full
    return max(1, min(full, int((request.leave_by - request.starts_at).total_seconds()) // 60))


async def _take(desk: Desk, place: OpenVenue, hold: Hold, request: HoldRequest, as_of: datetime, terms: _Terms) -> Hold:
    asked = SeatingRequest(
        key=str(hold.id),
        party_size=hold.party_size,
        starts_at=hold.starts_at,
        turn_minutes=hold.turn_minutes,
        buffer_minutes=hold.buffer_minutes,
        accessible=hold.accessible,
        zone_preference=hold.zone_preference,
        promised_zone=hold.zone_preference if request.zone_required else None,
    )
    source = request.source
    async with held_days(desk, place, [hold.service_date]) as held:
        snapshot = await read_snapshot(desk.database, held.place, hold.service_date, desk.clock())
        if terms.instead_of is not None:
            snapshot = snapshot.without(str(terms.instead_of))
        decision = decide(asked, snapshot, held.place.venue, NO_MOVES)
        match decision:
            case Refuse(code=code, message=message, data=data):
                venue = held.place.venue
                not_before = bookable_from(venue, source, as_of)
                found = alternatives(asked, snapshot, venue, not_before=not_before)
                waits = {"waitlist": f"/v1/restaurants/{place.slug}/waitlist"} if venue.waitlist.enabled else {}
                if not (terms.nearest and found):
                    raise NoSeating(
                        message,
                        code=code,
                        **waits,
                        details=dict(data),
                        alternatives=offers(found, venue, source),
                        explanation=Explainer(venue, {}).of(decision, asked, snapshot, NO_MOVES, not_before),
                    )
                asked, tables = found[0].asked, found[0].plan.tables
                hold = replace(hold, starts_at=asked.starts_at)
            case Seat(plan=plan):
                tables = plan.tables
        records = allocations.allocation(
            hold.restaurant_id,
            hold.service_date,
            tables,
            (asked.starts_at, asked.ends_at),
            held.fences[hold.service_date],
            hold_id=hold.id,
        )
        async with desk.database.transaction() as connection:
            await held.guard(connection)
            if terms.instead_of is not None:
                await allocations.delete_hold(connection, terms.instead_of)
            expires_at = await allocations.insert_hold(connection, hold, terms.ttl_s)
            await allocations.insert(connection, records)
            if terms.along is not None:
                await terms.along(connection, hold)
    held_now = await allocations.hold_by_id(desk.database, hold.id)
    assert held_now is None or held_now.expires_at == expires_at
    if held_now is None:
        raise NotFound("The hold has lapsed already.")
    return held_now


async def hold_nearest(
    desk: Desk, place: OpenVenue, request: HoldRequest, *, caller: Caller, ttl_s: float | None = None
) -> Hold:
    """Keep the time that is asked for or, when somebody has it, the nearest that works.

    Raises what `place_hold` raises; NoSeating only when the day has nothing left for this party.
    """
    for attempt in range(_PATIENCE):
        try:
            return await place_hold(desk, place, request, caller=caller, ttl_s=ttl_s, nearest=True)
        except Contended:
            if attempt + 1 == _PATIENCE:
                raise
    raise AssertionError("the loop returns or raises")


async def extend_hold(desk: Desk, hold_id: UUID, *, caller: Caller, ttl_s: float, longest_s: float) -> Hold:
    """Let a live hold last `ttl_s` from now, at most `longest_s` in all; raises NotFound when it has lapsed."""
    await get_hold(desk, hold_id, caller=caller)
    await allocations.extend_hold(desk.database, hold_id, ttl_s, longest_s)
    return await get_hold(desk, hold_id, caller=caller)


async def get_hold(desk: Desk, hold_id: UUID, *, caller: Caller) -> Hold:
    """Return a live hold of the caller's own; raises NotFound."""
    hold = await allocations.hold_by_id(desk.database, hold_id)
    if hold is None or not hold.live or hold.credential_id != caller.credential_id:
        raise NotFound("There is no such hold.")
    return hold


async def release_hold(desk: Desk, hold_id: UUID, *, caller: Caller) -> None:
    """Give the tables of a hold back; raises NotFound when it has lapsed or is somebody else's."""
    await get_hold(desk, hold_id, caller=caller)
    await allocations.delete_hold(desk.database, hold_id)
