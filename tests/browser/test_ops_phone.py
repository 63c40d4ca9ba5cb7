"""The phone line in a real browser: by keyboard, through a reload, in two tabs, and without scripts."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import PASSWORD, WIDTHS, Place, Site, Visitors, soon

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store import people as stored_people
from maitred.usecases.door import act
from maitred.usecases.people import Role, add_person

LONDON = ZoneInfo("Europe/London")


def _tomorrow() -> datetime:
    """Return an instant of tomorrow at which the house is open, whenever the tests run, and none of the small hours."""
    at = datetime.now(LONDON).replace(minute=0, second=0, microsecond=0) + timedelta(hours=21)
    return at if at.hour >= 6 else at + timedelta(hours=6)


def _said() -> tuple[str, str]:
    """Return a bookable time as it is typed: the day and the clock."""
    at = _tomorrow()
    return at.strftime("%d.%m."), at.strftime("%H:%M")


def test_a_phone_booking_is_taken_from_sign_in_by_keyboard(place: Place, visitor: Visitors) -> None:
    """Sign in, n, the line, Enter: one key beside the words, and the booking is confirmed."""

    async def known() -> None:
        number = await add_person(place.desk.database, f"host@{place.slug}.example", "Hanna", PASSWORD)
        await stored_people.set_role(place.desk.database, number, place.number, Role.HOST)

    place.site.run(known)
    visit = visitor()
    visit.page.goto(visit.url + "/ops/sign-in")
    visit.page.locator("html[data-ready]").wait_for()
    visit.page.get_by_label("Email").focus()
    visit.page.keyboard.type(f"host@{place.slug}.example")
    visit.press("Tab")
    visit.page.keyboard.type(PASSWORD)
    visit.press("Enter")
    visit.page.wait_for_url(f"**/ops/{place.slug}/**")
    visit.page.locator("html[data-ready]").wait_for()
    visit.press("n")
    expect(visit.page.locator("#line")).to_be_focused()
    day, clock = _said()
    visit.page.keyboard.type(f"{day} {clock} 4 meier 020 7946 0958 window high chair")
    visit.press("Enter")
    expect(visit.page.locator("#say")).to_contain_text("confirmed")
    (made,) = place.bookings()
    assert (made.booking.party_size, made.guest.name, made.guest.phone) == (4, "Meier", "+442079460958")
    assert (made.booking.source, made.booking.state, made.booking.notes) == (
        Source.PHONE,
        "confirmed",
        "window, high chair",
    )
    visit.press("Escape")
    expect(visit.page.locator("#line")).to_have_value("")
    expect(visit.page.locator("#line")).to_be_focused()


def test_a_full_time_has_others_to_say_and_a_digit_keeps_one(place: Place, visitor: Visitors) -> None:
    """Enter goes to the times, 2 keeps one with a countdown, Enter confirms the kept one."""
    at = _tomorrow()
    for name in ("One", "Two", "Three"):
        place.book(name, 4, at)
    place.book("Four", 6, at)
    place.book("Five", 2, at)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/phone")
    visit.page.keyboard.type(f"{at:%d.%m. %H:%M} 4p khan")
    expect(visit.page.locator("#say")).to_contain_text("is full;")
    visit.press("Enter")
    expect(visit.page.locator("#offer-1")).to_be_focused()
    visit.press("2")
    expect(visit.page.locator("#offer-2")).to_have_attribute("aria-pressed", "true")
    expect(visit.page.locator("#left")).to_contain_text(":")
    expect(visit.page.locator("#confirm")).to_be_focused()
    visit.press("Enter")
    expect(visit.page.locator("#say")).to_contain_text("confirmed")
    khan = next(one for one in place.bookings() if one.guest.name == "Khan")
    assert khan.booking.starts_at != at
    assert abs(khan.booking.starts_at - at) <= timedelta(hours=6)


def test_the_draft_survives_a_reload_and_is_in_a_second_tab(place: Place, visitor: Visitors) -> None:
    """What is typed in one tab shows in the other at once, and after a reload with the kept time."""
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/phone")
    other = visit.page.context.new_page()
    other.goto(visit.page.url)
    other.locator("html[data-ready]").wait_for()
    visit.page.bring_to_front()
    day, clock = _said()
    visit.page.locator("#line").focus()
    visit.page.keyboard.type(f"{day} {clock} 2 okafor")
    expect(other.locator("#line")).to_have_value(f"{day} {clock} 2 okafor")
    expect(other.locator(".heard")).to_contain_text("Okafor")
    visit.press("Alt+1")
    expect(visit.page.locator("#say")).to_contain_text("is kept for you")
    visit.page.reload()
    visit.page.locator("html[data-ready]").wait_for()
    expect(visit.page.locator("#line")).to_have_value(f"{day} {clock} 2 okafor")
    expect(visit.page.locator("#say")).to_contain_text("is kept for you")
    visit.press("Enter")
    expect(visit.page.locator("#say")).to_contain_text("confirmed")
    expect(other.locator("#say")).to_contain_text("confirmed")
    assert len(place.bookings()) == 1


def test_digits_typed_in_the_line_are_text(place: Place, visitor: Visitors) -> None:
    """While the line is typed 1 to 3 keep nothing; the line can name any number."""
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/phone")
    day, clock = _said()
    visit.page.keyboard.type(f"{day} {clock} 2p")
    expect(visit.page.locator("#offer-1")).to_be_visible()
    visit.page.keyboard.type(" 123")
    expect(visit.page.locator(".heard .notes")).to_contain_text("123")
    expect(visit.page.locator("[aria-pressed=true]")).to_have_count(0)


def test_a_guest_is_known_by_the_number(place: Place, visitor: Visitors) -> None:
    """Visits and notes of earlier bookings show while the number is typed; another number knows nobody."""
    earlier = place.book("Mia Meier", 2, soon(30), phone="+442079460958", notes="nut allergy")
    place.call(act, earlier.booking.id, Action.CHECK_IN)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/phone")
    visit.page.keyboard.type("meier 020 7946 0958")
    expect(visit.page.locator(".known")).to_contain_text("nut allergy")
    expect(visit.page.locator(".known")).to_contain_text("1 visit")
    visit.page.locator("#line").fill("meier 020 7946 0959")
    expect(visit.page.locator(".known")).to_have_count(0)


def test_the_phone_line_works_without_scripts(place: Place, visitor: Visitors) -> None:
    """The same page by submit buttons: look, then confirm."""
    visit = visitor(place.person(Role.HOST), java_script_enabled=False)
    visit.open(f"/ops/{place.slug}/phone", script=False)
    day, clock = _said()
    visit.page.locator("#line").fill(f"{day} {clock} 3 novak")
    visit.page.get_by_role("button", name="Look").click()
    expect(visit.page.locator(".heard")).to_contain_text("Novak")
    visit.page.get_by_role("button", name="Confirm").click()
    expect(visit.page.locator("#say")).to_contain_text("confirmed")
    assert len(place.bookings()) == 1


def test_a_viewer_takes_no_calls(place: Place, visitor: Visitors, site: Site) -> None:
    """Neither by the page nor by a hand-made request; nothing is booked."""
    visit = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/bookings")
    expect(visit.page.locator("a[href$='/phone']")).to_have_count(0)
    day, clock = _said()
    refused = visit.page.request.post(
        f"{site.url}/ops/{place.slug}/phone",
        form={"line": f"{day} {clock} 2 x", "do": "book"},
        headers={"Origin": site.url},
    )
    assert refused.status == 403
    assert place.bookings() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_phone_line_is_accessible_and_fits(place: Place, visitor: Visitors, theme: str) -> None:
    """axe finds nothing, and nothing is wider than its window."""
    at = _tomorrow()
    for name in ("One", "Two", "Three"):
        place.book(name, 4, at)
    place.book("Four", 6, at, phone="+442079460958", notes="nut allergy")
    visit = visitor(place.person(Role.HOST), bypass_csp=True, color_scheme=theme)
    visit.open(f"/ops/{place.slug}/phone")
    visit.page.keyboard.type(f"{at:%d.%m. %H:%M} 4p khan 020 7946 0958 window")
    expect(visit.page.locator("#offer-2")).to_be_visible()
    visit.press("Enter", "1")
    expect(visit.page.locator("#left")).to_be_visible()
    assert Axe().run(visit.page).response["violations"] == []
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.overflow() == 0
