"""Tables that are being cleared: nobody sits there any more, and whoever seats the next party may say they are laid.

A party that has left keeps its table for its buffer, and so does one that has moved to another. That is a plan: no
engine seats anybody there meanwhile, but people see the table.
"""

from collections.abc import Sequence
from datetime import date, datetime

from maitred.domain.booking import State
from maitred.store import allocations, night
from maitred.store.database import Connection, Database
from maitred.store.undo import Opened
from maitred.usecases.desk import OpenVenue
from maitred.usecases.tracker import DayBook


async def clearing_owners(
    source: Database | Connection, place: OpenVenue, book: DayBook, now: datetime
) -> frozenset[str]:
    """Return who, by the snapshot's keys, has tables only because these are being cleared."""
    gone = {key for key, booking in book.bookings.items() if booking.state is State.COMPLETED}
    left = await night.clearings(source, place.restaurant_id, now)
    return frozenset(gone | {str(one.id) for one in left})


async def end_clearing(
    connection: Connection, restaurant_id: int, day: date, tables: Sequence[str], *, by: str, at: datetime, fence: int
) -> list[Opened]:
    """Count tables as laid from now on, for the party that is being seated there; the day's row is locked.

    Returns what an undo has to close again.
    """
    kept = await allocations.end_clearing(connection, restaurant_id, day, tables, at, fence)
    found = [Opened(booking_id, table, at, until, "", "", booking_id) for booking_id, table, until in kept]
    for one in await night.clearings(connection, restaurant_id, at):
        block = await night.delete_block(connection, restaurant_id, one.id, by, at) if one.table in tables else None
        if block:
            window = block.starts_at, block.ends_at
            found.append(Opened(block.id, block.table, *window, block.reason, block.closed_by, one.left_by))
    return found
