"""Import a venue: validate all of it, then write a new version in one transaction, or nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from maitred.domain import calendar
from maitred.domain.errors import Contended, Rejected, TableTaken, VenueInvalid
from maitred.domain.floor import BrokenRule, Floor
from maitred.domain.venue import Fault, TableBlock, Venue, parse_venue, warnings
from maitred.store import allocations, venues
from maitred.store.allocations import PromisedSeat
from maitred.store.database import Connection, Database

# What a guest was promised: a seat, and a way to it. All else about where they sit is the house's to change.
PROMISES: Final = frozenset({"too_few_seats", "not_accessible", "promised_zone"})
LISTED: Final = 50
Misfit = tuple[PromisedSeat, tuple[BrokenRule, ...]]


class AlreadyThere(Rejected):
    """The venue was to be a new one, and is not."""

    code = "precondition_failed"


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
    database: Database,
    document: Mapping[str, Any],
    *,
    caller_name: str,
    dry_run: bool = False,
    only_new: bool = False,
) -> ImportReport:
    """Write a venue document as the newest version; the same document again changes nothing.

    Warnings name the bookings whose tables would not be given to them any more. Raises VenueInvalid with every fault,
    VenueInUse when bookings would lose tables, seats or accessibility, TableTaken when a block falls on a booking, and
    AlreadyThere when it was to be `only_new`.
    """
    venue = parse_venue(document)
    report: ImportReport | None = None
    try:
        async with database.transaction() as connection:
            report = await _write(connection, venue, document, caller_name, only_new=only_new)
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


async def _write(
    connection: Connection, venue: Venue, document: Mapping[str, Any], who: str, *, only_new: bool
) -> ImportReport:
    present = await venues.lock(connection, venue.slug)
    if present is not None and only_new:
        raise AlreadyThere("There is a restaurant of this slug.", field="slug", version=present.version)
    now = datetime.now(UTC)
    if present is not None and present.document == document:
        seats = await allocations.promised_seats(connection, present.id, now)
        told = warnings(venue) + _told(misfits_of(venue, seats, venue))
        return ImportReport(venue.slug, present.version, created=False, changed=False, warnings=told)
    number = present.id if present else await venues.create(connection, venue)
    if number is None:
        raise Contended("Somebody else is importing this venue.", field="slug")
    version = present.version + 1 if present else 1
    # Whoever is deciding on the version before loses its fence: it would seat parties on tables that go.
    await venues.renew_fences(connection, number, now.date() - timedelta(days=2))
    await _refuse_losses(connection, number, venue, now)
    before = as_it_was(present.document, venue) if present else venue
    misfits = misfits_of(venue, await allocations.promised_seats(connection, number, now), before)
    _keep_promises(misfits)
    await venues.write_version(connection, number, version, venue, document, who)
    lost = await venues.unseated(connection, number, now)
    if lost:
        raise VenueInUse("Bookings would no longer fit their tables.", field="tables", bookings=lost)
    await write_blocks(connection, number, venue)
    told = warnings(venue) + _told(misfits)
    return ImportReport(venue.slug, version, created=present is None, changed=True, warnings=told)


async def _refuse_losses(connection: Connection, number: int, venue: Venue, now: datetime) -> None:
    names = [table.id for table in venue.tables]
    sitting = await venues.live_bookings_elsewhere(connection, number, names, now)
    if sitting:
        tables = ", ".join(sorted({row["table_id"] for row in sitting}))
        raise VenueInUse(f"Bookings sit on tables that would go: {tables}.", field="tables", bookings=sitting)


def as_it_was(document: Mapping[str, Any], venue: Venue) -> Venue:
    """Return the venue in force so far; one that today's rules refuse is not compared with."""
    try:
        return parse_venue(document)
    except VenueInvalid:
        return venue


def misfits_of(venue: Venue, seats: Iterable[PromisedSeat], before: Venue) -> list[Misfit]:
    """Return the bookings whose tables or times break a rule of a venue that nobody set aside for them."""
    floor = Floor.bare(venue)
    found = (
        (one, (*_broken(floor, one), *_other_zone(floor, one), *_other_hours(venue, one, before))) for one in seats
    )
    return [(one, rules) for one, rules in found if rules]


def _other_hours(venue: Venue, one: PromisedSeat, before: Venue) -> Iterator[BrokenRule]:
    """Yield what a new calendar does to a time: closed, or out of hours, or another time by the venue's clock."""
    now, then = (one.starts_at.astimezone(tz).strftime("%H:%M") for tz in (venue.tz, before.tz))
    if now != then:
        yield BrokenRule("timezone", False, f"Their time is {now} in {venue.timezone}; it was {then}.")
    if calendar.find_window(venue, one.starts_at) or "outside_service" in one.overridden_rules:
        return
    day = calendar.service_date(venue, one.starts_at)
    if not calendar.windows(venue, day):
        yield BrokenRule("closed", False, f"The restaurant is closed on {day.isoformat()}.")
    elif calendar.find_window(before, one.starts_at):  # else it never was within hours
        yield BrokenRule("outside_service", False, f"No service takes parties at {now} on {day.isoformat()}.")


def _broken(floor: Floor, one: PromisedSeat) -> tuple[BrokenRule, ...]:
    return floor.check_set(one.tables, one.party_size, one.accessible, allowed_overrides=one.overridden_rules)


def _other_zone(floor: Floor, one: PromisedSeat) -> Iterator[BrokenRule]:
    """Yield the loss of a zone that was asked for and given; one that was only asked for is no promise."""
    zones = {floor.tables[table].zone for table in one.tables if table in floor.tables}
    if one.promised_zone is not None and one.promised_zone not in zones:
        yield BrokenRule("promised_zone", False, f"The party was promised zone {one.promised_zone}.")
    elif one.zone_preference in one.zones and one.zone_preference not in zones:
        yield BrokenRule("zone_preference", False, f"None of the tables stands in zone {one.zone_preference}.")


def _keep_promises(misfits: Iterable[Misfit]) -> None:
    lost = [
        {"id": one.id, "reference": one.reference, "rule": rule.code, "message": rule.message}
        for one, rules in misfits
        for rule in rules
        if rule.code in PROMISES
    ]
    if lost:
        message = "Bookings would lose their seats, or tables they can reach."
        raise VenueInUse(message, field="tables", bookings=lost[:LISTED])


def _told(misfits: list[Misfit]) -> tuple[Fault, ...]:
    messages = [sentence_of(one, rules) for one, rules in misfits[:LISTED]]
    if len(misfits) > LISTED:
        messages.append(f"{len(misfits) - LISTED} more like these.")
    return tuple(Fault("bookings", "no_longer_fits", message) for message in messages)


def sentence_of(one: PromisedSeat, rules: Iterable[BrokenRule]) -> str:
    why = " ".join(f"{rule.message} ({rule.code})" for rule in rules)
    return f"{one.reference} on {', '.join(one.tables)}: {why}"


async def write_blocks(connection: Connection, number: int, venue: Venue) -> None:
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
