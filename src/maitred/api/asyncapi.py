"""The AsyncAPI document: every event that leaves the house, made from the registry that also makes what is sent."""

from collections.abc import Mapping
from typing import Any, Final

from maitred import __version__
from maitred.domain.event_types import PUBLIC, TEST_TYPE, EventType
from maitred.domain.events import SPEC_VERSION

VERSION: Final = "3.0.0"
ADDRESS: Final = "/asyncapi.json"
_UUID: Final = {"type": "string", "format": "uuid"}
_EXAMPLES: Final[dict[str, Any]] = {
    "v": 1,
    "booking_id": "5f0c9f0e-9f43-4d6e-9a55-7a1f8f0b2f11",
    "reference": "K7M2QX",
    "version": 5,
    "from_state": "assigned",
    "state": "confirmed",
    "service_date": "2030-05-17",
    "starts_at": "2030-05-17T17:30:00+00:00",
    "party_size": 4,
    "reason": None,
    "entry_id": "5f0c9f0e-9f43-4d6e-9a55-7a1f8f0b2f11",
    "from_at": "2030-05-17T17:00:00+00:00",
    "until_at": "2030-05-17T19:00:00+00:00",
    "offer_expires_at": None,
    "message": "This is a test.",
}


def document() -> dict[str, Any]:
    """Return the document."""
    types = [*PUBLIC.values(), TEST_TYPE]
    messages = {one.name: {"$ref": f"#/components/messages/{one.name}"} for one in types}
    streamed = {one.name: {"$ref": f"#/components/messages/{one.name}"} for one in PUBLIC.values()}
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "maitred events",
            "version": __version__,
            "description": "What happens to bookings, as CloudEvents: pushed by webhooks, or read as a stream. Each "
            "event has one id for ever; delivery is at least once, so a receiver remembers ids. `data.v` is the "
            "version of the data: fields may be added within one, never changed or taken away.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "webhooks": {
                "description": "POST to the addresses a restaurant has subscribed; signed by Standard Webhooks "
                "(`webhook-id`, `webhook-timestamp`, `webhook-signature`).",
                "messages": messages,
            },
            "stream": {
                "address": "/v1/events",
                "description": "GET, server-sent events; `Last-Event-ID` goes on after an event.",
                "messages": streamed,
            },
        },
        "operations": {
            "sendWebhook": {"action": "send", "channel": {"$ref": "#/channels/webhooks"}},
            "sendStream": {"action": "send", "channel": {"$ref": "#/channels/stream"}},
        },
        "components": {
            "messages": {one.name: _message(one) for one in types},
            "schemas": {one.name: _envelope(one) for one in types},
        },
    }


def _message(one: EventType) -> dict[str, Any]:
    return {
        "name": one.wire_name,
        "title": one.meaning,
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"#/components/schemas/{one.name}"},
        "examples": [{"payload": _example(one)}],
    }


def _envelope(one: EventType) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "specversion": {"const": SPEC_VERSION},
        "id": {**_UUID, "description": "The event's id, and the webhook-id of each of its deliveries."},
        "source": {"type": "string", "description": "The restaurant: /v1/restaurants/SLUG."},
        "type": {"const": one.wire_name},
        "subject": {**_UUID, "description": "What it is about: the booking's id, mostly."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"const": one.dataschema},
        "data": one.schema(),
    }
    return {"type": "object", "description": one.meaning, "properties": properties, "required": list(properties)}


def _example(one: EventType) -> dict[str, Any]:
    schema = one.schema()
    return {
        "specversion": SPEC_VERSION,
        "id": "9b2f6a52-6d3e-5c57-8a0f-0e6a52b1c9d4",
        "source": "/v1/restaurants/bistro",
        "type": one.wire_name,
        "subject": _EXAMPLES["booking_id"],
        "time": "2030-05-01T09:12:03.123456+00:00",
        "datacontenttype": "application/json",
        "dataschema": one.dataschema,
        "data": {name: _example_of(name, schema["properties"][name]) for name in schema["required"]},
    }


def _example_of(name: str, schema: Mapping[str, Any]) -> Any:
    """Return a value of the field; of several that a schema names, its own first."""
    value = _EXAMPLES[name]
    return schema["enum"][0] if "enum" in schema and value not in schema["enum"] else value
