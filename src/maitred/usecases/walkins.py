"""What a party at the door is told: a table and until when, or a wait and what it rests on; and sitting it down.

Telling is a look, not a promise. Who is seated first has the table; the next is told so, and nothing of theirs is kept.
Sitting down is one transaction, from the booking to the seat, with whatever else changes by it: there is no moment at
which a walk-in is half there.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from maitred.domain.admission import Wish, admit
from maitred.domain.assignment import Move, Refuse, Seat, SeatingRequest, decide
from maitred.domain.assignment.refusals import pacing_refusal
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import Booking, Reason, ReasonCode, Source
from maitred.domain.calendar import service_date
from maitred.domain.errors import InvalidInput, NeedsOverride, NoSeating, TableTaken
from maitred.domain.floor import BrokenRule
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.walkin import NoTable, TableNow, Wait, walk_in
from maitred.store import allocations, bookings, night
from maitred.store.database import Connection
from maitred.store.undo import Opened
from maitred.usecases.accept import BookingRequest, Draft, GuestDetails, drafted
from maitred.usecases.clearing import clearing_owners, end_clearing
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.door import Step, nobody_sits_there
from maitred.usecases.reseat import Occasion, Reshuffle
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.weigh import auto_rules, seating_request

SHORTEST: Final = timedelta(minutes=30)
"""A table that somebody needs sooner than that is given to nobody who merely points at it."""
Beside = Callable[[Connection, Booking], Awaitable[None]]
"""What else is written in the same transaction, with the walk-in's booking."""


@dataclass(frozen=True, slots=True)
class WalkIn:
    """A party at the door."""

    party_size: int
    name: str
    accessible: bool = False
    phone: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor as it is this minute, to answer several parties alike; `late_minutes` is how late turns run tonight.

    `ready` is the floor if the tables that are being cleared were laid already.
    """

    place: OpenVenue
    day: date
    now: datetime
    snapshot: Snapshot
    late_minutes: int
    ready: Snapshot

    def tell(self, party_size: int, *, accessible: bool) -> TableNow | Wait | NoTable:
        """Return what a party is told. Raises InvalidInput and NeedsOverride as a booking for now would."""
        return self._told(self.snapshot, party_size, accessible=accessible)

    def tell_anyway(self, party_size: int, *, accessible: bool) -> TableNow | None:
        """Return the tables that a party could have at once if those being cleared were taken as laid."""
        if self.ready is self.snapshot:
            return None
        found = self._told(self.ready, party_size, accessible=accessible)
        return found if isinstance(found, TableNow) and not found.moves else None

    def tell_without(self, owner: str, party_size: int, *, accessible: bool) -> TableNow | None:
        """Return what a party could have at once, where somebody who has tables and is not there did not come."""
        found = self._told(self.snapshot.without(owner), party_size, accessible=accessible)
        return found if isinstance(found, TableNow) and not found.moves else None

    def _told(self, day: Snapshot, party_size: int, *, accessible: bool) -> TableNow | Wait | NoTable:
        venue, starts_at = self.place.venue, self.now.replace(second=0, microsecond=0)
        wish = Wish(party_size, starts_at, Source.WALK_IN, accessible)
        admission = admit(venue, self.place.floor, wish, self.now)
        request = SeatingRequest(
            "walk-in", party_size, starts_at, admission.turn_minutes, admission.buffer_minutes, accessible=accessible
        )
        rules = auto_rules(venue, starts_at)
        return walk_in(request, day, venue, late_minutes=self.late_minutes, rules=rules)


async def floor_now(desk: Desk, place: OpenVenue) -> Floor:
    """Read the floor as it is this minute."""
    now = desk.clock()
    day = service_date(place.venue, now)
    book = await read_day(desk.database, place, day, now)
    snapshot, clearing = as_of(book.snapshot, place.venue, now), await clearing_owners(desk.database, place, book, now)
    late = await night.late_minutes(desk.database, place.restaurant_id, day, now)
    return Floor(place, day, now, snapshot, late, _without(snapshot, clearing))


def _without(snapshot: Snapshot, owners: frozenset[str]) -> Snapshot:
    for owner in owners:
        snapshot = snapshot.without(owner)
    return snapshot


async def look_for_walk_in(
    desk: Desk, place: OpenVenue, party_size: int, *, accessible: bool
) -> TableNow | Wait | NoTable:
    """Look at the floor as it is this minute. Raises InvalidInput and NeedsOverride as a booking for now would."""
    return (await floor_now(desk, place)).tell(party_size, accessible=accessible)


# -- sitting down ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where and for how long a walk-in sits, and who moves for it."""

    tables: tuple[str, ...]
    window: tuple[datetime, datetime]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class _Night:
    """The day as it is read inside its lock; `ready` is the day if the tables being cleared were laid."""

    place: OpenVenue
    book: DayBook
    day: Snapshot
    ready: Snapshot
    now: datetime


async def seat_walk_in(
    desk: Desk,
    place: OpenVenue,
    party: WalkIn,
    *,
    tables: Sequence[str],
    leave_by: datetime | None,
    caller: Caller,
    exactly: bool = False,
    anyway: bool = False,
    beside: Beside | None = None,
) -> Booking:
    """Sit a party down now, at the tables it was told or at others that fit as well, and return its booking.

    With `exactly` at these tables or not at all, for the whole turn or until the next party needs them; with `anyway`
    at tables that are still being cleared too. `beside` writes with it, or nothing is written.

    Raises NoSeating when the tables have just been taken; with `exactly` InvalidInput, NeedsOverride and TableTaken
    (`being_cleared` when only `anyway` is missing); and what a booking for now raises.
    """
    now = desk.clock()
    request = BookingRequest(
        party.party_size, None, GuestDetails(party.name, phone=party.phone), Source.WALK_IN,
        accessible=party.accessible, notes=party.notes, leave_by=leave_by,
    )  # fmt: skip
    draft = drafted(place, request, caller=caller, now=now)
    async with held_days(desk, place, [draft.booking.service_date]) as held:
        evening = await _read(desk, held.place, draft.booking.service_date, now, anyway=anyway)
        told = tuple(sorted(set(tables)))
        seat = _exactly(evening, draft.booking, told) if exactly else _told_or_other(evening, draft.booking, told)
        return await _sit_down(desk, held, evening, draft, seat, caller, beside, anyway=anyway)


async def _read(desk: Desk, place: OpenVenue, day: date, now: datetime, *, anyway: bool) -> _Night:
    book = await read_day(desk.database, place, day, now)
    snapshot = as_of(book.snapshot, place.venue, now)
    ready = _without(snapshot, await clearing_owners(desk.database, place, book, now))
    return _Night(place, book, ready if anyway else snapshot, ready, now)


def _exactly(evening: _Night, booking: Booking, tables: tuple[str, ...]) -> _Seat:
    """Return a seat at the very tables that somebody points at; raises as `seat_walk_in` says."""
    broken = evening.place.floor.check_set(tables, booking.party_size, booking.accessible)
    hard = [rule for rule in broken if rule.hard]
    if hard:
        raise InvalidInput(hard[0].message, field="party_size", code=hard[0].code)
    if broken:
        raise _override(broken)
    paced = pacing_refusal(seating_request(booking), evening.day, evening.place.venue)
    if paced is not None:
        raise NeedsOverride(paced.message, field="party_size", rules=[{"code": "pacing"}])
    ends = _until(evening.day, tables, booking, evening.now)
    if ends - evening.now < SHORTEST:
        raise _taken(evening, booking, tables)
    return _Seat(tables, (evening.now, ends))


def _override(broken: Sequence[BrokenRule]) -> NeedsOverride:
    rules = [{"code": rule.code, "message": rule.message} for rule in broken]
    return NeedsOverride(" ".join(rule.message for rule in broken), field="party_size", rules=rules)


def _taken(evening: _Night, booking: Booking, tables: tuple[str, ...]) -> TableTaken:
    names, rows = "+".join(tables), [row for table in tables for row in evening.day.on_table(table)]
    if _until(evening.ready, tables, booking, evening.now) - evening.now >= SHORTEST:
        return TableTaken(f"{names} is being cleared.", field="table", code="being_cleared", tables=list(tables))
    known = evening.book.bookings
    due = [row for row in rows if row.ends_at > evening.now]
    who = ", ".join(known[row.owner_id].reference if row.owner_id in known else row.kind for row in due)
    return TableTaken(f"{names} is taken, or needed too soon: {who}.", field="table", tables=list(tables))


def _until(day: Snapshot, tables: tuple[str, ...], booking: Booking, now: datetime) -> datetime:
    """Return until when a party has tables that it sits down at now; now when somebody has them."""
    rows = (row for table in tables for row in day.on_table(table) if row.ends_at > now)
    return max(now, min([booking.ends_at, *(row.starts_at for row in rows)]))


def _told_or_other(evening: _Night, booking: Booking, tables: tuple[str, ...]) -> _Seat:
    """Return a seat where a party was told, for all of its stay, or else where the engine finds one."""
    venue, request = evening.place.venue, seating_request(booking)
    suits = bool(tables) and not evening.place.floor.check_set(tables, booking.party_size, booking.accessible)
    free = suits and _until(evening.day, tables, booking, evening.now) == booking.ends_at
    if free and pacing_refusal(request, evening.day, venue) is None:
        return _Seat(tables, (evening.now, booking.ends_at))
    decision = decide(request, evening.day, venue, auto_rules(venue, booking.starts_at))
    match decision:
        case Seat(plan=plan, moves=moves):
            return _Seat(plan.tables, (evening.now, booking.ends_at), moves)
        case Refuse(code=code, message=message):
            raise NoSeating(message, field="party_size", code=code)


async def _sit_down(
    desk: Desk,
    held: HeldDays,
    evening: _Night,
    draft: Draft,
    seat: _Seat,
    caller: Caller,
    beside: Beside | None,
    *,
    anyway: bool,
) -> Booking:
    now, day, number = evening.now, draft.booking.service_date, draft.booking.restaurant_id
    changes, shuffle = _steps(draft, seat.tables, caller, now), Reshuffle()
    booking = changes[-1].after
    shuffle.make_room(seat.moves, evening.book.bookings, Occasion("decision", caller.actor(), now, booking))
    async with desk.database.transaction() as connection:
        # Whoever moves is locked before the day's row, as everywhere.
        await (shuffle.write(connection, held) if seat.moves else held.guard(connection))
        await nobody_sits_there(Step(connection, held.place, booking, caller.actor(), now, None), seat.tables)
        reopened: list[Opened] = []
        if anyway:
            fence = held.fences[day]
            reopened = await end_clearing(connection, number, day, seat.tables, by=caller.name, at=now, fence=fence)
        rows = allocations.allocation(number, day, seat.tables, seat.window, held.fences[day], booking_id=booking.id)
        deed = Deed(What.WALK_IN, caller.actor(), now, number, booking.id)
        async with undoable(connection, deed, (), made=[booking.id], opened=reopened):
            await bookings.insert(connection, changes, draft.guest, draft.consents, None)
            await allocations.insert(connection, rows)
        if beside is not None:
            await beside(connection, booking)
    return deed.on(booking)


def _steps(draft: Draft, tables: tuple[str, ...], caller: Caller, now: datetime) -> list[Change]:
    reason, actor = Reason(ReasonCode.REQUESTED, {"tables": list(tables)}), caller.actor()
    changes = list(draft.changes)
    for action in (Action.START, Action.ASSIGN, Action.CONFIRM, Action.CHECK_IN):
        changes.append(step(changes[-1].after, action, actor=actor, at=now, reason=reason))
    return changes
