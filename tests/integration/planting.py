"""Bookings planted straight into the tables, past every check of our code, so that only the database can refuse."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import orjson
from house import evening, venue

from maitred.domain.booking import Actor, ActorKind, Booking, Source, State
from maitred.domain.lifecycle import Action, Change, opened, step
from maitred.store import allocations, bookings
from maitred.store.database import Connection, Database
from maitred.usecases.desk import OpenVenue, VenueShelf
from maitred.usecases.venues import import_venue

BY: Final = Actor(ActorKind.STAFF, "test")
_TO_CONFIRMED: Final = (Action.VERIFY_CAPACITY, Action.QUEUE, Action.START, Action.ASSIGN, Action.CONFIRM)
PATHS: Final = {
    State.CREATED: (),
    State.CAPACITY_VERIFIED: _TO_CONFIRMED[:1],
    State.ASSIGNMENT_PENDING: _TO_CONFIRMED[:2],
    State.ASSIGNMENT_IN_PROGRESS: _TO_CONFIRMED[:3],
    State.ASSIGNED: _TO_CONFIRMED[:4],
    State.CONFIRMED: _TO_CONFIRMED,
    State.ARRIVED: (*_TO_CONFIRMED, Action.ARRIVE),
    State.CHECKED_IN: (*_TO_CONFIRMED, Action.CHECK_IN),
}


@dataclass(frozen=True, slots=True)
class Plot:
    """An imported venue and the connection pool to plant through. The day's fence is 1 unless somebody raises it."""

    database: Database
    place: OpenVenue

    async def plant(
        self,
        state: State = State.CONFIRMED,
        tables: Sequence[str] = ("A1",),
        *,
        party: int = 2,
        at: datetime | None = None,
        window: tuple[datetime, datetime] | None = None,
    ) -> Booking:
        """Write a booking as if it had come to this state, with these tables."""
        changes = self.changes(state, party=party, at=at or evening())
        booking = changes[-1].after
        async with self.database.transaction() as connection:
            await self.insert(connection, changes)
            fence = await allocations.lock_day(connection, booking.restaurant_id, booking.service_date)
            records = allocations.allocation(
                booking.restaurant_id,
                booking.service_date,
                tables,
                window or (booking.starts_at, booking.ends_at),
                fence,
                booking_id=booking.id,
            )
            await allocations.insert(connection, records)
        return booking

    async def insert(self, connection: Connection, changes: Sequence[Change]) -> None:
        """Write the changes of a new booking."""
        booking = changes[-1].after
        guest = bookings.Guest(booking.guest_id, booking.restaurant_id, "Ada", None, None, None)
        await bookings.insert(connection, changes, guest, [], None)

    def changes(self, state: State, *, party: int = 2, at: datetime | None = None) -> list[Change]:
        """The steps that lead a new booking to a state."""
        booking_id, starts_at = uuid4(), at or evening()
        booking = Booking(
            id=booking_id,
            restaurant_id=self.place.restaurant_id,
            restaurant=self.place.slug,
            service_date=starts_at.date(),
            reference=booking_id.hex,
            guest_id=uuid4(),
            party_size=party,
            starts_at=starts_at,
            turn_minutes=60,
            buffer_minutes=15,
            source=Source.WEB,
            state=State.CREATED,
            version=1,
        )
        changes = [opened(booking, actor=BY, at=starts_at)]
        for action in PATHS[state]:
            changes.append(step(changes[-1].after, action, actor=BY, at=starts_at))
        return changes


@asynccontextmanager
async def plot_on(url: str, **changes: Any) -> AsyncIterator[Plot]:
    """Import a venue into a migrated database and open its day."""
    database = await Database.connect(url, size=4)
    try:
        document = venue(**changes)
        await import_venue(database, document, caller_name="test")
        place = await VenueShelf(database).get(str(document["slug"]))
        await allocations.issue_fence(database, place.restaurant_id, evening().date())
        yield Plot(database, place)
    finally:
        await database.close()


# -- bare SQL ---------------------------------------------------------------------------------------------------------

TAKE: Final = """
INSERT INTO maitred.allocations (restaurant_id, service_date, table_id, during, booking_id, hold_id, block_id, fence)
VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7, $8, $9)"""


async def take(
    connection: asyncpg.Connection,
    booking: Booking,
    table: str,
    window: tuple[datetime, datetime] | None = None,
    *,
    kind: str = "booking",
    fence: int = 1,
) -> None:
    """Give a table to a booking, or to a hold or block made for the purpose on its day, in bare SQL."""
    starts_at, ends_at = window or (booking.starts_at, booking.ends_at)
    owner = booking.id if kind == "booking" else await OWNERS[kind](connection, booking, table)
    owners = [owner if kind == name else None for name in ("booking", "hold", "block")]
    await connection.execute(
        TAKE, booking.restaurant_id, booking.service_date, table, starts_at, ends_at, *owners, fence
    )


async def _hold(connection: asyncpg.Connection, booking: Booking, table: str) -> UUID:
    made: UUID = await connection.fetchval(
        "INSERT INTO maitred.holds (id, restaurant_id, service_date, party_size, starts_at, turn_minutes, "
        "buffer_minutes, credential_id, expires_at) "
        "VALUES (gen_random_uuid(), $1, $2, 2, $3, 60, 15, gen_random_uuid(), now() + interval '1 hour') RETURNING id",
        booking.restaurant_id,
        booking.service_date,
        booking.starts_at,
    )
    return made


async def _block(connection: asyncpg.Connection, booking: Booking, table: str) -> UUID:
    made: UUID = await connection.fetchval(
        "INSERT INTO maitred.table_blocks (id, restaurant_id, table_id, during, reason) "
        "VALUES (gen_random_uuid(), $1, $2, tstzrange($3, $4, '[)'), 'paint') RETURNING id",
        booking.restaurant_id,
        table,
        booking.starts_at,
        booking.ends_at,
    )
    return made


OWNERS: Final = {"hold": _hold, "block": _block}


async def write_history(connection: asyncpg.Connection, change: Change, **values: Any) -> None:
    """Write a change's history entry in bare SQL, with some columns replaced."""
    await _insert(connection, "booking_history", change.history() | values)


async def write_event(connection: asyncpg.Connection, change: Change, **values: Any) -> None:
    """Write a change's outbox row in bare SQL, with some columns replaced."""
    row = {name: value for name, value in bookings.outbox_row(change).items() if name != "done_at"}
    await _insert(connection, "outbox", row | values)


async def write_row(connection: asyncpg.Connection, change: Change) -> None:
    """Put the booking's row where a change leads, in bare SQL, without compare-and-set."""
    await connection.execute(
        "UPDATE maitred.bookings SET state = $2, version = $3 WHERE id = $1",
        change.after.id,
        change.after.state,
        change.after.version,
    )


async def _insert(connection: asyncpg.Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    record = orjson.dumps(row, default=str).decode()
    await connection.execute(
        f"INSERT INTO maitred.{table} ({names}) SELECT {names} "
        f"FROM jsonb_populate_record(NULL::maitred.{table}, $1::text::jsonb)",
        record,
    )


def cancelled(booking: Booking) -> Change:
    """The next step of a confirmed booking, with its history and event yet to be written."""
    return step(booking, Action.CANCEL, actor=BY, at=booking.starts_at - timedelta(hours=1))
