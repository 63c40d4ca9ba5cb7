"""Undo takes back the last thing that a person did, whatever it was: on the real engines, over all pairs of actions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from house import Inn, evening, faults, inn_of, open_inn, other, venue
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from maitred.domain.booking import Actor, ActorKind
from maitred.domain.errors import (
    Contended,
    MaitredError,
    MovesGone,
    NotFound,
    Rejected,
    StaleBooking,
    TableTaken,
    TransitionNotAllowed,
)
from maitred.domain.lifecycle import Action
from maitred.usecases.accept import GuestDetails
from maitred.usecases.blocks import Closing, block_table, lose_table, undo_closing
from maitred.usecases.door import act
from maitred.usecases.guests import note_guest
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.moves import move_by_hand, pin, swap, undo_moves, unpin
from maitred.usecases.night import follow_nights
from maitred.usecases.personal import erase_guest
from maitred.usecases.queue import join_queue, seat_from_queue, waiting_party
from maitred.usecases.review import decline, force_confirm, requeue, suggestions
from maitred.usecases.room import look, make_room
from maitred.usecases.seat import seat_at
from maitred.usecases.undo import take_back, undo
from maitred.usecases.walkins import WalkIn, seat_walk_in

SEVEN = evening("19:00")
MINUTE = timedelta(minutes=1)
WORKER = Actor(ActorKind.SYSTEM, "night")
few = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(slots=True)
class Table:
    """A party under test, another beside it, and a clock that goes on a minute with every deed."""

    inn: Inn
    party: UUID
    beside: UUID
    now: datetime = field(default_factory=lambda: SEVEN + 2 * MINUTE)

    def here(self) -> Inn:
        """The inn at this minute."""
        return self.inn.at(lambda now=self.now: now)

    async def does(self, deed: "Deed") -> None:
        """Do something, a minute later."""
        self.now += MINUTE
        await deed(self.here(), self)

    async def takes_back(self) -> None:
        """Take the last thing back, a minute later."""
        self.now += MINUTE
        here = self.here()
        await undo(here.desk, self.party, caller=here.caller)

    async def newest(self) -> UUID | None:
        """What an undo takes back now."""
        return (await self.inn.view(self.party)).booking.undo_entry

    async def image(self) -> dict[str, Any]:
        """Everything of this house that an undo answers for: bookings, guests, tables and times, closed tables."""
        database, number = self.inn.desk.database, self.inn.place.restaurant_id
        found: dict[str, Any] = {}
        for row in await database.fetch(
            "SELECT maitred.image_of(id) AS i FROM maitred.bookings WHERE restaurant_id = $1", number
        ):
            image = dict(row["i"])
            booking = {name: value for name, value in image["booking"].items() if name not in BOOK_KEEPING}
            if booking["state"] == "assignment_pending":  # queued afresh
                booking |= {"pending_since": None, "due_at": None}
            found[booking["reference"]] = {**image, "booking": booking}
        found["closed"] = [
            tuple(row)
            for row in await database.fetch(
                "SELECT table_id, upper(during) FROM maitred.table_blocks WHERE restaurant_id = $1 ORDER BY 1, 2",
                number,
            )
        ]
        return found


BOOK_KEEPING = frozenset({"version", "updated_at", "undo_entry", "undo_until"})
Deed = Callable[[Inn, Table], Awaitable[Any]]


def _step(action: Action) -> Deed:
    async def take(inn: Inn, table: Table) -> None:
        await act(inn.desk, table.party, action, caller=inn.caller)

    return take


def _changes(**wanted: Any) -> Deed:
    async def change(inn: Inn, table: Table) -> None:
        await modify_booking(inn.desk, table.party, Changes(**wanted), caller=inn.caller)

    return change


def _moves(*tables: str) -> Deed:
    async def move(inn: Inn, table: Table) -> None:
        await move_by_hand(inn.desk, table.party, tables, caller=inn.caller)

    return move


async def _moves_elsewhere(inn: Inn, table: Table) -> None:
    taken = {*(await inn.view(table.party)).tables, *(await inn.view(table.beside)).tables}
    free = next(one for one in ("A3", "P1", "A1", "A2") if one not in taken)
    await move_by_hand(inn.desk, table.party, [free], caller=inn.caller)


def _sits_at(*tables: str) -> Deed:
    async def sit(inn: Inn, table: Table) -> None:
        await seat_at(inn.desk, table.party, tables, caller=inn.caller)

    return sit


def _confirms(*tables: str) -> Deed:
    async def confirm(inn: Inn, table: Table) -> None:
        await force_confirm(inn.desk, table.party, tables, caller=inn.caller)

    return confirm


def _pins(*tables: str) -> Deed:
    async def promise(inn: Inn, table: Table) -> None:
        await pin(inn.desk, table.party, "Their table.", tables=tables or None, caller=inn.caller)

    return promise


async def _swaps(inn: Inn, table: Table) -> None:
    await swap(inn.desk, table.party, table.beside, caller=inn.caller)


async def _unpins(inn: Inn, table: Table) -> None:
    await unpin(inn.desk, table.party, caller=inn.caller)


async def _loses(inn: Inn, table: Table) -> None:
    await lose_table(inn.desk, table.party, caller=inn.caller, expected_version=None, note="A leg broke off.")


async def _closes(inn: Inn, table: Table) -> None:
    tables = (await inn.view(table.party)).tables
    if not tables:
        raise NotFound("It has none.")
    closing = Closing(tables[0], table.now, SEVEN + timedelta(hours=3), "Wet.")
    await block_table(inn.desk, inn.place, closing, caller=inn.caller)


async def _requeues(inn: Inn, table: Table) -> None:
    await requeue(inn.desk, table.party, caller=inn.caller)


async def _makes_room(inn: Inn, table: Table) -> None:
    room = await look(inn.desk, table.party, caller=inn.caller)
    await make_room(inn.desk, table.party, (), room.plan.seal, caller=inn.caller)


async def _notes(inn: Inn, table: Table) -> None:
    await note_guest(inn.desk, table.party, "Likes the window.", ["regular"], caller=inn.caller, seen_at=None)


DEEDS: dict[str, Deed] = {
    "arrive": _step(Action.ARRIVE),
    "check_in": _step(Action.CHECK_IN),
    "complete": _step(Action.COMPLETE),
    "no_show": _step(Action.MARK_NO_SHOW),
    "cancel": _step(Action.CANCEL),
    "review": _step(Action.LOSE_TABLE),
    "seat at A3": _sits_at("A3"),
    "seat at P1": _sits_at("P1"),
    "move to A3": _moves("A3"),
    "move to P1": _moves("P1"),
    "move": _moves_elsewhere,
    "move to A1 and A2": _moves("A1", "A2"),
    "swap": _swaps,
    "pin": _pins(),
    "pin at P1": _pins("P1"),
    "unpin": _unpins,
    "party of three": _changes(party_size=3),
    "party of four": _changes(party_size=4),
    "later": _changes(starts_at=SEVEN + timedelta(hours=2)),
    "another day": _changes(starts_at=SEVEN + timedelta(days=1)),
    "longer": _changes(leave_by=SEVEN + timedelta(minutes=90)),
    "notes": _changes(notes="Nuts."),
    "patio": _changes(zone_preference="patio"),
    "no steps": _changes(accessible=True, party_size=3),
    "another guest": _changes(guest=GuestDetails("Bo Other", "bo@example.com", "+442079460958", "de")),
    "lose table": _loses,
    "close table": _closes,
    "requeue": _requeues,
    "confirm at A3": _confirms("A3"),
    "confirm at P1": _confirms("P1"),
    "make room": _makes_room,
    "note": _notes,
}
STARTS: dict[str, tuple[str, ...]] = {
    "confirmed": (),
    "arrived": ("arrive",),
    "seated": ("check_in",),
    "arrived and seated": ("arrive", "check_in"),
    "promised": ("pin",),
    "in review": ("review",),
    "sits late": ("check_in", "close table"),
}


async def _set(inn: Inn, start: str) -> Table:
    """A party of two in a house of its own, with another beside it, as far as a start goes."""
    fresh = await inn_of(inn.house, venue(), inn.url)
    now = SEVEN - timedelta(hours=3)
    early = fresh.at(lambda: now)
    party, beside = await early.seat(2, SEVEN), await early.seat(2, SEVEN)
    assert (party.booking.state, beside.booking.state) == ("confirmed", "confirmed")
    table = Table(fresh, party.booking.id, beside.booking.id)
    for name in STARTS[start]:
        try:
            await table.does(DEEDS[name])
        except MaitredError:
            assume(condition=False)
    return table


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn of which each example opens its own."""
    async with open_inn(migrated_database, redis_url, venue()) as opened:
        yield opened
    assert await faults(migrated_database) == []


@pytest.mark.timeout(600)
@few
@given(start=st.sampled_from(sorted(STARTS)), first=st.sampled_from(sorted(DEEDS)), last=st.sampled_from(sorted(DEEDS)))
@example("seated", "note", "move to A3")
@example("seated", "move to A3", "move to P1")
@example("seated", "move", "move")
@example("arrived", "check_in", "complete")
@example("confirmed", "party of four", "cancel")
@example("confirmed", "lose table", "pin")
@example("seated", "lose table", "move to P1")
@example("in review", "confirm at A3", "lose table")
@example("confirmed", "swap", "arrive")
@example("confirmed", "another day", "another guest")
@example("promised", "unpin", "close table")
@example("seated", "party of four", "lose table")
@example("in review", "requeue", "notes")
@example("confirmed", "no_show", "note")
async def test_undo_restores_exactly_what_was_before_the_last_of_any_two_actions(
    inn: Inn, start: str, first: str, last: str
) -> None:
    """Every column, guest, tables and times of everybody; and then the first is the newest, and is undone as well."""
    table = await _set(inn, start)
    begin, before = await table.image(), await table.newest()
    try:
        await table.does(DEEDS[first])
        between, one = await table.image(), await table.newest()
        await table.does(DEEDS[last])
    except (Rejected, Contended):
        assume(condition=False)
    assume(await table.newest() not in (None, one))  # else it was about other parties
    await table.takes_back()
    assert await table.image() == between
    assert await table.newest() == one
    if one not in (None, before):
        await table.takes_back()
        assert await table.image() == begin


# -- what cannot be taken back ---------------------------------------------------------------------------------------


async def test_tables_that_somebody_has_by_now_are_not_taken_from_them(inn: Inn) -> None:
    """A party moved; its first table is another's now: the undo names them, and nothing changes."""
    table = await _set(inn, "seated")
    (first,) = (await table.inn.view(table.party)).tables
    await table.does(DEEDS["move"])
    here = table.here()
    await undo_clearing(here, first)
    await move_by_hand(here.desk, table.beside, [first], caller=other(here.caller, "bob"))
    before = await here.rows()
    with pytest.raises(MovesGone) as gone:
        await undo(here.desk, table.party, caller=here.caller)
    assert (gone.value.reason_code, gone.value.data["tables"], gone.value.data["who"]) == (
        "undo_taken",
        first,
        "Ada Guest",
    )
    assert await here.rows() == before


async def undo_clearing(inn: Inn, table: str) -> None:
    """Let a table be taken that is being cleared."""
    await inn.desk.database.execute("DELETE FROM maitred.table_blocks WHERE table_id = $1", table)


async def test_what_others_have_gone_on_with_is_named_and_stays(inn: Inn) -> None:
    """Two changed places and the other has sat down since: the swap cannot be undone for one of them alone."""
    table = await _set(inn, "confirmed")
    await table.does(_swaps)
    here = table.here()
    await act(here.desk, table.beside, Action.CHECK_IN, caller=other(here.caller, "bob"))
    before = await here.rows()
    with pytest.raises(MovesGone) as gone:
        await undo(here.desk, table.party, caller=here.caller)
    assert gone.value.reason_code == "undo_changed"
    assert gone.value.data["changed"] == [(await here.view(table.beside)).booking.reference]
    assert await here.rows() == before
    await undo(here.desk, table.beside, caller=here.caller)  # the last thing first
    await undo(here.desk, table.party, caller=here.caller)


@pytest.mark.parametrize("deed", ["arrive", "pin", "notes", "move"])
async def test_nobody_takes_back_what_a_guest_has_changed_since(inn: Inn, deed: str) -> None:
    """A guest's own change is theirs: after it nothing is offered, and an undo is refused."""
    table = await _set(inn, "confirmed")
    await table.does(DEEDS[deed])
    here = table.here()
    guest = replace(other(here.caller, "guest"), scopes=frozenset({"bookings:write"}))
    await modify_booking(here.desk, table.party, Changes(notes="We bring a dog."), caller=guest)
    assert await table.newest() is None
    before = await here.rows()
    with pytest.raises(TransitionNotAllowed):
        await undo(here.desk, table.party, caller=here.caller)
    assert await here.rows() == before


@pytest.mark.parametrize("deed", ["requeue", "later", "party of three", "another day"])
@pytest.mark.parametrize("decided", [False, True])
async def test_what_the_house_has_decided_since_is_taken_back_with_it(inn: Inn, deed: str, *, decided: bool) -> None:
    """A review is sent back to be decided and seated by the engine: it waits for a person again, its new table free."""
    table = await _set(inn, "in review")
    before = await table.image()
    await table.does(DEEDS[deed])
    if decided:
        here = table.here()
        for day in (SEVEN, SEVEN + timedelta(days=1)):
            await here.decide(day)
        assert await here.state(table.party) == "confirmed"
        assert (await here.view(table.party)).tables
    await table.takes_back()
    assert await table.image() == before


@pytest.mark.parametrize("left", ["completed", "moved away"])
@pytest.mark.parametrize("who", ["its guest", "a walk-in"])
async def test_a_table_taken_while_it_was_cleared_is_cleared_again(inn: Inn, left: str, who: str) -> None:
    """Whoever has left it keeps it for their buffer again: exactly as before somebody was seated there by mistake."""
    table = await _set(inn, "confirmed")
    here = table.here()
    tables = (await here.view(table.beside)).tables
    await act(here.desk, table.beside, Action.CHECK_IN, caller=here.caller)
    table.now += MINUTE
    here = table.here()
    if left == "completed":
        await act(here.desk, table.beside, Action.COMPLETE, caller=here.caller)
    else:
        await move_by_hand(here.desk, table.beside, ["A3"], caller=here.caller)
    before = await table.image()
    table.now += MINUTE
    here = table.here()
    if who == "its guest":
        await seat_at(here.desk, table.party, tables, caller=here.caller)
        await table.takes_back()
    else:
        sat = await seat_walk_in(
            here.desk, here.place, WalkIn(2, "Bo"), tables=tables, leave_by=None, caller=here.caller, anyway=True
        )
        assert sat.undo_entry is not None
        await take_back(here.desk, sat.undo_entry, caller=here.caller)
        after = await table.image()
        del after[sat.reference]
        assert after == before
        return
    assert await table.image() == before


async def test_a_review_that_a_person_has_gone_on_with_since_is_theirs(inn: Inn) -> None:
    """Seated by the engine and moved by a person: only the move is taken back, then what was decided."""
    table = await _set(inn, "in review")
    before = await table.image()
    await table.does(DEEDS["requeue"])
    await table.here().decide(SEVEN)
    seated = await table.image()
    await table.does(DEEDS["move"])
    await table.takes_back()
    assert await table.image() == seated
    await table.takes_back()
    assert await table.image() == before


async def test_a_guests_cancellation_is_taken_back_by_staff(inn: Inn) -> None:
    """They call and say that it was a slip."""
    table = await _set(inn, "promised")
    here = table.here()
    guest = replace(other(here.caller, "guest"), scopes=frozenset({"bookings:write"}))
    before = await table.image()
    await act(here.desk, table.party, Action.CANCEL, caller=guest)
    await table.takes_back()
    assert await table.image() == before


async def test_what_is_declined_stays_declined(inn: Inn) -> None:
    """Failed is final: nothing is kept, nothing offered."""
    table = await _set(inn, "in review")
    here = table.here()
    assert (await decline(here.desk, table.party, caller=here.caller)).state == "failed"
    assert await table.newest() is None
    with pytest.raises(TransitionNotAllowed):
        await undo(here.desk, table.party, caller=here.caller)


@pytest.mark.parametrize(("deed", "minutes"), [("no_show", 15), ("cancel", 15), ("arrive", 720), ("move", 720)])
async def test_undo_has_its_time(inn: Inn, deed: str, minutes: int) -> None:
    """What ends a booking can be undone for fifteen minutes, the rest within a service; to the last moment."""
    table = await _set(inn, "confirmed")
    await table.does(DEEDS[deed])
    done = table.now
    table.now = done + minutes * MINUTE
    with pytest.raises(TransitionNotAllowed):
        await table.takes_back()
    table.now = done + (minutes - 1) * MINUTE
    await table.takes_back()


@pytest.mark.parametrize(("deed", "minutes"), [("cancel", 15), ("move", 720)])
async def test_a_line_that_stands_for_too_long_offers_nothing_any_more(inn: Inn, deed: str, minutes: int) -> None:
    """Whoever names what was done, and not the booking, has no longer for it."""
    table = await _set(inn, "confirmed")
    await table.does(DEEDS[deed])
    entry, before = await table.newest(), await table.image()
    assert entry is not None
    table.now += minutes * MINUTE + MINUTE
    here = table.here()
    with pytest.raises(MovesGone):
        await take_back(here.desk, entry, caller=here.caller)
    assert await table.image() == before


async def test_a_table_closed_long_ago_is_only_opened(inn: Inn) -> None:
    """Nobody is brought back to it half a day later, whether or not the record of the closing was swept by then."""
    table = await _set(inn, "confirmed")
    here, tables = table.here(), (await table.inn.view(table.party)).tables
    closing = Closing(tables[0], table.now, SEVEN + timedelta(days=2), "Wet.")
    closed = await block_table(here.desk, here.place, closing, caller=here.caller)
    elsewhere = (await table.inn.view(table.party)).tables
    table.now += 13 * 60 * MINUTE
    late = table.here()
    await undo_closing(late.desk, late.place, closed.block.id, caller=late.caller)
    assert (await table.inn.view(table.party)).tables == elsewhere


async def test_of_many_who_undo_at_once_one_does(inn: Inn) -> None:
    """One thing is taken back once, and nothing that was done before it goes with it."""
    table = await _set(inn, "seated")
    await table.does(DEEDS["move"])
    here = table.here()
    entry = await table.newest()
    assert entry is not None
    tries = await asyncio.gather(
        *(take_back(here.desk, entry, caller=other(here.caller, f"host {n}")) for n in range(6)), return_exceptions=True
    )
    assert sum(not isinstance(one, BaseException) for one in tries) == 1
    assert all(isinstance(one, MovesGone | Contended) for one in tries if isinstance(one, BaseException))
    assert (await here.view(table.party)).booking.state == "checked_in"


async def test_another_restaurant_knows_of_nothing_to_take_back(inn: Inn) -> None:
    """Neither by the booking nor by what was done."""
    table = await _set(inn, "arrived")
    stranger = replace(other(table.inn.caller, "stranger"), restaurant_id=-1)
    entry = await table.newest()
    assert entry is not None
    with pytest.raises(NotFound):
        await take_back(table.inn.desk, entry, caller=stranger)
    with pytest.raises(NotFound):
        await undo(table.inn.desk, table.party, caller=stranger)


async def test_an_undo_from_a_stale_page_is_refused(inn: Inn) -> None:
    """Who names a version takes back what was done to that version, and no other."""
    table = await _set(inn, "arrived")
    version = (await table.inn.view(table.party)).booking.version
    await table.does(DEEDS["notes"])
    with pytest.raises(StaleBooking):
        await undo(table.inn.desk, table.party, caller=table.inn.caller, expected_version=version)


# -- what goes on meanwhile ------------------------------------------------------------------------------------------


async def test_the_night_goes_on_and_the_last_step_can_still_be_undone(inn: Inn) -> None:
    """A party was promised its table and was late since: the promise is taken back, and that it is late stays known."""
    table = await _set(inn, "promised")
    table.now = SEVEN + 20 * MINUTE
    await follow_nights(table.here().desk, WORKER)
    steps = await table.inn.steps(table.party)
    assert steps[-1].action == "late_guest"
    await table.takes_back()
    view = await table.inn.view(table.party)
    assert (view.booking.pinned, view.booking.state) == (False, "confirmed")


async def test_a_seating_is_undone_though_the_stay_was_prolonged_since(inn: Inn) -> None:
    """Seated by mistake, and noticed when they were over their time: they are expected at the table they had."""
    table = await _set(inn, "confirmed")
    before = await table.image()
    await table.does(DEEDS["check_in"])
    table.now = SEVEN + 95 * MINUTE
    await follow_nights(table.here().desk, WORKER)
    assert (await table.inn.view(table.party)).seated_until > SEVEN + 80 * MINUTE
    await table.takes_back()
    assert await table.image() == before


async def test_a_move_is_undone_on_a_table_where_their_time_is_over(inn: Inn) -> None:
    """Who sits stays for another moment, wherever the old plan ended."""
    table = await _set(inn, "seated")
    await table.does(DEEDS["move"])
    table.now = SEVEN + 120 * MINUTE
    await table.takes_back()
    view = await table.inn.view(table.party)
    assert view.seated_until > table.now


async def test_the_record_of_moves_says_that_one_was_undone(inn: Inn) -> None:
    """The set is undone with the entry, and an entry with its set: neither can be taken back twice."""
    table = await _set(inn, "confirmed")
    await table.does(DEEDS["move"])
    await table.takes_back()
    done = await table.inn.desk.database.fetch("SELECT id, undone_by FROM maitred.move_sets")
    assert [row["undone_by"] for row in done] == ["ann"]
    await table.does(DEEDS["move"])
    entry = await table.newest()
    (again,) = await table.inn.desk.database.fetch("SELECT id FROM maitred.move_sets WHERE undone_at IS NULL")
    early = table.inn.at(lambda: SEVEN - timedelta(hours=2))
    await undo_moves(early.desk, again["id"], caller=early.caller)
    assert entry is not None
    with pytest.raises(MovesGone):
        await take_back(table.inn.desk, entry, caller=table.inn.caller)


async def test_a_walk_in_from_the_queue_waits_again(inn: Inn) -> None:
    """Taken back, it was never seated; it has the place in the queue that it had."""
    here = inn.at(lambda: SEVEN)
    party = await join_queue(here.desk, here.place, WalkIn(2, "Khan"), (10, 20), caller=here.caller)
    booking = await seat_from_queue(here.desk, here.place, party.id, tables=(), leave_by=None, caller=here.caller)
    undone = await undo(here.desk, booking.id, caller=here.caller)
    assert undone.state == "cancelled"
    waiting = await waiting_party(here.desk, here.place, party.id)
    assert (waiting.closed_at, waiting.booking_id, waiting.quoted_to) == (None, None, 20)


async def test_an_erased_guest_does_not_come_back_by_undo(inn: Inn) -> None:
    """What they were called before a change is gone with the rest."""
    table = await _set(inn, "confirmed")
    await table.does(DEEDS["another guest"])
    database = table.inn.desk.database
    number = table.inn.place.restaurant_id
    await erase_guest(database, number, "bo@example.com", None, by="ann", now=table.now, force=True)
    assert await database.fetchval("SELECT count(*) FROM maitred.undo_parts WHERE booking_id = $1", table.party) == 0
    with pytest.raises(TransitionNotAllowed):
        await table.takes_back()


async def test_what_an_erasure_took_away_is_offered_no_more(inn: Inn) -> None:
    """Two swapped, one was changed since, the other erased: the change is taken back, and nothing is left to undo."""
    table = await _set(inn, "confirmed")
    database, number = table.inn.desk.database, table.inn.place.restaurant_id
    guest = Changes(guest=GuestDetails("Bo Other", "bo@example.com"))
    await modify_booking(table.here().desk, table.beside, guest, caller=inn.caller)
    await table.does(DEEDS["swap"])
    await table.does(DEEDS["notes"])
    await erase_guest(database, number, "bo@example.com", None, by="ann", now=table.now, force=True)
    await table.takes_back()
    assert await table.newest() is None
    with pytest.raises(TransitionNotAllowed):
        await table.takes_back()


# -- a table out of use ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["confirmed", "arrived", "seated", "promised"])
async def test_a_lost_table_is_offered_to_nobody_until_the_day_ends(inn: Inn, start: str) -> None:
    """Not to the party itself, nor by hand to anybody else; the undo opens it and brings everybody back."""
    table = await _set(inn, start)
    (lost,) = (await table.inn.view(table.party)).tables
    before = await table.image()
    await table.does(_loses)
    here = table.here()
    view = await here.view(table.party)
    assert lost not in view.tables
    if view.booking.state == "manual_review":
        found = await suggestions(here.desk, table.party, caller=here.caller)
        assert not [plan for plan in found.plans if lost in plan.tables]
        with pytest.raises(TableTaken):
            await force_confirm(here.desk, table.party, [lost], caller=here.caller)
    with pytest.raises(TableTaken):
        await move_by_hand(here.desk, table.beside, [lost], caller=here.caller)
    late = await here.seat(2, evening("21:30"))
    assert lost not in late.tables
    await act(here.desk, late.booking.id, Action.CANCEL, caller=here.caller)
    (closed,) = (await table.image())["closed"]
    assert closed == (lost, datetime.combine(SEVEN.date() + timedelta(days=1), time(5), UTC))
    await table.takes_back()
    image = await table.image()
    image.pop(late.booking.reference)
    assert image == before


async def test_whoever_is_due_at_a_lost_table_later_is_given_another(inn: Inn) -> None:
    """Broken at seven, it is as broken at nine; undone, both are where they were."""
    table = await _set(inn, "seated")
    here = table.here()
    (lost,) = (await here.view(table.party)).tables
    due = await here.seat(2, evening("21:00"))
    if due.tables != (lost,):
        await move_by_hand(here.desk, due.booking.id, [lost], caller=here.caller)
    await table.does(_loses)
    assert lost not in (await here.view(due.booking.id)).tables
    await table.takes_back()
    assert (await here.view(due.booking.id)).tables == (lost,)


async def test_nobody_is_made_to_get_up_for_a_table_they_do_not_lose(inn: Inn) -> None:
    """Somebody still sits where a party is due: the table is out of use once they are gone."""
    table = await _set(inn, "seated")
    here = table.here()
    (lost,) = (await here.view(table.party)).tables
    due = await here.seat(2, evening("21:00"))
    if due.tables != (lost,):
        await move_by_hand(here.desk, due.booking.id, [lost], caller=here.caller)
    await lose_table(here.desk, due.booking.id, caller=here.caller, expected_version=None)
    view = await here.view(table.party)
    assert (view.booking.state, view.tables) == ("checked_in", (lost,))
    assert lost not in (await here.view(due.booking.id)).tables
