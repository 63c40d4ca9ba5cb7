"""What changed on a day since a person looked, and until when they have seen it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from maitred.store.database import Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Changed:
    """One step of a booking that somebody has to hear of."""

    booking_id: UUID
    version: int
    action: str
    actor_kind: str
    actor_id: str
    reason_code: str | None
    reason_data: Mapping[str, Any] | None
    at: datetime
    reference: str
    guest: str
    party_size: int
    starts_at: datetime


async def looked_at(database: Database, person_id: UUID, restaurant_id: int, day: date) -> datetime | None:
    """Return until when somebody has seen a day; None before they first did."""
    mark: datetime | None = await database.fetchval(SQL["looked_at"], person_id, restaurant_id, day)
    return mark


async def acknowledge(database: Database, person_id: UUID, restaurant_id: int, day: date, until: datetime) -> None:
    """Note that somebody has seen everything up to an instant."""
    await database.execute(SQL["acknowledge_changes"], person_id, restaurant_id, day, until)


async def since(database: Database, restaurant_id: int, day: date, mark: datetime, name: str) -> list[Changed]:
    """Return what others than `name` changed on a day after an instant, in order."""
    rows = await database.fetch(SQL["changes_since"], restaurant_id, day, mark, name)
    return [Changed(**dict(row)) for row in rows]
