"""Who stands in the way of a refused party: the tables that bar every way, who has them, and why they stay.

The proof of a refusal is short: every fitting set holds one of a few tables, and each of these is taken for some time
of the window. No choice of fewer of these tables would do, so nothing beside the point is told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from maitred.domain.assignment.explanation import Blocker, Way
from maitred.domain.assignment.model import SeatingRequest
from maitred.domain.assignment.moves import MoveRules
from maitred.domain.availability import Occupancy, Snapshot
from maitred.domain.floor import TableSet

WAYS_TOLD: Final = 10


def _same(booking_id: str) -> str:
    return booking_id


@dataclass(frozen=True, slots=True)
class Known:
    """What the snapshot does not say: how bookings are called, and why those that may not be moved may not.

    `fixed` maps a booking's id to a code of words.WHY_NOT_MOVED.
    """

    name: Callable[[str], str] = _same
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Everything in the way of one request. `ways` are all that fit the party and were not excluded."""

    request: SeatingRequest
    snapshot: Snapshot
    rules: MoveRules
    known: Known
    ways: tuple[TableSet, ...]
    by_table: Mapping[str, tuple[Occupancy, ...]]

    @classmethod
    def of(cls, request: SeatingRequest, snapshot: Snapshot, rules: MoveRules, known: Known) -> "Obstacles":
        """This gathers them; the ways keep the order of the floor."""
        ways = request.ways(snapshot.floor)
        names = dict.fromkeys(table for way in ways for table in way.tables)
        return cls(request, snapshot, rules, known, ways, {name: _taking(request, snapshot, name) for name in names})

    def owners(self, way: TableSet) -> tuple[str, ...]:
        """This lists who stands in one way, in order of table and time."""
        return tuple(dict.fromkeys(one.owner_id for table in way.tables for one in self.by_table[table]))

    def least_blocked(self) -> tuple[Way, ...]:
        """This lists the ways in which fewest stand."""
        found = sorted((len(owners := self.owners(way)), way.order, way.tables, owners) for way in self.ways)
        return tuple(Way(tables, owners) for _, _, tables, owners in found[:WAYS_TOLD])

    def taken(self) -> tuple[str, ...]:
        """This is a choice of taken tables of which every way holds one, and none could be left out of it."""
        bits = self.snapshot.floor.bit
        barring = {table: bits[table] for table, rows in self.by_table.items() if rows}
        often = {table: sum(1 for way in self.ways if way.mask & bit) for table, bit in barring.items()}
        chosen: list[str] = []
        rest = [way.mask for way in self.ways]
        for table in sorted(barring, key=lambda name: (-often[name], bits[name])):
            left = [mask for mask in rest if not mask & barring[table]]
            if len(left) < len(rest):
                chosen, rest = [*chosen, table], left
        return tuple(sorted(self._needed(chosen), key=lambda name: bits[name]))

    def _needed(self, chosen: list[str]) -> list[str]:
        """This leaves out tables whose ways the others bar as well, the last chosen first."""
        bits, kept = self.snapshot.floor.bit, list(chosen)
        for table in reversed(chosen):
            others = sum(bits[name] for name in kept if name != table)
            if all(way.mask & others for way in self.ways):
                kept.remove(table)
        return kept

    def blocker(self, owner: str, tables: Iterable[str] | None = None) -> Blocker:
        """This describes one owner on some tables (all that count here, unless told)."""
        rows = [one for table in tables or self.by_table for one in self.by_table[table] if one.owner_id == owner]
        return Blocker(
            kind=rows[0].kind,
            id=owner,
            name=self.known.name(owner) if rows[0].kind == "booking" else owner,
            tables=tuple(dict.fromkeys(one.table_id for one in rows)),
            starts_at=min(one.starts_at for one in rows),
            ends_at=max(one.ends_at for one in rows),
            why_not_moved=self.why_not_moved(rows[0]),
        )

    def blockers(self, taken: Sequence[str], ways: Sequence[Way]) -> tuple[Blocker, ...]:
        """This describes everybody on the tables that bar all ways, and in the ways that are told."""
        there = (one.owner_id for table in taken for one in self.by_table[table])
        owners = dict.fromkeys([*there, *(owner for way in ways for owner in way.blockers)])
        return tuple(self.blocker(owner) for owner in owners)

    def why_not_moved(self, one: Occupancy) -> str | None:
        """This is why its owner keeps these tables; None for a party that may be moved."""
        if one.kind != "booking":
            return one.kind
        known = self.known.fixed.get(one.owner_id)
        if known is not None or one.owner_id not in self.snapshot.movable:
            return known or ("started" if one.starts_at <= self.snapshot.read_at else "kept")
        if self.rules.budget < 1:
            return "moves_off"
        if len({(row.starts_at, row.ends_at) for row in self.snapshot.of_owner(one.owner_id)}) > 1:
            return "kept"
        return "frozen" if one.starts_at <= self.frozen_until else None

    @property
    def frozen_until(self) -> datetime:
        """Parties that start until then keep their tables."""
        return self.snapshot.read_at + timedelta(minutes=self.rules.freeze_minutes)

    def movable(self) -> int:
        """This counts the parties of the day that may be moved now."""
        if self.rules.budget < 1:
            return 0
        rows = (self.snapshot.of_owner(booking) for booking in self.snapshot.movable)
        return sum(1 for own in rows if own and self.why_not_moved(own[0]) is None)


def _taking(request: SeatingRequest, snapshot: Snapshot, table: str) -> tuple[Occupancy, ...]:
    rows = snapshot.on_table(table)
    return tuple(one for one in rows if one.starts_at < request.ends_at and request.starts_at < one.ends_at)
