"""A worker in a process of its own, to be killed: imported by the fork server, so each takes milliseconds to start."""

import asyncio
from multiprocessing.synchronize import Event

import uvloop

from maitred.bootstrap import open_house, transports_of
from maitred.settings import load_settings
from maitred.workers.crew import Shift, work


def worker(database_url: str, redis_url: str, mail_url: str, ready: Event) -> None:
    """Work until killed. The lease is short, so that whoever comes next need not wait for it."""
    uvloop.run(_work(database_url, redis_url, mail_url, ready))


async def _work(database_url: str, redis_url: str, mail_url: str, ready: Event) -> None:
    settings = load_settings(
        database_url=database_url,
        redis_url=redis_url,
        flag_pipeline="off",
        mail_url=mail_url,
        mail_from="us@example.org",
    )
    shift = Shift("victim", listen_url=settings.listen_url, message_lease_s=0.4)
    async with open_house(settings) as house:
        ready.set()
        await work(house.desk, house.bus, house.breakers, transports_of(settings), shift, asyncio.Event())
