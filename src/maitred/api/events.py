"""Events as a stream (server-sent events), from now on or on from any event that is kept."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing
from time import monotonic
from typing import Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import structlog
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from maitred.api.auth import admit, must_see
from maitred.api.call import Call, Endpoint
from maitred.api.problems import Malformed
from maitred.api.schemas import EventsQuery
from maitred.domain.calendar import resolve_local
from maitred.domain.errors import MaitredError, Rejected, Unavailable
from maitred.store import feed
from maitred.usecases.webhooks import known_types, position

TAG: Final = "Events"
LAST_EVENT_ID: Final = "Last-Event-ID"
PAGE: Final = 100
BEAT_S: Final = 15.0
AWAY_S: Final = 0.5
RETRY_MS: Final = 1_000
SLOWEST_S: Final = 30.0  # who does not take what is sent for so long is let go, and resumes

_UTC: Final = ZoneInfo("UTC")

log = structlog.get_logger(__name__)


async def stream(call: Call) -> Response:
    """Tell of every event of the key's restaurants as it happens, in order, each once. Scope `floor:read` or `staff`.

    An answer is `text/event-stream`: `id` is the event's id, `event` its type, `data` the CloudEvent. With
    `Last-Event-ID` (browsers send it when they come back) it goes on after that event. Comments keep the line open; an
    `id` without data says how far the stream has come.
    """
    if not call.caller.of_the_house:
        call.need("floor:read")
    query = call.query(EventsQuery)
    restaurant_id = await _restaurant(call, query)
    types = known_types([one.strip() for one in query.type.split(",")], "type") if query.type else ()
    start = await _start(call, query, restaurant_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
    told = _told(call, start, restaurant_id, types)
    return _Bounded(told, call.front.following.stream(call.caller.credential_id), headers=headers)


class _Bounded(StreamingResponse):
    """A stream that is counted, and ends when its reader takes nothing any more."""

    media_type = "text/event-stream"

    def __init__(
        self, told: AsyncGenerator[bytes], place: AbstractContextManager[None], headers: dict[str, str]
    ) -> None:
        super().__init__(told, headers=headers)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:  # before the status is sent, so that one too many is told so
            await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(cast("AsyncGenerator[bytes]", self.body_iterator)) as chunks:
            async for chunk in chunks:
                try:
                    async with asyncio.timeout(SLOWEST_S):
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                except TimeoutError:
                    log.info("stream_too_slow")
                    return  # without a farewell, which would wait behind what is not taken; the server hangs up
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _restaurant(call: Call, query: EventsQuery) -> int | None:
    """Return the only restaurant of interest, or None for every one; another's raises NotFound."""
    if query.restaurant is None:
        return call.caller.restaurant_id
    place = await call.desk.venues.get(query.restaurant)
    must_see(call.caller, place.restaurant_id)
    return place.restaurant_id


async def _start(call: Call, query: EventsQuery, restaurant_id: int | None) -> int:
    last = call.request.headers.get("last-event-id")
    if last:
        return await position(call.desk, restaurant_id, since=None, after=_event_id(last), field=LAST_EVENT_ID)
    if query.since is not None:
        tz = (await call.desk.venues.by_id(restaurant_id)).venue.tz if restaurant_id is not None else _UTC
        since = resolve_local(query.since, tz, "since")
        return await position(call.desk, restaurant_id, since=since, after=None)
    return await feed.end(call.desk.database)


async def _told(call: Call, start: int, restaurant_id: int | None, types: tuple[str, ...]) -> AsyncGenerator[bytes]:
    following, after, checked = call.front.following, start, monotonic()
    place = await _place(call, after, restaurant_id)
    yield b"retry: %d\n%b\n" % (RETRY_MS, place)
    while not following.closed:
        page, after = await _page(call, after, restaurant_id, types)
        for one in page:
            yield _frame(one)
        if len(page) < PAGE:
            await following.beyond(after, max(0.0, checked + BEAT_S - monotonic()))
        if monotonic() - checked >= BEAT_S:
            if not await _still_admitted(call):
                return
            was, place = place, await _place(call, after, restaurant_id)
            yield b": beat\n%b\n" % (b"" if place == was else place)
            checked = monotonic()


async def _page(
    call: Call, after: int, restaurant_id: int | None, types: tuple[str, ...]
) -> tuple[list[feed.Fed], int]:
    """Return what comes next, and how far that reaches.

    While the database is away it is nothing: a stream that ended then would find the door shut, and browsers do not
    come back from there.
    """
    try:
        # The end falls when all that was kept is forgotten; what was seen of it stays seen.
        end = max(call.front.following.end, await feed.end(call.desk.database))
        page = await feed.read(call.desk.database, after, restaurant_id, types, PAGE)
    except Unavailable:
        await asyncio.sleep(AWAY_S)
        return [], after
    if len(page) == PAGE:
        return page, page[-1].position
    # Positions up to `end` were all there when the page was read: what is not on it is of no interest.
    return page, max([end, *(one.position for one in page[-1:])])


async def _place(call: Call, after: int, restaurant_id: int | None) -> bytes:
    """Return the line that tells a reader how far they have come, so that who heard of nothing yet resumes as well.

    It is the newest event up to there, of whatever type: one that was chosen may be older than what is kept.
    """
    try:
        newest = await feed.newest(call.desk.database, after, restaurant_id)
    except Unavailable:
        return b""
    return b"id: %b\n" % str(newest).encode() if newest else b""


def _frame(one: feed.Fed) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        str(one.event_id).encode(),
        str(one.envelope["type"]).encode(),
        orjson.dumps(one.envelope),
    )


async def _still_admitted(call: Call) -> bool:
    """Tell whether the key still opens this; a revoked one hears nothing more within a beat."""
    try:
        caller = await admit(call.front.keys, call.request, None)
    except Rejected:
        return False
    except MaitredError:
        return True  # nobody can tell; the next beat asks again
    return caller.of_the_house and caller.restaurant_id == call.caller.restaurant_id


def _event_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Malformed(
            "Last-Event-ID takes the id of an event.", code="malformed_header", field=LAST_EVENT_ID
        ) from None


ROUTES: Final = (
    Endpoint(
        "GET", "/v1/events", stream, TAG, "Follow events", None, query=EventsQuery, headers=(LAST_EVENT_ID,),
        problems=("events_gone", "too_many_streams", "unknown_type"),
    ),
)  # fmt: skip
