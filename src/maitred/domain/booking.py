"""What a booking is, and the small values around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID


class State(StrEnum):
    """The states of the lifecycle (DESIGN 2)."""

    CREATED = "created"
    CAPACITY_VERIFIED = "capacity_verified"
    ASSIGNMENT_PENDING = "assignment_pending"
    ASSIGNMENT_IN_PROGRESS = "assignment_in_progress"
    ASSIGNED = "assigned"
    MANUAL_REVIEW = "manual_review"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    FAILED = "failed"


SEATED_STATES: Final = frozenset({State.ASSIGNED, State.CONFIRMED, State.ARRIVED, State.CHECKED_IN})
UNDECIDED_STATES: Final = frozenset(
    {
        State.CREATED,
        State.CAPACITY_VERIFIED,
        State.ASSIGNMENT_PENDING,
        State.ASSIGNMENT_IN_PROGRESS,
        State.ASSIGNED,
    }
)
# States in which a booking has no table and may still get one.
WAITING_STATES: Final = (UNDECIDED_STATES - {State.ASSIGNED}) | {State.MANUAL_REVIEW}


class Source(StrEnum):
    """Where a request came from."""

    WEB = "web"
    APP = "app"
    PARTNER = "partner"
    PHONE = "phone"
    WALK_IN = "walk_in"

    @property
    def staffed(self) -> bool:
        """Tell whether a member of staff took this booking (it may take any minute, and lack of room is reviewed)."""
        return self in (Source.PHONE, Source.WALK_IN)


class ReasonCode(StrEnum):
    """Why a step was taken: a closed set, with data beside it."""

    NO_CAPACITY = "no_capacity"
    NO_ALLOWED_SET = "no_allowed_set"
    PACING_COVERS = "pacing_covers"
    PACING_PARTIES = "pacing_parties"
    PARTY_NEEDS_REVIEW = "party_needs_review"
    CONTENTION = "contention"
    ROUNDS_EXHAUSTED = "rounds_exhausted"
    TIME_EXHAUSTED = "time_exhausted"
    OWNER_LOST = "owner_lost"
    ROOM_APPEARED = "room_appeared"
    REVIEW_EXPIRED = "review_expired"
    TABLE_LOST = "table_lost"
    LATE_TABLE = "late_table"
    GRACE_OVER = "grace_over"
    REQUESTED = "requested"
    OVERRIDE = "override"
    CHANGED = "changed"
    HOLD_CONFIRMED = "hold_confirmed"
    DECISION_FAULT = "decision_fault"
    MOVED = "moved"
    MOVES_SUGGESTED = "moves_suggested"
    PINNED = "pinned"
    IMPORTED = "imported"


class ActorKind(StrEnum):
    """Who may act."""

    GUEST = "guest"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a guest, a member of staff (which credential) or the system (which worker)."""

    kind: ActorKind
    id: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code plus data; never free text alone."""

    code: ReasonCode
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking as it is kept; the lifecycle makes new ones, nobody changes one in place.

    Instants are zone-aware UTC. `service_date` is the local date of the service's opening. `decided_as_of` is a
    recorded decision time (replay), None means the clock. `rounds` counts the coordinator's rounds since pending.
    `undo_entry` is what an undo takes back now, until `undo_until`. `promised_zone` binds, `zone_preference` is a wish;
    a pin is a promise of the very tables, with who gave it and why. `first_confirmed_at` stays for good: since then
    only people may end the booking.
    """

    id: UUID
    restaurant_id: int
    restaurant: str
    service_date: date
    reference: str
    guest_id: UUID
    party_size: int
    starts_at: datetime
    turn_minutes: int
    buffer_minutes: int
    source: Source
    state: State
    version: int
    external_ref: str | None = None
    zone_preference: str | None = None
    accessible: bool = False
    notes: str | None = None
    override: Mapping[str, Any] | None = None
    reason_code: str | None = None
    reason_data: Mapping[str, Any] | None = None
    decided_as_of: datetime | None = None
    pending_since: datetime | None = None
    due_at: datetime | None = None
    rounds: int = 0
    owner: str | None = None
    owner_until: datetime | None = None
    undo_entry: UUID | None = None
    undo_until: datetime | None = None
    review_deadline: datetime | None = None
    claimed_by: str | None = None
    claimed_key: UUID | None = None
    claimed_until: datetime | None = None
    arrival: int | None = None
    promised_zone: str | None = None
    pinned_at: datetime | None = None
    pinned_by: str | None = None
    pin_reason: str | None = None
    first_confirmed_at: datetime | None = None

    @property
    def turn_ends_at(self) -> datetime:
        """The planned end of the party's turn."""
        return self.starts_at + timedelta(minutes=self.turn_minutes)

    @property
    def ends_at(self) -> datetime:
        """The planned end of the table's occupation: turn plus buffer."""
        return self.turn_ends_at + timedelta(minutes=self.buffer_minutes)

    @property
    def answer_to_guest(self) -> str | None:
        """What the restaurant said to the guest when a person declined; None when they said nothing, or did not."""
        declined = self.state is State.FAILED and self.reason_code == ReasonCode.REQUESTED
        return (self.reason_data or {}).get("note") if declined else None

    @property
    def pinned(self) -> bool:
        """Tell whether a member of staff promised the very tables."""
        return self.pinned_at is not None

    @property
    def once_confirmed(self) -> bool:
        """Tell whether the guest was ever told that they may come, here or by the system it was imported from."""
        return self.first_confirmed_at is not None

    @property
    def needs_table(self) -> bool:
        """Tell whether a guest counts on a table that they do not have."""
        return self.once_confirmed and self.state in WAITING_STATES

    @property
    def overridden_rules(self) -> frozenset[str]:
        """The soft rules that staff set aside for this booking."""
        return frozenset(self.override["rules"]) if self.override else frozenset()
