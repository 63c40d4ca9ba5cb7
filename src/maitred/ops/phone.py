"""The phone line: one line typed as it is heard, what it means, what to say, and the booking.

The server keeps the line under the call's id, which the page's address has once something is typed: a reload loses
nothing. A page without that id is a new call, which begins empty and offers to go on with the one that was left.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID, uuid4

from starlette.responses import RedirectResponse, Response

from maitred.api.auth import need
from maitred.domain import calendar
from maitred.domain.booking import State
from maitred.domain.errors import InvalidInput, NoSeating
from maitred.domain.phoneline import LONGEST, Choice, Doubt, Heard, Kind, ear_for, hear, wall
from maitred.ops.undoing import Offered, offered
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.ops.wording import sentence
from maitred.store import guests
from maitred.store.allocations import Hold
from maitred.store.phone import Draft
from maitred.store.views import BookingView, GuestView, booking_view
from maitred.texts import N_, gettext
from maitred.usecases import phone
from maitred.usecases.accept import GuestDetails
from maitred.usecases.people import Role
from maitred.usecases.phone import Asked, Told

WORDS: Final = {
    Kind.DAY: N_("Day"),
    Kind.TIME: N_("Time"),
    Kind.PARTY: N_("Party"),
    Kind.NAME: N_("Name"),
    Kind.PHONE: N_("Phone"),
    Kind.EMAIL: N_("Email"),
    Kind.ZONE: N_("Zone"),
    Kind.TABLE: N_("Table"),
    Kind.ACCESSIBLE: N_("Accessible table"),
    Kind.HIGH_CHAIRS: N_("High chairs"),
    Kind.ALLERGY: N_("Allergy"),
    Kind.OCCASION: N_("Occasion"),
    Kind.NOTES: N_("Notes"),
}
# What the kitchen and the floor read of the booking, as it was typed.
_NOTED: Final = frozenset({Kind.TABLE, Kind.HIGH_CHAIRS, Kind.ALLERGY, Kind.OCCASION, Kind.NOTES})
_QUESTIONS: Final = {
    Kind.DAY: N_("Which day? That one does not exist."),
    Kind.TIME: N_("For what time?"),
    Kind.PARTY: N_("For how many?"),
    Kind.NAME: N_("What name may I put it under?"),
}
_MOST_NOTES: Final = 4
_DAY: Final = timedelta(days=1)
_MOST_BOOKINGS: Final = 100
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that words in doubt can mean; `key` settles it while it is the first doubt."""

    number: int
    words: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """What some words became; `typed` is empty for what nobody said. One in doubt has its readings."""

    kind: Kind
    label: str
    value: str
    typed: str = ""
    missing: bool = False
    doubtful: bool = False
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the restaurant knows of the guest."""

    name: str
    visits: int
    no_shows: int
    cancelled: int
    upcoming: tuple[BookingView, ...]
    last: datetime | None
    notes: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A time that can be kept with one key."""

    key: int
    at: datetime
    words: str
    held: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    """Everything there is to show of a call."""

    draft: Draft | None
    heard: Heard
    chips: tuple[Chip, ...]
    asked: Asked | None
    told: Told | None
    say: str
    offers: tuple[Offer, ...]
    hold: Hold | None
    known: Known | None
    booked: BookingView | None
    call_id: UUID
    left: str = ""
    """What the call that was left is about, where it can be gone on with."""

    @property
    def line(self) -> str:
        """What was typed."""
        return self.draft.line if self.draft else ""

    @property
    def ready(self) -> bool:
        """Whether the booking can be made at once: understood without a doubt, and there is a table."""
        return self.booked is None and self.heard.ready and self._bookable

    @property
    def _bookable(self) -> bool:
        return self.hold is not None or (self.told is not None and self.told.free)


async def show(visit: Visit) -> Response:
    """Show the call of the address, or a new one."""
    return await visit.page("phone.html", call=await _asked_for(visit), longest=LONGEST)


async def answer(visit: Visit) -> Response:
    """Show what is known of the call, for a page that has the line already."""
    return visit.part("phone_answer.html", call=await _asked_for(visit))


async def _asked_for(visit: Visit) -> CallPage:
    draft = await phone.present_call(visit.desk, visit.place, caller=visit.caller)
    if draft is not None and str(draft.call_id) == visit.query("call"):
        return await _page(visit, draft)
    left = draft.line if draft and draft.booking_id is None and draft.line else draft.left_line if draft else ""
    return replace(await _page(visit, None), left=_about(visit, left))


async def act(visit: Visit) -> Response:
    """Take the line as it is typed, and what is to be done with it: look, settle, keep a time, book, or begin anew."""
    need(visit.caller, "bookings:write")
    need(visit.caller, "staff")
    form = await visit.form()
    what, call_id = form.get("do", "look"), _call_id(form)
    present = await phone.present_call(visit.desk, visit.place, caller=visit.caller)
    if what == "clear":
        await phone.clear(visit.desk, visit.place, caller=visit.caller)
        return await _here(visit, None)
    if what == "continue" and present is not None:
        return await _here(visit, await phone.go_on(visit.desk, visit.place, present, call_id, caller=visit.caller))
    line = form.get("line", "")[:LONGEST]
    draft = await phone.note(visit.desk, visit.place, line, caller=visit.caller, call_id=call_id)
    if what.startswith("settle:"):
        draft = await _settle(visit, draft, what)
    page = await _page(visit, draft)
    if draft.hold_id and page.hold is None:  # something else is asked for now
        await phone.let_go(visit.desk, visit.place, draft, caller=visit.caller)
    if what.startswith("hold:"):
        return await _keep(visit, page, what.removeprefix("hold:"))
    if what == "book":
        return await _book(visit, page)
    return visit.part("phone_answer.html", call=page) if visit.by_htmx else await _here(visit, draft.call_id)


def _call_id(form: Mapping[str, str]) -> UUID:
    try:
        return UUID(form.get("call", ""))
    except ValueError:
        return uuid4()


async def _here(visit: Visit, call_id: UUID | None) -> Response:
    """Show a call, or a new one: to a script what is known of it, to everybody else its page."""
    if not visit.by_htmx:
        return RedirectResponse(visit.url("phone", **({"call": str(call_id)} if call_id else {})), 303, HEADERS)
    draft = await phone.present_call(visit.desk, visit.place, caller=visit.caller)
    if call_id is not None:
        return visit.part("phone_answer.html", call=await _page(visit, draft))
    page = await _page(visit, None)
    return visit.part("phone_answer.html", call=replace(page, left=_about(visit, draft.left_line if draft else "")))


async def _settle(visit: Visit, draft: Draft, what: str) -> Draft:
    """Take the reading that was chosen for the words in doubt; what is in doubt no more stays as it is."""
    kind, _, number = what.removeprefix("settle:").partition(":")
    heard, known = await _listened(visit, draft)
    for doubt in _doubts(heard, known):
        if doubt.kind == kind and number.isdecimal() and int(number) < len(doubt.choices):
            chosen = (kind, doubt.words, str(doubt.choices[int(number)].value))
            return await phone.settle(visit.desk, visit.place, draft, chosen, caller=visit.caller)
    return draft


async def _keep(visit: Visit, page: CallPage, text: str) -> Response:
    if page.asked is None:
        raise InvalidInput(gettext("Say the time and the size of the party first."), field="line", code="required")
    at = calendar.resolve_local(text, visit.place.venue.tz, "do")
    await phone.hold_time(visit.desk, visit.place, page.asked, at, caller=visit.caller)
    if not visit.by_htmx:
        return await _here(visit, page.call_id)
    return Response(headers={**HEADERS, "HX-Trigger": '{"ops:changed": {}}'})  # the page itself says what is kept


async def _book(visit: Visit, page: CallPage) -> Response:
    heard = page.heard
    if page.booked is not None:
        return visit.done(_booked_words(visit, page.booked))
    if heard.missing or page.asked is None:
        missing = visit.texts.either([gettext(WORDS[kind]) for kind in heard.missing])
        raise InvalidInput(gettext("Still missing: %(what)s.") % {"what": missing}, field="line", code="required")
    if heard.doubts:
        doubtful = visit.texts.either(list(dict.fromkeys(gettext(WORDS[doubt.kind]) for doubt in heard.doubts)))
        raise InvalidInput(gettext("Settle first: %(what)s.") % {"what": doubtful}, field="line", code="in_doubt")
    if page.told is not None and page.told.fault is not None and page.hold is None:
        raise page.told.fault
    guest = GuestDetails(heard.name, email=heard.email, phone=heard.phone)
    try:
        number = await phone.book(visit.desk, visit.place, page.asked, guest, _notes(heard), caller=visit.caller)
    except NoSeating:
        words = gettext("%(time)s has just been taken.") % {"time": _when(visit, page.asked.starts_at)}
        raise NoSeating(words) from None
    view = await booking_view(visit.desk.database, number)
    assert view is not None
    undo = await offered(visit, view.booking) or Offered(undo=visit.url("bookings", number, "cancel"))
    return visit.done(_booked_words(visit, view), **undo, seen=view.booking.version, booked=str(number))


def _booked_words(visit: Visit, view: BookingView) -> str:
    values = {
        "guest": view.guest.name,
        "count": view.booking.party_size,
        "time": _when(visit, view.booking.starts_at),
        "reference": view.booking.reference,
    }
    if view.booking.state is State.CONFIRMED:
        return gettext("%(guest)s, party of %(count)d, %(time)s: confirmed. Reference %(reference)s.") % values
    return gettext("%(guest)s, party of %(count)d, %(time)s: noted. Reference %(reference)s.") % values


def _notes(heard: Heard) -> str | None:
    """Return what staff read with the booking: everything typed that is no value of its own, in its order."""
    return ", ".join(piece.words for piece in heard.pieces if piece.kind in _NOTED) or None


async def _page(visit: Visit, draft: Draft | None) -> CallPage:
    heard, known = await _listened(visit, draft)
    asked = _asked(visit, heard)
    booked = await booking_view(visit.desk.database, draft.booking_id) if draft and draft.booking_id else None
    hold = await phone.held_for(visit.desk, draft, asked, caller=visit.caller)
    told = None
    if asked is not None and booked is None:
        told = await phone.look(visit.desk, visit.house.front.tracker, visit.place, asked)
    say = _say(visit, heard, known, asked, told, hold, booked)
    return CallPage(
        draft, heard, tuple(_chips(visit, heard, known)), asked, told, say,
        _offers(visit, asked, told, hold), hold, await _known(visit, heard, booked), booked,
        draft.call_id if draft else uuid4(), _about(visit, draft.left_line if draft else ""),
    )  # fmt: skip


async def _listened(visit: Visit, draft: Draft | None) -> tuple[Heard, Known | None]:
    """Return what the line says with the readings that were chosen, and who is known by its number or address.

    A reading counts only while the line has those words in that doubt: another line is another question.
    """
    line, venue, chosen = draft.line if draft else "", visit.place.venue, dict[Kind, object]()
    ear, now = ear_for(venue, visit.texts.code), visit.now.astimezone(venue.tz).replace(tzinfo=None)
    heard = hear(line, ear, now)
    known = await _known(visit, heard, None)
    for kind, words, value in draft.settled if draft else ():
        doubts = [one for one in _doubts(heard, known) if (one.kind, one.words) == (kind, words)]
        chosen.update(
            {one.kind: choice.value for one in doubts for choice in one.choices if str(choice.value) == value}
        )
        heard = hear(line, ear, now, chosen)
    return heard, known


def _doubts(heard: Heard, known: Known | None) -> tuple[Doubt, ...]:
    """Return what is in doubt, and the name of a guest who is known by number or address and gave none."""
    if heard.name or known is None or Kind.NAME in {doubt.kind for doubt in heard.doubts}:
        return heard.doubts
    return (*heard.doubts, Doubt(Kind.NAME, "", (Choice(known.name),)))


def _about(visit: Visit, line: str) -> str:
    """Name a call that was left: who and how many, or what was typed."""
    if not line:
        return ""
    venue = visit.place.venue
    heard = hear(line, ear_for(venue, visit.texts.code), visit.now.astimezone(venue.tz).replace(tzinfo=None))
    party = visit.texts.number(heard.party) if heard.party else ""
    return ", ".join(filter(None, [heard.name, party])) if heard.name else line


def _asked(visit: Visit, heard: Heard) -> Asked | None:
    if heard.time is None or heard.party is None or heard.no_such_day:
        return None
    venue = visit.place.venue
    at = calendar.from_wall(wall(heard.day or _today(visit), heard.time, venue.day_starts_at), venue.tz)
    if heard.day is None and at < visit.now:  # nobody asks for what is over
        at = calendar.from_wall(wall(_today(visit) + _DAY, heard.time, venue.day_starts_at), venue.tz)
    return Asked(heard.party, at, heard.accessible, heard.zone)


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.place.venue.tz).date()


# -- words ----------------------------------------------------------------------------------------------------------


def _when(visit: Visit, at: datetime, near: datetime | None = None) -> str:
    """Write a time, with its day unless that is today or the one that is spoken of."""
    time = visit.texts.time(at, visit.place.venue.tz)
    day = calendar.service_date(visit.place.venue, at)
    known = calendar.service_date(visit.place.venue, near) if near else visit.today()
    return time if day == known else f"{visit.texts.day(day)} {time}"


def _offers(visit: Visit, asked: Asked | None, told: Told | None, hold: Hold | None) -> tuple[Offer, ...]:
    times = list(told.offers if told else ())
    if hold is not None and hold.starts_at not in times:
        times = [hold.starts_at, *times][: phone.MOST_OFFERS]
    held = hold.starts_at if hold else None
    near = asked.starts_at if asked else None
    return tuple(Offer(key, at, _when(visit, at, near), at == held) for key, at in enumerate(times, 1))


def _say(
    visit: Visit,
    heard: Heard,
    known: Known | None,
    asked: Asked | None,
    told: Told | None,
    hold: Hold | None,
    booked: BookingView | None,
) -> str:
    """Return the sentence to say to the guest."""
    if booked is not None:
        return _booked_words(visit, booked)
    doubts = _doubts(heard, known)
    if doubts:
        return _question(visit, doubts[0])
    if asked is None or told is None:
        return gettext(_QUESTIONS[heard.missing[0]]) if heard.pieces and heard.missing else ""
    if hold is not None:
        return gettext("%(time)s is kept for you.") % {"time": _when(visit, hold.starts_at)}
    return _answered(visit, asked, told)


def _question(visit: Visit, doubt: Doubt) -> str:
    readings = [_said(visit, doubt.kind, choice.value) for choice in doubt.choices]
    values = {"what": gettext(WORDS[doubt.kind]), "words": doubt.words, "readings": visit.texts.either(readings)}
    if not readings:
        return gettext("%(what)s: “%(words)s” is not understood.") % values
    return gettext("%(what)s: %(readings)s?") % values


def _answered(visit: Visit, asked: Asked, told: Told) -> str:
    values = {"time": _when(visit, asked.starts_at)}
    values["others"] = visit.texts.either([_when(visit, at, asked.starts_at) for at in told.offers])
    if told.review:
        return gettext("We will look at a party of %(count)d and call you back.") % {"count": asked.party_size}
    if told.free:
        return gettext("%(time)s is free.") % values
    if told.fault is not None:
        return _instead(sentence(told.fault), values)
    if not told.offers:
        return gettext("%(time)s is full, and so are the next two weeks.") % values
    return gettext("%(time)s is full; %(others)s?") % values


def _instead(fault: str, values: dict[str, str]) -> str:
    if not values["others"]:
        return fault
    return gettext("%(fault)s Possible: %(others)s.") % {**values, "fault": fault}


def _chips(visit: Visit, heard: Heard, known: Known | None) -> Sequence[Chip]:
    typed: dict[Kind, str] = {}
    for piece in heard.pieces:
        typed[piece.kind] = f"{typed[piece.kind]} … {piece.words}" if piece.kind in typed else piece.words
    doubts = {doubt.kind: doubt for doubt in reversed(_doubts(heard, known))} if heard.pieces else {}
    first = next(iter(_doubts(heard, known)), None)
    kinds = [kind for kind in Kind if kind in typed or kind in doubts or (heard.pieces and kind in heard.missing)]
    return [_chip(visit, heard, kind, typed.get(kind, ""), doubts.get(kind), first) for kind in kinds]


def _chip(visit: Visit, heard: Heard, kind: Kind, words: str, doubt: Doubt | None, first: Doubt | None) -> Chip:
    label, missing = gettext(WORDS[kind]), doubt is None and kind in heard.missing
    readings = tuple(
        Reading(number, _said(visit, kind, choice.value), str(number + 1) if doubt is first and number < 9 else "")
        for number, choice in enumerate(doubt.choices if doubt else ())
    )
    value = _value(visit, heard, kind) or (readings[0].words if readings else "")
    return Chip(kind, label, gettext("missing") if missing else value, words, missing, doubt is not None, readings)


def _said(visit: Visit, kind: Kind, value: object) -> str:
    """Write one reading of a kind; what would take the kind out is a no."""
    match value:
        case datetime() | None:
            return gettext("no")
        case date():
            return gettext("today") if value == _today(visit) else visit.texts.day(value)
        case time():
            return visit.texts.time(value)
        case bool():
            return gettext("yes") if value else gettext("no")
        case int():
            return visit.texts.number(value)
        case _:
            zones = {zone.id: zone.name for zone in visit.place.venue.zones}
            return zones.get(str(value), str(value)) if kind is Kind.ZONE else str(value)


def _value(visit: Visit, heard: Heard, kind: Kind) -> str:
    value = getattr(heard, kind.value)
    return _said(visit, kind, value) if value not in (None, "", 0, False) else ""


_CAME: Final = frozenset({State.COMPLETED, State.CHECKED_IN})
_OVER: Final = _CAME | {State.NO_SHOW, State.CANCELLED, State.FAILED}


async def _known(visit: Visit, heard: Heard, booked: BookingView | None) -> Known | None:
    """Return the guest's record by phone or email; the booking just made is not part of it."""
    if heard.phone is None and heard.email is None:
        return None
    caller = GuestView(_NOBODY, heard.name, heard.email, heard.phone, None)
    database, number = visit.desk.database, visit.place.restaurant_id
    found = await guests.bookings_of(database, number, caller, _MOST_BOOKINGS)
    rows = [one for one in found if booked is None or one.booking.id != booked.booking.id]
    if not rows:
        return None
    note = await guests.note_of(database, number, caller)
    states = Counter(one.booking.state for one in rows)
    came = [one.booking for one in rows if one.booking.state in _CAME]
    said = (one.booking.notes or "" for one in rows)
    notes = dict.fromkeys(text.strip() for text in (note.notes or "", *said) if text.strip())
    return Known(
        name=rows[0].guest.name,
        visits=len(came),
        no_shows=states[State.NO_SHOW],
        cancelled=states[State.CANCELLED],
        upcoming=tuple(one for one in rows if one.booking.state not in _OVER and one.booking.starts_at >= visit.now),
        last=came[0].starts_at if came else None,
        notes=tuple(notes)[:_MOST_NOTES],
        tags=note.tags,
    )


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/phone", show, Role.HOST),
    Screen("GET", "/ops/{slug}/phone/answer", answer, Role.HOST),
    Screen("POST", "/ops/{slug}/phone", act, Role.HOST),
)  # fmt: skip
