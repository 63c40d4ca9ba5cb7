"""Checks of messages: whether the mail server takes them, what it did not take, and what should have left."""

import asyncio
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from maitred.doctor import postgres
from maitred.doctor.deployment import Deployment
from maitred.doctor.findings import Chart, Finding, Part
from maitred.notify.smtp import MailServer, SmtpTransport, read_url
from maitred.settings import Settings
from maitred.store import health

CHART: Final = Chart(Part.MESSAGES)
ANSWER_S: Final = 5.0  # of one command
PATIENCE_S: Final = 15.0
FAILED_WITHIN: Final = timedelta(hours=24)
OVERDUE_AFTER: Final = timedelta(minutes=15)
READ_THEM: Final = "read them with GET /v1/restaurants/{slug}/messages?state="


async def examine_mail(deployment: Deployment, settings: Settings) -> list[Finding]:
    """Connect and sign in as the workers do, and send nothing."""
    if settings.mail_url is None:
        if deployment.database_url is None:
            return []
        detail = "MAITRED_MAIL_URL is not set here; workers without it keep messages, to be read on the Ops screens"
        return [CHART.ok("mail server", detail, server=None)]
    server = read_url(settings.mail_url.get_secret_value())
    name = f"{server.host}:{server.port}"
    said = await _probe(server)
    if said is not None:
        mend = "Check MAITRED_MAIL_URL: host, port, user, password, TLS. Messages wait, and leave once it answers."
        return [CHART.warn("mail server", f"{name} does not take mail: {said}", mend, server=name, said=said)]
    taken = CHART.ok("mail server", f"{name} takes mail, from {settings.mail_from}", server=name)
    return [taken, *_links(settings)]


def _links(settings: Settings) -> list[Finding]:
    """Mail goes to guests, who cannot open links to this machine."""
    host = urlsplit(settings.reached_at).hostname or ""
    if host != "localhost" and not host.startswith("127.") and host != "::1":
        return []
    detail = f"links in messages lead to {settings.reached_at}, which guests cannot reach"
    return [
        CHART.warn("links", detail, "Set MAITRED_PUBLIC_URL to where guests reach the pages.", to=settings.reached_at)
    ]


async def _probe(server: MailServer) -> str | None:
    transport = SmtpTransport(server, timeout_s=ANSWER_S)
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await transport.probe()
    except TimeoutError:
        return f"nothing within {PATIENCE_S:g} s"
    finally:
        await transport.aclose()


async def backlog(patient: postgres.Patient) -> list[Finding]:
    """What failed lately, and what is late."""
    failed = await health.messages_failed(patient.database, FAILED_WITHIN)
    overdue = await health.messages_overdue(patient.database, OVERDUE_AFTER)
    return [_failed(failed), _overdue(overdue)]


def _failed(failed: dict[str, int]) -> Finding:
    count = sum(failed.values())
    if not count:
        return CHART.ok("failed", "none in 24 h", count=0)
    reasons = ", ".join(f"{number} {reason}" for reason, number in sorted(failed.items()))
    mend = f"Mend the cause ({READ_THEM}failed), then try them anew (POST .../messages/retry)."
    return CHART.warn("failed", f"{count} in 24 h: {reasons}", mend, count=count, reasons=failed)


def _overdue(overdue: health.Waiting) -> Finding:
    if not overdue.count:
        return CHART.ok("overdue", "none", count=0)
    oldest_s = round(overdue.oldest_s or 0.0, 3)
    detail = f"{overdue.count} due for more than 15 min, the oldest for {oldest_s / 60:.0f} min"
    mend = f"Check that workers run (`maitred work`) and that the mail server answers; {READ_THEM}pending."
    return CHART.warn("overdue", detail, mend, count=overdue.count, oldest_s=oldest_s)
