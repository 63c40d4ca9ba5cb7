"""What a house could seat, as the measure of how full it is: never its own busiest day.

Two measures, by what is asked. For a service: its covers, seats times turns. Each table is taken to be full as often
as a whole turn of a party of its size, with the buffer behind it, can start between opening and last seating; a table
that is closed for a while loses the turns that do not fit beside it. For an hour: the seats on offer in it, tables
closed for a part of it counting for the rest. Extra chairs and joins of another capacity are left out: they are
exceptions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from maitred.domain.calendar import ServiceWindow, day_bounds, windows
from maitred.domain.venue_model import Table, Venue

By = Literal["service", "hour"]
Span = tuple[datetime, datetime]
Blocks = Mapping[str, Sequence[Span]]
"""When tables are closed, by their ids."""
_HOUR: Final = timedelta(hours=1)
_FAR: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Cell:
    """One service or hour of a day. Bookings count there that start (service) or sit (hour) within `counts`.

    `name` is the service's; an hour has none, nor has a day that is closed. `capacity` is in covers, or in seats.
    """

    date: date
    name: str | None
    span: Span
    counts: Span
    capacity: int


def cells(venue: Venue, on: date, by: By, blocks: Blocks) -> list[Cell]:
    """This lists the services or hours of a day with what they could seat; a closed day is one cell that seats nobody.

    The services of a day share it without a gap, so that every booking counts in exactly one of them.
    """
    found = windows(venue, on)
    if not found:
        bounds = day_bounds(venue, on)
        return [Cell(on, None, bounds, (bounds[0] - _FAR, bounds[1] + _FAR), 0)]
    return list(_services(venue, found, blocks) if by == "service" else _hours(venue, found, blocks))


def _services(venue: Venue, found: Sequence[ServiceWindow], blocks: Blocks) -> Iterator[Cell]:
    for place, window in enumerate(found):
        begins = window.opens_at if place else window.opens_at - _FAR
        ends = found[place + 1].opens_at if place + 1 < len(found) else window.closes_at + _FAR
        covers = sum(table.capacity * turns(venue, table, window, blocks.get(table.id, ())) for table in venue.tables)
        yield Cell(window.date, window.service, (window.opens_at, window.closes_at), (begins, ends), covers)


def turns(venue: Venue, table: Table, window: ServiceWindow, closed: Sequence[Span] = ()) -> int:
    """This is how many parties of a table's size can be seated there one after the other in a service."""
    turn = timedelta(minutes=venue.turn_for(min(table.capacity, venue.turn_minutes[-1].max_party)))
    step = turn + timedelta(minutes=venue.buffer_minutes)
    count = 0
    for begins, ends in _open((window.opens_at, window.closes_at + turn), closed):
        last = min(window.last_seating_at, ends - turn)
        count += (last - begins) // step + 1 if last >= begins else 0
    return count


def _hours(venue: Venue, found: Sequence[ServiceWindow], blocks: Blocks) -> Iterator[Cell]:
    at, closes = _full_hour(found[0].opens_at, venue.tz), max(window.closes_at for window in found)
    seats = sum(table.capacity for table in venue.tables)
    of_table = {table.id: table.capacity for table in venue.tables}
    while at < closes:
        hour = (at, at + _HOUR)
        opened = _met(hour, ((w.opens_at, w.closes_at) for w in found))
        offered = seats * _minutes(opened)
        for table, closed in blocks.items():
            offered -= of_table.get(table, 0) * sum(_minutes(_met(span, closed)) for span in opened)
        yield Cell(found[0].date, None, hour, hour, round(offered / 60))
        at += _HOUR


def _full_hour(instant: datetime, tz: ZoneInfo) -> datetime:
    local = instant.astimezone(tz)
    return instant - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _open(span: Span, closed: Iterable[Span]) -> Iterator[Span]:
    """This yields what is left of a span between closed ones."""
    begins, ends = span
    for shut_from, shut_until in sorted(closed):
        if shut_until <= begins or shut_from >= ends:
            continue
        if begins < shut_from:
            yield begins, shut_from
        begins = max(begins, shut_until)
    if begins < ends:
        yield begins, ends


def _common(one: Span, other: Span) -> Span:
    return max(one[0], other[0]), min(one[1], other[1])


def _met(span: Span, others: Iterable[Span]) -> list[Span]:
    """This is the parts of a span that lie in others, which may overlap each other, without counting any twice."""
    found: list[Span] = []
    for begins, ends in sorted(others):
        part = _common(span, (max(begins, found[-1][1]) if found else begins, ends))
        if part[0] < part[1]:
            found.append(part)
    return found


def _minutes(spans: Iterable[Span]) -> float:
    return sum((ends - begins) / timedelta(minutes=1) for begins, ends in spans)
