"""When room appears: reviews that only lacked it are queued again (DESIGN 5).

This is the quick way. What gives room without an event, or while nobody could look, is found by the reaper's sweep.
"""

from collections.abc import Sequence
from datetime import date

import structlog

from maitred.bus.port import Bus, Delivery
from maitred.domain.booking import Actor
from maitred.domain.errors import Contended, NotFound, Unavailable
from maitred.store import outbox
from maitred.usecases.desk import Desk
from maitred.usecases.recover import requeue_fitting
from maitred.usecases.tracker import days_of

log = structlog.get_logger(__name__)

Day = tuple[str, date]


class Room:
    """Reacts to events that give tables back."""

    def __init__(self, desk: Desk, bus: Bus, actor: Actor) -> None:
        self._desk = desk
        self._bus = bus
        self._actor = actor

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Look at each day once, however many events there were about it; one that fails holds up no other."""
        about = [(one, days) for one in deliveries if (days := _days(one))]
        looked: set[Day] = set()
        for day in sorted({day for _, days in about for day in days}):
            if await self._looked_at(day):
                looked.add(day)
                await self._settle([one for one, days in about if day in days and days <= looked])

    async def _looked_at(self, day: Day) -> bool:
        try:
            await self._look_at(*day)
        except (Contended, Unavailable):
            raise
        except Exception:
            log.exception("room_fault", restaurant=day[0], day=day[1].isoformat())  # comes again, then a dead letter
            return False
        return True

    async def _look_at(self, slug: str, day: date) -> None:
        try:
            place = await self._desk.venues.get(slug)
        except NotFound:
            return
        await requeue_fitting(self._desk, place, day, self._actor)

    async def _settle(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            await outbox.insert_inbox(self._desk.database, "room", [one.event.id for one in deliveries])
            await self._bus.ack(deliveries)


def _days(one: Delivery) -> frozenset[Day]:
    """Return the days an event is about, none when nobody could tell; it then comes again until it is a dead letter."""
    try:
        return frozenset((one.event.restaurant, day) for day in days_of(one.event))
    except (KeyError, ValueError):
        log.exception("room_fault", event_id=str(one.event.id))
        return frozenset()
