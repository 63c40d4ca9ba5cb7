"""The relay: carries the outbox to the bus, and carries it again to whoever lost it."""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Final

from prometheus_client import Counter

from maitred.bus.port import Bus
from maitred.flags.port import Flags
from maitred.store import outbox
from maitred.store.database import Database
from maitred.workers.subscriptions import SUBSCRIBED_TYPES, SUBSCRIPTIONS, WANTED

BATCH: Final = 256
MAX_BATCHES: Final = 100
BREATH_S: Final = 0.01
SETTLE_EVERY_S: Final = 1.0

PUBLISHED: Final = Counter("maitred_relay_published_total", "Events put on the bus.", ["again"])


class Relay:
    """One relay of any number: rows are taken with SKIP LOCKED.

    The rows stay locked while they are published, so a relay that dies leaves them to the next one; an event may then
    be on the bus twice, which subscribers bear.
    """

    def __init__(self, database: Database, bus: Bus, flags: Flags, republish_s: float) -> None:
        self._database = database
        self._bus = bus
        self._flags = flags
        self._republish_s = republish_s
        self._settled_at = 0.0
        self._grouped = False

    async def step(self) -> None:
        """Publish what is new until there is nothing, then see to what was not taken."""
        if not self._grouped:
            await self._bus.ensure_groups(list(SUBSCRIPTIONS))
            self._grouped = True
        for _ in range(MAX_BATCHES):
            if await self._publish_new() < BATCH:
                break
        # Under load every commit rings the bell; a short breath makes one trip of many.
        await asyncio.sleep(BREATH_S)
        if monotonic() - self._settled_at >= SETTLE_EVERY_S:
            self._settled_at = monotonic()
            await outbox.settle(self._database, self._wanted())
            await self._publish_again()

    def _wanted(self) -> Sequence[tuple[str, str]]:
        """Return who must have had an event before it is done: not who reads nothing while the pipeline is killed."""
        return [one for one in WANTED if one[1] != "coordinator"] if self._flags.killed else WANTED

    async def _publish_new(self) -> int:
        async with self._database.transaction(silent=True) as connection:
            rows = await outbox.claim_unpublished(connection, BATCH)
            if rows:
                await self._bus.publish([event for _, event in rows])
                await outbox.mark_published(connection, [number for number, _ in rows], SUBSCRIBED_TYPES)
        PUBLISHED.labels("no").inc(len(rows))
        return len(rows)

    async def _publish_again(self) -> None:
        """Re-feed subscribers from the outbox: Redis may have lost stream and groups (guarantee 10)."""
        async with self._database.transaction(silent=True) as connection:
            rows = await outbox.claim_unsettled(connection, self._republish_s, BATCH)
            if not rows:
                return
            await self._bus.ensure_groups(list(SUBSCRIPTIONS))
            await self._bus.publish([event for _, event in rows])
            await outbox.mark_published(connection, [number for number, _ in rows], SUBSCRIBED_TYPES)
        PUBLISHED.labels("yes").inc(len(rows))
