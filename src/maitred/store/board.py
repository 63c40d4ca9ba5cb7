"""Who has which table on a day, with all that a timeline says of it, in one read."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from maitred.domain.availability import Kind
from maitred.domain.booking import Booking
from maitred.store.bookings import booking_from
from maitred.store.database import Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Taken:
    """One table taken for a while; which fields are set goes by `kind`.

    `raised` names what waits for a person about a booking (`late_table`, `late_guest`), `seated_at` is when its party
    sat down. `by` and `reason` are of a block.
    """

    table: str
    starts_at: datetime
    ends_at: datetime
    kind: Kind
    owner_id: str
    booking: Booking | None = None
    guest: str | None = None
    seated_at: datetime | None = None
    raised: tuple[str, ...] = ()
    held_for: int | None = None
    held_until: datetime | None = None
    reason: str | None = None
    by: str | None = None


async def taken(database: Database, restaurant_id: int, starts_at: datetime, ends_at: datetime) -> list[Taken]:
    """Return what takes tables in a window, by table and start; the venue's own blocks are not among it."""
    rows = await database.fetch(SQL["board"], restaurant_id, starts_at, ends_at)
    return [_taken(row) for row in rows]


def _taken(row: asyncpg.Record) -> Taken:
    head = (row["table_id"], row["taken_from"], row["taken_until"], row["kind"], str(row["owner_id"]))
    match row["kind"]:
        case "booking":
            raised = tuple(row["raised"] or ())
            return Taken(
                *head, booking=booking_from(row), guest=row["guest_name"], seated_at=row["seated_at"], raised=raised
            )
        case "hold":
            return Taken(*head, held_for=row["held_for"], held_until=row["held_until"])
        case _:
            return Taken(*head, reason=row["block_reason"], by=row["closed_by"])
