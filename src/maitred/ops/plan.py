"""The plan of the room as a drawing: where each table stands, which are joined, and where the zones are.

Geometry only, in centimetres, for SVG attributes. A venue that gives no positions is laid out by zone, row by row;
tables without one, in a room where others have theirs, stand in rows below it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, sqrt
from typing import Final

from maitred.domain.venue_model import Table, Venue, natural_key

STEP: Final = 180
"""From one table's middle to the next, in a row that we laid out."""
MARGIN: Final = 20
TITLE: Final = 60
"""Room for a zone's name above its tables."""
MOST_IN_A_ROW: Final = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """One table as it is drawn; `x`, `y` are its middle."""

    id: str
    zone: str
    x: int
    y: int
    width: int
    height: int
    round: bool
    seats: int

    @property
    def left(self) -> int:
        """Where it begins."""
        return self.x - self.width // 2

    @property
    def top(self) -> int:
        """Where it begins from above."""
        return self.y - self.height // 2


@dataclass(frozen=True, slots=True)
class Frame:
    """One zone: its name above a box around its tables."""

    id: str
    name: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """A join, from middle to middle."""

    a: Spot
    b: Spot


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole plan; spots in natural order of zone and id, which is the order of reading."""

    width: int
    height: int
    frames: tuple[Frame, ...]
    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]


@lru_cache(maxsize=64)
def _drawn(
    zones: tuple[tuple[str, str], ...], tables: tuple[Table, ...], joins: tuple[tuple[str, str], ...]
) -> Drawing:
    placed = {table.id: _spot(table, table.position.x, table.position.y) for table in tables if table.position}
    below = max((spot.y + STEP // 2 for spot in placed.values()), default=0)
    for spot in _in_rows(zones, [table for table in tables if not table.position], below, len(tables)):
        placed[spot.id] = spot
    frames = tuple(_frame(zone, [spot for spot in placed.values() if spot.zone == zone[0]]) for zone in zones)
    frames = tuple(frame for frame in frames if frame.width)
    if not any(table.position for table in tables):  # our own rows: zones one below the other, of one breadth
        broadest = max((frame.width for frame in frames), default=0)
        left = min((frame.left for frame in frames), default=0)
        frames = tuple(replace(frame, left=left, width=broadest) for frame in frames)
    order = {zone: place for place, (zone, _) in enumerate(zones)}
    spots = tuple(sorted(placed.values(), key=lambda spot: (order.get(spot.zone, 99), natural_key(spot.id))))
    width = max((frame.left + frame.width for frame in frames), default=0) + MARGIN
    height = max((frame.top + frame.height for frame in frames), default=0) + MARGIN
    lines = tuple(Line(placed[a], placed[b]) for a, b in joins)
    return Drawing(width, height, frames, spots, lines)


def drawing(venue: Venue) -> Drawing:
    """Return the plan of a venue's room."""
    zones = tuple((zone.id, zone.name) for zone in venue.zones)
    return _drawn(zones, venue.tables, tuple((join.a, join.b) for join in venue.joins))


def _spot(table: Table, x: int, y: int) -> Spot:
    seats = table.capacity
    if table.shape == "round" or (table.shape is None and seats <= 2):
        size = 90 if seats <= 2 else 120 if seats <= 4 else 150
        return Spot(table.id, table.zone, x, y, size, size, True, seats)
    if table.shape == "long" or (table.shape is None and seats > 4):
        return Spot(table.id, table.zone, x, y, min(170, 110 + 10 * (seats - 4)), 100, False, seats)
    return Spot(table.id, table.zone, x, y, 110, 110, False, seats)


def _in_rows(zones: Iterable[tuple[str, str]], tables: Sequence[Table], top: int, all_of_them: int) -> Iterator[Spot]:
    """Place tables row by row, each zone below the one before, as broad as the room has tables for."""
    across = max(3, min(MOST_IN_A_ROW, ceil(sqrt(all_of_them * 1.6))))
    for zone, _ in zones:
        own = sorted((table for table in tables if table.zone == zone), key=lambda table: natural_key(table.id))
        for place, table in enumerate(own):
            row, column = divmod(place, across)
            yield _spot(table, MARGIN + STEP // 2 + column * STEP, top + TITLE + STEP // 2 + row * STEP)
        if own:
            top += TITLE + 2 * MARGIN + STEP * ceil(len(own) / across)


def _frame(zone: tuple[str, str], spots: Sequence[Spot]) -> Frame:
    if not spots:
        return Frame(*zone, 0, 0, 0, 0)
    pad = 40
    left = max(MARGIN // 2, min(spot.left for spot in spots) - pad)
    top = max(MARGIN // 2, min(spot.top for spot in spots) - pad // 2 - TITLE)
    right = max(spot.left + spot.width for spot in spots) + pad
    bottom = max(spot.top + spot.height for spot in spots) + pad
    return Frame(*zone, left, top, right - left, bottom - top)
