"""Guarantees 1, 2, 3, 5 and 7 with our code's own checks out of the way: the database refuses by itself.

Each guard is also taken away once, to show that what it guards against then gets through (lesson 24), and that the
independent look of `house.faults` sees it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from house import evening, faults
from planting import BY, Plot, cancelled, plot_on, take, write_event, write_history, write_row

from maitred.domain.booking import Booking, State
from maitred.domain.errors import StaleBooking, StaleFence
from maitred.domain.lifecycle import Action, Change, step, steps
from maitred.store import allocations, bookings
from maitred.store.database import InvariantBroken

Connect = Callable[[], Awaitable[asyncpg.Connection]]

MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
SEVEN, QUARTER_PAST_EIGHT = evening("19:00"), evening("20:15")


@pytest.fixture
async def plot(migrated_database: str) -> AsyncIterator[Plot]:
    """A venue whose tables are written past our checks."""
    async with plot_on(migrated_database) as opened:
        yield opened


@contextmanager
def refused(*sqlstates: str) -> Iterator[None]:
    """Expect the database to refuse with one of these SQLSTATEs."""
    with pytest.raises(asyncpg.PostgresError) as fault:
        yield
    assert fault.value.sqlstate in sqlstates, str(fault.value)


async def _waits(work: "asyncio.Task[Any]", connection: asyncpg.Connection) -> None:
    """Wait until the backend of some other session waits for a lock."""
    while not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
        assert not work.done(), "it should have waited"
        await asyncio.sleep(0.005)


# -- guarantee 1: no double seating ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), list(product(("booking", "hold", "block"), repeat=2)))
async def test_no_two_owners_of_any_kind_share_a_table(plot: Plot, connect: Connect, first: str, second: str) -> None:
    """Bookings, holds and blocks exclude each other and themselves on one table at one time."""
    one, two = [await plot.plant(State.ASSIGNMENT_PENDING, ()) for _ in range(2)]
    session = await connect()
    await take(session, one, "A1", kind=first)
    with refused("23P01"):
        await take(session, two, "A1", kind=second)


@pytest.mark.parametrize(
    "window",
    [
        (SEVEN, QUARTER_PAST_EIGHT),
        (SEVEN + MINUTE, QUARTER_PAST_EIGHT - MINUTE),
        (SEVEN - MINUTE, QUARTER_PAST_EIGHT + MINUTE),
        (SEVEN - timedelta(hours=1), SEVEN + INSTANT),
        (QUARTER_PAST_EIGHT - INSTANT, QUARTER_PAST_EIGHT + timedelta(hours=1)),
    ],
    ids=["same", "inside", "around", "into its start", "into its end"],
)
async def test_no_overlap_however_small(plot: Plot, connect: Connect, window: tuple[datetime, datetime]) -> None:
    """Equal, inside, around, or by a millionth of a second at either end: refused."""
    await plot.plant(tables=("A1",))
    waiting = await plot.plant(State.ASSIGNMENT_PENDING, ())
    session = await connect()
    with refused("23P01"):
        await take(session, waiting, "A1", window)


async def test_back_to_back_is_allowed(plot: Plot, connect: Connect) -> None:
    """Half-open ranges: the next party starts at the very instant at which the one before ends."""
    await plot.plant(tables=("A1",), at=SEVEN)
    session = await connect()
    waiting = await plot.plant(State.ASSIGNMENT_PENDING, ())
    await take(session, waiting, "A1", (QUARTER_PAST_EIGHT, QUARTER_PAST_EIGHT + timedelta(minutes=75)))
    await take(session, waiting, "A1", (SEVEN - timedelta(minutes=75), SEVEN), kind="hold")


async def test_joins_are_their_physical_tables(plot: Plot, connect: Connect) -> None:
    """Two joins that share one table cannot both be taken, whichever is written first; a disjoint table can."""
    await plot.plant(tables=("A1", "A2"), party=4)
    waiting = await plot.plant(State.ASSIGNMENT_PENDING, ())
    session = await connect()
    with refused("23P01"):
        async with session.transaction():
            await take(session, waiting, "A3")
            await take(session, waiting, "A2")
    await take(session, waiting, "A3")


async def test_the_same_name_in_another_house_is_another_table(plot: Plot, migrated_database: str) -> None:
    """Table ids belong to their restaurant."""
    await plot.plant(tables=("A1",))
    async with plot_on(migrated_database) as elsewhere:
        await elsewhere.plant(tables=("A1",))
    assert await faults(migrated_database) == []


@pytest.mark.parametrize(
    "change", ["during = tstzrange($2::timestamptz - interval '1 minute', upper(during))", "table_id = 'A2'"]
)
async def test_a_seat_cannot_be_moved_onto_another(plot: Plot, connect: Connect, change: str) -> None:
    """An update of table or time meets the same constraint as an insert."""
    await plot.plant(tables=("A1",), at=SEVEN)
    await plot.plant(tables=("A2",), at=QUARTER_PAST_EIGHT)
    moving = await plot.plant(tables=("A1",), at=QUARTER_PAST_EIGHT)
    session = await connect()
    with refused("23P01"):
        await session.execute(
            f"UPDATE maitred.allocations SET {change} WHERE booking_id = $1 AND $2::timestamptz IS NOT NULL",
            moving.id,
            QUARTER_PAST_EIGHT,
        )


async def test_of_two_sessions_at_once_the_second_waits_and_is_refused(plot: Plot, connect: Connect) -> None:
    """An uncommitted seat is seen by the constraint before anybody else can read it."""
    one, two = [await plot.plant(State.ASSIGNMENT_PENDING, ()) for _ in range(2)]
    first, second, watcher = await connect(), await connect(), await connect()
    # Without the day row's lock, which would make the second wait even earlier.
    await watcher.execute("ALTER TABLE maitred.allocations DISABLE TRIGGER allocations_carry_the_fence")
    transaction = first.transaction()
    await transaction.start()
    await take(first, one, "A1")
    later = asyncio.create_task(take(second, two, "A1"))
    await _waits(later, watcher)
    await transaction.commit()
    with refused("23P01"):
        await later


@pytest.mark.parametrize("span", ["'empty'", "'[2030-01-01,2030-01-02]'", "'(2030-01-01,2030-01-02)'"])
async def test_only_half_open_ranges_are_kept(plot: Plot, connect: Connect, span: str) -> None:
    """An empty range would overlap nothing and a closed one too much: neither can be written."""
    booking = await plot.plant()
    session = await connect()
    with refused("23514"):
        await session.execute(f"UPDATE maitred.allocations SET during = {span} WHERE booking_id = $1", booking.id)


async def test_without_the_constraint_the_overlap_gets_through(plot: Plot, connect: Connect, migrated_database) -> None:
    """The constraint is what stands in the way: dropped, the same write succeeds, and the judge sees it."""
    await plot.plant(tables=("A1",))
    session = await connect()
    await session.execute("ALTER TABLE maitred.allocations DROP CONSTRAINT one_party_per_table")
    await plot.plant(tables=("A1",))
    (found,) = await faults(migrated_database)
    assert "overlap" in found


# -- guarantee 2: no seatless confirmation --------------------------------------------------------------------------

SEATED = [State.ASSIGNED, State.CONFIRMED, State.ARRIVED, State.CHECKED_IN]


@pytest.mark.parametrize("state", SEATED)
async def test_no_seated_state_without_tables(plot: Plot, state: State) -> None:
    """Assigned, confirmed, arrived and checked in need tables at commit."""
    with pytest.raises(InvariantBroken, match="without tables"):
        await plot.plant(state, ())


@pytest.mark.parametrize("state", [State.CREATED, State.ASSIGNMENT_PENDING, State.ASSIGNMENT_IN_PROGRESS])
async def test_undecided_bookings_need_none(plot: Plot, state: State) -> None:
    """The guard is about promises that were made, not about those still to come."""
    await plot.plant(state, ())


@pytest.mark.parametrize(
    ("tables", "party", "enough"), [(("A1",), 3, False), (("A1", "A2"), 5, False), (("A3",), 4, True)]
)
async def test_no_confirmation_on_too_few_seats(
    plot: Plot, tables: tuple[str, ...], party: int, *, enough: bool
) -> None:
    """The seats of the physical tables are counted against the party."""
    if enough:
        await plot.plant(tables=tables, party=party)
        return
    with pytest.raises(InvariantBroken):
        await plot.plant(tables=tables, party=party)


@pytest.mark.parametrize(("own", "party", "enough"), [(5, 5, True), (5, 6, False), (3, 3, True), (3, 4, False)])
async def test_a_join_has_the_capacity_the_venue_gives_it(
    migrated_database: str, own: int, party: int, *, enough: bool
) -> None:
    """End chairs gained or lost: a join's own capacity counts, above or below the sum of its tables."""
    joins = [{"tables": ["A1", "A2"], "capacity": own}, ["A2", "A3"]]
    async with plot_on(migrated_database, joins=joins) as plot:
        if enough:
            await plot.plant(tables=("A1", "A2"), party=party)
            return
        with pytest.raises(InvariantBroken):
            await plot.plant(tables=("A1", "A2"), party=party)


async def test_extra_chairs_count(migrated_database: str) -> None:
    """What staff may override, the database must allow: a chair added to a table, and no second one."""
    async with plot_on(migrated_database, extra_chairs_per_table=1) as plot:
        await plot.plant(tables=("A1",), party=3)
        with pytest.raises(InvariantBroken):
            await plot.plant(tables=("A2",), party=4)


@pytest.mark.parametrize(
    "window", [(SEVEN + MINUTE, QUARTER_PAST_EIGHT), (SEVEN, SEVEN + timedelta(minutes=59))], ids=["late", "short"]
)
@pytest.mark.parametrize("state", SEATED[:3])
async def test_tables_are_the_partys_for_the_whole_turn(
    plot: Plot, state: State, window: tuple[datetime, datetime]
) -> None:
    """A table that comes late or goes early is no seat; the buffer alone may be missing."""
    with pytest.raises(InvariantBroken, match="whole turn"):
        await plot.plant(state, window=window)
    await plot.plant(state, window=(SEVEN, SEVEN + timedelta(minutes=60)))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM maitred.allocations WHERE booking_id = $1",
        "UPDATE maitred.allocations SET booking_id = $2 WHERE booking_id = $1",
        "UPDATE maitred.allocations SET during = tstzrange($3, $3 + interval '5 min') WHERE booking_id = $1",
    ],
    ids=["deleted", "given to another", "cut short"],
)
async def test_the_seat_of_a_confirmed_party_stays(plot: Plot, connect: Connect, statement: str) -> None:
    """Deleting a seat, handing it to another booking or cutting it short is refused at commit, not before."""
    booking, pending = await plot.plant(), await plot.plant(State.ASSIGNMENT_PENDING, ())
    session = await connect()
    transaction = session.transaction()
    await transaction.start()
    await session.execute(f"{statement} AND ($2::uuid, $3::timestamptz) IS NOT NULL", booking.id, pending.id, SEVEN)
    with refused("MT001"):
        await transaction.commit()


async def test_a_party_cannot_outgrow_its_tables(plot: Plot, connect: Connect) -> None:
    """A larger party, written with a proper version, history and event, still has to fit."""
    booking = await plot.plant(tables=("A1",))
    change = step(booking, Action.MODIFY, actor=BY, at=SEVEN, party_size=3)
    session = await connect()
    with refused("MT001"):
        async with session.transaction():
            await write_history(session, change)
            await write_event(session, change)
            await session.execute("UPDATE maitred.bookings SET party_size = 3, version = 7 WHERE id = $1", booking.id)


@dataclass(frozen=True, slots=True)
class Skew:
    """One session that deletes a seat and one that confirms on it, both begun before either has written."""

    booking: Booking
    deleting: asyncpg.Connection
    confirming: asyncpg.Connection

    async def delete(self) -> None:
        await self.deleting.execute("DELETE FROM maitred.allocations WHERE booking_id = $1", self.booking.id)

    async def confirm(self) -> None:
        booking = self.booking
        for action in (Action.ASSIGN, Action.CONFIRM):
            change = step(booking, action, actor=BY, at=SEVEN)
            await write_history(self.confirming, change)
            await write_event(self.confirming, change)
            await write_row(self.confirming, change)
            booking = change.after

    async def commit(self, session: asyncpg.Connection) -> str | None:
        """End a session's transaction; returns why it was refused."""
        try:
            await session.execute("COMMIT")
        except asyncpg.PostgresError as fault:
            return fault.sqlstate
        return None


async def _skew(plot: Plot, connect: Connect, isolation: str = "READ COMMITTED") -> Skew:
    skew = Skew(await plot.plant(State.ASSIGNMENT_IN_PROGRESS, ("A1",)), await connect(), await connect())
    for session in (skew.deleting, skew.confirming):
        await session.execute(f"BEGIN ISOLATION LEVEL {isolation}")
        await session.fetch("SELECT FROM maitred.bookings, maitred.allocations")  # takes the snapshot
    return skew


async def _seatless(url: str) -> list[str]:
    return [fault for fault in await faults(url) if "seats" in fault]


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
async def test_write_skew_is_caught_when_the_deletion_commits_first(
    plot: Plot, connect: Connect, migrated_database: str, isolation: str
) -> None:
    """The seat has gone since the confirming session looked: its commit is refused, whatever its isolation."""
    skew = await _skew(plot, connect, isolation)
    await skew.delete()
    await skew.commit(skew.deleting)
    with refused("MT001", "40001"):
        await skew.confirm()  # a serializable session is refused here already
        await skew.confirming.execute("COMMIT")
    assert await _seatless(migrated_database) == []


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
async def test_write_skew_is_caught_when_the_confirmation_commits_first(
    plot: Plot, connect: Connect, migrated_database: str, isolation: str
) -> None:
    """The party was confirmed since its seat was deleted: that commit is refused, whatever its isolation."""
    skew = await _skew(plot, connect, isolation)
    await skew.delete()
    await skew.confirm()
    await skew.commit(skew.confirming)
    assert await skew.commit(skew.deleting) in ("MT001", "40001")
    assert await _seatless(migrated_database) == []


async def test_write_skew_is_caught_when_both_commit_at_once(
    plot: Plot, connect: Connect, migrated_database: str
) -> None:
    """Committed together, exactly one of the two is refused."""
    skew = await _skew(plot, connect)
    await skew.delete()
    await skew.confirm()
    ends = await asyncio.gather(skew.commit(skew.deleting), skew.commit(skew.confirming))
    assert sorted(ends, key=str) == ["MT001", None]
    assert await _seatless(migrated_database) == []


async def test_without_the_guard_a_seatless_confirmation_gets_through(
    plot: Plot, connect: Connect, migrated_database: str
) -> None:
    """The trigger is what stands in the way: disabled, the same write succeeds, and the judge sees it."""
    session = await connect()
    await session.execute("ALTER TABLE maitred.bookings DISABLE TRIGGER confirmed_bookings_have_seats")
    await plot.plant(State.CONFIRMED, ())
    (found,) = await faults(migrated_database)
    assert "on 0 seats" in found


async def test_without_the_row_lock_the_write_skew_gets_through(
    plot: Plot, connect: Connect, migrated_database: str
) -> None:
    """The lock inside the check is what catches the skew: a check that only reads lets both through."""
    session = await connect()
    body = await session.fetchval("SELECT pg_get_functiondef('maitred.check_seat'::regproc)")
    assert "FOR NO KEY UPDATE" in body
    await session.execute(body.replace("FOR NO KEY UPDATE", ""))
    await _widen_the_gap(session)
    skew = await _skew(plot, connect)
    await skew.delete()
    await skew.confirm()
    assert await asyncio.gather(skew.commit(skew.deleting), skew.commit(skew.confirming)) == [None, None]
    assert await _seatless(migrated_database) != []


async def _widen_the_gap(session: asyncpg.Connection) -> None:
    """Make both checks run before either commit ends: a second deferred trigger waits for the other session."""
    await session.execute(
        """
        CREATE FUNCTION maitred.meet() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_lock_shared(case when TG_TABLE_NAME = 'bookings' then 1 else 2 end);
            FOR tries IN 1..500 LOOP
                EXIT WHEN (SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory') = 2;
                PERFORM pg_sleep(0.01);
            END LOOP;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER zz_meet AFTER UPDATE ON maitred.bookings DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.state = 'confirmed') EXECUTE FUNCTION maitred.meet();
        CREATE CONSTRAINT TRIGGER zz_meet AFTER DELETE ON maitred.allocations DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION maitred.meet();
        """
    )


# -- guarantee 3: one write -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "state = 'cancelled'",
        "party_size = 1",
        "starts_at = starts_at + interval '1 minute'",
        "turn_minutes = 30",
        "service_date = service_date + 1",
        "accessible = true",
        "version = version - 1",
        "id = gen_random_uuid()",
    ],
)
async def test_nothing_a_guest_would_notice_changes_without_a_new_version(
    plot: Plot, connect: Connect, change: str
) -> None:
    """State, party, time, length, day, access and identity cannot change silently, and a version cannot fall."""
    await plot.plant()
    session = await connect()
    with refused("MT003"):
        await session.execute(f"UPDATE maitred.bookings SET {change}")


async def test_book_keeping_needs_no_version(plot: Plot, connect: Connect) -> None:
    """A claim, an owner or a due time is nothing a guest would call a change."""
    await plot.plant()
    session = await connect()
    await session.execute("UPDATE maitred.bookings SET claimed_by = 'ann', owner = 'w1', due_at = now()")


@pytest.mark.parametrize("missing", ["history", "event", "row", "row and event"])
async def test_row_history_and_event_commit_together_or_not_at_all(plot: Plot, connect: Connect, missing: str) -> None:
    """Leave out any of the three and the commit is refused."""
    booking = await plot.plant()
    change = cancelled(booking)
    session = await connect()
    with refused("MT003"):
        async with session.transaction():
            if missing != "history":
                await write_history(session, change)
            if "event" not in missing:
                await write_event(session, change)
            if "row" not in missing:
                await write_row(session, change)


@pytest.mark.parametrize("of", ["its own last version", "another booking"])
async def test_an_event_reports_one_version_of_one_booking(plot: Plot, connect: Connect, of: str) -> None:
    """History cannot point at an event that reports something else."""
    booking, stranger = await plot.plant(), await plot.plant(State.ASSIGNMENT_PENDING, ())
    change = cancelled(booking)
    lender = booking if of == "its own last version" else stranger
    session = await connect()
    borrowed = await session.fetchval(
        "SELECT event_id FROM maitred.booking_history WHERE booking_id = $1 ORDER BY version DESC LIMIT 1", lender.id
    )
    with refused("MT003"):
        async with session.transaction():
            await write_history(session, change, event_id=borrowed)
            await write_row(session, change)


async def test_a_version_cannot_be_skipped(plot: Plot, connect: Connect) -> None:
    """Two versions on with one history entry is a gap, and refused."""
    booking = await plot.plant()
    change = cancelled(replace(booking, version=booking.version + 1))
    session = await connect()
    with refused("MT003"):
        async with session.transaction():
            await write_history(session, change)
            await write_event(session, change)
            await write_row(session, change)


@pytest.mark.parametrize(
    "told",
    [
        {"from_state": "arrived"},
        {"action": "mark_no_show", "to_state": "no_show"},
    ],
    ids=["comes from elsewhere", "leads elsewhere"],
)
async def test_history_tells_what_happened(plot: Plot, connect: Connect, told: dict[str, str]) -> None:
    """A legal step is not enough: it must start where the last one ended and end where the row is."""
    change = cancelled(await plot.plant())
    session = await connect()
    with refused("MT003"):
        async with session.transaction():
            await write_history(session, change, **told)
            await write_event(session, change)
            await write_row(session, change)


async def test_a_step_outside_the_lifecycle_cannot_be_written(plot: Plot, connect: Connect) -> None:
    """History refers to the table of steps: confirmed to completed is no step."""
    change = cancelled(await plot.plant())
    session = await connect()
    with refused("23503"):
        await write_history(session, change, action="complete", to_state="completed")


async def test_a_new_booking_needs_its_history(plot: Plot, migrated_database: str) -> None:
    """An insert alone, at any version, is refused at commit."""
    changes = plot.changes(State.ASSIGNMENT_PENDING)
    with pytest.raises(InvariantBroken, match="lacks its history"):
        async with plot.database.transaction() as connection:
            await plot.insert(connection, changes[1:])


async def test_a_stale_writer_changes_nothing(plot: Plot) -> None:
    """Two writers from one version: compare-and-set lets one through and tells the other."""
    booking = await plot.plant()
    one, two = cancelled(booking), step(booking, Action.ARRIVE, actor=BY, at=SEVEN)
    async with plot.database.transaction() as connection:
        await allocations.delete_of_booking(connection, booking.id)
        await bookings.save(connection, [one])
    for late in (two, replace(two, after=replace(two.after, version=8))):  # history of that version there, or not
        with pytest.raises(StaleBooking):
            async with plot.database.transaction() as connection:
                await bookings.save(connection, [late])
    kept = await bookings.by_id(plot.database, booking.id)
    assert kept is not None
    assert (kept.state, kept.version) == (State.CANCELLED, 7)


async def test_a_stale_writer_without_compare_and_set_is_refused_too(plot: Plot, connect: Connect) -> None:
    """With our check left out, the version's history entry is already taken."""
    booking = await plot.plant()
    first, second = await connect(), await connect()
    change = step(booking, Action.ARRIVE, actor=BY, at=SEVEN)
    await _write_blindly(first, change)
    with refused("23505"):
        await _write_blindly(second, change)


async def _write_blindly(session: asyncpg.Connection, change: Change) -> None:
    async with session.transaction():
        await write_history(session, change)
        await write_event(session, change)
        await write_row(session, change)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE maitred.booking_history SET actor_id = 'nobody'",
        "DELETE FROM maitred.booking_history",
        "TRUNCATE maitred.booking_history",
        "TRUNCATE maitred.bookings CASCADE",
        "UPDATE maitred.venue_versions SET created_by = 'nobody'",
        "DELETE FROM maitred.venue_versions",
    ],
)
async def test_history_is_append_only(plot: Plot, connect: Connect, statement: str) -> None:
    """Neither an entry nor all of them can be changed or removed, by whatever way, nor the venue's past."""
    await plot.plant()
    session = await connect()
    with refused("MT008"):
        await session.execute(statement)


async def test_a_booking_cannot_be_deleted(plot: Plot, connect: Connect) -> None:
    """Its history holds on to it."""
    await plot.plant(State.ASSIGNMENT_PENDING, ())
    session = await connect()
    with refused("23503"):
        await session.execute("DELETE FROM maitred.bookings")


async def test_without_the_guards_a_silent_change_gets_through(
    plot: Plot, connect: Connect, migrated_database: str
) -> None:
    """The triggers are what stand in the way: disabled, the state changes alone, and the judge sees it."""
    await plot.plant(State.ASSIGNMENT_PENDING, ())
    session = await connect()
    await session.execute("ALTER TABLE maitred.bookings DISABLE TRIGGER USER")
    await session.execute("UPDATE maitred.bookings SET state = 'failed'")
    (found,) = await faults(migrated_database)
    assert "its history says assignment_pending" in found


async def test_the_steps_of_the_database_are_those_of_the_code(connect: Connect) -> None:
    """The migrated table and the domain's table are one."""
    session = await connect()
    rows = await session.fetch("SELECT from_state, action, to_state FROM maitred.lifecycle_steps")
    assert {tuple(row) for row in rows} == {tuple(map(str, one)) for one in steps()}


# -- guarantee 5: idempotent create ---------------------------------------------------------------------------------

LEDGER = (
    "INSERT INTO maitred.idempotency_keys (credential_id, restaurant_id, key, request_sha256, subject_id, answer) "
    "VALUES ($1, $2, $3, 'x', gen_random_uuid(), '{}')"
)


async def test_a_key_is_taken_once_for_each_credential_and_restaurant(connect: Connect) -> None:
    """The ledger's primary key refuses the second; another caller's or restaurant's equal key is another key."""
    session, caller = await connect(), uuid4()
    await session.execute(LEDGER, caller, 1, "k")
    with refused("23505"):
        await session.execute(LEDGER, caller, 1, "k")
    await session.execute(LEDGER, caller, 2, "k")
    await session.execute(LEDGER, uuid4(), 1, "k")


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_a_length(connect: Connect, key: str) -> None:
    """An empty key would make strangers' requests one; an endless one would not be a key."""
    session = await connect()
    with refused("23514"):
        await session.execute(LEDGER, uuid4(), 1, key)


async def _accept_twice(plot: Plot) -> list[int | None]:
    """Insert two bookings under one key, without looking the key up first, at once."""
    caller = uuid4()

    async def accept() -> int | None:
        changes = plot.changes(State.ASSIGNMENT_PENDING)
        booking = changes[-1].after
        guest = bookings.Guest(booking.guest_id, booking.restaurant_id, "Ada", None, None, None)
        ledger = bookings.Ledger(caller, booking.restaurant_id, "k", b"x", booking.id, {"id": str(booking.id)})
        return await bookings.accept(plot.database, changes, guest, [], ledger)

    return list(await asyncio.gather(accept(), accept()))


async def test_one_key_makes_one_booking_without_our_own_check(plot: Plot, connect: Connect) -> None:
    """Two inserts at once under one key: one booking, one guest, one set of events, and the other is told."""
    assert [arrival is None for arrival in sorted(await _accept_twice(plot), key=str)] == [False, True]
    session = await connect()
    for table, rows in {"bookings": 1, "guests": 1, "booking_history": 3, "outbox": 3, "idempotency_keys": 1}.items():
        assert await session.fetchval(f"SELECT count(*) FROM maitred.{table}") == rows


async def test_without_the_ledgers_key_the_second_booking_gets_through(plot: Plot, connect: Connect) -> None:
    """The primary key is what stands in the way: dropped, the same two inserts make two bookings."""
    session = await connect()
    await session.execute("ALTER TABLE maitred.idempotency_keys DROP CONSTRAINT idempotency_keys_pkey")
    assert None not in await _accept_twice(plot)
    assert await session.fetchval("SELECT count(*) FROM maitred.bookings") == 2


# -- guarantee 7: fenced --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fence", [0, 1, 3])
async def test_a_seat_carries_the_present_fence(plot: Plot, connect: Connect, fence: int) -> None:
    """An older number is a lock that was lost, a newer one was never given out: both are refused."""
    pending, seated = await plot.plant(State.ASSIGNMENT_PENDING, ()), await plot.plant(tables=("P1",))
    assert (await allocations.issue_fence(plot.database, pending.restaurant_id, pending.service_date))[0] == 2
    session = await connect()
    with refused("MT007"):
        await take(session, pending, "A1", fence=fence)
    with refused("MT007"):
        await session.execute("UPDATE maitred.allocations SET fence = $2 WHERE booking_id = $1", seated.id, fence)
    await take(session, pending, "A1", fence=2)


async def test_one_stale_row_refuses_the_whole_statement(plot: Plot, connect: Connect) -> None:
    """A write is as fresh as its oldest row."""
    pending = await plot.plant(State.ASSIGNMENT_PENDING, ())
    window = (pending.starts_at, pending.ends_at)
    numbers = (pending.restaurant_id, pending.service_date)
    records = [
        *allocations.allocation(*numbers, ["A1"], window, 1, booking_id=pending.id),
        *allocations.allocation(*numbers, ["A2"], window, 0, booking_id=pending.id),
    ]
    with pytest.raises(StaleFence):
        async with plot.database.transaction() as connection:
            await allocations.insert(connection, records)


async def test_a_worker_that_wakes_up_late_writes_nothing(plot: Plot) -> None:
    """It has its fence, sleeps, another takes the day, it wakes up in mid-write: refused, and nothing stays."""
    pending = await plot.plant(State.ASSIGNMENT_PENDING, ())
    day = (pending.restaurant_id, pending.service_date)
    mine, _ = await allocations.issue_fence(plot.database, *day)
    await allocations.issue_fence(plot.database, *day)
    changes = [step(pending, Action.START, actor=BY, at=SEVEN)]
    changes.append(step(changes[-1].after, Action.ASSIGN, actor=BY, at=SEVEN))
    records = allocations.allocation(*day, ["A1"], (pending.starts_at, pending.ends_at), mine, booking_id=pending.id)

    async def write() -> None:
        async with plot.database.transaction() as connection:
            await bookings.save(connection, changes)
            await allocations.insert(connection, records)

    with pytest.raises(StaleFence):
        await write()
    assert await bookings.by_id(plot.database, pending.id) == replace(pending, arrival=1)


async def test_no_fence_is_given_out_while_a_write_under_the_last_one_is_open(plot: Plot, connect: Connect) -> None:
    """The day's row stays locked from the check to the commit: nobody becomes the newer owner in between."""
    pending = await plot.plant(State.ASSIGNMENT_PENDING, ())
    day = (pending.restaurant_id, pending.service_date)
    writer, watcher = await connect(), await connect()
    transaction = writer.transaction()
    await transaction.start()
    await take(writer, pending, "A1")
    issuing = asyncio.create_task(allocations.issue_fence(plot.database, *day))
    await _waits(issuing, watcher)
    await transaction.commit()
    assert (await issuing)[0] == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE maitred.service_days SET fence = fence - 1",
        "DELETE FROM maitred.service_days",
        "TRUNCATE maitred.service_days CASCADE",
    ],
)
async def test_a_fence_never_falls(plot: Plot, connect: Connect, statement: str) -> None:
    """Neither set back nor forgotten and begun anew: an old number never becomes good again."""
    session = await connect()
    with refused("MT007"):
        await session.execute(statement)


async def test_fences_rise_by_one_for_every_owner_at_once(plot: Plot) -> None:
    """Twenty owners at once get twenty numbers."""
    day = (plot.place.restaurant_id, evening().date())
    issued = await asyncio.gather(*(allocations.issue_fence(plot.database, *day) for _ in range(20)))
    assert sorted(fence for fence, _ in issued) == list(range(2, 22))


async def test_without_the_guard_a_stale_write_gets_through(plot: Plot, connect: Connect) -> None:
    """The trigger is what stands in the way: disabled, the late worker's seat is written."""
    pending = await plot.plant(State.ASSIGNMENT_PENDING, ())
    await allocations.issue_fence(plot.database, pending.restaurant_id, pending.service_date)
    session = await connect()
    await session.execute("ALTER TABLE maitred.allocations DISABLE TRIGGER allocations_carry_the_fence")
    await take(session, pending, "A1", fence=1)
    assert await session.fetchval("SELECT count(*) FROM maitred.allocations") == 1
