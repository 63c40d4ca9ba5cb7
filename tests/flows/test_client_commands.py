"""`maitred import` and `maitred replay` as commands: what they print, where, and how they exit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import judge
from running import RunningMaitred

EXAMPLES = Path(__file__).parents[2] / "examples"
LARGE = EXAMPLES / "scenarios" / "prince-of-wales-76-large.json"
# What commands print does not depend on who decides; test_replay.py plays the nights both ways.
pytestmark = pytest.mark.parametrize("running_maitred", ["on"], ids=["pipeline"], indirect=True)


def _run(running: RunningMaitred, *arguments: str | Path, key: str | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "maitred", *map(str, arguments), "--url", running.url],
        env=os.environ | {"MAITRED_API_KEY": key or running.api_key},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def _changed(path: Path, into: Path, **changes: Any) -> Path:
    into.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return into


def test_json_is_one_document_and_nothing_else(running_maitred: RunningMaitred, tmp_path: Path) -> None:
    """A program reads stdout as it is; the seating lies in the file, in the form the judge reads."""
    out = tmp_path / "seating.json"
    done = _run(running_maitred, "replay", LARGE, "--concurrency", "10", "--slug", "as-json", "--json", "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    report, seating = json.loads(done.stdout), json.loads(out.read_text())
    assert report["asked"] == 76
    assert report["states"]["confirmed"] == len(seating["seating"]) == report["accepted_to_confirmed_ms"]["count"]
    assert seating["format"] == "maitred.seating/1"
    assert judge.check(json.loads(LARGE.read_text()), seating["seating"])[1] == []


def test_a_person_reads_a_table(running_maitred: RunningMaitred) -> None:
    """Without --json the same figures come as a table, with the date the night was moved to."""
    done = _run(running_maitred, "replay", LARGE, "--concurrency", "10", "--slug", "as-table")
    assert done.returncode == 0, done.stderr
    for said in ("The night was moved by", "confirmed", "no_capacity", "bookings per second", "p95"):
        assert said in done.stdout


def test_cancelled_parties_leave_their_tables(running_maitred: RunningMaitred, tmp_path: Path) -> None:
    """Cancels are played in their place: the cancelled are not seated, and the next party has their room."""
    document = json.loads(LARGE.read_text())
    latest = document["events"][-1]
    ids = [event["booking"]["id"] for event in document["events"]][:5]
    document["events"] += [{"at": latest["at"], "type": "cancel", "booking_id": booking} for booking in ids]
    document["events"] += [
        latest | {"booking": event["booking"] | {"id": f"again-{event['booking']['id']}"}}
        for event in document["events"][:5]
    ]
    scenario, out = tmp_path / "cancels.json", tmp_path / "seating.json"
    scenario.write_text(json.dumps(document))
    done = _run(running_maitred, "replay", scenario, "--slug", "cancels", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    report, seating = json.loads(done.stdout), json.loads(out.read_text())["seating"]
    assert report["cancels"] == {"done": 5}
    assert report["states"]["cancelled"] == 5
    assert judge.check(document, seating)[1] == []
    assert not seating.keys() & set(ids)
    assert {f"again-{booking}" for booking in ids} <= seating.keys()


def test_a_faulty_venue_is_refused_with_every_fault_on_a_line(running_maitred: RunningMaitred, tmp_path: Path) -> None:
    """The server's faults come one a line, with path and code, and the command fails."""
    joins = [["W1", "M1"], ["M1", "M99"], ["M2", "M6"]]
    venue = _changed(EXAMPLES / "venues" / "demo.json", tmp_path / "v.json", slug="faulty", joins=joins, slot_minutes=0)
    done = _run(running_maitred, "import", venue)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    for path, code in [
        ("joins[0]", "join_across_zones"),
        ("joins[1][1]", "unknown_table"),
        ("joins[2][1]", "fixed_table_joined"),
        ("slot_minutes", "out_of_range"),
    ]:
        assert [line for line in lines if line.strip().startswith(f"{path}: ") and f"[{code}]" in line], done.stderr


def test_a_faulty_venue_is_a_document_too(running_maitred: RunningMaitred, tmp_path: Path) -> None:
    """With --json a program reads the faults from stdout, and the command fails all the same."""
    venue = _changed(EXAMPLES / "venues" / "demo.json", tmp_path / "v.json", slug="faulty", slot_minutes=0)
    done = _run(running_maitred, "import", venue, "--json")
    assert done.returncode == 1
    (fault,) = json.loads(done.stdout)["faults"]
    assert (fault["path"], fault["code"]) == ("slot_minutes", "out_of_range")


def test_a_field_that_nobody_reads_is_a_warning(running_maitred: RunningMaitred, tmp_path: Path) -> None:
    """The venue is imported all the same; the warning names the field, in case it was a slip."""
    venue = _changed(EXAMPLES / "venues" / "demo.json", tmp_path / "v.json", slug="coloured", colour="red")
    done = _run(running_maitred, "import", venue)
    assert done.returncode == 0
    assert "warning: colour: " in done.stderr


def test_a_venue_is_created_then_left_alone(running_maitred: RunningMaitred, tmp_path: Path) -> None:
    """The same file twice makes one version; a scenario file gives its venue."""
    venue = _changed(EXAMPLES / "venues" / "demo.json", tmp_path / "v.json", slug="imported-twice")
    assert "created, version 1" in _run(running_maitred, "import", venue).stdout
    assert "unchanged, version 1" in _run(running_maitred, "import", venue).stdout
    assert _run(running_maitred, "import", LARGE).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay", LARGE, "--date", "2020-01-01"), "--date 2020-01-01 is past"),
        (("replay", EXAMPLES / "venues" / "demo.json"), "is a venue file"),
        (("replay", EXAMPLES / "nowhere.json"), "cannot be read"),
    ],
)
def test_what_cannot_be_played_is_said(running_maitred: RunningMaitred, arguments: Any, said: str) -> None:
    """A bad date, a bad file and a missing one each end the command with their reason."""
    done = _run(running_maitred, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_key_ends_the_replay(running_maitred: RunningMaitred) -> None:
    """A key the server does not know is said at once, not tried again and again."""
    done = _run(running_maitred, "replay", LARGE, key="not-a-key-of-anybody")
    assert done.returncode == 1
    assert "401" in done.stderr
