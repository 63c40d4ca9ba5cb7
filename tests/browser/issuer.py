"""A little OIDC provider that really signs: discovery, keys, codes with PKCE, and tokens as crooked as a test wants."""

import asyncio
import base64
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import urlencode

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT: Final = "maitred-tests"
SECRET: Final = "the-clients-secret"


def new_key() -> rsa.RSAPrivateKey:
    """Return a key to sign with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(slots=True)
class Issuer:
    """The provider: who signs in is whoever `claims` says; `bend` changes the next token."""

    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    kid: str = "first"
    claims: dict[str, Any] = field(default_factory=dict)
    bend: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    silent: bool = False
    keys_read: int = 0

    def person(self, email: str, **claims: Any) -> None:
        """Say who signs in next."""
        self.claims = {"sub": email, "email": email, "email_verified": True, "name": "Ann Example", **claims}
        self.bend = {}

    def token(self, *, key: Any = None, algorithm: str = "RS256", kid: str | None = None, **claims: Any) -> str:
        """Return a token; a claim of None is left out."""
        now = int(time.time())
        told = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.claims, **claims}
        told = {name: value for name, value in told.items() if value is not None}
        secret = None if algorithm == "none" else key or self.key
        return jwt.encode(told, secret, algorithm=algorithm, headers={"kid": kid or self.kid})

    def application(self) -> web.Application:
        """Return the provider as an application."""
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        return app

    async def _discovery(self, _request: web.Request) -> web.Response:
        if self.silent:
            raise web.HTTPBadGateway
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return web.json_response({"issuer": self.url, **{name: f"{self.url}/{path}" for name, path in names.items()}})

    async def _keys(self, _request: web.Request) -> web.Response:
        self.keys_read += 1
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return web.json_response({"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]})

    async def _authorize(self, request: web.Request) -> web.Response:
        sent, code = dict(request.query), token_urlsafe(12)
        self.asked.append(sent)
        self.codes[code] = sent
        raise web.HTTPFound(f"{sent['redirect_uri']}?{urlencode({'code': code, 'state': sent['state']})}")

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        begun = self.codes.pop(str(form.get("code")), None)
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = begun is not None and proof == begun["code_challenge"] and form.get("client_secret") == SECRET
        if begun is None or not right or form.get("redirect_uri") != begun["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {"id_token": self.token(**{"nonce": begun["nonce"], **self.bend}), "access_token": "x"}
        )


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Serve a provider in a thread of its own for as long as the block lasts."""
    issuer, listener = Issuer(), socket.create_server(("127.0.0.1", 0))
    issuer.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def begin() -> web.AppRunner:
        runner = web.AppRunner(issuer.application())
        await runner.setup()
        await web.SockSite(runner, listener).start()
        return runner

    def run() -> None:
        runner = loop.run_until_complete(begin())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(10)
    try:
        yield issuer
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
