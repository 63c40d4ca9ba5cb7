"""The file of a previous system: CSV or JSON in, checked bookings and faults out, every fault with row and rule.

Contact data has the forms of the API (api/fields.py). A row is faulty as a whole, and never stops the others.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import phonenumbers
from pydantic import TypeAdapter, ValidationError

from maitred.api.fields import MAX_PARTY, Email, Label, Locale, Name, Notes, Phone
from maitred.api.previous_columns import COLUMNS, PRESETS, SOURCES, STATES, by_name, plain
from maitred.domain.booking import Source
from maitred.domain.calendar import YEARS, resolve_local
from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Imported, Recorded
from maitred.usecases.backfill import Fault, duplicates
from maitred.usecases.bookings_csv import bare, inert

ORDERS: Final = ("dmy", "mdy", "ymd")
MAX_BYTES: Final = 200_000_000
MAX_TURN: Final = 24 * 60
_YES: Final = frozenset({"1", "y", "yes", "true", "ja", "j", "oui", "o", "si", "s", "x"})
_TIMES: Final = ("created_at", "arrived_at", "seated_at", "left_at", "cancelled_at")
_KEYS: Final = frozenset({"source", "preset", "columns", "states", "tables", "date_order", "country", "delimiter"})


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a file is to be read. `country` completes national phone numbers, `date_order` settles 05/06."""

    source: str = "previous"
    preset: str = "generic"
    columns: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    date_order: str | None = None
    country: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """A file as read: its bookings, its faults, which column was taken for what, and the rows as they stood."""

    bookings: list[Imported]
    faults: list[Fault]
    columns: Mapping[str, str]
    ignored: list[str]
    raw: list[Mapping[str, Any]]
    digest: bytes


def mapping_from(given: str | None) -> Mapped:
    """Return the mapping of a file, or of a preset by its name; raises InvalidInput naming what is wrong."""
    if given is None:
        return Mapped()
    if given in PRESETS:
        return Mapped(source=given, preset=given)
    path = Path(given)
    if not path.is_file():
        known = ", ".join(PRESETS)
        raise _bad("mapping", "unknown_mapping", f"{given!r} is no file, and no mapping called so; there are: {known}.")
    try:
        raw = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as fault:
        raise _bad("mapping", "invalid_json", f"{given} is no JSON: {fault}.") from None
    return _mapped(raw)


def _mapped(raw: Any) -> Mapped:
    if not isinstance(raw, dict) or (unknown := sorted(set(raw) - _KEYS)):
        wrong = f"{unknown[0]!r} is not known" if isinstance(raw, dict) else "it is no object"
        raise _bad("mapping", "invalid_mapping", f"A mapping has {', '.join(sorted(_KEYS))}; {wrong}.")
    for name in ("columns", "states", "tables"):
        if not isinstance(raw.get(name, {}), dict):
            raise _bad(f"mapping.{name}", "invalid_mapping", f"{name} is an object of texts.")
    for name, known in (
        ("preset", PRESETS),
        ("date_order", ORDERS),
        ("country", phonenumbers.SUPPORTED_REGIONS),
    ):
        if raw.get(name) is not None and raw[name] not in known:
            raise _bad(f"mapping.{name}", "invalid_mapping", f"{name} is one of {', '.join(sorted(known))}.")
    _check_each(raw, "columns", COLUMNS, keys=True)
    _check_each(raw, "states", set(Recorded), keys=False)
    source = raw.get("source") or raw.get("preset") or "previous"
    if not isinstance(source, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", source):
        raise _bad("mapping.source", "invalid_mapping", "source is a short name: a-z, 0-9, - and _.")
    return Mapped(**{**raw, "source": source})


def _check_each(raw: Mapping[str, Any], name: str, known: Any, *, keys: bool) -> None:
    for key, value in raw.get(name, {}).items():
        if (key if keys else value) not in known:
            wrong = key if keys else value
            raise _bad(f"mapping.{name}", "invalid_mapping", f"{wrong!r} is none of {', '.join(sorted(known))}.")


def read_previous(path: Path, mapped: Mapped, tz: ZoneInfo) -> Previous:
    """Read a file; raises InvalidInput for one that cannot be read as a table at all."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _bad("file", "too_large", f"{path.name} has more than {MAX_BYTES // 1_000_000} MB; split it.")
        content = path.read_bytes()
    except OSError as fault:
        raise _bad("file", "unreadable", f"{path} cannot be read: {fault.strerror}.") from None
    raw = list(_json_rows(content) if path.suffix.casefold() == ".json" else _csv_rows(content, mapped))
    headers = list(dict.fromkeys(name for row in raw for name in row))
    columns = _columns(headers, mapped)
    digest = hashlib.sha256(content + repr(mapped).encode()).digest()
    reader = _Reader(columns, mapped, tz, _order(raw, columns, mapped))
    read = [reader.read(number, row) for number, row in enumerate(raw, 1)]
    bookings = [one for one in read if isinstance(one, Imported)]
    faults = [one for one in read if isinstance(one, Fault)]
    again = list(duplicates(bookings, columns["id"]))
    refused = {fault.row for fault in again}
    kept = [one for one in bookings if one.row not in refused]
    ignored = [name for name in headers if name not in columns.values()]
    return Previous(kept, sorted([*faults, *again], key=lambda one: one.row), columns, ignored, raw, digest)


def write_rejects(path: Path, previous: Previous) -> int:
    """Write the rows that were refused as they stood, with what is wrong; mended, the file can be imported.

    It is there to be opened in a spreadsheet: no cell is a formula, and reading it takes the apostrophes off again.
    Returns how many there are; without any the file is removed.
    """
    if not previous.faults:
        path.unlink(missing_ok=True)
        return 0
    headers = list(dict.fromkeys(name for row in previous.raw for name in row))
    beside = path.with_name(path.name + ".part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        beside.chmod(0o600)  # personal data
        writer = csv.writer(file)
        writer.writerow([*headers, "refused_row", "refused_column", "refused_rule", "refused_because"])
        for fault in previous.faults:
            row = previous.raw[fault.row - 1]
            told = [fault.row, fault.column, fault.rule, fault.message]
            writer.writerow([inert(cell) for cell in (*(row.get(name, "") for name in headers), *told)])
    beside.replace(path)
    return len(previous.faults)


def _bad(field_: str, rule: str, message: str) -> InvalidInput:
    return InvalidInput(message, field=field_, code=rule)


# -- rows --------------------------------------------------------------------------------------------------------------


def _csv_rows(content: bytes, mapped: Mapped) -> Iterator[Mapping[str, Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    delimiter = mapped.delimiter or max(",;\t|", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        headers = [name.strip() for name in next(rows, [])]
        for row in rows:
            if any(value.strip() for value in row):
                yield dict(zip(headers, row, strict=False))
    except csv.Error as fault:
        raise _bad("file", "invalid_csv", f"Line {rows.line_num} is no CSV: {fault}.") from None


def _json_rows(content: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as fault:
        raise _bad("file", "invalid_json", f"The file is no JSON: {fault}.") from None
    if isinstance(found, dict):
        found = next((found[name] for name in ("bookings", "reservations", "data", "items") if name in found), None)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise _bad("file", "invalid_json", "The file is a list of bookings, or an object with one in `bookings`.")
    for row in found:
        yield dict(_flat(row))


def _flat(row: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name} ")
        elif isinstance(value, list):
            yield before + name, ", ".join(str(one) for one in value)
        else:
            yield before + name, "" if value is None else str(value)


def _columns(headers: Sequence[str], mapped: Mapped) -> dict[str, str]:
    """Return which header stands for what; a column named by the mapping goes first, then the preset's, then ours."""
    missing = [name for name in mapped.columns.values() if name not in headers]
    if missing:
        raise _bad("mapping.columns", "unknown_column", f"The file has no column {missing[0]!r}; it has {headers}.")
    found = dict(mapped.columns)
    own = {name: name.replace("_", " ") for name in COLUMNS}
    for table in (by_name(own), by_name(PRESETS[mapped.preset]), by_name(COLUMNS)):
        for header in headers:
            meaning = table.get(plain(header))
            if meaning and meaning not in found and header not in found.values():
                found[meaning] = header
    if "name" not in found and "last_name" in found and "first_name" not in found:
        found["name"] = found.pop("last_name")
    for needed, told in (("id", ("id",)), ("starts_at", ("starts_at", "date")), ("party_size", ("party_size",))):
        if not any(one in found for one in told):
            message = f"No column was recognised as {needed}; name it in a mapping. The file has: {', '.join(headers)}."
            raise _bad("mapping.columns", "missing_column", message)
    return found


# -- one row -----------------------------------------------------------------------------------------------------------


class _Refused(Exception):
    def __init__(self, name: str, rule: str, message: str) -> None:
        super().__init__(message)
        self.name, self.rule, self.message = name, rule, message


_TYPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    name: TypeAdapter(kind)
    for name, kind in (
        ("id", Label),
        ("name", Name),
        ("email", Email),
        ("phone", Phone),
        ("locale", Locale),
        ("notes", Notes),
    )
}
_STATES: Final = by_name(STATES)  # type: ignore[arg-type]
_SOURCES: Final = by_name(SOURCES)  # type: ignore[arg-type]


class _Reader:
    """Reads rows one at a time."""

    def __init__(self, columns: Mapping[str, str], mapped: Mapped, tz: ZoneInfo, order: str | None) -> None:
        self._columns, self._mapped, self._tz, self._order = columns, mapped, tz, order
        self._states = _STATES | {plain(word): state for word, state in mapped.states.items()}
        self._tables = {plain(theirs): ours for theirs, ours in mapped.tables.items()}

    def read(self, number: int, row: Mapping[str, Any]) -> Imported | Fault:
        """Return the booking of a row, or what is wrong with it."""

        def cell(name: str) -> str:
            return bare(str(row.get(self._columns.get(name, ""), "") or "").strip())

        try:
            return self._read(number, cell)
        except _Refused as fault:
            return Fault(number, self._columns.get(fault.name, fault.name), fault.rule, fault.message)

    def _read(self, number: int, cell: Callable[[str], str]) -> Imported:
        starts_at = self._starts_at(cell)
        state, tables = self._state(cell("state")), cell("tables")
        words = {"recorded": cell("state")[:100], "tables_recorded": tables[:200]}
        return Imported(
            row=number,
            external_id=_checked("id", cell("id"), needed=True),
            starts_at=starts_at,
            party_size=_count("party_size", cell("party_size"), MAX_PARTY),
            name=_checked("name", cell("name") or f"{cell('first_name')} {cell('last_name')}".strip(), needed=True),
            state=state,
            email=_checked("email", cell("email")) or None,
            phone=self._phone(cell("phone")),
            locale=_checked("locale", cell("locale").replace("_", "-")) or None,
            tables=self._table_names(tables),
            zone=cell("zone") or None,
            accessible=plain(cell("accessible")) in _YES,
            notes=_checked("notes", cell("notes")) or None,
            source=Source(_SOURCES.get(plain(cell("source")), Source.PARTNER)),
            turn_minutes=self._turn(cell("turn_minutes")),
            words={name: text for name, text in words.items() if text},
            **{name: self._moment(name, cell(name), starts_at) for name in _TIMES},
        )

    def _starts_at(self, cell: Callable[[str], str]) -> datetime:
        name = "starts_at" if cell("starts_at") else "date"
        if name == "starts_at":
            found = self._instant(name, cell(name))
        else:
            found = self._instant(name, f"{cell('date')} {cell('time')}".strip())
        return found

    def _moment(self, name: str, text: str, starts_at: datetime) -> datetime | None:
        """Return a recorded time; a time of day alone is of the party's evening."""
        if not text:
            return None
        clock = _clock(text)
        if clock is None:
            return self._instant(name, text)
        local = starts_at.astimezone(self._tz)
        day = local.date() + timedelta(days=1) if (local.hour - clock.hour) > 12 else local.date()
        return self._resolved(name, datetime.combine(day, clock))

    def _instant(self, name: str, text: str) -> datetime:
        parsed = _iso(text)
        if parsed is not None and parsed.tzinfo is not None:
            return _in_range(name, parsed)
        if parsed is not None and ":" in text:
            return self._resolved(name, parsed)
        day, _, rest = text.replace("T", " ", 1).partition(" ")
        clock = _clock(rest)
        if clock is None:
            raise _Refused(name, "invalid_datetime", f"{text!r} is not a date and a time.")
        return self._resolved(name, datetime.combine(_date(name, day.rstrip(","), self._order), clock))

    def _resolved(self, name: str, wall: datetime) -> datetime:
        if wall.year not in YEARS:
            raise _Refused(name, "invalid_datetime", f"The year {wall.year} is out of range.")
        try:
            return resolve_local(wall.isoformat(), self._tz, name)
        except InvalidInput as fault:
            raise _Refused(name, fault.reason_code, fault.message) from None

    def _state(self, word: str) -> Recorded:
        if not word:
            return Recorded.BOOKED
        found = self._states.get(plain(word))
        if found is None:
            raise _Refused("state", "unknown_state", f"{word!r} is not known; name it in a mapping under states.")
        return Recorded(found)

    def _phone(self, text: str) -> str | None:
        if text.startswith("00"):
            text = "+" + text[2:]
        if text and not text.startswith("+") and self._mapped.country:
            try:
                number = phonenumbers.parse(text, self._mapped.country)
                text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            except phonenumbers.NumberParseException:
                raise _Refused("phone", "invalid_phone", "That is no phone number.") from None
        return _checked("phone", text) or None

    def _table_names(self, text: str) -> tuple[str, ...]:
        if plain(text) in self._tables:
            return (self._tables[plain(text)],)
        found = [part.strip() for part in re.split(r"[,;+&/]", text) if part.strip()]
        return tuple(self._tables.get(plain(part), part) for part in found)

    def _turn(self, text: str) -> int | None:
        clock = re.fullmatch(r"(\d{1,2}):(\d\d)(:\d\d)?", text)
        if clock:
            return _count("turn_minutes", str(int(clock[1]) * 60 + int(clock[2])), MAX_TURN)
        bare = text.removesuffix("min").removesuffix("minutes").strip()
        return _count("turn_minutes", bare, MAX_TURN) if bare else None


def _checked(name: str, text: str, *, needed: bool = False) -> str:
    if not text and not needed:
        return ""
    if not text:
        raise _Refused(name, "missing", "This is needed.")
    try:
        return str(_TYPES[name].validate_python(text))
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        raise _Refused(name, first["type"], first["msg"] + ".") from None


def _count(name: str, text: str, most: int) -> int:
    number = re.fullmatch(r"(\d{1,6})([.,]0+)?", text)
    if number is None or not 1 <= int(number[1]) <= most:
        raise _Refused(name, "out_of_range", f"{text!r} is no whole number from 1 to {most}.")
    return int(number[1])


# -- dates and times ---------------------------------------------------------------------------------------------------

_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:[:.h]|\s?uhr\s?)(\d\d)?(?::\d\d(?:\.\d+)?)?\s*(uhr)?\s*(a\.?m\.?|p\.?m\.?)?", re.IGNORECASE
)
_HOUR: Final = re.compile(r"(\d{1,2})\s*(a\.?m\.?|p\.?m\.?)", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})")


def _clock(text: str) -> time | None:
    """Return a time of day: 19:30, 7:30 pm, 19h30, 19.30 Uhr."""
    found = _CLOCK.fullmatch(text.strip())
    if found:
        hour, minute, half = int(found[1]), int(found[2] or 0), found[4]
    else:
        plain_hour = _HOUR.fullmatch(text.strip())
        if plain_hour is None:
            return None
        hour, minute, half = int(plain_hour[1]), 0, plain_hour[2]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date(name: str, text: str, order: str | None) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise _Refused(name, "invalid_datetime", f"{text!r} is not a date.")
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        year, month, day = first, second, third
    elif order is None and "." not in text and first <= 12 and second <= 12 and first != second:
        raise _Refused(name, "ambiguous_date", f"{text!r} is two dates; say date_order dmy or mdy in a mapping.")
    else:
        day, month, year = (second, first, third) if order == "mdy" and "." not in text else (first, second, third)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        raise _Refused(name, "invalid_datetime", f"{text!r} is not a date.") from None


def _order(raw: Sequence[Mapping[str, Any]], columns: Mapping[str, str], mapped: Mapped) -> str | None:
    """Return which of day and month comes first in this file: as told, or as one date shows that can only be one.

    What is no date either way shows nothing: one slip must not speak for the file.
    """
    if mapped.date_order:
        return mapped.date_order
    header = columns.get("date") or columns.get("starts_at", "")
    shown: set[str] = set()
    for row in raw:
        found = _DATE.match(str(row.get(header, "")).strip())
        if found and len(found[1]) < 4:
            first, second = int(found[1]), int(found[2])
            shown |= {"dmy"} if second <= 12 < first <= 31 else {"mdy"} if first <= 12 < second <= 31 else set()
    return shown.pop() if len(shown) == 1 else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _in_range(name: str, instant: datetime) -> datetime:
    if instant.year not in YEARS:
        raise _Refused(name, "invalid_datetime", f"The year {instant.year} is out of range.")
    return instant.astimezone(ZoneInfo("UTC"))
