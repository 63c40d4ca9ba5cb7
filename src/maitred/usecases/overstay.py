"""What a person does for a party whose table is late: takes one of the choices, and takes that back.

A choice is looked up again when it is taken, so nobody acts on what was true a minute ago.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from maitred.domain.assignment.rescue import Choice
from maitred.domain.booking import Booking, State
from maitred.domain.errors import InvalidInput, MovesGone, NotFound, StaleProposal
from maitred.store import allocations, bookings, moves, night
from maitred.usecases.accept import Override
from maitred.usecases.day import held_days
from maitred.usecases.desk import Caller, Desk
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.moves import ByHand, move_by_hand
from maitred.usecases.night import choices_for
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle, Window, lock_unchanged
from maitred.usecases.seat import seat_at
from maitred.usecases.tracker import DayBook, read_day

_AT_ONCE: Final = timedelta(minutes=1)
_HAS_TABLES: Final = frozenset({State.CONFIRMED, State.ARRIVED})


def can_be_taken(choice: Choice, booking: Booking, now: datetime) -> bool:
    """Tell whether a choice can be made true now; one for later is something to tell the guest."""
    if choice.kind in ("wait", "elsewhere") and choice.starts_at > max(now + _AT_ONCE, booking.starts_at):
        return False
    return choice.kind != "wait"


def rules_of(choice: Choice) -> tuple[str, ...]:
    """Return the soft rules that taking a choice sets aside."""
    return (*choice.rules, "promised_zone") if choice.kind == "another_zone" else choice.rules


async def take_choice(
    desk: Desk, booking_id: UUID, kind: str, tables: Sequence[str], *, caller: Caller, reason: str
) -> Booking:
    """Take a choice for a party whose table is late, and return its booking.

    Raises NotFound, StaleProposal when the choice is there no more, and what moving, seating and changing raise.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    place, now = await desk.venues.by_id(booking.restaurant_id), desk.clock()
    offered = (await choices_for(desk, place, booking.service_date, [booking.id])).get(booking.id, ())
    choice = next((one for one in offered if one.kind == kind and set(one.tables) == set(tables)), None)
    if choice is None:
        raise StaleProposal("The evening has changed; look at what is possible now.", bookings=[str(booking.id)])
    if not can_be_taken(choice, booking, now):
        raise InvalidInput("These tables are not free yet.", field="choice", code="not_free_yet")
    taken = await _take(desk, booking, choice, now, caller, reason)
    async with desk.database.transaction() as connection:
        await night.settle(connection, booking.id, "late_table")  # raised again by the next look if it is late still
    return taken


async def _take(desk: Desk, booking: Booking, choice: Choice, now: datetime, caller: Caller, reason: str) -> Booking:
    rules, number, version = frozenset(rules_of(choice)), booking.id, booking.version
    override = Override(rules, reason) if rules else None
    if choice.kind == "another_time":
        changes = Changes(starts_at=choice.starts_at)
        return await modify_booking(desk, number, changes, caller=caller, expected_version=version)
    if booking.starts_at <= now:
        return await seat_at(desk, number, choice.tables, caller=caller, expected_version=version, override=override)
    hand = ByHand(reason, override, version)
    return await move_by_hand(desk, number, choice.tables, caller=caller, hand=hand)


async def back_to_late_table(desk: Desk, booking_id: UUID, *, caller: Caller) -> Booking:
    """Bring a party that was moved by hand back to the table that is late, as the plan had it.

    Who sits there keeps sitting; in the plan their time ends where the party's begins, as before. Raises NotFound,
    and MovesGone when somebody else has the table, or the party has changed since.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    place = await desk.venues.by_id(booking.restaurant_id)
    async with held_days(desk, place, [booking.service_date]) as held:
        move_set = await moves.last_by_hand(desk.database, booking.id)
        entries = await moves.entries_of(desk.database, move_set) if move_set else []
        last = next((one for one in entries if one.booking_id == booking.id), None)
        if move_set is None or last is None or last.altered or booking.state not in _HAS_TABLES:
            raise MovesGone("The party has changed since it was moved.", changed=[booking.reference])
        book = await read_day(desk.database, held.place, booking.service_date, desk.clock())
        window = (booking.starts_at, booking.ends_at)
        sitting = await _sitting_there(desk, booking, last.from_tables, window, book)
        shuffle = Reshuffle()
        before = {name: was for name, (was, _) in last.changed.items()}
        why = Occasion("undo", caller.actor(), desk.clock())
        to = Reseat(booking, last.from_tables, window, before)
        shuffle.move([(booking, last.to_tables, to)], why, {"undoes": str(move_set)})
        async with desk.database.transaction() as connection:
            await lock_unchanged(connection, {**shuffle.expected(), **{one.id: one.version for one, _ in sitting}})
            await held.guard(connection)
            for one, began in sitting:
                until = (began, booking.starts_at)
                await allocations.set_window(connection, one.id, until, held.fences[booking.service_date])
            await shuffle.store(connection, held.fences)
            if not await moves.mark_undone(connection, move_set, desk.clock(), caller.name):
                raise MovesGone("This was taken back by somebody else just now.")
    return shuffle.latest(booking)


async def _sitting_there(
    desk: Desk, booking: Booking, tables: Sequence[str], window: Window, book: DayBook
) -> list[tuple[Booking, datetime]]:
    """Return who sits at some tables into a party's time, and since when; raises MovesGone for anybody else."""
    day = book.snapshot.without(str(booking.id))
    rows = (row for table in tables for row in day.on_table(table))
    met = {row.owner_id for row in rows if row.starts_at < window[1] and window[0] < row.ends_at}
    there = [book.bookings[owner] for owner in sorted(met) if owner in book.bookings]
    windows = await allocations.tables_of_bookings(desk.database, [one.id for one in there])
    blocked = [one.reference for one in there if not _may_be_cut(one, windows.get(one.id), window[0])]
    blocked += ["a hold or a block"] * (len(met) - len(there))
    if blocked:
        raise MovesGone(f"In the way: {', '.join(blocked)}.", in_the_way=blocked)
    return [(one, windows[one.id][1][0]) for one in there if windows[one.id][1][1] > window[0]]


def _may_be_cut(one: Booking, taken: tuple[tuple[str, ...], Window] | None, at: datetime) -> bool:
    return one.state is State.CHECKED_IN and taken is not None and taken[1][0] < at
