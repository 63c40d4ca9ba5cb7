"""Whatever address is accepted can be sent to: by our mailer, to a real server, and it comes out as it went in."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mail_server import MailServer, mail, serving
from maitred.domain.contact import email_address, email_as_sent
from maitred.domain.errors import InvalidInput
from maitred.notify.port import Outgoing, Sent, Taken
from maitred.notify.smtp import SmtpTransport, read_url

__all__ = ["mail"]

_ODD = "!#$%&'*+-/=?^_`{|}~.\"\\(),:;<>[]@ \t\u200b\u00ad\u202e\u00a0üßéяन"
_PARTS = st.text(st.sampled_from("abcXYZ019" * 3 + _ODD), max_size=12)
_LABELS = st.text(st.sampled_from("abcXYZ019-_" * 2 + "üßéøżяन字"), min_size=1, max_size=10)
_ADDRESSES = st.builds(
    lambda before, local, labels, after: f"{before}{local}@{'.'.join(labels)}{after}",
    st.sampled_from(["", "", "", "<", "mailto:", "\u200e", " "]),
    st.one_of(_PARTS, st.builds('"{}"'.format, _PARTS)),
    st.lists(_LABELS, min_size=1, max_size=4),
    st.sampled_from(["", "", "", ">", " ", "\u200f", "."]),
)


def _letter(recipient: str) -> Outgoing:
    content = {"subject": "Your table", "text": "See you.", "html": "<p>See you.</p>"}
    return Outgoing(
        uuid4(), f"<{uuid4()}@inn.example>", "confirmed", "inn", "en", recipient, "Zoë, \"Ann\" O'Brien", "The Inn",
        "house@inn.example", None, content,
    )  # fmt: skip


@contextmanager
def _loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def post(mail: MailServer) -> Iterator[tuple[MailServer, asyncio.Runner, SmtpTransport]]:
    """A mail server that is there, and our mailer connected to it."""
    with serving(mail), _loop() as runner:
        transport = SmtpTransport(read_url(mail.url))
        yield mail, runner, transport
        runner.run(transport.aclose())


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ADDRESSES)
@example("ann@münchen.example")
@example('"a b"@example.com')
@example('"ann@home"@example.com')
@example('"a,b"@example.com')
@example("o'brien+x@example.com")
@example(f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.de")
def test_a_real_server_takes_whatever_was_accepted(
    post: tuple[MailServer, asyncio.Runner, SmtpTransport], typed: str
) -> None:
    """The recipient of the envelope and the address in the header are the one that was kept."""
    server, runner, transport = post
    try:
        kept = email_address(typed)
    except InvalidInput as refusal:
        assert refusal.reason_code == "invalid_email"  # noqa: PT017  # it may be refused, and then by its name
        return
    server.received.clear()
    answer: Sent = runner.run(transport.send(_letter(kept)))
    assert isinstance(answer, Taken), (kept, answer)
    (one,) = server.received
    (to,) = one.mail["To"].addresses
    assert one.recipient == email_as_sent(kept) == to.addr_spec
    assert parseaddr(f"<{one.recipient}>")[1] == one.recipient
    assert email_address(one.recipient) == kept
