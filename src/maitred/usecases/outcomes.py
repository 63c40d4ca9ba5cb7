"""What `historical_success` learns from: how it went at each set of tables over the venue's past service days.

Days that are over, up to the one under way: what decisions know then stays the same for the day, but for steps that
staff take late. It is read once for a venue and service day, and again after an hour; never for a single decision.
What was read is on record under its digest, which every decision made with it names, so any of them can be repeated.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from maitred.domain import calendar
from maitred.domain.assignment.model import Outcomes
from maitred.domain.venue import Venue
from maitred.store import outcomes
from maitred.store.database import Database

LEARNS: Final = "historical_success"
STALE_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Learned:
    """How it went at sets of tables; `digest` names the record of it, None where there is nothing to know."""

    digest: str | None = None
    outcomes: Outcomes = field(default_factory=dict)


NOTHING: Final = Learned()


class OutcomeShelf:
    """What was learned of each venue, kept for an hour or until its next service day begins; `days` 0: nothing."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days
        self._kept: dict[int, tuple[datetime, date, Learned]] = {}
        self._reading = asyncio.Lock()

    async def of(self, restaurant_id: int, venue: Venue, now: datetime) -> Learned:
        """Return what is known of a venue's tables; nothing where the venue does not ask for it."""
        if not self._days or LEARNS not in venue.strategies:
            return NOTHING
        today = calendar.service_date(venue, now)
        async with self._reading:  # of several days decided at once, one reads
            kept = self._kept.get(restaurant_id)
            if kept is None or kept[1] != today or not timedelta(0) <= now - kept[0] < STALE_AFTER:
                kept = self._kept[restaurant_id] = now, today, await self._read(restaurant_id, today, now)
        return kept[2]

    async def _read(self, restaurant_id: int, today: date, now: datetime) -> Learned:
        since = today - timedelta(days=self._days)
        found = await outcomes.of_days(self._database, restaurant_id, since, today)
        if not found:
            return NOTHING
        plain = _plain(found)
        digest = sha256(orjson.dumps(plain)).hexdigest()
        await outcomes.record(self._database, restaurant_id, digest, (since, today), plain, now)
        return Learned(digest, found)


def _plain(found: Outcomes) -> Sequence[Any]:
    return [[list(tables), good, total] for tables, (good, total) in sorted(found.items())]
