"""What a guest is told of their mail: that it was sent and where to, or that none was, so that they keep the link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from maitred.domain.booking import UNDECIDED_STATES
from maitred.guest.visit import Visit
from maitred.store import messages
from maitred.store.messages import Message
from maitred.store.views import BookingView
from maitred.texts import gettext

SOON: Final = timedelta(minutes=2)
"""How long a message is awaited that nobody has planned yet."""
LOOKED_AT: Final = 50
_OF_NO_MATTER: Final = frozenset({"overtaken", "decided", "taken_back", "over"})
"""Why a message was dropped for another one, which is the one to tell of."""


@dataclass(frozen=True, slots=True)
class Mailed:
    """What can be said by now, a line for each way; `open`: more may be known in a moment."""

    lines: tuple[str, ...]
    open: bool


async def mailed(visit: Visit, view: BookingView) -> Mailed:
    """Return what became of the newest message about a booking."""
    place = visit.place.restaurant_id
    found = await messages.listing(visit.desk.database, place, booking_id=view.booking.id, limit=LOOKED_AT)
    newest = _newest([one.message for one in found])
    if not newest:
        return _unwritten(visit, view)
    behind = max(one.version for one in newest) < view.booking.version and _is_fresh(visit, view)
    return Mailed(tuple(_line(one) for one in newest), behind or any(one.state == "pending" for one in newest))


def _newest(found: Sequence[Message]) -> list[Message]:
    """Return the newest message of each channel, email first, of those that are kept newest first."""
    told = [one for one in found if one.audience == "guest" and one.recipient and one.reason not in _OF_NO_MATTER]
    by_channel = {one.channel: one for one in reversed(told)}
    return sorted(by_channel.values(), key=lambda one: one.channel)


def _unwritten(visit: Visit, view: BookingView) -> Mailed:
    if not view.guest.email:
        return Mailed((gettext("No email was sent: you left no email address. Save this link."),), False)
    if view.booking.state in UNDECIDED_STATES or _is_fresh(visit, view):
        return Mailed((_coming(view.guest.email),), True)
    return Mailed((_none(),), False)


def _is_fresh(visit: Visit, view: BookingView) -> bool:
    return visit.now - view.updated_at < SOON


def _line(one: Message) -> str:
    assert one.recipient is not None
    if one.channel == "gateway":
        return _of_phone(one)
    match one.fate:
        case "sent":
            return gettext("We sent an email to %(address)s.") % {"address": masked(one.recipient)}
        case "pending":
            return _coming(one.recipient)
        case "kept":
            return gettext("No email was sent: this restaurant sends none at present. Save this link.")
        case _ if one.state == "failed" or one.reason == "suppressed":
            address = masked(one.recipient)
            return gettext("Our email to %(address)s could not be delivered. Save this link.") % {"address": address}
        case _:
            return _none()


def _of_phone(one: Message) -> str:
    number = {"number": f"…{(one.recipient or '')[-3:]}"}
    if one.fate == "sent":
        return gettext("We sent a message to your phone number %(number)s.") % number
    if one.fate == "pending":
        return gettext("A message to your phone number %(number)s is on its way.") % number
    return gettext("No message reached your phone number %(number)s. Save this link.") % number


def _coming(address: str) -> str:
    return gettext("An email to %(address)s is on its way.") % {"address": masked(address)}


def _none() -> str:
    return gettext("No email was sent about this. Save this link.")


def masked(address: str) -> str:
    """Return an address so that its owner knows it, and who was given the link does not learn it."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"
