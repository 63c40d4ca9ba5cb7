"""A night as it really goes: turns run short and long, guests come early, late or not at all, others just walk in.

The bookings of a scenario are accepted by the engine; then the night is played minute by minute under two policies:
`full` follows what happens (ends are extended in steps, who is due next is rescued, a party whose table is late takes
the first that is free), `fixed` seats everybody at the table the plan gave them, whenever that is free. Both see the
same bookings, guests and walk-ins. Chance is seeded by the text SCENARIO:SEED alone: the night is the same anywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import exp
from statistics import NormalDist
from typing import Any, Final, Literal

from maitred.domain.assignment import MoveRules, Plan, Seat, SeatingRequest, decide, rank
from maitred.domain.assignment.rescue import MOST_FROZEN, Due, rescue, stays_until
from maitred.domain.availability import Occupancy, Seated, Snapshot
from maitred.domain.binding import as_of
from maitred.domain.calendar import find_window
from maitred.domain.simulation import Json, Night, play
from maitred.domain.venue_model import Venue

Policy = Literal["fixed", "full"]
POLICIES: Final[tuple[Policy, ...]] = ("fixed", "full")

TURN_SPREAD: Final = 0.18
"""Sigma of the lognormal factor by which a turn differs from its plan; its median is 1."""
COMES_LATE, NO_SHOW = 0.08, 0.03
"""Shares of parties that come 15 to 25 minutes late, and not at all; all others come within 10 minutes."""
WALK_INS_PER_TABLE: Final = 0.25
WALK_IN_SIZES: Final = (1, 2, 2, 2, 2, 3, 4)
NO_SHOW_AFTER: Final = timedelta(minutes=30)
"""When somebody at the door gives up on a party that has not come."""
LONG_WAIT: Final = timedelta(minutes=10)
_LOOKS_EVERY: Final = 5
"""How often, in minutes, a late table is looked at again, though nothing new is known of it."""
_MINUTE: Final = timedelta(minutes=1)
_LONGEST_MINUTES: Final = 60 * 24 * 60
"""A bound on the minutes played, beyond any scenario that somebody waits for."""
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Coming:
    """What a party will do, which nobody knows beforehand: when it comes (None: never) and how long it stays."""

    request: SeatingRequest
    comes_at: datetime | None
    stays: timedelta
    walk_in: bool = False


@dataclass(slots=True)
class Counts:
    """What a night came to. Waiting counts from the promised time, or from when a late party came."""

    parties_seated: int = 0
    guests_seated: int = 0
    no_shows: int = 0
    parties_waiting: int = 0
    guests_waiting: int = 0
    longest_wait_minutes: int = 0
    late_tables: int = 0
    rebound: int = 0
    walk_ins_seated: int = 0
    walk_ins_turned_away: int = 0
    waited_minutes: int = 0
    faults: list[str] = field(default_factory=list)

    def shown(self) -> Json:
        """This is the counts as JSON, with the mean instead of the sum."""
        names = [name for name in self.__slots__ if name != "waited_minutes"]
        mean = round(self.waited_minutes / self.parties_seated, 2) if self.parties_seated else 0.0
        return {**{name: getattr(self, name) for name in names}, "mean_wait_minutes": mean}


@dataclass(slots=True)
class _House:
    """The room at one moment. `sitting` are those at a table with the time they will leave."""

    venue: Venue
    day: Snapshot
    coming: dict[str, Coming]
    policy: Policy
    rules: MoveRules
    counts: Counts = field(default_factory=Counts)
    waiting: dict[str, None] = field(default_factory=dict)
    """Those who have come, in the order in which they came."""
    sitting: dict[str, datetime] = field(default_factory=dict)
    leaves_at: dict[str, datetime] = field(default_factory=dict)
    seated_at: dict[str, datetime] = field(default_factory=dict)
    open: dict[str, Due] = field(default_factory=dict)
    """Those with a table who have not been seated."""
    late: set[str] = field(default_factory=set)
    just_sat: set[str] = field(default_factory=set)
    there: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Each table's last party and until when it has it, buffer included, as it really was."""


def reality_report(scenario: Mapping[str, Any], seed: int | str = 1) -> Json:
    """This plays a scenario's night once under each policy and returns the counts side by side, ready for JSON.

    Raises InvalidInput for a venue that is not sound.
    """
    night = play(scenario)
    sizes = [night.asked[key].party_size for key in night.seating]
    return {
        "format": "maitred.reality/1",
        "scenario": str(scenario["name"]),
        "seed": str(seed),
        "accepted": {"parties": len(sizes), "guests": sum(sizes)},
        "policies": {policy: _reality(scenario, night, seed, policy).shown() for policy in POLICIES},
    }


def reality(scenario: Mapping[str, Any], seed: int | str, policy: Policy, rules: MoveRules | None = None) -> Counts:
    """This plays a scenario's night as chance has it and counts who waited; `faults` names broken guarantees."""
    return _reality(scenario, play(scenario, rules=rules), seed, policy)


def _reality(scenario: Mapping[str, Any], night: Night, seed: int | str, policy: Policy) -> Counts:
    chance = _Chance(f"{scenario['name']}:{seed}")
    guests = {key: Due(night.asked[key]) for key in sorted(night.seating)}
    coming = {key: _guest(guest.request, chance) for key, guest in guests.items()}
    coming |= {one.request.key: one for one in _walk_ins(night.venue, list(coming.values()), chance)}
    rules = night.rules or night.venue.seating.move_rules("auto")
    house = _House(night.venue, _accepted(night, guests), coming, policy, rules, open=guests)
    _played(house)
    _all_accounted_for(house, len(night.seating))
    return house.counts


def _all_accounted_for(house: _House, accepted: int) -> None:
    """This notes when an accepted party was neither seated nor given up on, however it was lost."""
    seen = house.counts.parties_seated + house.counts.no_shows + len(house.open)
    if seen != accepted:
        house.counts.faults.append(f"{accepted} parties were accepted and {seen} are accounted for")


def _accepted(night: Night, guests: Mapping[str, Due]) -> Snapshot:
    """This is the plan when the doors open, on one snapshot: each party's range says which day it is of."""
    rows, parties = [], []
    for key, guest in guests.items():
        asked = guest.request
        parties.append(Seated(key, asked.party_size, asked.starts_at))
        rows += [Occupancy(t, asked.starts_at, asked.ends_at, "booking", key) for t in night.seating[key]]
    movable = [guest.movable() for guest in guests.values()]
    return Snapshot.build(night.floor, rows, parties, _LONG_AGO, movable)


@dataclass(frozen=True, slots=True)
class _Chance:
    """Draws that follow from texts alone: the same on every machine, in any order of asking."""

    seed: str

    def share(self, *about: object) -> float:
        """This is a number between 0 and 1, both excluded."""
        text = ":".join(map(str, (self.seed, *about)))
        return (int.from_bytes(sha256(text.encode()).digest()[:6], "big") + 0.5) / 2**48

    def normal(self, sigma: float, *about: object) -> float:
        """This is a number around 0."""
        return NormalDist(0, sigma).inv_cdf(self.share(*about))

    def whole(self, least: int, most: int, *about: object) -> int:
        """This is a whole number, both ends included."""
        return least + int(self.share(*about) * (most - least + 1))


def _guest(request: SeatingRequest, chance: _Chance) -> Coming:
    key, kind = request.key, chance.share(request.key, "kind")
    minutes = round(max(-10, min(10, chance.normal(5, key, "punctual"))))
    if kind < COMES_LATE:
        minutes = chance.whole(15, 25, key, "late")
    comes_at = None if kind > 1 - NO_SHOW else _whole(request.starts_at) + minutes * _MINUTE
    return Coming(request, comes_at, _stay(request, chance))


def _stay(request: SeatingRequest, chance: _Chance) -> timedelta:
    factor = exp(chance.normal(TURN_SPREAD, request.key, "stay"))
    return max(1, round(request.turn_minutes * factor)) * _MINUTE


def _walk_ins(venue: Venue, booked: Sequence[Coming], chance: _Chance) -> Iterator[Coming]:
    """This draws walk-ins evenly over the services in which there are bookings."""
    windows = {find_window(venue, one.request.starts_at) for one in booked}
    for window in sorted((w for w in windows if w), key=lambda w: w.opens_at):
        minutes = int((window.last_seating_at - window.opens_at) / _MINUTE)
        for number in range(round(len(venue.tables) * WALK_INS_PER_TABLE)):
            key = f"walk-in-{window.service}-{number:03}"
            size = WALK_IN_SIZES[chance.whole(0, len(WALK_IN_SIZES) - 1, key, "size")]
            at = window.opens_at + chance.whole(0, minutes, key, "at") * _MINUTE
            request = SeatingRequest(key, size, at, venue.turn_for(size), venue.buffer_minutes)
            yield Coming(request, at, _stay(request, chance), walk_in=True)


def _played(house: _House) -> None:
    now = _next(house, _LONG_AGO)
    for _ in range(_LONGEST_MINUTES):
        if now is None:
            break
        _minute(house, now)
        now = now + _MINUTE if house.sitting or house.waiting else _next(house, now)
    for key in sorted(house.open):
        house.counts.faults.append(f"{key} was accepted and never seated")


def _next(house: _House, now: datetime) -> datetime | None:
    """This is the next minute in which something happens by itself: somebody comes, or is given up on."""
    news = (
        _whole(one.request.starts_at) + NO_SHOW_AFTER if one.comes_at is None else one.comes_at
        for key, one in house.coming.items()
        if key in house.open or one.walk_in
    )
    return min((at for at in news if at > now), default=None)


def _minute(house: _House, now: datetime) -> None:
    house.day = house.day.at(now)
    for key in sorted(key for key, at in house.leaves_at.items() if at == now):
        _left(house, key, now)
    for key in sorted(house.open):
        _awaited(house, key, now)
    if house.policy == "full":
        _follow(house, now)
        _check_plan(house, now)
    _seat_all(house, now)
    for key in sorted(house.coming):
        if house.coming[key].walk_in and house.coming[key].comes_at == now:
            _walked_in(house, house.coming[key], now)


def _left(house: _House, key: str, now: datetime) -> None:
    ends_at = now + timedelta(minutes=house.coming[key].request.buffer_minutes)
    rows = house.day.of_owner(key)
    house.day = _with_window(house.day, key, rows[0].starts_at, ends_at)
    for row in rows:
        house.there[row.table_id] = (ends_at, key)
    del house.sitting[key], house.leaves_at[key]


def _awaited(house: _House, key: str, now: datetime) -> None:
    one = house.coming[key]
    if one.comes_at == now:
        house.waiting[key] = None
        house.day = house.day.staying(key)  # who has come is moved by nobody, except to be rescued
    elif one.comes_at is None and now >= _whole(one.request.starts_at) + NO_SHOW_AFTER:
        house.day = house.day.without(key)
        del house.open[key]
        house.late.discard(key)
        house.counts.no_shows += 1


def _follow(house: _House, now: datetime) -> None:
    """This tells the plan what is known of the night, and rescues who is due at a table that is late."""
    ends: dict[str, datetime] = {}
    for key, until in house.sitting.items():
        expected = stays_until(until, now) + timedelta(minutes=house.coming[key].request.buffer_minutes)
        late = (key in house.just_sat or now.minute % _LOOKS_EVERY == 0) and _meets(house, key)
        if late or expected > house.day.of_owner(key)[0].ends_at:
            ends[key] = expected
    house.just_sat.clear()
    if not ends:
        return
    found = rescue(as_of(house.day, house.venue, now), house.venue, ends, house.open, house.rules)
    house.day = found.snapshot
    _moved(house, [move.booking_id for move in found.moves])
    raised = {one.booking_id for one in found.late}
    house.counts.late_tables += len(raised - house.late)
    house.late |= raised


def _moved(house: _House, keys: Sequence[str]) -> None:
    """This counts parties that were given other tables; only those may be who have not sat down."""
    house.counts.rebound += len(keys)
    for key in keys:
        if key not in house.open:
            house.counts.faults.append(f"{key} was moved and is not expected")
        if house.venue.seating.move_once:
            house.day = house.day.staying(key)


def _check_plan(house: _House, now: datetime) -> None:
    """This notes whoever is promised a seat and has no tables of its own, unless that was raised."""
    for key, party in house.open.items():
        rows = house.day.of_owner(key)
        tables = [row.table_id for row in rows]
        asked = party.request
        if not rows or house.day.floor.check_set(tables, asked.party_size, asked.accessible):
            house.counts.faults.append(f"{key} lost its tables")
        for row in rows:
            others = (other for other in house.day.on_table(row.table_id) if other.owner_id != key)
            met = [
                o.owner_id
                for o in others
                if o.starts_at < row.ends_at and row.starts_at < o.ends_at and o.ends_at > now
            ]
            untold = [other for other in met if other not in house.late] if key not in house.late else []
            if untold:
                house.counts.faults.append(f"{key} and {untold[0]} share {row.table_id}, and nobody was told")


def _meets(house: _House, key: str) -> bool:
    """This says whether somebody due is still planned at a table that is late."""
    rows = house.day.of_owner(key)
    return any(
        other.owner_id in house.open and other.starts_at < row.ends_at
        for row in rows
        for other in house.day.on_table(row.table_id)
    )


def _seat_all(house: _House, now: datetime) -> None:
    """This seats whoever has come and has a free table, longest due first."""
    due = sorted(house.waiting, key=lambda key: (_due_at(house.coming[key]), key))
    for key in due:
        own = tuple(sorted(row.table_id for row in house.day.of_owner(key)))
        if own and _really_free(house, own, now):
            _sits(house, key, own, now)
        elif house.policy == "full" and now >= _due_at(house.coming[key]):
            _sits_elsewhere(house, key, now)


def _sits_elsewhere(house: _House, key: str, now: datetime) -> None:
    """This seats a party at any tables that are free now for its whole turn."""
    party = house.open[key]
    asked = replace(party.request, starts_at=now, allowed_overrides=frozenset({"pacing"}))
    found = decide(
        asked,
        as_of(house.day, house.venue, now).without(key),
        house.venue,
        replace(house.rules, freeze_minutes=0, budget=min(house.rules.budget, MOST_FROZEN)),
    )
    if isinstance(found, Seat) and _really_free(house, found.plan.tables, now):
        house.day = house.day.with_moves((move.booking_id, move.to_tables) for move in found.moves)
        _moved(house, [key, *(move.booking_id for move in found.moves)])
        _sits(house, key, found.plan.tables, now)


def _sits(house: _House, key: str, tables: Sequence[str], now: datetime) -> None:
    one = house.coming[key]
    turn = timedelta(minutes=one.request.turn_minutes)
    if not _really_free(house, tables, now):
        house.counts.faults.append(f"{key} was seated at {', '.join(tables)} where somebody sits")
    _counted(house, one, now)
    until = now + turn
    ends_at = until + timedelta(minutes=one.request.buffer_minutes)
    house.day = house.day.without(key).with_seating(key, tables, now, ends_at, one.request.party_size)
    house.sitting[key], house.leaves_at[key] = until, now + one.stays
    for table in tables:
        house.there[table] = (now + timedelta(days=1), key)
    house.just_sat.add(key)
    house.open.pop(key, None)
    house.waiting.pop(key, None)
    house.late.discard(key)


def _counted(house: _House, one: Coming, now: datetime) -> None:
    counts, size = house.counts, one.request.party_size
    if one.walk_in:
        counts.walk_ins_seated += 1
        return
    wait = max(timedelta(0), now - _due_at(one))
    counts.parties_seated += 1
    counts.guests_seated += size
    counts.waited_minutes += int(wait / _MINUTE)
    counts.longest_wait_minutes = max(counts.longest_wait_minutes, int(wait / _MINUTE))
    if wait > LONG_WAIT:
        counts.parties_waiting += 1
        counts.guests_waiting += size


def _walked_in(house: _House, one: Coming, now: datetime) -> None:
    """This seats a walk-in where the plan leaves its whole turn free, without moving anybody."""
    plans: list[Plan] = rank(one.request, _as_seen(house, now), house.venue, limit=99)
    free = next((plan.tables for plan in plans if _really_free(house, plan.tables, now)), None)
    if free is None:
        house.counts.walk_ins_turned_away += 1
    else:
        _sits(house, one.request.key, free, now)


def _as_seen(house: _House, now: datetime) -> Snapshot:
    """This is the plan with everybody who sits past their time taken to stay another buffer."""
    day = house.day
    for key in house.sitting:
        seen = now + timedelta(minutes=house.coming[key].request.buffer_minutes)
        if day.of_owner(key)[0].ends_at < seen:
            day = _with_window(day, key, day.of_owner(key)[0].starts_at, seen)
    return day


def _really_free(house: _House, tables: Sequence[str], now: datetime) -> bool:
    return all(house.there[t][0] <= now for t in tables if t in house.there)


def _with_window(day: Snapshot, key: str, starts_at: datetime, ends_at: datetime) -> Snapshot:
    rows, size = day.of_owner(key), day.party_size(key)
    tables = sorted(row.table_id for row in rows)
    return day.without(key).with_seating(key, tables, starts_at, ends_at, size)


def _whole(instant: datetime) -> datetime:
    """This is the minute an instant lies in: the night is played by the minute."""
    return instant.replace(second=0, microsecond=0)


def _due_at(one: Coming) -> datetime:
    assert one.comes_at is not None
    return max(one.request.starts_at, one.comes_at)
