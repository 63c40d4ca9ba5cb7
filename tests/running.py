"""A whole maitred for tests and benchmarks: `maitred up` as a process of its own, with real engines."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from maitred.embedded.processes import free_port, wait_until

READY_WITHIN_S: Final = 90.0
STOP_WITHIN_S: Final = 30.0
LOG: Final = "up.log"
PORTS_TRIED: Final = 3
TAKEN: Final = "Address already in use"


@dataclass(frozen=True, slots=True)
class RunningMaitred:
    """Where a maitred listens, the admin key it was started with, and its data directory."""

    url: str
    api_key: str
    directory: Path

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it wrote into `run.json`: process ids by name, engines and their addresses."""
        facts: Mapping[str, Any] = json.loads((self.directory / "run.json").read_text())
        return facts

    @property
    def said(self) -> str:
        """The end of what it printed."""
        return (self.directory / LOG).read_text(errors="replace")[-8000:]

    def is_ready(self) -> bool:
        """Ask /readyz."""
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def maitred_up(directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[RunningMaitred]:
    """Run `maitred up` in a public directory, with `MAITRED_*` settings, from ready until the end of the block."""
    running, process = _listening(directory, settings or {})
    try:
        if not running.is_ready():
            raise AssertionError(f"maitred up is not ready (status {process.poll()}); it said:\n{running.said}")
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_WITHIN_S)
        process.kill()
        process.wait()


def _listening(directory: Path, settings: Mapping[str, str]) -> tuple[RunningMaitred, "subprocess.Popen[bytes]"]:
    """Start it until it is ready or gives up; a port that somebody else took meanwhile is exchanged for another."""
    for _ in range(PORTS_TRIED):
        running = RunningMaitred(f"http://127.0.0.1:{free_port()}", token_urlsafe(24), directory)
        process = _started(running, settings)
        wait_until(lambda up=process, at=running: up.poll() is not None or at.is_ready(), READY_WITHIN_S)  # type: ignore[misc]
        if process.poll() is None or TAKEN not in running.said:
            break
    return running, process


def _started(running: RunningMaitred, settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    port, directory = running.url.rsplit(":", 1)[1], str(running.directory)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAITRED_")}
    with (running.directory / LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "maitred", "up", "--port", port, "--data-dir", directory],
            env=inherited | {"MAITRED_API_KEY": running.api_key} | dict(settings),
            stdout=log,
            stderr=log,
        )
