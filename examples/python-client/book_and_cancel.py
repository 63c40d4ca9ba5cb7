"""Book a table and cancel it: `MAITRED_URL=http://127.0.0.1:8080 MAITRED_API_KEY=... python book_and_cancel.py demo 2030-05-17`.

The client beside it is generated from maitred's OpenAPI (`make client`); it needs httpx, attrs and python-dateutil.
"""

import os
import sys
from datetime import date, timedelta

from maitred_client import AuthenticatedClient
from maitred_client.api.availability import get_restaurants_slug_availability as availability
from maitred_client.api.bookings import get_bookings_booking_id as read
from maitred_client.api.bookings import post_restaurants_slug_bookings as book
from maitred_client.api.lifecycle import post_bookings_booking_id_cancel as cancel
from maitred_client.models import ActionBody, BookingBody, GuestBody


def main(slug: str, day: date) -> None:
    """Take the first free time for two, and give it back."""
    client = AuthenticatedClient(os.environ["MAITRED_URL"], os.environ["MAITRED_API_KEY"], raise_on_unexpected_status=True)
    with client:
        found = availability.sync(slug, client=client, date=day, party_size=2)
        slot = next((one for one in found.slots if one.available), None)
        if slot is None:
            sys.exit(f"Nothing is free at {slug} on {day}: choose another day.")
        guest = GuestBody(name="Ada Lovelace", phone="+442079460958")
        body = BookingBody(party_size=2, starts_at=slot.starts_at.isoformat(), guest=guest)
        booking = book.sync(slug, client=client, body=body, prefer="wait=10")
        print(booking.reference, booking.state)
        cancel.sync(booking.id, client=client, body=ActionBody())
        print(booking.reference, read.sync(booking.id, client=client).state)


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else date.today() + timedelta(days=7))
