"""The embedded Valkey: a password, an append-only file, and no eviction, on loopback only."""

import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from maitred.embedded.accounts import own_directory, write_private
from maitred.embedded.discovery import find_valkey
from maitred.embedded.engine import Engine

PING_TIMEOUT_S: Final = 1.0

# Everything that matters is said here: the server's own default file is never read.
OPTIONS: Final = {
    "bind": "127.0.0.1",
    "protected-mode": "yes",
    "daemonize": "no",
    "databases": "16",
    "appendonly": "yes",
    "appendfsync": "everysec",  # a lost second costs work, not truth: streams are re-fed from the outbox
    "aof-load-truncated": "yes",
    "save": '""',
    "maxmemory-policy": "noeviction",  # an evicted lock or stream would be a silent loss
    "loglevel": "notice",
    "set-proc-title": "no",
}


class EmbeddedValkey(Engine):
    """Valkey from the wheel; `extra` adds or replaces lines of its configuration (tests build a cluster so)."""

    name: ClassVar[str] = "valkey"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM  # flushes the append-only file and exits
    passing_faults: ClassVar[tuple[str, ...]] = ("Address already in use",)

    def __init__(self, data_dir: Path, *, binary: Path | None = None, extra: Mapping[str, str] | None = None) -> None:
        super().__init__(data_dir, find_valkey(binary))
        self.extra = dict(extra or {})

    @property
    def password(self) -> str:
        """The password, for clients that take it apart from the address."""
        return self._password

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def _prepare(self) -> None:
        own_directory(self.home, self.account)

    @property
    def _process_file(self) -> Path:
        return self.home / "valkey.pid"

    def _command(self) -> list[str]:
        config = self.data_dir / "valkey.conf"
        write_private(config, self._configuration(), self.account)
        return [str(self.binary.path), str(config)]

    def _configuration(self) -> str:
        own = {
            "port": str(self.port),
            "dir": f'"{self.home}"',
            "pidfile": f'"{self._process_file}"',
            "requirepass": self._password,
            "primaryauth" if self.binary.path.name == "valkey-server" else "masterauth": self._password,
        }
        lines = (f"{name} {value}" for name, value in {**OPTIONS, **own, **self.extra}.items())
        return "# Written by maitred at every start.\n" + "\n".join(lines) + "\n"

    def _is_ready(self) -> bool:
        """Ask for an answer; while the append-only file is read, the answer is an error."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PING_TIMEOUT_S) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                return _read_lines(connection, 2) == [b"+OK", b"+PONG"]
        except OSError:
            return False


def _read_lines(connection: socket.socket, count: int) -> list[bytes]:
    with connection.makefile("rb") as answers:
        return [answers.readline().rstrip() for _ in range(count)]
