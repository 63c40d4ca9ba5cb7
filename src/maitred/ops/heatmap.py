"""The heatmap: days by service or by hour, covers against what the house could seat (domain/heat.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal

from starlette.responses import Response

from maitred.domain.errors import InvalidInput
from maitred.domain.written import read_day
from maitred.ops.badges import GROUPS
from maitred.ops.visit import Screen, Visit
from maitred.texts import Texts, gettext, pgettext, texts_in
from maitred.usecases.heatmap import COUNTED, HeatCell, HeatDay, heatmap
from maitred.usecases.people import Role

WEEKS: Final = 4
STEPS: Final = (0.25, 0.5, 0.75, 0.95)
"""Where a step of the legend ends and the next begins, as shares of the capacity."""
By = Literal["service", "hour"]


@dataclass(frozen=True, slots=True)
class Column:
    """One service, or one hour as the clock shows it; `key` tells columns apart and puts hours in order."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: its number, its share in words, which of the five steps it is at, and all of it as a sentence."""

    id: str
    covers: int | None
    capacity: int
    percent: str
    step: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Row:
    """One day."""

    date: date
    words: str
    today: bool
    closed: str | None
    cells: list[Shown]


@dataclass(frozen=True, slots=True)
class Range:
    """The days that are shown, and where one step back and on leads."""

    first: date
    last: date
    month: str
    before: str
    after: str


async def show(visit: Visit) -> Response:
    """Show how full the house is."""
    by: By = "hour" if visit.query("by") == "hour" else "service"
    asked, groups = _range(visit), [group for group in GROUPS if group.states & COUNTED]
    group = next((one for one in groups if one.id == visit.query("group")), None)
    states = group.states & COUNTED if group else COUNTED
    days = await heatmap(visit.desk.database, visit.place, asked.first, asked.last, by=by, states=states)
    columns = _columns(visit, days, by)
    rows = [_row(visit, day, columns, by) for day in days]
    return await visit.page(
        "heatmap.html",
        by=by,
        range=asked,
        columns=columns,
        weeks=_weeks(rows),
        group=group,
        groups=groups,
        kept={"by": by if by == "hour" else None, "group": group.id if group else None, "month": visit.query("month")},
        entry=next((row.cells[0].id for row in rows if row.today and row.cells), None),
        steps=[(number, _step_words(number)) for number in range(1, len(STEPS) + 2)],
    )


def _range(visit: Visit) -> Range:
    """Return the month that was asked for, or this week and the next three."""
    asked, today = visit.query("month"), visit.today()
    if asked:
        first = _month(asked)
        last = _next_month(first) - timedelta(days=1)
    else:
        first = today - timedelta(days=today.weekday())
        last = first + timedelta(days=7 * WEEKS - 1)
    of = first if asked else today.replace(day=1)
    before = (of - timedelta(days=1)).replace(day=1) if asked else of
    return Range(first, last, asked, before.isoformat()[:7], _next_month(of).isoformat()[:7])


def _month(text: str) -> date:
    found = read_day(f"{text}-01")
    if found is None or not 1970 < found.year < 2999:
        raise InvalidInput("Months are written YYYY-MM.", field="month", code="invalid_date")
    return found


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _columns(visit: Visit, days: Sequence[HeatDay], by: By) -> list[Column]:
    """Return the columns of all days: services in order of opening, with their sum; or hours, past midnight too."""
    found: dict[str, tuple[str, str]] = {}
    for day in days:
        for one in day.cells:
            key = _key(visit, one, by)
            opens = _hour(visit, one)
            found[key] = min(found.get(key, (opens, "")), (opens, ""))
    keys = sorted(found, key=lambda key: (found[key], key))
    if by == "hour":
        return [Column(key, f"{int(key) % 24:02}") for key in keys]
    columns = [Column(key, key or pgettext("bookings", "Outside hours")) for key in keys]
    return [*columns, Column("*", gettext("Whole day"))] if len(columns) > 1 else columns


def _key(visit: Visit, one: HeatCell, by: By) -> str:
    return _hour(visit, one) if by == "hour" else one.cell.name or ""


def _hour(visit: Visit, one: HeatCell) -> str:
    """Return the hour of a cell counted from the midnight before its service day, so that 1 o'clock follows 24."""
    local = one.cell.span[0].astimezone(visit.place.venue.tz)
    return f"{(local.date() - one.cell.date).days * 24 + local.hour:03}"


def _row(visit: Visit, day: HeatDay, columns: Sequence[Column], by: By) -> Row:
    found: dict[str, tuple[int, int]] = {}
    for one in day.cells:
        for key in (_key(visit, one, by), "*"):
            covers, capacity = found.get(key, (0, 0))
            found[key] = (covers + one.covers, capacity + one.cell.capacity)
    texts = visit.texts
    full = texts.date(day.date, "full")
    cells = [_cell(texts, day, place, column, found.get(column.key), full, by) for place, column in enumerate(columns)]
    closed = (day.closed_reason or gettext("Closed")) if day.closed_reason is not None else None
    return Row(day.date, texts.day(day.date), day.date == visit.today(), closed, cells)


def _cell(
    texts: Texts, day: HeatDay, place: int, column: Column, counted: tuple[int, int] | None, full: str, by: By
) -> Shown:
    number = f"h-{day.date.isoformat()}-{place}"
    names = {"day": full, "column": _said(column, by)}
    covers, capacity = counted or (0, 0)
    if not capacity and not covers:
        return Shown(number, None, 0, "", 0, gettext("%(day)s, %(column)s: closed") % names)
    if not capacity:
        none = gettext("%(day)s, %(column)s: %(covers)d covers, no seats on offer") % {**names, "covers": covers}
        return Shown(number, covers, 0, "", 0, none)
    share = covers / capacity
    words = (
        gettext("%(day)s, %(column)s: %(covers)d of %(capacity)d covers, %(percent)s")
        if by == "service"
        else gettext("%(day)s, %(column)s: %(covers)d of %(capacity)d seats, %(percent)s")
    )
    percent = percent_of(texts.code, round(100 * share))
    values = {**names, "covers": covers, "capacity": capacity, "percent": percent}
    return Shown(number, covers, capacity, percent, step_of(covers, share), words % values)


def _said(column: Column, by: By) -> str:
    return gettext("%(hour)s o'clock") % {"hour": int(column.key) % 24} if by == "hour" else column.words


@lru_cache(maxsize=4096)
def percent_of(code: str, number: int) -> str:
    """Write a percentage; there are a few hundred of them, and many cells."""
    return texts_in(code).percent(number / 100)


def step_of(covers: int, share: float) -> int:
    """Return which of the five steps a cell is at; 0 without anybody."""
    return 0 if covers == 0 else 1 + sum(share >= step for step in STEPS)


def _step_words(number: int) -> str:
    low = 0 if number == 1 else round(100 * STEPS[number - 2])
    if number > len(STEPS):
        return gettext("%(low)d%% and more") % {"low": low}
    if number == 1:
        return gettext("under %(high)d%%") % {"high": round(100 * STEPS[0])}
    return gettext("%(low)d to %(high)d%%") % {"low": low, "high": round(100 * STEPS[number - 1])}


def _weeks(rows: Sequence[Row]) -> list[list[Row]]:
    """Return rows week by week."""
    weeks: list[list[Row]] = []
    for row in rows:
        if not weeks or row.date.weekday() == 0:
            weeks.append([])
        weeks[-1].append(row)
    return weeks


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/heatmap", show, Role.VIEWER),
)  # fmt: skip
