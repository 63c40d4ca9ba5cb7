"""Parties as they are said: `party of 4`, `zu viert`, `somos cuatro`, `2 adults 2 kids`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.patterns import Line, Match
from maitred.domain.phoneline.tokens import MOST_NUMBER
from maitred.domain.phoneline.words import listed

ROUGHLY: Final = listed("about around approx roughly ca circa etwa ungefahr zirka karib करिब")
_SUMS: Final = frozenset({"+", "plus", "mas"})


@dataclass(frozen=True, slots=True)
class Party:
    """Words that say how many they are, likeliest first."""

    first: int
    end: int
    options: tuple[int, ...]


def find_parties(line: Line) -> list[Party]:
    """Claim the words that say the size of a party and nothing else."""
    found: list[Party] = []
    for pattern, read in _RULES:
        for match in line.find(pattern, across="adults" in pattern):
            options = read(line, match)
            if options and all(1 <= one <= MOST_NUMBER for one in options):
                line.take(Kind.PARTY, match.first, match.end)
                found.append(Party(match.first, match.end, options))
    return sorted(found, key=lambda party: party.first)


def bare_ranges(line: Line) -> Iterator[Party]:
    """Claim `4-6` as a party, in a line whose day and time are said otherwise."""
    for match in line.find("range"):
        options = _range(line, match)
        if options:
            line.take(Kind.PARTY, match.first, match.end)
            yield Party(match.first, match.end, options)


def find_kids(line: Line) -> tuple[int, int, int] | None:
    """Claim `2 kids` that were not counted with adults; return where, and how many beside the party they may be."""
    for match in line.find("?plus number|spoken kids"):
        counted_in = line.has(match.first - 1, "including")
        line.take(Kind.NOTES, match.first, match.end)
        return None if counted_in else (match.first, match.end, match.values[1])
    return None


def _number(which: int) -> Callable[[Line, Match], tuple[int, ...]]:
    def read(line: Line, match: Match) -> tuple[int, ...]:
        value = match.values[which]
        return (value,) if isinstance(value, int) and value is not True else ()

    return read


def _all(line: Line, match: Match) -> tuple[int, ...]:
    return (sum(value for value in match.values if isinstance(value, int) and value is not True),)


def _sum(line: Line, match: Match) -> tuple[int, ...]:
    if line.units[match.first + 1].word not in _SUMS or line.has(match.end, "kids", "baby"):
        return ()
    return (match.values[0] + match.values[2],)


def _range(line: Line, match: Match) -> tuple[int, ...]:
    pair = next(value for value in match.values if isinstance(value, tuple))
    return pair if pair[0] < pair[1] <= MOST_NUMBER else ()


def _either(line: Line, match: Match) -> tuple[int, ...]:
    numbers = [value for value in match.values if isinstance(value, int) and value is not True]
    return tuple(dict.fromkeys(numbers))


def _zu(line: Line, match: Match) -> tuple[int, ...]:
    return (int(match.values[0]),)


def _about(line: Line, match: Match) -> tuple[int, ...]:
    """`une dizaine`, `about 10 people`: ten, or one more or less."""
    number = next(int(value) for value in match.values if isinstance(value, int) and value is not True)
    said = line.has(match.first, "number", "roughly", "for", "table for") or line.units[match.first].word in ROUGHLY
    return (number, number + 1, number - 1) if said else ()


def _together(line: Line, match: Match) -> tuple[int, ...]:
    """`à quatre`: four of them, in a language that says hours with their word."""
    number: Any = match.values[1]
    figures = "figures" in line.units[match.first + 1].senses
    french = "fr" in line.languages and line.units[match.first].typed.casefold() == "à"
    return (number,) if french and not figures and 2 <= number <= 20 else ()


_RULES: Final[Sequence[tuple[str, Callable[[Line, Match], tuple[int, ...]]]]] = (
    ("number|spoken adults ?plus number|spoken kids ?people", _all),
    ("number|spoken adults ?people", _number(0)),
    ("?table_for|for range people", _range),
    ("range people", _range),
    ("number|spoken or|to|bound|a number|spoken people", _either),
    ("table_for number or number", _either),
    ("for number or number", _either),
    ("table_for range", _range),
    ("for range", _range),
    ("number plus number ?people", _sum),
    ("?table_for|for zu ?people", lambda line, match: (int(match.values[1]),)),
    ("?table_for|for couple ?people", lambda line, match: (int(match.values[1]),)),
    ("?table_for|for roughly ?people", _about),
    ("at number|spoken people", _about),
    ("number ish people", _about),
    ("for number|spoken people", _number(1)),
    ("table_for number|spoken ?people", _number(1)),
    ("number|spoken people", _number(0)),
    ("number times", _number(0)),
    ("times number", _number(1)),
    ("a number", _together),
)
