"""A newer export of bookings that are here already: what differs, and taking it over.

Each booking is one write of its own, by the steps of the lifecycle, with tables chosen under its days' locks. What has
no way (the party sits, there is no room, people changed the same here) is a fault, and that booking stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from maitred.domain.assignment import NO_MOVES, Refuse, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Booking, Reason, ReasonCode, State
from maitred.domain.errors import Contended, MaitredError, Rejected
from maitred.domain.imported import (
    Difference,
    Fault,
    Imported,
    Recorded,
    differences,
    importer,
    recorded_of,
    steps_to,
)
from maitred.domain.lifecycle import Action, Change, step, too_early
from maitred.store import allocations, bookings, imports
from maitred.store.bookings import Guest
from maitred.store.database import Connection
from maitred.store.imports import Present
from maitred.usecases.import_report import Differing
from maitred.usecases.import_work import BATCH, Batchwork, given, service_day
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.weigh import seating_request

TRIES: Final = 3
_MINUTE: Final = timedelta(minutes=1)
_OF_THE_SEAT: Final = frozenset({"starts_at", "party_size", "accessible", "turn_minutes", "tables"})
_UNDER_WAY: Final = frozenset({Recorded.BOOKED, Recorded.ARRIVED, Recorded.SEATED})
_RELEASING: Final = frozenset({Action.CANCEL, Action.MARK_NO_SHOW})


class _NoWay(Exception):
    """A difference cannot be taken over."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule, self.message = rule, message


async def take_over(work: Batchwork, rows: Sequence[Imported], *, update: bool) -> list[Differing]:
    """Return where the file says something newer than is here, and write it as well if `update`."""
    found: list[Differing] = []
    ordered = sorted(rows, key=lambda one: one.state in _UNDER_WAY)  # who is gone makes room for who changes
    for begin in range(0, len(rows), BATCH):
        batch = {one.external_id: one for one in ordered[begin : begin + BATCH]}
        present = await imports.present(work.database, work.place.restaurant_id, work.source, list(batch))
        for external_id, one in batch.items():
            differing = _compared(one, present[external_id]) if external_id in present else None
            if differing:
                found.append(await _updated(work, one, differing) if update else differing)
    return sorted(found, key=lambda one: one.row)


def _compared(one: Imported, here: Present) -> Differing | None:
    guest = here.guest
    fields = differences(
        one, here.booking, (guest.name, guest.email, guest.phone, guest.locale), here.tables, here.recorded
    )
    reference = here.booking.reference
    return Differing(one.row, one.line, one.external_id, reference, tuple(fields)) if fields else None


async def _updated(work: Batchwork, one: Imported, differing: Differing) -> Differing:
    """Take over what differs, in one transaction; a fault says why not."""
    for tried in range(1, TRIES + 1):
        try:
            async with work.database.transaction(silent=True) as connection:
                await _write(work, connection, one)
            return replace(differing, taken=True)
        except _NoWay as fault:
            rule, message = fault.rule, fault.message
            break
        except Contended as fault:
            rule, message = fault.reason_code, fault.message
            if tried == TRIES:
                break
        except Rejected as fault:
            rule, message = fault.reason_code, fault.message
            break
    column = differing.fields[0].field
    return replace(differing, fault=Fault(one.row, column, rule, message, one.line))


@dataclass(frozen=True, slots=True)
class _Update:
    """One booking being brought up to what the other system says. The booking's row is locked."""

    work: Batchwork
    connection: Connection
    one: Imported
    booking: Booking
    guest: Guest

    def step(self, booking: Booking, action: Action, **values: Any) -> Change:
        """Take a step in the name of the import."""
        data = {"source": self.work.source, "external_id": self.one.external_id, **self.one.words}
        reason, at = Reason(ReasonCode.IMPORTED, data), self.work.now
        return step(booking, action, actor=importer(self.work.source), at=at, reason=reason, **values)


async def _write(work: Batchwork, connection: Connection, one: Imported) -> None:
    """Read again under locks what differs, and write it."""
    number = work.place.restaurant_id
    version = await imports.lock_restaurant(connection, number)
    if version != work.place.version:
        raise _NoWay("venue_changed", "The venue was changed during the import; run it again.")
    first = (await imports.present(connection, number, work.source, [one.external_id]))[one.external_id]
    await bookings.lock(connection, [first.booking.id])
    here = (await imports.present(connection, number, work.source, [one.external_id]))[one.external_id]
    differing = _compared(one, here)
    if differing is None:
        return
    _no_clash(differing.fields)
    update = _Update(work, connection, one, here.booking, here.guest)
    names = {difference.field for difference in differing.fields}
    ends = "state" in names and one.state not in _UNDER_WAY
    booking = here.booking if ends or names == {"state"} else await _changed(update, names)
    if "state" in names:
        await _brought_to(update, booking)
    seat, _ = await allocations.tables_of_booking(connection, booking.id)
    await imports.record(connection, number, work.source, one.external_id, recorded_of(one, seat))


def _no_clash(fields: Sequence[Difference]) -> None:
    clashing = [one.field for one in fields if one.clash]
    if clashing:
        told = " and ".join(clashing)
        raise _NoWay("changed_here_too", f"{told} was changed here as well; a person decides which is right.")


# -- another state -----------------------------------------------------------------------------------------------------


async def _brought_to(update: _Update, booking: Booking) -> None:
    """Take the steps that lead to what the other system says became of the booking."""
    actions = steps_to(update.one.state, booking.state)
    if not actions:
        message = (
            f"The booking is {booking.state.replace('_', ' ')} here; from there is no way back to {update.one.state}."
        )
        raise _NoWay("no_way_back", message)
    changes: list[Change] = []
    for action in actions:
        if too_early(booking, action, update.work.now):
            raise _NoWay(
                "too_early", f"The party is expected at {booking.starts_at.isoformat()}; it is too early for that."
            )
        changes.append(update.step(booking, action))
        booking = changes[-1].after
    await _fences(update, booking)
    if actions[-1] in _RELEASING:
        await allocations.delete_of_booking(update.connection, booking.id)
    await bookings.save(update.connection, changes, event_row=imports.told_nobody)
    if actions[-1] is Action.COMPLETE:
        await _cut_short(update, booking)


async def _cut_short(update: _Update, booking: Booking) -> None:
    """Give the tables back once the buffer has passed after the party has left."""
    _, window = await allocations.tables_of_booking(update.connection, booking.id)
    if window is not None:
        left = min(update.one.left_at or update.work.now, update.work.now)
        ends_at = max(min(window[1], left + timedelta(minutes=booking.buffer_minutes)), window[0] + _MINUTE)
        fences = await _fences(update, booking)
        await allocations.set_window(update.connection, booking.id, (window[0], ends_at), fences[booking.service_date])


async def _fences(update: _Update, *booked: Booking) -> Mapping[Any, int]:
    """Lock the days of a booking, and return their fences."""
    number = update.work.place.restaurant_id
    fences = await imports.lock_days(update.connection, number, {one.service_date for one in booked})
    for day in sorted(fences):
        await allocations.delete_expired_holds(update.connection, number, day)
    return fences


# -- another time, party or guest --------------------------------------------------------------------------------------


async def _changed(update: _Update, names: set[str]) -> Booking:
    """Change the booking as the other system did, and return it; tables that no longer serve are changed with it."""
    booking, wanted = update.booking, _wanted(update, names)
    if "guest" in names:
        one, guest = update.one, update.guest
        details = Guest(guest.id, guest.restaurant_id, one.name, one.email, one.phone, one.locale)
        await bookings.update_guest(update.connection, details, booking)
    if booking.state is State.CHECKED_IN and names & _OF_THE_SEAT:
        raise _NoWay("already_seated", "The party sits; its time and size are changed at the door.")
    kept = {name: getattr(wanted, name) for name in _KEPT}
    change = update.step(booking, Action.MODIFY, **kept)
    if booking.state in (State.CONFIRMED, State.ARRIVED, State.CHECKED_IN) and not names & _OF_THE_SEAT:
        await bookings.save(update.connection, [change], event_row=imports.told_nobody)
        return change.after
    fences = await _fences(update, booking, wanted)
    tables = await _tables(update, wanted, names)
    changes = [change] if change.after.state is booking.state else [change, *_confirmed(update, change.after)]
    await bookings.save(update.connection, changes, event_row=imports.told_nobody)
    await allocations.delete_of_booking(update.connection, booking.id)
    window, fence = (wanted.starts_at, wanted.ends_at), fences[wanted.service_date]
    records = allocations.allocation(
        wanted.restaurant_id, wanted.service_date, tables, window, fence, booking_id=booking.id
    )
    await allocations.insert(update.connection, records)
    return changes[-1].after


_KEPT: Final = ("party_size", "starts_at", "service_date", "turn_minutes", "accessible", "notes")


def _wanted(update: _Update, names: set[str]) -> Booking:
    one, booking, place = update.one, update.booking, update.work.place
    values: dict[str, Any] = {
        name: getattr(one, name) for name in ("party_size", "accessible", "notes") if name in names
    }
    if "starts_at" in names:
        values |= {"starts_at": one.starts_at, "service_date": service_day(update.work, one)}
    turn = one.turn_minutes if "turn_minutes" in names and one.turn_minutes else booking.turn_minutes
    if "turn_minutes" not in names and "party_size" in names and turn == _usual(place.venue, booking.party_size):
        turn = _usual(place.venue, one.party_size) or turn
    return replace(booking, **{**values, "turn_minutes": turn})


def _usual(venue: Any, party_size: int) -> int | None:
    try:
        minutes: int = venue.turn_for(party_size)
    except MaitredError:
        return None
    return minutes


async def _tables(update: _Update, wanted: Booking, names: set[str]) -> tuple[str, ...]:
    """Return tables for the changed booking: its own, those it has there, else the engine's choice; raises _NoWay.

    Where nothing but the tables changed there, it gets those or none.
    """
    work, place = update.work, update.work.place
    day = (await read_snapshot(update.connection, place, wanted.service_date, work.now)).without(str(wanted.id))
    own, _ = await allocations.tables_of_booking(update.connection, wanted.id)
    theirs = given(update.one, place)
    for tables in (theirs, tuple(own)) if "tables" in names else (tuple(own), theirs):
        why_not = _unfit(day, tables, wanted)
        if why_not is None and (not wanted.pinned or tables == tuple(own)):
            return tables
        if wanted.pinned:
            raise _NoWay("pinned", f"The party was promised {', '.join(own)}; unpin it first.")
        if why_not and "tables" in names and not names - {"tables", "notes", "guest"}:
            unknown = ("unknown_table", f"Not all of these tables exist: {', '.join(update.one.tables)}.")
            raise _NoWay(*(why_not if theirs else unknown))
    decision = decide(seating_request(wanted), day, place.venue, NO_MOVES)
    if isinstance(decision, Refuse):
        raise _NoWay(decision.code, decision.message)
    return tuple(decision.plan.tables)


def _unfit(day: Snapshot, tables: Sequence[str], wanted: Booking) -> tuple[str, str] | None:
    """Return by which rule a booking cannot have tables, and why; None when it can."""
    broken = day.floor.check_set(tables, wanted.party_size, wanted.accessible)
    if broken:
        return broken[0].code, broken[0].message
    if day.floor.mask(tables) & day.busy_mask(wanted.starts_at, wanted.ends_at):
        return "table_taken", f"Another party has {' or '.join(tables)} then."
    return None


def _confirmed(update: _Update, booking: Booking) -> list[Change]:
    changes: list[Change] = []
    for action in (Action.START, Action.ASSIGN, Action.CONFIRM):
        changes.append(update.step(booking, action))
        booking = changes[-1].after
    return changes
