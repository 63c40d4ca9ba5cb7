"""A whole house for browser tests: engines, workers, API and screens in a thread, people of every role, and visits.

A visit fails its test for every console message, failed request, request to elsewhere and breach of the content policy.
"""

import asyncio
import re
import shutil
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from engines import Databases
from maitred.api.app import create_app
from maitred.api.call import Front
from maitred.api.server import serve
from maitred.api.waiting import Feed
from maitred.bootstrap import open_house, transports_of
from maitred.embedded import EmbeddedValkey
from maitred.guest.app import add_guest
from maitred.ops.app import add_ops
from maitred.settings import load_settings
from maitred.store import people as stored_people
from maitred.store.views import BookingView, booking_view, list_bookings
from maitred.usecases.accept import BookingRequest, GuestDetails, accept_booking
from maitred.usecases.desk import SCOPES, Caller, Desk
from maitred.usecases.people import Role, add_person, open_session
from maitred.usecases.tokens import Trust
from maitred.usecases.venues import import_venue
from maitred.workers.crew import Shift, work
from waiting import PATIENCE_S, patience

FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS: Final = (375, 768, 1280)
PASSWORD: Final = "correct horse battery"
SCREEN_MS: Final = 60_000
"""How long a page may take on a machine that others use too. Nobody waits for it where the condition is met."""
expect.set_options(timeout=SCREEN_MS)
VALKEY_DATABASES: Final = 16
_slugs = count(1)
_houses = count()

# The service day began six hours ago, so that what starts some hours from now is of the same day at any time of day.
_OPENED: Final = datetime.now(ZoneInfo("Europe/London")).replace(minute=0) - timedelta(hours=6)
VENUE: Final[Mapping[str, Any]] = {
    "slug": "bistro",
    "name": "Bistro",
    "timezone": "Europe/London",
    "day_starts_at": f"{_OPENED:%H:%M}",
    "slot_minutes": 15,
    "buffer_minutes": 5,
    "max_tables_per_booking": 2,
    "zones": [{"id": "main", "name": "Main room"}, {"id": "terrace", "name": "Terrace"}],
    "tables": [
        {"id": "T1", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": True},
        {"id": "T2", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": False},
        {"id": "T3", "zone": "main", "capacity": 4, "min_party": 2, "movable": True, "accessible": False},
        {"id": "T4", "zone": "main", "capacity": 4, "min_party": 2, "movable": True, "accessible": False},
        {"id": "P1", "zone": "terrace", "capacity": 4, "min_party": 2, "movable": False, "accessible": False},
        {"id": "P2", "zone": "terrace", "capacity": 6, "min_party": 3, "movable": False, "accessible": False},
    ],
    "joins": [["T1", "T2"], ["T2", "T3"], ["T3", "T4"]],
    "turn_minutes": [{"max_party": 2, "minutes": 75}, {"max_party": 10, "minutes": 105}],
    "services": [
        {
            "name": "all day",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "open": f"{_OPENED:%H:%M}",
            "last_seating": f"{_OPENED - timedelta(hours=2):%H:%M}",
            "close": f"{_OPENED - timedelta(minutes=15):%H:%M}",
        }
    ],
}
"""Open nearly round the clock, so that walk-ins and arrivals work whenever the tests run."""


@dataclass(slots=True)
class Site:
    """A served house. `run` runs a coroutine function in its thread, where its connections belong."""

    url: str = ""
    loop: asyncio.AbstractEventLoop | None = None
    desk: Desk | None = None
    front_or_none: Front | None = None

    @property
    def front(self) -> Front:
        """What the routes share."""
        assert self.front_or_none is not None
        return self.front_or_none

    def run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Run something over there and return its result."""
        assert self.loop is not None

        async def whole() -> Any:
            return await work()

        return asyncio.run_coroutine_threadsafe(whole(), self.loop).result(PATIENCE_S)

    def open_place(self, **changes: Any) -> "Place":
        """Import a restaurant of the test's own."""
        document = deepcopy(dict(VENUE)) | changes
        document["slug"] = f"{document['slug']}-{next(_slugs)}"
        assert self.desk is not None
        desk = self.desk
        self.run(lambda: import_venue(desk.database, document, caller_name="tests"))
        opened = self.run(lambda: desk.venues.get(document["slug"]))
        return Place(self, document["slug"], opened.restaurant_id)


@dataclass(slots=True)
class Place:
    """One restaurant of one test."""

    site: Site
    slug: str
    number: int
    people: dict[str, str] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        """What use cases work with."""
        assert self.site.desk is not None
        return self.site.desk

    @property
    def caller(self) -> Caller:
        """Somebody who may do everything here, by API."""
        from uuid import UUID  # noqa: PLC0415

        return Caller(UUID(int=self.number), "tests", frozenset(SCOPES), self.number)

    def person(self, role: Role, name: str | None = None) -> str:
        """Return the token of a session of somebody with a role here."""
        wanted = name or role.value.title()
        if wanted not in self.people:
            self.people[wanted] = self.site.run(lambda: self._signed_in(wanted, role))
        return self.people[wanted]

    async def _signed_in(self, name: str, role: Role) -> str:
        database = self.desk.database
        address = f"{re.sub(r'[^a-z]', '', name.lower())}@{self.slug}.example"
        person_id = await add_person(database, address, name, None)
        await stored_people.set_role(database, person_id, self.number, role)
        return await open_session(database, person_id, "tests", datetime.now(UTC))

    def book(self, name: str, party: int, starts_at: datetime, *, settled: bool = True, **more: Any) -> BookingView:
        """Make a booking through the use case and wait until the pipeline has settled it."""
        return self.site.run(lambda: self._book(name, party, starts_at, settled=settled, **more))

    async def _book(self, name: str, party: int, starts_at: datetime, *, settled: bool, **more: Any) -> BookingView:
        guest = GuestDetails(name, **{key: more.pop(key) for key in ("email", "phone", "locale") if key in more})
        place = await self.desk.venues.get(self.slug)
        request = BookingRequest(party, starts_at, guest, **more)
        accepted = await accept_booking(
            self.desk, place, request, caller=self.caller, key=None, render=lambda view: {"id": str(view.booking.id)}
        )
        from maitred.domain.booking import UNDECIDED_STATES  # noqa: PLC0415

        async with patience(f"the outcome of {name}'s booking"):
            while True:
                view = await booking_view(self.desk.database, accepted.booking_id)
                assert view is not None
                if not settled or view.booking.state not in UNDECIDED_STATES:
                    return view
                await asyncio.sleep(0.02)

    def read(self, view: BookingView) -> BookingView:
        """Return a booking as it is now."""
        found = self.site.run(lambda: booking_view(self.desk.database, view.booking.id))
        assert found is not None
        return found

    def bookings(self, day: date | None = None) -> list[BookingView]:
        """Return every booking of a day."""
        found: list[BookingView] = self.site.run(
            lambda: list_bookings(self.desk.database, self.number, service_date=day, limit=500)
        )
        return found

    def call(self, work: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        """Call a use case as somebody who may do everything, as the API would."""
        return self.site.run(lambda: work(self.desk, *args, caller=self.caller, **more))


def soon(minutes: int = 60) -> datetime:
    """Return a bookable start some minutes from now."""
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)


def service_day(timezone: str, day_starts_at: str) -> date:
    """Return the service day that it is now in such a restaurant: after midnight still yesterday's."""
    starts = time.fromisoformat(day_starts_at)
    return (datetime.now(ZoneInfo(timezone)) - timedelta(hours=starts.hour, minutes=starts.minute)).date()


TOMORROW: Final = (_OPENED + timedelta(days=1)).date()
"""The next service day."""


def tomorrow(minutes: int = 0) -> datetime:
    """Return a time of the next service day, counted from four hours after it opens."""
    opens = _OPENED.replace(second=0, microsecond=0) + timedelta(days=1)
    return opens.astimezone(UTC) + timedelta(hours=4, minutes=minutes)


class Visit:
    """One page with all it complained about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.set_default_timeout(SCREEN_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._watch)

    def _hear(self, message: Any) -> None:
        expected = "status of 4" in message.text  # an answer of ours that refuses: the screen says it
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(message.text)

    def _watch(self, request: Any) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def open(self, path: str, *, script: bool = True) -> "Visit":
        """Open a screen and wait until its scripts are ready."""
        self.page.goto(self.url + path)
        if script:
            self.page.locator("html[data-ready]").wait_for()
        return self

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(self.page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth"))


def _leave(page: Page) -> None:
    """Bring a page to rest: Chromium may never answer when a context is closed while a page is on its way elsewhere."""
    for _ in range(3):
        with suppress(Error):  # a way that was begun before is in between
            page.goto("about:blank")
            return


@dataclass(slots=True)
class Visitors:
    """Makes visits, and looks at the end what they complained about."""

    browser: Browser
    site: Site
    visits: list[Visit] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, token: str | None = None, *, width: int = 1280, height: int = 800, **options: Any) -> Visit:
        """Open a browser of its own for somebody with a session."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        if token:
            context.add_cookies([{"name": "maitred_session", "value": token, "url": self.site.url}])
        visit = Visit(context.new_page(), self.site.url)
        self.visits.append(visit)
        self.contexts.append(context)
        return visit

    def close(self) -> list[str]:
        """Close everything and return every complaint."""
        for context in self.contexts:
            for page in context.pages:
                _leave(page)
            context.close()
        return [complaint for visit in self.visits for complaint in visit.complaints]


async def _keep(
    site: Site, settings: Any, ready: "Future[asyncio.Event]", trust: Trust | None, *, working: bool
) -> None:
    site.loop, stop = asyncio.get_running_loop(), asyncio.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    site.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with open_house(settings) as house, asyncio.TaskGroup() as group:
        site.desk = house.desk
        if working:
            shift = Shift("tests", listen_url=settings.listen_url, night_interval_s=0.5)
            group.create_task(work(house.desk, house.bus, house.breakers, transports_of(settings), shift, stop))
        app = create_app(house.desk, Feed(house.bus), trust)
        site.front_or_none = app.state.front
        add_ops(app, tests=True)
        add_guest(app, tests=True)
        await serve(app, listener, stop=stop, announce=lambda: ready.set_result(stop))


def _in_thread(
    site: Site, settings: Any, ready: "Future[asyncio.Event]", trust: Trust | None, *, working: bool
) -> None:
    try:
        asyncio.run(_keep(site, settings, ready, trust, working=working))
    except BaseException as fault:
        if ready.done():
            raise
        ready.set_exception(fault)


@contextmanager
def served(
    databases: Databases, valkey: EmbeddedValkey, trust: Trust | None = None, *, working: bool = True, **more: Any
) -> Iterator[Site]:
    """Serve a house for as long as the block lasts, with its workers or without; `more` are other settings.

    Each has a database of Valkey of its own: the workers of one would take the events of another, and drop them.
    """
    redis_url = f"{valkey.url.removesuffix('/0')}/{next(_houses) % VALKEY_DATABASES}"
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    settings = load_settings(database_url=databases.create(migrated=True), redis_url=redis_url, **more)
    site, ready = Site(), Future[asyncio.Event]()
    thread = threading.Thread(target=_in_thread, args=(site, settings, ready, trust), kwargs={"working": working})
    thread.start()
    stop = ready.result(PATIENCE_S)
    try:
        yield site
    finally:
        assert site.loop is not None
        site.loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE_S)


def chromium_path() -> str | None:
    """Return the Chromium on PATH; without one it is Playwright's own, as `make test` installs it."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def site(databases: Databases, valkey_engine: EmbeddedValkey) -> Iterator[Site]:
    """The house of a module's tests; each test opens a restaurant of its own."""
    with served(databases, valkey_engine) as site:
        yield site


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def place(site: Site) -> Place:
    """A restaurant of the test's own."""
    return site.open_place()


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Visitors]:
    """Makes visits; whatever a page complained about fails the test."""
    visitors = Visitors(chromium, site)
    yield visitors
    complaints = visitors.close()
    assert not complaints, complaints
