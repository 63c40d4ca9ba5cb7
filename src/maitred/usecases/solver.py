"""The solving process: `python -m maitred.usecases.solver` reads one task from stdin and writes one answer to stdout.

It knows no database, no Redis and no secret. Whoever started it holds the other end of stdin open: when that closes,
because the parent was killed or gave up, this process ends at once, so nothing is ever left behind.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from maitred.domain.optimizer import Day, Limits, Party, Proposal, most_covers, replan
from maitred.domain.optimizer.model import Optimum
from maitred.domain.venue import parse_venue

MEMORY_BYTES: Final = 4 * 2**30
ORPHANED: Final = 3

DAY: Final = TypeAdapter(Day)
PARTIES: Final = TypeAdapter(tuple[Party, ...])
LIMITS: Final = TypeAdapter(Limits)
PROPOSAL: Final = TypeAdapter(Proposal)
OPTIMUM: Final = TypeAdapter(Optimum)
TASK: Final = TypeAdapter(dict[str, Any])


def main() -> None:
    """Solve one task and exit."""
    _bound_memory()
    task = TASK.validate_json(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answer = KINDS[task["kind"]](task)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)  # the thread that waits for the parent would hold up an orderly end


def _replan(task: Mapping[str, Any]) -> bytes:
    day, limits = DAY.validate_python(task["day"]), LIMITS.validate_python(task["limits"])
    return PROPOSAL.dump_json(replan(day, parse_venue(task["venue"]), limits))


def _optimum(task: Mapping[str, Any]) -> bytes:
    asked, limits = PARTIES.validate_python(task["asked"]), LIMITS.validate_python(task["limits"])
    return OPTIMUM.dump_json(most_covers(asked, parse_venue(task["venue"]), limits))


KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], bytes]]] = {"replan": _replan, "optimum": _optimum}


def _end_with_parent() -> None:
    """Wait for the end of stdin; solving leaves the interpreter free to notice."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    os._exit(ORPHANED)


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has none, macOS refuses some
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    main()
