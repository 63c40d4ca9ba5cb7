"""Parties that make room for one more: one write, on record, and only for those who may be moved."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from house import VENUE, Inn, evening, faults, open_inn, until, venue

from maitred.domain.booking import Actor, ActorKind, Booking
from maitred.domain.errors import StaleBooking, StaleFence, TableTaken
from maitred.domain.lifecycle import Action, step
from maitred.store import allocations, bookings, moves
from maitred.store.database import InvariantBroken
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.door import act
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle

# S1 seats two, L1 four: whoever of two sits at L1 can make room for four.
PAIR: Final[Mapping[str, Any]] = {
    **VENUE,
    "tables": [
        {"id": "S1", "zone": "main", "capacity": 2},
        {"id": "L1", "zone": "main", "capacity": 4},
    ],
    "joins": [],
}
ANN: Final = Actor(ActorKind.STAFF, "ann")


@pytest.fixture
async def pair(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """A house of two tables."""
    async with open_inn(migrated_database, redis_url, venue(PAIR)) as inn:
        yield inn


async def two_at_the_large_table(inn: Inn) -> UUID:
    """Two guests who sit at L1 while S1 is free."""
    first, second = await inn.seat(2), await inn.seat(2)
    assert (first.tables, second.tables) == (("S1",), ("L1",))
    await act(inn.desk, first.booking.id, Action.CANCEL, caller=inn.caller)
    return second.booking.id


async def move_sets(inn: Inn) -> list[Mapping[str, Any]]:
    rows = await inn.desk.database.fetch(
        "SELECT s.cause, s.for_booking, s.actor, e.* FROM maitred.move_sets s"
        " JOIN maitred.move_set_entries e ON e.move_set = s.id ORDER BY s.seq, e.booking_id"
    )
    return [dict(row) for row in rows]


async def test_a_confirmed_party_makes_room_for_one_more(pair: Inn, migrated_database: str) -> None:
    """Four come, two change to the small table: state, history, event, move set and attempt say so."""
    two = await two_at_the_large_table(pair)
    four = await pair.seat(4)
    assert (four.tables, (await pair.view(two)).tables) == (("L1",), ("S1",))
    moved = (await pair.steps(two))[-1]
    assert (moved.action, moved.from_state, moved.to_state) == ("move", "confirmed", "confirmed")
    assert (moved.reason_code, moved.actor_kind) == ("moved", "system")
    (entry,) = await move_sets(pair)
    assert moved.reason_data == {
        "from": ["L1"],
        "to": ["S1"],
        "for": four.booking.reference,
        "move_set": str(entry["move_set"]),
        "cause": "decision",
    }
    assert (entry["booking_id"], entry["from_tables"], entry["to_tables"]) == (two, ["L1"], ["S1"])
    assert (entry["version"], entry["for_booking"]) == (moved.version, four.booking.id)
    kind = await pair.desk.database.fetchval("SELECT type FROM maitred.outbox WHERE event_id = $1", moved.event_id)
    assert kind == "booking.moved"
    (attempt,) = await pair.rounds(four.booking.id)
    assert attempt.plan is not None
    assert attempt.plan["moves"] == [{"booking_id": str(two), "from_tables": ["L1"], "to_tables": ["S1"]}]
    assert await faults(migrated_database) == []


async def test_one_just_confirmed_may_move_for_the_next_of_the_batch(migrated_database: str, redis_url: str) -> None:
    """Two get the table they wished for and give it up for four, all decided and written in one transaction."""
    tables = [{"id": "S1", "zone": "main", "capacity": 2}, {"id": "P1", "zone": "patio", "capacity": 4}]
    async with open_inn(migrated_database, redis_url, venue(PAIR, tables=tables, weights={"zone_match": 50})) as inn:
        two, four = await inn.book(2, zone_preference="patio"), await inn.book(4)
        await inn.decide()
        assert [(await inn.view(one)).tables for one in (two, four)] == [("S1",), ("P1",)]
        assert [step.action for step in await inn.steps(two)][-4:] == ["start", "assign", "confirm", "move"]
        assert await faults(migrated_database) == []


@pytest.mark.parametrize(
    "change", ["pin", "override", "arrived"], ids=["pinned", "set by hand against a rule", "arrived"]
)
async def test_who_may_not_be_moved_stays(pair: Inn, change: str) -> None:
    """Pinned parties, those on tables chosen against a soft rule, and those who are here keep their tables."""
    two = await two_at_the_large_table(pair)
    kept = {
        "pin": "pinned_at = now(), pinned_by = 'ann', pin_reason = 'regular'",
        "override": """override = '{"rules": ["min_party"], "reason": "x", "by": "ann"}'""",
    }
    if change == "arrived":
        near = pair.at(lambda: evening() - timedelta(hours=3))
        await act(near.desk, two, Action.ARRIVE, caller=pair.caller)
    else:
        await pair.desk.database.execute(f"UPDATE maitred.bookings SET {kept[change]} WHERE id = $1", two)
    four = await pair.seat(4)
    assert (four.booking.state, (await pair.view(two)).tables) == ("failed", ("L1",))
    assert await move_sets(pair) == []


@pytest.mark.parametrize(("minutes", "state"), [(61, "confirmed"), (60, "failed")])
async def test_the_freeze_is_judged_by_the_recorded_time_of_the_decision(pair: Inn, minutes: int, state: str) -> None:
    """A replayed request is decided as of its own time: to the minute of the freeze the party may be moved."""
    await two_at_the_large_table(pair)
    four = await pair.seat(4, decided_as_of=evening() - timedelta(minutes=minutes))
    assert four.booking.state == state


@pytest.mark.parametrize(("mode", "expected"), [("off", "failed"), ("suggest", "manual_review")])
async def test_a_house_may_keep_its_moves_to_itself(
    migrated_database: str, redis_url: str, mode: str, expected: str
) -> None:
    """Off moves nobody; suggest asks a person, with the plan and who would move, and moves nobody either."""
    seating = {"moves": "auto", "services": {"all day": {"moves": mode}}}
    async with open_inn(migrated_database, redis_url, venue(PAIR, seating=seating)) as inn:
        two = await two_at_the_large_table(inn)
        four = await inn.seat(4)
        assert (four.booking.state, (await inn.view(two)).tables) == (expected, ("L1",))
        if mode == "suggest":
            data = four.booking.reason_data
            assert four.booking.reason_code == "moves_suggested"
            assert data is not None
            assert data["plan"]["tables"] == ["L1"]
            reference = (await inn.view(two)).booking.reference
            assert data["moves"] == [{"booking_id": str(two), "reference": reference, "from": ["L1"], "to": ["S1"]}]


async def test_nobody_is_moved_twice_where_the_house_says_so(migrated_database: str, redis_url: str) -> None:
    """With move_once a party that made room stays where it is from then on."""
    tables = [{"id": name, "zone": "main", "capacity": seats} for name, seats in (("S1", 2), ("M1", 4), ("L1", 6))]
    for once, state in ((True, "failed"), (False, "confirmed")):
        document = venue(PAIR, tables=tables, seating={"move_once": once})
        async with open_inn(migrated_database, redis_url, document) as inn:
            small, middle, large = [await inn.seat(2) for _ in range(3)]
            assert [one.tables for one in (small, middle, large)] == [("S1",), ("M1",), ("L1",)]
            await act(inn.desk, middle.booking.id, Action.CANCEL, caller=inn.caller)
            assert (await inn.seat(6)).tables == ("L1",)
            assert (await inn.view(large.booking.id)).tables == ("M1",)
            await act(inn.desk, small.booking.id, Action.CANCEL, caller=inn.caller)
            assert (await inn.seat(4)).booking.state == state


async def test_a_change_may_move_others(pair: Inn, migrated_database: str) -> None:
    """Two at the small table become four: those at the large one take it over, in the same transaction."""
    small, large = await pair.seat(2), await pair.seat(2)
    await modify_booking(pair.desk, small.booking.id, Changes(party_size=4), caller=pair.caller)
    assert [(await pair.view(one.booking.id)).tables for one in (small, large)] == [("L1",), ("S1",)]
    (entry,) = await move_sets(pair)
    assert (entry["booking_id"], entry["for_booking"]) == (large.booking.id, small.booking.id)
    assert await faults(migrated_database) == []


async def test_an_undone_cancellation_may_move_others(pair: Inn, migrated_database: str) -> None:
    """Four cancel, two take their table, four come back after all: the two make room again."""
    four = await pair.seat(4)
    await act(pair.desk, four.booking.id, Action.CANCEL, caller=pair.caller)
    other = await pair.seat(2)
    two = await pair.seat(2)
    await act(pair.desk, other.booking.id, Action.CANCEL, caller=pair.caller)
    await act(pair.desk, four.booking.id, Action.UNDO, caller=pair.caller)
    assert [(await pair.view(one.booking.id)).tables for one in (four, two)] == [("L1",), ("S1",)]
    assert await faults(migrated_database) == []


@pytest.mark.parametrize(("action", "state"), [(Action.MODIFY, "confirmed"), (Action.PIN, "failed")])
async def test_a_party_that_changes_while_it_is_to_move_is_looked_at_again(
    pair: Inn, migrated_database: str, action: Action, state: str
) -> None:
    """The decision finds the party at another version, looks again, and moves it only if it still may."""
    two = await two_at_the_large_table(pair)
    four = await pair.book(4)
    read = await _present(pair, two)
    pinned = {"pinned_at": pair.desk.clock(), "pinned_by": "ann", "pin_reason": "x"} if action is Action.PIN else {}
    async with pair.desk.database.transaction() as connection:
        await bookings.lock(connection, [two])
        deciding = asyncio.create_task(pair.decide())
        await until(lambda: _somebody_waits(pair))
        await bookings.save(connection, [step(read, action, actor=ANN, at=pair.desk.clock(), **pinned)])
    await deciding
    assert await pair.state(four) == state
    assert (await pair.view(two)).tables == (("S1",) if state == "confirmed" else ("L1",))
    assert await faults(migrated_database) == []


async def _somebody_waits(inn: Inn) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(await inn.desk.database.fetchval(waiting))


# -- the write itself -----------------------------------------------------------------------------------------------


async def _present(inn: Inn, booking_id: UUID) -> Booking:
    found = await bookings.by_id(inn.desk.database, booking_id)
    assert found is not None
    return found


async def _reseat(inn: Inn, held: HeldDays, *wanted: tuple[Booking, tuple[str, ...]]) -> UUID:
    present = await allocations.tables_of_bookings(inn.desk.database, [booking.id for booking, _ in wanted])
    parties = [(booking, present[booking.id][0], Reseat(booking, tables)) for booking, tables in wanted]
    shuffle = Reshuffle()
    number = shuffle.move(parties, Occasion("staff", ANN, inn.desk.clock()), {})
    async with inn.desk.database.transaction() as connection:
        await shuffle.write(connection, held)
    return number


async def test_two_parties_change_places_in_one_write(pair: Inn, migrated_database: str) -> None:
    """Both tables are given back before either is taken, so a swap is no collision."""
    one, two = await pair.seat(2), await pair.seat(2)
    async with held_days(pair.desk, pair.place, [one.booking.service_date]) as held:
        number = await _reseat(pair, held, (one.booking, two.tables), (two.booking, one.tables))
    assert [(await pair.view(v.booking.id)).tables for v in (one, two)] == [two.tables, one.tables]
    assert {row["move_set"] for row in await move_sets(pair)} == {number}
    assert await faults(migrated_database) == []


async def test_a_stale_version_moves_nobody(pair: Inn) -> None:
    """When one of the parties has changed since it was read, all of them stay."""
    one, two = await pair.seat(2), await pair.seat(2)
    await modify_booking(pair.desk, two.booking.id, Changes(notes="by the window"), caller=pair.caller)
    before = await pair.rows()
    async with held_days(pair.desk, pair.place, [one.booking.service_date]) as held:
        with pytest.raises(StaleBooking):
            await _reseat(pair, held, (one.booking, ("L1",)), (two.booking, ("S1",)))
    assert await pair.rows() == before


async def test_a_stale_fence_moves_nobody(pair: Inn) -> None:
    """Whoever lost the day's lock to somebody else cannot move anybody, not even by its own hand."""
    one = await pair.seat(2)
    before = await pair.rows()
    async with held_days(pair.desk, pair.place, [one.booking.service_date]) as held:
        await allocations.issue_fence(pair.desk.database, pair.place.restaurant_id, one.booking.service_date)
        with pytest.raises(StaleFence):
            await _reseat(pair, held, (one.booking, ("L1",)))
    assert await pair.rows() == before


async def test_a_taken_table_moves_nobody(pair: Inn) -> None:
    """A table that somebody else has is refused by the database, and nothing of the set is done."""
    one, two = await pair.seat(2), await pair.seat(2)
    before = await pair.rows()
    async with held_days(pair.desk, pair.place, [one.booking.service_date]) as held:
        with pytest.raises(TableTaken):
            await _reseat(pair, held, (one.booking, two.tables))
    assert await pair.rows() == before


async def test_what_moved_stays_on_record(pair: Inn) -> None:
    """Sets of moves and their parties can neither be changed nor deleted, but for one undo, which is noted once."""
    one = await pair.seat(2)
    async with held_days(pair.desk, pair.place, [one.booking.service_date]) as held:
        number = await _reseat(pair, held, (one.booking, ("L1",)))
    database = pair.desk.database
    for sql in (
        "UPDATE maitred.move_set_entries SET to_tables = '{S1}'",
        "DELETE FROM maitred.move_set_entries",
        "TRUNCATE maitred.move_set_entries",
        "UPDATE maitred.move_sets SET note = 'never happened'",
        "UPDATE maitred.move_sets SET undone_at = now(), undone_by = 'x', actor = 'y'",
        "DELETE FROM maitred.move_sets",
    ):
        with pytest.raises(InvariantBroken, match="append-only"):
            await database.execute(sql)
    async with database.transaction() as connection:
        assert await moves.mark_undone(connection, number, pair.desk.clock(), "ann")
    with pytest.raises(InvariantBroken, match="append-only"):
        await database.execute("UPDATE maitred.move_sets SET undone_at = NULL, undone_by = NULL")
