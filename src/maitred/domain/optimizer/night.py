"""The most covers that any seating of a night takes, had it known every request in advance."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from maitred.domain.floor import Floor
from maitred.domain.optimizer.kinds import kinds_of
from maitred.domain.optimizer.model import Limits, Optimum, Party
from maitred.domain.optimizer.plan import unseated
from maitred.domain.optimizer.solve import solver_with
from maitred.domain.simulation import seating_request
from maitred.domain.venue import parse_venue
from maitred.domain.venue_model import TableBlock, Venue

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

Json = Mapping[str, Any]
WHOLE_NIGHT: Final = Limits(effort=30)


class _Use(NamedTuple):
    """A way takes some tables of a kind for a while."""

    var: "IntVar"
    tables: int
    party: Party


def optimum(scenario: Json, limits: Limits = WHOLE_NIGHT) -> Optimum:
    """This is the optimum of a scenario file; parties that cancelled are left out, as if they had never asked."""
    venue = parse_venue(scenario["venue"])
    gone = {event["booking_id"] for event in scenario["events"] if event["type"] == "cancel"}
    asked = (event["booking"] for event in scenario["events"] if event["type"] == "request")
    requests = (seating_request(venue, booking) for booking in asked if booking["id"] not in gone)
    return most_covers([unseated(one, "waiting") for one in requests], venue, limits)


def most_covers(asked: Iterable[Party], venue: Venue, limits: Limits = WHOLE_NIGHT) -> Optimum:
    """This solves the whole night at once. Equal tables are counted together: that changes only the time it takes."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - 1.7 s, and only in the process that solves

    floor, kind = Floor.compile(venue), kinds_of(venue)
    model, uses, worth = cp_model.CpModel(), {name: list[_Use]() for name in kind.values()}, []
    for party in asked:
        ways = _ways(floor, kind, party)
        chosen = [model.new_bool_var("") for _ in ways]
        for var, way in zip(chosen, ways, strict=True):
            for name, count in way:
                uses[name].append(_Use(var, count, party))
        model.add_at_most_one(chosen)
        worth.append(party.party_size * sum(chosen))
    for name, own in uses.items():
        blocks = [block for block in venue.table_blocks if kind[block.table] == name]
        for at in sorted({use.party.starts_at for use in own} | {block.starts_at for block in blocks}):
            there = (use for use in own if use.party.starts_at <= at < use.party.ends_at)
            model.add(sum(use.tables * use.var for use in there) <= _room(name, kind, blocks, at))
    model.maximize(sum(worth))
    solver = solver_with(limits)
    status = solver.solve(model)
    covers = round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else 0
    return Optimum(covers, int(solver.best_objective_bound + 1e-6))


def _ways(floor: Floor, kind: Mapping[str, str], party: Party) -> list[tuple[tuple[str, int], ...]]:
    fitting = floor.candidates(party.party_size, party.accessible)
    kept = (way for way in fitting if party.promised_zone in (None, way.zone))
    return sorted({tuple(sorted(Counter(kind[table] for table in way.tables).items())) for way in kept})


def _room(name: str, kind: Mapping[str, str], blocks: Sequence[TableBlock], at: datetime) -> int:
    """This is how many tables of a kind there are at an instant; a table with blocks is the only one of its kind."""
    blocked = any(block.starts_at <= at < block.ends_at for block in blocks)
    return 0 if blocked else sum(one == name for one in kind.values())
