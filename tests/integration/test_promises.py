"""What was promised or is being worked on holds on every way to a table, whoever takes it."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from house import VENUE, Inn, evening, open_inn, other, until, venue

from maitred.domain.errors import NeedsOverride, Pinned, ReviewClaimed, RunStale, StaleProposal
from maitred.domain.lifecycle import Action
from maitred.store import bookings
from maitred.usecases.accept import Override
from maitred.usecases.door import act
from maitred.usecases.moves import ByHand, accept_moves, move_by_hand, pin
from maitred.usecases.optimizer import Wanted, apply_run, request_run, run_of, solve_next
from maitred.usecases.seat import seat_at
from maitred.usecases.venues import import_venue

AT = evening()
TABLES = [
    {"id": "S1", "zone": "main", "capacity": 2},
    {"id": "L1", "zone": "main", "capacity": 4},
    {"id": "X1", "zone": "main", "capacity": 6, "min_party": 5},
]


def asking(**changes: Any) -> dict[str, Any]:
    """A house that proposes moves and leaves them to a person."""
    return venue(VENUE, tables=TABLES, joins=[], seating={"moves": "suggest"}, **changes)


async def proposed(inn: Inn, **wishes: Any) -> UUID:
    """Four who get the large table once the couple there has moved to the small one."""
    one, _ = await inn.seat(2, evening("19:15")), await inn.seat(2, evening("19:15"))
    await act(inn.desk, one.booking.id, Action.CANCEL, caller=inn.caller)
    four = (await inn.seat(4, **wishes)).booking
    assert four.reason_code == "moves_suggested"
    return four.id


async def test_seating_elsewhere_asks_before_it_breaks_a_promised_zone(inn: Inn) -> None:
    """Without the override nothing changes; with it the party sits, and the booking says what was set aside."""
    one = await inn.seat(3, zone_preference="patio", zone_promised=True)
    before = await inn.rows()
    with pytest.raises(NeedsOverride) as asked:
        await seat_at(inn.desk, one.booking.id, ["A3"], caller=inn.caller, at=AT)
    assert [rule["code"] for rule in asked.value.data["rules"]] == ["promised_zone"]
    assert await inn.rows() == before
    override = Override(frozenset({"promised_zone"}), "It rains.")
    await seat_at(inn.desk, one.booking.id, ["A3"], caller=inn.caller, at=AT, override=override)
    booking = (await inn.view(one.booking.id)).booking
    assert (booking.promised_zone, booking.overridden_rules) == (None, {"promised_zone"})


async def test_a_pinned_party_is_seated_at_its_own_tables_only(inn: Inn) -> None:
    """Elsewhere it is refused and nothing changes; where it was promised it sits down."""
    one = await inn.seat(3)
    await pin(inn.desk, one.booking.id, "A regular.", tables=None, caller=inn.caller)
    before = await inn.rows()
    elsewhere = next(table for table in ("A3", "B1") if (table,) != one.tables)
    with pytest.raises(Pinned):
        await seat_at(inn.desk, one.booking.id, [elsewhere], caller=inn.caller, at=AT)
    assert await inn.rows() == before
    assert (await seat_at(inn.desk, one.booking.id, one.tables, caller=inn.caller, at=AT)).state == "checked_in"


async def test_what_was_set_aside_once_is_kept_and_not_asked_again(inn: Inn) -> None:
    """The override of a move by hand is enough to sit down at these tables."""
    one, override = await inn.seat(2), Override(frozenset({"min_party"}), "Nothing else.")
    await move_by_hand(inn.desk, one.booking.id, ["B1"], caller=inn.caller, hand=ByHand(override=override))
    await seat_at(inn.desk, one.booking.id, ["B1"], caller=inn.caller, at=AT)
    assert (await inn.view(one.booking.id)).booking.overridden_rules == {"min_party"}


async def test_an_accepted_proposal_keeps_the_pace(migrated_database: str, redis_url: str) -> None:
    """Others have taken the covers of the slot since: the proposal is stale, and nothing changes."""
    async with open_inn(migrated_database, redis_url, asking(pacing={"covers_per_slot": 6})) as inn:
        four = await proposed(inn)
        assert (await inn.seat(6)).booking.state == "confirmed"
        before = await inn.rows()
        with pytest.raises(StaleProposal) as stale:
            await accept_moves(inn.desk, four, caller=inn.caller)
        assert stale.value.data["bookings"] == [str(four)]
        assert await inn.rows() == before


async def test_an_accepted_proposal_keeps_the_zone_promised_to_the_party_itself(
    migrated_database: str, redis_url: str
) -> None:
    """The table has been put into another room since: the proposal is stale; as long as it stands there it holds."""
    for moved in (True, False):
        document = asking()
        async with open_inn(migrated_database, redis_url, document) as inn:
            four = await proposed(inn, zone_preference="main", zone_promised=True)
            if not moved:
                assert (await accept_moves(inn.desk, four, caller=inn.caller)).state == "confirmed"
                continue
            elsewhere = [{**one, "zone": "patio"} if one["id"] == "L1" else one for one in TABLES]
            await import_venue(inn.desk.database, {**document, "tables": elsewhere}, caller_name="t")
            with pytest.raises(StaleProposal):
                await accept_moves(inn.desk, four, caller=inn.caller)


async def _somebody_waits(inn: Inn) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(await inn.desk.database.fetchval(waiting))


async def claimed_meanwhile(inn: Inn, review: UUID, settling: Coroutine[Any, Any, Any]) -> Any:
    """Let somebody else claim a review after it was read and before it is written; returns what settling it says."""
    bob = other(inn.caller, "bob")
    async with inn.desk.database.transaction() as connection:
        await bookings.lock(connection, [review])
        task = asyncio.create_task(settling)
        await until(lambda: _somebody_waits(inn))
        later = inn.desk.clock() + timedelta(minutes=1)
        await bookings.claim_review(connection, review, bob.name, bob.credential_id, later)
    return await task


async def test_moves_are_not_accepted_for_a_review_that_somebody_else_took_meanwhile(
    migrated_database: str, redis_url: str
) -> None:
    """The claim came between reading and writing: it is told who has it, and nobody moves."""
    async with open_inn(migrated_database, redis_url, asking()) as inn:
        four = await proposed(inn)
        with pytest.raises(ReviewClaimed) as taken:
            await claimed_meanwhile(inn, four, accept_moves(inn.desk, four, caller=inn.caller))
        assert taken.value.data["claimed_by"] == "bob"
        assert await inn.state(four) == "manual_review"
        assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.move_sets") == 0


async def test_the_optimizer_leaves_a_review_to_whoever_took_it_meanwhile(
    migrated_database: str, redis_url: str
) -> None:
    """The claim came between reading and writing: the proposal is out of date, and nobody moves."""
    async with open_inn(migrated_database, redis_url, asking()) as inn:
        four = await proposed(inn)
        run = await request_run(inn.desk, inn.place, Wanted(AT.date()), caller=inn.caller)
        assert await solve_next(inn.desk, "w1")
        assert (await run_of(inn.desk, run.id, caller=inn.caller)).state == "proposed"
        with pytest.raises(RunStale, match="bob is working on"):
            await claimed_meanwhile(inn, four, apply_run(inn.desk, run.id, caller=inn.caller))
        assert await inn.state(four) == "manual_review"
        assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.move_sets") == 0
