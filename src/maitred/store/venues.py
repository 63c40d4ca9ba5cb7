"""Venues: the versioned document, and the physical rows that constraints hold on to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from maitred.domain.venue import Venue
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A venue as kept: its number, slug, version and document."""

    id: int
    slug: str
    version: int
    document: Mapping[str, Any]


async def by_slug(database: Database, slug: str) -> VenueRow | None:
    """Return a venue by its slug, or None."""
    row = await database.fetchrow(SQL["venue_by_slug"], slug)
    return VenueRow(**dict(row)) if row else None


async def by_id(database: Database, restaurant_id: int) -> VenueRow | None:
    """Return a venue by its number, or None."""
    row = await database.fetchrow(SQL["venue_by_id"], restaurant_id)
    return VenueRow(**dict(row)) if row else None


async def listing(database: Database, restaurant_id: int | None) -> list[dict[str, Any]]:
    """Return slug, name, timezone and version of every venue (or of the one given)."""
    return [dict(row) for row in await database.fetch(SQL["venue_slugs"], restaurant_id)]


async def lock(connection: Connection, slug: str) -> VenueRow | None:
    """Lock a venue for a new version and return the present one."""
    row = await connection.fetchrow(SQL["lock_venue"], slug)
    return VenueRow(row["id"], slug, row["version"], row["document"]) if row else None


async def version_in_force(connection: Connection, restaurant_id: int) -> int:
    """Return the venue's version, which no import can replace before this transaction ends."""
    version: int = await connection.fetchval(SQL["venue_version"], restaurant_id)
    return version


async def create(connection: Connection, venue: Venue) -> int | None:
    """Insert a venue's row; None when somebody else has just made it."""
    number: int | None = await connection.fetchval(
        SQL["insert_venue"], venue.slug, venue.name, venue.timezone, await _group(connection, venue)
    )
    return number


async def write_version(
    connection: Connection, restaurant_id: int, version: int, venue: Venue, document: Mapping[str, Any], who: str
) -> None:
    """Write a new version: the document, then zones, tables and joins as rows."""
    group = await _group(connection, venue)
    await connection.execute(SQL["update_venue"], restaurant_id, venue.name, venue.timezone, group, version)
    await connection.execute(SQL["insert_venue_version"], restaurant_id, version, dict(document), who)
    await connection.execute(
        SQL["upsert_zones"], restaurant_id, [{"id": zone.id, "name": zone.name} for zone in venue.zones]
    )
    await connection.execute(SQL["upsert_tables"], restaurant_id, [_table(table) for table in venue.tables])
    await connection.execute(SQL["retire_tables"], restaurant_id, [table.id for table in venue.tables])
    await _write_joins(connection, restaurant_id, venue)


async def live_bookings_elsewhere(
    connection: Connection, restaurant_id: int, tables: Sequence[str], now: datetime
) -> list[dict[str, Any]]:
    """Return live bookings that sit on other tables than these."""
    rows = await connection.fetch(SQL["live_bookings_on_tables"], restaurant_id, list(tables), now)
    return [dict(row) for row in rows]


async def unseated(connection: Connection, restaurant_id: int, now: datetime) -> list[dict[str, Any]]:
    """Return future bookings whose tables no longer seat their party."""
    return [dict(row) for row in await connection.fetch(SQL["unseated_by_new_version"], restaurant_id, now)]


async def delete_blocks(connection: Connection, restaurant_id: int) -> None:
    """Remove a venue's table blocks with their allocations."""
    await connection.execute(SQL["delete_blocks"], restaurant_id)


async def insert_block(
    connection: Connection,
    block_id: UUID,
    restaurant_id: int,
    table: str,
    window: tuple[datetime, datetime],
    reason: str,
) -> None:
    """Insert a block's row (without its allocations)."""
    await connection.execute(SQL["insert_block"], block_id, restaurant_id, table, window[0], window[1], reason)


async def lock_days(connection: Connection, restaurant_id: int, days: Sequence[date]) -> dict[date, int]:
    """Make sure that days exist, lock them in order and return their fences."""
    await connection.execute(SQL["ensure_days"], restaurant_id, list(days))
    rows = await connection.fetch(SQL["lock_days_from"], restaurant_id, list(days))
    return {row["service_date"]: row["fence"] for row in rows}


async def renew_fences(connection: Connection, restaurant_id: int, since: date) -> None:
    """Raise the fences of a restaurant's days from a date on, as a new owner of each would."""
    await connection.execute(SQL["renew_fences"], restaurant_id, since)


async def _group(connection: Connection, venue: Venue) -> int | None:
    if venue.group is None:
        return None
    number: int = await connection.fetchval(SQL["upsert_group"], venue.group)
    return number


def _table(table: Any) -> dict[str, Any]:
    names = ("id", "zone", "capacity", "extra_chairs", "min_party", "movable", "accessible")
    return {name: getattr(table, name) for name in names}


async def _write_joins(connection: Connection, restaurant_id: int, venue: Venue) -> None:
    await connection.execute(SQL["delete_joins"], restaurant_id)
    pairs = [dict(zip("ab", sorted((join.a, join.b)), strict=True)) for join in venue.joins]
    await connection.execute(SQL["replace_joins"], restaurant_id, pairs)
    await connection.execute(SQL["delete_join_capacities"], restaurant_id)
    for tables, capacity in sorted(venue.join_capacities.items(), key=lambda item: sorted(item[0])):
        await connection.execute(SQL["insert_join_capacity"], restaurant_id, sorted(tables), capacity)
