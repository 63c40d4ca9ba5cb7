"""The secrets that guests' links are signed with."""

from maitred.store.database import Connection, Database
from maitred.store.sql import SQL


async def newest_key(database: Database | Connection) -> tuple[int, bytes] | None:
    """Return the number and the secret that sign now."""
    row = await database.fetchrow(SQL["signing_key_newest"])
    return (row["id"], row["secret"]) if row else None


async def key_of(database: Database | Connection, number: int) -> bytes | None:
    """Return a secret by its number; None when it was deleted."""
    secret: bytes | None = await database.fetchval(SQL["signing_key_by_id"], number)
    return secret


async def insert_key(database: Database | Connection, secret: bytes) -> int:
    """Store a secret, which signs from now on, and return its number."""
    number: int = await database.fetchval(SQL["insert_signing_key"], secret)
    return number


async def delete_keys_before(database: Database | Connection, number: int) -> None:
    """Delete older secrets: what they signed opens nothing any more."""
    await database.execute(SQL["delete_signing_keys_before"], number)
