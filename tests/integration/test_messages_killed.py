"""Workers that are killed while they tell guests: nothing is lost, and a second copy has its reason.

`MAITRED_PROOF=1` (`make proof-messages`) kills at two hundred random points, and forty times right in the gap.
"""

import asyncio
import multiprocessing
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from house import Inn, evening, open_inn, until, venue

from mail_server import MailServer, Received, mail, serving
from mail_victim import worker
from maitred.domain.lifecycle import Action
from maitred.usecases.accept import GuestDetails
from maitred.usecases.door import act
from waiting import PATIENCE_S

KILLS = 200 if os.environ.get("MAITRED_PROOF") else 8
WORKS_S = (0.12, 0.45)  # from when a worker is ready until it has sent what there is
SEED = 20261123
TABLES = [{"id": f"A{number}", "zone": "main", "capacity": 2} for number in range(400)]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["maitred.bootstrap"])

__all__ = ["mail"]


@dataclass(slots=True)
class Night:
    """What happened: who was to hear what, and which mails a kill cut off from our note of them."""

    inn: Inn
    server: MailServer
    redis_url: str
    expected: Counter[tuple[str, str]] = field(default_factory=Counter)
    unnoted: Counter[str] = field(default_factory=Counter)
    last: tuple[UUID, str] | None = None

    async def guests_act(self, number: int) -> None:
        """Two guests book, and one of those before cancels."""
        cancelled, self.last = self.last, None
        for name in ("a", "b"):
            address = f"{name}{number}@example.com"
            booking = await self.inn.accept_as(GuestDetails("Guest", address), evening(days=7 + number % 5))
            self.expected[address, "confirmed"] += 1
            self.last = booking, address
        if cancelled:
            await act(self.inn.desk, cancelled[0], Action.CANCEL, caller=self.inn.caller)
            self.expected[cancelled[1], "cancelled"] += 1

    async def a_worker_is_killed(self, after_s: float | None) -> None:
        """Start a worker and kill it after a while, or in the instant in which the server has taken a mail."""
        seen, killed = len(self.server.received), asyncio.Event()
        ready = FORKS.Event()
        victim = FORKS.Process(target=worker, args=(self.inn.url, self.redis_url, self.server.url, ready))
        loop = asyncio.get_running_loop()

        def now(_one: Received) -> None:
            victim.kill()
            loop.call_soon_threadsafe(killed.set)

        if after_s is None:
            self.server.before_answer = now
        victim.start()
        assert await asyncio.to_thread(ready.wait, PATIENCE_S), "the worker did not start"
        try:
            async with asyncio.timeout(5 if after_s is None else after_s):
                await killed.wait()
        except TimeoutError:
            victim.kill()
        await asyncio.to_thread(victim.join)
        await until(self._is_quiet)
        self.server.before_answer = None
        pending = {row["message_id"] for row in await self._rows("pending")}
        self.unnoted.update({one.id for one in self.server.received[seen:]} & pending)

    async def _is_quiet(self) -> bool:
        return self.server.talking == 0

    async def _rows(self, state: str) -> list[dict[str, str]]:
        rows = await self.inn.desk.database.fetch("SELECT * FROM maitred.messages WHERE state = $1", state)
        return [dict(row) for row in rows]

    async def all_is_sent(self) -> bool:
        """Whether everything that was to be said was sent, as the database has it."""
        told = Counter((row["recipient"], row["kind"]) for row in await self._rows("sent"))
        return told == self.expected

    async def kinds(self) -> dict[str, tuple[str, str]]:
        """To whom and of what each Message-ID tells."""
        return {row["message_id"]: (row["recipient"], row["kind"]) for row in await self._rows("sent")}


@pytest.fixture
async def night(migrated_database: str, redis_url: str, mail: MailServer) -> AsyncIterator[Night]:
    document = venue(tables=TABLES, joins=[])
    with serving(mail):
        numbers = {"mail_url": mail.url, "mail_from": "us@example.org"}
        async with open_inn(migrated_database, redis_url, document, flag="off", **numbers) as inn:
            yield Night(inn, mail, redis_url)


@pytest.mark.timeout(600)
async def test_killed_at_random_points_nothing_is_lost_and_every_second_copy_was_cut_off_from_its_note(
    night: Night,
) -> None:
    """A mail comes once, and once more for each kill between the server's word and our note of it; no other way."""
    chance = random.Random(SEED)
    points = [chance.uniform(*WORKS_S) for _ in range(KILLS)] + [None] * (KILLS // 5)
    chance.shuffle(points)
    for number, after_s in enumerate(points):
        await night.guests_act(number)
        await night.a_worker_is_killed(after_s)
    async with night.inn.working("victim", message_lease_s=0.4):
        await until(night.all_is_sent)

    copies = Counter(one.id for one in night.server.received)
    kinds = await night.kinds()
    assert set(copies) == set(kinds), "every message arrived, and nothing that we do not know of"
    assert Counter(kinds.values()) == night.expected, "one Message-ID for each message, whatever copies there are"
    assert copies == Counter(dict.fromkeys(kinds, 1)) + night.unnoted
    assert night.unnoted, "some kills fell into the gap"
    seconds = sum(night.unnoted.values())
    sys.stdout.write(f"{len(points)} kills, {len(kinds)} messages, {seconds} second copies, none lost\n")
