"""Single cells: texts, counts, states. What cannot be read with certainty raises Unread."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from maitred.domain.contact import blank, trimmed
from maitred.formats.refusals import Unread
from maitred.formats.words import ADULTS, CHILDREN, NO, PEOPLE, YES, plain

MAX_PARTY: Final = 1000  # the API's own bound; the venue's is far below
MAX_TURN: Final = 24 * 60
MAX_NOTES: Final = 2000
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*")
# "4 pax", and what stands between "2 adults" and "1 child".
_COUNTED: Final = re.compile(r"(\d{1,4})\s*([^\W\d_][^\d\s,;+&/?~()]*)(?:\(s\))?\.?")
_PIECES: Final = re.compile(r"\s*(?:[,+&]|\b(?:and|und|et|y)\b)\s*|\s+(?=\d)")
_SIZE_LAST: Final = re.compile(r"(?:party of|table for|x)\s*(\d{1,4})")


def tidy(cell: str) -> str:
    """Return a cell without blanks, marks and invisible characters around it."""
    first, last = 0, len(cell)
    while first < last and _blank(cell[first]):
        first += 1
    while last > first and _blank(cell[last - 1]):
        last -= 1
    return cell[first:last]


def _blank(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) == "Zs" or letter in "\ufeff\u200b\u2060"


def text_of(text: str, longest: int, *, lines: bool = False) -> str:
    """Return a text that can be kept: no longer than it may be, without control characters."""
    if len(text) > longest:
        raise Unread("too_long", f"It has {len(text)} characters, {longest} are the most.")
    for letter in text:
        if unicodedata.category(letter) in _UNPRINTABLE and not (lines and letter in "\n\r\t"):
            raise Unread("control_character", f"It has a control character, U+{ord(letter):04X}.")
    return text


def name_of(text: str) -> str:
    """Return a name; one of invisible characters only is none."""
    if blank(text):
        raise Unread("missing", "This is needed.")
    return text_of(trimmed(text), 200)


def count_of(text: str, most: int) -> int:
    """Return a whole number from 1; a spreadsheet's 4.0 is one."""
    number = re.fullmatch(r"(\d{1,6})([.,]0+)?", text)
    if number is None or not 1 <= int(number[1]) <= most:
        raise Unread("out_of_range", f"{text!r} is no whole number from 1 to {most}.")
    return int(number[1])


@dataclass(frozen=True, slots=True)
class Party:
    """How many come, and whether the cell says more of them than that: adults and children."""

    size: int
    more: bool = False


def party_of(text: str) -> Party:
    """Return how many come: 4, 4 pax, 2 adults 1 child. What may be two sizes (2+1, 4-5) is refused."""
    tidy = unicodedata.normalize("NFKC", text).casefold().strip()
    counted = [_COUNTED.fullmatch(piece) for piece in _PIECES.split(tidy)]
    words = [plain(found[2]) if found else "" for found in counted]
    if len(words) == 1 and words[0] in PEOPLE | ADULTS:
        return Party(count_of(counted[0][1], MAX_PARTY))  # type: ignore[index]
    if len(words) > 1 and all(word in ADULTS | CHILDREN for word in words) and len(set(words)) == len(words):
        return Party(count_of(str(sum(int(found[1]) for found in counted if found)), MAX_PARTY), more=True)
    said = _SIZE_LAST.fullmatch(tidy)
    try:
        return Party(count_of(said[1] if said else tidy, MAX_PARTY))
    except Unread as fault:
        if re.fullmatch(r"-?\d+", tidy):
            raise
        raise Unread(fault.rule, f"{text!r} is not one number; write how many come in all.") from None


def id_of(text: str) -> str:
    """Return an id; one of which a spreadsheet has cut the figures is that of many bookings."""
    if re.fullmatch(r"\d[.,]\d+E\+\d+", text):
        message = f"A spreadsheet has cut the id to {text!r}; make its column text and export again."
        raise Unread("figures_lost", message)
    return text_of(text, 100)


def turn_of(text: str) -> int:
    """Return minutes: 90, 90 min, 1:30."""
    clock = re.fullmatch(r"(\d{1,2}):(\d\d)(:\d\d)?", text)
    if clock and int(clock[2]) < 60:
        return count_of(str(int(clock[1]) * 60 + int(clock[2])), MAX_TURN)
    minutes = re.fullmatch(r"(.*\d)\s*min(ute|uten|utes|utos|s)?\.?", text, re.IGNORECASE)
    return count_of(minutes[1].strip() if minutes else text, MAX_TURN)


def locale_of(text: str) -> str:
    """Return a language tag such as en-GB."""
    tag = text.replace("_", "-")
    if not _LOCALE.fullmatch(tag):
        raise Unread("invalid_locale", f"{text!r} is no language tag such as en-GB.")
    return tag


def flag_of(text: str) -> bool:
    """Return yes or no."""
    said = plain(text)
    if said in YES or said in NO:
        return said in YES
    raise Unread("no_yes_or_no", f"{text!r} is neither yes nor no.")


def visible(text: str) -> str:
    """Return a text with its control characters written out, so that it can be kept."""
    return "".join(
        f"\\x{ord(one):02x}" if unicodedata.category(one) in _UNPRINTABLE and one not in "\n\r\t" else one
        for one in text
    )
