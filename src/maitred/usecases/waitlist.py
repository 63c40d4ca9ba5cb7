"""The waitlist as guests see it: join, leave, take an offer. Who is served when room appears: `waitlist_serving`."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4, uuid5

import orjson
import structlog

from maitred.domain.booking import Actor, Booking, Source
from maitred.domain.calendar import service_date, slots
from maitred.domain.errors import (
    Contended,
    HoldGone,
    InvalidInput,
    KeyReused,
    MaitredError,
    NotFound,
    OfferGone,
    StaleBooking,
    WaitlistClosed,
)
from maitred.domain.waitlist import (
    Entry,
    EntryChange,
    WaitState,
    admitted,
    joined,
    moved,
)
from maitred.store import allocations, bookings, waitlist
from maitred.store.database import Connection
from maitred.store.views import booking_view
from maitred.store.waitlist import Waiting
from maitred.usecases.accept import (
    Accepted,
    BookingRequest,
    GuestDetails,
    IdempotencyKey,
    Render,
    accept_booking,
)
from maitred.usecases.desk import Caller, Desk, OpenVenue

SUBSCRIBER: Final = "waitlist"
CONSENT: Final = "waitlist_booking"
MOST_NOTES: Final = 2_000
LOOKS: Final = 5
BATCH: Final = 50
_ENTRIES: Final = UUID("5f0c7a5e-6f0e-4a86-9d5f-0d5a1f9c8f18")
CREDENTIAL: Final = UUID("a2a3d1b6-2f1b-4c7e-8f57-6d1d6f4b0e11")
"""Whose holds and keys the offers are: no key of anybody's can use them."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WaitRequest:
    """What a guest consents to: any start from `from_at` to `until_at`, both included."""

    party_size: int
    from_at: datetime
    until_at: datetime
    guest: GuestDetails
    consent: bool
    source: Source = Source.WEB
    accessible: bool = False
    zone_preference: str | None = None
    zone_promised: bool = False
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """A place on the waitlist; `repeated`: it was there already."""

    waiting: Waiting
    repeated: bool


# -- joining and leaving ----------------------------------------------------------------------------------------------


async def join(desk: Desk, place: OpenVenue, request: WaitRequest, *, caller: Caller, key: str | None = None) -> Joined:
    """Let a guest wait. The same wish of the same guest, or the same key of a caller, is one entry.

    Raises WaitlistClosed, InvalidInput with field and rule, KeyReused; nothing is kept then.
    """
    now = desk.clock()
    wish = _fingerprint(request)
    entry = _entry(place, request, caller, key, now)
    if (known := await waitlist.by_id(desk.database, entry.id)) is not None:
        return _repeated(known, request)
    _check(place, request, entry, now)
    guest = _guest(place, entry, request.guest)
    consents = [
        {"guest_id": guest.id, "purpose": purpose, "granted": granted, "source": request.source, "at": now}
        for purpose, granted in sorted({**request.guest.consents, CONSENT: True}.items())
    ]
    change = joined(entry, actor=caller.actor())
    with suppress(Contended):  # of two at the same moment the second finds the first's entry below
        if await waitlist.join(desk.database, change, guest, consents, wish) is not None:
            desk.database.on_commit()
            return Joined(await waiting_of(desk, entry.id), repeated=False)
    same = await waitlist.of_wish(desk.database, place.restaurant_id, wish) or entry.id
    return _repeated(await waiting_of(desk, same), request)


def _repeated(known: Waiting, request: WaitRequest) -> Joined:
    if _fingerprint(request) != _fingerprint(_as_request(known)):
        raise KeyReused("This Idempotency-Key came with another request before.", field="Idempotency-Key")
    return Joined(known, repeated=True)


def _as_request(known: Waiting) -> WaitRequest:
    entry, guest = known.entry, known.guest
    details = GuestDetails(guest.name, guest.email, guest.phone, guest.locale)
    return WaitRequest(
        entry.party_size, entry.from_at, entry.until_at, details, True, entry.source, entry.accessible,
        entry.zone_preference, entry.zone_promised, entry.notes,
    )  # fmt: skip


def _fingerprint(request: WaitRequest) -> bytes:
    """Return who wants what, as one number: how often it is asked, and in which language, makes no difference."""
    guest = request.guest
    wish = [
        guest.name.strip().casefold(), (guest.email or "").lower(), guest.phone, request.party_size,
        request.from_at.timestamp(), request.until_at.timestamp(), request.accessible, request.zone_preference,
        request.zone_promised,
    ]  # fmt: skip
    return sha256(orjson.dumps(wish)).digest()


def _entry(place: OpenVenue, request: WaitRequest, caller: Caller, key: str | None, now: datetime) -> Entry:
    known = uuid5(_ENTRIES, f"{caller.credential_id}/{place.restaurant_id}/{key}") if key else uuid4()
    return Entry(
        id=known,
        restaurant_id=place.restaurant_id,
        restaurant=place.slug,
        service_date=service_date(place.venue, request.from_at),
        guest_id=uuid4(),
        party_size=request.party_size,
        from_at=request.from_at,
        until_at=request.until_at,
        source=request.source,
        accessible=request.accessible,
        zone_preference=request.zone_preference,
        zone_promised=request.zone_promised,
        notes=request.notes,
        state=WaitState.WAITING,
        version=1,
        joined_at=now,
        joined_by=caller.name,
    )


def _guest(place: OpenVenue, entry: Entry, guest: GuestDetails) -> bookings.Guest:
    return bookings.Guest(entry.guest_id, place.restaurant_id, guest.name, guest.email, guest.phone, guest.locale)


def _check(place: OpenVenue, request: WaitRequest, entry: Entry, now: datetime) -> None:
    if not place.venue.waitlist.enabled:
        raise WaitlistClosed("This restaurant keeps no waitlist.")
    if not request.consent:
        message = "A place on the waitlist needs the guest's consent to be booked for any time of the range."
        raise InvalidInput(message, field="consent", code="consent_required")
    if request.guest.email is None and request.guest.phone is None:
        raise InvalidInput("A guest who waits can be told: give an email address or a phone number.",
                           field="guest", code="contact_required")  # fmt: skip
    if request.source is Source.WALK_IN:
        message = "Who stands at the door waits in the queue there; the waitlist is for a time to come."
        raise InvalidInput(message, field="source", code="no_walk_ins")
    if request.zone_promised and request.zone_preference is None:
        raise InvalidInput("Name the zone that is required.", field="zone_preference", code="required")
    if request.notes is not None and len(request.notes) > MOST_NOTES:
        raise InvalidInput(f"Notes have at most {MOST_NOTES} characters.", field="notes", code="too_long")
    _check_range(place, entry, now)


def _check_range(place: OpenVenue, entry: Entry, now: datetime) -> None:
    """Refuse a range without any time that could be booked, with what is wrong with its first."""
    venue = place.venue
    if entry.until_at < entry.from_at:
        raise InvalidInput("The range ends before it begins.", field="until", code="range_reversed")
    if service_date(venue, entry.until_at) != entry.service_date:
        raise InvalidInput("A range lies within one service day.", field="until", code="range_spans_days")
    starts = [at for _, at in slots(venue, entry.service_date) if entry.from_at <= at <= entry.until_at]
    first: MaitredError | None = None
    for start in starts or [entry.from_at]:
        try:
            admission = admitted(entry, venue, place.floor, start, now)
        except InvalidInput as fault:
            first = first or _of_range(fault)
            continue
        if admission.review:
            message = f"Parties of {venue.review_party_size} or more are looked at by a person; send a booking request."
            raise InvalidInput(message, field="party_size", code="review_size")
        if starts:
            return
    raise first or InvalidInput("No bookable time lies in this range.", field="from", code="empty_range")


def _of_range(fault: InvalidInput) -> InvalidInput:
    name = "from" if fault.field == "starts_at" else fault.field
    return InvalidInput(fault.message, field=name, code=fault.reason_code, **fault.data)


async def waiting_of(desk: Desk, entry_id: UUID, *, caller: Caller | None = None) -> Waiting:
    """Return an entry with its guest; raises NotFound, also for one of a restaurant that the caller may not see."""
    found = await waitlist.by_id(desk.database, entry_id)
    if found is None or (caller is not None and not caller.sees(found.entry.restaurant_id)):
        raise NotFound("There is no such place on a waitlist.")
    return found


async def leave(desk: Desk, entry_id: UUID, *, actor: Actor) -> Waiting:
    """Give a place up, and an offer back; again changes nothing. Raises TransitionNotAllowed once it is over."""
    for look in range(LOOKS):
        entry = (await waiting_of(desk, entry_id)).entry
        if entry.state is WaitState.LEFT:
            break
        change = moved(entry, WaitState.LEFT, actor=actor, at=desk.clock(), reason="requested")
        try:
            await close_entry(desk, change)
            break
        except StaleBooking:
            if look + 1 == LOOKS:
                raise
    return await waiting_of(desk, entry_id)


async def close_entry(desk: Desk, change: EntryChange) -> None:
    """Write the end of an entry, and give back what it held; raises StaleBooking when it has moved on."""
    async with desk.database.transaction() as connection:
        # The hold before the entry, as an offer that is taken has it.
        if change.before is not None and change.before.hold_id is not None:
            await allocations.delete_hold(connection, change.before.hold_id)
        await waitlist.save(connection, change)


# -- taking an offer --------------------------------------------------------------------------------------------------


async def accept_offer(desk: Desk, entry_id: UUID, *, actor: Actor, render: Render) -> Accepted:
    """Book what was offered; taken twice it is the same booking. Raises OfferGone when it has lapsed or never was."""
    waiting = await waiting_of(desk, entry_id)
    entry = waiting.entry
    place = await desk.venues.by_id(entry.restaurant_id)
    if entry.state is WaitState.BOOKED and entry.booking_id is not None:
        return await _taken_before(desk, entry.booking_id, render)
    if entry.state is not WaitState.OFFERED or entry.starts_at is None or entry.hold_id is None:
        raise OfferGone("There is no offer to take: it has lapsed, or none was made.", state=entry.state)

    async def along(connection: Connection, booking: Booking) -> None:
        values = {"booking_id": booking.id, "reason": "offer_accepted"}
        await waitlist.save(connection, moved(entry, WaitState.BOOKED, actor=actor, at=desk.clock(), **values))

    request = request_of(waiting, entry.starts_at, hold_id=entry.hold_id)
    key = IdempotencyKey(f"offer/{entry.id}", entry.id.bytes + entry.hold_id.bytes)
    try:
        return await accept_booking(desk, place, request, caller=caller_of(entry), key=key, render=render, along=along)
    except (HoldGone, StaleBooking) as gone:
        present = (await waiting_of(desk, entry_id)).entry
        if present.booking_id is not None:
            return await _taken_before(desk, present.booking_id, render)
        raise OfferGone("This offer has lapsed.", state=present.state) from gone


async def _taken_before(desk: Desk, booking_id: UUID, render: Render) -> Accepted:
    view = await booking_view(desk.database, booking_id)
    assert view is not None
    return Accepted(booking_id, render(view), repeated=True)


def request_of(waiting: Waiting, starts_at: datetime, hold_id: UUID | None = None) -> BookingRequest:
    """Return the booking request that an entry becomes at one of its times."""
    entry, guest = waiting.entry, waiting.guest
    return BookingRequest(
        party_size=entry.party_size,
        starts_at=starts_at,
        guest=GuestDetails(guest.name, guest.email, guest.phone, guest.locale),
        source=entry.source,
        zone_preference=entry.zone_preference,
        accessible=entry.accessible,
        notes=entry.notes,
        hold_id=hold_id,
        zone_promised=entry.zone_promised,
    )


def caller_of(entry: Entry) -> Caller:
    """Return the credential under which entries are booked and offers are held."""
    return Caller(CREDENTIAL, SUBSCRIBER, frozenset({"bookings:write"}), entry.restaurant_id)


# -- looking ----------------------------------------------------------------------------------------------------------


async def of_day(desk: Desk, place: OpenVenue, day: date, *, live_only: bool) -> list[Waiting]:
    """Return the waitlist of a day in order of joining."""
    return await waitlist.of_day(desk.database, place.restaurant_id, day, live_only=live_only)
