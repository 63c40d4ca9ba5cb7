"""A change is atomic: the new seating replaces the old in one transaction, or booking and tables stay as they were."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from house import TINY, Inn, evening, open_inn, venue

from maitred.domain.booking import Booking, Source
from maitred.domain.errors import (
    InvalidInput,
    NoSeating,
    NotFound,
    StaleBooking,
    TransitionNotAllowed,
)
from maitred.domain.lifecycle import Action
from maitred.usecases.accept import GuestDetails
from maitred.usecases.door import act
from maitred.usecases.modify import Changes, modify_booking

SEVEN = evening("19:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened


async def modify(inn: Inn, booking_id: UUID, *, version: int | None = None, **changes: object) -> Booking:
    """Change a booking."""
    return await modify_booking(
        inn.desk,
        booking_id,
        Changes(**changes),
        caller=inn.caller,
        expected_version=version,  # type: ignore[arg-type]
    )


async def fill(inn: Inn) -> None:
    """Take every table at seven."""
    for party in (2, 3):
        while (await inn.seat(party, SEVEN)).booking.state == "confirmed":
            pass


async def test_a_larger_party_moves_to_tables_that_seat_it(inn: Inn) -> None:
    """The old tables are free and the new ones taken in one step, and history tells both."""
    before = await inn.seat(2)
    after = await modify(inn, before.booking.id, party_size=6)
    view = await inn.view(before.booking.id)
    assert after == view.booking
    assert (after.state, after.party_size, after.version) == ("confirmed", 6, before.booking.version + 1)
    assert view.tables in {("B1",), ("A2", "A3")}
    last = (await inn.steps(before.booking.id))[-1]
    assert last.reason_data is not None
    assert last.reason_data["fields"] == ["party_size"]
    assert last.reason_data["tables"] == {"from": list(before.tables), "to": list(view.tables)}
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.allocations") == len(view.tables)


@pytest.mark.parametrize("source", [Source.WEB, Source.PHONE])
async def test_of_a_party_due_today_the_house_has_had_notice(
    migrated_database: str, redis_url: str, source: Source
) -> None:
    """Ten minutes before their time staff put them off by a quarter; a guest who does that alone is asked to call."""
    async with open_inn(migrated_database, redis_url, {**venue(TINY), "min_notice_minutes": 30}) as opened:
        booking = (await opened.seat(source=source)).booking
        inn, later = opened.at(lambda: SEVEN - 10 * MINUTE), Changes(starts_at=SEVEN + 15 * MINUTE)
        guest = replace(inn.caller, scopes=frozenset({"bookings:write"}))
        with pytest.raises(InvalidInput) as refused:
            await modify_booking(inn.desk, booking.id, later, caller=guest)
        assert refused.value.reason_code == "too_short_notice"
        changed = await modify_booking(inn.desk, booking.id, later, caller=inn.caller)
        assert (changed.state, changed.starts_at) == ("confirmed", SEVEN + 15 * MINUTE)


async def test_a_party_keeps_its_tables_when_they_still_fit(inn: Inn) -> None:
    """A new time on the same day, or one guest less: nobody is moved without need."""
    before = await inn.seat(4)
    await modify(inn, before.booking.id, starts_at=evening("19:30"), party_size=3)
    view = await inn.view(before.booking.id)
    assert view.tables == before.tables
    assert (view.seated_from, view.seated_until) == (evening("19:30"), evening("20:45"))


async def test_another_day_is_another_day(inn: Inn) -> None:
    """The booking and its tables move to the new service day and leave nothing on the old."""
    booking_id = (await inn.seat(4)).booking.id
    after = await modify(inn, booking_id, starts_at=evening(days=9))
    assert after.service_date == evening(days=9).date()
    days = await inn.desk.database.fetch("SELECT DISTINCT service_date FROM maitred.allocations")
    assert [row["service_date"] for row in days] == [after.service_date]


async def test_notes_zone_and_guest_change_without_a_new_seat(inn: Inn) -> None:
    """What needs no other table changes none; each is a version of its own."""
    before = await inn.seat(2)
    await modify(inn, before.booking.id, notes="window", zone_preference="patio")
    await modify(inn, before.booking.id, guest=GuestDetails("Grace", email="g@example.org"))
    view = await inn.view(before.booking.id)
    assert (view.booking.notes, view.booking.zone_preference, view.guest.name) == ("window", "patio", "Grace")
    assert (view.tables, view.booking.version) == (before.tables, before.booking.version + 2)


async def test_a_change_that_cannot_be_seated_leaves_everything_as_it_was(tiny: Inn) -> None:
    """Not a byte of booking, tables, history, events or guest differs; the answer carries times that would work."""
    await tiny.seat(2, evening("20:15"))
    booking_id = (await tiny.seat(2)).booking.id
    for arrived in (False, True):
        if arrived:
            await act(tiny.desk, booking_id, Action.ARRIVE, caller=tiny.caller, at=SEVEN)
        before = await tiny.rows()
        with pytest.raises(NoSeating) as refused:
            await modify(tiny, booking_id, starts_at=evening("19:30"), notes="x", guest=GuestDetails("Nobody"))
        assert refused.value.reason_code == "no_capacity"
        assert refused.value.data["alternatives"]
        assert await tiny.rows() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"party_size": 0}, "party_too_small"),
        ({"party_size": 40}, "party_too_large"),
        ({"starts_at": evening("19:01")}, "off_grid"),
        ({"starts_at": evening("09:00")}, "outside_service"),
        ({"starts_at": evening(days=-1)}, "in_the_past"),
        ({"zone_preference": "roof"}, "unknown_zone"),
        ({"accessible": True, "party_size": 2}, "no_accessible_table"),
    ],
)
async def test_a_change_is_admitted_like_a_booking(inn: Inn, changes: dict[str, object], code: str) -> None:
    """Lesson 28: the same rules as at the door, and nothing changes."""
    booking_id = (await inn.seat(4)).booking.id
    before = await inn.rows()
    with pytest.raises(InvalidInput) as refused:
        await modify(inn, booking_id, **changes)
    assert refused.value.reason_code == code
    assert await inn.rows() == before


async def test_a_pending_booking_is_changed_in_place_and_queued_again(inn: Inn) -> None:
    """Nothing is decided for it yet, so the change is simply part of what is to be decided."""
    booking_id = await inn.book(2)
    changed = await modify(inn, booking_id, party_size=6)
    assert (changed.state, changed.rounds) == ("assignment_pending", 0)
    async with inn.working():
        view = await inn.until_state(booking_id, "confirmed")
    assert view.tables in {("B1",), ("A2", "A3")}


@pytest.mark.parametrize("final", [Action.CANCEL, Action.MARK_NO_SHOW])
async def test_only_what_is_still_to_come_can_be_changed(inn: Inn, final: Action) -> None:
    """A no-show and a cancelled booking cannot; neither can what another house may not see."""
    booking_id = (await inn.seat(2)).booking.id
    abroad = replace(inn, caller=replace(inn.caller, restaurant_id=inn.place.restaurant_id + 1))
    with pytest.raises(NotFound):
        await modify(abroad, booking_id, party_size=3)
    await act(inn.desk, booking_id, final, caller=inn.caller, at=SEVEN)
    with pytest.raises(TransitionNotAllowed):
        await modify(inn, booking_id, party_size=3)


# -- races -------------------------------------------------------------------------------------------------------------


def wishes(number: int) -> dict[str, object]:
    """What the changers of a race want: every one something else."""
    return {"party_size": 2 + number % 5, "starts_at": SEVEN + timedelta(minutes=15 * (1 + number // 5))}


@pytest.mark.parametrize("named", [True, False], ids=["version named", "no version named"])
async def test_of_twenty_changers_the_winners_change_is_whole_and_the_losers_changed_nothing(
    inn: Inn, *, named: bool
) -> None:
    """Booking and tables are exactly as the last winner left them; one version a winner; losers are told."""
    first = (await inn.seat(2)).booking
    patient = inn.with_policy(lock_wait_ms=20_000)
    version = first.version if named else None
    results = await asyncio.gather(
        *(modify(patient, first.id, version=version, **wishes(number)) for number in range(20)), return_exceptions=True
    )
    winners = [one for one in results if isinstance(one, Booking)]
    assert all(isinstance(one, Booking | StaleBooking) for one in results)
    assert len(winners) == 1 if named else winners
    view = await inn.view(first.id)
    assert view.booking == max(winners, key=lambda one: one.version)
    assert view.booking.version == first.version + len(winners)
    assert (view.seated_from, view.seated_until) == (view.booking.starts_at, view.booking.ends_at)
    last = (await inn.steps(first.id))[-1]
    assert last.reason_data is not None
    assert last.reason_data["tables"]["to"] == list(view.tables)
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.allocations") == len(view.tables)


async def test_twenty_changers_who_cannot_be_seated_change_nothing(migrated_database: str, redis_url: str) -> None:
    """The house is full and moves nobody: every one of them is refused, and all of it is as before, to the byte."""
    async with open_inn(migrated_database, redis_url, venue(seating={"moves": "off"})) as inn:
        await fill(inn)
        on_a1 = "SELECT booking_id FROM maitred.allocations WHERE table_id = 'A1'"
        booking_id = await inn.desk.database.fetchval(on_a1)
        before = await inn.rows()
        patient = inn.with_policy(lock_wait_ms=20_000)
        results = await asyncio.gather(
            *(modify(patient, booking_id, party_size=3 + number % 4) for number in range(20)), return_exceptions=True
        )
        assert {type(one) for one in results} == {NoSeating}
        assert await inn.rows() == before


async def test_a_change_and_a_cancellation_at_once_leave_one_of_both(inn: Inn) -> None:
    """Either the booking is cancelled without a table, or changed and then cancelled: never cancelled with one."""
    patient = inn.with_policy(lock_wait_ms=20_000)
    for _ in range(5):
        booking_id = (await inn.seat(2)).booking.id
        results = await asyncio.gather(
            modify(patient, booking_id, party_size=4),
            act(inn.desk, booking_id, Action.CANCEL, caller=inn.caller),
            return_exceptions=True,
        )
        assert not isinstance(results[1], Exception)
        assert isinstance(results[0], Booking | StaleBooking | TransitionNotAllowed)
        view = await inn.view(booking_id)
        assert (view.booking.state, view.tables) == ("cancelled", ())


async def test_two_parties_swap_into_the_same_time_and_one_gets_it(tiny: Inn) -> None:
    """Two bookings at other times both want seven o'clock: one moves there, the other keeps what it has."""
    early, late = await tiny.seat(2, evening("17:30")), await tiny.seat(2, evening("21:00"))
    patient = tiny.with_policy(lock_wait_ms=20_000)
    results = await asyncio.gather(
        *(modify(patient, one.booking.id, starts_at=SEVEN) for one in (early, late)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in results) == ["Booking", "NoSeating"]
    for before, result in zip((early, late), results, strict=True):
        if isinstance(result, NoSeating):
            assert await tiny.view(before.booking.id) == before


async def test_a_walk_in_that_agreed_to_leave_early_still_does_when_it_grows(
    migrated_database: str, redis_url: str
) -> None:
    """A change of size leaves the shorter stay as it was agreed; a party that agreed to nothing has its full turn."""
    async with open_inn(migrated_database, redis_url, venue()) as inn:
        here = inn.at(lambda: SEVEN)
        short = await here.seat(3, SEVEN, source=Source.WALK_IN, leave_by=SEVEN + timedelta(minutes=40))
        grown = await modify(here, short.booking.id, party_size=4)
        assert (grown.party_size, grown.turn_minutes) == (4, 40)
        full = await here.seat(2, SEVEN, source=Source.WALK_IN)
        after = await modify(here, full.booking.id, party_size=3)
        assert after.turn_minutes == here.place.venue.turn_for(3)


async def test_staff_agree_to_a_longer_or_shorter_stay(tiny: Inn) -> None:
    """The table is taken for as long as agreed, also after the party grows; another time brings the usual turn back."""
    seat = (await tiny.seat(2, SEVEN)).booking
    longer = await modify(tiny, seat.id, leave_by=SEVEN + timedelta(minutes=150))
    assert longer.turn_minutes == 150
    view = await tiny.view(seat.id)
    assert view.seated_until == SEVEN + timedelta(minutes=150 + longer.buffer_minutes)
    told = (await tiny.steps(seat.id))[-1].reason_data
    assert told is not None
    assert told["leave_by"]["to"] == (SEVEN + timedelta(minutes=150)).isoformat()
    assert (await modify(tiny, seat.id, party_size=1)).turn_minutes == 150
    shorter = await modify(tiny, seat.id, leave_by=SEVEN + timedelta(minutes=30))
    assert (await tiny.view(seat.id)).seated_until == shorter.ends_at == SEVEN + timedelta(minutes=45)
    later = await modify(tiny, seat.id, starts_at=evening("20:30"))
    assert later.turn_minutes == tiny.place.venue.turn_for(1)


async def test_a_longer_stay_that_meets_the_next_party_changes_nothing(tiny: Inn) -> None:
    """The refusal names the field; nobody at the table next is asked to wait for it."""
    first = (await tiny.seat(2, SEVEN)).booking
    for _ in range(len(tiny.place.venue.tables)):
        await tiny.seat(2, first.ends_at)
    before = await tiny.rows()
    with pytest.raises(NoSeating) as full:
        await modify(tiny, first.id, leave_by=first.ends_at + timedelta(minutes=30))
    assert full.value.field == "leave_by"
    assert await tiny.rows() == before


async def test_how_long_a_party_stays_is_not_for_guests_and_has_bounds(tiny: Inn) -> None:
    """Neither is a stay of no length or of a whole day, nor one that is agreed when the party sits."""
    seat = (await tiny.seat(2, SEVEN)).booking
    web = replace(tiny.caller, scopes=frozenset({"bookings:write"}))
    with pytest.raises(InvalidInput) as guest:
        await modify_booking(tiny.desk, seat.id, Changes(leave_by=seat.turn_ends_at + MINUTE), caller=web)
    for minutes in (14, -60, 721):
        with pytest.raises(InvalidInput) as bounds:
            await modify(tiny, seat.id, leave_by=SEVEN + timedelta(minutes=minutes))
        assert (bounds.value.field, bounds.value.reason_code) == ("leave_by", "out_of_range")
    await act(tiny.at(lambda: SEVEN).desk, seat.id, Action.CHECK_IN, caller=tiny.caller)
    with pytest.raises(InvalidInput) as sits:
        await modify(tiny, seat.id, leave_by=SEVEN + timedelta(minutes=150))
    assert [one.value.reason_code for one in (guest, sits)] == ["staff_only", "already_seated"]
