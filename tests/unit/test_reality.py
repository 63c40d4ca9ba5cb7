"""Nights as they really go: the same chance for both policies, no guarantee broken, fewer guests who wait."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import maitred.domain.reality as module
from maitred.domain.assignment import Move
from maitred.domain.assignment.rescue import Rescue, rescue
from maitred.domain.reality import POLICIES, reality, reality_report
from maitred.domain.simulation import play

FOLDER = Path(__file__).parents[2] / "examples" / "scenarios"


def scenario(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text())


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_who_was_accepted_goes_unseated_or_shares_a_table(seed: int):
    """Every accepted party is seated or did not come, at tables that were really free; nobody loses any in silence."""
    night = scenario("bistro-0.9-1")
    for policy in POLICIES:
        counts = reality(night, seed, policy)
        assert counts.faults == []
        assert counts.parties_seated + counts.no_shows == len(play(night).seating)


def test_rebinding_at_least_halves_the_guests_who_wait():
    """Over a few nights of both loads; the whole of it is benchmarks/reality.py."""
    nights = [(scenario(name), seed) for name in ("brasserie-0.7-1", "brasserie-0.9-1") for seed in (1, 2)]
    waiting = {policy: sum(reality(n, seed, policy).guests_waiting for n, seed in nights) for policy in POLICIES}
    assert waiting["full"] * 2 <= waiting["fixed"], waiting


def test_a_report_is_the_same_wherever_it_is_made():
    """The seed's text decides, not how Python hashes: another process with another hash seed gives the same bytes."""
    code = (
        "import json, sys; from maitred.domain.reality import reality_report;"
        "print(json.dumps(reality_report(json.load(open(sys.argv[1])), 7)))"
    )
    path = FOLDER / "bistro-0.9-1.json"
    made = [
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4711")
    ]
    assert made[0] == made[1]
    assert json.loads(made[0]) == reality_report(scenario("bistro-0.9-1"), 7)


def test_seeds_give_different_nights_and_policies_the_same_guests():
    """Chance is drawn once for both: as many parties sit or stay away, and another seed is another night."""
    one, two = (reality_report(scenario("bistro-1.2-2"), seed)["policies"] for seed in (1, 2))
    assert one != two
    for night in (one, two):
        assert len({(night[p]["parties_seated"], night[p]["no_shows"]) for p in POLICIES}) == 1


def _planted(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Rescue], Rescue]) -> list[str]:
    """The faults of a night whose rescues are spoilt."""
    monkeypatch.setattr(module, "rescue", lambda *given: spoil(rescue(*given)))
    return reality(scenario("brasserie-0.9-1"), 1, "full").faults


def _expected(found: Rescue) -> str | None:
    """Somebody who is planned later than now and not late, if there is anybody."""
    late = {one.booking_id for one in found.late}
    return next((key for key in sorted(found.snapshot.movable) if key not in late), None)


def test_a_party_that_loses_its_tables_is_noticed(monkeypatch: pytest.MonkeyPatch):
    """A rescue that forgets somebody is told by name."""

    def forgets(found: Rescue) -> Rescue:
        key = _expected(found)
        return replace(found, snapshot=found.snapshot.without(key)) if key else found

    assert any("lost its tables" in fault for fault in _planted(monkeypatch, forgets))


def test_two_parties_at_one_table_are_noticed(monkeypatch: pytest.MonkeyPatch):
    """A rescue that puts somebody where another party sits, and tells nobody, is told with both and the table."""

    def doubles(found: Rescue) -> Rescue:
        key, day = _expected(found), found.snapshot
        sitting = [row for table in day.floor.tables for row in day.on_table(table) if row.starts_at <= day.read_at]
        if key is None or not sitting:
            return found
        there = max(sitting, key=lambda row: row.ends_at)
        ends_at, guest = there.ends_at + timedelta(hours=1), day.movable[key]
        moved = day.without(key).with_seating(key, (there.table_id,), day.read_at, ends_at, 1, guest)
        return replace(found, snapshot=moved)

    assert any("share" in fault and "nobody was told" in fault for fault in _planted(monkeypatch, doubles))


def test_a_party_that_sits_is_moved_by_nobody_unnoticed(monkeypatch: pytest.MonkeyPatch):
    """A rescue that moves somebody who is not expected is told by name."""
    spoilt = _planted(monkeypatch, lambda found: replace(found, moves=(*found.moves, Move("nobody", ("a",), ("b",)))))
    assert "nobody was moved and is not expected" in spoilt


def test_a_party_that_drops_out_of_the_night_is_noticed(monkeypatch: pytest.MonkeyPatch):
    """Whoever was accepted is seated or did not come; a sum that is short by one is told."""
    real = module._seat_all

    def drops(house: Any, now: datetime) -> None:
        real(house, now)
        if house.waiting and not getattr(drops, "done", False):
            key = next(iter(house.waiting))
            house.waiting.pop(key)
            house.open.pop(key)
            drops.done = True  # type: ignore[attr-defined]

    monkeypatch.setattr(module, "_seat_all", drops)
    faults = reality(scenario("brasserie-0.9-1"), 1, "fixed").faults
    assert any("accounted for" in fault for fault in faults)


def test_a_start_off_the_minute_is_played_by_the_minute():
    """Seconds in a start change nothing about the night."""
    night = scenario("bistro-0.9-1")
    odd = json.loads(json.dumps(night))
    for event in odd["events"]:
        if event["type"] == "request" and event["booking"]["source"] == "phone":
            event["booking"]["start"] = event["booking"]["start"].replace(":00+", ":30+").replace(":00Z", ":30Z")
    assert reality(odd, 1, "full").faults == []
