"""The timeline of a night: tables by zone against time, as an HTML table that needs no script.

Every bar is an item of its table's list with a sentence for screen readers, so the drawing and the data are one.
Places are shares of the axis in percent; the stylesheet gives rows one height, by which joins are tied together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from itertools import pairwise

from maitred.domain.assignment import SeatingRequest
from maitred.domain.calendar import service_date, windows
from maitred.domain.simulation import Night
from maitred.domain.venue_model import Table, natural_key

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Axis:
    """The hours that are drawn, from one full hour to another."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, night: Night, day: date) -> "Axis":
        """This spans a day's services and everybody who was seated or wished to be."""
        asked = asked_on(night, day)
        moments = [moment for one in asked for moment in (one.starts_at, one.ends_at)]
        moments += [moment for window in windows(night.venue, day) for moment in (window.opens_at, window.closes_at)]
        start, end = min(moments), max(moments)
        local = start.astimezone(night.venue.tz)
        start -= timedelta(minutes=local.minute, seconds=local.second)
        hours = max(1, -(-(end - start) // _HOUR))
        return cls(start, start + hours * _HOUR)

    @property
    def hours(self) -> int:
        """This is the number of columns."""
        return (self.end - self.start) // _HOUR

    def share(self, instant: datetime) -> float:
        """This is where an instant lies, in percent."""
        return round(100 * ((instant - self.start) / (self.end - self.start)), 3)


def asked_on(night: Night, day: date) -> list[SeatingRequest]:
    """This lists who asked for a service day and was not turned away at the door."""
    return [one for one in night.asked.values() if service_date(night.venue, one.starts_at) == day]


def timeline(night: Night, day: date) -> str:
    """This draws one service day."""
    return "".join(_Drawing(night, day).parts())


class _Drawing:
    def __init__(self, night: Night, day: date) -> None:
        self._night, self._day = night, day
        self._axis = Axis.of(night, day)
        self._tz = night.venue.tz
        self._moved = {one.move.booking_id for one in night.moved}
        tables = sorted(night.venue.tables, key=lambda table: natural_key(table.id))
        self._zones = {zone: [t for t in tables if t.zone == zone.id] for zone in night.venue.zones}
        self._row = {t.id: place for group in self._zones.values() for place, t in enumerate(group)}
        self._seated = [one for one in asked_on(night, day) if one.key in night.seating]
        self._nudges = self._apart()

    def parts(self) -> Iterator[str]:
        label = f"Tables on {self._day.isoformat()} against time"
        yield f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        yield f'<table class="timeline" style="--hours:{self._axis.hours}"><caption class="unseen">{label}</caption>'
        yield f'<thead><tr><th scope="col">Table</th><th scope="col" class="axis">{self._hours()}</th></tr></thead>'
        yield f"<tbody>{self._arrivals()}</tbody>"
        for zone, tables in self._zones.items():
            if tables:
                name = f'<th scope="rowgroup" colspan="2"><span>{escape(zone.name)}</span></th>'
                yield f'<tbody><tr class="zone">{name}</tr>'
                for table in tables:
                    yield self._lane(table)
                yield "</tbody>"
        yield "</table></div>"

    def _hours(self) -> str:
        marks = (self._axis.start + number * _HOUR for number in range(self._axis.hours))
        return "".join(f'<span style="--at:{self._axis.share(mark)}%">{self._clock(mark)}</span>' for mark in marks)

    def _clock(self, instant: datetime) -> str:
        return instant.astimezone(self._tz).strftime("%H:%M")

    def _lane(self, table: Table) -> str:
        mark = '<span class="access" title="accessible">♿︎<span class="unseen"> accessible</span></span>'
        seats = f'<span class="seats">{table.capacity}<span class="unseen"> seats</span></span>'
        name = f"{escape(table.id)}{mark if table.accessible else ''}{seats}"
        here = [one for one in self._seated if table.id in self._night.seating[one.key]]
        bars = "".join(self._bar(one) for one in sorted(here, key=lambda one: one.starts_at))
        ties = "".join(self._tie(one, table.id) for one in here)
        lane = f'<ul class="lane">{bars}</ul>{ties}' if here else ""
        return f'<tr><th scope="row">{name}</th><td>{lane}</td></tr>'

    def _bar(self, one: SeatingRequest) -> str:
        tables = self._night.seating[one.key]
        leaves = one.starts_at + timedelta(minutes=one.turn_minutes)
        turn = round(100 * one.turn_minutes / (one.turn_minutes + one.buffer_minutes), 2)
        kinds = ["bar", *(["joined"] if len(tables) > 1 else []), *(["moved"] if one.key in self._moved else [])]
        place = f"--from:{self._axis.share(one.starts_at)}%;--to:{self._axis.share(one.ends_at)}%;--turn:{turn}%"
        words = f"{self._clock(one.starts_at)} to {self._clock(leaves)}, {guests(one.party_size)}, {escape(one.key)}"
        words += f", on {escape(' + '.join(tables))}" if len(tables) > 1 else ""
        words += ", moved to make room" if one.key in self._moved else ""
        words += ", needs access" if one.accessible else ""
        marks = ("↷ " if one.key in self._moved else "") + ("♿︎ " if one.accessible else "")
        shown = f'<b>{one.party_size}</b> {marks}<span class="key">{escape(one.key)}</span>'
        return (
            f'<li class="{" ".join(kinds)}" style="{place}" title="{words}">'
            f'<span aria-hidden="true">{shown}</span><span class="unseen">{words}</span></li>'
        )

    def _tie(self, one: SeatingRequest, table: str) -> str:
        """This ties a party's table to its next one below, where it sits at several."""
        tables = sorted(self._night.seating[one.key], key=lambda each: self._row[each])
        below = dict(pairwise(tables)).get(table)
        if below is None:
            return ""
        rows = self._row[below] - self._row[table]
        place = f"--from:{self._axis.share(one.starts_at)}%;--rows:{rows};--nudge:{self._nudges[one.key]}"
        return f'<span class="tie" style="{place}"></span>'

    def _apart(self) -> dict[str, int]:
        """This keeps lines apart that would lie on each other: joins of one zone that start together, by rows met."""
        nudges: dict[str, int] = {}
        placed: list[tuple[datetime, str, range, int]] = []
        for one in self._seated:
            tables = self._night.seating[one.key]
            rows = sorted(self._row[table] for table in tables)
            zone, span = self._night.venue.table(tables[0]).zone, range(rows[0], rows[-1] + 1)
            if len(tables) > 1:
                taken = {
                    nudge
                    for at, where, other, nudge in placed
                    if (at, where) == (one.starts_at, zone) and other.start < span.stop and span.start < other.stop
                }
                nudges[one.key] = next(number for number in range(len(taken) + 1) if number not in taken)
                placed.append((one.starts_at, zone, span, nudges[one.key]))
        return nudges

    def _arrivals(self) -> str:
        """This draws how many guests came and were refused, by the time they asked for."""
        sums = arrivals(self._night, self._day)
        most = max((sum(each) for each in sums.values()), default=1)
        bars = "".join(self._arrival(at, *each, most) for at, each in sums.items())
        return f'<tr class="arrivals"><th scope="row">Guests <span>by start</span></th><td><ul>{bars}</ul></td></tr>'

    def _arrival(self, at: datetime, seated: int, refused: int, most: int) -> str:
        words = f"{self._clock(at)}: {seated} seated, {refused} refused"
        slot = timedelta(minutes=min(self._night.venue.slot_minutes, 30))
        place = f"--from:{self._axis.share(at)}%;--to:{self._axis.share(at + slot)}%"
        height = f"--seated:{100 * seated / most:.1f}%;--refused:{100 * refused / most:.1f}%"
        return f'<li style="{place};{height}" title="{words}"><span class="unseen">{words}</span></li>'


def arrivals(night: Night, day: date) -> Mapping[datetime, tuple[int, int]]:
    """This sums guests seated and refused by the start they asked for; whoever cancelled is in neither."""
    sums: dict[datetime, tuple[int, int]] = {}
    for one in sorted(asked_on(night, day), key=lambda one: one.starts_at):
        if one.key not in night.cancelled:
            seated, refused = sums.get(one.starts_at, (0, 0))
            new = (one.party_size, 0) if one.key in night.seating else (0, one.party_size)
            sums[one.starts_at] = (seated + new[0], refused + new[1])
    return sums


def guests(number: int) -> str:
    """This counts guests in words."""
    return f"{number} guest" + ("" if number == 1 else "s")


def days_of(night: Night) -> Sequence[date]:
    """This lists the service days that somebody asked for."""
    return sorted({service_date(night.venue, one.starts_at) for one in night.asked.values()})
