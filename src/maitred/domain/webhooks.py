"""Webhooks by Standard Webhooks: what is signed and how, when to try again, and which addresses are reached.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from maitred.domain.errors import InvalidInput

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every secret begins with
SECRET_BYTES: Final = 32
LONGEST_URL: Final = 1_000
LONGEST_HOST: Final = 253
MOST_PER_RESTAURANT: Final = 20
MOST_REPLAYED: Final = 10_000
DISABLED_AFTER: Final = timedelta(days=5)
LONGEST_REST: Final = timedelta(minutes=5)

# The schedule that the specification proposes: ten tries over three days.
DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER: Final = 0.1
# IPv6 addresses that stand for an IPv4 address behind a translator.
_NAT64: Final = IPv6Network("64:ff9b::/96")
# All of IPv6 that is given out to the public. What is not, Python calls global for lack of a registration:
# ::127.0.0.1, fec0::1 (site-local), 64:ff9b:1:: (somebody's own translator).
_PUBLIC: Final = IPv6Network("2000::/3")
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def delay_after(event_id: str, attempts: int) -> timedelta | None:
    """This is how long to wait after so many failed tries; None: no more.

    Up to a tenth longer, by the event's id, so that what failed together does not come back together.
    """
    assert attempts >= 1
    if attempts > len(DELAYS):
        return None
    share = int.from_bytes(hashlib.sha256(f"{event_id}\0{attempts}".encode()).digest()[:8]) / 2**64
    return DELAYS[attempts - 1] * (1 + JITTER * share)


def rest_after(failures: int) -> timedelta:
    """This is how long an endpoint is left alone after failures in a row, whatever else waits for it."""
    assert failures >= 1
    return min(LONGEST_REST, DELAYS[0] * float(2 ** min(failures - 1, 20)))


def new_secret(entropy: bytes) -> str:
    """Write a secret as the specification does."""
    assert len(entropy) == SECRET_BYTES
    return SECRET_PREFIX + b64encode(entropy).decode()


def headers(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers; with several secrets (one is being replaced) each signs."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def checked_url(url: str, *, private: bool) -> str:
    """Return an address that may be a receiver's; raises InvalidInput.

    `private` allows addresses of our own network, and plain HTTP to this machine. What a name leads to is judged
    again with each connection (notify/outside.py), since names can be made to lead elsewhere.
    """
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise InvalidInput("This is no address.", field="url", code="invalid_url") from None
    if parts.scheme not in ("https", "http") or not _is_host(host) or len(url) > LONGEST_URL or not _plain(url):
        raise InvalidInput("An address has the form https://host/path.", field="url", code="invalid_url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidInput("An address carries no user, password or fragment.", field="url", code="invalid_url")
    if not private and (host == "localhost" or host.endswith(".localhost") or refused_address(host)):
        raise InvalidInput("This address is inside our own network.", field="url", code="private_address")
    if parts.scheme == "http" and not (private and _loopback(host)):
        raise InvalidInput("An address begins with https://.", field="url", code="insecure_url")
    return url


def refused_address(text: str) -> bool:
    """Tell whether an IP address is no public one; a name is none of our business here."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return text.replace(".", "").isdigit() or text.lower().startswith("0x")  # 127.1, 2130706433, 0x7f000001
    return _inside(address)


def _inside(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or _behind_nat64(address)
        if hidden is not None:
            return _inside(hidden)
        if address not in _PUBLIC:
            return True
    return not address.is_global or address.is_multicast


def _behind_nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    """Tell whether this is a name of the DNS or an address: nothing that another reader could take for another host."""
    if ":" not in host:
        return len(host) <= LONGEST_HOST and all(_LABEL.fullmatch(label) for label in host.split("."))
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url and "\\" not in url


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
