"""The night is not the plan: whoever sits longer keeps the table, and who is due next is told or rebound in time.

One look at a day is one transaction: the ends of those who stay, the moves of those who are rescued, and what is raised
for a person commit together. Allocations follow reality as far as they can; where a party's table is late and nothing
else fits, the overstay ends in the plan where that party begins, and `late_table` says so.

Around the boundary of two service days both are looked at together, under both locks: whoever sits there since last
evening keeps the table from the new day's first party as from any other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from maitred.domain import calendar
from maitred.domain.assignment.rescue import Choice, Due, LateTable, Rescue, choices, rescue, stays_until
from maitred.domain.binding import as_of, turn_ends_at
from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, State
from maitred.domain.errors import Contended, Unavailable
from maitred.domain.lifecycle import Action, step
from maitred.store import allocations, night
from maitred.store.database import Connection
from maitred.store.night import Raised
from maitred.store.views import BookingView, booking_view
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle, Window, lock_unchanged
from maitred.usecases.tracker import LONGEST_OVERSTAY, DayBook, read_days
from maitred.usecases.weigh import seating_request

GRACE: Final = timedelta(minutes=15)
"""How long a guest may be late before somebody is asked to look (DESIGN 4); a no-show is always a person's decision."""
AHEAD: Final = timedelta(hours=4)
"""How long before a service day ends its overstays are looked at together with the next day's parties."""

RESCUED: Final = Counter("maitred_rescued_total", "Parties given other tables because theirs was late.")
LATE: Final = Counter("maitred_late_tables_total", "Parties whose table was late and for whom nothing else fitted.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that waits for a person at the door, the booking it is about, and for a late table the choices."""

    raised: Raised
    view: BookingView
    choices: tuple[Choice, ...]


@dataclass(slots=True)
class _Look:
    """One look at a day, or at two around their boundary: what was read, and what is to be written."""

    place: OpenVenue
    days: Sequence[date]
    actor: Actor
    now: datetime
    book: DayBook
    windows: Mapping[UUID, tuple[tuple[str, ...], Window]]
    since: Mapping[UUID, datetime]
    raised: Mapping[tuple[UUID, str], Raised]
    shuffle: Reshuffle = field(default_factory=Reshuffle)
    watched: dict[UUID, int] = field(default_factory=dict)
    """Versions of those whose windows change and who are not changed themselves."""
    ends: dict[UUID, Window] = field(default_factory=dict)
    settled: list[Raised] = field(default_factory=list)
    expected: list[tuple[Booking, night.Kind, datetime | None]] = field(default_factory=list)

    def nothing(self) -> bool:
        """Tell whether nothing is to be written."""
        return not (self.shuffle.changes or self.ends or self.settled or self.expected)


async def follow_nights(desk: Desk, actor: Actor) -> None:
    """Look once at every day on which something runs late; one that is contended comes again, and holds up no other."""
    now = desk.clock()
    looked: set[tuple[str, date]] = set()
    for slug, day in await night.days_to_follow(desk.database, now, now - GRACE):
        if (slug, day) not in looked:
            looked |= {(slug, one) for one in await _followed(desk, slug, day, actor)}


async def _followed(desk: Desk, slug: str, day: date, actor: Actor) -> Sequence[date]:
    """Follow a day and return the days that were looked at, or that wait for the same locks; none after a fault."""
    try:
        place = await desk.venues.get(slug)
        days = _together(place, day, desk.clock())
        try:
            await follow_days(desk, place, days, actor)
        except Contended as fault:
            log.info("night_contended", restaurant=slug, day=day.isoformat(), error=fault.reason_code)
        return days
    except Unavailable:
        raise
    except Exception:
        log.exception("night_fault", restaurant=slug, day=day.isoformat())
        return ()


def _together(place: OpenVenue, day: date, now: datetime) -> list[date]:
    """Return a day, with the next one where its overstays may reach into that."""
    boundary = calendar.day_bounds(place.venue, day)[1]
    reaches = boundary - AHEAD <= now < boundary + LONGEST_OVERSTAY
    return [day, day + timedelta(days=1)] if reaches else [day]


async def follow_days(desk: Desk, place: OpenVenue, days: Sequence[date], actor: Actor) -> None:
    """Bring the plan of a day, or of two in a row, up to what is known of the night.

    Raises LockBusy, LockLost, StaleFence, StaleBooking, TableTaken (nothing is written, look again) and Unavailable.
    """
    async with held_days(desk, place, days) as held:
        look = await _looked(desk, held.place, days, actor)
        _follow_tables(look)
        _follow_guests(look)
        if not look.nothing():
            async with desk.database.transaction() as connection:
                await _write(connection, held, look)


async def attention(desk: Desk, place: OpenVenue, limit: int = 100) -> list[Attention]:
    """Return what waits for a person in a restaurant, longest first; a late table with what could be done about it.

    The choices are looked up now, on the floor as it is expected to be; a look, not a promise.
    """
    raised = await night.raised_in(desk.database, place.restaurant_id, limit)
    views = {one.booking_id: view for one in raised if (view := await booking_view(desk.database, one.booking_id))}
    late = {views[one.booking_id].booking.service_date for one in raised if one.kind == "late_table"}
    offered: dict[UUID, tuple[Choice, ...]] = {}
    for day in sorted(late):
        ids = [one.booking_id for one in raised if one.kind == "late_table"]
        offered |= await choices_for(desk, place, day, ids)
    return [
        Attention(one, views[one.booking_id], offered.get(one.booking_id, ()) if one.kind == "late_table" else ())
        for one in raised
    ]


def _around(place: OpenVenue, day: date, now: datetime) -> list[date]:
    """Return the days on which a table that is late on a day may have its reason."""
    before = _together(place, day - timedelta(days=1), now)
    return before if day in before else _together(place, day, now)


async def choices_for(
    desk: Desk, place: OpenVenue, day: date, booking_ids: Iterable[UUID]
) -> dict[UUID, tuple[Choice, ...]]:
    """Return what could be done for parties of a day whose tables are late."""
    look = await _looked(desk, place, _around(place, day, desk.clock()), Actor(ActorKind.SYSTEM, "attention"))
    found, due = _rescued(look, _ends(look)), _due(look)
    ids = {str(one): one for one in booking_ids}
    return {ids[key]: choices(found.snapshot, place.venue, due[key]) for key in ids if key in due}


async def _looked(desk: Desk, place: OpenVenue, days: Sequence[date], actor: Actor) -> _Look:
    now = desk.clock()
    book = await read_days(desk.database, place, days, now)
    windows = await allocations.tables_of_bookings(desk.database, [one.id for one in book.bookings.values()])
    sitting = [one.id for one in book.bookings.values() if one.state is State.CHECKED_IN]
    since = await night.seated_since(desk.database, sitting)
    raised = [one for day in days for one in await night.raised_on(desk.database, place.restaurant_id, day)]
    return _Look(place, days, actor, now, book, windows, since, {(one.booking_id, one.kind): one for one in raised})


def _ends(look: _Look) -> dict[str, datetime]:
    return {str(one.id): end for one in look.book.bookings.values() if (end := _stays(look, one)) is not None}


def _rescued(look: _Look, ends: Mapping[str, datetime]) -> Rescue:
    venue = look.place.venue
    return rescue(as_of(look.book.snapshot, venue, look.now), venue, ends, _due(look), venue.seating.move_rules("auto"))


def _follow_tables(look: _Look) -> None:
    ends = _ends(look)
    found = _rescued(look, ends)
    _take_moves(look, found, ends)
    for late in found.late:
        _raise_table(look, late)
    _settle(look, "late_table", {UUID(late.booking_id) for late in found.late})
    for key in (*ends, *(late.booking_id for late in found.late)):
        _keep_longer(look, found, key)


def _stays(look: _Look, booking: Booking) -> datetime | None:
    """Return until when a party that sits keeps its tables, where that is longer than the plan has it."""
    if booking.state is not State.CHECKED_IN or booking.service_date not in look.days or booking.id not in look.windows:
        return None
    starts_at, ends_at = look.windows[booking.id][1]
    ends = turn_ends_at(booking, look.place.venue, min(starts_at, look.since.get(booking.id, starts_at)))
    until = stays_until(ends, look.now) + timedelta(minutes=booking.buffer_minutes)
    return until if until > ends_at and look.now < ends_at + LONGEST_OVERSTAY else None


def _due(look: _Look) -> dict[str, Due]:
    expected = (State.CONFIRMED, State.ARRIVED)
    return {
        key: Due(seating_request(one), one.pinned)
        for key, one in look.book.bookings.items()
        if one.state in expected and one.service_date in look.days
    }


def _take_moves(look: _Look, found: Rescue, ends: Mapping[str, datetime]) -> None:
    book = look.book.bookings
    parties = [(book[m.booking_id], m.from_tables, Reseat(book[m.booking_id], m.to_tables)) for m in found.moves]
    behind = sorted(book[key].reference for key in ends)
    for day in look.days:  # a set of moves is of one day
        own = [party for party in parties if party[0].service_date == day]
        if own:
            look.shuffle.move(own, Occasion("rescue", look.actor, look.now), {"overstaying": behind})


def _raise_table(look: _Look, late: LateTable) -> None:
    booking = look.book.bookings[late.booking_id]
    known = look.raised.get((booking.id, "late_table"))
    if known is None:
        data = {"tables": list(late.tables), "expected_at": late.expected_at.isoformat()}
        _tell(look, booking, Action.LATE_TABLE, Reason(ReasonCode.LATE_TABLE, data))
    if known is None or known.expected_at != late.expected_at:
        look.expected.append((booking, "late_table", late.expected_at))


def _tell(look: _Look, booking: Booking, action: Action, reason: Reason) -> None:
    before = look.shuffle.latest(booking)
    look.shuffle.take([step(before, action, actor=look.actor, at=look.now, reason=reason)])


def _settle(look: _Look, kind: night.Kind, still: set[UUID]) -> None:
    look.settled += [one for (key, what), one in look.raised.items() if what == kind and key not in still]


def _keep_longer(look: _Look, found: Rescue, key: str) -> None:
    """Let a party keep its tables for longer, as far as nobody else's plan begins there."""
    booking = look.book.bookings[key]
    tables, (starts_at, ends_at) = look.windows[booking.id]
    rows = found.snapshot.of_owner(key)
    others = (row for table in tables if table in look.place.floor.bit for row in found.snapshot.on_table(table))
    following = [row.starts_at for row in others if row.owner_id != key and row.starts_at >= ends_at]
    until = min([rows[0].ends_at, *following])
    if until > ends_at:
        look.ends[booking.id] = (starts_at, until)
        look.watched.setdefault(booking.id, booking.version)


def _follow_guests(look: _Look) -> None:
    """Ask somebody to look at guests who are past their grace."""
    late = [one for one in look.book.bookings.values() if _past_grace(look, one)]
    for booking in late:
        if (booking.id, "late_guest") not in look.raised:
            minutes = int((look.now - booking.starts_at) / timedelta(minutes=1))
            _tell(look, booking, Action.LATE_GUEST, Reason(ReasonCode.GRACE_OVER, {"minutes": minutes}))
            look.expected.append((booking, "late_guest", None))
    _settle(look, "late_guest", {one.id for one in late})


def _past_grace(look: _Look, booking: Booking) -> bool:
    late = booking.starts_at + GRACE <= look.now < booking.starts_at + LONGEST_OVERSTAY
    return late and booking.state is State.CONFIRMED and booking.service_date in look.days


async def _write(connection: Connection, held: HeldDays, look: _Look) -> None:
    await lock_unchanged(connection, {**look.watched, **look.shuffle.expected()})
    await held.guard(connection)
    await look.shuffle.store(connection, held.fences)
    for booking_id, window in sorted(look.ends.items()):
        fence = held.fences[look.book.bookings[str(booking_id)].service_date]
        await allocations.set_window(connection, booking_id, window, fence)
    for booking, kind, expected_at in look.expected:
        await night.raise_attention(connection, booking, kind, look.now, expected_at)
    for one in look.settled:
        await night.settle(connection, one.booking_id, one.kind)
    _count(look)


def _count(look: _Look) -> None:
    actions = [change.action for chain in look.shuffle.changes.values() for change in chain]
    RESCUED.inc(actions.count(Action.MOVE))
    LATE.inc(actions.count(Action.LATE_TABLE))
