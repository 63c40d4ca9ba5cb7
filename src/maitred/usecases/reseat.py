"""The one write of seats: several bookings' steps and tables change together, or nothing does.

Choosing was done before, inside the day's lock; here it is made true. Booking rows are locked first, in order of id and
at the versions that the choice was made for, then the day rows with their fences, then the tables change: everybody's
old ones are given back before anybody takes a new one, so parties may change places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from maitred.domain.assignment import Move
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode
from maitred.domain.errors import StaleBooking
from maitred.domain.lifecycle import Action, Change, step
from maitred.store import allocations, bookings, moves, night
from maitred.store.database import Connection
from maitred.store.night import Clearing, FloorBlock
from maitred.store.undo import Opened
from maitred.usecases.day import HeldDays

Cause = Literal["decision", "staff", "optimizer", "rescue", "undo"]
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Reseat:
    """A party and the tables it gets, for its planned time where `window` is None.

    `values` are other columns of the booking that change with the move.
    """

    booking: Booking
    tables: tuple[str, ...]
    window: Window | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why parties move together: the cause, who moves them and when, and whom it makes room for."""

    cause: Cause
    actor: Actor
    at: datetime
    made_room_for: Booking | None = None
    note: str | None = None


@dataclass(slots=True)
class Reshuffle:
    """Steps and seats of several bookings, collected in thought and then written at once."""

    changes: dict[UUID, list[Change]] = field(default_factory=dict)
    _seats: dict[UUID, tuple[tuple[str, ...], Window]] = field(default_factory=dict)
    _sets: list[dict[str, Any]] = field(default_factory=list)
    _entries: list[dict[str, Any]] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)
    """Blocks that were written: tables to be cleared."""
    opened: list[Opened] = field(default_factory=list)
    """Blocks that were lifted: tables that need no clearing any more."""
    _left: list[tuple[Booking, FloorBlock]] = field(default_factory=list)
    _reopened: list[tuple[Clearing, Booking, Occasion]] = field(default_factory=list)

    def take(self, changes: Iterable[Change]) -> None:
        """Add steps of one booking; they follow those it has here already."""
        for change in changes:
            self.changes.setdefault(change.after.id, []).append(change)

    def seat(self, booking: Booking, tables: Sequence[str], window: Window | None = None) -> None:
        """Give a booking tables in place of those it has, for its planned window if none is given."""
        self._seats[booking.id] = (tuple(sorted(tables)), window or (booking.starts_at, booking.ends_at))

    def leave(self, booking: Booking, tables: Iterable[str], had: Window, why: Occasion) -> None:
        """Keep tables that a seated party gets up from for its buffer, within the time for which it had them.

        A booking's own seats are where it sits, so a block keeps them; those that somebody of this set takes are not.
        """
        begins, ends = max(why.at, had[0]), min(had[1], why.at + timedelta(minutes=booking.buffer_minutes))
        if begins < ends:
            reason = f"Being cleared after {booking.reference}."
            self._left += [
                (booking, FloorBlock(uuid4(), table, begins, ends, reason, why.actor.id)) for table in sorted(tables)
            ]

    def reopen(self, clearings: Iterable[Clearing], booking: Booking, why: Occasion) -> None:
        """Stop clearing tables to which a party goes back."""
        self._reopened += [(one, booking, why) for one in clearings]

    def latest(self, booking: Booking) -> Booking:
        """Return a booking as it is after the steps that were added."""
        chain = self.changes.get(booking.id)
        return chain[-1].after if chain else booking

    def move(
        self, parties: Sequence[tuple[Booking, Sequence[str], Reseat]], why: Occasion, data: Mapping[str, Any]
    ) -> UUID:
        """Add one set of moves, of (booking as read, its present tables, its new seat); `data` adds to the reason."""
        assert parties, "a set of moves has somebody in it"
        number, first = uuid4(), parties[0][0]
        self._sets.append(_set_row(number, first, why))
        for booking, tables, to in parties:
            reason = _reason(number, tables, to.tables, why, data)
            change = step(self.latest(booking), Action.MOVE, actor=why.actor, at=why.at, reason=reason, **to.values)
            self.take([change])
            self.seat(change.after, to.tables, to.window)
            self._entries.append(_entry_row(number, change, tables, to))
        return number

    def make_room(self, found: Sequence[Move], book: Mapping[str, Booking], why: Occasion) -> None:
        """Add the engine's moves; `book` has the bookings by the engine's keys, as they were read."""
        if found:
            parties = [
                (book[one.booking_id], one.from_tables, Reseat(book[one.booking_id], one.to_tables)) for one in found
            ]
            self.move(parties, why, {})

    async def write(self, connection: Connection, held: HeldDays) -> None:
        """Write everything, inside the caller's transaction.

        Raises StaleBooking when a booking has changed since it was read, StaleFence, TableTaken; the caller's
        transaction must then roll back.
        """
        await lock_unchanged(connection, self.expected())
        await held.guard(connection)
        await self.store(connection, held.fences)

    async def store(self, connection: Connection, fences: Mapping[date, int]) -> None:
        """Write everything under locks and fences that the caller has taken."""
        await bookings.save(connection, [change for chain in self.changes.values() for change in chain])
        await allocations.delete_of_bookings(connection, sorted(self._seats))
        await self._clear(connection, fences)
        await allocations.insert(connection, [row for key in self._seats for row in self._rows(key, fences)])
        if self._sets:
            await moves.insert(connection, self._sets, self._entries)

    async def _clear(self, connection: Connection, fences: Mapping[date, int]) -> None:
        for clearing, booking, why in self._reopened:
            block = await night.delete_block(connection, booking.restaurant_id, clearing.id, why.actor.id, why.at)
            if block:
                window = block.starts_at, block.ends_at
                opened = Opened(block.id, block.table, *window, block.reason, block.closed_by, clearing.left_by)
                self.opened.append(opened)
        taken = {table for tables, _ in self._seats.values() for table in tables}
        for booking, block in self._left:
            if block.table not in taken:
                number, day, window = booking.restaurant_id, booking.service_date, (block.starts_at, block.ends_at)
                await night.insert_block(connection, number, block, left_by=booking.id)
                self.closed.append(block.id)
                rows = allocations.allocation(number, day, [block.table], window, fences[day], block_id=block.id)
                await allocations.insert(connection, rows)

    def expected(self) -> dict[UUID, int]:
        """Return the versions at which bookings were read that are changed here."""
        firsts = {key: chain[0].before for key, chain in self.changes.items()}
        return {key: before.version for key, before in firsts.items() if before is not None}

    def _rows(self, key: UUID, fences: Mapping[date, int]) -> list[dict[str, Any]]:
        (tables, window), booking = self._seats[key], self.changes[key][-1].after
        day = booking.service_date
        return allocations.allocation(booking.restaurant_id, day, tables, window, fences[day], booking_id=key)


async def lock_unchanged(connection: Connection, expected: Mapping[UUID, int]) -> None:
    """Lock bookings in order of id; raises StaleBooking unless each is at the version it was read at."""
    present = await bookings.lock(connection, sorted(expected))
    for booking_id, version in expected.items():
        if booking_id not in present or present[booking_id].version != version:
            raise StaleBooking(booking_id, version)


def _reason(number: UUID, tables: Sequence[str], to: Sequence[str], why: Occasion, data: Mapping[str, Any]) -> Reason:
    made_room_for = why.made_room_for.reference if why.made_room_for else None
    told = {"from": list(tables), "to": sorted(to), "for": made_room_for, "move_set": str(number), "cause": why.cause}
    noted = {"note": why.note} if why.note else {}
    return Reason(ReasonCode.MOVED, {**told, **noted, **data})


def _set_row(number: UUID, first: Booking, why: Occasion) -> dict[str, Any]:
    return {
        "id": number,
        "restaurant_id": first.restaurant_id,
        "service_date": first.service_date,
        "cause": why.cause,
        "for_booking": why.made_room_for.id if why.made_room_for else None,
        "actor_kind": why.actor.kind,
        "actor": why.actor.id,
        "note": why.note,
        "at": why.at,
    }


def _entry_row(number: UUID, change: Change, tables: Sequence[str], to: Reseat) -> dict[str, Any]:
    return {
        "move_set": number,
        "booking_id": change.after.id,
        "from_tables": list(tables),
        "to_tables": sorted(to.tables),
        "version": change.after.version,
        "changed": {name: [getattr(change.before, name), value] for name, value in to.values.items()},
    }
