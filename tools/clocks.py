"""Runs the tests as if it were another hour in another zone, for everything they start: `make clocks`.

    python tools/clocks.py [NAME ...]     every moment in every zone, or those whose name contains one of NAME
    python tools/clocks.py --list         the names, and the times they stand for

The wall clock of the whole tree of processes (Python, Postgres, Valkey, Node, Chromium) is moved by a small library
(clock.c) and runs on from there; TZ is the zone of the moment. TESTS chooses tests, as with `make test`.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = Path(__file__).with_name("clock.c")
ZONES: Final = ("Asia/Kathmandu", "America/New_York", "Pacific/Auckland", "Europe/London")
RESTAURANTS: Final = "Europe/London"  # where most restaurants of the tests are
BEFORE_A_CHANGE: Final = timedelta(minutes=5)  # so that the clock changes while the tests run
FIXED: Final = {
    "first": datetime(2027, 2, 1, 0, 30),  # noqa: DTZ001 - a clock on the wall, in each zone
    "year-end": datetime(2026, 12, 31, 23, 40),  # noqa: DTZ001
    "leap-day": datetime(2028, 2, 29, 0, 30),  # noqa: DTZ001
    "sunday": datetime(2027, 1, 10, 20, 0),  # noqa: DTZ001
    "monday": datetime(2027, 1, 11, 12, 0),  # noqa: DTZ001
}
CHANGES_IN: Final = 2027


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in a zone, and what it is called."""

    name: str
    at: datetime


def moments() -> Iterator[Moment]:
    """Yield every moment in every zone; a zone without clock changes stands through those of the restaurants."""
    for zone in ZONES:
        city, tz = zone.rpartition("/")[2].lower().replace("_", "-"), ZoneInfo(zone)
        for name, wall in FIXED.items():
            yield Moment(f"{name}-{city}", wall.replace(tzinfo=tz))
        changes = list(_changes(tz)) or list(_changes(ZoneInfo(RESTAURANTS)))
        for name, change in zip(("skipped-hour", "second-hour"), sorted(changes, key=_falls_back), strict=True):
            yield Moment(f"{name}-{city}", (change.at - BEFORE_A_CHANGE).astimezone(tz))


@dataclass(frozen=True, slots=True)
class _Change:
    at: datetime
    by: timedelta


def _changes(tz: ZoneInfo) -> Iterator[_Change]:
    hour = datetime(CHANGES_IN, 1, 1, tzinfo=UTC)
    while hour.year == CHANGES_IN:
        step = _offset(hour + timedelta(hours=1), tz) - _offset(hour, tz)
        hour += timedelta(hours=1)
        if step:
            yield _Change(hour, step)


def _offset(at: datetime, tz: ZoneInfo) -> timedelta:
    offset = at.astimezone(tz).utcoffset()
    assert offset is not None
    return offset


def _falls_back(change: _Change) -> bool:
    return change.by < timedelta()


def run(moment: Moment, library: Path) -> bool:
    """Run the tests at a moment; say whether they passed."""
    ahead_s = int((moment.at - datetime.now(UTC)).total_seconds())
    zone = str(moment.at.tzinfo)
    sys.stdout.write(f"\n== {moment.name}: {moment.at:%A, %Y-%m-%d %H:%M} in {zone}\n")
    sys.stdout.flush()
    env = {**os.environ, "TZ": zone, "LD_PRELOAD": str(library), "FAKETIME": f"{ahead_s:+d}"}
    tests = shlex.split(os.environ.get("TESTS", ""))
    # Nothing is downloaded under a false clock (certificates have dates): `make clocks` has installed it before.
    command = [sys.executable, "-m", "pytest", "-n", "3", "--dist", "loadfile", "-q", *tests]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0  # noqa: S603 - our own


@contextmanager
def moving_library() -> Iterator[Path]:
    """Give the compiled library, where the account of the engines can read it."""
    with TemporaryDirectory(prefix="maitred-clock-") as directory:
        Path(directory).chmod(0o755)
        library = Path(directory, "clock.so")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)  # noqa: S603, S607
        yield library


def main() -> int:
    """Run what was asked for and sum it up."""
    wanted = sys.argv[1:]
    chosen = [one for one in moments() if not wanted or any(part in one.name for part in wanted)]
    if wanted == ["--list"]:
        sys.stdout.writelines(f"{one.name:26} {one.at:%a %Y-%m-%d %H:%M %z} {one.at.tzinfo}\n" for one in moments())
        return 0
    if not chosen:
        sys.stderr.write(f"No moment is called {' or '.join(wanted)}; --list has the names.\n")
        return 2
    with moving_library() as library:
        failed = [one.name for one in chosen if not run(one, library)]
    sys.stdout.write(f"\nclocks: {len(chosen) - len(failed)} of {len(chosen)} passed\n")
    sys.stdout.writelines(f"  failed: {name}\n" for name in failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
