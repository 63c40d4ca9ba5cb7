"""Nights as they really go: how many guests wait when tables are rebound, and when they never are.

    python benchmarks/reality.py                        20 made-up nights of each load, seeds 1 to 20
    python benchmarks/reality.py --write                the same, into docs/seating.md

Prints Markdown. Each night is benchmarks/nights.py's of that number, played once with chance of the same number; both
policies have the same bookings, guests and walk-ins. Ends with 1 when a guarantee broke or when more than half of the
guests waited who wait without rebinding.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nights import night

from maitred.domain.reality import reality_report

PAGE = Path(__file__).parents[1] / "docs" / "seating.md"
BEGIN, END = "<!-- reality: begin -->", "<!-- reality: end -->"
SUMMED = ("guests_seated", "guests_waiting", "parties_waiting", "late_tables", "rebound", "walk_ins_seated")


class Load:
    """The nights of one size and load, added up."""

    def __init__(self, name: str, seeds: range) -> None:
        """This plays the nights."""
        self.name = name
        self.nights = [reality_report(night(f"{name}-{seed}"), seed)["policies"] for seed in seeds]

    def total(self, policy: str, count: str) -> int:
        """This is one count over all nights."""
        return sum(one[policy][count] for one in self.nights)

    def row(self, policy: str) -> str:
        """This is one line of the table."""
        parties = sum(one[policy]["parties_seated"] for one in self.nights)
        waited = sum(one[policy]["mean_wait_minutes"] * one[policy]["parties_seated"] for one in self.nights)
        longest = max(one[policy]["longest_wait_minutes"] for one in self.nights)
        cells: list[Any] = [self.name, len(self.nights), policy, *(self.total(policy, count) for count in SUMMED)]
        return "| " + " | ".join(map(str, [*cells, f"{waited / parties:.2f}", longest])) + " |"

    @property
    def share(self) -> float:
        """This is the guests waiting over 10 minutes with rebinding, of those without."""
        return self.total("full", "guests_waiting") / max(1, self.total("fixed", "guests_waiting"))

    @property
    def faults(self) -> list[str]:
        """This is every guarantee that was broken."""
        return [fault for one in self.nights for counts in one.values() for fault in counts["faults"]]


def table(loads: list[Load]) -> Iterator[str]:
    """This is the nights as a table, then the shares."""
    heads = [count.replace("_", " ") for count in SUMMED]
    yield "| " + " | ".join(["nights", "n", "policy", *heads, "mean wait (min)", "longest"]) + " |"
    yield "|---|" + "---|" * (len(heads) + 4)
    for load in loads:
        yield load.row("fixed")
        yield load.row("full")
    yield ""
    for load in loads:
        broken = len(load.faults)
        yield f"- {load.name}: {load.share:.2f} of the guests who wait without rebinding; guarantees broken: {broken}"


def written(page: str, rows: str) -> str:
    """This puts the rows between the markers, at the end of the page when it has none yet."""
    block = f"{BEGIN}\n{rows}\n{END}"
    if BEGIN not in page:
        return (
            f"{page.rstrip()}\n\n## Nights as they really go\n\n    python benchmarks/reality.py --write\n\n{block}\n"
        )
    before, rest = page.split(BEGIN, 1)
    return before + block + rest.split(END, 1)[1]


def main() -> int:
    """This plays the nights asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=["brasserie"])
    parser.add_argument("--loads", type=lambda text: text.split(","), default=["0.7", "0.9"])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.nights)
    loads = [Load(f"{size}-{load}", seeds) for size in options.sizes for load in options.loads]
    rows = "\n".join(table(loads))
    print(rows)
    if options.write:
        PAGE.write_text(written(PAGE.read_text("utf-8"), rows), "utf-8")
    return int(any(load.faults or load.share > 0.5 for load in loads))


if __name__ == "__main__":
    sys.exit(main())
