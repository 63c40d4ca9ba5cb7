"""The queue at the door: walk-ins that wait, in the order they came."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from maitred.domain.events import Event
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Party:
    """A walk-in in the queue. Quoted minutes are None when no wait could be told; `booking_id` once it is seated."""

    id: UUID
    restaurant_id: int
    service_date: date
    name: str
    party_size: int
    accessible: bool
    phone: str | None
    notes: str | None
    quoted_from: int | None
    quoted_to: int | None
    joined_at: datetime
    joined_by: str
    called_at: datetime | None = None
    called_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    booking_id: UUID | None = None


async def join(connection: Connection, party: Party) -> None:
    """Add a party."""
    await connection.execute(
        SQL["join_queue"], party.id, party.restaurant_id, party.service_date, party.name, party.party_size,
        party.accessible, party.phone, party.notes, party.quoted_from, party.quoted_to, party.joined_at,
        party.joined_by,
    )  # fmt: skip


async def waiting(source: Database | Connection, restaurant_id: int) -> list[Party]:
    """Return who waits, in the order they came."""
    return [_party(row) for row in await source.fetch(SQL["waiting_parties"], restaurant_id)]


async def by_id(source: Database | Connection, restaurant_id: int, party_id: UUID) -> Party | None:
    """Return a party, waiting or not."""
    row = await source.fetchrow(SQL["waiting_party"], restaurant_id, party_id)
    return _party(row) if row else None


async def call(connection: Connection, restaurant_id: int, party_id: UUID, at: datetime | None, by: str) -> bool:
    """Note that a party was called (None: that it was not); False when that changes nothing."""
    return await connection.fetchval(SQL["call_party"], restaurant_id, party_id, at, by) is not None


async def close(connection: Connection, restaurant_id: int, party_id: UUID, at: datetime, by: str) -> bool:
    """Let a party leave the queue; False when it waits no more."""
    return await connection.fetchval(SQL["close_party"], restaurant_id, party_id, at, by) is not None


async def seated(connection: Connection, restaurant_id: int, party_id: UUID, booking_id: UUID) -> None:
    """Note which booking a party was seated as."""
    await connection.execute(SQL["seat_party"], restaurant_id, party_id, booking_id)


async def reopen(connection: Connection, restaurant_id: int, party_id: UUID, since: datetime) -> bool:
    """Let a party that left after an instant wait again; False when there is none."""
    return await connection.fetchval(SQL["reopen_party"], restaurant_id, party_id, since) is not None


async def tell(connection: Connection, restaurant_id: int, event: Event) -> None:
    """Write an event about the queue to the outbox."""
    await connection.execute(SQL["tell_of_queue"], event.id, restaurant_id, event.envelope())


def _party(row: asyncpg.Record) -> Party:
    return Party(**dict(row))
