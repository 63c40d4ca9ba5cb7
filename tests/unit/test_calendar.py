"""Opening hours as instants: clock changes, small hours, overrides, grids and opening time."""

import os
import time as process_time
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import bare_venue, on, venue

from maitred.domain.calendar import (
    day_bounds,
    find_window,
    from_wall,
    on_grid,
    resolve_local,
    service_date,
    slot_of,
    slots,
    windows,
)
from maitred.domain.errors import InvalidInput
from maitred.domain.venue import Closure, DateOverride, Service, Table, Venue

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
EVERY_DAY = frozenset(range(7))


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "America/New_York"], autouse=True)
def _process_timezone(request, monkeypatch):
    """Every test here runs under several zones of the process: none may matter (lesson 17)."""
    monkeypatch.setitem(os.environ, "TZ", request.param)
    process_time.tzset()
    yield
    monkeypatch.undo()
    process_time.tzset()


def house(opens: str, last: str, closes: str, timezone: str = "Europe/London", **changes) -> Venue:
    """A venue with one service a day."""
    service = Service("night", EVERY_DAY, *(time.fromisoformat(t) for t in (opens, last, closes)))
    return bare_venue([Table("T1", "main", 4)], timezone=timezone, **{"services": (service,), **changes})


wall = datetime.fromisoformat
"""A wall time, naive on purpose."""


def times(window) -> tuple[datetime, datetime, datetime]:
    return window.opens_at, window.last_seating_at, window.closes_at


def test_a_service_past_midnight_belongs_to_the_evening_before():
    """18:00 to 02:00 is one service of the date on which it opens."""
    bar, friday = house("18:00", "01:00", "02:00"), date(2026, 12, 4)
    saturday = date(2026, 12, 5)
    (window,) = windows(bar, friday)
    assert times(window) == (on(friday, "18:00"), on(saturday, "01:00"), on(saturday, "02:00"))
    assert find_window(bar, on(saturday, "00:45")) == window
    assert service_date(bar, on(saturday, "00:45")) == friday
    assert service_date(bar, on(saturday, "18:00")) == saturday


@pytest.mark.parametrize(("closes", "next_day"), [("18:00", True), ("00:00", True), ("17:59", True), ("18:01", False)])
def test_a_close_at_or_before_the_opening_is_the_next_day(closes, next_day):
    """Close <= open means the next day, equal ones included."""
    (window,) = windows(house("18:00", "18:00", closes), date(2026, 12, 4))
    assert (window.closes_at.date() > window.opens_at.date()) is next_day


def test_both_ends_of_seating_are_bookable():
    """The opening and the last seating find the window; a second beyond either finds none."""
    inn, day = house("18:00", "21:30", "23:00"), date(2026, 12, 4)
    second = timedelta(seconds=1)
    assert find_window(inn, on(day, "18:00"))
    assert find_window(inn, on(day, "21:30"))
    assert find_window(inn, on(day, "18:00") - second) is None
    assert find_window(inn, on(day, "21:30") + second) is None


def test_services_of_a_day_come_in_order_of_time():
    """Lunch comes before dinner however the document lists them, and only on its own days."""
    corner = venue()
    assert [w.service for w in windows(corner, date(2026, 12, 5))] == ["lunch", "dinner"]
    assert [w.service for w in windows(corner, date(2026, 12, 4))] == ["dinner"]


def test_an_override_wins_over_the_weekday_and_a_closure_over_both():
    """A date's own services replace the weekday's, none at all means closed, and closures include both ends."""
    late = Service("late", frozenset(), time(20), time(22), time(23))
    inn = house(
        "18:00", "21:30", "23:00",
        date_overrides=(DateOverride(date(2026, 12, 24), (late,)), DateOverride(date(2026, 12, 25), ())),
        closures=(Closure(date(2026, 12, 28), date(2026, 12, 29)),),
    )  # fmt: skip
    named = {day: [w.service for w in windows(inn, date(2026, 12, day))] for day in (23, 24, 25, 26, 27, 28, 29, 30)}
    open_days = {23: ["night"], 24: ["late"], 25: [], 26: ["night"], 27: ["night"], 28: [], 29: [], 30: ["night"]}
    assert named == open_days


def test_the_small_hours_outside_any_service_belong_to_the_day_before():
    """Before `day_starts_at` an instant still counts to the evening before."""
    inn = house("18:00", "21:30", "23:00", day_starts_at=time(5))
    assert service_date(inn, datetime(2026, 12, 5, 4, 59, tzinfo=UTC)) == date(2026, 12, 4)
    assert service_date(inn, datetime(2026, 12, 5, 5, 0, tzinfo=UTC)) == date(2026, 12, 5)


@pytest.mark.parametrize(
    ("zone", "on_date", "hours"),
    [
        ("Europe/London", date(2026, 3, 28), 23),
        ("Europe/London", date(2026, 10, 24), 25),
        ("America/New_York", date(2026, 3, 7), 23),
        ("America/New_York", date(2026, 10, 31), 25),
        ("Europe/London", date(2026, 6, 1), 24),
    ],
)
def test_a_service_day_is_as_long_as_the_clocks_make_it(zone, on_date, hours):
    """The day that holds a clock change is 23 or 25 hours long, and days meet without gap or overlap."""
    inn = house("18:00", "21:30", "23:00", zone)
    starts, ends = day_bounds(inn, on_date)
    assert ends - starts == timedelta(hours=hours)
    assert day_bounds(inn, on_date + timedelta(days=1))[0] == ends


@pytest.mark.parametrize(
    ("zone", "night", "open_hours"),
    [
        ("Europe/London", date(2026, 3, 28), 7),
        ("Europe/London", date(2026, 10, 24), 9),
        ("America/New_York", date(2026, 3, 7), 8),
        ("America/New_York", date(2026, 10, 31), 9),
    ],
)
def test_a_night_across_a_clock_change_lasts_what_it_lasts(zone, night, open_hours):
    """Hours are wall time and durations elapsed: 18:00 to 02:00 has 7 hours in a London spring and 9 in autumn.

    In New York the spring gap is 02:00 to 03:00, so there the close itself is skipped and means 03:00.
    """
    (window,) = windows(house("18:00", "00:30", "02:00", zone), night)
    assert window.closes_at - window.opens_at == timedelta(hours=open_hours)


def test_a_wall_time_that_is_skipped_means_the_end_of_the_gap():
    """Any time inside the gap is the same instant, so that open <= last seating <= close survives the gap."""
    gap = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert [from_wall(wall(f"2026-03-29T01:{m}"), LONDON) for m in ("00", "01", "30", "59")] == [gap] * 4
    assert from_wall(wall("2026-03-29T02:00"), LONDON) == gap
    assert windows(house("01:10", "01:20", "01:50", day_starts_at=time(0)), date(2026, 3, 29)) == ()


def test_a_wall_time_that_occurs_twice_means_its_first():
    """The first 01:30 is the one of summer time."""
    assert from_wall(wall("2026-10-25T01:30"), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.datetimes(wall("2024-01-01"), wall("2030-01-01")).map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(
        ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
    ),
)
def test_a_wall_time_is_the_first_instant_that_shows_it_or_later(clock, zone):
    """The definition, at every minute of the year: so later on the wall is never earlier in time."""
    tz = ZoneInfo(zone)
    instant = from_wall(clock, tz)
    assert instant.astimezone(tz).replace(tzinfo=None) >= clock
    assert (instant - timedelta(seconds=1)).astimezone(tz).replace(tzinfo=None) < clock
    assert instant <= from_wall(clock + timedelta(minutes=1), tz)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01T19:00", datetime(2026, 7, 1, 18, tzinfo=UTC)),
        ("2026-12-01T19:00", datetime(2026, 12, 1, 19, tzinfo=UTC)),
        ("2026-07-01 19:00:30", datetime(2026, 7, 1, 18, 0, 30, tzinfo=UTC)),
        ("2026-07-01T19:00Z", datetime(2026, 7, 1, 19, tzinfo=UTC)),
        ("2026-07-01T19:00:00+02:00", datetime(2026, 7, 1, 17, tzinfo=UTC)),
        ("2026-10-25T01:30+01:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T01:30+00:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_local_unless_they_say_otherwise(text, expected):
    """A naive time is the venue's own; an offset decides, also where the wall time occurs twice."""
    got = resolve_local(text, LONDON, "starts_at")
    assert (got, got.tzinfo) == (expected, UTC)


@pytest.mark.parametrize(
    ("text", "tz", "code"),
    [
        ("2026-03-29T01:30", LONDON, "nonexistent_local_time"),
        ("2026-03-08T02:30", NEW_YORK, "nonexistent_local_time"),
        ("2026-10-25T01:30", LONDON, "ambiguous_local_time"),
        ("2026-11-01T01:30", NEW_YORK, "ambiguous_local_time"),
        ("2026-12-01", LONDON, "invalid_datetime"),
        ("tomorrow at 7", LONDON, "invalid_datetime"),
        ("2026-13-01T19:00", LONDON, "invalid_datetime"),
        ("2026-12-01T24:30", LONDON, "invalid_datetime"),
        ("", LONDON, "invalid_datetime"),
        ("0001-01-01T00:00+14:00", LONDON, "invalid_datetime"),
        ("9999-12-31T23:59-12:00", LONDON, "invalid_datetime"),
    ],
)
def test_a_time_that_is_none_or_not_one_is_refused_by_field(text, tz, code):
    """Gaps, folds and nonsense each have a code, and the field is named."""
    with pytest.raises(InvalidInput) as caught:
        resolve_local(text, tz, "starts_at")
    assert (caught.value.reason_code, caught.value.field) == (code, "starts_at")


@pytest.mark.parametrize(
    ("slot", "instant", "expected"),
    [
        (15, datetime(2026, 12, 5, 19, 45, tzinfo=UTC), True),
        (15, datetime(2026, 12, 5, 19, 50, tzinfo=UTC), False),
        (15, datetime(2026, 12, 5, 19, 45, 1, tzinfo=UTC), False),
        (15, datetime(2026, 12, 5, 19, 45, 0, 1, tzinfo=UTC), False),
        (120, datetime(2026, 7, 1, 17, 0, tzinfo=UTC), True),
        (120, datetime(2026, 7, 1, 18, 0, tzinfo=UTC), False),
    ],
)
def test_the_grid_is_that_of_the_local_clock(slot, instant, expected):
    """An instant is on the grid when the wall clock shows a multiple of the slot, to the microsecond."""
    inn = house("18:00", "21:30", "23:00", slot_minutes=slot)
    assert on_grid(inn, instant) is expected
    assert slot_of(inn, instant) <= instant < slot_of(inn, instant) + timedelta(minutes=slot)


def test_slots_run_from_opening_to_last_seating():
    """Every grid time of the window is offered, both ends included, and none off the grid."""
    inn = house("18:05", "19:00", "21:00")
    day = date(2026, 12, 5)
    assert [at for _, at in slots(inn, day)] == [on(day, clock) for clock in ("18:15", "18:30", "18:45", "19:00")]


def test_slots_of_a_night_across_a_clock_change_are_real_and_distinct():
    """In the fold each wall time is offered once per instant, and in the gap none that does not exist."""
    spring = [at for _, at in slots(house("23:00", "03:00", "04:00"), date(2026, 3, 28))]
    autumn = [at for _, at in slots(house("23:00", "03:00", "04:00"), date(2026, 10, 24))]
    assert (len(spring), len(autumn)) == (3 * 4 + 1, 5 * 4 + 1)
    assert all(two - one == timedelta(minutes=15) for at in (spring, autumn) for one, two in pairwise(at))


@given(
    st.integers(0, 47), st.integers(1, 47), st.integers(0, 400),
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe"]),
)  # fmt: skip
def test_windows_hold_their_slots_and_their_date(opens, length, day, zone):
    """Whatever the hours and the date, every slot lies in its window, is on the grid and finds its service date."""
    start, end = time(opens // 2, opens % 2 * 30), (opens + length) % 48
    inn = bare_venue(
        [Table("T1", "main", 4)],
        timezone=zone,
        day_starts_at=start,
        services=(Service("only", EVERY_DAY, start, start, time(end // 2, end % 2 * 30)),),
    )
    on_date = date(2026, 1, 1) + timedelta(days=day)
    for window, at in slots(inn, on_date):
        assert window.opens_at <= at <= window.last_seating_at <= window.closes_at
        assert on_grid(inn, at)
        assert service_date(inn, at) == on_date
        starts, ends = day_bounds(inn, on_date)
        assert starts <= at < ends
