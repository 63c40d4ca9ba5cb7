"""Backfill: the bookings of another system, in batches, each once, whatever interrupts it and whatever they are called.

What is over gets its history and, where it is known and possible, its tables. What is yet to come gets a seat by the
same guards as every booking: the tables it had there when they fit and are free, else the engine's choice, else a
person decides. Those with tables of their own come first, then in order of start. Nobody is told of any of it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from maitred.domain import calendar
from maitred.domain.assignment import NO_MOVES, Refuse, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Booking, Reason, ReasonCode, State
from maitred.domain.errors import Contended, InvalidInput, NotFound
from maitred.domain.imported import (
    Fate,
    Fault,
    Imported,
    Recorded,
    ended,
    fate_of,
    recorded_of,
    reviewed,
    seated,
)
from maitred.domain.lifecycle import Change
from maitred.domain.reference import reference_of
from maitred.store import allocations, imports
from maitred.store.bookings import Guest
from maitred.store.database import Connection, Database
from maitred.usecases.desk import OpenVenue, VenueShelf, utc_now
from maitred.usecases.import_report import Report
from maitred.usecases.import_update import take_over
from maitred.usecases.import_work import BATCH, Batchwork, ImportSource, given, service_day, turn_of
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.weigh import seating_request

MAX_NOTES: Final = 2000
LOOKS: Final = 5
_DAY: Final = timedelta(days=1)


async def backfill(
    database: Database,
    slug: str,
    source: ImportSource,
    digest: bytes,
    rows: Sequence[Imported],
    *,
    dry_run: bool = False,
    update: bool = False,
    faults: Sequence[Fault] = (),
    warnings: Sequence[Fault] = (),
    ignored: int = 0,
    clock: Callable[[], datetime] = utc_now,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Import bookings, or tell what that would do; what is here is compared, and `update` takes over what is newer.

    `digest` names the file, so that a run that was interrupted goes on where it stopped. Raises NotFound, and
    InvalidInput `looks_imported` when bookings of the file are here under another source and nobody said that this is
    another one on purpose.
    """
    try:
        place = await VenueShelf(database).get(slug)
    except NotFound:
        raise NotFound(f"There is no restaurant {slug!r}.", field="restaurant") from None
    work = Batchwork(database, place, source.name, clock(), dry_run, told)
    count = len(rows) + len({one.row for one in faults}) + ignored
    report = Report(
        slug, source.name, dry_run, rows=count, ignored=ignored, faults=list(faults), warnings=list(warnings)
    )
    ordered = [_known_zone(one, work, report) for one in in_order(rows, place, work.now)]
    await _not_under_another_source(work, ordered, report, source)
    run = await imports.run_of(database, place.restaurant_id, source.name, digest)
    if run and run.finished_at is None:
        report.resumed_at = run.position
    await _all_batches(work, ordered, digest, run, report)
    report.differing = await take_over(work, ordered, update=update and not dry_run)
    return report


def _known_zone(one: Imported, work: Batchwork, report: Report) -> Imported:
    """Keep the name of a zone that is not on the floor in the notes."""
    names = {name.casefold() for zone in work.place.venue.zones for name in (zone.id, zone.name)}
    if not one.zone or one.zone.casefold() in names:
        return one
    report.warnings.append(Fault(one.row, "zone", "unknown_zone", f"There is no zone {one.zone!r} here.", one.line))
    notes = "\n".join(filter(None, (one.notes, f"Zone: {one.zone}")))
    return replace(one, zone=None, notes=notes if len(notes) <= MAX_NOTES else one.notes)


async def _not_under_another_source(
    work: Batchwork, rows: Sequence[Imported], report: Report, source: ImportSource
) -> None:
    """Look whether the file has bookings that are here under another name, and ask before they come in twice."""
    for begin in range(0, len(rows), BATCH):
        batch = [_looked_for(work, one) for one in rows[begin : begin + BATCH]]
        report.alike += await imports.alike(work.database, work.place.restaurant_id, work.source, batch)
    if report.alike and not (work.dry_run or source.on_purpose):
        raise InvalidInput(how_alike(report), field="--source", code="looks_imported")


def how_alike(report: Report) -> str:
    """Return what is said of a file whose bookings are here already under another source."""
    count = len({one.row for one in report.alike})
    names = sorted({one.source for one in report.alike if one.source})
    where = f"imported as {' and '.join(names)}" if names else "booked here"
    again = f"--source {names[0]} if it is of that system, " if names else ""
    return (
        f"{count} of {report.rows} rows look like bookings that are here already, {where}"
        f" (row {report.alike[0].row} is {report.alike[0].reference}). Say {again}"
        f"--source {report.source} to import them besides."
    )


def _looked_for(work: Batchwork, one: Imported) -> dict[str, Any]:
    return {
        "row": one.row,
        "external_id": one.external_id,
        "service_date": service_day(work, one),
        "starts_at": one.starts_at,
        "party_size": one.party_size,
        "name": one.name,
    }


def in_order(rows: Sequence[Imported], place: OpenVenue, now: datetime) -> list[Imported]:
    """Return the rows as they are taken: what is over, then who has tables of their own, each in order of start."""

    def place_of(one: Imported) -> tuple[bool, bool, datetime, int]:
        coming = one.starts_at + timedelta(minutes=turn_of(one, place)) > now
        return coming, coming and not given(one, place), one.starts_at, one.row

    return sorted(rows, key=place_of)


async def _all_batches(
    work: Batchwork, rows: Sequence[Imported], digest: bytes, run: imports.Run | None, report: Report
) -> None:
    run_id = run.id if run else uuid5(NAMESPACE_OID, f"{work.place.restaurant_id} {work.source} {digest.hex()}")
    report.run = None if work.dry_run else run_id
    room = _Room(work)
    for begin in range(0, len(rows), BATCH):
        batch = rows[begin : begin + BATCH]
        done = min(begin + BATCH, len(rows))
        if work.dry_run:
            report.add(await _planned_only(work, room, batch))
        else:
            report.add(await _written(work, batch, run_id, digest, len(rows), done))
        work.told(done, len(rows))


async def _planned_only(work: Batchwork, room: "_Room", batch: Sequence[Imported]) -> Report:
    part = Report(work.place.slug, work.source, dry_run=True)
    known = await imports.known(
        work.database, work.place.restaurant_id, work.source, [one.external_id for one in batch]
    )
    part.already = sum(one.external_id in known for one in batch)
    for one in batch:
        if one.external_id not in known:
            await _decided(work, room, work.database, one, part)
    return part


async def _written(
    work: Batchwork, batch: Sequence[Imported], run_id: UUID, digest: bytes, rows: int, done: int
) -> Report:
    """Write one batch in one transaction; what gets in between is seen by a second look."""
    for look in range(LOOKS):
        try:
            return await _write_once(work, batch, run_id, digest, rows, done)
        except Contended:
            if look + 1 == LOOKS:
                raise
    raise AssertionError("the loop returns or raises")


async def _write_once(
    work: Batchwork, batch: Sequence[Imported], run_id: UUID, digest: bytes, rows: int, done: int
) -> Report:
    number, part = work.place.restaurant_id, Report(work.place.slug, work.source, dry_run=False)
    ids = [one.external_id for one in batch]
    if len(await imports.known(work.database, number, work.source, ids)) == len(batch):
        part.already = len(batch)
        run = await imports.run_of(work.database, number, work.source, digest)
        if run is None or run.position >= done:
            return part  # nothing to write, not even that there was nothing
    async with _transaction(work) as connection:
        known = await imports.known(connection, number, work.source, ids)
        new = [one for one in batch if one.external_id not in known]
        part.already = len(batch) - len(new)
        await imports.begin_run(connection, run_id, number, work.source, digest, rows, work.now)
        fences = await imports.lock_days(connection, number, {service_day(work, one) for one in new})
        room = _Room(work)
        seeds = [await _decided(work, room, connection, one, part) for one in new]
        await imports.insert(connection, number, work.source, run_id, [seed.entry for seed in seeds])
        await allocations.insert(connection, [record for seed in seeds for record in seed.records(fences)])
        await imports.advance(connection, run_id, done, len(new), work.now)
    return part


@asynccontextmanager
async def _transaction(work: Batchwork) -> Any:
    """Open a batch's transaction: no other import of this restaurant meanwhile, and the venue stays as it was read."""
    async with work.database.transaction(silent=True) as connection:
        version = await imports.lock_restaurant(connection, work.place.restaurant_id)
        if version != work.place.version:
            raise InvalidInput(
                "The venue was changed during the import; run it again.", field="restaurant", code="venue_changed"
            )
        yield connection


@dataclass(frozen=True, slots=True)
class _Seed:
    """One booking with its tables and for how long they are taken."""

    entry: imports.Entry
    tables: tuple[str, ...] = ()
    window: tuple[datetime, datetime] | None = None

    def records(self, fences: Mapping[date, int]) -> list[dict[str, Any]]:
        booking = self.entry.changes[-1].after
        if self.window is None:
            return []
        day, fence = booking.service_date, fences[booking.service_date]
        return allocations.allocation(
            booking.restaurant_id, day, self.tables, self.window, fence, booking_id=booking.id
        )


class _Room:
    """The floor as it fills up: read from the database a day at a time, then kept with what was decided here."""

    def __init__(self, work: Batchwork) -> None:
        self._work = work
        self._days: dict[date, Snapshot] = {}
        self._seated: list[tuple[Booking, tuple[str, ...]]] = []
        self._past: dict[str, list[tuple[datetime, datetime]]] = {}
        self._read: set[date] = set()

    async def of(self, source: Database | Connection, day: date) -> Snapshot:
        """Return a day with everybody who was seated here; a party may reach into the days beside its own."""
        if day not in self._days:
            snapshot = await read_snapshot(source, self._work.place, day, self._work.now)
            for booking, tables in self._seated:
                if abs(booking.service_date - day) <= _DAY:
                    snapshot = _with(snapshot, booking, tables)
            self._days[day] = snapshot
        return self._days[day]

    def seat(self, booking: Booking, tables: tuple[str, ...]) -> None:
        """Remember a seat."""
        self._seated.append((booking, tables))
        for day in (booking.service_date - _DAY, booking.service_date, booking.service_date + _DAY):
            if day in self._days:
                self._days[day] = _with(self._days[day], booking, tables)

    async def was_free(
        self, source: Database | Connection, day: date, tables: Sequence[str], window: tuple[datetime, datetime]
    ) -> bool:
        """Tell whether nobody has these tables in a window that is over, and take them if so."""
        if day not in self._read:
            opens, closes = calendar.day_bounds(self._work.place.venue, day)
            number = self._work.place.restaurant_id
            for table, begins, ends in await imports.taken_between(source, number, opens - _DAY, closes + _DAY):
                self._past.setdefault(table, []).append((begins, ends))
            self._read.add(day)
        free = all(
            ends <= window[0] or window[1] <= begins for table in tables for begins, ends in self._past.get(table, ())
        )
        if free:
            for table in tables:
                self._past.setdefault(table, []).append(window)
        return free


def _with(snapshot: Snapshot, booking: Booking, tables: Sequence[str]) -> Snapshot:
    return snapshot.with_seating(str(booking.id), tables, booking.starts_at, booking.ends_at, booking.party_size)


async def _decided(work: Batchwork, room: _Room, source: Database | Connection, one: Imported, part: Report) -> _Seed:
    """Decide what a row becomes here, and count it."""
    guest = Guest(uuid4(), work.place.restaurant_id, one.name, one.email, one.phone, one.locale)
    booking = _booking(work, one, guest)
    fate = fate_of(one, booking.turn_minutes, work.now)
    if fate is Fate.SEAT:
        seed = await _to_come(work, room, source, one, booking, guest, part)
    else:
        changes = ended(booking, one, fate, work.source, work.now)
        window = await _past_seat(work, room, source, one, fate, changes, part)
        seed = _Seed(imports.Entry(changes, guest, one.external_id, recorded_of(one)), given(one, work.place), window)
    part.imported[seed.entry.changes[-1].after.state] += 1
    return seed


def _booking(work: Batchwork, one: Imported, guest: Guest) -> Booking:
    booking_id = uuid4()
    zones = {zone.id.casefold(): zone.id for zone in work.place.venue.zones}
    names = {zone.name.casefold(): zone.id for zone in work.place.venue.zones}
    wished = one.zone.casefold() if one.zone else ""
    return Booking(
        id=booking_id,
        restaurant_id=work.place.restaurant_id,
        restaurant=work.place.slug,
        service_date=service_day(work, one),
        reference=reference_of(booking_id),
        external_ref=one.external_id,
        guest_id=guest.id,
        party_size=one.party_size,
        starts_at=one.starts_at,
        turn_minutes=turn_of(one, work.place),
        buffer_minutes=work.place.venue.buffer_minutes,
        source=one.source,
        zone_preference=zones.get(wished) or names.get(wished),
        accessible=one.accessible,
        notes=one.notes,
        state=State.CREATED,
        version=1,
    )


async def _past_seat(
    work: Batchwork,
    room: _Room,
    source: Database | Connection,
    one: Imported,
    fate: Fate,
    changes: Sequence[Change],
    part: Report,
) -> tuple[datetime, datetime] | None:
    """Return the time for which a party had its tables, when it did and the book has room for it."""
    tables = given(one, work.place)
    if fate is not Fate.COMPLETED or not tables:
        return None
    begins, ends = changes[-2].at, changes[-1].at
    day = changes[-1].after.service_date
    if begins < ends and await room.was_free(source, day, tables, (begins, ends)):
        part.seats["past"] += 1
        return begins, ends
    part.clashes.append(
        Fault(one.row, "tables", "tables_overlap", "Another party had one of the tables then.", one.line)
    )
    return None


async def _to_come(
    work: Batchwork,
    room: _Room,
    source: Database | Connection,
    one: Imported,
    booking: Booking,
    guest: Guest,
    part: Report,
) -> _Seed:
    day = await room.of(source, booking.service_date)
    chosen = _tables_for(work, one, booking, day, part)
    if isinstance(chosen, Reason):
        part.seats["review"] += 1
        rule, said = str(chosen.data.get("rule", chosen.code)), str(chosen.data.get("message", ""))
        part.reviews.append(Fault(one.row, "starts_at", rule, said, one.line))
        changes = reviewed(booking, one, work.source, work.now, chosen)
        return _Seed(imports.Entry(changes, guest, one.external_id, recorded_of(one)))
    if calendar.find_window(work.place.venue, booking.starts_at) is None:
        part.warnings.append(_odd_hour(work, one))
    changes = seated(booking, one, work.source, work.now)
    room.seat(booking, chosen)
    entry = imports.Entry(changes, guest, one.external_id, recorded_of(one, chosen))
    return _Seed(entry, chosen, (booking.starts_at, booking.ends_at))


def _tables_for(
    work: Batchwork, one: Imported, booking: Booking, day: Snapshot, part: Report
) -> tuple[str, ...] | Reason:
    """Return the tables of a party to come: its own, else the engine's choice, else why a person has to decide."""
    own = given(one, work.place)
    why_not = _unfit(work, one, booking, own, day)
    if own and why_not is None:
        part.seats["given"] += 1
        return own
    if why_not is not None:
        part.clashes.append(why_not)
    if one.state is Recorded.SEATED:  # they sit somewhere: choosing for them would be an invention
        return _reason("They are seated; staff say where.", rule="seated_elsewhere")
    if calendar.find_window(work.place.venue, booking.starts_at) is None:
        return _reason("The restaurant does not seat parties at that time.", rule="outside_service")
    decision = decide(seating_request(booking), day, work.place.venue, NO_MOVES)
    if isinstance(decision, Refuse):
        return Reason(ReasonCode(decision.code), {**decision.data, "message": decision.message, "imported": True})
    part.seats["chosen"] += 1
    return decision.plan.tables


def _odd_hour(work: Batchwork, one: Imported) -> Fault:
    """Return what is said of a party that has its tables while nobody is seated: 7:30 may have been meant as 19:30."""
    at = one.starts_at.astimezone(work.place.venue.tz)
    message = f"It keeps its tables at {at:%H:%M}, when the restaurant seats nobody; is the time right?"
    return Fault(one.row, "starts_at", "outside_service", message, one.line)


def _reason(message: str, **data: Any) -> Reason:
    return Reason(ReasonCode.IMPORTED, {"message": message, **data})


def _unfit(work: Batchwork, one: Imported, booking: Booking, own: tuple[str, ...], day: Snapshot) -> Fault | None:
    """Return what keeps a party from the tables it had; None too when it had none."""
    if not one.tables:
        return None
    if not own:
        return Fault(
            one.row, "tables", "unknown_table", f"Not all of these tables exist: {', '.join(one.tables)}.", one.line
        )
    broken = work.place.floor.check_set(own, booking.party_size, booking.accessible)
    if broken:
        return Fault(one.row, "tables", broken[0].code, broken[0].message, one.line)
    if day.floor.mask(own) & day.busy_mask(booking.starts_at, booking.ends_at):
        return Fault(one.row, "tables", "table_taken", "Another party has one of the tables then.", one.line)
    return None
