"""The rollout's page: an owner reads the mode of their restaurant, who owns every restaurant changes it."""

from datetime import UTC, datetime

import pytest
from asking import ask
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from site_of_tests import WIDTHS, Place, Visitors

from maitred.flags.port import Mode
from maitred.store import people as stored_people
from maitred.usecases.flags import Change, set_killed, set_mode, standing
from maitred.usecases.people import Role, signed_in


def operator(place: Place) -> str:
    """Return the session of somebody who owns every restaurant."""
    token = place.person(Role.OWNER, "Olga")

    async def give() -> None:
        person = await signed_in(place.desk.database, token, datetime.now(UTC))
        assert person is not None
        await stored_people.set_role(place.desk.database, person.id, None, Role.OWNER)

    place.site.run(give)
    return token


def test_the_operator_changes_and_an_owner_reads(place: Place, visitor: Visitors) -> None:
    """Mode, kill switch and resume by forms, each with its reason in the list; an owner sees that and has no form.

    What an owner sends by hand is refused, and changes nothing.
    """
    visit = visitor(operator(place)).open(f"/ops/{place.slug}/rollout")
    mode = visit.page.locator("#mode")
    expect(mode).to_contain_text("It is what this installation begins with.")
    mode.get_by_label("Mode").select_option("shadow")
    mode.locator("#why-mode").fill("first a look")
    mode.get_by_role("button", name="Change").click()
    expect(mode).to_contain_text("It was set for this restaurant.")
    asked = visit.page.locator("#opt-in")
    asked.get_by_label("Reason").fill("they asked")
    asked.get_by_role("button", name="Put on the list").click()
    expect(asked.get_by_role("button", name="Take off the list")).to_be_visible()
    expect(visit.page.locator("main table").last).to_contain_text("Opt-in list: No → Yes")
    rules = visit.page.locator("#switch")
    rules.locator("#why-switch").fill("mail is down")
    rules.get_by_role("button", name="Switch off everywhere").click()
    expect(mode).to_contain_text("The kill switch is on, for every restaurant.")
    expect(visit.page.locator("main table").last).to_contain_text("mail is down")

    owner = place.person(Role.OWNER, "Otto")
    read = visitor(owner, java_script_enabled=False).open(f"/ops/{place.slug}/rollout", script=False)
    expect(read.page.locator("main")).to_contain_text("first a look")
    expect(read.page.locator("main form")).to_have_count(0)
    sent = {"version": "0", "reason": "mine", "mode": "on", "default": "on", "opted_in": "true"}
    answers = [
        ask(place.site, "POST", f"/ops/{place.slug}/rollout/{what}", owner, sent)
        for what in ("mode", "opt-in", "rules", "kill", "resume")
    ]
    assert {answer.status for answer in answers} == {403}

    rules.locator("#why-switch").fill("it is back")
    rules.get_by_role("button", name="Resume").click()
    expect(mode).to_contain_text("It was set for this restaurant.")

    async def found() -> tuple[Mode, int]:
        now = await standing(place.desk.database, Mode.ON)
        return now.modes[place.slug].mode, now.row.version

    assert place.site.run(found)[0] is Mode.SHADOW


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_for_everybody(place: Place, visitor: Visitors, scheme: str) -> None:
    """No accessibility fault in either theme, and nothing wider than the screen."""

    async def said() -> None:
        await set_mode(place.desk.database, place.slug, Mode.SHADOW, Change("ops", "a look", None))
        await set_killed(place.desk.database, False, Change("ops", "nothing"))

    place.site.run(said)
    visit = visitor(operator(place), color_scheme=scheme, bypass_csp=True).open(f"/ops/{place.slug}/rollout")
    assert Axe().run(visit.page).response["violations"] == []
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
