"""Who may do what on the Ops screens, tried by hand on every route: the screens only offer, the server decides."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from asking import SAME, ask, contents, filled
from site_of_tests import PASSWORD, Place, Site, soon

from maitred.ops.app import SCREENS
from maitred.ops.visit import Screen
from maitred.store import people as stored_people
from maitred.usecases.people import Role, add_person

NAMES: Final = [f"{screen.method} {screen.path}" for screen in SCREENS]
INSIDE: Final = [screen for screen in SCREENS if "{slug}" in screen.path]
GUARDED: Final = [screen for screen in SCREENS if screen.role is not None]
ABOVE: Final = [screen for screen in INSIDE if screen.role is not None and screen.role.rank > 0]
POSTS: Final = [screen for screen in SCREENS if screen.method != "GET"]


def named(screen: Screen) -> str:
    """Return what a test's id says of a route."""
    return f"{screen.method} {screen.path}"


@pytest.fixture(scope="module")
def bistro(site: Site) -> Place:
    """A restaurant with a booking; no test of this module may change it."""
    place = site.open_place()
    place.people["booking"] = str(place.book("Ann Archer", 2, soon()).booking.id)
    for role in Role:
        place.person(role)
    return place


@pytest.fixture(scope="module")
def other(site: Site) -> Place:
    """Another restaurant, with a host of its own."""
    place = site.open_place()
    place.person(Role.OWNER)
    return place


@pytest.fixture
def untouched(bistro: Place) -> Iterator[Place]:
    """The restaurant, which must be after the test as it was before."""
    before = contents(bistro)
    yield bistro
    assert contents(bistro) == before


def test_no_route_is_listed_twice() -> None:
    """Each route has one screen, so that what is tried below is what answers."""
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("path", ["/nothing", "/bookings/nothing/at/all", "/messages/settings/secret"])
def test_an_address_that_leads_nowhere_answers_with_a_page(bistro: Place, path: str) -> None:
    """People mistype and follow old links: what they get is a page with a way back, and no program's answer."""
    answer = ask(bistro.site, "GET", f"/ops/{bistro.slug}{path}", bistro.person(Role.VIEWER))
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/ops"' in answer.text
    back = ask(bistro.site, "GET", f"/ops/{bistro.slug}{path}/?date=2026-11-28", bistro.person(Role.VIEWER))
    assert (back.status, back.headers["location"]) == (308, f"/ops/{bistro.slug}{path}?date=2026-11-28")


@pytest.mark.parametrize("screen", ABOVE, ids=named)
def test_a_viewer_is_refused_and_nothing_changes(untouched: Place, screen: Screen) -> None:
    """What takes more than a viewer is refused to one, however well the request is made."""
    path = filled(screen.path, untouched, booking_id=untouched.people["booking"])
    answer = ask(untouched.site, screen.method, path, untouched.person(Role.VIEWER), {"role": "owner", "note": "x"})
    assert answer.status == 403, answer.text


@pytest.mark.parametrize("screen", [one for one in ABOVE if one.role is Role.OWNER], ids=named)
def test_a_manager_does_not_do_what_owners_do(untouched: Place, screen: Screen) -> None:
    """Who works here is the owners' business."""
    path = filled(screen.path, untouched)
    assert ask(untouched.site, screen.method, path, untouched.person(Role.MANAGER), {}).status == 403


@pytest.mark.parametrize("screen", INSIDE, ids=named)
def test_another_restaurant_does_not_exist(untouched: Place, other: Place, screen: Screen) -> None:
    """The owner of one restaurant finds nothing in another, whatever the address."""
    path = filled(screen.path, untouched, booking_id=untouched.people["booking"])
    form = {} if screen.method != "GET" else None
    assert ask(untouched.site, screen.method, path, other.person(Role.OWNER), form).status == 404


@pytest.mark.parametrize("screen", [one for one in INSIDE if "{booking_id}" in one.path], ids=named)
def test_another_restaurants_booking_is_not_reached_by_ones_own_address(
    untouched: Place, other: Place, screen: Screen
) -> None:
    """A booking of another restaurant is not found under one's own."""
    path = filled(screen.path, other, booking_id=untouched.people["booking"])
    form = {} if screen.method != "GET" else None
    assert ask(untouched.site, screen.method, path, other.person(Role.OWNER), form).status == 404


@pytest.mark.parametrize("screen", GUARDED, ids=named)
def test_a_stranger_is_led_to_the_sign_in(untouched: Place, screen: Screen) -> None:
    """Without a session every page leads to the sign-in and back, and every post is refused."""
    path = filled(screen.path, untouched, booking_id=untouched.people["booking"])
    answer = ask(untouched.site, screen.method, path, None, {} if screen.method != "GET" else None)
    if screen.method == "GET":
        assert answer.status == 303
        assert answer.headers["location"].startswith("/ops/sign-in?next=%2Fops")
    else:
        assert answer.status == 401
    made_up = ask(untouched.site, screen.method, path, "made-up", {} if screen.method != "GET" else None)
    assert made_up.status == answer.status


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example", "null"])
@pytest.mark.parametrize("screen", POSTS, ids=named)
def test_a_post_from_elsewhere_is_refused(untouched: Place, screen: Screen, origin: str | None) -> None:
    """What does not come from a page of ours is refused before anything is looked at, also for an owner."""
    path = filled(screen.path, untouched, booking_id=untouched.people["booking"])
    answer = ask(untouched.site, screen.method, path, untouched.person(Role.OWNER), {"note": "x"}, origin=origin)
    assert answer.status == 403


@pytest.mark.parametrize("screen", [one for one in INSIDE if one.method == "GET"], ids=named)
def test_no_page_may_be_framed_kept_or_scripted(untouched: Place, screen: Screen) -> None:
    """Every answer carries the policy: own scripts only, no frames, kept by no cache."""
    path = filled(screen.path, untouched, booking_id=untouched.people["booking"])
    answer = ask(untouched.site, "GET", path, untouched.person(Role.OWNER))
    assert answer.status < 500
    if "json" in answer.headers.get("content-type", ""):
        return
    policy = answer.headers["content-security-policy"]
    if screen.path.endswith("/letter") and answer.status == 200:  # framed by ours alone, and it can do nothing
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
        return
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "no-store" in answer.headers["cache-control"]
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|style=", answer.text)


# -- signing in -----------------------------------------------------------------------------------------------------


def someone(place: Place, email: str, role: Role = Role.HOST) -> None:
    """Make somebody with a password."""

    async def make() -> None:
        person_id = await add_person(place.desk.database, email, "Some One", PASSWORD)
        await stored_people.set_role(place.desk.database, person_id, place.number, role)

    place.site.run(make)


def sign_in(place: Place, email: str, password: str, **more: str) -> tuple[int, str, tuple[str, ...]]:
    """Send the form of the sign-in; return status, where it leads, and cookies."""
    form = {"email": email, "password": password, **more}
    answer = ask(place.site, "POST", "/ops/sign-in", None, form)
    return answer.status, answer.headers.get("location", ""), answer.cookies


def test_the_session_cookie_is_out_of_reach(place: Place) -> None:
    """Scripts cannot read it, other sites' posts do not carry it, and behind TLS it does not travel without."""
    someone(place, f"a@{place.slug}.example")
    status, _, cookies = sign_in(place, f"A@{place.slug}.example ", PASSWORD)
    assert status == 303
    flags = cookies[0].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "path=/" in flags
    assert "secure" not in flags  # this house speaks plain HTTP on loopback


def test_wrong_passwords_make_an_account_wait(place: Place) -> None:
    """The fifth wrong password makes the account wait, then also the right one is refused; nobody's looks the same."""
    email = f"b@{place.slug}.example"
    someone(place, email)
    statuses = [sign_in(place, email, "wrong password")[0] for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert sign_in(place, email, PASSWORD)[0] == 429
    assert sign_in(place, f"nobody@{place.slug}.example", "wrong password")[0] == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/ops\\..\\x",
        "javascript:alert(1)",
        "/ops/sign-in",
        "/docs",
        "http:/ops",
    ],
)
def test_the_sign_in_leads_nowhere_else(place: Place, target: str) -> None:
    """Whatever a link says, one lands on our own screens."""
    email = f"c@{place.slug}.example"
    someone(place, email)
    assert sign_in(place, email, PASSWORD, next=target)[1] == "/ops"


def test_the_sign_in_leads_back(place: Place) -> None:
    """Who was on the way to a screen gets there."""
    email = f"d@{place.slug}.example"
    someone(place, email)
    target = f"/ops/{place.slug}/bookings?group=manual_review"
    assert sign_in(place, email, PASSWORD, next=target)[1] == target


def test_signing_out_ends_the_session(place: Place) -> None:
    """The token is worth nothing afterwards, not only forgotten by the browser."""
    token = place.person(Role.HOST)
    assert ask(place.site, "POST", "/ops/sign-out", token, {}, origin=SAME).status == 303
    assert ask(place.site, "GET", f"/ops/{place.slug}/bookings", token).status == 303
