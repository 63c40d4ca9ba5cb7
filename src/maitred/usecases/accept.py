"""Accept a booking request: check what can be known at the door, write it down, answer at once.

Lesson 25: planning does not happen here. Unless the pipeline is on the very same decision follows within the
request (decide.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from maitred.domain.admission import Admission, Wish, admit
from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, Source, State
from maitred.domain.errors import Contended, HoldGone, InvalidInput, KeyReused, Rejected
from maitred.domain.lifecycle import Action, Change, opened, step
from maitred.domain.reference import reference_of
from maitred.domain.review import review_deadline
from maitred.flags.port import Mode
from maitred.store import allocations, bookings, venues
from maitred.store.database import Connection
from maitred.store.views import BookingView, GuestView, booking_view
from maitred.usecases.day import present_fence
from maitred.usecases.decide import decide_within_request
from maitred.usecases.desk import Caller, Desk, OpenVenue

Render = Callable[[BookingView], dict[str, Any]]
Along = Callable[[Connection, Booking], Awaitable[None]]
"""What else is written in the transaction in which a hold becomes a booking."""

# A reference of 35 bits may be taken; drawing again is all there is to do.
_DRAWS: Final = 3
_DUPLICATE: Final = "23505"
SHORTEST_STAY_MINUTES: Final = 15


@dataclass(frozen=True, slots=True)
class GuestDetails:
    """A guest as given; `phone` in E.164, `consents` maps a purpose to yes or no."""

    name: str
    email: str | None = None
    phone: str | None = None
    locale: str | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Override:
    """Soft rules that a member of staff sets aside, and why."""

    rules: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A request as it came in; `starts_at` None means now (walk-ins), `decided_as_of` is a recorded decision time.

    With `zone_promised` the party is seated in the zone it prefers, or not at all.
    """

    party_size: int
    starts_at: datetime | None
    guest: GuestDetails
    source: Source = Source.WEB
    zone_preference: str | None = None
    accessible: bool = False
    notes: str | None = None
    external_ref: str | None = None
    decided_as_of: datetime | None = None
    override: Override | None = None
    hold_id: UUID | None = None
    leave_by: datetime | None = None
    zone_promised: bool = False


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The caller's key and the hash of what was sent with it."""

    key: str
    request_sha256: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a request; `repeated` says that the request had come before.

    `settled` is False while the decision, which is part of the answer with the pipeline off, is still to come.
    """

    booking_id: UUID
    answer: dict[str, Any]
    repeated: bool
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking about to be written: its first steps (up to the queue, or to review), its guest, their consents."""

    changes: list[Change]
    guest: bookings.Guest
    consents: list[dict[str, Any]]

    @property
    def booking(self) -> Booking:
        return self.changes[-1].after


async def accept_booking(
    desk: Desk,
    place: OpenVenue,
    request: BookingRequest,
    *,
    caller: Caller,
    key: IdempotencyKey | None,
    render: Render,
    along: Along | None = None,
) -> Accepted:
    """Accept a request and return its answer; a repeated key returns the first answer.

    `along` is for requests with a hold: what it writes is written with the booking, or neither is.

    Raises InvalidInput, NeedsOverride, HoldGone, KeyReused (Rejected); nothing is kept in that case.
    """
    try:
        accepted = await _accept_once(desk, place, request, caller, key, render, along)
    except Rejected:
        # What was accepted yesterday may be past today: a known key still gets its first answer.
        answered = await _answered(desk, place, caller, key)
        if answered is None:
            raise
        return answered
    if accepted.settled:
        return accepted
    return await _decide_now(desk, place, caller, key, accepted, render)


async def _accept_once(
    desk: Desk,
    place: OpenVenue,
    request: BookingRequest,
    caller: Caller,
    key: IdempotencyKey | None,
    render: Render,
    along: Along | None,
) -> Accepted:
    now = desk.clock()
    as_of = request.decided_as_of or now
    starts_at = request.starts_at or as_of.replace(second=0, microsecond=0)
    rules = request.override.rules if request.override else frozenset()
    wish = Wish(request.party_size, starts_at, request.source, request.accessible, request.zone_preference, rules)
    admission = _shortened(admit(place.venue, place.floor, wish, as_of), request, starts_at)
    for draw in range(_DRAWS):
        draft = _draft(place, request, wish, admission, caller, now)
        try:
            if request.hold_id:
                return await _accept_hold(desk, place, draft, request.hold_id, caller, key, render, along)
            return await _insert(desk, place, draft, caller, key, render)
        except Contended as fault:
            if fault.data.get("sqlstate") != _DUPLICATE or draw + 1 == _DRAWS:
                raise
    raise AssertionError("the loop returns or raises")


def _shortened(admission: Admission, request: BookingRequest, starts_at: datetime) -> Admission:
    """Return the admission with the turn that a walk-in agreed to; a stay cannot be longer than the venue's turn."""
    if request.leave_by is None:
        return admission
    if request.source is not Source.WALK_IN:
        raise InvalidInput("Only walk-ins agree to a shorter stay.", field="leave_by", code="walk_ins_only")
    minutes = int((request.leave_by - starts_at).total_seconds()) // 60
    if not SHORTEST_STAY_MINUTES <= minutes <= admission.turn_minutes:
        message = f"A stay takes {SHORTEST_STAY_MINUTES} to {admission.turn_minutes} minutes."
        raise InvalidInput(message, field="leave_by", code="out_of_range")
    return replace(admission, turn_minutes=minutes)


async def _insert(
    desk: Desk, place: OpenVenue, draft: Draft, caller: Caller, key: IdempotencyKey | None, render: Render
) -> Accepted:
    answer = render(_view(draft, (), draft.changes[0].at))
    settled = draft.booking.state is not State.ASSIGNMENT_PENDING or desk.flags.mode(place.slug) is Mode.ON
    ledger = _ledger(draft, caller, key, answer, settled=settled)
    arrival = await bookings.accept(desk.database, draft.changes, draft.guest, draft.consents, ledger)
    if arrival is None:
        return await _the_winners(desk, place, caller, key)
    return Accepted(draft.booking.id, answer, repeated=False, settled=settled)


async def _accept_hold(
    desk: Desk,
    place: OpenVenue,
    draft: Draft,
    hold_id: UUID,
    caller: Caller,
    key: IdempotencyKey | None,
    render: Render,
    along: Along | None,
) -> Accepted:
    """Turn a hold into a confirmed booking: the tables change hands in one transaction."""
    by = Actor(ActorKind.SYSTEM, "hold")
    async with desk.database.transaction() as connection:
        # The day before the hold: whoever clears expired holds away has the day first too.
        place = await desk.venues.at_version(place, await venues.version_in_force(connection, place.restaurant_id))
        fence = await present_fence(connection, draft.booking.restaurant_id, draft.booking.service_date)
        hold = await allocations.lock_hold(connection, hold_id)
        if hold is None or not hold.live or hold.credential_id != caller.credential_id:
            raise HoldGone("The hold has expired, was released or was used.", field="hold_id")
        _check_hold(hold, draft.booking)
        _check_zone(place, hold, draft.booking)
        _check_venue(place, hold, draft.booking)
        booking = draft.booking
        changes = list(draft.changes)
        for action in (Action.START, Action.ASSIGN, Action.CONFIRM):
            changes.append(step(changes[-1].after, action, actor=by, at=changes[-1].at, reason=_HELD))
        final = replace(draft, changes=changes)
        window = (booking.starts_at, booking.ends_at)
        answer = render(_view(final, hold.tables, changes[0].at, window))
        if (
            await bookings.insert(connection, changes, draft.guest, draft.consents, _ledger(final, caller, key, answer))
            is None
        ):
            raise HoldGone("The hold was used by a request with the same key.", field="hold_id")
        await allocations.delete_hold(connection, hold_id)
        records = allocations.allocation(
            booking.restaurant_id, booking.service_date, hold.tables, window, fence, booking_id=booking.id
        )
        await allocations.insert(connection, records)
        if along:
            await along(connection, final.booking)
    return Accepted(booking.id, answer, repeated=False)


_HELD: Final = Reason(ReasonCode.HOLD_CONFIRMED)


def _check_hold(hold: allocations.Hold, booking: Booking) -> None:
    promised = {
        "restaurant": (hold.restaurant_id, booking.restaurant_id),
        "party_size": (hold.party_size, booking.party_size),
        "starts_at": (hold.starts_at, booking.starts_at),
        "accessible": (hold.accessible, booking.accessible),
    }
    for name, (held, asked) in promised.items():
        if held != asked:
            raise InvalidInput(f"The hold is for another {name.replace('_', ' ')}.", field=name, code="hold_mismatch")


def _check_zone(place: OpenVenue, hold: allocations.Hold, booking: Booking) -> None:
    """Refuse tables outside the zone that the booking would be promised."""
    zones = {place.floor.tables[table].zone for table in hold.tables if table in place.floor.tables}
    if booking.promised_zone is not None and zones != {booking.promised_zone}:
        raise InvalidInput("The hold is in another zone.", field="zone_preference", code="hold_mismatch")


def _check_venue(place: OpenVenue, hold: allocations.Hold, booking: Booking) -> None:
    """Refuse tables that a venue imported since the hold was placed would not give to this party."""
    broken = place.floor.check_set(hold.tables, booking.party_size, booking.accessible)
    zones = {place.floor.tables[table].zone for table in hold.tables if table in place.floor.tables}
    if booking.promised_zone is not None and booking.promised_zone not in zones and not broken:
        raise InvalidInput("The held tables are in another zone.", field="zone_preference", code="hold_mismatch")
    if broken or booking.state is not State.ASSIGNMENT_PENDING:
        raise HoldGone("The venue has changed since the hold was placed.", field="hold_id")


async def _the_winners(desk: Desk, place: OpenVenue, caller: Caller, key: IdempotencyKey | None) -> Accepted:
    answered = await _answered(desk, place, caller, key)
    assert answered is not None, "a key that was taken has an answer"
    return answered


async def _answered(desk: Desk, place: OpenVenue, caller: Caller, key: IdempotencyKey | None) -> Accepted | None:
    if key is None:
        return None
    found = await bookings.ledger_of_key(desk.database, caller.credential_id, place.restaurant_id, key.key)
    if found is None:
        return None
    if found.request_sha256 != key.request_sha256:
        raise KeyReused("This Idempotency-Key came with another request before.", field="Idempotency-Key")
    return Accepted(found.subject_id, dict(found.answer), repeated=True, settled=found.settled)


async def _decide_now(
    desk: Desk,
    place: OpenVenue,
    caller: Caller,
    key: IdempotencyKey | None,
    accepted: Accepted,
    render: Render,
) -> Accepted:
    """Decide within the request; the first of equal requests to come this far says what all of them answer."""
    view = await booking_view(desk.database, accepted.booking_id)
    assert view is not None
    await decide_within_request(desk, place, view.booking)
    view = await booking_view(desk.database, accepted.booking_id)
    assert view is not None
    answer = render(view)
    if key is None:
        return replace(accepted, answer=answer, settled=True)
    await bookings.settle_answer(desk.database, caller.credential_id, place.restaurant_id, key.key, answer)
    settled = await _the_winners(desk, place, caller, key)
    return replace(settled, repeated=accepted.repeated)


def drafted(place: OpenVenue, request: BookingRequest, *, caller: Caller, now: datetime, review: bool = False) -> Draft:
    """Return a request as the queued booking it would become, for who decides it in the same transaction.

    Nobody is asked to review it, as a person is deciding, unless `review` says so. Raises
    InvalidInput and NeedsOverride as `accept_booking` does.
    """
    starts_at = request.starts_at or now.replace(second=0, microsecond=0)
    rules = request.override.rules if request.override else frozenset()
    wish = Wish(request.party_size, starts_at, request.source, request.accessible, request.zone_preference, rules)
    admission = _shortened(admit(place.venue, place.floor, wish, now), request, starts_at)
    return _draft(place, request, wish, replace(admission, review=review and admission.review), caller, now)


def _draft(
    place: OpenVenue,
    request: BookingRequest,
    wish: Wish,
    admission: Admission,
    caller: Caller,
    now: datetime,
) -> Draft:
    guest = bookings.Guest(
        uuid4(),
        place.restaurant_id,
        request.guest.name,
        request.guest.email,
        request.guest.phone,
        request.guest.locale,
    )
    booking = _booking(place, request, wish, admission, guest, caller)
    by = caller.actor(ActorKind.STAFF if request.source.staffed else ActorKind.GUEST)
    consents = [
        {"guest_id": guest.id, "purpose": purpose, "granted": granted, "source": request.source, "at": now}
        for purpose, granted in sorted(request.guest.consents.items())
    ]
    return Draft(_first_changes(place, booking, by, now, review=admission.review), guest, consents)


def _booking(
    place: OpenVenue,
    request: BookingRequest,
    wish: Wish,
    admission: Admission,
    guest: bookings.Guest,
    caller: Caller,
) -> Booking:
    booking_id = uuid4()
    override = request.override
    return Booking(
        id=booking_id,
        restaurant_id=place.restaurant_id,
        restaurant=place.slug,
        service_date=admission.service_date,
        reference=reference_of(booking_id),
        external_ref=request.external_ref,
        guest_id=guest.id,
        party_size=wish.party_size,
        starts_at=wish.starts_at,
        turn_minutes=admission.turn_minutes,
        buffer_minutes=admission.buffer_minutes,
        source=wish.source,
        zone_preference=wish.zone_preference,
        promised_zone=wish.zone_preference if request.zone_promised else None,
        accessible=wish.accessible,
        notes=request.notes,
        override={"rules": sorted(override.rules), "reason": override.reason, "by": caller.name} if override else None,
        decided_as_of=request.decided_as_of,
        state=State.CREATED,
        version=1,
    )


def _first_changes(place: OpenVenue, booking: Booking, by: Actor, now: datetime, *, review: bool) -> list[Change]:
    system = Actor(ActorKind.SYSTEM, "accept")
    changes = [opened(booking, actor=by, at=now)]
    changes.append(step(booking, Action.VERIFY_CAPACITY, actor=system, at=now))
    changes.append(step(changes[-1].after, Action.QUEUE, actor=system, at=now))
    if review:
        reason = Reason(ReasonCode.PARTY_NEEDS_REVIEW, {"review_party_size": place.venue.review_party_size})
        deadline = review_deadline(place.venue, now, booking.starts_at)
        changes.append(
            step(
                changes[-1].after,
                Action.ESCALATE,
                actor=system,
                at=now,
                reason=reason,
                review_deadline=deadline,
                reason_code=reason.code,
                reason_data=dict(reason.data),
            )
        )
    return changes


def _ledger(
    draft: Draft, caller: Caller, key: IdempotencyKey | None, answer: dict[str, Any], *, settled: bool = True
) -> bookings.Ledger | None:
    if key is None:
        return None
    return bookings.Ledger(
        caller.credential_id,
        draft.booking.restaurant_id,
        key.key,
        key.request_sha256,
        draft.booking.id,
        answer,
        settled,
    )


def _view(
    draft: Draft, tables: tuple[str, ...], now: datetime, window: tuple[datetime, datetime] | None = None
) -> BookingView:
    guest = draft.guest
    shown = GuestView(guest.id, guest.name, guest.email, guest.phone, guest.locale)
    seated_from, seated_until = window or (None, None)
    return BookingView(draft.booking, shown, tables, seated_from, seated_until, now, now)
