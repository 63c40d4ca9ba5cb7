"""The last table raced by twenty guests over HTTP; what hostile visitors send; how much one address may do."""

import asyncio
import re
from datetime import timedelta
from itertools import pairwise

import aiohttp
from site_of_tests import VENUE, tomorrow

from maitred.guest.limits import Limiter, household
from maitred.usecases import links

ONE = {"tables": [VENUE["tables"][0]], "joins": [], "zones": VENUE["zones"][:1]}


async def post(session, url, path, **form):
    async with session.post(url + path, data=form, headers={"Origin": url}) as answer:
        return answer.status, await answer.text(), answer.url.path


def wish(at, party=2):
    return {"party": str(party), "date": at.date().isoformat(), "at": at.isoformat()}


def test_the_last_table_raced_by_twenty_goes_to_one_and_the_others_hold_another(site):
    """Twenty guests press the same time at once: one has it, every other has a nearby time held that books."""
    place = site.open_place(**ONE, slot_minutes=15, turn_minutes=[{"max_party": 10, "minutes": 25}], buffer_minutes=0)
    at = tomorrow()

    async def race():
        async with aiohttp.ClientSession() as session:
            pages = await asyncio.gather(
                *(post(session, site.url, f"/book/{place.slug}/keep", **wish(at)) for _ in range(20))
            )
            assert {page[0] for page in pages} == {200}, [page[0] for page in pages]
            people = {"name": "Racer", "email": "racer@example.com", "do": "book"}
            booked = await asyncio.gather(*(post(session, site.url, page[2], **people) for page in pages))
            # Pressing the button again books nothing more.
            await asyncio.gather(*(post(session, site.url, page[2], **people) for page in pages))
            return pages, booked

    pages, booked = asyncio.run(race())
    assert sum("Somebody was faster" in page[1] for page in pages) == 19
    assert all("Your table is booked" in page[1] for page in booked)
    views = place.bookings()
    starts = sorted(view.booking.starts_at for view in views)
    assert len(starts) == 20
    assert starts.count(at) == 1
    assert all(later - earlier >= timedelta(minutes=25) for earlier, later in pairwise(starts))


def test_what_hostile_visitors_send_is_refused_and_keeps_nothing(site):
    """Bad tokens, another restaurant's, past dates, huge parties and foreign origins: a page that says no."""
    place, other = site.open_place(), site.open_place()
    mine = place.book("Ada", 2, tomorrow())
    token = site.run(lambda: links.manage(place.desk.database, mine.booking.id, tomorrow(600)))
    base = f"/book/{place.slug}"

    async def visits():
        async with aiohttp.ClientSession() as session:
            for path in (f"{base}/b/x.y", f"/book/{other.slug}/b/{token}", f"{base}/details/{token}", "/book/nowhere"):
                async with session.get(site.url + path) as answer:
                    assert answer.status == 404, path
                    assert "Traceback" not in await answer.text()
            for query in (
                "party=99999",
                "party=-1",
                "party=²",
                "date=1999-01-01",
                "date=9999-99-99",
                "zone=<b>",
                "party=0",
            ):
                async with session.get(f"{site.url}{base}?{query}") as answer:
                    text = await answer.text()
                    assert answer.status == 422, query
                    assert 'class="fault"' in text
                    assert "<b>" not in text
            for form in (wish(tomorrow(-60 * 72)), wish(tomorrow(), 500), {**wish(tomorrow()), "at": "x" * 9_000}, {}):
                status, _, _ = await post(session, site.url, f"{base}/keep", **form)
                assert status in (409, 422), form
            async with session.post(
                f"{site.url}{base}/b/{token}/cancel", headers={"Origin": "https://evil.example"}
            ) as no:
                assert no.status == 403
            async with session.post(
                f"{site.url}{base}/keep", data=b"a=" + b"x" * 40_000, headers={"Origin": site.url}
            ) as no:
                assert no.status == 422

    asyncio.run(visits())
    assert [view.booking.state for view in place.bookings()] == ["confirmed"]


def test_an_offer_books_on_its_button_alone_and_once(site):
    """Opening an offer books nothing; its button books it, and again leads to the same booking."""
    place = site.open_place()
    declined = place.book("Ada", 2, tomorrow() + timedelta(days=20), email="ada@example.com", locale="de", notes="Nuts")
    offered = {
        "restaurant": place.slug,
        "party_size": 2,
        "starts_at": tomorrow().isoformat(),
        "booking": str(declined.booking.id),
    }
    token = site.run(lambda: links.offer(place.desk.database, offered, tomorrow()))
    path = f"/book/{place.slug}/offer/{token}"

    async def visits():
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.get(site.url + path) as answer:
                    assert "Book this table" in await answer.text()
            return [await post(session, site.url, path) for _ in range(2)]

    first, again = asyncio.run(visits())
    assert "Your table is booked" in first[1]
    references = {re.search(r'class="ref">([^<]+)<', page[1])[1] for page in (first, again)}
    assert len(references) == 1
    made = [one for one in place.bookings() if one.booking.id != declined.booking.id]
    assert [(one.guest.name, one.guest.email, one.guest.locale, one.booking.notes) for one in made] == [
        ("Ada", "ada@example.com", "de", "Nuts")
    ]


def test_a_hold_is_kept_longer_up_to_an_hour_and_not_beyond(site):
    """Each extension gives five minutes from now, for an hour in all."""
    from maitred.guest.book import HOLD_S  # noqa: PLC0415
    from maitred.usecases.holds import HoldRequest, extend_hold, place_hold  # noqa: PLC0415

    place = site.open_place()

    async def longer():
        opened = await place.desk.venues.get(place.slug)
        hold = await place_hold(place.desk, opened, HoldRequest(2, tomorrow()), caller=place.caller, ttl_s=60)
        asked = {"caller": place.caller, "longest_s": 3_600.0}
        one = await extend_hold(place.desk, hold.id, ttl_s=HOLD_S, **asked)
        far = await extend_hold(place.desk, hold.id, ttl_s=90_000, **asked)
        return hold, one, far

    hold, one, far = site.run(longer)
    assert timedelta(seconds=235) <= one.expires_at - hold.expires_at <= timedelta(seconds=300)
    assert timedelta(seconds=3_500) <= far.expires_at - hold.expires_at <= timedelta(seconds=3_545)


def test_an_address_is_limited_for_its_window_and_alone():
    """The limit counts an address by itself and ends with the window."""
    limiter = Limiter(2, 60)
    assert [limiter.takes("a", now) for now in (0, 1, 2)] == [True, True, False]
    assert limiter.takes("b", 2)
    assert limiter.takes("a", 61)


def test_a_network_of_ones_own_is_one_address():
    """Who has IPv6 has 2**64 addresses and one allowance; who comes by IPv4 has one of each."""
    assert household("2001:db8:1:2::1") == household("2001:db8:1:2:ffff::9%eth0") != household("2001:db8:1:3::1")
    assert household("::ffff:192.0.2.1") == household("192.0.2.1") != household("192.0.2.2")
    assert household("") == ""
