"""Connections to addresses that people gave us: they lead outside, or nowhere."""

import errno
import socket
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from maitred.domain.webhooks import refused_address

EXCERPT: Final = 500


class AddressRefused(OSError):
    """A name leads into our own network."""


class Outside(AbstractResolver):
    """Resolves names, and refuses those that lead inside; asked with every connection, so no name can turn later."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return a name's addresses; raises AddressRefused when one is inside."""
        found = await self._resolver.resolve(host, port, family)
        if not self._private and any(refused_address(one["host"]) for one in found):
            raise AddressRefused(errno.EACCES, "the name leads into our own network")
        return found

    async def close(self) -> None:
        """Close nothing."""


def outside_session(*, private: bool, timeout_s: float, at_once: int) -> aiohttp.ClientSession:
    """Return a session that reaches addresses outside only, keeps no cookies and no names."""
    connector = aiohttp.TCPConnector(limit=at_once, resolver=Outside(private=private), use_dns_cache=False)
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


def readable(raw: bytes) -> str:
    """Return the beginning of an answer, fit for a log that people read."""
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")[:EXCERPT]
