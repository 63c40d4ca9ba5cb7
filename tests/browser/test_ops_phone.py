"""The phone line in a real browser: by keyboard, through a reload, in two tabs, and without scripts."""

import re
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from asking import BY_DAY, ask
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from site_of_tests import PASSWORD, WIDTHS, Place, Site, Visit, Visitors, tomorrow

from maitred.domain.booking import Source
from maitred.store import people as stored_people
from maitred.usecases.people import Role, add_person

LONDON: Final = ZoneInfo("Europe/London")
EVENING: Final = datetime.combine(tomorrow().date() + timedelta(days=1), time(19), LONDON)
DAY: Final = f"{EVENING:%d.%m.}"


@pytest.fixture
def place(site: Site) -> Place:
    """A restaurant with hours of its own, so that no test depends on the clock."""
    return site.open_place(**BY_DAY)


def _at(place: Place, visitor: Visitors, **options: Any) -> Visit:
    """Open the phone page as a host."""
    return visitor(place.person(Role.HOST), **options).open(f"/ops/{place.slug}/phone")


def _hear(visit: Visit, line: str) -> None:
    """Type a line, and wait until the page has answered it."""
    visit.page.locator("#line").focus()
    visit.page.keyboard.type(line)
    _heard(visit.page)


def _heard(page: Page) -> None:
    expect(page.locator("#answer")).to_have_attribute("data-line", page.locator("#line").input_value())


def _chip(visit: Visit, kind: str) -> Locator:
    return visit.page.locator(f".chip.{kind}")


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
    day, clock = DAY, "19:00"
    visit.page.keyboard.type(f"{day} {clock} 4 meier 020 7946 0958 window high chair")
    visit.press("Enter")
    expect(visit.page.locator("#say")).to_contain_text("confirmed")
    (made,) = place.bookings()
    assert (made.booking.party_size, made.guest.name, made.guest.phone) == (4, "Meier", "+442079460958")
    assert (made.booking.source, made.booking.state, made.booking.notes) == (
        Source.PHONE,
        "confirmed",
        "High chair. window",
    )
    visit.press("Escape")
    expect(visit.page.locator("#line")).to_have_value("")
    expect(visit.page.locator("#line")).to_be_focused()


def test_a_full_time_has_others_to_say_and_a_digit_keeps_one(place: Place, visitor: Visitors) -> None:
    """Enter goes to the times, 2 keeps one with a countdown, Enter confirms the kept one."""
    at = EVENING
    for name in ("One", "Two", "Three"):
        place.book(name, 4, at)
    place.book("Four", 6, at)
    place.book("Five", 2, at)
    visit = _at(place, visitor)
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
    visit = _at(place, visitor)
    other = visit.page.context.new_page()
    other.goto(visit.page.url)
    other.locator("html[data-ready]").wait_for()
    visit.page.bring_to_front()
    day, clock = DAY, "19:00"
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
    visit = _at(place, visitor)
    day, clock = DAY, "19:00"
    visit.page.keyboard.type(f"{day} {clock} 2p")
    expect(visit.page.locator("#offer-1")).to_be_visible()
    visit.page.keyboard.type(" 123")
    _heard(visit.page)
    expect(visit.page.locator(".heard")).to_contain_text("123")
    expect(visit.page.locator("[aria-pressed=true]")).to_have_count(0)


def test_a_guest_is_known_by_the_number(place: Place, visitor: Visitors) -> None:
    """Visits and notes of earlier bookings show while the number is typed; another number knows nobody."""
    place.book("Mia Meier", 2, EVENING, phone="+442079460958", notes="nut allergy")
    visit = _at(place, visitor)
    visit.page.keyboard.type("meier 020 7946 0958")
    expect(visit.page.locator(".known")).to_contain_text("nut allergy")
    expect(visit.page.locator(".known")).to_contain_text("Already booked")
    visit.page.locator("#line").fill("meier 020 7946 0959")
    expect(visit.page.locator(".known")).to_have_count(0)


def test_the_phone_line_works_without_scripts(place: Place, visitor: Visitors) -> None:
    """The same page by submit buttons: look, then confirm."""
    visit = visitor(place.person(Role.HOST), java_script_enabled=False)
    visit.open(f"/ops/{place.slug}/phone", script=False)
    day, clock = DAY, "19:00"
    visit.page.locator("#line").fill(f"{day} {clock} 3 novak")
    visit.page.get_by_role("button", name="Check").click()
    expect(visit.page.locator(".heard")).to_contain_text("Novak")
    visit.page.get_by_role("button", name="Confirm").click()
    expect(visit.page.locator("#say")).to_contain_text("confirmed")
    assert len(place.bookings()) == 1


def test_a_viewer_takes_no_calls(place: Place, visitor: Visitors, site: Site) -> None:
    """Neither by the page nor by a hand-made request; nothing is booked."""
    visit = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/bookings")
    expect(visit.page.locator("a[href$='/phone']")).to_have_count(0)
    day, clock = DAY, "19:00"
    refused = visit.page.request.post(
        f"{site.url}/ops/{place.slug}/phone",
        form={"line": f"{day} {clock} 2 x", "do": "book"},
        headers={"Origin": site.url},
    )
    assert refused.status == 403
    assert place.bookings() == []


def _confirmed(visit: Visit) -> None:
    visit.press("Enter")
    expect(visit.page.locator("#say")).to_contain_text("confirmed")


def _holds(place: Place) -> int:
    held = "SELECT count(*) FROM maitred.holds WHERE restaurant_id = $1"
    return int(place.site.run(lambda: place.desk.database.fetchval(held, place.number)))


# -- a call that was left ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leave", ["bookings", "n", "reload without the call", "a second tab"])
def test_a_call_that_was_left_never_runs_into_the_next(place: Place, visitor: Visitors, leave: str) -> None:
    """Whatever way a call is left, the next begins empty, and what is typed there is all that is booked."""
    visit = _at(place, visitor)
    _hear(visit, "and a")
    if leave == "bookings":
        visit.open(f"/ops/{place.slug}/bookings")
        visit.press("n")
    elif leave == "n":
        visit.page.locator("body").evaluate("() => document.activeElement.blur()")
        visit.press("n")
        visit.page.wait_for_url("**/phone?call=*")
    elif leave == "a second tab":
        visit.page = visit.page.context.new_page()
    if leave in ("a second tab", "reload without the call"):
        visit.open(f"/ops/{place.slug}/phone")
    expect(visit.page.locator("#line")).to_have_value("")
    visit.page.locator("html[data-ready]").wait_for()
    expect(visit.page.get_by_role("link", name="Continue with “and a”?")).to_be_visible()
    _hear(visit, f"{DAY} 19:00 2 roe")
    expect(visit.page.locator("[data-left]")).to_have_count(0)
    _confirmed(visit)
    (made,) = place.bookings()
    assert (made.guest.name, made.booking.party_size, made.booking.notes) == ("Roe", 2, None)


def test_enter_goes_on_with_a_call_that_was_left_and_escape_discards_it(place: Place, visitor: Visitors) -> None:
    """It is offered by guest and party; Enter shows it as it was, with its time; Escape gives the time back."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 4 meier")
    visit.press("Alt+1")
    expect(visit.page.locator("#say")).to_contain_text("is kept for you")
    visit.open(f"/ops/{place.slug}/phone")
    expect(visit.page.locator("[data-left]")).to_contain_text("Continue with Meier, 4?")
    visit.press("Enter")
    visit.page.wait_for_url("**/phone?call=*")
    expect(visit.page.locator("#line")).to_have_value(f"{DAY} 19:00 4 meier")
    expect(visit.page.locator("#say")).to_contain_text("is kept for you")
    visit.open(f"/ops/{place.slug}/phone")
    assert _holds(place) == 1
    visit.press("Escape")
    expect(visit.page.locator("[data-left]")).to_have_count(0)
    assert _holds(place) == 0
    assert place.bookings() == []


def test_escape_clears_the_call_and_gives_the_time_back(place: Place, visitor: Visitors) -> None:
    """Line, chips and the kept time are gone, and nothing is offered afterwards."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 4 meier")
    visit.press("Alt+1")
    expect(visit.page.locator("#left")).to_be_visible()
    visit.press("Escape")
    expect(visit.page.locator("#line")).to_have_value("")
    expect(visit.page.locator(".chip")).to_have_count(0)
    assert _holds(place) == 0
    visit.open(f"/ops/{place.slug}/phone")
    expect(visit.page.locator("[data-left]")).to_have_count(0)


def test_two_tabs_and_two_hosts_have_calls_of_their_own(place: Place, visitor: Visitors) -> None:
    """Two calls typed at the same time stay two, each with its booking; the other host is offered neither."""
    visit, other = _at(place, visitor), visitor(place.person(Role.HOST, "Ben"))
    tab = Visit(visit.page.context.new_page(), visit.url)
    _hear(visit, f"{DAY} 19:00 2 roe")
    tab.open(f"/ops/{place.slug}/phone")
    _hear(tab, f"{DAY} 20:00 4 khan")
    other.open(f"/ops/{place.slug}/phone")
    expect(other.page.locator("[data-left]")).to_have_count(0)
    expect(visit.page.locator("#line")).to_have_value(f"{DAY} 19:00 2 roe")
    visit.page.bring_to_front()
    _confirmed(visit)
    expect(tab.page.locator("#line")).to_have_value(f"{DAY} 20:00 4 khan")
    tab.page.bring_to_front()
    _confirmed(tab)
    assert sorted((one.guest.name, one.booking.party_size) for one in place.bookings()) == [("Khan", 4), ("Roe", 2)]


def test_what_is_typed_after_a_booking_is_the_next_call(place: Place, visitor: Visitors) -> None:
    """The line of the next guest books the next guest, and the first stays as it is."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 2 roe")
    _confirmed(visit)
    visit.page.locator("#line").fill(f"{DAY} 20:00 4 khan")
    expect(visit.page.locator("#confirm")).to_be_visible()
    _confirmed(visit)
    assert sorted((one.guest.name, one.booking.party_size) for one in place.bookings()) == [("Khan", 4), ("Roe", 2)]


def test_keys_after_a_booking_are_keys_and_what_is_typed_begins_empty(place: Place, visitor: Visitors) -> None:
    """Twice Enter books once and leaves the answer there; u takes it back; the line has no word of the booked call."""
    visit = _at(place, visitor)
    line, say = visit.page.locator("#line"), visit.page.locator("#say")
    _hear(visit, f"{DAY} 19:00 2 roe 07700 900123")
    visit.press("Enter", "Enter")
    expect(say).to_contain_text("Roe, party of 2")
    expect(say).to_be_focused()
    expect(line).to_have_value("")
    visit.press("Enter")
    expect(say).to_contain_text("Roe, party of 2")
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text("Undone: Roe, booked.")
    expect(say).to_contain_text("cancelled")
    expect(line).to_have_value("")
    visit.page.reload()
    visit.page.locator("html[data-ready]").wait_for()
    line.click()
    visit.page.keyboard.type(f"{DAY} 20:00 4 khan")
    _heard(visit.page)
    expect(_chip(visit, "phone")).to_have_count(0)
    _confirmed(visit)
    made = {
        one.guest.name: (one.booking.party_size, one.guest.phone, str(one.booking.state)) for one in place.bookings()
    }
    assert made == {"Roe": (2, "+447700900123", "cancelled"), "Khan": (4, None, "confirmed")}


def test_enter_in_the_empty_line_of_a_booked_call_begins_the_next(place: Place, visitor: Visitors) -> None:
    """Who has gone back to the line after a booking is not left with a key that does nothing."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 2 roe")
    _confirmed(visit)
    visit.page.locator("#line").click()
    visit.press("Enter")
    expect(visit.page.locator("#answer")).not_to_have_attribute("data-booked", "")
    expect(visit.page.locator("#line")).to_be_focused()


# -- what is in doubt, missing or wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Alt+1", "1", "Enter", "click"])
def test_one_key_settles_what_is_in_doubt(place: Place, visitor: Visitors, key: str) -> None:
    """A line without a day asks for it; until it is settled there is nothing to confirm, and then there is."""
    visit = _at(place, visitor)
    _hear(visit, "23:30 4 smith" if datetime.now(LONDON).hour < 5 else "22:00 4 smith")
    expect(_chip(visit, "day")).to_have_class(re.compile("doubt"))
    expect(visit.page.locator("#ask")).to_contain_text("Day:")
    expect(visit.page.locator("#confirm")).to_have_count(0)
    last = visit.page.locator(".chip.day [data-settle]").last
    expect(last).to_be_visible()
    if key == "click":
        last.click()
    else:
        if key != "Alt+1":
            visit.press("Enter")
            expect(visit.page.locator(".chip.day [data-key='1']")).to_be_focused()
        visit.press(key)
    expect(_chip(visit, "day")).not_to_have_class(re.compile("doubt"))
    expect(visit.page.locator(".chip.doubt")).to_have_count(0)


def test_digits_belong_to_what_is_asked(place: Place, visitor: Visitors) -> None:
    """While a time has to be chosen its digits are the times'; a doubt beside it is settled by its button or after."""
    for name in ("One", "Two", "Three"):
        place.book(name, 4, EVENING)
    place.book("Mia Meier", 6, EVENING, phone="+442079460958")
    place.book("Five", 2, EVENING)
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 4p 020 7946 0958")
    expect(visit.page.locator("#say")).to_contain_text("is full;")
    expect(visit.page.locator("[data-key='1']:not(header *)")).to_have_id("offer-1")
    visit.press("Alt+1")
    expect(visit.page.locator("#say")).to_contain_text("is kept for you")
    expect(visit.page.locator("main [data-key='1']")).to_contain_text("Mia Meier")
    visit.press("Alt+1")
    expect(visit.page.locator("#confirm")).to_be_visible()
    visit.page.locator("#line").focus()
    _confirmed(visit)
    assert len([one for one in place.bookings() if one.guest.name == "Mia Meier"]) == 2


def test_a_line_in_doubt_is_not_booked_by_hand_either(place: Place, visitor: Visitors, site: Site) -> None:
    """A request that confirms what the page does not offer to is refused, naming what is open."""
    token = place.person(Role.HOST)
    for line, what in (("22:00 4 smith", "Day"), (f"{DAY} 19:00 4", "Name"), (f"{DAY} 19:00 smith", "Party")):
        answer = ask(site, "POST", f"/ops/{place.slug}/phone", token, {"line": line, "do": "book"}, hx_request="true")
        assert (answer.status, f"Still to be asked: {what}" in answer.text) == (422, True), answer.text
    assert place.bookings() == []


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("day", f"{EVENING + timedelta(days=1):%Y-%m-%d}", f"{EVENING + timedelta(days=1):%a}"),
        ("time", "20:15", "20:15"),
        ("party", "3", "3"),
        ("name", "O'Neil-Smith", "O'Neil-Smith"),
        ("notes", "by the wall", "by the wall"),
    ],
)
def test_a_chip_is_edited_in_place_and_stays_so(
    place: Place, visitor: Visitors, kind: str, text: str, shown: str
) -> None:
    """Opened by Enter, changed, taken by Enter: it is what is shown, after a reload too, and what is booked."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 2 roe window")
    _chip(visit, kind).locator("summary").focus()
    visit.press("Enter")
    field = visit.page.locator(f"[name='chip.{kind}']")
    expect(field).to_be_focused()
    field.fill(text)
    visit.press("Enter")
    expect(_chip(visit, kind)).to_contain_text(shown)
    expect(visit.page.locator("#confirm")).to_be_focused()
    visit.page.reload()
    visit.page.locator("html[data-ready]").wait_for()
    expect(_chip(visit, kind)).to_contain_text(shown)
    _confirmed(visit)
    (made,) = place.bookings()
    local = made.booking.starts_at.astimezone(LONDON)
    booked = {
        "day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "party": str(made.booking.party_size),
        "name": made.guest.name, "notes": made.booking.notes,
    }  # fmt: skip
    assert booked == {
        "day": f"{EVENING:%Y-%m-%d}", "time": "19:00", "party": "2", "name": "Roe", "notes": "window", kind: text,
    }  # fmt: skip


def test_what_the_line_says_later_counts_again(place: Place, visitor: Visitors) -> None:
    """A correction stands for the words it corrects: other words of the line stay, these typed anew win."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 2p roe")
    _chip(visit, "party").locator("summary").click()
    visit.page.locator("[name='chip.party']").fill("3")
    visit.press("Enter")
    expect(_chip(visit, "party").locator("b")).to_have_text("3")
    visit.page.locator("#line").focus()
    visit.press("End")
    visit.page.keyboard.type(" birthday")
    expect(_chip(visit, "occasion")).to_contain_text("birthday")
    expect(_chip(visit, "party").locator("b")).to_have_text("3")
    visit.page.locator("#line").fill(f"{DAY} 19:00 5p roe birthday")
    expect(_chip(visit, "party").locator("b")).to_have_text("5")


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        ("party", "0", "Write a number from 1 to 1000."),
        ("party", "5000", "Write a number from 1 to 1000."),
        ("phone", "12", "This is no phone number"),
        ("email", "ann@", "This is no email address."),
        ("name", "x" * 300, "This is too long."),
    ],
)
def test_an_edit_that_cannot_be_taken_says_why_at_its_field(
    place: Place, visitor: Visitors, kind: str, text: str, rule: str
) -> None:
    """What was typed stays in the field, the rule stands below it, nothing can be confirmed until it is right."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 2p roe 020 7946 0958 ann@example.com")
    _chip(visit, kind).locator("summary").click()
    visit.page.locator(f"[name='chip.{kind}']").fill(text)
    visit.press("Enter")
    field = visit.page.locator(f"[name='chip.{kind}']")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_have_value(text)
    expect(_chip(visit, kind).locator(".field-fault")).to_contain_text(rule)
    expect(visit.page.locator("#confirm")).to_have_count(0)


def test_what_is_missing_is_filled_in_at_its_chip(place: Place, visitor: Visitors) -> None:
    """Enter in the line goes to the first open field; each Enter goes on, to Confirm at the end."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00")
    expect(visit.page.locator("#ask")).to_contain_text("For how many?")
    visit.press("Enter")
    expect(visit.page.locator("[name='chip.party']")).to_be_focused()
    visit.page.keyboard.type("2")
    visit.press("Enter")
    expect(visit.page.locator("#ask")).to_contain_text("What name may I put it under?")
    expect(visit.page.locator("[name='chip.name']")).to_be_focused()
    visit.page.keyboard.type("Roe")
    visit.press("Enter")
    expect(visit.page.locator("#confirm")).to_be_focused()
    _confirmed(visit)
    (made,) = place.bookings()
    assert (made.guest.name, made.booking.party_size) == ("Roe", 2)


@pytest.mark.parametrize("by", ["phone", "email"])
def test_a_known_caller_needs_no_name(place: Place, visitor: Visitors, by: str) -> None:
    """The record's name is offered as a doubt that one key settles; it is not taken unasked."""
    known = {"phone": "+442079460958"} if by == "phone" else {"email": "mia@example.com"}
    place.book("Mia Meier", 2, EVENING, **known)
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 20:30 2p " + ("020 7946 0958" if by == "phone" else "mia@example.com"))
    expect(_chip(visit, "name")).to_contain_text("Mia Meier")
    expect(_chip(visit, "name")).to_contain_text("known by")
    expect(visit.page.locator("#confirm")).to_have_count(0)
    visit.press("Alt+1")
    expect(visit.page.locator("#confirm")).to_be_visible()
    _confirmed(visit)
    assert [one.guest.name for one in place.bookings()] == ["Mia Meier"] * 2


def test_what_staff_have_to_know_is_with_the_booking(place: Place, visitor: Visitors) -> None:
    """High chair, allergy, occasion and the table that is wished for are chips, and notes of the booking."""
    visit = _at(place, visitor)
    _hear(visit, f"{DAY} 19:00 6p o'connor and a baby peanut allergy birthday table T1")
    for kind, shown in {"high_chairs": "1", "allergy": "peanut", "occasion": "birthday", "table": "T1"}.items():
        expect(_chip(visit, kind)).to_contain_text(shown)
    _confirmed(visit)
    (made,) = place.bookings()
    assert made.booking.notes == "High chair. Allergy: peanut allergy. Birthday. Wish: table T1"


def test_chips_work_without_scripts(place: Place, visitor: Visitors) -> None:
    """By submit buttons alone: a field is filled in, a fault is said at it, a call left is offered and discarded."""
    visit = visitor(place.person(Role.HOST), java_script_enabled=False)
    visit.open(f"/ops/{place.slug}/phone", script=False)
    page, check = visit.page, visit.page.get_by_role("button", name="Check")
    page.locator("#line").fill(f"{DAY} 19:00")
    check.click()
    page.locator("[name='chip.party']").fill("0")
    page.locator("[name='chip.name']").fill("Roe")
    check.click()
    expect(page.locator(".field-fault")).to_contain_text("Write a number from 1 to 1000.")
    expect(_chip(visit, "name")).to_contain_text("Roe")
    page.locator("[name='chip.party']").fill("3")
    page.locator("[name='chip.party']").press("Enter")
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    visit.open(f"/ops/{place.slug}/phone", script=False)
    page.get_by_role("link", name="Continue with Roe, 3?").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#say")).to_contain_text("confirmed")
    visit.open(f"/ops/{place.slug}/phone", script=False)
    page.locator("#line").fill("20:00 2 khan")
    check.click()
    page.locator(".chip.day [data-settle]").first.click()
    expect(page.locator(".chip.doubt")).to_have_count(0)
    visit.open(f"/ops/{place.slug}/phone", script=False)
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("[data-left]")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_phone_line_is_accessible_and_fits(place: Place, visitor: Visitors, theme: str) -> None:
    """axe finds nothing, and nothing is wider than its window."""
    at = EVENING
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
    visit.page.locator("#line").fill("22:00 table 99 020 7946 0958")
    expect(_chip(visit, "table")).to_have_class(re.compile("doubt"))
    visit.page.locator(".add summary").click()
    _chip(visit, "phone").locator("summary").click()
    assert Axe().run(visit.page).response["violations"] == []
    small = "all => all.filter(one => one.getClientRects().length).map(one => one.getBoundingClientRect().height)"
    touched = visit.page.locator("#answer :is(button, a, summary, select, input:not([type=hidden]))")
    assert min(touched.evaluate_all(small)) >= 42
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.overflow() == 0
