"""The day's lock: Redis saves the work, the fence that Postgres issues keeps the truth (guarantee 7)."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from maitred.domain.errors import StaleFence
from maitred.locks.keys import day_key
from maitred.locks.manager import Hold
from maitred.store import allocations
from maitred.store.database import Connection
from maitred.usecases.desk import Desk, OpenVenue


@dataclass(frozen=True, slots=True)
class HeldDays:
    """Days that this task may choose tables on; `fences` are what its writes must carry."""

    place: OpenVenue
    fences: Mapping[date, int]
    lock: Hold

    async def guard(self, connection: Connection) -> None:
        """Lock the day rows, refuse if any day has a newer owner, and clear away expired holds.

        Comes after the booking rows were locked and before any allocation is touched.
        """
        self.lock.check()
        for day, fence in sorted(self.fences.items()):
            present = await allocations.lock_day(connection, self.place.restaurant_id, day)
            if present != fence:
                raise StaleFence("The day's lock has a newer owner.", day=day.isoformat(), fence=fence, present=present)
            await allocations.delete_expired_holds(connection, self.place.restaurant_id, day)


@asynccontextmanager
async def held_days(
    desk: Desk, place: OpenVenue, days: Iterable[date], *, wait_ms: int | None = None
) -> AsyncIterator[HeldDays]:
    """Hold the locks of some days of one restaurant; all or none, in sorted order.

    Raises LockBusy, RedisUnavailable, DatabaseUnavailable on entering, LockLost when the lock was lost inside.
    """
    ordered = sorted(set(days))
    patience = desk.policy.lock_wait_ms if wait_ms is None else wait_ms
    async with desk.locks.hold([day_key(place.slug, day) for day in ordered], wait_ms=patience) as lock:
        fences: dict[date, int] = {}
        present = place
        for day in ordered:
            fences[day], version = await allocations.issue_fence(desk.database, place.restaurant_id, day)
            present = await desk.venues.at_version(present, version)
        yield HeldDays(present, fences, lock)


async def present_fence(connection: Connection, restaurant_id: int, day: date) -> int:
    """Lock the day's row and return its fence, for a write that is decided wholly inside this transaction."""
    fence = await allocations.lock_day(connection, restaurant_id, day)
    await allocations.delete_expired_holds(connection, restaurant_id, day)
    return fence
