"""Examples for the reference, made from the fields' own examples and types, so that none can go stale."""

from collections.abc import Mapping
from typing import Any, Final

_BY_FORMAT: Final[Mapping[str, str]] = {
    "uuid": "0b6f3a52-5f0e-4a39-9d0c-7a52f3b0c6d1",
    "date": "2030-05-17",
    "date-time": "2030-05-17T19:30:00+01:00",
}
_BY_TYPE: Final[Mapping[str, Any]] = {"string": "text", "integer": 1, "number": 1.0, "boolean": False, "object": {}}
# Sentences of their own for fields whose type says too little.
_BY_NAME: Final[Mapping[str, Any]] = {
    "restaurant": "demo",
    "slug": "demo",
    "name": "Trattoria Demo",
    "timezone": "Europe/London",
    "reference": "K7QM-2XP",
    "tables": ["T4", "T5"],
    "service": "dinner",
    "zone": "terrace",
    "strategy": "optimal_fit",
    "terms": {"fit": 0.9},
    "worker": "worker-1",
    "outcome": "confirmed",
    "next": None,
    "key": "mk_...",
    "actions": ["modify", "cancel", "arrive"],
    "state": "confirmed",
    "source": "web",
}
DEEPEST: Final = 5


def example_of(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    """Return an example of a schema of this OpenAPI document."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    given = schema.get("example", next(iter(schema.get("examples", ())), None))
    if given is not None:
        return given
    if "properties" in schema and depth < DEEPEST:
        return {
            name: _of_field(document, name, about, depth)
            for name, about in schema["properties"].items()
            if _worth_showing(schema, name, about)
        }
    return _plain(document, schema, depth)


def _worth_showing(schema: Mapping[str, Any], name: str, about: Mapping[str, Any]) -> bool:
    """Leave out of a request what is optional and has no example; an answer shows all it has."""
    return (
        name in schema.get("required", ())
        or "examples" in about
        or any("examples" in one for one in about.get("anyOf", ()))
    )


def _of_field(document: Mapping[str, Any], name: str, about: Mapping[str, Any], depth: int) -> Any:
    if "examples" not in about and name in _BY_NAME:
        return _BY_NAME[name]
    return example_of(document, about, depth + 1)


def _plain(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    options = schema.get("anyOf")
    if options:
        return example_of(document, options[0], depth + 1)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [example_of(document, schema.get("items", {}), depth + 1)] if depth < DEEPEST else []
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(schema.get("type", "")))
