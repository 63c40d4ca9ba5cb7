"""Make room for a refused party: look first, then do all of it in one transaction, and take all of it back.

A look writes nothing. What is carried out is what was looked at: inside the day's lock the plan is made again, and
when it is another one nothing is done (StaleProposal). A booking that failed is final, so room is made for a new one
of the same guest, time and party, which says what it stands for.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of
from maitred.domain.booking import Booking, Reason, ReasonCode, Source, State
from maitred.domain.errors import MovesGone, NotFound, StaleBooking, StaleProposal, TransitionNotAllowed
from maitred.domain.lifecycle import Action, Change, step
from maitred.domain.making_room import RoomPlan, plan_for
from maitred.store import allocations, bookings, moves, views
from maitred.store.views import BookingView, HistoryEntry
from maitred.usecases.accept import BookingRequest, Draft, GuestDetails, Override, drafted
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle
from maitred.usecases.review import not_claimed
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.undo import take_back
from maitred.usecases.weigh import seating_request

REFUSED: Final = frozenset({State.MANUAL_REVIEW, State.FAILED})
STALE: Final = "The floor has changed since this plan was made; nothing was done."


@dataclass(frozen=True, slots=True)
class Room:
    """A refused party and the plan that would seat it, on the day as it is; `anew`: as a new booking."""

    view: BookingView
    plan: RoomPlan
    day: Snapshot
    anew: bool


@dataclass(frozen=True, slots=True)
class Made:
    """Room that was made for a party and can be taken back: who moved, and what the party had been before."""

    booking: Booking
    move_set: UUID | None
    stands_for: UUID | None


async def look(desk: Desk, booking_id: UUID, held: Collection[str] = (), *, caller: Caller) -> Room:
    """Return what making room would do, with `held` (ids) staying where they are. Writes nothing.

    Raises NotFound, TransitionNotAllowed for a party that was not refused, and what `accept_booking` raises when a
    booking that failed could not be taken again now.
    """
    view = await _refused(desk, booking_id, caller)
    place, now = await desk.venues.by_id(view.booking.restaurant_id), desk.clock()
    draft = _draft(place, view, caller, now)
    asked = draft.booking if draft else view.booking
    book = await read_day(desk.database, place, asked.service_date, now)
    day, plan = await _planned(place, view.booking, asked, book, held, now)
    return Room(view, plan, day, anew=draft is not None)


async def make_room(
    desk: Desk, booking_id: UUID, held: Collection[str], seal: str, *, caller: Caller, note: str | None = None
) -> Made:
    """Seat a refused party by the plan that was looked at, everybody at once.

    Raises what `look` raises, StaleProposal when the plan is another one by now, ReviewClaimed, LockBusy.
    """
    view = await _refused(desk, booking_id, caller)
    place = await desk.venues.by_id(view.booking.restaurant_id)
    async with held_days(desk, place, [view.booking.service_date]) as lock:
        now = desk.clock()
        view = await _refused(desk, booking_id, caller)
        draft = _draft(lock.place, view, caller, now)
        asked = draft.booking if draft else view.booking
        book = await read_day(desk.database, lock.place, asked.service_date, now)
        _, plan = await _planned(lock.place, view.booking, asked, book, held, now)
        if plan.seal != seal or not plan.tables:
            raise StaleProposal(STALE)
        return await _carry_out(desk, lock, view, draft, plan, caller, note, now)


async def made_for(desk: Desk, booking: Booking) -> Made | None:
    """Return the room that was made for a booking, as long as nothing has happened to it since."""
    if booking.state is not State.CONFIRMED:
        return None
    told = _last(await views.history(desk.database, booking.id), Action.CONFIRM)
    room = (told.reason_data or {}).get("room") if told and told.version == booking.version else None
    if room is None:
        return None
    number, stood = room.get("move_set"), room.get("stands_for")
    return Made(booking, UUID(number) if number else None, UUID(stood) if stood else None)


async def stood_in_for(desk: Desk, booking: Booking) -> UUID | None:
    """Return the live booking that was made in place of one that had failed."""
    found = await moves.stands_for(desk.database, booking.restaurant_id, booking.service_date, str(booking.id))
    return found if booking.state is State.FAILED else None


async def undo_room(desk: Desk, booking_id: UUID, *, caller: Caller) -> Made:
    """Take it all back at once: who moved goes back, the party is refused as before (a new booking is cancelled).

    Raises NotFound, MovesGone naming who has changed or is in the way; nothing has changed then.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    made = await made_for(desk, booking)
    if made is None or booking.undo_entry is None:
        raise MovesGone("Something has happened to this booking since; what was done for it stays.")
    await take_back(desk, booking.undo_entry, caller=caller)
    return made


# -- the plan -------------------------------------------------------------------------------------------------------


async def _refused(desk: Desk, booking_id: UUID, caller: Caller) -> BookingView:
    view = await views.booking_view(desk.database, booking_id)
    if view is None or not caller.sees(view.booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if view.booking.state not in REFUSED:
        message = "Room is made for parties that were refused or wait for a person."
        raise TransitionNotAllowed(message, field="action", state=view.booking.state)
    return view


def _draft(place: OpenVenue, view: BookingView, caller: Caller, now: datetime) -> Draft | None:
    """Return the new booking that stands for one that failed; None for a review, which is seated itself."""
    old = view.booking
    if old.state is not State.FAILED:
        return None
    guest = GuestDetails(view.guest.name, view.guest.email, view.guest.phone, view.guest.locale)
    override = Override(old.overridden_rules, str((old.override or {}).get("reason", ""))) if old.override else None
    request = BookingRequest(
        old.party_size,
        old.starts_at,
        guest,
        Source.PHONE,
        zone_preference=old.zone_preference,
        zone_promised=old.promised_zone is not None,
        accessible=old.accessible,
        notes=old.notes,
        override=override,
    )
    return drafted(place, request, caller=caller, now=now)


async def _planned(
    place: OpenVenue, subject: Booking, asked: Booking, book: DayBook, held: Collection[str], now: datetime
) -> tuple[Snapshot, RoomPlan]:
    day = as_of(book.snapshot, place.venue, now).without(str(subject.id))
    request = replace(seating_request(asked), key=f"{subject.id}@{subject.version}")
    known = {key for key in held if key in book.bookings}
    return day, await asyncio.to_thread(plan_for, request, day, place.venue, book.bookings, known)


# -- carried out ----------------------------------------------------------------------------------------------------


async def _carry_out(
    desk: Desk,
    lock: HeldDays,
    view: BookingView,
    draft: Draft | None,
    plan: RoomPlan,
    caller: Caller,
    note: str | None,
    now: datetime,
) -> Made:
    subject, shuffle = draft.booking if draft else view.booking, Reshuffle()
    parties = [(one.booking, one.from_tables, Reseat(one.booking, one.to_tables)) for one in plan.shifts]
    why = Occasion("staff", caller.actor(), now, subject, note)
    number = shuffle.move(parties, why, {}) if parties else None
    steps = _seated(view, subject, plan, number, caller, now, note, anew=draft is not None)
    if draft is None:
        shuffle.take(steps)
        shuffle.seat(subject, plan.tables)
    async with desk.database.transaction() as connection:
        present = await bookings.lock(connection, sorted({view.booking.id, *shuffle.expected()}))
        _unchanged(present, {view.booking.id: view.booking.version, **shuffle.expected()})
        not_claimed(present[view.booking.id], caller, now)
        deed = Deed(What.MAKE_ROOM, why.actor, now, subject.restaurant_id, subject.id)
        async with undoable(connection, deed, shuffle.changes, made=[subject.id] if draft else ()):
            await lock.guard(connection)
            if draft:
                await bookings.insert(connection, [*draft.changes, *steps], draft.guest, draft.consents, None)
            await shuffle.store(connection, lock.fences)
            if draft:
                fence, window = lock.fences[subject.service_date], (subject.starts_at, subject.ends_at)
                rows = allocations.allocation(
                    subject.restaurant_id, subject.service_date, plan.tables, window, fence, booking_id=subject.id
                )
                await allocations.insert(connection, rows)
    return Made(steps[-1].after, number, view.booking.id if draft else None)


def _unchanged(present: Mapping[UUID, Booking], expected: Mapping[UUID, int]) -> None:
    for booking_id, version in expected.items():
        if booking_id not in present or present[booking_id].version != version:
            raise StaleBooking(booking_id, version)


def _seated(
    view: BookingView,
    subject: Booking,
    plan: RoomPlan,
    number: UUID | None,
    caller: Caller,
    now: datetime,
    note: str | None,
    *,
    anew: bool,
) -> list[Change]:
    room: dict[str, Any] = {"move_set": str(number) if number else None}
    data: dict[str, Any] = {"tables": list(plan.tables), "room": room, **({"note": note} if note else {})}
    if anew:
        room["stands_for"] = str(view.booking.id)
        data["stands_for"] = view.booking.reference
    reason, actor = Reason(ReasonCode.REQUESTED, data), caller.actor()
    steps = [step(subject, Action.START, actor=actor, at=now, reason=reason)] if anew else []
    seated = steps[-1].after if steps else subject
    steps.append(step(seated, Action.ASSIGN, actor=actor, at=now, reason=reason))
    return [*steps, step(steps[-1].after, Action.CONFIRM, actor=actor, at=now, reason=reason)]


# -- taken back -----------------------------------------------------------------------------------------------------


def _last(history: Sequence[HistoryEntry], action: Action) -> HistoryEntry | None:
    return next((one for one in reversed(history) if one.action == action), None)
