"""What a round of the coordinator may come to: a closed set."""

from collections.abc import Sequence
from dataclasses import dataclass

from maitred.domain.assignment import Alternative, Decision, Move, Plan, Refuse, Seat
from maitred.domain.booking import Booking, Reason, ReasonCode, Source
from maitred.domain.venue import Venue


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The party has a seat, once the others have moved that are named."""

    plan: Plan
    runner_up: Plan | None
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedsReview:
    """A person has to decide."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no seat, and that is the answer."""

    reason: Reason


Outcome = Confirmed | NeedsReview | Failed


def conclude(booking: Booking, decision: Decision, venue: Venue, alternatives: Sequence[Alternative]) -> Outcome:
    """Turn the engine's decision into an outcome (DESIGN 5, row no_capacity).

    Lack of room is an answer for guests, and a question for staff: bookings that staff took, that were confirmed once,
    and parties of the venue's review size go to manual review.
    """
    match decision:
        case Seat(plan=plan, runner_up=runner_up, moves=moves):
            return Confirmed(plan, runner_up, moves)
        case Refuse(code=code, message=message, data=data):
            details = {**data, "message": message, "alternatives": offers(alternatives, venue, booking.source)}
            reason = Reason(ReasonCode(code), details)
            return NeedsReview(reason) if wants_person(booking, venue, reason) else Failed(reason)


def wants_person(booking: Booking, venue: Venue, reason: Reason) -> bool:
    """Tell whether a refusal of this booking is for a person to settle."""
    if reason.code is ReasonCode.NO_ALLOWED_SET:
        return True  # it was admitted, so the venue has changed since
    large = venue.review_party_size is not None and booking.party_size >= venue.review_party_size
    return booking.once_confirmed or booking.source.staffed or large


def offers(found: Sequence[Alternative], venue: Venue, source: Source) -> list[dict[str, object]]:
    """Return alternatives as plain values, times in the venue's own.

    `hold` is what POST .../holds takes to keep one; None for a party that a person has to look at first.
    """
    return [_offer(one, venue, source) for one in found]


def _offer(one: Alternative, venue: Venue, source: Source) -> dict[str, object]:
    starts_at = one.starts_at.astimezone(venue.tz).isoformat()
    asked = one.asked
    hold = {
        "party_size": asked.party_size,
        "starts_at": starts_at,
        "accessible": asked.accessible,
        "zone_preference": one.plan.zone if asked.promised_zone else asked.zone_preference,
        "zone_required": asked.promised_zone is not None,
        "source": source.value,
    }
    reviewed = venue.review_party_size is not None and asked.party_size >= venue.review_party_size
    return {
        "starts_at": starts_at,
        "tables": list(one.plan.tables),
        "zone": one.plan.zone,
        "hold": None if reviewed else hold,
    }
