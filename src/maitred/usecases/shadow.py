"""Shadow: the engine decides each booking once more, in a book of its own, and takes no seat.

The book has the shadow's own seats where it has decided, and the real ones of everybody else: holds, blocks, parties
from before. Each booking is decided as of the instant it was asked for, in order of arrival, so that what comes out is
what the pipeline would have answered, however late the shadow looks (docs/decisions/0025).
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from time import monotonic
from typing import Any, Final

import structlog
from prometheus_client import Counter, Histogram

from maitred.domain import calendar
from maitred.domain.availability import Movable, Occupancy, Seated, Snapshot
from maitred.domain.binding import movable_of
from maitred.domain.booking import Booking, Reason, ReasonCode, State
from maitred.domain.errors import InvalidInput
from maitred.domain.outcome import Confirmed, NeedsReview
from maitred.flags.port import PIPELINE_FLAG, Mode
from maitred.store import allocations, shadow
from maitred.store import flags as flag_store
from maitred.store.allocations import DayState
from maitred.store.database import Connection, Database
from maitred.store.shadow import Compared, ShadowSeat
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.flags import restaurant_number
from maitred.usecases.weigh import Verdict, weigh

BATCH: Final = 16  # within the five seconds that a transaction may take
LISTED: Final = 100
_MARGIN: Final = timedelta(hours=12)

SHADOWED: Final = Counter("maitred_shadow_decisions_total", "Bookings decided in shadow, by outcome.", ["outcome"])
SHADOW_MS: Final = Histogram(
    "maitred_shadow_decision_ms", "Time of one decision in shadow, ms.", buckets=(0.5, 1, 2, 5, 10, 25, 50, 100, 500)
)

log = structlog.get_logger(__name__)


async def follow(desk: Desk) -> int:
    """Decide what came in for restaurants in shadow; returns how many bookings. Safe in any number of processes."""
    chosen: list[tuple[int, str]] = []
    if desk.flags.shadowing:
        every = await flag_store.every_restaurant(desk.database)
        chosen = [(number, slug) for number, slug in every if desk.flags.mode(slug) is Mode.SHADOW]
    await shadow.end_others(desk.database, [number for number, _ in chosen])
    done = 0
    for number, slug in chosen:
        await shadow.begin(desk.database, number, PIPELINE_FLAG)
        done += await _follow_one(desk, await desk.venues.get(slug))
    return done


async def _follow_one(desk: Desk, place: OpenVenue) -> int:
    async with desk.database.transaction(silent=True) as connection:
        after = await shadow.take(connection, place.restaurant_id)
        if after is None:
            return 0
        batch = await shadow.undecided(connection, place.restaurant_id, after, BATCH)
        books = {day: await _book(connection, place, day) for day in {one.service_date for one, _, _ in batch}}
        for booking, at, gone_at in batch:
            book = books[booking.service_date]
            verdict = await _decided(desk, place, book, booking, at)
            await _record(connection, book, verdict, gone_at)
        return len(batch)


@dataclass(slots=True)
class _Book:
    """One service day as the shadow has it."""

    place: OpenVenue
    live: DayState
    shadow: dict[str, ShadowSeat]

    def snapshot(self, booking: Booking, at: datetime) -> Snapshot:
        """Return the day as it was for a booking that was asked for at an instant."""
        seats = [one for one in self.shadow.values() if self._there(one, at)]
        floor = self.place.floor
        real = [one for one in self.live.occupancies if self._real(one.owner_id, booking)]
        taken = [one for one in real if one.table_id in floor.bit]
        taken += [row for seat in seats for row in _rows(seat) if row.table_id in floor.bit]
        owners = {one.owner_id for one in real}
        parties = [one for one in self.live.parties if one.booking_id in owners]
        parties += [Seated(str(s.booking.id), s.booking.party_size, s.booking.starts_at) for s in seats]
        return Snapshot.build(floor, taken, parties, at, self._movable(seats, owners))

    def bookings(self) -> dict[str, Booking]:
        """Return the bookings by the engine's keys."""
        return {**self.live.bookings, **{key: one.booking for key, one in self.shadow.items()}}

    def _there(self, seat: ShadowSeat, at: datetime) -> bool:
        gone = seat.gone_at is not None and seat.gone_at <= at
        return bool(seat.tables) and not gone and not seat.changed_since

    def _real(self, owner: str, booking: Booking) -> bool:
        """Tell whether the tables somebody has for real are taken in the shadow's book, too."""
        theirs = self.live.bookings.get(owner)
        if theirs is None:
            return True  # a hold or a block
        decided = self.shadow.get(owner)
        if decided is not None:
            return decided.changed_since
        return (theirs.arrival or 0) < (booking.arrival or 0)

    def _movable(self, seats: Iterable[ShadowSeat], owners: set[str]) -> list[Movable]:
        once = self.place.venue.seating.move_once
        mine = [movable_of(_confirmed(one.booking)) for one in seats if not (once and one.moved)]
        theirs = [movable_of(one) for key, one in self.live.bookings.items() if key in owners]
        return [one for one in (*mine, *theirs) if one is not None]


async def _book(connection: Connection, place: OpenVenue, day: date) -> _Book:
    opens, closes = calendar.day_bounds(place.venue, day)
    live = await allocations.read_window(connection, place.restaurant_id, opens - _MARGIN, closes + _MARGIN)
    days = [day + timedelta(days=offset) for offset in (-1, 0, 1)]
    known = await shadow.seats(connection, place.restaurant_id, days)
    return _Book(place, live, {str(one.booking.id): one for one in known})


async def _decided(desk: Desk, place: OpenVenue, book: _Book, booking: Booking, at: datetime) -> Verdict:
    learned = await desk.outcomes.of(place.restaurant_id, place.venue, at)
    began = monotonic()
    try:
        request = replace(booking, first_confirmed_at=None)  # as it was asked for, whatever has become of it since
        given = ([request], book.snapshot(booking, at), place.venue, at, book.bookings(), learned)
        return (await asyncio.to_thread(weigh, *given))[0]
    except Exception as fault:
        # As for real, where a person is asked in the end: one such booking must not end the shadow of all others.
        log.exception("shadow_fault", booking_id=str(booking.id))
        reason = Reason(ReasonCode.DECISION_FAULT, {"error": type(fault).__name__})
        return Verdict(booking, NeedsReview(reason), (monotonic() - began) * 1_000)


async def _record(connection: Connection, book: _Book, verdict: Verdict, gone_at: datetime | None) -> None:
    booking, outcome = verdict.booking, verdict.outcome
    confirmed = outcome if isinstance(outcome, Confirmed) else None
    tables = tuple(sorted(confirmed.plan.tables)) if confirmed else ()
    await shadow.insert(connection, [_row(verdict, tables)])
    for move in confirmed.moves if confirmed else ():
        await _move(connection, book, move.booking_id, tuple(sorted(move.to_tables)))
    decided_for = (booking.party_size, booking.starts_at)
    book.shadow[str(booking.id)] = ShadowSeat(booking, tables, False, decided_for, gone_at)
    SHADOWED.labels(_name(verdict)).inc()
    SHADOW_MS.observe(verdict.duration_ms)


async def _move(connection: Connection, book: _Book, key: str, tables: tuple[str, ...]) -> None:
    """Note where a party sits by now in the shadow's book; one that had its real tables until now comes into it."""
    seat = book.shadow.get(key)
    if seat is not None:
        book.shadow[key] = replace(seat, tables=tables, moved=True)
        await shadow.move(connection, seat.booking.id, tables)
        return
    theirs = book.live.bookings[key]
    book.shadow[key] = ShadowSeat(theirs, tables, True, (theirs.party_size, theirs.starts_at), None)
    await shadow.insert(connection, [{**_about(theirs, tables), **_ONLY_MOVED}])
    await shadow.move(connection, theirs.id, tables)


# A party that was not decided in shadow: the row is its place in the book, and no part of the report.
_ONLY_MOVED: Final[dict[str, Any]] = {
    "outcome": "confirmed", "reason_code": shadow.ONLY_MOVED, "moves": 0, "duration_ms": 0.0,
}  # fmt: skip


def _about(booking: Booking, tables: Sequence[str]) -> dict[str, Any]:
    return {
        "booking_id": booking.id,
        "restaurant_id": booking.restaurant_id,
        "service_date": booking.service_date,
        "arrival": booking.arrival or 0,
        "tables": list(tables),
        "party_size": booking.party_size,
        "starts_at": booking.starts_at,
    }


def _row(verdict: Verdict, tables: Sequence[str]) -> dict[str, Any]:
    outcome = verdict.outcome
    return {
        **_about(verdict.booking, tables),
        "outcome": _name(verdict),
        "reason_code": None if isinstance(outcome, Confirmed) else str(outcome.reason.code),
        "moves": len(outcome.moves) if isinstance(outcome, Confirmed) else 0,
        "duration_ms": verdict.duration_ms,
    }


def _name(verdict: Verdict) -> str:
    return type(verdict.outcome).__name__.lower()


def _rows(seat: ShadowSeat) -> list[Occupancy]:
    one = seat.booking
    return [Occupancy(table, one.starts_at, one.ends_at, "booking", str(one.id)) for table in seat.tables]


def _confirmed(booking: Booking) -> Booking:
    return booking if booking.state is State.CONFIRMED else replace(booking, state=State.CONFIRMED)


# -- the report -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """How the shadow and what was decided for real compare, for one restaurant; times in milliseconds.

    `only_live` were seated for real and refused by the shadow, `only_shadow` the other way round. Agreement is about
    who gets a table; `same_tables` counts those of `both_seated` who also sit at the same ones by now, or did.
    """

    restaurant: str
    since: datetime | None
    decided: int
    waiting: int
    both_seated: int
    both_refused: int
    only_live: int
    only_shadow: int
    same_tables: int
    moves: int
    shadow_ms: dict[str, float]
    live_ms: dict[str, float]
    differences: tuple[Compared, ...]

    @property
    def agreement(self) -> float | None:
        """The share on which both agree; None while nothing can be compared."""
        compared = self.decided - self.waiting
        return (self.both_seated + self.both_refused) / compared if compared else None

    def lines(self) -> list[str]:
        """Return the report for people, in English."""
        agreed = "nothing to compare yet" if self.agreement is None else f"{100 * self.agreement:.1f} % agree"
        since = f"in shadow since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else "not in shadow now"
        return [
            f"{self.restaurant}: {agreed}; {since}",
            f"  {self.decided} decided in shadow, {self.waiting} not decided for real yet",
            f"  by both {self.both_seated} ({self.same_tables} at the same tables), by neither {self.both_refused}",
            f"  seated only for real {self.only_live}, only by the shadow {self.only_shadow}; moves {self.moves}",
            f"  shadow ms {_told(self.shadow_ms)}; live ms {_told(self.live_ms)}",
            *(
                f"  {one.reference} party of {one.party_size}, {one.starts_at:%Y-%m-%d %H:%M} UTC: "
                f"{one.live_state} for real, {one.outcome} in shadow"
                for one in self.differences[-LISTED:]
            ),
        ]

    def document(self) -> dict[str, Any]:
        """Return the report as plain values; of the differences the newest 100."""
        names = (
            "decided",
            "waiting",
            "both_seated",
            "both_refused",
            "only_live",
            "only_shadow",
            "same_tables",
            "moves",
        )
        return {
            "restaurant": self.restaurant,
            "since": self.since.isoformat() if self.since else None,
            "agreement": None if self.agreement is None else round(self.agreement, 4),
            **{name: getattr(self, name) for name in names},
            "shadow_ms": self.shadow_ms,
            "live_ms": self.live_ms,
            "differences": [difference(one) for one in self.differences[-LISTED:]],
        }


async def shadow_report(
    database: Database, restaurant: tuple[int, str], first: date | None = None, last: date | None = None
) -> ShadowReport:
    """Compare for one restaurant (number, slug), for all service days or some; raises InvalidInput (`empty_range`)."""
    number, slug = restaurant
    if first and last and last < first:
        raise InvalidInput("The range ends before it starts.", field="to", code="empty_range")
    rows = await shadow.compared(database, number, first, last)
    settled = [one for one in rows if one.live_state is not None]
    kinds = [(_seated_for_real(one), one.outcome == "confirmed") for one in settled]
    return ShadowReport(
        restaurant=slug,
        since=await shadow.since(database, number),
        decided=len(rows),
        waiting=len(rows) - len(settled),
        both_seated=kinds.count((True, True)),
        both_refused=kinds.count((False, False)),
        only_live=kinds.count((True, False)),
        only_shadow=kinds.count((False, True)),
        same_tables=sum(
            kind == (True, True) and list(one.tables) == list(one.live_tables or ())
            for one, kind in zip(settled, kinds, strict=True)
        ),
        moves=sum(one.moves for one in rows),
        shadow_ms=percentiles([one.duration_ms for one in rows]),
        live_ms=percentiles([one.live_ms for one in rows if one.live_ms is not None]),
        differences=tuple(one for one, (live, mine) in zip(settled, kinds, strict=True) if live is not mine),
    )


async def report_of_slug(
    database: Database, slug: str, first: date | None = None, last: date | None = None
) -> ShadowReport:
    """Compare for a restaurant by its slug; raises NotFound."""
    return await shadow_report(database, (await restaurant_number(database, slug), slug), first, last)


def difference(one: Compared) -> dict[str, Any]:
    """Return one booking on which the two differ."""
    return {
        "booking_id": str(one.booking_id),
        "reference": one.reference,
        "external_ref": one.external_ref,
        "party_size": one.party_size,
        "starts_at": one.starts_at.isoformat(),
        "live": one.live_state,
        "live_reason": one.live_reason,
        "shadow": one.outcome,
        "shadow_reason": one.reason_code,
        "shadow_tables": list(one.tables),
    }


def percentiles(took_ms: Sequence[float]) -> dict[str, float]:
    """Return nearest-rank percentiles; empty of nothing."""
    if not took_ms:
        return {}
    ordered = sorted(took_ms)
    return {name: round(ordered[max(0, ceil(part * len(ordered)) - 1)], 3) for name, part in _PARTS.items()}


def _told(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in figures.items()) or "none"


_PARTS: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def _seated_for_real(one: Compared) -> bool:
    return one.live_state == "confirmed"
