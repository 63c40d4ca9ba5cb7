"""What answers carry. Routes build plain values (render.py); these models document them, and tests compare the two."""

from datetime import date, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from maitred.domain.assignment.rescue import ChoiceKind
from maitred.domain.booking import ActorKind, ReasonCode, Source, State
from maitred.domain.lifecycle import Action
from maitred.domain.waitlist import WaitState
from maitred.store.night import Kind

Day: TypeAlias = date  # fields are called `date`


class Answer(BaseModel):
    """The base of all answers: closed, so that tests notice a field nobody documented."""

    model_config = ConfigDict(extra="forbid")


class GuestAnswer(Answer):
    """The guest of a booking."""

    id: UUID
    name: str
    email: str | None
    phone: str | None = Field(description="E.164.")
    locale: str | None


class ReasonAnswer(Answer):
    """Why the booking is where it is."""

    code: ReasonCode = Field(description="For programs.")
    text: str = Field(description="The reason in words, in English.")
    data: dict[str, Any] = Field(
        description="What a program may read; alternatives, for example. Scope staff also reads who is in the way."
    )


class SeatedAnswer(Answer):
    """When the tables are the party's: turn and buffer, so `until` is later than the end that people are told."""

    from_: datetime = Field(alias="from")
    until: datetime


class PromisesAnswer(Answer):
    """What binds the house."""

    zone: str | None = Field(description="Id of the zone that was promised.")
    accessible: bool
    tables: list[str] | None = Field(description="The very tables, when a member of staff promised them.")


class WishesAnswer(Answer):
    """What would be nice."""

    zone: str | None


class PinAnswer(Answer):
    """Who promised the tables, when and why; for scope staff."""

    at: datetime
    by: str
    reason: str


class SeatingAnswer(Answer):
    """How firmly the party's tables are its own, and what was promised apart from what was wished for."""

    tables: list[str] = Field(description="Planned tables are for scope staff; guests read what was promised.")
    binding: Literal["planned", "frozen", "pinned", "seated"]
    freezes_at: datetime = Field(description="From then on nobody but a person, or a rescue, changes the tables.")
    promises: PromisesAnswer
    wishes: WishesAnswer
    pin: PinAnswer | None


class ReviewAnswer(Answer):
    """A manual review: until when, and who works on it."""

    deadline: datetime | None
    claimed_by: str | None
    claimed_until: datetime | None


class BookingAnswer(Answer):
    """A booking. Times carry the venue's offset."""

    id: UUID
    reference: str = Field(description="What a guest reads out on the phone.")
    restaurant: str = Field(description="Its slug.")
    state: State = Field(description="Where the booking is in its lifecycle; GET /v1/lifecycle has all steps.")
    version: int = Field(description="Rises by one with every change; it is the ETag.")
    party_size: int
    starts_at: datetime
    ends_at: datetime = Field(description="Planned end of the turn, without buffer: what the guest is told.")
    service_date: Day = Field(description="Local date on which the service opens.")
    source: Source = Field(description="Who took the request.")
    zone_preference: str | None
    accessible: bool
    notes: str | None
    external_ref: str | None
    tables: list[str] = Field(
        description="Ids of its tables; none while it is pending or after it ended. Without scope staff only tables "
        "that were promised: the others may still change."
    )
    seated: SeatedAnswer | None
    seating: SeatingAnswer | None = Field(description="While it has tables.")
    guest: GuestAnswer
    reason: ReasonAnswer | None
    override: dict[str, Any] | None = Field(description="Soft rules set aside, by whom and why.")
    review: ReviewAnswer | None = Field(description="While in manual review.")
    waitlist: str | None = Field(
        description="Where a guest who was refused for lack of room may wait: post `from`, `until` and consent there."
    )
    undo_until: datetime | None
    actions: list[Action] = Field(
        description="What this key may do to the booking now: check_in is POST .../check-in, mark_no_show .../no-show, "
        "modify PATCH, assign (under review) .../force-confirm; GET /v1/lifecycle names the call of each in `routes`."
    )
    created_at: datetime
    updated_at: datetime


class BookingPage(Answer):
    """Bookings in order of arrival."""

    items: list[BookingAnswer]
    next: str | None = Field(description="Address of the next page; null on the last one.")


class WaitingAnswer(Answer):
    """A place on the waitlist. Times carry the venue's offset."""

    id: UUID
    restaurant: str = Field(description="Its slug.")
    state: WaitState = Field(description="`lapsed`: an offer was not taken; `expired`: no room came in time.")
    version: int = Field(description="Rises by one with every change; it is the ETag.")
    line: int | None = Field(description="Place in line of that day, while it waits or has an offer.")
    service_date: Day
    from_: datetime = Field(alias="from", description="The first start that suits.")
    until: datetime = Field(description="The last start that suits.")
    party_size: int
    zone_preference: str | None
    zone_required: bool
    accessible: bool
    notes: str | None
    source: Source
    guest: GuestAnswer
    starts_at: datetime | None = Field(description="The time that was offered or booked.")
    offer_expires_at: datetime | None = Field(description="Until when an offer is held.")
    booking_id: UUID | None = Field(description="The booking that came of it.")
    reason: str | None = Field(
        description="`room_appeared` or `offer_accepted`; `requested` or `booked_otherwise`; `no_room`."
    )
    joined_at: datetime


class WaitingList(Answer):
    """Who waits for a day, in order of joining."""

    items: list[WaitingAnswer]


class ReviewQueue(Answer):
    """Bookings under manual review: who was confirmed once (they have no deadline), then the nearest deadline first."""

    items: list[BookingAnswer]


class ChoiceAnswer(Answer):
    """One way out for a party whose table is late, free on the floor as it is expected to be."""

    kind: ChoiceKind
    starts_at: datetime
    tables: list[str]
    minutes: int = Field(description="After the promised time; negative: before.")
    rules: list[str] = Field(description="Soft rules that a member of staff would set aside.")


class AttentionItem(Answer):
    """Something that waits for a person: `late_table` or `late_guest`."""

    kind: Kind
    since: datetime
    expected_at: datetime | None = Field(description="late_table: when its own tables are expected to be free.")
    booking: BookingAnswer
    choices: list[ChoiceAnswer] = Field(description="late_table: what could be done, least bad first.")


class AttentionList(Answer):
    """What waits for a person, longest first."""

    items: list[AttentionItem]


class MoveAnswer(Answer):
    """A party that would change its tables."""

    booking_id: UUID
    from_: list[str] = Field(alias="from")
    to: list[str]


class TableNowAnswer(Answer):
    """Tables that are free now. `limited`: for less than a whole turn."""

    tables: list[str]
    until: datetime = Field(description="Until when the party may stay.")
    minutes: int
    limited: bool
    moves: list[MoveAnswer] = Field(description="Who has to change tables for it; booking the walk-in does that.")


class WaitBasisAnswer(Answer):
    """What a wait rests on: who leaves these tables when, and how late turns run today (median, minutes)."""

    tables: list[str]
    free_at: datetime
    after: str = Field(description="Id of the booking, hold or block.")
    late_minutes: int


class WaitAnswer(Answer):
    """When a table is expected, as a range."""

    from_minutes: int
    to_minutes: int
    basis: WaitBasisAnswer


class WhyNotAnswer(Answer):
    """Why there is neither a table nor a wait."""

    code: str
    text: str


class WalkInAnswer(Answer):
    """A table now, or a wait, or the reason why there is neither."""

    restaurant: str
    party_size: int
    now: TableNowAnswer | None
    wait: WaitAnswer | None
    reason: WhyNotAnswer | None


class BlockItem(Answer):
    """A table closed by hand."""

    id: UUID
    table: str
    from_: datetime = Field(alias="from")
    to: datetime
    reason: str
    closed_by: str


class BlockAnswer(BlockItem):
    """A table that was closed, and what it meant for whoever was due there."""

    moved: list[BookingAnswer] = Field(description="Parties that were given other tables.")
    to_review: list[BookingAnswer] = Field(description="Parties that fit nowhere else: a person decides.")


class BlockList(Answer):
    """Tables closed by hand, now or later."""

    items: list[BlockItem]


class HistoryItem(Answer):
    """One step."""

    version: int
    from_state: State | None
    action: Action
    to_state: State
    actor: dict[str, str] = Field(description="kind and id.", examples=[{"kind": "staff", "id": "Front desk"}])
    reason_code: str | None
    reason_data: dict[str, Any] | None
    at: datetime
    event_id: UUID


class HistoryAnswer(Answer):
    """Every step of a booking, oldest first; append-only."""

    items: list[HistoryItem]


class AttemptItem(Answer):
    """One round of the coordinator."""

    round: int
    strategy: str | None
    plan: dict[str, Any] | None = Field(description="Tables, score and its named terms.")
    runner_up: dict[str, Any] | None
    outcome: str
    reason_code: str | None
    reason_data: dict[str, Any] | None
    explanation: dict[str, Any] | None = Field(
        description="Why, in sentences with code and data: what decided, or what is in the way and what would help. "
        "`for_staff` speaks of other parties, and is there for scope staff."
    )
    duration_ms: float
    decided_at: datetime
    worker: str


class AttemptsAnswer(Answer):
    """The rounds of a booking, oldest first."""

    items: list[AttemptItem]


class StepItem(Answer):
    """One step that the lifecycle allows."""

    from_state: State
    action: Action
    to_state: State


class LifecycleAnswer(Answer):
    """The state machine, as data."""

    states: list[State]
    actions: list[Action]
    actors: list[ActorKind]
    reasons: list[ReasonCode]
    steps: list[StepItem]
    routes: dict[Action, str] = Field(description="The call that takes a step, by its name in `actions`.")
    undo_minutes: int


class PlanItem(Answer):
    """One way to seat a party, with the terms of its score."""

    tables: list[str]
    zone: str
    capacity: int
    score: float
    terms: dict[str, float]
    strategy: str


class AlternativeItem(Answer):
    """Another time that would work."""

    starts_at: datetime
    zone: str
    tables: list[str]


class CallItem(Answer):
    """A call to this API, ready to be made but for an override's reason, which a person gives."""

    method: str
    path: str
    body: dict[str, Any]


class FixItem(Answer):
    """One way out: in words, for programs, and the call that takes it."""

    code: str
    text: str
    data: dict[str, Any]
    call: CallItem | None = Field(description="null where people have to do something first.")


class SuggestionsAnswer(Answer):
    """Ranked ways out of a review."""

    fixes: list[FixItem] = Field(description="Best first.")
    plans: list[PlanItem]
    alternatives: list[AlternativeItem]


class SlotItem(Answer):
    """One start time."""

    starts_at: datetime
    service: str
    available: bool
    reason: str | None = Field(description="Reason code when it is not available.")
    nearest: list[datetime] = Field(description="The nearest times of the day that are, when this one is not.")


class AvailabilityAnswer(Answer):
    """A day's start times."""

    restaurant: str
    date: Day
    party_size: int
    review: bool = Field(
        description="A party of this size is looked at by a person before it is confirmed, whatever is free."
    )
    closed_reason: str | None
    slots: list[SlotItem]
    nearest_dates: list[Day] = Field(description="The next days with room, when this one has none.")


class HeatCellItem(Answer):
    """One service or hour of a day."""

    service: str | None = Field(description="null: an hour, or a closed day that has bookings all the same.")
    starts_at: datetime
    ends_at: datetime
    covers: int = Field(description="Guests that start in the service, or sit there in the hour (on average).")
    parties: int
    capacity: int = Field(description="Seats times turns of the service, or seats on offer in the hour.")
    share: float | None = Field(description="covers / capacity; null where nobody can be seated.", examples=[0.7])


class HeatDayItem(Answer):
    """One service day."""

    date: Day
    closed_reason: str | None = Field(description="Set when the house is closed; may be empty.")
    cells: list[HeatCellItem]


class HeatmapAnswer(Answer):
    """How full the house is, day by day."""

    restaurant: str
    by: Literal["service", "hour"]
    items: list[HeatDayItem]


class TimelineBooking(Answer):
    """The party behind an item."""

    id: UUID
    reference: str
    guest: str
    state: State
    version: int
    starts_at: datetime = Field(description="The promised time.")
    ends_at: datetime = Field(description="Planned end of the turn, without buffer: what the guest is told.")
    binding: Literal["planned", "frozen", "pinned", "seated"] | None
    over_minutes: int = Field(description="How long it sits past its turn.")
    attention: list[Kind] = Field(description="What waits for a person.")


class TimelineItem(Answer):
    """One table taken for a while."""

    kind: Literal["booking", "hold", "block"]
    from_: datetime = Field(alias="from")
    until: datetime
    tables: list[str] = Field(description="All tables that the party has then.")
    booking: TimelineBooking | None
    party_size: int | None
    expires_at: datetime | None = Field(description="Of a hold.")
    reason: str | None = Field(description="Of a closed table.")
    closed_by: str | None = Field(description="Who closed it; null: the restaurant's document.")


class TimelineTable(Answer):
    """One table with what takes it, in order of time."""

    id: str
    capacity: int
    items: list[TimelineItem]


class TimelineZone(Answer):
    """One zone with its tables."""

    id: str
    name: str
    tables: list[TimelineTable]


class TimelineAnswer(Answer):
    """A service day as a board."""

    restaurant: str
    date: Day
    closed: bool
    starts_at: datetime
    ends_at: datetime
    zones: list[TimelineZone]


class MoveItem(Answer):
    """One party that changed tables."""

    booking_id: UUID
    reference: str
    guest: str
    party_size: int
    starts_at: datetime
    from_: list[str] = Field(alias="from")
    to: list[str]


class MadeRoomForItem(Answer):
    """The booking that others made room for."""

    booking_id: UUID
    reference: str
    guest: str


class UndoneItem(Answer):
    """When a set was undone, and by whom."""

    at: datetime
    by: str


class MoveSetItem(Answer):
    """Parties that changed tables together, for one cause."""

    id: UUID
    cause: Literal["decision", "staff", "optimizer", "rescue", "undo"]
    actor: dict[str, str] = Field(description="kind and id.", examples=[{"kind": "staff", "id": "Front desk"}])
    note: str | None
    at: datetime
    made_room_for: MadeRoomForItem | None
    undone: UndoneItem | None
    moves: list[MoveItem]


class MovesAnswer(Answer):
    """A day's moves, the newest first."""

    items: list[MoveSetItem]


class UndoMovesAnswer(Answer):
    """The set of moves that brought everybody back."""

    move_set: UUID


class HoldAnswer(Answer):
    """A hold; when it expires it blocks nobody."""

    id: UUID
    restaurant: str
    party_size: int
    starts_at: datetime
    tables: list[str]
    expires_at: datetime


class FaultItem(Answer):
    """Something in a venue document worth a look."""

    field: str
    code: str
    message: str


class ImportAnswer(Answer):
    """What an import did, or would do."""

    slug: str
    version: int
    created: bool
    changed: bool
    dry_run: bool
    warnings: list[FaultItem]


class VenueItem(Answer):
    """A restaurant in the list."""

    slug: str
    name: str
    timezone: str
    version: int


class VenueList(Answer):
    """The restaurants this key may see."""

    items: list[VenueItem]


class VenueAnswer(VenueItem):
    """A restaurant with the document it was imported from."""

    document: dict[str, Any]


class KeyAnswer(Answer):
    """An API key, without its secret."""

    id: UUID
    name: str
    scopes: list[str]
    restaurant: str | None
    created_at: datetime
    revoked_at: datetime | None


class KeyList(Answer):
    """Every key, revoked ones included."""

    items: list[KeyAnswer]


class NewKeyAnswer(Answer):
    """The new key. Its secret is shown once and kept nowhere."""

    id: UUID
    name: str
    scopes: list[str]
    restaurant: str | None
    key: str = Field(description="The secret to send as `Authorization: Bearer`.")


class DeadLetterItem(Answer):
    """A message that no delivery could get through."""

    id: int
    subscriber: str
    event_id: UUID | None
    payload: str
    error: str
    deliveries: int
    at: datetime


class DeadLetters(Answer):
    """Poison messages, newest first."""

    items: list[DeadLetterItem]


class PartAnswer(Answer):
    """One part that must be ready."""

    ready: bool
    detail: str | None


class ReadyAnswer(Answer):
    """Whether this instance can serve, part by part."""

    ready: bool
    parts: dict[str, PartAnswer]


class HealthAnswer(Answer):
    """The process runs."""

    status: str


class ProblemFault(BaseModel):
    """One fault of several."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is for programs, `detail` for people, `field` names the input at fault."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/off_grid"])
    title: str
    status: int
    detail: str
    instance: str
    code: str
    field: str | None = None
    errors: list[ProblemFault] | None = None


class GuestDataAnswer(Answer):
    """Everything known about a guest."""

    exported_at: datetime
    email: str | None
    phone: str | None
    data: dict[str, list[dict[str, Any]]] = Field(description="Rows as they are kept, by where they lie.")


class ErasureAnswer(Answer):
    """That a guest was erased. Nobody can be told from it."""

    id: UUID
    guests: int = Field(description="Records that had the address or number.")
    bookings: int = Field(description="Bookings that are anonymous now.")


class WebhookAnswer(Answer):
    """An endpoint that is told of events. Its secret is in the answer that made it, and nowhere else."""

    id: UUID
    restaurant: str
    url: str
    types: list[str] = Field(description="None means every type.")
    description: str | None
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: Literal["failing", "gone", "by_hand"] | None = Field(
        description="`failing`: nothing was accepted for days. `gone`: it answered 410."
    )
    failing_since: datetime | None
    failures: int = Field(description="In a row.")
    pending: int = Field(description="Deliveries that wait.")
    delivered_at: datetime | None = Field(description="When the last one was accepted.")
    previous_secret_until: datetime | None = Field(description="Until then the secret before signs as well.")
    created_by: str
    created_at: datetime


class NewWebhookAnswer(WebhookAnswer):
    """An endpoint with its secret, shown this once."""

    secret: str


class WebhookList(Answer):
    """A restaurant's endpoints."""

    items: list[WebhookAnswer]


class AttemptAnswer(Answer):
    """How one try went."""

    attempt: int
    at: datetime
    status: int | None = Field(description="HTTP status; null when there was no answer.")
    latency_ms: int
    error: str | None
    excerpt: str | None = Field(description="The beginning of the answer.")


class DeliveryAnswer(Answer):
    """One event on its way to one endpoint."""

    id: int
    event_id: UUID
    type: str
    kind: Literal["live", "replay", "resend", "test"]
    state: Literal["pending", "delivered", "failed"]
    due_at: datetime | None = Field(description="When it is tried (again).")
    created_at: datetime
    settled_at: datetime | None
    attempts: list[AttemptAnswer]


class DeliveryList(Answer):
    """Deliveries, newest first."""

    items: list[DeliveryAnswer]
    next: str | None


class PlannedAnswer(Answer):
    """A delivery that was planned."""

    delivery_id: int


class ReplayAnswer(Answer):
    """What will be sent once more."""

    planned: int
    next_after: UUID | None = Field(description="Replay on from here: there was more than one replay takes.")


class MessageItem(Answer):
    """A message on its way, or as it ended."""

    id: UUID
    kind: str = Field(examples=["confirmed"])
    audience: Literal["guest", "staff"]
    channel: Literal["email", "gateway"]
    booking_id: UUID | None
    reference: str | None = Field(description="The booking's.")
    waitlist_entry_id: UUID | None
    recipient: str | None = Field(description="null once the guest was erased.", examples=["ada@example.com"])
    recipient_name: str | None = Field(examples=["Ada Lovelace"])
    locale: str = Field(examples=["en"])
    state: Literal["pending", "sent", "kept", "dropped", "failed"] = Field(
        description="`kept`: no mail server is set, so it is on record and was sent to nobody."
    )
    reason: str | None = Field(
        description="Dropped: `overtaken`, `decided`, `over`, `taken_back`, `suppressed`, `switched_off`, `erased` or "
        "`no_restaurant`. Failed: `bounced`, `refused` or `gave_up`.",
        examples=[None],
    )
    via: Literal["smtp", "gateway", "log"] | None = Field(
        description="`log`: no mail server is set, so it was kept here."
    )
    answer: str | None = Field(description="The last word of the other side.")
    attempts: int
    due_at: datetime | None = Field(description="When it is tried (again).")
    created_at: datetime
    settled_at: datetime | None


class MessageCounts(Answer):
    """How many messages the restaurant has of each state, whatever was asked for."""

    pending: int = Field(description="Waiting to leave.")
    sent: int = Field(description="Taken by a mail server or gateway.")
    kept: int = Field(description="Only kept: no mail server is set.")
    failed: int
    dropped: int = Field(description="Never to leave; `reason` says why.")


class MessageList(Answer):
    """Messages, newest first."""

    items: list[MessageItem]
    next: str | None
    counts: MessageCounts


class LetterAnswer(Answer):
    """A message as it is sent."""

    subject: str
    text: str
    html: str
    short: str = Field(description="For gateways of short messages.")
    calendar: str | None = Field(description="An iCalendar file.")


class MessageTryAnswer(Answer):
    """How one try went."""

    attempt: int
    at: datetime
    answer: str


class MessageAnswer(MessageItem):
    """A message with what it says, and every try."""

    message_id: str = Field(description="Message-ID of the mail, the same in every try.")
    content: LetterAnswer | None = Field(description="null once the guest was erased.")
    tries: list[MessageTryAnswer]


class RetriedAnswer(Answer):
    """How many messages are tried anew."""

    retried: int


class MessageSettingsAnswer(Answer):
    """How a restaurant sends. The gateway's secret is in the answer that made it, and nowhere else."""

    restaurant: str
    sender_name: str | None
    sender_address: str | None
    reply_to: str | None
    locale: str = Field(examples=["en"])
    off: list[str] = Field(examples=[["reminder_2h"]])
    quiet_from: str | None = Field(examples=["22:00"])
    quiet_until: str | None = Field(examples=["08:00"])
    staff_emails: list[str]
    gateway_url: str | None
    gateway_for: Literal["without_email", "all"]
    updated_at: datetime | None = Field(description="null while nobody has changed anything.")
    updated_by: str | None


class ChangedMessageSettings(MessageSettingsAnswer):
    """The settings after a change."""

    gateway_secret: str | None = Field(
        description="The gateway's new secret, shown this once; null when none was made.", examples=["whsec_..."]
    )


class SuppressionAnswer(Answer):
    """An address that the restaurant sends nothing to."""

    email: str
    why: Literal["bounce", "complaint", "by_hand"]
    detail: str | None
    at: datetime


class LiftedAnswer(Answer):
    """Whether an address had been left alone until now."""

    lifted: bool
