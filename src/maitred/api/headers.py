"""The request headers that routes share: Prefer, If-Match, If-None-Match, Idempotency-Key."""

import re
from typing import Final

from starlette.requests import Request

from maitred.api.problems import Malformed

MAX_WAIT_S: Final = 30
_WAIT: Final = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
# Empty elements of a list are to be borne with (RFC 9110, 5.6.1), but one tag there is.
_TAG_LIST: Final = re.compile(rf"[\s,]*{_TAG.pattern}(?:\s*,[\s,]*{_TAG.pattern})*[\s,]*")
_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}")
ANY: Final = ((False, "*"),)
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def wait_s(request: Request) -> int | None:
    """Return the seconds of `Prefer: wait=N`, at most 30, or None.

    What is not understood is ignored, as RFC 7240 asks.
    """
    found = _WAIT.search(request.headers.get("prefer", ""))
    return min(int(found[1]), MAX_WAIT_S) if found else None


def expected_version(request: Request, present: int | None = None) -> int | None:
    """Return the version that `If-Match` asks for; None for `*` or without it.

    Of several it is the present one, if that is among them. Tags are compared strongly (RFC 9110, 13.1.1): a weak one
    and one that we never gave match nothing, which is version 0. Raises Malformed for what are no entity tags: to
    ignore it would lose the protection the caller asked for.
    """
    tags = _tags(request, "If-Match")
    if tags is None or tags == ANY:
        return None
    named = {int(tag) for weak, tag in tags if not weak and _VERSION.fullmatch(tag)}
    return present if present in named else max(named, default=0)


def known_versions(request: Request, present: int | None = None) -> frozenset[int]:
    """Return the versions that `If-None-Match` names, compared weakly; `*` is the present one.

    What cannot be read is ignored: the answer is then given in full.
    """
    try:
        return unwanted_versions(request, present)
    except Malformed:
        return frozenset()


def unwanted_versions(request: Request, present: int | None = None) -> frozenset[int]:
    """Return the versions that `If-None-Match` forbids a change of; raises Malformed for what cannot be read."""
    tags = _tags(request, "If-None-Match")
    if tags == ANY:
        return frozenset() if present is None else frozenset({present})
    return frozenset(int(tag) for _, tag in tags or () if _VERSION.fullmatch(tag))


def wants_nothing_there(request: Request) -> bool:
    """Tell whether `If-None-Match: *` asks that nothing be there yet. Raises Malformed for what cannot be read."""
    return _tags(request, "If-None-Match") == ANY


def _tags(request: Request, name: str) -> tuple[tuple[bool, str], ...] | None:
    """Return the entity tags of a header as (weak, text), `ANY` for `*`, None without the header."""
    lines = request.headers.getlist(name)
    if not lines:
        return None
    text = ", ".join(lines).strip()
    if text == "*":
        return ANY
    if not _TAG_LIST.fullmatch(text):
        message = f'{name} takes versions in quotes, such as "3" or "3", "4", or *.'
        raise Malformed(message, code="malformed_header", field=name)
    return tuple((bool(weak), tag) for weak, tag in _TAG.findall(text))


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
