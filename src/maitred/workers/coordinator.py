"""AssignmentCoordinator: hears of days with something to decide and takes one turn at each.

Any number of events about one day become one turn; another process that is at the same day is waited for inside the
lock. Nothing here decides: usecases/decide.py does, and what is lost here is found again from Postgres (due.py).

Restaurants that are not on are left to the request. When a flag changes under a running turn, the turn ends with its
batch; what is pending then is drained by the sweep (docs/decisions/0024).
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from time import monotonic
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from maitred.bus.port import Bus, Delivery
from maitred.domain.breaker import Breakers
from maitred.domain.errors import BreakerOpen, Contended, DatabaseUnavailable, NotFound, RedisUnavailable, Unavailable
from maitred.flags.port import Mode
from maitred.store import outbox
from maitred.usecases.decide import SUBSCRIBER, decide_day
from maitred.usecases.desk import Desk

Day = tuple[str, date]

TURNS: Final = Counter("maitred_coordinator_turns_total", "Turns at a day, by how they ended.", ["end"])
BUSY: Final = Gauge("maitred_coordinator_days", "Service days being decided by this process.")

# Between two turns at the same day: what comes in meanwhile shares a lock, a snapshot and a commit.
BREATH_S: Final = 0.015
# How a turn is signed that only takes up what a request left undecided.
DRAIN: Final = ":drain"

log = structlog.get_logger(__name__)


class AssignmentCoordinator:
    """Runs at most one turn a day and `days_at_once` turns a restaurant in this process."""

    def __init__(self, desk: Desk, bus: Bus, breakers: Breakers, *, name: str, days_at_once: int) -> None:
        self._desk = desk
        self._bus = bus
        self._breakers = breakers
        self._name = name
        self._limits: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(days_at_once))
        self._waiting: dict[Day, list[Delivery]] = {}
        self._turns: dict[Day, asyncio.Task[None]] = {}

    async def handle(self, deliveries: Iterable[Delivery]) -> None:
        """Note deliveries for their days; they are acknowledged when the day's turn has been committed.

        One without a day stays unacknowledged, and comes again until it is a dead letter.
        """
        for delivery in deliveries:
            event = delivery.event
            try:
                day = event.restaurant, date.fromisoformat(str(event.data["service_date"]))
            except (KeyError, ValueError):
                log.warning("event_without_a_day", event_id=str(event.id))
            else:
                self.ask(day, [delivery])

    def ask(self, day: Day, deliveries: Iterable[Delivery] = ()) -> None:
        """Ask for a turn at a day."""
        self._waiting.setdefault(day, []).extend(deliveries)
        if day not in self._turns:
            self._turns[day] = asyncio.create_task(self._serve(day))

    async def drain(self) -> None:
        """Wait for the turns that are running."""
        await asyncio.gather(*self._turns.values(), return_exceptions=True)

    async def _serve(self, day: Day) -> None:
        """Take turns at a day while there is anything to answer."""
        took_one = False
        try:
            while day in self._waiting:
                async with self._limits[day[0]]:
                    if took_one:
                        await asyncio.sleep(BREATH_S)
                    took_one = True
                    deliveries = self._waiting.pop(day)
                    with BUSY.track_inprogress():
                        end = await self._turn(day, deliveries)
                    TURNS.labels(end).inc()
        finally:
            del self._turns[day]
            self._forget_limit(day[0])

    async def _turn(self, day: Day, deliveries: list[Delivery]) -> str:
        """Take one turn. Whatever goes wrong, the bookings are still pending and will be found again."""
        slug, on = day
        try:
            with reported(self._breakers, monotonic):
                await self._decide(slug, on, deliveries)
            await self._bus.ack(deliveries)
        except BreakerOpen as refusal:
            return refusal.reason_code
        except (Contended, Unavailable) as fault:
            log.info("turn_ended_early", restaurant=slug, day=on.isoformat(), reason=fault.reason_code)
            return fault.reason_code
        except Exception:
            log.exception("turn_fault", restaurant=slug, day=on.isoformat())
            return "fault"
        return "done"

    async def _decide(self, slug: str, on: date, deliveries: list[Delivery]) -> None:
        inbox = _by_booking(deliveries)
        try:
            place = await self._desk.venues.get(slug)
        except NotFound:
            log.warning("event_of_unknown_venue", restaurant=slug)
            place = None
        if place is None or (not self._is_on(slug) and deliveries):
            # Not ours to decide: the request does (flag off or shadow), or nobody can any more.
            events = [event for events in inbox.values() for event in events]
            await outbox.insert_inbox(self._desk.database, SUBSCRIBER, events)
        elif not self._is_on(slug):
            await decide_day(self._desk, place, on, worker=f"{self._name}{DRAIN}")
        else:
            await decide_day(self._desk, place, on, worker=self._name, inbox=inbox, go_on=lambda: self._is_on(slug))

    def _is_on(self, slug: str) -> bool:
        return self._desk.flags.mode(slug) is Mode.ON

    def _forget_limit(self, slug: str) -> None:
        if not any(day[0] == slug for day in self._turns):
            self._limits.pop(slug, None)


def _by_booking(deliveries: Iterable[Delivery]) -> dict[UUID, list[UUID]]:
    inbox: dict[UUID, list[UUID]] = defaultdict(list)
    for delivery in deliveries:
        inbox[UUID(delivery.event.subject)].append(delivery.event.id)
    return dict(inbox)


@contextmanager
def reported(breakers: Breakers, clock: Callable[[], float]) -> Iterator[None]:
    """Ask both breakers first, and report to each what concerns it: only infrastructure errors count (lesson 22)."""
    postgres, redis = breakers.of("postgres"), breakers.of("redis")
    postgres.check(clock())
    try:
        redis.check(clock())
    except BreakerOpen:
        postgres.abandoned(clock())  # let through, but never asked
        raise
    try:
        yield
    except Exception as fault:
        for breaker, kind in ((postgres, DatabaseUnavailable), (redis, RedisUnavailable)):
            if isinstance(fault, Unavailable) and not isinstance(fault, kind):
                breaker.abandoned(clock())  # the other one failed, which says nothing about this one
            else:
                breaker.report(fault, clock())
        raise
    for breaker in (postgres, redis):
        breaker.report(None, clock())
