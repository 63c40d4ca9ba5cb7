"""Email by SMTP. Connections are kept while there is work, and asked whether they still live before they carry mail."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
)

from maitred.domain.contact import email_as_sent
from maitred.domain.errors import InvalidInput
from maitred.notify.mail import mail_of
from maitred.notify.port import Away, Later, Never, Outgoing, Sent, Taken

TIMEOUT_S: Final = 10.0  # of connecting and of one command before a mail
# A server that has a mail and is slow to say so is waited for: to give up would send a copy (RFC 5321, 4.5.3.2.6, asks
# for ten minutes; no lease is that long).
TAKING_S: Final = 120.0
SENDING_S: Final = 130.0  # of one mail
FRESH_S: Final = 5.0
KEPT: Final = 8
LONGEST_ANSWER: Final = 500
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
PERMANENT: Final = 500
# What says that the recipient's address is to blame (RFC 3463, 3.2). A bare 550 may as well mean that we may not send
# from here, and 5.1.7 and 5.1.8 blame the sender: barring guests for that would outlast the mended setting.
_BAD_ADDRESS: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `tls`: `direct` from the first byte, `required` or `offered` by STARTTLS, or `off`."""

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port}, tls={self.tls})"


def read_url(url: str) -> MailServer:
    """Read `smtp://user:password@host:port` or `smtps://...`; raises InvalidInput.

    A password is only sent over TLS or to this machine: `?tls=off` is refused with one.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise _fault("must be smtp://host:port or smtps://host:port")
    user = unquote(parts.username) if parts.username else None
    tls = parse_qs(parts.query).get("tls", [""])[0]
    tls = tls or ("direct" if parts.scheme == "smtps" else "required" if user and host not in LOCAL else "offered")
    if tls not in ("direct", "required", "offered", "off"):
        raise _fault("?tls= must be required, offered or off")
    if user and host not in LOCAL and tls in ("offered", "off"):
        raise _fault("a password is sent over TLS only")
    given = port or {"direct": 465}.get(tls, 587 if user else 25)
    return MailServer(host, given, tls, user, unquote(parts.password) if parts.password else None)


def _fault(rule: str) -> InvalidInput:
    return InvalidInput(rule, field="MAITRED_MAIL_URL", code="invalid_setting")


class SmtpTransport:
    """Hands mail to one server."""

    def __init__(self, server: MailServer, *, timeout_s: float = TIMEOUT_S) -> None:
        self._server = server
        self._timeout_s = timeout_s
        self._idle: list[tuple[SMTP, float]] = []

    async def send(self, one: Outgoing) -> Sent:
        """Hand in one mail."""
        try:
            mail = mail_of(one, datetime.now(UTC))
            sender, recipient = email_as_sent(one.sender_address), email_as_sent(one.recipient)
        except InvalidInput as fault:
            return Never(fault.message)
        try:
            client = await self._client()
        except (SMTPException, OSError, TimeoutError) as fault:
            return Away(_said(fault))
        try:
            async with asyncio.timeout(SENDING_S):
                _, answer = await client.send_message(mail, sender=sender, recipients=[recipient], timeout=TAKING_S)
        except (SMTPException, OSError, TimeoutError, ValueError) as fault:
            await self._drop(client)
            return _judged(fault)
        await self._keep(client)
        return Taken("smtp", answer[:LONGEST_ANSWER])

    async def probe(self) -> str | None:
        """Connect, sign in, and say what is wrong; None when mail could be handed in."""
        try:
            await self._keep(await self._client())
        except (SMTPException, OSError, TimeoutError) as fault:
            return _said(fault)
        return None

    async def aclose(self) -> None:
        """Say good-bye to the server."""
        while self._idle:
            await self._drop(self._idle.pop()[0])

    async def _client(self) -> SMTP:
        while self._idle:
            client, since = self._idle.pop()
            if monotonic() - since < FRESH_S and client.is_connected:
                return client
            with suppress(SMTPException, OSError, TimeoutError):
                await client.noop()
                return client
            client.close()
        return await self._connected()

    async def _connected(self) -> SMTP:
        server = self._server
        start_tls = {"direct": False, "required": True, "offered": None, "off": False}[server.tls]
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "direct",
            start_tls=start_tls,
            timeout=self._timeout_s,
        )
        await client.connect()
        return client

    async def _keep(self, client: SMTP) -> None:
        if len(self._idle) < KEPT:
            self._idle.append((client, monotonic()))
        else:
            await self._drop(client)

    async def _drop(self, client: SMTP) -> None:
        with suppress(SMTPException, OSError, TimeoutError):
            await client.quit(timeout=1)
        client.close()


def _judged(fault: BaseException) -> Sent:
    """Say what a refusal means for the message."""
    if isinstance(fault, SMTPRecipientsRefused) and fault.recipients:
        return _of_recipient(fault.recipients[0])
    if isinstance(fault, SMTPRecipientRefused):
        return _of_recipient(fault)
    if isinstance(fault, SMTPAuthenticationError):
        return Away(_said(fault))
    refused = isinstance(fault, SMTPDataError) and fault.code >= PERMANENT
    if refused or isinstance(fault, (SMTPNotSupported, ValueError)):
        return Never(_said(fault))
    return Later(_said(fault))  # a sender that is refused as well: it is a setting, and settings are mended


def _of_recipient(fault: SMTPRecipientRefused) -> Sent:
    said = _said(fault)
    if fault.code < PERMANENT:
        return Later(said)
    return Never(said, bounce=fault.message.split(" ", 1)[0] in _BAD_ADDRESS)


def _said(fault: BaseException) -> str:
    code = getattr(fault, "code", None)
    text = getattr(fault, "message", None) or str(fault) or type(fault).__name__
    return f"{code} {text}"[:LONGEST_ANSWER] if code else str(text)[:LONGEST_ANSWER]
