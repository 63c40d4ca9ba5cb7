"""What a person does for a party whose table is late: takes one of the choices, and takes that back.

A choice is looked up again when it is taken, so nobody acts on what was true a minute ago.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from maitred.domain.assignment.rescue import Choice
from maitred.domain.booking import Booking, State
from maitred.domain.errors import InvalidInput, NotFound, StaleProposal
from maitred.store import bookings, night
from maitred.usecases.accept import Override
from maitred.usecases.desk import Caller, Desk
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.moves import ByHand, move_by_hand
from maitred.usecases.night import choices_for
from maitred.usecases.seat import seat_at

_AT_ONCE: Final = timedelta(minutes=1)
_HAS_TABLES: Final = frozenset({State.CONFIRMED, State.ARRIVED})


def can_be_taken(choice: Choice, booking: Booking, now: datetime) -> bool:
    """Tell whether a choice can be made true now; one for later is something to tell the guest."""
    if choice.kind in ("wait", "elsewhere") and choice.starts_at > max(now + _AT_ONCE, booking.starts_at):
        return False
    return choice.kind != "wait"


def rules_of(choice: Choice) -> tuple[str, ...]:
    """Return the soft rules that taking a choice sets aside."""
    return (*choice.rules, "promised_zone") if choice.kind == "another_zone" else choice.rules


async def take_choice(
    desk: Desk, booking_id: UUID, kind: str, tables: Sequence[str], *, caller: Caller, reason: str
) -> Booking:
    """Take a choice for a party whose table is late, and return its booking.

    Raises NotFound, StaleProposal when the choice is there no more, and what moving, seating and changing raise.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    place, now = await desk.venues.by_id(booking.restaurant_id), desk.clock()
    offered = (await choices_for(desk, place, booking.service_date, [booking.id])).get(booking.id, ())
    choice = next((one for one in offered if one.kind == kind and set(one.tables) == set(tables)), None)
    if choice is None:
        raise StaleProposal("The evening has changed; look at what is possible now.", bookings=[str(booking.id)])
    if not can_be_taken(choice, booking, now):
        raise InvalidInput("These tables are not free yet.", field="choice", code="not_free_yet")
    taken = await _take(desk, booking, choice, now, caller, reason)
    async with desk.database.transaction() as connection:
        await night.settle(connection, booking.id, "late_table")  # raised again by the next look if it is late still
    return taken


async def _take(desk: Desk, booking: Booking, choice: Choice, now: datetime, caller: Caller, reason: str) -> Booking:
    rules, number, version = frozenset(rules_of(choice)), booking.id, booking.version
    override = Override(rules, reason) if rules else None
    if choice.kind == "another_time":
        changes = Changes(starts_at=choice.starts_at)
        return await modify_booking(desk, number, changes, caller=caller, expected_version=version)
    if booking.starts_at <= now:
        return await seat_at(desk, number, choice.tables, caller=caller, expected_version=version, override=override)
    hand = ByHand(reason, override, version)
    return await move_by_hand(desk, number, choice.tables, caller=caller, hand=hand)
