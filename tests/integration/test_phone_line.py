"""A call on the real engines: what is kept of it, the time that is held, and that it books once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import pytest
from house import TINY, Inn, evening, faults, open_inn, venue

from maitred.domain.errors import Contended, NoSeating, NotFound
from maitred.store import people
from maitred.store import phone as stored
from maitred.store.phone import Draft
from maitred.usecases import phone
from maitred.usecases.accept import GuestDetails
from maitred.usecases.desk import Caller
from maitred.usecases.phone import Asked
from maitred.usecases.tracker import TableAvailabilityTracker
from maitred.usecases.undo import undo

Connect = Callable[[], Awaitable[asyncpg.Connection]]
GUEST = GuestDetails("Meier")


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn where a person looks at parties of five and more; when the test is over its book must be sound."""
    async with open_inn(migrated_database, redis_url, venue(review_party_size=5)) as opened:
        yield opened
    assert await faults(migrated_database) == []


async def somebody(inn: Inn) -> Caller:
    """Somebody who may take calls."""
    number = uuid4()
    await people.insert(inn.desk.database, number, f"{number}@example.org", "Hanna", None, None)
    return replace(inn.caller, credential_id=number)


async def tables_held(inn: Inn) -> int:
    return int(await inn.desk.database.fetchval("SELECT count(*) FROM maitred.allocations WHERE hold_id IS NOT NULL"))


async def test_a_time_is_free_or_has_others_beside_it(inn: Inn) -> None:
    """The wanted time comes first while it is free; once it is full the nearest ones are told, none of them full."""
    tracker, asked = TableAvailabilityTracker(inn.desk.database, 0), Asked(4, evening("19:00"), accessible=True)
    told = await phone.look(inn.desk, tracker, inn.place, asked)
    assert (told.free, told.offers[0]) == (True, evening("19:00"))
    await inn.seat(4, evening("19:00"), accessible=True)
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


async def typed(inn: Inn, caller: Caller, line: str, call_id: UUID | None = None) -> Draft:
    """Type a line of a call, as the page does."""
    draft = await phone.call_to_type(inn.desk, inn.place, call_id or uuid4(), line, caller=caller)
    return await phone.note(inn.desk, inn.place, draft, line, {}, caller=caller)


async def test_a_held_time_is_given_back_for_another_and_with_the_call(inn: Inn) -> None:
    """One call holds one time; when the call is forgotten nothing is held."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    call = (await typed(inn, hanna, "19:00 2 meier")).call_id
    await phone.hold_time(inn.desk, inn.place, call, asked, evening("19:00"), caller=hanna)
    held = await phone.hold_time(inn.desk, inn.place, call, asked, evening("20:15"), caller=hanna)
    assert await tables_held(inn) == 1
    draft = await phone.call_of(inn.desk, inn.place, call, caller=hanna)
    assert await phone.held_for(inn.desk, draft, asked, caller=hanna) == held
    later = replace(asked, starts_at=asked.starts_at + timedelta(minutes=15))
    assert await phone.held_for(inn.desk, draft, later, caller=hanna) is None
    await phone.forget(inn.desk, inn.place, call, caller=hanna)
    assert await tables_held(inn) == 0


async def test_a_time_that_cannot_be_kept_leaves_the_one_that_is(tiny: Inn) -> None:
    """Two times of one call need one table; a time that is somebody else's changes nothing of what is kept."""
    hanna, asked = await somebody(tiny), Asked(2, evening("19:00"))
    call = (await typed(tiny, hanna, "19:00 2 meier")).call_id
    first = await phone.hold_time(tiny.desk, tiny.place, call, asked, evening("19:00"), caller=hanna)
    await phone.hold_time(tiny.desk, tiny.place, call, asked, evening("19:15"), caller=hanna)
    await phone.hold_time(tiny.desk, tiny.place, call, asked, first.starts_at, caller=hanna)
    await tiny.seat(2, evening("21:30"))
    with pytest.raises(NoSeating):
        await phone.hold_time(tiny.desk, tiny.place, call, asked, evening("21:30"), caller=hanna)
    draft = await phone.call_of(tiny.desk, tiny.place, call, caller=hanna)
    kept = await phone.held_for(tiny.desk, draft, asked, caller=hanna)
    assert kept is not None
    assert kept.starts_at == first.starts_at


async def test_letting_an_old_time_go_leaves_the_one_that_was_kept_since(inn: Inn) -> None:
    """A tab that saw the first time gives that back; what another tab keeps since still belongs to the call."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    call = (await typed(inn, hanna, "19:00 2 meier")).call_id
    await phone.hold_time(inn.desk, inn.place, call, asked, evening("19:00"), caller=hanna)
    stale = await phone.call_of(inn.desk, inn.place, call, caller=hanna)
    later = await phone.hold_time(inn.desk, inn.place, call, asked, evening("20:15"), caller=hanna)
    await phone.let_go(inn.desk, stale)
    assert (await phone.call_of(inn.desk, inn.place, call, caller=hanna)).hold_id == later.id
    assert await tables_held(inn) == 1


async def test_two_tabs_that_keep_a_time_each_hold_one(inn: Inn) -> None:
    """Of eight times kept for one call at the same moment one is left, and the call knows which."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    call = (await typed(inn, hanna, "19:00 2 meier")).call_id
    times = [evening(f"{hour}:{minute:02}") for hour in (17, 19) for minute in (0, 15, 30, 45)]

    async def keep(at: datetime) -> None:
        with suppress(Contended, NoSeating):
            await phone.hold_time(inn.desk, inn.place, call, asked, at, caller=hanna)

    await asyncio.gather(*map(keep, times))
    held = await inn.desk.database.fetch("SELECT id FROM maitred.holds")
    draft = await phone.call_of(inn.desk, inn.place, call, caller=hanna)
    assert [row["id"] for row in held] == [draft.hold_id]


async def test_calls_have_nothing_of_each_other(inn: Inn) -> None:
    """Each call has its line, its time and its end; what was left is listed for who left it, the latest first."""
    hanna, ben = await somebody(inn), await somebody(inn)
    first, second = await typed(inn, hanna, "19:00 4 meier"), await typed(inn, hanna, "a")
    await phone.hold_time(
        inn.desk, inn.place, first.call_id, Asked(4, evening("19:00")), evening("19:00"), caller=hanna
    )
    await typed(inn, hanna, "20:15 2 roe", second.call_id)
    left = await phone.calls_left(inn.desk, inn.place, caller=hanna)
    assert [one.line for one in left] == ["20:15 2 roe", "19:00 4 meier"]
    assert left[0].hold_id is None
    assert await phone.calls_left(inn.desk, inn.place, caller=ben) == []
    booked = await phone.book(
        inn.desk, inn.place, second.call_id, Asked(2, evening("20:15")), GUEST, None, caller=hanna
    )
    assert [one.line for one in await phone.calls_left(inn.desk, inn.place, caller=hanna)] == ["19:00 4 meier"]
    assert (await phone.call_of(inn.desk, inn.place, second.call_id, caller=hanna)).booking_id == booked
    assert await tables_held(inn) > 0
    await typed(inn, hanna, "", first.call_id)
    assert await phone.calls_left(inn.desk, inn.place, caller=hanna) == []
    assert await tables_held(inn) == 0


async def test_nobody_types_into_somebody_elses_call(inn: Inn) -> None:
    """A call's number opens it to nobody but its person, in its restaurant."""
    hanna, ben = await somebody(inn), await somebody(inn)
    call = (await typed(inn, hanna, "19:00 2 meier")).call_id
    with pytest.raises(NotFound):
        await typed(inn, ben, "19:00 2 khan", call)
    await phone.forget(inn.desk, inn.place, call, caller=ben)
    assert (await phone.call_of(inn.desk, inn.place, call, caller=ben)).line == ""
    assert (await phone.call_of(inn.desk, inn.place, call, caller=hanna)).line == "19:00 2 meier"
    for do in (phone.book, phone.hold_time):
        more = (GUEST, None) if do is phone.book else (evening("19:00"),)
        with pytest.raises(NotFound):
            await do(inn.desk, inn.place, call, Asked(2, evening("19:00")), *more, caller=ben)


async def test_a_call_books_once_however_often_it_is_confirmed(inn: Inn) -> None:
    """Two tabs confirm at the same moment, and one again later: one booking; the next line is another call."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    first = await typed(inn, hanna, "19:00 2 meier")
    await phone.hold_time(inn.desk, inn.place, first.call_id, asked, evening("19:00"), caller=hanna)

    async def book() -> UUID:
        return await phone.book(inn.desk, inn.place, first.call_id, asked, GUEST, None, caller=hanna)

    made = {*await asyncio.gather(book(), book()), await book()}
    assert len(made) == 1
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1
    again = await typed(inn, hanna, "19:00 2 meier", first.call_id)
    assert (again.call_id, again.booking_id) == (first.call_id, made.pop())
    following = await typed(inn, hanna, "20:15 4 khan", first.call_id)
    assert (following.booking_id, following.hold_id) == (None, None)
    assert following.call_id != first.call_id
    assert (await typed(inn, hanna, "20:15 4 khans", first.call_id)).call_id == following.call_id
    assert await faults(inn.url) == []


async def test_a_call_that_holds_nothing_yet_is_confirmed_at_once_from_eight_tabs(inn: Inn) -> None:
    """One booking is made, and no table stays held."""
    hanna, asked = await somebody(inn), Asked(2, evening("19:00"))
    call = (await typed(inn, hanna, "19:00 2 meier")).call_id
    books = (phone.book(inn.desk, inn.place, call, asked, GUEST, None, caller=hanna) for _ in range(8))
    assert len(set(await asyncio.gather(*books))) == 1
    assert await tables_held(inn) == 0
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1


STOPS: Final = {
    "the booking": "AFTER INSERT ON maitred.bookings",
    "its history": "AFTER INSERT ON maitred.booking_history",
    "its tables": "AFTER INSERT ON maitred.allocations",
    "what can be undone": "AFTER INSERT ON maitred.undo_entries",
    "the end of the call": "AFTER UPDATE OF booking_id ON maitred.phone_drafts",
    "the hold given back": "AFTER DELETE ON maitred.holds",
}


@pytest.mark.parametrize("how", ["held", "free", "review"])
@pytest.mark.parametrize("stop", STOPS)
async def test_a_crash_anywhere_in_confirming_books_nothing_and_the_next_try_books_once(
    inn: Inn, connect: Connect, stop: str, how: str
) -> None:
    """The connection dies as something is written: no booking, the call open as it was, and confirming again is one."""
    party, people = (5 if how == "review" else 2), await somebody(inn)
    asked = Asked(party, evening("19:00"))
    call = (await typed(inn, people, f"19:00 {party} meier")).call_id
    if how == "held":
        await phone.hold_time(inn.desk, inn.place, call, asked, evening("19:00"), caller=people)
    before, held = await phone.call_of(inn.desk, inn.place, call, caller=people), await tables_held(inn)
    admin = await connect()
    await admin.execute(
        "CREATE FUNCTION maitred.die() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(30); RETURN NULL; END$$"
    )
    await admin.execute(f"CREATE TRIGGER dying {STOPS[stop]} FOR EACH ROW EXECUTE FUNCTION maitred.die()")
    died = False
    try:
        await phone.book(inn.desk, inn.place, call, asked, GUEST, None, caller=people)
    except Exception:  # noqa: BLE001 - a dead connection is told of in several ways
        died = True
    await admin.execute("DROP FUNCTION maitred.die() CASCADE")
    writes = {"its tables": how != "review", "the hold given back": how == "held"}
    assert died == writes.get(stop, True)
    if died:
        assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 0
        assert await phone.call_of(inn.desk, inn.place, call, caller=people) == before
        assert await tables_held(inn) == held
    again = await phone.book(inn.desk, inn.place, call, asked, GUEST, None, caller=people)
    assert await inn.desk.database.fetch("SELECT id FROM maitred.bookings") == [(again,)]
    assert (await phone.call_of(inn.desk, inn.place, call, caller=people)).booking_id == again
    assert await tables_held(inn) == 0


async def test_calls_are_forgotten_after_a_day(inn: Inn) -> None:
    """What was typed on the phone is kept no longer than it may help."""
    hanna = await somebody(inn)
    await typed(inn, hanna, "19:00 2 meier +442079460958")
    await stored.purge(inn.desk.database, inn.desk.clock() - timedelta(days=1))
    assert len(await phone.calls_left(inn.desk, inn.place, caller=hanna)) == 1
    await stored.purge(inn.desk.database, inn.desk.clock() + timedelta(seconds=1))
    assert await phone.calls_left(inn.desk, inn.place, caller=hanna) == []


async def test_a_call_that_ended_in_a_review_is_taken_back(inn: Inn) -> None:
    """Nobody has decided on it yet: taken back it is cancelled, as one that has a table."""
    hanna = await somebody(inn)
    call = (await typed(inn, hanna, "19:00 6 meier")).call_id
    number = await phone.book(inn.desk, inn.place, call, Asked(6, evening("19:00")), GUEST, None, caller=hanna)
    assert await inn.state(number) == "manual_review"
    assert (await undo(inn.desk, number, caller=hanna)).state == "cancelled"
