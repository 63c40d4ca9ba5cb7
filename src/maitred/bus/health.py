"""Who reads the streams, for `maitred doctor`: the groups of each stream and when their consumers last asked."""

from dataclasses import dataclass
from typing import Any, cast

from redis.exceptions import ResponseError

from maitred.bus.redis_streams import RedisStreams
from maitred.locks.redis_client import translated


@dataclass(frozen=True, slots=True)
class Reader:
    """One consumer of one subscriber: a worker, by name, and the milliseconds since it last asked for entries."""

    subscriber: str
    name: str
    shard: int
    idle_ms: int
    pending: int


async def readers(bus: RedisStreams, subscriber: str) -> list[Reader] | None:
    """Return a subscriber's consumers on every shard, or None when one of the shards does not know the subscriber."""
    found: list[Reader] = []
    for shard, stream in enumerate(bus._streams):
        try:
            with translated():
                rows = await cast(Any, bus._client).xinfo_consumers(stream, subscriber)
        except ResponseError as fault:
            if "NOGROUP" in str(fault) or "no such key" in str(fault):
                return None
            raise
        found += [Reader(subscriber, row["name"].decode(), shard, row["idle"], row["pending"]) for row in rows]
    return found
