"""What people did that can be taken back, and how every booking it touched stood before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from maitred.domain.booking import Actor, Booking
from maitred.store import search
from maitred.store.bookings import booking_from
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

Side = Literal["before", "after"]
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Image:
    """How a booking stood: its row, its guest's as kept, its tables and for how long."""

    booking: Booking
    guest: Mapping[str, Any]
    tables: tuple[str, ...]
    window: Window | None


@dataclass(frozen=True, slots=True)
class Part:
    """One booking that an action touched; `before` is None where the action made it."""

    booking_id: UUID
    version_after: int
    before: Image | None
    after: Image


@dataclass(frozen=True, slots=True)
class Opened:
    """A table that an action opened: closed until then for a time, or being cleared after a party (`left_by`).

    What was kept of the time of a party that has left has that party's number.
    """

    id: UUID
    table: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    closed_by: str
    left_by: UUID | None

    @property
    def is_buffer(self) -> bool:
        """Tell whether it was no block, but the end of the time of whoever has left."""
        return self.id == self.left_by

    def plain(self) -> dict[str, Any]:
        """Return it as it is kept."""
        left_by = str(self.left_by) if self.left_by else None
        return {
            "id": str(self.id), "table": self.table, "from": self.starts_at.isoformat(),
            "until": self.ends_at.isoformat(), "reason": self.reason, "closed_by": self.closed_by, "left_by": left_by,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did. `what` names it, `subject` the table it was about; `guest` whom, as called now."""

    id: UUID
    restaurant_id: int
    booking_id: UUID | None
    what: str
    subject: str | None
    actor: str
    at: datetime
    until: datetime
    blocks: tuple[UUID, ...]
    opened: tuple[Opened, ...]
    undone_at: datetime | None
    undone_by: str | None
    guest: str | None
    parts: tuple[Part, ...] = ()

    @property
    def about(self) -> Part | None:
        """The booking it was about, as it was before and after."""
        return next((part for part in self.parts if part.booking_id == self.booking_id), None)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Who has a table in a time: a booking by its guest, else a hold or a block."""

    table: str
    kind: Literal["booking", "hold", "block"]
    booking_id: UUID | None
    reference: str | None
    guest: str | None
    state: str | None
    service_date: date | None
    since: datetime
    until: datetime


async def begin(
    connection: Connection, entry_id: UUID, restaurant_id: int, booking_id: UUID | None, what: str,
    subject: str | None, actor: Actor, at: datetime, until: datetime,
) -> None:  # fmt: skip
    """Write an entry about to be filled."""
    await connection.execute(
        SQL["insert_undo_entry"], entry_id, restaurant_id, booking_id, what, subject, actor.kind, actor.id, at, until
    )


async def note_before(connection: Connection, entry_id: UUID, booking_ids: Sequence[UUID]) -> None:
    """Keep how bookings stand before the action; the caller has locked them."""
    await connection.execute(SQL["insert_undo_parts"], entry_id, list(booking_ids))


async def note_made(connection: Connection, entry_id: UUID, booking_id: UUID) -> None:
    """Keep that the action made a booking."""
    await connection.execute(SQL["add_made_booking"], entry_id, booking_id)


async def finish(connection: Connection, entry_id: UUID, blocks: Sequence[UUID], opened: Sequence[Opened]) -> None:
    """Keep how everybody stands after the action, which is what an undo of them takes back from now on."""
    kept = [one.plain() for one in opened]
    await connection.execute(SQL["finish_undo_entry"], entry_id, list(blocks), kept)


async def decided_since(connection: Connection, entry_id: UUID, booking_ids: Sequence[UUID]) -> None:
    """Count what the house has decided about bookings since to the action that left them to be decided."""
    await connection.execute(SQL["decided_since"], entry_id, list(booking_ids))


async def by_id(source: Database | Connection, entry_id: UUID) -> Entry | None:
    """Return an entry with everybody it touched, or None."""
    row = await source.fetchrow(SQL["undo_entry"], entry_id)
    return _entry(row, await _parts(source, entry_id)) if row else None


async def of_block(source: Database | Connection, block_id: UUID, at: datetime) -> UUID | None:
    """Return the entry of the action that closed a table, while it can be taken back."""
    found: UUID | None = await source.fetchval(SQL["undo_entry_of_block"], block_id, at)
    return found


async def tables_given_back(source: Database | Connection, restaurant_id: int, day: date, since: datetime) -> bool:
    """Tell whether somebody has given tables of a day back since then, which is not taken back."""
    return bool(await source.fetchval(SQL["tables_given_back_since"], restaurant_id, day, since))


async def lock(connection: Connection, entry_id: UUID) -> bool:
    """Lock an entry, before any booking; False when it is undone or there is none."""
    row = await connection.fetchrow(SQL["lock_undo_entry"], entry_id)
    return row is not None and row["undone_at"] is None


async def mark_undone(connection: Connection, entry_id: UUID, at: datetime, who: str) -> None:
    """Note that an entry is taken back, with its sets of moves, and drop the messages it had caused.

    Each booking has the entry before as its last again, unless that is gone with a guest who was erased.
    """
    await connection.execute(SQL["mark_entry_undone"], entry_id, at, who)
    await connection.execute(SQL["mark_sets_undone"], entry_id, at, who)
    await connection.execute(SQL["drop_taken_back"], entry_id, at)
    await connection.execute(SQL["forget_entries_gone"], entry_id)


async def mark_set_undone(connection: Connection, move_set: UUID, at: datetime, who: str) -> None:
    """Note that the action which wrote a set of moves was taken back with that set."""
    await connection.execute(SQL["mark_entries_of_set_undone"], move_set, at, who)


async def restore_guest(connection: Connection, before: Image, after: Image) -> None:
    """Give a guest back what an action had changed of them."""
    restored = await connection.fetch(SQL["restore_guest"], dict(before.guest), dict(after.guest))
    if restored:
        await search.fold_guests(connection, [row["id"] for row in restored])


async def in_the_way(
    connection: Connection, restaurant_id: int, tables: Sequence[str], window: Window,
    booking_ids: Sequence[UUID], block_ids: Sequence[UUID],
) -> list[InTheWay]:  # fmt: skip
    """Return who else has some tables in a time; some bookings and blocks are no hindrance."""
    rows = await connection.fetch(
        SQL["in_the_way"], restaurant_id, list(tables), *window, list(booking_ids), list(block_ids)
    )
    return [
        InTheWay(
            row["table_id"], row["kind"], row["id"], row["reference"], row["name"], row["state"], row["service_date"],
            row["since"], row["until"],
        )
        for row in rows
    ]  # fmt: skip


async def cut_stay(connection: Connection, booking_id: UUID, until: datetime, fence: int) -> None:
    """End a party's time at its tables, in the plan, where another's begins."""
    await connection.execute(SQL["cut_stay"], booking_id, until, fence)


async def wait_again(connection: Connection, booking_ids: Sequence[UUID]) -> list[UUID]:
    """Let who was seated from the queue wait again; returns their places in it."""
    return [row["id"] for row in await connection.fetch(SQL["waits_again"], list(booking_ids))]


async def purge(database: Database, before: datetime) -> None:
    """Forget what nobody can take back any more since an instant."""
    await database.execute(SQL["purge_undo_entries"], before)


async def _parts(source: Database | Connection, entry_id: UUID) -> tuple[Part, ...]:
    rows = await source.fetch(SQL["undo_parts"], entry_id)
    sides = {side: await _bookings(source, entry_id, side) for side in ("before", "after")}
    return tuple(
        Part(
            row["booking_id"],
            row["version_after"],
            _image(row["before"], sides["before"].get(row["booking_id"])),
            _certain(_image(row["after"], sides["after"].get(row["booking_id"]))),
        )
        for row in rows
    )


async def _bookings(source: Database | Connection, entry_id: UUID, side: str) -> dict[UUID, Booking]:
    rows = await source.fetch(SQL["bookings_of_images"], entry_id, side)
    return {row["id"]: booking_from(row) for row in rows}


def _image(kept: Mapping[str, Any] | None, booking: Booking | None) -> Image | None:
    if kept is None or booking is None:
        return None
    begins, ends = kept["from"], kept["until"]
    window = (datetime.fromisoformat(begins), datetime.fromisoformat(ends)) if begins else None
    return Image(booking, kept["guest"], tuple(kept["tables"]), window)


def _certain(image: Image | None) -> Image:
    assert image is not None, "an entry is finished in the transaction that begins it"
    return image


def _entry(row: asyncpg.Record, parts: tuple[Part, ...]) -> Entry:
    opened = tuple(_opened(one) for one in row["opened"])
    names = ("id", "restaurant_id", "booking_id", "what", "subject", "actor", "at", "until")
    return Entry(
        **{name: row[name] for name in names}, blocks=tuple(row["blocks"]), opened=opened,
        undone_at=row["undone_at"], undone_by=row["undone_by"], guest=row["guest"], parts=parts,
    )  # fmt: skip


def _opened(kept: Mapping[str, Any]) -> Opened:
    begins, ends = datetime.fromisoformat(kept["from"]), datetime.fromisoformat(kept["until"])
    left_by = UUID(kept["left_by"]) if kept["left_by"] else None
    number, by = UUID(kept["id"]), kept["closed_by"]
    return Opened(number, kept["table"], begins, ends, kept["reason"], by, left_by)
