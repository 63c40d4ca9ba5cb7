"""The OpenAPI document: what each `Endpoint` says of itself, in the form that tools and the reference page read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from maitred.api.answers import Problem
from maitred.api.auth import SCOPE_MEANINGS
from maitred.api.call import Endpoint
from maitred.api.codes import CODES
from maitred.api.problems import MEDIA_TYPE

REF: Final = "#/components/schemas/{model}"
TAGS: Final[Mapping[str, str]] = {
    "Bookings": "Make, read, list and change bookings.",
    "Availability": "Which times would work, and why the others would not.",
    "Holds": "Keep a seat for a moment while a guest fills in the form.",
    "Waitlist": "Guests who wait for room on a full day, with their consent to be booked.",
    "Floor": "The night as it goes: what waits for a person, walk-ins, tables lost or closed.",
    "Lifecycle": "What can happen to a booking: at the door, and by an operator.",
    "Review": "What the engine hands to people, with a reason and ranked ways out.",
    "Optimizer": "A service day planned again as a whole: proposed, proven, applied by a word.",
    "Moves": "Which parties changed tables and why; changing, promising and taking back by hand.",
    "Restaurants": "The houses: tables, joins, services and rules.",
    "Personal data": "What is known of a guest, told or erased; bookings for spreadsheets.",
    "Rollout": "Which restaurants the pipeline decides for: step by step, in shadow first, and off in a second.",
    "Webhooks": "Systems that are told of every event, signed, until they have it.",
    "Events": "The same events as a stream.",
    "Messages": "What guests and staff were told, how it went, and how a restaurant sends.",
    "Administration": "Keys and messages that got stuck.",
    "Health": "For orchestrators and monitoring; no key needed.",
}
DESCRIPTION: Final = """\
Bookings are accepted at once and seated a moment later. Every answer that refuses says why, with a code for programs
and the field at fault; every change can state the version it is meant for, so nobody overwrites what they never saw.
"""

_PARAMETERS: Final[Mapping[str, dict[str, Any]]] = {
    "Idempotency-Key": {
        "description": "1 to 255 visible ASCII characters. The same key gives the same answer for at least 24 hours; "
        "with another body it is refused.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "7f3c9b1e-order-4711",
    },
    "Prefer": {
        "description": "`wait=N`, 0 to 30 seconds: answer when the booking is settled (or has moved on).",
        "schema": {"type": "string"},
        "example": "wait=5",
    },
    "If-Match": {
        "description": "The versions it is meant for, compared strongly, or `*`. Another version is answered with 412.",
        "schema": {"type": "string"},
        "example": '"4"',
    },
    "Last-Event-ID": {
        "description": "The last event that was read: the stream goes on after it.",
        "schema": {"type": "string", "format": "uuid"},
        "example": "9b2f6a52-6d3e-5c57-8a0f-0e6a52b1c9d4",
    },
    "If-None-Match": {
        "description": "Versions that are known already, compared weakly, or `*`. A change of one gets 412.",
        "schema": {"type": "string"},
        "example": '"4"',
    },
}
_ANSWER_HEADERS: Final[Mapping[str, str]] = {
    "ETag": "The booking's version, in quotes.",
    "Location": "Address of what was made.",
    "Idempotency-Replayed": "`true` when this answer was given before.",
    "Preference-Applied": "The preference that was followed.",
}
_PATH_PARAMETERS: Final[Mapping[str, str]] = {
    "slug": "The restaurant's slug.",
    "booking_id": "The booking's id.",
    "entry_id": "Id of a place on the waitlist.",
    "hold_id": "The hold's id.",
    "move_set": "Id of a set of moves.",
    "key_id": "The key's id.",
    "run_id": "The run's id.",
    "table": "The table's id.",
    "block_id": "The block's id.",
    "flag": "The flag: `feat.booking_pipeline.v1`.",
    "webhook_id": "The webhook's id.",
    "delivery_id": "Number of a delivery, from the log.",
    "message_id": "The message's id.",
}
_STATUS_WORDS: Final = {200: "Done.", 201: "Made.", 202: "Accepted; being worked on.", 204: "Done; nothing to say."}


def documented(endpoint: Endpoint) -> dict[str, Any]:
    """Return the keyword arguments with which FastAPI documents a route."""
    extra: dict[str, Any] = {
        "parameters": [*_path(endpoint.path), *_query(endpoint.query), *_headers(endpoint.headers)],
        "security": [{"key": [endpoint.scope] if endpoint.scope else []}],
        "x-scope": endpoint.scope,
        "x-problems": list(endpoint.problems),
    }
    if endpoint.body:
        content = {"application/json": {"schema": {"$ref": REF.format(model=endpoint.body.__name__)}}}
        extra["requestBody"] = {"required": not endpoint.body_optional, "content": content}
    return {
        "summary": endpoint.summary,
        "description": (endpoint.handler.__doc__ or "").strip(),
        "tags": [endpoint.tag],
        "status_code": endpoint.status,
        "responses": _responses(endpoint),
        "response_model": None,
        "operation_id": f"{endpoint.method.lower()}_{_identifier(endpoint.path)}",
        "openapi_extra": extra,
    }


def attach(app: FastAPI, endpoints: Sequence[Endpoint]) -> None:
    """Make the app's OpenAPI document the completed one."""
    bodies = sorted({one.body for one in endpoints if one.body}, key=lambda model: model.__name__)

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(app, bodies)
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]  # the documented way to extend it


def _complete(app: FastAPI, bodies: Sequence[type[BaseModel]]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS.items()],
    )
    models: list[type[BaseModel]] = [*bodies, Problem]
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(found.get("$defs", {}))
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "Scopes: " + " ".join(f"`{name}`: {words}" for name, words in SCOPE_MEANINGS.items()),
        }
    }
    document["x-problem-codes"] = {name: code._asdict() for name, code in CODES.items()}
    return document


def _responses(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    first: dict[str, Any] = {"description": _STATUS_WORDS[endpoint.status]}
    if endpoint.answer is not None:
        first["model"] = endpoint.answer
    if endpoint.answer_headers:
        first["headers"] = {
            name: {"description": _ANSWER_HEADERS[name], "schema": {"type": "string"}}
            for name in endpoint.answer_headers
        }
    more: dict[int | str, dict[str, Any]] = {status: {"description": words} for status, words in endpoint.more.items()}
    problem = {
        "description": "A problem (RFC 9457); `code` says which.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}},
    }
    return {endpoint.status: first, **more, "4XX": problem, "5XX": problem}


def _path(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PATH_PARAMETERS[name],
            "schema": {"type": "string"} | ({} if name in ("slug", "table", "delivery_id") else {"format": "uuid"}),
        }
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=REF)
    required = set(schema.get("required", ()))
    parameters = []
    for name, about in schema["properties"].items():
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "description": about.get("description", ""),
                "schema": {key: value for key, value in about.items() if key not in ("description", "title")},
            }
        )
    return parameters


def _headers(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name, "in": "header", "required": False, **_PARAMETERS[name]} for name in names]


def _identifier(path: str) -> str:
    return re.sub(r"\W+", "_", path.removeprefix("/v1/")).strip("_")
