"""The waitlist as staff see it, in a real browser and by keyboard."""

from datetime import UTC, date, datetime, time
from typing import Any

from asking import BY_DAY
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import TOMORROW, Place, Site, Visitors

from maitred.usecases.accept import GuestDetails
from maitred.usecases.people import Role
from maitred.usecases.waitlist import Joined, WaitRequest, join


def wait(place: Place, name: str, day: date, **more: Any) -> Joined:
    """Let a guest wait for seven to eight; no table here seats their party."""
    first, last = (datetime.combine(day, time(hour), tzinfo=UTC) for hour in (19, 20))
    details = GuestDetails(name, email=f"{name.lower()}@example.org")
    request = WaitRequest(2, first, last, details, consent=True, **more)
    opened = place.site.run(lambda: place.desk.venues.get(place.slug))
    joined: Joined = place.call(lambda desk, caller: join(desk, opened, request, caller=caller))
    return joined


def test_staff_read_who_waits_and_take_one_off_by_keyboard(site: Site, visitor: Visitors) -> None:
    """From the bookings with W; in order of joining, with j and L; axe has nothing to say, nothing overflows at 375."""
    table = [{"id": "T1", "zone": "main", "capacity": 2}]
    closed = {"pacing": {"covers_per_slot": 0}, "waitlist": {"enabled": True}}
    place = site.open_place(**{**BY_DAY, "timezone": "UTC"}, **closed, tables=table, joins=[])
    wait(place, "Ada", TOMORROW, notes="A quiet corner")
    wait(place, "Bob", TOMORROW)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings?date={TOMORROW}")
    visit.press("W")
    rows = visit.page.locator("[data-row]")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Ada")
    expect(rows.nth(0)).to_contain_text("Waiting")
    expect(rows.nth(1)).to_contain_text("Bob")
    assert Axe().run(visit.page).response["violations"] == []
    visit.press("j", "L")
    expect(visit.page.get_by_role("status")).to_contain_text("Ada waits no more.")
    expect(rows.nth(0)).to_contain_text("Bob")
    expect(rows.nth(1)).to_contain_text("Has left")
    narrow = visitor(place.person(Role.VIEWER), width=375).open(f"/ops/{place.slug}/waitlist?date={TOMORROW}")
    expect(narrow.page.get_by_text("1 guest waits")).to_be_visible()
    expect(narrow.page.get_by_role("button", name="Left")).to_have_count(0)
    assert narrow.overflow() <= 0
