"""Names in Devanagari as Nepalis write them in Latin letters: श्रेष्ठ is Shrestha."""

import re
from collections.abc import Iterator
from typing import Final


def _table(letters: str, sounds: str) -> dict[str, str]:
    return dict(zip(letters, sounds.split(), strict=True))


_CONSONANTS: Final = _table(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
    "k kh g gh ng ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l w sh sh s h",
)
_VOWELS: Final = _table("अआइईउऊऋएऐओऔ", "a aa i i u u ri e ai o au")
_SIGNS: Final = _table("ािीुूृेैोौ", "aa i i u u ri e ai o au")
_MARKS: Final = {"ं": "n", "ँ": "", "ः": "", "\u093c": ""}
_VIRAMA: Final = "्"
_OWN: Final = "ə"  # the vowel that a consonant has of its own
_UNSAID: Final = re.compile(rf"([aeiou{_OWN}][^aeiou{_OWN}]+){_OWN}(?=[^aeiou{_OWN}]+[aeiou])")
# Several spellings are usual of these.
_OTHERWISE: Final = (("ksh", "x"), ("w", "v"), ("w", "b"), ("shth", "sth"), ("chh", "ch"), ("ph", "f"))


def romanized(word: str) -> Iterator[str]:
    """Yield the usual spellings of a word; none when it is in another script. Long a is written aa."""
    if not any(letter in _CONSONANTS or letter in _VOWELS for letter in word):
        return
    heard = "".join(_sounds(word)).replace("jn", "gy")  # ज्ञ
    for spoken in dict.fromkeys((heard, _UNSAID.sub(r"\1", heard))):
        full = spoken.replace(_OWN, "a")
        yield full
        yield from (full.replace(usual, other) for usual, other in _OTHERWISE if usual in full)


def _sounds(word: str) -> Iterator[str]:
    for letter, after in zip(word, [*word[1:], ""], strict=True):
        if letter in _CONSONANTS:
            yield _CONSONANTS[letter]
            yield "" if after in _SIGNS or after == _VIRAMA else _OWN
        elif letter != _VIRAMA:
            yield (_VOWELS | _SIGNS | _MARKS).get(letter, letter)
