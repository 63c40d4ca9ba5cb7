"""What the doctor has to say: one finding a check, with figures, and what to do when it is not well."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


class Level(StrEnum):
    """OK: nothing to do. WARN: it works, but something is unknown or will hurt. FAIL: mend it."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Part(StrEnum):
    """What a check is about, in the order of the report."""

    DEPLOYMENT = "Deployment"
    POSTGRES = "Postgres"
    SCHEMA = "Schema"
    REDIS = "Redis"
    PIPELINE = "Pipeline"
    MESSAGES = "Messages"
    API = "API"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result: `detail` for people, `figures` for programs, `mend` says in one sentence what to do."""

    part: Part
    name: str
    level: Level
    detail: str
    mend: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Tell whether this has to be mended."""
        return self.level is Level.FAIL

    def document(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "part": self.part.value,
            "name": self.name,
            "level": self.level.value,
            "detail": self.detail,
            "mend": self.mend,
            "figures": dict(self.figures),
        }


@dataclass(frozen=True, slots=True)
class Chart:
    """Writes the findings of one part."""

    part: Part

    def ok(self, name: str, detail: str, **figures: Any) -> Finding:
        """Say that all is well."""
        return Finding(self.part, name, Level.OK, detail, None, figures)

    def warn(self, name: str, detail: str, mend: str, **figures: Any) -> Finding:
        """Say what is unknown or will hurt."""
        return Finding(self.part, name, Level.WARN, detail, mend, figures)

    def fail(self, name: str, detail: str, mend: str, **figures: Any) -> Finding:
        """Say what is broken."""
        return Finding(self.part, name, Level.FAIL, detail, mend, figures)

    def judge(
        self, name: str, value: float, limits: tuple[float, float], detail: str, mend: str, **figures: Any
    ) -> Finding:
        """Compare a figure with the limits above which it warns and fails."""
        warn_above, fail_above = limits
        level = Level.FAIL if value > fail_above else Level.WARN if value > warn_above else Level.OK
        return Finding(self.part, name, level, detail, None if level is Level.OK else mend, figures)


_STYLES: Final = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def print_findings(findings: list[Finding], console: Console) -> None:
    """Print the findings by part, and at the end how many there are of each level."""
    for part in Part:
        of_part = [one for one in findings if one.part is part]
        if of_part:
            console.print(Text(part.value, style="bold"))
            console.print(Padding(_table(of_part), (0, 0, 1, 2)))
    counts = {level: sum(one.level is level for one in findings) for level in Level}
    console.print(
        f"{len(findings)} checks: {counts[Level.OK]} ok, {counts[Level.WARN]} to look at, {counts[Level.FAIL]} to mend."
    )


def _table(findings: list[Finding]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=4)
    table.add_column(min_width=22)
    table.add_column(overflow="fold")
    for one in findings:
        table.add_row(Text(one.level.value, style=_STYLES[one.level]), Text(one.name), _told(one))
    return table


def _told(finding: Finding) -> Group | Text:
    detail = Text(finding.detail)
    return Group(detail, Text(f"-> {finding.mend}", style="italic")) if finding.mend else detail
