"""To which times of a day a booking can be changed: its own tables and covers count as free for it.

Each time that is offered was decided as the change itself would be (usecases/modify.py), from a snapshot at most a
second old; a change may find more, where others move for it.
"""

from datetime import date, datetime, timedelta

from maitred.domain import calendar
from maitred.domain.assignment import NO_MOVES
from maitred.domain.availability import Snapshot
from maitred.domain.booking import Booking
from maitred.domain.errors import InvalidInput, NeedsOverride
from maitred.store.views import BookingView
from maitred.usecases.availability import NEAREST, SEARCH_DAYS, DayAvailability, SlotAnswer
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.modify import Changes, Chosen, as_wanted, needs_no_review, seat_for
from maitred.usecases.tracker import TableAvailabilityTracker


async def change_times(
    desk: Desk,
    tracker: TableAvailabilityTracker,
    place: OpenVenue,
    view: BookingView,
    day: date,
    party_size: int,
    *,
    caller: Caller,
) -> DayAvailability:
    """Answer every slot of a day for a booking that its guest wants to change, and the next dates where none is free.

    Raises InvalidInput for a party nobody could ever seat here.
    """
    answers = await _day(desk, tracker, place, view, day, party_size, caller)
    if any(slot.available for slot in answers):
        return DayAvailability(day, answers, None, ())
    dates: list[date] = []
    for ahead in range(1, SEARCH_DAYS + 1):
        later = day + timedelta(days=ahead)
        slots = await _day(desk, tracker, place, view, later, party_size, caller)
        if any(slot.available for slot in slots):
            dates.append(later)
        if len(dates) == NEAREST:
            break
    return DayAvailability(day, answers, None if answers else "closed", tuple(dates))


async def _day(
    desk: Desk,
    tracker: TableAvailabilityTracker,
    place: OpenVenue,
    view: BookingView,
    day: date,
    party_size: int,
    caller: Caller,
) -> tuple[SlotAnswer, ...]:
    slots = calendar.slots(place.venue, day)
    if not slots:
        return ()
    now = desk.clock()
    snapshot = (await tracker.snapshot(place, day, now)).without(str(view.booking.id))
    reasons = {at: _reason(place, snapshot, view, party_size, at, caller, now) for _, at in slots}
    return tuple(SlotAnswer(at, window.service, reasons[at] is None, reasons[at]) for window, at in slots)


def _reason(
    place: OpenVenue,
    snapshot: Snapshot,
    view: BookingView,
    party_size: int,
    at: datetime,
    caller: Caller,
    now: datetime,
) -> str | None:
    """Return why a booking cannot be changed to a time, None when it can."""
    try:
        wanted = _wanted(place, view.booking, party_size, at, caller, now)
    except (InvalidInput, NeedsOverride) as fault:
        if fault.field == "party_size" and isinstance(fault, InvalidInput):
            raise
        rules = fault.data.get("rules")
        return str(rules[0]["code"]) if rules else fault.reason_code
    match seat_for(place, snapshot, wanted, view.tables, NO_MOVES):
        case Chosen():
            return None
        case None:
            return "pinned"
        case refused:
            return refused.code


def _wanted(
    place: OpenVenue, booking: Booking, party_size: int, at: datetime, caller: Caller, now: datetime
) -> Booking:
    wanted = as_wanted(place, booking, Changes(party_size=party_size, starts_at=at), None, caller, now)
    needs_no_review(place, booking, wanted)
    return wanted
