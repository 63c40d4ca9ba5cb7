"""Import a venue: validate all of it, then write a new version in one transaction, or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from maitred.domain import calendar
from maitred.domain.errors import Contended, Rejected, TableTaken
from maitred.domain.venue import Fault, TableBlock, Venue, parse_venue, warnings
from maitred.store import allocations, venues
from maitred.store.database import Connection, Database


class VenueInUse(Rejected):
    """Live bookings would lose their seats by the new version; nothing was changed."""

    code = "venue_in_use"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `changed` is False when the venue was the same already."""

    slug: str
    version: int
    created: bool
    changed: bool
    warnings: tuple[Fault, ...]


class _DryRun(Exception):
    """Rolls the transaction of a dry run back."""


async def import_venue(
    database: Database, document: Mapping[str, Any], *, caller_name: str, dry_run: bool = False
) -> ImportReport:
    """Write a venue document as the newest version; the same document again changes nothing.

    Raises VenueInvalid with every fault, VenueInUse when bookings would lose their tables, TableTaken when a block
    falls on a booking.
    """
    venue = parse_venue(document)
    report: ImportReport | None = None
    try:
        async with database.transaction() as connection:
            report = await _write(connection, venue, document, caller_name)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    except TableTaken as fault:
        raise TableTaken(
            "A table block falls on a booking; move the booking or the block first.", field="table_blocks"
        ) from fault
    assert report is not None
    return report


async def _write(connection: Connection, venue: Venue, document: Mapping[str, Any], who: str) -> ImportReport:
    present = await venues.lock(connection, venue.slug)
    if present is not None and present.document == document:
        return ImportReport(venue.slug, present.version, created=False, changed=False, warnings=warnings(venue))
    number = present.id if present else await venues.create(connection, venue)
    if number is None:
        raise Contended("Somebody else is importing this venue.", field="slug")
    version = present.version + 1 if present else 1
    now = datetime.now(UTC)
    # Whoever is deciding on the version before loses its fence: it would seat parties on tables that go.
    await venues.renew_fences(connection, number, now.date() - timedelta(days=2))
    await _refuse_losses(connection, number, venue, now)
    await venues.write_version(connection, number, version, venue, document, who)
    lost = await venues.unseated(connection, number, now)
    if lost:
        raise VenueInUse("Bookings would no longer fit their tables.", field="tables", bookings=lost)
    await _write_blocks(connection, number, venue)
    return ImportReport(venue.slug, version, created=present is None, changed=True, warnings=warnings(venue))


async def _refuse_losses(connection: Connection, number: int, venue: Venue, now: datetime) -> None:
    names = [table.id for table in venue.tables]
    sitting = await venues.live_bookings_elsewhere(connection, number, names, now)
    if sitting:
        tables = ", ".join(sorted({row["table_id"] for row in sitting}))
        raise VenueInUse(f"Bookings sit on tables that would go: {tables}.", field="tables", bookings=sitting)


async def _write_blocks(connection: Connection, number: int, venue: Venue) -> None:
    """Write table blocks as allocations, one a service day, so that the same constraint guards them."""
    await venues.delete_blocks(connection, number)
    pieces = [(block, day, window) for block in venue.table_blocks for day, window in _by_day(venue, block)]
    fences = await venues.lock_days(connection, number, sorted({day for _, day, _ in pieces}))
    for day in fences:
        await allocations.delete_expired_holds(connection, number, day)
    for block in venue.table_blocks:
        block_id = uuid4()
        window = (block.starts_at, block.ends_at)
        await venues.insert_block(connection, block_id, number, block.table, window, block.reason)
        records = [
            record
            for owner, day, piece in pieces
            if owner is block
            for record in allocations.allocation(number, day, [block.table], piece, fences[day], block_id=block_id)
        ]
        await allocations.insert(connection, records)


def _by_day(venue: Venue, block: TableBlock) -> Iterator[tuple[date, tuple[datetime, datetime]]]:
    day = calendar.service_date(venue, block.starts_at) - timedelta(days=1)
    while True:
        opens, closes = calendar.day_bounds(venue, day)
        if opens >= block.ends_at:
            return
        begins, ends = max(opens, block.starts_at), min(closes, block.ends_at)
        if begins < ends:
            yield day, (begins, ends)
        day += timedelta(days=1)
