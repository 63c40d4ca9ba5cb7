"""The phone line: one line typed as it is heard, what it means, what to say, and the booking.

Each call has its number in the page's address, and the server keeps what is typed: a reload loses nothing, another call
begins empty. What a line leaves open is asked, and only what is understood is booked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from starlette.responses import RedirectResponse, Response

from maitred.api.auth import need
from maitred.domain import calendar
from maitred.domain.errors import InvalidInput, NoSeating
from maitred.domain.phoneline import LONGEST, Choice, Doubt, Heard, Kind, ear_for, hear, wall
from maitred.ops.phone_chips import WORDS, Chip, Wrong, chips_of, more_of, read, written
from maitred.ops.phone_known import Known, known_guest
from maitred.ops.phone_words import Left, Offer, booked_words, call_left, notes_of, offers_of, question, say, when
from maitred.ops.undoing import Offered, offered
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.store.allocations import Hold
from maitred.store.phone import Draft
from maitred.store.views import BookingView, booking_view
from maitred.texts import gettext
from maitred.usecases import phone
from maitred.usecases.accept import GuestDetails
from maitred.usecases.people import Role
from maitred.usecases.phone import Asked, Told

Settled = dict[str, list[str]]
"""For each kind what was typed by hand, and the words of the line that it stands for."""
_OPEN: Final = (Kind.DAY, Kind.TIME, Kind.PARTY)
"""What has to be clear before a table can be looked for."""


@dataclass(frozen=True, slots=True)
class CallPage:
    """Everything there is to show of a call."""

    draft: Draft
    heard: Heard
    doubts: tuple[Doubt, ...]
    chips: tuple[Chip, ...]
    more: tuple[Chip, ...]
    asked: Asked | None
    told: Told | None
    say: str
    question: str
    offers: tuple[Offer, ...]
    hold: Hold | None
    known: Known | None
    booked: BookingView | None
    left: tuple[Left, ...]
    wrong: Mapping[Kind, Wrong]

    @property
    def empty(self) -> bool:
        """Whether nothing is typed yet."""
        return not self.draft.line.strip() and not self.draft.settled

    @property
    def clear(self) -> bool:
        """Whether all is understood that is needed, and nothing is in doubt or wrong."""
        return self.heard.ready and not self.doubts and not self.wrong

    @property
    def ready(self) -> bool:
        """Whether the booking can be made at once."""
        return self.booked is None and self.clear and self._bookable

    @property
    def _bookable(self) -> bool:
        return self.hold is not None or (self.told is not None and self.told.free)


async def show(visit: Visit) -> Response:
    """Show a call; without the number of one a new call begins, which is empty."""
    number = _number(visit.query("call"))
    if number is None:
        return RedirectResponse(_address(visit, uuid4()), 303, HEADERS)
    return await _whole(visit, await _page(visit, await _call(visit, number)))


async def answer(visit: Visit) -> Response:
    """Show what is known of the call, for a page that has the line already."""
    page = await _page(visit, await _call(visit, _number(visit.query("call")) or uuid4()))
    return visit.part("phone_answer.html", call=page)


async def act(visit: Visit) -> Response:
    """Take the line as it is typed, and what is to be done: look, settle, keep a time, book, or forget the call."""
    need(visit.caller, "bookings:write")
    need(visit.caller, "staff")
    form = await visit.form()
    what, number = form.get("do", "look"), _number(form.get("call", "")) or uuid4()
    if what == "clear" or what.startswith("drop:"):
        return await _forget(visit, number, what)
    line = form.get("line", "")[:LONGEST].replace("\0", " ")
    draft = await phone.call_to_type(visit.desk, visit.place, number, line, caller=visit.caller)
    settled, wrong = _settled(visit, draft, line, form)
    draft = await phone.note(visit.desk, visit.place, draft, line, settled, caller=visit.caller)
    page = await _page(visit, draft, wrong)
    if page.hold is None and page.draft.hold_id is not None:  # something else is asked for now
        await phone.let_go(visit.desk, page.draft)
    if what.startswith("hold:"):
        return await _keep(visit, page, what.removeprefix("hold:"))
    if what == "book" and not wrong:
        return await _book(visit, page)
    return await _looked(visit, page)


async def _looked(visit: Visit, page: CallPage) -> Response:
    if visit.by_htmx:
        return visit.part("phone_answer.html", call=page)
    if page.wrong:  # the address alone could not say what was typed
        return await _whole(visit, page, 422)
    return RedirectResponse(_address(visit, page.draft.call_id), 303, HEADERS)


async def _forget(visit: Visit, number: UUID, what: str) -> Response:
    """Forget this call, or another that was left, and what was kept for it; what is shown then is an empty call."""
    other = _number(what.removeprefix("drop:"))
    await phone.forget(visit.desk, visit.place, other or number, caller=visit.caller)
    fresh = number if other else uuid4()
    if not visit.by_htmx:
        return RedirectResponse(_address(visit, fresh), 303, HEADERS)
    return visit.part("phone_answer.html", call=await _page(visit, await _call(visit, fresh)))


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _address(visit: Visit, call_id: UUID) -> str:
    return visit.url("phone", call=call_id)


async def _call(visit: Visit, number: UUID) -> Draft:
    return await phone.call_of(visit.desk, visit.place, number, caller=visit.caller)


async def _whole(visit: Visit, page: CallPage, status: int = 200) -> Response:
    return await visit.page("phone.html", status, call=page, longest=LONGEST)


async def _keep(visit: Visit, page: CallPage, text: str) -> Response:
    if page.asked is None:
        raise InvalidInput(gettext("Say the time and the size of the party first."), field="line", code="required")
    at = calendar.resolve_local(text, visit.place.venue.tz, "do")
    await phone.hold_time(visit.desk, visit.place, page.draft.call_id, page.asked, at, caller=visit.caller)
    if not visit.by_htmx:
        return RedirectResponse(_address(visit, page.draft.call_id), 303, HEADERS)
    return Response(headers={**HEADERS, "HX-Trigger": '{"ops:changed": {}}'})  # the page itself says what is kept


async def _book(visit: Visit, page: CallPage) -> Response:
    heard, here = page.heard, None if visit.by_htmx else _address(visit, page.draft.call_id)
    if page.booked is not None:
        return visit.done(booked_words(visit, page.booked), then=here)
    if not page.clear or page.asked is None:
        open_kinds = [kind for kind in Kind if kind in heard.missing or kind in {one.kind for one in page.doubts}]
        what = visit.texts.either([gettext(WORDS[kind]) for kind in open_kinds])
        raise InvalidInput(gettext("Still to be asked: %(what)s.") % {"what": what}, field="line", code="required")
    if page.told is not None and page.told.fault is not None and page.hold is None:
        raise page.told.fault
    guest = GuestDetails(heard.name, email=heard.email, phone=heard.phone)
    try:
        number = await phone.book(
            visit.desk, visit.place, page.draft.call_id, page.asked, guest, notes_of(heard), caller=visit.caller
        )
    except NoSeating:
        words = gettext("%(time)s has just been taken.") % {"time": when(visit, page.asked.starts_at)}
        raise NoSeating(words) from None
    view = await booking_view(visit.desk.database, number)
    assert view is not None
    undo = await offered(visit, view.booking) or Offered(undo=visit.url("bookings", number, "cancel"))
    return visit.done(booked_words(visit, view), **undo, seen=view.booking.version, booked=str(number), then=here)


# -- what is settled by hand ------------------------------------------------------------------------------------------


def _settled(visit: Visit, draft: Draft, line: str, form: Mapping[str, str]) -> tuple[Settled, dict[Kind, Wrong]]:
    """Return what is settled by hand after a form, and the edits that could not be taken.

    What was settled stands for the words of the line that it settles: when these change, the line counts again.
    """
    kept = {kind: list(one) for kind, one in draft.settled.items()}
    said = _words(_hear(visit, line, kept))
    settled = {kind: one for kind, one in kept.items() if said.get(kind, "") == one[1]}
    wrong: dict[Kind, Wrong] = {}
    for kind, text in _edits(form).items():
        try:
            value = read(visit, kind, text)
        except InvalidInput as fault:
            wrong[kind] = Wrong(text[:LONGEST], fault)
        else:
            settled[kind.value] = [written(kind, value), ""]
    said = _words(_hear(visit, line, settled))
    return {kind: [one[0], said.get(kind, "")] for kind, one in settled.items()}, wrong


def _edits(form: Mapping[str, str]) -> dict[Kind, str]:
    """Return the fields that somebody has changed, and the reading that was chosen."""
    edits = {
        kind: form[f"chip.{kind}"]
        for kind in Kind
        if f"chip.{kind}" in form and form[f"chip.{kind}"] != form.get(f"chip.{kind}.was", "")
    }
    kind, equals, text = form.get("do", "").removeprefix("settle:").partition("=")
    if equals and form["do"].startswith("settle:") and kind in set(Kind):
        edits[Kind(kind)] = text
    return edits


def _words(heard: Heard) -> dict[str, str]:
    """Return the words of the line that each kind has."""
    return {kind.value: " ".join(one.words for one in heard.pieces if one.kind is kind) for kind in Kind}


def _hear(visit: Visit, line: str, settled: Mapping[str, Sequence[str]]) -> Heard:
    values: dict[Kind, Any] = {}
    for kind, (text, _) in settled.items():
        try:
            values[Kind(kind)] = read(visit, Kind(kind), text)
        except InvalidInput:
            continue  # a zone or a table that is there no more: the line counts again
    now = visit.now.astimezone(visit.place.venue.tz).replace(tzinfo=None)
    return hear(line, ear_for(visit.place.venue, visit.texts.code), now, values)


# -- the page ---------------------------------------------------------------------------------------------------------


async def _page(visit: Visit, draft: Draft, wrong: Mapping[Kind, Wrong] | None = None) -> CallPage:
    heard, wrong = _hear(visit, draft.line, draft.settled), wrong or {}
    booked = await booking_view(visit.desk.database, draft.booking_id) if draft.booking_id else None
    known = await known_guest(visit, heard, booked)
    doubts = (*heard.doubts, *_doubts(visit, heard, known))
    asked = _asked(visit, heard, {doubt.kind for doubt in doubts})
    hold = await phone.held_for(visit.desk, draft, asked, caller=visit.caller)
    told = None
    if asked is not None and booked is None:
        told = await phone.look(visit.desk, visit.house.front.tracker, visit.place, asked)
    about = _asked_about(doubts, told, hold)
    typed = bool(heard.pieces or draft.settled)
    chips = chips_of(visit, heard, doubts, about, wrong) if typed or wrong else []
    left = () if typed else [call_left(one, _hear(visit, one.line, one.settled)) for one in await _left(visit, draft)]
    return CallPage(
        draft, heard, doubts, tuple(chips), tuple(more_of(visit, heard, chips)), asked, told,
        say(visit, asked, told, hold, booked), question(visit, heard, doubts, about) if typed and not booked else "",
        offers_of(visit, asked, told, hold, keys=about is None), hold, known, booked, tuple(left), wrong,
    )  # fmt: skip


async def _left(visit: Visit, draft: Draft) -> list[Draft]:
    found = await phone.calls_left(visit.desk, visit.place, caller=visit.caller)
    return [one for one in found if one.call_id != draft.call_id]


def _doubts(visit: Visit, heard: Heard, known: Known | None) -> list[Doubt]:
    """Return what the restaurant's own book makes doubtful: who calls, and a table that there is not."""
    found = []
    if known is not None and not heard.name and Kind.NAME not in {doubt.kind for doubt in heard.doubts}:
        found.append(Doubt(Kind.NAME, heard.phone or heard.email or "", tuple(map(Choice, known.names))))
    if heard.table and heard.table not in visit.place.floor.tables:
        found.append(Doubt(Kind.TABLE, heard.table, ()))
    return found


def _asked_about(doubts: Sequence[Doubt], told: Told | None, hold: Hold | None) -> Kind | None:
    """Return whose readings have the keys now: none while another time has to be chosen first."""
    kinds = [kind for kind in Kind if kind in {doubt.kind for doubt in doubts}]
    first = next((kind for kind in kinds if kind in _OPEN), None)
    choosing = told is not None and not told.free and hold is None and bool(told.offers)
    return first or (None if choosing or not kinds else kinds[0])


def _asked(visit: Visit, heard: Heard, doubtful: set[Kind]) -> Asked | None:
    """Return what the guest asks for, once day, time and party are clear."""
    if heard.day is None or heard.time is None or heard.party is None or doubtful & set(_OPEN):
        return None
    venue = visit.place.venue
    at = calendar.from_wall(wall(heard.day, heard.time, venue.day_starts_at), venue.tz)
    return Asked(heard.party, at, heard.accessible, heard.zone)


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/phone", show, Role.HOST),
    Screen("GET", "/ops/{slug}/phone/answer", answer, Role.HOST),
    Screen("POST", "/ops/{slug}/phone", act, Role.HOST),
)  # fmt: skip
