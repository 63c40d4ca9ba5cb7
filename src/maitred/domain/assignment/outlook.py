"""What a plan takes from the parties still likely to come.

For every size of party that is likely and every later or earlier start of the same service, the floor offers some
number of free sets. A plan that uses one of three free tables takes a third of what is left for that party. So the
last large table, a table that others need to be joined, and a gap that would be left too short for any turn all cost
by one measure, and filling a gap that nobody else could use costs nothing.

Shares are integers packed side by side, one lane for each table: adding up a night is a few dozen additions of long
integers, and equal input gives equal sums whatever the order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from maitred.domain.availability import Snapshot, micros
from maitred.domain.calendar import ServiceWindow, find_window
from maitred.domain.floor import Floor, TableSet
from maitred.domain.venue_model import Venue

LIKELY: Final = ((2, 0.57), (4, 0.30), (6, 0.11), (8, 0.05), (10, 0.02))
"""Sizes of party and how common each is, the size between counted with the next: what restaurants see anywhere."""
LARGE: Final = 5
"""From this size on a party is large: it needs a large table or a join."""

_LANE: Final = 48
_LANE_BITS: Final = (1 << _LANE) - 1
_UNIT: Final = 1_000_000
_REMEMBERED: Final = 8192
_FINEST_MINUTES: Final = 15


@dataclass(frozen=True, slots=True)
class Outlook:
    """What each table means to likely parties, counted in covers and packed in lanes."""

    small: int = 0
    large: int = 0

    def small_parties(self, tables: TableSet) -> float:
        """This is what a plan takes from parties of up to four."""
        return _sum_of_lanes(self.small, tables.mask)

    def large_parties(self, tables: TableSet) -> float:
        """This is what a plan takes from parties of five and more."""
        return _sum_of_lanes(self.large, tables.mask)


BLANK: Final = Outlook()
"""Nobody else is expected: outside the hours of service, or for a floor looked at by itself."""


class _Likely(NamedTuple):
    party: int
    covers: int
    """How many of them to expect, times their size, in millionths."""
    stay: int
    """µs, buffer included."""


def outlook(snapshot: Snapshot, venue: Venue, starts_at: datetime, ends_at: datetime) -> Outlook:
    """This looks at every start of the same service whose parties would meet the window."""
    service = find_window(venue, starts_at)
    if service is None:
        return BLANK
    small = large = 0
    for likely in _likely(venue):
        found = sum(
            _shares(snapshot.floor, likely, snapshot.busy_between(at, at + likely.stay))
            for at in _starts(venue, service, micros(starts_at) - likely.stay, micros(ends_at))
        )
        small, large = (small, large + found) if likely.party >= LARGE else (small + found, large)
    return Outlook(small, large)


def _likely(venue: Venue) -> Iterator[_Likely]:
    most = max((row.max_party for row in venue.turn_minutes), default=0)
    for party, share in LIKELY:
        if party <= most:
            stay = timedelta(minutes=venue.turn_for(party) + venue.buffer_minutes)
            yield _Likely(party, round(party * share * _UNIT), stay // timedelta(microseconds=1))


def _starts(venue: Venue, service: ServiceWindow, after: int, before: int) -> range:
    """This is the starts strictly between two instants, on the service's own grid."""
    step = max(venue.slot_minutes, _FINEST_MINUTES) * 60 * _UNIT
    first, last = micros(service.opens_at), micros(service.last_seating_at)
    skipped = max(0, (after - first) // step + 1)
    return range(first + skipped * step, min(before, last + 1), step)


def _shares(floor: Floor, likely: _Likely, busy: int) -> int:
    """This is each table's share of the free sets for a party, worth its covers; remembered on the floor."""
    known = floor.memory.get((likely.party, busy))
    if known is None:
        free = [lanes for mask, lanes in _sets_in_lanes(floor, likely.party) if not mask & busy]
        known = sum(free) * (likely.covers // len(free)) if free else 0
        if len(floor.memory) >= _REMEMBERED:
            floor.memory.clear()
        floor.memory[likely.party, busy] = known
    return known


def _sets_in_lanes(floor: Floor, party: int) -> list[tuple[int, int]]:
    known = floor.lanes.get(party)
    if known is None:
        known = [(s.mask, _in_lanes(s.mask)) for s in floor.candidates(party)]
        floor.lanes[party] = known
    return known


def _in_lanes(mask: int) -> int:
    return sum(1 << _LANE * place for place in _places(mask))


def _sum_of_lanes(packed: int, mask: int) -> float:
    return sum(packed >> _LANE * place & _LANE_BITS for place in _places(mask)) / _UNIT


def _places(mask: int) -> Iterator[int]:
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1
