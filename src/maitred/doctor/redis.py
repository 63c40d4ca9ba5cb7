"""Checks of Redis or Valkey: reachable, new enough, whole, keeping what it is given, near, in step."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from redis.asyncio.cluster import RedisCluster

from maitred.bus.redis_streams import RedisStreams
from maitred.doctor.findings import Chart, Finding, Part
from maitred.doctor.postgres import clock_finding
from maitred.locks import health
from maitred.locks.redis_client import Client, connect
from maitred.settings import Settings

CHART: Final = Chart(Part.REDIS)
OLDEST: Final = {"Redis": (7, 0), "Valkey": (7, 2)}
ROUND_TRIP_MS: Final = (5.0, 50.0)
MEMORY_SHARE: Final = (0.75, 0.9)
ASK_PROVIDER: Final = "Ask the provider, and set it if you can"


@dataclass(frozen=True, slots=True)
class Patient:
    """The Redis under examination, and the bus on it."""

    client: Client
    bus: RedisStreams
    settings: Settings


Check = Callable[[Patient], Awaitable[list[Finding]]]


@asynccontextmanager
async def opened(url: str, settings: Settings) -> AsyncIterator[Patient]:
    """Make the client as the other processes do; it connects on first use."""
    client = connect(url)
    bus = RedisStreams(client, shards=settings.stream_shards, maxlen=settings.stream_maxlen)
    try:
        yield Patient(client, bus, settings)
    finally:
        await bus.aclose()
        await client.aclose()


async def answers(patient: Patient) -> list[Finding]:
    """Whether anybody is there; no other check makes sense without."""
    await health.ping(patient.client)
    return [CHART.ok("reachable", "connected")]


async def nodes(patient: Patient) -> list[Finding]:
    """Ask every server that takes writes; a cluster's findings name the server."""
    found = await health.node_facts(patient.client, lambda: datetime.now(UTC))
    return [finding for facts in found for finding in _of_node(facts, patient)]


def _of_node(facts: health.NodeFacts, patient: Patient) -> list[Finding]:
    offset_s = (facts.clock - facts.asked_at).total_seconds()
    took = facts.round_trip_ms
    near = "Run API and workers in the region, better the zone, of Redis."
    findings = [
        _version(facts),
        *_kind(facts, patient),
        _eviction(facts),
        _persistence(facts),
        _memory(facts),
        CHART.judge("round trip", took, ROUND_TRIP_MS, f"{took:.2f} ms median", near, median_ms=round(took, 3)),
        clock_finding(CHART, offset_s),
    ]
    return [_named(one, facts.name) for one in findings]


def _named(finding: Finding, node: str) -> Finding:
    if not node:
        return finding
    return Finding(
        finding.part,
        finding.name,
        finding.level,
        f"{node}: {finding.detail}",
        finding.mend,
        {**finding.figures, "node": node},
    )


def _version(facts: health.NodeFacts) -> Finding:
    if facts.product is None or facts.release is None:
        mend = "Ask the provider: Redis 7.0 or newer, or Valkey 7.2 or newer, is needed."
        return CHART.warn("version", "unknown: this user may not ask (INFO)", mend)
    detail = f"{facts.product} {facts.version}"
    if facts.release < OLDEST[facts.product]:
        oldest = ".".join(map(str, OLDEST[facts.product]))
        return CHART.fail("version", detail, f"Upgrade to {facts.product} {oldest} or newer.", version=facts.version)
    return CHART.ok("version", detail, version=facts.version)


def _kind(facts: health.NodeFacts, patient: Patient) -> list[Finding]:
    """Whether it is what the address says: a cluster or not, a primary in any case."""
    findings: list[Finding] = []
    if facts.role not in (None, "master"):
        mend = "MAITRED_REDIS_URL must lead to the primary."
        findings.append(CHART.fail("takes writes", f"this is a {facts.role}", mend))
    if facts.cluster and not isinstance(patient.client, RedisCluster):
        mend = "Write MAITRED_REDIS_URL with redis-cluster://, or set MAITRED_REDIS_CLUSTER=true."
        findings.append(CHART.fail("cluster", "this server is part of a cluster, the address is a single one", mend))
    return findings


def _eviction(facts: health.NodeFacts) -> Finding:
    if facts.policy is None:
        return CHART.warn("eviction", "maxmemory-policy is unknown", f"{ASK_PROVIDER}: it must be noeviction.")
    detail = f"maxmemory-policy is {facts.policy}"
    if facts.policy == "noeviction":
        return CHART.ok("eviction", detail, policy=facts.policy)
    mend = "Set maxmemory-policy noeviction: an evicted lock or stream is a silent loss of work."
    if facts.policy.startswith("volatile-"):
        return CHART.fail("eviction", f"{detail}, which evicts locks", mend, policy=facts.policy)
    return CHART.fail("eviction", f"{detail}, which evicts locks and streams", mend, policy=facts.policy)


def _persistence(facts: health.NodeFacts) -> Finding:
    if facts.appendonly is None:
        return CHART.warn("persistence", "appendonly is unknown", f"{ASK_PROVIDER}: appendonly yes is recommended.")
    if not facts.appendonly:
        mend = "Set appendonly yes: without it a restart empties the streams, and the outbox has to fill them again."
        return CHART.warn("persistence", "appendonly no", mend, appendonly=False)
    if facts.last_write_ok is False:
        mend = "Make room on Redis' disk: it refuses writes until it can append again."
        return CHART.fail("persistence", "the last write to the append-only file failed", mend, appendonly=True)
    fsync = f"appendfsync {facts.appendfsync}" if facts.appendfsync else "appendfsync is not told"
    return CHART.ok("persistence", f"appendonly yes, {fsync}", appendonly=True, appendfsync=facts.appendfsync)


def _memory(facts: health.NodeFacts) -> Finding:
    if facts.used_memory is None or facts.maxmemory is None:
        return CHART.warn("memory", "used and allowed memory are unknown", "Ask the provider, and watch its own gauge.")
    used, most = facts.used_memory, facts.maxmemory
    figures = {"used": used, "max": most}
    if most == 0:
        return CHART.ok("memory", f"{_mib(used)} in use, no limit set", **figures)
    mend = "Raise maxmemory or lower MAITRED_STREAM_MAXLEN: at the limit Redis refuses every write."
    detail = f"{_mib(used)} of {_mib(most)} in use"
    return CHART.judge("memory", used / most, MEMORY_SHARE, detail, mend, **figures)


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"


async def cluster(patient: Patient) -> list[Finding]:
    """Whether every slot of a cluster is served."""
    if not isinstance(patient.client, RedisCluster):
        return []
    found = await health.cluster_facts(patient.client)
    detail = f"state {found.state}, {found.slots_ok} of {health.SLOTS} slots served, {found.nodes} nodes"
    figures = {"state": found.state, "slots_ok": found.slots_ok, "nodes": found.nodes}
    if found.state != "ok" or found.slots_ok < health.SLOTS:
        mend = "Bring the missing masters back, or move their slots: restaurants on them cannot be decided."
        return [CHART.fail("cluster", detail, mend, **figures)]
    return [CHART.ok("cluster", detail, **figures)]


async def scripts(patient: Patient) -> list[Finding]:
    """Take a lock, which takes Lua."""
    await health.try_lock(patient.client)
    return [CHART.ok("locks", "a lock was taken and given back by EVALSHA")]


async def streams(patient: Patient) -> list[Finding]:
    """Use every command of the bus on a stream that is deleted again."""
    await health.try_stream(patient.client)
    return [CHART.ok("streams", "an entry was sent, read, claimed and acknowledged")]


CHECKS: Final[Mapping[str, Check]] = {"server": nodes, "cluster": cluster, "locks": scripts, "streams": streams}
