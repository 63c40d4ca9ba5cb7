"""When to try again, and when to stop."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maitred.domain.retry import RetryPolicy

NOW = datetime(2026, 12, 5, 19, tzinfo=UTC)


@given(st.text(max_size=40), st.integers(0, 10_000))
def test_a_delay_lies_between_nothing_and_the_doubled_base(key, round_number):
    """Full jitter: from 0 up to, but not including, min(30 s, 1 s x 2^round)."""
    delay_s = RetryPolicy().delay_after(key, round_number).total_seconds()
    assert 0 <= delay_s <= min(30, 2 ** min(round_number, 10))


def test_delays_spread_over_their_whole_range():
    """Bookings that failed together do not come back together: the range is used evenly."""
    shares = [RetryPolicy().delay_after(f"B{n}", 3).total_seconds() / 8 for n in range(1000)]
    assert 0.47 < sum(shares) / 1000 < 0.53
    assert all(60 <= sum(low / 10 <= share < (low + 1) / 10 for share in shares) <= 140 for low in range(10))


def test_the_same_booking_and_round_wait_equally_long_in_every_process():
    """The jitter is seeded from booking and round, so that a night can be played again."""
    code = "from maitred.domain.retry import RetryPolicy as R; print(R().delay_after('B1', 2).total_seconds())"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "7")
    }
    assert runs == {f"{RetryPolicy().delay_after('B1', 2).total_seconds()}\n".encode()}


def test_booking_and_round_both_change_the_delay():
    """Neither rounds of one booking nor bookings of one round share their delay; their seeds cannot run together."""
    policy = RetryPolicy(cap_s=1)
    delays = {policy.delay_after(key, n) for key, n in [("B1", 1), ("B1", 2), ("B2", 1), ("B1\0", 1), ("B", 11)]}
    assert len(delays) == 5


@pytest.mark.parametrize(
    ("rounds", "pending_s", "expected"),
    [(0, 0, False), (4, 119.9, False), (5, 0, True), (6, 0, True), (0, 120, True), (4, 500, True)],
)
def test_rounds_and_time_pending_are_both_bounded(rounds, pending_s, expected):
    """Whichever bound is reached first ends the trying."""
    assert RetryPolicy().exhausted(rounds, NOW - timedelta(seconds=pending_s), NOW) is expected
