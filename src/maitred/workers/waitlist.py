"""The waitlist's worker: events that give room are quick, a sweep finds what had none.

There is no event for a hold that ends, a block that is lifted, a venue that grows or an offer that lapses.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import structlog

from maitred.bus.port import Bus, Delivery
from maitred.domain.booking import Actor
from maitred.domain.errors import Contended, NotFound, Unavailable
from maitred.store import outbox, waitlist
from maitred.usecases.desk import Desk
from maitred.usecases.recover import EVERY_DAY
from maitred.usecases.tracker import days_of
from maitred.usecases.waitlist import BATCH, SUBSCRIBER
from maitred.usecases.waitlist_serving import serve_day

Day = tuple[str, date]

log: Final = structlog.get_logger(__name__)


class Waitlist:
    """Serves those who wait, on the days that events are about and, by and by, on every day."""

    def __init__(self, desk: Desk, bus: Bus, actor: Actor) -> None:
        self._desk = desk
        self._bus = bus
        self._actor = actor
        self._looked_until = EVERY_DAY

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Look at each day once, however many events there were; a day that somebody else is at is the sweep's."""
        for day in sorted({day for one in deliveries for day in _days(one)}):
            await self._look_at(*day)
        await outbox.insert_inbox(self._desk.database, SUBSCRIBER, [one.event.id for one in deliveries])
        await self._bus.ack(deliveries)

    async def sweep(self) -> None:
        """Look at the next days on which somebody waits."""
        days = await waitlist.days(self._desk.database, self._looked_until, BATCH)
        for day in days:
            await self._look_at(*day)
        self._looked_until = days[-1] if len(days) == BATCH else EVERY_DAY

    async def _look_at(self, slug: str, day: date) -> None:
        """Serve one day; one that cannot be served now holds up no other, and comes again with the sweep."""
        try:
            await serve_day(self._desk, await self._desk.venues.get(slug), day, self._actor)
        except NotFound:
            return
        except Unavailable:
            raise
        except Contended as busy:
            log.info("waitlist_busy", restaurant=slug, day=day.isoformat(), error=busy.reason_code)
        except Exception:
            log.exception("waitlist_fault", restaurant=slug, day=day.isoformat())


def _days(one: Delivery) -> frozenset[Day]:
    try:
        return frozenset((one.event.restaurant, day) for day in days_of(one.event))
    except (KeyError, ValueError):
        log.exception("waitlist_fault", event_id=str(one.event.id))
        return frozenset()
