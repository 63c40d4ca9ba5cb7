"""A line cut into words, and the words joined into units: the longest phrases that mean something."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from maitred.domain.phoneline.lexicon import Meaning, lexicon, longest, meanings, plain, western

LONGEST: Final = 300
MOST_NUMBER: Final = 999
_WORD: Final = re.compile(r"[^\s,;]+")
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_SUFFIXED: Final = re.compile(r"(\d[\d.:+]*?)([-–]?[^\W\d_][^\d]*)", re.DOTALL)
_SUM: Final = re.compile(r"(\d{1,2})(\+)(\d{1,2})", re.ASCII)
_BEFORE: Final = re.compile(r"([^\W\d_]+|@|~)(\d.*)")
_AT: Final = re.compile(r"([^@]+)(@)(\d[^@]*)")
_SPELLED: Final = re.compile(r"(?:[^\W\d_][-.]){2,}[^\W\d_]\.?")
_ORDINAL: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|ere|eme|º|ª|o)", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,3}", re.ASCII)
_CLOCK: Final = re.compile(r"(\d{1,2})(?::|h|uhr)(\d{2})", re.ASCII)
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{2})", re.ASCII)
_DATE: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_SPAN: Final = re.compile(r"[\d.:h]+(?:am|pm|h|uhr)?[-–/][\d.:h]+(?:am|pm|h|uhr)?", re.ASCII)
_FOUR: Final = re.compile(r"\d{4}", re.ASCII)
_DASHES: Final = frozenset({"-", "–", "—", "/", "|", "--", "->", "=", "•"})
# What may be written together with the figures before it: 8pm, 4pax, 20uhr, 5dec.
_GLUED: Final = frozenset(
    {"ampm", "oclock", "people", "ish", "month", "minutes", "adults", "kids", "times", "units", "weekday"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word as typed and as compared; `glued` when no space parts it from the one before, `apart` after a comma."""

    typed: str
    word: str
    glued: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Words that mean something together, from token `first` up to `end`, and the senses they have."""

    first: int
    end: int
    typed: str
    words: tuple[str, ...]
    senses: Mapping[str, Any]
    apart: bool

    @property
    def word(self) -> str:
        """The words as they are compared."""
        return " ".join(self.words)

    @property
    def alphabetic(self) -> bool:
        """Whether it is made of letters, as names are."""
        return any(char.isalpha() for char in self.typed) and not any(char.isdigit() for char in self.typed)


def tokens(line: str, tables: Collection[str]) -> list[Token]:
    """Cut a line into words; words that join figures and letters are cut between them."""
    clean = "".join(char if char.isprintable() else " " for char in line[:LONGEST])
    found: list[Token] = []
    end = 0
    for match in _WORD.finditer(clean):
        apart = bool(clean[end : match.start()].strip()) or (bool(found) and found[-1].word in _DASHES)
        whole = plain(match.group()) in tables or EMAIL.fullmatch(match.group())
        for place, part in enumerate([match.group()] if whole else _parts(match.group())):
            found.append(Token(part, _compared(part), glued=place > 0, apart=apart and place == 0))
        end = match.end()
    return found


def _compared(part: str) -> str:
    return plain(part) or part.strip("()[]'\"")


def _parts(typed: str) -> list[str]:
    """Cut a word where figures meet letters that are known: 8pm, x4, 4@8, sat8pm."""
    text = western(typed)
    if match := _AT.fullmatch(text):
        return [*_parts(typed[: match.end(1)]), "@", *_parts(typed[match.start(3) :])]
    if _ORDINAL.fullmatch(plain(typed)) or _CLOCK.fullmatch(plain(typed)):
        return [typed]
    if match := _SUM.fullmatch(text):
        return [typed[: match.end(1)], "+", typed[match.start(3) :]]
    if (match := _SUFFIXED.fullmatch(text)) and _senses(match[2].lstrip("-–")) & _GLUED:
        return [typed[: match.end(1)], typed[match.end(1) :]]
    if match := _BEFORE.fullmatch(text):
        before = plain(match[1]) or match[1]
        if before in ("@", "~", "x") or _senses(before) & {"weekday"}:
            return [typed[: match.end(1)], *_parts(typed[match.end(1) :])]
    return [typed]


def _senses(text: str) -> set[str]:
    word = plain(text)
    return {"times"} if word == "x" else {one.sense for one in meanings((word,))}


# Words that could be anybody's name, where their language is not spoken: Ko, Le, Flores.
SLIGHT: Final = frozenset({"filler", "noted", "lone note", "diet", "the"})


def spoken(found: list[Token], language: str) -> frozenset[str]:
    """Return the languages a line is in: the person's own, and those of words that no other language has."""
    heard = {language}
    for place in range(len(found)):
        for length in range(1, longest() + 1):
            words = tuple(token.word for token in found[place : place + length])
            known = lexicon().get(words, ())
            tongues = {one.language for one in known}
            slight = len(words) == 1 and all(one.sense in SLIGHT for one in known)
            if len(tongues) == 1 and not slight and not any(one.risky for one in known):
                heard |= tongues
    return frozenset(heard)


def units(found: list[Token], languages: frozenset[str]) -> list[Unit]:
    """Join words into the longest phrases that are known."""
    joined: list[Unit] = []
    place = 0
    while place < len(found):
        end = _spelled(found, place) or _phrase(found, place)
        joined.append(_unit(found, place, end, languages))
        place = end
    return joined


def _spelled(found: list[Token], place: int) -> int:
    end = place
    while end < len(found) and len(found[end].word) == 1 and found[end].word.isalpha():
        end += 1
    return end if end - place >= 3 else 0


def _phrase(found: list[Token], place: int) -> int:
    for end in range(min(len(found), place + longest()), place + 1, -1):
        inside = found[place + 1 : end]
        words = tuple(token.word for token in found[place:end])
        if not any(token.apart for token in inside) and meanings(words):
            return end
    return place + 1


def _unit(found: list[Token], place: int, end: int, languages: frozenset[str]) -> Unit:
    part = found[place:end]
    words = tuple(token.word for token in part)
    senses = dict(_meant(meanings(words), languages))
    if len(part) == 1:
        senses |= _figures(part[0])
        if words == ("x",) and (part[0].glued or _counts(found, end)):
            senses = {"times": True}
    elif all(len(word) == 1 and word.isalpha() for word in words) and len(words) >= 3:
        senses = {"spelled": "".join(words)}
    if len(part) == 1 and _SPELLED.fullmatch(part[0].typed) and not senses:
        senses = {"spelled": re.sub(r"[-.]", "", part[0].typed)}
    return Unit(place, end, together(part), words, senses, part[0].apart)


def _counts(found: list[Token], place: int) -> bool:
    """Whether `x 3` counts people: a number of its own follows."""
    alone = place + 1 >= len(found) or not found[place + 1].glued
    return place < len(found) and alone and re.fullmatch(r"\d{1,2}", found[place].word) is not None


def together(part: list[Token]) -> str:
    """Return words as they were typed."""
    return "".join(token.typed if token.glued or not place else f" {token.typed}" for place, token in enumerate(part))


def _meant(known: tuple[Meaning, ...], languages: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Yield senses and values; what is risky or slight in a language that is not spoken here is only a weak guess."""
    for one in known:
        if one.language in languages or not (one.risky or one.sense in SLIGHT):
            yield one.sense, one.value
        elif one.sense == "weekday":
            yield "weak weekday", one.value


def _figures(token: Token) -> dict[str, Any]:
    """Return what figures can be: a number, the 5th, a clock, a date."""
    word, dot = token.word.lstrip("~#№"), token.typed.rstrip(",;:)").endswith(".")
    if _NUMBER.fullmatch(word) and not (len(word) == 3 and word[0] == "0"):
        return {"number": int(word), "figures": len(word)} | ({"dot": int(word)} if dot else {})
    if match := _ORDINAL.fullmatch(word):
        return {"ordinal": int(match[1])}
    if match := _CLOCK.fullmatch(word):
        if int(match[1]) > 24 or int(match[2]) > 59:
            return {"no clock": True}
        return {"clock": (int(match[1]), int(match[2])), "zero": word[0] == "0"}
    if _FOUR.fullmatch(word):
        return {"four": word}
    return _dates(word, dot=dot)


def _dates(word: str, *, dot: bool) -> dict[str, Any]:
    if match := _ISO.fullmatch(word):
        return {"iso": tuple(map(int, match.groups()))}
    dotted = {"dotted": (int(match[1]), int(match[2]))} if (match := _DOTTED.fullmatch(word)) else {}
    if dotted and not dot:
        return dotted
    match = _DATE.fullmatch(word)
    if match is None:
        return {"no clock": True} if _SPAN.fullmatch(word) else {}
    first, second = int(match[1]), int(match[3])
    year = None if not match[4] else int(match[4]) if len(match[4]) == 4 else 2000 + int(match[4])
    if match[2] == "-" and year is None:
        return {"range": (first, second)}
    return {**dotted, "date": (first, second, year)}
