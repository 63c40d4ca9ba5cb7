"""Going back after a guest's form was put right: every page was fetched, so no browser asks to send a form again."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from asking import BY_DAY, ask
from playwright.sync_api import Page, expect
from site_of_tests import Place, Site, Visit, Visitors, tomorrow

from maitred.usecases import links

EVENING: Final = tomorrow().replace(hour=19, minute=0)
DAY: Final = EVENING.date().isoformat()
JAVA_SCRIPT: Final = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture
def place(site: Site) -> Place:
    """A restaurant with hours of its own and a waitlist."""
    return site.open_place(**BY_DAY, waitlist={"enabled": True})


def _back(visit: Visit, fetched: list[str]) -> None:
    """Go back as far as there is, and see that each page is fetched and shown, and nothing is posted again."""
    del fetched[:]
    for _ in range(3):
        answer = visit.page.go_back()
        if visit.page.url == "about:blank":
            break
        assert answer is None or (answer.request.method, answer.status < 500) == ("GET", True)
        expect(visit.page.locator("h1")).to_be_visible()
    assert [method for method in fetched if method == "POST"] == []


def _details(visit: Visit, place: Place) -> None:
    visit.page.goto(f"{visit.url}/book/{place.slug}?party=2&date={DAY}")
    visit.page.locator("button[name=at]").first.click()
    expect(visit.page.locator("#f-name")).to_be_visible()


def _book(page: Page) -> None:
    page.locator("button.primary[value=book]").click()


@JAVA_SCRIPT
def test_back_after_corrected_details(place: Place, visitor: Visitors, scripts: bool) -> None:
    """Twice wrong, then right: the faults are at their fields with what was typed, and back asks nothing."""
    visit, fetched = visitor(java_script_enabled=scripts), []
    visit.page.on("request", lambda request: fetched.append(request.method))
    _details(visit, place)
    visit.page.locator("#f-name").fill("Ann")
    visit.page.locator("#f-email").fill("nonsense")
    _book(visit.page)
    expect(visit.page.locator("#f-email")).to_have_value("nonsense")
    expect(visit.page.locator("#f-email")).to_have_attribute("aria-invalid", "true")
    assert "nonsense" not in visit.page.url
    visit.page.reload()
    expect(visit.page.locator("#f-email")).to_have_value("nonsense")
    visit.page.locator("#f-email").fill("ann@example.com")
    visit.page.locator("#f-name").fill("")
    _book(visit.page)
    expect(visit.page.locator("#f-name")).to_have_attribute("aria-invalid", "true")
    visit.page.locator("#f-name").fill("Ann")
    _book(visit.page)
    expect(visit.page.locator("h1")).to_contain_text("Your table is booked")
    _back(visit, fetched)
    assert len(place.bookings()) == 1


@JAVA_SCRIPT
def test_back_after_the_time_was_kept_for_longer(place: Place, visitor: Visitors, scripts: bool) -> None:
    """What was typed stays when the time is kept for longer; back asks nothing."""
    visit, fetched = visitor(java_script_enabled=scripts), []
    visit.page.on("request", lambda request: fetched.append(request.method))
    _details(visit, place)
    visit.page.locator("#f-name").fill("Ann")
    visit.page.locator("button[value=extend]").click()
    expect(visit.page.locator("#f-name")).to_have_value("Ann")
    visit.page.locator("#f-email").fill("ann@example.com")
    _book(visit.page)
    expect(visit.page.locator("h1")).to_contain_text("Your table is booked")
    _back(visit, fetched)


@JAVA_SCRIPT
def test_back_after_a_corrected_place_on_the_waitlist(place: Place, visitor: Visitors, scripts: bool) -> None:
    """The waitlist's form comes back with what was typed; once it is right, back asks nothing."""
    visit, fetched = visitor(java_script_enabled=scripts), []
    visit.page.on("request", lambda request: fetched.append(request.method))
    visit.page.goto(f"{visit.url}/book/{place.slug}/waitlist?party=2&date={DAY}")
    visit.page.locator("#f-name").fill("Ann")
    visit.page.locator("button.primary").click()
    expect(visit.page.locator("#f-name")).to_have_value("Ann")
    expect(visit.page.locator("#f-email")).to_have_attribute("aria-invalid", "true")
    visit.page.locator("#f-email").fill("ann@example.com")
    visit.page.locator("input[name=consent]").check()
    visit.page.locator("button.primary").click()
    visit.page.wait_for_url("**/w/*")
    _back(visit, fetched)


@JAVA_SCRIPT
def test_back_after_a_change_that_could_not_be_had(place: Place, visitor: Visitors, scripts: bool) -> None:
    """A change that is refused says why on a page that was fetched; then another is made, and back asks nothing."""
    made = place.book("Ann", 2, EVENING, email="ann@example.com").booking
    token = place.site.run(lambda: links.manage(place.desk.database, made.id, EVENING + links.MANAGE_LASTS))
    visit, fetched = visitor(java_script_enabled=scripts), []
    visit.page.on("request", lambda request: fetched.append(request.method))
    visit.page.goto(f"{visit.url}/book/{place.slug}/b/{token}/change?party=3&date={DAY}")
    time = visit.page.locator("button[name=at]").first
    time.evaluate("button => { button.value = '2026-02-30T99:99' }")
    time.click()
    expect(visit.page.locator("[role=alert]")).to_contain_text("Your booking is as it was.")
    assert (place.bookings()[0].booking.party_size, visit.page.url.count("again=")) == (2, 1)
    visit.page.locator("button[name=at]").first.click()
    visit.page.wait_for_url("**said=changed")
    _back(visit, fetched)


POSTS: Final[dict[str, Callable[[Place, str], tuple[str, dict[str, str]]]]] = {
    "no party": lambda _place, _token: ("keep", {"party": "", "date": DAY, "at": f"{DAY}T19:00"}),
    "no such time": lambda _place, _token: ("keep", {"party": "2", "date": DAY, "at": "soon"}),
    "nobody's form": lambda _place, _token: ("waitlist", {"name": "\0", "party": "²", "date": "x"}),
    "change to nothing": lambda _place, token: (f"b/{token}/change", {"party": "", "date": ""}),
}


@pytest.mark.parametrize("post", POSTS)
def test_a_form_that_is_refused_leads_to_a_page(place: Place, post: str) -> None:
    """No post of a guest's form is answered with the form: it leads to one that says what is wrong."""
    made = place.book("Ann", 2, EVENING, email="ann@example.com").booking
    token = place.site.run(lambda: links.manage(place.desk.database, made.id, EVENING + links.MANAGE_LASTS))
    path, form = POSTS[post](place, token)
    answer = ask(place.site, "POST", f"/book/{place.slug}/{path}", None, form)
    assert answer.status == 303
    page = ask(place.site, "GET", answer.headers["location"])
    assert page.status in (409, 422)
    assert 'role="alert"' in page.text or 'class="fault"' in page.text


def test_what_was_typed_is_nobody_elses_and_is_forgotten(place: Place, site: Site) -> None:
    """Another restaurant's page does not show it, nor does any after the hour; and it is erased with its guest."""
    form: dict[str, Any] = {"name": "Ann Archer", "email": "ann@example.com", "party": "2", "date": DAY}
    answer = ask(site, "POST", f"/book/{place.slug}/waitlist", None, form)
    here = answer.headers["location"]
    assert "ann@example.com" in ask(site, "GET", here).text
    other = site.open_place(**BY_DAY, waitlist={"enabled": True})
    assert "ann@example.com" not in ask(site, "GET", here.replace(place.slug, other.slug)).text
    later = "UPDATE maitred.forms_typed SET kept_until = now() - interval '1 second' WHERE restaurant_id = $1"
    site.run(lambda: place.desk.database.execute(later, place.number))
    assert "ann@example.com" not in ask(site, "GET", here).text
