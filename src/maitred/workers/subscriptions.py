"""Who reacts to what: the whole map. Delivery is at least once, so each of them is safe to repeat."""

from collections.abc import Mapping
from typing import Final

from maitred.domain.event_types import PUBLIC
from maitred.domain.messages import GUEST_EVENTS
from maitred.usecases.messages import STAFF_EVENTS, WAITLIST_KINDS

SUBSCRIPTIONS: Final[Mapping[str, frozenset[str]]] = {
    # Decides the pending bookings of the day the event is about (workers/coordinator.py).
    "coordinator": frozenset(
        {
            "booking.queued",
            "booking.requeued",
            "booking.modified",
            "booking.undone",
            "booking.assignment_aborted",
        }
    ),
    # Sends reviews that only lacked room back to the queue (workers/room.py).
    "room": frozenset(
        {
            "booking.cancelled",
            "booking.no_show",
            "booking.completed",
            "booking.modified",
            "booking.table_lost",
            "booking.undone",
        }
    ),
    # Gives room to those who wait for it (workers/waitlist.py).
    "waitlist": frozenset(
        {
            "booking.cancelled",
            "booking.no_show",
            "booking.completed",
            "booking.modified",
            "booking.table_lost",
            "booking.undone",
            "booking.failed",
            "booking.declined",
            "waitlist.joined",
            "waitlist.lapsed",
            "waitlist.left",
        }
    ),
    # Plans what guests and staff are told (workers/notifier.py).
    "messages": GUEST_EVENTS | STAFF_EVENTS | frozenset(WAITLIST_KINDS),
    # Adds what leaves the house to the feed, and plans its webhooks (workers/feed.py).
    "feed": frozenset(PUBLIC),
}

SUBSCRIBED_TYPES: Final = tuple(sorted(frozenset[str]().union(*SUBSCRIPTIONS.values())))
WANTED: Final = tuple(
    (event_type, subscriber) for subscriber, types in sorted(SUBSCRIPTIONS.items()) for event_type in sorted(types)
)
