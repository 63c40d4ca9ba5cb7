"""The door: who arrives, who waits, who sits and for how long yet, what is free; and whoever stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from maitred.api.auth import need
from maitred.domain import calendar
from maitred.domain.assignment.rescue import Choice
from maitred.domain.assignment.words import span
from maitred.domain.availability import Occupancy
from maitred.domain.binding import leaves_at
from maitred.domain.booking import Booking, State
from maitred.domain.calendar import resolve_local
from maitred.domain.contact import trimmed
from maitred.domain.errors import InvalidInput, NeedsOverride, NoSeating, NotFound
from maitred.domain.phoneline import LONGEST, Heard, Kind, ear_for, hear
from maitred.domain.venue_model import natural_key
from maitred.domain.walkin import LEAST_STAY, NoTable, TableNow, Wait
from maitred.domain.written import instant_in
from maitred.ops.actions import Offer, number_in
from maitred.ops.bookings import Row, day_of, row_of
from maitred.ops.needs import needing
from maitred.ops.once import Ticket, once
from maitred.ops.undoing import Offered, offered
from maitred.ops.visit import Screen, Visit
from maitred.ops.wording import sentence
from maitred.store import queue as stored
from maitred.store.queue import Party
from maitred.store.views import BookingView
from maitred.texts import N_, gettext, ngettext
from maitred.usecases.night import GRACE, Attention, attention
from maitred.usecases.overstay import can_be_taken, rules_of, take_choice
from maitred.usecases.people import Role
from maitred.usecases.queue import back_to_queue, call_party, join_queue, leave_queue, seat_from_queue, waiting_party
from maitred.usecases.walkins import Floor, WalkIn, floor_now, seat_walk_in

AHEAD: Final = timedelta(hours=2)
SOON: Final = timedelta(minutes=20)
LONGEST_IN_MINUTES: Final = 90
_MINUTE: Final = timedelta(minutes=1)
_LATE_GUEST_KEYS: Final = ("a", "s", "N")


@dataclass(frozen=True, slots=True)
class Guest:
    """A booking in one of the columns: what is said of its time, and whether that is overdue."""

    row: Row
    minutes: int
    said: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A party in the queue, how long it has waited, and what it could be told now."""

    party: Party
    waited: str
    over: bool
    answer: "Answer"
    quoted: str | None
    """The wait it was told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a party is told: tables and until when, or a wait in minutes, or why not."""

    said: str
    more: str = ""
    tables: tuple[str, ...] = ()
    until: datetime | None = None
    leave_by: datetime | None = None
    quoted: tuple[int, int] | None = None
    anyway: "Answer | None" = None
    """What it could have at once if a table that is being cleared were taken as laid."""


@dataclass(frozen=True, slots=True)
class Free:
    """A table that is free now or soon."""

    table: str
    seats: int
    said: str
    now: bool


@dataclass(frozen=True, slots=True)
class SectionLoad:
    """What one waiter has on hand; `next` is who should get the next party."""

    name: str
    covers: int
    tables: int
    next: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One choice on a card: what it says, and whether it can be taken now and by this person."""

    kind: str
    tables: tuple[str, ...]
    said: str
    possible: bool
    needs_manager: bool


@dataclass(frozen=True, slots=True)
class Card:
    """Something that waits for a person."""

    view: BookingView
    said: str
    ways: tuple[Way, ...]
    offers: tuple[Offer, ...]


async def show(visit: Visit) -> Response:
    """Show the door."""
    found, floor = await day_of(visit), await floor_now(visit.desk, visit.place)
    typed = visit.query("party")[:LONGEST]
    heard = _heard(visit, typed) if typed else None
    late = _late(visit, found)
    waiting = [_waiting(visit, floor, one, late) for one in await _queue(visit)]
    cards = await attention(visit.desk, visit.place)
    return await visit.page(
        "door.html",
        day=floor.day,
        typed=typed,
        heard=heard,
        answer=_told(visit, floor, heard, late) if heard and heard.party else None,
        needs=await needing(visit, floor),
        cards=[_card(visit, one, found) for one in cards],
        arriving=_arriving(visit, found),
        waiting=waiting,
        seated=_seated(visit, found),
        free=_free(visit, floor, found),
        sections=_sections(visit, found),
    )


def _heard(visit: Visit, typed: str) -> Heard:
    """Read who stands there: they are here now, so no figure is an hour and no word a day.

    Of two sizes ("4 or 5 khan") none is taken: it is asked how many they are.
    """
    now = visit.now.astimezone(visit.place.venue.tz).replace(tzinfo=None)
    heard = hear(typed, ear_for(visit.place.venue, visit.texts.code), now, {Kind.DAY: None, Kind.TIME: None})
    return replace(heard, party=None) if any(one.kind is Kind.PARTY for one in heard.doubts) else heard


async def _queue(visit: Visit) -> list[Party]:
    return await stored.waiting(visit.desk.database, visit.place.restaurant_id)


# -- what a party is told -------------------------------------------------------------------------------------------


def _told(visit: Visit, floor: Floor, heard: Heard, late: Sequence[BookingView]) -> Answer:
    assert heard.party is not None
    return _answer(visit, floor, heard.party, late, accessible=heard.accessible)


def _answer(visit: Visit, floor: Floor, party_size: int, late: Sequence[BookingView], *, accessible: bool) -> Answer:
    try:
        found = floor.tell(party_size, accessible=accessible)
    except (InvalidInput, NeedsOverride) as fault:
        return Answer(sentence(fault))
    if isinstance(found, TableNow):
        return _table_now(visit, found)
    clearing = floor.tell_anyway(party_size, accessible=accessible)
    anyway = _table_now(visit, clearing) if clearing else None
    stands = _stands_ready(visit, floor, party_size, late, accessible=accessible)
    match found:
        case Wait():
            answer = _wait(visit, found)
        case NoTable(refusal=refusal):
            answer = Answer(gettext("No table is expected free tonight."), gettext(refusal.message))
    return replace(answer, more=" ".join(filter(None, (stands, answer.more))), anyway=anyway)


def _late(visit: Visit, found: Sequence[BookingView]) -> list[BookingView]:
    """Return who is past their grace and not here, whoever has been awaited longest first."""
    late = [one for one in found if one.booking.state is State.CONFIRMED and one.tables]
    late = [one for one in late if one.booking.starts_at + GRACE <= visit.now]
    return sorted(late, key=lambda one: one.booking.starts_at)


def _stands_ready(visit: Visit, floor: Floor, party_size: int, late: Sequence[BookingView], *, accessible: bool) -> str:
    """Say which late party's table this one could have: whether it is still waited for is a person's to decide."""
    for one in late:
        found = floor.tell_without(str(one.booking.id), party_size, accessible=accessible)
        if found is not None and set(found.tables) & set(one.tables):
            minutes = int((visit.now - one.booking.starts_at) // _MINUTE)
            since = visit.texts.time(one.booking.starts_at, visit.place.venue.tz)
            values = {"tables": "+".join(found.tables), "guest": one.guest.name, "since": since}
            return gettext("%(tables)s stands ready for %(guest)s since %(since)s (%(late)s late).") % {
                **values, "late": _span(visit, minutes)
            }  # fmt: skip
    return ""


def _table_now(visit: Visit, found: TableNow) -> Answer:
    until = visit.texts.time(found.until, visit.place.venue.tz)
    said = gettext("%(tables)s until %(time)s") % {"tables": "+".join(found.tables), "time": until}
    moved = len(found.moves)
    more = ngettext("%(count)d party moves for it.", "%(count)d parties move for it.", moved) % {"count": moved}
    shorter = gettext("Shorter than usual: somebody is due there.") if found.limited else ""
    leave_by = found.until if found.limited else None
    return Answer(said, more if moved else shorter, found.tables, found.until, leave_by)


def _wait(visit: Visit, found: Wait) -> Answer:
    least, most = found.from_minutes, found.to_minutes
    said = _wait_words(least, most)
    at = visit.texts.time(found.basis.free_at, visit.place.venue.tz)
    values = {"tables": "+".join(found.basis.tables), "time": at}
    return Answer(said, gettext("%(tables)s should be free at %(time)s.") % values, quoted=(least, most))


def _wait_words(least: int, most: int) -> str:
    """Say a wait: a range in minutes, or where that is long its end, of which nobody counts the minutes."""
    if most <= LONGEST_IN_MINUTES:
        return gettext("%(least)d–%(most)d minutes") % {"least": least, "most": most}
    hours, rest = divmod(most, 60)
    if not rest:
        return gettext("about %(hours)d h") % {"hours": hours}
    return gettext("about %(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


# -- columns --------------------------------------------------------------------------------------------------------


def _arriving(visit: Visit, found: Sequence[BookingView]) -> list[Guest]:
    now = visit.now
    due = [
        view
        for view in found
        if view.booking.state in (State.CONFIRMED, State.ARRIVED) and view.booking.starts_at <= now + AHEAD
    ]
    return [_expected(visit, view) for view in sorted(due, key=lambda view: view.booking.starts_at)]


def _expected(visit: Visit, view: BookingView) -> Guest:
    minutes = int((visit.now - view.booking.starts_at) // _MINUTE)
    if view.booking.state is State.ARRIVED:
        here = int((visit.now - view.updated_at) // _MINUTE)
        return Guest(row_of(visit, view), minutes, gettext("here for %(time)s") % {"time": _span(visit, here)})
    if minutes > 0:
        late = minutes * _MINUTE >= GRACE
        return Guest(row_of(visit, view), minutes, gettext("%(time)s late") % {"time": _span(visit, minutes)}, late)
    return Guest(row_of(visit, view), minutes, gettext("in %(time)s") % {"time": _span(visit, -minutes)})


def _seated(visit: Visit, found: Sequence[BookingView]) -> list[Guest]:
    sitting = [_sitting(visit, view) for view in found if view.booking.state is State.CHECKED_IN]
    return sorted(sitting, key=lambda one: -one.minutes)


def _sitting(visit: Visit, view: BookingView) -> Guest:
    minutes = int((visit.now - _turn_ends(visit, view)) // _MINUTE)
    if minutes > 0:
        return Guest(
            row_of(visit, view), minutes, gettext("%(time)s over") % {"time": _span(visit, minutes)}, late=True
        )
    until = visit.texts.time(_turn_ends(visit, view), visit.place.venue.tz)
    return Guest(row_of(visit, view), minutes, gettext("until %(time)s") % {"time": until})


def _turn_ends(visit: Visit, view: BookingView) -> datetime:
    return leaves_at(view.booking, visit.place.venue, view.seated_at or view.seated_from)


def _span(visit: Visit, minutes: int) -> str:
    """Write minutes as hosts read them: minutes up to an hour and a half."""
    if minutes < LONGEST_IN_MINUTES:
        return ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    return span(minutes, visit.texts)


def _waiting(visit: Visit, floor: Floor, party: Party, late: Sequence[BookingView]) -> Waiting:
    minutes = int((visit.now - party.joined_at) // _MINUTE)
    over = party.quoted_to is not None and minutes > party.quoted_to
    answer = _answer(visit, floor, party.party_size, late, accessible=party.accessible)
    quoted = None if party.quoted_to is None else _wait_words(party.quoted_from or 0, party.quoted_to)
    return Waiting(party, _span(visit, minutes), over, answer, quoted)


def _free(visit: Visit, floor: Floor, found: Sequence[BookingView]) -> list[Free]:
    """List the tables that are free, then those expected free soon."""
    ends = {str(view.booking.id): _turn_ends(visit, view) for view in found if view.booking.state is State.CHECKED_IN}
    tables = sorted(visit.place.venue.tables, key=lambda table: natural_key(table.id))
    shown = [one for table in tables if (one := _table(visit, floor, table.id, table.capacity, ends)) is not None]
    return sorted(shown, key=lambda one: not one.now)


def _table(visit: Visit, floor: Floor, table: str, seats: int, ends: Mapping[str, datetime]) -> Free | None:
    now, tz, texts = visit.now, visit.place.venue.tz, visit.texts
    rows = sorted(floor.snapshot.on_table(table), key=lambda row: row.starts_at)
    there = next((row for row in rows if row.starts_at <= now < row.ends_at), None)
    if there is None:
        until = _free_until(visit, floor, rows, now)
        if until is None:
            return Free(table, seats, gettext("free"), now=True)
        if until - now < LEAST_STAY:
            return None
        return Free(table, seats, gettext("until %(time)s") % {"time": texts.time(until, tz)}, now=True)
    end = _expected_end(there, ends)
    if end is None or not now < end <= now + SOON:
        return None
    until = _free_until(visit, floor, rows, there.ends_at - _MINUTE)
    if until is not None and until - end < LEAST_STAY:
        return None
    return Free(table, seats, gettext("in %(time)s") % {"time": _span(visit, int((end - now) // _MINUTE))}, now=False)


def _free_until(visit: Visit, floor: Floor, rows: Sequence[Occupancy], after: datetime) -> datetime | None:
    """Return until when a party could stay at a table that is free after an instant; None for the rest of the day."""
    tonight = calendar.day_bounds(visit.place.venue, floor.day)[1]  # a table closed in January is free tonight
    coming = next((row.starts_at for row in rows if after < row.starts_at < tonight), None)
    return visit.free_until(coming) if coming else None


def _expected_end(there: Occupancy, ends: Mapping[str, datetime]) -> datetime | None:
    return ends.get(there.owner_id)


def _sections(visit: Visit, found: Sequence[BookingView]) -> list[SectionLoad]:
    sitting = [view for view in found if view.booking.state is State.CHECKED_IN and view.tables]
    loads = []
    for section in visit.place.venue.sections_or_zones():
        own = [view for view in sitting if view.tables[0] in section.tables]
        taken = {table for view in sitting for table in view.tables if table in section.tables}
        loads.append((section.name, sum(view.booking.party_size for view in own), len(taken)))
    least = min(((covers, tables) for _, covers, tables in loads), default=(0, 0))
    first = next((name for name, covers, tables in loads if (covers, tables) == least), None)
    return [SectionLoad(name, covers, tables, name == first) for name, covers, tables in loads]


# -- cards ----------------------------------------------------------------------------------------------------------

_KINDS: Final[Mapping[str, str]] = {
    "wait": N_("Wait for %(tables)s until %(time)s"),
    "elsewhere": N_("%(tables)s at %(time)s"),
    "soft_rule": N_("%(tables)s at %(time)s, with a rule set aside: %(rules)s"),
    "another_zone": N_("%(tables)s at %(time)s, in another zone"),
    "another_time": N_("%(tables)s at %(time)s, if the guest agrees"),
}
_RULES: Final[Mapping[str, str]] = {
    "extra_chair": N_("an extra chair"),
    "min_party": N_("a table for larger parties"),
    "unlisted_join": N_("tables not usually joined"),
    "surplus_table": N_("a table more than needed"),
    "promised_zone": N_("the promised zone"),
}


def _card(visit: Visit, one: Attention, found: Sequence[BookingView]) -> Card:
    view = one.view
    row = row_of(visit, view)
    if one.raised.kind == "late_guest":
        minutes = int((visit.now - view.booking.starts_at) // _MINUTE)
        values = {"guest": view.guest.name, "count": view.booking.party_size, "time": _span(visit, minutes)}
        said = gettext("%(guest)s, party of %(count)d, is %(time)s late. A no-show is yours to decide.") % values
        return Card(view, said, (), tuple(offer for offer in row.offers if offer.key in _LATE_GUEST_KEYS))
    ways = tuple(_way(visit, view.booking, choice) for choice in one.choices)
    return Card(view, _late_table(visit, view, found), ways, ())


def _late_table(visit: Visit, view: BookingView, found: Sequence[BookingView]) -> str:
    """Say who sits where for how long over their time, and who is due there."""
    there = [
        other for other in found if other.booking.state is State.CHECKED_IN and set(other.tables) & set(view.tables)
    ]
    tables = "+".join(view.tables)
    due = {"guest": view.guest.name, "count": view.booking.party_size, "tables": tables}
    due["at"] = visit.texts.time(view.booking.starts_at, visit.place.venue.tz)
    over = int((visit.now - _turn_ends(visit, there[0])) // _MINUTE) if there else 0
    if over > 0:
        due["time"] = _span(visit, over)
        return gettext("%(tables)s is %(time)s over; %(guest)s, party of %(count)d, is due at %(at)s.") % due
    return gettext("%(tables)s will be late; %(guest)s, party of %(count)d, is due at %(at)s.") % due


def _way(visit: Visit, booking: Booking, choice: Choice) -> Way:
    rules = visit.texts.either([gettext(_RULES.get(rule, rule)) for rule in choice.rules])
    at = visit.texts.time(choice.starts_at, visit.place.venue.tz)
    values = {"tables": "+".join(choice.tables), "time": at, "rules": rules}
    needs_override = bool(rules_of(choice)) and not visit.caller.may("override")
    possible = can_be_taken(choice, booking, visit.now) and not needs_override
    return Way(choice.kind, choice.tables, gettext(_KINDS[choice.kind]) % values, possible, needs_override)


# -- what is done ---------------------------------------------------------------------------------------------------


def _staff(visit: Visit) -> None:
    need(visit.caller, "bookings:write")
    need(visit.caller, "staff")


def _after(visit: Visit, said: str, *, undo: str | None = None, what: str = "") -> Response:
    """Answer, and let the walk-in's line be empty again."""
    return visit.done(said, undo=undo, what=what, then=None if visit.by_htmx else visit.url("now"), door=True)


async def _undo_of(visit: Visit, booking: Booking) -> Offered:
    """Return the undo of what was just done to a booking."""
    return await offered(visit, (await visit.booking(str(booking.id))).booking)


def _party_of(visit: Visit, form: Mapping[str, str]) -> WalkIn:
    heard = _heard(visit, form.get("party", ""))
    if heard.party is None:
        raise InvalidInput(gettext("Say how many they are."), field="party", code="required")
    name = trimmed(form.get("name", ""))[:120] or heard.name or gettext("Walk-in")
    return WalkIn(heard.party, name, heard.accessible, heard.phone, heard.notes or None)


def _tables(form: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in form.get("tables", "").split(",") if name)


def _leave_by(visit: Visit, form: Mapping[str, str]) -> datetime | None:
    text = form.get("leave_by")
    return resolve_local(text, visit.place.venue.tz, "leave_by") if text else None


async def seat(visit: Visit) -> Response:
    """Sit a walk-in down at what it was told."""
    _staff(visit)
    return await once(visit, partial(_seat, visit))


async def _seat(visit: Visit, ticket: Ticket) -> Response:
    form = await visit.form()
    party, tables = _party_of(visit, form), _tables(form)
    try:
        booking = await seat_walk_in(
            visit.desk, visit.place, party, tables=tables, leave_by=_leave_by(visit, form), caller=visit.caller,
            anyway=form.get("anyway") == "1", beside=ticket.take,
        )  # fmt: skip
    except NoSeating:
        raise _just_taken(tables) from None
    return _after(visit, await _seated_words(visit, booking), **await _undo_of(visit, booking))


def _just_taken(tables: Sequence[str]) -> NoSeating:
    if not tables:
        return NoSeating(gettext("No table is free for them now."))
    words = gettext("%(tables)s has just been taken. Look at the new answer.") % {"tables": "+".join(tables)}
    return NoSeating(words)


async def _seated_words(visit: Visit, booking: Booking) -> str:
    view = next(one for one in await day_of(visit) if one.booking.id == booking.id)
    until = visit.texts.time(_turn_ends(visit, view), visit.place.venue.tz)
    values = {"guest": view.guest.name, "count": booking.party_size, "tables": "+".join(view.tables), "time": until}
    return gettext("%(guest)s, party of %(count)d, sits at %(tables)s until %(time)s.") % values


async def wait(visit: Visit) -> Response:
    """Let a walk-in wait, with what it was told."""
    _staff(visit)
    return await once(visit, partial(_join, visit))


async def _join(visit: Visit, ticket: Ticket) -> Response:
    form = await visit.form()
    least, most = number_in(form, "quoted_from"), number_in(form, "quoted_to")
    quoted = (least, most) if least is not None and most is not None else None
    if quoted is not None and not quoted[0] <= quoted[1] <= 24 * 60:
        raise InvalidInput(gettext("This is no wait."), field="quoted_to", code="out_of_range")
    party = await join_queue(
        visit.desk, visit.place, _party_of(visit, form), quoted, caller=visit.caller, beside=ticket.take
    )
    values = {"guest": party.name, "count": party.party_size}
    undo = visit.url("now", "queue", party.id, "leave")
    return _after(visit, gettext("%(guest)s, party of %(count)d, waits.") % values, undo=undo)


async def queue(visit: Visit) -> Response:
    """Take a step with a party that waits."""
    _staff(visit)
    number, form, desk, place = _number(visit, "party_id"), await visit.form(), visit.desk, visit.place
    party = await waiting_party(desk, place, number)
    back = visit.url("now", "queue", number, "back")
    named = {"guest": party.name}
    match visit.request.path_params["step"]:
        case "call":
            await call_party(desk, place, number, called=True, caller=visit.caller)
            said = gettext("%(guest)s is noted as called; no message was sent.") % named
            return visit.done(said, undo=visit.url("now", "queue", number, "uncall"))
        case "uncall":
            await call_party(desk, place, number, called=False, caller=visit.caller)
            return visit.done(gettext("%(guest)s is not called.") % named)
        case "leave":
            closed = await leave_queue(desk, place, number, caller=visit.caller)
            said = gettext("%(guest)s has left the queue.") % named
            return visit.done(said, undo=back, seen=closed.isoformat())
        case "back":
            await back_to_queue(desk, place, number, caller=visit.caller, closed_at=_closed_at(form))
            return visit.done(gettext("%(guest)s waits again.") % named)
        case "seat":
            booking = await _seat_waiting(visit, party, form)
            return visit.done(await _seated_words(visit, booking), **await _undo_of(visit, booking))
    raise NotFound("There is nothing here.")


def _closed_at(form: Mapping[str, str]) -> datetime:
    """Return when the party had left the queue, as whoever wants it back has seen it."""
    return instant_in(form.get("version", ""), "version")


async def _seat_waiting(visit: Visit, party: Party, form: Mapping[str, str]) -> Booking:
    tables, leave_by = _tables(form), _leave_by(visit, form)
    try:
        return await seat_from_queue(
            visit.desk, visit.place, party.id, tables=tables, leave_by=leave_by, caller=visit.caller,
            anyway=form.get("anyway") == "1",
        )  # fmt: skip
    except NoSeating:
        raise _just_taken(tables) from None


async def late(visit: Visit) -> Response:
    """Take a choice for a party whose table is late."""
    _staff(visit)
    view, form = await visit.booking(), await visit.form()
    reason = gettext("The table is late.")
    kind, tables = form.get("kind", ""), _tables(form)
    if kind in ("soft_rule", "another_zone"):
        need(visit.caller, "override")
    booking = await take_choice(visit.desk, view.booking.id, kind, tables, caller=visit.caller, reason=reason)
    after = await visit.booking()
    values: dict[str, Any] = {"guest": view.guest.name, "tables": "+".join(after.tables)}
    if booking.state is State.CHECKED_IN:
        return visit.done(gettext("%(guest)s sits at %(tables)s.") % values, **await offered(visit, after.booking))
    values["time"] = visit.texts.time(booking.starts_at, visit.place.venue.tz)
    said = gettext("%(guest)s gets %(tables)s at %(time)s.") % values
    return visit.done(said, **await offered(visit, after.booking))


def _number(visit: Visit, name: str) -> UUID:
    try:
        return UUID(visit.request.path_params[name])
    except ValueError:
        raise NotFound("There is nothing here.") from None


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/now", show, Role.VIEWER),
    Screen("POST", "/ops/{slug}/now/seat", seat, Role.HOST),
    Screen("POST", "/ops/{slug}/now/queue", wait, Role.HOST),
    Screen("POST", "/ops/{slug}/now/queue/{party_id}/{step}", queue, Role.HOST),
    Screen("POST", "/ops/{slug}/now/late/{booking_id}", late, Role.HOST),
)  # fmt: skip
