"""The stream that tells a screen that what it shows has changed; the screen then reads itself again.

So that a page that sits behind a slow line cannot show anything untrue, the stream carries no content.
"""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Final

import orjson
from starlette.responses import Response, StreamingResponse

from maitred.api.news import Notice, Reader
from maitred.ops.visit import COOKIE, HEADERS, Screen, Visit
from maitred.store import outbox
from maitred.usecases.people import Role, signed_in

BEAT_S: Final = 10.0
RETRY_MS: Final = 1_000


async def stream(visit: Visit) -> Response:
    """Tell of every change in this restaurant until the page goes, the session ends or the server stops."""
    headers = {**HEADERS, "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(visit), headers=headers, media_type="text/event-stream")


async def _told(visit: Visit) -> AsyncIterator[bytes]:
    with visit.house.front.news.reader(visit.place.slug) as reader:
        yield b"retry: %d\nevent: open\ndata: {}\n\n" % RETRY_MS
        if await _missed_something(visit):
            yield _event(Notice(frozenset(), frozenset()))
        checked = monotonic()
        while not reader.closed:
            notice = await reader.next(max(0.0, checked + BEAT_S - monotonic()))
            if notice is not None:
                yield _event(notice)
            if monotonic() - checked < BEAT_S:
                continue
            if not await _still_here(visit, reader):
                return
            checked = monotonic()
            yield b"event: beat\ndata: {}\n\n"  # without it a page could not tell silence from a dead line


async def _missed_something(visit: Visit) -> bool:
    """Tell whether anything happened after the page was made (`since`: where the events stood), before this stream."""
    since = visit.query("since")
    return bool(since) and await outbox.stand(visit.desk.database) != since


def _event(notice: Notice) -> bytes:
    told = {"subjects": sorted(notice.subjects), "days": sorted(notice.days)}
    return b"event: changed\ndata: " + orjson.dumps(told) + b"\n\n"


async def _still_here(visit: Visit, reader: Reader) -> bool:
    """Tell whether to go on: who was signed out, or may not come in here any more, hears nothing more within a beat."""
    token = visit.request.cookies.get(COOKIE, "")
    person = None if reader.closed else await signed_in(visit.desk.database, token, visit.now)
    return person is not None and person.role_in(visit.place.restaurant_id) is not None


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/live", stream, Role.VIEWER),
)  # fmt: skip
