"""Everybody who follows the feed in this process: one look at the database serves them all.

It tells that the feed has grown and nothing else; each stream reads on from where it is, so nothing is missed or told
twice, and a slow reader keeps one page in memory.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import structlog

from maitred.domain.errors import MaitredError
from maitred.store import feed
from maitred.store.database import Database
from maitred.usecases.webhooks import TooManyStreams

LOOK_EVERY_S: Final = 0.25
MOST_STREAMS: Final = 200
MOST_PER_KEY: Final = 10

log = structlog.get_logger(__name__)


class Following:
    """The open streams of this process, and the end of the feed as it was seen last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: Counter[UUID] = Counter()
        self.end = 0
        self._grown = asyncio.Event()
        self._wanted = asyncio.Event()
        self.closed = False

    @contextmanager
    def stream(self, credential: UUID) -> Iterator[None]:
        """Count a stream for as long as the block lasts; raises TooManyStreams."""
        if self._open[credential] >= MOST_PER_KEY or self.reading >= MOST_STREAMS:
            raise TooManyStreams(f"A key has {MOST_PER_KEY} streams at most.", most=MOST_PER_KEY)
        self._open[credential] += 1
        self._wanted.set()
        try:
            yield
        finally:
            self._open[credential] -= 1
            self._open += Counter()  # forgets those that have none
            if not self._open:
                self._wanted.clear()

    @property
    def reading(self) -> int:
        """How many streams are open."""
        return self._open.total()

    async def beyond(self, position: int, timeout_s: float) -> bool:
        """Wait until the feed may reach beyond a position; False when the time is up or the server stops."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self.closed and self.end <= position:
                    await self._grown.wait()
        except TimeoutError:
            return False
        return not self.closed

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        self._grown.set()

    async def look(self) -> None:
        """Look at the end of the feed for as long as anybody follows."""
        while True:
            await self._wanted.wait()
            try:
                self._tell(await feed.end(self._database))
            except MaitredError as fault:
                log.warning("feed_cannot_be_followed", error=fault.message)
            await asyncio.sleep(LOOK_EVERY_S)

    def _tell(self, end: int) -> None:
        if end > self.end:
            self.end = end
            told, self._grown = self._grown, asyncio.Event()
            told.set()
