"""The restaurant of the browser tests has the hours that they count on, at any hour and in any zone (`make clocks`)."""

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import time_machine

from maitred.domain import calendar
from maitred.domain.venue import parse_venue

TESTS: Final = Path(__file__).parents[1]


def load(path: Path) -> ModuleType:
    """Import a module that belongs to no package, anew: what it says of now is said at its import."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


clocks = load(TESTS.parent / "tools" / "clocks.py")


@pytest.fixture(params=[one.at for one in clocks.moments()], ids=[one.name for one in clocks.moments()])
def hour(request: pytest.FixtureRequest) -> Iterator[datetime]:
    """An awkward hour, on the machine's clock and in its zone."""
    with time_machine.travel(request.param, tick=False):
        yield request.param


@pytest.fixture
def site(hour: datetime) -> Any:
    """The restaurant of the browser tests as it is made at that hour."""
    return load(TESTS / "browser" / "site_of_tests.py")


def test_what_starts_soon_is_of_the_running_service_day(site: Any) -> None:
    """Whoever walks in or comes within some hours is of the day that a screen shows, in a service that is open."""
    venue = parse_venue(site.VENUE)
    today = calendar.service_date(venue, datetime.now(UTC))
    open_at = {slot for _, slot in calendar.slots(venue, today)}
    asked = [site.soon(minutes) for minutes in range(0, 8 * 60, 15)]
    assert [at for at in asked if at not in open_at or at < datetime.now(UTC)] == []
    assert site.service_day(venue.tz.key, site.VENUE["day_starts_at"]) == today


def test_tomorrow_is_the_next_service_day(site: Any) -> None:
    """What is booked for tomorrow is bookable, and of the day after the one that runs."""
    venue = parse_venue(site.VENUE)
    today = calendar.service_date(venue, datetime.now(UTC))
    assert today + timedelta(days=1) == site.TOMORROW
    open_at = {slot for _, slot in calendar.slots(venue, site.TOMORROW)}
    asked = [site.tomorrow(minutes) for minutes in range(0, 12 * 60, 15)]
    assert [at for at in asked if at not in open_at] == []
