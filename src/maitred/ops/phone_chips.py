"""What was understood of a call, as chips: each with its value, its readings where it is in doubt, and a field to edit.

A field is written as its input takes it (a day as 2030-05-17), and read by the same rules as a form of the API.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from maitred.api.fields import MAX_PARTY, Email, Name, Notes
from maitred.api.problems import faults_of
from maitred.domain.contact import phone_number
from maitred.domain.errors import InvalidInput, MaitredError
from maitred.domain.phoneline import Choice, Doubt, Heard, Kind
from maitred.domain.written import clock_in, day_in
from maitred.ops.visit import FARTHEST, Visit
from maitred.ops.wording import sentence
from maitred.texts import N_, gettext

WORDS: Final = {
    Kind.DAY: N_("Day"),
    Kind.TIME: N_("Time"),
    Kind.PARTY: N_("Party"),
    Kind.NAME: N_("Name"),
    Kind.PHONE: N_("Phone"),
    Kind.EMAIL: N_("Email"),
    Kind.ZONE: N_("Zone"),
    Kind.TABLE: N_("Table wish"),
    Kind.ACCESSIBLE: N_("Accessible table"),
    Kind.HIGH_CHAIRS: N_("High chairs"),
    Kind.ALLERGY: N_("Allergy"),
    Kind.OCCASION: N_("Occasion"),
    Kind.NOTES: N_("Notes"),
}
NEEDED: Final = (Kind.DAY, Kind.TIME, Kind.PARTY, Kind.NAME)
MOST_CHAIRS: Final = 9
MOST_READINGS: Final = 3
_INPUTS: Final[Mapping[Kind, str]] = {
    Kind.DAY: "date",
    Kind.TIME: "time",
    Kind.PARTY: "number",
    Kind.HIGH_CHAIRS: "number",
    Kind.PHONE: "tel",
    Kind.EMAIL: "email",
    Kind.ZONE: "select",
    Kind.TABLE: "select",
    Kind.ACCESSIBLE: "select",
}
_BOUNDS: Final[Mapping[Kind, tuple[int, int]]] = {Kind.PARTY: (1, MAX_PARTY), Kind.HIGH_CHAIRS: (0, MOST_CHAIRS)}
_TEXTS: Final[Mapping[Kind, TypeAdapter[str]]] = {
    Kind.NAME: TypeAdapter(Name),
    Kind.EMAIL: TypeAdapter(Email),
    Kind.ALLERGY: TypeAdapter(Notes),
    Kind.OCCASION: TypeAdapter(Notes),
    Kind.NOTES: TypeAdapter(Notes),
}
_RULES: Final[Mapping[str, str]] = {
    "too_long": N_("This is too long."),
    "control_character": N_("This has a character that cannot be printed."),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that words in doubt may mean, and the key that settles it as long as it is asked about."""

    words: str
    does: str
    key: int | None


@dataclass(frozen=True, slots=True)
class Field:
    """How a chip is edited; `most` and `least` bound a number, `options` are those of a selection."""

    input: str
    written: str
    least: int | None
    most: int | None
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """What some words became; `typed` is empty for what nobody said."""

    kind: Kind
    label: str
    value: str
    field: Field
    typed: str = ""
    missing: bool = False
    doubtful: bool = False
    readings: tuple[Reading, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """An edit that could not be taken: what was typed, and the rule that it breaks."""

    typed: str
    fault: MaitredError


def chips_of(
    visit: Visit, heard: Heard, doubts: Sequence[Doubt], asked: Kind | None, wrong: Mapping[Kind, Wrong]
) -> list[Chip]:
    """Return the chips of a call; those whose doubt is `asked` about now carry the keys."""
    said = _said(heard, doubts, wrong)
    in_doubt = {doubt.kind: doubt for doubt in doubts}
    found = []
    for kind in said:
        doubt, fault = in_doubt.get(kind), wrong.get(kind)
        field = _field(visit, kind, fault.typed if fault else written(kind, value_of(heard, kind)))
        likeliest = value_of(heard, kind) or (doubt.choices[0].value if doubt and doubt.choices else None)
        found.append(Chip(
            kind, gettext(WORDS[kind]), shown(visit, kind, likeliest), field, _typed(heard, kind, doubt),
            missing=kind in NEEDED and kind in heard.missing and doubt is None, doubtful=doubt is not None,
            readings=_readings(visit, doubt, asked) if doubt else (), fault=sentence(fault.fault) if fault else "",
        ))  # fmt: skip
    return found


def more_of(visit: Visit, heard: Heard, chips: Iterable[Chip]) -> list[Chip]:
    """Return the fields of what nobody has said, to fill in by hand."""
    said = {chip.kind for chip in chips}
    return [
        Chip(kind, gettext(WORDS[kind]), "", _field(visit, kind, written(kind, value_of(heard, kind))))
        for kind in Kind
        if kind not in said
    ]


def _said(heard: Heard, doubts: Sequence[Doubt], wrong: Mapping[Kind, Wrong]) -> list[Kind]:
    """List the kinds that are shown, in the order in which they are asked for."""
    told = {piece.kind for piece in heard.pieces} | {doubt.kind for doubt in doubts} | set(wrong)
    return [kind for kind in Kind if kind in told or kind in NEEDED or value_of(heard, kind)]


def _typed(heard: Heard, kind: Kind, doubt: Doubt | None) -> str:
    if kind is Kind.NAME and not heard.name and doubt is not None and doubt.choices:
        return gettext("known by %(number)s") % {"number": doubt.words}
    return " … ".join(piece.words for piece in heard.pieces if piece.kind is kind)


def _readings(visit: Visit, doubt: Doubt, asked: Kind | None) -> tuple[Reading, ...]:
    choices = doubt.choices or (Choice(None),)
    return tuple(
        Reading(
            reading_words(visit, doubt.kind, choice.value),
            f"settle:{doubt.kind}={written(doubt.kind, choice.value)}",
            key if doubt.kind is asked and key <= MOST_READINGS else None,
        )
        for key, choice in enumerate(choices, 1)
    )


def reading_words(visit: Visit, kind: Kind, value: Any) -> str:
    """Say what a reading would mean."""
    if value not in (None, ""):
        return shown(visit, kind, value)
    return gettext("another") if kind in NEEDED else gettext("leave it out")


# -- values -----------------------------------------------------------------------------------------------------------


def value_of(heard: Heard, kind: Kind) -> Any:
    """Return what was understood of a kind."""
    return getattr(heard, kind.value)


def shown(visit: Visit, kind: Kind, value: Any) -> str:
    """Write a value for people."""
    if value in (None, "", 0, False):
        return gettext("missing") if kind in NEEDED else ""
    return _SHOWN[kind](visit, value) if kind in _SHOWN else str(value)


def _day_shown(visit: Visit, day: dt.date) -> str:
    today = visit.now.astimezone(visit.place.venue.tz).date()
    words = visit.texts.day(day)
    return gettext("today, %(day)s") % {"day": words} if day == today else words


_SHOWN: Final[Mapping[Kind, Callable[[Visit, Any], str]]] = {
    Kind.DAY: _day_shown,
    Kind.TIME: lambda visit, value: visit.texts.time(value),
    Kind.PARTY: lambda visit, value: visit.texts.number(value),
    Kind.HIGH_CHAIRS: lambda visit, value: visit.texts.number(value),
    Kind.ACCESSIBLE: lambda _visit, _value: gettext("yes"),
    Kind.ZONE: lambda visit, value: dict(_options(visit, Kind.ZONE)).get(value, str(value)),
}


def written(kind: Kind, value: Any) -> str:
    """Write a value as its field takes it."""
    if kind is Kind.ACCESSIBLE:
        return "1" if value else ""
    if value in (None, "", 0):
        return ""
    if kind is Kind.DAY:
        return str(value.isoformat())
    return f"{value:%H:%M}" if kind is Kind.TIME else str(value)


def read(visit: Visit, kind: Kind, text: str) -> Any:
    """Read what a field holds; None when it is empty. Raises InvalidInput, which names the field and the rule."""
    text, field = text.strip(), f"chip.{kind}"
    if not text:
        return None
    if kind in _TEXTS:
        return _checked(_TEXTS[kind], text, field)
    return _READERS.get(kind, _option)(visit, kind, text, field)


def _checked(rules: TypeAdapter[str], text: str, field: str) -> str:
    try:
        return rules.validate_python(text)
    except ValidationError as invalid:
        found = faults_of(invalid)[0]
        said = gettext(_RULES[found.code]) if found.code in _RULES else found.message
        raise InvalidInput(said, field=field, code=found.code) from None


def _day(visit: Visit, _kind: Kind, text: str, field: str) -> dt.date:
    day = day_in(text, field)
    if abs(day - visit.today()) > FARTHEST:
        raise InvalidInput("That day is too far away.", field=field, code="out_of_range")
    return day


def _whole(_visit: Visit, kind: Kind, text: str, field: str) -> int:
    least, most = _BOUNDS[kind]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not least <= number <= most:
        said = gettext("Write a number from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise InvalidInput(said, field=field, code="out_of_range")
    return number


def _phone(visit: Visit, _kind: Kind, text: str, field: str) -> str:
    """Read a number by the rules of every form: without a country code it is one of the restaurant's country."""
    try:
        return phone_number(text, visit.place.country, field)
    except InvalidInput as fault:
        said = gettext("This is no phone number; write it with its country code, as in +44 20 7946 0958.")
        raise InvalidInput(said, field=field, code=fault.reason_code) from None


def _option(visit: Visit, kind: Kind, text: str, field: str) -> str:
    if text not in {value for value, _ in _options(visit, kind)}:
        raise InvalidInput(gettext("Choose one of the list."), field=field, code="unknown_value")
    return text


_READERS: Final[Mapping[Kind, Callable[[Visit, Kind, str, str], Any]]] = {
    Kind.DAY: _day,
    Kind.TIME: lambda _visit, _kind, text, field: clock_in(text, field),
    Kind.PARTY: _whole,
    Kind.HIGH_CHAIRS: _whole,
    Kind.PHONE: _phone,
    Kind.ACCESSIBLE: lambda _visit, _kind, text, _field: text == "1",
}


def _field(visit: Visit, kind: Kind, text: str) -> Field:
    least, most = _BOUNDS.get(kind, (None, None))
    return Field(_INPUTS.get(kind, "text"), text, least, most, _options(visit, kind))


def _options(visit: Visit, kind: Kind) -> tuple[tuple[str, str], ...]:
    venue = visit.place.venue
    match kind:
        case Kind.ZONE:
            return (("", gettext("none")), *((zone.id, zone.name) for zone in venue.zones))
        case Kind.TABLE:
            return (("", gettext("none")), *((table.id, table.id) for table in venue.tables))
        case Kind.ACCESSIBLE:
            return (("", gettext("no")), ("1", gettext("yes")))
    return ()
