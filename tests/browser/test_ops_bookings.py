"""The list of bookings in a real browser, by keyboard."""

from playwright.sync_api import Route, expect
from site_of_tests import Place, Visitors, soon

from maitred.domain.lifecycle import Action
from maitred.usecases.door import act
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
    expect(visit.page.get_by_role("status")).to_contain_text("Ann Archer is seated.")
    assert place.read(booked).booking.state == "checked_in"
    visit.press("u")
    expect(row).to_contain_text("Confirmed")


def test_what_happens_while_a_page_opens_its_stream_is_shown(place: Place, visitor: Visitors) -> None:
    """A change after the page was made and before its stream is open is told by the stream."""
    booked = place.book("Ann Archer", 2, soon())
    visit = visitor(place.person(Role.HOST))

    def late(route: Route) -> None:
        if place.read(booked).booking.state == "confirmed":
            place.call(act, booked.booking.id, Action.ARRIVE)
        route.continue_()

    visit.page.route("**/live*", late)
    visit.open(f"/ops/{place.slug}/bookings")
    expect(visit.page.locator(f"#b-{booked.booking.id}")).to_contain_text("Arrived")


def test_hosts_download_the_days_bookings_and_viewers_may_not(place: Place, visitor: Visitors) -> None:
    """The button gives the day as CSV; who may only look has no button, and the address refuses them."""
    booked = place.book("=Ann", 2, soon())
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings")
    with visit.page.expect_download() as started:
        visit.page.get_by_role("link", name="Download as CSV").click()
    text = started.value.path().read_text(encoding="utf-8")
    assert started.value.suggested_filename.startswith(f"{place.slug}-")
    assert booked.booking.reference in text
    assert ",'=Ann," in text
    with visit.page.expect_download() as started:
        visit.page.get_by_role("link", name="CSV for Excel").click()
    assert started.value.path().read_bytes() == b"\xef\xbb\xbf" + text.encode().replace(b"\n", b"\r\n")
    looking = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/bookings")
    expect(looking.page.get_by_role("link", name="Download as CSV")).to_have_count(0)
    refused = looking.page.request.get(f"{looking.page.url.partition('?')[0]}.csv")
    assert refused.status == 403
