"""Child processes that cannot outlive us, and the small questions one asks about processes, ports and locks."""

import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from maitred.embedded import launch as launch_script
from maitred.embedded.accounts import Account
from maitred.embedded.errors import DataDirInUse, EmbeddedError

FIRST_PORT: Final = 15_000
USUAL_EPHEMERAL: Final = 32_768
POLL_S: Final = 0.01


@dataclass(slots=True)
class Running:
    """A child process and, where the kernel does not watch over us, the pipe whose end tells it we are gone."""

    popen: subprocess.Popen[bytes]
    lifeline: int = -1

    @property
    def pid(self) -> int:
        """The process id, also that of its group."""
        return self.popen.pid

    def poll(self) -> int | None:
        """Return the exit status once it has ended (negative: the signal that ended it)."""
        code = self.popen.poll()
        if code is not None:
            self._let_go()
        return code

    def signal(self, number: signal.Signals) -> None:
        """Signal the process; one that has ended is left in peace."""
        self.popen.send_signal(number)

    def kill(self) -> None:
        """End the process and its group at once, and wait until it is gone."""
        if self.popen.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()
        self._let_go()

    def wait(self, timeout_s: float) -> bool:
        """Say whether it ended within the time."""
        try:
            self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        self._let_go()
        return True

    def _let_go(self) -> None:
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1


def start(
    program: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    input_: IO[bytes] | None = None,
    output: IO[bytes] | None = None,
    watched: bool = sys.platform != "linux",
) -> Running:
    """Start a program in a session of its own that gets `death_signal` when this process dies in any way.

    Linux ties a child to the *thread* that started it, so only the main thread may call this.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("Children are tied to the thread that starts them: start them from the main thread.")
    far, near = os.pipe() if watched else (-1, -1)
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    ties = (os.getpid(), int(death_signal), uid, gid, far)
    launcher = (sys.executable, "-I", "-S", launch_script.__file__, *map(str, ties), "--")
    try:
        popen = subprocess.Popen(  # noqa: S603  # our own argument lists, no shell
            [*launcher, *map(str, program)],
            stdin=input_ or subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=env,
            cwd=cwd,
            start_new_session=True,  # a Ctrl-C at the terminal is for us; we end the children in order
            pass_fds=(far,) if watched else (),
        )
    finally:
        if watched:
            os.close(far)
    return Running(popen, near)


def is_alive(pid: int) -> bool:
    """Say whether a process still runs; a zombie is dead, it only waits to be counted."""
    if sys.platform == "linux":
        try:
            return _stat_state(Path(f"/proc/{pid}/stat").read_text()) not in "ZX"
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def works_in(pid: int, directory: Path) -> bool:
    """Say whether a process has `directory` as its working directory; where nobody can tell, assume so."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == directory
    except FileNotFoundError:
        return not Path("/proc/self/cwd").exists()
    except PermissionError:
        return False


def first_line_number(path: Path) -> int:
    """Read the process id out of a process file; 0 when there is none."""
    try:
        first = path.read_text().partition("\n")[0].strip()
    except FileNotFoundError:
        return 0
    return int(first) if first.isdigit() else 0


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Wait for a condition; False when the time is up."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def free_port() -> int:
    """Pick a port nobody listens on, below those the kernel gives to outgoing connections.

    A client that keeps trying a dead server's port from the outgoing range may be given that very port and
    connect to itself, which then keeps the server from coming back.
    """
    for _ in range(200):
        port = random.SystemRandom().randrange(FIRST_PORT, _first_ephemeral())
        if port_is_free(port):
            return port
    raise EmbeddedError("No free port was found on 127.0.0.1.")


def port_is_free(port: int) -> bool:
    """Say whether a server could listen on this port of the loopback interface now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class FileLock:
    """A lock that the kernel drops when its holder dies, however it dies."""

    def __init__(self, path: Path, refusal: str) -> None:
        self._path = path
        self._refusal = refusal
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock or raise DataDirInUse with the holder's process id; taking it twice is harmless."""
        if self._file is not None:
            return
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise DataDirInUse(f"{self._refusal} (process {holder or 'unknown'}).") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go of the lock; the file stays, since removing it would race with the next holder."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _stat_state(stat: str) -> str:
    return stat.rpartition(")")[2].split()[0]  # the name before it may hold blanks and brackets


def _first_ephemeral() -> int:
    try:
        low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        low = USUAL_EPHEMERAL
    return low if low > FIRST_PORT + 1_000 else USUAL_EPHEMERAL
