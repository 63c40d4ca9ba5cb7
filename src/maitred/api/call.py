"""One request on its way through a route: who calls, what was sent, and how to answer.

Routes are data (`Endpoint`); `bound` makes the function FastAPI runs. It asks for nothing but the request, so that
the key is checked before the body is read, and so that the hot path has no dependencies to resolve.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from maitred.api.auth import admit, must_see, need
from maitred.api.fields import in_country
from maitred.api.following import Following
from maitred.api.headers import expected_version, unwanted_versions
from maitred.api.news import News
from maitred.api.problems import BodyTooLarge, PreconditionFailed, UnsupportedMediaType, refused
from maitred.api.waiting import Waiters
from maitred.domain.booking import Booking
from maitred.domain.errors import InvalidInput, NotFound, StaleBooking
from maitred.store.views import BookingView, booking_view
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.keys import KeyRing
from maitred.usecases.tracker import TableAvailabilityTracker

MAX_BODY: Final = 64 * 1024
JSON: Final = "application/json"
_CONDITIONAL: Final = frozenset({"if-match", "if-none-match"})
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route: where it is, who may use it, what it takes and gives.

    `scope` None means that any valid key will do, `public` that none is needed. `headers` names the request headers
    it reads, `problems` the codes worth knowing beyond those every route has.
    """

    method: str
    path: str
    handler: Callable[["Call"], Awaitable[Response]]
    tag: str
    summary: str
    scope: str | None
    answer: Any = None
    status: int = 200
    body: type[BaseModel] | None = None
    body_optional: bool = False
    query: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    answer_headers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    more: Mapping[int, str] = field(default_factory=dict)
    example: Any = None


@dataclass(frozen=True, slots=True)
class Front:
    """What the routes of one process share."""

    desk: Desk
    keys: KeyRing
    waiters: Waiters
    tracker: TableAvailabilityTracker
    news: News
    following: Following

    def close(self) -> None:
        """Let go everybody who waits: the server stops."""
        self.waiters.close()
        self.news.close()
        self.following.close()


@dataclass(frozen=True, slots=True)
class Call:
    """One request, its caller, and the things routes work with."""

    request: Request
    front: Front
    caller: Caller

    @property
    def desk(self) -> Desk:
        """What use cases work with."""
        return self.front.desk

    async def body(self, model: type[M], *, limit: int = MAX_BODY, country: str | None = None) -> M:
        """Read the body into its model; an absent body reads as `{}`. National phone numbers are of `country`."""
        raw = await self.raw_body(limit)
        try:
            return model.model_validate_json(raw or b"{}", context=in_country(country))
        except ValidationError as invalid:
            raise refused(invalid) from None

    async def raw_body(self, limit: int) -> bytes:
        """Read the body, but never more than `limit` bytes of it."""
        chunks = bytearray()
        async for chunk in self.request.stream():
            chunks += chunk
            if len(chunks) > limit:
                raise BodyTooLarge(f"The body may have {limit} bytes.")
        media = self.request.headers.get("content-type")
        if chunks and media is not None and not _is_json(media):  # clients name a type for nothing, too
            raise UnsupportedMediaType("Bodies are application/json.")
        return bytes(chunks)

    def query(self, model: type[M]) -> M:
        """Read the query string into its model; every name may come once."""
        sent = self.request.query_params.multi_items()
        plain = dict(sent)
        if len(plain) < len(sent):
            names = [name for name, _ in sent]
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidInput("This may be given once.", field=twice, code="repeated")
        try:
            return model.model_validate_strings(plain)
        except ValidationError as invalid:
            raise refused(invalid) from None

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def path_id(self, name: str) -> UUID:
        """Return an id of the path; raises NotFound for what is no id: nothing has it."""
        try:
            return UUID(self.path(name))
        except ValueError:
            raise NotFound("There is nothing here.") from None

    async def place(self) -> OpenVenue:
        """Return the restaurant of the path; raises NotFound for another's."""
        place = await self.desk.venues.get(self.path("slug"))
        must_see(self.caller, place.restaurant_id)
        return place

    async def country(self) -> str | None:
        """Return the country of the restaurant of the path; None for another's, which is refused in its turn."""
        try:
            return (await self.place()).country
        except NotFound:
            return None

    async def booking(self) -> BookingView:
        """Return the booking of the path; raises NotFound for another restaurant's."""
        return await self.read_booking(self.path_id("booking_id"))

    async def read_booking(self, booking_id: UUID) -> BookingView:
        """Return a booking; raises NotFound for another restaurant's."""
        view = await booking_view(self.desk.database, booking_id)
        if view is None:
            raise NotFound("There is nothing here.")
        must_see(self.caller, view.booking.restaurant_id)
        return view

    @asynccontextmanager
    async def versioned(self) -> AsyncIterator[int | None]:
        """Give the version that If-Match asks for; a conflict inside also tells the present version."""
        try:
            yield await self._precondition()
        except StaleBooking as stale:
            stale.data = {**stale.data, "version": (await self.booking()).booking.version}
            raise

    async def _precondition(self) -> int | None:
        """Return what a change is meant for; raises StaleBooking and PreconditionFailed where that is not so now."""
        if not _CONDITIONAL & set(self.request.headers.keys()):
            return None
        booking = (await self.booking()).booking
        expected = self.expected(booking)
        if booking.version in unwanted_versions(self.request, booking.version):
            raise PreconditionFailed("If-None-Match names what is there.", version=booking.version)
        return expected

    def expected(self, booking: Booking) -> int | None:
        """Return the version that If-Match asks for; raises StaleBooking where the booking is of another one."""
        expected = expected_version(self.request, booking.version)
        if expected not in (None, booking.version):
            stale = StaleBooking(booking.id, expected)
            stale.data = {**stale.data, "version": booking.version}
            raise stale
        return expected

    def need(self, scope: str) -> None:
        """Raise Forbidden unless the caller has the scope."""
        need(self.caller, scope)


FRESH: Final = {"Cache-Control": "private, no-cache"}
_HEADERS: Final = {
    **FRESH,
    "X-Content-Type-Options": "nosniff",
    "Content-Language": "en",  # of the sentences in it
}


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Build a JSON response."""
    return Response(orjson.dumps(content), status, {**_HEADERS, **headers} if headers else _HEADERS, JSON)


def bound(endpoint: Endpoint, front: Front) -> Callable[[Request], Awaitable[Response]]:
    """Return the function that FastAPI runs for an endpoint."""

    async def handle(request: Request) -> Response:
        caller = await admit(front.keys, request, endpoint.scope)
        return await endpoint.handler(Call(request, front, caller))

    return handle


def _is_json(media: str) -> bool:
    essence = media.partition(";")[0].strip().lower()
    return essence == JSON or (essence.startswith("application/") and essence.endswith("+json"))
