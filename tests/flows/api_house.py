"""The API over real engines, in a thread of its own, and a client that holds every answer to its documentation.

Its fixtures are imported by conftest.py. Each test imports restaurants of its own, so tests share a database.
"""

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import unquote

import aiohttp
import pytest
import redis

from engines import Databases
from maitred.api.answers import Problem
from maitred.api.app import ENDPOINTS, create_app
from maitred.api.server import serve
from maitred.api.waiting import Feed
from maitred.bootstrap import open_house, transports_of
from maitred.embedded import EmbeddedValkey
from maitred.settings import load_settings
from maitred.usecases.keys import create_key, ensure_admin_key
from maitred.workers.crew import Shift, work

ADMIN_KEY: Final = "the-operators-own-key-of-these-tests"
VENUE: Final[Mapping[str, Any]] = {
    "slug": "bistro",
    "name": "Bistro",
    "timezone": "Europe/London",
    "slot_minutes": 15,
    "buffer_minutes": 5,
    "max_tables_per_booking": 2,
    "zones": [{"id": "main", "name": "Main room"}, {"id": "terrace", "name": "Terrace"}],
    "tables": [
        {"id": "T1", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": True},
        {"id": "T2", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": False},
        {"id": "T3", "zone": "main", "capacity": 4, "min_party": 3, "movable": True, "accessible": False},
        {"id": "P1", "zone": "terrace", "capacity": 4, "min_party": 2, "movable": False, "accessible": False},
    ],
    "joins": [["T1", "T2"], ["T2", "T3"]],
    "turn_minutes": [{"max_party": 2, "minutes": 75}, {"max_party": 6, "minutes": 105}],
    "services": [
        {
            "name": "all day",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "open": "10:00",
            "last_seating": "21:00",
            "close": "23:00",
        }
    ],
}
_slugs = count(1)
_ROUTES: Final = [(endpoint, re.compile(re.sub(r"{\w+}", "[^/]+", endpoint.path))) for endpoint in ENDPOINTS]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    raw: bytes
    body: Any

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(self.body["code"])


@dataclass(slots=True)
class Client:
    """A caller with one key. Every answer is checked against what the reference promises of it."""

    session: aiohttp.ClientSession
    url: str
    key: str | None

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Reply:
        """Send a request; `data` is a raw body."""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key is not None else {}
        content = {"data": data} if data is not None else {"json": body} if body is not None else {}
        if data is not None:
            sent["Content-Type"] = "application/json"
        async with self.session.request(
            method, self.url + path, headers=sent | dict(headers or {}), allow_redirects=False, **content
        ) as answer:
            raw = await answer.read()
            parsed = await answer.json(content_type=None) if "json" in answer.content_type else None
            reply = Reply(answer.status, answer.headers, raw, parsed)
        _as_documented(method, path.partition("?")[0], reply)
        return reply

    async def get(self, path: str, **headers: str) -> Reply:
        """GET, with headers by name (`if_none_match=...`)."""
        return await self.send("GET", path, headers=_spelled(headers))

    async def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        """POST, with headers by name."""
        return await self.send("POST", path, body, headers=_spelled(headers))


def _spelled(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}


def _as_documented(method: str, path: str, reply: Reply) -> None:
    """Assert that an answer has the status, headers and fields that the reference promises."""
    if reply.status >= 400:
        if path != "/readyz":
            assert reply.headers["Content-Type"] == "application/problem+json", reply
            problem = Problem.model_validate(reply.body)
            assert (problem.status, unquote(problem.instance)) == (reply.status, unquote(path))
            assert problem.type == f"/problems/{problem.code}"
        return
    for endpoint, pattern in _ROUTES:
        if endpoint.method == method and pattern.fullmatch(path):
            assert reply.status in {endpoint.status, *endpoint.more}, (method, path, reply.status)
            if reply.status in (204, 304):
                assert reply.raw == b""
            elif endpoint.answer is None:
                assert "json" not in reply.headers["Content-Type"], path
            else:
                endpoint.answer.model_validate(reply.body)
            return


@dataclass(slots=True)
class ApiHouse:
    """A running API: where it listens, and whether the pipeline is on."""

    pipeline: bool
    url: str = ""
    loop: asyncio.AbstractEventLoop | None = None
    house: Any = None
    kept: dict[str, Any] = field(default_factory=dict)

    async def run_there(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Run something in the API's own thread (its pool belongs to that loop)."""
        assert self.loop is not None

        async def whole() -> Any:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(whole(), self.loop))


async def _keep_house(house: ApiHouse, settings: Any, ready: "Future[asyncio.Event]") -> None:
    house.loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    listener = socket.create_server(("127.0.0.1", 0))
    house.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with open_house(settings) as opened, asyncio.TaskGroup() as group:
        house.house = opened
        await ensure_admin_key(opened.desk.database, ADMIN_KEY)
        shift = Shift("tests", listen_url=settings.listen_url, night_interval_s=0.5)
        group.create_task(work(opened.desk, opened.bus, opened.breakers, transports_of(settings), shift, stop))
        app = create_app(opened.desk, Feed(opened.bus) if house.pipeline else None)
        await serve(app, listener, stop=stop, announce=lambda: ready.set_result(stop))


def _in_thread(house: ApiHouse, settings: Any, ready: "Future[asyncio.Event]") -> None:
    try:
        asyncio.run(_keep_house(house, settings, ready))
    except BaseException as fault:
        if ready.done():
            raise
        ready.set_exception(fault)


@contextmanager
def running_api(
    databases: Databases, valkey_engine: EmbeddedValkey, *, pipeline: bool, **settings: Any
) -> Iterator[ApiHouse]:
    """The API with its workers, on a database of its own."""
    with redis.Redis.from_url(valkey_engine.url) as client:
        client.flushall()
    database = databases.create(migrated=True)
    flag = "on" if pipeline else "off"
    read = load_settings(database_url=database, redis_url=valkey_engine.url, flag_pipeline=flag, **settings)
    house, ready = ApiHouse(pipeline=pipeline), Future[asyncio.Event]()
    thread = threading.Thread(target=_in_thread, args=(house, read, ready))
    thread.start()
    try:
        stop = ready.result(30)
        yield house
        assert house.loop is not None
        house.loop.call_soon_threadsafe(stop.set)
    finally:
        thread.join(30)
        databases.drop(database)


@pytest.fixture(scope="module", params=[True, False], ids=["pipeline", "inline"])
def api(request: pytest.FixtureRequest, databases: Databases, valkey_engine: EmbeddedValkey) -> Iterator[ApiHouse]:
    """The API with its workers, once with the pipeline and once deciding within the request and without a feed."""
    with running_api(databases, valkey_engine, pipeline=request.param) as house:
        yield house


@pytest.fixture
async def connect(api: ApiHouse) -> AsyncIterator[Callable[[str | None], Client]]:
    """Makes clients: `connect(key)`."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:
        yield lambda key: Client(session, api.url, key)


@pytest.fixture
def admin(connect: Callable[[str | None], Client]) -> Client:
    """The operator: every scope, every restaurant."""
    return connect(ADMIN_KEY)


@pytest.fixture
async def bistro(admin: Client) -> str:
    """The slug of a restaurant of this test alone."""
    return await open_restaurant(admin)


async def open_restaurant(admin: Client, **changes: Any) -> str:
    """Import a restaurant under a new slug and return it."""
    slug = f"bistro-{next(_slugs)}"
    document = deepcopy(dict(VENUE)) | {"slug": slug} | changes
    reply = await admin.send("PUT", f"/v1/restaurants/{slug}", document)
    assert reply.status == 201, reply.body
    return slug


async def caller(
    api: ApiHouse, connect: Callable[[str | None], Client], *scopes: str, at: str | None = None, name: str = "caller"
) -> Client:
    """Return a client with these scopes, bound to one restaurant or to none."""

    async def make() -> str:
        number = (await api.house.desk.venues.get(at)).restaurant_id if at else None
        _, token = await create_key(api.house.desk.database, name, scopes, number)
        return token

    return connect(await api.run_there(make))


DAY: Final[date] = datetime.now(UTC).date() + timedelta(days=40)


def at(clock: str, day: date = DAY) -> str:
    """Return a local time on the tests' day."""
    return f"{day.isoformat()}T{clock}"


def wish(clock: str = "19:00", party_size: int = 2, **more: Any) -> dict[str, Any]:
    """Return the body of a booking request."""
    return {"party_size": party_size, "starts_at": at(clock), "guest": {"name": "Ada Lovelace"}, **more}


async def book(client: Client, slug: str, clock: str = "19:00", party_size: int = 2, **more: Any) -> dict[str, Any]:
    """Book and wait until it is settled; return the booking."""
    reply = await client.post(f"/v1/restaurants/{slug}/bookings", wish(clock, party_size, **more), prefer="wait=20")
    assert reply.status == 201, reply.body
    booking: dict[str, Any] = reply.body
    return booking


async def confirmed(
    client: Client, slug: str, clock: str = "19:00", party_size: int = 2, **more: Any
) -> dict[str, Any]:
    """Book and return the booking, which must have been confirmed."""
    booking = await book(client, slug, clock, party_size, **more)
    assert booking["state"] == "confirmed", booking
    return booking
