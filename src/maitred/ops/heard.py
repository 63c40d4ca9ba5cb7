"""The phone line: one line as it is heard, `sat 8pm 4 meier 0171 1234567 window high chair`, and what it means.

Pure, and made for haste: any order, any language of ours, nothing is refused. What no rule knows is the name, and what
comes after it are notes. Every word keeps a record of what it became, so that whoever types sees it at once.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from maitred.domain.contact import email_address, phone_number
from maitred.domain.errors import InvalidInput
from maitred.ops.ear import ACCESSIBLE, AM, BEFORE_NAMES, FILLERS, FOR, NOTED, OF_THE_CLOCK, PEOPLE, PM, Ear, plain

LONGEST: Final = 300
LONGEST_NAME: Final = 120
MOST_PEOPLE: Final = 999
_FEWEST_DIGITS: Final = 7
_WORD: Final = re.compile(r"[^\s,;]+")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DATE: Final = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2})?)?", re.ASCII)
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(am|pm|a\.m|p\.m|h|uhr)?", re.ASCII)
_PARTY: Final = re.compile(r"(\d{1,3})(p|pers|pax|ppl|x)|x(\d{1,3})", re.ASCII)
_ORDINAL: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)?", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,3}", re.ASCII)
_PHONE_PART: Final = re.compile(r"\+?[\d()./-]*\d[\d()./-]*", re.ASCII)
_MOST_NAMES: Final = 4


class Kind(StrEnum):
    """What words of the line became."""

    DAY = "day"
    TIME = "time"
    PARTY = "party"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ZONE = "zone"
    ACCESSIBLE = "accessible"
    NOTES = "notes"


K = Kind


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of the line, as they were typed, and what they became."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line says; None and empty are what it does not say."""

    day: dt.date | None = None
    time: dt.time | None = None
    party: int | None = None
    name: str = ""
    phone: str | None = None
    email: str | None = None
    zone: str | None = None
    accessible: bool = False
    notes: str = ""
    no_such_day: bool = False
    pieces: tuple[Piece, ...] = ()

    @property
    def missing(self) -> tuple[Kind, ...]:
        """What has to be asked yet; a line without a day means today."""
        said = {
            K.DAY: not self.no_such_day,
            K.TIME: self.time is not None,
            K.PARTY: self.party is not None,
            K.NAME: bool(self.name),
        }
        return tuple(kind for kind, known in said.items() if not known)


def hear(line: str, ear: Ear, now: dt.datetime) -> Heard:
    """This reads a line; `now` is the wall clock of the restaurant. It never fails."""
    return _Listener(line, ear, now).heard()


@dataclass(slots=True)
class _Found:
    """A match: how many words it takes, and what they mean."""

    length: int
    value: Any


@dataclass(slots=True)
class _Listener:
    """A line while it is read: its words, and which of them are spoken for."""

    line: str
    ear: Ear
    now: dt.datetime
    typed: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    taken: dict[int, Kind] = field(default_factory=dict)
    values: dict[Kind, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clean = "".join(char if char.isprintable() else " " for char in self.line[:LONGEST])
        end = 0
        for match in _WORD.finditer(clean):
            if clean[end : match.start()].strip():
                self.breaks.add(len(self.typed))  # a comma ends the name
            self.typed.append(match.group())
            end = match.end()
        self.words = [plain(word) for word in self.typed]

    def heard(self) -> Heard:
        for kind, rule in _RULES:
            self._listen(kind, rule)
        self._numbers()
        self._swallow()
        name, notes = self._rest()
        said = self.values
        return Heard(
            day=self._day(), time=said.get(K.TIME), party=said.get(K.PARTY), name=name, phone=said.get(K.PHONE),
            email=said.get(K.EMAIL), zone=said.get(K.ZONE), accessible=K.ACCESSIBLE in said, notes=notes,
            no_such_day=K.DAY in said and said[K.DAY] is None,
            pieces=tuple(self._pieces()),
        )  # fmt: skip

    def free(self, place: int) -> str:
        """The word at a place, empty when there is none or it is spoken for."""
        return self.words[place] if 0 <= place < len(self.words) and place not in self.taken else ""

    def take(self, kind: Kind, place: int, found: _Found) -> None:
        """Let words mean something."""
        self.values[kind] = found.value
        for one in range(place, place + found.length):
            self.taken[one] = kind

    def _listen(self, kind: Kind, rule: Callable[["_Listener", int], _Found | None]) -> None:
        if kind in self.values:
            return
        for place in range(len(self.words)):
            found = rule(self, place) if self.free(place) else None
            if found is not None:
                self.take(kind, place, found)
                return

    def _numbers(self) -> None:
        """Share out the bare numbers: which is the hour and which is the party."""
        bare = [place for place, word in enumerate(self.words) if self.free(place) and _NUMBER.fullmatch(word)]
        wanted = [kind for kind in (K.TIME, K.PARTY) if kind not in self.values]
        if K.TIME in wanted and (len(wanted) == 1 or len(bare) > 1):
            hours = [place for place in bare if (at := self.clock(int(self.words[place]))) and self._open(at)]
            if hours:
                self.take(K.TIME, hours[0], _Found(1, self.clock(int(self.words[hours[0]]))))
                bare.remove(hours[0])
        people = [place for place in bare if 1 <= int(self.words[place]) <= MOST_PEOPLE]
        if K.PARTY in wanted and people:
            self.take(K.PARTY, people[0], _Found(1, int(self.words[people[0]])))

    def _open(self, at: dt.time) -> bool:
        return not self.ear.hours or at.hour in self.ear.hours

    def clock(self, hour: int, minute: int = 0, half: str = "", *, early: bool = False) -> dt.time | None:
        """Return a time of day; of the two that eight may mean the open one, else the evening (or `early`)."""
        if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
            return None
        if half:
            return dt.time(hour % 12 + (12 if half == "pm" else 0), minute)
        if 1 <= hour < 12:
            morning, evening = dt.time(hour, minute), dt.time(hour + 12, minute)
            first, second = (morning, evening) if early else (evening, morning)
            return second if self._open(second) and not self._open(first) else first
        return dt.time(hour % 24, minute)

    def future(self, day: int, month: int, year: int | None) -> dt.date | None:
        """Return a date; without a year the next one there is."""
        if day <= 12 < month:
            day, month = month, day
        today = self.now.date()
        years = [year] if year is not None else [today.year + ahead for ahead in range(5)]
        for one in years:
            try:
                date = dt.date(one, month, day)
            except ValueError:
                continue
            if year is not None or date >= today:
                return date
        return None

    def _day(self) -> dt.date | None:
        said: dt.date | int | None = self.values.get(K.DAY)
        if not isinstance(said, int):
            return said
        today, at = self.now.date(), self.values.get(K.TIME)
        ahead = (said - today.weekday()) % 7
        over = ahead == 0 and at is not None and at < self.now.time() and at.hour >= 5
        return today + dt.timedelta(days=ahead + 7 if over else ahead)

    def _swallow(self) -> None:
        """Let `at`, `on` and their like go with the words they introduce."""
        for place in reversed(range(len(self.words) - 1)):
            known = self.taken.get(place + 1)
            if self.free(place) in FILLERS | FOR and known not in (None, K.PHONE, K.EMAIL):
                self.taken[place] = known

    def _rest(self) -> tuple[str, str]:
        """Name what is left: the first run of words that looks like a name is one, the others are notes."""
        named: list[int] = []
        for run in self._runs():
            named = self._name_in(run)
            if named:
                break
        for place in range(len(self.words)):
            self.taken.setdefault(place, K.NAME if place in named else K.NOTES)
        noted = [place for place in range(len(self.words)) if self.taken[place] is K.NOTES]
        name = _capital(" ".join(self.typed[place] for place in named))
        return name[:LONGEST_NAME], " ".join(self.typed[place] for place in noted)

    def _runs(self) -> Iterator[list[int]]:
        """Yield the words that are left, as far as they follow each other."""
        run: list[int] = []
        for place in range(len(self.words)):
            if place in self.taken or place in self.breaks:
                if run:
                    yield run
                run = []
            if place not in self.taken:
                run.append(place)
        if run:
            yield run

    def _name_in(self, run: list[int]) -> list[int]:
        while run and self.words[run[0]] in BEFORE_NAMES:
            self.taken[run[0]] = K.NAME
            run = run[1:]
        end = 0
        while end < min(len(run), _MOST_NAMES) and self._nameable(run[end]):
            end += 1
        return run[:end]

    def _nameable(self, place: int) -> bool:
        return self.words[place] not in NOTED and any(char.isalpha() for char in self.words[place])

    def _pieces(self) -> Iterator[Piece]:
        run: list[str] = []
        for place, word in enumerate(self.typed):
            kind = self.taken[place]
            run.append(word)
            if self.taken.get(place + 1) is not kind:
                yield Piece(kind, " ".join(run))
                run = []


def _capital(name: str) -> str:
    """Write a name that was typed in haste, all small, as names are written."""
    return " ".join(word[:1].upper() + word[1:] for word in name.split()) if name == name.lower() else name


# -- rules: what may begin at a word --------------------------------------------------------------------------------


def _email(line: _Listener, place: int) -> _Found | None:
    if "@" not in line.words[place]:
        return None
    try:
        return _Found(1, email_address(line.words[place]))
    except InvalidInput:
        return None


def _date(line: _Listener, place: int) -> _Found | None:
    word = line.words[place]
    if match := _ISO.fullmatch(word):
        year, month, day = map(int, match.groups())
        date = line.future(day, month, year)
        return _Found(1, date) if date else None
    if match := _DATE.fullmatch(word):
        day, month = int(match[1]), int(match[2])
        date = line.future(day, month, _year(match[3]))
        # The 31st of February is a day that was misheard, and not a time as 20.30 is.
        return _Found(1, date) if date or (29 <= day <= 31 and 1 <= month <= 12) else None
    return _named_date(line, place)


def _year(text: str | None) -> int | None:
    return None if not text else int(text) if len(text) == 4 else 2000 + int(text)


def _named_date(line: _Listener, place: int) -> _Found | None:
    """28 nov, nov 28th, 28 de noviembre."""
    months, first = line.ear.words.months, line.words[place]
    skip = 2 if line.free(place + 1) in ("de", "of") else 1
    if (match := _ORDINAL.fullmatch(first)) and (month := months.get(line.free(place + skip))):
        date = line.future(int(match[1]), month, None)
        return _Found(skip + 1, date) if date else None
    if (month := months.get(first)) and (match := _ORDINAL.fullmatch(line.free(place + 1))):
        date = line.future(int(match[1]), month, None)
        return _Found(2, date) if date else None
    return None


def _time(line: _Listener, place: int) -> _Found | None:
    """8pm, 8:30, 20h30, 20 uhr, half 8; a bare number waits for its turn."""
    word, after, words = line.words[place], line.free(place + 1), line.ear.words
    if word in words.half_to | words.half_past:
        return _half(line, place, past=word in words.half_past)
    match = _CLOCK.fullmatch(word)
    if match is None:
        return None
    hour, minute, mark = int(match[1]), int(match[2] or 0), match[3] or ""
    told = mark or after
    half = "am" if told in AM else "pm" if told in PM else ""
    marked = bool(match[2] or mark or half or after in OF_THE_CLOCK)
    at = line.clock(hour, minute, half, early=len(match[1]) == 2) if marked else None
    return _Found(1 if mark or not (half or after in OF_THE_CLOCK) else 2, at) if at is not None else None


def _half(line: _Listener, place: int, *, past: bool) -> _Found | None:
    skip = 2 if line.free(place + 1) == "past" else 1
    word = line.free(place + skip)
    match = _CLOCK.fullmatch(str(line.ear.words.hours.get(word, word)))
    if match is None or match[2] or not 1 <= int(match[1]) <= 12:
        return None
    hour = int(match[1]) if past else (int(match[1]) - 2) % 12 + 1
    half = "am" if match[3] in AM else "pm" if match[3] in PM else ""
    at = line.clock(hour, 30, half)
    return _Found(skip + 1, at) if at else None


def _party(line: _Listener, place: int) -> _Found | None:
    """4p, 4 people, for 4, party of 4."""
    word, after = line.words[place], line.free(place + 1)
    if match := _PARTY.fullmatch(word):
        return _some(1, match[1] or match[3])
    if _NUMBER.fullmatch(word) and after in PEOPLE:
        return _some(2, word)
    if word in FOR and _NUMBER.fullmatch(after):
        return _some(2, after)
    return None


def _some(length: int, number: str) -> _Found | None:
    return _Found(length, int(number)) if 1 <= int(number) <= MOST_PEOPLE else None


def _phone(line: _Listener, place: int) -> _Found | None:
    """The longest run of figures that can be a number; figures of two that are not needed for one stay outside."""
    first = line.typed[place].strip(",;:")
    figures = plain(first)
    if not _PHONE_PART.fullmatch(figures) or not (first.startswith(("+", "0", "(")) or _digits(figures) >= 6):
        return None
    end = place + 1
    while _PHONE_PART.fullmatch(line.free(end)) and _digits(line.free(end)) > 1:
        end += 1
    for last in range(end, place, -1):
        number = _number(" ".join([first, *line.words[place + 1 : last]]), line.ear.region)
        spare = last - 1 > place and _digits(line.words[last - 1]) == 2
        if number and not (spare and _number(" ".join([first, *line.words[place + 1 : last - 1]]), line.ear.region)):
            return _Found(last - place, number)
    return None


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _number(text: str, region: str | None) -> str | None:
    if _digits(text) < _FEWEST_DIGITS:
        return None
    try:
        return phone_number(text, region)
    except InvalidInput:
        return None


def _zone(line: _Listener, place: int) -> _Found | None:
    names = sorted(line.ear.zones, key=len, reverse=True)
    for name in names:
        if name and all(line.free(place + at) == word for at, word in enumerate(name)):
            return _Found(len(name), line.ear.zones[name])
    return None


def _accessible(line: _Listener, place: int) -> _Found | None:
    return _Found(1, True) if line.words[place] in ACCESSIBLE else None


def _weekday(line: _Listener, place: int) -> _Found | None:
    words, word = line.ear.words, line.words[place]
    if word in words.ahead:
        return _Found(1, line.now.date() + dt.timedelta(days=words.ahead[word]))
    return _Found(1, words.weekdays[word]) if word in words.weekdays else None


# In this order: what cannot be mistaken comes first.
_RULES: Final = (
    (K.EMAIL, _email),
    (K.ACCESSIBLE, _accessible),
    (K.ZONE, _zone),
    (K.DAY, _date),
    (K.TIME, _time),
    (K.PHONE, _phone),
    (K.PARTY, _party),
    (K.DAY, _weekday),
)
