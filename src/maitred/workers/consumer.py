"""One subscriber's end of the bus: read, pass on, reclaim what dead consumers left, bury what cannot be handled."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from prometheus_client import Counter

from maitred.bus.port import Bus, Delivery, Poison, Received
from maitred.store import outbox
from maitred.store.database import Database
from maitred.workers.subscriptions import SUBSCRIPTIONS

COUNT: Final = 256
BLOCK_MS: Final = 1_000
RECLAIM_AFTER_MS: Final = 15_000
MOST_DELIVERIES: Final = 8
GONE_AFTER_MS: Final = 24 * 3_600_000

Handler = Callable[[Sequence[Delivery]], Awaitable[None]]

BURIED: Final = Counter("maitred_dead_letters_total", "Messages put on the dead-letter list.", ["subscriber"])

log = structlog.get_logger(__name__)


class Consumer:
    """Feeds one subscriber. The handler acknowledges what it has done, when it has done it.

    What was delivered often is buried, unless the subscriber is `patient`: deliveries are also lost with workers that
    die, and where nothing but its event brings a piece of work back, that is no reason to give it up. A patient handler
    buries what it cannot handle itself.
    """

    def __init__(
        self, database: Database, bus: Bus, subscriber: str, name: str, handler: Handler, *, patient: bool = False
    ) -> None:
        self._database = database
        self._bus = bus
        self._subscriber = subscriber
        self._name = name
        self._handler = handler
        self._types = SUBSCRIPTIONS[subscriber]
        self._patient = patient
        self._resumed = False

    async def read(self) -> None:
        """Wait for news and pass it on; first of all what this consumer was given in an earlier life."""
        if not self._resumed:
            await self._pass_on(await self._bus.resume(self._subscriber, self._name, count=COUNT))
            self._resumed = True
        await self._pass_on(await self._bus.read(self._subscriber, self._name, count=COUNT, block_ms=BLOCK_MS))

    async def reclaim(self) -> None:
        """Take over what was delivered to somebody and never acknowledged.

        Not while Postgres is away: nobody could handle anything, and every try counts towards the dead letters.
        """
        await self._database.ping()
        await self._pass_on(
            await self._bus.reclaim(self._subscriber, self._name, min_idle_ms=RECLAIM_AFTER_MS, count=COUNT)
        )

    async def tidy(self) -> None:
        """Drop the names of consumers that have been gone for a day; containers bring new ones all the time."""
        await self._bus.forget_consumers(self._subscriber, idle_ms=GONE_AFTER_MS)

    async def _pass_on(self, received: Sequence[Received]) -> None:
        ours: list[Delivery] = []
        others: list[Received] = []
        for one in received:
            if isinstance(one, Poison) or (one.deliveries > MOST_DELIVERIES and not self._patient):
                await bury(self._database, self._bus, self._subscriber, one)
            elif one.event.type in self._types:
                ours.append(one)
            else:
                others.append(one)
        if others:
            await self._bus.ack(others)
        if ours:
            await self._handler(ours)


async def bury(database: Database, bus: Bus, subscriber: str, one: Received) -> None:
    """Put a message nobody can handle where people see it; it counts as handled from then on."""
    async with database.transaction() as connection:
        if isinstance(one, Poison):
            error = one.error
            await outbox.bury(connection, subscriber, None, one.raw, error, one.deliveries)
        else:
            error = f"not handled in {one.deliveries - 1} deliveries"
            await outbox.bury(connection, subscriber, one.event.id, one.event.to_json(), error, one.deliveries)
            await outbox.insert_inbox(connection, subscriber, [one.event.id])
    await bus.ack([one])
    BURIED.labels(subscriber).inc()
    log.error("dead_letter", subscriber=subscriber, error=error)
