"""One mapping from errors to statuses and codes, and it is whole."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import pytest
from pydantic import BaseModel, ValidationError

import maitred
from maitred.api.answers import Problem
from maitred.api.app import ENDPOINTS, create_app
from maitred.api.call import Endpoint
from maitred.api.codes import CODES, title_of
from maitred.api.examples import example_of
from maitred.api.openapi import TAGS
from maitred.api.problems import STATUS, FieldFault, InvalidRequest, faults_of, problem, refused, status_of
from maitred.api.reasons import WORDS, in_words
from maitred.api.render import SCOPE_OF
from maitred.domain.booking import ReasonCode
from maitred.domain.errors import (
    Contended,
    InvalidInput,
    MaitredError,
    NoSeating,
    Rejected,
    StaleBooking,
    Unavailable,
)
from maitred.domain.lifecycle import Action
from maitred.usecases.desk import SCOPES, Desk, Policy

# What a request can come to: not the errors of starting engines, of the command line, or of its HTTP client.
REACHED: Final = ("domain", "usecases", "store", "locks", "bus", "api")
# Raised while the process starts or on the command line; no request meets them.
ELSEWHERE: Final = {"key_too_short", "migration_refused", "error", "rejected", "unknown_policy"} | {
    "nothing_to_export",
    "period_too_long",
    "period_reversed",
}


def _leaves(cls: type[MaitredError]) -> Iterator[type[MaitredError]]:
    below = cls.__subclasses__()
    if not below:
        yield cls
    for one in below:
        yield from _leaves(one)


def _import_all() -> None:
    for part in REACHED:
        package = importlib.import_module(f"maitred.{part}")
        for module in pkgutil.walk_packages(package.__path__, f"maitred.{part}."):
            importlib.import_module(module.name)


def _leaf_classes() -> list[type[MaitredError]]:
    _import_all()
    reached = (cls for cls in _leaves(MaitredError) if cls.__module__.split(".")[1] in REACHED)
    return [cls for cls in reached if cls.code not in ELSEWHERE]


@pytest.mark.parametrize("cls", _leaf_classes(), ids=lambda cls: cls.__name__)
def test_every_leaf_of_the_error_tree_has_its_status(cls: type[MaitredError]) -> None:
    """A leaf is listed by name, and its status fits its branch: 4xx for the caller, 5xx for us."""
    assert cls in STATUS
    status = STATUS[cls]
    if issubclass(cls, Unavailable):
        assert status == 503
    elif issubclass(cls, Rejected | Contended):
        assert 400 <= status < 500
    else:
        assert status == 500


def test_an_unlisted_error_gets_the_status_of_its_branch() -> None:
    """An error made tomorrow falls back to the nearest class that is listed."""

    class Odd(NoSeating):
        code = "odd"

    class New(Contended):
        code = "new"

    assert status_of(Odd("?")) == status_of(NoSeating("?"))
    assert status_of(New("?")) == 409
    assert status_of(StaleBooking("x", 1)) == 412


def _raised_codes() -> set[str]:
    """Return every code that the source of the parts a request passes through can raise."""
    found: set[str] = set()
    root = Path(maitred.__file__).parent
    for part in REACHED:
        for path in (root / part).rglob("*.py"):
            text = path.read_text()
            found |= set(re.findall(r'\bcode="([a-z_]+)"', text))
            found |= set(re.findall(r'^    code = "([a-z_]+)"', text, re.MULTILINE))
    found |= set(re.findall(r'_fault\("([a-z_]+)"', (root / "domain" / "admission.py").read_text()))
    return found - ELSEWHERE


def test_every_code_that_is_raised_is_explained() -> None:
    """The table of codes on the reference page has them all, the invariant that only we can break aside."""
    assert _raised_codes() - set(CODES) == {"invariant_broken"}


def test_every_code_a_route_promises_is_explained() -> None:
    """No route names a problem that the table lacks, and each route's tag and scope exist."""
    for endpoint in ENDPOINTS:
        assert set(endpoint.problems) <= set(CODES), endpoint.path
        assert endpoint.tag in TAGS
        assert endpoint.scope in (*SCOPES, None)
        assert endpoint.handler.__doc__


@pytest.mark.parametrize(
    "endpoint", [one for one in ENDPOINTS if one.body], ids=lambda endpoint: f"{endpoint.method} {endpoint.path}"
)
def test_every_example_body_is_valid(endpoint: Endpoint) -> None:
    """What the reference shows can be sent as it stands."""
    app = create_app(Desk(*[cast(Any, None)] * 4, Policy(), cast(Any, None)))
    document = app.openapi()
    assert endpoint.body is not None
    example = example_of(document, document["components"]["schemas"][endpoint.body.__name__])
    endpoint.body.model_validate_json(json.dumps(example))


def test_an_unlisted_code_is_spelled_out() -> None:
    """A title there always is."""
    assert title_of("no_such_code") == "No such code"


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_words(code: ReasonCode) -> None:
    """A reason is told in words; the engine's own sentence, which has the figures, comes first."""
    assert WORDS[code].endswith(".")
    assert in_words(code, {}) == WORDS[code]
    assert in_words(code, {"message": "All 3 tables are taken."}) == "All 3 tables are taken."


def test_every_action_a_person_takes_names_a_scope() -> None:
    """An action is either somebody's by scope or the pipeline's own."""
    assert set(SCOPE_OF.values()) <= set(SCOPES)
    assert set(SCOPE_OF) <= set(Action)


class _Body(BaseModel, extra="forbid"):
    party: int
    names: list[str] = []


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("{}", ("party", "required")),
        ('{"party": "many"}', ("party", "wrong_type")),
        ('{"party": 1, "names": [1]}', ("names.0", "wrong_type")),
        ('{"party": 1, "x": 1}', ("x", "unknown_field")),
        ("[]", ("body", "wrong_type")),
    ],
)
def test_what_does_not_fit_is_named_by_path_and_code(raw: str, fault: tuple[str, str]) -> None:
    """The field's path is written with dots, the code is ours."""
    with pytest.raises(ValidationError) as caught:
        _Body.model_validate_json(raw)
    assert [(one.field, one.code) for one in faults_of(caught.value)] == [fault]
    error = refused(caught.value)
    assert isinstance(error, InvalidInput)
    assert (error.field, error.reason_code) == fault


def test_several_faults_are_one_error() -> None:
    """The first is the problem's own, all of them are in the list."""
    faults = [FieldFault("a", "required", "A is missing."), FieldFault("b", "too_long", "B is long.")]
    error = InvalidRequest(faults)
    assert (error.field, error.reason_code, error.faults) == ("a", "required", faults)
    assert "1 more" in error.message


def test_a_problem_has_the_members_of_the_standard() -> None:
    """type, title, status, detail, instance, and ours; what is None is left out."""
    response = problem(409, "table_taken", "T1 is taken.", "/v1/bookings/x", tables=["T1"], field=None)
    body = Problem.model_validate_json(bytes(response.body))
    assert response.media_type == "application/problem+json"
    assert (body.type, body.status, body.code) == ("/problems/table_taken", 409, "table_taken")
    assert b'"field"' not in bytes(response.body)
