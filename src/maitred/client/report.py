"""What came of a replay: one outcome a request, as read back from the API, and the figures over them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import ceil
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from maitred.client.stream import DECLINED, UNANSWERED
from maitred.domain.booking import UNDECIDED_STATES, State

SEATED: Final = frozenset({State.CONFIRMED, State.ARRIVED, State.CHECKED_IN, State.COMPLETED})
LOST: Final = "lost"  # accepted, and not found when the night was read back
MAX_LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request and what became of it; `state` is a booking's, or `declined`, `unanswered`, `lost`."""

    booking: str
    covers: int
    state: str
    reason: str | None
    booking_id: str | None
    tables: tuple[str, ...]
    confirmed_ms: float | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One booking that is not as it should be: stuck, unanswered, lost, twice, seatless or not_cancelled."""

    kind: str
    booking: str
    detail: str


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Nearest-rank percentiles, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """The whole result of a replay; `ok` is what the exit code says."""

    scenario: str
    slug: str
    url: str
    date: date
    moved_days: int
    concurrency: int
    run_id: str
    elapsed_s: float
    outcomes: tuple[Outcome, ...]
    cancels: Mapping[str, int]
    retried: Mapping[str, int]
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """This says that every request has an outcome and reads back as it should."""
        return not self.troubles

    @property
    def states(self) -> Mapping[str, int]:
        """This counts outcomes by state."""
        return dict(sorted(Counter(outcome.state for outcome in self.outcomes).items()))

    @property
    def confirmed_ms(self) -> Percentiles | None:
        """This is the time from receipt of the 201 to the first reading of `confirmed`."""
        return percentiles(o.confirmed_ms for o in self.outcomes if o.confirmed_ms is not None)

    @property
    def bookings_per_s(self) -> float:
        """This is the requests that got an outcome, over the time of the whole stream."""
        settled = sum(outcome.state not in _OPEN for outcome in self.outcomes)
        return settled / self.elapsed_s if self.elapsed_s > 0 else 0.0

    def seating(self) -> dict[str, Any]:
        """This is the result as a seating file (docs/scenarios.md)."""
        figures = self.confirmed_ms
        return {
            "format": "maitred.seating/1",
            "scenario": self.scenario,
            "seating": {o.booking: list(o.tables) for o in self.outcomes if o.state in SEATED},
            "declined": {o.booking: _why_declined(o) for o in self.outcomes if o.state in _REFUSED},
            "moves": 0,
            "decision_ms": _figures(figures) if figures else {},
            "x_decision_ms_is": "from receipt of the 201 to the first reading of confirmed, over HTTP",
        }

    def document(self) -> dict[str, Any]:
        """This is the report as one JSON document."""
        figures = self.confirmed_ms
        return {
            "format": "maitred.replay/1",
            "scenario": self.scenario,
            "slug": self.slug,
            "url": self.url,
            "date": self.date.isoformat(),
            "moved_days": self.moved_days,
            "concurrency": self.concurrency,
            "run_id": self.run_id,
            "ok": self.ok,
            "asked": len(self.outcomes),
            "states": self.states,
            "reasons": [
                {"state": state, "reason": reason, "bookings": count, "covers": covers}
                for state, reason, count, covers in _by_reason(self.outcomes)
            ],
            "cancels": dict(self.cancels),
            "accepted_to_confirmed_ms": asdict(figures) if figures else None,
            "elapsed_s": round(self.elapsed_s, 3),
            "bookings_per_s": round(self.bookings_per_s, 1),
            "retried": dict(self.retried),
            "troubles": [asdict(trouble) for trouble in self.troubles],
            "notes": list(self.notes),
            "outcomes": [asdict(outcome) for outcome in self.outcomes],
        }


_REFUSED: Final = frozenset({DECLINED, UNANSWERED, State.FAILED, State.MANUAL_REVIEW})
_OPEN: Final = frozenset({UNANSWERED, LOST, *UNDECIDED_STATES})


def percentiles(values: Iterable[float]) -> Percentiles | None:
    """This ranks some milliseconds; None when there are none."""
    ranked = sorted(values)
    if not ranked:
        return None
    at = {share: ranked[ceil(share * len(ranked) / 100) - 1] for share in (50, 95, 99, 100)}
    return Percentiles(len(ranked), *(round(at[share], 3) for share in (50, 95, 99, 100)))


def print_report(report: ReplayReport, console: Console) -> None:
    """This prints the report for a person."""
    for note in report.notes:
        console.print(note, style="yellow", markup=False)
    console.print(_table(report))
    console.print(_summary(report), highlight=False, markup=False)
    _print_troubles(report.troubles, console)


def _table(report: ReplayReport) -> Table:
    table = Table(title=f"{report.scenario} on {report.date} at {report.slug}", title_justify="left")
    table.add_column("state")
    table.add_column("reason")
    table.add_column("bookings", justify="right")
    table.add_column("covers", justify="right")
    for state, reason, count, covers in _by_reason(report.outcomes):
        table.add_row(state, reason or "", str(count), str(covers))
    table.add_section()
    table.add_row("all", "", str(len(report.outcomes)), str(sum(o.covers for o in report.outcomes)))
    return table


def _summary(report: ReplayReport) -> str:
    figures, lines = report.confirmed_ms, []
    if figures:
        lines.append(
            f"accepted to confirmed  p50 {figures.p50:.0f} ms, p95 {figures.p95:.0f} ms, p99 {figures.p99:.0f} ms"
        )
    lines.append(
        f"bookings per second    {report.bookings_per_s:.1f} ({report.elapsed_s:.2f} s, {report.concurrency} in flight)"
    )
    if report.cancels:
        lines.append("cancels                " + _counts(report.cancels))
    if report.retried:
        lines.append("calls repeated after   " + _counts(report.retried))
    return "\n".join(lines)


def _print_troubles(troubles: Sequence[Trouble], console: Console) -> None:
    for trouble in troubles[:MAX_LISTED]:
        console.print(f"{trouble.kind}: {trouble.booking}: {trouble.detail}", style="red", markup=False)
    if len(troubles) > MAX_LISTED:
        console.print(f"... and {len(troubles) - MAX_LISTED} more", style="red")


def _by_reason(outcomes: Iterable[Outcome]) -> list[tuple[str, str | None, int, int]]:
    counts: Counter[tuple[str, str | None]] = Counter()
    covers: Counter[tuple[str, str | None]] = Counter()
    for outcome in outcomes:
        counts[outcome.state, outcome.reason] += 1
        covers[outcome.state, outcome.reason] += outcome.covers
    ranked = sorted(counts, key=lambda key: (key[0] != State.CONFIRMED, key[0], key[1] or ""))
    return [(state, reason, counts[state, reason], covers[state, reason]) for state, reason in ranked]


def _why_declined(outcome: Outcome) -> str:
    reason = outcome.reason or "unknown"
    return reason if outcome.state in (DECLINED, State.FAILED) else f"{outcome.state}:{reason}"


def _figures(figures: Percentiles) -> dict[str, float]:
    return {"p50": figures.p50, "p95": figures.p95, "p99": figures.p99, "max": figures.max}


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
