"""Guests are found by what people type: without accents, in any order, by number, address and reference."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import pytest
from house import Inn, evening, open_inn, venue

from maitred.domain.folding import kept_words
from maitred.store.migrate import migrate
from maitred.store.search import find_bookings, search_bookings
from maitred.usecases.accept import GuestDetails
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.personal import erase_guest

GUESTS: Final = {
    "muller": GuestDetails("Zoë Müller", "zoe.m@example.com", "+491711234567"),
    "mueller": GuestDetails("Max Mueller", phone="+491721112223"),
    "obrien": GuestDetails("Síle O’Brien", "sile@example.org"),
    "oconnor": GuestDetails("Ann O'Connor-Smith", phone="+447700900123"),
    "nguyen": GuestDetails("Nguyễn Thị Đặng"),
    "lukasz": GuestDetails("Łukasz Żółć"),
    "soren": GuestDetails("Søren Kjær Ågård"),
    "aagaard": GuestDetails("Mette Aagaard"),
    "leroy": GuestDetails("Yann Le Roy"),
    "hof": GuestDetails("Ijsbrand van 't Hof"),
    "bo": GuestDetails("Bo Kjærgård"),
    "strasse": GuestDetails("Karl Straße"),
    "ilgin": GuestDetails("Ilgın Şahin"),
    "sita": GuestDetails("सीता श्रेष्ठ", phone="+9779841234567"),
    "berg": GuestDetails("Jan van der Berg"),
    "mcdonald": GuestDetails("Flora McDonald", "flora_m+x@münchen.example"),
    "thor": GuestDetails("Þórður Æsir"),
    "shchukin": GuestDetails("Щукин Юрий"),
    "wang": GuestDetails("王小明"),
    "francois": GuestDetails("François Cœur"),
    "nunez": GuestDetails("Nu\u0301n\u0303ez Peña"),
    "ohara": GuestDetails("Kenji Ōhara"),
    "garcia": GuestDetails("Ana García-Márquez"),
}
TYPED: Final = [
    ("muller", ["muller", "mueller"]), ("müller", ["muller", "mueller"]), ("MUELLER", ["muller", "mueller"]),
    ("muller zoe", ["muller"]), ("zoë mül", ["muller"]), ("zoe nobody", []),
    ("o'brien", ["obrien"]), ("obrien", ["obrien"]), ("O’Brien", ["obrien"]), ("o brien", ["obrien"]),
    ("oʼbrien sile", ["obrien"]), ("o`brien", ["obrien"]),
    ("connor-smith", ["oconnor"]), ("oconnorsmith", ["oconnor"]), ("smith o'connor", ["oconnor"]),
    ("nguyen", ["nguyen"]), ("dang thi", ["nguyen"]), ("Nguyễn", ["nguyen"]), ("nguye\u0302\u0303n", ["nguyen"]),
    ("lukasz", ["lukasz"]), ("łukasz zolc", ["lukasz"]), ("zolc", ["lukasz"]),
    ("soren", ["soren"]), ("søren", ["soren"]), ("soeren", ["soren"]), ("kjaer", ["soren", "bo"]),
    ("leroy", ["leroy"]), ("le roy yann", ["leroy"]), ("van't hof", ["hof"]), ("vanthof", ["hof"]),
    ("shrestha", ["sita"]),
    ("kjaergård", ["bo"]), ("kjærgaard", ["bo"]), ("kjaergaard bo", ["bo"]),
    ("aagaard", ["soren", "aagaard"]), ("agard", ["soren", "aagaard"]), ("ågård", ["soren", "aagaard"]),
    ("strasse", ["strasse"]), ("straße", ["strasse"]), ("STRASSE karl", ["strasse"]),
    ("ilgin", ["ilgin"]), ("ILGIN", ["ilgin"]), ("ılgın", ["ilgin"]), ("sahin", ["ilgin"]),
    ("सीता", ["sita"]), ("श्रेष्ठ सीता", ["sita"]), ("sita", ["sita"]), ("९८४१२३४५६७", ["sita"]),
    ("vanderberg", ["berg"]), ("berg van", ["berg"]), ("mc donald", ["mcdonald"]), ("macdonald", []),
    ("thordur", ["thor"]), ("aesir", ["thor"]), ("shchukin", ["shchukin"]), ("Щукин", ["shchukin"]),
    ("щукин юрий", ["shchukin"]), ("王小明", ["wang"]), ("xiaoming", ["wang"]),
    ("francois", ["francois"]), ("coeur", ["francois"]), ("nunez pena", ["nunez"]), ("ñuñez", ["nunez"]),
    ("ohara", ["ohara"]), ("marquez garcia", ["garcia"]), ("garcia marquez", ["garcia"]),
    ("4567", ["muller", "sita"]), ("0171 1234567", ["muller"]), ("+49 171 123", ["muller"]),
    ("smith 07700 900123", ["oconnor"]), ("0123", ["oconnor"]), ("0044 7700 900 123", ["oconnor"]),
    ("07700", ["oconnor"]), ("zoe.m@example", ["muller"]), ("zoe.m", ["muller"]), ("example.org", ["obrien"]),
    ("flora_m+x@", ["mcdonald"]), ("@münchen", ["mcdonald"]), ("floraxm", []), ("fl_ra", []), ("fl%ra", []), ("%", []),
    ("\u200b", []),
    ("mü zo", ["muller"]), ("lu", ["lukasz"]), ("’", []), ("\u200bmuller\u200b zoe", ["muller"]),
]  # fmt: skip


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with a book full of names."""
    async with open_inn(migrated_database, redis_url, venue()) as inn:
        yield inn


async def _found(inn: Inn, typed: str) -> list[str]:
    """What the API's list finds; the palette has to find the same."""
    database, number = inn.desk.database, inn.place.restaurant_id
    listed = await search_bookings(database, number, typed)
    shown = await find_bookings(database, number, typed, evening().date(), limit=50)
    of_day = await search_bookings(database, number, typed, service_date=evening().date())
    assert {one.booking.id for one in listed} == {one.booking.id for one in shown} == {o.booking.id for o in of_day}
    assert [one.booking.arrival for one in listed] == sorted(one.booking.arrival for one in listed)
    return [one.guest.name for one in listed]


async def test_guests_are_found_as_people_type(inn: Inn) -> None:
    """Every row: what was typed finds these and nobody else, in the list of a day, of all days, and in the palette."""
    for guest in GUESTS.values():
        await inn.book_as(guest)
    wrong = {}
    for typed, wanted in TYPED:
        found, right = await _found(inn, typed), [GUESTS[key].name for key in wanted]
        if sorted(found) != sorted(right):
            wrong[typed] = found
    assert not wrong


async def test_a_reference_is_found_as_it_is_heard(inn: Inn) -> None:
    """In small letters, with hyphens, with O for 0 and I for 1; and by the caller's own id."""
    booking_id = await inn.book_as(GuestDetails("Ada"), external_ref="POS-4711")
    await inn.book_as(GuestDetails("Bob"), external_ref="POS-9")
    reference = (await inn.view(booking_id)).booking.reference
    heard = reference.replace("0", "O").replace("1", "I").lower()
    for typed in (reference, heard, f"{heard[:3]}-{heard[3:]}", f" {heard[:4]} {heard[4:]} ", "pos-4711", "4711"):
        assert await _found(inn, typed) == ["Ada"], typed


async def test_a_changed_guest_is_found_by_the_new_words_only(inn: Inn) -> None:
    """The words follow the name, the number and the address; the reference stays."""
    booking_id = await inn.book_as(GuestDetails("Jürgen Groß", "jg@example.com", "+491711234567"))
    await modify_booking(
        inn.desk, booking_id, Changes(guest=GuestDetails("Håkon", phone="+4791234567")), caller=inn.caller,
        expected_version=None,
    )  # fmt: skip
    assert await _found(inn, "hakon") == await _found(inn, "9123 4567") == ["Håkon"]
    for typed in ("gross", "jurgen", "1711234567", "jg@"):
        assert await _found(inn, typed) == [], typed
    assert await _found(inn, (await inn.view(booking_id)).booking.reference) == ["Håkon"]


async def test_an_erased_guest_is_found_by_nothing_of_theirs(inn: Inn) -> None:
    """Their booking is, by its reference."""
    booking_id = await inn.book_as(GuestDetails("Zebedee Quixworth", "zq@example.com", "+442079460958"))
    reference = (await inn.view(booking_id)).booking.reference
    await erase_guest(
        inn.desk.database, inn.place.restaurant_id, "zq@example.com", None, by="ann", now=evening(), force=True
    )
    for typed in ("quixworth", "zebedee", "zq@example.com", "0958", "2079460958"):
        assert await _found(inn, typed) == [], typed
    assert await _found(inn, reference) == ["-"]


async def test_migrate_folds_what_an_older_version_wrote(inn: Inn, migrated_database: str) -> None:
    """Rows without words get them, with their references; those that have some are left alone."""
    booking_id = await inn.book_as(GuestDetails("Zoë Müller", "zm@example.com"), external_ref="EXT-7")
    connection = await asyncpg.connect(migrated_database)
    try:
        before = await connection.fetchval("SELECT search FROM maitred.guests")
        await connection.execute("UPDATE maitred.guests SET search = NULL")
        assert await _found(inn, "muller") == []
        assert await migrate(migrated_database) == []
        assert await connection.fetchval("SELECT search FROM maitred.guests") == before
        reference = (await inn.view(booking_id)).booking.reference
        assert before == kept_words("Zoë Müller", "zm@example.com", None, reference, "EXT-7")
    finally:
        await connection.close()


async def test_a_letter_or_two_are_looked_for_in_one_day(inn: Inn) -> None:
    """The palette looks through the day that is shown; three letters look everywhere."""
    await inn.book_as(GuestDetails("Lu Xun"), at=evening(days=8))
    database, number = inn.desk.database, inn.place.restaurant_id
    day = evening(days=8).date()
    assert len(await find_bookings(database, number, "lu", day)) == 1
    assert await find_bookings(database, number, "lu", day - timedelta(days=1)) == []
    assert len(await find_bookings(database, number, "xun", day - timedelta(days=1))) == 1


async def test_what_is_found_comes_in_pages(inn: Inn) -> None:
    """Following the arrival numbers shows everybody once."""
    made: list[UUID] = [await inn.book_as(GuestDetails(f"Ann Meier {number}")) for number in range(5)]
    seen: list[UUID] = []
    after = None
    while page := await search_bookings(inn.desk.database, inn.place.restaurant_id, "méier", after=after, limit=2):
        seen += [one.booking.id for one in page]
        after = page[-1].booking.arrival
    assert seen == made
