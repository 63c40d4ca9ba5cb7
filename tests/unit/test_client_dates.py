"""Moving a night to another date."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from test_scenario_reader import SCENARIO

from maitred.client.dates import candidate_dates, check_date, first_date, moved_to
from maitred.client.failures import DateRefused
from maitred.scenarios.reader import Request, Scenario, parse_scenario

LONDON = ZoneInfo("Europe/London")


def _scenario(start: str = "2026-03-27T19:00", **venue: Any) -> Scenario:
    document = deepcopy(SCENARIO)
    document["events"][0]["booking"]["start"] = start
    document["venue"] |= venue
    return parse_scenario(document)


def _walls(scenario: Scenario) -> list[datetime]:
    request = scenario.requests[0]
    instants = [request.starts_at, *(event.at for event in scenario.events)]
    return [instant.astimezone(LONDON).replace(tzinfo=None) for instant in instants]


@pytest.mark.parametrize("target", [date(2026, 4, 3), date(2026, 10, 30), date(2027, 3, 26)])
def test_wall_times_move_by_whole_days(target: date) -> None:
    """19:00 stays 19:00 on either side of a clock change, and the moments of asking move by as many days."""
    scenario = _scenario()
    moved = moved_to(scenario, target)
    days = target - date(2026, 3, 27)
    assert _walls(moved) == [wall + days for wall in _walls(scenario)]
    assert first_date(moved) == target


def test_elapsed_time_gives_way_to_the_clock() -> None:
    """Moved from winter time to summer time, the instant is an hour earlier than plain days would make it."""
    scenario = _scenario()
    moved = moved_to(scenario, date(2026, 4, 3))
    plain = scenario.requests[0].starts_at + timedelta(days=7)
    assert moved.requests[0].starts_at == plain - timedelta(hours=1)


def test_a_night_that_stays_is_left_as_it_is() -> None:
    """Moving by no days changes nothing, not even a time that occurs twice."""
    scenario = _scenario("2026-10-25T01:30:00+00:00")
    assert moved_to(scenario, first_date(scenario)) is scenario


def test_the_small_hours_belong_to_the_evening_before() -> None:
    """A party at half past midnight moves with the service that opened the evening before."""
    late = [{"name": "late", "days": ["fri"], "open": "18:00", "last_seating": "01:00", "close": "03:00"}]
    scenario = _scenario("2026-03-28T00:30", services=late)
    assert first_date(scenario) == date(2026, 3, 27)
    moved = moved_to(scenario, date(2026, 4, 3))
    request = moved.events[0]
    assert isinstance(request, Request)
    assert request.starts_at.astimezone(LONDON).isoformat() == "2026-04-04T00:30:00+01:00"


def test_a_past_night_goes_to_the_next_same_weekday_two_days_ahead() -> None:
    """The target is the first Friday that is at least two days away."""
    scenario = _scenario()
    for today, target in [
        (date(2026, 11, 18), date(2026, 11, 20)),
        (date(2026, 11, 19), date(2026, 11, 27)),
        (date(2026, 3, 27), date(2026, 4, 3)),
    ]:
        assert next(candidate_dates(scenario, today)) == target


def test_a_night_to_come_stays_and_may_move_on_by_weeks() -> None:
    """Its own date comes first, then the same weekday of the weeks after it."""
    found = list(islice(candidate_dates(_scenario(), date(2026, 3, 1)), 3))
    assert found == [date(2026, 3, 27), date(2026, 4, 3), date(2026, 4, 10)]


def test_a_closed_date_is_passed_over() -> None:
    """A date on which the venue lacks the service is no target."""
    closed = [{"from": "2026-11-27", "to": "2026-11-27", "reason": "works"}]
    assert next(candidate_dates(_scenario(closures=closed), date(2026, 11, 22))) == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("target", "said"), [(date(2026, 11, 21), "past"), (date(2026, 11, 26), "not open"), (date(2026, 11, 27), None)]
)
def test_a_date_asked_for_is_checked(target: date, said: str | None) -> None:
    """A past date and one without the service are refused by name; another is taken."""
    if said is None:
        check_date(_scenario(), target, date(2026, 11, 22))
        return
    with pytest.raises(DateRefused, match=said):
        check_date(_scenario(), target, date(2026, 11, 22))
