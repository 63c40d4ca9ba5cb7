"""What open screens cost the server: N browsers that hear of every change and read their page again.

    python benchmarks/ops_live.py [--screens 50] [--bookings 100] [--every 0.25]

A `maitred up` of the benchmark's own takes bookings at a steady rate, 100 in 25 seconds unless told otherwise. Each
screen is a stream of /ops/{slug}/live and a reader that re-reads the list of bookings when it hears of a change, as
live.js does: one reading at a time, and one more when news came meanwhile. Printed: the processor time of the API
process as a share of one core, without readers and with them, and how long after the answer to a booking every
screen had a page with it. The readers share the cores with everything else.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from statistics import median, quantiles
from typing import Any
from uuid import UUID

import aiohttp
from cpu import spent_ms
from hall import asks, coming, venue
from house import House, own_house

from maitred.store import people
from maitred.store.database import Database
from maitred.usecases.people import Role, add_person, open_session

SLUG = "live"


class Screen:
    """One open page of the list of bookings."""

    def __init__(self, session: aiohttp.ClientSession, url: str, page: str) -> None:
        self._session, self._url, self._page = session, url, page
        self._stirred = asyncio.Event()
        self.readings = 0
        self.seen: dict[str, float] = {}

    async def listen(self) -> None:
        """Hear of changes for good."""
        async with self._session.get(f"{self._url}/ops/{SLUG}/live", timeout=aiohttp.ClientTimeout()) as stream:
            async for line in stream.content:
                if line.startswith(b"event: changed"):
                    self._stirred.set()

    async def read(self, wanted: Sequence[str]) -> None:
        """Read the page again whenever there was news, for good; note when each booking is first on it."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            async with self._session.get(self._url + self._page, headers={"HX-Request": "true"}) as answer:
                text = await answer.text()
            self.readings += 1
            now = time.monotonic()
            while len(self.seen) < len(wanted) and f">{wanted[len(self.seen)]}<" in text:  # they come in order
                self.seen[wanted[len(self.seen)]] = now


async def signed_in(house: House) -> str:
    """Return the session of somebody who works there."""
    assert house.database_url is not None
    database = await Database.connect(house.database_url)
    try:
        person: UUID = await add_person(database, "bench@localhost", "Bench", None)
        await people.set_role(database, person, None, Role.HOST)
        return await open_session(database, person, "benchmark", datetime.now().astimezone())
    finally:
        await database.close()


async def booked(
    session: aiohttp.ClientSession, house: House, names: Sequence[str], every_s: float
) -> dict[str, float]:
    """Send a booking every so often; return when each was answered."""
    answered: dict[str, float] = {}
    for name, ask in zip(names, asks(coming(1), len(names)), strict=True):
        due = time.monotonic() + every_s
        body: dict[str, Any] = {
            "party_size": ask.party_size,
            "starts_at": ask.starts_at.isoformat(),
            "guest": {"name": name},
        }
        key = {"Authorization": f"Bearer {house.api_key}"}
        async with session.post(f"{house.url}/v1/restaurants/{SLUG}/bookings", json=body, headers=key) as answer:
            assert answer.status == 201, await answer.text()
        answered[name] = time.monotonic()
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    return answered


async def run(house: House, screens: int, bookings: int, every_s: float) -> None:
    """Measure once without screens and once with them."""
    token = await signed_in(house)
    page = f"/ops/{SLUG}/bookings?date={coming(1)}"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookies={"maitred_session": token}) as session:
        key = {"Authorization": f"Bearer {house.api_key}"}
        document = venue(SLUG, bookings * 2)
        async with session.put(f"{house.url}/v1/restaurants/{SLUG}", json=document, headers=key) as answer:
            assert answer.status in (200, 201), await answer.text()
        alone = await _measured(session, house, [f"Alone {n}" for n in range(bookings)], every_s)
        names = [f"Shown {n}" for n in range(bookings)]
        open_screens = [Screen(session, house.url, page) for _ in range(screens)]
        tasks = [asyncio.create_task(one.listen()) for one in open_screens]
        tasks += [asyncio.create_task(one.read(names)) for one in open_screens]
        await asyncio.sleep(1)
        watched = await _measured(session, house, names, every_s)
        await asyncio.sleep(3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    _print(open_screens, watched, alone, every_s)


async def _measured(
    session: aiohttp.ClientSession, house: House, names: Sequence[str], every_s: float
) -> tuple[dict[str, float], dict[str, float]]:
    before, began = spent_ms(house.pids), time.monotonic()
    answered = await booked(session, house, names, every_s)
    await asyncio.sleep(1)
    took_ms = (time.monotonic() - began) * 1000
    shares = {name: (spent - before[name]) / took_ms for name, spent in spent_ms(house.pids).items()}
    return answered, shares


def _print(screens: Sequence[Screen], watched: Any, alone: Any, every_s: float) -> None:
    answered, shares = watched
    waits = [one.seen[name] - at for name, at in answered.items() for one in screens if name in one.seen]
    missing = sum(name not in one.seen for name in answered for one in screens)
    print(
        f"{len(answered)} bookings, one each {every_s:g} s, {len(screens)} screens, "
        f"{sum(one.readings for one in screens)} readings, {missing} never shown"
    )
    print(f"shown after p50 {median(waits) * 1000:.0f} ms, p95 {quantiles(waits, n=20)[-1] * 1000:.0f} ms")
    for name in shares:
        print(f"{name}: {alone[1].get(name, 0):.2f} of one core alone, {shares[name]:.2f} with the screens")


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--screens", type=int, default=50)
    options.add_argument("--bookings", type=int, default=100)
    options.add_argument("--every", type=float, default=0.25)
    asked = options.parse_args()
    with own_house() as house:
        asyncio.run(run(house, asked.screens, asked.bookings, asked.every))


if __name__ == "__main__":
    main()
