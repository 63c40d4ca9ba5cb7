"""What a guest's link and form cannot do, however they are pressed; and where they work that pages rarely show."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
from asking import ask
from site_of_tests import VENUE, tomorrow

from maitred.domain.booking import Source
from maitred.usecases import links

ONE = {"tables": [VENUE["tables"][0]], "joins": [], "zones": VENUE["zones"][:1]}


def offer_of(site, place, at):
    guest = {"name": "Ada", "email": "ada@example.com", "locale": "en"}
    offered = {"restaurant": place.slug, "party_size": 2, "starts_at": at.isoformat(), "guest": guest}
    return f"/book/{place.slug}/offer/" + site.run(lambda: links.offer(place.desk.database, offered, at))


def test_an_offer_of_the_last_table_pressed_many_times_at_once_is_one_booking_and_never_gone(site):
    """Every press is led to the booking; none is told that the table has gone, which it has to the same guest."""
    place = site.open_place(**ONE)
    path = offer_of(site, place, tomorrow())

    async def press(session):
        async with session.post(site.url + path, headers={"Origin": site.url}) as answer:
            return answer.status, "Your table is booked" in await answer.text()

    async def presses():
        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(press(session) for _ in range(8)))

    assert asyncio.run(presses()) == [(200, True)] * 8
    assert len(place.bookings()) == 1
    assert (
        site.run(
            lambda: place.desk.database.fetchval(
                "SELECT count(*) FROM maitred.holds WHERE restaurant_id = $1", place.number
            )
        )
        == 0
    )


def test_an_offer_taken_days_ago_books_no_second_table(site):
    """The key of an offer outlives those of requests: it is forgotten when the offered time has passed."""
    from maitred.store.bookings import purge_keys  # noqa: PLC0415

    place = site.open_place()
    path = offer_of(site, place, tomorrow())
    assert ask(site, "POST", path, form={}).status == 303
    site.run(lambda: purge_keys(place.desk.database, datetime.now(UTC) + timedelta(hours=1)))
    assert ask(site, "POST", path, form={}).status == 303
    assert len(place.bookings()) == 1


def test_a_booking_whose_time_has_come_is_changed_and_cancelled_by_no_guest(site):
    """The page offers neither then, and no form sent all the same does it: who did not come is for staff to say."""
    place = site.open_place()
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    view = place.book("Ada", 2, now, source=Source.WALK_IN)
    token = site.run(lambda: links.manage(place.desk.database, view.booking.id, tomorrow(600)))
    there = f"/book/{place.slug}/b/{token}/change"
    at = tomorrow()
    answer = ask(site, "POST", there, form={"party": "2", "date": at.date().isoformat(), "at": at.isoformat()})
    assert (answer.status, ask(site, "GET", there).status) == (409, 409)
    assert ask(site, "POST", there.replace("/change", "/cancel"), form={}).status == 409
    assert (place.read(view).booking.starts_at, place.read(view).booking.version) == (now, view.booking.version)
