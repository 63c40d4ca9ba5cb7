"""One's own account, the shared tablet, who works here, several restaurants, and the service sheet; all by keyboard."""

import re
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import Any, Final

import pytest
from asking import BY_DAY, ask, contents
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import PASSWORD, Place, Site, Visit, Visitors, soon

from maitred.domain.booking import Source
from maitred.store import people as stored_people
from maitred.store.views import history
from maitred.usecases.members import change_own_pin
from maitred.usecases.people import Role, change_password, open_session, signed_in

TOMORROW: Final = datetime.now(UTC).date() + timedelta(days=1)
A4_INSIDE_PX: Final = 703  # 210 mm less two margins of 12 mm, at 96 dots to the inch
ROOM: Final[dict[str, Any]] = BY_DAY | {
    "tables": [
        {"id": f"T{n}", "zone": "main", "capacity": 4, "min_party": 1, "movable": True, "accessible": False}
        for n in range(1, 31)
    ],
    "joins": [],
}


def with_secrets(place: Place, name: str, role: Role, pin: str | None = None) -> str:
    """Return the session of somebody with a password, and perhaps a PIN."""
    token = place.person(role, name)

    async def give() -> None:
        database, now = place.desk.database, datetime.now(UTC)
        person = await signed_in(database, token, now)
        assert person is not None
        await change_password(database, person.id, PASSWORD, keep=person.session_id)
        if pin:
            await change_own_pin(database, person, PASSWORD, pin, now)

    place.site.run(give)
    return token


def typed(visit: Visit, label: str, text: str) -> None:
    """Type into a field, found by its label."""
    visit.page.get_by_label(label, exact=True).focus()
    visit.page.keyboard.type(text)


# -- the account ----------------------------------------------------------------------------------------------------


def test_a_session_elsewhere_is_ended_from_the_list(place: Place, visitor: Visitors) -> None:
    """The list shows where one is signed in; D ends another session, and never offers the present one."""
    token = with_secrets(place, "Ann", Role.HOST)

    async def elsewhere() -> str:
        known = await stored_people.known(place.desk.database, f"ann@{place.slug}.example")
        assert known is not None
        return await open_session(place.desk.database, known.id, "The tablet at the bar", datetime.now(UTC))

    other = place.site.run(elsewhere)
    visit = visitor(token).open(f"/ops/{place.slug}/me")
    rows = visit.page.locator("main [data-row]")
    expect(rows).to_have_count(2)
    mine = visit.page.locator("main [data-row]", has_text="this one")
    expect(mine.get_by_role("button")).to_have_count(0)
    for _ in range(2):
        visit.press("j", "D")
    expect(rows).to_have_count(1)
    assert ask(place.site, "GET", f"/ops/{place.slug}/me", other).status == 303
    assert ask(place.site, "GET", f"/ops/{place.slug}/me", token).status == 200


def test_nobody_ends_sessions_of_others(place: Place) -> None:
    """Somebody else's session is not found, whatever its id."""
    token, owner = place.person(Role.HOST), place.person(Role.OWNER)
    owners = place.site.run(lambda: signed_in(place.desk.database, owner, datetime.now(UTC)))
    path = f"/ops/{place.slug}/me/sessions/{owners.session_id}/end"
    assert ask(place.site, "POST", path, token, {}).status == 404
    assert ask(place.site, "GET", f"/ops/{place.slug}/me", owner).status == 200


def test_the_password_is_changed_by_who_knows_it(place: Place, visitor: Visitors) -> None:
    """The wrong present password is said so; with the right one the new one holds."""
    token = with_secrets(place, "Ann", Role.HOST)
    visit = visitor(token).open(f"/ops/{place.slug}/me")
    form = visit.page.locator("form", has=visit.page.get_by_label("New password"))
    form.get_by_label("New password").fill("another good password")
    form.get_by_label("Present password").fill("not the password")
    visit.press("Enter")
    expect(visit.page.locator("#toasts")).to_contain_text("The present password is wrong.")
    form.get_by_label("Present password").fill(PASSWORD)
    with visit.page.expect_navigation():
        visit.press("Enter")
    sent = {"email": f"ann@{place.slug}.example", "password": "another good password"}
    assert ask(place.site, "POST", "/ops/sign-in", None, sent).status == 303


# -- the shared tablet ----------------------------------------------------------------------------------------------


def test_a_pin_switches_the_person_and_history_names_them(place: Place, visitor: Visitors) -> None:
    """Backslash, the name, the PIN: what is done from there on was done by that person, on the same page."""
    with_secrets(place, "Berta", Role.HOST, "2468")
    booked = place.book("Ann Archer", 2, soon())
    visit = visitor(with_secrets(place, "Ann", Role.HOST)).open(f"/ops/{place.slug}/bookings?sort=name")
    visit.press("\\")
    expect(visit.page.locator("#dialog")).to_contain_text("Who is at the tablet?")
    expect(visit.page.get_by_label("PIN", exact=True)).to_be_focused()
    visit.page.keyboard.type("0000")
    visit.press("Enter")
    expect(visit.page.locator("#toasts")).to_contain_text("The PIN is wrong.")
    visit.page.get_by_label("PIN", exact=True).fill("2468")
    visit.press("Enter")
    expect(visit.page.locator("details.menu summary")).to_contain_text("Berta")
    assert visit.page.url.endswith("sort=name")
    visit.press("j", "a")
    expect(visit.page.locator(f"#b-{booked.booking.id} .badge").first).to_contain_text("Arrived")
    last = place.site.run(lambda: history(place.desk.database, booked.booking.id))[-1]
    assert (last.action, last.actor_id) == ("arrive", "Berta")


def test_a_pin_opens_nobodys_account_and_no_other_restaurant(place: Place, visitor: Visitors) -> None:
    """By PIN an owner is a manager here: the list of people, the account and other restaurants stay shut."""
    token = with_secrets(place, "Ann", Role.HOST)
    with_secrets(place, "Olga", Role.OWNER, "2468")
    other = place.site.open_place()

    async def owns_both() -> str:
        known = await stored_people.known(place.desk.database, f"olga@{place.slug}.example")
        assert known is not None
        await stored_people.set_role(place.desk.database, known.id, other.number, Role.OWNER)
        return str(known.id)

    olga = place.site.run(owns_both)
    form = {"person": olga, "pin": "2468"}
    assert ask(place.site, "POST", f"/ops/{place.slug}/switch", token, form).status == 303
    assert ask(place.site, "GET", f"/ops/{place.slug}/people", token).status == 403
    assert ask(place.site, "GET", f"/ops/{other.slug}/bookings", token).status == 404
    page = ask(place.site, "GET", f"/ops/{place.slug}/me", token).text
    assert "Sign in yourself" in page
    assert "password" not in re.findall(r'type="(\w+)"', page)


# -- who works here -------------------------------------------------------------------------------------------------


def test_an_owner_lets_somebody_in_who_then_signs_in(place: Place, visitor: Visitors) -> None:
    """i, an address, Enter: a password is shown once, and stays while things happen; gone on the next look.

    The new host signs in with it, and has to choose one of their own before anything else.
    """
    visit = visitor(place.person(Role.OWNER)).open(f"/ops/{place.slug}/people")
    visit.press("i")
    email = f"new@{place.slug}.example"
    visit.page.keyboard.type(email)
    visit.press("Enter")
    password = visit.page.locator("#password").inner_text()
    expect(visit.page.locator("table")).to_contain_text(email)
    place.book("Ann", 2, soon(90), source=Source.PHONE)
    expect(visit.page.locator("#password")).to_have_text(password)
    host = visitor(bypass_csp=True).open(f"/ops/sign-in?next=/ops/{place.slug}/bookings")
    host.page.get_by_label("Email").fill(email)
    host.page.get_by_label("Password").fill(password)
    host.press("Enter")
    host.page.wait_for_url("**/ops/first-password")
    assert host.overflow() == 0
    assert Axe().run(host.page).response["violations"] == []
    assert host.open(f"/ops/{place.slug}/bookings").page.url.endswith("/ops/first-password")
    host.page.get_by_label("New password").fill("my own long password")
    host.press("Enter")
    host.page.wait_for_url(f"**/ops/{place.slug}/**")
    visit.open(f"/ops/{place.slug}/people")
    expect(visit.page.locator("#password")).to_have_count(0)


def test_roles_change_and_end_and_the_last_owner_stays(place: Place, visitor: Visitors) -> None:
    """A role is changed and taken by keyboard; who lost it sees nothing at once; the only owner cannot go."""
    host = place.person(Role.HOST, "Hanna")
    visit = visitor(place.person(Role.OWNER, "Olga")).open(f"/ops/{place.slug}/people")
    rows = visit.page.locator("main [data-row]")
    expect(rows).to_have_count(2)
    visit.page.get_by_label("Role of Hanna").focus()
    visit.press("v", "Tab")
    with visit.page.expect_navigation():
        visit.press("Enter")
    visit.page.locator("html[data-ready]").wait_for()
    expect(visit.page.get_by_label("Role of Hanna")).to_have_value("viewer")
    visit.press("j")
    expect(rows.nth(0)).to_be_focused()
    with visit.page.expect_navigation():
        visit.press("D")
    visit.page.locator("html[data-ready]").wait_for()
    expect(rows).to_have_count(1)
    assert ask(place.site, "GET", f"/ops/{place.slug}/bookings", host).status == 404
    visit.press("j", "D")
    expect(visit.page.locator("#toasts")).to_contain_text("Somebody must own the restaurant")
    expect(rows).to_have_count(1)


def test_strangers_ids_are_nobody(place: Place) -> None:
    """An owner neither gives a role to, nor takes one from, somebody who does not work here."""
    other = place.site.open_place()
    other.person(Role.OWNER, "Stranger")
    known = place.site.run(lambda: stored_people.known(place.desk.database, f"stranger@{other.slug}.example"))
    for what, form in (("role", {"role": "viewer"}), ("remove", {})):
        path = f"/ops/{place.slug}/people/{known.id}/{what}"
        assert ask(place.site, "POST", path, place.person(Role.OWNER), form).status == 404
    assert place.site.run(lambda: stored_people.known(place.desk.database, known.email)).roles == known.roles


# -- several restaurants --------------------------------------------------------------------------------------------


def test_the_group_page_shows_each_restaurant_and_leads_there(place: Place, visitor: Visitors) -> None:
    """One line each: covers against capacity, reviews, faults; j and Enter open one, others are not listed."""
    token = place.person(Role.OWNER)
    second, strange = place.site.open_place(name="Brasserie"), place.site.open_place(name="Strange")

    async def also_there() -> None:
        known = await stored_people.known(place.desk.database, f"owner@{place.slug}.example")
        assert known is not None
        await stored_people.set_role(place.desk.database, known.id, second.number, Role.VIEWER)

    place.site.run(also_there)
    place.book("Ann Archer", 3, soon())
    visit = visitor(token).open("/ops")
    rows = visit.page.locator("main [data-row]")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Bistro")
    expect(rows.nth(0)).to_contain_text(re.compile(r"3 of \d+"))
    expect(rows.nth(1)).to_contain_text(re.compile(r"0 of \d+"))
    expect(visit.page.locator("main")).not_to_contain_text(strange.slug)
    visit.press("j", "j", "Enter")
    expect(visit.page).to_have_url(re.compile(f"/ops/{second.slug}/"))


def test_who_has_one_restaurant_goes_straight_there(place: Place) -> None:
    """The list would be one line; it is there for who asks."""
    token = place.person(Role.HOST)
    assert ask(place.site, "GET", "/ops", token).headers["location"] == f"/ops/{place.slug}"
    assert ask(place.site, "GET", "/ops?all=1", token).status == 200


def test_undelivered_events_and_old_reviews_are_named(place: Place) -> None:
    """A dead letter of this restaurant shows on its line, and on no other's."""
    token = place.person(Role.OWNER)
    place.book("Ann Archer", 2, soon())

    async def break_one() -> None:
        await place.desk.database.execute(
            "INSERT INTO maitred.dead_letters (subscriber, event_id, payload, error, deliveries) "
            "SELECT 'tests', event_id, '{}', 'broken', 5 FROM maitred.outbox WHERE restaurant_id = $1 LIMIT 1",
            place.number,
        )

    place.site.run(break_one)
    assert "1 event not delivered" in ask(place.site, "GET", "/ops?all=1", token).text
    other = place.site.open_place()
    assert "not delivered" not in ask(place.site, "GET", "/ops?all=1", other.person(Role.OWNER)).text


# -- the service sheet ----------------------------------------------------------------------------------------------


def filled_evening(place: Place, count: int) -> None:
    """Book that many parties for tomorrow, with names and notes as long as they come."""
    for number in range(count):
        at = datetime.combine(TOMORROW, clock(17 + number % 5, 15 * (number % 4)), UTC)
        notes = "Severe nut allergy; high chair; by the window if there is one left. " * (number % 3)
        name = f"van der Meulen-Oosterhuis {number}"
        place.book(name, 2 + number % 3, at, settled=number == count - 1, notes=notes.strip() or None)


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (16, 1), (70, 4)])
def test_the_sheet_prints_on_as_many_pages_as_it_takes(site: Any, visitor: Visitors, count: int, pages: int) -> None:
    """On A4 every line is whole and inside the margins, without the frame of the screen; the quarters add up."""
    place = site.open_place(**ROOM)
    filled_evening(place, count)
    visit = visitor(place.person(Role.HOST), width=A4_INSIDE_PX).open(f"/ops/{place.slug}/sheet?date={TOMORROW}")
    expect(visit.page.locator("tbody tr")).to_have_count(count)
    visit.page.emulate_media(media="print")
    assert visit.overflow() <= 0
    for outside in (".bar", ".side", ".screen-only"):
        expect(visit.page.locator(outside).first).to_be_hidden()
    paper = visit.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == pages
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\.\d+ 84[12]\.\d+\]", paper)
    covers = [int(text) for text in visit.page.locator(".quarters b").all_inner_texts()]
    parties = [int(text) for text in visit.page.locator("td.s-party").all_inner_texts()]
    assert sum(covers) == sum(parties)


def test_what_changed_since_the_print_is_marked(site: Site, visitor: Visitors) -> None:
    """After p, a booking that is cancelled and one that is new are marked, the rest is not; then p again: none is."""
    place, at = site.open_place(**BY_DAY), datetime.combine(TOMORROW, clock(19, 0), UTC)
    gone, kept = (place.book(name, 2, at) for name in ("Gone Girl", "Kept Kim"))
    token = place.person(Role.HOST)
    visit = visitor(token).open(f"/ops/{place.slug}/sheet?date={TOMORROW}")
    expect(visit.page.locator("main")).not_to_contain_text("Changes since")
    visit.press("p")
    expect(visit.page.locator("main")).to_contain_text("by Host")
    expect(visit.page.locator("tr.changed")).to_have_count(0)
    answer = ask(
        place.site,
        "POST",
        f"/ops/{place.slug}/bookings/{gone.booking.id}/cancel",
        token,
        {"version": str(gone.booking.version)},
    )
    assert answer.status == 303
    new = place.book("New Nora", 3, at)
    expect(visit.page.locator(f"#l-{new.booking.id}")).to_have_class("changed")
    expect(visit.page.locator(f"#l-{new.booking.id} .s-tables")).not_to_have_text("?")
    expect(visit.page.locator(".gone")).to_contain_text("Gone Girl")
    expect(visit.page.locator(f"#l-{kept.booking.id}")).not_to_have_class("changed")
    visit.press("p")
    expect(visit.page.locator(".gone")).to_have_count(0)
    expect(visit.page.locator("tr.changed")).to_have_count(0)


def test_an_older_paper_is_not_noted(site: Site) -> None:
    """What was printed before a change is not what the day is: it is refused, and the mark stays where it was."""
    place = site.open_place(**BY_DAY)
    token, path = place.person(Role.HOST), f"/ops/{place.slug}/sheet"
    digest = re.findall(r'name="digest" value="(\w+)"', ask(place.site, "GET", f"{path}?date={TOMORROW}", token).text)[
        0
    ]
    place.book("Ann Archer", 2, datetime.combine(TOMORROW, clock(19, 0), UTC))
    answer = ask(place.site, "POST", f"{path}/printed?date={TOMORROW}", token, {"digest": digest})
    assert answer.status == 409
    assert "Changes since" not in ask(place.site, "GET", f"{path}?date={TOMORROW}", token).text


def test_a_viewer_prints_without_leaving_a_mark(place: Place, visitor: Visitors) -> None:
    """Reading on paper is reading; what was printed is noted by hosts alone."""
    visit = visitor(place.person(Role.VIEWER)).open(f"/ops/{place.slug}/sheet")
    visit.press("p")
    expect(visit.page.get_by_role("button", name="Print")).to_be_visible()
    expect(visit.page.locator("main form[hx-post]")).to_have_count(0)


# -- what a request says about itself -------------------------------------------------------------------------------


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False), (None, False)])
def test_behind_tls_the_cookie_does_not_travel_without(place: Place, scheme: str | None, secure: bool) -> None:
    """A proxy on this machine that ends TLS says so, and only then the cookie is for TLS alone."""
    with_secrets(place, "Ann", Role.HOST)
    said = {"X_Forwarded_Proto": scheme} if scheme else {}
    sent = {"email": f"ann@{place.slug}.example", "password": PASSWORD}
    answer = ask(place.site, "POST", "/ops/sign-in", None, sent, **said)
    assert answer.status == 303
    (cookie,) = [one for one in answer.cookies if one.startswith("maitred_session=")]
    assert ("secure" in [part.strip().lower() for part in cookie.split(";")]) is secure


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("{own}/ops/{slug}/bookings?q=a", "/ops/{slug}/bookings?q=a"),
        ("https://elsewhere.example/ops/{slug}/bookings?q=a", "/ops"),
        ("{own}.elsewhere.example/ops/{slug}/bookings?q=a", "/ops"),
        ("{own}/docs?q=a", "/ops"),
        (None, "/ops"),
    ],
)
def test_without_scripts_one_is_led_back_to_our_own_screens(place: Place, came_from: str | None, leads_to: str) -> None:
    """What was done leads back to the screen it was sent from; to `/ops` when that is none of ours."""
    view, token = place.book("Ann", 2, soon()), place.person(Role.HOST)
    said = {"Referer": came_from.format(own=place.site.url, slug=place.slug)} if came_from else {}
    path = f"/ops/{place.slug}/bookings/{view.booking.id}/cancel"
    answer = ask(place.site, "POST", path, token, {"version": str(view.booking.version)}, **said)
    assert (answer.status, answer.headers["location"]) == (303, leads_to.format(slug=place.slug))


def test_a_known_and_an_unknown_address_answer_alike(place: Place) -> None:
    """The same statuses in the same order, and pages that differ in nothing but the address that was typed."""
    with_secrets(place, "Ann", Role.HOST)

    def tried(email: str) -> list[tuple[int, str]]:
        sent = {"email": email, "password": "wrong password"}
        answers = [ask(place.site, "POST", "/ops/sign-in", None, sent) for _ in range(6)]
        return [(one.status, re.sub(r"\d+ seconds?", "", one.text.replace(email, ""))) for one in answers]

    known, unknown = tried(f"ann@{place.slug}.example"), tried(f"bob@{place.slug}.example")
    assert [status for status, _ in known] == [401] * 5 + [429]
    assert known == unknown


def test_a_first_password_reaches_nothing_else(place: Place) -> None:
    """Every screen leads to the choice, scripts are told to go there, and nothing that is sent is done."""
    owner = place.person(Role.OWNER)
    email = f"new@{place.slug}.example"
    shown = ask(place.site, "POST", f"/ops/{place.slug}/people", owner, {"email": email, "role": "owner"})
    (password,) = re.findall(r'id="password"[^>]*>([^<]+)', shown.text)
    answer = ask(place.site, "POST", "/ops/sign-in", None, {"email": email, "password": password})
    (token,) = re.findall(r"maitred_session=([^;]+)", "".join(answer.cookies))
    screens = ("people", "bookings", "floor", "live", "me", "now", "switch")
    for method, path in [("GET", "/ops"), *(("GET", f"/ops/{place.slug}/{name}") for name in screens)]:
        answer = ask(place.site, method, path, token)
        assert (answer.status, answer.headers.get("location")) in ((303, "/ops/first-password"), (405, None)), path
    before = contents(place)
    sent = {"email": f"friend@{place.slug}.example", "role": "owner"}
    answer = ask(place.site, "POST", f"/ops/{place.slug}/people", token, sent, HX_Request="true")
    assert (answer.status, answer.headers["hx-redirect"]) == (403, "/ops/first-password")
    assert contents(place) == before
    answer = ask(place.site, "POST", "/ops/first-password", token, {"new_password": password})
    assert answer.status == 422
    assert ask(place.site, "POST", "/ops/sign-out", token, {}).status == 303
