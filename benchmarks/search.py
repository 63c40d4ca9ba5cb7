"""Searching for guests among a million: how long Postgres takes, as a ratio to looking one up by its id.

    python benchmarks/search.py [--guests 1000000] [--write]

A Postgres of its own, thrown away afterwards, with one restaurant and as many guests, each with a booking on one of
2,000 days. Queries are those of the API's list and of the palette (`store/search.py`), one at a time over the pool of
an API process, in turn with the floor: a booking read by its id. The mark that travels is the ratio to that floor.
The plan of each is read as well: none may scan the table of guests.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import asyncpg
import house  # noqa: F401  (puts the tests' helpers on the path)

from engines import temporary_public_directory
from maitred.client.report import Percentiles, percentiles
from maitred.domain.folding import kept_words, sought
from maitred.embedded import EmbeddedPostgres
from maitred.store.database import Database
from maitred.store.migrate import migrate
from maitred.store.search import find_bookings, search_bookings
from maitred.store.sql import SQL
from maitred.store.views import booking_view

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- search: begin -->", "<!-- search: end -->"
ROUNDS: Final = 40
FIRST_DAY: Final = date(2024, 1, 1)
DAYS: Final = 2000
TODAY: Final = FIRST_DAY + timedelta(days=DAYS // 2)
RESTAURANT: Final = 1
SYLLABLES: Final = "ka lo mi ru ber ton gar vin sel dor na fi ho zu pe wal der stein mar jo".split()  # noqa: SIM905
FAMILY: Final = ("Müller", "O’Brien", "Nguyễn", "Łukasz", "Søren", "Straße", "García-Márquez", "van der Berg", "Smith")
QUERIES: Final = (
    ("a rare name", "katonzuberselru"),
    ("two words, accents left out", "muller zoe"),
    ("a common name (1 in 100)", "nguyen"),
    ("an apostrophe left out", "obrien anna"),
    ("the last four of a number", "4711"),
    ("a number as it is dialled", "07700 900 471"),
    ("an address", "anna.4711@"),
    ("a reference as it is heard", "A0OI23"),
    ("nobody", "xyzzyplugh"),
)
SHORT: Final = (("two letters, a day", "mu"), ("one letter, a day", "m"))

COMMON: Final = 0.09  # the share of guests with one of FAMILY
MADE: Final = """
CREATE TEMP TABLE made (id uuid, name text, email text, phone text, search text, reference text)"""
PLACE: Final = """
INSERT INTO maitred.restaurants (id, slug, name, timezone, version) OVERRIDING SYSTEM VALUE
VALUES (1, 'inn', 'The Inn', 'UTC', 1)"""
GUESTS: Final = """
INSERT INTO maitred.guests (id, restaurant_id, name, email, phone, search)
SELECT id, 1, name, email, phone, search FROM made"""
BOOKINGS: Final = """
INSERT INTO maitred.bookings (id, restaurant_id, service_date, reference, guest_id, party_size, starts_at,
    turn_minutes, buffer_minutes, source, state, version)
SELECT id, 1, day, reference, id, 2, day::timestamp AT TIME ZONE 'UTC' + interval '19 hours', 90, 0,
    'web', 'confirmed', 1
FROM (SELECT *, $1::date + (hashtext(id::text) & 2147483647) % $2::int AS day FROM made) m"""

Measured = list[tuple[str, Percentiles]]


def guests(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield made-up guests with their words: id, name, email, phone, search, reference."""
    chance = Random("search")
    first = ("Zoë", "Anna", "José", "Mette", "Ilgın", "Thị", "Max", *(_made_up(chance, 2) for _ in range(900)))
    for number in range(count):
        family = chance.choice(FAMILY) if chance.random() < COMMON else _made_up(chance, chance.randint(3, 6))
        given = chance.choice(first)
        name, email = f"{given} {family}", f"{given.lower()}.{number}@example.com" if number % 2 else None
        phone, reference = f"+447{chance.randrange(10**9):09}", f"R{number:06X}"
        yield UUID(int=number + 1), name, email, phone, kept_words(name, email, phone, reference), reference


def _made_up(chance: Random, syllables: int) -> str:
    return "".join(chance.choices(SYLLABLES, k=syllables)).title()


async def fill(url: str, count: int) -> None:
    """Write the guests and their bookings; triggers sleep, the rows are as they would have left them."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(MADE)
        await connection.copy_records_to_table("made", records=guests(count))
        await connection.execute(PLACE)
        await connection.execute(GUESTS)
        await connection.execute(BOOKINGS, FIRST_DAY, DAYS)
        await connection.execute("VACUUM ANALYZE maitred.guests")
        await connection.execute("VACUUM ANALYZE maitred.bookings")
    finally:
        await connection.close()


async def measure(database: Database, count: int) -> Measured:
    """Time every query in turn with the floor."""
    chance = Random("floor")

    async def floor() -> Any:
        return await booking_view(database, UUID(int=chance.randint(1, count)))

    tried: dict[str, Callable[[], Awaitable[Any]]] = {"a booking by its id (the floor)": floor}
    for what, typed in QUERIES:
        tried[f"list: {what}"] = lambda typed=typed: search_bookings(database, RESTAURANT, typed)
        tried[f"palette: {what}"] = lambda typed=typed: find_bookings(database, RESTAURANT, typed, TODAY)
    for what, typed in SHORT:
        tried[f"palette: {what}"] = lambda typed=typed: find_bookings(database, RESTAURANT, typed, TODAY)
    took: dict[str, list[float]] = {what: [] for what in tried}
    for _ in range(ROUNDS):
        for what, ask in tried.items():
            begun = perf_counter()
            await ask()
            took[what].append((perf_counter() - begun) * 1000)
    ranked = {what: percentiles(times[ROUNDS // 8 :]) for what, times in took.items()}
    return [(what, one) for what, one in ranked.items() if one]


async def check_plans(url: str) -> None:
    """Fail when a search would read the whole table of guests."""
    connection = await asyncpg.connect(url)
    try:
        for what, typed in (*QUERIES, *SHORT):
            wanted = sought(typed)
            day = TODAY if wanted.short else None
            arguments = (RESTAURANT, wanted.first, list(wanted.others), wanted.reference, day)
            for name, more in (("search_bookings", (None, None, 50)), ("find_bookings", (12,))):
                plan = await connection.fetch(f"EXPLAIN {SQL[name]}", *arguments, *more)
                text = "\n".join(row[0] for row in plan)
                if "Seq Scan on guests" in text or ("guests_by_search" not in text and "bookings_by_day" not in text):
                    sys.exit(f"{what} ({name}) is not found by an index:\n{text}")
    finally:
        await connection.close()


def table(count: int, measured: Measured) -> str:
    """Return the results as they stand in the documentation."""
    floor = measured[0][1].p50
    head = ("asked", "p50 ms", "p95 ms", "p50 over the floor's p50", "p95 over the floor's p50")
    rows = [
        (what, f"{one.p50:.2f}", f"{one.p95:.2f}", f"{one.p50 / floor:.1f}", f"{one.p95 / floor:.1f}")
        for what, one in measured
    ]
    lines = [" | ".join(row) for row in (head, ("---", *["---:"] * 4), *rows)]
    return f"Run on {datetime.now(UTC).date()}, {count:,} guests.\n\n" + "\n".join(f"| {line} |" for line in lines)


async def run(url: str, count: int) -> Measured:
    """Migrate, fill, look at the plans, and measure."""
    await migrate(url)
    await fill(url, count)
    await check_plans(url)
    database = await Database.connect(url)
    try:
        return await measure(database, count)
    finally:
        await database.close()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guests", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    given = parser.parse_args()
    with temporary_public_directory() as directory, EmbeddedPostgres(directory) as engine:
        measured = asyncio.run(run(engine.admin_url, given.guests))
    shown = table(given.guests, measured)
    print(shown)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{shown}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
