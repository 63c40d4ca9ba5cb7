"""All parts of a house read one clock, also when `make clocks` moves it."""

from datetime import UTC, datetime, timedelta

import asyncpg
import redis
from playwright.sync_api import Browser

from engines import run_async
from maitred.embedded import EmbeddedPostgres, EmbeddedValkey

APART: timedelta = timedelta(minutes=5)


async def _of_postgres(url: str) -> datetime:
    connection = await asyncpg.connect(url)
    try:
        found: datetime = await connection.fetchval("SELECT now()")
        return found
    finally:
        await connection.close()


def test_every_process_reads_the_same_clock(
    postgres_engine: EmbeddedPostgres, valkey_engine: EmbeddedValkey, chromium: Browser
) -> None:
    """Postgres, Valkey and Chromium say what time it is here, but for the time that asking takes."""
    page = chromium.new_page()
    with redis.Redis.from_url(valkey_engine.url) as client:
        told = {
            "Postgres": run_async(_of_postgres(postgres_engine.url)),
            "Valkey": datetime.fromtimestamp(client.time()[0], UTC),
            "Chromium": datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC),
        }
    page.close()
    now = datetime.now(UTC)
    assert {name: at for name, at in told.items() if abs(at - now) > APART} == {}
