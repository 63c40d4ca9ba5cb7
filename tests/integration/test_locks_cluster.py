"""What only a cluster can show: locks spread over its masters, and one master's loss is no other's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date

import pytest
from redis.asyncio.cluster import RedisCluster

from maitred.locks.keys import booking_key, day_key, lock_set
from maitred.locks.manager import DistributedLockManager, Hold
from maitred.locks.redis_client import connect

DAY = date(2026, 11, 28)
RESTAURANTS = [f"venue-{n}" for n in range(30)]


@pytest.fixture
async def client(valkey_cluster: str) -> AsyncIterator[RedisCluster]:
    client = connect(valkey_cluster)
    assert isinstance(client, RedisCluster)
    await client.initialize()
    yield client
    await client.aclose()


def master_of(client: RedisCluster, key: str) -> str:
    node = client.get_node_from_key(key)
    assert node is not None
    return str(node.name)


async def test_restaurants_spread_over_the_masters(client: RedisCluster) -> None:
    """Thirty restaurants use all three masters, and each one's keys live together on one."""
    homes = {slug: master_of(client, day_key(slug, DAY)) for slug in RESTAURANTS}
    assert len(set(homes.values())) == 3
    assert all(master_of(client, booking_key(slug, "b1")) == home for slug, home in homes.items())


async def test_every_restaurant_can_be_locked_at_once(valkey_cluster: str) -> None:
    """A burst of first calls, before the client knows the topology, goes to the right masters at once."""
    fresh = connect(valkey_cluster)
    assert isinstance(fresh, RedisCluster)
    await lock_everything(fresh)
    assert fresh.reinitialize_counter == 0  # nothing was redirected
    await fresh.aclose()


async def test_a_stale_map_of_the_cluster_costs_redirections_only(client: RedisCluster) -> None:
    """When every slot has moved since the client looked, calls that run together follow without a failure."""
    primaries = client.get_primaries()
    slots = client.nodes_manager.slots_cache
    for slot, (node, *_) in list(slots.items()):
        slots[slot] = [primaries[(primaries.index(node) + 1) % len(primaries)]]
    await lock_everything(client)
    assert client.reinitialize_counter >= len(RESTAURANTS) / 2


async def lock_everything(client: RedisCluster) -> None:
    """Hold day and booking of every restaurant, three times each, all together."""
    manager = DistributedLockManager(client)

    async def hold(slug: str) -> None:
        async with manager.hold([day_key(slug, DAY), booking_key(slug, "b1")], wait_ms=5_000) as lock:
            assert await client.get(day_key(slug, DAY)) == lock.token.encode()

    await asyncio.gather(*(hold(slug) for slug in RESTAURANTS for _ in range(3)))


async def test_flushing_one_master_loses_only_its_locks(client: RedisCluster) -> None:
    """Holders on the other masters keep their locks."""
    manager = DistributedLockManager(client, ttl_ms=300, heartbeat_ms=50)
    async with AsyncExitStack() as stack:
        homes: dict[str, list[Hold]] = {}
        for slug in RESTAURANTS:
            # Each hold in a task of its own: a lost one cancels the task that entered it.
            hold = manager.hold([day_key(slug, DAY)])
            homes.setdefault(master_of(client, day_key(slug, DAY)), []).append(hold)
            await stack.enter_async_context(kept_by_a_task(hold))
        struck, *spared = homes
        await client.execute_command("FLUSHALL", target_nodes=client.get_node(node_name=struck))
        await asyncio.gather(*(hold.lost.wait() for hold in homes[struck]))
        for hold in (hold for home in spared for hold in homes[home]):
            hold.check()


@asynccontextmanager
async def kept_by_a_task(hold: Hold) -> AsyncIterator[None]:
    entered = asyncio.Event()

    async def stay() -> None:
        async with hold:
            entered.set()
            await asyncio.Event().wait()

    keeper = asyncio.create_task(stay())
    await entered.wait()
    yield
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)


def test_names_that_are_no_locks_are_refused() -> None:
    """No key at all, a foreign name, a missing hash tag: each is a programmer's mistake, named at once."""
    for keys in ([], ["maitred:osteria:lock:day:2026-11-28"], ["somebody:{else}:x"]):
        with pytest.raises(ValueError, match="lock keys"):
            lock_set(keys)


def test_other_address_schemes_are_refused() -> None:
    """An address that is no Redis is refused with the schemes that are."""
    with pytest.raises(ValueError, match="redis-cluster://"):
        connect("http://localhost")
