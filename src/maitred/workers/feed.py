"""Adds what happened to the feed, and plans what is sent of it, in one transaction with the inbox rows.

Which event woke it does not matter: it adds all that is missing, oldest first, so the order of the feed is that of the
outbox however many workers there are.
"""

from collections.abc import Callable, Sequence
from typing import Final

from maitred.bus.port import Bus, Delivery
from maitred.store import feed
from maitred.usecases.desk import Desk

MOST_BATCHES: Final = 200


class Feeder:
    """The subscriber `feed`. `planned` is called when there is something to send."""

    def __init__(self, desk: Desk, bus: Bus, planned: Callable[[], None]) -> None:
        self._desk = desk
        self._bus = bus
        self._planned = planned

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Add what is new; once there is nothing more, whatever was delivered is there."""
        for _ in range(MOST_BATCHES):
            async with self._desk.database.transaction(silent=True) as connection:
                added, planned = await feed.extend(connection, self._desk.clock())
            if planned:
                self._planned()
            if added < feed.BATCH:
                await self._bus.ack(deliveries)
                return
