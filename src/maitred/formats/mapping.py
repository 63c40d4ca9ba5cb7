"""How a file is to be read: a mapping file, or a ready-made mapping by its name."""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import phonenumbers

from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Recorded
from maitred.formats.dates import ORDERS, pattern_of
from maitred.formats.encodings import known_encoding
from maitred.formats.refusals import Unread, refused
from maitred.formats.vocabulary import MEANINGS, PRESETS

DEFAULT_SOURCE: Final = "previous"
EPOCHS: Final = (1900, 1904)
_SOURCE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_KEYS: Final = frozenset(
    {
        "source", "preset", "columns", "states", "tables", "date_order", "date_format", "excel_epoch", "country",
        "delimiter", "encoding", "timezone",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """How a file is to be read.

    `country` completes national phone numbers, `date_order` settles 05/06, `timezone` is that of times without one
    (None: the restaurant's). A column may be several, of which the first that is filled counts, or None: not taken.
    """

    source: str = DEFAULT_SOURCE
    preset: str = "generic"
    columns: Mapping[str, str | Sequence[str] | None] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    date_order: str | None = None
    date_format: str | None = None
    excel_epoch: int = 1900
    country: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    timezone: str | None = None

    def headers_of(self, meaning: str) -> tuple[str, ...]:
        """Return the headers that the mapping names for a meaning."""
        told = self.columns.get(meaning)
        return () if told is None else (told,) if isinstance(told, str) else tuple(told)


def mapping_from(given: str | None) -> ImportMapping:
    """Return the mapping of a file, or of a preset by its name; raises InvalidInput naming what is wrong."""
    if given is None:
        return ImportMapping()
    if given in PRESETS:
        return ImportMapping(source=given if given != "generic" else DEFAULT_SOURCE, preset=given)
    path = Path(given)
    if not path.is_file():
        known = ", ".join(PRESETS)
        message = f"{given!r} is no file, and no mapping is called so; there are: {known}."
        raise refused("mapping", "unknown_mapping", message)
    try:
        raw = orjson.loads(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as fault:
        raise refused("mapping", "invalid_json", f"{given} is no JSON: {fault}.") from None
    return _mapping(raw)


def with_options(mapping: ImportMapping, *, source: str | None, encoding: str | None) -> ImportMapping:
    """Return a mapping with what was said on the command line, which goes before it."""
    if source is not None:
        mapping = replace(mapping, source=_source(source, "source"))
    if encoding is not None:
        mapping = replace(mapping, encoding=_encoding(encoding, "encoding"))
    return mapping


def _mapping(raw: Any) -> ImportMapping:
    if not isinstance(raw, dict) or (unknown := sorted(set(raw) - _KEYS)):
        wrong = f"{unknown[0]!r} is not known" if isinstance(raw, dict) else "it is no object"
        raise _wrong("mapping", f"A mapping has {', '.join(sorted(_KEYS))}; {wrong}.")
    for name in ("columns", "states", "tables"):
        if not isinstance(raw.get(name, {}), dict):
            raise _wrong(name, f"{name} is an object of texts.")
    _check_columns(raw.get("columns", {}))
    _check_texts(raw)
    for name, known in (
        ("preset", PRESETS), ("date_order", ORDERS), ("excel_epoch", EPOCHS),
        ("country", phonenumbers.SUPPORTED_REGIONS),
    ):  # fmt: skip
        if raw.get(name) is not None and raw[name] not in known:
            raise _wrong(name, f"{name} is one of {', '.join(sorted(map(str, known)))}.")
    _check_rest(raw)
    preset = raw.get("preset")
    source = _source(raw.get("source") or (preset if preset != "generic" else None) or DEFAULT_SOURCE, "mapping.source")
    return ImportMapping(**{name: value for name, value in raw.items() if value is not None} | {"source": source})


def _check_columns(columns: Mapping[str, Any]) -> None:
    for meaning, header in columns.items():
        if meaning not in MEANINGS:
            raise _wrong("columns", f"{meaning!r} is none of {', '.join(sorted(MEANINGS))}.")
        several = isinstance(header, list) and header and all(isinstance(one, str) for one in header)
        if not (header is None or isinstance(header, str) or several):
            raise _wrong("columns", f"{meaning} is the header of a column, a list of them, or null.")


def _check_texts(raw: Mapping[str, Any]) -> None:
    for state in raw.get("states", {}).values():
        if state not in set(Recorded):
            raise _wrong("states", f"{state!r} is none of {', '.join(sorted(Recorded))}.")
    for table in raw.get("tables", {}).values():
        if not isinstance(table, str):
            raise _wrong("tables", f"{table!r} is no name of a table.")
    for name in ("preset", "date_order", "country"):
        if raw.get(name) is not None and not isinstance(raw[name], str):
            raise _wrong(name, f"{name} is a text.")


def _check_rest(raw: Mapping[str, Any]) -> None:
    delimiter = raw.get("delimiter")
    if delimiter is not None and not (isinstance(delimiter, str) and len(delimiter) == 1 and delimiter not in '"\r\n'):
        raise _wrong("delimiter", "delimiter is one character.")
    if raw.get("encoding") is not None:
        _encoding(raw["encoding"], "mapping.encoding")
    if raw.get("date_format") is not None:
        try:
            pattern_of(str(raw["date_format"]))
        except Unread as fault:
            raise _wrong("date_format", fault.message) from None
    if raw.get("timezone") is not None:
        try:
            ZoneInfo(str(raw["timezone"]))
        except (KeyError, ValueError, OSError):
            raise _wrong("timezone", f"{raw['timezone']!r} is no time zone such as Europe/Berlin.") from None


def _source(source: Any, where: str) -> str:
    if not isinstance(source, str) or not _SOURCE.fullmatch(source):
        raise refused(where, "invalid_mapping", "source is a short name: a-z, 0-9, - and _.")
    return source


def _encoding(name: Any, where: str) -> str:
    if not isinstance(name, str) or not known_encoding(name):
        raise refused(where, "unknown_encoding", f"{name!r} is no encoding such as utf-8, utf-16 or cp1252.")
    return name


def _wrong(name: str, message: str) -> InvalidInput:
    return refused("mapping" if name == "mapping" else f"mapping.{name}", "invalid_mapping", message)
