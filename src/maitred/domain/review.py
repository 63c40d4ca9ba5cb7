"""Manual review: how long people have for it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

from maitred.domain.booking import Booking
from maitred.domain.events import Event
from maitred.domain.venue import Venue

BEFORE_PARTY: Final = timedelta(hours=2)
SHORT: Final = timedelta(minutes=10)
CLAIM: Final = timedelta(seconds=60)


def review_deadline(venue: Venue, entered_at: datetime, starts_at: datetime) -> datetime:
    """Return until when a new request must be answered; after that it is declined with alternatives.

    Within the venue's `review_hours`, and at the latest 2 hours before the party's time; within 10 minutes when the
    party is nearer than that. Who was confirmed once is never declined by the clock and has no deadline.
    """
    latest = min(entered_at + timedelta(hours=venue.review_hours), starts_at - BEFORE_PARTY)
    return max(latest, entered_at + SHORT)


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
