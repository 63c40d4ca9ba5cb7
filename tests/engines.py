"""The real engines for tests, from the wheels, and the ways to hurt the connection to them."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import asyncpg
import redis

from maitred.embedded import EmbeddedPostgres, EmbeddedValkey
from maitred.embedded.accounts import can_reach, engine_account, write_private
from maitred.embedded.processes import free_port, wait_until

SLOTS: Final = 16_384
CLUSTER_READY_S: Final = 30.0

T = TypeVar("T")


def public_directory() -> Path:
    """Make a directory that the engines' account can enter; pytest's own are closed to everybody else."""
    account = engine_account()
    roots = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))
    root = next(root for root in roots if root.is_dir() and can_reach(root, account))
    made = Path(tempfile.mkdtemp(prefix="maitred-test-", dir=root))
    made.chmod(0o755)
    return made


@contextmanager
def temporary_public_directory() -> Iterator[Path]:
    """Give a public directory and remove it afterwards."""
    made = public_directory()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from synchronous code, in a thread, away from the test's own event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class SharedPostgres(EmbeddedPostgres):
    """The Postgres that tests share: as `up` runs it, but it does not wait for the disk.

    Only a cut of the power would show the difference. A test that hurts an engine starts its own, as users have it.
    """

    def _command(self) -> list[str]:
        return [*super()._command(), "-c", "fsync=off", "-c", "full_page_writes=off"]


class Databases:
    """Makes and drops databases of one Postgres; a migrated one is a copy of a template made once."""

    def __init__(self, engine: EmbeddedPostgres) -> None:
        self._engine = engine
        self._numbers = count(1)
        self._template: str | None = None

    def create(self, *, migrated: bool) -> str:
        """Create a database that the application's role owns; returns its URL."""
        template = self._migrated_template() if migrated else "template1"
        return self._copy(template, f"test_{next(self._numbers)}")

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        self._administer(f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)")

    def _migrated_template(self) -> str:
        if self._template is None:
            from maitred.store.migrate import migrate  # noqa: PLC0415  # tests of the engines alone need no store

            name = "maitred_template"
            run_async(migrate(self._copy("template1", name)))
            self._template = name
        return self._template

    def _copy(self, template: str, name: str) -> str:
        self._administer(f"CREATE DATABASE {name} OWNER maitred TEMPLATE {template}")
        return urlsplit(self._engine.url)._replace(path=f"/{name}").geturl()

    def _administer(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._engine.admin_url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        run_async(run())


class ValkeyCluster:
    """Three masters that share the slots; no replicas, so killing one takes its slots away."""

    def __init__(self, directory: Path, masters: int = 3) -> None:
        self.nodes = [self._node(directory / f"node-{number}") for number in range(masters)]

    def start(self) -> str:
        """Start and join the nodes; returns the address once every node says that the cluster is whole."""
        for node in self.nodes:
            node.start()
        for number, node in enumerate(self.nodes):
            with self._client(node) as client:
                client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", *self._slots(number))
                self._meet_first(number, client)
        if not wait_until(self.is_whole, CLUSTER_READY_S):
            raise AssertionError("the cluster did not become whole")
        return self.url

    def stop(self) -> None:
        """Stop every node."""
        for node in self.nodes:
            node.stop()

    @property
    def url(self) -> str:
        """The address with every node in it."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"redis-cluster://:{self.nodes[0].password}@{hosts}"

    def is_whole(self) -> bool:
        """Ask every node whether it knows all others and sees every slot served."""
        return all(self._sees_all(node) for node in self.nodes)

    def flush(self) -> None:
        """Empty every node."""
        for node in self.nodes:
            with self._client(node) as client:
                client.flushall()

    def _node(self, directory: Path) -> EmbeddedValkey:
        directory.mkdir(mode=0o755)
        write_private(directory / "valkey.json", json.dumps({"password": "cluster-of-a-test"}))
        bus = {"cluster-enabled": "yes", "cluster-port": str(free_port()), "cluster-node-timeout": "2000"}
        return EmbeddedValkey(directory, extra=bus)

    def _slots(self, number: int) -> tuple[int, int]:
        share = SLOTS // len(self.nodes)
        last = SLOTS if number == len(self.nodes) - 1 else (number + 1) * share
        return number * share, last - 1

    def _meet_first(self, number: int, client: "redis.Redis") -> None:
        if number:
            first = self.nodes[0]
            address = ("127.0.0.1", first.port, first.extra["cluster-port"])
            client.execute_command("CLUSTER", "MEET", *address)  # type: ignore[no-untyped-call]

    def _sees_all(self, node: EmbeddedValkey) -> bool:
        with self._client(node) as client:
            info: dict[str, str] = client.execute_command("CLUSTER INFO")
        return (info["cluster_state"], int(info["cluster_known_nodes"]), int(info["cluster_slots_ok"])) == (
            "ok",
            len(self.nodes),
            SLOTS,
        )

    def _client(self, node: EmbeddedValkey) -> "redis.Redis":
        return redis.Redis.from_url(node.url, decode_responses=True)


class TcpProxy:
    """Stands between a client and a server on loopback: it can delay, fall silent, or cut.

    `delay_s` holds back every chunk in both directions. `silence()` is the half-open network: connections stay
    up and nothing arrives. `cut()` resets every connection and each new one. `heal()` ends both.
    """

    def __init__(self, port: int) -> None:
        self.delay_s = 0.0
        self.connections = 0
        self.refused = 0  # how many connections came while it was cut
        self._target = port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._severed = False
        self._open: set[asyncio.WriteTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    @property
    def port(self) -> int:
        """The port clients connect to."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def via(self, url: str) -> str:
        """Return the address with this proxy in the server's place."""
        parts = urlsplit(url)
        login, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{login}{at}127.0.0.1:{self.port}").geturl()

    def silence(self) -> None:
        """Keep every connection open and pass nothing on."""
        self._flowing.clear()

    def cut(self) -> None:
        """Reset every connection, and each new one until `heal`."""
        self._severed = True
        for transport in tuple(self._open):
            transport.abort()

    def heal(self) -> None:
        """Work as a wire again; what was held back by `silence` arrives now."""
        self._severed = False
        self._flowing.set()

    async def close(self) -> None:
        """Stop listening and drop everything."""
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._severed:
            self.refused += 1
            writer.transport.abort()
            return
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._join(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        transports = [writer.transport]
        self._open.add(writer.transport)
        try:
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
                transports.append(far_writer.transport)
                self._open.add(far_writer.transport)
                await self._pump_both((reader, far_writer), (far_reader, writer))
        finally:
            for transport in transports:
                transport.abort()
                self._open.discard(transport)

    async def _pump_both(self, *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """Pass both ways until either side ends; then the other is ended too."""
        pumps = [asyncio.create_task(self._pump(*way)) for way in ways]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()
