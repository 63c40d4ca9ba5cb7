"""Those who wait: told of news, of none that is old, and never kept beyond their time."""

import asyncio
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from maitred.api import waiting
from maitred.api.app import _kept_up
from maitred.api.waiting import Waiters, beyond, settled_beyond
from maitred.domain.booking import UNDECIDED_STATES, State
from maitred.store.positions import Position
from waiting import PATIENCE_S

PENDING, CONFIRMED = State.ASSIGNMENT_PENDING.value, State.CONFIRMED.value


def waiters() -> Waiters:
    """Return a registry that is only told, never looks."""
    return Waiters(cast(Any, None))


async def is_told(there: Waiters, booking_id: UUID, reached: waiting.Reached, news: list[Position]) -> bool:
    """Wait, pass the news on, and tell whether the wait ended by it."""
    task = asyncio.create_task(there.until(booking_id, reached, 30))
    await asyncio.sleep(0)
    for position in news:
        there.tell(position)
    for _ in range(20):  # some turns of the loop, whatever the clock says meanwhile
        await asyncio.sleep(0)
    told = task.done()
    task.cancel()
    return told


async def test_news_ends_the_wait() -> None:
    """A version beyond the known one is what a long poll waits for; the known one again is not."""
    booking = uuid4()
    assert await is_told(waiters(), booking, beyond(3), [Position(booking, 4, PENDING)])
    assert not await is_told(waiters(), booking, beyond(3), [Position(booking, 3, PENDING)])
    assert not await is_told(waiters(), booking, beyond(3), [Position(uuid4(), 4, PENDING)])


@pytest.mark.parametrize("state", State)
def test_settled_means_that_the_pipeline_has_answered(state: State) -> None:
    """Every state but the undecided ones is an answer, and only beyond the version that was seen."""
    reached = settled_beyond(3)
    assert reached(Position(uuid4(), 4, state.value)) is (state not in UNDECIDED_STATES)
    assert not reached(Position(uuid4(), 3, state.value))


async def test_an_event_may_overtake_the_request_that_waits_for_it() -> None:
    """What was told before the wait began still ends it."""
    there, booking = waiters(), uuid4()
    there.tell(Position(booking, 6, CONFIRMED))
    assert await is_told(there, booking, settled_beyond(3), [])


async def test_old_news_changes_nothing() -> None:
    """Events may come twice and late: a newer position is not forgotten for an older one."""
    there, booking = waiters(), uuid4()
    there.tell(Position(booking, 6, CONFIRMED))
    there.tell(Position(booking, 4, PENDING))
    assert await is_told(there, booking, beyond(5), [])
    assert not await is_told(there, booking, beyond(6), [Position(booking, 5, CONFIRMED)])


async def test_time_runs_out_quietly() -> None:
    """A wait that nothing ends is over when its time is, and leaves nothing behind."""
    there = waiters()
    await there.until(uuid4(), beyond(1), 0.01)
    assert there.waiting == 0


async def test_many_may_wait_for_the_same() -> None:
    """All of them are told, and all are counted while they wait."""
    there, booking = waiters(), uuid4()
    tasks = [asyncio.create_task(there.until(booking, beyond(1), 30)) for _ in range(50)]
    await asyncio.sleep(0)
    assert there.waiting == 50
    there.tell(Position(booking, 2, PENDING))
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*tasks)
    assert there.waiting == 0


async def test_closing_lets_everybody_go() -> None:
    """Who waits is let go, and who comes later does not wait."""
    there = waiters()
    task = asyncio.create_task(there.until(uuid4(), beyond(1), 30))
    await asyncio.sleep(0)
    there.close()
    async with asyncio.timeout(PATIENCE_S):
        await task
        await there.until(uuid4(), beyond(1), 30)


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest position is forgotten first."""
    monkeypatch.setattr(waiting, "REMEMBERED", 2)
    there, first, second, third = waiters(), uuid4(), uuid4(), uuid4()
    for booking in (first, second, third):
        there.tell(Position(booking, 2, CONFIRMED))
    assert not await is_told(there, first, beyond(1), [])
    assert await is_told(there, third, beyond(1), [])


async def test_background_work_that_fails_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault nobody foresaw must not end the looking for good."""
    monkeypatch.setattr("maitred.api.app.RESTART_S", 0)
    turns, third = 0, asyncio.Event()

    async def fail() -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            third.set()
        raise RuntimeError("nobody foresaw this")

    task = asyncio.create_task(_kept_up(fail))
    async with asyncio.timeout(PATIENCE_S):
        await third.wait()
    task.cancel()
