"""A real SMTP server on loopback that keeps what it accepts, and can refuse, hang up or be away."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as the server took it."""

    sender: str
    recipient: str
    mail: EmailMessage

    @property
    def id(self) -> str:
        """Its Message-ID."""
        return str(self.mail["Message-ID"])

    def part(self, kind: str) -> EmailMessage:
        """The only part of a type."""
        found = [one for one in self.mail.walk() if one.get_content_type() == kind]
        assert len(found) == 1, (kind, [one.get_content_type() for one in self.mail.walk()])
        return found[0]  # type: ignore[return-value]

    def text(self, kind: str = "text/plain") -> str:
        """The words of a part."""
        return str(self.part(kind).get_content())


@dataclass(slots=True)
class MailServer:
    """What was accepted, oldest first; `refuse` has answers for recipients, as `550 5.1.1 no such user`."""

    port: int
    received: list[Received] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where mail is handed in."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or say the answer that was set for it."""
        answer = self.refuse.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a mail."""
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.received.append(Received(envelope.mail_from, envelope.rcpt_tos[0], mail))
        return "250 2.0.0 kept"

    def to(self, address: str) -> list[Received]:
        """The mails of one recipient."""
        return [one for one in self.received if one.recipient == address]


@contextmanager
def serving(server: MailServer) -> Iterator[MailServer]:
    """Let a server answer until the end of the block; before and after, nobody is at its port."""
    controller = Controller(server, hostname="127.0.0.1", port=server.port, decode_data=False, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
