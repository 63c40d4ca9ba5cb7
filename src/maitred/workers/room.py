"""When room appears: reviews that only lacked it are queued again (DESIGN 5)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import structlog

from maitred.bus.port import Bus, Delivery
from maitred.domain.booking import Actor
from maitred.domain.errors import Contended, NotFound, Unavailable
from maitred.store import outbox
from maitred.usecases.desk import Desk
from maitred.usecases.recover import requeue_fitting

log = structlog.get_logger(__name__)


class Room:
    """Reacts to events that give tables back."""

    def __init__(self, desk: Desk, bus: Bus, actor: Actor) -> None:
        self._desk = desk
        self._bus = bus
        self._actor = actor

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Look at each day once, however many events there were about it; one that fails holds up no other."""
        days: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
        for one in deliveries:
            days[one.event.restaurant, str(one.event.data.get("service_date"))].append(one)
        for (slug, day), about in sorted(days.items(), key=lambda item: item[0]):
            try:
                await self._look_at(slug, date.fromisoformat(day))
            except (Contended, Unavailable):
                raise
            except Exception:
                log.exception("room_fault", restaurant=slug, day=day)  # comes again until it is a dead letter
            else:
                await outbox.insert_inbox(self._desk.database, "room", [one.event.id for one in about])
                await self._bus.ack(about)

    async def _look_at(self, slug: str, day: date) -> None:
        try:
            place = await self._desk.venues.get(slug)
        except NotFound:
            return
        await requeue_fitting(self._desk, place, day, self._actor)
