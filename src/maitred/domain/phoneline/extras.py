"""What a party needs beside a table: zone, table, access, high chairs; its allergies and occasions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from maitred.domain.phoneline.heard import Choice, Doubt, Kind
from maitred.domain.phoneline.patterns import Line

_MOST_CHAIRS: Final = 9
_PLURALS: Final = ("s", "stuhle", "sitze", "हरू")
_LAST_OF_MONTH: Final = 31


@dataclass(slots=True)
class Extras:
    """What was found beside day, time, party and name."""

    zone: str | None = None
    table: str | None = None
    accessible: bool = False
    high_chairs: int = 0
    allergies: list[str] = field(default_factory=list)
    occasions: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def find_extras(line: Line) -> Extras:
    """Claim the words for what is needed beside a table."""
    found = Extras()
    _accessible(line, found)
    _allergies(line, found)
    _occasions(line, found)
    _chairs(line, found)
    _table(line, found)
    _zone(line, found)
    return found


def _accessible(line: Line, found: Extras) -> None:
    for match in line.find("?number ?in accessible"):
        words = line.units[match.end - 1].words
        several = words[0].endswith("s") or (len(words) == 2 and words[1].endswith("s"))
        first = match.first + ((match.values[0] or 1) != 1 and not several)  # `4 wheelchair` are four
        denied = line.has(first - 1, "excluded")
        line.take(Kind.NOTES if denied else Kind.ACCESSIBLE, first, match.end)
        found.accessible = found.accessible or not denied


def _chairs(line: Line, found: Extras) -> None:
    """`2 high chairs` are two; `a baby` needs one, and has no seat of its own."""
    counts = {"high_chair": 0, "baby": 0}
    for match in line.find("high_chair times number"):
        line.take(Kind.HIGH_CHAIRS, match.first, match.end)
        counts["high_chair"] += match.values[2]
    for sense in counts:
        for match in line.find(f"?number|spoken {sense}"):
            number = match.values[0] or 1
            first = match.first
            several = any(word.endswith(_PLURALS) for word in line.units[match.end - 1].words)
            if number > _MOST_CHAIRS or (number > 1 and not several):
                number, first = 1, match.end - 1  # `4 high chair`: four of them, and a chair
            denied = line.has(first - 1, "excluded")
            line.take(Kind.NOTES if denied else Kind.HIGH_CHAIRS, first, match.end)
            counts[sense] += 0 if denied else number
    found.high_chairs = min(counts["high_chair"] or counts["baby"], _MOST_CHAIRS)


def _occasions(line: Line, found: Extras) -> None:
    for pattern in ("?ordinal|dot occasion", "ordinal"):
        for match in line.find(pattern):
            first, which = match.first, match.values[0] or 0
            if pattern == "ordinal" and which <= _LAST_OF_MONTH:
                continue  # her 40th is no day
            if which and which <= _LAST_OF_MONTH and line.has(first - 1, "weekday") and not line.units[first].apart:
                first += 1  # `sat 5th birthday` is that Saturday
            line.take(Kind.OCCASION, first, match.end)
            found.occasions.append(line.typed(first, match.end).rstrip(".,:"))


def _table(line: Line, found: Extras) -> None:
    """A wish for a table: `table 5`, or a table's own name where it can be nothing else."""
    for place in range(len(line.units)):
        word = line.units[place].word
        named = place > 0 and line.has(place - 1, "table") and line.free(place - 1) and not line.units[place].apart
        own = any(char.isdigit() for char in word) and any(char.isalpha() for char in word)
        counted = line.has(place + 1, "people", "adults", "kids")
        wished = line.has(place, "number") and not counted if named else own and word in line.ear.tables
        if line.free(place) and (wished or (named and own) or (named and word in line.ear.tables)):
            _wish(line, found, place - 1 if named else place, place)
            return


def _wish(line: Line, found: Extras, first: int, place: int) -> None:
    line.take(Kind.TABLE, first, place + 1)
    word = line.units[place].word
    known = line.ear.tables.get(word.lstrip("0") or word, ())
    found.table = known[0] if known else line.units[place].typed.strip(".,:;")
    if len(known) > 1:
        words = line.typed(first, place + 1)
        found.doubts.append(Doubt(Kind.TABLE, words, tuple(map(Choice, known))))


def _zone(line: Line, found: Extras) -> None:
    for words in sorted(line.ear.zones, key=len, reverse=True):
        for place in range(len(line.units)):
            end = _fits(line, place, words)
            if end and len("".join(words)) > 1 and not words[0].isdigit():
                line.take(Kind.ZONE, place, end)
                found.zone = line.ear.zones[words]
                return


def _fits(line: Line, place: int, words: tuple[str, ...]) -> int:
    """Return where a zone's name ends that begins at a unit; 0 when it does not."""
    said: tuple[str, ...] = ()
    at = place
    while line.free(at) and len(said) < len(words):
        said += line.units[at].words
        at += 1
    return at if said == words and at > place else 0


def _allergies(line: Line, found: Extras) -> None:
    for place in range(len(line.units)):
        if line.free(place) and line.has(place, "allergy", "allergy alone"):
            first, end = _before(line, place), _after(line, place)
            if line.has(first - 1, "excluded"):
                line.take(Kind.NOTES, first - 1, end)
                continue
            line.take(Kind.ALLERGY, first, end)
            found.allergies.append(line.typed(first, end).strip(".,:;"))


def _before(line: Line, place: int) -> int:
    """Return where `severe peanut allergy` begins."""
    first = place
    while line.free(first - 1) and not line.units[first].apart and line.has(first - 1, "allergen", "degree", "joined"):
        first -= 1
    while first < place and not line.has(first, "allergen") and line.has(first, "filler", "noted", "number"):
        first += 1
    return first


def _after(line: Line, place: int) -> int:
    """Return where `allergic to nuts and shellfish` ends."""
    end = last = place + 1
    for at in _following(line, place + 1):
        end = at + 1
        if line.has(at, "allergen") or not (line.has(at, "allergic to", "joined", "filler")):
            last = end
    return last


def _following(line: Line, place: int) -> Iterator[int]:
    """Yield the units after an allergy that say to what: allergens, what joins them, one unknown word after `to`."""
    told = False
    while line.free(place):
        unit = line.units[place]
        allergen = "allergen" in unit.senses
        unknown = not unit.senses and unit.alphabetic and line.has(place - 1, "allergic to", "joined") and told
        if unit.apart and not allergen:
            return
        if not (allergen or unknown or line.has(place, "allergic to", "joined")):
            return
        told = True
        yield place
        place += 1
