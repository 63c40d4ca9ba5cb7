"""Making room by keyboard: for a party that was refused, and when a table breaks."""

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import WIDTHS, Place, Site, Visitors, soon

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store.views import BookingView
from maitred.usecases.door import act
from maitred.usecases.moves import pin
from maitred.usecases.people import Role

SMALL: Final[dict[str, Any]] = {
    "tables": [
        {"id": "A", "zone": "main", "capacity": 2, "min_party": 1},
        {"id": "B", "zone": "main", "capacity": 4, "min_party": 1},
        {"id": "C", "zone": "terrace", "capacity": 2, "min_party": 1},
    ],
    "joins": [],
    "seating": {"moves": "off"},
}
LATER: Final = timedelta(minutes=150)


@pytest.fixture
def small(site: Site) -> Place:
    """Three tables, and an engine that moves nobody by itself."""
    return site.open_place(**SMALL)


def full(place: Place, source: Source = Source.PHONE) -> tuple[BookingView, BookingView]:
    """Seat two parties so that four guests fit only when one of them moves, and let four ask; (refused, in the way)."""
    at = soon(150)
    first = place.book("Ann Archer", 2, at, zone_preference="main")
    place.book("Carl Court", 2, at, zone_preference="terrace")
    second = place.book("Bob Baker", 2, at)
    assert [place.read(one).tables for one in (first, second)] == [("A",), ("B",)]
    place.call(act, first.booking.id, Action.CANCEL)
    refused = place.book("Dora Drew", 4, at, source=source)
    assert refused.booking.state == ("manual_review" if source is Source.PHONE else "failed")
    return refused, second


def test_room_is_made_for_a_refused_party_and_taken_back(small: Place, visitor: Visitors) -> None:
    """m shows who would move, and nothing has happened; Enter moves and seats at once; u brings everybody back."""
    refused, in_the_way = full(small)
    visit = visitor(small.person(Role.HOST)).open(f"/ops/{small.slug}/bookings?group=review")
    visit.press("j", "m")
    visit.page.wait_for_url("**/room")
    visit.page.locator("html[data-ready]").wait_for()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Make room for Dora Drew")
    row = visit.page.locator(f"#c-{in_the_way.booking.id}")
    expect(row).to_contain_text(re.compile(r"B →\s*to A"))
    expect(row).to_contain_text("makes room for Dora Drew")
    expect(row).to_contain_text("2 seats")
    assert small.read(in_the_way).tables == ("B",)
    visit.press("Enter")
    expect(visit.page.locator("#done")).to_contain_text("Dora Drew has a seat: B")
    assert (small.read(refused).booking.state, small.read(refused).tables) == ("confirmed", ("B",))
    assert small.read(in_the_way).tables == ("A",)
    visit.press("u")
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Make room for Dora Drew")
    after = small.read(refused).booking
    assert (after.state, after.reason_code) == ("manual_review", "no_capacity")
    assert small.read(in_the_way).tables == ("B",)


def test_enter_elsewhere_carries_out_nothing_and_escape_leaves(small: Place, visitor: Visitors) -> None:
    """Enter on the account's menu opens the menu; Esc leaves the plan though its button has the focus."""
    refused, _ = full(small)
    visit = visitor(small.person(Role.HOST)).open(f"/ops/{small.slug}/bookings/{refused.booking.id}/room")
    expect(visit.page.locator("#commit")).to_be_focused()
    visit.page.locator(".bar details.menu summary").focus()
    visit.press("Enter")
    expect(visit.page.locator(".bar details.menu")).to_have_attribute("open", "")
    assert small.read(refused).booking.state == "manual_review"
    visit.page.locator("#commit").focus()
    visit.press("Escape")
    expect(visit.page).to_have_url(re.compile(r"/review$"))  # where somebody has to decide, and has come from
    assert small.read(refused).booking.state == "manual_review"


def test_a_declined_guest_gets_a_new_booking(small: Place, visitor: Visitors) -> None:
    """What failed stays failed; room is made for a new booking of the same guest, and the page says so."""
    refused, in_the_way = full(small, Source.WEB)
    visit = visitor(small.person(Role.HOST)).open(f"/ops/{small.slug}/bookings/{refused.booking.id}/room")
    expect(visit.page.locator("main")).to_contain_text("a new booking of the same guest")
    visit.press("Enter")
    expect(visit.page.locator("#done")).to_contain_text("Dora Drew has a seat: B")
    made = [view for view in small.bookings() if view.guest.name == "Dora Drew" and view.tables]
    assert [(view.booking.party_size, view.booking.source, view.tables) for view in made] == [(4, "phone", ("B",))]
    assert small.read(refused).booking.state == "failed"
    visit.press("u")
    expect(visit.page.locator("#commit")).to_be_visible()
    assert (small.read(made[0]).booking.state, small.read(in_the_way).tables) == ("cancelled", ("B",))


def test_a_party_that_is_kept_changes_the_plan(small: Place, visitor: Visitors) -> None:
    """Space keeps a party where it is; when no other way is left the page says so, and Space lets it go again."""
    refused, in_the_way = full(small)
    visit = visitor(small.person(Role.HOST)).open(f"/ops/{small.slug}/bookings/{refused.booking.id}/room")
    visit.press("j", "Space")
    row = visit.page.locator(f"#c-{in_the_way.booking.id}")
    expect(row).to_contain_text("stays where it is")
    expect(row).to_be_focused()
    expect(visit.page.locator("#commit")).to_have_count(0)
    expect(visit.page.locator("main")).to_contain_text("No room can be made like this.")
    visit.press("Space")
    expect(visit.page.locator("#commit")).to_be_visible()
    assert small.read(refused).booking.state == "manual_review"


def test_a_stale_plan_does_nothing_and_the_new_one_is_shown(small: Place, visitor: Visitors) -> None:
    """When the floor has changed since the look, Enter changes nothing, says so and shows the plan of now."""
    refused, in_the_way = full(small)
    visit = visitor(small.person(Role.HOST)).open(f"/ops/{small.slug}/bookings/{refused.booking.id}/room")
    expect(visit.page.locator(f"#c-{in_the_way.booking.id}")).to_be_visible()
    small.call(pin, in_the_way.booking.id, "their anniversary table", tables=None)
    visit.press("Enter")
    expect(visit.page.locator("#room-note")).to_contain_text("nothing was done")
    expect(visit.page.locator("main")).to_contain_text("No room can be made like this.")
    expect(visit.page.locator(f"#c-{in_the_way.booking.id}")).to_have_count(0)
    assert small.read(refused).booking.state == "manual_review"
    assert small.read(in_the_way).tables == ("B",)


def test_a_broken_table_is_closed_and_everybody_goes_elsewhere(place: Place, visitor: Visitors) -> None:
    """The page shows where they go; Enter closes the table and moves them at once; u opens it and brings them back."""
    party = place.book("Bob Baker", 2, soon(30))
    table = party.tables[0]
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/tables/{table}/room")
    row = visit.page.locator(f"#c-{party.booking.id}")
    expect(row).to_contain_text(f"{table} is closed")
    assert place.read(party).tables == (table,)
    visit.press("Enter")
    expect(visit.page.locator("#done")).to_contain_text(f"{table} is closed until")
    moved = place.read(party)
    assert moved.booking.state == "confirmed"
    assert table not in moved.tables
    visit.press("u")
    expect(visit.page.locator("#commit")).to_be_visible()
    assert place.read(party).tables == (table,)


def test_a_party_without_another_table_goes_to_review_and_comes_back(small: Place, visitor: Visitors) -> None:
    """Where nothing else fits the page says that a person decides; undoing confirms the party where it was."""
    party = small.book("Eve Evans", 4, soon(30))
    visit = visitor(small.person(Role.HOST)).open(f"/ops/{small.slug}/tables/B/room")
    expect(visit.page.locator(f"#c-{party.booking.id}")).to_contain_text("a person decides")
    visit.press("Enter")
    expect(visit.page.locator("#done")).to_be_visible()
    assert (small.read(party).booking.state, small.read(party).tables) == ("manual_review", ())
    visit.press("u")
    expect(visit.page.locator("#commit")).to_be_visible()
    assert (small.read(party).booking.state, small.read(party).tables) == ("confirmed", ("B",))


def test_a_viewer_makes_no_room(small: Place, visitor: Visitors) -> None:
    """A viewer is refused, also by a request made by hand."""
    refused, _ = full(small)
    visit = visitor(small.person(Role.VIEWER))
    path = f"{visit.url}/ops/{small.slug}/bookings/{refused.booking.id}/room"
    for address in (path, f"{path}/undo", f"{visit.url}/ops/{small.slug}/tables/A/room"):
        answer = visit.page.request.post(address, headers={"Origin": visit.url}, form={"seal": "x"})
        assert answer.status == 403
    assert small.read(refused).booking.state == "manual_review"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_reads_well(small: Place, visitor: Visitors, scheme: str) -> None:
    """No fault for axe in either theme, nothing wider than the window, and readable without scripts."""
    refused, in_the_way = full(small)
    path = f"/ops/{small.slug}/bookings/{refused.booking.id}/room"
    for width in WIDTHS:
        visit = visitor(small.person(Role.HOST), width=width, color_scheme=scheme, bypass_csp=True).open(path)
        assert visit.overflow() == 0
        assert Axe().run(visit.page).response["violations"] == []
    plain = visitor(small.person(Role.HOST), java_script_enabled=False).open(path, script=False)
    expect(plain.page.locator(f"#c-{in_the_way.booking.id}")).to_contain_text("Bob Baker")
