"""Parties that stay past their time: whoever sits at a table has it, whatever the plan said."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from house import TINY, Inn, evening, open_inn, venue

from maitred.domain.booking import Booking, Source
from maitred.domain.errors import NoSeating, TableTaken
from maitred.domain.lifecycle import Action
from maitred.usecases.door import act
from maitred.usecases.holds import HoldRequest, place_hold
from maitred.usecases.tracker import read_snapshot

NOON, NEXT, LATE = evening("12:00"), evening("13:15"), evening("13:20")


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two; turn and buffer take an hour and a quarter."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened


async def do(inn: Inn, booking_id: UUID, action: Action, at: datetime) -> Booking:
    """Take a step at the door."""
    return await act(inn.desk, booking_id, action, caller=inn.caller, at=at)


async def sitting(inn: Inn, at: datetime = NOON) -> Booking:
    """A party that has sat down on time."""
    booking = (await inn.seat(at=at)).booking
    return await do(inn, booking.id, Action.CHECK_IN, at)


async def test_nobody_is_seated_at_a_table_where_somebody_still_sits(tiny: Inn) -> None:
    """The party before has not left: the host is told who it is and where, nothing changes; once it left it works."""
    first, second = await sitting(tiny), (await tiny.seat(at=NEXT)).booking
    await do(tiny, second.id, Action.ARRIVE, LATE)
    before = await tiny.rows()
    with pytest.raises(TableTaken) as taken:
        await do(tiny, second.id, Action.CHECK_IN, LATE)
    assert (taken.value.data["reference"], taken.value.data["tables"]) == (first.reference, ["A1"])
    assert first.reference in taken.value.message
    assert await tiny.rows() == before
    await do(tiny, first.id, Action.COMPLETE, LATE)
    assert (await do(tiny, second.id, Action.CHECK_IN, LATE)).state == "checked_in"


async def test_a_party_at_another_table_is_in_nobodys_way(inn: Inn) -> None:
    """Only the tables of the party itself are looked at."""
    await sitting(inn)
    other = (await inn.seat(6, NEXT)).booking
    assert (await do(inn, other.id, Action.CHECK_IN, LATE)).state == "checked_in"


async def test_of_two_checked_in_at_once_one_sits(tiny: Inn) -> None:
    """Two hosts seat two parties at one table at the same moment: the day's row lets one of them do it."""
    parties = [(await tiny.seat(at=at)).booking.id for at in (NOON, NEXT)]
    found = await asyncio.gather(
        *(do(tiny, one, Action.CHECK_IN, at) for one, at in zip(parties, (NOON, LATE), strict=True)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, TableTaken) for one in found) == 1
    assert sorted([await tiny.state(one) for one in parties]) == ["checked_in", "confirmed"]


async def test_a_forgotten_completion_does_not_keep_the_table_for_ever(tiny: Inn) -> None:
    """Twelve hours after its time was over, a party that nobody completed is taken to have left."""
    await sitting(tiny, evening("12:00", days=6))
    for clock, refused in (("01:14", True), ("01:16", False)):
        at = evening(clock)
        snapshot = await read_snapshot(tiny.desk.database, tiny.place, evening(days=6).date(), at)
        assert bool(snapshot.busy_mask(at, at + timedelta(minutes=1))) is refused
    following = (await tiny.seat(at=evening("10:00"))).booking
    assert (await do(tiny, following.id, Action.CHECK_IN, evening("10:00"))).state == "checked_in"


async def test_a_walk_in_is_not_put_where_somebody_still_sits(tiny: Inn) -> None:
    """At twenty past one the noon party still has the table: the walk-in waits for staff; when it left, it is free."""
    first = await sitting(tiny)
    late = tiny.at(lambda: LATE)
    walk_in = (await late.seat(at=LATE, source=Source.WALK_IN)).booking
    assert (walk_in.state, walk_in.reason_code) == ("manual_review", "no_capacity")
    with pytest.raises(NoSeating):
        await place_hold(late.desk, late.place, HoldRequest(2, LATE, source=Source.WALK_IN), caller=late.caller)
    await do(tiny, first.id, Action.COMPLETE, LATE)
    assert (await late.seat(at=LATE, source=Source.WALK_IN)).booking.state == "confirmed"


async def test_an_overstay_is_taken_for_one_more_buffer(tiny: Inn) -> None:
    """From now on for the venue's fifteen minutes and no longer; the same rows and the same now, the same answer."""
    await sitting(tiny)
    snapshots = [await read_snapshot(tiny.desk.database, tiny.place, NOON.date(), LATE) for _ in range(2)]
    free_from = LATE + timedelta(minutes=15)
    for snapshot in snapshots:
        assert snapshot.busy_mask(NOON, free_from)
        assert snapshot.busy_mask(free_from - timedelta(minutes=1), free_from)
        assert not snapshot.busy_mask(free_from, free_from + timedelta(hours=8))
    assert snapshots[0] == snapshots[1]


@pytest.mark.parametrize("minutes", [0, 59])
async def test_within_its_turn_a_party_has_its_plan(tiny: Inn, minutes: int) -> None:
    """Nothing is added before the plan is behind: back to back stays back to back."""
    await sitting(tiny)
    read = await read_snapshot(tiny.desk.database, tiny.place, NOON.date(), NOON + timedelta(minutes=minutes))
    assert read.busy_mask(NEXT - timedelta(minutes=1), NEXT)
    assert not read.busy_mask(NEXT, NEXT + timedelta(hours=8))


async def test_only_who_sits_there_overstays(tiny: Inn) -> None:
    """A party that never came keeps its planned time and no more; one that is only expected is nobody's overstay."""
    booking = (await tiny.seat(at=NOON)).booking
    for arrived in (False, True):
        if arrived:
            await do(tiny, booking.id, Action.ARRIVE, NOON)
        read = await read_snapshot(tiny.desk.database, tiny.place, NOON.date(), LATE)
        assert not read.busy_mask(NEXT, LATE + timedelta(hours=8))


async def test_a_replayed_decision_is_judged_by_who_sits_there_now(tiny: Inn) -> None:
    """A recorded decision time is not the clock: the real one says that nobody overstays a week before the night."""
    await sitting(tiny)
    replayed = await tiny.seat(at=LATE, source=Source.PHONE, decided_as_of=LATE)
    assert replayed.booking.state == "confirmed"
    assert replayed.booking.decided_as_of == LATE
