"""Sends messages that were planned: one at a time in each thread, each until the other side has it or never will.

A message is lost by nobody: it is claimed with a lease, and what its holder left undone is claimed again. A second copy
arises where a process ends between the other side's word and our note of it, and has the same Message-ID.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from prometheus_client import Counter

from maitred.domain.booking import State
from maitred.domain.errors import Contended, NotFound, Unavailable
from maitred.domain.messages import Kind, delay_after, why_stale
from maitred.notify.port import Away, Later, Never, Outgoing, Sent, Taken, Transport
from maitred.store import messages
from maitred.store.messages import Claimed
from maitred.usecases.desk import Desk
from maitred.usecases.messages import house_of

LEASE_S: Final = 240.0  # longer than a batch takes, whose messages leave all at once: a try has its own time-out
BATCH: Final = 8
MOST_BATCHES: Final = 50
RECORD_PAUSE_S: Final = 0.2
# A server that is away is asked seldom, by one message at a time, and costs none of them a try.
AWAY_S: Final = 5.0

_ADDRESS: Final = re.compile(r"\S+@\S+")

SENT: Final = Counter(
    "maitred_messages_total", "Tries to send a message, by channel and outcome.", ["channel", "outcome"]
)

log = structlog.get_logger(__name__)


class Mailer:
    """Sends what is due, by the transport of each channel."""

    def __init__(self, desk: Desk, name: str, transports: Mapping[str, Transport], *, lease_s: float = LEASE_S) -> None:
        self._desk = desk
        self._name = name
        self._transports = transports
        self._lease = timedelta(seconds=lease_s)
        self._away_until = 0.0
        self._in_doubt = False
        self._stopping = False

    async def step(self) -> None:
        """Send until nothing is due."""
        for _ in range(MOST_BATCHES):
            if self._stopping or not await self._batch():
                return

    async def drain(self) -> None:
        """Take nothing more, and let go of connections."""
        self._stopping = True
        for transport in self._transports.values():
            await transport.aclose()

    async def _batch(self) -> bool:
        now = self._desk.clock()
        channels = [name for name in self._transports if name != "email" or not self._is_away()]
        limit = 1 if self._in_doubt else BATCH
        claimed = await messages.claim(self._desk.database, self._name, now, now + self._lease, limit, channels)
        away = await asyncio.gather(*(self._one(one) for one in claimed))
        back = [one.message.id for one, answer in zip(claimed, away, strict=True) if answer is not None]
        if back:
            said = max(away, key=lambda answer: len(answer or ""))
            assert said is not None
            await messages.give_back(self._desk.database, back, self._name, said)
        return bool(claimed) and not back

    async def _one(self, one: Claimed) -> str | None:
        """Send one message and note how it went; returns what was said when nobody was there to take it."""
        why = self._why_not(one)
        if why:
            await self._settle(one, "dropped", reason=why)
            return None
        try:
            outgoing = await self._outgoing(one)
        except NotFound:
            await self._settle(one, "dropped", reason="no_restaurant")
            return None
        sent = Away("") if one.message.channel == "email" and self._is_away() else await self._sent(one, outgoing)
        SENT.labels(one.message.channel, type(sent).__name__.lower()).inc()
        return await self._note(one, sent)

    def _why_not(self, one: Claimed) -> str | None:
        message = one.message
        if message.recipient is None or message.content is None:
            return "erased"
        if one.suppressed:
            return "suppressed"
        if one.overtaken:  # it had failed, and is tried anew by hand: what it says is no longer so
            return "overtaken"
        state = State(one.booking_state) if one.booking_state else None
        now = self._desk.clock()
        return why_stale(Kind(message.kind), state, message.about_at, now, starts_at=one.booking_starts_at)

    async def _outgoing(self, one: Claimed) -> Outgoing:
        message = one.message
        assert message.recipient is not None
        assert message.content is not None
        house = await house_of(self._desk, message.restaurant_id)
        name, address = house.sender
        return Outgoing(
            message.id,
            message.message_id,
            message.kind,
            one.slug,
            message.locale,
            message.recipient,
            message.recipient_name,
            name,
            address,
            house.settings.reply_to,
            message.content,
            house.settings.gateway_url,
            house.settings.gateway_secret,
        )

    async def _sent(self, one: Claimed, outgoing: Outgoing) -> Sent:
        try:
            sent = await self._transports[one.message.channel].send(outgoing)
        except Exception as fault:
            log.exception("message_not_sent", message=str(outgoing.id))
            return Later(f"our own fault: {type(fault).__name__}")
        if one.message.channel == "email":
            self._heard_of_server(sent)
        return sent

    def _heard_of_server(self, sent: Sent) -> None:
        away = isinstance(sent, Away)
        if away and not self._in_doubt:
            log.warning("mail_server_away", error=sent.answer)
        elif self._in_doubt and not away:
            log.info("mail_server_back")
        self._in_doubt = away
        self._away_until = monotonic() + AWAY_S if away else 0.0

    def _is_away(self) -> bool:
        return monotonic() < self._away_until

    async def _note(self, one: Claimed, sent: Sent) -> str | None:
        message, at = one.message, self._desk.clock()
        match sent:
            case Taken():
                attempt = _attempt(message.attempts, at, sent.answer)
                await self._settle(one, "sent", via=sent.via, answer=sent.answer, attempt=attempt)
            case Never():
                if sent.bounce:
                    await self._suppress(one, sent.answer)
                attempt = _attempt(message.attempts, at, sent.answer)
                reason = "bounced" if sent.bounce else "refused"
                await self._settle(one, "failed", reason=reason, answer=sent.answer, attempt=attempt)
            case Later():
                await self._later(one, sent.answer, at)
            case Away():
                return sent.answer
        return None

    async def _later(self, one: Claimed, answer: str, at: datetime) -> None:
        message = one.message
        delay = delay_after(str(message.id), message.attempts)
        attempt = _attempt(message.attempts, at, answer)
        if delay is None:
            await self._settle(one, "failed", reason="gave_up", answer=answer, attempt=attempt)
            log.error("message_given_up", message=str(message.id), kind=message.kind)
        else:
            await messages.put_off(self._desk.database, message.id, self._name, at + delay, answer, attempt)

    async def _suppress(self, one: Claimed, answer: str) -> None:
        assert one.message.recipient is not None
        said = _ADDRESS.sub("…", answer)  # servers repeat the address, of which only a hash is kept
        await messages.suppress(self._desk.database, one.message.recipient, None, "bounce", said, self._desk.clock())

    async def _settle(
        self, one: Claimed, state: str, *, reason: str | None = None, via: str | None = None,
        answer: str | None = None, attempt: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Note how a message ended, however long it takes: forgetting it would send a copy."""
        until = monotonic() + self._lease.total_seconds()
        while True:
            try:
                await messages.settle(
                    self._desk.database, one.message.id, state, self._desk.clock(),
                    reason=reason, via=via, answer=answer, attempt=attempt,
                )  # fmt: skip
            except (Contended, Unavailable):
                if monotonic() > until:
                    raise
                await asyncio.sleep(RECORD_PAUSE_S)
            else:
                return


def _attempt(number: int, at: datetime, answer: str) -> dict[str, Any]:
    return {"attempt": number, "at": at.isoformat(), "answer": answer}
