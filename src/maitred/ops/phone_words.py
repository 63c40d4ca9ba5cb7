"""What a host says on the phone: the answer, the next question, the times to offer, and what goes into the notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from maitred.domain import calendar
from maitred.domain.booking import State
from maitred.domain.phoneline import Doubt, Heard, Kind
from maitred.ops.phone_chips import NEEDED, WORDS, reading_words
from maitred.ops.visit import Visit
from maitred.ops.wording import sentence
from maitred.store.allocations import Hold
from maitred.store.phone import Draft
from maitred.store.views import BookingView
from maitred.texts import N_, gettext, ngettext
from maitred.usecases import phone
from maitred.usecases.phone import Asked, Told

_QUESTIONS: Final = {
    Kind.DAY: N_("Which day?"),
    Kind.TIME: N_("For what time?"),
    Kind.PARTY: N_("For how many?"),
    Kind.NAME: N_("What name may I put it under?"),
}
_SHORT: Final = 40


@dataclass(frozen=True, slots=True)
class Offer:
    """A time that can be kept, with one key while the times are what is asked about."""

    number: int
    key: int | None
    at: datetime
    words: str
    held: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A call that was left with something typed."""

    call_id: UUID
    words: str


def call_left(draft: Draft, heard: Heard) -> Left:
    """Name a call that was left: by the guest and the party, else by what was typed."""
    values = {"guest": heard.name, "count": heard.party, "line": draft.line.strip()[:_SHORT]}
    if heard.name and heard.party:
        return Left(draft.call_id, gettext("Continue with %(guest)s, %(count)s?") % values)
    if heard.name or not values["line"]:
        return Left(draft.call_id, gettext("Continue with %(guest)s?") % {"guest": heard.name or "…"})
    return Left(draft.call_id, gettext("Continue with “%(line)s”?") % values)


def when(visit: Visit, at: datetime, near: datetime | None = None) -> str:
    """Write a time, with its day unless that is today or the one that is spoken of."""
    time = visit.texts.time(at, visit.place.venue.tz)
    day = calendar.service_date(visit.place.venue, at)
    known = calendar.service_date(visit.place.venue, near) if near else visit.today()
    return time if day == known else f"{visit.texts.day(day)} {time}"


def offers_of(
    visit: Visit, asked: Asked | None, told: Told | None, hold: Hold | None, *, keys: bool
) -> tuple[Offer, ...]:
    """Return the times to offer, the one that is kept among them."""
    times = list(told.offers if told else ())
    if hold is not None and hold.starts_at not in times:
        times = [hold.starts_at, *times][: phone.MOST_OFFERS]
    held = hold.starts_at if hold else None
    near = asked.starts_at if asked else None
    return tuple(
        Offer(number, number if keys else None, at, when(visit, at, near), at == held)
        for number, at in enumerate(times, 1)
    )


def booked_words(visit: Visit, view: BookingView) -> str:
    """Say what was booked."""
    values = {
        "guest": view.guest.name,
        "count": view.booking.party_size,
        "time": when(visit, view.booking.starts_at),
        "reference": view.booking.reference,
    }
    if view.booking.state is State.CONFIRMED:
        return gettext("%(guest)s, party of %(count)d, %(time)s: confirmed. Reference %(reference)s.") % values
    if view.booking.state is State.CANCELLED:
        return gettext("%(guest)s, party of %(count)d, %(time)s: cancelled. Reference %(reference)s.") % values
    return gettext("%(guest)s, party of %(count)d, %(time)s: noted. Reference %(reference)s.") % values


def say(visit: Visit, asked: Asked | None, told: Told | None, hold: Hold | None, booked: BookingView | None) -> str:
    """Return what to tell the guest about the time they ask for."""
    if booked is not None:
        return booked_words(visit, booked)
    if asked is None or told is None:
        return ""
    if hold is not None:
        return gettext("%(time)s is kept for you.") % {"time": when(visit, hold.starts_at)}
    return _answered(visit, asked, told)


def question(visit: Visit, heard: Heard, doubts: Sequence[Doubt], about: Kind | None) -> str:
    """Return what to ask the guest next; "" when nothing is open."""
    in_doubt = {doubt.kind: doubt for doubt in doubts}
    first = next((kind for kind in NEEDED if kind in in_doubt or kind in heard.missing), None)
    kind = about if about is not None and (first is None or first in in_doubt) else first
    if kind is None or (kind not in in_doubt and kind not in _QUESTIONS):
        return ""
    if kind not in in_doubt:
        return (
            gettext("Which day? That one does not exist.")
            if heard.no_such_day and kind is Kind.DAY
            else gettext(_QUESTIONS[kind])
        )
    doubt = in_doubt[kind]
    readings = [reading_words(visit, kind, choice.value) for choice in doubt.choices if choice.value not in (None, "")]
    values = {"what": gettext(WORDS[kind]), "readings": visit.texts.either(readings), "words": doubt.words}
    if not readings:
        return gettext("%(what)s: “%(words)s”?") % values
    return gettext("%(what)s: %(readings)s?") % values


def _answered(visit: Visit, asked: Asked, told: Told) -> str:
    values = {"time": when(visit, asked.starts_at)}
    values["others"] = visit.texts.either([when(visit, at, asked.starts_at) for at in told.offers])
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


def notes_of(heard: Heard) -> str | None:
    """Return what staff have to know of the party, in the words of who took the call."""
    parts = []
    if heard.high_chairs:
        chairs = ngettext("High chair", "%(count)d high chairs", heard.high_chairs)
        parts.append(chairs % {"count": heard.high_chairs})
    if heard.allergy:
        parts.append(gettext("Allergy: %(what)s") % {"what": heard.allergy})
    if heard.occasion:
        parts.append(heard.occasion[:1].upper() + heard.occasion[1:])
    if heard.table:
        parts.append(gettext("Wish: table %(table)s") % {"table": heard.table})
    if heard.notes:
        parts.append(heard.notes)
    return ". ".join(part.rstrip(". ") for part in parts) or None
