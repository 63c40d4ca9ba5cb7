"""The documentation says what the code does: generated parts are fresh, names exist, links lead somewhere."""

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
from jsonschema import Draft7Validator
from prometheus_client import REGISTRY

from maitred.api.app import ENDPOINTS
from maitred.domain.booking import State
from maitred.domain.lifecycle import Action
from maitred.settings import PREFIX, Settings

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
DATA: Final = ROOT / "tests" / "data"
PAGES: Final = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])


def load_generator() -> ModuleType:
    """Import docs/generate.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator = load_generator()


@pytest.mark.parametrize("page", generator.PAGES)
def test_generated_parts_are_fresh(page: str) -> None:
    """A page is what docs/generate.py would write now; run `.venv/bin/python docs/generate.py`."""
    text = (DOCS / page).read_text("utf-8")
    assert text == generator.generated(text)


def test_asyncapi_document_is_fresh() -> None:
    """docs/asyncapi.json is what docs/generate.py would write now."""
    assert (DOCS / "asyncapi.json").read_text("utf-8") == generator.asyncapi()


def test_asyncapi_document_is_one_by_the_published_schema() -> None:
    """By AsyncAPI's own schema there is nothing wrong with it, and something would be found if there were."""
    rules = Draft7Validator(json.loads((DATA / "asyncapi-3.0.0.schema.json").read_text("utf-8")))
    document = json.loads((DOCS / "asyncapi.json").read_text("utf-8"))
    assert [fault.message for fault in rules.iter_errors(document)] == []
    assert list(rules.iter_errors({**document, "channels": {"here": {"adress": "there"}}}))


def test_every_part_has_its_place() -> None:
    """Each generated part stands on one page, once."""
    places = Counter(part for page in generator.PAGES for part in generator.parts_of((DOCS / page).read_text("utf-8")))
    assert places == dict.fromkeys(generator.PARTS, 1)


MARKED: Final = re.compile(r"<!-- ([\w-]+): begin -->(.*?)<!-- ([\w-]+): end -->", re.DOTALL)
MARKED_PAGES: Final = [page for page in PAGES if ": begin -->" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", MARKED_PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_written_part_is_empty(page: Path) -> None:
    """Whatever a command writes between marks, of docs/generate.py or of a benchmark, is a part with rows in it."""
    text = page.read_text("utf-8")
    parts = MARKED.findall(text)
    assert len(parts) == text.count(": begin -->") == text.count(": end -->"), "a mark without its other half"
    assert [(first, last) for first, _, last in parts if first != last] == []
    assert [first for first, body, _ in parts if len(body.strip().splitlines()) < 3] == []


def test_stale_part_is_replaced_and_the_rest_is_kept() -> None:
    """Only what stands between the marks is written anew."""
    text = "before\n<!-- undo: begin -->\nold\n<!-- undo: end -->\nafter\n"
    found = generator.generated(text)
    assert found.startswith("before\n<!-- undo: begin -->\n| from |")
    assert found.endswith("|\n<!-- undo: end -->\nafter\n")
    assert generator.generated(found) == found


def test_diagram_draws_every_state_and_action() -> None:
    """Nothing is missing but undo, which has its own table."""
    drawn = set(re.findall(r"\w+", generator.diagram()))
    assert {str(state) for state in State} <= drawn
    assert {str(action) for action in Action} - {"undo"} <= drawn


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Files that a page links to exist, and so do the headings."""
    broken = []
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in anchors_of(linked)):
            broken.append(target)
    assert broken == []


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that a page's headings get on code hosts."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_names_exist(page: Path) -> None:
    """Settings, metrics and routes that a page names are those of the code."""
    text = page.read_text("utf-8")
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", text)) <= settings
    known = {sample for metric in REGISTRY.collect() for sample in (metric.name, f"{metric.name}_total")}
    assert {name for name in re.findall(r"`(maitred_[a-z_]+)[`{]", text) if name != "maitred_app"} <= known
    paths = {re.sub(r"{\w+}", "{}", endpoint.path) for endpoint in ENDPOINTS}
    named = re.findall(r"`(?:GET|POST|PUT|PATCH|DELETE) (/v1/[^`? ]+)", text)
    assert {re.sub(r"{\w+}", "{}", path) for path in named} <= paths
