"""Which maitred a command calls: the one named, the one of the port, the one that runs here; keys go to their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from maitred.client.server import Server, find_server

DEMO = Path(__file__).parents[2] / "examples" / "venues" / "demo.json"

HOME = {"host": "127.0.0.1", "port": None}
RUNNING = "http://127.0.0.1:41234"


def run_here(directory: Path, url: str = RUNNING) -> Path:
    (directory / "run.json").write_text(json.dumps({"api_url": url}))
    (directory / "api_key").write_text("mk_own\n")
    return directory


def test_the_running_one_is_found_with_its_key(tmp_path: Path) -> None:
    """`maitred up` on a free port needs neither --url nor MAITRED_API_KEY on the same machine."""
    run_here(tmp_path)
    assert find_server(None, None, data_dir=tmp_path, **HOME) == Server(RUNNING, "mk_own")
    assert find_server(None, "mk_given", data_dir=tmp_path, **HOME) == Server(RUNNING, "mk_given")


def test_a_key_is_sent_to_its_own_server_only(tmp_path: Path) -> None:
    """Who names another address gives the key to it, too."""
    run_here(tmp_path)
    assert find_server("https://elsewhere.example", None, data_dir=tmp_path, **HOME).api_key is None
    other = find_server(None, None, data_dir=tmp_path, host="127.0.0.1", port=9000)
    assert other == Server("http://127.0.0.1:9000", None)


def test_a_port_that_is_set_counts_and_any_address_means_this_machine(tmp_path: Path) -> None:
    """MAITRED_PORT beats what runs here; listening everywhere is called at the loop; else the usual port."""
    assert find_server(None, "k", data_dir=tmp_path, host="0.0.0.0", port=9000).url == "http://127.0.0.1:9000"
    assert find_server(None, "k", data_dir=tmp_path, **HOME).url == "http://127.0.0.1:8080"


def test_a_run_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """Half-written or foreign, it says nothing."""
    (tmp_path / "run.json").write_text("{")
    assert find_server(None, None, data_dir=tmp_path, **HOME) == Server("http://127.0.0.1:8080", None)


def test_where_nobody_listens_the_command_says_what_to_do(tmp_path: Path) -> None:
    """A refused connection names the address and the option."""
    done = subprocess.run(
        [sys.executable, "-m", "maitred", "import", str(DEMO)],
        env=os.environ | {"MAITRED_API_KEY": "k", "MAITRED_PORT": "1", "MAITRED_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "http://127.0.0.1:1/" in done.stderr
    assert "--url" in done.stderr
