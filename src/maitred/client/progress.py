"""Telling a waiting person how far a replay is; says nothing when nobody watches."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Watcher(Protocol):
    """Whoever wants to know how far a replay is."""

    def begins(self, total: int) -> None:
        """The stream starts; it has `total` events."""

    def settled(self, booking: str, state: str) -> None:
        """One event is over, and left its booking in `state`."""


class Unwatched:
    """A watcher for when nobody watches."""

    def begins(self, total: int) -> None:
        """This is of no interest."""

    def settled(self, booking: str, state: str) -> None:
        """This is of no interest."""


class _Bar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None
        self._states: dict[str, str] = {}  # by booking: a cancel changes what the request brought

    def begins(self, total: int) -> None:
        self._task = self._progress.add_task("replay", total=total, states="")

    def settled(self, booking: str, state: str) -> None:
        assert self._task is not None
        self._states[booking] = state
        states = ", ".join(f"{count} {name}" for name, count in Counter(self._states.values()).most_common())
        self._progress.update(self._task, advance=1, states=states)


@contextmanager
def progress_on_stderr() -> Iterator[Watcher]:
    """This draws a progress bar on stderr when that is a terminal, and nothing otherwise."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Unwatched()
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[states]}"))
    with Progress(*columns, console=console, transient=True, refresh_per_second=5) as progress:
        yield _Bar(progress)
