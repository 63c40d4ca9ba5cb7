"""When room appears: reviews that only lacked it are queued again (DESIGN 5)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from maitred.bus.port import Bus, Delivery
from maitred.domain.booking import Actor
from maitred.domain.errors import NotFound
from maitred.store import outbox
from maitred.usecases.desk import Desk
from maitred.usecases.recover import requeue_fitting


class Room:
    """Reacts to events that give tables back."""

    def __init__(self, desk: Desk, bus: Bus, actor: Actor) -> None:
        self._desk = desk
        self._bus = bus
        self._actor = actor

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Look at each day once, however many events there were about it."""
        events = [one.event for one in deliveries]
        days = {(event.restaurant, date.fromisoformat(str(event.data["service_date"]))) for event in events}
        for slug, day in sorted(days):
            await self._look_at(slug, day)
        ids: list[UUID] = [event.id for event in events]
        await outbox.insert_inbox(self._desk.database, "room", ids)
        await self._bus.ack(deliveries)

    async def _look_at(self, slug: str, day: date) -> None:
        try:
            place = await self._desk.venues.get(slug)
        except NotFound:
            return
        await requeue_fitting(self._desk, place, day, self._actor)
