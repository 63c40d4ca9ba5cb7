"""What a line says: a value for each kind of thing, the words it came from, and what is in doubt."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What words of the line can become."""

    DAY = "day"
    TIME = "time"
    PARTY = "party"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ZONE = "zone"
    TABLE = "table"
    ACCESSIBLE = "accessible"
    HIGH_CHAIRS = "high_chairs"
    ALLERGY = "allergy"
    OCCASION = "occasion"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of the line, as they were typed, and what they became."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading of words that have several: a date, a time, an int, a str; None where the kind stays unsaid."""

    value: Any


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that can mean more than one thing, likeliest first; without choices they can't be read at all.

    `words` is empty for what nobody said and is taken for granted, as today is.
    """

    kind: Kind
    words: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line says; None and empty are what it does not say. What is in doubt carries its likeliest reading."""

    day: dt.date | None = None
    time: dt.time | None = None
    party: int | None = None
    name: str = ""
    phone: str | None = None
    email: str | None = None
    zone: str | None = None
    table: str | None = None
    accessible: bool = False
    high_chairs: int = 0
    allergy: str = ""
    occasion: str = ""
    notes: str = ""
    pieces: tuple[Piece, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def missing(self) -> tuple[Kind, ...]:
        """What has to be asked yet."""
        said = {
            Kind.DAY: self.day is not None,
            Kind.TIME: self.time is not None,
            Kind.PARTY: self.party is not None,
            Kind.NAME: bool(self.name),
        }
        return tuple(kind for kind, known in said.items() if not known)

    @property
    def ready(self) -> bool:
        """Whether it may be booked as it is: all that is needed is understood, and nothing is in doubt."""
        return not self.missing and not self.doubts

    @property
    def no_such_day(self) -> bool:
        """Whether a day was said that the calendar does not have, as the 31st of February."""
        return self.day is None and any(piece.kind is Kind.DAY for piece in self.pieces)
