"""What `maitred up` says of itself: a last word for people, and JSON throughout where logs are JSON."""

import json
from pathlib import Path

from running import maitred_up


def test_up_says_that_it_has_stopped(engine_dir: Path) -> None:
    """After Ctrl-C one line tells that it is over and the data is kept."""
    with maitred_up(engine_dir) as running:
        pass
    assert running.said.rstrip().endswith("maitred: stopped; the data stays.")


def test_where_logs_are_json_the_supervisor_speaks_it_too(engine_dir: Path) -> None:
    """Its lines are documents like all others of the log."""
    with maitred_up(engine_dir, {"MAITRED_LOG_FORMAT": "json"}) as running:
        pass
    last = json.loads(running.said.rstrip().splitlines()[-1])
    assert (last["event"], last["message"]) == ("supervisor", "stopped; the data stays.")
