"""Whatever is done at once and in whatever order: no overlap, no seatless confirmation, no gap, and history replays.

And for services across midnight and clock changes: turns are elapsed minutes, days are the evening's, seats never meet.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from house import STAFF, Inn, evening, faults, inn_of, venue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maitred.domain.booking import UNDECIDED_STATES, State
from maitred.domain.calendar import find_window, slots
from maitred.domain.errors import Contended, MaitredError, Rejected
from maitred.domain.lifecycle import Action
from maitred.usecases.decide import decide_day
from maitred.usecases.door import act
from maitred.usecases.holds import HoldRequest, place_hold, release_hold
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.review import requeue

few = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
CLOCKS = ["18:00", "18:30", "19:00", "19:45", "20:15"]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do: what, to whom (by number), for how many and when."""

    what: str
    whom: int
    party: int
    clock: str


deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(
            ["book", "seat", "seat", "phone", "decide", "cancel", "modify", "hold", "confirm_hold", "release", "arrive",
             "check_in", "complete", "no_show", "undo", "lose_table", "requeue"]
        ),
        st.integers(0, 5),
        st.integers(1, 8),
        st.sampled_from(CLOCKS),
    ),
    min_size=20,
    max_size=45,
)  # fmt: skip
DOOR = {
    "cancel": Action.CANCEL,
    "arrive": Action.ARRIVE,
    "check_in": Action.CHECK_IN,
    "complete": Action.COMPLETE,
    "no_show": Action.MARK_NO_SHOW,
    "undo": Action.UNDO,
    "lose_table": Action.LOSE_TABLE,
}


@dataclass(slots=True)
class Night:
    """An evening in progress, done to by many hands."""

    inn: Inn
    booked: list[UUID]
    held: list[tuple[UUID, int, datetime]]

    async def do(self, deed: Deed) -> None:
        """Do one thing; a refusal is an answer, anything else is not."""
        with suppress(Rejected, Contended):
            await self._do(deed)

    async def _do(self, deed: Deed) -> None:
        inn, at = self.inn, evening(deed.clock)
        if deed.what in ("book", "phone"):
            self.booked.append(await inn.book(deed.party, at, **(STAFF if deed.what == "phone" else {})))
        elif deed.what == "seat":
            self.booked.append(await inn.book(deed.party, at))
            await inn.decide()
        elif deed.what == "decide":
            await inn.decide()
        elif deed.what == "hold":
            hold = await place_hold(inn.desk, inn.place, HoldRequest(deed.party, at), caller=inn.caller)
            self.held.append((hold.id, deed.party, at))
        elif deed.what in ("confirm_hold", "release") and self.held:
            hold_id, party, held_at = self.held[deed.whom % len(self.held)]
            if deed.what == "release":
                await release_hold(inn.desk, hold_id, caller=inn.caller)
            else:
                self.booked.append(await inn.book(party, held_at, hold_id=hold_id))
        elif self.booked:
            await self._to(self.booked[deed.whom % len(self.booked)], deed, at)

    async def _to(self, booking_id: UUID, deed: Deed, at: datetime) -> None:
        inn = self.inn
        if deed.what == "modify":
            changes = Changes(party_size=deed.party, starts_at=at)
            await modify_booking(inn.desk, booking_id, changes, caller=inn.caller)
        elif deed.what == "requeue":
            await requeue(inn.desk, booking_id, caller=inn.caller)
        elif deed.what in DOOR:
            await act(inn.desk, booking_id, DOOR[deed.what], caller=inn.caller, at=at)


@few
@given(todo=deeds, hands=st.integers(1, 8))
async def test_whatever_is_done_at_once_the_book_stays_sound(inn: Inn, todo: list[Deed], hands: int) -> None:
    """Random deeds by several hands at once: only refusals are raised, and the database is sound throughout."""
    fresh = await inn_of(inn.house, venue(), inn.url)
    night = Night(replace(fresh, desk=fresh.with_policy(lock_wait_ms=10_000).desk), [], [])

    async def hand(mine: Sequence[Deed]) -> None:
        for deed in mine:
            await night.do(deed)

    async with asyncio.TaskGroup() as group:
        for number in range(hands):
            group.create_task(hand(todo[number::hands]))
    assert await faults(inn.url) == []
    await fresh.decide()
    assert await faults(inn.url) == []
    for booking_id in night.booked:
        assert await fresh.state(booking_id) not in UNDECIDED_STATES


@few
@given(todo=deeds)
async def test_the_same_deeds_in_the_same_order_seat_alike(inn: Inn, todo: list[Deed]) -> None:
    """One after the other, twice, in two equal houses: the same states on the same tables (guarantee 8)."""
    results = []
    for _ in range(2):
        fresh = await inn_of(inn.house, venue(), inn.url)
        night = Night(fresh, [], [])
        for deed in todo:
            await night.do(deed)
        await fresh.decide()
        views = [await fresh.view(booking_id) for booking_id in night.booked]
        results.append([(view.booking.state, view.booking.reason_code, view.tables) for view in views])
    assert results[0] == results[1]


# -- clock changes and the small hours ---------------------------------------------------------------------------------

LATE = [
    {"name": "night", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "open": "18:00",
     "last_seating": "03:15", "close": "04:30"}
]  # fmt: skip
CHANGES = {
    "Europe/London": [date(2026, 3, 28), date(2026, 10, 24)],
    "America/New_York": [date(2026, 3, 7), date(2026, 10, 31)],
    "Australia/Lord_Howe": [date(2026, 4, 4), date(2026, 10, 3)],
}
NIGHTS = [(zone, day + timedelta(days=n)) for zone, days in CHANGES.items() for day in days for n in (-1, 0, 1)]


@few
@given(night=st.sampled_from(NIGHTS), picks=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 6)), max_size=14))
async def test_nights_across_midnight_and_clock_changes(
    inn: Inn, night: tuple[str, date], picks: list[tuple[int, int]]
) -> None:
    """Every slot of such a night belongs to its evening, takes its turn in elapsed minutes, and never overlaps."""
    zone, day = night
    fresh = await inn_of(inn.house, venue(timezone=zone, services=LATE), inn.url)
    opens = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    tonight = fresh.at(lambda: opens)
    offered = [at for _, at in slots(fresh.place.venue, day)]
    ids = [await tonight.book(party, offered[pick % len(offered)]) for pick, party in picks]
    await _decide(tonight, day)
    for booking_id in ids:
        view = await fresh.view(booking_id)
        booking = view.booking
        assert booking.service_date == day
        assert booking.state in (State.CONFIRMED, State.FAILED)
        if view.tables:
            assert view.seated_from == booking.starts_at
            assert view.seated_until == booking.starts_at + timedelta(minutes=75)
        for offer in (booking.reason_data or {}).get("alternatives", []):
            window = find_window(fresh.place.venue, datetime.fromisoformat(offer["starts_at"]))
            assert window is not None
            assert window.date == day
    assert await faults(inn.url) == []


async def _decide(inn: Inn, day: date) -> None:
    await decide_day(inn.desk, inn.place, day, worker="test")


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [("Europe/London", date(2026, 3, 28), 495), ("Europe/London", date(2026, 10, 24), 615)],
)
async def test_a_table_turns_as_often_as_the_night_has_minutes(inn: Inn, zone: str, day: date, minutes: int) -> None:
    """From six to a quarter past three is an hour less or more when the clock changes: all of it is used."""
    one_table = {"tables": [{"id": "A1", "zone": "main", "capacity": 2}], "joins": []}
    fresh = await inn_of(inn.house, venue(timezone=zone, services=LATE, **one_table), inn.url)
    opens = datetime.combine(day, time(18), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    tonight = fresh.at(lambda: opens)
    seats = [await tonight.book(2, opens + timedelta(minutes=at)) for at in range(0, minutes + 1, 75)]
    await _decide(tonight, day)
    assert {await fresh.state(one) for one in seats} == {"confirmed"}
    with pytest.raises(MaitredError):
        await tonight.book(2, opens + timedelta(minutes=minutes + 15))
