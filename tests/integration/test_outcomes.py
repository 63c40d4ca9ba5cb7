"""What historical_success learns: recorded outcomes change the explained term, and decisions can be repeated."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from house import Inn, evening, faults, open_inn, venue

from maitred.domain.assignment import Seat, decide
from maitred.domain.binding import as_of
from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store import moves, outcomes
from maitred.usecases.blocks import lose_table
from maitred.usecases.decide import decide_day
from maitred.usecases.door import act
from maitred.usecases.moves import move_by_hand, undo_moves
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.undo import undo
from maitred.usecases.weigh import seating_request

HOUR = timedelta(hours=1)
# Two tables that only their history tells apart: of equals the first is taken.
TWINS = {
    "tables": [{"id": name, "zone": "main", "capacity": 2} for name in ("T1", "T2")],
    "joins": [],
}
PAST, NOW, NEXT = evening("12:00"), evening("11:00", 8), evening("19:00", 9)


@pytest.fixture
async def twins(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with two equal tables."""
    async with open_inn(migrated_database, redis_url, venue(**TWINS)) as opened:
        yield opened
    assert await faults(migrated_database) == []


async def stayed(inn: Inn, hours: float, at: datetime = PAST) -> str:
    """A party that sat down on time and left after some hours; returns its table."""
    booking = (await inn.seat(2, at)).booking
    await act(inn.desk, booking.id, Action.CHECK_IN, caller=inn.caller, at=at)
    await act(inn.desk, booking.id, Action.COMPLETE, caller=inn.caller, at=at + hours * HOUR)
    (table,) = (await inn.view(booking.id)).tables
    return table


async def decided(inn: Inn, clock: datetime = NOW, at: datetime = NEXT, **wish: Any) -> tuple[str, dict[str, Any]]:
    """A party of two, decided at an instant: its table, and the plan as it was recorded."""
    later = inn.at(lambda: clock)
    booking_id = await later.book(2, at, source=Source.PHONE, **wish)
    await decide_day(later.desk, inn.place, at.date(), worker="test")
    (table,), (made,) = (await inn.view(booking_id)).tables, await inn.rounds(booking_id)
    assert made.plan is not None
    return table, dict(made.plan)


async def known(inn: Inn, until: datetime = NOW) -> dict[tuple[str, ...], tuple[int, int]]:
    """What the past days say of each set."""
    return await outcomes.of_days(
        inn.desk.database, inn.place.restaurant_id, PAST.date() - timedelta(days=5), until.date()
    )


async def test_an_overstay_counts_against_the_table_and_the_explanation_says_so(twins: Inn) -> None:
    """Without records the first of two equal tables is taken; once a party overstayed there, the other one."""
    before, plan = await decided(twins)
    assert (before, plan["terms"]["history"], "learned" in plan) == ("T1", 0, False)
    assert await stayed(twins, 1.5) == "T1"
    after, plan = await decided(twins, NOW + HOUR, NEXT + timedelta(days=1))
    assert after == "T2"
    (line,) = [line for line in plan["explanation"]["for_staff"]["lines"] if line["code"] == "preferred"]
    (term,) = line["data"]["terms"]
    assert (term["term"], term["chosen"]) == ("history", 0)
    assert term["other"] == pytest.approx(0.2 * (1 / 3 - 1 / 2), abs=1e-6)


async def test_a_turn_that_went_well_speaks_for_the_table(twins: Inn) -> None:
    """Left within turn and buffer: the term is positive; the same outcome says nothing on the day itself."""
    assert await stayed(twins, 1.2) == "T1"
    _, same_day = await decided(twins, PAST + 2 * HOUR)
    assert same_day["terms"]["history"] == 0
    table, plan = await decided(twins, NOW, NEXT + timedelta(days=1))
    assert (table, plan["terms"]["history"]) == ("T1", pytest.approx(0.2 / 6, abs=1e-6))


async def test_a_decision_is_repeated_from_what_it_recorded(twins: Inn) -> None:
    """The digest in the attempt names the outcomes; with them the engine comes to the same plan, term by term."""
    await stayed(twins, 1.5)
    later = twins.at(lambda: NOW)
    booking_id = await later.book(2, NEXT, source=Source.PHONE)
    day = await read_snapshot(later.desk.database, twins.place, NEXT.date(), NOW)
    await decide_day(later.desk, twins.place, NEXT.date(), worker="test")
    (made,) = await twins.rounds(booking_id)
    assert made.plan is not None
    learned = await outcomes.recorded(twins.desk.database, twins.place.restaurant_id, made.plan["learned"])
    assert learned == {("T1",): (0, 1)}
    from_record = seating_request((await twins.view(booking_id)).booking, learned)
    again = decide(from_record, as_of(day, twins.place.venue, NOW), twins.place.venue)
    assert isinstance(again, Seat)
    assert (list(again.plan.tables), again.plan.score, dict(again.plan.terms)) == (
        made.plan["tables"], made.plan["score"], made.plan["terms"],
    )  # fmt: skip


async def test_outcomes_are_read_once_an_hour_and_recorded_once_for_each_content(twins: Inn) -> None:
    """A step that staff take late is seen after the hour; reading the same again adds no record."""
    await stayed(twins, 1.5)
    forgotten = (await twins.seat(2, PAST + 3 * HOUR)).booking
    await act(twins.desk, forgotten.id, Action.CHECK_IN, caller=twins.caller, at=PAST + 3 * HOUR)
    days = [NEXT + timedelta(days=more) for more in range(4)]
    first = (await decided(twins, NOW, days[0]))[1]["learned"]
    await act(twins.desk, forgotten.id, Action.COMPLETE, caller=twins.caller, at=PAST + 4 * HOUR)
    within = (await decided(twins, NOW + HOUR * 0.9, days[1]))[1]["learned"]
    later = (await decided(twins, NOW + HOUR * 1.1, days[2]))[1]["learned"]
    again = (await decided(twins, NOW + HOUR * 2.2, days[3]))[1]["learned"]
    assert (within, again) == (first, later)
    assert first != later
    assert await twins.desk.database.fetchval("SELECT count(*) FROM maitred.learned_outcomes") == 2


async def test_a_replayed_decision_knows_no_outcomes(twins: Inn) -> None:
    """With a recorded decision time it comes to what simulate does, which has no past."""
    await stayed(twins, 1.5)
    table, plan = await decided(twins, decided_as_of=NOW)
    assert (table, plan["terms"]["history"], "learned" in plan) == ("T1", 0, False)


@pytest.mark.parametrize(("days", "strategies"), [(0, None), (90, ["optimal_fit"])])
async def test_who_does_not_ask_for_it_learns_nothing(
    migrated_database: str, redis_url: str, days: int, strategies: list[str] | None
) -> None:
    """Neither with no days to look back on, nor at a venue without the strategy."""
    document = venue(**TWINS, **({"strategies": strategies} if strategies else {}))
    async with open_inn(migrated_database, redis_url, document, outcome_days=days) as inn:
        await stayed(inn, 1.5)
        table, plan = await decided(inn)
        assert (table, "learned" in plan) == ("T1", False)


async def test_only_days_that_are_near_enough_count(migrated_database: str, redis_url: str) -> None:
    """The setting says how far back."""
    async with open_inn(migrated_database, redis_url, venue(**TWINS), outcome_days=2) as inn:
        await stayed(inn, 1.5)
        assert (await decided(inn, evening("11:00", 9), evening(days=10)))[0] == "T2"
        assert (await decided(inn, evening("11:00", 10), evening(days=11)))[0] == "T1"


async def test_what_counts_for_a_set_and_what_says_nothing(inn: Inn) -> None:
    """No-shows and cancellations say nothing; whom staff took away, and who lost the table, speak against it, once."""
    gone, absent = (await inn.seat(2, PAST)).booking, (await inn.seat(2, PAST)).booking
    await act(inn.desk, gone.id, Action.CANCEL, caller=inn.caller, at=PAST - HOUR)
    await act(inn.desk, absent.id, Action.MARK_NO_SHOW, caller=inn.caller, at=PAST + HOUR)
    assert await known(inn) == {}
    moved = (await inn.seat(6, PAST + 2 * HOUR)).booking
    assert (await inn.view(moved.id)).tables == ("B1",)
    await move_by_hand(inn.desk, moved.id, ["A2", "A3"], caller=inn.caller)
    assert await known(inn) == {("B1",): (0, 1)}
    assert await known(inn, PAST) == {}
    (made,) = await moves.of_day(inn.desk.database, inn.place.restaurant_id, PAST.date())
    await undo_moves(inn.desk, made.id, caller=inn.caller)
    assert await known(inn) == {}


async def test_a_table_that_was_lost_counts_against_it_however_it_ended(inn: Inn) -> None:
    """Who is given another and who goes into review: each speaks once against the table it had, undone not at all."""
    parties = [(await inn.seat(6, PAST)).booking for _ in range(2)]
    sets = [(await inn.view(one.id)).tables for one in parties]
    assert sets == [("B1",), ("A2", "A3")]
    lost = await lose_table(inn.desk, parties[0].id, caller=inn.caller, expected_version=None)
    assert lost.state == "manual_review"
    assert await known(inn) == {("B1",): (0, 1)}
    await undo(inn.desk, lost.id, caller=inn.caller)
    assert await known(inn) == {}
    await act(inn.desk, lost.id, Action.CANCEL, caller=inn.caller)
    moved = await lose_table(inn.desk, parties[1].id, caller=inn.caller, expected_version=None)
    assert (moved.state, (await inn.view(moved.id)).tables) == ("confirmed", ("B1",))
    assert await known(inn) == {("A2", "A3"): (0, 1)}
