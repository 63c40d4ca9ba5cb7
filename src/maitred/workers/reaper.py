"""The reaper: bookings without a live owner, reviews past their deadline, rows whose time is over."""

from datetime import timedelta

from maitred.domain.booking import Actor
from maitred.store import allocations, bookings, outbox
from maitred.usecases.desk import Desk
from maitred.usecases.recover import expire_reviews, recover_orphans


class Reaper:
    """Recovers and expires; every step is safe to run in any number of processes."""

    def __init__(self, desk: Desk, actor: Actor, retention_hours: float) -> None:
        self._desk = desk
        self._actor = actor
        self._retention_hours = retention_hours

    async def step(self) -> None:
        """Look once for orphans and overdue reviews."""
        await recover_orphans(self._desk, self._actor)
        await expire_reviews(self._desk, self._actor)

    async def sweep(self) -> None:
        """Delete what nobody needs any more."""
        now, database = self._desk.clock(), self._desk.database
        await allocations.sweep_holds(database)
        await bookings.purge_keys(database, now - timedelta(hours=self._desk.policy.idempotency_hours))
        await outbox.purge(database, now - timedelta(hours=self._retention_hours))
