"""What is free: every slot of a day with a reason where it is not, and the nearest times and dates that work."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from maitred.domain import calendar
from maitred.domain.admission import Wish, admit
from maitred.domain.assignment import Alternative, Refuse, SeatingRequest, alternatives, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Source
from maitred.domain.errors import InvalidInput, NeedsOverride
from maitred.domain.venue import Venue
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.tracker import TableAvailabilityTracker

NEXT_DATES: Final = 3
SEARCH_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class SlotAnswer:
    """One start time: free, or why not."""

    starts_at: datetime
    service: str
    available: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class DayAvailability:
    """One service day for one party; `closed_reason` and `nearest_dates` when nothing opens on it."""

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
    """Answer every slot of a day from a snapshot at most a second old.

    Raises InvalidInput for a party nobody could ever seat here, or an unknown zone.
    """
    slots = calendar.slots(place.venue, day)
    _check_ask(place, ask)
    if not slots:
        return DayAvailability(day, (), "closed", _next_dates(place.venue, day))
    snapshot = await tracker.snapshot(place, day, desk.clock())
    answers = tuple(_slot(place, snapshot, window, at, ask) for window, at in slots)
    return DayAvailability(day, answers, None, ())


async def nearest(
    desk: Desk, tracker: TableAvailabilityTracker, place: OpenVenue, starts_at: datetime, ask: Ask
) -> list[Alternative]:
    """Return the nearest times of the same service day that work, each verified on the snapshot."""
    day = calendar.service_date(place.venue, starts_at)
    snapshot = await tracker.snapshot(place, day, desk.clock())
    earliest = ask.at + timedelta(minutes=place.venue.min_notice_minutes)
    return alternatives(_request(place, starts_at, ask), snapshot, place.venue, not_before=earliest)


def _slot(place: OpenVenue, snapshot: Snapshot, window: calendar.ServiceWindow, at: datetime, ask: Ask) -> SlotAnswer:
    return SlotAnswer(at, window.service, (reason := _reason(place, snapshot, at, ask)) is None, reason)


def _reason(place: OpenVenue, snapshot: Snapshot, at: datetime, ask: Ask) -> str | None:
    try:
        admit(place.venue, place.floor, _wish(ask, at), ask.at)
    except (InvalidInput, NeedsOverride) as fault:
        rules = fault.data.get("rules")
        return str(rules[0]["code"]) if rules else fault.reason_code
    decision = decide(_request(place, at, ask), snapshot, place.venue)
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


def _next_dates(venue: Venue, day: date) -> tuple[date, ...]:
    coming = (day + timedelta(days=ahead) for ahead in range(1, SEARCH_DAYS))
    return tuple([one for one in coming if calendar.windows(venue, one)][:NEXT_DATES])
