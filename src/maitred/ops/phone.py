"""The phone line: one line typed as it is heard, what it means, what to say, and the booking.

The server keeps the line, so a reload loses nothing and a second tab goes on where the first one was.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from maitred.api.auth import need
from maitred.domain import calendar
from maitred.domain.booking import State
from maitred.domain.errors import InvalidInput, NoSeating
from maitred.domain.phoneline import LONGEST, Heard, Kind, ear_for, hear, wall
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
    Kind.ACCESSIBLE: N_("Accessible table"),
    Kind.TABLE: N_("Notes"),
    Kind.HIGH_CHAIRS: N_("Notes"),
    Kind.ALLERGY: N_("Notes"),
    Kind.OCCASION: N_("Notes"),
    Kind.NOTES: N_("Notes"),
}
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
class Chip:
    """What some words became; `typed` is empty for what nobody said."""

    kind: Kind
    label: str
    value: str
    typed: str = ""
    missing: bool = False


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

    @property
    def line(self) -> str:
        """What was typed."""
        return self.draft.line if self.draft else ""

    @property
    def ready(self) -> bool:
        """Whether the booking can be made at once."""
        return self.booked is None and bool(self.heard.name) and self._bookable

    @property
    def _bookable(self) -> bool:
        return self.hold is not None or (self.told is not None and self.told.free)


async def show(visit: Visit) -> Response:
    """Show the call somebody is on."""
    page = await _page(visit, await phone.present_call(visit.desk, visit.place, caller=visit.caller))
    return await visit.page("phone.html", call=page, longest=LONGEST)


async def answer(visit: Visit) -> Response:
    """Show what is known of the call, for a page that has the line already."""
    page = await _page(visit, await phone.present_call(visit.desk, visit.place, caller=visit.caller))
    return visit.part("phone_answer.html", call=page)


async def act(visit: Visit) -> Response:
    """Take the line as it is typed, and what is to be done with it: look, keep a time, book, or begin anew."""
    need(visit.caller, "bookings:write")
    need(visit.caller, "staff")
    form = await visit.form()
    what = form.get("do", "look")
    if what == "clear":
        await phone.clear(visit.desk, visit.place, caller=visit.caller)
        return _here(visit) if not visit.by_htmx else await answer(visit)
    draft = await phone.note(visit.desk, visit.place, form.get("line", "")[:LONGEST], caller=visit.caller)
    page = await _page(visit, draft)
    if what.startswith("hold:"):
        return await _keep(visit, page, what.removeprefix("hold:"))
    if what == "book":
        return await _book(visit, page)
    return visit.part("phone_answer.html", call=page) if visit.by_htmx else _here(visit)


def _here(visit: Visit) -> Response:
    return RedirectResponse(visit.url("phone"), 303, HEADERS)


async def _keep(visit: Visit, page: CallPage, text: str) -> Response:
    if page.asked is None:
        raise InvalidInput(gettext("Say the time and the size of the party first."), field="line", code="required")
    at = calendar.resolve_local(text, visit.place.venue.tz, "do")
    await phone.hold_time(visit.desk, visit.place, page.asked, at, caller=visit.caller)
    if not visit.by_htmx:
        return _here(visit)
    return Response(headers={**HEADERS, "HX-Trigger": '{"ops:changed": {}}'})  # the page itself says what is kept


async def _book(visit: Visit, page: CallPage) -> Response:
    heard = page.heard
    if page.booked is not None:
        return visit.done(_booked_words(visit, page.booked))
    if heard.missing or page.asked is None:
        missing = visit.texts.either([gettext(WORDS[kind]) for kind in heard.missing])
        raise InvalidInput(gettext("Still missing: %(what)s.") % {"what": missing}, field="line", code="required")
    if page.told is not None and page.told.fault is not None and page.hold is None:
        raise page.told.fault
    guest = GuestDetails(heard.name, email=heard.email, phone=heard.phone)
    try:
        number = await phone.book(
            visit.desk, visit.place, page.asked, guest, _notes(heard) or None, caller=visit.caller
        )
    except NoSeating:
        words = gettext("%(time)s has just been taken.") % {"time": _when(visit, page.asked.starts_at)}
        raise NoSeating(words) from None
    view = await booking_view(visit.desk.database, number)
    assert view is not None
    undo = await offered(visit, view.booking) or Offered(undo=visit.url("bookings", number, "cancel"))
    return visit.done(_booked_words(visit, view), **undo, seen=view.booking.version, booked=str(number))


def _notes(heard: Heard) -> str:
    """Return what is to be told of the booking beside its values, as it was typed."""
    noted = (Kind.TABLE, Kind.HIGH_CHAIRS, Kind.ALLERGY, Kind.OCCASION)
    return ", ".join([*filter(None, [heard.notes]), *(piece.words for piece in heard.pieces if piece.kind in noted)])


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


async def _page(visit: Visit, draft: Draft | None) -> CallPage:
    venue = visit.place.venue
    now = visit.now.astimezone(venue.tz).replace(tzinfo=None)
    heard = hear(draft.line if draft else "", ear_for(venue, visit.texts.code), now)
    asked = _asked(visit, heard)
    booked = await booking_view(visit.desk.database, draft.booking_id) if draft and draft.booking_id else None
    hold = await phone.held_for(visit.desk, draft, asked, caller=visit.caller)
    if draft and draft.hold_id and hold is None:
        await phone.let_go(visit.desk, visit.place, draft, caller=visit.caller)
    told = None
    if asked is not None and booked is None:
        told = await phone.look(visit.desk, visit.house.front.tracker, visit.place, asked)
    offers = _offers(visit, asked, told, hold)
    return CallPage(
        draft, heard, tuple(_chips(visit, heard, asked)), asked, told, _say(visit, heard, asked, told, hold, booked),
        offers, hold, await _known(visit, heard, booked), booked,
    )  # fmt: skip


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
    visit: Visit, heard: Heard, asked: Asked | None, told: Told | None, hold: Hold | None, booked: BookingView | None
) -> str:
    """Return the sentence to say to the guest."""
    if booked is not None:
        return _booked_words(visit, booked)
    if asked is None or told is None:
        return gettext(_QUESTIONS[heard.missing[0]]) if heard.pieces and heard.missing else ""
    if hold is not None:
        return gettext("%(time)s is kept for you.") % {"time": _when(visit, hold.starts_at)}
    return _answered(visit, asked, told)


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


def _chips(visit: Visit, heard: Heard, asked: Asked | None) -> Sequence[Chip]:
    typed: dict[Kind, str] = {}
    for piece in heard.pieces:
        typed[piece.kind] = f"{typed[piece.kind]} … {piece.words}" if piece.kind in typed else piece.words
    shown = [Chip(kind, gettext(WORDS[kind]), _value(visit, heard, kind), words) for kind, words in typed.items()]
    if heard.no_such_day:
        shown = [one for one in shown if one.kind is not Kind.DAY]
    elif heard.pieces and heard.day is None:
        shown.append(Chip(Kind.DAY, gettext(WORDS[Kind.DAY]), _assumed(visit, asked)))
    missing = heard.missing if heard.pieces else ()
    return [*shown, *(Chip(kind, gettext(WORDS[kind]), gettext("missing"), missing=True) for kind in missing)]


def _assumed(visit: Visit, asked: Asked | None) -> str:
    """Say which day is meant when none was said: the next on which that time is still to come."""
    on = asked.starts_at.astimezone(visit.place.venue.tz).date() if asked else _today(visit)
    return gettext("today") if on == _today(visit) else visit.texts.day(on)


def _value(visit: Visit, heard: Heard, kind: Kind) -> str:
    texts = visit.texts
    zones = {zone.id: zone.name for zone in visit.place.venue.zones}
    values = {
        Kind.DAY: texts.day(heard.day) if heard.day else "",
        Kind.TIME: texts.time(heard.time) if heard.time else "",
        Kind.PARTY: texts.number(heard.party or 0),
        Kind.NAME: heard.name,
        Kind.PHONE: heard.phone or "",
        Kind.EMAIL: heard.email or "",
        Kind.ZONE: zones.get(heard.zone or "", ""),
        Kind.ACCESSIBLE: gettext("yes"),
        Kind.NOTES: heard.notes,
    }
    return values.get(kind, _notes(heard))


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
