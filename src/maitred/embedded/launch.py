"""Runs one program as another account, tied to the life of the process that asked for it.

This file is a script, run as `python -I -S launch.py PARENT SIGNAL UID GID PIPE -- PROGRAM [ARGUMENT...]`.
It exists because the steps have an order that `subprocess` alone cannot keep: a change of account clears the
parent-death signal, so the signal is asked for after it, and the parent is looked at again after that, for it
may have died in between. A `preexec_fn` could do it too, but runs Python in a forked copy of a threaded process.

PIPE is -1 on Linux, where the kernel sends the signal and this process becomes the program. Elsewhere it is a
pipe that the parent holds open; this process stays, passes signals on, and signals the program when it closes.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

PR_SET_PDEATHSIG = 1
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Tie, change account, run."""
    parent, death_signal, uid, gid, pipe = map(int, arguments[:5])
    program = arguments[6:]
    libc = ctypes.CDLL(None, use_errno=True)  # loaded while the library's path is certainly readable
    _become(uid, gid)
    for number in (*PASSED_ON, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    if pipe >= 0:
        return _watch(pipe, death_signal, program)
    if libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() == parent:
        os.execv(program[0], program)  # noqa: S606  # the caller's argument list, no shell
    return 1  # the parent died while we were getting ready


def _become(uid: int, gid: int) -> None:
    if uid < 0:
        return
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _watch(pipe: int, death_signal: int, program: list[str]) -> int:
    child = subprocess.Popen(program)  # noqa: S603  # the caller's argument list, no shell

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    def end_with_parent() -> None:
        while os.read(pipe, 1):
            pass
        child.send_signal(death_signal)

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    threading.Thread(target=end_with_parent, daemon=True).start()
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
