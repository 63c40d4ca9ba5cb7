"""The waitlist when room appears: the first who fits is booked, or made an offer.

Who waits is served inside the day's lock like everybody who is seated: admitted, weighed and written as any other
booking is (lesson 28), and their entry changes in the very transaction that takes the table, so nobody is booked twice
and no table is given twice, whoever else is at it. Whoever has asked for a table before is served before.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import Actor
from maitred.domain.errors import Contended, StaleBooking, TableTaken
from maitred.domain.outcome import Confirmed
from maitred.domain.waitlist import Entry, EntryChange, Fit, WaitState, asked, first_fitting, is_past, moved
from maitred.store import allocations, bookings, waitlist
from maitred.store.allocations import Hold
from maitred.store.waitlist import Waiting
from maitred.usecases.accept import drafted
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.decide import decide_day
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.outcomes import Learned
from maitred.usecases.recover import may_be_taken_back, requeue_fitting
from maitred.usecases.reseat import Occasion, Reshuffle, lock_unchanged
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.waitlist import CREDENTIAL, LOOKS, caller_of, close_entry, request_of
from maitred.usecases.weigh import attempt_of, changes_of, weigh


@dataclass(slots=True)
class Served:
    """What one turn at a day's waitlist came to."""

    booked: list[UUID] = field(default_factory=list)
    offered: list[UUID] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)


async def serve_day(desk: Desk, place: OpenVenue, day: date, actor: Actor) -> Served:
    """Give the room there is on a day to those who wait for it; safe to repeat, safe to race.

    Raises LockBusy, LockLost, StaleFence and Unavailable; what was committed stays, the others wait on.
    """
    served = Served()
    await _close_those_over(desk, place, day, actor, served)
    if not place.venue.waitlist.enabled or not await _somebody_fits(desk, place, day):
        return served
    await requeue_fitting(desk, place, day, actor)
    for _ in range(LOOKS):
        await decide_day(desk, place, day, worker=f"{actor.id}:waitlist")  # who has asked for a table before
        learned = await desk.outcomes.of(place.restaurant_id, place.venue, desk.clock())
        async with held_days(desk, place, [day]) as held:
            if await _serve(_Turn(desk, held, day, actor, learned, served)):
                break
    return served


@dataclass(frozen=True, slots=True)
class _Turn:
    """One holder's turn at the waitlist of one day."""

    desk: Desk
    held: HeldDays
    day: date
    actor: Actor
    learned: Learned
    served: Served

    @property
    def place(self) -> OpenVenue:
        return self.held.place


async def _somebody_fits(desk: Desk, place: OpenVenue, day: date) -> bool:
    """Look without the lock: nearly always there is no room, and nobody shall wait for that to be found."""
    now = desk.clock()
    waiting = await _in_line(desk, place, day)
    if not waiting:
        return False
    book = await read_day(desk.database, place, day, now)
    view = as_of(book.snapshot, place.venue, now)
    return await _first(waiting, view, place, now) is not None


async def _first(waiting: Mapping[UUID, Waiting], day: Snapshot, place: OpenVenue, now: datetime) -> Fit | None:
    """Find whose turn it is, in a thread: meanwhile the loop has locks to renew."""
    return await asyncio.to_thread(first_fitting, [one.entry for one in waiting.values()], day, place.venue, now)


async def _in_line(desk: Desk, place: OpenVenue, day: date) -> dict[UUID, Waiting]:
    """Return who waits, in order, but for those whose own request is being decided just now.

    Nobody does while a table that was just given back may be taken back: a sweep looks again.
    """
    found = await waitlist.of_day(desk.database, place.restaurant_id, day)
    waiting = {one.entry.id: one for one in found if one.entry.state is WaitState.WAITING}
    if not waiting or await may_be_taken_back(desk, place, day):
        return {}
    elsewhere = await waitlist.booked_otherwise(desk.database, place.restaurant_id, day)
    return {key: one for key, one in waiting.items() if key not in elsewhere}


async def _serve(turn: _Turn) -> bool:
    """Serve one after another until nobody fits; False when somebody has asked for a table meanwhile."""
    desk, passed = turn.desk, set[UUID]()
    while True:
        now = desk.clock()
        if await bookings.pending_of_day(desk.database, turn.place.restaurant_id, turn.day, now, 1):
            return False
        waiting = {k: one for k, one in (await _in_line(desk, turn.place, turn.day)).items() if k not in passed}
        if not waiting:
            return True
        book = await read_day(desk.database, turn.place, turn.day, now)
        view = as_of(book.snapshot, turn.place.venue, now)
        fit = await _first(waiting, view, turn.place, now)
        if fit is None:
            return True
        try:
            done = await _give(turn, waiting[fit.entry.id], fit, book, now)
        except (StaleBooking, TableTaken):
            done = False  # they have left, or a party that was to move has changed: look again, without them
        if not done:
            passed.add(fit.entry.id)


async def _give(turn: _Turn, waiting: Waiting, fit: Fit, book: DayBook, now: datetime) -> bool:
    return await (_book(turn, waiting, fit, book, now) if fit.book else _offer(turn, fit, now))


async def _book(turn: _Turn, waiting: Waiting, fit: Fit, book: DayBook, now: datetime) -> bool:
    """Book a guest as the coordinator would: the same admission, the same weighing, the same write."""
    place, desk = turn.place, turn.desk
    draft = drafted(place, request_of(waiting, fit.starts_at), caller=caller_of(fit.entry), now=now)
    asks = draft.booking
    verdict = weigh([asks], book.snapshot, place.venue, now, book.bookings, turn.learned)[0]
    if not isinstance(verdict.outcome, Confirmed):
        return False
    steps = changes_of(verdict, place.venue, turn.actor, now)
    shuffle = Reshuffle()
    shuffle.make_room(verdict.outcome.moves, book.bookings, Occasion("decision", turn.actor, now, asks))
    values = {"starts_at": fit.starts_at, "booking_id": asks.id, "reason": "room_appeared"}
    change = moved(fit.entry, WaitState.BOOKED, actor=turn.actor, at=now, **values)
    window, fence = (asks.starts_at, asks.ends_at), turn.held.fences[turn.day]
    tables = verdict.outcome.plan.tables
    rows = allocations.allocation(asks.restaurant_id, turn.day, tables, window, fence, booking_id=asks.id)
    async with desk.database.transaction() as connection:
        await lock_unchanged(connection, shuffle.expected())
        await turn.held.guard(connection)
        await bookings.insert(connection, [*draft.changes, *steps], draft.guest, draft.consents, None)
        await shuffle.store(connection, turn.held.fences)
        await allocations.insert(connection, rows)
        await bookings.insert_attempts(connection, [attempt_of(verdict, turn.actor.id, now)])
        await waitlist.save(connection, change)
    turn.served.booked.append(fit.entry.id)
    return True


async def _offer(turn: _Turn, fit: Fit, now: datetime) -> bool:
    """Hold the tables for a guest and make them an offer, in one transaction."""
    desk, entry, venue = turn.desk, fit.entry, turn.place.venue
    wish = asked(entry, venue, fit.starts_at)
    ttl = timedelta(minutes=venue.waitlist.offer_minutes)
    hold = Hold(
        uuid4(), entry.restaurant_id, entry.restaurant, turn.day, entry.party_size, fit.starts_at, wish.turn_minutes,
        wish.buffer_minutes, entry.accessible, entry.zone_preference, CREDENTIAL, now + ttl, True,
    )  # fmt: skip
    window, fence = (wish.starts_at, wish.ends_at), turn.held.fences[turn.day]
    rows = allocations.allocation(entry.restaurant_id, turn.day, fit.seat.plan.tables, window, fence, hold_id=hold.id)
    async with desk.database.transaction() as connection:
        await turn.held.guard(connection)
        expires_at = await allocations.insert_hold(connection, hold, ttl.total_seconds())
        await allocations.insert(connection, rows)
        values = {"starts_at": fit.starts_at, "hold_id": hold.id, "offer_expires_at": expires_at}
        await waitlist.save(connection, moved(entry, WaitState.OFFERED, actor=turn.actor, at=now, **values))
    turn.served.offered.append(entry.id)
    return True


async def _close_those_over(desk: Desk, place: OpenVenue, day: date, actor: Actor, served: Served) -> None:
    """Close the entries whose offer has lapsed, whose guest has a table by now, or whose time has passed."""
    now = desk.clock()
    found = [one.entry for one in await waitlist.of_day(desk.database, place.restaurant_id, day)]
    if not found:
        return
    lapsed = set(await waitlist.lapsed(desk.database, place.restaurant_id, day))
    elsewhere = await waitlist.booked_otherwise(desk.database, place.restaurant_id, day)
    for entry in found:
        change = _over(place, entry, lapsed, elsewhere, actor, now)
        if change is not None:
            try:
                await close_entry(desk, change)
            except Contended:
                continue  # they have just taken the offer, or left
            served.closed.append(entry.id)


def _over(
    place: OpenVenue, entry: Entry, lapsed: set[UUID], elsewhere: Mapping[UUID, bool], actor: Actor, now: datetime
) -> EntryChange | None:
    if entry.id in lapsed:
        return moved(entry, WaitState.LAPSED, actor=actor, at=now)
    if elsewhere.get(entry.id):
        return moved(entry, WaitState.LEFT, actor=actor, at=now, reason="booked_otherwise")
    if entry.state is WaitState.WAITING and is_past(entry, place.venue, now):
        return moved(entry, WaitState.EXPIRED, actor=actor, at=now, reason="no_room")
    return None
