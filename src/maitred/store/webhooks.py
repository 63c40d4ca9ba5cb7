"""Endpoints of webhooks, the deliveries planned for them, and the log of every attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from maitred.store.database import Connection, Database, rows_changed
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint as people see it: without its secret. No types means every type."""

    id: UUID
    restaurant_id: int
    url: str
    types: tuple[str, ...]
    description: str | None
    enabled: bool
    failures: int
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None
    previous_until: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    pending: int
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery that is due, with what is needed to send it."""

    id: int
    webhook_id: UUID
    event_id: UUID
    envelope: Mapping[str, Any]
    attempts: int
    url: str
    secrets: tuple[str, ...]
    failures: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one try went; no status means no answer."""

    at: datetime
    status: int | None
    latency_ms: int
    error: str | None
    excerpt: str | None

    @property
    def accepted(self) -> bool:
        """Tell whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the log."""

    id: int
    event_id: UUID
    type: str
    kind: str
    state: str
    attempts: int
    due_at: datetime
    created_at: datetime
    settled_at: datetime | None
    event: Mapping[str, Any]
    log: Sequence[Mapping[str, Any]]


async def insert(
    connection: Connection,
    webhook_id: UUID,
    restaurant_id: int,
    *,
    url: str,
    types: Sequence[str],
    description: str | None,
    secret: str,
    created_by: str,
    now: datetime,
    most: int,
) -> bool:
    """Add an endpoint; False when the restaurant has as many as it may have."""
    await connection.execute(SQL["lock_restaurant_webhooks"], restaurant_id)
    tag = await connection.execute(
        SQL["insert_webhook"], webhook_id, restaurant_id, url, list(types), description, secret, created_by, now, most
    )
    return rows_changed(tag) == 1


async def listing(database: Database, restaurant_id: int) -> list[Webhook]:
    """Return a restaurant's endpoints, oldest first."""
    return [_webhook(row) for row in await database.fetch(SQL["list_webhooks"], restaurant_id, None)]


async def by_id(source: Database | Connection, restaurant_id: int, webhook_id: UUID) -> Webhook | None:
    """Return one of a restaurant's endpoints."""
    row = await source.fetchrow(SQL["list_webhooks"], restaurant_id, webhook_id)
    return _webhook(row) if row else None


async def lock(connection: Connection, restaurant_id: int, webhook_id: UUID) -> Webhook | None:
    """Return one of a restaurant's endpoints; nobody else changes it until the transaction ends."""
    await connection.execute(SQL["lock_webhook"], restaurant_id, webhook_id)
    return await by_id(connection, restaurant_id, webhook_id)


async def change(connection: Connection, hook: Webhook, now: datetime) -> None:
    """Write what may be changed of an endpoint; the caller has locked it."""
    await connection.execute(
        SQL["change_webhook"],
        hook.id, hook.restaurant_id, hook.url, list(hook.types), hook.description, hook.enabled, now,
    )  # fmt: skip


async def rotate(database: Database, hook: Webhook, secret: str, until: datetime, now: datetime) -> None:
    """Replace the secret; the present one signs beside it until an instant."""
    await database.execute(SQL["rotate_webhook"], hook.id, hook.restaurant_id, secret, until, now)


async def delete(database: Database, hook: Webhook) -> None:
    """Forget an endpoint and its log."""
    await database.execute(SQL["delete_webhook"], hook.id, hook.restaurant_id)


async def plan_test(
    database: Database, webhook_id: UUID, event_id: UUID, envelope: Mapping[str, Any], now: datetime
) -> int:
    """Plan a delivery of an event that never happened."""
    kind = str(envelope["type"]).split(".", 1)[1]
    return int(await database.fetchval(SQL["plan_test"], webhook_id, event_id, kind, dict(envelope), now))


async def plan_resend(database: Database, webhook_id: UUID, delivery_id: int, now: datetime) -> int | None:
    """Plan the same event once more; None when there is no such delivery."""
    found: int | None = await database.fetchval(SQL["plan_resend"], webhook_id, delivery_id, now)
    return found


async def plan_replay(
    database: Database, hook: Webhook, after: int, types: Sequence[str], limit: int, now: datetime
) -> tuple[int, int, UUID | None]:
    """Plan the feed from a position on; returns how many were planned and found, and the last of those."""
    row = await database.fetchrow(SQL["plan_replay"], hook.id, hook.restaurant_id, after, list(types), limit, now)
    assert row is not None
    return row["planned"], row["found"], row["last"]


async def lease(database: Database, who: str, now: datetime, until: datetime, limit: int) -> list[UUID]:
    """Take endpoints that have something due; nobody else sends to them meanwhile."""
    return [row["id"] for row in await database.fetch(SQL["lease_webhooks"], who, now, until, limit)]


async def next_parcel(database: Database, webhook_id: UUID, who: str, now: datetime, until: datetime) -> Parcel | None:
    """Return the oldest delivery that is due and prolong the lease; None when there is none, or the lease is lost."""
    row = await database.fetchrow(SQL["next_delivery"], webhook_id, who, now, until)
    if row is None:
        return None
    secrets = (row["secret"], row["previous_secret"]) if row["previous_secret"] else (row["secret"],)
    return Parcel(
        row["id"], row["webhook_id"], row["event_id"], row["event"], row["attempts"], row["url"], secrets,
        row["failures"], row["failing_since"],
    )  # fmt: skip


async def release(database: Database, webhook_id: UUID, who: str, now: datetime) -> None:
    """Give a lease back; whoever has waited longer is next."""
    await database.execute(SQL["release_webhook"], webhook_id, who, now)


async def record(
    connection: Connection, parcel: Parcel, attempt: Attempt, *, due_at: datetime | None, rest_until: datetime | None,
    disable: str | None,
) -> bool:  # fmt: skip
    """Note how a try went; False when somebody else noted one meanwhile. `due_at`: when to try again."""
    state = "delivered" if attempt.accepted else "failed" if due_at is None else "pending"
    tag = await connection.execute(SQL["settle_delivery"], parcel.id, parcel.attempts, state, due_at, attempt.at)
    if rows_changed(tag) != 1:
        return False
    await connection.execute(
        SQL["insert_attempt"],
        parcel.id, parcel.attempts + 1, attempt.at, attempt.status, attempt.latency_ms, attempt.error, attempt.excerpt,
    )  # fmt: skip
    if attempt.accepted:
        await connection.execute(SQL["webhook_succeeded"], parcel.webhook_id, parcel.url)
    else:
        await connection.execute(
            SQL["webhook_failed"], parcel.webhook_id, attempt.at, rest_until, disable, parcel.url
        )  # fmt: skip
    return True


async def deliveries(
    database: Database, webhook_id: UUID, state: str | None, before: int | None, limit: int
) -> list[Delivery]:
    """Return the log, newest first."""
    rows = await database.fetch(SQL["list_deliveries"], webhook_id, state, before, limit)
    return [Delivery(**dict(row)) for row in rows]


async def purge(database: Database, before: datetime) -> None:
    """Forget deliveries that were settled before an instant."""
    await database.execute(SQL["purge_deliveries"], before)


def _webhook(row: asyncpg.Record) -> Webhook:
    kept: dict[str, Any] = {name: row[name] for name in Webhook.__slots__}
    return Webhook(**{**kept, "types": tuple(row["types"])})
