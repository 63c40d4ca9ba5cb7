"""What the locks tell Prometheus. A child is bound once per kind of lock (`day`, `booking`)."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

WAIT: Final = Histogram(
    "maitred_lock_wait_seconds", "Time until a lock was taken or given up.", ["kind"], buckets=_BUCKETS
)
HOLD: Final = Histogram("maitred_lock_hold_seconds", "Time a lock was held.", ["kind"], buckets=_BUCKETS)
CONTENDED: Final = Counter("maitred_lock_contended", "Holds that found the lock taken and had to wait.", ["kind"])
BUSY: Final = Counter("maitred_lock_busy", "Holds given up because the lock stayed taken.", ["kind"])
LOST: Final = Counter("maitred_lock_lost", "Locks lost while they were held.", ["kind"])


@dataclass(frozen=True, slots=True)
class Meters:
    """The metrics of one kind of lock."""

    wait: Histogram
    hold: Histogram
    contended: Counter
    busy: Counter
    lost: Counter


@cache
def meters(kind: str) -> Meters:
    """Bind the metrics to one kind of lock."""
    return Meters(*(metric.labels(kind) for metric in (WAIT, HOLD, CONTENDED, BUSY, LOST)))  # type: ignore[arg-type]
