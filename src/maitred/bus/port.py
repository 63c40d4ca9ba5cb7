"""What the pipeline needs of an event bus: delivery at least once to every subscriber, in order for each restaurant.

A subscriber is a group of consumers that share the events; each subscriber gets all of them. What was delivered and
not acknowledged is delivered again, to whoever reclaims it. The bus may lose everything: the outbox feeds it anew.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from maitred.domain.events import Event


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event, delivered to one subscriber for the `deliveries`-th time (1 is the first)."""

    event: Event
    subscriber: str
    entry_id: str
    shard: int
    deliveries: int


@dataclass(frozen=True, slots=True)
class Poison:
    """An entry that is no event; it stays pending until the caller has dead-lettered and acknowledged it."""

    raw: str
    error: str
    subscriber: str
    entry_id: str
    shard: int
    deliveries: int


Received: TypeAlias = Delivery | Poison


@dataclass(frozen=True, slots=True)
class Gap:
    """Events before this point may have been missed: whoever remembers anything reads it again from its source.

    `reason` is `started` (the first item of every tail: from here on nothing is missed), `reconnected` or `flushed`.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class StreamLag:
    """How far one subscriber is behind, over all shards.

    `length` entries are kept, `pending` delivered and not acknowledged, the oldest of these published
    `oldest_pending_ms` ago (None when there are none); `lag` are not delivered yet (None when the server can't tell).
    """

    length: int
    pending: int
    oldest_pending_ms: int | None
    lag: int | None


class Bus(Protocol):
    """An event bus. Every method raises RedisUnavailable (or its like) when the bus cannot be reached."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Append the events in this order; a failure may leave a part of them published."""

    async def ensure_groups(self, subscribers: Iterable[str]) -> None:
        """Make the subscribers known; each gets what the bus still keeps from before. Safe to repeat."""

    async def read(self, subscriber: str, consumer: str, *, count: int, block_ms: int) -> list[Received]:
        """Wait for new entries, at most `block_ms`, and return about `count` of them or none."""

    async def resume(self, subscriber: str, consumer: str, *, count: int) -> list[Received]:
        """Return what this consumer was given before and has not acknowledged; for its start."""

    async def reclaim(self, subscriber: str, consumer: str, *, min_idle_ms: int, count: int) -> list[Received]:
        """Take over what other consumers have left unacknowledged for `min_idle_ms`."""

    async def ack(self, received: Sequence[Received]) -> None:
        """Acknowledge: these are not delivered to their subscriber again."""

    async def forget_consumers(self, subscriber: str, *, idle_ms: int) -> int:
        """Drop the names of consumers that have nothing pending and are gone; returns how many."""

    async def lag(self, subscriber: str) -> StreamLag:
        """Measure how far the subscriber is behind."""

    def tail(self, *, from_now: bool = True) -> AsyncGenerator[Event | Gap, None]:
        """Yield every event to this reader alone, without a group; it outlives every failure, and tells of gaps.

        Close it when done (`contextlib.aclosing`).
        """

    async def aclose(self) -> None:
        """Stop reading; the connection belongs to whoever made it."""
