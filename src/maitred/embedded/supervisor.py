"""Keeps the processes of one `maitred up` alive, and ends them in order.

Engines first, then our own processes; on the way down the other way round. Whatever dies is started again with
growing pauses; what keeps dying ends the whole, because a half-alive deployment helps nobody. Should this
process itself be killed, the kernel ends every child (processes.start).
"""

import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, Protocol, Self

from maitred.embedded import processes
from maitred.embedded.accounts import engine_account, open_data_dir, write_private
from maitred.embedded.engine import Engine
from maitred.embedded.errors import EmbeddedError
from maitred.embedded.processes import FileLock, Running, wait_until

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RUN_FILE: Final = "run.json"


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before a dead process is started again; it computes, the supervisor waits."""

    base_s: float = 0.1
    cap_s: float = 10.0
    stable_s: float = 20.0  # who lived this long starts again with a clean record
    most_deaths: int = 10

    def delay_after(self, deaths: int) -> float | None:
        """Return the pause after this many deaths in a row, or None when it is time to give up."""
        if deaths >= self.most_deaths:
            return None
        return min(self.cap_s, self.base_s * 2.0 ** (deaths - 1))


@dataclass(frozen=True, slots=True)
class Child:
    """One process of ours: what to run, with which environment, and how long it may take to finish."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)  # holds secrets
    grace_s: float = 10.0


class Ward(Protocol):
    """Whatever can be started again."""

    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int: ...
    def relaunch(self) -> None: ...
    def poll(self) -> int | None: ...


@dataclass(slots=True)
class _OwnProcess:
    """A ward that is a process of ours; its output goes where ours goes."""

    child: Child
    running: Running | None = None

    @property
    def name(self) -> str:
        return self.child.name

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    def relaunch(self) -> None:
        # SIGKILL, since a stopped process would never act on anything softer, and being killed is something that
        # every process of ours must bear anyway.
        self.running = processes.start(self.child.argv, death_signal=signal.SIGKILL, env=self.child.env)

    def poll(self) -> int | None:
        return self.running.poll() if self.running else 0


@dataclass(slots=True)
class _Watch:
    """A ward and its record: since when it lives, how often in a row it died, when it is due again."""

    ward: Ward
    started_at: float
    deaths: int = 0
    due_at: float | None = None


class Supervisor:
    """Runs engines and processes until a signal comes. A context manager: inside it the data directory is ours.

    Use it from the main thread; it owns the handlers of SIGINT, SIGTERM, SIGHUP and SIGCHLD meanwhile.
    """

    def __init__(
        self, data_dir: Path, *, policy: RestartPolicy | None = None, tell: Callable[[str], None] | None = None
    ) -> None:
        self.data_dir = open_data_dir(data_dir, engine_account())
        self._policy = policy or RestartPolicy()
        self._tell = tell or _tell_stderr
        self._lock = FileLock(self.data_dir / "run.lock", f"Another maitred already runs in {self.data_dir}")
        self._engines: list[Engine] = []
        self._children: list[_OwnProcess] = []
        self._watches: list[_Watch] = []
        self._facts: dict[str, Any] = {}
        self._signals = 0
        self._gave_up = False
        self._bell, self._listener = socket.socketpair()
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._lock.acquire()
        (self.data_dir / RUN_FILE).unlink(missing_ok=True)  # of a supervisor that was killed
        self._take_signals()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self._give_signals_back()
            self._lock.release()

    # -- what to run -----------------------------------------------------------------------------------

    def start_engine(self, engine: Engine) -> str:
        """Start an engine, wait until it answers, keep it alive from here on; returns its URL."""
        url = engine.start()
        self._engines.append(engine)
        self._keep(engine)
        return url

    def start_child(self, child: Child) -> None:
        """Start one of our own processes and keep it alive from here on."""
        own = _OwnProcess(child)
        own.relaunch()
        self._children.append(own)
        self._keep(own)

    def note(self, **facts: Any) -> None:
        """Add facts (the API's address, say) to `run.json`, where scripts and tests find them."""
        self._facts.update(facts)
        self._write_run_file()

    def pids(self) -> dict[str, int]:
        """Return the process id of everything that runs now, by name."""
        return {watch.ward.name: watch.ward.pid for watch in self._watches if watch.ward.poll() is None}

    # -- the loop --------------------------------------------------------------------------------------

    @property
    def asked_to_stop(self) -> bool:
        """Say whether a signal came; long steps between the starts may look at it."""
        return self._signals > 0

    def run_until_signal(self) -> int:
        """Keep everything alive until Ctrl-C or SIGTERM, then stop it all; the exit status: 0, or 1 when it gave up."""
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)  # an event loop may have taken it
        while not self._signals and not self._gave_up:
            self._wait(self._tend(time.monotonic()))
        self.stop()
        return 1 if self._gave_up else 0

    def stop(self) -> None:
        """Stop our processes, then the engines; a second signal cuts the grace short. Harmless when repeated."""
        self._watches.clear()
        self._stop_children()
        for engine in reversed(self._engines):
            engine.stop()
        self._engines.clear()
        (self.data_dir / RUN_FILE).unlink(missing_ok=True)

    def _tend(self, now: float) -> float:
        """Look at every ward once; returns the seconds until one is due."""
        for watch in self._watches:
            if watch.due_at is not None and watch.due_at <= now:
                self._relaunch(watch, now)
            elif watch.due_at is None and watch.ward.poll() is not None:
                self._record_death(watch, now)
        if self._gave_up:
            return 0.0
        return min((watch.due_at - now for watch in self._watches if watch.due_at is not None), default=60.0)

    def _record_death(self, watch: _Watch, now: float) -> None:
        watch.deaths = 1 if now - watch.started_at >= self._policy.stable_s else watch.deaths + 1
        delay = self._policy.delay_after(watch.deaths)
        if delay is None:
            self._tell(f"{watch.ward.name} died {watch.deaths} times in a row; giving up.")
            self._gave_up = True
            return
        self._tell(f"{watch.ward.name} ended ({_how(watch.ward.poll())}); starting it again in {delay:.1f} s.")
        watch.due_at = now + delay

    def _relaunch(self, watch: _Watch, now: float) -> None:
        watch.started_at, watch.due_at = now, None
        try:
            watch.ward.relaunch()
        except (EmbeddedError, OSError) as failed:  # counts as one more death at the next look
            self._tell(f"{watch.ward.name} could not be started: {failed}")
        self._write_run_file()

    def _keep(self, ward: Ward) -> None:
        self._watches.append(_Watch(ward, time.monotonic()))
        self._write_run_file()

    def _stop_children(self) -> None:
        for own in self._children:
            if own.running is not None:
                own.running.signal(signal.SIGTERM)
        for own in reversed(self._children):
            _await_end(own, lambda: self._signals > 1)
        self._children.clear()

    # -- signals ---------------------------------------------------------------------------------------

    def _take_signals(self) -> None:
        self._bell.setblocking(False)
        self._handlers[-1] = signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # `nohup` stays in force
                self._handlers[number] = signal.signal(number, self._count)
        self._handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)  # only to ring the bell

    def _give_signals_back(self) -> None:
        signal.set_wakeup_fd(self._handlers.pop(-1, -1))
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()
        self._bell.close()
        self._listener.close()

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _wait(self, timeout_s: float) -> None:
        """Sleep until a signal (a child's death is one) or the time is up."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            if selector.select(max(0.0, timeout_s)):
                self._listener.recv(4096)

    # -- what others may know --------------------------------------------------------------------------

    def _write_run_file(self) -> None:
        """Write who runs where; with addresses come passwords, so it is for our eyes only."""
        engines = {engine.name: {"port": engine.port, "url": engine.url} for engine in self._engines}
        facts = {"pid": os.getpid(), "pids": self.pids(), "engines": engines, **self._facts}
        write_private(self.data_dir / RUN_FILE, json.dumps(facts, indent=2))


def _await_end(own: _OwnProcess, hurry: Callable[[], bool]) -> None:
    if own.running is None:
        return
    wait_until(lambda: own.poll() is not None or hurry(), own.child.grace_s)
    own.running.kill()


def _how(code: int | None) -> str:
    return f"killed by {signal.Signals(-code).name}" if code is not None and code < 0 else f"status {code}"


def _tell_stderr(message: str) -> None:
    sys.stderr.write(f"maitred: {message}\n")
