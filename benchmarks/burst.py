"""500 requests at once for one restaurant and day, on a venue with room for all of them.

    python benchmarks/burst.py [--write]                     with a `maitred up` of its own, thrown away afterwards
    python benchmarks/burst.py --url URL [--database-url DSN]    against a running one (MAITRED_API_KEY)

Two bursts, on two dates, differ in who reads the outcome. `watched`: one reader beside the system looks at the
committed rows in Postgres every 10 ms, the cheapest reading there is, so what is measured is the system. `polled`:
every caller long-polls its own booking over HTTP, as 500 impatient apps would; those 500 calls and their statements
compete with the work for the same cores. Both clocks run from the receipt of the 201 to the first reading of
`confirmed`. The floor (floor.py) is measured in the same run on the same Postgres: the ratio to it is what travels
between machines. The load generator shares the cores with everything else.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, process_time
from typing import Final
from uuid import uuid4

import asyncpg
import floor
import hall
import uvloop
from counting import WINDOW_S, Cost, Counter
from cpu import spent_ms
from house import House, own_house

import judge  # the tests' independent one; house.py puts it on the path
from maitred.client.http import Api, open_api
from maitred.client.importing import import_venue
from maitred.client.readback import read_days
from maitred.client.report import Percentiles, percentiles

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- burst: begin -->", "<!-- burst: end -->"

LOOK_EVERY_S: Final = 0.01
OUTCOME_WITHIN_S: Final = 60.0
WARM_UP: Final = 50
FLOOR_RUNS: Final = 3
DEAREST: Final = 15

CONFIRMED: Final = """
SELECT b.id::text FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE r.slug = $1 AND b.service_date = $2 AND b.state = 'confirmed' AND NOT b.id = ANY($3::uuid[]) /* bench */
"""


@dataclass(slots=True)
class Burst:
    """The moments of one burst, by booking id; seconds on one clock."""

    begun: float = 0.0
    ids: dict[str, str] = field(default_factory=dict)  # our reference -> booking id
    accepted: dict[str, float] = field(default_factory=dict)
    post_ms: list[float] = field(default_factory=list)
    confirmed: dict[str, float] = field(default_factory=dict)
    looks: int = 0
    cpu_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one burst."""

    read: str
    bookings: int
    post_ms: Percentiles
    confirmed_ms: Percentiles
    confirmed_per_s: float
    faults: tuple[str, ...]
    cpu_ms: Mapping[str, float]  # per booking, by process


@dataclass(frozen=True, slots=True)
class Bill:
    """What the watched burst cost the database: counts per booking, and the dearest statements."""

    cost: Cost
    dearest: Sequence[str]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run."""

    results: tuple[Result, ...]
    floor_per_s: float | None
    bill: Bill | None
    cores: int
    at: str

    @property
    def ok(self) -> bool:
        """This says that no booking was lost, doubled or seated against the rules."""
        return not any(result.faults for result in self.results)


# -- one burst ---------------------------------------------------------------------------------------------------------

Reader = Callable[[Burst, str], Awaitable[None]]


async def burst(house: House, api: Api, slug: str, asked: list[hall.Ask], reader: Reader) -> Burst:
    """This sends every request at once and returns when each is read as confirmed, or time is up."""
    cpu_before = _spent_ms(house)
    seen = Burst(begun=perf_counter())
    run = uuid4().hex

    async def one(ask: hall.Ask) -> None:
        booking_id = await _post(api, slug, ask, run, seen)
        await reader(seen, booking_id)

    try:
        async with asyncio.timeout(OUTCOME_WITHIN_S):
            await asyncio.gather(*(one(ask) for ask in asked))
    except TimeoutError:
        stuck = [ref for ref, booking_id in seen.ids.items() if booking_id not in seen.confirmed]
        raise SystemExit(
            f"After {OUTCOME_WITHIN_S:.0f} s {len(asked) - len(seen.ids)} requests have no answer, "
            f"{len(stuck)} bookings are not confirmed: {', '.join(stuck[:20])}"
        ) from None
    seen.cpu_ms = {name: (spent - cpu_before[name]) / len(asked) for name, spent in _spent_ms(house).items()}
    return seen


def _spent_ms(house: House) -> dict[str, float]:
    return spent_ms(house.pids) | {"load generator": process_time() * 1000}  # its own: the house may be its child


async def _post(api: Api, slug: str, ask: hall.Ask, run: str, seen: Burst) -> str:
    sent = perf_counter()
    answer = await api.call(
        "POST",
        f"/v1/restaurants/{slug}/bookings",
        body={
            "party_size": ask.party_size,
            "starts_at": ask.starts_at.isoformat(),
            "guest": {"name": f"Guest {ask.ref}"},
            "external_ref": ask.ref,
        },
        headers={"Idempotency-Key": f"{run}-{ask.ref}"},
        answer_within_s=OUTCOME_WITHIN_S,
    )
    received = perf_counter()
    booking_id = str(answer.body["id"])
    seen.ids[ask.ref] = booking_id
    seen.accepted[booking_id] = received
    seen.post_ms.append((received - sent) * 1000)
    return booking_id


def long_polls(api: Api) -> Reader:
    """This reader is every caller on its own, over HTTP."""

    async def read(seen: Burst, booking_id: str) -> None:
        version, state = 0, ""
        while state != "confirmed":
            headers = {"If-None-Match": f'"{version}"', "Prefer": "wait=10"} if version else {}
            answer = await api.call("GET", f"/v1/bookings/{booking_id}", headers=headers)
            seen.looks += 1
            if not answer.unchanged:
                version, state = answer.body["version"], answer.body["state"]
        seen.confirmed[booking_id] = perf_counter()

    return read


@asynccontextmanager
async def watcher(database_url: str, slug: str, on: date, bookings: int) -> AsyncIterator[Reader]:
    """This reader looks at the committed rows of the day, for all callers at once, on a connection of its own."""
    connection = await asyncpg.connect(database_url)
    found: dict[str, float] = {}

    async def look() -> int:
        looks = 0
        while len(found) < bookings:
            rows = await connection.fetch(CONFIRMED, slug, on, list(found))
            found.update(dict.fromkeys((row["id"] for row in rows), perf_counter()))
            looks += 1
            await asyncio.sleep(LOOK_EVERY_S)
        return looks

    looking = asyncio.create_task(look())

    async def read(seen: Burst, _booking_id: str) -> None:
        seen.confirmed = found
        seen.looks = await asyncio.shield(looking)

    try:
        yield read
    finally:
        looking.cancel()
        await connection.close()


async def judged(api: Api, slug: str, on: date, asked: list[hall.Ask], seen: Burst, name: str) -> Result:
    """This reads the day back through the API and asks the independent judge."""
    items = await read_days(api, slug, [on])
    faults = [
        f"{ref} was accepted and is lost" for ref, i in seen.ids.items() if i not in {item["id"] for item in items}
    ]
    refs = [str(item["external_ref"]) for item in items]
    faults += [f"{ref} is booked twice" for ref in set(refs) if refs.count(ref) > 1]
    faults += [f"{item['external_ref']} is {item['state']}" for item in items if item["state"] != "confirmed"]
    document = hall.venue(slug, len(asked))
    faults += judge.check(hall.scenario(document, asked), {str(i["external_ref"]): i["tables"] for i in items})[1]
    # A booking may be read as confirmed before its 201 has travelled back: that is no time at all, not less.
    waits = [max(0.0, seen.confirmed[i] - at) * 1000 for i, at in seen.accepted.items() if i in seen.confirmed]
    post_ms, confirmed_ms = percentiles(seen.post_ms), percentiles(waits)
    assert post_ms is not None
    assert confirmed_ms is not None
    elapsed = max(seen.confirmed.values()) - seen.begun
    return Result(name, len(asked), post_ms, confirmed_ms, len(seen.confirmed) / elapsed, tuple(faults), seen.cpu_ms)


# -- the whole run -----------------------------------------------------------------------------------------------------


async def run(house: House, bookings: int, connections: int) -> Report:
    """This measures both bursts, what the first one cost, and the floor."""
    slug = f"bench-{uuid4().hex[:8]}"
    results, bill, floor_per_s = [], None, None
    async with open_api(house.url, house.api_key, patience_s=OUTCOME_WITHIN_S, connections=connections) as api:
        await import_venue(api, hall.venue(slug, bookings))
        await burst(house, api, slug, hall.asks(hall.coming(3), min(WARM_UP, bookings)), long_polls(api))
        if house.database_url:
            watched, bill = await _watched(house, api, house.database_url, slug, bookings)
            results.append(watched)
        results.append(await _polled(house, api, slug, bookings))
        if house.database_url:
            floor_per_s = await _floor(house.database_url, bookings)
    now = datetime.now(UTC).date().isoformat()
    return Report(tuple(results), floor_per_s, bill, len(os.sched_getaffinity(0)), now)


async def _watched(house: House, api: Api, database_url: str, slug: str, bookings: int) -> tuple[Result, Bill]:
    on = hall.coming(4)
    asked = hall.asks(on, bookings)
    counter = await Counter.connect(database_url)
    idle = await counter.idle()
    await counter.forget()
    before, began = await counter.read(), monotonic()
    async with watcher(database_url, slug, on, bookings) as reader:
        seen = await burst(house, api, slug, asked, reader)
    await asyncio.sleep(max(0.0, WINDOW_S - (monotonic() - began)))
    spent = (await counter.read()).less(before).less(idle).less(Cost(seen.looks))
    bill = Bill(spent.per(bookings), await counter.dearest(DEAREST))
    await counter.close()
    return await judged(api, slug, on, asked, seen, "watched"), bill


async def _polled(house: House, api: Api, slug: str, bookings: int) -> Result:
    on = hall.coming(5)
    asked = hall.asks(on, bookings)
    return await judged(api, slug, on, asked, await burst(house, api, slug, asked, long_polls(api)), "polled")


async def _floor(database_url: str, bookings: int) -> float:
    asked = hall.asks(hall.coming(4), bookings)
    return median([await floor.confirmed_per_s(database_url, asked) for _ in range(FLOOR_RUNS)])


# -- telling -----------------------------------------------------------------------------------------------------------


def table(report: Report) -> str:
    """This is the report as Markdown."""
    heads = ["", *(f"{result.read} ({result.bookings} at once)" for result in report.results)]
    rows = [heads, ["---", *("---:" for _ in report.results)]]
    rows.append(
        ["POST answered, p50 / p95", *(f"{r.post_ms.p50:.0f} / {r.post_ms.p95:.0f} ms" for r in report.results)]
    )
    waits = (r.confirmed_ms for r in report.results)
    rows.append(
        ["accepted to confirmed, p50 / p95 / p99", *(f"{w.p50:.0f} / {w.p95:.0f} / {w.p99:.0f} ms" for w in waits)]
    )
    rows.append(["confirmed per second", *(f"{r.confirmed_per_s:.0f}" for r in report.results)])
    if report.floor_per_s:
        shares = (r.confirmed_per_s / report.floor_per_s for r in report.results)
        rows.append([f"share of the floor ({report.floor_per_s:.0f} per second)", *(f"{s:.0%}" for s in shares)])
    for name in sorted(report.results[0].cpu_ms):
        rows += [[f"processor time of {name}", *(f"{r.cpu_ms[name]:.2f} ms" for r in report.results)]]
    rows.append(["lost, twice, or against the rules", *(str(len(r.faults)) for r in report.results)])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(
        [f"Run on {report.at}, {report.cores} cores for everything.", "", *lines, "", *_costs(report.bill)]
    )


def _costs(bill: Bill | None) -> list[str]:
    if bill is None:
        return []
    cost = bill.cost
    said = f"Per booking (watched): {cost.commits:.2f} commits"
    if cost.statements:
        said += f", {cost.statements:.2f} statements, of which {cost.control:.2f} begin or end a transaction"
        said += f", and {cost.checks:.2f} checks that the database runs by itself at commit"
    return [said + "."]


def write(report: Report) -> None:
    """This puts the table between the markers of docs/benchmarks.md."""
    text = PAGE.read_text()
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    PAGE.write_text(f"{head}{BEGIN}\n\n{table(report)}\n\n{END}{tail}")


def options() -> argparse.Namespace:
    """This reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a running maitred; without it, one is started")
    parser.add_argument("--database-url", help="its Postgres, for the watched burst, the counts and the floor")
    parser.add_argument("--bookings", type=int, default=500)
    parser.add_argument("--connections", type=int, default=500, help="HTTP connections of the load generator")
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE.relative_to(ROOT)}")
    parser.add_argument("--dearest", action="store_true", help="print the dearest statements on stderr")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args()


def main() -> int:
    """This runs the benchmark and prints it."""
    asked = options()
    with ExitStack() as stack:
        if asked.url:
            house = House(asked.url, os.environ.get("MAITRED_API_KEY", ""), asked.database_url, {})
        else:
            house = stack.enter_context(own_house())
        report = uvloop.run(run(house, asked.bookings, asked.connections))
    print(json.dumps(asdict(report)) if asked.json else table(report))
    if asked.dearest and report.bill:
        print("\n".join(report.bill.dearest), file=sys.stderr)
    for fault in [fault for result in report.results for fault in result.faults][:20]:
        print(fault, file=sys.stderr)
    if asked.write:
        write(report)
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
