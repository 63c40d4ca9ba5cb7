"""A booking as its guest sees it: what came of it, another time or party, the calendar file, and the end of it."""

from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from starlette.responses import Response

from maitred.api.waiting import beyond
from maitred.domain.booking import UNDECIDED_STATES, State
from maitred.domain.errors import InvalidInput, NeedsOverride, NoSeating, NotFound, TransitionNotAllowed
from maitred.domain.lifecycle import Action
from maitred.guest.again import before, put_right
from maitred.guest.asking import Asked, asked, read_time, read_wish
from maitred.guest.book import managed, zone_name
from maitred.guest.mailed import mailed
from maitred.guest.visit import Screen, Visit, headers
from maitred.guest.words import say, told
from maitred.notify.calendar import Appointment, written
from maitred.store.views import BookingView, booking_view
from maitred.usecases import links
from maitred.usecases.door import act
from maitred.usecases.modify import Changes, modify_booking

WAIT_S: Final = 20.0
CHANGEABLE: Final = frozenset({*UNDECIDED_STATES, State.MANUAL_REVIEW, State.CONFIRMED})


async def opened(visit: Visit) -> BookingView:
    """Return the booking of the link; raises NotFound for another restaurant's."""
    said = await links.opened(visit.desk.database, links.MANAGE, visit.token, visit.now)
    view = await booking_view(visit.desk.database, UUID(said["booking"]))
    if view is None or view.booking.restaurant_id != visit.place.restaurant_id:
        raise NotFound("This link is not one of ours.")
    if max(view.booking.starts_at, view.created_at) + links.MANAGED_AFTER <= visit.now:
        raise links.LinkExpired("This link is not valid any more.", field="token", code="link_expired")
    return view


async def show(visit: Visit) -> Response:
    """Show the booking as it is."""
    said = (await before(visit)).said
    return await _page(visit, await opened(visit), 409 if said else 200, said)


async def mail(visit: Visit) -> Response:
    """Answer with what can be said of the guest's mail by now."""
    told = await mailed(visit, await opened(visit))
    answer = orjson.dumps({"lines": told.lines, "open": told.open})
    language = {"Content-Language": visit.texts.lang}
    return Response(answer, headers={**headers(visit.place), **language}, media_type="application/json")


async def _page(visit: Visit, view: BookingView, status: int = 200, said: str | None = None) -> Response:
    booking = view.booking
    waiting = booking.state in UNDECIDED_STATES and not booking.once_confirmed
    others = (booking.reason_data or {}).get("alternatives", ()) if booking.state is State.FAILED else ()
    return visit.page(
        "booking.html",
        status,
        view=view,
        booking=booking,
        waiting=waiting,
        changeable=_changeable(visit, view),
        zone=zone_name(visit, booking.promised_zone),
        others=[datetime.fromisoformat(one["starts_at"]) for one in others if one.get("hold")],
        day=booking.service_date,
        said=said,
        mailed=await mailed(visit, view),
        changed=visit.query("said") == "changed" and booking.state is State.CONFIRMED,
    )


def _changeable(visit: Visit, view: BookingView) -> bool:
    return view.booking.state in CHANGEABLE and view.booking.starts_at > visit.now


async def _refused(visit: Visit, said: str) -> Response:
    """Lead back to the booking, which is as it was."""
    return await put_right(visit, "b", visit.token, said=said)


async def state(visit: Visit) -> Response:
    """Answer when the booking has moved on from a version, or after a while."""
    view = await opened(visit)
    known = visit.query("v")
    version = int(known) if known.isdecimal() and len(known) < 9 else 0
    if view.booking.version <= version:
        await visit.house.front.waiters.until(view.booking.id, beyond(version), WAIT_S)
        view = await opened(visit)
    answer = orjson.dumps({"version": view.booking.version, "state": view.booking.state})
    return Response(answer, headers=headers(visit.place), media_type="application/json")


async def change(visit: Visit) -> Response:
    """Show the times to which the booking can be changed."""
    view = await opened(visit)
    if not _changeable(visit, view):
        return await _page(visit, view, 409, say("transition_not_allowed"))
    sent = await before(visit)
    found = await asked(visit, {**_sent(visit, view), **sent.fields}, view)
    return await _choices(visit, view, found, 409 if sent.said else 200, sent.said)


def _sent(visit: Visit, view: BookingView) -> dict[str, str]:
    booking, query = view.booking, visit.request.query_params
    return {
        "party": query.get("party", str(booking.party_size)),
        "date": query.get("date", booking.service_date.isoformat()),
        "accessible": "1" if booking.accessible else "",
        "zone": booking.zone_preference or "",
    }


async def _choices(
    visit: Visit, view: BookingView, found: Asked, status: int = 200, said: str | None = None
) -> Response:
    booking = view.booking
    times = [slot.starts_at for slot in found.found.slots if slot.available] if found.found else []
    if found.wanted and found.wanted.party == booking.party_size:
        times = [at for at in times if at != booking.starts_at]
    status = 422 if found.faults and status == 200 else status
    largest = visit.place.floor.largest_party()
    return visit.page(
        "change.html", status, view=view, booking=booking, asked=found, times=times, largest=largest, said=said
    )


async def apply(visit: Visit) -> Response:
    """Change the booking, or leave it exactly as it was and say why."""
    view, sent = await opened(visit), await visit.form()
    if not _changeable(visit, view):
        return await _refused(visit, say("transition_not_allowed"))
    booking = view.booking
    wish = {**_sent(visit, view), "party": sent.get("party", ""), "date": sent.get("date", "")}
    read = read_wish(visit, wish)
    if read.wanted is None:
        return await put_right(visit, "b", visit.token, "change", fields=read.typed)
    try:
        starts_at = read_time(visit, sent)
        changes = Changes(party_size=read.wanted.party, starts_at=starts_at)
        await modify_booking(visit.desk, booking.id, changes, caller=visit.caller, expected_version=booking.version)
    except (InvalidInput, NeedsOverride, NoSeating, TransitionNotAllowed) as fault:
        return await put_right(visit, "b", visit.token, "change", fields=read.typed, said=told(fault))
    return visit.go(visit.url("b", await managed(visit, booking.id, starts_at), said="changed"))


async def cancel(visit: Visit) -> Response:
    """Cancel the booking; one that is cancelled already stays so."""
    view = await opened(visit)
    if view.booking.state is not State.CANCELLED:
        if not _changeable(visit, view):
            return await _refused(visit, say("transition_not_allowed"))
        try:
            await act(visit.desk, view.booking.id, Action.CANCEL, caller=visit.caller)
        except TransitionNotAllowed as fault:
            return await _refused(visit, told(fault))
    return visit.go(visit.url("b", visit.token))


async def calendar(visit: Visit) -> Response:
    """Give the booking as a calendar file."""
    view = await opened(visit)
    booking = view.booking
    gone = booking.state in (State.CANCELLED, State.FAILED)
    stands = booking.state is State.CONFIRMED or booking.needs_table
    appointment = Appointment(
        booking.id,
        booking.version,
        view.updated_at,
        booking.starts_at,
        booking.turn_ends_at,
        visit.place.venue.name,
        visit.place.venue.location,
        f"{visit.guests(booking.party_size)} · {booking.reference}",
        "CANCELLED" if gone else "CONFIRMED" if stands else "TENTATIVE",
    )
    named = {"Content-Disposition": f'attachment; filename="{booking.reference}.ics"'}
    content, kind = written(appointment), "text/calendar; charset=utf-8"
    language = {"Content-Language": visit.texts.lang}
    return Response(content, headers={**headers(visit.place), **named, **language}, media_type=kind)


SCREENS: Final = (
    Screen("GET", "/book/{slug}/b/{token}", show),
    Screen("GET", "/book/{slug}/b/{token}/state", state),
    Screen("GET", "/book/{slug}/b/{token}/mail", mail),
    Screen("GET", "/book/{slug}/b/{token}/change", change),
    Screen("POST", "/book/{slug}/b/{token}/change", apply),
    Screen("POST", "/book/{slug}/b/{token}/cancel", cancel),
    Screen("GET", "/book/{slug}/b/{token}/calendar.ics", calendar),
)  # fmt: skip
