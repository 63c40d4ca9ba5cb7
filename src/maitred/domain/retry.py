"""When to try again: policy computes, only the loop waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

_MAX_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Full jitter over min(cap, base x 2^round), and two bounds of which the first to be reached holds."""

    max_rounds: int = 5
    max_pending_s: float = 120
    base_s: float = 1.0
    cap_s: float = 30.0

    def delay_after(self, booking_key: str, round: int) -> timedelta:  # noqa: A002 - the domain's word
        """This is how long to wait after a round (0, 1, ...) has failed.

        Full jitter, as in Brooker, "Exponential Backoff And Jitter" (AWS, 2015). Seeded from booking and round
        by SHA-256, so that equal runs wait equally and unequal bookings do not come back together.
        """
        assert round >= 0
        longest_s = min(self.cap_s, self.base_s * 2 ** min(round, _MAX_DOUBLINGS))
        digest = sha256(f"{booking_key}\0{round}".encode()).digest()
        return timedelta(seconds=longest_s * (int.from_bytes(digest[:8]) / 2**64))

    def exhausted(self, rounds: int, pending_since: datetime, now: datetime) -> bool:
        """This says whether a person must take over: too many rounds, or pending for too long."""
        return rounds >= self.max_rounds or now - pending_since >= timedelta(seconds=self.max_pending_s)
