"""What a move that a person thinks of would do, before it is made: a look that takes no lock and writes nothing.

The same rules are asked as when it is made (moves.py), so what is shown here as possible fails later only when the
day has changed meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from maitred.domain.assignment import Plan, rank
from maitred.domain.availability import Occupancy, Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import Booking, State
from maitred.domain.errors import NotFound, TransitionNotAllowed
from maitred.domain.floor import BrokenRule
from maitred.domain.lifecycle import legal_actions
from maitred.store.views import BookingView, booking_view
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.reseat import Window
from maitred.usecases.review import broken_promise
from maitred.usecases.tracker import read_day
from maitred.usecases.weigh import seating_request

SHOWN: Final = 5
_ALL: Final = 50_000
_MINUTE: Final = timedelta(minutes=1)
_MOVABLE: Final = frozenset({State.CONFIRMED, State.ARRIVED, State.CHECKED_IN})


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Somebody who has one of the wanted tables in the party's time; `party` None: a hold or a block."""

    kind: str
    tables: tuple[str, ...]
    window: Window
    party: BookingView | None


@dataclass(frozen=True, slots=True)
class MovePreview:
    """A party on other tables, in thought.

    `soft` rules a person may set aside, `hard` ones nobody. `was` and `becomes` are the plans with their scores; None
    for tables that the engine would not choose. `plans` are the best ways on free tables, best first; `day` is what all
    of it was read from, without the party itself.
    """

    view: BookingView
    to_tables: tuple[str, ...]
    window: Window
    hard: tuple[BrokenRule, ...]
    soft: tuple[BrokenRule, ...]
    in_the_way: tuple[InTheWay, ...]
    was: Plan | None
    becomes: Plan | None
    plans: tuple[Plan, ...]
    zone_kept: bool | None
    day: Snapshot

    @property
    def booking(self) -> Booking:
        """The party's booking."""
        return self.view.booking

    @property
    def changes(self) -> bool:
        """Tell whether the tables are others than the party has."""
        return bool(self.to_tables) and set(self.to_tables) != set(self.view.tables)

    @property
    def possible(self) -> bool:
        """Tell whether it can be made, soft rules set aside or not."""
        return self.changes and not self.hard and not self.in_the_way and not self.booking.pinned


async def preview_move(desk: Desk, booking_id: UUID, tables: Sequence[str], *, caller: Caller) -> MovePreview:
    """Say what giving a party other tables would do; no tables at all asks for the best ways alone.

    Raises NotFound, and TransitionNotAllowed for a party that has no tables to change.
    """
    view, now = await booking_view(desk.database, booking_id), desk.clock()
    if view is None or not caller.sees(view.booking.restaurant_id):
        raise NotFound("There is no such booking.")
    booking, wanted = view.booking, tuple(sorted(set(tables)))
    _has_tables(booking, now)
    place = await desk.venues.by_id(booking.restaurant_id)
    book = await read_day(desk.database, place, booking.service_date, now)
    window = _window(book.snapshot, booking, now)
    day = as_of(book.snapshot, place.venue, now).without(str(booking.id))
    plans = _plans(place, day, booking, window)
    by_tables = {plan.tables: plan for plan in plans}
    hard, soft = _broken(place, booking, wanted) if wanted else ((), ())
    return MovePreview(
        view,
        wanted,
        window,
        hard,
        soft,
        tuple([await _named(desk, rows) for rows in _met(day, place, wanted, window)]),
        by_tables.get(tuple(sorted(view.tables))),
        by_tables.get(wanted),
        tuple(plan for plan in plans if set(plan.tables) != set(view.tables))[:SHOWN],
        not broken_promise(place, booking, wanted) if booking.promised_zone and wanted else None,
        day,
    )


def _has_tables(booking: Booking, now: datetime) -> None:
    if booking.state not in _MOVABLE:
        message = f"The booking is {booking.state}: it has no tables that could change."
        legal = list(legal_actions(booking, now))
        raise TransitionNotAllowed(message, field="action", state=booking.state, legal=legal)


def _window(day: Snapshot, booking: Booking, now: datetime) -> Window:
    """Return for when other tables are needed: what the party has, and from now on once it sits (as in moves.py)."""
    rows = day.of_owner(str(booking.id))
    window = (rows[0].starts_at, rows[0].ends_at) if rows else (booking.starts_at, booking.ends_at)
    return (now, max(window[1], now + _MINUTE)) if booking.state is State.CHECKED_IN else window


def _plans(place: OpenVenue, day: Snapshot, booking: Booking, window: Window) -> list[Plan]:
    minutes = max(1, (window[1] - window[0]) // _MINUTE - booking.buffer_minutes)
    request = replace(seating_request(booking), starts_at=window[0], turn_minutes=minutes)
    return rank(request, day, place.venue, _ALL)


def _broken(
    place: OpenVenue, booking: Booking, tables: Sequence[str]
) -> tuple[tuple[BrokenRule, ...], tuple[BrokenRule, ...]]:
    allowed = booking.overridden_rules
    found = place.floor.check_set(tables, booking.party_size, booking.accessible, allowed_overrides=allowed)
    lost = [BrokenRule(rule["code"], False, rule["message"]) for rule in broken_promise(place, booking, tables)]
    return tuple(rule for rule in found if rule.hard), (*(rule for rule in found if not rule.hard), *lost)


def _met(day: Snapshot, place: OpenVenue, tables: Sequence[str], window: Window) -> list[list[Occupancy]]:
    """Return who has one of the tables in the window, with the rows of each."""
    found: dict[str, list[Occupancy]] = {}
    for table in tables:
        for row in day.on_table(table) if table in place.floor.tables else ():
            if row.starts_at < window[1] and window[0] < row.ends_at:
                found.setdefault(row.owner_id, []).append(row)
    return list(found.values())


async def _named(desk: Desk, rows: Sequence[Occupancy]) -> InTheWay:
    first = rows[0]
    party = await booking_view(desk.database, UUID(first.owner_id)) if first.kind == "booking" else None
    return InTheWay(first.kind, tuple(row.table_id for row in rows), (first.starts_at, first.ends_at), party)
