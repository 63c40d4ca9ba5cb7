"""Bookings for the demo restaurant: what a newcomer finds on the screens, made the way every booking is made."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from maitred.domain.booking import Source
from maitred.domain.calendar import from_wall, service_date
from maitred.domain.errors import Rejected
from maitred.store.views import list_bookings
from maitred.usecases.accept import BookingRequest, GuestDetails, accept_booking
from maitred.usecases.desk import SCOPES, Caller, Desk, OpenVenue

DEMO: Final = Caller(uuid5(NAMESPACE_URL, "maitred:demo"), "demo", frozenset(SCOPES), None)


async def plant_bookings(desk: Desk, place: OpenVenue, wanted: Sequence[Mapping[str, Any]], days: int) -> int:
    """Book guests for today and the days after it, each day that has no booking yet; returns how many.

    What the house refuses (a time that is over, a day it is closed) is left out, as it would be for a guest.
    """
    today, made = service_date(place.venue, desk.clock()), 0
    for offset in range(days):
        day = today + timedelta(days=offset)
        if not await list_bookings(desk.database, place.restaurant_id, service_date=day, limit=1):
            for one in wanted:
                made += await _booked(desk, place, _request(place, day, one))
    return made


async def _booked(desk: Desk, place: OpenVenue, request: BookingRequest) -> bool:
    try:
        await accept_booking(desk, place, request, caller=DEMO, key=None, render=lambda view: {"id": view.booking.id})
    except Rejected:
        return False
    return True


def _request(place: OpenVenue, day: date, one: Mapping[str, Any]) -> BookingRequest:
    starts_at = from_wall(datetime.combine(day, time.fromisoformat(one["time"])), place.venue.tz)
    guest = GuestDetails(one["name"], email=one.get("email"), phone=one.get("phone"), locale=one.get("locale"))
    return BookingRequest(
        one["party_size"],
        starts_at,
        guest,
        source=Source(one.get("source", "web")),
        zone_preference=one.get("zone_preference"),
        accessible=one.get("accessible", False),
        notes=one.get("notes"),
    )
