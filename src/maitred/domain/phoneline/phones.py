"""Phone numbers, in groups or not, completed by the country of the venue; and figures that would be one but can't."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import phonenumbers

from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.lexicon import western
from maitred.domain.phoneline.patterns import Line

_PART: Final = re.compile(r"\+?[\d()./\-–]*\d[\d()./\-–]*|\+", re.ASCII)
_FEWEST: Final = 7
_FEWEST_BEGUN: Final = 5
_MOST_DIGITS: Final = 17
_MOST_SPARE: Final = 30
"""A larger figure after a number is neither an hour nor, likely, a party: it belongs to the number."""
_NO_PART: Final = ("clock", "ordinal", "date", "dotted", "iso", "range")


@dataclass(frozen=True, slots=True)
class Phone:
    """Words that are a phone number; `number` is None when there can be no such number."""

    first: int
    end: int
    number: str | None


def find_phone(line: Line) -> Phone | None:
    """Claim the digits of the first phone number, so that they are neither a party nor a time."""
    runs = list(_runs(line))
    for readable in (True, False):
        for first, end in runs:
            found = _best(line, first, end) if readable else _unreadable(line, first, end)
            if found is not None:
                line.take(Kind.PHONE, found.first, found.end)
                return found
    return None


def _runs(line: Line) -> Iterator[tuple[int, int]]:
    """Yield where groups of digits follow each other."""
    place = 0
    while place < len(line.units):
        end = place
        while end < len(line.units) and _part(line, end) and (end == place or not line.units[end].apart):
            end += 1
        if end > place:
            yield place, end
        place = max(end, place + 1)


def _part(line: Line, place: int) -> bool:
    unit = line.units[place]
    text = western(unit.typed).strip(",;:.")
    return line.free(place) and not line.has(place, *_NO_PART) and _PART.fullmatch(text) is not None


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _text(line: Line, first: int, end: int) -> str:
    return " ".join(western(unit.typed).strip(",;:.") for unit in line.units[first:end])


def _begun(text: str) -> bool:
    return text.startswith(("+", "0", "(0", "(+"))


def _best(line: Line, first: int, end: int) -> Phone | None:
    """Choose among all groups in a row those that make the best number; the longest among equals."""
    grades: dict[tuple[int, int], tuple[int, str]] = {}
    for start in range(first, end):
        for stop in range(start + 1, min(end, start + _MOST_DIGITS) + 1):
            grade = _grade(line, start, stop)
            if grade is not None:
                grades[start, stop] = grade
    spans = [span for span in grades if not _spare(line, span, grades)]
    if not spans:
        return None
    start, stop = min(spans, key=lambda span: (grades[span][0], -_digits(_text(line, *span))))
    number = grades[start, stop][1]
    if start > first and line.units[start - 1].word == "1" and number.startswith("+1"):
        start -= 1  # as it is dialled across North America
    return Phone(start, stop, number)


def _spare(line: Line, span: tuple[int, int], grades: dict[tuple[int, int], tuple[int, str]]) -> bool:
    """Whether the last group has two digits that the number does not need: it is an hour or a party."""
    start, stop = span
    shorter = grades.get((start, stop - 1))
    last = "".join(char for char in western(line.units[stop - 1].typed) if char.isdigit())
    return shorter is not None and shorter[0] <= grades[span][0] and len(last) <= 2 and int(last or 0) <= _MOST_SPARE


def _grade(line: Line, first: int, end: int) -> tuple[int, str] | None:
    """Grade a number: 0 for one that exists, 1 for one as long as those that do."""
    text = _text(line, first, end)
    number = _parsed(text, line.ear.region) if _grouped(line, first, end, text) else None
    if number is None:
        return None
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if phonenumbers.is_valid_number(number):
        return (0, written) if _begun(text) or _dialled_so(number, _digits(text)) else None
    usual = _lengths(phonenumbers.region_code_for_country_code(number.country_code or 0))
    same = len(phonenumbers.national_significant_number(number)) in usual
    return (1, written) if _begun(text) and same else None


def _grouped(line: Line, first: int, end: int, text: str) -> bool:
    """Whether digits are grouped as in a number: none alone after the first, which is not short unless it is 0 or +."""
    groups = [_digits(unit.typed) for unit in line.units[first:end]]
    abroad = text.startswith(("+", "00"))
    if not _FEWEST <= sum(groups) <= _MOST_DIGITS or groups[-1] == 0:
        return False
    if 1 in groups[2 if abroad else 1 :] and max(groups) > 1:
        return False
    return _begun(text) or len(groups) == 1 or groups[0] > 2 or (groups[0] == 2 and len(groups) > 2)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) and not number.extension else None


def _dialled_so(number: phonenumbers.PhoneNumber, digits: int) -> bool:
    """Whether a number is dialled without 0 or +: at home in countries without such a prefix, else mobile ones only."""
    region = phonenumbers.region_code_for_number(number)
    prefix = phonenumbers.ndd_prefix_for_region(region, True) if region else None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return digits >= 8 and (prefix != "0" or mobile)


@cache
def _lengths(region: str) -> frozenset[int]:
    """Return how many digits the usual numbers of a country have."""
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    examples = (phonenumbers.example_number_for_type(region, kind) for kind in kinds)
    return frozenset(len(phonenumbers.national_significant_number(one)) for one in examples if one is not None)


def _unreadable(line: Line, first: int, end: int) -> Phone | None:
    """Find figures that are too many for anything else."""
    while end > first + 1 and _digits(line.units[end - 1].typed) == 1:
        end -= 1  # a party, or an hour
    for start in range(first, end):
        text = _text(line, start, end)
        count = _digits(text)
        groups = [_digits(unit.typed) for unit in line.units[start:end]]
        if (text.startswith("+") and count > 1) or (_begun(text) and count >= _FEWEST_BEGUN and groups[0] > 1):
            return Phone(start, end, None)
        clock = line.has(start, "four") and count < _FEWEST + 1
        if groups[0] >= 3 and count >= _FEWEST and not clock:
            return Phone(start, end, None)
    return None
