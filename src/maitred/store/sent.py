"""Forms that were sent: what makes something new has a ticket, and a ticket is good for once."""

from datetime import datetime
from uuid import UUID

from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


async def take(connection: Connection, restaurant_id: int, ticket: UUID, at: datetime) -> bool:
    """Take a ticket; False when it was taken before. Waits for a transaction that is about to."""
    return await connection.fetchval(SQL["take_ticket"], ticket, restaurant_id, at) is not None


async def taken(database: Database, ticket: UUID) -> bool:
    """Tell whether a ticket was taken."""
    return bool(await database.fetchval(SQL["ticket_taken"], ticket))


async def purge(database: Database, before: datetime) -> None:
    """Forget the tickets taken before an instant."""
    await database.execute(SQL["purge_tickets"], before)
