"""Locks in Redis: all or none, bounded wait, kept alive while held, and a holder that is told when they are lost.

A lock saves work; it does not keep the truth. The process may be stopped for longer than the time to live and wake up
in mid-write, so every write also carries the fence that Postgres issued for this restaurant and day (store/). What
the lock does promise: the holder's scope is cancelled before Redis can give the lock to somebody else, as far as the
holder's own clock and event loop run.
"""

import asyncio
import secrets
from collections.abc import Coroutine, Iterable
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import structlog

from maitred.domain.errors import LockBusy, LockLost, RedisUnavailable
from maitred.locks.keys import kind_of, lock_set
from maitred.locks.metrics import meters
from maitred.locks.redis_client import Client
from maitred.locks.scripts import LockScripts
from maitred.locks.waiting import Line, WaitingRoom, pauses

TTL_MS: Final = 30_000
HEARTBEATS_PER_TTL: Final = 3
RETRIES_PER_HEARTBEAT: Final = 5  # an extension that failed is tried again after a fifth of the interval
SAFETY: Final = 0.1  # the share of the TTL left for the holder to unwind and for clocks that differ

log = structlog.get_logger(__name__)
T = TypeVar("T")


class DistributedLockManager:
    """Takes locks for this process; one for each client.

    `ttl_ms` is how long a lock outlives a dead holder, `heartbeat_ms` how often a live one extends it.
    """

    def __init__(self, client: Client, *, ttl_ms: int = TTL_MS, heartbeat_ms: int | None = None) -> None:
        self.ttl_ms = ttl_ms
        self.heartbeat_ms = heartbeat_ms or ttl_ms // HEARTBEATS_PER_TTL
        assert 0 < self.heartbeat_ms < ttl_ms * (1 - SAFETY), "a heartbeat must come before the lock runs out"
        self.scripts = LockScripts(client)
        self.room = WaitingRoom()

    def hold(self, keys: Iterable[str], *, wait_ms: int = 0) -> "Hold":
        """Hold all `keys` (of one restaurant) for the length of an `async with`, or none of them.

        Raises, on entering: LockBusy when `wait_ms` passes first, RedisUnavailable, ValueError for keys of two
        restaurants. On leaving: LockLost when the lock was lost; the scope has then been cancelled where it was.
        """
        return Hold(self, lock_set(keys), wait_ms / 1000)


class Hold:
    """One hold of one set of locks; entered once, by one task.

    `deadline` is the instant of `time.monotonic()` until which the lock is surely ours, moved on by each extension;
    `lost` is set when it is not ours any more; `token` is our name in Redis.
    """

    def __init__(self, manager: DistributedLockManager, keys: tuple[str, ...], wait_s: float) -> None:
        self.keys = keys
        self.token = secrets.token_hex(16)
        self.lost = asyncio.Event()
        self.deadline = 0.0
        self._manager = manager
        self._wait_s = wait_s
        self._meters = meters(kind_of(keys))
        self._contended = False
        self._cancelled_by_us = False
        self._leaving = False

    async def __aenter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None
        started = monotonic()
        try:
            self._renewed(await self._wait_in_line(started + self._wait_s))
        finally:
            self._meters.wait.observe(monotonic() - started)
        # No await from here on: nothing can come between taking the lock and entering the scope.
        self._task, self._cancelling = task, task.cancelling()
        self._entered = monotonic()
        self._watch_until_deadline()
        self._heartbeat = asyncio.create_task(self._keep_alive())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_watching()
        try:
            await _to_the_end(self._give_back())
        finally:
            self._meters.hold.observe(monotonic() - self._entered)
            # As asyncio.timeout does it: take back our own cancellation, and see whether somebody else's remains.
            others = self._cancelled_by_us and self._task.uncancel() > self._cancelling
        if self.lost.is_set() and not others and kind in (None, asyncio.CancelledError):
            raise self._lock_lost() from error

    def check(self) -> None:
        """Raise LockLost unless the lock is surely ours now; for the moment just before a write."""
        if monotonic() >= self.deadline:
            self._mark_lost("expired")
        if self.lost.is_set():
            raise self._lock_lost()

    # -- taking ----------------------------------------------------------------------------------------

    async def _wait_in_line(self, give_up: float) -> float:
        """Return when the call was sent that took the lock."""
        room = self._manager.room
        if room.has_line(self.keys):
            self._note_contention()
        try:
            async with room.first_in_line(self.keys, self._wait_s) as line:
                await line.let_others_pass()
                return await self._poll(line, give_up)
        except TimeoutError:
            raise self._lock_busy() from None

    async def _poll(self, line: Line, give_up: float) -> float:
        for pause_s in pauses():
            line.released.clear()  # before asking: a release that comes after the answer must not go unseen
            sent = monotonic()
            if await self._ask():
                return sent
            self._note_contention()
            left_s = give_up - monotonic()
            if left_s <= 0:
                break
            await line.pause(min(pause_s, left_s))
        raise self._lock_busy()

    async def _ask(self) -> bool:
        """Ask once. Whoever gives up on the answer gives the lock back, since it may be ours all the same."""
        scripts, ttl_ms = self._manager.scripts, self._manager.ttl_ms
        try:
            return await _to_the_end(scripts.acquire(self.keys, self.token, ttl_ms))
        except (asyncio.CancelledError, RedisUnavailable):
            await _to_the_end(self._release())
            raise

    def _note_contention(self) -> None:
        if not self._contended:
            self._contended = True
            self._meters.contended.inc()

    # -- keeping ---------------------------------------------------------------------------------------

    def _renewed(self, sent: float) -> None:
        """Count the time to live from before the call was sent: Redis counts from later, so we end first."""
        self.deadline = sent + self._manager.ttl_ms / 1000 * (1 - SAFETY)

    async def _keep_alive(self) -> None:
        heartbeat_s = self._manager.heartbeat_ms / 1000
        pause_s = heartbeat_s
        while not (self._leaving or self.lost.is_set()):  # cancelling alone may not end it: see _stop_watching
            await asyncio.sleep(pause_s)
            sent = monotonic()
            try:
                ours = await self._manager.scripts.extend(self.keys, self.token, self._manager.ttl_ms)
            except RedisUnavailable as fault:
                log.warning("lock_not_extended", keys=self.keys, fault=str(fault))
                pause_s = heartbeat_s / RETRIES_PER_HEARTBEAT
                continue
            if not ours:
                self._lose("taken")
                return
            self._renewed(sent)
            pause_s = heartbeat_s

    def _watch_until_deadline(self) -> None:
        """Look again at the deadline, from a callback: only a task that waits can be cancelled where it is."""
        left_s = max(0.0, self.deadline - monotonic())
        self._timer = asyncio.get_running_loop().call_later(left_s, self._watch)

    def _watch(self) -> None:
        """Lose the lock when the deadline has passed without an extension."""
        if monotonic() >= self.deadline:
            self._lose("expired")
        else:
            self._watch_until_deadline()

    def _lose(self, why: str) -> None:
        """Tell the holder by cancelling it; called while it waits somewhere in its scope."""
        if not self.lost.is_set():
            self._mark_lost(why)
            self._cancelled_by_us = True
            self._task.cancel()

    def _mark_lost(self, why: str) -> None:
        if not self.lost.is_set():
            self.lost.set()
            self._meters.lost.inc()
            log.warning("lock_lost", keys=self.keys, why=why)

    # -- giving back -----------------------------------------------------------------------------------

    def _stop_watching(self) -> None:
        """End the watch before the first await of leaving, so that it cannot cancel the release.

        Before Python 3.12 `asyncio.wait_for`, which the driver sends with, may swallow a cancellation.
        """
        self._leaving = True
        if monotonic() >= self.deadline:
            self._mark_lost("expired")
        self._timer.cancel()
        self._heartbeat.cancel()

    async def _give_back(self) -> None:
        (end,) = await asyncio.gather(self._heartbeat, return_exceptions=True)
        if isinstance(end, Exception):
            log.error("lock_heartbeat_died", keys=self.keys, fault=repr(end))
        await self._release()
        self._manager.room.released(self.keys)

    async def _release(self) -> None:
        """Delete what is ours; if Redis is gone, the time to live does it."""
        try:
            await self._manager.scripts.release(self.keys, self.token)
        except RedisUnavailable as fault:
            log.warning("lock_not_released", keys=self.keys, fault=str(fault))

    def _lock_busy(self) -> LockBusy:
        self._meters.busy.inc()
        waited_ms = round(self._wait_s * 1000)
        return LockBusy("Another owner holds the lock.", keys=list(self.keys), waited_ms=waited_ms)

    def _lock_lost(self) -> LockLost:
        return LockLost("The lock was lost while it was held.", keys=list(self.keys))


async def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Finish `work` even when the caller is cancelled meanwhile; its cancellation is raised afterwards.

    The wait is bounded because each call to Redis is.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as cancellation:
            cancelled = cancellation
    if cancelled is not None:
        # The result of a finished task must be looked at, or asyncio reports it as forgotten.
        log.debug("cancelled_meanwhile", failed=not task.cancelled() and task.exception() is not None)
        raise cancelled
    return task.result()
