"""All of one booking: what may be done, its life with who and why, the engine's reasons, moves, the guest's record."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from maitred.api.auth import need
from maitred.api.schemas import GuestNoteBody
from maitred.domain.booking import ReasonCode, Source, State
from maitred.domain.errors import NotFound
from maitred.domain.lifecycle import Action
from maitred.domain.written import instant_in
from maitred.ops.actions import checked
from maitred.ops.badges import binding_words
from maitred.ops.bookings import row_of
from maitred.ops.choosing import guest_names
from maitred.ops.messages import letters_of, message_words
from maitred.ops.named import with_names
from maitred.ops.undoing import offered
from maitred.ops.visit import Screen, Visit
from maitred.ops.wording import reason_in_words, rule_words, told, why
from maitred.store import guests, moves, views
from maitred.store.moves import ShownSet
from maitred.store.views import AttemptRow, BookingView, HistoryEntry
from maitred.texts import N_, gettext
from maitred.usecases.guests import note_guest
from maitred.usecases.moves import undo_moves
from maitred.usecases.people import Role

A = Action
Names = Mapping[str, str]
MOST_BOOKINGS: Final = 200
SHOWN_BOOKINGS: Final = 8

STEPS: Final[Mapping[str, str]] = {
    A.CREATE: N_("Booked"),
    A.VERIFY_CAPACITY: N_("The house can seat such a party"),
    A.REJECT: N_("Refused"),
    A.QUEUE: N_("Queued for a table"),
    A.START: N_("Decision begun"),
    A.ASSIGN: N_("Tables chosen"),
    A.CONFIRM: N_("Confirmed"),
    A.RETRY: N_("Put back for another try"),
    A.ABORT: N_("Decision broken off"),
    A.ESCALATE: N_("Handed to a person"),
    A.FAIL: N_("Refused"),
    A.REQUEUE: N_("Sent back to the engine"),
    A.DECLINE: N_("Declined"),
    A.MODIFY: N_("Changed"),
    A.MOVE: N_("Given other tables"),
    A.PIN: N_("Promised these tables"),
    A.UNPIN: N_("Promise of the tables taken back"),
    A.ARRIVE: N_("Arrived"),
    A.CHECK_IN: N_("Seated"),
    A.MARK_NO_SHOW: N_("Marked as a no-show"),
    A.LOSE_TABLE: N_("Lost its tables"),
    A.LATE_TABLE: N_("Its table is late"),
    A.LATE_GUEST: N_("The guest is late"),
    A.COMPLETE: N_("Left"),
    A.CANCEL: N_("Cancelled"),
    A.UNDO: N_("Undone"),
}
SOURCES: Final[Mapping[Source, str]] = {
    Source.WEB: N_("website"),
    Source.APP: N_("app"),
    Source.PARTNER: N_("partner"),
    Source.PHONE: N_("phone"),
    Source.WALK_IN: N_("walk-in"),
}
TERMS: Final[Mapping[str, str]] = {
    "slack": N_("Seats left empty"),
    "tables": N_("Tables used"),
    "access": N_("Accessible table kept free"),
    "small_parties": N_("Room for small parties still to come"),
    "large_parties": N_("Room for large parties still to come"),
    "adjacency": N_("Tables close together"),
    "zone_match": N_("Where they wish to sit"),
    "load": N_("Quiet part of the room"),
    "history": N_("Went well before"),
}
CAUSES: Final[Mapping[str, str]] = {
    "decision": N_("To make room"),
    "staff": N_("By hand"),
    "optimizer": N_("By a re-plan of the evening"),
    "rescue": N_("Because a table is late"),
    "undo": N_("Moves taken back"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "confirmed": N_("a seat was found"),
    "needsreview": N_("left to a person"),
    "failed": N_("no seat"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a booking's life in words: who did it, why, what it changed, and what they wrote."""

    at: datetime
    words: str
    who: str
    by_staff: bool
    why: str
    facts: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a score: what it is about, for the chosen tables and for the next best."""

    words: str
    chosen: float
    other: float | None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the engine."""

    row: AttemptRow
    words: str
    chosen: str
    other: str
    terms: list[Term]
    total: Term | None
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Shuffle:
    """A set of moves, and where its undo is posted to while it can be."""

    set: ShownSet
    words: str
    who: str
    undo: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a guest: counts over everybody with the same phone or email, and the latest bookings."""

    visits: int
    no_shows: int
    cancelled: int
    coming: int
    others: list[BookingView]
    note: guests.GuestNote
    found_by: str


async def show(visit: Visit) -> Response:
    """Show one booking."""
    view = await visit.booking()
    booking, database = view.booking, visit.desk.database
    names = await guest_names(visit, booking.service_date)
    rounds = [_round(row, names) for row in reversed(await views.attempts(database, booking.id))]
    explanation = _explanation(booking.reason_data, rounds)
    undecided = booking.state in (State.FAILED, State.MANUAL_REVIEW)
    staff = visit.caller.may("staff")
    moments = [_moment(visit, entry) for entry in reversed(await views.history(database, booking.id))]
    return await visit.page(
        "booking.html",
        day=booking.service_date,
        row=row_of(visit, view),
        view=view,
        binding=binding_words(booking, visit.place.venue, visit.now) if view.tables else "",
        source=gettext(SOURCES[booking.source]),
        zones={zone.id: zone.name for zone in visit.place.venue.zones},
        undecided=undecided,
        reason=(await visit.named(why(booking)))[0],
        explained=_sentences(explanation, names) if undecided else [],
        remedies=_sentences(explanation, names, "remedies") if undecided else [],
        offered=_offered(booking.reason_data),
        moments=await with_names(visit, moments, "why"),
        rounds=rounds,
        shuffles=[_shuffle(visit, one, staff) for one in await moves.of_booking(database, booking.id)],
        known=await known_of(visit, view),
        others_claim=_claimed_by(visit, view),
        letters=await letters_of(visit, booking.id),
        **message_words(),
    )


def _claimed_by(visit: Visit, view: BookingView) -> str:
    """Return who else works on this review now."""
    booking = view.booking
    lasts = booking.claimed_until is not None and booking.claimed_until > visit.now
    return (booking.claimed_by or "") if lasts and booking.claimed_key != visit.caller.credential_id else ""


def _explanation(data: Mapping[str, Any] | None, rounds: Sequence[Round]) -> Mapping[str, Any] | None:
    """Return why there is no seat: what the booking carries, or else its last round."""
    found = (data or {}).get("explanation")
    last = rounds[0].row.reason_data if rounds else None
    return found or (last or {}).get("explanation")


def _sentences(explanation: Mapping[str, Any] | None, names: Names, part: str = "lines") -> list[str]:
    if not explanation:
        return []
    staff = explanation.get("for_staff") or {}
    return [told(_named(line, names)) for line in (*explanation.get(part, ()), *staff.get(part, ()))]


def _named(value: Any, names: Names) -> Any:
    """Return what an explanation says with guests instead of references: it was recorded with these."""
    if isinstance(value, Mapping):
        told_of = {key: _named(one, names) for key, one in value.items()}
        known = names.get(str(value.get("booking_id") or value.get("id")))
        if "ids" in value and "names" in value:
            told_of["names"] = [names.get(i, name) for i, name in zip(value["ids"], value["names"], strict=True)]
        return told_of | {"name": known} if known and "name" in value else told_of
    return [_named(one, names) for one in value] if isinstance(value, list | tuple) else value


def _offered(data: Mapping[str, Any] | None) -> list[datetime]:
    return [datetime.fromisoformat(str(one["starts_at"])) for one in (data or {}).get("alternatives", ())]


# -- its life ----------------------------------------------------------------------------------------------------------


def _moment(visit: Visit, entry: HistoryEntry) -> Moment:
    data = dict(entry.reason_data or {})
    general = entry.reason_code in (None, ReasonCode.REQUESTED, ReasonCode.CHANGED, ReasonCode.MOVED)
    override = data.get("override") or {}
    return Moment(
        at=entry.at,
        words=gettext(STEPS.get(entry.action, entry.action)),
        who=_who(entry.actor_kind, entry.actor_id),
        by_staff=entry.actor_kind == "staff",
        why="" if general else reason_in_words(str(entry.reason_code), data),
        facts=list(_facts(visit, data)),
        note=str(data.get("note") or override.get("reason") or ""),
    )


def _who(kind: str, name: str) -> str:
    if kind == "system":
        return gettext("the system (%(who)s)") % {"who": name}
    return gettext("the guest (%(who)s)") % {"who": name} if kind == "guest" else name


def _facts(visit: Visit, data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a step changed, figure by figure."""
    tables = data.get("tables")
    if isinstance(tables, Mapping):
        yield from _moved(tables)
    elif tables:
        yield gettext("Tables: %(tables)s") % {"tables": " + ".join(tables)}
    if isinstance(data.get("from"), list):
        yield from _moved(data)
    if isinstance(data.get("party_size"), Mapping):
        yield gettext("Party: %(was)s, now %(now)s") % {
            "was": data["party_size"]["from"],
            "now": data["party_size"]["to"],
        }
    if isinstance(data.get("starts_at"), Mapping):
        times = {"was": _moment_of(visit, data["starts_at"]["from"]), "now": _moment_of(visit, data["starts_at"]["to"])}
        yield gettext("Time: %(was)s, now %(now)s") % times
    if isinstance(data.get("leave_by"), Mapping):
        times = {"was": _moment_of(visit, data["leave_by"]["from"]), "now": _moment_of(visit, data["leave_by"]["to"])}
        yield gettext("Until: %(was)s, now %(now)s") % times
    for rule in (data.get("override") or {}).get("rules", ()):
        yield gettext("Set aside: %(rule)s") % {"rule": rule_words(rule, rule)}


def _moved(tables: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if tables["from"] != tables["to"]:
        values = {"was": " + ".join(tables["from"]) or "–", "now": " + ".join(tables["to"]) or "–"}
        yield gettext("Tables: %(was)s, now %(now)s") % values


def _moment_of(visit: Visit, instant: str) -> str:
    return visit.texts.moment(datetime.fromisoformat(instant), visit.place.venue.tz)


# -- the engine --------------------------------------------------------------------------------------------------------


def _round(row: AttemptRow, names: Names) -> Round:
    plan, other = dict(row.plan or {}), dict(row.runner_up or {})
    ours, theirs = plan.get("terms") or {}, other.get("terms") or {}
    terms = [
        Term(gettext(TERMS.get(name, name)), float(value), float(theirs.get(name, 0)) if theirs else None)
        for name, value in ours.items()
        if value or theirs.get(name)
    ]
    total = Term("", float(plan["score"]), float(other["score"]) if other else None) if plan else None
    return Round(
        row=row,
        words=gettext(OUTCOMES[row.outcome]) if row.outcome in OUTCOMES else row.outcome,
        chosen=" + ".join(plan.get("tables", ())),
        other=" + ".join(other.get("tables", ())),
        terms=terms,
        total=total,
        sentences=_sentences(plan.get("explanation") or (row.reason_data or {}).get("explanation"), names),
    )


# -- moves -------------------------------------------------------------------------------------------------------------


def _shuffle(visit: Visit, one: ShownSet, staff: bool) -> Shuffle:
    undo = visit.url("moves", one.id, "undo") if staff and one.undone_at is None and one.cause != "undo" else None
    return Shuffle(one, gettext(CAUSES.get(one.cause, one.cause)), _who(one.actor_kind, one.actor), undo)


async def take_back(visit: Visit) -> Response:
    """Bring everybody of a set back to their former tables."""
    need(visit.caller, "staff")
    try:
        number = UUID(visit.request.path_params["move_set"])
    except ValueError:
        raise NotFound("There is nothing here.") from None
    await undo_moves(visit.desk, number, caller=visit.caller)
    return visit.done(gettext("The moves are taken back."))


# -- the guest ---------------------------------------------------------------------------------------------------------


async def known_of(visit: Visit, view: BookingView) -> Known:
    """Return what is known of a booking's guest; `coming` and the counts leave this booking out of nothing."""
    database, restaurant, guest = visit.desk.database, visit.place.restaurant_id, view.guest
    found = await guests.bookings_of(database, restaurant, guest, MOST_BOOKINGS)
    states = Counter(one.booking.state for one in found)
    coming = [one for one in found if one.booking.state in (State.CONFIRMED, State.ARRIVED)]
    others = [one for one in found if one.booking.id != view.booking.id]
    return Known(
        visits=states[State.COMPLETED] + states[State.CHECKED_IN],
        no_shows=states[State.NO_SHOW],
        cancelled=states[State.CANCELLED],
        coming=len(coming),
        others=others[:SHOWN_BOOKINGS],
        note=await guests.note_of(database, restaurant, guest),
        found_by=_found_by(guest.phone, guest.email),
    )


def _found_by(phone: str | None, email: str | None) -> str:
    if phone and email:
        return gettext("Everybody with this phone number or email address; names are never matched.")
    if phone or email:
        return (
            gettext("Everybody with this phone number; names are never matched.")
            if phone
            else gettext("Everybody with this email address; names are never matched.")
        )
    return gettext("Without phone and email nobody can tell whether they were here before.")


async def ask_note(visit: Visit) -> Response:
    """Ask what to note of the guest."""
    view = await visit.booking()
    note = await guests.note_of(visit.desk.database, visit.place.restaurant_id, view.guest)
    return await visit.page("dialog_guest.html", view=view, note=note)


async def keep_note(visit: Visit) -> Response:
    """Note something of the guest."""
    need(visit.caller, "staff")
    view, form = await visit.booking(), await visit.form()
    tags = [tag.strip() for tag in form.get("tags", "").split(",") if tag.strip()]
    body = checked(GuestNoteBody, notes=form.get("notes", "").strip() or None, tags=tags)
    seen = _seen_at(form)
    await note_guest(visit.desk, view.booking.id, body.notes, body.tags, caller=visit.caller, seen_at=seen)
    said = gettext("Noted about %(guest)s.") % {"guest": view.guest.name}
    undo = await offered(visit, (await visit.booking()).booking)
    return visit.done(said, **undo, then=None if visit.by_htmx else visit.url("bookings", view.booking.id))


def _seen_at(form: Mapping[str, str]) -> datetime | None:
    """Return when the note that was read had been written."""
    text = form.get("seen_at", "")
    return instant_in(text, "seen_at") if text else None


_AT: Final = "/ops/{slug}/bookings/{booking_id}"
SCREENS: Final = (
    Screen("GET", _AT, show, Role.VIEWER),
    Screen("GET", _AT + "/guest", ask_note, Role.HOST),
    Screen("POST", _AT + "/guest", keep_note, Role.HOST),
    Screen("POST", "/ops/{slug}/moves/{move_set}/undo", take_back, Role.HOST),
)  # fmt: skip
