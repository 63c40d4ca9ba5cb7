"""Times counted from now: `in 20 minutes`, `dans une heure`, `२० मिनेटमा`."""

import datetime as dt
from typing import Final

from maitred.domain.phoneline.ear import SMALL_HOURS, Ear
from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.patterns import Line, Match

_MOST_MINUTES: Final = 24 * 60
_DAY: Final = dt.timedelta(days=1)


def find_soon(line: Line, now: dt.datetime) -> tuple[int, int, dt.datetime] | None:
    """Claim words like `in 20 minutes`; return where they stand and the next slot of the venue's grid from then on."""
    for pattern in _PATTERNS:
        for match in line.find(pattern):
            minutes = _minutes(match)
            if 0 <= minutes <= _MOST_MINUTES:
                line.take(Kind.TIME, match.first, match.end)
                return match.first, match.end, _slot(now + dt.timedelta(minutes=minutes), line.ear.slot_minutes)
    return None


_PATTERNS: Final = (
    "?in soon", "in number half_more", "in number minutes et_demie|et_quart|y_media|y_cuarto", "in number minutes",
    "number|spoken later",
)  # fmt: skip


def _minutes(match: Match) -> int:
    """Return how many minutes are said: some hours, and perhaps a half or a quarter more."""
    counted = [value for value in match.values if value is not True and value is not None]
    match counted:
        case [soon]:
            return int(soon)
        case [number, 30]:
            return int(number) * 60 + 30
        case [number, unit, *more]:
            return int(number * unit + sum(more))
    return -1


def _slot(at: dt.datetime, slot_minutes: int) -> dt.datetime:
    midnight = dt.datetime.combine(at.date(), dt.time())
    step = dt.timedelta(minutes=slot_minutes)
    return midnight + -(-(at - midnight) // step) * step


def service_day(at: dt.datetime, ear: Ear) -> dt.date:
    """Return the day whose evening a wall time belongs to."""
    small = at.time() < min(ear.day_starts_at, SMALL_HOURS)
    return at.date() - _DAY if small else at.date()
