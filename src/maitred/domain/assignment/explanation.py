"""What an explanation is: sentences with a code and the data they were made from, so that each can be said anew.

`text` is English (words.py). A program reads `code` and `data`; another language is another `words`, nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from maitred.domain.assignment.words import say
from maitred.domain.availability import Kind

RECORDED: Final = 40
"""More blockers than this are counted but not written down: a record stays small on a floor of any size."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. `data` holds only what JSON can carry; `for_staff` lines speak of other guests or of tables."""

    code: str
    data: Mapping[str, Any]
    for_staff: bool = False

    @property
    def text(self) -> str:
        """This is the sentence in English."""
        return say(self.code, self.data)

    def document(self) -> dict[str, Any]:
        """This is the sentence as plain values."""
        return {"code": self.code, "text": self.text, "data": dict(self.data)}


@dataclass(frozen=True, slots=True)
class Blocker:
    """A booking, hold or block of a table that stands in the way, with the tables it has there.

    `why_not_moved` is a code (words.WHY_NOT_MOVED), None for a party that may be moved.
    """

    kind: Kind
    id: str
    name: str
    tables: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    why_not_moved: str | None

    def document(self) -> dict[str, Any]:
        """This is the blocker as plain values."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "tables": list(self.tables),
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "why_not_moved": self.why_not_moved,
        }


@dataclass(frozen=True, slots=True)
class Way:
    """One allowed set for the party, and the ids of those who stand in its way."""

    tables: tuple[str, ...]
    blockers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a party is seated where it is, or is not. `code` is `seated` or the code of the refusal.

    Every fitting set holds one of the `taken` tables (no smaller choice of them would do), and each of these is taken
    in the window by blockers that are named. `ways` are those in whose way fewest stand; `remedies` what would help.
    """

    code: str
    lines: tuple[Line, ...]
    remedies: tuple[Line, ...] = ()
    taken: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    ways: tuple[Way, ...] = ()

    def text(self, *, for_staff: bool) -> str:
        """This is what a host would read aloud: to guests without a word about others, or to colleagues."""
        return " ".join(line.text for line in (*self.lines, *self.remedies) if for_staff or not line.for_staff)

    def document(self) -> dict[str, Any]:
        """This is the explanation as plain values; all that guests must not read lies under `for_staff`."""
        return {**self._told(for_staff=False), "for_staff": {**self._told(for_staff=True), **self._evidence()}}

    def _told(self, *, for_staff: bool) -> dict[str, Any]:
        lines = [line.document() for line in self.lines if line.for_staff is for_staff]
        remedies = [line.document() for line in self.remedies if line.for_staff is for_staff]
        text = " ".join(line["text"] for line in (*lines, *remedies))
        return {"code": self.code, "text": text, "lines": lines, "remedies": remedies}

    def _evidence(self) -> dict[str, Any]:
        return {
            "taken": list(self.taken),
            "blockers": [blocker.document() for blocker in self.blockers[:RECORDED]],
            "blockers_in_all": len(self.blockers),
            "ways": [{"tables": list(way.tables), "blockers": list(way.blockers)} for way in self.ways],
        }
