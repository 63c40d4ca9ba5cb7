"""All strategies by name: what each yields, and which terms of the score are its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from maitred.domain.assignment import strategies
from maitred.domain.assignment.model import Scene
from maitred.domain.errors import InvalidInput
from maitred.domain.floor import TableSet


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way of looking for tables; its `terms` count only where the venue enables it."""

    propose: Callable[[Scene], Iterable[TableSet]]
    terms: tuple[str, ...]


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "optimal_fit": Strategy(strategies.optimal_fit, ("slack", "tables", "access", "small_parties", "large_parties")),
    "adjacency": Strategy(strategies.adjacency, ("adjacency",)),
    "zone_preference": Strategy(strategies.zone_preference, ("zone_match",)),
    "load_balancing": Strategy(strategies.load_balancing, ("load",)),
    "historical_success": Strategy(strategies.historical_success, ("history",)),
}


def enabled(names: Iterable[str]) -> dict[str, Strategy]:
    """This looks strategies up, or raises InvalidInput `unknown_strategy` naming the known ones."""
    chosen = tuple(names)
    unknown = [name for name in chosen if name not in STRATEGIES]
    if unknown:
        raise InvalidInput(
            f"There is no strategy {unknown[0]!r}; known are: {', '.join(STRATEGIES)}.",
            field="strategies",
            code="unknown_strategy",
            known=list(STRATEGIES),
        )
    return {name: STRATEGIES[name] for name in chosen}
