"""The queue at the door: walk-ins that wait, what they were told, and what became of them.

Every change is told to other screens by an event. Two hosts who take the same party are told apart by its row: the
first closes it, the second hears that it waits no more.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from maitred.domain.booking import Booking
from maitred.domain.calendar import service_date
from maitred.domain.errors import NotFound, TransitionNotAllowed
from maitred.domain.events import Event
from maitred.store import bookings, queue
from maitred.store import undo as kept
from maitred.store.database import Connection
from maitred.store.queue import Party
from maitred.usecases.deeds import What
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.undo import take_back
from maitred.usecases.walkins import WalkIn, seat_walk_in

UNDO_WINDOW: Final = timedelta(minutes=15)
EVENT: Final = "queue.changed"


async def join_queue(
    desk: Desk,
    place: OpenVenue,
    party: WalkIn,
    quoted: tuple[int, int] | None,
    *,
    caller: Caller,
    beside: Callable[[Connection], Awaitable[None]] | None = None,
) -> Party:
    """Let a party wait, with the minutes it was told (None: none could be told). `beside` writes with it."""
    now = desk.clock()
    least, most = quoted or (None, None)
    waiting = Party(
        uuid4(), place.restaurant_id, service_date(place.venue, now), party.name, party.party_size, party.accessible,
        party.phone, party.notes, least, most, now, caller.name,
    )  # fmt: skip
    async with _changing(desk, place, waiting.id) as connection:
        await queue.join(connection, waiting)
        if beside is not None:
            await beside(connection)
    return waiting


async def waiting_party(desk: Desk, place: OpenVenue, party_id: UUID) -> Party:
    """Return a party of this restaurant's queue, waiting or not; raises NotFound."""
    party = await queue.by_id(desk.database, place.restaurant_id, party_id)
    if party is None:
        raise NotFound("There is no such party.")
    return party


async def call_party(desk: Desk, place: OpenVenue, party_id: UUID, *, called: bool, caller: Caller) -> None:
    """Note that somebody called a party to its table, or take that back. Nothing is sent."""
    at = desk.clock() if called else None
    async with _changing(desk, place, party_id) as connection:
        if not await queue.call(connection, place.restaurant_id, party_id, at, caller.name):
            raise _gone()


async def leave_queue(desk: Desk, place: OpenVenue, party_id: UUID, *, caller: Caller) -> datetime:
    """Note that a party has left without a table, and return when: `back_to_queue` asks for it."""
    async with _changing(desk, place, party_id) as connection:
        return await _close(desk, place, party_id, connection, caller)


async def seat_from_queue(
    desk: Desk,
    place: OpenVenue,
    party_id: UUID,
    *,
    tables: Sequence[str],
    leave_by: datetime | None,
    caller: Caller,
    anyway: bool = False,
) -> Booking:
    """Sit a waiting party down, out of the queue and at its table in one transaction.

    Raises what `seat_walk_in` raises, and TransitionNotAllowed when it waits no more; it waits on then, if it did.
    """
    party = await waiting_party(desk, place, party_id)
    if party.closed_at is not None:
        raise _gone()
    guest = WalkIn(party.party_size, party.name, party.accessible, party.phone, party.notes)

    async def leaves(connection: Connection, booking: Booking) -> None:
        await _close(desk, place, party_id, connection, caller)
        await queue.seated(connection, place.restaurant_id, party_id, booking.id)
        await _tell(desk, place, party_id, connection)

    return await seat_walk_in(
        desk, place, guest, tables=tables, leave_by=leave_by, caller=caller, anyway=anyway, beside=leaves
    )


async def back_to_queue(desk: Desk, place: OpenVenue, party_id: UUID, *, caller: Caller, closed_at: datetime) -> None:
    """Let a party wait again that left or was seated at `closed_at` by mistake, at the place it had.

    It gets up from its table and waits again in one transaction. Raises TransitionNotAllowed when somebody has gone on
    with it since, or it is too long ago, and what `take_back` raises.
    """
    party = await waiting_party(desk, place, party_id)
    if party.closed_at != closed_at:
        raise _gone_on()
    if party.booking_id is not None:
        await take_back(desk, await _seating(desk, party.booking_id), caller=caller)  # it waits again with that
        return
    async with _changing(desk, place, party_id) as connection:
        if not await queue.reopen(connection, place.restaurant_id, party_id, desk.clock() - UNDO_WINDOW):
            raise TransitionNotAllowed("This party cannot be brought back into the queue any more.", field="action")


async def _seating(desk: Desk, booking_id: UUID) -> UUID:
    """Return what sat a party down, as long as that is the last thing that was done to it."""
    booking = await bookings.by_id(desk.database, booking_id)
    entry = await kept.by_id(desk.database, booking.undo_entry) if booking and booking.undo_entry else None
    if entry is None or entry.what != What.WALK_IN:
        raise _gone_on()
    return entry.id


async def _close(desk: Desk, place: OpenVenue, party_id: UUID, connection: Connection, caller: Caller) -> datetime:
    now = desk.clock()
    if not await queue.close(connection, place.restaurant_id, party_id, now, caller.name):
        raise _gone()
    return now


@asynccontextmanager
async def _changing(desk: Desk, place: OpenVenue, party_id: UUID) -> AsyncIterator[Connection]:
    """Change the queue and tell of it in one transaction."""
    async with desk.database.transaction() as connection:
        yield connection
        await _tell(desk, place, party_id, connection)


async def _tell(desk: Desk, place: OpenVenue, party_id: UUID, connection: Connection) -> None:
    await queue.tell(connection, place.restaurant_id, _event(desk, place, party_id))


def _event(desk: Desk, place: OpenVenue, party_id: UUID) -> Event:
    now = desk.clock()
    day = service_date(place.venue, now).isoformat()
    return Event(uuid4(), EVENT, place.slug, str(party_id), now, {"service_date": day})


def _gone_on() -> TransitionNotAllowed:
    return TransitionNotAllowed("Somebody has gone on with this party since.", field="action")


def _gone() -> TransitionNotAllowed:
    message = "This party does not wait any more: somebody has seated it, or it has left."
    return TransitionNotAllowed(message, field="action")
