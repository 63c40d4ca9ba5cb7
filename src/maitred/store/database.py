"""The connection pool, the transaction every use case opens, and the one place where driver errors become ours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import orjson

from maitred.domain.errors import (
    Contended,
    DatabaseUnavailable,
    Deadlocked,
    InvalidInput,
    MaitredError,
    StaleFence,
    TableTaken,
)

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

TIMEOUT_S: Final = 5.0
_LIMITS: Final = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
_SESSION: Final = {
    "default_transaction_isolation": "read committed",  # every check reads what is committed now
    "timezone": "UTC",
    "application_name": "maitred",
}


class InvariantBroken(MaitredError):
    """The database refused a write that would have broken a guarantee: a bug of ours, never the caller's."""

    code = "invariant_broken"


_BY_STATE: Final[dict[str, type[MaitredError]]] = {
    "23P01": TableTaken,
    "23505": Contended,  # a unique key that somebody took in between
    "40P01": Deadlocked,  # deadlock
    "40001": Deadlocked,  # serialization failure
    "55P03": Deadlocked,  # lock time-out
    "57014": Deadlocked,  # statement time-out
    "MT001": InvariantBroken,
    "MT003": InvariantBroken,
    "MT007": StaleFence,
    "MT008": InvariantBroken,
    "MT011": InvariantBroken,
    "22P05": InvalidInput,  # a character no text column can hold
    "22021": InvalidInput,
}
# How asyncpg reports a connection that died under us, beside a plain OSError.
_BROKEN: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError)
_AWAY: Final = ("08", "53", "57P", "58", "25P03", "28")
_SENTENCES: Final[dict[str, str]] = {
    "23505": "Somebody else has taken this in between.",
    "23P01": "Another party has one of these tables in that window.",
    "40P01": "Two writers were in each other's way; this one gave up.",
    "40001": "Two writers were in each other's way; this one gave up.",
    "55P03": "Another writer held a row for too long.",
    "57014": "The database took too long.",
    "MT007": "The lock under which this was decided has been lost.",
    "22P05": "The text has a character that cannot be stored.",
    "22021": "The text has a character that cannot be stored.",
}


def translate(fault: BaseException) -> MaitredError | None:
    """Return our error for one of the driver's, or None when it is not the database's doing."""
    if isinstance(fault, asyncpg.PostgresError):
        state = fault.sqlstate or ""
        if state in _BY_STATE:
            return _BY_STATE[state](_SENTENCES.get(state, str(fault)), sqlstate=state)
        if state.startswith(_AWAY):
            return DatabaseUnavailable("The database refuses work at the moment.", sqlstate=state)
        return None
    if isinstance(fault, (*_BROKEN, OSError, TimeoutError)):
        return DatabaseUnavailable("The database cannot be reached.", cause=type(fault).__name__)
    return None


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn the driver's errors into ours, on the way out of the block."""
    try:
        yield
    except (TimeoutError, asyncpg.PostgresError, *_BROKEN, OSError) as fault:
        known = translate(fault)
        if known is None:
            raise
        raise known from fault


class Database:
    """A pool of connections to one Postgres.

    `pooled` says that a transaction pooler (PgBouncer, Supavisor) stands in between: no prepared statements, no
    session settings, so single statements run in a transaction that sets its own limits. `timeout_s` bounds each wait:
    for a connection, a lock, a statement, and for us in the middle of a transaction.
    """

    def __init__(self, pool: asyncpg.Pool, *, pooled: bool, timeout_s: float = TIMEOUT_S) -> None:
        self._pool = pool
        self._pooled = pooled
        self._timeout_s = timeout_s
        limits = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in _limits(timeout_s).items())
        self._begin = f"BEGIN ISOLATION LEVEL READ COMMITTED; {limits}"
        self.on_commit: Callable[[], None] = _nothing

    @classmethod
    async def connect(
        cls, url: str, *, pooled: bool = False, size: int = 6, timeout_s: float = TIMEOUT_S
    ) -> "Database":
        """Open the pool; raises DatabaseUnavailable when nobody answers."""
        async with translated():
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=size,
                statement_cache_size=0 if pooled else 256,
                server_settings={} if pooled else {**_SESSION, **_limits(timeout_s)},
                init=_prepare,
                connection_class=_Lean,
                timeout=timeout_s,
                command_timeout=2 * timeout_s,
                max_inactive_connection_lifetime=60,
            )
        return cls(pool, pooled=pooled, timeout_s=timeout_s)

    async def close(self) -> None:
        """Close the pool, giving running statements a moment."""
        try:
            async with asyncio.timeout(5):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(self, *, silent: bool = False) -> AsyncIterator[Connection]:
        """Open a transaction with its limits set; commit on a clean exit, roll back on any other.

        After the commit `on_commit` is told, unless `silent`: the relay must not wake itself.
        """
        async with translated(), self._pool.acquire(timeout=self._timeout_s) as connection:
            await connection.execute(self._begin)
            try:
                yield connection
                await connection.execute("COMMIT")
            except BaseException:
                await _roll_back(connection)
                raise
        if not silent:
            self.on_commit()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """Lend a connection for one statement, which is its own transaction."""
        if self._pooled:
            async with self.transaction(silent=True) as connection:
                yield connection
        else:
            async with translated(), self._pool.acquire(timeout=self._timeout_s) as connection:
                try:
                    yield connection
                except asyncpg.InternalClientError:
                    connection.terminate()  # its state is unknown: nobody may get it after us
                    raise

    async def ping(self) -> None:
        """Make sure that the database answers; raises DatabaseUnavailable."""
        await self.execute("SELECT 1")

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """Run one statement and return its rows."""
        async with self.statement() as connection:
            return await connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        """Run one statement and return its first row."""
        async with self.statement() as connection:
            return await connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """Run one statement and return its first value."""
        async with self.statement() as connection:
            return await connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Run one statement and return its command tag."""
        async with self.statement() as connection:
            return await connection.execute(sql, *args)


def _limits(timeout_s: float) -> dict[str, str]:
    return dict.fromkeys(_LIMITS, f"{round(timeout_s * 1000)}ms")


class _Lean(asyncpg.Connection):
    """A connection that is given back as it is: we leave no session state behind that a reset would have to undo."""

    def get_reset_query(self) -> str:
        """Return nothing to run; the default is a round trip after every use."""
        return ""


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode, decoder=orjson.loads, format="text")


def _encode(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


async def _roll_back(connection: Connection) -> None:
    # A broken connection cannot roll back; the server does it for us when it notices.
    if connection.is_closed():
        return
    try:
        await connection.execute("ROLLBACK")
    except (asyncpg.PostgresError, *_BROKEN, OSError):
        connection.terminate()


def _nothing() -> None:
    """Do nothing: nobody waits for commits."""


def rows_changed(tag: str) -> int:
    """Return the row count of a command tag such as `UPDATE 3`."""
    return int(tag.rsplit(" ", 1)[-1])
