"""Where bookings are now, for everybody who waits for one: a single statement, however many wait."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from maitred.store.database import Database
from maitred.store.sql import SQL


class Position(NamedTuple):
    """A booking's version and state."""

    booking_id: UUID
    version: int
    state: str


async def positions(database: Database, booking_ids: Sequence[UUID]) -> list[Position]:
    """Return the positions of those bookings that exist."""
    rows = await database.fetch(SQL["positions"], booking_ids)
    return [Position(row["id"], row["version"], row["state"]) for row in rows]
