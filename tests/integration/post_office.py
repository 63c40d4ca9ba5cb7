"""An inn whose messages are planned and sent when a test says so, over a real mail server."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from house import VENUE, Inn, open_inn, venue

from mail_server import MailServer, Received, serving
from maitred.bootstrap import transports_of
from maitred.domain.events import Event
from maitred.store import messages
from maitred.store.messages import MessageSettings
from maitred.usecases.accept import GuestDetails
from maitred.usecases.messages import acknowledge, tell
from maitred.workers.mailer import Mailer
from maitred.workers.subscriptions import SUBSCRIPTIONS

NAME: Final = "Zoë <b>O'Neil</b>"
PHONE: Final = "+44 (0)20 7946 0123"
ADDRESS: Final = "1 High Street, Anytown"
INN: Final[Mapping[str, Any]] = {
    **VENUE,
    "review_party_size": 8,
    "waitlist": {"enabled": True},
    "phone": PHONE,
    "address": ADDRESS,
}


@dataclass(slots=True)
class Post:
    """An inn whose messages are planned and sent when a test says so, by a clock of its own."""

    inn: Inn
    server: MailServer
    ahead: timedelta = timedelta()
    seen: int = 0
    mailer: Mailer | None = None

    async def deliver(self) -> list[Received]:
        """Tell of everything that happened, send what is due, and return what arrived."""
        database = self.inn.desk.database
        for row in await database.fetch(
            "SELECT event FROM maitred.outbox o WHERE NOT EXISTS (SELECT FROM maitred.inbox i"
            " WHERE i.event_id = o.event_id AND i.subscriber = 'messages') ORDER BY id"
        ):
            event = Event.from_envelope(row["event"])
            if event.type in SUBSCRIPTIONS["messages"]:
                await tell(self.inn.desk, event)
        await acknowledge(self.inn.desk)
        return await self.send()

    async def send(self) -> list[Received]:
        """Send what is due, and return what arrived."""
        if self.mailer is None:
            self.mailer = Mailer(self.inn.desk, "tests", transports_of(self.inn.house.settings))
        await self.mailer.step()
        begin, self.seen = self.seen, len(self.server.received)
        return self.server.received[begin:]

    async def one(self, address: str) -> Received:
        """The only mail that arrives now, which must be this one's."""
        arrived = [one for one in await self.deliver() if one.recipient == address]
        assert len(arrived) == 1, [one.subject for one in arrived]
        return arrived[0]

    async def book(self, who: str, locale: str, party: int = 2, at: datetime | None = None, **wish: Any) -> UUID:
        """Let a guest ask for a table, and decide."""
        guest = GuestDetails(NAME, f"{who}@example.com", locale=locale)
        booking = await self.inn.book_as(guest, party, at, **wish)
        await self.inn.decide(at)
        return booking

    async def close(self) -> None:
        """Let go of connections."""
        if self.mailer is not None:
            await self.mailer.drain()

    async def row(self, received: Received) -> dict[str, Any]:
        """The message of a mail."""
        row = await self.inn.desk.database.fetchrow("SELECT * FROM maitred.messages WHERE message_id = $1", received.id)
        assert row is not None
        return dict(row)


@pytest.fixture
async def post(migrated_database: str, redis_url: str, mail: MailServer) -> AsyncIterator[Post]:
    """An inn with staff who are told, no quiet hours, and mail that waits for nobody's second thoughts."""
    numbers = {"mail_url": mail.url, "mail_from": "us@example.org", "public_url": "https://book.example"}
    with serving(mail):
        async with open_inn(migrated_database, redis_url, venue(INN), undo_wait_s=0, **numbers) as inn:
            post = Post(inn, mail)
            post.inn = inn.at(lambda: datetime.now(UTC) + post.ahead)
            await quiet(post, None)
            yield post
            await post.close()


async def quiet(post: Post, hours: tuple[int, int] | None, **changes: Any) -> None:
    """Set the quiet hours of the inn, and whatever else is set."""
    now = datetime.now(UTC)
    begin, end = (now.replace(hour=h, minute=0).time() for h in hours) if hours else (None, None)
    settings = MessageSettings(
        staff_emails=("staff@example.com",), quiet_from=begin, quiet_until=end, updated_at=now, updated_by="test"
    )
    await messages.save_settings(post.inn.desk.database, post.inn.place.restaurant_id, replace(settings, **changes))
