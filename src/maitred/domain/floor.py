"""The floor compiled once per venue version: every set of tables one party may be given, as bit masks.

Rules of seating (docs/scenarios.md): an allowed set is one table, or 2 to `max_tables_per_booking` movable tables of
one zone that are connected through joins. A single table takes `min_party` to `capacity`. A set takes up to the sum
of its capacities, or up to its own capacity where the venue gives one for exactly these tables, and holds no table
the party could do without; so it too has a smallest party.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import NamedTuple

from maitred.domain.errors import InvalidInput
from maitred.domain.venue_model import Table, TableBlock, Venue, natural_key

MAX_SETS = 50_000
"""More sets than this and the floor is refused: a bound on compile time and memory."""


@dataclass(frozen=True, slots=True)
class TableSet:
    """One allowed set; takes parties of `min_party` to `capacity`. `order` is its place in `Floor.sets`."""

    tables: tuple[str, ...]
    mask: int
    capacity: int
    zone: str
    accessible: bool
    min_party: int
    order: int
    joins: int
    """How many of its pairs are joined directly; a chain of three has 2, a triangle 3."""


class BrokenRule(NamedTuple):
    """One rule a chosen set breaks; a hard one can never be overridden."""

    code: str
    hard: bool
    message: str


class TooManySets(InvalidInput):
    """The joins allow more sets than the engine will look at."""

    code = "too_many_sets"


@dataclass(frozen=True, slots=True)
class Floor:
    """All allowed sets of a venue, ordered by number of tables, capacity, and ids in natural order."""

    sets: tuple[TableSet, ...]
    bit: dict[str, int]
    """One bit per table id; natural order of the ids."""
    tables: dict[str, Table]
    zone_masks: dict[str, int]
    slot_minutes: int
    blocks: tuple[TableBlock, ...]
    _capacities: dict[frozenset[str], int] = field(repr=False)
    _most: dict[str, int] = field(repr=False)
    _near: dict[str, frozenset[str]] = field(repr=False)
    _fitting: dict[tuple[int, bool], tuple[TableSet, ...]] = field(default_factory=dict, repr=False)
    lanes: dict[int, list[tuple[int, int]]] = field(default_factory=dict, repr=False, compare=False)
    memory: dict[tuple[int, int], int] = field(default_factory=dict, repr=False, compare=False)
    """What the outlook (assignment.outlook) has worked out about this floor; never changes an answer."""
    ways: dict[tuple[int, bool, str | None], tuple[tuple[tuple[int, ...], int], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What the moves (assignment.moves) have: a party's sets by the places of their tables, with their waste."""

    @classmethod
    def compile(cls, venue: Venue) -> "Floor":
        """This compiles a venue's floor; keep the result, it is the same for the same venue.

        Raises TooManySets when the joins allow more than MAX_SETS sets.
        """
        floor = cls.bare(venue)
        return replace(floor, sets=_table_sets(floor, venue.max_tables_per_booking))

    @classmethod
    def bare(cls, venue: Venue) -> "Floor":
        """This is the floor without its sets, enough to ask about given tables."""
        tables = {t.id: t for t in sorted(venue.tables, key=lambda t: natural_key(t.id))}
        bit = {table_id: 1 << place for place, table_id in enumerate(tables)}
        return cls(
            sets=(),
            bit=bit,
            tables=tables,
            zone_masks={z.id: sum(bit[t.id] for t in venue.tables if t.zone == z.id) for z in venue.zones},
            slot_minutes=venue.slot_minutes,
            blocks=venue.table_blocks,
            _capacities=dict(venue.join_capacities),
            _most={z.id: min(z.max_tables or 99, venue.max_tables_per_booking) for z in venue.zones},
            _near=_neighbours(venue),
        )

    def mask(self, tables: Iterable[str]) -> int:
        """This is the bits of some tables, together."""
        return reduce(or_, (self.bit[table_id] for table_id in tables), 0)

    def candidates(self, party: int, accessible: bool = False) -> tuple[TableSet, ...]:
        """This lists the sets that may seat a party on an empty floor, in the order of `sets`."""
        found = self._fitting.get((party, accessible))
        if found is None:
            found = tuple(
                s for s in self.sets if s.min_party <= party <= s.capacity and (s.accessible or not accessible)
            )
            if found:  # sizes nobody can seat are not remembered: anybody may ask for them
                self._fitting[party, accessible] = found
        return found

    def largest_party(self, accessible: bool = False) -> int:
        """This is the largest party that some set can seat."""
        return max((s.capacity for s in self.sets if s.accessible or not accessible), default=0)

    def seats(self, tables: Iterable[str]) -> int:
        """This counts the seats of some tables pushed together: their own capacity, or the sum."""
        chosen = frozenset(tables)
        own = self._capacities.get(chosen)
        return sum(self.tables[t].capacity for t in chosen) if own is None else own

    def check_set(
        self,
        tables: Iterable[str],
        party: int,
        accessible: bool = False,
        *,
        allowed_overrides: frozenset[str] = frozenset(),
    ) -> tuple[BrokenRule, ...]:
        """This lists the rules that a person's choice of tables breaks, hard ones first.

        Soft rules named in `allowed_overrides` are left out; hard rules never are.
        """
        chosen = sorted(set(tables), key=natural_key)
        unknown = [t for t in chosen if t not in self.tables]
        if unknown or not chosen:
            names = ", ".join(unknown) or "nothing"
            return (BrokenRule("unknown_table", True, f"No such table: {names}."),)
        rules = sorted(_broken_rules(self, chosen, party, accessible), key=lambda rule: not rule.hard)
        return tuple(r for r in rules if r.hard or r.code not in allowed_overrides)

    def connected(self, tables: Iterable[str]) -> bool:
        """This says whether joins among these tables alone lead from each to every other."""
        rest = set(tables)
        edge = {rest.pop()} if rest else set()
        while edge:
            edge = {u for t in edge for u in self._near[t]} & rest
            rest -= edge
        return not rest

    def most_tables(self, zone: str) -> int:
        """This is how many tables one booking may join in a zone."""
        return self._most[zone]


def _neighbours(venue: Venue) -> dict[str, frozenset[str]]:
    near: dict[str, set[str]] = {t.id: set() for t in venue.tables}
    for join in venue.joins:
        near[join.a].add(join.b)
        near[join.b].add(join.a)
    return {table_id: frozenset(others) for table_id, others in near.items()}


def _connected_groups(floor: Floor, most: int) -> set[frozenset[str]]:
    """This grows groups table by table, so that each is connected by construction."""
    layer = {frozenset([table_id]) for table_id in floor.tables}
    groups = set(layer)
    for size in range(1, most):
        wider: set[frozenset[str]] = set()
        for group in layer:
            wider.update(group | {u} for u in _additions(floor, group, size))
            if len(groups) + len(wider) > MAX_SETS:
                message = f"The joins allow more than {MAX_SETS} sets of up to {most} tables."
                raise TooManySets(message, field="joins")
        groups |= wider
        layer = wider
    return groups


def _additions(floor: Floor, group: frozenset[str], size: int) -> set[str]:
    if size >= floor.most_tables(floor.tables[next(iter(group))].zone):
        return set()
    return {u for t in group for u in floor._near[t]} - group


def _table_sets(floor: Floor, most: int) -> tuple[TableSet, ...]:
    place = {table_id: index for index, table_id in enumerate(floor.tables)}

    def in_order(group: frozenset[str]) -> tuple[int, int, list[int]]:
        return len(group), floor.seats(group), sorted(place[t] for t in group)

    groups = sorted(_connected_groups(floor, most), key=in_order)
    useful = (g for g in groups if smallest_party(floor, g) <= floor.seats(g))
    return tuple(_table_set(floor, group, order) for order, group in enumerate(useful))


def _table_set(floor: Floor, group: frozenset[str], order: int) -> TableSet:
    members = [floor.tables[t] for t in sorted(group)]
    return TableSet(
        tables=tuple(table.id for table in members),
        mask=floor.mask(group),
        capacity=floor.seats(group),
        zone=members[0].zone,
        accessible=any(table.accessible for table in members),
        min_party=smallest_party(floor, group),
        order=order,
        joins=sum(len(floor._near[t] & group) for t in group) // 2,
    )


def smallest_party(floor: Floor, group: frozenset[str]) -> int:
    """This is the smallest party that needs every table of a set (the table's `min_party` when it is alone)."""
    if len(group) == 1:
        return floor.tables[next(iter(group))].min_party
    return 1 + max(floor.seats(group - {table_id}) for table_id in group)


def _broken_rules(floor: Floor, chosen: list[str], party: int, accessible: bool) -> Iterator[BrokenRule]:
    yield from _broken_by_joining(floor, chosen)
    yield from _broken_by_seats(floor, chosen, party)
    if accessible and not any(floor.tables[t].accessible for t in chosen):
        yield BrokenRule("not_accessible", True, "None of these tables is accessible.")


def _broken_by_joining(floor: Floor, chosen: list[str]) -> Iterator[BrokenRule]:
    tables = [floor.tables[t] for t in chosen]
    most = min(floor.most_tables(t.zone) for t in tables)
    if len(tables) > most:
        yield BrokenRule("too_many_tables", True, f"One booking may take {most} tables here at most.")
    if len({t.zone for t in tables}) > 1:
        yield BrokenRule("zones_differ", True, "Joined tables must stand in one zone.")
    fixed = [t.id for t in tables if not t.movable]
    if len(tables) > 1 and fixed:
        yield BrokenRule("fixed_table_joined", True, f"Fixed, cannot be joined: {', '.join(fixed)}.")
    if not floor.connected(chosen):
        yield BrokenRule("unlisted_join", False, "The venue lists no joins that connect these tables.")


def _chairs(missing: int) -> str:
    return f"Needs {missing} extra {'chair' if missing == 1 else 'chairs'}."


def _broken_by_seats(floor: Floor, chosen: list[str], party: int) -> Iterator[BrokenRule]:
    seats, extra = floor.seats(chosen), sum(floor.tables[t].extra_chairs for t in chosen)
    if party > seats + extra:
        yield BrokenRule("too_few_seats", True, f"{seats} seats ({extra} extra chairs) for a party of {party}.")
    elif party > seats:
        yield BrokenRule("extra_chair", False, _chairs(party - seats))
    smallest = smallest_party(floor, frozenset(chosen))
    if party < smallest and len(chosen) == 1:
        yield BrokenRule("min_party", False, f"This table is kept for parties of {smallest} or more.")
    elif party < smallest:
        yield BrokenRule("surplus_table", False, "The party could do without one of these tables.")
