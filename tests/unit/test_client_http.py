"""Calls over HTTP: which troubles pass, for how long, and what stands. The server here is real and misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from aiohttp import web

from maitred.client.failures import ApiProblem, ClientFailure, Unanswered
from maitred.client.http import LONGEST_DELAY_S, Api, Trouble, delay_s, open_api, passing_trouble

Handler = Callable[[web.BaseRequest], Coroutine[Any, Any, web.StreamResponse]]


@asynccontextmanager
async def _serving(handler: Handler, patience_s: float = 10.0) -> AsyncIterator[Api]:
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with open_api(f"http://{host}:{port}/", "a key", patience_s=patience_s) as api:
            yield api
    finally:
        await runner.cleanup()


def _json(status: int, body: Any, **headers: str) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), headers=headers, content_type="application/json")


@pytest.mark.parametrize(
    ("status", "retry_after", "passes"),
    [
        (429, None, True),
        (500, None, True),
        (502, None, True),
        (503, "5", True),
        (504, None, True),
        (409, "1", True),
        (409, None, False),
        (400, None, False),
        (401, None, False),
        (404, "1", False),
        (412, None, False),
        (422, None, False),
        (200, None, False),
        (201, None, False),
        (304, None, False),
    ],
)
def test_only_troubles_that_pass_are_retried(status: int, retry_after: str | None, passes: bool) -> None:
    """A dependency that is down or a busy day passes; a refusal stands."""
    assert (passing_trouble(status, retry_after, "why") is not None) is passes


def test_the_delay_doubles_to_a_bound_and_heeds_the_server() -> None:
    """Waits grow, never pass the bound, differ between callers, and are no shorter than Retry-After."""
    waits = [delay_s(Trouble("503"), tries, "GET /a") for tries in range(12)]
    assert waits[0] < waits[3] < waits[6] <= max(waits) <= LONGEST_DELAY_S
    assert delay_s(Trouble("503"), 6, "GET /a") != delay_s(Trouble("503"), 6, "GET /b")
    assert delay_s(Trouble("503", retry_after_s=5), 0, "GET /a") == 5


async def test_a_server_that_recovers_is_answered_for() -> None:
    """503, a busy day and a cut connection are each tried again with the same key and body, and counted."""
    seen: list[tuple[str | None, bytes]] = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        seen.append((request.headers.get("Idempotency-Key"), await request.read()))
        match len(seen):
            case 1:
                return _json(503, {"code": "database_unavailable"})
            case 2:
                return _json(409, {"code": "lock_busy"}, **{"Retry-After": "0"})
            case 3:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case _:
                return _json(201, {"id": "B"})

    async with _serving(handler) as api:
        answer = await api.call("POST", "/v1/x", body={"a": 1}, headers={"Idempotency-Key": "k"})
        assert (answer.status, answer.body) == (201, {"id": "B"})
        assert seen == [("k", b'{"a":1}')] * 4
        causes = set(api.troubles)
    assert {"503 database_unavailable", "409 lock_busy"} < causes
    assert len(causes) == 3


async def test_patience_is_bounded_and_names_the_cause() -> None:
    """A server that stays away ends the call with its last trouble, not with silence."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        return _json(503, {"code": "breaker_open"})

    async with _serving(handler, patience_s=0.3) as api:
        with pytest.raises(Unanswered) as caught:
            await api.call("GET", "/v1/x")
    assert caught.value.cause == "503 breaker_open"


async def test_nobody_listening_is_a_trouble_that_passes() -> None:
    """A refused connection is tried again until patience ends."""
    async with open_api("http://127.0.0.1:9", "a key", patience_s=0.2) as api:
        with pytest.raises(Unanswered, match="no connection"):
            await api.call("GET", "/v1/x")


async def test_an_answer_that_comes_too_late_is_a_trouble() -> None:
    """A server that accepts and then says nothing is given up on in time."""
    given_up = asyncio.Event()

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        await given_up.wait()
        return web.Response()

    async with _serving(handler, patience_s=0.1) as api:
        with pytest.raises(Unanswered, match="timeout"):
            await api.call("GET", "/v1/x", answer_within_s=0.2)
        given_up.set()


async def test_a_refusal_carries_the_fields_of_its_problem() -> None:
    """Code, field, detail and the list of faults survive the way; the call is made once."""
    calls = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        calls.append(request.path)
        errors = [{"field": "joins[0]", "code": "self_join", "message": "No."}]
        return _json(422, {"code": "off_grid", "field": "starts_at", "detail": "Off the grid.", "errors": errors})

    async with _serving(handler) as api:
        with pytest.raises(ApiProblem) as caught:
            await api.call("POST", "/v1/x", body={})
    problem = caught.value
    assert (problem.status, problem.code, problem.field) == (422, "off_grid", "starts_at")
    assert [(fault.path, fault.code) for fault in problem.errors] == [("joins[0]", "self_join")]
    assert calls == ["/v1/x"]


async def test_an_answer_that_is_not_ours_is_refused_by_its_status() -> None:
    """A proxy's HTML page makes no crash; the status is told."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=404, text="<html>no</html>", content_type="text/html")

    async with _serving(handler) as api:
        with pytest.raises(ApiProblem) as caught:
            await api.call("GET", "/v1/x")
    assert caught.value.code == "http_404"


@pytest.mark.parametrize(
    ("url", "key"), [("localhost:8080", "k"), ("ftp://x", "k"), ("http://x", ""), ("http://x", "ü")]
)
async def test_a_bad_address_or_key_is_refused_before_any_call(url: str, key: str) -> None:
    """What can never work is said at once."""
    with pytest.raises(ClientFailure):
        async with open_api(url, key, patience_s=1):
            pass
