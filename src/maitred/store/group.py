"""What stands in the list of several restaurants, and what was last printed of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from maitred.store.database import Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One restaurant today: what is booked, what waits for a person, what did not get through."""

    id: int
    slug: str
    name: str
    day: date
    parties: int
    covers: int
    seated: int
    reviews: int
    oldest_s: float | None
    overdue: int
    letters: int
    outbox_s: float | None


@dataclass(frozen=True, slots=True)
class Print:
    """When a day's sheet was last printed, by whom, and what stood on it by booking."""

    printed_at: datetime
    printed_by: str
    lines: Mapping[str, Any]


async def group_rows(database: Database, days: Mapping[int, date]) -> list[GroupRow]:
    """Return restaurants by their number, each on the service day it is in now."""
    found = await database.fetch(SQL["group_rows"], list(days), list(days.values()))
    return [GroupRow(**dict(row)) for row in found]


async def last_print(database: Database, restaurant_id: int, on: date) -> Print | None:
    """Return what was last printed of a day."""
    row = await database.fetchrow(SQL["last_print"], restaurant_id, on)
    return Print(**dict(row)) if row else None


async def keep_print(database: Database, restaurant_id: int, on: date, kept: Print) -> None:
    """Keep what was printed of a day."""
    values = (kept.printed_at, kept.printed_by, dict(kept.lines))
    await database.execute(SQL["keep_print"], restaurant_id, on, *values)
