"""A past period comes out of the database as it went in, names nobody, and seats as the file that it came from."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from house import VENUE, Inn, evening, open_inn, render, venue

from maitred.domain.booking import Source
from maitred.domain.errors import InvalidInput, NotFound, TransitionNotAllowed
from maitred.domain.lifecycle import Action
from maitred.domain.simulation import simulate
from maitred.scenarios.reader import Scenario, parse_scenario
from maitred.usecases.accept import BookingRequest, GuestDetails, Override, accept_booking
from maitred.usecases.door import act
from maitred.usecases.export import export_period
from maitred.usecases.venues import import_venue

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"
SECRETS = ("Ada Guest", "ada@example.org", "+4915112345678", "allergic to nuts", "her own number")


async def _lived(inn: Inn, scenario: Mapping[str, Any]) -> set[str]:
    """Let a scenario happen, each step at its time; return whose cancellation was pointless, having no table."""
    return (await _lived_by_name(inn, scenario))[0]


async def _lived_by_name(inn: Inn, scenario: Mapping[str, Any]) -> tuple[set[str], dict[str, UUID]]:
    ids: dict[str, UUID] = {}
    pointless = set()
    for event in scenario["events"]:
        at = datetime.fromisoformat(event["at"])
        if event["type"] == "cancel":
            try:
                await act(inn.desk, ids[event["booking_id"]], Action.CANCEL, caller=inn.caller, at=at)
            except TransitionNotAllowed:
                pointless.add(event["booking_id"])
            continue
        booking = event["booking"]
        ids[booking["id"]] = await inn.book(
            booking["party_size"],
            datetime.fromisoformat(booking["start"]),
            source=Source(booking["source"]),
            zone_preference=booking.get("zone_preference"),
            accessible=booking.get("accessible", False),
            decided_as_of=at,
        )
    return pointless, ids


def _in_order(scenario: Scenario) -> list[tuple[Any, ...]]:
    """The events with bookings named by their place in the order of asking."""
    place = {request.id: number for number, request in enumerate(scenario.requests)}
    return [
        (e.at, place[e.id], e.party_size, e.starts_at, e.source, e.zone_preference, e.accessible)
        if hasattr(e, "party_size")
        else (e.at, place[e.booking])
        for e in scenario.events
    ]


@pytest.mark.parametrize("name", ["prince-of-wales-100", "bistro-1.2-2"])
async def test_a_night_that_was_lived_exports_as_the_file_it_came_from(
    migrated_database: str, redis_url: str, name: str
) -> None:
    """Requests, times, wishes, cancellations and venue are those of the file, and so is the seating."""
    original = json.loads((SCENARIOS / f"{name}.json").read_text())
    async with open_inn(migrated_database, redis_url, original["venue"], flag="off") as inn:
        pointless = await _lived(inn, original)
        day = datetime.fromisoformat(original["events"][0]["booking"]["start"]).date()
        document = await export_period(inn.desk.database, inn.place.slug, day, day)
    original["events"] = [e for e in original["events"] if e.get("booking_id") not in pointless]
    exported, given = parse_scenario(document), parse_scenario(original)
    assert document["venue"] == original["venue"]
    assert _in_order(exported) == _in_order(given)
    if name == "prince-of-wales-100":  # ids in order of asking, as exports have them: by them equals are told apart
        new_name = dict(zip((r.id for r in given.requests), (r.id for r in exported.requests), strict=True))
        direct = simulate(original)["seating"]
        assert simulate(exported.plain())["seating"] == {new_name[key]: tables for key, tables in direct.items()}


@pytest.mark.parametrize("name", ["bistro-1.2-2", "demo-17-tables-117"])
async def test_the_pipeline_seats_as_simulate_does(migrated_database: str, redis_url: str, name: str) -> None:
    """One at a time, moves and cancellations and all, the database ends with the tables that simulate names."""
    original = json.loads((SCENARIOS / f"{name}.json").read_text())
    async with open_inn(migrated_database, redis_url, original["venue"], flag="off") as inn:
        _, ids = await _lived_by_name(inn, original)
        seated = {key: (await inn.view(booking)).tables for key, booking in ids.items()}
    result = simulate(original)
    assert result["moves"] > 0
    assert {key: list(tables) for key, tables in seated.items() if tables} == result["seating"]


async def test_an_export_names_no_guest(inline_inn: Inn) -> None:
    """Neither name, contact, note nor the caller's own reference is in it; our reference is."""
    guest = GuestDetails("Ada Guest", "ada@example.org", "+4915112345678")
    request = BookingRequest(2, evening(), guest, notes="allergic to nuts", external_ref="her own number")
    await accept_booking(inline_inn.desk, inline_inn.place, request, caller=inline_inn.caller, key=None, render=render)
    document = await _exported(inline_inn)
    text = json.dumps(document)
    assert [secret for secret in SECRETS if secret in text] == []
    (event,) = document["events"]
    assert set(event["booking"]) == {"id", "party_size", "start", "source", "x_reference"}


async def test_refused_and_overridden_requests_are_exported_as_they_were_made(inline_inn: Inn) -> None:
    """A refusal is a request as any other; rules that staff set aside travel along, and hold when it is simulated."""
    override = Override(frozenset({"outside_service"}), "regulars")
    early = evening("08:00")
    await inline_inn.book(2, early, source=Source.PHONE, override=override)
    for _ in range(3):
        await inline_inn.book(6, evening("19:00"))
    document = await _exported(inline_inn)
    scenario = parse_scenario(document)
    assert [(one.party_size, one.overrides) for one in scenario.requests] == [
        (2, frozenset({"outside_service"})),
        *[(6, frozenset())] * 3,
    ]
    result = simulate(scenario.plain())
    assert (set(result["seating"]), len(result["declined"])) >= ({"B0001"}, 1)


async def test_the_rules_are_those_of_the_time(inline_inn: Inn) -> None:
    """A night ends under the version in force when it ends; one long before the first import has the first."""
    later = {**venue(VENUE, slug=inline_inn.place.slug), "buffer_minutes": 0}
    await inline_inn.book(2)
    await inline_inn.book(2, datetime(2006, 1, 6, 19, tzinfo=UTC), decided_as_of=datetime(2006, 1, 2, tzinfo=UTC))
    await import_venue(inline_inn.desk.database, later, caller_name="test")
    present, past = await _exported(inline_inn), await _exported(inline_inn, date(2006, 1, 6))
    assert (present["venue"]["buffer_minutes"], present["x_exported"]["venue_version"]) == (0, 2)
    assert (past["venue"]["buffer_minutes"], past["x_exported"]["venue_version"]) == (15, 1)


async def test_a_period_that_makes_no_sense_is_refused(inline_inn: Inn) -> None:
    """Unknown restaurant, reversed, too long, and empty periods each say so."""
    database, slug = inline_inn.desk.database, inline_inn.place.slug
    day = evening().date()
    with pytest.raises(NotFound):
        await export_period(database, "nowhere", day, day)
    for first, last, code in (
        (day, date(2000, 1, 1), "period_reversed"),
        (date(2000, 1, 1), day, "period_too_long"),
        (day, day, "nothing_to_export"),
    ):
        with pytest.raises(InvalidInput) as caught:
            await export_period(database, slug, first, last)
        assert caught.value.reason_code == code


async def test_the_command_exports_what_the_other_command_plays(inline_inn: Inn, tmp_path: Path) -> None:
    """`maitred export` writes a file that `maitred simulate` plays under other rules."""
    for clock in ("18:00", "19:00", "20:00"):
        await inline_inn.book(4, evening(clock))
    day, out = evening().date().isoformat(), tmp_path / "past.json"
    done = _run(inline_inn, "export", inline_inn.place.slug, "--from", day, "--to", day, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 requests, 0 cancellations" in done.stdout
    played = _run(inline_inn, "simulate", out, "--moves", "0", "--weights", "slack=-2", "--json")
    assert len(json.loads(played.stdout)["seating"]) == 3
    nothing = _run(inline_inn, "export", "nowhere", "--from", day, "--to", day)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "nowhere" in nothing.stderr


def _run(inn: Inn, *args: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "maitred", *map(str, args)],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path), "MAITRED_DATABASE_URL": inn.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def _exported(inn: Inn, on: date | None = None) -> dict[str, Any]:
    day = on or evening().date()
    return await export_period(inn.desk.database, inn.place.slug, day, day)
