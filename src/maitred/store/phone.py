"""What somebody is typing while a guest is on the phone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maitred.store.database import Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Draft:
    """One call: what was typed, the time that is kept, and the booking once it is made."""

    call_id: UUID
    line: str
    hold_id: UUID | None
    held_for: datetime | None
    booking_id: UUID | None
    updated_at: datetime


async def draft_of(database: Database, person_id: UUID, restaurant_id: int) -> Draft | None:
    """Return the call somebody is on."""
    row = await database.fetchrow(SQL["phone_draft"], person_id, restaurant_id)
    return Draft(**dict(row)) if row else None


async def note_line(database: Database, person_id: UUID, restaurant_id: int, line: str, call_id: UUID) -> Draft:
    """Keep what is typed; `call_id` is the call's number when this begins one."""
    row = await database.fetchrow(SQL["note_line"], person_id, restaurant_id, line, call_id)
    assert row is not None
    return Draft(**dict(row))


async def keep_hold(
    database: Database, person_id: UUID, restaurant_id: int, hold_id: UUID | None, held_for: datetime | None
) -> None:
    """Note which hold belongs to the call, and which time was asked for then."""
    await database.execute(SQL["keep_hold"], person_id, restaurant_id, hold_id, held_for)


async def end_call(database: Database, person_id: UUID, restaurant_id: int, booking_id: UUID) -> None:
    """Note what came of the call."""
    await database.execute(SQL["end_call"], person_id, restaurant_id, booking_id)


async def clear(database: Database, person_id: UUID, restaurant_id: int) -> UUID | None:
    """Forget the call and return the hold it had."""
    hold_id: UUID | None = await database.fetchval(SQL["clear_draft"], person_id, restaurant_id)
    return hold_id
