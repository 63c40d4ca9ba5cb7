"""Checks of the server: reachable, new enough, durable, roomy, near, in step, and reached the way the settings say."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from maitred.doctor.deployment import Deployment
from maitred.doctor.findings import Chart, Finding, Level, Part
from maitred.settings import Settings
from maitred.store import health
from maitred.store.database import Database

CHART: Final = Chart(Part.POSTGRES)
OLDEST: Final = 15
NEWEST: Final = 18
ROUND_TRIP_MS: Final = (5.0, 50.0)
CLOCK_S: Final = (1.0, 10.0)
CONNECTIONS_PER_PROCESS: Final = 8  # a pool of six, one for the outbox's news and one for the flags'


@dataclass(frozen=True, slots=True)
class Patient:
    """The database under examination."""

    database: Database
    deployment: Deployment
    settings: Settings


Check = Callable[[Patient], Awaitable[list[Finding]]]


@asynccontextmanager
async def opened(deployment: Deployment, settings: Settings) -> AsyncIterator[Patient]:
    """Connect as the other processes do; raises one of health.FAULTS."""
    assert deployment.database_url is not None
    database = await Database.connect(deployment.database_url, pooled=settings.database_pooled, size=2)
    try:
        yield Patient(database, deployment, settings)
    finally:
        await database.close()


async def server(patient: Patient) -> list[Finding]:
    """Version, extension, durability, and whether it takes writes."""
    facts = await health.server_facts(patient.database)
    return [_version(facts), _primary(facts), *_extensions(facts), *_durability(facts)]


def _version(facts: health.ServerFacts) -> Finding:
    major = facts.version_num // 10_000
    detail = f"Postgres {facts.version}, database {facts.database}, role {facts.role}"
    if major < OLDEST:
        return CHART.fail("version", detail, f"Upgrade to Postgres {OLDEST} or newer.", major=major)
    if major > NEWEST:
        mend = f"maitred is tested with Postgres {OLDEST} to {NEWEST}; run its tests against this one first."
        return CHART.warn("version", detail, mend, major=major)
    return CHART.ok("version", detail, major=major)


def _primary(facts: health.ServerFacts) -> Finding:
    if facts.replica or facts.read_only == "on":
        what = "this is a replica" if facts.replica else "transactions are read-only by default"
        return CHART.fail("takes writes", what, "MAITRED_DATABASE_URL must lead to the primary, as a role that writes.")
    return CHART.ok("takes writes", "a primary")


def _extensions(facts: health.ServerFacts) -> Iterator[Finding]:
    needed = (
        ("btree_gist", facts.btree_gist, "the exclusion constraint needs it"),
        ("pg_trgm", facts.pg_trgm, "the search for guests needs it"),
    )
    for name, installed, why in needed:
        if installed:
            yield CHART.ok(name, "installed")
        else:
            mend = f"Run `CREATE EXTENSION {name}` as the owner of the database; {why}."
            yield CHART.fail(name, "not installed in this database", mend)


# What each setting costs when it is off: a crash may then lose what was already promised to a guest.
_DURABLE: Final[Mapping[str, tuple[Level, str]]] = {
    "fsync": (Level.FAIL, "Set fsync = on: a crash of the machine can destroy the database."),
    "synchronous_commit": (Level.FAIL, "Set synchronous_commit = on for this role: a crash loses confirmed bookings."),
    "full_page_writes": (
        Level.WARN,
        "Set full_page_writes = on unless the file system writes whole pages by itself (ZFS).",
    ),
}


def _durability(facts: health.ServerFacts) -> list[Finding]:
    off = [name for name in _DURABLE if getattr(facts, name) == "off"]
    if not off:
        detail = ", ".join(f"{name} {getattr(facts, name)}" for name in _DURABLE)
        return [CHART.ok("durability", detail)]
    return [Finding(Part.POSTGRES, name, _DURABLE[name][0], f"{name} is off", _DURABLE[name][1]) for name in off]


async def connections(patient: Patient) -> list[Finding]:
    """Room for the connections of every process."""
    most, used = await health.connections(patient.database)
    free = most - used
    detail = f"{used} of {most} in use, {free} free"
    mend = f"Raise max_connections or put a pooler in front: each process takes up to {CONNECTIONS_PER_PROCESS}."
    limits = (-2.0 * CONNECTIONS_PER_PROCESS, -float(CONNECTIONS_PER_PROCESS))
    return [CHART.judge("connections", -free, limits, detail, mend, most=most, used=used, free=free)]


async def round_trip(patient: Patient) -> list[Finding]:
    """The median time of an empty statement: a booking takes about a dozen."""
    took = await health.round_trip_ms(patient.database)
    mend = "Run API and workers in the region, better the zone, of the database."
    return [CHART.judge("round trip", took, ROUND_TRIP_MS, f"{took:.2f} ms median", mend, median_ms=round(took, 3))]


async def clock(patient: Patient) -> list[Finding]:
    """Holds lapse by the database's clock, retries and deadlines fall due by that of the process."""
    before = datetime.now(UTC)
    facts = await health.server_facts(patient.database)
    now = datetime.now(UTC)
    offset_s = (facts.now - (before + (now - before) / 2)).total_seconds()
    return [clock_finding(CHART, offset_s)]


def clock_finding(chart: Chart, offset_s: float) -> Finding:
    """Judge a server's clock against this machine's."""
    mend = "Synchronise the clocks of both machines (NTP)."
    detail = f"{offset_s:+.3f} s against this machine"
    return chart.judge("clock", abs(offset_s), CLOCK_S, detail, mend, offset_s=round(offset_s, 4))


async def pooler(patient: Patient) -> list[Finding]:
    """The setting `database_pooled` against what is really in between."""
    assert patient.deployment.database_url is not None
    found = await health.pooling(patient.deployment.database_url)
    expected, figures = patient.settings.database_pooled, {"pooler": found.pooler, "shared": found.shared}
    if found.shared and not expected:
        mend = "Set MAITRED_DATABASE_POOLED=true, and MAITRED_DATABASE_DIRECT_URL to the address without the pooler."
        return [CHART.fail("pooler", "a transaction pooler, and MAITRED_DATABASE_POOLED is off", mend, **figures)]
    if found.pooler and not expected:
        mend = "If it pools by transaction set MAITRED_DATABASE_POOLED=true; for session pooling leave it."
        return [CHART.warn("pooler", "a pooler, and MAITRED_DATABASE_POOLED is off", mend, **figures)]
    if expected and not found.pooler:
        mend = "Unset MAITRED_DATABASE_POOLED: without a pooler it only costs round trips."
        return [CHART.warn("pooler", "none, and MAITRED_DATABASE_POOLED is on", mend, **figures)]
    return [CHART.ok("pooler", "as set: a transaction pooler" if expected else "none, as set", **figures)]


async def listening(patient: Patient) -> list[Finding]:
    """Whether the relay is woken, or only looks once in a while."""
    assert patient.deployment.listen_url is not None
    if await health.hears(patient.deployment.listen_url, patient.database):
        return [CHART.ok("listen", "a notification arrives")]
    poll_ms = patient.settings.relay_poll_ms
    mend = "Set MAITRED_DATABASE_DIRECT_URL to the address of the same database without the pooler."
    detail = f"no notification arrives; the relay only looks every {poll_ms} ms"
    return [CHART.warn("listen", detail, mend)]


CHECKS: Final[Mapping[str, Check]] = {
    "server": server,
    "connections": connections,
    "round trip": round_trip,
    "clock": clock,
    "pooler": pooler,
    "listen": listening,
}
