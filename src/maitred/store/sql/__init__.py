"""The SQL of the store, one file a feature, as named blocks.

A block starts with `-- name: the_name`; `SQL["the_name"]` is its text. Names are unique over all files.
"""

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Final

_MARK: Final = "-- name: "


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(_MARK)[1:]:
        name, _, body = part.partition("\n")
        yield name.strip(), body.strip().rstrip(";")


def _load() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for entry in sorted(resources.files(__name__).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".sql"):
            for name, body in _blocks(entry.read_text(encoding="utf-8")):
                assert name not in found, f"two SQL blocks are called {name}"
                found[name] = body
    return found


SQL: Final[Mapping[str, str]] = _load()
