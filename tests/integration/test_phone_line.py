"""A call on the real engines: what is kept of it, the time that is held, and that it books once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from house import Inn, evening, faults

from maitred.domain.errors import NotFound
from maitred.store import people
from maitred.usecases import phone
from maitred.usecases.accept import GuestDetails
from maitred.usecases.desk import Caller
from maitred.usecases.phone import Asked
from maitred.usecases.tracker import TableAvailabilityTracker

GUEST = GuestDetails("Meier")


async def somebody(inn: Inn) -> Caller:
    """Somebody who may take calls."""
    number = uuid4()
    await people.insert(inn.desk.database, number, f"{number}@example.org", "Hanna", None, None)
    return replace(inn.caller, credential_id=number)


async def tables_held(inn: Inn) -> int:
    return int(await inn.desk.database.fetchval("SELECT count(*) FROM maitred.allocations WHERE hold_id IS NOT NULL"))


async def test_a_time_is_free_or_has_others_beside_it(inn: Inn) -> None:
    """The wanted time comes first while it is free; once it is full the nearest ones are told, none of them full."""
    tracker, asked = TableAvailabilityTracker(inn.desk.database, 0), Asked(6, evening("19:00"), accessible=True)
    told = await phone.look(inn.desk, tracker, inn.place, asked)
    assert (told.free, told.offers[0]) == (True, evening("19:00"))
    await inn.seat(6, evening("19:00"), accessible=True)
    full = await phone.look(inn.desk, tracker, inn.place, asked)
    assert not full.free
    assert evening("19:00") not in full.offers
    assert 1 <= len(full.offers) <= phone.MOST_OFFERS


async def test_a_full_day_is_answered_with_other_days(inn: Inn) -> None:
    """Outside the hours nothing is free that day at that time: what can be told is another time, with the reason."""
    tracker = TableAvailabilityTracker(inn.desk.database, 0)
    told = await phone.look(inn.desk, tracker, inn.place, Asked(2, evening("23:30")))
    assert not told.free
    assert told.fault is not None
    assert told.offers


async def test_a_held_time_is_given_back_for_another_and_with_the_call(inn: Inn) -> None:
    """One call holds one time; when the call is cleared nothing is held."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    await phone.note(inn.desk, inn.place, "19:00 2 meier", caller=hanna)
    await phone.hold_time(inn.desk, inn.place, asked, evening("19:00"), caller=hanna)
    held = await phone.hold_time(inn.desk, inn.place, asked, evening("20:15"), caller=hanna)
    assert await tables_held(inn) == 1
    draft = await phone.present_call(inn.desk, inn.place, caller=hanna)
    assert await phone.held_for(inn.desk, draft, asked, caller=hanna) == held
    later = replace(asked, starts_at=asked.starts_at + timedelta(minutes=15))
    assert await phone.held_for(inn.desk, draft, later, caller=hanna) is None
    await phone.clear(inn.desk, inn.place, caller=hanna)
    assert await tables_held(inn) == 0


async def test_a_call_books_once_however_often_it_is_confirmed(inn: Inn) -> None:
    """Two tabs confirm at the same moment, and one again later: one booking; the next line is another call."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    first = await phone.note(inn.desk, inn.place, "19:00 2 meier", caller=hanna)
    await phone.hold_time(inn.desk, inn.place, asked, evening("19:00"), caller=hanna)

    async def book() -> UUID:
        return await phone.book(inn.desk, inn.place, asked, GUEST, None, caller=hanna)

    made = {*await asyncio.gather(book(), book()), await book()}
    assert len(made) == 1
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1
    again = await phone.note(inn.desk, inn.place, "19:00 2 meier", caller=hanna)
    assert again.booking_id in made
    following = await phone.note(inn.desk, inn.place, "20:15 4 khan", caller=hanna)
    assert (following.booking_id, following.hold_id) == (None, None)
    assert following.call_id != first.call_id
    assert await faults(inn.url) == []


async def test_a_call_that_holds_nothing_yet_is_confirmed_at_once_from_four_tabs(inn: Inn) -> None:
    """Each keeps a table for itself on the way; one booking is made, and no table stays held."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    await phone.note(inn.desk, inn.place, "19:00 2 meier", caller=hanna)
    books = (phone.book(inn.desk, inn.place, asked, GUEST, None, caller=hanna) for _ in range(4))
    assert len(set(await asyncio.gather(*books))) == 1
    assert await tables_held(inn) == 0
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1


async def test_a_call_is_its_persons_own(inn: Inn) -> None:
    """Somebody else has another call in the same restaurant, and cannot confirm one that is not there."""
    hanna, ben = await somebody(inn), await somebody(inn)
    await phone.note(inn.desk, inn.place, "19:00 2 meier", caller=hanna)
    assert await phone.present_call(inn.desk, inn.place, caller=ben) is None
    with pytest.raises(NotFound):
        await phone.book(inn.desk, inn.place, Asked(2, evening("19:00")), GUEST, None, caller=ben)
