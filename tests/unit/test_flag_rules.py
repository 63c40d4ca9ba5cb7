"""Flag rules: which rule wins, and that a percentage is sticky, even and the flag's own."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

import pytest
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from maitred.flags.port import PIPELINE_FLAG, Mode
from maitred.flags.provider import PostgresProvider
from maitred.flags.rules import Resolution, Rule, Rules, Said, place_of, within

NAMES: Final = [f"restaurant-{number}" for number in range(4_000)]


def among(percentage: int) -> set[str]:
    """Who is in at a percentage."""
    rules = Rules(Mode.OFF, percentage=percentage)
    return {name for name in NAMES if rules.resolve(name).mode is Mode.ON}


def test_growing_percentage_keeps_everybody_who_was_in() -> None:
    """From 5 to 25 to 100 each of 4,000 restaurants that was in stays in, and each share is within two points."""
    steps = {percentage: among(percentage) for percentage in (0, 5, 25, 100)}
    assert all(before <= after for before, after in pairwise(steps.values()))
    assert all(abs(len(names) / 40 - percentage) <= 2 for percentage, names in steps.items())
    assert not steps[0]
    assert len(steps[100]) == len(NAMES)


def test_flags_have_lines_of_their_own() -> None:
    """Who is first for one flag is not for another, and the line is the same in every process and version."""
    both = sum(within("one", name, 25) and within("two", name, 25) for name in NAMES)
    assert 0.03 < both / len(NAMES) < 0.10
    assert [place_of(PIPELINE_FLAG, name) for name in ("bistro", "inn", "prince-of-wales")] == [4164, 1583, 7620]


EVERYTHING: Final = Rules(
    Mode.ON, killed=True, default=Mode.SHADOW, percentage=100, restaurants={"inn": Said(Mode.OFF, opted_in=True)}
)


def test_rules_are_asked_in_order() -> None:
    """Kill switch, override, opt-in, percentage, default, settings: each decides once those before say nothing."""
    rules, found = EVERYTHING, []
    for change in (
        {},
        {"killed": False},
        {"restaurants": {"inn": Said(opted_in=True)}},
        {"restaurants": {}},
        {"percentage": None},
        {"default": None},
    ):
        rules = replace(rules, **change)
        found.append(rules.resolve("inn"))
    assert found == [
        Resolution(Mode.OFF, Rule.KILLED),
        Resolution(Mode.OFF, Rule.OVERRIDE),
        Resolution(Mode.ON, Rule.OPTED_IN),
        Resolution(Mode.ON, Rule.PERCENTAGE),
        Resolution(Mode.SHADOW, Rule.DEFAULT),
        Resolution(Mode.ON, Rule.SETTINGS),
    ]


def test_a_percentage_leaves_the_others_to_the_default() -> None:
    """Who is not in yet has the default; without one they are off, whatever the settings say."""
    assert Rules(Mode.ON, percentage=0).resolve("inn") == Resolution(Mode.OFF, Rule.PERCENTAGE)
    assert Rules(Mode.ON, percentage=0, default=Mode.SHADOW).resolve("inn").mode is Mode.SHADOW


@pytest.fixture
def provider() -> PostgresProvider:
    """A provider that has just read its rules, known to the SDK."""
    found = PostgresProvider(EVERYTHING)
    found.confirm()
    api.set_provider_and_wait(found, "tests")
    return found


@pytest.mark.parametrize(
    ("change", "value", "reason"),
    [
        ({}, "off", Reason.DISABLED),
        ({"killed": False}, "off", Reason.TARGETING_MATCH),
        ({"killed": False, "restaurants": {}}, "on", Reason.SPLIT),
        ({"killed": False, "restaurants": {}, "percentage": None}, "shadow", Reason.DEFAULT),
        ({"killed": False, "restaurants": {}, "percentage": None, "default": None}, "on", Reason.STATIC),
    ],
)
def test_evaluations_tell_their_reason(
    provider: PostgresProvider, change: dict[str, object], value: str, reason: Reason
) -> None:
    """The SDK gives the value, its variant, the reason in OpenFeature's words, and our rule beside it."""
    provider.learn(replace(EVERYTHING, **change))  # type: ignore[arg-type]
    found = api.get_client("tests").get_string_details(PIPELINE_FLAG, "nothing", EvaluationContext("inn"))
    assert (found.value, found.variant, found.reason, found.error_code) == (value, value, reason, None)
    assert found.flag_metadata["rule"] == provider.rules.resolve("inn").rule


def test_wrong_questions_get_the_default(provider: PostgresProvider) -> None:
    """Another type, another flag or no restaurant: the caller's default with the error's code, never an exception."""
    client, inn = api.get_client("tests"), EvaluationContext("inn")
    wrong = [
        (client.get_boolean_details(PIPELINE_FLAG, True, inn), True, ErrorCode.TYPE_MISMATCH),
        (client.get_integer_details(PIPELINE_FLAG, 7, inn), 7, ErrorCode.TYPE_MISMATCH),
        (client.get_float_details(PIPELINE_FLAG, 0.5, inn), 0.5, ErrorCode.TYPE_MISMATCH),
        (client.get_object_details(PIPELINE_FLAG, {"a": 1}, inn), {"a": 1}, ErrorCode.TYPE_MISMATCH),
        (client.get_string_details("feat.other", "mine", inn), "mine", ErrorCode.FLAG_NOT_FOUND),
        (client.get_string_details(PIPELINE_FLAG, "mine"), "mine", ErrorCode.TARGETING_KEY_MISSING),
    ]
    assert all((found.value, found.error_code) == (value, code) for found, value, code in wrong)
    assert {found.reason for found, _, _ in wrong} == {Reason.ERROR}


def test_what_was_never_read_is_stale() -> None:
    """Until the table has been read, answers say that they may be out of date."""
    never = PostgresProvider(Rules(Mode.ON))
    assert never.stale_s == float("inf")
    assert never.resolve_string_details(PIPELINE_FLAG, "off", EvaluationContext("inn")).reason is Reason.STALE
