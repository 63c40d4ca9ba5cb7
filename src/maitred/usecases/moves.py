"""What people do about tables: move and swap by hand, promise them, take moves back, accept those the engine proposes.

All of it chooses tables, so it happens inside the day's lock and is written as one set (reseat.py). Hard rules never
yield; a soft one does, with an override and a reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from maitred.domain.admission import OVERRIDABLE
from maitred.domain.assignment import Move
from maitred.domain.assignment.refusals import pacing_refusal
from maitred.domain.availability import Snapshot
from maitred.domain.binding import Binding, as_of, binding_of, freezes_at, movable_of
from maitred.domain.booking import Booking, Reason, ReasonCode, State
from maitred.domain.errors import (
    InvalidInput,
    MovesGone,
    NeedsOverride,
    NotFound,
    Pinned,
    StaleBooking,
    StaleProposal,
    TableTaken,
    TransitionNotAllowed,
)
from maitred.domain.lifecycle import UNPINNED, Action, Change, legal_actions, step
from maitred.store import allocations, bookings, moves, night, undo
from maitred.store.moves import Entry, MoveSet
from maitred.store.night import Clearing
from maitred.usecases.accept import Override
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.door import locked
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle, Window
from maitred.usecases.review import broken_promise, must_be_review, not_claimed
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.weigh import seating_request

_MINUTE: Final = timedelta(minutes=1)
_HAS_TABLES: Final = frozenset({State.CONFIRMED, State.ARRIVED, State.CHECKED_IN})


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person says beside a move: why, which soft rules are set aside, at which version, and when."""

    reason: str | None = None
    override: Override | None = None
    expected_version: int | None = None
    at: datetime | None = None


NO_MORE: Final = ByHand()


# -- move, swap, pin ------------------------------------------------------------------------------------------------


async def move_by_hand(
    desk: Desk, booking_id: UUID, tables: Sequence[str], *, caller: Caller, hand: ByHand = NO_MORE
) -> Booking:
    """Give a party other tables; more of them join, fewer split.

    Raises NotFound, StaleBooking, TransitionNotAllowed, Pinned, InvalidInput, NeedsOverride, TableTaken (naming who
    has them); nothing has changed then.
    """
    booking = await _found(desk, booking_id, caller, hand.expected_version)
    not_pinned([booking])
    return (await _by_hand(desk, [(booking, tuple(sorted(set(tables))))], caller, hand))[0]


async def swap(
    desk: Desk,
    booking_id: UUID,
    other_id: UUID,
    *,
    caller: Caller,
    hand: ByHand = NO_MORE,
    other_version: int | None = None,
) -> tuple[Booking, Booking]:
    """Let two parties of one service day change places; raises what `move_by_hand` raises."""
    one = await _found(desk, booking_id, caller, hand.expected_version)
    other = await _partner(desk, other_id, caller, other_version)
    if one.id == other.id or one.restaurant_id != other.restaurant_id or one.service_date != other.service_date:
        raise InvalidInput("Swap with another party of the same service day.", field="with", code="not_swappable")
    not_pinned([one, other])
    present = await allocations.tables_of_bookings(desk.database, [one.id, other.id])
    wanted = [(one, present[other.id][0]), (other, present[one.id][0])] if len(present) == 2 else []
    if not wanted:
        raise StaleBooking(one.id, one.version)
    first, second = await _by_hand(desk, wanted, caller, hand)
    return first, second


async def _partner(desk: Desk, booking_id: UUID, caller: Caller, version: int | None) -> Booking:
    """Return the other party of a swap; what is wrong with it is said of the field that names it."""
    try:
        return await _found(desk, booking_id, caller, version)
    except TransitionNotAllowed as fault:
        raise InvalidInput(fault.message, field="with", code="not_swappable") from fault


async def pin(
    desk: Desk, booking_id: UUID, reason: str, *, tables: Sequence[str] | None, caller: Caller, hand: ByHand = NO_MORE
) -> Booking:
    """Promise a party its tables, or those that are named, which it then gets; only a person takes that back.

    Raises what `move_by_hand` raises.
    """
    booking = await _found(desk, booking_id, caller, hand.expected_version)
    now = hand.at or desk.clock()
    step(booking, Action.PIN, actor=caller.actor(), at=now)  # before anything is looked for
    if tables is None:
        return await _pin_where_it_is(desk, booking, reason, caller, now)
    wanted = [(booking, tuple(sorted(set(tables))))]
    return (await _by_hand(desk, wanted, caller, replace(hand, reason=reason), pinned=reason))[0]


async def unpin(desk: Desk, booking_id: UUID, *, caller: Caller, hand: ByHand = NO_MORE) -> Booking:
    """Take the promise of the very tables back; the party keeps them until somebody needs them."""
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, hand.expected_version)
        if not booking.pinned and booking.state in _HAS_TABLES:
            raise TransitionNotAllowed(
                "No tables are promised to this party.", field="action", state=booking.state, action=Action.UNPIN
            )
        noted = {"note": hand.reason} if hand.reason else {}
        change = step(
            booking,
            Action.UNPIN,
            actor=caller.actor(),
            at=hand.at or desk.clock(),
            reason=Reason(ReasonCode.REQUESTED, {**noted, "was": booking.pin_reason, "by": booking.pinned_by}),
            **UNPINNED,
        )
        deed = _deed(What.UNPIN, change)
        async with undoable(connection, deed, [booking.id]):
            await bookings.save(connection, [change])
    return deed.on(change.after)


async def _found(desk: Desk, booking_id: UUID, caller: Caller, expected_version: int | None) -> Booking:
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    if booking.state not in _HAS_TABLES:
        at = desk.clock()
        raise TransitionNotAllowed(
            f"{booking.reference} is {booking.state.replace('_', ' ')}: it has no tables that could change.",
            field="action",
            state=booking.state,
            legal=list(legal_actions(booking, at)),
        )
    return booking


def not_pinned(parties: Iterable[Booking]) -> None:
    """Raise Pinned for a party that was promised the very tables it has."""
    for booking in parties:
        if booking.pinned:
            message = f"{booking.reference} was promised its tables by {booking.pinned_by}; unpin it first."
            raise Pinned(message, field="tables", reference=booking.reference, reason=booking.pin_reason)


async def _pin_where_it_is(desk: Desk, read: Booking, reason: str, caller: Caller, now: datetime) -> Booking:
    async with desk.database.transaction() as connection:
        booking = await locked(connection, read.id, caller.sees, read.version)
        tables, _ = await allocations.tables_of_booking(connection, booking.id)
        change = _pinned(booking, tables, reason, caller, now)
        deed = _deed(What.PIN, change)
        async with undoable(connection, deed, [booking.id]):
            await bookings.save(connection, [change])
    return deed.on(change.after)


def _deed(what: What, change: Change) -> Deed:
    return Deed(what, change.actor, change.at, change.after.restaurant_id, change.after.id)


def _pinned(booking: Booking, tables: Sequence[str], reason: str, caller: Caller, now: datetime) -> Change:
    return step(
        booking,
        Action.PIN,
        actor=caller.actor(),
        at=now,
        reason=Reason(ReasonCode.PINNED, {"tables": list(tables), "note": reason}),
        pinned_at=now,
        pinned_by=caller.name,
        pin_reason=reason,
    )


async def _by_hand(
    desk: Desk,
    wanted: Sequence[tuple[Booking, tuple[str, ...]]],
    caller: Caller,
    hand: ByHand,
    *,
    pinned: str | None = None,
) -> list[Booking]:
    """Move parties onto tables that a person chose, all of them or none."""
    place, first = await desk.venues.by_id(wanted[0][0].restaurant_id), wanted[0][0]
    now = hand.at or desk.clock()
    async with held_days(desk, place, [first.service_date]) as held:
        book = await read_day(desk.database, held.place, first.service_date, desk.clock())
        back = await _going_back(desk, wanted)
        book = replace(book, snapshot=_without(book.snapshot, [str(one.id) for one, _ in back]))
        reseats = [_reseat(held.place, booking, tables, book, hand, caller, now) for booking, tables in wanted]
        _all_free(book, reseats)
        shuffle = Reshuffle()
        present = [(one.booking, tables_on(book.snapshot, one.booking), one) for one in reseats]
        moving = [(booking, was, one) for booking, was, one in present if tuple(was) != one.tables]
        why = Occasion("staff", caller.actor(), now, None, hand.reason)
        if moving:
            shuffle.move(moving, why, {})
        for clearing, booking in back:
            shuffle.reopen([clearing], booking, why)
        for booking, was, one in moving:
            await leave_tables(desk, shuffle, booking, set(was) - set(one.tables), why)
        if pinned is not None:
            shuffle.take([_pinned(shuffle.latest(first), reseats[0].tables, pinned, caller, now)])
        what = What.PIN if pinned is not None else What.SWAP if len(wanted) > 1 else What.MOVE
        deed = Deed(what, why.actor, now, first.restaurant_id, first.id)
        async with (
            desk.database.transaction() as connection,
            undoable(connection, deed, shuffle.changes, closed=shuffle.closed, opened=shuffle.opened),
        ):
            await shuffle.write(connection, held)
    latest = {booking.id: shuffle.latest(booking) for booking, _ in wanted}
    return [deed.on(one) if key in shuffle.changes else one for key, one in latest.items()]


async def _going_back(desk: Desk, wanted: Sequence[tuple[Booking, tuple[str, ...]]]) -> list[tuple[Clearing, Booking]]:
    """Return the tables that are being cleared only because the party that wants them has just left them."""
    found = await night.clearings(desk.database, wanted[0][0].restaurant_id, desk.clock())
    return [
        (one, booking)
        for booking, tables in wanted
        for one in found
        if one.left_by == booking.id and one.table in tables
    ]


async def leave_tables(desk: Desk, shuffle: Reshuffle, booking: Booking, tables: Iterable[str], why: Occasion) -> None:
    """Let tables that a party has sat at be cleared, as after a party that goes; the others are free at once."""
    if booking.state is State.CHECKED_IN:
        _, had = await allocations.tables_of_booking(desk.database, booking.id)
        assert had is not None, "the database lets no seated party be without tables"
        shuffle.leave(booking, tables, had, why)


def _without(day: Snapshot, owners: Iterable[str]) -> Snapshot:
    for owner in owners:
        day = day.without(owner)
    return day


def tables_on(day: Snapshot, booking: Booking) -> tuple[str, ...]:
    return tuple(sorted(row.table_id for row in day.of_owner(str(booking.id))))


def _reseat(
    place: OpenVenue,
    booking: Booking,
    tables: tuple[str, ...],
    book: DayBook,
    hand: ByHand,
    caller: Caller,
    now: datetime,
) -> Reseat:
    present = book.bookings.get(str(booking.id))
    if present is None or present.version != booking.version:
        raise StaleBooking(booking.id, booking.version)
    values = check_chosen(place, booking, tables, hand.override, caller)
    rows = book.snapshot.of_owner(str(booking.id))
    window = (rows[0].starts_at, rows[0].ends_at) if rows else (booking.starts_at, booking.ends_at)
    if booking.state is State.CHECKED_IN:  # what they get is theirs from now
        window = (now, max(window[1], now + _MINUTE))
    return Reseat(booking, tables, window, values)


def check_chosen(
    place: OpenVenue, booking: Booking, tables: Sequence[str], override: Override | None, caller: Caller
) -> dict[str, Any]:
    """Check tables that a person chose; returns the columns that change when soft rules are set aside.

    Raises InvalidInput for a hard rule, and NeedsOverride for a soft one that was not set aside, now or before.
    """
    rules = override.rules if override else frozenset()
    unknown = sorted(rules - OVERRIDABLE)
    if unknown:
        raise InvalidInput(f"No soft rule is called {unknown[0]!r}.", field="override.rules", code="unknown_rule")
    allowed = rules | booking.overridden_rules
    broken = place.floor.check_set(tables, booking.party_size, booking.accessible, allowed_overrides=allowed)
    hard = [rule for rule in broken if rule.hard]
    if hard:
        raise InvalidInput(hard[0].message, field="tables", code=hard[0].code)
    soft = [{"code": rule.code, "message": rule.message} for rule in broken]
    lost = broken_promise(place, booking, tables)
    if "promised_zone" not in rules:
        soft += lost
    if soft:
        raise NeedsOverride(" ".join(rule["message"] for rule in soft), field="tables", rules=soft)
    if override is None:
        return {}
    kept = {"rules": sorted(allowed), "reason": override.reason, "by": caller.name}
    return {"override": kept, **({"promised_zone": None} if lost else {})}


def _all_free(book: DayBook, reseats: Sequence[Reseat]) -> None:
    """Seat the parties in thought, one by one, on the day without them; raises TableTaken naming who sits there."""
    day = book.snapshot
    for one in reseats:
        day = day.without(str(one.booking.id))
    for one in reseats:
        window = one.window or (one.booking.starts_at, one.booking.ends_at)
        taken = in_the_way_of(day, book, one.tables, window)
        if taken:
            names = ", ".join(taken)
            raise TableTaken(f"Taken in that window, by {names}.", field="tables", in_the_way=taken)
        day = day.with_seating(str(one.booking.id), one.tables, *window, one.booking.party_size)


def in_the_way_of(day: Snapshot, book: DayBook, tables: Sequence[str], window: Window) -> list[str]:
    """Name who has one of some tables in a window: a booking by its reference, else a hold or a block."""
    found = (row for table in tables for row in day.on_table(table))
    met = [row for row in found if row.starts_at < window[1] and window[0] < row.ends_at]
    names = (book.bookings[row.owner_id].reference if row.owner_id in book.bookings else f"a {row.kind}" for row in met)
    return sorted(set(names))


# -- undo of a set --------------------------------------------------------------------------------------------------


async def undo_moves(desk: Desk, move_set: UUID, *, caller: Caller, at: datetime | None = None) -> UUID:
    """Bring everybody of a set back to their former tables, in one transaction; returns the set that does it.

    Raises NotFound, and MovesGone when it is not possible any more: it names who is in the way, who is frozen, and
    who has changed since.
    """
    made = await moves.by_id(desk.database, move_set)
    if made is None or not caller.sees(made.restaurant_id):
        raise NotFound("There is no such set of moves.")
    place = await desk.venues.by_id(made.restaurant_id)
    now = at or desk.clock()
    async with held_days(desk, place, [made.service_date]) as held:
        # In this order: a step taken between the reads shows in the entries, or its version is refused at the write.
        book = await read_day(desk.database, held.place, made.service_date, desk.clock())
        entries = await moves.entries_of(desk.database, move_set)
        reseats = _back(held.place, made, entries, book, now)
        shuffle = Reshuffle()
        parties = [(one.booking, tables_on(book.snapshot, one.booking), one) for one in reseats]
        why = Occasion("undo", caller.actor(), now)
        number = shuffle.move(parties, why, {"undoes": str(move_set)})
        async with desk.database.transaction() as connection:
            await shuffle.write(connection, held)
            if not await moves.mark_undone(connection, move_set, now, caller.name):
                raise MovesGone("These moves were undone by somebody else just now.")
            await undo.mark_set_undone(connection, move_set, now, caller.name)
    return number


def _back(place: OpenVenue, made: MoveSet, entries: Sequence[Entry], book: DayBook, now: datetime) -> list[Reseat]:
    if made.undone_at is not None:
        raise MovesGone(f"These moves were undone by {made.undone_by} already.")
    frozen, changed, reseats = [], [], []
    for entry in entries:
        booking = book.bookings.get(str(entry.booking_id))
        if booking is None or not as_left(place, booking, entry, book.snapshot):
            changed.append(booking.reference if booking else str(entry.booking_id))
        elif binding_of(booking, place.venue.seating, now) is not Binding.PLANNED:
            frozen.append(booking.reference)
        else:
            reseats.append(Reseat(booking, entry.from_tables, values=former_values(booking, entry)))
    in_the_way = _blocking(book, reseats)
    if frozen or changed or in_the_way:
        told: dict[str, Any] = {"in_the_way": in_the_way, "frozen": frozen, "changed": changed}
        words = [f"{name.replace('_', ' ')}: {', '.join(who)}" for name, who in told.items() if who]
        raise MovesGone(f"The moves cannot be undone any more; {'; '.join(words)}.", **told)
    return reseats


def as_left(place: OpenVenue, booking: Booking, entry: Entry, day: Snapshot) -> bool:
    """Tell whether a party still sits where the set put it, as it was, and its former tables still suit it."""
    if entry.altered or booking.state not in _HAS_TABLES or tables_on(day, booking) != tuple(sorted(entry.to_tables)):
        return False
    former = replace(booking, **former_values(booking, entry))
    if broken_promise(place, former, entry.from_tables):
        return False
    rules = former.overridden_rules
    return not place.floor.check_set(entry.from_tables, booking.party_size, booking.accessible, allowed_overrides=rules)


def former_values(booking: Booking, entry: Entry) -> dict[str, Any]:
    """Return the columns that the move changed as they were before it, those that nobody has changed since."""
    return {name: was for name, (was, became) in entry.changed.items() if getattr(booking, name) == became}


def _blocking(book: DayBook, reseats: Sequence[Reseat]) -> list[str]:
    day = book.snapshot
    for one in reseats:
        day = day.without(str(one.booking.id))
    found = {
        name
        for one in reseats
        for name in in_the_way_of(day, book, one.tables, (one.booking.starts_at, one.booking.ends_at))
    }
    return sorted(found)


# -- moves that a person accepts ------------------------------------------------------------------------------------


async def accept_moves(
    desk: Desk, booking_id: UUID, *, caller: Caller, expected_version: int | None = None, note: str | None = None
) -> Booking:
    """Confirm a review on the plan it was proposed with, and move those who make room for it, in one transaction.

    Raises NotFound, StaleBooking, TransitionNotAllowed, ReviewClaimed, InvalidInput `no_proposal`, and StaleProposal
    when the day has changed so that the plan no longer holds; nothing has changed then.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    now = desk.clock()
    must_be_review(booking, now)
    not_claimed(booking, caller, now)
    tables, wanted = _proposed(booking)
    place = await desk.venues.by_id(booking.restaurant_id)
    async with held_days(desk, place, [booking.service_date]) as held:
        book = await read_day(desk.database, held.place, booking.service_date, now)
        _still_holds(
            held.place, booking, tables, wanted, replace(book, snapshot=as_of(book.snapshot, held.place.venue, now))
        )
        return await _accept(desk, held, booking, tables, wanted, book, caller, note)


def _proposed(booking: Booking) -> tuple[tuple[str, ...], tuple[Move, ...]]:
    data: Mapping[str, Any] = booking.reason_data or {}
    if booking.reason_code != ReasonCode.MOVES_SUGGESTED:
        raise InvalidInput("No moves were proposed for this booking.", field="action", code="no_proposal")
    wanted = tuple(Move(one["booking_id"], tuple(one["from"]), tuple(one["to"])) for one in data["moves"])
    return tuple(data["plan"]["tables"]), wanted


def _still_holds(
    place: OpenVenue, booking: Booking, tables: Sequence[str], wanted: Sequence[Move], book: DayBook
) -> None:
    """Check a proposal against the day as it is; raises StaleProposal."""
    day, rules = book.snapshot, place.venue.seating
    stale = [move.booking_id for move in wanted if not _may_still_move(place, move, book)]
    if not stale:
        after = day.without(str(booking.id))
        seated = [(one, book.bookings[one.booking_id]) for one in wanted]
        for move, _ in seated:
            after = after.without(move.booking_id)
        for move, own in seated:
            if in_the_way_of(after, book, move.to_tables, (own.starts_at, own.ends_at)):
                stale.append(move.booking_id)
                break
            after = after.with_seating(move.booking_id, move.to_tables, own.starts_at, own.ends_at, own.party_size)
        broken = place.floor.check_set(tables, booking.party_size, booking.accessible)
        lost = broken_promise(place, booking, tables) or pacing_refusal(seating_request(booking), after, place.venue)
        if stale or broken or lost or in_the_way_of(after, book, tables, (booking.starts_at, booking.ends_at)):
            stale.append(str(booking.id))
    if stale:
        message = "The day has changed since these moves were proposed; requeue the booking for a new proposal."
        raise StaleProposal(message, bookings=stale, freeze_minutes=rules.freeze_minutes)


def _may_still_move(place: OpenVenue, move: Move, book: DayBook) -> bool:
    booking, guest = book.bookings.get(move.booking_id), book.snapshot.movable.get(move.booking_id)
    if booking is None or guest is None or movable_of(booking) is None:
        return False
    if book.snapshot.read_at >= freezes_at(booking, place.venue.seating):
        return False
    if tables_on(book.snapshot, booking) != tuple(sorted(move.from_tables)):
        return False
    if guest.single_only and len(move.to_tables) > 1:
        return False
    if broken_promise(place, booking, move.to_tables):
        return False
    return not place.floor.check_set(move.to_tables, booking.party_size, booking.accessible)


async def _accept(
    desk: Desk,
    held: HeldDays,
    booking: Booking,
    tables: Sequence[str],
    wanted: Sequence[Move],
    book: DayBook,
    caller: Caller,
    note: str | None,
) -> Booking:
    now, actor = desk.clock(), caller.actor()
    reason = Reason(ReasonCode.REQUESTED, {"tables": list(tables), **({"note": note} if note else {})})
    assigned = step(booking, Action.ASSIGN, actor=actor, at=now, reason=reason)
    shuffle = Reshuffle()
    shuffle.take([assigned, step(assigned.after, Action.CONFIRM, actor=actor, at=now, reason=reason)])
    shuffle.make_room(wanted, book.bookings, Occasion("decision", actor, now, booking, note))
    shuffle.seat(booking, tables)
    async with desk.database.transaction() as connection:
        # A claim is no new version: whether somebody else has it by now shows only under its lock.
        present = await bookings.lock(connection, sorted(shuffle.expected()))
        not_claimed(present.get(booking.id, booking), caller, now)
        deed = Deed(What.ACCEPT_MOVES, actor, now, booking.restaurant_id, booking.id)
        async with undoable(connection, deed, shuffle.changes):
            await shuffle.write(connection, held)
    return deed.on(shuffle.latest(booking))
