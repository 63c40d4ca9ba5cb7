"""How many guests are seated, of those the best seating could take that knows the night in advance; and how fast.

    python benchmarks/quality.py --write     everything below, into docs/seating.md (about ten minutes)
    python benchmarks/quality.py files       every file in examples/scenarios
    python benchmarks/quality.py nights      made-up nights: ten of each size and load, from seed 101
    python benchmarks/quality.py budgets     covers against the move budget

Prints Markdown. The optimum is CP-SAT's, with a bound where it is not proven within its (deterministic) effort. All
policies of one night are timed in one process, one after the other: a decision's time reads against best fit's.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any, Final

from nights import night

from maitred.domain.assignment import MoveRules
from maitred.domain.optimizer import Limits, Optimum, optimum
from maitred.domain.simulation import POLICIES, simulate

Json = dict[str, Any]
ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "seating.md"
FILES: Final = ROOT / "examples" / "scenarios"
BUDGETS: Final = (0, 1, 3, 6, 10, 20, MoveRules().budget)


def _asked(scenario: Json) -> list[Json]:
    gone = {event["booking_id"] for event in scenario["events"] if event["type"] == "cancel"}
    asked = (event["booking"] for event in scenario["events"] if event["type"] == "request")
    return [booking for booking in asked if booking["id"] not in gone]


def covers(scenario: Json, result: Json) -> int:
    """This counts the guests of a result."""
    sizes = {booking["id"]: booking["party_size"] for booking in _asked(scenario)}
    return sum(sizes[key] for key in result["seating"])


def report(scenarios: Iterable[Json], effort: float) -> Iterator[str]:
    """This is one row for each night, then the mean share of each kind of night."""
    columns = ["night", "tables", "asked", "optimum", *POLICIES, "share", "moves"]
    columns += ["ms p50", "p95", "p99", "max", "best fit p99"]
    yield f"| {' | '.join(columns)} |"
    yield "|---|" + "---|" * (len(columns) - 1)
    shares: dict[str, list[float]] = {}
    for scenario in scenarios:
        best = optimum(scenario, Limits(effort=effort))
        gc.collect()  # what the solver left must not be swept in the middle of a decision
        results = {name: simulate(scenario, name, clock=time.perf_counter_ns) for name in POLICIES}
        share = covers(scenario, results["full"]) / best.bound
        shares.setdefault(scenario["name"].rsplit("-", 1)[0], []).append(share)
        yield f"| {' | '.join(_figures(scenario, results, best, share))} |"
    yield ""
    for kind, found in shares.items():
        yield f"- {kind}: mean share {mean(found):.3f} over {len(found)}"


def _figures(scenario: Json, results: dict[str, Json], best: Optimum, share: float) -> list[str]:
    asked = sum(booking["party_size"] for booking in _asked(scenario))
    took = [f"{ms:.1f}" for ms in results["full"]["decision_ms"].values()]
    bound = str(best.covers) if best.covers == best.bound else f"{best.covers} to {best.bound}"
    seated = [str(covers(scenario, result)) for result in results.values()]
    rival = f"{results['best_fit']['decision_ms']['p99']:.2f}"
    start = [scenario["name"], str(len(scenario["venue"]["tables"])), str(asked), bound]
    return [*start, *seated, f"{share:.3f}", str(results["full"]["moves"]), *took, rival]


def by_budget(scenarios: Iterable[Json], budgets: Iterable[int]) -> Iterator[str]:
    """This is covers (and moves) against the move budget."""
    names = [f"budget {budget}" for budget in budgets]
    yield f"| night | {' | '.join(names)} |"
    yield "|---|" + "---|" * len(names)
    totals = [[0, 0] for _ in names]
    for scenario in scenarios:
        cells = []
        for total, budget in zip(totals, budgets, strict=True):
            result = simulate(scenario, rules=MoveRules(budget))
            seated = covers(scenario, result)
            cells.append(f"{seated} ({result['moves']})")
            total[0], total[1] = total[0] + seated, total[1] + result["moves"]
        yield f"| {scenario['name']} | {' | '.join(cells)} |"
    yield f"| together | {' | '.join(f'{seated} ({moves})' for seated, moves in totals)} |"


def _files() -> Iterator[Json]:
    yield from (json.loads(path.read_text()) for path in sorted(FILES.glob("*.json")))


def _nights(options: argparse.Namespace) -> Iterator[Json]:
    seeds = range(options.first, options.first + options.nights)
    yield from (night(f"{size}-{load}-{n}") for load in options.loads for size in options.sizes for n in seeds)


TABLES: Final[dict[str, Callable[[argparse.Namespace], Iterator[str]]]] = {
    "files": lambda options: report(_files(), options.effort),
    "nights": lambda options: report(_nights(options), options.effort),
    "budgets": lambda options: by_budget([*_files(), *_nights(options)], BUDGETS),
}


def written(page: str, name: str, rows: str) -> str:
    """This puts rows between the markers of that name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = page.split(begin, 1)
    return f"{before}{begin}\n{rows}\n{end}{rest.split(end, 1)[1]}"


def main() -> None:
    """This prints the tables asked for, and with --write puts them into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", choices=[*TABLES, []], help="which tables; all when none is named")
    parser.add_argument("--nights", type=int, default=10)
    parser.add_argument("--first", type=int, default=101)
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=["bistro", "brasserie"])
    parser.add_argument("--loads", type=lambda text: text.split(","), default=["0.7", "0.9"])
    parser.add_argument("--effort", type=float, default=20, help="of the solver, deterministic seconds a night")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for name in options.tables or TABLES:
        rows = []
        for row in TABLES[name](options):
            print(row)
            sys.stdout.flush()
            rows.append(row)
        if options.write:
            PAGE.write_text(written(PAGE.read_text("utf-8"), name, "\n".join(rows)), "utf-8")


if __name__ == "__main__":
    main()
