"""Webhooks on their page: added with a secret shown once, tried, read in the log, sent again; managers only."""

from typing import Final

from asking import ask
from playwright.sync_api import expect
from site_of_tests import Place, Visitors

from maitred.usecases.people import Role

HOOK: Final = "https://receiver.invalid/hook"


def test_a_webhook_is_added_tested_sent_again_and_removed_by_keyboard(place: Place, visitor: Visitors) -> None:
    """The secret is on the page once; the log has the test and its repetition; off and on again; gone by D."""
    visit = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/webhooks")
    page = visit.page
    expect(page.get_by_text("Nobody is told of events yet.")).to_be_visible()
    visit.press("i")
    page.keyboard.type(HOOK)
    page.keyboard.press("Enter")
    expect(page.locator("#secret")).to_contain_text("whsec_")
    visit.open(f"/ops/{place.slug}/webhooks")
    expect(page.locator("#secret")).to_have_count(0)
    assert "whsec_" not in page.content()
    visit.press("j", "t")
    log = page.get_by_role("table", name="Deliveries").locator("tbody tr")
    expect(log).to_have_count(1)
    expect(log).to_contain_text("webhook.test")
    page.get_by_role("button", name="Send webhook.test again").press("Enter")
    expect(log).to_have_count(2)
    visit.press("j", "o")
    expect(page.get_by_text("Switched off by hand.")).to_be_visible()
    expect(page.get_by_role("button", name="Send a test")).to_have_count(0)
    visit.press("j", "o")
    expect(page.get_by_role("button", name="Send a test")).to_be_visible()
    visit.press("j", "D")
    expect(page.get_by_role("button", name="Yes, remove it")).to_be_focused()
    expect(page.get_by_text("There is no way back.")).to_be_visible()
    visit.press("Enter")
    expect(page.get_by_text("Nobody is told of events yet.")).to_be_visible()


def test_only_managers_come_in_and_addresses_inside_are_refused(place: Place) -> None:
    """A host is refused page and form; an address of our own network is refused in words, and nothing is added."""
    host, manager = place.person(Role.HOST), place.person(Role.MANAGER, "Mona")
    path = f"/ops/{place.slug}/webhooks"
    assert ask(place.site, "GET", path, host).status == 403
    assert ask(place.site, "POST", path, host, {"url": HOOK}).status == 403
    reply = ask(place.site, "POST", path, manager, {"url": "https://127.0.0.1/"})
    assert (reply.status, "inside our own network" in reply.text) == (422, True)
    reply = ask(place.site, "POST", path, manager, {})
    assert reply.status == 422
    assert HOOK not in ask(place.site, "GET", path, manager).text


def test_a_wrong_address_is_said_at_its_field_and_what_was_chosen_stays(place: Place, visitor: Visitors) -> None:
    """The form comes back as it was sent, with the fault at the address and the focus on it."""
    visit = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/webhooks")
    page = visit.page
    page.get_by_label("Address", exact=True).fill("https://127.0.0.1/")
    page.get_by_label("Events (none chosen: every one)").select_option(["booking.created", "booking.cancelled"])
    page.get_by_role("button", name="Add").click()
    address = page.get_by_label("Address", exact=True)
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(address).to_be_focused()
    expect(address).to_have_value("https://127.0.0.1/")
    expect(page.locator("#url-fault")).to_contain_text("inside our own network")
    expect(page.get_by_label("Events (none chosen: every one)")).to_have_values(
        ["booking.created", "booking.cancelled"]
    )
    expect(page.get_by_text("Nobody is told of events yet.")).to_be_visible()
