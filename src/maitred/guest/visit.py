"""One guest's request on its way through: which restaurant, which language, and how to answer.

Guests have no account and no cookie (in a frame on another site it would be a third party's): whatever a page has to
remember is in the address, signed where it matters.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from maitred.api.call import Front
from maitred.api.problems import status_of
from maitred.domain import calendar
from maitred.domain.errors import Forbidden, InvalidInput, MaitredError, NotFound
from maitred.guest.limits import Limits, household
from maitred.guest.pages import Pages
from maitred.guest.words import told
from maitred.texts import Texts, gettext, ngettext, preferred, speaking, texts_in, with_territory
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.people import TryLater

MAX_FORM: Final = 16 * 1024
CREDENTIAL: Final = UUID("7d7c5c0e-3f4b-4f0f-9d25-6b1f0a6f2c53")
"""Whose holds and keys the guests' are: no key of anybody's can use them."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Screen:
    """One route."""

    method: str
    path: str
    handler: Callable[["Visit"], Awaitable[Response]]
    holds: bool = False  # takes a table from others, if only for minutes


@dataclass(frozen=True, slots=True)
class House:
    """What the pages of one process share."""

    front: Front
    pages: Pages
    limits: Limits = field(default_factory=Limits)


@dataclass(slots=True, eq=False)
class Visit:
    """One request of a guest."""

    request: Request
    house: House
    texts: Texts
    place_or_none: OpenVenue | None = None
    _form: dict[str, str] | None = field(default=None, init=False)

    @property
    def desk(self) -> Desk:
        """What use cases work with."""
        return self.house.front.desk

    @property
    def place(self) -> OpenVenue:
        """The restaurant of the path."""
        assert self.place_or_none is not None
        return self.place_or_none

    @property
    def caller(self) -> Caller:
        """A guest as use cases know them: bound to this restaurant, no staff."""
        return Caller(CREDENTIAL, "guest", frozenset({"bookings:read", "bookings:write"}), self.place.restaurant_id)

    @property
    def now(self) -> datetime:
        """The instant of the request."""
        return self.desk.clock()

    @property
    def token(self) -> str:
        """The token of the path."""
        return str(self.request.path_params["token"])

    def query(self, name: str, otherwise: str = "") -> str:
        """Return a value of the query string."""
        return self.request.query_params.get(name, otherwise)

    def today(self) -> date:
        """Return the present service day."""
        return calendar.service_date(self.place.venue, self.now)

    def clock(self, instant: datetime) -> str:
        """Write a time of day as the restaurant's clock shows it."""
        return self.texts.time(instant, self.place.venue.tz)

    def clock24(self, instant: datetime) -> str:
        """Write a time of day as a form's field takes it."""
        return f"{instant.astimezone(self.place.venue.tz):%H:%M}"

    def day_of(self, instant: datetime) -> str:
        """Write the day of an instant at the restaurant."""
        return self.texts.date(instant.astimezone(self.place.venue.tz).date())

    def guests(self, count: int) -> str:
        """Write a number of guests."""
        return ngettext("%(count)s guest", "%(count)s guests", count) % {"count": count}

    async def form(self) -> dict[str, str]:
        """Return the fields of a form; raises InvalidInput for one that is too long."""
        if self._form is None:
            raw = bytearray()
            async for chunk in self.request.stream():
                raw += chunk
                if len(raw) > MAX_FORM:
                    raise InvalidInput("The form is too long.", field="body", code="too_long")
            self._form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        return self._form

    def url(self, *parts: object, **query: object) -> str:
        """Return the address of a page of this restaurant, in the language that was asked for."""
        path = "/".join(["/book", self.place.slug, *(quote(str(part), safe="") for part in parts)])
        asked = {name: value for name, value in query.items() if value not in (None, "", False)}
        if self.query("lang"):
            asked["lang"] = self.texts.tag
        return f"{path}?{urlencode(asked)}" if asked else path

    def here(self, **query: object) -> str:
        """Return the address of this very page, with some of its query replaced."""
        asked = {**self.request.query_params, **query}
        return f"{self.request.url.path}?{urlencode(asked)}"

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """Answer with a page."""
        content = self.house.pages.render(template, visit=self, **context)
        return HTMLResponse(content, status, {**headers(self.place_or_none), "Content-Language": self.texts.lang})

    def go(self, address: str) -> Response:
        """Lead on to another page."""
        return RedirectResponse(address, 303, headers(self.place_or_none))


def headers(place: OpenVenue | None) -> Mapping[str, str]:
    """Return the headers of every page; who may frame it is the restaurant's setting."""
    framing = " ".join(("'self'", *place.venue.embed_origins)) if place else "'none'"
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framing}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # addresses carry tokens: they are nobody else's to read
        "Cache-Control": "private, no-store",
        "Vary": "Accept-Language",
    }


def bound(screen: Screen, house: House) -> Callable[[Request], Awaitable[Response]]:
    """Return the function that a route leads to."""

    async def handle(request: Request) -> Response:
        visit = Visit(request, house, texts_in(_language_of(request)))
        try:
            _within_limits(visit, screen)
            _same_origin(request)
            place = await visit.desk.venues.get(request.path_params.get("slug", ""))
        except MaitredError as fault:
            with speaking(visit.texts):
                return refuse(visit, fault)
        visit.place_or_none = place
        visit.texts = texts_in(visit.texts.tag, place.country)
        with speaking(visit.texts):
            try:
                return await screen.handler(visit)
            except MaitredError as fault:
                return refuse(visit, fault)

    return handle


def _language_of(request: Request) -> str:
    """Return the tag of who asks; a language that was chosen keeps the territory that the browser names for it."""
    chosen, accepted = request.query_params.get("lang"), request.headers.get("accept-language", "")
    return with_territory(chosen, [preferred(accepted)]) if chosen else preferred(accepted)


def _within_limits(visit: Visit, screen: Screen) -> None:
    address = household(visit.request.client.host if visit.request.client else "")
    limits = visit.house.limits
    limit = limits.looks if screen.method == "GET" else limits.acts
    if not limit.takes(address) or (screen.holds and not limits.holds.takes(address)):
        raise TryLater("Too much at once.", code="try_later", seconds=60)


def _same_origin(request: Request) -> None:
    """Refuse what another site's page sends."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("origin")
    same = urlsplit(origin).netloc == request.headers.get("host") if origin else None
    if same is None:
        same = request.headers.get("sec-fetch-site") == "same-origin"
    if not same:
        raise Forbidden("This was sent by another site.", scope="same-origin")


def refuse(visit: Visit, fault: MaitredError) -> Response:
    """Answer with a page that says what went wrong and where to go on."""
    status = status_of(fault)
    if status >= 500:
        log.error("guest_page_failed", path=visit.request.url.path, code=fault.reason_code, exc_info=fault)
    said = (
        gettext("There is no such restaurant here.") if visit.place_or_none is None and status == 404 else told(fault)
    )
    return visit.page("fault.html", status, said=said)


async def nowhere(visit: Visit) -> Response:
    """Answer for an address that leads nowhere: people come here, so it is a page; a slash too many is taken off."""
    address = visit.request.url
    if address.path.endswith("/"):
        return RedirectResponse(str(address.replace(path=address.path.rstrip("/"), scheme="", netloc="")), 308)
    raise NotFound("There is nothing here.")


def own(payload: Mapping[str, Any], visit: Visit) -> Mapping[str, Any]:
    """Return what a token says; raises NotFound for another restaurant's."""
    if payload.get("restaurant") != visit.place.slug:
        raise NotFound("This link is not one of ours.")
    return payload
