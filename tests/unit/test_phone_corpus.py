"""The phone line on a corpus: labelled lines in five languages, as hosts type them."""

import sys
from collections import defaultdict

import pytest
from phone_lines import NOW, ear, labels, told

from maitred.domain.phoneline import hear


def test_the_corpus_is_heard_as_it_was_meant() -> None:
    """At least 98 of 100 lines are exact in every field, and none that would be booked unasked is wrong."""
    exact: dict[str, list[bool]] = defaultdict(list)
    wrong, booked_wrong = [], []
    for label in labels():
        found = hear(label.line, ear(label.place), NOW)
        same = told(found) == label.fields
        exact[label.place].append(same and found.ready == label.ready)
        if not exact[label.place][-1]:
            wrong.append(f"{label.line!r}: {told(found)}, ready {found.ready}, not {label.fields}, ready {label.ready}")
        if found.ready and not (same and label.ready):
            booked_wrong.append(wrong[-1])
    every = [one for several in exact.values() for one in several]
    shares = [f"{place}: {sum(several)} of {len(several)} exact" for place, several in exact.items()]
    sys.stdout.write("\n".join([*shares, f"{len(booked_wrong)} wrong unasked", *wrong, ""]))
    assert booked_wrong == []
    assert len(every) >= 400
    assert sum(every) / len(every) >= 0.98


@pytest.mark.parametrize("place", ["de", "fr", "es", "ne"])
def test_every_language_has_its_lines(place: str) -> None:
    """German, French, Spanish and Nepali have at least fifty lines each."""
    assert sum(label.place == place for label in labels()) >= 50
