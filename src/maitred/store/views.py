"""Reads for callers and screens: a booking with its guest and tables, lists, history, attempts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from maitred.domain.booking import Booking
from maitred.store.bookings import booking_from
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class GuestView:
    """A guest as shown with a booking."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    locale: str | None


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking with its guest and the tables it has now."""

    booking: Booking
    guest: GuestView
    tables: tuple[str, ...]
    seated_from: datetime | None
    seated_until: datetime | None
    created_at: datetime
    updated_at: datetime
    seated_at: datetime | None = None
    """When a party that sits sat down, at whatever table; `seated_from` is since when it has those it has now."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One step of a booking's life."""

    version: int
    from_state: str | None
    action: str
    to_state: str
    actor_kind: str
    actor_id: str
    reason_code: str | None
    reason_data: Mapping[str, Any] | None
    at: datetime
    event_id: UUID


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One round of the coordinator."""

    round: int
    strategy: str | None
    plan: Mapping[str, Any] | None
    runner_up: Mapping[str, Any] | None
    outcome: str
    reason_code: str | None
    reason_data: Mapping[str, Any] | None
    duration_ms: float
    decided_at: datetime
    worker: str


async def booking_view(database: Database, booking_id: UUID) -> BookingView | None:
    """Return one booking, or None."""
    row = await database.fetchrow(SQL["booking_view"], booking_id)
    return view_from(row) if row else None


async def list_bookings(
    database: Database,
    restaurant_id: int,
    *,
    service_date: date | None = None,
    states: Sequence[str] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[BookingView]:
    """Return bookings in order of arrival; `after` is the arrival number of the last one of the page before."""
    wanted = list(states) if states else None
    rows = await database.fetch(SQL["list_bookings"], restaurant_id, service_date, wanted, after, limit)
    return [view_from(row) for row in rows]


class Waiting(NamedTuple):
    """How many bookings wait for a person, the nearest deadline, and how many guests need a table by some day."""

    reviews: int
    first: datetime | None
    tableless: int


async def reviews_waiting(database: Database | Connection, restaurant_id: int, day: date | None = None) -> Waiting:
    """Return what waits for a person in a restaurant; guests without their table are counted up to a day."""
    row = await database.fetchrow(SQL["reviews_waiting"], restaurant_id, day)
    return Waiting(row["waiting"], row["first"], row["tableless"]) if row else Waiting(0, None, 0)


async def without_table(database: Database, restaurant_id: int, day: date) -> list[BookingView]:
    """Return the bookings up to a service day that were confirmed once and have no table, the earliest first."""
    return [view_from(row) for row in await database.fetch(SQL["without_table"], restaurant_id, day)]


async def review_queue(database: Database, restaurant_id: int) -> list[BookingView]:
    """Return the bookings under manual review: who was confirmed once, then the nearest deadline first."""
    return [view_from(row) for row in await database.fetch(SQL["review_queue"], restaurant_id)]


async def days_touched(database: Database, restaurant_id: int, days: Sequence[date]) -> dict[date, datetime]:
    """Return when something last happened to a booking of each of some service days."""
    rows = await database.fetch(SQL["days_touched"], restaurant_id, list(days))
    return {row["service_date"]: row["at"] for row in rows}


async def history(database: Database, booking_id: UUID) -> list[HistoryEntry]:
    """Return every step of a booking, oldest first."""
    return [HistoryEntry(**dict(row)) for row in await database.fetch(SQL["history"], booking_id)]


async def attempts(database: Database, booking_id: UUID) -> list[AttemptRow]:
    """Return the coordinator's rounds for a booking, oldest first."""
    return [AttemptRow(**dict(row)) for row in await database.fetch(SQL["attempts"], booking_id)]


def view_from(row: asyncpg.Record) -> BookingView:
    """Return the booking of a row of `bookings_shown`."""
    guest = GuestView(row["guest_id"], row["guest_name"], row["guest_email"], row["guest_phone"], row["guest_locale"])
    return BookingView(
        booking_from(row),
        guest,
        tuple(row["tables"] or ()),
        row["seated_from"],
        row["seated_until"],
        row["created_at"],
        row["updated_at"],
        row["seated_at"],
    )
