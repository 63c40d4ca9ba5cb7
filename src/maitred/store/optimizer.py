"""The optimizer's runs, whose states are few and whose owners may die, and the record of nights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from maitred.domain.booking import Booking, State
from maitred.store.bookings import booking_from
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `basis` has the versions of the bookings it was computed from; `attempts` tells owners apart."""

    id: UUID
    restaurant_id: int
    restaurant: str
    service_date: date
    service: str | None
    auto: bool
    max_moves: int | None
    include_refused: bool
    state: str
    requested_by: str
    requested_at: datetime
    owner: str | None = None
    owner_until: datetime | None = None
    attempts: int = 0
    finished_at: datetime | None = None
    basis: Row | None = None
    proposal: Row | None = None
    error: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    move_set: UUID | None = None


@dataclass(frozen=True, slots=True)
class GuestLine:
    """A booking as a line of a diff names it."""

    id: UUID
    reference: str
    party_size: int
    starts_at: datetime
    guest: str


@dataclass(frozen=True, slots=True)
class NightRecord:
    """What one night took, and the most it could have."""

    service_date: date
    asked_covers: int
    seated_covers: int
    optimum_covers: int
    bound_covers: int
    recorded_at: datetime


_FIELDS: Final = tuple(field.name for field in fields(Run))


def _run(row: asyncpg.Record) -> Run:
    return Run(**{name: row[name] for name in _FIELDS})


async def insert(database: Database, run: Run) -> bool:
    """Queue a run; False when the day has one under way, or the service has had its scheduled one."""
    found = await database.fetchval(
        SQL["insert_run"],
        run.id,
        run.restaurant_id,
        run.service_date,
        run.service,
        run.auto,
        run.max_moves,
        run.include_refused,
        run.requested_by,
        run.requested_at,
    )
    return found is not None


async def by_id(database: Database, run_id: UUID) -> Run | None:
    """Return a run, or None."""
    row = await database.fetchrow(SQL["run_by_id"], run_id)
    return _run(row) if row else None


async def open_of_day(database: Database, restaurant_id: int, day: date) -> Run | None:
    """Return the run that is under way for a day, or None."""
    row = await database.fetchrow(SQL["open_run_of_day"], restaurant_id, day)
    return _run(row) if row else None


async def listing(database: Database, restaurant_id: int, day: date | None, limit: int) -> list[Run]:
    """Return a restaurant's runs, the newest first."""
    return [_run(row) for row in await database.fetch(SQL["runs_of_venue"], restaurant_id, day, limit)]


async def take(database: Database, owner: str, now: datetime, until: datetime) -> Run | None:
    """Own the next run to solve, or return None."""
    row = await database.fetchrow(SQL["take_run"], owner, now, until)
    return _run(row) if row else None


async def give_back(database: Database, run: Run) -> None:
    """Queue a run again that its owner could not finish."""
    await database.execute(SQL["give_run_back"], run.id, run.owner, run.attempts)


async def finish(
    database: Database,
    run: Run,
    state: str,
    at: datetime,
    *,
    basis: Row | None = None,
    proposal: Row | None = None,
    error: str | None = None,
) -> bool:
    """Write what a run came to; False when it is no longer this owner's."""
    values = (run.id, run.owner, run.attempts, state, at, basis, proposal, error)
    return await database.fetchval(SQL["finish_run"], *values) is not None


async def settle(
    source: Connection | Database, run_id: UUID, state: str, at: datetime, who: str, move_set: UUID | None = None
) -> bool:
    """Note that a proposal was applied or dismissed; False when it is no proposal any more."""
    return await source.fetchval(SQL["settle_run"], run_id, state, at, who, move_set) is not None


async def outdate(database: Database, run_id: UUID, why: str) -> None:
    """Note that a proposal does not hold any more."""
    await database.execute(SQL["outdate_run"], run_id, why)


async def scheduled_proposals(database: Database, since: datetime) -> list[Run]:
    """Return proposals by schedule that are open, finished after an instant."""
    return [_run(row) for row in await database.fetch(SQL["scheduled_proposals"], since)]


async def bookings_of_day(database: Database, restaurant_id: int, day: date, states: Sequence[State]) -> list[Booking]:
    """Return a day's bookings in some states, in order of arrival."""
    rows = await database.fetch(SQL["bookings_of_day"], restaurant_id, day, list(states))
    return [booking_from(row) for row in rows]


async def guests_of(database: Database, booking_ids: Sequence[UUID]) -> dict[str, GuestLine]:
    """Return how lines of a diff name bookings, by their ids as text."""
    rows = await database.fetch(SQL["guests_of_bookings"], list(booking_ids))
    return {str(row["id"]): GuestLine(**dict(row)) for row in rows}


async def venues_on_schedule(database: Database) -> list[str]:
    """Return the slugs of venues whose days are planned again by schedule."""
    return [row["slug"] for row in await database.fetch(SQL["venues_with_optimizer"])]


async def nights_to_record(database: Database, first: date, last: date) -> list[tuple[str, date]]:
    """Return days (slug, date) that have bookings and no record yet."""
    rows = await database.fetch(SQL["nights_to_record"], first, last)
    return [(row["slug"], row["service_date"]) for row in rows]


async def insert_night(database: Database, restaurant_id: int, night: NightRecord) -> None:
    """Record a night; the first record stays."""
    await database.execute(
        SQL["insert_night"],
        restaurant_id,
        night.service_date,
        night.asked_covers,
        night.seated_covers,
        night.optimum_covers,
        night.bound_covers,
        night.recorded_at,
    )


async def nights(database: Database, restaurant_id: int, first: date, last: date, limit: int) -> list[NightRecord]:
    """Return the nights recorded, the latest first."""
    rows = await database.fetch(SQL["nights_of_venue"], restaurant_id, first, last, limit)
    return [NightRecord(**dict(row)) for row in rows]
