"""Files that people give and get: JSON in, JSON or a page out, with errors that name the file."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

from maitred.scenarios.failures import BadFile

MAX_BYTES = 64 * 1024 * 1024


def read_document(path: Path) -> Mapping[str, Any]:
    """This reads one JSON object, or raises BadFile."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(f"{path} is larger than {MAX_BYTES} bytes.")
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from None
    except orjson.JSONDecodeError as error:
        raise BadFile(f"{path} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    if not isinstance(document, dict):
        raise BadFile(f"{path} holds no JSON object.")
    return document


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """This writes one JSON object, indented, or raises BadFile and leaves what was there."""
    write_bytes(path, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write_bytes(path: Path, content: bytes) -> None:
    """This writes a file whole or not at all, or raises BadFile and leaves what was there."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)  # a device or a pipe, e.g. /dev/stdout: there is nothing to put in its place
        else:
            _replace(path.resolve(), content)
    except OSError as error:
        raise BadFile(f"{path} cannot be written: {error.strerror or error}.") from None


def _replace(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as beside:
        try:
            beside.write(content)
            beside.flush()
            os.fsync(beside.fileno())
            Path(beside.name).chmod(_mode(path))
            Path(beside.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(beside.name).unlink()
            raise


def _mode(path: Path) -> int:
    """This is the mode of the file to be replaced, else what a new file would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
