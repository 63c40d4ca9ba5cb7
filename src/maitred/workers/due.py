"""The retry scheduler's loop: due times live in Postgres, so they survive anything (lesson 20).

It also finds what an event should have told and did not: Redis flushed, a worker dead, a request that was cut off.
"""

from datetime import timedelta
from typing import Final

from maitred.store import bookings
from maitred.usecases.desk import Desk
from maitred.workers.coordinator import AssignmentCoordinator

DAYS: Final = 100
# Events are quicker than this; a sweep that is as quick would only race them.
GRACE_S: Final = 0.5


class DueSweep:
    """Asks for a turn at every day that has pending bookings due."""

    def __init__(self, desk: Desk, coordinator: AssignmentCoordinator) -> None:
        self._desk = desk
        self._coordinator = coordinator

    async def step(self) -> None:
        """Look once."""
        before = self._desk.clock() - timedelta(seconds=GRACE_S)
        for slug, day in await bookings.days_with_due_bookings(self._desk.database, before, DAYS):
            self._coordinator.ask((slug, day))
