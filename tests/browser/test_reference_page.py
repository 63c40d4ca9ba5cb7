"""The API reference in a real browser: it renders offline, without complaint, in both colour schemes."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from engines import Databases
from maitred.api.app import ENDPOINTS, create_app
from maitred.api.codes import CODES
from maitred.api.server import serve
from maitred.bootstrap import open_house
from maitred.embedded import EmbeddedValkey
from maitred.settings import load_settings

FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS: Final = {"wide": 1280, "phone": 390}


async def _serve(settings: Any, ready: "Future[tuple[str, Any]]") -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with open_house(settings) as house:
        app = create_app(house.desk)

        def stop_it() -> None:
            loop.call_soon_threadsafe(stop.set)

        await serve(app, listener, stop=stop, announce=lambda: ready.set_result((url, stop_it)))


@pytest.fixture(scope="module")
def site(databases: Databases, valkey_engine: EmbeddedValkey) -> Iterator[str]:
    """The address of a served API."""
    settings = load_settings(database_url=databases.create(migrated=True), redis_url=valkey_engine.url)
    ready: Future[tuple[str, Any]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(settings, ready)))
    thread.start()
    url, stop = ready.result(30)
    yield url
    stop()
    thread.join(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium on PATH."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "no Chromium on PATH; `make setup` says how to get one"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """One page with all it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    @property
    def strangers(self) -> list[str]:
        """What was asked of anybody but this server."""
        return [url for url in self.requests if urlsplit(url).hostname not in ("127.0.0.1", None)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_reference_renders_with_nothing_from_elsewhere(
    browser: Browser, site: str, tmp_path: Path, scheme: Any, width: str
) -> None:
    """No request leaves the machine, the console is silent, nothing is cut off, every route and code is there."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    visit = Visit(page)
    answer = page.goto(f"{site}/docs")
    assert answer is not None
    assert answer.status == 200
    assert "script" not in answer.headers["content-security-policy"]
    assert page.locator("article").count() == len(ENDPOINTS) + 3
    assert page.locator("#problems tbody tr").count() == len(CODES)
    assert page.locator("link[rel=stylesheet]").count() == 1
    background = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert background not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), "the stylesheet did not apply"
    overflow = page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth")
    assert overflow <= 0, "the page scrolls sideways"
    shots = Path(os.environ.get("MAITRED_SHOTS", tmp_path))
    page.screenshot(path=shots / f"reference-{width}-{scheme}.png")
    assert (visit.strangers, visit.complaints) == ([], [])
    page.close()


def test_every_link_of_the_contents_leads_somewhere(browser: Browser, site: str) -> None:
    """Each in-page link has its target, each target a heading to read."""
    page = browser.new_page()
    page.goto(f"{site}/docs")
    links = page.locator("a[href^='#']")
    targets = {str(links.nth(number).get_attribute("href"))[1:] for number in range(links.count())}
    missing = [target for target in targets if page.locator(f"[id='{target}']").count() != 1]
    assert missing == []
    page.close()


def test_a_problem_type_opens_at_its_explanation(browser: Browser, site: str) -> None:
    """Following a problem's `type` shows the row of that code."""
    page = browser.new_page()
    page.goto(f"{site}/problems/off_grid")
    assert page.url == f"{site}/docs#problem-off_grid"
    assert page.locator("#problem-off_grid").is_visible()
    page.close()


def test_the_keyboard_reaches_content_and_answers(browser: Browser, site: str) -> None:
    """The first Tab offers to skip the contents; a folded answer opens with Enter."""
    page = browser.new_page()
    page.goto(f"{site}/docs")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("link => link === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    details = page.locator("details").first
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    assert details.locator("table").is_visible()
    page.close()
