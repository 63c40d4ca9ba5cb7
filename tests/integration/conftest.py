"""Fixtures of the pipeline tests: an inn on engines of its own database, and bare connections to it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from house import Inn, faults, open_inn

Connect = Callable[[], Awaitable[asyncpg.Connection]]


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with the pipeline on; when the test is over its book must be sound."""
    async with open_inn(migrated_database, redis_url) as opened:
        yield opened
    assert await faults(migrated_database) == []


@pytest.fixture
async def inline_inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with the pipeline off: the request decides; when the test is over its book must be sound."""
    async with open_inn(migrated_database, redis_url, flag="off") as opened:
        yield opened
    assert await faults(migrated_database) == []


@pytest.fixture
async def connect(migrated_database: str) -> AsyncIterator[Connect]:
    """Opens bare connections to the database of this test, without any code of ours in between."""
    opened: list[asyncpg.Connection] = []

    async def open_one() -> asyncpg.Connection:
        connection = await asyncpg.connect(migrated_database)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.terminate()
