"""Screens agree with each other and say what is so: one end for a free table, who comes when, and nothing covered."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect
from site_of_tests import Place, Site, Visit, Visitors, soon

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store.views import BookingView
from maitred.usecases.door import act
from maitred.usecases.moves import move_by_hand
from maitred.usecases.people import Role

ZONE = ZoneInfo("Europe/London")
BUFFER = timedelta(minutes=5)


def _seated(place: Place, name: str = "Ann Archer") -> BookingView:
    begins = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=2)
    booked = place.book(name, 2, begins, source=Source.PHONE)
    place.call(act, booked.booking.id, Action.CHECK_IN)
    return place.read(booked)


def _move_dialog(visit: Visit, party: BookingView) -> Locator:
    visit.page.locator(f"#b-{party.booking.id}").focus()
    visit.press("t")
    dialog = visit.page.locator("#dialog")
    expect(dialog).to_be_visible()
    return dialog


def _clock(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M")


def test_door_floor_and_dialog_tell_one_end_of_a_free_table(place: Place, visitor: Visitors) -> None:
    """Until it has to be cleared for who comes next, not until they come."""
    sits, comes, table = _seated(place), place.book("Bob Baker", 2, soon(90)), "T4"
    place.call(move_by_hand, comes.booking.id, [table])
    ends = _clock(comes.booking.starts_at - BUFFER)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/now")
    free = visit.page.get_by_role("region", name="Ready").locator("li", has_text=table)
    expect(free).to_contain_text(f"until {ends}")
    expect(_move_dialog(visit, sits).locator("label", has_text=table)).to_contain_text(f"free until {ends}")
    floor = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/floor")
    expect(floor.page.locator(f"#spot-{table}")).to_have_attribute("aria-label", re.compile(f"free until {ends}"))


def test_a_table_that_is_free_now_is_not_said_to_be_taken_now(place: Place, visitor: Visitors) -> None:
    """Who comes during the party's stay is named with their time."""
    sits, comes = _seated(place), place.book("Bob Baker", 2, soon(30))
    (table,) = comes.tables
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/now")
    begins, ends = _clock(comes.booking.starts_at), _clock(comes.booking.ends_at)
    choice = _move_dialog(visit, sits).locator("label", has_text=table)
    expect(choice).to_contain_text(f"taken from {begins} to {ends}: Bob Baker")


@pytest.mark.parametrize("screen", ["now", "timeline"])
def test_a_party_is_not_moved_to_where_it_is(place: Place, visitor: Visitors, screen: str) -> None:
    """The dialog says so and stays; there is nothing to undo."""
    party = _seated(place)
    (table,) = party.tables
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/{screen}")
    line = f"#b-{party.booking.id}" if screen == "now" else f"#t-{table}-{party.booking.id}"
    visit.page.locator(line).focus()
    visit.press("t")
    choice = visit.page.locator(f"#dialog [name=tables][value={table}]")
    choice.focus()
    if not choice.is_checked():
        visit.press("Space")
    visit.press("Enter")
    expect(visit.page.locator("#dialog")).to_contain_text(f"Ann Archer is at {table} already. Choose another table.")
    assert place.read(party).booking.version == party.booking.version


def test_enter_says_that_no_table_is_chosen_where_none_is_free(site: Site, visitor: Visitors) -> None:
    """Nothing can be chosen, so nothing has the focus; the key on the button still answers."""
    place = site.open_place(tables=[{"id": "T1", "zone": "main", "capacity": 4, "min_party": 1}], joins=[])
    waits = place.book("Bob Baker", 2, soon(30))
    visit = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/now")
    visit.page.locator(f"#b-{waits.booking.id}").focus()
    visit.press("X")
    need = visit.page.locator(f"#need-{waits.booking.id}")
    expect(need).to_be_visible()
    need.focus()
    visit.press("f")
    expect(visit.page.locator("#dialog .buttons .primary")).to_be_visible()
    visit.press("Enter")
    expect(visit.page.locator("#dialog")).to_contain_text("Choose a table first.")


def _apart(one: Locator, other: Locator) -> bool:
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_what_is_said_covers_no_button_of_a_dialog(place: Place, visitor: Visitors, width: int) -> None:
    """The last line said is still there when the next dialog opens: its buttons can be seen and pressed."""
    party = place.book("Ann Archer", 2, soon(30))
    visit = visitor(place.person(Role.HOST), width=width).open(f"/ops/{place.slug}/now")
    visit.page.locator(f"#b-{party.booking.id}").focus()
    visit.press("a")
    toast = visit.page.locator("#toasts .toast").first
    expect(toast).to_be_visible()
    _move_dialog(visit, party)
    expect(toast).to_be_visible()
    for button in visit.page.locator("#dialog .buttons button").all():
        assert _apart(toast, button), button.inner_text()


@pytest.mark.parametrize("width", [768, 1280])
def test_what_is_said_covers_nothing_that_can_be_done_about_the_line(
    place: Place, visitor: Visitors, width: int
) -> None:
    """However many rows its buttons take."""
    party = place.book("Ann Archer", 2, soon(30))
    visit = visitor(place.person(Role.MANAGER), width=width).open(f"/ops/{place.slug}/now")
    line = visit.page.locator(f"#b-{party.booking.id}")
    line.focus()
    visit.press("a")
    toast = visit.page.locator("#toasts .toast").first
    expect(toast).to_be_visible()
    expect(line.get_by_role("button", name="Undo")).to_be_visible()
    for button in line.get_by_role("button").all():
        assert _apart(toast, button), button.inner_text()
