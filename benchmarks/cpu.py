"""Where the processor time of a burst went, by process: Linux only, nothing elsewhere."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

TICK_MS: Final = 1000 / os.sysconf("SC_CLK_TCK")
PROC: Final = Path("/proc")


def spent_ms(pids: Mapping[str, int]) -> dict[str, float]:
    """This is the processor time so far of each process with its children, in milliseconds."""
    if not PROC.is_dir():
        return {}
    times = dict(filter(None, (_stat(entry) for entry in PROC.iterdir() if entry.name.isdigit())))
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in times.items():
        children.setdefault(parent, []).append(pid)

    def tree(pid: int) -> float:
        return times.get(pid, (0, 0.0))[1] + sum(tree(child) for child in children.get(pid, ()))

    return {name: tree(pid) for name, pid in pids.items()}


def _stat(entry: Path) -> tuple[int, tuple[int, float]] | None:
    """This reads (pid, (parent, milliseconds, those of its dead children included)); None when it is gone."""
    try:
        fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(entry.name), (int(fields[1]), sum(map(int, fields[11:15])) * TICK_MS)
