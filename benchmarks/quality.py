"""How many guests are seated, of those the best seating could take that knows the night in advance; and how fast.

    python benchmarks/quality.py                       every file in examples/scenarios
    python benchmarks/quality.py --nights 6 --first 1  made-up nights: six of each size and load, from seed 1
    python benchmarks/quality.py --budgets 0,1,2,3,4   covers against the move budget, on either

Prints Markdown. The optimum is CP-SAT's (the package ortools), with a bound where it is not proven in --seconds; equal
tables (same seats and rights, same neighbours) are counted together, which changes nothing but the time it takes. All
policies of one night are timed in one process, one after the other.
"""

import argparse
import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from nights import night

from maitred.domain.assignment import MoveRules
from maitred.domain.floor import Floor
from maitred.domain.simulation import POLICIES, seating_request, simulate
from maitred.domain.venue import parse_venue
from maitred.domain.venue_model import Venue

Json = dict[str, Any]
FILES = Path(__file__).parents[1] / "examples" / "scenarios"


class Optimum(NamedTuple):
    """The most covers any seating takes; `bound` is larger where the solver ran out of time."""

    covers: int
    bound: int


def optimum(scenario: Json, seconds: float) -> Optimum:
    """This solves the whole night at once, cancelled parties left out."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - 1.7 s, and only for this

    venue = parse_venue(scenario["venue"])
    floor = Floor.compile(venue)
    kind = _kinds(venue)
    room = Counter(kind.values())
    model, worth, users = cp_model.CpModel(), [], {k: [] for k in room}
    for booking in _asked(scenario):
        asked = seating_request(venue, booking)
        ways = {
            tuple(sorted(Counter(kind[t] for t in way.tables).items()))
            for way in floor.candidates(asked.party_size, asked.accessible)
        }
        chosen = [model.new_bool_var("") for _ in ways]
        for var, way in zip(chosen, sorted(ways), strict=True):
            for name, count in way:
                users[name].append((var, count, asked.starts_at, asked.ends_at))
        model.add_at_most_one(chosen)
        worth.append(asked.party_size * sum(chosen))
    for name, uses in users.items():
        for at in {start for _, _, start, _ in uses}:
            model.add(sum(n * var for var, n, start, end in uses if start <= at < end) <= room[name])
    model.maximize(sum(worth))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.solve(model)
    return Optimum(round(solver.objective_value), int(solver.best_objective_bound + 1e-6))


def _kinds(venue: Venue) -> dict[str, str]:
    """This names each table by the first that is its equal: exchanging them maps allowed sets onto allowed sets."""
    near: dict[str, set[str]] = {table.id: set() for table in venue.tables}
    for join in venue.joins:
        near[join.a].add(join.b)
        near[join.b].add(join.a)
    if venue.join_capacities:  # a capacity of its own for some tables tells equals apart
        return {table.id: table.id for table in venue.tables}
    kinds: dict[str, list[str]] = {}
    for table in venue.tables:
        for members in kinds.values():
            if all(_equal(venue, near, table.id, other) for other in members):
                members.append(table.id)
                break
        else:
            kinds[table.id] = [table.id]
    return {member: kind for kind, members in kinds.items() for member in members}


def _equal(venue: Venue, near: dict[str, set[str]], one: str, other: str) -> bool:
    a, b = venue.table(one), venue.table(other)
    rights = [(t.capacity, t.min_party, t.accessible, t.movable) for t in (a, b)]
    zones = {z.id: z.max_tables for z in venue.zones}
    return rights[0] == rights[1] and zones[a.zone] == zones[b.zone] and near[one] - {other} == near[other] - {one}


def _asked(scenario: Json) -> list[Json]:
    gone = {event["booking_id"] for event in scenario["events"] if event["type"] == "cancel"}
    asked = (event["booking"] for event in scenario["events"] if event["type"] == "request")
    return [booking for booking in asked if booking["id"] not in gone]


def covers(scenario: Json, result: Json) -> int:
    """This counts the guests of a result."""
    sizes = {booking["id"]: booking["party_size"] for booking in _asked(scenario)}
    return sum(sizes[key] for key in result["seating"])


def report(scenarios: Iterable[Json], seconds: float) -> Iterator[str]:
    """This is one row for each night, then the mean share of each kind of night."""
    yield (
        "| night | asked | optimum | "
        + " | ".join(POLICIES)
        + " | share | moves | ms p50 | p95 | p99 | max | best fit p99 |"
    )
    yield "|---|" + "---|" * (9 + len(POLICIES))
    shares: dict[str, list[float]] = {}
    for scenario in scenarios:
        gc.collect()  # what the last solver left must not be swept in the middle of a decision
        results = {name: simulate(scenario, name, clock=time.perf_counter_ns) for name in POLICIES}
        best = optimum(scenario, seconds)
        seated = {name: covers(scenario, result) for name, result in results.items()}
        share, full = seated["full"] / best.bound, results["full"]
        shares.setdefault(scenario["name"].rsplit("-", 1)[0], []).append(share)
        figures = [sum(b["party_size"] for b in _asked(scenario)), _in_words(best), *seated.values(), f"{share:.3f}"]
        took = [f"{ms:.1f}" for ms in full["decision_ms"].values()]
        figures += [full["moves"], *took, f"{results['best_fit']['decision_ms']['p99']:.2f}"]
        yield f"| {scenario['name']} | " + " | ".join(map(str, figures)) + " |"
    yield ""
    yield from (f"- {kind}: mean share {sum(s) / len(s):.4f} over {len(s)}" for kind, s in shares.items())
    everything = [share for found in shares.values() for share in found]
    yield f"- all: mean share {sum(everything) / len(everything):.4f} over {len(everything)}"


def by_budget(scenarios: Iterable[Json], budgets: list[int], effort: int) -> Iterator[str]:
    """This is covers (and moves, and the slowest decision) against the move budget."""
    yield "| night | " + " | ".join(f"budget {budget}" for budget in budgets) + " |"
    yield "|---|" + "---|" * len(budgets)
    for scenario in scenarios:
        cells = []
        for budget in budgets:
            result = simulate(scenario, rules=MoveRules(budget, effort=effort), clock=time.perf_counter_ns)
            cells.append(f"{covers(scenario, result)} ({result['moves']}; {result['decision_ms']['max']:.0f} ms)")
        yield f"| {scenario['name']} | " + " | ".join(cells) + " |"


def _in_words(best: Optimum) -> str:
    return str(best.covers) if best.covers == best.bound else f"{best.covers} to {best.bound}"


def _scenarios(options: argparse.Namespace) -> Iterator[Json]:
    if options.nights:
        seeds = range(options.first, options.first + options.nights)
        yield from (night(f"{size}-{load}-{n}") for load in options.loads for size in options.sizes for n in seeds)
    else:
        yield from (json.loads(path.read_text()) for path in sorted(options.folder.glob("*.json")))


def main() -> None:
    """This prints the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FILES)
    parser.add_argument("--nights", type=int, default=0)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=["bistro", "brasserie"])
    parser.add_argument("--loads", type=lambda text: text.split(","), default=["0.7", "0.9"])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--budgets", type=lambda text: [int(n) for n in text.split(",")], default=[])
    parser.add_argument("--effort", type=int, default=MoveRules().effort)
    options = parser.parse_args()
    nights = _scenarios(options)
    rows = by_budget(nights, options.budgets, options.effort) if options.budgets else report(nights, options.seconds)
    for row in rows:
        print(row)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
