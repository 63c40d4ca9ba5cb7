"""The outbox, the inboxes and the dead letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from maitred.domain.events import Event
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


async def insert(connection: Connection, restaurant_id: int, booking_id: UUID, event: Event) -> None:
    """Tell of something that is no step of a booking's life; a second telling of the same is dropped."""
    await connection.execute(SQL["insert_event"], event.id, restaurant_id, booking_id, event.type, event.envelope())


async def claim_unpublished(connection: Connection, limit: int) -> list[tuple[int, Event]]:
    """Lock and return events that were never published; other relays skip them."""
    return _events(await connection.fetch(SQL["claim_unpublished"], limit))


async def claim_unsettled(connection: Connection, after_s: float, limit: int) -> list[tuple[int, Event]]:
    """Lock and return published events that some subscriber still lacks after a while."""
    return _events(await connection.fetch(SQL["claim_unsettled"], after_s, limit))


async def mark_published(connection: Connection, ids: Sequence[int], subscribed_types: Sequence[str]) -> None:
    """Note that events are on the bus; those nobody subscribes to are done."""
    await connection.execute(SQL["mark_published"], list(ids), list(subscribed_types))


async def settle(database: Database, wanted: Sequence[tuple[str, str]]) -> None:
    """Mark events done that every subscriber of their type, given as (type, subscriber), has in its inbox."""
    await database.execute(SQL["settle_outbox"], [pair[0] for pair in wanted], [pair[1] for pair in wanted])


async def insert_inbox(connection: Connection | Database, subscriber: str, event_ids: Sequence[UUID]) -> None:
    """Note that a subscriber has handled events; repeating is harmless."""
    await connection.execute(SQL["insert_inbox"], subscriber, list(event_ids))


async def bury(
    connection: Connection, subscriber: str, event_id: UUID | None, payload: str, error: str, deliveries: int
) -> None:
    """Put a poison message on the dead-letter list."""
    await connection.execute(SQL["insert_dead_letter"], subscriber, event_id, payload, error, deliveries)


async def stand(database: Database) -> str:
    """Return where the events stand, as a text that is another one once there is another event.

    Numbers are given before they are committed, so the newest alone would miss one that a slower writer commits later.
    """
    row = await database.fetchrow(SQL["stand_of_events"])
    assert row is not None
    return f"{row['newest']}.{row['there']}"


async def dead_letters(database: Database, limit: int) -> list[dict[str, Any]]:
    """Return the newest unresolved dead letters."""
    return [dict(row) for row in await database.fetch(SQL["dead_letters"], limit)]


async def purge(database: Database, before: datetime) -> None:
    """Delete events that were done before an instant, with their inbox rows."""
    await database.execute(SQL["purge_outbox"], before)


def _events(rows: Sequence[asyncpg.Record]) -> list[tuple[int, Event]]:
    return [(row["id"], Event.from_envelope(row["event"])) for row in rows]
