"""The five strategies. Each yields the free sets it stands for; none ranks or stores."""

from collections.abc import Iterable

from maitred.domain.assignment.model import Scene
from maitred.domain.floor import TableSet


def optimal_fit(scene: Scene) -> Iterable[TableSet]:
    """This yields every free set: the fit is judged by the score."""
    return scene.free


def adjacency(scene: Scene) -> Iterable[TableSet]:
    """This yields tables that stand together: joined sets."""
    return (s for s in scene.free if len(s.tables) > 1)


def zone_preference(scene: Scene) -> Iterable[TableSet]:
    """This yields sets in the zone the guests wish for."""
    return (s for s in scene.free if s.zone == scene.request.zone_preference)


def load_balancing(scene: Scene) -> Iterable[TableSet]:
    """This yields sets in the least busy zones that have one."""
    least = min((scene.zone_load[s.zone] for s in scene.free), default=0.0)
    return (s for s in scene.free if scene.zone_load[s.zone] == least)


def historical_success(scene: Scene) -> Iterable[TableSet]:
    """This yields sets with a record."""
    return (s for s in scene.free if s.tables in scene.request.outcomes)
