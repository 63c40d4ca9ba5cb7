"""The connection to Redis or Valkey, single or Cluster, and the one place that names its failures.

Locks and bus share it. A call fails fast: two seconds for a dead socket, one retry for a pooled connection that
the server has closed since its last use, and then `RedisUnavailable`; who may wait longer decides that itself.
Every call we make is safe to repeat, so the one retry is too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, ClusterPipeline, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterError,
    ConnectionError,  # noqa: A004  # the driver's own names
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004
    TryAgainError,
)

from maitred.domain.errors import RedisUnavailable

Client: TypeAlias = Redis | RedisCluster

SOCKET_TIMEOUT_S: Final = 2.0
HEALTH_CHECK_S: Final = 30
POOL_SIZE: Final = 64  # callers beyond it wait for a connection
CLUSTER_POOL_SIZE: Final = 512  # per node; the cluster client cannot wait, it fails beyond it
DEFAULT_PORT: Final = 6379
CLUSTER_SCHEMES: Final = {"redis-cluster": "redis", "rediss-cluster": "rediss"}

_INFRASTRUCTURE: Final = (
    ConnectionError,  # refused, reset, loading, wrong password, no connection free
    TimeoutError,
    ClusterError,  # CLUSTERDOWN, MASTERDOWN, redirected too often
    RedisClusterException,  # no node reachable, slots uncovered
    AskError,  # and MOVED, which is one of its kind
    TryAgainError,
    ReadOnlyError,  # a primary that has been demoted
    OutOfMemoryError,
    OSError,
)
_REFUSALS: Final = ("MISCONF", "NOREPLICAS", "BUSY ", "CLUSTERDOWN", "LOADING", "OOM", "READONLY", "UNBLOCKED")


def connect(url: str, *, pool_size: int = POOL_SIZE) -> Client:
    """Return a client for `redis://`, `rediss://` or `redis-cluster://host:port[,host:port...]`.

    It opens no connection yet. `rediss-cluster://` is a cluster over TLS. Each blocking read of the bus (subscriber
    and shard) occupies one connection of `pool_size`, so bus and locks are better off with a client each. Raises
    ValueError for other schemes.
    """
    scheme = urlsplit(url).scheme
    if scheme in CLUSTER_SCHEMES:
        return _connect_cluster(url, scheme)
    if scheme not in {"redis", "rediss", "unix"}:
        raise ValueError(f"a Redis address starts with redis://, rediss:// or redis-cluster://, not {scheme}://")
    # The callers that find no free connection wait their turn instead of failing.
    pool = BlockingConnectionPool.from_url(
        url, max_connections=pool_size, timeout=SOCKET_TIMEOUT_S, **_connection_options()
    )
    return Redis.from_pool(pool)


def _connect_cluster(url: str, scheme: str) -> RedisCluster:
    """Return a cluster client that learns the topology from the first host that answers."""
    login, at, hosts = urlsplit(url).netloc.rpartition("@")
    first, *others = hosts.split(",")
    plain = url.replace(scheme, CLUSTER_SCHEMES[scheme], 1).replace(f"{login}{at}{hosts}", f"{login}{at}{first}", 1)
    return _Cluster.from_url(
        plain,
        startup_nodes=[_node(host) for host in others],
        max_connections=CLUSTER_POOL_SIZE,
        reinitialize_steps=0,  # otherwise every fifth MOVED closes all connections under the calls that use them
        **_connection_options(),
    )


class _Cluster(RedisCluster):
    """The driver's client (8.1) with two of its races closed."""

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        # It picks the node before it knows the topology, so the first calls would go to random nodes.
        await self.initialize()
        with _closed_by_others():
            return await super().execute_command(*args, **kwargs)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> "_ClusterPipeline":
        assert shard_hint is None
        return _ClusterPipeline(self, transaction)  # type: ignore[abstract]  # so is the driver's own, by its types


class _ClusterPipeline(ClusterPipeline):
    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:
        await self.cluster_client.initialize()
        with _closed_by_others():
            return list(await super().execute(raise_on_error, allow_redirections))


@contextmanager
def _closed_by_others() -> Iterator[None]:
    """Name what the driver's own recovery does to its neighbours.

    After one call's connection error it closes idle connections, among them one that another call has just taken,
    which then trips over the missing socket.
    """
    try:
        yield
    except AttributeError as fault:
        raise ConnectionError(f"the connection was closed by another call's failure: {fault}") from fault


def _node(host_port: str) -> ClusterNode:
    parts = urlsplit(f"//{host_port}")
    return ClusterNode(parts.hostname or "localhost", parts.port or DEFAULT_PORT)


def _connection_options() -> dict[str, Any]:
    return {
        "socket_timeout": SOCKET_TIMEOUT_S,
        "socket_connect_timeout": SOCKET_TIMEOUT_S,
        "health_check_interval": HEALTH_CHECK_S,
        "client_name": "maitred",
        "protocol": 2,  # nothing here needs RESP3, and every proxy and version speaks 2
        "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    }


@contextmanager
def translated() -> Iterator[None]:
    """Raise `RedisUnavailable` for whatever means that Redis cannot be reached or refuses work."""
    try:
        yield
    except _INFRASTRUCTURE as fault:
        raise RedisUnavailable(f"Redis: {fault}", fault=type(fault).__name__) from fault
    except ResponseError as fault:
        if not str(fault).startswith(_REFUSALS):
            raise
        raise RedisUnavailable(f"Redis: {fault}", fault=type(fault).__name__) from fault


__all__ = ["Client", "RedisError", "connect", "translated"]
