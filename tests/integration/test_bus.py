"""The conformance suite of the event bus: what every adapter of `port.Bus` must do, on real servers.

An adapter joins by a `Harness`: how to make a bus, how to lose everything, how to put in an entry that is no event.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pytest

from engines import TcpProxy
from maitred.bus.port import Bus, Delivery, Gap, Poison, Received
from maitred.bus.redis_streams import RedisStreams
from maitred.domain.errors import RedisUnavailable
from maitred.domain.events import Event
from maitred.embedded import EmbeddedValkey
from maitred.locks.redis_client import connect

AT = datetime(2026, 11, 28, 19, 30, tzinfo=UTC)
WAIT_MS = 5_000


def event(number: int, restaurant: str = "osteria") -> Event:
    return Event(UUID(int=number), "booking.created", restaurant, f"b{number}", AT, {"number": number, "é": "ü"})


class Harness(Protocol):
    """What the suite needs of an adapter."""

    shards: int

    def make(self) -> Bus:
        """Return a bus as another process would have it."""

    async def flush(self) -> None:
        """Lose everything the bus keeps."""

    async def put_raw(self, raw: bytes) -> None:
        """Append an entry as it is."""

    async def trim(self) -> None:
        """Drop every entry, delivered or not, but keep the groups."""

    async def aclose(self) -> None:
        """Close all that was made."""


class RedisHarness:
    """Streams on one server or on a cluster; each bus has a connection of its own."""

    def __init__(self, url: str, shards: int) -> None:
        self.shards = shards
        self._url = url
        self._buses: list[RedisStreams] = []
        self._clients: list[Any] = [connect(url)]

    def make(self) -> RedisStreams:
        self._clients.append(connect(self._url))
        self._buses.append(RedisStreams(self._clients[-1], shards=self.shards))
        return self._buses[-1]

    async def flush(self) -> None:
        await self._clients[0].execute_command("FLUSHALL", **self._everywhere())

    async def put_raw(self, raw: bytes) -> None:
        await self._clients[0].xadd("maitred:{events-0}", {b"event": raw})

    async def trim(self) -> None:
        for shard in range(self.shards):
            await self._clients[0].xtrim(f"maitred:{{events-{shard}}}", maxlen=0, approximate=False)

    async def aclose(self) -> None:
        for each in [*self._buses, *self._clients]:
            await each.aclose()

    def _everywhere(self) -> dict[str, str]:
        return {"target_nodes": "primaries"} if self._url.startswith("redis-cluster") else {}


@pytest.fixture(
    params=[("redis_url", 1), ("redis_url", 3), ("valkey_cluster", 3)], ids=lambda param: f"{param[0]}-{param[1]}"
)
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    engine, shards = request.param
    harness = RedisHarness(request.getfixturevalue(engine), shards)
    yield harness
    await harness.aclose()


@pytest.fixture
async def bus(harness: Harness) -> Bus:
    """A bus that knows the subscriber `coordinator`."""
    bus = harness.make()
    await bus.ensure_groups(["coordinator"])
    return bus


async def read(bus: Bus, number: int, subscriber: str = "coordinator", consumer: str = "one") -> list[Received]:
    """Read until `number` entries have come."""
    received: list[Received] = []
    async with asyncio.timeout(WAIT_MS / 1000):
        while len(received) < number:
            received += await bus.read(subscriber, consumer, count=100, block_ms=WAIT_MS)
    return received


def numbers(received: Sequence[Received]) -> list[int]:
    return [each.event.data["number"] for each in received if isinstance(each, Delivery)]


# -- publish, read, acknowledge ------------------------------------------------------------------------


async def test_what_is_published_is_read_whole_and_once_acknowledged_gone(bus: Bus) -> None:
    """An event arrives equal to what was published, as a first delivery, and not again after ack."""
    await bus.publish([event(1)])
    (delivery,) = await read(bus, 1)
    assert isinstance(delivery, Delivery)
    assert (delivery.event, delivery.subscriber, delivery.deliveries) == (event(1), "coordinator", 1)
    await bus.ack([delivery])
    assert await bus.resume("coordinator", "one", count=10) == []
    assert await bus.reclaim("coordinator", "two", min_idle_ms=0, count=10) == []
    assert await bus.read("coordinator", "one", count=10, block_ms=50) == []


async def test_nothing_published_is_nothing_read_and_nothing_breaks(bus: Bus) -> None:
    """Empty calls are allowed."""
    await bus.publish([])
    await bus.ack([])
    assert await bus.read("coordinator", "one", count=10, block_ms=20) == []


async def test_a_waiting_reader_is_woken_by_a_publish(bus: Bus, harness: Harness) -> None:
    """A reader that blocks gets the event when it is published, long before its wait is over."""
    reader = asyncio.create_task(bus.read("coordinator", "one", count=10, block_ms=60_000))
    await asyncio.wait([reader], timeout=0.1)
    assert not reader.done()
    await harness.make().publish([event(1)])
    async with asyncio.timeout(WAIT_MS / 1000):
        assert numbers(await reader) == [1]


async def test_each_subscriber_gets_every_event(bus: Bus) -> None:
    """Two groups are independent; one acknowledging changes nothing for the other."""
    await bus.ensure_groups(["coordinator", "notifier"])  # the first for the second time
    await bus.publish([event(n) for n in range(5)])
    received = await read(bus, 5)
    await bus.ack(received)
    assert numbers(received) == numbers(await read(bus, 5, "notifier")) == list(range(5))


async def test_consumers_of_one_subscriber_share_the_events(bus: Bus) -> None:
    """What one consumer got the other does not; together they have everything once."""
    await bus.publish([event(n) for n in range(20)])
    received = []
    for consumer in ["one", "two"] * 10:
        received += await bus.read("coordinator", consumer, count=5, block_ms=30)
    assert sorted(numbers(received)) == list(range(20))


async def test_a_subscriber_that_comes_late_gets_what_is_still_kept(bus: Bus) -> None:
    """A new group starts at the beginning of the stream."""
    await bus.publish([event(1)])
    await bus.ensure_groups(["notifier"])
    assert numbers(await read(bus, 1, "notifier")) == [1]


async def test_events_of_one_restaurant_stay_in_order(bus: Bus) -> None:
    """However the restaurants are spread and the publishes are cut, each one's events come as published."""
    restaurants = ["osteria", "bistro", "brasserie", "hall"]
    events = [event(n, restaurants[n % 4]) for n in range(1200)]  # more than one batch
    for start in (0, 5, 600):
        await bus.publish(events[start : {0: 5, 5: 600, 600: 1200}[start]])
    received = [each.event for each in await read(bus, 1200) if isinstance(each, Delivery)]
    for restaurant in restaurants:
        assert [e for e in received if e.restaurant == restaurant] == [e for e in events if e.restaurant == restaurant]


async def test_an_interrupted_read_loses_nothing(bus: Bus) -> None:
    """A reader cancelled while it waits gets, on its next read, what came meanwhile."""
    reader = asyncio.create_task(bus.read("coordinator", "one", count=10, block_ms=WAIT_MS))
    await asyncio.sleep(0)
    reader.cancel()
    with suppress(asyncio.CancelledError):
        await reader
    await bus.publish([event(1)])
    assert numbers(await read(bus, 1)) == [1]


# -- redelivery ----------------------------------------------------------------------------------------


async def test_what_is_not_acknowledged_is_reclaimed_with_a_rising_count(bus: Bus, harness: Harness) -> None:
    """Another consumer takes over what a dead one left, each time with one delivery more."""
    await bus.publish([event(1), event(2)])
    first, second = await read(bus, 2)
    await bus.ack([first])
    heir = harness.make()
    for deliveries in (2, 3):
        (again,) = await heir.reclaim("coordinator", f"heir-{deliveries}", min_idle_ms=0, count=10)
        assert isinstance(again, Delivery)
        assert (numbers([again]), again.deliveries) == (numbers([second]), deliveries)
        assert again.entry_id == second.entry_id
    await heir.ack([again])
    assert await heir.reclaim("coordinator", "last", min_idle_ms=0, count=10) == []


async def test_what_is_in_work_is_not_reclaimed(bus: Bus) -> None:
    """An entry delivered a moment ago stays with its consumer."""
    await bus.publish([event(1)])
    await read(bus, 1)
    assert await bus.reclaim("coordinator", "two", min_idle_ms=60_000, count=10) == []


async def test_reclaiming_is_bounded(bus: Bus) -> None:
    """At most `count` entries of each shard are taken over at once, and the rest the next time."""
    await bus.publish([event(n) for n in range(30)])  # one restaurant, so one shard
    await read(bus, 30)
    first = await bus.reclaim("coordinator", "two", min_idle_ms=0, count=20)
    await bus.ack(first)
    rest = await bus.reclaim("coordinator", "two", min_idle_ms=0, count=20)
    assert (len(first), sorted(numbers(first + rest))) == (20, list(range(30)))


async def test_a_consumer_that_restarts_finds_its_own(bus: Bus, harness: Harness) -> None:
    """After a crash the same consumer resumes what it was given, as a repeated delivery."""
    await bus.publish([event(1)])
    await read(bus, 1)
    (again,) = await harness.make().resume("coordinator", "one", count=10)
    assert (numbers([again]), again.deliveries) == ([1], 2)


async def test_pending_entries_that_were_trimmed_are_let_go(bus: Bus, harness: Harness) -> None:
    """What the stream no longer has is neither delivered nor kept pending."""
    await bus.publish([event(n) for n in range(4)])
    await read(bus, 4)
    await harness.trim()
    assert await bus.resume("coordinator", "one", count=2) == []
    assert await bus.reclaim("coordinator", "two", min_idle_ms=0, count=10) == []
    assert (await bus.lag("coordinator")).pending == 0


# -- poison --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"no json", b"\xff\xfe\x00", b"{}", b'{"specversion": "9"}', b"[1, 2]", b"null"])
async def test_poison_surfaces_and_stays_until_acknowledged(bus: Bus, harness: Harness, raw: bytes) -> None:
    """An entry that is no event comes as Poison with its text and fault, between its neighbours, and can be acked."""
    await harness.put_raw(raw)
    (poison,) = await read(bus, 1)
    assert isinstance(poison, Poison)
    assert poison.raw == raw.decode(errors="backslashreplace")
    assert poison.error
    (again,) = await bus.reclaim("coordinator", "two", min_idle_ms=0, count=10)
    assert again == replace(poison, deliveries=2)
    await bus.ack([again])
    assert await bus.reclaim("coordinator", "two", min_idle_ms=0, count=10) == []


# -- a bus that forgets --------------------------------------------------------------------------------


async def test_groups_come_back_after_a_flush(bus: Bus, harness: Harness) -> None:
    """After everything was lost each call works again by itself, and what is published anew is read."""
    await bus.publish([event(1)])
    delivered = await read(bus, 1)
    await harness.flush()
    await bus.ack(delivered)
    assert (await bus.lag("coordinator")).pending == 0
    await bus.forget_consumers("coordinator", idle_ms=60_000)
    assert await bus.resume("coordinator", "one", count=1) == []
    await harness.flush()
    assert await bus.reclaim("coordinator", "one", min_idle_ms=0, count=1) == []
    await harness.flush()
    assert await bus.read("coordinator", "one", count=1, block_ms=20) == []
    await bus.publish([event(2)])
    assert numbers(await read(bus, 1)) == [2]


async def test_a_reader_that_waits_through_a_flush_goes_on(bus: Bus, harness: Harness) -> None:
    """A flush in the middle of a blocking read costs the reader nothing."""
    reader = asyncio.create_task(read(bus, 1))
    for _ in range(2):
        await asyncio.wait([reader], timeout=0.1)
        assert not reader.done()
        await harness.flush()
    await harness.make().publish([event(1)])
    assert numbers(await reader) == [1]


# -- care ----------------------------------------------------------------------------------------------


async def test_lag_counts_what_is_kept_pending_and_to_come(bus: Bus) -> None:
    """Of five events two are delivered and one of these acknowledged: four behind, one of them pending."""
    await bus.publish([event(n) for n in range(5)])
    received = await bus.read("coordinator", "one", count=2, block_ms=WAIT_MS)
    await bus.ack(received[:1])
    lag = await bus.lag("coordinator")
    assert (lag.length, lag.pending, lag.lag) == (5, 1, 3)
    assert lag.oldest_pending_ms is not None
    assert 0 <= lag.oldest_pending_ms < WAIT_MS


async def test_lag_of_an_unknown_subscriber_is_everything(bus: Bus) -> None:
    """A group that does not exist yet has all before it."""
    await bus.publish([event(1)])
    lag = await bus.lag("nobody")
    assert (lag.length, lag.pending, lag.oldest_pending_ms, lag.lag) == (1, 0, None, 1)


async def test_only_idle_consumers_without_work_are_forgotten(bus: Bus, harness: Harness) -> None:
    """A consumer with pending entries keeps them, and one that asked just now stays too."""
    await bus.publish([event(1)])
    await read(bus, 1)
    await bus.resume("coordinator", "idle", count=1)
    assert await bus.forget_consumers("coordinator", idle_ms=60_000) == 0
    assert await bus.forget_consumers("coordinator", idle_ms=0) >= 1
    (again,) = await bus.reclaim("coordinator", "heir", min_idle_ms=0, count=10)
    assert numbers([again]) == [1]


# -- tails ---------------------------------------------------------------------------------------------


async def upcoming(tail: AsyncIterator[Event | Gap], number: int) -> list[Event | Gap]:
    async with asyncio.timeout(WAIT_MS / 1000):
        return [await anext(tail) for _ in range(number)]


async def test_tails_each_see_every_event_from_their_start(bus: Bus, harness: Harness) -> None:
    """A tail begins with a Gap; after it, two tails see everything published and nothing from before."""
    await bus.publish([event(0)])
    async with aclosing(bus.tail()) as one, aclosing(harness.make().tail()) as two:
        assert await upcoming(one, 1) == await upcoming(two, 1) == [Gap("started")]
        events = [event(n, f"venue-{n}") for n in range(1, 9)]
        await bus.publish(events)
        for tail in (one, two):
            seen = await upcoming(tail, 8)
            assert sorted((e for e in seen if isinstance(e, Event)), key=lambda e: e.id) == events


async def test_a_tail_from_the_beginning_sees_what_is_kept(bus: Bus) -> None:
    """With from_now=False it starts with the oldest entry."""
    await bus.publish([event(1)])
    async with aclosing(bus.tail(from_now=False)) as tail:
        assert await upcoming(tail, 2) == [Gap("started"), event(1)]


async def test_a_tail_tells_of_a_flush(bus: Bus, harness: Harness) -> None:
    """After a flush it yields one Gap, whether or not events follow, and goes on."""
    await bus.publish([event(1)])
    async with aclosing(bus.tail()) as tail:
        await upcoming(tail, 1)
        await harness.flush()
        assert await upcoming(tail, 1) == [Gap("flushed")]
        await bus.publish([event(2)])
        assert await upcoming(tail, 1) == [event(2)]
        await harness.flush()
        await bus.publish([event(3)])
        assert await upcoming(tail, 2) == [Gap("flushed"), event(3)]


async def test_a_tail_passes_over_poison(bus: Bus, harness: Harness) -> None:
    """What is no event is the groups' to report; the tail goes on with the next."""
    async with aclosing(bus.tail()) as tail:
        await upcoming(tail, 1)
        await harness.put_raw(b"poison")
        await bus.publish([event(n, f"venue-{n}") for n in range(8)])
        assert all(isinstance(item, Event) for item in await upcoming(tail, 8))


# -- Redis alone: a server that goes away --------------------------------------------------------------


async def test_a_cut_connection_is_reported_and_healed(
    redis_url: str, tcp_proxy: Callable[[str], Awaitable[TcpProxy]]
) -> None:
    """Calls raise RedisUnavailable while it is cut; a tail waits and tells of a Gap afterwards."""
    proxy = await tcp_proxy(redis_url)
    harness = RedisHarness(proxy.via(redis_url), 1)
    bus = harness.make()
    await bus.ensure_groups(["coordinator"])
    async with aclosing(bus.tail()) as tail:
        assert await upcoming(tail, 1) == [Gap("started")]
        await bus.publish([event(1)])
        assert await upcoming(tail, 1) == [event(1)]
        await bus.ack(await read(bus, 1))
        waiting = asyncio.create_task(upcoming(tail, 1))
        await asyncio.wait([waiting], timeout=0.1)
        proxy.cut()
        with pytest.raises(RedisUnavailable):
            await bus.publish([event(1)])
        with pytest.raises(RedisUnavailable):
            await bus.read("coordinator", "one", count=1, block_ms=WAIT_MS)
        proxy.heal()
        assert await waiting == [Gap("reconnected")]
        await bus.publish([event(2)])
        assert await upcoming(tail, 1) == [event(2)]
    assert numbers(await read(bus, 1)) == [2]
    await harness.aclose()


async def test_pending_entries_survive_a_killed_server(engine_dir: Path) -> None:
    """After SIGKILL and a restart the groups and what was pending are there, or are made anew; reading goes on."""
    with EmbeddedValkey(engine_dir, extra={"appendfsync": "always"}) as server:
        harness = RedisHarness(server.url, 1)
        bus = harness.make()
        await bus.ensure_groups(["coordinator"])
        await bus.publish([event(1)])
        await read(bus, 1)
        server.restart(kill=True)  # from this thread: the server would end with another
        (again,) = await bus.reclaim("coordinator", "heir", min_idle_ms=0, count=10)
        assert (numbers([again]), again.deliveries) == ([1], 2)
        await harness.aclose()
