"""An offer that was sent to a guest: shown on its link, booked on one button. Mail scanners follow links, so a GET
books nothing."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid5

from starlette.responses import Response

from maitred.domain.calendar import service_date
from maitred.domain.errors import Contended, NoSeating, NotFound
from maitred.guest.again import before, put_right
from maitred.guest.asking import Wanted, asked
from maitred.guest.book import HOLD_S, booked, managed
from maitred.guest.visit import CREDENTIAL, Screen, Visit, own
from maitred.store.bookings import ledger_of_key
from maitred.store.views import BookingView, booking_view
from maitred.usecases import links
from maitred.usecases.accept import GuestDetails
from maitred.usecases.holds import HoldRequest, get_hold, place_hold

GONE: Final = "gone"


async def show(visit: Visit) -> Response:
    """Show what is offered."""
    wish = _wish(await _opened(visit))
    if (await before(visit)).said == GONE:
        return _page(visit, wish, gone=True, status=409)
    return _page(visit, wish, gone=not await _kept(visit, *_press(visit, wish)) and await _taken(visit, wish))


async def take(visit: Visit) -> Response:
    """Book what is offered; a second press, be it in the same instant, leads to the same booking."""
    said = await _opened(visit)
    wish, view = _wish(said), await _declined(visit, said)
    guest = view.guest
    details = GuestDetails(guest.name, guest.email, guest.phone, guest.locale)
    hold_id, key = _press(visit, wish)
    if not await _kept(visit, hold_id, key):
        try:
            await place_hold(visit.desk, visit.place, wish, caller=visit.caller, ttl_s=HOLD_S, hold_id=hold_id)
        except (NoSeating, Contended) as fault:
            if not await _kept(visit, hold_id, key):  # else it has gone to another press of theirs
                if isinstance(fault, Contended):
                    raise
                return await put_right(visit, "offer", visit.token, said=GONE)
    booking_id = await booked(visit, wish, details, view.booking.notes, key, hold_id)
    return visit.go(visit.url("b", await managed(visit, booking_id, wish.starts_at)))


def _page(visit: Visit, wish: HoldRequest, *, gone: bool, status: int = 200) -> Response:
    day = service_date(visit.place.venue, wish.starts_at)
    return visit.page("offer.html", status, wish=wish, gone=gone, day=day)


def _press(visit: Visit, wish: HoldRequest) -> tuple[UUID, str]:
    """Return the hold and the key of a press of an offer's button, the same for every press.

    Until when the key is kept stands in it: the link books as long as its time has not come.
    """
    key = f"offer:{int(wish.starts_at.timestamp())}:" + sha256(visit.token.encode()).hexdigest()
    return uuid5(CREDENTIAL, key), key


async def _taken(visit: Visit, wish: HoldRequest) -> bool:
    """Tell whether somebody else has what is offered, as far as can be said before the button is pressed."""
    zone = wish.zone_preference if wish.zone_required else None
    wanted = Wanted(wish.party_size, service_date(visit.place.venue, wish.starts_at), wish.accessible, zone)
    found = (await asked(visit, {name: str(value) for name, value in wanted.query().items()})).found
    slot = next((one for one in found.slots if one.starts_at == wish.starts_at), None) if found else None
    return slot is not None and not slot.available


async def _kept(visit: Visit, hold_id: UUID, key: str) -> bool:
    """Tell whether the tables of an offer are kept by an earlier press, or booked by it (looked at in that order)."""
    with suppress(NotFound):
        await get_hold(visit.desk, hold_id, caller=visit.caller)
        return True
    return bool(await ledger_of_key(visit.desk.database, visit.caller.credential_id, visit.place.restaurant_id, key))


async def _opened(visit: Visit) -> Mapping[str, Any]:
    return own(await links.opened(visit.desk.database, links.OFFER, visit.token, visit.now), visit)


async def _declined(visit: Visit, said: Mapping[str, Any]) -> BookingView:
    """Return the booking in whose place something is offered, with its guest; raises NotFound when they were erased."""
    view = await booking_view(visit.desk.database, UUID(said["booking"]))
    if view is None or view.booking.restaurant_id != visit.place.restaurant_id:
        raise NotFound("This link is not one of ours.")
    if not (view.guest.email or view.guest.phone):
        raise NotFound("Nobody is known by this link any more.")
    return view


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
