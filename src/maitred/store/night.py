"""The night as it goes: what is raised for a person at the door, and tables closed by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import asyncpg

from maitred.domain.booking import Booking
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

Kind = Literal["late_table", "late_guest"]


@dataclass(frozen=True, slots=True)
class Raised:
    """Something that waits for a person: since when, and for a late table when it is expected free."""

    booking_id: UUID
    kind: Kind
    since: datetime
    expected_at: datetime | None


@dataclass(frozen=True, slots=True)
class FloorBlock:
    """A table that somebody closed by hand."""

    id: UUID
    table: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    closed_by: str


@dataclass(frozen=True, slots=True)
class Clearing:
    """A block of a table that is being cleared, and the booking that has left it."""

    id: UUID
    table: str
    left_by: UUID


async def days_to_follow(database: Database, now: datetime, graced: datetime) -> list[tuple[str, date]]:
    """Return the days (slug, date) on which something runs late; guests due before `graced` are past their grace."""
    rows = await database.fetch(SQL["days_to_follow"], now, graced)
    return [(row["slug"], row["service_date"]) for row in rows]


async def seated_since(source: Database | Connection, booking_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when parties sat down; they may have changed tables since."""
    rows = await source.fetch(SQL["seated_since"], list(booking_ids))
    return {row["booking_id"]: row["at"] for row in rows}


async def raised_on(source: Database | Connection, restaurant_id: int, day: date) -> list[Raised]:
    """Return everything that is raised on a day."""
    rows = await source.fetch(SQL["attention_of_day"], restaurant_id, day)
    return [Raised(row["booking_id"], row["kind"], row["since"], row["expected_at"]) for row in rows]


async def raised_in(database: Database, restaurant_id: int, limit: int) -> list[Raised]:
    """Return what waits for a person in a restaurant, longest first."""
    rows = await database.fetch(SQL["attention_of_restaurant"], restaurant_id, limit)
    return [Raised(row["booking_id"], row["kind"], row["since"], row["expected_at"]) for row in rows]


async def raise_attention(
    connection: Connection, booking: Booking, kind: Kind, since: datetime, expected_at: datetime | None
) -> None:
    """Raise something, or say again when it is expected."""
    await connection.execute(
        SQL["raise_attention"], booking.id, kind, booking.restaurant_id, booking.service_date, since, expected_at
    )


async def settle(connection: Connection, booking_id: UUID, kind: Kind) -> None:
    """Take back what was raised."""
    await connection.execute(SQL["settle_attention"], booking_id, kind)


async def insert_block(
    connection: Connection, restaurant_id: int, block: FloorBlock, left_by: UUID | None = None
) -> None:
    """Insert the row of a table closed by hand (without its allocations), or cleared after a party has left it."""
    window = (block.starts_at, block.ends_at)
    await connection.execute(
        SQL["insert_floor_block"], block.id, restaurant_id, block.table, *window, block.reason, block.closed_by, left_by
    )


async def close_again(
    connection: Connection, restaurant_id: int, block: FloorBlock, left_by: UUID | None = None
) -> None:
    """Insert the row of a table again (without its allocations) whose opening was undone."""
    window = (block.starts_at, block.ends_at)
    await connection.execute(
        SQL["close_floor_block_again"],
        block.id, restaurant_id, block.table, *window, block.reason, block.closed_by, left_by,
    )  # fmt: skip


async def clearings(source: Database | Connection, restaurant_id: int, now: datetime) -> list[Clearing]:
    """Return the tables that are being cleared because a seated party has left them for others."""
    rows = await source.fetch(SQL["clearings"], restaurant_id, now)
    return [Clearing(row["id"], row["table_id"], row["left_by"]) for row in rows]


async def delete_block(
    source: Database | Connection, restaurant_id: int, block_id: UUID, by: str, at: datetime
) -> FloorBlock | None:
    """Open a table again, which stays on record; returns how it was closed, None: there is no such block by hand."""
    row = await source.fetchrow(SQL["delete_floor_block"], block_id, restaurant_id, by, at)
    return _block(row) if row else None


async def blocks_after(database: Database, restaurant_id: int, now: datetime) -> list[FloorBlock]:
    """Return the tables closed by hand, now or later."""
    rows = await database.fetch(SQL["floor_blocks"], restaurant_id, now)
    return [_block(row) for row in rows]


def _block(row: asyncpg.Record) -> FloorBlock:
    return FloorBlock(row["id"], row["table_id"], row["starts_at"], row["ends_at"], row["reason"], row["closed_by"])


async def release_holds(
    connection: Connection, restaurant_id: int, table: str, window: tuple[datetime, datetime]
) -> None:
    """End the holds that have a table in a window."""
    await connection.execute(SQL["release_holds_on_table"], restaurant_id, table, *window)


async def late_minutes(database: Database, restaurant_id: int, day: date, now: datetime) -> int:
    """Return how late turns run on a day: the median of those past their plan or gone, in minutes."""
    return int(await database.fetchval(SQL["late_turns"], restaurant_id, day, now) or 0)
