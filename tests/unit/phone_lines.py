"""The corpus of phone lines: labelled lines in five languages, as hosts type them, and the places they are heard at."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from maitred.domain.phoneline import Ear, Heard, ear_for
from maitred.domain.venue import parse_venue

LINES: Final = Path(__file__).parent.parent / "data" / "phone_lines.txt"
NOW: Final = dt.datetime.combine(dt.date(2026, 11, 30), dt.time(15))
LUNCH_AND_DINNER: Final = (("12:00", "14:30"), ("17:00", "22:00"))
PLACES: Final = {
    "en": ("Europe/London", "en", LUNCH_AND_DINNER),
    "dinner": ("Europe/London", "en", (("17:00", "22:00"),)),
    "cafe": ("Europe/London", "en", (("08:00", "22:00"),)),
    "us": ("America/New_York", "en", LUNCH_AND_DINNER),
    "de": ("Europe/Berlin", "de", LUNCH_AND_DINNER),
    "fr": ("Europe/Paris", "fr", LUNCH_AND_DINNER),
    "es": ("Europe/Madrid", "es", (("13:00", "15:30"), ("20:00", "23:00"))),
    "ne": ("Asia/Kathmandu", "ne", (("11:00", "21:00"),)),
}
FIELDS: Final = (
    "day", "time", "party", "name", "phone", "email", "zone", "table", "accessible", "high_chairs", "allergy",
    "occasion", "notes",
)  # fmt: skip


@dataclass(frozen=True)
class Label:
    """A line, and what was meant by it."""

    line: str
    place: str
    ready: bool
    fields: dict[str, str]


@cache
def ear(place: str) -> Ear:
    """Return the ear of one of the places."""
    timezone, language, hours = PLACES[place]
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    services = [
        {"name": f"from {opens}", "days": week, "open": opens, "last_seating": last, "close": "23:59"}
        for opens, last in hours
    ]
    services[0]["close"] = hours[0][1] if len(hours) > 1 else "23:59"
    return ear_for(parse_venue({
        "slug": "inn", "name": "Inn", "timezone": timezone, "slot_minutes": 15, "buffer_minutes": 0,
        "max_tables_per_booking": 1, "joins": [], "turn_minutes": [{"max_party": 4, "minutes": 90}],
        "zones": [{"id": "main", "name": "Main Room"}, {"id": "terrace", "name": "Terrace"}],
        "tables": [{"id": f"T{number}", "zone": "main", "capacity": 4} for number in range(1, 10)],
        "services": services,
    }), language)  # fmt: skip


def labels() -> list[Label]:
    """Read the corpus."""
    rows = [row for row in LINES.read_text("utf-8").splitlines() if row and not row.startswith("#")]
    return [_label(*row.split("|", 3)) for row in rows]


def _label(ready: str, place: str, meant: str, line: str) -> Label:
    first, *rest = [part.strip() for part in meant.split(";")]
    values = dict(zip(FIELDS, [_day(first), *rest[:3]], strict=False))
    values |= dict(part.split("=", 1) for part in rest[3:])
    return Label(line, place, ready == "ready", {field: value for field, value in values.items() if value != "-"})


def _day(text: str) -> str:
    return (
        text if text == "-" else f"{2026 if (int(text[:2]), int(text[2:])) >= (11, 30) else 2027}-{text[:2]}-{text[2:]}"
    )


def told(found: Heard) -> dict[str, str]:
    """Return what was heard as the corpus writes it."""
    values: dict[str, Any] = {field: getattr(found, field) for field in FIELDS}
    values["time"] = f"{found.time:%H:%M}" if found.time else None
    values["accessible"] = "yes" if found.accessible else None
    return {field: str(value) for field, value in values.items() if value}
