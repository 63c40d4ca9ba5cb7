"""Guided ejection search: seat the newcomer, put out whoever is in the way, seat those, until nobody stands.

Whoever has to be seated takes the tables that cost least: those they put out, and seats left empty. Each time a party
puts somebody out it counts for more, so the hard ones come to rest first and the search leaves its own loops. A short
and gentle pass comes first, because it finds the answers with few moves.

Source: Y. Nagata and O. Bräysy, "A powerful route minimization heuristic for the vehicle routing problem with time
windows", Operations Research Letters 37 (2009), with tables in the place of routes.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

Way = tuple[int, ...]
"""A set of tables, by their places on the floor."""


class Party(NamedTuple):
    """One party that can be placed: somebody who may be moved, or the newcomer, who has no `home`.

    `span` is when they are there, as bits of the evening; `ways` the sets that keep what they were promised, each
    with what it wastes in tenths of a seat.
    """

    key: str
    span: int
    ways: tuple[tuple[Way, int], ...]
    home: Way = ()


@dataclass(frozen=True, slots=True)
class Evening:
    """Everybody who can be placed, the newcomer last, and when each table is `taken` by what stays as it is."""

    parties: tuple[Party, ...]
    taken: tuple[int, ...]

    def overfull(self) -> bool:
        """This says whether tables are too few at some moment of the newcomer's stay: then no seating exists.

        Whoever is seated may stay as they are, and a home that is taken already (somebody sits past their time there)
        is not counted twice.
        """
        newcomer = self.parties[-1].span
        there = [(party.span, self._least(party)) for party in self.parties if party.span & newcomer]
        while newcomer:
            moment = newcomer & -newcomer
            needed = sum(tables for span, tables in there if span & moment)
            if needed > sum(not span & moment for span in self.taken):
                return True
            newcomer ^= moment
        return False

    def _least(self, party: Party) -> int:
        """This is the fewest tables a party can do with, of those that nothing fixed has."""
        if any(self.taken[table] & party.span for table in party.home):
            return 0
        sizes = [len(way) for way, _ in party.ways] + ([len(party.home)] if party.home else [])
        return min(sizes, default=0)

    def sound(self, placed: Sequence[Way]) -> bool:
        """This checks a seating from scratch: whoever changes tables does so to a way of theirs that nobody else has.

        Whoever stays at home is not asked: somebody may sit past their time at a table that is theirs next.
        """
        busy = list(self.taken)
        moved = {number for number, party in enumerate(self.parties) if placed[number] != party.home}
        for number in sorted(range(len(placed)), key=lambda number: number in moved):
            party, way = self.parties[number], placed[number]
            if number in moved and (
                all(way != one for one, _ in party.ways) or any(busy[table] & party.span for table in way)
            ):
                return False
            for table in way:
                busy[table] |= party.span
        return True


class _Pass(NamedTuple):
    """One attempt from the seating as it is: its share of the effort, and what a party that ejects gains in weight."""

    share: float
    gain: int


FEW: Final = 8
"""So many parties are tried out when the passes have found nothing."""
PASSES: Final = (_Pass(0.06, 0), _Pass(0.24, 100), _Pass(0.35, 200), _Pass(0.35, 300))
_WEIGHT: Final = 1000
"""What putting out one party costs at first."""
_WASTE: Final = 20
"""What a tenth of a wasted seat costs: five empty seats are as bad as a party put out."""
_RETURNING: Final = 300
"""What it costs more to go back to where one was put out a moment ago."""
_NEVER: Final = 1 << 40


def search(evening: Evening, effort: int) -> Iterator[list[Way]]:
    """This yields seatings of everybody, each from a pass of its own; `effort` bounds the placings tried in all."""
    ground = _Ground(evening)
    for number, one in enumerate(PASSES, 1):
        found = _Search(ground, one.gain, number).run(round(one.share * effort))
        if found is not None:
            yield found
    if len(evening.parties) <= FEW:
        yield from _tried_out(evening, effort)


def _tried_out(evening: Evening, effort: int) -> Iterator[list[Way]]:
    """This yields the first seating there is, whoever has least choice first, staying before moving: few parties can
    put each other out in a circle for as long as anybody looks, and are soon tried out.
    """
    parties = evening.parties
    order = sorted(range(len(parties)), key=lambda number: (len(parties[number].ways), -number))
    placed: list[Way] = [()] * len(parties)
    busy = [0] * len(evening.taken)
    left = effort

    def place(depth: int) -> bool:
        nonlocal left
        if depth == len(order):
            return True
        party = parties[order[depth]]
        home = (party.home,) if party.home else ()
        moves = (way for way, _ in party.ways if way != party.home and not _met(evening.taken, way, party.span))
        for way in chain(home, moves):
            left -= 1
            if left < 0:
                return False
            if _met(busy, way, party.span):
                continue
            placed[order[depth]] = way
            for table in way:
                busy[table] |= party.span
            if place(depth + 1):
                return True
            for table in way:
                busy[table] &= ~party.span
        return False

    if place(0):
        yield placed


def _met(busy: Sequence[int], way: Way, span: int) -> bool:
    return any(busy[table] & span for table in way)


class _Ground:
    """What all passes share, worked out for a party when it first has to be seated."""

    def __init__(self, evening: Evening) -> None:
        self.evening = evening
        self._views: dict[int, _View] = {}

    def view(self, number: int) -> "_View":
        """This is the evening as one party sees it."""
        known = self._views.get(number)
        if known is None:
            known = self._views[number] = self._seen_by(number)
        return known

    def _seen_by(self, number: int) -> "_View":
        party = self.evening.parties[number]
        closed = [bool(taken & party.span) for taken in self.evening.taken]
        return _View(
            [0] * len(closed),
            [(way, _WASTE * waste) for way, waste in party.ways if not any(closed[table] for table in way)],
            [n for n, other in enumerate(self.evening.parties) if other.span & party.span and n != number],
        )


class _View(NamedTuple):
    """A price list with nobody there, the ways that nothing fixed closes with their cost, and who is there too."""

    blank: list[int]
    ways: list[tuple[Way, int]]
    others: list[int]


class _Search:
    """One pass. `_at` is where everybody sits (nowhere: an empty way), `_on` who sits at each table."""

    def __init__(self, ground: _Ground, gain: int, lot: int) -> None:
        parties = ground.evening.parties
        self._ground, self._gain, self._drawn = ground, gain, lot
        self._at = [party.home for party in parties]
        self._on: list[list[int]] = [[] for _ in ground.evening.taken]
        for number, home in enumerate(self._at):
            for table in home:
                self._on[table].append(number)
        self._weight = [_WEIGHT] * len(parties)
        # Where each was put out last, and until which placing they had better not return.
        self._left: list[tuple[Way, int]] = [((), 0)] * len(parties)

    def run(self, effort: int) -> list[Way] | None:
        """This is a seating of everybody, or None when the effort is used up or somebody has no way at all."""
        standing = deque([len(self._at) - 1])
        for tried in range(effort):
            number = standing.popleft()
            way = self._best_way(number, tried)
            if not way:
                return None
            out = self._seat(number, way, tried)
            if out:
                self._weight[number] += self._gain
                standing += sorted(out, key=lambda other: (self._weight[other], other))
            elif not standing:
                return self._at
        return None

    def _best_way(self, number: int, tried: int) -> Way:
        """This is the way that puts out least, of equals the one that wastes least, of equals one by lot.

        The first and gentle pass draws no lots: of equals it takes the first, as a plan on free tables does.
        """
        price, ways = self._prices(number)
        left, until = self._left[number]
        gone = left if until > tried else None
        best: Way = ()
        least, equals = _NEVER, 0
        for way, waste in ways:
            cost = waste + (_RETURNING if way == gone else 0)
            for table in way:
                cost += price[table]
            if cost > least:
                continue
            equals = equals + 1 if cost == least else 1
            if equals == 1 or (self._gain and self._lot(equals) == 0):
                best, least = way, cost
        return best

    def _prices(self, number: int) -> tuple[list[int], list[tuple[Way, int]]]:
        """This is what each table costs a party, the weight of those who have it then, and the ways it has."""
        view, at, weight = self._ground.view(number), self._at, self._weight
        price = view.blank.copy()
        for other in view.others:
            for table in at[other]:
                price[table] += weight[other]
        return price, view.ways

    def _seat(self, number: int, way: Way, tried: int) -> set[int]:
        """This seats a party and returns who had to stand up for it."""
        parties, on = self._ground.evening.parties, self._on
        span = parties[number].span
        out = {other for table in way for other in on[table] if parties[other].span & span}
        for other in sorted(out):
            for table in self._at[other]:
                on[table].remove(other)
            self._left[other] = self._at[other], tried + 10 + self._lot(10)
            self._at[other] = ()
        for table in way:
            on[table].append(number)
        self._at[number] = way
        return out

    def _lot(self, many: int) -> int:
        """This draws a number below `many`: a linear congruence, so that every machine draws the same."""
        self._drawn = (self._drawn * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._drawn >> 16) % many
