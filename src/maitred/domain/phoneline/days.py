"""Days as they are said: weekdays, dates, feasts, `friday week`, `in 2 weeks`."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from maitred.domain.phoneline.ear import SMALL_HOURS
from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.patterns import Line, Match

_DAY: Final = dt.timedelta(days=1)
_YEARS: Final = range(2020, 2100)


@dataclass(frozen=True, slots=True)
class Day:
    """Words that say a day: the days they may mean, likeliest first; `weekday` and `month` if they name one."""

    first: int
    end: int
    options: tuple[dt.date, ...]
    weekday: int | None = None
    other: tuple[dt.date, ...] = ()
    """What it means in the other order of day and month."""
    month: bool = False
    dated: bool = False
    """Whether it is a date without its year."""


def today_of(now: dt.datetime, day_starts_at: dt.time) -> tuple[dt.date, ...]:
    """Return what today may mean: past midnight the evening still on, or the day of the calendar."""
    small = now.time() < min(day_starts_at, SMALL_HOURS)
    return (now.date() - _DAY, now.date()) if small else (now.date(),)


def future(now: dt.datetime, day: int, month: int, year: int | None = None) -> tuple[dt.date, ...]:
    """Return a date; without a year the next one there is, none when neither this year nor the next has such a day."""
    for one in [year] if year is not None else (now.year, now.year + 1):
        try:
            date = dt.date(one, month, day)
        except ValueError:
            continue
        if year is not None or date >= now.date():
            return (date,)
    return ()


def ordered(line: Line, now: dt.datetime, first: int, second: int, year: int | None) -> tuple[dt.date, ...]:
    """Read 5/12 in the order of the venue; what is impossible in it is read in the other order."""
    pair = (first, second) if line.ear.day_first else (second, first)
    return future(now, pair[0], pair[1], year) or (future(now, pair[1], pair[0], year) if second <= 31 else ())


def find_days(line: Line, now: dt.datetime) -> list[Day]:
    """Claim the words that say a day, and return what they may mean."""
    found: list[Day] = []
    for pattern, read in _RULES:
        for match in line.find(pattern):
            day = read(line, now, match)
            if day is not None and all(line.free(place) for place in range(match.first, day.end)):
                line.take(Kind.DAY, day.first, day.end)
                found.append(day)
    return sorted(found, key=lambda day: day.first)


# -- what the patterns mean -----------------------------------------------------------------------------------------


def _iso(line: Line, now: dt.datetime, match: Match) -> Day:
    year, month, day = match.values[0]
    return Day(match.first, match.end, future(now, day, month, year))


def _numeric(line: Line, now: dt.datetime, match: Match) -> Day | None:
    first, second, year = match.values[0]
    if line.has(match.end, "minutes", "units"):
        return None  # `1.5 hours`
    options = ordered(line, now, first, second, year)
    swapped = ordered(line, now, second, first, year) if first != second else ()
    dotted = line.has(match.first, "dotted")
    if not options and not (first <= 31 and second <= 31):
        return None
    if not options and (dotted or (first > 12 and second > 12 and not 29 <= first <= 31)):
        return None
    other = tuple(one for one in swapped if one not in options)
    return Day(match.first, match.end, options, other=other, dated=year is None)


def _of_month(line: Line, now: dt.datetime, match: Match) -> Day | None:
    """28 nov, 28th of november, el 28 de noviembre, with a year if one follows."""
    if match.values[4] is None and _counts_people(line, match):
        return None
    return _month_day(now, match, match.values[0], match.values[2], match.values[4])


def _counts_people(line: Line, match: Match) -> bool:
    """Whether the number before a month is the party, and one after it the day: `for two dec 5th`, `four dec 5`."""
    after = match.end
    if not line.free(after) or line.units[after].apart or line.has(match.first, "ordinal", "dot"):
        return False
    if line.has(after, "ordinal"):
        return True
    day = line.has(after, "number") and not line.has(after + 1, "people", "adults", "oclock", "ampm", "minutes")
    spelt = not line.has(match.first, "figures")
    return day and (spelt or line.has(match.first - 1, "for", "table for"))


def _month_of(line: Line, now: dt.datetime, match: Match) -> Day | None:
    """nov 28, december 5th."""
    return _month_day(now, match, match.values[-2], match.values[0], match.values[-1])


def _month_day(now: dt.datetime, match: Match, day: int, month: int, four: str | None) -> Day | None:
    if not 1 <= day <= 31:
        return None
    year = int(four) if four and int(four) in _YEARS else None
    end = match.end - (four is not None and year is None)
    return Day(match.first, end, future(now, day, month, year), month=True, dated=year is None)


def _day_of_month(line: Line, now: dt.datetime, match: Match) -> Day | None:
    """The 5th: the next month that has one still to come."""
    in_words = not any(char.isdigit() for char in line.units[match.end - 1].typed)
    before = line.units[match.first].word
    after_weekday = before == "the" and line.has(match.first - 1, "weekday")
    if in_words and before not in _BEFORE_ORDINALS and not after_weekday:
        return None  # `second floor`
    return _next_such(line, now, match, match.values[-1])


_BEFORE_ORDINALS: Final = frozenset({"on the", "am", "den", "fur den", "le"})


def _next_such(line: Line, now: dt.datetime, match: Match, number: int) -> Day | None:
    for ahead in range(14):
        month = now.month - 1 + ahead
        try:
            date = dt.date(now.year + month // 12, month % 12 + 1, number)
        except ValueError:
            continue
        if date >= now.date():
            return Day(match.first, match.end, (date,))
    return None


def _article_number(line: Line, now: dt.datetime, match: Match) -> Day | None:
    """`le 5`, `el 5`, `am 5.`: a day, where the language says it so and no clock follows."""
    number = match.values[-1]
    says_so = line.units[match.first].senses.get("the") is not None and {"fr", "es", "de"} & line.languages
    german = line.units[match.first].word in ("am", "den", "dem", "vom", "fur den", "fuer den", "zum", "der")
    dot = "dot" in line.units[match.end - 1].senses
    if (
        not says_so
        or line.units[match.first].word in ("the", "for the")
        or (german and not dot)
        or not 1 <= number <= 31
    ):
        return None
    if line.has(match.end, "oclock", "ampm", "people", "kids", "adults", "minutes", "units"):
        return None
    return _next_such(line, now, match, number)


def _coming(line: Line, now: dt.datetime, weekday: int) -> tuple[dt.date, ...]:
    """Return the next such day; on such a day, that one and the one in a week."""
    found: list[dt.date] = []
    for today in today_of(now, line.ear.day_starts_at):
        ahead = (weekday - today.weekday()) % 7
        found += [today + ahead * _DAY] + ([today + 7 * _DAY] if not ahead else [])
    return tuple(dict.fromkeys(found))


def _weekday(line: Line, now: dt.datetime, match: Match) -> Day:
    return Day(match.first, match.end, _coming(line, now, match.values[0]), weekday=match.values[0])


def _this_weekday(line: Line, now: dt.datetime, match: Match) -> Day:
    weekday = next(value for value in match.values if value is not None and value is not True)
    return Day(match.first, match.end, _coming(line, now, weekday)[:1], weekday=weekday)


def _next_weekday(line: Line, now: dt.datetime, match: Match) -> Day:
    """`next friday` is the coming one for some and that of next week for others."""
    weekday, language = (
        match.values if isinstance(match.values[0], int) and isinstance(match.values[1], str) else match.values[::-1]
    )
    coming, later = _coming(line, now, weekday)[0], _of_next_week(now, weekday)
    if coming == now.date():
        coming += 7 * _DAY
    options = (coming, later) if language in ("fr", "es") else (later, coming)
    return Day(match.first, match.end, tuple(dict.fromkeys(options)), weekday=weekday)


def _weekday_after_next(line: Line, now: dt.datetime, match: Match) -> Day:
    """`saturday after next`: a week after the coming one, or two."""
    weekday = next(value for value in match.values if value is not None and value is not True)
    coming = _coming(line, now, weekday)[0]
    return Day(match.first, match.end, (coming + 7 * _DAY, coming + 14 * _DAY), weekday=weekday)


def _of_next_week(now: dt.datetime, weekday: int) -> dt.date:
    return now.date() + (7 - now.weekday() + weekday) * _DAY


def _in_next_week(line: Line, now: dt.datetime, match: Match) -> Day:
    weekday = match.values[0] if line.has(match.first, "weekday") else match.values[-1]
    return Day(match.first, match.end, (_of_next_week(now, weekday),), weekday=weekday)


def _weekday_in_weeks(line: Line, now: dt.datetime, match: Match) -> Day:
    """`friday week`, `a week on friday`, `vendredi en huit`: so many weeks after the coming one."""
    at = match.first if line.has(match.first, "weekday") else match.end - 1
    weekday = line.units[at].senses["weekday"]
    weeks = next(value for place, value in enumerate(match.values) if match.first + place != at and value)
    weeks = weeks if weeks is not True else 1
    coming = _coming(line, now, weekday)[0]
    return _so_late(now, match, weekday, coming, int(weeks))


def _so_late(now: dt.datetime, match: Match, weekday: int, coming: dt.date, weeks: int) -> Day:
    then = now.date() + 7 * weeks * _DAY
    same_week = then + (weekday - then.weekday()) * _DAY
    options = (coming + 7 * weeks * _DAY, same_week) if match.end - match.first > 2 else (coming + 7 * weeks * _DAY,)
    return Day(match.first, match.end, tuple(dict.fromkeys(options)), weekday=weekday)


def _weekday_in_units(line: Line, now: dt.datetime, match: Match) -> Day | None:
    """`sat in 2 weeks`."""
    if match.values[-1] != 7:
        return None
    coming = _coming(line, now, match.values[0])[0]
    return _so_late(now, match, match.values[0], coming, match.values[-2])


def _ahead(line: Line, now: dt.datetime, match: Match) -> Day:
    days = next(value for value in match.values if value is not None and value is not True)
    options = tuple(today + days * _DAY for today in today_of(now, line.ear.day_starts_at))
    return Day(match.first, match.end, options)


def _weekday_after_units(line: Line, now: dt.datetime, match: Match) -> Day | None:
    """`two weeks on saturday`."""
    number, unit, _, weekday = match.values
    return _so_late(now, match, weekday, _coming(line, now, weekday)[0], number) if unit == 7 else None


def _ahead_after_units(line: Line, now: dt.datetime, match: Match) -> Day | None:
    """`3 weeks today`."""
    number, unit, ahead = match.values
    return Day(match.first, match.end, (now.date() + (number * unit + ahead) * _DAY,)) if number * unit < 400 else None


def _ahead_and_week(line: Line, now: dt.datetime, match: Match) -> Day:
    """`tomorrow week`, `a week today`."""
    at = match.first if line.has(match.first, "ahead") else match.end - 1
    days = line.units[at].senses["ahead"] + 7 * int(match.values[1 if at == match.first else 0])
    return Day(match.first, match.end, (now.date() + days * _DAY,))


def _in_units(line: Line, now: dt.datetime, match: Match) -> Day | None:
    number, unit = match.values[-2], match.values[-1]
    if not isinstance(number, int) or not 1 <= number <= 400 // unit:
        return None
    return Day(match.first, match.end, (now.date() + number * unit * _DAY,))


def _in_weeks(line: Line, now: dt.datetime, match: Match) -> Day | None:
    return Day(match.first, match.end, (now.date() + 7 * match.values[0] * _DAY,))


def _fortnight(line: Line, now: dt.datetime, match: Match) -> Day:
    return Day(match.first, match.end, (now.date() + match.values[0] * _DAY,))


def _other_month(line: Line, now: dt.datetime, match: Match) -> Day:
    """A month of another calendar: a day was said that has to be asked for."""
    return Day(match.first, match.end, ())


def _feast(line: Line, now: dt.datetime, match: Match) -> Day:
    return Day(match.first, match.end, _feast_days(line, now, match.values[0]))


_FIXED: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "christmas eve": ((24, 12),), "christmas": ((25, 12),), "boxing day": ((26, 12),),
    "christmas days": ((25, 12), (26, 12)),
    "new year's eve": ((31, 12),), "new year": ((1, 1),), "reveillon": ((31, 12), (24, 12)), "valentine": ((14, 2),),
    "halloween": ((31, 10),), "nicholas": ((6, 12),), "kings": ((6, 1),), "kings eve": ((5, 1),),
}  # fmt: skip


def _feast_days(line: Line, now: dt.datetime, name: str) -> tuple[dt.date, ...]:
    fixed = tuple(date for day, month in _FIXED.get(name, ()) for date in future(now, day, month))
    if fixed:
        return fixed
    movable = _MOVABLE.get(name)
    years = (movable(year, line.ear.region) for year in (now.year, now.year + 1)) if movable else ()
    return tuple(date for date in years if date is not None and date >= now.date())[:1]


def easter(year: int) -> dt.date:
    """Return Easter Sunday of a year (the anonymous Gregorian algorithm)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    n = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + n - 7 * ((a + 11 * h + 22 * n) // 451) + 114, 31)
    return dt.date(year, month, day + 1)


def _nth(year: int, month: int, weekday: int, number: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + ((weekday - first.weekday()) % 7 + 7 * (number - 1)) * _DAY


def _mothers(year: int, region: str | None) -> dt.date | None:
    """Mother's day, in the countries where it is known here."""
    if region in ("GB", "IE"):
        return easter(year) - 21 * _DAY
    if region == "ES":
        return _nth(year, 5, 6, 1)
    return _nth(year, 5, 6, 2) if region in ("US", "CA", "DE", "AT", "CH", "AU", "NZ") else None


def _fathers(year: int, region: str | None) -> dt.date | None:
    if region == "DE":
        return easter(year) + 39 * _DAY
    return _nth(year, 6, 6, 3) if region in ("GB", "IE", "US", "CA", "FR") else None


_MOVABLE: Final[dict[str, Callable[[int, str | None], dt.date | None]]] = {
    "good friday": lambda year, region: easter(year) - 2 * _DAY,
    "easter": lambda year, region: easter(year),
    "easter monday": lambda year, region: easter(year) + _DAY,
    "thanksgiving": lambda year, region: _nth(year, 11, 3, 4) if region == "US" else None,
    "mothers": _mothers,
    "fathers": _fathers,
}
_RULES: Final[Sequence[tuple[str, Callable[[Line, dt.datetime, Match], Day | None]]]] = (
    ("iso", _iso),
    ("ordinal|number ?of month ?of ?four", _of_month),
    ("month ?the ordinal ?four", _month_of),
    ("month ?the number ?four", _month_of),
    ("ordinal|number other_month", _other_month),
    ("other_month number", _other_month),
    ("feast", _feast),
    ("weekday ?in number units", _weekday_in_units),
    ("weekday next_week", _in_next_week),
    ("next_week weekday", _in_next_week),
    ("weekday week", _weekday_in_weeks),
    ("weekday week_off", _weekday_in_weeks),
    ("week_off ?on weekday", _weekday_in_weeks),
    ("number units ?on|at weekday", _weekday_after_units),
    ("number units ahead", _ahead_after_units),
    ("ahead week|week_off", _ahead_and_week),
    ("week_off ahead", _ahead_and_week),
    ("next weekday", _next_weekday),
    ("after_next weekday", _weekday_after_next),
    ("?the weekday after_next", _weekday_after_next),
    ("weekday next_after", _next_weekday),
    ("?the this weekday", _this_weekday),
    ("weekday this_after", _this_weekday),
    ("in number units", _in_units),
    ("number|spoken days_later", _in_units),
    ("week_off", _in_weeks),
    ("fortnight", _fortnight),
    ("tonight", _ahead),
    ("ahead", _ahead),
    ("weekday", _weekday),
    ("date", _numeric),
    ("?on ?the ordinal", _day_of_month),
    ("the number", _article_number),
)


def settle_days(found: Sequence[Day]) -> tuple[dt.date, ...]:
    """Return the days that all the words together may mean, likeliest first: one when they agree."""
    dates = [day for day in found if day.weekday is None]
    weekdays = [day for day in found if day.weekday is not None]
    options = _agreed([day.options for day in dates])
    fitting = tuple(one for one in options if all(one.weekday() == day.weekday for day in weekdays))
    swapped = tuple(one for day in dates for one in day.other if all(one.weekday() == by.weekday for by in weekdays))
    if fitting:
        return fitting
    if weekdays and swapped:
        return tuple(dict.fromkeys([*swapped, *options]))
    return tuple(dict.fromkeys([*options, *_agreed([day.options for day in weekdays])]))


def _agreed(options: Sequence[tuple[dt.date, ...]]) -> tuple[dt.date, ...]:
    if not options:
        return ()
    common = [one for one in options[0] if all(one in others for others in options[1:])]
    return tuple(common) or tuple(dict.fromkeys(one for several in options for one in several))


def dashed_days(line: Line, now: dt.datetime) -> Iterator[Day]:
    """Yield `5-12` as a date: in a line with a clock, and without another day, it is no span of hours."""
    for match in line.find("range"):
        first, second = match.values[0]
        options = ordered(line, now, first, second, None) if first <= 31 else ()
        if options:
            line.take(Kind.DAY, match.first, match.end)
            yield Day(match.first, match.end, options, dated=True)


def weak_days(line: Line, now: dt.datetime) -> Iterator[Any]:
    """Yield what the first word means as the weekday of a language that is not spoken otherwise."""
    weekday = line.sense(0, "weak weekday")
    if weekday is not None:
        line.take(Kind.DAY, 0, 1)
        yield Day(0, 1, _coming(line, now, weekday), weekday=weekday)
