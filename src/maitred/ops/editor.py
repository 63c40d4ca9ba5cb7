"""The editor of the room: a venue as forms, what a change does to bookings, and saving it as a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.responses import RedirectResponse, Response

from maitred.api.auth import need
from maitred.domain.document import Fault
from maitred.domain.errors import InvalidInput, StaleProposal, VenueInvalid
from maitred.domain.venue import DAYS
from maitred.ops.venue_form import SEATING, SECTIONS, SETTINGS, document_of, lines, settings, shown_at
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.ops.wording import sentence
from maitred.store.views import BookingView, booking_view
from maitred.texts import gettext
from maitred.usecases.people import Role
from maitred.usecases.revise import (
    Affected,
    Revision,
    StaleVenue,
    Wishes,
    look_at_revision,
    revise_venue,
)
from maitred.usecases.venues import VenueInUse


@dataclass(frozen=True, slots=True)
class Touched:
    """One booking that a change touches, as the page shows it."""

    view: BookingView
    one: Affected
    why: str
    fate: str
    must_be_reviewed: bool


async def show(visit: Visit) -> Response:
    """Show the venue as forms."""
    saved = visit.query("saved")
    note = gettext("Saved as version %(version)s.") % {"version": saved} if saved.isdigit() else ""
    return await _form(visit, dict(visit.place.document), (), _origins(visit.place.document), note=note)


async def check(visit: Visit) -> Response:
    """Say what is wrong with what was written, each at its field, or which bookings it touches."""
    need(visit.caller, "venues:write")
    form = await visit.form()
    if "document" in form:  # back from the look, to change more
        document = _sent(form)
        return await _form(visit, document, (), _origins_sent(form, document))
    document, origins = document_of(visit.place.document, form)
    if form.get("more"):
        return await _form(visit, document, (), origins)
    try:
        found = await look_at_revision(visit.desk, visit.place, document, caller=visit.caller, version=_version(form))
    except VenueInvalid as faulty:
        return await _form(visit, document, faulty.faults, origins, status=422)
    except (VenueInUse, StaleVenue) as refused:
        return await _form(visit, document, (), origins, note=sentence(refused), status=409)
    return await _look_page(visit, document, origins, found)


async def save(visit: Visit) -> Response:
    """Save what was looked at as a new version, with what becomes of the bookings."""
    need(visit.caller, "venues:write")
    form = await visit.form()
    document = _sent(form)
    reviews = frozenset(
        _number(name[6:]) for name, value in form.items() if name.startswith("keep::") and value == "review"
    )
    wishes = Wishes(_version(form), reviews, form.get("tell") == "1", form.get("seal", ""))
    try:
        done = await revise_venue(visit.desk, visit.place, document, wishes, caller=visit.caller)
    except StaleProposal as stale:
        found = await look_at_revision(visit.desk, visit.place, document, caller=visit.caller, version=wishes.version)
        return await _look_page(visit, document, _origins_sent(form, document), found, sentence(stale), 409)
    except (VenueInUse, StaleVenue) as refused:
        origins = _origins_sent(form, document)
        return await _form(visit, document, (), origins, note=sentence(refused), status=409)
    return RedirectResponse(visit.url("floor", "edit", saved=done.version), 303, HEADERS)


async def _form(
    visit: Visit,
    document: Mapping[str, Any],
    faults: Sequence[Fault],
    origins: Mapping[str, str],
    *,
    note: str = "",
    status: int = 200,
) -> Response:
    zones = [zone for zone in document.get("zones") or [] if isinstance(zone, Mapping) and zone.get("id")]
    sections = [(section, lines(document, section, faults, origins), _of(section.name, faults)) for section in SECTIONS]
    return await visit.page(
        "floor_edit.html",
        status,
        settings=settings(document, SETTINGS, faults),
        seating=settings(document, SEATING, faults),
        sections=sections,
        zones=[(str(zone["id"]), str(zone.get("name", zone["id"]))) for zone in zones],
        days=[(day, visit.texts.weekday(_weekday(place))) for place, day in enumerate(DAYS)],
        faults=[(shown_at(fault.path), fault) for fault in faults],
        version=visit.place.version,
        note=note,
    )


def _of(name: str, faults: Sequence[Fault]) -> list[str]:
    return [fault.message for fault in faults if fault.path == name]


def _weekday(place: int) -> date:
    return date(2024, 1, 1 + place)  # a Monday and the days after it


async def _look_page(
    visit: Visit,
    document: Mapping[str, Any],
    origins: Mapping[str, str],
    found: Revision,
    note: str = "",
    status: int = 200,
) -> Response:
    touched = [touched for one in found.affected if (touched := await _touched(visit, one))]
    return await visit.page(
        "floor_edit_look.html",
        status,
        found=found,
        touched=touched,
        warnings=[fault for fault in found.warnings if fault.path != "bookings"],
        document=orjson.dumps(document).decode(),
        origins=orjson.dumps(dict(origins)).decode(),
        version=visit.place.version,
        note=note,
    )


async def _touched(visit: Visit, one: Affected) -> Touched | None:
    view = await booking_view(visit.desk.database, one.booking.id)
    if view is None:
        return None
    why = " ".join(gettext(rule.message) for rule in one.rules)
    fates = {
        "stays": gettext("keeps %(tables)s"),
        "moves": gettext("keeps its seat, at %(tables)s"),
        "review": gettext("no other table: a person decides"),
    }
    tables = "+".join(one.to_tables or one.tables)
    return Touched(view, one, why, fates[one.fate] % {"tables": tables}, one.fate == "review")


def _sent(form: Mapping[str, str]) -> dict[str, Any]:
    try:
        document = orjson.loads(form.get("document", ""))
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise InvalidInput("The document is missing.", field="document", code="required")
    return document


def _origins(document: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{section.name}[{place}]": str(place)
        for section in SECTIONS
        for place in range(len(document.get(section.name) or []))
    }


def _origins_sent(form: Mapping[str, str], document: Mapping[str, Any]) -> dict[str, str]:
    try:
        sent = orjson.loads(form.get("origins", "{}"))
    except orjson.JSONDecodeError:
        sent = None
    return {str(name): str(was) for name, was in sent.items()} if isinstance(sent, dict) else _origins(document)


def _version(form: Mapping[str, str]) -> int:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("Ids are UUIDs.", field="keep", code="invalid_id") from None


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/floor/edit", show, Role.MANAGER),
    Screen("POST", "/ops/{slug}/floor/edit", check, Role.MANAGER),
    Screen("POST", "/ops/{slug}/floor/edit/save", save, Role.MANAGER),
)  # fmt: skip
