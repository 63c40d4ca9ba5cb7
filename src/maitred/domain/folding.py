"""Names as they are looked for: by people who type fast, on any keyboard, and hear rather than read.

One fold serves what is kept and what is asked. What is kept has every spelling of a word, so that what is asked needs
one: Müller is kept as muller and as mueller, Mueller as itself and as muller.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from anyascii import anyascii

from maitred.domain.contact import digits_of
from maitred.domain.devanagari import romanized

SHORT: Final = 3  # below it a word is the beginning of one: an index over trigrams has nothing shorter
LOOSE_DIGITS: Final = 6  # so many are a phone number as people write it, with its leading zeros
FEWEST_DIGITS: Final = 4
# Marks that stand for an apostrophe, and letters that transliterate to one.
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'`´‘’‚‛′ʹʻʼʽʾʿˈ＇"))
# Letters that are written as two where a keyboard lacks them; what else has an accent loses it.
_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ő": "oe", "ű": "ue"})
_DIGRAPH: Final = re.compile("(ae|oe|ue|aa)")
_MOST_DIGRAPHS: Final = 3  # of so many each is tried alone; of more, all or none
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_MISHEARD: Final = str.maketrans("oil", "011")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: patterns that all have to match, or else one, of a booking's reference as it was heard."""

    first: str | None
    others: tuple[str, ...]
    reference: str | None
    short: bool  # nothing but beginnings of words

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing in it that could be found."""
        return self.first is None and self.reference is None


def kept_words(name: str, email: str | None, phone: str | None, *ids: str | None) -> str:
    """Return what a guest is found by: words in ASCII, each after a space."""
    words = dict.fromkeys(_spellings(name))
    if email:
        words[_address(email)] = None
        words.update(dict.fromkeys(_parts(_plain(email.partition("@")[0]))))
    if phone:
        words[digits_of(phone)] = None
    for number in ids:
        words.update(dict.fromkeys(_parts(_plain(number or ""))))
    return "".join(f" {word}" for word in words if word)


def sought(text: str) -> Sought:
    """Return what is meant by a text that somebody typed; each of its words has to be found somewhere."""
    words = [word for word in dict.fromkeys(_asked(text)) if word]
    words.sort(key=len, reverse=True)  # the longest tells most
    patterns = [f"% {_escaped(word)}%" if len(word) < SHORT else f"%{_escaped(word)}%" for word in words]
    heard = re.sub(r"[\s-]", "", _plain(text)).translate(_MISHEARD)
    reference = f"%{heard}%" if len(heard) >= SHORT and heard.isalnum() and [heard] != words else None
    return Sought(patterns[0] if patterns else None, tuple(patterns[1:]), reference, not words or len(words[0]) < SHORT)


def _plain(text: str) -> str:
    """Return a text in small ASCII letters, without accents, apostrophes and what cannot be seen."""
    composed = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    seen = "".join(one for one in composed if unicodedata.category(one) != "Cf")
    return anyascii(seen).translate(_APOSTROPHES).lower()


def _parts(plain: str) -> list[str]:
    return [part for part in _NO_WORD.split(plain) if part]


def _spellings(name: str) -> Iterator[str]:
    for word in unicodedata.normalize("NFKC", name).split():
        plain = _plain(word)
        spelled = _plain(word.lower().translate(_SPELLED))
        latin = (way for spoken in romanized(word) for way in _each_way(spoken))
        for spelling in dict.fromkeys((plain, *_each_way(spelled), *latin)):
            parts = _parts(spelling)
            yield from parts
            yield "".join(parts)
    yield from _joined(_parts(_plain(name)))


def _each_way(spelled: str) -> Iterator[str]:
    """Yield a word with each of its digraphs in full or as one letter: Kjærgård is looked for as kjaergard too."""
    parts = _DIGRAPH.split(spelled)
    short = [part[0] if place % 2 else part for place, part in enumerate(parts)]
    several = product(*zip(parts, short, strict=True)) if len(parts) // 2 <= _MOST_DIGRAPHS else (parts, short)
    yield from map("".join, several)


def _joined(parts: list[str]) -> Iterator[str]:
    """Yield names with the small words before them, as some write them: Van der Berg is also vanderberg."""
    before = ""
    for part in parts:
        if len(part) <= SHORT:
            before += part
        elif before:
            yield before + part
            before = ""
    yield before  # Le Roy is also leroy


def _address(email: str) -> str:
    """Return an address as one word, which is found by any part of it."""
    return "".join(_plain(email).split())


def _asked(text: str) -> Iterator[str]:
    """Yield the words that have to be found; figures that follow each other are one number."""
    run: list[str] = []
    for word in _plain(text).replace("(0)", " ").split():
        if "@" in word:
            parts = [word]
        elif re.fullmatch(r"[0-9+()./-]*[0-9][0-9+()./-]*", word):
            run.append(word)
            continue
        else:
            parts = _parts(word)
        yield from _number(run)
        run = []
        yield from parts
    yield from _number(run)


def _number(run: list[str]) -> Iterator[str]:
    digits = "".join(one for one in "".join(run) if one.isdigit())
    bare = digits.lstrip("0")
    # Numbers are kept without the zeros that are dialled before them; the last four may begin with one.
    if len(digits) >= LOOSE_DIGITS or (len(digits) > FEWEST_DIGITS and len(bare) >= FEWEST_DIGITS):
        yield bare
    else:
        yield digits


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
