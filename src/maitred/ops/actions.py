"""What a person can do to a booking with one key, and the posts that do it.

Which of these are offered is the lifecycle's and the role's business (`allowed_actions`); here stand only the key, the
words, and whether something more has to be asked first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from maitred.api.auth import need
from maitred.api.bookings import override_of
from maitred.api.render import allowed_actions, scope_for
from maitred.api.schemas import OverrideBody
from maitred.domain.booking import Booking, ReasonCode, State
from maitred.domain.errors import InvalidInput
from maitred.domain.lifecycle import Action
from maitred.ops.visit import Screen, Visit
from maitred.store.views import BookingView
from maitred.texts import N_, gettext
from maitred.usecases.accept import Override
from maitred.usecases.blocks import lose_table
from maitred.usecases.door import act
from maitred.usecases.moves import ByHand, move_by_hand, pin, unpin
from maitred.usecases.people import Role
from maitred.usecases.review import decline, requeue
from maitred.usecases.room import REFUSED

A = Action


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
    for name in allowed_actions(booking, visit.caller, visit.now):
        action = Action(name)
        one = KEYS.get(action)
        if one is None or action in pinned:
            continue
        path = visit.url("bookings", booking.id, action.value)
        dialog = visit.url("bookings", booking.id, one.dialog) if one.dialog else None
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
    """Take a step; the answer offers its undo where the lifecycle has one."""
    action = _action(visit.request.path_params["action"])
    view, form = await visit.booking(), await visit.form()
    note, version = form.get("note") or None, version_in(form)
    caller, desk, number = visit.caller, visit.desk, view.booking.id
    _must_be_allowed(visit, view, action)
    match action:
        case A.REQUEUE:
            await requeue(desk, number, caller=caller, expected_version=version, note=note)
        case A.DECLINE:
            await decline(desk, number, caller=caller, expected_version=version, note=note)
        case A.LOSE_TABLE:
            await lose_table(desk, number, caller=caller, expected_version=version, note=note)
        case A.UNPIN:
            await unpin(desk, number, caller=caller, hand=ByHand(note, None, version))
        case A.PIN:
            hand = ByHand(None, override_in(visit, form), version)
            await pin(desk, number, required(form, "reason"), tables=tables_in(form), caller=caller, hand=hand)
        case A.MOVE:
            hand = ByHand(form.get("reason") or None, override_in(visit, form), version)
            await move_by_hand(desk, number, tables_in(form) or (), caller=caller, hand=hand)
        case _:
            await act(desk, number, action, caller=caller, expected_version=version, note=note)
    return await _told(visit, view, action)


async def _told(visit: Visit, before: BookingView, action: Action) -> Response:
    after = await visit.booking()
    said = gettext(KEYS[action].said) % {"guest": before.guest.name}
    undone = A.UNDO.value in allowed_actions(after.booking, visit.caller, visit.now) and action is not A.UNDO
    undo = visit.url("bookings", after.booking.id, A.UNDO.value) if undone else None
    return visit.done(said, undo=undo, subject=str(after.booking.id))


def _action(text: str) -> Action:
    try:
        found = Action(text)
    except ValueError:
        found = None
    if found is None or found not in KEYS:
        raise InvalidInput("There is no such action.", field="action", code="unknown_action")
    return found


def _must_be_allowed(visit: Visit, view: BookingView, action: Action) -> None:
    """The use cases ask for no scope: the API's routes do, and so do these."""
    need(visit.caller, scope_for(view.booking, action))


def version_in(form: Mapping[str, str]) -> int | None:
    text = form.get("version", "")
    return int(text) if text.isdigit() else None


def tables_in(form: Mapping[str, str]) -> tuple[str, ...] | None:
    return tuple(name.strip() for name in form.get("tables", "").split(",") if name.strip()) or None


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
    return override_of(OverrideBody.model_validate({"rules": rules, "reason": form.get("reason", "")}))


SCREENS: Final = (
    Screen("POST", "/ops/{slug}/bookings/{booking_id}/{action}", take, Role.HOST),
)  # fmt: skip
