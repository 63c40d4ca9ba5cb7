"""What a person can do to a booking with one key, and the posts that do it.

Which of these are offered is the lifecycle's and the role's business (`allowed_actions`); here stand only the key, the
words, and whether something more has to be asked first.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from maitred.api.auth import need
from maitred.api.bookings import changes_in, override_of
from maitred.api.fields import in_country
from maitred.api.problems import refused, status_of
from maitred.api.render import allowed_actions, scope_for
from maitred.api.schemas import ChangeBody, NoteBody, OverrideBody
from maitred.domain.booking import Booking, ReasonCode, State
from maitred.domain.calendar import resolve_local
from maitred.domain.errors import InvalidInput, NeedsOverride, NoSeating, StaleBooking
from maitred.domain.lifecycle import Action, not_allowed, undoable
from maitred.domain.written import clock_in, day_in
from maitred.ops.choosing import verdict_of
from maitred.ops.undoing import Offered, joined, last_entry, offered, taken_back
from maitred.ops.visit import Screen, Visit
from maitred.ops.wording import explained
from maitred.store import undo
from maitred.store.views import BookingView, history
from maitred.texts import N_, gettext
from maitred.usecases.accept import Override
from maitred.usecases.blocks import lose_table
from maitred.usecases.desk import OpenVenue
from maitred.usecases.door import act
from maitred.usecases.modify import modify_booking
from maitred.usecases.moves import ByHand, move_by_hand, pin, unpin
from maitred.usecases.people import Role
from maitred.usecases.review import decline, force_confirm, requeue
from maitred.usecases.room import REFUSED

A = Action
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Key:
    """An action's key, its name, what is said once it is done, and the dialog that asks for more, if any.

    What takes a seat away needs Shift, so that no slip of a finger does it.
    """

    key: str
    words: str
    said: str
    dialog: str | None = None


KEYS: Final[Mapping[Action, Key]] = {
    A.ARRIVE: Key("a", N_("Arrived"), N_("%(guest)s has arrived.")),
    A.CHECK_IN: Key("s", N_("Seat"), N_("%(guest)s is seated.")),
    A.COMPLETE: Key("c", N_("Complete"), N_("%(guest)s has left.")),
    A.MARK_NO_SHOW: Key("N", N_("No-show"), N_("%(guest)s is marked as a no-show.")),
    A.CANCEL: Key("C", N_("Cancel booking"), N_("%(guest)s is cancelled.")),
    A.UNDO: Key("u", N_("Undo"), N_("Undone: %(guest)s.")),
    A.MODIFY: Key("e", N_("Change"), N_("%(guest)s is changed."), "change"),
    A.MOVE: Key("t", N_("Other tables"), N_("%(guest)s has other tables."), "tables"),
    A.PIN: Key("p", N_("Promise tables"), N_("%(guest)s keeps these tables."), "pin"),
    A.UNPIN: Key("P", N_("Take promise back"), N_("The tables of %(guest)s may change again.")),
    A.LOSE_TABLE: Key("X", N_("Table lost"), N_("%(guest)s lost its tables.")),
    A.REQUEUE: Key("r", N_("Requeue"), N_("%(guest)s is back in the queue.")),
    A.DECLINE: Key("d", N_("Decline"), N_("%(guest)s is declined."), "decline"),
    A.ASSIGN: Key("f", N_("Force-confirm"), N_("%(guest)s is confirmed."), "force"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One action that is possible now: where it is posted to, or which dialog opens first."""

    action: Action
    key: str
    words: str
    post: str
    dialog: str | None
    go: str | None = None
    """A page that does it instead, where it is looked at first."""


def offers(visit: Visit, booking: Booking) -> list[Offer]:
    """Return what the person may do to a booking now, in the order of the lifecycle."""
    found = []
    pinned = {A.PIN} if booking.pinned else {A.UNPIN}
    base = visit.url("bookings", booking.id)
    for name in allowed_actions(booking, visit.caller, visit.now):
        action = Action(name)
        one = KEYS.get(action)
        if one is None or action in pinned:
            continue
        path = f"{base}/{action.value}"
        dialog = f"{base}/{one.dialog}" if one.dialog else None
        found.append(Offer(action, one.key, gettext(one.words), path, dialog))
    return [*found, *_room(visit, booking)]


def _room(visit: Visit, booking: Booking) -> list[Offer]:
    """Return the way to make room for a party that was refused."""
    lacks_room = booking.state is State.MANUAL_REVIEW or booking.reason_code == ReasonCode.NO_CAPACITY
    if booking.state not in REFUSED or not lacks_room or not visit.caller.may("review"):
        return []
    page = visit.url("bookings", booking.id, "room")
    return [Offer(A.MOVE, "m", gettext("Make room"), page, None, page)]


async def take(visit: Visit) -> Response:
    """Take a step; the answer offers its undo where the lifecycle has one.

    A dialog that needs more (a rule set aside, another time) is told so in its own place and stays open.
    """
    action = _action(visit.request.path_params["action"])
    view, form = await visit.booking(), await visit.form()
    need(visit.caller, scope_for(view.booking, action))  # use cases ask for no scope, the API's routes do
    in_dialog = visit.by_htmx and "dialog" in form
    if await _did_it(visit, view, action, form):
        return await _told(visit, view, action)
    if action is A.UNDO:
        return await _undo(visit, view, form)
    try:
        await _take(visit, view, action, form)
    except NeedsOverride as fault:
        if not in_dialog:
            raise
        return _ask_again(visit, fault, action, form)
    except NoSeating as fault:
        if not in_dialog:
            raise
        return await _offer_times(visit, fault)
    return await _told(visit, view, action)


async def _did_it(visit: Visit, view: BookingView, action: Action, form: Mapping[str, str]) -> bool:
    """Tell whether the same person has just done this, from the very page that asks for it: a key pressed twice."""
    booking, version = view.booking, version_in(form)
    if KEYS[action].dialog is not None or version is None or booking.version == version:
        return False
    if action is A.UNDO:
        steps = [one for one in await history(visit.desk.database, booking.id) if one.version > version]
        return [(one.action, one.actor_id) for one in steps] == [(A.UNDO.value, visit.caller.name)]
    entry = await undo.by_id(visit.desk.database, booking.undo_entry) if booking.undo_entry else None
    before = entry.about.before if entry and entry.about else None
    done = before is not None and before.booking.version == version
    return entry is not None and done and (entry.what, entry.actor) == (action.value, visit.caller.name)


async def _undo(visit: Visit, view: BookingView, form: Mapping[str, str]) -> Response:
    """Take back the last thing that was done to a booking, as the page that asks for it has seen it."""
    booking, version = view.booking, required_version(form)
    if booking.version != version:
        raise StaleBooking(booking.id, version)
    if not undoable(booking, visit.now):
        raise not_allowed(booking, A.UNDO, visit.now)
    note = checked(NoteBody, note=form.get("note") or None).note
    return await taken_back(visit, await last_entry(visit, booking), note)


async def _take(visit: Visit, view: BookingView, action: Action, form: Mapping[str, str]) -> None:
    note = checked(NoteBody, note=form.get("note") or None).note
    caller, desk, number, version = visit.caller, visit.desk, view.booking.id, version_in(form)
    override, tables = override_in(visit, form), tables_in(form)
    if version is None and action is A.CANCEL:  # what is cancelled is what was seen
        raise InvalidInput("This is required.", field="version", code="required")
    if tables is None and (action in (A.MOVE, A.ASSIGN) or (action is A.PIN and "dialog" in form)):
        raise InvalidInput(N_("Choose a table first."), field="tables", code="required")
    match action:
        case A.REQUEUE:
            await requeue(desk, number, caller=caller, expected_version=version, note=note)
        case A.DECLINE:
            await decline(desk, number, caller=caller, expected_version=version, note=note)
        case A.ASSIGN:
            await force_confirm(desk, number, tables or (), caller=caller, expected_version=version, override=override)
        case A.MODIFY:
            changes = changes_in(_changed(visit, view, form), visit.place)
            await modify_booking(desk, number, changes, caller=caller, expected_version=version, override=override)
        case A.LOSE_TABLE:
            note = note or gettext("out of use")
            await lose_table(desk, number, caller=caller, expected_version=version, note=note)
        case A.UNPIN:
            await unpin(desk, number, caller=caller, hand=ByHand(note, None, version))
        case A.PIN:
            hand = ByHand(None, override, version)
            await pin(desk, number, required(form, "reason"), tables=tables, caller=caller, hand=hand)
        case A.MOVE:
            other_than(view, tables or ())
            hand = ByHand(form.get("reason") or None, override, version)
            await move_by_hand(desk, number, tables or (), caller=caller, hand=hand)
        case _:
            await act(desk, number, action, caller=caller, expected_version=version, note=note)


def _changed(visit: Visit, view: BookingView, form: Mapping[str, str]) -> ChangeBody:
    """Return what a form changes: what it does not have, or has as it is, is not sent on."""
    booking, guest = view.booking, view.guest
    sent: dict[str, Any] = {}
    size = form.get("party_size", "").strip()
    if size and size != str(booking.party_size):
        read = number_in({"size": size}, "size")
        sent["party_size"] = size if read is None else read
    wanted, present = _starts_at(form), booking.starts_at.astimezone(visit.place.venue.tz)
    if wanted and wanted not in (present.strftime("%Y-%m-%dT%H:%M"), present.isoformat()):
        sent["starts_at"] = wanted
    until = _leave_by(visit, view, form)
    if until:
        sent["leave_by"] = until
    for name, is_now in (("zone_preference", booking.zone_preference), ("notes", booking.notes)):
        if name in form and (form[name].strip() or None) != is_now:
            sent[name] = form[name].strip() or None
    if "accessible" in form and form["accessible"].endswith("true") != booking.accessible:
        sent["accessible"] = form["accessible"].endswith("true")
    asked = {name: form[name].strip() or None for name in ("name", "phone", "email") if name in form}
    if any(getattr(guest, name) != value for name, value in asked.items()):
        sent["guest"] = {"name": guest.name, "phone": guest.phone, "email": guest.email, "locale": guest.locale} | asked
    if not sent:
        raise InvalidInput("Nothing was changed.", field="body", code="nothing_to_change")
    return checked(ChangeBody, visit.place, **sent)


def _starts_at(form: Mapping[str, str]) -> str:
    """Return the time that is asked for: one that was offered goes before what stands in the fields."""
    if form.get("starts_at"):
        return form["starts_at"]
    if not (form.get("date") and form.get("time")):
        return ""
    return f"{day_in(form['date'], 'date')}T{clock_in(form['time'], 'time'):%H:%M}"


def _leave_by(visit: Visit, view: BookingView, form: Mapping[str, str]) -> str:
    """Return until when the party is to have its table, where somebody changed that; past midnight where need be.

    The field beside another time means the stay that was there, not that clock time.
    """
    tz, booking = visit.place.venue.tz, view.booking
    text, start = form.get("until", "").strip(), _starts_at(form)
    if not text or text == visit.leaves_at(view).astimezone(tz).strftime("%H:%M"):
        return ""
    until = clock_in(text, "until")
    begins = resolve_local(start, tz, "starts_at") if start else booking.starts_at
    wall = begins.astimezone(tz).replace(tzinfo=None)
    ends = datetime.combine(wall.date(), until)
    ends += timedelta(days=1) if ends <= wall else timedelta(0)
    return ends.isoformat()


def _ask_again(visit: Visit, fault: NeedsOverride, action: Action, form: Mapping[str, str]) -> Response:
    """Show which soft rules are in the way, for whoever may set them aside."""
    values = {"verdict": verdict_of(fault), "rules": form.get("rules", "").split(","), "reason": form.get("reason", "")}
    asks = action in (A.ASSIGN, A.MODIFY)
    return _in_dialog(visit.part("verdict.html", status_of(fault), **values, asks_reason=asks, focus_reason=False))


async def _offer_times(visit: Visit, fault: NoSeating) -> Response:
    """Say why there is no seat, and offer the nearest times that have one."""
    found = [datetime.fromisoformat(str(one["starts_at"])) for one in fault.data.get("alternatives", ())]
    (said,) = await visit.named(explained(fault.data.get("explanation")) or gettext(fault.message))
    return _in_dialog(visit.part("alternatives.html", status_of(fault), said=said, times=found))


def _in_dialog(answer: Response) -> Response:
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#verdict", "innerHTML"
    return answer


async def _told(visit: Visit, before: BookingView, action: Action) -> Response:
    after = await visit.booking()
    said = gettext(KEYS[action].said) % {"guest": before.guest.name}
    back = await offered(visit, after.booking) if action is not A.UNDO and visit.caller.may("staff") else Offered()
    # Without scripts a dialog was a page of its own, to which nobody wants to go back.
    then = visit.url("bookings", after.booking.id) if "dialog" in await visit.form() and not visit.by_htmx else None
    return visit.done(said, **back, then=then, subject=str(after.booking.id))


def _action(text: str) -> Action:
    try:
        found = Action(text)
    except ValueError:
        found = None
    if found is None or found not in KEYS:
        raise InvalidInput("There is no such action.", field="action", code="unknown_action")
    return found


def checked(model: type[M], place: OpenVenue | None = None, **values: object) -> M:
    """Return values as a body of the API takes them in a restaurant; raises what the API answers."""
    try:
        return model.model_validate(values, context=in_country(place.country if place else None))
    except ValidationError as invalid:
        raise refused(invalid) from None


def version_in(form: Mapping[str, str]) -> int | None:
    """Return the version that a form was made from."""
    return number_in(form, "version")


def required_version(form: Mapping[str, str]) -> int:
    """Return the version that a form was made from; raises InvalidInput without one."""
    version = version_in(form)
    if version is None:
        raise InvalidInput("This is required.", field="version", code="required")
    return version


def number_in(values: Mapping[str, str], name: str) -> int | None:
    """Return a whole number that was sent; None for anything else. Nothing here counts beyond nine digits."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def tables_in(form: Mapping[str, str]) -> tuple[str, ...] | None:
    return tuple(name.strip() for name in form.get("tables", "").split(",") if name.strip()) or None


def other_than(view: BookingView, tables: Collection[str]) -> None:
    """Raise InvalidInput where a party is to be moved to the very tables that it has."""
    if set(tables) == set(view.tables):
        values = {"guest": view.guest.name, "tables": joined(tables)}
        words = gettext("%(guest)s is at %(tables)s already. Choose another table.") % values
        raise InvalidInput(words, field="tables", code="same_tables")


def required(form: Mapping[str, str], field: str) -> str:
    text = form.get(field, "").strip()
    if not text:
        raise InvalidInput("This is required.", field=field, code="required")
    return text


def override_in(visit: Visit, form: Mapping[str, str]) -> Override | None:
    """Return the soft rules that a form sets aside; raises Forbidden for a role that may not."""
    rules = [name for name in form.get("rules", "").split(",") if name]
    if not rules:
        return None
    need(visit.caller, "override")
    return override_of(checked(OverrideBody, rules=rules, reason=form.get("reason", "")))


SCREENS: Final = (
    Screen("POST", "/ops/{slug}/bookings/{booking_id}/{action}", take, Role.HOST),
)  # fmt: skip
