"""Samples of messages: what a guest or a colleague needs is in each, and nothing is left open or half in English."""

import re
from datetime import UTC, datetime
from itertools import product
from typing import Final

import pytest
from rooms import DOCUMENT, venue

from maitred.domain.floor import Floor
from maitred.domain.messages import STAFF_KINDS, Kind
from maitred.notify.letters import Letter, letter_of
from maitred.store.messages import MessageSettings
from maitred.texts import LOCALES, speaking, texts_in
from maitred.usecases.desk import OpenVenue
from maitred.usecases.message_samples import GUEST, sample
from maitred.usecases.messages import House

NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
BASE: Final = "https://book.example.com"
OPEN: Final = re.compile(r"%\(|\{\{|\{%|\bNone\b|\b[Rr]etry\b")
HOOK: Final = "https://example.com/hooks"  # what staff are told of is no link of ours
LONGEST_SHORT: Final = 480
"""Characters: three text messages of 160, which most gateways send as one."""


def letter(kind: Kind, locale: str) -> Letter:
    """The sample of a kind in a language."""
    shop = venue()
    house = House(
        OpenVenue(1, "corner", 1, shop, Floor.bare(shop), DOCUMENT), MessageSettings(), "no-reply@example.com", BASE
    )
    with speaking(texts_in(locale)):
        return letter_of(sample(house, kind, locale, NOW), locale)


@pytest.mark.parametrize(("kind", "locale"), [*product(Kind, LOCALES)])
def test_a_sample_is_whole_in_subject_text_page_and_short_form(kind: Kind, locale: str) -> None:
    """One line of subject, the restaurant's name, a guest's name or none, links that lead here, no word left open."""
    shown = letter(kind, locale).plain()
    assert shown["subject"] == shown["subject"].strip() != ""
    assert "\n" not in shown["subject"] + shown["short"]
    assert len(shown["short"]) <= LONGEST_SHORT
    assert shown["short"].startswith(shown["subject"])
    for form in ("subject", "text", "html", "short"):
        assert not OPEN.search(shown[form]), (form, OPEN.search(shown[form]))
    assert "The Corner" in shown["text"]
    assert (GUEST in shown["text"]) == (kind not in STAFF_KINDS)
    links = re.findall(r"https?://\S+", shown["text"])
    assert {link for link in links if not link.startswith(f"{BASE}/")} <= {HOOK}
    assert all(f"lang={locale}" in link for link in links if "/book/" in link)
    assert f'lang="{locale}"' in shown["html"]


@pytest.mark.parametrize("kind", list(Kind))
def test_no_two_languages_say_a_message_alike(kind: Kind) -> None:
    """A subject or a text that two languages share was not translated."""
    letters = [letter(kind, locale).plain() for locale in LOCALES]
    assert len({one["subject"] for one in letters}) == len(LOCALES)
    assert len({one["text"] for one in letters}) == len(LOCALES)


def test_who_waits_reads_from_when_until_when_and_no_reference() -> None:
    """A range is told as a range, and a place on a list is no booking yet."""
    rows = dict(letter(Kind.WAITLIST_JOINED, "en").rows)
    assert rows["When"].endswith("19:00–21:00")
    assert "Reference" not in rows
    assert dict(letter(Kind.CONFIRMED, "en").rows)["When"].endswith("19:00")
