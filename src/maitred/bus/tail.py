"""Reading all events without a group, for those who keep something in memory: caches, long polls, screens.

A tail never ends by itself and never stays silent about a loss. It knows its place by the last entry it has seen; when
that entry is gone, the stream was flushed (or trimmed past this reader), and what came before may have been missed.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Any, Final

import structlog

from maitred.bus.metrics import TAIL_GAPS
from maitred.bus.port import Gap
from maitred.domain.errors import RedisUnavailable
from maitred.domain.events import Event
from maitred.locks.redis_client import translated

FIELD: Final = b"event"
START: Final = b"0-0"
BATCH: Final = 500
BLOCK_MS: Final = 1000  # also how soon a flush of a quiet stream is noticed
FIRST_BACKOFF_S: Final = 0.05
LONGEST_BACKOFF_S: Final = 2.0
RECANCEL_S: Final = 0.01

log = structlog.get_logger(__name__)
Item = Event | Gap


class StreamTail:
    """The place of one reader in one stream."""

    def __init__(self, client: Any, stream: str) -> None:
        self._client = client
        self._stream = stream
        self._last: bytes | None = None  # the last entry seen; None when it must be found again
        self._backoff_s = FIRST_BACKOFF_S

    async def begin(self, *, from_now: bool) -> None:
        """Find the place to start from, waiting for Redis if it must."""
        while self._last is None:
            try:
                self._last = await self._newest() if from_now else START
            except RedisUnavailable as fault:
                await self._back_off(fault)

    async def step(self) -> list[Item]:
        """Return what came next, which may be nothing; a failure is waited out and told as a Gap."""
        try:
            items = await (self._reconnect() if self._last is None else self._read(self._last))
            self._backoff_s = FIRST_BACKOFF_S
            return items
        except RedisUnavailable as fault:
            self._last = None
            await self._back_off(fault)
            return []

    async def _reconnect(self) -> list[Item]:
        # First the place, then the Gap: whoever reads its source on the Gap misses nothing after it.
        self._last = await self._newest()
        return [_gap("reconnected")]

    async def _read(self, last: bytes) -> list[Item]:
        with translated():
            answer = await self._client.xread({self._stream: last}, count=BATCH, block=BLOCK_MS)
            # Asked after reading, so that a flush before the entries just read cannot go unseen.
            in_place = last == START or await self._client.xrange(self._stream, last, last)
        entries = answer[0][1] if answer else []
        gap: list[Item] = [] if in_place else [_gap("flushed")]
        if entries:
            self._last = entries[-1][0]
        elif gap:
            self._last = await self._newest()
        return gap + [event for _, fields in entries if (event := _decoded(fields))]

    async def _newest(self) -> bytes:
        with translated():
            newest = await self._client.xrevrange(self._stream, count=1)
        return bytes(newest[0][0]) if newest else START

    async def _back_off(self, fault: RedisUnavailable) -> None:
        log.warning("tail_interrupted", stream=self._stream, fault=str(fault), pause_s=self._backoff_s)
        await asyncio.sleep(self._backoff_s)
        self._backoff_s = min(self._backoff_s * 2, LONGEST_BACKOFF_S)


async def follow(tails: list[StreamTail], *, from_now: bool) -> AsyncGenerator[Item, None]:
    """Yield the items of all streams as they come, after one Gap that says the reading has begun."""
    await asyncio.gather(*(tail.begin(from_now=from_now) for tail in tails))
    yield _gap("started")
    async with aclosing(_merged(tails)) as items:
        async for item in items:
            yield item


async def _merged(tails: list[StreamTail]) -> AsyncGenerator[Item, None]:
    """Keep one step under way per stream; a slow consumer holds the next steps back, so memory is bounded."""
    steps = {asyncio.create_task(tail.step()): tail for tail in tails}
    try:
        while True:
            done, _ = await asyncio.wait(steps, return_when=asyncio.FIRST_COMPLETED)
            for step in done:
                tail = steps.pop(step)
                for item in step.result():
                    yield item
                steps[asyncio.create_task(tail.step())] = tail
    finally:
        await end(steps)


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel reads until they have ended.

    Once is not enough before Python 3.12: `asyncio.wait_for`, which the driver sends with, may swallow a cancellation,
    and the read would then block for its full time.
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        ended, running = await asyncio.wait(running, timeout=RECANCEL_S)
        await asyncio.gather(*ended, return_exceptions=True)


def _gap(reason: str) -> Gap:
    TAIL_GAPS.inc()
    return Gap(reason)


def _decoded(fields: dict[bytes, bytes]) -> Event | None:
    """Decode, or pass over what is no event: the groups that read it dead-letter it."""
    try:
        return Event.from_json(fields[FIELD])
    except (KeyError, ValueError) as fault:
        log.warning("tail_passed_over_poison", fault=repr(fault))
        return None
