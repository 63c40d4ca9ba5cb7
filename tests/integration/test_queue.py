"""Walk-ins and the queue at the door on the real engines: who comes first has the table, and nothing is half done."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from house import TINY, Inn, evening, faults, open_inn, other, venue

from maitred.domain.errors import (
    Contended,
    InvalidInput,
    MaitredError,
    NeedsOverride,
    NoSeating,
    NotFound,
    TableTaken,
    TransitionNotAllowed,
    Unavailable,
)
from maitred.domain.lifecycle import Action
from maitred.domain.walkin import TableNow
from maitred.store import queue
from maitred.store.database import Connection
from maitred.usecases.door import act
from maitred.usecases.moves import ByHand, move_by_hand
from maitred.usecases.queue import back_to_queue, call_party, join_queue, leave_queue, seat_from_queue
from maitred.usecases.undo import undo
from maitred.usecases.walkins import WalkIn, floor_now, look_for_walk_in, seat_walk_in

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


async def test_who_sits_is_not_brought_back_into_the_queue_by_a_stale_line(inn: Inn) -> None:
    """Seated from the queue and moved since: the move stays, and whoever unseats a party takes back its seating."""
    here = inn.at(lambda: evening("19:00"))
    party = await join_queue(here.desk, here.place, KHAN, None, caller=here.caller)
    booking = await seat_from_queue(
        here.desk, here.place, party.id, tables=("A1",), leave_by=None, caller=here.caller
    )  # fmt: skip
    seated = await queue.by_id(here.desk.database, here.place.restaurant_id, party.id)
    assert seated is not None
    assert seated.closed_at is not None
    await move_by_hand(here.desk, booking.id, ["A3"], caller=here.caller)
    with pytest.raises(TransitionNotAllowed):
        await back_to_queue(here.desk, here.place, party.id, caller=here.caller, closed_at=seated.closed_at)
    view = await inn.view(booking.id)
    assert (view.booking.state, view.tables) == ("checked_in", ("A3",))


# -- all of it, or nothing ---------------------------------------------------------------------------------------------


async def transactions(inn: Inn) -> set[int]:
    """The numbers of the transactions that wrote the rows there are now, but for the venue's own."""
    tables = ("bookings", "booking_history", "allocations", "door_queue", "guests", "outbox")
    found = [await inn.desk.database.fetch(f"SELECT xmin::text AS number FROM maitred.{name}") for name in tables]
    return {int(row["number"]) for rows in found for row in rows}


async def test_a_walk_in_is_one_transaction_from_the_queue_to_the_table(inn: Inn) -> None:
    """Row in the queue, booking, history, guest, seat: one number wrote them all; and so it is with the way back."""
    here = inn.at(lambda: evening("19:00"))
    party = await join_queue(here.desk, inn.place, KHAN, (10, 20), caller=inn.caller)
    await inn.desk.database.execute("DELETE FROM maitred.outbox")
    booking = await seat_from_queue(here.desk, inn.place, party.id, tables=("A1",), leave_by=None, caller=inn.caller)
    assert len(await transactions(inn)) == 1
    view = await inn.view(booking.id)
    assert (view.booking.state, view.tables, view.booking.version) == ("checked_in", ("A1",), 7)
    seated = await queue.by_id(inn.desk.database, inn.place.restaurant_id, party.id)
    assert seated is not None
    assert seated.closed_at is not None
    assert seated.booking_id == booking.id
    await back_to_queue(here.desk, inn.place, party.id, caller=inn.caller, closed_at=seated.closed_at)
    numbers = await inn.desk.database.fetch(
        "SELECT xmin::text AS number FROM maitred.door_queue UNION SELECT xmin::text FROM maitred.bookings "
        "UNION SELECT xmin::text FROM maitred.booking_history WHERE version > 7"
    )
    assert len(numbers) == 1
    assert await inn.state(booking.id) == "cancelled"


@pytest.mark.parametrize("dies", ["connection", "our side"])
@pytest.mark.parametrize("way", ["walk-in", "pointed at", "queue", "back"])
async def test_a_walk_in_that_is_cut_short_leaves_nothing(
    inn: Inn, monkeypatch: pytest.MonkeyPatch, dies: str, way: str
) -> None:
    """Whatever dies just before the commit: no booking, no table taken, the queue as it was; then it simply works."""
    here = inn.at(lambda: evening("19:00"))
    desk, place, caller = here.desk, inn.place, inn.caller
    party = await join_queue(desk, place, KHAN, None, caller=caller)
    if way == "back":
        await seat_from_queue(desk, place, party.id, tables=("A1",), leave_by=None, caller=caller)
    closed = (await queue.by_id(desk.database, place.restaurant_id, party.id)).closed_at  # type: ignore[union-attr]

    async def cut(connection: Connection, *_: Any) -> None:
        if dies == "our side":
            raise asyncio.CancelledError
        killer = await asyncpg.connect(inn.url)
        await killer.execute("SELECT pg_terminate_backend($1)", await connection.fetchval("SELECT pg_backend_pid()"))
        await killer.close()

    async def take() -> None:
        if way == "queue":
            await seat_from_queue(desk, place, party.id, tables=("A1",), leave_by=None, caller=caller)
        elif way == "back":
            await back_to_queue(desk, place, party.id, caller=caller, closed_at=closed)  # type: ignore[arg-type]
        else:
            exactly = way == "pointed at"
            await seat_walk_in(desk, place, KHAN, tables=("A1",), leave_by=None, caller=caller, exactly=exactly,
                               beside=None if done else cut)  # fmt: skip

    done = False
    before = await inn.rows()
    waited = await waiting(inn)
    with monkeypatch.context() as patched:
        patched.setattr(queue, "tell", cut)
        with pytest.raises((Unavailable, asyncio.CancelledError)):
            await take()
    assert (await inn.rows(), await waiting(inn)) == (before, waited)
    done = True
    await take()
    assert await waiting(inn) == (["Khan"] if way != "queue" else [])
    assert await faults(inn.url) == []


# -- a table that is being cleared -------------------------------------------------------------------------------------


async def cleared(inn: Inn, how: str) -> str:
    """A table somebody has just got up from, at 19:30: they have left, or sit at another table now."""
    first = await seat_walk_in(
        inn.at(lambda: evening("19:00")).desk, inn.place, WalkIn(2, "Smith"), tables=("A1",), leave_by=None,
        caller=inn.caller, exactly=True,
    )  # fmt: skip
    half = inn.at(lambda: evening("19:30"))
    if how == "left":
        await act(half.desk, first.id, Action.COMPLETE, caller=inn.caller)
    else:
        await move_by_hand(half.desk, first.id, ("A2",), caller=inn.caller, hand=ByHand(None, None, None))
    return "A1"


@pytest.mark.parametrize("how", ["left", "moved"])
@pytest.mark.parametrize("way", ["walk-in", "pointed at", "queue"])
async def test_a_party_is_seated_anyway_at_a_table_that_is_being_cleared(inn: Inn, how: str, way: str) -> None:
    """Unasked nobody is put there; who points at it is told that it is being cleared; who says so is seated."""
    table = await cleared(inn, how)
    now = evening("19:31")
    here = inn.at(lambda: now)
    desk, place, caller = here.desk, inn.place, inn.caller
    if way == "pointed at":
        with pytest.raises(TableTaken) as told:
            await seat_walk_in(desk, place, KHAN, tables=(table,), leave_by=None, caller=caller, exactly=True)
        assert (told.value.reason_code, told.value.data["tables"]) == ("being_cleared", [table])
    if way == "queue":
        party = await join_queue(desk, place, KHAN, None, caller=caller)
        seated = await seat_from_queue(
            desk, place, party.id, tables=(table,), leave_by=None, caller=caller, anyway=True
        )
    else:
        exactly = way == "pointed at"
        other_table = await seat_walk_in(desk, place, WalkIn(2, "Roe"), tables=(table,), leave_by=None, caller=caller)
        assert (await inn.view(other_table.id)).tables != (table,)
        seated = await seat_walk_in(
            desk, place, KHAN, tables=(table,), leave_by=None, caller=caller, exactly=exactly, anyway=True
        )
    view = await inn.view(seated.id)
    assert (view.booking.state, view.tables, view.seated_from) == ("checked_in", (table,), now)
    assert await faults(inn.url) == []


async def test_the_door_tells_of_tables_that_are_being_cleared(tiny: Inn) -> None:
    """With one table, just left: the answer is a wait, and beside it that the party may be seated anyway."""
    table = await cleared(tiny, "left")
    floor = await floor_now(tiny.at(lambda: evening("19:31")).desk, tiny.place)
    assert not isinstance(floor.tell(2, accessible=False), TableNow)
    anyway = floor.tell_anyway(2, accessible=False)
    assert anyway is not None
    assert anyway.tables == (table,)


async def test_seat_anyway_moves_nobody_who_still_sits(tiny: Inn) -> None:
    """A table that is taken, closed or promised soon is no table being cleared, whatever one says."""
    at_seven = tiny.desk
    await seat_walk_in(at_seven, tiny.place, WalkIn(2, "Smith"), tables=("A1",), leave_by=None, caller=tiny.caller)
    for anyway in (False, True):
        with pytest.raises(TableTaken) as told:
            await seat_walk_in(
                at_seven, tiny.place, KHAN, tables=("A1",), leave_by=None, caller=tiny.caller, exactly=True,
                anyway=anyway,
            )  # fmt: skip
        assert told.value.reason_code != "being_cleared"
    assert (await floor_now(at_seven, tiny.place)).tell_anyway(2, accessible=False) is None


@pytest.mark.parametrize(
    ("party", "table", "refusal"), [(3, "A1", InvalidInput), (1, "A3", NeedsOverride), (2, "B1", NeedsOverride)]
)
async def test_who_points_at_a_table_hears_which_rule_is_in_the_way(
    inn: Inn, party: int, table: str, refusal: type[MaitredError]
) -> None:
    """Too few seats never yields; a soft rule is named; nothing is written."""
    before = await inn.rows()
    with pytest.raises(refusal):
        await seat_walk_in(
            inn.at(lambda: evening("19:00")).desk, inn.place, WalkIn(party, "Khan"), tables=(table,), leave_by=None,
            caller=inn.caller, exactly=True,
        )  # fmt: skip
    assert await inn.rows() == before
