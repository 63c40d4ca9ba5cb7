"""Who waits for room on a day, in order of joining, and what became of the others."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from starlette.responses import Response

from maitred.domain.errors import NotFound
from maitred.domain.waitlist import LIVE, WaitState
from maitred.ops.badges import Badge
from maitred.ops.visit import Screen, Visit
from maitred.store.waitlist import Waiting
from maitred.texts import N_, gettext
from maitred.usecases import waitlist
from maitred.usecases.people import Role

STATES: Final = {
    WaitState.WAITING: Badge(N_("Waiting"), "◑", "busy"),
    WaitState.OFFERED: Badge(N_("Offered"), "▲", "alert"),
    WaitState.BOOKED: Badge(N_("Booked"), "●", "good"),
    WaitState.LAPSED: Badge(N_("Offer lapsed"), "✕", "past"),
    WaitState.LEFT: Badge(N_("Has left"), "⊘", "past"),
    WaitState.EXPIRED: Badge(N_("No room came"), "✗", "past"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One guest of the list: their place in line while they wait, and how it stands in words."""

    one: Waiting
    number: int | None
    badge: Badge
    times: str
    given: str
    zone: str

    @property
    def live(self) -> bool:
        """Tell whether they still wait or have an offer."""
        return self.number is not None


async def show(visit: Visit) -> Response:
    """Show the waitlist of a day: first who waits, then what became of the others."""
    day = visit.day()
    found = await waitlist.of_day(visit.desk, visit.place, day, live_only=False)
    live = [one for one in found if one.entry.state in LIVE]
    lines = [_line(visit, one, number) for number, one in enumerate(live, start=1)]
    lines += [_line(visit, one, None) for one in found if one.entry.state not in LIVE]
    step = timedelta(days=1)
    return await visit.page(
        "waitlist.html", day=day, before=day - step, after=day + step, lines=lines, waiting=len(live),
        enabled=visit.place.venue.waitlist.enabled,
    )  # fmt: skip


def _line(visit: Visit, one: Waiting, number: int | None) -> Line:
    entry, tz, texts = one.entry, visit.place.venue.tz, visit.texts
    first, last = texts.time(entry.from_at, tz), texts.time(entry.until_at, tz)
    zones = {zone.id: zone.name for zone in visit.place.venue.zones}
    return Line(
        one,
        number,
        STATES[entry.state],
        first if entry.from_at == entry.until_at else f"{first} – {last}",
        _given(visit, one),
        zones.get(entry.zone_preference or "", ""),
    )


def _given(visit: Visit, one: Waiting) -> str:
    """Say which time was booked or offered, and until when the offer is held."""
    entry, tz = one.entry, visit.place.venue.tz
    if entry.starts_at is None:
        return ""
    at = visit.texts.time(entry.starts_at, tz)
    if entry.offer_expires_at is None:
        return at
    until = visit.texts.time(entry.offer_expires_at, tz)
    return gettext("%(time)s, held until %(until)s") % {"time": at, "until": until}


async def leave(visit: Visit) -> Response:
    """Take a guest off the list, as they asked on the phone; an offer goes to the next."""
    try:
        number = UUID(visit.request.path_params["entry_id"])
    except ValueError:
        raise NotFound("There is nothing here.") from None
    found = await waitlist.waiting_of(visit.desk, number)
    if found.entry.restaurant_id != visit.place.restaurant_id:
        raise NotFound("There is nothing here.")
    await waitlist.leave(visit.desk, number, actor=visit.caller.actor())
    return visit.done(gettext("%(guest)s waits no more.") % {"guest": found.guest.name})


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/waitlist", show, Role.VIEWER),
    Screen("POST", "/ops/{slug}/waitlist/{entry_id}/leave", leave, Role.HOST),
)
