"""Signing in by somebody who vouches for people: an OIDC provider (code and PKCE), or a token of Supabase.

What a sign-in is recognised by when it comes back lies in a cookie of its own for ten minutes; only the browser that
began can end it.
"""

import secrets
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse, Response

from maitred.domain.errors import MaitredError, NotFound
from maitred.ops.session import device_of, give_cookie, is_secure, next_of, show_sign_in
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.store.people import KnownPerson
from maitred.usecases.people import open_session
from maitred.usecases.tokens import Claims, Provider, Start, TokenRefused, Trust, person_of

STATE_COOKIE: Final = "maitred_oidc"
STATE_LASTS_S: Final = 600
CALLBACK: Final = "/ops/sign-in/callback"


async def leave_for_provider(visit: Visit) -> Response:
    """Send the browser to the provider."""
    start = Start.new()
    try:
        address = await _provider(visit).address(start, _callback(visit))
    except MaitredError as fault:
        return await show_sign_in(visit, fault, next_of(visit.query("next")))
    kept = urlencode(
        {
            "state": start.state,
            "nonce": start.nonce,
            "verifier": start.verifier,
            "next": next_of(visit.query("next")),
        }
    )
    answer = RedirectResponse(address, 303, HEADERS)
    answer.set_cookie(
        STATE_COOKIE,
        kept,
        max_age=STATE_LASTS_S,
        path="/ops/sign-in",
        httponly=True,
        samesite="lax",
        secure=is_secure(visit),
    )
    return answer


async def come_back(visit: Visit) -> Response:
    """Open a session for who comes back from the provider with a code, if it is this browser that left."""
    kept = dict(parse_qsl(visit.request.cookies.get(STATE_COOKIE, "")))
    target = next_of(kept.get("next", ""))
    try:
        claims = await _redeemed(visit, kept)
        answer = await _let_in(visit, claims, target)
    except MaitredError as fault:
        answer = await show_sign_in(visit, fault, target)
    answer.delete_cookie(STATE_COOKIE, path="/ops/sign-in")
    return answer


async def _redeemed(visit: Visit, kept: dict[str, str]) -> Claims:
    state, code = kept.get("state", ""), visit.query("code")
    if not state or not secrets.compare_digest(state.encode(), visit.query("state").encode()):
        raise TokenRefused("This sign-in was not begun here, or too long ago; begin again.")
    if not code:
        raise TokenRefused("The issuer refused this sign-in; begin again.")
    start = Start(state, kept.get("nonce", ""), kept.get("verifier", ""))
    return await _provider(visit).redeem(code, start, _callback(visit))


async def enter_by_token(visit: Visit) -> Response:
    """Open a session for who sends a token of Supabase or of the provider."""
    sent = await visit.form()
    target = next_of(sent.get("next", ""))
    try:
        return await _let_in(visit, await _trust(visit).verify(sent.get("token", "")), target)
    except MaitredError as fault:
        return await show_sign_in(visit, fault, target)


async def _let_in(visit: Visit, claims: Claims, target: str) -> Response:
    person: KnownPerson = await person_of(visit.desk.database, _trust(visit), claims)
    token = await open_session(visit.desk.database, person.id, device_of(visit), visit.now)
    answer = RedirectResponse(target, 303, HEADERS)
    give_cookie(visit, answer, token)
    return answer


def _trust(visit: Visit) -> Trust:
    return visit.house.front.keys.trust


def _provider(visit: Visit) -> Provider:
    found = _trust(visit).oidc
    if found is None:
        raise NotFound("There is nothing here.")
    return found


def _callback(visit: Visit) -> str:
    base = _trust(visit).public_url or str(visit.request.base_url)
    return base.rstrip("/") + CALLBACK


SCREENS: Final = (
    Screen("GET", "/ops/sign-in/oidc", leave_for_provider, None),
    Screen("GET", CALLBACK, come_back, None),
    Screen("POST", "/ops/sign-in/token", enter_by_token, None),
)  # fmt: skip
