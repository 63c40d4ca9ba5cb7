"""The reaper: bookings without a live owner, reviews that wait for room or too long, rows whose time is over."""

from datetime import timedelta

from maitred.domain.booking import Actor
from maitred.store import allocations, bookings, feed, outbox, people, phone, search, sent, typed, undo, webhooks
from maitred.usecases.desk import Desk
from maitred.usecases.recover import EVERY_DAY, expire_reviews, recover_orphans, requeue_where_room


class Reaper:
    """Recovers and expires; every step is safe to run in any number of processes."""

    def __init__(self, desk: Desk, actor: Actor, retention_hours: float) -> None:
        self._desk = desk
        self._actor = actor
        self._retention_hours = retention_hours
        self._looked_until = EVERY_DAY

    async def step(self) -> None:
        """Look once for orphans, room for those who wait for it (also at the last moment), and overdue reviews."""
        await recover_orphans(self._desk, self._actor)
        self._looked_until = await requeue_where_room(self._desk, self._actor, self._looked_until)
        await expire_reviews(self._desk, self._actor)

    async def sweep(self) -> None:
        """Delete what nobody needs any more."""
        now, database = self._desk.clock(), self._desk.database
        await allocations.sweep_holds(database)
        await bookings.purge_keys(database, now - timedelta(hours=self._desk.policy.idempotency_hours))
        await outbox.purge(database, now - timedelta(hours=self._retention_hours))
        forgotten = now - timedelta(hours=self._desk.policy.event_retention_hours)
        await feed.purge(database, forgotten)
        await webhooks.purge(database, forgotten)
        await sent.purge(database, now - timedelta(days=1))
        await phone.purge(database, now - timedelta(days=1))
        await typed.purge(database, now)
        await undo.purge(database, now)
        await people.purge_tries(database, now - timedelta(days=1))
        async with database.transaction(silent=True) as connection:
            await search.fold_batch(connection)  # written by a program of an older version, during an upgrade
