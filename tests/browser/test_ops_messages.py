"""Messages on their pages: the outbox by keyboard, a letter that can do nothing, previews, and how a house sends."""

import asyncio
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from asking import ask
from playwright.sync_api import expect
from site_of_tests import Place, Visitors, tomorrow

from maitred.domain.messages import Kind
from maitred.store import messages
from maitred.store.messages import Listed
from maitred.texts import LOCALES
from maitred.usecases.people import Role
from waiting import patience

EVIL: Final = "<script>top.broken = true</script>Eve"


def said(place: Place, booking: UUID | None = None) -> list[Listed]:
    """The messages of a restaurant, newest first."""
    found: list[Listed] = place.site.run(
        lambda: messages.listing(place.desk.database, place.number, booking_id=booking, limit=50)
    )
    return found


def failed(place: Place, message: UUID) -> None:
    """Let a message fail, as a server that refuses it does."""

    async def work() -> None:
        database, now = place.desk.database, place.desk.clock()
        await database.execute(
            "UPDATE maitred.messages SET state = 'pending', settled_at = NULL WHERE id = $1", message
        )
        attempt = {"attempt": 1, "at": now.isoformat(), "answer": "451 come again"}
        await messages.settle(database, message, "failed", now, reason="gave_up", answer="451", attempt=attempt)

    place.site.run(work)


def one_said(place: Place, **guest: Any) -> Listed:
    """A guest who booked and was told."""
    view = place.book("Ann", 2, tomorrow(), email="ann@example.com", **guest)
    place.site.run(lambda: _sent(place, view.booking.id))
    return said(place, view.booking.id)[0]


async def _sent(place: Place, booking: UUID | None) -> None:
    async with patience("the message to be sent"):
        while True:
            found = await messages.listing(place.desk.database, place.number, booking_id=booking)
            if found and found[0].message.state == "sent":
                return
            await asyncio.sleep(0.02)


def test_a_message_that_failed_is_found_read_and_tried_again_by_keyboard(place: Place, visitor: Visitors) -> None:
    """From `g m` to the letter and back with keys alone; tried again it leaves, and the booking's page says so."""
    one = one_said(place).message
    side = (
        visitor(place.person(Role.HOST))
        .open(f"/ops/{place.slug}/bookings")
        .page.get_by_role("navigation", name="Screens")
    )
    expect(side.get_by_role("link", name="Messages")).to_have_count(0)
    failed(place, one.id)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings")
    page = visit.page
    expect(page.get_by_role("navigation", name="Screens").get_by_role("link", name="Messages")).to_contain_text(
        "1 failed"
    )
    visit.press("g", "m")
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()
    expect(page.get_by_text("1 message did not arrive.")).to_be_visible()
    visit.press("j", "Enter")
    expect(page.get_by_role("heading", name="Table booked")).to_be_visible()
    expect(page.get_by_text("451 come again")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_text("Your table is booked.")).to_be_visible()
    visit.press("t")
    expect(page.locator("p[role=status]")).not_to_contain_text("Failed")
    assert one.booking_id is not None
    place.site.run(lambda: _sent(place, one.booking_id))
    visit.open(f"/ops/{place.slug}/bookings/{one.booking_id}")
    expect(page.locator("#letters")).to_contain_text("Table booked")
    expect(page.locator("#letters")).to_contain_text("Kept")


def test_a_letter_is_shown_and_can_do_nothing(place: Place, visitor: Visitors) -> None:
    """What a guest calls themselves is text in the letter and on the page; the frame runs nothing and loads nothing."""
    view = place.book(EVIL, 2, tomorrow(), email="eve@example.com")
    place.site.run(lambda: _sent(place, view.booking.id))
    one = said(place, view.booking.id)[0].message
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/messages/{one.id}")
    expect(visit.page.frame_locator("iframe").get_by_text(EVIL)).to_be_visible()
    assert visit.page.evaluate("window.broken") is None
    reply = ask(place.site, "GET", f"/ops/{place.slug}/messages/{one.id}/letter", place.person(Role.HOST))
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy.split("; ")
    assert "<script>" not in reply.text


def test_letters_are_for_hosts_and_of_this_house(place: Place, site: Any) -> None:
    """A viewer sees neither page nor section; a host of another house finds nothing, and settings are a manager's."""
    one = one_said(place).message
    viewer, host = place.person(Role.VIEWER), place.person(Role.HOST)
    for path in ("messages", f"messages/{one.id}", f"messages/{one.id}/letter", "messages/preview"):
        assert ask(site, "GET", f"/ops/{place.slug}/{path}", viewer).status == 403
    assert "Table booked" not in ask(site, "GET", f"/ops/{place.slug}/bookings/{one.booking_id}", viewer).text
    assert ask(site, "GET", f"/ops/{place.slug}/messages/settings", host).status == 403
    other = site.open_place()
    for path in (f"messages/{one.id}", f"messages/{one.id}/letter"):
        assert ask(site, "GET", f"/ops/{other.slug}/{path}", other.person(Role.OWNER)).status == 404
    assert ask(site, "POST", f"/ops/{other.slug}/messages/{one.id}/retry", other.person(Role.OWNER), {}).status == 404


def test_every_message_is_shown_in_every_language_beforehand_and_sent_to_who_looks(place: Place) -> None:
    """Eighteen letters in five languages; no English sentence in the others; the one that is sent is the one shown."""
    host = place.person(Role.HOST)
    english = {kind: _letter(place, host, kind, "en") for kind in Kind}
    for locale in LOCALES:
        page = ask(place.site, "GET", f"/ops/{place.slug}/messages/preview?in={locale}", host)
        assert page.status == 200
        for kind in Kind if locale != "en" else ():
            letter = _letter(place, host, kind, locale)
            assert f'lang="{locale}"' in letter
            assert not set(_sentences(letter)) & set(_sentences(english[kind])), (kind, locale)
    sent = {"ticket": uuid4().hex, "kind": "declined", "lang": "fr"}
    assert ask(place.site, "POST", f"/ops/{place.slug}/messages/preview/send", host, sent).status == 303
    assert ask(place.site, "POST", f"/ops/{place.slug}/messages/preview/send", host, sent).status == 303
    (one,) = said(place)
    assert (one.message.recipient, one.message.locale, one.message.kind) == (
        f"host@{place.slug}.example",
        "fr",
        "declined",
    )
    assert ask(place.site, "GET", f"/ops/{place.slug}/messages/preview?kind=nonsense", host).status == 422
    assert ask(place.site, "GET", f"/ops/{place.slug}/messages/preview?in=xx", host).status == 422


def _letter(place: Place, token: str, kind: Kind, locale: str) -> str:
    path = f"/ops/{place.slug}/messages/preview/letter?kind={kind}&in={locale}"
    reply = ask(place.site, "GET", path, token)
    assert reply.status == 200
    return reply.text


def _sentences(letter: str) -> list[str]:
    """The paragraphs of a letter that are sentences of ours."""
    parts = (part.partition(">")[2].partition("<")[0].strip() for part in letter.split("<p ")[1:])
    return [part for part in parts if len(part.split()) > 2]


def test_how_a_house_sends_is_set_on_a_page_and_faults_are_said_in_words(place: Place, visitor: Visitors) -> None:
    """What is switched off stays off, a gateway's secret is shown once, and a wrong address changes nothing."""
    visit = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/messages/settings")
    page = visit.page
    page.get_by_label("Name", exact=True).fill("Ada, at the Bistro")
    page.get_by_label("Addresses that are told of reviews and faults").fill("ada@example.com\nbo@example.com")
    page.get_by_label("Reminder, two hours before").uncheck()
    page.get_by_label("Address of the gateway").fill("https://sms.example/send")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    visit.open(f"/ops/{place.slug}/messages/settings")
    assert "whsec_" not in page.content()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada, at the Bistro")
    expect(page.get_by_label("Reminder, two hours before")).not_to_be_checked()
    settings = place.site.run(lambda: messages.settings_of(place.desk.database, place.number))
    assert (settings.off, settings.staff_emails) == (("reminder_2h",), ("ada@example.com", "bo@example.com"))


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        ("Address", "nobody@nowhere"),
        ("Answers go to", "a..b@example.com"),
        ("Addresses that are told of reviews and faults", "ada@example.com nobody"),
        ("Address of the gateway", "http://sms.example"),
        ("From", "08:00"),
    ],
)
def test_a_wrong_setting_is_said_at_its_field_and_nothing_typed_is_lost(
    place: Place, visitor: Visitors, label: str, wrong: str
) -> None:
    """The field is marked, has the focus and says why; the others stay as they were typed, and nothing was saved."""
    before = place.site.run(lambda: messages.settings_of(place.desk.database, place.number))
    visit = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/messages/settings")
    page = visit.page
    page.get_by_label("Name", exact=True).fill("Ada, at the Bistro")
    page.get_by_label("Reminder, two hours before").uncheck()
    page.get_by_role("textbox", name=label, exact=True).fill(wrong)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved.")
    field = page.get_by_role("textbox", name="Until" if label == "From" else label, exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    reason = page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
    assert reason
    assert reason in page.get_by_role("alert").inner_text()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada, at the Bistro")
    expect(page.get_by_label("Reminder, two hours before")).not_to_be_checked()
    expect(page.get_by_role("textbox", name=label, exact=True)).to_have_value(wrong)
    assert place.site.run(lambda: messages.settings_of(place.desk.database, place.number)) == before


def test_two_who_change_the_settings_at_once_do_not_undo_each_other_unasked(place: Place, visitor: Visitors) -> None:
    """The second is told, sees what they typed, and replaces the first's only by saving once more."""
    first = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/messages/settings")
    second = visitor(place.person(Role.OWNER)).open(f"/ops/{place.slug}/messages/settings")
    first.page.get_by_label("Answers go to").fill("one@example.com")
    first.page.get_by_role("button", name="Save").click()
    expect(first.page.get_by_text("Saved. It holds for messages from now on.")).to_be_visible()
    second.page.get_by_label("Name", exact=True).fill("Ada")
    second.page.get_by_role("button", name="Save").click()
    expect(second.page.get_by_role("alert")).to_contain_text("Somebody changed these settings")
    expect(second.page.get_by_label("Name", exact=True)).to_have_value("Ada")
    settings = place.site.run(lambda: messages.settings_of(place.desk.database, place.number))
    assert (settings.reply_to, settings.sender_name) == ("one@example.com", None)
    second.page.get_by_role("button", name="Save").click()
    expect(second.page.get_by_text("Saved.")).to_be_visible()
    assert place.site.run(lambda: messages.settings_of(place.desk.database, place.number)).sender_name == "Ada"
    form = {"locale": "en", "gateway_for": "all", "seen": "yesterday"}
    assert (
        ask(place.site, "POST", f"/ops/{place.slug}/messages/settings", place.person(Role.MANAGER), form).status == 422
    )


def test_the_outbox_says_what_should_have_left_and_what_was_only_kept(place: Place, visitor: Visitors) -> None:
    """Mail that no server takes is said to be late with what the server said; where none is set a letter is kept."""
    one = one_said(place).message
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/messages")
    expect(visit.page.locator(f"#m-{one.id}")).to_contain_text("Kept")
    expect(visit.page.get_by_text("should have left")).to_have_count(0)

    async def late() -> None:
        await place.desk.database.execute(
            "UPDATE maitred.messages SET state = 'pending', settled_at = NULL, due_at = now() - interval '5 minutes',"
            " claimed_until = now() + interval '1 hour', answer = 'nobody answers at mail.example' WHERE id = $1",
            one.id,
        )

    place.site.run(late)
    visit.open(f"/ops/{place.slug}/messages")
    expect(visit.page.get_by_text("1 message should have left since")).to_be_visible()
    expect(visit.page.get_by_text("nobody answers at mail.example").first).to_be_visible()
