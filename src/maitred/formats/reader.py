"""Another system's export: CSV or JSON in, checked bookings, warnings and faults out, each with row, line and rule.

A booking needs an id, a time, a party and a name: a row of which one of these cannot be read is refused as a whole and
never stops the others. Whatever else cannot be read is left out with a warning and kept in the notes.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from maitred.domain.booking import Source
from maitred.domain.calendar import from_wall, resolve_local
from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Fault, Imported, Recorded
from maitred.domain.written import YEARS
from maitred.formats import cells
from maitred.formats.columns import Columns, choose, is_label, is_ours, recognises, same_name
from maitred.formats.contacts import email_of, phone_of
from maitred.formats.csv_rows import read_csv
from maitred.formats.dates import DateRules, Parts, learn, parse
from maitred.formats.encodings import decoded
from maitred.formats.headers import offset_of, order_in
from maitred.formats.json_rows import is_json, read_json
from maitred.formats.mapping import DEFAULT_SOURCE, ImportMapping
from maitred.formats.refusals import Unread, refused
from maitred.formats.spreadsheet import bare
from maitred.formats.table import Ignored, Row, Table
from maitred.formats.vocabulary import PRESET_STATES
from maitred.formats.words import SOURCES, STATES, YES, by_name, plain, says_no, says_nothing, state_in

MAX_BYTES: Final = 200_000_000
_STATES: Final = by_name(STATES)  # type: ignore[arg-type]
_SOURCES: Final = by_name(SOURCES)  # type: ignore[arg-type]
# How long before and after the party's time a clock without a date may be; None: it belongs to no night.
_NIGHT: Final[Mapping[str, timedelta | None]] = {
    "created_at": None,
    "cancelled_at": None,
    "arrived_at": timedelta(hours=12),
    "seated_at": timedelta(hours=8),
    "left_at": timedelta(hours=4),
}
# A booking goes this way; of two columns the one that is further counts.
_ON_THE_WAY: Final = (Recorded.BOOKED, Recorded.ARRIVED, Recorded.SEATED, Recorded.COMPLETED)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file as read. Every row is a booking, a fault, or ignored by name; `table` has the rows as they stood."""

    bookings: list[Imported]
    faults: list[Fault]
    warnings: list[Fault]
    ignored: list[Ignored]
    columns: Columns
    table: Table
    encoding: str
    source: str
    digest: bytes

    @property
    def rows(self) -> int:
        """How many rows the file has, without its header."""
        return self.table.count


def read_import(
    path: Path, mapping: ImportMapping, tz: ZoneInfo, country: str | None = None, floor: Iterable[str] = ()
) -> ImportFile:
    """Read a file; `tz`, `country` and `floor` (its tables) are the restaurant's.

    Raises InvalidInput for one that cannot be read as a table at all.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"{path.name} has more than {MAX_BYTES // 1_000_000} MB; split it."
            raise refused("file", "too_large", message)
        content = path.read_bytes()
    except OSError as fault:
        raise refused("file", "unreadable", f"{path} cannot be read: {fault.strerror}.") from None
    as_json = path.suffix.casefold() in (".json", ".jsonl", ".ndjson")
    return read_content(content, mapping, tz, country, floor, as_json=as_json)


def read_content(
    content: bytes,
    mapping: ImportMapping,
    tz: ZoneInfo,
    country: str | None = None,
    floor: Iterable[str] = (),
    *,
    as_json: bool = False,
) -> ImportFile:
    """Read what is in a file, as `read_import` does."""
    text = decoded(content, mapping.encoding)
    as_table = (
        read_json
        if as_json or is_json(text.text)
        else lambda said: read_csv(said, mapping.delimiter, recognises(mapping))
    )
    table = as_table(text.text)
    if is_ours(table) and mapping.preset == "generic":
        own = "maitred" if mapping.source == DEFAULT_SOURCE else mapping.source
        mapping = replace(mapping, preset="maitred", source=own)
    columns = choose(table, mapping)
    zone = ZoneInfo(mapping.timezone) if mapping.timezone else tz
    reader = _Reader(table, columns, mapping, zone, mapping.country or country, floor)
    bookings: list[Imported] = []
    for row in table.rows:
        read = reader.read(row)
        if isinstance(read, Imported):
            bookings.append(read)
        else:
            table.faults.append(read)
    kept, again = _once(bookings, columns)
    faults = sorted([*table.faults, *again], key=lambda one: one.row)
    refused_rows = {one.row for one in faults}
    warnings = [one for one in reader.warnings if one.row not in refused_rows]
    digest = hashlib.sha256(content + repr((mapping, country)).encode()).digest()
    return ImportFile(kept, faults, warnings, table.ignored, columns, table, text.encoding, mapping.source, digest)


def _once(bookings: Sequence[Imported], columns: Columns) -> tuple[list[Imported], list[Fault]]:
    """Return the bookings of which each id has one, and a fault for every row whose id an earlier row has had."""
    first: dict[str, Imported] = {}
    again: list[Fault] = []
    for one in bookings:
        before = first.setdefault(one.external_id, one)
        if before is not one:
            where = f"Row {before.row}" + (f" (line {before.line})" if before.line else "")
            again.append(Fault(one.row, columns.of("id")[0], "duplicate_id", f"{where} has the same id.", one.line))
    return list(first.values()), again


class _Refused(Exception):
    """A row cannot come in: which meaning is at fault, by which rule."""

    def __init__(self, meaning: str, fault: Unread) -> None:
        super().__init__(fault.message)
        self.meaning, self.rule, self.message = meaning, fault.rule, fault.message


@dataclass(slots=True)
class _Cells:
    """One row being read: its cells, and what of it was left out and is kept in the notes."""

    row: Row
    reader: "_Reader"
    kept: list[str]

    def get(self, meaning: str) -> str:
        """Return the cell of a meaning; of several columns the first that is filled."""
        return next((text for _, text in self.each(meaning)), "")

    def each(self, meaning: str) -> Iterator[tuple[str, str]]:
        """Yield the filled cells of a meaning with their headers."""
        for header in self.reader.columns.of(meaning):
            text = bare(cells.tidy(self.row.cells.get(header, "")))
            if text:
                yield header, text

    def needed(self, meaning: str, read: Callable[[str], T]) -> T:
        """Read a cell without which there is no booking; raises _Refused."""
        text = self.get(meaning)
        try:
            if not text:
                raise Unread("missing", "This is needed.")
            return read(text)
        except Unread as fault:
            raise _Refused(meaning, fault) from None

    def wish(self, meaning: str, read: Callable[[str], T], otherwise: T) -> T:
        """Read a cell that may be left out; then a warning says so, and the notes keep it."""
        text = self.get(meaning)
        if not text:
            return otherwise
        try:
            found = read(text)
        except Unread as fault:
            self.drop(meaning, fault)
            return otherwise
        if meaning not in _NIGHT:
            self._keep_others(meaning, text)
        return found

    def _keep_others(self, meaning: str, taken: str) -> None:
        """Keep what further columns of a meaning say besides the one that is taken."""
        others = {header: text for header, text in self.each(meaning) if text != taken}
        for header, text in others.items():
            self.kept.append(f"{self.reader.title(header)}: {cells.visible(text)}")
            message = f"{taken!r} is taken; this is kept in the notes."
            self.reader.warnings.append(Fault(self.row.number, header, "second_value", message, self.row.line))

    def drop(self, meaning: str, fault: Unread) -> None:
        """Leave out the cells of a meaning, say so and keep them."""
        reader = self.reader
        found = list(self.each(meaning))
        for header, text in found:
            self.kept.append(f"{reader.title(header)}: {cells.visible(text)}")
        column = found[0][0] if found else meaning
        reader.warnings.append(Fault(self.row.number, column, fault.rule, fault.message, self.row.line))


class _Reader:
    """Reads rows one at a time."""

    def __init__(
        self,
        table: Table,
        columns: Columns,
        mapping: ImportMapping,
        tz: ZoneInfo,
        country: str | None,
        floor: Iterable[str],
    ) -> None:
        self.columns, self.warnings = columns, list[Fault]()
        self._tz, self._country = tz, country
        self._titles = dict(zip(table.headers, table.titles, strict=True))
        told = {plain(word): state for word, state in mapping.states.items()}
        self._states = {**_STATES, **PRESET_STATES.get(mapping.preset, {}), **told}
        self._tables = {plain(theirs): ours for theirs, ours in mapping.tables.items()}
        self._floor = {table.casefold(): table for table in floor}
        self._rules = {
            header: self._rules_of(table, header, mapping)
            for meaning in ("starts_at", "date", "time", *_NIGHT)
            for header in columns.of(meaning)
        }

    def _rules_of(self, table: Table, header: str, mapping: ImportMapping) -> DateRules:
        main = header in (*self.columns.of("starts_at"), *self.columns.of("date"))
        order = mapping.date_order or order_in(self.title(header))
        learned = learn(row.cells.get(header, "") for row in table.rows)
        if not main:  # what its own cells do not show, those of the visits may
            for visited in (*self.columns.of("starts_at"), *self.columns.of("date")):
                learned = self._rules_of(table, visited, mapping).learned | learned
        return DateRules(order, mapping.date_format if main else None, mapping.excel_epoch, learned)

    def title(self, header: str) -> str:
        """Return what the file calls a column."""
        return self._titles.get(header) or header

    def read(self, row: Row) -> Imported | Fault:
        """Return the booking of a row, or what is wrong with it."""
        try:
            return self._booking(_Cells(row, self, []))
        except _Refused as fault:
            column = next(iter(self.columns.of(fault.meaning)), fault.meaning)
            return Fault(row.number, column, fault.rule, fault.message, row.line)

    def _booking(self, row: _Cells) -> Imported:
        starts_at = self._starts_at(row)
        tables = row.get("tables")
        words = {"recorded": cells.visible(row.get("state"))[:100], "tables_recorded": cells.visible(tables)[:200]}
        optional = {
            "email": row.wish("email", email_of, None),
            "phone": self._phone(row),
            "locale": row.wish("locale", cells.locale_of, None),
            "tables": row.wish("tables", self._table_names, tuple[str, ...]()),
            "zone": row.wish("zone", lambda text: cells.text_of(text, 100), None),
            "accessible": row.wish("accessible", cells.flag_of, False),
            "source": row.wish("source", _source, Source.PARTNER),
            "turn_minutes": row.wish("turn_minutes", cells.turn_of, None),
            **{name: self._moment(row, name, starts_at) for name in _NIGHT},
        }
        return Imported(
            row=row.row.number,
            line=row.row.line,
            external_id=row.needed("id", cells.id_of),
            starts_at=starts_at,
            party_size=self._party(row),
            name=self._name(row),
            state=self._state(row, optional["cancelled_at"]),
            notes=self._notes(row),
            words={name: text for name, text in words.items() if text},
            **optional,  # type: ignore[arg-type]
        )

    def _party(self, row: _Cells) -> int:
        """Return how many come: of several columns (adults, children) all together."""
        found = list(row.each("party_size"))
        if not self.columns.added or len(found) < 2:
            party = row.needed("party_size", cells.party_of)
            if party.more:
                row.drop("party_size", Unread("party_added", f"It is {party.size} in all; the notes say of whom."))
            return party.size
        try:
            counts = [0 if says_no(text) else cells.party_of(text).size for _, text in found]
            return cells.count_of(str(sum(counts)), cells.MAX_PARTY)
        except Unread as fault:
            raise _Refused("party_size", fault) from None

    def _name(self, row: _Cells) -> str:
        """Return the whole name: a first name beside it that it does not have goes before it."""
        first, last, whole = row.get("first_name"), row.get("last_name"), row.get("name")
        if whole and first and not last and plain(first) not in plain(whole):
            whole = f"{first} {whole}"
        try:
            return cells.name_of(whole or f"{first} {last}".strip())
        except Unread as fault:
            named = next((one for one in ("name", "last_name", "first_name") if self.columns.of(one)), "name")
            raise _Refused(named, fault) from None

    def _notes(self, row: _Cells) -> str | None:
        """Return all free text, and what was left out elsewhere; raises _Refused when it is too much."""
        found = [
            text
            if not is_label(self.title(header)) or same_name(self.title(header), "notes")
            else f"{self.title(header)}: {text}"
            for header, text in row.each("notes")
        ]
        whole = "\n".join(dict.fromkeys([*found, *row.kept]))
        try:
            return cells.text_of(whole, cells.MAX_NOTES, lines=True) or None
        except Unread as fault:
            raise _Refused("notes", fault) from None

    def _phone(self, row: _Cells) -> str | None:
        found = row.wish("phone", lambda text: phone_of(text, self._country), None)
        if found and found.more:
            row.drop("phone", Unread("phone_extension", "The extension is kept in the notes."))
        return found.number if found else None

    def _table_names(self, text: str) -> tuple[str, ...]:
        if plain(text) in self._tables:
            return (self._tables[plain(text)],)
        if (says_nothing(text) or plain(text) in _NO_TABLE) and text.casefold() not in self._floor:
            return ()
        bare_text = _TABLE_WORD.sub("", text)
        for said in (text, bare_text):  # a name of the floor may have any of the signs in it
            for parts in ([said], said.split("+"), _split(said), _split(re.sub(r"\s+", ",", said))):
                found = [self._floor.get(part.strip().removesuffix(".0").casefold()) for part in parts if part.strip()]
                if found and all(found):
                    return tuple(dict.fromkeys(table for table in found if table))
        parts = [cells.text_of(part.strip(), 100) for part in _split(text)]
        return tuple(self._tables.get(plain(part), part) for part in parts if part)

    def _state(self, row: _Cells, cancelled_at: object) -> Recorded:
        """Return what the other system says of the booking, in one column or in several that agree."""
        booked, arrived = self._stated(row, "state"), self._stated(row, "arrival_state")
        absent = row.wish("no_show", cells.flag_of, False)
        said = {one for one in (booked, arrived, Recorded.NO_SHOW if absent else None) if one}
        cancelled = cancelled_at is not None or self._cancelled(row, said)
        if cancelled and not said & {Recorded.DECLINED, Recorded.NO_SHOW}:
            said.add(Recorded.CANCELLED)
        on_the_way = [one for one in _ON_THE_WAY if one in said]
        said -= set(on_the_way[:-1])
        if not cancelled and len(said) > 1:
            said.discard(Recorded.BOOKED)
        if len(said) > 1:
            told = " and ".join(sorted(one.replace("_", " ") for one in said))
            raise _Refused("state", Unread("conflicting_state", f"By its columns the booking is {told}; leave one."))
        return said.pop() if said else Recorded.BOOKED

    def _cancelled(self, row: _Cells, said: set[Recorded]) -> bool:
        """Tell whether a column without a time says that it is cancelled; raises _Refused where that is not certain."""
        text = row.get("cancelled_at")
        if says_no(text):
            return False
        if plain(text) not in YES and not said - set(_ON_THE_WAY):
            message = f"{text!r} is neither a time nor yes or no: whether the booking was cancelled is not certain."
            raise _Refused("cancelled_at", Unread("unknown_state", message))
        return plain(text) in YES

    def _stated(self, row: _Cells, meaning: str) -> Recorded | None:
        """Return the state that a column says in words; raises _Refused for words that are not known."""
        word = row.get(meaning)
        if says_nothing(word):
            return None
        found = None if "?" in word else self._states.get(plain(word)) or state_in(word)
        if found is None:
            message = f'{word!r} is not known; say what it is in a mapping: {{"states": {{"{word}": "booked"}}}}.'
            raise _Refused(meaning, Unread("unknown_state", message))
        return Recorded(found)

    # -- times ---------------------------------------------------------------------------------------------------------

    def _starts_at(self, row: _Cells) -> datetime:
        name = "starts_at" if self.columns.of("starts_at") else "date"
        try:
            parts, zone = self._whole_cell(row) if name == "starts_at" else self._day_and_clock(row)
            if parts.day is None or parts.clock is None:
                raise self._incomplete(row, parts)
            return self._instant(parts.day, parts.clock, parts.offset or zone)
        except Unread as fault:
            raise _Refused(name, fault) from None

    def _clock(self, row: _Cells) -> Parts:
        """Read the cell of the time; a fault of it is one of its own column."""
        text = row.get("time")
        try:
            timed = self._parts("time", text) if text else Parts()
            if text and timed.clock is None:
                raise Unread("invalid_datetime", f"{text!r} is no time of day.")
        except Unread as fault:
            raise _Refused("time", fault) from None
        return timed

    def _whole_cell(self, row: _Cells) -> tuple[Parts, tzinfo | None]:
        text = row.get("starts_at")
        parts = self._parts("starts_at", text, row.get("weekday")) if text else Parts()
        return parts, None if parts.offset else self._zone(row, "starts_at")

    def _incomplete(self, row: _Cells, parts: Parts) -> Unread:
        text = " ".join(filter(None, (row.get("starts_at"), row.get("date"), row.get("time"))))
        if not text:
            return Unread("missing", "This is needed.")
        missing = "day" if parts.day is None else "time of day"
        return Unread("invalid_datetime", f"{text!r} has no {missing}.")

    def _day_and_clock(self, row: _Cells) -> tuple[Parts, tzinfo | None]:
        """Put a date and a time of two cells together; what stands in both has to be the same."""
        date_text, time_text = row.get("date"), row.get("time")
        dated = self._parts("date", date_text, row.get("weekday")) if date_text else Parts()
        timed = self._clock(row)
        if timed.day and dated.day and timed.day != dated.day:
            raise Unread("conflicting_times", f"{date_text!r} and {time_text!r} are different days.")
        both = dated.clock and timed.clock and dated.clock != timed.clock
        if both and dated.clock != time(0):
            raise Unread("conflicting_times", f"{date_text!r} and {time_text!r} are different times.")
        parts = Parts(dated.day, timed.clock or dated.clock, timed.offset or dated.offset)
        zone = None if parts.offset else self._zone(row, "time" if time_text else "date")
        if zone and time_text and self._zone(row, "date") != zone:
            message = f"The time is of {zone} and the date is not said to be: the day is not certain."
            raise Unread("utc_without_date", message)
        return parts, zone

    def _parts(self, meaning: str, text: str, weekday: str = "") -> Parts:
        rules = self._rules[self.columns.of(meaning)[0]]
        return parse(text, rules, weekday)

    def _zone(self, row: _Cells, meaning: str) -> tzinfo | None:
        """Return the zone that the header of a column gives, else the row; None: the file's."""
        zones = {self.columns.zones.get(header) for header in self.columns.of(meaning)}
        said = zones.pop() if len(zones) == 1 else None
        told = row.get("timezone")
        return said or (_zone_of(told) if told else None)

    def _instant(self, day: date, clock: time, zone: tzinfo | None) -> datetime:
        if day.year not in YEARS:
            raise Unread("invalid_datetime", f"The year {day.year} is out of range.")
        wall = datetime.combine(day, clock)
        place = self._tz if zone is None else zone
        if not isinstance(place, ZoneInfo):
            return wall.replace(tzinfo=place).astimezone(UTC)
        try:
            return resolve_local(wall.isoformat(), place, "starts_at")
        except InvalidInput as fault:
            raise Unread(fault.reason_code, fault.message) from None

    def _moment(self, row: _Cells, name: str, starts_at: datetime) -> datetime | None:
        """Return a recorded time; a time of day alone belongs to the party's night."""
        if says_no(row.get(name)) or (name == "cancelled_at" and plain(row.get(name)) in YES):
            return None
        if len(self.columns.of(name)) > 1 and all(text for text in self._both(row, name)):
            return row.wish(name, lambda _: self._joined(row, name), None)
        return row.wish(name, lambda text: self._recorded(row, name, text, starts_at), None)

    def _both(self, row: _Cells, name: str) -> list[str]:
        return [bare(cells.tidy(row.row.cells.get(header, ""))) for header in self.columns.of(name)]

    def _joined(self, row: _Cells, name: str) -> datetime:
        """Return a moment whose date and time stand in two columns."""
        dated, timed = (
            parse(text, self._rules[header])
            for header, text in zip(self.columns.of(name), self._both(row, name), strict=True)
        )
        if dated.day is None or timed.clock is None:
            raise Unread("invalid_datetime", "The two cells are not a day and a time.")
        return self._instant(dated.day, timed.clock, timed.offset or self._zone(row, name))

    def _recorded(self, row: _Cells, name: str, text: str, starts_at: datetime) -> datetime:
        parts = self._parts(name, text)
        if parts.day and parts.clock:
            return self._instant(parts.day, parts.clock, parts.offset or self._zone(row, name))
        before = _NIGHT[name]
        if parts.day and before is None:  # that it was that day is all that is known
            return from_wall(datetime.combine(parts.day, time(0)), self._tz).astimezone(UTC)
        if parts.clock is None:
            raise Unread("no_time", f"{text!r} has no time of day.")
        if before is None:
            raise Unread("no_date", f"{text!r} has no date, and need not be of the party's day.")
        return self._in_the_night(parts, self._zone(row, name), starts_at, before)

    def _in_the_night(self, parts: Parts, utc: tzinfo | None, starts_at: datetime, before: timedelta) -> datetime:
        """Return when a clock shows a time next after the earliest moment it may be."""
        assert parts.clock is not None
        earliest = starts_at - before
        first = earliest.astimezone(parts.offset or utc or self._tz).date()
        for days in range(3):
            moment = self._instant(first + timedelta(days=days), parts.clock, parts.offset or utc)
            if moment > earliest:
                return moment
        raise AssertionError("a clock shows every time within two days")


_TABLE_WORD: Final = re.compile(
    r"^(?:(?:tables?|tbls?|tische?|mesas?|टेबल)\.?\s*)?(?:(?:n[°ºo]|nr)\.?|#)?\s*", re.IGNORECASE
)


_NO_TABLE: Final = frozenset(["none", "unassigned", "not assigned", "keiner", "ohne", "aucune", "ninguna"])


def _split(text: str) -> list[str]:
    return re.split(r"[+&/;,]|\b(?:and|und|et|y)\b", text)


def _zone_of(text: str) -> tzinfo:
    """Return the zone that a cell names for its row; raises Unread for a short name that may be several."""
    offset = offset_of(re.sub(r"^(?:utc|gmt)\s*(?=[+-])", "", text, flags=re.IGNORECASE))
    if offset or plain(text) in ("utc", "gmt", "z"):
        return offset or UTC
    try:
        if "/" in text:
            return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        pass
    raise Unread("unknown_zone", f"The time zone {text!r} is not certain; one such as Europe/Berlin or +01:00 is.")


def _source(text: str) -> Source:
    found = _SOURCES.get(plain(text))
    if found is None:
        raise Unread("unknown_source", f"{text!r} is no way of booking that is known here.")
    return Source(found)


def import_document(read: ImportFile) -> dict[str, Any]:
    """Return how a file was read, as plain values."""
    return {
        "encoding": read.encoding,
        "delimiter": read.table.delimiter,
        "header_line": read.table.header_line,
        "columns": read.columns.document(),
        "ignored_columns": list(read.columns.ignored),
        "ignored_rows": [
            {"row": one.row, "line": one.line, "rule": one.rule, "text": one.text} for one in read.ignored
        ],
    }


def as_read(one: Imported) -> dict[str, Any]:
    """Return a booking as it was read, as plain values, for people and programs that check a dry run."""
    values = {name: getattr(one, name) for name in one.__slots__ if name != "words"}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
