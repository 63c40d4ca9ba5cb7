"""What an import of another system's bookings writes, and how far it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from maitred.domain.booking import Booking
from maitred.domain.lifecycle import Change
from maitred.store.bookings import Guest, booking_from, guest_row, outbox_row, row_of
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Run:
    """One file's import as it is kept: how many rows it has, and how many of them are done."""

    id: UUID
    rows: int
    position: int
    imported: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking to be written: its history from the first step on, its guest, and what the other system said."""

    changes: Sequence[Change]
    guest: Guest
    external_id: str
    recorded: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Present:
    """An imported booking as it is here now. `recorded` is what the other system said last, None when not kept."""

    booking: Booking
    guest: Guest
    recorded: Mapping[str, Any] | None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """A row of a file that is here already, but not by its source (None: booked here)."""

    row: int
    source: str | None
    reference: str


async def run_of(source: Database | Connection, restaurant_id: int, name: str, digest: bytes) -> Run | None:
    """Return the run of a file, if it was ever begun."""
    row = await source.fetchrow(SQL["import_run"], restaurant_id, name, digest)
    return Run(**dict(row)) if row else None


async def begin_run(
    connection: Connection, run_id: UUID, restaurant_id: int, name: str, digest: bytes, rows: int, at: datetime
) -> None:
    """Note that a file's import has begun."""
    await connection.execute(SQL["insert_import_run"], run_id, restaurant_id, name, digest, rows, at)


async def advance(connection: Connection, run_id: UUID, position: int, imported: int, at: datetime) -> None:
    """Note how far the run is; at its last row it is finished."""
    await connection.execute(SQL["advance_import_run"], run_id, position, imported, at)


async def lock_restaurant(connection: Connection, restaurant_id: int) -> int:
    """Keep other imports of this restaurant out until the transaction ends; returns the venue's version."""
    version: int = await connection.fetchval(SQL["lock_for_import"], restaurant_id)
    return version


async def known(source: Database | Connection, restaurant_id: int, name: str, ids: Sequence[str]) -> frozenset[str]:
    """Return which of the other system's ids are here already."""
    rows = await source.fetch(SQL["known_imports"], restaurant_id, name, list(ids))
    return frozenset(row["external_id"] for row in rows)


async def lock_days(connection: Connection, restaurant_id: int, days: Iterable[date]) -> dict[date, int]:
    """Lock the rows of service days, in order, and return their fences."""
    ordered = sorted(days)
    await connection.execute(SQL["ensure_import_days"], restaurant_id, ordered)
    return {
        row["service_date"]: row["fence"]
        for row in await connection.fetch(SQL["lock_import_days"], restaurant_id, ordered)
    }


async def taken_between(
    source: Database | Connection, restaurant_id: int, first: datetime, last: datetime
) -> list[tuple[str, datetime, datetime]]:
    """Return which table is taken from when until when."""
    rows = await source.fetch(SQL["taken_between"], restaurant_id, first, last)
    return [(row["table_id"], row["starts_at"], row["ends_at"]) for row in rows]


async def insert(connection: Connection, restaurant_id: int, name: str, run_id: UUID, entries: Sequence[Entry]) -> None:
    """Write imported bookings with all that belongs to them; raises Contended when one of them came in meanwhile."""
    changes = [change for entry in entries for change in entry.changes]
    keys = [
        {
            "restaurant_id": restaurant_id,
            "source": name,
            "external_id": entry.external_id,
            "booking_id": entry.changes[-1].after.id,
            "run_id": run_id,
            "recorded": dict(entry.recorded),
        }
        for entry in entries
    ]
    await connection.execute(
        SQL["insert_imported"],
        [guest_row(entry.guest, entry.changes[-1].after) for entry in entries],
        [row_of(entry.changes[-1].after) for entry in entries],
        [change.history() for change in changes],
        [told_nobody(change) for change in changes],
        keys,
    )


async def present(
    source: Database | Connection, restaurant_id: int, name: str, ids: Sequence[str]
) -> dict[str, Present]:
    """Return how imported bookings are here now, by the other system's ids."""
    rows = await source.fetch(SQL["imported_now"], restaurant_id, name, list(ids))
    return {row["external_id"]: _present(row) for row in rows}


def _present(row: asyncpg.Record) -> Present:
    booking = booking_from(row)
    details = (row["guest_name"], row["guest_email"], row["guest_phone"], row["guest_locale"])
    guest = Guest(booking.guest_id, booking.restaurant_id, *details)
    return Present(booking, guest, row["recorded"], tuple(row["tables"] or ()))


async def record(
    connection: Connection, restaurant_id: int, name: str, external_id: str, recorded: Mapping[str, Any]
) -> None:
    """Keep what the other system says of a booking now."""
    await connection.execute(SQL["record_import"], restaurant_id, name, external_id, dict(recorded))


async def alike(database: Database, restaurant_id: int, name: str, rows: Sequence[Mapping[str, Any]]) -> list[Alike]:
    """Return which rows of a file are bookings here already that its source did not bring."""
    found = await database.fetch(SQL["here_under_another_source"], restaurant_id, name, list(rows))
    return [Alike(**dict(row)) for row in found]


def told_nobody(change: Change) -> dict[str, Any]:
    """Return the outbox row of a step that nobody is told of: it happened elsewhere, or is the import's own doing."""
    row = outbox_row(change)
    event = row["event"]
    return {**row, "event": {**event, "data": {**event["data"], "imported": True}}, "done_at": change.at}
