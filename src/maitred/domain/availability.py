"""Who has which table when, for one restaurant and service day: an immutable snapshot.

Intervals are half-open, so a party may start in the minute in which another's table becomes free. The
snapshot keeps a timeline (edges in time, and the busy tables between each two of them as bits), so asking
what is free in a window touches the edges inside it and not the bookings of the night. `with_seating` and
`without` share everything they do not change.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from maitred.domain.floor import Floor, TableSet

Kind = Literal["booking", "hold", "block"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Occupancy:
    """One physical table taken from `starts_at` until `ends_at`, by a booking, a hold or a block."""

    table_id: str
    starts_at: datetime
    ends_at: datetime
    kind: Kind
    owner_id: str


@dataclass(frozen=True, slots=True)
class Seated:
    """One live booking of the day, counted by pacing."""

    booking_id: str
    party_size: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Movable:
    """One live booking that may be given other tables to make room: not pinned, seated, linked or being edited.

    Whether it is still far enough ahead is judged when a decision is made (`MoveRules.freeze_minutes`).
    `promised_zone` binds; a mere wish does not belong here. `single_only` keeps a party from being moved into a join.
    `order` is the place in the order of arrival: it breaks ties, so that ids drawn by chance decide nothing.
    """

    booking_id: str
    party_size: int
    accessible: bool = False
    promised_zone: str | None = None
    single_only: bool = False
    order: int = 0


@dataclass(frozen=True, slots=True)
class _Timeline:
    """`masks[i]` is busy from `edges[i]` until `edges[i + 1]`; the last mask is 0. Times are whole µs."""

    edges: tuple[int, ...] = ()
    masks: tuple[int, ...] = ()

    @classmethod
    def build(cls, spans: Iterable[tuple[int, int, int]]) -> "_Timeline":
        """This sweeps (start, end, bit) spans, which may overlap each other."""
        spans = list(spans)
        edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
        place = {edge: index for index, edge in enumerate(edges)}
        masks = [0] * len(edges)
        for start, end, bit in spans:
            for index in range(place[start], place[end]):
                masks[index] |= bit
        return cls(tuple(edges), tuple(masks))

    def busy(self, start: int, end: int) -> int:
        """This is every bit that is busy at some moment of [start, end)."""
        edges, masks, mask = self.edges, self.masks, 0
        for index in range(max(bisect_right(edges, start) - 1, 0), bisect_left(edges, end)):
            mask |= masks[index]
        return mask

    def painted(self, start: int, end: int, bits: int) -> "_Timeline":
        """This adds bits over [start, end)."""
        cut = self._cut(start)._cut(end)
        first, last = bisect_left(cut.edges, start), bisect_left(cut.edges, end)
        middle = tuple(mask | bits for mask in cut.masks[first:last])
        return _Timeline(cut.edges, cut.masks[:first] + middle + cut.masks[last:])

    def erased(self, start: int, end: int, bits: int) -> "_Timeline":
        """This takes bits away over [start, end); both must be edges. Edges that no longer matter stay."""
        first, last = bisect_left(self.edges, start), bisect_left(self.edges, end)
        middle = tuple(mask & ~bits for mask in self.masks[first:last])
        return _Timeline(self.edges, self.masks[:first] + middle + self.masks[last:])

    def _cut(self, at: int) -> "_Timeline":
        index = bisect_left(self.edges, at)
        if index < len(self.edges) and self.edges[index] == at:
            return self
        before = self.masks[index - 1] if index else 0
        return _Timeline(
            (*self.edges[:index], at, *self.edges[index:]),
            (*self.masks[:index], before, *self.masks[index:]),
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is taken on one service day, as read at `read_at`. Equal input gives equal answers in any order."""

    floor: Floor
    read_at: datetime
    _timeline: _Timeline
    _by_table: Mapping[str, tuple[Occupancy, ...]]
    _by_owner: Mapping[str, tuple[Occupancy, ...]]
    _parties: Mapping[str, Seated]
    movable: Mapping[str, Movable] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        floor: Floor,
        occupancies: Iterable[Occupancy],
        parties: Iterable[Seated],
        read_at: datetime,
        movable: Iterable[Movable] = (),
    ) -> "Snapshot":
        """This builds a snapshot. The venue's own table blocks are added, so nobody can forget them.

        Bookings not listed in `movable` keep their tables whatever comes.

        An occupancy of a table that is not on this floor raises KeyError: an unknown table must not read as free.
        """
        taken = sorted({*occupancies, *_blocks(floor)}, key=_in_order)
        by_table: dict[str, list[Occupancy]] = {table_id: [] for table_id in floor.bit}
        by_owner: dict[str, list[Occupancy]] = {}
        for occupancy in taken:
            by_table[occupancy.table_id].append(occupancy)
            by_owner.setdefault(occupancy.owner_id, []).append(occupancy)
        return cls(
            floor,
            read_at,
            _Timeline.build((*_span(o), floor.bit[o.table_id]) for o in taken if o.starts_at < o.ends_at),
            {table_id: tuple(rows) for table_id, rows in by_table.items()},
            {owner: tuple(rows) for owner, rows in by_owner.items()},
            {seated.booking_id: seated for seated in parties},
            {guest.booking_id: guest for guest in movable},
        )

    def at(self, instant: datetime) -> "Snapshot":
        """This is the same day, read at another time."""
        return replace(self, read_at=instant)

    def busy_mask(self, starts_at: datetime, ends_at: datetime) -> int:
        """This is the bits of all tables taken at some moment of the window."""
        return self._timeline.busy(micros(starts_at), micros(ends_at))

    def busy_between(self, start: int, end: int) -> int:
        """This is `busy_mask` for whole microseconds since 1970, for those who ask many times."""
        return self._timeline.busy(start, end)

    def is_free(self, tables: TableSet, starts_at: datetime, ends_at: datetime) -> bool:
        """This says whether every table of the set is free for the whole window."""
        return not tables.mask & self.busy_mask(starts_at, ends_at)

    def blockers(self, tables: TableSet, starts_at: datetime, ends_at: datetime) -> tuple[Occupancy, ...]:
        """This lists what stands in the way of a set, by start, table and owner."""
        found = (o for t in tables.tables for o in self.on_table(t) if o.starts_at < ends_at)
        return tuple(sorted((o for o in found if starts_at < o.ends_at), key=_in_order))

    def on_table(self, table_id: str) -> tuple[Occupancy, ...]:
        """This lists what has one table, in order of start."""
        return self._by_table[table_id]

    def of_owner(self, owner_id: str) -> tuple[Occupancy, ...]:
        """This lists what one booking, hold or block has."""
        return self._by_owner.get(owner_id, ())

    def party_size(self, booking_id: str) -> int:
        """This is the size of a live booking's party; KeyError for somebody who is not of this day."""
        return self._parties[booking_id].party_size

    def owners(self) -> Iterable[tuple[str, tuple[Occupancy, ...]]]:
        """This lists everybody who has tables, in order of the first start and of the rows behind it."""
        return self._by_owner.items()

    def staying(self, owner_id: str) -> "Snapshot":
        """This is the same day with one party that may not be moved any more."""
        return replace(self, movable={key: guest for key, guest in self.movable.items() if key != owner_id})

    def without(self, owner_id: str) -> "Snapshot":
        """This is the day as if that booking, hold or block were not there."""
        gone = self.of_owner(owner_id)
        if not gone and owner_id not in self._parties:
            return self
        by_table, timeline = dict(self._by_table), self._timeline
        for occupancy in gone:
            table_id, bit = occupancy.table_id, self.floor.bit[occupancy.table_id]
            by_table[table_id] = tuple(o for o in by_table[table_id] if o.owner_id != owner_id)
            if occupancy.starts_at < occupancy.ends_at:
                timeline = timeline.erased(*_span(occupancy), bit)
            for other in by_table[table_id]:  # overlapping ones were erased with it
                if other.starts_at < min(occupancy.ends_at, other.ends_at) and occupancy.starts_at < other.ends_at:
                    timeline = timeline.painted(*_span(other), bit)
        return Snapshot(
            self.floor,
            self.read_at,
            timeline,
            by_table,
            {owner: rows for owner, rows in self._by_owner.items() if owner != owner_id},
            {key: seated for key, seated in self._parties.items() if key != owner_id},
            {key: guest for key, guest in self.movable.items() if key != owner_id},
        )

    def with_seating(
        self,
        booking_id: str,
        tables: Iterable[str],
        starts_at: datetime,
        ends_at: datetime,
        party_size: int,
        movable: Movable | None = None,
    ) -> "Snapshot":
        """This is the day with a booking seated as well. The booking must not be seated in it yet."""
        assert booking_id not in self._by_owner, f"{booking_id} is already seated"
        rows = tuple(Occupancy(t, starts_at, ends_at, "booking", booking_id) for t in sorted(tables))
        by_table = dict(self._by_table)
        for row in rows:
            by_table[row.table_id] = tuple(sorted((*by_table[row.table_id], row), key=_in_order))
        bits = self.floor.mask(row.table_id for row in rows)
        return Snapshot(
            self.floor,
            self.read_at,
            self._timeline.painted(micros(starts_at), micros(ends_at), bits),
            by_table,
            {**self._by_owner, booking_id: rows},
            {**self._parties, booking_id: Seated(booking_id, party_size, starts_at)},
            self.movable if movable is None else {**self.movable, booking_id: movable},
        )

    def with_moves(self, moves: Iterable[tuple[str, Iterable[str]]]) -> "Snapshot":
        """This is the day after bookings have changed to other tables, all at once, in the windows they had."""
        targets = [(booking_id, tuple(tables)) for booking_id, tables in moves]
        day, before = self, {booking_id: self.of_owner(booking_id)[0] for booking_id, _ in targets}
        for booking_id, _ in targets:
            day = day.without(booking_id)
        for booking_id, tables in targets:
            guest, window = self.movable[booking_id], before[booking_id]
            day = day.with_seating(booking_id, tables, window.starts_at, window.ends_at, guest.party_size, guest)
        return day

    def covers_at(self, slot: datetime) -> int:
        """This counts the guests whose parties start in the slot that begins then."""
        return sum(seated.party_size for seated in self._starting_in(slot))

    def parties_at(self, slot: datetime) -> int:
        """This counts the parties that start in the slot that begins then."""
        return sum(1 for _ in self._starting_in(slot))

    def _starting_in(self, slot: datetime) -> Iterator[Seated]:
        ends = slot + timedelta(minutes=self.floor.slot_minutes)
        return (seated for seated in self._parties.values() if slot <= seated.starts_at < ends)


def _blocks(floor: Floor) -> Iterator[Occupancy]:
    for block in floor.blocks:
        owner = f"block:{block.table}:{block.starts_at.isoformat()}"
        yield Occupancy(block.table, block.starts_at, block.ends_at, "block", owner)


def _in_order(occupancy: Occupancy) -> tuple[datetime, datetime, str, str]:
    return occupancy.starts_at, occupancy.ends_at, occupancy.table_id, occupancy.owner_id


def _span(occupancy: Occupancy) -> tuple[int, int]:
    return micros(occupancy.starts_at), micros(occupancy.ends_at)


def micros(instant: datetime) -> int:
    """This is whole microseconds since 1970: integers, because a decision must not round."""
    return (instant - _EPOCH) // _MICROSECOND
