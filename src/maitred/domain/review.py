"""Manual review: how long people have for it (DESIGN 5)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

from maitred.domain.booking import Booking
from maitred.domain.calendar import advance_open_time
from maitred.domain.events import Event
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


def claim_event(booking: Booking, at: datetime) -> Event:
    """Return the event that says who works on a review from now on, or that nobody does.

    A claim is no step of the lifecycle: the booking's version stays, and its history knows nothing of it.
    """
    kind = "booking.review_claimed" if booking.claimed_by else "booking.review_released"
    return Event(
        id=uuid5(booking.id, f"{kind} {at.isoformat()}"),
        type=kind,
        restaurant=booking.restaurant,
        subject=str(booking.id),
        at=at,
        data={
            "booking_id": str(booking.id),
            "reference": booking.reference,
            "version": booking.version,
            "state": booking.state,
            "service_date": booking.service_date.isoformat(),
            "claimed_by": booking.claimed_by,
        },
    )
