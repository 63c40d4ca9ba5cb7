"""The shadow's own decisions: what the engine would have done. No seat is written here, and nothing else reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from maitred.domain.booking import Booking
from maitred.store.bookings import booking_from
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

ONLY_MOVED: Final = "only_moved"  # in place of a reason: not decided in shadow, but moved by one that was


@dataclass(frozen=True, slots=True)
class ShadowSeat:
    """A booking as the shadow decided it; `tables` is empty for a refusal, `gone_at` when the party left for real."""

    booking: Booking
    tables: tuple[str, ...]
    moved: bool
    decided_for: tuple[int, datetime]
    gone_at: datetime | None

    @property
    def changed_since(self) -> bool:
        """Whether the booking is for another party or time by now: it then sits where it does for real."""
        return self.decided_for != (self.booking.party_size, self.booking.starts_at)


@dataclass(frozen=True, slots=True)
class Compared:
    """A booking as the shadow decided it, and as it was decided for real (`live_state` None: not yet)."""

    booking_id: UUID
    reference: str
    external_ref: str | None
    service_date: date
    party_size: int
    starts_at: datetime
    outcome: str
    reason_code: str | None
    tables: Sequence[str]
    moves: int
    duration_ms: float
    live_state: str | None
    live_reason: str | None
    live_ms: float | None
    live_tables: Sequence[str] | None


async def begin(database: Database, restaurant_id: int, flag: str) -> None:
    """Note since when a restaurant is in shadow, unless that is known."""
    await database.execute(SQL["begin_shadow"], restaurant_id, flag)


async def end_others(database: Database, restaurant_ids: Sequence[int]) -> None:
    """Note that no others than these are in shadow; what was decided for them stays."""
    await database.execute(SQL["end_shadows"], list(restaurant_ids))


async def take(connection: Connection, restaurant_id: int) -> int | None:
    """Lock a restaurant's shadow and return the arrival after which bookings count; None when another is at it."""
    found: int | None = await connection.fetchval(SQL["take_shadow"], restaurant_id)
    return found


async def undecided(
    connection: Connection, restaurant_id: int, after: int, limit: int
) -> list[tuple[Booking, datetime, datetime | None]]:
    """Return bookings that the shadow has not decided, in order of arrival, when they were asked for, and gone."""
    rows = await connection.fetch(SQL["undecided_in_shadow"], restaurant_id, after, limit)
    return [(one := booking_from(row), _asked_at(one, row["made_at"]), row["gone_at"]) for row in rows]


def _asked_at(booking: Booking, made_at: datetime) -> datetime:
    """Return as of when a booking is decided: a recorded time, when it was last put in the queue, or made (imports)."""
    return booking.decided_as_of or booking.pending_since or made_at


async def seats(connection: Connection, restaurant_id: int, days: Sequence[date]) -> list[ShadowSeat]:
    """Return everything that the shadow decided about some days."""
    rows = await connection.fetch(SQL["shadow_seats"], restaurant_id, list(days))
    return [
        ShadowSeat(
            booking_from(row),
            tuple(row["tables"]),
            row["moved"],
            (row["shadow_party"], row["shadow_starts_at"]),
            row["gone_at"],
        )
        for row in rows
    ]


async def insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Record decisions; one that is there stays as it is."""
    await connection.execute(SQL["insert_shadow_decisions"], list(rows))


async def move(connection: Connection, booking_id: UUID, tables: Sequence[str]) -> None:
    """Note that a decision would have moved a party to other tables."""
    await connection.execute(SQL["move_in_shadow"], booking_id, list(tables))


async def compared(database: Database, restaurant_id: int, first: date | None, last: date | None) -> list[Compared]:
    """Return what the shadow decided beside what was decided for real, in order of arrival."""
    rows = await database.fetch(SQL["shadow_compared"], restaurant_id, first, last, ONLY_MOVED)
    return [Compared(**dict(row)) for row in rows]


async def since(database: Database, restaurant_id: int) -> datetime | None:
    """Return since when a restaurant is in shadow, None when it is not."""
    found: datetime | None = await database.fetchval(SQL["shadow_since"], restaurant_id)
    return found
