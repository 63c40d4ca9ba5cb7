"""Made-up nights by name, SIZE-LOAD-SEED: a floor and its requests in the form of docs/scenarios.md.

    python benchmarks/nights.py brasserie-0.9-7 > night.json

A night is made from its name alone, so it is the same on every machine. Load is asked seat-minutes (buffer included,
cancelled parties too) over those the floor offers from the first seating to 90 minutes after the last. Shares of
table sizes, party sizes, lead times, joins and wishes follow the given files; the given files themselves are never
used to choose a weight of the engine.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

Json = dict[str, Any]


class Size(NamedTuple):
    """A floor's zones, tables in each, and tables in a row."""

    zones: int
    tables: int
    row: int


SIZES: Final = {"bistro": Size(2, 7, 4), "brasserie": Size(3, 14, 5), "hall": Size(6, 20, 5)}
CAPACITIES: Final = {2: 0.42, 4: 0.42, 6: 0.10, 8: 0.06}
MIN_PARTY: Final = {2: 1, 4: 1, 6: 2, 8: 4}
PARTIES: Final = {1: 4.6, 2: 47, 3: 10.5, 4: 19.6, 5: 5.3, 6: 5.9, 7: 2.3, 8: 2.7, 10: 1.7, 12: 0.4}
SOURCES: Final = {"web": 70, "phone": 20, "partner": 10}
TURNS: Final = {2: 90, 4: 105, 6: 120, 16: 150}
MOVABLE, ACCESSIBLE, JOINED = 0.85, 0.30, 0.75
WISHES_ZONE, NEEDS_ACCESS, CANCELS = 0.15, 0.03, 0.1
BUFFER, LONGEST = 10, 360
OPENS: Final = datetime(2026, 12, 5, 17, tzinfo=UTC)
SLOTS, SLOT = 19, timedelta(minutes=15)
PEAK, SPREAD = 10.0, 6.0


def night(name: str) -> Json:
    """This makes the night of that name; equal names make equal nights."""
    size, load, _ = name.split("-")
    chance = Random(name)  # seeded by its text, not by hash()
    venue = _venue(size, SIZES[size], chance)
    offered = sum(table["capacity"] for table in venue["tables"]) * LONGEST
    asked = list(_requests(chance, float(load) * offered, [zone["id"] for zone in venue["zones"]]))
    events = [*asked, *_cancels(chance, asked)]
    return {
        "format": "maitred.scenario/1",
        "name": name,
        "venue": venue,
        "events": sorted(events, key=lambda event: (event["at"], event["type"])),
    }


def _venue(slug: str, size: Size, chance: Random) -> Json:
    zones = [f"Z{number}" for number in range(1, size.zones + 1)]
    tables = [_table(zone, number, chance) for zone in zones for number in range(1, size.tables + 1)]
    return {
        "slug": slug,
        "name": slug.title(),
        "timezone": "Europe/London",
        "slot_minutes": 15,
        "buffer_minutes": BUFFER,
        "max_tables_per_booking": 3,
        "zones": [{"id": zone, "name": f"Zone {zone[1:]}"} for zone in zones],
        "tables": tables,
        "joins": list(_joins(size, tables, chance)),
        "turn_minutes": [{"max_party": party, "minutes": minutes} for party, minutes in TURNS.items()],
        "services": [
            {
                "name": "dinner",
                "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                "open": "17:00",
                "last_seating": "21:30",
                "close": "23:59",
            }
        ],
    }


def _table(zone: str, number: int, chance: Random) -> Json:
    capacity = _drawn(CAPACITIES, chance)
    return {
        "id": f"{zone}-T{number:02}",
        "zone": zone,
        "capacity": capacity,
        "min_party": MIN_PARTY[capacity],
        "movable": chance.random() < MOVABLE,
        "accessible": chance.random() < ACCESSIBLE,
    }


def _joins(size: Size, tables: list[Json], chance: Random) -> Iterator[list[str]]:
    """This joins neighbours on a grid, side by side and one behind the other."""
    for place, table in enumerate(tables):
        column, number = place % size.tables % size.row, place % size.tables
        for step, exists in ((1, column + 1 < size.row), (size.row, True)):
            if exists and number + step < size.tables and chance.random() < JOINED:
                other = tables[place + step]
                if table["movable"] and other["movable"]:
                    yield [table["id"], other["id"]]


def _requests(chance: Random, wanted: float, zones: list[str]) -> Iterator[Json]:
    number, asked = 0, 0.0
    while asked < wanted:
        number += 1
        party = _drawn(PARTIES, chance)
        asked += party * (next(minutes for most, minutes in TURNS.items() if party <= most) + BUFFER)
        start = OPENS + SLOT * _slot(chance)
        lead = timedelta(hours=0.3) + timedelta(hours=chance.expovariate(1 / (70 if party < 5 else 140)))
        booking = {
            "id": f"B{number:04}",
            "party_size": party,
            "start": start.isoformat(),
            "source": _drawn(SOURCES, chance),
        }
        if chance.random() < WISHES_ZONE:
            booking["zone_preference"] = chance.choice(zones)
        if chance.random() < NEEDS_ACCESS:
            booking["accessible"] = True
        yield {"at": (start - lead).isoformat(timespec="microseconds"), "type": "request", "booking": booking}


def _slot(chance: Random) -> int:
    """This draws a start around the peak of the evening; what falls outside the hours is drawn again."""
    while True:
        slot = round(chance.gauss(PEAK, SPREAD))
        if 0 <= slot < SLOTS:
            return slot


def _cancels(chance: Random, asked: list[Json]) -> Iterator[Json]:
    for event in asked:
        if chance.random() < CANCELS:
            at, start = (datetime.fromisoformat(text) for text in (event["at"], event["booking"]["start"]))
            when = at + (start - at) * chance.uniform(0.05, 0.95)
            yield {
                "at": when.isoformat(timespec="microseconds"),
                "type": "cancel",
                "booking_id": event["booking"]["id"],
            }


def _drawn(shares: dict[Any, float], chance: Random) -> Any:
    return chance.choices(list(shares), list(shares.values()))[0]


if __name__ == "__main__":
    print(json.dumps(night(sys.argv[1]), indent=1))
