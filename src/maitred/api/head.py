"""HEAD wherever there is GET (RFC 9110, 9.3.2): the same answer, of which only status and headers leave."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOUND = ("route", "endpoint", "path_params", "app")  # what the router notes, for the meter to read


class Heads:
    """Answers HEAD as GET would be, without the body; a stream ends where its first byte would come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        asked, headed = {**scope, "method": "GET"}, asyncio.Event()

        async def only_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                headed.set()

        answering = asyncio.ensure_future(self._app(asked, receive, only_head))
        try:
            await _first(answering, headed)
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            scope.update({name: asked[name] for name in _FOUND if name in asked})
        if not headed.is_set():
            answering.result()


async def _first(answering: "asyncio.Future[Any]", headed: asyncio.Event) -> None:
    """Return when the head has left, or the task has ended without one."""
    waiting: asyncio.Future[Any] = asyncio.ensure_future(headed.wait())
    try:
        await asyncio.wait({answering, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
