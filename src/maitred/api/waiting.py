"""Requests that wait for a booking to move (`Prefer: wait`), woken by events and, without a bus, by looking.

`Feed` reads the bus and tells `Waiters`. Nothing depends on it: `Waiters` also looks at Postgres, one statement for
everybody who waits, so with Redis away an answer comes a quarter of a second later and is as true.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from maitred.api.news import News
from maitred.bus.port import Bus
from maitred.domain.booking import UNDECIDED_STATES, State
from maitred.domain.errors import MaitredError
from maitred.domain.events import Event
from maitred.store.database import Database
from maitred.store.positions import Position, positions
from maitred.usecases.tracker import TableAvailabilityTracker

LOOK_EVERY_S: Final = 0.25
REMEMBERED: Final = 10_000

log = structlog.get_logger(__name__)
Reached = Callable[[Position], bool]


def beyond(version: int) -> Reached:
    """Return the test for a booking that has moved on from a version.

    By order, not by difference: what was remembered of a booking may be older than what its reader has seen.
    """
    return lambda position: position.version > version


def settled_beyond(version: int) -> Reached:
    """Return the test for a booking to which, after this version, the pipeline came to an answer."""
    return lambda position: position.version > version and State(position.state) not in UNDECIDED_STATES


@dataclass(slots=True, eq=False)
class _Watch:
    position: Position | None = None
    stirred: asyncio.Event = field(default_factory=asyncio.Event)


class Waiters:
    """Everybody in this process who waits for a booking.

    It remembers the latest positions it was told, because an event may overtake the request that will wait for it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watches: dict[UUID, set[_Watch]] = {}
        self._recent: OrderedDict[UUID, Position] = OrderedDict()
        self._watched = asyncio.Event()
        self._closed = False

    async def until(self, booking_id: UUID, reached: Reached, timeout_s: float) -> None:
        """Return when the booking is where the caller waits for, when time is up, or when the server stops."""
        with self._watch(booking_id) as watch:
            try:
                async with asyncio.timeout(timeout_s):
                    while not self._closed and not (watch.position and reached(watch.position)):
                        await watch.stirred.wait()
                        watch.stirred.clear()
            except TimeoutError:
                return

    @property
    def waiting(self) -> int:
        """How many requests wait now."""
        return sum(len(watches) for watches in self._watches.values())

    def tell(self, position: Position) -> None:
        """Pass on where a booking is now; what is older than what is known changes nothing."""
        known = self._recent.get(position.booking_id)
        if known is None or known.version < position.version:
            self._recent[position.booking_id] = position
            self._recent.move_to_end(position.booking_id)
            if len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        for watch in self._watches.get(position.booking_id, ()):
            if watch.position is None or watch.position.version < position.version:
                watch.position = position
                watch.stirred.set()

    def close(self) -> None:
        """Let everybody go; who comes later does not wait."""
        self._closed = True
        for watches in self._watches.values():
            for watch in watches:
                watch.stirred.set()

    async def look(self) -> None:
        """Look at the database for as long as anybody waits."""
        away = False
        while True:
            await self._watched.wait()
            try:
                self._tell_all(await positions(self._database, list(self._watches)))
                away = False
            except MaitredError as fault:
                if not away:
                    log.warning("waiters_cannot_look", error=fault.message)
                away = True
            await asyncio.sleep(LOOK_EVERY_S)

    def _tell_all(self, found: Sequence[Position]) -> None:
        for position in found:
            self.tell(position)

    @contextmanager
    def _watch(self, booking_id: UUID) -> Iterator[_Watch]:
        watch = _Watch(self._recent.get(booking_id))
        self._watches.setdefault(booking_id, set()).add(watch)
        self._watched.set()
        try:
            yield watch
        finally:
            self._watches[booking_id].discard(watch)
            if not self._watches[booking_id]:
                del self._watches[booking_id]
            if not self._watches:
                self._watched.clear()


class Feed:
    """Reads the bus from now on and passes it on: to those who wait, and to the snapshots it makes stale."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def run(self, waiters: Waiters, tracker: TableAvailabilityTracker, news: News) -> None:
        """Read for as long as the process lives; the tail outlives failures of the bus and tells of gaps."""
        async with aclosing(self._bus.tail()) as items:
            async for item in items:
                if isinstance(item, Event):
                    _pass_on(item, waiters, tracker)
                    news.tell(item)
                else:
                    tracker.apply(None)  # waiters need no word of a gap, because they also look
                    news.tell(None)


def _pass_on(event: Event, waiters: Waiters, tracker: TableAvailabilityTracker) -> None:
    try:
        waiters.tell(Position(UUID(event.subject), int(event.data["version"]), str(event.data["state"])))
        tracker.apply(event)
    except (ValueError, KeyError, TypeError):
        log.debug("not_a_bookings_event", type=event.type)
