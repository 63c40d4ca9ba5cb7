"""The waitlist's pages for guests: wait for a range of times, see where one stands, take an offer, leave.

They need no scripts. A place is read and left by a signed link alone; a form that is sent twice is one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from starlette.responses import Response

from maitred.domain.calendar import resolve_local, windows
from maitred.domain.errors import InvalidInput, NotFound, OfferGone, TransitionNotAllowed
from maitred.domain.waitlist import LIVE
from maitred.domain.written import clock_in, read_clock, read_day
from maitred.guest.again import before, put_right
from maitred.guest.asking import Who, read_wish, who
from maitred.guest.book import managed
from maitred.guest.visit import Screen, Visit
from maitred.guest.words import say, told
from maitred.store.waitlist import Waiting
from maitred.usecases import links, waitlist

_LINK_LASTS: Final = timedelta(days=1)
_TIMES: Final = ("from", "until")
_SHOWN: Final[Mapping[str, str]] = {"party_size": "party", "from_at": "from", "until_at": "until", "guest": "email"}
MOST_TYPED: Final = 60


@dataclass(frozen=True, slots=True)
class Waited:
    """The form as it was typed, and what is wrong with which field."""

    typed: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)


async def show_form(visit: Visit) -> Response:
    """Show the form, with what is known already filled in."""
    if not visit.place.venue.waitlist.enabled:
        return visit.page("fault.html", 404, said=say("waitlist_closed"))
    sent = await before(visit)
    waited = Waited(_typed(visit, {**visit.request.query_params, **sent.fields}), sent.faults)
    return _form(visit, waited, 422 if sent.faults else 200)


def _form(visit: Visit, waited: Waited, status: int = 200) -> Response:
    return visit.page("waitlist_form.html", status, asked=waited, largest=visit.place.floor.largest_party())


def _typed(visit: Visit, sent: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the form: those that were sent, or else what fits most."""
    wish, people = _wish(visit, sent), who(sent, visit.place.country)
    begins, ends = _usual(visit, wish.get("date", ""))
    times = {"from": sent.get("from", begins)[:MOST_TYPED], "until": sent.get("until", ends)[:MOST_TYPED]}
    said = {"locale": people.typed["locale"] or visit.texts.tag, "consent": sent.get("consent", "")[:MOST_TYPED]}
    return {**wish, **people.typed, **times, **said}


def _wish(visit: Visit, sent: Mapping[str, str]) -> dict[str, str]:
    known = {**sent, "party": sent.get("party", sent.get("party_size", "2"))}
    return dict(read_wish(visit, known).typed)


def _usual(visit: Visit, day: str) -> tuple[str, str]:
    """Return the first and last start of the day's last service, which is when most want to come."""
    on = read_day(day.strip())
    services = windows(visit.place.venue, on) if on is not None else ()
    if not services:
        return "18:00", "21:00"
    tz, last = visit.place.venue.tz, services[-1]
    return tuple(f"{one.astimezone(tz):%H:%M}" for one in (last.opens_at, last.last_seating_at))  # type: ignore[return-value]


async def send_form(visit: Visit) -> Response:
    """Let the guest wait, and lead them to their place; what is wrong is said beside each field."""
    sent = await visit.form()
    typed, people = _typed(visit, sent), who(sent, visit.place.country)
    faults = {**read_wish(visit, typed).faults, **people.faults, **_times_of(typed)}
    if not typed["consent"]:
        faults["consent"] = say("consent_required")
    if faults:
        return await put_right(visit, "waitlist", fields=typed, faults=faults)
    try:
        request = _request(visit, typed, people)
        joined = await waitlist.join(visit.desk, visit.place, request, caller=visit.caller)
    except InvalidInput as fault:
        name = (fault.field or "").rpartition(".")[2]
        return await put_right(visit, "waitlist", fields=typed, faults={_SHOWN.get(name, name or "from"): told(fault)})
    return visit.go(await _address(visit, joined.waiting))


def _times_of(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the times; the rest is the use case's to judge."""
    return {
        name: say("invalid_time" if typed[name].strip() else "required")
        for name in _TIMES
        if read_clock(typed[name].strip()) is None
    }


def _request(visit: Visit, typed: Mapping[str, str], people: Who) -> waitlist.WaitRequest:
    wish = read_wish(visit, typed).wanted
    assert wish is not None
    assert people.guest is not None
    return waitlist.WaitRequest(
        party_size=wish.party,
        from_at=_instant(visit, typed, "from", wish.day),
        until_at=_instant(visit, typed, "until", wish.day),
        guest=people.guest,
        consent=True,
        accessible=wish.accessible,
        zone_preference=wish.zone,
        notes=people.notes,
    )


def _instant(visit: Visit, typed: Mapping[str, str], name: str, day: date) -> datetime:
    """Return a time of a service day: what is earlier than its begin is of the small hours after it."""
    clock = clock_in(typed[name], name)
    on = day + timedelta(days=1) if clock < visit.place.venue.day_starts_at else day
    return resolve_local(f"{on}T{clock:%H:%M}", visit.place.venue.tz, name)


async def _address(visit: Visit, waiting: Waiting) -> str:
    entry = waiting.entry
    until = entry.until_at + _LINK_LASTS
    return visit.url("w", await links.signed(visit.desk.database, links.WAITLIST, {"entry": str(entry.id)}, until))


async def _theirs(visit: Visit) -> Waiting:
    """Return the place of a signed link; raises NotFound and LinkExpired."""
    said = await links.opened(visit.desk.database, links.WAITLIST, visit.token, visit.now)
    found = await waitlist.waiting_of(visit.desk, UUID(str(said["entry"])))
    if found.entry.restaurant_id != visit.place.restaurant_id:
        raise NotFound("There is nothing here.")
    return found


async def show_place(visit: Visit) -> Response:
    """Show where a guest stands; who has a table is led to their booking."""
    waiting, fault = await _theirs(visit), (await before(visit)).said
    entry = waiting.entry
    if entry.booking_id is not None and entry.starts_at is not None:
        return visit.go(visit.url("b", await managed(visit, entry.booking_id, entry.starts_at)))
    day = await waitlist.of_day(visit.desk, visit.place, entry.service_date, live_only=True)
    line = next((number for number, one in enumerate(day, start=1) if one.entry.id == entry.id), None)
    return visit.page(
        "waitlist_place.html", 409 if fault else 200, entry=entry, line=line, live=entry.state in LIVE, fault=fault
    )  # fmt: skip


async def leave(visit: Visit) -> Response:
    """Give the place up."""
    waiting = await _theirs(visit)
    try:
        await waitlist.leave(visit.desk, waiting.entry.id, actor=visit.caller.actor())
    except TransitionNotAllowed as fault:
        return await put_right(visit, "w", visit.token, said=told(fault))
    return visit.go(visit.url("w", visit.token))


async def accept(visit: Visit) -> Response:
    """Take what was offered."""
    waiting = await _theirs(visit)
    try:
        await waitlist.accept_offer(
            visit.desk, waiting.entry.id, actor=visit.caller.actor(), render=lambda view: {"id": str(view.booking.id)}
        )
    except OfferGone as fault:
        return await put_right(visit, "w", visit.token, said=told(fault))
    return visit.go(visit.url("w", visit.token))


SCREENS: Final = (
    Screen("GET", "/book/{slug}/waitlist", show_form),
    Screen("POST", "/book/{slug}/waitlist", send_form, holds=True),
    Screen("GET", "/book/{slug}/w/{token}", show_place),
    Screen("POST", "/book/{slug}/w/{token}/leave", leave),
    Screen("POST", "/book/{slug}/w/{token}/accept", accept),
)  # fmt: skip
