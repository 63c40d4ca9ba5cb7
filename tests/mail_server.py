"""A real SMTP server on loopback that keeps what it accepts, and can refuse, be slow or be away."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


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

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.mail["Subject"])

    @property
    def types(self) -> list[str]:
        """The types of its parts, in order."""
        return [one.get_content_type() for one in self.mail.walk() if not one.is_multipart()]

    def text(self, kind: str = "text/plain") -> str:
        """The words of the only part of a type."""
        found = [one for one in self.mail.walk() if one.get_content_type() == kind]
        assert len(found) == 1, self.types
        assert isinstance(found[0], EmailMessage)
        return str(found[0].get_content())


@dataclass  # without slots: aiosmtpd reads every attribute of its handler, which those of Python 3.11.2 do not bear
class MailServer:
    """What was accepted, oldest first; `refuse` has answers for recipients, as `550 5.1.1 no such user`.

    `before_answer` is called with each mail when it is kept and before the client hears of it; `talking` is how many
    clients are connected.
    """

    port: int
    received: list[Received] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    before_answer: Callable[[Received], None] | None = None
    talking: int = 0

    @property
    def url(self) -> str:
        """Where mail is handed in."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        """Take a recipient, or say the answer that was set for it."""
        answer = self.refuse.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep a mail."""
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        one = Received(envelope.mail_from, envelope.rcpt_tos[0], mail)
        self.received.append(one)
        if self.before_answer:
            self.before_answer(one)
        return "250 2.0.0 kept"

    def to(self, address: str) -> list[Received]:
        """The mails of one recipient."""
        return [one for one in self.received if one.recipient == address]


class _Counted(SMTP):
    """One conversation, known to its server while it lasts."""

    def connection_made(self, transport: Any) -> None:
        self.event_handler.talking += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.talking -= 1
        super().connection_lost(error)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Counted(self.handler, **self.SMTP_kwargs)


@contextmanager
def serving(server: MailServer) -> Iterator[MailServer]:
    """Let a server answer until the end of the block; before and after, nobody is at its port."""
    controller = _Controller(server, hostname="127.0.0.1", port=server.port, decode_data=False, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def mail() -> MailServer:
    """A mail server that is not there yet (`serving`)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return MailServer(int(probe.getsockname()[1]))
