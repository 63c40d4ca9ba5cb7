"""One night played through the engine: no database, no clock of its own, the form of examples/scenarios/FORMAT.md.

Requests are decided one at a time in the order of the file, each at the time it was made; a refusal is final, and a
cancelled party frees its tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from maitred.domain.assignment import MOVES, NO_MOVES, Decision, MoveRules, Plan, Seat, SeatingRequest, decide
from maitred.domain.assignment.refusals import no_allowed_set, no_capacity
from maitred.domain.availability import Movable, Snapshot
from maitred.domain.errors import InvalidInput
from maitred.domain.floor import Floor, TableSet
from maitred.domain.venue import parse_venue
from maitred.domain.venue_model import Venue

Json = dict[str, Any]
Clock = Callable[[], int]
"""Nanoseconds from any start, as `time.perf_counter_ns`."""

PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


@dataclass(slots=True)
class Night:
    """What has been decided so far. `decided` keeps every decision by booking, `took_ns` how long each took."""

    venue: Venue
    day: Snapshot
    seating: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decided: dict[str, Decision] = field(default_factory=dict)
    took_ns: list[int] = field(default_factory=list)
    moves: int = 0

    def result(self, scenario: str) -> Json:
        """This is the night in the form maitred.seating/1; without a clock there is no `decision_ms`."""
        declined = {key: made.code for key, made in self.decided.items() if not isinstance(made, Seat)}
        result: Json = {
            "format": "maitred.seating/1",
            "scenario": scenario,
            "seating": {key: list(tables) for key, tables in self.seating.items()},
            "declined": declined,
            "moves": self.moves,
        }
        return {**result, "decision_ms": _percentiles(self.took_ns)} if self.took_ns else result


_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

Policy = Callable[[SeatingRequest, Snapshot, Venue, MoveRules], Decision]


def simulate(
    scenario: Mapping[str, Any], policy: str = "full", *, rules: MoveRules = MOVES, clock: Clock | None = None
) -> Json:
    """This plays a scenario and returns its result; `policy` is one of POLICIES, and only `full` moves anybody.

    Raises InvalidInput: `unknown_policy`, or what is wrong with the venue.
    """
    return play(scenario, policy, rules=rules, clock=clock).result(str(scenario["name"]))


def play(
    scenario: Mapping[str, Any], policy: str = "full", *, rules: MoveRules = MOVES, clock: Clock | None = None
) -> Night:
    """This plays a scenario and returns the night with every decision in it, for who wants to explain or draw it."""
    if policy not in POLICIES:
        known = ", ".join(POLICIES)
        raise InvalidInput(f"There is no policy {policy!r}; known are: {known}.", field="policy", code="unknown_policy")
    venue = parse_venue(scenario["venue"])
    events: Sequence[Json] = scenario["events"]
    night = Night(venue, Snapshot.build(Floor.compile(venue), [], [], _LONG_AGO))
    for event in events:
        night.day = night.day.at(_instant(event["at"]))
        if event["type"] == "cancel":
            _cancelled(night, event["booking_id"])
        else:
            _asked(night, seating_request(venue, event["booking"]), POLICIES[policy], rules, clock)
    return night


def seating_request(venue: Venue, booking: Mapping[str, Any]) -> SeatingRequest:
    """This is the request of a booking in a scenario file."""
    return SeatingRequest(
        key=booking["id"],
        party_size=booking["party_size"],
        starts_at=_instant(booking["start"]),
        turn_minutes=venue.turn_for(booking["party_size"]),
        buffer_minutes=venue.buffer_minutes,
        accessible=booking.get("accessible", False),
        zone_preference=booking.get("zone_preference"),
    )


def _asked(night: Night, request: SeatingRequest, policy: Policy, rules: MoveRules, clock: Clock | None) -> None:
    began = clock() if clock else 0
    decision = policy(request, night.day, night.venue, rules)
    if clock:
        night.took_ns.append(clock() - began)
    night.decided[request.key] = decision
    if isinstance(decision, Seat):
        _seated(night, request, decision)


def _seated(night: Night, request: SeatingRequest, seat: Seat) -> None:
    night.day = night.day.with_moves((move.booking_id, move.to_tables) for move in seat.moves)
    night.seating.update({move.booking_id: move.to_tables for move in seat.moves})
    night.moves += len(seat.moves)
    night.seating[request.key] = seat.plan.tables
    night.day = night.day.with_seating(
        request.key,
        seat.plan.tables,
        request.starts_at,
        request.ends_at,
        request.party_size,
        Movable(request.key, request.party_size, request.accessible),
    )


def _cancelled(night: Night, key: str) -> None:
    night.day = night.day.without(key)
    night.seating.pop(key, None)


def _reference(name: str, order: Callable[[TableSet, int], tuple[Any, ...]]) -> Policy:
    """This is a rule of the kind others use: take the first free set in some order, move nobody."""

    def decided(request: SeatingRequest, day: Snapshot, _venue: Venue, _rules: MoveRules) -> Decision:
        party = request.party_size
        fitting = day.floor.candidates(party, request.accessible)
        busy = day.busy_mask(request.starts_at, request.ends_at)
        free = [tables for tables in fitting if not tables.mask & busy]
        if not free:
            return no_capacity(request, day) if fitting else no_allowed_set(request, day.floor)
        best = min(free, key=lambda tables: order(tables, party))
        return Seat(Plan(best.tables, best.zone, best.capacity, 0.0, {}, name), None, len(free))

    return decided


def _full(request: SeatingRequest, day: Snapshot, venue: Venue, rules: MoveRules) -> Decision:
    return decide(request, day, venue, rules)


def _no_moves(request: SeatingRequest, day: Snapshot, venue: Venue, _: MoveRules) -> Decision:
    return decide(request, day, venue, NO_MOVES)


POLICIES: Final[Mapping[str, Policy]] = {
    "first_fit": _reference("first_fit", lambda s, _: (s.order,)),
    "best_fit": _reference("best_fit", lambda s, party: (s.capacity - party, len(s.tables), s.order)),
    "no_moves": _no_moves,
    "full": _full,
}


def _percentiles(took_ns: Sequence[int]) -> dict[str, float]:
    in_order = sorted(took_ns)
    last = len(in_order) - 1
    return {name: round(in_order[round(part * last)] / 1e6, 3) for name, part in PERCENTILES.items()}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
