"""Dates and times as exports write them. What may be two dates is refused, unless it is told or the file shows it.

`05/06/2027` has two readings, `05/06/27` three. A file shows its order when no date of a column contradicts it and one
at least can be nothing else; the weekday in a cell shows it for that cell.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale

from maitred.formats.headers import offset_of
from maitred.formats.refusals import Unread
from maitred.formats.words import plain

ORDERS: Final = ("dmy", "mdy", "ymd")
_LANGUAGES: Final = ("en", "de", "fr", "es", "ne")
_OLDEST_SHORT_YEAR: Final = 15  # 26/12/10 may be a day of 2026, 05/12/26 is none of 2005
_EPOCHS: Final = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
_SERIALS: Final = range(20_000, 80_000)  # 1954 to 2119
_SECONDS: Final = 86_400

_NUMERIC: Final = re.compile(r"(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")
_DAY_MONTH: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?[\s/-]*(?:de\s|of\s)?\s*([^\W\d_][^\W\d_]*(?:[\u0900-\u097f]*))\.?[\s,/-]*(?:de\s|del\s)?\s*(\d{4}|\d{2})(?![\d:.])"
)
_MONTH_DAY: Final = re.compile(
    r"([^\W\d_][\w\u0900-\u097f]*?)\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?\s*,?[\s-]+(\d{4})(?!\d)"
)
_YEAR_MONTH: Final = re.compile(r"(\d{4})[\s/-]*([^\W\d_][\w\u0900-\u097f]*?)\.?[\s/-]+(\d{1,2})(?!\d)")
_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:(?:[:.]|\s?h\s?|\s?uhr\s?)(\d\d)?(?:[:.](\d\d)(?:[.,](\d+))?)?)?\s*(uhr|hrs?|h)?\s*(?:([ap])\.?(?:\s?m\.?)?)?",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(
    r"(?<=[\dmM.])\s*(?:(?P<utc>z|utc|gmt)?\s*(?P<offset>[+-]\d{1,2}(?::?\d\d)?)?)(?:\[[\w/+-]+\])?$", re.IGNORECASE
)
_PLACE: Final = re.compile(r"\s([A-Z][A-Za-z]+/[A-Z]\w+(?:/\w+)?)$")
_NAMED_ZONE: Final = re.compile(r"(?<=[\dmM])\s+([A-Z]{3,5})$")
_FRACTION: Final = re.compile(r"0?[.,]\d+|0")
_SERIAL: Final = re.compile(r"(\d{5})(?:[.,](\d+))?")
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?")
# The date that a spreadsheet puts before a time without one.
_NO_DATE: Final = re.compile(
    r"(?:1899-12-3[01]|1900-01-0[01]|1904-01-01|(?:30|31)[./]12[./]1899|12[./](?:30|31)[./]1899|0?[01][./]0?1[./]1900"
    r"|0?1[./]0?0[./]1900|0?1[./]0?1[./]1904)[T\s]+"
)
_BETWEEN: Final = re.compile(
    r"(?:[T\s,;_]|\b(?:um|ab|den|at|on|from|the|le|à|el|a las|a la|kl)\b|@|-(?=\s)|[-/](?=\d{1,2}[:h]\d\d))+",
    re.IGNORECASE,
)
# `Sat Dec  5 19:30:00 UTC 2026`, and the name of a zone that browsers put after its offset.
_YEAR_LAST: Final = re.compile(
    r"([^\W\d_]{3} [^\W\d_]{3} \d{1,2}) (\d\d:\d\d:\d\d)( (?:UTC|GMT|[+-]\d{4}))? (\d{4})", re.IGNORECASE
)
_NAME_OF_OFFSET: Final = re.compile(r"(?<=[+-]\d{4})\s*\([^()]*\)$")
_BRACKETED_ZONE: Final = re.compile(r"\s*\((UTC|GMT)\)$")
_SHORT_YEAR: Final = re.compile(r"(?<=\s)['’](?=\d\d(?!\d))")
_TWO_CLOCKS: Final = re.compile(
    r"(?<![\d:.T])(\d{1,2})[:.h](\d\d)(?:\s?h|\s?uhr)?\s*(?:[-–—/]|to|till|until|bis|à|a|or|oder|ou|o)\s*(\d{1,2})[:.h](\d\d)(?![\d:.])",
    re.IGNORECASE,
)
_LONGEST_STAY: Final = 5 * 60  # minutes between two clocks that may be from and to; 19:30-05:00 is an offset


@dataclass(frozen=True, slots=True)
class Parts:
    """What a cell says: a date, a clock, an offset; each of them or not."""

    day: date | None = None
    clock: time | None = None
    offset: tzinfo | None = None


@dataclass(slots=True)
class DateRules:
    """How the dates of one column are read. `learned` is the order that the column shows, by its form."""

    order: str | None = None
    format: str | None = None
    epoch: int = 1900
    learned: dict[tuple[str, bool], str] = field(default_factory=dict)


def learn(values: Iterable[str]) -> dict[tuple[str, bool], str]:
    """Return which order the dates of a column keep, by separator and length of the year.

    What is no date in any order shows nothing: one slip does not speak for the file.
    """
    shown: dict[tuple[str, bool], set[str]] = {}
    for value in values:
        text = _tidy(value)
        found = _NUMERIC.match(text) or _NUMERIC.search(text)
        if found and len(found[1]) < 3:
            kept = set(_readings(found))
            if kept:
                key = _form(found)
                shown[key] = shown[key] & kept if key in shown else kept
    return {key: orders.pop() for key, orders in shown.items() if len(orders) == 1}


def parse(text: str, rules: DateRules, weekday: str = "") -> Parts:
    """Return what a cell says; a `weekday` beside it decides between readings, and has to agree. Raises Unread."""
    beside = _days().get(plain(weekday))
    found = _parsed(text, rules, beside)
    if found.day:
        _agreed(found.day, beside)
    return found


def is_weekday(text: str) -> bool:
    """Tell whether a cell is the name of a day and nothing else."""
    return plain(text) in _days()


def _parsed(text: str, rules: DateRules, beside: frozenset[int] | None) -> Parts:
    tidy = _tidy(text)
    if rules.format:
        return _by_format(tidy, rules.format)
    tidy = _NO_DATE.sub("", tidy, count=1)
    number = _number(tidy, rules.epoch)
    if number:
        return number
    if _has_two_clocks(tidy):
        raise Unread("invalid_datetime", f"{text!r} has two times of day; leave the one at which the party comes.")
    bare, offset = _without_zone(tidy)
    clock = clock_of(bare)
    if clock is not None:
        return Parts(None, clock, offset)
    for weekday, rest in _weekdays(bare):
        found = _dated(rest, rules, weekday or beside)
        if found:
            return Parts(found.day, found.clock, offset if found.clock else None)
    raise Unread("invalid_datetime", f"{text!r} is no date or time that can be read.")


def clock_of(text: str) -> time | None:
    """Return a time of day: 19:30, 7:30 pm, 19h30, 19.30 Uhr, 1930."""
    tidy = text.strip()
    compact = re.fullmatch(r"(\d{2})(\d\d)|(\d{1,2})(\d\d)(\s?[ap]\.?(?:\s?m\.?)?)", tidy, re.IGNORECASE)
    if compact:
        tidy = f"{compact[1] or compact[3]}:{compact[2] or compact[4]}{compact[5] or ''}"
    found = _CLOCK.fullmatch(tidy)
    if not found or not (found[2] or found[5] or found[6] or re.search(r"[hH]$|uhr", tidy, re.IGNORECASE)):
        return None
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[6]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[6] in "pP" else 0)
    fits = hour < 24 and minute < 60 and second < 60
    return time(hour, minute, second, int((found[4] or "0")[:6].ljust(6, "0"))) if fits else None


def is_timed(text: str) -> bool:
    """Tell whether a cell has both a date and a time, by its form."""
    tidy = _NO_DATE.sub("", _tidy(text), count=1)
    if re.fullmatch(r"\d{5}[.,]\d+", tidy):
        return True
    return bool(re.search(r"\d[./-]\d|\d[\s./-]*[^\W\d_]{3}|^\d{8}T", tidy)) and bool(
        re.search(r"\d[:h]\d\d|\dT\d{4}", tidy)
    )


def pattern_of(told: str) -> str:
    """Return a date format as strptime has it; `dd/MM/yyyy HH:mm` is written so as well. Raises Unread."""
    pattern = told
    if "%" not in told:
        for name, code in (
            ("yyyy", "%Y"), ("YYYY", "%Y"), ("yy", "%y"), ("YY", "%y"), ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"),
            ("DD", "%d"), ("dd", "%d"), ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"), ("tt", "%p"),
            ("a", "%p"),
        ):  # fmt: skip
            pattern = pattern.replace(name, code) if "%" + name not in pattern else pattern
        pattern = re.sub(r"(?<!%)\b[dD]\b", "%d", re.sub(r"(?<!%)\bM\b", "%m", pattern))
        pattern = re.sub(r"(?<!%)\bH\b", "%H", pattern)
    known = set(re.findall(r"%(.)", pattern))
    whole = "c" in known or "x" in known or (bool(known & set("yY")) and bool(known & set("mbB")) and "d" in known)
    if not whole or known - set("aAdmbBYyHIMSpfzZjcxX%"):
        raise Unread("invalid_format", "date_format has day, month and year, such as %d.%m.%Y %H:%M or dd/MM/yyyy.")
    return pattern


# -- forms -------------------------------------------------------------------------------------------------------------


def _tidy(text: str) -> str:
    tidy = " ".join(unicodedata.normalize("NFKC", text).split())
    tidy = _YEAR_LAST.sub(r"\1 \4 \2\3", _NAME_OF_OFFSET.sub("", tidy), count=1)
    return _SHORT_YEAR.sub("", _BRACKETED_ZONE.sub(r" \1", tidy))


def _has_two_clocks(text: str) -> bool:
    """Tell whether a text may say from when to when; what would be too long a stay is an offset after a minus."""
    found = _TWO_CLOCKS.search(text)
    if not found:
        return False
    first, last = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return (last - first) % (24 * 60) <= _LONGEST_STAY


def _by_format(text: str, told: str) -> Parts:
    pattern = pattern_of(told)
    english = re.sub(r"[^\W\d_][\w\u0900-\u097f]*", lambda word: _english(word[0], pattern), text)
    try:
        found = datetime.strptime(english, pattern)  # noqa: DTZ007 - the offset is looked at below
    except ValueError:
        raise Unread("invalid_datetime", f"{text!r} is not of the form {told!r} (date_format).") from None
    timed = any(code in pattern for code in ("%H", "%I", "%c", "%X"))
    return Parts(found.date(), found.time() if timed else None, found.tzinfo)


def _english(word: str, pattern: str) -> str:
    """Return the name of a month as strptime knows it."""
    month = _months().get(plain(word)) if "%b" in pattern or "%B" in pattern else None
    return date(2000, month, 1).strftime("%B" if "%B" in pattern else "%b") if month else word


def _number(text: str, epoch: int) -> Parts | None:
    """Return the date, the time or both that a spreadsheet's number or a compact ISO date stands for."""
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        found = _date(year, month, day)
        clock = time(hour, minute, second) if compact[4] and hour < 24 and minute < 60 and second < 60 else None
        return Parts(found, clock) if found and (clock or not compact[4]) else None
    if re.fullmatch(r"0?[.,][0-5]\d", text):
        raise Unread("ambiguous_time", f"{text!r} is a part of a day, or minutes after midnight.")
    if _FRACTION.fullmatch(text) and text != "0":
        return Parts(None, _clock_of_day("0." + re.split(r"[.,]", text)[1])[1])
    serial = _SERIAL.fullmatch(text)
    if serial and int(serial[1]) in _SERIALS:
        more, clock = _clock_of_day("0." + serial[2]) if serial[2] else (0, None)
        return Parts(_EPOCHS[epoch] + timedelta(days=int(serial[1]) + more), clock)
    return None


def _clock_of_day(fraction: str) -> tuple[int, time]:
    """Return the days and time of a fraction of a day; what its figures leave short of a minute is that minute."""
    seconds = round(float(fraction) * _SECONDS)
    slack = max(1, round(_SECONDS * 0.5 * 10 ** -(len(fraction) - 2)))
    whole = round(seconds / 60) * 60
    seconds = whole if abs(seconds - whole) <= min(slack, 5) else seconds
    days, rest = divmod(seconds, _SECONDS)
    return days, time(rest // 3600, rest // 60 % 60, rest % 60)


def _without_zone(text: str) -> tuple[str, tzinfo | None]:
    """Return a text without its offset, and the offset; only after a clock, a date has figures after a dash too."""
    if not re.search(r"\d[:.hH]\d\d|\dT\d{4}", text):
        return text, None
    found = _ZONE.search(text)
    if found and (found["utc"] or found["offset"]):
        before = text[: found.start()]
        if re.search(r"\d:\d\d(?::?\d\d)?(?:[.,]\d+)?\s*(?:[ap]\.?\s?m\.?)?$|T\d{4,6}$", before, re.IGNORECASE):
            return before, _offset(found["offset"])
    place = _PLACE.search(text)
    if place:
        return text[: place.start()], _zone_of(place[1])
    named = _NAMED_ZONE.search(text)
    if named and named[1] not in ("UHR",):
        raise Unread("unknown_zone", f"The time zone {named[1]} is not certain; an offset such as +01:00 or UTC is.")
    return text, None


def _zone_of(place: str) -> tzinfo:
    try:
        return ZoneInfo(place)
    except (KeyError, ValueError, OSError):
        raise Unread("unknown_zone", f"{place!r} is no time zone such as Europe/Berlin.") from None


def _offset(text: str | None) -> tzinfo:
    offset = offset_of(text or "+0")
    if offset is None:
        raise Unread("unknown_zone", f"{text} is no offset.")
    return offset


def _weekdays(text: str) -> Iterator[tuple[frozenset[int] | None, str]]:
    """Yield ways to read a text: with a weekday at its beginning, with one within it, or without."""
    first, _, rest = text.partition(" ")
    days = _days().get(plain(first))
    if days and rest:
        yield days, rest.strip(" ,")
    within = [word for word in text.split()[1:] if len(plain(word)) > 2 and plain(word) in _days()]
    if not days and len(within) == 1 and plain(within[0]) not in _months():
        yield _days()[plain(within[0])], " ".join(word for word in text.split() if word != within[0])
    yield None, text


def _dated(text: str, rules: DateRules, weekday: frozenset[int] | None) -> Parts | None:
    """Read a date with a clock before it, after it, or without one."""
    for found, day in _dates(text, rules, weekday):
        before, after = text[: found.start()], text[found.end() :]
        around = [part for part in (_bare(before), _bare(after)) if part]
        if not around:
            return Parts(day())
        clock = clock_of(around[0]) if len(around) == 1 else None
        if clock is not None:
            return Parts(day(), clock)
    return None


def _bare(text: str) -> str:
    """Return what stands beside a date without what only joins the two."""
    begins = _BETWEEN.match(text)
    rest = text[begins.end() :] if begins else text
    ends = next((found for found in _BETWEEN.finditer(rest) if found.end() == len(rest)), None)
    return rest[: ends.start()] if ends else rest


def _dates(
    text: str, rules: DateRules, weekday: frozenset[int] | None
) -> Iterator[tuple[re.Match[str], Callable[[], date]]]:
    """Yield where a date may stand in a text, and how it is read there."""
    for found in filter(None, (_NUMERIC.match(text), _NUMERIC.search(text))):
        yield found, lambda found=found: _agreed(_chosen(found, rules, weekday), weekday)  # type: ignore[misc]
    for form, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2)), (_YEAR_MONTH, (1, 2, 3))):
        named = form.search(text)
        month = _months().get(plain(named[order[1]])) if named else None
        if named and month:
            year, day = int(named[order[0]]), int(named[order[2]])
            yield named, lambda y=year, m=month, d=day, told=named[0]: _agreed(_named(y, m, d, told, rules), weekday)  # type: ignore[misc]


def _named(year: int, month: int, day: int, told: str, rules: DateRules) -> date:
    """Return a date with the name of its month; two figures for the year come last unless the order is told."""
    if year < 100 and rules.order == "ymd":
        year, day = day, year
    found = _date(year + 2000 if year < 100 else year, month, day)
    if found is None:
        raise Unread("invalid_datetime", f"{told!r} is no date.")
    return found


def _agreed(day: date, weekday: frozenset[int] | None) -> date:
    if weekday and day.weekday() not in weekday:
        raise Unread("weekday_mismatch", f"{day.day} {day:%B %Y} is a {day:%A}, not the day that is written before it.")
    return day


# -- readings ----------------------------------------------------------------------------------------------------------


def _form(found: re.Match[str]) -> tuple[str, bool]:
    return found[2], len(found[4]) <= 2


def _readings(found: re.Match[str], told: str | None = None) -> dict[str, date]:
    """Return the dates that figures may stand for, by the order in which they are read."""
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) > 2:
        only = _date(first, second, third) if len(found[1]) == 4 and len(found[4]) <= 2 else None
        return {"ymd": only} if only else {}
    if len(found[4]) == 3:
        return {}
    short = len(found[4]) <= 2
    orders = {"dmy": (third, second, first), "mdy": (third, first, second)}
    if found[2] == "." and told != "mdy":
        del orders["mdy"]  # with dots it is never written
    if short and (first >= _OLDEST_SHORT_YEAR or told == "ymd"):
        orders["ymd"] = (first, second, third)
    dates = {order: _date(2000 + year if short else year, month, day) for order, (year, month, day) in orders.items()}
    return {order: day for order, day in dates.items() if day}


def _chosen(found: re.Match[str], rules: DateRules, weekday: frozenset[int] | None) -> date:
    readings = _readings(found, rules.order)
    if not readings:
        raise Unread("invalid_datetime", f"{found[0]!r} is no date.")
    if len(found[1]) == 4:
        return readings["ymd"]
    if rules.order and (rules.order in readings or rules.order != "ymd" or _form(found)[1]):
        if rules.order not in readings:
            raise Unread("invalid_datetime", f"{found[0]!r} is no date in the order {rules.order}.")
        return readings[rules.order]
    if weekday:
        fitting = {day for day in readings.values() if day.weekday() in weekday}
        if not fitting:
            raise Unread("weekday_mismatch", f"{found[0]!r} is not the day that is written before it.")
        if len(fitting) == 1:
            return fitting.pop()
    learned = rules.learned.get(_form(found))
    if len(set(readings.values())) == 1 or learned in readings:
        return readings[learned] if learned in readings else next(iter(readings.values()))
    told = " or ".join(dict.fromkeys(f"{day.day} {day:%B %Y}" for day in readings.values()))
    orders = " or ".join(readings)
    raise Unread("ambiguous_date", f'{found[0]!r} is {told}; say "date_order": {orders} in a mapping.')


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    found = dict(_words("months"))
    found.pop("", None)
    return found | {"sept": 9, "janv": 1, "fevr": 2, "avr": 4, "juil": 7, "marz": 3}


@lru_cache(maxsize=1)
def _days() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for word, number in (*_words("days"), ("tues", 1), ("weds", 2), ("thur", 3), ("thurs", 3)):
        found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items() if word}


def _words(what: str) -> Iterator[tuple[str, int]]:
    """Yield the names of months (1 to 12) or days (Monday is 0) in the languages of exports."""
    for language in _LANGUAGES:
        named = getattr(Locale(language), what)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, word in named[context][width].items():
                    yield plain(word), number
