"""Bookings: read, lock, and the one write that keeps row, history and event together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import asyncpg

from maitred.domain.booking import Booking, Source, State
from maitred.domain.errors import StaleBooking
from maitred.domain.lifecycle import UNANNOUNCED, Change
from maitred.store.database import Connection, Database
from maitred.store.sql import SQL

Row = Mapping[str, Any]

_FIELDS: Final = tuple(field.name for field in fields(Booking))


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest as given with one booking; `phone` is E.164, `consents` maps a purpose to yes or no."""

    id: UUID
    restaurant_id: int
    name: str
    email: str | None
    phone: str | None
    locale: str | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """One entry of the idempotency ledger."""

    credential_id: UUID
    restaurant_id: int
    key: str
    request_sha256: bytes
    subject_id: UUID
    answer: Mapping[str, Any]
    settled: bool = True


def booking_from(row: asyncpg.Record) -> Booking:
    """Return the booking of a row that carries every column and `restaurant` (the slug)."""
    values = {name: row[name] for name in _FIELDS}
    values["state"] = State(values["state"])
    values["source"] = Source(values["source"])
    return Booking(**values)


def row_of(booking: Booking) -> dict[str, Any]:
    """Return a booking as the JSON record that the SQL unpacks."""
    return {name: getattr(booking, name) for name in _FIELDS if name not in ("restaurant", "arrival")}


def outbox_row(change: Change) -> dict[str, Any]:
    """Return the outbox record of a change."""
    event = change.event()
    return {
        "event_id": event.id,
        "restaurant_id": change.after.restaurant_id,
        "booking_id": change.after.id,
        "type": event.type,
        "event": event.envelope(),
        "done_at": change.at if change.action in UNANNOUNCED else None,
    }


def ledger_row(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger entry as the JSON record that the SQL unpacks (bytea in hex form)."""
    return {
        "credential_id": ledger.credential_id,
        "restaurant_id": ledger.restaurant_id,
        "key": ledger.key,
        "request_sha256": "\\x" + ledger.request_sha256.hex(),
        "subject_id": ledger.subject_id,
        "answer": ledger.answer,
        "settled": ledger.settled,
    }


def guest_row(guest: Guest) -> dict[str, Any]:
    """Return a guest as the JSON record that the SQL unpacks."""
    return {field.name: getattr(guest, field.name) for field in fields(guest)}


async def accept(
    database: Database,
    changes: Sequence[Change],
    guest: Guest,
    consents: Sequence[Row],
    ledger: Ledger | None,
) -> int | None:
    """Insert a new booking with everything that belongs to it, in one statement.

    Returns its place in the order of arrival, or None when the idempotency key was taken by somebody else.
    """
    arrival: int | None = await database.fetchval(SQL["accept_booking"], *_accepted(changes, guest, consents, ledger))
    database.on_commit()
    return arrival


async def insert(
    connection: Connection, changes: Sequence[Change], guest: Guest, consents: Sequence[Row], ledger: Ledger | None
) -> int | None:
    """Insert as `accept` does, inside a transaction the caller has opened."""
    arrival: int | None = await connection.fetchval(SQL["accept_booking"], *_accepted(changes, guest, consents, ledger))
    return arrival


def _accepted(
    changes: Sequence[Change], guest: Guest, consents: Sequence[Row], ledger: Ledger | None
) -> tuple[Any, ...]:
    return (
        row_of(changes[-1].after),
        guest_row(guest),
        list(consents),
        [change.history() for change in changes],
        [outbox_row(change) for change in changes],
        ledger_row(ledger) if ledger else None,
    )


async def save(
    connection: Connection, changes: Iterable[Change], *, event_row: Callable[[Change], Row] = outbox_row
) -> None:
    """Write changes: compare-and-set of each booking with its history and events.

    Several changes of one booking must follow each other. `event_row` makes the outbox rows; an event is announced
    unless its row says that it is done. Raises StaleBooking (and the caller's transaction must then roll back) when
    any booking has moved on.
    """
    ordered = list(changes)
    chains = [list(chain) for _, chain in groupby(ordered, key=lambda change: change.after.id)]
    firsts = [chain[0].before for chain in chains]
    expected = {before.id: before.version for before in firsts if before is not None}
    assert len(expected) == len(chains), "every chain starts from a booking that exists, each booking once"
    try:
        rows = await connection.fetch(
            SQL["save_bookings"],
            [row_of(chain[-1].after) for chain in chains],
            list(expected),
            list(expected.values()),
            [change.history() for change in ordered],
            [event_row(change) for change in ordered],
        )
    except asyncpg.UniqueViolationError as taken:  # history has that version: somebody else wrote it
        raise StaleBooking(*next(iter(expected.items()))) from taken
    saved = {row["id"] for row in rows}
    for booking_id, version in expected.items():
        if booking_id not in saved:
            raise StaleBooking(booking_id, version)


async def lock(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Booking]:
    """Lock booking rows in id order and return them as they are now."""
    rows = await connection.fetch(SQL["lock_bookings"], list(ids))
    return {row["id"]: booking_from(row) for row in rows}


async def by_id(database: Database, booking_id: UUID) -> Booking | None:
    """Return a booking, or None."""
    row = await database.fetchrow(SQL["booking_by_id"], booking_id)
    return booking_from(row) if row else None


async def pending_of_day(database: Database, restaurant_id: int, day: date, now: datetime, limit: int) -> list[Booking]:
    """Return the day's pending bookings that are due, in order of arrival."""
    rows = await database.fetch(SQL["pending_of_day"], restaurant_id, day, now, limit)
    return [booking_from(row) for row in rows]


async def reviews_waiting_for_room(database: Database, restaurant_id: int, day: date, now: datetime) -> list[Booking]:
    """Return the day's reviews that only lack room and that nobody is working on, in order of arrival."""
    rows = await database.fetch(SQL["reviews_waiting_for_room"], restaurant_id, day, now)
    return [booking_from(row) for row in rows]


async def days_with_due_bookings(database: Database, before: datetime, limit: int) -> list[tuple[str, date]]:
    """Return the days (slug, date) with pending bookings due at or before an instant."""
    rows = await database.fetch(SQL["days_with_due_bookings"], before, limit)
    return [(row["slug"], row["service_date"]) for row in rows]


async def orphans(database: Database, now: datetime, grace_s: float, limit: int) -> list[UUID]:
    """Return bookings between two states whose owner is gone for longer than the grace."""
    return [row["id"] for row in await database.fetch(SQL["orphans"], now, grace_s, limit)]


async def overdue_reviews(database: Database, now: datetime, limit: int) -> list[UUID]:
    """Return reviews whose deadline has passed."""
    return [row["id"] for row in await database.fetch(SQL["overdue_reviews"], now, limit)]


async def claim_review(
    connection: Connection, booking_id: UUID, who: str | None, key: UUID | None, until: datetime | None
) -> None:
    """Note whose review it is (None: nobody's) and until when; the caller has locked it and looked at its claim."""
    await connection.execute(SQL["claim_review"], booking_id, who, key, until)


async def update_guest(connection: Connection, guest: Guest) -> None:
    """Write a guest's details."""
    await connection.execute(SQL["update_guest"], guest.id, guest.name, guest.email, guest.phone, guest.locale)


async def insert_consents(connection: Connection, consents: Sequence[Row]) -> None:
    """Append dated consents."""
    await connection.execute(SQL["insert_guest_consents"], list(consents))


async def insert_attempts(connection: Connection, attempts: Sequence[Row]) -> None:
    """Append the rounds of a decision."""
    await connection.execute(SQL["insert_attempts"], list(attempts))


async def ledger_of_key(database: Database, credential_id: UUID, restaurant_id: int, key: str) -> Ledger | None:
    """Return the ledger's entry of an idempotency key."""
    row = await database.fetchrow(SQL["idempotent_answer"], credential_id, restaurant_id, key)
    return Ledger(credential_id, restaurant_id, key, **dict(row)) if row else None


async def settle_answer(database: Database, credential_id: UUID, restaurant_id: int, key: str, answer: Row) -> None:
    """Store the answer of a key that has not been given yet; a settled one stays as it is."""
    await database.execute(SQL["settle_idempotency_answer"], credential_id, restaurant_id, key, answer)


async def purge_keys(database: Database, before: datetime) -> None:
    """Forget idempotency keys older than an instant."""
    await database.execute(SQL["purge_idempotency_keys"], before)
