"""A night, or a longer period, played through the engine: no database, no clock of its own (docs/scenarios.md).

Requests are decided one at a time in the order of the file, each at the time it was made; a refusal is final, and a
cancelled party frees its tables. What the venue refuses at the door (`admission`) is refused here too, whatever the
policy, and so is what its pacing forbids.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from maitred.domain.admission import Wish, admit
from maitred.domain.assignment import (
    NO_MOVES,
    Decision,
    Move,
    MoveRules,
    Plan,
    Refuse,
    Seat,
    SeatingRequest,
    decide,
)
from maitred.domain.assignment.refusals import no_allowed_set, no_capacity, pacing_refusal
from maitred.domain.availability import Movable, Snapshot
from maitred.domain.binding import as_of, mode_of
from maitred.domain.booking import Source
from maitred.domain.calendar import day_bounds, service_date
from maitred.domain.errors import InvalidInput, NeedsOverride
from maitred.domain.floor import Floor, TableSet
from maitred.domain.venue import parse_venue
from maitred.domain.venue_model import Venue

Json = dict[str, Any]
Clock = Callable[[], int]
"""Nanoseconds from any start, as `time.perf_counter_ns`."""

PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


class Moved(NamedTuple):
    """One party that changed tables, when, and for whom."""

    at: datetime
    move: Move
    made_room_for: str


class Book:
    """Who sits where: a snapshot for each service day, as the pipeline has it.

    A party that stays near the end of its service day is known to the neighbouring day as well, where nobody moves it.
    """

    def __init__(self, venue: Venue, floor: Floor) -> None:
        self._venue, self._floor = venue, floor
        self._days: dict[date, Snapshot] = {}
        self._seated: dict[str, tuple[SeatingRequest, tuple[date, ...]]] = {}
        longest = max((row.minutes for row in venue.turn_minutes), default=0) + venue.buffer_minutes
        self._longest = timedelta(minutes=longest)

    def on(self, day: date) -> Snapshot:
        """This is one service day as it stands."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = Snapshot.build(self._floor, [], [], _LONG_AGO)
        return found

    def seat(self, request: SeatingRequest, tables: Iterable[str], day: date, order: int) -> None:
        """This puts a party down; `order` is its place among those who asked."""
        days = (day, *self._neighbours(request, day))
        self._seated[request.key] = (request, days)
        guest = Movable(request.key, request.party_size, request.accessible, order=order)
        for one in days:
            self._put(request, tables, one, guest if one == day else None)

    def move(self, moves: Sequence[Move], day: date) -> None:
        """This carries out the moves of one decision."""
        after = self.on(day).with_moves((move.booking_id, move.to_tables) for move in moves)
        if self._venue.seating.move_once and moves:
            gone = {move.booking_id for move in moves}
            after = replace(after, movable={key: guest for key, guest in after.movable.items() if key not in gone})
        self._days[day] = after
        for move in moves:
            request, days = self._seated[move.booking_id]
            for other in days[1:]:
                self._days[other] = self.on(other).without(move.booking_id)
                self._put(request, move.to_tables, other, None)

    def remove(self, key: str) -> None:
        """This takes a party out; one that was never seated is no trouble."""
        for day in self._seated.pop(key, (None, ()))[1]:
            self._days[day] = self.on(day).without(key)

    def _put(self, request: SeatingRequest, tables: Iterable[str], day: date, guest: Movable | None) -> None:
        window = request.starts_at, request.ends_at
        self._days[day] = self.on(day).with_seating(request.key, tables, *window, request.party_size, guest)

    def _neighbours(self, request: SeatingRequest, day: date) -> Iterable[date]:
        opens, closes = day_bounds(self._venue, day)
        if request.starts_at < opens + self._longest:
            yield day - _DAY
        if request.ends_at > closes - self._longest:
            yield day + _DAY


@dataclass(slots=True)
class Night:
    """What has been decided so far, by booking in order of asking; `took_ns` is how long each decision took.

    `rules` None means the venue's own; where the venue asks a person about moves, that person says yes.

    `seen` is the day on which a party was refused, as it then was, for who wants to explain it.
    """

    venue: Venue
    floor: Floor
    book: Book
    rules: MoveRules | None
    seating: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: dict[str, SeatingRequest] = field(default_factory=dict)
    decided: dict[str, Decision] = field(default_factory=dict)
    seen: dict[str, Snapshot] = field(default_factory=dict)
    cancelled: dict[str, datetime] = field(default_factory=dict)
    moved: list[Moved] = field(default_factory=list)
    took_ns: list[int] = field(default_factory=list)

    def rules_at(self, starts_at: datetime) -> MoveRules:
        """This is what may be done for a party that comes then."""
        return self.rules or self.venue.seating.move_rules(mode_of(self.venue, starts_at))

    @property
    def moves(self) -> int:
        """This counts the accepted bookings that were moved to other tables."""
        return len(self.moved)

    @property
    def refused(self) -> dict[str, Refuse]:
        """This is every refusal, cancelled later or not."""
        return {key: made for key, made in self.decided.items() if isinstance(made, Refuse)}

    @property
    def decision_ms(self) -> dict[str, float]:
        """This is nearest-rank percentiles of the decisions' times; empty without a clock."""
        return _percentiles(self.took_ns) if self.took_ns else {}

    def result(self, scenario: str) -> Json:
        """This is the night in the form maitred.seating/1; without a clock there is no `decision_ms`."""
        result: Json = {
            "format": "maitred.seating/1",
            "scenario": scenario,
            "seating": {key: list(tables) for key, tables in self.seating.items()},
            "declined": {key: refusal.code for key, refusal in self.refused.items()},
            "moves": self.moves,
        }
        return {**result, "decision_ms": self.decision_ms} if self.took_ns else result


Policy = Callable[[SeatingRequest, Snapshot, Venue, MoveRules], Decision]


def simulate(
    scenario: Mapping[str, Any], policy: str = "full", *, rules: MoveRules | None = None, clock: Clock | None = None
) -> Json:
    """This plays a scenario and returns its result; `policy` is one of POLICIES, and only `full` moves anybody.

    Raises InvalidInput: `unknown_policy`, or what is wrong with the venue.
    """
    return play(scenario, policy, rules=rules, clock=clock).result(str(scenario["name"]))


def play(
    scenario: Mapping[str, Any], policy: str = "full", *, rules: MoveRules | None = None, clock: Clock | None = None
) -> Night:
    """This plays a scenario and returns the night with every decision in it, for who wants to explain or draw it."""
    if policy not in POLICIES:
        known = ", ".join(POLICIES)
        raise InvalidInput(f"There is no policy {policy!r}; known are: {known}.", field="policy", code="unknown_policy")
    venue = parse_venue(scenario["venue"])
    floor = Floor.compile(venue)
    night = Night(venue, floor, Book(venue, floor), rules)
    events: Sequence[Json] = scenario["events"]
    for event in events:
        if event["type"] == "cancel":
            _cancelled(night, event["booking_id"], _instant(event["at"]))
        else:
            _asked(night, event["booking"], _instant(event["at"]), POLICIES[policy], clock)
    return night


def seating_request(venue: Venue, booking: Mapping[str, Any]) -> SeatingRequest:
    """This is the request of a booking in a scenario file; raises InvalidInput `no_turn_time`."""
    return _request(venue, booking, venue.turn_for(booking["party_size"]))


def _request(venue: Venue, booking: Mapping[str, Any], turn_minutes: int) -> SeatingRequest:
    return SeatingRequest(
        key=booking["id"],
        party_size=booking["party_size"],
        starts_at=_instant(booking["start"]),
        turn_minutes=turn_minutes,
        buffer_minutes=venue.buffer_minutes,
        accessible=booking.get("accessible", False),
        zone_preference=booking.get("zone_preference"),
        allowed_overrides=frozenset(booking.get("x_overrides", ())),
    )


def _asked(night: Night, booking: Json, at: datetime, policy: Policy, clock: Clock | None) -> None:
    refusal = _refused_at_the_door(night, booking, at)
    if refusal is not None:
        night.decided[booking["id"]] = refusal
        return
    request = seating_request(night.venue, booking)
    night.asked[request.key] = request
    day = service_date(night.venue, request.starts_at)
    before, rules = as_of(night.book.on(day), night.venue, at), night.rules_at(request.starts_at)
    began = clock() if clock else 0
    decision = policy(request, before, night.venue, rules)
    if clock:
        night.took_ns.append(clock() - began)
    night.decided[request.key] = decision
    if isinstance(decision, Seat):
        _seated(night, request, decision, day, at)
    else:
        night.seen[request.key] = before


def _refused_at_the_door(night: Night, booking: Json, at: datetime) -> Refuse | None:
    """This is what the API answers before anything is decided; a party no tables fit is told in the engine's words."""
    wish = Wish(
        party_size=booking["party_size"],
        starts_at=_instant(booking["start"]),
        source=Source(booking.get("source", Source.WEB)),
        accessible=booking.get("accessible", False),
        zone_preference=booking.get("zone_preference"),
        overrides=frozenset(booking.get("x_overrides", ())),
    )
    try:
        admit(night.venue, night.floor, wish, at)
    except (InvalidInput, NeedsOverride) as fault:
        if not night.floor.candidates(wish.party_size, wish.accessible):
            return no_allowed_set(_request(night.venue, booking, 0), night.floor)
        return Refuse(fault.reason_code, fault.message, {"field": fault.field, **fault.data})
    return None


def _seated(night: Night, request: SeatingRequest, seat: Seat, day: date, at: datetime) -> None:
    night.book.move(seat.moves, day)
    night.seating.update({move.booking_id: move.to_tables for move in seat.moves})
    night.moved += [Moved(at, move, request.key) for move in seat.moves]
    night.seating[request.key] = seat.plan.tables
    night.book.seat(request, seat.plan.tables, day, len(night.decided))


def _cancelled(night: Night, key: str, at: datetime) -> None:
    night.cancelled[key] = at
    night.book.remove(key)
    night.seating.pop(key, None)


def _reference(name: str, order: Callable[[TableSet, int], tuple[Any, ...]]) -> Policy:
    """This is a rule of the kind others use: take the first free set in some order, move nobody."""

    def decided(request: SeatingRequest, day: Snapshot, venue: Venue, _rules: MoveRules) -> Decision:
        party = request.party_size
        fitting = day.floor.candidates(party, request.accessible)
        if not fitting:
            return no_allowed_set(request, day.floor)
        refusal = pacing_refusal(request, day, venue)
        if refusal is not None:
            return refusal
        busy = day.busy_mask(request.starts_at, request.ends_at)
        free = [tables for tables in fitting if not tables.mask & busy]
        if not free:
            return no_capacity(request, day)
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
