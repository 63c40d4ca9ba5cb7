"""The optimizer's loops: runs that wait for a solver, services that open soon, nights that are over."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from maitred.domain.booking import Actor
from maitred.usecases.desk import Desk
from maitred.usecases.nights import record_nights
from maitred.usecases.optimizer import apply_scheduled, schedule_runs, solve_next


class Optimizer:
    """Solves in other processes; when the worker is told to stop it does not wait for them."""

    def __init__(self, desk: Desk, actor: Actor, stop: asyncio.Event) -> None:
        self._desk = desk
        self._actor = actor
        self._stop = stop

    async def solve(self) -> None:
        """Solve what waits, one run at a time."""
        await self._until_stop(self._solve_all())

    async def schedule(self) -> None:
        """Queue the runs of services that open soon, and apply those that are worth it."""
        await schedule_runs(self._desk, self._actor.id)
        await apply_scheduled(self._desk, self._actor)

    async def record(self) -> None:
        """Record the nights that are over."""
        await self._until_stop(record_nights(self._desk))

    async def _solve_all(self) -> None:
        while await solve_next(self._desk, self._actor.id):
            await apply_scheduled(self._desk, self._actor)

    async def _until_stop(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something until it is done or the worker stops; a run that is cut short is queued again."""
        doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            if not doing.done():
                doing.cancel()
            await asyncio.wait({doing})
        if not doing.cancelled():
            doing.result()
