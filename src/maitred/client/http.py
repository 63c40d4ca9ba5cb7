"""Calls to a maitred API: one session, kept alive, and a bounded patience with a server that comes and goes.

Only troubles that pass are retried: no connection, a cut or late answer, 429, 5xx, and 409 with Retry-After (somebody
else had the day). Every call made here is safe to repeat: reads, PUT, POST with an Idempotency-Key, and cancel.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import aiohttp
import orjson

from maitred.client.failures import ApiProblem, ClientFailure, Unanswered
from maitred.domain.document import Fault

ANSWER_WITHIN_S = 30.0
CONNECT_WITHIN_S = 5.0
FIRST_DELAY_S = 0.05
LONGEST_DELAY_S = 2.0
FIRST_CONTACT_S = 10.0  # a mistyped address should not keep anyone waiting for the patience of a whole replay

PASSING = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: 2xx, or 304 with no body."""

    status: int
    body: Any

    @property
    def unchanged(self) -> bool:
        """This says that a conditional read found nothing new."""
        return self.status == 304


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a call is worth repeating, and how long the server asked us to wait first."""

    cause: str
    retry_after_s: float = 0.0


def passing_trouble(status: int, retry_after: str | None, code: str | None) -> Trouble | None:
    """This says whether an answer is a trouble that passes; None for an answer that stands."""
    contended = status == 409 and retry_after is not None
    if status not in PASSING and not contended:
        return None
    return Trouble(f"{status} {code}" if code else str(status), _seconds(retry_after))


def delay_s(trouble: Trouble, tries: int, key: str) -> float:
    """This is the wait before the next try: doubling, spread by key so that fifty waiters do not come back as one."""
    doubled = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(tries, 16))
    spread = 0.5 + crc32(f"{key}/{tries}".encode()) / 2**33
    return max(doubled * spread, trouble.retry_after_s)


class Api:
    """One API under one key; `troubles` counts what had to be retried, by cause."""

    def __init__(self, session: aiohttp.ClientSession, url: str, patience_s: float) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self.patience_s = patience_s
        self.troubles: Counter[str] = Counter()

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        patience_s: float | None = None,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> Answer:
        """This makes one call, repeated while the trouble passes; raises ApiProblem or Unanswered."""
        key = f"{method} {path} {(headers or {}).get('Idempotency-Key', '')}"
        give_up = monotonic() + (self.patience_s if patience_s is None else patience_s)
        tries = 0
        while True:
            outcome = await self._try(method, path, body, headers, answer_within_s)
            if isinstance(outcome, Answer):
                return outcome
            wait = delay_s(outcome, tries, key)
            tries += 1
            if monotonic() + wait > give_up:
                raise Unanswered(f"{method} {self._url}{path}", outcome.cause, tries)
            self.troubles[outcome.cause] += 1
            await asyncio.sleep(wait)

    async def _try(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None, within_s: float
    ) -> Answer | Trouble:
        data = None if body is None else orjson.dumps(body)
        sent = dict(headers or {}) | ({} if data is None else {"Content-Type": "application/json"})
        timeout = aiohttp.ClientTimeout(total=within_s, sock_connect=CONNECT_WITHIN_S)
        try:
            async with self._session.request(
                method, self._url + path, data=data, headers=sent, timeout=timeout, allow_redirects=False
            ) as response:
                text = await response.read()
        except TimeoutError:
            return Trouble("timeout")
        except aiohttp.ClientConnectorError:
            return Trouble("no connection")
        except (aiohttp.ClientError, OSError) as error:
            return Trouble(f"cut off ({type(error).__name__})")
        return _judged(f"{method} {path}", response.status, response.headers.get("Retry-After"), text)


@asynccontextmanager
async def open_api(url: str, api_key: str, *, patience_s: float, connections: int = 8) -> AsyncIterator[Api]:
    """This opens a session with at most `connections` calls in flight."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ClientFailure(f"{url!r} is not an address; write e.g. http://127.0.0.1:8080.")
    if not api_key or not api_key.isascii() or not api_key.isprintable():
        raise ClientFailure("An API key is needed: set MAITRED_API_KEY.")
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=60),
        headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield Api(session, url, patience_s)


def _judged(call: str, status: int, retry_after: str | None, text: bytes) -> Answer | Trouble:
    body = _json(text)
    problem = body if isinstance(body, dict) else {}
    code = problem.get("code")
    trouble = passing_trouble(status, retry_after, code if isinstance(code, str) else None)
    if trouble is not None:
        return trouble
    if status == 304 or (200 <= status < 300 and body is not None):
        return Answer(status, body)
    raise _problem(call, status, problem)


def _problem(call: str, status: int, problem: Mapping[str, Any]) -> ApiProblem:
    field = problem.get("field")
    return ApiProblem(
        call,
        status,
        code=str(problem.get("code") or f"http_{status}"),
        detail=str(problem.get("detail") or problem.get("title") or "no explanation came with it"),
        field=str(field) if field else None,
        errors=faults_in(problem.get("errors")),
    )


def faults_in(listed: Any) -> list[Fault]:
    """This reads the faults of a problem, or the warnings of an import."""
    return [
        Fault(*(str(one.get(name) or "") for name in ("field", "code", "message")))
        for one in listed or ()
        if isinstance(one, dict)
    ]


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return None  # a proxy's page, not ours: the status says the rest


def _seconds(retry_after: str | None) -> float:
    try:
        return min(max(float(retry_after or 0), 0.0), 60.0)
    except ValueError:  # a date: our own delay will do
        return 0.0
