"""Forms that were sent: what makes something new has a ticket, and a ticket is good for once."""

from datetime import datetime
from uuid import UUID

from maitred.store.database import Database
from maitred.store.sql import SQL


async def take(database: Database, restaurant_id: int, ticket: UUID, at: datetime) -> bool:
    """Take a ticket; False when it was taken before."""
    return await database.fetchval(SQL["take_ticket"], ticket, restaurant_id, at) is not None


async def give_back(database: Database, ticket: UUID) -> None:
    """Give a ticket back: what it was for could not be done."""
    await database.execute(SQL["give_ticket_back"], ticket)


async def purge(database: Database, before: datetime) -> None:
    """Forget the tickets taken before an instant."""
    await database.execute(SQL["purge_tickets"], before)
