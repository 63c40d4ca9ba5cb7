"""Events: lost ones come again, duplicates do no harm, poison is put where people see it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from house import STAFF, Inn, evening, until
from redis.asyncio import Redis

from maitred.bus.port import Delivery, Received
from maitred.domain.booking import Actor, ActorKind
from maitred.domain.events import Event
from maitred.domain.lifecycle import Action
from maitred.flags.port import Mode
from maitred.flags.static import StaticFlags
from maitred.store import feed, outbox
from maitred.usecases.door import act
from maitred.workers import consumer
from maitred.workers.consumer import Consumer
from maitred.workers.coordinator import AssignmentCoordinator
from maitred.workers.relay import Relay
from maitred.workers.room import Room
from maitred.workers.subscriptions import SUBSCRIPTIONS

Drain = Callable[[], Awaitable[None]]

STREAM = "maitred:{events-0}"
REPUBLISH_S = 0.3


@pytest.fixture
async def server(redis_url: str) -> AsyncIterator[Redis]:
    """The inn's Redis, to be hurt."""
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


def relay_of(inn: Inn) -> Relay:
    """A relay that gives subscribers a moment, not ten seconds, before it sends again."""
    return Relay(inn.desk.database, inn.house.bus, inn.desk.flags, REPUBLISH_S)


async def heard(inn: Inn, subscriber: str = "coordinator") -> list[Received]:
    """What the bus has for a subscriber."""
    return await inn.house.bus.read(subscriber, "test", count=100, block_ms=1)


async def handled(inn: Inn, subscriber: str) -> set[UUID]:
    """The events in a subscriber's inbox."""
    rows = await inn.desk.database.fetch("SELECT event_id FROM maitred.inbox WHERE subscriber = $1", subscriber)
    return {row["event_id"] for row in rows}


async def unsettled(inn: Inn) -> int:
    """How many events some subscriber still lacks."""
    number: int = await inn.desk.database.fetchval("SELECT count(*) FROM maitred.outbox WHERE done_at IS NULL")
    return number


def turn(inn: Inn, subscriber: str = "coordinator") -> tuple[Consumer, Drain]:
    """A consumer of the inn, and a way to let it finish what it took."""
    if subscriber == "room":
        room = Room(inn.desk, inn.house.bus, Actor(ActorKind.SYSTEM, "w"))
        return Consumer(inn.desk.database, inn.house.bus, "room", "w", room.handle), _at_once
    coordinator = AssignmentCoordinator(inn.desk, inn.house.bus, inn.house.breakers, name="w", days_at_once=3)
    return Consumer(inn.desk.database, inn.house.bus, "coordinator", "w", coordinator.handle), coordinator.drain


async def _at_once() -> None:
    """Nothing is left to wait for: the room is looked at while the delivery is handled."""


# -- lost events -------------------------------------------------------------------------------------------------------

LOSSES = {
    "flushed": Redis.flushall,
    "trimmed": partial(Redis.xtrim, name=STREAM, maxlen=0, approximate=False),
    "deleted": lambda server: server.delete(STREAM),
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
async def test_what_redis_lost_is_fed_again_from_the_outbox(
    inn: Inn, server: Redis, lose: Callable[[Redis], Awaitable[Any]]
) -> None:
    """Published, then lost with stream and groups: after the republish time every subscriber gets it after all."""
    relay = relay_of(inn)
    booking_id = await inn.book()
    await relay.step()
    await lose(server)
    assert await heard(inn) == []

    async def came() -> bool:
        await relay.step()
        return bool(await heard(inn))

    await until(came)
    deciding, drain = turn(inn)
    await relay.step()
    await server.flushall()
    await until(lambda: _decided(inn, relay, deciding, drain, booking_id))
    await until(lambda: _settled(inn, relay))


async def _decided(inn: Inn, relay: Relay, deciding: Consumer, drain: Drain, booking_id: UUID) -> bool:
    await relay.step()
    await deciding.read()
    await drain()
    return await inn.state(booking_id) == "confirmed"


async def _settled(inn: Inn, relay: Relay) -> bool:
    async with inn.desk.database.transaction() as connection:
        await feed.extend(connection, inn.desk.clock())
        events = await connection.fetch("SELECT event_id FROM maitred.outbox")
        await outbox.insert_inbox(connection, "messages", [row["event_id"] for row in events])
    await relay.step()
    return await unsettled(inn) == 0


async def test_while_it_is_killed_no_event_waits_for_the_coordinator(inn: Inn, server: Redis) -> None:
    """It reads nothing then: what the others have is done, or it would be published again for as long as that lasts."""
    await inn.book()
    relay = relay_of(inn)
    killed = Relay(inn.desk.database, inn.house.bus, StaticFlags(Mode.OFF, killed=True), REPUBLISH_S)
    await relay.step()
    assert not await _settled(inn, relay)
    published = await server.xlen(STREAM)
    await until(lambda: _settled(inn, killed))
    await asyncio.sleep(2 * REPUBLISH_S)
    assert await _settled(inn, killed)
    assert await server.xlen(STREAM) == published
    assert await handled(inn, "coordinator") == set()


async def test_what_a_request_decides_the_coordinator_lets_pass(inn: Inn) -> None:
    """A restaurant that is off while others are on: its events are done unread, and no worker decides or drains."""
    off = replace(inn, desk=replace(inn.desk, flags=StaticFlags(Mode.OFF)))
    relay, (deciding, drain) = relay_of(off), turn(off)
    await relay.step()
    booking_id = await off.book()
    assert await off.state(booking_id) == "confirmed"

    async def passed() -> bool:
        await relay.step()
        await deciding.read()
        await drain()
        return bool(await handled(off, "coordinator"))

    await until(passed)
    assert [one.worker for one in await off.rounds(booking_id)] == ["request"]
    await until(lambda: _settled(off, relay))


async def test_what_everybody_has_is_not_sent_again(inn: Inn, server: Redis) -> None:
    """Once it is in every inbox the relay lets it rest, however long ago it was published."""
    relay = relay_of(inn)
    deciding, drain = turn(inn)
    booking_id = await inn.book()
    await until(lambda: _decided(inn, relay, deciding, drain, booking_id))
    await until(lambda: _settled(inn, relay))
    published = await server.xinfo_stream(STREAM)
    await inn.desk.database.execute("UPDATE maitred.outbox SET published_at = published_at - interval '1 hour'")
    await relay.step()
    assert (await server.xinfo_stream(STREAM))["entries-added"] == published["entries-added"]


async def test_a_flush_in_the_middle_of_a_burst_loses_no_booking(inn: Inn, server: Redis) -> None:
    """Locks, streams and groups vanish while a worker decides: every booking has an outcome all the same."""
    async with inn.working(relay_republish_s=0.5):
        ids = []
        for wave in range(4):
            ids += await asyncio.gather(*(inn.book(2, evening(f"{12 + wave * 2}:{n % 4 * 15:02}")) for n in range(8)))
            await server.flushall()
        views = await inn.until_decided(*ids)
    assert {str(view.booking.state) for view in views} == {"confirmed", "failed"}


# -- duplicates --------------------------------------------------------------------------------------------------------


async def test_duplicate_deliveries_do_no_harm(inn: Inn) -> None:
    """Every event of a booking's life, sent three times more: not a row of bookings, tables or history changes."""
    async with inn.working():
        booking_id = await inn.book(6)
        await inn.until_state(booking_id, "confirmed")
        phoned = await inn.book(2, evening("12:00"), **STAFF)
        await inn.until_state(phoned, "confirmed")
        await act(inn.desk, phoned, Action.CANCEL, caller=inn.caller)
        rows = await inn.desk.database.fetch("SELECT event FROM maitred.outbox")
        before = [row for row in await inn.rows() if row[0] != "outbox"]
        for _ in range(3):
            await inn.house.bus.publish([Event.from_envelope(row["event"]) for row in rows])

        async def read() -> bool:
            lags = [await inn.house.bus.lag(name) for name in SUBSCRIPTIONS]
            return all(lag.pending == 0 and lag.lag == 0 for lag in lags)

        await until(read)
        assert [row for row in await inn.rows() if row[0] != "outbox"] == before
    assert len(await inn.rounds(booking_id)) == 1


async def test_two_relays_publish_each_event_once(inn: Inn, server: Redis) -> None:
    """Rows are locked while they are published, and skipped by others: no double work in quiet times."""
    for _ in range(10):
        await inn.book()
    await asyncio.gather(*(relay_of(inn).step() for _ in range(4)))
    queued = [one for one in await heard(inn) if isinstance(one, Delivery) and one.event.type == "booking.queued"]
    assert len(queued) == len({one.event.id for one in queued}) == 10


# -- poison ------------------------------------------------------------------------------------------------------------


async def test_what_is_no_event_ends_in_the_dead_letters(inn: Inn, server: Redis) -> None:
    """Garbage on the stream is put before people, for every subscriber, and stops nobody behind it."""
    await inn.house.bus.ensure_groups(SUBSCRIPTIONS)
    await server.xadd(STREAM, {"event": "{not json"})
    await server.xadd(STREAM, {"nothing": "of ours"})
    async with inn.working():
        booking_id = await inn.book()
        await inn.until_state(booking_id, "confirmed")

        async def buried() -> bool:
            return len(await outbox.dead_letters(inn.desk.database, 10)) == 2 * len(SUBSCRIPTIONS)

        await until(buried)
    letters = await outbox.dead_letters(inn.desk.database, 10)
    assert {letter["subscriber"] for letter in letters} == set(SUBSCRIPTIONS)
    assert "{not json" in {letter["payload"] for letter in letters}
    assert all(letter["error"] for letter in letters)
    for subscriber in SUBSCRIPTIONS:
        assert (await inn.house.bus.lag(subscriber)).pending == 0


def poisonous(inn: Inn, kind: str) -> Event:
    """An event in good form that no handler can do anything with."""
    data = {"booking_id": str(uuid4()), "service_date": "the day after"}
    return Event(uuid4(), kind, inn.place.slug, str(data["booking_id"]), evening(), data)


@pytest.mark.parametrize(("subscriber", "kind"), [("coordinator", "booking.queued"), ("room", "booking.cancelled")])
async def test_what_nobody_can_handle_is_buried_and_takes_nobody_with_it(
    inn: Inn, monkeypatch: pytest.MonkeyPatch, subscriber: str, kind: str
) -> None:
    """It comes back eight times and is then a dead letter; what was delivered beside it is handled the first time."""
    monkeypatch.setattr(consumer, "RECLAIM_AFTER_MS", 0)
    await inn.house.bus.ensure_groups(SUBSCRIPTIONS)
    bad = poisonous(inn, kind)
    good = Event(uuid4(), kind, inn.place.slug, str(uuid4()), evening(), {"service_date": evening().date().isoformat()})
    await inn.house.bus.publish([bad, good])
    reader, drain = turn(inn, subscriber)
    await reader.read()
    await drain()
    assert await handled(inn, subscriber) == {good.id}
    for _ in range(consumer.MOST_DELIVERIES):
        assert await outbox.dead_letters(inn.desk.database, 10) == []
        await reader.reclaim()
        await drain()
    (letter,) = await outbox.dead_letters(inn.desk.database, 10)
    assert (letter["subscriber"], letter["event_id"]) == (subscriber, bad.id)
    assert (await inn.house.bus.lag(subscriber)).pending == 0


async def test_an_event_of_a_venue_that_is_not_there_is_done_with(inn: Inn) -> None:
    """Nobody can decide it any more: it is acknowledged, and nothing waits behind it."""
    await inn.house.bus.ensure_groups(SUBSCRIPTIONS)
    day = (evening() + timedelta(days=1)).date().isoformat()
    gone = [Event(uuid4(), kind, "gone", str(uuid4()), evening(), {"service_date": day})
            for kind in ("booking.queued", "booking.cancelled")]  # fmt: skip
    await inn.house.bus.publish(gone)
    for subscriber, event in zip(("coordinator", "room"), gone, strict=True):
        reader, drain = turn(inn, subscriber)
        await reader.read()
        await drain()
        assert await handled(inn, subscriber) == {event.id}
        assert (await inn.house.bus.lag(subscriber)).pending == 0
