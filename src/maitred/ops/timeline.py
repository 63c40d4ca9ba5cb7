"""The timeline: tables by zone against time, as a table whose cells span columns of five minutes.

Here is what is shown; moving.py has what can be done from it. Bars are drawn to the nearest five minutes and never
overlap, because nobody shares a table; every quarter hour has a line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from markupsafe import Markup
from starlette.responses import Response

from maitred.domain.binding import Binding
from maitred.domain.booking import Booking, State
from maitred.domain.errors import NotFound
from maitred.domain.venue_model import Zone as VenueZone
from maitred.ops.actions import offers
from maitred.ops.badges import binding_words
from maitred.ops.fragments import first_in_order
from maitred.ops.named import plan_with_names
from maitred.ops.visit import Screen, Visit
from maitred.texts import gettext, ngettext
from maitred.usecases.people import Role
from maitred.usecases.timeline import Bar, Timeline, timeline

GRAIN: Final = timedelta(minutes=5)
HOUR_COLUMNS: Final = 12
_LOOKS: Final = {
    Binding.PLANNED: "planned",
    Binding.FROZEN: "frozen",
    Binding.PINNED: "pinned",
    Binding.SEATED: "seated",
}
_SIGNS: Final = {"planned": "~", "frozen": "❄", "pinned": "★", "seated": "■", "held": "…", "blocked": "⊘"}


_FREE: Final = Markup(
    '<td id="%s" colspan="%s" class="free" data-cell data-row tabindex="-1" data-from="%s" data-to="%s" '
    'aria-label="%s"><span class="when">%s–%s</span></td>'
)
"""The free time between two bars; there are hundreds."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One bar.

    `look` is its family, `marks` are words that stand beside the name, `sentence` says all of it.
    """

    id: str
    span: int
    sentence: str
    starts: str
    ends: str
    bar: Bar
    look: str
    name: str
    sign: str
    marks: tuple[str, ...]
    can: str


@dataclass(frozen=True, slots=True)
class Line:
    """One table's row."""

    table: str
    seats: str
    slots: list[Markup]


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone's rows."""

    id: str
    name: str
    lines: list[Line]


async def show(visit: Visit) -> Response:
    """Show the day's tables against time."""
    day = visit.day()
    found = await plan_with_names(visit, await timeline(visit.desk.database, visit.place, day, visit.now))
    known = visit.place.venue.zones
    zone = next((one for one in known if one.id == visit.query("zone")), None)
    hours = list(_hours(visit, found))
    return await visit.page(
        "timeline.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        closed=found.closed,
        zones=_with_entry([_zone(visit, found, one) for one in known if zone in (None, one)]),
        zone=zone,
        every_zone=known,
        hours=hours,
        columns=len(hours) * HOUR_COLUMNS,
        starts_at=found.starts_at,
        totals=_totals(found),
        acts=visit.may(Role.HOST),
    )


def _hours(visit: Visit, found: Timeline) -> Iterator[tuple[str, bool]]:
    at = found.starts_at
    while at < found.ends_at:
        yield visit.texts.time(at, visit.place.venue.tz), at <= visit.now < at + timedelta(hours=1)
        at += timedelta(hours=1)


def _totals(found: Timeline) -> str:
    """Say what is on the board."""
    parties = {bar.owner_id: bar.booking for bars in found.bars.values() for bar in bars if bar.booking}
    covers = sum(one.party_size for one in parties.values())
    words = ngettext("%(count)d party", "%(count)d parties", len(parties)) % {"count": len(parties)}
    guests = ngettext("%(count)d cover", "%(count)d covers", covers) % {"count": covers}
    return f"{words} · {guests}"


def _zone(visit: Visit, found: Timeline, zone: VenueZone) -> Zone:
    tables = [table for table in visit.place.floor.tables.values() if table.zone == zone.id]
    lines = [Line(one.id, _seats(one.capacity), list(_slots(visit, found, one.id))) for one in tables]
    return Zone(zone.id, zone.name, lines)


def _with_entry(zones: list[Zone]) -> list[Zone]:
    """Put the first party in the tab order, or the first free time."""
    lines = [line for zone in zones for line in zone.lines if line.slots]
    line = next((one for one in lines if any("data-id" in slot for slot in one.slots)), lines[0] if lines else None)
    if line:
        place = next((n for n, slot in enumerate(line.slots) if "data-id" in slot), 0)
        line.slots[place] = first_in_order(line.slots[place])
    return zones


def _seats(count: int) -> str:
    return ngettext("%(count)d seat", "%(count)d seats", count) % {"count": count}


def _slots(visit: Visit, found: Timeline, table: str) -> Iterator[Markup]:
    """Yield a row's cells without gap or overlap: each bar at least one column, free time between them."""
    columns, at = (found.ends_at - found.starts_at) // GRAIN, 0
    for bar in found.bars[table]:
        begins = max(at, _column(found, bar.starts_at))
        ends = min(columns, max(begins + 1, _column(found, bar.ends_at)))
        if begins >= ends or bar.ends_at <= found.starts_at:
            continue
        if at < begins:
            yield _free(visit, found, table, at, begins)
        yield _taken(visit, found.day, bar, ends - begins)
        at = ends
    if at < columns:
        yield _free(visit, found, table, at, columns)


def _column(found: Timeline, instant: datetime) -> int:
    return max(0, round((instant - found.starts_at) / GRAIN))


def _free(visit: Visit, found: Timeline, table: str, begins: int, ends: int) -> Markup:
    first, last = found.starts_at + begins * GRAIN, found.starts_at + ends * GRAIN
    key = ("free", visit.place.slug, visit.place.version, visit.texts.tag, table, begins, first, last)
    return visit.house.pages.fragments.get(key, lambda: _free_cell(visit, table, begins, ends - begins, (first, last)))


def _free_cell(visit: Visit, table: str, begins: int, span: int, window: tuple[datetime, datetime]) -> Markup:
    clock, (first, last) = _Clock(visit), window
    times = {"table": table, "time": clock.said(first), "until": clock.said(last)}
    words = gettext("%(table)s, free from %(time)s to %(until)s") % times
    number, starts, until = f"f-{table}-{begins}", clock.sent(first), clock.sent(last)
    return _FREE % (number, span, starts, until, words, starts, until)


class _Clock:
    """Times of the day as they are said, and as forms send them."""

    def __init__(self, visit: Visit) -> None:
        self._texts, self._tz = visit.texts, visit.place.venue.tz

    def said(self, instant: datetime) -> str:
        return self._texts.time(instant, self._tz)

    def sent(self, instant: datetime) -> str:
        local = instant.astimezone(self._tz)
        return f"{local.hour:02}:{local.minute:02}"


def _taken(visit: Visit, day: date, bar: Bar, span: int) -> Markup:
    """Return a bar, rendered anew only when something it shows has changed."""
    version = bar.booking.version if bar.booking else 0
    key = (
        "slot", visit.place.slug, visit.place.version, visit.texts.tag, day, span, bar.table, bar.owner_id, version,
        bar.starts_at, bar.ends_at, bar.tables, bar.guest, bar.binding, bar.over_minutes, bar.raised, bar.held_for,
        bar.held_until, bar.reason, bar.by, bar.leaves_at,
    )  # fmt: skip
    pages = visit.house.pages
    return pages.fragments.get(
        key, lambda: pages.render("board_slot.html", visit=visit, day=day, slot=_slot(visit, bar, span))
    )


def _slot(visit: Visit, bar: Bar, span: int) -> Slot:
    clock, look = _Clock(visit), _look(bar)
    number = f"t-{bar.table}-{bar.owner_id}"
    times = {"time": clock.said(bar.starts_at), "until": clock.said(bar.told_until)}
    marks = tuple(_marks(bar))
    sent = clock.sent(bar.starts_at), clock.sent(bar.ends_at)
    if bar.booking is None:
        return Slot(number, span, _said_of_other(bar, times), *sent, bar, look, _name_of_other(bar), _SIGNS[look],
                    marks, "open" if look == "blocked" and bar.by else "")  # fmt: skip
    values = {**times, "guest": bar.guest or "", "size": bar.booking.party_size}
    sentence = gettext("%(guest)s, party of %(size)d, %(time)s to %(until)s") % values
    sentence = "; ".join([sentence, _firm(visit, bar, bar.booking), *marks])
    sign = _SIGNS.get(look, "✓")
    return Slot(number, span, sentence, *sent, bar, look, bar.guest or "", sign, marks, _can(bar.booking))


def _look(bar: Bar) -> str:
    if bar.kind != "booking":
        return "held" if bar.kind == "hold" else "blocked"
    return _LOOKS[bar.binding] if bar.binding else "done"


def _name_of_other(bar: Bar) -> str:
    if bar.kind == "hold":
        return ngettext("held for %(count)d", "held for %(count)d", bar.held_for or 0) % {"count": bar.held_for or 0}
    return bar.reason or gettext("closed")


def _said_of_other(bar: Bar, times: dict[str, str]) -> str:
    values = {**times, "table": bar.table, "size": bar.held_for or 0, "reason": bar.reason or gettext("closed")}
    if bar.kind == "hold":
        return gettext("%(table)s, held for a party of %(size)d, %(time)s to %(until)s") % values
    return gettext("%(table)s, closed from %(time)s to %(until)s: %(reason)s") % values


def _firm(visit: Visit, bar: Bar, booking: Booking) -> str:
    if bar.binding is None:
        return gettext("left") if booking.state is State.COMPLETED else gettext("not decided yet")
    arrived = gettext("arrived, ") if booking.state is State.ARRIVED else ""
    return arrived + binding_words(booking, visit.place.venue, visit.now)


def _marks(bar: Bar) -> Iterator[str]:
    """Yield what stands beside the name: joined tables, somebody who is late, a table that is."""
    others = [table for table in bar.tables if table != bar.table]
    if others:
        yield gettext("with %(tables)s") % {"tables": " + ".join(others)}
    if bar.booking and bar.booking.state is State.ARRIVED:
        yield gettext("here")
    if bar.over_minutes:
        yield ngettext("%(count)d min over", "%(count)d min over", bar.over_minutes) % {"count": bar.over_minutes}
    if "late_table" in bar.raised:
        yield gettext("table late")
    if "late_guest" in bar.raised:
        yield gettext("guest late")


def _can(booking: Booking) -> str:
    """Name what the keys of the board can do to a party now; the use cases have the last word."""
    if booking.state not in (State.CONFIRMED, State.ARRIVED, State.CHECKED_IN):
        return ""
    if booking.pinned:
        return "unpin size"
    return "move size" if booking.state is State.CHECKED_IN else "move pin size"


async def party(visit: Visit) -> Response:
    """Show one party's panel, with what can be done to it."""
    view = await visit.booking()
    return await visit.page(
        "board_party.html",
        view=view,
        offers=[one for one in offers(visit, view.booking) if one.key != "t"],
        words=binding_words(view.booking, visit.place.venue, visit.now),
        movable="move" in _can(view.booking) and visit.may(Role.HOST),
    )


async def other(visit: Visit) -> Response:
    """Show what a hold or a closed table is, and how to end it."""
    day, owner = visit.day(), visit.request.path_params["owner"]
    found = await plan_with_names(visit, await timeline(visit.desk.database, visit.place, day, visit.now))
    bars: Sequence[Bar] = [bar for row in found.bars.values() for bar in row if bar.owner_id == owner]
    if not bars or bars[0].booking:
        raise NotFound("There is nothing here.")
    clock = _Clock(visit)
    times = {"time": clock.said(bars[0].starts_at), "until": clock.said(bars[0].ends_at)}
    return await visit.page(
        "board_other.html",
        bar=bars[0],
        day=day,
        sentence=_said_of_other(bars[0], times),
        may_open=bool(bars[0].by) and bars[0].kind == "block" and visit.may(Role.HOST),
    )


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/timeline", show, Role.VIEWER),
    Screen("GET", "/ops/{slug}/timeline/other/{owner}", other, Role.VIEWER),
    Screen("GET", "/ops/{slug}/timeline/{booking_id}", party, Role.VIEWER),
)  # fmt: skip
