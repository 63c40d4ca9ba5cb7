"""Allocations and holds: the only truth about who has which table when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from maitred.domain.availability import Occupancy, Seated
from maitred.domain.booking import Booking, State
from maitred.store.bookings import booking_from
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Hold:
    """Tables kept for somebody for a moment; `live` is by the database's clock."""

    id: UUID
    restaurant_id: int
    restaurant: str
    service_date: date
    party_size: int
    starts_at: datetime
    turn_minutes: int
    buffer_minutes: int
    accessible: bool
    zone_preference: str | None
    credential_id: UUID
    expires_at: datetime
    live: bool
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayState:
    """What a decision needs to know of one restaurant and window: who has which table, the parties, their bookings."""

    occupancies: tuple[Occupancy, ...]
    parties: tuple[Seated, ...]
    bookings: Mapping[str, Booking]

    @property
    def seated(self) -> frozenset[str]:
        """The bookings that sit at their tables."""
        return frozenset(key for key, booking in self.bookings.items() if booking.state is State.CHECKED_IN)


@dataclass(frozen=True, slots=True)
class PromisedSeat:
    """The tables of a live booking that has yet to sit down. `zones` are those in which they stand."""

    id: UUID
    reference: str
    party_size: int
    accessible: bool
    zone_preference: str | None
    promised_zone: str | None
    overridden_rules: frozenset[str]
    tables: tuple[str, ...]
    zones: tuple[str, ...]
    starts_at: datetime


def allocation(
    restaurant_id: int,
    day: date,
    tables: Iterable[str],
    window: tuple[datetime, datetime],
    fence: int,
    *,
    booking_id: UUID | None = None,
    hold_id: UUID | None = None,
    block_id: UUID | None = None,
) -> list[dict[str, Any]]:
    """Return the records of one set of tables, one a physical table."""
    return [
        {
            "restaurant_id": restaurant_id,
            "service_date": day,
            "table_id": table,
            "starts_at": window[0],
            "ends_at": window[1],
            "booking_id": booking_id,
            "hold_id": hold_id,
            "block_id": block_id,
            "fence": fence,
        }
        for table in tables
    ]


async def issue_fence(database: Database, restaurant_id: int, day: date) -> tuple[int, int]:
    """Raise the day's fence for a new owner of its lock; returns (fence, venue version in force)."""
    row = await database.fetchrow(SQL["issue_fence"], restaurant_id, day)
    assert row is not None
    return row["fence"], row["version"]


async def lock_day(connection: Connection, restaurant_id: int, day: date) -> int:
    """Lock the day's row until the transaction ends and return its present fence."""
    fence = await connection.fetchval(SQL["lock_day"], restaurant_id, day)
    if fence is None:
        await connection.execute(SQL["ensure_day"], restaurant_id, day)
        fence = await connection.fetchval(SQL["lock_day"], restaurant_id, day)
    return int(fence)


async def delete_expired_holds(connection: Connection, restaurant_id: int, day: date) -> None:
    """Remove the holds whose time is over by the database's clock; whoever wants a table does this first."""
    await connection.execute(SQL["delete_expired_holds"], restaurant_id, day)


async def read_window(
    source: Database | Connection, restaurant_id: int, starts_at: datetime, ends_at: datetime
) -> DayState:
    """Read everything that takes a table in a window."""
    rows = await source.fetch(SQL["occupancy"], restaurant_id, starts_at, ends_at)
    parties: dict[str, Seated] = {}
    found: dict[str, Booking] = {}
    for row in rows:
        owner = str(row["owner_id"])
        if row["party"] is not None:
            parties[owner] = Seated(owner, row["party"], row["party_starts_at"])
        if row["kind"] == "booking" and owner not in found:
            found[owner] = booking_from(row)
    return DayState(tuple(_occupancy(row) for row in rows), tuple(parties.values()), found)


def _occupancy(row: asyncpg.Record) -> Occupancy:
    return Occupancy(row["table_id"], row["taken_from"], row["taken_until"], row["kind"], str(row["owner_id"]))


async def moved_bookings(source: Database | Connection, restaurant_id: int, day: date) -> frozenset[str]:
    """Return the bookings of a day that have made room for others, and did not go back."""
    rows = await source.fetch(SQL["moved_bookings"], restaurant_id, day)
    return frozenset(str(row["booking_id"]) for row in rows)


async def tables_of_bookings(
    source: Database | Connection, booking_ids: Sequence[UUID]
) -> dict[UUID, tuple[tuple[str, ...], tuple[datetime, datetime]]]:
    """Return the tables of bookings and the windows they are taken for; those that have none are left out."""
    rows = await source.fetch(SQL["tables_of_bookings"], list(booking_ids))
    return {row["booking_id"]: (tuple(row["tables"]), (row["starts_at"], row["ends_at"])) for row in rows}


async def tables_of_booking(
    source: Database | Connection, booking_id: UUID
) -> tuple[tuple[str, ...], tuple[datetime, datetime] | None]:
    """Return a booking's tables and the window they are taken for (None when it has none)."""
    rows = await source.fetch(SQL["tables_of_booking"], booking_id)
    if not rows:
        return (), None
    return tuple(row["table_id"] for row in rows), (rows[0]["starts_at"], rows[0]["ends_at"])


async def next_taken_at(
    connection: Connection, restaurant_id: int, tables: Sequence[str], booking_id: UUID, after: datetime
) -> datetime | None:
    """Return when somebody else needs one of these tables next."""
    at: datetime | None = await connection.fetchval(
        SQL["next_taken_at"], restaurant_id, list(tables), booking_id, after
    )
    return at


async def seated_there(
    connection: Connection,
    restaurant_id: int,
    tables: Sequence[str],
    booking_id: UUID,
    span: tuple[datetime, datetime],
) -> tuple[str, tuple[str, ...]] | None:
    """Return another booking that is checked in at one of these tables, for a time that meets a span.

    Its reference, and which of the tables. The caller holds the day's row.
    """
    row = await connection.fetchrow(SQL["seated_there"], restaurant_id, list(tables), booking_id, *span)
    return (row["reference"], tuple(row["tables"])) if row else None


async def days_waiting_for_room(
    database: Database, now: datetime, after: tuple[str, date], limit: int
) -> list[tuple[str, date]]:
    """Return days (slug, date) with reviews that wait for room, in that order, those after one of them."""
    rows = await database.fetch(SQL["days_waiting_for_room"], now, *after, limit)
    return [(row["slug"], row["service_date"]) for row in rows]


async def promised_seats(connection: Connection, restaurant_id: int, now: datetime) -> list[PromisedSeat]:
    """Return the tables of every live booking that has yet to sit down, in order of their time."""
    return [_promised(row) for row in await connection.fetch(SQL["promised_seats"], restaurant_id, now)]


def _promised(row: asyncpg.Record) -> PromisedSeat:
    rules = frozenset(row["override"]["rules"]) if row["override"] else frozenset()
    names = ("id", "reference", "party_size", "accessible", "zone_preference", "promised_zone", "starts_at")
    kept = {name: row[name] for name in names}
    return PromisedSeat(**kept, overridden_rules=rules, tables=tuple(row["tables"]), zones=tuple(row["zones"]))


async def delete_of_booking(connection: Connection, booking_id: UUID) -> None:
    """Give back a booking's tables."""
    await connection.execute(SQL["delete_allocations"], booking_id)


async def delete_of_bookings(connection: Connection, booking_ids: Sequence[UUID]) -> None:
    """Give back the tables of several bookings."""
    await connection.execute(SQL["delete_allocations_of_all"], list(booking_ids))


async def set_window(connection: Connection, booking_id: UUID, window: tuple[datetime, datetime], fence: int) -> None:
    """Change how long a booking keeps its tables."""
    await connection.execute(SQL["set_allocation_window"], booking_id, window[0], window[1], fence)


async def end_clearing(
    connection: Connection, restaurant_id: int, day: date, tables: Sequence[str], at: datetime, fence: int
) -> list[tuple[UUID, str, datetime]]:
    """Let tables be taken from `at` on that were kept for clearing; returns who had left which, kept until when."""
    rows = await connection.fetch(SQL["end_clearing"], restaurant_id, day, list(tables), at, fence)
    return [(row["booking_id"], row["table_id"], row["until"]) for row in rows]


async def clear_on(connection: Connection, booking_id: UUID, table: str, until: datetime, fence: int) -> None:
    """Keep a table for clearing again after a party that has left it."""
    await connection.execute(SQL["clear_on"], booking_id, table, until, fence)


async def insert(connection: Connection, records: Sequence[Mapping[str, Any]]) -> None:
    """Take tables; raises TableTaken when anybody has one of them and StaleFence when the lock was lost."""
    await connection.execute(SQL["insert_allocations"], list(records))


async def insert_hold(connection: Connection, hold: Hold, ttl_s: float) -> datetime:
    """Insert a hold (without its tables) and return when it expires."""
    expires: datetime = await connection.fetchval(
        SQL["insert_hold"],
        hold.id,
        hold.restaurant_id,
        hold.service_date,
        hold.party_size,
        hold.starts_at,
        hold.turn_minutes,
        hold.buffer_minutes,
        hold.accessible,
        hold.zone_preference,
        hold.credential_id,
        ttl_s,
    )
    return expires


async def lock_hold(connection: Connection, hold_id: UUID) -> Hold | None:
    """Lock a hold and return it with its tables, or None when it is gone."""
    row = await connection.fetchrow(SQL["lock_hold"], hold_id)
    if row is None:
        return None
    tables = [entry["table_id"] for entry in await connection.fetch(SQL["tables_of_hold"], hold_id)]
    return _hold(row, tuple(tables))


async def extend_hold(database: Database, hold_id: UUID, ttl_s: float, longest_s: float) -> None:
    """Let a hold that is live last from now on, within its longest life."""
    await database.execute(SQL["extend_hold"], hold_id, ttl_s, longest_s)


async def hold_by_id(database: Database, hold_id: UUID) -> Hold | None:
    """Return a hold with its tables, or None."""
    row = await database.fetchrow(SQL["hold_by_id"], hold_id)
    return _hold(row, tuple(row["tables"] or ())) if row else None


async def delete_hold(connection: Connection | Database, hold_id: UUID) -> None:
    """Give a hold's tables back."""
    await connection.execute(SQL["delete_hold"], hold_id)


async def sweep_holds(database: Database) -> None:
    """Remove holds that expired a while ago; nothing depends on it."""
    await database.execute(SQL["sweep_holds"])


def _hold(row: asyncpg.Record, tables: tuple[str, ...]) -> Hold:
    names = [name for name in Hold.__slots__ if name != "tables"]
    return Hold(**{name: row[name] for name in names}, tables=tables)
