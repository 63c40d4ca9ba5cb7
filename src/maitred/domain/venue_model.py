"""What a venue is, once its document has been read and found sound (`venue.parse_venue`)."""

import datetime as dt  # qualified: a pacing rule's own fields are called date and time
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from maitred.domain.document import Fault
from maitred.domain.errors import InvalidInput

if TYPE_CHECKING:
    from maitred.domain.assignment.moves import MoveRules

MoveMode = Literal["auto", "suggest", "off"]
Shape = Literal["round", "square", "long"]
SHAPES: tuple[Shape, ...] = ("round", "square", "long")
ROOM_CM = 10_000
"""The largest room that can be drawn, in each direction."""
MOVE_MODES: tuple[MoveMode, ...] = ("auto", "suggest", "off")
ALL_STRATEGIES = ("optimal_fit", "adjacency", "zone_preference", "load_balancing", "historical_success")


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the room; `max_tables` bounds the tables one booking may join here."""

    id: str
    name: str
    max_tables: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a table's middle stands on the plan of the room, in centimetres from its top left corner."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Table:
    """One physical table; `extra_chairs` is what staff may add beyond `capacity`. Position and shape are for people."""

    id: str
    zone: str
    capacity: int
    min_party: int = 1
    movable: bool = True
    accessible: bool = False
    extra_chairs: int = 0
    position: Position | None = None
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The tables that one waiter looks after."""

    id: str
    name: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Two tables that may be pushed together, kept one way only: `a` < `b`."""

    a: str
    b: str
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Opening hours on weekdays (0 = Monday), local wall time; `close` <= `open` means the next day."""

    name: str
    days: frozenset[int]
    open: dt.time
    last_seating: dt.time
    close: dt.time


@dataclass(frozen=True, slots=True)
class DateOverride:
    """The services of one date, instead of its weekday's; none at all means closed."""

    date: dt.date
    services: tuple[Service, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """Dates on which nothing opens, both ends included."""

    first: dt.date
    last: dt.date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table out of use from `starts_at` until `ends_at` (instants, half-open)."""

    table: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """How long a party of up to `max_party` keeps its tables."""

    max_party: int
    minutes: int


@dataclass(frozen=True, slots=True)
class PacingRule:
    """Most covers and parties that may start in one slot; None in `date`, `service`, `time` means any."""

    date: dt.date | None = None
    service: str | None = None
    time: dt.time | None = None
    covers: int | None = None
    parties: int | None = None

    def applies(self, on: dt.date, service: str | None, at: dt.time) -> bool:
        """This says whether the rule speaks of that slot."""
        return self.date in (None, on) and self.service in (None, service) and self.time in (None, at)

    @property
    def precedence(self) -> tuple[bool, bool, bool]:
        """This orders rules: a date beats a time of day, which beats a service."""
        return (self.date is not None, self.time is not None, self.service is not None)


@dataclass(frozen=True, slots=True)
class PacingLimits:
    """The limits of one slot; None means unlimited."""

    covers: int | None
    parties: int | None


@dataclass(frozen=True, slots=True)
class OptimizerRules:
    """When a re-plan of a service may be applied by itself, and how many parties it may move (None: any)."""

    auto: bool = False
    max_moves: int | None = None
    gain_percent: int = 10


@dataclass(frozen=True, slots=True)
class SeatingRules:
    """How far tables may be bound late: who may be moved, when, and whether a person is asked first.

    `services` has the mode of single services, which wins. `move_budget` None is the engine's own. With `move_once`
    nobody is moved a second time; without `moves_into_joins_after_open` nobody leaves a single table for a join once
    the doors are open.
    """

    moves: MoveMode = "auto"
    move_budget: int | None = None
    freeze_minutes: int = 60
    services: Mapping[str, MoveMode] = field(default_factory=dict)
    moves_into_joins_after_open: bool = True
    move_once: bool = False
    optimizer: OptimizerRules = OptimizerRules()

    def moves_in(self, service: str | None) -> MoveMode:
        """This is what holds in a service; a party outside every service goes by the venue's own mode."""
        return self.services.get(service, self.moves) if service is not None else self.moves

    def move_rules(self, mode: MoveMode) -> "MoveRules":
        """This is what the engine may do in a mode; asking a person first (`suggest`) is up to the caller."""
        from maitred.domain.assignment.moves import MOVES, NO_MOVES  # noqa: PLC0415 - it reads this module

        if mode == "off":
            return NO_MOVES
        budget = MOVES.budget if self.move_budget is None else self.move_budget
        return replace(MOVES, budget=budget, freeze_minutes=self.freeze_minutes)


@dataclass(frozen=True, slots=True)
class WaitlistRules:
    """Whether guests may wait for room; when the pipeline stops booking by itself, and how long an offer is held."""

    enabled: bool = False
    auto_until_minutes: int = 180
    offer_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Venue:
    """One restaurant: its floor, hours and rules."""

    slug: str
    name: str
    timezone: str
    zones: tuple[Zone, ...]
    tables: tuple[Table, ...]
    joins: tuple[Join, ...]
    services: tuple[Service, ...]
    turn_minutes: tuple[TurnRow, ...]
    slot_minutes: int
    buffer_minutes: int
    max_tables_per_booking: int
    group: str | None = None
    join_capacities: Mapping[frozenset[str], int] = field(default_factory=dict)
    date_overrides: tuple[DateOverride, ...] = ()
    closures: tuple[Closure, ...] = ()
    table_blocks: tuple[TableBlock, ...] = ()
    day_starts_at: dt.time = dt.time(5)
    pacing: tuple[PacingRule, ...] = ()
    review_party_size: int | None = None
    review_hours: int = 24
    min_notice_minutes: int = 0
    max_horizon_days: int | None = None
    strategies: tuple[str, ...] = ALL_STRATEGIES
    weights: Mapping[str, float] = field(default_factory=dict)
    seating: SeatingRules = SeatingRules()
    sections: tuple[Section, ...] = ()
    waitlist: WaitlistRules = WaitlistRules()
    embed_origins: tuple[str, ...] = ()
    phone: str | None = None
    address: str | None = None
    unread: tuple[Fault, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        """This is the venue's zone (ZoneInfo caches by name)."""
        return ZoneInfo(self.timezone)

    @property
    def location(self) -> str:
        """This is where guests come to, in one line: the name, and the address when it is known."""
        return f"{self.name}, {self.address}" if self.address else self.name

    def sections_or_zones(self) -> tuple[Section, ...]:
        """This is who looks after which tables; where nobody has said, every zone is one section."""
        if self.sections:
            return self.sections
        return tuple(
            Section(zone.id, zone.name, tuple(table.id for table in self.tables if table.zone == zone.id))
            for zone in self.zones
        )

    def usual_turn(self, party: int) -> int | None:
        """This is the turn in minutes: the first row that covers the party; None when none does."""
        return next((row.minutes for row in self.turn_minutes if party <= row.max_party), None)

    def turn_for(self, party: int) -> int:
        """This is `usual_turn`, or raises InvalidInput `no_turn_time`."""
        minutes = self.usual_turn(party)
        if minutes is not None:
            return minutes
        raise InvalidInput(
            f"No turn time covers a party of {party}.",
            field="party_size",
            code="no_turn_time",
            largest=max((row.max_party for row in self.turn_minutes), default=0),
        )

    def table(self, table_id: str) -> Table:
        """This finds a table by its id, or raises InvalidInput `unknown_table`."""
        for table in self.tables:
            if table.id == table_id:
                return table
        raise InvalidInput(f"There is no table {table_id!r}.", field="tables", code="unknown_table")

    def pacing_limits(self, on: dt.date, service: str | None, at: dt.time) -> PacingLimits:
        """This is what the most precise rules for a slot allow; of equals, the later in the document holds."""
        rules = sorted((r for r in self.pacing if r.applies(on, service, at)), key=lambda r: r.precedence)
        covers = [r.covers for r in rules if r.covers is not None]
        parties = [r.parties for r in rules if r.parties is not None]
        return PacingLimits(covers[-1] if covers else None, parties[-1] if parties else None)


def natural_key(table_id: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """This sorts T2 before T10; ids that differ only in leading zeros fall back to their text."""
    parts = re.findall(r"(\D*)(\d*)", table_id)
    return tuple((text, int(digits) if digits else -1) for text, digits in parts), table_id
