"""Names: after a title or `under`, spelled out, or else what no rule knows; and what is left is noted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.patterns import Line
from maitred.domain.phoneline.tokens import Unit
from maitred.domain.phoneline.words import listed
from maitred.domain.phoneline.words.given import GIVEN

LONGEST_NAME: Final = 120
_MOST_WORDS: Final = 5
_PARTICLES: Final = listed(
    "van von vom zu zum zur der den de la las los del di da du do dos des y e bin ibn al el le ten ter op af av d 't "
    "und and et"
)
NAMES_OF_MONTHS: Final = listed(
    "april may june august jan mai juni juli avril mars abril julio junio agosto march july avr apr"
)
_JOINED: Final = frozenset({"and", "und", "et", "y", "e", "&"})


@dataclass(frozen=True, slots=True)
class Named:
    """The words of a name, and other words that could be it instead; `sure` without any."""

    first: int
    end: int
    others: tuple[tuple[int, int], ...] = ()
    sure: bool = True


def find_titled(line: Line) -> Named | None:
    """Claim `Mrs O'Connor-Smith` before any rule takes a part of the name: Mr Noon is no time, Frau Mai no month."""
    found: list[tuple[int, int]] = []
    for match in line.find("title"):
        first = match.end
        while line.has(first, "title"):
            first += 1
        end = _titled_end(line, first)
        if end > first:
            line.take(Kind.NAME, match.first, end)
            found.append((first, end))
    return _of_spans(line, found) if found else None


def _of_spans(line: Line, spans: Sequence[tuple[int, int]]) -> Named:
    """Return the first of the spans, in doubt with the others and with its own beginning."""
    first, end = spans[0]
    sure = _surely(line, first, end)
    others = (*(((first, sure),) if sure < end else ()), *spans[1:])
    return Named(first, end, others, sure=not others)


def _surely(line: Line, first: int, end: int) -> int:
    """Return how far words typed in small letters surely are a name: so many first names, and what comes with them.

    `mary doyle` is one, `doyle spicy` may be Doyle, and a wish; a Spaniard has two surnames.
    """
    if _capital(line, first) or any(_particle(line, place) for place in range(first, end)):
        return end
    given = sum(line.units[place].word in GIVEN for place in range(first, end))
    return min(end, first + given + (2 if given and "es" in line.languages else 1))


def _titled_end(line: Line, first: int) -> int:
    end = place = first
    while line.free(place) and place - first < _MOST_WORDS and not (place > first and line.units[place].apart):
        unit = line.units[place]
        also = place == first and unit.alphabetic and ("filler" not in unit.senses or "surname" in unit.senses)
        if also or _nameable(line, place):
            end = place + 1
            if _closes(line, place):
                break
        elif not _particle(line, place):
            break
        place += 1
    return end


def find_name(line: Line) -> Named | None:
    """Claim the words that are the name: after `under`, before `को नाममा`, or the first that nothing else explains."""
    found = _marked(line) or _spelled(line) or _likeliest(line)
    if found is not None:
        for place in range(found.first, found.end):
            line.taken[place] = Kind.NAME
    return found


def _marked(line: Line) -> Named | None:
    found = [(one.first, one.end) for one in _every_marked(line)]
    return _of_spans(line, found) if found else None


def _every_marked(line: Line) -> Iterator[Named]:
    for place in range(len(line.units)):
        if line.free(place) and line.has(place, "named"):
            first = place + 1
            while line.free(first) and line.has(first, "named", "title") and not _nameable(line, first):
                first += 1
            end = _extent(line, first, also=True)
            if end > first:
                line.take(Kind.NAME, place, end)
                yield Named(first, end)
        if line.free(place) and line.has(place, "named after"):
            first = place
            while _nameable(line, first - 1) and not line.units[first].apart and place - first < _MOST_WORDS:
                first -= 1
            if first < place:
                line.take(Kind.NAME, first, place + 1)
                yield Named(first, place)


def _spelled(line: Line) -> Named | None:
    """`khan k h a n`: the letters are how it is written."""
    for place in range(len(line.units)):
        if line.sense(place, "spelled") is not None:
            before = place - 1
            if _nameable(line, before) and not line.units[place].apart:
                same = line.units[before].word == line.units[place].senses["spelled"].casefold()
                line.take(Kind.NAME, before, place + 1)
                return Named(before, before + 1) if same else Named(place, place + 1, ((before, place),), sure=False)
            return Named(place, place + 1)
    return None


def _likeliest(line: Line) -> Named | None:
    """Choose among what no rule knows: what is written with capitals, else what comes first and is no remark."""
    found = list(_candidates(line))
    if not found:
        return None
    clean = [one for one in found if not one.remark] or found
    cased = [one for one in clean if _capital(line, one.first)]
    if cased and len(cased) < len(clean):
        clean = cased
    chosen = clean[0]
    others = tuple((one.first, one.end) for one in clean[1:])
    if _goes_before(line, chosen):
        longer = replace(chosen, first=chosen.first - 1)
        if longer.first and line.has(longer.first, "surname") and _all_capital(line, longer.first, longer.end):
            chosen = replace(longer, remark=False)
        elif line.units[longer.first].word in GIVEN:
            chosen, others = longer, ((chosen.first, chosen.end), *others)
        else:
            others = ((longer.first, longer.end), *others)
    end = _where_capitals_end(line, chosen)
    if _goes_on(line, chosen):
        if line.has(end, "surname") and _all_capital(line, chosen.first, end + 1):
            end += 1
        elif line.units[chosen.first].word in GIVEN:
            end, others = end + 1, ((chosen.first, chosen.end), *others)
        else:
            others = ((chosen.first, end + 1), *others)
    if end < chosen.end:
        others = ((chosen.first, chosen.end), *others)
    elif (sure := _surely(line, chosen.first, chosen.end)) < chosen.end:
        others = ((chosen.first, sure), *others)
    return Named(chosen.first, end, others, sure=not others and not chosen.remark)


@dataclass(frozen=True, slots=True)
class _Candidate:
    first: int
    end: int
    remark: bool


def _candidates(line: Line) -> Iterator[_Candidate]:
    for run in _runs(line):
        place, noted, words = run[0], False, 0
        while place <= run[-1]:
            end = _extent(line, place)
            if end > place:
                yield _Candidate(place, end, noted and words > 0)
                noted, words = True, words + 1
                place = end
            else:
                lone = line.has(place, "lone note") and not noted
                noted = noted or (not lone and not line.has(place, "filler", "title", "named"))
                words += noted
                place += 1


def _runs(line: Line) -> Iterator[Sequence[int]]:
    """Yield the units that are left, as far as they follow each other."""
    run: list[int] = []
    for place in range(len(line.units)):
        if run and (not line.free(place) or line.units[place].apart):
            yield run
            run = []
        if line.free(place):
            run.append(place)
    if run:
        yield run


def full_name(line: Line, first: int) -> int:
    """Return where a name ends that begins with a word that is otherwise spoken for, as April Jones does."""
    after = first + 1
    return after if after < len(line.units) and line.units[after].apart else max(after, _extent(line, after))


def _extent(line: Line, first: int, *, also: bool = False) -> int:
    """Return where a name ends that begins at a unit: names, and particles between or before them."""
    end = place = first
    while (
        line.free(place)
        and not (place > first and line.units[place].word.endswith("'s"))
        and place - first < _MOST_WORDS
        and not (place > first and line.units[place].apart)
    ):
        month = also and place == first and line.has(place, "month", "feast", "noon")
        if _nameable(line, place) or month:
            end = place + 1
            if _closes(line, place):
                break
        elif not _particle(line, place) or (place == first and line.units[place].word in _JOINED):
            break
        place += 1
    return end


def _closes(line: Line, place: int) -> bool:
    """Whether a full stop ends a sentence with this word; initials and short forms have one too."""
    unit = line.units[place]
    return unit.typed.endswith(".") and len(unit.word) > 2


def _nameable(line: Line, place: int) -> bool:
    if not line.free(place):
        return False
    unit = line.units[place]
    counts = "spoken" in unit.senses and line.has(place + 1, "people", "oclock", "adults", "kids")  # dui jana
    return unit.alphabetic and not counts and not _explained(unit)


def _explained(unit: Unit) -> bool:
    """Whether a word has a meaning that keeps it from being a name; a month is no day without a number."""
    free = ("spoken", "weak weekday", "month") if unit.word in NAMES_OF_MONTHS else ("spoken", "weak weekday")
    return any(sense not in free for sense in unit.senses)


def _particle(line: Line, place: int) -> bool:
    return all(word in _PARTICLES or word == "&" for word in line.units[place].words)


def _capital(line: Line, place: int) -> bool:
    return line.units[place].typed[:1].isupper()


def _goes_before(line: Line, one: _Candidate) -> bool:
    """Whether the word before a name may be its first: Bill and An are, and pay and say something too."""
    before = one.first - 1
    if before < 0 or line.units[one.first].apart or not line.units[before].alphabetic:
        return False
    return one.remark or line.sense(before, "surname") is not None


def _goes_on(line: Line, one: _Candidate) -> bool:
    """Whether a word that is a name as well comes last: Grace Long, or a long table for Grace."""
    end = one.end
    alone = not line.free(end + 1) or line.units[end + 1].apart
    if not line.free(end) or line.units[end].apart or not alone or not line.units[end].alphabetic:
        return False
    return line.has(end, "surname") or _all_capital(line, one.first, end + 1)


def _all_capital(line: Line, first: int, end: int) -> bool:
    return all(_capital(line, place) for place in range(first, end))


def _where_capitals_end(line: Line, one: _Candidate) -> int:
    """Return where the words with capitals end: in `Smith balcony` the name is Smith."""
    if not _capital(line, one.first):
        return one.end
    last = max(at for at in range(one.first, one.end) if line.units[at].typed[:1].isupper())
    return last + 1


def written(line: Line, first: int, end: int) -> str:
    """Return a name as it is written, of words that were typed in haste, all small."""
    units = line.units[first:end]
    words = [
        unit.senses["spelled"].capitalize() if "spelled" in unit.senses else unit.typed.strip('.,:;!?()"“”„')
        for unit in units
    ]
    name = " ".join(words)
    name = name.removesuffix("को") if line.has(end, "named after") else name
    return (_capitals(name) if name == name.lower() else name)[:LONGEST_NAME]


def _capitals(name: str) -> str:
    words = name.split()
    small = _PARTICLES if len(words) > 1 else frozenset()
    return " ".join(word if word in small else _big(word) for word in words)


def _big(word: str) -> str:
    """O'Neil, Smith-Jones: each part of a name begins with a capital."""
    return "-".join(_part(part) for part in word.split("-"))


def _part(part: str) -> str:
    if len(part) > 2 and part[1] in "'’":
        return part[:2].upper() + part[2:3].upper() + part[3:]
    return part[:1].upper() + part[1:]
