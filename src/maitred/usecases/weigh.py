"""Weigh a day's pending bookings on one snapshot: pure but for the stop-watch.

Bookings are taken in order of arrival, each on the floor as the ones before it leave it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from time import perf_counter
from typing import Any, assert_never

import structlog

from maitred.domain.admission import bookable_from
from maitred.domain.assignment import Alternative, Plan, Refuse, SeatingRequest, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.outcome import Confirmed, Failed, NeedsReview, Outcome, conclude
from maitred.domain.review import review_deadline
from maitred.domain.venue import Venue

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one round came to for one booking."""

    booking: Booking
    outcome: Outcome
    duration_ms: float


def seating_request(booking: Booking) -> SeatingRequest:
    """Return what the engine is asked for a booking."""
    return SeatingRequest(
        key=str(booking.id),
        party_size=booking.party_size,
        starts_at=booking.starts_at,
        turn_minutes=booking.turn_minutes,
        buffer_minutes=booking.buffer_minutes,
        accessible=booking.accessible,
        zone_preference=booking.zone_preference,
        allowed_overrides=booking.overridden_rules,
    )


def weigh(batch: Sequence[Booking], snapshot: Snapshot, venue: Venue, now: datetime) -> list[Verdict]:
    """Decide every booking of a batch; each seat taken is gone for the next."""
    verdicts: list[Verdict] = []
    offers = _Offers(venue)
    for booking in batch:
        began = perf_counter()
        outcome = _weigh_one(booking, snapshot, venue, offers, now)
        verdicts.append(Verdict(booking, outcome, (perf_counter() - began) * 1000))
        if isinstance(outcome, Confirmed):
            snapshot = snapshot.with_seating(
                str(booking.id), outcome.plan.tables, booking.starts_at, booking.ends_at, booking.party_size
            )
    return verdicts


def _weigh_one(booking: Booking, snapshot: Snapshot, venue: Venue, offers: "_Offers", now: datetime) -> Outcome:
    request = seating_request(booking)
    try:
        decision = decide(request, snapshot, venue)
        not_before = bookable_from(venue, booking.source, booking.decided_as_of or now)
        found = offers.of(request, snapshot, not_before) if isinstance(decision, Refuse) else []
        return conclude(booking, decision, venue, found)
    except Exception as fault:
        log.exception("decision_fault", booking_id=str(booking.id))
        return NeedsReview(Reason(ReasonCode.DECISION_FAULT, {"error": type(fault).__name__}))


class _Offers:
    """Alternatives, remembered for equal wishes while the floor stays as it is: a burst of refusals asks the same."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._snapshot: Snapshot | None = None
        self._kept: dict[tuple[Any, ...], list[Alternative]] = {}

    def of(self, request: SeatingRequest, snapshot: Snapshot, not_before: datetime) -> list[Alternative]:
        if snapshot is not self._snapshot:
            self._snapshot, self._kept = snapshot, {}
        wish = (request.party_size, request.starts_at, request.accessible, request.zone_preference, not_before)
        if wish not in self._kept:
            self._kept[wish] = alternatives(request, snapshot, self._venue, not_before=not_before)
        return self._kept[wish]


def changes_of(verdict: Verdict, venue: Venue, actor: Actor, now: datetime) -> list[Change]:
    """Return the steps that carry a verdict out."""
    started = step(verdict.booking, Action.START, actor=actor, at=now)
    match verdict.outcome:
        case Confirmed():
            assigned = step(started.after, Action.ASSIGN, actor=actor, at=now)
            return [started, assigned, step(assigned.after, Action.CONFIRM, actor=actor, at=now)]
        case NeedsReview(reason=reason):
            return [started, escalated(started.after, reason, venue, actor, now)]
        case Failed(reason=reason):
            return [started, step(started.after, Action.FAIL, actor=actor, at=now, reason=reason, **stated(reason))]
        case _:
            assert_never(verdict.outcome)


def escalated(booking: Booking, reason: Reason, venue: Venue, actor: Actor, now: datetime) -> Change:
    """Return the step into manual review, with its deadline."""
    deadline = review_deadline(venue, now, booking.starts_at)
    return step(
        booking, Action.ESCALATE, actor=actor, at=now, reason=reason, review_deadline=deadline, **stated(reason)
    )


def stated(reason: Reason) -> dict[str, Any]:
    """Return a reason as the booking's columns."""
    return {"reason_code": reason.code, "reason_data": dict(reason.data)}


def attempt_of(verdict: Verdict, worker: str, now: datetime) -> dict[str, Any]:
    """Return the row that records this round."""
    outcome = verdict.outcome
    confirmed = outcome if isinstance(outcome, Confirmed) else None
    reason = None if isinstance(outcome, Confirmed) else outcome.reason
    return {
        "booking_id": verdict.booking.id,
        "round": verdict.booking.rounds + 1,
        "strategy": confirmed.plan.strategy if confirmed else None,
        "plan": _plain(confirmed.plan) if confirmed else None,
        "runner_up": _plain(confirmed.runner_up) if confirmed and confirmed.runner_up else None,
        "outcome": type(outcome).__name__.lower(),
        "reason_code": reason.code if reason else None,
        "reason_data": dict(reason.data) if reason else None,
        "duration_ms": verdict.duration_ms,
        "decided_at": now,
        "worker": worker,
    }


def _plain(plan: Plan) -> dict[str, Any]:
    return asdict(plan)
