"""The error tree, ordered by what the caller should do next.

`Rejected`: can never succeed as it stands. `Contended`: somebody got there first, trying again may help.
`Unavailable`: a dependency is down. Every error carries a machine-readable `code` and fields, not only text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID


class MaitredError(Exception):
    """The root of every error this project raises on purpose.

    `code` is the reason code of the API, `field` the input that is at fault (or None), `data` whatever a
    program may want to read, `message` one sentence for a person.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.reason_code = code or type(self).code
        self.data: Mapping[str, Any] = data


class Rejected(MaitredError):
    """Can never succeed as it stands."""

    code = "rejected"


class Contended(MaitredError):
    """Somebody got there first; the same call may succeed later."""

    code = "contended"


class Unavailable(MaitredError):
    """A dependency is down."""

    code = "unavailable"


# -- Rejected ------------------------------------------------------------------------------------------


class InvalidInput(Rejected):
    """One input breaks one rule; `field` names the input and `code` the rule."""

    code = "invalid_input"


class VenueInvalid(Rejected):
    """A venue document has faults; `faults` lists every one of them."""

    code = "venue_invalid"

    def __init__(self, faults: Sequence[Any]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"The venue has {count}.", field="venue", faults=list(faults))
        self.faults = list(faults)


class NotFound(Rejected):
    """There is no such thing, or the caller may not know that there is."""

    code = "not_found"


class Unauthenticated(Rejected):
    """No valid credential came with the request."""

    code = "unauthenticated"


class Forbidden(Rejected):
    """The credential is valid but lacks the scope."""

    code = "forbidden"


class TransitionNotAllowed(Rejected):
    """The lifecycle has no such step from this state."""

    code = "transition_not_allowed"


class KeyReused(Rejected):
    """An Idempotency-Key came a second time with another body."""

    code = "idempotency_key_reused"


class HoldGone(Rejected):
    """The hold expired, was released or was used."""

    code = "hold_gone"


class NoSeating(Rejected):
    """No seating exists; `data["alternatives"]` holds the nearest times that would work."""

    code = "no_capacity"


class Pinned(Rejected):
    """A member of staff promised the party its tables."""

    code = "pinned"


class MovesGone(Rejected):
    """A set of moves cannot be undone any more; `data` names who is in the way, frozen, or has changed."""

    code = "moves_gone"


class NeedsOverride(Rejected):
    """Only soft rules stand in the way; a member of staff may override them with a reason."""

    code = "needs_override"


class WaitlistClosed(Rejected):
    """The restaurant keeps no waitlist."""

    code = "waitlist_closed"


class OfferGone(Rejected):
    """The waitlist's offer has lapsed, was taken or was never made."""

    code = "offer_gone"


class RunSettled(Rejected):
    """The optimizer's run is no open proposal: it is not done yet, or was settled already."""

    code = "run_settled"


class RunStale(Rejected):
    """The day has changed since the optimizer planned it; a new run plans it as it is now."""

    code = "run_stale"


class StillExpected(Rejected):
    """A guest to be erased has a booking to come: cancel it first, or say that it is to be served without a name."""

    code = "still_expected"


# -- Contended -----------------------------------------------------------------------------------------


class StaleBooking(Contended):
    """The booking has moved on since it was read."""

    code = "stale_version"

    def __init__(self, booking_id: UUID | str, version: int | None) -> None:
        super().__init__(
            "The booking has changed since it was read.", booking_id=str(booking_id), expected_version=version
        )


class StaleFence(Contended):
    """The lock under which this was decided has been lost to somebody else."""

    code = "stale_fence"


class TableTaken(Contended):
    """Another booking, hold or block has one of the tables in that window."""

    code = "table_taken"


class StaleProposal(Contended):
    """Moves that were proposed no longer fit the day."""

    code = "stale_proposal"


class LockBusy(Contended):
    """Another owner holds the lock."""

    code = "lock_busy"


class LockLost(Contended):
    """The lock was lost while it was held."""

    code = "lock_lost"


class Deadlocked(Contended):
    """The database broke a deadlock or a lock time-out by refusing this transaction."""

    code = "deadlock"


class SheetChanged(Contended):
    """The sheet that was printed is not the day as it is now."""

    code = "sheet_changed"


class RunUnderWay(Contended):
    """The optimizer already plans this day, with other limits."""

    code = "run_under_way"


class ReviewClaimed(Contended):
    """Another member of staff is working on this review."""

    code = "claimed"


# -- Unavailable ---------------------------------------------------------------------------------------


class DatabaseUnavailable(Unavailable):
    """Postgres cannot be reached or refuses work."""

    code = "database_unavailable"


class RedisUnavailable(Unavailable):
    """Redis cannot be reached or refuses work."""

    code = "redis_unavailable"


class BreakerOpen(Unavailable):
    """The breaker of a dependency is open; nothing was tried."""

    code = "breaker_open"
