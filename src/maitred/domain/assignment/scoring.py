"""The named terms of a score. A term measures one property of a plan; its weight says what that is worth.

Weights are counted in seats: a seat left empty costs 1. A wish must not cost a seat, so the weights of what is
merely nice stay below 1, and a venue may set its own.
"""

from collections.abc import Callable, Mapping
from typing import Final

from maitred.domain.assignment.model import Scene
from maitred.domain.floor import TableSet

Term = Callable[[TableSet, Scene], float]


def slack(candidate: TableSet, scene: Scene) -> float:
    """This counts the seats that stay empty."""
    return candidate.capacity - scene.request.party_size


def tables(candidate: TableSet, _: Scene) -> float:
    """This counts the tables beyond the first."""
    return len(candidate.tables) - 1


def access(candidate: TableSet, scene: Scene) -> float:
    """This is 1 when accessible tables go to a party that does not need them."""
    return float(candidate.accessible and not scene.request.accessible)


def small_parties(candidate: TableSet, scene: Scene) -> float:
    """This is what the plan takes from parties of up to four who may yet come, in covers (see outlook)."""
    return scene.outlook.small_parties(candidate)


def large_parties(candidate: TableSet, scene: Scene) -> float:
    """This is what the plan takes from parties of five and more who may yet come, in covers."""
    return scene.outlook.large_parties(candidate)


def adjacency(candidate: TableSet, _: Scene) -> float:
    """This is the share of the set's pairs that are not joined directly: 0 for one table or a closed group."""
    size = len(candidate.tables)
    pairs = size * (size - 1) // 2
    return 1 - candidate.joins / pairs if pairs else 0.0


def zone_match(candidate: TableSet, scene: Scene) -> float:
    """This is 1 in the zone the guests wish for."""
    return float(candidate.zone == scene.request.zone_preference)


def load(candidate: TableSet, scene: Scene) -> float:
    """This is the share of the zone's tables that are taken at some moment of the window."""
    return scene.zone_load[candidate.zone]


def history(candidate: TableSet, scene: Scene) -> float:
    """This is how much better than even these tables did before, from -0.5 to 0.5.

    Laplace's rule of succession, so that one outcome does not decide; 0 without records.
    """
    good, total = scene.request.outcomes.get(candidate.tables, (0, 0))
    return (good + 1) / (total + 2) - 0.5


TERMS: Final[Mapping[str, Term]] = {
    "slack": slack,
    "tables": tables,
    "access": access,
    "small_parties": small_parties,
    "large_parties": large_parties,
    "adjacency": adjacency,
    "zone_match": zone_match,
    "load": load,
    "history": history,
}

DEFAULT_WEIGHTS: Final[Mapping[str, float]] = {
    "slack": -1.0,
    "tables": -0.5,
    "access": -0.3,
    "small_parties": -2.0,
    "large_parties": -1.0,
    "adjacency": -0.2,
    "zone_match": 0.4,
    "load": -0.1,
    "history": 0.2,
}
