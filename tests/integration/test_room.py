"""Room that appears without a word: whoever waits for it is found by the sweep, by events only sooner."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from house import STAFF, TINY, Inn, evening, inn_of, open_inn, until, venue
from planting import Plot

from maitred.bus.port import Delivery
from maitred.domain.booking import Actor, ActorKind, State
from maitred.domain.events import Event
from maitred.domain.lifecycle import Action
from maitred.usecases import recover
from maitred.usecases.desk import Policy, VenueShelf
from maitred.usecases.door import act
from maitred.usecases.holds import HoldRequest, place_hold, release_hold
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.recover import EVERY_DAY, expire_reviews, recover_orphans, requeue_fitting, requeue_where_room
from maitred.usecases.review import claim
from maitred.usecases.tracker import TableAvailabilityTracker, days_of
from maitred.usecases.venues import import_venue
from maitred.workers.reaper import Reaper
from maitred.workers.room import Room
from maitred.workers.subscriptions import SUBSCRIPTIONS

Connect = Callable[[], Awaitable[asyncpg.Connection]]

REAPER = Actor(ActorKind.SYSTEM, "reaper")
TOMORROW = evening(days=8)


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened


async def refused(inn: Inn, at: datetime | None = None) -> UUID:
    """A phone booking that found no room and waits for a person."""
    view = await inn.seat(at=at, **STAFF)
    assert (view.booking.state, view.booking.reason_code) == ("manual_review", "no_capacity")
    return view.booking.id


async def swept(inn: Inn, booking_id: UUID, at: datetime | None = None) -> str:
    """The state of a booking after one round of the reaper and a turn at its day."""
    await Reaper(inn.desk, REAPER, 72).step()
    await inn.decide(at)
    return await inn.state(booking_id)


# -- without an event --------------------------------------------------------------------------------------------------


async def test_a_hold_that_is_released_makes_room(tiny: Inn) -> None:
    """Nobody is told of a hold that ends; the sweep sees it all the same, and not before."""
    held = await place_hold(tiny.desk, tiny.place, HoldRequest(2, evening()), caller=tiny.caller)
    waiting = await refused(tiny)
    assert await swept(tiny, waiting) == "manual_review"
    await release_hold(tiny.desk, held.id, caller=tiny.caller)
    assert await swept(tiny, waiting) == "confirmed"
    assert "room_appeared" in [one.reason_code for one in await tiny.steps(waiting)]


async def test_a_hold_that_lapses_makes_room(tiny: Inn) -> None:
    """Nor is anybody told of one whose time is over."""
    await place_hold(tiny.desk, tiny.place, HoldRequest(2, evening()), caller=tiny.caller)
    waiting = await refused(tiny)
    await tiny.desk.database.execute("UPDATE maitred.holds SET expires_at = now() - interval '1 second'")
    assert await swept(tiny, waiting) == "confirmed"


async def test_a_table_given_back_by_a_slip_is_there_to_be_taken_back(tiny: Inn) -> None:
    """For as long as mail waits for staff to think again nobody is given the table; then whoever waits gets it."""
    careful = tiny.with_policy(undo_wait_s=Policy().undo_wait_s)
    first, waiting = (await careful.seat()).booking.id, await refused(careful)
    await act(careful.desk, first, Action.CANCEL, caller=careful.caller)
    assert await swept(careful, waiting) == "manual_review"
    await act(careful.desk, first, Action.UNDO, caller=careful.caller)
    assert await careful.state(first) == "confirmed"
    await act(careful.desk, first, Action.CANCEL, caller=careful.caller)
    assert await swept(careful, waiting) == "manual_review"
    later = careful.at(lambda: datetime.now(UTC) + timedelta(seconds=9))
    assert await swept(later, waiting) == "confirmed"


MORE_TABLES = [{"id": name, "zone": "main", "capacity": 2} for name in ("A1", "A2")]


async def test_a_venue_that_grows_makes_room(tiny: Inn) -> None:
    """One table more: the party that waits gets it."""
    await tiny.seat()
    waiting = await refused(tiny)
    await import_venue(tiny.desk.database, {**tiny.place.document, "tables": MORE_TABLES}, caller_name="ann")
    fresh = replace(tiny, desk=replace(tiny.desk, venues=VenueShelf(tiny.desk.database)))
    assert await swept(fresh, waiting) == "confirmed"


async def test_a_block_that_is_dropped_makes_room(tiny: Inn) -> None:
    """The table is repaired sooner than thought."""
    whole = {"table": "A1", "from": evening("09:00").isoformat(), "to": evening("23:45").isoformat(), "reason": "paint"}
    await import_venue(tiny.desk.database, {**tiny.place.document, "table_blocks": [whole]}, caller_name="ann")
    blocked = replace(tiny, desk=replace(tiny.desk, venues=VenueShelf(tiny.desk.database)))
    waiting = await refused(blocked)
    await import_venue(tiny.desk.database, tiny.place.document, caller_name="ann")
    fresh = replace(tiny, desk=replace(tiny.desk, venues=VenueShelf(tiny.desk.database)))
    assert await swept(fresh, waiting) == "confirmed"


async def test_a_claim_that_lapses_lets_the_sweep_look_again(tiny: Inn) -> None:
    """Room appeared while a person had the review in hand and did nothing: it is taken after the claim, not in it."""
    first = (await tiny.seat()).booking.id
    waiting = await refused(tiny)
    await claim(tiny.desk, waiting, caller=tiny.caller)
    await act(tiny.desk, first, Action.CANCEL, caller=tiny.caller)
    assert await swept(tiny, waiting) == "manual_review"
    later = tiny.at(lambda: datetime.now(UTC) + timedelta(seconds=61))
    assert await swept(later, waiting) == "confirmed"


async def test_room_that_came_during_a_decision_is_found(tiny: Inn, connect: Connect) -> None:
    """The table was given back after the decision's look and before its write: events found nobody, the sweep does."""
    first = (await tiny.seat()).booking.id
    waiting = await tiny.book(**STAFF)
    elsewhere = await connect()
    async with elsewhere.transaction():
        await elsewhere.execute("SELECT FROM maitred.bookings WHERE id = $1 FOR UPDATE", waiting)
        deciding = asyncio.create_task(tiny.decide())

        async def about_to_write() -> bool:
            return await elsewhere.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")

        await until(about_to_write)
        await act(tiny.desk, first, Action.CANCEL, caller=tiny.caller)
        assert await requeue_fitting(tiny.desk, tiny.place, evening().date(), REAPER) == 0
    await deciding
    assert await tiny.state(waiting) == "manual_review"
    assert await swept(tiny, waiting) == "confirmed"


async def test_a_party_whose_time_is_past_is_not_seated(tiny: Inn) -> None:
    """Its day is not looked at for its sake any more; its review ends by its deadline."""
    first = (await tiny.seat()).booking.id
    waiting = await refused(tiny)
    await act(tiny.desk, first, Action.CANCEL, caller=tiny.caller)
    late = tiny.at(lambda: evening("19:01"))
    await requeue_where_room(late.desk, REAPER)
    assert await tiny.state(waiting) == "manual_review"


async def test_room_at_the_last_moment_is_better_than_a_refusal(tiny: Inn) -> None:
    """The deadline has passed and there is room: the reaper looks before it declines."""
    first = (await tiny.seat()).booking.id
    waiting = await refused(tiny)
    await act(tiny.desk, first, Action.CANCEL, caller=tiny.caller)
    over = evening("17:30")
    assert (await tiny.view(waiting)).booking.review_deadline < over
    late = tiny.at(lambda: over)
    await Reaper(late.desk, REAPER, 72).step()
    assert await tiny.state(waiting) == "assignment_pending"


async def test_many_looks_queue_as_many_as_there_is_room_for(tiny: Inn) -> None:
    """However many look, at once and again before anything is decided: of two who wait for one table one is queued."""
    first = (await tiny.seat()).booking.id
    parties = [await refused(tiny) for _ in range(2)]
    await act(tiny.desk, first, Action.CANCEL, caller=tiny.caller)
    await asyncio.gather(*(requeue_where_room(tiny.desk, REAPER) for _ in range(5)))
    await requeue_where_room(tiny.desk, REAPER)
    assert [await tiny.state(one) for one in parties] == ["assignment_pending", "manual_review"]


# -- another day -------------------------------------------------------------------------------------------------------


async def test_a_booking_that_moves_away_makes_room_on_the_day_it_left(tiny: Inn) -> None:
    """The event names both days: through the bus alone the party that waited on the old one is confirmed."""
    first = (await tiny.seat()).booking.id
    waiting = await refused(tiny)
    async with tiny.working(reaper_interval_s=3600):
        await tiny.until_state(first, "confirmed")
        await modify_booking(tiny.desk, first, Changes(starts_at=TOMORROW), caller=tiny.caller)
        await tiny.until_state(waiting, "confirmed")
    (event,) = await events(tiny, "booking.modified")
    assert days_of(event) == {evening().date(), TOMORROW.date()}
    assert event.data["previous_service_date"] == evening().date().isoformat()


async def test_readers_of_both_days_are_told_of_a_move(tiny: Inn) -> None:
    """What is kept of the day it left is as stale as what is kept of the day it went to; other days stay."""
    booking = (await tiny.seat()).booking
    tracker, now = TableAvailabilityTracker(tiny.desk.database, cache_s=60), datetime.now(UTC)
    days = [evening(days=days).date() for days in (7, 8, 9)]
    kept = [await tracker.snapshot(tiny.place, day, now) for day in days]
    await modify_booking(tiny.desk, booking.id, Changes(starts_at=TOMORROW), caller=tiny.caller)
    (event,) = await events(tiny, "booking.modified")
    tracker.apply(event)
    same = [await tracker.snapshot(tiny.place, day, now) is old for day, old in zip(days, kept, strict=True)]
    assert same == [False, False, True]


async def test_a_change_within_the_day_names_one_day(tiny: Inn) -> None:
    """There is no day it left."""
    booking = (await tiny.seat()).booking
    await modify_booking(tiny.desk, booking.id, Changes(starts_at=evening("20:15")), caller=tiny.caller)
    (event,) = await events(tiny, "booking.modified")
    assert "previous_service_date" not in event.data
    assert days_of(event) == {evening().date()}


async def test_an_event_is_settled_when_each_of_its_days_was_looked_at(tiny: Inn, connect: Connect) -> None:
    """One day that cannot be looked at: the events about it stay, also those that name another day too; others go."""
    await tiny.house.bus.ensure_groups(SUBSCRIPTIONS)
    first = (await tiny.seat()).booking.id
    waiting = await refused(tiny)
    await modify_booking(tiny.desk, first, Changes(starts_at=TOMORROW), caller=tiny.caller)
    other = (await tiny.seat(at=evening(days=9))).booking.id
    await act(tiny.desk, other, Action.CANCEL, caller=tiny.caller)
    told = [*await events(tiny, "booking.modified"), *await events(tiny, "booking.cancelled")]
    await (await connect()).execute(REFUSE_ONE.format(waiting))
    await Room(tiny.desk, tiny.house.bus, REAPER).handle(
        [Delivery(event, "room", f"{number}-0", 0, 1) for number, event in enumerate(told, start=1)]
    )
    rows = await tiny.desk.database.fetch("SELECT event_id FROM maitred.inbox WHERE subscriber = 'room'")
    assert [row["event_id"] for row in rows] == [told[1].id]


async def events(inn: Inn, kind: str) -> list[Event]:
    """The events of one type in the outbox."""
    rows = await inn.desk.database.fetch("SELECT event FROM maitred.outbox WHERE type = $1 ORDER BY id", kind)
    return [Event.from_envelope(row["event"]) for row in rows]


# -- many days, and bad ones -------------------------------------------------------------------------------------------

REFUSE_ONE = """
CREATE FUNCTION maitred.refuse_one() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF NEW.id = '{}' THEN RAISE EXCEPTION 'not this one'; END IF;
    RETURN NEW;
END $f$;
CREATE TRIGGER refuse_one BEFORE UPDATE ON maitred.bookings FOR EACH ROW EXECUTE FUNCTION maitred.refuse_one();
"""


async def test_a_sweep_is_bounded_and_goes_on_where_it_stopped(tiny: Inn, monkeypatch: pytest.MonkeyPatch) -> None:
    """More days wait than one look may take: the next look takes the next ones, and then it begins again."""
    monkeypatch.setattr(recover, "BATCH", 1)
    days = [evening(days=days) for days in (7, 8)]
    parties = [((await tiny.seat(at=day)).booking.id, await refused(tiny, day)) for day in days]
    for seated, _ in parties:
        await act(tiny.desk, seated, Action.CANCEL, caller=tiny.caller)
    position, seen = EVERY_DAY, []
    for _ in range(3):
        position = await requeue_where_room(tiny.desk, REAPER, position)
        seen.append([await tiny.state(waiting) for _, waiting in parties])
    assert seen[0] == ["assignment_pending", "manual_review"]
    assert seen[1] == ["assignment_pending", "assignment_pending"]
    assert position == EVERY_DAY


async def two_houses(inn: Inn) -> list[tuple[Inn, UUID]]:
    """Two more houses, each full with a party in review; nobody can read the first one's document any more."""
    houses = []
    for slug in ("a-broken", "b-sound"):
        house = await inn_of(inn.house, venue(TINY, slug=slug), inn.url)
        seated = (await house.seat()).booking.id
        houses.append((house, await refused(house)))
        await act(house.desk, seated, Action.CANCEL, caller=house.caller)
    number = houses[0][0].place.restaurant_id
    database = inn.desk.database
    await database.execute(
        "INSERT INTO maitred.venue_versions (restaurant_id, version, document, created_by) VALUES ($1, 2, '{}', 'x')",
        number,
    )
    await database.execute("UPDATE maitred.restaurants SET version = 2 WHERE id = $1", number)
    desk = replace(inn.desk, venues=VenueShelf(database))
    return [(replace(house, desk=desk), waiting) for house, waiting in houses]


async def test_a_day_that_cannot_be_looked_at_holds_up_no_other(inn: Inn) -> None:
    """The house before has a document nobody can read: the party of the next house is seated all the same."""
    (broken, stuck), (_, waiting) = await two_houses(inn)
    await requeue_where_room(broken.desk, REAPER)
    assert [await inn.state(one) for one in (stuck, waiting)] == ["manual_review", "assignment_pending"]


async def test_a_review_that_cannot_be_declined_holds_up_no_other(inn: Inn) -> None:
    """Past their deadlines, the one is declined although the one before it raises."""
    (broken, stuck), (_, waiting) = await two_houses(inn)
    late = broken.at(lambda: evening("18:00"))
    assert await expire_reviews(late.desk, REAPER) == 1
    assert [await inn.state(one) for one in (stuck, waiting)] == ["manual_review", "failed"]


async def test_an_orphan_that_cannot_be_recovered_holds_up_no_other(inn: Inn, connect: Connect) -> None:
    """The database refuses the one; the one after it goes back to the queue."""
    plot = Plot(inn.desk.database, inn.place)
    orphans = [(await plot.plant(State.ASSIGNMENT_IN_PROGRESS, ())).id for _ in range(2)]
    for number, booking_id in enumerate(orphans):
        await inn.desk.database.execute(
            "UPDATE maitred.bookings SET updated_at = now() - make_interval(mins => $2) WHERE id = $1",
            booking_id,
            9 - number,
        )
    await (await connect()).execute(REFUSE_ONE.format(orphans[0]))
    assert await recover_orphans(inn.desk, REAPER) == 1
    assert [await inn.state(one) for one in orphans] == ["assignment_in_progress", "assignment_pending"]
