"""What the optimizer is asked and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from maitred.domain.availability import Occupancy

SEAT: Final = 100
"""Losses are whole hundredths of a seat, so that sums are exact."""

Standing = Literal["seated", "waiting", "refused"]
Status = Literal["optimal", "feasible"]


@dataclass(frozen=True, slots=True)
class Party:
    """One booking that may change its tables (`tables` are those it has), or that has none yet and would like some.

    A `refused` party is final: it is counted after everybody who waits, and only reported. With `single_only` it is
    not moved into a join.
    """

    key: str
    party_size: int
    starts_at: datetime
    ends_at: datetime
    tables: tuple[str, ...] = ()
    accessible: bool = False
    promised_zone: str | None = None
    zone_preference: str | None = None
    standing: Standing = "seated"
    single_only: bool = False


@dataclass(frozen=True, slots=True)
class SlotRoom:
    """What pacing leaves of one slot for those who are not seated yet; None means unlimited."""

    keys: tuple[str, ...]
    covers: int | None
    parties: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """One service day to plan again. Whatever is in `taken` stays where it is; `max_moves` None means any number."""

    parties: tuple[Party, ...]
    taken: tuple[Occupancy, ...] = ()
    slots: tuple[SlotRoom, ...] = ()
    max_moves: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the solver may work: `effort` for each of its questions, in its own deterministic seconds.

    `wall_s` only guards against a machine that has stalled; a run it ends may differ from its equal.
    """

    effort: float = 8.0
    wall_s: float = 120.0


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """A booking that would change its tables.

    `makes_room_for` names the newly seated parties that take tables it had, `clears_way_of` the moved ones that do;
    `saves` is what its new tables lose less than its old ones, in hundredths of a seat (below 0: they lose more).
    """

    key: str
    from_tables: tuple[str, ...]
    to_tables: tuple[str, ...]
    makes_room_for: tuple[str, ...] = ()
    clears_way_of: tuple[str, ...] = ()
    saves: int = 0


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A party without a table that would have one."""

    key: str
    tables: tuple[str, ...]
    standing: Standing
    party_size: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """The plan, and how good it is known to be.

    `objective` and `bound` are in one unit: no plan that keeps the rules exceeds `bound`, and `status` is `optimal`
    when they are equal. `loss_before` and `loss_after` are of the seated parties, in hundredths of a seat.
    """

    status: Status
    objective: int
    bound: int
    moves: tuple[PlannedMove, ...]
    seated: tuple[NewSeat, ...]
    loss_before: int
    loss_after: int

    @property
    def gap(self) -> float:
        """This is the proven gap: how far the best possible is at most from this plan, as a share of the bound."""
        return (self.bound - self.objective) / max(abs(self.bound), 1)

    @property
    def covers(self) -> int:
        """This counts the guests who waited and would now be seated; refused ones are not among them."""
        return sum(one.party_size for one in self.seated if one.standing == "waiting")

    @property
    def gain_percent(self) -> float:
        """This is how much less the plan loses than the tables as they are, in percent."""
        return round(100 * (self.loss_before - self.loss_after) / self.loss_before, 2) if self.loss_before else 0.0


@dataclass(frozen=True, slots=True)
class Optimum:
    """The most covers any seating takes that knows the whole night; `bound` is larger where that is not proven."""

    covers: int
    bound: int

    @property
    def proven(self) -> bool:
        """This says whether nobody could do better."""
        return self.covers == self.bound
