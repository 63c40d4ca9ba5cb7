"""A small inn on the real engines, worked in-process, and an independent look at whether its book is sound."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import combinations, count
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import orjson

from maitred.bootstrap import House, open_house, transports_of
from maitred.domain.booking import UNDECIDED_STATES, Source
from maitred.domain.lifecycle import TRANSITIONS, UNDO, Action
from maitred.settings import load_settings
from maitred.store.views import AttemptRow, BookingView, HistoryEntry, attempts, booking_view, history
from maitred.usecases.accept import Accepted, BookingRequest, GuestDetails, IdempotencyKey, accept_booking
from maitred.usecases.decide import Report, decide_day
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.venues import import_venue
from maitred.workers.crew import Shift, work
from waiting import until

# Main room: A1(2) - A2(2) - A3(4), movable; B1(6, fixed, accessible, for three and more). Patio: P1(4).
# Every turn takes an hour and a quarter, buffer included: 19:00 and 20:15 are back to back.
VENUE: Final[Mapping[str, Any]] = {
    "slug": "inn",
    "name": "The Inn",
    "timezone": "UTC",
    "slot_minutes": 15,
    "buffer_minutes": 15,
    "max_tables_per_booking": 3,
    "zones": [{"id": "main", "name": "Main room"}, {"id": "patio", "name": "Patio"}],
    "tables": [
        {"id": "A1", "zone": "main", "capacity": 2},
        {"id": "A2", "zone": "main", "capacity": 2},
        {"id": "A3", "zone": "main", "capacity": 4, "min_party": 2},
        {"id": "B1", "zone": "main", "capacity": 6, "min_party": 3, "movable": False, "accessible": True},
        {"id": "P1", "zone": "patio", "capacity": 4, "min_party": 2, "movable": False},
    ],
    "joins": [["A1", "A2"], ["A2", "A3"]],
    "turn_minutes": [{"max_party": 12, "minutes": 60}],
    "services": [
        {
            "name": "all day",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "open": "10:00",
            "last_seating": "22:00",
            "close": "23:45",
        }
    ],
}
# One table for two, so that every second party is one too many.
TINY: Final[Mapping[str, Any]] = {**VENUE, "tables": [{"id": "A1", "zone": "main", "capacity": 2}], "joins": []}

LIVE: Final = frozenset({"assigned", "confirmed", "arrived", "checked_in"})
_names = count(1)


def venue(base: Mapping[str, Any] = VENUE, **changes: Any) -> dict[str, Any]:
    """A venue document of its own, with some fields replaced."""
    return {**deepcopy(dict(base)), "slug": f"inn-{next(_names)}", **changes}


def evening(clock: str = "19:00", days: int = 7) -> datetime:
    """An instant some days from now; the inn keeps UTC, so no clock change is in the way."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=UTC)


def render(view: BookingView) -> dict[str, Any]:
    """An answer as an API would give it."""
    booking = view.booking
    return {
        "id": str(booking.id),
        "state": booking.state,
        "version": booking.version,
        "tables": list(view.tables),
        "reason": booking.reason_code,
    }


@dataclass(frozen=True, slots=True)
class Inn:
    """The inn as one process sees it. `url` is its database."""

    house: House
    desk: Desk
    place: OpenVenue
    caller: Caller
    url: str

    def with_policy(self, **numbers: Any) -> "Inn":
        """The same inn with other numbers."""
        return replace(self, desk=replace(self.desk, policy=replace(self.desk.policy, **numbers)))

    def at(self, clock: Callable[[], datetime]) -> "Inn":
        """The same inn by another clock."""
        return replace(self, desk=replace(self.desk, clock=clock))

    async def accept(
        self, party: int = 2, at: datetime | None = None, *, key: IdempotencyKey | None = None, **wish: Any
    ) -> Accepted:
        """Accept a request and return the answer."""
        request = BookingRequest(party, at or evening(), GuestDetails("Ada Guest"), **wish)
        return await accept_booking(self.desk, self.place, request, caller=self.caller, key=key, render=render)

    async def accept_as(self, guest: GuestDetails, at: datetime, party: int = 2) -> UUID:
        """Accept a request of somebody whose details matter and return the booking's id."""
        request = BookingRequest(party, at, guest)
        accepted = await accept_booking(self.desk, self.place, request, caller=self.caller, key=None, render=render)
        return accepted.booking_id

    async def book_as(self, guest: GuestDetails, party: int = 2, at: datetime | None = None, **wish: Any) -> UUID:
        """Accept a request of somebody whose details matter, with wishes, and return the booking's id."""
        request = BookingRequest(party, at or evening(), guest, **wish)
        accepted = await accept_booking(self.desk, self.place, request, caller=self.caller, key=None, render=render)
        return accepted.booking_id

    async def book(self, party: int = 2, at: datetime | None = None, **wish: Any) -> UUID:
        """Accept a request and return the booking's id."""
        return (await self.accept(party, at, **wish)).booking_id

    async def seat(self, party: int = 2, at: datetime | None = None, **wish: Any) -> BookingView:
        """Accept a request, decide its day as the coordinator would, and return what came of it."""
        booking_id = await self.book(party, at, **wish)
        await self.decide(at)
        return await self.view(booking_id)

    async def decide(self, at: datetime | None = None, worker: str = "test") -> Report:
        """Take one turn at a day."""
        return await decide_day(self.desk, self.place, (at or evening()).date(), worker=worker)

    async def view(self, booking_id: UUID) -> BookingView:
        """A booking as it is now."""
        found = await booking_view(self.desk.database, booking_id)
        assert found is not None
        return found

    async def state(self, booking_id: UUID) -> str:
        """A booking's state."""
        return str((await self.view(booking_id)).booking.state)

    async def steps(self, booking_id: UUID) -> list[HistoryEntry]:
        """A booking's history."""
        return await history(self.desk.database, booking_id)

    async def rounds(self, booking_id: UUID) -> list[AttemptRow]:
        """The coordinator's rounds for a booking."""
        return await attempts(self.desk.database, booking_id)

    async def until_state(self, booking_id: UUID, state: str) -> BookingView:
        """Wait for a booking to reach a state."""

        async def there() -> bool:
            return await self.state(booking_id) == state

        await until(there)
        return await self.view(booking_id)

    async def until_decided(self, *booking_ids: UUID) -> list[BookingView]:
        """Wait for bookings to have an outcome."""

        async def all_decided() -> bool:
            states = [await self.state(booking_id) for booking_id in booking_ids]
            return not any(state in UNDECIDED_STATES for state in states)

        await until(all_decided)
        return [await self.view(booking_id) for booking_id in booking_ids]

    @asynccontextmanager
    async def working(self, name: str = "w1", **numbers: Any) -> AsyncIterator[None]:
        """Run a whole worker beside the test."""
        stop = asyncio.Event()
        shift = Shift(name, listen_url=self.url, **numbers)
        transports = transports_of(self.house.settings)
        crew = asyncio.create_task(work(self.desk, self.house.bus, self.house.breakers, transports, shift, stop))
        try:
            yield
        finally:
            stop.set()
            await crew

    async def rows(self) -> list[tuple[Any, ...]]:
        """Everything the database knows of bookings and tables, but for the clocks of book-keeping."""
        tables = ("bookings", "allocations", "booking_history", "outbox", "guests")
        found: list[tuple[Any, ...]] = []
        for table in tables:
            rows = await self.desk.database.fetch(f"SELECT to_jsonb(t) AS row FROM maitred.{table} t")
            found += sorted((table, orjson.dumps(row["row"], option=orjson.OPT_SORT_KEYS)) for row in rows)
        return found


@asynccontextmanager
async def open_inn(
    database_url: str, redis_url: str, document: Mapping[str, Any] | None = None, *, flag: str = "on", **numbers: Any
) -> AsyncIterator[Inn]:
    """Open an inn on a migrated database, under the settings of a deployment; nobody waits for staff to think again."""
    numbers = {"undo_wait_s": 0, **numbers}
    settings = load_settings(database_url=database_url, redis_url=redis_url, flag_pipeline=flag, **numbers)
    async with open_house(settings) as house:
        yield await inn_of(house, document or venue(), database_url)


async def inn_of(house: House, document: Mapping[str, Any], database_url: str) -> Inn:
    """Import a venue and step inside."""
    await import_venue(house.desk.database, document, caller_name="test")
    place = await house.desk.venues.get(str(document["slug"]))
    caller = Caller(uuid4(), "ann", frozenset({"admin"}), None)
    return Inn(house, house.desk, place, caller, database_url)


def other(caller: Caller, name: str) -> Caller:
    """Another person with a credential of their own."""
    return replace(caller, credential_id=uuid4(), name=name)


STAFF: Final[Mapping[str, Any]] = {"source": Source.PHONE}


# -- the book, looked at without the project's own queries ----------------------------------------------------------


async def faults(url: str) -> list[str]:
    """Everything wrong with a database: overlaps, seatless confirmations, gaps, histories that do not replay."""
    connection = await asyncpg.connect(url)
    try:
        return [
            *await _overlaps(connection),
            *await _without_seats(connection),
            *await _leftovers(connection),
            *await _broken_histories(connection),
        ]
    finally:
        await connection.close()


async def _overlaps(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        "SELECT restaurant_id, table_id, lower(during) AS lo, upper(during) AS hi, "
        "coalesce(booking_id, hold_id, block_id) AS owner FROM maitred.allocations"
    )
    by_table = defaultdict(list)
    for row in rows:
        by_table[row["restaurant_id"], row["table_id"]].append(row)
    return [
        f"{table}: {one['owner']} and {two['owner']} overlap"
        for table, taken in by_table.items()
        for one, two in combinations(taken, 2)
        if one["lo"] < two["hi"] and two["lo"] < one["hi"]
    ]


async def _without_seats(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        "SELECT b.id, b.state, b.party_size, coalesce(sum(t.capacity + t.extra_chairs), 0) AS seats "
        "FROM maitred.bookings b LEFT JOIN maitred.allocations a ON a.booking_id = b.id "
        "LEFT JOIN maitred.tables t ON t.restaurant_id = a.restaurant_id AND t.id = a.table_id GROUP BY b.id"
    )
    return [
        f"{row['id']} is {row['state']} for {row['party_size']} on {row['seats']} seats"
        for row in rows
        if row["state"] in LIVE and row["seats"] < row["party_size"]
    ]


async def _leftovers(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        "SELECT DISTINCT b.id, b.state FROM maitred.allocations a JOIN maitred.bookings b ON b.id = a.booking_id"
    )
    # A party that has left keeps its table for the buffer; nobody else without a seat may keep one.
    return [
        f"{row['id']} is {row['state']} and has a table" for row in rows if row["state"] not in LIVE | {"completed"}
    ]


async def _broken_histories(connection: asyncpg.Connection) -> list[str]:
    known = {(str(source), str(action), str(target)) for (source, action), target in TRANSITIONS.items()}
    known |= {(str(s), str(Action.UNDO), str(t)) for s, targets in UNDO.items() for t in targets}
    rows = await connection.fetch(
        "SELECT h.*, o.event FROM maitred.booking_history h LEFT JOIN maitred.outbox o USING (event_id) "
        "ORDER BY h.booking_id, h.version"
    )
    entries = defaultdict(list)
    for row in rows:
        entries[row["booking_id"]].append(row)
    found = []
    for booking in await connection.fetch("SELECT id, state, version FROM maitred.bookings"):
        state, own = None, entries[booking["id"]]
        for version, row in enumerate(own, start=1):
            step = (row["from_state"], row["action"], row["to_state"])
            legal = step == (None, "create", "created") if version == 1 else step in known and step[0] == state
            if row["version"] != version or not legal:
                found.append(f"{booking['id']}: {step} cannot be version {version} after {state}")
            if row["event"] is None or orjson.loads(row["event"])["data"]["version"] != version:
                found.append(f"{booking['id']}: version {version} has no event of its own")
            state = row["to_state"]
        if (state, len(own)) != (booking["state"], booking["version"]):
            found.append(f"{booking['id']} is {booking['state']} at {booking['version']}, its history says {state}")
    return found
