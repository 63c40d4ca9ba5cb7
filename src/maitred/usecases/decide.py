"""AssignmentCoordinator's one write: decide a day's pending bookings together, inside the day's lock.

Choosing outside the lock is lesson 27. One snapshot and one transaction serve a whole batch; the exclusion
constraint, the fence and the compare-and-set stand behind it. Contention and faults are retried with a delay, lack of
room is an answer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram

from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, State
from maitred.domain.errors import Contended, LockLost, StaleFence, Unavailable
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.outcome import Confirmed
from maitred.flags.port import Mode
from maitred.store import bookings, outbox
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.outcomes import Learned
from maitred.usecases.reseat import Occasion, Reshuffle
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.weigh import Verdict, attempt_of, changes_of, escalated, weigh

SUBSCRIBER: Final = "coordinator"
# Within the lock only cancellations and seatings of parties already placed can interfere, so a second look is enough
# nearly always; what still collides waits for its retry.
LOOKS: Final = 3
MAX_BATCHES: Final = 64
WITHIN_REQUEST_MS: Final = 5_000

DECISIONS: Final = Counter("maitred_decisions_total", "Rounds decided, by outcome.", ["outcome"])
DECISION_MS: Final = Histogram(
    "maitred_decision_ms", "Time of one engine decision, ms.", buckets=(0.1, 0.2, 0.5, 1, 2, 5, 10, 25, 50, 100, 500)
)
MOVED: Final = Counter("maitred_moves_total", "Parties given other tables by decisions, to let one more in.")

log = structlog.get_logger(__name__)


def _always() -> bool:
    return True


@dataclass(slots=True)
class Report:
    """What one turn at a day came to."""

    confirmed: int = 0
    decided: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True)
class _Turn:
    """One holder's turn at one day. `inbox` maps a booking to the events about it that this turn answers."""

    desk: Desk
    held: HeldDays
    day: date
    actor: Actor
    inbox: Mapping[UUID, Sequence[UUID]]
    learned: Learned
    report: Report = field(default_factory=Report)

    @property
    def place(self) -> OpenVenue:
        return self.held.place


async def decide_day(
    desk: Desk,
    place: OpenVenue,
    day: date,
    *,
    worker: str,
    inbox: Mapping[UUID, Sequence[UUID]] | None = None,
    wait_ms: int | None = None,
    go_on: Callable[[], bool] = _always,
) -> Report:
    """Decide everything that is pending and due on one day; safe to repeat, safe to race.

    The turn ends between two batches once `go_on` says no; what is left stays pending, for somebody else to take up.

    Raises LockBusy, LockLost, StaleFence (somebody else is or will be at it) and Unavailable; what was committed
    stays, the rest is still pending.
    """
    async with _turn(desk, place, day, worker, inbox or {}, wait_ms) as turn:
        for _ in range(MAX_BATCHES):
            batch = await _due(turn)
            if not batch or not go_on():
                break
            await _decide_batch(turn, batch)
        answered = [event for events in turn.inbox.values() for event in events]
        if answered:
            await outbox.insert_inbox(desk.database, SUBSCRIBER, answered)
        return turn.report


async def decide_within_request(desk: Desk, place: OpenVenue, booking: Booking) -> Booking:
    """Unless the pipeline is on, decide a pending booking here and now, and return it as it then is.

    When that is not possible at the moment it stays pending, and the due sweep of any worker finds it.
    """
    if booking.state is not State.ASSIGNMENT_PENDING or desk.flags.mode(place.slug) is Mode.ON:
        return booking
    try:
        await decide_day(desk, place, booking.service_date, worker="request", wait_ms=WITHIN_REQUEST_MS)
    except (Contended, Unavailable):
        return booking
    return await bookings.by_id(desk.database, booking.id) or booking


@asynccontextmanager
async def _turn(
    desk: Desk,
    place: OpenVenue,
    day: date,
    worker: str,
    inbox: Mapping[UUID, Sequence[UUID]],
    wait_ms: int | None,
) -> AsyncIterator[_Turn]:
    learned = await desk.outcomes.of(
        place.restaurant_id, place.venue, desk.clock()
    )  # not while others wait for the day
    async with held_days(desk, place, [day], wait_ms=wait_ms) as held:
        yield _Turn(desk, held, day, Actor(ActorKind.SYSTEM, worker), inbox, learned)


async def _due(turn: _Turn) -> list[Booking]:
    desk = turn.desk
    return await bookings.pending_of_day(
        desk.database, turn.place.restaurant_id, turn.day, desk.clock(), desk.policy.batch_size
    )


# Nobody can write now: the turn ends, and everything undecided is found again.
_ENDS_TURN: Final = (Unavailable, LockLost, StaleFence)


async def _decide_batch(turn: _Turn, batch: list[Booking]) -> None:
    for _ in range(LOOKS):
        try:
            await _decide_and_write(turn, batch)
        except _ENDS_TURN:
            raise
        except Contended:
            batch = await _due(turn)
        except Exception:
            log.exception("batch_fault", restaurant=turn.place.slug, day=turn.day.isoformat())
            break
        else:
            return
    for booking in batch:
        await _decide_alone(turn, booking)


async def _decide_alone(turn: _Turn, booking: Booking) -> None:
    """Keep one booking that collides, or that the database refuses, from holding up the others."""
    try:
        await _decide_and_write(turn, [booking])
    except _ENDS_TURN:
        raise
    except Contended as fault:
        await _come_to_nothing(turn, booking, Reason(ReasonCode.CONTENTION, {"error": fault.reason_code}))
    except Exception as fault:
        log.exception("decision_fault", booking_id=str(booking.id))
        await _come_to_nothing(turn, booking, Reason(ReasonCode.DECISION_FAULT, {"error": type(fault).__name__}))


async def _come_to_nothing(turn: _Turn, booking: Booking, reason: Reason) -> None:
    """Count the round as lost: try later, or hand the booking to a person when trying again cannot help."""
    try:
        await retry_later(turn.desk, turn.place, booking, turn.actor, reason)
    except _ENDS_TURN:
        raise
    except Contended:
        log.info("booking_moved_on", booking_id=str(booking.id))  # cancelled or changed: no longer this round's
    turn.report.retried += 1


async def _decide_and_write(turn: _Turn, batch: Sequence[Booking]) -> None:
    if not batch:
        return
    now = turn.desk.clock()
    book = await read_day(turn.desk.database, turn.place, turn.day, now)
    # In a thread: a batch of searches may take a second, in which the loop has locks to renew and requests to answer.
    given = (batch, book.snapshot, turn.place.venue, now, book.bookings, turn.learned)
    verdicts = await asyncio.to_thread(weigh, *given)
    shuffle = _carried_out(turn, verdicts, book, now)
    async with turn.desk.database.transaction() as connection:
        await shuffle.write(connection, turn.held)
        await bookings.insert_attempts(connection, [attempt_of(one, turn.actor.id, now) for one in verdicts])
        answered = [event for booking in batch for event in turn.inbox.get(booking.id, ())]
        if answered:
            await outbox.insert_inbox(connection, SUBSCRIBER, answered)
    _count(turn.report, verdicts)


def _carried_out(turn: _Turn, verdicts: Sequence[Verdict], book: DayBook, now: datetime) -> Reshuffle:
    """Collect the steps and seats of a batch in its order: who was seated first may have been moved for the next."""
    shuffle = Reshuffle()
    known = {**book.bookings, **{str(one.booking.id): one.booking for one in verdicts}}
    for verdict in verdicts:
        shuffle.take(changes_of(verdict, turn.place.venue, turn.actor, now))
        if isinstance(verdict.outcome, Confirmed):
            why = Occasion("decision", turn.actor, now, verdict.booking)
            shuffle.make_room(verdict.outcome.moves, known, why)
            shuffle.seat(verdict.booking, verdict.outcome.plan.tables)
    return shuffle


def _count(report: Report, verdicts: Sequence[Verdict]) -> None:
    report.decided += len(verdicts)
    report.confirmed += sum(isinstance(one.outcome, Confirmed) for one in verdicts)
    MOVED.inc(sum(len(one.outcome.moves) for one in verdicts if isinstance(one.outcome, Confirmed)))
    for one in verdicts:
        DECISIONS.labels(type(one.outcome).__name__.lower()).inc()
        DECISION_MS.observe(one.duration_ms)


async def retry_later(desk: Desk, place: OpenVenue, booking: Booking, actor: Actor, reason: Reason) -> None:
    """Put a booking back with a delay, or into review when its rounds or its time are used up. Counts as a round."""
    now = desk.clock()
    changes = retry_changes(desk, place, booking, actor, reason, now)
    async with desk.database.transaction() as connection:
        await bookings.save(connection, changes)
        await bookings.insert_attempts(connection, [_lost_round(booking, changes[-1], reason, actor, now)])


def retry_changes(
    desk: Desk, place: OpenVenue, booking: Booking, actor: Actor, reason: Reason, now: datetime
) -> list[Change]:
    """Return the steps of a round that came to nothing."""
    started = step(booking, Action.START, actor=actor, at=now)
    rounds = booking.rounds + 1
    policy = desk.policy.retry
    if reason.code is ReasonCode.DECISION_FAULT:
        return [started, escalated(started.after, reason, place.venue, actor, now)]
    if policy.exhausted(rounds, booking.pending_since or now, now):
        code = ReasonCode.ROUNDS_EXHAUSTED if rounds >= policy.max_rounds else ReasonCode.TIME_EXHAUSTED
        given_up = Reason(code, {"rounds": rounds, "last": reason.code})
        return [started, escalated(started.after, given_up, place.venue, actor, now)]
    due_at = now + policy.delay_after(str(booking.id), booking.rounds)
    back = step(started.after, Action.RETRY, actor=actor, at=now, reason=reason, rounds=rounds, due_at=due_at)
    return [started, back]


def _lost_round(booking: Booking, last: Change, reason: Reason, actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "booking_id": booking.id,
        "round": booking.rounds + 1,
        "outcome": "retry" if last.action is Action.RETRY else "needsreview",
        "reason_code": reason.code,
        "reason_data": dict(reason.data),
        "duration_ms": 0.0,
        "decided_at": now,
        "worker": actor.id,
    }
