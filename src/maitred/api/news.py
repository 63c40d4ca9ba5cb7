"""News: tells everybody who keeps a stream open in this process that something changed, and where.

It carries no content. Who hears of a change reads again, so a stream can lose, repeat or reorder without showing
anything untrue. Events come from the bus; `look` asks Postgres for what the bus may have kept silent about, so with
Redis away screens are a second late, not wrong.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from maitred.domain.errors import MaitredError
from maitred.domain.events import Event
from maitred.store import outbox
from maitred.store.database import Database

LOOK_EVERY_S: Final = 1.0
MOST_SUBJECTS: Final = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """What changed since the last notice; no subjects means that anything may have."""

    subjects: frozenset[str]
    days: frozenset[str]


@dataclass(slots=True, eq=False)
class Reader:
    """One open stream of one restaurant (None: of every one)."""

    restaurant: str | None
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _subjects: set[str] = field(default_factory=set)
    _days: set[str] = field(default_factory=set)
    _everything: bool = False
    closed: bool = False

    async def next(self, timeout_s: float) -> Notice | None:
        """Return what changed, as soon as something has; None when the time is up or the server stops."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._stirred.wait()
        except TimeoutError:
            return None
        self._stirred.clear()
        if self.closed:
            return None
        notice = Notice(frozenset() if self._everything else frozenset(self._subjects), frozenset(self._days))
        self._subjects, self._days, self._everything = set(), set(), False
        return notice

    def tell(self, event: Event | None) -> None:
        """Pass on an event; None stands for not knowing what happened."""
        if event is None or len(self._subjects) >= MOST_SUBJECTS:
            self._everything = True
        else:
            self._subjects.add(event.subject)
            named = (event.data.get("service_date"), event.data.get("previous_service_date"))
            self._days |= {str(day) for day in named if day}
        self._stirred.set()

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self._stirred.set()


class News:
    """Every open stream of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readers: set[Reader] = set()
        self._wanted = asyncio.Event()
        self._heard: str | None = None
        self._told_since_look = False
        self._closed = False

    @contextmanager
    def reader(self, restaurant: str | None) -> Iterator[Reader]:
        """Give a stream its news for as long as the block lasts."""
        reader = Reader(restaurant, closed=self._closed)
        self._readers.add(reader)
        self._wanted.set()
        try:
            yield reader
        finally:
            self._readers.discard(reader)
            if not self._readers:
                self._wanted.clear()

    def tell(self, event: Event | None) -> None:
        """Pass an event on to whom it concerns; None, for not knowing what happened, concerns everybody."""
        self._told_since_look = True
        for reader in self._readers:
            if event is None or reader.restaurant in (None, event.restaurant):
                reader.tell(event)

    def close(self) -> None:
        """End every stream; who comes later is told to come again."""
        self._closed = True
        for reader in self._readers:
            reader.close()

    @property
    def reading(self) -> int:
        """How many streams are open."""
        return len(self._readers)

    async def look(self) -> None:
        """Look at the database for as long as anybody reads, in case the bus is silent."""
        while True:
            await self._wanted.wait()
            try:
                await self._look_once()
            except MaitredError as fault:
                log.warning("news_cannot_look", error=fault.message)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look_once(self) -> None:
        stand = await outbox.stand(self._database)
        silent, self._told_since_look = not self._told_since_look, False
        if self._heard is not None and stand != self._heard and silent:
            self.tell(None)
        self._heard = stand
