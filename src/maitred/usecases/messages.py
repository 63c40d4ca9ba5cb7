"""Messages planned: what an event, an hour or a fault makes us say, written before anything is sent.

An event's messages are written in the transaction of the subscriber's inbox row, so each is planned once however often
the event comes; what is due by the clock has an id made from booking, kind and time, which does the same. Nothing here
is on the way of a booking, and nothing here sends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid5

from maitred.domain.booking import UNDECIDED_STATES, Booking, Source, State
from maitred.domain.calendar import service_date
from maitred.domain.errors import NotFound
from maitred.domain.events import Event
from maitred.domain.messages import (
    ENDING,
    GUEST_EVENTS,
    RECEIVED_AFTER,
    REMINDER_WINDOWS,
    STANDING,
    Facts,
    Kind,
    News,
    due_at,
    message_for,
)
from maitred.notify import calendar
from maitred.notify.letters import Choice, Letter, Story, letter_of
from maitred.store import messages, waitlist
from maitred.store.database import Connection, Database
from maitred.store.messages import Cause, MessageSettings, Planned
from maitred.store.views import BookingView, GuestView, booking_view, reviews_waiting
from maitred.store.waitlist import Waiting
from maitred.texts import texts_in
from maitred.usecases import links
from maitred.usecases.desk import Desk, OpenVenue

SUBSCRIBER: Final = "messages"
STAFF_EVENTS: Final = frozenset({"booking.review_requested", "booking.table_lost"})
WAITLIST_KINDS: Final[Mapping[str, Kind]] = {
    "waitlist.joined": Kind.WAITLIST_JOINED,
    "waitlist.offered": Kind.WAITLIST_OFFER,
    "waitlist.expired": Kind.WAITLIST_ENDED,
}
MOST_CHOICES: Final = 4
ALERTS_EVERY_S: Final = 600
REVIEW_DUE_WITHIN: Final = timedelta(minutes=15)
_NAMES: Final = UUID("6d61696c-0000-4000-8000-6d6169747265")


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody is reached."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class House:
    """A restaurant as it speaks."""

    place: OpenVenue
    settings: MessageSettings
    mail_from: str
    base: str

    @property
    def sender(self) -> tuple[str, str]:
        """The name and address that messages come from."""
        return self.settings.sender_name or self.place.venue.name, self.settings.sender_address or self.mail_from

    def message_id(self, number: UUID) -> str:
        """Return the Message-ID of a message: it is the message's for good, whoever sends it how often."""
        return f"<{number}@{self.sender[1].rpartition('@')[2]}>"

    def guests_page(self, *parts: str, locale: str, **query: object) -> str:
        """Return the address of a page for guests, in their language."""
        return f"{self.base}/book/{'/'.join((self.place.slug, *parts))}?{urlencode({**query, 'lang': locale})}"

    def screen(self, *parts: str) -> str:
        """Return the address of a screen for staff."""
        return f"{self.base}/ops/{'/'.join((self.place.slug, *parts))}"

    def ways(self, guest: GuestView) -> list[Way]:
        """Return how a guest is reached; none when they left nothing by which they could be."""
        found = [Way("email", guest.email)] if guest.email else []
        wanted = self.settings.gateway_url and (self.settings.gateway_for == "all" or not guest.email)
        return [*found, Way("gateway", guest.phone)] if wanted and guest.phone else found

    def locale_of(self, guest: GuestView) -> str:
        """Return the tag of the guest's language, or else the restaurant's, as far as it is spoken here."""
        return texts_in(guest.locale or self.settings.locale).tag


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message before it is known who gets it how."""

    kind: Kind
    cause: UUID
    thread: UUID
    story: Story
    locale: str
    booking_id: UUID | None = None
    entry_id: UUID | None = None
    version: int = 0
    facts: Mapping[str, Any] | None = None
    about_at: datetime | None = None
    appointment: calendar.Appointment | None = None
    method: str | None = None


async def house_of(desk: Desk, restaurant_id: int) -> House:
    """Return a restaurant as it speaks; raises NotFound."""
    place = await desk.venues.by_id(restaurant_id)
    settings = await messages.settings_of(desk.database, restaurant_id)
    return House(place, settings, desk.policy.mail_from, desk.policy.public_url)


async def tell(desk: Desk, event: Event) -> bool:
    """Plan what an event makes us say; returns whether anything is to be sent. Safe to repeat."""
    if event.type in WAITLIST_KINDS:
        return await _tell_waiting(desk, event)
    view = await booking_view(desk.database, UUID(event.subject))
    if view is None:
        return await _nothing(desk, event)
    guests = event.type in GUEST_EVENTS
    if not guests and event.type not in STAFF_EVENTS:
        return await _nothing(desk, event)
    house = await house_of(desk, view.booking.restaurant_id)
    planned = False
    async with desk.database.transaction(silent=True) as connection:
        if not await messages.hear(connection, SUBSCRIBER, event.id):
            return False
        if event.type in STAFF_EVENTS:
            cause = await messages.cause_of(connection, view.booking.id, int(event.data["version"]))
            if cause is None or not cause.taken_back:
                planned = await _alert_review(desk, connection, house, view, cause)
        if guests:
            planned = await _tell_guest(desk, connection, house, view, event) or planned
    return planned


async def _nothing(desk: Desk, event: Event) -> bool:
    async with desk.database.transaction(silent=True) as connection:
        await messages.hear(connection, SUBSCRIBER, event.id)
    return False


# -- guests ------------------------------------------------------------------------------------------------------------


async def _tell_guest(desk: Desk, connection: Connection, house: House, view: BookingView, event: Event) -> bool:
    booking = view.booking
    version = int(event.data["version"])
    await messages.lock_thread(connection, booking.id)
    if version < await messages.newest_told(connection, booking.id):
        return False  # a later step was told of already
    heard = await messages.heard(connection, booking.id)
    entry = await waitlist.of_booking(connection, booking.id)
    news = News(
        event.type,
        State(event.data["state"]),
        _facts(event, booking),
        walk_in=booking.source is Source.WALK_IN,
        waited=entry is not None and await _was_waited_for(connection, entry),
        once_confirmed=booking.once_confirmed,
    )
    kind = message_for(news, heard)
    ways = house.ways(view.guest)
    if kind is None or not ways:
        return False
    cause = await messages.cause_of(connection, booking.id, version)
    if cause is None:  # else it may never leave, and what waits must not be dropped for it
        await messages.drop_overtaken(connection, booking.id, desk.clock())
    await messages.release_held(connection, booking.id, _earliest(desk, cause))
    draft = await _of_booking(
        connection, house, view, kind, event.id, news.facts, version, event.at, stood=heard.stands
    )
    return await _write(desk, connection, house, draft, view.guest.name, ways, cause)


async def _was_waited_for(connection: Connection, entry_id: UUID) -> bool:
    """Tell whether a place on the waitlist was booked by itself; who takes an offer knows what they have done."""
    found = await waitlist.by_id(connection, entry_id)
    return found is not None and found.entry.reason == "room_appeared"


def _facts(event: Event, booking: Booking) -> Facts:
    return Facts(datetime.fromisoformat(event.data["starts_at"]), int(event.data["party_size"]), booking.promised_zone)


async def _of_booking(
    source: Database | Connection,
    house: House,
    view: BookingView,
    kind: Kind,
    cause: UUID,
    facts: Facts,
    version: int,
    at: datetime,
    *,
    stood: bool = False,
) -> _Draft:
    booking, locale = view.booking, house.locale_of(view.guest)
    story = Story(
        kind,
        house.place.venue.name,
        house.place.venue.tz,
        name=view.guest.name,
        starts_at=facts.starts_at,
        party_size=facts.party_size,
        zone=_zone_name(house.place, facts.zone),
        accessible=booking.accessible,
        reference=booking.reference,
        manage_url=await _manage_url(source, house, booking.id, max(facts.starts_at, at), locale),
        page_url=house.guests_page(locale=locale, party=facts.party_size, **_that_day(house, facts.starts_at, at)),
        address=house.place.venue.address,
        phone=house.place.venue.phone,
        choices=await _choices(source, house, view, locale, at) if kind is Kind.DECLINED else (),
        stood=stood,
        written_at=at,
        said=booking.answer_to_guest if kind is Kind.DECLINED else None,
    )
    method = calendar.REQUEST if kind in STANDING else calendar.CANCEL if kind in ENDING and stood else None
    return _Draft(
        kind,
        cause,
        booking.id,
        story,
        locale,
        booking_id=booking.id,
        version=version,
        facts=facts.plain(),
        about_at=facts.starts_at,
        appointment=_appointment(house, view, facts, version, at, story, method) if method else None,
        method=method,
    )


def _that_day(house: House, starts_at: datetime, at: datetime) -> dict[str, str]:
    """Return the query that opens the guests' page on the day of a time: what is near it is shown there."""
    return {"date": service_date(house.place.venue, starts_at).isoformat()} if starts_at > at else {}


def _appointment(
    house: House, view: BookingView, facts: Facts, version: int, at: datetime, story: Story, method: str
) -> calendar.Appointment:
    lasts = view.booking.turn_ends_at - view.booking.starts_at
    return calendar.Appointment(
        view.booking.id,
        version,
        at,
        facts.starts_at,
        facts.starts_at + lasts,
        house.place.venue.name,
        house.place.venue.location,
        "",
        "CANCELLED" if method == calendar.CANCEL else "CONFIRMED",
        story.manage_url,
    )


async def _manage_url(
    source: Database | Connection, house: House, booking_id: UUID, over_at: datetime, locale: str
) -> str:
    token = await links.manage(source, booking_id, over_at + links.MANAGE_LASTS)
    return house.guests_page("b", token, locale=locale)


def _zone_name(place: OpenVenue, zone_id: str | None) -> str | None:
    return next((zone.name for zone in place.venue.zones if zone.id == zone_id), None)


async def _choices(
    source: Database | Connection, house: House, view: BookingView, locale: str, at: datetime
) -> tuple[Choice, ...]:
    """Return the times that would do, each with a link that books it."""
    booking = view.booking
    known = (booking.reason_data or {}).get("alternatives", ()) if booking.state is State.FAILED else ()
    found: list[Choice] = []
    for one in [one for one in known if one.get("hold")][:MOST_CHOICES]:
        starts_at = datetime.fromisoformat(one["starts_at"])
        if starts_at > at:
            token = await links.offer(source, _offer(house, view, one["hold"]), starts_at)
            url = house.guests_page("offer", token, locale=locale)
            found.append(Choice(starts_at, _zone_name(house.place, one.get("zone")), url))
    return tuple(found)


def _offer(house: House, view: BookingView, hold: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an offer's link says; who the guest is stays with us, for links end up in logs and other mails."""
    wish = {name: hold[name] for name in ("party_size", "starts_at", "accessible", "zone_preference", "zone_required")}
    return {"restaurant": house.place.slug, **wish, "booking": str(view.booking.id)}


async def _write(
    desk: Desk,
    connection: Connection,
    house: House,
    draft: _Draft,
    name: str | None,
    ways: Sequence[Way],
    cause: Cause | None = None,
) -> bool:
    """Write a message to a guest, one row a way; what is switched off or taken back already is on record as dropped.

    What staff can still take back waits as long as they are offered to, and is dropped with its `cause`.
    """
    now = desk.clock()
    letter = letter_of(draft.story, draft.locale)
    due = due_at(draft.kind, now, draft.about_at, house.settings.quiet, house.place.venue.tz)
    due = max(due, _earliest(desk, cause))
    dropped = "taken_back" if cause and cause.taken_back else None
    written = False
    for way in ways:
        planned = Planned(
            uuid5(draft.cause, f"{draft.kind} {way.channel}"),
            house.place.restaurant_id,
            "guest",
            draft.kind,
            way.channel,
            draft.thread,
            way.address,
            name,
            draft.locale,
            {**letter.plain(), **_calendar(house, draft, letter, way)},
            "",
            due,
            now,
            draft.booking_id,
            draft.entry_id,
            draft.version,
            draft.facts or {},
            draft.about_at,
            "switched_off" if draft.kind in house.settings.off else dropped,
            cause.entry if cause else None,
        )
        planned = replace(planned, message_id=house.message_id(planned.id))
        written = await messages.insert(connection, planned) or written
    return written


def _earliest(desk: Desk, cause: Cause | None) -> datetime:
    """Return when a message may leave: at once, or when it is not likely any more that its cause is taken back."""
    return desk.clock() + timedelta(seconds=desk.policy.undo_wait_s if cause else 0)


def _calendar(house: House, draft: _Draft, letter: Letter, way: Way) -> dict[str, Any]:
    if draft.appointment is None or way.channel != "email":
        return {}
    said = "\n".join(f"{label}: {value}" for label, value in letter.rows)
    file = calendar.written(
        replace(draft.appointment, description=said), method=draft.method, sender=house.sender, to=way.address
    )
    return {"calendar": file, "method": draft.method}


# -- the waitlist ------------------------------------------------------------------------------------------------------


async def _tell_waiting(desk: Desk, event: Event) -> bool:
    waiting = await waitlist.by_id(desk.database, UUID(event.subject))
    kind = WAITLIST_KINDS[event.type]
    if waiting is None or (kind is Kind.WAITLIST_JOINED and waiting.entry.version > 1):
        return await _nothing(desk, event)
    house = await house_of(desk, waiting.entry.restaurant_id)
    ways = house.ways(waiting.guest)
    async with desk.database.transaction(silent=True) as connection:
        if not await messages.hear(connection, SUBSCRIBER, event.id) or not ways:
            return False
        await messages.lock_thread(connection, waiting.entry.id)
        draft = await _of_entry(connection, house, waiting, kind, event)
        return await _write(desk, connection, house, draft, waiting.guest.name, ways)


async def _of_entry(source: Database | Connection, house: House, waiting: Waiting, kind: Kind, event: Event) -> _Draft:
    entry, locale = waiting.entry, house.locale_of(waiting.guest)
    expires = event.data.get("offer_expires_at")
    offered = datetime.fromisoformat(expires) if expires else None
    starts_at = event.data.get("starts_at")
    lasts = entry.until_at + timedelta(days=1)
    token = await links.signed(source, links.WAITLIST, {"entry": str(entry.id)}, lasts)
    story = Story(
        kind,
        house.place.venue.name,
        house.place.venue.tz,
        name=waiting.guest.name,
        starts_at=datetime.fromisoformat(starts_at) if starts_at else entry.from_at,
        party_size=entry.party_size,
        zone=_zone_name(house.place, entry.zone_preference) if entry.zone_promised else None,
        accessible=entry.accessible,
        until=offered or entry.until_at,
        manage_url=house.guests_page("w", token, locale=locale),
        page_url=house.guests_page(locale=locale, party=entry.party_size),
        address=house.place.venue.address,
        phone=house.place.venue.phone,
    )
    # Who waited in vain is told so afterwards.
    about_at = None if kind is Kind.WAITLIST_ENDED else offered or entry.until_at
    version = int(event.data["version"])
    return _Draft(kind, event.id, entry.id, story, locale, entry_id=entry.id, version=version, about_at=about_at)


# -- by the clock -----------------------------------------------------------------------------------------------------


async def remind(desk: Desk) -> int:
    """Plan the reminders that are due; returns how many. Safe to repeat, safe to race."""
    planned = 0
    for kind, window in REMINDER_WINDOWS.items():
        for booking_id in await messages.due_reminders(desk.database, desk.clock(), kind, window):
            planned += await _remind(desk, booking_id, kind)
    return planned


async def acknowledge(desk: Desk) -> int:
    """Tell guests whose request takes a while that it was received; returns how many. Safe to repeat, safe to race."""
    planned = 0
    for booking_id in await messages.long_undecided(desk.database, desk.clock() - RECEIVED_AFTER):
        planned += await _acknowledge(desk, booking_id)
    return planned


async def _acknowledge(desk: Desk, booking_id: UUID) -> bool:
    view = await booking_view(desk.database, booking_id)
    if view is None or view.booking.state not in UNDECIDED_STATES or view.booking.once_confirmed:
        return False
    booking = view.booking
    house = await house_of(desk, booking.restaurant_id)
    facts = Facts(booking.starts_at, booking.party_size, booking.promised_zone)
    now = desk.clock()
    async with desk.database.transaction(silent=True) as connection:
        await messages.lock_thread(connection, booking.id)
        if await messages.newest_told(connection, booking.id):
            return False  # it has been decided meanwhile, and told
        draft = await _of_booking(connection, house, view, Kind.RECEIVED, booking.id, facts, booking.version, now)
        return await _write(desk, connection, house, draft, view.guest.name, house.ways(view.guest))


async def _remind(desk: Desk, booking_id: UUID, kind: Kind) -> bool:
    view = await booking_view(desk.database, booking_id)
    if view is None or view.booking.state is not State.CONFIRMED:
        return False
    booking = view.booking
    house = await house_of(desk, booking.restaurant_id)
    facts = Facts(booking.starts_at, booking.party_size, booking.promised_zone)
    cause = uuid5(booking.id, booking.starts_at.isoformat())
    draft = await _of_booking(desk.database, house, view, kind, cause, facts, booking.version, desk.clock())
    async with desk.database.transaction(silent=True) as connection:
        await messages.lock_thread(connection, booking.id)
        return await _write(desk, connection, house, draft, view.guest.name, house.ways(view.guest))


# -- staff -------------------------------------------------------------------------------------------------------------


async def _staff(connection: Connection, house: House) -> list[str]:
    given = list(house.settings.staff_emails)
    return given or await messages.staff_to_tell(connection, house.place.restaurant_id)


@dataclass(frozen=True, slots=True)
class _Alert:
    """Something for staff. `name` makes it one message however often it is noticed."""

    kind: Kind
    name: str
    story: Story
    facts: Mapping[str, Any]
    booking_id: UUID | None = None
    about_at: datetime | None = None
    due_at: datetime | None = None
    undo_entry: UUID | None = None


async def _write_alert(desk: Desk, connection: Connection, house: House, alert: _Alert) -> bool:
    """Write an alert to everybody who looks after bookings; one that waits still is written anew."""
    now, written = desk.clock(), False
    plain = letter_of(alert.story, house.settings.locale).plain()
    for address in await _staff(connection, house):
        number = uuid5(_NAMES, f"{house.place.restaurant_id} {alert.name} {address}")
        planned = Planned(
            number,
            house.place.restaurant_id,
            "staff",
            alert.kind,
            "email",
            number,
            address,
            None,
            house.settings.locale,
            plain,
            house.message_id(number),
            alert.due_at or now,
            now,
            alert.booking_id,
            facts=alert.facts,
            about_at=alert.about_at,
            dropped="switched_off" if alert.kind in house.settings.off else None,
            undo_entry=alert.undo_entry,
        )
        if await messages.insert(connection, planned):
            written = True
        elif alert.due_at:
            await messages.renew(connection, number, plain)
    return written


async def _alert_review(
    desk: Desk, connection: Connection, house: House, view: BookingView, cause: Cause | None
) -> bool:
    """Tell staff of a review at once, or when its `cause` was not taken back; those of the next ten minutes together.

    What is told together is of several causes, so none of them takes it back.
    """
    now = desk.clock()
    bucket = int(now.timestamp()) // ALERTS_EVERY_S
    waiting = (await reviews_waiting(connection, house.place.restaurant_id)).reviews
    story = replace(_of_staff(house, view, Kind.STAFF_REVIEW), count=max(waiting, 1))
    soon, entry = (_earliest(desk, cause), cause.entry) if cause else (None, None)
    first = _Alert(Kind.STAFF_REVIEW, f"review {bucket}", story, {}, due_at=soon, undo_entry=entry)
    if await _write_alert(desk, connection, house, first):
        return True
    ends = datetime.fromtimestamp((bucket + 1) * ALERTS_EVERY_S, now.tzinfo)
    return await _write_alert(
        desk, connection, house, replace(first, name=f"reviews {bucket}", due_at=ends, undo_entry=None)
    )


def _of_staff(house: House, view: BookingView, kind: Kind) -> Story:
    booking = view.booking
    return Story(
        kind,
        house.place.venue.name,
        house.place.venue.tz,
        starts_at=booking.starts_at,
        party_size=booking.party_size,
        zone=_zone_name(house.place, booking.promised_zone),
        accessible=booking.accessible,
        reference=booking.reference,
        until=booking.review_deadline,
        manage_url=house.screen("review"),
    )


async def alert(desk: Desk, broken: Callable[[], Sequence[str]]) -> int:
    """Tell staff what nobody has an event for: reviews nearly due, webhooks given up, and what has `broken`."""
    planned = 0
    for booking_id in await messages.reviews_nearly_due(desk.database, desk.clock(), REVIEW_DUE_WITHIN):
        planned += await _alert_due(desk, booking_id)
    for hook in await messages.webhooks_given_up(desk.database, desk.clock() - timedelta(days=1)):
        planned += await _alert_webhook(desk, hook)
    for dependency in broken():
        for restaurant_id in await messages.restaurants_waiting(desk.database):
            planned += await _alert_breaker(desk, restaurant_id, dependency)
    return planned


async def _alert_due(desk: Desk, booking_id: UUID) -> bool:
    view = await booking_view(desk.database, booking_id)
    if view is None or view.booking.review_deadline is None:
        return False
    house = await house_of(desk, view.booking.restaurant_id)
    deadline = view.booking.review_deadline
    story = _of_staff(house, view, Kind.STAFF_REVIEW_DUE)
    name = f"due {booking_id} {deadline.isoformat()}"
    told = _Alert(Kind.STAFF_REVIEW_DUE, name, story, {}, booking_id, about_at=deadline)
    async with desk.database.transaction(silent=True) as connection:
        return await _write_alert(desk, connection, house, told)


async def _alert_webhook(desk: Desk, hook: Mapping[str, Any]) -> bool:
    house = await house_of(desk, hook["restaurant_id"])
    venue = house.place.venue
    story = Story(Kind.STAFF_WEBHOOK, venue.name, venue.tz, detail=hook["url"], manage_url=house.screen("webhooks"))
    name = f"webhook {hook['id']} {hook['disabled_at'].isoformat()}"
    async with desk.database.transaction(silent=True) as connection:
        told = _Alert(Kind.STAFF_WEBHOOK, name, story, {"webhook": str(hook["id"])})
        return await _write_alert(desk, connection, house, told)


async def _alert_breaker(desk: Desk, restaurant_id: int, dependency: str) -> bool:
    try:
        house = await house_of(desk, restaurant_id)
    except NotFound:
        return False
    venue = house.place.venue
    hour = desk.clock().strftime("%Y-%m-%dT%H")
    story = Story(Kind.STAFF_BREAKER, venue.name, venue.tz, detail=dependency)
    async with desk.database.transaction(silent=True) as connection:
        told = _Alert(Kind.STAFF_BREAKER, f"breaker {dependency} {hour}", story, {"dependency": dependency})
        return await _write_alert(desk, connection, house, told)
