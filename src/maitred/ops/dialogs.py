"""The dialogs behind keys that ask for more first: change, other tables, promise, decline, force-confirm.

Each is a part for the one dialog there is, and without scripts a page of its own. What is asked here is posted to
actions.py; while tables are picked, `check` says what the choice would mean.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from maitred.domain.booking import Booking, State
from maitred.domain.calendar import resolve_local
from maitred.domain.lifecycle import Action
from maitred.ops.actions import KEYS, tables_in
from maitred.ops.choosing import verdict_on, zones_for
from maitred.ops.visit import Screen, Visit
from maitred.texts import N_, gettext
from maitred.usecases.people import Role

A = Action
TITLES: Final[Mapping[Action, str]] = {
    A.MOVE: N_("Other tables for %(guest)s"),
    A.PIN: N_("Promise %(guest)s these tables"),
    A.ASSIGN: N_("Confirm %(guest)s on tables you choose"),
}


async def tables(visit: Visit) -> Response:
    """Ask for other tables."""
    return await _pick(visit, A.MOVE)


async def pin(visit: Visit) -> Response:
    """Ask which tables are promised, and why."""
    return await _pick(visit, A.PIN)


async def force(visit: Visit) -> Response:
    """Ask for the tables of a party under review; `tables` and `rules` may be given, as a suggestion has them."""
    return await _pick(visit, A.ASSIGN)


async def _pick(visit: Visit, action: Action) -> Response:
    view = await visit.booking()
    asked = tables_in(visit.request.query_params)
    chosen = asked or (view.tables if action is A.PIN else ())
    return await visit.page(
        "dialog_tables.html",
        view=view,
        title=gettext(TITLES[action]) % {"guest": view.guest.name},
        words=gettext(KEYS[action].words),
        post=visit.url("bookings", view.booking.id, action.value),
        check=visit.url("bookings", view.booking.id, "check"),
        action=action.value,
        zones=await zones_for(visit, view, chosen),
        verdict=verdict_on(visit, view.booking, chosen),
        rules=_rules(visit),
        reason="",
        asks_reason=action is A.ASSIGN,
        focus_reason=bool(asked and _rules(visit)),
    )


async def check(visit: Visit) -> Response:
    """Say what the tables picked so far would mean."""
    view, sent = await visit.booking(), visit.request.query_params
    chosen = [table for name in sent.getlist("tables") for table in name.split(",") if table]
    return visit.part(
        "verdict.html",
        verdict=verdict_on(visit, view.booking, chosen),
        rules=_rules(visit),
        reason=sent.get("reason", ""),
        asks_reason=sent.get("action") == A.ASSIGN.value,
        focus_reason=False,
    )


def _rules(visit: Visit) -> list[str]:
    return [rule for name in visit.request.query_params.getlist("rules") for rule in name.split(",") if rule]


async def change(visit: Visit) -> Response:
    """Ask what changes about a booking; what the query has is filled in already, as a suggestion has it."""
    view, asked = await visit.booking(), visit.request.query_params
    booking, tz = view.booking, visit.place.venue.tz
    at = resolve_local(asked["starts_at"], tz, "starts_at") if "starts_at" in asked else booking.starts_at
    return await visit.page(
        "dialog_change.html",
        view=view,
        at=at.astimezone(tz),
        until=visit.leaves_at(view).astimezone(tz),
        party_size=asked.get("party_size", booking.party_size),
        zone=asked.get("zone_preference", booking.zone_preference),
        accessible=asked.get("accessible", str(booking.accessible).lower()) == "true",
        differs=_differs(visit, booking, asked, at),
        seated=booking.state is State.CHECKED_IN,
        post=visit.url("bookings", booking.id, A.MODIFY.value),
    )


def _differs(visit: Visit, booking: Booking, asked: Mapping[str, str], at: datetime) -> str:
    """Say in a sentence what a suggestion would change, for whoever asks the guest."""
    texts, venue = visit.texts, visit.place.venue
    zones = {zone.id: zone.name for zone in venue.zones}
    if "starts_at" in asked:
        times = {"was": texts.time(booking.starts_at, venue.tz), "now": texts.time(at, venue.tz)}
        return gettext("%(now)s instead of %(was)s. Has the guest agreed?") % times
    if "party_size" in asked:
        sizes = {"was": booking.party_size, "now": asked["party_size"]}
        return gettext("A party of %(now)s instead of %(was)s. Has the guest agreed?") % sizes
    if asked.get("zone_preference") in zones:
        return gettext("In %(zone)s. Has the guest agreed?") % {"zone": zones[asked["zone_preference"]]}
    return gettext("Not at an accessible table. Has the guest agreed?") if "accessible" in asked else ""


async def decline(visit: Visit) -> Response:
    """Ask whether to decline, and for a message to the guest."""
    view = await visit.booking()
    values: dict[str, Any] = {"post": visit.url("bookings", view.booking.id, A.DECLINE.value)}
    return await visit.page("dialog_decline.html", view=view, **values)


_AT: Final = "/ops/{slug}/bookings/{booking_id}"
SCREENS: Final = (
    Screen("GET", _AT + "/change", change, Role.HOST),
    Screen("GET", _AT + "/tables", tables, Role.HOST),
    Screen("GET", _AT + "/pin", pin, Role.HOST),
    Screen("GET", _AT + "/decline", decline, Role.HOST),
    Screen("GET", _AT + "/force", force, Role.HOST),
    Screen("GET", _AT + "/check", check, Role.HOST),
)  # fmt: skip
