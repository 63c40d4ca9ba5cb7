"""Nights as they really go: the same chance for both policies, no guarantee broken, fewer guests who wait."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
