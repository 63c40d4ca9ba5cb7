"""How it went at sets of tables, and what of it decisions had read."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from maitred.domain.assignment.model import Outcomes
from maitred.store.database import Database
from maitred.store.sql import SQL


async def of_days(
    database: Database, restaurant_id: int, since: date, until: date
) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return how often it went well at each set, out of how often it was used, from `since` to before `until`."""
    rows = await database.fetch(SQL["outcomes_of_tables"], restaurant_id, since, until)
    return {tuple(sorted(row["tables"])): (row["good"], row["total"]) for row in rows}


async def record(
    database: Database, restaurant_id: int, digest: str, days: tuple[date, date], plain: Sequence[Any], at: datetime
) -> None:
    """Keep what was learned, for who repeats a decision; once for each content."""
    await database.execute(SQL["insert_learned_outcomes"], restaurant_id, digest, *days, plain, at)


async def recorded(database: Database, restaurant_id: int, digest: str) -> Outcomes | None:
    """Return what a decision had learned, by the digest it recorded."""
    found = await database.fetchval(SQL["learned_outcomes"], restaurant_id, digest)
    return None if found is None else {tuple(tables): (good, total) for tables, good, total in found}
