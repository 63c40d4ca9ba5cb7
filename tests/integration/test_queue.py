"""Walk-ins and the queue at the door on the real engines: who comes first has the table, and nothing is half done."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from house import TINY, Inn, evening, faults, open_inn, other, venue

from maitred.domain.errors import Contended, NoSeating, NotFound, TransitionNotAllowed
from maitred.domain.walkin import TableNow
from maitred.store import queue
from maitred.usecases.queue import back_to_queue, call_party, join_queue, leave_queue, seat_from_queue
from maitred.usecases.undo import undo
from maitred.usecases.walkins import WalkIn, look_for_walk_in, seat_walk_in

KHAN = WalkIn(2, "Khan", phone="+442079460958", notes="window")


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two, at seven in the evening."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened.at(lambda: evening("19:00"))


async def waiting(inn: Inn) -> list[str]:
    return [one.name for one in await queue.waiting(inn.desk.database, inn.place.restaurant_id)]


async def test_a_walk_in_sits_where_it_was_told(tiny: Inn) -> None:
    """The booking is seated at the tables of the answer; taken back, they are free again."""
    told = await look_for_walk_in(tiny.desk, tiny.place, 2, accessible=False)
    assert isinstance(told, TableNow)
    seated = await seat_walk_in(
        tiny.desk, tiny.place, KHAN, tables=told.tables, leave_by=told.until if told.limited else None,
        caller=tiny.caller,
    )  # fmt: skip
    view = await tiny.view(seated.id)
    assert (view.booking.state, view.tables, view.guest.phone) == ("checked_in", told.tables, "+442079460958")
    assert (view.booking.source, view.booking.notes) == ("walk_in", "window")
    assert (await undo(tiny.desk, seated.id, caller=tiny.caller)).state == "cancelled"
    assert isinstance(await look_for_walk_in(tiny.desk, tiny.place, 2, accessible=False), TableNow)
    assert await faults(tiny.url) == []


async def test_a_walk_in_that_leaves_early_has_the_table_until_then(tiny: Inn) -> None:
    """Somebody is due at 20:00: the stay is limited, agreed to, and both have their table."""
    due = await tiny.seat(at=evening("20:00"))
    told = await look_for_walk_in(tiny.desk, tiny.place, 2, accessible=False)
    assert isinstance(told, TableNow)
    assert told.limited
    seated = await seat_walk_in(
        tiny.desk, tiny.place, KHAN, tables=told.tables, leave_by=told.until, caller=tiny.caller
    )
    assert seated.starts_at + (told.until - evening("19:00")) == told.until
    assert (await tiny.view(due.booking.id)).tables == ("A1",)
    assert await faults(tiny.url) == []


async def test_of_two_hosts_at_the_last_table_one_wins_and_nothing_of_the_other_is_left(tiny: Inn) -> None:
    """Both seat at once: one party sits, the other has no booking at all."""

    async def seats(name: str) -> bool:
        try:
            await seat_walk_in(
                tiny.desk, tiny.place, WalkIn(2, name), tables=("A1",), leave_by=None, caller=other(tiny.caller, name)
            )
        except (NoSeating, Contended):
            return False
        return True

    assert sorted(await asyncio.gather(seats("one"), seats("two"))) == [False, True]
    rows = await tiny.desk.database.fetch("SELECT state FROM maitred.bookings")
    assert [row["state"] for row in rows] == ["checked_in"]
    assert await faults(tiny.url) == []


async def test_two_hosts_cannot_seat_the_same_party(inn: Inn) -> None:
    """The room has tables for both, and still the party sits once; the second host is told that it waits no more."""
    at_seven = inn.at(lambda: evening("19:00"))
    party = await join_queue(at_seven.desk, inn.place, KHAN, (10, 20), caller=inn.caller)

    async def seats() -> str:
        try:
            await seat_from_queue(at_seven.desk, inn.place, party.id, tables=(), leave_by=None, caller=inn.caller)
        except TransitionNotAllowed:
            return "told"
        return "seated"

    assert sorted(await asyncio.gather(seats(), seats())) == ["seated", "told"]
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1
    assert await waiting(inn) == []


async def test_a_party_that_cannot_be_seated_waits_on_at_its_place(tiny: Inn) -> None:
    """The table is taken: the party is where it was in the queue."""
    await seat_walk_in(tiny.desk, tiny.place, WalkIn(2, "Smith"), tables=(), leave_by=None, caller=tiny.caller)
    first = await join_queue(tiny.desk, tiny.place, KHAN, None, caller=tiny.caller)
    await join_queue(tiny.desk, tiny.place, WalkIn(2, "Okafor"), None, caller=tiny.caller)
    with pytest.raises(NoSeating):
        await seat_from_queue(tiny.desk, tiny.place, first.id, tables=("A1",), leave_by=None, caller=tiny.caller)
    assert sorted(await waiting(tiny)) == ["Khan", "Okafor"]


async def test_calling_leaving_and_coming_back_are_on_record(inn: Inn) -> None:
    """Who called is kept; a second call and a call after leaving are refused; back in the queue it waits as before."""
    desk, place, caller = inn.desk, inn.place, inn.caller
    party = await join_queue(desk, place, KHAN, (10, 20), caller=caller)
    await call_party(desk, place, party.id, called=True, caller=caller)
    with pytest.raises(TransitionNotAllowed):
        await call_party(desk, place, party.id, called=True, caller=caller)
    closed = await leave_queue(desk, place, party.id, caller=caller)
    with pytest.raises(TransitionNotAllowed):
        await leave_queue(desk, place, party.id, caller=caller)
    left = await queue.by_id(desk.database, place.restaurant_id, party.id)
    assert left is not None
    assert (left.called_by, left.closed_by, left.quoted_to) == ("ann", "ann", 20)
    await back_to_queue(desk, place, party.id, caller=caller, closed_at=closed)
    assert await waiting(inn) == ["Khan"]
    told = await desk.database.fetchval("SELECT count(*) FROM maitred.outbox WHERE type = 'queue.changed'")
    assert told == 4


async def test_a_party_of_nowhere_is_not_found(inn: Inn) -> None:
    """A number that no queue has is not found, and nothing is told."""
    with pytest.raises(NotFound):
        await back_to_queue(
            inn.desk, inn.place, inn.caller.credential_id, caller=inn.caller, closed_at=inn.desk.clock()
        )
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.outbox") == 0


async def test_nobody_brings_back_a_party_that_somebody_has_gone_on_with(inn: Inn) -> None:
    """It left, came back and was seated: whoever saw it leave cannot unseat it, nor after a quarter of an hour."""
    place, caller, seven = inn.place, inn.caller, evening("19:00")
    here, later, too_late = (inn.at(lambda m=m: seven + timedelta(minutes=m)).desk for m in (0, 1, 16))
    party = await join_queue(here, place, KHAN, None, caller=caller)
    left = await leave_queue(here, place, party.id, caller=caller)
    await back_to_queue(here, place, party.id, caller=caller, closed_at=left)
    booking = await seat_from_queue(later, place, party.id, tables=(), leave_by=None, caller=caller)
    with pytest.raises(TransitionNotAllowed):
        await back_to_queue(later, place, party.id, caller=caller, closed_at=left)
    assert (await inn.view(booking.id)).booking.state == "checked_in"
    other = await join_queue(here, place, WalkIn(2, "Okafor"), None, caller=caller)
    gone = await leave_queue(here, place, other.id, caller=caller)
    with pytest.raises(TransitionNotAllowed):
        await back_to_queue(too_late, place, other.id, caller=caller, closed_at=gone)
    assert await waiting(inn) == []
