"""Patterns over units: `number ?people` is a number and perhaps a word for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from maitred.domain.phoneline.ear import Ear
from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.tokens import Unit

_MOST_REPEATS: Final = 40


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern fits, from unit `first` up to `end`, and the values of its parts (None for what is left out)."""

    first: int
    end: int
    values: tuple[Any, ...]


@dataclass(slots=True)
class Line:
    """A line while it is read: its units, and which of them are spoken for."""

    units: Sequence[Unit]
    ear: Ear
    languages: frozenset[str]
    taken: dict[int, Kind] = field(default_factory=dict)

    def free(self, place: int) -> bool:
        """Whether there is a unit that nothing has claimed."""
        return 0 <= place < len(self.units) and place not in self.taken

    def sense(self, place: int, sense: str) -> Any:
        """The value a free unit has in a sense; None when it has none."""
        return self.units[place].senses.get(sense) if self.free(place) else None

    def has(self, place: int, *senses: str) -> bool:
        """Whether a unit, claimed or not, has one of the senses."""
        return 0 <= place < len(self.units) and any(one in self.units[place].senses for one in senses)

    def take(self, kind: Kind, first: int, end: int) -> None:
        """Let units mean something."""
        for place in range(first, end):
            self.taken[place] = kind

    def typed(self, first: int, end: int) -> str:
        """The words of some units, as they were typed."""
        return " ".join(unit.typed for unit in self.units[first:end])

    def match(self, place: int, pattern: str, *, across: bool = False) -> Match | None:
        """Fit a pattern at a unit; commas end it unless it may go `across` them."""
        at, values = place, []
        for senses, optional in _parse(pattern):
            value = self._value(at, senses) if at == place or across or not self._apart(at) else None
            if value is None and not optional:
                return None
            values.append(value)
            at += value is not None
        return Match(place, at, tuple(values)) if at > place else None

    def find(self, pattern: str, *, across: bool = False) -> Iterator[Match]:
        """Yield where a pattern fits, from left to right."""
        place = 0
        while place < len(self.units):
            match = self.match(place, pattern, across=across)
            if match is not None:
                yield match
            place = match.end if match else place + 1

    def _value(self, place: int, senses: tuple[str, ...]) -> Any:
        return next((value for sense in senses if (value := self.sense(place, sense)) is not None), None)

    def _apart(self, place: int) -> bool:
        return place < len(self.units) and self.units[place].apart


@cache
def _parse(pattern: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    return tuple((tuple(one.lstrip("?").replace("_", " ").split("|")), one.startswith("?")) for one in pattern.split())
