"""Texts: every catalogue is whole, sentences are said in every language, and what is missing is found."""

import importlib.util
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract

from maitred import texts
from maitred.domain.assignment.words import SENTENCES, say
from maitred.domain.country import country_of
from maitred.texts.pseudo import PSEUDO, pseudo

TOOL: Final = Path(__file__).parents[2] / "tools" / "texts.py"


def load_tool() -> ModuleType:
    """Import tools/texts.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("tools_texts", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()


@pytest.fixture(scope="module")
def template() -> Catalog:
    """Every message of the sources."""
    found: Catalog = tool.extracted()
    return found


@pytest.mark.parametrize("code", tool.TRANSLATED)
def test_every_message_is_translated(code: str, template: Catalog) -> None:
    """No message is missing, untranslated, left over or has other placeholders (`make texts` mends the rest)."""
    assert list(tool.faults(code, template)) == []


SOURCES: Final = """
f"{gettext(RULES[data['rule']])} {gettext('said in it')} {texts.gettext('of a language')}"
gettext(WORDS["key"]), gettext(f"{name} came"), gettext("adja" "cent"), gettext(a if b else "either")
# Translators: a verb
pgettext("verb", "book")
ngettext("%(count)s seat", "%(count)s seats", len(found["seats"]))
npgettext("wine", "%(count)s glass", "%(count)s glasses", count)
def gettext(message="a default"): return other("not marked")
KINDS = {"a": N_("kept"), "b": N_(name["or"])}
_(f"{gettext('inner')}")
gettext()
"""


def test_messages_are_those_of_the_syntax_tree() -> None:
    """What is written in a call is translated; an f-string, which interpreters read differently, changes nothing."""
    file = BytesIO(SOURCES.encode())
    found = list(extract(tool.python_messages, file, tool.KEYWORDS, ("Translators:",)))
    assert {message for _, message, _, _ in found} == {
        "said in it", "of a language", "adjacent", "book", ("%(count)s seat", "%(count)s seats"),
        ("%(count)s glass", "%(count)s glasses"), "kept", "inner",
    }  # fmt: skip
    assert [(context, comments) for _, message, comments, context in found if message == "book"] == [
        ("verb", ["Translators: a verb"])
    ]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the German catalogue, to be broken."""
    whole = (tool.LOCALES / "de.po").read_text("utf-8")
    (tmp_path / "de.po").write_text(whole, "utf-8")
    monkeypatch.setattr(tool, "LOCALES", tmp_path)
    return tmp_path / "de.po"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('msgid "Sign in"\n', 'msgid "Sign inn"\n', "missing 'Sign in'"),
        ('msgid "Sign in"\nmsgstr "Anmelden"', 'msgid "Sign in"\nmsgstr ""', "not translated 'Sign in'"),
        ("%(guest)s ist da.", "%(gast)s ist da.", "other placeholders in '%(guest)s has arrived.'"),
    ],
)
def test_a_fault_in_a_catalogue_is_found(broken: Path, template: Catalog, old: str, new: str, said: str) -> None:
    """A message that is taken out, emptied or names another placeholder is told by name."""
    whole = broken.read_text("utf-8")
    assert old in whole
    broken.write_text(whole.replace(old, new, 1), "utf-8")
    assert any(said in fault for fault in tool.faults("de", template))


def test_plurals_follow_the_language() -> None:
    """One and many are told apart as each language does."""
    with texts.speaking(texts.texts_in("fr")):
        assert texts.ngettext("%(count)s booking", "%(count)s bookings", 0) % {"count": 0} == "0 réservation"
        assert texts.ngettext("%(count)s booking", "%(count)s bookings", 2) % {"count": 2} == "2 réservations"


def test_dates_and_times_are_written_as_the_locale_does() -> None:
    """Dates, times and lists follow the locale; digits stay as they are on the floor plan."""
    at, tz = datetime(2026, 11, 28, 19, 30, tzinfo=UTC), ZoneInfo("Europe/London")
    assert texts.texts_in("de").date(date(2026, 11, 28)) == "Samstag, 28. November 2026"
    assert texts.texts_in("en").time(at, tz) == "19:30"
    assert texts.texts_in("es").listed(["a", "b", "c"]) == "a, b y c"
    assert all(character.isascii() or not character.isdigit() for character in texts.texts_in("ne").moment(at, tz))


@pytest.mark.parametrize(
    ("accepted", "code"), [("de-AT,de;q=0.9", "de"), ("pt,fr;q=0.8", "fr"), ("", "en"), ("xx", "en"), ("NE", "ne")]
)
def test_the_browser_says_which_language(accepted: str, code: str) -> None:
    """The first language of the header that is spoken here is taken, or English."""
    assert texts.negotiate(accepted) == code


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("en-US,en;q=0.9", "en-US"), ("en,en-US;q=0.9", "en-US"), ("en-GB,en-US;q=0.9", "en-GB"), ("en_AU", "en-AU"),
        ("de;q=0.5,fr", "fr"), ("de;q=0,es-MX;q=0.1", "es-MX"), ("pt-BR,pt;q=0.9,en-CA;q=0.8,en;q=0.7", "en-CA"),
        ("en-Latn-US", "en-US"), ("en-US-u-hc-h12", "en-US"), ("es-419", "es-419"), ("it", "en"), ("*", "en"),
        ("", "en"),
    ],
)  # fmt: skip
def test_the_territory_of_who_asks_survives(accepted: str, tag: str) -> None:
    """The best language of the header by its weights, with the territory that the header names for it."""
    assert texts.preferred(accepted) == tag


@pytest.mark.parametrize(
    ("tag", "country", "evening", "night"),
    [
        ("en-US", None, "7:30 PM", "12:05 AM"), ("en-US", "GB", "7:30 PM", "12:05 AM"),
        ("en", "US", "7:30 PM", "12:05 AM"),
        ("en-GB", "US", "19:30", "00:05"), ("en", "GB", "19:30", "00:05"), ("en", None, "19:30", "00:05"),
        ("en-AU", None, "7:30 pm", "12:05 am"), ("en", "NZ", "7:30 pm", "12:05 am"),
        ("en-CA", None, "7:30 p.m.", "12:05 a.m."),
        ("en-IN", None, "7:30 pm", "12:05 am"), ("en-IE", None, "19:30", "00:05"), ("en", "ZA", "19:30", "00:05"),
        ("en", "JP", "19:30", "00:05"), ("es-MX", None, "7:30 p.m.", "12:05 a.m."), ("es", "ES", "19:30", "0:05"),
        ("de", "US", "19:30", "00:05"), ("ne", "NP", "19:30", "00:05"), ("it-IT", "US", "7:30 PM", "12:05 AM"),
    ],
)  # fmt: skip
def test_a_clock_has_twelve_hours_where_the_locale_has_them(
    tag: str, country: str | None, evening: str, night: str
) -> None:
    """The tag's territory decides, or else the country; what CLDR does not know is written as the language is."""
    spoken = texts.texts_in(tag, country)
    assert [spoken.time(time(19, 30)), spoken.time(time(0, 5))] == [
        one.replace(" ", "\N{NO-BREAK SPACE}") for one in (evening, night)
    ]


@pytest.mark.parametrize("tag", ["en-US", "de-CH", "it", "ne-IN", "", None])
def test_the_words_are_of_a_language_whatever_its_territory(tag: str | None) -> None:
    """What is told to programs as the language is that of the words that are served."""
    assert texts.texts_in(tag).lang == {"de-CH": "de", "ne-IN": "ne"}.get(tag or "", "en")


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/New_York", "US"), ("US/Eastern", "US"), ("Europe/London", "GB"), ("Asia/Kathmandu", "NP"),
        ("Asia/Katmandu", "NP"), ("Pacific/Auckland", "NZ"), ("Europe/Kiev", "UA"), ("Europe/Kyiv", "UA"),
        ("UTC", None), ("Etc/GMT+5", None), ("Mars/Olympus", None),
    ],
)  # fmt: skip
def test_a_time_zone_has_a_country(zone: str, country: str | None) -> None:
    """Zones by their older names too; a zone of no country has none."""
    assert country_of(zone) == country


def test_an_unknown_language_is_english() -> None:
    """Whatever is asked for, somebody can read the answer."""
    assert texts.texts_in("xx").gettext("Sign in") == "Sign in"
    assert texts.texts_in(None).direction == "ltr"


def test_the_pseudo_language_runs_from_right_to_left_and_keeps_placeholders() -> None:
    """Letters change, names of values and tags do not."""
    assert texts.texts_in(PSEUDO).direction == "rtl"
    assert "%(guest)s" in pseudo("%(guest)s has <b>arrived</b>.")
    assert "<b>" in pseudo("%(guest)s has <b>arrived</b>.")
    assert pseudo("Sign in").startswith("[Sîg")


EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "all_taken": {
        "party_size": 5, "accessible": False, "ways": 3, "single_tables": 2, "joins": 1,
        "starts_at": "2026-11-28T19:30:00+00:00", "ends_at": "2026-11-28T21:15:00+00:00",
    },
    "another_time": {"minutes": -105, "starts_at": "2026-11-28T17:45:00+00:00"},
    "free_plan": {"tables": ["T1", "T2"], "zone_name": "Main", "seats": 4, "party_size": 3},
    "cannot_be_moved": {"names": ["Ann", "Bob"], "why": "frozen"},
    "override": {"tables": ["T1"], "rules": ["min_party", "extra_chair"]},
}  # fmt: skip


@pytest.mark.parametrize("code", tool.TRANSLATED)
@pytest.mark.parametrize("sentence", EXAMPLES)
def test_the_engine_explains_in_every_language(code: str, sentence: str) -> None:
    """A sentence is made anew from its code and data, not carried over in English."""
    said = say(sentence, EXAMPLES[sentence], texts.texts_in(code))
    assert said != say(sentence, EXAMPLES[sentence])
    assert "%(" not in said
    assert set(EXAMPLES) <= set(SENTENCES)
