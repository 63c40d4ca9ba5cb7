"""Devanagari is found by the Latin letters that Nepalis write it with."""

import pytest

from maitred.domain.devanagari import romanized
from maitred.domain.folding import kept_words, sought


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("राम श्रेष्ठ", ["ram", "raam", "shrestha", "shrestha ram"]),
        ("सीता गुरुङ", ["sita", "gurung"]),
        ("हरि बहादुर थापा", ["hari", "bahadur", "thapa", "hari bahadur thapa"]),
        ("कृष्ण प्रसाद कोइराला", ["krishna", "prasad", "koirala"]),
        ("लक्ष्मी अधिकारी", ["laxmi", "lakshmi", "adhikari"]),
        ("विष्णु देवकोटा", ["bishnu", "vishnu", "devkota"]),
        ("ज्ञानेन्द्र भट्टराई", ["gyanendra", "bhattarai"]),
        ("आचार्य कमला", ["acharya", "kamala"]),
        ("सरस्वती तामाङ", ["saraswati", "tamang"]),
        ("छिरिङ शेर्पा", ["chhiring", "chiring", "sherpa"]),
        ("राजकुमार बस्नेत", ["rajkumar", "basnet"]),
        ("मोहन लिम्बू", ["mohan", "limbu", "मोहन"]),
    ],
)
def test_a_name_in_devanagari_is_found_in_latin_letters(name: str, typed: list[str]) -> None:
    """Vowels that are said are there, and the spellings that are usual."""
    kept = kept_words(name, None, None)
    for text in typed:
        wanted = sought(text)
        patterns = [pattern for pattern in (wanted.first, *wanted.others) if pattern]
        assert patterns, text
        assert all(pattern.strip("%") in kept for pattern in patterns), text


@pytest.mark.parametrize("word", ["Müller", "Щукин", "王", ""])
def test_other_scripts_are_left_alone(word: str) -> None:
    """Only Devanagari is read so."""
    assert list(romanized(word)) == []
