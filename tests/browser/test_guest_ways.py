"""What guests do beside booking at once: press Enter, change their mind, come late, find one meal full, wait."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from asking import BY_DAY, ask, sent
from playwright.sync_api import expect
from site_of_tests import TOMORROW, Place, Visitors

from maitred.domain.lifecycle import Action
from maitred.usecases import links
from maitred.usecases.door import act
from maitred.usecases.personal import erase_guest
from maitred.usecases.review import decline

HOURS = {**BY_DAY, "timezone": "UTC"}
ONE_TABLE = {"tables": [{"id": "T1", "zone": "main", "capacity": 2}], "joins": []}
MEALS = [
    {**BY_DAY["services"][0], "name": "lunch", "open": "12:00", "last_seating": "14:00", "close": "15:30"},
    {**BY_DAY["services"][0], "name": "dinner", "open": "18:00", "last_seating": "21:00", "close": "23:00"},
]


def at(hour: int) -> datetime:
    return datetime.combine(TOMORROW, time(hour), tzinfo=UTC)


def keep(place: Place, hour: int, party: int = 2) -> str:
    """Keep a time and return where its details are asked for."""
    form = {"party": str(party), "date": TOMORROW.isoformat(), "at": at(hour).isoformat()}
    reply = ask(place.site, "POST", f"/book/{place.slug}/keep", form=form)
    assert reply.status == 303
    return str(reply.headers["location"])


def test_enter_in_a_field_books_and_a_time_that_lapses_is_said_so(site: Any, visitor: Visitors) -> None:
    """Enter is the Book button, not the one that keeps the time longer; a countdown at its end says what that means."""
    place = site.open_place(**HOURS)
    visit = visitor(width=375, height=700)
    visit.open(keep(place, 18))
    page = visit.page
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Email").press("Enter")
    expect(page.get_by_role("heading", name="Your table is booked")).to_be_visible()
    late = visitor(width=375, height=700)
    late.page.clock.install()
    late.open(keep(place, 20))
    late.page.clock.fast_forward(301_000)
    expect(late.page.get_by_text("Your time is no longer kept.")).to_be_visible()
    expect(late.page.get_by_text("Kept for you until")).to_be_hidden()


def test_who_chooses_another_time_does_not_block_themselves(site: Any) -> None:
    """The kept time is let go, and is among the times again."""
    place = site.open_place(**HOURS, **ONE_TABLE)
    details = keep(place, 18)
    there = f"/book/{place.slug}?party=2&date={TOMORROW}"
    assert ">18:00<" not in ask(site, "GET", there).text
    reply = ask(site, "POST", details, form={"do": "release"})
    assert reply.status == 303
    assert ">18:00<" in ask(site, "GET", reply.headers["location"]).text
    assert ask(site, "POST", details, form={"do": "release"}).status == 303, "twice is no fault"


def test_a_meal_that_is_full_is_said_so_and_offers_to_wait_for_its_times(site: Any) -> None:
    """Dinner full and lunch free: dinner's heading stays, with the waitlist of exactly its hours."""
    place = site.open_place(**{**HOURS, "services": MEALS}, **ONE_TABLE, waitlist={"enabled": True},
                            turn_minutes=[{"max_party": 2, "minutes": 240}])  # fmt: skip
    place.book("Carla", 2, at(19))
    page = ask(site, "GET", f"/book/{place.slug}?party=2&date={TOMORROW}&lang=de").text
    assert "Für Ihre Personenzahl voll" in page
    link = re.search(r'href="(/book/[^"]+/waitlist\?[^"]+)"', page)
    assert link is not None
    form = ask(site, "GET", link[1].replace("&amp;", "&")).text
    assert 'value="18:00"' in form
    assert 'value="21:00"' in form
    assert 'lang="de"' in form
    assert (
        ask(site, "GET", f"/book/{place.slug}?party=2&date={TOMORROW + timedelta(days=1)}").text.count("/waitlist?")
        == 0
    )


def test_times_that_are_missing_are_said_to_be_full_and_the_waitlist_has_their_hours(site: Any) -> None:
    """Seven is taken, five is free: who wants seven may wait for it. Where nothing is missing nothing is said."""
    place = site.open_place(**HOURS, **ONE_TABLE, waitlist={"enabled": True})
    free = ask(site, "GET", f"/book/{place.slug}?party=2&date={TOMORROW}").text
    assert "Times that are not shown" not in free
    place.book("Carla", 2, at(19))
    page = ask(site, "GET", f"/book/{place.slug}?party=2&date={TOMORROW}").text
    assert ">17:00<" in page
    assert ">19:00<" not in page
    assert "Times that are not shown are full for a party of your size." in page
    assert f"/book/{place.slug}/waitlist?date={TOMORROW}" in page


def test_an_offer_that_is_gone_says_so_before_its_button_is_pressed(site: Any) -> None:
    """The way on leads to that day; for who has taken it the link stays, and leads to their booking."""
    place = site.open_place(**HOURS, **ONE_TABLE)
    declined = place.book("Ada", 2, at(15), email="ada@example.com").booking.id
    offer = {"restaurant": place.slug, "party_size": 2, "starts_at": at(19).isoformat(), "booking": str(declined)}
    token = site.run(lambda: links.offer(place.desk.database, offer, at(19)))
    there = f"/book/{place.slug}/offer/{token}"
    assert "Book this table" in ask(site, "GET", there).text
    place.book("Carla", 2, at(19))
    gone = ask(site, "GET", there)
    assert (gone.status, "That time has just gone" in gone.text, "Book this table" in gone.text) == (200, True, False)
    assert f"date={TOMORROW}" in gone.text
    taken = {**offer, "starts_at": at(12).isoformat()}
    token = site.run(lambda: links.offer(place.desk.database, taken, at(12)))
    there = f"/book/{place.slug}/offer/{token}"
    booking = ask(site, "POST", there).headers["location"]
    assert "That time has just gone" not in ask(site, "GET", there).text
    assert ask(site, "POST", there).headers["location"].split("/b/")[0] == booking.split("/b/")[0]


def test_an_offer_to_a_guest_who_was_erased_opens_nothing(site: Any) -> None:
    """Shown or pressed: nobody is booked who is not known any more, nor anybody of another restaurant."""
    place, other = site.open_place(**HOURS), site.open_place(**HOURS)
    view = place.book("Ada", 2, at(15), email="ada@example.com")
    offer = {"party_size": 2, "starts_at": at(19).isoformat(), "booking": str(view.booking.id)}
    tokens = [
        site.run(lambda one=one: links.offer(place.desk.database, {**offer, "restaurant": one.slug}, at(19)))
        for one in (place, other)
    ]
    assert ask(site, "POST", f"/book/{other.slug}/offer/{tokens[1]}").status == 404
    place.call(act, view.booking.id, Action.CANCEL)
    site.run(
        lambda: erase_guest(
            place.desk.database, place.number, "ada@example.com", None, by="tests", now=place.desk.clock()
        )
    )
    assert ask(site, "POST", f"/book/{place.slug}/offer/{tokens[0]}").status == 404
    assert [one.booking.state for one in (*place.bookings(), *other.bookings())] == ["cancelled"]


def test_what_a_person_writes_when_they_decline_is_on_the_guests_page(site: Any) -> None:
    """As it was written; the booking's reasons in codes are nobody's but the restaurant's."""
    place = site.open_place(**HOURS, review_party_size=4)
    view = place.book("Ada", 4, at(19), email="ada@example.com")
    place.call(decline, view.booking.id, note="Please <call> us")
    token = site.run(lambda: links.manage(place.desk.database, view.booking.id, at(23)))
    page = ask(site, "GET", f"/book/{place.slug}/b/{token}").text
    assert "The restaurant writes: Please &lt;call&gt; us" in page


def test_a_day_beyond_the_horizon_is_not_full_but_not_open_yet(site: Any) -> None:
    """The field says so, and nobody is sent to other days."""
    place = site.open_place(**HOURS, max_horizon_days=30)
    reply = ask(site, "GET", f"/book/{place.slug}?party=2&date={TOMORROW + timedelta(days=60)}")
    assert reply.status == 422
    assert "not open yet" in reply.text
    assert "no table left" not in reply.text


def test_a_link_opens_its_booking_as_long_as_that_is_to_come(site: Any) -> None:
    """Moved to a later day, the first link still opens; a month after the party's time no link does."""
    place = site.open_place(**HOURS)
    view = place.book("Ada", 2, at(19), email="ada@example.com")
    old = site.run(lambda: links.manage(place.desk.database, view.booking.id, at(19) + links.MANAGE_LASTS))
    there = f"/book/{place.slug}/b/{old}"
    form = {"party": "2", "date": TOMORROW.isoformat(), "at": at(20).isoformat()}
    moved = ask(site, "POST", f"{there}/change", form=form)
    assert moved.status == 303
    assert "Your booking was changed." in ask(site, "GET", moved.headers["location"]).text
    assert ask(site, "GET", there).status == 200

    async def long_ago() -> None:
        async with place.desk.database.transaction() as connection:
            await connection.execute("ALTER TABLE maitred.bookings DISABLE TRIGGER USER")
            await connection.execute(
                "UPDATE maitred.bookings SET starts_at = starts_at - interval '40 days',"
                " created_at = created_at - interval '40 days' WHERE id = $1",
                view.booking.id,
            )
            await connection.execute("ALTER TABLE maitred.bookings ENABLE TRIGGER USER")

    site.run(long_ago)
    assert "not valid any more" in ask(site, "GET", there).text


def test_the_waitlist_is_a_page_like_the_others(site: Any) -> None:
    """Who may frame the pages may frame these; other sites' forms are refused; every fault has its field."""
    place = site.open_place(**HOURS, **ONE_TABLE, waitlist={"enabled": True}, embed_origins=["https://www.example.com"])
    there = f"/book/{place.slug}/waitlist"
    policy = ask(site, "GET", there).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://www.example.com" in policy
    wish = {"date": TOMORROW.isoformat(), "party": "2", "from": "19:00", "until": "20:00", "name": "Ada",
            "email": "ada@example.com", "consent": "1"}  # fmt: skip
    assert ask(site, "POST", there, form=wish, origin="https://elsewhere.example").status == 403
    wrong = {"date": "yesterday", "party": "x", "from": "", "until": "20:00", "name": "", "phone": "12"}
    reply = sent(site, there, wrong)
    assert reply.status == 422
    assert set(re.findall(r'id="e-(\w+)"', reply.text)) >= {
        "date",
        "party",
        "from",
        "name",
        "phone",
        "consent",
    }
    assert sent(site, there, {**wish, "until": "18:00"}).status == 422
    joined = ask(site, "POST", there + "?lang=ne", form={**wish, "locale": "ne"})
    assert joined.status == 303
    assert joined.headers["location"].endswith("?lang=ne")
    assert 'lang="ne"' in ask(site, "GET", joined.headers["location"]).text


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({}, None),
        ({"phone": "(020) 7946-0123"}, 'href="tel:02079460123"'),
        ({"address": "<b>1</b> High Street"}, "&lt;b&gt;1&lt;/b&gt; High Street"),
    ],
)
def test_where_and_by_which_number_is_on_each_page_when_it_is_known(site: Any, told: Any, shown: str | None) -> None:
    """On a page that refuses, too: who is asked to call sees the number. Nothing is known: nothing is said."""
    place = site.open_place(**told)
    for path in ("", "/b/nonsense"):
        page = ask(site, "GET", f"/book/{place.slug}{path}").text
        assert ("<address>" in page) is (shown is not None)
        assert shown is None or shown in page
    assert "<address>" not in ask(site, "GET", "/book/nowhere").text


@pytest.mark.parametrize("path", ["/nothing", "/b", "/keep", "/offer"])
def test_an_address_that_leads_nowhere_answers_with_a_page(place: Place, path: str) -> None:
    """In the guest's language, with the way to book; without a restaurant there is a page as well."""
    answer = ask(place.site, "GET", f"/book/{place.slug}{path}?lang=de")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f'href="/book/{place.slug}?lang=de"' in answer.text
    back = ask(place.site, "GET", f"/book/{place.slug}{path}/?lang=de")
    assert (back.status, back.headers["location"]) == (308, f"/book/{place.slug}{path}?lang=de")
    nobody = ask(place.site, "GET", "/book")
    assert (nobody.status, "There is no such restaurant here." in nobody.text) == (404, True)
