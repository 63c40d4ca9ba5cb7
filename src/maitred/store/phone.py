"""What somebody is typing while a guest is on the phone: a draft for each call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Draft:
    """One call: what was typed and settled by hand, the time that is kept, and the booking once it is made.

    `settled` has for each kind what was typed, and the words of the line that it stands for.
    """

    call_id: UUID
    line: str = ""
    settled: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hold_id: UUID | None = None
    held_for: datetime | None = None
    booking_id: UUID | None = None


def _draft(row: asyncpg.Record | None) -> Draft | None:
    return Draft(**dict(row)) if row else None


async def draft_of(source: Database | Connection, person_id: UUID, restaurant_id: int, call_id: UUID) -> Draft | None:
    """Return a call of somebody's own."""
    return _draft(await source.fetchrow(SQL["phone_draft"], call_id, person_id, restaurant_id))


async def lock(connection: Connection, call_id: UUID) -> Draft | None:
    """Return a call and keep everybody else from changing it until the transaction ends."""
    return _draft(await connection.fetchrow(SQL["lock_draft"], call_id))


async def left(database: Database, person_id: UUID, restaurant_id: int, since: datetime, most: int) -> list[Draft]:
    """Return the calls that somebody left with something typed, the latest first."""
    rows = await database.fetch(SQL["drafts_left"], person_id, restaurant_id, since, most)
    return [Draft(**dict(row)) for row in rows]


async def note(
    database: Database,
    person_id: UUID,
    restaurant_id: int,
    call_id: UUID,
    line: str,
    settled: Mapping[str, Any],
    at: datetime,
) -> Draft | None:
    """Keep what is typed and settled; None when the call is booked, or somebody else's."""
    return _draft(
        await database.fetchrow(SQL["note_draft"], call_id, person_id, restaurant_id, line, dict(settled), at)
    )


async def keep_hold(connection: Connection, call_id: UUID, hold_id: UUID | None, held_for: datetime | None) -> None:
    """Note which hold belongs to the call, and which time was asked for then."""
    await connection.execute(SQL["keep_hold"], call_id, hold_id, held_for)


async def end_call(connection: Connection, call_id: UUID, booking_id: UUID) -> bool:
    """Note what came of a call; False when something had come of it already."""
    return await connection.fetchval(SQL["end_call"], call_id, booking_id) is not None


async def forget(connection: Connection, person_id: UUID, restaurant_id: int, call_id: UUID) -> UUID | None:
    """Forget a call and return the hold it had."""
    hold_id: UUID | None = await connection.fetchval(SQL["forget_draft"], call_id, person_id, restaurant_id)
    return hold_id


async def purge(database: Database, before: datetime) -> None:
    """Forget the calls that nobody has touched since an instant."""
    await database.execute(SQL["purge_drafts"], before)
