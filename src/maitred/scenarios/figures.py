"""The figures of one night: who asked, who was seated, who was refused and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from maitred.domain.simulation import Night
from maitred.scenarios.reader import Scenario

NO_TIMES = {"p50": 0.0, "p95": 0.0, "p99": 0.0, "max": 0.0}

KEPT = {"fixed": "as booked", "full": "rebound when late"}
"""What may happen to tables during a night as it really goes, by the names of domain.reality."""
COUNTED = (
    ("guests seated", "guests_seated"),
    ("waited over 10 min", "guests_waiting"),
    ("longest wait, min", "longest_wait_minutes"),
    ("mean wait, min", "mean_wait_minutes"),
    ("late tables", "late_tables"),
    ("rebound", "rebound"),
    ("walk-ins seated", "walk_ins_seated"),
    ("turned away", "walk_ins_turned_away"),
    ("no-shows", "no_shows"),
)
"""What a night as it really goes is told in: words, and the name of the count."""


@dataclass(frozen=True, slots=True)
class Count:
    """Parties, and the guests in them."""

    parties: int = 0
    covers: int = 0

    def of(self, whole: "Count") -> float:
        """This is the share of the covers, 1 when nothing was asked."""
        return self.covers / whole.covers if whole.covers else 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One night under one policy. Whoever cancelled counts as cancelled, and neither as asking nor as refused."""

    policy: str
    asked: Count
    seated: Count
    refused: Mapping[str, Count]
    cancelled: Count
    moves: int
    decision_ms: Mapping[str, float]

    @classmethod
    def of(cls, policy: str, scenario: Scenario, night: Night) -> "Figures":
        """This counts a night that was played."""
        sizes = {request.id: request.party_size for request in scenario.requests}
        reasons: dict[str, list[int]] = {}
        for key, refusal in night.refused.items():
            if key not in night.cancelled:
                reasons.setdefault(refusal.code, []).append(sizes[key])
        return cls(
            policy=policy,
            asked=_count(size for key, size in sizes.items() if key not in night.cancelled),
            seated=_count(sizes[key] for key in night.seating),
            refused={code: _count(reasons[code]) for code in sorted(reasons, key=lambda c: (-sum(reasons[c]), c))},
            cancelled=_count(sizes[key] for key in night.cancelled),
            moves=night.moves,
            decision_ms=night.decision_ms or NO_TIMES,
        )

    def document(self) -> dict[str, Any]:
        """This is the figures as plain values."""
        return {**asdict(self), "share": round(self.seated.of(self.asked), 4)}


def _count(sizes: Any) -> Count:
    counted = Counter(sizes)
    return Count(counted.total(), sum(size * times for size, times in counted.items()))
