"""What a restaurant's phone is answered with in mind: the words for days, months and people, its zones and its hours.

Weekdays and months come from CLDR by Babel, in the language of the person and in English, which is typed everywhere.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel import Locale

from maitred.domain.calendar import service_minutes
from maitred.domain.contact import country_of
from maitred.domain.venue import Venue

SMALL_HOURS: Final = dt.time(6)
DIGITS: Final = {base + digit: str(digit) for base in (0x0660, 0x06F0, 0x0966) for digit in range(10)}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, casefolded, and what they mean; `ahead` counts days from today."""

    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    ahead: Mapping[str, int]
    hours: Mapping[str, int]
    half_to: frozenset[str]
    """Before an hour: half an hour short of it (halb 8 is 7:30)."""
    half_past: frozenset[str]
    """Before an hour: half an hour past it (half 8 is 8:30)."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What is listened with: `region` completes phone numbers, `zones` maps words to a zone, `hours` are open ones."""

    words: Vocabulary
    region: str | None
    zones: Mapping[tuple[str, ...], str]
    hours: frozenset[int]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PEOPLE: Final = _words(
    "p pers pax ppl people person persons guests covers personen leute gäste gaeste personnes personne couverts "
    "personas persona comensales जना"
)
FOR: Final = _words("for für fuer pour para party of table tisch mesa")
OF_THE_CLOCK: Final = _words("uhr h hrs o'clock heures horas hs बजे")
AM: Final = _words("am a.m a.m.")
PM: Final = _words("pm p.m p.m.")
ACCESSIBLE: Final = _words(
    "accessible wheelchair rollstuhl rollstuhlfahrer barrierefrei pmr accesible minusválido ह्वीलचेयर"
)
FILLERS: Final = _words(
    "at on for by the um am auf für fuer den der à a le la pour el los las para name under called in o'clock"
)
BEFORE_NAMES: Final = _words("name under called for on at um am auf für pour para by")
NOTED: Final = _words(
    "window high highchair chair allergy allergic allergies nut nuts gluten vegan vegetarian birthday anniversary baby "
    "babies kids child children dog quiet corner outside inside buggy pram no with without please booth near "
    "fenster fensterplatz hochstuhl kinderstuhl allergie allergien nüsse geburtstag hund vegetarisch kinderwagen "
    "kinder kind ruhig draußen drinnen mit ohne bitte fenêtre chaise bébé enfant enfants anniversaire chien calme sans "
    "avec ventana trona alergia alergias cumpleaños perro tranquilo sin con niños झ्याल बच्चा जन्मदिन शाकाहारी"
)
_AHEAD: Final[Mapping[str, Mapping[str, int]]] = {
    "en": {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tom": 1},
    "de": {"gestern": -1, "heute": 0, "morgen": 1, "übermorgen": 2, "uebermorgen": 2},
    "fr": {"hier": -1, "aujourd'hui": 0, "auj": 0, "demain": 1, "après-demain": 2},
    "es": {"ayer": -1, "hoy": 0, "mañana": 1, "manana": 1},
    "ne": {"हिजो": -1, "आज": 0, "भोलि": 1, "पर्सि": 2},
}
# The hours by name, one to twelve, as they follow `half`.
_HOURS: Final[Mapping[str, str]] = {
    "en": "one two three four five six seven eight nine ten eleven twelve",
    "de": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "ne": "एक दुई तीन चार पाँच छ सात आठ नौ दस एघार बाह्र",
}
_HALF_TO: Final[Mapping[str, frozenset[str]]] = {"de": frozenset({"halb"})}
_HALF_PAST: Final[Mapping[str, frozenset[str]]] = {"en": frozenset({"half"}), "ne": frozenset({"साढे"})}


def plain(word: str) -> str:
    """Return a word as it is compared: in lower case, with Western digits, without what punctuates it."""
    return unicodedata.normalize("NFC", word).translate(DIGITS).casefold().strip(".,:;!?()\"'")


@lru_cache(maxsize=64)
def vocabulary(language: str) -> Vocabulary:
    """Return the words of a language, and those of English."""
    spoken = dict.fromkeys(("en", language if language in _AHEAD else "en"))
    return Vocabulary(
        {word: number for code in spoken for word, number in _calendar(code, "days")},
        {word: number for code in spoken for word, number in _calendar(code, "months")},
        {word: days for code in spoken for word, days in _AHEAD[code].items()},
        {word: hour for code in spoken for hour, word in enumerate(_HOURS.get(code, "").split(), 1)},
        frozenset().union(*(_HALF_TO.get(code, frozenset()) for code in spoken)),
        frozenset().union(*(_HALF_PAST.get(code, frozenset()) for code in spoken)),
    )


def _calendar(code: str, what: str) -> Iterable[tuple[str, int]]:
    names = getattr(Locale.parse(code), what)
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in names[context][width].items():
                yield plain(name), number
    if code == "en" and what == "days":
        yield from {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}.items()


def ear_for(venue: Venue, language: str) -> Ear:
    """Return what the phone of a restaurant is answered with, by somebody who speaks a language."""
    return Ear(vocabulary(language), region_of(venue.timezone), _zones(venue), _hours(venue))


def region_of(timezone: str) -> str | None:
    """Return the country of a time zone: national phone numbers are taken to be from there."""
    return country_of(timezone)


def _zones(venue: Venue) -> dict[tuple[str, ...], str]:
    named = {tuple(plain(word) for word in zone.name.split()): zone.id for zone in venue.zones}
    return named | {(plain(zone.id),): zone.id for zone in venue.zones}


def _hours(venue: Venue) -> frozenset[int]:
    """Return the hours of the clock at which parties may be seated on some day."""
    services = [*venue.services, *(one for override in venue.date_overrides for one in override.services)]
    spans = ((opens, last) for opens, last, _ in map(service_minutes, services))
    return frozenset(minute // 60 % 24 for opens, last in spans for minute in range(opens - opens % 60, last + 1, 60))


def wall(day: dt.date, at: dt.time, day_starts_at: dt.time) -> dt.datetime:
    """Return the wall time meant by a time of a day: the small hours belong to the evening before."""
    small = at < min(day_starts_at, SMALL_HOURS)
    return dt.datetime.combine(day + dt.timedelta(days=1) if small else day, at)
