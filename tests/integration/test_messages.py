"""What guests and staff are told, end to end: a whole worker, a real mail server, mails taken apart."""

import pytest

from house import Inn, evening, open_inn, until
from mail_server import MailServer, free_port, serving
from maitred.domain.lifecycle import Action
from maitred.usecases.accept import GuestDetails
from maitred.usecases.door import act


@pytest.fixture
def mail() -> MailServer:
    return MailServer(free_port())


async def test_a_guest_hears_that_they_are_booked_once_and_that_it_is_cancelled(
    migrated_database: str, redis_url: str, mail: MailServer
) -> None:
    numbers = {"mail_url": mail.url, "mail_from": "house@example.org"}
    with serving(mail):
        async with open_inn(migrated_database, redis_url, **numbers) as inn, inn.working():
            booking = await inn.accept_as(GuestDetails("Zoë", "zoe@example.com", locale="de"), evening())
            await until(lambda: came(mail, 1))
            await act(inn.desk, booking, Action.CANCEL, caller=inn.caller)
            await until(lambda: came(mail, 2))
            for one in mail.received:
                print(one.mail["Subject"], one.id)
                print(one.text())
                print(one.text("text/calendar"))


async def came(mail: MailServer, count: int) -> bool:
    return len(mail.received) >= count
