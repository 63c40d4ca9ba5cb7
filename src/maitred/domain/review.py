"""Manual review: how long people have for it (DESIGN 5)."""

from datetime import datetime, timedelta
from typing import Final

from maitred.domain.calendar import advance_open_time
from maitred.domain.venue import Venue

OPEN_MINUTES: Final = 30
BEFORE_PARTY: Final = timedelta(hours=2)
SHORT: Final = timedelta(minutes=10)
CLAIM: Final = timedelta(seconds=60)


def review_deadline(venue: Venue, entered_at: datetime, starts_at: datetime) -> datetime:
    """Return until when a review must be settled; after that it is declined with alternatives.

    30 minutes of opening time or 2 hours before the party's time, whichever is first; 10 minutes when the party is
    nearer than that.
    """
    if starts_at - entered_at < BEFORE_PARTY + SHORT:
        return entered_at + SHORT
    latest = starts_at - BEFORE_PARTY
    open_time = advance_open_time(venue, entered_at, OPEN_MINUTES)
    return latest if open_time is None else min(latest, open_time)
