"""What the restaurant knows of a guest on the phone, by number or address."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from maitred.domain.booking import State
from maitred.domain.phoneline import Heard
from maitred.ops.visit import Visit
from maitred.store import guests
from maitred.store.views import BookingView, GuestView

_MOST_NOTES: Final = 4
_MOST_NAMES: Final = 3
_MOST_BOOKINGS: Final = 100
_NOBODY: Final = UUID(int=0)
_CAME: Final = frozenset({State.COMPLETED, State.CHECKED_IN})
_OVER: Final = _CAME | {State.NO_SHOW, State.CANCELLED, State.FAILED}


@dataclass(frozen=True, slots=True)
class Known:
    """What the restaurant knows of the guest; `names` are those that the number or address came with, newest first."""

    name: str
    names: tuple[str, ...]
    visits: int
    no_shows: int
    cancelled: int
    upcoming: tuple[BookingView, ...]
    last: datetime | None
    notes: tuple[str, ...]
    tags: tuple[str, ...]


async def known_guest(visit: Visit, heard: Heard, booked: BookingView | None) -> Known | None:
    """Return the guest's record by phone or email; the booking just made is not part of it."""
    if heard.phone is None and heard.email is None:
        return None
    caller = GuestView(_NOBODY, heard.name, heard.email, heard.phone, None)
    database, number = visit.desk.database, visit.place.restaurant_id
    found = await guests.bookings_of(database, number, caller, _MOST_BOOKINGS)
    rows = [one for one in found if booked is None or one.booking.id != booked.booking.id]
    if not rows:
        return None
    note = await guests.note_of(database, number, caller)
    states = Counter(one.booking.state for one in rows)
    came = [one.booking for one in rows if one.booking.state in _CAME]
    said = (one.booking.notes or "" for one in rows)
    notes = dict.fromkeys(text.strip() for text in (note.notes or "", *said) if text.strip())
    return Known(
        name=rows[0].guest.name,
        names=tuple({one.guest.name.casefold(): one.guest.name for one in reversed(rows)}.values())[::-1][:_MOST_NAMES],
        visits=len(came),
        no_shows=states[State.NO_SHOW],
        cancelled=states[State.CANCELLED],
        upcoming=tuple(one for one in rows if one.booking.state not in _OVER and one.booking.starts_at >= visit.now),
        last=came[0].starts_at if came else None,
        notes=tuple(notes)[:_MOST_NOTES],
        tags=note.tags,
    )
