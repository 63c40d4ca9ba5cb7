"""A promise is kept by people: whoever was confirmed once is ended by an act of staff or the guest, by nothing else.

Screen actions, timers and faults in any order on the real engines; the clock is the test's own and only goes forward.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest
from house import STAFF, TINY, VENUE, Inn, evening, faults, inn_of, open_inn, venue
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from planting import Plot

from maitred.domain.booking import Actor, ActorKind, Booking, Reason, ReasonCode, Source, State
from maitred.domain.errors import Contended, Rejected, Unavailable
from maitred.domain.imported import Imported, reviewed
from maitred.domain.lifecycle import Action, step
from maitred.store import bookings, migrate
from maitred.store.database import InvariantBroken
from maitred.store.views import review_queue, reviews_waiting, without_table
from maitred.usecases.blocks import Closing, block_table, lose_table, unblock_table, undo_closing
from maitred.usecases.decide import decide_day, retry_later
from maitred.usecases.door import act, privileged
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.moves import ByHand, move_by_hand, pin, unpin
from maitred.usecases.night import follow_nights
from maitred.usecases.queue import join_queue, seat_from_queue
from maitred.usecases.recover import EVERY_DAY, expire_reviews, recover_orphans, requeue_where_room
from maitred.usecases.review import claim, decline, force_confirm, requeue
from maitred.usecases.revise import Wishes, revise_venue
from maitred.usecases.room import look, make_room, undo_room
from maitred.usecases.seat import seat_at
from maitred.usecases.walkins import WalkIn, seat_walk_in

REAPER: Final = Actor(ActorKind.SYSTEM, "reaper")
MINUTE: Final = timedelta(minutes=1)
TABLES: Final = ("A1", "A2", "A3", "B1", "P1")
some = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


# -- one by one --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened
    assert await faults(migrated_database) == []


async def closed_out(inn: Inn, **wish: Any) -> Booking:
    """A confirmed party whose only table is closed then."""
    view = await inn.seat(**wish)
    assert view.booking.state == "confirmed"
    closing = Closing("A1", evening("18:00"), evening("22:00"), "a leak")
    (lost,) = (await block_table(inn.desk, inn.place, closing, caller=inn.caller)).to_review
    return lost


async def listed(inn: Inn, day: date | None = None) -> list[UUID]:
    """Who stands on the door's list of guests without a table."""
    found = await without_table(inn.desk.database, inn.place.restaurant_id, day or evening().date())
    return [one.booking.id for one in found]


SOURCES: Final = [Source.WEB, Source.APP, Source.PARTNER, Source.PHONE, Source.WALK_IN]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("hours", [0, 1, 24, 24 * 40])
async def test_no_clock_declines_who_lost_their_table(tiny: Inn, source: Source, hours: int) -> None:
    """Its table closed it waits for a person, without a deadline, at its time and long after it, and is listed."""
    lost = await closed_out(tiny, source=source)
    assert (lost.state, lost.reason_code, lost.review_deadline) == ("manual_review", "table_lost", None)
    late = tiny.at(lambda: evening("19:00") + timedelta(hours=hours))
    assert await expire_reviews(late.desk, REAPER) == 0
    await recover_orphans(late.desk, REAPER)
    await requeue_where_room(late.desk, REAPER, EVERY_DAY)
    await follow_nights(late.desk, REAPER)
    await late.decide()
    assert await tiny.state(lost.id) == "manual_review"
    assert await listed(tiny) == [lost.id]
    assert await listed(tiny, evening().date() - timedelta(days=1)) == []
    waiting = await reviews_waiting(tiny.desk.database, tiny.place.restaurant_id, evening().date())
    assert waiting == (1, None, 1)


@pytest.mark.parametrize("source", SOURCES)
async def test_queued_again_without_room_it_is_back_with_a_person(tiny: Inn, source: Source) -> None:
    """Also a guest's own booking, which as a new request would have failed at once."""
    lost = await closed_out(tiny, source=source)
    await requeue(tiny.desk, lost.id, caller=tiny.caller)
    assert await listed(tiny) == [lost.id]  # while it waits for its turn, too
    await tiny.decide()
    back = (await tiny.view(lost.id)).booking
    assert (back.state, back.reason_code, back.review_deadline) == ("manual_review", "no_capacity", None)
    fresh = (await tiny.seat(source=source)).booking
    assert fresh.state == ("manual_review" if source.staffed else "failed")


@pytest.mark.parametrize("changes", [{"party_size": 1}, {"starts_at": evening("20:00")}, {"notes": "by the window"}])
async def test_changed_without_a_table_it_is_never_refused_for_good(tiny: Inn, changes: dict[str, Any]) -> None:
    """The guest asks for something else where there is no room either: a person decides still."""
    lost = await closed_out(tiny)
    await modify_booking(tiny.desk, lost.id, Changes(**changes), caller=tiny.caller)
    await tiny.decide()
    assert await tiny.state(lost.id) == "manual_review"
    assert await listed(tiny) == [lost.id]


async def test_with_room_again_it_is_confirmed_by_itself(tiny: Inn) -> None:
    """The table is opened again: nobody has to do anything, and what was promised first stays on record."""
    lost = await closed_out(tiny)
    block = await tiny.desk.database.fetchval("SELECT id FROM maitred.table_blocks")
    await unblock_table(tiny.desk, tiny.place, block, caller=tiny.caller)
    await requeue_where_room(tiny.desk, REAPER, EVERY_DAY)
    await tiny.decide()
    view = await tiny.view(lost.id)
    assert (view.booking.state, view.tables) == ("confirmed", ("A1",))
    assert view.booking.first_confirmed_at == lost.first_confirmed_at
    assert await listed(tiny) == []


@pytest.mark.parametrize("how", ["cancel", "decline", "no_show", "seat", "force"])
async def test_people_decide_about_it(inn: Inn, how: str) -> None:
    """Cancelled, declined, marked as a no-show, seated now, or given tables for its time: then it is off the list."""
    lost = await act(inn.desk, (await inn.seat()).booking.id, Action.LOSE_TABLE, caller=inn.caller)
    late = inn.at(lambda: evening("19:20"))
    match how:
        case "cancel":
            await act(late.desk, lost.id, Action.CANCEL, caller=inn.caller)
        case "decline":
            await decline(late.desk, lost.id, caller=inn.caller)
        case "no_show":
            await act(late.desk, lost.id, Action.MARK_NO_SHOW, caller=inn.caller)
            back = await act(late.desk, lost.id, Action.UNDO, caller=inn.caller)
            assert (back.state, back.review_deadline, await listed(inn)) == ("manual_review", None, [lost.id])
            await act(late.desk, lost.id, Action.MARK_NO_SHOW, caller=inn.caller)
        case "seat":
            await seat_at(late.desk, lost.id, ("A1",), caller=inn.caller)
        case "force":
            await force_confirm(late.desk, lost.id, ["A1"], caller=inn.caller)
    ended = {"cancel": "cancelled", "decline": "failed", "no_show": "no_show", "seat": "checked_in"}
    assert await inn.state(lost.id) == ended.get(how, "confirmed")
    assert await listed(inn) == []


async def test_who_stands_at_the_door_is_seated_at_a_table_that_is_free_only_now(tiny: Inn) -> None:
    """Taken until a moment ago, the table fits no plan of theirs: seated there they have it from now on."""
    lost = await act(tiny.desk, (await tiny.seat()).booking.id, Action.LOSE_TABLE, caller=tiny.caller)
    before = await tiny.seat()
    at = tiny.at(lambda: evening("19:00"))
    await act(at.desk, before.booking.id, Action.CHECK_IN, caller=tiny.caller)
    late = tiny.at(lambda: evening("19:40"))
    await act(late.desk, before.booking.id, Action.COMPLETE, caller=tiny.caller)
    seated = await seat_at(late.desk, lost.id, ("A1",), caller=tiny.caller)
    view = await tiny.view(lost.id)
    assert (seated.state, view.tables, view.seated_from) == ("checked_in", ("A1",), evening("19:40"))


async def test_it_stands_first_in_the_review_queue(tiny: Inn) -> None:
    """Above every new request, however near the deadline of that is."""
    lost = await closed_out(tiny)
    request = (await tiny.seat(at=evening("18:15"), **STAFF)).booking
    queue = await review_queue(tiny.desk.database, tiny.place.restaurant_id)
    assert [(one.booking.id, one.booking.needs_table) for one in queue] == [(lost.id, True), (request.id, False)]
    assert request.review_deadline is not None


async def test_a_new_request_is_still_answered_in_time(tiny: Inn) -> None:
    """Never confirmed, it is declined at its deadline with alternatives, a day later or two hours before its time."""
    await tiny.seat()
    request = (await tiny.seat(**STAFF)).booking
    assert request.review_deadline is not None
    assert request.review_deadline - datetime.now(UTC) > timedelta(hours=23)
    late = tiny.at(lambda: request.review_deadline or evening())
    assert await expire_reviews(late.desk, REAPER) == 1
    declined = (await tiny.view(request.id)).booking
    assert (declined.state, declined.reason_code) == ("failed", "review_expired")
    assert declined.reason_data
    assert declined.reason_data["alternatives"]


# -- the database, when our code is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "actor", "refused"),
    [
        (Action.DECLINE, REAPER, True),
        (Action.CANCEL, REAPER, True),
        (Action.MARK_NO_SHOW, REAPER, True),
        (Action.DECLINE, Actor(ActorKind.STAFF, "ann"), False),
        (Action.CANCEL, Actor(ActorKind.GUEST, "ada"), False),
    ],
)
async def test_the_database_lets_no_machine_end_it(
    tiny: Inn, monkeypatch: pytest.MonkeyPatch, action: Action, actor: Actor, *, refused: bool
) -> None:
    """With the guards of our code away the write is refused at its commit, and nothing has changed."""
    lost = await closed_out(tiny)
    monkeypatch.setattr("maitred.domain.lifecycle._only_people_end", lambda *_: None)
    change, before = step(lost, action, actor=actor, at=evening("09:00", days=2)), await tiny.rows()

    async def write() -> None:
        async with tiny.desk.database.transaction() as connection:
            await bookings.save(connection, [change])

    if refused:
        with pytest.raises(InvariantBroken):
            await write()
        assert await tiny.rows() == before
    else:
        await write()
        assert await tiny.state(lost.id) == change.after.state


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("UPDATE maitred.bookings SET first_confirmed_at = NULL", "MT011"),
        ("UPDATE maitred.bookings SET first_confirmed_at = first_confirmed_at - interval '1 day'", "MT011"),
        ("UPDATE maitred.bookings SET review_deadline = now()", "23514"),
    ],
)
async def test_that_it_was_confirmed_cannot_be_forgotten(tiny: Inn, statement: str, state: str) -> None:
    """Nor can a clock be set against it."""
    await closed_out(tiny)
    connection = await asyncpg.connect(tiny.url)
    try:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute(statement)
        assert refused.value.sqlstate == state
    finally:
        await connection.close()


async def test_whoever_writes_a_confirmation_it_is_remembered(inn: Inn) -> None:
    """A hand that knows nothing of the column writes it all the same."""
    plot = Plot(inn.desk.database, inn.place)
    booking = await plot.plant()
    connection = await asyncpg.connect(inn.url)
    try:
        await connection.execute("ALTER TABLE maitred.bookings DISABLE TRIGGER bookings_stay_confirmed_once")
        await connection.execute("UPDATE maitred.bookings SET first_confirmed_at = NULL WHERE id = $1", booking.id)
        await connection.execute("ALTER TABLE maitred.bookings ENABLE TRIGGER bookings_stay_confirmed_once")
        assert await connection.fetchval("SELECT first_confirmed_at FROM maitred.bookings") is not None
    finally:
        await connection.close()


# -- whatever is done, in whatever order -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happens: what, to whom and to which table (by number), for how many and when, and by how much."""

    what: str
    whom: int
    party: int
    slot: int
    table: int
    by: int


PEOPLE: Final = (
    "seat", "seat", "seat", "request", "phone", "walk_in", "queue", "close", "close", "unblock", "undo_closing", "lose",
    "lose", "lost", "modify", "move_time", "cancel", "undo", "move", "pin", "unpin", "arrive", "check_in", "complete",
    "no_show", "claim", "requeue", "requeue", "force", "seat_at", "room", "undo_room", "decline", "fewer_tables",
    "escalate",
)  # fmt: skip
TIMERS: Final = (
    "wait", "wait", "wait_long", "expire", "expire", "recover", "room_appears", "night", "decide", "decide",
)  # fmt: skip
FAULTS: Final = ("owner_dies", "decision_fails", "database_dies", "rounds_used_up", "imported")
deeds = st.lists(
    st.builds(
        Deed,
        st.one_of(st.sampled_from(PEOPLE), st.sampled_from(TIMERS), st.sampled_from(FAULTS)),
        st.integers(0, 6),
        st.integers(1, 6),
        st.integers(0, 7),
        st.integers(0, 4),
        st.integers(1, 5),
    ),
    min_size=15,
    max_size=50,
)


@dataclass(slots=True)
class Evening:
    """A house on one day, from noon on: its clock, its bookings, and what happens to them."""

    inn: Inn
    now: datetime
    booked: list[UUID] = field(default_factory=list)
    rooms: list[UUID] = field(default_factory=list)
    tableless: int = 0

    @classmethod
    async def open(cls, inn: Inn) -> "Evening":
        """A house of its own, at noon."""
        fresh = await inn_of(inn.house, venue(VENUE), inn.url)
        there = cls(fresh, evening("12:00"))
        there.inn = fresh.at(lambda: there.now)
        return there

    async def do(self, deed: Deed) -> None:
        """Let one thing happen, and look at every booking; a refusal is an answer, an outage an outage."""
        with suppress(Rejected, Contended, Unavailable):
            await getattr(self, f"_{deed.what}")(deed)
        await self.promises_are_kept()

    async def promises_are_kept(self) -> None:
        """Nobody who was ever confirmed was ended by a machine; who has no table today stands on the door's list."""
        rows = await self.inn.desk.database.fetch(
            "SELECT b.id, b.state, b.service_date, b.review_deadline, h.actor_kind, h.action, "
            "EXISTS (SELECT FROM maitred.allocations a WHERE a.booking_id = b.id) AS seated "
            "FROM maitred.bookings b JOIN maitred.booking_history h ON h.booking_id = b.id AND h.version = b.version "
            "WHERE b.restaurant_id = $1 AND (EXISTS (SELECT FROM maitred.booking_history c WHERE c.booking_id = b.id "
            "AND c.to_state = 'confirmed') OR b.external_ref = 'confirmed elsewhere')",
            self.inn.place.restaurant_id,
        )
        ended = [(row["id"], row["action"]) for row in rows if row["state"] in ("failed", "cancelled", "no_show")
                 and row["actor_kind"] == "system"]  # fmt: skip
        assert ended == [], "a machine has ended what was confirmed"
        over = ("failed", "cancelled", "no_show", "completed")
        tableless = {row["id"] for row in rows if row["state"] not in over and not row["seated"]
                     and row["service_date"] <= self.now.date()}  # fmt: skip
        assert set(await listed(self.inn, self.now.date())) == tableless
        self.tableless = max(self.tableless, len(tableless))
        assert [row["id"] for row in rows if row["review_deadline"] is not None] == []

    async def close(self) -> None:
        """End everything by hand, so that the timers of the next house have nothing to do in this one."""
        for one in self.booked:
            for action in (Action.CANCEL, Action.COMPLETE):
                with suppress(Rejected, Contended):
                    await act(self.inn.desk, one, action, caller=self.inn.caller)

    # -- people

    async def _seat(self, deed: Deed, **wish: Any) -> None:
        self.booked.append(await self.inn.book(deed.party, self._at(deed), **wish))
        await self._decide(deed)

    async def _request(self, deed: Deed) -> None:
        self.booked.append(await self.inn.book(deed.party, self._at(deed)))

    async def _phone(self, deed: Deed) -> None:
        await self._seat(deed, source=Source.PHONE)

    async def _walk_in(self, deed: Deed) -> None:
        party = WalkIn(deed.party, "Khan")
        tables = (self._table(deed),)
        booking = await seat_walk_in(
            self.inn.desk, self.inn.place, party, tables=tables, leave_by=None, caller=self.inn.caller,
            exactly=bool(deed.by % 2), anyway=deed.by > 3,
        )  # fmt: skip
        self.booked.append(booking.id)

    async def _queue(self, deed: Deed) -> None:
        desk, place, caller = self.inn.desk, self.inn.place, self.inn.caller
        party = await join_queue(desk, place, WalkIn(deed.party, "Roe"), None, caller=caller)
        self.booked.append((await seat_from_queue(desk, place, party.id, tables=(), leave_by=None, caller=caller)).id)

    async def _close(self, deed: Deed) -> None:
        closing = Closing(self._table(deed), self._at(deed), self._at(deed) + timedelta(hours=deed.by), "a leak")
        await block_table(self.inn.desk, self.inn.place, closing, caller=self.inn.caller)

    async def _unblock(self, deed: Deed, undo: Callable[..., Awaitable[Any]] = unblock_table) -> None:
        rows = await self.inn.desk.database.fetch(
            "SELECT id FROM maitred.table_blocks WHERE restaurant_id = $1 ORDER BY id", self.inn.place.restaurant_id
        )
        if rows:
            block = rows[deed.whom % len(rows)]["id"]
            await undo(self.inn.desk, self.inn.place, block, caller=self.inn.caller)

    async def _undo_closing(self, deed: Deed) -> None:
        await self._unblock(deed, undo_closing)

    async def _lose(self, deed: Deed) -> None:
        await self._to(deed, lambda one: lose_table(self.inn.desk, one, caller=self.inn.caller, expected_version=None))

    async def _modify(self, deed: Deed) -> None:
        changes = Changes(party_size=deed.party)
        await self._to(deed, lambda one: modify_booking(self.inn.desk, one, changes, caller=self.inn.caller))

    async def _move_time(self, deed: Deed) -> None:
        changes = Changes(starts_at=self._at(deed))
        await self._to(deed, lambda one: modify_booking(self.inn.desk, one, changes, caller=self.inn.caller))

    async def _move(self, deed: Deed) -> None:
        tables = (self._table(deed),)
        await self._to(deed, lambda one: move_by_hand(self.inn.desk, one, tables, caller=self.inn.caller))

    async def _pin(self, deed: Deed) -> None:
        await self._to(deed, lambda one: pin(self.inn.desk, one, "birthday", tables=None, caller=self.inn.caller))

    async def _unpin(self, deed: Deed) -> None:
        await self._to(deed, lambda one: unpin(self.inn.desk, one, caller=self.inn.caller, hand=ByHand()))

    async def _claim(self, deed: Deed) -> None:
        await self._to(deed, lambda one: claim(self.inn.desk, one, caller=self.inn.caller))

    async def _requeue(self, deed: Deed) -> None:
        await self._to(deed, lambda one: requeue(self.inn.desk, one, caller=self.inn.caller))

    async def _decline(self, deed: Deed) -> None:
        if deed.by == 1:  # people may, and seldom do
            await self._to(deed, lambda one: decline(self.inn.desk, one, caller=self.inn.caller))

    async def _force(self, deed: Deed) -> None:
        await self._to(deed, lambda one: force_confirm(self.inn.desk, one, [self._table(deed)], caller=self.inn.caller))

    async def _seat_at(self, deed: Deed) -> None:
        await self._to(deed, lambda one: seat_at(self.inn.desk, one, (self._table(deed),), caller=self.inn.caller))

    async def _room(self, deed: Deed) -> None:
        async def made(one: UUID) -> None:
            plan = await look(self.inn.desk, one, caller=self.inn.caller)
            done = await make_room(self.inn.desk, one, (), plan.plan.seal, caller=self.inn.caller)
            self.rooms.append(done.booking.id)
            self.booked.append(done.booking.id)

        await self._to(deed, made)

    async def _undo_room(self, deed: Deed) -> None:
        if self.rooms:
            await undo_room(self.inn.desk, self.rooms[deed.whom % len(self.rooms)], caller=self.inn.caller)

    async def _escalate(self, deed: Deed) -> None:
        await self._to(
            deed,
            lambda one: privileged(self.inn.desk, one, Action.ESCALATE, caller=self.inn.caller, expected_version=None,
                                   reason="look"),
        )  # fmt: skip

    async def _fewer_tables(self, deed: Deed) -> None:
        """The room is changed: one table goes, and whoever sat there is given another or needs a person."""
        inn = self.inn
        gone, document = self._table(deed), dict(inn.place.document)
        if len(document["tables"]) < 3:
            return
        document["tables"] = [one for one in document["tables"] if one["id"] != gone]
        document["joins"] = [one for one in document["joins"] if gone not in one]
        await revise_venue(inn.desk, inn.place, document, Wishes(inn.place.version), caller=inn.caller)
        self.inn = replace(inn, place=await inn.desk.venues.get(inn.place.slug))

    # -- time

    async def _wait(self, deed: Deed) -> None:
        self.now += timedelta(minutes=10 * deed.by)

    async def _wait_long(self, deed: Deed) -> None:
        self.now += timedelta(hours=4 * deed.by)

    async def _expire(self, _deed: Deed) -> None:
        await expire_reviews(self.inn.desk, REAPER)

    async def _recover(self, _deed: Deed) -> None:
        await recover_orphans(self.inn.desk, REAPER)

    async def _room_appears(self, _deed: Deed) -> None:
        await requeue_where_room(self.inn.desk, REAPER, EVERY_DAY)

    async def _night(self, _deed: Deed) -> None:
        await follow_nights(self.inn.desk, REAPER)

    async def _decide(self, _deed: Deed) -> None:
        for day in (evening().date(), evening().date() + timedelta(days=1)):
            await decide_day(self.inn.desk, self.inn.place, day, worker="test")

    # -- faults

    async def _owner_dies(self, deed: Deed) -> None:
        """A worker takes up a booking and is never heard of again."""

        async def taken(one: UUID) -> None:
            async with self.inn.desk.database.transaction() as connection:
                booking = (await bookings.lock(connection, [one]))[one]
                change = step(booking, Action.START, actor=Actor(ActorKind.SYSTEM, "w9"), at=self.now)
                await bookings.save(connection, [change])

        await self._to(deed, taken)

    async def _decision_fails(self, deed: Deed) -> None:
        def fails(*_: Any) -> Any:
            raise ZeroDivisionError

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("maitred.usecases.decide.weigh", fails)
            await self._decide(deed)

    async def _database_dies(self, deed: Deed) -> None:
        """The connection is cut in the middle of the transaction that decides."""

        async def cut(connection: Any, *_: Any) -> None:
            killer = await asyncpg.connect(self.inn.url)
            number = await connection.fetchval("SELECT pg_backend_pid()")
            await killer.execute("SELECT pg_terminate_backend($1)", number)
            await killer.close()

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(bookings, "insert_attempts", cut)
            await self._decide(deed)

    async def _rounds_used_up(self, deed: Deed) -> None:
        """Somebody else holds the day again and again, until a person has to look."""

        async def contended(one: UUID) -> None:
            for _ in range(6):
                booking = await bookings.by_id(self.inn.desk.database, one)
                assert booking is not None
                reason = Reason(ReasonCode.CONTENTION, {"error": "lock_busy"})
                await retry_later(self.inn.desk, self.inn.place, booking, REAPER, reason)

        await self._to(deed, contended)

    async def _imported(self, deed: Deed) -> None:
        """A booking comes from another system, confirmed there, and finds no table here."""
        plot = Plot(self.inn.desk.database, self.inn.place)
        booking = replace(plot.changes(State.CREATED, party=deed.party, at=self._at(deed))[0].after,
                          external_ref="confirmed elsewhere")  # fmt: skip
        row = Imported(1, str(booking.id), booking.starts_at, deed.party, "Ada")
        changes = reviewed(booking, row, "old", self.now, Reason(ReasonCode.IMPORTED, {"rule": "unknown_table"}))
        async with self.inn.desk.database.transaction() as connection:
            await plot.insert(connection, changes)
        self.booked.append(changes[-1].after.id)

    # -- helpers

    def _at(self, deed: Deed) -> datetime:
        """A bookable time still to come, from within the hour to four hours ahead; tomorrow's once today is over."""
        at = self.now.replace(minute=self.now.minute // 15 * 15, second=0, microsecond=0)
        return at + timedelta(minutes=15 + 30 * deed.slot)

    def _table(self, deed: Deed) -> str:
        known = [name for name in TABLES if name in self.inn.place.floor.tables]
        return known[deed.table % len(known)]

    async def _to(self, deed: Deed, take: Callable[[UUID], Awaitable[Any]]) -> None:
        if self.booked:
            await take(self.booked[deed.whom % len(self.booked)])


def _at_the_door(action: Action) -> Callable[[Evening, Deed], Awaitable[None]]:
    async def taken(there: Evening, deed: Deed) -> None:
        await there._to(deed, lambda one: act(there.inn.desk, one, action, caller=there.inn.caller))

    return taken


for _name, _action in {
    "lost": Action.LOSE_TABLE, "cancel": Action.CANCEL, "undo": Action.UNDO, "arrive": Action.ARRIVE,
    "check_in": Action.CHECK_IN, "complete": Action.COMPLETE, "no_show": Action.MARK_NO_SHOW,
}.items():  # fmt: skip
    setattr(Evening, f"_{_name}", _at_the_door(_action))


@some
@given(todo=deeds)
async def test_nothing_but_people_ends_what_was_once_confirmed(inn: Inn, todo: list[Deed]) -> None:
    """No sequence of screen actions, timers and faults takes it to failed; without a table today it is on the list."""
    there = await Evening.open(inn)
    for slot in (0, 1, 2):  # it is no quiet evening
        await there.do(Deed("seat", 0, 4, slot, 0, 1))
    for deed in todo:
        await there.do(deed)
    for hours in (0, 26):  # and then all timers, also when the night is over
        there.now += timedelta(hours=hours)
        for what in ("recover", "decide", "room_appears", "decide", "expire", "night"):
            await there.do(Deed(what, 0, 1, 0, 0, 1))
    event(f"most guests without a table at once: {there.tableless}")
    await there.close()
    assert await faults(inn.url) == []


LOST_AND_QUEUED: Final = (
    Deed("seat", 0, 4, 0, 0, 1), Deed("seat", 0, 4, 0, 0, 1), Deed("seat", 0, 6, 0, 0, 1), Deed("lost", 2, 1, 0, 0, 1),
    Deed("close", 0, 1, 0, 3, 2), Deed("requeue", 2, 1, 0, 0, 1), Deed("decide", 0, 1, 0, 0, 1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "database", "kept"), [(True, True, True), (True, False, True), (False, True, True), (False, False, False)]
)
async def test_the_property_finds_it_when_the_guards_are_gone(
    inn: Inn, monkeypatch: pytest.MonkeyPatch, *, code: bool, database: bool, kept: bool
) -> None:
    """Either guard alone holds, the code's or the database's; without both a lost table ends in failed."""
    there = await Evening.open(inn)
    if not code:
        monkeypatch.setattr(Booking, "once_confirmed", property(lambda _: False))
    connection = await asyncpg.connect(inn.url)
    if not database:
        await connection.execute("ALTER TABLE maitred.bookings DISABLE TRIGGER promises_are_ended_by_people")
    await connection.close()

    async def played() -> None:
        for deed in LOST_AND_QUEUED:
            with suppress(asyncpg.PostgresError, InvariantBroken):  # what the database refuses has not happened
                await there.do(deed)

    if kept:
        await played()
        assert await there.inn.state(there.booked[2]) in {"manual_review", "assignment_pending"}
    else:
        with pytest.raises(AssertionError, match="a machine has ended what was confirmed"):
            await played()


# -- bookings of before ------------------------------------------------------------------------------------------------

QUEUED: Final = ("create created", "verify_capacity capacity_verified", "queue assignment_pending")
DECIDED: Final = ("start assignment_in_progress", "assign assigned", "confirm confirmed")
# What their histories say, and the reason that stands with the steps.
PASTS: Final = {
    "confirmed here": ((*QUEUED, *DECIDED, "lose_table manual_review"), None),
    "confirmed elsewhere": ((*QUEUED, "escalate manual_review"), "imported"),
    "a new request": ((*QUEUED, "escalate manual_review"), None),
    "declined elsewhere": (("create created", "reject failed"), "imported"),
}


async def written(connection: asyncpg.Connection, restaurant: int, name: str) -> None:
    """A booking as the version before wrote it."""
    (steps, reason), booking, guest, at = PASTS[name], uuid4(), uuid4(), evening()
    last, before = steps[-1].split()[1], None
    deadline = at if last == "manual_review" else None
    await connection.execute(
        "INSERT INTO maitred.guests (id, restaurant_id, name) VALUES ($1, $2, $3)", guest, restaurant, name
    )
    await connection.execute(
        "INSERT INTO maitred.bookings (id, restaurant_id, service_date, reference, guest_id, party_size, starts_at, "
        "turn_minutes, buffer_minutes, source, state, version, review_deadline) "
        "VALUES ($1, $2, $3, $4, $5, 2, $6, 60, 15, 'web', $7, $8, $9)",
        booking, restaurant, at.date(), booking.hex, guest, at, last, len(steps), deadline,
    )  # fmt: skip
    for version, (action, after) in enumerate((one.split() for one in steps), start=1):
        event_id = uuid4()
        await connection.execute(
            "INSERT INTO maitred.booking_history (booking_id, version, from_state, action, to_state, actor_kind, "
            "actor_id, reason_code, at, event_id) VALUES ($1, $2, $3, $4, $5, 'system', 'w', $6, $7, $8)",
            booking, version, before, action, after, reason, at + timedelta(minutes=version), event_id,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO maitred.outbox (event_id, restaurant_id, booking_id, type, event) "
            "VALUES ($1, $2, $3, 'of tests', '{}')",
            event_id, restaurant, booking,
        )  # fmt: skip
        before = after


async def test_bookings_of_before_keep_their_promises(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who had been confirmed here or elsewhere is known after the upgrade, and no clock runs against them any more."""
    known = [one for one in migrate.migrations() if one.name < "0026"]
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: iter(known))
        await migrate.migrate(postgres_url)
    connection = await asyncpg.connect(postgres_url)
    try:
        restaurant = await connection.fetchval(
            "INSERT INTO maitred.restaurants (slug, name, timezone, version) "
            "VALUES ('old', 'Old', 'UTC', 1) RETURNING id"
        )
        async with connection.transaction():
            for name in PASTS:
                await written(connection, restaurant, name)
        await migrate.migrate(postgres_url)
        rows = await connection.fetch("SELECT * FROM maitred.bookings_shown")
        found = {row["guest_name"]: (row["first_confirmed_at"], row["review_deadline"]) for row in rows}
        assert found == {
            "confirmed here": (evening() + timedelta(minutes=6), None),
            "confirmed elsewhere": (evening() + timedelta(minutes=1), None),
            "a new request": (None, evening()),
            "declined elsewhere": (None, None),
        }
    finally:
        await connection.close()
