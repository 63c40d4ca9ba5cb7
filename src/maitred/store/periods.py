"""Past periods: what was asked for, and the venue's rules of the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from maitred.store.database import Database
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One request as it was made; `override` names the soft rules that staff set aside."""

    reference: str
    party_size: int
    starts_at: datetime
    source: str
    zone_preference: str | None
    accessible: bool
    override: Mapping[str, Any] | None
    asked_at: datetime
    cancelled_at: datetime | None

    @property
    def overrides(self) -> Sequence[str]:
        """Return the rules that were set aside."""
        return tuple((self.override or {}).get("rules", ()))


async def venue_at(database: Database, restaurant_id: int, instant: datetime) -> tuple[int, Mapping[str, Any]]:
    """Return the version and document of the venue that were in force at an instant."""
    row = await database.fetchrow(SQL["venue_at"], restaurant_id, instant)
    assert row is not None, "a restaurant has at least one version"
    return row["version"], row["document"]


async def requests_of(database: Database, restaurant_id: int, first: date, last: date) -> list[AskedRow]:
    """Return every request for the service days of a period, in order of arrival."""
    rows = await database.fetch(SQL["requests_of_period"], restaurant_id, first, last)
    return [AskedRow(**dict(row)) for row in rows]
