"""Nothing is stuck (guarantee 4): what the reaper does for bookings whose owner is gone or whose time is up."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from maitred.domain.assignment import Seat, alternatives, decide
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode, State
from maitred.domain.errors import Contended
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.outcome import offer
from maitred.store import allocations, bookings
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.weigh import seating_request, stated

BATCH: Final = 50
ORPHAN_GRACE_S: Final = 30.0


async def recover_orphans(desk: Desk, actor: Actor) -> int:
    """Bring bookings between two states back to the queue; returns how many."""
    found = await bookings.orphans(desk.database, desk.clock(), ORPHAN_GRACE_S, BATCH)
    return sum([await _recover(desk, booking_id, actor) for booking_id in found])


async def _recover(desk: Desk, booking_id: UUID, actor: Actor) -> bool:
    try:
        async with desk.database.transaction() as connection:
            booking = (await bookings.lock(connection, [booking_id]))[booking_id]
            changes = _way_back(desk, booking, actor)
            if changes and booking.state is State.ASSIGNED:
                await allocations.delete_of_booking(connection, booking_id)
            if changes:
                await bookings.save(connection, changes)
    except Contended:
        return False  # somebody else is at it, which is what we wanted
    return bool(changes)


def _way_back(desk: Desk, booking: Booking, actor: Actor) -> list[Change]:
    """Return the steps from where the owner left off to the queue."""
    now = desk.clock()
    reason = Reason(ReasonCode.OWNER_LOST, {"owner": booking.owner})
    steps: Mapping[State, tuple[Action, ...]] = {
        State.CREATED: (Action.VERIFY_CAPACITY, Action.QUEUE),
        State.CAPACITY_VERIFIED: (Action.QUEUE,),
        State.ASSIGNMENT_IN_PROGRESS: (Action.ABORT,),
        State.ASSIGNED: (Action.RETRY,),
    }
    changes: list[Change] = []
    for action in steps.get(booking.state, ()):
        came_from = changes[-1].after if changes else booking
        due = {} if action is Action.VERIFY_CAPACITY else {"due_at": now}
        changes.append(step(came_from, action, actor=actor, at=now, reason=reason, **due))
    return changes


async def expire_reviews(desk: Desk, actor: Actor) -> int:
    """Decline the reviews whose deadline has passed, with alternatives; returns how many."""
    found = await bookings.overdue_reviews(desk.database, desk.clock(), BATCH)
    return sum([await _expire(desk, booking_id, actor) for booking_id in found])


async def _expire(desk: Desk, booking_id: UUID, actor: Actor) -> bool:
    booking = await bookings.by_id(desk.database, booking_id)
    now = desk.clock()
    if booking is None or booking.state is not State.MANUAL_REVIEW:
        return False
    place = await desk.venues.by_id(booking.restaurant_id)
    snapshot = await read_snapshot(desk.database, place, booking.service_date, now)
    found = alternatives(seating_request(booking), snapshot, place.venue, not_before=now)
    data = {"was": booking.reason_code, "alternatives": [offer(one) for one in found]}
    reason = Reason(ReasonCode.REVIEW_EXPIRED, data)
    change = step(booking, Action.DECLINE, actor=actor, at=now, reason=reason, **stated(reason))
    try:
        async with desk.database.transaction() as connection:
            await bookings.save(connection, [change])
    except Contended:
        return False  # a person has just settled it
    return True


async def requeue_fitting(desk: Desk, place: OpenVenue, day: date, actor: Actor) -> int:
    """Send reviews that only lacked room back to the queue when room has appeared; returns how many."""
    now = desk.clock()
    waiting = await bookings.reviews_waiting_for_room(desk.database, place.restaurant_id, day, now)
    if not waiting:
        return 0
    snapshot = await read_snapshot(desk.database, place, day, now)
    requeued = 0
    for booking in waiting:
        decision = decide(seating_request(booking), snapshot, place.venue)
        if isinstance(decision, Seat) and await _requeue(desk, booking, actor):
            requeued += 1
            window = (booking.starts_at, booking.ends_at)
            snapshot = snapshot.with_seating(str(booking.id), decision.plan.tables, *window, booking.party_size)
    return requeued


async def _requeue(desk: Desk, booking: Booking, actor: Actor) -> bool:
    reason = Reason(ReasonCode.ROOM_APPEARED)
    change = step(booking, Action.REQUEUE, actor=actor, at=desk.clock(), reason=reason)
    try:
        async with desk.database.transaction() as connection:
            await bookings.save(connection, [change])
    except Contended:
        return False
    return True
