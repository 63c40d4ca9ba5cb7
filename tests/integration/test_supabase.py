"""docs/supabase.md is true: its settings are ours, its SQL runs, and work goes through a transaction pooler."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from house import VENUE, evening, faults, venue

from maitred.bootstrap import trust_of
from maitred.formats.mapping import ImportMapping
from maitred.formats.reader import read_import
from maitred.settings import PREFIX, load_settings, unknown_variables
from maitred.store.database import Database
from maitred.usecases.backfill import backfill
from maitred.usecases.desk import utc_now
from maitred.usecases.import_work import ImportSource
from maitred.usecases.personal import erase_guest
from maitred.usecases.venues import import_venue
from pooler import TransactionPooler

PAGE: Final = (Path(__file__).parents[2] / "docs" / "supabase.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_settings_of_the_page_are_known_and_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a setting of ours; together they load, ask for the pooler's mode and trust the project's keys."""
    lines = [line for block in _blocks("sh") for line in block.splitlines() if line.startswith(PREFIX)]
    variables = dict(line.split("=", 1) for line in lines)
    assert not list(unknown_variables(variables))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.database_pooled
    assert urlsplit(str(settings.database_url)).port == 6543
    assert urlsplit(str(settings.listen_url)).port == 5432
    supabase = trust_of(settings).supabase
    assert supabase is not None
    assert supabase.url == "https://PROJECT.supabase.co/auth/v1"
    assert supabase.secret


async def test_the_sql_of_the_page_runs_and_leaves_the_schema_closed(
    migrated_database: str, connect: Callable[[], Awaitable[Any]]
) -> None:
    """As it stands there, by the owner; nobody else sees the schema then."""
    connection = await connect()
    statements, asks, check = _blocks("sql")[0].rpartition("SELECT count(*)")
    await connection.execute(statements)
    assert await connection.fetchval(asks + check) == 0
    assert not await connection.fetchval("SELECT has_schema_privilege('public', 'maitred', 'USAGE')")


async def test_an_import_and_an_erasure_go_through_a_transaction_pooler(migrated_database: str, tmp_path: Path) -> None:
    """No prepared statement, no session setting: what they need is set in their transactions."""
    document = venue(VENUE)
    file = tmp_path / "old.csv"
    file.write_text(f"id,start,party size,name,phone\n1,{evening().isoformat()},2,Zeb,+442079460958\n")
    url = urlsplit(migrated_database)
    pooler = TransactionPooler(url.port or 0)
    await pooler.start()
    try:
        netloc = f"{url.netloc.rpartition('@')[0]}@127.0.0.1:{pooler.port}"
        database = await Database.connect(url._replace(netloc=netloc).geturl(), pooled=True)
        try:
            await import_venue(database, document, caller_name="test")
            read = read_import(file, ImportMapping(), ZoneInfo("UTC"))
            report = await backfill(database, document["slug"], ImportSource("previous"), read.digest, read.bookings)
            assert report.imported == {"confirmed": 1}
            phone = read.bookings[0].phone
            done = await erase_guest(database, None, None, phone, by="ann", now=utc_now(), force=True)
            assert done["bookings"] == 1
        finally:
            await database.close()
    finally:
        await pooler.close()
    assert await faults(migrated_database) == []
