"""The timeline in a real browser, by keyboard."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from site_of_tests import VENUE, Place, Site, Visit, Visitors, soon

from maitred.store import night
from maitred.store.views import BookingView
from maitred.usecases.blocks import Closing, block_table
from maitred.usecases.moves import pin
from maitred.usecases.people import Role

TOMORROW: date = datetime.now(UTC).date() + timedelta(days=1)
HOURS: dict[str, Any] = {**VENUE["services"][0], "open": "10:00", "last_seating": "22:00", "close": "01:00"}


def at(hour: int, minute: int = 0) -> datetime:
    """A time of tomorrow."""
    return datetime(TOMORROW.year, TOMORROW.month, TOMORROW.day, hour, minute, tzinfo=UTC)


@pytest.fixture
def bistro(site: Site) -> Place:
    """A restaurant that is open from ten till one, in UTC."""
    return site.open_place(services=[HOURS], timezone="UTC", day_starts_at="05:00")


def board(visitor: Visitors, place: Place, role: Role = Role.MANAGER, **options: Any) -> Visit:
    """Tomorrow's timeline."""
    return visitor(place.person(role), **options).open(f"/ops/{place.slug}/timeline?date={TOMORROW}")


def bar(visit: Visit, booked: BookingView, table: str) -> Locator:
    """A party's bar on a table."""
    return visit.page.locator(f"[id='t-{table}-{booked.booking.id}']")


def test_a_party_is_moved_by_keyboard_and_its_effect_is_seen_before(bistro: Place, visitor: Visitors) -> None:
    """t asks, 1 takes the best other table and says what it does, Enter moves; u takes it back. The focus follows."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.HOST)
    visit.press("ArrowDown")
    visit.press("End", "ArrowLeft")
    here = bar(visit, booked, "T1")
    expect(here).to_be_focused()
    assert here.get_attribute("aria-label") == (
        "Ann Archer, party of 2, 19:00 to 20:15; planned, may change until 18:00"
    )
    visit.press("t")
    expect(visit.page.locator("#effect")).to_contain_text("What the move does is shown here before it is made")
    visit.press("1")
    expect(visit.page.locator("#effect")).to_contain_text("T1 to P1: nobody is in the way, no rule is broken")
    expect(visit.page.locator("#effect")).to_contain_text("Score")
    assert bistro.read(booked).tables == ("T1",)
    expect(visit.page.locator("#make-move")).to_be_focused()
    visit.press("Enter")
    there = bar(visit, booked, "P1")
    expect(there).to_be_focused()
    expect(visit.page.locator("#toasts")).to_contain_text("Ann Archer moves from T1 to P1.")
    assert bistro.read(booked).tables == ("P1",)
    visit.press("u")
    expect(bar(visit, booked, "T1")).to_be_focused()
    assert bistro.read(booked).tables == ("T1",)


def test_a_table_is_closed_by_keyboard_and_that_is_undone(bistro: Place, visitor: Visitors) -> None:
    """b names who would have to go where; Enter closes and moves them; u opens the table and brings everybody back."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.HOST)
    bar(visit, booked, "T1").focus()
    visit.press("b")
    dialog = visit.page.locator("#dialog")
    expect(dialog).to_contain_text("Close T1")
    expect(dialog).to_contain_text("Ann Archer, party of 2 at 19:00, goes to T2.")
    expect(dialog.get_by_label("From")).to_have_value("19:00")
    dialog.get_by_label("Why").fill("Wobbly")
    visit.press("Enter")
    expect(visit.page.locator("#toasts")).to_contain_text("T1 is closed from 19:00 to 20:20. 1 party moved.")
    block = visit.page.locator("tr[data-table=T1] .blocked")
    expect(block).to_have_attribute("aria-label", "T1, closed from 19:00 to 20:20: Wobbly")
    assert bistro.read(booked).tables == ("T2",)
    visit.press("u")
    expect(block).to_have_count(0)
    assert bistro.read(booked).tables == ("T1",)


def test_a_closed_table_is_opened_again_and_closed_once_more(bistro: Place, visitor: Visitors) -> None:
    """Enter on the block tells who closed it; Enter opens it; undo closes it as it was."""
    place = bistro.site.run(lambda: bistro.desk.venues.get(bistro.slug))
    closing = Closing("T3", at(18), at(20), "Wobbly")
    bistro.site.run(lambda: block_table(bistro.desk, place, closing, caller=bistro.caller))
    visit = board(visitor, bistro, Role.HOST)
    block = visit.page.locator("tr[data-table=T3] .blocked")
    block.focus()
    visit.press("o")
    expect(visit.page.locator("#dialog")).to_contain_text("Closed by tests")
    expect(visit.page.get_by_role("button", name="Open T3 again")).to_be_focused()
    visit.press("Enter")
    expect(block).to_have_count(0)
    visit.press("u")
    expect(block).to_have_attribute("aria-label", "T3, closed from 18:00 to 20:00: Wobbly")
    blocks = bistro.site.run(lambda: night.blocks_after(bistro.desk.database, bistro.number, at(0)))
    assert [(one.starts_at, one.ends_at, one.reason) for one in blocks] == [(at(18), at(20), "Wobbly")]


def test_who_is_in_the_way_is_named_and_places_can_be_changed(bistro: Place, visitor: Visitors) -> None:
    """A table that somebody has cannot be taken, but the two may change places; once more undoes it."""
    ann, bob = bistro.book("Ann Archer", 2, at(19)), bistro.book("Bob Baker", 2, at(19, 30))
    visit = board(visitor, bistro, Role.HOST)
    (first,), (second,) = ann.tables, bob.tables
    bar(visit, ann, first).focus()
    visit.press("t")
    visit.page.locator(f"#dialog [name=tables][value={second}]").focus()
    visit.press("Space")
    effect = visit.page.locator("#effect")
    expect(effect).to_contain_text(f"{first} to {second}: somebody is in the way")
    expect(effect).to_contain_text(f"Bob Baker, party of 2, has {second} from 19:30 to 20:50.")
    visit.press("x")
    expect(bar(visit, ann, second)).to_be_focused()
    assert (bistro.read(ann).tables, bistro.read(bob).tables) == ((second,), (first,))
    visit.press("u")
    expect(bar(visit, ann, first)).to_be_visible()


def test_soft_rules_are_named_and_only_a_manager_sets_them_aside(bistro: Place, visitor: Visitors) -> None:
    """A table kept for larger parties: a host reads that a manager may; the manager ticks the rule and says why."""
    ann = bistro.book("Ann Archer", 1, at(19))
    address = f"/ops/{bistro.slug}/timeline/{ann.booking.id}/move?tables=T3"
    host = visitor(bistro.person(Role.HOST)).open(address, script=False)
    expect(host.page.locator("#effect")).to_contain_text("A manager may set this aside.")
    visit = board(visitor, bistro, Role.MANAGER)
    bar(visit, ann, ann.tables[0]).focus()
    visit.press("t")
    visit.page.locator("#dialog [value=T3]").focus()
    visit.press("Space")
    rule = visit.page.get_by_role("checkbox", name="The table is kept for larger parties.")
    rule.focus()
    visit.press("Space")
    visit.page.locator("#dialog").get_by_label("Reason (optional)").fill("They asked for it")
    visit.press("Enter")
    expect(bar(visit, ann, "T3")).to_be_focused()
    assert bistro.read(ann).booking.overridden_rules == {"min_party"}


def test_a_party_over_two_tables_stands_at_both(bistro: Place, visitor: Visitors) -> None:
    """Linked bars of one name, each with the other table; down goes from one to the other."""
    booked = bistro.book("Gita Rai", 8, at(19))
    assert booked.tables == ("T3", "T4")
    visit = board(visitor, bistro)
    upper, lower = bar(visit, booked, "T3"), bar(visit, booked, "T4")
    expect(upper).to_contain_text("Gita Rai")
    expect(upper).to_contain_text("with T4")
    expect(lower).to_contain_text("with T3")
    upper.focus()
    visit.press("ArrowDown")
    expect(lower).to_be_focused()
    expect(visit.page.locator(".linked")).to_have_count(2)


def test_enter_opens_a_party_and_p_promises_its_tables(bistro: Place, visitor: Visitors) -> None:
    """The panel has the party's actions; p asks why, and the bar says who promised it."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.HOST)
    bar(visit, booked, "T1").focus()
    visit.press("Enter")
    expect(visit.page.locator("#dialog")).to_contain_text("planned, may change until 18:00")
    visit.press("Escape")
    expect(bar(visit, booked, "T1")).to_be_focused()
    visit.press("p")
    reason = visit.page.locator("#dialog").get_by_label("Why it is promised")
    reason.fill("Regular guest")
    visit.press("Enter")
    expect(bar(visit, booked, "T1")).to_have_class(re.compile("pinned"))
    expect(bar(visit, booked, "T1")).to_be_focused()
    assert bistro.read(booked).booking.pin_reason == "Regular guest"


def test_z_changes_the_size(bistro: Place, visitor: Visitors) -> None:
    """The party grows, and gets another table when its own is too small."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.HOST)
    bar(visit, booked, "T1").focus()
    visit.press("z")
    expect(visit.page.locator("#dialog [name=party_size]")).to_be_focused()
    visit.page.locator("#dialog [name=party_size]").fill("4")
    visit.press("Enter")
    visit.page.locator(f"[data-id='{booked.booking.id}']").get_by_text("4", exact=True).wait_for()
    assert bistro.read(booked).booking.party_size == 4


def test_j_and_k_walk_the_tables(bistro: Place, visitor: Visitors) -> None:
    """As the help says of every list: j goes to the next table's row, k back."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.HOST)
    bar(visit, booked, "T1").focus()
    visit.press("j")
    expect(visit.page.locator("tr[data-table=T2] [data-cell]:focus")).to_have_count(1)
    visit.press("k")
    expect(bar(visit, booked, "T1")).to_be_focused()


def test_z_gives_the_table_for_longer(bistro: Place, visitor: Visitors) -> None:
    """Until half past nine is what the guest asked for; the bar ends there and the booking says so."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.HOST)
    bar(visit, booked, "T1").focus()
    visit.press("z")
    visit.page.locator("#dialog").get_by_label("Until").fill("21:30")
    visit.press("Enter")
    expect(bar(visit, booked, "T1")).to_have_attribute("aria-label", re.compile("19:00 to 21:[34]"))
    assert bistro.read(booked).booking.turn_ends_at == at(21, 30)
    visit.open(f"/ops/{bistro.slug}/bookings/{booked.booking.id}")
    expect(visit.page.locator("main")).to_contain_text(re.compile("Until: .*, now .*21:30"))


def test_a_bar_that_is_dragged_asks_first(bistro: Place, visitor: Visitors) -> None:
    """Dropping a bar on another row opens the same dialog with that table chosen; nothing has happened yet."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.HOST)
    there = visit.page.locator("tr[data-table=T2] th")
    bar(visit, booked, "T1").drag_to(there)
    expect(visit.page.locator("#effect")).to_contain_text("T1 to T2: nobody is in the way")
    assert bistro.read(booked).tables == ("T1",)


def test_changes_made_elsewhere_appear_and_the_focus_stays(bistro: Place, visitor: Visitors) -> None:
    """A booking and a promise made through the API show without the focus leaving its cell."""
    ann = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro)
    here = bar(visit, ann, "T1")
    here.focus()
    bob = bistro.book("Bob Baker", 2, at(12))
    expect(visit.page.locator(f"[data-id='{bob.booking.id}']")).to_be_visible()
    bistro.call(pin, ann.booking.id, "Promised", tables=None)
    expect(here).to_have_class(re.compile("pinned"))
    expect(here).to_be_focused()


def test_the_present_day_has_a_now_line_and_says_who_sits_over(place: Place, visitor: Visitors) -> None:
    """The line stands in the present hour; another day has none."""
    place.book("Ann Archer", 2, soon())
    visit = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/timeline")
    line = visit.page.locator("#now")
    expect(line).to_be_visible()
    hour = visit.page.locator("th[aria-current=time]")
    inside = line.bounding_box(), hour.bounding_box()
    assert inside[0] is not None
    assert inside[1] is not None
    assert inside[1]["x"] - 2 <= inside[0]["x"] <= inside[1]["x"] + inside[1]["width"] + 2
    visit.open(f"/ops/{place.slug}/timeline?date=2031-01-01")
    expect(visit.page.locator("#now")).to_be_hidden()


def test_zones_are_filtered_by_number(bistro: Place, visitor: Visitors) -> None:
    """2 leaves the terrace, 0 brings all back."""
    visit = board(visitor, bistro)
    visit.press("2")
    expect(visit.page.locator("tr[data-table] th b")).to_have_text(["P1", "P2"])
    visit.page.locator("html[data-ready]").wait_for()
    visit.press("0")
    expect(visit.page.locator("tr[data-table]")).to_have_count(6)


def test_a_viewer_looks_and_changes_nothing(bistro: Place, visitor: Visitors) -> None:
    """No actions are shown; posts and dialogs made by hand are refused; another house's host sees nothing of it."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = board(visitor, bistro, Role.VIEWER)
    expect(bar(visit, booked, "T1")).to_be_visible()
    assert visit.page.locator("#board-acts").count() == 0
    stranger = visitor(bistro.site.open_place().person(Role.HOST))
    number, origin = booked.booking.id, {"Origin": bistro.site.url}
    posts = (
        f"{number}/move", f"{number}/swap?with={number}", f"../undo/{number}",
        "tables/T2/close?from=18:00&to=19:00", f"blocks/{number}/open",
    )  # fmt: skip
    for path in posts:
        address = f"{bistro.site.url}/ops/{bistro.slug}/timeline/{path}"
        assert visit.page.request.post(address, form={"tables": "T2"}, headers=origin).status == 403
        assert stranger.page.request.post(address, form={"tables": "T2"}, headers=origin).status == 404
    for path in (f"{number}/move", f"{number}/effect?tables=T2", "tables/T2/close", "tables/T2/due"):
        assert visit.page.request.get(f"{bistro.site.url}/ops/{bistro.slug}/timeline/{path}").status == 403
    assert bistro.read(booked).tables == ("T1",)
    assert bistro.read(booked).booking.version == booked.booking.version


def test_it_is_read_and_worked_without_scripts(bistro: Place, visitor: Visitors) -> None:
    """The bars are links; the move is a page with a form, and leads back to the board."""
    booked = bistro.book("Ann Archer", 2, at(19))
    visit = visitor(bistro.person(Role.HOST), java_script_enabled=False)
    visit.open(f"/ops/{bistro.slug}/timeline?date={TOMORROW}", script=False)
    bar(visit, booked, "T1").get_by_role("link").click()
    visit.page.get_by_role("link", name="Move").click()
    visit.page.locator("[value=T2]").check()
    visit.page.get_by_role("button", name="Show what it does").click()
    expect(visit.page.locator("#effect")).to_contain_text("T1 to T2: nobody is in the way")
    visit.page.locator("#make-move").click()
    expect(bar(visit, booked, "T2")).to_be_visible()
