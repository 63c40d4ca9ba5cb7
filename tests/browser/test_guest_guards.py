"""What a guest's link and form cannot do, however they are pressed; and where they work that pages rarely show."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import aiohttp
from asking import BY_DAY, ask, sent
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from site_of_tests import TOMORROW, VENUE, tomorrow

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.guest.app import add_guest
from maitred.usecases import links
from maitred.usecases.door import act

ONE = {"tables": [VENUE["tables"][0]], "joins": [], "zones": VENUE["zones"][:1]}


def offer_of(site, place, at):
    declined = place.book("Ada", 2, at + timedelta(days=20), email="ada@example.com", locale="en").booking
    place.call(act, declined.id, Action.CANCEL)
    offered = {"restaurant": place.slug, "party_size": 2, "starts_at": at.isoformat(), "booking": str(declined.id)}
    return f"/book/{place.slug}/offer/" + site.run(lambda: links.offer(place.desk.database, offered, at))


def standing(place):
    return [one for one in place.bookings() if one.booking.state != "cancelled"]


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
    assert len(place.bookings(day=TOMORROW)) == 1
    assert (
        site.run(
            lambda: place.desk.database.fetchval(
                "SELECT count(*) FROM maitred.holds WHERE restaurant_id = $1", place.number
            )
        )
        == 0
    )


def test_what_was_offered_kept_or_awaited_at_one_restaurant_is_not_had_at_another(site):
    """A signed link carries its restaurant: under another's address it opens nothing, shown or pressed."""
    place, other = (site.open_place(**BY_DAY, waitlist={"enabled": True}) for _ in range(2))
    at = datetime.combine(TOMORROW, time(19), ZoneInfo("Europe/London"))
    offer = offer_of(site, place, at)
    wish = {"party": "2", "date": at.date().isoformat(), "at": at.isoformat()}
    kept = ask(site, "POST", f"/book/{place.slug}/keep", form=wish).headers["location"]
    waits = ask(site, "POST", f"/book/{place.slug}/waitlist", form=waitlist_form(TOMORROW)).headers["location"]
    assert ask(site, "POST", f"{waits}/leave".replace(place.slug, other.slug), form={}).status == 404
    for path in (offer, kept, waits):
        elsewhere = path.replace(f"/{place.slug}/", f"/{other.slug}/")
        # Who waits where there is room is booked while this looks, and led to the booking.
        assert ask(site, "GET", path).status in ((200, 303) if path == waits else (200,))
        assert ask(site, "GET", elsewhere).status == 404
        assert ask(site, "POST", elsewhere, form={"name": "Ada", "email": "ada@example.com"}).status in (404, 405)
    assert other.bookings() == []
    assert len(standing(place)) <= 1


def test_who_goes_back_to_a_form_that_has_booked_is_led_to_the_booking(site):
    """Neither looking at it again, nor asking for more time, nor booking keeps a second table beside the first."""
    place, at = site.open_place(), tomorrow()
    wish = {"party": "2", "date": at.date().isoformat(), "at": at.isoformat()}
    form = ask(site, "POST", f"/book/{place.slug}/keep", form=wish).headers["location"]
    people = {"name": "Ada", "email": "ada@example.com"}
    answers = [ask(site, "POST", form, form={**people, "do": do}) for do in ("book", "extend", "book")]
    answers.append(ask(site, "GET", form))
    assert [(one.status, f"/book/{place.slug}/b/" in one.headers.get("location", "")) for one in answers] == [
        (303, True)
    ] * 4
    assert len(standing(place)) == 1
    held = "SELECT count(*) FROM maitred.holds WHERE restaurant_id = $1"
    assert site.run(lambda: place.desk.database.fetchval(held, place.number)) == 0


def test_an_offer_taken_days_ago_books_no_second_table(site):
    """The key of an offer outlives those of requests: it is forgotten when the offered time has passed."""
    from maitred.store.bookings import purge_keys  # noqa: PLC0415

    place = site.open_place()
    path = offer_of(site, place, tomorrow())
    assert ask(site, "POST", path, form={}).status == 303
    site.run(lambda: purge_keys(place.desk.database, datetime.now(UTC) + timedelta(hours=1)))
    assert ask(site, "POST", path, form={}).status == 303
    assert len(standing(place)) == 1


def test_a_booking_whose_time_has_come_is_changed_and_cancelled_by_no_guest(site):
    """The page offers neither then, and no form sent all the same does it: who did not come is for staff to say."""
    place = site.open_place()
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    view = place.book("Ada", 2, now, source=Source.WALK_IN)
    token = site.run(lambda: links.manage(place.desk.database, view.booking.id, tomorrow(600)))
    there = f"/book/{place.slug}/b/{token}/change"
    at = tomorrow()
    answer = sent(site, there, {"party": "2", "date": at.date().isoformat(), "at": at.isoformat()})
    assert (answer.status, ask(site, "GET", there).status) == (409, 409)
    assert sent(site, there.replace("/change", "/cancel"), {}).status == 409
    assert (place.read(view).booking.starts_at, place.read(view).booking.version) == (now, view.booking.version)


def waitlist_form(day, **more):
    known = {"date": day.isoformat(), "party": "2", "from": "18:00", "until": "21:00", "name": "Ada", "consent": "1"}
    return {**known, "email": "ada@example.com", **more}


def test_the_waitlist_takes_no_other_sites_forms_and_no_flood(site):
    """Each place sends a message to an address that nobody has confirmed: an address may ask for few."""
    place = site.open_place(**BY_DAY, waitlist={"enabled": True})
    path = f"/book/{place.slug}/waitlist"
    assert ask(site, "POST", path, form=waitlist_form(TOMORROW), origin="https://evil.example").status == 403
    app = FastAPI()
    app.state.front = site.front
    add_guest(app)

    async def flood():
        posted = {"headers": {"Origin": "http://x"}, "data": waitlist_form(TOMORROW, email="")}
        codes = []
        for number in range(32):  # each from another address of one connection
            way = ASGITransport(app, client=(f"2001:db8::{number:x}", 1))
            async with AsyncClient(transport=way, base_url="http://x") as client:
                codes.append((await client.post(path, **posted)).status_code)
        return codes

    assert site.run(flood) == [303] * 30 + [429] * 2


def test_the_waitlist_is_framed_where_the_booking_pages_are_and_nowhere_else(site):
    """A full day in a restaurant's own site leads to the list within the same frame."""
    on = {"waitlist": {"enabled": True}}
    framed, plain = site.open_place(**on, embed_origins=["https://www.example.com"]), site.open_place(**on)
    policies = [
        ask(site, "GET", f"/book/{place.slug}/waitlist")
        .headers["content-security-policy"]
        .partition("frame-ancestors ")[2]
        for place in (framed, plain)
    ]
    assert policies == ["'self' https://www.example.com", "'self'"]


def test_a_range_past_midnight_is_of_the_evening(site):
    """In a house that closes late, from eleven to half past midnight is one wait of the evening's service day."""
    late = {"open": "18:00", "last_seating": "01:00", "close": "03:00"}
    place = site.open_place(**{**BY_DAY, "services": [{**BY_DAY["services"][0], **late}]}, waitlist={"enabled": True})
    path = f"/book/{place.slug}/waitlist"
    for times in ({"from": "23:00", "until": "00:30"}, {"from": "00:15", "until": "00:45"}):
        assert ask(site, "POST", path, form=waitlist_form(TOMORROW, **times)).status == 303
    assert sent(site, path, waitlist_form(TOMORROW, until="21:00+09:00")).status == 422
    rows = site.run(
        lambda: place.desk.database.fetch(
            "SELECT service_date, until_at - from_at AS span FROM maitred.waitlist_entries WHERE restaurant_id = $1"
            " ORDER BY place",
            place.number,
        )
    )
    assert [tuple(row) for row in rows] == [(TOMORROW, timedelta(minutes=90)), (TOMORROW, timedelta(minutes=30))]
