"""The floor under the burst: the same bookings by bare Postgres, in two statements each, and nothing else.

The first accepts (booking, history, event, idempotency key), the second confirms (seat under an exclusion
constraint, state, history, event). No HTTP, no locks, no bus, no decision: who does less is not a booking system.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import asyncpg
from hall import SEATINGS, TURN_MINUTES, Ask

CONNECTIONS: Final = 8

SCHEMA: Final = """
DROP SCHEMA IF EXISTS bench_floor CASCADE;
CREATE SCHEMA bench_floor;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE bench_floor.bookings (
    id uuid PRIMARY KEY, restaurant integer NOT NULL, starts_at timestamptz NOT NULL, party integer NOT NULL,
    state text NOT NULL, version integer NOT NULL);
CREATE INDEX ON bench_floor.bookings (restaurant, starts_at);
CREATE TABLE bench_floor.history (
    booking uuid REFERENCES bench_floor.bookings, version integer, state text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (booking, version));
CREATE TABLE bench_floor.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, booking uuid NOT NULL, kind text NOT NULL);
CREATE TABLE bench_floor.keys (key text PRIMARY KEY, booking uuid NOT NULL);
CREATE TABLE bench_floor.seats (
    booking uuid REFERENCES bench_floor.bookings, tbl integer NOT NULL, during tstzrange NOT NULL,
    EXCLUDE USING gist (tbl WITH =, during WITH &&));
"""
ACCEPT: Final = """
WITH booking AS (INSERT INTO bench_floor.bookings VALUES ($1, 1, $2, $3, 'pending', 1) RETURNING id),
     history AS (INSERT INTO bench_floor.history SELECT id, 1, 'pending' FROM booking),
     event AS (INSERT INTO bench_floor.outbox (booking, kind) SELECT id, 'created' FROM booking)
INSERT INTO bench_floor.keys SELECT $4, id FROM booking
"""
CONFIRM: Final = """
WITH seat AS (INSERT INTO bench_floor.seats VALUES ($1, $2, tstzrange($3, $4))),
     history AS (INSERT INTO bench_floor.history VALUES ($1, 2, 'confirmed')),
     event AS (INSERT INTO bench_floor.outbox (booking, kind) VALUES ($1, 'confirmed'))
UPDATE bench_floor.bookings SET state = 'confirmed', version = 2 WHERE id = $1 AND version = 1
"""


async def confirmed_per_s(database_url: str, asked: list[Ask]) -> float:
    """This runs the floor once and returns its bookings per second."""
    pool = await asyncpg.create_pool(database_url, min_size=CONNECTIONS, max_size=CONNECTIONS)
    try:
        await pool.execute(SCHEMA)
        begun = perf_counter()
        queue = enumerate(asked)
        await asyncio.gather(*(_book(pool, queue) for _ in range(CONNECTIONS)))
        elapsed = perf_counter() - begun
        confirmed = await pool.fetchval("SELECT count(*) FROM bench_floor.bookings WHERE state = 'confirmed'")
        assert confirmed == len(asked), f"the floor confirmed {confirmed} of {len(asked)}"
        await pool.execute("DROP SCHEMA bench_floor CASCADE")
    finally:
        await pool.close()
    return len(asked) / elapsed


async def _book(pool: "asyncpg.Pool[Any]", queue: Iterator[tuple[int, Ask]]) -> None:
    async with pool.acquire() as connection:
        for n, ask in queue:
            booking, ends_at = uuid4(), ask.starts_at + timedelta(minutes=TURN_MINUTES)
            await connection.execute(ACCEPT, booking, ask.starts_at, ask.party_size, f"{booking}")
            await connection.execute(CONFIRM, booking, n // len(SEATINGS), ask.starts_at, ends_at)
