"""The list of bookings in a real browser, by keyboard."""

from playwright.sync_api import expect
from site_of_tests import Place, Visitors, soon

from maitred.usecases.people import Role


def test_a_party_is_seated_by_keyboard_and_undone(place: Place, visitor: Visitors) -> None:
    """Walking to a line with j and pressing s seats the party; u takes it back."""
    booked = place.book("Ann Archer", 2, soon())
    place.book("Bob Baker", 3, soon(90))
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings")
    visit.press("j", "s")
    row = visit.page.locator(f"#b-{booked.booking.id}")
    expect(row).to_contain_text("Seated")
    expect(row).to_be_focused()
    assert place.read(booked).booking.state == "checked_in"
    visit.press("u")
    expect(row).to_contain_text("Confirmed")
