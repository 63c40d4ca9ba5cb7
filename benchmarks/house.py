"""A maitred of the benchmark's own, on free ports in a directory that is thrown away afterwards."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from maitred.embedded import EmbeddedPostgres

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))  # what runs a maitred there runs one here

from engines import temporary_public_directory  # on the path by the line above
from running import maitred_up


@dataclass(frozen=True, slots=True)
class House:
    """Where a maitred listens; `database_url` is for reading and counting beside it, None when it is not known.

    `pids` are its processes by name, as far as they are known.
    """

    url: str
    api_key: str
    database_url: str | None
    pids: Mapping[str, int]


@contextmanager
def own_house() -> Iterator[House]:
    """This starts a maitred whose Postgres counts statements, and stops it again."""
    with temporary_public_directory() as directory:
        with EmbeddedPostgres(directory) as engine:
            database_url = engine.admin_url.rsplit("/", 1)[0] + "/maitred"
            asyncio.run(_count_statements(engine.admin_url))
        with maitred_up(directory) as running:
            yield House(running.url, running.api_key, database_url, running.facts["pids"])


async def _count_statements(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url)
    await connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    await connection.close()
