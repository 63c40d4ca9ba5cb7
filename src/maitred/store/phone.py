"""What somebody is typing while a guest is on the phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maitred.store.database import Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Draft:
    """One call: what was typed, the time that is kept, and the booking once it is made.

    `settled` has the readings somebody chose: kind, the words in doubt, the reading. `left_line` is what was typed in
    the call before, if that came to nothing.
    """

    call_id: UUID
    line: str
    hold_id: UUID | None
    held_for: datetime | None
    booking_id: UUID | None
    updated_at: datetime
    settled: Sequence[Sequence[str]] = ()
    left_line: str = ""


async def draft_of(database: Database, person_id: UUID, restaurant_id: int) -> Draft | None:
    """Return the call somebody is on."""
    row = await database.fetchrow(SQL["phone_draft"], person_id, restaurant_id)
    return Draft(**dict(row)) if row else None


async def note_line(
    database: Database, person_id: UUID, restaurant_id: int, line: str, call_id: UUID, next_id: UUID
) -> Draft:
    """Keep what is typed in a call; `next_id` is the call's id when this one has come to a booking."""
    row = await database.fetchrow(SQL["note_line"], person_id, restaurant_id, line, call_id, next_id)
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


async def settle(database: Database, person_id: UUID, restaurant_id: int, settled: Sequence[Sequence[str]]) -> None:
    """Keep which readings were chosen in the call."""
    await database.execute(SQL["settle_words"], person_id, restaurant_id, [list(one) for one in settled])


async def go_on(database: Database, person_id: UUID, restaurant_id: int, call_id: UUID) -> None:
    """Go on with the line that was left, as a call of that id."""
    await database.execute(SQL["go_on_with_left_line"], person_id, restaurant_id, call_id)


async def clear(database: Database, person_id: UUID, restaurant_id: int, call_id: UUID) -> UUID | None:
    """End the call, begin one of that id, and return the hold it had."""
    hold_id: UUID | None = await database.fetchval(SQL["clear_draft"], person_id, restaurant_id, call_id)
    return hold_id
