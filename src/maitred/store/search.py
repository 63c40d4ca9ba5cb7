"""Bookings found by what people type, and the folded words by which they are found."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from maitred.domain.folding import kept_words, sought
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL
from maitred.store.views import BookingView, view_from

BATCH: Final = 2000


async def search_bookings(
    database: Database,
    restaurant_id: int,
    query: str,
    *,
    service_date: date | None = None,
    states: Sequence[str] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[BookingView]:
    """Return bookings that a text means, in order of arrival; `after` is the last arrival number of the page before."""
    wanted = sought(query)
    if wanted.nothing:
        return []
    patterns = wanted.first, list(wanted.others), wanted.reference
    rows = await database.fetch(
        SQL["search_bookings"], restaurant_id, *patterns, service_date, list(states) if states else None, after, limit
    )
    return [view_from(row) for row in rows]


async def find_bookings(
    database: Database, restaurant_id: int, query: str, today: date, limit: int = 12
) -> list[BookingView]:
    """Return bookings of any day that a text means, the latest first.

    One or two letters mean half the book: they are looked for in one day only.
    """
    wanted = sought(query)
    if wanted.nothing:
        return []
    patterns = wanted.first, list(wanted.others), wanted.reference
    day = today if wanted.short else None
    rows = await database.fetch(SQL["find_bookings"], restaurant_id, *patterns, day, limit)
    return [view_from(row) for row in rows]


async def fold_guests(connection: Connection, ids: Sequence[UUID]) -> None:
    """Write what guests are found by anew, from what stands beside it."""
    rows = [dict(row) for row in await connection.fetch(SQL["lock_words_of"], list(ids))]
    await connection.execute(SQL["write_words"], [row["id"] for row in rows], [_words(row) for row in rows])


async def fold_batch(connection: Connection) -> int:
    """Fold some guests that an older version has written, and return how many; 0 when all are folded."""
    ids = [row["id"] for row in await connection.fetch(SQL["not_folded"], BATCH)]
    if ids:
        await fold_guests(connection, ids)
    return len(ids)


def _words(row: dict[str, Any]) -> str:
    ids = row["reference"], row["external_ref"]
    return kept_words(row["name"], row["email"], row["phone"], *ids)
