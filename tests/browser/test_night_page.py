"""The page of `maitred simulate --report` in a real browser: it needs nothing else, fits, and says everything once."""

import json
import os
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from maitred.scenarios.page import write_page
from maitred.scenarios.simulate import SimulateOptions, Simulation, simulate

SCENARIO: Final = Path(__file__).parents[2] / "examples" / "scenarios" / "demo-17-tables-117.json"
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDTHS: Final = (375, 768, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium on PATH."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "no Chromium on PATH; `make setup` says how to get one"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, Path]:
    """A night with joins, moves and refusals, whose first guest is up to mischief, and its page."""
    folder = tmp_path_factory.mktemp("night")
    scenario = json.loads(SCENARIO.read_text().replace('"B0001"', '"<img src=x>"'))
    scenario["name"] = "Ann's & <b>Bob's</b>"
    (folder / "scenario.json").write_text(json.dumps(scenario))
    simulation = simulate(SimulateOptions(folder / "scenario.json", report=folder / "night.html", reality="1"))
    write_page(folder / "night.html", simulation)
    return simulation, folder / "night.html"


def _opened(browser: Browser, path: Path, complaints: list[str], **how: Any) -> Page:
    page = browser.new_page(**how)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else complaints.append(asked.url))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_is_silent(
    browser: Browser, night: tuple[Simulation, Path], tmp_path: Path, scheme: Any, width: int
) -> None:
    """Nothing is asked of anybody, the console is silent, and only the timeline scrolls sideways, never the page."""
    complaints: list[str] = []
    viewport: Any = {"width": width, "height": 900}
    page = _opened(browser, night[1], complaints, color_scheme=scheme, viewport=viewport)
    assert page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth") <= 0
    background = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert background not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), "the stylesheet did not apply"
    shots = Path(os.environ.get("MAITRED_SHOTS", tmp_path))
    page.screenshot(path=shots / f"night-{width}-{scheme}.png")
    assert complaints == []
    page.close()


def test_everybody_is_on_the_page(browser: Browser, night: tuple[Simulation, Path]) -> None:
    """Every seated party at each of its tables, every refusal with its reason, every move, every policy."""
    simulation, path = night
    page = _opened(browser, path, [])
    assert page.locator("h1").inner_text() == "Ann's & <b>Bob's</b>"
    assert page.locator("img").count() == 0
    bars = sum(len(tables) for tables in simulation.night.seating.values())
    assert page.locator(".lane .bar").count() == bars
    ties = sum(len(tables) - 1 for tables in simulation.night.seating.values())
    assert page.locator(".tie").count() == ties > 0
    assert page.locator(".cards > li").count() == len(simulation.night.refused) > 0
    assert page.locator(".cards > li", has_text="All").count() == len(simulation.night.refused)
    assert page.locator(".moves tbody tr").count() == simulation.night.moves > 0
    assert page.locator("section:has(#policies) tbody tr").count() == 4
    assert page.locator(".reality tbody tr").count() > 5
    assert page.locator(".policies .here").inner_text().startswith("Engine this page")
    page.close()


def test_a_bar_lies_where_its_party_sits(browser: Browser, night: tuple[Simulation, Path]) -> None:
    """A party's bar begins under its hour, and a join's line runs from its first table to its last."""
    page = _opened(browser, night[1], [], viewport={"width": 1280, "height": 900})
    on_the_hour = page.locator(".bar[title*=':00 to']").first
    hour = page.locator(".axis span", has_text=str(on_the_hour.get_attribute("title"))[:5]).bounding_box()
    bar = on_the_hour.bounding_box()
    assert hour is not None
    assert bar is not None
    assert abs(hour["x"] - bar["x"]) < 2
    first = page.locator(".lane .joined").first
    key = str(first.get_attribute("title")).split(", ")[2]
    boxes = [one.bounding_box() for one in page.locator(f".bar.joined[title*='{key}']").all()]
    line = first.locator("xpath=ancestor::td").locator(".tie").first.bounding_box()
    assert line is not None
    middles = [box["y"] + box["height"] / 2 for box in boxes if box]
    assert abs(line["y"] - min(middles)) < 4
    assert abs(line["y"] + line["height"] - max(middles)) < 4
    page.close()


def test_the_keyboard_reaches_the_timeline_and_the_reasons(browser: Browser, night: tuple[Simulation, Path]) -> None:
    """What scrolls takes the focus, and a folded reason opens with Enter."""
    page = _opened(browser, night[1], [], viewport={"width": 375, "height": 800})
    for scroll in page.locator(".scroll").all():
        assert scroll.get_attribute("tabindex") == "0"
        assert scroll.get_attribute("aria-label") or scroll.get_attribute("aria-labelledby")
    details = page.locator("details").first
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    assert details.locator("li").first.is_visible()
    page.close()


def test_text_stands_out_from_its_ground(browser: Browser, night: tuple[Simulation, Path]) -> None:
    """Soft and accent text have a contrast of 4.5 on paper and tint, text on bars too, in both schemes."""
    pairs = [("ink", "paper"), ("soft", "paper"), ("soft", "tint"), ("accent", "paper"), ("accent", "tint")]
    pairs += [("ink", "seat"), ("ink", "join")]
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(night[1].as_uri())
        read = "root => name => getComputedStyle(root).getPropertyValue(`--${name}`).trim()"
        colours = {
            name: page.locator("html").evaluate(f"root => ({read})(root)('{name}')") for pair in pairs for name in pair
        }
        for text, ground in pairs:
            assert _contrast(colours[text], colours[ground]) >= 4.5, (scheme, text, ground)
        page.close()


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class _Strict(HTMLParser):
    """Every element that is opened is closed, in order; ids are unique."""

    VOID: Final = frozenset({"meta", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [str(value) for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_html_is_strict(night: tuple[Simulation, Path]) -> None:
    """No element is left open or closed out of order, and no id is used twice."""
    parser = _Strict()
    parser.feed(night[1].read_text())
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids)) > 0
