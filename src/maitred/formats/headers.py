"""What a header says besides its name: the form of its dates, the zone of its times, that a form asked for it."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

# DD/MM/YYYY as it is written in English, German (TT.MM.JJJJ), French (JJ/MM/AAAA) and Spanish (DD/MM/AAAA).
_FORM: Final = re.compile(
    r"\b(?:(?P<dmy>dd?|tt?|jj?)[./ -]mm?m?[./ -](?:y{2,4}|j{2,4}|a{2,4})|(?P<mdy>mm?m?[./ -]dd?[./ -]y{2,4})"
    r"|(?P<ymd>(?:y{2,4}|j{2,4}|a{2,4})[./ -]mm?m?[./ -](?:dd?|tt?|jj?)))\b",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(r"\b(?:utc|gmt)(?:\s*(?P<offset>[+-]\d{1,2}(?::?[0-5]\d)?)(?!\d))?(?![a-z])", re.IGNORECASE)
_PLACE: Final = re.compile(r"\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/\w+(?:/\w+)?")
_REMARK: Final = re.compile(
    r"\b(?:hh?[:.h ]?mm(?:[:.]ss)?(?:\s*(?:am/?pm|a|tt))?|(?:24|12)[\s-]?(?:h|hr|hrs|hour|hours)(?:\s(?:clock|format))?"
    r"|required|optional|mandatory|pflichtfeld|pflicht|obligatoire|facultatif|obligatorio|opcional|local(?:\s+time)?)\b",
    re.IGNORECASE,
)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")


def name_in(header: str) -> str:
    """Return the name of a column without remarks: `Date (DD/MM/YYYY)` is Date, `partySize` is party Size."""
    text = " ".join(re.split(r"[_\s]+", _PLACE.sub(" ", header)))
    for remark in (_ZONE, _FORM, _REMARK):
        text = remark.sub(" ", text)
    return _HUMP.sub(" ", text)


def order_in(header: str) -> str | None:
    """Return the order of figures that a header gives for its dates: dmy, mdy or ymd."""
    found = _FORM.search(" ".join(header.split("_")))
    return next(name for name, said in found.groupdict().items() if said) if found else None


def zone_in(header: str) -> tzinfo | None:
    """Return the zone that a header gives for its times: UTC, UTC+1, Europe/Berlin."""
    text = " ".join(header.split("_"))
    place = _PLACE.search(header)
    if place:
        try:
            return ZoneInfo(place[0])
        except (KeyError, ValueError, OSError):
            return None
    found = _ZONE.search(text)
    return offset_of(found["offset"] or "+0") if found else None


def offset_of(text: str) -> tzinfo | None:
    """Return an offset such as +01:00, -0500 or +1; None for one that no place on earth has."""
    found = re.fullmatch(r"([+-])(\d{1,2})(?::?(\d\d))?", text)
    if found is None or int(found[3] or 0) > 59:
        return None
    shift = (-1 if found[1] == "-" else 1) * timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if not timedelta(hours=-12) <= shift <= timedelta(hours=14):
        return None
    return timezone(shift) if shift else UTC
