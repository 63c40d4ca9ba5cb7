"""Signing in and out, and how a person likes the screens."""

from typing import Final
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from maitred.api.problems import status_of
from maitred.domain.errors import InvalidInput, MaitredError, Unauthenticated
from maitred.ops.visit import CHOOSE, COOKIE, HEADERS, Screen, Visit
from maitred.ops.wording import sentence
from maitred.store.people import set_preferences
from maitred.texts import LOCALES, gettext
from maitred.usecases.people import SESSION_LASTS, TryLater, choose_password, sign_in, sign_out


async def form(visit: Visit) -> Response:
    """Show the sign-in, or go on for whoever has signed in."""
    if visit.person is not None:
        return RedirectResponse(next_of(visit.query("next")), 303, HEADERS)
    return await show_sign_in(visit, None, next_of(visit.query("next")))


async def enter(visit: Visit) -> Response:
    """Open a session."""
    sent = await visit.form()
    target, email = next_of(sent.get("next", "")), sent.get("email", "")
    try:
        token = await sign_in(visit.desk.database, email, sent.get("password", ""), device_of(visit), visit.now)
    except (Unauthenticated, TryLater) as fault:
        return await show_sign_in(visit, fault, target, email)
    answer = RedirectResponse(target, 303, HEADERS)
    give_cookie(visit, answer, token)
    return answer


async def show_sign_in(visit: Visit, fault: MaitredError | None, target: str, email: str = "") -> Response:
    """Show the sign-in, with what went wrong."""
    status, said = (status_of(fault), sentence(fault)) if fault else (200, None)
    oidc = visit.house.front.keys.trust.oidc
    return await visit.page(
        "sign_in.html", status, said=said, email=email, next=target, oidc=oidc.name if oidc else None
    )


def device_of(visit: Visit) -> str:
    """Return what a session is recognised by in the list of sessions."""
    return visit.request.headers.get("user-agent", "")


def is_secure(visit: Visit) -> bool:
    """Tell whether browsers reach us over TLS, be it that a proxy ends it."""
    public = visit.house.front.keys.trust.public_url or ""
    return visit.request.url.scheme == "https" or public.startswith("https://")


def give_cookie(visit: Visit, answer: Response, token: str) -> None:
    """Hand a session's token to the browser: not to scripts, not to other sites, over TLS not without it."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(visit),
    )


async def ask_password(visit: Visit) -> Response:
    """Ask for a password of one's own, in place of one that somebody else has seen."""
    if visit.person is None or not visit.person.must_choose:
        return RedirectResponse("/ops", 303, HEADERS)
    return await visit.page("first_password.html", said=None)


async def choose(visit: Visit) -> Response:
    """Set it."""
    if visit.person is None:
        raise Unauthenticated("Sign in first.")
    try:
        await choose_password(visit.desk.database, visit.person, (await visit.form()).get("new_password", ""))
    except InvalidInput as fault:
        return await visit.page("first_password.html", status_of(fault), said=sentence(fault))
    return RedirectResponse("/ops", 303, HEADERS)


async def leave(visit: Visit) -> Response:
    """End the session."""
    await sign_out(visit.desk.database, visit.who)
    answer = RedirectResponse("/ops/sign-in", 303, HEADERS)
    answer.delete_cookie(COOKIE, path="/")
    return answer


async def prefer(visit: Visit) -> Response:
    """Keep how somebody likes the screens: language, theme, and whether single keys act."""
    sent = await visit.form()
    locale, theme = sent.get("locale") or None, sent.get("theme") or None
    if locale is not None and locale not in LOCALES:
        raise InvalidInput("This language is not spoken here.", field="locale", code="unknown_value")
    if theme not in (None, "light", "dark"):
        raise InvalidInput("A theme is light or dark.", field="theme", code="unknown_value")
    await set_preferences(visit.desk.database, visit.who.id, locale, theme, single_keys="single_keys" in sent)
    return visit.done(gettext("Kept."), then=next_of(sent.get("next", "")))


def next_of(address: str) -> str:
    """Return where to go on to; only to our own screens, whatever an address that was sent says."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/ops") and "\\" not in address
    return address if ours and not parts.path.startswith("/ops/sign-in") else "/ops"


SCREENS: Final = (
    Screen("GET", "/ops/sign-in", form, None),
    Screen("POST", "/ops/sign-in", enter, None),
    Screen("GET", CHOOSE, ask_password, None),
    Screen("POST", CHOOSE, choose, None),
    Screen("POST", "/ops/sign-out", leave),
    Screen("POST", "/ops/preferences", prefer),
)  # fmt: skip
