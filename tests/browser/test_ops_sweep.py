"""Every screen there is, in both themes, at three widths, in a language that runs the other way, and without scripts.

The list is the routes themselves, so a new screen is swept without anybody having to think of it.
"""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as dt_time
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from asking import BY_DAY, ask, filled
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from site_of_tests import WIDTHS, Place, Site, Visit, Visitors, soon

from maitred.domain.messages import Kind
from maitred.notify.letters import letter_of
from maitred.ops.app import SCREENS
from maitred.ops.pages import STATIC
from maitred.ops.visit import Screen
from maitred.store import messages
from maitred.store import people as stored_people
from maitred.store.messages import Planned
from maitred.texts.pseudo import PSEUDO
from maitred.usecases import webhooks
from maitred.usecases.desk import Caller
from maitred.usecases.message_samples import sample
from maitred.usecases.messages import house_of
from maitred.usecases.people import Role, hashed

TOMORROW: Final = datetime.now(UTC).date() + timedelta(days=1)
MOST_SCRIPT: Final = 60_000
SMALLEST: Final = 24
NO_PAGES: Final = (
    "/live",
    "/bookings.csv",
    "/first-password",
    "/find",
    "/oidc",
    "/callback",
    "/phone/answer",
    "/check",
    "/fixes",
    "/due",
    "/effect",
    "/letter",
    "/{rest:path}",
)
PAGES: Final = [one for one in SCREENS if one.method == "GET" and not one.path.endswith(NO_PAGES)]
OPEN_DIALOG: Final = """async (html, url) => {
    const script = document.querySelector("script[type=module]").src;
    await (await import(script.replace("ops.js", "dialogs.js"))).open(url);
}"""
TARGETS: Final = """(html, smallest) => [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((one) => !(one.matches("a") && getComputedStyle(one).display === "inline"))
    .filter((one) => !one.closest(".sr, .skip, label.check") && getComputedStyle(one).clipPath === "none")
    .filter((one) => ![...ancestors(one)].some((up) => getComputedStyle(up).clipPath !== "none"))
    .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < smallest || box.height < smallest))
    .map(([words, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${words}`);
function* ancestors(one) { for (let up = one.parentElement; up; up = up.parentElement) yield up; }"""


def named(screen: Screen) -> str:
    """Return what a test's id says of a route."""
    return screen.path


@pytest.fixture(scope="module")
def evening(site: Site) -> Place:
    """A restaurant in the middle of an evening: bookings in several states, notes, more parties than tables."""
    place = site.open_place()
    place.people["table"] = "T3"
    notes = "Nut allergy; a table by the window, please, if there is one left"
    for number in range(9):
        view = place.book(f"Guest Number{number} Meier", 2 + number % 4, soon(30 + 15 * (number // 3)), notes=notes)
        place.people.setdefault("booking", str(view.booking.id))
    place.person(Role.HOST, "Hanna Host")
    token = place.person(Role.OWNER)

    async def with_pin() -> None:
        known = await stored_people.known(place.desk.database, f"hannahost@{place.slug}.example")
        assert known is not None
        await stored_people.set_pin(place.desk.database, known.id, await hashed("1234"))

    async def told() -> None:
        opened, caller = await place.desk.venues.get(place.slug), Caller(uuid4(), "Ann", frozenset({"admin"}), None)
        hook, _ = await webhooks.subscribe(
            place.desk, opened, "https://receiver.invalid/" + "long" * 40, ["booking.confirmed"], None, caller=caller
        )
        await webhooks.send_test(place.desk, opened, hook.id)

    async def letter() -> None:
        opened = await place.desk.venues.get(place.slug)
        house, number = await house_of(place.desk, opened.restaurant_id), uuid4()
        plain = letter_of(sample(house, Kind.DECLINED, "en", place.desk.clock()), "en").plain()
        planned = Planned(
            number, opened.restaurant_id, "guest", Kind.DECLINED, "email", number, "guest@example.com", "Guest", "en",
            plain, house.message_id(number), place.desk.clock(), place.desk.clock(), UUID(place.people["booking"]),
            facts={"starts_at": soon(60).isoformat(), "party_size": 2, "zone": None},
        )  # fmt: skip
        async with place.desk.database.transaction() as connection:
            await messages.insert(connection, planned)
        answer = {"attempt": 1, "at": place.desk.clock().isoformat(), "answer": "550 5.1.1 " + "no such user " * 9}
        await messages.settle(
            place.desk.database, number, "failed", place.desk.clock(), reason="bounced", attempt=answer
        )
        await messages.suppress(place.desk.database, "guest@example.com", None, "bounce", "550", place.desk.clock())
        place.people["message"] = str(number)

    site.run(told)
    site.run(letter)
    site.run(with_pin)
    place.people["owner"] = token
    return place


def address(place: Place, screen: Screen) -> str:
    """Return where a screen is, with everything it needs."""
    path = filled(
        screen.path,
        place,
        booking_id=place.people["booking"],
        table=place.people["table"],
        message_id=place.people["message"],
    )
    return path + "?all=1" if screen.path == "/ops" else path


@pytest.fixture
def page_of(chromium: Browser, evening: Place) -> Iterator[Visit]:
    """A browser of the owner in which axe may run; what the page complains about fails the test."""
    context = chromium.new_context(bypass_csp=True)
    context.add_cookies([{"name": "maitred_session", "value": evening.people["owner"], "url": evening.site.url}])
    visit = Visit(context.new_page(), evening.site.url)
    yield visit
    context.close()
    assert not visit.complaints


def open_screen(visit: Visit, place: Place, screen: Screen, lang: str | None = None) -> None:
    """Open a screen as a page, or in the dialog when it is one."""
    path = address(place, screen)
    if screen.role is None:
        visit.page.context.clear_cookies()
    is_page = "<html" in ask(place.site, "GET", path, place.people["owner"] if screen.role else None).text
    opened = path if is_page else f"/ops/{place.slug}/bookings"
    visit.open(opened + (f"{'&' if '?' in opened else '?'}lang={lang}" if lang else ""))
    if not is_page:
        visit.page.locator("html").evaluate(OPEN_DIALOG, path)
        visit.page.locator("dialog[open]").wait_for()


def axe(page: Page) -> list[str]:
    """Return what axe finds, in words."""
    modal = page.locator("dialog[open]").count() > 0
    options = {"rules": {"page-has-heading-one": {"enabled": not modal}}}  # behind a modal the page's own is inert
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("screen", PAGES, ids=named)
def test_a_screen_is_sound(page_of: Visit, evening: Place, screen: Screen) -> None:
    """No violation, light or dark, left to right or the other way; nothing too wide, every target large enough."""
    page, found = page_of.page, []
    for lang, scheme in ((None, "light"), (PSEUDO, "dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        open_screen(page_of, evening, screen, lang)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{lang} {width} overflows by {over}" for over in [page_of.overflow()] if over > 0]
            found += [f"{lang} {width} {one}" for one in page.locator("html").evaluate(TARGETS, SMALLEST)]
        found += [f"{scheme} {one}" for one in axe(page)]
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert found == []


@pytest.mark.parametrize("screen", PAGES, ids=named)
def test_a_screen_reads_without_scripts(chromium: Browser, evening: Place, screen: Screen) -> None:
    """What one comes for stands in the page as it is served; a dialog's parts too."""
    context = chromium.new_context(java_script_enabled=False)
    if screen.role is not None:
        context.add_cookies([{"name": "maitred_session", "value": evening.people["owner"], "url": evening.site.url}])
    page = context.new_page()
    page.goto(evening.site.url + address(evening, screen))
    expect(page.locator("h1, h2").first).to_be_attached()
    assert len(page.locator("body").inner_text().split()) > 3
    context.close()


def test_all_scripts_together_are_small() -> None:
    """Every module and the library, compressed, stay under 60 KB."""
    scripts = [
        one
        for folder in (STATIC, STATIC / "vendor")
        for one in folder.iterdir()
        if one.name.endswith(".js") and one.is_file()
    ]
    assert sum(len(gzip.compress(one.read_bytes())) for one in scripts) < MOST_SCRIPT


def test_scripts_travel_compressed(evening: Place) -> None:
    """Who takes gzip gets it, and the address may be kept for good."""
    text = ask(evening.site, "GET", "/ops/sign-in").text
    path = text.partition('type="module" src="')[2].partition('"')[0]
    plain, packed = (ask(evening.site, "GET", path, **more) for more in ({}, {"Accept_Encoding": "gzip, br"}))
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]


# -- keys and focus (WCAG 2.1.4, 2.4.11) ----------------------------------------------------------------------------


def test_single_keys_can_be_switched_off(place: Place, visitor: Visitors) -> None:
    """Switched off in the menu, by keyboard, no letter does anything any more; arrows and Ctrl K still do."""
    booked = place.book("Ann Archer", 2, soon())
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings")
    visit.page.locator("details.menu summary").focus()
    visit.press("Enter")
    visit.page.get_by_label("Single keys act").focus()
    visit.press("Space")
    visit.page.get_by_role("button", name="Keep").focus()
    visit.press("Enter")
    expect(visit.page.locator("html")).to_have_attribute("data-keys", "off")
    visit.open(f"/ops/{place.slug}/bookings")
    visit.press("ArrowDown", "s", "a", "?", ":", "g", "b")
    expect(visit.page.locator(f"#b-{booked.booking.id}")).to_be_focused()
    expect(visit.page.locator("dialog[open]")).to_have_count(0)
    assert place.read(booked).booking.state == "confirmed"
    visit.press("Control+k")
    expect(visit.page.locator("#palette")).to_be_visible()


COVERED: Final = """(row) => {
    const box = row.getBoundingClientRect(), x = box.left + box.width / 3;
    const at = [box.top + 2, box.top + box.height / 2, box.bottom - 2].map((y) => document.elementFromPoint(x, y));
    const floats = (one) => getComputedStyle(one.closest(".actions") ?? one).position === "fixed";
    return at.filter((one) => !one || !row.contains(one) || floats(one))
        .map((one) => one ? `${one.tagName}.${one.className}` : "outside the window");
}"""


@pytest.fixture(scope="module")
def full(site: Site) -> Place:
    """A day of sixty bookings, most of them refused: a list longer than any screen."""
    place = site.open_place(**BY_DAY)
    for number in range(60):
        at = datetime.combine(TOMORROW, dt_time(12 + number % 6), UTC)
        place.book(f"Guest {number}", 2, at, settled=number == 59)
    return place


@pytest.mark.parametrize("width", [375, 1280])
def test_no_bar_covers_what_has_the_focus(full: Place, visitor: Visitors, width: int) -> None:
    """Walking a list of sixty down and up, the line with the focus is always whole in sight."""
    visit = visitor(full.person(Role.HOST), width=width, height=700).open(f"/ops/{full.slug}/bookings?date={TOMORROW}")
    total = visit.page.locator("[data-row]").count()
    assert total > 40
    focused, covered = visit.page.locator("[data-row]:focus"), []
    for key in ["j"] * total + ["k"] * 20:
        visit.press(key)
        covered += [(focused.get_attribute("id"), key, one) for one in focused.evaluate(COVERED)]
    assert covered == []


def test_the_palette_acts_by_keyboard(place: Place, visitor: Visitors) -> None:
    """Ctrl K, a few letters and Enter go to a screen."""
    visit: Any = visitor(place.person(Role.OWNER)).open(f"/ops/{place.slug}/people")
    visit.press("Control+k")
    visit.page.keyboard.type("book")
    visit.press("Enter")
    expect(visit.page).to_have_url(f"{place.site.url}/ops/{place.slug}/bookings")
