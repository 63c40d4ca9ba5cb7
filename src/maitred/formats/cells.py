"""Single cells: texts, counts, states. What cannot be read with certainty raises Unread."""

import re
import unicodedata
from typing import Final

from maitred.domain.contact import blank, trimmed
from maitred.formats.refusals import Unread
from maitred.formats.words import NO, YES, plain

MAX_PARTY: Final = 1000  # the API's own bound; the venue's is far below
MAX_TURN: Final = 24 * 60
MAX_NOTES: Final = 2000
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*")


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
