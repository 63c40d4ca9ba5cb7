"""The venue document, and reading it: `parse_venue` names every fault instead of stopping at the first.

The document is the `venue` object of a scenario (docs/scenarios.md); it is open to more fields: those that nobody
reads are kept in it and told as warnings, unless they begin with `x_`.

Required
    slug, name, timezone, slot_minutes, buffer_minutes, max_tables_per_booking (1..4)
    zones         [{id, name, max_tables?}]
    tables        [{id, zone, capacity, min_party? 1, movable? true, accessible? false, extra_chairs? 0..2,
                  position? {x, y}, shape? "round" | "square" | "long"}]: the middle of the table in centimetres from
                  the top left corner of the room; tables without one are drawn by zone
    joins         [["T1", "T2"], {"tables": ["T1", "T2", ...up to 4], "capacity": 9}]: an own capacity holds for exactly
                  these tables; an entry with two tables also is the join; more tables must be connected by joins
    turn_minutes  [{max_party, minutes}], in rising order
    services      [{name, days: ["mon", ...], open, last_seating, close}]: close <= open means the next day

Optional
    group                   slug of the group of venues this one belongs to
    extra_chairs_per_table  default of tables[].extra_chairs (0)
    day_starts_at           "05:00": when one service day ends and the next begins
    date_overrides          [{date, services: [{name, open, last_seating, close}], reason?}]: an empty list means closed
    closures                [{from, to, reason?}]: dates, both included
    table_blocks            [{table, from, to, reason?}]: ISO times; without an offset local
    pacing                  {covers_per_slot?, parties_per_slot?, overrides?:
                            [{date?, service?, time?, covers?, parties?}]}: the most precise rule holds
    review_party_size       parties of this size or more always go to review
    review_hours            24: within so many hours a new request under review is answered, or declined by itself
    min_notice_minutes      0          max_horizon_days  no limit
    strategies              names, default all five          weights  {score term: number}
    seating                 {moves? "auto" | "suggest" | "off", move_budget?, freeze_minutes? 60,
                            services? {name: {moves}}, moves_into_joins_after_open? true, move_once? false,
                            optimizer? {auto? false, max_moves?, gain_percent? 10}}: how late tables are bound
    sections                [{id, name, tables}]: the tables of each waiter, each table in one; absent: by zone
    waitlist                {enabled? false, auto_until_minutes? 180, offer_minutes? 10}: guests may wait for room
    phone, address          "+44 20 7946 0123", "12 High Street, London": told to guests, on their pages and in messages
    embed_origins           ["https://www.example.com"]: sites that may show the guests' pages in a frame
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar
from unicodedata import category
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from maitred.domain.calendar import resolve_local
from maitred.domain.document import Fault, Faults, Node, kind_of
from maitred.domain.errors import InvalidInput, VenueInvalid
from maitred.domain.venue_faults import Draft, JoinEntry, Row, check, warnings
from maitred.domain.venue_model import (
    ALL_STRATEGIES,
    MOVE_MODES,
    ROOM_CM,
    SHAPES,
    Closure,
    DateOverride,
    Join,
    MoveMode,
    OptimizerRules,
    PacingLimits,
    PacingRule,
    Position,
    SeatingRules,
    Section,
    Service,
    Shape,
    Table,
    TableBlock,
    TurnRow,
    Venue,
    WaitlistRules,
    Zone,
    natural_key,
)

__all__ = [
    "Closure",
    "DateOverride",
    "Fault",
    "Join",
    "OptimizerRules",
    "PacingLimits",
    "PacingRule",
    "Position",
    "SeatingRules",
    "Section",
    "Service",
    "Table",
    "TableBlock",
    "TurnRow",
    "Venue",
    "WaitlistRules",
    "Zone",
    "natural_key",
    "parse_venue",
    "warnings",
]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_JOINED = 4
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{3,30}[0-9]", re.ASCII)
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)

T = TypeVar("T")


def parse_venue(document: Mapping[str, Any]) -> Venue:
    """This reads a venue document, or raises VenueInvalid with every fault in it."""
    faults = Faults(open=True)
    draft = _read(Node(document, "", faults))
    check(draft, faults)
    if faults.found:
        raise VenueInvalid(faults.found)
    return replace(draft.venue(), unread=tuple(faults.unread))


def _read(root: Node) -> Draft:
    tz = _timezone(root)
    extra_chairs = root.whole_or("extra_chairs_per_table", 0, 0, 2)
    draft = Draft(
        slug=_slug(root, "slug"),
        name=root.text("name"),
        timezone=tz.key,
        group=_slug(root, "group") if root.has("group") else None,
        slot_minutes=root.whole("slot_minutes", 1, 720),
        buffer_minutes=root.whole("buffer_minutes", 0, 240),
        max_tables_per_booking=root.whole("max_tables_per_booking", 1, MOST_JOINED),
        day_starts_at=root.clock("day_starts_at") if root.has("day_starts_at") else None,
        zones=_rows(root, "zones", _zone, required=True),
        tables=_rows(root, "tables", partial(_table, extra_chairs=extra_chairs), required=True),
        joins=[_join(path, item, root.faults) for path, item in root.items("joins")],
        turn_minutes=_rows(root, "turn_minutes", _turn, required=True),
        services=_rows(root, "services", partial(_service, dated=False), required=True),
        date_overrides=_rows(root, "date_overrides", _override),
        closures=_rows(root, "closures", _closure),
        table_blocks=_rows(root, "table_blocks", partial(_block, tz=tz)),
        pacing=_pacing(root),
        review_party_size=root.maybe_whole("review_party_size", 1, 1000),
        review_hours=root.whole_or("review_hours", 24, 1, 24 * 14),
        min_notice_minutes=root.whole_or("min_notice_minutes", 0, 0, 60 * 24 * 365),
        max_horizon_days=root.maybe_whole("max_horizon_days", 1, 3660),
        strategies=_names(root, "strategies") if root.has("strategies") else ALL_STRATEGIES,
        weights=root.child("weights").numbers() if root.has("weights") else {},
        seating=_seating(root.child("seating")) if root.has("seating") else SeatingRules(),
        sections=_rows(root, "sections", _section),
        waitlist=_waitlist(root.child("waitlist")) if root.has("waitlist") else WaitlistRules(),
        embed_origins=tuple(_origin(root, path, item) for path, item in root.items("embed_origins"))
        if root.has("embed_origins")
        else (),
        phone=_phone(root) if root.has("phone") else None,
        address=_line(root, "address") if root.has("address") else None,
    )
    root.done()
    return draft


def _rows(root: Node, name: str, read: Callable[[Node], T], *, required: bool = False) -> list[Row[T]]:
    rows = []
    for node in root.nodes(name, required=required):
        value = read(node)
        rows.append(Row(node.path, value, node.done()))
    return rows


def _zone(node: Node) -> Zone:
    return Zone(node.text("id", most=64), node.text("name"), node.maybe_whole("max_tables", 1, MOST_JOINED))


def _table(node: Node, extra_chairs: int) -> Table:
    return Table(
        id=node.text("id", most=64),
        zone=node.text("zone", most=64),
        capacity=node.whole("capacity", 1, 200),
        min_party=node.whole_or("min_party", 1, 1, 200),
        movable=node.flag_or("movable", True),
        accessible=node.flag_or("accessible", False),
        extra_chairs=node.whole_or("extra_chairs", extra_chairs, 0, 2),
        position=_position(node.child("position")) if node.has("position") else None,
        shape=_shape(node) if node.has("shape") else None,
    )


def _position(node: Node) -> Position:
    found = Position(node.whole("x", 0, ROOM_CM), node.whole("y", 0, ROOM_CM))
    node.done()
    return found


def _shape(node: Node) -> Shape | None:
    shape = node.text("shape")
    if shape and shape not in SHAPES:
        node.fault("shape", "unknown_shape", f"Must be one of {', '.join(SHAPES)}, not {shape!r}.")
    return next((known for known in SHAPES if known == shape), None)


def _section(node: Node) -> Section:
    return Section(node.text("id", most=64), node.text("name"), _names(node, "tables"))


def _join(path: str, item: Any, faults: Faults) -> Row[JoinEntry]:
    before = len(faults.found)
    if isinstance(item, Mapping):
        node = Node(item, path, faults)
        members = node.items("tables")
        capacity = node.maybe_whole("capacity", 1, 800)
        node.done()
    else:
        members, capacity = _pair(path, item, faults), None
    if len(faults.found) == before and not 2 <= len(members) <= MOST_JOINED:
        faults.add(path, "bad_join", f"A join names 2 to {MOST_JOINED} tables, not {len(members)}.")
    for place, table_id in members:
        if not isinstance(table_id, str):
            faults.add(place, "wrong_type", f"Must be a table's id, not {kind_of(table_id)}.")
    tables = tuple((place, str(table_id)) for place, table_id in members)
    return Row(path, JoinEntry(tables, capacity), len(faults.found) == before)


def _pair(path: str, item: Any, faults: Faults) -> list[tuple[str, Any]]:
    if not isinstance(item, list | tuple):
        faults.add(path, "wrong_type", f"Must be a pair of table ids or an object, not {kind_of(item)}.")
        return []
    if len(item) != 2:
        faults.add(path, "bad_join", 'A pair has two ids; for more write {"tables": [...], "capacity": n}.')
    return [(f"{path}[{index}]", table_id) for index, table_id in enumerate(item)]


def _turn(node: Node) -> TurnRow:
    return TurnRow(node.whole("max_party", 1, 1000), node.whole("minutes", 1, 720))


def _service(node: Node, *, dated: bool) -> Service:
    return Service(
        name=node.text("name"),
        days=frozenset() if dated else _days(node),
        open=node.clock("open"),
        last_seating=node.clock("last_seating"),
        close=node.clock("close"),
    )


def _days(node: Node) -> frozenset[int]:
    items = node.items("days")
    for path, day in items:
        if day not in DAYS:
            node.faults.add(path, "unknown_day", f"Must be one of {', '.join(DAYS)}, not {day!r}.")
    if node.clean and not items:
        node.fault("days", "no_days", "A service needs at least one day.")
    return frozenset(DAYS.index(day) for _, day in items if day in DAYS)


def _override(node: Node) -> DateOverride:
    services = _rows(node, "services", partial(_service, dated=True), required=True)
    return DateOverride(node.day("date"), tuple(row.value for row in services), node.text_or("reason"))


def _closure(node: Node) -> Closure:
    return Closure(node.day("from"), node.day("to"), node.text_or("reason"))


def _block(node: Node, tz: ZoneInfo) -> TableBlock:
    return TableBlock(node.text("table"), _instant(node, "from", tz), _instant(node, "to", tz), node.text_or("reason"))


def _instant(node: Node, name: str, tz: ZoneInfo) -> datetime:
    text = node.text(name)
    if text:
        try:
            return resolve_local(text, tz, node.at(name))
        except InvalidInput as error:
            node.fault(name, error.reason_code, error.message)
    return datetime(1970, 1, 1, tzinfo=UTC)


def _pacing(root: Node) -> list[Row[PacingRule]]:
    if not root.has("pacing"):
        return []
    node = root.child("pacing")
    base = PacingRule(
        covers=node.maybe_whole("covers_per_slot", 0, 10_000),
        parties=node.maybe_whole("parties_per_slot", 0, 10_000),
    )
    rows = [] if base == PacingRule() else [Row(node.path, base, node.clean)]
    overrides = _rows(node, "overrides", _pacing_override)
    node.done()
    return rows + overrides


def _pacing_override(node: Node) -> PacingRule:
    return PacingRule(
        date=node.day("date") if node.has("date") else None,
        service=node.text("service") if node.has("service") else None,
        time=node.clock("time") if node.has("time") else None,
        covers=node.maybe_whole("covers", 0, 10_000),
        parties=node.maybe_whole("parties", 0, 10_000),
    )


MOST_MOVES = 100


def _seating(node: Node) -> SeatingRules:
    rules = SeatingRules(
        moves=_mode(node) if node.has("moves") else "auto",
        move_budget=node.maybe_whole("move_budget", 0, MOST_MOVES),
        freeze_minutes=node.whole_or("freeze_minutes", 60, 0, 60 * 24 * 7),
        services=_service_modes(node) if node.has("services") else {},
        moves_into_joins_after_open=node.flag_or("moves_into_joins_after_open", True),
        move_once=node.flag_or("move_once", False),
        optimizer=_optimizer(node.child("optimizer")) if node.has("optimizer") else OptimizerRules(),
    )
    node.done()
    return rules


def _service_modes(node: Node) -> dict[str, MoveMode]:
    modes: dict[str, MoveMode] = {}
    for name, one in node.child("services").children():
        modes[name] = _mode(one)
        one.done()
    return modes


def _mode(node: Node) -> MoveMode:
    mode = node.text("moves")
    if mode and mode not in MOVE_MODES:
        node.fault("moves", "unknown_mode", f"Must be one of {', '.join(MOVE_MODES)}, not {mode!r}.")
    return mode if mode in MOVE_MODES else "auto"


def _optimizer(node: Node) -> OptimizerRules:
    rules = OptimizerRules(
        auto=node.flag_or("auto", False),
        max_moves=node.maybe_whole("max_moves", 0, 10_000),
        gain_percent=node.whole_or("gain_percent", 10, 0, 1000),
    )
    node.done()
    return rules


def _waitlist(node: Node) -> WaitlistRules:
    rules = WaitlistRules(
        enabled=node.flag_or("enabled", False),
        auto_until_minutes=node.whole_or("auto_until_minutes", 180, 0, 60 * 24 * 7),
        offer_minutes=node.whole_or("offer_minutes", 10, 1, 24 * 60),
    )
    node.done()
    return rules


def _timezone(root: Node) -> ZoneInfo:
    name = root.text("timezone")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        root.fault("timezone", "unknown_timezone", f"There is no time zone {name!r}; write e.g. Europe/London.")
        return ZoneInfo("UTC")


def _slug(root: Node, name: str) -> str:
    slug = root.text(name)
    if slug and not _SLUG.fullmatch(slug):
        root.fault(name, "bad_slug", "Must be 1 to 63 of a-z, 0-9 and '-', with no '-' at its ends.")
    return slug


_ORIGIN: Final = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?")


def _phone(root: Node) -> str:
    """Read a phone number as people write it; it becomes part of an address (`tel:`), so it is nothing else."""
    text = root.text("phone", most=32)
    if text and not _PHONE.fullmatch(text):
        root.fault("phone", "bad_phone", "Must be digits with spaces, brackets, dots or dashes, as +44 20 7946 0123.")
    return text


def _line(root: Node, name: str) -> str:
    text = root.text(name)
    if any(category(sign) in _BREAKS for sign in text):
        root.fault(name, "bad_text", "Must be one line of printable text.")
    return text


def _origin(root: Node, path: str, item: object) -> str:
    """Read an origin; it becomes part of a header, so it is nothing else."""
    if not isinstance(item, str) or not _ORIGIN.fullmatch(item):
        root.faults.add(path, "bad_origin", "Must be the origin of a site, as https://www.example.com.")
        return ""
    return item


def _names(root: Node, name: str) -> tuple[str, ...]:
    return tuple(str(item) for _, item in root.items(name))
