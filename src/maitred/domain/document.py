"""Reading a JSON document strictly: every fault is named with its place, and reading goes on.

A `Node` is one object of the document. Each field is taken by name and type; `done` then names what nobody took.
A faulty field yields a stand-in value, so that one fault does not hide the next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from maitred.domain.written import read_clock, read_day

MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: where (`joins[3][1]`), which rule, and a sentence for a person."""

    path: str
    code: str
    message: str


@dataclass(slots=True)
class Faults:
    """The faults found so far, in the order of finding.

    In an `open` document a field that nobody reads is no fault: it is kept apart in `unread`.
    """

    found: list[Fault] = field(default_factory=list)
    open: bool = False
    unread: list[Fault] = field(default_factory=list)

    def add(self, path: str, code: str, message: str) -> None:
        """This notes a fault."""
        self.found.append(Fault(path, code, message))


class Node:
    """One object of the document, read field by field."""

    def __init__(self, value: Any, path: str, faults: Faults) -> None:
        self.path, self.faults = path, faults
        self._before = len(faults.found)
        self._taken: set[str] = set()
        self._readable = isinstance(value, Mapping)
        self._fields: Mapping[str, Any] = value if self._readable else {}
        if not self._readable:
            faults.add(path, "wrong_type", f"Must be an object, not {kind_of(value)}.")

    @property
    def clean(self) -> bool:
        """This says that no fault has been found since reading of this object began."""
        return len(self.faults.found) == self._before

    def at(self, name: str) -> str:
        """This is the path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def fault(self, name: str, code: str, message: str) -> None:
        """This notes a fault of a field."""
        self.faults.add(self.at(name), code, message)

    def has(self, name: str) -> bool:
        """This says whether an optional field is there; null is as good as absent."""
        self._taken.add(name)
        return self._fields.get(name) is not None

    def raw(self, name: str) -> Any:
        """This takes a required field of any type; None when it is missing."""
        self._taken.add(name)
        if not self._readable:
            return None  # named once, as a whole
        if name not in self._fields:
            self.fault(name, "missing_field", f"The field {name} is missing.")
            return None
        value = self._fields[name]
        if value is None:
            self.fault(name, "wrong_type", "Must not be null.")
        return value

    def text(self, name: str, *, most: int = MAX_TEXT) -> str:
        """This takes a text that is not blank."""
        value = self.raw(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._mistyped(name, "a text", value)
            return ""
        if not value.strip() or len(value) > most or value != value.strip():
            self.fault(name, "bad_text", f"Must have 1 to {most} characters and no space at its ends.")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """This takes a whole number in a range."""
        value = self.raw(name)
        if value is None:
            return least
        if isinstance(value, bool) or not isinstance(value, int):
            self._mistyped(name, "a whole number", value)
            return least
        if not least <= value <= most:
            self.fault(name, "out_of_range", f"Must be from {least} to {most}, not {value}.")
            return least
        return value

    def whole_or(self, name: str, default: int, least: int, most: int) -> int:
        """This takes an optional whole number."""
        return self.whole(name, least, most) if self.has(name) else default

    def maybe_whole(self, name: str, least: int, most: int) -> int | None:
        """This takes an optional whole number that has no default."""
        return self.whole(name, least, most) if self.has(name) else None

    def flag_or(self, name: str, default: bool) -> bool:
        """This takes an optional true or false."""
        if not self.has(name):
            return default
        value = self.raw(name)
        if not isinstance(value, bool):
            self._mistyped(name, "true or false", value)
            return default
        return value

    def text_or(self, name: str, default: str = "") -> str:
        """This takes an optional text."""
        return self.text(name) if self.has(name) else default

    def clock(self, name: str) -> time:
        """This takes a time of day, HH:MM."""
        value = self.raw(name)
        found = read_clock(value) if isinstance(value, str) else None
        if found is not None:
            return found
        if value is not None:
            self.fault(name, "bad_time", f"Must be a time from 00:00 to 23:59, not {value!r}.")
        return time()

    def day(self, name: str) -> date:
        """This takes a date, YYYY-MM-DD."""
        value = self.raw(name)
        found = read_day(value) if isinstance(value, str) else None
        if found is not None:
            return found
        if value is not None:
            self.fault(name, "bad_date", f"Must be a date like 2026-12-24, not {value!r}.")
        return date(1970, 1, 1)

    def items(self, name: str) -> list[tuple[str, Any]]:
        """This takes a list, as (path, value) pairs."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self._mistyped(name, "a list", value)
            return []
        return [(f"{self.at(name)}[{index}]", item) for index, item in enumerate(value)]

    def items_or_none(self, name: str) -> list[tuple[str, Any]]:
        """This takes an optional list."""
        return self.items(name) if self.has(name) else []

    def nodes(self, name: str, *, required: bool = False) -> Iterable["Node"]:
        """This takes a list of objects, one after the other; each must be `done` before the next."""
        rows = self.items(name) if required else self.items_or_none(name)
        return (Node(item, path, self.faults) for path, item in rows)

    def child(self, name: str) -> "Node":
        """This takes a required object."""
        return Node(self.raw(name), self.at(name), self.faults)

    def children(self) -> Iterable[tuple[str, "Node"]]:
        """This takes every field of an object whose values are all objects; each must be `done` before the next."""
        self._taken.update(self._fields)
        return ((name, Node(value, self.at(name), self.faults)) for name, value in self._fields.items())

    def numbers(self) -> dict[str, float]:
        """This takes every field of an object whose values are all numbers."""
        self._taken.update(self._fields)
        for name, value in self._fields.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1000:
                self.fault(name, "wrong_type", f"Must be a number from -1000 to 1000, not {value!r}.")
        return {name: float(v) for name, v in self._fields.items() if isinstance(v, int | float)}

    def done(self) -> bool:
        """This names the fields nobody took (x_... are yours) and says whether the object was without fault."""
        for name in self._fields:
            if name not in self._taken and not str(name).startswith("x_"):
                known = ", ".join(sorted(self._taken))
                fault = Fault(self.at(str(name)), "unknown_field", f"There is no field {name!r}; known are: {known}.")
                (self.faults.unread if self.faults.open else self.faults.found).append(fault)
        return self.clean

    def _mistyped(self, name: str, wanted: str, value: Any) -> None:
        self.fault(name, "wrong_type", f"Must be {wanted}, not {kind_of(value)}.")


def kind_of(value: Any) -> str:
    """This names a JSON type in words."""
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)
