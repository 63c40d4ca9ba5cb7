"""A restaurant's real night through the running system, over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

import judge
from engines import temporary_public_directory
from maitred.client.replay import ReplayOptions, replay
from maitred.client.report import ReplayReport
from maitred.domain.simulation import simulate
from refusals import untrue_refusals
from running import RunningMaitred, maitred_up

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"
REAL = ("prince-of-wales-100", "prince-of-wales-76-large", "demo-17-tables-117")
OUTCOMES = {"confirmed", "manual_review", "failed"}


def _scenario(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SCENARIOS / f"{name}.json").read_text())
    return document


async def _played(running: RunningMaitred, name: str, concurrency: int) -> ReplayReport:
    path = SCENARIOS / f"{name}.json"
    slug = f"{name}-by-{concurrency}"
    return await replay(ReplayOptions(path, running.url, running.api_key, concurrency=concurrency, slug=slug))


@pytest.mark.parametrize("name", REAL)
async def test_a_burst_of_fifty_ends_every_booking_with_a_reason(running_maitred: RunningMaitred, name: str) -> None:
    """Every booking ends confirmed, in review or failed with a reason; the judge finds no fault, refusals are true."""
    report = await _played(running_maitred, name, concurrency=50)
    assert report.ok, report.troubles
    assert {outcome.state for outcome in report.outcomes} <= OUTCOMES
    assert all(outcome.reason for outcome in report.outcomes if outcome.state != "confirmed")
    scenario, result = _scenario(name), report.seating()
    assert judge.check(scenario, result["seating"])[1] == []
    assert len(result["seating"]) + len(result["declined"]) == len(report.outcomes)
    assert untrue_refusals(scenario, result["seating"], list(result["declined"])) == []


@pytest.mark.parametrize("name", REAL)
async def test_one_at_a_time_gives_what_simulate_gives(running_maitred: RunningMaitred, name: str) -> None:
    """In the order of the file, the pipeline seats the very parties at the very tables that the engine alone does."""
    report = await _played(running_maitred, name, concurrency=1)
    assert report.ok, report.troubles
    scenario, result = _scenario(name), report.seating()
    alone = simulate(scenario)
    assert result["seating"] == alone["seating"]
    assert set(result["declined"]) == set(alone["declined"])
    assert judge.check(scenario, result["seating"])[1] == []


async def test_two_runs_on_fresh_databases_seat_alike(tmp_path: Path) -> None:
    """Ids and order come from the file, so the same night gives the same tables, whatever the clock and the ids say."""
    runs: list[dict[str, Any]] = []
    for _ in range(2):
        with temporary_public_directory() as directory, maitred_up(directory) as running:
            runs.append({name: await _seating(running, name, tmp_path) for name in REAL})
    assert runs[0] == runs[1]


async def _seating(running: RunningMaitred, name: str, folder: Path) -> tuple[Any, Any]:
    out = folder / "seating.json"
    options = ReplayOptions(SCENARIOS / f"{name}.json", running.url, running.api_key, slug=name, out=out)
    report = await replay(options)
    assert report.ok, report.troubles
    result = json.loads(out.read_text())
    return result["seating"], result["declined"]


async def test_a_second_replay_finds_an_empty_book(running_maitred: RunningMaitred) -> None:
    """Played again, the night goes to the next date whose book is empty, and has the same room."""
    path = SCENARIOS / "prince-of-wales-76-large.json"
    options = ReplayOptions(path, running_maitred.url, running_maitred.api_key, concurrency=20, slug="played-again")
    first, second = await replay(options), await replay(options)
    assert first.ok
    assert second.ok
    assert (second.date - first.date).days % 7 == 0
    assert second.date > first.date
