"""Seat a party at other tables than its own: its table is late, and another has just become free.

Named by a person, so soft rules yield to an override with a reason and hard ones never do. Decided wholly inside one
transaction, like every step at the door that chooses nothing by itself: it works while Redis is away.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from maitred.domain.binding import turn_ends_at
from maitred.domain.booking import Booking
from maitred.domain.lifecycle import Action, step
from maitred.store import allocations
from maitred.usecases.accept import Override
from maitred.usecases.day import present_fence
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk
from maitred.usecases.door import Step, cleared, locked, nobody_sits_there, not_too_early
from maitred.usecases.moves import check_chosen, not_pinned
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle


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
    made: bool = False,
) -> Booking:
    """Seat a party at chosen tables, now; its own are given back in the same transaction.

    `made` says that the booking was made for this just now: taken back, it was never there.

    Raises NotFound, StaleBooking, TransitionNotAllowed, Pinned, InvalidInput, NeedsOverride,
    TableTaken; then nothing changed.
    """
    moment, chosen = at or desk.clock(), tuple(sorted(set(tables)))
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, expected_version)
        place = await desk.venues.by_id(booking.restaurant_id)
        step(booking, Action.CHECK_IN, actor=caller.actor(), at=moment)  # an illegal step says so before anything else
        one = Step(connection, place, booking, caller.actor(), moment, note)
        not_too_early(one, Action.CHECK_IN)
        values = check_chosen(place, booking, chosen, override, caller)
        fence = await present_fence(connection, booking.restaurant_id, booking.service_date)
        own, _ = await allocations.tables_of_booking(connection, booking.id)
        await nobody_sits_there(one, chosen)
        await cleared(one, chosen, fence)
        window = await _window(one, chosen)
        shuffle = Reshuffle()
        if set(own) != set(chosen):
            not_pinned([booking])
            why = Occasion("staff", one.actor, moment, note=note)
            told = {"override": sorted(override.rules), "reason": override.reason} if override else {}
            shuffle.move([(booking, own, Reseat(booking, chosen, window, values))], why, told)
        seated = step(shuffle.latest(booking), Action.CHECK_IN, actor=one.actor, at=moment, **values)
        shuffle.take([seated])
        shuffle.seat(seated.after, chosen, window)
        deed = Deed(What.WALK_IN if made else What.CHECK_IN, one.actor, moment, booking.restaurant_id, booking.id)
        async with undoable(connection, deed, [booking.id], made=[booking.id] if made else ()):
            await shuffle.store(connection, {booking.service_date: fence})
    return deed.on(seated.after)


async def _window(one: Step, chosen: Sequence[str]) -> tuple[datetime, datetime]:
    """Return the whole turn from now, as far as the next party at these tables lets it."""
    booking = one.booking
    whole = turn_ends_at(booking, one.place.venue, one.at) + timedelta(minutes=booking.buffer_minutes)
    following = await allocations.next_taken_at(one.connection, booking.restaurant_id, chosen, booking.id, one.at)
    return one.at, max(min(whole, following) if following else whole, one.at + timedelta(minutes=1))
