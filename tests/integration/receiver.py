"""A receiver of webhooks on loopback, which trusts nothing but a Standard Webhooks library that is not ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web
from standardwebhooks import Webhook

from waiting import patience

Answer = Callable[["Got"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Got:
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id by which a receiver tells repetitions."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvent, after asserting that both ids are the same."""
        event: dict[str, Any] = orjson.loads(self.body)
        assert event["id"] == self.id
        return event

    def signed_by(self, secret: str) -> bool:
        """Tell whether the library finds its own signature among those that came."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), tz=UTC)
        wanted = Webhook(secret).sign(self.id, at, self.body.decode())
        return wanted in self.headers["webhook-signature"].split(" ")

    def verified(self, secret: str) -> Any:
        """Let the library verify signature and time as a receiver would; raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(slots=True)
class Receiver:
    """What came in, and what is answered: the statuses given in `answers` first, then 204."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    hook: Answer | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note what came and answer."""
        one = Got({name.lower(): value for name, value in request.headers.items()}, await request.read())
        self.got.append(one)
        self.arrived.set()
        if self.hook is not None:
            return await self.hook(one)
        status = self.answers.pop(0) if self.answers else 204
        return web.Response(status=status, text="" if status == 204 else f"answer {status}")

    @property
    def ids(self) -> list[str]:
        """The ids in the order in which they came."""
        return [one.id for one in self.got]

    def types(self, of: Iterable[Got] | None = None) -> list[str]:
        """The types in the order in which they came."""
        return [one.event["type"] for one in (self.got if of is None else of)]

    async def reach(self, number: int) -> None:
        """Return when that many requests have come."""
        async with patience(f"{number} requests; {len(self.got)} had come"):
            while len(self.got) < number:
                self.arrived.clear()
                await self.arrived.wait()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Listen on loopback."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
