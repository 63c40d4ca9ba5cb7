"""Weigh a day's pending bookings on one snapshot: pure but for the stop-watch.

Bookings are taken in order of arrival, each on the floor as the ones before it leave it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Any, assert_never

import structlog

from maitred.domain.admission import bookable_from
from maitred.domain.assignment import (
    NO_MOVES,
    Alternative,
    Decision,
    MoveRules,
    Plan,
    Refuse,
    Seat,
    SeatingRequest,
    alternatives,
    decide,
)
from maitred.domain.assignment.model import Outcomes
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of, mode_of, movable_of
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode, State
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.outcome import Confirmed, Failed, NeedsReview, Outcome, conclude, offers
from maitred.domain.review import review_deadline
from maitred.domain.venue import Venue
from maitred.usecases.explaining import Explainer, wish_of
from maitred.usecases.outcomes import NOTHING, Learned

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one round came to for one booking, how long the decision took, and why it fell so."""

    booking: Booking
    outcome: Outcome
    duration_ms: float
    explanation: Mapping[str, Any] | None = None
    learned: Learned = NOTHING


def seating_request(booking: Booking, outcomes: Outcomes = NOTHING.outcomes) -> SeatingRequest:
    """Return what the engine is asked for a booking, knowing how it went at tables before."""
    return SeatingRequest(
        key=str(booking.id),
        party_size=booking.party_size,
        starts_at=booking.starts_at,
        turn_minutes=booking.turn_minutes,
        buffer_minutes=booking.buffer_minutes,
        accessible=booking.accessible,
        zone_preference=booking.zone_preference,
        promised_zone=booking.promised_zone,
        allowed_overrides=booking.overridden_rules,
        outcomes=outcomes,
    )


def weigh(
    batch: Sequence[Booking],
    snapshot: Snapshot,
    venue: Venue,
    now: datetime,
    book: Mapping[str, Booking] | None = None,
    learned: Learned = NOTHING,
) -> list[Verdict]:
    """Decide every booking of a batch; each seat taken, and each move made for it, is there for the next.

    `book` has the bookings with tables of that day, for people to read about; `learned` is how it went at tables
    before, which a replayed decision knows nothing of. Only deciding is timed.
    """
    verdicts: list[Verdict] = []
    table = _Table(venue, _Offers(venue), _Refusals(venue), Explainer(venue, book or {}), learned)
    for booking in batch:
        at = booking.decided_as_of or now
        verdict = _weigh_one(_Case(booking, as_of(snapshot, venue, at), snapshot, table, at))
        verdicts.append(verdict)
        if isinstance(verdict.outcome, Confirmed):
            snapshot = seated(booking, verdict.outcome, snapshot, venue)
    return verdicts


@dataclass(frozen=True, slots=True)
class _Table:
    """What is the same for a whole batch."""

    venue: Venue
    offers: "_Offers"
    refusals: "_Refusals"
    explainer: Explainer
    learned: Learned


@dataclass(frozen=True, slots=True)
class _Case:
    """One booking of a batch, the day as of its decision time, and the floor that is a view of."""

    booking: Booking
    day: Snapshot
    floor: Snapshot
    table: _Table
    at: datetime

    @property
    def request(self) -> SeatingRequest:
        return seating_request(self.booking, self.learned.outcomes)

    @property
    def learned(self) -> Learned:
        """What was known by then: of a recorded time (replay) nothing, so that it comes to what simulate does."""
        return NOTHING if self.booking.decided_as_of else self.table.learned

    @property
    def not_before(self) -> datetime:
        return bookable_from(self.table.venue, self.booking.source, self.at)

    def decided(self, rules: MoveRules) -> Decision:
        return self.table.refusals.or_decided(self.request, self.floor, self.day, rules)

    def alternatives(self) -> list[Alternative]:
        return self.table.offers.of(self.request, self.floor, self.day, self.not_before)

    def explained(self, decision: Decision, rules: MoveRules) -> Mapping[str, Any] | None:
        return self.table.explainer.of(decision, self.request, self.day, rules, self.not_before, self.floor)


def seated(booking: Booking, outcome: Confirmed, snapshot: Snapshot, venue: Venue) -> Snapshot:
    """Return the day with a decision carried out."""
    moved = [(move.booking_id, move.to_tables) for move in outcome.moves]
    day = snapshot.with_moves(moved)
    if venue.seating.move_once and moved:
        gone = {key for key, _ in moved}
        day = replace(day, movable={key: guest for key, guest in day.movable.items() if key not in gone})
    guest = movable_of(replace(booking, state=State.CONFIRMED))
    window = (booking.starts_at, booking.ends_at)
    return day.with_seating(str(booking.id), outcome.plan.tables, *window, booking.party_size, guest)


def auto_rules(venue: Venue, starts_at: datetime) -> MoveRules:
    """Return what the engine may do by itself for a party that comes then."""
    return venue.seating.move_rules("auto") if mode_of(venue, starts_at) == "auto" else NO_MOVES


def _weigh_one(case: _Case) -> Verdict:
    booking, venue, began = case.booking, case.table.venue, perf_counter()
    mode = mode_of(venue, booking.starts_at)
    rules = auto_rules(venue, booking.starts_at)
    try:
        decision = case.decided(rules)
        if isinstance(decision, Refuse) and mode == "suggest":
            rules = venue.seating.move_rules(mode)
            decision = case.decided(rules)
        took_ms = (perf_counter() - began) * 1000
        explanation = case.explained(decision, rules)
        outcome = _concluded(case, decision, asked_first=mode == "suggest")
        return Verdict(booking, with_reasons(outcome, explanation), took_ms, explanation, case.learned)
    except Exception as fault:
        log.exception("decision_fault", booking_id=str(booking.id))
        reason = Reason(ReasonCode.DECISION_FAULT, {"error": type(fault).__name__})
        return Verdict(booking, NeedsReview(reason), (perf_counter() - began) * 1000)


def _concluded(case: _Case, decision: Decision, *, asked_first: bool) -> Outcome:
    booking, venue = case.booking, case.table.venue
    if isinstance(decision, Seat) and decision.moves and asked_first:
        found = offers(case.alternatives(), venue, booking.source)
        return NeedsReview(proposal(decision, case.table.explainer.book, found))
    return conclude(booking, decision, venue, case.alternatives() if isinstance(decision, Refuse) else [])


def with_reasons(outcome: Outcome, explanation: Mapping[str, Any] | None) -> Outcome:
    """Return an outcome whose reason carries the explanation; a confirmation has none to carry it in."""
    if isinstance(outcome, Confirmed) or explanation is None:
        return outcome
    return replace(outcome, reason=Reason(outcome.reason.code, {**outcome.reason.data, "explanation": explanation}))


def proposal(seat: Seat, book: Mapping[str, Booking], found: Sequence[object]) -> Reason:
    """Return the reason that asks a person whether others may be moved."""
    moves = [
        {
            "booking_id": move.booking_id,
            "reference": book[move.booking_id].reference if move.booking_id in book else None,
            "from": list(move.from_tables),
            "to": list(move.to_tables),
        }
        for move in seat.moves
    ]
    many = "another party changes" if len(moves) == 1 else f"{len(moves)} other parties change"
    message = f"There is a seat when {many} tables; a person decides that here."
    return Reason(
        ReasonCode.MOVES_SUGGESTED,
        {
            "message": message,
            "plan": _plain(seat.plan),
            "moves": moves,
            "alternatives": list(found),
        },
    )


class _Offers:
    """Alternatives, remembered for equal wishes while the floor stays as it is: a burst of refusals asks the same."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._floor: Snapshot | None = None
        self._kept: dict[tuple[Any, ...], list[Alternative]] = {}

    def of(self, request: SeatingRequest, floor: Snapshot, day: Snapshot, not_before: datetime) -> list[Alternative]:
        """Return the alternatives on `day`, a view of `floor` that differs only in who may be moved."""
        if floor is not self._floor:
            self._floor, self._kept = floor, {}
        wish = (*wish_of(request), not_before)
        if wish not in self._kept:
            self._kept[wish] = alternatives(request, day, self._venue, not_before=not_before)
        return self._kept[wish]


class _Refusals:
    """Refusals, remembered like the offers: looking for moves in vain is the dearest of all decisions."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._floor: Snapshot | None = None
        self._kept: dict[tuple[Any, ...], Refuse] = {}

    def or_decided(self, request: SeatingRequest, floor: Snapshot, day: Snapshot, rules: MoveRules) -> Decision:
        """Return the refusal that an equal wish has met at the same time on the same floor, or decide."""
        if floor is not self._floor:
            self._floor, self._kept = floor, {}
        wish = (*wish_of(request), day.read_at, rules)
        if wish not in self._kept:
            decision = decide(request, day, self._venue, rules)
            if isinstance(decision, Seat):
                return decision
            self._kept[wish] = decision
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
            failed = step(started.after, Action.FAIL, actor=actor, at=now, reason=brief(reason), **stated(reason))
            return [started, failed]
        case _:
            assert_never(verdict.outcome)


def escalated(booking: Booking, reason: Reason, venue: Venue, actor: Actor, now: datetime) -> Change:
    """Return the step into manual review, with its deadline."""
    deadline = review_deadline(venue, now, booking.starts_at)
    return step(
        booking, Action.ESCALATE, actor=actor, at=now, reason=brief(reason), review_deadline=deadline, **stated(reason)
    )


def brief(reason: Reason) -> Reason:
    """Return a reason for the history: the explanation stays with the booking and its attempt."""
    return Reason(reason.code, {name: value for name, value in reason.data.items() if name != "explanation"})


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
        "plan": _recorded(confirmed, verdict) if confirmed else None,
        "runner_up": _plain(confirmed.runner_up) if confirmed and confirmed.runner_up else None,
        "outcome": type(outcome).__name__.lower(),
        "reason_code": reason.code if reason else None,
        "reason_data": dict(reason.data) if reason else None,
        "duration_ms": verdict.duration_ms,
        "decided_at": now,
        "worker": worker,
    }


def _recorded(confirmed: Confirmed, verdict: Verdict) -> dict[str, Any]:
    moves = [asdict(move) for move in confirmed.moves]
    learned = {"learned": verdict.learned.digest} if verdict.learned.digest else {}
    return {**_plain(confirmed.plan), "moves": moves, "explanation": verdict.explanation, **learned}


def _plain(plan: Plan) -> dict[str, Any]:
    return asdict(plan)
