"""Explanations as they are recorded: made after the decision, once for equal wishes, and never in its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from maitred.domain.assignment import Decision, Known, MoveRules, Seat, SeatingRequest, explain
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Booking, State
from maitred.domain.reference import reference_of
from maitred.domain.venue import Venue

log = structlog.get_logger(__name__)

_FIXED_BY_STATE: Final = {State.ARRIVED: "arrived", State.CHECKED_IN: "seated"}
Document = Mapping[str, Any]


def known_of(book: Mapping[str, Booking], venue: Venue, snapshot: Snapshot) -> Known:
    """Return what the engine does not know of a day's bookings: their references, and why some are never moved."""
    fixed = {key: why for key, booking in book.items() if (why := _fixed(key, booking, venue, snapshot))}
    return Known(lambda key: book[key].reference if key in book else _reference(key), fixed)


def _fixed(key: str, booking: Booking, venue: Venue, snapshot: Snapshot) -> str | None:
    if booking.pinned:
        return "pinned"
    if booking.state in _FIXED_BY_STATE:
        return _FIXED_BY_STATE[booking.state]
    if venue.seating.move_once and booking.state is State.CONFIRMED and key not in snapshot.movable:
        return "moved_once"
    return None


def _reference(key: str) -> str:
    """Return the reference of a booking of this very batch: it is drawn from the id."""
    try:
        return reference_of(UUID(key))
    except ValueError:
        return key


@dataclass(slots=True)
class Explainer:
    """Explains the decisions of a batch. A burst of refusals asks the same: equal wishes are explained once a floor."""

    venue: Venue
    book: Mapping[str, Booking]
    _floor: Snapshot | None = None
    _known: Known | None = None
    _kept: dict[tuple[Any, ...], Document | None] = field(default_factory=dict)

    def of(
        self,
        decision: Decision,
        request: SeatingRequest,
        day: Snapshot,
        rules: MoveRules,
        not_before: datetime,
        floor: Snapshot | None = None,
    ) -> Document | None:
        """Return the explanation of a decision on `day`; `floor` is what it is a view of, and stays while nobody sits.

        None when explaining fails: the decision stands all the same.
        """
        if floor is None or floor is not self._floor:
            self._floor, self._kept = floor, {}
            self._known = known_of(self.book, self.venue, day)
        if isinstance(decision, Seat):
            return self._explained(decision, request, day, rules, not_before)
        wish = (*wish_of(request), day.read_at, not_before)
        if wish not in self._kept:
            self._kept[wish] = self._explained(decision, request, day, rules, not_before)
        return self._kept[wish]

    def _explained(
        self, decision: Decision, request: SeatingRequest, day: Snapshot, rules: MoveRules, not_before: datetime
    ) -> Document | None:
        try:
            known = self._known or Known()
            told = explain(
                decision, request, day, self.venue, rules, known=known, thorough=False, not_before=not_before
            )
            return told.document()
        except Exception:
            log.exception("explanation_fault", key=request.key)
            return None


def wish_of(request: SeatingRequest) -> tuple[Any, ...]:
    """Return what makes two requests ask the same."""
    return (
        request.party_size,
        request.starts_at,
        request.turn_minutes,
        request.accessible,
        request.zone_preference,
        request.promised_zone,
        request.allowed_overrides,
    )
