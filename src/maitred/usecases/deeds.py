"""What people do is kept so that it can be taken back: in the transaction that does it, with everybody it touches.

An entry has how each booking stood before and after: its row, its guest, its tables and for how long. Only
`usecases/undo.py` reads it. What the house does by itself is not kept: nobody takes that back with one key.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from maitred.domain.booking import Actor, ActorKind, Booking
from maitred.domain.lifecycle import Action, undo_closes_at
from maitred.store import bookings, undo
from maitred.store.database import Connection
from maitred.store.undo import Opened


class What(StrEnum):
    """What can be taken back. Actions of the lifecycle have the lifecycle's names."""

    ARRIVE = Action.ARRIVE.value
    CHECK_IN = Action.CHECK_IN.value
    COMPLETE = Action.COMPLETE.value
    MARK_NO_SHOW = Action.MARK_NO_SHOW.value
    CANCEL = Action.CANCEL.value
    LOSE_TABLE = Action.LOSE_TABLE.value
    MODIFY = Action.MODIFY.value
    MOVE = Action.MOVE.value
    PIN = Action.PIN.value
    UNPIN = Action.UNPIN.value
    REQUEUE = Action.REQUEUE.value
    SWAP = "swap"
    CONFIRM = "force_confirm"
    ACCEPT_MOVES = "accept_moves"
    MAKE_ROOM = "make_room"
    CLOSE_TABLE = "close_table"
    WALK_IN = "walk_in"
    BOOK = "book"
    NOTE_GUEST = "note_guest"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does and when, to which booking or (`subject`) to which table."""

    what: What
    actor: Actor
    at: datetime
    restaurant_id: int
    booking_id: UUID | None = None
    subject: str | None = None
    id: UUID = field(default_factory=uuid4)

    @property
    def kept(self) -> bool:
        """Tell whether it can be taken back: what staff do, and a guest's cancellation, which may be a slip."""
        return self.actor.kind is ActorKind.STAFF or (self.actor.kind is ActorKind.GUEST and self.what == What.CANCEL)

    @property
    def until(self) -> datetime:
        """Until when it can be taken back."""
        actions = {action.value: action for action in Action}
        return undo_closes_at(actions.get(self.what.value), self.at)

    def on(self, booking: Booking) -> Booking:
        """Return a booking that this has changed as it is then kept: an undo takes this back."""
        return replace(booking, undo_entry=self.id, undo_until=self.until) if self.kept else booking


@asynccontextmanager
async def undoable(
    connection: Connection,
    deed: Deed,
    touched: Collection[UUID],
    *,
    made: Sequence[UUID] = (),
    closed: Sequence[UUID] = (),
    opened: Sequence[Opened] = (),
) -> AsyncIterator[None]:
    """Do something to bookings, inside the caller's transaction, so that it can be taken back.

    `touched` may be more than will change; they are locked here, in order. `made` are bookings that are new. `closed`
    and `opened` name the tables that the block inside has closed and opened; both may grow until it ends.
    """
    if not deed.kept:
        yield
        return
    entry_id, ids = deed.id, sorted(set(touched) - set(made))
    await bookings.lock(connection, ids)
    await undo.begin(
        connection,
        entry_id,
        deed.restaurant_id,
        deed.booking_id,
        deed.what,
        deed.subject,
        deed.actor,
        deed.at,
        deed.until,
    )
    await undo.note_before(connection, entry_id, ids)
    yield
    for booking_id in made:
        await undo.note_made(connection, entry_id, booking_id)
    await undo.finish(connection, entry_id, closed, opened)
