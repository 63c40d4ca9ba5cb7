"""Feature flags as they are kept: one row a flag, one a restaurant that something is said of, and every change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

What = Literal["killed", "default", "percentage", "mode", "opted_in"]
CHANNEL: Final = "maitred_flags"


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag: `version` changes with this row, `revision` with anything about the flag."""

    flag: str
    killed: bool
    default_mode: str | None
    percentage: int | None
    version: int
    revision: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RestaurantRow:
    """What is said of one restaurant; `mode` None: no override."""

    id: int
    slug: str
    mode: str | None
    opted_in: bool
    version: int
    changed_at: datetime


async def revision(database: Database, flag: str) -> int | None:
    """Return a number that changes with anything about a flag; None for a flag that is not there."""
    found: int | None = await database.fetchval(SQL["flag_revision"], flag)
    return found


async def read(source: Database | Connection, flag: str) -> FlagRow | None:
    """Return a flag as it is."""
    row = await source.fetchrow(SQL["flag_row"], flag)
    return FlagRow(**dict(row)) if row else None


async def lock(connection: Connection, flag: str) -> FlagRow | None:
    """Lock a flag and return it."""
    row = await connection.fetchrow(SQL["lock_flag"], flag)
    return FlagRow(**dict(row)) if row else None


async def restaurants(source: Database | Connection, flag: str) -> list[RestaurantRow]:
    """Return the restaurants of which something is said."""
    return [RestaurantRow(**dict(row)) for row in await source.fetch(SQL["flag_restaurants"], flag)]


async def restaurant(source: Database | Connection, flag: str, restaurant_id: int) -> RestaurantRow | None:
    """Return what is said of one restaurant, if anything ever was."""
    row = await source.fetchrow(SQL["flag_restaurant"], flag, restaurant_id)
    return RestaurantRow(**dict(row)) if row else None


async def every_restaurant(database: Database) -> Sequence[tuple[int, str]]:
    """Return every restaurant as (number, slug)."""
    return [(row["id"], row["slug"]) for row in await database.fetch(SQL["restaurants_by_slug"])]


async def write(connection: Connection, row: FlagRow) -> None:
    """Write a flag's own values; the caller has locked it."""
    await connection.execute(SQL["write_flag"], row.flag, row.killed, row.default_mode, row.percentage)


async def write_restaurant(
    connection: Connection, flag: str, restaurant_id: int, mode: str | None, *, opted_in: bool
) -> None:
    """Write what is said of one restaurant; the caller has locked the flag."""
    await connection.execute(SQL["write_flag_restaurant"], flag, restaurant_id, mode, opted_in)


async def record(
    connection: Connection,
    flag: str,
    restaurant_id: int | None,
    changed: Mapping[What, tuple[object, object]],
    by: str,
    reason: str,
) -> None:
    """Append who changed what, from what to what and why, and tell every process with the commit."""
    for what, (before, after) in changed.items():
        values = _plain(before), _plain(after)
        await connection.execute(SQL["insert_flag_change"], flag, restaurant_id, what, *values, by, reason)
    await connection.execute(SQL["announce_flag"], flag)


async def changes(database: Database, flag: str, restaurant_id: int | None, limit: int) -> list[dict[str, Any]]:
    """Return what was changed, the newest first; with a restaurant what was about it or about all of them."""
    return [dict(row) for row in await database.fetch(SQL["flag_changes"], flag, restaurant_id, limit)]


def _plain(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)
