"""`maitred up`: engines, migrations, API and workers on one machine, kept alive until Ctrl-C."""

import asyncio
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

import orjson
import structlog
from pydantic import SecretStr

from maitred.bootstrap import open_house
from maitred.domain.errors import InvalidInput, MaitredError
from maitred.embedded import Child, EmbeddedPostgres, EmbeddedValkey, Supervisor
from maitred.settings import PREFIX, Settings, hide_password
from maitred.store.migrate import migrate
from maitred.usecases.demo import plant_bookings
from maitred.usecases.keys import ensure_admin_key
from maitred.usecases.people import ensure_login
from maitred.usecases.venues import import_venue

KEY_FILE: Final = "api_key"
READY_WITHIN_S: Final = 60.0
DEMO: Final = "demo.json"
DEMO_EVENING: Final = "demo-evening.json"
DEMO_LOGIN: Final = "demo@localhost"
DEMO_PASSWORD: Final = "saturday-night"  # noqa: S105 - printed at every start, for a venue that is not real


class NotReady(MaitredError):
    """The API did not become ready."""

    code = "not_ready"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is, once it runs."""

    api_url: str
    api_key: str
    key_is_ours: bool


def up(settings: Settings, *, demo: bool) -> int:
    """Run everything until a signal comes; returns the exit status."""
    _check_port(settings)
    tell = _teller(settings)
    with Supervisor(settings.data_dir, tell=tell) as supervisor:
        status = _run(supervisor, settings, demo=demo)
    if status == 0:
        tell("stopped; the data stays.")
    return status


def _run(supervisor: Supervisor, settings: Settings, *, demo: bool) -> int:
    complete = _start_engines(supervisor, settings)
    if supervisor.asked_to_stop:
        return 0
    addresses = _addresses(complete)
    asyncio.run(_prepare(complete, addresses.api_key, demo=demo))
    _start_children(supervisor, complete, addresses)
    supervisor.note(api_url=addresses.api_url)
    _await_ready(supervisor, addresses.api_url)
    if not supervisor.asked_to_stop:
        _announce(complete, addresses, demo=demo)
    return supervisor.run_until_signal()


def _teller(settings: Settings) -> Callable[[str], None]:
    """Return how the supervisor speaks: a line for people, or where logs are JSON one of these."""
    if settings.log_format != "json":
        return _tell_people
    log = structlog.get_logger("maitred.supervisor")
    return lambda message: log.info("supervisor", message=message)


def _tell_people(message: str) -> None:
    sys.stderr.write(f"maitred: {message}\n")
    sys.stderr.flush()


def _start_engines(supervisor: Supervisor, settings: Settings) -> Settings:
    """Start the engines that no setting points to, and return settings that say where they are."""
    found: dict[str, object] = {}
    if settings.database_url is None:
        postgres = EmbeddedPostgres(settings.data_dir, binary=settings.postgres_bin)
        found["database_url"] = supervisor.start_engine(postgres)
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.data_dir, binary=settings.valkey_bin)
        found["redis_url"] = supervisor.start_engine(valkey)
    found["port"] = settings.port or _free_port(settings.host)
    return settings.model_copy(update=found)


def _check_port(settings: Settings) -> None:
    """Refuse a port that somebody else has, before anything is started: they would answer in our place."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            raise InvalidInput(
                f"The API cannot listen on {settings.host}:{settings.port}: {fault.strerror}. Choose another --port.",
                field="MAITRED_PORT",
                code="port_in_use",
            ) from fault


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _addresses(settings: Settings) -> Addresses:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    given = settings.api_key.get_secret_value() if settings.api_key else None
    return Addresses(f"http://{shown}:{settings.port}", given or _kept_key(settings.data_dir), given is None)


def _kept_key(data_dir: Path) -> str:
    """Return this installation's own admin key, made at its first start."""
    path = data_dir / KEY_FILE
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        key = "mk_" + secrets.token_urlsafe(32)
        draft = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(draft, "w", encoding="ascii") as file:
            file.write(key + "\n")
        return key


async def _prepare(settings: Settings, api_key: str, *, demo: bool) -> None:
    assert settings.listen_url is not None
    await migrate(settings.listen_url)
    async with open_house(settings) as house:
        await ensure_admin_key(house.desk.database, api_key)
        if demo:
            await import_venue(house.desk.database, demo_venue(), caller_name="demo")
            await ensure_login(house.desk.database, DEMO_LOGIN, DEMO_PASSWORD)
            evening = _example(DEMO_EVENING)
            place = await house.desk.venues.get(evening["restaurant"])
            await plant_bookings(house.desk, place, evening["bookings"], evening["days"])


def demo_venue() -> Mapping[str, object]:
    """Return the demo venue: from the package when installed, from examples/ in a checkout."""
    return _example(DEMO)


def _example(name: str) -> Mapping[str, Any]:
    packed = resources.files("maitred") / "examples" / name
    here = packed if packed.is_file() else Path(__file__).parents[2] / "examples" / "venues" / name
    document: Mapping[str, Any] = orjson.loads(here.read_bytes())
    return document


def _start_children(supervisor: Supervisor, settings: Settings, addresses: Addresses) -> None:
    env = _environment(settings, addresses.api_key)
    python = (sys.executable, "-m", "maitred")
    for number in range(1, settings.workers + 1):
        own = dict(env)
        if settings.worker_metrics_port is not None:
            own[PREFIX + "WORKER_METRICS_PORT"] = str(settings.worker_metrics_port + number - 1)
        supervisor.start_child(Child(f"worker-{number}", (*python, "work", "--name", f"worker-{number}"), own))
    for number in range(1, settings.api_processes + 1):
        supervisor.start_child(Child(f"api-{number}", (*python, "serve"), env))


def _environment(settings: Settings, api_key: str) -> dict[str, str]:
    """Return the environment in which every process reads the same settings as this one."""
    env = dict(os.environ)
    for name, value in settings.model_dump(exclude={"api_key"}).items():
        if value is not None:
            env[PREFIX + name.upper()] = _written(value)
    env[PREFIX + "API_KEY"] = api_key
    return env


def _written(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _await_ready(supervisor: Supervisor, url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not supervisor.asked_to_stop:
        try:
            with urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (URLError, OSError):
            pass
        if time.monotonic() > deadline:
            raise NotReady(f"The API at {url} did not become ready within {READY_WITHIN_S:.0f} s.")
        time.sleep(0.05)


def _announce(settings: Settings, addresses: Addresses, *, demo: bool) -> None:
    assert settings.database_url is not None
    assert settings.redis_url is not None
    lines = [
        "",
        f"maitred is up.  API  {addresses.api_url}   reference  {addresses.api_url}/docs",
        f"  Postgres  {hide_password(settings.database_url)}",
        f"  Redis     {hide_password(settings.redis_url)}",
        f"  Data      {settings.data_dir}",
    ]
    if addresses.key_is_ours:
        lines.append(f"  API key   {addresses.api_key}   (kept in {settings.data_dir / KEY_FILE})")
    else:
        lines.append("  API key   the one in MAITRED_API_KEY")
    if demo:
        lines.append(f"  Demo      restaurant '{demo_venue()['slug']}'")
        lines.append(f"  Guests    {addresses.api_url}/book/{demo_venue()['slug']}")
        lines.append(f"  Screens   {addresses.api_url}/ops   sign in as {DEMO_LOGIN} with {DEMO_PASSWORD}")
    lines += ["Ctrl-C stops it; the data stays.", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
