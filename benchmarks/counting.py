"""What a burst cost the database: statements and commits, less what the house does when nothing happens.

Statements come from pg_stat_statements (top level, BEGIN, SET LOCAL and COMMIT included), commits from
pg_stat_database, whose figures a backend may hold back for ten seconds: hence the fixed window.
"""

import asyncio
from dataclasses import dataclass, fields
from typing import Any, Final

import asyncpg

WINDOW_S: Final = 13.0

COMMITS: Final = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
# Ours are marked by a comment in their text. Transaction control is counted apart: it costs a round trip, but no work.
# Deferred triggers run at commit and look like top-level statements; their text is found in our functions' source.
STATEMENTS: Final = """
SELECT coalesce(sum(s.calls) FILTER (WHERE NOT f.ours), 0)::bigint AS statements,
       coalesce(sum(s.calls) FILTER (WHERE s.query ~* '^\\s*(BEGIN|COMMIT|ROLLBACK|SET LOCAL)'), 0)::bigint AS control,
       coalesce(sum(s.calls) FILTER (WHERE f.ours), 0)::bigint AS checks
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid, LATERAL (
    SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'maitred'
                   AND position(left(split_part(s.query, '$1', 1), 60) IN p.prosrc) > 0) AS ours) f
WHERE d.datname = current_database() AND s.query NOT LIKE '%/* bench */%'
"""
DEAREST: Final = """
SELECT calls, round(total_exec_time::numeric, 1) AS ms, rows, regexp_replace(left(query, 110), '\\s+', ' ', 'g') AS text
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND query NOT LIKE '%/* bench */%' ORDER BY total_exec_time DESC LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Counts over a window; all but `commits` are 0 where pg_stat_statements is not loaded.

    `statements` came over a connection, `control` of them begin or end a transaction; `checks` are the statements
    that deferred triggers run inside the database.
    """

    commits: float
    statements: float = 0
    control: float = 0
    checks: float = 0

    def less(self, other: "Cost") -> "Cost":
        """This is the difference."""
        return Cost(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(Cost)))

    def per(self, bookings: int) -> "Cost":
        """This is the share of one booking."""
        return Cost(*(round(getattr(self, one.name) / bookings, 3) for one in fields(Cost)))


class Counter:
    """Reads the counts of one database over a connection of its own."""

    def __init__(self, connection: "asyncpg.Connection[Any]", *, statements: bool) -> None:
        self._connection = connection
        self._statements = statements

    @classmethod
    async def connect(cls, database_url: str) -> "Counter":
        """This connects, and installs pg_stat_statements where it is loaded."""
        connection = await asyncpg.connect(database_url)
        loaded = await connection.fetchval("SELECT current_setting('shared_preload_libraries') LIKE '%statements%'")
        if loaded:
            await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        return cls(connection, statements=loaded)

    async def close(self) -> None:
        """This closes the connection."""
        await self._connection.close()

    async def read(self) -> Cost:
        """This reads the counts so far."""
        commits = await self._connection.fetchval(COMMITS + " /* bench */")
        if not self._statements:
            return Cost(commits)
        row = await self._connection.fetchrow(STATEMENTS + " /* bench */")
        assert row is not None
        return Cost(commits, **row)

    async def forget(self) -> None:
        """This starts the statements' own counts afresh."""
        if self._statements:
            await self._connection.execute("SELECT pg_stat_statements_reset() /* bench */")

    async def dearest(self, limit: int) -> list[str]:
        """This lists the statements that took the most time since `forget`, one a line."""
        if not self._statements:
            return []
        rows = await self._connection.fetch(DEAREST + " /* bench */", limit)
        return [f"{row['ms']:>9} ms {row['calls']:>6} calls {row['rows']:>6} rows  {row['text']}" for row in rows]

    async def idle(self) -> Cost:
        """This is what an idle window costs, once everything before it has been counted."""
        await asyncio.sleep(WINDOW_S)
        before = await self.read()
        await asyncio.sleep(WINDOW_S)
        return (await self.read()).less(before)
