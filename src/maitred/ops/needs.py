"""Guests who count on a table and have none: first and loud at the door, with their ways out, until somebody decides.

Whether their time is hours ahead or long past makes no difference: nobody but a person ends such a booking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from starlette.responses import Response

from maitred.api.auth import need
from maitred.domain.booking import State
from maitred.domain.errors import InvalidInput, NeedsOverride
from maitred.domain.walkin import TableNow
from maitred.ops.actions import Offer, offers, required_version, tables_in
from maitred.ops.named import with_names
from maitred.ops.review import countdown, stamp_of
from maitred.ops.undoing import offered
from maitred.ops.visit import Screen, Visit
from maitred.ops.wording import why
from maitred.store import views
from maitred.store.views import BookingView
from maitred.texts import gettext
from maitred.usecases.people import Role
from maitred.usecases.seat import seat_at
from maitred.usecases.walkins import Floor

HERE_BEFORE: Final = timedelta(hours=1)
"""How long before their time guests may stand at the door, so that a table of now is of use to them."""


@dataclass(frozen=True, slots=True)
class Needy:
    """One of them: how far their time is, why they have no table, and what can be done."""

    view: BookingView
    due: str
    why: str
    seat_now: tuple[str, ...]
    offers: list[Offer]
    stamp: str
    today: bool

    @property
    def id(self) -> str:
        """The booking's id."""
        return str(self.view.booking.id)

    @property
    def decided(self) -> bool:
        """Tell whether a person decides, and not the engine at this very moment."""
        return self.view.booking.state is State.MANUAL_REVIEW


async def needing(visit: Visit, floor: Floor) -> list[Needy]:
    """Return who needs a table on the present day, or still does from a day before; whose time is first goes first."""
    found = await tableless(visit, floor.day)
    days = sorted({one.booking.service_date for one in found})
    touched = await views.days_touched(visit.desk.database, visit.place.restaurant_id, days) if days else {}
    return await with_names(visit, [_needy(visit, floor, one, touched) for one in found], "why")


async def tableless(visit: Visit, day: date) -> Sequence[BookingView]:
    """Return the bookings up to a day that were confirmed once and have no table."""
    return await views.without_table(visit.desk.database, visit.place.restaurant_id, day)


def _needy(visit: Visit, floor: Floor, view: BookingView, touched: Mapping[date, datetime]) -> Needy:
    booking = view.booking
    return Needy(
        view=view,
        due=countdown(booking.starts_at - visit.now),
        why=why(booking),
        seat_now=_table_now(visit, floor, view),
        offers=offers(visit, booking),
        stamp=stamp_of(view, touched, visit.now),
        today=booking.service_date == floor.day,
    )


def _table_now(visit: Visit, floor: Floor, view: BookingView) -> tuple[str, ...]:
    """Return the tables at which a party could sit down this minute, when it may be here by now."""
    booking = view.booking
    soon = booking.service_date == floor.day and booking.starts_at - visit.now <= HERE_BEFORE
    if not soon or booking.state is not State.MANUAL_REVIEW:
        return ()
    try:
        found = floor.tell(booking.party_size, accessible=booking.accessible)
    except (InvalidInput, NeedsOverride):
        return ()
    return found.tables if isinstance(found, TableNow) and not found.moves else ()


async def seat_now(visit: Visit) -> Response:
    """Seat a party that has no table at one that is free."""
    need(visit.caller, "staff")
    need(visit.caller, "review")
    view, form = await visit.booking(), await visit.form()
    await seat_at(
        visit.desk, view.booking.id, tables_in(form) or (), caller=visit.caller, expected_version=required_version(form)
    )
    after = await visit.booking()
    said = gettext("%(guest)s sits at %(tables)s.") % {"guest": view.guest.name, "tables": "+".join(after.tables)}
    return visit.done(said, **await offered(visit, after.booking), subject=str(after.booking.id))


SCREENS: Final = (
    Screen("POST", "/ops/{slug}/now/table/{booking_id}", seat_now, Role.HOST),
)  # fmt: skip
