"""Making room: which confirmed parties change tables so that one more can be seated.

The search is in `ejection`: it seats the newcomer and re-seats whoever that puts out, until everybody sits. This page
says who may be moved and to where, proves the hopeless cases in passing, and makes the answer as small as it can be.

Pure and repeatable: parties are numbered by start and id, and what the search draws by lot comes from a fixed seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from maitred.domain.assignment.ejection import Evening, Party, Way, search
from maitred.domain.assignment.fewer import fewer_moves
from maitred.domain.assignment.model import Move, SeatingRequest
from maitred.domain.availability import Movable, Occupancy, Snapshot, micros
from maitred.domain.floor import Floor


@dataclass(frozen=True, slots=True)
class MoveRules:
    """What a decision may do to those already seated.

    `budget` is the most parties it may move, `freeze_minutes` how long before its start a party's tables are fixed.
    `effort` bounds the seatings tried: a decision must not take long, and running into it reads as "no room".
    """

    budget: int = 60
    freeze_minutes: int = 60
    effort: int = 2500


MOVES: Final = MoveRules()
NO_MOVES: Final = MoveRules(budget=0)


def find_moves(request: SeatingRequest, snapshot: Snapshot, rules: MoveRules = MOVES) -> tuple[Move, ...]:
    """This finds moves that make room for a party, few of them where few are enough; none: no room was found.

    The answer has been checked: nobody overlaps, and every set is allowed for its party.
    """
    if rules.budget < 1 or not snapshot.movable:
        return ()
    evening = _evening(request, snapshot, rules)
    if evening.overfull():
        return ()
    for found in search(evening, rules.effort):
        placed = fewer_moves(evening, found)
        moves = _moves(evening, placed, snapshot.floor)
        if len(moves) <= rules.budget:
            assert evening.sound(placed), "the search broke a rule of seating"
            return moves
    return ()


def _moves(evening: Evening, placed: Sequence[Way], floor: Floor) -> tuple[Move, ...]:
    names = list(floor.bit)
    return tuple(
        Move(party.key, _named(names, party.home), _named(names, way))
        for party, way in zip(evening.parties, placed, strict=True)
        if party.home and sorted(way) != sorted(party.home)
    )


def _named(names: Sequence[str], way: Way) -> tuple[str, ...]:
    return tuple(sorted(names[place] for place in way))


def _evening(request: SeatingRequest, snapshot: Snapshot, rules: MoveRules) -> Evening:
    """This parts those who may be moved now, in order of start and id, from what is fixed."""
    movable, fixed = _parted(snapshot, rules)
    start, end = micros(request.starts_at), micros(request.ends_at)
    edges = {
        start,
        end,
        *(micros(at) for row in (*fixed, *(r for _, r in movable)) for at in (row.starts_at, row.ends_at)),
    }
    clock = _Clock({at: index for index, at in enumerate(sorted(edges))})
    place = {table_id: index for index, table_id in enumerate(snapshot.floor.bit)}
    taken = [0] * len(place)
    for row in fixed:
        taken[place[row.table_id]] |= clock.span(micros(row.starts_at), micros(row.ends_at))
    parties = [_seated(guest, row, snapshot, clock, place) for guest, row in movable]
    newcomer = Party(request.key, clock.span(start, end), _ways_of(request, snapshot.floor, place))
    return Evening((*parties, newcomer), tuple(taken))


@dataclass(frozen=True, slots=True)
class _Clock:
    """Instants in order: a window is the bits from its first to the one before its last."""

    index: dict[int, int]

    def span(self, start: int, end: int) -> int:
        """This is a window as bits; two windows meet when they share one."""
        return (1 << self.index[end]) - (1 << self.index[start])


def _parted(snapshot: Snapshot, rules: MoveRules) -> tuple[list[tuple[Movable, Occupancy]], list[Occupancy]]:
    frozen_until = snapshot.read_at + timedelta(minutes=rules.freeze_minutes)
    movable: list[tuple[Movable, Occupancy]] = []
    fixed: list[Occupancy] = []
    for owner, rows in snapshot.owners():
        guest = snapshot.movable.get(owner)
        together = len({(row.starts_at, row.ends_at) for row in rows}) == 1
        if guest is not None and together and rows[0].starts_at > frozen_until:
            movable.append((guest, rows[0]))
        else:
            fixed += rows
    return sorted(movable, key=lambda one: (one[1].starts_at, one[0].order, one[0].booking_id)), fixed


def _seated(guest: Movable, row: Occupancy, snapshot: Snapshot, clock: _Clock, place: dict[str, int]) -> Party:
    home = tuple(place[one.table_id] for one in snapshot.of_owner(guest.booking_id))
    span = clock.span(micros(row.starts_at), micros(row.ends_at))
    ways = _ways(snapshot.floor, place, guest.party_size, guest.accessible, guest.promised_zone)
    if guest.single_only:
        ways = tuple(way for way in ways if len(way[0]) == 1)
    return Party(guest.booking_id, span, ways, home)


def _ways_of(request: SeatingRequest, floor: Floor, place: dict[str, int]) -> tuple[tuple[Way, int], ...]:
    ways = _ways(floor, place, request.party_size, request.accessible, None)
    excluded = {tuple(sorted(place[t] for t in tables if t in place)) for tables in request.excluded_sets}
    return tuple(way for way in ways if tuple(sorted(way[0])) not in excluded)


def _ways(
    floor: Floor, place: dict[str, int], party: int, accessible: bool, zone: str | None
) -> tuple[tuple[Way, int], ...]:
    """This lists the sets a party may be given, each with what it wastes in tenths of a seat; kept with the floor.

    The waste is counted as the score counts it, but in whole numbers.
    """
    known = floor.ways.get((party, accessible, zone))
    if known is None:
        known = tuple(
            (
                tuple(place[t] for t in one.tables),
                10 * (one.capacity - party) + 5 * (len(one.tables) - 1) + 3 * (one.accessible and not accessible),
            )
            for one in floor.candidates(party, accessible)
            if zone in (None, one.zone)
        )
        floor.ways[party, accessible, zone] = known
    return known
