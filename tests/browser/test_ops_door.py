"""The door in a real browser: walk-ins, the queue, late tables, and two hosts at one table, by keyboard alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import PASSWORD, VENUE, WIDTHS, Place, Site, Visit, Visitors

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store import people as stored_people
from maitred.store import queue
from maitred.store.queue import Party
from maitred.usecases.door import act
from maitred.usecases.people import Role, add_person
from maitred.usecases.queue import join_queue
from maitred.usecases.walkins import WalkIn

ONE_TABLE: dict[str, Any] = {
    "zones": [VENUE["zones"][0]],
    "tables": [{"id": "T1", "zone": "main", "capacity": 4, "min_party": 1}],
    "joins": [],
    "buffer_minutes": 0,
}


def _minutes(minutes: int) -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def _waiting(place: Place) -> list[Party]:
    found: list[Party] = place.site.run(lambda: queue.waiting(place.desk.database, place.number))
    return found


def _sitting(place: Place, name: str, party: int, minutes: int) -> Any:
    """A party that sat down some minutes ago."""
    at = _minutes(-minutes)
    booked = place.book(name, party, at, source=Source.PHONE, decided_as_of=at)
    place.call(act, booked.booking.id, Action.CHECK_IN, at=at)
    return booked


def _host(place: Place, visitor: Visitors, name: str = "Host", role: Role = Role.HOST) -> Visit:
    return visitor(place.person(role, name)).open(f"/ops/{place.slug}/now")


def test_a_walk_in_is_seated_from_sign_in_by_keyboard(place: Place, visitor: Visitors) -> None:
    """Sign in, w, 4, Enter says where and until when, Enter seats: four keys; u takes it back."""

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
    visit.page.wait_for_url(f"**/ops/{place.slug}/now")
    visit.page.locator("html[data-ready]").wait_for()
    visit.press("w", "4", "Enter")
    expect(visit.page.locator("#told-said")).to_contain_text("until")
    expect(visit.page.locator("#seat-now")).to_be_focused()
    visit.press("Enter")
    expect(visit.page.locator("#toasts")).to_contain_text("sits at")
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Walk-in")
    (made,) = place.bookings()
    assert (made.booking.state, made.booking.source, made.booking.party_size) == ("checked_in", Source.WALK_IN, 4)
    visit.press("u")
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Nobody sits yet.")
    assert place.read(made).booking.state == "cancelled"


@pytest.mark.parametrize("typed", ["2 3", "4 or 5 khan", "two 4"])
def test_of_two_sizes_none_is_taken(place: Place, visitor: Visitors, typed: str) -> None:
    """A walk-in that may be one of two sizes is asked about; one figure settles it."""
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/now")
    visit.press("w")
    visit.page.keyboard.type(typed)
    visit.press("Enter")
    expect(visit.page.locator("main")).to_contain_text("For how many?")
    expect(visit.page.locator("#party")).to_be_focused()
    visit.page.locator("#party").fill("3 khan")
    visit.press("Enter")
    expect(visit.page.locator("#seat-now")).to_be_focused()
    expect(visit.page.locator("main")).to_contain_text("For 3 · Khan")


def test_a_party_waits_and_is_seated_from_the_queue(site: Site, visitor: Visitors) -> None:
    """No table: the wait is told, a name and Enter queue it; it is called, and seated once the table is free."""
    place = site.open_place(**ONE_TABLE)
    there = _sitting(place, "Smith", 2, 40)
    visit = _host(place, visitor)
    visit.press("w")
    visit.page.keyboard.type("3")
    visit.press("Enter")
    expect(visit.page.locator("#told-said")).to_contain_text("minutes")
    expect(visit.page.locator("#queue-name")).to_be_focused()
    visit.page.keyboard.type("Khan")
    visit.press("Enter")
    row = visit.page.locator(".party-row", has_text="Khan")
    expect(row).to_contain_text("told")
    (party,) = _waiting(place)
    assert (party.name, party.party_size) == ("Khan", 3)
    assert party.quoted_from is not None
    visit.press("j")
    expect(visit.page.locator(f"#q-{party.id}")).to_be_focused()
    visit.press("o")
    expect(row.locator(".badge")).to_contain_text("Called")
    assert _waiting(place)[0].called_by == "Host"
    place.call(act, there.booking.id, Action.COMPLETE, at=_minutes(-1))
    expect(row).to_contain_text("T1 until")
    visit.press("s")
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Khan")
    assert _waiting(place) == []
    assert [one.booking.state for one in place.bookings() if one.guest.name == "Khan"] == ["checked_in"]


def test_the_queue_shows_on_other_screens_and_leaving_is_undone(place: Place, visitor: Visitors) -> None:
    """A party that one host lets wait shows at another's door; L lets it leave, u brings it back to its place."""
    other = _host(place, visitor, "Other")
    visit = _host(place, visitor)
    opened = place.site.run(lambda: place.desk.venues.get(place.slug))
    place.call(join_queue, opened, WalkIn(2, "Okafor"), (10, 20))
    for one in (visit, other):
        expect(one.page.get_by_role("region", name="Waiting")).to_contain_text("Okafor")
    visit.press("j", "L")
    for one in (visit, other):
        expect(one.page.get_by_role("region", name="Waiting")).to_contain_text("Nobody waits.")
    visit.press("u")
    expect(other.page.get_by_role("region", name="Waiting")).to_contain_text("Okafor")


def test_of_two_hosts_at_the_last_table_one_wins_and_the_other_is_told(site: Site, visitor: Visitors) -> None:
    """Both are offered T1; one seats, the other reads that it has just been taken, and nothing of theirs is left."""
    place = site.open_place(**ONE_TABLE)
    first, second = _host(place, visitor, "One"), _host(place, visitor, "Two")
    for visit in (first, second):
        # The page of the slower host may not know yet: it is shown nothing new until it has pressed Enter.
        visit.page.evaluate("document.querySelector('main').insertAdjacentHTML('afterend', '<i data-late></i>')")
        visit.press("w", "2", "Enter")
        expect(visit.page.locator("#seat-now")).to_be_focused()
        visit.page.evaluate("document.querySelector('[data-late]').setAttribute('data-busy', '')")
    first.press("Enter")
    expect(first.page.locator("#toasts")).to_contain_text("sits at T1")
    second.press("Enter")
    expect(second.page.locator("#toasts")).to_contain_text("T1 has just been taken")
    assert [one.booking.state for one in place.bookings()] == ["checked_in"]


def test_a_late_table_has_a_card_that_enter_accepts_and_u_undoes(site: Site, visitor: Visitors) -> None:
    """T1 is over, Khan is due there: Enter on the card takes T2 with a chair more, u brings Khan back to T1."""
    tables = [
        {"id": "T1", "zone": "main", "capacity": 4, "min_party": 2},
        {"id": "T2", "zone": "main", "capacity": 3, "min_party": 1, "extra_chairs": 1},
    ]
    place = site.open_place(**{**ONE_TABLE, "tables": tables})
    khan = place.book("Khan", 4, _minutes(4), source=Source.PHONE)  # before anybody knows that Smith stays on
    _sitting(place, "Smith", 4, 110)
    assert khan.tables == ("T1",)
    visit = _host(place, visitor, "Manager", Role.MANAGER)
    card = visit.page.locator(f"#card-{khan.booking.id}")
    expect(card).to_contain_text("over; Khan, party of 4")
    expect(card.locator("[data-open]")).to_contain_text("T2")
    visit.press("j")
    expect(card).to_be_focused()
    visit.press("Enter")
    expect(visit.page.locator("#toasts")).to_contain_text("Khan gets T2")
    expect(card).to_have_count(0)
    assert place.read(khan).tables == ("T2",)
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text("at T1 again")
    assert place.read(khan).tables == ("T1",)


def test_a_late_guest_is_asked_about_and_a_no_show_is_a_persons_decision(place: Place, visitor: Visitors) -> None:
    """Past the grace a card asks; N on it marks the no-show, u takes it back."""
    at = _minutes(-20)
    late = place.book("Novak", 2, at, source=Source.PHONE, decided_as_of=at)
    visit = _host(place, visitor)
    card = visit.page.locator(f"#card-{late.booking.id}")
    expect(card).to_contain_text("A no-show is yours to decide.")
    visit.press("j")
    expect(card).to_be_focused()
    visit.press("N")
    expect(card).to_have_count(0)
    assert place.read(late).booking.state == "no_show"
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text("Undone")
    assert place.read(late).booking.state == "confirmed"


def test_sections_show_who_is_next(site: Site, visitor: Visitors) -> None:
    """Covers and tables count for the waiter of the table; whoever has fewest is next."""
    sections = [
        {"id": "a", "name": "Anna", "tables": ["T1", "T2", "T3", "T4"]},
        {"id": "b", "name": "Ben", "tables": ["P1", "P2"]},
    ]
    place = site.open_place(sections=sections)
    _sitting(place, "Smith", 2, 10)
    visit = _host(place, visitor)
    table = visit.page.get_by_role("table", name="Sections")
    expect(table.get_by_role("row", name="Anna")).to_contain_text("2")
    expect(table.get_by_role("row", name="Ben")).to_contain_text("next")
    expect(table.get_by_role("row", name="Anna")).not_to_contain_text("next")


def test_the_door_reads_and_works_without_scripts(place: Place, visitor: Visitors) -> None:
    """The columns are there, and a walk-in is looked for and seated by buttons."""
    visit = visitor(place.person(Role.HOST), java_script_enabled=False)
    visit.open(f"/ops/{place.slug}/now", script=False)
    for name in ("Arriving", "Waiting", "Seated", "Ready"):
        expect(visit.page.get_by_role("region", name=name)).to_be_visible()
    visit.page.get_by_label("Walk-in").fill("2")
    visit.page.get_by_role("button", name="Look").click()
    visit.page.get_by_role("button", name="Seat at").click()
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Walk-in")


def test_a_viewer_changes_nothing_at_the_door(place: Place, visitor: Visitors, site: Site) -> None:
    """There is no line to type in, and a hand-made request is refused."""
    visit = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/now")
    expect(visit.page.locator("#walk-in")).to_have_count(0)
    for path, form in (("seat", {"party": "2"}), ("queue", {"party": "2"})):
        refused = visit.page.request.post(
            f"{site.url}/ops/{place.slug}/now/{path}", form=form, headers={"Origin": site.url}
        )
        assert refused.status == 403
    assert place.bookings() == []
    assert _waiting(place) == []


def test_a_queue_of_another_restaurant_does_not_exist(site: Site, visitor: Visitors) -> None:
    """A host cannot call a party that waits elsewhere."""
    ours, theirs = site.open_place(), site.open_place()
    opened = site.run(lambda: theirs.desk.venues.get(theirs.slug))
    party = theirs.call(join_queue, opened, WalkIn(2, "Okafor"), None)
    visit = _host(ours, visitor)
    answer = visit.page.request.post(
        f"{site.url}/ops/{ours.slug}/now/queue/{party.id}/call", headers={"Origin": site.url}
    )
    assert answer.status == 404
    assert _waiting(theirs)[0].called_at is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_door_is_accessible_and_fits(site: Site, visitor: Visitors, theme: str) -> None:
    """axe finds nothing, and nothing is wider than its window."""
    place = site.open_place()
    _sitting(place, "Smith", 4, 117)
    _sitting(place, "Vandenberghe-Kowalczyk", 2, 20)
    at = _minutes(-20)
    place.book("Novak", 2, at, source=Source.PHONE, decided_as_of=at)
    place.book("Khan", 4, _minutes(20), source=Source.PHONE, notes="nut allergy, quiet corner please")
    opened = site.run(lambda: place.desk.venues.get(place.slug))
    place.call(join_queue, opened, WalkIn(6, "Okafor"), (25, 35))
    visit = visitor(place.person(Role.HOST), bypass_csp=True, color_scheme=theme).open(f"/ops/{place.slug}/now")
    expect(visit.page.locator(".attention")).to_have_count(1)
    visit.press("w", "2", "Enter")
    expect(visit.page.locator("#seat-now")).to_be_focused()
    assert Axe().run(visit.page).response["violations"] == []
    visit.page.locator(".party-row").nth(1).focus()
    assert Axe().run(visit.page).response["violations"] == []
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.overflow() == 0


def test_w_leads_to_the_walk_in_from_every_screen(place: Place, visitor: Visitors) -> None:
    """From the bookings w opens the door with the cursor in its line; w 2 q lets a party wait without a table."""
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings")
    visit.press("w")
    visit.page.wait_for_url("**/now")
    expect(visit.page.locator("#party")).to_be_focused()
    visit.press("2", "Enter")
    expect(visit.page.locator("#seat-now")).to_be_focused()
    visit.press("q")
    expect(visit.page.get_by_role("region", name="Waiting")).to_contain_text("Walk-in")
    expect(visit.page.locator("#told")).to_have_count(0)


def test_enter_pressed_twice_seats_one_party(place: Place, visitor: Visitors) -> None:
    """So does a double click; the queue takes a party once as well. What could not be done may be sent again."""
    visit = _host(place, visitor)
    visit.press("w", "2", "Enter")
    expect(visit.page.locator("#seat-now")).to_be_focused()
    visit.page.locator("#seat-now").dblclick()
    expect(visit.page.locator("#toasts")).to_contain_text("sits at")
    expect(visit.page.locator("#toasts")).to_contain_text("Already submitted")
    visit.press("w", "2", "Enter")
    expect(visit.page.locator("#queue-now")).to_be_visible()
    ticket = visit.page.locator("form.join [name=ticket]").input_value()
    for _ in range(2):
        visit.page.request.post(
            f"{visit.url}/ops/{place.slug}/now/queue", form={"ticket": ticket, "party": "3 okafor"},
            headers={"Origin": visit.url, "HX-Request": "true"},
        )  # fmt: skip
    assert [party.name.lower() for party in _waiting(place)] == ["okafor"]
    sitting = place.site.run(
        lambda: place.desk.database.fetchval(
            "SELECT count(*) FROM maitred.bookings WHERE restaurant_id = $1 AND state = 'checked_in'", place.number
        )
    )
    assert sitting == 1


def test_u_belongs_to_what_was_just_said(place: Place, visitor: Visitors) -> None:
    """Ann is seated; the cursor goes to Bob, whom a colleague has seated: u takes Ann's seating back, not Bob's."""
    ann, bob = (place.book(name, 2, _minutes(5), source=Source.PHONE) for name in ("Ann", "Bob"))
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings?date={ann.booking.service_date}")
    visit.page.locator(f"#b-{ann.booking.id}").focus()
    visit.press("s")
    expect(visit.page.locator("#toasts")).to_contain_text("Ann is seated")
    place.call(act, bob.booking.id, Action.CHECK_IN)
    visit.page.locator(f"#b-{bob.booking.id}").focus()
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text("Undone: Ann")
    assert [place.read(one).booking.state for one in (ann, bob)] == ["confirmed", "checked_in"]


def test_an_undo_takes_back_nobody_elses_step(place: Place, visitor: Visitors) -> None:
    """Ann was seated here and has left by a colleague's hand: the old undo is refused, and she has left."""
    ann = place.book("Ann", 2, _minutes(5), source=Source.PHONE)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings?date={ann.booking.service_date}")
    visit.page.locator(f"#b-{ann.booking.id}").focus()
    visit.press("s")
    expect(visit.page.locator("#toasts [data-key=u]")).to_be_visible()
    place.call(act, ann.booking.id, Action.COMPLETE)
    visit.press("u")
    expect(visit.page.locator("#toasts .fault")).to_be_visible()
    assert place.read(ann).booking.state == "completed"
