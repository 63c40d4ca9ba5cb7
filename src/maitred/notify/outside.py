"""Connections to addresses that people gave us: they lead outside, or nowhere."""

import asyncio
import contextlib
import errno
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from maitred.domain.webhooks import refused_address

EXCERPT: Final = 500
BODY_S: Final = 2.0


class AddressRefused(OSError):
    """A name leads into our own network."""


class Outside(AbstractResolver):
    """Resolves names, and refuses those that lead inside; asked with every connection, so no name can turn later.

    It has threads of its own: bookings are decided in those of the loop, and a name may take half a minute to say no.
    """

    def __init__(self, *, private: bool, threads: int) -> None:
        self._private = private
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return a name's addresses; raises AddressRefused when one is inside."""
        loop, ask = asyncio.get_running_loop(), partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        found = [_result(host, one) for one in await loop.run_in_executor(self._threads, ask)]
        if not self._private and any(refused_address(one["host"]) for one in found):
            raise AddressRefused(errno.EACCES, "the name leads into our own network")
        return found

    async def close(self) -> None:
        """Let the threads go; one that still waits for an answer is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _result(host: str, one: tuple[Any, ...]) -> ResolveResult:
    family, _, proto, _, address = one
    numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address[0], port=address[1], family=family, proto=proto, flags=numeric)


def outside_session(*, private: bool, timeout_s: float, at_once: int) -> aiohttp.ClientSession:
    """Return a session that reaches addresses outside only, keeps no cookies and no names."""
    # What was given up on is still being asked for a while: twice as many threads as there are connections.
    resolver = Outside(private=private, threads=2 * at_once)
    connector = aiohttp.TCPConnector(limit=at_once, resolver=resolver, use_dns_cache=False)
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


async def beginning(answer: aiohttp.ClientResponse) -> str:
    """Return the beginning of an answer, fit for a log that people read, and hang up.

    Its status has been heard by then, so what becomes of the body changes nothing: it may hang, break off, or lie.
    """
    raw = b""
    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with asyncio.timeout(BODY_S):
            raw = await answer.content.read(EXCERPT * 4)
    answer.close()
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")[:EXCERPT]
