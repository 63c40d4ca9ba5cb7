"""Where personal data of guests lies. A table that keeps any has its place in PLACES; a test searches all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from maitred.store.database import Connection
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Place:
    """Data of one kind: the block of personal.sql that reads it, and those that take it away (none: not personal)."""

    name: str
    export: str | None
    erase: tuple[str, ...] = ()


# In the order of export. Erasing goes the other way, so that guests, by whom all is found, go last.
PLACES: Final = (
    Place("guests", "export_guests", ("erase_guests",)),
    Place("consents", "export_consents"),
    Place("bookings", "export_bookings", ("erase_bookings",)),
    Place("imports", "export_imports", ("erase_imports",)),
    Place("history", "export_history", ("erase_history",)),
    Place("attempts", "export_attempts", ("erase_attempts",)),
    Place("moves", "export_moves", ("erase_moves", "erase_moves_changed")),
    Place("undo", "export_undo", ("erase_undo",)),
    Place("waitlist", "export_waitlist", ("erase_waitlist",)),
    Place("messages", "export_messages", ("erase_messages", "erase_suppressions")),
    Place("door_queue", "export_queue", ("erase_queue",)),
    Place("phone_drafts", "export_drafts", ("erase_drafts",)),
    Place("forms_typed", "export_typed", ("erase_typed",)),
    Place("api_answers", "export_answers", ("erase_answers",)),
    Place("printed_sheets", None, ("erase_prints",)),
    Place("dead_letters", None, ("erase_letters",)),
    Place("webhook_answers", None, ("erase_excerpts",)),
    Place("events", "export_events"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything by which a guest's data is found: their rows, their bookings, their addresses, numbers and names."""

    restaurant_id: int | None
    guests: list[UUID]
    bookings: list[dict[str, Any]]
    waiting: list[UUID]
    emails: list[str]
    words: list[str]

    @property
    def parameters(self) -> tuple[Any, ...]:
        """The parameters of every block, in order."""
        return self.restaurant_id, self.guests, [one["id"] for one in self.bookings], self.emails, self.words


async def find(connection: Connection, restaurant_id: int | None, email: str | None, phone: str | None) -> Subject:
    """Find a guest by equal email or phone and lock their bookings."""
    rows = await connection.fetch(SQL["personal_guests"], restaurant_id, email.lower() if email else None, phone)
    ids = [row["id"] for row in rows]
    booked = [dict(row) for row in await connection.fetch(SQL["personal_bookings"], ids)]
    waiting = [row["id"] for row in await connection.fetch(SQL["personal_waiting"], ids)]
    emails = {row["email"].lower() for row in rows if row["email"]} | ({email.lower()} if email else set())
    words = {row["phone"] for row in rows if row["phone"]} | ({phone} if phone else set())
    names = {row["name"] for row in rows if " " in row["name"]}  # one word is everybody's
    return Subject(restaurant_id, ids, booked, waiting, sorted(emails), sorted(words | names))


async def export(connection: Connection, subject: Subject) -> dict[str, list[Any]]:
    """Read everything there is about a guest, by place."""
    return {
        place.name: [row["row"] for row in await connection.fetch(SQL[place.export], *subject.parameters)]
        for place in PLACES
        if place.export
    }


async def erase(connection: Connection, subject: Subject) -> None:
    """Take away everything personal, in every place."""
    await connection.execute(SQL["begin_erasing"])
    for place in reversed(PLACES):
        for block in place.erase:
            await connection.execute(SQL[block], *subject.parameters)


async def note_erasure(
    connection: Connection, erasure_id: UUID, subject: Subject, at: datetime, by: str, *, forced: bool
) -> None:
    """Put on record that somebody was erased, and not who."""
    counts: Sequence[int] = (len(subject.guests), len(subject.bookings))
    await connection.execute(SQL["insert_erasure"], erasure_id, subject.restaurant_id, at, by, *counts, forced)
