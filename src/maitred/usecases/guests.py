"""A guest's record: what staff note about them, kept with the booking at which they did."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from maitred.domain.errors import NotFound, StaleBooking
from maitred.domain.lifecycle import UNDO
from maitred.store import guests
from maitred.store.views import booking_view
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk
from maitred.usecases.door import locked


async def note_guest(
    desk: Desk, booking_id: UUID, notes: str | None, tags: Sequence[str], *, caller: Caller, seen_at: datetime | None
) -> None:
    """Note something about the guest of a booking; `seen_at` is when the note that was read had been written.

    Raises NotFound, and StaleBooking when somebody has noted something else since; nothing is lost then.
    """
    view = await booking_view(desk.database, booking_id)
    if view is None or not caller.sees(view.booking.restaurant_id):
        raise NotFound("There is no such booking.")
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, None)
        await guests.lock(connection, booking.restaurant_id, view.guest)
        if (await guests.note_of(connection, booking.restaurant_id, view.guest)).at != seen_at:
            raise StaleBooking(booking_id, booking.version)
        kept = list(dict.fromkeys(tags))
        now = desk.clock()
        deed = Deed(What.NOTE_GUEST, caller.actor(), now, booking.restaurant_id, booking_id)
        # A booking that is over for good, or in the middle of a decision, has no step that could take this back.
        touched = [booking_id] if booking.state in UNDO.get(booking.state, ()) else []
        async with undoable(connection, deed, touched):
            await guests.note(connection, view.guest.id, notes, kept, now, caller.name)
