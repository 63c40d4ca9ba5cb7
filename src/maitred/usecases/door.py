"""What happens at the door: arrive, seat, complete, no-show, cancel, lose a table, undo.

Steps that keep or give back a party's own tables are decided inside one transaction, so they need no lock in Redis and
work while it is away. Those that only give back or change no tables take the booking's row; check-in and complete,
which change for how long the tables are taken, take the day's row as well. Only an undo that has to find a seat again
chooses, and so takes the day's lock.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from maitred.domain.binding import turn_ends_at
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode, State
from maitred.domain.errors import InvalidInput, NotFound, Rejected, StaleBooking, TableTaken, TransitionNotAllowed
from maitred.domain.lifecycle import Action, Change, step, too_early
from maitred.domain.review import review_deadline
from maitred.store import allocations, bookings
from maitred.store.database import Connection
from maitred.store.undo import Opened
from maitred.usecases.clearing import end_clearing
from maitred.usecases.day import present_fence
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.tracker import LONGEST_OVERSTAY
from maitred.usecases.undo import undo

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One step at the door, about to be taken. `booking` is locked."""

    connection: Connection
    place: OpenVenue
    booking: Booking
    actor: Actor
    at: datetime
    note: str | None
    opened: list[Opened] = field(default_factory=list)
    """Tables that were still being cleared and are taken all the same."""

    def take(self, action: Action, reason: Reason | None = None, **values: Any) -> Change:
        """Return the change; a note goes into the reason's data."""
        if self.note:
            data = {**(reason.data if reason else {}), "note": self.note}
            reason = Reason(reason.code if reason else ReasonCode.REQUESTED, data)
        return step(self.booking, action, actor=self.actor, at=self.at, reason=reason, **values)


async def act(
    desk: Desk,
    booking_id: UUID,
    action: Action,
    *,
    caller: Caller,
    expected_version: int | None = None,
    at: datetime | None = None,
    note: str | None = None,
) -> Booking:
    """Take a step at the door and return the booking after it.

    Raises NotFound, StaleBooking, TransitionNotAllowed, InvalidInput `too_early`, TableTaken, and what `undo` raises.
    """
    actor = caller.actor()
    moment = at or desk.clock()
    if action is Action.UNDO:
        return await undo(desk, booking_id, caller=caller, expected_version=expected_version, at=moment, note=note)
    effect = EFFECTS.get(action)
    if effect is None:
        raise InvalidInput(f"{action} is no action at the door.", field="action", code="unknown_action")
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, expected_version)
        place = await desk.venues.by_id(booking.restaurant_id)
        deed = Deed(What(action), actor, moment, booking.restaurant_id, booking_id)
        one = Step(connection, place, booking, actor, moment, note)
        async with undoable(connection, deed, [booking_id], opened=one.opened):
            change = await effect(one)
            await bookings.save(connection, [change])
    return deed.on(change.after)


async def locked(
    connection: Connection, booking_id: UUID, sees: Callable[[int], bool], expected_version: int | None
) -> Booking:
    """Lock a booking the caller may see, at the version they expect."""
    booking = (await bookings.lock(connection, [booking_id])).get(booking_id)
    if booking is None or not sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    return booking


async def _arrive(one: Step) -> Change:
    change = one.take(Action.ARRIVE)
    not_too_early(one, change.action)
    return change


async def _check_in(one: Step) -> Change:
    """Seat a party: its window starts now and runs for its turn, as far as the next party lets it."""
    change = one.take(Action.CHECK_IN)
    not_too_early(one, change.action)
    booking = one.booking
    fence = await present_fence(one.connection, booking.restaurant_id, booking.service_date)
    tables, window = await allocations.tables_of_booking(one.connection, booking.id)
    assert window is not None, "the database lets no confirmed booking be without tables"
    await nobody_sits_there(one, tables)
    await cleared(one, tables, fence)
    planned = turn_ends_at(booking, one.place.venue, one.at) + timedelta(minutes=booking.buffer_minutes)
    wanted = max(planned, one.at + _MINUTE)
    following = await allocations.next_taken_at(one.connection, booking.restaurant_id, tables, booking.id, window[1])
    ends_at = min(wanted, following) if following else wanted
    await _set_window(one, (one.at, max(ends_at, one.at + _MINUTE)), fence, tables)
    return change


async def nobody_sits_there(one: Step, tables: tuple[str, ...]) -> None:
    """Refuse tables of a party that nobody has completed, its time over or not: the range is a plan, people are not."""
    about_now = (one.at - LONGEST_OVERSTAY, one.at + LONGEST_OVERSTAY)
    there = await allocations.seated_there(one.connection, one.booking.restaurant_id, tables, one.booking.id, about_now)
    if there is not None:
        reference, theirs = there
        message = f"{reference} still sits at {', '.join(theirs)}; complete it first."
        raise TableTaken(message, field="at", tables=list(theirs), reference=reference)


async def cleared(one: Step, tables: Sequence[str], fence: int) -> None:
    """End the buffer of who has left these tables: it is a plan, and whoever seats the next party sees a table laid."""
    day, number = one.booking.service_date, one.booking.restaurant_id
    one.opened.extend(await end_clearing(one.connection, number, day, tables, by=one.actor.id, at=one.at, fence=fence))


async def _complete(one: Step) -> Change:
    """Free the tables once the buffer has passed."""
    change = one.take(Action.COMPLETE)
    booking = one.booking
    fence = await present_fence(one.connection, booking.restaurant_id, booking.service_date)
    tables, window = await allocations.tables_of_booking(one.connection, booking.id)
    if window is not None:
        ends_at = min(window[1], one.at + timedelta(minutes=booking.buffer_minutes))
        await _set_window(one, (window[0], max(ends_at, window[0] + _MINUTE)), fence, tables)
    return change


async def _set_window(one: Step, window: tuple[datetime, datetime], fence: int, tables: tuple[str, ...]) -> None:
    try:
        await allocations.set_window(one.connection, one.booking.id, window, fence)
    except Exception as fault:
        if getattr(fault, "sqlstate", None) == "23P01":
            raise TableTaken("Another party still has one of the tables.", field="at", tables=list(tables)) from fault
        raise


async def _no_show(one: Step) -> Change:
    change = await _release(one, Action.MARK_NO_SHOW)
    not_too_early(one, change.action)
    return change


async def _cancel(one: Step) -> Change:
    return await _release(one, Action.CANCEL)


async def _release(one: Step, action: Action) -> Change:
    """Give the tables back and remember them, so that an undo can ask for them first."""
    tables, _ = await allocations.tables_of_booking(one.connection, one.booking.id)
    change = one.take(action, Reason(ReasonCode.REQUESTED, {"tables": list(tables)}))
    await allocations.delete_of_booking(one.connection, one.booking.id)
    return change


async def _lose_table(one: Step) -> Change:
    tables, _ = await allocations.tables_of_booking(one.connection, one.booking.id)
    reason = Reason(ReasonCode.TABLE_LOST, {"tables": list(tables)})
    change = one.take(Action.LOSE_TABLE, reason, reason_code=reason.code, reason_data=dict(reason.data))
    await allocations.delete_of_booking(one.connection, one.booking.id)
    return change


def not_too_early(one: Step, action: Action) -> None:
    """Refuse a step before its time."""
    if too_early(one.booking, action, one.at):
        expected = one.booking.starts_at.astimezone(one.place.venue.tz).isoformat()
        raise InvalidInput(
            f"The party is expected at {expected}; it is too early for that.",
            field="at",
            code="too_early",
        )


EFFECTS: Final[Mapping[Action, Callable[[Step], Awaitable[Change]]]] = {
    Action.ARRIVE: _arrive,
    Action.CHECK_IN: _check_in,
    Action.COMPLETE: _complete,
    Action.MARK_NO_SHOW: _no_show,
    Action.CANCEL: _cancel,
    Action.LOSE_TABLE: _lose_table,
}

# Steps that a person with full rights may take on the system's behalf: they need no seat to be found.
_BOOKKEEPING: Final = frozenset({Action.START, Action.ABORT, Action.REQUEUE, Action.VERIFY_CAPACITY, Action.QUEUE})


async def privileged(
    desk: Desk,
    booking_id: UUID,
    action: Action,
    *,
    caller: Caller,
    expected_version: int | None,
    reason: str,
    at: datetime | None = None,
) -> Booking:
    """Take any legal step that needs no seat, in the name of an administrator, with a reason.

    Raises what `act` raises, and InvalidInput `needs_seat` for steps that only the engine or a person with tables in
    hand can take (assign, confirm, modify, lose_table).
    """
    # A table that is lost is closed for everybody, and its party looked after: `lose_table` does that.
    if (action in EFFECTS and action is not Action.LOSE_TABLE) or action is Action.UNDO:
        return await act(desk, booking_id, action, caller=caller, expected_version=expected_version, at=at, note=reason)
    moment = at or desk.clock()
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, expected_version)
        place = await desk.venues.by_id(booking.restaurant_id)
        one = Step(connection, place, booking, caller.actor(), moment, reason)
        change = _bookkeeping(one, action)
        if booking.state is State.ASSIGNED:
            await allocations.delete_of_booking(connection, booking.id)
        await bookings.save(connection, [change])
    return change.after


def _bookkeeping(one: Step, action: Action) -> Change:
    requested = Reason(ReasonCode.REQUESTED)
    if action in (Action.ESCALATE, Action.DECLINE, Action.FAIL, Action.REJECT):
        deadline = (
            review_deadline(one.place.venue, one.at, one.booking.starts_at) if action is Action.ESCALATE else None
        )
        return one.take(
            action, requested, review_deadline=deadline, reason_code=requested.code, reason_data={"note": one.note}
        )
    if action is Action.RETRY:
        return one.take(action, requested, rounds=one.booking.rounds + 1, due_at=one.at)
    if action in _BOOKKEEPING:
        return one.take(action, requested)
    # An illegal step says so first; a legal one that is left here needs tables.
    _raise_if_illegal(one, action)
    raise InvalidInput(
        f"{action} needs tables: use the route that finds or names them.", field="action", code="needs_seat"
    )


def _raise_if_illegal(one: Step, action: Action) -> None:
    try:
        one.take(action)
    except TransitionNotAllowed:
        raise
    except Rejected:
        return
