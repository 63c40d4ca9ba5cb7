"""The waitlist: who waits for which times of a day, whose turn it is when room appears, and on what terms.

Order is the order of joining; who does not fit is passed over and keeps their place. Until some hours before the range
a guest is booked outright, as they consented to; after that they are made an offer, which lapses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

from maitred.domain import calendar
from maitred.domain.admission import Admission, Wish, admit, bookable_from
from maitred.domain.assignment import NO_MOVES, MoveRules, Seat, SeatingRequest, decide
from maitred.domain.availability import Snapshot
from maitred.domain.binding import mode_of
from maitred.domain.booking import Actor, Source
from maitred.domain.errors import InvalidInput, NeedsOverride, TransitionNotAllowed
from maitred.domain.events import Event
from maitred.domain.floor import Floor
from maitred.domain.venue_model import Venue


class WaitState(StrEnum):
    """Where an entry stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    LAPSED = "lapsed"
    LEFT = "left"
    EXPIRED = "expired"


LIVE: Final = frozenset({WaitState.WAITING, WaitState.OFFERED})

STEPS: Final[Mapping[WaitState, frozenset[WaitState]]] = {
    WaitState.WAITING: frozenset({WaitState.OFFERED, WaitState.BOOKED, WaitState.LEFT, WaitState.EXPIRED}),
    WaitState.OFFERED: frozenset({WaitState.BOOKED, WaitState.LAPSED, WaitState.LEFT}),
}

EVENT_TYPES: Final[Mapping[WaitState, str]] = {
    WaitState.WAITING: "waitlist.joined",
    WaitState.OFFERED: "waitlist.offered",
    WaitState.BOOKED: "waitlist.booked",
    WaitState.LAPSED: "waitlist.lapsed",
    WaitState.LEFT: "waitlist.left",
    WaitState.EXPIRED: "waitlist.expired",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One guest's place on the waitlist of a service day; `from_at` and `until_at` are starts, both included.

    `zone_promised`: only in the zone they prefer. `starts_at` is the time that was offered or booked.
    """

    id: UUID
    restaurant_id: int
    restaurant: str
    service_date: date
    guest_id: UUID
    party_size: int
    from_at: datetime
    until_at: datetime
    source: Source
    accessible: bool
    zone_preference: str | None
    zone_promised: bool
    notes: str | None
    state: WaitState
    version: int
    joined_at: datetime
    joined_by: str
    place: int | None = None
    starts_at: datetime | None = None
    hold_id: UUID | None = None
    offer_expires_at: datetime | None = None
    booking_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EntryChange:
    """The whole write of one step of an entry: row before and after, history entry, event."""

    before: Entry | None
    after: Entry
    actor: Actor
    at: datetime

    @property
    def event_id(self) -> UUID:
        """The event's id, a function of entry and version."""
        return uuid5(self.after.id, str(self.after.version))

    def history(self) -> dict[str, Any]:
        """Return the history entry."""
        return {
            "entry_id": self.after.id,
            "version": self.after.version,
            "from_state": self.before.state if self.before else None,
            "to_state": self.after.state,
            "actor_kind": self.actor.kind,
            "actor_id": self.actor.id,
            "reason": self.after.reason,
            "starts_at": self.after.starts_at,
            "at": self.at,
            "event_id": self.event_id,
        }

    def event(self) -> Event:
        """Return the event that reports this step; who the guest is stands in no event."""
        return Event(
            id=self.event_id,
            type=EVENT_TYPES[self.after.state],
            restaurant=self.after.restaurant,
            subject=str(self.after.id),
            at=self.at,
            data=_told(self.after),
        )


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "entry_id": str(entry.id),
        "state": entry.state,
        "version": entry.version,
        "service_date": entry.service_date.isoformat(),
        "party_size": entry.party_size,
        "from_at": entry.from_at.isoformat(),
        "until_at": entry.until_at.isoformat(),
        "starts_at": entry.starts_at.isoformat() if entry.starts_at else None,
        "booking_id": str(entry.booking_id) if entry.booking_id else None,
        "offer_expires_at": entry.offer_expires_at.isoformat() if entry.offer_expires_at else None,
        "reason": entry.reason,
    }


def joined(entry: Entry, *, actor: Actor) -> EntryChange:
    """Return the first change of an entry's life."""
    assert (entry.state, entry.version) == (WaitState.WAITING, 1)
    return EntryChange(None, entry, actor, entry.joined_at)


def moved(entry: Entry, to: WaitState, *, actor: Actor, at: datetime, **values: Any) -> EntryChange:
    """Take one step; raises TransitionNotAllowed when there is none. A hold belongs to an offer alone."""
    if to not in STEPS.get(entry.state, frozenset()):
        message = f"A place on the waitlist that is {entry.state} cannot become {to}."
        raise TransitionNotAllowed(message, field="action", state=entry.state)
    given = {"hold_id": None, "offer_expires_at": None, "reason": None} | values
    return EntryChange(entry, replace(entry, state=to, version=entry.version + 1, **given), actor, at)


# -- who fits, when, and on what terms --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fit:
    """Whose turn it is: an entry, the time and the tables there are for it, and whether to `book` or to offer."""

    entry: Entry
    starts_at: datetime
    seat: Seat
    book: bool


def books_outright(entry: Entry, venue: Venue, at: datetime) -> bool:
    """Tell whether room that appears now is booked for a guest rather than offered."""
    return at < entry.from_at - timedelta(minutes=venue.waitlist.auto_until_minutes)


def is_past(entry: Entry, venue: Venue, at: datetime) -> bool:
    """Tell whether the last of an entry's times can be booked no more."""
    return bookable_from(venue, entry.source, at) > entry.until_at


def times(entry: Entry, venue: Venue, floor: Floor, at: datetime) -> list[datetime]:
    """Return the starts in an entry's range that may be booked at an instant, the earliest first.

    An offer is for times that can still be booked when it is about to lapse.
    """
    latest = at if books_outright(entry, venue, at) else at + timedelta(minutes=venue.waitlist.offer_minutes)
    found = (start for _, start in calendar.slots(venue, entry.service_date))
    return [
        start
        for start in found
        if entry.from_at <= start <= entry.until_at and _bookable(entry, venue, floor, start, latest)
    ]


def admitted(entry: Entry, venue: Venue, floor: Floor, start: datetime, at: datetime) -> Admission:
    """Return what admission says of one of an entry's times; raises what a booking request would raise."""
    return admit(venue, floor, Wish(entry.party_size, start, entry.source, entry.accessible, entry.zone_preference), at)


def _bookable(entry: Entry, venue: Venue, floor: Floor, start: datetime, at: datetime) -> bool:
    try:
        return not admitted(entry, venue, floor, start, at).review
    except (InvalidInput, NeedsOverride):
        return False


def asked(entry: Entry, venue: Venue, start: datetime) -> SeatingRequest:
    """Return what the engine is asked for an entry at one of its times."""
    return SeatingRequest(
        key=str(entry.id),
        party_size=entry.party_size,
        starts_at=start,
        turn_minutes=venue.turn_for(entry.party_size),
        buffer_minutes=venue.buffer_minutes,
        accessible=entry.accessible,
        zone_preference=entry.zone_preference,
        promised_zone=entry.zone_preference if entry.zone_promised else None,
    )


def first_fitting(waiting: Iterable[Entry], day: Snapshot, venue: Venue, at: datetime) -> Fit | None:
    """Return the first entry, in the order given, for which the day has room, at its earliest time that has.

    Equal wishes are refused alike, so each is tried once: looking for moves in vain is the dearest of all decisions.
    """
    refused: set[tuple[Any, ...]] = set()
    for entry in waiting:
        book = books_outright(entry, venue, at)
        for start in times(entry, venue, day.floor, at):
            wish = (entry.party_size, start, entry.accessible, entry.zone_preference, entry.zone_promised, book)
            if wish in refused:
                continue
            # Nobody is given other tables for an offer: it may come to nothing.
            decision = decide(asked(entry, venue, start), day, venue, _rules(venue, start) if book else NO_MOVES)
            if isinstance(decision, Seat):
                return Fit(entry, start, decision, book)
            refused.add(wish)
    return None


def _rules(venue: Venue, start: datetime) -> MoveRules:
    return venue.seating.move_rules("auto") if mode_of(venue, start) == "auto" else NO_MOVES
