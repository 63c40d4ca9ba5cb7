"""What a mail server that is away costs the bookings: nothing, or somebody waits for a mail.

    python benchmarks/mail_down.py [--rounds 3]

The same night (prince-of-wales-100, fifty requests in flight, every guest with an address) is replayed through a
`maitred up` of the benchmark's own with a mail server that answers, with nobody at its port, and with one that takes
the connection and says nothing. Printed: from the 201 to the first reading of the outcome, and each as a ratio to the
server that answers, in the same run. The load generator and the mail server share the cores with everything else.
"""

import argparse
import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import house  # puts the tests' helpers on the path

from engines import temporary_public_directory
from mail_server import MailServer, serving
from maitred.client.replay import ReplayOptions, replay
from running import maitred_up

ROOT = Path(__file__).resolve().parent.parent
NIGHT = ROOT / "examples" / "scenarios" / "prince-of-wales-100.json"
SERVERS = ("answers", "nobody there", "says nothing")

__all__ = ["house"]


@contextmanager
def mail_server(kind: str) -> Iterator[str]:
    """This is the address of a mail server of a kind."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        if kind == "says nothing":
            held.listen(100)
        if kind != "answers":
            yield f"smtp://127.0.0.1:{port}"
            return
    with serving(MailServer(port)) as server:
        yield server.url


def night(kind: str, number: int) -> tuple[float, float]:
    """This plays the night once and returns the median and the 95th percentile of an outcome, in ms."""
    with ExitStack() as stack:
        settings = {"MAITRED_MAIL_URL": stack.enter_context(mail_server(kind)), "MAITRED_MAIL_FROM": "us@example.org"}
        running = stack.enter_context(maitred_up(stack.enter_context(temporary_public_directory()), settings))
        asyncio.run(replay(_options(running.url, running.api_key, f"warm-{number}")))
        report = asyncio.run(replay(_options(running.url, running.api_key, f"night-{number}")))
    assert report.ok, report.troubles
    assert report.confirmed_ms is not None
    return report.confirmed_ms.p50, report.confirmed_ms.p95


def _options(url: str, key: str, slug: str) -> ReplayOptions:
    return ReplayOptions(NIGHT, url, key, concurrency=50, slug=slug, mail_domain="guests.example")


def main() -> None:
    """Play and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=3)
    rounds = asked.parse_args().rounds
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in SERVERS}
    for number in range(rounds):
        for kind in SERVERS:
            found[kind].append(night(kind, number))
    base = [median(one[column] for one in found["answers"]) for column in (0, 1)]
    for kind, figures in found.items():
        p50, p95 = (median(one[column] for one in figures) for column in (0, 1))
        print(f"{kind:>14}  p50 {p50:6.0f} ms ({p50 / base[0]:.2f})   p95 {p95:6.0f} ms ({p95 / base[1]:.2f})")


if __name__ == "__main__":
    main()
