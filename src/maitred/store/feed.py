"""The feed: events that leave the house, in the order in which they can be read, for as long as they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from maitred.domain.event_types import PUBLIC, sent
from maitred.domain.events import Event
from maitred.store import outbox
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

SUBSCRIBER: Final = "feed"
BATCH: Final = 500
_LOCK: Final = 0x66656564  # "feed"
_TYPES: Final = tuple(sorted(PUBLIC))


@dataclass(frozen=True, slots=True)
class Fed:
    """One event of the feed; `envelope` is what is sent."""

    position: int
    event_id: UUID
    type: str
    envelope: dict[str, Any]


async def extend(connection: Connection, now: datetime) -> tuple[int, int]:
    """Add what is new and plan its deliveries; returns how many events and deliveries. One writer at a time."""
    await connection.execute(SQL["lock_feed"], _LOCK)
    rows = await connection.fetch(SQL["unfed_events"], list(_TYPES), BATCH)
    if not rows:
        return 0, 0
    fresh = [(row["restaurant_id"], Event.from_envelope(row["event"])) for row in rows]
    ids = [event.id for _, event in fresh]
    await connection.execute(SQL["extend_feed"], [_row(number, event) for number, event in fresh])
    planned = await connection.fetch(SQL["plan_deliveries"], ids, now)
    await outbox.insert_inbox(connection, SUBSCRIBER, ids)
    return len(ids), len(planned)


async def end(database: Database) -> int:
    """Return the position of the newest event."""
    return int(await database.fetchval(SQL["feed_end"]))


async def position_of(database: Database, event_id: UUID, restaurant_id: int | None) -> int | None:
    """Return where an event is; None when it is not there (any more), or another restaurant's."""
    found: int | None = await database.fetchval(SQL["feed_position"], event_id, restaurant_id)
    return found


async def newest(database: Database, until: int, restaurant_id: int | None) -> UUID | None:
    """Return the newest event up to a position; None when none is kept."""
    found: UUID | None = await database.fetchval(SQL["newest_in_feed"], until, restaurant_id)
    return found


async def position_before(database: Database, since: datetime, restaurant_id: int | None) -> int:
    """Return the position after which everything is that happened since an instant."""
    return int(await database.fetchval(SQL["feed_position_before"], since, restaurant_id))


async def read(
    database: Database, after: int, restaurant_id: int | None, types: Sequence[str], limit: int
) -> list[Fed]:
    """Return what comes after a position, in order."""
    rows = await database.fetch(SQL["read_feed"], after, restaurant_id, list(types), limit)
    return [Fed(row["position"], row["event_id"], row["type"], row["event"]) for row in rows]


async def purge(database: Database, before: datetime) -> None:
    """Forget what was added before an instant."""
    await database.execute(SQL["purge_feed"], before)


def _row(restaurant_id: int, event: Event) -> dict[str, Any]:
    return {
        "event_id": str(event.id),
        "restaurant_id": restaurant_id,
        "type": event.type,
        "event": sent(event),
        "at": event.at.isoformat(),
    }
