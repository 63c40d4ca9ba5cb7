"""What single fields take; what they refuse is in tests/flows/test_api_fields.py, over HTTP."""

import json
from typing import Any

import pytest

from maitred.api.schemas import BookingBody, GuestBody


def guest(**more: Any) -> GuestBody:
    """Read a guest from JSON."""
    return GuestBody.model_validate_json(json.dumps({"name": "Ada"} | more))


@pytest.mark.parametrize("name", ["Ada", "  Zoë  ", "山田太郎", "O'Neill-Smith", "👨‍👩‍👧 family", "é" * 200])
def test_names_of_all_alphabets(name: str) -> None:
    """A name is any printable text, without the blanks around it."""
    assert guest(name=name).name == name.strip()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+44 20 7946 0958", "+442079460958"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("+49.30.901820", "+4930901820"),
        (" +33 1 42 68 53 00 ", "+33142685300"),
    ],
)
def test_phone_numbers_become_e164(written: str, kept: str) -> None:
    """International form with any usual punctuation."""
    assert guest(phone=written).phone == kept


@pytest.mark.parametrize("locale", ["en", "en-GB", "zh-Hant-TW", "es-419", "gsw"])
def test_language_tags(locale: str) -> None:
    """Language, script, region."""
    assert guest(locale=locale).locale == locale


@pytest.mark.parametrize("email", ["a@b.de", "first.last+tag@sub.example.co.uk", "ü@bücher.example"])
def test_email_addresses(email: str) -> None:
    """The check is simple on purpose: who can be reached shows by sending."""
    assert guest(email=email).email == email


def test_absent_and_null_are_the_same() -> None:
    """Optional fields may be spelled out as null."""
    spelled = guest(email=None, phone=None, locale=None)
    assert spelled == guest()


def test_notes_keep_their_lines() -> None:
    """Line breaks and tabs belong to a note."""
    body = {"party_size": 2, "guest": {"name": "Ada"}, "notes": "One\n\tTwo"}
    assert BookingBody.model_validate_json(json.dumps(body)).notes == "One\n\tTwo"
