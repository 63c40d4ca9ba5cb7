"""The most covers that any seating of a night takes, had it known every request in advance."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from maitred.domain.assignment import SeatingRequest
from maitred.domain.floor import Floor
from maitred.domain.optimizer.kinds import kinds_of
from maitred.domain.optimizer.model import Limits, Optimum
from maitred.domain.optimizer.solve import solver_with
from maitred.domain.simulation import seating_request
from maitred.domain.venue import parse_venue
from maitred.domain.venue_model import Venue

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

Json = Mapping[str, Any]


WHOLE_NIGHT: Final = Limits(effort=30)


class _Use(NamedTuple):
    """A way takes some tables of a kind for a while."""

    var: "IntVar"
    tables: int
    request: SeatingRequest


def optimum(scenario: Json, limits: Limits = WHOLE_NIGHT) -> Optimum:
    """This is the optimum of a scenario file; parties that cancelled are left out, as if they had never asked."""
    venue = parse_venue(scenario["venue"])
    gone = {event["booking_id"] for event in scenario["events"] if event["type"] == "cancel"}
    asked = (event["booking"] for event in scenario["events"] if event["type"] == "request")
    return most_covers((seating_request(venue, b) for b in asked if b["id"] not in gone), venue, limits)


def most_covers(asked: Iterable[SeatingRequest], venue: Venue, limits: Limits = WHOLE_NIGHT) -> Optimum:
    """This solves the whole night at once. Equal tables are counted together: that changes only the time it takes."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - 1.7 s, and only in the process that solves

    floor, kind = Floor.compile(venue), kinds_of(venue)
    room = Counter(kind.values())
    model, uses, worth = cp_model.CpModel(), {name: list[_Use]() for name in room}, []
    for request in asked:
        ways = _ways(floor, kind, request)
        chosen = [model.new_bool_var("") for _ in ways]
        for var, way in zip(chosen, ways, strict=True):
            for name, count in way:
                uses[name].append(_Use(var, count, request))
        model.add_at_most_one(chosen)
        worth.append(request.party_size * sum(chosen))
    for name, own in uses.items():
        for at in sorted({use.request.starts_at for use in own}):
            there = (use for use in own if use.request.starts_at <= at < use.request.ends_at)
            model.add(sum(use.tables * use.var for use in there) <= room[name])
    model.maximize(sum(worth))
    solver = solver_with(limits)
    status = solver.solve(model)
    covers = round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else 0
    return Optimum(covers, int(solver.best_objective_bound + 1e-6))


def _ways(floor: Floor, kind: Mapping[str, str], request: SeatingRequest) -> list[tuple[tuple[str, int], ...]]:
    fitting = request.fitting(floor)
    return sorted({tuple(sorted(Counter(kind[table] for table in way.tables).items())) for way in fitting})
