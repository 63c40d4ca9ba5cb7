"""What the engine is asked and what it answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from maitred.domain.assignment.outlook import BLANK, Outlook, outlook
from maitred.domain.availability import Snapshot
from maitred.domain.floor import Floor, TableSet
from maitred.domain.venue_model import Venue

Outcomes = Mapping[tuple[str, ...], tuple[int, int]]
"""Recorded outcomes of a set of tables (ids sorted): how often it went well, out of how often it was used."""


@dataclass(frozen=True, slots=True)
class SeatingRequest:
    """One party asking for tables. `key` names it in records; the answer does not depend on it.

    `allowed_overrides` may hold "pacing". `excluded_sets` are sets of table ids not to be offered again, because
    taking them has just failed. `outcomes` is what `historical_success` learns from; none is neutral. `zone_preference`
    is a wish and turns nobody away; a `promised_zone` is kept, or the party is refused.
    """

    key: str
    party_size: int
    starts_at: datetime
    turn_minutes: int
    buffer_minutes: int
    accessible: bool = False
    zone_preference: str | None = None
    allowed_overrides: frozenset[str] = frozenset()
    excluded_sets: Collection[Collection[str]] = frozenset()
    outcomes: Outcomes = field(default_factory=dict, hash=False)
    promised_zone: str | None = None

    @property
    def ends_at(self) -> datetime:
        """This is when the tables are free again: turn and buffer are elapsed minutes."""
        return self.starts_at + timedelta(minutes=self.turn_minutes + self.buffer_minutes)

    def fitting(self, floor: Floor) -> tuple[TableSet, ...]:
        """This lists the sets that seat the party as promised on an empty floor."""
        found = floor.candidates(self.party_size, self.accessible)
        return found if self.promised_zone is None else tuple(s for s in found if s.zone == self.promised_zone)

    def ways(self, floor: Floor) -> tuple[TableSet, ...]:
        """This lists the fitting sets that are not excluded."""
        excluded = {frozenset(tables) for tables in self.excluded_sets}
        found = self.fitting(floor)
        return tuple(s for s in found if frozenset(s.tables) not in excluded) if excluded else found

    def confined(self, floor: Floor) -> "SeatingRequest":
        """This is the same request with what lies outside its promised zone excluded, for who looks at sets alone."""
        if self.promised_zone is None:
            return self
        inside, every = self.ways(floor), floor.candidates(self.party_size, self.accessible)
        return replace(self, excluded_sets=tuple(s.tables for s in every if s not in inside))


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to seat a party. `score` is the sum of `terms`, each already weighted; higher is better.

    `strategy` is the one whose terms set the plan most apart from the next best.
    """

    tables: tuple[str, ...]
    zone: str
    capacity: int
    score: float
    terms: Mapping[str, float]
    strategy: str


@dataclass(frozen=True, slots=True)
class Move:
    """A booking that changes its tables, in the window it has, so that one more party fits."""

    booking_id: str
    from_tables: tuple[str, ...]
    to_tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """The party can be seated: the best plan, the next best, and how many were weighed.

    The plan holds only when all `moves` are made with it; the tables are not free before.
    """

    plan: Plan
    runner_up: Plan | None
    candidates: int
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """The party cannot be seated, and why. `data` holds only what JSON can carry.

    Codes: `no_allowed_set`, `pacing_covers`, `pacing_parties`, `no_capacity`.
    """

    code: str
    message: str
    data: Mapping[str, Any]


Decision = Seat | Refuse


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another time that would work, or another zone at the same time: what to ask for, and the plan that shows it."""

    starts_at: datetime
    plan: Plan
    asked: SeatingRequest


@dataclass(frozen=True, slots=True)
class Scene:
    """What strategies and score terms look at: the request, the sets free for it, busy zones, and who may yet come."""

    request: SeatingRequest
    free: tuple[TableSet, ...]
    zone_load: Mapping[str, float]
    outlook: Outlook = BLANK

    @classmethod
    def of(cls, request: SeatingRequest, snapshot: Snapshot, venue: Venue | None = None) -> "Scene":
        """This gathers the scene of a request from the state of the floor; without a venue nobody else is expected."""
        floor = snapshot.floor
        busy = snapshot.busy_mask(request.starts_at, request.ends_at)
        return cls(
            request,
            tuple(s for s in request.ways(floor) if not s.mask & busy),
            {z: (busy & mask).bit_count() / (mask.bit_count() or 1) for z, mask in floor.zone_masks.items()},
            BLANK if venue is None else outlook(snapshot, venue, request.starts_at, request.ends_at),
        )
