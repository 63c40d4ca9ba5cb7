"""The venue document as forms, and back: which fields people edit, and how their text becomes the document's values.

Nothing is judged here: what cannot be read as a number stays text, so that `parse_venue` names it at its path. What is
not edited (pacing, date overrides, blocks, keys of one's own) stays in the document as it was.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Literal

from maitred.domain.document import Fault
from maitred.domain.venue import DAYS
from maitred.domain.venue_model import MOVE_MODES, SHAPES
from maitred.texts import N_

Kind = Literal["text", "number", "time", "date", "check", "choice", "zone", "days", "tables"]
SPARE_ROWS: Final = 2
_WHOLE: Final = re.compile(r"-?\d{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the document: its name (dots lead into objects), its words, and how it is written."""

    name: str
    words: str
    kind: Kind = "text"
    otherwise: Any = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A list of the document as a table of fields."""

    name: str
    words: str
    fields: tuple[Field, ...]


SETTINGS: Final = (
    Field("name", N_("Name")),
    Field("phone", N_("Phone for guests")),
    Field("address", N_("Address")),
    Field("slot_minutes", N_("Bookings every, minutes"), "number"),
    Field("buffer_minutes", N_("Between parties, minutes"), "number"),
    Field("max_tables_per_booking", N_("Most tables joined"), "number"),
    Field("day_starts_at", N_("A day begins at"), "time"),
    Field("review_party_size", N_("Parties reviewed from"), "number"),
    Field("review_hours", N_("New requests answered within, hours"), "number"),
    Field("min_notice_minutes", N_("Least notice, minutes"), "number"),
    Field("max_horizon_days", N_("Bookable ahead, days"), "number"),
)
SEATING: Final = (
    Field("seating.moves", N_("Moving confirmed parties"), "choice", "auto", MOVE_MODES),
    Field("seating.freeze_minutes", N_("Frozen before arrival, minutes"), "number"),
    Field("seating.move_budget", N_("Most moves at once"), "number"),
    Field("seating.move_once", N_("Nobody is moved twice"), "check", False),
    Field("seating.moves_into_joins_after_open", N_("Moves into joins after opening"), "check", True),
)
SECTIONS: Final = (
    Section(
        "tables",
        N_("Tables"),
        (
            Field("id", N_("Table")),
            Field("zone", N_("Zone"), "zone"),
            Field("capacity", N_("Seats"), "number"),
            Field("min_party", N_("From guests"), "number"),
            Field("extra_chairs", N_("Extra chairs"), "number"),
            Field("movable", N_("Movable"), "check", True),
            Field("accessible", N_("Accessible"), "check", False),
            Field("shape", N_("Shape"), "choice", "", ("", *SHAPES)),
            Field("position.x", N_("Across, cm"), "number"),
            Field("position.y", N_("Down, cm"), "number"),
        ),
    ),
    Section(
        "zones",
        N_("Zones"),
        (Field("id", N_("Short name")), Field("name", N_("Name")), Field("max_tables", N_("Most joined"), "number")),
    ),
    Section("joins", N_("Joins"), (Field("tables", N_("Tables"), "tables"), Field("capacity", N_("Seats"), "number"))),
    Section(
        "turn_minutes",
        N_("Turn times"),
        (Field("max_party", N_("Up to guests"), "number"), Field("minutes", N_("Minutes"), "number")),
    ),
    Section(
        "closures",
        N_("Closures"),
        (Field("from", N_("From"), "date"), Field("to", N_("To"), "date"), Field("reason", N_("Why"))),
    ),
    Section(
        "services",
        N_("Services"),
        (
            Field("name", N_("Name")),
            Field("days", N_("Days"), "days"),
            Field("open", N_("Opens"), "time"),
            Field("last_seating", N_("Last seating"), "time"),
            Field("close", N_("Closes"), "time"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One field as it is shown: where it stands in the document, what it holds, and what is wrong with it."""

    path: str
    field: Field
    value: Any
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a section; `was` is its place in the version it came from, "" for a new one."""

    path: str
    was: str
    cells: tuple[Cell, ...]
    faults: tuple[str, ...]


# -- the document as cells ------------------------------------------------------------------------------------------


def settings(document: Mapping[str, Any], fields: Sequence[Field], faults: Sequence[Fault]) -> list[Cell]:
    """Return the single values of a document."""
    return [Cell(field.name, field, _shown(document, field), _faults(field.name, faults)) for field in fields]


def lines(
    document: Mapping[str, Any], section: Section, faults: Sequence[Fault], origins: Mapping[str, str]
) -> list[Line]:
    """Return the rows of a section, and some to fill in."""
    rows = document.get(section.name) or []
    rows = rows if isinstance(rows, list) else []
    found = [_line(section, place, row, faults, origins) for place, row in enumerate(rows)]
    return found + [_line(section, len(rows) + more, {}, (), {}) for more in range(SPARE_ROWS)]


def _line(section: Section, place: int, row: Any, faults: Sequence[Fault], origins: Mapping[str, str]) -> Line:
    path = f"{section.name}[{place}]"
    values = _as_fields(section, row)
    cells = tuple(
        Cell(f"{path}.{field.name}", field, _shown(values, field), _faults(f"{path}.{field.name}", faults))
        for field in section.fields
    )
    own = [fault for fault in faults if _within(fault.path, path)]
    elsewhere = tuple(fault.message for fault in own if not any(_within(fault.path, cell.path) for cell in cells))
    return Line(path, origins.get(path, ""), cells, elsewhere)


def _as_fields(section: Section, row: Any) -> Mapping[str, Any]:
    if section.name == "joins" and isinstance(row, list):
        return {"tables": row}
    return row if isinstance(row, Mapping) else {}


def _shown(values: Mapping[str, Any], field: Field) -> Any:
    value: Any = values
    for part in field.name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return field.otherwise if field.otherwise is not None else ""
    if field.kind in ("days", "tables") and isinstance(value, list):
        return [str(one) for one in value] if field.kind == "days" else ", ".join(str(one) for one in value)
    return value


def _faults(path: str, faults: Sequence[Fault]) -> tuple[str, ...]:
    return tuple(fault.message for fault in faults if _within(fault.path, path))


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def shown_at(path: str) -> str:
    """Return the field at which a fault is shown: the nearest one that people can edit, else its section."""
    for field in (*SETTINGS, *SEATING):
        if _within(path, field.name):
            return field.name
    for section in SECTIONS:
        if path.startswith(f"{section.name}["):
            row = path[: path.index("]") + 1]
            inner = next((f"{row}.{one.name}" for one in section.fields if _within(path, f"{row}.{one.name}")), None)
            return inner or f"{row}.{section.fields[0].name}"
    return path.partition("[")[0].partition(".")[0]


# -- and back -------------------------------------------------------------------------------------------------------


def document_of(base: Mapping[str, Any], form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the document that a form makes of the version it came from, and where its rows were in that.

    Rows that were removed or left empty are not in it.
    """
    document, origins = deepcopy(dict(base)), {}
    for field in (*SETTINGS, *SEATING):
        _put(document, field, field.name, form)
    if document.get("seating") == {} and "seating" not in base:
        del document["seating"]
    for section in SECTIONS:
        rows: list[Any] = []
        for place in _places(section, form):
            path = f"{section.name}[{place}]"
            was = form.get(f"{path}.was", "")
            row = _row(section, base, path, was, form)
            if row is not None:
                origins[f"{section.name}[{len(rows)}]"] = was
                rows.append(row)
        if rows or section.name in base:
            document[section.name] = rows
    return document, origins


def _places(section: Section, form: Mapping[str, str]) -> Iterator[int]:
    place = 0
    while f"{section.name}[{place}].was" in form:
        yield place
        place += 1


def _row(section: Section, base: Mapping[str, Any], path: str, was: str, form: Mapping[str, str]) -> Any:
    if form.get(f"{path}.remove"):
        return None
    typed = [
        form.get(f"{path}.{field.name}", "").strip() for field in section.fields if field.kind not in ("check", "zone")
    ]
    if not was and not any(typed):
        return None
    rows = base.get(section.name) or []
    before = rows[int(was)] if _WHOLE.fullmatch(was) and 0 <= int(was) < len(rows) else {}
    row = deepcopy(dict(_as_fields(section, before)))
    for field in section.fields:
        _put(row, field, f"{path}.{field.name}", form)
    if row.get("position") == {}:
        del row["position"]
    if section.name == "joins" and (isinstance(before, list) or not was) and row.get("capacity") is None:
        return row.get("tables", [])
    return row


def _put(values: dict[str, Any], field: Field, name: str, form: Mapping[str, str]) -> None:
    """Write one field of a form into the document; what is left empty is absent."""
    *outer, last = field.name.split(".")
    text = form.get(name, "").strip()
    value = _value(field, text)
    for part in outer:
        present = values.get(part)
        if not isinstance(present, dict):
            if value is None or value == field.otherwise:
                return
            values[part] = present = {}
        values = present
    if value is None or (value == field.otherwise and last not in values):
        values.pop(last, None)
    else:
        values[last] = value


def _value(field: Field, text: str) -> Any:
    if field.kind == "check":
        return text == "1"
    if field.kind == "tables":
        return [part.strip() for part in text.split(",") if part.strip()]
    if field.kind == "days":
        chosen = set(text.split(","))
        return [day for day in DAYS if day in chosen]
    if not text:
        return None
    if field.kind == "number":
        return int(text) if _WHOLE.fullmatch(text) else text
    return text
