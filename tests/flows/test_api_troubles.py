"""The API when things around it fail: engines away, nobody to tell it of news, a stop in mid-wait."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from api_house import ADMIN_KEY, VENUE, wish

from engines import TcpProxy
from maitred.api.app import create_app
from maitred.api.server import serve
from maitred.api.waiting import Waiters
from maitred.bootstrap import open_house
from maitred.settings import load_settings
from maitred.usecases.desk import Desk
from maitred.usecases.keys import ensure_admin_key
from waiting import patience

HEADERS = {"Authorization": f"Bearer {ADMIN_KEY}"}


@dataclass(frozen=True, slots=True)
class Served:
    """A served API: a client for it, those who wait, the event that stops it, and its task."""

    session: aiohttp.ClientSession
    waiters: Waiters
    stop: asyncio.Event
    task: asyncio.Task[None]


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[Served]:
    """Serve the API in this loop, without a feed."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop, ready = asyncio.Event(), asyncio.Event()
    app = create_app(desk)
    task = asyncio.create_task(serve(app, listener, stop=stop, announce=ready.set))
    await ready.wait()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with aiohttp.ClientSession(url, headers=HEADERS) as session:
            yield Served(session, app.state.front.waiters, stop, task)
    finally:
        stop.set()
        await task


async def test_without_redis_the_api_says_so_and_still_accepts(
    migrated_database: str, redis_url: str, tcp_proxy: Callable[[str], Any]
) -> None:
    """Redis away: /readyz names it and stays 200, a booking is accepted (guarantee 10), a hold is 503 to try again."""
    proxy: TcpProxy = await tcp_proxy(redis_url)
    settings = load_settings(database_url=migrated_database, redis_url=proxy.via(redis_url))
    async with open_house(settings) as house:
        await ensure_admin_key(house.desk.database, ADMIN_KEY)
        async with served(house.desk) as there:
            session = there.session
            await session.put("/v1/restaurants/bistro", json=dict(VENUE))
            async with session.get("/readyz") as ready:
                assert ready.status == 200
            proxy.cut()
            async with session.get("/readyz") as ready:
                parts = (await ready.json())["parts"]
                assert ready.status == 200
            assert (parts["redis"]["ready"], parts["database"]["ready"]) == (False, True)
            async with session.post("/v1/restaurants/bistro/bookings", json=wish()) as made:
                assert made.status == 201
            body = {"party_size": 2, "starts_at": wish()["starts_at"]}
            async with session.post("/v1/restaurants/bistro/holds", json=body) as refused:
                problem = await refused.json(content_type=None)
                assert (refused.status, problem["code"]) == (503, "redis_unavailable")
                assert int(refused.headers["Retry-After"]) > 0


async def test_without_postgres_nothing_reads_as_empty(
    migrated_database: str, redis_url: str, tcp_proxy: Callable[[str], Any]
) -> None:
    """Postgres away: reads and writes are 503 problems with Retry-After, never an empty list (guarantee 9)."""
    proxy: TcpProxy = await tcp_proxy(migrated_database)
    settings = load_settings(database_url=proxy.via(migrated_database), redis_url=redis_url)
    async with open_house(settings) as house:
        await ensure_admin_key(house.desk.database, ADMIN_KEY)
        async with served(house.desk) as there:
            session = there.session
            await session.put("/v1/restaurants/bistro", json=dict(VENUE))
            proxy.cut()
            requests: list[tuple[str, str, Any]] = [
                ("GET", "/v1/restaurants/bistro/bookings", None),
                ("GET", "/v1/restaurants/bistro/availability?date=2030-05-17&party_size=2", None),
                ("POST", "/v1/restaurants/bistro/bookings", wish()),
            ]
            for method, path, body in requests:
                async with session.request(method, path, json=body) as reply:
                    problem = await reply.json(content_type=None)
                    assert (reply.status, problem["code"]) == (503, "database_unavailable"), path
                    assert int(reply.headers["Retry-After"]) > 0
            async with session.get("/readyz") as unready:
                assert unready.status == 503
                assert not (await unready.json())["parts"]["database"]["ready"]
            proxy.heal()
            async with session.get("/v1/restaurants/bistro/bookings") as reply:
                assert (reply.status, (await reply.json())["items"]) == (200, [])


async def test_an_empty_database_is_not_ready(fresh_database: str, redis_url: str) -> None:
    """Without its migrations the instance names them and stays out of service."""
    settings = load_settings(database_url=fresh_database, redis_url=redis_url)
    async with open_house(settings) as house, served(house.desk) as there:
        async with there.session.get("/readyz") as unready:
            parts = (await unready.json())["parts"]
        assert unready.status == 503
        assert "maitred migrate" in parts["migrations"]["detail"]


async def test_a_stop_lets_those_who_wait_go(migrated_database: str, redis_url: str) -> None:
    """A long poll is answered when the server stops, instead of holding the stop up for its 30 seconds."""
    settings = load_settings(database_url=migrated_database, redis_url=redis_url)
    async with open_house(settings) as house:
        await ensure_admin_key(house.desk.database, ADMIN_KEY)
        async with served(house.desk) as there:
            session = there.session
            await session.put("/v1/restaurants/bistro", json=dict(VENUE))
            async with session.post("/v1/restaurants/bistro/bookings", json=wish()) as made:
                booking = await made.json()  # nobody decides it: no worker runs
            path = f"/v1/bookings/{booking['id']}"
            waiting = asyncio.create_task(session.get(path, headers={"Prefer": "wait=30"}))
            async with patience("the long poll to be answered by the stop"):
                while not there.waiters.waiting:  # nothing tells of a request that begins to wait
                    await asyncio.sleep(0.01)
                there.stop.set()
                answer = await waiting
                assert (answer.status, (await answer.json())["state"]) == (200, "assignment_pending")
                await there.task


async def test_what_nobody_foresaw_has_an_id_and_no_trace(migrated_database: str, redis_url: str) -> None:
    """An error of ours is a 500 problem with the id under which the log has it, and shows nothing of the inside."""
    settings = load_settings(database_url=migrated_database, redis_url=redis_url)
    async with open_house(settings) as house:
        await ensure_admin_key(house.desk.database, ADMIN_KEY)
        await house.desk.database.execute("ALTER VIEW maitred.bookings_shown RENAME TO lost")
        async with served(house.desk) as there:
            session = there.session
            async with session.get("/v1/bookings/00000000-0000-0000-0000-000000000000") as reply:
                problem = await reply.json(content_type=None)
        assert (reply.status, problem["code"]) == (500, "internal_error")
        assert problem["incident"]
        assert "lost" not in str(problem)
        assert "relation" not in str(problem)
