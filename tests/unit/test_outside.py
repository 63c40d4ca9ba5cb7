"""Addresses that people give us: which are refused, that asking for them is in nobody's way, how long we try."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from pydantic import ValidationError

from maitred.domain.errors import InvalidInput
from maitred.domain.webhooks import DELAYS, JITTER, checked_url, delay_after, refused_address
from maitred.notify.outside import AddressRefused, Outside
from maitred.settings import Settings

INSIDE: Final = (
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "239.1.1.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "fec0::1",  # site-local, of old
    "::127.0.0.1",  # IPv4-compatible
    "::ffff:10.0.0.1",  # IPv4-mapped
    "::ffff:0:10.0.0.1",  # IPv4-translated
    "64:ff9b::10.0.0.1",  # NAT64
    "64:ff9b:1::10.0.0.1",  # NAT64 of somebody's own
    "2002:7f00:1::",  # 6to4
    "2001:0:7f00:1::",  # Teredo
    "5f00::1",  # segment routing
    "4000::1",  # given out to nobody
)
OUTSIDE: Final = ("8.8.8.8", "2606:4700:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8")


def test_only_public_addresses_are_reached() -> None:
    """Whatever form an address inside has, it is refused; public ones are not."""
    assert [one for one in INSIDE if not refused_address(one)] == []
    assert [one for one in OUTSIDE if refused_address(one)] == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://[::127.0.0.1]/", "private_address"),
        ("https://[64:ff9b:1::7f00:1]/", "private_address"),
        ("https://localhost./", "private_address"),
        ("https://127.0.0.1./", "private_address"),
        ("https://0x7f000001/", "private_address"),
        ("https://127.1/", "private_address"),
        ("https://%31%32%37.0.0.1/", "invalid_url"),
        ("https://a..b/", "invalid_url"),
        (f"https://{'a' * 64}.com/", "invalid_url"),
        (f"https://{'a.' * 126}com/", "invalid_url"),
        ("https:///hook", "invalid_url"),
        ("https://[::1/", "invalid_url"),
        ("https://example.com:70000/", "invalid_url"),
    ],
)
def test_addresses_that_are_refused_when_they_are_typed(url: str, code: str) -> None:
    """Each names the field and says what is wrong, before anything is sent anywhere."""
    with pytest.raises(InvalidInput) as refused:
        checked_url(url, private=False)
    assert (refused.value.field, refused.value.reason_code) == ("url", code)


@pytest.mark.parametrize(
    "url", ["https://example.com/", "https://a-b.under_score.example.:8443/x?y=%20z", "https://[2606:4700::1]:9/"]
)
def test_ordinary_addresses_are_taken(url: str) -> None:
    """Names with a port, a path, a final dot or an underscore, and public addresses."""
    assert checked_url(url, private=False) == url


def answering(*addresses: str) -> Callable[..., list[Any]]:
    """A getaddrinfo that answers with these."""
    return lambda *_asked: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]


async def test_a_name_that_also_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One address inside among public ones is enough; where private ones are allowed all are returned."""
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "10.0.0.1"))
    with pytest.raises(AddressRefused, match="our own network"):
        await Outside(private=False, threads=1).resolve("two.example", 443)
    found = await Outside(private=True, threads=1).resolve("two.example", 443)
    assert [(one["host"], one["port"], one["hostname"]) for one in found] == [
        ("8.8.8.8", 443, "two.example"),
        ("10.0.0.1", 443, "two.example"),
    ]


async def test_names_that_never_answer_are_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bookings are decided in the loop's threads: names that hang, more than it has threads, take none of them."""
    answer = threading.Event()

    def hangs(*_asked: object) -> list[Any]:
        answer.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    outside, many = Outside(private=False, threads=2), 2 * min(32, (os.cpu_count() or 1) + 4)
    asking = [asyncio.create_task(outside.resolve(f"{number}.example", 443)) for number in range(many)]
    try:
        await asyncio.sleep(0)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "decided"), 5) == "decided"
    finally:
        answer.set()
        await asyncio.gather(*asking)
        await outside.close()


def test_the_tries_of_a_delivery_take_less_than_four_days() -> None:
    """So long events are kept at least, and so long receivers are told to remember ids."""
    latest = sum((delay_after("an event", number) or timedelta() for number in range(1, 10)), timedelta())
    assert timedelta(days=3) < latest <= sum(DELAYS, timedelta()) * (1 + JITTER) < timedelta(days=4)
    assert delay_after("an event", 10) is None
    with pytest.raises(ValidationError):
        Settings(event_retention_hours=95)
    Settings(event_retention_hours=96)
