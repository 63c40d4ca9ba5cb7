"""Move sets: written with the moves they record, read by those who want to see or undo them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg

from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MoveSet:
    """Parties that changed tables together. `cause` is decision, staff, optimizer, rescue or undo."""

    id: UUID
    restaurant_id: int
    service_date: date
    cause: str
    for_booking: UUID | None
    actor_kind: str
    actor: str
    note: str | None
    at: datetime
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One party of a set; `version` is its booking's once it had moved.

    `changed` has the booking's columns that changed beside its tables, each with its value before and after. `altered`
    tells that the booking took other steps since, by which the former tables may have stopped being its own.
    """

    booking_id: UUID
    from_tables: tuple[str, ...]
    to_tables: tuple[str, ...]
    version: int
    changed: Mapping[str, tuple[Any, Any]]
    altered: bool = False


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One party of a set as staff see it."""

    booking_id: UUID
    reference: str
    guest_name: str
    party_size: int
    starts_at: datetime
    from_tables: tuple[str, ...]
    to_tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownSet:
    """A set as staff see it: what moved, for whom, who did it, and whether it was undone."""

    id: UUID
    cause: str
    actor_kind: str
    actor: str
    note: str | None
    at: datetime
    undone_at: datetime | None
    undone_by: str | None
    for_id: UUID | None
    for_reference: str | None
    for_guest: str | None
    entries: tuple[ShownEntry, ...]


async def insert(connection: Connection, sets: Sequence[Row], entries: Sequence[Row]) -> None:
    """Record sets of moves; the moves themselves are in the history already."""
    await connection.execute(SQL["insert_move_sets"], list(sets))
    await connection.execute(SQL["insert_move_set_entries"], list(entries))


async def by_id(database: Database, move_set: UUID) -> MoveSet | None:
    """Return a set, or None."""
    row = await database.fetchrow(SQL["move_set_by_id"], move_set)
    return MoveSet(**dict(row)) if row else None


async def lock(connection: Connection, move_set: UUID) -> MoveSet | None:
    """Lock a set and return it as it is now."""
    row = await connection.fetchrow(SQL["lock_move_set"], move_set)
    return MoveSet(**dict(row)) if row else None


async def entries_of(source: Database | Connection, move_set: UUID) -> list[Entry]:
    """Return the parties of a set."""
    rows = await source.fetch(SQL["entries_of_move_set"], move_set)
    return [_kept(row) for row in rows]


def _kept(row: asyncpg.Record) -> Entry:
    changed = {name: (before, after) for name, (before, after) in row["changed"].items()}
    tables = tuple(row["from_tables"]), tuple(row["to_tables"])
    return Entry(row["booking_id"], *tables, row["version"], changed, row["altered"])


async def mark_undone(connection: Connection, move_set: UUID, at: datetime, who: str) -> bool:
    """Note that a set was undone; False when it had been already."""
    return await connection.fetchval(SQL["undo_move_set"], move_set, at, who) is not None


async def of_day(database: Database, restaurant_id: int, day: date) -> list[ShownSet]:
    """Return the sets of one service day, the newest first."""
    rows = await database.fetch(SQL["move_sets_of_day"], restaurant_id, day)
    return [_shown(list(own)) for _, own in groupby(rows, key=lambda row: row["id"])]


async def of_booking(database: Database, booking_id: UUID) -> list[ShownSet]:
    """Return the sets in which a booking moved or that made room for it, the newest first."""
    rows = await database.fetch(SQL["move_sets_of_booking"], booking_id)
    return [_shown(list(own)) for _, own in groupby(rows, key=lambda row: row["id"])]


def _shown(rows: list[asyncpg.Record]) -> ShownSet:
    names = [name for name in ShownSet.__slots__ if name != "entries"]
    return ShownSet(**{name: rows[0][name] for name in names}, entries=tuple(_entry(row) for row in rows))


def _entry(row: asyncpg.Record) -> ShownEntry:
    plain = {name: row[name] for name in ("booking_id", "reference", "guest_name", "party_size", "starts_at")}
    return ShownEntry(**plain, from_tables=tuple(row["from_tables"]), to_tables=tuple(row["to_tables"]))


async def stands_for(database: Database, restaurant_id: int, day: date, failed: str) -> UUID | None:
    """Return the live booking that was made in place of one that had failed, if any."""
    found: UUID | None = await database.fetchval(SQL["stands_for"], restaurant_id, day, failed)
    return found
