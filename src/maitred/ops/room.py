"""Make room: for a party that was refused, or when a table breaks. The floor before and after, then all at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from maitred.api.auth import need
from maitred.domain import calendar
from maitred.domain.booking import Booking, State
from maitred.domain.errors import (
    InvalidInput,
    NotFound,
    StaleBooking,
    StaleFence,
    StaleProposal,
    TableTaken,
)
from maitred.domain.making_room import RoomPlan, Shift
from maitred.domain.written import clock_in
from maitred.ops.choosing import guest_names
from maitred.ops.plan import drawing
from maitred.ops.undoing import offered, offered_block
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.ops.wording import reason_in_words, sentence, told
from maitred.store import night, views
from maitred.store.night import FloorBlock
from maitred.store.views import BookingView
from maitred.texts import N_, gettext, ngettext
from maitred.usecases.blocks import Closing, ClosingPlan, block_table, look_at_closing, open_again
from maitred.usecases.people import Role
from maitred.usecases.review import suggestions
from maitred.usecases.room import REFUSED, look, made_for, make_room, stood_in_for, undo_room

STALE: Final = (StaleProposal, StaleBooking, StaleFence, TableTaken)
CLOSED_FOR: Final = timedelta(hours=2)
MOST_LETTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One party as the page shows it; `toggle` is where it is kept in its place, or let go again."""

    id: str
    name: str
    party: int
    at: datetime
    before: tuple[str, ...]
    after: tuple[str, ...]
    why: str
    kept: tuple[str, ...]
    held: bool
    frozen: bool
    toggle: str


# -- for a party ----------------------------------------------------------------------------------------------------


async def show_party(visit: Visit) -> Response:
    """Show what would seat a refused party; or, once it is done, what was done."""
    view = await visit.booking()
    stood = await stood_in_for(visit.desk, view.booking)
    done = await views.booking_view(visit.desk.database, stood) if stood else view
    if done is not None and done.booking.state not in REFUSED:
        made = await made_for(visit.desk, done.booking)
        undo = visit.url("bookings", done.booking.id, "room", "undo") if made else None
        said = gettext("%(guest)s has a seat: %(tables)s.") % {"guest": done.guest.name, "tables": _joined(done.tables)}
        return await visit.page("room_done.html", said=said, undo=undo, day=done.booking.service_date, shown=done)
    return await _party_page(visit, view)


async def _party_page(visit: Visit, view: BookingView) -> Response:
    held = _held(visit.query("keep"))
    try:
        room = await look(visit.desk, view.booking.id, held, caller=visit.caller)
    except NotFound:
        raise
    except InvalidInput as fault:  # a time that has passed, a closed day: nothing can be booked there any more
        (said,) = await visit.named(sentence(fault))
        return await visit.page("room_none.html", view=view, why=said, ways=[], day=view.booking.service_date)
    plan = room.plan
    lines = list(await _lines(visit, plan.shifts, plan.held, view.booking.service_date, held, view.guest.name))
    ways = [] if plan.tables else await _ways(visit, view)
    return await visit.page(
        "room.html",
        day=view.booking.service_date,
        view=view,
        plan=plan,
        sitting="",
        anew=room.anew,
        lines=lines,
        ways=ways,
        refusal=reason_in_words(plan.refusal.code, {**plan.refusal.data, "message": plan.refusal.message})
        if plan.refusal
        else "",
        summary=_summary(view, plan),
        post=visit.url("bookings", view.booking.id, "room"),
        keep=",".join(sorted(held)),
        back=_where_it_waits(visit, view.booking),
        pictures=_pictures(visit, lines, view.guest.name, plan.tables),
        stale=visit.query("stale") == "1",
        closing=None,
    )


def _where_it_waits(visit: Visit, booking: Booking) -> str:
    """Return the screen on which somebody has to decide about a party: there they have come from."""
    if booking.state is not State.MANUAL_REVIEW:
        return visit.url("bookings", date=booking.service_date.isoformat())
    return visit.url("now" if booking.once_confirmed and booking.service_date == visit.today() else "review")


async def _ways(visit: Visit, view: BookingView) -> list[str]:
    names = await guest_names(visit, view.booking.service_date)
    found = await suggestions(visit.desk, view.booking.id, caller=visit.caller, names=names)
    return [told(line.document()) for line in found.fixes if line.code != "moves_make_room"]


def _summary(view: BookingView, plan: RoomPlan) -> str:
    values = {"guest": view.guest.name, "tables": _joined(plan.tables), "count": len(plan.shifts)}
    if not plan.tables:
        return ""
    if not plan.shifts:
        return gettext("%(guest)s can have %(tables)s; nobody has to move.") % values
    return (
        ngettext(
            "%(guest)s gets %(tables)s when %(count)s party changes tables.",
            "%(guest)s gets %(tables)s when %(count)s parties change tables.",
            len(plan.shifts),
        )
        % values
    )


async def commit_party(visit: Visit) -> Response:
    """Carry the plan out that was looked at."""
    need(visit.caller, "review")
    view, form = await visit.booking(), await visit.form()
    keep = form.get("keep", "")
    try:
        made = await make_room(visit.desk, view.booking.id, _held(keep), form.get("seal", ""), caller=visit.caller)
    except STALE:
        return _stale(visit, visit.url("bookings", view.booking.id, "room", keep=keep, stale=1))
    said = gettext("%(guest)s has a seat.") % {"guest": view.guest.name}
    undo = await offered(visit, (await visit.booking(str(made.booking.id))).booking)
    return visit.done(said, **undo, then=None, subject=str(made.booking.id))


async def undo_party(visit: Visit) -> Response:
    """Take it all back."""
    need(visit.caller, "review")
    view = await visit.booking()
    await undo_room(visit.desk, view.booking.id, caller=visit.caller)
    return visit.done(gettext("Undone: everybody is back where they were."))


# -- for a table ----------------------------------------------------------------------------------------------------


async def show_table(visit: Visit) -> Response:
    """Show what closing a table for a while would do; or, while it is closed, who closed it and until when."""
    table = _table(visit)
    closing = _closing(visit, table, {name: visit.query(name) for name in ("from", "until", "reason")})
    closed = await _closed(visit, closing)
    if closed is not None:
        values = {"table": table, "time": visit.texts.time(closed.ends_at, visit.place.venue.tz)}
        said = gettext("%(table)s is closed until %(time)s.") % values
        undo = visit.url("blocks", closed.id, "undo")
        return await visit.page("room_done.html", said=said, undo=undo, day=visit.day(), shown=None)
    return await _table_page(visit, closing)


async def _table_page(visit: Visit, closing: Closing) -> Response:
    held = _held(visit.query("keep"))
    fault, plan, sitting = "", None, ""
    try:
        plan = await look_at_closing(visit.desk, visit.place, closing, held, caller=visit.caller)
    except (InvalidInput, TableTaken) as found:
        (fault,) = await visit.named(sentence(found))
        sitting = str(found.data.get("reference", ""))
    shifts, stays = (plan.shifts, plan.held) if plan else ((), ())
    day = calendar.service_date(visit.place.venue, closing.starts_at)
    lines = list(await _lines(visit, shifts, stays, day, held, closing.table))
    return await visit.page(
        "room.html",
        day=day,
        view=None,
        plan=plan,
        sitting=visit.url("bookings", q=sitting) if sitting else "",
        anew=False,
        lines=lines,
        ways=[],
        refusal=fault,
        summary=_told_of(visit, closing, plan) if plan else "",
        post=visit.url("tables", closing.table, "room"),
        keep=",".join(sorted(held)),
        back=visit.url("floor", date=day.isoformat()),
        pictures=_pictures(visit, lines, "", (), closing.table),
        stale=visit.query("stale") == "1",
        closing=closing,
    )


def _told_of(visit: Visit, closing: Closing, plan: ClosingPlan) -> str:
    until = visit.texts.time(closing.ends_at, visit.place.venue.tz)
    values = {"table": closing.table, "time": until, "count": len(plan.shifts)}
    if not plan.shifts:
        return gettext("%(table)s is closed until %(time)s; nobody is due there.") % values
    return (
        ngettext(
            "%(table)s is closed until %(time)s: %(count)s party changes.",
            "%(table)s is closed until %(time)s: %(count)s parties change.",
            len(plan.shifts),
        )
        % values
    )


async def commit_table(visit: Visit) -> Response:
    """Close the table and carry out the plan that was looked at."""
    need(visit.caller, "staff")
    table, form = _table(visit), await visit.form()
    keep, closing = form.get("keep", ""), _closing(visit, table, form)
    asked = {name: form.get(name, "") for name in ("date", "from", "until", "reason")}
    try:
        done = await block_table(
            visit.desk, visit.place, closing, caller=visit.caller, held=_held(keep), seal=form.get("seal", "")
        )
    except STALE:
        return _stale(visit, visit.url("tables", table, "room", keep=keep, stale=1, **asked))
    undo = await offered_block(visit, done.block.id)
    return visit.done(gettext("%(table)s is closed.") % {"table": table}, **undo)


STAY: Final = N_("%(table)s is open again; whoever had to change tables stays where they are now.")


async def undo_table(visit: Visit) -> Response:
    """Open the table again, and bring everybody back where nobody has gone on since."""
    need(visit.caller, "staff")
    try:
        number = UUID(visit.request.path_params["block_id"])
    except ValueError:
        raise NotFound("There is no such block.") from None
    block, back = await open_again(visit.desk, visit.place, number, caller=visit.caller)
    everybody = gettext("%(table)s is open again; everybody is back.") if back else gettext(STAY)
    return visit.done(everybody % {"table": block.table})


def _table(visit: Visit) -> str:
    name: str = visit.request.path_params["table"]
    if name not in visit.place.floor.tables:
        raise NotFound("There is no such table.")
    return name


def _closing(visit: Visit, table: str, asked: Mapping[str, str]) -> Closing:
    """Read from when (now, unless it says), until when (the end of the service) and why a table is closed."""
    venue, now = visit.place.venue, visit.now
    named = asked.get("date") or visit.query("date")
    day = visit.day_named(named) if named else visit.today()
    opens, ends = calendar.day_bounds(venue, day)
    asked_from = instant_of(visit, day, asked["from"], "from") if asked.get("from") else opens
    begins = max(now, asked_from)  # what has passed cannot be closed any more
    if asked.get("until"):
        until = instant_of(visit, day, asked["until"], "until")
    else:
        window = calendar.find_window(venue, begins)
        until = min(window.closes_at if window else begins + CLOSED_FOR, ends)
    reason = asked.get("reason", "").strip()[:MOST_LETTERS] or gettext("broken")
    return Closing(table, begins, until, reason)


def instant_of(visit: Visit, day: date, text: str, field: str) -> datetime:
    """Return a time of a service day, HH:MM; raises InvalidInput."""
    venue = visit.place.venue
    clock = clock_in(text, field)
    on = day + timedelta(days=1) if clock < venue.day_starts_at else day
    return calendar.from_wall(datetime.combine(on, clock), venue.tz)


async def _closed(visit: Visit, closing: Closing) -> FloorBlock | None:
    found = await night.blocks_after(visit.desk.database, visit.place.restaurant_id, visit.now)
    mine = [one for one in found if one.table == closing.table]
    return next((one for one in mine if one.starts_at <= closing.starts_at < one.ends_at), None)


# -- both -----------------------------------------------------------------------------------------------------------


def _held(text: str) -> frozenset[str]:
    return frozenset(part for part in text.split(",") if part)


def _stale(visit: Visit, again: str) -> Response:
    """Say that nothing was done; the page then shows the plan as it is now."""
    if not visit.by_htmx:
        return RedirectResponse(again, 303, HEADERS)
    said = gettext("The floor has changed meanwhile, so nothing was done. This is the plan as it is now.")
    answer = visit.part("toast.html", 409, said=said, undo=None, kind="fault")
    answer.headers["HX-Trigger"] = '{"room:stale": {}}'
    return answer


async def _lines(
    visit: Visit, shifts: Sequence[Shift], stays: Sequence[Any], day: date, held: frozenset[str], subject: str
) -> Iterator[Line]:
    found = await views.list_bookings(visit.desk.database, visit.place.restaurant_id, service_date=day, limit=2_000)
    known = {view.booking.id: view for view in found}
    lines = [_line(visit, one, known.get(one.booking.id), held, subject) for one in shifts]
    changed = {line.id for line in lines}
    for booking in stays:
        view = known.get(booking.id)
        if str(booking.id) not in changed and view is not None:
            lines.append(_staying(visit, view, held))
    return iter(sorted(lines, key=lambda line: (line.at, line.id)))


def _line(visit: Visit, one: Shift, view: BookingView | None, held: frozenset[str], subject: str) -> Line:
    booking, key = one.booking, str(one.booking.id)
    name = view.guest.name if view else booking.reference
    kept = key in held
    toggle = _toggled(visit, held ^ {key})
    words = _why(one, subject, of_table="table" in visit.request.path_params)
    promises = tuple(_promise(visit, one, code) for code in one.kept)
    return Line(
        key, name, booking.party_size, booking.starts_at, one.from_tables, one.to_tables, words, promises, kept,
        one.frozen, toggle,
    )  # fmt: skip


def _staying(visit: Visit, view: BookingView, held: frozenset[str]) -> Line:
    booking, key = view.booking, str(view.booking.id)
    words = gettext("stays where it is, as you wish")
    return Line(
        key, view.guest.name, booking.party_size, booking.starts_at, view.tables, view.tables, words, (), True, False,
        _toggled(visit, held ^ {key}),
    )  # fmt: skip


def _toggled(visit: Visit, held: Iterable[str]) -> str:
    asked = {name: value for name, value in visit.request.query_params.items() if name not in ("keep", "stale")}
    parts = [unquote(part) for part in visit.request.url.path.removeprefix(f"/ops/{visit.place.slug}/").split("/")]
    return visit.url(*parts, **asked, keep=",".join(sorted(held)))


def _why(one: Shift, subject: str, *, of_table: bool) -> str:
    match one.why:
        case "makes_room" if of_table:
            return gettext("makes room for a party of %(table)s") % {"table": subject}
        case "makes_room":
            return gettext("makes room for %(guest)s") % {"guest": subject}
        case "table_closed":
            return gettext("%(table)s is closed") % {"table": subject}
        case "review":
            return gettext("no other table; a person decides")


def _promise(visit: Visit, one: Shift, code: str) -> str:
    if code == "seats":
        seats = one.booking.party_size
        return ngettext("a seat", "%(count)s seats", seats) % {"count": seats}
    if code == "zone":
        zones = {zone.id: zone.name for zone in visit.place.venue.zones}
        return zones.get(one.booking.promised_zone or "", one.booking.promised_zone or "")
    return gettext("accessible table")


def _joined(tables: Iterable[str]) -> str:
    return "+".join(tables)


def _pictures(
    visit: Visit, lines: Sequence[Line], guest: str, tables: Sequence[str], closed: str | None = None
) -> dict[str, Any]:
    """Return the room before and after, with only those who change in it."""
    before: dict[str, tuple[str, str]] = {}
    after: dict[str, tuple[str, str]] = {}
    for line in lines:
        same = line.before == line.after
        for table in line.before:
            before[table] = ("stays" if same else "leaves", line.name)
        for table in line.after:
            after[table] = ("stays" if same else "comes", line.name)
    for table in tables:
        after[table] = ("new", guest)
    if closed:
        after[closed] = ("closed", gettext("closed"))
    return {"drawing": drawing(visit.place.venue), "before": before, "after": after}


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/bookings/{booking_id}/room", show_party, Role.HOST),
    Screen("POST", "/ops/{slug}/bookings/{booking_id}/room", commit_party, Role.HOST),
    Screen("POST", "/ops/{slug}/bookings/{booking_id}/room/undo", undo_party, Role.HOST),
    Screen("GET", "/ops/{slug}/tables/{table}/room", show_table, Role.HOST),
    Screen("POST", "/ops/{slug}/tables/{table}/room", commit_table, Role.HOST),
    Screen("POST", "/ops/{slug}/blocks/{block_id}/undo", undo_table, Role.HOST),
)  # fmt: skip
