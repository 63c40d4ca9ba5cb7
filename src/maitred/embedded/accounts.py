"""Which operating-system account the engines run as, and what that account can reach.

Postgres refuses to run as root, so root hands both engines to `nobody`: Valkey would run as root, but a
network server has no need of it, and one rule for both is easier to keep. Everybody else runs them as himself.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from maitred.embedded.errors import DataDirUnusable

READ: Final = 0o4
ENTER: Final = 0o1


@dataclass(frozen=True, slots=True)
class Account:
    """An account to change to; its supplementary groups are always none."""

    name: str
    uid: int
    gid: int


def engine_account() -> Account | None:
    """Return the account to change to, or None when the engines run as whoever we are.

    The group is the one of the account's own entry: `nogroup` on Debian, `nobody` elsewhere.
    """
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_reach(path: Path, account: Account | None) -> bool:
    """Say whether the account can read and enter or execute `path`, every parent included."""
    if account is None:
        return True
    real = path.resolve()
    return _grants(real, account, READ | ENTER) and all(_grants(up, account, ENTER) for up in real.parents)


def open_data_dir(path: Path, account: Account | None) -> Path:
    """Create the data directory if need be and return its real path, which the account can enter.

    Raises DataDirUnusable. Parents that already exist are never changed.
    """
    path = path.expanduser().absolute()
    try:
        with open_umask(account):
            path.mkdir(parents=True, exist_ok=True)
        path = path.resolve()
        if account is not None:
            path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o011)  # the directory is ours; what is inside is not open
    except OSError as refused:
        raise DataDirUnusable(f"The data directory {path} cannot be used: {refused.strerror}.") from refused
    _check_parents(path, account)
    return path


def own_directory(path: Path, account: Account | None) -> Path:
    """Create a directory that only the engine's account may enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return path


def write_private(path: Path, text: str, account: Account | None = None) -> None:
    """Replace a file, readable by the account alone (us when None), in one step and without following links."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        if account is not None:
            os.fchown(file.fileno(), account.uid, account.gid)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _grants(path: Path, account: Account, wanted: int) -> bool:
    found = path.stat()
    shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
    return (found.st_mode >> shift) & wanted == wanted


def _check_parents(path: Path, account: Account | None) -> None:
    if account is None:
        return
    closed = [up for up in path.parents if not _grants(up, account, ENTER)]
    if closed:
        raise DataDirUnusable(
            f"The data directory {path} lies below {closed[-1]}, which the account {account.name!r} cannot enter, and "
            f"root may not run Postgres itself. Choose another with --data-dir or MAITRED_DATA_DIR."
        )


@contextmanager
def open_umask(account: Account | None) -> Iterator[None]:
    """Directories that root creates meanwhile stay open to the account, whatever root's own umask is."""
    if account is None:
        yield
        return
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)
