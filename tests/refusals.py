"""An independent look at refusals: was there really nothing free?"""

from collections.abc import Mapping, Sequence
from typing import Any

import judge


def untrue_refusals(
    scenario: Mapping[str, Any], seating: Mapping[str, Sequence[str]], refused: Sequence[str]
) -> list[str]:
    """Find refused parties that a free set could have seated at the end: it was free at their decision too."""
    floor = judge.Floor(scenario["venue"])
    asked, _ = judge.bookings_of(scenario)
    taken = [(set(tables), *floor.window(asked[booking])) for booking, tables in seating.items()]
    untrue = []
    for booking in refused:
        start, end = floor.window(asked[booking])
        busy = set().union(*(tables for tables, lo, hi in taken if start < hi and lo < end))
        free = [tables for tables in floor.sets if not tables & busy and floor.fits(tables, asked[booking])]
        untrue += [f"{booking}: {sorted(free[0])} was free"] if free else []
    return untrue
