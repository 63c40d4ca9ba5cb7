"""The waitlist's pages as a guest without scripts meets them."""

import re
from datetime import UTC, datetime, time, timedelta
from time import monotonic
from uuid import UUID

import pytest
from asking import BY_DAY, ask
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from site_of_tests import SCREEN_MS, TOMORROW, Place, Site

from maitred.domain.lifecycle import Action
from maitred.usecases.door import act
from waiting import PATIENCE_S

ONE_TABLE = {"tables": [{"id": "T1", "zone": "main", "capacity": 2}], "joins": [], "waitlist": {"enabled": True}}


@pytest.fixture
def full(site: Site) -> Place:
    """A restaurant by its own clock with one table, which is taken tomorrow from seven on."""
    place = site.open_place(**{**BY_DAY, "timezone": "UTC"}, **ONE_TABLE)
    taken = place.book("Carla", 2, datetime.combine(TOMORROW, time(19), tzinfo=UTC))
    place.people["taken"] = str(taken.booking.id)
    assert taken.booking.state == "confirmed"
    return place


def test_a_guest_without_scripts_waits_is_booked_and_another_leaves(site: Site, chromium: Browser, full: Place) -> None:
    """At 375 pixels, in German: a fault is said beside the form, then the place, the table, the way off."""
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 375, "height": 700}, locale="de-DE", base_url=site.url
    )
    context.set_default_timeout(SCREEN_MS)
    page = context.new_page()
    page.goto(f"/book/{full.slug}/waitlist?date={TOMORROW}&from=19:00&until=19:00")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label(re.compile("Buchen Sie für uns")).check()
    page.get_by_role("button", name="Auf die Warteliste setzen").click()
    expect(page.get_by_role("alert")).to_contain_text("fehlt")
    expect(page.get_by_label("E-Mail")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name")).to_have_value("Ada")
    page.get_by_label("E-Mail").fill("ada@example.org")
    page.get_by_role("button", name="Auf die Warteliste setzen").click()
    expect(page.get_by_role("status")).to_contain_text("Sie sind Nummer 1")
    other = context.new_page()
    other.goto(f"/book/{full.slug}/waitlist?date={TOMORROW}&from=19:00&until=20:00")
    other.get_by_label("Name").fill("Bob")
    other.get_by_label("E-Mail").fill("bob@example.org")
    other.get_by_label(re.compile("Buchen Sie für uns")).check()
    other.get_by_role("button", name="Auf die Warteliste setzen").click()
    expect(other.get_by_role("status")).to_contain_text("Sie sind Nummer 2")
    other.get_by_role("button", name="Warteliste verlassen").click()
    expect(other.get_by_role("status")).to_contain_text("nicht mehr auf der Warteliste")
    expect(other.get_by_role("button")).to_have_count(0)
    full.call(act, UUID(full.people["taken"]), Action.CANCEL)
    give_up = monotonic() + PATIENCE_S  # what staff give back is kept for their undo first
    while "/b/" not in page.url and monotonic() < give_up:
        page.reload()
    expect(page.get_by_role("heading", name="Ihr Tisch ist gebucht")).to_be_visible()
    expect(page.get_by_role("link", name="Ändern")).to_be_visible()
    context.close()


def test_axe_has_nothing_to_say_of_the_form_and_of_a_place(site: Site, chromium: Browser, full: Place) -> None:
    """Names, roles, contrast; and nothing is wider than a phone."""
    context = chromium.new_context(viewport={"width": 375, "height": 700}, base_url=site.url, bypass_csp=True)
    context.set_default_timeout(SCREEN_MS)
    page = context.new_page()
    page.goto(f"/book/{full.slug}/waitlist?date={TOMORROW}&from=19:00&until=19:00")
    assert Axe().run(page).response["violations"] == []
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label(re.compile("Book any time")).check()
    page.get_by_role("button", name="Put us on the waitlist").click()
    expect(page.get_by_role("status")).to_contain_text("You are number 1")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()


def test_a_place_is_for_who_has_its_link(site: Site, full: Place) -> None:
    """Another's words, another restaurant's, an unknown restaurant: nothing; no waitlist: said so."""
    plain = site.open_place()
    for path in (f"/book/{full.slug}/w/x.y", "/book/nowhere/waitlist", f"/book/{plain.slug}/waitlist"):
        assert ask(site, "GET", path).status == 404
    assert ask(site, "POST", f"/book/{full.slug}/w/x.y/leave", form={}).status == 404


def test_a_full_day_offers_the_waitlist(site: Site, full: Place) -> None:
    """Where nothing is left for the party on that day the page leads to the list, and not where all is free."""
    full_up = site.open_place(**{**BY_DAY, "timezone": "UTC"}, **ONE_TABLE, pacing={"covers_per_slot": 0})
    there = f"/book/{full_up.slug}/waitlist?date={TOMORROW}&amp;party=2"
    assert there in ask(site, "GET", f"/book/{full_up.slug}?party=2&date={TOMORROW}").text
    free = TOMORROW + timedelta(days=1)
    assert "/waitlist?" not in ask(site, "GET", f"/book/{full.slug}?party=2&date={free}").text
