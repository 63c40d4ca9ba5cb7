"""The only composition root: settings in, running processes out."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
import uvloop
from prometheus_client import start_http_server
from pydantic import ValidationError

from maitred.api.app import create_app
from maitred.api.problems import refused
from maitred.api.schemas import GuestOfBody
from maitred.api.server import serve
from maitred.api.waiting import Feed
from maitred.bus.port import Bus
from maitred.bus.redis_streams import RedisStreams
from maitred.domain.breaker import BreakerPolicy, Breakers
from maitred.domain.errors import InvalidInput
from maitred.domain.retry import RetryPolicy
from maitred.flags.port import Flags, Mode
from maitred.flags.watch import watched_flags
from maitred.formats.mapping import mapping_from, with_options
from maitred.formats.reader import as_read, import_document, read_import
from maitred.formats.rejects import write_rejects
from maitred.guest.app import add_guest
from maitred.locks.manager import DistributedLockManager
from maitred.locks.redis_client import Client, connect
from maitred.notify.gateway import GatewayTransport
from maitred.notify.log import LogTransport
from maitred.notify.port import Transport
from maitred.notify.smtp import SmtpTransport, read_url
from maitred.ops.app import add_ops
from maitred.settings import Settings
from maitred.store.database import Database
from maitred.store.listen import Announcer
from maitred.usecases.backfill import backfill
from maitred.usecases.desk import Desk, Policy, VenueShelf
from maitred.usecases.export import export_period
from maitred.usecases.import_work import ImportSource
from maitred.usecases.outcomes import OutcomeShelf
from maitred.usecases.people import Role
from maitred.usecases.tokens import Provider, Supabase, Trust
from maitred.workers.crew import Shift, work

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """One process's connections and what is built on them."""

    settings: Settings
    desk: Desk
    bus: Bus
    redis: Client
    breakers: Breakers


def policy_of(settings: Settings) -> Policy:
    """Return the pipeline's numbers from the settings."""
    return Policy(
        retry=RetryPolicy(
            max_rounds=settings.max_rounds,
            max_pending_s=settings.max_pending_s,
            base_s=settings.retry_base_s,
            cap_s=settings.retry_cap_s,
        ),
        hold_ttl_s=settings.hold_ttl_s,
        batch_size=settings.batch_size,
        idempotency_hours=settings.idempotency_hours,
        webhooks_private=settings.webhooks_private,
        event_retention_hours=settings.event_retention_hours,
        public_url=settings.reached_at,
        mail_from=settings.mail_from,
        message_retention_days=settings.message_retention_days,
        undo_wait_s=settings.undo_wait_s,
    )


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Connect to Postgres and Redis and build everything on them; close it all on the way out.

    Raises DatabaseUnavailable when Postgres does not answer. Redis may be away: it is needed later and then missed
    by name.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise InvalidInput(
            "MAITRED_DATABASE_URL and MAITRED_REDIS_URL say where the engines are; `maitred up` brings its own.",
            field="MAITRED_DATABASE_URL",
            code="missing_setting",
        )
    database = await Database.connect(
        settings.database_url, pooled=settings.database_pooled, timeout_s=settings.database_timeout_s
    )
    redis = connect(settings.redis_url)
    bus = RedisStreams(redis, shards=settings.stream_shards, maxlen=settings.stream_maxlen)
    try:
        async with watched_flags(database, Mode(settings.flag_pipeline), _direct(settings)) as flags:
            yield House(settings, _desk(settings, database, redis, flags), bus, redis, _breakers(settings))
    finally:
        await bus.aclose()
        await redis.aclose()
        await database.close()


def _direct(settings: Settings) -> str | None:
    """Return where LISTEN works, None when all there is is a pooler."""
    return None if settings.database_pooled and not settings.database_direct_url else settings.listen_url


def _desk(settings: Settings, database: Database, redis: Client, flags: Flags) -> Desk:
    return Desk(
        database=database,
        locks=DistributedLockManager(redis, ttl_ms=settings.lock_ttl_ms),
        venues=VenueShelf(database),
        flags=flags,
        policy=policy_of(settings),
        outcomes=OutcomeShelf(database, settings.outcome_days),
    )


def transports_of(settings: Settings) -> dict[str, Transport]:
    """Return how messages leave; without a mail server they are kept, and read on the outbox page."""
    url = settings.mail_url.get_secret_value() if settings.mail_url else None
    return {
        "email": SmtpTransport(read_url(url)) if url else LogTransport(),
        "gateway": GatewayTransport(private=settings.webhooks_private),
    }


def trust_of(settings: Settings) -> Trust:
    """Return whose word is taken for who people are."""
    secret = settings.supabase_jwt_secret.get_secret_value() if settings.supabase_jwt_secret else None
    return Trust(
        oidc=_provider(settings),
        supabase=Supabase.at(settings.supabase_url, secret) if settings.supabase_url else None,
        newcomers=Role(settings.newcomer_role) if settings.newcomer_role else None,
        public_url=settings.public_url,
    )


def _provider(settings: Settings) -> Provider | None:
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_name)


def _breakers(settings: Settings) -> Breakers:
    return Breakers(
        BreakerPolicy(
            failures=settings.breaker_failures,
            open_s=settings.breaker_open_s,
            trial_successes=settings.breaker_trials,
        )
    )


async def run_worker(settings: Settings, name: str | None = None) -> None:
    """Work until SIGTERM or SIGINT."""
    stop = stop_on_signal()
    shift = Shift(
        name=name or f"{socket.gethostname()}:{os.getpid()}",
        days_at_once=settings.days_at_once,
        relay_poll_s=settings.relay_poll_ms / 1000,
        relay_republish_s=settings.relay_republish_s,
        reaper_interval_s=settings.reaper_interval_s,
        night_interval_s=settings.night_interval_s,
        outbox_retention_hours=settings.outbox_retention_hours,
        listen_url=settings.listen_url,
    )
    if settings.worker_metrics_port is not None:
        start_http_server(settings.worker_metrics_port, addr=settings.host)
    async with open_house(settings) as house:
        log.info("worker_started", worker=shift.name)
        await work(house.desk, house.bus, house.breakers, transports_of(settings), shift, stop)


def stop_on_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine function to its end on the fast event loop."""

    uvloop.run(main())


async def run_api(settings: Settings) -> None:
    """Serve the API until SIGTERM or SIGINT; several processes may share the port."""
    stop = stop_on_signal()
    async with open_house(settings) as house, announcing(house):
        with _listening(settings) as listener:
            port = listener.getsockname()[1]
            app = create_app(house.desk, Feed(house.bus), trust_of(settings))
            add_ops(app)
            add_guest(app)
            announce = partial(log.info, "api_listens", host=settings.host, port=port)
            _settle_memory()
            await serve(app, listener, stop=stop, announce=announce)


def _settle_memory() -> None:
    """Take what was made at the start out of the garbage collector's rounds: it stays to the end of the process.

    A full round over modules, routes and templates takes 100 ms and more, in the middle of somebody's page.
    """
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def announcing(house: House) -> AsyncIterator[None]:
    """Tell the relays of other processes what this one commits."""
    assert house.settings.database_url is not None
    announcer = Announcer(house.settings.database_url)
    house.desk.database.on_commit = announcer.ring
    task = asyncio.create_task(announcer.run(), name="announcer")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def exported(settings: Settings, database_url: str, slug: str, first: date, last: date) -> dict[str, Any]:
    """Return a past period as a scenario; needs the database alone."""
    return await with_database(settings, database_url, lambda database: export_period(database, slug, first, last))


async def backfilled(
    settings: Settings,
    database_url: str,
    slug: str,
    file: Path,
    mapping: str | None,
    *,
    source: str | None = None,
    encoding: str | None = None,
    update: bool = False,
    dry_run: bool,
    rejects: Path | None,
) -> dict[str, Any]:
    """Import the bookings of another system's file and return the report; needs the database alone."""

    async def work(database: Database) -> dict[str, Any]:
        place = await VenueShelf(database).get(slug)
        mapped = with_options(mapping_from(mapping), source=source, encoding=encoding)
        read = read_import(file, mapped, place.venue.tz, place.country, place.floor.bit)
        report = await backfill(
            database,
            slug,
            ImportSource(source or read.source, on_purpose=source is not None),
            read.digest,
            read.bookings,
            dry_run=dry_run,
            update=update,
            faults=read.faults,
            warnings=read.warnings,
            ignored=len(read.ignored),
        )
        out = rejects or (None if dry_run else file.with_name(f"{file.stem}.rejects.csv"))
        refused_rows = write_rejects(out, read) if out else 0
        found = {**report.document(), **import_document(read), "rejects_file": str(out) if refused_rows else None}
        return {**found, "bookings": [as_read(one) for one in read.bookings]} if dry_run else found

    return await with_database(settings, database_url, work)


def contact_of(email: str | None, phone: str | None) -> tuple[str | None, str | None]:
    """Return an address and a number in the form in which they are kept; raises InvalidInput."""
    try:
        body = GuestOfBody(email=email, phone=phone)
    except ValidationError as invalid:
        raise refused(invalid) from None
    return body.email, body.phone


async def with_database(settings: Settings, database_url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    """Do something that needs the database alone."""
    database = await Database.connect(database_url, pooled=settings.database_pooled)
    try:
        return await work(database)
    finally:
        await database.close()


def _listening(settings: Settings) -> socket.socket:
    """Return a socket that other API processes of this machine may share."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if settings.api_processes > 1:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((settings.host, settings.port))
    except OSError as fault:
        listener.close()
        raise InvalidInput(
            f"The API cannot listen on {settings.host}:{settings.port}: {fault.strerror}.",
            field="MAITRED_PORT",
            code="port_in_use",
        ) from fault
    return listener
