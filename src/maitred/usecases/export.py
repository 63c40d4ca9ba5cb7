"""A past period as a scenario (docs/scenarios.md), to be simulated under other rules. Reads only; names nobody."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from maitred.domain.calendar import day_bounds
from maitred.domain.errors import InvalidInput, NotFound
from maitred.domain.venue import parse_venue
from maitred.store import periods, venues
from maitred.store.database import Database
from maitred.store.periods import AskedRow

MAX_DAYS: Final = 366
SCENARIO: Final = "maitred.scenario/1"


async def export_period(database: Database, slug: str, first: date, last: date) -> dict[str, Any]:
    """Return the requests for some service days, with the venue's rules as they were when the last one ended.

    A booking that was changed is asked for once, as it is now. Raises NotFound, and InvalidInput for a period that ends
    before it begins, is longer than MAX_DAYS, or that nobody asked for.
    """
    _check(first, last)
    row = await venues.by_slug(database, slug)
    if row is None:
        raise NotFound(f"There is no restaurant {slug!r}.", field="restaurant")
    _, ends = day_bounds(parse_venue(row.document), last)
    version, document = await periods.venue_at(database, row.id, ends)
    asked = await periods.requests_of(database, row.id, first, last)
    if not asked:
        raise InvalidInput(f"Nobody asked {slug} for {_days(first, last)}.", field="from", code="nothing_to_export")
    return {
        "format": SCENARIO,
        "name": f"{slug}, {_days(first, last)}",
        "x_exported": {"restaurant": slug, "venue_version": version, "from": str(first), "to": str(last)},
        "venue": document,
        "events": _events(asked),
    }


def _check(first: date, last: date) -> None:
    if last < first:
        raise InvalidInput("The period ends before it begins.", field="to", code="period_reversed")
    if last - first >= timedelta(days=MAX_DAYS):
        raise InvalidInput(f"A period has {MAX_DAYS} days at most.", field="to", code="period_too_long")


def _days(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _events(asked: Sequence[AskedRow]) -> list[Mapping[str, Any]]:
    """Return requests and cancellations in order of time; of one instant as they arrived."""
    width = max(4, len(str(len(asked))))
    timed = [event for place, row in enumerate(asked, 1) for event in _of_one(f"B{place:0{width}}", place, row)]
    return [event for _, event in sorted(timed, key=lambda item: item[0])]


def _of_one(key: str, place: int, row: AskedRow) -> Iterator[tuple[tuple[Any, ...], Mapping[str, Any]]]:
    booking: dict[str, Any] = {
        "id": key,
        "party_size": row.party_size,
        "start": row.starts_at.isoformat(),
        "source": row.source,
        "x_reference": row.reference,
    }
    if row.zone_preference is not None:
        booking["zone_preference"] = row.zone_preference
    if row.accessible:
        booking["accessible"] = True
    if row.overrides:
        booking["x_overrides"] = list(row.overrides)
    yield (row.asked_at, place, 0), {"at": row.asked_at.isoformat(), "type": "request", "booking": booking}
    if row.cancelled_at is not None:
        at = max(row.cancelled_at, row.asked_at)  # a recorded time of asking may lie after the clock's
        yield (at, place, 1), {"at": at.isoformat(), "type": "cancel", "booking_id": key}
