"""The nearest times that would work, and the zones that would at the same time.

A guest who wants dinner is helped by a time of the same service within two hours; by any other only where there is
none of these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from maitred.domain.assignment.engine import decide
from maitred.domain.assignment.model import Alternative, Seat, SeatingRequest
from maitred.domain.assignment.moves import NO_MOVES
from maitred.domain.availability import Snapshot
from maitred.domain.calendar import ServiceWindow, service_date, slots
from maitred.domain.venue_model import Venue

MAX_TRIES = 100
"""A day of slots of 15 minutes; on a finer grid the nearest this many are tried."""
MAX_ZONES = 2
NEAR = timedelta(hours=2)


def alternatives(
    request: SeatingRequest, snapshot: Snapshot, venue: Venue, *, not_before: datetime, limit: int = 3
) -> list[Alternative]:
    """This lists other zones at the same time, for a party that was promised one, then the nearest times that work.

    Times are bookable ones of the same service day, nearest first, then earlier first: of the same service and within
    two hours if there are any, else of the same service, else of another. Nobody is moved for them. Each is decided on
    the same snapshot; the first to be booked may take the tables of the next.
    """
    tried = _zones(request, venue, not_before)
    zones = [one for one in (_tried(asked, snapshot, venue) for asked in tried) if one is not None][:MAX_ZONES]
    if not request.fitting(snapshot.floor):
        return zones
    found: list[Alternative] = []
    for times in tiers(request.starts_at, venue, not_before):
        found = list(islice(_working(times[:MAX_TRIES], request, snapshot, venue), limit))
        if found:
            break
    return zones + found


def tiers(asked: datetime, venue: Venue, not_before: datetime) -> tuple[list[datetime], list[datetime], list[datetime]]:
    """This is the day's other times as they help: same service and near, same service, another; each nearest first."""
    near: list[datetime] = []
    same: list[datetime] = []
    other: list[datetime] = []
    offered = slots(venue, service_date(venue, asked))
    own = _service_of(asked, offered)
    for window, at in sorted(offered, key=lambda one: (abs(one[1] - asked), one[1])):
        if at >= not_before and at != asked:
            of_own = own is None or window == own
            (near if of_own and abs(at - asked) <= NEAR else same if of_own else other).append(at)
    return near, same, other


def _service_of(asked: datetime, offered: Sequence[tuple[ServiceWindow, datetime]]) -> ServiceWindow | None:
    """This is the service that a time belongs to, None between two."""
    return next((window for window, _ in offered if window.opens_at <= asked < window.closes_at), None)


def _working(
    times: Sequence[datetime], request: SeatingRequest, snapshot: Snapshot, venue: Venue
) -> Iterator[Alternative]:
    for at in times:
        alternative = _tried(replace(request, starts_at=at, excluded_sets=()), snapshot, venue)
        if alternative is not None:
            yield alternative


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
