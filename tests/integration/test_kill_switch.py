"""The kill switch under load, with a worker in a process of its own; and off and on answer alike."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import redis
from house import Inn, evening, faults, inn_of, open_inn, until, venue

from maitred.bus.port import Delivery
from maitred.domain.booking import UNDECIDED_STATES
from maitred.flags.port import Mode
from maitred.flags.static import StaticFlags
from maitred.flags.watch import POLL_S
from maitred.usecases.decide import decide_day
from maitred.usecases.flags import Change, set_killed, set_mode
from maitred.usecases.weigh import weigh
from maitred.workers.coordinator import AssignmentCoordinator
from maitred.workers.relay import Relay

WORKER = "w-real"
PARTIES = (2, 4, 6, 3, 2, 8, 1, 5)


@contextmanager
def worker_process(database_url: str, redis_url: str) -> Iterator[None]:
    """A real worker: `maitred work` as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAITRED_")}
    settings = {"MAITRED_DATABASE_URL": database_url, "MAITRED_REDIS_URL": redis_url}
    command = [sys.executable, "-m", "maitred", "work", "--name", WORKER]
    process = subprocess.Popen(command, env=kept | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Load:
    """Guests who keep asking, on thirty evenings."""

    inn: Inn
    booked: list[UUID] = field(default_factory=list)
    stop: bool = False

    async def run(self) -> None:
        """Ask until told to stop, four at a time."""
        numbers = count()
        await asyncio.gather(*(self._guest(numbers) for _ in range(4)))

    async def _guest(self, numbers: "count[int]") -> None:
        while not self.stop:
            number = next(numbers)
            at = evening(f"{12 + number % 9}:00", days=7 + number % 30)
            self.booked.append(await self.inn.book(PARTIES[number % len(PARTIES)], at))
            await asyncio.sleep(0.15)


async def decided(inn: Inn, worker: str, after: datetime) -> int:
    """How many rounds a worker has decided since."""
    found = await inn.desk.database.fetchval(
        "SELECT count(*) FROM maitred.attempts WHERE worker = $1 AND decided_at > $2", worker, after
    )
    return int(found)


def last_read(redis_url: str, subscriber: str = "coordinator") -> list[object]:
    """How far the coordinators, or another subscriber, have read each stream."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        streams = list(client.scan_iter(_type="stream"))
        groups = [group for key in streams for group in client.xinfo_groups(key)]
    return sorted(group["last-delivered-id"] for group in groups if group["name"] == subscriber)


async def test_kill_switch_under_load(migrated_database: str, redis_url: str) -> None:
    """Soon after the kill nothing is consumed, guests are answered all the same; resumed, the worker decides.

    No booking is lost: each has its outcome, and the book is sound.
    """
    operator = Change("ops", "drill")
    async with open_inn(migrated_database, redis_url) as inn:
        with worker_process(migrated_database, redis_url):
            began, load = datetime.now(UTC), Load(inn, [await inn.book()])
            await until(lambda: _some(inn, WORKER, began))
            began = datetime.now(UTC)
            running = asyncio.create_task(load.run())
            await until(lambda: _some(inn, WORKER, began))

            assert POLL_S < 2  # the promise: who is not told looks that often
            await set_killed(inn.desk.database, True, operator)
            await until(lambda: _rests(inn, load, redis_url))

            await set_killed(inn.desk.database, False, operator)
            resumed = datetime.now(UTC)
            await until(lambda: _some(inn, WORKER, resumed))
            load.stop = True
            await running
            views = await inn.until_decided(*load.booked)
        assert not {str(view.booking.state) for view in views} & set(UNDECIDED_STATES)
        assert len(set(load.booked)) == len(load.booked) > 20
    assert await faults(migrated_database) == []


async def _rests(inn: Inn, load: Load, redis_url: str) -> bool:
    """Say whether ten guests were answered, and others read on, while the worker decided and read nothing."""
    since, read, fed, answered = datetime.now(UTC), last_read(redis_url), last_read(redis_url, "feed"), len(load.booked)
    await until(lambda: _some(inn, "request", since))
    await until(lambda: _more(load, answered + 10))
    await until(lambda: _read_on(redis_url, fed))
    assert read
    return await decided(inn, WORKER, since) == 0 and last_read(redis_url) == read


async def _some(inn: Inn, worker: str, after: datetime) -> bool:
    return await decided(inn, worker, after) > 0


async def _read_on(redis_url: str, before: list[object]) -> bool:
    """Others hear of what happens meanwhile, so there is something to read."""
    return last_read(redis_url, "feed") > before


async def _more(load: Load, number: int) -> bool:
    return len(load.booked) >= number


async def test_what_was_pending_when_it_was_killed_is_drained(migrated_database: str, redis_url: str) -> None:
    """A booking that the pipeline had accepted and not decided gets its outcome, signed as drained."""
    async with open_inn(migrated_database, redis_url) as inn:
        accepted = await inn.accept()
        assert accepted.answer["state"] == "assignment_pending"
        await set_killed(inn.desk.database, True, Change("ops", "drill"))
        await until(lambda: _killed(inn))
        async with inn.working("w1"):
            await inn.until_state(accepted.booking_id, "confirmed")
        assert [one.worker for one in await inn.rounds(accepted.booking_id)] == ["w1:drain"]


async def _killed(inn: Inn) -> bool:
    return inn.desk.flags.killed


async def test_a_long_turn_ends_with_its_batch(migrated_database: str, redis_url: str) -> None:
    """A turn that is running when the switch falls finishes what it has begun and takes up nothing more."""
    async with open_inn(migrated_database, redis_url, batch_size=2) as inn:
        asked = [await inn.book() for _ in range(5)]
        answers = iter([True, False])
        report = await decide_day(inn.desk, inn.place, evening().date(), worker="w1", go_on=lambda: next(answers))
        assert report.decided == 2
        states = [await inn.state(one) for one in asked]
        assert states[2:] == ["assignment_pending"] * 3


async def test_a_coordinators_turn_hears_of_the_switch(
    migrated_database: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It falls while the first batch is decided: that one is committed, and the turn begins no other."""
    async with open_inn(migrated_database, redis_url, batch_size=2) as inn:
        asked, modes = [await inn.book() for _ in range(5)], [Mode.ON]

        def falls(*given: Any) -> Any:
            modes[:] = [Mode.OFF]
            return weigh(*given)

        monkeypatch.setattr("maitred.usecases.decide.weigh", falls)
        desk = replace(inn.desk, flags=Switch(Mode.ON, modes=modes))
        coordinator = AssignmentCoordinator(desk, inn.house.bus, inn.house.breakers, name="w1", days_at_once=1)
        coordinator.ask((inn.place.slug, evening().date()))
        await coordinator.drain()
        states = [await inn.state(one) for one in asked]
        assert (states[0], states[2:]) == ("confirmed", ["assignment_pending"] * 3)
        assert {one.worker for booking in asked for one in await inn.rounds(booking)} == {"w1"}


@dataclass(frozen=True, slots=True)
class Switch(StaticFlags):
    """A flag that is turned by hand."""

    modes: list[Mode] = field(default_factory=list)

    def mode(self, restaurant: str) -> Mode:
        """Return the mode it is turned to."""
        return self.modes[0]


async def test_what_a_dead_worker_left_waits_for_the_day_it_is_resumed(
    migrated_database: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is killed nothing of the coordinator's is taken over from consumers that are gone, either."""
    monkeypatch.setattr("maitred.workers.consumer.RECLAIM_AFTER_MS", 1)
    async with open_inn(migrated_database, redis_url) as inn:
        bus, killed = inn.house.bus, replace(inn.desk, flags=StaticFlags(Mode.OFF, killed=True))
        booking_id = await inn.book()
        await Relay(inn.desk.database, bus, inn.desk.flags, 10).step()
        left = {one.event.id for one in await bus.read("coordinator", "dead", count=9) if isinstance(one, Delivery)}
        assert left
        async with replace(inn, desk=killed).working("w1"):
            await inn.until_state(booking_id, "confirmed")
            await until(lambda: _fed(inn, left))
        again = await bus.resume("coordinator", "dead", count=9)
        assert {one.event.id for one in again if isinstance(one, Delivery)} == left


async def _fed(inn: Inn, events: set[UUID]) -> bool:
    found = await inn.desk.database.fetch("SELECT event_id FROM maitred.inbox WHERE subscriber = 'feed'")
    return events <= {row["event_id"] for row in found}


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn under the settings of a deployment."""
    async with open_inn(migrated_database, redis_url) as found:
        yield found


async def test_off_and_on_answer_alike(inn: Inn) -> None:
    """The same requests, at the same times, one after the other: same outcomes, tables and reasons, whoever decides."""
    night = inn.at(lambda: NOON)
    found = {}
    for mode in (Mode.ON, Mode.OFF, Mode.SHADOW):
        twin = await inn_of(night.house, venue(), night.url)
        twin = twin.at(lambda: NOON)
        await set_mode(inn.desk.database, twin.place.slug, mode, Change("ann", "comparing"))
        await until(lambda twin=twin, mode=mode: _in(twin, mode))
        found[mode] = [await answered(twin, number, mode) for number in range(24)]
    assert found[Mode.OFF] == found[Mode.ON] == found[Mode.SHADOW]
    assert {state for state, _, _ in found[Mode.ON]} == {"confirmed", "failed"}


NOON = evening("12:00", days=6)


async def _in(inn: Inn, mode: Mode) -> bool:
    return inn.desk.flags.mode(inn.place.slug) is mode


async def answered(inn: Inn, number: int, mode: Mode) -> tuple[str, tuple[str, ...], str | None]:
    """Ask and return the final answer: of the request itself, or once the pipeline has decided."""
    at = evening("18:00") + timedelta(minutes=30 * (number % 4))
    accepted = await inn.accept(PARTIES[number % len(PARTIES)], at)
    if mode is Mode.ON:
        assert accepted.answer["state"] == "assignment_pending"
        await inn.decide(at)
        view = await inn.view(accepted.booking_id)
        return str(view.booking.state), view.tables, view.booking.reason_code
    answer = accepted.answer
    return answer["state"], tuple(answer["tables"]), answer["reason"]
