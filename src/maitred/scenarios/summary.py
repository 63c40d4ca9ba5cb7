"""A simulated night as a summary for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from maitred.scenarios.figures import COUNTED, KEPT, Count, Figures
from maitred.scenarios.simulate import Simulation


def print_summary(simulation: Simulation, console: Console) -> None:
    """This prints what became of everybody, by reason, and how long it took to decide."""
    figures = simulation.figures
    console.print(_table(simulation, figures))
    ms, rules = figures.decision_ms, simulation.rules
    share = f"{100 * figures.seated.of(figures.asked):.1f} %"
    lines = [
        f"seated    {figures.seated.covers} of {figures.asked.covers} covers ({share})",
        f"moves     {figures.moves} (at most {rules.budget} a decision, none {rules.freeze_minutes} min before)",
        f"decision  p50 {ms['p50']} ms, p95 {ms['p95']} ms, p99 {ms['p99']} ms, max {ms['max']} ms",
    ]
    if simulation.reality:
        console.print(_reality(simulation.reality))
    for name, path in (("seating", simulation.options.out), ("report", simulation.options.report)):
        if path is not None:
            lines.append(f"{name:9} {path}")
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)


def _table(simulation: Simulation, figures: Figures) -> Table:
    table = Table(title=f"{simulation.scenario.name}, policy {figures.policy}", title_justify="left")
    table.add_column("outcome")
    table.add_column("reason")
    table.add_column("requests", justify="right")
    table.add_column("covers", justify="right")
    _row(table, "seated", "", figures.seated)
    for reason, count in figures.refused.items():
        _row(table, "declined", reason, count)
    if figures.cancelled.parties:
        _row(table, "cancelled", "", figures.cancelled)
    table.add_section()
    everybody = Count(
        figures.asked.parties + figures.cancelled.parties, figures.asked.covers + figures.cancelled.covers
    )
    _row(table, "all", "", everybody)
    return table


def _reality(reality: Mapping[str, Any]) -> Table:
    table = Table(title=f"As the night may really go, seed {reality['seed']}", title_justify="left")
    table.add_column("")
    for policy in reality["policies"]:
        table.add_column(KEPT[policy], justify="right")
    for name, count in COUNTED:
        table.add_row(name, *(str(counts[count]) for counts in reality["policies"].values()))
    return table


def _row(table: Table, outcome: str, reason: str, count: Count) -> None:
    table.add_row(outcome, reason, str(count.parties), str(count.covers))
