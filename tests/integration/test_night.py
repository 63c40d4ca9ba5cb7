"""The night is not the plan: overstays are followed, who is due is rebound or raised, lost tables are made good."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from house import TINY, VENUE, Inn, evening, faults, open_inn, venue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maitred.domain.booking import Actor, ActorKind, Booking, Source
from maitred.domain.errors import (
    InvalidInput,
    MaitredError,
    NeedsOverride,
    NoSeating,
    NotFound,
    TableTaken,
    TransitionNotAllowed,
)
from maitred.domain.lifecycle import Action
from maitred.domain.walkin import TableNow, Wait
from maitred.store import moves, night
from maitred.store.views import BookingView
from maitred.usecases.accept import Override
from maitred.usecases.blocks import Closing, block_table, lose_table, unblock_table
from maitred.usecases.day import held_days
from maitred.usecases.decide import decide_day
from maitred.usecases.door import act
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.night import attention, follow_nights
from maitred.usecases.seat import seat_at
from maitred.usecases.walkins import look_for_walk_in

NOON, NEXT = evening("12:00"), evening("13:15")
WORKER = Actor(ActorKind.SYSTEM, "w1")
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two; turn and buffer take an hour and a quarter."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened
    assert await faults(migrated_database) == []


async def do(inn: Inn, booking_id: UUID, action: Action, at: datetime) -> Booking:
    """Take a step at the door."""
    return await act(inn.desk, booking_id, action, caller=inn.caller, at=at)


async def follow(inn: Inn, clock: str) -> None:
    """Look at the nights under way, at a time of the evening."""
    await follow_nights(inn.at(lambda: evening(clock)).desk, WORKER)


async def raised(inn: Inn) -> list[tuple[UUID, str]]:
    """What waits for a person."""
    return [(one.booking_id, one.kind) for one in await night.raised_in(inn.desk.database, inn.place.restaurant_id, 50)]


# -- around the end of a service day -------------------------------------------------------------------------------

SERVED = VENUE["services"][0]
ALL_NIGHT = {
    "day_starts_at": "05:00",
    "services": [
        {**SERVED, "name": "night", "open": "12:00", "last_seating": "04:45", "close": "05:00"},
        {**SERVED, "name": "morning", "open": "05:00", "last_seating": "10:45", "close": "12:00"},
    ],
}
LAST, FIRST = evening("03:45", 8), evening("05:00", 8)
"""The last turn of one service day and the first of the next, back to back."""


async def seat_on_its_day(inn: Inn, party: int, at: datetime) -> BookingView:
    """A party that was decided on its service day, which is not the date of its start."""
    booking_id = await inn.book(party, at, source=Source.PHONE)
    day = (await inn.view(booking_id)).booking.service_date
    await decide_day(inn.desk, inn.place, day, worker="test")
    return await inn.view(booking_id)


async def across(inn: Inn, party: int) -> tuple[Booking, Booking]:
    """A party of last evening's service day that sits, and the new day's first party, due at the same table."""
    first, second = await seat_on_its_day(inn, party, LAST), await seat_on_its_day(inn, party, FIRST)
    assert first.tables == second.tables
    assert second.booking.service_date - first.booking.service_date == timedelta(days=1)
    return await do(inn, first.booking.id, Action.CHECK_IN, LAST), second.booking


async def look_at(inn: Inn, at: datetime) -> None:
    """Look at the nights under way, at an instant."""
    await follow_nights(inn.at(lambda: at).desk, WORKER)


async def test_the_new_days_first_party_is_rebound_with_last_evenings_overstay(
    migrated_database: str, redis_url: str
) -> None:
    """At 04:46 the last party of the evening stays until 04:55 and a buffer, which is into the new service day."""
    async with open_inn(migrated_database, redis_url, venue(**ALL_NIGHT)) as inn:
        first, second = await across(inn, 6)
        await look_at(inn, LAST + 61 * MINUTE)
        due = await inn.view(second.id)
        assert (due.tables, due.seated_from) == (("A2", "A3"), FIRST)
        assert (await inn.view(first.id)).seated_until == FIRST + 10 * MINUTE
        last = (await inn.steps(second.id))[-1]
        assert (last.action, last.reason_data["cause"]) == ("move", "rescue")
        assert last.reason_data["overstaying"] == [first.reference]
        (made,) = await moves.of_day(inn.desk.database, inn.place.restaurant_id, second.service_date)
        assert [entry.reference for entry in made.entries] == [second.reference]
        assert await raised(inn) == []
    assert await faults(migrated_database) == []


async def test_a_party_forgotten_since_last_evening_makes_the_new_days_table_late(
    migrated_database: str, redis_url: str
) -> None:
    """Raised once, before and after the boundary alike, with what could be done; settled when the table is free."""
    async with open_inn(migrated_database, redis_url, venue(TINY, **ALL_NIGHT)) as tiny:
        first, second = await across(tiny, 2)
        for at in (LAST + 61 * MINUTE, FIRST + MINUTE, FIRST + 40 * MINUTE):
            await look_at(tiny, at)
            assert (second.id, "late_table") in await raised(tiny)
        assert [step.action for step in await tiny.steps(second.id)].count("late_table") == 1
        assert (await tiny.view(first.id)).seated_until == FIRST
        later = tiny.at(lambda: FIRST + 40 * MINUTE).desk
        told = {one.raised.kind: one for one in await attention(later, tiny.place)}
        # Past 05:35 they are taken to stay until 05:45, and the table is free a buffer later.
        assert told["late_table"].raised.expected_at == evening("06:00", 8)
        assert [one.kind for one in told["late_table"].choices][:1] == ["wait"]
        await do(tiny, first.id, Action.COMPLETE, FIRST + 41 * MINUTE)
        await look_at(tiny, FIRST + 42 * MINUTE)
        assert (second.id, "late_table") not in await raised(tiny)
    assert await faults(migrated_database) == []


async def test_both_days_are_held_while_the_night_is_followed_into_the_next(
    migrated_database: str, redis_url: str
) -> None:
    """While somebody else holds either of them nothing is written; afterwards the same look raises the late table."""
    async with open_inn(migrated_database, redis_url, venue(TINY, **ALL_NIGHT)) as opened:
        tiny = opened.with_policy(lock_wait_ms=20)
        first, second = await across(tiny, 2)
        before = await tiny.rows()
        async with held_days(tiny.desk, tiny.place, [second.service_date]):
            await look_at(tiny, LAST + 61 * MINUTE)
            assert await tiny.rows() == before
        async with held_days(tiny.desk, tiny.place, [first.service_date]):
            await look_at(tiny, FIRST + MINUTE)
            assert await tiny.rows() == before
        await look_at(tiny, FIRST + MINUTE)
        assert (second.id, "late_table") in await raised(tiny)
    assert await faults(migrated_database) == []


async def test_long_before_the_boundary_only_the_evening_is_held(tiny: Inn) -> None:
    """A look at one day takes no lock of the next."""
    _, second = await two_in_a_row(tiny, 2)
    async with held_days(tiny.desk, tiny.place, [NOON.date() + timedelta(days=1)]):
        await follow(tiny, "13:01")
    assert await raised(tiny) == [(second.id, "late_table")]


async def two_in_a_row(inn: Inn, party: int) -> tuple[Booking, Booking]:
    """A party that sits since noon and one that is due at its table next."""
    first, second = await inn.seat(party, NOON), await inn.seat(party, NEXT)
    assert first.tables == second.tables
    return await do(inn, first.booking.id, Action.CHECK_IN, NOON), second.booking


async def test_who_is_due_next_is_rebound_with_the_overstay(inn: Inn) -> None:
    """At 13:01 the party of noon stays until 13:10 and a buffer: the next one, frozen by now, gets other tables."""
    first, second = await two_in_a_row(inn, 6)
    await follow(inn, "13:01")
    sits, due = await inn.view(first.id), await inn.view(second.id)
    assert sits.tables == ("B1",)
    assert sits.seated_until == evening("13:25")
    assert due.tables == ("A2", "A3")
    assert (due.seated_from, due.seated_until) == (NEXT, evening("14:30"))
    last = (await inn.steps(second.id))[-1]
    assert (last.action, last.reason_data["cause"], last.actor_kind) == ("move", "rescue", "system")
    assert last.reason_data["overstaying"] == [first.reference]
    assert await raised(inn) == []


async def test_a_walk_in_that_agreed_to_leave_by_then_moves_nobody(tiny: Inn) -> None:
    """It sits down at the end of its minute and may stay until the next one's table is due: nobody is late for that."""
    due = (await tiny.seat(2, evening("12:55"), source=Source.PHONE)).booking
    here = tiny.at(lambda: NOON + timedelta(seconds=58))
    walk_in = await here.seat(2, NOON, source=Source.WALK_IN, leave_by=evening("12:40"))
    await do(tiny, walk_in.booking.id, Action.CHECK_IN, NOON + timedelta(seconds=58))
    assert (await tiny.view(walk_in.booking.id)).seated_until == evening("12:55")
    await follow(tiny, "12:20")
    assert await raised(tiny) == []
    assert (await tiny.view(due.id)).booking.version == due.version


async def test_steps_of_ten_minutes_for_as_long_as_they_stay(inn: Inn) -> None:
    """Nothing is written within a step; the next one prolongs again, and leaving cuts the end."""
    booking = (await inn.seat(2, NOON)).booking
    await do(inn, booking.id, Action.CHECK_IN, NOON)
    ends = []
    for clock in ("12:59", "13:00", "13:09", "13:10", "13:31"):
        await follow(inn, clock)
        ends.append((await inn.view(booking.id)).seated_until)
    assert ends == [evening(clock) for clock in ("13:15", "13:25", "13:25", "13:35", "13:55")]
    await do(inn, booking.id, Action.COMPLETE, evening("13:32"))
    assert (await inn.view(booking.id)).seated_until == evening("13:47")


async def test_a_late_table_is_raised_once_and_settled(tiny: Inn) -> None:
    """Nothing else fits: the party keeps its seat and its plan, and staff are told until the table is free."""
    first, second = await two_in_a_row(tiny, 2)
    await follow(tiny, "13:01")
    assert await raised(tiny) == [(second.id, "late_table")]
    last = (await tiny.steps(second.id))[-1]
    assert (last.action, last.reason_code, last.to_state) == ("late_table", "late_table", "confirmed")
    assert last.reason_data["expected_at"] == evening("13:25").isoformat()
    assert (await tiny.view(first.id)).seated_until == NEXT
    assert (await tiny.view(second.id)).seated_until == evening("14:40")
    version = (await tiny.view(second.id)).booking.version
    await follow(tiny, "13:12")
    assert (await tiny.view(second.id)).booking.version == version
    found = await night.raised_in(tiny.desk.database, tiny.place.restaurant_id, 5)
    assert [one.expected_at for one in found] == [evening("13:35")]
    await do(tiny, first.id, Action.COMPLETE, evening("13:14"))
    await follow(tiny, "13:14")
    assert await raised(tiny) == []
    assert (await do(tiny, second.id, Action.CHECK_IN, evening("13:20"))).state == "checked_in"


async def test_a_pinned_party_is_raised_and_not_moved(inn: Inn) -> None:
    """A person promised those tables; only a person takes them back."""
    _, second = await two_in_a_row(inn, 6)
    await inn.desk.database.execute(
        "UPDATE maitred.bookings SET pinned_at = now(), pinned_by = 'ann', pin_reason = 'view' WHERE id = $1", second.id
    )
    await follow(inn, "13:01")
    assert (await inn.view(second.id)).tables == ("B1",)
    assert await raised(inn) == [(second.id, "late_table")]


async def test_a_guest_past_the_grace_is_asked_about_and_nothing_more(inn: Inn) -> None:
    """A quarter of an hour late: raised once, by an event; never a no-show by itself. Arriving settles it."""
    booking = (await inn.seat(2, NOON)).booking
    await follow(inn, "12:14")
    assert await raised(inn) == []
    await follow(inn, "12:15")
    await follow(inn, "12:20")
    assert await raised(inn) == [(booking.id, "late_guest")]
    assert [step.action for step in await inn.steps(booking.id)].count("late_guest") == 1
    await do(inn, booking.id, Action.ARRIVE, evening("12:25"))
    assert await raised(inn) == []
    await follow(inn, "12:26")
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.attention") == 0


async def closed(inn: Inn, table: str, start: str, end: str, clock: str = "11:00"):
    closing = Closing(table, evening(start), evening(end), "The leg broke off.")
    return await block_table(inn.at(lambda: evening(clock)).desk, inn.place, closing, caller=inn.caller)


async def test_a_closed_table_gives_its_parties_others(inn: Inn) -> None:
    """Both parties of the evening are rebound in one transaction, and nobody is put there until it opens again."""
    parties = [(await inn.seat(6, at)).booking for at in (NOON, NEXT)]
    done = await closed(inn, "B1", "11:30", "20:00")
    assert [one.id for one in done.moved] == [one.id for one in parties]
    assert done.to_review == ()
    for one in parties:
        assert (await inn.view(one.id)).tables == ("A2", "A3")
    refused = await inn.seat(6, NOON, source=Source.WEB)
    assert refused.booking.state == "failed"
    await unblock_table(inn.desk, inn.place, done.block.id, caller=inn.caller)
    assert (await inn.seat(6, NOON)).tables == ("B1",)
    with pytest.raises(NotFound):
        await unblock_table(inn.desk, inn.place, done.block.id, caller=inn.caller)


async def test_who_fits_nowhere_else_is_looked_at_by_a_person(tiny: Inn) -> None:
    """Also a party that has come: it goes into review with the reason, and its seat is given back."""
    first, second = (await tiny.seat(2, NOON)).booking, (await tiny.seat(2, NEXT)).booking
    await do(tiny, first.id, Action.ARRIVE, NOON - 10 * MINUTE)
    done = await closed(tiny, "A1", "11:50", "20:00", "11:51")
    assert {one.id for one in done.to_review} == {first.id, second.id}
    for one in (first, second):
        view = await tiny.view(one.id)
        assert (view.booking.state, view.booking.reason_code, view.tables) == ("manual_review", "table_lost", ())


async def test_a_table_somebody_sits_at_cannot_be_closed(tiny: Inn) -> None:
    """The party is named and nothing changes; neither does it for a table closed already, or a window of nothing."""
    first, _ = await two_in_a_row(tiny, 2)
    before = await tiny.rows()
    with pytest.raises(TableTaken) as taken:
        await closed(tiny, "A1", "12:30", "20:00", "12:30")
    assert taken.value.data["reference"] == first.reference
    with pytest.raises(InvalidInput) as empty:
        await closed(tiny, "A1", "20:00", "20:00")
    assert (empty.value.field, empty.value.reason_code) == ("to", "empty_window")
    with pytest.raises(InvalidInput) as unknown:
        await closed(tiny, "Z9", "12:00", "13:00")
    assert unknown.value.reason_code == "unknown_table"
    assert await tiny.rows() == before
    await closed(tiny, "A1", "15:00", "16:00")
    with pytest.raises(TableTaken):
        await closed(tiny, "A1", "15:30", "17:00")


async def test_a_party_that_loses_its_table_gets_another_at_once(inn: Inn) -> None:
    """Else a person decides; a party without tables has none to lose."""
    first = (await inn.seat(6, NOON)).booking
    moved = await lose_table(inn.desk, first.id, caller=inn.caller, expected_version=first.version, note="Wet.")
    assert moved.state == "confirmed"
    assert (await inn.view(first.id)).tables == ("A2", "A3")
    await inn.seat(6, NOON)
    lost = await lose_table(inn.desk, first.id, caller=inn.caller, expected_version=None)
    assert (lost.state, lost.reason_code) == ("manual_review", "table_lost")
    with pytest.raises(TransitionNotAllowed):
        await lose_table(inn.desk, first.id, caller=inn.caller, expected_version=None)


async def test_a_walk_in_is_told_a_table_or_a_wait(tiny: Inn) -> None:
    """A whole turn while the table is free, a shorter stay with its limit, or when it is free and after whom."""
    booking = (await tiny.seat(2, NEXT)).booking

    async def told(clock: str):
        return await look_for_walk_in(tiny.at(lambda: evening(clock)).desk, tiny.place, 2, accessible=False)

    assert await told("12:00") == TableNow(("A1",), evening("13:00"), 60, limited=False)
    assert await told("12:10") == TableNow(("A1",), evening("13:00"), 50, limited=True)
    wait = await told("12:30")
    assert isinstance(wait, Wait)
    assert (wait.from_minutes, wait.basis.after) == (120, str(booking.id))
    assert wait.to_minutes > wait.from_minutes


async def test_a_party_whose_table_is_late_is_seated_at_another(inn: Inn) -> None:
    """Tables a person names, also ones somebody left after the promised time; the set of moves is on record."""
    first, second = await two_in_a_row(inn, 6)
    other = (await inn.seat(4, NOON)).booking
    await do(inn, other.id, Action.CHECK_IN, NOON)
    await do(inn, other.id, Action.COMPLETE, evening("13:05"))
    at = evening("13:21")
    with pytest.raises(TableTaken) as taken:
        await seat_at(inn.desk, second.id, ["B1"], caller=inn.caller, at=at)
    assert taken.value.data["reference"] == first.reference
    with pytest.raises(InvalidInput) as small:
        await seat_at(inn.desk, second.id, ["A1", "A2"], caller=inn.caller, at=at)
    assert small.value.reason_code == "too_few_seats"
    seated = await seat_at(inn.desk, second.id, ["A2", "A3"], caller=inn.caller, at=at, note="B1 is late.")
    view = await inn.view(second.id)
    assert (seated.state, view.tables, view.seated_from) == ("checked_in", ("A2", "A3"), at)
    assert [step.action for step in await inn.steps(second.id)][-2:] == ["move", "check_in"]


async def test_a_soft_rule_yields_to_a_person_and_a_hard_one_never(inn: Inn) -> None:
    """A party of two at the table kept for three and more: with the override; at none that is not accessible."""
    booking = (await inn.seat(2, NOON)).booking
    with pytest.raises(NeedsOverride) as soft:
        await seat_at(inn.desk, booking.id, ["B1"], caller=inn.caller, at=NOON)
    assert [rule["code"] for rule in soft.value.data["rules"]] == ["min_party"]
    override = Override(frozenset({"min_party"}), "Nothing else.")
    await seat_at(inn.desk, booking.id, ["B1"], caller=inn.caller, at=NOON, override=override)
    assert (await inn.view(booking.id)).tables == ("B1",)


async def resized(inn: Inn, booking_id: UUID, party: int, clock: str = "12:10", **more) -> Booking:
    """Change the size of a party at its table."""
    there = inn.at(lambda: evening(clock)).desk
    return await modify_booking(there, booking_id, Changes(party_size=party), caller=inn.caller, **more)


async def test_a_seated_party_grows_where_it_sits_or_beside_or_elsewhere(inn: Inn) -> None:
    """Three at a table of four become four; five join the next table; more change over; the end of their stay stays."""
    booking = (await inn.seat(3, NOON)).booking
    await seat_at(inn.desk, booking.id, ["A3"], caller=inn.caller, at=NOON)
    until = (await inn.view(booking.id)).seated_until
    seen = []
    for party in (4, 5, 8, 2):
        await resized(inn, booking.id, party)
        view = await inn.view(booking.id)
        assert (view.booking.state, view.booking.party_size, view.seated_until) == ("checked_in", party, until)
        seen.append(view.tables)
    assert seen == [("A3",), ("A2", "A3"), ("A1", "A2", "A3"), ("A1", "A2", "A3")]


async def test_a_party_that_cannot_grow_stays_as_it_was(inn: Inn) -> None:
    """The refusal names the field; time and needs of a seated party are behind it, and it is staff's to change."""
    booking = (await inn.seat(4, NOON)).booking
    await do(inn, booking.id, Action.CHECK_IN, NOON)
    for party in (6, 2, 2):
        await inn.seat(party, NOON)
    before = await inn.rows()
    with pytest.raises(NoSeating) as full:
        await resized(inn, booking.id, 6)
    assert full.value.field == "party_size"
    with pytest.raises(InvalidInput) as time:
        await modify_booking(inn.desk, booking.id, Changes(starts_at=NEXT), caller=inn.caller)
    assert (time.value.field, time.value.reason_code) == ("starts_at", "already_seated")
    web = replace(inn.caller, scopes=frozenset({"bookings:write"}))
    with pytest.raises(InvalidInput):
        await modify_booking(inn.desk, booking.id, Changes(party_size=3), caller=web)
    assert await inn.rows() == before


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["book", "seat", "leave", "follow", "close", "lose", "arrive", "cancel", "resize", "seat_at"]),
        st.integers(0, 9),
        st.integers(0, 25),
    ),
    min_size=12,
    max_size=30,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
async def test_whatever_happens_in_a_night_nobody_loses_a_seat_in_silence(
    migrated_database: str, redis_url: str, deeds: list[tuple[str, int, int]]
) -> None:
    """Random deeds while the clock runs: the book stays sound, and every party is seated, settled or in review."""
    async with open_inn(migrated_database, redis_url) as inn:
        await _a_night_of(inn, [], NOON, deeds)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
async def test_nor_in_a_night_that_runs_into_the_next_service_day(
    migrated_database: str, redis_url: str, deeds: list[tuple[str, int, int]]
) -> None:
    """The same in a house that never closes, with last evening's party in the way of the new day's first."""
    async with open_inn(migrated_database, redis_url, venue(**ALL_NIGHT)) as inn:
        parties = await across(inn, 6)
        await _a_night_of(inn, [one.id for one in parties], LAST + 50 * MINUTE, deeds)


async def _a_night_of(inn: Inn, ours: list[UUID], now: datetime, deeds: list[tuple[str, int, int]]) -> None:
    for deed, which, minutes in deeds:
        now += minutes * MINUTE
        later = inn.at(lambda at=now: at)
        with suppress(MaitredError):  # refused: nothing is to have changed, which the book's own checks tell
            await _happens(later, deed, which, now, ours)
        if deed == "follow" and ours:
            await look_at(inn, now)
            assert await _late_in_silence(inn, now) == []
    assert await faults(inn.url) == []
    for one in ours:
        view = await inn.view(one)
        settled = ("failed", "manual_review", "cancelled", "completed")
        assert view.tables or view.booking.state in (*settled, "assignment_pending")  # changed, and queued again


async def _late_in_silence(inn: Inn, now: datetime) -> list[str]:
    """Parties that are due at a table before who sits there is expected to be gone, and about whom nobody was told.

    Of this house alone: the nights of earlier examples stand in the same database, each at a time of its own.
    """
    connection = await asyncpg.connect(inn.url)
    try:
        sitting = await connection.fetch(
            "SELECT a.table_id, b.restaurant_id, b.buffer_minutes, least(lower(a.during), (SELECT max(at) FROM "
            "maitred.booking_history h WHERE h.booking_id = b.id AND h.action = 'check_in')) "
            "+ make_interval(mins => b.turn_minutes) AS turn_end, upper(a.during) AS until "
            "FROM maitred.allocations a JOIN maitred.bookings b ON b.id = a.booking_id "
            "WHERE b.state = 'checked_in' AND b.restaurant_id = $1",
            inn.place.restaurant_id,
        )
        due = await connection.fetch(
            "SELECT a.table_id, b.restaurant_id, b.reference, lower(a.during) AS starts_at, upper(a.during) AS until "
            "FROM maitred.allocations a JOIN maitred.bookings b ON b.id = a.booking_id "
            "WHERE b.state IN ('confirmed', 'arrived') AND b.restaurant_id = $1 AND NOT EXISTS "
            "(SELECT 1 FROM maitred.attention t WHERE t.booking_id = b.id AND t.kind = 'late_table')",
            inn.place.restaurant_id,
        )
    finally:
        await connection.close()
    return [
        f"{two['reference']} at {two['table_id']}"
        for one in sitting
        for two in due
        if (one["restaurant_id"], one["table_id"]) == (two["restaurant_id"], two["table_id"])
        and one["until"] <= two["starts_at"] < _gone(one, now)
        and now < two["until"]
    ]


def _gone(row: asyncpg.Record, now: datetime) -> datetime:
    """When a table is expected free: after the turn, or the step of ten minutes that has begun, and the buffer."""
    end = row["turn_end"]
    while end <= now:
        end += 10 * MINUTE
    return end + row["buffer_minutes"] * MINUTE


async def _happens(inn: Inn, deed: str, which: int, now: datetime, ours: list[UUID]) -> None:
    if deed == "book" or not ours:
        start = now.replace(minute=now.minute // 15 * 15) + timedelta(minutes=15 * (1 + which % 5))
        ours.append(await inn.book(1 + which % 6, start, source=Source.PHONE))
        day = (await inn.view(ours[-1])).booking.service_date
        await decide_day(inn.desk, inn.place, day, worker="test")
    elif deed == "follow":
        await follow_nights(inn.desk, WORKER)
    elif deed == "close":
        table = ("A1", "A2", "A3", "B1", "P1")[which % 5]
        closing = Closing(table, now, now + timedelta(hours=1), "Wet.")
        await block_table(inn.desk, inn.place, closing, caller=inn.caller)
    elif deed == "lose":
        await lose_table(inn.desk, ours[which % len(ours)], caller=inn.caller, expected_version=None)
    elif deed == "resize":
        changes = Changes(party_size=1 + which % 6)
        await modify_booking(inn.desk, ours[which % len(ours)], changes, caller=inn.caller)
    elif deed == "seat_at":
        tables = (["A1"], ["A1", "A2"], ["A3"], ["B1"], ["A2", "A3"])[which % 5]
        await seat_at(inn.desk, ours[which % len(ours)], tables, caller=inn.caller)
    else:
        actions = {"seat": Action.CHECK_IN, "leave": Action.COMPLETE, "arrive": Action.ARRIVE, "cancel": Action.CANCEL}
        await do(inn, ours[which % len(ours)], actions[deed], now)


async def test_a_block_meets_a_party_that_sits_past_the_end_of_its_service_day(
    migrated_database: str, redis_url: str
) -> None:
    """The day of that party is held too: it is given another table, though the block lies on the next day."""
    hours = {**VENUE["services"][0], "open": "10:00", "last_seating": "05:30", "close": "05:59"}
    async with open_inn(migrated_database, redis_url, venue(day_starts_at="06:00", services=[hours])) as inn:
        party = await inn.book(2, evening("05:30", 8))
        before = await inn.view(party)
        await decide_day(inn.desk, inn.place, before.booking.service_date, worker="test")
        (table,) = (await inn.view(party)).tables
        closing = Closing(table, evening("06:10", 8), evening("08:00", 8), "a leak")
        done = await block_table(inn.desk, inn.place, closing, caller=inn.caller)
        after = await inn.view(party)
        assert ([one.id for one in done.moved], done.to_review) == ([party], ())
        assert after.tables not in ((), (table,))
    assert await faults(migrated_database) == []
