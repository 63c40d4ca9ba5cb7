"""How firmly a party's tables are its own: planned until the freeze, then frozen; pinned when they were promised.

Late binding is only trusted when it is visible (DESIGN 4), so this page says it once, for the engine and for people.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from maitred.domain.availability import Movable, Snapshot
from maitred.domain.booking import Booking, State
from maitred.domain.calendar import find_window
from maitred.domain.venue_model import MoveMode, SeatingRules, Venue


class Binding(StrEnum):
    """What may still change about a party's tables."""

    PLANNED = "planned"
    FROZEN = "frozen"
    PINNED = "pinned"
    SEATED = "seated"


# Who set one of these aside chose the tables by hand: no other set is known to suit the party.
TABLE_RULES: Final = frozenset({"min_party", "unlisted_join", "extra_chair", "surplus_table"})


def freezes_at(booking: Booking, rules: SeatingRules) -> datetime:
    """Return the instant from which the engine leaves the party's tables alone."""
    return booking.starts_at - timedelta(minutes=rules.freeze_minutes)


def binding_of(booking: Booking, rules: SeatingRules, at: datetime) -> Binding | None:
    """Tell how firm a party's tables are at an instant; None for a booking without tables of its own."""
    if booking.state is State.CHECKED_IN:
        return Binding.SEATED
    if booking.state not in (State.CONFIRMED, State.ARRIVED):
        return None
    if booking.pinned:
        return Binding.PINNED
    frozen = booking.state is State.ARRIVED or at >= freezes_at(booking, rules)
    return Binding.FROZEN if frozen else Binding.PLANNED


def movable_of(booking: Booking) -> Movable | None:
    """Return what the engine must keep when it moves a party, None for one it never moves.

    Whether the party is frozen by now is the engine's to judge, by the time of the decision.
    """
    by_hand = bool(booking.overridden_rules & TABLE_RULES)
    if booking.state is not State.CONFIRMED or booking.pinned or by_hand:
        return None
    order = booking.arrival or 0
    return Movable(str(booking.id), booking.party_size, booking.accessible, booking.promised_zone, order=order)


def as_of(snapshot: Snapshot, venue: Venue, at: datetime) -> Snapshot:
    """Return the day at a decision's own time, by which parties are frozen and doors are open."""
    day = snapshot.at(at)
    if venue.seating.moves_into_joins_after_open:
        return day
    return replace(day, movable={key: _kept_single(guest, day, venue) for key, guest in day.movable.items()})


def _kept_single(guest: Movable, day: Snapshot, venue: Venue) -> Movable:
    """Return a party as it may be moved: once the doors are open, nobody leaves a single table for a join."""
    rows = day.of_owner(guest.booking_id)
    window = find_window(venue, rows[0].starts_at) if len(rows) == 1 else None
    return replace(guest, single_only=window is not None and window.opens_at <= day.read_at)


def mode_of(venue: Venue, starts_at: datetime) -> MoveMode:
    """Return whether parties may be moved for one that comes then: by its service, or else by the venue."""
    window = find_window(venue, starts_at)
    return venue.seating.moves_in(window.service if window else None)


def leaves_at(booking: Booking, venue: Venue, seated_at: datetime | None) -> datetime:
    """Return the end that people are told: of the turn, without the buffer; of a party that sits since it sat down.

    Other tables change nothing about it. Everything that shows an end to people shows this one.
    """
    if booking.state is State.CHECKED_IN and seated_at is not None:
        return turn_ends_at(booking, venue, seated_at)
    return booking.turn_ends_at


def turn_ends_at(booking: Booking, venue: Venue, seated_at: datetime) -> datetime:
    """Return when the turn of a party that sits since an instant ends: its minutes after that minute.

    Where another stay was agreed (`leave_by`: other minutes than the venue's), it ends when it was to end, however late
    the party sat down: that is what it was told, and what the next one at the table was promised.
    """
    if booking.turn_minutes != venue.usual_turn(booking.party_size):
        return booking.turn_ends_at
    return seated_at.replace(second=0, microsecond=0) + timedelta(minutes=booking.turn_minutes)
