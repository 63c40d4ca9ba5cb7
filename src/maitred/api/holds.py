"""Holds: a seat kept for three minutes while a guest fills in the form."""

from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import HoldAnswer
from maitred.api.bookings import moment
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import HoldBody
from maitred.domain.calendar import resolve_local
from maitred.domain.errors import InvalidInput
from maitred.store.allocations import Hold
from maitred.usecases import holds
from maitred.usecases.desk import Caller, OpenVenue

TAG: Final = "Holds"


async def place_hold(call: Call) -> Response:
    """Hold the best seat for a party. Book it with `hold_id`; once expired it blocks nobody."""
    body = await call.body(HoldBody)
    if body.source.staffed:
        call.need("staff")
    if body.at is not None:
        call.need("admin")
    if body.zone_required and body.zone_preference is None:
        raise InvalidInput("Name the zone that is required.", field="zone_preference", code="required")
    place = await call.place()
    request = holds.HoldRequest(
        party_size=body.party_size,
        starts_at=resolve_local(body.starts_at, place.venue.tz, "starts_at"),
        accessible=body.accessible,
        zone_preference=body.zone_preference,
        zone_required=body.zone_required,
        source=body.source,
    )
    hold = await holds.place_hold(call.desk, place, request, caller=call.caller, at=moment(body.at, place, "at"))
    return answer(_rendered(hold, place, call.caller), 201, {"Location": f"/v1/holds/{hold.id}"})


async def read_hold(call: Call) -> Response:
    """Return a hold while it lasts."""
    hold = await holds.get_hold(call.desk, call.path_id("hold_id"), caller=call.caller)
    return answer(_rendered(hold, await call.desk.venues.by_id(hold.restaurant_id), call.caller))


async def release_hold(call: Call) -> Response:
    """Give a hold back before it expires."""
    await holds.release_hold(call.desk, call.path_id("hold_id"), caller=call.caller)
    return Response(status_code=204)


def _rendered(hold: Hold, place: OpenVenue, caller: Caller) -> dict[str, Any]:
    return {
        "id": str(hold.id),
        "restaurant": place.slug,
        "party_size": hold.party_size,
        "starts_at": hold.starts_at.astimezone(place.venue.tz).isoformat(),
        "tables": list(hold.tables) if caller.sees_tables else [],
        "expires_at": hold.expires_at.astimezone(place.venue.tz).isoformat(),
    }


ROUTES: Final = (
    Endpoint(
        "POST", "/v1/restaurants/{slug}/holds", place_hold, TAG, "Hold a seat", "bookings:write", HoldAnswer,
        status=201, body=HoldBody, answer_headers=("Location",),
        problems=("no_capacity", "off_grid", "lock_busy", "needs_override"),
    ),
    Endpoint("GET", "/v1/holds/{hold_id}", read_hold, TAG, "Read a hold", "bookings:read", HoldAnswer),
    Endpoint(
        "DELETE", "/v1/holds/{hold_id}", release_hold, TAG, "Release a hold", "bookings:write", status=204,
    ),
)  # fmt: skip
