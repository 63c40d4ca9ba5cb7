"""Signing in by an OIDC provider and by Supabase, and their tokens at the API; the provider is a real one."""

import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from asking import Answer, ask
from issuer import CLIENT, SECRET, Issuer, issuing, new_key
from playwright.sync_api import expect
from site_of_tests import Place, Site, Visitors, served, soon

from engines import Databases
from maitred.domain.errors import MaitredError
from maitred.embedded import EmbeddedValkey
from maitred.store import people as stored_people
from maitred.usecases.people import Role, add_person
from maitred.usecases.tokens import KeySet, Provider, Supabase, Trust

SHARED: Final = "a-shared-secret-of-at-least-thirty-two-characters"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """The provider."""
    with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def site(databases: Databases, valkey_engine: EmbeddedValkey, issuer: Issuer) -> Iterator[Site]:
    """A house that trusts the provider and a Supabase project."""
    supabase = Supabase(issuer.url + "/auth/v1", SHARED, KeySet(issuer.url + "/keys"))
    trust = Trust(Provider(issuer.url, CLIENT, SECRET, "Example ID"), supabase)
    with served(databases, valkey_engine, trust) as site:
        yield site


@pytest.fixture
def ann(place: Place, issuer: Issuer) -> str:
    """The address of somebody who is host here, and who the provider signs in next."""
    email = f"ann@{place.slug}.example"
    member(place, email, Role.HOST)
    issuer.person(email)
    return email


def member(place: Place, email: str, role: Role) -> None:
    """Make somebody known, without a password."""

    async def make() -> None:
        known = await stored_people.any_by_email(place.desk.database, email)
        number = known.id if known else await add_person(place.desk.database, email, "Ann Example", None)
        await stored_people.set_role(place.desk.database, number, place.number, role)

    place.site.run(make)


def begin(place: Place, **query: str) -> tuple[str, str, str]:
    """Leave for the provider; return its address, the state, and the cookie that remembers."""
    answer = ask(place.site, "GET", f"/ops/sign-in/oidc?next={query.get('next', '/ops')}")
    assert answer.status == 303
    address = answer.headers["location"]
    return address, parse_qs(urlsplit(address).query)["state"][0], answer.cookies[0].partition(";")[0]


def at_provider(site: Site, address: str) -> str:
    """Let the provider sign somebody in; return the path it leads back to."""
    parts = urlsplit(address)
    back = ask(Site(url=f"{parts.scheme}://{parts.netloc}"), "GET", f"{parts.path}?{parts.query}").headers["Location"]
    assert back.startswith(site.url + "/ops/sign-in/callback")
    return back.removeprefix(site.url)


def whole(place: Place, **query: str) -> Answer:
    """Sign in by the provider from beginning to end."""
    address, _, cookie = begin(place, **query)
    return ask(place.site, "GET", at_provider(place.site, address), cookie=cookie)


def opened(answer: Answer) -> bool:
    """Tell whether an answer opens a session."""
    return any(cookie.startswith("maitred_session=") and "Max-Age=0" not in cookie for cookie in answer.cookies)


# -- in the browser -------------------------------------------------------------------------------------------------


def test_one_signs_in_by_the_provider(place: Place, visitor: Visitors, ann: str, issuer: Issuer) -> None:
    """The button leads to the provider and back to the screen one was on the way to, with what PKCE asks for."""
    visit = visitor()
    visit.open(f"/ops/{place.slug}/bookings")
    link = visit.page.get_by_role("link", name="Sign in with Example ID")
    link.focus()
    visit.press("Enter")
    expect(visit.page).to_have_url(f"{place.site.url}/ops/{place.slug}/bookings")
    expect(visit.page.locator("summary").first).to_contain_text("Ann Example")
    asked = issuer.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"].split()[0] == "openid"
    names = {cookie["name"] for cookie in visit.page.context.cookies()}
    assert names == {"maitred_session"}


# -- what may not pass ----------------------------------------------------------------------------------------------


def test_the_right_one_passes(place: Place, ann: str) -> None:
    """The way that the refusals below bend leads to a session when it is straight, and nowhere else."""
    answer = whole(place, next="//elsewhere.example")
    assert opened(answer)
    assert answer.headers["location"] == "/ops"


BENT: Final[dict[str, dict[str, Any]]] = {
    "another audience": {"aud": "somebody-else"},
    "another issuer": {"iss": "https://elsewhere.example"},
    "over": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "address not verified": {"email_verified": False},
    "nothing said of the address": {"email_verified": None},
    "no address": {"email": None},
    "another key": {"key": new_key()},
    "a key nobody publishes": {"kid": "unknown"},
    "no signature": {"key": "", "algorithm": "none"},
    "a secret for a key": {"key": "x" * 32, "algorithm": "HS256"},
}


@pytest.mark.parametrize("bent", BENT)
def test_a_crooked_token_opens_nothing(place: Place, ann: str, issuer: Issuer, bent: str) -> None:
    """Whatever is not exactly right about a token, nobody is let in."""
    issuer.bend = BENT[bent]
    answer = whole(place)
    assert answer.status == 401
    assert not opened(answer)


def test_somebody_without_an_account_stays_out(place: Place, issuer: Issuer) -> None:
    """The provider vouches for many; who was not invited is told so, and no account is made."""
    issuer.person("stranger@elsewhere.example")
    answer = whole(place)
    assert answer.status == 401
    assert "invite" in answer.text
    known = place.site.run(lambda: stored_people.any_by_email(place.desk.database, "stranger@elsewhere.example"))
    assert known is None


def test_a_closed_account_stays_closed(place: Place, ann: str) -> None:
    """That the provider vouches for somebody does not open their account again."""

    async def close() -> None:
        known = await stored_people.any_by_email(place.desk.database, ann)
        assert known is not None
        await stored_people.disable(place.desk.database, known.id)

    place.site.run(close)
    assert not opened(whole(place))


def test_only_the_browser_that_left_comes_back(place: Place, ann: str) -> None:
    """Without the cookie, with another's, with another state, or a second time, a code opens nothing."""
    address, _, cookie = begin(place)
    path = at_provider(place.site, address)
    _, _, anothers = begin(place)
    for crooked in (None, anothers, cookie.replace("state=", "state=x"), "maitred_oidc="):
        assert not opened(ask(place.site, "GET", path, cookie=crooked))
    assert not opened(ask(place.site, "GET", path.replace("state=", "state=x"), cookie=cookie))
    assert opened(ask(place.site, "GET", path, cookie=cookie))
    assert not opened(ask(place.site, "GET", path, cookie=cookie))


def test_a_code_with_another_verifier_is_worth_nothing(place: Place, ann: str) -> None:
    """Who steals a code has not the verifier that goes with it."""
    address, state, _ = begin(place)
    path = at_provider(place.site, address)
    assert not opened(ask(place.site, "GET", path, cookie=f"maitred_oidc=state={state}&nonce=n&verifier=v"))


# -- keys that change, and a provider that is away ------------------------------------------------------------------


def test_new_keys_are_found_and_unknown_ones_do_not_flood_the_provider(place: Place, issuer: Issuer, ann: str) -> None:
    """A token of an unknown key makes us ask once, and not again for the next one."""
    keys = KeySet(issuer.url + "/keys")
    before = issuer.keys_read

    async def look() -> list[str]:
        found = []
        for kid in (issuer.kid, "made-up", "made-up-too", issuer.kid):
            try:
                found.append((await keys.key(kid)).key_id or "")
            except MaitredError as fault:
                found.append(type(fault).__name__)
        return found

    assert place.site.run(look) == [issuer.kid, "TokenRefused", "TokenRefused", issuer.kid]
    assert issuer.keys_read == before + 1


def test_a_provider_that_is_away_is_named_so(place: Place, issuer: Issuer) -> None:
    """Its absence is no fault of the guest's: 503 and a sentence, with the password still offered."""
    issuer.silent = True
    trust = place.site.front.keys.trust
    place.site.front.keys.trust = Trust(Provider(issuer.url, CLIENT, SECRET, "Example ID"))
    try:
        answer = ask(place.site, "GET", "/ops/sign-in/oidc")
    finally:
        issuer.silent, place.site.front.keys.trust = False, trust
    assert answer.status == 503
    assert 'name="password"' in answer.text


# -- Supabase -------------------------------------------------------------------------------------------------------


def supabase_token(issuer: Issuer, **claims: Any) -> str:
    """Return a token as Supabase signs it, with its shared secret."""
    told = {"iss": issuer.url + "/auth/v1", "aud": "authenticated", "role": "authenticated", **claims}
    return issuer.token(key=SHARED, algorithm="HS256", **told)


def by_token(place: Place, token: str) -> Answer:
    """Sign in by sending a token."""
    return ask(place.site, "POST", "/ops/sign-in/token", None, {"token": token, "next": f"/ops/{place.slug}"})


def test_supabases_tokens_open_a_session(place: Place, ann: str, issuer: Issuer) -> None:
    """Signed with the shared secret or with a published key, they lead on to the screen."""
    published = issuer.token(iss=issuer.url + "/auth/v1", aud="authenticated", role="authenticated")
    for token in (supabase_token(issuer), published):
        answer = by_token(place, token)
        assert opened(answer), answer.text
        assert answer.headers["location"] == f"/ops/{place.slug}"


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "anon"},
        {"role": "service_role"},
        {"is_anonymous": True},
        {"aud": "anon"},
        {"iss": "https://elsewhere.example/auth/v1"},
        {"exp": int(time.time()) - 3600},
        {"email": None},
    ],
)
def test_supabases_other_tokens_open_nothing(place: Place, ann: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    """Neither the project's own keys nor anonymous users nor what is over."""
    assert not opened(by_token(place, supabase_token(issuer, **claims)))


def test_a_guess_at_the_secret_opens_nothing(place: Place, ann: str, issuer: Issuer) -> None:
    """Signed with anything else, a token is worth nothing; nor is no token at all."""
    told = {"iss": issuer.url + "/auth/v1", "aud": "authenticated", "role": "authenticated"}
    for token in (issuer.token(key="y" * 40, algorithm="HS256", **told), "", "a.b.c", "x" * 9_000):
        assert not opened(by_token(place, token))


# -- at the API -----------------------------------------------------------------------------------------------------


def call(place: Place, token: str, method: str, path: str, **headers: str) -> Answer:
    """Call the API with a token."""
    return ask(place.site, method, path, None, None, Authorization=f"Bearer {token}", **headers)


def test_the_api_takes_tokens_with_the_rights_of_the_role(place: Place, ann: str, issuer: Issuer) -> None:
    """A host reads and cancels bookings by token; a viewer only reads; both see one restaurant."""
    booked = place.book("Bob Baker", 2, soon()).booking
    other = place.site.open_place()
    token = issuer.token()
    assert call(place, token, "GET", f"/v1/restaurants/{place.slug}/bookings").status == 200
    assert call(place, token, "GET", f"/v1/restaurants/{other.slug}/bookings").status == 404
    viewer = f"viewer@{place.slug}.example"
    member(place, viewer, Role.VIEWER)
    by_viewer = issuer.token(email=viewer, sub=viewer)
    assert call(place, by_viewer, "GET", f"/v1/bookings/{booked.id}").status == 200
    assert call(place, by_viewer, "POST", f"/v1/bookings/{booked.id}/cancel").status == 403
    assert call(place, supabase_token(issuer), "POST", f"/v1/bookings/{booked.id}/cancel").status == 200


def test_who_works_in_several_restaurants_has_in_each_the_role_of_that_one(
    place: Place, ann: str, issuer: Issuer
) -> None:
    """The path says which restaurant; where it does not, the header does; without either it is asked for."""
    other = place.site.open_place()
    member(other, ann, Role.VIEWER)
    here, there = (one.book("Bob Baker", 2, soon()).booking for one in (place, other))
    token = issuer.token()
    for one in (place, other):
        assert call(place, token, "GET", f"/v1/restaurants/{one.slug}/bookings").status == 200
    answer = call(place, token, "POST", f"/v1/bookings/{here.id}/cancel")
    assert (answer.status, "Maitred-Restaurant" in answer.text) == (422, True)
    named = {"Maitred_Restaurant": other.slug}
    assert call(place, token, "POST", f"/v1/bookings/{there.id}/cancel", **named).status == 403
    assert call(place, token, "GET", f"/v1/bookings/{here.id}", **named).status == 404
    named = {"Maitred_Restaurant": place.slug}
    assert call(place, token, "POST", f"/v1/bookings/{here.id}/cancel", **named).status == 200


@pytest.mark.parametrize("bent", [name for name in BENT if "nonce" not in name])
def test_the_api_refuses_crooked_tokens(place: Place, ann: str, issuer: Issuer, bent: str) -> None:
    """What opens no session gets no answer either, and 401 says what is missing."""
    answer = call(place, issuer.token(**BENT[bent]), "GET", f"/v1/restaurants/{place.slug}/bookings")
    assert answer.status == 401
    assert "www-authenticate" in answer.headers


def test_somebody_without_a_role_may_nothing(place: Place, issuer: Issuer) -> None:
    """To be known is not to be allowed."""
    email = f"nobody@{place.slug}.example"
    place.site.run(lambda: add_person(place.desk.database, email, "No Body", None))
    issuer.person(email)
    assert call(place, issuer.token(), "GET", f"/v1/restaurants/{place.slug}/bookings").status == 403


def test_a_token_is_no_key_of_ours(place: Place) -> None:
    """In the other direction: our own keys are still taken beside tokens, and a made-up one is not."""
    assert call(place, "mk_made-up", "GET", f"/v1/restaurants/{place.slug}/bookings").status == 401


def test_newcomers_get_a_role_only_where_the_settings_say_so(place: Place, issuer: Issuer) -> None:
    """With a role for newcomers, who the provider vouches for is let in with it, once."""
    issuer.person(f"new@{place.slug}.example")
    ring = place.site.front.keys
    trust = ring.trust
    ring.trust = Trust(trust.oidc, trust.supabase, Role.VIEWER)
    try:
        assert opened(whole(place))
        assert opened(whole(place))
    finally:
        ring.trust = trust
    known = place.site.run(lambda: stored_people.known(place.desk.database, f"new@{place.slug}.example"))
    assert known.roles == {None: "viewer"}


def test_the_library_is_what_we_think(issuer: Issuer) -> None:
    """The crooked tokens above are crooked: the straight one verifies with the published key."""
    issuer.person("a@b.example")
    assert jwt.decode(issuer.token(), issuer.key.public_key(), algorithms=["RS256"], audience=CLIENT)["email"]
