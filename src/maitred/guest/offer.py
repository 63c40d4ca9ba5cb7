"""An offer that was sent to a guest: shown on its link, booked on one button. Mail scanners follow links, so a GET
books nothing."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from starlette.responses import Response

from maitred.domain.errors import NoSeating
from maitred.guest.book import HOLD_S, booked, managed
from maitred.guest.visit import Screen, Visit, own
from maitred.store.bookings import ledger_of_key
from maitred.usecases import links
from maitred.usecases.accept import GuestDetails
from maitred.usecases.holds import HoldRequest, place_hold


async def show(visit: Visit) -> Response:
    """Show what is offered."""
    said = await _opened(visit)
    return visit.page("offer.html", wish=_wish(said), gone=False)


async def take(visit: Visit) -> Response:
    """Book what is offered; a second press leads to the same booking."""
    said = await _opened(visit)
    wish, guest = _wish(said), said.get("guest") or {}
    details = GuestDetails(guest.get("name", ""), guest.get("email"), guest.get("phone"), guest.get("locale"))
    key = "offer:" + sha256(visit.token.encode()).hexdigest()
    hold_id = None
    if await ledger_of_key(visit.desk.database, visit.caller.credential_id, visit.place.restaurant_id, key) is None:
        try:
            hold_id = (await place_hold(visit.desk, visit.place, wish, caller=visit.caller, ttl_s=HOLD_S)).id
        except NoSeating:
            return visit.page("offer.html", 409, wish=wish, gone=True)
    booking_id = await booked(visit, wish, details, said.get("notes"), key, hold_id)
    return visit.go(visit.url("b", await managed(visit, booking_id, wish.starts_at)))


async def _opened(visit: Visit) -> Mapping[str, Any]:
    return own(await links.opened(visit.desk.database, links.OFFER, visit.token, visit.now), visit)


def _wish(said: Mapping[str, Any]) -> HoldRequest:
    return HoldRequest(
        said["party_size"],
        datetime.fromisoformat(said["starts_at"]),
        bool(said.get("accessible")),
        said.get("zone_preference"),
        zone_required=bool(said.get("zone_required")),
    )


SCREENS: Final = (
    Screen("GET", "/book/{slug}/offer/{token}", show),
    Screen("POST", "/book/{slug}/offer/{token}", take, holds=True),
)  # fmt: skip
