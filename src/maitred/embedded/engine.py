"""What the two embedded engines share: one process, one port, one password, one log, one lock."""

import json
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from secrets import token_urlsafe
from typing import ClassVar, Final, Self

from maitred.embedded import processes
from maitred.embedded.accounts import engine_account, open_data_dir, write_private
from maitred.embedded.discovery import Binary, readable_copy
from maitred.embedded.errors import EngineFailed
from maitred.embedded.processes import (
    FileLock,
    Running,
    first_line_number,
    free_port,
    is_alive,
    port_is_free,
    wait_until,
    works_in,
)

LAUNCHES: Final = 8
CLOCK_MOVERS: Final = ("LD_PRELOAD", "FAKETIME")
LOG_LIMIT_BYTES: Final = 10_000_000
LOG_TAIL_LINES: Final = 12
STOP_TIMEOUT_S: Final = 20.0
PREVIOUS_TIMEOUT_S: Final = 30.0


class Engine(ABC):
    """A server of our own, listening on 127.0.0.1 only; it ends when this process does."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]  # also sent by the kernel when we die
    passing_faults: ClassVar[tuple[str, ...]]  # log lines after which a new launch may succeed

    def __init__(self, data_dir: Path, binary: Binary) -> None:
        self.account = engine_account()
        self.data_dir = open_data_dir(data_dir, self.account)
        self.binary = readable_copy(binary, self.account)
        self.home = self.data_dir / self.name
        self.port = 0
        self._password = ""
        self._running: Running | None = None
        self._log = self.data_dir / "log" / f"{self.name}.log"
        self._log_start = 0
        self._lock = FileLock(
            self.data_dir / f"{self.name}.lock", f"Another maitred already runs {self.name} in {self.data_dir}"
        )

    # -- life ------------------------------------------------------------------------------------------

    def start(self, *, timeout_s: float = 60.0) -> str:
        """Start the engine on its data, creating it the first time, and return its URL once it answers.

        Raises EngineFailed with the end of the log, or DataDirInUse. Call it from the main thread.
        """
        if self._running is not None and self.poll() is None:
            return self.url
        self._lock.acquire()
        try:
            self._recall()
            self._prepare()
            self._launch_until_ready(time.monotonic() + timeout_s, keep_port=False)
        except BaseException:
            self.stop()
            raise
        return self.url

    def relaunch(self) -> None:
        """Start the process again on the same port without waiting for it: clients reconnect by themselves."""
        assert self.port, "relaunch() comes after start()"
        self._clear_remains()
        self._rotate_log()
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            self._running = processes.start(
                self._command(),
                death_signal=self.stop_signal,
                account=self.account,
                env=self._environment(),
                cwd="/",
                output=log,
            )

    def stop(self) -> None:
        """Stop in good order, by force when that takes too long, and let go of the data directory."""
        self._end()
        self._lock.release()

    def kill(self) -> None:
        """End the process as a crash would; the data directory stays ours."""
        if self._running is not None:
            self._running.kill()

    def restart(self, *, kill: bool = False, timeout_s: float = 60.0) -> str:
        """Stop (or kill) and start again on the same port; returns the URL once it answers."""
        if kill:
            self.kill()
        self._end()
        self._launch_until_ready(time.monotonic() + timeout_s, keep_port=True)
        return self.url

    def poll(self) -> int | None:
        """Return None while the process runs, else how it ended."""
        return self._running.poll() if self._running else 0

    @property
    def pid(self) -> int:
        """The process id of the server (of its watchdog where the kernel does not offer to watch)."""
        assert self._running is not None, f"{self.name} was not started"
        return self._running.pid

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect, password included."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- what each engine knows about itself -----------------------------------------------------------

    @abstractmethod
    def _prepare(self) -> None:
        """Create the data if there is none; runs once per start, under the lock."""

    @property
    @abstractmethod
    def _process_file(self) -> Path:
        """Where the server writes its process id."""

    @abstractmethod
    def _command(self) -> list[str]:
        """The program and its arguments; never a password, for every user can read those."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Say whether the server answers clients."""

    # -- steps -----------------------------------------------------------------------------------------

    def _launch_until_ready(self, deadline: float, *, keep_port: bool) -> None:
        for attempt in range(LAUNCHES):
            if not keep_port and not port_is_free(self.port):
                self._choose_port()
            self.relaunch()
            if self._await_ready(deadline):
                return
            if self.poll() is None or time.monotonic() > deadline or not self._fault_may_pass():
                break
            time.sleep(0.05 * 2**attempt)  # nothing to wait on: another process has to let go first
        self._end()
        raise EngineFailed(f"{self.name} did not start in {self.data_dir}. Its log ends with:\n{self._log_tail()}")

    def _clear_remains(self) -> None:
        """Remove the process file of a dead server, whose number may by now belong to somebody else.

        A server that lost its supervisor is on its way out and still writes to the data: it is waited for.
        """
        pid = first_line_number(self._process_file)
        if pid and not wait_until(lambda: not (is_alive(pid) and works_in(pid, self.home)), PREVIOUS_TIMEOUT_S):
            raise EngineFailed(f"{self.name} with process id {pid} still runs in {self.home} and does not end.")
        self._process_file.unlink(missing_ok=True)

    def _await_ready(self, deadline: float) -> bool:
        wait_until(lambda: self.poll() is not None or self._is_ready(), deadline - time.monotonic())
        return self.poll() is None and self._is_ready()

    def _end(self) -> None:
        if self._running is None:
            return
        self._running.signal(self.stop_signal)
        if not self._running.wait(STOP_TIMEOUT_S):
            self._running.kill()

    def _fault_may_pass(self) -> bool:
        text = self._log_since_launch()
        return any(fault in text for fault in self.passing_faults)

    def _environment(self) -> Mapping[str, str]:
        """Nothing of ours reaches the engine: no secrets, no PG* variables, no locale of the terminal.

        A clock that was moved for all our processes is the engine's, too: it would order and expire by another.
        """
        moved = {name: os.environ[name] for name in CLOCK_MOVERS if "FAKETIME" in os.environ and name in os.environ}
        return {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"} | moved

    # -- what is remembered between starts -------------------------------------------------------------

    def _recall(self) -> None:
        """Read port and password, or choose them; the file is for our eyes only."""
        record = self.data_dir / f"{self.name}.json"
        known = json.loads(record.read_text()) if record.exists() else {}
        self.port = int(known.get("port", 0)) or free_port()
        self._password = str(known.get("password") or token_urlsafe(24))
        self._record()

    def _choose_port(self) -> None:
        self.port = free_port()
        self._record()

    def _record(self) -> None:
        text = json.dumps({"port": self.port, "password": self._password})
        write_private(self.data_dir / f"{self.name}.json", text)

    def _rotate_log(self) -> None:
        self._log.parent.mkdir(mode=0o750, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))

    def _log_since_launch(self) -> str:
        if not self._log.exists():
            return ""
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _log_tail(self) -> str:
        return "\n".join(self._log_since_launch().splitlines()[-LOG_TAIL_LINES:]) or "(nothing)"
