"""Reading a line: grammar first, then the bare figures, then the name; what is left is noted, nothing is dropped."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from maitred.domain.contact import email_address
from maitred.domain.errors import InvalidInput
from maitred.domain.phoneline.clocks import Clock, find_clocks, find_parts, readings
from maitred.domain.phoneline.days import Day, dashed_days, find_days, settle_days, today_of, weak_days
from maitred.domain.phoneline.ear import Ear, wall
from maitred.domain.phoneline.extras import Extras, find_extras
from maitred.domain.phoneline.figures import Known, Reading, share_out
from maitred.domain.phoneline.heard import Choice, Doubt, Heard, Kind, Piece
from maitred.domain.phoneline.names import NAMES_OF_MONTHS, Named, find_name, find_titled, full_name, written
from maitred.domain.phoneline.parties import Party, bare_ranges, find_kids, find_parties
from maitred.domain.phoneline.patterns import Line
from maitred.domain.phoneline.phones import Phone, find_phone
from maitred.domain.phoneline.relative import find_soon, service_day
from maitred.domain.phoneline.tokens import Token, Unit, spoken, together, tokens, units

_DAY: Final = dt.timedelta(days=1)
_MOST_DOUBTED: Final = 100
_YEAR_AHEAD: Final = 335 * _DAY  # `12/1` on the second of December
_DAY_WORDS: Final = frozenset({"weekday", "ahead", "tonight", "feast", "month", "date", "iso", "ordinal"})


@dataclass(slots=True)
class _Said:
    """What the rules found in a line."""

    now: dt.datetime
    settled: Mapping[Kind, Any]
    email: str | None = None
    phone: Phone | None = None
    extras: Extras = field(default_factory=Extras)
    soon: dt.datetime | None = None
    clocks: list[Clock] = field(default_factory=list)
    part: str | None = None
    parties: list[Party] = field(default_factory=list)
    kids: tuple[int, int, int] | None = None
    days: list[Day] = field(default_factory=list)
    maybe_days: tuple[dt.date, ...] = ()
    named: Named | None = None
    days_named: list[Day] = field(default_factory=list)
    """Days whose words are taken for the name."""
    live: list[Reading] = field(default_factory=list)
    bound: str = ""


def hear(line: str, ear: Ear, now: dt.datetime, settled: Mapping[Kind, Any] | None = None) -> Heard:
    """This reads a line; it never fails.

    `now` is the wall clock of the restaurant. `settled` is what a person chose or corrected: it wins over the line, and
    nothing of its kind is in doubt any more; None or empty takes the kind out.
    """
    typed = tokens(line, {word for word in ear.tables if not word.isdigit()})
    languages = spoken(typed, ear.language)
    read = Line(_retagged(units(typed, languages), languages), ear, languages)
    said = _Said(now, dict(settled or {}))
    _listen(read, said)
    heard = _result(read, said)
    return replace(heard, pieces=tuple(_pieces(read, typed)))


def _retagged(found: Sequence[Unit], languages: frozenset[str]) -> list[Unit]:
    """Tell words apart by those beside them; `tom` is a name unless a line without another day begins with it."""
    beside = [None, *found, None]
    dated = any(not _DAY_WORDS.isdisjoint(unit.senses) for unit in found if unit.word != "tom")
    told = []
    for title, before, unit, after in zip([None, None, *found], beside, found, beside[2:], strict=False):
        if unit.word == "tom" and (before or dated or _a_name(after)):
            senses: Mapping[str, Any] = {}
        else:
            named = title is not None and "title" in title.senses  # Herr Sonntag, morgen
            senses = _senses(unit, None if named else before, after, languages)
        told.append(replace(unit, senses=senses))
    return told


def _a_name(unit: Unit | None) -> bool:
    """Whether a word goes on with a name: it means nothing else, and no comma parts it from the one before."""
    return unit is not None and unit.alphabetic and not unit.senses and not unit.apart


def _senses(unit: Unit, before: Unit | None, after: Unit | None, languages: frozenset[str]) -> Mapping[str, Any]:
    earlier = before.senses if before and not unit.apart else {}
    later = after.senses if after and not after.apart else {}
    for told in (_beside_day(unit, earlier, later), _beside_hour(unit, earlier, later, languages)):
        if told is not None:
            return told
    return unit.senses


def _beside_day(unit: Unit, earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if unit.word in ("morgen", "manana") and ("weekday" in earlier or "ahead" in earlier):
        return {"part": "morning"}  # Samstag morgen
    if unit.word == "am" and {"weekday", "dot", "ordinal"} & later.keys():
        return {sense: value for sense, value in unit.senses.items() if sense != "ampm"}  # am Freitag
    if unit.word == "eve" and not {"weekday", "ahead", "month", "ordinal", "the"} & earlier.keys():
        return {}  # Eve Carter
    return None


def _beside_hour(
    unit: Unit, earlier: Mapping[str, Any], later: Mapping[str, Any], languages: frozenset[str]
) -> Mapping[str, Any] | None:
    minutes = 1 <= earlier.get("number", 0) <= 12  # seven thirty pm
    if "number" in unit.senses and not minutes and _no_hour(unit, later):
        return {"no clock": True}
    if unit.word == "p" and "clock" in earlier:
        return {"ampm": "pm"}  # 7:30p
    if unit.word == "3/4" and "de" in languages and 1 <= later.get("number", 0) <= 12:
        return {"dreiviertel": True}
    return None


def _no_hour(unit: Unit, later: Mapping[str, Any]) -> bool:
    """Whether a number is called an hour that no clock has: 25pm, 31 Uhr, 870pm. In `30 am Freitag` it is not."""
    hour, minute = divmod(unit.senses["number"], 100) if unit.senses["number"] >= 100 else (unit.senses["number"], 0)
    called = "oclock" in later or later.get("ampm") == "pm"
    return called and (hour > 24 or minute > 59)


def _listen(line: Line, said: _Said) -> None:
    """Let the rules claim their words: first those that can't be mistaken."""
    said.email = _email(line)
    said.named = find_titled(line)
    said.phone = find_phone(line)
    soon = find_soon(line, said.now)
    said.soon = soon[2] if soon else None
    said.clocks = find_clocks(line)
    said.extras = find_extras(line)
    said.parties = find_parties(line)
    said.kids = find_kids(line)
    said.days = find_days(line, said.now)
    said.part = find_parts(line)
    if not said.days and said.soon is None and said.settled.get(Kind.DAY) is None:
        said.days = [*weak_days(line, said.now), *(dashed_days(line, said.now) if said.clocks else ())]
    if said.days and said.clocks and not said.parties:
        said.parties = list(bare_ranges(line))
    _months_as_names(line, said)
    said.live = share_out(line, _known(line, said))
    if said.live and said.live[0].day is not None:
        said.days.append(said.live[0].day)
    said.named = said.named or find_name(line) or _days_as_names(line, said)
    said.bound = _bound(line)
    _rest(line)


def _bound(line: Line) -> str:
    """Return words like `after 8`: a time that is only a bound."""
    for place in range(len(line.units) - 1):
        if line.free(place) and line.has(place, "bound") and line.taken.get(place + 1) is Kind.TIME:
            line.take(Kind.TIME, place, place + 1)
            return line.typed(place, place + 2)
    return ""


def _email(line: Line) -> str | None:
    for place, unit in enumerate(line.units):
        if "@" not in unit.typed:
            continue
        with suppress(InvalidInput):
            address = email_address(unit.typed.strip(".,:;!?()<>\"'"))
            line.take(Kind.EMAIL, place, place + 1)
            return address
    return None


def _known(line: Line, said: _Said) -> Known:
    settled = said.settled
    timed = bool(said.clocks) or said.soon is not None or _has_no_clock(line)
    days = settle_days(said.days)
    day = settled.get(Kind.DAY) or (days[0] if days else today_of(said.now, line.ear.day_starts_at)[0])
    return Known(
        said.now, day, said.days, said.clocks, said.part,
        wants_time=not timed and (settled.get(Kind.TIME) is not None or Kind.TIME not in settled),
        wants_party=not said.parties and (settled.get(Kind.PARTY) is not None or Kind.PARTY not in settled),
        wants_day=not said.days and said.soon is None and Kind.DAY not in settled,
        time=settled.get(Kind.TIME), party=settled.get(Kind.PARTY),
    )  # fmt: skip


def _has_no_clock(line: Line) -> bool:
    """Whether a time was said that there is not, as 25:00, or a span of time; no other figure is the hour then."""
    return any(line.free(place) and line.has(place, "no clock") for place in range(len(line.units)))


# -- words that are names as well -----------------------------------------------------------------------------------


def _months_as_names(line: Line, said: _Said) -> None:
    """`sat 8pm 4 april`: beside another day it is four people by the name of April."""
    bare = any(line.free(at) and line.has(at, "number") for at in range(len(line.units)))
    if said.parties or bare or said.named is not None:
        return
    for day in [day for day in said.days if day.month and day.end - day.first == 2]:
        month = next(at for at in range(day.first, day.end) if line.has(at, "month"))
        if line.units[month].word in NAMES_OF_MONTHS and _names(line, said, day, month):
            end = full_name(line, month)
            for place in range(day.first, day.end):
                del line.taken[place]
            line.take(Kind.NAME, month, end)
            said.days.remove(day)
            said.named = Named(month, end)
            return


def _names(line: Line, said: _Said, day: Day, month: int) -> bool:
    """Whether a month is a name: another day was said, and no other word is the name unless it goes on with it."""
    rest = [one for one in said.days if one is not day]
    if not rest and Kind.DAY not in said.settled:
        return False
    if month != day.end - 1 or full_name(line, month) == month + 1:
        trial = Line(line.units, line.ear, line.languages, dict(line.taken))
        if find_name(trial) is not None:
            return False
    if Kind.DAY in said.settled:
        return said.settled[Kind.DAY] not in day.options
    agreed = _agree(said.days)
    if agreed and any(one.end == day.first or one.first == day.end for one in rest):
        return False  # `sat 2 jan`
    said.maybe_days = day.options if agreed else ()
    return True


def _agree(days: Sequence[Day]) -> bool:
    return len(settle_days(days)) == 1 and all(day.options for day in days)


def _days_as_names(line: Line, said: _Said) -> Named | None:
    """`sat 8pm 2 friday`: a second day or time in the place of the name; it is asked."""
    if Kind.NAME in said.settled:
        return None
    settled = said.settled.get(Kind.DAY)
    days = said.days[1:] if len(settle_days(said.days)) > 1 else []
    if Kind.DAY in said.settled:
        days = [day for day in said.days if settled not in day.options]
    spans = [(day.first, day.end) for day in days]
    clocks = said.clocks if Kind.TIME in said.settled else said.clocks[1:]
    spans += [(one.first, one.end) for one in clocks]
    for first, end in spans:
        named = line.units[first].alphabetic and len(line.units[first].word) > 3
        if end - first == 1 and named and line.has(first, "weekday", "feast", "noon"):
            line.take(Kind.NAME, first, end)
            said.days_named = [day for day in said.days if day.first == first]
            return Named(first, end)
    return None


# -- what is left ---------------------------------------------------------------------------------------------------


def _rest(line: Line) -> None:
    """Let `at`, `the` and `please` go with their neighbours, and note everything else."""
    last = len(line.units)
    noted = [place for place in range(last) if line.free(place) and not _small(line, place)]
    for place in noted:
        line.take(Kind.NOTES, place, place + 1)
    for place in range(last):
        if line.free(place):
            line.taken[place] = _neighbour(line, place)


_SMALL: Final = (
    "filler", "at", "on", "the", "of", "for", "plus", "named", "table for", "named after", "title", "or",
)  # fmt: skip


def _small(line: Line, place: int) -> bool:
    """Whether a word means nothing by itself: a symbol, an article, a courtesy."""
    unit = line.units[place]
    if not any(char.isalnum() for char in unit.typed):
        return len(unit.typed) == 1
    if "excluded" in unit.senses:
        return False  # `no nuts` is not `nuts`
    return "figures" not in unit.senses and any(sense in unit.senses for sense in _SMALL)


def _neighbour(line: Line, place: int) -> Kind:
    """The kind of the words after it up to a comma, else of those before it."""
    for at in range(place + 1, len(line.units)):
        if line.units[at].apart:
            break
        if at in line.taken:
            return line.taken[at]
    if place - 1 in line.taken:
        return line.taken[place - 1]
    return next((line.taken[at] for at in range(place + 1, len(line.units)) if at in line.taken), Kind.NOTES)


def _pieces(line: Line, typed: Sequence[Token]) -> Iterator[Piece]:
    kinds = [line.taken[place] for place, unit in enumerate(line.units) for _ in range(unit.first, unit.end)]
    first = 0
    for place in range(1, len(typed) + 1):
        if place == len(typed) or kinds[place] is not kinds[first]:
            yield Piece(kinds[first], together(list(typed[first:place])))
            first = place


def _notes(line: Line) -> str:
    """Return the words that are notes, without the small ones around them."""
    noted = [place for place in range(len(line.units)) if line.taken[place] is Kind.NOTES]
    runs: list[list[int]] = []
    for place in noted:
        if runs and runs[-1][-1] == place - 1 and not line.units[place].apart:
            runs[-1].append(place)
        else:
            runs.append([place])
    texts = [" ".join(line.units[place].typed for place in _trimmed(line, run)) for run in runs]
    return ", ".join(text.strip(" .,:;") for text in texts if text) if len(texts) > 1 else "".join(texts).strip(" ,:;")


def _trimmed(line: Line, run: list[int]) -> list[int]:
    while run and _small(line, run[0]):
        run = run[1:]
    while run and _small(line, run[-1]):
        run = run[:-1]
    return run


# -- the values, and what is in doubt -------------------------------------------------------------------------------


def _result(line: Line, said: _Said) -> Heard:
    day, times = _when(line, said)
    options: dict[Kind, tuple[Any, ...]] = {
        Kind.DAY: day, Kind.TIME: times, Kind.PARTY: _party(said), Kind.NAME: _name(line, said),
        Kind.PHONE: _phone(said), Kind.TABLE: (said.extras.table,),
    }  # fmt: skip
    doubts = [
        Doubt(kind, _words_of(line, kind, said), tuple(map(Choice, values)))
        for kind, values in options.items()
        if len(values) > 1 and kind is not Kind.TABLE
    ]
    doubts += [doubt for doubt in _unexplained(line, said, options) if doubt.kind not in {one.kind for one in doubts}]
    doubts += said.extras.doubts
    if said.phone is not None and said.phone.number is None:
        doubts.append(Doubt(Kind.PHONE, _words_of(line, Kind.PHONE, said), ()))
    heard = Heard(
        **{kind.value: values[0] for kind, values in options.items() if values and values[0] is not None},
        email=said.email, zone=said.extras.zone, accessible=said.extras.accessible,
        high_chairs=said.extras.high_chairs, allergy=", ".join(said.extras.allergies),
        occasion=", ".join(said.extras.occasions), notes=_all_notes(line, said), doubts=tuple(doubts),
    )  # fmt: skip
    return _settle(heard, said.settled)


# Words about days and times: where one is left over, the day or the time was not understood as a whole.
_ABOUT: Final = {
    Kind.DAY: ("units", "week", "next week", "week off", "vague day", "other month", "next after", "month", "weekday",
               "feast"),
    Kind.TIME: ("half of two", "half past", "halb", "viertel", "dreiviertel", "quarter", "et quart", "y media", "sadhe",
                "sawa", "paune", "soon", "noon", "midnight", "clock"),
}  # fmt: skip


def _unexplained(line: Line, said: _Said, options: Mapping[Kind, tuple[Any, ...]]) -> Iterator[Doubt]:
    """Yield a doubt where words about a day, a time or a party are left over, or the time is only a bound."""
    left = [place for place in range(len(line.units)) if line.taken[place] is Kind.NOTES]
    for kind, senses in _ABOUT.items():
        words = [line.units[place].typed for place in left if line.has(place, *senses)]
        if words and options[kind]:
            yield Doubt(kind, " ".join(words), (Choice(options[kind][0]), Choice(None)))
    if said.bound and options[Kind.TIME]:
        yield Doubt(Kind.TIME, said.bound, (Choice(options[Kind.TIME][0]), Choice(None)))
    yield from _odd_days(line, said, options)
    yield from _spare_figures(line, left, options[Kind.PARTY])
    yield from _second_hours(line, left, options[Kind.TIME])


def _odd_days(line: Line, said: _Said, options: Mapping[Kind, tuple[Any, ...]]) -> Iterator[Doubt]:
    """Yield a doubt where all that is said is over, or a date just over is taken for that of the year to come."""
    day = next(iter(options[Kind.DAY]), None)
    if day is None or len(options[Kind.DAY]) > 1:
        return
    time = next(iter(options[Kind.TIME]), None) or dt.time(23, 59)
    over = wall(day, time, line.ear.day_starts_at) < said.now
    dated = any(one.dated and day in one.options for one in said.days)
    if over or (dated and day - said.now.date() > _YEAR_AHEAD):
        yield Doubt(Kind.DAY, _words_of(line, Kind.DAY, said), (Choice(day), Choice(None)))


def _spare_figures(line: Line, left: Sequence[int], party: tuple[Any, ...]) -> Iterator[Doubt]:
    """Yield a doubt where a figure is left over that could be the party as well."""
    for place in left:
        number = line.units[place].senses.get("number", _MOST_DOUBTED)
        told = line.has(place - 1, "room", "bound", "at") or line.has(place + 1, "kids", "minutes", "units", "diet")
        if party and (line.has(place, "figures") or number > 2) and 0 < number < _MOST_DOUBTED and not told:
            yield Doubt(Kind.PARTY, line.units[place].typed, (Choice(party[0]), Choice(number)))
            return


def _second_hours(line: Line, left: Sequence[int], times: tuple[Any, ...]) -> Iterator[Doubt]:
    """Yield a doubt where another hour is left over: `at 9` beside 8pm."""
    for place in left:
        senses = line.units[place].senses
        hour, minute = senses.get("dotted", (senses.get("number", 0) if line.has(place - 1, "at", "or") else 0, 0))
        if times and 1 <= hour <= 24 and minute <= 59:
            later = dt.time(hour % 24 + (12 if hour < 12 <= times[0].hour else 0), minute)
            yield Doubt(Kind.TIME, line.units[place].typed, (Choice(times[0]), Choice(later)))
            return


def _settle(heard: Heard, settled: Mapping[Kind, Any]) -> Heard:
    empty = Heard()
    values = {kind.value: value or getattr(empty, kind.value) for kind, value in settled.items()}
    return replace(heard, doubts=tuple(one for one in heard.doubts if one.kind not in settled), **values)


def _all_notes(line: Line, said: _Said) -> str:
    """Return the notes; a phone number that can't be read is among them until a person gives another."""
    notes = [_notes(line)]
    if said.phone is not None and said.phone.number is None and not said.settled.get(Kind.PHONE):
        notes.append(line.typed(said.phone.first, said.phone.end))
    return ", ".join(text for text in notes if text)


def _words_of(line: Line, kind: Kind, said: _Said) -> str:
    words = " ".join(unit.typed for place, unit in enumerate(line.units) if line.taken[place] is kind)
    return words if kind is not Kind.DAY or said.days or said.soon else ""


def _when(line: Line, said: _Said) -> tuple[tuple[dt.date, ...], tuple[dt.time, ...]]:
    """Return the days and the times that may be meant, likeliest first."""
    if said.soon is None:
        return _day_and_times(line, said)
    day, time = service_day(said.soon, line.ear), said.soon.time()
    if not said.clocks and all(day in one.options for one in said.days):
        return (day,), (time,)
    days, times = _day_and_times(line, said)  # `sat 8pm, calls again in an hour`
    return tuple(dict.fromkeys([*days, day])), tuple(dict.fromkeys([*times, time]))


def _day_and_times(line: Line, said: _Said) -> tuple[tuple[dt.date, ...], tuple[dt.time, ...]]:
    settled = said.settled.get(Kind.DAY)
    todays = today_of(said.now, line.ear.day_starts_at)
    days = (settled,) if settled else _days(said)
    assumed = not days and not said.days and bool(line.units)
    if assumed:
        days = tuple(dict.fromkeys([*todays, todays[-1] + _DAY, todays[-1] + 2 * _DAY]))
    times = _times(line, said, days[0] if days else todays[0])
    time = said.settled.get(Kind.TIME) or (times[0] if times else None)
    ahead = days if time is None else _ahead_of(line, said, days, time)
    return ahead[: len(todays) + 1] if assumed else ahead, times


def _days(said: _Said) -> tuple[dt.date, ...]:
    """Return the days that the words may mean; those of words taken for a name come last."""
    first = settle_days([day for day in said.days if day not in said.days_named])
    others = [day for reading in said.live[1:] if reading.day for day in reading.day.options]
    return tuple(dict.fromkeys([*first, *settle_days(said.days), *said.maybe_days, *others]))


def _ahead_of(line: Line, said: _Said, days: tuple[dt.date, ...], time: dt.time) -> tuple[dt.date, ...]:
    """Leave out the days on which that time is over, if there are others."""
    ahead = tuple(day for day in days if wall(day, time, line.ear.day_starts_at) >= said.now)
    return ahead or days


def _times(line: Line, said: _Said, day: dt.date) -> tuple[dt.time, ...]:
    """Return every time that some live reading of the figures, with the clocks that were said, may mean."""
    today = today_of(said.now, line.ear.day_starts_at)[-1]
    over = said.now.time() if day == today and said.days else None
    found: list[dt.time | None] = []
    for figured in [reading.clock for reading in said.live] or [None]:
        clocks = [one for one in said.clocks if figured is None or one.first != figured.first]
        clocks += [figured] if figured else []
        times = [at for clock in clocks for at in readings(clock, line.ear, day, said.part, over)]
        found.extend(times or [None])
    return _some(found)


def _some(found: Sequence[Any]) -> tuple[Any, ...]:
    """Return readings once each; none at all rather than nothing but None."""
    once = tuple(dict.fromkeys(found))
    return once if any(one is not None for one in once) else ()


def _party(said: _Said) -> tuple[Any, ...]:
    found: list[int | None] = [option for party in said.parties for option in party.options]
    if not said.parties:
        found = [reading.party[1] if reading.party else None for reading in said.live]
    if said.kids is not None and found and found[0] is not None:
        found += [found[0] + said.kids[2]]
    return _some(found)


def _name(line: Line, said: _Said) -> tuple[Any, ...]:
    if said.named is None:
        return ()
    spans = ((said.named.first, said.named.end), *said.named.others)
    names = [written(line, *span) for span in spans]
    return tuple(dict.fromkeys(names if said.named.sure or said.named.others else [*names, ""]))


def _phone(said: _Said) -> tuple[Any, ...]:
    return () if said.phone is None or said.phone.number is None else (said.phone.number,)
