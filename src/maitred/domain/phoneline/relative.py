"""Times counted from now: `in 20 minutes`, `dans une heure`, `२० मिनेटमा`."""

import datetime as dt
from typing import Final

from maitred.domain.phoneline.ear import SMALL_HOURS, Ear
from maitred.domain.phoneline.heard import Kind
from maitred.domain.phoneline.patterns import Line

_MOST_MINUTES: Final = 24 * 60
_DAY: Final = dt.timedelta(days=1)


def find_soon(line: Line, now: dt.datetime) -> tuple[int, int, dt.datetime] | None:
    """Claim words like `in 20 minutes`; return where they stand and the next slot of the venue's grid from then on."""
    for pattern in ("?in soon", "in number minutes", "number|spoken later"):
        for match in line.find(pattern):
            number, unit = match.values[-2], match.values[-1]
            minutes = unit if pattern == "?in soon" else number * unit
            if 0 <= minutes <= _MOST_MINUTES:
                line.take(Kind.TIME, match.first, match.end)
                return match.first, match.end, _slot(now + dt.timedelta(minutes=minutes), line.ear.slot_minutes)
    return None


def _slot(at: dt.datetime, slot_minutes: int) -> dt.datetime:
    midnight = dt.datetime.combine(at.date(), dt.time())
    step = dt.timedelta(minutes=slot_minutes)
    return midnight + -(-(at - midnight) // step) * step


def service_day(at: dt.datetime, ear: Ear) -> dt.date:
    """Return the day whose evening a wall time belongs to."""
    small = at.time() < min(ear.day_starts_at, SMALL_HOURS)
    return at.date() - _DAY if small else at.date()
