"""Booking: party and day, a time that is kept for five minutes, who comes, done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

from starlette.responses import Response

from maitred.domain.booking import Source
from maitred.domain.calendar import service_date
from maitred.domain.errors import HoldGone, InvalidInput, NeedsOverride, NoSeating, NotFound
from maitred.guest.again import before, put_right
from maitred.guest.asking import Asked, Wanted, Who, asked, nobody, read_time, read_wish, who
from maitred.guest.visit import Screen, Visit, own
from maitred.guest.words import told
from maitred.store.allocations import Hold
from maitred.store.bookings import ledger_of_key
from maitred.store.views import BookingView
from maitred.usecases import links
from maitred.usecases.accept import BookingRequest, GuestDetails, IdempotencyKey, accept_booking
from maitred.usecases.holds import HoldRequest, extend_hold, get_hold, hold_nearest, release_hold

KEPT: Final = "kept"
AGAIN: Final = "again"
HOLD_S: Final = 300.0
LONGEST_HOLD_S: Final = 3_600.0  # eleven extensions: the rule on time limits asks for ten
DETAILS_LAST: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Kept:
    """A time that is kept for a guest (or, for a party that a person looks at first, only chosen)."""

    token: str
    request: HoldRequest
    hold_id: UUID | None
    key: str
    instead_of: datetime | None
    hold: Hold | None = None


async def choose(visit: Visit) -> Response:
    """Show the form and the times that are free."""
    sent = await before(visit)
    found = await asked(visit, {**visit.request.query_params, **sent.fields})
    return await _times(visit, found, 422 if sent.said else 200, sent.said)


async def full(visit: Visit) -> Response:
    """Tell that the day has nothing left, and which days have."""
    found = await asked(visit, visit.request.query_params)
    return (
        visit.page("full.html", 409, asked=found, wanted=found.wanted) if found.wanted else await _times(visit, found)
    )


async def _times(visit: Visit, found: Asked, status: int = 200, said: str | None = None) -> Response:
    status = 422 if found.faults and status == 200 else status
    return visit.page(
        "choose.html",
        status,
        asked=found,
        services=_services(visit, found),
        largest=visit.place.floor.largest_party(),
        reviewed=_reviewed(visit, found.wanted),
        said=said,
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """A service of a day: the times that are free, or else from when to when a guest may wait for one."""

    name: str
    times: tuple[datetime, ...]
    first: datetime
    last: datetime
    gaps: bool


def _services(visit: Visit, found: Asked) -> list[Offered]:
    """Return the services that have a time, and those that have none because they are full; none when all are."""
    if found.found is None:
        return []
    slots = [slot for slot in found.found.slots if slot.available or slot.starts_at > visit.now]
    named = dict.fromkeys(slot.service for slot in slots)
    listed = [(name, [slot for slot in slots if slot.service == name]) for name in named]
    offered = [
        Offered(
            name,
            tuple(one.starts_at for one in own if one.available),
            own[0].starts_at,
            own[-1].starts_at,
            not all(one.available for one in own),
        )
        for name, own in listed
    ]  # fmt: skip
    return offered if any(one.times for one in offered) else []


def _reviewed(visit: Visit, wanted: Wanted | None) -> bool:
    """Tell whether a person looks at parties of this size, so that nothing is kept."""
    size = visit.place.venue.review_party_size
    return wanted is not None and size is not None and wanted.party >= size


async def keep(visit: Visit) -> Response:
    """Keep a time, or the nearest one when somebody was faster; when the day is full, say what is left."""
    sent = await visit.form()
    read = read_wish(visit, {**sent, "date": sent.get("date") or visit.today().isoformat()})
    if read.wanted is None:
        return await put_right(visit, fields=read.typed)
    try:
        starts_at = read_time(visit, sent)
        request = read.wanted.at(starts_at)
        token = await _kept(visit, request)
    except NoSeating:
        day = service_date(visit.place.venue, starts_at)
        return _full(visit, replace(read.wanted, day=day))
    except (InvalidInput, NeedsOverride) as fault:
        return await put_right(visit, fields=read.typed, said=told(fault))
    return visit.go(visit.url("details", token))


def _full(visit: Visit, wanted: Wanted) -> Response:
    return visit.go(visit.url("full", **wanted.query()))


async def _kept(visit: Visit, request: HoldRequest, instead_of: datetime | None = None) -> str:
    """Keep a time and return the token of it; a party that a person looks at first has nothing kept."""
    try:
        hold = await hold_nearest(visit.desk, visit.place, request, caller=visit.caller, ttl_s=HOLD_S)
    except NeedsOverride as fault:
        if not any(rule.get("code") == "review_size" for rule in fault.data.get("rules", ())):
            raise
        return await _signed(visit, request, None, None)
    if hold.starts_at != request.starts_at:
        instead_of = request.starts_at
    return await _signed(visit, replace(request, starts_at=hold.starts_at), hold.id, instead_of)


async def _signed(visit: Visit, request: HoldRequest, hold_id: UUID | None, instead_of: datetime | None) -> str:
    payload = {
        "restaurant": visit.place.slug,
        "party": request.party_size,
        "at": request.starts_at.isoformat(),
        "accessible": request.accessible,
        "zone": request.zone_preference,
        "hold": str(hold_id) if hold_id else None,
        "key": str(hold_id or uuid4()),
        "instead_of": instead_of.isoformat() if instead_of else None,
    }
    return await links.signed(visit.desk.database, KEPT, payload, visit.now + DETAILS_LAST)


async def _opened(visit: Visit) -> Kept:
    said = own(await links.opened(visit.desk.database, KEPT, visit.token, visit.now), visit)
    request = HoldRequest(said["party"], datetime.fromisoformat(said["at"]), said["accessible"], said["zone"])
    hold_id = UUID(said["hold"]) if said["hold"] else None
    instead_of = datetime.fromisoformat(said["instead_of"]) if said["instead_of"] else None
    kept = Kept(visit.token, request, hold_id, said["key"], instead_of)
    if hold_id is None:
        return kept
    try:
        return replace(kept, hold=await get_hold(visit.desk, hold_id, caller=visit.caller))
    except NotFound:
        return kept


async def details(visit: Visit) -> Response:
    """Ask who comes, while the time is kept."""
    kept, sent = await _opened(visit), await before(visit)
    if booked := await _booked_before(visit, kept):
        return booked
    people = Who({**nobody(visit).typed, **sent.fields}, faults=sent.faults)
    return _details(visit, kept, people, 422 if sent.faults else 409 if sent.said == AGAIN else 200, sent.said)


async def _booked_before(visit: Visit, kept: Kept) -> Response | None:
    """Lead who comes back to a form that has booked to the booking: a second time is not kept beside it."""
    if kept.hold is not None:
        return None
    owner, place = visit.caller.credential_id, visit.place.restaurant_id
    known = await ledger_of_key(visit.desk.database, owner, place, kept.key)
    if known is None:
        return None
    return visit.go(visit.url("b", await managed(visit, known.subject_id, kept.request.starts_at)))


def _details(visit: Visit, kept: Kept, people: Who, status: int = 200, said: str | None = None) -> Response:
    left = max(0, int((kept.hold.expires_at - visit.now).total_seconds())) if kept.hold else 0
    day = service_date(visit.place.venue, kept.request.starts_at)
    zone = zone_name(visit, kept.request.zone_preference)
    return visit.page("details.html", status, kept=kept, who=people, left=left, said=said, day=day, zone=zone)


async def book(visit: Visit) -> Response:
    """Book, or keep the time for longer; what was typed stays whatever happens."""
    sent = await visit.form()
    kept = await _opened(visit)
    if booked := await _booked_before(visit, kept):
        return booked
    if sent.get("do") == "release":
        return await _elsewhere(visit, kept)
    if sent.get("do") == "extend":
        return await _longer(visit, kept, replace(who(sent, visit.place.country), faults={}))
    people = who(sent, visit.place.country)
    if people.guest is None:
        return await put_right(visit, "details", visit.token, fields=people.typed, faults=people.faults)
    try:
        made = await _book(visit, kept, people)
    except HoldGone:
        return await _again(visit, kept, people)
    return visit.go(visit.url("b", await managed(visit, made, kept.request.starts_at)))


async def _elsewhere(visit: Visit, kept: Kept) -> Response:
    """Let the kept time go and choose anew: what one keeps oneself would look taken."""
    if kept.hold is not None:
        await release_hold(visit.desk, kept.hold.id, caller=visit.caller)
    day = service_date(visit.place.venue, kept.request.starts_at)
    visit.house.front.tracker.forget(visit.place, day)
    wish = Wanted(kept.request.party_size, day, kept.request.accessible, kept.request.zone_preference)
    return visit.go(visit.url(**wish.query()))


async def _longer(visit: Visit, kept: Kept, people: Who) -> Response:
    if kept.hold is None:
        return await _again(visit, kept, people)
    await extend_hold(visit.desk, kept.hold.id, caller=visit.caller, ttl_s=HOLD_S, longest_s=LONGEST_HOLD_S)
    return await put_right(visit, "details", visit.token, fields=people.typed)


async def _again(visit: Visit, kept: Kept, people: Who) -> Response:
    """Keep the time anew after it had lapsed, or the nearest; nothing is booked that the guest has not seen."""
    try:
        token = await _kept(visit, kept.request)
    except NoSeating:
        day = service_date(visit.place.venue, kept.request.starts_at)
        return _full(visit, Wanted(kept.request.party_size, day, kept.request.accessible, kept.request.zone_preference))
    return await put_right(visit, "details", token, fields=people.typed, said=AGAIN)


async def _book(visit: Visit, kept: Kept, people: Who) -> UUID:
    assert people.guest is not None
    return await booked(visit, kept.request, people.guest, people.notes, kept.key, kept.hold_id)


async def booked(
    visit: Visit, wish: HoldRequest, guest: GuestDetails, notes: str | None, key: str, hold_id: UUID | None
) -> UUID:
    """Book and return the booking's number; the same key books once, however often it is sent."""
    request = BookingRequest(
        wish.party_size,
        wish.starts_at,
        guest,
        Source.WEB,
        wish.zone_preference,
        wish.accessible,
        notes,
        hold_id=hold_id,
        zone_promised=wish.zone_required,
    )
    once = IdempotencyKey(key, sha256(key.encode()).digest())
    accepted = await accept_booking(visit.desk, visit.place, request, caller=visit.caller, key=once, render=_render)
    return accepted.booking_id


def _render(view: BookingView) -> dict[str, Any]:
    return {"id": str(view.booking.id)}


async def managed(visit: Visit, booking_id: UUID, starts_at: datetime) -> str:
    """Return the token with which a guest looks after a booking."""
    return await links.manage(visit.desk.database, booking_id, max(starts_at, visit.now) + links.MANAGE_LASTS)


def zone_name(visit: Visit, zone_id: str | None) -> str | None:
    """Return a zone's name."""
    names: Mapping[str, str] = {zone.id: zone.name for zone in visit.place.venue.zones}
    return names.get(zone_id or "")


SCREENS: Final = (
    Screen("GET", "/book/{slug}", choose),
    Screen("GET", "/book/{slug}/full", full),
    Screen("POST", "/book/{slug}/keep", keep, holds=True),
    Screen("GET", "/book/{slug}/details/{token}", details),
    Screen("POST", "/book/{slug}/details/{token}", book),
)  # fmt: skip
