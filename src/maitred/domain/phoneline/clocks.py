"""Times as they are said: `half past 8`, `viertel nach 7`, `sept heures et quart`, `las ocho y media`, `साढे सात`."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from maitred.domain.phoneline.ear import Ear
from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.patterns import Line, Match

_DAY_MINUTES: Final = 24 * 60
# The hours of the clock that a part of the day reaches over; the night goes on past midnight.
_PARTS: Final = {
    "morning": range(5, 12),
    "noonish": range(11, 17),
    "afternoon": range(12, 19),
    "evening": range(17, 29),
}
_BEFORE_MINUTES: Final = frozenset({"uhr", "h", "heures", "heure", "horas", "hora"})


@dataclass(frozen=True, slots=True)
class Clock:
    """Words that say a time: minutes past midnight or noon, and whether the half of the day was said.

    `others` are further meanings of the same words, as half 8 has.
    """

    first: int
    end: int
    minute: int
    sure: bool = False
    others: tuple[int, ...] = ()
    early: bool = False
    """Whether the hour was written with two figures, as 08:30: the morning where both are open."""
    bare: bool = False
    """Whether only the full hour was said, so that minutes may follow."""


def readings(clock: Clock, ear: Ear, day: dt.date, part: str | None, over: dt.time | None = None) -> list[dt.time]:
    """Return the times of a day that are meant, likeliest first: those at which parties are seated, if there are any.

    `part` is the part of the day that was said, `over` the time before which the day is past.
    """
    found = [at for minute in (clock.minute, *clock.others) for at in _halves(minute, clock)]
    within = [at for at in found if part is None or _within(at, part)] or found
    fitting = [at for at in within if any(ear.open_at(one, at) for one in ear.open_days(day))]
    fitting = [at for at in fitting if over is None or at >= over or at.hour < 5] or fitting
    if clock.others:
        return list(dict.fromkeys([*fitting, *(at for at in within if at.hour >= 12)])) or within
    if clock.early and not clock.sure and within[0] not in fitting:
        return [*fitting, within[0]]  # 08:00 is the morning, and may be meant for the evening
    return fitting or within[:1]


def _halves(minute: int, clock: Clock) -> list[dt.time]:
    minute %= _DAY_MINUTES
    if clock.sure or minute < 60 or minute >= 13 * 60:
        return [_time(minute)]
    if minute >= 12 * 60:
        return [_time(minute), _time(minute - 12 * 60)]
    both = [_time(minute + 12 * 60), _time(minute)]
    return both[::-1] if clock.early else both


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60, minute % 60)


def _within(at: dt.time, part: str) -> bool:
    return at.hour in _PARTS[part] or at.hour + 24 in _PARTS[part]


def find_parts(line: Line) -> str | None:
    """Claim the words for parts of the day, and return the part that they agree on."""
    said: list[str] = []
    for match in line.find("part"):
        line.take(Kind.TIME, match.first, match.end)
        said.append(match.values[0])
    said += ["evening" for place in range(len(line.units)) if line.has(place, "tonight")]
    return said[0] if len(set(said)) == 1 else None


def find_clocks(line: Line) -> list[Clock]:
    """Claim the words that say a time and nothing else, and return what they say."""
    found: list[Clock] = []
    for match in line.find("for number minutes"):
        if not line.has(match.end - 1, "oclock"):
            line.take(Kind.NOTES, match.first, match.end)  # how long they stay
    for pattern, read in _RULES:
        for match in line.find(pattern):
            clock = read(line, match)
            if clock is not None:
                clock = _with_half(line, clock)
                line.take(Kind.TIME, clock.first, clock.end)
                found.append(clock)
    return sorted(found, key=lambda clock: clock.first)


def _with_half(line: Line, clock: Clock) -> Clock:
    """Let `uhr`, `pm` and `ish` go with the time before them."""
    end, minute, sure = clock.end, clock.minute, clock.sure
    for sense in ("ish", "oclock", "ampm", "ish"):
        value = line.sense(end, sense)
        if value is not None and not line.units[end].apart:
            end += 1
            if sense == "ampm" and not sure and 60 <= minute < 13 * 60:
                minute, sure = minute % 720 + (720 if value == "pm" else 0), True
    return Clock(
        clock.first, end, minute, sure, clock.others if not sure or clock.sure else (), clock.early, clock.bare
    )


# -- what the patterns mean -----------------------------------------------------------------------------------------


def _hour(value: Any) -> int | None:
    return value * 60 if isinstance(value, int) and 0 <= value <= 24 else None


def _turned(hour: int, minutes: int) -> int:
    """Return minutes from an hour on; short of one o'clock it is past twelve."""
    return hour + minutes + (12 * 60 if hour == 60 and minutes < 0 else 0)


def _offset(which: int, minutes: int) -> Callable[[Line, Match], Clock | None]:
    """Read the hour in one part of a pattern, and so many minutes from it."""

    def read(line: Line, match: Match) -> Clock | None:
        hour = _hour(match.values[which])
        return None if hour is None else Clock(match.first, match.end, _turned(hour, minutes), sure=hour == 0)

    return read


def _counted(hours: int, minutes: int, sign: int, base: int = 0) -> Callable[[Line, Match], Clock | None]:
    """Read the hour in one part of a pattern and the minutes past it, or short of it, in another."""

    def read(line: Line, match: Match) -> Clock | None:
        hour, minute = _hour(match.values[hours]), match.values[minutes]
        if hour is None or not 0 <= minute <= 59 or (not base and minute % 5) or line.has(match.end, "people"):
            return None
        return Clock(match.first, match.end, _turned(hour, base + sign * minute))

    return read


def _half_of_two(line: Line, match: Match) -> Clock | None:
    """`half 8`: half past seven for some, half past eight for the British."""
    hour = _hour(match.values[-1])
    if hour is None or not 60 <= hour <= 12 * 60:
        return None
    return Clock(match.first, match.end, _turned(hour, -30), others=(hour + 30,))


def _exact(line: Line, match: Match) -> Clock | None:
    hour, minute = match.values[0]
    if hour > 24 or minute > 59:
        return None
    return Clock(
        match.first, match.end, hour * 60 + minute, sure=hour == 0, early=bool(line.sense(match.first, "zero"))
    )


def _four(line: Line, match: Match) -> Clock | None:
    hour, minute = int(match.values[0][:2]), int(match.values[0][2:])
    return Clock(match.first, match.end, hour * 60 + minute) if hour <= 24 and minute <= 59 else None


def _full(line: Line, match: Match) -> Clock | None:
    """8pm, 830pm, 20 uhr, 8 o'clock."""
    number, mark = match.values[0], match.values[1]
    hour, minute = (number, 0) if number <= 24 else divmod(number, 100)
    if hour > 24 or minute > 59 or (mark in ("am", "pm") and hour > 12 and mark == "am"):
        return None
    bare = number <= 24 and line.units[match.end - 1].word in _BEFORE_MINUTES
    if mark in ("am", "pm") and 1 <= hour <= 12:
        return Clock(match.first, match.end, (hour % 12 + (12 if mark == "pm" else 0)) * 60 + minute, sure=True)
    return Clock(match.first, match.end, hour * 60 + minute, sure=hour == 0, bare=bare)


def _either(line: Line, match: Match) -> Clock | None:
    """`7 or 8pm`, `19 oder 20 uhr`."""
    first, _, second, mark = match.values
    ways = [_full(line, Match(match.first, match.end, (number, mark))) for number in (first, second)]
    if ways[0] is None or ways[1] is None or 0 in (first, second):
        return None
    return replace(ways[0], others=(ways[1].minute,), bare=False)


def _hour_and_minutes(line: Line, match: Match) -> Clock | None:
    """`seven thirty pm`; in `4 10 pm` they are four people."""
    hour, minute, mark = match.values
    if not 1 <= hour <= 12 or not 12 < minute < 60:
        return None
    return Clock(match.first, match.end, (hour % 12 + (12 if mark == "pm" else 0)) * 60 + minute, sure=True)


def _noon(line: Line, match: Match) -> Clock:
    return Clock(match.first, match.end, 12 * 60 + sum(value for value in match.values[1:] if value), sure=True)


def _noon_and(line: Line, match: Match) -> Clock | None:
    """`midi trente`: the French say the minutes past noon; ten and fewer are people as well."""
    minutes, spelt = match.values[1], "figures" not in line.units[match.end - 1].senses
    if "fr" not in line.languages or not 10 < minutes < 60 or minutes % 5 or not spelt or line.has(match.end, "people"):
        return None
    return Clock(match.first, match.end, 12 * 60 + int(minutes), sure=True)


def _midnight(line: Line, match: Match) -> Clock:
    return Clock(match.first, match.end, 0, sure=True)


def _said(line: Line, match: Match) -> Clock:
    return Clock(match.first, match.end, match.values[0])


_RULES: Final[Sequence[tuple[str, Callable[[Line, Match], Clock | None]]]] = (
    ("noon et_demie|et_quart", _noon),
    ("noon number", _noon_and),
    ("half_past number", _offset(1, 30)),
    ("number to halb number", _counted(3, 0, -1, -30)),
    ("number past halb number", _counted(3, 0, 1, -30)),
    ("halb number", _offset(1, -30)),
    ("dreiviertel number", _offset(1, -15)),
    ("viertel past number", _offset(2, 15)),
    ("viertel to number", _offset(2, -15)),
    ("viertel number", _offset(1, -45)),
    ("quarter past number", _offset(2, 15)),
    ("quarter to|of number", _offset(2, -15)),
    ("number oclock et_demie|et_quart", lambda line, match: _sum(match)),
    ("number oclock moins le_quart", _offset(0, -15)),
    ("number oclock moins number", _counted(0, 3, -1)),
    ("number y_media|y_cuarto", lambda line, match: _sum(match)),
    ("number menos cuarto", _offset(0, -15)),
    ("at number menos number", _counted(1, 3, -1)),
    ("at number y number", _counted(1, 3, 1)),
    ("number ?minutes past number", _counted(3, 0, 1)),
    ("number ?minutes to number", _counted(3, 0, -1)),
    ("sadhe number|spoken", _offset(1, 30)),
    ("sawa number|spoken", _offset(1, 15)),
    ("paune number|spoken", _offset(1, -15)),
    ("spoken_clock", _said),
    ("half_of_two number", _half_of_two),
    ("clock", _exact),
    ("dotted ampm|oclock", _exact),
    ("number or number ampm|oclock", _either),
    ("number number ampm", _hour_and_minutes),
    ("number ampm|oclock", _full),
    ("spoken oclock", _full),
    ("four ampm|oclock", _four),
    ("noon", _noon),
    ("midnight", _midnight),
)  # fmt: skip


def _sum(match: Match) -> Clock | None:
    hour = _hour(match.values[0])
    return None if hour is None else Clock(match.first, match.end, hour + match.values[-1])
