"""What would make a refused party fit: the smallest changes, each tried on the engine before it is told.

Guests are told of other times, a smaller party, and wishes to give up; staff also of who stands alone in the way, of
a shorter stay, of rules they may set aside, and of moves beyond the rules.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Final

from maitred.domain.assignment.alternatives import tiers
from maitred.domain.assignment.engine import decide
from maitred.domain.assignment.explanation import Blocker, Line
from maitred.domain.assignment.model import Move, Plan, Seat, SeatingRequest
from maitred.domain.assignment.moves import MOVES, NO_MOVES, MoveRules, find_moves
from maitred.domain.assignment.obstacles import Known, Obstacles
from maitred.domain.availability import Snapshot
from maitred.domain.errors import InvalidInput
from maitred.domain.floor import Floor, TableSet
from maitred.domain.venue_model import Table, Venue

SHORTEST_STAY: Final = 45
"""A shorter stay than this, or than half the usual turn, is no offer."""
TRIES: Final = 100
"""Times that are tried in each direction, on the venue's grid."""
ALONE_TOLD: Final = 3
LONGER: Final = 4
"""How many times the effort of a decision an explanation may spend on looking for moves."""
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Case:
    """One decision to explain: what was asked, on which floor, by which rules."""

    request: SeatingRequest
    snapshot: Snapshot
    venue: Venue
    rules: MoveRules
    known: Known
    thorough: bool
    not_before: datetime

    def local(self, instant: datetime) -> str:
        """This is an instant in the venue's own time."""
        return instant.astimezone(self.venue.tz).isoformat()

    def zone_name(self, zone: str) -> str:
        """This is what the venue calls a zone."""
        return next((one.name for one in self.venue.zones if one.id == zone), zone)

    def asked(self) -> dict[str, Any]:
        """This is who asked and for when, buffer included."""
        request = self.request
        return {
            "party_size": request.party_size,
            "accessible": request.accessible,
            "zone_name": self.zone_name(request.promised_zone) if request.promised_zone else None,
            "starts_at": self.local(request.starts_at),
            "ends_at": self.local(request.ends_at),
        }

    def here(self, blocker: Blocker) -> Blocker:
        """This is a blocker in the venue's own time."""
        tz = self.venue.tz
        return replace(blocker, starts_at=blocker.starts_at.astimezone(tz), ends_at=blocker.ends_at.astimezone(tz))

    def fits(self, snapshot: Snapshot | None = None, **changes: Any) -> Plan | None:
        """This asks the engine whether the party, changed so, would be seated with nobody moved."""
        day, request = snapshot or self.snapshot, replace(self.request, **changes)
        busy = day.busy_mask(request.starts_at, request.ends_at)
        if all(way.mask & busy for way in request.ways(day.floor)):
            return None  # cheaper than asking, and asked often
        decision = decide(request, day, self.venue, NO_MOVES)
        return decision.plan if isinstance(decision, Seat) else None


def remedies(case: Case, standing: Obstacles) -> Iterator[Line]:
    """This lists what would help where every way is taken; times far from the one asked for come last."""
    near, *far = tiers(case.request.starts_at, case.venue, case.not_before)
    close = list(_other_times(case, [near]))
    yield from close
    yield from _smaller_party(case, case.request.party_size - 1)
    yield from _without_access(case)
    yield from _other_zone(case)
    yield from _shorter_stay(case, standing)
    yield from _alone_in_the_way(case, standing)
    yield from _overrides(case)
    if case.thorough:
        yield from _moves_beyond_the_rules(case)
    if not close:
        yield from _other_times(case, far)


def paced_remedies(case: Case, code: str, data: Mapping[str, Any]) -> Iterator[Line]:
    """This lists what would help where the slot is full: other slots, fewer covers, a rule set aside."""
    yield from _other_times(case, tiers(case.request.starts_at, case.venue, case.not_before))
    if code == "pacing_covers":
        yield from _smaller_party(case, data["limit"] - data["taken"])
    allowed = case.request.allowed_overrides | {"pacing"}
    plan = case.fits(allowed_overrides=allowed)
    if plan:
        rules = {"tables": list(plan.tables), "rules": ["pacing"]}
        change = {"tables": list(plan.tables), "override": ["pacing"]}
        yield Line("override_pacing", {**rules, "change": change}, for_staff=True)


def too_large_remedies(case: Case) -> Iterator[Line]:
    """This lists what would help a party for which no tables are enough."""
    yield from _smaller_party(
        case, min(case.request.party_size - 1, case.snapshot.floor.largest_party(case.request.accessible))
    )
    yield from _without_access(case)
    yield from _other_zone(case)


# -- for everybody -----------------------------------------------------------------------------------------------------


def _other_times(case: Case, choices: Iterable[list[datetime]]) -> Iterator[Line]:
    """This is the nearest time with room before and after, of the first choices that have one, for staff with where."""
    asked, found = case.request.starts_at, list[tuple[datetime, Plan]]()
    for times in choices:
        earlier = _first_fit(case, (at for at in times if at < asked))
        later = _first_fit(case, (at for at in times if at > asked))
        found = sorted((one for one in (earlier, later) if one), key=lambda one: (abs(one[0] - asked), one[0]))
        if found:
            break
    if found:
        at, plan = found[0]
        yield Line("nearest_gap", {"starts_at": case.local(at), "tables": list(plan.tables)}, for_staff=True)
    for at, _ in found:
        local = case.local(at)
        yield Line(
            "another_time",
            {"starts_at": local, "minutes": (at - asked) // _MINUTE, "change": {"starts_at": local}},
        )


def _first_fit(case: Case, times: Iterable[datetime]) -> tuple[datetime, Plan] | None:
    for at, _ in zip(times, range(TRIES), strict=False):
        plan = case.fits(starts_at=at, excluded_sets=())
        if plan is not None:
            return at, plan
    return None


def _smaller_party(case: Case, largest: int) -> Iterator[Line]:
    """This is the largest smaller party for which there is room (at least half of it); its turn may be shorter."""
    for size in range(largest, (case.request.party_size - 1) // 2, -1):
        turn = _turn_for(case.venue, size)
        if turn is not None and case.fits(party_size=size, turn_minutes=turn):
            yield Line("smaller_party", {"party_size": size, "change": {"party_size": size}})
            return


def _turn_for(venue: Venue, size: int) -> int | None:
    try:
        return venue.turn_for(size)
    except InvalidInput:
        return None


def _without_access(case: Case) -> Iterator[Line]:
    if case.request.accessible and case.fits(accessible=False):
        yield Line("without_accessible", {"change": {"accessible": False}})


def _other_zone(case: Case) -> Iterator[Line]:
    """This is every other zone with room at that time, for a party that was promised one."""
    for zone in case.venue.zones if case.request.promised_zone else ():
        if zone.id != case.request.promised_zone and case.fits(promised_zone=zone.id):
            change = {"zone_preference": zone.id}
            yield Line("other_zone", {"zone": zone.id, "zone_name": zone.name, "change": change})


# -- for staff ---------------------------------------------------------------------------------------------------------


def _shorter_stay(case: Case, standing: Obstacles) -> Iterator[Line]:
    """This is the longest stay that some way has room for from the very start."""
    request = case.request
    until = max((_free_until(way, standing) for way in standing.ways), default=request.starts_at)
    stay = (until - request.starts_at) // _MINUTE - request.buffer_minutes
    if stay < max(SHORTEST_STAY, request.turn_minutes // 2):
        return
    plan = case.fits(turn_minutes=stay)
    if plan:
        leaves = case.local(request.starts_at + stay * _MINUTE)
        facts = {"tables": list(plan.tables), "until": leaves, "stay_minutes": stay}
        change = {"turn_minutes": stay}
        yield Line("shorter_stay", {**facts, "turn_minutes": request.turn_minutes, "change": change}, for_staff=True)


def _free_until(way: TableSet, standing: Obstacles) -> datetime:
    request = standing.request
    first = (one.starts_at for table in way.tables for one in standing.by_table[table])
    return max(min(first, default=request.ends_at), request.starts_at)


def _alone_in_the_way(case: Case, standing: Obstacles) -> Iterator[Line]:
    """This names those who alone stand in some way, the ones that do so for the shortest time first."""
    alone: dict[str, tuple[int, int, TableSet]] = {}
    for way in standing.ways:
        owners = standing.owners(way)
        if len(owners) == 1:
            overlap = _overlap(way, standing)
            alone[owners[0]] = min(alone.get(owners[0], (overlap, way.order, way)), (overlap, way.order, way))
    for owner, (overlap, _, way) in sorted(alone.items(), key=lambda item: (item[1][:2], item[0]))[:ALONE_TOLD]:
        if case.fits(case.snapshot.without(owner)):
            blocker = case.here(standing.blocker(owner, way.tables)).document()
            facts = {"tables": list(way.tables), "blocker": blocker, "overlap_minutes": overlap}
            yield Line("without_one", {**facts, "change": {"without": owner}}, for_staff=True)


def _overlap(way: TableSet, standing: Obstacles) -> int:
    """This is for how many minutes of the window the way is taken, at most by one table's rows."""
    request = standing.request
    rows = [one for table in way.tables for one in standing.by_table[table]]
    begins = max(request.starts_at, min(one.starts_at for one in rows))
    ends = min(request.ends_at, max(one.ends_at for one in rows))
    return -((begins - ends) // _MINUTE)  # rounded up


def _overrides(case: Case) -> Iterator[Line]:
    """This is free tables that only soft rules keep from the party: one table if it can be, else two."""
    request, floor = case.request, case.snapshot.floor
    busy = case.snapshot.busy_mask(request.starts_at, request.ends_at)
    free = [table for table in floor.tables.values() if not floor.bit[table.id] & busy]
    for tables in _near_misses(request, floor, free):
        broken = floor.check_set(tables, request.party_size, request.accessible)
        outside = request.promised_zone not in (None, floor.tables[tables[0]].zone)
        if broken and not outside and not any(rule.hard for rule in broken):
            rules = sorted({rule.code for rule in broken})
            change = {"tables": list(tables), "override": rules}
            yield Line("override", {"tables": list(tables), "rules": rules, "change": change}, for_staff=True)
            return


def _near_misses(request: SeatingRequest, floor: Floor, free: list[Table]) -> Iterator[tuple[str, ...]]:
    """This lists what may do, the fewest tables and seats first."""

    def seats(*tables: Table) -> int:
        return sum(table.capacity + table.extra_chairs for table in tables)

    single = sorted((seats(table), floor.bit[table.id], (table.id,)) for table in free)
    yield from (ids for enough, _, ids in single if enough >= request.party_size)
    pairs = sorted(
        (seats(a, b), floor.bit[a.id], floor.bit[b.id], (a.id, b.id))
        for a, b in combinations((table for table in free if table.movable), 2)
        if a.zone == b.zone and seats(a, b) >= request.party_size
    )
    yield from (ids for _, _, _, ids in pairs)


def _moves_beyond_the_rules(case: Case) -> Iterator[Line]:
    """This looks longer than a decision may, for a move more than may be made, and among those close to their time."""
    if not case.snapshot.movable:
        return
    found: list[tuple[Move, ...]] = []
    for rules in _wider_rules(case.rules):
        moves = find_moves(case.request.confined(case.snapshot.floor), case.snapshot, rules)
        if moves and moves not in found:
            yield Line("with_moves", _moves_told(case, moves, rules), for_staff=True)
            found.append(moves)
        if found and (rules.budget, rules.freeze_minutes) == (case.rules.budget, case.rules.freeze_minutes):
            return  # no rule has to give


def _wider_rules(usual: MoveRules) -> tuple[MoveRules, ...]:
    budget = max(usual.budget, MOVES.budget)
    return (
        replace(usual, effort=LONGER * usual.effort),
        *([replace(usual, budget=budget)] if usual.budget < budget else []),
        replace(usual, budget=budget, freeze_minutes=0),
    )


def _moves_told(case: Case, moves: Iterable[Move], rules: MoveRules) -> dict[str, Any]:
    told = moves_told(case, moves)
    return {
        "moves": told,
        "budget": rules.budget,
        "freeze_minutes": rules.freeze_minutes,
        "usual_budget": case.rules.budget,
        "usual_freeze_minutes": case.rules.freeze_minutes,
        "change": {"moves": told},
    }


def moves_told(case: Case, moves: Iterable[Move]) -> list[dict[str, Any]]:
    """This is who would move from where to where, by name."""
    return [_told(case, move) for move in moves]


def _told(case: Case, move: Move) -> dict[str, Any]:
    return {
        "booking_id": move.booking_id,
        "name": case.known.name(move.booking_id),
        "from": list(move.from_tables),
        "to": list(move.to_tables),
    }
