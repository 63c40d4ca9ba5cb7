"""What guests typed into forms that have to be put right, for the page that asks them to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maitred.store.database import Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent, what is wrong with which field, and what else is to be said."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    said: str | None


async def keep(database: Database, number: UUID, restaurant_id: int, typed: Typed, until: datetime) -> None:
    """Keep a form until an instant."""
    fields, faults = dict(typed.fields), dict(typed.faults)
    await database.execute(SQL["keep_typed"], number, restaurant_id, fields, faults, typed.said, until)


async def find(database: Database, number: UUID, restaurant_id: int, now: datetime) -> Typed | None:
    """Return a form that is kept yet."""
    row = await database.fetchrow(SQL["find_typed"], number, restaurant_id, now)
    return Typed(**dict(row)) if row else None


async def purge(database: Database, before: datetime) -> None:
    """Forget the forms that were kept until an instant."""
    await database.execute(SQL["purge_typed"], before)
