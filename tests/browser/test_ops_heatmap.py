"""The heatmap in a real browser, by keyboard."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import WIDTHS, Place, Site, Visitors, service_day

from maitred.usecases.people import Role

OPEN: dict[str, Any] = {"timezone": "UTC", "day_starts_at": "05:00"}
NEXT_MONTH: date = (service_day(**OPEN).replace(day=1) + timedelta(days=32)).replace(day=10)
DINNER: dict[str, Any] = {
    "name": "dinner",
    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "open": "18:00",
    "last_seating": "22:00",
    "close": "01:00",
}
LUNCH: dict[str, Any] = {**DINNER, "name": "lunch", "open": "11:00", "last_seating": "14:00", "close": "16:00"}


@pytest.fixture(scope="module")
def bistro(site: Site) -> Place:
    """A restaurant with lunch and dinner, and a party of six on the tenth of next month, at eight."""
    place = site.open_place(services=[LUNCH, DINNER], **OPEN)
    place.book("Ann Archer", 6, datetime(NEXT_MONTH.year, NEXT_MONTH.month, 10, 20, tzinfo=UTC))
    return place


def month_of(bistro: Place, **more: str) -> str:
    """The address of that month."""
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/ops/{bistro.slug}/heatmap?month={NEXT_MONTH:%Y-%m}{query}"


def test_a_day_is_opened_from_the_heatmap_by_keyboard(bistro: Place, visitor: Visitors) -> None:
    """From the list: g h, ] to the month, arrows to the day's dinner, Enter; the day's bookings are there."""
    visit = visitor(bistro.person(Role.VIEWER)).open(f"/ops/{bistro.slug}/bookings")
    visit.press("g", "h")
    expect(visit.page.get_by_role("grid")).to_be_visible()
    visit.page.locator("html[data-ready]").wait_for()
    visit.press("]")
    expect(visit.page).to_have_url(f"{bistro.site.url}{month_of(bistro)}")
    visit.page.locator("html[data-ready]").wait_for()
    first = visit.page.locator("[data-cell]").first
    expect(first).to_have_attribute("tabindex", "0")
    visit.press("ArrowDown")
    expect(first).to_be_focused()
    visit.press("PageDown", "ArrowDown", "ArrowDown", "ArrowRight")
    cell = visit.page.locator(f"#h-{NEXT_MONTH}-1")
    expect(cell).to_be_focused()
    assert cell.get_attribute("aria-label") == (
        f"{NEXT_MONTH:%A}, {NEXT_MONTH.day} {NEXT_MONTH:%B %Y}, dinner: 6 of 70 covers, 9%"
    )
    visit.press("Enter")
    expect(visit.page.locator("tbody tr")).to_contain_text(["Ann Archer"])


def test_the_arrows_stay_inside_and_one_cell_is_in_the_tab_order(bistro: Place, visitor: Visitors) -> None:
    """Home and End go to the ends of a day, with Ctrl to those of the month; beyond an edge nothing moves."""
    visit = visitor(bistro.person(Role.VIEWER)).open(month_of(bistro))
    cells = visit.page.locator("[data-cell]")
    visit.press("ArrowRight", "ArrowUp", "ArrowLeft")
    expect(cells.first).to_be_focused()
    visit.press("Control+End", "ArrowDown", "ArrowRight")
    expect(cells.last).to_be_focused()
    visit.press("Home", "End", "PageUp", "Control+Home")
    expect(cells.first).to_be_focused()
    assert visit.page.locator("[data-cell][tabindex='0']").count() == 1


def test_hours_and_states_are_chosen_by_key_and_stay_in_the_address(bistro: Place, visitor: Visitors) -> None:
    """v shows hours, in which the party counts while it sits; a state that it is not in leaves nobody."""
    visit = visitor(bistro.person(Role.VIEWER)).open(month_of(bistro))
    visit.press("v")
    row = visit.page.locator(f"#d-{NEXT_MONTH}")
    expect(row.locator('a[aria-label*="20 o\'clock: 6 of 22 seats"]')).to_be_visible()
    expect(row.locator('a[aria-label*="17 o\'clock: closed"]')).to_be_visible()
    visit.page.locator("html[data-ready]").wait_for()
    visit.press("7")
    expect(visit.page).to_have_url(
        f"{bistro.site.url}/ops/{bistro.slug}/heatmap?by=hour&month={NEXT_MONTH:%Y-%m}&group=seated"
    )
    expect(row.locator('a[aria-label*="20 o\'clock: 0 of 22 seats"]')).to_be_visible()


def test_every_step_has_a_pattern_of_its_own(bistro: Place, visitor: Visitors) -> None:
    """The five steps of the legend differ in their pattern, not in colour alone."""
    visit = visitor(bistro.person(Role.VIEWER)).open(month_of(bistro))
    found = visit.page.locator(".swatch").evaluate_all(
        "all => all.map(one => { const s = getComputedStyle(one); return s.backgroundImage + s.backgroundSize; })"
    )
    assert len(set(found)) == 5
    assert all("gradient" in pattern for pattern in found)


def test_it_is_read_without_scripts(bistro: Place, visitor: Visitors) -> None:
    """Numbers, sentences and links are there at first paint."""
    visit = visitor(bistro.person(Role.VIEWER), java_script_enabled=False).open(month_of(bistro), script=False)
    visit.page.locator(f"#h-{NEXT_MONTH}-1").click()
    expect(visit.page.get_by_role("link", name="Ann Archer")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("by", ["service", "hour"])
def test_axe_finds_nothing(bistro: Place, visitor: Visitors, scheme: str, by: str) -> None:
    """No violation of any impact."""
    visit = visitor(bistro.person(Role.MANAGER), color_scheme=scheme, bypass_csp=True).open(month_of(bistro, by=by))
    assert Axe().run(visit.page).response["violations"] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_over_the_edge(bistro: Place, visitor: Visitors, width: int) -> None:
    """The page is as wide as its window, by service and by hour."""
    visit = visitor(bistro.person(Role.VIEWER), width=width)
    assert [visit.open(month_of(bistro, by=by)).overflow() for by in ("service", "hour")] == [0, 0]
