"""What Redis or Valkey says about itself, for `maitred doctor`: version, eviction, persistence, clock, streams.

INFO carries nearly everything, also where CONFIG is forbidden, as on most hosted servers; what neither tells is None.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any, Final, cast
from uuid import uuid4

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from maitred.domain.errors import MaitredError
from maitred.locks.manager import DistributedLockManager
from maitred.locks.redis_client import Client, translated

FAULTS: Final = (MaitredError, RedisError, OSError, TimeoutError)
ROUND_TRIPS: Final = 15
PROBE_TTL_MS: Final = 60_000
SLOTS: Final = 16_384

Ask = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One server that takes writes. `clock` is its own; sizes in bytes, `maxmemory` 0 for no limit."""

    name: str
    product: str | None
    version: str | None
    role: str | None
    cluster: bool | None
    used_memory: int | None
    maxmemory: int | None
    policy: str | None
    appendonly: bool | None
    appendfsync: str | None
    last_write_ok: bool | None
    clock: datetime
    asked_at: datetime
    round_trip_ms: float

    @property
    def release(self) -> tuple[int, int] | None:
        """Major and minor version."""
        parts = (self.version or "").split(".")
        return (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[0].isdigit() and parts[1].isdigit() else None


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What the cluster says of itself."""

    state: str
    slots_ok: int
    nodes: int


async def ping(client: Client) -> None:
    """Ask for a sign of life; raises RedisUnavailable."""
    with translated():
        await cast(Any, client).execute_command("PING")


async def node_facts(client: Client, clock: Callable[[], datetime]) -> list[NodeFacts]:
    """Ask every server that takes writes; raises RedisUnavailable when one does not answer."""
    with translated():
        return [await _facts_of(name, ask, clock) async for name, ask in _servers(client)]


async def cluster_facts(client: Client) -> ClusterFacts:
    """Ask the cluster whether all of it is served."""
    with translated():
        info = await _plain(cast(Any, client).execute_command("CLUSTER INFO"))
    return ClusterFacts(
        info.get("cluster_state", "unknown"),
        int(info.get("cluster_slots_ok", 0)),
        int(info.get("cluster_known_nodes", 0)),
    )


async def try_lock(client: Client) -> None:
    """Take a lock and give it back, twice: the second time by the script's digest alone."""
    locks = DistributedLockManager(client)
    for _ in range(2):
        async with locks.hold([f"maitred:{{doctor}}:lock:probe:{uuid4()}"], wait_ms=0):
            pass


async def try_stream(client: Client) -> None:
    """Send an entry through a stream of its own with every command the bus uses, then delete the stream."""
    redis, stream, group = cast(Any, client), f"maitred:{{doctor}}:stream:{uuid4()}", "doctor"
    with translated():
        try:
            await redis.xgroup_create(stream, group, id="0", mkstream=True)
            await redis.pexpire(stream, PROBE_TTL_MS)  # should we die before the end
            entry = await redis.xadd(stream, {"probe": "1"}, maxlen=10, approximate=True)
            await redis.xreadgroup(group, "doctor", {stream: ">"}, count=1)
            await redis.xautoclaim(stream, group, "other", 0, "0-0", count=1)
            await redis.xpending_range(stream, group, "-", "+", 1)
            await redis.xack(stream, group, entry)
        finally:
            await redis.delete(stream)


def explain(fault: BaseException) -> tuple[str, str]:
    """Return what Redis or the network said, and what to do about it."""
    cause = fault.__cause__ if isinstance(fault, MaitredError) and fault.__cause__ else fault
    said = str(cause) or ("no answer in time" if isinstance(cause, TimeoutError) else type(cause).__name__)
    if isinstance(cause, AuthenticationError) or said.startswith(("WRONGPASS", "NOAUTH")):
        return said, "Check the user and the password in MAITRED_REDIS_URL."
    return said, next((mend for words, mend in _MENDS.items() if words in said), _UNREACHABLE)


_UNREACHABLE: Final = "Check that Redis runs and that host and port in MAITRED_REDIS_URL lead to it from here."
_MENDS: Final[Mapping[str, str]] = {
    "no permissions": "Give the user of MAITRED_REDIS_URL the commands that docs/operations.md lists.",
    "NOPERM": "Give the user of MAITRED_REDIS_URL the commands that docs/operations.md lists.",
    "MISCONF": "Make room on Redis' disk: it refuses writes because it cannot save.",
    "OOM": "Give Redis more memory; it refuses writes.",
    "command not allowed when used memory": "Give Redis more memory; it refuses writes.",
    "You can't write against a read only": "MAITRED_REDIS_URL must lead to the primary, not to a replica.",
    "MOVED": "This is a cluster: write MAITRED_REDIS_URL with redis-cluster://, or set MAITRED_REDIS_CLUSTER=true.",
    "unknown command": "This server lacks a command of Redis 7.0: use Redis 7.0 or newer, or Valkey 7.2 or newer.",
}


async def _servers(client: Client) -> AsyncIterator[tuple[str, Ask]]:
    """Yield every server that takes writes: its name, and a way to ask it."""
    if not isinstance(client, RedisCluster):
        yield "", client.execute_command
        return
    await client.initialize()
    for node in sorted(client.get_primaries(), key=lambda one: str(one.name)):
        yield str(node.name), partial(client.execute_command, target_nodes=node)


async def _facts_of(name: str, ask: Ask, clock: Callable[[], datetime]) -> NodeFacts:
    round_trip_ms = await _round_trip_ms(ask)
    told, asked_at = await _time(ask, clock)
    info = await _told(ask("INFO"))
    product, version = _product(info)
    return NodeFacts(
        name=name,
        product=product,
        version=version,
        role=info.get("role"),
        cluster=_flag(info.get("cluster_enabled")),
        used_memory=_number(info.get("used_memory")),
        maxmemory=_number(await _setting(ask, info, "maxmemory")),
        policy=await _setting(ask, info, "maxmemory-policy"),
        appendonly=_flag(info.get("aof_enabled") or (await _told(ask("CONFIG GET", "appendonly"))).get("appendonly")),
        appendfsync=(await _told(ask("CONFIG GET", "appendfsync"))).get("appendfsync"),
        last_write_ok=_flag(info.get("aof_last_write_status")),
        clock=told,
        asked_at=asked_at,
        round_trip_ms=round_trip_ms,
    )


async def _round_trip_ms(ask: Ask) -> float:
    times: list[float] = []
    for _ in range(ROUND_TRIPS):
        began = perf_counter()
        await ask("PING")
        times.append((perf_counter() - began) * 1000)
    return median(times)


async def _time(ask: Ask, clock: Callable[[], datetime]) -> tuple[datetime, datetime]:
    """Return the server's time and ours at the middle of the question."""
    before = clock()
    seconds, micros = await ask("TIME")
    asked_at = before + (clock() - before) / 2
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros)), asked_at


async def _setting(ask: Ask, info: Mapping[str, str], name: str) -> str | None:
    """Return a setting that INFO tells under nearly the same name, or CONFIG where it is allowed."""
    return info.get(name.replace("-", "_")) or (await _told(ask("CONFIG GET", name))).get(name)


async def _told(answer: Awaitable[Any]) -> dict[str, str]:
    """Return an answer, or nothing when this user may not ask or the server does not know the question."""
    try:
        return await _plain(answer)
    except ResponseError:
        return {}


async def _plain(answer: Awaitable[Any]) -> dict[str, str]:
    return {_text(name): _text(value) for name, value in dict(await answer).items()}


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _product(info: Mapping[str, str]) -> tuple[str | None, str | None]:
    if "valkey_version" in info:
        return "Valkey", info["valkey_version"]
    return ("Redis", info["redis_version"]) if "redis_version" in info else (None, None)


def _flag(told: str | None) -> bool | None:
    return None if told is None else told in ("1", "yes", "ok")


def _number(told: str | None) -> int | None:
    return int(told) if told is not None and told.isdigit() else None
