"""Scenario files: what is read, and how every fault is named."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from maitred.domain.booking import Source
from maitred.scenarios.failures import BadFile, ScenarioInvalid
from maitred.scenarios.files import read_document
from maitred.scenarios.reader import Cancel, Request, parse_scenario

VENUE: dict[str, Any] = {
    "slug": "corner",
    "name": "The Corner",
    "timezone": "Europe/London",
    "slot_minutes": 15,
    "buffer_minutes": 5,
    "max_tables_per_booking": 2,
    "zones": [{"id": "Z1", "name": "Room"}],
    "tables": [
        {"id": "T1", "zone": "Z1", "capacity": 2, "min_party": 1, "movable": True, "accessible": True},
        {"id": "T2", "zone": "Z1", "capacity": 4, "min_party": 1, "movable": True, "accessible": False},
    ],
    "joins": [["T1", "T2"]],
    "turn_minutes": [{"max_party": 6, "minutes": 90}],
    "services": [{"name": "dinner", "days": ["fri"], "open": "17:00", "last_seating": "21:30", "close": "23:30"}],
}
SCENARIO: dict[str, Any] = {
    "format": "maitred.scenario/1",
    "name": "one-evening",
    "venue": VENUE,
    "events": [
        {
            "at": "2026-03-20T09:00:00+00:00",
            "type": "request",
            "booking": {
                "id": "B1",
                "party_size": 4,
                "start": "2026-03-27T19:00:00+00:00",
                "source": "phone",
                "zone_preference": "Z1",
                "accessible": True,
            },
        },
        {"at": "2026-03-21T09:00:00+00:00", "type": "cancel", "booking_id": "B1"},
    ],
}


def test_a_sound_file_is_read_in_full() -> None:
    """Requests and cancels keep every field and the order of the file."""
    scenario = parse_scenario(SCENARIO)
    at = datetime(2026, 3, 20, 9, tzinfo=UTC)
    starts_at = datetime(2026, 3, 27, 19, tzinfo=UTC)
    assert scenario.events == (
        Request(at, "B1", 4, starts_at, Source.PHONE, "Z1", accessible=True),
        Cancel(datetime(2026, 3, 21, 9, tzinfo=UTC), "B1"),
    )
    assert (scenario.name, scenario.venue.slug, scenario.cancelled) == ("one-evening", "corner", frozenset({"B1"}))


def _broken(path: str, value: Any) -> dict[str, Any]:
    document = deepcopy(SCENARIO)
    *parents, last = path.split("/")
    place: Any = document
    for name in parents:
        place = place[int(name)] if name.isdigit() else place[name]
    place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("format", "maitred.scenario/2", ("format", "unknown_format")),
        ("name", None, ("name", "wrong_type")),
        ("venue", None, ("venue", "wrong_type")),
        ("venue/joins", [["T1", "T9"]], ("venue.joins[0][1]", "unknown_table")),
        ("events", {}, ("events", "wrong_type")),
        ("events", [], ("events", "no_requests")),
        ("events/0/type", "walk", ("events[0].type", "unknown_type")),
        ("events/0/at", "yesterday", ("events[0].at", "invalid_datetime")),
        ("events/0/booking", 7, ("events[0].booking", "wrong_type")),
        ("events/0/booking/party_size", 0, ("events[0].booking.party_size", "out_of_range")),
        ("events/0/booking/party_size", "4", ("events[0].booking.party_size", "wrong_type")),
        ("events/0/booking/start", "2026-03-29T01:30", ("events[0].booking.start", "nonexistent_local_time")),
        ("events/0/booking/source", "pigeon", ("events[0].booking.source", "unknown_source")),
        ("events/0/booking/accessible", "yes", ("events[0].booking.accessible", "wrong_type")),
        ("events/0/booking/note", "hi", ("events[0].booking.note", "unknown_field")),
        ("events/1/booking_id", "B2", ("events[1].booking_id", "unknown_booking")),
        ("events/1/at", "2026-03-19T09:00:00+00:00", ("events[1].at", "out_of_order")),
        ("extra", 1, ("extra", "unknown_field")),
    ],
)
def test_a_broken_field_is_named_with_its_rule(path: str, value: Any, fault: tuple[str, str]) -> None:
    """Each fault carries the field's path and the rule's code."""
    with pytest.raises(ScenarioInvalid) as caught:
        parse_scenario(_broken(path, value))
    assert fault in [(found.path, found.code) for found in caught.value.faults]


def test_every_fault_is_named_at_once() -> None:
    """One reading lists them all, each on a line of its own."""
    document = _broken("events/0/booking/party_size", -1)
    document["events"].append(deepcopy(document["events"][1]))
    document["events"].append({**deepcopy(SCENARIO["events"][0]), "at": "2026-03-22T09:00:00+00:00"})
    with pytest.raises(ScenarioInvalid) as caught:
        parse_scenario(document)
    codes = {(fault.path, fault.code) for fault in caught.value.faults}
    assert codes == {
        ("events[0].booking.party_size", "out_of_range"),
        ("events[2].booking_id", "cancelled_twice"),
        ("events[3].booking.id", "duplicate_id"),
    }
    assert len(caught.value.details) == len(codes)


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is not JSON"), ("[]", "holds no JSON object"), (None, "cannot be read")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    """A missing file, broken JSON and JSON of another kind each say so, with the file's name."""
    path = tmp_path / "night.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadFile, match=said) as caught:
        read_document(path)
    assert str(path) in str(caught.value)
