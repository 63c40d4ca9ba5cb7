"""Undo: the last thing that a person did to a booking is taken back whole, for everybody it touched, or not at all.

What it changed goes back to what it was: columns, guest, tables and the time for which they were taken; what it did not
change stays as it is now. What the house has decided because of it goes with it. The entry that is newest is known from
the booking itself, and any later step of a person or a guest clears it there, so nobody's later work is taken back with
it. Own tables that somebody else has by now are not taken from them: for the end of a visit, and for a party seated by
mistake, any that fit will do, and it is said which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from maitred.domain.assignment import Move, Refuse, Seat, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import SEATED_STATES, Actor, Booking, Reason, ReasonCode, State
from maitred.domain.calendar import service_date
from maitred.domain.errors import Forbidden, MovesGone, NoSeating, NotFound, StaleBooking
from maitred.domain.events import Event
from maitred.domain.lifecycle import UNPINNED, Action, Change, not_allowed, undoable, undone
from maitred.domain.outcome import offers
from maitred.domain.review import review_deadline
from maitred.store import allocations, bookings, night, queue
from maitred.store import undo as kept
from maitred.store.database import Connection
from maitred.store.undo import Entry, InTheWay, Opened, Part, Window
from maitred.usecases.day import held_days, present_fence
from maitred.usecases.decide import decide_within_request
from maitred.usecases.deeds import What
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.explaining import Explainer
from maitred.usecases.reseat import Occasion, Reshuffle
from maitred.usecases.tracker import read_day
from maitred.usecases.weigh import auto_rules, seating_request

_MINUTE: Final = timedelta(minutes=1)
# Nobody chose these parties' tables by hand, so others serve as well where their own are gone.
ONTO_ANY_TABLES: Final = frozenset({What.CHECK_IN, What.COMPLETE, What.MARK_NO_SHOW, What.CANCEL})
# Whoever may not decide a review may not take such a decision back.
_DECISIONS: Final = frozenset({What.REQUEUE, What.CONFIRM, What.ACCEPT_MOVES, What.MAKE_ROOM})
_AT_THE_DOOR: Final = ONTO_ANY_TABLES | {What.ARRIVE}
# Book-keeping that an undo neither compares nor gives back.
_NOT_OURS: Final = frozenset(
    {"state", "version", "undo_entry", "undo_until", "owner", "owner_until", "arrival", "first_confirmed_at"}
)
# Book-keeping that may have gone on since, without anybody having changed the booking.
_RUNS_ON: Final = frozenset(
    {"claimed_by", "claimed_key", "claimed_until", "due_at", "pending_since", "rounds", "review_deadline"}
)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back and how everybody stands after it; not `own`: at other tables, theirs being `in_the_way`."""

    entry: Entry
    bookings: Mapping[UUID, Booking]
    tables: tuple[str, ...] = ()
    in_the_way: tuple[InTheWay, ...] = ()

    @property
    def own(self) -> bool:
        """Tell whether everybody has their own tables again."""
        return not self.in_the_way


@dataclass(slots=True)
class _TablesGone(Exception):
    """Somebody else has the tables; the transaction is rolled back."""

    in_the_way: list[InTheWay]


@dataclass(slots=True)
class _Work:
    """An entry being taken back, inside its transaction."""

    connection: Connection
    place: OpenVenue
    entry: Entry
    actor: Actor
    at: datetime
    note: str | None
    present: Mapping[UUID, Booking]
    fences: dict[date, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


async def undo(
    desk: Desk,
    booking_id: UUID,
    *,
    caller: Caller,
    expected_version: int | None = None,
    at: datetime | None = None,
    note: str | None = None,
) -> Booking:
    """Take back the last thing that was done to a booking and return it; a note stays with the step in history.

    Raises NotFound, StaleBooking, TransitionNotAllowed (nothing to take back, or its time is over), and what
    `take_back` raises.
    """
    moment = at or desk.clock()
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    if booking.undo_entry is None or not undoable(booking, moment):
        raise not_allowed(booking, Action.UNDO, moment)
    done = await take_back(desk, booking.undo_entry, caller=caller, at=moment, note=note)
    return done.bookings[booking_id]


async def take_back(
    desk: Desk, entry_id: UUID, *, caller: Caller, at: datetime | None = None, note: str | None = None
) -> TakenBack:
    """Take back one thing that was done, if it is the last for everybody it touched.

    Raises NotFound, Forbidden, MovesGone when its time is over or naming who has changed since or has the tables now,
    and NoSeating where any tables would do and none fit; nothing has changed then.
    """
    moment = at or desk.clock()
    entry = await kept.by_id(desk.database, entry_id)
    if entry is None or not caller.sees(entry.restaurant_id):
        raise NotFound("There is nothing to take back.")
    if entry.what in _DECISIONS and not caller.may("review"):
        raise Forbidden("Taking this back needs the scope to decide reviews.", scope="review")
    place = await desk.venues.by_id(entry.restaurant_id)
    try:
        done = await _exactly(desk, place, entry, caller, moment, note)
    except _TablesGone as gone:
        if entry.what not in ONTO_ANY_TABLES:
            raise _taken(gone.in_the_way) from None
        try:
            done = await _elsewhere(desk, place, entry, caller, moment, note, gone.in_the_way)
        except NoSeating as full:
            has = _who_has(gone.in_the_way)
            raise NoSeating(full.message, field=full.field, **{**full.data, **has}) from None
    return replace(done, bookings={key: await _decided(desk, place, one) for key, one in done.bookings.items()})


async def _decided(desk: Desk, place: OpenVenue, booking: Booking) -> Booking:
    """Return a booking, decided within the request where the restaurant works like that."""
    return await decide_within_request(desk, place, booking)


# -- as it was ------------------------------------------------------------------------------------------------------


async def _exactly(
    desk: Desk, place: OpenVenue, entry: Entry, caller: Caller, at: datetime, note: str | None
) -> TakenBack:
    """Give everybody back what they had, inside one transaction: no tables are chosen, so it needs no lock in Redis."""
    async with desk.database.transaction() as connection:
        work = await _begun(connection, place, entry, caller.actor(), at, note)
        parts = work.entry.parts
        await _hold_days(work)
        seats = await _seats(work)
        moving = [part.booking_id for part in parts if _seat_changed(part)]
        await allocations.delete_of_bookings(connection, sorted(moving))
        for block_id in entry.blocks:
            await night.delete_block(connection, entry.restaurant_id, block_id, caller.name, at)
        await _make_way(work, seats)
        work.changes += [_step(work, part, seats.get(part.booking_id)) for part in parts]
        await bookings.save(connection, work.changes)
        await allocations.insert(connection, [row for part in parts for row in _rows(work, part, seats)])
        await _close_again(work)
        await _finish(work, caller.name)
    return TakenBack(entry, {change.after.id: change.after for change in work.changes})


async def _begun(
    connection: Connection, place: OpenVenue, entry: Entry, actor: Actor, at: datetime, note: str | None
) -> _Work:
    """Lock the entry, then everybody it touched; refuse unless it is the last thing that was done to each."""
    if not await kept.lock(connection, entry.id):
        raise _changed("It was taken back already.", entry.parts)
    if at > entry.until:
        raise _changed("The time for that is over.", entry.parts)
    present = await bookings.lock(connection, [part.booking_id for part in entry.parts])
    entry = await _with_decisions(connection, entry, present)
    others = [part for part in entry.parts if not _stands(part, entry.id, present.get(part.booking_id))]
    if others:
        raise _changed("Something else has happened since.", others)
    return _Work(connection, place, entry, actor, at, note, present)


async def _with_decisions(connection: Connection, entry: Entry, present: Mapping[UUID, Booking]) -> Entry:
    """Return an entry with what the house has decided since about bookings that the action left to be decided."""
    decided = [part.booking_id for part in entry.parts if _is_decided(part, entry.id, present.get(part.booking_id))]
    if not decided:
        return entry
    await kept.decided_since(connection, entry.id, decided)
    found = await kept.by_id(connection, entry.id)
    assert found is not None
    return found


def _is_decided(part: Part, entry_id: UUID, present: Booking | None) -> bool:
    if present is None or present.undo_entry != entry_id or part.after.booking.state is not State.ASSIGNMENT_PENDING:
        return False
    return present.version != part.version_after


def _stands(part: Part, entry_id: UUID, present: Booking | None) -> bool:
    """Tell whether a booking is as the action left it, wherever the action changed it."""
    if present is None or present.undo_entry != entry_id or present.state is not part.after.booking.state:
        return False
    changed = [] if part.before is None else _columns(part)
    return all(getattr(present, name) == getattr(part.after.booking, name) for name in changed if name not in _RUNS_ON)


def _columns(part: Part) -> list[str]:
    """Return the columns that the action changed."""
    assert part.before is not None
    before, after = part.before.booking, part.after.booking
    names = (column.name for column in fields(Booking))
    return [name for name in names if name not in _NOT_OURS and getattr(before, name) != getattr(after, name)]


async def _hold_days(work: _Work) -> None:
    days = {one.service_date for one in work.present.values()}
    days |= {part.before.booking.service_date for part in work.entry.parts if part.before}
    days |= {service_date(work.place.venue, one.starts_at) for one in work.entry.opened}
    for day in sorted(days):
        work.fences[day] = await present_fence(work.connection, work.entry.restaurant_id, day)


async def _seats(work: _Work) -> dict[UUID, tuple[tuple[str, ...], Window]]:
    """Return the tables and times of those whose seats the action changed; none for who had none before."""
    present = await allocations.tables_of_bookings(work.connection, list(work.present))
    found: dict[UUID, tuple[tuple[str, ...], Window]] = {}
    for part in work.entry.parts:
        before, after = part.before, part.after
        if before is None or not _seat_changed(part):
            continue
        now = present.get(part.booking_id, ((), None))[0]
        same = set(before.tables) == set(after.tables)
        if not same and set(now) != set(after.tables):
            raise _changed("It has other tables since.", [part])
        if before.window is not None:
            tables = now if same else before.tables
            found[part.booking_id] = tables, _still(before.booking, before.window, work.at)
    return found


def _seat_changed(part: Part) -> bool:
    """Tell whether the action changed a party's tables or for how long it has them."""
    before, after = part.before, part.after
    return before is None or (before.tables, before.window) != (after.tables, after.window)


def _still(booking: Booking, window: Window, at: datetime) -> Window:
    """Return the time for which a party had its tables; one that sits past its end stays for now."""
    if booking.state is State.CHECKED_IN and window[1] <= at:
        return window[0], at + timedelta(minutes=booking.buffer_minutes) + _MINUTE
    return window


async def _make_way(work: _Work, seats: Mapping[UUID, tuple[tuple[str, ...], Window]]) -> None:
    """Refuse tables that somebody has by now. Who sat there all along, past their time, ends in the plan as before."""
    gone: list[InTheWay] = []
    for part in work.entry.parts:
        if part.booking_id not in seats:
            continue
        assert part.before is not None
        tables, window = seats[part.booking_id]
        unfit = _unfit(work.place, part.before.booking, tables, window)
        met = await kept.in_the_way(work.connection, work.entry.restaurant_id, tables, window, [], [])
        gone += [one for one in met if not await _gives_way(work, part.before.booking, one, window)]
        gone += unfit
    if gone:
        raise _TablesGone(gone)


async def _gives_way(work: _Work, booking: Booking, one: InTheWay, window: Window) -> bool:
    sat_before = one.state == State.CHECKED_IN and one.since < min(work.entry.at, window[0])
    if not sat_before or booking.state is State.CHECKED_IN:
        return False
    assert one.booking_id is not None
    assert one.service_date is not None
    day = one.service_date
    if day not in work.fences:
        work.fences[day] = await present_fence(work.connection, work.entry.restaurant_id, day)
    await kept.cut_stay(work.connection, one.booking_id, window[0], work.fences[day])
    return True


def _unfit(place: OpenVenue, booking: Booking, tables: Sequence[str], window: Window) -> list[InTheWay]:
    """Return tables that a newer version of the restaurant has no more, or not for such a party."""
    known = all(table in place.floor.tables for table in tables)
    broken = place.floor.check_set(tables, booking.party_size, booking.accessible) if known else ()
    if known and not any(rule.hard for rule in broken):
        return []
    return [InTheWay(table, "block", None, None, None, None, None, *window) for table in tables]


def _step(work: _Work, part: Part, seat: tuple[tuple[str, ...], Window] | None) -> Change:
    present = work.present[part.booking_id]
    if part.before is None:  # it was never there
        reason = Reason(ReasonCode.REQUESTED, {**_noted(work), "what": work.entry.what})
        return undone(present, State.CANCELLED, actor=work.actor, at=work.at, reason=reason, values={})
    return _back(work, part, seat[0] if seat else part.before.tables, own=True)


def _back(work: _Work, part: Part, tables: Sequence[str], *, own: bool, **more: Any) -> Change:
    """Return the step by which a booking stands as before the action."""
    assert part.before is not None
    present, before = work.present[part.booking_id], part.before.booking
    values = {name: getattr(before, name) for name in _columns(part)}
    values |= {"undo_entry": before.undo_entry, "undo_until": before.undo_until}
    if before.state is State.MANUAL_REVIEW and (before.review_deadline is None or before.review_deadline <= work.at):
        values["review_deadline"] = review_deadline(work.place.venue, work.at, before.starts_at)
    seated = {"tables": list(tables), "own": own} if before.state in SEATED_STATES else {}
    what = {} if work.entry.what in _AT_THE_DOOR else {"what": work.entry.what}
    data = {**_noted(work), **what, **seated}
    reason = Reason(ReasonCode.REQUESTED, data) if data else None
    return undone(present, before.state, actor=work.actor, at=work.at, reason=reason, values={**values, **more})


def _noted(work: _Work) -> dict[str, str]:
    return {"note": work.note} if work.note else {}


def _rows(work: _Work, part: Part, seats: Mapping[UUID, tuple[tuple[str, ...], Window]]) -> list[dict[str, Any]]:
    if part.booking_id not in seats:
        return []
    assert part.before is not None
    (tables, window), day = seats[part.booking_id], part.before.booking.service_date
    return allocations.allocation(
        work.entry.restaurant_id, day, tables, window, work.fences[day], booking_id=part.booking_id
    )


async def _close_again(work: _Work) -> None:
    """Let tables be cleared again that the action had stopped from being cleared, unless somebody has them."""
    for one in work.entry.opened:
        window = max(one.starts_at, work.at), one.ends_at
        if window[0] >= window[1]:
            continue
        number = work.entry.restaurant_id
        if not await kept.in_the_way(work.connection, number, [one.table], window, [], []):
            await _close(work, one, window)


async def _close(work: _Work, one: Opened, window: Window) -> None:
    number, day = work.entry.restaurant_id, service_date(work.place.venue, one.starts_at)
    if one.is_buffer:
        await allocations.clear_on(work.connection, one.id, one.table, one.ends_at, work.fences[day])
        return
    block = night.FloorBlock(one.id, one.table, *window, one.reason, one.closed_by)
    await night.close_again(work.connection, number, block, left_by=one.left_by)
    rows = allocations.allocation(number, day, [one.table], window, work.fences[day], block_id=block.id)
    await allocations.insert(work.connection, rows)


async def _finish(work: _Work, who: str) -> None:
    """Give guests back what they were called, let who waited wait again, and note that it is taken back."""
    for part in work.entry.parts:
        if part.before is not None:
            await kept.restore_guest(work.connection, part.before, part.after)
    made = [part.booking_id for part in work.entry.parts if part.before is None]
    for party_id in await kept.wait_again(work.connection, made):
        day = service_date(work.place.venue, work.at).isoformat()
        told = Event(uuid4(), "queue.changed", work.place.slug, str(party_id), work.at, {"service_date": day})
        await queue.tell(work.connection, work.place.restaurant_id, told)
    await kept.mark_undone(work.connection, work.entry.id, work.at, who)


# -- onto other tables ----------------------------------------------------------------------------------------------


async def _elsewhere(
    desk: Desk, place: OpenVenue, entry: Entry, caller: Caller, at: datetime, note: str | None, gone: Sequence[InTheWay]
) -> TakenBack:
    """Bring the one party of an entry back to any tables that fit, others moving where the restaurant lets them."""
    (part,) = entry.parts
    assert part.before is not None
    before = part.before.booking
    async with held_days(desk, place, [before.service_date]) as held:
        book = await read_day(desk.database, held.place, before.service_date, desk.clock())
        day = as_of(book.snapshot, held.place.venue, at).without(str(before.id))
        window = _window(before, part.before.window, at)
        tables, moves = _any_tables(held.place, day, before, window)
        async with desk.database.transaction() as connection:
            work = await _begun(connection, held.place, entry, caller.actor(), at, note)
            change = _back(work, part, tables, own=False, **UNPINNED)  # the promised ones are taken
            shuffle = Reshuffle()
            shuffle.take([change])
            shuffle.make_room(moves, book.bookings, Occasion("decision", change.actor, desk.clock(), change.after))
            shuffle.seat(change.after, tables, window)
            await shuffle.write(connection, held)
            await _finish(work, caller.name)
    return TakenBack(entry, {change.after.id: change.after}, tables, tuple(gone))


def _window(booking: Booking, had: Window | None, at: datetime) -> Window:
    """Return the time to ask for: the plan, or for a party at its table what it had."""
    if booking.state is State.CHECKED_IN and had is not None:
        return had[0], max(had[1], at + timedelta(minutes=booking.buffer_minutes) + _MINUTE)
    return booking.starts_at, booking.ends_at


def _any_tables(
    place: OpenVenue, snapshot: Snapshot, booking: Booking, window: Window
) -> tuple[tuple[str, ...], tuple[Move, ...]]:
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


# -- why not --------------------------------------------------------------------------------------------------------


def _changed(why: str, parts: Sequence[Part]) -> MovesGone:
    references = [part.after.booking.reference for part in parts]
    who = ", ".join(str(part.after.guest["name"]) for part in parts)
    message = f"This cannot be undone any more: {why} ({', '.join(references)})"
    return MovesGone(message, code="undo_changed", changed=references, who=who)


def _taken(gone: Sequence[InTheWay]) -> MovesGone:
    has = _who_has(gone)
    message = f"This cannot be undone any more: {has['tables']} is taken by {', '.join(has['in_the_way'])}."
    return MovesGone(message, code="undo_taken", changed=[], **has)


def _who_has(gone: Sequence[InTheWay]) -> dict[str, Any]:
    """Return which tables are gone and who has them, by reference (`in_the_way`) and by name."""
    return {
        "tables": "+".join(sorted({one.table for one in gone})),
        "in_the_way": sorted({one.reference or f"a {one.kind}" for one in gone}),
        "who": ", ".join(sorted({one.guest or one.kind for one in gone})),
    }
