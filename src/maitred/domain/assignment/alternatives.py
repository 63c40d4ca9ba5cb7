"""The nearest times that would work."""

from dataclasses import replace
from datetime import datetime, timedelta

from maitred.domain.assignment.engine import decide
from maitred.domain.assignment.model import Alternative, Seat, SeatingRequest
from maitred.domain.assignment.moves import NO_MOVES
from maitred.domain.availability import Snapshot
from maitred.domain.calendar import service_date, slots
from maitred.domain.venue_model import Venue

MAX_TRIES = 100
"""A day of slots of 15 minutes; on a finer grid the nearest this many are tried."""


def alternatives(
    request: SeatingRequest, snapshot: Snapshot, venue: Venue, *, not_before: datetime, limit: int = 3
) -> list[Alternative]:
    """This lists the nearest bookable times of the same service day that work, nearest first, then earlier first.

    Nobody is moved for them. Each is decided on the same snapshot; the first to be booked may take the tables of
    the next.
    """
    if not snapshot.floor.candidates(request.party_size, request.accessible):
        return []
    found: list[Alternative] = []
    for at in _nearest(request, venue, not_before)[:MAX_TRIES]:
        decision = decide(replace(request, starts_at=at, excluded_sets=()), snapshot, venue, NO_MOVES)
        if isinstance(decision, Seat):
            found.append(Alternative(at, decision.plan))
        if len(found) >= limit:
            break
    return found


def _nearest(request: SeatingRequest, venue: Venue, not_before: datetime) -> list[datetime]:
    day = service_date(venue, request.starts_at)
    times = (at for _, at in slots(venue, day) if at >= not_before and at != request.starts_at)

    def distance(at: datetime) -> tuple[timedelta, datetime]:
        return abs(at - request.starts_at), at

    return sorted(times, key=distance)
