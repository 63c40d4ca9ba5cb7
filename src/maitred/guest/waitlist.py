"""The waitlist's pages for guests: wait for a range of times, see where one stands, take an offer, leave.

They need no scripts. A place is read and left by a signed link alone; a form that is sent twice is one place.
"""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

import structlog
from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from maitred import texts
from maitred.api.problems import InvalidRequest, refused, status_of
from maitred.api.schemas import WaitBody
from maitred.domain import calendar
from maitred.domain.calendar import resolve_local
from maitred.domain.errors import InvalidInput, MaitredError, NotFound, OfferGone, TransitionNotAllowed
from maitred.domain.waitlist import LIVE
from maitred.store.waitlist import Waiting
from maitred.texts import N_, Texts, gettext, negotiate, speaking, texts_in
from maitred.usecases import links, waitlist
from maitred.usecases.accept import GuestDetails
from maitred.usecases.desk import Caller, Desk, OpenVenue

MAX_FORM: Final = 16 * 1024
_CALLERS: Final = UUID("3d0c2f0c-6b41-4f5d-9a53-8b6f6a8f7e55")
_LINK_LASTS: Final = timedelta(days=1)
STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; padding: 1rem; max-width: 34rem }
label, .label { display: block; margin: .8rem 0 .2rem; font-weight: 600 }
input, select, textarea, button { font: inherit; padding: .5rem; box-sizing: border-box; min-height: 2.75rem }
input:not([type=checkbox]), select, textarea { width: 100% }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem }
.check { display: flex; gap: .6rem; align-items: start; font-weight: 400 }
.check input { min-height: 1.5rem; width: 1.5rem; flex: none; margin: 0 }
button { margin-top: 1rem; width: 100%; font-weight: 600 }
.fault { border-left: .3rem solid #c22; padding-left: .6rem }
a { display: inline-block; padding: .4rem 0 }
"""
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a place is its key
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
}
FAULTS: Final[Mapping[str, str]] = {
    "consent_required": N_("Please agree: without it we cannot book for you."),
    "contact_required": N_("Give an email address or a phone number, so that we can tell you."),
    "range_reversed": N_("The latest time is before the earliest."),
    "range_spans_days": N_("Choose times of one day."),
    "in_the_past": N_("That time has passed."),
    "closed": N_("The restaurant is closed on that day."),
    "outside_service": N_("The restaurant seats nobody between these times."),
    "party_too_large": N_("The restaurant has no table for a party of that size."),
    "review_size": N_("For a party of that size please ask the restaurant itself."),
    "invalid_email": N_("This is no email address."),
    "invalid_phone": N_("Write the phone number with + and the country code."),
    "required": N_("This is required."),
    "waitlist_closed": N_("This restaurant keeps no waitlist."),
    "offer_gone": N_("This offer has lapsed. The table has gone to the next guest."),
    "link_expired": N_("This link is not valid any more."),
    "not_found": N_("There is nothing here."),
    "transition_not_allowed": N_("This has been settled already."),
}
UNKNOWN: Final = N_("This did not work. Please check it and try again.")
_FIELDS: Final = ("date", "party_size", "from", "until", "name", "email", "phone", "notes", "zone_preference")
EMPTY: Final = dict.fromkeys((*_FIELDS, "accessible", "consent"), "")
log: Final = structlog.get_logger(__name__)


@dataclass(slots=True)
class Guest:
    """One request of a guest: what was asked, in which language, and how to answer."""

    request: Request
    desk: Desk
    texts: Texts
    pages: Environment

    async def place(self) -> OpenVenue:
        """Return the restaurant of the path; raises NotFound."""
        return await self.desk.venues.get(self.request.path_params["slug"])

    async def form(self) -> dict[str, str]:
        """Return the fields of a form that were filled in."""
        raw = bytearray()
        async for chunk in self.request.stream():
            raw += chunk
            if len(raw) > MAX_FORM:
                raise InvalidInput("The form is too long.", field="body", code="body_too_large")
        sent = parse_qsl(raw.decode("utf-8", "replace"))
        return {name: value.strip() for name, value in sent if value.strip()}

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """Answer with a page."""
        shown = self.pages.get_template(template).render(texts=self.texts, style=STYLE, **context)
        return HTMLResponse(shown, status, HEADERS)


async def show_form(guest: Guest) -> Response:
    """Show the form, with what is known already filled in."""
    place = await guest.place()
    if not place.venue.waitlist.enabled:
        return _refused(guest, "waitlist_closed", 404)
    asked = dict(guest.request.query_params)
    day = calendar.service_date(place.venue, guest.desk.clock())
    wanted = EMPTY | {"date": day.isoformat(), "party_size": "2", "from": "18:00", "until": "21:00"} | asked
    return guest.page("waitlist_form.html", place=place, said=wanted, fault=None, field=None)


async def send_form(guest: Guest) -> Response:
    """Let the guest wait, and lead them to their place; what is wrong is said beside the form."""
    place, sent = await guest.place(), await guest.form()
    try:
        joined = await waitlist.join(guest.desk, place, _wish(guest, place, sent), caller=_caller(place))
    except InvalidInput as fault:
        field, code = _first(fault)
        words = _words(code)
        return guest.page("waitlist_form.html", 422, place=place, said=EMPTY | sent, fault=words, field=field)
    return RedirectResponse(await _address(guest, joined.waiting), 303, HEADERS)


def _first(fault: InvalidInput) -> tuple[str, str]:
    """Return the field of the form and the rule that it breaks."""
    one = fault.faults[0] if isinstance(fault, InvalidRequest) else None
    field, code = (one.field, one.code) if one else (fault.field or "", fault.reason_code)
    return {"guest": "email", "from_": "from"}.get(field, field.rpartition(".")[2]), code


def _wish(guest: Guest, place: OpenVenue, sent: Mapping[str, str]) -> waitlist.WaitRequest:
    """Read the form by the rules of the API."""
    person = {name: sent[name] for name in ("name", "email", "phone") if name in sent}
    day = sent.get("date", "")
    fields: dict[str, Any] = {name: sent[name] for name in ("party_size", "zone_preference", "notes") if name in sent}
    fields |= {name: f"{day}T{sent[name]}" for name in ("from", "until") if name in sent}
    fields |= {"guest": {**person, "locale": guest.texts.code}}
    fields |= {"consent": str("consent" in sent).lower(), "accessible": str("accessible" in sent).lower()}
    try:
        body = WaitBody.model_validate_strings(fields)
    except ValidationError as invalid:
        raise refused(invalid) from None
    tz, details = place.venue.tz, body.guest
    return waitlist.WaitRequest(
        party_size=body.party_size,
        from_at=resolve_local(body.from_, tz, "from"),
        until_at=resolve_local(body.until, tz, "until"),
        guest=GuestDetails(details.name, details.email, details.phone, details.locale),
        consent=body.consent,
        accessible=body.accessible,
        zone_preference=body.zone_preference,
        notes=body.notes,
    )


def _caller(place: OpenVenue) -> Caller:
    """Return the credential of a restaurant's own pages."""
    return Caller(
        uuid5(_CALLERS, str(place.restaurant_id)), "guest", frozenset({"bookings:write"}), place.restaurant_id
    )


async def _address(guest: Guest, waiting: Waiting) -> str:
    entry = waiting.entry
    token = await links.signed(
        guest.desk.database, links.WAITLIST, {"entry": str(entry.id)}, entry.until_at + _LINK_LASTS
    )
    return f"/book/{entry.restaurant}/w/{token}"


async def _theirs(guest: Guest) -> Waiting:
    """Return the place of a signed link; raises NotFound and LinkExpired."""
    place, token = await guest.place(), guest.request.path_params["token"]
    payload = await links.opened(guest.desk.database, links.WAITLIST, token, guest.desk.clock())
    found = await waitlist.waiting_of(guest.desk, UUID(str(payload["entry"])))
    if found.entry.restaurant_id != place.restaurant_id:
        raise NotFound("There is nothing here.")
    return found


async def show_place(guest: Guest) -> Response:
    """Show where a guest stands."""
    return await _shown(guest, await _theirs(guest))


async def _shown(guest: Guest, waiting: Waiting, status: int = 200, fault: str | None = None) -> Response:
    entry, place = waiting.entry, await guest.place()
    day = await waitlist.of_day(guest.desk, place, entry.service_date, live_only=True)
    line = next((number for number, one in enumerate(day, start=1) if one.entry.id == entry.id), None)
    tz, said = place.venue.tz, guest.texts
    times = [said.time(one, tz) for one in (entry.from_at, entry.until_at)]
    return guest.page(
        "waitlist_place.html", status, place=place, entry=entry, line=line, live=entry.state in LIVE, fault=fault,
        first=times[0], last=times[1], at=said.time(entry.starts_at, tz) if entry.starts_at else "",
        held=said.time(entry.offer_expires_at, tz) if entry.offer_expires_at else "",
        here=guest.request.url.path.removesuffix("/leave").removesuffix("/accept"),
    )  # fmt: skip


async def leave(guest: Guest) -> Response:
    """Give the place up."""
    waiting = await _theirs(guest)
    try:
        await waitlist.leave(guest.desk, waiting.entry.id, actor=_caller(await guest.place()).actor())
    except TransitionNotAllowed:
        return await _shown(guest, await _theirs(guest), 409, _words("transition_not_allowed"))
    return _back(guest)


async def accept(guest: Guest) -> Response:
    """Take what was offered."""
    waiting = await _theirs(guest)
    actor = _caller(await guest.place()).actor()
    try:
        await waitlist.accept_offer(
            guest.desk, waiting.entry.id, actor=actor, render=lambda view: {"id": str(view.booking.id)}
        )
    except OfferGone:
        return await _shown(guest, await _theirs(guest), 409, _words("offer_gone"))
    return _back(guest)


def _back(guest: Guest) -> Response:
    return RedirectResponse(guest.request.url.path.rpartition("/")[0], 303, HEADERS)


def _words(code: str) -> str:
    return gettext(FAULTS.get(code, UNKNOWN))


def _refused(guest: Guest, code: str, status: int) -> Response:
    words = _words(code)
    return guest.page("waitlist_fault.html", status, words=words)


Handler = Callable[[Guest], Awaitable[Response]]
ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "/book/{slug}/waitlist", show_form),
    ("POST", "/book/{slug}/waitlist", send_form),
    ("GET", "/book/{slug}/w/{token}", show_place),
    ("POST", "/book/{slug}/w/{token}/leave", leave),
    ("POST", "/book/{slug}/w/{token}/accept", accept),
)


def add_waitlist(app: FastAPI) -> None:
    """Add the waitlist's pages to an application that has the API."""
    desk, pages = app.state.front.desk, _environment()
    for method, path, handler in ROUTES:
        app.add_route(path, _bound(handler, desk, pages), methods=[method], include_in_schema=False)


def _bound(handler: Handler, desk: Desk, pages: Environment) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        wanted = request.query_params.get("lang") or negotiate(request.headers.get("accept-language", ""))
        guest = Guest(request, desk, texts_in(wanted if wanted in texts.LOCALES else None), pages)
        with speaking(guest.texts):
            try:
                return await handler(guest)
            except MaitredError as fault:
                status = status_of(fault)
                if status >= 500:
                    log.error("guest_page_failed", path=request.url.path, code=fault.reason_code, exc_info=fault)
                return _refused(guest, fault.reason_code, 410 if fault.reason_code == "link_expired" else status)

    return handle


def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("maitred.guest", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    pages.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return pages
