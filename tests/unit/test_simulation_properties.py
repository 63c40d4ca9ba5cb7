"""Any night, any floor, any policy: the judge finds no fault, nobody accepted is dropped, nobody is forgotten.

Floors and streams are made up by hypothesis: small rooms with chains of joins, parties that hardly fit, wishes,
cancellations, pacing, several service days, services that end after midnight.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import judge
from maitred.domain.assignment import MoveRules, Seat
from maitred.domain.calendar import find_window
from maitred.domain.simulation import POLICIES, Night, play, simulate
from maitred.scenarios.figures import Figures
from maitred.scenarios.reader import parse_scenario

FIRST_DAY: Final = date(2026, 3, 27)  # clocks change on the 29th
SERVICES: Final = {
    "dinner": {"name": "dinner", "open": "17:00", "last_seating": "21:30", "close": "23:30"},
    "late": {"name": "late", "open": "18:00", "last_seating": "01:30", "close": "04:30"},
    "all day": {"name": "all day", "open": "05:00", "last_seating": "04:30", "close": "05:00"},
}
WEEK: Final = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@st.composite
def venues(draw: st.DrawFn) -> dict[str, Any]:
    """A room of two to seven tables in one or two zones."""
    sizes = draw(st.lists(st.sampled_from([2, 2, 4, 4, 6]), min_size=2, max_size=7))
    split = draw(st.integers(1, len(sizes)))
    tables = [
        {
            "id": f"T{number}",
            "zone": "main" if number <= split else "patio",
            "capacity": size,
            "min_party": draw(st.integers(1, size // 2)),
            "movable": draw(st.integers(0, 5)) > 0,
            "accessible": draw(st.booleans()),
        }
        for number, size in enumerate(sizes, 1)
    ]
    near = [
        [one["id"], two["id"]]
        for one, two in pairwise(tables)
        if one["zone"] == two["zone"] and one["movable"] and two["movable"]
    ]
    service = draw(st.sampled_from(sorted(SERVICES)))
    pacing = draw(st.sampled_from([{}, {}, {"pacing": {"covers_per_slot": 8, "parties_per_slot": 3}}]))
    return {
        "slug": "any",
        "name": "Any",
        "timezone": draw(st.sampled_from(["UTC", "Europe/London", "America/New_York"])),
        "slot_minutes": 15,
        "buffer_minutes": draw(st.sampled_from([0, 5])),
        "max_tables_per_booking": draw(st.integers(1, 3)),
        "zones": [{"id": "main", "name": "Main"}, {"id": "patio", "name": "Patio"}],
        "tables": tables,
        "joins": [pair for pair in near if draw(st.booleans())],
        "turn_minutes": [{"max_party": 2, "minutes": 75}, {"max_party": 18, "minutes": 120}],
        "services": [{**SERVICES[service], "days": WEEK}],
        **pacing,
        "seating": {"move_once": draw(st.booleans()), "moves_into_joins_after_open": draw(st.booleans())},
    }


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A venue and up to forty requests, crowded together; about one in six cancels later."""
    venue, number = draw(venues()), draw(st.integers(1, 40))
    opens = datetime.combine(FIRST_DAY, time(18), tzinfo=ZoneInfo(venue["timezone"])).astimezone(UTC)
    events: list[dict[str, Any]] = []
    for place in range(number):
        start = opens + timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 1])), minutes=15 * draw(st.integers(-1, 12)))
        asked = start - timedelta(minutes=draw(st.sampled_from([0, 59, 61, 600, 5000, 6000, 7000, 8000, 9000])))
        booking: dict[str, Any] = {
            "id": f"B{draw(st.integers(0, 9))}-{place}",
            "party_size": draw(st.sampled_from([1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 9])),
            "start": start.isoformat(),
            "source": draw(st.sampled_from(["web", "phone", "walk_in"])),
        }
        if draw(st.integers(0, 4)) == 0:
            booking["zone_preference"] = "patio"
        if draw(st.integers(0, 9)) == 0:
            booking["accessible"] = True
        events.append({"at": asked.isoformat(), "type": "request", "booking": booking})
        if draw(st.integers(0, 5)) == 0:
            gone = asked + timedelta(minutes=draw(st.integers(0, 600)))
            events.append({"at": gone.isoformat(), "type": "cancel", "booking_id": booking["id"]})
    return {
        "format": "maitred.scenario/1",
        "name": "any",
        "venue": venue,
        "events": sorted(events, key=lambda event: (event["at"], event["type"] == "cancel")),
    }


def _asked(scenario: Mapping[str, Any]) -> dict[str, datetime]:
    requests = [event for event in scenario["events"] if event["type"] == "request"]
    return {event["booking"]["id"]: datetime.fromisoformat(event["at"]) for event in requests}


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=30, deadline=None)
@given(scenario=scenarios())
def test_no_fault_nobody_dropped_nobody_forgotten(policy: str, scenario: dict[str, Any]) -> None:
    """The judge agrees; who was accepted and did not cancel is seated at the end; the rest is declined or cancelled."""
    night = play(scenario, policy)
    result = night.result("any")
    assert judge.check(scenario, result["seating"])[1] == []
    _, cancelled = judge.bookings_of(scenario)
    accepted = {key for key, made in night.decided.items() if isinstance(made, Seat)}
    assert set(result["seating"]) == accepted - cancelled
    assert set(result["seating"]) | set(result["declined"]) | cancelled == set(_asked(scenario))
    assert not set(result["seating"]) & (set(result["declined"]) | cancelled)
    assert all(result["declined"].values())
    assert policy == "full" or not night.moved


@settings(max_examples=50, deadline=None)
@given(scenario=scenarios(), budget=st.integers(0, 4), freeze=st.sampled_from([0, 60, 240]))
def test_moves_keep_to_their_rules(scenario: dict[str, Any], budget: int, freeze: int) -> None:
    """Nobody moves within the freeze, a decision moves no more than its budget, and only for somebody it seats."""
    night = play(scenario, rules=MoveRules(budget=budget, freeze_minutes=freeze))
    for one in night.moved:
        assert night.asked[one.move.booking_id].starts_at - one.at > timedelta(minutes=freeze)
        assert isinstance(night.decided[one.made_room_for], Seat)
        assert one.move.from_tables != one.move.to_tables
    if scenario["venue"]["seating"]["move_once"]:
        assert len({one.move.booking_id for one in night.moved}) == night.moves
    for one in night.moved:
        into_a_join = len(one.move.from_tables) == 1 < len(one.move.to_tables)
        window = find_window(night.venue, night.asked[one.move.booking_id].starts_at)
        assert window is not None
        if into_a_join and not scenario["venue"]["seating"]["moves_into_joins_after_open"]:
            assert one.at < window.opens_at
    for key, decision in night.decided.items():
        if isinstance(decision, Seat):
            assert len(decision.moves) <= budget
            assert len({move.booking_id for move in decision.moves} - {key}) == len(decision.moves)


@settings(max_examples=30, deadline=None)
@given(scenario=scenarios())
def test_every_step_of_a_night_is_sound(scenario: dict[str, Any]) -> None:
    """Not only the end: after each event the seating so far breaks no rule, and nobody accepted is missing."""
    for length in range(1, len(scenario["events"]) + 1):
        so_far = {**scenario, "events": scenario["events"][:length]}
        night = play(so_far)
        assert judge.check(so_far, night.seating)[1] == []
        _, cancelled = judge.bookings_of(so_far)
        accepted = {key for key, made in night.decided.items() if isinstance(made, Seat)}
        assert set(night.seating) == accepted - cancelled


@settings(max_examples=30, deadline=None)
@given(scenario=scenarios())
def test_refusals_are_true(scenario: dict[str, Any]) -> None:
    """Whoever was told that all is taken had no free set at that moment."""
    night = play(scenario)
    for key, refusal in night.refused.items():
        if refusal.code == "no_capacity":
            request, day = night.asked[key], night.seen[key]
            fitting = day.floor.candidates(request.party_size, request.accessible)
            assert not any(day.is_free(tables, request.starts_at, request.ends_at) for tables in fitting)


@settings(max_examples=30, deadline=None)
@given(scenario=scenarios())
def test_the_file_form_and_the_figures_agree_with_the_night(scenario: dict[str, Any]) -> None:
    """Read strictly and written again, a scenario plays alike; the figures add up to everybody."""
    read = parse_scenario(scenario)
    night = play(read.plain())
    assert night.result("any") == simulate(scenario)
    figures = Figures.of("full", read, night)
    refused = sum(count.parties for count in figures.refused.values())
    assert figures.seated.parties + refused == figures.asked.parties
    assert figures.asked.parties + figures.cancelled.parties == len(read.requests)
    covers = judge.check(scenario, night.seating)[0]
    assert figures.seated.covers == covers


def _table(number: int, capacity: int) -> dict[str, Any]:
    return {"id": f"T{number}", "zone": "main", "capacity": capacity, "min_party": 1, "accessible": False}


def _night(days: int) -> dict[str, Any]:
    """The same evening on several days, asked for in a jumble of days."""
    tables = [_table(number, size) for number, size in enumerate((2, 2, 4, 4, 6), 1)]
    venue = {
        "slug": "week",
        "name": "Week",
        "timezone": "Europe/London",
        "slot_minutes": 15,
        "buffer_minutes": 5,
        "max_tables_per_booking": 2,
        "zones": [{"id": "main", "name": "Main"}],
        "tables": tables,
        "joins": [["T1", "T2"], ["T3", "T4"]],
        "turn_minutes": [{"max_party": 8, "minutes": 90}],
        "services": [{**SERVICES["dinner"], "days": WEEK}],
        "pacing": {"covers_per_slot": 16},
    }
    asked = datetime(2026, 3, 1, tzinfo=UTC)
    events = []
    for number, party in enumerate((2, 4, 2, 6, 4, 8, 2, 2, 5, 4, 3)):
        for day in range(days):
            start = datetime(2026, 3, 20 + day, 19 + number % 2, tzinfo=UTC)
            booking = {"id": f"D{day}-{number:02}", "party_size": party, "start": start.isoformat(), "source": "web"}
            at = asked + timedelta(minutes=number * days + day)
            events.append({"at": at.isoformat(), "type": "request", "booking": booking})
    return {"format": "maitred.scenario/1", "name": "week", "venue": venue, "events": events}


def test_days_do_not_meet_in_a_longer_period() -> None:
    """A week is seated as its days one by one: rooms, pacing and moves of one day are no other's."""
    week = _night(7)
    night: Night = play(week)
    assert judge.check(week, night.seating)[1] == []
    for day in range(7):
        own = [event for event in week["events"] if event["booking"]["id"].startswith(f"D{day}-")]
        alone = play({**week, "events": own})
        assert alone.seating == {key: tables for key, tables in night.seating.items() if key in alone.asked}
        assert set(alone.refused) == {key for key in night.refused if key in alone.asked}
    assert len(night.refused) % 7 == 0
    assert night.refused


def test_parties_that_sit_past_the_end_of_their_day_keep_their_table() -> None:
    """A restaurant that never closes: whoever sits into the next service day blocks its table there, moved or not."""
    week = _night(1)
    venue = {
        **week["venue"],
        "services": [{**SERVICES["all day"], "days": WEEK}],
        "tables": [_table(1, 2)],
        "joins": [],
        "pacing": {},
    }
    events = [
        {
            "at": f"2026-03-01T10:{number:02}:00+00:00",
            "type": "request",
            "booking": {"id": f"B{number}", "party_size": 2, "start": start, "source": "web"},
        }
        for number, start in enumerate(
            ("2026-03-20T04:30:00+00:00", "2026-03-20T05:30:00+00:00", "2026-03-20T06:15:00+00:00")
        )
    ]
    scenario = {**week, "venue": venue, "events": events}
    night = play(scenario)
    assert judge.check(scenario, night.seating)[1] == []
    assert (set(night.seating), set(night.refused)) == ({"B0", "B2"}, {"B1"})
