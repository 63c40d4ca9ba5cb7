"""Whether a plan keeps the rules: plain code that shares nothing with the solver's model."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from maitred.domain.floor import Floor
from maitred.domain.optimizer.model import Day, Party


class BrokenPlan(Exception):
    """A plan breaks a rule: a fault of ours, and never to be shown as a proposal."""


def verify(day: Day, floor: Floor, chosen: Mapping[str, tuple[str, ...]]) -> None:
    """This raises BrokenPlan for a plan that drops, doubles or misplaces anybody, or moves more than it may."""
    faults = [*_places(day, floor, chosen), *_doubles(day, chosen), *_pace(day, chosen)]
    moved = [p.key for p in day.parties if p.tables and set(chosen.get(p.key, ())) != set(p.tables)]
    if day.max_moves is not None and len(moved) > day.max_moves:
        faults.append(f"{len(moved)} moves, allowed are {day.max_moves}")
    if faults:
        raise BrokenPlan("; ".join(faults))


def _places(day: Day, floor: Floor, chosen: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for party in day.parties:
        tables = chosen.get(party.key)
        if tables is None:
            if party.standing == "seated":
                yield f"{party.key} lost its tables"
        elif set(tables) != set(party.tables):
            yield from (f"{party.key}: {fault}" for fault in _broken_rules(floor, party, tables))


def _broken_rules(floor: Floor, party: Party, tables: tuple[str, ...]) -> Iterator[str]:
    yield from (rule.message for rule in floor.check_set(tables, party.party_size, party.accessible))
    zones = {floor.tables[table].zone for table in tables if table in floor.tables}
    if party.promised_zone is not None and zones != {party.promised_zone}:
        yield f"zone {party.promised_zone} was promised"
    if party.single_only and len(tables) > 1:
        yield "may not be moved into a join"


def _doubles(day: Day, chosen: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    spans: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for party in day.parties:
        for table in chosen.get(party.key, ()):
            spans.setdefault(table, []).append((party.starts_at, party.ends_at, party.key))
    for table, own in spans.items():
        in_order = sorted(own)
        for (_, until, one), (start, _, other) in pairwise(in_order):
            if start < until:
                yield f"{one} and {other} share {table}"
    for taken in day.taken:
        for start, until, key in spans.get(taken.table_id, ()):
            if start < taken.ends_at and taken.starts_at < until and not _was_there(day, key, taken.table_id):
                yield f"{key} on {taken.table_id}, which is taken"


def _was_there(day: Day, key: str, table: str) -> bool:
    """A party may stay where somebody overstays: that is not the plan's doing."""
    return any(party.key == key and table in party.tables for party in day.parties)


def _pace(day: Day, chosen: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    sizes = {party.key: party.party_size for party in day.parties}
    for slot in day.slots:
        new = [sizes[key] for key in slot.keys if key in chosen]
        if slot.covers is not None and new and sum(new) > slot.covers:
            yield f"{sum(new)} covers more in one slot, {slot.covers} are left"
        if slot.parties is not None and new and len(new) > slot.parties:
            yield f"{len(new)} parties more in one slot, {slot.parties} are left"
