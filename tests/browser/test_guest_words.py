"""In which language and by which clock guests read, and what they are told of their mail."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from asking import BY_DAY, Answer, ask
from playwright.sync_api import expect
from site_of_tests import TOMORROW, Place, Site, Visitors, served, soon

from engines import Databases, EmbeddedValkey
from mail_server import MailServer, serving
from maitred.embedded.processes import free_port
from maitred.store import messages
from maitred.usecases import links
from maitred.usecases.people import Role

NEW_YORK = {**BY_DAY, "timezone": "America/New_York"}


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    """The mail server of this house."""
    with serving(MailServer(free_port())) as server:
        yield server


@pytest.fixture(scope="module")
def mailing(databases: Databases, valkey_engine: EmbeddedValkey, post: MailServer) -> Iterator[Site]:
    """A house that sends mail."""
    with served(databases, valkey_engine, mail_url=post.url, mail_from="us@example.org") as site:
        yield site


def plain(answer: Answer) -> str:
    return answer.text.replace("\N{NO-BREAK SPACE}", " ")


def evening(zone: str) -> datetime:
    return datetime.combine(TOMORROW, time(19, 30), ZoneInfo(zone))


def own_page(place: Place, at: datetime, **guest: str) -> str:
    view = place.book("Ann", 2, at, **guest)
    token = place.site.run(lambda: links.manage(place.desk.database, view.booking.id, at))
    return f"/book/{place.slug}/b/{token}"


@pytest.mark.parametrize(
    ("hours", "accepted", "lang", "clock"),
    [
        (BY_DAY, "en-US,en;q=0.9", "", "7:30 PM"),
        (BY_DAY, "en-GB,en-US;q=0.9,en;q=0.8", "", "19:30"),
        (BY_DAY, "en-AU", "", "7:30 pm"),
        (BY_DAY, "", "", "19:30"),
        (BY_DAY, "de-DE", "en-US", "7:30 PM"),
        (BY_DAY, "en-US", "en", "7:30 PM"),
        (NEW_YORK, "", "", "7:30 PM"),
        (NEW_YORK, "en", "", "7:30 PM"),
        (NEW_YORK, "en-GB", "", "19:30"),
        (NEW_YORK, "de", "", "19:30"),
        (NEW_YORK, "it", "", "7:30 PM"),
    ],
)
def test_times_are_shown_by_the_clock_of_who_reads(
    site: Site, hours: dict[str, object], accepted: str, lang: str, clock: str
) -> None:
    """The territory of the browser or of the address decides; without one it is the restaurant's country."""
    place = site.open_place(**hours)
    asked = {"accept_language": accepted} if accepted else {}
    answer = ask(site, "GET", f"/book/{place.slug}?date={TOMORROW}&lang={lang}", **asked)
    assert answer.status == 200
    assert f">{clock}<" in plain(answer)


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("en-US", "en"), ("de-AT", "de"), ("fr;q=0.3, es;q=0.9", "es"), ("it", "en"), ("ne-IN", "ne"), ("zz-ZZ, *", "en")],
)
@pytest.mark.parametrize("path", ["/book/{slug}", "/book/nowhere", "/book/{slug}/embed.js", "/ops/sign-in"])
def test_content_language_is_that_of_the_words_that_are_served(site: Site, accepted: str, lang: str, path: str) -> None:
    """Whatever was asked for; pages that say no say it too."""
    answer = ask(site, "GET", path.replace("{slug}", site.open_place().slug), accept_language=accepted)
    assert answer.status == (404 if "nowhere" in path else 200)
    assert answer.headers["content-language"] == lang
    assert f'<html lang="{lang}"' in answer.text or path.endswith(".js")


def test_programs_are_answered_in_english_and_told_so(site: Site) -> None:
    """Problems and answers of the API are English, whatever language is asked for."""
    for path, status in (("/v1/bookings", 404), ("/v1/lifecycle", 401), ("/docs", 200)):
        answer = ask(site, "GET", path, accept_language="de")
        assert (answer.status, answer.headers["content-language"]) == (status, "en")


def test_a_letter_keeps_the_territory_and_says_its_language(mailing: Site, post: MailServer) -> None:
    """By an American's clock, in English; its links lead to pages of the same kind; an unknown language is English."""
    place = mailing.open_place(**BY_DAY)
    for locale, clock, tag in (("en-US", "7:30 PM", "en-US"), ("en", "19:30", "en"), ("it-IT", "19:30", "en")):
        address = f"{locale}-{place.slug}@example.com"
        view = place.book("Ann", 2, evening("Europe/London"), email=address, locale=locale)
        (told,) = letters(place, post, view.booking.id, address)
        text = told.text().replace("\N{NO-BREAK SPACE}", " ")
        assert f", {clock}\r\n" in text
        assert clock in told.subject.replace("\N{NO-BREAK SPACE}", " ")
        assert f"lang={tag}\r\n" in text
        assert told.mail["Content-Language"] == "en"


def test_an_american_restaurant_writes_and_shows_its_own_clock(mailing: Site, post: MailServer) -> None:
    """To who named no territory; and its staff read it whatever their browsers are set to."""
    place = mailing.open_place(**NEW_YORK)
    address = f"ann-{place.slug}@example.com"
    view = place.book("Ann", 2, evening("America/New_York"), email=address)
    (told,) = letters(place, post, view.booking.id, address)
    assert "7:30 PM" in told.subject.replace("\N{NO-BREAK SPACE}", " ")
    page = f"/ops/{place.slug}/bookings?date={TOMORROW}"
    for accepted in ("en-GB", "en-US", ""):
        assert "7:30 PM" in plain(ask(mailing, "GET", page, place.person(Role.HOST), accept_language=accepted))
    london = mailing.open_place(**BY_DAY)
    london.book("Bob", 2, evening("Europe/London"))
    page = f"/ops/{london.slug}/bookings?date={TOMORROW}"
    shown = plain(ask(mailing, "GET", page, london.person(Role.HOST), accept_language="en-US"))
    assert "19:30" in shown
    assert "7:30 PM" not in shown


def letters(place: Place, post: MailServer, booking: UUID, address: str) -> list[object]:
    """Wait until the mail about a booking has left, and return what came to an address."""
    ended(place, booking, "sent")
    return post.to(address)


def ended(place: Place, booking: UUID, fate: str) -> None:
    """Wait until every message about a booking has this fate."""

    async def look() -> None:
        async with asyncio.timeout(55):
            while True:
                found = await messages.listing(place.desk.database, place.number, booking_id=booking)
                if found and all(one.message.fate == fate for one in found):
                    return
                await asyncio.sleep(0.02)

    place.site.run(look)


# -- mail --------------------------------------------------------------------------------------------------------------


def test_the_page_says_that_a_mail_was_sent_as_soon_as_it_was(mailing: Site, chromium: object) -> None:
    """By itself with scripts; to whom, but not the whole address; without scripts when it is opened again."""
    place = mailing.open_place(**BY_DAY)
    path = own_page(place, evening("Europe/London"), email="ann.archer@example.com")
    visitors = Visitors(chromium, mailing)  # type: ignore[arg-type]
    try:
        visit = visitors().open(path)
        expect(visit.page.get_by_text("We sent an email to a…@example.com.")).to_be_visible(timeout=30_000)
        assert "ann.archer@" not in visit.page.content()
    finally:
        assert not visitors.close()
    assert "We sent an email to a…@example.com." in ask(mailing, "GET", path).text


@pytest.mark.parametrize(
    ("guest", "said"),
    [
        ({"email": "ann@example.com"}, "No email was sent: this restaurant sends none at present. Save this link."),
        ({"phone": "+442079460123"}, "No email was sent: you left no email address. Save this link."),
        ({}, "No email was sent: you left no email address. Save this link."),
    ],
)
def test_the_page_says_that_no_mail_was_sent(site: Site, guest: dict[str, str], said: str) -> None:
    """Where no mail server is set a letter is only kept; who left no address gets none: both should keep the link."""
    place = site.open_place(**BY_DAY)
    view = place.book("Ann", 2, evening("Europe/London"), **guest)
    if guest.get("email"):
        ended(place, view.booking.id, "kept")
    token = site.run(lambda: links.manage(place.desk.database, view.booking.id, view.booking.starts_at))
    assert said in ask(site, "GET", f"/book/{place.slug}/b/{token}").text


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        ("failed", "bounced", "Our email to a…@example.com could not be delivered."),
        ("failed", "gave_up", "Our email to a…@example.com could not be delivered."),
        ("dropped", "suppressed", "Our email to a…@example.com could not be delivered."),
        ("dropped", "switched_off", "No email was sent about this."),
    ],
)
def test_the_page_says_what_else_became_of_the_mail(site: Site, state: str, reason: str, said: str) -> None:
    """A mail that did not arrive is not said to be sent."""
    place = site.open_place(**BY_DAY)
    path = own_page(place, evening("Europe/London"), email="ann@example.com")
    booking = place.bookings()[0].booking.id
    ended(place, booking, "kept")
    sql = "UPDATE maitred.messages SET state = $2, reason = $3, via = NULL WHERE booking_id = $1"
    site.run(lambda: place.desk.database.execute(sql, booking, state, reason))
    assert said in ask(site, "GET", path).text


# -- counts ------------------------------------------------------------------------------------------------------------


def test_what_was_only_kept_is_counted_apart_from_what_was_sent(site: Site, place: Place, visitor: Visitors) -> None:
    """Each count is of one fate, as its filter lists them."""
    booked = [place.book(f"Guest {n}", 2, soon(60 + 90 * n), email=f"g{n}@example.com") for n in range(5)]
    for view in booked:
        ended(place, view.booking.id, "kept")

    async def change() -> None:
        sql = (
            "UPDATE maitred.messages SET state = $2, via = $3, reason = $4, settled_at = $5,"
            " claimed_until = now() + interval '1 hour' WHERE booking_id = $1"
        )
        fates = (("sent", "smtp", None), ("failed", None, "bounced"), ("pending", None, None))
        for view, fate in zip(booked, fates, strict=False):
            at = None if fate[0] == "pending" else place.desk.clock()
            await place.desk.database.execute(sql, view.booking.id, *fate, at)

    site.run(change)
    page = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/messages").page
    chips = page.get_by_role("list", name="Filter by state")
    for name, count in (("Waits", 1), ("Sent", 1), ("Kept, not sent", 2), ("Failed", 1), ("Not sent", 0)):
        expect(chips.get_by_role("link", name=f"{name} {count}", exact=True)).to_have_count(1)
    chips.get_by_role("link", name="Kept, not sent 2").click()
    expect(page.locator("[data-row]")).to_have_count(2)
