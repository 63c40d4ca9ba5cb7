"""Checks of the work itself: what waits for whom, how long, and whether anybody is working."""

from typing import Final, NamedTuple

from maitred.bus import health as bus_health
from maitred.bus.port import StreamLag
from maitred.doctor import postgres, redis
from maitred.doctor.findings import Chart, Finding, Part
from maitred.flags.port import PIPELINE_FLAG
from maitred.store import flags, health
from maitred.workers.subscriptions import SUBSCRIPTIONS

CHART: Final = Chart(Part.PIPELINE)
STREAM_PENDING_S: Final = (30.0, 300.0)  # a dead worker's entries are taken over after 15 s
WORKER_IDLE_MS: Final = 15_000  # a live one asks every second, or every five while Redis fails


class Queue(NamedTuple):
    """Something that waits in Postgres: the seconds above which it warns and fails, and what to do."""

    name: str
    what: str
    limits: tuple[float, float]
    mend: str


_WORKERS: Final = "Check that workers run (`maitred work`) and read their log"
QUEUES: Final = {
    "unpublished": Queue("outbox, unpublished", "events not on the bus yet", (10, 60), f"{_WORKERS}, and Redis."),
    "unsettled": Queue(
        "outbox, unsettled", "published events that a subscriber has not handled", (60, 600), f"{_WORKERS}."
    ),
    "due": Queue("pending bookings", "bookings due for a decision", (10, 60), f"{_WORKERS}, and Redis."),
    "orphans": Queue(
        "bookings in between", "bookings between two states", (90, 300), f"{_WORKERS}: the reaper recovers these."
    ),
    "overdue_reviews": Queue(
        "overdue reviews", "reviews past their deadline", (60, 300), f"{_WORKERS}: the reaper declines these."
    ),
}


async def backlog(patient: postgres.Patient) -> list[Finding]:
    """What waits in Postgres."""
    found = await health.backlog(patient.database)
    findings = [_queue(queue, getattr(found, name)) for name, queue in QUEUES.items()]
    return [
        *findings,
        _dead_letters(found.dead_letters),
        await _flag(patient),
        CHART.ok("reviews", f"{found.reviews} open", open=found.reviews),
    ]


async def _flag(patient: postgres.Patient) -> Finding:
    row = await flags.read(patient.database, PIPELINE_FLAG)
    if row is None:
        return CHART.fail("flag", f"{PIPELINE_FLAG} has no row", "Insert it as migration 0020_flags does.")
    if row.killed:
        mend = "`maitred flags audit` says who did it and why; `maitred flags resume` ends it."
        return CHART.warn("flag", "killed: the pipeline is off everywhere, requests decide", mend, killed=True)
    percent = "" if row.percentage is None else f", {row.percentage} % on"
    return CHART.ok("flag", f"default {row.default_mode or 'of the settings'}{percent}", killed=False)


def _queue(queue: Queue, waiting: health.Waiting) -> Finding:
    oldest = waiting.oldest_s or 0.0
    detail = f"{waiting.count} {queue.what}" + (f", the oldest for {_spell(oldest)}" if waiting.count else "")
    figures = {"count": waiting.count, "oldest_s": waiting.oldest_s and round(waiting.oldest_s, 3)}
    return CHART.judge(queue.name, oldest, queue.limits, detail, queue.mend, **figures)


def _dead_letters(letters: health.Waiting) -> Finding:
    if not letters.count:
        return CHART.ok("dead letters", "none", count=0)
    detail = f"{letters.count}, the oldest {_spell(letters.oldest_s or 0.0)} old"
    mend = "Read them with GET /v1/dead-letters, mend the cause, then set resolved_at (docs/operations.md)."
    return CHART.warn("dead letters", detail, mend, count=letters.count)


async def subscribers(patient: redis.Patient) -> list[Finding]:
    """Groups, lag, and the workers behind them."""
    findings: list[Finding] = []
    alive: set[str] = set()
    for subscriber in SUBSCRIPTIONS:
        readers = await bus_health.readers(patient.bus, subscriber)
        findings.append(_group(subscriber, readers, await patient.bus.lag(subscriber)))
        alive |= {one.name for one in readers or () if one.idle_ms < WORKER_IDLE_MS}
    return [*findings, _workers(alive)]


def _group(subscriber: str, readers: list[bus_health.Reader] | None, lag: StreamLag) -> Finding:
    name = f"subscriber {subscriber}"
    if readers is None:
        mend = "Start a worker: it makes the group, and the outbox feeds it."
        return CHART.fail(name, "its group does not exist on every stream", mend)
    oldest_s = (lag.oldest_pending_ms or 0) / 1000
    unread = "unknown" if lag.lag is None else str(lag.lag)
    pending = f"{lag.pending} given out" + (f" (the oldest for {_spell(oldest_s)})" if lag.pending else "")
    detail = f"{unread} unread, {pending}, {lag.length} kept"
    mend = f"{_WORKERS}: entries are given out and not acknowledged."
    figures = {"lag": lag.lag, "pending": lag.pending, "oldest_pending_s": oldest_s, "length": lag.length}
    return CHART.judge(name, oldest_s, STREAM_PENDING_S, detail, mend, **figures)


def _workers(alive: set[str]) -> Finding:
    if not alive:
        mend = "Start a worker: `maitred work` (or `maitred up`)."
        return CHART.fail("workers", f"none has asked for work in {WORKER_IDLE_MS // 1000} s", mend, alive=[])
    return CHART.ok("workers", f"{len(alive)} at work: {', '.join(sorted(alive))}", alive=sorted(alive))


def _spell(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"
