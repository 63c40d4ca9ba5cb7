"""Making room: which confirmed parties change tables so that one more can be seated.

For every party a way to be seated is a set of tables, and in its way stand some parties that may be moved. Moving a
group of parties works when the new party and each of the group have a way in which nobody but the group stands, and
these ways do not meet. So the search is one over groups: start from those in the new party's way, and while somebody
in the group has no way, add who stands in one of theirs. Groups are bit masks and grow one size at a time, hence the
fewest moves are found first, and a group of the largest size is only looked at when it closes. Up to its bound on
effort the search is complete: when it finds nothing, no moves within the budget would help.

Pure and repeatable: parties are numbered by start and id, groups are visited in order of their numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from typing import Final, NamedTuple

from maitred.domain.assignment.model import Move, SeatingRequest
from maitred.domain.availability import Movable, Occupancy, Snapshot, micros
from maitred.domain.floor import Floor, TableSet


@dataclass(frozen=True, slots=True)
class MoveRules:
    """What a decision may do to those already seated.

    `budget` is the most parties it may move, `freeze_minutes` how long before its start a party's tables are fixed.
    `effort` bounds the groups looked at: a decision must not take long, and running into it reads as "no room".
    """

    budget: int = 3
    freeze_minutes: int = 60
    effort: int = 1000


MOVES: Final = MoveRules()
NO_MOVES: Final = MoveRules(budget=0)

_PLACINGS = 300
"""The most placings tried for one group: a bound on time, generous for three or four parties."""
_WAYS_EFFORT = 3
"""Working out one party's ways costs about as much as looking at this many groups."""


def find_moves(request: SeatingRequest, snapshot: Snapshot, rules: MoveRules = MOVES) -> tuple[Move, ...]:
    """This finds the fewest moves that make room for a party, of equals the ones that waste least; none: no room.

    The answer has been checked: nobody overlaps, and every set is allowed for its party.
    """
    if rules.budget < 1 or not snapshot.movable:
        return ()
    movable, fixed = _parties(snapshot, rules)
    placed = _Search([*movable, _newcomer(request, snapshot)], fixed, rules).best()
    moves = tuple(
        Move(movable[number].key, movable[number].tables, way.tables)
        for number, way in sorted(placed.items())
        if number < len(movable)
    )
    assert not moves or _sound(moves, request, snapshot), "the search broke a rule of seating"
    return moves


class _Party(NamedTuple):
    """One party that can be placed: whoever asks, or somebody who may be moved. Times are µs."""

    key: str
    size: int
    start: int
    end: int
    ways: tuple[TableSet, ...]
    accessible: bool
    tables: tuple[str, ...] = ()
    mask: int = 0
    seats: int = 0

    def meets(self, other: "_Party | _Fixed") -> bool:
        """This says whether two are there at the same time."""
        return self.start < other.end and other.start < self.end

    def loss(self, tables: Sequence[str], seats: int, accessible: bool) -> int:
        """This is what a way wastes, in tenths of a seat; as the score counts it, but whole."""
        return 10 * (seats - self.size) + 5 * (len(tables) - 1) + 3 * (accessible and not self.accessible)


class _Fixed(NamedTuple):
    """Tables that stay as they are: frozen or pinned parties, holds and blocks."""

    start: int
    end: int
    mask: int


def _newcomer(request: SeatingRequest, snapshot: Snapshot) -> _Party:
    excluded = {frozenset(tables) for tables in request.excluded_sets}
    fitting = snapshot.floor.candidates(request.party_size, request.accessible)
    ways = tuple(way for way in fitting if frozenset(way.tables) not in excluded)
    start, end = micros(request.starts_at), micros(request.ends_at)
    return _Party(request.key, request.party_size, start, end, ways, request.accessible)


def _parties(snapshot: Snapshot, rules: MoveRules) -> tuple[list[_Party], list[_Fixed]]:
    """This parts those who may be moved now, in order of start and id, from what is fixed."""
    frozen_until = snapshot.read_at + timedelta(minutes=rules.freeze_minutes)
    movable, fixed = [], []
    for owner, rows in snapshot.owners():
        guest = snapshot.movable.get(owner)
        together = len({(row.starts_at, row.ends_at) for row in rows}) == 1
        if guest is not None and together and rows[0].starts_at > frozen_until:
            movable.append(_seated(guest, rows, snapshot))
        else:
            bit = snapshot.floor.bit
            fixed += [_Fixed(micros(row.starts_at), micros(row.ends_at), bit[row.table_id]) for row in rows]
    return sorted(movable, key=lambda party: (party.start, party.key)), fixed


def _seated(guest: Movable, rows: Sequence[Occupancy], snapshot: Snapshot) -> _Party:
    floor = snapshot.floor
    tables = tuple(sorted(row.table_id for row in rows))
    return _Party(
        key=guest.booking_id,
        size=guest.party_size,
        start=micros(rows[0].starts_at),
        end=micros(rows[0].ends_at),
        ways=_ways_elsewhere(guest, floor.mask(tables), floor),
        accessible=guest.accessible,
        tables=tables,
        mask=floor.mask(tables),
        seats=floor.seats(tables),
    )


def _ways_elsewhere(guest: Movable, here: int, floor: Floor) -> tuple[TableSet, ...]:
    """This lists the other sets that keep what the guests were promised."""
    fitting = floor.candidates(guest.party_size, guest.accessible)
    return tuple(way for way in fitting if way.mask != here and guest.promised_zone in (None, way.zone))


class _Option(NamedTuple):
    """One way to place a party; sorts by what it wastes."""

    loss: int
    order: int
    way: TableSet


_Ways = dict[int, list[_Option]]
"""A party's ways by who stands in them (as bits; 0 is nobody)."""


class _Search:
    """One search. The newcomer is not among the bits of a group: everybody in a group makes room for them."""

    def __init__(self, parties: Sequence[_Party], fixed: Sequence[_Fixed], rules: MoveRules) -> None:
        self._parties, self._fixed, self._rules = parties, fixed, rules
        self._newcomer = len(parties) - 1
        self._effort = 0
        self._ways: dict[int, _Ways] = {}
        self._closers: dict[int, dict[int, int]] = {}
        self._groups: list[set[int]] = [set() for _ in range(rules.budget + 1)]

    def best(self) -> dict[int, TableSet]:
        """This is a way for everybody in the best group, by number; empty when there is none."""
        self._visit(0)
        for groups in self._groups:
            found = [placing for group in sorted(groups) if (placing := self._visit(group))]
            if found:
                return min(found, key=lambda placing: placing.loss).ways
        return {}

    def _visit(self, group: int) -> "_Placing | None":
        """This places a group, or else queues the wider groups that it leads to."""
        if self._effort >= self._rules.effort:
            return None
        self._effort += 1
        within = _subsets(group)
        members = [*_numbers(group), self._newcomer]
        stuck = [number for number in members if self._ways_of(number).keys().isdisjoint(within)]
        placing = None if stuck else self._placed(members, within)
        if placing is None:
            self._widen(group, within, members, stuck)
        return placing

    def _widen(self, group: int, within: list[int], members: list[int], stuck: list[int]) -> None:
        room = self._rules.budget - group.bit_count()
        if room == 1:
            self._close(group, within, members, stuck)
        elif room > 1:
            fewest = min(stuck, key=lambda number: (len(self._ways[number]), number), default=None)
            for number in members if fewest is None else (fewest,):
                self._queue({group | others for others in self._ways[number]} - {group})

    def _queue(self, groups: Iterable[int]) -> None:
        """This queues groups by size; one of the largest size only when nobody in it is stuck."""
        for group in groups:
            size = group.bit_count()
            if size < self._rules.budget or (size == self._rules.budget and self._closed(group)):
                self._groups[size].add(group)

    def _close(self, group: int, within: list[int], members: list[int], stuck: list[int]) -> None:
        """This queues the groups wider by one in which nobody is stuck; with nobody stuck, by anybody in the way."""
        closing = [self._closing(number, within) for number in stuck or members]
        last = reduce(and_ if stuck else or_, closing) & ~group
        for number in _numbers(last):
            if not self._ways_of(number).keys().isdisjoint(within):
                self._groups[-1].add(group | 1 << number)

    def _closing(self, number: int, within: list[int]) -> int:
        """This is every party (as bits) that alone stands in a way of one party, beside the group."""
        closers = self._closers[number]
        return reduce(or_, (closers.get(some, 0) for some in within), 0)

    def _closed(self, group: int) -> bool:
        within = _subsets(group)
        return not any(self._ways_of(number).keys().isdisjoint(within) for number in _numbers(group))

    def _placed(self, members: list[int], within: list[int]) -> "_Placing | None":
        options = (
            _Options(n, self._parties[n], sorted(o for some in within for o in self._ways[n].get(some, ())))
            for n in members
        )
        return _Placer(options).best()

    def _ways_of(self, number: int) -> _Ways:
        known = self._ways.get(number)
        if known is None:
            known = self._ways[number] = self._found_ways(self._parties[number])
            self._closers[number] = _closers(known)
            self._effort += _WAYS_EFFORT
        return known

    def _found_ways(self, party: _Party) -> _Ways:
        """This leaves out ways that would need more moves than the budget allows."""
        blocked = reduce(or_, (rest.mask for rest in self._fixed if party.meets(rest)), 0)
        owners = self._owners(party)
        before = party.loss(party.tables, party.seats, accessible=False) if party.tables else 0
        found: _Ways = {}
        for way in party.ways:
            if not way.mask & blocked:
                others = 0
                for table in way.tables:
                    others |= owners.get(table, 0)
                if others.bit_count() <= self._rules.budget:
                    loss = party.loss(way.tables, way.capacity, way.accessible) - before
                    found.setdefault(others, []).append(_Option(loss, way.order, way))
        return found

    def _owners(self, party: _Party) -> dict[str, int]:
        """This says who has each table while a party is there, as bits."""
        owners: dict[str, int] = {}
        for number, other in enumerate(self._parties):
            if other is not party and party.meets(other):
                for table in other.tables:
                    owners[table] = owners.get(table, 0) | 1 << number
        return owners


class _Options(NamedTuple):
    number: int
    party: _Party
    ways: list[_Option]


class _Placing(NamedTuple):
    loss: int
    ways: dict[int, TableSet]


class _Placer:
    """Places a few parties at once: whoever has fewest options first, and back again when nothing is left."""

    def __init__(self, options: Iterable[_Options]) -> None:
        self._options = sorted(options, key=lambda option: (len(option.ways), option.number))
        self._best: _Placing | None = None
        self._tries = 0
        self._least = [0]  # what those not yet placed cost at least
        for option in reversed(self._options):
            self._least.insert(0, self._least[0] + option.ways[0].loss)

    def best(self) -> _Placing | None:
        """This is the placing with the least loss; None when there is none."""
        self._place(0, [])
        return self._best

    def _place(self, loss: int, placed: list[tuple[_Party, TableSet]]) -> None:
        if self._best is not None and loss + self._least[len(placed)] >= self._best.loss:
            return
        if len(placed) == len(self._options):
            self._best = _Placing(loss, {o.number: way for o, (_, way) in zip(self._options, placed, strict=True)})
            return
        party = self._options[len(placed)].party
        busy = reduce(or_, (way.mask for other, way in placed if party.meets(other)), 0)
        for more, _, way in self._options[len(placed)].ways:
            self._tries += 1
            if not way.mask & busy and self._tries <= _PLACINGS:
                self._place(loss + more, [*placed, (party, way)])


def _closers(ways: Iterable[int]) -> dict[int, int]:
    """This says for a group which single further party opens one of these ways."""
    found: dict[int, int] = {}
    for others in ways:
        for number in _numbers(others):
            rest = others & ~(1 << number)
            found[rest] = found.get(rest, 0) | 1 << number
    return found


def _subsets(group: int) -> list[int]:
    """This lists every part of a group, from all of it to nobody."""
    found, part = [group], group
    while part:
        part = part - 1 & group
        found.append(part)
    return found


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _sound(moves: Sequence[Move], request: SeatingRequest, snapshot: Snapshot) -> bool:
    """This checks moves against the rules of seating, by another road than the search came."""
    day = reduce(lambda rest, move: rest.without(move.booking_id), moves, snapshot)
    for move in moves:
        guest, window = snapshot.movable[move.booking_id], snapshot.of_owner(move.booking_id)[0]
        fitting = snapshot.floor.candidates(guest.party_size, guest.accessible)
        target = next((way for way in fitting if way.tables == move.to_tables), None)
        if target is None or not day.is_free(target, window.starts_at, window.ends_at):
            return False
        day = day.with_seating(
            move.booking_id, target.tables, window.starts_at, window.ends_at, guest.party_size, guest
        )
    ways = _newcomer(request, day).ways
    return any(day.is_free(way, request.starts_at, request.ends_at) for way in ways)
