"""How one message left, or did not: a closed set, so that whoever sends has to answer each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: the letter as it was planned, to whom and from whom."""

    id: UUID
    message_id: str
    kind: str
    slug: str
    locale: str
    recipient: str
    recipient_name: str | None
    sender_name: str
    sender_address: str
    reply_to: str | None
    content: Mapping[str, Any]
    gateway_url: str | None = None
    gateway_secret: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The other side has it; `answer` is what it said."""

    via: str
    answer: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not this time; trying again may help."""

    answer: str


@dataclass(frozen=True, slots=True)
class Never:
    """The other side will never take it; `bounce` when the address is to blame."""

    answer: str
    bounce: bool = False


@dataclass(frozen=True, slots=True)
class Away:
    """The other side cannot be reached, or knows us not: it says nothing about this message."""

    answer: str


Sent = Taken | Later | Never | Away


class Transport(Protocol):
    """Sends one message and says how it went; never raises for what the world does."""

    async def send(self, one: Outgoing) -> Sent:
        """Send a message."""

    async def aclose(self) -> None:
        """Let go of connections."""
