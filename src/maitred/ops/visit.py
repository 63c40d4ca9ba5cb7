"""One request to a screen on its way through: who asks, in which restaurant, in which language, and how to answer.

Routes are data (`Screen`); `bound` makes the function that is routed to. A page is answered as HTML, an action as a
line that says what was done (with its undo), which htmx puts where such lines are read aloud.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import UUID, uuid4

import structlog
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from maitred.api.call import Front
from maitred.api.fields import in_country
from maitred.api.problems import refused, status_of
from maitred.domain import calendar
from maitred.domain.binding import leaves_at
from maitred.domain.errors import Forbidden, InvalidInput, MaitredError, NotFound, Unauthenticated
from maitred.domain.reference import REFERENCE
from maitred.domain.written import day_in
from maitred.ops.pages import Pages
from maitred.ops.tabs import MESSAGES, TABS, Tab
from maitred.ops.wording import sentence
from maitred.store import guests, messages, outbox
from maitred.store.people import PlaceName, places_of
from maitred.store.views import BookingView, booking_view, reviews_waiting
from maitred.texts import Texts, gettext, negotiate, speaking, texts_in
from maitred.texts.pseudo import PSEUDO
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.people import Person, Role, signed_in

COOKIE: Final = "maitred_session"
MAX_FORM: Final = 256 * 1024
CHOOSE: Final = "/ops/first-password"
BEFORE_ALL: Final = frozenset({CHOOSE, "/ops/sign-in", "/ops/sign-out", "/ops/preferences"})
"""What somebody may do who has yet to choose a password of their own."""
PRESSING: Final = timedelta(minutes=10)
FARTHEST: Final = timedelta(days=3_660)
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-src 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
M = TypeVar("M", bound=BaseModel)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Screen:
    """One route: where it is, what answers it, and the least role it takes; None: nobody needs to be signed in."""

    method: str
    path: str
    handler: Callable[["Visit"], Awaitable[Response]]
    role: Role | None = Role.VIEWER


@dataclass(frozen=True, slots=True)
class House:
    """What the screens of one process share."""

    front: Front
    pages: Pages
    tests: bool = False  # the pseudo-locale can be asked for
    readings: dict[tuple[int, date], tuple[str, asyncio.Task[Sequence[BookingView]]]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Visit:
    """One request of somebody to a screen."""

    request: Request
    house: House
    texts: Texts
    person: Person | None = None
    place_or_none: OpenVenue | None = None
    role: Role | None = None
    stand: str = ""  # of the events before anything was read: the stream tells whether the page missed one
    reviews: int = 0  # how many bookings wait for a person here, and whether the first of them soon waits too long
    pressing: bool = False
    tableless: int = 0  # how many guests count on a table by today and have none
    failed: int = 0  # how many messages did not reach anybody, of those that still matter
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
    def who(self) -> Person:
        """Who is signed in."""
        assert self.person is not None
        return self.person

    @property
    def caller(self) -> Caller:
        """The person as use cases know them here."""
        found = self.who.caller(self.place.restaurant_id)
        assert found is not None
        return found

    @property
    def now(self) -> datetime:
        """The instant of the request."""
        return self.desk.clock()

    @property
    def by_htmx(self) -> bool:
        """Tell whether a script asked, and so gets a part instead of a page."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, role: Role) -> bool:
        """Tell whether the person's role here reaches that far."""
        return self.role is not None and self.role.rank >= role.rank

    def query(self, name: str, otherwise: str = "") -> str:
        """Return a value of the query string."""
        return self.request.query_params.get(name, otherwise)

    def day(self) -> date:
        """Return the service day that is looked at: the one of `date`, or the present one."""
        asked = self.query("date")
        return self.day_named(asked) if asked else self.today()

    def day_named(self, text: str) -> date:
        """Return a day that is named; nobody books ten years ahead, and no calendar reaches much further."""
        found = day_in(text, "date")
        if abs(found - self.today()) > FARTHEST:
            raise InvalidInput("That day is too far away.", field="date", code="out_of_range")
        return found

    def free_until(self, coming: datetime) -> datetime:
        """Return until when others may sit at a table that somebody has from then on: it is cleared in between."""
        return coming - timedelta(minutes=self.place.venue.buffer_minutes)

    def leaves_at(self, view: BookingView) -> datetime:
        """Return the end that people are told of a party."""
        return leaves_at(view.booking, self.place.venue, view.seated_at)

    def today(self) -> date:
        """Return the present service day."""
        return calendar.service_date(self.place.venue, self.now)

    async def form(self) -> dict[str, str]:
        """Return the fields of a form; of a field that is repeated the values are joined by commas."""
        if self._form is None:
            raw = bytearray()
            async for chunk in self.request.stream():
                raw += chunk
                if len(raw) > MAX_FORM:
                    raise InvalidInput("The form is too long.", field="body", code="body_too_large")
            self._form = {}
            for name, value in parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True):
                self._form[name] = f"{self._form[name]},{value}" if name in self._form else value
        return self._form

    async def read(self, model: type[M], *, drop_empty: bool = True) -> M:
        """Read the form into a model of the API; what was left empty counts as absent."""
        sent = {name: value for name, value in (await self.form()).items() if value or not drop_empty}
        try:
            return model.model_validate_strings(sent, context=in_country(self.place.country))
        except ValidationError as invalid:
            raise refused(invalid) from None

    async def booking(self, named: str | None = None) -> BookingView:
        """Return the booking of the path, or one that is named; raises NotFound for one of another restaurant."""
        try:
            number = UUID(named or self.request.path_params["booking_id"])
        except ValueError:
            raise NotFound("There is nothing here.") from None
        view = await booking_view(self.desk.database, number)
        if view is None or view.booking.restaurant_id != self.place.restaurant_id:
            raise NotFound("There is nothing here.")
        return view

    async def named(self, *sentences: str) -> list[str]:
        """Return sentences with guests' names where they have references: staff know people, not codes."""
        found = {code for one in sentences for code in REFERENCE.findall(one)}
        if not found or self.place_or_none is None:
            return list(sentences)
        names = await guests.names_of_references(self.desk.database, self.place.restaurant_id, found)
        return [REFERENCE.sub(lambda code: names.get(code[0], code[0]), one) for one in sentences]

    async def places(self) -> list[PlaceName]:
        """Return the restaurants this person may open."""
        return await places_of(self.desk.database, self.who.roles)

    def tabs(self) -> list[Tab]:
        """Return the screens of this restaurant that the person may open, and which of them this is."""
        path, tabs = self.request.url.path, (*TABS, MESSAGES) if self.failed else TABS
        return [tab.at(self.url(tab.path), path) for tab in tabs if self.may(tab.role)]

    def url(self, *parts: object, **query: object) -> str:
        """Return the address of a screen of this restaurant."""
        path = "/".join(["/ops", self.place.slug, *(quote(str(part), safe="") for part in parts)])
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{path}?{urlencode(asked)}" if asked else path

    def ticket(self) -> str:
        """Return a new ticket for a form that makes something (once.py)."""
        return uuid4().hex

    async def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """Answer with a page."""
        if self.place_or_none is not None and "places" not in context:
            context["places"] = await self.places()
        if self.place_or_none is not None and self.may(Role.HOST):
            waiting = await reviews_waiting(self.desk.database, self.place.restaurant_id, self.today())
            self.reviews, self.tableless = waiting.reviews, waiting.tableless
            soon = waiting.first is not None and waiting.first - self.now < PRESSING
            self.pressing = soon or bool(self.tableless)
            self.failed = await messages.failed(self.desk.database, self.place.restaurant_id, self.now)
        return self.part(template, status, **context)

    def part(self, template: str, status: int = 200, **context: Any) -> Response:
        """Answer with a part of a page."""
        content = self.house.pages.render(template, visit=self, **context)
        return HTMLResponse(content, status, {**HEADERS, "Content-Language": self.texts.lang})

    def done(
        self, said: str, *, undo: str | None = None, what: str = "", seen: object = "", then: str | None = None,
        **detail: object,
    ) -> Response:  # fmt: skip
        """Answer an action: say what was done, offer its undo (an address to post to), and let pages read again.

        `what` names what that takes back. `seen` is what tells that nobody has gone on from there, where the address
        alone does not. `then` is where to go afterwards; without scripts the browser is led back to where it came from.
        """
        if not self.by_htmx:
            return RedirectResponse(then or self._back(), 303, HEADERS)
        answer = self.part("toast.html", said=said, undo=undo, what=what, seen=seen, kind="done")
        answer.headers["HX-Trigger"] = json.dumps({"ops:changed": {"go": then, **detail}})
        return answer

    def _back(self) -> str:
        came = urlsplit(self.request.headers.get("referer", ""))
        return f"{came.path}?{came.query}" if came.path.startswith("/ops") and came.netloc == self._host() else "/ops"

    def _host(self) -> str:
        return self.request.headers.get("host", "")


def bound(screen: Screen, house: House) -> Callable[[Request], Awaitable[Response]]:
    """Return the function that a route leads to."""

    async def handle(request: Request) -> Response:
        visit = Visit(request, house, texts_in(_wanted_language(request, house)))
        try:
            await _admit(visit, screen)
        except MaitredError as fault:
            with speaking(visit.texts):
                return await refuse(visit, fault)
        if visit.person is not None and visit.person.must_choose and screen.path not in BEFORE_ALL:
            return _elsewhere(visit, CHOOSE)
        with speaking(visit.texts):
            try:
                return await screen.handler(visit)
            except MaitredError as fault:
                return await refuse(visit, fault)
            except ClientDisconnect:
                raise
            except Exception as fault:
                log.exception("screen_failed", path=request.url.path, error=type(fault).__name__)
                return await _went_wrong(visit)

    return handle


async def _admit(visit: Visit, screen: Screen) -> None:
    """Find out who asks, and whether they may; what they may not know of does not exist."""
    _same_origin(visit.request)
    token = visit.request.cookies.get(COOKIE)
    visit.person = await signed_in(visit.desk.database, token, visit.now) if token else None
    if visit.person and visit.person.locale and not visit.query("lang"):
        visit.texts = texts_in(visit.person.locale)
    if screen.role is None:
        return
    if visit.person is None:
        raise Unauthenticated("Sign in first.")
    if "slug" not in visit.request.path_params:
        return
    place = await visit.desk.venues.get(visit.request.path_params["slug"])
    visit.role = visit.person.role_in(place.restaurant_id)
    if visit.role is None:
        raise NotFound("There is nothing here.")
    visit.place_or_none = place
    # All who work in a restaurant read one clock, whatever their browsers are set to.
    visit.texts = texts_in(visit.texts.tag, place.country)
    if not visit.by_htmx:
        visit.stand = await outbox.stand(visit.desk.database)
    if not visit.may(screen.role):
        raise Forbidden("Your role does not allow this here.", role=screen.role.value)


def _same_origin(request: Request) -> None:
    """Refuse what another site's page sends in a person's name; the cookie is SameSite as well."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("origin")
    same = urlsplit(origin).netloc == request.headers.get("host") if origin else None
    if same is None:
        same = request.headers.get("sec-fetch-site") == "same-origin"
    if not same:
        raise Forbidden("This was sent by another site.", scope="same-origin")


def _wanted_language(request: Request, house: House) -> str:
    asked = request.query_params.get("lang")
    if asked and (asked != PSEUDO or house.tests):
        return asked
    return negotiate(request.headers.get("accept-language", ""))


async def nowhere(visit: Visit) -> Response:
    """Answer for an address that leads nowhere: people come here, so it is a page; a slash too many is taken off."""
    address = visit.request.url
    if address.path.endswith("/"):
        return RedirectResponse(str(address.replace(path=address.path.rstrip("/"), scheme="", netloc="")), 308)
    raise NotFound("There is nothing here.")


async def refuse(visit: Visit, fault: MaitredError) -> Response:
    """Answer with what went wrong: a line for a script, a page for a person, the sign-in for a stranger."""
    status = status_of(fault)
    if status >= 500:
        log.error("screen_failed", path=visit.request.url.path, code=fault.reason_code, exc_info=fault)
    if isinstance(fault, Unauthenticated) and visit.person is None:
        return _to_sign_in(visit)
    (said,) = await visit.named(sentence(fault))
    if visit.by_htmx:
        answer = visit.part("toast.html", status, said=said, undo=None, kind="fault")
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#toasts", "beforeend"
        if visit.request.method == "POST":  # who is still typing is not interrupted
            answer.headers["HX-Trigger"] = json.dumps({"ops:fault": {"field": fault.field, "said": said}})
        return answer
    return await visit.page("fault.html", status, said=said, status_code=status, places=[])


async def _went_wrong(visit: Visit) -> Response:
    """Answer what nobody foresaw in the person's language; what happened is in the log."""
    said = gettext("Something went wrong on our side. Look again before you try once more.")
    if not visit.by_htmx:
        return await visit.page("fault.html", 500, said=said, status_code=500, places=[])
    answer = visit.part("toast.html", 500, said=said, undo=None, kind="fault")
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#toasts", "beforeend"
    return answer


def _to_sign_in(visit: Visit) -> Response:
    asked = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
    address = f"/ops/sign-in?{urlencode({'next': asked})}"
    if visit.by_htmx or visit.request.method != "GET":
        return Response(status_code=401, headers={**HEADERS, "HX-Redirect": "/ops/sign-in"})
    return RedirectResponse(address, 303, HEADERS)


def _elsewhere(visit: Visit, address: str) -> Response:
    """Lead to what has to be done first."""
    if visit.by_htmx:
        return Response(status_code=403, headers={**HEADERS, "HX-Redirect": address})
    return RedirectResponse(address, 303, HEADERS)
