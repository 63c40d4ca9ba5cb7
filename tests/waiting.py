"""Waits of tests: each has a condition and a bound that a busy machine keeps, and says what it waited for in vain."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final
from uuid import UUID

PATIENCE_S: Final = 90.0
"""Nothing takes this long; a machine that runs other work beside the tests may make it seem so."""


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition; fails with its own words when it does not come true."""
    give_up = monotonic() + PATIENCE_S
    while not await condition():
        if monotonic() > give_up:
            raise AssertionError(f"waited {PATIENCE_S:.0f} s for: {words_of(condition)}")
        await asyncio.sleep(0.02)


@asynccontextmanager
async def patience(what: str) -> AsyncIterator[None]:
    """Bound what the block waits for; fails by its name."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    except TimeoutError as fault:
        raise AssertionError(f"waited {PATIENCE_S:.0f} s for {what}") from fault


def words_of(condition: Callable[..., object]) -> str:
    """Return a condition as it is written, with the plain values that it is about."""
    known = inspect.getclosurevars(condition).nonlocals
    plain = [f"{name}={value}" for name, value in known.items() if isinstance(value, str | int | float | tuple | UUID)]
    try:
        written = inspect.getsource(condition).strip()
    except OSError:
        written = repr(condition)
    return written + (f"  [{', '.join(plain)}]" if plain else "")
