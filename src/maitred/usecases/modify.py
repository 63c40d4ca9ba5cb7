"""Change a booking: a new seating replaces the old in one transaction, or everything stays as it was.

A booking that has no seat yet is changed in place and queued again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

from maitred.domain.admission import Wish, admit, bookable_from, check_zone
from maitred.domain.assignment import Move, MoveRules, Refuse, Seat, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, Source, State
from maitred.domain.calendar import service_date
from maitred.domain.errors import InvalidInput, NeedsOverride, NoSeating, NotFound, StaleBooking
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.outcome import offers
from maitred.store import allocations, bookings
from maitred.store.database import Connection
from maitred.store.views import GuestView, booking_view
from maitred.usecases.accept import SHORTEST_STAY_MINUTES, GuestDetails, Override
from maitred.usecases.day import held_days
from maitred.usecases.decide import decide_within_request
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.explaining import Explainer
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle
from maitred.usecases.resize import resize
from maitred.usecases.tracker import read_day
from maitred.usecases.weigh import auto_rules, escalated, seating_request


class Unset(Enum):
    """Says that a field was not mentioned, which is not the same as null."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
LONGEST_STAY_MINUTES: Final = 12 * 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change; UNSET leaves a field as it is."""

    party_size: int | Unset = UNSET
    starts_at: datetime | Unset = UNSET
    zone_preference: str | Unset | None = UNSET
    accessible: bool | Unset = UNSET
    notes: str | Unset | None = UNSET
    guest: GuestDetails | Unset = UNSET
    leave_by: datetime | Unset = UNSET
    """Until when the party has its table: staff agree to a shorter or a longer stay than the venue's turn."""

    def named(self) -> list[str]:
        """Return the names of the fields that were given."""
        return [name for name in self.__slots__ if getattr(self, name) is not UNSET]


async def modify_booking(
    desk: Desk,
    booking_id: UUID,
    changes: Changes,
    *,
    caller: Caller,
    expected_version: int | None = None,
    at: datetime | None = None,
    override: Override | None = None,
) -> Booking:
    """Change a booking and return it.

    Raises NotFound, StaleBooking, TransitionNotAllowed, InvalidInput, NeedsOverride, and NoSeating with alternatives;
    booking and tables are then exactly as before.
    """
    booking, guest = await _present(desk, booking_id, caller.sees, expected_version)
    place = await desk.venues.by_id(booking.restaurant_id)
    wanted = as_wanted(place, booking, changes, override, caller, at or desk.clock())
    actor = caller.actor()
    change = _change(desk, booking, wanted, changes, actor)
    if booking.state is State.CHECKED_IN:
        return await _at_table(desk, place, change, changes, guest, caller)
    if booking.state not in (State.CONFIRMED, State.ARRIVED):
        changed = await _write(desk, [change, *_to_review(desk, place, change.after)], changes, guest)
        return await decide_within_request(desk, place, changed)
    if _same_seat(booking, wanted):
        return await _write(desk, [change], changes, guest)
    needs_no_review(place, booking, wanted)
    return await _reseat(desk, place, change, changes, guest, at or desk.clock())


def _to_review(desk: Desk, place: OpenVenue, booking: Booking) -> list[Change]:
    """Keep a party of the venue's review size from being queued past the people who look at it."""
    if not _of_review_size(place, booking):
        return []
    reason = Reason(ReasonCode.PARTY_NEEDS_REVIEW, {"review_party_size": place.venue.review_party_size})
    return [escalated(booking, reason, place.venue, Actor(ActorKind.SYSTEM, "modify"), desk.clock())]


def needs_no_review(place: OpenVenue, booking: Booking, wanted: Booking) -> None:
    """Raise NeedsOverride when a party grows to the size at which people look at it."""
    grown = wanted.party_size > booking.party_size
    if grown and _of_review_size(place, wanted) and "review_size" not in wanted.overridden_rules:
        message = f"Parties of {place.venue.review_party_size} or more are looked at by a person."
        raise NeedsOverride(message, field="party_size", rules=[{"code": "review_size", "message": message}])


def _of_review_size(place: OpenVenue, booking: Booking) -> bool:
    least = place.venue.review_party_size
    return least is not None and booking.party_size >= least


async def _present(
    desk: Desk, booking_id: UUID, sees: Callable[[int], bool], expected_version: int | None
) -> tuple[Booking, GuestView]:
    view = await booking_view(desk.database, booking_id)
    if view is None or not sees(view.booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and view.booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    return view.booking, view.guest


def as_wanted(
    place: OpenVenue, booking: Booking, changes: Changes, override: Override | None, caller: Caller, at: datetime
) -> Booking:
    """Return the booking as it is asked for, admitted by the venue's rules; raises InvalidInput and NeedsOverride."""
    asked = replace(
        booking,
        party_size=_or(changes.party_size, booking.party_size),
        starts_at=_or(changes.starts_at, booking.starts_at),
        zone_preference=_or(changes.zone_preference, booking.zone_preference),
        accessible=_or(changes.accessible, booking.accessible),
        notes=_or(changes.notes, booking.notes),
    )
    asked = replace(asked, turn_minutes=_stay(changes.leave_by, booking, asked, caller))
    if asked.zone_preference != booking.zone_preference:
        asked = replace(asked, promised_zone=None)  # another wish is not what was promised
    by = {"rules": sorted(override.rules), "reason": override.reason, "by": caller.name} if override else None
    if _same_seat(booking, asked):
        if asked.zone_preference != booking.zone_preference:
            check_zone(place.venue, asked.zone_preference)
        return replace(asked, override=by or booking.override)
    # What staff set aside was for the seat as it was, and what staff may leave out is not for everybody.
    asked = replace(asked, override=by)
    rules = asked.overridden_rules
    source = asked.source if caller.may("staff") else Source.WEB
    wish = Wish(asked.party_size, asked.starts_at, source, asked.accessible, asked.zone_preference, rules)
    # The time itself is judged only when it is what changes: a party may grow after its notice has begun.
    moment = at if asked.starts_at != booking.starts_at else min(at, booking.starts_at)
    admission = admit(place.venue, place.floor, _lenient(place, wish, booking, asked, caller), moment)
    return replace(
        asked,
        service_date=admission.service_date,
        turn_minutes=_turn(place, booking, asked, admission.turn_minutes),
        buffer_minutes=admission.buffer_minutes,
    )


def _stay(leave_by: datetime | Unset, booking: Booking, asked: Booking, caller: Caller) -> int:
    """Return for how many minutes the party has its table, where that is agreed; else as it was."""
    if isinstance(leave_by, Unset):
        return booking.turn_minutes
    if not caller.may("staff"):
        raise InvalidInput("How long a party stays is agreed with staff.", field="leave_by", code="staff_only")
    minutes = int((leave_by - asked.starts_at).total_seconds()) // 60
    if not SHORTEST_STAY_MINUTES <= minutes <= LONGEST_STAY_MINUTES:
        message = f"A stay takes {SHORTEST_STAY_MINUTES} to {LONGEST_STAY_MINUTES} minutes."
        raise InvalidInput(message, field="leave_by", code="out_of_range")
    return minutes


def _turn(place: OpenVenue, booking: Booking, asked: Booking, full: int) -> int:
    """Return how long the party stays: as agreed just now, or before for the same time (`leave_by`), else the turn."""
    usual = place.venue.turn_for(booking.party_size)
    if asked.turn_minutes != booking.turn_minutes:
        return asked.turn_minutes
    if asked.starts_at != booking.starts_at or asked.turn_minutes == usual:
        return full
    return min(asked.turn_minutes, full) if asked.turn_minutes < usual else max(asked.turn_minutes, full)


def _lenient(place: OpenVenue, wish: Wish, booking: Booking, asked: Booking, caller: Caller) -> Wish:
    if asked.starts_at != booking.starts_at:
        # Of a party that is due on this day the house has had notice; when it comes is agreed by staff on the spot.
        known = caller.may("staff") and service_date(place.venue, asked.starts_at) == booking.service_date
        return replace(wish, overrides=wish.overrides | {"notice"}) if known else wish
    # A walk-in may come at any minute: the time was admitted once and is not asked about again.
    kept = wish.overrides | {"outside_service", "notice", "horizon"}
    return replace(wish, source=Source.WALK_IN, overrides=kept)


def _or(value: T | Unset, otherwise: T) -> T:
    return otherwise if isinstance(value, Unset) else value


def _same_seat(booking: Booking, wanted: Booking) -> bool:
    """Tell whether the present tables and window stay right whatever else changes."""
    return all(getattr(booking, name) == getattr(wanted, name) for name in _OF_THE_SEAT)


_OF_THE_SEAT: Final = ("starts_at", "party_size", "accessible", "turn_minutes")


_KEPT: Final = ("party_size", "starts_at", "service_date", "turn_minutes", "buffer_minutes", "zone_preference")
_KEPT_TOO: Final = ("accessible", "notes", "override", "promised_zone")


def _change(desk: Desk, booking: Booking, wanted: Booking, changes: Changes, actor: Actor) -> Change:
    data: dict[str, Any] = {"fields": changes.named()}
    for name in ("party_size", "starts_at"):
        before, after = getattr(booking, name), getattr(wanted, name)
        if before != after:
            data[name] = {"from": _told(before), "to": _told(after)}
    if changes.leave_by is not UNSET:
        data["leave_by"] = {"from": _told(booking.turn_ends_at), "to": _told(wanted.turn_ends_at)}
    values = {name: getattr(wanted, name) for name in (*_KEPT, *_KEPT_TOO)}
    reason = Reason(ReasonCode.CHANGED, data)
    return step(booking, Action.MODIFY, actor=actor, at=desk.clock(), reason=reason, **values)


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def _write(desk: Desk, steps: Sequence[Change], changes: Changes, guest: GuestView) -> Booking:
    async with desk.database.transaction() as connection:
        await _still(connection, steps[0])
        deed = _deed(steps[0])
        async with undoable(connection, deed, [steps[0].after.id]):
            await bookings.save(connection, steps)
            await _write_guest(connection, steps[0], changes, guest)
    return deed.on(steps[-1].after)


def _deed(change: Change) -> Deed:
    return Deed(What.MODIFY, change.actor, change.at, change.after.restaurant_id, change.after.id)


async def _still(connection: Connection, change: Change) -> None:
    """Lock the booking and make sure that it is where the change starts from."""
    assert change.before is not None
    now = (await bookings.lock(connection, [change.after.id])).get(change.after.id)
    if now is None or now.version != change.before.version:
        raise StaleBooking(change.after.id, change.before.version)


async def _write_guest(connection: Connection, change: Change, changes: Changes, guest: GuestView) -> None:
    details = changes.guest
    if isinstance(details, Unset):
        return
    booking = change.after
    await bookings.update_guest(
        connection,
        bookings.Guest(guest.id, booking.restaurant_id, details.name, details.email, details.phone, details.locale),
        booking,
    )
    consents = [
        {"guest_id": guest.id, "purpose": purpose, "granted": granted, "source": change.actor.kind, "at": change.at}
        for purpose, granted in sorted(details.consents.items())
    ]
    if consents:
        await bookings.insert_consents(connection, consents)


async def _reseat(
    desk: Desk, place: OpenVenue, change: Change, changes: Changes, guest: GuestView, at: datetime
) -> Booking:
    """Find the new seating inside the lock of both days and put it in the old one's place."""
    before, wanted = change.before, change.after
    assert before is not None
    async with held_days(desk, place, {before.service_date, wanted.service_date}) as held:
        book = await read_day(desk.database, held.place, wanted.service_date, desk.clock())
        own = tuple(one.table_id for one in book.snapshot.of_owner(str(before.id)))
        if before.service_date != wanted.service_date:
            own = (await allocations.tables_of_booking(desk.database, before.id))[0]
        day = as_of(book.snapshot, held.place.venue, at).without(str(before.id))
        chosen = choose(held.place, day, wanted, own, at, _changed_most(before, wanted))
        assert change.reason is not None
        data = {**change.reason.data, "tables": {"from": sorted(own), "to": list(chosen.tables)}}
        shuffle = Reshuffle()
        shuffle.take([replace(change, reason=Reason(change.reason.code, data))])
        shuffle.make_room(chosen.moves, book.bookings, Occasion("decision", change.actor, desk.clock(), wanted))
        shuffle.seat(wanted, chosen.tables)
        deed = _deed(change)
        async with (
            desk.database.transaction() as connection,
            undoable(connection, deed, shuffle.changes),
        ):
            await shuffle.write(connection, held)
            await _write_guest(connection, change, changes, guest)
    return deed.on(wanted)


async def _at_table(
    desk: Desk, place: OpenVenue, change: Change, changes: Changes, guest: GuestView, caller: Caller
) -> Booking:
    """Change a party that sits: its size, at the same tables or others; its time and its needs are behind it."""
    before, wanted = change.before, change.after
    assert before is not None
    _only_its_size(before, wanted, changes, caller)
    # How long it may stay is what it was told when it sat down.
    wanted = replace(wanted, turn_minutes=before.turn_minutes, buffer_minutes=before.buffer_minutes)
    change = replace(change, after=wanted)
    if before.party_size == wanted.party_size:
        return await _write(desk, [change], changes, guest)
    async with held_days(desk, place, [wanted.service_date]) as held:
        now = desk.clock()
        book = await read_day(desk.database, held.place, wanted.service_date, now)
        own, window = await allocations.tables_of_booking(desk.database, wanted.id)
        assert window is not None, "the database lets no seated party be without tables"
        found = resize(held.place, book.snapshot.without(str(wanted.id)), wanted, own, window, now)
        assert change.reason is not None
        data = {**change.reason.data, "tables": {"from": sorted(own), "to": list(found.tables)}}
        shuffle = Reshuffle()
        shuffle.take([replace(change, reason=Reason(change.reason.code, data))])
        if set(own) != set(found.tables):
            to = Reseat(wanted, found.tables, found.window)
            why = Occasion("staff", change.actor, now)
            shuffle.move([(wanted, own, to)], why, {})
            shuffle.leave(wanted, set(own) - set(found.tables), window, why)
        deed = _deed(change)
        async with (
            desk.database.transaction() as connection,
            undoable(connection, deed, shuffle.changes, closed=shuffle.closed),
        ):
            await shuffle.write(connection, held)
            await _write_guest(connection, change, changes, guest)
    return deed.on(shuffle.latest(wanted))


def _only_its_size(before: Booking, wanted: Booking, changes: Changes, caller: Caller) -> None:
    for name in ("starts_at", "accessible", "leave_by"):
        if changes.leave_by is not UNSET if name == "leave_by" else getattr(before, name) != getattr(wanted, name):
            message = "The party sits; what may still change is its size, its notes and its guest."
            raise InvalidInput(message, field=name, code="already_seated")
    if not caller.may("staff"):
        raise InvalidInput("The party sits; staff change it now.", field="party_size", code="already_seated")


def _changed_most(before: Booking, wanted: Booking) -> str:
    """Name the change that wants another seat."""
    changed = next((name for name in _OF_THE_SEAT if getattr(before, name) != getattr(wanted, name)), "starts_at")
    return "leave_by" if changed == "turn_minutes" else changed


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tables for a party, and who has to move for them."""

    tables: tuple[str, ...]
    moves: tuple[Move, ...] = ()


def seat_for(
    place: OpenVenue, snapshot: Snapshot, wanted: Booking, own: Sequence[str], rules: MoveRules
) -> Chosen | Refuse | None:
    """Return the party's own tables when they still fit, or the best others, or why there are none.

    `snapshot` is without the party. None: it was promised the very tables it has, and they do not fit.
    """
    # Soft rules stay in force for tables that nobody chose by hand.
    fits = not place.floor.check_set(own, wanted.party_size, wanted.accessible) if own else False
    fits = fits and not snapshot.busy_mask(wanted.starts_at, wanted.ends_at) & place.floor.mask(own)
    decision = decide(seating_request(wanted), snapshot, place.venue, rules)
    match decision:
        case Seat() if fits:
            return Chosen(tuple(own))
        case Seat() if wanted.pinned:
            return None
        case Seat(plan=plan, moves=moves):
            return Chosen(plan.tables, moves)
        case Refuse():
            return decision


def choose(
    place: OpenVenue, snapshot: Snapshot, wanted: Booking, own: Sequence[str], at: datetime, field: str = "starts_at"
) -> Chosen:
    """Return the party's own tables when they still fit, or the best others; raises NoSeating blaming `field`.

    A pinned party keeps the very tables it was promised, or nothing changes.
    """
    rules = auto_rules(place.venue, wanted.starts_at)
    match seat_for(place, snapshot, wanted, own, rules):
        case Chosen() as chosen:
            return chosen
        case None:
            message = f"The party was promised {', '.join(sorted(own))} by {wanted.pinned_by}; unpin it first."
            raise NoSeating(message, field=field, code="pinned", details={"tables": sorted(own)}, alternatives=[])
        case Refuse(message=message, code=code, data=data) as decision:
            request = seating_request(wanted)
            not_before = bookable_from(place.venue, wanted.source, wanted.decided_as_of or at)
            found = alternatives(request, snapshot, place.venue, not_before=not_before)
            raise NoSeating(
                message,
                field=field,
                code=code,
                details=dict(data),
                alternatives=offers(found, place.venue, wanted.source),
                explanation=Explainer(place.venue, {}).of(decision, request, snapshot, rules, not_before),
            )
