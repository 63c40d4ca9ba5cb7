"""The day's tables against time: who has which from when until when, how firmly, and who sits longer than planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from maitred.domain.availability import Kind
from maitred.domain.binding import Binding, binding_of, leaves_at
from maitred.domain.booking import Booking, State
from maitred.domain.calendar import day_bounds, windows
from maitred.domain.venue_model import natural_key
from maitred.store import board
from maitred.store.board import Taken
from maitred.store.database import Database
from maitred.usecases.desk import OpenVenue
from maitred.usecases.tracker import LONGEST_OVERSTAY

_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One table taken for a while. `tables` are all that its owner has then, in natural order.

    `over_minutes` is how long a party sits past its turn, 0 for everybody else.
    """

    table: str
    starts_at: datetime
    ends_at: datetime
    kind: Kind
    owner_id: str
    tables: tuple[str, ...]
    booking: Booking | None = None
    guest: str | None = None
    binding: Binding | None = None
    over_minutes: int = 0
    raised: tuple[str, ...] = ()
    held_for: int | None = None
    held_until: datetime | None = None
    reason: str | None = None
    by: str | None = None
    leaves_at: datetime | None = None
    """The end that people are told of a party; `ends_at` is until when its table is taken, buffer and all."""

    @property
    def told_until(self) -> datetime:
        """The end to show to people."""
        return self.leaves_at or self.ends_at


@dataclass(frozen=True, slots=True)
class Timeline:
    """One service day. It reaches from opening to closing, or further where somebody has a table then."""

    day: date
    starts_at: datetime
    ends_at: datetime
    closed: bool
    bars: Mapping[str, tuple[Bar, ...]]


async def timeline(database: Database, place: OpenVenue, day: date, now: datetime) -> Timeline:
    """Return a day as it is now; every table of the floor has its bars, if only none."""
    found = await board.taken(database, place.restaurant_id, *day_bounds(place.venue, day))
    own = _venue_blocks(place, day)
    rows = [_as_it_is(one, place, now) for one in found if one.table in place.floor.bit] + own
    joined: dict[str, list[str]] = {}
    for one in rows:
        joined.setdefault(one.owner_id, []).append(one.table)
    bars: dict[str, list[Bar]] = {table: [] for table in place.floor.tables}
    for one in sorted(rows, key=lambda row: (row.starts_at, row.ends_at)):
        bars[one.table].append(_bar(one, joined[one.owner_id], place, now))
    return Timeline(day, *_reach(place, day, rows), not windows(place.venue, day), _frozen(bars))


def _frozen(bars: Mapping[str, Sequence[Bar]]) -> dict[str, tuple[Bar, ...]]:
    return {table: tuple(found) for table, found in bars.items()}


def _venue_blocks(place: OpenVenue, day: date) -> list[Taken]:
    opens, closes = day_bounds(place.venue, day)
    return [
        Taken(
            one.table, one.starts_at, one.ends_at, "block", f"{one.table}-{one.starts_at:%Y%m%d%H%M}", reason=one.reason
        )
        for one in place.floor.blocks
        if one.starts_at < closes and opens < one.ends_at
    ]


def _as_it_is(one: Taken, place: OpenVenue, now: datetime) -> Taken:
    """Return a seated party's table as theirs for as long as they sit there, as decisions see it (tracker.py)."""
    if one.booking is None or one.booking.state is not State.CHECKED_IN:
        return one
    stays = now + timedelta(minutes=place.venue.buffer_minutes)
    return replace(one, ends_at=stays) if now - LONGEST_OVERSTAY < one.ends_at < stays else one


def _bar(one: Taken, tables: Sequence[str], place: OpenVenue, now: datetime) -> Bar:
    booking = one.booking
    return Bar(
        one.table,
        one.starts_at,
        one.ends_at,
        one.kind,
        one.owner_id,
        tuple(sorted(tables, key=natural_key)) if len(tables) > 1 else (one.table,),
        booking,
        one.guest,
        binding_of(booking, place.venue.seating, now) if booking else None,
        _over(one, place, now),
        one.raised,
        one.held_for,
        one.held_until,
        one.reason,
        one.by,
        leaves_at(booking, place.venue, one.seated_at) if booking else None,
    )


def _over(one: Taken, place: OpenVenue, now: datetime) -> int:
    if one.booking is None or one.booking.state is not State.CHECKED_IN or one.seated_at is None:
        return 0
    return max(0, (now - leaves_at(one.booking, place.venue, one.seated_at)) // _MINUTE)


def _reach(place: OpenVenue, day: date, rows: Sequence[Taken]) -> tuple[datetime, datetime]:
    """Return full hours around the services and everybody who has a table, within the service day."""
    bounds, found = day_bounds(place.venue, day), windows(place.venue, day)
    parties = [one for one in rows if one.kind != "block"]
    begins = min([w.opens_at for w in found] + [one.starts_at for one in parties], default=bounds[0])
    ends = max([w.closes_at for w in found] + [one.ends_at for one in parties], default=bounds[1])
    begins, ends = max(begins, bounds[0]), min(ends, max([bounds[1], *(w.closes_at for w in found)]))
    local = begins.astimezone(place.venue.tz)
    begins -= timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return begins, begins + -((begins - ends) // _HOUR) * _HOUR
