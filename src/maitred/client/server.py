"""Which maitred a command talks to, and with which key, when nobody says so: the one that runs on this machine."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

RUN_FILE: Final = "run.json"
KEY_FILE: Final = "api_key"
ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - listened on; to be called at the loop


@dataclass(frozen=True, slots=True)
class Server:
    """Where a maitred is, and the key it is called with; no key when none was found."""

    url: str
    api_key: str | None = field(repr=False)


def find_server(url: str | None, api_key: str | None, *, data_dir: Path, host: str, port: int | None) -> Server:
    """Return the address given; else that of the port set; else that of the `maitred up` that runs here.

    Its own key is read from its data directory only when its own address is used: a key is for its server.
    """
    if url is not None:
        return Server(url, api_key)
    running = _run_file(data_dir)
    known = running.get("api_url")
    if port is not None or not isinstance(known, str):
        known = f"http://{ANY_ADDRESS.get(host, host)}:{port or 8080}"
    return Server(known, api_key or (_own_key(data_dir) if known == running.get("api_url") else None))


def _run_file(data_dir: Path) -> dict[str, Any]:
    """Return what a running `maitred up` wrote of itself; nothing when none runs or it is somebody else's."""
    try:
        facts = json.loads((data_dir / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _own_key(data_dir: Path) -> str | None:
    try:
        return (data_dir / KEY_FILE).read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None
