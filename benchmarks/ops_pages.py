"""The pages of the Ops screens with 500 bookings in the day: how long the server takes for each.

    python benchmarks/ops_pages.py [--write]                 with a `maitred up` of its own, thrown away afterwards
    python benchmarks/ops_pages.py --path bookings --path 'timeline?date={day}' ...    other pages of the restaurant

The day is the burst's hall (hall.py): 130 tables, 500 parties of two to four, all confirmed. Pages are asked for one at
a time over one connection that stays open, whole (no script, no cache), in turn, so that whatever else the machine
does meets all of them alike; what is measured is from sending the request to having read all of the answer. The floor
is `/healthz` in the same turns: the ratio to it is what travels between machines. The processor time is that of the
API's process alone.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Final
from uuid import uuid4

import aiohttp
import hall
import uvloop
from cpu import spent_ms
from house import House, own_house

from maitred.client.http import Api, open_api
from maitred.client.importing import import_venue
from maitred.client.readback import read_days
from maitred.client.report import Percentiles, percentiles
from maitred.ops.visit import COOKIE
from maitred.store import people as stored_people
from maitred.store.database import Database
from maitred.usecases.people import Role, add_person, open_session

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- ops-pages: begin -->", "<!-- ops-pages: end -->"
FLOOR: Final = "/healthz"
PATHS: Final = (
    "bookings?date={day}",
    "bookings?date={day}&group=confirmed",
    "bookings/{booking}",
    "timeline?date={day}",
    "timeline/{booking}/move",
    "heatmap?month={month}",
    "heatmap?month={month}&by=hour",
    "floor?date={day}",
    "review",
    "now",
    "sheet?date={day}",
)
GOAL_MS: Final = 50.0
WARM_UP: Final = 5
AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Timed:
    """One page: its times, its size, and the processor time that the server spent on one."""

    path: str
    ms: Percentiles
    kilobytes: int
    cpu_ms: float


async def booked(api: Api, slug: str, on: date, bookings: int) -> list[str]:
    """This books the day and returns the ids once everything is confirmed."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def book(one: hall.Ask) -> None:
        guest = {"name": f"Guest {one.ref}", "phone": f"+4420794{one.ref[1:]:0>5}"}
        body = {"party_size": one.party_size, "starts_at": one.starts_at.isoformat(), "guest": guest, "source": "phone"}
        headers = {"Prefer": "wait=20", "Idempotency-Key": one.ref}
        async with gate:
            await api.call("POST", f"/v1/restaurants/{slug}/bookings", body=body, headers=headers)

    await asyncio.gather(*(book(one) for one in hall.asks(on, bookings)))
    items = await read_days(api, slug, [on])
    states = {item["state"] for item in items}
    assert states == {"confirmed"}, states
    return [str(item["id"]) for item in items]


async def manager(database_url: str, slug: str) -> str:
    """This signs somebody in who may see every screen, and returns the token of the session."""
    database = await Database.connect(database_url, size=1)
    try:
        number = await database.fetchval("SELECT id FROM maitred.restaurants WHERE slug = $1", slug)
        person = await add_person(database, f"{slug}@bench.example", "Bench", None)
        await stored_people.set_role(database, person, number, Role.OWNER)
        return await open_session(database, person, "bench", datetime.now(UTC))
    finally:
        await database.close()


async def measure(house: House, token: str, paths: Sequence[str], rounds: int) -> list[Timed]:
    """This asks for every page in turn, round after round."""
    times: dict[str, list[float]] = {path: [] for path in paths}
    cpu: dict[str, float] = dict.fromkeys(paths, 0.0)
    sizes: dict[str, int] = {}
    servers = {name: pid for name, pid in house.pids.items() if name.startswith("api")}
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(connector=connector, cookies={COOKIE: token}) as session:
        for turn in range(WARM_UP + rounds):
            for path in paths:
                before, began = spent_ms(servers), perf_counter()
                async with session.get(house.url + path, allow_redirects=False) as answer:
                    body = await answer.read()
                elapsed = (perf_counter() - began) * 1000
                assert answer.status == 200, f"{path}: {answer.status}"
                if turn >= WARM_UP:
                    times[path].append(elapsed)
                    cpu[path] += sum(spent_ms(servers).values()) - sum(before.values())
                    sizes[path] = len(body)
    return [_timed(path, times[path], sizes[path], cpu[path] / rounds) for path in paths]


def _timed(path: str, times: Sequence[float], size: int, cpu_ms: float) -> Timed:
    found = percentiles(times)
    assert found is not None
    return Timed(path, found, round(size / 1024), round(cpu_ms, 2))


async def exists(house: House, token: str, path: str) -> bool:
    """This tells whether this build has a page: some come later than others."""
    async with aiohttp.ClientSession(cookies={COOKIE: token}) as session, session.get(house.url + path) as answer:
        return answer.status == 200


async def run(house: House, bookings: int, wanted: Sequence[str], rounds: int) -> list[Timed]:
    """This fills a day and measures."""
    assert house.database_url is not None
    slug, on = f"bench-{uuid4().hex[:8]}", hall.coming(3)
    async with open_api(house.url, house.api_key, patience_s=60.0, connections=AT_ONCE) as api:
        await import_venue(api, hall.venue(slug, bookings))
        ids = await booked(api, slug, on, bookings)
    token = await manager(house.database_url, slug)
    names: Mapping[str, str] = {"day": on.isoformat(), "month": f"{on:%Y-%m}", "booking": ids[bookings // 2]}
    paths = [f"/ops/{slug}/{path.format_map(names)}" for path in wanted]
    found = [path for path in paths if await exists(house, token, path)]
    timed = await measure(house, token, [FLOOR, *found], rounds)
    short = {f"/ops/{slug}/{path.format_map(names)}": path for path in wanted}
    return [Timed(short.get(one.path, one.path), one.ms, one.kilobytes, one.cpu_ms) for one in timed]


def table(timed: Sequence[Timed], bookings: int) -> str:
    """This is the table for people."""
    floor = timed[0].ms.p50
    rows = [
        f"| `{one.path}` | {one.ms.p50:.1f} | {one.ms.p95:.1f} | {one.ms.p50 / floor:.0f} | {one.cpu_ms:.1f} "
        f"| {one.kilobytes} |"
        for one in timed
    ]
    cores = len(os.sched_getaffinity(0))
    head = [
        f"Run on {datetime.now(UTC).date()}, {bookings} bookings in the day, {cores} cores for everything.",
        "",
        "| page | p50 ms | p95 ms | p50 over the floor's | processor ms | KB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join([*head, *rows])


def write(text: str) -> None:
    """This puts the table between the markers of docs/benchmarks.md."""
    page = PAGE.read_text()
    head, rest = page.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    PAGE.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}")


def options() -> argparse.Namespace:
    """This reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--path", action="append", help="a page under /ops/SLUG/; {day}, {month}, {booking} are filled in"
    )
    parser.add_argument("--bookings", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE.relative_to(ROOT)}")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args()


def main() -> int:
    """This runs the benchmark and prints it; the status tells whether every page meets the goal."""
    asked = options()
    with own_house() as house:
        timed = uvloop.run(run(house, asked.bookings, asked.path or PATHS, asked.rounds))
    text = table(timed, asked.bookings)
    print(json.dumps([asdict(one) for one in timed]) if asked.json else text)
    if asked.write:
        write(text)
    return 0 if all(one.ms.p95 < GOAL_MS for one in timed) else 1


if __name__ == "__main__":
    sys.exit(main())
