"""The API as one ASGI application: the routes of every feature, under one shield and one meter."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from maitred import __version__
from maitred.api import (
    asyncapi,
    availability,
    bookings,
    events,
    flags,
    floor,
    guests,
    health,
    heatmap,
    holds,
    keys,
    lifecycle,
    messages,
    moves,
    optimizer,
    reference,
    review,
    timeline,
    venues,
    waitlist,
    webhooks,
)
from maitred.api.answers import HealthAnswer, ReadyAnswer
from maitred.api.call import Endpoint, Front, answer, bound
from maitred.api.following import Following
from maitred.api.head import Heads
from maitred.api.metrics import Meter
from maitred.api.news import News
from maitred.api.openapi import attach, documented
from maitred.api.problems import Shield, of_error, of_http
from maitred.api.waiting import Feed, Waiters
from maitred.domain.errors import MaitredError
from maitred.usecases.desk import Desk
from maitred.usecases.keys import KeyRing
from maitred.usecases.tokens import Trust
from maitred.usecases.tracker import TableAvailabilityTracker

RESTART_S: Final = 1.0

log = structlog.get_logger(__name__)

# In the order of use: the router tries one after the other.
ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *bookings.ROUTES,
    *lifecycle.ROUTES,
    *availability.ROUTES,
    *heatmap.ROUTES,
    *holds.ROUTES,
    *waitlist.ROUTES,
    *review.ROUTES,
    *optimizer.ROUTES,
    *floor.ROUTES,
    *timeline.ROUTES,
    *moves.ROUTES,
    *venues.ROUTES,
    *guests.ROUTES,
    *flags.ROUTES,
    *webhooks.ROUTES,
    *events.ROUTES,
    *messages.ROUTES,
    *keys.ROUTES,
)


def create_app(desk: Desk, feed: Feed | None = None, trust: Trust | None = None) -> FastAPI:
    """Build the application. `feed` tells it of bookings that move; without one it looks for itself. `trust` says
    whose tokens are taken besides our own keys."""
    front = Front(
        desk,
        KeyRing(desk.database, trust),
        Waiters(desk.database),
        TableAvailabilityTracker(desk.database, desk.policy.cache_s),
        News(desk.database),
        Following(desk.database),
    )
    app = FastAPI(
        title="maitred",
        version=__version__,
        docs_url=None,  # FastAPI's own pages load scripts from elsewhere; ours is at /docs (reference.py)
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        lifespan=_lifespan(front, feed),
        exception_handlers={MaitredError: of_error, HTTPException: of_http},
    )
    app.state.front = front
    for endpoint in ENDPOINTS:
        app.add_api_route(endpoint.path, bound(endpoint, front), methods=[endpoint.method], **documented(endpoint))
    _add_health(app)
    app.add_route(asyncapi.ADDRESS, _asyncapi, include_in_schema=False)
    reference.add_pages(app)
    attach(app, ENDPOINTS)
    app.add_middleware(Heads)  # inside the shield, which answers what breaks
    app.add_middleware(Shield)
    app.add_middleware(Meter)
    return app


async def _asyncapi(_request: Request) -> Response:
    return answer(asyncapi.document())


def _add_health(app: FastAPI) -> None:
    def add(path: str, endpoint: Callable[[Request], Awaitable[Response]], summary: str, **about: object) -> None:
        app.add_api_route(
            path,
            endpoint,
            summary=summary,
            tags=["Health"],
            response_model=None,
            responses={200: {"description": "Yes.", **about}},
            openapi_extra={"security": []},
        )

    add("/healthz", health.healthz, "Alive?", model=HealthAnswer)
    add("/readyz", health.readyz, "Ready?", model=ReadyAnswer)
    add("/metrics", health.metrics, "Metrics", content={"text/plain": {}})


def _lifespan(front: Front, feed: Feed | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_app: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(_kept_up(look)) for look in (front.waiters.look, front.news.look, front.following.look)
        ]
        if feed is not None:
            tasks.append(asyncio.create_task(_kept_up(lambda: feed.run(front.waiters, front.tracker, front.news))))
        try:
            yield
        finally:
            front.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return run


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Run background work for good: were it to end by a fault, long polls would silently run into their time-outs."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("background_work_failed", again_in_s=RESTART_S)
        await asyncio.sleep(RESTART_S)
