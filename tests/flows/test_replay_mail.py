"""A real night whose guests have addresses, while the mail server is away for all of it."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

from engines import temporary_public_directory
from mail_server import MailServer, mail, serving
from maitred.client.http import open_api
from maitred.client.replay import ReplayOptions, replay
from running import RunningMaitred, maitred_up

NIGHT = Path(__file__).parents[2] / "examples" / "scenarios" / "prince-of-wales-100.json"
OUTCOMES = {"confirmed": "confirmed", "failed": "declined", "manual_review": "under_review", "cancelled": "cancelled"}

__all__ = ["mail"]


async def test_a_night_without_a_mail_server_decides_everything_and_tells_everybody_when_it_is_back(
    mail: MailServer,
) -> None:
    """No booking waits for a mail; each guest then hears of the outcome once, and nothing is left to send."""
    settings = {"MAITRED_MAIL_URL": mail.url, "MAITRED_MAIL_FROM": "us@example.org"}
    with temporary_public_directory() as directory, maitred_up(directory, settings) as running:
        options = ReplayOptions(NIGHT, running.url, running.api_key, concurrency=50, mail_domain="guests.example")
        report = await replay(options)
        assert report.ok, report.troubles
        assert mail.received == []
        wanted = {f"{one.booking}@guests.example": OUTCOMES[one.state] for one in report.outcomes if one.booking_id}
        with serving(mail):
            rows = await _settled(running, report.slug, set(wanted))
        assert Counter(one.id for one in mail.received).most_common(1)[0][1] == 1, "no mail comes twice"
        told = {row["recipient"]: row["kind"] for row in reversed(rows)}  # of each the last
        assert told == wanted
        assert set(wanted) <= {one.recipient for one in mail.received}
        assert {row["state"] for row in rows if row["kind"] != "received"} == {"sent"}
        assert {row["state"] for row in rows if row["kind"] == "received"} <= {"dropped"}, "they were decided in time"


async def _settled(running: RunningMaitred, slug: str, guests: set[str]) -> list[dict[str, Any]]:
    """The messages of a restaurant, once every guest has one and none is left to send."""
    async with open_api(running.url, running.api_key, patience_s=10, connections=1) as api, asyncio.timeout(60):
        while True:
            rows: list[dict[str, Any]] = (await api.call("GET", f"/v1/restaurants/{slug}/messages?limit=200")).body[
                "items"
            ]
            planned = guests <= {row["recipient"] for row in rows}
            if planned and not any(row["state"] == "pending" for row in rows):
                return rows
            await asyncio.sleep(0.1)
