"""Sends webhooks: one sender an endpoint, oldest first, each attempt on record.

Delivery is at least once: a worker that dies between the receiver's answer and our note of it sends again, under the
same webhook-id. Nothing here is on the way of a booking.
"""

import asyncio
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import aiohttp
import orjson
import structlog
from prometheus_client import Counter

from maitred import __version__
from maitred.domain.errors import InvalidInput, MaitredError
from maitred.domain.webhooks import DISABLED_AFTER, checked_url, delay_after, headers, rest_after
from maitred.notify.outside import EXCERPT, beginning, outside_session
from maitred.store import webhooks
from maitred.store.webhooks import Attempt, Parcel
from maitred.usecases.desk import Desk

TIMEOUT_S: Final = 15.0
LEASE_S: Final = 45.0  # longer than a try takes
AT_ONCE: Final = 32  # more than one restaurant has endpoints
MOST_A_TURN: Final = 200
TURN_S: Final = 5.0  # then whoever waits longest has a turn: one that accepts slowly, or has much to catch up on
GONE: Final = 410
DRAIN_S: Final = 5.0

SENT: Final = Counter("maitred_webhook_attempts_total", "Tries to deliver an event to an endpoint.", ["outcome"])

log = structlog.get_logger(__name__)


class Courier:
    """Sends what is due. `private` addresses are reached only where the settings allow it."""

    def __init__(self, desk: Desk, name: str, *, lease_s: float = LEASE_S, timeout_s: float = TIMEOUT_S) -> None:
        self._desk = desk
        self._name = name
        self._lease = timedelta(seconds=lease_s)
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._rounds: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def step(self) -> None:
        """Take endpoints that have something due, and send to them beside each other."""
        room = AT_ONCE - len(self._rounds)
        if room <= 0 or self._stopping:
            return
        now = self._desk.clock()
        for webhook_id in await webhooks.lease(self._desk.database, self._name, now, now + self._lease, room):
            task = asyncio.create_task(self._serve(webhook_id))
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)

    async def settled(self) -> None:
        """Return when nothing is being sent."""
        while self._rounds:
            await asyncio.wait(set(self._rounds))

    async def drain(self) -> None:
        """End what is being sent within a few seconds; what was cut off is sent again by somebody else."""
        self._stopping = True
        if self._rounds:
            await asyncio.wait(set(self._rounds), timeout=DRAIN_S)
        for task in set(self._rounds):
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _serve(self, webhook_id: UUID) -> None:
        try:
            until = monotonic() + TURN_S
            for _ in range(MOST_A_TURN):
                now = self._desk.clock()
                parcel = await webhooks.next_parcel(self._desk.database, webhook_id, self._name, now, now + self._lease)
                if parcel is None or not await self._deliver(parcel) or self._stopping or monotonic() >= until:
                    break
            await webhooks.release(self._desk.database, webhook_id, self._name, self._desk.clock())
        except MaitredError as fault:
            log.warning("webhook_held_up", webhook=str(webhook_id), error=fault.reason_code)
        except Exception:
            log.exception("webhook_fault", webhook=str(webhook_id))  # its lease runs out, and it is tried again

    async def _deliver(self, parcel: Parcel) -> bool:
        """Send one and note how it went; False when the endpoint should be left alone for a while."""
        attempt = await self._send(parcel)
        due_at = rest_until = disable = None
        if not attempt.accepted:
            delay = delay_after(str(parcel.event_id), parcel.attempts + 1)
            due_at = attempt.at + delay if delay else None
            rest_until = attempt.at + rest_after(parcel.failures + 1)
            disable = _reason_to_disable(parcel, attempt)
        async with self._desk.database.transaction(silent=True) as connection:
            await webhooks.record(connection, parcel, attempt, due_at=due_at, rest_until=rest_until, disable=disable)
        SENT.labels("accepted" if attempt.accepted else "refused" if attempt.status else "unanswered").inc()
        if disable:
            log.error("webhook_disabled", webhook=str(parcel.webhook_id), reason=disable)
        return attempt.accepted

    async def _send(self, parcel: Parcel) -> Attempt:
        body, at, began = orjson.dumps(parcel.envelope), self._desk.clock(), monotonic()
        try:
            checked_url(parcel.url, private=self._desk.policy.webhooks_private)
            status, excerpt = await self._post(parcel, body, at)
        except (aiohttp.ClientError, OSError, TimeoutError, InvalidInput, UnicodeError) as fault:
            return Attempt(at, None, _since_ms(began), _said(fault), None)
        error = None if 200 <= status < 300 else "redirects are not followed" if 300 <= status < 400 else None
        return Attempt(at, status, _since_ms(began), error, excerpt)

    async def _post(self, parcel: Parcel, body: bytes, at: datetime) -> tuple[int, str]:
        sent = {
            "Content-Type": "application/cloudevents+json",
            "User-Agent": f"maitred/{__version__}",
            **headers(parcel.secrets, str(parcel.event_id), at, body),
        }
        async with self._client().post(parcel.url, data=body, headers=sent, allow_redirects=False) as answer:
            return answer.status, await beginning(answer)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            private = self._desk.policy.webhooks_private
            self._session = outside_session(private=private, timeout_s=self._timeout_s, at_once=AT_ONCE)
        return self._session


def _reason_to_disable(parcel: Parcel, attempt: Attempt) -> str | None:
    """Return why nothing more is sent: the receiver says that it is gone for good, or has failed for days."""
    if attempt.status == GONE:
        return "gone"
    failing = parcel.failing_since is not None and attempt.at - parcel.failing_since >= DISABLED_AFTER
    return "failing" if failing else None


def _said(fault: BaseException) -> str:
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    if isinstance(fault, InvalidInput):
        return fault.message
    return (str(fault) or type(fault).__name__)[:EXCERPT]


def _since_ms(began: float) -> int:
    return round((monotonic() - began) * 1000)
