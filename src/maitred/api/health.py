"""Health for orchestrators: alive, ready (and if not, which part is not), metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast
from uuid import uuid4

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from maitred.api.call import answer
from maitred.domain.errors import LockBusy, MaitredError
from maitred.store.migrate import pending
from maitred.usecases.desk import Desk

PATIENCE_S: Final = 3.0
Check = Callable[[Desk], Awaitable[str | None]]

log = structlog.get_logger(__name__)


async def healthz(_request: Request) -> Response:
    """Tell that the process runs and answers; nothing else is asked."""
    return answer({"status": "ok"}, headers=_NO_STORE)


async def readyz(request: Request) -> Response:
    """Tell whether this instance can serve, part by part; 503 when the database or its schema is not ready.

    Redis may be away: bookings are still accepted, so an instance without it stays in service and says so. So does one
    that cannot read the feature flags.
    """
    desk = request.app.state.front.desk
    verdicts = await asyncio.gather(*(_verdict(name, check, desk) for name, check in PARTS.items()))
    parts = dict(zip(PARTS, verdicts, strict=True))
    ready = all(part["ready"] for name, part in parts.items() if name not in DISPENSABLE)
    return answer({"ready": ready, "parts": parts}, 200 if ready else 503, _NO_STORE)


async def metrics(_request: Request) -> Response:
    """Return this process's metrics in Prometheus' text format."""
    return Response(generate_latest(REGISTRY), headers=_NO_STORE, media_type=CONTENT_TYPE_LATEST)


async def _verdict(name: str, check: Check, desk: Desk) -> dict[str, Any]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            detail = await check(desk)
    except TimeoutError:
        detail = f"no answer within {PATIENCE_S:g} s"
    except MaitredError as fault:
        detail = fault.reason_code
    if detail is not None:
        log.warning("not_ready", part=name, detail=detail)
    return {"ready": detail is None, "detail": detail}


async def _database(desk: Desk) -> str | None:
    await desk.database.ping()
    return None


async def _migrations(desk: Desk) -> str | None:
    async with desk.database.statement() as connection:
        missing = await pending(cast(Any, connection))  # a pooled connection does what a plain one does
    return f"not applied: {', '.join(missing)}; run `maitred migrate`" if missing else None


async def _redis(desk: Desk) -> str | None:
    """Take a lock of our own: what the pipeline needs is not an open socket but a lock that can be had."""
    try:
        async with desk.locks.hold([f"maitred:{{readyz}}:lock:probe:{uuid4()}"]):
            return None
    except LockBusy:
        return None


async def _flags(desk: Desk) -> str | None:
    """Say when what is known of the flags may be out of date; it stays in force."""
    stale_s = desk.flags.stale_s
    if stale_s is None:
        return None
    since = "never read" if stale_s == float("inf") else f"not read for {stale_s:.0f} s"
    return f"{since}; what was known last is in force"


DISPENSABLE: Final = frozenset({"redis", "flags"})
PARTS: Final[Mapping[str, Check]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "flags": _flags,
}
_NO_STORE: Final = {"Cache-Control": "no-store"}
