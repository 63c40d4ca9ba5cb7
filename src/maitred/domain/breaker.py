"""A circuit breaker for each dependency: after some failures in a row, stop asking for a while, then try a little.

Source: Nygard, "Release It!", chapter "Stability Patterns". Time is a parameter: `now` is in seconds of any clock
that does not go backwards. Only infrastructure errors count (`Unavailable`): a dependency that says no has answered.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from maitred.domain.errors import BreakerOpen, Contended, Rejected, Unavailable

MOST_BREAKERS: Final = 10_000


class BreakerState(StrEnum):
    """What the breaker lets through: all, nothing, or a few trials."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """`failures` in a row open it for `open_s`; then `trial_successes` in a row, tried few at once, close it."""

    failures: int = 5
    open_s: float = 15.0
    trial_successes: int = 2
    trials_at_once: int = 2


class Breaker:
    """The breaker of one dependency (for one restaurant, where it fails for each on its own)."""

    def __init__(self, name: str, policy: BreakerPolicy = BreakerPolicy()) -> None:
        self.name = name
        self._policy = policy
        self._failures = 0
        self._opened_at: float | None = None
        self._successes = 0
        self._trials: list[float] = []  # when each trial that has not reported yet was let through

    def state(self, now: float) -> BreakerState:
        """Tell what a check would find now."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        if now < self._opened_at + self._policy.open_s:
            return BreakerState.OPEN
        return BreakerState.HALF_OPEN

    @property
    def is_idle(self) -> bool:
        """Tell whether forgetting this breaker would change nothing."""
        return self._opened_at is None and self._failures == 0

    def check(self, now: float) -> None:
        """Let the caller through, or raise BreakerOpen with `retry_after_s`; who is let through must report."""
        match self.state(now):
            case BreakerState.OPEN:
                assert self._opened_at is not None
                raise self._refusal(self._opened_at + self._policy.open_s - now)
            case BreakerState.HALF_OPEN:
                self._admit_trial(now)
            case BreakerState.CLOSED:
                pass

    def succeeded(self, now: float) -> None:
        """Report that the dependency answered."""
        match self.state(now):
            case BreakerState.CLOSED:
                self._failures = 0
            case BreakerState.HALF_OPEN if self._trials:
                self._trials.pop(0)
                self._successes += 1
                if self._successes >= self._policy.trial_successes:
                    self._close()
            case _:  # a call from before it opened says nothing about now
                pass

    def failed(self, now: float) -> None:
        """Report an infrastructure error."""
        match self.state(now):
            case BreakerState.CLOSED:
                self._failures += 1
                if self._failures >= self._policy.failures:
                    self._open(now)
            case BreakerState.HALF_OPEN if self._trials:
                self._open(now)
            case _:
                pass

    def abandoned(self, now: float) -> None:
        """Report that the call ended without a verdict: cancelled, or a fault of our own."""
        if self._trials and self.state(now) is BreakerState.HALF_OPEN:
            self._trials.pop(0)

    def report(self, error: BaseException | None, now: float) -> None:
        """Report how a call ended, by its error or None."""
        match error:
            case BreakerOpen():  # another breaker's refusal: nothing was asked
                self.abandoned(now)
            case Unavailable():
                self.failed(now)
            case None | Rejected() | Contended():
                self.succeeded(now)
            case _:
                self.abandoned(now)

    @contextmanager
    def calling(self, clock: Callable[[], float]) -> Iterator[None]:
        """Check, run the body, report how it ended; raises BreakerOpen and whatever the body raises."""
        self.check(clock())
        try:
            yield
        except BaseException as error:
            self.report(error, clock())
            raise
        self.report(None, clock())

    def _admit_trial(self, now: float) -> None:
        # A trial that never reports must not keep its place for ever.
        self._trials = [since for since in self._trials if now < since + self._policy.open_s]
        if len(self._trials) >= self._policy.trials_at_once:
            raise self._refusal(self._trials[0] + self._policy.open_s - now)
        self._trials.append(now)

    def _refusal(self, retry_after_s: float) -> BreakerOpen:
        return BreakerOpen(
            f"{self.name} has failed repeatedly and is left alone for now.",
            dependency=self.name,
            retry_after_s=retry_after_s,
        )

    def _open(self, now: float) -> None:
        self._opened_at = now
        self._forget_counts()

    def _close(self) -> None:
        self._opened_at = None
        self._forget_counts()

    def _forget_counts(self) -> None:
        self._failures = self._successes = 0
        self._trials = []


class Breakers:
    """The breakers of one process, made on first use.

    A dependency has one breaker (`postgres`, `redis`). What fails for one restaurant alone (its webhook, its mail
    server) has one for each, so that it closes no door to the others.
    """

    def __init__(self, policy: BreakerPolicy = BreakerPolicy()) -> None:
        self._policy = policy
        self._breakers: dict[tuple[str, str | None], Breaker] = {}

    def of(self, dependency: str, restaurant: str | None = None) -> Breaker:
        """Return the breaker of a dependency, or of a dependency as one restaurant sees it."""
        key = (dependency, restaurant)
        if key not in self._breakers:
            self._make_room()
            name = dependency if restaurant is None else f"{dependency} of {restaurant}"
            self._breakers[key] = Breaker(name, self._policy)
        return self._breakers[key]

    def states(self, now: float) -> dict[str, BreakerState]:
        """Return the state of every breaker by name, for metrics and `doctor`."""
        return {breaker.name: breaker.state(now) for breaker in self._breakers.values()}

    def _make_room(self) -> None:
        """Forget the breakers that have nothing to remember, so that venues that come and go cost no memory."""
        if len(self._breakers) >= MOST_BREAKERS:
            self._breakers = {key: kept for key, kept in self._breakers.items() if not kept.is_idle}
