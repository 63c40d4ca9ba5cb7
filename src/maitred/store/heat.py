"""Covers by service or hour of many days, added up in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from maitred.domain.heat import Cell
from maitred.store.database import Database
from maitred.store.sql import SQL


async def covers(
    database: Database, restaurant_id: int, asked: Sequence[Cell], by: Literal["service", "hour"], states: Sequence[str]
) -> dict[int, tuple[int, int]]:
    """Return (covers, parties) by the place of a cell in `asked`; cells without anybody are left out."""
    days = [cell.date for cell in asked]
    begins, ends = [cell.counts[0] for cell in asked], [cell.counts[1] for cell in asked]
    name = "covers_starting" if by == "service" else "covers_sitting"
    rows = await database.fetch(SQL[name], restaurant_id, days, begins, ends, list(states))
    return {row["number"] - 1: (round(row["covers"]), row["parties"]) for row in rows}


async def blocks(
    database: Database, restaurant_id: int, window: tuple[datetime, datetime]
) -> list[tuple[str, datetime, datetime]]:
    """Return when which tables are closed, by the venue's document or by hand."""
    rows = await database.fetch(SQL["blocks_between"], restaurant_id, *window)
    return [(row["table_id"], row["starts_at"], row["ends_at"]) for row in rows]
