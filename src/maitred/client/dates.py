"""Moving a stream of requests to another date, by whole days of the venue's own clock.

19:00 stays 19:00, also across a clock change; the moment of asking moves by the same days, so lead times
and the order of events stay as they were.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from maitred.client.failures import DateRefused
from maitred.domain.calendar import from_wall, service_date, windows
from maitred.domain.venue import Venue
from maitred.scenarios.reader import Event, Request, Scenario

AHEAD_DAYS = 2  # a stream whose date has passed moves at least this far ahead, clear of "today" in any zone
SEARCH_WEEKS = 53


def first_date(scenario: Scenario) -> date:
    """This is the earliest service day that the stream asks for."""
    return min(service_dates(scenario))


def service_dates(scenario: Scenario) -> tuple[date, ...]:
    """This lists the service days that the stream asks for, in order."""
    return tuple(sorted({service_date(scenario.venue, request.starts_at) for request in scenario.requests}))


def moved_to(scenario: Scenario, target: date) -> Scenario:
    """This is the scenario with its first service day on `target`; the very same when it is there already."""
    days = target - first_date(scenario)
    if not days:
        return scenario
    return replace(scenario, events=tuple(_moved(scenario.venue, event, days) for event in scenario.events))


def candidate_dates(scenario: Scenario, today: date) -> Iterator[date]:
    """This yields dates to play on, best first: the file's own when it is to come, then the same weekday.

    Every date has the services of the file's. Nothing here depends on more than the file and `today`.
    """
    own = first_date(scenario)
    if own > today:
        yield own
    weeks = max(0, -(-(today + timedelta(days=AHEAD_DAYS) - own).days // 7))
    for week in range(max(weeks, 1), max(weeks, 1) + SEARCH_WEEKS):
        target = own + timedelta(weeks=week)
        if _same_services(scenario, target):
            yield target


def check_date(scenario: Scenario, target: date, today: date) -> None:
    """This raises DateRefused when the stream cannot be played with its first service day on `target`."""
    if target < today:
        raise DateRefused(f"--date {target} is past; today is {today} in {scenario.venue.timezone}.")
    if not _same_services(scenario, target):
        raise DateRefused(f"--date {target}: the venue is not open then as it was on {first_date(scenario)}.")


def _same_services(scenario: Scenario, target: date) -> bool:
    venue, days = scenario.venue, target - first_date(scenario)
    return all(_open(venue, on) <= _open(venue, on + days) for on in service_dates(scenario))


def _open(venue: Venue, on: date) -> frozenset[str]:
    return frozenset(window.service for window in windows(venue, on))


def _moved(venue: Venue, event: Event, days: timedelta) -> Event:
    at = _instant(venue, event.at, days)
    if isinstance(event, Request):
        return replace(event, at=at, starts_at=_instant(venue, event.starts_at, days))
    return replace(event, at=at)


def _instant(venue: Venue, instant: datetime, days: timedelta) -> datetime:
    wall = instant.astimezone(venue.tz).replace(tzinfo=None, fold=0)
    return from_wall(wall + days, venue.tz)
