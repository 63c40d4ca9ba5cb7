"""What is done from the timeline: a party moves, two change places, a table is closed and opened again.

Each dialog shows what the choice would do before it is made; without scripts it is a page of its own.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from maitred.api.auth import need
from maitred.domain import calendar
from maitred.domain.errors import InvalidInput, NotFound, TableTaken
from maitred.domain.making_room import Shift
from maitred.domain.venue_model import natural_key
from maitred.ops.actions import number_in, other_than, override_in, required, tables_in, version_in
from maitred.ops.choosing import guest_names, zones_for
from maitred.ops.room import STAY, instant_of
from maitred.ops.undoing import offered, offered_block
from maitred.ops.visit import Screen, Visit
from maitred.ops.wording import rule_words, sentence
from maitred.texts import N_, gettext, ngettext
from maitred.usecases.blocks import Closing, block_table, look_at_closing, open_again
from maitred.usecases.moves import ByHand, move_by_hand, swap
from maitred.usecases.people import Role
from maitred.usecases.preview import MovePreview, preview_move

CLOSED_FOR: Final = timedelta(hours=2)
MOST_LETTERS: Final = 200


# -- moving a party ---------------------------------------------------------------------------------------------------


async def ask_move(visit: Visit) -> Response:
    """Ask for other tables; `tables` may be given, as a bar that was dragged has them."""
    need(visit.caller, "staff")
    view = await visit.booking()
    chosen = _chosen(visit)
    found = await preview_move(visit.desk, view.booking.id, chosen, caller=visit.caller)
    return await visit.page(
        "board_move.html",
        zones=await zones_for(visit, found.view, chosen, found.day),
        chosen=chosen,
        **_effect(visit, found, visit.request.query_params),
    )


async def effect(visit: Visit) -> Response:
    """Say what the tables picked so far would do."""
    need(visit.caller, "staff")
    view = await visit.booking()
    found = await preview_move(visit.desk, view.booking.id, _chosen(visit), caller=visit.caller)
    return visit.part("board_effect.html", **_effect(visit, found, visit.request.query_params))


def _chosen(visit: Visit) -> list[str]:
    sent = visit.request.query_params.getlist("tables")
    return [table for name in sent for table in name.split(",") if table]


def _effect(visit: Visit, found: MovePreview, sent: Mapping[str, str]) -> dict[str, Any]:
    """Return what a preview comes to, for the page."""
    zones = {zone.id: zone.name for zone in visit.place.venue.zones}
    return {
        "view": found.view,
        "found": found,
        "now_at": _joined(found.view.tables),
        "then_at": _joined(found.to_tables),
        "hard": [rule_words(rule.code, rule.message) for rule in found.hard],
        "soft": [(rule.code, rule_words(rule.code, rule.message)) for rule in found.soft],
        "rules": sent.get("rules", "").split(","),
        "promised_zone": zones.get(found.booking.promised_zone or "", ""),
        "swap_with": _swappable(found),
        "score": _score(visit, found),
    }


def _score(visit: Visit, found: MovePreview) -> str:
    """Say how the engine scores the choice beside what the party has; it scores only what it would choose itself."""
    amount = visit.texts.amount
    if found.becomes is None:
        return gettext("The engine would not choose these tables by itself.") if found.possible else ""
    best = found.plans[0].score if found.plans else found.becomes.score
    values = {"score": amount(found.becomes.score), "best": amount(best)}
    if found.was is None:
        return gettext("Score %(score)s; the best free tables have %(best)s.") % values
    values["was"] = amount(found.was.score)
    return gettext("Score %(score)s, now %(was)s; the best other tables have %(best)s.") % values


def _swappable(found: MovePreview) -> Any:
    """Return the one party in the way with which places could be changed: it has just the tables that are wanted."""
    if len(found.in_the_way) != 1 or found.hard or found.booking.pinned:
        return None
    other = found.in_the_way[0].party
    if other is None or other.booking.pinned or other.booking.service_date != found.booking.service_date:
        return None
    return other if set(other.tables) == set(found.to_tables) else None


async def move(visit: Visit) -> Response:
    """Move a party; undo takes it back to the tables it had."""
    need(visit.caller, "staff")
    view, form = await visit.booking(), await visit.form()
    hand = ByHand(form.get("reason") or None, override_in(visit, form), version_in(form))
    tables = tables_in(form)
    if tables is None:
        raise InvalidInput(N_("Choose a table first."), field="tables", code="required")
    other_than(view, tables)
    await move_by_hand(visit.desk, view.booking.id, tables, caller=visit.caller, hand=hand)
    values = {"guest": view.guest.name, "was": _joined(view.tables), "tables": _joined(tables)}
    then = None if visit.by_htmx else visit.url("timeline", date=view.booking.service_date.isoformat())
    undo = await offered(visit, (await visit.booking()).booking)
    return visit.done(gettext("%(guest)s moves from %(was)s to %(tables)s.") % values, **undo, then=then)


async def change_places(visit: Visit) -> Response:
    """Let two parties change places."""
    need(visit.caller, "staff")
    view = await visit.booking()
    form = await visit.form()
    text = visit.query("with") or required(form, "with")
    try:
        other = UUID(text)
    except ValueError:
        raise NotFound("There is nothing here.") from None
    hand, others = ByHand(None, None, version_in(form)), number_in(visit.request.query_params, "other")
    await swap(visit.desk, view.booking.id, other, caller=visit.caller, hand=hand, other_version=others)
    undo = await offered(visit, (await visit.booking()).booking)
    then = None if visit.by_htmx else visit.url("timeline", date=view.booking.service_date.isoformat())
    return visit.done(gettext("%(guest)s changes places.") % {"guest": view.guest.name}, **undo, then=then)


def _joined(tables: Any) -> str:
    return " + ".join(sorted(tables, key=natural_key))


# -- closing a table --------------------------------------------------------------------------------------------------


async def ask_close(visit: Visit) -> Response:
    """Ask from when until when a table is closed, and why."""
    need(visit.caller, "staff")
    closing = _closing(visit, visit.request.query_params)
    tz = visit.place.venue.tz
    return await visit.page(
        "board_close.html",
        closing=closing,
        day=visit.day(),
        starts=closing.starts_at.astimezone(tz).strftime("%H:%M"),
        ends=closing.ends_at.astimezone(tz).strftime("%H:%M"),
        **await _met(visit, closing),
    )


async def who_is_due(visit: Visit) -> Response:
    """Say what closing the table then would mean for whoever is due there."""
    need(visit.caller, "staff")
    return visit.part("board_due.html", **await _met(visit, _closing(visit, visit.request.query_params)))


async def _met(visit: Visit, closing: Closing) -> dict[str, Any]:
    try:
        plan = await look_at_closing(visit.desk, visit.place, closing, caller=visit.caller)
    except (InvalidInput, TableTaken) as fault:
        (said,) = await visit.named(sentence(fault))
        return {"fault": said, "due": []}
    names = await guest_names(visit, visit.day())
    return {"fault": "", "due": [_due(visit, one, names) for one in plan.shifts]}


def _due(visit: Visit, one: Shift, names: Mapping[str, str]) -> str:
    booking = one.booking
    values = {
        "guest": names.get(str(booking.id), booking.reference),
        "size": booking.party_size,
        "time": visit.texts.time(booking.starts_at, visit.place.venue.tz),
        "tables": _joined(one.to_tables),
    }
    if one.to_tables:
        return gettext("%(guest)s, party of %(size)d at %(time)s, goes to %(tables)s.") % values
    return gettext("%(guest)s, party of %(size)d at %(time)s, fits nowhere else: a person decides.") % values


async def close(visit: Visit) -> Response:
    """Close a table; undo opens it and brings everybody back."""
    need(visit.caller, "staff")
    sent = {**visit.request.query_params, **await visit.form()}
    closing = _closing(visit, sent)
    done = await block_table(visit.desk, visit.place, closing, caller=visit.caller)
    texts, tz = visit.texts, visit.place.venue.tz
    times = {"time": texts.time(closing.starts_at, tz), "until": texts.time(closing.ends_at, tz)}
    said = [gettext("%(table)s is closed from %(time)s to %(until)s.") % {"table": closing.table, **times}]
    if done.moved:
        count = len(done.moved)
        said.append(ngettext("%(count)d party moved.", "%(count)d parties moved.", count) % {"count": count})
    if done.to_review:
        count = len(done.to_review)
        said.append(ngettext("%(count)d needs a person.", "%(count)d need a person.", count) % {"count": count})
    then = None if visit.by_htmx else visit.url("timeline", date=visit.day().isoformat())
    return visit.done(" ".join(said), **await offered_block(visit, done.block.id), then=then)


async def reopen(visit: Visit) -> Response:
    """Open a table again and bring back whom nobody has gone on with; undo closes it once more."""
    need(visit.caller, "staff")
    try:
        number = UUID(visit.request.path_params["block_id"])
    except ValueError:
        raise NotFound("There is no such block.") from None
    block, back = await open_again(visit.desk, visit.place, number, caller=visit.caller)
    again = visit.url(
        "timeline", "tables", block.table, "close",
        **{"from": block.starts_at.isoformat(), "to": block.ends_at.isoformat(), "reason": block.reason},
    )  # fmt: skip
    day = calendar.service_date(visit.place.venue, block.starts_at).isoformat()
    then = None if visit.by_htmx else visit.url("timeline", date=day)
    said = gettext("%(table)s is open again.") if back else gettext(STAY)
    return visit.done(said % {"table": block.table}, undo=again, then=then)


def _closing(visit: Visit, sent: Mapping[str, str]) -> Closing:
    """Read which table is closed, from when (now) until when (two hours later), and why."""
    table = visit.request.path_params["table"]
    if table not in visit.place.floor.tables:
        raise NotFound("There is no such table.")
    asked = sent.get("date") or visit.query("date")
    day = visit.day_named(asked) if asked else visit.today()
    begins = _instant(visit, day, sent["from"], "from") if sent.get("from") else visit.now
    ends = _instant(visit, day, sent["to"], "to") if sent.get("to") else begins + CLOSED_FOR
    reason = sent.get("reason", "").strip()[:MOST_LETTERS] or gettext("out of use")
    return Closing(table, begins, ends, reason)


def _instant(visit: Visit, day: date, text: str, field: str) -> datetime:
    """Read a time of the service day, which goes on past midnight, or a whole instant."""
    if len(text) > len("HH:MM:SS"):
        return calendar.resolve_local(text, visit.place.venue.tz, field)
    return instant_of(visit, day, text, field)


_AT: Final = "/ops/{slug}/timeline/"
SCREENS: Final = (
    Screen("GET", _AT + "tables/{table}/close", ask_close, Role.HOST),
    Screen("GET", _AT + "tables/{table}/due", who_is_due, Role.HOST),
    Screen("POST", _AT + "tables/{table}/close", close, Role.HOST),
    Screen("POST", _AT + "blocks/{block_id}/open", reopen, Role.HOST),
    Screen("GET", _AT + "{booking_id}/move", ask_move, Role.HOST),
    Screen("GET", _AT + "{booking_id}/effect", effect, Role.HOST),
    Screen("POST", _AT + "{booking_id}/move", move, Role.HOST),
    Screen("POST", _AT + "{booking_id}/swap", change_places, Role.HOST),
)  # fmt: skip
