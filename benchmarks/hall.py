"""A venue with room for every request of a burst, and the requests."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

TIMEZONE: Final = ZoneInfo("Europe/London")
SEATINGS: Final = (time(12), time(14), time(16), time(18), time(20))
TURN_MINUTES: Final = 105
SPARE: Final = 1.3  # tables for every party at its hour, and a third more


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of the burst."""

    ref: str
    party_size: int
    starts_at: datetime


def venue(slug: str, bookings: int) -> dict[str, Any]:
    """This is a hall of single tables of four; one zone to each ten, every table free at each seating."""
    tables = math.ceil(bookings / len(SEATINGS) * SPARE)
    zones = math.ceil(tables / 10)
    return {
        "slug": slug,
        "name": "The Great Hall",
        "timezone": TIMEZONE.key,
        "slot_minutes": 15,
        "buffer_minutes": 15,
        "max_tables_per_booking": 1,
        "zones": [{"id": f"Z{zone}", "name": f"Row {zone}"} for zone in range(zones)],
        "tables": [
            {"id": f"T{n}", "zone": f"Z{n // 10}", "capacity": 4, "min_party": 1, "movable": True, "accessible": False}
            for n in range(tables)
        ],
        "joins": [],
        "turn_minutes": [{"max_party": 4, "minutes": TURN_MINUTES}],
        "services": [
            {
                "name": "all day",
                "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                "open": "11:30",
                "last_seating": "21:30",
                "close": "23:59",
            }
        ],
    }


def asks(on: date, bookings: int) -> list[Ask]:
    """This lists the requests: parties of two to four, hour by hour in turn."""
    return [
        Ask(f"B{n:04}", 2 + n % 3, datetime.combine(on, SEATINGS[n % len(SEATINGS)], TIMEZONE))
        for n in range(1, bookings + 1)
    ]


def scenario(document: dict[str, Any], asked: list[Ask]) -> dict[str, Any]:
    """This is the burst in the form the judge reads."""
    return {
        "venue": document,
        "events": [
            {
                "type": "request",
                "booking": {"id": one.ref, "party_size": one.party_size, "start": one.starts_at.isoformat()},
            }
            for one in asked
        ],
    }


def coming(days: int) -> date:
    """This is the date that many days from now, at the venue."""
    return datetime.now(TIMEZONE).date() + timedelta(days=days)
