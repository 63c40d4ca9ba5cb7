"""API keys: only their SHA-256 is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from maitred.store.database import Database, rows_changed
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A stored credential; `restaurant_id` None means every restaurant."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    restaurant_id: int | None


async def by_hash(database: Database, sha256: bytes) -> KeyRow | None:
    """Return the key with this hash unless it was revoked."""
    row = await database.fetchrow(SQL["key_by_hash"], sha256)
    return KeyRow(row["id"], row["name"], tuple(row["scopes"]), row["restaurant_id"]) if row else None


async def insert(database: Database, key: KeyRow, sha256: bytes) -> None:
    """Store a new key."""
    await database.execute(SQL["insert_key"], key.id, key.name, sha256, list(key.scopes), key.restaurant_id)


async def ensure_admin(database: Database, key_id: UUID, name: str, sha256: bytes) -> None:
    """Store the first admin key unless it is there."""
    await database.execute(SQL["ensure_admin_key"], key_id, name, sha256)


async def listing(database: Database) -> Sequence[dict[str, Any]]:
    """Return every key without its secret."""
    return [dict(row) for row in await database.fetch(SQL["list_keys"])]


async def revoke(database: Database, key_id: UUID) -> bool:
    """Revoke a key; False when there is none to revoke."""
    return rows_changed(await database.execute(SQL["revoke_key"], key_id)) == 1
