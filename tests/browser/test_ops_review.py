"""The manual review queue and the dialogs behind its keys, in a real browser, by keyboard."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import WIDTHS, Place, Site, Visit, Visitors, tomorrow

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store.views import BookingView
from maitred.usecases import review
from maitred.usecases.door import act
from maitred.usecases.moves import move_by_hand
from maitred.usecases.people import Role

THEMES = ("light", "dark")


@pytest.fixture
def careful(site: Site) -> Place:
    """A restaurant that wants a person to look at every party, and has chairs to add."""
    return site.open_place(review_party_size=1, extra_chairs_per_table=1)


def waiting(place: Place, names: Sequence[str], party: int = 2, minutes: int = 0) -> list[BookingView]:
    """Bookings under review, one after the other."""
    found = [
        place.book(name, party, tomorrow(minutes + 120 * at), phone=f"+44207946090{at}")
        for at, name in enumerate(names)
    ]
    assert {view.booking.state for view in found} == {"manual_review"}
    return found


def full(place: Place, party: int = 6, minutes: int = 0) -> BookingView:
    """A phone booking for which there is no room: both ways to seat six are taken."""
    place.book("Early Evans", party, tomorrow(minutes))
    place.book("Early Eden", party, tomorrow(minutes))
    view = place.book("Late Lane", party, tomorrow(minutes), source=Source.PHONE)
    assert view.booking.state == "manual_review"
    return view


def queue(visit: Visit, place: Place) -> Visit:
    """Open the queue and wait until each item has its ways out."""
    visit.open(f"/ops/{place.slug}/review")
    expect(visit.page.locator("[data-fixes] .later")).to_have_count(0)
    return visit


def row(visit: Visit, view: BookingView) -> Any:
    """Return the line of a booking."""
    return visit.page.locator(f"#b-{view.booking.id}")


def test_three_reviews_take_two_keys_each(careful: Place, visitor: Visitors) -> None:
    """From the list: g r, then j and 1 for each; the line stays under the cursor and says what became of it."""
    views = waiting(careful, ["Ann Archer", "Bob Baker", "Cem Can"])
    visit = visitor(careful.person(Role.HOST)).open(f"/ops/{careful.slug}/bookings")
    visit.press("g", "r")
    expect(visit.page.get_by_role("heading", level=1, name="Manual review")).to_be_visible()
    expect(visit.page.locator("[data-key='1']")).to_have_count(3)
    for view in views:
        visit.press("j", "1")
        expect(row(visit, view)).to_contain_text("Confirmed")
        expect(row(visit, view)).to_be_focused()
    assert {careful.read(view).booking.state for view in views} == {"confirmed"}
    assert all(careful.read(view).tables for view in views)


def test_another_time_is_put_to_the_guest_first(place: Place, visitor: Visitors) -> None:
    """Its key opens the change filled in, with the question for the guest; Enter makes it: three keys."""
    view = full(place)
    visit = queue(visitor(place.person(Role.HOST)), place)
    offered = row(visit, view).locator(".fix", has_text="there is room").first
    key = offered.get_attribute("data-key")
    assert key
    visit.press("j", key)
    expect(visit.page.get_by_role("dialog")).to_contain_text("Has the guest agreed?")
    assert place.read(view).booking.version == view.booking.version
    visit.press("Enter")
    expect(visit.page.locator(".toast")).to_contain_text("Late Lane is changed")
    expect(row(visit, view)).to_contain_text("Confirmed")
    assert place.read(view).booking.starts_at != view.booking.starts_at


def test_decline_takes_a_message_and_requeue_asks_again(careful: Place, visitor: Visitors) -> None:
    """d opens a dialog whose message stays in history; r sends back to the engine at once."""
    first, second = waiting(careful, ["Ann Archer", "Bob Baker"])
    visit = queue(visitor(careful.person(Role.HOST)), careful)
    visit.press("j", "d")
    expect(visit.page.get_by_label("Message to the guest")).to_be_focused()
    visit.page.keyboard.type("So sorry, a private party")
    visit.press("Enter")
    expect(row(visit, first)).to_contain_text("Failed")
    expect(row(visit, first)).to_be_focused()
    assert careful.read(first).booking.reason_data["note"] == "So sorry, a private party"
    visit.press("j", "r")
    expect(visit.page.locator(".toast").last).to_contain_text("Bob Baker is back in the queue")
    assert careful.read(second).booking.state != "failed"


def test_tables_are_picked_on_the_floor_with_their_sum(careful: Place, visitor: Visitors) -> None:
    """f shows every table by zone with what is taken; the sum follows the choice; a hard rule cannot be chosen away."""
    (other,), (view,) = waiting(careful, ["Ann Archer"], party=4), waiting(careful, ["Bob Baker"], party=4)
    careful.call(review.force_confirm, other.booking.id, ["T3"])
    visit = queue(visitor(careful.person(Role.HOST)), careful)
    visit.press("j", "f")
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_label("T3")).to_be_disabled()
    expect(dialog).to_contain_text("Ann Archer")
    expect(dialog.get_by_label("T1")).to_be_focused()
    visit.press(" ")
    expect(dialog.locator("#verdict")).to_contain_text("T1: 2 seats for a party of 4.")
    expect(dialog.locator("#verdict")).to_contain_text("Too few seats")
    visit.press("j", " ")
    expect(dialog.locator("#verdict")).to_contain_text("T1 + T2: 4 seats for a party of 4.")
    visit.press("Enter")
    expect(row(visit, view)).to_contain_text("Confirmed")
    assert careful.read(view).tables == ("T1", "T2")


def test_a_soft_rule_is_a_managers_to_set_aside(careful: Place, visitor: Visitors) -> None:
    """A host is told so and changes nothing; a manager ticks the rule, gives a reason, and it is kept."""
    (view,) = waiting(careful, ["Ann Archer"], party=2)
    host = queue(visitor(careful.person(Role.HOST)), careful)
    host.press("j", "f")
    host.page.get_by_role("dialog").get_by_label("P2").check()
    expect(host.page.locator("#verdict")).to_contain_text("A manager may set this aside")
    with host.page.expect_response("**/assign") as answer:
        host.page.get_by_role("dialog").get_by_role("button", name="Force-confirm").click()
    assert answer.value.status == 409
    expect(host.page.locator("#verdict")).to_contain_text("The table is kept for larger parties")
    assert careful.read(view).booking.state == "manual_review"
    host.press("Escape", "End")
    host.page.close()
    careful.site.run(lambda: _let_go(careful, view))
    manager = queue(visitor(careful.person(Role.OWNER)), careful)
    manager.press("j", "f")
    manager.page.get_by_role("dialog").get_by_label("P2").check()
    manager.page.get_by_label("The table is kept for larger parties").check()
    manager.page.get_by_label("Reason").fill("Regulars")
    manager.press("Enter")
    expect(row(manager, view)).to_contain_text("Confirmed")
    after = careful.read(view)
    assert after.tables == ("P2",)
    assert after.booking.override == {"rules": ["min_party"], "reason": "Regulars", "by": "Owner"}


def test_two_people_on_one_review_see_each_other(careful: Place, visitor: Visitors) -> None:
    """Who rests on an item claims it; the other sees who, is refused with a clear word, and gets it when it is free."""
    first, second = waiting(careful, ["Ann Archer", "Bob Baker"])
    ann = queue(visitor(careful.person(Role.HOST, "Ann")), careful)
    ben = queue(visitor(careful.person(Role.HOST, "Ben")), careful)
    ann.press("j")
    expect(row(ann, first)).to_contain_text("You are on this")
    expect(row(ben, first)).to_contain_text("Ann is on this")
    ben.press("j", "1")
    expect(ben.page.locator(".toast.fault")).to_contain_text("Ann is working on this one.")
    assert careful.read(first).booking.state == "manual_review"
    ann.press("j")
    expect(row(ben, first)).not_to_contain_text("Ann is on this")
    expect(row(ben, second)).to_contain_text("Ann is on this")
    ben.press("1")
    expect(row(ben, first)).to_contain_text("Confirmed")
    ann.press("1")
    expect(row(ann, second)).to_contain_text("Confirmed")


def test_who_comes_second_loses_nothing_and_is_told(careful: Place, visitor: Visitors) -> None:
    """An action on what somebody else has just settled is refused by its version; the page shows what it is now."""
    (view,) = waiting(careful, ["Ann Archer"])
    visit = queue(visitor(careful.person(Role.HOST)), careful)
    visit.press("j", "d")
    expect(visit.page.get_by_role("dialog")).to_be_visible()
    version = visit.page.locator("dialog [name=version]").get_attribute("value")
    careful.site.run(lambda: _let_go(careful, view))
    careful.call(review.force_confirm, view.booking.id, ["T1"])
    visit.page.get_by_label("Message to the guest").press("Enter")
    expect(visit.page.locator(".toast.fault")).to_contain_text("Somebody changed this booking a moment ago")
    after = careful.read(view).booking
    assert (after.state, str(after.version) != version) == ("confirmed", True)


async def _let_go(place: Place, view: BookingView) -> None:
    await place.desk.database.execute(
        "UPDATE maitred.bookings SET claimed_until = now() WHERE id = $1", view.booking.id
    )


def test_reading_needs_no_script(careful: Place, visitor: Visitors) -> None:
    """Reason and clocks are in the page as it is served; a link has an item's ways out, another the floor."""
    waiting(careful, ["Ann Archer", "Bob Baker"])
    visit = visitor(careful.person(Role.HOST), java_script_enabled=False)
    visit.open(f"/ops/{careful.slug}/review", script=False)
    expect(visit.page.locator("main")).to_contain_text("Parties of this size are always looked at by a person.")
    visit.page.get_by_role("link", name="Ways out").last.click()
    expect(visit.page.locator(".item").last).to_contain_text("is free")
    visit.page.locator(".item").last.get_by_role("link", name="Force-confirm").click()
    expect(visit.page.get_by_role("group", name="Terrace")).to_be_visible()


def test_a_viewer_sees_no_queue_and_settles_nothing(careful: Place, visitor: Visitors) -> None:
    """Neither the tab nor the page nor a hand-made post; and a host of another house finds nothing here."""
    (view,) = waiting(careful, ["Ann Archer"])
    visit = visitor(careful.person(Role.VIEWER)).open(f"/ops/{careful.slug}/bookings")
    expect(visit.page.locator("[data-go='r']")).to_have_count(0)
    at, origin = f"{visit.url}/ops/{careful.slug}", {"Origin": visit.url, "HX-Request": "true"}
    asked = visit.page.request
    assert asked.get(f"{at}/review").status == 403
    booking = f"{at}/bookings/{view.booking.id}"
    for action in ("assign", "requeue", "decline", "modify", "accept-moves", "claim", "release"):
        assert asked.post(f"{booking}/{action}", headers=origin, form={"tables": "T1", "party_size": "3"}).status == 403
    for part in ("change", "tables", "pin", "decline", "force", "check", "fixes"):
        assert asked.get(f"{booking}/{part}").status == 403
    other = careful.site.open_place()
    stranger = visitor(other.person(Role.HOST)).page.request
    abroad = f"{visit.url}/ops/{other.slug}/bookings"
    for number in (view.booking.id, uuid4()):
        assert stranger.post(f"{abroad}/{number}/claim", headers=origin).status == 404
        assert stranger.get(f"{abroad}/{number}/force", headers=origin).status == 404
    assert careful.read(view).booking.version == view.booking.version


@pytest.mark.parametrize("theme", THEMES)
def test_queue_and_dialogs_have_no_fault_that_axe_finds(site: Site, visitor: Visitors, theme: str) -> None:
    """Queue, an item somebody else has, and each dialog, in both themes."""
    careful = site.open_place(review_party_size=2, extra_chairs_per_table=1)
    first, *_ = waiting(careful, ["Ann Archer", "Bob Baker"])
    careful.call(review.claim, first.booking.id)
    visit = queue(visitor(careful.person(Role.OWNER), color_scheme=theme, bypass_csp=True), careful)
    _axe(visit)
    for key in ("d", "f", "e"):
        visit.page.locator(".item").last.focus()
        visit.press(key)
        expect(visit.page.get_by_role("dialog")).to_be_visible()
        _axe(visit)
        visit.press("Escape")


def _axe(visit: Visit) -> None:
    assert Axe().run(visit.page).response["violations"] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_queue_and_dialog_fit(careful: Place, visitor: Visitors, width: int) -> None:
    """Nothing is wider than the window, also with a long name and notes."""
    careful.book("Wolfeschlegelsteinhausenbergerdorff" * 2, 4, tomorrow(), notes="allergic to" + " nuts" * 40)
    visit = queue(visitor(careful.person(Role.OWNER), width=width), careful)
    assert visit.overflow() == 0
    visit.press("j", "f")
    expect(visit.page.get_by_role("dialog")).to_be_visible()
    assert visit.overflow() == 0


def test_moves_that_the_engine_proposes_are_taken_by_their_key(site: Site, visitor: Visitors) -> None:
    """Where the house wants to be asked about moves, 1 makes them and seats the party, all at once."""
    tables = [
        {"id": "A", "zone": "main", "capacity": 4, "min_party": 2, "movable": False, "accessible": False},
        {"id": "B", "zone": "main", "capacity": 2, "min_party": 1, "movable": False, "accessible": False},
    ]
    place = site.open_place(
        tables=tables, joins=[], zones=[{"id": "main", "name": "Main"}], seating={"moves": "suggest"}
    )
    small = place.book("Sam Small", 2, tomorrow())
    place.call(move_by_hand, small.booking.id, ["A"])
    view = place.book("Bea Big", 4, tomorrow(), source=Source.PHONE)
    assert (view.booking.state, view.booking.reason_code) == ("manual_review", "moves_suggested")
    visit = queue(visitor(place.person(Role.HOST)), place)
    expect(row(visit, view)).to_contain_text("A is free once Sam Small moves from A to B.")
    visit.press("j", "1")
    expect(row(visit, view).locator(".badge")).to_contain_text("Confirmed")
    assert (place.read(view).tables, place.read(small).tables) == (("A",), ("B",))


def test_a_rule_that_staff_may_set_aside_is_one_of_the_fixes(site: Site, visitor: Visitors) -> None:
    """For a manager its key opens the dialog filled in, the reason first; a host reads it, and it has no key."""
    tables = [{"id": "A", "zone": "main", "capacity": 4, "min_party": 3, "movable": False, "accessible": False}]
    tables.append({"id": "B", "zone": "main", "capacity": 2, "min_party": 1, "movable": False, "accessible": False})
    place = site.open_place(tables=tables, joins=[], zones=[{"id": "main", "name": "Main"}])
    place.book("Sam Small", 2, tomorrow())
    view = place.book("Tom Two", 2, tomorrow(), source=Source.PHONE)
    host = queue(visitor(place.person(Role.HOST)), place)
    expect(row(host, view).locator("span.fix", has_text="setting a rule aside")).to_be_visible()
    visit = queue(visitor(place.person(Role.MANAGER)), place)
    key = row(visit, view).locator("a.fix", has_text="setting a rule aside").get_attribute("data-key")
    assert key
    visit.press("j", key)
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    expect(dialog.get_by_label("A 4 seats")).to_be_checked()
    visit.page.keyboard.type("Regulars")
    visit.press("Enter")
    expect(row(visit, view).locator(".badge")).to_contain_text("Confirmed")
    after = place.read(view)
    assert (after.tables, after.booking.override["rules"]) == (("A",), ["min_party"])


def test_every_screen_says_how_many_wait(site: Site, visitor: Visitors) -> None:
    """The number stands in the navigation, appears when the first comes and goes with the last; viewers have none."""
    place = site.open_place(review_party_size=4)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/heatmap")
    badge = visit.page.locator("#reviews-waiting")
    expect(badge).to_be_hidden()
    waits = place.book("Large", 4, place.desk.clock() + timedelta(hours=2), source=Source.PHONE)
    visit.open(f"/ops/{place.slug}/bookings?date={waits.booking.service_date}")
    expect(badge).to_have_text("1 waiting")
    place.call(act, waits.booking.id, Action.CANCEL)
    expect(badge).to_be_hidden()
    viewer = visitor(place.person(Role.VIEWER, "Vera")).open(f"/ops/{place.slug}/bookings")
    expect(viewer.page.locator("#reviews-waiting")).to_have_count(0)
