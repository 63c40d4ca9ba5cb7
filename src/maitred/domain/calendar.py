"""When a venue is open, as instants.

Hours are local wall time; everything that leaves this module is a UTC instant. A service day is named by
the local date on which it opened (`day_starts_at` keeps the small hours with the evening before), and a
wall time that a clock change skips means the first instant after the gap, one that occurs twice its first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from maitred.domain.errors import InvalidInput
from maitred.domain.venue_model import Service, Venue
from maitred.domain.written import YEARS

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ServiceWindow:
    """One service of one date, as UTC instants; `last_seating_at` is still bookable."""

    date: date
    service: str
    opens_at: datetime
    last_seating_at: datetime
    closes_at: datetime


def windows(venue: Venue, on: date) -> tuple[ServiceWindow, ...]:
    """This lists the services of a date in order of opening: override, else weekday; none when closed."""
    if any(closure.first <= on <= closure.last for closure in venue.closures):
        return ()
    found = (_window(venue.tz, on, service) for service in _services(venue, on))
    return tuple(sorted((w for w in found if w.opens_at < w.closes_at), key=lambda w: (w.opens_at, w.service)))


def find_window(venue: Venue, instant: datetime) -> ServiceWindow | None:
    """This finds the service in which a party may be seated at that instant."""
    local = instant.astimezone(venue.tz).date()
    for on in (local - _DAY, local):
        for window in windows(venue, on):
            if window.opens_at <= instant <= window.last_seating_at:
                return window
    return None


def service_date(venue: Venue, instant: datetime) -> date:
    """This names the service day an instant belongs to."""
    window = find_window(venue, instant)
    if window is not None:
        return window.date
    return (_wall(instant, venue.tz) - _since_midnight(venue.day_starts_at)).date()


def day_bounds(venue: Venue, on: date) -> tuple[datetime, datetime]:
    """This is the service day as a half-open pair of instants, 23 to 25 hours apart."""
    return (
        from_wall(datetime.combine(on, venue.day_starts_at), venue.tz),
        from_wall(datetime.combine(on + _DAY, venue.day_starts_at), venue.tz),
    )


def on_grid(venue: Venue, instant: datetime) -> bool:
    """This says whether the local clock shows a multiple of `slot_minutes` past midnight."""
    return slot_of(venue, instant) == instant


def slot_of(venue: Venue, instant: datetime) -> datetime:
    """This is the start of the slot that an instant falls in."""
    past_midnight = _since_midnight(_wall(instant, venue.tz).time())
    return instant - past_midnight % timedelta(minutes=venue.slot_minutes)


def slots(venue: Venue, on: date) -> tuple[tuple[ServiceWindow, datetime], ...]:
    """This lists every bookable start of a date, in order of time."""
    return tuple((window, at) for window in windows(venue, on) for at in _starts(venue, window))


def resolve_local(text: str, tz: ZoneInfo, field: str) -> datetime:
    """This reads an ISO date and time into a UTC instant; without an offset it is local time in `tz`.

    Raises InvalidInput: `invalid_datetime`, `nonexistent_local_time`, `ambiguous_local_time`.
    """
    parsed = _parse_iso(text, field)
    if parsed.tzinfo is not None:
        return parsed.astimezone(UTC)
    first, second = (parsed.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if first > second:
        raise _bad_time(f"{text} does not exist in {tz.key}: clocks skip it.", field, "nonexistent_local_time")
    raise _bad_time(f"{text} occurs twice in {tz.key}; give it with its offset.", field, "ambiguous_local_time")


def from_wall(wall: datetime, tz: ZoneInfo) -> datetime:
    """This is the first instant at which the local clock shows `wall` or later."""
    early, late = (wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (1, 0))
    if late <= early:
        return late
    while late - early > timedelta(seconds=1):  # a gap: halve the way to the clock change
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        early, late = (early, middle) if _wall(middle, tz) >= wall else (middle, late)
    return late


def _services(venue: Venue, on: date) -> tuple[Service, ...]:
    for override in venue.date_overrides:
        if override.date == on:
            return override.services
    return tuple(service for service in venue.services if on.weekday() in service.days)


@lru_cache(maxsize=4096)  # every request of an evening asks for the same windows
def _window(tz: ZoneInfo, on: date, service: Service) -> ServiceWindow:
    opens, last, closes = (
        from_wall(datetime.combine(on, time()) + timedelta(minutes=minute), tz) for minute in service_minutes(service)
    )
    return ServiceWindow(on, service.name, opens, last, closes)


def service_minutes(service: Service) -> tuple[int, int, int]:
    """This is (open, last seating, close) in minutes past the midnight before opening."""
    opens, last, closes = (t.hour * 60 + t.minute for t in (service.open, service.last_seating, service.close))
    return opens, last if last >= opens else last + 1440, closes if closes > opens else closes + 1440


def _starts(venue: Venue, window: ServiceWindow) -> Iterator[datetime]:
    at, step = window.opens_at, timedelta(minutes=venue.slot_minutes)
    while at <= window.last_seating_at:
        if on_grid(venue, at):
            yield at
            at += step
        else:  # off the grid at opening, or thrown off it by a clock change
            at += _MINUTE


def _wall(instant: datetime, tz: ZoneInfo) -> datetime:
    return instant.astimezone(tz).replace(tzinfo=None, fold=0)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _parse_iso(text: str, field: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or ":" not in text:  # a bare date would silently mean midnight
        raise _bad_time(f"{text!r} is not an ISO date and time.", field, "invalid_datetime")
    if parsed.year not in YEARS:
        raise _bad_time(f"The year {parsed.year} is out of range.", field, "invalid_datetime")
    return parsed


def _bad_time(message: str, field: str, code: str) -> InvalidInput:
    return InvalidInput(message, field=field, code=code)
