"""Which column is taken for what: by the mapping, else by the most exact sense of its header; else it is refused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from maitred.domain.errors import InvalidInput
from maitred.formats.dates import is_timed, is_weekday
from maitred.formats.headers import zone_in
from maitred.formats.mapping import ImportMapping
from maitred.formats.refusals import refused
from maitred.formats.table import Table
from maitred.formats.vocabulary import MEANINGS, Sense, key_of, preset_keys, senses
from maitred.formats.words import plain

_PRESET: Final = 5
# Chosen in this order: what decides the time of a party first, what may make do with a column left over last.
_ORDER: Final = (
    "starts_at", "date", "time", "weekday", "party_size", "adults", "children", "id", "first_name", "last_name",
    "name",
    *(name for name in MEANINGS if name not in (
        "starts_at", "date", "time", "weekday", "party_size", "adults", "children", "id", "first_name", "last_name",
        "name", "notes")),
)  # fmt: skip
_MOMENTS: Final = ("created_at", "arrived_at", "seated_at", "left_at", "cancelled_at")
_DAY_WORDS: Final = frozenset(["date", "day", "datum", "tag", "jour", "fecha", "dia", "मिति"])
_CLOCK_WORDS: Final = frozenset(["time", "uhrzeit", "zeit", "heure", "hora", "समय"])
_LOOKED_AT: Final = 50  # cells of a column, to see whether they have dates and times
_MAITRED: Final = frozenset(
    {"reference", "external_ref", "service_date", "starts_at", "guest_name", "guest_email", "id"}
)
_TOLD: Final = {
    "id": "the booking's id", "starts_at": "the time of the visit", "date": "the day of the visit",
    "time": "the time of the visit", "party_size": "the number of guests", "name": "the guest's name",
}  # fmt: skip


_NO_ID: Final = (
    "If the file has none, add a column Booking ID with a number of its own in each row, and keep it for the next"
    " export. "
)


@dataclass(slots=True)
class Columns:
    """Which headers are taken for which meaning, in order; `zones` are those that headers give for their times."""

    taken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, tzinfo] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    added: bool = False
    """The party is the sum of its columns: adults and children."""

    def of(self, meaning: str) -> tuple[str, ...]:
        """Return the headers that are taken for a meaning."""
        return self.taken.get(meaning, ())

    def document(self) -> dict[str, str | list[str]]:
        """Return the choice as plain values."""
        return {name: headers[0] if len(headers) == 1 else list(headers) for name, headers in self.taken.items()}


def recognises(mapping: ImportMapping) -> "Recogniser":
    """Return what tells whether a header of a file is known, by name or by a mapping."""
    own = {header for meaning in mapping.columns for header in mapping.headers_of(meaning)}
    return Recogniser(own, preset_keys(mapping.preset))


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Tells whether a header is known."""

    own: set[str]
    preset: Mapping[tuple[str, ...], str]

    def __call__(self, header: str) -> bool:
        """Tell whether a header has a meaning."""
        title = header.strip()
        return len(title) < 100 and (title in self.own or key_of(title) in self.preset or bool(senses(title)))


def choose(table: Table, mapping: ImportMapping) -> Columns:
    """Choose the columns; raises InvalidInput `missing_column`, `ambiguous_column`, `unknown_column`."""
    if not table.headers:
        raise refused("file", "no_rows", "The file has no bookings.")
    work = _Choice(table, mapping)
    work.by_mapping()
    work.weekday()
    work.when()
    for meaning in _ORDER[4:]:
        work.take(meaning)
    work.names()
    work.party()
    work.free_text()
    work.needed()
    ignored = [header for header in table.headers if header not in work.used]
    zones = {header: zone for header in work.used if (zone := zone_in(work.title[header]))}
    return Columns(work.taken, zones, ignored, work.adds_up())


class _Choice:
    """Columns being chosen."""

    def __init__(self, table: Table, mapping: ImportMapping) -> None:
        self.table, self.mapping = table, mapping
        self.title = dict(zip(table.headers, table.titles, strict=True))
        self.taken: dict[str, tuple[str, ...]] = {}
        self.used: set[str] = set()
        self.preset = preset_keys(mapping.preset)
        self.senses = {header: self._senses(header) for header in table.headers}

    def _senses(self, header: str) -> tuple[Sense, ...]:
        title = self.title[header]
        named = self.preset.get(key_of(title))
        found = tuple(one for one in senses(title) if one.meaning not in self.mapping.columns)
        if named and named not in self.mapping.columns:
            return (Sense(named, _PRESET), *(one for one in found if one.meaning != named))
        return found

    def by_mapping(self) -> None:
        """Take what the mapping names; a name that stands twice in the file says too little."""
        for meaning in self.mapping.columns:
            headers = []
            for told in self.mapping.headers_of(meaning):
                same = [header for header, title in self.title.items() if told in (header, title)]
                if len(same) > 1 and meaning != "notes":
                    raise _ambiguous(meaning, same)
                if not same:
                    has = ", ".join(self.table.headers)
                    message = f"The file has no column {told!r}; it has: {has}."
                    raise refused("mapping.columns", "unknown_column", message)
                headers += same
            if headers:
                self._use(meaning, headers)

    def weekday(self) -> None:
        """Take a column of nothing but the names of days: `Day` beside `Date` is no second date."""
        if "weekday" in self.mapping.columns:
            return
        found = [
            header
            for header, senses_ in self.senses.items()
            if header not in self.used and any(one.meaning in ("weekday", "date") for one in senses_)
            if (filled := self._filled(header)) and all(map(is_weekday, filled))
        ]
        if len(found) == 1:
            self._use("weekday", found)

    def when(self) -> None:
        """Choose where the time of a party stands: in one column, or a day and a time in two."""
        if self.taken.keys() & {"starts_at"}:
            return
        whole = self._best("starts_at", self._whole)
        day = self._best("date")
        clock = self._best("time", lambda header: not self._whole(header) or self._rank(header, "starts_at") == 0)
        if "date" in self.taken:
            if "time" not in self.taken and clock:
                self._settle("time", clock)
            return
        timed = [one for one in clock if self._timed(one)]
        best = max((self._rank(one, "starts_at") for one in whole), default=0)
        days = max((self._rank(one, "date") for one in day), default=0)
        if timed and not whole and self._rank(timed[0], "time") > days:
            self._settle("starts_at", clock)
        elif whole and best >= days:
            self._settle("starts_at", whole)
        elif day:
            self._settle("date", day)
            if "time" not in self.taken:
                self._settle("time", clock)

    def _whole(self, header: str) -> bool:
        """Tell whether a column may stand for date and time together: only its name says so, or its cells have both."""
        clock_too = any(one.meaning in ("time", "date") for one in self.senses[header])
        dayless = not any(one.meaning == "date" for found in self.senses.values() for one in found)
        return not clock_too or self._timed(header) or dayless

    def _timed(self, header: str) -> bool:
        filled = self._filled(header)[:_LOOKED_AT]
        return bool(filled) and all(map(is_timed, filled))

    def _filled(self, header: str) -> list[str]:
        """Return the cells of a column that say something, of the first rows."""
        cells = [row.cells.get(header, "").strip() for row in self.table.rows[: _LOOKED_AT * 10]]
        return [cell for cell in cells if cell]

    def take(self, meaning: str) -> None:
        """Take the column that has a meaning in its most exact sense."""
        if meaning not in self.taken:
            self._settle(meaning, self._best(meaning))

    def _best(self, meaning: str, allowed: Callable[[str], bool] = lambda _: True) -> list[str]:
        ranked = [
            (self._rank(header, meaning), header)
            for header in self.table.headers
            if header not in self.used and self._rank(header, meaning) and allowed(header)
        ]
        top = max((rank for rank, _ in ranked), default=0)
        return [header for rank, header in ranked if rank == top]

    def _rank(self, header: str, meaning: str) -> int:
        return next((one.rank for one in self.senses[header] if one.meaning == meaning), 0)

    def _settle(self, meaning: str, headers: Sequence[str]) -> None:
        if len(headers) > 1 and meaning in _MOMENTS and (parts := self._day_and_clock(headers)):
            headers = [*parts]
        elif len(headers) > 1 and not self._in_turn(headers):
            raise _ambiguous(meaning, headers)
        if headers:
            self._use(meaning, headers)

    def _in_turn(self, headers: Sequence[str]) -> bool:
        """Tell whether each row has one of the fields only, as objects of JSON may have `table` or `tables`."""
        return all(sum(header in row.cells for header in headers) < 2 for row in self.table.rows)

    def _day_and_clock(self, headers: Sequence[str]) -> tuple[str, str] | None:
        days = [one for one in headers if set(key_of(self.title[one])) & _DAY_WORDS]
        clocks = [one for one in headers if set(key_of(self.title[one])) & _CLOCK_WORDS and one not in days]
        return (days[0], clocks[0]) if len(days) == len(clocks) == 1 and len(headers) == 2 else None

    def _use(self, meaning: str, headers: Iterable[str]) -> None:
        self.taken[meaning] = tuple(headers)
        self.used.update(self.taken[meaning])

    def names(self) -> None:
        """Let one name do where it is the only one: `Nom` alone is the whole name."""
        for alone in ("last_name", "first_name"):
            other = "first_name" if alone == "last_name" else "last_name"
            if alone in self.taken and other not in self.taken and "name" not in self.taken:
                self.taken["name"] = self.taken.pop(alone)

    def party(self) -> None:
        """Let adults and children be the party where no column has it whole."""
        parts = [header for name in ("adults", "children") for header in self.taken.get(name, ())]
        adults = self.taken.pop("adults", ())
        self.taken.pop("children", ())
        if adults and "party_size" not in self.taken and "party_size" not in self.mapping.columns:
            self._use("party_size", parts)
        else:
            self.used.difference_update(parts)

    def adds_up(self) -> bool:
        """Tell whether the columns of the party are parts of it; else the first that is filled counts."""
        return all(self._rank(one, "adults") or self._rank(one, "children") for one in self.taken["party_size"])

    def free_text(self) -> None:
        """Take every column of free text: nothing of what guests asked for is left behind."""
        if "notes" in self.mapping.columns:
            return
        found = [one for one in self.table.headers if one not in self.used and self._rank(one, "notes")]
        if found:
            self._use("notes", found)

    def needed(self) -> None:
        """Refuse a file without what a booking must have."""
        for meaning, ways in (
            ("id", ("id",)), ("starts_at", ("starts_at", "date")), ("party_size", ("party_size",)),
            ("name", ("name", "first_name", "last_name")),
        ):  # fmt: skip
            if not any(one in self.taken for one in ways):
                has = ", ".join(self.table.headers)
                message = f"No column was recognised as {meaning}, {_TOLD[meaning]}; name it in a mapping:"
                example = f'{{"columns": {{"{meaning}": "..."}}}}'
                more = _NO_ID if meaning == "id" else ""
                raise refused("mapping.columns", "missing_column", f"{message} {example}. {more}The file has: {has}.")


def is_ours(table: Table) -> bool:
    """Tell whether a file is maitred's own CSV of bookings."""
    return set(table.titles) >= _MAITRED


def is_label(title: str) -> bool:
    """Tell whether the header of a free text says what it is about ("Allergies"), so that it has to stand with it."""
    return any(one.meaning == "notes" and one.rank < 3 for one in senses(title))


def same_name(one: str, other: str) -> bool:
    """Tell whether two headers are called the same."""
    return plain(one) == plain(other)


def _ambiguous(meaning: str, headers: Sequence[str]) -> InvalidInput:
    both = " and ".join(f'"{header}"' for header in headers)
    told = _TOLD.get(meaning, "the " + meaning.replace("_", " "))
    lines = " or ".join(f'{{"columns": {{"{meaning}": "{header}"}}}}' for header in headers)
    message = f"{both} could both be {told} ({meaning}). Say which in a mapping: {lines}."
    if meaning in ("phone", "email"):
        listed = ", ".join(f'"{header}"' for header in headers)
        message += f' A list, {{"columns": {{"{meaning}": [{listed}]}}}}, takes the first that is filled.'
    return refused("mapping.columns", "ambiguous_column", message)
