"""A walk-in: a table now and until when, or a wait as a range with what it rests on.

"T14 until 20:45": when no table is free for a whole turn, one that is free for a good part of it is offered with its
limit told. Else the wait is read off the plan: when the first fitting tables come free, whose turn ends there, and how
late turns run tonight, which widens the range.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from maitred.domain.assignment import MOVES, Move, MoveRules, Refuse, Seat, SeatingRequest, decide, rank
from maitred.domain.availability import Snapshot
from maitred.domain.calendar import find_window
from maitred.domain.floor import TableSet
from maitred.domain.venue_model import Venue

LEAST_STAY: Final = timedelta(minutes=45)
"""A shorter stay than this is not offered to anybody."""
_ROUNDED_TO: Final = 5
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TableNow:
    """Tables that are free now; the party has them until `until`. `limited`: that is short of its whole turn."""

    tables: tuple[str, ...]
    until: datetime
    minutes: int
    limited: bool
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """What a quoted wait rests on: who (booking, hold or block) leaves these tables when, and how late turns run."""

    tables: tuple[str, ...]
    free_at: datetime
    after: str
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Wait:
    """No table now; one is expected in `from_minutes` to `to_minutes`."""

    from_minutes: int
    to_minutes: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class NoTable:
    """No table now, and none is expected while parties are still seated; `refusal` says why."""

    refusal: Refuse


def walk_in(
    request: SeatingRequest, snapshot: Snapshot, venue: Venue, *, late_minutes: int = 0, rules: MoveRules = MOVES
) -> TableNow | Wait | NoTable:
    """This answers a party at the door; `request.starts_at` is now, `late_minutes` how late turns run tonight."""
    decision = decide(request, snapshot, venue, rules)
    if isinstance(decision, Seat):
        turn = timedelta(minutes=request.turn_minutes)
        return TableNow(
            decision.plan.tables, request.starts_at + turn, request.turn_minutes, limited=False, moves=decision.moves
        )
    if decision.code == "no_capacity":
        found = limited(request, snapshot) or _wait(request, snapshot, venue, late_minutes)
        if found is not None:
            return found
    return NoTable(decision)


def limited(request: SeatingRequest, snapshot: Snapshot) -> TableNow | None:
    """This is the tables that are free now for longest, when that is long enough to be worth sitting down."""
    now = request.starts_at
    free = (
        (_free_until(way, snapshot, now) - timedelta(minutes=request.buffer_minutes), way)
        for way in snapshot.floor.candidates(request.party_size, request.accessible)
        if snapshot.is_free(way, now, now + _MINUTE)
    )
    until, way = max(free, key=lambda one: (one[0], -one[1].order), default=(now, None))
    if way is None or until - now < LEAST_STAY:
        return None
    return TableNow(way.tables, until, int((until - now) / _MINUTE), limited=True)


def _free_until(way: TableSet, snapshot: Snapshot, now: datetime) -> datetime:
    """This is when somebody needs one of the tables next; a day ahead when nobody does."""
    coming = (row.starts_at for table in way.tables for row in snapshot.on_table(table) if row.starts_at > now)
    return min(coming, default=now + timedelta(days=1))


def _wait(request: SeatingRequest, snapshot: Snapshot, venue: Venue, late_minutes: int) -> Wait | None:
    for at in _ends(request, snapshot, venue):
        later = replace(request, starts_at=at)
        plans = rank(later, snapshot, venue, limit=1)
        if plans:
            return _quoted(request, snapshot, plans[0].tables, at, late_minutes)
    return None


def _ends(request: SeatingRequest, snapshot: Snapshot, venue: Venue) -> Iterator[datetime]:
    """This is every moment at which tables come free while parties are still seated, in order."""
    service = find_window(venue, request.starts_at)
    if service is None:
        return
    ends = {row.ends_at for _, rows in snapshot.owners() for row in rows}
    yield from sorted(at for at in ends if request.starts_at < at <= service.last_seating_at)


def _quoted(
    request: SeatingRequest, snapshot: Snapshot, tables: tuple[str, ...], at: datetime, late_minutes: int
) -> Wait:
    before = [row for table in tables for row in snapshot.on_table(table) if row.ends_at <= at]
    last = max(before, key=lambda row: (row.ends_at, row.owner_id))
    wait = int((at - request.starts_at) / _MINUTE)
    least = wait // _ROUNDED_TO * _ROUNDED_TO
    most = -(-(wait + max(late_minutes, _ROUNDED_TO)) // _ROUNDED_TO) * _ROUNDED_TO
    return Wait(least, most, Basis(tables, at, last.owner_id, late_minutes))
