"""Headers and cursors: what is read, what is ignored, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from maitred.api.headers import expected_version, idempotency_key, known_versions, wait_s
from maitred.api.paging import after, cursor, next_link
from maitred.api.problems import Malformed
from maitred.domain.errors import InvalidInput


def request(query: str = "", **headers: str) -> Request:
    """Return a request with these headers."""
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "path": "/v1/x y", "query_string": query.encode(), "headers": raw})


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("wait=5", 5),
        ("WAIT = 5", 5),
        ('wait="5"', 5),
        ("respond-async, wait=10", 10),
        ("return=minimal; wait=3", 3),
        ("wait=0", 0),
        ("wait=3600", 30),
        ("wait", None),
        ("wait=-1", None),
        ("wait=soon", None),
        ("await=5", None),
        ("wait=5s", None),
        ("", None),
    ],
)
def test_prefer_is_read_or_ignored(prefer: str, seconds: int | None) -> None:
    """wait=N in seconds, at most 30; anything else is no preference."""
    assert wait_s(request(prefer=prefer)) == seconds


@pytest.mark.parametrize(
    ("text", "present", "version"),
    [
        ('"4"', 4, 4), (' "4" ', 9, 4), ("*", 4, None), ('"3", "4"', 4, 4), ('"3","4"', 3, 3), ('"3", "4"', 9, 4),
        (', "3" ,, "4",', 3, 3), ('W/"4"', 4, 0), ('W/"4", "4"', 4, 4), ('W/"4", "3"', 4, 3), ('"a"', 4, 0),
        ('"a,b", "4"', 4, 4), ('""', 4, 0), ('"04"', 4, 0), ('"4.0"', 4, 0), ('"\N{ARABIC-INDIC DIGIT THREE}"', 3, 0),
        ('"99999999999999999999"', 4, 0),
    ],
)  # fmt: skip
def test_a_precondition_is_a_version(text: str, present: int, version: int | None) -> None:
    """Tags are compared strongly, one of a list is enough, * is any; what we never gave is no version there is."""
    sent = text.encode().decode("latin-1")
    assert expected_version(request(if_match=sent), present) == version


@pytest.mark.parametrize("text", ["4", "", " ", '"4', '4"', "w/4", 'w/"4"', '"3" "4"', '"3"; "4"', '"4", *', "**", ","])
def test_a_precondition_that_cannot_be_read_is_refused(text: str) -> None:
    """To ignore it would lose the protection that was asked for."""
    with pytest.raises(Malformed) as caught:
        expected_version(request(if_match=text))
    assert caught.value.field == "If-Match"


@pytest.mark.parametrize(
    ("text", "versions"),
    [('"4"', {4}), ('W/"4"', {4}), ('"4", W/"7"', {4, 7}), ('"abc"', set()), ("*", set()), ("", set()), ("3", set())],
)
def test_known_versions_are_read_weakly(text: str, versions: set[int]) -> None:
    """If-None-Match compares weakly; what is no version of ours matches nothing."""
    assert known_versions(request(if_none_match=text)) == versions


def test_anything_known_is_the_present_version() -> None:
    """With * whatever there is is known."""
    assert known_versions(request(if_none_match="*"), 7) == {7}


@pytest.mark.parametrize("key", ["k", "x" * 255, "~!@#$%^&*()"])
def test_a_visible_key_is_taken(key: str) -> None:
    """1 to 255 visible ASCII characters."""
    assert idempotency_key(request(idempotency_key=key)) == key


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é", "a\x7f", "\u00a0"])
def test_an_invisible_key_is_refused(key: str) -> None:
    """Blanks, controls and other alphabets are refused."""
    with pytest.raises(Malformed):
        idempotency_key(request(idempotency_key=key))


@given(st.integers(0, 2**63 - 1))
def test_a_cursor_leads_back(number: int) -> None:
    """What was made here is read here."""
    assert after(cursor(number)) == number


@given(st.text(max_size=60))
def test_any_other_cursor_is_refused(text: str) -> None:
    """A cursor is opaque: whatever was not made here is InvalidInput, never a failure."""
    with pytest.raises(InvalidInput) as refused:
        after(text)
    assert refused.value.reason_code == "invalid_cursor"


def test_the_next_link_keeps_the_filters() -> None:
    """Only the cursor changes from page to page."""
    link = next_link(request("state=confirmed&cursor=old&q=a%26b"), 7)
    assert link == f"/v1/x%20y?state=confirmed&q=a%26b&cursor={cursor(7)}"
    assert next_link(request(), None) is None
