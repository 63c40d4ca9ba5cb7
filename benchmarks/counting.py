"""What a burst cost the database: statements and commits, less what the house does when nothing happens.

Statements come from pg_stat_statements (top level, BEGIN, SET LOCAL and COMMIT included), commits from
pg_stat_database, whose figures a backend may hold back for ten seconds: hence the fixed window.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

WINDOW_S: Final = 13.0

COMMITS: Final = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
# Ours are marked by a comment in their text; transaction control is counted apart, it costs a round trip but no work.
STATEMENTS: Final = """
SELECT coalesce(sum(calls), 0)::bigint AS all,
       coalesce(sum(calls) FILTER (WHERE query ~* '^\\s*(BEGIN|COMMIT|ROLLBACK|SET LOCAL)'), 0)::bigint AS control
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND query NOT LIKE '%/* bench */%'
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Counts over a window; `statements` is None where pg_stat_statements is not installed."""

    commits: float
    statements: float | None
    control: float | None

    def less(self, other: "Cost") -> "Cost":
        """This is the difference."""
        return Cost(
            self.commits - other.commits, _less(self.statements, other.statements), _less(self.control, other.control)
        )

    def per(self, bookings: int) -> "Cost":
        """This is the share of one booking."""
        share = None if self.statements is None or self.control is None else self.statements / bookings
        control = None if self.control is None else self.control / bookings
        return Cost(self.commits / bookings, share, control)


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
            return Cost(commits, None, None)
        row = await self._connection.fetchrow(STATEMENTS + " /* bench */")
        assert row is not None
        return Cost(commits, row["all"], row["control"])

    async def idle(self) -> Cost:
        """This is what an idle window costs."""
        before = await self.read()
        await asyncio.sleep(WINDOW_S)
        return (await self.read()).less(before)


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
