"""Undo: back to the state before, onto the party's own tables or, when those are taken, onto any that fit."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from maitred.domain.assignment import Move, Refuse, Seat, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import SEATED_STATES, Actor, Booking, Reason, ReasonCode, State
from maitred.domain.errors import NoSeating, NotFound, StaleBooking, TableTaken
from maitred.domain.lifecycle import UNPINNED, Action, Change, step
from maitred.domain.outcome import offers
from maitred.domain.review import review_deadline
from maitred.store import allocations, bookings
from maitred.store.database import Connection
from maitred.store.views import history
from maitred.usecases.day import held_days, present_fence
from maitred.usecases.decide import decide_within_request
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.explaining import Explainer
from maitred.usecases.reseat import Occasion, Reshuffle
from maitred.usecases.tracker import read_day
from maitred.usecases.weigh import auto_rules, seating_request

_MINUTE: Final = timedelta(minutes=1)
Window = tuple[datetime, datetime]


async def undo(
    desk: Desk,
    booking_id: UUID,
    actor: Actor,
    expected_version: int | None,
    at: datetime,
    *,
    sees: Callable[[int], bool],
    note: str | None = None,
) -> Booking:
    """Undo the last step and return the booking after it; a note stays with the step in history.

    Raises NotFound, StaleBooking, TransitionNotAllowed (also when its 15 minutes are over), NoSeating.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    noted = Reason(ReasonCode.REQUESTED, {"note": note}) if note else None
    change = step(booking, Action.UNDO, actor=actor, at=at, reason=noted, **await _values(desk, booking))
    target = change.after.state
    if target not in SEATED_STATES:
        place = await desk.venues.by_id(booking.restaurant_id)
        return await decide_within_request(desk, place, await _write(desk, change, None))
    if booking.state in (State.ARRIVED, State.CHECKED_IN):
        with suppress(TableTaken):  # seated early, it had given the planned time away
            return await _write(desk, change, _planned_window(booking))
    return await _reseat(desk, booking, change, at)


async def _values(desk: Desk, booking: Booking) -> dict[str, Any]:
    """Return what a state needs that is entered from behind."""
    if booking.previous_state is State.MANUAL_REVIEW:
        place = await desk.venues.by_id(booking.restaurant_id)
        entered = [entry for entry in await history(desk.database, booking.id) if entry.to_state == State.MANUAL_REVIEW]
        return {
            "review_deadline": review_deadline(place.venue, desk.clock(), booking.starts_at),
            "reason_code": entered[-1].reason_code,
            "reason_data": entered[-1].reason_data,
        }
    if booking.previous_state is State.ASSIGNMENT_PENDING:
        return {"due_at": desk.clock(), "pending_since": desk.clock()}
    return {}


def _planned_window(booking: Booking) -> Window:
    return booking.starts_at, booking.ends_at


async def _write(desk: Desk, change: Change, window: Window | None) -> Booking:
    """Write an undo that needs no other tables than those the party has, for their planned window."""
    booking = change.after
    async with desk.database.transaction() as connection:
        await _still(connection, change)
        if window is not None:
            fence = await present_fence(connection, booking.restaurant_id, booking.service_date)
            await allocations.set_window(connection, booking.id, window, fence)
        await bookings.save(connection, [change])
    return booking


async def _still(connection: Connection, change: Change) -> None:
    assert change.before is not None
    now = (await bookings.lock(connection, [change.after.id])).get(change.after.id)
    if now is None or now.version != change.before.version:
        raise StaleBooking(change.after.id, change.before.version)


async def _reseat(desk: Desk, booking: Booking, change: Change, at: datetime) -> Booking:
    place = await desk.venues.by_id(booking.restaurant_id)
    own = await _own_tables(desk, booking)
    async with held_days(desk, place, [booking.service_date]) as held:
        book = await read_day(desk.database, held.place, booking.service_date, desk.clock())
        day = as_of(book.snapshot, held.place.venue, at).without(str(booking.id))
        window = _window(change.after, own[1], at)
        tables, moves = _tables(held.place, day, booking, own[0], window)
        noted = change.reason.data if change.reason else {}
        reason = Reason(ReasonCode.REQUESTED, {**noted, "tables": list(tables), "own": tables == own[0]})
        after = change.after if tables == own[0] else replace(change.after, **UNPINNED)  # the promised ones are taken
        shuffle = Reshuffle()
        shuffle.take([replace(change, after=after, reason=reason)])
        shuffle.make_room(moves, book.bookings, Occasion("decision", change.actor, desk.clock(), after))
        shuffle.seat(after, tables, window)
        async with desk.database.transaction() as connection:
            await shuffle.write(connection, held)
    return after


async def _own_tables(desk: Desk, booking: Booking) -> tuple[tuple[str, ...], Window | None]:
    """Return the tables a party has or, after a release, those that history remembers."""
    tables, window = await allocations.tables_of_booking(desk.database, booking.id)
    if tables:
        return tables, window
    last = (await history(desk.database, booking.id))[-1]
    return tuple((last.reason_data or {}).get("tables", ())), None


def _window(target: Booking, had: Window | None, at: datetime) -> Window:
    """Return the window to ask for: the plan, or for a party at its table from when it sat down."""
    if target.state is State.CHECKED_IN and had is not None:
        planned = had[0] + timedelta(minutes=target.turn_minutes + target.buffer_minutes)
        return had[0], max(planned, at + timedelta(minutes=target.buffer_minutes) + _MINUTE)
    return _planned_window(target)


def _tables(
    place: OpenVenue, snapshot: Snapshot, booking: Booking, own: tuple[str, ...], window: Window
) -> tuple[tuple[str, ...], tuple[Move, ...]]:
    if own and _fits(place, snapshot, booking, own, window):
        return own, ()
    request = replace(
        seating_request(booking),
        starts_at=window[0],
        turn_minutes=int((window[1] - window[0]) / _MINUTE) - booking.buffer_minutes,
        allowed_overrides=frozenset({"pacing"}),  # the party was counted before
    )
    rules = auto_rules(place.venue, booking.starts_at)
    decision = decide(request, snapshot, place.venue, rules)
    match decision:
        case Seat(plan=plan, moves=moves):
            return plan.tables, moves
        case Refuse(message=message):
            found = alternatives(request, snapshot, place.venue, not_before=window[0])
            raise NoSeating(
                message,
                field="action",
                alternatives=offers(found, place.venue, booking.source),
                explanation=Explainer(place.venue, {}).of(decision, request, snapshot, rules, window[0]),
            )


def _fits(place: OpenVenue, snapshot: Snapshot, booking: Booking, tables: Sequence[str], window: Window) -> bool:
    soft = booking.overridden_rules
    if place.floor.check_set(tables, booking.party_size, booking.accessible, allowed_overrides=soft):
        return False
    return not snapshot.busy_mask(*window) & place.floor.mask(tables)
