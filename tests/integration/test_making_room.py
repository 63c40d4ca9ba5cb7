"""Room made by a person, tables closed by plan, venues revised: what was looked at happens whole, or nothing does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from house import STAFF, Inn, evening, faults, open_inn, venue

from maitred.domain.errors import MaitredError, MovesGone, NotFound, StaleProposal, TableTaken, TransitionNotAllowed
from maitred.domain.lifecycle import Action
from maitred.store.views import BookingView
from maitred.usecases.blocks import Closing, block_table, look_at_closing, open_again, undo_closing
from maitred.usecases.door import act
from maitred.usecases.moves import ByHand, move_by_hand, pin
from maitred.usecases.revise import StaleVenue, Wishes, look_at_revision, revise_venue
from maitred.usecases.room import look, make_room, undo_room
from maitred.usecases.venues import VenueInUse

# L1 and L2 take four, S1 two; nobody is moved unless a person says so.
TABLES: list[dict[str, Any]] = [
    {"id": "L1", "zone": "main", "capacity": 4},
    {"id": "L2", "zone": "main", "capacity": 4},
    {"id": "S1", "zone": "main", "capacity": 2},
]
HOUR = timedelta(hours=1)


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """Three tables and an engine that moves nobody by itself."""
    document = venue(tables=TABLES, joins=[], seating={"moves": "off"})
    async with open_inn(migrated_database, redis_url, document) as opened:
        yield opened
    assert await faults(migrated_database) == []


async def crowded(inn: Inn) -> tuple[UUID, BookingView]:
    """Let four ask while two sit at a table for four that a small one would do for; (who asks, who is in the way)."""
    gone = await inn.seat(2)
    two, four = await inn.seat(2), await inn.seat(4)
    assert (gone.tables, two.tables, four.tables) == (("S1",), ("L1",), ("L2",))
    await act(inn.desk, gone.booking.id, Action.CANCEL, caller=inn.caller)
    refused = await inn.seat(4, **STAFF)
    assert refused.booking.state == "manual_review"
    return refused.booking.id, two


async def test_a_look_writes_nothing(inn: Inn) -> None:
    """Neither at making room, nor at closing a table, nor at a new version of the venue."""
    refused, two = await crowded(inn)
    before = await inn.rows()
    room = await look(inn.desk, refused, caller=inn.caller)
    assert [(one.booking.id, one.to_tables) for one in room.plan.shifts] == [(two.booking.id, ("S1",))]
    closing = Closing("L1", evening("18:00"), evening("21:00"), "leg")
    assert len((await look_at_closing(inn.desk, inn.place, closing, caller=inn.caller)).shifts) == 1
    document = {**inn.place.document, "tables": TABLES[1:]}
    found = await look_at_revision(inn.desk, inn.place, document, caller=inn.caller, version=1)
    assert [(one.booking.id, one.fate, one.to_tables) for one in found.affected] == [(two.booking.id, "moves", ("S1",))]
    assert await inn.rows() == before
    assert (await inn.desk.venues.get(inn.place.slug)).version == 1


async def test_another_plan_than_the_one_looked_at_is_not_carried_out(inn: Inn) -> None:
    """A party that changed since, or one that is kept, makes another plan: stale, and nothing is written."""
    refused, two = await crowded(inn)
    seal = (await look(inn.desk, refused, caller=inn.caller)).plan.seal
    await pin(inn.desk, two.booking.id, "Theirs.", tables=None, caller=inn.caller)
    before = await inn.rows()
    for held in ((), (str(two.booking.id),)):
        with pytest.raises(StaleProposal):
            await make_room(inn.desk, refused, held, seal, caller=inn.caller)
    assert await inn.rows() == before


async def test_of_two_who_make_room_at_once_one_does(inn: Inn) -> None:
    """The other is told that the plan is stale or the party is seated; the book stays sound."""
    refused, two = await crowded(inn)
    seal = (await look(inn.desk, refused, caller=inn.caller)).plan.seal
    tries = (make_room(inn.desk, refused, (), seal, caller=inn.caller) for _ in range(3))
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, MaitredError) for one in done if isinstance(one, BaseException))
    assert [(await inn.view(one)).tables for one in (refused, two.booking.id)] == [("L1",), ("S1",)]


async def test_room_that_others_have_built_on_is_not_taken_back(inn: Inn) -> None:
    """Once a party that moved has sat down the undo names it and changes nothing; a second undo is refused too."""
    refused, two = await crowded(inn)
    seal = (await look(inn.desk, refused, caller=inn.caller)).plan.seal
    await make_room(inn.desk, refused, (), seal, caller=inn.caller)
    await move_by_hand(inn.desk, two.booking.id, ["S1"], caller=inn.caller, hand=ByHand("again"))
    late = inn.at(lambda: evening("18:50"))
    await act(late.desk, two.booking.id, Action.ARRIVE, caller=inn.caller)
    before = await inn.rows()
    with pytest.raises(MovesGone) as gone:
        await undo_room(inn.desk, refused, caller=inn.caller)
    assert two.booking.reference in gone.value.message
    assert await inn.rows() == before


async def test_a_frozen_party_moves_only_with_a_warning(inn: Inn) -> None:
    """Half an hour before their time the plan says that it goes beyond the rules, and that the party is frozen."""
    refused, two = await crowded(inn)
    late = inn.at(lambda: evening("18:30"))
    plan = (await look(late.desk, refused, caller=inn.caller)).plan
    assert plan.beyond
    assert [(one.booking.id, one.frozen) for one in plan.shifts] == [(two.booking.id, True)]
    await make_room(late.desk, refused, (), plan.seal, caller=inn.caller)
    await undo_room(late.desk, refused, caller=inn.caller)
    assert (await inn.view(two.booking.id)).tables == ("L1",)
    assert await inn.state(refused) == "manual_review"


async def test_a_seated_party_needs_no_room(inn: Inn) -> None:
    """Room is made for refused parties only."""
    one = await inn.seat(2)
    with pytest.raises(TransitionNotAllowed):
        await look(inn.desk, one.booking.id, caller=inn.caller)


async def test_closing_a_table_is_taken_back_whole(inn: Inn) -> None:
    """Who moved and who went to review are back at their tables, an arrived party as arrived."""
    _, two = await crowded(inn)
    four = next(view for view in await _views(inn) if view.tables == ("L2",))
    late = inn.at(lambda: evening("18:30"))
    await act(late.desk, four.booking.id, Action.ARRIVE, caller=inn.caller)
    closing = Closing("L2", evening("18:40"), evening("21:00"), "leg")
    plan = await look_at_closing(late.desk, inn.place, closing, [str(two.booking.id)], caller=inn.caller)
    held = [str(two.booking.id)]
    done = await block_table(late.desk, inn.place, closing, caller=inn.caller, held=held, seal=plan.seal)
    assert [one.id for one in done.to_review] == [four.booking.id]
    await undo_closing(late.desk, inn.place, done.block.id, caller=inn.caller)
    after = await inn.view(four.booking.id)
    assert (after.booking.state, after.tables) == ("arrived", ("L2",))


async def test_a_closing_that_was_built_on_is_not_taken_back(inn: Inn) -> None:
    """Somebody else has the former table by now: the undo names them, and the table stays closed."""
    _, two = await crowded(inn)
    closing = Closing("L1", evening("18:00"), evening("21:00"), "leg")
    done = await block_table(inn.desk, inn.place, closing, caller=inn.caller)
    assert (await inn.view(two.booking.id)).tables == ("S1",)
    await pin(inn.desk, two.booking.id, "They like it.", tables=None, caller=inn.caller)
    before = await inn.rows()
    with pytest.raises(MovesGone):
        await undo_closing(inn.desk, inn.place, done.block.id, caller=inn.caller)
    assert await inn.rows() == before


async def test_a_table_is_opened_though_its_closing_was_built_on(inn: Inn) -> None:
    """Who opens the table wants the table: whoever had to leave it and was promised another stays there."""
    _, two = await crowded(inn)
    closing = Closing("L1", evening("18:00"), evening("21:00"), "leg")
    done = await block_table(inn.desk, inn.place, closing, caller=inn.caller)
    await pin(inn.desk, two.booking.id, "They like it.", tables=None, caller=inn.caller)
    block, back = await open_again(inn.desk, inn.place, done.block.id, caller=inn.caller)
    assert (block.table, back) == ("L1", False)
    assert (await inn.view(two.booking.id)).tables == ("S1",)
    blocked = "SELECT count(*) FROM maitred.allocations WHERE block_id IS NOT NULL"
    assert await inn.desk.database.fetchval(blocked) == 0
    with pytest.raises(NotFound):
        await open_again(inn.desk, inn.place, done.block.id, caller=inn.caller)


async def test_a_table_with_somebody_at_it_is_not_closed(inn: Inn) -> None:
    """The look says so as the closing would."""
    one = await inn.seat(2)
    late = inn.at(lambda: evening("18:55"))
    await act(late.desk, one.booking.id, Action.CHECK_IN, caller=inn.caller)
    with pytest.raises(TableTaken):
        await look_at_closing(
            late.desk, inn.place, Closing(one.tables[0], evening("19:00"), evening("20:00"), "leg"), caller=inn.caller
        )


async def test_a_new_version_and_its_bookings_change_together(inn: Inn) -> None:
    """Whoever loses a table moves, a pinned party and one sent to review wait for a person; and all of it is sealed."""
    pinned = await inn.seat(4)
    await pin(inn.desk, pinned.booking.id, "Theirs.", tables=None, caller=inn.caller)
    later = await inn.seat(2, evening("21:00"))
    moved = await inn.seat(4, evening("21:00"))
    assert (pinned.tables, later.tables, moved.tables) == (("L1",), ("S1",), ("L1",))
    document = {**inn.place.document, "tables": [TABLES[1], {**TABLES[2], "capacity": 3, "min_party": 3}]}
    found = await look_at_revision(inn.desk, inn.place, document, caller=inn.caller, version=1)
    fates = {one.booking.id: one.fate for one in found.affected}
    assert fates == {pinned.booking.id: "review", later.booking.id: "stays", moved.booking.id: "moves"}
    reviews = frozenset({later.booking.id})
    wrong = Wishes(1, reviews, seal="other")
    with pytest.raises(StaleProposal):
        await revise_venue(inn.desk, inn.place, document, wrong, caller=inn.caller)
    wishes = Wishes(1, reviews, tell_guests=True, seal=found.seal)
    done = await revise_venue(inn.desk, inn.place, document, wishes, caller=inn.caller)
    assert done.version == 2
    states = {view.booking.id: (view.booking.state, view.tables) for view in await _views(inn)}
    assert states == {
        pinned.booking.id: ("manual_review", ()),
        later.booking.id: ("manual_review", ()),
        moved.booking.id: ("confirmed", ("L2",)),
    }
    told = (await inn.steps(later.booking.id))[-1].reason_data
    assert told is not None
    assert (told["tell_guest"], told["venue_version"], told["rules"][0]["code"]) == (True, 2, "min_party")
    with pytest.raises(StaleVenue):
        await revise_venue(inn.desk, inn.place, document, Wishes(1), caller=inn.caller)


async def test_a_table_somebody_sits_at_does_not_go(inn: Inn) -> None:
    """The venue stays as it is, and the party is named."""
    one = await inn.seat(4)
    late = inn.at(lambda: evening("18:55"))
    await act(late.desk, one.booking.id, Action.CHECK_IN, caller=inn.caller)
    document = {**inn.place.document, "tables": [table for table in TABLES if table["id"] != one.tables[0]]}
    with pytest.raises(VenueInUse):
        await look_at_revision(late.desk, inn.place, document, caller=inn.caller, version=1)


async def _views(inn: Inn) -> list[BookingView]:
    rows = await inn.desk.database.fetch("SELECT id FROM maitred.bookings ORDER BY arrival")
    return [await inn.view(row["id"]) for row in rows]
