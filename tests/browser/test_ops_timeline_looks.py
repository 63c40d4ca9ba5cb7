"""How the timeline looks and reads: axe in both themes, with its dialogs, and nothing over the edge."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from site_of_tests import VENUE, WIDTHS, Place, Site, Visitors

from maitred.usecases.blocks import Closing, block_table
from maitred.usecases.moves import pin
from maitred.usecases.people import Role

TOMORROW: date = datetime.now(UTC).date() + timedelta(days=1)
HOURS: dict[str, Any] = {**VENUE["services"][0], "open": "10:00", "last_seating": "22:00", "close": "01:00"}


def at(hour: int, minute: int = 0) -> datetime:
    """A time of tomorrow."""
    return datetime(TOMORROW.year, TOMORROW.month, TOMORROW.day, hour, minute, tzinfo=UTC)


@pytest.fixture(scope="module")
def full(site: Site) -> Place:
    """An evening with everything on it: planned, joined, promised, closed."""
    place = site.open_place(services=[HOURS], timezone="UTC", day_starts_at="05:00")
    ann = place.book("Ann Archer", 2, at(19))
    place.book("Gita Rai", 8, at(19))
    place.book("Bob Baker", 2, at(21))
    place.call(pin, ann.booking.id, "Promised", tables=None)
    opened = site.run(lambda: place.desk.venues.get(place.slug))
    closing = Closing("P1", at(18), at(20), "Wobbly")
    site.run(lambda: block_table(place.desk, opened, closing, caller=place.caller))
    return place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(full: Place, visitor: Visitors, scheme: str) -> None:
    """No violation of any impact, on the board, with a focus, in its dialogs, and on a phone."""
    visit = visitor(full.person(Role.MANAGER), color_scheme=scheme, bypass_csp=True)
    visit.open(f"/ops/{full.slug}/timeline?date={TOMORROW}")
    assert Axe().run(visit.page).response["violations"] == []
    visit.page.locator("td.pinned").focus()
    assert Axe().run(visit.page).response["violations"] == []
    for cell, key, wait in (
        (".planned:not(.joined)", "t", "#move-form"), (".blocked", "o", "#dialog-title"), (".free", "b", "[name=to]"),
        (".pinned", "Enter", ".panel-actions"),
    ):  # fmt: skip
        visit.page.locator(f"td{cell}").first.focus()
        visit.press(key)
        visit.page.locator(wait).wait_for()
        if key == "t":
            visit.press("1")
            visit.page.locator("#effect .sum").wait_for()
        assert Axe().run(visit.page).response["violations"] == [], key
        visit.press("Escape")
    visit.page.set_viewport_size({"width": 375, "height": 700})
    assert Axe().run(visit.page).response["violations"] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_over_the_edge(full: Place, visitor: Visitors, width: int) -> None:
    """The board scrolls inside its own box; the page does not."""
    visit = visitor(full.person(Role.HOST), width=width).open(f"/ops/{full.slug}/timeline?date={TOMORROW}")
    assert visit.overflow() == 0
    visit.page.locator("td.pinned").focus()
    assert visit.overflow() == 0
