"""What a party at the door is told: a table and until when, or a wait and what it rests on; and sitting it down.

Telling is a look, not a promise. Who is seated first has the table; the next is told so, and nothing of theirs is kept.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from maitred.domain.admission import Wish, admit
from maitred.domain.assignment import SeatingRequest
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import Booking, Source, State
from maitred.domain.calendar import service_date
from maitred.domain.errors import Contended, MaitredError, NoSeating, NotFound, Rejected
from maitred.domain.lifecycle import Action
from maitred.domain.walkin import NoTable, TableNow, Wait, walk_in
from maitred.store import allocations, bookings, night
from maitred.store.views import BookingView
from maitred.usecases.accept import BookingRequest, GuestDetails, accept_booking
from maitred.usecases.decide import decide_day
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.door import act
from maitred.usecases.holds import HoldRequest, place_hold
from maitred.usecases.seat import seat_at
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.weigh import auto_rules


@dataclass(frozen=True, slots=True)
class WalkIn:
    """A party at the door."""

    party_size: int
    name: str
    accessible: bool = False
    phone: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor as it is this minute, to answer several parties alike; `late_minutes` is how late turns run tonight."""

    place: OpenVenue
    day: date
    now: datetime
    snapshot: Snapshot
    late_minutes: int

    def tell(self, party_size: int, *, accessible: bool) -> TableNow | Wait | NoTable:
        """Return what a party is told. Raises InvalidInput and NeedsOverride as a booking for now would."""
        venue, starts_at = self.place.venue, self.now.replace(second=0, microsecond=0)
        wish = Wish(party_size, starts_at, Source.WALK_IN, accessible)
        admission = admit(venue, self.place.floor, wish, self.now)
        request = SeatingRequest(
            "walk-in", party_size, starts_at, admission.turn_minutes, admission.buffer_minutes, accessible=accessible
        )
        rules = auto_rules(venue, starts_at)
        return walk_in(request, self.snapshot, venue, late_minutes=self.late_minutes, rules=rules)


async def floor_now(desk: Desk, place: OpenVenue) -> Floor:
    """Read the floor as it is this minute."""
    now = desk.clock()
    day = service_date(place.venue, now)
    snapshot = as_of(await read_snapshot(desk.database, place, day, now), place.venue, now)
    late = await night.late_minutes(desk.database, place.restaurant_id, day, now)
    return Floor(place, day, now, snapshot, late)


async def look_for_walk_in(
    desk: Desk, place: OpenVenue, party_size: int, *, accessible: bool
) -> TableNow | Wait | NoTable:
    """Look at the floor as it is this minute. Raises InvalidInput and NeedsOverride as a booking for now would."""
    return (await floor_now(desk, place)).tell(party_size, accessible=accessible)


async def seat_walk_in(
    desk: Desk, place: OpenVenue, party: WalkIn, *, tables: Sequence[str], leave_by: datetime | None, caller: Caller
) -> Booking:
    """Sit a party down now, at the tables it was told or at others that fit as well, and return its booking.

    Raises NoSeating when they have just been taken, and what a booking for now raises; nothing is left then.
    """
    starts_at = desk.clock().replace(second=0, microsecond=0)
    request = BookingRequest(
        party.party_size, starts_at, GuestDetails(party.name, phone=party.phone), Source.WALK_IN,
        accessible=party.accessible, notes=party.notes, leave_by=leave_by,
    )  # fmt: skip
    booking = await _confirmed(desk, place, request, caller)
    try:
        return await _checked_in(desk, booking, tables, caller)
    except MaitredError:
        await act(desk, booking.id, Action.CANCEL, caller=caller)
        raise


async def _confirmed(desk: Desk, place: OpenVenue, request: BookingRequest, caller: Caller) -> Booking:
    """Take tables as a hold does, at once or not at all; only where others have to move the pipeline decides."""
    assert request.starts_at is not None
    wanted = HoldRequest(
        request.party_size, request.starts_at, request.accessible, None, Source.WALK_IN, leave_by=request.leave_by
    )
    try:
        hold = await place_hold(desk, place, wanted, caller=caller)
    except NoSeating:
        found = await look_for_walk_in(desk, place, request.party_size, accessible=request.accessible)
        if not isinstance(found, TableNow) or not found.moves:
            raise
        return await _with_moves(desk, place, request, caller)
    accepted = await accept_booking(
        desk, place, replace(request, hold_id=hold.id), caller=caller, key=None, render=_number
    )
    return await _found(desk, accepted.booking_id)


async def _with_moves(desk: Desk, place: OpenVenue, request: BookingRequest, caller: Caller) -> Booking:
    accepted = await accept_booking(desk, place, request, caller=caller, key=None, render=_number)
    booking = await _found(desk, accepted.booking_id)
    if booking.state is State.ASSIGNMENT_PENDING:
        with suppress(Contended):
            await decide_day(desk, place, booking.service_date, worker="door")
        booking = await _found(desk, booking.id)
    if booking.state is not State.CONFIRMED:
        await act(desk, booking.id, Action.CANCEL, caller=caller)
        raise NoSeating("The table has just been taken.", field="party_size")
    return booking


async def _checked_in(desk: Desk, booking: Booking, told: Sequence[str], caller: Caller) -> Booking:
    own, _ = await allocations.tables_of_booking(desk.database, booking.id)
    if told and set(own) != set(told):
        with suppress(Rejected, Contended):  # what was told may be gone, and what was given fits as well
            return await seat_at(desk, booking.id, told, caller=caller, made=True)
    return await act(desk, booking.id, Action.CHECK_IN, caller=caller, made=True)


async def _found(desk: Desk, booking_id: UUID) -> Booking:
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None:
        raise NotFound("There is no such booking.")
    return booking


def _number(view: BookingView) -> dict[str, str]:
    return {"id": str(view.booking.id)}
