"""Bookings: make, read, list, change."""

from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import AttemptsAnswer, BookingAnswer, BookingPage, HistoryAnswer
from maitred.api.call import FRESH, Call, Endpoint, answer
from maitred.api.headers import etag, known_versions, wait_s
from maitred.api.idempotency import REPLAYED, key_of
from maitred.api.paging import after, next_link
from maitred.api.render import render_attempt, render_booking, render_step
from maitred.api.schemas import BookingBody, ChangeBody, GuestBody, ListQuery, OverrideBody
from maitred.api.waiting import beyond, settled_beyond
from maitred.domain.booking import UNDECIDED_STATES, Source, State
from maitred.domain.calendar import resolve_local
from maitred.domain.errors import InvalidInput
from maitred.store import views
from maitred.store.search import search_bookings
from maitred.store.views import BookingView
from maitred.usecases.accept import BookingRequest, GuestDetails, Override, accept_booking
from maitred.usecases.desk import OpenVenue
from maitred.usecases.modify import UNSET, Changes, modify_booking

TAG: Final = "Bookings"
_ADMIN_TIMES: Final = ("requested_at", "at")


async def create_booking(call: Call) -> Response:
    """Accept a request for a table and answer at once.

    The answer is the booking as it is now, usually `assignment_pending`: which table it gets is decided a moment
    later. `Prefer: wait=N` (at most 30 s) answers when that is settled. A request that cannot be met by any rule of the
    house (off the grid, outside services, in the past, too large) is refused here with the field, and creates nothing.
    """
    body = await call.body(BookingBody, country=await call.country())
    _check_scopes(call, body)
    place = await call.place()
    request = _request(body, place)

    def render(view: BookingView) -> dict[str, Any]:
        return shown(call, view, place)

    accepted = await accept_booking(
        call.desk, place, request, caller=call.caller, key=key_of(call, body), render=render
    )
    booking, extra = accepted.answer, {"Location": f"/v1/bookings/{accepted.booking_id}"}
    if accepted.repeated:
        extra |= REPLAYED
    seconds = wait_s(call.request)
    if seconds is not None:
        extra["Preference-Applied"] = f"wait={seconds}"
        if State(booking["state"]) in UNDECIDED_STATES:
            await call.front.waiters.until(accepted.booking_id, settled_beyond(booking["version"]), seconds)
            booking = render(await call.read_booking(accepted.booking_id))
    return answer(booking, 201, {**extra, "ETag": etag(booking["version"])})


async def read_booking(call: Call) -> Response:
    """Return a booking with the actions this key may take now.

    With `If-None-Match` the answer is 304 while the version is known. With `Prefer: wait=N` beside it the answer waits
    for another version; with `Prefer: wait=N` alone it waits until the pipeline has settled the booking.
    """
    view, seconds = await call.booking(), wait_s(call.request)
    version = view.booking.version
    call.expected(view.booking)
    known = known_versions(call.request, version)
    if seconds and (version in known or (not known and view.booking.state in UNDECIDED_STATES)):
        reached = beyond(version) if known else settled_beyond(version)
        await call.front.waiters.until(view.booking.id, reached, seconds)
        view = await call.booking()
    headers = {"ETag": etag(view.booking.version), "Vary": "Authorization"}
    if seconds is not None:
        headers["Preference-Applied"] = f"wait={seconds}"
    if view.booking.version in known:
        return Response(status_code=304, headers=headers | FRESH)
    return answer(await shown_somewhere(call, view), headers=headers)


async def list_bookings(call: Call) -> Response:
    """List a restaurant's bookings in order of arrival, a page at a time."""
    query = call.query(ListQuery)
    states, continues = states_in(query.state), after(query.cursor)
    place = await call.place()
    page: dict[str, Any] = {
        "service_date": query.date, "states": states, "after": continues, "limit": query.limit + 1,
    }  # fmt: skip
    if query.q is None:
        found = await views.list_bookings(call.desk.database, place.restaurant_id, **page)
    else:
        found = await search_bookings(call.desk.database, place.restaurant_id, query.q, **page)
    items = found[: query.limit]
    last = items[-1].booking.arrival if len(found) > query.limit else None
    return answer({"items": [shown(call, view, place) for view in items], "next": next_link(call.request, last)})


async def change_booking(call: Call) -> Response:
    """Change time, party, wishes or guest, all or nothing.

    A confirmed booking gets its new seating in one transaction, or stays exactly as it was and the answer carries
    alternatives. One that is not confirmed yet is changed in place and queued again.
    """
    place = await call.desk.venues.by_id((await call.booking()).booking.restaurant_id)
    body = await call.body(ChangeBody, country=place.country)
    if not body.model_fields_set - {"override", *_ADMIN_TIMES}:
        raise InvalidInput("Name at least one field to change.", field="body", code="nothing_to_change")
    if body.override:
        call.need("override")
    if body.at is not None:
        call.need("admin")
    async with call.versioned() as expected:
        await modify_booking(
            call.desk,
            call.path_id("booking_id"),
            changes_in(body, place),
            caller=call.caller,
            expected_version=expected,
            at=moment(body.at, place, "at"),
            override=override_of(body.override),
        )
    return await present(call)


async def read_history(call: Call) -> Response:
    """Return every step of the booking's life; it replays to the present state."""
    view = await call.booking()
    place = await call.desk.venues.by_id(view.booking.restaurant_id)
    steps = await views.history(call.desk.database, view.booking.id)
    return answer({"items": [render_step(entry, caller=call.caller, tz=place.venue.tz) for entry in steps]})


async def read_attempts(call: Call) -> Response:
    """Return the coordinator's rounds: strategy, plan with its score terms, outcome and reason of each."""
    view = await call.booking()
    place = await call.desk.venues.by_id(view.booking.restaurant_id)
    rows = await views.attempts(call.desk.database, view.booking.id)
    return answer({"items": [render_attempt(row, caller=call.caller, tz=place.venue.tz) for row in rows]})


def shown(call: Call, view: BookingView, place: OpenVenue) -> dict[str, Any]:
    """Return a booking as the caller may see it."""
    return render_booking(view, caller=call.caller, venue=place.venue, now=call.desk.clock())


async def shown_somewhere(call: Call, view: BookingView) -> dict[str, Any]:
    """Return a booking as the caller may see it, wherever it is."""
    return shown(call, view, await call.desk.venues.by_id(view.booking.restaurant_id))


async def present(call: Call) -> Response:
    """Answer with the booking of the path as it was read back after a change."""
    view = await call.booking()
    return answer(await shown_somewhere(call, view), headers={"ETag": etag(view.booking.version)})


def moment(text: str | None, place: OpenVenue, field: str) -> datetime | None:
    """Read a time that may be absent; without an offset it is the venue's local time."""
    return resolve_local(text, place.venue.tz, field) if text is not None else None


def override_of(body: OverrideBody | None) -> Override | None:
    """Return the override of a body."""
    return Override(frozenset(body.rules), body.reason) if body else None


def _check_scopes(call: Call, body: BookingBody) -> None:
    """Refuse what the key may not say, wherever that would be."""
    if body.source.staffed:
        call.need("staff")
    if body.zone_promised:
        call.need("staff")
    if body.override:
        call.need("override")
    if body.requested_at is not None:
        call.need("admin")


def _request(body: BookingBody, place: OpenVenue) -> BookingRequest:
    if body.starts_at is None and body.source is not Source.WALK_IN:
        raise InvalidInput("starts_at is required, except for walk-ins.", field="starts_at", code="required")
    if (body.zone_promised or body.zone_required) and body.zone_preference is None:
        raise InvalidInput("Name the zone that is promised.", field="zone_preference", code="required")
    return BookingRequest(
        party_size=body.party_size,
        starts_at=moment(body.starts_at, place, "starts_at"),
        guest=_guest(body.guest),
        source=body.source,
        zone_preference=body.zone_preference,
        accessible=body.accessible,
        notes=body.notes,
        external_ref=body.external_ref,
        decided_as_of=moment(body.requested_at, place, "requested_at"),
        override=override_of(body.override),
        hold_id=body.hold_id,
        leave_by=moment(body.leave_by, place, "leave_by"),
        zone_promised=body.zone_promised or body.zone_required,
    )


def _guest(guest: GuestBody) -> GuestDetails:
    return GuestDetails(guest.name, guest.email, guest.phone, guest.locale, guest.consents)


def changes_in(body: ChangeBody, place: OpenVenue) -> Changes:
    """Return what a body changes; fields that were not sent stay as they are."""
    sent: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    if "starts_at" in sent:
        sent["starts_at"] = moment(body.starts_at, place, "starts_at")
    if "leave_by" in sent:
        sent["leave_by"] = moment(body.leave_by, place, "leave_by")
    if "guest" in sent:
        sent["guest"] = _guest(body.guest)
    names = ("party_size", "starts_at", "zone_preference", "accessible", "notes", "guest", "leave_by")
    return Changes(**{name: sent.get(name, UNSET) for name in names})


def states_in(text: str | None) -> list[str] | None:
    if text is None:
        return None
    named = [name.strip() for name in text.split(",")]
    unknown = sorted(set(named) - set(State))
    if unknown:
        raise InvalidInput(
            f"No state is called {unknown[0]!r}; there are: {', '.join(State)}.", field="state", code="unknown_value"
        )
    return named


ROUTES: Final = (
    Endpoint(
        "POST", "/v1/restaurants/{slug}/bookings", create_booking, TAG, "Book a table", "bookings:write",
        BookingAnswer, status=201, body=BookingBody, headers=("Idempotency-Key", "Prefer"),
        answer_headers=("Location", "ETag", "Idempotency-Replayed", "Preference-Applied"),
        problems=("off_grid", "outside_service", "in_the_past", "party_too_large", "needs_override", "hold_gone"),
    ),
    Endpoint(
        "GET", "/v1/bookings/{booking_id}", read_booking, TAG, "Read a booking", "bookings:read",
        BookingAnswer, headers=("If-Match", "If-None-Match", "Prefer"), answer_headers=("ETag", "Preference-Applied"),
        more={304: "The version named in If-None-Match is the present one."},
    ),
    Endpoint(
        "GET", "/v1/restaurants/{slug}/bookings", list_bookings, TAG, "List bookings", "bookings:read",
        BookingPage, query=ListQuery, problems=("invalid_cursor",),
    ),
    Endpoint(
        "PATCH", "/v1/bookings/{booking_id}", change_booking, TAG, "Change a booking", "bookings:write",
        BookingAnswer, body=ChangeBody, headers=("If-Match",), answer_headers=("ETag",),
        problems=("no_capacity", "needs_override", "transition_not_allowed", "stale_version"),
    ),
    Endpoint(
        "GET", "/v1/bookings/{booking_id}/history", read_history, TAG, "Read a booking's history", "bookings:read",
        HistoryAnswer,
    ),
    Endpoint(
        "GET", "/v1/bookings/{booking_id}/attempts", read_attempts, TAG, "Read the coordinator's rounds",
        "bookings:read", AttemptsAnswer,
    ),
)  # fmt: skip
