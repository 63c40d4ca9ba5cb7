"""Every event that leaves the house: its type, what it means, and the schema of its data.

What webhooks and streams send is made here from an event of the outbox: the fields that are listed, and no others, so
that nothing gets out by being added somewhere else. A version never loses or changes a field; fields may be added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from maitred.domain.booking import State
from maitred.domain.events import TYPE_PREFIX, Event
from maitred.domain.lifecycle import EVENT_TYPES, UNANNOUNCED, Action
from maitred.domain.waitlist import EVENT_TYPES as WAITLIST_TYPES
from maitred.domain.waitlist import WaitState

DATA_VERSION: Final = 1
TEST: Final = "webhook.test"

Schema = Mapping[str, Any]

_DATE: Final[Schema] = {"type": "string", "format": "date"}
_STATE: Final[Schema] = {"type": "string", "enum": [str(state) for state in State]}
_BOOKING: Final[Mapping[str, Schema]] = {
    "booking_id": {"type": "string", "format": "uuid"},
    "reference": {"type": "string", "description": "What the guest reads out on the phone."},
    "version": {
        "type": "integer",
        "minimum": 1,
        "description": "Rises by one with each step: of two events of a booking the higher is the later.",
    },
    "state": {**_STATE, "description": "The state after the step."},
    "service_date": {**_DATE, "description": "Service day: the local date of opening."},
}
_STEP: Final[Mapping[str, Schema]] = {
    **_BOOKING,
    "from_state": {"oneOf": [_STATE, {"type": "null"}], "description": "The state before; null for a new booking."},
    "starts_at": {"type": "string", "format": "date-time"},
    "party_size": {"type": "integer", "minimum": 1},
    "reason": {"type": ["string", "null"], "description": "Why the step was taken, a code for programs."},
    "previous_service_date": {**_DATE, "description": "The day the booking left, when its day changed."},
}
_OPTIONAL: Final = frozenset({"previous_service_date"})


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event. `name` is without the prefix that it has on the wire."""

    name: str
    meaning: str
    fields: Mapping[str, Schema]

    @property
    def wire_name(self) -> str:
        """The CloudEvents type."""
        return TYPE_PREFIX + self.name

    @property
    def dataschema(self) -> str:
        """The name of the data's schema, with its version."""
        return f"urn:maitred:event:{self.name}:{DATA_VERSION}"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the data."""
        version = {"const": DATA_VERSION, "description": "Version of this data; it rises when a field changes or goes."}
        return {
            "type": "object",
            "properties": {"v": version, **self.fields},
            "required": ["v", *(name for name in self.fields if name not in _OPTIONAL)],
        }


_INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
_MAYBE_INSTANT: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
_ENTRY: Final[Mapping[str, Schema]] = {
    "entry_id": {"type": "string", "format": "uuid", "description": "The place on the waitlist."},
    "version": {"type": "integer", "minimum": 1},
    "state": {"type": "string", "enum": [str(state) for state in WaitState]},
    "service_date": {**_DATE, "description": "Service day: the local date of opening."},
    "party_size": {"type": "integer", "minimum": 1},
    "from_at": {**_INSTANT, "description": "The earliest start they wait for."},
    "until_at": {**_INSTANT, "description": "The latest."},
    "starts_at": {**_MAYBE_INSTANT, "description": "The time that was offered or booked."},
    "booking_id": {"type": ["string", "null"], "format": "uuid"},
    "offer_expires_at": _MAYBE_INSTANT,
    "reason": {"type": ["string", "null"], "description": "Why, a code for programs."},
}


_MEANINGS: Final[Mapping[Action, str]] = {
    Action.CREATE: "A request for a table was accepted.",
    Action.REJECT: "A request was refused as soon as it was looked at.",
    Action.QUEUE: "A booking waits for its tables.",
    Action.CONFIRM: "A booking has its tables: the guest may come.",
    Action.RETRY: "No tables yet; the engine tries again by itself.",
    Action.ABORT: "A decision was cut short and is begun anew.",
    Action.ESCALATE: "A person must decide.",
    Action.FAIL: "A booking could not be seated.",
    Action.REQUEUE: "A booking under review waits for tables again.",
    Action.DECLINE: "The restaurant declined a booking.",
    Action.MODIFY: "Party, time or wishes of a booking changed.",
    Action.MOVE: "A party was given other tables.",
    Action.PIN: "A party was promised its very tables.",
    Action.UNPIN: "A promise of tables was taken back.",
    Action.ARRIVE: "A party stands at the door.",
    Action.CHECK_IN: "A party was seated.",
    Action.MARK_NO_SHOW: "A party did not come.",
    Action.LOSE_TABLE: "A party lost its tables; a person must decide.",
    Action.LATE_TABLE: "The party before sits longer than planned.",
    Action.LATE_GUEST: "A party is late.",
    Action.COMPLETE: "A party has left.",
    Action.CANCEL: "A booking was cancelled.",
    Action.UNDO: "The last step of a booking was taken back.",
}


_WAITING: Final[Mapping[WaitState, str]] = {
    WaitState.WAITING: "A guest waits for a table.",
    WaitState.OFFERED: "A table was offered, and is held for a while.",
    WaitState.BOOKED: "Who waited has a booking.",
    WaitState.LAPSED: "An offer ran out.",
    WaitState.LEFT: "A guest waits no more.",
    WaitState.EXPIRED: "No table came in time.",
}


def _registry() -> dict[str, EventType]:
    listed = [EventType(EVENT_TYPES[one], _MEANINGS[one], _STEP) for one in Action if one not in UNANNOUNCED]
    listed += [
        EventType("booking.review_claimed", "Somebody works on a review.", _BOOKING),
        EventType("booking.review_released", "Nobody works on a review any more.", _BOOKING),
        EventType("queue.changed", "The queue at the door is not what it was.", {"service_date": _DATE}),
    ]
    listed += [EventType(WAITLIST_TYPES[state], _WAITING[state], _ENTRY) for state in WaitState]
    return {one.name: one for one in listed}


PUBLIC: Final[Mapping[str, EventType]] = _registry()
TEST_TYPE: Final = EventType(TEST, "Sent by hand to see whether an endpoint answers.", {"message": {"type": "string"}})


def sent(event: Event) -> dict[str, Any]:
    """Return the envelope that leaves the house; raises KeyError for an event that does not."""
    known = TEST_TYPE if event.type == TEST else PUBLIC[event.type]
    data = {name: event.data[name] for name in known.fields if name in event.data}
    return {**event.envelope(), "dataschema": known.dataschema, "data": {"v": DATA_VERSION, **data}}
