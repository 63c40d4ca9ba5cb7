"""The states of the lifecycle as people read them: words first, then a shape, then a colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from maitred.domain.binding import Binding, binding_of, freezes_at
from maitred.domain.booking import Booking, State
from maitred.domain.venue import Venue
from maitred.ops.wording import why
from maitred.store.views import BookingView
from maitred.texts import N_, gettext, pgettext, present

S = State


class Badge(NamedTuple):
    """The words of a state, its sign (never alone) and its family of colours."""

    words: str
    sign: str
    tone: str


BADGES: Final[Mapping[State, Badge]] = {
    S.CREATED: Badge(N_("Created"), "○", "calm"),
    S.CAPACITY_VERIFIED: Badge(N_("Capacity verified"), "◔", "calm"),
    S.ASSIGNMENT_PENDING: Badge(N_("Assignment pending"), "◑", "busy"),
    S.ASSIGNMENT_IN_PROGRESS: Badge(N_("In progress"), "◕", "busy"),
    S.ASSIGNED: Badge(N_("Assigned"), "◕", "busy"),
    S.MANUAL_REVIEW: Badge(N_("Manual review"), "▲", "alert"),
    S.CONFIRMED: Badge(N_("Confirmed"), "●", "good"),
    S.ARRIVED: Badge(N_("Arrived"), "◆", "good"),
    S.CHECKED_IN: Badge(N_("Seated"), "■", "here"),
    S.COMPLETED: Badge(N_("Completed"), "✓", "past"),
    S.NO_SHOW: Badge(N_("No-show"), "✗", "past"),
    S.CANCELLED: Badge(N_("Cancelled"), "⊘", "past"),
    S.FAILED: Badge(N_("Failed"), "✕", "alert"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """States that a host thinks of together; `id` stands in addresses."""

    id: str
    words: str
    states: frozenset[State]


GROUPS: Final = (
    Group("created", N_("Created"), frozenset({S.CREATED})),
    Group("verified", N_("Capacity verified"), frozenset({S.CAPACITY_VERIFIED})),
    Group("pending", N_("Assignment pending"), frozenset({S.ASSIGNMENT_PENDING})),
    Group("progress", N_("In progress"), frozenset({S.ASSIGNMENT_IN_PROGRESS, S.ASSIGNED})),
    Group("review", N_("Manual review"), frozenset({S.MANUAL_REVIEW})),
    Group("confirmed", N_("Confirmed"), frozenset({S.CONFIRMED, S.ARRIVED})),
    Group("seated", N_("Seated"), frozenset({S.CHECKED_IN})),
    Group("done", N_("Done"), frozenset({S.COMPLETED, S.NO_SHOW})),
    Group("lost", N_("Failed or cancelled"), frozenset({S.FAILED, S.CANCELLED})),
)


def badge(state: State | str) -> Markup:
    """Return a state as a badge."""
    words, sign, tone = BADGES[State(state)]
    return Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>').format(
        tone, sign, gettext(words)
    )


def tables_of(view: BookingView, venue: Venue, now: datetime) -> Markup:
    """Return a booking's tables: `~T12` outlined while they may still change, solid once they are frozen or pinned."""
    if view.booking.needs_table:
        return Markup('<span class="tables needed">{}</span>').format(gettext("needs a table"))
    if not view.tables:
        return Markup("")
    binding = binding_of(view.booking, venue.seating, now)
    planned = binding is Binding.PLANNED
    marks = {Binding.PINNED: "📌", Binding.FROZEN: "❄", Binding.SEATED: "", Binding.PLANNED: "", None: ""}
    words = binding_words(view.booking, venue, now)
    names = "+".join(("~" if planned else "") + table for table in view.tables)
    sign = Markup(' <span aria-hidden="true">{}</span>').format(marks[binding]) if marks[binding] else ""
    return Markup('<span class="tables {}" title="{}">{}{}<span class="sr">, {}</span></span>').format(
        binding.value if binding else "none", words, names, sign, words
    )


def binding_words(booking: Booking, venue: Venue, now: datetime) -> str:
    """Say how firm a party's tables are, by whom and until when."""
    binding, texts, tz = binding_of(booking, venue.seating, now), present(), venue.tz
    match binding:
        case Binding.PINNED:
            who, why = booking.pinned_by or "", booking.pin_reason or ""
            return gettext("promised by %(who)s: %(why)s") % {"who": who, "why": why}
        case Binding.PLANNED:
            until = texts.time(freezes_at(booking, venue.seating), tz)
            return gettext("planned, may change until %(time)s") % {"time": until}
        case Binding.FROZEN:
            return gettext("frozen, changes only in an emergency")
        case Binding.SEATED:
            return gettext("seated")
        case None:
            return gettext("not decided yet")


def doing(view: BookingView, venue: Venue, now: datetime) -> str:  # noqa: PLR0911 - a table
    """Say what automation is doing about a booking, or waits for."""
    booking, texts = view.booking, present()
    match booking.state:
        case S.CREATED | S.CAPACITY_VERIFIED:
            return gettext("The house is being checked for a table that could seat this party at all.")
        case S.ASSIGNMENT_PENDING if booking.rounds:
            at = texts.time(booking.due_at, venue.tz) if booking.due_at else ""
            values = {"number": booking.rounds + 1, "time": at}
            return gettext("Try number %(number)d follows at %(time)s.") % values
        case S.ASSIGNMENT_PENDING:
            return gettext("Waiting for its turn; the engine takes it in order of arrival.")
        case S.ASSIGNMENT_IN_PROGRESS | S.ASSIGNED:
            return gettext("The engine is choosing a table.")
        case S.MANUAL_REVIEW:
            return gettext("A person decides: %(reason)s") % {"reason": why(booking)}
        case S.CONFIRMED | S.ARRIVED | S.CHECKED_IN:
            words = binding_words(booking, venue, now)
            return gettext("Tables: %(binding)s.") % {"binding": words}
        case S.FAILED:
            return why(booking) or gettext("Nothing more happens.")
        case _:
            return pgettext("automation", "Nothing more happens.")


def notes_of(view: BookingView) -> Markup:
    """Return a guest's notes with line breaks kept."""
    return Markup("<br>").join(escape(line) for line in (view.booking.notes or "").splitlines())
