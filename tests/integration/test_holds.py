"""Holds: tables kept for a moment, with a life of their own; confirmed, released, expired and raced for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from house import TINY, Inn, evening, open_inn, other, until, venue

from maitred.domain.errors import Contended, HoldGone, InvalidInput, MaitredError, NeedsOverride, NoSeating, NotFound
from maitred.store.allocations import Hold
from maitred.usecases.accept import IdempotencyKey
from maitred.usecases.holds import HoldRequest, get_hold, place_hold, release_hold


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened


async def hold(inn: Inn, party: int = 2, at: datetime | None = None, **wish: bool) -> Hold:
    """Keep tables for a party."""
    return await place_hold(inn.desk, inn.place, HoldRequest(party, at or evening(), **wish), caller=inn.caller)


async def expired(inn: Inn, one: Hold) -> None:
    """Wait until a hold is over by the clock that counts, the database's."""

    async def over() -> bool:
        return await inn.desk.database.fetchval("SELECT clock_timestamp() >= $1", one.expires_at)

    await until(over)


async def holds_and_tables(inn: Inn) -> tuple[int, int]:
    """How many holds there are, and how many tables they have."""
    row = await inn.desk.database.fetchrow(
        "SELECT (SELECT count(*) FROM maitred.holds) AS holds, count(hold_id) AS tables FROM maitred.allocations"
    )
    assert row is not None
    return row["holds"], row["tables"]


async def test_a_hold_becomes_a_confirmed_booking_on_its_tables(inn: Inn) -> None:
    """The tables change hands in one transaction; the booking has gone through every state, and the hold is gone."""
    held = await hold(inn, 6)
    accepted = await inn.accept(6, hold_id=held.id)
    assert accepted.answer["state"] == "confirmed"
    assert tuple(accepted.answer["tables"]) == held.tables
    view = await inn.view(accepted.booking_id)
    assert view.tables == held.tables
    steps = await inn.steps(accepted.booking_id)
    assert [one.action for one in steps] == ["create", "verify_capacity", "queue", "start", "assign", "confirm"]
    assert {one.reason_code for one in steps[3:]} == {"hold_confirmed"}
    assert await holds_and_tables(inn) == (0, 0)


@pytest.mark.parametrize("flag", ["on", "off"])
async def test_a_hold_confirmed_fifty_times_at_once_with_one_key_is_one_booking(
    migrated_database: str, redis_url: str, flag: str
) -> None:
    """The losers find the hold used and get the winner's answer."""
    async with open_inn(migrated_database, redis_url, flag=flag) as inn:
        held, key = await hold(inn), IdempotencyKey("k", b"x" * 32)
        given = await asyncio.gather(*(inn.accept(hold_id=held.id, key=key) for _ in range(50)))
        assert len({one.booking_id for one in given}) == 1
        assert all(one.answer == given[0].answer for one in given)
        assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1


async def test_of_twenty_who_confirm_one_hold_one_gets_it(inn: Inn) -> None:
    """Without a key each is a request of its own: the first uses the hold up."""
    held = await hold(inn)
    results = await asyncio.gather(*(inn.accept(hold_id=held.id) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, HoldGone) for one in results) == 19
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"party": 4}, "party_size"),
        ({"at": evening("19:15")}, "starts_at"),
        ({"at": evening("19:00", days=8)}, "starts_at"),
        ({"accessible": True}, "accessible"),
    ],
)
async def test_a_hold_is_good_for_what_it_was_for(inn: Inn, wish: dict[str, object], field: str) -> None:
    """Another party, time or need is refused by field, and the hold stays as it was, neither lost nor leaked."""
    held = await hold(inn, 3)
    before = await inn.rows()
    with pytest.raises(InvalidInput) as refused:
        await inn.accept(**{"party": 3, **wish}, hold_id=held.id)  # type: ignore[arg-type]
    assert (refused.value.field, refused.value.reason_code) == (field, "hold_mismatch")
    assert await inn.rows() == before
    assert (await get_hold(inn.desk, held.id, caller=inn.caller)) == held


async def test_somebody_elses_hold_is_as_good_as_none(inn: Inn) -> None:
    """Another credential can neither see, use nor release it, and learns no more than of one that never was."""
    held = await hold(inn)
    stranger = replace(inn, caller=other(inn.caller, "bob"))
    refusals = []
    for hold_id in (held.id, uuid4()):
        for attempt in (
            get_hold(inn.desk, hold_id, caller=stranger.caller),
            release_hold(inn.desk, hold_id, caller=stranger.caller),
            stranger.accept(hold_id=hold_id),
        ):
            with pytest.raises((NotFound, HoldGone)) as refused:
                await attempt
            refusals.append((type(refused.value), refused.value.message))
    assert refusals[:3] == refusals[3:]
    assert await holds_and_tables(inn) == (1, 1)


async def test_a_confirm_that_fails_leaks_nothing(inn: Inn) -> None:
    """A key that belongs to another booking rolls everything back: the hold still stands, once (lesson 3)."""
    key = IdempotencyKey("k", b"x" * 32)
    await inn.accept(4, key=key)
    held = await hold(inn)
    before = await inn.rows()
    with pytest.raises(MaitredError):
        await inn.accept(hold_id=held.id, key=IdempotencyKey("k", b"y" * 32))
    assert await inn.rows() == before
    assert (await inn.accept(hold_id=held.id)).answer["state"] == "confirmed"


async def test_a_hold_keeps_others_away_until_it_is_released(tiny: Inn) -> None:
    """A decision sees the hold; released, the table is free at once, and it cannot be released twice."""
    held = await hold(tiny)
    assert (await tiny.seat()).booking.state == "failed"
    with pytest.raises(NoSeating) as refused:
        await hold(tiny)
    assert refused.value.data["alternatives"]
    await release_hold(tiny.desk, held.id, caller=tiny.caller)
    with pytest.raises(NotFound):
        await release_hold(tiny.desk, held.id, caller=tiny.caller)
    assert (await tiny.seat()).booking.state == "confirmed"


async def test_a_hold_that_is_refused_leaves_nothing(tiny: Inn) -> None:
    """No room: no hold, no table, no event."""
    await tiny.seat()
    before = await tiny.rows()
    with pytest.raises(NoSeating):
        await hold(tiny)
    assert await tiny.rows() == before
    assert await holds_and_tables(tiny) == (0, 0)


async def test_a_hold_lives_by_its_own_clock(inn: Inn) -> None:
    """Three minutes from now, for a table tonight as for one in a month (lesson 2)."""
    for days in (1, 30):
        held = await hold(inn, at=evening(days=days))
        assert timedelta(seconds=170) < held.expires_at - datetime.now(UTC) < timedelta(seconds=190)


async def test_an_expired_hold_blocks_nobody_though_its_rows_are_there(tiny: Inn) -> None:
    """Unswept, its table is taken by the next hold and by the next booking, and its rows go with that write."""
    brief = tiny.with_policy(hold_ttl_s=0.05)
    first = await hold(brief)
    await expired(tiny, first)
    assert await holds_and_tables(tiny) == (1, 1)
    second = await hold(brief)
    assert second.tables == first.tables
    assert await holds_and_tables(tiny) == (1, 1)
    await expired(tiny, second)
    view = await tiny.seat()
    assert (view.booking.state, view.tables) == ("confirmed", first.tables)
    assert await holds_and_tables(tiny) == (0, 0)


async def test_an_expired_hold_cannot_be_confirmed(tiny: Inn) -> None:
    """Late is late, whether somebody has taken the table meanwhile or not; nothing is written."""
    held = await hold(tiny.with_policy(hold_ttl_s=0.05))
    await expired(tiny, held)
    before = await tiny.rows()
    with pytest.raises(HoldGone):
        await tiny.accept(hold_id=held.id)
    assert await tiny.rows() == before
    await tiny.seat()
    with pytest.raises(HoldGone):
        await tiny.accept(hold_id=held.id)
    with pytest.raises(NotFound):
        await get_hold(tiny.desk, held.id, caller=tiny.caller)


async def test_twenty_race_for_the_last_table(tiny: Inn) -> None:
    """Twenty holds at once for one table: one has it, nineteen are told when else, and nothing leaks."""
    patient = tiny.with_policy(lock_wait_ms=20_000)
    results = await asyncio.gather(*(hold(patient) for _ in range(20)), return_exceptions=True)
    winners = [one for one in results if isinstance(one, Hold)]
    assert len(winners) == 1
    losers = [one for one in results if isinstance(one, NoSeating)]
    assert len(losers) == 19
    assert all(one.data["alternatives"] for one in losers)
    assert await holds_and_tables(tiny) == (1, 1)


async def test_holds_and_bookings_race_for_the_last_table(tiny: Inn) -> None:
    """Ten holds and ten bookings at once: one party in all gets the table."""
    patient = tiny.with_policy(lock_wait_ms=20_000)
    results = await asyncio.gather(
        *(hold(patient) for _ in range(10)), *(patient.seat() for _ in range(10)), return_exceptions=True
    )
    unexpected = [one for one in results if isinstance(one, Exception) and not isinstance(one, NoSeating | Contended)]
    assert unexpected == []
    seated = await tiny.desk.database.fetchval("SELECT count(*) FROM maitred.bookings WHERE state = 'confirmed'")
    assert seated + sum(isinstance(one, Hold) for one in results) == 1
    assert await tiny.desk.database.fetchval("SELECT count(*) FROM maitred.allocations") == 1


async def test_a_hold_is_admitted_like_a_booking(inn: Inn) -> None:
    """Lesson 28: the same guard on every path that takes a seat."""
    for wish, code in (
        (HoldRequest(0, evening()), "party_too_small"),
        (HoldRequest(40, evening()), "party_too_large"),
        (HoldRequest(2, evening("19:01")), "off_grid"),
        (HoldRequest(2, evening("09:00")), "outside_service"),
        (HoldRequest(2, evening(days=-1)), "in_the_past"),
        (HoldRequest(2, evening(), zone_preference="roof"), "unknown_zone"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await place_hold(inn.desk, inn.place, wish, caller=inn.caller)
        assert refused.value.reason_code == code


async def test_a_worker_sweeps_old_holds(inn: Inn) -> None:
    """What nobody has needed to clear away goes within a minute or so of its end."""
    held = await hold(inn)
    await inn.desk.database.execute("UPDATE maitred.holds SET expires_at = now() - interval '61 seconds'")

    async def gone() -> bool:
        return await holds_and_tables(inn) == (0, 0)

    async with inn.working():
        await until(gone)
    with pytest.raises(NotFound):
        await get_hold(inn.desk, held.id, caller=inn.caller)


async def test_a_party_of_the_review_size_is_not_held(migrated_database: str, redis_url: str) -> None:
    """A person looks at such parties first; a hold would lead nowhere, so it is refused at once."""
    async with open_inn(migrated_database, redis_url, venue(review_party_size=6)) as inn:
        with pytest.raises(NeedsOverride) as refused:
            await hold(inn, 6)
        assert [rule["code"] for rule in refused.value.data["rules"]] == ["review_size"]
        assert (await hold(inn, 5)).party_size == 5
