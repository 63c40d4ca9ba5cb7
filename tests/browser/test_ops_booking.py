"""A booking's own page, and what hosts do from the list, in a real browser, by keyboard."""

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import TOMORROW, WIDTHS, Place, Visit, Visitors, tomorrow

from maitred.domain.booking import Source
from maitred.store.views import BookingView
from maitred.usecases.accept import Override
from maitred.usecases.guests import note_guest
from maitred.usecases.moves import move_by_hand
from maitred.usecases.people import Role

THEMES = ("light", "dark")


def refused(place: Place) -> BookingView:
    """A guest's own request for which there was no room."""
    for name in ("Early Evans", "Early Eden"):
        place.book(name, 6, tomorrow())
    view = place.book("Wanda Wish", 6, tomorrow())
    assert view.booking.state == "failed"
    return view


def listed(visit: Visit, place: Place, more: str = "") -> Visit:
    """Open the list of tomorrow."""
    return visit.open(f"/ops/{place.slug}/bookings?date={TOMORROW}{more}")


def detail(visit: Visit, place: Place, view: BookingView, **options: Any) -> Visit:
    """Open a booking's own page."""
    return visit.open(f"/ops/{place.slug}/bookings/{view.booking.id}", **options)


def ask_for(visit: Visit, at: datetime) -> None:
    """Fill in a time of the restaurant's clock."""
    local = at.astimezone(ZoneInfo("Europe/London"))
    visit.page.get_by_label("Date").fill(f"{local:%Y-%m-%d}")
    visit.page.get_by_label("Time").fill(f"{local:%H:%M}")


def section(visit: Visit, name: str) -> Any:
    """Return a section by its heading."""
    return visit.page.locator("section", has=visit.page.get_by_role("heading", name=name, exact=True))


def test_why_a_booking_was_refused_is_read_by_keyboard(place: Place, visitor: Visitors) -> None:
    """From the list: 9 shows what failed, j and Enter open it; its page says who is in the way and what would help."""
    refused(place)
    visit = listed(visitor(place.person(Role.HOST)), place)
    visit.press("9")
    expect(visit.page.locator("tbody tr")).to_have_count(1)
    visit.page.locator("html[data-ready]").wait_for()
    visit.press("j", "Enter")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Wanda Wish")
    expect(section(visit, "Why there is no table")).to_contain_text("to seat a party of 6")
    expect(section(visit, "Why there is no table")).to_contain_text("is taken by Early E")
    expect(section(visit, "Why there is no table")).to_contain_text("What would help")
    expect(section(visit, "How it was decided")).to_contain_text("no seat")
    expect(section(visit, "History")).to_contain_text("the system (")


def test_a_no_show_is_undone(place: Place, visitor: Visitors) -> None:
    """N marks the party of the line, u takes it back."""
    free = Override(frozenset({"outside_service"}), "tests")
    view = place.book("Nora Noone", 2, None, source=Source.WALK_IN, override=free)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings?date={view.booking.service_date}")
    row = visit.page.locator(f"#b-{view.booking.id}")
    visit.press("j", "N")
    expect(row.locator(".badge")).to_contain_text("No-show")
    visit.press("u")
    expect(row.locator(".badge")).to_contain_text("Confirmed")
    assert place.read(view).booking.state == "confirmed"


def test_a_party_is_moved_by_dialog_and_back_from_its_page(place: Place, visitor: Visitors) -> None:
    """t, a step down, Space and Enter give it another table; its page shows the move, and B takes it back."""
    view = place.book("Ann Archer", 2, tomorrow())
    assert view.tables == ("T1",)
    visit = listed(visitor(place.person(Role.HOST)), place)
    visit.press("j", "t")
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_label("T1")).to_be_focused()
    visit.press("j", " ")
    expect(dialog.locator("#verdict")).to_contain_text("T2: 2 seats for a party of 2.")
    visit.press("Enter")
    row = visit.page.locator(f"#b-{view.booking.id}")
    expect(row).to_contain_text("~T2")
    expect(row).to_be_focused()
    visit.press("Enter")
    expect(section(visit, "Moves")).to_contain_text("By hand · Host")
    visit.page.locator("html[data-ready]").wait_for()
    visit.press("B")
    expect(section(visit, "Moves")).to_contain_text("taken back by Host")
    assert place.read(view).tables == ("T1",)


def test_a_promise_and_its_reason_are_kept(place: Place, visitor: Visitors) -> None:
    """p asks for the reason, the tables are those it has; then they are solid, with who and why."""
    view = place.book("Ann Archer", 2, tomorrow())
    visit = detail(visitor(place.person(Role.HOST)), place, view)
    visit.press("p")
    expect(visit.page.get_by_role("dialog").get_by_label(view.tables[0])).to_be_checked()
    visit.page.get_by_label("Why it is promised").fill("Their anniversary")
    visit.press("Enter")
    expect(section(visit, "Booking")).to_contain_text("promised by Host: Their anniversary")
    assert place.read(view).booking.pin_reason == "Their anniversary"


def test_a_change_without_room_offers_other_times(place: Place, visitor: Visitors) -> None:
    """The dialog stays open, says why, and a time it offers is one more key; the party was never without its seat."""
    view = place.book("Ann Archer", 6, tomorrow(180))
    for name in ("Early Evans", "Early Eden"):
        place.book(name, 6, tomorrow())
    visit = detail(visitor(place.person(Role.HOST)), place, view)
    visit.press("e")
    ask_for(visit, tomorrow())
    visit.press("Enter")
    expect(visit.page.locator("#verdict")).to_contain_text("to seat a party of 6")
    assert place.read(view).booking.version == view.booking.version
    offered = visit.page.locator("#verdict button").first
    offered.press("Enter")
    expect(visit.page.locator(".toast")).to_contain_text("Ann Archer is changed")
    assert place.read(view).booking.starts_at not in (tomorrow(), tomorrow(180))


def test_a_rule_in_the_way_of_a_change_is_a_managers_to_set_aside(place: Place, visitor: Visitors) -> None:
    """The dialog names the rule and asks for a reason; with both the booking changes, and the reason is in history."""
    view = place.book("Ann Archer", 2, tomorrow(), source=Source.PHONE)
    between = tomorrow(-300)  # an hour before the house opens
    visit = detail(visitor(place.person(Role.MANAGER)), place, view)
    visit.press("e")
    ask_for(visit, between)
    visit.press("Enter")
    visit.page.get_by_label("It is outside the service.").check()
    visit.page.get_by_label("Reason").fill("Film crew")
    visit.press("Enter")
    expect(section(visit, "History")).to_contain_text("Time: ")
    after = place.read(view).booking
    assert (after.starts_at, after.override["reason"]) == (between, "Film crew")


def test_only_what_was_changed_is_sent(place: Place, visitor: Visitors) -> None:
    """A guest's note changed in the dialog changes the note, and history names nothing else."""
    view = place.book("Ann Archer", 2, tomorrow(), phone="+442079460900")
    visit = detail(visitor(place.person(Role.HOST)), place, view)
    visit.press("e")
    visit.page.get_by_label("Notes").fill("Window, please")
    visit.page.get_by_role("button", name="Change").click()
    expect(section(visit, "Booking")).to_contain_text("Window, please")
    after = place.read(view)
    assert (after.booking.notes, after.booking.starts_at, after.tables) == ("Window, please", tomorrow(), view.tables)
    visit.press("e")
    visit.page.get_by_role("button", name="Change").click()
    expect(visit.page.locator(".toast.fault")).to_contain_text("Nothing was changed")


def test_a_wrong_change_is_said_at_its_field_and_mended_there(place: Place, visitor: Visitors) -> None:
    """The field is marked, says why and has the focus; what else was typed stays; mended, mark and line are gone."""
    view = place.book("Ann Archer", 2, tomorrow(), email="ann@example.com")
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings/{view.booking.id}")
    page = visit.page
    visit.press("e")
    page.get_by_label("Guest", exact=True).fill("Ann A.")
    phone = page.get_by_role("dialog").get_by_role("textbox", name="Phone", exact=True)
    phone.fill("12")
    page.keyboard.press("Enter")
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(phone).to_be_focused()
    expect(page.locator("#phone-fault")).to_contain_text("phone number")
    expect(page.get_by_label("Guest", exact=True)).to_have_value("Ann A.")
    assert place.read(view).guest.name == "Ann Archer"
    phone.fill("+44 20 7946 0123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#toasts .fault")).to_have_count(0)
    assert (place.read(view).guest.name, place.read(view).guest.phone) == ("Ann A.", "+442079460123")


def test_a_guest_is_found_by_palette_and_by_search(place: Place, visitor: Visitors) -> None:
    """Ctrl+K with part of a name and Enter opens the booking; / filters the list by phone."""
    view = place.book("Mira Meier", 2, tomorrow(), phone="+491711234567")
    place.book("Ann Archer", 2, tomorrow())
    visit = listed(visitor(place.person(Role.HOST)), place)
    visit.press("Control+k")
    visit.page.keyboard.type("meier")
    expect(visit.page.locator("#palette-list")).to_contain_text("Mira Meier")
    visit.press("Enter")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Mira Meier")
    visit = listed(visit, place)
    visit.press("/")
    visit.page.keyboard.type("0171 1234567")
    visit.press("Enter")
    expect(visit.page.locator("tbody tr")).to_have_count(1)
    expect(visit.page.locator(f"#b-{view.booking.id}")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "name"), [("muller zoe", "Zoë Müller"), ("obrien", "Síle O’Brien"), ("lukasz", "Łukasz")]
)
def test_names_are_found_without_accents(place: Place, visitor: Visitors, typed: str, name: str) -> None:
    """In the palette and in the list, whatever the keyboard has."""
    view = place.book(name, 2, tomorrow())
    place.book("Ann Archer", 2, tomorrow())
    visit = listed(visitor(place.person(Role.HOST)), place)
    visit.press("Control+k")
    visit.page.keyboard.type(typed)
    expect(visit.page.locator("#palette-list")).to_contain_text(name)
    visit.press("Escape")
    visit = listed(visit, place)
    visit.press("/")
    visit.page.keyboard.type(typed)
    visit.press("Enter")
    expect(visit.page.locator("tbody tr")).to_have_count(1)
    expect(visit.page.locator(f"#b-{view.booking.id}")).to_be_visible()


def test_a_guests_record_goes_by_phone_never_by_name(place: Place, visitor: Visitors) -> None:
    """Same phone: one record, with tags set by one key. Same name, or same phone at another house: nothing of it."""
    first = place.book("Mira Meier", 2, tomorrow(), phone="+491711234567")
    second = place.book("M. Meier", 2, tomorrow(120), phone="+491711234567", email="mira@example.com")
    third = place.book("Mira M", 2, tomorrow(240), email="MIRA@example.com")
    namesake = place.book("Mira Meier", 2, tomorrow(120), phone="+491719999999")
    place.site.open_place().book("Mira Meier", 2, tomorrow(), phone="+491711234567")
    visit = detail(visitor(place.person(Role.HOST)), place, second)
    expect(section(visit, "Guest")).to_contain_text("3to come")
    visit.press("i")
    expect(visit.page.get_by_label("Tags")).to_be_focused()
    visit.page.keyboard.type("regular, nut allergy")
    visit.press("Enter")
    expect(section(visit, "Guest")).to_contain_text("nut allergy")
    expect(section(visit, "Guest")).to_contain_text("Noted by")
    for same in (first, third):
        expect(section(detail(visit, place, same), "Guest")).to_contain_text("nut allergy")
    expect(section(detail(visit, place, namesake), "Guest")).not_to_contain_text("nut allergy")
    expect(section(visit, "Guest")).to_contain_text("1to come")


def test_of_two_notes_none_is_lost(place: Place, visitor: Visitors) -> None:
    """Who noted on what somebody else has changed meanwhile is told, and the other note stays."""
    view = place.book("Mira Meier", 2, tomorrow())
    visit = detail(visitor(place.person(Role.HOST)), place, view)
    visit.press("i")
    visit.page.get_by_label("Notes of the house").fill("Mine")
    place.call(note_guest, view.booking.id, "Theirs", ["vip"], seen_at=None)
    visit.page.get_by_role("button", name="Keep").click()
    expect(visit.page.locator(".toast.fault")).to_contain_text("Somebody changed this")
    expect(section(detail(visit, place, view), "Guest")).to_contain_text("Theirs")


def test_the_score_of_the_tables_is_told_against_the_next_best(place: Place, visitor: Visitors) -> None:
    """Each term for the chosen tables and the runner-up, their sums, and the sentence that says what decided."""
    view = place.book("Ann Archer", 2, tomorrow())
    visit = detail(visitor(place.person(Role.VIEWER)), place, view)
    table = visit.page.locator("table.terms")
    expect(table.get_by_role("columnheader")).to_have_count(3)
    expect(table).to_contain_text("Score")
    expect(section(visit, "How it was decided")).to_contain_text("the best of")


def test_reading_needs_no_script_and_a_viewer_changes_nothing(place: Place, visitor: Visitors) -> None:
    """Everything is in the page as served; a viewer has no keys, and posts made by hand are refused."""
    view = place.book("Ann Archer", 2, tomorrow(), notes="Birthday")
    place.call(move_by_hand, view.booking.id, ["T2"])
    visit = visitor(place.person(Role.VIEWER), java_script_enabled=False)
    detail(visit, place, view, script=False)
    expect(section(visit, "Booking")).to_contain_text("Birthday")
    expect(section(visit, "History")).to_contain_text("Given other tables")
    expect(visit.page.locator("article form, article [data-dialog]")).to_have_count(0)
    at, sent = f"{visit.url}/ops/{place.slug}", {"Origin": visit.url}
    asked = visit.page.request
    assert asked.post(f"{at}/bookings/{view.booking.id}/guest", headers=sent, form={"tags": "vip"}).status == 403
    assert asked.post(f"{at}/moves/{uuid4()}/undo", headers=sent).status == 403
    assert asked.get(f"{at}/bookings/{view.booking.id}/guest").status == 403


def test_another_houses_booking_is_not_found(place: Place, visitor: Visitors) -> None:
    """Neither by its page nor by its moves or notes, under either house's address."""
    view = place.book("Ann Archer", 2, tomorrow())
    other = place.site.open_place()
    visit = visitor(other.person(Role.OWNER))
    asked, sent = visit.page.request, {"Origin": visit.url}
    for slug in (other.slug, place.slug):
        at = f"{visit.url}/ops/{slug}/bookings/{view.booking.id}"
        assert asked.get(at).status == 404
        assert asked.post(f"{at}/guest", headers=sent, form={"tags": "vip"}).status == 404
        assert asked.get(f"{at}/guest").status == 404


@pytest.mark.parametrize("theme", THEMES)
def test_no_fault_that_axe_finds(place: Place, visitor: Visitors, theme: str) -> None:
    """A refused booking, a confirmed one that moved, and the dialogs."""
    moved = place.book("Ann Archer", 2, tomorrow(), phone="+442079460900", notes="Birthday")
    place.call(move_by_hand, moved.booking.id, ["T2"])
    place.call(note_guest, moved.booking.id, "Likes it quiet", ["regular"], seen_at=None)
    gone = refused(place)
    visit = visitor(place.person(Role.OWNER), color_scheme=theme, bypass_csp=True)
    detail(visit, place, gone)
    assert Axe().run(visit.page).response["violations"] == []
    detail(visit, place, moved)
    assert Axe().run(visit.page).response["violations"] == []
    for key in ("i", "t", "p"):
        visit.press(key)
        expect(visit.page.get_by_role("dialog")).to_be_visible()
        assert Axe().run(visit.page).response["violations"] == []
        visit.press("Escape")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits(place: Place, visitor: Visitors, width: int) -> None:
    """Nothing is wider than the window, also with long names and notes."""
    long = "Wolfeschlegelsteinhausenbergerdorff" * 2
    view = place.book(long, 2, tomorrow(), notes="x" * 300, email="a" * 60 + "@example.com")
    place.call(note_guest, view.booking.id, "y" * 300, ["z" * 40], seen_at=None)
    visit = detail(visitor(place.person(Role.OWNER), width=width), place, view)
    assert visit.overflow() == 0
