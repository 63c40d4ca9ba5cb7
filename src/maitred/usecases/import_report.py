"""What an import came to, row by row."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from maitred.domain.imported import Difference, Fault
from maitred.store.imports import Alike


@dataclass(frozen=True, slots=True)
class Differing:
    """A booking of which a newer export says something else than is here; `fault` says why it was not taken over."""

    row: int
    line: int | None
    external_id: str
    reference: str
    fields: tuple[Difference, ...]
    taken: bool = False
    fault: Fault | None = None

    def document(self) -> dict[str, Any]:
        """Return it as plain values; what guests and notes say is not repeated."""
        fields = [{"field": one.field, "here": one.here, "there": one.there} for one in self.fields]
        why = (
            {"rule": self.fault.rule, "message": self.fault.message} if self.fault else {"rule": None, "message": None}
        )
        place = {"row": self.row, "line": self.line, "id": self.external_id, "reference": self.reference}
        return {**place, "fields": fields, "taken_over": self.taken, **why}


@dataclass(slots=True)
class Report:
    """What an import came to, or would come to (`dry_run`)."""

    restaurant: str
    source: str
    dry_run: bool
    run: UUID | None = None
    rows: int = 0
    resumed_at: int = 0
    already: int = 0
    ignored: int = 0
    imported: Counter[str] = field(default_factory=Counter)
    seats: Counter[str] = field(default_factory=Counter)
    clashes: list[Fault] = field(default_factory=list)
    reviews: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    differing: list[Differing] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return the report as plain values: rows = imported + already here + refused + ignored."""
        return {
            "restaurant": self.restaurant,
            "source": self.source,
            "dry_run": self.dry_run,
            "run": str(self.run) if self.run else None,
            "rows": self.rows,
            "resumed_at": self.resumed_at,
            "imported": sum(self.imported.values()),
            "already_here": self.already,
            "refused": len({one.row for one in self.faults}),
            "ignored": self.ignored,
            "updated": sum(one.taken for one in self.differing),
            "by_state": dict(sorted(self.imported.items())),
            "seats": dict(sorted(self.seats.items())),
            "clashes": [one.document() for one in self.clashes],
            "reviews": [one.document() for one in self.reviews],
            "faults": [one.document() for one in self.faults],
            "warnings": [one.document() for one in sorted(self.warnings, key=lambda one: one.row)],
            "differing": [one.document() for one in self.differing],
            "here_under_another_source": [
                {"row": one.row, "source": one.source, "reference": one.reference} for one in self.alike
            ],
        }

    def add(self, other: "Report") -> None:
        """Count a batch in that is now written."""
        self.already += other.already
        self.imported += other.imported
        self.seats += other.seats
        self.clashes += other.clashes
        self.reviews += other.reviews
        self.warnings += other.warnings
