"""What a restaurant knows of a guest: their bookings, and what staff noted. Equal phone or email, never equal names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from maitred.store.database import Connection, Database
from maitred.store.sql import SQL
from maitred.store.views import BookingView, GuestView, view_from


@dataclass(frozen=True, slots=True)
class GuestNote:
    """What staff noted of a guest, who and when; `at` None: nobody ever did."""

    notes: str | None = None
    tags: tuple[str, ...] = ()
    at: datetime | None = None
    by: str | None = None


NO_NOTE = GuestNote()


async def bookings_of(database: Database, restaurant_id: int, guest: GuestView, limit: int) -> list[BookingView]:
    """Return the bookings of everybody with this guest's phone or email, the latest first."""
    rows = await database.fetch(SQL["bookings_of_guest"], restaurant_id, guest.id, guest.phone, guest.email, limit)
    return [view_from(row) for row in rows]


async def names_of_day(database: Database, restaurant_id: int, day: date) -> dict[str, str]:
    """Return the guests' names of a day by their booking's id."""
    return {str(row["id"]): row["name"] for row in await database.fetch(SQL["guest_names"], restaurant_id, day)}


async def names_of_references(database: Database, restaurant_id: int, references: Iterable[str]) -> dict[str, str]:
    """Return the guests' names by their bookings' references; what is nobody's reference is left out."""
    rows = await database.fetch(SQL["guest_names_of_references"], restaurant_id, sorted(references))
    return {row["reference"]: row["name"] for row in rows if row["name"]}


async def note_of(source: Database | Connection, restaurant_id: int, guest: GuestView) -> GuestNote:
    """Return the newest note about anybody with this guest's phone or email."""
    row = await source.fetchrow(SQL["note_of_guest"], restaurant_id, guest.id, guest.phone, guest.email)
    return GuestNote(row["house_notes"], tuple(row["tags"]), row["noted_at"], row["noted_by"]) if row else NO_NOTE


async def lock(connection: Connection, restaurant_id: int, guest: GuestView) -> None:
    """Let nobody else note anything about anybody with this guest's phone or email until the transaction ends."""
    known = sorted({text.lower() for text in (guest.phone, guest.email) if text})
    await connection.execute(SQL["lock_guest"], restaurant_id, known)


async def note(
    connection: Connection, guest_id: UUID, notes: str | None, tags: Sequence[str], at: datetime, who: str
) -> None:
    """Write a note on a guest's row."""
    await connection.execute(SQL["note_guest"], guest_id, notes, list(tags), at, who)
