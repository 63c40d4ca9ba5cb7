"""What guests and staff are told, each kind in each language, over a real mail server and taken apart as mail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from house import evening, inn_of, venue
from icalendar import Calendar
from post_office import ADDRESS, INN, NAME, PHONE, Post, post, quiet

from mail_server import Received, mail
from maitred.domain.booking import Actor, ActorKind
from maitred.domain.lifecycle import Action
from maitred.domain.messages import STAFF_KINDS, Kind
from maitred.texts import LOCALES
from maitred.usecases import links
from maitred.usecases.accept import GuestDetails, Override
from maitred.usecases.door import act
from maitred.usecases.messages import alert, remind
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.moves import ByHand, move_by_hand
from maitred.usecases.review import force_confirm
from maitred.usecases.waitlist import WaitRequest, join, waiting_of
from maitred.usecases.waitlist_serving import serve_day

__all__ = ["mail", "post"]


CATALOGUES: Final = Path(__file__).parents[2] / "src" / "maitred" / "texts" / "locales"
WORKER: Final = Actor(ActorKind.SYSTEM, "w")
NOTHING_BROKEN: Final[Callable[[], list[str]]] = list

# A sentence of each kind, in the words of the sources.
SAYS: Final[Mapping[Kind, str]] = {
    Kind.RECEIVED: "We have your request and are finding your table.",
    Kind.CONFIRMED: "Your table is booked. We look forward to seeing you.",
    Kind.CONFIRMED_AFTER_WAIT: "Thank you for waiting: your table is booked. We look forward to seeing you.",
    Kind.UNDER_REVIEW: "A person at the restaurant is looking at your request and will tell you soon.",
    Kind.DECLINED: "We are sorry: we have no table for you at that time.",
    Kind.CHANGED: "Your booking was changed. This is what holds now:",
    Kind.CANCELLED: "Your booking is cancelled. We would be glad to see you another time.",
    Kind.MOVED: "Your table has changed: it is now in another part of the restaurant.",
    Kind.REMINDER_24H: "We look forward to seeing you.",
    Kind.REMINDER_2H: "Your table is ready for you at %(time)s. If you are late or cannot come, please tell us.",
    Kind.WAITLIST_JOINED: "You are on the waitlist from %(time)s to %(until)s.",
    Kind.WAITLIST_BOOKED: "A table came free, and we have booked it for you as you had asked.",
    Kind.WAITLIST_OFFER: "A table came free. We keep it for you until %(until)s; after that it is somebody else's.",
    Kind.WAITLIST_ENDED: "We are sorry: no table came free in the time that you had named.",
    Kind.STAFF_REVIEW: "The newest of them:",
    Kind.STAFF_REVIEW_DUE: "Nobody has decided on this booking. At %(until)s it is declined by itself.",
    Kind.STAFF_BREAKER: "Bookings are still accepted. They are confirmed once it answers.",
    Kind.STAFF_WEBHOOK: "%(detail)s has taken nothing for days, or says that it is gone. Nothing more is sent to it.",
}


# -- each kind, each language -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
async def test_each_kind_is_said_in_a_language_as_text_html_and_calendar(post: Post, locale: str) -> None:
    """Every kind that there is arrives once in the life of some bookings, and each mail is what it should be."""
    await quiet(post, None, locale=locale)
    judge = Judge(post, locale, _translated(locale))
    for story in (a_booking, a_promise_broken, no_room, a_review, a_slow_night, a_waitlist, an_offer, staff_troubles):
        await story(post, locale, judge)
    assert judge.seen == set(Kind)


async def a_booking(post: Post, locale: str, judge: "Judge") -> None:
    """Booked, changed, reminded twice, cancelled."""
    booking = await post.book("ann", locale)
    await judge.mail(Kind.CONFIRMED, await post.one("ann@example.com"), booking, "REQUEST")
    later = evening("20:15")
    await modify_booking(post.inn.desk, booking, Changes(party_size=3, starts_at=later), caller=post.inn.caller)
    await judge.mail(Kind.CHANGED, await post.one("ann@example.com"), booking, "REQUEST")
    post.ahead = later - timedelta(hours=23) - datetime.now(UTC)
    assert await remind(post.inn.desk) == 1
    assert await remind(post.inn.desk) == 0
    await judge.mail(Kind.REMINDER_24H, await post.one("ann@example.com"), booking)
    post.ahead = later - timedelta(minutes=90) - datetime.now(UTC)
    assert await remind(post.inn.desk) == 1
    await judge.mail(Kind.REMINDER_2H, await post.one("ann@example.com"), booking)
    post.ahead = timedelta()
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)
    await judge.mail(Kind.CANCELLED, await post.one("ann@example.com"), booking, "CANCEL")


async def a_promise_broken(post: Post, locale: str, judge: "Judge") -> None:
    """Promised the patio, then seated elsewhere by a person; tables within the room are nobody's news."""
    booking = await post.book("bob", locale, 2, evening(days=8), zone_preference="patio", zone_promised=True)
    told = await post.one("bob@example.com")
    assert "Patio" in told.text()
    await judge.mail(Kind.CONFIRMED, told, booking, "REQUEST")
    taken_back = ByHand("rain", Override(frozenset({"promised_zone"}), "rain"))
    await move_by_hand(post.inn.desk, booking, ["A1"], caller=post.inn.caller, hand=taken_back)
    await judge.mail(Kind.MOVED, await post.one("bob@example.com"), booking, "REQUEST")
    await move_by_hand(post.inn.desk, booking, ["A2"], caller=post.inn.caller)
    assert await post.deliver() == []


async def no_room(post: Post, locale: str, judge: "Judge") -> None:
    """The third party of six has no table; each alternative is a link that opens to what it offers."""
    for name in ("cat", "dan", "eve"):
        booking = await post.book(name, locale, 6, evening(days=9), notes="Nuts make us ill")
    arrived = {one.recipient: one for one in await post.deliver()}
    told = arrived["eve@example.com"]
    await judge.mail(Kind.DECLINED, told, booking)
    offers = [link for link in links_of(told) if "/offer/" in link]
    assert offers
    for link in offers:
        said = await links.opened(post.inn.desk.database, links.OFFER, link.split("/offer/")[1].partition("?")[0])
        assert (said["restaurant"], said["party_size"], said["booking"]) == (post.inn.place.slug, 6, str(booking))
        assert not {"eve@example.com", NAME, "Nuts make us ill"} & set(map(str, said.values()))


async def a_review(post: Post, locale: str, judge: "Judge") -> None:
    """Large parties wait for a person, who is told, and told again when time runs out; then they are confirmed."""
    booking = await post.book("fay", locale, 8, evening(days=10))
    arrived = {one.recipient: one for one in await post.deliver()}
    await judge.mail(Kind.UNDER_REVIEW, arrived["fay@example.com"], booking)
    await judge.mail(Kind.STAFF_REVIEW, arrived["staff@example.com"], booking)
    deadline = (await post.inn.view(booking)).booking.review_deadline
    assert deadline is not None
    post.ahead = deadline - timedelta(minutes=10) - datetime.now(UTC)
    assert await alert(post.inn.desk, NOTHING_BROKEN) == 1
    assert await alert(post.inn.desk, NOTHING_BROKEN) == 0
    await judge.mail(Kind.STAFF_REVIEW_DUE, await post.one("staff@example.com"), booking)
    post.ahead = timedelta()
    await force_confirm(post.inn.desk, booking, ["A1", "A2", "A3"], caller=post.inn.caller)
    told = await post.one("fay@example.com")
    await judge.mail(Kind.CONFIRMED_AFTER_WAIT, told, booking, "REQUEST")


async def a_slow_night(post: Post, locale: str, judge: "Judge") -> None:
    """A request that nobody decides at once is acknowledged after a while, and its confirmation thanks for waiting."""
    at = evening(days=11)
    booking = await post.inn.book_as(GuestDetails(NAME, "gus@example.com", locale=locale), 2, at)
    assert await post.deliver() == []
    post.ahead = timedelta(seconds=21)
    await judge.mail(Kind.RECEIVED, await post.one("gus@example.com"), booking)
    await post.inn.decide(at)
    await judge.mail(Kind.CONFIRMED_AFTER_WAIT, await post.one("gus@example.com"), booking, "REQUEST")
    post.ahead = timedelta()


async def a_waitlist(post: Post, locale: str, judge: "Judge") -> None:
    """Who waits is told so; a table that comes free is told of once, as theirs; who waited in vain is told as well."""
    await wait(post, "hal", locale, evening(days=12))
    await judge.mail(Kind.WAITLIST_JOINED, await post.one("hal@example.com"))
    served = await serve_day(post.inn.desk, post.inn.place, evening(days=12).date(), WORKER)
    booked = (await waiting_of(post.inn.desk, served.booked[0])).entry.booking_id
    await judge.mail(Kind.WAITLIST_BOOKED, await post.one("hal@example.com"), booked, "REQUEST")
    await wait(post, "ida", locale, evening(days=13))
    await post.deliver()
    post.ahead = evening("20:00", days=13) - datetime.now(UTC)
    await serve_day(post.inn.desk, post.inn.place, evening(days=13).date(), WORKER)
    await judge.mail(Kind.WAITLIST_ENDED, await post.one("ida@example.com"))
    post.ahead = timedelta()


async def an_offer(post: Post, locale: str, judge: "Judge") -> None:
    """Near the time a table is kept for who waits, and the mail says until when."""
    always = {"enabled": True, "auto_until_minutes": 60 * 24 * 7}
    other = await inn_of(post.inn.house, venue(INN, waitlist=always), post.inn.url)
    here, post.inn = post.inn, replace(other, desk=post.inn.desk)
    await wait(post, "joe", locale, evening(days=3))
    await post.deliver()
    await serve_day(post.inn.desk, post.inn.place, evening(days=3).date(), WORKER)
    await judge.mail(Kind.WAITLIST_OFFER, await post.one("joe@example.com"))
    post.inn = here


async def staff_troubles(post: Post, _locale: str, judge: "Judge") -> None:
    """A breaker that is open while bookings wait, and a webhook that was given up, are told of once."""
    await post.inn.book(2, evening(days=14))
    await post.deliver()
    for _ in range(2):
        await alert(post.inn.desk, lambda: ["redis"])
    await judge.mail(Kind.STAFF_BREAKER, await post.one("staff@example.com"))
    await post.inn.desk.database.execute(
        "INSERT INTO maitred.webhooks (id, restaurant_id, url, types, secret, enabled, disabled_at, disabled_reason,"
        " created_by, created_at, updated_at)"
        " VALUES ($1, $2, 'https://hooks.example/in', '{}', 'whsec_x', false, now(), 'failing', 'test', now(), now())",
        uuid4(),
        post.inn.place.restaurant_id,
    )
    for _ in range(2):
        await alert(post.inn.desk, NOTHING_BROKEN)
    told = await post.one("staff@example.com")
    assert "https://hooks.example/in" in told.text()
    await judge.mail(Kind.STAFF_WEBHOOK, told)


async def wait(post: Post, name: str, locale: str, at: datetime) -> None:
    """Let a guest wait for a time."""
    guest = GuestDetails(NAME, f"{name}@example.com", locale=locale)
    request = WaitRequest(2, from_at=at, until_at=at, guest=guest, consent=True)
    await join(post.inn.desk, post.inn.place, request, caller=post.inn.caller)


@dataclass(slots=True)
class Judge:
    """Takes mails apart; what they should say comes from the catalogues and from Babel, not from what wrote them."""

    post: Post
    locale: str
    translated: Mapping[str, str]
    seen: set[Kind] = field(default_factory=set)

    async def mail(self, kind: Kind, told: Received, booking: UUID | None = None, method: str | None = None) -> None:
        """Assert that a mail is a message of this kind, in the language, with the parts it should have."""
        self.seen.add(kind)
        row = await self.post.row(told)
        assert (row["kind"], row["locale"], row["state"]) == (kind, self.locale, "sent")
        assert told.sender == "us@example.org"
        assert told.mail["From"].addresses[0].display_name == "The Inn"
        assert (told.mail["Auto-Submitted"], told.mail["Content-Language"]) == ("auto-generated", self.locale)
        self._words(kind, told)
        if booking is not None:
            await self._facts(told, booking)
        self._html(told)
        if method is None:
            assert "text/calendar" not in told.types
        else:
            assert booking is not None
            await self._calendar(told, booking, method)

    def _words(self, kind: Kind, told: Received) -> None:
        sentence = SAYS[kind] if self.locale == "en" else self.translated[SAYS[kind]]
        for part in sentence.split("%("):
            assert part.partition(")s")[2 if ")s" in part else 0].strip() in told.text()
        if self.locale != "en":
            assert SAYS[kind] not in told.text()
        assert ("Zoë" in told.text()) is (kind not in STAFF_KINDS)
        assert (f"The Inn\r\n{ADDRESS}\r\n{PHONE}\r\n" in told.text()) is (kind not in STAFF_KINDS)
        assert "%(" not in told.text() + told.subject

    async def _facts(self, told: Received, booking: UUID) -> None:
        view = await self.post.inn.view(booking)
        at, lang = view.booking.starts_at, "en_GB" if self.locale == "en" else self.locale
        digits = {base + n: str(n) for base in (0x0966,) for n in range(10)}
        day = format_date(at.date(), "full", locale=lang).translate(digits)
        clock = format_time(at.time(), "short", locale=lang).translate(digits).replace("\u202f", "\u00a0")
        assert f"{day}, {clock}" in told.text()
        assert view.booking.reference in told.text()

    def _html(self, told: Received) -> None:
        page = Page()
        page.feed(told.text("text/html"))
        assert page.lang == self.locale
        assert "b" not in page.tags, "a guest's name is no markup"
        words = " ".join(" ".join(page.words).split())
        for line in told.text().partition("\n-- ")[0].splitlines():
            whole, value = (" ".join(one.removesuffix(":").split()) for one in (line, line.partition(": ")[2]))
            assert line in page.links or whole in words or (value and value in words), line
        assert sorted(page.links) == sorted(links_of(told))

    async def _calendar(self, told: Received, booking: UUID, method: str) -> None:
        view = await self.post.inn.view(booking)
        part = next(one for one in told.mail.walk() if one.get_content_type() == "text/calendar")
        assert part.get_param("method") == method
        found = Calendar.from_ical(told.text("text/calendar"))
        assert found["METHOD"] == method
        event = found.walk("VEVENT")[0]
        assert event["UID"] == f"{booking}@maitred"
        assert event["SEQUENCE"] == view.booking.version
        assert event["DTSTART"].dt == view.booking.starts_at
        assert event["DTEND"].dt == view.booking.turn_ends_at
        assert event["STATUS"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
        assert (event["SUMMARY"], event["LOCATION"]) == ("The Inn", f"The Inn, {ADDRESS}")
        assert view.booking.reference in event["DESCRIPTION"]
        assert event["ATTENDEE"] == f"mailto:{told.recipient}"
        attached = next(one for one in told.mail.walk() if one.get_content_type() == "application/ics")
        assert Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")[0]["UID"] == event["UID"]


class Page(HTMLParser):
    """The words, links and tags of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.lang = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attributes)
        if tag == "html":
            self.lang = given.get("lang") or ""
        if tag == "a":
            self.links.append(given.get("href") or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def links_of(told: Received) -> list[str]:
    """The links of a mail's text."""
    return [line for line in told.text().splitlines() if line.startswith("https://book.example/")]


def _translated(locale: str) -> dict[str, str]:
    if locale == "en":
        return {}
    with (CATALOGUES / f"{locale}.po").open("rb") as file:
        return {one.id: one.string for one in read_po(file, locale=locale) if isinstance(one.id, str)}
