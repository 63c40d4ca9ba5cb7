"""Personal data: all of it is told, all of it goes, and the book stays true."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from house import TINY, VENUE, Inn, evening, open_inn, render, venue

from maitred.domain.booking import Actor, ActorKind
from maitred.domain.errors import InvalidInput, StillExpected
from maitred.domain.lifecycle import Action
from maitred.store.personal import PLACES
from maitred.usecases.accept import BookingRequest, GuestDetails, IdempotencyKey, accept_booking
from maitred.usecases.bookings_csv import bookings_csv, inert
from maitred.usecases.door import act
from maitred.usecases.personal import erase_guest, export_guest
from maitred.usecases.venues import import_venue
from maitred.usecases.waitlist import WaitRequest, join, waiting_of
from maitred.usecases.waitlist_serving import serve_day

NAME, EMAIL, PHONE = "Zebedee Quixworth", "Zebedee@Quixworth.example", "+442079460958"
WORDS: Final = ("quixworth", "2079460958", "peanutless")
NOW: Final = datetime.now(UTC)


async def _guest(inn: Inn, connection: asyncpg.Connection) -> UUID:
    """Somebody who has left their name wherever one can: typed, noted, printed, queued, kept for a repeat."""
    request = BookingRequest(
        2,
        evening(),
        GuestDetails(NAME, EMAIL, PHONE, "en-GB", {"marketing": True}),
        notes="Peanutless",
        external_ref="Quixworth-1",
    )
    key = IdempotencyKey("k", b"1" * 32)
    booking_id = (
        await accept_booking(inn.desk, inn.place, request, caller=inn.caller, key=key, render=_whole)
    ).booking_id
    await inn.decide()
    guest_id = await connection.fetchval(
        "UPDATE maitred.guests SET house_notes = 'Peanutless', tags = '{quixworth}', noted_at = now(), noted_by = 'ann'"
        " WHERE name = $1 RETURNING id", NAME
    )  # fmt: skip
    assert guest_id
    number, person = inn.place.restaurant_id, uuid4()
    await connection.execute(
        "INSERT INTO maitred.people (id, email, name) VALUES ($1, 'ann@inn.example', 'Ann')", person
    )
    await connection.execute(
        "INSERT INTO maitred.phone_drafts (person_id, restaurant_id, call_id, line) VALUES ($1, $2, $3, $4)",
        person, number, uuid4(), f"2 tonight {NAME.lower()} {PHONE} peanutless",
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO maitred.door_queue (id, restaurant_id, service_date, name,"
        " party_size, phone, notes, joined_at, joined_by)"
        " VALUES ($1, $2, current_date, $3, 2, $4, 'peanutless', now(), 'ann')", uuid4(), number, NAME, PHONE
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO maitred.waitlist_entries (id, restaurant_id, service_date, guest_id, party_size, from_at,"
        " until_at, source, notes, wish_sha256, state, version, joined_at, joined_by, updated_at) VALUES"
        " ($1, $2, current_date, $3, 2, now(), now(), 'web', 'peanutless', 'quixworth', 'left', 1, now(), 'x', now())",
        uuid4(), number, guest_id,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO maitred.sheet_prints VALUES ($1, current_date, now(), 'ann', "
        "jsonb_build_object($2::text, $3::text))",
        number, str(booking_id), NAME,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO maitred.dead_letters (subscriber, event_id, payload, error, deliveries)"
        " VALUES ('x', $1, $2, 'peanutless', 3)", uuid4(), f"{booking_id} {NAME}"
    )  # fmt: skip
    await connection.execute(
        "WITH hook AS (INSERT INTO maitred.webhooks (id, restaurant_id, url, types, secret, created_by,"
        " created_at, updated_at)"
        " VALUES ($1, $2, 'https://x.example', '{}', 's', 'ann', now(), now()) RETURNING id), sent AS ("
        "INSERT INTO maitred.webhook_deliveries (webhook_id, event_id, type, kind, event, due_at, created_at)"
        " SELECT id, $1, 'x', 'live', '{}', now(), now() FROM hook RETURNING id)"
        " INSERT INTO maitred.webhook_attempts (delivery_id, attempt, at, latency_ms, excerpt)"
        " SELECT id, 1, now(), 1, 'Hello ' || $3::text FROM sent",
        uuid4(), number, NAME,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO maitred.move_sets (id, restaurant_id, service_date,"
        " cause, for_booking, actor_kind, actor, note, at)"
        " VALUES ($1, $2, current_date, 'staff', $3, 'staff', 'ann', 'For Quixworth', now())",
        uuid4(), number, booking_id,
    )  # fmt: skip
    return booking_id


def _whole(view: Any) -> dict[str, Any]:
    guest = {"id": str(view.guest.id), "name": view.guest.name, "email": view.guest.email, "phone": view.guest.phone}
    return {**render(view), "guest": guest, "notes": view.booking.notes}


async def _traces(connection: asyncpg.Connection) -> set[str]:
    """Every column of every table in which one of the guest's words stands."""
    columns = await connection.fetch(
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'maitred'"
        " AND data_type IN ('text', 'json', 'jsonb', 'ARRAY', 'bytea', 'character varying')"
    )
    return {
        f"{one['t']}.{one['c']}"
        for one in columns
        for word in WORDS
        if await connection.fetchval(
            f'SELECT EXISTS (SELECT FROM maitred.{one["t"]} WHERE strpos(lower("{one["c"]}"::text), $1) > 0)', word
        )
    }


async def test_nothing_of_an_erased_guest_is_left_anywhere(inn: Inn, connect: Callable[[], Awaitable[Any]]) -> None:
    """No text or JSON column of any table has their name, number or words; their booking, history and counts remain."""
    connection = await connect()
    booking_id = await _guest(inn, connection)
    other = await inn.book(2, evening("12:00"))
    await act(inn.desk, booking_id, Action.CANCEL, caller=inn.caller, note="Mr Quixworth is ill")
    before = await _traces(connection)
    assert before >= {
        "guests.name", "guests.email", "guests.phone", "guests.house_notes", "guests.tags", "bookings.notes",
        "booking_history.reason_data", "idempotency_keys.answer", "phone_drafts.line", "door_queue.name",
        "door_queue.phone", "waitlist_entries.notes",
        "webhook_attempts.excerpt", "sheet_prints.lines", "dead_letters.payload", "move_sets.note",
    }  # fmt: skip
    told = await export_guest(inn.desk.database, inn.place.restaurant_id, EMAIL.upper(), None, NOW)
    assert set(told["data"]) == {place.name for place in PLACES if place.export}
    assert all(
        told["data"][name] for name in ("guests", "bookings", "history", "api_answers", "phone_drafts", "door_queue")
    )
    steps = [(one.version, one.action, one.to_state, one.at) for one in await inn.steps(booking_id)]
    done = await erase_guest(inn.desk.database, inn.place.restaurant_id, None, PHONE, by="ann", now=NOW)
    assert (done["guests"], done["bookings"]) == (1, 1)
    assert await _traces(connection) == set()
    assert [(one.version, one.action, one.to_state, one.at) for one in await inn.steps(booking_id)] == steps
    assert (await inn.view(other)).guest.name == "Ada Guest"
    audit = await connection.fetch("SELECT by_whom, guests, bookings, forced FROM maitred.erasures")
    assert [tuple(row) for row in audit] == [("ann", 1, 1, False)]


async def test_an_expected_guest_is_erased_by_force_only_and_keeps_the_table(
    inn: Inn, connect: Callable[[], Awaitable[Any]]
) -> None:
    """Refused with the reference and nothing changed; by force the party comes without a name."""
    connection = await connect()
    booking_id = await _guest(inn, connection)
    before, seat = await _traces(connection), (await inn.view(booking_id)).tables
    with pytest.raises(StillExpected):
        await erase_guest(inn.desk.database, None, EMAIL, None, by="ann", now=NOW)
    assert await _traces(connection) == before
    await erase_guest(inn.desk.database, None, EMAIL, None, by="ann", now=NOW, force=True)
    assert await _traces(connection) == set()
    view = await inn.view(booking_id)
    assert (view.booking.state, view.tables, view.guest.name) == ("confirmed", seat, "-")


async def test_history_gives_up_words_to_an_erasure_only(connect: Callable[[], Awaitable[Any]], inn: Inn) -> None:
    """Without the erasure's own setting, or for any other column, history is append-only as ever."""
    connection = await connect()
    await inn.book()
    for setting, change in (("off", "reason_data = '{}'"), ("on", "at = now()"), ("on", "actor_id = 'x'")):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT set_config('maitred.erasing', $1, true)", setting)
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute(f"UPDATE maitred.booking_history SET {change}")
        assert refused.value.sqlstate == "MT008"
        await transaction.rollback()


async def test_nobody_is_found_without_an_address_or_by_name(inn: Inn) -> None:
    """Neither is refused; a name is no way to find a person."""
    with pytest.raises(InvalidInput):
        await export_guest(inn.desk.database, None, None, None, NOW)
    await inn.book()
    told = await export_guest(inn.desk.database, None, "Ada Guest", None, NOW)
    assert told["data"]["guests"] == []


@pytest.mark.parametrize("cell", ["=1+1", "+44 20", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    """What a spreadsheet would run begins with an apostrophe."""
    assert inert(cell) == "'" + cell


async def test_a_period_as_csv_has_every_booking_once_in_local_time(inn: Inn) -> None:
    """Page after page and day after day, both ends included, nothing of other days."""
    made = [await inn.book(2, evening("12:00", days), notes="=HYPERLINK(1)") for days in (3, 4, 4, 5, 6)]
    first = date.today() + timedelta(days=4)  # noqa: DTZ011
    parts = bookings_csv(inn.desk.database, inn.place.restaurant_id, ZoneInfo("UTC"), first, first + timedelta(days=1))
    text = "".join([part async for part in parts])
    assert [str(one) in text for one in made] == [False, True, True, True, False]
    assert text.count("'=HYPERLINK(1)") == 3


async def test_a_guest_is_never_found_in_anothers_words(inn: Inn, connect: Callable[[], Awaitable[Any]]) -> None:
    """A short name is in many words, and names are shared: what is another's, or another house's, is left alone."""
    connection = await connect()
    number, guest = inn.place.restaurant_id, GuestDetails("Ted", "ted@example.org", None, None)
    await accept_booking(
        inn.desk, inn.place, BookingRequest(2, evening(), guest), caller=inn.caller, key=None, render=render
    )
    for line in ("4 tonight Teddy Bear +442079460001", "2 tonight Ted Smith +442079460002"):
        person = uuid4()
        await connection.execute(
            "INSERT INTO maitred.people (id, email, name) VALUES ($1, $2, 'Ann')", person, f"{person}@x.example"
        )
        await connection.execute(
            "INSERT INTO maitred.phone_drafts (person_id, restaurant_id, call_id, line) VALUES ($1, $2, $3, $4)",
            person, number, uuid4(), line,
        )  # fmt: skip
    other = await import_venue(inn.desk.database, {**VENUE, "slug": "other"}, caller_name="tests")
    assert other
    elsewhere = await connection.fetchval("SELECT id FROM maitred.restaurants WHERE slug = 'other'")
    event = uuid4()
    await connection.execute(
        "INSERT INTO maitred.outbox (event_id, restaurant_id, type, event) VALUES ($1, $2, 'x', '{}')", event, elsewhere
    )
    await connection.execute(
        "INSERT INTO maitred.dead_letters (subscriber, event_id, payload, error, deliveries)"
        " VALUES ('x', $1, 'was created', 'no', 3), ('x', $2, 'to ted@example.org', 'no', 3)", uuid4(), event
    )  # fmt: skip
    told = await export_guest(inn.desk.database, number, "ted@example.org", None, NOW)
    assert told["data"]["phone_drafts"] == []
    before = await _kept(connection)
    await erase_guest(inn.desk.database, number, "ted@example.org", None, by="ann", now=NOW, force=True)
    assert await _kept(connection) == before
    await erase_guest(inn.desk.database, None, "ted@example.org", None, by="ann", now=NOW, force=True)
    assert await _kept(connection) == before - {"to ted@example.org"} | {"-"}


async def _kept(connection: asyncpg.Connection) -> set[str]:
    asked = "SELECT line FROM maitred.phone_drafts UNION SELECT payload FROM maitred.dead_letters"
    return {row["line"] for row in await connection.fetch(asked)}


async def test_who_is_erased_by_force_waits_no_more(migrated_database: str, redis_url: str) -> None:
    """Nobody could tell them: the place and what was offered go to the next, and no table is booked for no one."""
    async with open_inn(migrated_database, redis_url, venue(TINY, waitlist={"enabled": True})) as inn:
        near = inn.at(lambda: evening() - timedelta(hours=1))
        ids = []
        for name in ("Ada Gone", "Bob Next"):
            details = GuestDetails(name, f"{name[:3].lower()}@example.org")
            wish = WaitRequest(2, evening(), evening(), details, consent=True)
            ids.append((await join(inn.desk, inn.place, wish, caller=inn.caller)).waiting.entry.id)
        worker = Actor(ActorKind.SYSTEM, "w")
        await serve_day(near.desk, near.place, evening().date(), worker)
        assert (await waiting_of(inn.desk, ids[0])).entry.state == "offered"
        with pytest.raises(StillExpected):
            await erase_guest(inn.desk.database, None, "ada@example.org", None, by="ann", now=NOW)
        await erase_guest(inn.desk.database, None, "ada@example.org", None, by="ann", now=NOW, force=True)
        gone = (await waiting_of(inn.desk, ids[0])).entry
        assert (gone.state, gone.reason, gone.hold_id) == ("left", "erased", None)
        await serve_day(near.desk, near.place, evening().date(), worker)
        assert (await waiting_of(inn.desk, ids[1])).entry.state == "offered"


@pytest.mark.parametrize("typed", ["07700 900123", "0044 7700 900 123", "(07700) 900-123", "+447700900123"])
async def test_a_number_is_found_however_it_was_typed(
    inn: Inn, connect: Callable[[], Awaitable[Any]], typed: str
) -> None:
    """In a call that came to nothing and in a form that was never put right; another number's stay."""
    connection, number = await connect(), inn.place.restaurant_id
    guest = GuestDetails("Ada", None, "+447700900123", None)
    await accept_booking(
        inn.desk, inn.place, BookingRequest(2, evening(), guest), caller=inn.caller, key=None, render=render
    )
    person = uuid4()
    await connection.execute("INSERT INTO maitred.people (id, email, name) VALUES ($1, 'ann@x.example', 'Ann')", person)
    for phone in (typed, "07700 900124"):
        await connection.execute(
            "INSERT INTO maitred.phone_drafts (person_id, restaurant_id, call_id, line) VALUES ($1, $2, $3, $4)",
            person, number, uuid4(), f"sat 8pm 2 {phone}",
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO maitred.forms_typed VALUES ($1, $2, jsonb_build_object('phone', $3::text), '{}', NULL, now())",
            uuid4(), number, phone,
        )  # fmt: skip
    told = (await export_guest(inn.desk.database, number, None, "+447700900123", NOW))["data"]
    assert [len(told[name]) for name in ("phone_drafts", "forms_typed")] == [1, 1]
    await erase_guest(inn.desk.database, number, None, "+447700900123", by="ann", now=NOW, force=True)
    lines = await connection.fetch("SELECT line FROM maitred.phone_drafts WHERE line <> ''")
    assert [row["line"] for row in lines] == ["sat 8pm 2 07700 900124"]
    assert await connection.fetchval("SELECT fields ->> 'phone' FROM maitred.forms_typed") == "07700 900124"
