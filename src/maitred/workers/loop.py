"""The one loop that serves all workers: a step, a pause, and a prompt end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from prometheus_client import Counter

from maitred.domain.errors import Contended, Unavailable

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0

FAULTS: Final = Counter("maitred_loop_faults_total", "Steps that failed, by loop and error.", ["loop", "error"])

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Loop:
    """`step` is called every `pause_s`, sooner when `bell` rings, later while it fails."""

    name: str
    step: Callable[[], Awaitable[None]]
    pause_s: float
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop; an error in a step is recorded and the step tried again after a growing pause."""
        failures = 0
        while not stop.is_set():
            self.bell.clear()
            failures = 0 if await self._step() else failures + 1
            await self._pause(stop, failures)

    async def _step(self) -> bool:
        try:
            await self.step()
        except (Contended, Unavailable) as fault:
            FAULTS.labels(self.name, fault.reason_code).inc()
            log.warning("loop_held_up", loop=self.name, error=fault.reason_code, detail=fault.message)
            return False
        except Exception as fault:
            FAULTS.labels(self.name, type(fault).__name__).inc()
            log.exception("loop_fault", loop=self.name)
            return False
        return True

    async def _pause(self, stop: asyncio.Event, failures: int) -> None:
        if failures:
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**failures)
            await _first_of(pause_s, stop)
        elif self.pause_s > 0:
            await _first_of(self.pause_s, stop, self.bell)


async def _first_of(timeout_s: float, *events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
