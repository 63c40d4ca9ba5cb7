"""HEAD wherever there is GET: pages of guests and staff, the API, streams, files and documentation."""

import re
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from asking import ask, filled
from fastapi import FastAPI
from site_of_tests import Place, Site, tomorrow

from maitred.api.app import create_app
from maitred.guest.app import add_guest
from maitred.ops.app import add_ops
from maitred.usecases import links
from maitred.usecases.keys import SCOPES, create_key
from maitred.usecases.people import Role

# Of one answer and not the next: when it was given, how long a page is that tells the time, how its body is cut.
PASSING = frozenset({"date", "content-length", "transfer-encoding"})


def lasting(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that two answers share; a new call of the phone has a number of its own each time."""
    return {
        name: re.sub(r"call=[0-9a-f-]{36}", "call=", value) for name, value in headers.items() if name not in PASSING
    }


@pytest.fixture(scope="module")
def house(site: Site) -> tuple[Place, dict[str, str]]:
    """A restaurant with a booking, and the ids and tokens that its addresses take."""
    place = site.open_place(waitlist={"enabled": True})
    view = place.book("Ann", 2, tomorrow(), email="ann@example.com")
    token = site.run(lambda: links.manage(place.desk.database, view.booking.id, view.booking.starts_at))
    return place, {"booking_id": str(view.booking.id), "token": token, "rest": "x", "code": "not_found"}


def paths(site: Site) -> Iterator[tuple[str, frozenset[str]]]:
    """Every address of the application, with its methods."""
    app: FastAPI = create_app(site.front.desk)
    add_ops(app)
    add_guest(app)
    for route in app.routes:
        yield route.path, frozenset(route.methods or ())  # type: ignore[attr-defined]


def asked(site: Site, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Send a request and return status, headers and what followed them until the server was done with it."""
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        body = b"" if named.get("content-type", "").startswith("text/event-stream") else answer.read()
        return answer.status, named, body
    finally:
        connection.close()


def test_whatever_answers_get_answers_head_alike_and_without_a_body(
    site: Site, house: tuple[Place, dict[str, str]]
) -> None:
    """Same status, same headers; nobody's id is as unknown to HEAD as to GET."""
    place, known = house
    key = site.run(lambda: create_key(place.desk.database, f"head-{uuid4()}", SCOPES, None))
    headers = {"Authorization": f"Bearer {key[1]}"}
    headers["Cookie"] = f"maitred_session={place.person(Role.OWNER)}"
    looked = 0
    for path, methods in paths(site):
        if "GET" not in methods or path.endswith("sign-out"):
            continue
        address = filled(path.replace("{rest:path}", "{rest}"), place, **known)
        head, get = asked(site, "HEAD", address, headers), asked(site, "GET", address, headers)
        assert head[2] == b"", path
        assert head[0] == get[0], path
        assert lasting(head[1]) == lasting(get[1]), path
        assert ("content-length" in head[1]) == ("content-length" in get[1]), path
        looked += 1
    assert looked > 100


@pytest.mark.parametrize("stream", ["/v1/events", "/ops/{slug}/live"])
def test_a_stream_ends_at_once_for_head(site: Site, house: tuple[Place, dict[str, str]], stream: str) -> None:
    """The head comes, the connection is free for the next request, and no reader is left behind."""
    place, _ = house
    key = site.run(lambda: create_key(place.desk.database, f"head-{uuid4()}", SCOPES, None))
    headers = {"Authorization": f"Bearer {key[1]}"}
    headers["Cookie"] = f"maitred_session={place.person(Role.OWNER)}"
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    try:
        for _ in range(40):  # more than a key may follow at once
            connection.request("HEAD", stream.replace("{slug}", place.slug), headers=headers)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"")
            assert answer.getheader("content-type", "").startswith("text/event-stream")
    finally:
        connection.close()


def test_head_of_what_only_takes_posts_is_told_so(site: Site, house: tuple[Place, dict[str, str]]) -> None:
    """405 with the methods there are, and without a body; where something else takes GET that answers."""
    place, known = house
    every, refused = list(paths(site)), 0
    for path, methods in every:
        if "GET" in methods or path.startswith(("/ops/", "/book/")):
            continue
        answer = ask(site, "HEAD", filled(path, place, **known))
        assert answer.text == "", path
        if answer.status == 405:
            there = {one for other, ones in every if other == path for one in ones}
            assert set(answer.headers["allow"].split(", ")) == there, path
            refused += 1
    assert refused > 30
