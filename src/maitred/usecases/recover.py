"""Nothing is stuck (guarantee 4): what the reaper does for bookings whose owner is gone or whose time is up."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, TypeVar
from uuid import UUID

import structlog

from maitred.domain.admission import bookable_from
from maitred.domain.assignment import Seat, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode, State
from maitred.domain.errors import Contended, Unavailable
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.outcome import Confirmed, offers
from maitred.domain.venue import Venue
from maitred.store import allocations, bookings, undo
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.weigh import auto_rules, seated, seating_request, stated

BATCH: Final = 50
ORPHAN_GRACE_S: Final = 30.0
EVERY_DAY: Final = ("", date.min)
"""Where a sweep over (slug, day) begins."""

log = structlog.get_logger(__name__)
T = TypeVar("T")


async def recover_orphans(desk: Desk, actor: Actor) -> int:
    """Bring bookings between two states back to the queue; returns how many."""
    found = await bookings.orphans(desk.database, desk.clock(), ORPHAN_GRACE_S, BATCH)
    return await _each(found, "orphan_fault", lambda booking_id: _recover(desk, booking_id, actor))


async def _each(found: Sequence[T], fault: str, take: Callable[[T], Awaitable[int]]) -> int:
    """Take one after another and add up; one that fails is logged and holds up no other, unless Postgres is away."""
    total = 0
    for one in found:
        try:
            total += await take(one)
        except Unavailable:
            raise
        except Exception:
            log.exception(fault, which=str(one))
    return total


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
    return await _each(found, "expiry_fault", lambda booking_id: _expire(desk, booking_id, actor))


async def _expire(desk: Desk, booking_id: UUID, actor: Actor) -> bool:
    booking = await bookings.by_id(desk.database, booking_id)
    now = desk.clock()
    if booking is None or booking.state is not State.MANUAL_REVIEW or booking.once_confirmed:
        return False
    place = await desk.venues.by_id(booking.restaurant_id)
    snapshot = await read_snapshot(desk.database, place, booking.service_date, now)
    found = alternatives(
        seating_request(booking), snapshot, place.venue, not_before=bookable_from(place.venue, booking.source, now)
    )
    data = {"was": booking.reason_code, "alternatives": offers(found, place.venue, booking.source)}
    reason = Reason(ReasonCode.REVIEW_EXPIRED, data)
    change = step(booking, Action.DECLINE, actor=actor, at=now, reason=reason, **stated(reason))
    try:
        async with desk.database.transaction() as connection:
            await bookings.save(connection, [change])
    except Contended:
        return False  # a person has just settled it
    return True


async def requeue_where_room(desk: Desk, actor: Actor, after: tuple[str, date] = EVERY_DAY) -> tuple[str, date]:
    """Look for room on the next days that somebody waits on; returns where to go on the next time.

    Events (workers/room.py) are quicker, but there is none for a hold that ends, a venue that grows, a claim that
    lapses, or room that appeared while a decision was being written.
    """

    async def look(found: tuple[str, date]) -> int:
        slug, day = found
        return await requeue_fitting(desk, await desk.venues.get(slug), day, actor)

    days = await allocations.days_waiting_for_room(desk.database, desk.clock(), after, BATCH)
    await _each(days, "room_fault", look)
    return days[-1] if len(days) == BATCH else EVERY_DAY


async def requeue_fitting(desk: Desk, place: OpenVenue, day: date, actor: Actor) -> int:
    """Send reviews that only lacked room back to the queue when room has appeared; returns how many.

    Several may look at once, and what one has queued is not seated yet: so the pending ones are seated first, in
    thought, and are read before the snapshot. Nobody is queued for a table of theirs; the next sweep sees the rest.
    So it does with tables that somebody has given back a moment ago and may want again.
    """
    now = desk.clock()
    waiting = await bookings.reviews_waiting_for_room(desk.database, place.restaurant_id, day, now)
    if not waiting or await may_be_taken_back(desk, place, day):
        return 0
    ahead = await bookings.pending_of_day(desk.database, place.restaurant_id, day, now, BATCH)
    snapshot = as_of(await read_snapshot(desk.database, place, day, now), place.venue, now)
    for booking in ahead:
        snapshot = _with_seat(booking, snapshot, place.venue) or snapshot
    requeued = 0
    for booking in waiting:
        after = _with_seat(booking, snapshot, place.venue)
        if after is not None:
            requeued += await _requeue(desk, booking, actor)
            snapshot = after  # also when another was quicker to queue it
    return requeued


async def may_be_taken_back(desk: Desk, place: OpenVenue, day: date) -> bool:
    """Tell whether tables of a day were given back so lately that one key may still take that back."""
    since = desk.clock() - timedelta(seconds=desk.policy.undo_wait_s)
    return await undo.tables_given_back(desk.database, place.restaurant_id, day, since)


def _with_seat(booking: Booking, snapshot: Snapshot, venue: Venue) -> Snapshot | None:
    """Return the day with a booking where it would be seated, None when there is no room for it."""
    decision = decide(seating_request(booking), snapshot, venue, auto_rules(venue, booking.starts_at))
    if not isinstance(decision, Seat):
        return None
    return seated(booking, Confirmed(decision.plan, None, decision.moves), snapshot, venue)


async def _requeue(desk: Desk, booking: Booking, actor: Actor) -> bool:
    reason = Reason(ReasonCode.ROOM_APPEARED)
    change = step(booking, Action.REQUEUE, actor=actor, at=desk.clock(), reason=reason)
    try:
        async with desk.database.transaction() as connection:
            await bookings.save(connection, [change])
    except Contended:
        return False
    return True
