"""The day's bookings: every state with its count, found by text, sorted, and all of that in the address."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response, StreamingResponse

from maitred.api.call import answer
from maitred.domain import calendar
from maitred.domain.binding import freezes_at
from maitred.domain.booking import State
from maitred.domain.lifecycle import EARLIEST
from maitred.domain.venue_model import natural_key
from maitred.domain.written import day_in
from maitred.ops.actions import Offer, offers
from maitred.ops.badges import BADGES, GROUPS, Group, doing, tables_of
from maitred.ops.fragments import first_in_order
from maitred.ops.since import since_looked
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.ops.wording import why
from maitred.store import outbox, views
from maitred.store.views import BookingView
from maitred.texts import N_, gettext
from maitred.usecases.bookings_csv import bookings_csv, check_period
from maitred.usecases.desk import Desk
from maitred.usecases.people import Role

MOST: Final = 2_000
MOST_READINGS: Final = 20
_DOORS_OPEN: Final = timedelta(minutes=30)
SORTS: Final = {
    "time": N_("Time"),
    "name": N_("Name"),
    "party": N_("Party"),
    "tables": N_("Tables"),
    "state": N_("State"),
    "arrival": N_("Booked"),
}
_MARGINS: Final = tuple(sorted(set(EARLIEST.values())))
_ORDER: Final = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Row:
    """One booking as the list shows it; `kept` says that it left the filter while the cursor was on it."""

    view: BookingView
    offers: list[Offer]
    tables: Any
    doing: str
    why: str
    kept: bool

    @property
    def id(self) -> str:
        """The booking's id."""
        return str(self.view.booking.id)


async def home(visit: Visit) -> Response:
    """Lead to the door while the house is open or about to open, else to the bookings."""
    open_now = any(
        window.opens_at - _DOORS_OPEN <= visit.now < window.closes_at
        for window in calendar.windows(visit.place.venue, visit.today())
    )
    return RedirectResponse(visit.url("now" if open_now else "bookings"), 303, HEADERS)


async def show(visit: Visit) -> Response:
    """Show the day's bookings."""
    day, group = visit.day(), _group(visit.query("group"))
    sort = visit.query("sort") if visit.query("sort") in SORTS else "time"
    found = await day_of(visit)
    asked = visit.query("q").strip()
    matching = await _matching(visit, asked) if asked else {row.booking.id for row in found}
    shown = [
        view for view in found if view.booking.id in matching and (group is None or view.booking.state in group.states)
    ]
    kept = _kept(visit, found, shown)
    views_shown = _sorted(sort, [*shown, *([kept] if kept else [])])
    return await visit.page(
        "bookings.html",
        day=day,
        since=await since_looked(visit, day),
        rows=lines(visit, views_shown, kept),
        total=len(found),
        covers=sum(view.booking.party_size for view in found if _counts(view)),
        groups=_counted(found),
        group=group,
        sort=sort,
        sorts=SORTS,
        asked=asked,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
    )


async def as_csv(visit: Visit) -> Response:
    """Give the bookings of the day, or from it to another, as CSV."""
    first = visit.day()
    last = day_in(visit.query("to"), "to") if visit.query("to") else first
    check_period(first, last)
    excel = visit.query("excel") == "1"
    rows = bookings_csv(visit.desk.database, visit.place.restaurant_id, visit.place.venue.tz, first, last, excel=excel)
    name = f'attachment; filename="{visit.place.slug}-{first}-{last}.csv"'
    headers = {**HEADERS, "Content-Disposition": name}
    return StreamingResponse(rows, headers=headers, media_type="text/csv; charset=utf-8")


async def find(visit: Visit) -> Response:
    """Find guests of any day by what was typed, for the palette: the newest first."""
    asked = visit.query("q").strip()[:100]
    found = await views.find_bookings(visit.desk.database, visit.place.restaurant_id, asked) if len(asked) > 1 else []
    return answer([_found(visit, view) for view in found])


def _found(visit: Visit, view: BookingView) -> dict[str, str]:
    booking, texts = view.booking, visit.texts
    when = f"{texts.day(booking.service_date)} {texts.time(booking.starts_at, visit.place.venue.tz)}"
    words = f"{view.guest.name} · {booking.party_size} · {gettext(BADGES[booking.state].words)}"
    return {"words": words, "more": when, "url": visit.url("bookings", booking.id)}


async def day_of(visit: Visit) -> Sequence[BookingView]:
    """Return every booking of the day that is looked at.

    After a change all screens read the day again at once: as long as no event has come since, they share one reading.
    """
    key = (visit.place.restaurant_id, visit.day())
    stand, readings = await outbox.stand(visit.desk.database), visit.house.readings
    known = readings.get(key)
    if known is None or known[0] != stand or (known[1].done() and (known[1].cancelled() or known[1].exception())):
        while len(readings) >= MOST_READINGS:
            del readings[next(iter(readings))]
        known = readings[key] = (stand, asyncio.create_task(_read(visit.desk, *key)))
    return await asyncio.shield(known[1])  # whoever goes away leaves it to the others who wait for it


async def _read(desk: Desk, restaurant_id: int, day: date) -> Sequence[BookingView]:
    return await views.list_bookings(desk.database, restaurant_id, service_date=day, limit=MOST)


def row_of(visit: Visit, view: BookingView, *, kept: bool = False) -> Row:
    """Return a booking with all that a line of a list says of it."""
    venue, now = visit.place.venue, visit.now
    return Row(
        view, offers(visit, view.booking), tables_of(view, venue, now), doing(view, venue, now), why(view.booking), kept
    )


def lines(visit: Visit, shown: Sequence[BookingView], kept: BookingView | None = None) -> list[Markup]:
    """Return bookings as lines of the list; the first is in the tab order."""
    fragments, clock = visit.house.pages.fragments, visit.now
    found = [
        fragments.get((*_shows(visit, view, clock), view is kept), partial(_line, visit, view, view is kept))
        for view in shown
    ]
    return [first_in_order(found[0]), *found[1:]] if found else []


def _line(visit: Visit, view: BookingView, kept: bool) -> str:
    return visit.house.pages.render("booking_row.html", visit=visit, row=row_of(visit, view, kept=kept))


def _shows(visit: Visit, view: BookingView, now: datetime) -> tuple[Hashable, ...]:
    """Return all that a booking's line depends on: what it shows, to whom, and which of its moments have passed."""
    booking, place = view.booking, visit.place
    early = (now < booking.starts_at - margin for margin in _MARGINS)
    undo = booking.undo_until is not None and now <= booking.undo_until
    return (
        "line", place.slug, place.version, visit.role, visit.texts.code, booking.id, booking.version, view.updated_at,
        view.tables, view.guest, booking.rounds, booking.due_at, booking.claimed_by,
        now < freezes_at(booking, place.venue.seating), undo, *early,
    )  # fmt: skip


async def _matching(visit: Visit, asked: str) -> set[Any]:
    found = await views.list_bookings(
        visit.desk.database, visit.place.restaurant_id, service_date=visit.day(), query=asked[:100], limit=MOST
    )
    return {view.booking.id for view in found}


def _kept(visit: Visit, found: Sequence[BookingView], shown: Iterable[BookingView]) -> BookingView | None:
    """Return the booking under the cursor when it left the filter: it stays until the cursor moves on."""
    number = visit.query("keep")
    if not number or any(str(view.booking.id) == number for view in shown):
        return None
    return next((view for view in found if str(view.booking.id) == number), None)


def _group(name: str) -> Group | None:
    return next((group for group in GROUPS if group.id == name), None)


def _counts(view: BookingView) -> bool:
    return view.booking.state not in (State.CANCELLED, State.FAILED, State.NO_SHOW)


def _counted(found: Sequence[BookingView]) -> list[tuple[Group, str, int]]:
    states = Counter(view.booking.state for view in found)
    return [(group, gettext(group.words), sum(states[state] for state in group.states)) for group in GROUPS]


_SORT_KEYS: Final[Mapping[str, Callable[[BookingView], Any]]] = {
    "time": lambda view: view.booking.starts_at,
    "name": lambda view: view.guest.name.casefold(),
    "party": lambda view: -view.booking.party_size,
    "tables": lambda view: (not view.tables, [natural_key(table) for table in view.tables]),
    "state": lambda view: _ORDER[view.booking.state],
    "arrival": lambda view: view.booking.arrival or 0,
}


def _sorted(sort: str, found: Sequence[BookingView]) -> list[BookingView]:
    by = _SORT_KEYS[sort]
    return sorted(found, key=lambda view: (by(view), view.booking.starts_at, view.booking.arrival or 0))


SCREENS: Final = (
    Screen("GET", "/ops/{slug}", home, Role.VIEWER),
    Screen("GET", "/ops/{slug}/bookings", show, Role.VIEWER),
    Screen("GET", "/ops/{slug}/bookings.csv", as_csv, Role.HOST),
    Screen("GET", "/ops/{slug}/find", find, Role.VIEWER),
)  # fmt: skip
