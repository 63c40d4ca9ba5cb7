"""What the bus tells Prometheus. A child is bound once per subscriber."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from prometheus_client import Counter

PUBLISHED: Final = Counter("maitred_bus_published", "Events appended to the bus.")
TAIL_GAPS: Final = Counter("maitred_bus_tail_gaps", "Times a tail may have missed events.")

_DELIVERED: Final = Counter("maitred_bus_delivered", "Entries delivered, repeats included.", ["subscriber"])
_RECLAIMED: Final = Counter("maitred_bus_reclaimed", "Entries taken over from another consumer.", ["subscriber"])
_POISON: Final = Counter("maitred_bus_poison", "Entries that could not be decoded.", ["subscriber"])
_TRIMMED: Final = Counter("maitred_bus_trimmed", "Pending entries the stream no longer had.", ["subscriber"])
_ACKED: Final = Counter("maitred_bus_acknowledged", "Entries acknowledged.", ["subscriber"])


@dataclass(frozen=True, slots=True)
class Meters:
    """The metrics of one subscriber."""

    delivered: Counter
    reclaimed: Counter
    poison: Counter
    trimmed: Counter
    acknowledged: Counter


@cache
def meters(subscriber: str) -> Meters:
    """Bind the metrics to one subscriber."""
    return Meters(*(metric.labels(subscriber) for metric in (_DELIVERED, _RECLAIMED, _POISON, _TRIMMED, _ACKED)))
