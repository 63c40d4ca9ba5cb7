"""Guests in a real browser: with no JavaScript, by keyboard and roles, on a phone, in a frame on another site."""

import http.server
import re
import threading
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import TOMORROW, Visit

HALF = {"java_script_enabled": False}


def fill_in(page, name="Ada Guest", email="ada@example.com"):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)


def choose(visit: Visit, place, party=2, *, script=True):
    visit.open(f"/book/{place.slug}?party={party}&date={TOMORROW.isoformat()}", script=script)
    times = visit.page.locator(".slots button")
    times.nth(times.count() // 2).click()
    visit.page.get_by_role("heading", name="Your details").wait_for()


def booked(visit: Visit, place, *, script=True):
    choose(visit, place, script=script)
    fill_in(visit.page)
    visit.page.get_by_role("button", name="Book", exact=True).click()
    visit.page.get_by_role("heading", name="Your table is booked").wait_for()


def test_a_guest_without_javascript_books_changes_and_cancels(place, visitor):
    """Without scripts: a time is kept, a fault keeps what was typed, the table is booked, changed and cancelled."""
    visit = visitor(width=375, height=700, **HALF)
    page = visit.page
    choose(visit, place, script=False)
    expect(page.get_by_text("Kept for you until")).to_be_visible()
    page.get_by_label("Name").fill("Ada Guest")
    page.get_by_label("Anything we should know").fill("By the window")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("Leave an email address or a phone number")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Ada Guest")
    expect(page.get_by_label("Anything we should know")).to_have_value("By the window")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_role("button", name="Keep it for five more minutes").click()
    expect(page.get_by_label("Email")).to_have_value("ada@example.com")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("heading", name="Your table is booked")).to_be_visible()
    (made,) = place.bookings()
    assert (made.guest.name, made.booking.notes, made.booking.state) == ("Ada Guest", "By the window", "confirmed")
    shown = page.locator("main").inner_text()
    assert not any(table in shown.split() for table in ("T1", "T2", "T3", "T4", "P1", "P2"))
    page.get_by_role("link", name="Change").click()
    page.get_by_role("spinbutton", name="Guests").fill("4")
    page.get_by_role("button", name="Show times").click()
    page.locator(".slots button").first.click()
    expect(page.get_by_text("4 guests")).to_be_visible()
    assert place.read(made).booking.party_size == 4
    page.get_by_text("Cancel the booking").click()
    page.get_by_role("button", name="Yes, cancel my booking").click()
    expect(page.get_by_role("heading", name="Your booking is cancelled")).to_be_visible()
    assert place.read(made).booking.state == "cancelled"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_clean_by_axe_and_fits_a_phone(site, visitor, scheme):
    """By keyboard alone a guest books, changes and cancels; axe has nothing to say, and nothing is wider than 375."""
    place = site.open_place(phone="+44 (0)20 7946 0123", address="1 Very-Long-Name-Of-A-High-Street, Anytown")
    visit = visitor(width=375, height=700, color_scheme=scheme, bypass_csp=True)
    page, axe = visit.page, Axe()

    def clean():
        page.locator("html[data-ready]").wait_for()
        assert axe.run(page).response["violations"] == []
        assert visit.overflow() <= 0
        assert page.get_by_role("main").count() == 1
        assert page.get_by_role("heading", level=1).count() == 1
        expect(page.get_by_role("contentinfo")).to_contain_text("High-Street, Anytown")
        expect(page.get_by_role("link", name="+44 (0)20 7946 0123")).to_have_attribute("href", "tel:+442079460123")

    visit.open(f"/book/{place.slug}?party=2&date={TOMORROW.isoformat()}")
    clean()
    page.locator(".slots button").nth(9).press("Enter")
    page.get_by_role("heading", name="Your details").wait_for()
    clean()
    expect(page.locator(".left")).to_have_text(re.compile(r"4:[0-5]\d"))
    page.get_by_role("button", name="Book", exact=True).press("Enter")
    page.get_by_text("Please fill this in").wait_for()
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    clean()
    fill_in(page)
    page.get_by_role("button", name="Book", exact=True).press("Enter")
    page.get_by_role("status").filter(has_text="Your table is booked").wait_for()
    clean()
    page.get_by_role("link", name="Change").press("Enter")
    page.get_by_role("heading", name="Change your booking").wait_for()
    clean()
    page.locator(".slots button").first.press("Enter")
    page.get_by_role("heading", name="Your table is booked").wait_for()
    page.locator("summary").press("Enter")
    clean()
    page.get_by_role("button", name="Yes, cancel my booking").press("Enter")
    page.get_by_role("heading", name="Your booking is cancelled").wait_for()
    clean()


def test_a_page_of_another_site_may_frame_it_when_the_restaurant_says_so(site, visitor):
    """The script tag puts the pages into a listed site's page and a guest books there; no other site may frame them."""
    served = _Elsewhere()
    try:
        place = site.open_place(embed_origins=[served.origin])
        other = site.open_place()
        served.page = f'<!doctype html><html lang="en"><script src="{site.url}/book/{place.slug}/embed.js"></script>'
        visit = visitor()
        visit.page.goto(served.origin)
        frame = visit.page.frame_locator("iframe")
        frame.get_by_label("Date").fill(TOMORROW.isoformat())
        frame.get_by_role("button", name="Show times").click()
        frame.locator(f".times input[name=date][value='{TOMORROW.isoformat()}']").wait_for(state="attached")
        frame.locator(".slots button").nth(8).click()
        frame.get_by_label("Name").fill("Framed Guest")
        frame.get_by_label("Email").fill("framed@example.com")
        frame.get_by_role("button", name="Book", exact=True).click()
        expect(frame.get_by_role("heading", name="Your table is booked")).to_be_visible()
        assert [view.guest.name for view in place.bookings()] == ["Framed Guest"]
        policy = visit.page.request.get(f"{site.url}/book/{other.slug}").headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self'")
    finally:
        served.close()


class _Elsewhere:
    """Another site: one page, on an origin of its own."""

    def __init__(self):
        outer = self
        self.page = ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(outer.page.encode())

            def log_message(self, *_args):
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        assert urlsplit(self.origin).port

    def close(self):
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()
