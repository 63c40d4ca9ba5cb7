"""What columns are called in exports: what a header means, and how exactly (vocabulary.txt).

A name is its words in any order, without the small ones ("date of visit" is "visit date"). A header may mean different
things with different rank: "visit date" is when a party comes, "booking date" may be when it booked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import product
from typing import Final

from maitred.formats.words import plain

_SMALL: Final = frozenset(
    [
        "of",
        "the",
        "at",
        "on",
        "by",
        "a",
        "am",
        "um",
        "an",
        "le",
        "la",
        "les",
        "el",
        "los",
        "las",
        "de",
        "del",
        "du",
        "des",
        "der",
        "die",
        "das",
        "d",
        "l",
        "et",
        "and",
        "und",
        "y",
        "en",
        "is",
        "s",
    ]
)
_NUMBER: Final = frozenset(["number", "no", "nr", "num", "nb", "n", "numero", "nummer", "anzahl"])
_UTC: Final = frozenset({"utc", "gmt"})
_LOCAL: Final = frozenset({"local"})

Ranked = tuple[tuple[int, str], ...]


def _read() -> dict[str, Ranked]:
    """Return the names of each meaning by rank, as vocabulary.txt lists them."""
    text = resources.files(__package__).joinpath("vocabulary.txt").read_text(encoding="utf-8")
    words = dict(re.findall(r"^(<\w+>) = (.+)$", text, re.MULTILINE))
    found: dict[str, Ranked] = {}
    for meaning, block in re.findall(r"^\[(\w+)\]\n((?:.+\n)+)", text, re.MULTILINE):
        for word, meant in words.items():
            block = block.replace(word, meant)  # noqa: PLW2901
        ranked = re.findall(r"^(\d): ((?:.+\n(?:   .+\n)*))", block, re.MULTILINE)
        found[meaning] = tuple((int(rank), " ".join(listed.split())) for rank, listed in ranked)
    return found


MEANINGS: Final = _read()

# What single systems call them besides; to be looked at in a dry run, exports differ by version and settings.
PRESETS: Final[Mapping[str, Mapping[str, str]]] = {
    "generic": {},
    "maitred": {"id": "id", "starts_at": "starts_at", "name": "guest_name", "zone": "zone_preference"},
    "opentable": {
        "id": "conf number | conf #",
        "party_size": "size | party size",
        "state": "booking state",
        "tables": "table s",
        "name": "guest",
    },
    "resdiary": {"starts_at": "visit date time", "party_size": "covers booked", "state": "arrival status"},
    "sevenrooms": {
        "id": "reference code",
        "party_size": "max guests",
        "tables": "table numbers",
        "notes": "client requests",
    },
    "resy": {
        "id": "resy token | reservation id",
        "party_size": "party size | num seats",
        "starts_at": "day and time",
    },
    "thefork": {"party_size": "pax", "name": "diner", "starts_at": "meal date", "id": "reservation uuid"},
    "quandoo": {"party_size": "capacity", "id": "reservation reference"},
    "zenchef": {"party_size": "nb guests", "tables": "table attribuee"},
    "tock": {
        "id": "reservation id | confirmation number",
        "starts_at": "experience date | service date time",
        "party_size": "party size",
    },
    "yelp": {"id": "reservation id", "party_size": "party size", "notes": "diner notes"},
    "eatapp": {"id": "reservation key", "party_size": "covers", "starts_at": "start time"},
}


# Words of one system that mean something else in others.
PRESET_STATES: Final[Mapping[str, Mapping[str, str]]] = {
    "maitred": {
        "checked in": "seated",
        "manual review": "booked",
        "created": "booked",
        "capacity verified": "booked",
        "assignment pending": "booked",
        "assignment in progress": "booked",
    },
}


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a header may mean, and how exactly."""

    meaning: str
    rank: int


def key_of(header: str) -> tuple[str, ...]:
    """Return the words of a header as they are compared; where it says UTC is left out (`is_utc`)."""
    text = plain(header.replace("#", " number ")).replace("e mail", "email")
    words = [word for word in text.split() if word not in _SMALL | _UTC | _LOCAL]
    return tuple(sorted("number" if word in _NUMBER else word for word in words))


def is_utc(header: str) -> bool:
    """Tell whether a header says that its times are UTC."""
    return bool(_UTC & set(plain(header).split()))


def senses(header: str) -> tuple[Sense, ...]:
    """Return what a header may mean; our own name of a meaning is as exact as can be."""
    own = plain(header).replace(" ", "_")
    exact = (Sense(own, 4),) if own in MEANINGS and "_" in own else ()
    return exact + tuple(one for one in _KNOWN.get(key_of(header), ()) if one.meaning != own or not exact)


def preset_keys(preset: str) -> dict[tuple[str, ...], str]:
    """Return what a system's own names mean."""
    return {key_of(name): meaning for meaning, listed in PRESETS[preset].items() for name in listed.split("|")}


def expanded(listed: str) -> Iterator[str]:
    """Yield every name of a list."""
    for name in listed.split("|"):
        for words in product(*(word.split("/") for word in name.split())):
            yield " ".join(words)


def _known() -> dict[tuple[str, ...], tuple[Sense, ...]]:
    found: dict[tuple[str, ...], dict[str, Sense]] = {}
    for meaning, ranked in MEANINGS.items():
        for rank, listed in ranked:
            for name in expanded(listed):
                found.setdefault(key_of(name), {}).setdefault(meaning, Sense(meaning, rank))
    return {key: tuple(by_meaning.values()) for key, by_meaning in found.items()}


_KNOWN: Final = _known()
