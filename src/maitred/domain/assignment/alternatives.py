"""The nearest times that would work, and the zones that would at the same time."""

from collections.abc import Iterator
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
MAX_ZONES = 2


def alternatives(
    request: SeatingRequest, snapshot: Snapshot, venue: Venue, *, not_before: datetime, limit: int = 3
) -> list[Alternative]:
    """This lists other zones at the same time, for a party that was promised one, then the nearest times that work.

    Times are bookable ones of the same service day, nearest first, then earlier first. Nobody is moved for them. Each
    is decided on the same snapshot; the first to be booked may take the tables of the next.
    """
    tried = _zones(request, venue, not_before)
    zones = [one for one in (_tried(asked, snapshot, venue) for asked in tried) if one is not None][:MAX_ZONES]
    found: list[Alternative] = []
    times = _nearest(request, venue, not_before)[:MAX_TRIES] if request.fitting(snapshot.floor) else []
    for at in times:
        alternative = _tried(replace(request, starts_at=at, excluded_sets=()), snapshot, venue)
        if alternative is not None:
            found.append(alternative)
        if len(found) >= limit:
            break
    return zones + found


def _tried(asked: SeatingRequest, snapshot: Snapshot, venue: Venue) -> Alternative | None:
    busy = snapshot.busy_mask(asked.starts_at, asked.ends_at)
    if all(way.mask & busy for way in asked.ways(snapshot.floor)):
        return None  # most times are refused here, without a decision
    decision = decide(asked, snapshot, venue, NO_MOVES)
    return Alternative(asked.starts_at, decision.plan, asked) if isinstance(decision, Seat) else None


def _zones(request: SeatingRequest, venue: Venue, not_before: datetime) -> Iterator[SeatingRequest]:
    if request.promised_zone is None or request.starts_at < not_before:
        return
    for zone in venue.zones:
        if zone.id != request.promised_zone:
            yield replace(request, promised_zone=zone.id, zone_preference=zone.id)


def _nearest(request: SeatingRequest, venue: Venue, not_before: datetime) -> list[datetime]:
    day = service_date(venue, request.starts_at)
    times = (at for _, at in slots(venue, day) if at >= not_before and at != request.starts_at)

    def distance(at: datetime) -> tuple[timedelta, datetime]:
        return abs(at - request.starts_at), at

    return sorted(times, key=distance)
