"""A party that sits becomes larger or smaller: it keeps its tables, adds one beside them, or changes over.

What a host would do, in that order: the same tables; a free table joined to them; a chair more, where a person sets
that rule aside; other tables. Else the refusal says what stands in the way, and everything stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maitred.domain.assignment import NO_MOVES, Refuse, Seat, decide
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Booking
from maitred.domain.errors import NeedsOverride, NoSeating, Pinned
from maitred.usecases.desk import OpenVenue
from maitred.usecases.explaining import Explainer
from maitred.usecases.reseat import Window
from maitred.usecases.weigh import seating_request

_MAY_LOOSEN = frozenset({"min_party", "surplus_table"})
"""Rules that only spare tables: nobody is asked to get up because a friend has left."""


@dataclass(frozen=True, slots=True)
class Resized:
    """The tables of a party of another size, and the window for them; the same tables keep theirs."""

    tables: tuple[str, ...]
    window: Window


def resize(
    place: OpenVenue, day: Snapshot, wanted: Booking, own: Sequence[str], window: Window, now: datetime
) -> Resized:
    """Return the tables for a seated party of another size; `day` is without it.

    A pinned party keeps the very tables it was promised. Raises NeedsOverride (`extra_chair`), Pinned and NoSeating.
    """
    allowed = wanted.overridden_rules | _MAY_LOOSEN
    broken = place.floor.check_set(own, wanted.party_size, wanted.accessible, allowed_overrides=allowed)
    if not broken:
        return Resized(tuple(sorted(own)), window)
    rest = (now, max(window[1], now + timedelta(minutes=wanted.buffer_minutes + 1)))
    beside = None if wanted.pinned else _beside(place, day, wanted, own, rest)
    if beside is not None:
        return Resized(beside, rest)
    if not any(rule.hard for rule in broken):
        told = [{"code": rule.code, "message": rule.message} for rule in broken]
        raise NeedsOverride(" ".join(rule.message for rule in broken), field="party_size", rules=told)
    _not_promised(wanted, own)
    return Resized(_elsewhere(place, day, wanted, rest), rest)


def _not_promised(booking: Booking, own: Sequence[str]) -> None:
    if booking.pinned:
        message = f"The party was promised {', '.join(sorted(own))} by {booking.pinned_by}; unpin it first."
        raise Pinned(message, field="party_size", reference=booking.reference, tables=sorted(own))


def _beside(
    place: OpenVenue, day: Snapshot, wanted: Booking, own: Sequence[str], rest: Window
) -> tuple[str, ...] | None:
    """Return the party's own tables with others joined to them, the fewest and smallest that do."""
    busy = day.busy_mask(*rest)
    fitting = place.floor.candidates(wanted.party_size, wanted.accessible)
    wider = (way for way in fitting if set(own) < set(way.tables) and not way.mask & busy)
    best = min(wider, key=lambda way: (len(way.tables), way.capacity, way.order), default=None)
    return best.tables if best else None


def _elsewhere(place: OpenVenue, day: Snapshot, wanted: Booking, rest: Window) -> tuple[str, ...]:
    minutes = int((rest[1] - rest[0]) / timedelta(minutes=1)) - wanted.buffer_minutes
    request = replace(
        seating_request(wanted),
        starts_at=rest[0],
        turn_minutes=minutes,
        allowed_overrides=frozenset({"pacing"}),  # it was counted before
    )
    decision = decide(request, day, place.venue, NO_MOVES)
    match decision:
        case Seat(plan=plan):
            return plan.tables
        case Refuse(message=message, code=code, data=data):
            raise NoSeating(
                message,
                field="party_size",
                code=code,
                details=dict(data),
                alternatives=[],
                explanation=Explainer(place.venue, {}).of(decision, request, day, NO_MOVES, rest[0]),
            )
