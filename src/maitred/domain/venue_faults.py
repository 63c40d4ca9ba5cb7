"""What can be wrong with a venue whose fields all read well one by one, and what is merely unwise."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from itertools import combinations, pairwise
from typing import Generic, TypeVar

from maitred.domain.assignment.registry import STRATEGIES
from maitred.domain.assignment.scoring import TERMS
from maitred.domain.calendar import service_minutes
from maitred.domain.document import Fault, Faults
from maitred.domain.floor import Floor, TooManySets, smallest_party
from maitred.domain.venue_model import (
    Closure,
    DateOverride,
    Join,
    PacingRule,
    SeatingRules,
    Section,
    Service,
    Table,
    TableBlock,
    TurnRow,
    Venue,
    WaitlistRules,
    Zone,
)

T = TypeVar("T")
_DAY = 24 * 60
_WEEK = 7 * _DAY


LONGEST_BLOCK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """One row of a list in the document: where it stood, what it said, and whether it read without fault."""

    path: str
    value: T
    sound: bool


@dataclass(frozen=True, slots=True)
class JoinEntry:
    """One entry of `joins`: table ids with their places, and the set's own capacity."""

    tables: tuple[tuple[str, str], ...]
    capacity: int | None

    @property
    def ids(self) -> frozenset[str]:
        """This is the set of tables, whichever way round they were written."""
        return frozenset(table_id for _, table_id in self.tables)


@dataclass(frozen=True, slots=True)
class Draft:
    """A venue as read, before it is known to make sense."""

    slug: str
    name: str
    timezone: str
    group: str | None
    slot_minutes: int
    buffer_minutes: int
    max_tables_per_booking: int
    day_starts_at: time | None
    zones: list[Row[Zone]]
    tables: list[Row[Table]]
    joins: list[Row[JoinEntry]]
    turn_minutes: list[Row[TurnRow]]
    services: list[Row[Service]]
    date_overrides: list[Row[DateOverride]]
    closures: list[Row[Closure]]
    table_blocks: list[Row[TableBlock]]
    pacing: list[Row[PacingRule]]
    review_party_size: int | None
    review_hours: int
    min_notice_minutes: int
    max_horizon_days: int | None
    strategies: tuple[str, ...]
    weights: Mapping[str, float]
    seating: SeatingRules
    sections: list[Row[Section]]
    waitlist: WaitlistRules
    embed_origins: tuple[str, ...]
    phone: str | None
    address: str | None

    @property
    def day_start(self) -> time:
        """This is when the service day begins: 05:00 unless said otherwise."""
        return time(5) if self.day_starts_at is None else self.day_starts_at

    def venue(self) -> Venue:
        """This is the venue that the draft describes."""
        entries = [row.value for row in self.joins]
        return Venue(
            slug=self.slug,
            name=self.name,
            timezone=self.timezone,
            group=self.group,
            zones=_values(self.zones),
            tables=_values(self.tables),
            joins=tuple(_join(entry) for entry in entries if len(entry.tables) == 2),
            join_capacities={e.ids: e.capacity for e in entries if e.capacity is not None},
            services=_values(self.services),
            date_overrides=_values(self.date_overrides),
            closures=_values(self.closures),
            table_blocks=_values(self.table_blocks),
            turn_minutes=_values(self.turn_minutes),
            slot_minutes=self.slot_minutes,
            buffer_minutes=self.buffer_minutes,
            max_tables_per_booking=self.max_tables_per_booking,
            day_starts_at=self.day_start,
            pacing=_values(self.pacing),
            review_party_size=self.review_party_size,
            review_hours=self.review_hours,
            min_notice_minutes=self.min_notice_minutes,
            max_horizon_days=self.max_horizon_days,
            strategies=self.strategies,
            weights=self.weights,
            seating=self.seating,
            waitlist=self.waitlist,
            embed_origins=self.embed_origins,
            phone=self.phone,
            address=self.address,
            sections=_values(self.sections),
        )


def check(draft: Draft, faults: Faults) -> None:
    """This names every fault that only shows when the parts of a venue are seen together."""
    _check_ids(draft, faults)
    for row in _sound(draft.tables):
        _check_table(row, draft, faults)
    joins = _sound_joins(draft, faults)
    _check_sections(draft, faults)
    _check_turns(draft, faults)
    _check_floor(replace(draft, joins=joins), faults)
    _check_slot(draft, faults)
    _check_hours(draft, faults)
    _check_dates(draft, faults)
    _check_pacing(draft, faults)
    _check_choice(draft, faults)


def warnings(venue: Venue) -> tuple[Fault, ...]:
    """This says what is allowed but probably not meant, in the form of faults."""
    found, floor = Faults(list(venue.unread)), Floor.compile(venue)
    largest = floor.largest_party()
    if not venue.joins and venue.max_tables_per_booking > 1:
        found.add("joins", "no_joins", f"No joins at all: parties over {largest} can never be seated.")
    covered = max(row.max_party for row in venue.turn_minutes)
    if covered < largest:  # by chains of joins only: a listed join beyond the turn times is a fault
        message = f"Tables could seat parties of up to {largest}, but turn times end at {covered}."
        found.add("turn_minutes", "no_turn_time", message)
    gaps = [str(party) for party in range(1, largest) if not floor.candidates(party)]
    if gaps:
        found.add("tables", "party_gap", f"No tables can ever seat a party of {', '.join(gaps)}.")
    for index, service in enumerate(venue.services):
        if service_minutes(service)[0] % venue.slot_minutes:
            message = f"{service.name} opens off the grid of {venue.slot_minutes} minutes."
            found.add(f"services[{index}].open", "off_grid", message)
    return tuple(found.found)


# -- the floor -----------------------------------------------------------------------------------------


def _check_ids(draft: Draft, faults: Faults) -> None:
    if not draft.tables and not any(fault.path == "tables" for fault in faults.found):
        faults.add("tables", "no_tables", "A venue needs at least one table.")
    _no_twins(draft.zones, lambda zone: zone.id, "id", "duplicate_id", faults)
    _no_twins(draft.tables, lambda table: table.id, "id", "duplicate_id", faults)


def _check_table(row: Row[Table], draft: Draft, faults: Faults) -> None:
    table = row.value
    if table.zone not in {zone.value.id for zone in draft.zones}:
        faults.add(f"{row.path}.zone", "unknown_zone", f"There is no zone {table.zone!r}.")
    if table.min_party > table.capacity:
        message = f"min_party {table.min_party} is above the capacity of {table.capacity}."
        faults.add(f"{row.path}.min_party", "min_party_above_capacity", message)


def _sound_joins(draft: Draft, faults: Faults) -> list[Row[JoinEntry]]:
    """This checks the joins, pairs before larger sets, and gives back those without fault."""
    tables = {row.value.id: row.value for row in draft.tables}
    sound: list[Row[JoinEntry]] = []
    seen: dict[frozenset[str], str] = {}
    for row in sorted(_sound(draft.joins), key=lambda row: len(row.value.tables) > 2):
        before = len(faults.found)
        _check_members(row, tables, faults)
        _check_zones(row, tables, {zone.value.id for zone in draft.zones}, faults)
        if row.value.ids in seen:
            faults.add(row.path, "duplicate_join", f"The same tables as {seen[row.value.ids]}.")
        seen.setdefault(row.value.ids, row.path)
        if len(faults.found) == before and (len(row.value.ids) > 2 or row.value.capacity is not None):
            _check_set(row, replace(draft, joins=sound), faults)
        if len(faults.found) == before:
            sound.append(row)
    return sound


def _check_members(row: Row[JoinEntry], tables: Mapping[str, Table], faults: Faults) -> None:
    if len(row.value.ids) < len(row.value.tables):
        faults.add(row.path, "self_join", "A table cannot be joined with itself.")
    for path, table_id in row.value.tables:
        if table_id not in tables:
            faults.add(path, "unknown_table", f"There is no table {table_id!r}.")
        elif not tables[table_id].movable:
            faults.add(path, "fixed_table_joined", f"{table_id} is not movable, so it cannot be joined.")


def _check_zones(row: Row[JoinEntry], tables: Mapping[str, Table], known: set[str], faults: Faults) -> None:
    zones = {tables[t].zone for t in row.value.ids if t in tables} & known
    if len(zones) > 1:
        faults.add(row.path, "join_across_zones", f"Joined tables stand in {' and '.join(sorted(zones))}.")


def _check_sections(draft: Draft, faults: Faults) -> None:
    _no_twins(draft.sections, lambda section: section.id, "id", "duplicate_id", faults)
    known, owner = {row.value.id for row in draft.tables}, dict[str, str]()
    for row in _sound(draft.sections):
        if not row.value.tables:
            faults.add(f"{row.path}.tables", "no_tables", "A section needs at least one table.")
        for index, table_id in enumerate(row.value.tables):
            path = f"{row.path}.tables[{index}]"
            if table_id not in known:
                faults.add(path, "unknown_table", f"There is no table {table_id!r}.")
            elif table_id in owner:
                faults.add(path, "duplicate_id", f"{table_id!r} is already in {owner[table_id]}.")
            owner.setdefault(table_id, row.path)


def _check_set(row: Row[JoinEntry], draft: Draft, faults: Faults) -> None:
    entry = row.value
    floor = Floor.bare(replace(draft, joins=[*draft.joins, row]).venue())
    if len(entry.tables) > 2 and entry.capacity is None:
        faults.add(row.path, "missing_field", "An entry of three or four tables gives their capacity.")
    if len(entry.tables) > draft.max_tables_per_booking:
        message = f"One booking may take {draft.max_tables_per_booking} tables at most."
        faults.add(row.path, "too_many_tables", message)
    if not floor.connected(entry.ids):
        faults.add(row.path, "not_connected", "Joins do not connect all of these tables with each other.")
    known = all(table.sound for table in draft.tables)
    if known and entry.capacity is not None and entry.capacity < smallest_party(floor, entry.ids):
        message = f"Never useful: {entry.capacity} guests can do without one of these tables."
        faults.add(f"{row.path}.capacity", "useless_capacity", message)


def _check_turns(draft: Draft, faults: Faults) -> None:
    rows = _sound(draft.turn_minutes)
    if not draft.turn_minutes and not any(f.path == "turn_minutes" for f in faults.found):
        faults.add("turn_minutes", "no_turn_time", "A venue needs at least one turn time.")
    for one, two in pairwise(rows):
        if two.value.max_party <= one.value.max_party:
            message = f"max_party must rise from row to row; {one.value.max_party} came before."
            faults.add(f"{two.path}.max_party", "turns_not_rising", message)


def _check_floor(draft: Draft, faults: Faults) -> None:
    zones = {row.value.id for row in draft.zones}
    tables = [row for row in _sound(draft.tables) if row.value.zone in zones]
    if len({row.value.id for row in tables}) < len(draft.tables):
        return  # the floor is not known well enough
    try:
        floor = Floor.compile(draft.venue())
    except TooManySets as error:
        faults.add("joins", error.reason_code, error.message)
        return
    joinable = [s.capacity for s in floor.sets if len(s.tables) <= 2]
    largest = max([*joinable, *(row.value.capacity or 0 for row in draft.joins)], default=0)
    covered = max((row.value.max_party for row in _sound(draft.turn_minutes)), default=None)
    if covered is not None and covered < largest:
        message = f"A join seats parties of up to {largest}, but turn times end at {covered}."
        faults.add("turn_minutes", "no_turn_time", message)


def _check_slot(draft: Draft, faults: Faults) -> None:
    slot = draft.slot_minutes
    if 60 % slot and (slot % 60 or _DAY % slot):
        message = f"{slot} minutes divide neither an hour nor, in whole hours, a day."
        faults.add("slot_minutes", "bad_slot", message)


# -- hours ---------------------------------------------------------------------------------------------


def _check_hours(draft: Draft, faults: Faults) -> None:
    if not draft.services and not any(f.path == "services" for f in faults.found):
        faults.add("services", "no_services", "A venue needs at least one service.")
    sound = _sound(draft.services)
    for row in sound:
        _check_service(row.path, row.value, draft, faults)
    for one, two in combinations(sound, 2):
        if _overlap(_week_spans(one.value), _week_spans(two.value), _WEEK):
            message = f"{two.value.name} overlaps {one.value.name} ({one.path}) on at least one day."
            faults.add(two.path, "services_overlap", message)
    for override in _sound(draft.date_overrides):
        _check_override(override, draft, faults)


def _check_override(row: Row[DateOverride], draft: Draft, faults: Faults) -> None:
    placed = [(f"{row.path}.services[{i}]", service) for i, service in enumerate(row.value.services)]
    for path, service in placed:
        _check_service(path, service, draft, faults)
    for (_, one), (path, two) in combinations(placed, 2):
        if _overlap([service_minutes(one)[::2]], [service_minutes(two)[::2]], _WEEK):
            faults.add(path, "services_overlap", f"{two.name} overlaps {one.name} on that date.")


def _check_service(path: str, service: Service, draft: Draft, faults: Faults) -> None:
    opens, last, closes = service_minutes(service)
    if last > closes:
        message = f"Must be from {service.open:%H:%M} to {service.close:%H:%M}."
        faults.add(f"{path}.last_seating", "last_seating_outside", message)
    starts = draft.day_start.hour * 60 + draft.day_start.minute
    if opens < starts or closes > starts + _DAY:
        message = (
            f"{service.name} runs across {draft.day_start:%H:%M}, where one service day ends and the next begins; "
            "set day_starts_at to a time at which you are closed."
        )
        faults.add(path, "service_outside_day", message)


def _week_spans(service: Service) -> list[tuple[int, int]]:
    opens, _, closes = service_minutes(service)
    return [(day * _DAY + opens, day * _DAY + closes) for day in sorted(service.days)]


def _overlap(one: Iterable[tuple[int, int]], two: list[tuple[int, int]], period: int) -> bool:
    shifted = [(start + shift, end + shift) for start, end in two for shift in (-period, 0, period)]
    return any(a < d and c < b for a, b in one for c, d in shifted)


def _check_dates(draft: Draft, faults: Faults) -> None:
    _no_twins(draft.date_overrides, lambda o: o.date.isoformat(), "date", "duplicate_date", faults)
    for closure in _sound(draft.closures):
        if closure.value.first > closure.value.last:
            faults.add(f"{closure.path}.to", "ends_before_start", "A closure cannot end before it begins.")
    tables = {row.value.id for row in draft.tables}
    for block in _sound(draft.table_blocks):
        if block.value.table not in tables:
            faults.add(f"{block.path}.table", "unknown_table", f"There is no table {block.value.table!r}.")
        if block.value.ends_at <= block.value.starts_at:
            faults.add(f"{block.path}.to", "ends_before_start", "A block must end after it begins.")
        elif block.value.ends_at - block.value.starts_at > LONGEST_BLOCK:
            faults.add(
                f"{block.path}.to", "block_too_long", "A block lasts a year at most; take the table out of the venue."
            )


# -- rules ---------------------------------------------------------------------------------------------


def _check_pacing(draft: Draft, faults: Faults) -> None:
    dated = [s for row in draft.date_overrides for s in row.value.services]
    names = {service.name for service in [*_values(draft.services), *dated]}
    for name in sorted(draft.seating.services.keys() - names):
        faults.add(f"seating.services.{name}", "unknown_service", f"There is no service {name!r}.")
    for row in _sound(draft.pacing):
        rule = row.value
        if rule.service is not None and rule.service not in names:
            faults.add(f"{row.path}.service", "unknown_service", f"There is no service {rule.service!r}.")
        if rule.covers is None and rule.parties is None:
            faults.add(row.path, "empty_rule", "A pacing rule limits covers, parties or both.")
        if rule.time is not None and (rule.time.hour * 60 + rule.time.minute) % draft.slot_minutes:
            message = f"No slot begins at {rule.time:%H:%M}: the grid is {draft.slot_minutes} minutes."
            faults.add(f"{row.path}.time", "off_grid", message)


def _check_choice(draft: Draft, faults: Faults) -> None:
    for index, name in enumerate(draft.strategies):
        if name not in STRATEGIES:
            message = f"There is no strategy {name!r}; known are: {', '.join(STRATEGIES)}."
            faults.add(f"strategies[{index}]", "unknown_strategy", message)
        elif name in draft.strategies[:index]:
            faults.add(f"strategies[{index}]", "duplicate_strategy", f"{name} is listed twice.")
    if not draft.strategies:
        faults.add("strategies", "no_strategies", "At least one strategy must be enabled.")
    for name in draft.weights:
        if name not in TERMS:
            message = f"There is no score term {name!r}; known are: {', '.join(TERMS)}."
            faults.add(f"weights.{name}", "unknown_weight", message)


# -- rows ----------------------------------------------------------------------------------------------


def _values(rows: list[Row[T]]) -> tuple[T, ...]:
    return tuple(row.value for row in rows)


def _sound(rows: list[Row[T]]) -> list[Row[T]]:
    return [row for row in rows if row.sound]


def _no_twins(rows: list[Row[T]], key: Callable[[T], str], field: str, code: str, faults: Faults) -> None:
    seen: dict[str, str] = {}
    for row in _sound(rows):
        first = seen.setdefault(key(row.value), row.path)
        if first != row.path:
            faults.add(f"{row.path}.{field}", code, f"{key(row.value)!r} is already used by {first}.")


def _join(entry: JoinEntry) -> Join:
    first, second = sorted(entry.ids)
    return Join(first, second, entry.capacity)
