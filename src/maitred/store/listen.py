"""NOTIFY and LISTEN: wake whoever waits for the outbox. Losing either costs latency, never events.

The notification is a statement of its own after the commit, one for many commits. Inside the transaction (a trigger,
say) it would make every commit wait for the flush of the one before: Postgres holds one lock for all notifying commits.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import structlog

from maitred.store.database import translate

CHANNEL: Final = "maitred_outbox"
RECONNECT_S: Final = 2.0
GATHER_S: Final = 0.005

log = structlog.get_logger(__name__)


class Announcer:
    """Tells the relays of other processes that there is news in the outbox.

    It has a connection of its own: in the pool it would queue behind the very requests it speaks for.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._news = asyncio.Event()

    def ring(self) -> None:
        """Note that something was committed; costs nothing."""
        self._news.set()

    async def run(self) -> None:
        """Notify for as long as the task lives, once for all that was noted meanwhile."""
        while True:
            try:
                await self._announce()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                # The relay looks by itself before long.
                log.info("notify_failed", error=str(translate(fault) or fault))
            await asyncio.sleep(RECONNECT_S)

    async def _announce(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=5, command_timeout=5, statement_cache_size=0)
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                await connection.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(GATHER_S)
        finally:
            connection.terminate()


async def listen(url: str, on_news: Callable[[], None], channel: str = CHANNEL) -> None:
    """Call `on_news` on every notification, reconnecting for as long as the task lives."""
    while True:
        try:
            await _listen_once(url, on_news, channel)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
            log.info("listen_lost", error=str(translate(fault) or fault))
        await asyncio.sleep(RECONNECT_S)


async def _listen_once(url: str, on_news: Callable[[], None], channel: str) -> None:
    connection = await asyncpg.connect(url, timeout=5)
    gone = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(channel, lambda *_: on_news())
        on_news()
        await gone.wait()
    finally:
        connection.terminate()
