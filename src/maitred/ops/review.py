"""The manual review queue: what waits for a person, why, for how long still, and the ways out ranked by the engine.

Ways out cost engine time, so they are no part of the page: review.js reads them one by one, the item in hand first, and
again when something happened on their day; without scripts a link opens those of one item. However many screens ask,
they are worked out once. Who rests on an item claims it, so that two people see each other.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from maitred.api.auth import need
from maitred.api.schemas import NoteBody
from maitred.domain.assignment import Line
from maitred.domain.assignment.words import say, span
from maitred.domain.booking import State
from maitred.domain.review import review_deadline
from maitred.ops.actions import Offer, checked, offers, version_in
from maitred.ops.badges import tables_of
from maitred.ops.choosing import guest_names
from maitred.ops.named import with_names
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.ops.wording import why
from maitred.store import views
from maitred.store.views import BookingView
from maitred.texts import gettext, present
from maitred.usecases import review
from maitred.usecases.moves import accept_moves
from maitred.usecases.people import Role

MOST_KEYS: Final = 9
SHORT: Final = timedelta(minutes=10)
_MINUTE: Final = timedelta(minutes=1)
_LONG: Final = timedelta(hours=6)
_FRESH_S: Final = 300
_REMEMBERED: Final = 200
_WORKED_OUT: Final[dict[str, asyncio.Task[review.Suggestions]]] = {}


@dataclass(frozen=True, slots=True)
class Fix:
    """A way out in a sentence: what its key posts, or which dialog it opens; neither where people must act first."""

    id: str
    words: str
    key: int | None = None
    post: str | None = None
    dialog: str | None = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One booking of the queue as the screen shows it; `settled` is one that has just left it, under the cursor."""

    view: BookingView
    why: str
    offers: list[Offer]
    tables: Any
    until_party: str
    until_deadline: str
    deadline: datetime | None
    urgent: bool
    claimed_by: str | None
    claimed_until: datetime | None
    mine: bool
    stamp: str

    @property
    def id(self) -> str:
        """The booking's id."""
        return str(self.view.booking.id)

    @property
    def settled(self) -> bool:
        """Tell whether it waits no longer."""
        return self.view.booking.state is not State.MANUAL_REVIEW


async def show(visit: Visit) -> Response:
    """Show what waits for a person: guests without their table, then the nearest deadline first."""
    database, restaurant = visit.desk.database, visit.place.restaurant_id
    found = await views.review_queue(database, restaurant)
    kept = await _kept(visit, found)
    touched = await views.days_touched(database, restaurant, sorted({one.booking.service_date for one in found}))
    waiting = [(one.booking.review_deadline, one) for one in found]
    ordered = sorted([*waiting, *kept], key=_before)
    items = await with_names(visit, [_item(visit, one, deadline, touched) for deadline, one in ordered], "why")
    return await visit.page("review.html", items=items, waiting=len(found), fixes=await _opened_fixes(visit, items))


def _before(one: tuple[datetime | None, BookingView]) -> tuple[bool, datetime, int]:
    """Return the place in the queue: who was confirmed once by their time, then new requests by their deadline."""
    deadline, booking = one[0], one[1].booking
    return not booking.once_confirmed, deadline or booking.starts_at, booking.arrival or 0


async def _kept(visit: Visit, found: Sequence[BookingView]) -> list[tuple[datetime | None, BookingView]]:
    """Return the item under the cursor when it was settled: it stays in its place until the cursor moves on."""
    number = visit.query("keep")
    if not number or any(str(one.booking.id) == number for one in found):
        return []
    view = await visit.booking(number)
    steps = await views.history(visit.desk.database, view.booking.id)
    entered = [one for one in steps if one.to_state == State.MANUAL_REVIEW]
    if not entered:
        return []
    if view.booking.once_confirmed:
        return [(None, view)]
    return [(review_deadline(visit.place.venue, entered[-1].at, view.booking.starts_at), view)]


def _item(visit: Visit, view: BookingView, deadline: datetime | None, touched: Mapping[date, datetime]) -> Item:
    booking, now = view.booking, visit.now
    claimed = booking.claimed_until is not None and booking.claimed_until > now
    return Item(
        view=view,
        why=why(booking),
        offers=offers(visit, booking),
        tables=tables_of(view, visit.place.venue, now),
        until_party=countdown(booking.starts_at - now),
        until_deadline=countdown(deadline - now) if deadline else "",
        deadline=deadline,
        urgent=booking.once_confirmed or (deadline is not None and deadline - now < SHORT),
        claimed_by=booking.claimed_by if claimed else None,
        claimed_until=booking.claimed_until if claimed else None,
        mine=booking.claimed_key == visit.caller.credential_id,
        stamp=stamp_of(view, touched, now),
    )


def countdown(left: timedelta) -> str:
    """Say how long it is until something, or since."""
    minutes = abs(left) // _MINUTE
    if abs(left) >= _LONG:
        minutes -= minutes % 60  # nobody counts minutes that far ahead
    words = span(minutes, present())
    return (
        gettext("in %(span)s") % {"span": words} if left >= timedelta(0) else gettext("%(span)s ago") % {"span": words}
    )


async def _opened_fixes(visit: Visit, items: Sequence[Item]) -> dict[str, list[Fix]]:
    """Return the ways out of the item that a link opened."""
    opened = visit.query("open") if not visit.by_htmx else ""
    return {one.id: await _fixes(visit, one.view) for one in items if one.id == opened and not one.settled}


async def fixes(visit: Visit) -> Response:
    """Answer the ways out of one item."""
    need(visit.caller, "review")
    view = await visit.booking()
    waits = view.booking.state is State.MANUAL_REVIEW
    return visit.part("fixes.html", view=view, fixes=await _fixes(visit, view) if waits else [])


async def _fixes(visit: Visit, view: BookingView) -> list[Fix]:
    found = await _suggested(visit, view)
    told = [_fix(visit, view, line, by_itself=found.by_itself) for line in found.fixes]
    usable = [one for one in told if one.post or one.dialog]
    numbered = [_numbered(one, key) for key, one in enumerate(usable[:MOST_KEYS], 1)]
    return [*numbered, *usable[MOST_KEYS:], *(one for one in told if not (one.post or one.dialog))]


async def _suggested(visit: Visit, view: BookingView) -> review.Suggestions:
    """Return what the engine suggests, as it was worked out for another screen while nothing happened on that day."""
    booking, place, database = view.booking, visit.place, visit.desk.database
    touched = await views.days_touched(database, place.restaurant_id, [booking.service_date])
    key = f"{booking.id} {place.version} {stamp_of(view, touched, visit.now)}"
    task = _WORKED_OUT.get(key)
    if task is None or (task.done() and (task.cancelled() or task.exception())):
        while len(_WORKED_OUT) >= _REMEMBERED:
            del _WORKED_OUT[next(iter(_WORKED_OUT))]
        task = _WORKED_OUT[key] = asyncio.create_task(_worked_out(visit, view))
    return await asyncio.shield(task)  # whoever goes away leaves it to the others who wait for it


async def _worked_out(visit: Visit, view: BookingView) -> review.Suggestions:
    names = await guest_names(visit, view.booking.service_date)
    return await review.suggestions(visit.desk, view.booking.id, caller=visit.caller, names=names)


def stamp_of(view: BookingView, touched: Mapping[date, datetime], now: datetime) -> str:
    """Return what is equal as long as the ways out are: nothing happened on that day, and the time has not moved on."""
    at = touched.get(view.booking.service_date)
    return f"{view.booking.version}-{at.timestamp() if at else 0:.3f}-{now.timestamp() // _FRESH_S:.0f}"


def _numbered(one: Fix, key: int) -> Fix:
    return Fix(f"fix-{one.id}-{key}", one.words, key, one.post, one.dialog, one.fields)


def _fix(visit: Visit, view: BookingView, line: Line, *, by_itself: bool) -> Fix:
    """Return a way out. What only changes the table is done at once; what the guest must agree to is asked first."""
    booking, change = view.booking, line.data["change"]
    number, words = str(booking.id), say(line.code, line.data, visit.texts)
    tables = ",".join(change.get("tables", ()))
    match review.way_of(line, booking, by_itself=by_itself):
        case "confirm" if "override" in change:
            rules = ",".join(change["override"])
            dialog = visit.url("bookings", number, "force", tables=tables, rules=rules)
            return Fix(number, words, dialog=dialog if visit.caller.may("override") else None)
        case "confirm":
            return Fix(number, words, post=visit.url("bookings", number, "assign"), fields=(("tables", tables),))
        case "accept":
            return Fix(number, words, post=visit.url("bookings", number, "accept-moves"))
        case "requeue":
            return Fix(number, words, post=visit.url("bookings", number, "requeue"))
        case "change":
            asked = {name: str(value).lower() if value is False else value for name, value in change.items()}
            return Fix(number, words, dialog=visit.url("bookings", number, "change", **asked))
        case None:
            return Fix(number, words)


async def accept(visit: Visit) -> Response:
    """Take the moves that the engine proposed for a review."""
    need(visit.caller, "review")
    view, form = await visit.booking(), await visit.form()
    note = checked(NoteBody, note=form.get("note") or None).note
    await accept_moves(visit.desk, view.booking.id, caller=visit.caller, expected_version=version_in(form), note=note)
    return visit.done(gettext("%(guest)s is confirmed.") % {"guest": view.guest.name}, subject=str(view.booking.id))


async def claim(visit: Visit) -> Response:
    """Claim an item for a minute, again and again while somebody rests on it."""
    need(visit.caller, "review")
    await review.claim(visit.desk, (await visit.booking()).booking.id, caller=visit.caller)
    return Response(status_code=204, headers=HEADERS)


async def release(visit: Visit) -> Response:
    """Let go of an item."""
    need(visit.caller, "review")
    await review.release(visit.desk, (await visit.booking()).booking.id, caller=visit.caller)
    return Response(status_code=204, headers=HEADERS)


_AT: Final = "/ops/{slug}/bookings/{booking_id}"
SCREENS: Final = (
    Screen("GET", "/ops/{slug}/review", show, Role.HOST),
    Screen("GET", _AT + "/fixes", fixes, Role.HOST),
    Screen("POST", _AT + "/accept-moves", accept, Role.HOST),
    Screen("POST", _AT + "/claim", claim, Role.HOST),
    Screen("POST", _AT + "/release", release, Role.HOST),
)  # fmt: skip
