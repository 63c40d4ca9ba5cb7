"""The optimizer on made-up nights: how long a proof takes, what it gains and how many it moves.

    python benchmarks/optimizer.py                       ten nights of 80 bookings on 42 tables
    python benchmarks/optimizer.py --nights 3 --bookings 40 --load 0.7

Each night's bookings are seated one by one by the engine without moves, as a house does that fixes tables at booking;
those it refuses wait for room. Then the day is planned again with few moves (5% of the bookings), with a tenth and
with any number. `s` is the time it takes once ortools is imported (0.6 s, in a process of its own), `CPU s` what of
it was work: on a busy machine the rest is waiting. Prints Markdown.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from nights import night

from maitred.domain.assignment import SeatingRequest
from maitred.domain.calendar import service_date
from maitred.domain.optimizer import Day, Limits, Proposal, day_of, replan
from maitred.domain.optimizer.model import SEAT
from maitred.domain.simulation import Night, play

Json = dict[str, Any]


def night_before(name: str, bookings: int) -> tuple[Night, list[SeatingRequest]]:
    """This is a night with that many live bookings, seated without moves, and the parties it refused."""
    scenario = night(name)
    gone = {event["booking_id"] for event in scenario["events"] if event["type"] == "cancel"}
    scenario["events"] = [e for e in scenario["events"] if e["type"] == "request" and e["booking"]["id"] not in gone]
    scenario["events"] = scenario["events"][:bookings]
    played = play(scenario, "no_moves")
    return played, [played.asked[key] for key in played.refused]


def day_before(played: Night, waiting: list[SeatingRequest], max_moves: int | None) -> Day:
    """This is the night as it stands a day before doors open."""
    first = min(one.starts_at for one in played.asked.values())
    snapshot = played.book.on(service_date(played.venue, first)).at(first - timedelta(days=1))
    return day_of(snapshot, played.venue, wishes=dict.fromkeys(played.seating), waiting=waiting, max_moves=max_moves)


def solved(played: Night, day: Day, limits: Limits) -> tuple[Proposal, float, float]:
    """This is the proposal, the seconds it took and those of them that were spent computing."""
    began, worked = time.perf_counter(), time.process_time()
    proposal = replan(day, played.venue, limits)
    return proposal, time.perf_counter() - began, time.process_time() - worked


def report(names: list[str], bookings: int, limits: Limits) -> Iterator[str]:
    """This is one row for each night and cap."""
    columns = ["night", "seated", "waiting", "moves allowed", "moved", "covers in"]
    columns += ["lost before", "after", "gap", "status", "s", "CPU s"]
    yield f"| {' | '.join(columns)} |"
    yield "|---|" + "---|" * (len(columns) - 1)
    for name in names:
        played, waiting = night_before(name, bookings)
        for share in (0.05, 0.1, None):
            most = None if share is None else int(share * bookings)
            proposal, took, worked = solved(played, day_before(played, waiting, most), limits)
            cells = [name, len(played.seating), len(waiting), "any" if most is None else most, len(proposal.moves)]
            cells += [proposal.covers, f"{proposal.loss_before / SEAT:.1f}", f"{proposal.loss_after / SEAT:.1f}"]
            cells += [f"{proposal.gap:.4f}", proposal.status, f"{took:.2f}", f"{worked:.2f}"]
            yield f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """This prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--size", default="brasserie")
    parser.add_argument("--load", default="0.9")
    parser.add_argument("--bookings", type=int, default=80)
    parser.add_argument("--effort", type=float, default=Limits().effort)
    options = parser.parse_args()
    from ortools.sat.python import cp_model  # noqa: F401, PLC0415 - the import is not what is measured

    names = [f"{options.size}-{options.load}-{n}" for n in range(options.first, options.first + options.nights)]
    for row in report(names, options.bookings, Limits(options.effort)):
        print(row)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
