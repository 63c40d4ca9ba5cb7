"""The names of the locks. All locks of one restaurant carry its hash tag, so one Lua call can take them together."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

_LOCK_KEY: Final = re.compile(r"maitred:\{(?P<tag>[^{}]+)\}:lock:(?P<kind>[a-z]+):.+")


def day_key(restaurant: str, day: date) -> str:
    """Name the lock of one restaurant and service day."""
    return f"maitred:{{{restaurant}}}:lock:day:{day.isoformat()}"


def booking_key(restaurant: str, booking_id: UUID | str) -> str:
    """Name the lock of one booking."""
    return f"maitred:{{{restaurant}}}:lock:booking:{booking_id}"


def lock_set(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the keys sorted and without repeats, the order in which everybody takes them.

    Raises ValueError for no key, for a name that is no lock's, and for keys of two restaurants (they may live on
    two servers, where no single call could take both).
    """
    ordered = tuple(sorted(set(keys)))
    matches = [_LOCK_KEY.fullmatch(key) for key in ordered]
    if not ordered or None in matches:
        raise ValueError(f"not a set of lock keys: {ordered}")
    if len({match["tag"] for match in matches if match}) != 1:
        raise ValueError(f"locks of two restaurants cannot be taken together: {ordered}")
    return ordered


def kind_of(keys: tuple[str, ...]) -> str:
    """Name the widest kind of lock among the keys, `day` or `booking`, for metrics."""
    kinds = {match["kind"] for match in map(_LOCK_KEY.fullmatch, keys) if match}
    return "day" if "day" in kinds else min(kinds)
