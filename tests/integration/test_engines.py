"""The fixtures that other tests stand on do what they promise."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
import redis.asyncio

from engines import Databases, TcpProxy, ValkeyCluster
from maitred.locks.redis_client import connect

ProxyFactory = Callable[[str], Awaitable[TcpProxy]]


async def test_each_database_is_its_own(databases: Databases, fresh_database: str, migrated_database: str) -> None:
    """An empty one is empty, a migrated one has the schema, and nothing crosses over."""
    tables = {}
    for name, url in (("fresh", fresh_database), ("migrated", migrated_database)):
        connection = await asyncpg.connect(url)
        tables[name] = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'maitred'")
        await connection.close()
    assert tables["fresh"] == 0
    assert tables["migrated"] > 5


async def test_cluster_serves_keys_of_every_master(cluster_engine: ValkeyCluster, valkey_cluster: str) -> None:
    """Keys land on all three masters."""
    nodes = [node.url for node in cluster_engine.nodes]
    client = connect(valkey_cluster)
    await asyncio.gather(*(client.set(f"key-{number}", number) for number in range(60)))
    await client.aclose()
    sizes = []
    for url in nodes:
        async with redis.asyncio.Redis.from_url(url) as client:
            sizes.append(await client.dbsize())
    assert sum(sizes) == 60
    assert min(sizes) > 0


async def test_proxy_delays_falls_silent_and_cuts(redis_url: str, tcp_proxy: ProxyFactory) -> None:
    """Each fault is seen by the client as what it is, and healing ends it."""
    proxy = await tcp_proxy(redis_url)
    async with redis.asyncio.Redis.from_url(proxy.via(redis_url), socket_timeout=0.2, retry=None) as client:
        assert await client.ping()
        proxy.silence()
        with pytest.raises(redis.exceptions.TimeoutError):
            await client.ping()
        proxy.heal()
        assert await client.ping()
        proxy.cut()
        with pytest.raises(redis.exceptions.ConnectionError):
            await client.ping()
        proxy.heal()
        assert await client.ping()
        proxy.delay_s = 0.3
        with pytest.raises(redis.exceptions.TimeoutError):
            await client.ping()
