"""Availability: which start times of a day would work for a party, and why the others would not."""

from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import AvailabilityAnswer
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import AvailabilityQuery
from maitred.domain.errors import InvalidInput
from maitred.usecases.availability import Ask, DayAvailability, availability
from maitred.usecases.desk import OpenVenue

TAG: Final = "Availability"


async def read_availability(call: Call) -> Response:
    """Return a day's start times for a party, each with a reason and the nearest that work when it would not.

    A look, not a promise: it may be a second old, and somebody may be faster. A hold keeps a seat.
    """
    query = call.query(AvailabilityQuery)
    if query.source.staffed:
        call.need("staff")
    place = await call.place()
    ask = Ask(
        party_size=query.party_size,
        at=call.desk.clock(),
        accessible=query.accessible,
        zone_preference=query.zone,
        source=query.source,
    )
    try:
        found = await availability(call.desk, call.front.tracker, place, query.date, ask)
    except InvalidInput as fault:
        fault.field = "zone" if fault.field == "zone_preference" else fault.field  # its name in a query
        raise
    return answer(_rendered(found, place, query.party_size))


def _rendered(found: DayAvailability, place: OpenVenue, party_size: int) -> dict[str, Any]:
    tz = place.venue.tz
    return {
        "restaurant": place.slug,
        "date": found.day.isoformat(),
        "party_size": party_size,
        "review": _reviewed(place, party_size),
        "closed_reason": found.closed_reason,
        "slots": [
            {
                "starts_at": slot.starts_at.astimezone(tz).isoformat(),
                "service": slot.service,
                "available": slot.available,
                "reason": slot.reason,
                "nearest": [at.astimezone(tz).isoformat() for at in slot.nearest],
            }
            for slot in found.slots
        ],
        "nearest_dates": [day.isoformat() for day in found.nearest_dates],
    }


def _reviewed(place: OpenVenue, party_size: int) -> bool:
    least = place.venue.review_party_size
    return least is not None and party_size >= least


ROUTES: Final = (
    Endpoint(
        "GET", "/v1/restaurants/{slug}/availability", read_availability, TAG, "Look for a time", "bookings:read",
        AvailabilityAnswer, query=AvailabilityQuery, problems=("party_too_large", "unknown_zone"),
    ),
)  # fmt: skip
