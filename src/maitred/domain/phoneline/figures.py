"""Bare figures: which is the hour, which is the party, and whether another reading is as good.

Every way to share the figures out is weighed; one that is about as good as the best is a doubt.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import product
from typing import Final

from maitred.domain.phoneline.clocks import Clock, readings
from maitred.domain.phoneline.days import Day, ordered
from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.parties import ROUGHLY
from maitred.domain.phoneline.patterns import Line

_MOST_ITEMS: Final = 6
_LIVE: Final = 2
"""By how much a reading may be worse than the best and still be meant."""
_LIVE_WITH_REST: Final = 6
_QUARTERS: Final = (15, 30, 45)
_MOST_UNCOUNTED: Final = 99
"""More people than that have a word beside their number; three bare figures are a time, or part of something else."""
_DAY: Final = dt.timedelta(days=1)


class Role(Enum):
    """What a bare figure may be."""

    HOUR = "hour"
    MINUTE = "minute"
    PARTY = "party"
    DATE = "date"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Item:
    """A figure that no rule claimed: the clock, party and days it may be, and how well it is each."""

    place: int
    clock: Clock | None = None
    minute: int | None = None
    party: int | None = None
    days: tuple[dt.date, ...] = ()
    weights: dict[Role, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the line says, and what a person settled, while the figures are shared out."""

    now: dt.datetime
    day: dt.date
    days: Sequence[Day]
    clocks: Sequence[Clock]
    part: str | None
    wants_time: bool
    wants_party: bool
    wants_day: bool
    time: dt.time | None = None
    party: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to share the figures out."""

    score: int
    roles: tuple[Role, ...]
    clock: Clock | None = None
    party: tuple[int, int] | None = None
    day: Day | None = None
    spare: int = 0


def share_out(line: Line, known: Known) -> list[Reading]:
    """Return the readings of the bare figures that are live, the best first; its figures are claimed."""
    items = list(_items(line, known))[:_MOST_ITEMS]
    known = _binding(line, items, known)
    found = sorted(_readings(line, items, known), key=lambda reading: -reading.score)
    if not found:
        return []
    best = found[0]
    live = [one for one in found if one.score >= best.score - _margin(one, best) and one.spare <= best.spare]
    for reading in live:
        for item, role in zip(items, reading.roles, strict=True):
            _claim(line, item, role)
    return live


def _margin(one: Reading, best: Reading) -> int:
    """Return how much worse a reading may be; more where it only takes for the party a figure that is left over."""
    recounted = best.spare and best.party and one.party and one.party != best.party and one.day == best.day
    return _LIVE_WITH_REST if recounted else _LIVE


def _binding(line: Line, items: Sequence[Item], known: Known) -> Known:
    """Let a settled value choose among the readings only where it is one of them, and was not corrected."""
    clocks = [item.clock for item in items if item.clock is not None]
    said = any(known.time in readings(clock, line.ear, known.day, known.part) for clock in clocks)
    counted = any(item.party == known.party for item in items)
    return replace(known, time=known.time if said else None, party=known.party if counted else None)


def _claim(line: Line, item: Item, role: Role) -> None:
    kinds = {Role.HOUR: Kind.TIME, Role.MINUTE: Kind.TIME, Role.PARTY: Kind.PARTY, Role.DATE: Kind.DAY}
    if role in kinds and line.free(item.place):
        ish = role is Role.HOUR and line.sense(item.place + 1, "ish") is not None
        line.take(kinds[role], item.place, item.place + 1 + ish)


# -- figures and what they may be -----------------------------------------------------------------------------------


def _items(line: Line, known: Known) -> Iterator[Item]:
    for place in range(len(line.units)):
        lasting = line.has(place + 1, "minutes") and not line.has(place + 1, "oclock")
        if not line.free(place) or line.has(place - 1, "room") or lasting:
            continue
        senses = line.units[place].senses
        if "dotted" in senses:
            yield _dotted(line, place, known)
        elif "four" in senses and (item := _four(line, place)):
            yield item
        elif "number" in senses and ("figures" in senses or _counts(line, place)):
            yield _number(line, place, known)


def _counts(line: Line, place: int) -> bool:
    """Whether a number in words is one: `one` and `une` are articles, unless a word before says otherwise."""
    return line.units[place].senses["number"] != 1 or line.has(place - 1, "at", "for")


def _number(line: Line, place: int, known: Known) -> Item:
    number = line.units[place].senses["number"]
    early = line.units[place].word.startswith("0")
    clock = Clock(place, place + 1, number * 60, early=early) if 1 <= number <= 24 else _three(place, number)
    told = False  # whether a word says that it is a time
    hour = 0 if number <= 24 else _as_minutes(number % 100)
    party = 1 if number <= 12 else 0 if number <= 30 else -3
    if number in _QUARTERS and line.has(place - 1, "number") and not line.units[place].apart:
        party -= 6  # `5 15` is a time before it is fifteen people
    at = line.has(place - 1, "at") and not line.units[place].apart
    rough = at and line.units[place - 1].word in ROUGHLY
    bound = line.has(place - 1, "bound")
    if bound or (at and not (rough and line.has(place - 2, "for", "table for"))):
        hour, told = hour + 5, True
    elif (line.has(place - 1, "for") and not line.units[place].apart) or rough:
        hour, party = hour - 3, party + 3
    if line.has(place + 1, "ish"):
        hour += 5
    if line.has(place + 1, "part") or (line.has(place - 1, "part", "tonight") and not line.units[place].apart):
        hour += 1
    guests = 5 if line.has(place + 1, "diet") else 0  # `2 vegans` are some of a party
    weights = {
        Role.HOUR: hour, Role.PARTY: party - guests, Role.MINUTE: _minutes_weight(place, number, known), Role.DATE: 1,
        Role.NOTHING: guests,
    }  # fmt: skip
    many = number if 0 < number <= _MOST_UNCOUNTED and not told else None
    return Item(place, clock, _minute(line, place, number), many, _date_of(place, number, known), weights)


def _three(place: int, number: int) -> Clock | None:
    """`815`: a quarter past eight, written in haste."""
    hour, minute = divmod(number, 100)
    return Clock(place, place + 1, hour * 60 + minute) if 1 <= hour <= 9 and minute <= 59 else None


def _as_minutes(minute: int) -> int:
    """Weigh the minutes of a clock without a colon: people come at the quarters of an hour."""
    return 2 if minute % 15 == 0 else 1 if minute % 5 == 0 else -3


def _minute(line: Line, place: int, number: int) -> int | None:
    """The minutes of a clock are two figures, or a word, right after the hour."""
    two = line.units[place].senses.get("figures") != 1
    return number if two and number % 5 == 0 and number <= 55 and not line.units[place].apart else None


def _minutes_weight(place: int, number: int, known: Known) -> int:
    """`20 uhr 10`: minutes, as likely as ten people."""
    after_hour = any(one.bare and one.end == place for one in known.clocks)
    return (0 if number % 15 else 1) + (3 if after_hour else 0)


def _date_of(place: int, number: int, known: Known) -> tuple[dt.date, ...]:
    """`sat 5`: the 5th, when that is such a day."""
    before = next((day for day in known.days if day.end == place and day.weekday is not None), None)
    if before is None or not before.options:
        return ()
    return tuple(one for week in range(4) if (one := before.options[0] + 7 * week * _DAY).day == number)


def _dotted(line: Line, place: int, known: Known) -> Item:
    hour, minute = line.units[place].senses["dotted"]
    clock = Clock(place, place + 1, hour * 60 + minute) if hour <= 24 and minute <= 59 else None
    days = ordered(line, known.now, hour, minute, None)
    natural = minute <= 12 if line.ear.day_first else hour <= 12
    date = 0 if natural else -4
    date -= 1 if days and (days[0] - known.now.date()).days > 180 else 0
    return Item(
        place, clock, None, None, days,
        {Role.HOUR: _as_minutes(minute), Role.DATE: date},
    )  # fmt: skip


def _four(line: Line, place: int) -> Item | None:
    hour, minute = divmod(int(line.units[place].senses["four"]), 100)
    if hour > 24 or minute > 59:
        return None
    return Item(place, Clock(place, place + 1, hour * 60 + minute, early=hour < 10), weights={Role.HOUR: 2})


# -- every way to share them out ------------------------------------------------------------------------------------


def _readings(line: Line, items: Sequence[Item], known: Known) -> Iterator[Reading]:
    for roles in product(*(_roles(item, known) for item in items)):
        if all(roles.count(role) <= 1 for role in Role if role is not Role.NOTHING):
            reading = _reading(line, items, roles, known)
            if reading is not None:
                yield reading


def _roles(item: Item, known: Known) -> list[Role]:
    found = []
    if item.clock is not None and known.wants_time and not known.clocks:
        found.append(Role.HOUR)
    if item.minute is not None:
        found.append(Role.MINUTE)
    if item.party is not None and known.wants_party:
        found.append(Role.PARTY)
    if item.days and (known.wants_day or len(known.days) > 0):
        found.append(Role.DATE)
    return [*found, Role.NOTHING]


def _reading(line: Line, items: Sequence[Item], roles: tuple[Role, ...], known: Known) -> Reading | None:
    given = {role: item for item, role in zip(items, roles, strict=True) if role is not Role.NOTHING}
    clock = given[Role.HOUR].clock if Role.HOUR in given else None
    if Role.MINUTE in given:
        clock = _with_minutes(clock, given[Role.MINUTE], known)
        if clock is None:
            return None
    times = readings(clock, line.ear, known.day, known.part) if clock else []
    if known.time is not None and clock is not None and not known.clocks and known.time not in times:
        return None
    if known.party is not None and Role.PARTY in given and given[Role.PARTY].party != known.party:
        return None
    day = Day(given[Role.DATE].place, given[Role.DATE].place + 1, given[Role.DATE].days) if Role.DATE in given else None
    party = given.get(Role.PARTY)
    score = sum(item.weights.get(role, 0) for item, role in zip(items, roles, strict=True))
    score -= 5 * roles.count(Role.NOTHING)
    score += _fit(line, clock, times, known) + _clash(day, known) + _whole(clock, party, day, known)
    if party and Role.HOUR in given and given[Role.HOUR].place < party.place:
        score += 2  # the time is said before the party
    pair = (party.place, party.party or 0) if party else None
    return Reading(score, roles, clock, pair, day, roles.count(Role.NOTHING))


def _with_minutes(hour: Clock | None, minutes: Item, known: Known) -> Clock | None:
    before = hour or next((one for one in known.clocks if one.bare), None)
    if before is None or before.end != minutes.place or before.minute % 60 or minutes.minute is None:
        return None
    return Clock(before.first, minutes.place + 1, before.minute + minutes.minute, before.sure, early=before.early)


def _fit(line: Line, clock: Clock | None, times: Sequence[dt.time], known: Known) -> int:
    if clock is None or not times:
        return 0
    days = line.ear.open_days(known.day)
    return 2 if any(line.ear.open_at(day, at) for day in days for at in times) else -7


def _clash(day: Day | None, known: Known) -> int:
    """Weigh a date against the other days that were said."""
    if day is None or not known.days:
        return 0
    said = {date for one in known.days for date in one.options if one.weekday is None}
    weekdays = {one.weekday for one in known.days if one.weekday is not None}
    fits = all(date.weekday() in weekdays for date in day.options[:1]) if weekdays else day.options[0] in said
    return 4 if fits else -6


def _whole(clock: Clock | None, party: Item | None, day: Day | None, known: Known) -> int:
    """Weigh what stays unsaid."""
    lacks = 6 * (known.wants_time and clock is None and not known.clocks) + 6 * (known.wants_party and party is None)
    return -lacks - 3 * (known.wants_day and day is None)
