"""What a database says about itself, for `maitred doctor`: server, schema, guards, backlog.

Guards are not only looked up but tried (lesson 24): each is attacked inside a transaction that is always rolled back,
so a trigger that exists and does nothing shows as well as one that is missing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Final
from uuid import uuid4

import asyncpg

from maitred.domain.errors import MaitredError
from maitred.store.database import Connection, Database
from maitred.store.migrate import migrations
from maitred.store.sql import SQL

FAULTS: Final = (MaitredError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
ROUND_TRIPS: Final = 15
HEAR_WITHIN_S: Final = 2.0
LOOKS: Final = 4


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One server: `version_num` as 180006; `now` by its own clock."""

    version_num: int
    version: str
    role: str
    database: str
    replica: bool
    read_only: str
    fsync: str
    synchronous_commit: str
    full_page_writes: str
    btree_gist: bool
    pg_trgm: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Pooling:
    """What stands between us and the server: `pooler` of any kind, `shared` when it lends a server per transaction."""

    pooler: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """Migrations by name: those this version has and the database lacks, differs in, or has beyond them."""

    pending: tuple[str, ...]
    changed: tuple[str, ...]
    ahead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A constraint or trigger and what it keeps true.

    `attempts` pairs a block of sql/health.sql with the SQLSTATE that must refuse it.
    """

    name: str
    on_table: str
    keeps: str
    attempts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BrokenGuard:
    """A guard that does not guard, and how that shows: `missing`, `disabled` or `powerless`."""

    guard: Guard
    how: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and for how long the oldest has (None when there is none)."""

    count: int
    oldest_s: float | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Everything in Postgres that waits for a worker or a person."""

    unpublished: Waiting
    unsettled: Waiting
    due: Waiting
    orphans: Waiting
    overdue_reviews: Waiting
    dead_letters: Waiting
    reviews: int


@dataclass(frozen=True, slots=True)
class Attack:
    """What the attempts came to: how long the rows they start from took, and the guards that let one through."""

    write_ms: float
    powerless: frozenset[str] = field(default_factory=frozenset)


GUARDS: Final = (
    Guard(
        "one_party_per_table",
        "allocations",
        "two parties cannot have one table at the same time",
        (("attempt_two_parties_at_one_table", "23P01"),),
    ),
    Guard(
        "confirmed_bookings_have_seats",
        "bookings",
        "a confirmed party has tables that seat it",
        (("attempt_confirmed_without_seat", "MT001"),),
    ),
    Guard(
        "seats_stay_with_bookings",
        "allocations",
        "a confirmed party keeps its tables",
        (("attempt_seat_taken_from_booking", "MT001"),),
    ),
    Guard(
        "allocations_carry_the_fence",
        "allocations",
        "a worker that lost its lock cannot take a table",
        (("attempt_seat_with_stale_fence", "MT007"),),
    ),
    Guard(
        "allocation_changes_carry_the_fence",
        "allocations",
        "a worker that lost its lock cannot move a party",
        (("attempt_move_with_stale_fence", "MT007"),),
    ),
    Guard(
        "service_days_keep_fence_rising",
        "service_days",
        "fencing numbers only rise",
        (("attempt_falling_fence", "MT007"),),
    ),
    Guard(
        "service_days_are_kept",
        "service_days",
        "fencing numbers are not forgotten",
        (("attempt_forgotten_fence", "MT007"),),
    ),
    Guard(
        "bookings_are_one_write",
        "bookings",
        "a new booking has its history and events",
        (("attempt_booking_without_event", "MT003"),),
    ),
    Guard(
        "booking_changes_are_one_write",
        "bookings",
        "every change has its history and event",
        (("attempt_step_without_history", "MT003"),),
    ),
    Guard(
        "bookings_change_with_version",
        "bookings",
        "no change comes without a new version",
        (("attempt_step_without_version", "MT003"),),
    ),
    Guard(
        "promises_are_ended_by_people",
        "bookings",
        "no machine ends a booking that was confirmed",
        (("attempt_confirmed_booking_declined_by_system", "MT011"),),
    ),
    Guard("promises_come_ended_by_people", "bookings", "no machine ends a booking that came confirmed"),
    Guard(
        "bookings_stay_confirmed_once",
        "bookings",
        "that a booking was confirmed is not forgotten",
        (("attempt_forgotten_confirmation", "MT011"),),
    ),
    Guard("bookings_remember_confirmation", "bookings", "whoever confirms a booking, it is remembered"),
    Guard(
        "promises_have_no_deadline",
        "bookings",
        "no clock runs against a booking that was confirmed",
        (("attempt_deadline_for_confirmed_booking", "23514"),),
    ),
    Guard(
        "history_is_applied",
        "booking_history",
        "history does not run ahead of its booking",
        (("attempt_history_ahead_of_booking", "MT003"),),
    ),
    Guard(
        "booking_history_from_state_action_to_state_fkey",
        "booking_history",
        "no step outside the lifecycle can be written",
        (("attempt_step_outside_lifecycle", "23503"),),
    ),
    Guard(
        "booking_history_is_append_only",
        "booking_history",
        "history is never changed or deleted",
        (("attempt_changed_history", "MT008"), ("attempt_deleted_history", "MT008")),
    ),
    # Not tried: TRUNCATE locks everybody out before any trigger runs.
    Guard("booking_history_is_not_truncated", "booking_history", "history is never emptied"),
    Guard(
        "move_sets_are_append_only",
        "move_sets",
        "a set of moves stays on record as it was made, but for one undo",
        (("attempt_changed_move_set", "MT008"), ("attempt_deleted_move_set", "MT008")),
    ),
    Guard("move_sets_are_not_truncated", "move_sets", "the record of moves is never emptied"),
    Guard(
        "move_set_entries_are_append_only",
        "move_set_entries",
        "who was moved from where stays on record",
        (("attempt_changed_move", "MT008"), ("attempt_deleted_move", "MT008")),
    ),
    Guard("move_set_entries_are_not_truncated", "move_set_entries", "the record of moves is never emptied"),
    Guard(
        "learned_outcomes_are_append_only",
        "learned_outcomes",
        "what decisions had learned stays on record",
        (("attempt_changed_outcomes", "MT008"), ("attempt_deleted_outcomes", "MT008")),
    ),
    Guard("learned_outcomes_are_not_truncated", "learned_outcomes", "what decisions had learned is never emptied"),
    Guard("waitlist_history_is_append_only", "waitlist_history", "what became of who waited stays on record"),
    Guard("flag_changes_are_append_only", "flag_changes", "who changed a flag stays on record"),
    Guard("flag_changes_are_not_truncated", "flag_changes", "the record of flags is never emptied"),
    Guard("erasures_are_append_only", "erasures", "that a guest was erased stays on record"),
    Guard(
        "venue_versions_are_append_only",
        "venue_versions",
        "a venue's past versions stay as they were",
        (("attempt_changed_venue_version", "MT008"),),
    ),
    Guard(
        "idempotency_keys_pkey",
        "idempotency_keys",
        "an Idempotency-Key has one answer",
        (("attempt_key_used_twice", "23505"),),
    ),
)


class _TakeBack(Exception):
    """Ends a transaction that must leave nothing behind."""


async def server_facts(database: Database) -> ServerFacts:
    """Ask the server about itself."""
    row = await database.fetchrow(SQL["server_facts"])
    assert row is not None
    return ServerFacts(**dict(row))


async def connections(database: Database) -> tuple[int, int]:
    """Return (most, used): the client connections this role can have, and how many the server has now."""
    row = await database.fetchrow(SQL["connection_facts"])
    assert row is not None
    return row["most"], row["used"]


async def round_trip_ms(database: Database) -> float:
    """Return the median time of an empty statement."""
    times: list[float] = []
    async with database.statement() as connection:
        for _ in range(ROUND_TRIPS):
            began = perf_counter()
            await connection.execute("SELECT 1")
            times.append((perf_counter() - began) * 1000)
    return median(times)


async def pooling(url: str) -> Pooling:
    """Look for a pooler at an address.

    A pooler cannot know the server's process id when it greets, so it makes one up. One that lends by turns gives a
    connection more than one server, or one server to two connections that are open at once.
    """
    async with _bare(url) as first, _bare(url) as second:
        greeted = first.get_server_pid()
        met = [{await one.fetchval("SELECT pg_backend_pid()") for _ in range(LOOKS)} for one in (first, second)]
    return Pooling(pooler=greeted not in met[0], shared=bool(met[0] & met[1]) or len(met[0]) > 1)


async def hears(listen_url: str, database: Database) -> bool:
    """Tell whether a LISTEN at one address hears what is notified through the other."""
    channel, heard = f"maitred_doctor_{uuid4().hex}", asyncio.Event()
    async with _bare(listen_url) as connection:
        await connection.add_listener(channel, lambda *_: heard.set())
        await database.execute("SELECT pg_notify($1, '')", channel)
        with suppress(TimeoutError):
            async with asyncio.timeout(HEAR_WITHIN_S):
                await heard.wait()
    return heard.is_set()


async def schema(database: Database) -> Schema:
    """Compare the applied migrations with those of this version."""
    known = await database.fetchval("SELECT to_regclass('maitred.schema_migrations') IS NOT NULL")
    rows = await database.fetch(SQL["migration_ledger"]) if known else []
    applied = {row["name"]: row["sha256"] for row in rows}
    ours = {one.name: one.sha256 for one in migrations()}
    return Schema(
        pending=tuple(name for name in ours if name not in applied),
        changed=tuple(name for name in ours if name in applied and applied[name] != ours[name]),
        ahead=tuple(sorted(applied.keys() - ours.keys())),
    )


async def lifecycle_steps(database: Database) -> frozenset[tuple[str, str, str]]:
    """Return the steps that history rows may refer to."""
    rows = await database.fetch(SQL["lifecycle_steps"])
    return frozenset((row["from_state"], row["action"], row["to_state"]) for row in rows)


async def attack(database: Database) -> Attack:
    """Write rows and attempt what each guard must refuse; all of it is rolled back.

    Raises what the database raises when it cannot be written to at all.
    """
    powerless: set[str] = set()
    write_ms = 0.0
    with suppress(_TakeBack):
        async with database.transaction() as connection:
            began = perf_counter()
            await connection.execute(SQL["attempts_setting"])
            write_ms = (perf_counter() - began) * 1000
            for guard in GUARDS:
                if not all([await _is_refused(connection, *attempt) for attempt in guard.attempts]):
                    powerless.add(guard.name)
            raise _TakeBack
    return Attack(write_ms, frozenset(powerless))


async def broken_guards(database: Database, powerless: frozenset[str]) -> list[BrokenGuard]:
    """Return the guards that are missing, disabled, or let an attempt through."""
    rows = await database.fetch(SQL["guards_present"])
    active = {(row["on_table"], row["name"]): row["active"] for row in rows}
    return [BrokenGuard(guard, how) for guard in GUARDS if (how := _fault_of(guard, active, powerless))]


async def backlog(database: Database) -> Backlog:
    """Measure everything that waits."""
    row = await database.fetchrow(SQL["backlog"])
    assert row is not None
    return Backlog(
        unpublished=Waiting(row["unpublished"], row["unpublished_s"]),
        unsettled=Waiting(row["unsettled"], row["unsettled_s"]),
        due=Waiting(row["due"], row["due_s"]),
        orphans=Waiting(row["orphans"], row["orphans_s"]),
        overdue_reviews=Waiting(row["overdue"], row["overdue_s"]),
        dead_letters=Waiting(row["letters"], row["letters_s"]),
        reviews=row["reviews"],
    )


async def messages_failed(database: Database, within: timedelta) -> dict[str, int]:
    """Count messages that failed lately, by reason."""
    return {row["reason"]: row["messages"] for row in await database.fetch(SQL["messages_failed"], within)}


async def messages_overdue(database: Database, after: timedelta) -> Waiting:
    """Measure messages that have been due for a while."""
    row = await database.fetchrow(SQL["messages_overdue"], after)
    assert row is not None
    return Waiting(row["messages"], row["oldest_s"])


def explain(fault: BaseException) -> tuple[str, str]:
    """Return what the database or the network said, and what to do about it."""
    cause = fault.__cause__ if isinstance(fault, MaitredError) and fault.__cause__ else fault
    state = getattr(cause, "sqlstate", None) or ""
    return _said(cause), next((mend for start, mend in _MENDS if state.startswith(start)), _UNREACHABLE)


_UNREACHABLE: Final = "Check that Postgres runs and that host and port in MAITRED_DATABASE_URL lead to it from here."
_MENDS: Final[Sequence[tuple[str, str]]] = (
    ("28", "Check the user and the password in MAITRED_DATABASE_URL, and pg_hba.conf."),
    ("3D000", "Create the database that MAITRED_DATABASE_URL names."),
    ("42501", "Give the role of MAITRED_DATABASE_URL the rights on schema maitred that docs/operations.md lists."),
    ("42P01", "Run `maitred migrate`; something in schema maitred has been removed."),
    ("53300", "Raise max_connections or run fewer processes; each takes up to 7 connections."),
    ("08P01", "A pooler refuses session settings: set MAITRED_DATABASE_POOLED=true and MAITRED_DATABASE_DIRECT_URL."),
    ("25006", "The database is read-only: MAITRED_DATABASE_URL must lead to the primary."),
    ("57P03", "Wait: the server is starting or recovering."),
    ("55P03", "Look for a session that holds locks in schema maitred (pg_stat_activity)."),
    ("57014", "Look for a session that holds locks in schema maitred (pg_stat_activity)."),
)


@asynccontextmanager
async def _bare(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Open one connection that relies on nothing a pooler lacks."""
    connection = await asyncpg.connect(url, timeout=5, statement_cache_size=0)
    try:
        yield connection
    finally:
        connection.terminate()


async def _is_refused(connection: Connection, block: str, sqlstate: str) -> bool:
    await connection.execute("SAVEPOINT attempt")
    try:
        await connection.execute(SQL[block])
    except asyncpg.PostgresError as refusal:
        return refusal.sqlstate == sqlstate
    finally:
        await connection.execute("ROLLBACK TO SAVEPOINT attempt")
    return False


def _fault_of(guard: Guard, active: dict[tuple[str, str], bool], powerless: frozenset[str]) -> str | None:
    found = active.get((guard.on_table, guard.name))
    if found is None:
        return "missing"
    if not found:
        return "disabled"
    return "powerless" if guard.name in powerless else None


def _said(fault: BaseException) -> str:
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    return str(fault) or type(fault).__name__
