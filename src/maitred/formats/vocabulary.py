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

from maitred.formats.headers import name_in
from maitred.formats.words import names, plain

_SMALL: Final = frozenset(
    [
        "of",
        "the",
        "at",
        "on",
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
_SHORT: Final[Mapping[str, str]] = {
    "res": "reservation",
    "resa": "reservation",
    "resv": "reservation",
    "rsvn": "reservation",
    "bkg": "booking",
    "cust": "customer",
    "pers": "persons",
    "ppl": "people",
    "erw": "erwachsene",
    "tbl": "table",
    "bem": "bemerkung",
    "anm": "anmerkung",
    "nbre": "number",
    "anz": "number",
}

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
    """Return the words of a header as they are compared, without its remarks (headers.py)."""
    text = plain(name_in(header).replace("#", " number ")).replace("e mail", "email")
    return tuple(sorted(_whole(word) for word in text.split() if word not in _SMALL))


def _whole(word: str) -> str:
    """Return a word that may be shortened: Nr. is number, Buchungsnr. is Buchungsnummer."""
    if word in _NUMBER:
        return "number"
    return word[:-2] + "nummer" if word.endswith("nr") else _SHORT.get(word, word)


def senses(header: str) -> tuple[Sense, ...]:
    """Return what a header may mean; our own name of a meaning is as exact as can be."""
    own = plain(header).replace(" ", "_")
    exact = (Sense(own, 4),) if own in MEANINGS and "_" in own else ()
    found = exact + tuple(one for one in _KNOWN.get(key_of(header), ()) if one.meaning != own or not exact)
    return found or _of_the_booking(header) or _free_text(header)


def _of_the_booking(header: str) -> tuple[Sense, ...]:
    """Return what a header means that says besides that it is of the booking: `reservation party size`."""
    words = key_of(header)
    rest = tuple(word for word in words if word not in ("booking", "reservation"))
    found = _KNOWN.get(rest, ()) if rest and rest != words else ()
    return tuple(Sense(one.meaning, 1) for one in found if one.meaning not in _OWN_SENSE)


def _free_text(header: str) -> tuple[Sense, ...]:
    """Take what has a word for notes in its name for notes: what guests asked for may be in it."""
    words = set(key_of(header))
    free = words & _FREE or any(word.endswith(_FREE_ENDS) for word in words)
    return (Sense("notes", 2),) if free and not words & _OF_NOTES else ()


_FREE: Final = frozenset(
    names(
        "note | notes | comment | comments | remark | remarks | request | requests | wish | wishes | allergy"
        " | allergies | allergen | allergens | dietary | occasion | tag | tags | instruction | instructions | allergie"
        " | allergien | anlass | wunsche | commentaire | commentaires | remarque | remarques | demande | demandes"
        " | regime | observacion | observaciones | comentario | comentarios | peticion | peticiones | nota | notas"
        " | alergia | alergias | ocasion | टिप्पणी | एलर्जी"
    )
)
_FREE_ENDS: Final = tuple(
    names(
        "hinweis | hinweise | notiz | notizen | wunsch | wunsche | kommentar | kommentare | bemerkung | bemerkungen"
        " | anmerkung | anmerkungen | unverträglichkeit | unverträglichkeiten"
    )
)
# A date, an author or a count of notes is no note; `Tag` is a day in German.
_OF_NOTES: Final = frozenset(
    names("date | time | day | datum | zeit | by | id | count | number | status | email | type | created | updated")
)


# Of these `booking` decides what is meant: a booking's date is not that of the visit.
_OWN_SENSE: Final = frozenset({"date", "time", "starts_at", "weekday", "created_at"})


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
