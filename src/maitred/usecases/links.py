"""Signed links: what a guest may do without an account, because we sent them the link.

A token is a small payload and its HMAC-SHA256. It is made for one purpose and opens nothing else, and it ends.
The secrets are in the database, so every process knows them and a rotation is one row.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from maitred.domain.errors import InvalidInput, NotFound
from maitred.store import links
from maitred.store.database import Connection, Database

MANAGE: Final = "manage"
OFFER: Final = "offer"
WAITLIST: Final = "waitlist"
# A link to a booking opens it until a month after the party's time, whatever that is by then (guest/manage.py); the
# token itself lasts longer than anybody books ahead.
MANAGED_AFTER: Final = timedelta(days=30)
MANAGE_LASTS: Final = timedelta(days=800)
LONGEST: Final = 2_048
_LARGEST_NUMBER: Final = 2**63 - 1


class LinkExpired(InvalidInput):
    """The link was ours, and its time is over."""

    code = "link_expired"


async def manage(database: Database | Connection, booking_id: UUID, until: datetime) -> str:
    """Return a token with which a guest sees, changes and cancels one booking."""
    return await signed(database, MANAGE, {"booking": str(booking_id)}, until)


async def offer(database: Database | Connection, payload: Mapping[str, Any], until: datetime) -> str:
    """Return a token of something offered, which its guest takes by one button."""
    return await signed(database, OFFER, payload, until)


async def signed(database: Database | Connection, purpose: str, payload: Mapping[str, Any], until: datetime) -> str:
    """Return a token that opens for one purpose until an instant; the payload can be read by who has it."""
    number, secret = await _signing(database)
    body = orjson.dumps({"key": number, "for": purpose, "until": int(until.timestamp()), "with": dict(payload)})
    token = f"{_written(body)}.{_written(_mark(secret, body))}"
    assert len(token) <= LONGEST, "a link carries little"
    return token


async def opened(
    database: Database | Connection, purpose: str, token: str, at: datetime | None = None
) -> Mapping[str, Any]:
    """Return the payload of a token; raises NotFound for one that is not ours or not for this, LinkExpired."""
    body, mark = _parts(token)
    said = _said(body)
    secret = await links.key_of(database, said["key"])
    if secret is None or not hmac.compare_digest(_mark(secret, body), mark) or said["for"] != purpose:
        raise _unknown()
    if said["until"] <= (at or datetime.now(UTC)).timestamp():
        raise LinkExpired("This link is not valid any more.", field="token", code="link_expired")
    payload: Mapping[str, Any] = said["with"]
    return payload


async def rotate(database: Database | Connection, *, forget: bool = False) -> None:
    """Sign with a new secret from now on; with `forget`, everything that was signed before opens nothing."""
    number = await links.insert_key(database, secrets.token_bytes(32))
    if forget:
        await links.delete_keys_before(database, number)


async def _signing(database: Database | Connection) -> tuple[int, bytes]:
    found = await links.newest_key(database)
    if found is None:
        # Two processes may both make the first one: both then know both.
        secret = secrets.token_bytes(32)
        found = await links.insert_key(database, secret), secret
    return found


def _mark(secret: bytes, body: bytes) -> bytes:
    return hmac.new(secret, b"maitred link\0" + body, hashlib.sha256).digest()


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _written(raw) != text:
        raise ValueError("another spelling of the same bytes")
    return raw


def _parts(token: str) -> tuple[bytes, bytes]:
    body, dot, mark = token.partition(".")
    if not dot or len(token) > LONGEST:
        raise _unknown()
    try:
        return _read(body), _read(mark)
    except (ValueError, binascii.Error):
        raise _unknown() from None


def _said(body: bytes) -> dict[str, Any]:
    """Return what a token says of itself; nothing of it is true before its mark is checked."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _unknown() from None
    shape = {"key": int, "for": str, "until": int, "with": dict}
    if not isinstance(said, dict) or any(type(said.get(name)) is not kind for name, kind in shape.items()):
        raise _unknown()
    if not 0 < said["key"] <= _LARGEST_NUMBER:
        raise _unknown()
    return said


def _unknown() -> NotFound:
    return NotFound("This link is not one of ours.")
