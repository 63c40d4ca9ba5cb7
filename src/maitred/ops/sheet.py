"""The service sheet: the day on paper, for when the screens are away, with what changed since it was last printed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from starlette.responses import Response

from maitred.api.auth import need
from maitred.domain.binding import Binding, binding_of
from maitred.domain.booking import UNDECIDED_STATES, State
from maitred.domain.errors import SheetChanged
from maitred.ops.bookings import day_of
from maitred.ops.visit import Screen, Visit
from maitred.store.group import Print, keep_print, last_print
from maitred.store.views import BookingView
from maitred.texts import N_, gettext
from maitred.usecases.people import Role

GONE: Final = frozenset({State.CANCELLED, State.FAILED, State.NO_SHOW})
FIELDS: Final = {
    "time": N_("Time"),
    "party": N_("Party"),
    "name": N_("Guest"),
    "tables": N_("Tables"),
    "notes": N_("Notes"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One booking as it stands on the paper."""

    id: str
    starts_at: datetime
    guest: str
    size: int
    values: Mapping[str, str]
    changed: frozenset[str]
    new: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """A party that stood on the paper and is not expected any more."""

    values: Mapping[str, str]


async def show(visit: Visit) -> Response:
    """Show the day as it would be printed."""
    day = visit.day()
    views = [view for view in await day_of(visit) if view.booking.state not in GONE]
    views.sort(key=lambda view: (view.booking.starts_at, view.booking.arrival or 0))
    before = await last_print(visit.desk.database, visit.place.restaurant_id, day)
    lines = [_line(visit, view, before) for view in views]
    return await visit.page(
        "sheet.html",
        day=day,
        lines=lines,
        gone=_gone(lines, before),
        quarters=_quarters(lines),
        covers=sum(line.size for line in lines),
        printed=before,
        digest=_digest(lines),
        fields=FIELDS,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
    )


async def printed(visit: Visit) -> Response:
    """Keep what stands on the paper now, to tell later what changed; raises SheetChanged for an older paper."""
    need(visit.caller, "staff")
    form, day = await visit.form(), visit.day()
    views = [view for view in await day_of(visit) if view.booking.state not in GONE]
    lines = [_line(visit, view, None) for view in sorted(views, key=lambda view: view.booking.starts_at)]
    if form.get("digest") != _digest(lines):
        raise SheetChanged("Something changed while you printed: print the sheet once more.")
    kept = Print(visit.now, visit.who.name, {line.id: dict(line.values) for line in lines})
    await keep_print(visit.desk.database, visit.place.restaurant_id, day, kept)
    return visit.done(
        gettext("Noted: this sheet is what the paper shows."), then=visit.url("sheet", date=day.isoformat())
    )


def _line(visit: Visit, view: BookingView, before: Print | None) -> Line:
    booking = view.booking
    values = {
        "time": booking.starts_at.astimezone(visit.place.venue.tz).strftime("%H:%M"),
        "party": str(booking.party_size),
        "name": view.guest.name,
        "tables": _tables(visit, view),
        "notes": booking.notes or "",
    }
    stood = before.lines.get(str(booking.id)) if before else None
    changed = frozenset(name for name, value in values.items() if stood and stood.get(name) != value)
    new = before is not None and stood is None
    return Line(str(booking.id), booking.starts_at, view.guest.name, booking.party_size, values, changed, new)


def _tables(visit: Visit, view: BookingView) -> str:
    """Return a party's tables: with a tilde while they may still change, a question mark while nothing is decided."""
    if view.booking.state in UNDECIDED_STATES or view.booking.state is State.MANUAL_REVIEW:
        return "?"
    planned = binding_of(view.booking, visit.place.venue.seating, visit.now) is Binding.PLANNED
    return "+".join(("~" if planned else "") + table for table in view.tables)


def _gone(lines: Sequence[Line], before: Print | None) -> list[Gone]:
    present = {line.id for line in lines}
    return [Gone(values) for number, values in before.lines.items() if number not in present] if before else []


def _quarters(lines: Sequence[Line]) -> list[tuple[datetime, int, int]]:
    """Return covers and parties that come in each quarter of an hour somebody comes in."""
    found: dict[datetime, tuple[int, int]] = {}
    for line in lines:
        at = line.starts_at.replace(minute=line.starts_at.minute // 15 * 15, second=0, microsecond=0)
        covers, parties = found.get(at, (0, 0))
        found[at] = covers + line.size, parties + 1
    return [(at, covers, parties) for at, (covers, parties) in sorted(found.items())]


def _digest(lines: Sequence[Line]) -> str:
    """Return what a paper is recognised by: everything that stands on it."""
    told: list[Any] = sorted((line.id, sorted(line.values.items())) for line in lines)
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:32]


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/sheet", show),
    Screen("POST", "/ops/{slug}/sheet/printed", printed, Role.HOST),
)  # fmt: skip
