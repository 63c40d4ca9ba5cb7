"""What is offered for a change can be had: own tables and covers are free for it, everybody else's are not."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from house import TINY, VENUE, Inn, evening, open_inn, venue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maitred.domain.errors import InvalidInput, NeedsOverride, NoSeating
from maitred.store.views import BookingView
from maitred.usecases.availability import DayAvailability
from maitred.usecases.change_times import change_times
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.moves import ByHand, pin
from maitred.usecases.tracker import TableAvailabilityTracker

FOUR: Mapping[str, Any] = {**TINY, "tables": [{"id": "A1", "zone": "main", "capacity": 4, "min_party": 1}]}
TWO_AND_FOUR: Mapping[str, Any] = {
    **TINY,
    "tables": [
        {"id": "A1", "zone": "main", "capacity": 2, "min_party": 1},
        {"id": "A2", "zone": "main", "capacity": 4, "min_party": 3},
    ],
}


_days = count(7)


@pytest.fixture
async def four(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for four."""
    async with open_inn(migrated_database, redis_url, venue(FOUR)) as inn:
        yield inn


def as_guest(inn: Inn) -> Any:
    """Somebody who may do what guests may."""
    return replace(inn.caller, scopes=frozenset({"bookings:write", "bookings:read"}))


async def offered(inn: Inn, view: BookingView, party: int) -> DayAvailability:
    """Look with a tracker of its own: nothing is a second old."""
    tracker = TableAvailabilityTracker(inn.desk.database, 0)
    day = view.booking.service_date
    return await change_times(inn.desk, tracker, inn.place, view, day, party, caller=as_guest(inn))


def times(found: DayAvailability) -> set[datetime]:
    """The times that are offered."""
    return {slot.starts_at for slot in found.slots if slot.available}


async def had(inn: Inn, view: BookingView, party: int, at: datetime) -> bool:
    """Try a change as the guest, and take it back."""
    was = view.booking
    try:
        await modify_booking(inn.desk, was.id, Changes(party_size=party, starts_at=at), caller=as_guest(inn))
    except (NoSeating, InvalidInput, NeedsOverride):
        return False
    back = Changes(party_size=was.party_size, starts_at=was.starts_at)
    await modify_booking(inn.desk, was.id, back, caller=inn.caller)
    return True


async def test_half_an_hour_later_at_the_own_table(four: Inn) -> None:
    """One table, own booking at 19:00: 18:45 and 19:30 overlap nobody but oneself."""
    view = await four.seat(4)
    assert {evening("18:45"), evening("19:30")} <= times(await offered(four, view, 4))
    await modify_booking(four.desk, view.booking.id, Changes(starts_at=evening("19:30")), caller=as_guest(four))
    assert (await four.view(view.booking.id)).seated_from == evening("19:30")


@pytest.mark.parametrize("party", [1, 2, 3, 4])
async def test_exactly_what_is_offered_can_be_had_beside_another_party(four: Inn, party: int) -> None:
    """Another party at 21:30: each slot of the evening is tried, and what was shown as full is full."""
    view = await four.seat(2)
    await four.seat(2, evening("21:30"))
    found = await offered(four, view, party)
    assert evening("19:30") in times(found)
    assert evening("21:30") not in times(found)
    tried = {slot.starts_at for slot in found.slots if await had(four, view, party, slot.starts_at)}
    assert tried == times(found)


async def test_a_party_that_outgrows_its_table_is_offered_another(migrated_database: str, redis_url: str) -> None:
    """Two become three: the table for four where it is free, and nothing where somebody has it."""
    async with open_inn(migrated_database, redis_url, venue(TWO_AND_FOUR)) as inn:
        view = await inn.seat(2)
        assert view.tables == ("A1",)
        assert evening("19:00") in times(await offered(inn, view, 3))
        await inn.seat(4)
        found = times(await offered(inn, view, 3))
        assert evening("19:00") not in found
        assert not await had(inn, view, 3, evening("19:00"))


async def test_a_party_larger_than_any_table_is_refused_by_name(four: Inn) -> None:
    """What can be had on no day names the field."""
    with pytest.raises(InvalidInput) as refused:
        await offered(four, await four.seat(2), 9)
    assert refused.value.field == "party_size"


async def test_own_covers_count_as_free_where_a_slot_is_paced(migrated_database: str, redis_url: str) -> None:
    """Four covers may start in a slot, and three of them are one's own."""
    paced = {**VENUE, "pacing": {"max_covers_per_slot": 4}}
    async with open_inn(migrated_database, redis_url, venue(paced)) as inn:
        view = await inn.seat(3)
        found = times(await offered(inn, view, 4))
        assert evening("19:00") in found
        assert await had(inn, view, 4, evening("19:00"))


async def test_a_promised_table_is_offered_only_where_it_is_free(migrated_database: str, redis_url: str) -> None:
    """Who was promised a table keeps it: a time at which it is somebody else's is no time for them."""
    async with open_inn(migrated_database, redis_url, venue(VENUE)) as inn:
        view = await inn.seat(2)
        await pin(
            inn.desk,
            view.booking.id,
            "by the window",
            tables=view.tables,
            caller=inn.caller,
            hand=ByHand(None, None, None),
        )
        view = await inn.view(view.booking.id)
        found = await offered(inn, view, 2)
        tried = {slot.starts_at for slot in found.slots if await had(inn, view, 2, slot.starts_at)}
        assert times(found) <= tried


@pytest.mark.parametrize("party", [2, 3, 4])
@pytest.mark.parametrize("clock", ["20:45", "21:00", "21:15", "21:30", "21:45"])
async def test_the_alternatives_of_a_refused_change_can_be_had(four: Inn, party: int, clock: str) -> None:
    """The own table counts as free for them too: whoever is refused one time takes any of those that are named."""
    view = await four.seat(2)
    await four.seat(2, evening("21:30"))
    changes = Changes(party_size=party, starts_at=evening(clock))
    try:
        await modify_booking(four.desk, view.booking.id, changes, caller=as_guest(four))
    except NoSeating as refused:
        named = [datetime.fromisoformat(str(one["starts_at"])) for one in refused.data["alternatives"]]
        assert named, "times beside the other party are free"
        assert any(abs(at - view.booking.starts_at) < view.booking.ends_at - view.booking.starts_at for at in named)
        for at in named:
            assert await had(four, view, party, at), at


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 13)), max_size=5), st.integers(1, 4), st.integers(0, 13))
async def test_nothing_is_offered_that_cannot_be_had(
    inn: Inn, others: list[tuple[int, int]], party: int, slot: int
) -> None:
    """On evenings of any kind, a guest who takes a time they were shown has it."""
    day = next(_days)  # each example has a day of its own
    slots = [evening(f"{18 + number // 4}:{number % 4 * 15:02}", day) for number in range(14)]
    for size, at in others:
        await inn.seat(size, slots[at])
    view = await inn.seat(2, slots[slot])
    if view.booking.state == "confirmed":
        for at in sorted(times(await offered(inn, view, party))):
            assert await had(inn, view, party, at), at
