"""How full each service or hour of some days is: covers against what the house could seat (domain/heat.py)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from maitred.domain.booking import State
from maitred.domain.calendar import day_bounds, windows
from maitred.domain.errors import InvalidInput
from maitred.domain.heat import By, Cell, Span, cells
from maitred.store import heat
from maitred.store.database import Database
from maitred.usecases.desk import OpenVenue

LONGEST_DAYS: Final = 92
NEVER_COUNTED: Final = frozenset({State.CANCELLED, State.FAILED, State.NO_SHOW})
COUNTED: Final = frozenset(State) - NEVER_COUNTED


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One service or hour: its guests against what it could seat.

    Of a service `covers` are those of parties that start in it; of an hour they are the guests at table, on average.
    """

    cell: Cell
    covers: int
    parties: int

    @property
    def share(self) -> float | None:
        """How full it is; None where nobody can be seated."""
        return self.covers / self.cell.capacity if self.cell.capacity else None


@dataclass(frozen=True, slots=True)
class HeatDay:
    """One day; `closed_reason` is set when it has no service."""

    date: date
    closed_reason: str | None
    cells: tuple[HeatCell, ...]


async def heatmap(
    database: Database,
    place: OpenVenue,
    first: date,
    last: date,
    *,
    by: By = "service",
    states: Collection[State] = COUNTED,
) -> list[HeatDay]:
    """Return every day from `first` to `last`; cancelled, failed and no-show bookings never count.

    Raises InvalidInput (`empty_range`, `too_long_range`, and `never_counted` for a state that is not).
    """
    _check(first, last, states)
    venue, days = place.venue, [first + timedelta(days=n) for n in range((last - first).days + 1)]
    window = day_bounds(venue, first)[0], day_bounds(venue, last)[1]
    blocks = await _blocks(database, place, window)
    asked = [cell for day in days for cell in cells(venue, day, by, blocks)]
    counted = await heat.covers(database, place.restaurant_id, asked, by, sorted(states))
    found: dict[date, list[HeatCell]] = {day: [] for day in days}
    for number, cell in enumerate(asked):
        found[cell.date].append(HeatCell(cell, *counted.get(number, (0, 0))))
    return [_day(place, day, tuple(of_day)) for day, of_day in found.items()]


def _check(first: date, last: date, states: Collection[State]) -> None:
    if last < first:
        raise InvalidInput("The range ends before it starts.", field="to", code="empty_range")
    if (last - first).days >= LONGEST_DAYS:
        raise InvalidInput(f"A range has {LONGEST_DAYS} days at most.", field="to", code="too_long_range")
    never = sorted(NEVER_COUNTED.intersection(states))
    if never:
        raise InvalidInput(f"Bookings that are {never[0]} are never counted.", field="state", code="never_counted")


async def _blocks(database: Database, place: OpenVenue, window: tuple[datetime, datetime]) -> Mapping[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for table, *span in await heat.blocks(database, place.restaurant_id, window):
        found.setdefault(table, []).append((span[0], span[1]))
    return found


def _day(place: OpenVenue, day: date, found: tuple[HeatCell, ...]) -> HeatDay:
    if windows(place.venue, day):
        return HeatDay(day, None, found)
    return HeatDay(day, closed_reason(place, day), tuple(one for one in found if one.covers))


def closed_reason(place: OpenVenue, day: date) -> str:
    """Say why the house is closed on a day, in the words of its document; empty when it gives none."""
    for closure in place.venue.closures:
        if closure.first <= day <= closure.last:
            return closure.reason
    return next((one.reason for one in place.venue.date_overrides if one.date == day), "")
