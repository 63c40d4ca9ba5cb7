"""People whose identity somebody else vouches for: an OIDC provider, or Supabase.

A token is worth what its issuer says in it: whose address it is, and that it was verified. Who that is here, and what
they may do, is in our tables alone.
"""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import jwt
import orjson
import structlog

from maitred.domain.errors import Forbidden, InvalidInput, MaitredError, Unauthenticated, Unavailable
from maitred.store import people
from maitred.store.database import Database
from maitred.store.people import KnownPerson
from maitred.usecases.desk import Caller
from maitred.usecases.people import SCOPES_OF, Role, add_person

ASYMMETRIC: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_S: Final = 30
TIMEOUT_S: Final = 10
MAX_ANSWER: Final = 256 * 1024
REFRESH_S: Final = 30.0  # an unknown key id asks the issuer for its keys, but not more often than this
LONGEST: Final = 8_192
NOWHERE: Final = -1  # restaurants count from one
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})

log = structlog.get_logger(__name__)


class TokenRefused(Unauthenticated):
    """A token that proves nothing to us."""

    code = "token_refused"


class IssuerUnavailable(Unavailable):
    """Who vouches for people does not answer."""

    code = "issuer_unavailable"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, once it is known to be genuine."""

    email: str
    name: str


@dataclass(slots=True)
class KeySet:
    """An issuer's public keys, read when one is needed that is not there yet."""

    url: str
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: str | None) -> jwt.PyJWK:
        """Return the key of an id; raises TokenRefused and IssuerUnavailable."""
        found = self._found(kid)
        if found is None:
            async with self._reading:
                found = self._found(kid)
                if found is None and monotonic() - self._read_at > REFRESH_S:
                    await self._read()
                    found = self._found(kid)
        if found is None:
            raise TokenRefused("The token is signed with a key its issuer does not publish.")
        return found

    def _found(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid or "")

    async def _read(self) -> None:
        document = await get_json(self.url)
        try:
            keys = jwt.PyJWKSet.from_dict(dict(document)).keys
        except jwt.PyJWTError as fault:
            raise IssuerUnavailable("The issuer publishes no keys that can be read.") from fault
        self._keys = {key.key_id or "": key for key in keys}
        self._read_at = monotonic()


@dataclass(slots=True)
class Provider:
    """An OIDC provider, found by its discovery document, and how we are known there."""

    issuer: str
    client_id: str
    client_secret: str | None
    name: str
    _document: Mapping[str, Any] | None = None
    _keys: KeySet | None = None

    async def document(self) -> Mapping[str, Any]:
        """Return where its endpoints are; raises IssuerUnavailable."""
        if self._document is None:
            found = await get_json(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer or not found.get("jwks_uri"):
                raise IssuerUnavailable("The issuer's discovery document names another issuer.")
            self._keys, self._document = KeySet(str(found["jwks_uri"])), found
        return self._document

    async def address(self, start: "Start", callback: str) -> str:
        """Return where to send a browser to sign in."""
        endpoint = str((await self.document())["authorization_endpoint"])
        digest = hashlib.sha256(start.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": callback,
            "scope": "openid email profile",
            "state": start.state,
            "nonce": start.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, start: "Start", callback: str) -> Claims:
        """Return who came back with a code; raises TokenRefused and IssuerUnavailable."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "client_id": self.client_id,
            "code_verifier": start.verifier,
        }
        if self.client_secret:
            sent["client_secret"] = self.client_secret
        answer = await post_form(str((await self.document())["token_endpoint"]), sent)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise TokenRefused("The issuer gave no identity.")
        return await self.verify(token, nonce=start.nonce)

    async def verify(self, token: str, *, nonce: str | None = None) -> Claims:
        """Return what a token of this issuer for us says; raises TokenRefused and IssuerUnavailable."""
        await self.document()
        assert self._keys is not None
        key = await self._keys.key(header_of(token).get("kid"))
        claims = decoded(token, key, _algorithms(key), issuer=self.issuer, audience=self.client_id)
        if nonce is not None and not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise TokenRefused("The token answers another sign-in.")
        if claims.get("email_verified") not in (True, "true"):
            raise TokenRefused("The issuer has not verified the address.")
        return _claims(claims)


@dataclass(frozen=True, slots=True)
class Start:
    """What one sign-in is recognised by when it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Start":
        """Begin a sign-in."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


@dataclass(frozen=True, slots=True)
class Supabase:
    """Supabase's own tokens: signed with the project's secret (HS256), or with keys it publishes."""

    url: str
    secret: str | None
    keys: KeySet

    @classmethod
    def at(cls, url: str, secret: str | None) -> "Supabase":
        """Return the Supabase project at an address."""
        issuer = url.rstrip("/") + "/auth/v1"
        return cls(issuer, secret, KeySet(issuer + "/.well-known/jwks.json"))

    async def verify(self, token: str) -> Claims:
        """Return what a token of the project says; raises TokenRefused and IssuerUnavailable."""
        head = header_of(token)
        if head.get("alg") == "HS256":
            if not self.secret:
                raise TokenRefused("Tokens with a shared secret are not taken here.")
            claims = decoded(token, self.secret, ["HS256"], issuer=self.url, audience="authenticated")
        else:
            key = await self.keys.key(head.get("kid"))
            claims = decoded(token, key, _algorithms(key), issuer=self.url, audience="authenticated")
        if claims.get("role") != "authenticated" or claims.get("is_anonymous") is True:
            raise TokenRefused("The token is nobody's who has signed in.")
        return _claims(claims)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word is taken, and the role that newcomers get in every restaurant (None: they stay out)."""

    oidc: Provider | None = None
    supabase: Supabase | None = None
    newcomers: Role | None = None
    public_url: str | None = None

    def takes(self, token: str) -> bool:
        """Tell whether this looks like a token of somebody else's, not like a key of ours."""
        return (self.oidc is not None or self.supabase is not None) and token.count(".") == 2

    async def verify(self, token: str) -> Claims:
        """Return what a token of any trusted issuer says; raises TokenRefused and IssuerUnavailable."""
        issuer = unproven(token).get("iss")
        if self.oidc is not None and issuer == self.oidc.issuer:
            return await self.oidc.verify(token)
        if self.supabase is not None and issuer == self.supabase.url:
            return await self.supabase.verify(token)
        raise TokenRefused("The token is of an issuer that is not trusted here.")


async def person_of(database: Database, trust: Trust, claims: Claims) -> KnownPerson:
    """Return who has a verified address; raises TokenRefused for nobody, unless the settings make them known."""
    found = await people.known(database, claims.email)
    if found is None and trust.newcomers is not None and await people.any_by_email(database, claims.email) is None:
        person_id = await add_person(database, claims.email, claims.name, None)
        await people.set_role(database, person_id, None, trust.newcomers)
        found = await people.known(database, claims.email)
    if found is None:
        raise TokenRefused("You have no account here; an owner can invite you.", code="no_account")
    return found


def caller_of(person: KnownPerson, restaurant_id: int | None) -> Caller:
    """Return somebody as a caller, in one restaurant unless their role is for every one.

    Raises InvalidInput when they work in several and none was named, Forbidden when they work in none.
    """
    roles = {number: Role(role) for number, role in person.roles.items()}
    if not roles:
        raise Forbidden("You have no role here.", scope="bookings:read")
    if restaurant_id is None and None not in roles:
        if len(roles) > 1:
            raise InvalidInput("Name the restaurant's slug.", field="Maitred-Restaurant", code="required")
        restaurant_id = next(iter(roles))
    held = [roles[number] for number in {None, restaurant_id} & set(roles)]
    best = max(held or roles.values(), key=lambda role: role.rank)
    # Bound to no restaurant that there is, when they have no role there: for them it does not exist.
    place = restaurant_id if restaurant_id in roles else None if None in roles else NOWHERE
    return Caller(person.id, person.name, SCOPES_OF[best], place)


def header_of(token: str) -> Mapping[str, Any]:
    """Return a token's header; raises TokenRefused."""
    try:
        head: Mapping[str, Any] = jwt.get_unverified_header(token)
    except jwt.PyJWTError as fault:
        raise TokenRefused("This is no token.") from fault
    return head


def unproven(token: str) -> Mapping[str, Any]:
    """Return what a token claims, to find who has to vouch for it; nothing of it is true yet."""
    try:
        claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as fault:
        raise TokenRefused("This is no token.") from fault
    return claims


def decoded(
    token: str, key: jwt.PyJWK | str, algorithms: Sequence[str], *, issuer: str, audience: str
) -> Mapping[str, Any]:
    """Return a token's claims once signature, issuer, audience and times are right; raises TokenRefused."""
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as fault:
        raise TokenRefused(f"The token is refused: {fault}.") from fault
    return claims


async def get_json(url: str) -> Mapping[str, Any]:
    """Read a document of an issuer; raises IssuerUnavailable."""
    return await _asked("GET", url)


async def post_form(url: str, sent: Mapping[str, str]) -> Mapping[str, Any]:
    """Post a form to an issuer; raises TokenRefused when it says no, IssuerUnavailable when it says nothing."""
    return await _asked("POST", url, data=dict(sent))


async def _asked(method: str, url: str, **more: Any) -> Mapping[str, Any]:
    checked(url)
    try:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, url, allow_redirects=False, **more) as answer,
        ):
            if method == "POST" and 400 <= answer.status < 500:
                raise TokenRefused("The issuer refused this sign-in; begin again.")
            answer.raise_for_status()
            document = orjson.loads(await answer.content.read(MAX_ANSWER))
            if not isinstance(document, dict):
                raise ValueError("no JSON object")
    except MaitredError:
        raise
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
        log.warning("issuer_unavailable", url=url, fault=str(fault) or type(fault).__name__)
        raise IssuerUnavailable("Who vouches for your identity does not answer; try again.") from fault
    return document


def checked(url: str) -> None:
    """Raise IssuerUnavailable for an address over which secrets would travel in the open."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise IssuerUnavailable("An issuer's addresses are https://.")


def _algorithms(key: jwt.PyJWK) -> list[str]:
    """Return what a public key may sign with: never a shared secret's algorithm."""
    return [name for name in (key.algorithm_name,) if name in ASYMMETRIC]


def _claims(claims: Mapping[str, Any]) -> Claims:
    email = claims.get("email")
    if not isinstance(email, str) or not 3 <= len(email) <= 254:
        raise TokenRefused("The token names no address.")
    plain = email.strip().lower()
    name = claims.get("name")
    return Claims(plain, name[:120] if isinstance(name, str) and name.strip() else plain.partition("@")[0])
