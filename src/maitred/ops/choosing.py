"""Tables as a person picks them for one party: by zone, free or taken until when, and what a choice of them means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from maitred.domain.availability import Occupancy, Snapshot
from maitred.domain.booking import Booking, State
from maitred.domain.calendar import day_bounds, service_date
from maitred.domain.errors import NeedsOverride
from maitred.domain.venue_model import Table, natural_key
from maitred.ops.visit import Visit
from maitred.ops.wording import rule_words
from maitred.store.guests import names_of_day
from maitred.store.views import BookingView
from maitred.texts import gettext, ngettext
from maitred.usecases.review import broken_promise
from maitred.usecases.tracker import read_snapshot

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Choice:
    """One table for one party: whether it is free in the party's window, and in words for how long."""

    id: str
    seats: str
    words: str
    free: bool
    chosen: bool
    accessible: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone with its tables, as they are told apart on the floor."""

    name: str
    tables: list[Choice]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a choice means: its seats against the party, what can never be, and which soft rules it breaks."""

    words: str
    fits: bool
    hard: list[str]
    soft: list[tuple[str, str]]


async def zones_for(visit: Visit, view: BookingView, chosen: Sequence[str], day: Snapshot | None = None) -> list[Zone]:
    """Return every zone with its tables as they are in the party's window; `day` where it was read already."""
    booking, place = view.booking, visit.place
    day = day or await read_snapshot(visit.desk.database, place, booking.service_date, visit.now)
    day, window = day.without(str(booking.id)), window_of(view, visit.now)
    names = await guest_names(visit, booking.service_date)
    tables = sorted(place.venue.tables, key=lambda table: natural_key(table.id))
    return [
        Zone(zone.name, [_choice(visit, one, day, window, names, chosen) for one in tables if one.zone == zone.id])
        for zone in place.venue.zones
    ]


def window_of(view: BookingView, now: datetime) -> Window:
    """Return from when until when tables are chosen: the plan, or for a party that sits from now on."""
    booking = view.booking
    if booking.state is State.CHECKED_IN and view.seated_until is not None:
        return now, max(view.seated_until, now)
    if view.seated_from is not None and view.seated_until is not None:
        return view.seated_from, view.seated_until
    return booking.starts_at, booking.ends_at


async def guest_names(visit: Visit, day: date) -> dict[str, str]:
    """Return the guests of a day by their booking's id: staff know people, not references."""
    return await names_of_day(visit.desk.database, visit.place.restaurant_id, day)


def _choice(
    visit: Visit, table: Table, day: Snapshot, window: Window, names: Mapping[str, str], chosen: Sequence[str]
) -> Choice:
    rows = day.on_table(table.id)
    met = [row for row in rows if row.starts_at < window[1] and window[0] < row.ends_at]
    ends = day_bounds(visit.place.venue, service_date(visit.place.venue, window[0]))[1]
    words = _taken(visit, met, names, window[0]) if met else _free(visit, rows, window[1], ends)
    seats = ngettext("%(count)d seat", "%(count)d seats", table.capacity) % {"count": table.capacity}
    if table.extra_chairs:
        seats = gettext("%(seats)s, +%(count)d") % {"seats": seats, "count": table.extra_chairs}
    return Choice(table.id, seats, words, not met, table.id in chosen and not met, table.accessible)


def _taken(visit: Visit, rows: Sequence[Occupancy], names: Mapping[str, str], begins: datetime) -> str:
    tz = visit.place.venue.tz
    first, last = min(row.starts_at for row in rows), max(row.ends_at for row in rows)
    kinds = {"hold": gettext("held"), "block": gettext("out of use")}
    who = visit.texts.listed(list(dict.fromkeys(kinds.get(row.kind) or names.get(row.owner_id, "") for row in rows)))
    values = {"from": visit.texts.time(first, tz), "time": visit.texts.time(last, tz), "who": who}
    if first > begins:  # nobody is there yet, as every other screen says
        return gettext("taken from %(from)s to %(time)s: %(who)s") % values
    return gettext("taken until %(time)s: %(who)s") % values


def _free(visit: Visit, rows: Sequence[Occupancy], after: datetime, ends: datetime) -> str:
    later = [row.starts_at for row in rows if after <= row.starts_at < ends]
    if not later:
        return gettext("free")
    return gettext("free until %(time)s") % {
        "time": visit.texts.time(visit.free_until(min(later)), visit.place.venue.tz)
    }


def verdict_on(visit: Visit, booking: Booking, tables: Sequence[str]) -> Verdict:
    """Say what a choice of tables means; whether they are free is looked at when it is made."""
    floor = visit.place.floor
    known = [table for table in tables if table in floor.tables]
    if not known:
        return Verdict(_sum(known, 0, booking), False, [], [])
    broken = floor.check_set(known, booking.party_size, booking.accessible, allowed_overrides=booking.overridden_rules)
    hard = [rule_words(rule.code, rule.message) for rule in broken if rule.hard]
    soft = [(rule.code, rule_words(rule.code, rule.message)) for rule in broken if not rule.hard]
    soft += [(rule["code"], rule_words(**rule)) for rule in broken_promise(visit.place, booking, known)]
    return Verdict(_sum(known, floor.seats(known), booking), not hard, hard, soft)


def verdict_of(fault: NeedsOverride) -> Verdict:
    """Say which soft rules stand in the way of what was asked for."""
    return Verdict("", True, [], [(rule["code"], rule_words(**rule)) for rule in _rules(fault)])


def _rules(fault: NeedsOverride) -> Iterator[Mapping[str, Any]]:
    yield from fault.data.get("rules", ())


def _sum(tables: Sequence[str], seats: int, booking: Booking) -> str:
    size = booking.party_size
    if not tables:
        return gettext("No table chosen yet, for a party of %(size)d.") % {"size": size}
    values = {"tables": " + ".join(sorted(tables, key=natural_key)), "seats": seats, "size": size}
    return (
        ngettext(
            "%(tables)s: %(seats)d seat for a party of %(size)d.",
            "%(tables)s: %(seats)d seats for a party of %(size)d.",
            seats,
        )
        % values
    )
