"""The bus on Redis Streams: one stream per shard, one consumer group per subscriber, commands of Redis 7.0 only.

Restaurants are spread over the shards by a stable hash, so the events of one restaurant stay in order. Each shard has
a hash tag of its own, so a cluster spreads the shards over its masters. A stream keeps about `maxlen` entries; what is
trimmed before it was delivered comes again from the outbox, as after a FLUSHALL.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import monotonic
from typing import Any, Final, TypeVar, cast
from zlib import crc32

import structlog
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ResponseError

from maitred.bus.metrics import PUBLISHED, meters
from maitred.bus.port import Delivery, Gap, Poison, Received, StreamLag
from maitred.bus.tail import FIELD, StreamTail, end, follow
from maitred.domain.errors import RedisUnavailable
from maitred.domain.events import Event
from maitred.locks.redis_client import Client, translated

PUBLISH_BATCH: Final = 500
BLOCK_MS: Final = 1000  # one blocking call; well below the socket's time-out
CLAIM_ROUNDS: Final = 20
HEALINGS: Final = 5

log = structlog.get_logger(__name__)
T = TypeVar("T")
Entry = tuple[bytes, Mapping[bytes, bytes] | None]


class RedisStreams:
    """The adapter of `port.Bus` for Redis and Valkey, single or Cluster."""

    def __init__(self, client: Client, *, shards: int = 1, maxlen: int = 100_000, prefix: str = "maitred") -> None:
        assert shards > 0
        self._client = cast(Any, client)  # the driver types one method for its sync and async use
        self._is_cluster = isinstance(client, RedisCluster)
        self._maxlen = maxlen
        self._streams = [f"{prefix}:{{events-{shard}}}" for shard in range(shards)]
        self._reads: dict[tuple[str, str, int], asyncio.Task[list[Received]]] = {}

    def shard_of(self, restaurant: str) -> int:
        """Return the shard of a restaurant; the same in every process and version."""
        return crc32(restaurant.encode()) % len(self._streams)

    # -- writing ---------------------------------------------------------------------------------------

    async def publish(self, events: Sequence[Event]) -> None:
        """Append the events in this order; a failure may leave a part of them published."""
        for batch in _batches(events, PUBLISH_BATCH):
            with translated():
                pipeline = self._client.pipeline(transaction=False)
                for event in batch:
                    stream = self._streams[self.shard_of(event.restaurant)]
                    pipeline.xadd(stream, {FIELD: event.to_json()}, maxlen=self._maxlen, approximate=True)
                await pipeline.execute()
            PUBLISHED.inc(len(batch))

    async def ensure_groups(self, subscribers: Iterable[str]) -> None:
        """Create the consumer groups that are missing, from the beginning of each stream."""
        for subscriber in subscribers:
            for shard in range(len(self._streams)):
                with translated():
                    await self._create_group(subscriber, shard)

    async def ack(self, received: Sequence[Received]) -> None:
        """Acknowledge: these are not delivered to their subscriber again."""
        groups: dict[tuple[str, int], list[str]] = {}
        for each in received:
            groups.setdefault((each.subscriber, each.shard), []).append(each.entry_id)
        for (subscriber, shard), entry_ids in groups.items():
            with translated():
                await self._client.xack(self._streams[shard], subscriber, *entry_ids)
            meters(subscriber).acknowledged.inc(len(entry_ids))

    # -- reading ---------------------------------------------------------------------------------------

    async def read(
        self, subscriber: str, consumer: str, *, count: int = 100, block_ms: int = BLOCK_MS
    ) -> list[Received]:
        """Wait for new entries, at most `block_ms`, and return up to `count` from each shard that has some."""
        give_up = monotonic() + block_ms / 1000
        while True:
            left_s = max(0.0, give_up - monotonic())
            received = await self._wait_for_a_shard(subscriber, consumer, count, left_s)
            if received or monotonic() >= give_up:
                return received

    async def resume(self, subscriber: str, consumer: str, *, count: int = 100) -> list[Received]:
        """Return what this consumer was given before and has not acknowledged; for its start."""
        received: list[Received] = []
        for shard, stream in enumerate(self._streams):

            async def own_pending(stream: str = stream) -> list[Entry]:
                return _entries(await self._client.xreadgroup(subscriber, consumer, {stream: "0"}, count=count))

            entries = await self._healed(subscriber, shard, own_pending)
            received += await self._redelivered(subscriber, shard, entries)
        return received

    async def reclaim(self, subscriber: str, consumer: str, *, min_idle_ms: int, count: int = 100) -> list[Received]:
        """Take over up to `count` entries of each shard that others left unacknowledged for `min_idle_ms`."""
        received: list[Received] = []
        for shard in range(len(self._streams)):
            entries = await self._claim(subscriber, consumer, shard, min_idle_ms, count)
            meters(subscriber).reclaimed.inc(len(entries))
            received += await self._redelivered(subscriber, shard, entries)
        return received

    def tail(self, *, from_now: bool = True) -> AsyncGenerator[Event | Gap, None]:
        """Yield every event to this reader alone, without a group; see port.Bus."""
        return follow([StreamTail(self._client, stream) for stream in self._streams], from_now=from_now)

    async def aclose(self) -> None:
        """Stop the reads under way, after their callers; what they were being given stays pending."""
        reads = list(self._reads.values())
        self._reads.clear()
        await end(reads)

    # -- caring ----------------------------------------------------------------------------------------

    async def forget_consumers(self, subscriber: str, *, idle_ms: int) -> int:
        """Drop the names of consumers that have nothing pending and have not asked for `idle_ms`.

        One that is given an entry in the very moment of its deletion loses the claim to it; the outbox sends the
        event again because no inbox has it.
        """
        forgotten = 0
        for stream in self._streams:
            for consumer in await self._or_missing(self._client.xinfo_consumers(stream, subscriber), []):
                if consumer["pending"] == 0 and consumer["idle"] >= idle_ms:
                    with translated():
                        await self._client.xgroup_delconsumer(stream, subscriber, consumer["name"])
                    forgotten += 1
        return forgotten

    async def lag(self, subscriber: str) -> StreamLag:
        """Measure how far the subscriber is behind, over all shards."""
        shards = [await self._shard_lag(subscriber, shard) for shard in range(len(self._streams))]
        ages = [lag.oldest_pending_ms for lag in shards if lag.oldest_pending_ms is not None]
        lags = [lag.lag for lag in shards if lag.lag is not None]
        return StreamLag(
            length=sum(lag.length for lag in shards),
            pending=sum(lag.pending for lag in shards),
            oldest_pending_ms=max(ages, default=None),
            lag=sum(lags) if len(lags) == len(shards) else None,
        )

    # -- one shard -------------------------------------------------------------------------------------

    async def _wait_for_a_shard(self, subscriber: str, consumer: str, count: int, longest_s: float) -> list[Received]:
        """Keep one call under way per shard, and return what the first to answer bring.

        A call is never cancelled for another's answer: an entry it was just being given would be lost until reclaimed.
        The calls still waiting are taken up by the next read.
        """
        keys = [(subscriber, consumer, shard) for shard in range(len(self._streams))]
        for key in keys:
            if key not in self._reads:
                self._reads[key] = asyncio.create_task(self._read_shard(*key, count))
        waiting = [self._reads[key] for key in keys]
        await asyncio.wait(waiting, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED)
        done = [self._reads.pop(key) for key in keys if key in self._reads and self._reads[key].done()]
        return _gathered(done)

    async def _read_shard(self, subscriber: str, consumer: str, shard: int, count: int) -> list[Received]:
        stream = self._streams[shard]

        async def new_entries() -> list[Entry]:
            answer = await self._client.xreadgroup(subscriber, consumer, {stream: ">"}, count=count, block=BLOCK_MS)
            return _entries(answer)

        entries = await self._healed(subscriber, shard, new_entries)
        return [self._received(subscriber, shard, entry, 1) for entry in entries]

    async def _claim(self, subscriber: str, consumer: str, shard: int, min_idle_ms: int, count: int) -> list[Entry]:
        stream, meter = self._streams[shard], meters(subscriber)
        claimed: list[Entry] = []
        cursor = b"0-0"
        for _ in range(CLAIM_ROUNDS):  # a call looks at ten times `count` pending entries at most

            async def step(cursor: bytes = cursor, wanted: int = count - len(claimed)) -> Any:
                return await self._client.xautoclaim(stream, subscriber, consumer, min_idle_ms, cursor, count=wanted)

            cursor, entries, trimmed = await self._healed(subscriber, shard, step)
            claimed += entries
            meter.trimmed.inc(len(trimmed))
            if cursor == b"0-0" or len(claimed) >= count:
                break
        return claimed

    async def _redelivered(self, subscriber: str, shard: int, entries: list[Entry]) -> list[Received]:
        """Pair the entries with their delivery counts; let go of those that the stream no longer has."""
        kept = [entry for entry in entries if entry[1]]
        gone = [entry_id for entry_id, fields in entries if not fields]
        stream = self._streams[shard]
        with translated():
            pipeline = self._client.pipeline(transaction=False)
            for entry_id, _ in kept:
                pipeline.xpending_range(stream, subscriber, entry_id, entry_id, 1)
            counts = await pipeline.execute() if kept else []
            if gone:
                await self._client.xack(stream, subscriber, *gone)
                meters(subscriber).trimmed.inc(len(gone))
        pairs = zip(kept, counts, strict=True)
        return [
            self._received(subscriber, shard, entry, int(found[0]["times_delivered"]) if found else 1)
            for entry, found in pairs
        ]

    def _received(self, subscriber: str, shard: int, entry: Entry, deliveries: int) -> Received:
        entry_id, fields = entry[0].decode(), entry[1] or {}
        meter = meters(subscriber)
        meter.delivered.inc()
        try:
            event = Event.from_json(fields[FIELD])
        except (KeyError, ValueError) as fault:
            meter.poison.inc()
            raw = fields.get(FIELD, repr(dict(fields)).encode()).decode(errors="backslashreplace")
            return Poison(raw, repr(fault), subscriber, entry_id, shard, deliveries)
        return Delivery(event, subscriber, entry_id, shard, deliveries)

    async def _shard_lag(self, subscriber: str, shard: int) -> StreamLag:
        stream = self._streams[shard]
        length = await self._or_missing(self._client.xlen(stream), 0)
        groups = await self._or_missing(self._client.xinfo_groups(stream), [])
        group = next((group for group in groups if group["name"] == subscriber.encode()), None)
        if group is None:
            return StreamLag(length, pending=0, oldest_pending_ms=None, lag=length)
        oldest = await self._or_missing(self._client.xpending_range(stream, subscriber, "-", "+", 1), [])
        age_ms = await self._age_ms(stream, oldest[0]["message_id"]) if oldest else None
        return StreamLag(length, group["pending"], age_ms, group.get("lag"))

    async def _age_ms(self, stream: str, entry_id: bytes) -> int:
        """Return how long ago an entry was appended, by the clock of the server that numbered it."""
        target = {"target_nodes": self._client.get_node_from_key(stream)} if self._is_cluster else {}
        with translated():
            seconds, micros = await self._client.time(**target)
        return max(0, int(seconds) * 1000 + int(micros) // 1000 - int(entry_id.split(b"-")[0]))

    # -- groups that vanish ----------------------------------------------------------------------------

    async def _healed(self, subscriber: str, shard: int, call: Callable[[], Awaitable[T]]) -> T:
        """Call, and if the group is gone (FLUSHALL, a failover), create it and call again."""
        for _ in range(HEALINGS):
            with translated():
                try:
                    return await call()
                except ResponseError as fault:
                    if not _is(fault, "NOGROUP"):
                        raise
                    log.warning("group_recreated", subscriber=subscriber, stream=self._streams[shard])
                    await self._create_group(subscriber, shard)
        raise RedisUnavailable("Redis: the consumer group vanishes as often as it is made.", subscriber=subscriber)

    async def _create_group(self, subscriber: str, shard: int) -> None:
        try:
            await self._client.xgroup_create(self._streams[shard], subscriber, id="0", mkstream=True)
        except ResponseError as fault:
            if not _is(fault, "BUSYGROUP"):
                raise

    async def _or_missing(self, call: Awaitable[T], missing: T) -> T:
        """Return the answer, or `missing` when the stream or the group does not exist."""
        with translated():
            try:
                return await call
            except ResponseError as fault:
                if not _is(fault, "NOGROUP", "no such key"):
                    raise
                return missing


def _batches(events: Sequence[Event], size: int) -> Iterator[list[Event]]:
    rest = iter(events)
    while batch := list(islice(rest, size)):
        yield batch


def _entries(answer: Any) -> list[Entry]:
    """Unpack the entries of the one stream that was asked for."""
    return list(answer[0][1]) if answer else []


def _gathered(done: list[asyncio.Task[list[Received]]]) -> list[Received]:
    """Join what the shards brought; a shard's failure is raised only when that hides nobody's entries."""
    faults = [fault for read in done if (fault := read.exception())]
    received = [each for read in done if not read.exception() for each in read.result()]
    if faults and not received:
        raise faults[0]
    for fault in faults:
        log.warning("shard_not_read", fault=str(fault))
    return received


def _is(fault: ResponseError, *codes: str) -> bool:
    return any(code in str(fault) for code in codes)
