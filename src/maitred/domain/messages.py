"""What guests and staff are told, and when: the one authority over messages, keyed on the step that was taken.

A message is an answer to one event. Whether there is news in it depends on what the guest has heard so far, so that
nobody is told twice that a table is theirs, nor that a request was received once it is confirmed (lesson 18).
"""

import datetime as dt  # qualified: quiet hours have a date and times of their own
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from maitred.domain.booking import UNDECIDED_STATES, State


class Kind(StrEnum):
    """What a message says."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    CONFIRMED_AFTER_WAIT = "confirmed_after_wait"
    UNDER_REVIEW = "under_review"
    DECLINED = "declined"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    REMINDER_24H = "reminder_24h"
    REMINDER_2H = "reminder_2h"
    WAITLIST_JOINED = "waitlist_joined"
    WAITLIST_BOOKED = "waitlist_booked"
    WAITLIST_OFFER = "waitlist_offer"
    WAITLIST_ENDED = "waitlist_ended"
    STAFF_REVIEW = "staff_review"
    STAFF_REVIEW_DUE = "staff_review_due"
    STAFF_BREAKER = "staff_breaker"
    STAFF_WEBHOOK = "staff_webhook"


STAFF_KINDS: Final = frozenset({Kind.STAFF_REVIEW, Kind.STAFF_REVIEW_DUE, Kind.STAFF_BREAKER, Kind.STAFF_WEBHOOK})
# After one of these the guest believes that a table is theirs.
STANDING: Final = frozenset({Kind.CONFIRMED, Kind.CONFIRMED_AFTER_WAIT, Kind.WAITLIST_BOOKED, Kind.CHANGED, Kind.MOVED})
ENDING: Final = frozenset({Kind.DECLINED, Kind.CANCELLED})
WAITING: Final = frozenset({Kind.RECEIVED, Kind.UNDER_REVIEW})
REMINDERS: Final = frozenset({Kind.REMINDER_24H, Kind.REMINDER_2H})
# What nobody asked for at that moment is not sent at night.
HELD_AT_NIGHT: Final = frozenset({Kind.CONFIRMED_AFTER_WAIT, Kind.MOVED, *REMINDERS, Kind.WAITLIST_ENDED})

# A guest whose table is found within this time is told of the table, and not before of the request; so that is no
# answer to an event, but to time that has passed (usecases/messages.py, `acknowledge`).
RECEIVED_AFTER: Final = timedelta(seconds=20)
DAY_BEFORE: Final = timedelta(hours=24)
SOON_BEFORE: Final = timedelta(hours=2)
# The latest that a reminder is of use, and how long before it the guest must have heard nothing.
REMINDER_WINDOWS: Final[Mapping[Kind, tuple[timedelta, timedelta, timedelta]]] = {
    Kind.REMINDER_24H: (DAY_BEFORE, timedelta(hours=12), timedelta(hours=12)),
    Kind.REMINDER_2H: (SOON_BEFORE, timedelta(minutes=30), timedelta(hours=1)),
}

# Tries of one message: seventeen over three days. A server that is away altogether costs none of them.
DELAYS: Final = (
    *(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 1_800)),
    *(timedelta(hours=h) for h in (1, 2, 3, 4, 6, 8, 8, 12, 12, 16)),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a guest holds to be true of their booking; `zone` is the one they were promised."""

    starts_at: datetime
    party_size: int
    zone: str | None

    def plain(self) -> dict[str, Any]:
        """Return them as they are kept."""
        return {"starts_at": self.starts_at.isoformat(), "party_size": self.party_size, "zone": self.zone}

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Facts":
        """Read what `plain` wrote."""
        return cls(datetime.fromisoformat(raw["starts_at"]), raw["party_size"], raw["zone"])


@dataclass(frozen=True, slots=True)
class Heard:
    """What the guest of a booking has been told so far: the last outcome, and what has made them wait since."""

    outcome: Kind | None = None
    facts: Facts | None = None
    waits: frozenset[Kind] = frozenset()

    @property
    def stands(self) -> bool:
        """Tell whether the guest believes that a table is theirs."""
        return self.outcome in STANDING


@dataclass(frozen=True, slots=True)
class News:
    """One step of a booking as the notifier hears of it; `waited` says that it came from the waitlist by itself.

    Who was confirmed once, here or by another system, counts on a table: that it is looked for is no news to them.
    """

    event_type: str
    state: State
    facts: Facts
    walk_in: bool = False
    waited: bool = False
    once_confirmed: bool = False


_ENDS: Final[Mapping[str, Kind]] = {
    "booking.cancelled": Kind.CANCELLED,
    "booking.failed": Kind.DECLINED,
    "booking.declined": Kind.DECLINED,
    "booking.rejected": Kind.DECLINED,
}
_MAY_STAND: Final = frozenset({"booking.confirmed", "booking.modified", "booking.moved", "booking.undone"})
GUEST_EVENTS: Final = frozenset({"booking.review_requested", *_ENDS, *_MAY_STAND})


def message_for(news: News, heard: Heard) -> Kind | None:
    """This is what the guest is told of a step, None when it is no news to them."""
    if news.walk_in:
        return None
    if news.event_type == "booking.review_requested":
        counts_on_it = heard.stands or news.once_confirmed
        return None if counts_on_it or Kind.UNDER_REVIEW in heard.waits else Kind.UNDER_REVIEW
    if news.event_type in _ENDS:
        return None if heard.outcome in ENDING and not heard.waits else _ENDS[news.event_type]
    if news.event_type == "booking.undone" and news.state is State.CANCELLED:
        return Kind.CANCELLED if heard.stands or heard.waits else None  # it was made by mistake
    if news.event_type in _MAY_STAND and news.state is State.CONFIRMED:
        return _standing(news, heard)
    return None


def _standing(news: News, heard: Heard) -> Kind | None:
    if heard.stands and heard.facts is not None:
        before = heard.facts
        if (before.starts_at, before.party_size) != (news.facts.starts_at, news.facts.party_size):
            return Kind.CHANGED
        return Kind.MOVED if before.zone != news.facts.zone else None
    if news.waited and heard.outcome is None:
        return Kind.WAITLIST_BOOKED
    return Kind.CONFIRMED_AFTER_WAIT if heard.waits else Kind.CONFIRMED


def why_stale(
    kind: Kind, state: State | None, about_at: datetime | None, at: datetime, *, starts_at: datetime | None = None
) -> str | None:
    """This says why a message is of no use any more, None while it is.

    `state` and `starts_at` are the booking's as they are now, which its guest may not have been told yet.
    """
    if about_at is not None and at >= about_at:
        return "over"
    if kind is Kind.RECEIVED and state is not None and state not in UNDECIDED_STATES:
        return "decided"
    if kind in REMINDERS and state is not State.CONFIRMED:
        return "decided"
    if kind in REMINDERS and starts_at is not None and starts_at != about_at:
        return "overtaken"
    return None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of the restaurant's own clock in which guests are left alone; they may lead over midnight."""

    begin: dt.time
    end: dt.time

    def over_at(self, instant: datetime, tz: ZoneInfo) -> datetime:
        """This is when a message of an instant may go: then, or when the night is over."""
        local = instant.astimezone(tz)
        if not self._contains(local.time()):
            return instant
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        # A wall time that a clock change skips is read with the offset before it, so it is never in the night.
        return datetime.combine(day, self.end, tz).astimezone(dt.UTC)

    def _contains(self, clock: dt.time) -> bool:
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


def due_at(kind: Kind, at: datetime, about_at: datetime | None, quiet: QuietHours | None, tz: ZoneInfo) -> datetime:
    """This is when a message may leave. The night holds it only while it is of use in the morning."""
    if quiet is None or kind not in HELD_AT_NIGHT:
        return at
    morning = quiet.over_at(at, tz)
    latest = REMINDER_WINDOWS[kind][1] if kind in REMINDER_WINDOWS else timedelta(hours=3)
    return at if about_at is not None and morning > about_at - latest else morning


def delay_after(message_id: str, attempts: int) -> timedelta | None:
    """This is how long to wait after so many tries, None: no more. Up to a tenth longer, by the message's id."""
    assert attempts >= 1
    if attempts > len(DELAYS):
        return None
    share = int.from_bytes(sha256(f"{message_id}\0{attempts}".encode()).digest()[:8]) / 2**64
    return DELAYS[attempts - 1] * (1 + 0.1 * share)


def address_sha256(address: str) -> bytes:
    """This is what is kept of an address that nothing may be sent to."""
    return sha256(address.strip().lower().encode()).digest()
