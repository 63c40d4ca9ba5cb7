"""JSON files that people wrote: read and written with errors that name the file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from maitred.client.failures import BadFile

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
    """This writes one JSON object, indented, or raises BadFile."""
    try:
        path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise BadFile(f"{path} cannot be written: {error.strerror or error}.") from None
