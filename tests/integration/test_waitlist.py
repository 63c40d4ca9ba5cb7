"""The waitlist on the real engines: room goes to the first who fits, once, whoever else is at it."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from house import TINY, VENUE, Inn, evening, faults, open_inn, render, until, venue

from maitred.domain.booking import Actor, ActorKind, Source
from maitred.domain.errors import InvalidInput, KeyReused, OfferGone, TransitionNotAllowed, WaitlistClosed
from maitred.domain.lifecycle import Action
from maitred.store import waitlist as kept
from maitred.store.waitlist import Waiting
from maitred.usecases.accept import GuestDetails
from maitred.usecases.door import act
from maitred.usecases.venues import import_venue
from maitred.usecases.waitlist import WaitRequest, accept_offer, join, leave, waiting_of
from maitred.usecases.waitlist_serving import Served, serve_day

WORKER = Actor(ActorKind.SYSTEM, "w")
GUEST = Actor(ActorKind.GUEST, "guest")
ON = {"waitlist": {"enabled": True}}


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two and a waitlist; afterwards its book must be sound."""
    async with open_inn(migrated_database, redis_url, venue(TINY, **ON)) as opened:
        yield opened
    assert await faults(migrated_database) == []


async def wait(inn: Inn, name: str, party: int = 2, *, at: datetime | None = None, **wish: Any) -> UUID:
    """Let a guest wait for seven o'clock, or another time or range."""
    start = at or evening()
    details = GuestDetails(name, email=f"{name.lower()}@example.org")
    fields = {"from_at": start, "until_at": start, "guest": details, "consent": True} | wish
    joined = await join(inn.desk, inn.place, WaitRequest(party, **fields), caller=inn.caller)
    return joined.waiting.entry.id


async def serve(inn: Inn) -> Served:
    """Take one turn at the waitlist of the evening."""
    return await serve_day(inn.desk, inn.place, evening().date(), WORKER)


async def entry(inn: Inn, entry_id: UUID) -> Waiting:
    """An entry as it is now."""
    return await waiting_of(inn.desk, entry_id)


async def states(inn: Inn, *ids: UUID) -> list[str]:
    """The states of entries."""
    return [str((await entry(inn, one)).entry.state) for one in ids]


async def cancel(inn: Inn, booking_id: UUID) -> None:
    """Cancel a booking."""
    await act(inn.desk, booking_id, Action.CANCEL, caller=inn.caller)


def hours_before(inn: Inn, hours: float) -> Inn:
    """The inn by a clock that shows so many hours before seven."""
    return inn.at(lambda: evening() - timedelta(hours=hours))


# -- room appears -----------------------------------------------------------------------------------------------------


async def test_a_cancellation_books_the_first_who_fits(tiny: Inn) -> None:
    """With a worker running: the table goes to the first in line and to nobody else, and the outbox tells of it."""
    taken = (await tiny.seat()).booking.id
    first, second = await wait(tiny, "Ada"), await wait(tiny, "Bob")
    async with tiny.working():
        await cancel(tiny, taken)

        async def booked() -> bool:
            return await states(tiny, first) == ["booked"]

        await until(booked)
        told = "SELECT count(*) FROM maitred.outbox WHERE type = 'waitlist.booked' AND done_at IS NOT NULL"

        async def heard() -> bool:
            return bool(await tiny.desk.database.fetchval(told))

        await until(heard)
    assert await states(tiny, first, second) == ["booked", "waiting"]
    one = (await entry(tiny, first)).entry
    assert one.booking_id is not None
    view = await tiny.view(one.booking_id)
    assert (view.booking.state, view.tables, view.guest.name, view.booking.starts_at) == (
        "confirmed", ("A1",), "Ada", evening(),
    )  # fmt: skip
    assert await kept.of_booking(tiny.desk.database, one.booking_id) == first
    assert [(s.from_state, s.to_state, s.reason) for s in await kept.history(tiny.desk.database, first)] == [
        (None, "waiting", None), ("waiting", "booked", "room_appeared"),
    ]  # fmt: skip


async def test_room_without_an_event_is_found_by_the_sweep(tiny: Inn) -> None:
    """A venue that grows tells nobody; who waits is booked all the same."""
    await tiny.seat()
    first = await wait(tiny, "Ada")
    more = [{"id": name, "zone": "main", "capacity": 2} for name in ("A1", "A2")]
    async with tiny.working():
        await import_venue(tiny.desk.database, {**tiny.place.document, "tables": more}, caller_name="test")

        async def booked() -> bool:
            return await states(tiny, first) == ["booked"]

        await until(booked)


async def test_whoever_fits_is_served_in_order_and_who_does_not_keeps_their_place(inn: Inn) -> None:
    """A table for two goes to the two behind the six; the six are first for a table of theirs."""
    await import_venue(inn.desk.database, {**inn.place.document, **ON}, caller_name="test")
    inn = replace(inn, place=await inn.desk.venues.at_version(inn.place, inn.place.version + 1))
    pair = (await inn.seat(2)).booking.id
    six = (await inn.seat(6)).booking.id
    rest = [(await inn.seat(n)).booking.id for n in (2, 4, 4)]
    assert all([await inn.state(one) == "confirmed" for one in (pair, six, *rest)])
    large, small, later = await wait(inn, "Six", 6), await wait(inn, "Two", 2), await wait(inn, "Late", 2)
    await cancel(inn, pair)
    await serve(inn)
    assert await states(inn, large, small, later) == ["waiting", "booked", "waiting"]
    await cancel(inn, six)
    await serve(inn)
    assert await states(inn, large, small) == ["booked", "booked"]


async def test_no_crowd_in_line_hides_who_comes_after_it(tiny: Inn) -> None:
    """Hundreds may wait for what there is not: who comes behind them and finds room is served."""
    await tiny.seat()
    first = await wait(tiny, "Crowd")
    await tiny.desk.database.execute(
        "INSERT INTO maitred.waitlist_entries (id, restaurant_id, service_date, guest_id, party_size, from_at,"
        " until_at, source, accessible, wish_sha256, state, version, joined_at, joined_by, updated_at)"
        " SELECT gen_random_uuid(), restaurant_id, service_date, guest_id, party_size, from_at, until_at, source,"
        " accessible, sha256(n::text::bytea), state, version, joined_at, joined_by, updated_at"
        " FROM maitred.waitlist_entries, generate_series(1, 600) n WHERE id = $1", first
    )  # fmt: skip
    last = await wait(tiny, "Last", at=evening("21:00"))
    await serve(tiny)
    assert await states(tiny, first, last) == ["waiting", "booked"]


async def test_of_a_range_the_earliest_time_with_room_is_booked(tiny: Inn) -> None:
    """Nobody is booked outside the range they consented to."""
    await tiny.seat()
    ranged = await wait(tiny, "Ada", from_at=evening("18:30"), until_at=evening("21:00"))
    outside = await wait(tiny, "Bob", from_at=evening("18:00"), until_at=evening("19:30"))
    await serve(tiny)
    one = (await entry(tiny, ranged)).entry
    assert (one.state, one.starts_at) == ("booked", evening("20:15"))
    assert await states(tiny, outside) == ["waiting"]


async def test_who_asked_for_a_table_before_is_seated_before(tiny: Inn) -> None:
    """A request in the queue goes first: the waitlist never overtakes it."""
    first = await wait(tiny, "Ada")
    asked = await tiny.book()
    await serve(tiny)
    assert await tiny.state(asked) == "confirmed"
    assert await states(tiny, first) == ["waiting"]


# -- never two --------------------------------------------------------------------------------------------------------


async def test_two_cancellations_and_many_at_work_give_each_table_once(inn: Inn) -> None:
    """Five turns at once, two tables for two: the first two of six are booked, and no table has two parties."""
    await import_venue(inn.desk.database, {**inn.place.document, **ON}, caller_name="test")
    inn = replace(inn, place=await inn.desk.venues.at_version(inn.place, inn.place.version + 1))
    inn = inn.with_policy(lock_wait_ms=10_000)
    sizes = (2, 2, 4, 4, 6)
    seated = [(await inn.seat(n)).booking.id for n in sizes]
    waiting = [await wait(inn, f"G{n}", 2) for n in range(6)]
    await asyncio.gather(cancel(inn, seated[0]), cancel(inn, seated[1]), *(serve(inn) for _ in range(5)))
    await serve(inn)
    assert await states(inn, *waiting) == ["booked"] * 2 + ["waiting"] * 4


async def test_two_workers_book_one_table_once(tiny: Inn) -> None:
    """Both hear of the cancellation; one entry is booked, with one booking."""
    taken = (await tiny.seat()).booking.id
    waiting = [await wait(tiny, f"G{n}") for n in range(3)]
    async with tiny.working("w1"), tiny.working("w2"):
        await cancel(tiny, taken)

        async def booked() -> bool:
            return (await states(tiny, *waiting))[0] == "booked"

        await until(booked)
        await serve(tiny)
    assert await states(tiny, *waiting) == ["booked", "waiting", "waiting"]
    live = "SELECT count(*) FROM maitred.bookings WHERE state = 'confirmed'"
    assert await tiny.desk.database.fetchval(live) == 1


async def test_a_guest_booked_otherwise_meanwhile_is_booked_no_second_time(tiny: Inn) -> None:
    """Equal email, a time that meets the range: the entry is closed, the table goes to the next."""
    taken = (await tiny.seat()).booking.id
    ada, bob = await wait(tiny, "Ada", until_at=evening("20:30")), await wait(tiny, "Bob")
    request = WaitRequest(2, evening(), evening(), GuestDetails("A", email="ADA@example.org"), consent=True)
    booked = await tiny.accept_as(request.guest, evening("20:15"))
    await tiny.decide()
    assert await tiny.state(booked) == "confirmed"
    await cancel(tiny, taken)
    await serve(tiny)
    assert await states(tiny, ada, bob) == ["left", "booked"]
    assert (await entry(tiny, ada)).entry.reason == "booked_otherwise"


async def test_who_gets_a_table_by_their_own_request_in_that_very_turn_gets_no_second(
    migrated_database: str, redis_url: str
) -> None:
    """Two tables become free at once: the call that a person was to settle takes one, who waits behind the other."""
    two = [{"id": "A1", "zone": "main", "capacity": 2}, {"id": "A2", "zone": "main", "capacity": 2}]
    async with open_inn(migrated_database, redis_url, venue(VENUE, **ON, tables=two, joins=[])) as inn:
        taken = [(await inn.seat()).booking.id for _ in two]
        ada, bob = await wait(inn, "Ada"), await wait(inn, "Bob")
        call = await inn.book_as(GuestDetails("Ada", email="ada@example.org"), source=Source.PHONE)
        await inn.decide()
        assert await inn.state(call) == "manual_review"
        for one in taken:
            await cancel(inn, one)
        await serve(inn)
        assert await inn.state(call) == "confirmed"
        await serve(inn)
        assert await states(inn, ada, bob) == ["left", "booked"]


# -- offers -----------------------------------------------------------------------------------------------------------


async def offered(tiny: Inn) -> tuple[Inn, UUID, UUID]:
    """The inn two hours before seven, and two who wait, the first of them with an offer."""
    taken = (await tiny.seat()).booking.id
    late = hours_before(tiny, 2)
    first, second = await wait(late, "Ada"), await wait(late, "Bob")
    await cancel(tiny, taken)
    await serve(late)
    assert await states(late, first, second) == ["offered", "waiting"]
    return late, first, second


async def test_near_the_time_an_offer_is_made_and_taken_once(tiny: Inn) -> None:
    """Three hours before, nobody is booked unasked; taken twice at once, the offer is one booking."""
    late, first, second = await offered(tiny)
    one = (await entry(late, first)).entry
    assert one.offer_expires_at is not None
    left_s = (one.offer_expires_at - datetime.now(UTC)).total_seconds()
    assert 590 < left_s <= 600
    taken = await asyncio.gather(*(accept_offer(late.desk, first, actor=GUEST, render=render) for _ in range(3)))
    assert len({one.booking_id for one in taken}) == 1
    assert sum(not one.repeated for one in taken) == 1
    again = await accept_offer(late.desk, first, actor=GUEST, render=render)
    assert (again.booking_id, again.repeated, again.answer["state"]) == (taken[0].booking_id, True, "confirmed")
    await serve(late)
    assert await states(late, first, second) == ["booked", "waiting"]


async def test_an_offer_that_lapses_goes_to_the_next(tiny: Inn) -> None:
    """Ten minutes, then the first has had their turn; what they press later says so and books nothing."""
    late, first, second = await offered(tiny)
    await late.desk.database.execute("UPDATE maitred.holds SET expires_at = now() - interval '1 second'")
    with pytest.raises(OfferGone):
        await accept_offer(late.desk, first, actor=GUEST, render=render)
    await serve(late)
    assert await states(late, first, second) == ["lapsed", "offered"]
    with pytest.raises(OfferGone):
        await accept_offer(late.desk, first, actor=GUEST, render=render)
    taken = await accept_offer(late.desk, second, actor=GUEST, render=render)
    assert await late.state(taken.booking_id) == "confirmed"


async def test_leaving_gives_the_offer_to_the_next(tiny: Inn) -> None:
    """Whoever leaves gives back what was held for them; leaving twice is leaving once; nobody leaves a booking so."""
    late, first, second = await offered(tiny)
    for _ in range(2):
        assert (await leave(late.desk, first, actor=GUEST)).entry.state == "left"
    await serve(late)
    assert await states(late, first, second) == ["left", "offered"]
    await accept_offer(late.desk, second, actor=GUEST, render=render)
    with pytest.raises(TransitionNotAllowed):
        await leave(late.desk, second, actor=GUEST)


async def test_no_offer_is_taken_by_whoever_leaves_in_the_same_instant(tiny: Inn) -> None:
    """Taking and leaving at once: one of them holds, and a table belongs to nobody or to the guest."""
    late, first, _ = await offered(tiny)
    results = await asyncio.gather(
        accept_offer(late.desk, first, actor=GUEST, render=render),
        leave(late.desk, first, actor=GUEST),
        return_exceptions=True,
    )
    [state] = await states(late, first)
    assert state in ("booked", "left")
    assert sum(isinstance(one, Exception) for one in results) == 1


async def test_a_day_that_has_passed_ends_the_wait(tiny: Inn) -> None:
    """When the last time of the range can be booked no more, the entry expires; nothing is given for yesterday."""
    taken = (await tiny.seat()).booking.id
    first = await wait(tiny, "Ada")
    await cancel(tiny, taken)
    await serve(tiny.at(lambda: evening("19:05")))
    assert await states(tiny, first) == ["expired"]


# -- joining ----------------------------------------------------------------------------------------------------------


async def test_joining_twice_is_one_place(tiny: Inn) -> None:
    """The same wish of the same guest is one entry; after leaving it is a new place, at the end."""
    await tiny.seat()
    assert len({await wait(tiny, "Ada") for _ in range(2)}) == 1
    both = await asyncio.gather(*(wait(tiny, "Bob") for _ in range(4)))
    assert len(set(both)) == 1
    await leave(tiny.desk, both[0], actor=GUEST)
    assert await wait(tiny, "Bob") != both[0]
    request = WaitRequest(2, evening(), evening(), GuestDetails("C", phone="+4915123456789"), consent=True)
    one = await join(tiny.desk, tiny.place, request, caller=tiny.caller, key="k")
    two = await join(tiny.desk, tiny.place, request, caller=tiny.caller, key="k")
    assert (one.waiting.entry.id, one.repeated, two.repeated) == (two.waiting.entry.id, False, True)
    with pytest.raises(KeyReused):
        await join(tiny.desk, tiny.place, replace(request, party_size=1), caller=tiny.caller, key="k")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"consent": False}, "consent", "consent_required"),
        ({"guest": GuestDetails("Ada")}, "guest", "contact_required"),
        ({"until_at": evening("18:00")}, "until", "range_reversed"),
        ({"until_at": evening("19:00", 8)}, "until", "range_spans_days"),
        ({"from_at": evening("19:01"), "until_at": evening("19:04")}, "from", "off_grid"),
        ({"from_at": evening("07:00"), "until_at": evening("08:00")}, "from", "outside_service"),
        ({"from_at": evening("19:00", -1), "until_at": evening("20:00", -1)}, "from", "in_the_past"),
        ({"party_size": 3}, "party_size", "party_too_large"),
        ({"zone_promised": True}, "zone_preference", "required"),
    ],
)
async def test_a_wish_that_can_never_be_met_is_refused_with_its_field(
    tiny: Inn, changes: dict[str, Any], field: str, code: str
) -> None:
    """Nothing is kept of it."""
    request = WaitRequest(2, evening(), evening("20:00"), GuestDetails("Ada", email="a@example.org"), consent=True)
    with pytest.raises(InvalidInput) as refused:
        await join(tiny.desk, tiny.place, replace(request, **changes), caller=tiny.caller)
    assert (refused.value.field, refused.value.reason_code) == (field, code)
    assert await kept.of_day(tiny.desk.database, tiny.place.restaurant_id, evening().date(), live_only=False) == []


async def test_no_one_waits_where_there_is_no_waitlist(inn: Inn) -> None:
    """A venue that has not switched it on keeps none."""
    with pytest.raises(WaitlistClosed):
        await wait(inn, "Ada")


# -- killed -----------------------------------------------------------------------------------------------------------

KILLS = int(os.environ.get("MAITRED_PROOF_KILLS", "3"))
MAIN = "from maitred.cli import main; main()"
HEARD = "SELECT count(*) FROM maitred.inbox WHERE subscriber = 'waitlist'"


def worker(url: str, redis_url: str) -> "subprocess.Popen[bytes]":
    """A worker as a process of its own."""
    environment = {**os.environ, "MAITRED_DATABASE_URL": url, "MAITRED_REDIS_URL": redis_url}
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, "work"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.mark.timeout(60 + 20 * KILLS)
async def test_workers_killed_while_they_serve_book_nobody_twice(tiny: Inn, redis_url: str) -> None:
    """SIGKILL at random points after a cancellation; whoever comes next finishes it: one booking, the first's."""
    dice, days = random.Random(5), [evening(days=10 + number) for number in range(KILLS)]
    lines: list[tuple[UUID, UUID]] = []
    for at in days:
        taken = (await tiny.seat(at=at)).booking.id
        lines.append((await wait(tiny, "Ada", at=at), await wait(tiny, "Bob", at=at)))
        process = worker(tiny.url, redis_url)
        try:
            before = await tiny.desk.database.fetchval(HEARD)

            async def awake(before: int = before) -> bool:
                return bool(await tiny.desk.database.fetchval(HEARD) > before)

            await until(awake)  # it has heard of those who joined, so it is at work
            await cancel(tiny, taken)
            await asyncio.sleep(dice.uniform(0, 0.4))
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    tiny = tiny.with_policy(lock_wait_ms=10_000)
    async with tiny.working("after"):

        async def served() -> bool:
            return [await states(tiny, *line) for line in lines] == [["booked", "waiting"]] * KILLS

        await until(served)
    confirmed = "SELECT count(*) FROM maitred.bookings WHERE state = 'confirmed'"
    assert await tiny.desk.database.fetchval(confirmed) == KILLS
