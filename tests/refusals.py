"""An independent look at refusals: was there really nothing free?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg

import judge
from running import RunningMaitred

Left = tuple[str, Sequence[str]]


async def left_by_moves(running: RunningMaitred, slug: str) -> list[Left]:
    """Return who of a restaurant was moved (by the scenario's id), and the tables they left for others."""
    connection = await asyncpg.connect(running.facts["engines"]["postgres"]["url"])
    try:
        rows = await connection.fetch(
            "SELECT b.external_ref, array(SELECT jsonb_array_elements_text(h.reason_data->'from')) AS tables "
            "FROM maitred.booking_history h JOIN maitred.bookings b ON b.id = h.booking_id "
            "JOIN maitred.restaurants r ON r.id = b.restaurant_id WHERE r.slug = $1 AND h.action = 'move'",
            slug,
        )
    finally:
        await connection.close()
    return [(row["external_ref"], row["tables"]) for row in rows]


def untrue_refusals(
    scenario: Mapping[str, Any],
    seating: Mapping[str, Sequence[str]],
    refused: Sequence[str],
    left: Iterable[Left] = (),
) -> list[str]:
    """Find refused parties that a free set could have seated at the end: it was free at their decision too.

    But for tables that somebody had then and has `left` since, to make room for one who came later.
    """
    floor = judge.Floor(scenario["venue"])
    asked, _ = judge.bookings_of(scenario)
    taken = [(set(tables), *floor.window(asked[booking])) for booking, tables in seating.items()]
    taken += [(set(tables), *floor.window(asked[booking])) for booking, tables in left]
    untrue = []
    for booking in refused:
        start, end = floor.window(asked[booking])
        busy = set().union(*(tables for tables, lo, hi in taken if start < hi and lo < end))
        free = [tables for tables in floor.sets if not tables & busy and floor.fits(tables, asked[booking])]
        untrue += [f"{booking}: {sorted(free[0])} was free"] if free else []
    return untrue
