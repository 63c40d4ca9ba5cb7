"""Manual review: claim, requeue, force-confirm on chosen tables, decline, and the ranked fixes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from maitred.domain.admission import OVERRIDABLE, bookable_from
from maitred.domain.assignment import (
    Alternative,
    Known,
    Line,
    MoveRules,
    Plan,
    SeatingRequest,
    alternatives,
    fixes,
    rank,
)
from maitred.domain.assignment.refusals import pacing_refusal
from maitred.domain.availability import Snapshot
from maitred.domain.binding import as_of, mode_of
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode, State
from maitred.domain.errors import (
    InvalidInput,
    NeedsOverride,
    NotFound,
    ReviewClaimed,
    StaleBooking,
    TableTaken,
    TransitionNotAllowed,
)
from maitred.domain.floor import BrokenRule
from maitred.domain.lifecycle import Action, Change, legal_actions, step
from maitred.domain.outcome import offers
from maitred.domain.review import CLAIM, claim_event
from maitred.domain.venue import Venue
from maitred.store import allocations, bookings, outbox
from maitred.usecases.accept import Override
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.decide import decide_within_request
from maitred.usecases.deeds import Deed, What, undoable
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.door import locked
from maitred.usecases.explaining import known_of
from maitred.usecases.tracker import read_day, read_snapshot
from maitred.usecases.weigh import seating_request, stated


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Ways to settle a review: ranked fixes in words, the plans that are free now, and the nearest other times.

    `by_itself` says that the engine makes moves without asking, so that being asked again is enough.
    """

    plans: list[Plan]
    alternatives: list[Alternative]
    fixes: list[Line]
    by_itself: bool


Way = Literal["confirm", "accept", "requeue", "change"]
_CHANGES: Final = frozenset({"starts_at", "party_size", "accessible", "zone_preference"})


def way_of(line: Line, booking: Booking, *, by_itself: bool) -> Way | None:
    """Name the call that takes a fix; None where people have to do something first."""
    change = line.data["change"]
    if "tables" in change:
        return "confirm"
    if line.code == "moves_make_room":
        # Asked again, the engine makes the moves, or proposes them where a person decides.
        return "accept" if booking.reason_code == ReasonCode.MOVES_SUGGESTED and not by_itself else "requeue"
    return "change" if change.keys() <= _CHANGES else None


async def claim(desk: Desk, booking_id: UUID, *, caller: Caller) -> Booking:
    """Claim a review for 60 seconds; claiming again prolongs it. Screens hear of it when it changes hands.

    Raises NotFound, TransitionNotAllowed when it is no review, ReviewClaimed when somebody else has it.
    """
    now = desk.clock()
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, None)
        must_be_review(booking, now)
        not_claimed(booking, caller, now)
        await bookings.claim_review(connection, booking_id, caller.name, caller.credential_id, now + CLAIM)
        claimed = (await bookings.lock(connection, [booking_id]))[booking_id]
        if not _is_claimed_by(booking, caller, now):
            await outbox.insert(connection, booking.restaurant_id, booking_id, claim_event(claimed, now))
        return claimed


async def release(desk: Desk, booking_id: UUID, *, caller: Caller) -> None:
    """Let go of a review one has claimed; of another's, or of one that nobody has, nothing changes. Raises NotFound."""
    now = desk.clock()
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, None)
        if _is_claimed_by(booking, caller, now):
            await bookings.claim_review(connection, booking_id, None, None, None)
            freed = replace(booking, claimed_by=None, claimed_key=None, claimed_until=None)
            await outbox.insert(connection, booking.restaurant_id, booking_id, claim_event(freed, now))


def _is_claimed_by(booking: Booking, caller: Caller, now: datetime) -> bool:
    mine = booking.claimed_key == caller.credential_id
    return mine and booking.claimed_until is not None and booking.claimed_until > now


async def requeue(
    desk: Desk, booking_id: UUID, *, caller: Caller, expected_version: int | None = None, note: str | None = None
) -> Booking:
    """Send a review back to the queue, to be decided afresh."""
    queued = await _settle(desk, booking_id, Action.REQUEUE, caller, expected_version, note)
    return await decide_within_request(desk, await desk.venues.by_id(queued.restaurant_id), queued)


async def decline(
    desk: Desk, booking_id: UUID, *, caller: Caller, expected_version: int | None = None, note: str | None = None
) -> Booking:
    """Decline a review with alternatives: those known by then, or for a party nobody decided on, those of now."""
    booking = await bookings.by_id(desk.database, booking_id)
    found = await _alternatives_now(desk, booking) if booking and caller.sees(booking.restaurant_id) else []
    return await _settle(desk, booking_id, Action.DECLINE, caller, expected_version, note, found)


async def _alternatives_now(desk: Desk, booking: Booking) -> list[dict[str, object]]:
    if booking.state is not State.MANUAL_REVIEW or "alternatives" in (booking.reason_data or {}):
        return []
    place, now = await desk.venues.by_id(booking.restaurant_id), desk.clock()
    snapshot = await read_snapshot(desk.database, place, booking.service_date, now)
    not_before = bookable_from(place.venue, booking.source, booking.decided_as_of or now)
    request = seating_request(booking)
    found = await asyncio.to_thread(alternatives, request, snapshot, place.venue, not_before=not_before)
    return offers(found, place.venue, booking.source)


async def _settle(
    desk: Desk,
    booking_id: UUID,
    action: Action,
    caller: Caller,
    expected_version: int | None,
    note: str | None,
    found: Sequence[Mapping[str, object]] = (),
) -> Booking:
    now = desk.clock()
    async with desk.database.transaction() as connection:
        booking = await locked(connection, booking_id, caller.sees, expected_version)
        not_claimed(booking, caller, now)
        change = _settled(booking, action, caller.actor(), now, note, found)
        if action is Action.DECLINE:  # final: there is no way back
            await bookings.save(connection, [change])
            return change.after
        deed = Deed(What(action), change.actor, now, booking.restaurant_id, booking.id)
        async with undoable(connection, deed, [booking.id]):
            await bookings.save(connection, [change])
    return deed.on(change.after)


def _settled(
    booking: Booking,
    action: Action,
    actor: Actor,
    now: datetime,
    note: str | None,
    found: Sequence[Mapping[str, object]],
) -> Change:
    data: dict[str, Any] = {"note": note} if note else {}
    if action is not Action.DECLINE:
        return step(booking, action, actor=actor, at=now, reason=Reason(ReasonCode.REQUESTED, data))
    known = (booking.reason_data or {}).get("alternatives", list(found))
    reason = Reason(ReasonCode.REQUESTED, {**data, "was": booking.reason_code, "alternatives": known})
    return step(booking, action, actor=actor, at=now, reason=reason, **stated(reason))


async def force_confirm(
    desk: Desk,
    booking_id: UUID,
    tables: Sequence[str],
    *,
    caller: Caller,
    expected_version: int | None = None,
    override: Override | None = None,
) -> Booking:
    """Confirm a review on tables that a person chose.

    Soft rules need an override with a reason; a hard rule (a table that is taken, too few seats, ...) never yields.
    Raises InvalidInput, NeedsOverride, TableTaken, ReviewClaimed, TransitionNotAllowed, StaleBooking, NotFound.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    if expected_version is not None and booking.version != expected_version:
        raise StaleBooking(booking_id, expected_version)
    must_be_review(booking, desk.clock())
    place = await desk.venues.by_id(booking.restaurant_id)
    chosen = sorted(set(tables))
    async with held_days(desk, place, [booking.service_date]) as held:
        snapshot = await read_snapshot(desk.database, held.place, booking.service_date, desk.clock())
        _check_tables(held.place, booking, chosen, override, snapshot)
        _check_free(held.place, snapshot.busy_mask(booking.starts_at, booking.ends_at), chosen)
        return await _confirm_on(desk, held, booking, chosen, caller, override)


def _check_tables(
    place: OpenVenue, booking: Booking, chosen: Sequence[str], override: Override | None, snapshot: Snapshot
) -> None:
    rules = override.rules if override else frozenset()
    unknown = sorted(rules - OVERRIDABLE)
    if unknown:
        raise InvalidInput(f"No soft rule is called {unknown[0]!r}.", field="override.rules", code="unknown_rule")
    broken = place.floor.check_set(chosen, booking.party_size, booking.accessible, allowed_overrides=rules)
    hard = [rule for rule in broken if rule.hard]
    if hard:
        raise InvalidInput(hard[0].message, field="tables", code=hard[0].code)
    soft = [_told(rule) for rule in broken]
    paced = pacing_refusal(replace(seating_request(booking), allowed_overrides=rules), snapshot, place.venue)
    if paced is not None:
        soft.append({"code": "pacing", "message": paced.message})
    if "promised_zone" not in rules:
        soft += broken_promise(place, booking, chosen)
    if soft:
        raise NeedsOverride(" ".join(rule["message"] for rule in soft), field="tables", rules=soft)


def broken_promise(place: OpenVenue, booking: Booking, tables: Sequence[str]) -> list[dict[str, str]]:
    """Return the loss of a promised zone as a soft rule, if some tables stand elsewhere."""
    zones = {place.floor.tables[table].zone for table in tables if table in place.floor.tables}
    if booking.promised_zone is None or booking.promised_zone in zones:
        return []
    return [{"code": "promised_zone", "message": f"The party was promised zone {booking.promised_zone}."}]


def _told(rule: BrokenRule) -> dict[str, str]:
    return {"code": rule.code, "message": rule.message}


def _check_free(place: OpenVenue, busy: int, chosen: Sequence[str]) -> None:
    taken = [table for table in chosen if place.floor.bit[table] & busy]
    if taken:
        raise TableTaken(f"Taken in that window: {', '.join(taken)}.", field="tables", tables=taken)


async def _confirm_on(
    desk: Desk,
    held: HeldDays,
    checked: Booking,
    chosen: Sequence[str],
    caller: Caller,
    override: Override | None,
) -> Booking:
    now = desk.clock()
    async with desk.database.transaction() as connection:
        # At the very version the tables were checked for.
        booking = await locked(connection, checked.id, caller.sees, checked.version)
        not_claimed(booking, caller, now)
        await held.guard(connection)
        changes = _forced(booking, chosen, caller, override, now)
        records = allocations.allocation(
            booking.restaurant_id,
            booking.service_date,
            chosen,
            (booking.starts_at, booking.ends_at),
            held.fences[booking.service_date],
            booking_id=booking.id,
        )
        deed = Deed(What.CONFIRM, caller.actor(), now, booking.restaurant_id, booking.id)
        async with undoable(connection, deed, [booking.id]):
            await bookings.save(connection, changes)
            await allocations.insert(connection, records)
    return deed.on(changes[-1].after)


def _forced(
    booking: Booking, chosen: Sequence[str], caller: Caller, override: Override | None, now: datetime
) -> list[Change]:
    actor = caller.actor()
    data: dict[str, Any] = {"tables": list(chosen)}
    values: dict[str, Any] = {}
    if override:
        kept = {"rules": sorted(override.rules), "reason": override.reason, "by": caller.name}
        data["override"] = kept
        values["override"] = kept
        if "promised_zone" in override.rules:
            values["promised_zone"] = None  # a person took it back, with a reason
    reason = Reason(ReasonCode.OVERRIDE if override else ReasonCode.REQUESTED, data)
    assigned = step(booking, Action.ASSIGN, actor=actor, at=now, reason=reason, **values)
    return [assigned, step(assigned.after, Action.CONFIRM, actor=actor, at=now, reason=reason)]


async def suggestions(
    desk: Desk, booking_id: UUID, *, caller: Caller, names: Mapping[str, str] | None = None
) -> Suggestions:
    """Return ranked fixes for a booking as the floor is now, each tried on the engine.

    `names` are what other parties are called, by id, instead of by their references.
    """
    booking = await bookings.by_id(desk.database, booking_id)
    if booking is None or not caller.sees(booking.restaurant_id):
        raise NotFound("There is no such booking.")
    place, now = await desk.venues.by_id(booking.restaurant_id), desk.clock()
    book = await read_day(desk.database, place, booking.service_date, now)
    at, venue = booking.decided_as_of or now, place.venue
    day = as_of(book.snapshot, venue, at).without(str(booking.id))
    request, not_before = seating_request(booking), bookable_from(venue, booking.source, at)
    rules, known = venue.seating.move_rules(mode_of(venue, booking.starts_at)), known_of(book.bookings, venue, day)
    if names is not None:
        reference = known.name
        known = replace(known, name=lambda key: names.get(key) or reference(key))
    # Tenths of a second on a full evening, and nobody else should wait for that.
    return await asyncio.to_thread(_ways_out, request, day, venue, rules, known, not_before)


def _ways_out(
    request: SeatingRequest, day: Snapshot, venue: Venue, rules: MoveRules, known: Known, not_before: datetime
) -> Suggestions:
    return Suggestions(
        plans=rank(request, day, venue),
        alternatives=alternatives(request, day, venue, not_before=not_before),
        fixes=fixes(request, day, venue, rules, known=known, not_before=not_before),
        by_itself=mode_of(venue, request.starts_at) == "auto",
    )


def must_be_review(booking: Booking, now: datetime) -> None:
    """Raise TransitionNotAllowed for a booking that is not under review."""
    if booking.state is not State.MANUAL_REVIEW:
        raise TransitionNotAllowed(
            f"The booking is {booking.state.replace('_', ' ')}, not under review.",
            field="action",
            state=booking.state,
            legal=list(legal_actions(booking, now)),
        )


def not_claimed(booking: Booking, caller: Caller, now: datetime) -> None:
    """Raise ReviewClaimed while somebody else works on a review."""
    others = booking.claimed_key not in (None, caller.credential_id)
    if others and booking.claimed_until and booking.claimed_until > now:
        raise ReviewClaimed(
            f"{booking.claimed_by} is working on this review.",
            claimed_by=booking.claimed_by,
            claimed_until=booking.claimed_until.isoformat(),
        )
