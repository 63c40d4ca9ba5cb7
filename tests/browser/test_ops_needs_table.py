"""Guests who count on a table and have none, in a real browser: first at the door, loud everywhere, settled by keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import VENUE, WIDTHS, Place, Site, Visit, Visitors, soon

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store.views import BookingView
from maitred.usecases.door import act
from maitred.usecases.people import Role
from maitred.usecases.recover import expire_reviews

TWO_TABLES: dict[str, Any] = {
    "zones": [VENUE["zones"][0]],
    "tables": [{"id": name, "zone": "main", "capacity": 4, "min_party": 1} for name in ("T1", "T2")],
    "joins": [],
    "buffer_minutes": 10,
}


@pytest.fixture
def house(site: Site) -> Place:
    return site.open_place(**TWO_TABLES)


def host(place: Place, visitor: Visitors, screen: str = "now", **options: Any) -> Visit:
    return visitor(place.person(Role.HOST, "Host"), **options).open(f"/ops/{place.slug}/{screen}")


def lost(place: Place, name: str = "Meier", minutes: int = 30, party: int = 3) -> BookingView:
    """A party that was confirmed and has lost its table; minutes below 0: its time has passed."""
    at = soon(minutes) if minutes > 0 else _ago(-minutes)
    more = {} if minutes > 0 else {"source": Source.PHONE, "decided_as_of": at}
    booked = place.book(name, party, at, **more)
    assert booked.booking.state == "confirmed"
    place.call(act, booked.booking.id, Action.LOSE_TABLE)
    return place.read(booked)


def _ago(minutes: int) -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=minutes)


def card(visit: Visit, view: BookingView) -> Any:
    return visit.page.locator(f"#need-{view.booking.id}")


def test_who_lost_their_table_stands_first_at_the_door(house: Place, visitor: Visitors) -> None:
    """Above all else, whether hours ahead or long due, the earliest first, counted in the navigation, with no clock."""
    other = house.book("Ann Archer", 2, soon(15))
    later, due = lost(house, "Later", 300), lost(house, "Due", -40)
    visit = host(house, visitor)
    names = visit.page.locator(".needs .said a").all_inner_texts()
    assert names == ["Due", "Later"]
    expect(visit.page.locator(".needs [role=alert]")).to_contain_text("Needs a table 2")
    first = visit.page.locator("[data-row]").first
    expect(first).to_have_id(f"need-{due.booking.id}")
    expect(card(visit, due)).to_contain_text("ago")
    expect(visit.page.locator("#tableless")).to_contain_text("2")
    expect(visit.page.get_by_role("region", name="Arriving")).to_contain_text(other.guest.name)
    expect(visit.page.get_by_text("Decide")).to_have_count(0)
    assert later.booking.review_deadline is None


@pytest.mark.parametrize("screen", ["timeline", "floor"])
def test_other_screens_say_so_and_lead_to_the_door(house: Place, visitor: Visitors, screen: str) -> None:
    """Where such a party stands at no table, a line says that there is one."""
    lost(house)
    visit = host(house, visitor, screen)
    visit.page.get_by_role("link", name="1 guest needs a table").click()
    expect(visit.page.get_by_role("heading", name="Needs a table")).to_be_visible()


def test_the_list_and_the_review_queue_name_it_first(house: Place, visitor: Visitors) -> None:
    """In the list its tables read "needs a table"; in the queue it is above new requests, without a deadline."""
    house.book("Ann Archer", 2, soon(30))
    view = lost(house, party=2)
    request = house.book("New Request", 4, soon(30), source=Source.PHONE)
    house.book("Filler", 4, soon(30))
    visit = host(house, visitor, "bookings")
    expect(visit.page.locator(f"#b-{view.booking.id} .where")).to_contain_text("needs a table")
    visit.open(f"/ops/{house.slug}/review")
    items = visit.page.locator(".item")
    expect(items.first).to_have_id(f"b-{view.booking.id}")
    expect(items.first).to_contain_text("Needs a table")
    expect(items.first).not_to_contain_text("Decide")
    if request.booking.state == "manual_review":
        expect(items.nth(1)).to_contain_text("Decide")


def test_a_fix_is_taken_with_one_key(house: Place, visitor: Visitors) -> None:
    """j goes to the card, 1 takes the first way out: the party has a table and the card is gone."""
    view = lost(house)
    visit = host(house, visitor)
    expect(card(visit, view).locator(".fix").first).to_be_visible()
    visit.press("j")
    expect(card(visit, view)).to_be_focused()
    visit.press("1")
    expect(visit.page.locator("#toasts")).to_contain_text("confirmed")
    expect(visit.page.locator(".needs")).to_have_count(0)
    expect(visit.page.locator("#tableless")).to_be_hidden()
    assert (house.read(view).booking.state, len(house.read(view).tables)) == ("confirmed", 1)


def test_who_stands_at_the_door_is_seated_at_a_free_table_with_one_key(house: Place, visitor: Visitors) -> None:
    """Long past their time, with a table free only since a moment ago: s seats them there."""
    view = lost(house, minutes=-50)
    visit = host(house, visitor)
    visit.press("j")
    expect(card(visit, view)).to_be_focused()
    expect(card(visit, view).get_by_role("button", name="Seat at")).to_be_visible()
    visit.press("s")
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Meier")
    expect(visit.page.locator(".needs")).to_have_count(0)
    assert house.read(view).booking.state == "checked_in"


@pytest.mark.parametrize(
    ("minutes", "press", "state"),
    [
        (30, lambda visit: visit.press("C"), "cancelled"),
        (-50, lambda visit: visit.press("N"), "no_show"),
        (30, lambda visit: (visit.press("d"), visit.page.get_by_role("button", name="Decline").last.click()), "failed"),
    ],
    ids=["cancel", "no-show", "decline"],
)
def test_a_person_may_end_it(
    house: Place, visitor: Visitors, minutes: int, press: Callable[[Visit], Any], state: str
) -> None:
    """Cancelled, marked as a no-show or declined by somebody it is gone; nothing else takes it away."""
    view = lost(house, minutes=minutes)
    house.site.run(lambda: _reaped(house))
    visit = host(house, visitor)
    visit.press("j")
    expect(card(visit, view)).to_be_focused()
    press(visit)
    expect(card(visit, view)).to_have_count(0)
    assert house.read(view).booking.state == state


async def _reaped(house: Place) -> None:
    from maitred.domain.booking import Actor, ActorKind  # noqa: PLC0415

    assert await expire_reviews(house.desk, Actor(ActorKind.SYSTEM, "reaper")) == 0


def test_a_new_request_under_review_is_no_guest_without_a_table(site: Site, visitor: Visitors) -> None:
    """It has a deadline, is no no-show, and is not at the door: nobody told them to come."""
    place = site.open_place(review_party_size=2)
    view = place.book("Okafor", 3, soon(60))
    assert (view.booking.state, view.booking.review_deadline is not None) == ("manual_review", True)
    visit = host(place, visitor)
    expect(visit.page.locator(".needs")).to_have_count(0)
    visit.open(f"/ops/{place.slug}/review")
    expect(visit.page.locator(".item")).to_contain_text("Decide")
    expect(visit.page.locator(".item [data-key=N]")).to_have_count(0)


def test_a_table_that_is_being_cleared_can_be_given_anyway(site: Site, visitor: Visitors) -> None:
    """At the door s seats the walk-in there, on the floor the panel says so, w and Enter seat; unasked nobody is."""
    place = site.open_place(**{**TWO_TABLES, "tables": TWO_TABLES["tables"][:1]})
    at = _ago(40)
    there = place.book("Smith", 2, at, source=Source.PHONE, decided_as_of=at)
    place.call(act, there.booking.id, Action.CHECK_IN, at=at)
    place.call(act, there.booking.id, Action.COMPLETE)
    visit = host(place, visitor)
    visit.press("w", "2", "Enter")
    expect(visit.page.locator("#seat-anyway")).to_contain_text("Seat anyway at T1")
    visit.page.locator("#seat-anyway").click()
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Walk-in")
    visit.press("u")
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Nobody sits yet.")


def test_the_floor_offers_a_table_that_is_being_cleared(site: Site, visitor: Visitors) -> None:
    """Its panel says until when it is being cleared, and seats a walk-in anyway."""
    place = site.open_place(**{**TWO_TABLES, "tables": TWO_TABLES["tables"][:1]})
    at = _ago(40)
    there = place.book("Smith", 2, at, source=Source.PHONE, decided_as_of=at)
    place.call(act, there.booking.id, Action.CHECK_IN, at=at)
    place.call(act, there.booking.id, Action.COMPLETE)
    visit = host(place, visitor, "floor")
    visit.page.locator("#spot-T1").focus()
    visit.press("Enter")
    expect(visit.page.locator("#dialog")).to_contain_text("being cleared until")
    expect(visit.page.locator("#dialog").get_by_role("button", name="Seat anyway")).to_be_visible()
    visit.press("w", "2", "Enter")
    expect(visit.page.locator("#toasts")).to_contain_text("is seated at T1")
    assert [one.booking.state for one in place.bookings() if one.guest.name == "Walk-in"] == ["checked_in"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_card_reads_well(house: Place, visitor: Visitors, scheme: Any) -> None:
    """No fault for axe in either theme, nothing wider than the window."""
    view = lost(house, "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", -20)
    visit = host(house, visitor, color_scheme=scheme)
    expect(card(visit, view).locator(".fixes, .soft").first).to_be_visible()
    assert Axe().run(visit.page).response["violations"] == []
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.overflow() == 0
