"""Rows of a JSON file: a list of bookings, an object that has one, or one object a line.

Numbers are kept as they are written. Objects within a booking become columns: {"guest": {"name": ...}} is `guest name`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from maitred.domain.imported import Fault
from maitred.formats.refusals import Unread, refused
from maitred.formats.table import Row, Table

_LISTS: Final = ("bookings", "reservations", "data", "items", "results", "rows", "reservierungen", "reservas")
_NAMED: Final = ("name", "label", "number", "title", "code", "id")
_BEGINS: Final = re.compile(r"\s*(\[\s*[\[{\]]|\{\s*[\"}])")


def is_json(text: str) -> bool:
    """Tell whether a text begins like JSON; no header of a CSV file does."""
    return _BEGINS.match(text) is not None


class _Pairs(list[tuple[str, Any]]):
    """An object as it is written: a name may stand in it twice, which a dict would hide."""


def read_json(text: str) -> Table:
    """Read a JSON file; raises InvalidInput for one that has no list of bookings."""
    try:
        return _table([(None, one) for one in _bookings(_parsed(text))])
    except json.JSONDecodeError as fault:
        lines = _lines(text)
        if lines is None:
            message = f"Line {fault.lineno} is no JSON: {fault.msg} (column {fault.colno})."
            raise refused("file", "invalid_json", message) from None
        return _table(lines)
    except RecursionError:
        raise refused("file", "invalid_json", "The file has objects within objects without end.") from None


def _parsed(text: str) -> Any:
    return json.loads(
        text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_no_number, strict=False
    )


def _no_number(text: str) -> NoReturn:
    raise refused("file", "invalid_json", f"{text} is no number of JSON.")


def _lines(text: str) -> list[tuple[int | None, Any]] | None:
    """Return the objects of a file that has one a line; a line that is none is a fault of that line."""
    found: list[tuple[int | None, Any]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found.append((number, _parsed(line)))
            except (json.JSONDecodeError, RecursionError) as fault:
                found.append((number, Unread("invalid_json", f"The line is no JSON: {fault}.")))
    return found if sum(isinstance(one, _Pairs) for _, one in found) * 2 > len(found) > 1 else None


def _bookings(whole: Any) -> list[Any]:
    found = whole
    for _ in range(3):
        if isinstance(found, _Pairs):
            lists = [value for name, value in found if name.casefold() in _LISTS and isinstance(value, list)]
            if len(lists) != 1:
                break
            found = lists[0]
        elif isinstance(found, list):
            return found
    if isinstance(whole, _Pairs) and not any(
        _is_list_of_objects(value) or name.casefold() in _LISTS for name, value in whole
    ):
        return [whole]
    message = f"The file is a list of bookings, or an object with one of them: {', '.join(_LISTS)}."
    raise refused("file", "invalid_json", message)


def _is_list_of_objects(value: Any) -> bool:
    listed = isinstance(value, list) and not isinstance(value, _Pairs)
    return listed and any(isinstance(one, _Pairs) for one in value)


def _table(found: list[tuple[int | None, Any]]) -> Table:
    table = Table()
    kept: list[tuple[int, int | None, dict[str, str]]] = []
    for line, one in found:
        number = table.next_number()
        try:
            kept.append((number, line, _cells(one)))
        except Unread as fault:
            table.raw[number] = [_told(one)]
            table.faults.append(Fault(number, "", fault.rule, fault.message, line))
    table.headers = list(dict.fromkeys(name for _, _, cells in kept for name in cells))
    table.titles = list(table.headers)
    for number, line, cells in kept:
        table.raw[number] = [cells.get(name, "") for name in table.headers]
        table.rows.append(Row(number, line, cells))
    return table


def _cells(one: Any) -> dict[str, str]:
    if isinstance(one, Unread):
        raise one
    if not isinstance(one, _Pairs):
        raise Unread("not_an_object", f"{_told(one)[:100]} is no object with the fields of a booking.")
    cells: dict[str, str] = {}
    for name, value in _flat(one):
        if cells.get(name, value) != value:
            raise Unread("duplicate_key", f"{name!r} stands twice in it, with different values.")
        cells[name] = value
    return cells


def _flat(pairs: _Pairs, before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in pairs:
        if isinstance(value, _Pairs):
            yield from _flat(value, f"{before}{name} ")
        else:
            yield before + name, _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not isinstance(value, _Pairs):
        return ", ".join(_named(one) for one in value)
    return str(value)


def _named(one: Any) -> str:
    """Return an entry of a list: {"name": "A"} is A."""
    if isinstance(one, _Pairs):
        fields: Mapping[str, Any] = {name.casefold(): value for name, value in one}
        found = next((fields[name] for name in _NAMED if isinstance(fields.get(name), str)), None)
        return found if found is not None else _told(one)
    return _cell(one)


def _told(one: Any) -> str:
    return json.dumps(_plain(one), ensure_ascii=False, default=str)


def _plain(one: Any) -> Any:
    if isinstance(one, _Pairs):
        return {name: _plain(value) for name, value in one}
    return [_plain(each) for each in one] if isinstance(one, list) else one
