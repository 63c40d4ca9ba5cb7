"""Small venues and moments for the unit tests of the domain."""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from maitred.domain.assignment import SeatingRequest
from maitred.domain.availability import Occupancy, Seated, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.venue import Service, Table, TurnRow, Venue, Zone, parse_venue

# Main: T1(2) - T2(2) - T3(4), T10(4, fixed, accessible). Patio: P1(2) - P2(6), both movable.
DOCUMENT: dict[str, Any] = {
    "slug": "corner",
    "name": "The Corner",
    "timezone": "Europe/London",
    "slot_minutes": 15,
    "buffer_minutes": 5,
    "max_tables_per_booking": 3,
    "zones": [{"id": "main", "name": "Main"}, {"id": "patio", "name": "Patio"}],
    "tables": [
        {"id": "T1", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": False},
        {"id": "T2", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": False},
        {"id": "T3", "zone": "main", "capacity": 4, "min_party": 2, "movable": True, "accessible": False},
        {"id": "T10", "zone": "main", "capacity": 4, "min_party": 2, "movable": False, "accessible": True},
        {"id": "P1", "zone": "patio", "capacity": 2, "min_party": 1, "movable": True, "accessible": False},
        {"id": "P2", "zone": "patio", "capacity": 6, "min_party": 3, "movable": True, "accessible": True},
    ],
    "joins": [["T1", "T2"], ["T3", "T2"], ["P1", "P2"]],
    "turn_minutes": [
        {"max_party": 2, "minutes": 75},
        {"max_party": 4, "minutes": 90},
        {"max_party": 12, "minutes": 120},
    ],
    "services": [
        {"name": "lunch", "days": ["sat", "sun"], "open": "12:00", "last_seating": "14:00", "close": "16:00"},
        {
            "name": "dinner",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "open": "18:00",
            "last_seating": "21:30",
            "close": "23:30",
        },
    ],
}

NOON = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)


def document(**changes: Any) -> dict[str, Any]:
    """This is a fresh copy of the document, with some top-level fields replaced."""
    return {**copy.deepcopy(DOCUMENT), **changes}


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """This is a fresh copy of the document after a change in place."""
    fresh = document()
    change(fresh)
    return fresh


def venue(**changes: Any) -> Venue:
    """This is the venue of the document, with some top-level fields replaced."""
    return parse_venue(document(**changes))


def bare_venue(tables: list[Table], **changes: Any) -> Venue:
    """This is a venue of given tables, made without the document; open all day, every day."""
    fields: dict[str, Any] = {
        "slug": "bare",
        "name": "Bare",
        "timezone": "UTC",
        "zones": tuple(Zone(z, z) for z in sorted({t.zone for t in tables})),
        "tables": tuple(tables),
        "joins": (),
        "services": (Service("all day", frozenset(range(7)), time(6), time(22), time(23)),),
        "turn_minutes": (TurnRow(100, 60),),
        "slot_minutes": 15,
        "buffer_minutes": 0,
        "max_tables_per_booking": 3,
    }
    return Venue(**{**fields, **changes})


def request(party: int, starts_at: datetime = NOON, **changes: Any) -> SeatingRequest:
    """This is a request with a turn of 60 minutes and no buffer."""
    return SeatingRequest(
        **{"key": "new", "turn_minutes": 60, "buffer_minutes": 0, **changes}, party_size=party, starts_at=starts_at
    )


def snapshot(floor: Floor, *taken: Occupancy, parties: tuple[Seated, ...] = ()) -> Snapshot:
    """This is a snapshot of a floor with some tables taken."""
    return Snapshot.build(floor, taken, parties, NOON)


def on(day: date, clock: str) -> datetime:
    """This is a UTC instant from a date and a UTC clock."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=UTC)
