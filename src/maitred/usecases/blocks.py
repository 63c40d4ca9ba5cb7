"""A table lost in mid-service: its parties are given others in the same transaction, or a person hears of each.

A block closes a table for everybody for a while, `lose_table` takes its tables from one party. Whoever cannot be seated
elsewhere goes into review, with the reason; nobody's table is lost in silence.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid4

from maitred.domain import calendar
from maitred.domain.assignment import Move, MoveRules
from maitred.domain.assignment.rescue import Due, Relocation, relocate
from maitred.domain.availability import Occupancy
from maitred.domain.binding import as_of
from maitred.domain.booking import Booking, Reason, ReasonCode, State
from maitred.domain.errors import (
    InvalidInput,
    MovesGone,
    NotFound,
    StaleBooking,
    StaleFence,
    StaleProposal,
    TableTaken,
    TransitionNotAllowed,
)
from maitred.domain.lifecycle import UNPINNED, Action, Change, legal_actions, step
from maitred.domain.making_room import Shift, Why, seal, shift_of
from maitred.store import allocations, bookings, night, undo
from maitred.store.database import Connection
from maitred.store.night import Clearing, FloorBlock
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle, Window, lock_unchanged
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.undo import take_back
from maitred.usecases.weigh import seating_request

LONGEST_BLOCK: Final = timedelta(days=7)
OUT_OF_USE: Final = "Out of use."
_LOST: Final = "lost"
_EXPECTED: Final = frozenset({State.CONFIRMED, State.ARRIVED})


@dataclass(frozen=True, slots=True)
class Closing:
    """A table that somebody wants closed, from and until when, and why."""

    table: str
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a table came to: who was given other tables, and who needs a person now."""

    block: FloorBlock
    moved: tuple[Booking, ...]
    to_review: tuple[Booking, ...]


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """What closing a table would do: who changes tables or needs a person, who was asked to stay, and its name."""

    closing: Closing
    shifts: tuple[Shift, ...]
    held: tuple[Booking, ...]
    seal: str


@dataclass(slots=True)
class _Outcome:
    """What happens to the parties of a lost table, to be written at once."""

    shuffle: Reshuffle = field(default_factory=Reshuffle)
    moved: list[UUID] = field(default_factory=list)
    lost: list[UUID] = field(default_factory=list)
    cleared: dict[str, Clearing] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)
    held: list[Booking] = field(default_factory=list)

    def plan(self, closing: Closing) -> ClosingPlan:
        """Return it as people look at it before it is done."""
        name = seal(f"{closing.table}|{closing.reason}", [closing.table], self.shifts, self.held)
        return ClosingPlan(closing, tuple(self.shifts), tuple(self.held), name)

    def now(self, booking_ids: Sequence[UUID]) -> tuple[Booking, ...]:
        """Return bookings as they are after it."""
        return tuple(self.shuffle.changes[key][-1].after for key in booking_ids)


async def look_at_closing(
    desk: Desk, place: OpenVenue, closing: Closing, held: Collection[str] = (), *, caller: Caller
) -> ClosingPlan:
    """Return what closing a table would do; whoever is `held` (ids) stays, or where that cannot be, a person decides.

    Writes nothing. Raises what `block_table` raises.
    """
    _check(place, closing, desk.clock())
    outcome = _Outcome()
    await _vacated(desk, place, closing, dict(_by_day(place, closing)), outcome, caller, held)
    return outcome.plan(closing)


async def block_table(
    desk: Desk,
    place: OpenVenue,
    closing: Closing,
    *,
    caller: Caller,
    held: Collection[str] = (),
    seal: str | None = None,
) -> Closed:
    """Close a table for a while. Parties due there are rebound, those that fit nowhere else go into review.

    `held` stay where they are, and with a `seal` only the plan that was looked at is carried out. Raises InvalidInput
    (`unknown_table`, `empty_window`, `too_long_block`), TableTaken when a party sits there or it is closed already,
    StaleProposal, LockBusy, StaleFence.
    """
    _check(place, closing, desk.clock())
    pieces = dict(_by_day(place, closing))
    async with held_days(desk, place, await _days_met(desk, place, closing, pieces)) as days:
        outcome, block_id = _Outcome(), uuid4()
        told = {"block": str(block_id)}
        pieces = await _vacated(desk, days.place, closing, pieces, outcome, caller, held, days=days, told=told)
        if seal is not None and outcome.plan(closing).seal != seal:
            raise StaleProposal("The floor has changed since this plan was made; nothing was done.")
        block = FloorBlock(block_id, closing.table, closing.starts_at, closing.ends_at, closing.reason, caller.name)
        deed = Deed(What.CLOSE_TABLE, caller.actor(), desk.clock(), place.restaurant_id, subject=closing.table)
        async with (
            desk.database.transaction() as connection,
            undoable(connection, deed, outcome.shuffle.changes, closed=[block_id]),
        ):
            await _write(connection, days, outcome)
            window = (closing.starts_at, closing.ends_at)
            await night.release_holds(connection, place.restaurant_id, closing.table, window)
            for one in outcome.cleared.values():
                await night.delete_block(connection, place.restaurant_id, one.id, caller.name, desk.clock())
            await night.insert_block(connection, place.restaurant_id, block)
            await allocations.insert(connection, _rows(days, block, pieces))
    return Closed(block, outcome.now(outcome.moved), outcome.now(outcome.lost))


async def _vacated(
    desk: Desk,
    place: OpenVenue,
    closing: Closing,
    pieces: Mapping[date, Window],
    outcome: _Outcome,
    caller: Caller,
    held: Collection[str],
    *,
    days: HeldDays | None = None,
    told: Mapping[str, object] | None = None,
) -> dict[date, Window]:
    """Find other tables for everybody due at a table; returns from when on it can be closed on each day."""
    now, begins = desk.clock(), {}
    found = await night.clearings(desk.database, place.restaurant_id, now)
    outcome.cleared = {str(one.id): one for one in found if one.table == closing.table}
    for day, piece in pieces.items():
        book = await read_day(desk.database, place, day, now)
        if days is not None:
            _holds_all(days, book, closing, piece)
        why = Occasion("rescue", caller.actor(), now)
        begins[day] = _vacate(place, book, closing, piece, outcome, why, held, told or {})
    return begins


async def unblock_table(desk: Desk, place: OpenVenue, block_id: UUID, *, caller: Caller) -> None:
    """Open a table again that somebody had closed. Raises NotFound; the venue's own blocks belong to its document."""
    if not await night.delete_block(desk.database, place.restaurant_id, block_id, caller.name, desk.clock()):
        raise NotFound("There is no such block.")


async def undo_closing(desk: Desk, place: OpenVenue, block_id: UUID, *, caller: Caller) -> FloorBlock:
    """Open a table again and bring back everybody whom closing it moved or sent to review, all of them or none.

    A table that was closed so long ago that nobody remembers for whom is only opened. Raises NotFound, and MovesGone
    naming who has changed or is in the way.
    """
    block = await _closed_by_hand(desk, place, block_id)
    entry_id = await undo.of_block(desk.database, block_id, desk.clock())
    if entry_id is None:
        await unblock_table(desk, place, block_id, caller=caller)
    else:
        await take_back(desk, entry_id, caller=caller)
    return block


async def open_again(desk: Desk, place: OpenVenue, block_id: UUID, *, caller: Caller) -> tuple[FloorBlock, bool]:
    """Open a table that was closed; everybody is brought back or, where somebody has gone on since, nobody is.

    Returns how it was closed, and whether they are back. Raises NotFound.
    """
    block = await _closed_by_hand(desk, place, block_id)
    try:
        await undo_closing(desk, place, block_id, caller=caller)
    except MovesGone:
        await unblock_table(desk, place, block_id, caller=caller)
        return block, False
    return block, True


async def _closed_by_hand(desk: Desk, place: OpenVenue, block_id: UUID) -> FloorBlock:
    found = await night.blocks_after(desk.database, place.restaurant_id, desk.clock())
    block = next((one for one in found if one.id == block_id), None)
    if block is None:
        raise NotFound("There is no such block.")
    return block


async def lose_table(
    desk: Desk, booking_id: UUID, *, caller: Caller, expected_version: int | None, note: str | None = None
) -> Booking:
    """Take a party's tables out of use until its service day ends: nobody is offered them.

    The party, seated or expected, is given others at once or goes into review, and so is whoever is due there later.
    Raises NotFound, StaleBooking, TransitionNotAllowed, LockBusy.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    place = await desk.venues.by_id(booking.restaurant_id)
    async with held_days(desk, place, [booking.service_date]) as held:
        now = desk.clock()
        _may_lose(booking, now)
        book = await read_day(desk.database, held.place, booking.service_date, now)
        lost = _Lost(held.place, book, booking, Occasion("rescue", caller.actor(), now, note=note))
        outcome = lost.outcome()
        deed = Deed(
            What.LOSE_TABLE, caller.actor(), now, booking.restaurant_id, booking.id, "+".join(sorted(lost.tables))
        )
        closed: list[UUID] = []
        async with (
            desk.database.transaction() as connection,
            undoable(connection, deed, outcome.shuffle.changes, closed=closed),
        ):
            await _write(connection, held, outcome)
            closed += await _close(connection, held, lost, note or OUT_OF_USE, caller)
    return deed.on(outcome.shuffle.latest(booking))


@dataclass(frozen=True, slots=True)
class _Lost:
    """The tables of one party that nobody can use any more, on its day, and what becomes of whoever is due there."""

    place: OpenVenue
    book: DayBook
    booking: Booking
    why: Occasion

    @property
    def tables(self) -> list[str]:
        """The party's own tables."""
        return [row.table_id for row in self.book.snapshot.of_owner(str(self.booking.id))]

    @property
    def span(self) -> Window:
        """From now, or from when the party's service day begins, until that ends."""
        begins, ends = calendar.day_bounds(self.place.venue, self.booking.service_date)
        return max(begins, self.why.at), ends

    def due(self) -> list[Booking]:
        """Return whoever has one of the tables in that time and does not sit there; the party itself in any case."""
        rows = [row for table in self.tables for row in self._met(table)]
        found = {row.owner_id: self.book.bookings[row.owner_id] for row in rows if row.owner_id in self.book.bookings}
        expected = (one for one in found.values() if one.state in _EXPECTED)
        others = (one for one in expected if one.service_date == self.booking.service_date)
        return [self.booking, *(one for one in others if one.id != self.booking.id)]

    def gaps(self, table: str) -> list[Window]:
        """Return when a table can be closed: while nobody sits there or has left it just now, and it is not closed."""
        gone = {str(one.id) for one in self.due()}
        begins, ends = self.span
        found = []
        for row in sorted(self._met(table), key=lambda row: row.starts_at):
            if row.owner_id not in gone and row.kind != "hold":
                if begins < row.starts_at:
                    found.append((begins, row.starts_at))
                begins = max(begins, row.ends_at)
        return [*found, (begins, ends)] if begins < ends else found

    def outcome(self) -> _Outcome:
        """Return what happens to them: each has other tables, or goes into review."""
        outcome, book = _Outcome(), self.book
        day = as_of(book.snapshot, self.place.venue, self.why.at)
        due = self.due()
        for one in due:
            day = day.without(str(one.id))
        for table in self.tables:
            for gap in self.gaps(table):
                day = day.with_seating(f"{_LOST} {table} {gap[0]}", [table], *gap, 0)
        known = {**book.bookings, **{str(one.id): one for one in due}}
        found = relocate(day, self.place.venue, [self._wants(one) for one in due], self._rules())
        moves = [replace(one, from_tables=_tables_of(book, known[one.booking_id])) for one in found.moves]
        data = {"lost": self.tables}
        _carry_out(known, replace(found, moves=tuple(moves)), outcome, self.why, data, book)
        return outcome

    def _rules(self) -> MoveRules:
        return self.place.venue.seating.move_rules("auto")

    def _met(self, table: str) -> list[Occupancy]:
        begins, ends = self.span
        rows = self.book.snapshot.on_table(table)
        return [row for row in rows if row.starts_at < ends and begins < row.ends_at]

    def _wants(self, one: Booking) -> Due:
        """Return what a party needs: who sits has to get up, so a promise of the very tables is no hindrance."""
        if one.state is not State.CHECKED_IN:
            return _due(one)
        begins, ends = _rest(self.book, one, self.why.at)
        minutes = int((ends - begins) / timedelta(minutes=1)) - one.buffer_minutes
        asked = replace(seating_request(one), starts_at=begins, turn_minutes=max(minutes, 1))
        return Due(asked)


def _rest(book: DayBook, booking: Booking, now: datetime) -> Window:
    """Return the time that a seated party has left."""
    rows = book.snapshot.of_owner(str(booking.id))
    return now, max(rows[0].ends_at, now + timedelta(minutes=booking.buffer_minutes + 1))


async def _close(connection: Connection, held: HeldDays, lost: _Lost, reason: str, caller: Caller) -> list[UUID]:
    """Close the lost tables, and return the blocks."""
    number, day, found = held.place.restaurant_id, lost.booking.service_date, []
    for table in lost.tables:
        gaps = lost.gaps(table)
        if gaps:
            block = FloorBlock(uuid4(), table, gaps[0][0], gaps[-1][1], reason, caller.name)
            await night.release_holds(connection, number, table, (block.starts_at, block.ends_at))
            await night.insert_block(connection, number, block)
            rows = [
                row
                for gap in gaps
                for row in allocations.allocation(number, day, [table], gap, held.fences[day], block_id=block.id)
            ]
            await allocations.insert(connection, rows)
            found.append(block.id)
    return found


async def _write(connection: Connection, held: HeldDays, outcome: _Outcome) -> None:
    await lock_unchanged(connection, outcome.shuffle.expected())
    await held.guard(connection)
    # Whoever goes into review gives back all tables first: others may have been given some of them.
    await allocations.delete_of_bookings(connection, sorted(outcome.lost))
    await outcome.shuffle.store(connection, held.fences)


def _may_lose(booking: Booking, now: datetime) -> None:
    if booking.state not in (*_EXPECTED, State.CHECKED_IN):
        raise TransitionNotAllowed(
            f"A booking that is {booking.state} has no table to lose.",
            field="action",
            state=booking.state,
            action=Action.LOSE_TABLE,
            legal=list(legal_actions(booking, now)),
        )


def _check(place: OpenVenue, closing: Closing, now: datetime) -> None:
    place.venue.table(closing.table)
    if closing.ends_at <= now:
        raise InvalidInput("That time is over.", field="to", code="in_the_past")
    if closing.ends_at <= closing.starts_at:
        raise InvalidInput("The block has to end after it starts.", field="to", code="empty_window")
    if closing.ends_at - closing.starts_at > LONGEST_BLOCK:
        message = "A table is closed by hand for a week at most; longer belongs into the venue's document."
        raise InvalidInput(message, field="to", code="too_long_block")


def _by_day(place: OpenVenue, closing: Closing) -> list[tuple[date, Window]]:
    first = calendar.service_date(place.venue, closing.starts_at) - timedelta(days=1)
    found = []
    for number in range(LONGEST_BLOCK.days + 4):
        day = first + timedelta(days=number)
        opens, closes = calendar.day_bounds(place.venue, day)
        piece = max(opens, closing.starts_at), min(closes, closing.ends_at)
        if piece[0] < piece[1]:
            found.append((day, piece))
    return found


async def _days_met(desk: Desk, place: OpenVenue, closing: Closing, pieces: Mapping[date, Window]) -> set[date]:
    """Return the days to hold: the block's own, and those of the parties it meets that sit past their day's end."""
    days = set(pieces)
    for day, piece in pieces.items():
        book = await read_day(desk.database, place, day, desk.clock())
        days |= _days_of_met(book, closing, piece)
    return days


def _days_of_met(book: DayBook, closing: Closing, piece: Window) -> set[date]:
    owners = [row.owner_id for row in _met(book, closing, piece)]
    return {book.bookings[owner].service_date for owner in owners if owner in book.bookings}


def _holds_all(held: HeldDays, book: DayBook, closing: Closing, piece: Window) -> None:
    """Refuse when a party of yet another day came to the table while the days were being locked."""
    for day in sorted(_days_of_met(book, closing, piece) - set(held.fences)):
        raise StaleFence("A party of another day came to the table meanwhile.", day=day.isoformat())


def _met(book: DayBook, closing: Closing, piece: Window) -> list[Occupancy]:
    return [row for row in book.snapshot.on_table(closing.table) if row.starts_at < piece[1] and piece[0] < row.ends_at]


def _vacate(
    place: OpenVenue,
    book: DayBook,
    closing: Closing,
    piece: Window,
    outcome: _Outcome,
    why: Occasion,
    held: Collection[str] = (),
    told: Mapping[str, object] = MappingProxyType({}),
) -> Window:
    """Find other tables for whoever is due at a table on one day; returns from when on it can be closed there."""
    # A table that is only being cleared is closed all the same.
    met = [row for row in _met(book, closing, piece) if row.owner_id not in outcome.cleared]
    if any(row.kind == "block" for row in met):
        raise TableTaken(f"{closing.table} is closed already in that time.", field="from", tables=[closing.table])
    affected = [(row, book.bookings[row.owner_id]) for row in met if row.owner_id in book.bookings]
    _nobody_sits(closing.table, [one for _, one in affected])
    # The buffer of a party that has left is its own; nobody can be put there meanwhile anyway.
    begins = max([piece[0], *(row.ends_at for row, one in affected if one.state not in _EXPECTED)])
    live = [one for _, one in affected if one.state in _EXPECTED and one.id not in outcome.shuffle.changes]
    day = as_of(book.snapshot, place.venue, why.at).with_seating(_LOST, [closing.table], *piece, 0)
    stuck = [one for one in live if str(one.id) in held]  # they cannot stay here: a person decides about them
    for one in stuck:
        day = day.without(str(one.id))
    for key in sorted(held):
        day = day.staying(key)
    due = [_due(one) for one in live if one not in stuck]
    found = relocate(day, place.venue, due, place.venue.seating.move_rules("auto"))
    found = replace(found, left=(*found.left, *(str(one.id) for one in stuck)))
    outcome.shifts += _told(place, book, found, closing.table)
    outcome.held += [book.bookings[key] for key in sorted(held) if key in book.bookings]
    data = {"table": closing.table, "closed": closing.reason, **told}
    _carry_out(book.bookings, found, outcome, why, data, book)
    return min(begins, piece[1]), piece[1]


def _told(place: OpenVenue, book: DayBook, found: Relocation, table: str) -> Iterator[Shift]:
    for move in found.moves:
        why: Why = "table_closed" if table in move.from_tables else "makes_room"
        party = book.bookings[move.booking_id]
        yield shift_of(party, move.from_tables, move.to_tables, why, book.snapshot, place.venue)
    for key in found.left:
        own = _tables_of(book, book.bookings[key])
        yield shift_of(book.bookings[key], own, (), "review", book.snapshot, place.venue)


def _tables_of(book: DayBook, booking: Booking) -> tuple[str, ...]:
    return tuple(sorted(row.table_id for row in book.snapshot.of_owner(str(booking.id))))


def _nobody_sits(table: str, affected: Sequence[Booking]) -> None:
    for one in affected:
        if one.state in (State.CHECKED_IN, State.ASSIGNED):
            message = f"{one.reference} sits at {table}; move or complete it first."
            raise TableTaken(message, field="table", tables=[table], reference=one.reference)


def _due(booking: Booking) -> Due:
    return Due(seating_request(booking), booking.pinned)


def _carry_out(
    book: Mapping[str, Booking],
    found: Relocation,
    outcome: _Outcome,
    why: Occasion,
    data: Mapping[str, object],
    day: DayBook,
) -> None:
    if found.moves:
        parties = [(book[m.booking_id], m.from_tables, _reseat(book[m.booking_id], m, day, why)) for m in found.moves]
        outcome.shuffle.move(parties, why, data)
        outcome.moved += [one.id for one, _, _ in parties]
    for key in found.left:
        own = {"tables": list(_tables_of(day, book[key]))}
        outcome.shuffle.take([_lost(book[key], why, {**data, **own})])
        outcome.lost.append(book[key].id)


def _reseat(booking: Booking, move: Move, day: DayBook, why: Occasion) -> Reseat:
    """Return a party's new seat; who sits has it from now for as long as the old one."""
    if booking.state is not State.CHECKED_IN:
        return Reseat(booking, move.to_tables)
    return Reseat(booking, move.to_tables, _rest(day, booking, why.at), UNPINNED if booking.pinned else {})


def _lost(booking: Booking, why: Occasion, data: Mapping[str, object]) -> Change:
    """Return the step into review."""
    reason = Reason(ReasonCode.TABLE_LOST, {**data, **({"note": why.note} if why.note else {})})
    values = {"reason_code": reason.code, "reason_data": dict(reason.data)}
    return step(booking, Action.LOSE_TABLE, actor=why.actor, at=why.at, reason=reason, **values)


def _rows(held: HeldDays, block: FloorBlock, pieces: Mapping[date, Window]) -> list[dict[str, object]]:
    return [
        row
        for day, piece in pieces.items()
        if piece[0] < piece[1]
        for row in allocations.allocation(
            held.place.restaurant_id, day, [block.table], piece, held.fences[day], block_id=block.id
        )
    ]
