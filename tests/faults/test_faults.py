"""A night is played over HTTP while parts of the system are killed, flushed, stopped and restarted.

After each, every booking has its outcome, the judge finds no fault, every refusal is true and no history has a gap.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import asyncpg
import pytest
import redis.asyncio
from limits import LOCK_TTL_MS

import judge
from maitred.client.replay import ReplayOptions, replay
from maitred.client.report import ReplayReport
from refusals import left_by_moves, untrue_refusals
from running import RunningMaitred

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"
REQUESTS = 300
IN_FLIGHT = 20
WITHIN_S = 60.0
OUTCOMES = {"confirmed", "manual_review", "failed"}
UNFINISHED = """
SELECT count(*) FROM maitred.bookings WHERE state IN
    ('created', 'capacity_verified', 'assignment_pending', 'assignment_in_progress', 'assigned')
"""
GAPS = """
SELECT b.id FROM maitred.bookings b JOIN maitred.booking_history h ON h.booking_id = b.id
GROUP BY b.id HAVING count(*) <> b.version OR max(h.version) <> b.version
"""

Fault = Callable[[RunningMaitred], Awaitable[None]]


class Progress:
    """Counts what is settled, and lets a test wait for a number of it."""

    def __init__(self) -> None:
        self.count = 0
        self._moved = asyncio.Event()

    def begins(self, total: int) -> None:
        """Nothing to note."""

    def settled(self, booking: str, state: str) -> None:
        """Note one more."""
        self.count += 1
        self._moved.set()

    async def reach(self, number: int) -> None:
        """Return when that many are settled."""
        async with asyncio.timeout(WITHIN_S):
            while self.count < number:
                self._moved.clear()
                await self._moved.wait()


def _night(seed: int) -> dict[str, Any]:
    """Make a long stream of requests onto the forty tables of a real layout."""
    dice = Random(seed)
    venue = json.loads((SCENARIOS / "prince-of-wales-100.json").read_text())["venue"]
    events = []
    for number in range(REQUESTS):
        hour, quarter = divmod(12 * 4 + dice.randrange(36), 4)
        start = f"2026-11-24T{hour:02d}:{quarter * 15:02d}:00+00:00"
        booking = {"id": f"R{number:03d}", "party_size": dice.choice([2, 2, 3, 4, 4, 5, 6, 8]), "start": start}
        events.append({"at": "2026-11-23T09:00:00+00:00", "type": "request", "booking": booking | {"source": "web"}})
    return {"format": "maitred.scenario/1", "name": f"fault-{seed}", "venue": venue, "events": events}


@asynccontextmanager
async def _playing(
    running: RunningMaitred, folder: Path, name: str, seed: int
) -> AsyncIterator[tuple[dict[str, Any], "asyncio.Task[ReplayReport]", Progress]]:
    scenario, progress = _night(seed), Progress()
    path = folder / "night.json"
    path.write_text(json.dumps(scenario))
    options = ReplayOptions(path, running.url, running.api_key, concurrency=IN_FLIGHT, slug=f"hurt-{name}")
    task = asyncio.create_task(replay(options, progress))
    try:
        yield scenario, task, progress
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _kill(name: str) -> Fault:
    async def strike(running: RunningMaitred) -> None:
        os.kill(running.facts["pids"][name], signal.SIGKILL)

    return strike


async def _flush(running: RunningMaitred) -> None:
    async with redis.asyncio.Redis.from_url(running.facts["engines"]["valkey"]["url"]) as client:
        await client.flushall()


FAULTS: dict[str, Fault] = {
    "worker-killed": _kill("worker-1"),
    "redis-flushed": _flush,
    "redis-killed": _kill("valkey"),
    "postgres-killed": _kill("postgres"),
    "api-killed": _kill("api-1"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_night_survives(hurt_maitred: RunningMaitred, tmp_path: Path, name: str) -> None:
    """The part is hit twice, early and late; every booking reaches its outcome and no guarantee is broken."""
    seed = 1 + list(FAULTS).index(name)
    async with _playing(hurt_maitred, tmp_path, name, seed) as (scenario, task, progress):
        for share in (0.2, 0.6):
            await progress.reach(int(REQUESTS * share))
            await _all_alive(hurt_maitred)
            await FAULTS[name](hurt_maitred)
        report = await asyncio.wait_for(task, WITHIN_S)
    await _check(hurt_maitred, scenario, report)


async def test_a_lock_holder_that_sleeps_past_its_time_cannot_write(
    hurt_maitred: RunningMaitred, tmp_path: Path
) -> None:
    """A worker is stopped while it holds the day, another takes over, and the sleeper wakes up into a later world."""
    await _all_alive(hurt_maitred)
    async with _playing(hurt_maitred, tmp_path, "sleeper", 77) as (scenario, task, progress):
        await progress.reach(REQUESTS // 10)
        sleeper, token = await _stop_holder(hurt_maitred, task)
        try:
            stopped_at = progress.count
            await _until(lambda: _other_owner(hurt_maitred, token))
            await progress.reach(min(stopped_at + 1, REQUESTS))
        finally:
            os.kill(sleeper, signal.SIGCONT)
        report = await asyncio.wait_for(task, WITHIN_S)
    await _check(hurt_maitred, scenario, report)


async def _stop_holder(running: RunningMaitred, night: "asyncio.Task[ReplayReport]") -> tuple[int, bytes]:
    """Stop a worker at a moment when it holds the day's lock; returns its process id and the lock's token."""
    async with redis.asyncio.Redis.from_url(running.facts["engines"]["valkey"]["url"]) as client:
        while not night.done():
            for name in ("worker-1", "worker-2"):
                pid = running.facts["pids"][name]
                if await _day_token(client) is None:
                    continue
                os.kill(pid, signal.SIGSTOP)
                token = await _day_token(client)
                if token is not None and await _stays(client, token):
                    return pid, token
                os.kill(pid, signal.SIGCONT)
    raise AssertionError("the night was over before a holder was caught")


async def _stays(client: "redis.asyncio.Redis", token: bytes) -> bool:
    """Tell whether the lock is still the same after longer than any turn takes, and nobody extends it."""
    before = monotonic()
    while monotonic() - before < LOCK_TTL_MS / 1000 * 0.4:
        if await _day_token(client) != token:
            return False
    return True


async def _day_token(client: "redis.asyncio.Redis") -> bytes | None:
    keys = [key async for key in client.scan_iter("maitred:{hurt-sleeper}:lock:day:*", count=1000)]
    return await client.get(keys[0]) if keys else None


async def _other_owner(running: RunningMaitred, token: bytes) -> bool:
    async with redis.asyncio.Redis.from_url(running.facts["engines"]["valkey"]["url"]) as client:
        return await _day_token(client) not in (None, token)


async def _all_alive(running: RunningMaitred) -> None:
    """Wait until the supervisor has everything up again."""

    async def up() -> bool:
        return len(running.facts["pids"]) == 5 and await asyncio.to_thread(running.is_ready)

    await _until(up)


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await condition():
            await asyncio.sleep(0.02)


async def _check(running: RunningMaitred, scenario: dict[str, Any], report: ReplayReport) -> None:
    assert report.ok, report.troubles
    assert set(report.states) <= OUTCOMES
    assert sum(report.states.values()) == REQUESTS
    assert all(outcome.reason for outcome in report.outcomes if outcome.state != "confirmed")
    result = report.seating()
    assert judge.check(scenario, result["seating"])[1] == []
    left = await left_by_moves(running, report.slug)
    assert untrue_refusals(scenario, result["seating"], list(result["declined"]), left) == []
    await _all_alive(running)
    connection = await asyncpg.connect(running.facts["engines"]["postgres"]["url"])
    try:
        assert await connection.fetchval(UNFINISHED) == 0
        assert await connection.fetch(GAPS) == []
    finally:
        await connection.close()
