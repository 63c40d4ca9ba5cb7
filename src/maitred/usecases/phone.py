"""The phone line: what is free for what the guest asks, a time kept while they think, and the booking.

Each call is kept by its own number for the person who is on it, not for their page: it survives a reload, two tabs
with two calls have nothing of each other, and confirming one twice books once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid5

from maitred.domain import calendar
from maitred.domain.admission import Wish, admit, bookable_from
from maitred.domain.assignment import NO_MOVES, Refuse, Seat, SeatingRequest, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Booking, Reason, ReasonCode, Source, State
from maitred.domain.errors import Contended, HoldGone, InvalidInput, NeedsOverride, NoSeating, NotFound, Rejected
from maitred.domain.lifecycle import Action, Change, step
from maitred.store import allocations, bookings, phone
from maitred.store.allocations import Hold
from maitred.store.database import Connection
from maitred.store.phone import Draft
from maitred.usecases import accept
from maitred.usecases.accept import Along, BookingRequest, GuestDetails, accept_booking, drafted
from maitred.usecases.day import held_days
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.holds import HoldRequest, place_hold
from maitred.usecases.tracker import TableAvailabilityTracker, read_snapshot
from maitred.usecases.weigh import seating_request

MOST_OFFERS: Final = 3
SEARCH_DAYS: Final = 14
MOST_LEFT: Final = 3
OFFERED_FOR: Final = timedelta(hours=12)
"""Who comes back to the phone later than that has another guest on the line."""


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


async def call_of(desk: Desk, place: OpenVenue, call_id: UUID, *, caller: Caller) -> Draft:
    """Return a call of the caller's as it stands: empty, until something is typed."""
    found = await phone.draft_of(desk.database, caller.credential_id, place.restaurant_id, call_id)
    return found or Draft(call_id)


async def calls_left(desk: Desk, place: OpenVenue, *, caller: Caller) -> list[Draft]:
    """Return the calls that the caller left with something typed, the latest first."""
    since = desk.clock() - OFFERED_FOR
    return await phone.left(desk.database, caller.credential_id, place.restaurant_id, since, MOST_LEFT)


async def call_to_type(desk: Desk, place: OpenVenue, call_id: UUID, line: str, *, caller: Caller) -> Draft:
    """Return the call that a line belongs to: another line than the one that was booked begins the next call."""
    draft = await call_of(desk, place, call_id, caller=caller)
    while draft.booking_id is not None and draft.line != line:
        draft = await call_of(desk, place, uuid5(draft.call_id, "next"), caller=caller)
    return draft


async def note(
    desk: Desk, place: OpenVenue, draft: Draft, line: str, settled: Mapping[str, Sequence[str]], *, caller: Caller
) -> Draft:
    """Keep what is typed and settled; a call of which nothing is left is forgotten. Raises NotFound for another's."""
    if draft.booking_id is not None:
        return draft
    if not line.strip() and not settled:
        await forget(desk, place, draft.call_id, caller=caller)
        return Draft(draft.call_id)
    person, number = caller.credential_id, place.restaurant_id
    noted = await phone.note(desk.database, person, number, draft.call_id, line, settled, desk.clock())
    if noted is not None:
        return noted
    booked = await call_of(desk, place, draft.call_id, caller=caller)
    if booked.booking_id is None:
        raise NotFound("There is no such call.")
    return booked


async def held_for(desk: Desk, draft: Draft, asked: Asked | None, *, caller: Caller) -> Hold | None:
    """Return the time that is kept for a call, while it lives and is for what is asked now."""
    if draft.hold_id is None or asked is None or draft.held_for != asked.starts_at:
        return None
    hold = await allocations.hold_by_id(desk.database, draft.hold_id)
    if hold is None or not hold.live or hold.credential_id != caller.credential_id:
        return None
    promised = (hold.party_size, hold.accessible, hold.zone_preference)
    return hold if promised == (asked.party_size, asked.accessible, asked.zone) else None


async def let_go(desk: Desk, draft: Draft) -> Draft:
    """Give back the time that was kept for a call: something else is asked for now."""
    if draft.hold_id is None:
        return draft
    async with desk.database.transaction() as connection:
        present = await phone.lock(connection, draft.call_id)
        await allocations.delete_hold(connection, draft.hold_id)
        if present is not None and present.hold_id == draft.hold_id:  # else another tab has kept another time since
            await phone.keep_hold(connection, draft.call_id, None, None)
    return replace(draft, hold_id=None, held_for=None)


async def hold_time(desk: Desk, place: OpenVenue, call_id: UUID, asked: Asked, at: datetime, *, caller: Caller) -> Hold:
    """Keep a time for the call, in place of the one that was kept; raises what `place_hold` raises.

    The call knows of it in the same transaction: no time is ever kept for nobody.
    """
    draft = await _own_call(desk, place, call_id, caller)
    request = HoldRequest(asked.party_size, at, asked.accessible, asked.zone, Source.PHONE)

    async def belongs(connection: Connection, hold: Hold) -> None:
        present = await phone.lock(connection, call_id)
        if present is None or present.booking_id is not None:
            raise NotFound("There is no such call.")
        if present.hold_id is not None:  # two tabs of one call keep a time each: the later one stays
            await allocations.delete_hold(connection, present.hold_id)
        await phone.keep_hold(connection, call_id, hold.id, asked.starts_at)

    return await place_hold(desk, place, request, caller=caller, instead_of=draft.hold_id, along=belongs)


async def forget(desk: Desk, place: OpenVenue, call_id: UUID, *, caller: Caller) -> None:
    """Forget a call that came to nothing, and give back the time that was kept for it."""
    draft = await call_of(desk, place, call_id, caller=caller)
    async with desk.database.transaction() as connection:
        if draft.hold_id is not None:
            await allocations.delete_hold(connection, draft.hold_id)
        hold_id = await phone.forget(connection, caller.credential_id, place.restaurant_id, call_id)
        if hold_id is not None and hold_id != draft.hold_id:
            await allocations.delete_hold(connection, hold_id)


async def _own_call(desk: Desk, place: OpenVenue, call_id: UUID, caller: Caller) -> Draft:
    draft = await phone.draft_of(desk.database, caller.credential_id, place.restaurant_id, call_id)
    if draft is None:
        raise NotFound("There is no such call.")
    return draft


# -- the booking ----------------------------------------------------------------------------------------------------


class _Booked(Exception):
    """Another request has booked the call."""


async def book(
    desk: Desk,
    place: OpenVenue,
    call_id: UUID,
    asked: Asked,
    guest: GuestDetails,
    notes: str | None,
    *,
    caller: Caller,
) -> UUID:
    """Book what was asked, at the time that is kept or else the one that is asked for, and end the call with it.

    Booking and end of the call are one transaction: a call books once, whatever stops it and however often it is
    confirmed. A party that a person has to look at goes to review. Raises NoSeating, NotFound, and what a
    booking raises.
    """
    draft = await _own_call(desk, place, call_id, caller)
    try:
        return draft.booking_id or await _book(desk, place, draft, asked, guest, notes, caller)
    except (_Booked, Rejected, Contended):
        now = await call_of(desk, place, call_id, caller=caller)
        if now.booking_id is None:
            raise
        return now.booking_id


async def _book(
    desk: Desk, place: OpenVenue, draft: Draft, asked: Asked, guest: GuestDetails, notes: str | None, caller: Caller
) -> UUID:
    hold = await held_for(desk, draft, asked, caller=caller)
    starts_at = hold.starts_at if hold else asked.starts_at
    request = BookingRequest(asked.party_size, starts_at, guest, Source.PHONE, asked.zone, asked.accessible, notes)
    ends = partial(_end_call, desk, caller, draft.call_id)
    if hold is not None:
        with suppress(HoldGone):  # it has lapsed this very moment, but the tables may be free yet
            held = replace(request, hold_id=hold.id)
            accepted = await accept_booking(desk, place, held, caller=caller, key=None, render=lambda _: {}, along=ends)
            return accepted.booking_id
    written = drafted(place, request, caller=caller, now=desk.clock(), review=True)
    if written.booking.state is State.MANUAL_REVIEW:
        async with desk.database.transaction() as connection:
            await bookings.insert(connection, written.changes, written.guest, written.consents, None)
            await ends(connection, written.booking)
    else:
        await _book_free(desk, place, written, ends, caller)
    return written.booking.id


async def _book_free(desk: Desk, place: OpenVenue, written: accept.Draft, ends: Along, caller: Caller) -> None:
    """Seat a party where it is free now, inside the day's lock; nobody moves for it."""
    booking, now = written.booking, desk.clock()
    async with held_days(desk, place, [booking.service_date]) as held:
        snapshot = await read_snapshot(desk.database, held.place, booking.service_date, now)
        tables = _tables(decide(seating_request(booking), snapshot, held.place.venue, NO_MOVES))
        changes = _confirmed(written.changes, tables, caller)
        rows = allocations.allocation(
            booking.restaurant_id, booking.service_date, tables, (booking.starts_at, booking.ends_at),
            held.fences[booking.service_date], booking_id=booking.id,
        )  # fmt: skip
        async with desk.database.transaction() as connection:
            await held.guard(connection)
            await bookings.insert(connection, changes, written.guest, written.consents, None)
            await allocations.insert(connection, rows)
            await ends(connection, changes[-1].after)


def _tables(decision: Seat | Refuse) -> tuple[str, ...]:
    match decision:
        case Seat(plan=plan):
            return plan.tables
        case Refuse(code=code, message=message):
            raise NoSeating(message, field="starts_at", code=code)


def _confirmed(steps: Sequence[Change], tables: tuple[str, ...], caller: Caller) -> list[Change]:
    reason, changes = Reason(ReasonCode.REQUESTED, {"tables": list(tables)}), list(steps)
    for action in (Action.START, Action.ASSIGN, Action.CONFIRM):
        changes.append(step(changes[-1].after, action, actor=caller.actor(), at=changes[-1].at, reason=reason))
    return changes


async def _end_call(desk: Desk, caller: Caller, call_id: UUID, connection: Connection, booking: Booking) -> None:
    """End the call with its booking, which can be undone; what was kept for the call is given back."""
    present = await phone.lock(connection, call_id)
    if not await phone.end_call(connection, call_id, booking.id):
        raise _Booked
    if present is not None and present.hold_id is not None:
        await allocations.delete_hold(connection, present.hold_id)
    deed = Deed(What.BOOK, caller.actor(), desk.clock(), booking.restaurant_id, booking.id)
    async with undoable(connection, deed, (), made=[booking.id]):
        pass  # it is there already, written by the same transaction
