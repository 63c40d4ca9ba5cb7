"""Seat a party that stands at the door at the very table a person points at, in one transaction."""

from datetime import datetime, timedelta
from typing import Final

from maitred.domain.assignment.refusals import pacing_refusal
from maitred.domain.booking import Booking, Reason, ReasonCode, Source
from maitred.domain.errors import InvalidInput, NeedsOverride, TableTaken
from maitred.domain.lifecycle import Action, Change, step
from maitred.store import allocations, bookings
from maitred.usecases.accept import BookingRequest, Draft, GuestDetails, drafted
from maitred.usecases.day import held_days
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.weigh import seating_request

SHORTEST: Final = timedelta(minutes=30)
"""A table that somebody needs sooner than that is not given away."""


async def seat_walk_in(
    desk: Desk, place: OpenVenue, table: str, party_size: int, name: str, *, caller: Caller
) -> Booking:
    """Book and seat a walk-in at a table, for its whole turn or until the next party needs the table.

    Raises InvalidInput (too many guests, out of hours), NeedsOverride for a soft rule, TableTaken, LockBusy.
    """
    now = desk.clock()
    request = BookingRequest(party_size, None, GuestDetails(name), Source.WALK_IN)
    draft = drafted(place, request, caller=caller, now=now)
    day = draft.booking.service_date
    async with held_days(desk, place, [day]) as held:
        _suits(held.place, draft.booking, table)
        book = await read_day(desk.database, held.place, day, now)
        window = _window(book, draft.booking, table, now)
        refusal = pacing_refusal(seating_request(draft.booking), book.snapshot, held.place.venue)
        if refusal is not None:
            raise NeedsOverride(refusal.message, field="party_size", rules=[{"code": "pacing"}])
        changes = _steps(draft, table, caller, now)
        async with desk.database.transaction() as connection:
            await held.guard(connection)
            rows = allocations.allocation(
                place.restaurant_id, day, [table], window, held.fences[day], booking_id=draft.booking.id
            )
            deed = Deed(What.WALK_IN, caller.actor(), now, place.restaurant_id, draft.booking.id)
            async with undoable(connection, deed, (), made=[draft.booking.id]):
                await bookings.insert(connection, changes, draft.guest, draft.consents, None)
                await allocations.insert(connection, rows)
    return deed.on(changes[-1].after)


def _suits(place: OpenVenue, booking: Booking, table: str) -> None:
    broken = place.floor.check_set([table], booking.party_size)
    hard = [rule for rule in broken if rule.hard]
    if hard:
        raise InvalidInput(hard[0].message, field="party_size", code=hard[0].code)
    if broken:
        rules = [{"code": rule.code, "message": rule.message} for rule in broken]
        raise NeedsOverride(" ".join(rule.message for rule in broken), field="party_size", rules=rules)


def _window(book: DayBook, booking: Booking, table: str, now: datetime) -> tuple[datetime, datetime]:
    rows = [row for row in book.snapshot.on_table(table) if row.ends_at > now]
    ends = min([booking.ends_at, *(row.starts_at for row in rows)])
    if ends - now < SHORTEST:
        names = [book.bookings[row.owner_id].reference if row.owner_id in book.bookings else row.kind for row in rows]
        raise TableTaken(f"{table} is taken, or needed too soon: {', '.join(names)}.", field="table", tables=[table])
    return now, ends


def _steps(draft: Draft, table: str, caller: Caller, now: datetime) -> list[Change]:
    reason, actor = Reason(ReasonCode.REQUESTED, {"tables": [table]}), caller.actor()
    changes = list(draft.changes)
    for action in (Action.START, Action.ASSIGN, Action.CONFIRM, Action.CHECK_IN):
        changes.append(step(changes[-1].after, action, actor=actor, at=now, reason=reason))
    return changes
