"""Keeps a process's flags as they are in Postgres, and answers which mode a restaurant is in.

A notification brings a change at once where there is a direct connection; a look at one number every second brings it
behind a pooler, and where a connection died silently. What cannot be read leaves what was known last in force.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import structlog
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.provider.no_op_provider import NoOpProvider
from prometheus_client import Counter

from maitred.domain.errors import MaitredError
from maitred.flags.port import PIPELINE_FLAG, Mode
from maitred.flags.provider import PostgresProvider
from maitred.flags.rules import Rules, Said
from maitred.store import flags as store
from maitred.store.database import Connection, Database
from maitred.store.listen import listen

POLL_S: Final = 1.0
PATIENCE_S: Final = 1.0

LEARNED: Final = Counter("maitred_flag_changes_learned_total", "Times that this process took over changed flags.")
UNREAD: Final = Counter("maitred_flag_read_failures_total", "Times that the flags could not be read.")

_CLOSED: Final = NoOpProvider()

log = structlog.get_logger(__name__)


class OpenFlags:
    """The flags of one process, asked through OpenFeature."""

    def __init__(self, provider: PostgresProvider, domain: str) -> None:
        self.provider = provider
        self._client = api.get_client(domain)

    def mode(self, restaurant: str) -> Mode:
        """Return the mode of the pipeline for a restaurant (its slug)."""
        otherwise = self.provider.rules.settings
        found = self._client.get_string_value(PIPELINE_FLAG, otherwise, EvaluationContext(restaurant))
        try:
            return Mode(found)
        except ValueError:  # a hook of somebody's changed it
            return otherwise

    @property
    def settings(self) -> Mode:
        """The mode of the settings, for restaurants that no rule speaks of."""
        return self.provider.rules.settings

    @property
    def killed(self) -> bool:
        """Whether the pipeline is switched off everywhere."""
        return self.provider.rules.killed

    @property
    def shadowing(self) -> bool:
        """Whether any restaurant can be in shadow."""
        return self.provider.rules.shadowing

    @property
    def stale_s(self) -> float | None:
        """For how long the flags could not be read, seconds; None while what is known is fresh."""
        return self.provider.stale_s


async def read_rules(source: Database | Connection, settings: Mode) -> Rules:
    """Return everything that is said of the pipeline flag."""
    row = await store.read(source, PIPELINE_FLAG)
    if row is None:
        return Rules(settings)
    said = {
        one.slug: Said(Mode(one.mode) if one.mode else None, one.opted_in)
        for one in await store.restaurants(source, PIPELINE_FLAG)
    }
    default = Mode(row.default_mode) if row.default_mode else None
    return Rules(settings, PIPELINE_FLAG, row.killed, default, row.percentage, said, row.revision)


class Watcher:
    """Reads the flags now and whenever they may have changed."""

    def __init__(self, database: Database, provider: PostgresProvider) -> None:
        self._database = database
        self._provider = provider
        self._bell = asyncio.Event()
        self._fails = False

    async def look(self) -> None:
        """Read what is new; never raises for a database that does not answer, or that was not migrated."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._look()
        except (MaitredError, TimeoutError) as fault:
            self._note(fault)
        except Exception as fault:  # noqa: BLE001 - whatever it is, bookings are decided as before
            self._note(fault)
        else:
            if self._fails:
                log.info("flags_readable_again", revision=self._provider.rules.revision)
            self._fails = False

    async def run(self) -> None:
        """Look for as long as the task lives."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), POLL_S)
            self._bell.clear()
            await self.look()

    async def _look(self) -> None:
        known, first = self._provider.rules, self._provider.stale_s == float("inf")
        if not first and await store.revision(self._database, PIPELINE_FLAG) == known.revision:
            self._provider.confirm()
            return
        async with self._database.transaction(silent=True) as connection:
            rules = await read_rules(connection, known.settings)
        self._provider.learn(rules)
        LEARNED.inc()
        if not first:
            log.info("flags_changed", revision=rules.revision, killed=rules.killed, percentage=rules.percentage)

    def _note(self, fault: Exception) -> None:
        UNREAD.inc()
        if not self._fails:
            log.warning("flags_unreadable", error=str(fault) or type(fault).__name__)
        self._fails = True

    def ring(self) -> None:
        """Look soon."""
        self._bell.set()


@asynccontextmanager
async def watched_flags(database: Database, settings: Mode, listen_url: str | None) -> AsyncIterator[OpenFlags]:
    """Give a process its flags, read once before anybody asks, and keep them fresh until the end of the block."""
    provider = PostgresProvider(Rules(settings))
    domain = f"maitred-{uuid4()}"  # the SDK's registry is one for the whole process
    api.set_provider_and_wait(provider, domain)
    watcher = Watcher(database, provider)
    await watcher.look()
    tasks = [asyncio.create_task(watcher.run(), name="flags")]
    if listen_url:
        tasks.append(asyncio.create_task(listen(listen_url, watcher.ring, store.CHANNEL), name="flags_listen"))
    try:
        yield OpenFlags(provider, domain)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        api.set_provider(_CLOSED, domain)  # the SDK lets go of ours
