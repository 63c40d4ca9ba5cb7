"""The editor of the room, by keyboard: faults at their fields, what a change does to bookings, a new version."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import WIDTHS, Place, Site, Visit, Visitors, soon

from maitred.usecases.people import Role

TABLES: list[dict[str, Any]] = [
    {"id": "A", "zone": "main", "capacity": 4, "min_party": 1, "x_colour": "oak"},
    {"id": "B", "zone": "main", "capacity": 6, "min_party": 1, "position": {"x": 300, "y": 200}},
]


@pytest.fixture
def small(site: Site) -> Place:
    """Two tables."""
    return site.open_place(tables=TABLES, joins=[])


def edit(visit: Visit, path: str, value: str) -> None:
    """Type a value over the one in a field."""
    visit.page.locator(f"[id='{path}']").focus()
    visit.press("Control+a")
    visit.page.keyboard.type(value)


def document(place: Place) -> dict[str, Any]:
    """Return the venue document that is in force."""
    row = place.site.run(lambda: place.desk.database.fetchrow(
        "SELECT v.document, v.version FROM maitred.venue_versions v JOIN maitred.restaurants r"
        " ON r.id = v.restaurant_id AND r.version = v.version WHERE r.id = $1", place.number
    ))  # fmt: skip
    return {**row["document"], "version": row["version"]}


def test_wrong_values_name_their_field_and_save_nothing(small: Place, visitor: Visitors) -> None:
    """Each fault stands at its field and in a list that leads there; what was typed is kept."""
    visit = visitor(small.person(Role.MANAGER)).open(f"/ops/{small.slug}/floor/edit")
    edit(visit, "tables[0].capacity", "many")
    edit(visit, "tables[1].min_party", "9")
    edit(visit, "services[0].name", " ")
    visit.press("Enter")
    faults = visit.page.locator("[role=alert]").last
    expect(faults).to_contain_text("3 faults; nothing was saved.")
    field = visit.page.locator("[id='tables[0].capacity']")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("many")
    expect(visit.page.locator("[id='tables[0].capacity-fault']")).to_contain_text("Must be a whole number")
    expect(visit.page.locator("[id='tables[1].min_party-fault']")).to_contain_text("above the capacity")
    expect(visit.page.locator("[id='services[0].name-fault']")).to_be_visible()
    visit.page.locator("html[data-ready]").wait_for()
    assert document(small)["version"] == 1


def test_a_smaller_table_lists_the_party_it_no_longer_seats_which_gets_another(small: Place, visitor: Visitors) -> None:
    """The look names the booking and where it would sit; nothing has changed; Enter saves both in one step."""
    party = small.book("Ann Archer", 4, soon(120))
    assert party.tables == ("A",)
    visit = visitor(small.person(Role.MANAGER)).open(f"/ops/{small.slug}/floor")
    visit.press("E")
    visit.page.wait_for_url("**/floor/edit")
    visit.page.locator("html[data-ready]").wait_for()
    edit(visit, "tables[0].capacity", "2")
    visit.press("Enter")
    row = visit.page.locator(f"#a-{party.booking.id}")
    expect(row).to_contain_text("Ann Archer")
    expect(row).to_contain_text("keeps its seat, at B")
    assert (document(small)["version"], small.read(party).tables) == (1, ("A",))
    visit.page.get_by_role("button", name="Save as version 2").focus()
    visit.press("Enter")
    expect(visit.page.locator(".notice")).to_contain_text("Saved as version 2.")
    saved = document(small)
    assert saved["tables"] == [{**TABLES[0], "capacity": 2}, TABLES[1]]
    after = small.read(party)
    assert (after.booking.state, after.tables) == ("confirmed", ("B",))


def test_a_party_is_sent_to_review_and_the_wish_to_tell_it_is_kept(small: Place, visitor: Visitors) -> None:
    """Instead of other tables a person may want to decide; whether the guest is told is on record."""
    party = small.book("Ann Archer", 4, soon(120))
    visit = visitor(small.person(Role.MANAGER)).open(f"/ops/{small.slug}/floor/edit")
    edit(visit, "tables[0].capacity", "2")
    visit.press("Enter")
    row = visit.page.locator(f"#a-{party.booking.id}")
    row.locator("input[value=keep]").focus()
    visit.press("ArrowDown")
    visit.page.locator("input[name=tell]").focus()
    visit.press("Space")
    visit.page.get_by_role("button", name="Save as version 2").focus()
    visit.press("Enter")
    expect(visit.page.locator(".notice")).to_contain_text("Saved as version 2.")
    after = small.read(party)
    assert (after.booking.state, after.tables, after.booking.reason_code) == ("manual_review", (), "table_lost")
    assert after.booking.reason_data is not None
    assert after.booking.reason_data["tell_guest"] is True


def test_a_table_is_removed_and_one_is_added(small: Place, visitor: Visitors) -> None:
    """A row that is removed goes, a filled row comes; a party for which nothing is left has to be decided on."""
    party = small.book("Bob Baker", 6, soon(120))
    assert party.tables == ("B",)
    visit = visitor(small.person(Role.MANAGER)).open(f"/ops/{small.slug}/floor/edit")
    visit.page.locator("[name='tables[1].remove']").focus()
    visit.press("Space")
    edit(visit, "tables[2].id", "C")
    edit(visit, "tables[2].capacity", "2")
    visit.press("Enter")
    expect(visit.page.locator(f"#a-{party.booking.id}")).to_contain_text("a person decides")
    visit.page.get_by_role("button", name="Save as version 2").focus()
    visit.press("Enter")
    expect(visit.page.locator(".notice")).to_contain_text("Saved as version 2.")
    assert [table["id"] for table in document(small)["tables"]] == ["A", "C"]
    assert small.read(party).booking.state == "manual_review"


def test_a_closed_day_keeps_its_bookings_unless_a_person_says_otherwise(small: Place, visitor: Visitors) -> None:
    """Whoever booked a day that is closed now is listed with the reason and keeps table and time by default."""
    party = small.book("Ann Archer", 2, soon(120))
    day = party.booking.service_date.isoformat()
    visit = visitor(small.person(Role.MANAGER)).open(f"/ops/{small.slug}/floor/edit")
    visit.page.locator("[id='closures[0].from']").fill(day)
    visit.page.locator("[id='closures[0].to']").fill(day)
    edit(visit, "closures[0].reason", "boiler")
    visit.press("Enter")
    row = visit.page.locator(f"#a-{party.booking.id}")
    expect(row).to_contain_text("closed")
    visit.page.get_by_role("button", name="Save as version 2").focus()
    visit.press("Enter")
    expect(visit.page.locator(".notice")).to_contain_text("Saved as version 2.")
    assert document(small)["closures"] == [{"from": day, "to": day, "reason": "boiler"}]
    assert small.read(party).tables == party.tables


def test_an_edit_of_an_older_version_is_refused(small: Place, visitor: Visitors) -> None:
    """Of two who edit the second is told, and what it typed is kept."""
    first = visitor(small.person(Role.MANAGER)).open(f"/ops/{small.slug}/floor/edit")
    second = visitor(small.person(Role.OWNER)).open(f"/ops/{small.slug}/floor/edit")
    for visit, size in ((first, "5"), (second, "7")):
        edit(visit, "tables[0].capacity", size)
        visit.press("Enter")
        save = visit.page.get_by_role("button", name="Save as version 2")
        save.wait_for()
    for visit in (first, second):
        visit.page.get_by_role("button", name="Save as version 2").focus()
        visit.press("Enter")
        expect(visit.page.locator(".notice")).to_be_visible()
    expect(second.page.locator(".notice")).to_contain_text("Somebody else has changed the restaurant")
    expect(second.page.locator("[id='tables[0].capacity']")).to_have_value("7")
    assert (document(small)["version"], document(small)["tables"][0]["capacity"]) == (2, 5)


def test_the_same_again_changes_nothing(place: Place, visitor: Visitors) -> None:
    """The form gives the document back as it was, with joins, days and all that is not edited."""
    visit = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/floor/edit")
    visit.page.locator("[id='name']").focus()
    visit.press("Enter")
    expect(visit.page.locator("main")).to_contain_text("Nothing changes.")


def test_only_managers_edit(small: Place, visitor: Visitors) -> None:
    """A host is refused, also by a request made by hand."""
    visit = visitor(small.person(Role.HOST)).open(f"/ops/{small.slug}/floor")
    expect(visit.page.get_by_text("Edit the room")).to_have_count(0)
    for path in ("edit", "edit/save"):
        address = f"{visit.url}/ops/{small.slug}/floor/{path}"
        answer = visit.page.request.post(address, headers={"Origin": visit.url}, form={"version": "1"})
        assert answer.status == 403
    assert document(small)["version"] == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_reads_well(small: Place, visitor: Visitors, scheme: str) -> None:
    """No fault for axe in either theme on form, faults and look; nothing wider than the window."""
    small.book("Ann Archer", 4, soon(120))
    path = f"/ops/{small.slug}/floor/edit"
    for width in WIDTHS:
        visit = visitor(small.person(Role.MANAGER), width=width, color_scheme=scheme, bypass_csp=True).open(path)
        assert visit.overflow() == 0
        assert Axe().run(visit.page).response["violations"] == []
        edit(visit, "tables[0].capacity", "0")
        visit.press("Enter")
        expect(visit.page.locator("[id='tables[0].capacity-fault']")).to_be_visible()
        assert visit.overflow() == 0
        assert Axe().run(visit.page).response["violations"] == []
        edit(visit, "tables[0].capacity", "2")
        visit.press("Enter")
        expect(visit.page.locator("main")).to_contain_text("1 booking is touched.")
        assert visit.overflow() == 0
        assert Axe().run(visit.page).response["violations"] == []
