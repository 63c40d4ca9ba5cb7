"""The end that people are told: the same at the door, on the floor and on the timeline, whatever tables a party has."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from house import Inn, evening

from maitred.domain.binding import leaves_at
from maitred.domain.booking import Actor, ActorKind
from maitred.domain.lifecycle import Action
from maitred.store.views import booking_view
from maitred.usecases.door import act
from maitred.usecases.moves import move_by_hand, swap
from maitred.usecases.night import attention, follow_days
from maitred.usecases.timeline import timeline

NOON = evening("12:00")


async def sitting(inn: Inn, party: int = 2, at: datetime = NOON) -> UUID:
    """A party that has sat down on time."""
    booking = (await inn.seat(party, at)).booking
    await act(inn.desk, booking.id, Action.CHECK_IN, caller=inn.caller, at=at)
    return booking.id


async def told(inn: Inn, booking: UUID, now: datetime) -> set[datetime]:
    """Every end that is shown of a party."""
    view = await booking_view(inn.desk.database, booking)
    assert view is not None
    bars = (await timeline(inn.desk.database, inn.place, view.booking.service_date, now)).bars
    shown = {bar.told_until for row in bars.values() for bar in row if bar.owner_id == str(booking)}
    return shown | {leaves_at(view.booking, inn.place.venue, view.seated_at)}


async def elsewhere(inn: Inn, booking: UUID) -> tuple[str, ...]:
    """Return another table for a party, which suits it and is free."""
    view = await booking_view(inn.desk.database, booking)
    assert view is not None
    day = (await timeline(inn.desk.database, inn.place, view.booking.service_date, NOON)).bars
    size = view.booking.party_size
    fitting = (way.tables for way in inn.place.floor.candidates(size, accessible=False))
    return next(tables for tables in fitting if not any(day[table] for table in tables))


@pytest.mark.parametrize("minutes", [1, 20, 49, 59])
async def test_a_party_that_changes_tables_keeps_its_end(inn: Inn, minutes: int) -> None:
    """Moved once and again, it leaves when it was to leave; nobody who comes after is late by it."""
    booking, now = await sitting(inn), NOON + timedelta(minutes=minutes)
    before = await told(inn, booking, now)
    assert len(before) == 1
    moved = inn.at(lambda: now)
    for _ in range(2):
        await move_by_hand(moved.desk, booking, await elsewhere(moved, booking), caller=moved.caller)
        assert await told(moved, booking, now) == before
    view = await booking_view(inn.desk.database, booking)
    assert view is not None
    buffer = timedelta(minutes=view.booking.buffer_minutes)
    assert view.seated_until == before.pop() + buffer
    following = (await inn.seat(2, view.seated_until)).booking
    await follow_days(moved.desk, moved.place, [following.service_date], Actor(ActorKind.SYSTEM, "tests"))
    assert await attention(moved.desk, moved.place) == []


async def test_parties_that_swap_keep_their_ends(inn: Inn) -> None:
    """Each leaves when it was to leave, at the other's table."""
    first, second = await sitting(inn), await sitting(inn, at=NOON + timedelta(minutes=15))
    later = inn.at(lambda: NOON + timedelta(minutes=30))
    ends = [await told(inn, one, NOON + timedelta(minutes=30)) for one in (first, second)]
    await swap(later.desk, first, second, caller=later.caller)
    assert [await told(later, one, NOON + timedelta(minutes=30)) for one in (first, second)] == ends


async def test_a_party_that_sat_down_late_is_told_one_end(inn: Inn) -> None:
    """Its turn counts from when it sat, everywhere; before that it is the end of what was booked."""
    booking = (await inn.seat(2, NOON)).booking
    assert await told(inn, booking.id, NOON) == {booking.turn_ends_at}
    late = NOON + timedelta(minutes=12)
    await act(inn.desk, booking.id, Action.CHECK_IN, caller=inn.caller, at=late)
    assert await told(inn, booking.id, late) == {late + timedelta(minutes=booking.turn_minutes)}
