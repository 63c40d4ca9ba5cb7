"""A restaurant's real night through the running system, over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

import judge
from maitred.client.replay import ReplayOptions, replay
from maitred.client.report import ReplayReport
from maitred.domain.simulation import simulate
from refusals import left_by_moves, untrue_refusals
from running import RunningMaitred

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


@pytest.mark.parametrize("running_maitred", ["on"], ids=["pipeline"], indirect=True)
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
    left = await left_by_moves(running_maitred, report.slug)
    assert untrue_refusals(scenario, result["seating"], list(result["declined"]), left) == []


@pytest.mark.parametrize("name", REAL)
async def test_one_at_a_time_gives_what_simulate_gives(running_maitred: RunningMaitred, name: str) -> None:
    """In the order of the file, the pipeline seats the very parties at the very tables that the engine alone does.

    Whatever the clock and the ids of the run say: each run has its own.
    """
    report = await _played(running_maitred, name, concurrency=1)
    assert report.ok, report.troubles
    scenario, result = _scenario(name), report.seating()
    alone = simulate(scenario)
    assert result["seating"] == alone["seating"]
    assert set(result["declined"]) == set(alone["declined"])
    assert judge.check(scenario, result["seating"])[1] == []


async def test_a_second_replay_finds_an_empty_book(running_maitred: RunningMaitred) -> None:
    """Played again, the night goes to the next date whose book is empty, and has the same room."""
    path = SCENARIOS / "prince-of-wales-76-large.json"
    options = ReplayOptions(path, running_maitred.url, running_maitred.api_key, concurrency=20, slug="played-again")
    first, second = await replay(options), await replay(options)
    assert first.ok
    assert second.ok
    assert (second.date - first.date).days % 7 == 0
    assert second.date > first.date
