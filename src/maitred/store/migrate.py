"""Apply the numbered SQL files of `migrations/` to schema `maitred`, each in one transaction, each once.

Concurrent runs wait for each other (a transaction-scoped advisory lock, so it holds behind a pooler too). A file
that was changed after it had been applied is refused: write a new one.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final

import asyncpg

from maitred.domain.errors import Rejected
from maitred.store.database import translated
from maitred.store.search import fold_batch

OLDEST_POSTGRES: Final = 150000
_LOCK: Final = 0x6D616974  # "mait"
_LEDGER: Final = """
CREATE SCHEMA IF NOT EXISTS maitred;
CREATE TABLE IF NOT EXISTS maitred.schema_migrations (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
"""


class MigrationRefused(Rejected):
    """The database and the migration files do not fit together."""

    code = "migration_refused"


@dataclass(frozen=True, slots=True)
class Migration:
    """One SQL file: its name, text and checksum."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> Iterator[Migration]:
    """Yield the migrations of this version in order."""
    folder = resources.files("maitred.store") / "migrations"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".sql"):
            yield Migration(entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))


async def migrate(url: str) -> list[str]:
    """Bring the database at `url` up to date and return the names of what was applied.

    Raises MigrationRefused for a server older than 15 or a changed file, DatabaseUnavailable when it is away.
    """
    async with translated():
        connection = await asyncpg.connect(url, statement_cache_size=0)
        try:
            done = await _apply(connection)
            await _fold(connection)
            return done
        finally:
            await connection.close()


async def _fold(connection: asyncpg.Connection) -> None:
    """Fold the words of guests that an older version has written, some at a time: nobody waits for long."""
    folded = await connection.fetchval("SELECT to_regclass('maitred.guests_not_folded') IS NOT NULL")
    while folded:
        async with connection.transaction():
            folded = await fold_batch(connection) > 0


async def pending(connection: asyncpg.Connection) -> list[str]:
    """Return the names of the migrations that this database still lacks."""
    known = await connection.fetchval("SELECT to_regclass('maitred.schema_migrations') IS NOT NULL")
    applied = (
        {row["name"] for row in await connection.fetch("SELECT name FROM maitred.schema_migrations")}
        if known
        else set()
    )
    return [one.name for one in migrations() if one.name not in applied]


async def _apply(connection: asyncpg.Connection) -> list[str]:
    version = await connection.fetchval("SELECT current_setting('server_version_num')::int")
    if version < OLDEST_POSTGRES:
        raise MigrationRefused(f"Postgres 15 or newer is needed, this is {version // 10000}.", field="database_url")
    done: list[str] = []
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(_LEDGER)
        rows = await connection.fetch("SELECT name, sha256 FROM maitred.schema_migrations")
        applied = {row["name"]: row["sha256"] for row in rows}
        for one in migrations():
            if one.name not in applied:
                await connection.execute(one.sql)
                await connection.execute(
                    "INSERT INTO maitred.schema_migrations (name, sha256) VALUES ($1, $2)",
                    one.name,
                    one.sha256,
                )
                done.append(one.name)
            elif applied[one.name] != one.sha256:
                raise MigrationRefused(f"Migration {one.name} was changed after it had been applied.", name=one.name)
    return done
