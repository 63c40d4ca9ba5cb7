"""`maitred simulate` as people run it: files in, files out, every fault named, nothing half done."""

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest
from test_scenario_reader import SCENARIO

import judge
from maitred.cli import PolicyName
from maitred.domain.simulation import POLICIES

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"
DEMO = SCENARIOS / "demo-17-tables-117.json"
SMALL = SCENARIOS / "bistro-1.2-2.json"


def run(*args: Any, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "maitred", "simulate", *map(str, args)],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def written(path: Path) -> dict[str, Any]:
    """A seating file without its times, which no two runs share."""
    document: dict[str, Any] = json.loads(path.read_text())
    assert set(document.pop("decision_ms")) == {"p50", "p95", "p99", "max"}
    return document


def test_the_seating_file_is_as_documented_and_the_judge_finds_no_fault(tmp_path: Path) -> None:
    """Exactly the documented fields, everybody in one of them, and a summary on the terminal."""
    done = run(DEMO, "--out", tmp_path / "seating.json")
    assert (done.returncode, done.stderr) == (0, "")
    result, scenario = written(tmp_path / "seating.json"), json.loads(DEMO.read_text())
    assert list(result) == ["format", "scenario", "seating", "declined", "moves"]
    assert (result["format"], result["scenario"]) == ("maitred.seating/1", "demo-17-tables-117")
    covers, faults = judge.check(scenario, result["seating"])
    asked, cancelled = judge.bookings_of(scenario)
    assert faults == []
    assert set(result["seating"]) | set(result["declined"]) | cancelled == set(asked)
    for words in (f"{covers} of 440 covers", "no_capacity", "p50", "p99", str(tmp_path / "seating.json")):
        assert words in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["seating.json"]


def test_two_processes_of_any_hash_seed_and_zone_write_the_same(tmp_path: Path) -> None:
    """Hash seed and time zone of the machine change no byte of the seating (guarantee 8)."""
    files = []
    for number, (seed, zone) in enumerate((("0", "UTC"), ("1", "Asia/Tokyo"), ("4242", "America/New_York"))):
        out = tmp_path / f"{number}.json"
        assert run(DEMO, "--out", out, PYTHONHASHSEED=seed, TZ=zone).returncode == 0
        files.append(json.dumps(written(out)))
    assert len(set(files)) == 1


def test_json_is_one_object_with_the_seating_and_its_figures() -> None:
    """A program reads the seating, who was moved for whom, and the sums; nothing else is printed."""
    done = run(SMALL, "--json")
    result, scenario = json.loads(done.stdout), json.loads(SMALL.read_text())
    covers, faults = judge.check(scenario, result["seating"])
    asked, cancelled = judge.bookings_of(scenario)
    assert faults == []
    assert result["figures"]["seated"] == {"parties": len(result["seating"]), "covers": covers}
    assert result["figures"]["asked"]["parties"] == len(asked) - len(cancelled)
    refused = sum(count["parties"] for count in result["figures"]["refused"].values())
    assert refused + len(result["seating"]) == len(asked) - len(cancelled)
    assert len(result["moved"]) == result["moves"] > 0
    assert {one["made_room_for"] for one in result["moved"]} <= set(result["seating"]) | cancelled


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_can_be_asked_for(policy: str, tmp_path: Path) -> None:
    """Only the full engine moves anybody; the judge finds no fault with any."""
    assert run(SMALL, "--policy", policy, "--out", tmp_path / "s.json").returncode == 0
    result = written(tmp_path / "s.json")
    assert judge.check(json.loads(SMALL.read_text()), result["seating"])[1] == []
    assert (result["moves"] > 0) == (policy == "full")


def test_the_command_knows_the_policies_of_the_engine() -> None:
    """The names that --help lists are those that can be played."""
    assert get_args(PolicyName) == tuple(POLICIES)


def test_rules_can_be_changed_on_the_command_line(tmp_path: Path) -> None:
    """No budget or a long freeze moves nobody; weights choose other tables."""
    own, other = tmp_path / "own.json", tmp_path / "other.json"
    run(SMALL, "--out", own)
    for options in (["--moves", "0"], ["--freeze", "10080"]):
        assert run(SMALL, *options, "--out", other).returncode == 0
        assert (written(own)["moves"] > 0, written(other)["moves"]) == (True, 0)
    assert run(SMALL, "--weights", "slack=3,tables=0", "--weights", "load=1", "--out", other).returncode == 0
    assert written(other)["seating"] != written(own)["seating"]


def test_the_venue_says_what_may_be_moved(tmp_path: Path) -> None:
    """Moves switched off, a budget, a freeze and `move_once` in the file hold; an option beats them."""
    scenario, out, path = json.loads(SMALL.read_text()), tmp_path / "s.json", tmp_path / "night.json"
    moves = {}
    for name, seating in {
        "own": {},
        "off": {"moves": "off"},
        "off here": {"services": {scenario["venue"]["services"][0]["name"]: {"moves": "off"}}},
        "none": {"move_budget": 0},
        "frozen": {"freeze_minutes": 10080},
        "asked": {"moves": "suggest"},
    }.items():
        path.write_text(json.dumps({**scenario, "venue": {**scenario["venue"], "seating": seating}}))
        assert run(path, "--out", out).returncode == 0
        moves[name] = written(out)["moves"]
    assert moves["own"] == moves["asked"] > 0
    assert {name for name, count in moves.items() if count == 0} == {"off", "off here", "none", "frozen"}
    path.write_text(json.dumps({**scenario, "venue": {**scenario["venue"], "seating": {"moves": "off"}}}))
    assert run(path, "--moves", "3", "--out", out).returncode == 0
    assert written(out)["moves"] == moves["own"]


def test_a_night_can_be_played_in_another_venue(tmp_path: Path) -> None:
    """Longer turns and other zones: fewer are seated, soundly, and wishes for zones that are gone hold up nobody."""
    scenario = json.loads(SMALL.read_text())
    venue = deepcopy(scenario["venue"])
    venue["turn_minutes"] = [{**row, "minutes": row["minutes"] + 60} for row in venue["turn_minutes"]]
    renamed = {zone["id"]: f"new-{zone['id']}" for zone in venue["zones"]}
    for row in venue["zones"]:
        row["id"] = renamed[row["id"]]
    for row in venue["tables"]:
        row["zone"] = renamed[row["zone"]]
    other = tmp_path / "venue.json"
    other.write_text(json.dumps(venue))
    assert run(SMALL, "--venue", other, "--out", tmp_path / "s.json").returncode == 0
    result = written(tmp_path / "s.json")
    covers, faults = judge.check({**scenario, "venue": venue}, result["seating"])
    assert faults == []
    assert covers < judge.check(scenario, json.loads(run(SMALL, "--json").stdout)["seating"])[0]
    assert set(result["declined"].values()) == {"no_capacity"}


def test_a_night_can_go_as_nights_really_do(tmp_path: Path) -> None:
    """The counts of both ways to run it are in the JSON, the summary and the page, and follow from the seed."""
    runs = [json.loads(run(SMALL, "--reality", seed, "--json").stdout)["reality"] for seed in ("1", "1", "2")]
    assert runs[0] == runs[1] != runs[2]
    assert {name: counts["faults"] for name, counts in runs[0]["policies"].items()} == {"fixed": [], "full": []}
    page = tmp_path / "night.html"
    done = run(SMALL, "--reality", "1", "--report", page)
    for words in ("seed 1", "rebound when late", "walk-ins seated"):
        assert words in done.stdout
        assert words.lower() in page.read_text().lower()


def test_every_fault_of_a_scenario_is_named_with_its_path_and_nothing_is_written(tmp_path: Path) -> None:
    """One run lists them all; an older result stays as it was."""
    broken = deepcopy(SCENARIO)
    broken["events"][0]["booking"]["party_size"] = 0
    broken["events"][1]["booking_id"] = "B9"
    broken["venue"]["joins"] = [["T1", "T9"]]
    path, out = tmp_path / "broken.json", tmp_path / "seating.json"
    path.write_text(json.dumps(broken))
    out.write_text("as it was")
    done = run(path, "--out", out)
    assert (done.returncode, done.stdout, out.read_text()) == (1, "", "as it was")
    told = json.loads(run(path, "--json").stdout)
    assert {fault["path"] for fault in told["faults"]} >= {"events[1].booking_id", "venue.joins[0][1]"}
    for place in ("events[0].booking.party_size", "events[1].booking_id", "venue.joins[0][1]"):
        assert place in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (json.dumps(SCENARIO["venue"]), "is a venue file"),
        (json.dumps({"format": "maitred.seating/1", "seating": {}}), "is a seating"),
        ("{", "is not JSON"),
        ("[]", "holds no JSON object"),
        (None, "cannot be read"),
    ],
)
def test_another_kind_of_file_is_told_as_such(tmp_path: Path, content: str | None, said: str) -> None:
    """A venue, a seating, broken JSON or no file at all: one line says which file and what it is."""
    path = tmp_path / "given.json"
    if content is not None:
        path.write_text(content)
    done = run(path)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert str(path) in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--policy", "luck"], 2, "best_fit"),
        (["--moves", "-1"], 2, "--moves"),
        (["--weights", "luck=1"], 1, "known are slack"),
        (["--weights", "slack"], 1, "slack=NUMBER"),
        (["--weights", "slack=nan"], 1, "slack=NUMBER"),
        (["--out", "nowhere/seating.json"], 1, "nowhere/seating.json cannot be written"),
        (["--out", str(SMALL)], 1, "would overwrite"),
        (["--venue", "nowhere.json"], 1, "nowhere.json cannot be read"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: list[str], code: int, said: str) -> None:
    """The message names the option and its rule, and the exit code says whose mistake it is."""
    before = SMALL.read_bytes()
    done = run(SMALL, *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in " ".join(done.stderr.split())
    assert SMALL.read_bytes() == before


def test_a_result_goes_where_a_pipe_or_link_leads(tmp_path: Path) -> None:
    """/dev/stdout is written to, a link keeps pointing to its file, and a file keeps its mode."""
    done = run(SMALL, "--out", "/dev/stdout", "--json")
    assert '"maitred.seating/1"' in done.stdout
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert run(SMALL, "--out", link).returncode == 0
    assert link.is_symlink()
    assert written(target)["scenario"] == "bistro-1.2-2"
    assert target.stat().st_mode & 0o777 == 0o640


def test_neither_database_nor_api_is_loaded() -> None:
    """A run imports neither driver nor HTTP stack: it starts in a moment and needs no network."""
    code = (
        "import sys; sys.argv = ['maitred', 'simulate', sys.argv[1]]\n"
        "from maitred.cli import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code, done\n"
        "heavy = {'asyncpg', 'fastapi', 'redis', 'aiohttp', 'prometheus_client', 'maitred.store'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(SMALL)],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"
