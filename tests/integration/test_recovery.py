"""Nothing is stuck: dead workers, lost requests, a bus or a database that goes away and comes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from house import TINY, Inn, evening, open_inn, until, venue
from planting import Plot

from engines import TcpProxy
from maitred.domain.booking import Actor, ActorKind, Reason, ReasonCode, State
from maitred.domain.errors import LockLost, RedisUnavailable, StaleBooking, StaleFence, Unavailable
from maitred.domain.lifecycle import step
from maitred.locks.keys import day_key
from maitred.locks.manager import DistributedLockManager
from maitred.store import bookings
from maitred.usecases.day import held_days
from maitred.usecases.decide import retry_later
from maitred.usecases.door import Action, act
from maitred.usecases.recover import recover_orphans

REAPER = Actor(ActorKind.SYSTEM, "reaper")
Before = Callable[[str], Awaitable[TcpProxy]]


# -- owners that are gone ----------------------------------------------------------------------------------------------


async def left_behind(inn: Inn, state: State, *, for_s: float = 31) -> UUID:
    """A booking that a worker left between two states, that long ago, with the table it had chosen by then."""
    plot = Plot(inn.desk.database, inn.place)
    booking = await plot.plant(state, ("A1",) if state is State.ASSIGNED else ())
    await inn.desk.database.execute(
        "UPDATE maitred.bookings SET updated_at = now() - make_interval(secs => $2), due_at = now() - interval '1 min' "
        "WHERE id = $1",
        booking.id,
        for_s,
    )
    return booking.id


BETWEEN = [State.CREATED, State.CAPACITY_VERIFIED, State.ASSIGNMENT_IN_PROGRESS, State.ASSIGNED]


@pytest.mark.parametrize("state", BETWEEN)
async def test_what_a_dead_worker_left_is_confirmed_by_another(inn: Inn, state: State) -> None:
    """The reaper brings it back to the queue, saying why, and it is decided like any other."""
    booking_id = await left_behind(inn, state)
    async with inn.working("w2", reaper_interval_s=0.1):
        view = await inn.until_state(booking_id, "confirmed")
    steps = await inn.steps(booking_id)
    assert "owner_lost" in [one.reason_code for one in steps]
    assert len(view.tables) == 1


@pytest.mark.parametrize("state", BETWEEN)
async def test_what_has_an_owner_is_left_alone(inn: Inn, state: State) -> None:
    """Within its grace, or with an owner who is good for longer, nobody takes it away."""
    fresh, owned = await left_behind(inn, state, for_s=25), UUID(int=0)
    if state is not State.ASSIGNED:
        owned = await left_behind(inn, state, for_s=3600)
        await inn.desk.database.execute(
            "UPDATE maitred.bookings SET owner = 'w9', owner_until = now() + interval '1 minute' WHERE id = $1", owned
        )
    before = await inn.rows()
    assert await recover_orphans(inn.desk, REAPER) == 0
    assert await inn.rows() == before
    assert fresh != owned


async def test_an_assigned_seat_is_given_back_with_its_booking(inn: Inn) -> None:
    """Chosen and not confirmed: the table is free for others while the booking waits again."""
    booking_id = await left_behind(inn, State.ASSIGNED)
    assert await recover_orphans(inn.desk, REAPER) == 1
    view = await inn.view(booking_id)
    assert (view.booking.state, view.tables) == ("assignment_pending", ())


async def test_ten_reapers_recover_an_orphan_once(inn: Inn) -> None:
    """However many look at once, it goes back by one step."""
    booking_id = await left_behind(inn, State.ASSIGNMENT_IN_PROGRESS)
    found = await asyncio.gather(*(recover_orphans(inn.desk, REAPER) for _ in range(10)))
    assert sum(found) == 1
    assert (await inn.view(booking_id)).booking.version == 5


async def test_a_cut_off_request_is_decided_later(inline_inn: Inn) -> None:
    """With the pipeline off the process may die after accepting: a worker finds the booking and decides it."""
    async with inline_inn.desk.locks.hold([day_key(inline_inn.place.slug, evening().date())]):
        hurried = asyncio.create_task(inline_inn.accept())

        async def accepted() -> bool:
            return await inline_inn.desk.database.fetchval("SELECT count(*) = 1 FROM maitred.bookings")

        await until(accepted)
        hurried.cancel()
        await asyncio.gather(hurried, return_exceptions=True)
    booking_id = await inline_inn.desk.database.fetchval("SELECT id FROM maitred.bookings")
    assert await inline_inn.state(booking_id) == "assignment_pending"
    async with inline_inn.working():
        await inline_inn.until_state(booking_id, "confirmed")


# -- due times ---------------------------------------------------------------------------------------------------------


async def test_a_due_time_survives_the_worker_that_set_it(inn: Inn) -> None:
    """The first worker stops, a second starts: it takes the booking when it is due, not before, and not never."""
    booking_id = await inn.book()
    booking = (await inn.view(booking_id)).booking
    due_at = datetime.now(UTC) + timedelta(seconds=1.5)
    slow = inn.at(lambda: due_at - timedelta(seconds=1))
    await retry_later(slow.desk, slow.place, booking, REAPER, Reason(ReasonCode.CONTENTION))
    kept = (await inn.view(booking_id)).booking.due_at
    assert kept is not None
    async with inn.working("w1"):
        pass
    async with inn.working("w2"):
        await inn.until_state(booking_id, "confirmed")
    started = next(one for one in reversed(await inn.steps(booking_id)) if one.action == "start")
    assert started.at >= kept
    assert started.actor_id == "w2"


# -- locks that are lost -----------------------------------------------------------------------------------------------


async def test_a_holder_that_lost_its_lock_writes_nothing(inn: Inn) -> None:
    """Another has taken the day since: the old holder's check, which asks Postgres, refuses, and nothing stays."""
    booking_id = await inn.book()
    day = evening().date()
    elsewhere = replace(inn.desk, locks=DistributedLockManager(inn.house.redis))
    async with held_days(inn.desk, inn.place, [day]) as old:
        await inn.house.redis.delete(day_key(inn.place.slug, day))
        async with held_days(elsewhere, inn.place, [day]) as new:
            assert new.fences[day] > old.fences[day]
            before = await inn.rows()
            with pytest.raises((StaleFence, LockLost)):
                async with inn.desk.database.transaction() as connection:
                    await old.guard(connection)
            assert await inn.rows() == before
    await inn.decide()
    assert await inn.state(booking_id) == "confirmed"


async def test_a_flush_in_mid_decision_ends_the_turn_and_another_takes_over(inn: Inn) -> None:
    """The lock's key vanishes while it is held: whatever the first does, the fence decides, and all are seated once."""
    ids = [await inn.book(2, evening("12:00")) for _ in range(3)]
    await asyncio.gather(
        inn.decide(evening("12:00"), "w1"),
        inn.house.redis.flushall(),
        inn.decide(evening("12:00"), "w2"),
        return_exceptions=True,
    )
    await inn.decide(evening("12:00"), "w3")
    assert {await inn.state(one) for one in ids} == {"confirmed"}


# -- dependencies that are away ----------------------------------------------------------------------------------------


@asynccontextmanager
async def behind(database_url: str, redis_url: str, flag: str = "on") -> AsyncIterator[Inn]:
    """An inn whose breaker tries again after a moment."""
    async with open_inn(
        database_url, redis_url, flag=flag, breaker_open_s=0.2, breaker_failures=2, breaker_trials=1
    ) as inn:
        yield inn


@pytest.mark.parametrize("flag", ["on", "off"])
async def test_without_redis_requests_are_accepted_and_decided_when_it_is_back(
    migrated_database: str, redis_url: str, tcp_proxy: Before, flag: str
) -> None:
    """Redis is away: a request is accepted all the same, nothing is decided on a guess, and work resumes by itself."""
    proxy = await tcp_proxy(redis_url)
    async with behind(migrated_database, proxy.via(redis_url), flag) as inn, inn.working():
        proxy.cut()
        accepted = await inn.accept()
        assert accepted.answer["state"] == "assignment_pending"
        with pytest.raises(RedisUnavailable):
            await inn.decide()
        assert await inn.state(accepted.booking_id) == "assignment_pending"
        proxy.heal()
        await inn.until_state(accepted.booking_id, "confirmed")


async def test_the_door_works_without_redis(migrated_database: str, redis_url: str, tcp_proxy: Before) -> None:
    """Seating a party needs no lock of Redis: the host is not stopped by a cache."""
    proxy = await tcp_proxy(redis_url)
    async with behind(migrated_database, proxy.via(redis_url)) as inn:
        booking_id = (await inn.seat()).booking.id
        proxy.cut()
        for action in (Action.ARRIVE, Action.CHECK_IN, Action.COMPLETE):
            await act(inn.desk, booking_id, action, caller=inn.caller, at=evening())
        assert await inn.state(booking_id) == "completed"


async def test_without_postgres_nothing_reads_as_free(
    migrated_database: str, redis_url: str, tcp_proxy: Before
) -> None:
    """A look-up that fails is an error, never an empty house (guarantee 9); afterwards work goes on."""
    proxy = await tcp_proxy(migrated_database)
    async with behind(proxy.via(migrated_database), redis_url) as inn:
        booking_id = await inn.book()
        proxy.cut()
        with pytest.raises(Unavailable):
            await inn.decide()
        with pytest.raises(Unavailable):
            await inn.accept()
        proxy.heal()

        async def decided() -> bool:
            try:
                await inn.decide()
            except Unavailable:
                return False
            return await inn.state(booking_id) == "confirmed"

        await until(decided)


async def test_a_worker_outlives_both_of_its_engines(migrated_database: str, redis_url: str, tcp_proxy: Before) -> None:
    """Connections to both are cut again and again under load: when they are back, every booking has an outcome."""
    to_postgres, to_redis = await tcp_proxy(migrated_database), await tcp_proxy(redis_url)
    async with (
        open_inn(migrated_database, redis_url) as desk,
        behind(to_postgres.via(migrated_database), to_redis.via(redis_url)) as hurt,
    ):
        worker = replace(hurt, place=desk.place, url=hurt.url)
        async with worker.working(relay_republish_s=1):
            ids = []
            for wave, proxy in enumerate((to_postgres, to_redis, to_postgres)):
                ids += await asyncio.gather(*(desk.book(2, evening(f"{12 + 2 * wave}:00")) for _ in range(5)))
                proxy.cut()
                ids.append(await desk.book(4, evening(f"{12 + 2 * wave}:30")))
                proxy.heal()
            views = await desk.until_decided(*ids)
    assert {str(view.booking.state) for view in views} <= {"confirmed", "failed"}


# -- decisions that fail -----------------------------------------------------------------------------------------------


async def test_a_step_that_was_taken_meanwhile_is_not_taken_twice(migrated_database: str, redis_url: str) -> None:
    """Two processes decide the same day at once, without the lock between them: each booking has one outcome."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as inn:
        other_locks = replace(inn, desk=replace(inn.desk, locks=_LocksOfAnotherRedis(inn)))
        ids = [await inn.book(2, evening(f"{12 + n}:00")) for n in range(4)]
        await asyncio.gather(inn.decide(worker="a"), other_locks.decide(worker="b"), return_exceptions=True)
        await inn.decide(worker="c")
        for booking_id in ids:
            entries = [one.to_state for one in await inn.steps(booking_id)]
            assert sum(state in ("confirmed", "failed") for state in entries) == 1


class _LocksOfAnotherRedis:
    """Locks that exclude nobody of the first: the keys carry another name."""

    def __init__(self, inn: Inn) -> None:
        self._manager = DistributedLockManager(inn.house.redis)

    def hold(self, keys: list[str], *, wait_ms: int = 0):
        return self._manager.hold([key.replace("lock:day:", "lock:otherday:") for key in keys], wait_ms=wait_ms)


async def test_a_stale_decision_is_dropped(inn: Inn) -> None:
    """A guest cancels while the engine thinks: the compare-and-set refuses, the cancellation stands."""
    booking_id = await inn.book()
    booking = (await inn.view(booking_id)).booking
    await act(inn.desk, booking_id, Action.CANCEL, caller=inn.caller)
    late = step(booking, Action.START, actor=REAPER, at=evening())
    with pytest.raises(StaleBooking):
        async with inn.desk.database.transaction() as connection:
            await bookings.save(connection, [late])
    assert await inn.state(booking_id) == "cancelled"
