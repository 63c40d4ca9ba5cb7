"""A new version of a venue made by a person, and what becomes of the bookings it touches.

Built on the import: the same rules, and the same refusal to break a promise in silence. Whoever would lose their seats
is given others in the same transaction, or goes into review; whoever merely no longer fits keeps their tables, unless
the person sends them to review. A look is the very same transaction, rolled back.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from maitred.domain.assignment import rank
from maitred.domain.booking import Booking, Reason, ReasonCode, State
from maitred.domain.errors import Contended, InvalidInput, StaleProposal
from maitred.domain.floor import BrokenRule, Floor
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.review import review_deadline
from maitred.domain.venue import Fault, Venue, parse_venue, warnings
from maitred.store import allocations, bookings, venues
from maitred.store.database import Connection
from maitred.store.venues import VenueRow
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle
from maitred.usecases.tracker import read_day
from maitred.usecases.venues import PROMISES, Misfit, VenueInUse, as_it_was, misfits_of, write_blocks
from maitred.usecases.weigh import seating_request

Fate = Literal["stays", "moves", "review"]
_BACK: Final = timedelta(days=2)


class StaleVenue(Contended):
    """The venue has a newer version than the one that was edited."""

    code = "stale_venue"


class _Look(Exception):
    """Rolls the transaction of a look back."""


@dataclass(frozen=True, slots=True)
class Affected:
    """One booking that a new version touches: which rules it breaks, and what becomes of it unless a person says."""

    booking: Booking
    tables: tuple[str, ...]
    rules: tuple[BrokenRule, ...]
    fate: Fate
    to_tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person decides beside the document: the version it was made from, who goes to review, who is told."""

    version: int
    reviews: frozenset[UUID] = frozenset()
    tell_guests: bool = False
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What a new version does, or did. `seal` names what was looked at."""

    version: int
    changed: bool
    affected: tuple[Affected, ...]
    warnings: tuple[Fault, ...]
    seal: str


@dataclass(slots=True)
class _Work:
    """One revision under way, inside its transaction."""

    desk: Desk
    connection: Connection
    place: OpenVenue
    caller: Caller
    wishes: Wishes
    now: datetime
    fences: Mapping[date, int]
    locked: Mapping[UUID, Booking]
    affected: list[Affected] = field(default_factory=list)


async def look_at_revision(
    desk: Desk, place: OpenVenue, document: Mapping[str, Any], *, caller: Caller, version: int
) -> Revision:
    """Return what a document would do as the newest version. Writes nothing.

    Raises VenueInvalid with every fault, VenueInUse when somebody sits at a table that goes, StaleVenue, InvalidInput.
    """
    return await _revise(desk, place, document, caller, Wishes(version), look=True)


async def revise_venue(
    desk: Desk, place: OpenVenue, document: Mapping[str, Any], wishes: Wishes, *, caller: Caller
) -> Revision:
    """Make a document the newest version, together with what becomes of the bookings it touches.

    Raises what `look_at_revision` raises, and StaleProposal when the bookings are not those that were looked at.
    """
    done = await _revise(desk, place, document, caller, wishes, look=False)
    await desk.venues.at_version(place, done.version)
    return done


async def _revise(
    desk: Desk, place: OpenVenue, document: Mapping[str, Any], caller: Caller, wishes: Wishes, *, look: bool
) -> Revision:
    venue = parse_venue(document)
    if venue.slug != place.slug:
        raise InvalidInput("The slug of a restaurant stays as it is.", field="slug", code="mismatch")
    floor, done = Floor.compile(venue), None
    try:
        async with desk.database.transaction() as connection:
            done = await _write(desk, connection, venue, floor, document, caller, wishes)
            if look:
                raise _Look
    except _Look:
        pass
    assert done is not None
    return done


async def _write(
    desk: Desk,
    connection: Connection,
    venue: Venue,
    floor: Floor,
    document: Mapping[str, Any],
    caller: Caller,
    wishes: Wishes,
) -> Revision:
    present = await venues.lock(connection, venue.slug)
    if present is None or present.version != wishes.version:
        raise StaleVenue("Somebody else has changed the restaurant meanwhile; begin from its newest version.")
    if present.document == document:
        return Revision(present.version, False, (), warnings(venue), "")
    now, before = desk.clock(), as_it_was(present.document, venue)
    locked = await _locked(connection, present, venue, before, now)
    await venues.renew_fences(connection, present.id, now.date() - _BACK)
    found = misfits_of(venue, await allocations.promised_seats(connection, present.id, now), before)
    if {one.id for one, _ in found} != set(locked):
        raise Contended("Bookings came or went meanwhile; try again.")
    await _nobody_sits(connection, present.id, venue, found, now)
    version = present.version + 1
    await venues.write_version(connection, present.id, version, venue, document, caller.name)
    days = sorted({one.service_date for one in locked.values()})
    fences = await venues.lock_days(connection, present.id, days) if days else {}
    new = OpenVenue(present.id, venue.slug, version, venue, floor, document)
    work = _Work(desk, connection, new, caller, wishes, now, fences, locked)
    for day in days:
        await _settle_day(work, day, [(seat, rules) for seat, rules in found if locked[seat.id].service_date == day])
    await _carry_out(work)
    lost = await venues.unseated(connection, present.id, now)
    if lost:
        raise VenueInUse("Bookings would no longer fit their tables.", field="tables", bookings=lost)
    await write_blocks(connection, present.id, venue)
    return Revision(version, True, tuple(work.affected), warnings(venue), _seal(work.affected))


async def _locked(
    connection: Connection, present: VenueRow, venue: Venue, before: Venue, now: datetime
) -> dict[UUID, Booking]:
    """Lock the bookings that the new version touches: they come before their days, as everywhere."""
    found = misfits_of(venue, await allocations.promised_seats(connection, present.id, now), before)
    return await bookings.lock(connection, sorted(one.id for one, _ in found))


async def _nobody_sits(
    connection: Connection, number: int, venue: Venue, found: Sequence[Misfit], now: datetime
) -> None:
    """Refuse while a party sits at a table that goes: it cannot be given others from here."""
    names = [table.id for table in venue.tables]
    known = {one.id for one, _ in found}
    elsewhere = await venues.live_bookings_elsewhere(connection, number, names, now)
    sitting = [row for row in elsewhere if row["id"] not in known]
    if sitting:
        tables = ", ".join(sorted({row["table_id"] for row in sitting}))
        raise VenueInUse(f"Parties sit at tables that would go: {tables}.", field="tables", bookings=sitting)


# -- what becomes of whom -------------------------------------------------------------------------------------------


async def _settle_day(work: _Work, day: date, found: Sequence[Misfit]) -> None:
    """Find other tables for those who would lose their seats; as if nobody went to review, so that a look holds."""
    book = await read_day(work.connection, work.place, day, work.now)
    free = book.snapshot
    hard = [one for one, rules in found if _loses_seats(rules)]
    for one in hard:
        free = free.without(str(one.id))
    for seat, rules in sorted(found, key=lambda one: (one[0].starts_at, one[0].reference)):
        booking = work.locked[seat.id]
        if not _loses_seats(rules):
            work.affected.append(Affected(booking, seat.tables, rules, "stays"))
            continue
        plans = [] if booking.pinned else rank(seating_request(booking), free, work.place.venue, limit=1)
        if not plans:
            work.affected.append(Affected(booking, seat.tables, rules, "review"))
            continue
        window = (booking.starts_at, booking.ends_at)
        free = free.with_seating(str(seat.id), plans[0].tables, *window, booking.party_size)
        work.affected.append(Affected(booking, seat.tables, rules, "moves", plans[0].tables))


def _loses_seats(rules: Sequence[BrokenRule]) -> bool:
    return any(rule.code in PROMISES or rule.code == "unknown_table" for rule in rules)


async def _carry_out(work: _Work) -> None:
    if work.wishes.seal is not None and work.wishes.seal != _seal(work.affected):
        raise StaleProposal("Other bookings are touched by now than those that were looked at; nothing was saved.")
    chosen = work.wishes.reviews
    shuffle, actor = Reshuffle(), work.caller.actor()
    data = {"venue_version": work.place.version, "tell_guest": work.wishes.tell_guests}
    moved = [one for one in work.affected if one.fate == "moves" and one.booking.id not in chosen]
    for one in moved:
        why = Occasion("staff", actor, work.now)
        shuffle.move([(one.booking, one.tables, Reseat(one.booking, one.to_tables))], why, data)
    asked = [one for one in work.affected if one.fate == "review" or one.booking.id in chosen]
    for one in asked:
        shuffle.take(_into_review(work, one, data))
    if shuffle.changes:
        await allocations.delete_of_bookings(work.connection, sorted(one.booking.id for one in asked))
        await shuffle.store(work.connection, work.fences)


def _into_review(work: _Work, one: Affected, data: Mapping[str, object]) -> Iterator[Change]:
    booking, actor = one.booking, work.caller.actor()
    rules = [{"code": rule.code, "message": rule.message} for rule in one.rules]
    reason = Reason(ReasonCode.TABLE_LOST, {**data, "tables": list(one.tables), "rules": rules})
    action = Action.ESCALATE if booking.state is State.ASSIGNED else Action.LOSE_TABLE
    values = {
        "review_deadline": review_deadline(work.place.venue, work.now, booking.starts_at),
        "reason_code": reason.code,
        "reason_data": dict(reason.data),
    }
    yield step(booking, action, actor=actor, at=work.now, reason=reason, **values)


def _seal(affected: Collection[Affected]) -> str:
    told = sorted(f"{one.booking.id}@{one.booking.version}:{one.fate}" for one in affected)
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:20]
