"""The waitlist: guests who consented to a time range of a full day."""

from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import BookingAnswer, WaitingAnswer, WaitingList
from maitred.api.bookings import shown_somewhere
from maitred.api.call import FRESH, Call, Endpoint, answer
from maitred.api.headers import etag, idempotency_key, known_versions
from maitred.api.idempotency import REPLAYED
from maitred.api.render import render_booking
from maitred.api.schemas import NothingBody, WaitBody, WaitQuery
from maitred.domain.calendar import resolve_local
from maitred.domain.waitlist import LIVE
from maitred.store.views import BookingView
from maitred.store.waitlist import Waiting
from maitred.usecases import waitlist
from maitred.usecases.accept import GuestDetails
from maitred.usecases.desk import OpenVenue

TAG: Final = "Waitlist"


async def join_waitlist(call: Call) -> Response:
    """Let a guest wait for any start of a range, with their consent to be booked for it.

    When room appears the first who fits is booked, until some hours before the range; after that they are made an
    offer, which is held for some minutes. The same wish of the same guest is one place, however often it is sent.
    """
    body = await call.body(WaitBody, country=await call.country())
    if body.source.staffed:
        call.need("staff")
    place = await call.place()
    tz, guest = place.venue.tz, body.guest
    request = waitlist.WaitRequest(
        party_size=body.party_size,
        from_at=resolve_local(body.from_, tz, "from"),
        until_at=resolve_local(body.until, tz, "until"),
        guest=GuestDetails(guest.name, guest.email, guest.phone, guest.locale, guest.consents),
        consent=body.consent,
        source=body.source,
        accessible=body.accessible,
        zone_preference=body.zone_preference,
        zone_promised=body.zone_required,
        notes=body.notes,
    )
    joined = await waitlist.join(call.desk, place, request, caller=call.caller, key=idempotency_key(call.request))
    entry = joined.waiting.entry
    extra = {"Location": f"/v1/waitlist/{entry.id}", "ETag": etag(entry.version)}
    if joined.repeated:
        extra |= REPLAYED
    return answer(await _shown(call, joined.waiting), 201, extra)


async def list_waiting(call: Call) -> Response:
    """List who waits for a day, in order of joining; with `all` also what became of the others."""
    query = call.query(WaitQuery)
    place = await call.place()
    found = await waitlist.of_day(call.desk, place, query.date, live_only=not query.all)
    lines = _lines(found)
    return answer({"items": [_rendered(one, place, lines.get(str(one.entry.id))) for one in found]})


async def read_waiting(call: Call) -> Response:
    """Return a place on the waitlist: where it stands, and the offer or booking that came of it."""
    waiting = await _waiting(call)
    version = waiting.entry.version
    headers = {"ETag": etag(version)}
    if version in known_versions(call.request, version):
        return Response(status_code=304, headers=headers | FRESH)
    return answer(await _shown(call, waiting), headers=headers)


async def leave_waitlist(call: Call) -> Response:
    """Give a place up, and what was offered back. Leaving again changes nothing."""
    await call.body(NothingBody)
    waiting = await _waiting(call)
    left = await waitlist.leave(call.desk, waiting.entry.id, actor=call.caller.actor())
    return answer(await _shown(call, left), headers={"ETag": etag(left.entry.version)})


async def accept_offer(call: Call) -> Response:
    """Book what was offered, as long as the offer is held. Sent twice it is the same booking."""
    await call.body(NothingBody)
    waiting = await _waiting(call)
    place = await call.desk.venues.by_id(waiting.entry.restaurant_id)

    def render(view: BookingView) -> dict[str, Any]:
        return render_booking(view, caller=call.caller, venue=place.venue, now=call.desk.clock())

    taken = await waitlist.accept_offer(call.desk, waiting.entry.id, actor=call.caller.actor(), render=render)
    booking = await shown_somewhere(call, await call.read_booking(taken.booking_id))
    extra = {"Location": f"/v1/bookings/{taken.booking_id}", "ETag": etag(booking["version"])}
    return answer(booking, 201, extra | REPLAYED if taken.repeated else extra)


async def _waiting(call: Call) -> Waiting:
    return await waitlist.waiting_of(call.desk, call.path_id("entry_id"), caller=call.caller)


async def _shown(call: Call, waiting: Waiting) -> dict[str, Any]:
    place = await call.desk.venues.by_id(waiting.entry.restaurant_id)
    line = None
    if waiting.entry.state in LIVE:
        day = await waitlist.of_day(call.desk, place, waiting.entry.service_date, live_only=True)
        line = _lines(day).get(str(waiting.entry.id))
    return _rendered(waiting, place, line)


def _lines(day: list[Waiting]) -> dict[str, int]:
    """Return the places in line of those who still wait or have an offer."""
    return {str(one.entry.id): number for number, one in enumerate((o for o in day if o.entry.state in LIVE), start=1)}


def _rendered(waiting: Waiting, place: OpenVenue, line: int | None) -> dict[str, Any]:
    entry, guest, tz = waiting.entry, waiting.guest, place.venue.tz
    return {
        "id": str(entry.id),
        "restaurant": entry.restaurant,
        "state": entry.state.value,
        "version": entry.version,
        "line": line,
        "service_date": entry.service_date.isoformat(),
        "from": entry.from_at.astimezone(tz).isoformat(),
        "until": entry.until_at.astimezone(tz).isoformat(),
        "party_size": entry.party_size,
        "zone_preference": entry.zone_preference,
        "zone_required": entry.zone_promised,
        "accessible": entry.accessible,
        "notes": entry.notes,
        "source": entry.source.value,
        "guest": {
            "id": str(guest.id), "name": guest.name, "email": guest.email, "phone": guest.phone, "locale": guest.locale,
        },
        "starts_at": entry.starts_at.astimezone(tz).isoformat() if entry.starts_at else None,
        "offer_expires_at": entry.offer_expires_at.astimezone(tz).isoformat() if entry.offer_expires_at else None,
        "booking_id": str(entry.booking_id) if entry.booking_id else None,
        "reason": entry.reason,
        "joined_at": entry.joined_at.astimezone(tz).isoformat(),
    }  # fmt: skip


ROUTES: Final = (
    Endpoint(
        "POST", "/v1/restaurants/{slug}/waitlist", join_waitlist, TAG, "Join the waitlist", "bookings:write",
        WaitingAnswer, status=201, body=WaitBody, headers=("Idempotency-Key",),
        answer_headers=("Location", "ETag", "Idempotency-Replayed"),
        problems=("waitlist_closed", "consent_required", "contact_required", "range_reversed", "range_spans_days"),
    ),
    Endpoint(
        "GET", "/v1/restaurants/{slug}/waitlist", list_waiting, TAG, "List who waits", "staff", WaitingList,
        query=WaitQuery,
    ),
    Endpoint(
        "GET", "/v1/waitlist/{entry_id}", read_waiting, TAG, "Read a place on the waitlist", "bookings:read",
        WaitingAnswer, headers=("If-None-Match",), answer_headers=("ETag",),
        more={304: "The version named in If-None-Match is the present one."},
    ),
    Endpoint(
        "POST", "/v1/waitlist/{entry_id}/leave", leave_waitlist, TAG, "Leave the waitlist", "bookings:write",
        WaitingAnswer, body=NothingBody, body_optional=True, answer_headers=("ETag",),
        problems=("transition_not_allowed",),
    ),
    Endpoint(
        "POST", "/v1/waitlist/{entry_id}/accept", accept_offer, TAG, "Take an offer", "bookings:write",
        BookingAnswer, status=201, body=NothingBody, body_optional=True,
        answer_headers=("Location", "ETag", "Idempotency-Replayed"), problems=("offer_gone",),
    ),
)  # fmt: skip
