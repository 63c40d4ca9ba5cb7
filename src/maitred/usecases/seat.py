"""Seat a party at other tables than its own: its table is late or lost, and another has just become free.

Named by a person, so soft rules yield to an override with a reason and hard ones never do. Decided wholly inside one
transaction, like every step at the door that chooses nothing by itself: it works while Redis is away.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from maitred.domain.binding import turn_ends_at
from maitred.domain.booking import Booking, Reason, ReasonCode, State
from maitred.domain.lifecycle import Action, Change, step
from maitred.store import allocations
from maitred.usecases.accept import Override
from maitred.usecases.day import present_fence
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk
from maitred.usecases.door import Step, cleared, locked, nobody_sits_there, not_too_early
from maitred.usecases.moves import check_chosen, not_pinned
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle
from maitred.usecases.review import not_claimed


async def seat_at(
    desk: Desk,
    booking_id: UUID,
    tables: Sequence[str],
    *,
    caller: Caller,
    expected_version: int | None = None,
    override: Override | None = None,
    at: datetime | None = None,
    note: str | None = None,
) -> Booking:
    """Seat a party at chosen tables, now; its own are given back in the same transaction.

    A party that waits for a person's decision is confirmed by it.

    Raises NotFound, StaleBooking, TransitionNotAllowed, Pinned, ReviewClaimed, InvalidInput, NeedsOverride,
    TableTaken; then nothing changed.
    """
    moment, chosen = at or desk.clock(), tuple(sorted(set(tables)))
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, expected_version)
        place = await desk.venues.by_id(booking.restaurant_id)
        not_claimed(booking, caller, moment)
        confirmed = _confirmed(booking, caller, moment, chosen)
        # An illegal step says so before anything else.
        step(confirmed[-1].after if confirmed else booking, Action.CHECK_IN, actor=caller.actor(), at=moment)
        one = Step(connection, place, booking, caller.actor(), moment, note)
        not_too_early(one, Action.CHECK_IN)
        values = check_chosen(place, booking, chosen, override, caller)
        fence = await present_fence(connection, booking.restaurant_id, booking.service_date)
        own, _ = await allocations.tables_of_booking(connection, booking.id)
        await nobody_sits_there(one, chosen)
        await cleared(one, chosen, fence)
        window = await _window(one, chosen)
        shuffle = Reshuffle()
        shuffle.take(confirmed)
        if own and set(own) != set(chosen):
            not_pinned([booking])
            why = Occasion("staff", one.actor, moment, note=note)
            told = {"override": sorted(override.rules), "reason": override.reason} if override else {}
            shuffle.move([(booking, own, Reseat(booking, chosen, window, values))], why, told)
        seated = step(shuffle.latest(booking), Action.CHECK_IN, actor=one.actor, at=moment, **values)
        shuffle.take([seated])
        shuffle.seat(seated.after, chosen, window)
        deed = Deed(What.CHECK_IN, one.actor, moment, booking.restaurant_id, booking.id)
        async with undoable(connection, deed, [booking.id], opened=one.opened):
            await shuffle.store(connection, {booking.service_date: fence})
    return deed.on(seated.after)


def _confirmed(booking: Booking, caller: Caller, at: datetime, tables: Sequence[str]) -> list[Change]:
    """Return the steps that confirm a review on tables at which its party sits down."""
    if booking.state is not State.MANUAL_REVIEW:
        return []
    reason = Reason(ReasonCode.REQUESTED, {"tables": list(tables)})
    assigned = step(booking, Action.ASSIGN, actor=caller.actor(), at=at, reason=reason)
    return [assigned, step(assigned.after, Action.CONFIRM, actor=caller.actor(), at=at, reason=reason)]


async def _window(one: Step, chosen: Sequence[str]) -> tuple[datetime, datetime]:
    """Return the whole turn from now, as far as the next party at these tables lets it."""
    booking = one.booking
    whole = turn_ends_at(booking, one.place.venue, one.at) + timedelta(minutes=booking.buffer_minutes)
    following = await allocations.next_taken_at(one.connection, booking.restaurant_id, chosen, booking.id, one.at)
    return one.at, max(min(whole, following) if following else whole, one.at + timedelta(minutes=1))
