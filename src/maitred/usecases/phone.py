"""The phone line: what is free for what the guest asks, a time kept while they think, and the booking.

A call is kept for the person who is on it, not for their page: it survives a reload, and
confirming it twice books once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from maitred.domain import calendar
from maitred.domain.admission import Wish, admit, bookable_from
from maitred.domain.assignment import NO_MOVES, Seat, SeatingRequest, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Booking, Source
from maitred.domain.errors import InvalidInput, NeedsOverride, NotFound
from maitred.store import allocations, phone
from maitred.store.allocations import Hold
from maitred.store.database import Connection
from maitred.store.phone import Draft
from maitred.store.views import BookingView
from maitred.usecases.accept import BookingRequest, GuestDetails, IdempotencyKey, accept_booking
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.holds import HoldRequest, place_hold
from maitred.usecases.tracker import TableAvailabilityTracker

MOST_OFFERS: Final = 3
SEARCH_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """What a guest on the phone asks for."""

    party_size: int
    starts_at: datetime
    accessible: bool = False
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What can be told: whether the time is free, and up to three times to offer, the wanted one first if it is.

    `review` says that a person looks at parties of this size, so no time can be kept; `fault` why it is not possible.
    """

    free: bool
    offers: tuple[datetime, ...]
    review: bool = False
    fault: InvalidInput | NeedsOverride | None = None


async def look(desk: Desk, tracker: TableAvailabilityTracker, place: OpenVenue, asked: Asked) -> Told:
    """Look what is free, on a day that is at most a second old. A look, not a promise."""
    now, fault = desk.clock(), None
    try:
        admission = admit(place.venue, place.floor, _wish(asked), now)
        if admission.review:
            return Told(free=True, offers=(), review=True)
    except (InvalidInput, NeedsOverride) as found:
        if found.field != "starts_at":
            return Told(free=False, offers=(), fault=found)
        fault = found
    request = _request(place, asked)
    snapshot = await tracker.snapshot(place, calendar.service_date(place.venue, asked.starts_at), now)
    free = fault is None and isinstance(decide(request, snapshot, place.venue, NO_MOVES), Seat)
    others = _others(place, request, snapshot, MOST_OFFERS - free, now)
    found_times = (asked.starts_at, *others) if free else others
    return Told(free, found_times or await _other_days(tracker, place, request, now), fault=fault)


def _others(
    place: OpenVenue, request: SeatingRequest, snapshot: Snapshot, most: int, now: datetime
) -> tuple[datetime, ...]:
    not_before = bookable_from(place.venue, Source.PHONE, now)
    found = alternatives(request, snapshot, place.venue, not_before=not_before, limit=most)
    return tuple(sorted(one.starts_at for one in found))


async def _other_days(
    tracker: TableAvailabilityTracker, place: OpenVenue, request: SeatingRequest, now: datetime
) -> tuple[datetime, ...]:
    """Return the same time, or the nearest to it, on the next days that have room."""
    found: list[datetime] = []
    for later in _same_time(place, request):
        day = calendar.service_date(place.venue, later.starts_at)
        if not calendar.windows(place.venue, day):
            continue
        snapshot = await tracker.snapshot(place, day, now)
        if calendar.find_window(place.venue, later.starts_at) and isinstance(
            decide(later, snapshot, place.venue, NO_MOVES), Seat
        ):
            found.append(later.starts_at)
        else:
            found += _others(place, later, snapshot, 1, now)
        if len(found) >= MOST_OFFERS:
            break
    return tuple(found)


def _same_time(place: OpenVenue, request: SeatingRequest) -> Iterator[SeatingRequest]:
    venue = place.venue
    wall = request.starts_at.astimezone(venue.tz).replace(tzinfo=None)
    for ahead in range(1, SEARCH_DAYS + 1):
        yield replace(request, starts_at=calendar.from_wall(wall + timedelta(days=ahead), venue.tz))


def _wish(asked: Asked) -> Wish:
    return Wish(asked.party_size, asked.starts_at, Source.PHONE, asked.accessible, asked.zone)


def _request(place: OpenVenue, asked: Asked) -> SeatingRequest:
    return SeatingRequest(
        key="phone",
        party_size=asked.party_size,
        starts_at=asked.starts_at,
        turn_minutes=place.venue.turn_for(asked.party_size),
        buffer_minutes=place.venue.buffer_minutes,
        accessible=asked.accessible,
        zone_preference=asked.zone,
    )


# -- the call -------------------------------------------------------------------------------------------------------


async def note(desk: Desk, place: OpenVenue, line: str, *, caller: Caller) -> Draft:
    """Keep what is typed."""
    return await phone.note_line(desk.database, caller.credential_id, place.restaurant_id, line, uuid4())


async def present_call(desk: Desk, place: OpenVenue, *, caller: Caller) -> Draft | None:
    """Return the call somebody is on."""
    return await phone.draft_of(desk.database, caller.credential_id, place.restaurant_id)


async def held_for(desk: Desk, draft: Draft | None, asked: Asked | None, *, caller: Caller) -> Hold | None:
    """Return the time that is kept for a call, while it lives and is for what is asked now."""
    if draft is None or draft.hold_id is None or asked is None or draft.held_for != asked.starts_at:
        return None
    hold = await allocations.hold_by_id(desk.database, draft.hold_id)
    if hold is None or not hold.live or hold.credential_id != caller.credential_id:
        return None
    promised = (hold.party_size, hold.accessible, hold.zone_preference)
    return hold if promised == (asked.party_size, asked.accessible, asked.zone) else None


async def let_go(desk: Desk, place: OpenVenue, draft: Draft, *, caller: Caller) -> None:
    """Give back the time that was kept for a call: something else is asked for now."""
    if draft.hold_id is not None:
        await _release(desk, draft.hold_id, caller)
        await phone.keep_hold(desk.database, caller.credential_id, place.restaurant_id, None, None)


async def hold_time(desk: Desk, place: OpenVenue, asked: Asked, at: datetime, *, caller: Caller) -> Hold:
    """Keep a time for the call, in place of the one that was kept; raises what `place_hold` raises."""
    draft = await present_call(desk, place, caller=caller)
    if draft is not None:
        await let_go(desk, place, draft, caller=caller)
    request = HoldRequest(asked.party_size, at, asked.accessible, asked.zone, Source.PHONE)
    hold = await place_hold(desk, place, request, caller=caller)
    await phone.keep_hold(desk.database, caller.credential_id, place.restaurant_id, hold.id, asked.starts_at)
    return hold


async def book(
    desk: Desk, place: OpenVenue, asked: Asked, guest: GuestDetails, notes: str | None, *, caller: Caller
) -> UUID:
    """Book what was asked: the time that is kept, else the one that is asked for, which is kept first.

    A party that a person has to look at goes to review. Raises what holding and booking raise.
    """
    draft = await present_call(desk, place, caller=caller)
    if draft is None:
        raise NotFound("There is no call.")
    if draft.booking_id is not None:
        return draft.booking_id
    hold = await held_for(desk, draft, asked, caller=caller)
    if hold is None and not admit(place.venue, place.floor, _wish(asked), desk.clock()).review:
        hold = await hold_time(desk, place, asked, asked.starts_at, caller=caller)
    request = BookingRequest(
        asked.party_size, hold.starts_at if hold else asked.starts_at, guest, Source.PHONE, asked.zone,
        asked.accessible, notes, hold_id=hold.id if hold else None,
    )  # fmt: skip
    key = IdempotencyKey(f"call:{draft.call_id}", sha256(draft.line.encode()).digest())
    accepted = await accept_booking(
        desk, place, request, caller=caller, key=key, render=_number, along=partial(_can_be_undone, desk, caller)
    )
    if hold is not None:  # of two who confirm one call at once the second gets the first's answer, and needs no table
        await _release(desk, hold.id, caller)
    await phone.end_call(desk.database, caller.credential_id, place.restaurant_id, accepted.booking_id)
    return accepted.booking_id


async def _can_be_undone(desk: Desk, caller: Caller, connection: Connection, booking: Booking) -> None:
    deed = Deed(What.BOOK, caller.actor(), desk.clock(), booking.restaurant_id, booking.id)
    async with undoable(connection, deed, (), made=[booking.id]):
        pass  # it is there already, written by the same transaction


def _number(view: BookingView) -> dict[str, str]:
    return {"id": str(view.booking.id)}


async def clear(desk: Desk, place: OpenVenue, *, caller: Caller) -> None:
    """Forget the call, and give back the time that was kept for it."""
    hold_id = await phone.clear(desk.database, caller.credential_id, place.restaurant_id)
    if hold_id is not None:
        await _release(desk, hold_id, caller)


async def _release(desk: Desk, hold_id: UUID, caller: Caller) -> None:
    hold = await allocations.hold_by_id(desk.database, hold_id)
    if hold is not None and hold.credential_id == caller.credential_id:
        await allocations.delete_hold(desk.database, hold_id)
