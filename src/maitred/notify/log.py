"""The transport of machines without a mail server: a message counts as sent, and is read on the outbox page."""

import structlog

from maitred.notify.port import Outgoing, Sent, Taken

log = structlog.get_logger(__name__)


class LogTransport:
    """Notes that a message would have left. Neither address nor content get into the log."""

    async def send(self, one: Outgoing) -> Sent:
        """Note a message."""
        log.info("message_logged", message=str(one.id), kind=one.kind, restaurant=one.slug, locale=one.locale)
        return Taken("log", "kept here: no mail server is set")

    async def aclose(self) -> None:
        """Close nothing."""
