"""TableAvailabilityTracker: immutable snapshots of one restaurant and service day, and who has to be told of news.

Readers (screens, the availability answer) may look at a snapshot up to a second old; decisions never do, they read
inside the day's lock.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Final

from maitred.domain import calendar
from maitred.domain.availability import Movable, Occupancy, Snapshot
from maitred.domain.binding import movable_of
from maitred.domain.booking import Booking
from maitred.domain.events import Event
from maitred.store import allocations
from maitred.store.allocations import DayState
from maitred.store.database import Connection, Database
from maitred.usecases.desk import OpenVenue

# A party may sit past the end of its service day, and one of the day before may still be there.
_MARGIN: Final = timedelta(hours=12)
# A party whose time ended before that has left, and only the step that says so was forgotten.
LONGEST_OVERSTAY: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class DayBook:
    """A service day, or days in a row, as decisions read them, and the bookings with tables there, of one instant."""

    snapshot: Snapshot
    bookings: Mapping[str, Booking]


async def read_snapshot(source: Database | Connection, place: OpenVenue, day: date, now: datetime) -> Snapshot:
    """Read one service day from the database, as `read_day` does."""
    return (await read_day(source, place, day, now)).snapshot


async def read_day(source: Database | Connection, place: OpenVenue, day: date, now: datetime) -> DayBook:
    """Read one service day from the database, as `read_days` does."""
    return await read_days(source, place, [day], now)


async def read_days(source: Database | Connection, place: OpenVenue, days: Sequence[date], now: datetime) -> DayBook:
    """Read service days in a row from the database. An error is an error, never an empty day (guarantee 9).

    Whoever sits past their time keeps the table for another buffer from `now`, the instant of reading: a decision's
    recorded time says nothing about who sits there.
    """
    opens, closes = calendar.day_bounds(place.venue, days[0])[0], calendar.day_bounds(place.venue, days[-1])[1]
    state = await allocations.read_window(source, place.restaurant_id, opens - _MARGIN, closes + _MARGIN)
    # Tables that left the floor keep the parties they had; nobody can be put there any more.
    buffer, seated = timedelta(minutes=place.venue.buffer_minutes), state.seated
    taken = [
        _still_there(one, now, buffer) if one.owner_id in seated else one
        for one in state.occupancies
        if one.table_id in place.floor.bit
    ]
    moved = {key for day in days for key in await _moved(source, place, day)}
    movable = [guest for guest in _movable(place, days, state) if guest.booking_id not in moved]
    return DayBook(Snapshot.build(place.floor, taken, state.parties, now, movable), state.bookings)


async def _moved(source: Database | Connection, place: OpenVenue, day: date) -> frozenset[str]:
    """Return who has been moved before, where the venue moves nobody twice."""
    if not place.venue.seating.move_once:
        return frozenset()
    return await allocations.moved_bookings(source, place.restaurant_id, day)


def _movable(place: OpenVenue, days: Sequence[date], state: DayState) -> Iterator[Movable]:
    """Yield who may be given other tables: not by a decision about other days, nor from a table that left the floor.

    Nor one whose tables are not taken for just its planned time: reality has already caught up with it.
    """
    odd = {
        one.owner_id
        for one in state.occupancies
        if (own := state.bookings.get(one.owner_id))
        and (one.table_id not in place.floor.bit or (one.starts_at, one.ends_at) != (own.starts_at, own.ends_at))
    }
    for key, booking in state.bookings.items():
        guest = movable_of(booking)
        if guest is not None and booking.service_date in days and key not in odd:
            yield guest


def _still_there(one: Occupancy, now: datetime, buffer: timedelta) -> Occupancy:
    """Return a seated party's table as it is: theirs for as long as they sit there (docs/decisions/0006)."""
    overstayed = now - LONGEST_OVERSTAY < one.ends_at < now + buffer
    return replace(one, ends_at=now + buffer) if overstayed else one


def days_of(event: Event) -> frozenset[date]:
    """Return the service days an event is about: the booking's, and the one it was moved from.

    Raises KeyError or ValueError for an event that is about none.
    """
    days = [event.data["service_date"], event.data.get("previous_service_date")]
    return frozenset(date.fromisoformat(str(day)) for day in days if day is not None)


class TableAvailabilityTracker:
    """Snapshots for readers: cached, dropped on an event of that day, with a subscription for long-lived readers."""

    def __init__(self, database: Database, cache_s: float = 1.0) -> None:
        self._database = database
        self._cache_s = cache_s
        self._kept: dict[tuple[int, date], tuple[float, int, Snapshot]] = {}
        self._news: dict[tuple[str, date], asyncio.Event] = {}

    async def snapshot(self, place: OpenVenue, day: date, now: datetime) -> Snapshot:
        """Return a snapshot that is at most `cache_s` old and of this version of the venue."""
        key = (place.restaurant_id, day)
        kept = self._kept.get(key)
        if kept and monotonic() - kept[0] < self._cache_s and kept[1] == place.version:
            return kept[2]
        began = monotonic()
        snapshot = await read_snapshot(self._database, place, day, now)
        self._forget_old()
        self._kept[key] = (began, place.version, snapshot)
        return snapshot

    async def subscribe(self, place: OpenVenue, day: date, now: datetime) -> AsyncIterator[Snapshot]:
        """Yield the day as it is, then again after each event that touches it."""
        key = (place.slug, day)
        while True:
            news = self._news.setdefault(key, asyncio.Event())
            yield await read_snapshot(self._database, place, day, now)
            await news.wait()

    def apply(self, event: Event | None) -> None:
        """Drop what an event made stale; None stands for a gap in the stream, after which nothing is known."""
        if event is None:
            self._kept.clear()
            for waiting in self._news.values():
                waiting.set()
            self._news.clear()
            return
        days = days_of(event)
        for key in [key for key in self._kept if key[1] in days]:
            del self._kept[key]
        for day in days:
            waiting_here = self._news.pop((event.restaurant, day), None)
            if waiting_here:
                waiting_here.set()

    def forget(self, place: OpenVenue, day: date) -> None:
        """Drop a day whose tables have just changed hands by our own doing, which has no event (holds)."""
        self._kept.pop((place.restaurant_id, day), None)

    def _forget_old(self) -> None:
        horizon = monotonic() - self._cache_s
        for key in [key for key, kept in self._kept.items() if kept[0] < horizon]:
            del self._kept[key]
