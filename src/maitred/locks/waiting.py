"""How the tasks of one process wait for a lock: in line, and only the first asks Redis.

A hundred tasks that all polled would cost Redis a hundred calls per interval. In line they cost one, the first to
come is served first, and a release inside this process wakes the next at once. Other processes are seen by polling
every 2 to 10 ms.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Final

FIRST_PAUSE_S: Final = 0.002
LONGEST_PAUSE_S: Final = 0.010
PAUSE_GROWTH: Final = 1.5
TURNS_IN_A_ROW: Final = 32


def pauses() -> Iterator[float]:
    """Yield the seconds between two polls, growing to a cap; the same for everybody, without jitter."""
    pause_s = FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(pause_s * PAUSE_GROWTH, LONGEST_PAUSE_S)


class Line:
    """The tasks of this process that want the same keys."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()  # serves in order of arrival
        self.released = asyncio.Event()
        self.members = 0
        self._turns = 0

    async def pause(self, longest_s: float) -> None:
        """Wait for a release by this process, at most `longest_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self.released.wait()

    async def let_others_pass(self) -> None:
        """Stand back after many turns in a row, long enough for any other process to poll.

        A process that hands the lock from task to task in microseconds would starve the others.
        """
        self._turns += 1
        if self._turns % TURNS_IN_A_ROW == 0:
            await asyncio.sleep(2 * LONGEST_PAUSE_S)


class WaitingRoom:
    """All lines of one process."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, ...], Line] = {}

    def has_line(self, keys: tuple[str, ...]) -> bool:
        """Tell whether somebody waits for exactly these keys."""
        return keys in self._lines

    @asynccontextmanager
    async def first_in_line(self, keys: tuple[str, ...], longest_s: float) -> AsyncIterator[Line]:
        """Wait in line for these keys; raises TimeoutError when the turn does not come in time."""
        line = self._lines.setdefault(keys, Line())
        line.members += 1
        try:
            async with asyncio.timeout(longest_s):
                await line.turn.acquire()
            try:
                yield line
            finally:
                line.turn.release()
        finally:
            line.members -= 1
            if not line.members:
                del self._lines[keys]

    def released(self, keys: Iterable[str]) -> None:
        """Wake whoever is first in a line for one of these keys."""
        freed = set(keys)
        for wanted, line in self._lines.items():
            if not freed.isdisjoint(wanted):
                line.released.set()
