"""The registry of what leaves the house knows every event there is, and lets nothing else out."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from maitred.domain.event_types import PUBLIC, sent
from maitred.domain.events import Event
from maitred.domain.lifecycle import EVENT_TYPES, UNANNOUNCED
from maitred.workers.subscriptions import SUBSCRIBED_TYPES

SOURCES = Path(__file__).parents[2] / "src" / "maitred"
RECORDED_ONLY = {EVENT_TYPES[action] for action in UNANNOUNCED}


def test_every_type_of_the_sources_is_public_or_recorded_only() -> None:
    """Whatever is raised anywhere has its schema in the AsyncAPI document, unless nobody can act on it."""
    written = {
        found
        for path in SOURCES.rglob("*.py")
        for found in re.findall(
            r'"((?:booking|queue|waitlist)\.(?!html"|css"|js"|py"|sql")[a-z_]+)"', path.read_text("utf-8")
        )
    }
    assert set(EVENT_TYPES.values()) | {"queue.changed", "booking.review_claimed"} <= written
    unlisted = written - RECORDED_ONLY - set(PUBLIC)
    assert unlisted == set(), "list it in domain/event_types.py (and run docs/generate.py), or in UNANNOUNCED"
    assert set(PUBLIC) <= set(SUBSCRIBED_TYPES)


def test_only_listed_fields_leave() -> None:
    """A field that somebody adds to an event elsewhere, such as who works on a review, stays inside."""
    data = {"booking_id": "b", "reference": "R", "version": 3, "state": "manual_review", "service_date": "2030-05-17"}
    event = Event(uuid4(), "booking.review_claimed", "inn", "b", datetime.now(UTC), {**data, "claimed_by": "Ann"})
    assert sent(event)["data"] == {"v": 1, **data}
    assert sent(event)["dataschema"] == "urn:maitred:event:booking.review_claimed:1"


def test_what_is_recorded_only_does_not_leave() -> None:
    """A step that is over by the time it is heard of is no event for others."""
    event = Event(uuid4(), "booking.assigned", "inn", "b", datetime.now(UTC), {})
    with pytest.raises(KeyError):
        sent(event)
