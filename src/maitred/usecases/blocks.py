"""A table lost in mid-service: its parties are given others in the same transaction, or a person hears of each.

A block closes a table for everybody for a while, `lose_table` takes its tables from one party. Whoever cannot be seated
elsewhere goes into review, with the reason; nobody's table is lost in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from maitred.domain import calendar
from maitred.domain.assignment.rescue import Due, Relocation, relocate
from maitred.domain.availability import Occupancy
from maitred.domain.binding import as_of
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode, State
from maitred.domain.errors import InvalidInput, NotFound, StaleBooking, StaleFence, TableTaken, TransitionNotAllowed
from maitred.domain.lifecycle import TRANSITIONS, Action, Change, legal_actions, step
from maitred.domain.review import review_deadline
from maitred.store import allocations, bookings, night
from maitred.store.database import Connection
from maitred.store.night import FloorBlock
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle, Window, lock_unchanged
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.weigh import seating_request

LONGEST_BLOCK: Final = timedelta(days=7)
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


@dataclass(slots=True)
class _Outcome:
    """What happens to the parties of a lost table, to be written at once."""

    shuffle: Reshuffle = field(default_factory=Reshuffle)
    moved: list[UUID] = field(default_factory=list)
    lost: list[UUID] = field(default_factory=list)

    def now(self, booking_ids: Sequence[UUID]) -> tuple[Booking, ...]:
        """Return bookings as they are after it."""
        return tuple(self.shuffle.changes[key][-1].after for key in booking_ids)


async def block_table(desk: Desk, place: OpenVenue, closing: Closing, *, caller: Caller) -> Closed:
    """Close a table for a while. Parties due there are rebound, those that fit nowhere else go into review.

    Raises InvalidInput (`unknown_table`, `empty_window`, `too_long_block`), TableTaken when a party sits there or it
    is closed already, LockBusy, StaleFence.
    """
    _check(place, closing)
    pieces = dict(_by_day(place, closing))
    async with held_days(desk, place, await _days_met(desk, place, closing, pieces)) as held:
        outcome, now = _Outcome(), desk.clock()
        for day, piece in list(pieces.items()):
            book = await read_day(desk.database, held.place, day, now)
            _holds_all(held, book, closing, piece)
            pieces[day] = _vacate(held.place, book, closing, piece, outcome, Occasion("rescue", caller.actor(), now))
        block = FloorBlock(uuid4(), closing.table, closing.starts_at, closing.ends_at, closing.reason, caller.name)
        async with desk.database.transaction() as connection:
            await _write(connection, held, outcome)
            window = (closing.starts_at, closing.ends_at)
            await night.release_holds(connection, place.restaurant_id, closing.table, window)
            await night.insert_block(connection, place.restaurant_id, block)
            await allocations.insert(connection, _rows(held, block, pieces))
    return Closed(block, outcome.now(outcome.moved), outcome.now(outcome.lost))


async def unblock_table(desk: Desk, place: OpenVenue, block_id: UUID, *, caller: Caller) -> None:
    """Open a table again that somebody had closed. Raises NotFound; the venue's own blocks belong to its document."""
    if not await night.delete_block(desk.database, place.restaurant_id, block_id, caller.name, desk.clock()):
        raise NotFound("There is no such block.")


async def lose_table(
    desk: Desk, booking_id: UUID, *, caller: Caller, expected_version: int | None, note: str | None = None
) -> Booking:
    """Take a party's tables away: it is given others at once, or goes into review.

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
        outcome = _Outcome()
        _taken_from(held.place, book, booking, outcome, caller.actor(), now, note)
        async with desk.database.transaction() as connection:
            await _write(connection, held, outcome)
    return outcome.shuffle.latest(booking)


async def _write(connection: Connection, held: HeldDays, outcome: _Outcome) -> None:
    await lock_unchanged(connection, outcome.shuffle.expected())
    await held.guard(connection)
    # Whoever goes into review gives back all tables first: others may have been given some of them.
    await allocations.delete_of_bookings(connection, sorted(outcome.lost))
    await outcome.shuffle.store(connection, held.fences)


def _may_lose(booking: Booking, now: datetime) -> None:
    if booking.state not in _EXPECTED:
        raise TransitionNotAllowed(
            f"A booking that is {booking.state} has no table to lose.",
            field="action",
            state=booking.state,
            action=Action.LOSE_TABLE,
            legal=list(legal_actions(booking, now)),
        )


def _check(place: OpenVenue, closing: Closing) -> None:
    place.venue.table(closing.table)
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
    place: OpenVenue, book: DayBook, closing: Closing, piece: Window, outcome: _Outcome, why: Occasion
) -> Window:
    """Find other tables for whoever is due at a table on one day; returns from when on it can be closed there."""
    met = _met(book, closing, piece)
    if any(row.kind == "block" for row in met):
        raise TableTaken(f"{closing.table} is closed already in that time.", field="from", tables=[closing.table])
    affected = [(row, book.bookings[row.owner_id]) for row in met if row.owner_id in book.bookings]
    _nobody_sits(closing.table, [one for _, one in affected])
    # The buffer of a party that has left is its own; nobody can be put there meanwhile anyway.
    begins = max([piece[0], *(row.ends_at for row, one in affected if one.state not in _EXPECTED)])
    live = [one for _, one in affected if one.state in _EXPECTED and one.id not in outcome.shuffle.changes]
    day = as_of(book.snapshot, place.venue, why.at).with_seating(_LOST, [closing.table], *piece, 0)
    found = relocate(day, place.venue, [_due(one) for one in live], place.venue.seating.move_rules("auto"))
    _carry_out(place, book.bookings, found, outcome, why, {"table": closing.table, "closed": closing.reason})
    return min(begins, piece[1]), piece[1]


def _nobody_sits(table: str, affected: Sequence[Booking]) -> None:
    for one in affected:
        if one.state in (State.CHECKED_IN, State.ASSIGNED):
            message = f"{one.reference} sits at {table}; move or complete it first."
            raise TableTaken(message, field="table", tables=[table], reference=one.reference)


def _taken_from(
    place: OpenVenue, book: DayBook, booking: Booking, outcome: _Outcome, actor: Actor, now: datetime, note: str | None
) -> None:
    rows = book.snapshot.of_owner(str(booking.id))
    tables = [row.table_id for row in rows]
    day = as_of(book.snapshot, place.venue, now)
    if rows:
        day = day.with_seating(_LOST, tables, rows[0].starts_at, rows[0].ends_at, 0)
    found = relocate(day, place.venue, [_due(booking)], place.venue.seating.move_rules("auto"))
    known: Mapping[str, Booking] = {**book.bookings, str(booking.id): booking}
    _carry_out(place, known, found, outcome, Occasion("rescue", actor, now, note=note), {"lost": tables})


def _due(booking: Booking) -> Due:
    return Due(seating_request(booking), booking.pinned)


def _carry_out(
    place: OpenVenue,
    book: Mapping[str, Booking],
    found: Relocation,
    outcome: _Outcome,
    why: Occasion,
    data: Mapping[str, object],
) -> None:
    if found.moves:
        parties = [(book[m.booking_id], m.from_tables, Reseat(book[m.booking_id], m.to_tables)) for m in found.moves]
        outcome.shuffle.move(parties, why, data)
        outcome.moved += [one.id for one, _, _ in parties]
    for key in found.left:
        outcome.shuffle.take(_lost(place, book[key], why, data))
        outcome.lost.append(book[key].id)


def _lost(place: OpenVenue, booking: Booking, why: Occasion, data: Mapping[str, object]) -> list[Change]:
    """Return the steps into review; a party that has come goes back to expected first, as the lifecycle has it."""
    changes: list[Change] = []
    if (booking.state, Action.LOSE_TABLE) not in TRANSITIONS:
        changes.append(step(booking, Action.UNDO, actor=why.actor, at=why.at))
        booking = changes[-1].after
    reason = Reason(ReasonCode.TABLE_LOST, {**data, **({"note": why.note} if why.note else {})})
    deadline = review_deadline(place.venue, why.at, booking.starts_at)
    values = {"review_deadline": deadline, "reason_code": reason.code, "reason_data": dict(reason.data)}
    return [*changes, step(booking, Action.LOSE_TABLE, actor=why.actor, at=why.at, reason=reason, **values)]


def _rows(held: HeldDays, block: FloorBlock, pieces: Mapping[date, Window]) -> list[dict[str, object]]:
    return [
        row
        for day, piece in pieces.items()
        if piece[0] < piece[1]
        for row in allocations.allocation(
            held.place.restaurant_id, day, [block.table], piece, held.fences[day], block_id=block.id
        )
    ]
