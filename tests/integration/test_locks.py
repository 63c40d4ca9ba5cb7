"""DistributedLockManager on real servers: each test runs on a single Valkey and on a cluster of three masters."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import date
from pathlib import Path
from time import monotonic

import pytest
from prometheus_client import REGISTRY

from engines import TcpProxy
from maitred.domain.errors import LockBusy, LockLost, RedisUnavailable
from maitred.embedded import EmbeddedValkey
from maitred.locks.keys import booking_key, day_key
from maitred.locks.manager import DistributedLockManager, Hold
from maitred.locks.redis_client import Client, connect
from maitred.locks.scripts import LockScripts

DAY = day_key("osteria", date(2026, 11, 28))
OTHER_DAY = day_key("osteria", date(2026, 11, 29))
BOOKING = booking_key("osteria", "0b8e")
LONG_MS = 10_000


@pytest.fixture(params=["redis_url", "valkey_cluster"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    client = connect(request.getfixturevalue(request.param))
    yield client
    await client.aclose()


@pytest.fixture
def manager(client: Client) -> DistributedLockManager:
    return DistributedLockManager(client)


@pytest.fixture
def brief(client: Client) -> DistributedLockManager:
    """A manager whose locks run out quickly."""
    return DistributedLockManager(client, ttl_ms=300, heartbeat_ms=50)


async def flush(client: Client) -> None:
    await _undisturbed(client.execute_command("FLUSHALL", **everywhere(client)))


async def steal(client: Client, key: str) -> None:
    """Put another's token in the lock's place."""
    await _undisturbed(client.set(key, "thief"))


async def _undisturbed(call: Awaitable[object]) -> None:
    # Before Python 3.12 `asyncio.wait_for`, which the driver sends with, may swallow the very cancellation that the
    # holder is to feel here.
    await asyncio.shield(asyncio.ensure_future(call))


def everywhere(client: Client) -> dict[str, str]:
    return {"target_nodes": "primaries"} if hasattr(client, "get_primaries") else {}


async def hold_while(lock: Hold, *happenings: Awaitable[object]) -> None:
    """Hold the lock, let things happen, and stay in the scope for ever."""
    async with lock:
        for happening in happenings:
            await happening
        await asyncio.Event().wait()


def count(name: str, kind: str = "day") -> float:
    return REGISTRY.get_sample_value(name, {"kind": kind}) or 0.0


# -- taking and giving back ----------------------------------------------------------------------------


async def test_a_lock_is_in_redis_while_held_and_gone_afterwards(
    manager: DistributedLockManager, client: Client
) -> None:
    """The token stands under the key for the length of the scope, with a time to live."""
    async with manager.hold([DAY]) as lock:
        assert await client.get(DAY) == lock.token.encode()
        assert 0 < await client.pttl(DAY) <= 30_000
    assert await client.get(DAY) is None


async def test_all_keys_are_taken_or_none(manager: DistributedLockManager, client: Client) -> None:
    """When one of the keys is another's, the rest stay free."""
    async with manager.hold([OTHER_DAY]):
        with pytest.raises(LockBusy):
            await manager.hold([DAY, BOOKING, OTHER_DAY]).__aenter__()
        assert await client.get(DAY) is None
        assert await client.get(BOOKING) is None


async def test_keys_of_two_restaurants_are_refused(manager: DistributedLockManager) -> None:
    """One call cannot lock on two servers, so it is refused before anything is asked."""
    with pytest.raises(ValueError, match="two restaurants"):
        manager.hold([DAY, day_key("bistro", date(2026, 11, 28))])


async def test_keys_in_opposite_orders_do_not_deadlock(manager: DistributedLockManager) -> None:
    """Twenty tasks that name two keys in either order all get their turn."""
    done = []

    async def take(keys: list[str]) -> None:
        async with manager.hold(keys, wait_ms=LONG_MS) as lock:
            assert lock.keys == (BOOKING, DAY)
            done.append(keys)

    await asyncio.gather(*(take([DAY, BOOKING] if n % 2 else [BOOKING, DAY]) for n in range(20)))
    assert len(done) == 20


async def test_the_lock_is_released_when_the_scope_fails(manager: DistributedLockManager, client: Client) -> None:
    """An error passes through unchanged and leaves no lock."""
    with pytest.raises(ZeroDivisionError):
        async with manager.hold([DAY]):
            _ = 1 / 0
    assert await client.get(DAY) is None


async def test_a_hundred_contenders_exclude_each_other(manager: DistributedLockManager) -> None:
    """Of a hundred tasks on one key never two are inside together, and all get in."""
    inside = highest = entered = 0

    async def contend() -> None:
        nonlocal inside, highest, entered
        async with manager.hold([DAY], wait_ms=LONG_MS):
            inside += 1
            highest = max(highest, inside)
            entered += 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(contend() for _ in range(100)))
    assert (highest, entered) == (1, 100)


async def test_two_managers_exclude_each_other(client: Client) -> None:
    """Processes share nothing but Redis: two managers with twenty tasks each never overlap."""
    inside = highest = 0

    async def contend(manager: DistributedLockManager) -> None:
        nonlocal inside, highest
        async with manager.hold([DAY], wait_ms=LONG_MS):
            inside += 1
            highest = max(highest, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    managers = [DistributedLockManager(client), DistributedLockManager(client)]
    await asyncio.gather(*(contend(manager) for manager in managers for _ in range(20)))
    assert highest == 1


# -- waiting -------------------------------------------------------------------------------------------


async def test_a_busy_lock_is_given_up_when_the_wait_is_over(manager: DistributedLockManager, client: Client) -> None:
    """LockBusy comes after the wait asked for, not at once, and names the keys."""
    async with DistributedLockManager(client).hold([DAY]):
        started = monotonic()
        with pytest.raises(LockBusy) as caught:
            await manager.hold([DAY], wait_ms=100).__aenter__()
    assert monotonic() - started >= 0.1
    assert caught.value.data == {"keys": [DAY], "waited_ms": 100}


async def test_who_waits_in_line_gives_up_in_time_too(manager: DistributedLockManager) -> None:
    """A task that never becomes first in its process's line still gets LockBusy when its wait is over."""
    async with manager.hold([DAY]):
        waiting = [asyncio.create_task(manager.hold([DAY], wait_ms=100).__aenter__()) for _ in range(5)]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [LockBusy] * 5


@pytest.mark.parametrize("same_process", [True, False])
async def test_a_release_is_seen_promptly(client: Client, manager: DistributedLockManager, same_process: bool) -> None:
    """The next holder gets in within some milliseconds of the release, in this process or another."""
    other = manager if same_process else DistributedLockManager(client)

    async def wait_and_enter() -> float:
        async with other.hold([DAY], wait_ms=LONG_MS):
            return monotonic()

    took_s = []
    for _ in range(10):
        async with manager.hold([DAY]):
            waiter = asyncio.create_task(wait_and_enter())
            await asyncio.wait([waiter], timeout=0.1)  # long enough for the polls to have reached their longest pause
        released = monotonic()
        took_s.append(await waiter - released)
    assert min(took_s) < 0.1  # 10 ms and some noise; a busy machine only ever adds to it


async def test_cancelling_whoever_is_taking_a_lock_leaves_none(manager: DistributedLockManager, client: Client) -> None:
    """Cancelled at any step of taking a free lock, the answer under way included, a task does not keep it."""
    for steps in range(1000):
        lock = manager.hold([DAY])
        taker = asyncio.create_task(lock.__aenter__())
        for _ in range(steps):
            await asyncio.sleep(0)
        taker.cancel()
        with suppress(asyncio.CancelledError):
            await taker
            await lock.__aexit__(None, None, None)
            break  # it was faster: every step has been tried
        assert await client.get(DAY) is None
    else:
        pytest.fail("the lock was never taken")


async def test_cancelling_a_waiter_does_not_block_the_line(manager: DistributedLockManager) -> None:
    """Whoever stands behind a cancelled waiter still gets the lock."""
    async with manager.hold([DAY]):
        first, second = (asyncio.create_task(enter_and_leave(manager)) for _ in range(2))
        await asyncio.wait([first, second], timeout=0.05)
        first.cancel()
    await second
    assert first.cancelled()


async def enter_and_leave(manager: DistributedLockManager) -> None:
    async with manager.hold([DAY], wait_ms=LONG_MS):
        pass


# -- the scripts ---------------------------------------------------------------------------------------


async def test_only_the_owner_extends_and_releases(client: Client) -> None:
    """A stranger's token changes nothing, and a lock that is partly lost is not extended at all."""
    scripts = LockScripts(client)
    both = (BOOKING, DAY)
    assert await scripts.acquire(both, "mine", 60_000)
    assert not await scripts.acquire((DAY,), "theirs", 60_000)
    assert not await scripts.extend(both, "theirs", 90_000)
    assert await scripts.release(both, "theirs") == 0
    assert await client.get(DAY) == b"mine"
    await client.delete(BOOKING)
    assert not await scripts.extend(both, "mine", 90_000)
    assert await client.pttl(DAY) <= 60_000
    assert await scripts.release(both, "mine") == 1


async def test_acquiring_again_with_the_same_token_is_safe(client: Client) -> None:
    """The driver may send a call twice; the second finds its own token and succeeds."""
    scripts = LockScripts(client)
    assert await scripts.acquire((DAY,), "mine", 60_000)
    assert await scripts.acquire((DAY,), "mine", 60_000)


async def test_a_lock_runs_out_by_itself(client: Client) -> None:
    """What a dead holder left is free again after its time to live."""
    scripts = LockScripts(client)
    assert await scripts.acquire((DAY,), "dead", 100)
    started = monotonic()
    async with DistributedLockManager(client).hold([DAY], wait_ms=LONG_MS):
        assert monotonic() - started > 0.05


async def test_scripts_survive_a_flush(manager: DistributedLockManager, client: Client) -> None:
    """A server that has forgotten the scripts is sent them again."""
    async with manager.hold([DAY]):
        await client.execute_command("SCRIPT FLUSH", **everywhere(client))
    assert await client.get(DAY) is None
    async with manager.hold([DAY]):
        pass


# -- keeping and losing --------------------------------------------------------------------------------


async def test_a_heartbeat_keeps_the_lock_beyond_its_time_to_live(client: Client) -> None:
    """A holder that lives keeps its lock for as long as it likes; on a machine that is busy for a second, too."""
    manager = DistributedLockManager(client, ttl_ms=1_500, heartbeat_ms=100)
    async with manager.hold([DAY]) as lock:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lock.lost.wait(), 3.2)  # more than twice the time to live
        lock.check()
        assert await client.get(DAY) == lock.token.encode()


async def test_a_stolen_lock_cancels_the_scope(brief: DistributedLockManager, client: Client) -> None:
    """When the token is another's, the scope ends where it waits, as LockLost, and the thief keeps the lock."""
    lock = brief.hold([DAY])
    with pytest.raises(LockLost) as caught:
        await hold_while(lock, steal(client, DAY))
    assert lock.lost.is_set()
    assert caught.value.data == {"keys": [DAY]}
    assert await client.get(DAY) == b"thief"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_flushed_server_is_a_lost_lock(brief: DistributedLockManager, client: Client) -> None:
    """FLUSHALL while a lock is held ends the scope; a new hold works at once."""
    with pytest.raises(LockLost):
        await hold_while(brief.hold([DAY]), flush(client))
    async with brief.hold([DAY]):
        pass


async def test_a_holder_that_did_not_wait_learns_of_the_loss_on_leaving(client: Client) -> None:
    """After the event loop stood still past the deadline, `check` and the end of the scope both raise LockLost."""
    manager = DistributedLockManager(client, ttl_ms=200, heartbeat_ms=100)
    with pytest.raises(LockLost):
        async with manager.hold([DAY]) as lock:
            block_until(lock.deadline)
    async with AsyncExitStack() as stack:
        lock = await stack.enter_async_context(manager.hold([DAY]))
        block_until(lock.deadline)
        with pytest.raises(LockLost):
            lock.check()
        stack.pop_all()


def block_until(instant: float) -> None:
    """Stand still as a stopped process does: no callback runs meanwhile."""
    while monotonic() < instant:
        pass


async def test_an_outer_cancellation_stays_one(manager: DistributedLockManager, client: Client) -> None:
    """A holder cancelled by others ends as cancelled, with the lock released."""
    entered = asyncio.Event()

    async def hold() -> None:
        async with manager.hold([DAY]):
            entered.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await entered.wait()
    holder.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holder
    assert await client.get(DAY) is None


async def test_an_outer_cancellation_wins_over_a_loss(brief: DistributedLockManager, client: Client) -> None:
    """When loss and outer cancellation come together, the task ends as cancelled."""

    lock = brief.hold([DAY])
    holder = asyncio.create_task(hold_while(lock, steal(client, DAY)))
    await lock.lost.wait()  # the loss has asked for the cancellation, and this one comes on top
    holder.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holder
    assert holder.cancelled()


async def test_a_time_out_around_a_hold_stays_a_time_out(manager: DistributedLockManager, client: Client) -> None:
    """asyncio.timeout outside the scope raises TimeoutError, and the lock is released."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), manager.hold([DAY]):
            await asyncio.Event().wait()
    assert await client.get(DAY) is None


async def test_a_cancellation_during_the_release_does_not_stop_it(
    manager: DistributedLockManager, client: Client
) -> None:
    """The lock is released to the end first, then the cancellation goes on."""
    for turns in range(6):
        lock = manager.hold([DAY])
        left = asyncio.Event()

        async def hold(lock: object = lock, left: asyncio.Event = left) -> None:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(lock)  # type: ignore[arg-type]
                stack.callback(left.set)

        holder = asyncio.create_task(hold())
        await left.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        holder.cancel()
        with suppress(asyncio.CancelledError):
            await holder
        assert await client.get(DAY) is None


async def test_of_two_nested_holds_only_the_lost_one_ends(client: Client) -> None:
    """The loss of an inner lock leaves the outer scope alive; the loss of the outer one ends both."""
    keeper = DistributedLockManager(client, ttl_ms=10_000, heartbeat_ms=50)  # stolen, not run out on a busy machine
    async with keeper.hold([DAY]):
        with pytest.raises(LockLost):
            await hold_while(keeper.hold([BOOKING]), steal(client, BOOKING))
        await asyncio.sleep(0)
    inner = hold_while(keeper.hold([OTHER_DAY]), steal(client, DAY))
    with pytest.raises(LockLost) as caught:
        await hold_while(keeper.hold([DAY]), inner)
    assert caught.value.data == {"keys": [DAY]}


async def test_metrics_count_waits_holds_contention_and_losses(client: Client) -> None:
    """One loss and one time-out move exactly the counters they should."""
    keeper = DistributedLockManager(client, ttl_ms=10_000, heartbeat_ms=50)  # stolen, not run out on a busy machine

    async def find_it_busy(client: Client) -> None:
        with pytest.raises(LockBusy):
            await DistributedLockManager(client).hold([DAY], wait_ms=10).__aenter__()

    names = [f"maitred_lock_{name}" for name in ("wait_seconds_count", "hold_seconds_count")]
    names += [f"maitred_lock_{name}_total" for name in ("contended", "busy", "lost")]
    before = [count(name) for name in names]
    with pytest.raises(LockLost):
        await hold_while(keeper.hold([DAY]), find_it_busy(client), steal(client, DAY))
    assert [count(name) - old for name, old in zip(names, before, strict=True)] == [2, 1, 1, 1, 1]


# -- a server that goes away ---------------------------------------------------------------------------


async def test_a_killed_server_is_a_lost_lock(engine_dir: Path) -> None:
    """When the server is killed the scope ends before the time to live does, and a new hold fails fast."""
    with EmbeddedValkey(engine_dir) as server:
        await lose_the_server(server.url, server.kill)


async def test_a_silent_server_is_a_lost_lock(redis_url: str, tcp_proxy: Callable[[str], Awaitable[TcpProxy]]) -> None:
    """When the server just does not answer, the same: no call to it holds up the loss."""
    proxy = await tcp_proxy(redis_url)
    await lose_the_server(proxy.via(redis_url), proxy.silence)


async def struck(strike: Callable[[], None]) -> None:
    strike()


async def lose_the_server(url: str, strike: Callable[[], None]) -> None:
    client = connect(url)
    manager = DistributedLockManager(client, ttl_ms=1000)
    lock = manager.hold([DAY])
    holder = asyncio.create_task(hold_while(lock, struck(strike)))
    await lock.lost.wait()
    assert monotonic() >= lock.deadline  # the last tenth of the time to live is for unwinding
    with pytest.raises(LockLost):
        await holder
    with pytest.raises(RedisUnavailable):
        await manager.hold([DAY]).__aenter__()
    await client.aclose()


async def test_a_stopped_holder_is_lost_and_its_lock_goes_on(redis_url: str, tmp_path: Path) -> None:
    """A process stopped past the time to live finds its lock lost at its next wait; another has it by then."""
    script = tmp_path / "holder.py"
    script.write_text(HOLDER)
    holder = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        redis_url,
        DAY,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    holder.send_signal(signal.SIGSTOP)
    client = connect(redis_url)
    async with DistributedLockManager(client).hold([DAY], wait_ms=LONG_MS) as lock:
        holder.send_signal(signal.SIGCONT)
        said, _ = await holder.communicate()
        assert said.splitlines()[-1] == b"LockLost"
        assert await client.get(DAY) == lock.token.encode()
    await client.aclose()


HOLDER = """
import asyncio, sys
from maitred.domain.errors import LockLost
from maitred.locks.manager import DistributedLockManager, Hold
from maitred.locks.redis_client import connect

async def main(url, key):
    client = connect(url)
    try:
        async with DistributedLockManager(client, ttl_ms=500).hold([key]):
            print("held", flush=True)
            await asyncio.Event().wait()
    except LockLost as lost:
        print(type(lost).__name__, flush=True)
    await client.aclose()

asyncio.run(main(*sys.argv[1:]))
"""
