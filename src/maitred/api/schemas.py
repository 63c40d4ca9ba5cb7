"""What requests may carry: bodies and queries, each field with its bounds."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from maitred.api.fields import (
    Email,
    Flag,
    Label,
    Locale,
    Moment,
    Name,
    Notes,
    PartySize,
    Phone,
    Rule,
    Scope,
    Sentence,
    Strict,
)
from maitred.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from maitred.domain.admission import OVERRIDABLE
from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.domain.messages import Kind
from maitred.domain.webhooks import LONGEST_URL
from maitred.domain.written import YEARS
from maitred.texts import LOCALES

EVENING: Final = "2030-05-17T19:30"
TIME: Final = "ISO 8601 date and time; without an offset it is the restaurant's local time."
AT: Final = "Decision time instead of the clock (scope admin): a replay sends the time of the original."
# The days on which bookings can be; beyond them time zones have odd offsets, and the calendar ends.
Day = Annotated[date, Field(ge=date(YEARS.start, 1, 1), lt=date(YEARS.stop, 1, 1))]
Purpose = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _may_be_absent(schema: dict[str, Any]) -> None:
    """Keep the stand-in for "not sent" out of the documentation."""
    schema.pop("default", None)


class GuestBody(Strict):
    """The guest. Never merged with another by guess."""

    name: Name
    email: Email | None = None
    phone: Phone | None = Field(None, description="International form; kept as E.164.")
    locale: Locale | None = Field(None, description="Language for messages, a BCP 47 tag.")
    consents: dict[Purpose, StrictBool] = Field(
        default_factory=dict,
        max_length=20,
        description="Consents given (true) or refused (false) with this request, by purpose.",
        examples=[{"marketing": False}],
    )


class OverrideBody(Strict):
    """Soft rules that staff set aside (scope override), and why. Hard rules can never be."""

    rules: list[Rule] = Field(
        min_length=1,
        max_length=10,
        description=", ".join(f"`{rule}`" for rule in sorted(OVERRIDABLE)) + ".",
    )
    reason: Sentence = Field(examples=["Regular guest, agreed with the manager."])


class BookingBody(Strict):
    """A request for a table."""

    party_size: PartySize
    starts_at: Moment | None = Field(
        None, description=f"{TIME} Required, except for walk-ins: they start now without it.", examples=[EVENING]
    )
    guest: GuestBody
    zone_preference: Label | None = Field(
        None, description="Id of a zone: a wish, not a promise.", examples=["terrace"]
    )
    zone_required: Flag = Field(False, description="Only that zone will do: once confirmed, the zone is a promise.")
    zone_promised: Flag = Field(False, description="Staff promised that zone (scope staff): as `zone_required`.")
    accessible: Flag = Field(False, description="The party needs an accessible table: a promise, not a wish.")
    notes: Notes | None = None
    source: Source = Field(Source.WEB, description="`phone` and `walk_in` need scope staff and may take any minute.")
    external_ref: Label | None = Field(None, description="Your own id of this booking.", examples=["POS-4711"])
    hold_id: UUID | None = Field(None, description="Take the tables of this hold.")
    override: OverrideBody | None = None
    leave_by: Moment | None = Field(
        None, description="Walk-ins only: until when they may stay, where that is short of a whole turn. " + TIME
    )
    requested_at: Moment | None = Field(None, description=AT)


_NOBODY: Final = GuestBody.model_construct(name="-")


class ChangeBody(Strict):
    """What to change; fields that are left out stay as they are. null clears a wish or a note."""

    party_size: PartySize = Field(0, json_schema_extra=_may_be_absent)
    starts_at: Moment = Field("", description=TIME, examples=[EVENING], json_schema_extra=_may_be_absent)
    guest: GuestBody = Field(_NOBODY, json_schema_extra=_may_be_absent)
    zone_preference: Label | None = None
    accessible: Flag = Field(False, json_schema_extra=_may_be_absent)
    notes: Notes | None = None
    leave_by: Moment = Field(
        "",
        description="Staff: until when the party has its table, sooner or later than the turn of its size. " + TIME,
        json_schema_extra=_may_be_absent,
    )
    override: OverrideBody | None = None
    at: Moment | None = Field(None, description=AT)


class ActionBody(Strict):
    """Beside an action: a note for the history. The whole body may be left out."""

    note: Sentence | None = Field(None, examples=["Called: running late."])
    at: Moment | None = Field(None, description=AT)


class NoteBody(Strict):
    """Beside a review's decision: a note for the history. The whole body may be left out."""

    note: Sentence | None = None


class GuestNoteBody(Strict):
    """What the house notes of a guest."""

    notes: Notes | None = None
    tags: list[Annotated[Label, StringConstraints(max_length=40)]] = Field(default_factory=list, max_length=20)


class NothingBody(Strict):
    """Nothing: the body may be left out or `{}`."""


class StateBody(Strict):
    """A privileged step of the lifecycle."""

    action: Action
    reason: Sentence = Field(examples=["Guest was seated while the tablets were offline."])
    at: Moment | None = Field(None, description=AT)


class ForceBody(Strict):
    """The tables a member of staff chose for a party under review."""

    tables: list[Label] = Field(min_length=1, max_length=20, examples=[["T4", "T5"]])
    override: OverrideBody | None = None


class MoveBody(Strict):
    """The tables a member of staff chose for a party that has others."""

    tables: list[Label] = Field(min_length=1, max_length=20, examples=[["T4", "T5"]])
    reason: Sentence | None = Field(None, examples=["They asked for a quieter corner."])
    override: OverrideBody | None = None
    at: Moment | None = Field(None, description=AT)


class SwapBody(Strict):
    """With whom a party changes places."""

    with_: UUID = Field(alias="with", description="Id of the other booking, of the same service day.")
    reason: Sentence | None = None
    override: OverrideBody | None = None
    at: Moment | None = Field(None, description=AT)


class PinBody(Strict):
    """Why the very tables are promised; without `tables` it is those the party has."""

    reason: Sentence = Field(examples=["Their anniversary; promised the window on the phone."])
    tables: list[Label] | None = Field(None, min_length=1, max_length=20)
    override: OverrideBody | None = None


class MovesQuery(Strict):
    """Which day."""

    date: Day = Field(description="Service day: the local date of opening.", examples=["2030-05-17"])


class TimelineQuery(Strict):
    """Which day."""

    date: Day = Field(description="Service day: the local date of opening.", examples=["2030-05-17"])


class HeatmapQuery(Strict):
    """Which days, and how they are divided."""

    from_: Day = Field(alias="from", description="First service day.", examples=["2030-05-13"])
    to: Day = Field(description="Last service day; a range has 92 days at most.", examples=["2030-05-19"])
    by: Literal["service", "hour"] = Field("service", description="What a cell is.")
    state: str | None = Field(
        None, max_length=300, description="Only bookings in these states, separated by commas.", examples=["confirmed"]
    )


class HoldBody(Strict):
    """A short hold on a seat while a guest fills in the form."""

    party_size: PartySize
    starts_at: Moment = Field(description=TIME, examples=[EVENING])
    accessible: Flag = False
    zone_preference: Label | None = None
    zone_required: Flag = Field(False, description="Only that zone will do; book with `zone_required` too.")
    source: Source = Source.WEB
    at: Moment | None = Field(None, description=AT)


class WaitBody(Strict):
    """A guest who waits for room, for any start of a range within one service day."""

    party_size: PartySize
    from_: Moment = Field(
        alias="from", description=f"The first start that suits. {TIME}", examples=["2030-05-17T18:30"]
    )
    until: Moment = Field(description="The last start that suits.", examples=["2030-05-17T20:30"])
    guest: GuestBody = Field(description="With an email address or a phone number: who waits can be told.")
    consent: Flag = Field(
        description="The guest agrees to be booked for any time of the range without being asked again.",
        examples=[True],
    )
    zone_preference: Label | None = Field(None, description="Id of a zone: a wish, not a promise.")
    zone_required: Flag = Field(False, description="Only that zone will do.")
    accessible: Flag = Field(False, description="The party needs an accessible table.")
    notes: Notes | None = None
    source: Source = Field(Source.WEB, description="`phone` needs scope staff; walk-ins wait in the queue at the door.")


class WaitQuery(Strict):
    """Which day."""

    date: Day = Field(description="Service day: the local date of opening.", examples=["2030-05-17"])
    all: bool = Field(False, description="Also those who wait no more.")


class SeatBody(Strict):
    """The tables at which a party is seated now, instead of its own."""

    tables: list[Label] = Field(min_length=1, max_length=20, examples=[["T4"]])
    override: OverrideBody | None = None
    note: Sentence | None = None
    at: Moment | None = Field(None, description=AT)


class BlockBody(Strict):
    """A table to close for a while, a week at most."""

    from_: Moment | None = Field(None, alias="from", description=f"{TIME} Now without it.")
    to: Moment = Field(description=TIME, examples=[EVENING])
    reason: Sentence = Field(examples=["The leg broke off."])


class WalkInQuery(Strict):
    """Who stands at the door."""

    party_size: int = Field(ge=1, le=1000, examples=[2])
    accessible: bool = False


class KeyBody(Strict):
    """A new API key."""

    name: Label = Field(examples=["Website"])
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    restaurant: Label | None = Field(None, description="Slug of the one restaurant it may see; without it, all.")


class ListQuery(Strict):
    """Which bookings, and how many of them."""

    date: Day | None = Field(None, description="Service day: the local date of opening.")
    state: str | None = Field(None, max_length=300, description="States, separated by commas.", examples=["confirmed"])
    q: Label | None = Field(None, description="Part of a name, reference, phone number, e-mail or external_ref.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=100, description="From `next` of the page before.")


class AvailabilityQuery(Strict):
    """For whom, and on which day."""

    date: Day = Field(description="Service day: the local date of opening.", examples=["2030-05-17"])
    party_size: int = Field(ge=1, le=1000, examples=[4])
    accessible: bool = False
    zone: Label | None = Field(None, description="Id of a zone that is preferred.")
    source: Source = Field(Source.WEB, description="`phone` and `walk_in` (scope staff) are free of notice.")


EventType = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]


class WebhookBody(Strict):
    """An endpoint that is told of events."""

    url: str = Field(
        min_length=1, max_length=LONGEST_URL, description="https, outside our network.",
        examples=["https://example.com/maitred"],
    )  # fmt: skip
    types: list[EventType] = Field(
        default_factory=list, max_length=100, description="Types of events; none means every one.",
        examples=[["booking.confirmed", "booking.cancelled"]],
    )  # fmt: skip
    description: Label | None = None


class WebhookChange(Strict):
    """What to change; fields that are left out stay as they are."""

    url: str = Field("", min_length=1, max_length=LONGEST_URL, json_schema_extra=_may_be_absent)
    types: list[EventType] = Field(default_factory=list, max_length=100, json_schema_extra=_may_be_absent)
    description: Label | None = None
    enabled: StrictBool = Field(
        True, description="Switched on again, an endpoint begins anew; what it missed can be replayed.",
        json_schema_extra=_may_be_absent,
    )  # fmt: skip


class RotateBody(Strict):
    """A new secret. The body may be left out."""

    overlap_hours: StrictInt = Field(24, ge=0, le=720, description="How long the old secret signs beside the new one.")


class ReplayBody(Strict):
    """From where events are sent once more: exactly one of the two."""

    since: Moment | None = Field(None, description=TIME, examples=[EVENING])
    after: UUID | None = Field(None, description="Id of the last event that is not wanted.")


class DeliveriesQuery(Strict):
    """Which deliveries."""

    state: Literal["pending", "delivered", "failed"] | None = None
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=100, description="From `next` of the page before.")


class MessagesQuery(Strict):
    """Which messages."""

    state: str | None = Field(
        None, max_length=100, description="States, separated by commas: pending, sent, dropped, failed.",
        examples=["failed"],
    )  # fmt: skip
    booking_id: UUID | None = Field(None, description="Only what was said of this booking.")
    q: Label | None = Field(None, description="Part of an address, a name or a booking's reference.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=100, description="From `next` of the page before.")


# Bounds against abuse only: the rules of a value are those of usecases/message_settings.py, here and on the pages.
Value = Annotated[str, StringConstraints(strict=True, max_length=2_000)]


class MessageSettingsBody(Strict):
    """How messages are sent. Fields that are left out stay as they are; null clears."""

    sender_name: Value | None = Field(None, description="null: the restaurant's name.", examples=["Trattoria Demo"])
    sender_address: Value | None = Field(
        None, description="Its server must let us send as this address. null: that of the settings."
    )
    reply_to: Value | None = Field(None, description="Where answers go.", examples=["table@example.com"])
    locale: Value = Field(
        "en", description="For staff, and guests who gave no language: " + ", ".join(f"`{one}`" for one in LOCALES),
        json_schema_extra=_may_be_absent,
    )  # fmt: skip
    off: list[Value] = Field(
        default_factory=list, description="Kinds that are not sent: " + ", ".join(f"`{kind}`" for kind in Kind),
        examples=[["reminder_2h"]], json_schema_extra=_may_be_absent,
    )  # fmt: skip
    quiet_from: Value | None = Field(
        None, description="When guests are left alone, by the restaurant's clock. null, with `quiet_until`: never.",
        examples=["22:00"],
    )  # fmt: skip
    quiet_until: Value | None = Field(None, examples=["08:00"])
    staff_emails: list[Value] = Field(
        default_factory=list, description="Who is told of what needs a person, 20 at most. None: managers and owners.",
        json_schema_extra=_may_be_absent,
    )  # fmt: skip
    gateway_url: Value | None = Field(
        None, description="Where messages to phone numbers are posted, signed (Standard Webhooks). null: nowhere."
    )
    gateway_for: Value = Field(
        "without_email", description="`without_email`: guests who left a phone number only. `all`: all with a number.",
        json_schema_extra=_may_be_absent,
    )  # fmt: skip


class SuppressedBody(Strict):
    """An address."""

    email: Value = Field(examples=["ada@example.com"])


class SuppressionBody(SuppressedBody):
    """An address that nothing is to be sent to, and why."""

    why: Value = Field(description="`bounce`, `complaint` or `by_hand`.", examples=["complaint"])
    detail: Value | None = Field(None, description="What the mail provider said.", examples=["550 5.1.1 unknown user"])


class EventsQuery(Strict):
    """Which events, and from where."""

    type: str | None = Field(
        None, max_length=2_000, description="Types, separated by commas.", examples=["booking.confirmed"]
    )
    restaurant: Label | None = Field(None, description="Slug of the only restaurant of interest.")
    since: Moment | None = Field(None, description="From this instant on; `Last-Event-ID` wins. " + TIME)


class ImportQuery(Strict):
    """How to import."""

    dry_run: bool = Field(False, description="Only check; change nothing.")


class PageQuery(Strict):
    """How many."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class GuestOfBody(Strict):
    """Whose data: who has this e-mail address or phone number. Names find nobody."""

    email: Email | None = None
    phone: Phone | None = None


class EraseBody(GuestOfBody):
    """Whom to erase."""

    force: Flag = Field(False, description="Also a guest with a booking to come, who is then served without a name.")


class PeriodQuery(Strict):
    """Which days."""

    from_: Day = Field(alias="from", description="First service day.", examples=["2030-05-13"])
    to: Day = Field(description="Last service day; a period has 366 days at most.", examples=["2030-05-19"])
    excel: bool = Field(False, description="With the mark of UTF-8 first, so that Excel shows every letter right.")
