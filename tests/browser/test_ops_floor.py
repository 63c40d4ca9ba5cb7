"""The floor in a real browser, by keyboard: the plan, the times of the day, and a table's panel."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import WIDTHS, Place, Site, Visitors, soon

from maitred.domain.lifecycle import Action
from maitred.ops.plan import drawing
from maitred.usecases.blocks import Closing, block_table
from maitred.usecases.door import act
from maitred.usecases.people import Role


def test_arrows_walk_the_tables_and_enter_opens_one(place: Place, visitor: Visitors) -> None:
    """An arrow key goes to the nearest table in its direction; Enter says who sits there; Esc leads back."""
    party = place.book("Ann Archer", 2, soon())
    place.call(act, party.booking.id, Action.CHECK_IN)
    table = place.read(party).tables[0]
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings")
    visit.press("g", "f")
    visit.page.wait_for_url("**/floor")
    visit.page.locator("html[data-ready]").wait_for()
    visit.page.locator("[data-spot][tabindex='0']").focus()
    expect(visit.page.locator("#spot-T1")).to_be_focused()
    visit.press("ArrowRight")
    expect(visit.page.locator("#spot-T2")).to_be_focused()
    visit.press("ArrowLeft")
    expect(visit.page.locator(f"#spot-{table}")).to_have_attribute(
        "aria-label", re.compile("Ann Archer, 2, sits until")
    )
    visit.page.locator(f"#spot-{table}").focus()
    visit.press("Enter")
    dialog = visit.page.locator("#dialog")
    expect(dialog).to_contain_text("Ann Archer")
    visit.press("Escape")
    expect(dialog).to_be_hidden()
    expect(visit.page.locator(f"#spot-{table}")).to_be_focused()


def test_the_slider_shows_the_floor_at_another_time(place: Place, visitor: Visitors) -> None:
    """A table that is free now is expected later; the keys < and > step, and 0 goes back to now."""
    at = soon(45)
    party = place.book("Bob Baker", 2, at)
    table = party.tables[0]
    visit = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/floor")
    spot = visit.page.locator(f"#spot-{table}")
    expect(spot).to_have_attribute("aria-label", re.compile("free until"))
    for _ in range(int((at - soon(0)) / timedelta(minutes=15)) + 2):
        before = visit.page.locator("#clock").inner_text()
        visit.press(">")
        expect(visit.page.locator("#clock")).not_to_have_text(before)
    expect(spot).to_have_class(re.compile("expected"))
    expect(spot).to_have_attribute("aria-label", re.compile("Bob Baker, 2"))
    visit.press("0")
    expect(spot).to_have_attribute("aria-label", re.compile("free until"))


def test_a_table_is_closed_from_the_floor_and_opened_again(place: Place, visitor: Visitors) -> None:
    """x on a table leads to what closing it does, Enter closes it, and its panel opens it again with o."""
    party = place.book("Bob Baker", 2, soon(30))
    table = party.tables[0]
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/floor")
    visit.page.locator(f"#spot-{table}").focus()
    visit.press("x")
    visit.page.wait_for_url(f"**/tables/{table}/room*")
    visit.page.locator("html[data-ready]").wait_for()
    expect(visit.page.locator(f"#c-{party.booking.id}")).to_be_visible()
    visit.press("Enter")
    expect(visit.page.locator("#done")).to_contain_text(f"{table} is closed until")
    visit.press("g", "f")
    visit.page.wait_for_url("**/floor")
    visit.page.locator("html[data-ready]").wait_for()
    spot = visit.page.locator(f"#spot-{table}")
    expect(spot).to_have_attribute("aria-label", re.compile("closed until"))
    spot.focus()
    visit.press("Enter")
    expect(visit.page.locator("#dialog")).to_contain_text("Closed by Host")
    visit.press("o")
    expect(spot).to_have_attribute("aria-label", re.compile("free"))
    assert place.read(party).tables == (table,)


def test_a_walk_in_is_seated_at_the_table_one_points_at(place: Place, visitor: Visitors) -> None:
    """Enter, w, a number, Enter seats the party there; what does not fit is said, and nothing is done."""
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/floor")
    visit.page.locator("#spot-T3").focus()
    visit.press("Enter")
    expect(visit.page.locator("#dialog")).to_contain_text("T3")
    visit.press("w", "9", "Enter")
    expect(visit.page.locator("#toasts .fault")).to_be_visible()
    assert place.bookings() == []
    visit.press("Control+a", "3", "Enter")
    expect(visit.page.locator("#spot-T3")).to_have_attribute("aria-label", re.compile("Walk-in, 3, sits until"))
    assert [(one.booking.state, one.tables) for one in place.bookings()] == [("checked_in", ("T3",))]


def test_positions_of_the_document_place_the_tables(site: Site) -> None:
    """Tables with a position stand there; the others in rows below them; shapes are as they were given."""
    tables = [
        {"id": "A", "zone": "main", "capacity": 2, "position": {"x": 300, "y": 200}, "shape": "square"},
        {"id": "B", "zone": "main", "capacity": 8, "position": {"x": 700, "y": 500}, "shape": "round"},
        {"id": "C", "zone": "main", "capacity": 4},
    ]
    place = site.open_place(tables=tables, joins=[["A", "B"]])
    venue = site.run(lambda: place.desk.venues.get(place.slug)).venue
    spots = {spot.id: spot for spot in drawing(venue).spots}
    assert [(spots[name].x, spots[name].y, spots[name].round) for name in "AB"] == [(300, 200, False), (700, 500, True)]
    assert spots["C"].top > spots["B"].y
    assert [(line.a.id, line.b.id) for line in drawing(venue).lines] == [("A", "B")]


def test_a_viewer_seats_nobody(place: Place, visitor: Visitors) -> None:
    """A viewer reads the floor and may change nothing, by hand-made requests either."""
    visit = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/floor")
    expect(visit.page.locator("[data-key=x]")).to_have_count(0)
    address = f"{visit.url}/ops/{place.slug}/floor/tables/T1/walk-in"
    answer = visit.page.request.post(address, headers={"Origin": visit.url}, form={"party_size": "2"})
    assert answer.status == 403
    assert place.bookings() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_floor_reads_well(place: Place, visitor: Visitors, scheme: str) -> None:
    """No fault for axe in either theme, nothing wider than the window, the list also without scripts."""
    party = place.book("Ann Archer", 2, soon(30))
    place.call(act, party.booking.id, Action.CHECK_IN)
    place.book("Bob Baker", 4, soon())
    opened = place.site.run(lambda: place.desk.venues.get(place.slug))
    closing = Closing("P2", place.desk.clock(), soon(90), "leg is loose")
    place.call(block_table, opened, closing)
    path = f"/ops/{place.slug}/floor"
    for width in WIDTHS:
        visit = visitor(place.person(Role.MANAGER), width=width, color_scheme=scheme, bypass_csp=True).open(path)
        assert visit.overflow() == 0
        assert Axe().run(visit.page).response["violations"] == []
    visit.page.locator("#spot-P2").focus()
    visit.press("Enter")
    expect(visit.page.locator("#dialog")).to_contain_text("leg is loose")
    assert Axe().run(visit.page).response["violations"] == []
    plain = visitor(place.person(Role.HOST), java_script_enabled=False).open(path, script=False)
    expect(plain.page.locator("#t-P2")).to_contain_text("closed until")
