"""Hears of what happens and plans what is said of it; one event that cannot be told of holds up no other."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic

import structlog

from maitred.bus.port import Bus, Delivery
from maitred.domain.breaker import Breakers, BreakerState
from maitred.domain.errors import Contended, Unavailable
from maitred.store import messages
from maitred.usecases.desk import Desk
from maitred.usecases.messages import SUBSCRIBER, acknowledge, alert, remind, tell
from maitred.workers.consumer import MOST_DELIVERIES, bury

log = structlog.get_logger(__name__)


class Notifier:
    """The subscriber `messages`. `planned` is called when there is something to send."""

    def __init__(self, desk: Desk, bus: Bus, breakers: Breakers, planned: Callable[[], None]) -> None:
        self._desk = desk
        self._bus = bus
        self._breakers = breakers
        self._planned = planned

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Plan what each event makes us say, in order."""
        for one in deliveries:
            try:
                planned = await tell(self._desk, one.event)
            except (Contended, Unavailable):
                raise
            except Exception:
                log.exception("message_fault", event_id=str(one.event.id))
                if one.deliveries > MOST_DELIVERIES:
                    await bury(self._desk.database, self._bus, SUBSCRIBER, one)
                continue  # it comes again
            await self._bus.ack([one])
            if planned:
                self._planned()

    async def sweep(self) -> None:
        """Plan what is due by the clock, or has no event."""
        if await remind(self._desk) + await alert(self._desk, self._broken):
            self._planned()

    async def wait(self) -> None:
        """Acknowledge requests that take a while."""
        if await acknowledge(self._desk):
            self._planned()

    async def forget(self) -> None:
        """Delete messages whose time is over."""
        days = timedelta(days=self._desk.policy.message_retention_days)
        await messages.purge(self._desk.database, self._desk.clock() - days)

    def _broken(self) -> list[str]:
        states = self._breakers.states(monotonic())
        return [name for name in ("postgres", "redis") if states.get(name) is BreakerState.OPEN]
