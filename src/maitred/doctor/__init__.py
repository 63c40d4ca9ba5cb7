"""`maitred doctor`: examine a deployment and say what to mend.

A dependency that is down is a finding, never a traceback, and the other checks go on. Nothing is left behind: what is
written in Postgres is rolled back, what is written in Redis is deleted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from maitred.doctor import mail, pipeline, postgres, redis, schema
from maitred.doctor.api import examine_api
from maitred.doctor.deployment import Deployment, find_deployment
from maitred.doctor.findings import Chart, Finding, Level, Part, print_findings
from maitred.doctor.mail import examine_mail
from maitred.locks import health as redis_health
from maitred.settings import Settings
from maitred.store import health as store_health

PATIENCE_S: Final = 20.0

P = TypeVar("P")
Explain = Callable[[BaseException], tuple[str, str]]
Checks = Mapping[str, tuple[Chart, Callable[[P], Awaitable[list[Finding]]]]]


async def examine(settings: Settings) -> list[Finding]:
    """Examine the deployment that the settings name, or the one that runs in their data directory."""
    deployment, findings = find_deployment(settings)
    for found in await asyncio.gather(
        _examine_postgres(deployment, settings),
        _examine_redis(deployment, settings),
        examine_mail(deployment, settings),
        examine_api(deployment.api_url),
    ):
        findings += found
    order = list(Part)
    return sorted(findings, key=lambda one: order.index(one.part))


async def _examine_postgres(deployment: Deployment, settings: Settings) -> list[Finding]:
    if deployment.database_url is None:
        return []
    try:
        async with postgres.opened(deployment, settings) as patient:
            findings = [postgres.CHART.ok("reachable", "connected")]
            findings += await _run(_POSTGRES, patient, store_health.FAULTS, store_health.explain)
            migrated = not any(one.failed and one.name == "migrations" for one in findings)
            return findings + (
                await _run(_BACKLOG, patient, store_health.FAULTS, store_health.explain) if migrated else []
            )
    except store_health.FAULTS as fault:
        return [postgres.CHART.fail("reachable", *store_health.explain(fault))]


async def _examine_redis(deployment: Deployment, settings: Settings) -> list[Finding]:
    if deployment.redis_url is None:
        return []
    async with redis.opened(deployment.redis_url, settings) as patient:
        first = await _run(
            {"reachable": (redis.CHART, redis.answers)}, patient, redis_health.FAULTS, redis_health.explain
        )
        if any(one.failed for one in first):
            return first
        return first + await _run(_REDIS, patient, redis_health.FAULTS, redis_health.explain)


async def _run(
    checks: Checks[P], patient: P, faults: tuple[type[BaseException], ...], explain: Explain
) -> list[Finding]:
    """Run checks one after the other; one that cannot be made is a finding itself."""
    findings: list[Finding] = []
    for name, (chart, check) in checks.items():
        try:
            async with asyncio.timeout(PATIENCE_S):
                findings += await check(patient)
        except faults as fault:
            findings.append(chart.fail(name, *explain(fault)))
    return findings


_POSTGRES: Final[Checks[postgres.Patient]] = {
    **{name: (postgres.CHART, check) for name, check in postgres.CHECKS.items()},
    "schema": (schema.CHART, schema.schema),
}
_BACKLOG: Final[Checks[postgres.Patient]] = {
    "backlog": (pipeline.CHART, pipeline.backlog),
    "messages": (mail.CHART, mail.backlog),
}
_REDIS: Final[Checks[redis.Patient]] = {
    **{name: (redis.CHART, check) for name, check in redis.CHECKS.items()},
    "subscribers": (pipeline.CHART, pipeline.subscribers),
}

__all__ = ["Finding", "Level", "examine", "print_findings"]
