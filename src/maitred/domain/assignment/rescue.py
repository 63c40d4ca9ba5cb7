"""Rescues: a party stays past its time, so whoever is due at its tables next is given others, in time.

A table that is late is told by a new end for the party at it. Everybody not yet seated whose plan meets that end is
due; all of them let go of their tables at once, so that they may also exchange them, and are placed again, those first
whom fewest tables fit. To make room for them others are moved as in any decision; only when that fails, and only for
them, the freeze is crossed: parties that have come, sit or are pinned stay even then. Who cannot be placed keeps its
tables and is raised as `LateTable`, with what a person could do about it, each choice checked on the floor.

Pure and bounded: at most one round for each who is due, a decision or two for each of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from maitred.domain.assignment.alternatives import alternatives
from maitred.domain.assignment.engine import decide, rank
from maitred.domain.assignment.model import Move, Seat, SeatingRequest
from maitred.domain.assignment.moves import MOVES, NO_MOVES, MoveRules
from maitred.domain.availability import Movable, Occupancy, Snapshot
from maitred.domain.floor import TableSet
from maitred.domain.venue_model import Venue

STEP: Final = timedelta(minutes=10)
"""A party that stays past its turn is taken to stay until the next step, then the next (DESIGN 4)."""
MOST_DELAY: Final = timedelta(minutes=90)
"""A wait longer than this is no choice to offer at the door."""
SLACK: Final = timedelta(minutes=20)
"""How long before a rescued party its new tables should be free, where there are such."""
MOST_FROZEN: Final = 3
"""The most parties moved for one rescue once the freeze is crossed: their tables are laid, and people carry things."""
_SOFT_CHOICES: Final = 2

ChoiceKind = Literal["wait", "elsewhere", "soft_rule", "another_zone", "another_time"]


@dataclass(frozen=True, slots=True)
class Due:
    """A party with a table that is not seated yet: its request as promised; `pinned` keeps it where a person put it."""

    request: SeatingRequest
    pinned: bool = False

    @property
    def stay(self) -> timedelta:
        """This is turn and buffer."""
        return self.request.ends_at - self.request.starts_at

    def movable(self) -> Movable:
        """This is the party as those who make room see it."""
        asked = self.request
        return Movable(asked.key, asked.party_size, asked.accessible, asked.promised_zone)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out for a party whose table is late: from when, where, and which soft rules it sets aside."""

    kind: ChoiceKind
    starts_at: datetime
    tables: tuple[str, ...]
    minutes: int
    """How long after the promised time (negative: before)."""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LateTable:
    """Nothing fits a party whose table is late: its tables, and when they are expected free. See `choices`."""

    booking_id: str
    tables: tuple[str, ...]
    expected_at: datetime


@dataclass(frozen=True, slots=True)
class Rescue:
    """What an overstay comes to: who changes tables, whose table is late, and the day after it.

    `snapshot` holds the new ends; where somebody is late, two plans meet in it, as they do in the room.
    """

    snapshot: Snapshot
    moves: tuple[Move, ...] = ()
    late: tuple[LateTable, ...] = ()


def stays_until(turn_ends_at: datetime, now: datetime) -> datetime:
    """This is when a party's turn is taken to end: as planned, or after the step it is in when that has passed."""
    if now < turn_ends_at:
        return turn_ends_at
    return turn_ends_at + STEP * ((now - turn_ends_at) // STEP + 1)


def rescue(
    snapshot: Snapshot,
    venue: Venue,
    ends: Mapping[str, datetime],
    due: Mapping[str, Due],
    rules: MoveRules = MOVES,
) -> Rescue:
    """This gives those who are due next other tables, where parties keep theirs until new `ends` (buffer included).

    `due` are all who have tables and are not seated; `snapshot.read_at` is now, and its `movable` are those who may
    make room. A party whose table is late is taken to stay its whole turn from when that is free, so whoever comes
    after it is due as well.
    """
    until, day = dict(ends), _prolonged(snapshot, ends)
    stranded: dict[str, datetime] = {}
    while True:  # every round strands one party more, or is the last
        affected = [key for key in _affected(day, until, due) if key not in stranded]
        placing = _placing(day, venue, [due[key] for key in affected], rules)
        new = [key for key in affected if key not in placing.placed]
        if not new:
            break
        for key in new:
            stranded[key] = _free_from(day.without(key), _tables(day.of_owner(key)), due[key].request)
            until[key] = stranded[key] + due[key].stay
            day = _prolonged(day, {key: until[key]})
    late = (LateTable(key, _tables(day.of_owner(key)), at) for key, at in stranded.items())
    return Rescue(placing.day, _moves(snapshot, placing), tuple(late))


@dataclass(frozen=True, slots=True)
class Relocation:
    """Where parties went whose tables are gone, and the day after it; `left` found no place and are not in it."""

    snapshot: Snapshot
    moves: tuple[Move, ...]
    left: tuple[str, ...]


def relocate(snapshot: Snapshot, venue: Venue, parties: Sequence[Due], rules: MoveRules = MOVES) -> Relocation:
    """This finds other tables for parties whose own are gone; `snapshot` has the lost tables as taken by others.

    A party to which the very tables were promised (pinned) is left: a person has to take that back.
    """
    day = snapshot
    for party in parties:
        if party.pinned:
            day = day.without(party.request.key)
    free = sorted((p for p in parties if not p.pinned), key=lambda party: _hardest_first(day, party.request))
    placing = _placing(day, venue, free, rules)
    left = tuple(one.request.key for one in parties if one.request.key not in placing.placed)
    return Relocation(placing.day, _moves(snapshot, placing), left)


def choices(after: Snapshot, venue: Venue, party: Due) -> tuple[Choice, ...]:
    """This lists what a person could do for a party whose table is late, least bad first.

    `after` is the day as the rescue left it. Each choice holds on it: nobody else's plan is touched.
    """
    asked = party.request
    own, day = _tables(after.of_owner(asked.key)), after.without(asked.key)
    found = [
        *_waits(day, party, own),
        *_sooner(day, venue, party),
        *_soft(day, party),
        *_elsewhen(day, venue, party),
    ]
    ranked = sorted(found, key=lambda one: (abs(one.minutes), bool(one.rules), _rank(one, own), one.tables))
    different: dict[tuple[datetime, tuple[str, ...]], Choice] = {}
    for one in ranked:  # the same tables at the same time are one choice, by whichever way they were found
        different.setdefault((one.starts_at, tuple(sorted(one.tables))), one)
    return tuple(different.values())


def _rank(one: Choice, own: tuple[str, ...]) -> tuple[bool, int]:
    """Put waiting first where it is for the party's own tables."""
    return set(one.tables) == set(own) and one.kind != "wait", _ORDER[one.kind]


@dataclass(slots=True)
class _Placing:
    """Parties placed again, and the day with them."""

    day: Snapshot
    placed: dict[str, tuple[str, ...]]


def _placing(day: Snapshot, venue: Venue, parties: Sequence[Due], rules: MoveRules) -> _Placing:
    """This places parties again, whose own tables are free to each other; who finds no place is left out."""
    done = _Placing(day, {})
    for party in parties:
        if not party.pinned:
            done.day = done.day.without(party.request.key)
    for party in parties:
        seat = None if party.pinned else _placed(done.day, venue, party, rules)
        if seat is not None:
            # A party just rescued stays where it is: it is no longer among those who may be moved.
            done.day = done.day.with_moves((move.booking_id, move.to_tables) for move in seat.moves)
            done.day = _with(done.day, party.request, seat.plan.tables)
            done.placed |= {move.booking_id: move.to_tables for move in seat.moves}
            done.placed[party.request.key] = seat.plan.tables
    return done


def _moves(before: Snapshot, placing: _Placing) -> tuple[Move, ...]:
    moves = (Move(key, _tables(before.of_owner(key)), tables) for key, tables in placing.placed.items())
    return tuple(move for move in moves if move.from_tables != move.to_tables)


def _prolonged(snapshot: Snapshot, ends: Mapping[str, datetime]) -> Snapshot:
    day = snapshot
    for key, until in ends.items():
        rows = day.of_owner(key)
        if rows and rows[0].ends_at < until:
            size, movable = day.party_size(key), day.movable.get(key)
            day = day.without(key).with_seating(key, _tables(rows), rows[0].starts_at, until, size, movable)
    return day


def _affected(day: Snapshot, ends: Mapping[str, datetime], due: Mapping[str, Due]) -> list[str]:
    """This lists those due whose plan meets a late table: whom fewest tables fit first, then in order of their time."""
    found = set()
    for key in ends:
        for row in day.of_owner(key):
            for other in day.on_table(row.table_id):
                met = other.starts_at < row.ends_at and row.starts_at < other.ends_at
                if met and other.owner_id in due and other.owner_id not in ends:
                    found.add(other.owner_id)
    return sorted(found, key=lambda key: _hardest_first(day, due[key].request))


def _hardest_first(day: Snapshot, asked: SeatingRequest) -> tuple[int, datetime, str]:
    return len(asked.fitting(day.floor)), asked.starts_at, asked.key


def _placed(day: Snapshot, venue: Venue, party: Due, rules: MoveRules) -> Seat | None:
    """This places a party by the rules of any decision or, when nothing else works, by moving the frozen as well."""
    counted = party.request.allowed_overrides | {"pacing"}  # it was counted when it was promised
    asked = replace(party.request, allowed_overrides=counted)
    frozen_too = replace(rules, freeze_minutes=0, budget=min(rules.budget, MOST_FROZEN))
    for request, allowed in ((_sooner_free(asked, day), NO_MOVES), (asked, rules), (asked, frozen_too)):
        decision = decide(request, day, venue, allowed)
        if isinstance(decision, Seat):
            return decision
    return None


def _sooner_free(asked: SeatingRequest, day: Snapshot) -> SeatingRequest:
    """This asks for tables that are free a while before the party comes: the next overstay should not meet it again."""
    slack = max(timedelta(0), min(SLACK, asked.starts_at - day.read_at))
    minutes = int(slack / timedelta(minutes=1))
    return replace(asked, starts_at=asked.starts_at - slack, turn_minutes=asked.turn_minutes + minutes)


def _with(day: Snapshot, asked: SeatingRequest, tables: tuple[str, ...]) -> Snapshot:
    return day.with_seating(asked.key, tables, asked.starts_at, asked.ends_at, asked.party_size)


def _free_from(day: Snapshot, own: tuple[str, ...], asked: SeatingRequest) -> datetime:
    """This is when a party's own tables are expected to be free at last of who sits there."""
    at = max(asked.starts_at, day.read_at)
    for _ in range(len(own) + 1):
        there = [row.ends_at for t in own for row in day.on_table(t) if row.starts_at <= at < row.ends_at]
        if not there:
            break
        at = max(there)
    return at


_ORDER: Final[Mapping[ChoiceKind, int]] = {
    "elsewhere": 0,
    "wait": 1,
    "soft_rule": 2,
    "another_zone": 3,
    "another_time": 4,
}


def _waits(day: Snapshot, party: Due, own: tuple[str, ...]) -> Iterable[Choice]:
    at = _free_from(day, own, party.request)
    if own and at - party.request.starts_at <= MOST_DELAY:
        yield Choice("wait", at, own, _minutes(at, party.request))


def _sooner(day: Snapshot, venue: Venue, party: Due) -> Iterable[Choice]:
    """This is the first moment from the promised time on at which any fitting tables are free for the whole turn."""
    first = max(party.request.starts_at, day.read_at)
    at = first
    while at <= first + MOST_DELAY:
        asked = replace(party.request, starts_at=at)
        plans = rank(asked, day, venue, limit=1)
        if plans:
            yield Choice("elsewhere", at, plans[0].tables, _minutes(at, party.request))
            return
        at += STEP / 2


def _elsewhen(day: Snapshot, venue: Venue, party: Due) -> Iterable[Choice]:
    asked = party.request
    for one in alternatives(asked, day, venue, not_before=day.read_at, limit=1):
        kind: ChoiceKind = "another_time" if one.starts_at != asked.starts_at else "another_zone"
        yield Choice(kind, one.starts_at, one.plan.tables, _minutes(one.starts_at, asked))


def _soft(day: Snapshot, party: Due) -> Iterable[Choice]:
    """This looks for free tables that break soft rules only: a chair more, fewer guests than usual, another join."""
    at = max(party.request.starts_at, day.read_at)
    asked = replace(party.request, starts_at=at)
    busy = day.busy_mask(at, asked.ends_at)
    broken = (
        (way, tuple(rule.code for rule in day.floor.check_set(way.tables, asked.party_size, asked.accessible)))
        for way in day.floor.sets
        if not way.mask & busy and asked.promised_zone in (None, way.zone) and _near(day, way, asked.party_size)
    )
    soft = [(way, codes) for way, codes in broken if codes and not _hard(day, way, asked)]
    best = sorted(soft, key=lambda one: (len(one[1]), abs(one[0].capacity - asked.party_size), one[0].order))
    for way, codes in best[:_SOFT_CHOICES]:
        yield Choice("soft_rule", at, way.tables, _minutes(at, party.request), codes)


def _near(day: Snapshot, way: TableSet, party_size: int) -> bool:
    extra = sum(day.floor.tables[t].extra_chairs for t in way.tables)
    return party_size <= way.capacity + extra


def _hard(day: Snapshot, way: TableSet, asked: SeatingRequest) -> bool:
    return any(rule.hard for rule in day.floor.check_set(way.tables, asked.party_size, asked.accessible))


def _minutes(at: datetime, asked: SeatingRequest) -> int:
    return round((at - asked.starts_at).total_seconds() / 60)


def _tables(rows: Iterable[Occupancy]) -> tuple[str, ...]:
    return tuple(sorted(row.table_id for row in rows))
