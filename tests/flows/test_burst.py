"""Five hundred requests at once for one restaurant and day: with room for all of them, and with room for few."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

import judge
from maitred.client.replay import ReplayOptions, replay
from maitred.client.report import ReplayReport
from refusals import left_by_moves, untrue_refusals
from running import RunningMaitred

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"
REQUESTS = 500


def _stream(venue: dict[str, Any], sizes: range, last_slot: int) -> dict[str, Any]:
    """Make 500 requests over one day, all asked within the same minute of the day before."""
    dice = Random(500)
    events = []
    for number in range(REQUESTS):
        hour, quarter = divmod(12 * 4 + dice.randrange(last_slot), 4)
        start = f"2026-11-24T{hour:02d}:{quarter * 15:02d}:00+00:00"
        booking = {"id": f"R{number:03d}", "party_size": dice.choice(sizes), "start": start, "source": "web"}
        events.append({"at": "2026-11-23T09:00:00+00:00", "type": "request", "booking": booking})
    return {"format": "maitred.scenario/1", "name": "burst", "venue": venue, "events": events}


def _hall() -> dict[str, Any]:
    """Return a venue with room for everybody: no table is needed twice."""
    tables = [
        {"id": f"T{number}", "zone": "hall", "capacity": 4, "min_party": 1, "movable": False, "accessible": False}
        for number in range(REQUESTS)
    ]
    service = {"name": "day", "days": ["tue"], "open": "11:00", "last_seating": "21:00", "close": "23:30"}
    return {
        "slug": "hall", "name": "Hall", "timezone": "Europe/London", "slot_minutes": 15, "buffer_minutes": 5,
        "max_tables_per_booking": 1, "zones": [{"id": "hall", "name": "Hall"}], "tables": tables, "joins": [],
        "turn_minutes": [{"max_party": 4, "minutes": 90}], "services": [service],
    }  # fmt: skip


async def _play(running: RunningMaitred, folder: Path, scenario: dict[str, Any], slug: str) -> ReplayReport:
    path = folder / "burst.json"
    path.write_text(json.dumps(scenario))
    options = ReplayOptions(path, running.url, running.api_key, concurrency=REQUESTS, slug=slug)
    return await replay(options)


async def test_five_hundred_at_once_with_room_are_all_confirmed(
    running_maitred: RunningMaitred, tmp_path: Path
) -> None:
    """None is lost, none is there twice, and the judge finds no fault."""
    scenario = _stream(_hall(), range(1, 5), 36)
    report = await _play(running_maitred, tmp_path, scenario, "burst-hall")
    assert report.ok, report.troubles
    assert report.states == {"confirmed": REQUESTS}
    assert len({outcome.booking_id for outcome in report.outcomes}) == REQUESTS
    assert judge.check(scenario, report.seating()["seating"])[1] == []


@pytest.mark.parametrize("running_maitred", ["on"], ids=["pipeline"], indirect=True)
async def test_five_hundred_at_once_without_room_are_refused_truly(
    running_maitred: RunningMaitred, tmp_path: Path
) -> None:
    """Onto seventeen tables: the judge finds no fault, and nobody was refused whom a free set could have seated."""
    venue = json.loads((SCENARIOS / "demo-17-tables-117.json").read_text())["venue"]
    scenario = _stream(venue, range(1, 9), 38)
    report = await _play(running_maitred, tmp_path, scenario, "burst-17")
    assert report.ok, report.troubles
    result = report.seating()
    assert len(result["seating"]) + len(result["declined"]) == REQUESTS
    assert len(result["seating"]) > 50
    assert judge.check(scenario, result["seating"])[1] == []
    left = await left_by_moves(running_maitred, report.slug)
    assert untrue_refusals(scenario, result["seating"], list(result["declined"]), left) == []
