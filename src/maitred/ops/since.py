"""Changes since you looked: what others and the engine changed on a day, shown until it is acknowledged."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from starlette.responses import Response

from maitred.domain.errors import InvalidInput
from maitred.domain.written import instant_in
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.store import looked
from maitred.store.looked import Changed
from maitred.texts import gettext
from maitred.usecases.people import Role

MOST_OPEN: Final = 5
"""More changes than this stand folded, so that they do not push the day away."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change in words."""

    at: datetime
    guest: str
    party: int
    what: str
    why: str
    url: str


@dataclass(frozen=True, slots=True)
class Since:
    """All that changed since somebody looked; `until` is what an acknowledgement covers.

    The page of a `first` look acknowledges itself: reading a page writes nothing.
    """

    changes: list[Told]
    until: str
    folded: bool
    first: bool = False


async def since_looked(visit: Visit, day: date) -> Since | None:
    """Return what changed on a day since the person looked; None when there is nothing, or nobody who acts on it."""
    if not visit.may(Role.HOST):
        return None
    database, place = visit.desk.database, visit.place.restaurant_id
    mark = await looked.looked_at(database, visit.who.id, place, day)
    if mark is None:
        return Since([], visit.now.isoformat(), folded=False, first=True)
    found = await looked.since(database, place, day, mark, visit.who.name)
    if not found:
        return None
    return Since([_told(visit, one) for one in found], found[-1].at.isoformat(), len(found) > MOST_OPEN)


async def acknowledge(visit: Visit) -> Response:
    """Note that everything shown has been seen."""
    form = await visit.form()
    day, until = visit.day_named(form.get("date", "")), instant_in(form.get("until", ""), "until")
    if until > visit.now:
        raise InvalidInput("What is yet to come cannot have been seen.", field="until", code="out_of_range")
    await looked.acknowledge(visit.desk.database, visit.who.id, visit.place.restaurant_id, day, until)
    if form.get("first"):
        return Response(status_code=204, headers=HEADERS)
    return visit.done(gettext("Changes seen."))


def _told(visit: Visit, one: Changed) -> Told:
    url = visit.url("bookings", one.booking_id)
    return Told(one.starts_at, one.guest, one.party_size, _what(one), _why(one), url)


def _what(one: Changed) -> str:
    data = one.reason_data or {}
    if one.action == "move":
        tables = {"before": "+".join(data.get("from", ())), "after": "+".join(data.get("to", ()))}
        return gettext("%(before)s → %(after)s") % tables
    words = {
        "modify": gettext("changed"),
        "cancel": gettext("cancelled"),
        "lose_table": gettext("lost its table"),
        "late_table": gettext("its table is late"),
        "mark_no_show": gettext("marked as a no-show"),
        "undo": gettext("undone"),
    }
    return words[one.action]


def _why(one: Changed) -> str:  # noqa: PLR0911 - a table
    data: dict[str, Any] = dict(one.reason_data or {})
    if one.action in ("move", "lose_table"):
        if data.get("closed"):
            return gettext("%(table)s is closed: %(reason)s") % {"table": data.get("table"), "reason": data["closed"]}
        if data.get("for"):
            return gettext("makes room for %(reference)s") % {"reference": data["for"]}
        if data.get("cause") == "rescue":
            return gettext("its table was late")
        if data.get("cause") == "optimizer":
            return gettext("a better plan of the evening")
        if data.get("cause") == "undo":
            return gettext("a move taken back")
    if data.get("note"):
        return str(data["note"])
    if one.actor_kind == "staff":
        return gettext("by %(name)s") % {"name": one.actor_id}
    return gettext("by the guest") if one.actor_kind == "guest" else ""


SCREENS: Final = (
    Screen("POST", "/ops/{slug}/looked", acknowledge, Role.HOST),
)  # fmt: skip
