"""The floor: the plan of the room with every table's state, at any time of the day; a table's own panel."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from maitred.api.auth import need
from maitred.domain import calendar
from maitred.domain.binding import Binding
from maitred.domain.booking import State
from maitred.domain.errors import InvalidInput, NotFound
from maitred.domain.venue_model import natural_key
from maitred.ops.actions import number_in, required
from maitred.ops.bookings import Row, row_of
from maitred.ops.named import plan_with_names, with_names
from maitred.ops.once import Ticket, once
from maitred.ops.plan import Spot, drawing
from maitred.ops.room import instant_of
from maitred.ops.since import since_looked
from maitred.ops.undoing import offered
from maitred.ops.visit import Screen, Visit
from maitred.store import night
from maitred.store.views import booking_view
from maitred.texts import gettext, ngettext
from maitred.usecases.people import Role
from maitred.usecases.timeline import Bar, Timeline, timeline
from maitred.usecases.walkins import WalkIn, seat_walk_in

STEP_MINUTES: Final = 15
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """One table at one time: its state in a word for the style, who has it, until when, who comes next."""

    spot: Spot
    kind: str
    who: str
    state: str
    following: str
    panel: str
    room: str

    @property
    def sentence(self) -> str:
        """The table as a sentence, for those who do not see the plan."""
        seats = ngettext("%(table)s, %(count)s seat", "%(table)s, %(count)s seats", self.spot.seats)
        named = seats % {"table": self.spot.id, "count": self.spot.seats}
        return "; ".join(part for part in (named, self.state, self.following) if part)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time slider: minutes since the plan's beginning, and the times around."""

    at: datetime
    minute: int
    last: int
    is_now: bool
    earlier: str
    later: str


async def show(visit: Visit) -> Response:
    """Show the room as it is now, or as it will be at another time of the day."""
    day = visit.day()
    plan = await plan_with_names(visit, await timeline(visit.desk.database, visit.place, day, visit.now))
    clock = _clock(visit, plan)
    standing = [_standing(visit, plan, spot, clock) for spot in drawing(visit.place.venue).spots]
    taken = sum(one.kind not in ("free", "blocked") for one in standing)
    return await visit.page(
        "floor.html",
        day=day,
        since=await since_looked(visit, day),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        plan=drawing(visit.place.venue),
        standing=standing,
        by_zone=_by_zone(visit, standing),
        clock=clock,
        taken=taken,
        legend=_legend(),
    )


async def show_table(visit: Visit) -> Response:
    """Show one table: who has it now, who comes, and what can be done with it."""
    table, day = _table(visit), visit.day()
    plan = await plan_with_names(visit, await timeline(visit.desk.database, visit.place, day, visit.now))
    clock = _clock(visit, plan)
    spot = next(spot for spot in drawing(visit.place.venue).spots if spot.id == table)
    one = _standing(visit, plan, spot, clock)
    rows = await _rows(visit, [bar for bar in plan.bars[table] if bar.ends_at > min(visit.now, clock.at)])
    closed = await night.blocks_after(visit.desk.database, visit.place.restaurant_id, visit.now)
    present = next((bar for bar in plan.bars[table] if bar.starts_at <= visit.now < bar.ends_at), None)
    left = await night.clearings(visit.desk.database, visit.place.restaurant_id, visit.now)
    cleared = present is not None and _cleared(present, {str(block.id) for block in left})
    return await _panel(
        visit,
        one=one,
        rows=rows,
        day=day,
        zone=next(zone.name for zone in visit.place.venue.zones if zone.id == spot.zone),
        blocks=await with_names(visit, [block for block in closed if block.table == table], "reason"),
        may_seat=(one.kind == "free" or cleared) and clock.is_now and visit.may(Role.HOST),
        cleared=cleared,
        post=visit.url("floor", "tables", table, "walk-in"),
    )


def _cleared(bar: Bar, left: Collection[str]) -> bool:
    """Tell whether a table is only being cleared: its party has gone, or sits elsewhere by now."""
    return bar.owner_id in left or (bar.booking is not None and bar.booking.state is State.COMPLETED)


async def _panel(visit: Visit, **context: Any) -> Response:
    """Answer with the panel for the dialog, or without scripts as a page."""
    if visit.by_htmx:
        return visit.part("floor_table.html", **context)
    return await visit.page("floor_table_page.html", **context)


async def walk_in(visit: Visit) -> Response:
    """Seat a party from the door at this table."""
    need(visit.caller, "staff")
    return await once(visit, partial(_seat, visit))


async def _seat(visit: Visit, ticket: Ticket) -> Response:
    table, form = _table(visit), await visit.form()
    required(form, "party_size")
    size = number_in(form, "party_size") or 0
    if not 1 <= size <= 200:
        raise InvalidInput("A party has at least one guest.", field="party_size", code="party_too_small")
    name = form.get("name", "").strip()[:120] or gettext("Walk-in")
    booking = await seat_walk_in(
        visit.desk, visit.place, WalkIn(size, name), tables=[table], leave_by=None, caller=visit.caller,
        exactly=True, anyway=form.get("anyway") == "1", beside=ticket.take,
    )  # fmt: skip
    said = gettext("%(guest)s is seated at %(table)s.") % {"guest": name, "table": table}
    seated = await visit.booking(str(booking.id))
    return visit.done(said, **await offered(visit, seated.booking), subject=str(booking.id))


async def _rows(visit: Visit, bars: Iterable[Bar]) -> list[tuple[Bar, Row]]:
    found = []
    for bar in bars:
        view = await booking_view(visit.desk.database, bar.booking.id) if bar.booking else None
        if view is not None:
            found.append((bar, row_of(visit, view)))
    return found


def _table(visit: Visit) -> str:
    name: str = visit.request.path_params["table"]
    if name not in visit.place.floor.tables:
        raise NotFound("There is no such table.")
    return name


def _clock(visit: Visit, plan: Timeline) -> Clock:
    """Return the time that is looked at: as asked, else now, or a day's opening when now is not in it."""
    last = (plan.ends_at - plan.starts_at) // _MINUTE
    now = visit.now
    is_now = plan.day == visit.today()
    at = now if is_now else _first_service(visit, plan)
    asked = number_in(visit.request.query_params, "minute")
    if asked is not None:
        at, is_now = plan.starts_at + min(asked, last) * _MINUTE, False
    elif visit.query("at"):
        at, is_now = instant_of(visit, plan.day, visit.query("at"), "at"), False
    if not is_now:
        at = min(max(at, plan.starts_at), plan.ends_at)
    minute = min(max((at - plan.starts_at) // _MINUTE, 0), last)
    grid = plan.starts_at + minute // STEP_MINUTES * STEP_MINUTES * _MINUTE
    back = grid if grid < at and minute % STEP_MINUTES else grid - STEP_MINUTES * _MINUTE
    earlier = _address(visit, max(back, plan.starts_at))
    later = _address(visit, min(grid + STEP_MINUTES * _MINUTE, plan.ends_at))
    return Clock(at, minute, last, is_now, earlier, later)


def _first_service(visit: Visit, plan: Timeline) -> datetime:
    found = calendar.windows(visit.place.venue, plan.day)
    return found[0].opens_at if found else plan.starts_at


def _address(visit: Visit, at: datetime) -> str:
    clock = at.astimezone(visit.place.venue.tz).strftime("%H:%M")
    return visit.url("floor", date=visit.day().isoformat(), at=clock)


def _standing(visit: Visit, plan: Timeline, spot: Spot, clock: Clock) -> Standing:
    at, bars = clock.at, plan.bars[spot.id]
    present = next((bar for bar in bars if bar.starts_at <= at < bar.ends_at), None)
    following = next((bar for bar in bars if bar.starts_at > at), None)
    gone = clock.is_now and present is not None and _cleared(present, ())
    until = visit.free_until(following.starts_at) if following else None
    kind = "cleared" if gone else _kind(present)
    when = "" if clock.is_now else at.astimezone(visit.place.venue.tz).strftime("%H:%M")
    date = visit.day().isoformat()
    return Standing(
        spot,
        kind,
        _who(present),
        _state(visit, present, until if until is None or until > at else None, kind),
        _following(visit, following),
        visit.url("floor", "tables", spot.id, date=date, at=when),
        visit.url("tables", spot.id, "room", **{"date": date, "from": when}),
    )


def _kind(bar: Bar | None) -> str:
    if bar is None:
        return "free"
    if bar.kind == "block":
        return "blocked"
    if bar.booking is None:
        return "held"
    if bar.booking.state is State.CHECKED_IN and bar.over_minutes:
        return "over"
    if bar.booking.state is State.CHECKED_IN:
        return "seated"
    return "expected firm" if bar.binding in (Binding.FROZEN, Binding.PINNED) else "expected"


def _who(bar: Bar | None) -> str:
    if bar is None:
        return ""
    if bar.kind == "block":
        return gettext("closed")
    return bar.guest or gettext("held")


def _state(visit: Visit, bar: Bar | None, until: datetime | None, kind: str) -> str:  # noqa: PLR0911 - a table
    texts, tz = visit.texts, visit.place.venue.tz
    if bar is None:
        return gettext("free until %(time)s") % {"time": texts.time(until, tz)} if until else gettext("free")
    values = {"guest": bar.guest or "", "time": texts.time(bar.told_until, tz), "minutes": bar.over_minutes}
    values |= {"count": bar.booking.party_size if bar.booking else bar.held_for or 0, "reason": bar.reason or ""}
    match kind:
        case "cleared":
            return gettext("being cleared until %(time)s") % values
        case "blocked" if bar.reason:
            return gettext("closed until %(time)s: %(reason)s") % values
        case "blocked":
            return gettext("closed until %(time)s") % values
        case "held":
            return gettext("held for %(count)s") % values
        case "over":
            return gettext("%(guest)s, %(count)s, is %(minutes)s minutes over") % values
        case "seated":
            return gettext("%(guest)s, %(count)s, sits until %(time)s") % values
        case _:
            return gettext("%(guest)s, %(count)s, has it until %(time)s") % values


def _following(visit: Visit, bar: Bar | None) -> str:
    if bar is None or bar.kind == "hold":
        return ""
    at = visit.texts.time(bar.starts_at, visit.place.venue.tz)
    if bar.kind == "block":
        return gettext("closed from %(time)s") % {"time": at}
    count = bar.booking.party_size if bar.booking else 0
    return gettext("next %(time)s: %(guest)s, %(count)s") % {"time": at, "guest": bar.guest, "count": count}


def _by_zone(visit: Visit, standing: Sequence[Standing]) -> list[tuple[str, list[Standing]]]:
    found = [
        (
            zone.name,
            sorted((one for one in standing if one.spot.zone == zone.id), key=lambda one: natural_key(one.spot.id)),
        )
        for zone in visit.place.venue.zones
    ]
    return [(name, ones) for name, ones in found if ones]


def _legend() -> Mapping[str, str]:
    return {
        "free": gettext("free"),
        "expected": gettext("expected, may change"),
        "expected firm": gettext("expected, frozen or pinned"),
        "seated": gettext("seated"),
        "over": gettext("over its time"),
        "held": gettext("held"),
        "blocked": gettext("closed"),
        "cleared": gettext("being cleared"),
    }


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/floor", show, Role.VIEWER),
    Screen("GET", "/ops/{slug}/floor/tables/{table}", show_table, Role.VIEWER),
    Screen("POST", "/ops/{slug}/floor/tables/{table}/walk-in", walk_in, Role.HOST),
)  # fmt: skip
