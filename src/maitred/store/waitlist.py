"""The waitlist: entries, their guests, and the one write that keeps row, history and event together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from maitred.domain.booking import Source
from maitred.domain.errors import StaleBooking
from maitred.domain.waitlist import Entry, EntryChange, WaitState
from maitred.store.bookings import Guest, guest_row
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL
from maitred.store.views import GuestView

_FIELDS: Final = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry with its guest."""

    entry: Entry
    guest: GuestView


@dataclass(frozen=True, slots=True)
class WaitStep:
    """One step of an entry's life."""

    version: int
    from_state: str | None
    to_state: str
    actor_kind: str
    actor_id: str
    reason: str | None
    starts_at: datetime | None
    at: datetime


async def join(
    connection: Connection | Database,
    change: EntryChange,
    guest: Guest,
    consents: Sequence[Mapping[str, Any]],
    wish_sha256: bytes,
) -> int | None:
    """Insert an entry and return its place; None when it, or the same live wish, is there already."""
    row = _row(change.after) | {"wish_sha256": "\\x" + wish_sha256.hex()}
    try:
        place: int | None = await connection.fetchval(
            SQL["join_waitlist"], row, guest_row(guest), list(consents), change.history(), _outbox_row(change)
        )
    except asyncpg.UniqueViolationError:  # the same wish came in the same instant
        return None
    return place


async def save(connection: Connection, change: EntryChange) -> None:
    """Write a step of an entry; raises StaleBooking when it has moved on since it was read."""
    assert change.before is not None
    stale = StaleBooking(change.after.id, change.before.version)
    try:
        saved = await connection.fetchval(
            SQL["waitlist_save"], _row(change.after), change.before.version, change.history(), _outbox_row(change)
        )
    except asyncpg.UniqueViolationError as taken:  # history has that version: somebody else wrote it
        raise stale from taken
    if saved is None:
        raise stale


async def by_id(source: Database | Connection, entry_id: UUID) -> Waiting | None:
    """Return an entry with its guest, or None."""
    row = await source.fetchrow(SQL["waitlist_entry"], entry_id)
    return _waiting(row) if row else None


async def of_wish(source: Database | Connection, restaurant_id: int, wish_sha256: bytes) -> UUID | None:
    """Return the live entry of a wish."""
    found: UUID | None = await source.fetchval(SQL["waitlist_entry_of_wish"], restaurant_id, wish_sha256)
    return found


async def of_booking(source: Database | Connection, booking_id: UUID) -> UUID | None:
    """Return the entry that a booking was made from, None for a booking that came in by itself."""
    found: UUID | None = await source.fetchval(SQL["waitlist_entry_of_booking"], booking_id)
    return found


async def of_day(
    source: Database | Connection, restaurant_id: int, day: date, *, live_only: bool = True
) -> list[Waiting]:
    """Return the entries of a day in order of joining."""
    rows = await source.fetch(SQL["waitlist_of_day"], restaurant_id, day, live_only)
    return [_waiting(row) for row in rows]


async def history(source: Database | Connection, entry_id: UUID) -> list[WaitStep]:
    """Return every step of an entry's life."""
    names = tuple(field.name for field in fields(WaitStep))
    return [
        WaitStep(**{name: row[name] for name in names}) for row in await source.fetch(SQL["waitlist_history"], entry_id)
    ]


async def days(database: Database, after: tuple[str, date], limit: int) -> list[tuple[str, date]]:
    """Return days (slug, date) on which somebody waits, in that order, those after one of them."""
    return [(row["slug"], row["service_date"]) for row in await database.fetch(SQL["waitlist_days"], *after, limit)]


async def lapsed(database: Database, restaurant_id: int, day: date) -> list[UUID]:
    """Return the entries of a day whose offer is over."""
    return [row["id"] for row in await database.fetch(SQL["waitlist_lapsed"], restaurant_id, day)]


async def booked_otherwise(source: Database | Connection, restaurant_id: int, day: date) -> dict[UUID, bool]:
    """Return who waits and has asked for a table otherwise since, and whether they have one by now."""
    rows = await source.fetch(SQL["waitlist_booked_otherwise"], restaurant_id, day)
    return {row["id"]: row["seated"] for row in rows}


def _row(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _FIELDS if name not in ("restaurant", "place")}


def _outbox_row(change: EntryChange) -> dict[str, Any]:
    event = change.event()
    return {
        "event_id": event.id,
        "restaurant_id": change.after.restaurant_id,
        "type": event.type,
        "event": event.envelope(),
    }


def _waiting(row: asyncpg.Record) -> Waiting:
    values = {name: row[name] for name in _FIELDS}
    values["state"], values["source"] = WaitState(values["state"]), Source(values["source"])
    entry = Entry(**values)
    guest = GuestView(entry.guest_id, row["guest_name"], row["guest_email"], row["guest_phone"], row["guest_locale"])
    return Waiting(entry, guest)
