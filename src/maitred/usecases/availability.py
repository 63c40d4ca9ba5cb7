"""What is free: every slot of a day with a reason where it is not, and the nearest times and dates that work."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from maitred.domain import calendar
from maitred.domain.admission import Wish, admit
from maitred.domain.assignment import NO_MOVES, Refuse, SeatingRequest, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Source
from maitred.domain.errors import InvalidInput, NeedsOverride
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.tracker import TableAvailabilityTracker

NEAREST: Final = 3
SEARCH_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class SlotAnswer:
    """One start time: free, or why not and the nearest times of that day that are."""

    starts_at: datetime
    service: str
    available: bool
    reason: str | None
    nearest: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class DayAvailability:
    """One service day for one party; `nearest_dates` have room when this one has none (`closed_reason`: closed)."""

    day: date
    slots: tuple[SlotAnswer, ...]
    closed_reason: str | None
    nearest_dates: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Who wants to know: a party and its needs, at an instant."""

    party_size: int
    at: datetime
    accessible: bool = False
    zone_preference: str | None = None
    source: Source = Source.WEB


async def availability(
    desk: Desk, tracker: TableAvailabilityTracker, place: OpenVenue, day: date, ask: Ask
) -> DayAvailability:
    """Answer every slot of a day from a snapshot at most a second old; each time that is offered was decided on it.

    Raises InvalidInput for a party nobody could ever seat here, or an unknown zone.
    """
    _check_ask(place, ask)
    answers = await _day(desk, tracker, place, day, ask)
    free = tuple(one.starts_at for one in answers if one.available)
    if free:
        told = tuple(one if one.available else replace(one, nearest=_nearest(one.starts_at, free)) for one in answers)
        return DayAvailability(day, told, None, ())
    dates = await _next_dates(desk, tracker, place, day, ask)
    return DayAvailability(day, answers, None if answers else "closed", dates)


async def _day(
    desk: Desk, tracker: TableAvailabilityTracker, place: OpenVenue, day: date, ask: Ask
) -> tuple[SlotAnswer, ...]:
    slots = calendar.slots(place.venue, day)
    if not slots:
        return ()
    snapshot = await tracker.snapshot(place, day, desk.clock())
    return tuple(_slot(place, snapshot, window, at, ask) for window, at in slots)


def _nearest(wanted: datetime, free: tuple[datetime, ...]) -> tuple[datetime, ...]:
    return tuple(sorted(sorted(free, key=lambda at: (abs(at - wanted), at))[:NEAREST]))


async def _next_dates(
    desk: Desk, tracker: TableAvailabilityTracker, place: OpenVenue, day: date, ask: Ask
) -> tuple[date, ...]:
    """Return the next dates on which the party has a time to choose."""
    found: list[date] = []
    for ahead in range(1, SEARCH_DAYS + 1):
        one = day + timedelta(days=ahead)
        if any(slot.available for slot in await _day(desk, tracker, place, one, ask)):
            found.append(one)
        if len(found) == NEAREST:
            break
    return tuple(found)


def _slot(place: OpenVenue, snapshot: Snapshot, window: calendar.ServiceWindow, at: datetime, ask: Ask) -> SlotAnswer:
    return SlotAnswer(at, window.service, (reason := _reason(place, snapshot, at, ask)) is None, reason)


def _reason(place: OpenVenue, snapshot: Snapshot, at: datetime, ask: Ask) -> str | None:
    try:
        admit(place.venue, place.floor, _wish(ask, at), ask.at)
    except (InvalidInput, NeedsOverride) as fault:
        rules = fault.data.get("rules")
        return str(rules[0]["code"]) if rules else fault.reason_code
    decision = decide(_request(place, at, ask), snapshot, place.venue, NO_MOVES)
    return decision.code if isinstance(decision, Refuse) else None


def _request(place: OpenVenue, at: datetime, ask: Ask) -> SeatingRequest:
    return SeatingRequest(
        key="availability",
        party_size=ask.party_size,
        starts_at=at,
        turn_minutes=place.venue.turn_for(ask.party_size),
        buffer_minutes=place.venue.buffer_minutes,
        accessible=ask.accessible,
        zone_preference=ask.zone_preference,
    )


def _wish(ask: Ask, at: datetime) -> Wish:
    return Wish(ask.party_size, at, ask.source, ask.accessible, ask.zone_preference)


def _check_ask(place: OpenVenue, ask: Ask) -> None:
    """Refuse what is wrong on every day, whatever the time."""
    try:
        admit(place.venue, place.floor, replace(_wish(ask, ask.at), source=Source.WEB), ask.at)
    except InvalidInput as fault:
        if fault.field != "starts_at":
            raise
