"""The request headers that routes share: Prefer, If-Match, If-None-Match, Idempotency-Key."""

import re
from typing import Final

from starlette.requests import Request

from maitred.api.problems import Malformed

MAX_WAIT_S: Final = 30
_WAIT: Final = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)
_TAGS: Final = re.compile(r'\s*(?:W/)?"(\d{1,9})"\s*(?:,|$)')
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def wait_s(request: Request) -> int | None:
    """Return the seconds of `Prefer: wait=N`, at most 30, or None.

    What is not understood is ignored, as RFC 7240 asks.
    """
    found = _WAIT.search(request.headers.get("prefer", ""))
    return min(int(found[1]), MAX_WAIT_S) if found else None


def expected_version(request: Request) -> int | None:
    """Return the version that `If-Match` names; None for `*` or without it.

    Raises Malformed for anything else: to ignore it would lose the protection the caller asked for.
    """
    text = request.headers.get("if-match")
    if text is None or text.strip() == "*":
        return None
    found = re.fullmatch(r'"(\d{1,9})"', text.strip())
    if not found:
        raise Malformed(
            'If-Match takes one version in quotes, such as "3", or *.', code="malformed_header", field="If-Match"
        )
    return int(found[1])


def known_versions(request: Request) -> frozenset[int]:
    """Return the versions that `If-None-Match` names; what is no version of ours cannot match."""
    return frozenset(int(tag) for tag in _TAGS.findall(request.headers.get("if-none-match", "")))


def idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key; raises Malformed unless it is 1 to 255 visible ASCII characters."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise Malformed(
            "Idempotency-Key takes 1 to 255 visible ASCII characters.", code="malformed_header", field="Idempotency-Key"
        )
    return key


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'
