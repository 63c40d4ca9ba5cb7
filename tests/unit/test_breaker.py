"""The circuit breaker, on a clock of the test's own."""

import asyncio

import pytest

from maitred.domain.breaker import MOST_BREAKERS, Breaker, BreakerPolicy, Breakers, BreakerState
from maitred.domain.errors import BreakerOpen, DatabaseUnavailable, LockBusy, NoSeating, RedisUnavailable

POLICY = BreakerPolicy()


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker("redis")
    for _ in range(POLICY.failures):
        breaker.check(at)
        breaker.failed(at)
    return breaker


def test_the_numbers_are_the_designs() -> None:
    """Five failures, fifteen seconds, two trial successes."""
    assert (POLICY.failures, POLICY.open_s, POLICY.trial_successes) == (5, 15.0, 2)


def test_it_opens_at_the_fifth_failure_in_a_row() -> None:
    """Four failures change nothing; the fifth opens it, and a check names the dependency and the time left."""
    breaker = Breaker("redis")
    for _ in range(4):
        breaker.failed(0)
    breaker.check(0)
    breaker.failed(1)
    with pytest.raises(BreakerOpen) as caught:
        breaker.check(4)
    assert caught.value.data == {"dependency": "redis", "retry_after_s": 12.0}


def test_a_success_starts_the_count_again() -> None:
    """Failures that are not in a row never add up."""
    breaker = Breaker("redis")
    for _ in range(20):
        for _ in range(4):
            breaker.failed(0)
        breaker.succeeded(0)
    assert breaker.state(0) is BreakerState.CLOSED


@pytest.mark.parametrize(("now", "state"), [(14.9, BreakerState.OPEN), (15.0, BreakerState.HALF_OPEN)])
def test_it_stays_open_for_fifteen_seconds(now: float, state: BreakerState) -> None:
    """The first trial is allowed when the time is over, not before."""
    assert opened().state(now) is state


def test_two_trial_successes_close_it() -> None:
    """After the first success it is still half open; after the second all is as at the start."""
    breaker = opened()
    for expected in (BreakerState.HALF_OPEN, BreakerState.CLOSED):
        breaker.check(15)
        breaker.succeeded(16)
        assert breaker.state(16) is expected
    for _ in range(4):
        breaker.failed(17)
    assert breaker.state(17) is BreakerState.CLOSED


def test_one_trial_failure_opens_it_again() -> None:
    """A failed trial starts the fifteen seconds anew, and earlier trial successes are forgotten."""
    breaker = opened()
    breaker.check(15)
    breaker.succeeded(15)
    breaker.check(15)
    breaker.failed(20)
    assert breaker.state(34.9) is BreakerState.OPEN
    breaker.check(35)
    breaker.succeeded(35)
    assert breaker.state(35) is BreakerState.HALF_OPEN


def test_half_open_lets_two_trials_through_at_once() -> None:
    """A third is refused until one has reported."""
    breaker = opened()
    breaker.check(15)
    breaker.check(15)
    with pytest.raises(BreakerOpen):
        breaker.check(15)
    breaker.abandoned(15)
    breaker.check(15)


def test_a_trial_that_never_reports_gives_up_its_place() -> None:
    """Two trials that vanish block the others no longer than the breaker would have been open."""
    breaker = opened()
    breaker.check(15)
    breaker.check(15)
    with pytest.raises(BreakerOpen):
        breaker.check(29.9)
    breaker.check(30)


def test_late_reports_do_not_move_an_open_breaker() -> None:
    """Calls from before it opened neither close it nor keep it open longer."""
    breaker = opened()
    breaker.succeeded(1)
    breaker.failed(14)
    assert breaker.state(14.9) is BreakerState.OPEN
    assert breaker.state(15) is BreakerState.HALF_OPEN
    breaker.succeeded(15)
    breaker.succeeded(15)
    assert breaker.state(15) is BreakerState.HALF_OPEN


@pytest.mark.parametrize("error", [NoSeating("full"), LockBusy("held"), None])
def test_answers_are_successes_even_when_they_are_refusals(error: Exception | None) -> None:
    """A full house and a held lock are answers: they never open it."""
    breaker = Breaker("postgres")
    for _ in range(4):
        breaker.report(DatabaseUnavailable("down"), 0)
    breaker.report(error, 0)
    breaker.report(DatabaseUnavailable("down"), 0)
    assert breaker.state(0) is BreakerState.CLOSED


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyError("bug"), BreakerOpen("another's")])
def test_cancellations_and_our_own_faults_are_no_verdict(error: BaseException) -> None:
    """They neither count as failures nor wipe out those before them, and they free a trial's place."""
    breaker = Breaker("postgres")
    for _ in range(4):
        breaker.report(DatabaseUnavailable("down"), 0)
    for _ in range(5):
        breaker.report(error, 0)
    assert breaker.state(0) is BreakerState.CLOSED
    breaker.report(DatabaseUnavailable("down"), 0)
    assert breaker.state(0) is BreakerState.OPEN
    for _ in range(5):
        breaker.check(15)
        breaker.report(error, 15)


def test_calling_checks_and_reports() -> None:
    """The context manager passes the body's error on, counts it, and refuses once it is open."""
    breaker = Breaker("redis")
    for _ in range(5):
        with pytest.raises(RedisUnavailable), breaker.calling(lambda: 0.0):
            raise RedisUnavailable("gone")
    with pytest.raises(BreakerOpen), breaker.calling(lambda: 1.0):
        pytest.fail("the body must not run")
    for _ in range(2):
        with breaker.calling(lambda: 15.0):
            pass
    assert breaker.state(15) is BreakerState.CLOSED


def test_restaurants_do_not_share_what_fails_for_each_alone() -> None:
    """One venue's broken webhook opens its own breaker, not its neighbour's nor the dependency's."""
    breakers = Breakers()
    for _ in range(5):
        breakers.of("webhook", "osteria").failed(0)
    assert breakers.states(0) == {"webhook of osteria": BreakerState.OPEN}
    breakers.of("webhook", "bistro").check(0)
    breakers.of("webhook").check(0)
    assert breakers.of("webhook", "osteria") is breakers.of("webhook", "osteria")


def test_idle_breakers_are_forgotten_before_they_become_too_many() -> None:
    """The number kept is bounded, and those that remember a failure are the ones kept."""
    breakers = Breakers()
    breakers.of("webhook", "broken").failed(0)
    for number in range(MOST_BREAKERS):
        breakers.of("webhook", f"venue-{number}")
    assert len(breakers.states(0)) < MOST_BREAKERS
    assert "webhook of broken" in breakers.states(0)
