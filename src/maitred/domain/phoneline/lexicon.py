"""All languages in one: which senses a phrase has, and in which language it has them."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Final

from maitred.domain.phoneline.words import english, french, german, nepali, spanish

LANGUAGES: Final = (english, german, french, spanish, nepali)
_DIGITS: Final = {base + digit: str(digit) for base in (0x0660, 0x06F0, 0x0966) for digit in range(10)}
_APOSTROPHES: Final = dict.fromkeys(map(ord, "’‘`´ʼ"), "'")
_EDGES: Final = ".,:;!?()[]{}\"'“”„«»*~…|"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One sense of a phrase in one language; a risky one counts only where that language is spoken."""

    sense: str
    value: Any
    language: str
    risky: bool


def western(text: str) -> str:
    """Return a text with Western digits and straight apostrophes, character by character."""
    return text.translate(_DIGITS).translate(_APOSTROPHES)


def plain(text: str) -> str:
    """Return a word as it is compared: in lower case, without Latin accents, without what punctuates it."""
    folded = western(unicodedata.normalize("NFC", text)).casefold().strip(_EDGES)
    return unicodedata.normalize("NFC", "".join(_bare(char) for char in folded))


def _bare(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() and base.isalpha() else char


@cache
def lexicon() -> Mapping[tuple[str, ...], tuple[Meaning, ...]]:
    """Return every phrase that is known, word by word, with its meanings."""
    found: dict[tuple[str, ...], list[Meaning]] = {}
    for language in LANGUAGES:
        for phrase, meaning in _meanings(language):
            found.setdefault(phrase, []).append(meaning)
    return {phrase: tuple(meanings) for phrase, meanings in found.items()}


@cache
def longest() -> int:
    """Return how many words the longest phrase has."""
    return max(map(len, lexicon()))


def _meanings(language: ModuleType) -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for sense, values in language.SENSES.items():
        for value, phrases in values.items():
            for text in phrases.split(";"):
                words = tuple(plain(word) or word for word in text.split())
                risky = " ".join(words) in language.RISKY
                yield words, Meaning(sense, value, language.LANGUAGE, risky)
    for number, phrases in getattr(language, "SPOKEN", {}).items():
        for text in phrases.split(";"):
            yield (text.strip(),), Meaning("spoken", number, language.LANGUAGE, False)


def meanings(words: tuple[str, ...]) -> tuple[Meaning, ...]:
    """Return what a phrase can mean; a Nepali word is also known with its endings."""
    known = lexicon().get(words)
    if known is not None or len(words) > 1:
        return known or ()
    for ending in (*nepali.ENDINGS, *nepali.LATIN_ENDINGS):
        stem = words[0].removesuffix(ending)
        if stem != words[0] and len(stem) > 2:
            found = tuple(one for one in lexicon().get((stem,), ()) if one.language == "ne" and one.sense != "spoken")
            if found:
                return found
    return ()
