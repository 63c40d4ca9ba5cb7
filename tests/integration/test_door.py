"""At the door: arrive, seat, complete, no-show, cancel, the undo of each; and a venue that changes under bookings."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from house import TINY, VENUE, Inn, evening, open_inn, until, venue

from maitred.domain.booking import Booking, Source
from maitred.domain.errors import (
    HoldGone,
    InvalidInput,
    NoSeating,
    NotFound,
    StaleBooking,
    StaleFence,
    TableTaken,
    TransitionNotAllowed,
    VenueInvalid,
)
from maitred.domain.lifecycle import Action
from maitred.store import allocations
from maitred.usecases import venues
from maitred.usecases.accept import Override
from maitred.usecases.day import held_days
from maitred.usecases.door import act, privileged
from maitred.usecases.holds import HoldRequest, place_hold
from maitred.usecases.venues import VenueInUse, import_venue

SEVEN, EIGHT_15 = evening("19:00"), evening("20:15")
TO_SEAT = timedelta(minutes=75)


async def do(inn: Inn, booking_id: UUID, action: Action, at: datetime = SEVEN, **more: Any) -> Booking:
    """Take a step at the door."""
    return await act(inn.desk, booking_id, action, caller=inn.caller, at=at, **more)


async def window(inn: Inn, booking_id: UUID) -> tuple[datetime | None, datetime | None]:
    """For how long a booking has its tables."""
    view = await inn.view(booking_id)
    return view.seated_from, view.seated_until


async def test_an_evening_from_the_door_to_the_bill(inn: Inn) -> None:
    """Arrived, seated, completed: the table is the party's from when it sits and free one buffer after it left."""
    booking_id = (await inn.seat()).booking.id
    await do(inn, booking_id, Action.ARRIVE, SEVEN - timedelta(minutes=5))
    assert await window(inn, booking_id) == (SEVEN, EIGHT_15)
    await do(inn, booking_id, Action.CHECK_IN, SEVEN)
    left = SEVEN + timedelta(minutes=40)
    done = await do(inn, booking_id, Action.COMPLETE, left)
    assert done.state == "completed"
    assert await window(inn, booking_id) == (SEVEN, left + timedelta(minutes=15))


async def test_a_party_that_sits_down_early_has_its_whole_turn(inn: Inn) -> None:
    """Seated at half past six, the table is theirs from then for the turn and the buffer, and free afterwards."""
    booking_id = (await inn.seat()).booking.id
    early = SEVEN - timedelta(minutes=30)
    await do(inn, booking_id, Action.CHECK_IN, early)
    assert await window(inn, booking_id) == (early, early + TO_SEAT)


async def test_a_late_party_keeps_its_turn_unless_somebody_is_next(migrated_database: str, redis_url: str) -> None:
    """Twenty minutes late, they stay twenty minutes longer, but not into the next party's time."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as tiny:
        late = SEVEN + timedelta(minutes=20)
        alone = (await tiny.seat(at=evening("13:00"))).booking.id
        await do(tiny, alone, Action.CHECK_IN, evening("13:20"))
        assert (await window(tiny, alone))[1] == evening("14:35")
        await do(tiny, alone, Action.COMPLETE, evening("14:20"))
        first, second = (await tiny.seat()).booking.id, (await tiny.seat(at=EIGHT_15)).booking
        assert second.state == "confirmed"
        await do(tiny, first, Action.CHECK_IN, late)
        assert await window(tiny, first) == (late, EIGHT_15)


async def test_nobody_is_seated_on_top_of_a_party_still_there(migrated_database: str, redis_url: str) -> None:
    """An early party whose table is still somebody else's is told so, and nothing changes."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as tiny:
        await tiny.seat()
        early = (await tiny.seat(at=EIGHT_15)).booking.id
        before = await tiny.rows()
        with pytest.raises(TableTaken) as taken:
            await do(tiny, early, Action.CHECK_IN, EIGHT_15 - timedelta(minutes=1))
        assert taken.value.data["tables"] == ["A1"]
        assert await tiny.rows() == before


@pytest.mark.parametrize(
    ("action", "earliest"),
    [
        (Action.ARRIVE, SEVEN - timedelta(hours=4)),
        (Action.CHECK_IN, SEVEN - timedelta(hours=4)),
        (Action.MARK_NO_SHOW, SEVEN),
    ],
)
async def test_too_early_is_refused_and_on_time_is_not(inn: Inn, action: Action, earliest: datetime) -> None:
    """Nobody arrives days before, and nobody is a no-show before their time; refused, nothing changes."""
    booking_id = (await inn.seat()).booking.id
    before = await inn.rows()
    with pytest.raises(InvalidInput) as refused:
        await do(inn, booking_id, action, earliest - timedelta(seconds=1))
    assert (refused.value.reason_code, refused.value.field) == ("too_early", "at")
    assert await inn.rows() == before
    await do(inn, booking_id, action, earliest)


@pytest.mark.parametrize("action", [Action.CANCEL, Action.MARK_NO_SHOW, Action.LOSE_TABLE])
async def test_whoever_does_not_come_gives_the_table_back(inn: Inn, action: Action) -> None:
    """Cancelled, no-show or table lost: the tables are free in the same transaction, and history remembers them."""
    view = await inn.seat(6)
    after = await do(inn, view.booking.id, action, note="rain")
    assert after.state in {"cancelled", "no_show", "manual_review"}
    assert (await inn.view(view.booking.id)).tables == ()
    last = (await inn.steps(view.booking.id))[-1]
    assert last.reason_data == {"tables": list(view.tables), "note": "rain"}
    assert (last.actor_kind, last.actor_id) == ("staff", "ann")


async def test_a_lost_table_is_for_a_person(inn: Inn) -> None:
    """The party was promised a seat: it goes to review for as long as that takes, not to the end of the queue."""
    booking_id = (await inn.seat()).booking.id
    lost = await do(inn, booking_id, Action.LOSE_TABLE, evening("09:00", days=2))
    assert (lost.reason_code, lost.review_deadline) == ("table_lost", None)


async def test_illegal_steps_and_stale_callers_change_nothing(inn: Inn) -> None:
    """A step outside the table, an older version, another house's credential: each its own refusal."""
    booking_id = (await inn.seat()).booking.id
    before = await inn.rows()
    with pytest.raises(TransitionNotAllowed) as illegal:
        await do(inn, booking_id, Action.COMPLETE)
    assert "check_in" in illegal.value.data["legal"]
    with pytest.raises(StaleBooking):
        await do(inn, booking_id, Action.ARRIVE, expected_version=5)
    for action in (Action.ARRIVE, Action.UNDO):
        with pytest.raises(NotFound):
            await act(inn.desk, UUID(int=1), action, caller=inn.caller)
    with pytest.raises(InvalidInput):
        await do(inn, booking_id, Action.CONFIRM)
    assert await inn.rows() == before


@pytest.mark.parametrize("action", [Action.ASSIGN, Action.CONFIRM, Action.MODIFY])
async def test_no_privilege_confirms_without_tables(inn: Inn, action: Action) -> None:
    """Even an administrator's own step may be illegal or need tables; it never makes a seatless confirmation."""
    booking_id = (await inn.seat()).booking.id
    with pytest.raises((TransitionNotAllowed, InvalidInput)):
        await privileged(inn.desk, booking_id, action, caller=inn.caller, expected_version=None, reason="x")
    pending = await inn.book()
    with pytest.raises((TransitionNotAllowed, InvalidInput)):
        await privileged(inn.desk, pending, action, caller=inn.caller, expected_version=None, reason="x")


# -- undo --------------------------------------------------------------------------------------------------------------

PATHS = {
    "arrived": [Action.ARRIVE],
    "checked_in": [Action.CHECK_IN],
    "arrived and checked_in": [Action.ARRIVE, Action.CHECK_IN],
    "completed": [Action.CHECK_IN, Action.COMPLETE],
    "no_show": [Action.MARK_NO_SHOW],
    "arrived and no_show": [Action.ARRIVE, Action.MARK_NO_SHOW],
    "cancelled": [Action.CANCEL],
    "arrived and cancelled": [Action.ARRIVE, Action.CANCEL],
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
async def test_undo_leads_back_to_the_state_and_tables_before(inn: Inn, path: list[Action]) -> None:
    """Whatever was done last is undone: the same state, the same tables, one version further on."""
    before = await inn.seat(6)
    booking_id = before.booking.id
    for action in path:
        last = await inn.view(booking_id)
        await do(inn, booking_id, action, SEVEN)
    undone = await do(inn, booking_id, Action.UNDO, SEVEN + timedelta(minutes=10))
    after = await inn.view(booking_id)
    assert undone == after.booking
    assert (after.booking.state, after.tables) == (last.booking.state, before.tables)
    assert after.booking.version == last.booking.version + 2
    assert (after.seated_from, after.seated_until) == (SEVEN, EIGHT_15)


@pytest.mark.parametrize("action", [Action.CANCEL, Action.MARK_NO_SHOW])
async def test_undo_finds_other_tables_when_its_own_are_taken(inn: Inn, action: Action) -> None:
    """Somebody sits there by now: any tables that fit will do, and history says which and that they are others."""
    first = await inn.seat(6)
    await do(inn, first.booking.id, action)
    second = await inn.seat(6)
    assert second.tables == first.tables
    await do(inn, first.booking.id, Action.UNDO)
    after = await inn.view(first.booking.id)
    assert (after.booking.state, after.tables) == ("confirmed", ("B1",) if first.tables != ("B1",) else ("A2", "A3"))
    assert (await inn.steps(first.booking.id))[-1].reason_data == {"tables": list(after.tables), "own": False}


async def test_undo_of_an_early_seating_finds_other_tables_too(inn: Inn) -> None:
    """Seated two hours early, the table was given away for the planned time: undone, the party gets another one."""
    first = await inn.seat(6)
    await do(inn, first.booking.id, Action.CHECK_IN, SEVEN - timedelta(hours=2))
    second = await inn.seat(6)
    third = await inn.seat(4)
    assert first.tables in (second.tables, third.tables)
    await do(inn, first.booking.id, Action.UNDO, SEVEN - timedelta(hours=2))
    after = await inn.view(first.booking.id)
    assert (after.booking.state, after.seated_from, after.seated_until) == ("confirmed", SEVEN, EIGHT_15)
    assert not set(after.tables) & {*second.tables, *third.tables}


@pytest.mark.parametrize(
    ("path", "seated"), [([Action.CANCEL], False), ([Action.MARK_NO_SHOW], False), ([Action.CHECK_IN], True)]
)
async def test_undo_without_room_is_refused_and_changes_nothing(
    migrated_database: str, redis_url: str, path: list[Action], *, seated: bool
) -> None:
    """The only table is somebody else's by now: the undo is refused with other times, and everything stays."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as tiny:
        booking_id = (await tiny.seat()).booking.id
        at = SEVEN - timedelta(hours=2) if seated else SEVEN
        for action in path:
            await do(tiny, booking_id, action, at)
        assert (await tiny.seat()).booking.state == "confirmed"
        before = await tiny.rows()
        with pytest.raises(NoSeating) as refused:
            await do(tiny, booking_id, Action.UNDO, at)
        assert refused.value.data["alternatives"]
        assert (refused.value.data["tables"], refused.value.data["who"]) == ("A1", "Ada Guest")
        assert await tiny.rows() == before


async def test_after_fifteen_minutes_it_is_final(inn: Inn) -> None:
    """Completed, no-show and cancelled cannot be undone after their time; arriving can."""
    for path in ([Action.CANCEL], [Action.MARK_NO_SHOW], [Action.CHECK_IN, Action.COMPLETE]):
        booking_id = (await inn.seat()).booking.id
        for action in path:
            await do(inn, booking_id, action)
        with pytest.raises(TransitionNotAllowed):
            await do(inn, booking_id, Action.UNDO, SEVEN + timedelta(minutes=15, seconds=1))
    arrived = (await inn.seat()).booking.id
    await do(inn, arrived, Action.ARRIVE)
    assert (await do(inn, arrived, Action.UNDO, SEVEN + timedelta(hours=1))).state == "confirmed"


async def test_undo_after_a_cancelled_review_is_the_review_again(migrated_database: str, redis_url: str) -> None:
    """With its reason and a deadline, so that it is not forgotten there."""
    async with open_inn(migrated_database, redis_url, venue(review_party_size=2)) as inn:
        booking_id = await inn.book()
        await do(inn, booking_id, Action.CANCEL)
        undone = await do(inn, booking_id, Action.UNDO)
        assert (undone.state, undone.reason_code) == ("manual_review", "party_needs_review")
        assert undone.review_deadline is not None


async def test_undo_after_a_cancelled_request_is_decided_again(inn: Inn) -> None:
    """Cancelled while pending, undone: back in the queue, and a worker hears of it."""
    booking_id = await inn.book()
    async with inn.working():
        await inn.until_state(booking_id, "confirmed")
        other_id = await inn.book(6)
        await inn.until_decided(other_id)
    pending = await inn.book()
    await act(inn.desk, pending, Action.CANCEL, caller=inn.caller)
    await act(inn.desk, pending, Action.UNDO, caller=inn.caller)
    assert await inn.state(pending) == "assignment_pending"
    async with inn.working():
        await inn.until_state(pending, "confirmed")


# -- a venue that changes ----------------------------------------------------------------------------------------------


async def changed(inn: Inn, **fields: Any) -> None:
    """Import another version of the inn's own venue."""
    await import_venue(inn.desk.database, {**inn.place.document, **fields}, caller_name="ann")


def without(table_id: str) -> dict[str, Any]:
    """The venue's fields without one table."""
    return {
        "tables": [table for table in VENUE["tables"] if table["id"] != table_id],
        "joins": [join for join in VENUE["joins"] if table_id not in join],
    }


async def test_a_table_with_bookings_cannot_be_retired(inn: Inn) -> None:
    """The import names table and bookings and writes nothing; once they are gone the table may go too."""
    view = await inn.seat(6)
    before = await inn.rows()
    with pytest.raises(VenueInUse) as refused:
        await changed(inn, **without(view.tables[0]))
    assert [row["id"] for row in refused.value.data["bookings"]] == [view.booking.id]
    assert await inn.rows() == before
    assert await inn.desk.database.fetchval("SELECT max(version) FROM maitred.venue_versions") == 1
    await do(inn, view.booking.id, Action.CANCEL)
    await changed(inn, **without(view.tables[0]))
    assert view.tables[0] not in (await inn.seat(6)).tables


async def test_a_table_cannot_shrink_under_its_party(inn: Inn) -> None:
    """Fewer seats than a booking needs is the same loss, and refused the same way."""
    view = await inn.seat(6)
    smaller = [{**table, "capacity": 2, "min_party": 1} for table in VENUE["tables"]]
    with pytest.raises(VenueInUse) as refused:
        await changed(inn, tables=smaller)
    assert [row["id"] for row in refused.value.data["bookings"]] == [view.booking.id]


def every_table(**fields: Any) -> dict[str, Any]:
    """The venue's fields with something about each table changed."""
    return {"tables": [{**table, **fields} for table in VENUE["tables"]]}


@pytest.mark.parametrize("state", ["confirmed", "arrived"])
async def test_a_promise_of_an_accessible_table_is_kept(inn: Inn, state: str) -> None:
    """A version without it is refused and names the booking and the rule; nothing is written."""
    view = await inn.seat(4, accessible=True)
    if state == "arrived":
        await do(inn, view.booking.id, Action.ARRIVE)
    before = await inn.rows()
    with pytest.raises(VenueInUse) as refused:
        await changed(inn, **every_table(accessible=False))
    named = [(row["reference"], row["rule"]) for row in refused.value.data["bookings"]]
    assert named == [(view.booking.reference, "not_accessible")]
    assert await inn.rows() == before
    assert await inn.desk.database.fetchval("SELECT max(version) FROM maitred.venue_versions") == 1
    await do(inn, view.booking.id, Action.CANCEL)
    await changed(inn, **every_table(accessible=False))


@pytest.mark.parametrize(
    ("party", "wish", "fields", "rule"),
    [
        (8, {}, {"joins": [["A1", "A2"]]}, "unlisted_join"),
        (8, {}, every_table(movable=False) | {"joins": []}, "fixed_table_joined"),
        (8, {}, {"max_tables_per_booking": 2}, "too_many_tables"),
        (3, {"zone_preference": "patio"}, every_table(min_party=4, capacity=6), "min_party"),
        (3, {"zone_preference": "patio"}, every_table(zone="main"), "zone_preference"),
    ],
)
async def test_an_import_names_the_bookings_that_no_longer_fit(
    inn: Inn, party: int, wish: dict[str, Any], fields: dict[str, Any], rule: str
) -> None:
    """They keep their tables, and a warning says whose seating the new version would not have made, and why."""
    seated = await inn.seat(party, **wish)
    assert seated.booking.state == "confirmed"
    document = {**inn.place.document, **fields}
    for dry_run in (True, False):
        report = await import_venue(inn.desk.database, document, caller_name="ann", dry_run=dry_run)
        (warning,) = [one for one in report.warnings if one.code == "no_longer_fits"]
        assert warning.path == "bookings"
        assert seated.booking.reference in warning.message
        assert f"({rule})" in warning.message
    assert (await inn.view(seated.booking.id)).tables == seated.tables


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        (lambda day: {"closures": [{"from": day, "to": day, "reason": "wedding"}]}, "closed"),
        (lambda day: {"date_overrides": [{"date": day, "services": []}]}, "closed"),
        (lambda _: {"services": [_lunch_only()]}, "outside_service"),
        (lambda _: {"timezone": "Asia/Tokyo"}, "timezone"),
    ],
)
async def test_an_import_names_the_bookings_that_the_new_calendar_shuts_out(
    inn: Inn, fields: Callable[[str], dict[str, Any]], rule: str
) -> None:
    """Confirmed parties keep their time and tables; who closes on them or moves the clock is told whom it hits."""
    seated = await inn.seat(2)
    document = {**inn.place.document, **fields(seated.booking.service_date.isoformat())}
    report = await import_venue(inn.desk.database, document, caller_name="ann")
    (warning,) = [one for one in report.warnings if one.code == "no_longer_fits"]
    assert f"({rule})" in warning.message
    assert seated.booking.reference in warning.message
    assert (await inn.view(seated.booking.id)).tables == seated.tables


def _lunch_only() -> dict[str, Any]:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return {"name": "lunch", "days": days, "open": "11:00", "last_seating": "11:30", "close": "13:00"}


async def test_what_staff_set_aside_is_no_news(inn: Inn) -> None:
    """A rule that was overridden for a booking is not reported for it, and a party that fits is not either."""
    await inn.seat(6)
    await inn.seat(2, override=Override(frozenset({"min_party"}), "regulars"), source=Source.PHONE)
    report = await import_venue(
        inn.desk.database, {**inn.place.document, **every_table(min_party=4, capacity=6)}, caller_name="ann"
    )
    assert [one.code for one in report.warnings if one.path == "bookings"] == []


async def test_a_long_list_of_misfits_is_cut(inn: Inn, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many are named, and how many more there are."""
    monkeypatch.setattr(venues, "LISTED", 2)
    for clock in ("12:00", "13:15", "14:30", "15:45"):
        await inn.seat(8, evening(clock))
    report = await import_venue(
        inn.desk.database, {**inn.place.document, "max_tables_per_booking": 2}, caller_name="ann"
    )
    messages = [one.message for one in report.warnings if one.code == "no_longer_fits"]
    assert len(messages) == 3
    assert messages[-1] == "2 more like these."


def block(start: datetime, end: datetime, table: str = "B1") -> dict[str, str]:
    return {"table": table, "from": start.isoformat(), "to": end.isoformat(), "reason": "paint"}


async def test_a_block_cannot_fall_on_a_booking(migrated_database: str, redis_url: str) -> None:
    """Refused as a whole; back to back with the booking it is fine, and then nobody is seated there."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as tiny:
        await tiny.seat()
        with pytest.raises(TableTaken) as taken:
            await changed(tiny, table_blocks=[block(evening("20:00"), evening("21:00"), "A1")])
        assert taken.value.field == "table_blocks"
        await changed(tiny, table_blocks=[block(EIGHT_15, evening("22:00"), "A1")])
        assert (await tiny.seat(at=EIGHT_15)).booking.state == "failed"
        await changed(tiny, table_blocks=[])
        assert (await tiny.seat(at=EIGHT_15)).booking.state == "confirmed"


async def test_a_block_over_several_days_is_one_of_each(inn: Inn) -> None:
    """A block across two nights keeps the table on every one of them, whichever day a decision looks at."""
    await changed(inn, table_blocks=[block(evening("12:00", days=6), evening("12:00", days=8))])
    for days in (6, 7):
        tables = {(await inn.seat(3, evening(days=days))).tables for _ in range(5)}
        assert ("B1",) not in tables


async def test_a_block_over_an_expired_hold_is_no_conflict(inn: Inn) -> None:
    """A hold that has run out is in nobody's way, and so not in an import's either."""
    await inn.desk.database.execute(
        "WITH day AS (INSERT INTO maitred.service_days (restaurant_id, service_date) VALUES ($1, $2)) "
        "INSERT INTO maitred.holds (id, restaurant_id, service_date, party_size, starts_at, turn_minutes, "
        "buffer_minutes, credential_id, expires_at) VALUES ($3, $1, $2, 3, $4, 60, 15, $3, now() - interval '1 s')",
        inn.place.restaurant_id,
        SEVEN.date(),
        UUID(int=9),
        SEVEN,
    )
    await inn.desk.database.execute(
        "INSERT INTO maitred.allocations (restaurant_id, service_date, table_id, during, hold_id, fence) "
        "VALUES ($1, $2, 'B1', tstzrange($3, $4), $5, 0)",
        inn.place.restaurant_id,
        SEVEN.date(),
        SEVEN,
        EIGHT_15,
        UUID(int=9),
    )
    await changed(inn, table_blocks=[block(SEVEN, evening("22:00"))])


async def test_a_decision_under_way_does_not_survive_a_change_of_the_venue(inn: Inn) -> None:
    """Whoever has the day's lock when a table goes has chosen on the old floor: its write is refused as stale."""
    days = [SEVEN.date(), SEVEN.date() + timedelta(days=1)]
    async with held_days(inn.desk, inn.place, days) as held:
        await changed(inn, **without("B1"))
        for day in days:
            with pytest.raises(StaleFence):
                async with inn.desk.database.transaction() as connection:
                    await replace(held, fences={day: held.fences[day]}).guard(connection)
    assert (await inn.seat(6)).tables == ("A2", "A3")


async def test_an_import_under_way_is_waited_for_by_the_next_decision(inn: Inn) -> None:
    """A day that is opened while an import runs gets the version that the import makes."""
    database, number = inn.desk.database, inn.place.restaurant_id
    async with database.transaction() as connection:
        await connection.execute("SELECT FROM maitred.restaurants WHERE id = $1 FOR UPDATE", number)
        issuing = asyncio.create_task(allocations.issue_fence(database, number, SEVEN.date()))

        async def waits() -> bool:
            return await database.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")

        await until(waits)
        await connection.execute("UPDATE maitred.restaurants SET version = 2 WHERE id = $1", number)
    assert await issuing == (1, 2)


async def test_a_hold_on_a_table_that_went_is_gone(inn: Inn) -> None:
    """The venue changed while the guest was typing: no booking on a table that is not there, and nothing leaks."""
    held = await place_hold(inn.desk, inn.place, HoldRequest(6, SEVEN), caller=inn.caller)
    await changed(inn, **without(held.tables[0]))
    place = await inn.desk.venues.at_version(inn.place, 2)
    before = await inn.rows()
    with pytest.raises(HoldGone):
        await replace(inn, place=place).accept(6, hold_id=held.id)
    assert await inn.rows() == before


async def test_the_same_document_again_changes_nothing(inn: Inn) -> None:
    """No new version, no write; another document makes exactly one."""
    same = await import_venue(inn.desk.database, inn.place.document, caller_name="ann")
    assert (same.version, same.created, same.changed) == (1, False, False)
    report = await import_venue(inn.desk.database, {**inn.place.document, "name": "New"}, caller_name="ann")
    assert (report.version, report.created, report.changed) == (2, False, True)


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(inn: Inn) -> None:
    """The report of an import that did not take place."""
    report = await import_venue(
        inn.desk.database, {**inn.place.document, "name": "New"}, caller_name="ann", dry_run=True
    )
    assert (report.version, report.changed) == (2, True)
    assert await inn.desk.database.fetchval("SELECT max(version) FROM maitred.venue_versions") == 1


async def test_a_bad_document_is_refused_with_every_fault(inn: Inn) -> None:
    """All at once, and nothing is written."""
    with pytest.raises(VenueInvalid) as refused:
        await changed(inn, joins=[["A1", "Z9"], ["A1", "P1"]], slot_minutes=0)
    codes = {fault.code for fault in refused.value.faults}
    assert {"unknown_table", "fixed_table_joined"} <= codes
    assert len(refused.value.faults) >= 3
    assert await inn.desk.database.fetchval("SELECT max(version) FROM maitred.venue_versions") == 1
