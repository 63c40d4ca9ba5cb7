"""All loops of one worker process, started and stopped together."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from maitred.bus.port import Bus
from maitred.domain.booking import Actor, ActorKind
from maitred.domain.breaker import Breakers
from maitred.domain.errors import Unavailable
from maitred.notify.port import Transport
from maitred.store.listen import listen
from maitred.usecases.desk import Desk
from maitred.workers.consumer import Consumer
from maitred.workers.coordinator import AssignmentCoordinator
from maitred.workers.due import DueSweep
from maitred.workers.feed import Feeder
from maitred.workers.loop import Loop
from maitred.workers.mailer import LEASE_S as MESSAGE_LEASE_S
from maitred.workers.mailer import Mailer
from maitred.workers.night import Night
from maitred.workers.notifier import Notifier
from maitred.workers.optimizer import Optimizer
from maitred.workers.reaper import Reaper
from maitred.workers.relay import Relay
from maitred.workers.room import Room
from maitred.workers.shadow import Shadow
from maitred.workers.subscriptions import SUBSCRIPTIONS
from maitred.workers.waitlist import Waitlist
from maitred.workers.webhooks import LEASE_S, Courier

KILLED_PAUSE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Shift:
    """How a worker works; times in the unit their name ends with. `listen_url` None means polling only."""

    name: str
    days_at_once: int = 3
    relay_poll_s: float = 1.0
    relay_republish_s: float = 10.0
    reaper_interval_s: float = 15.0
    due_interval_s: float = 0.5
    night_interval_s: float = 15.0
    waitlist_interval_s: float = 2.0
    outbox_retention_hours: float = 72
    webhook_lease_s: float = LEASE_S
    message_lease_s: float = MESSAGE_LEASE_S
    message_interval_s: float = 30.0
    listen_url: str | None = None


async def work(
    desk: Desk, bus: Bus, breakers: Breakers, transports: Mapping[str, Transport], shift: Shift, stop: asyncio.Event
) -> None:
    """Run every loop of a worker until `stop` is set, then finish the turns that are running."""
    actor = Actor(ActorKind.SYSTEM, shift.name)
    coordinator = AssignmentCoordinator(desk, bus, breakers, name=shift.name, days_at_once=shift.days_at_once)
    room = Room(desk, bus, actor)
    courier = Courier(desk, shift.name, lease_s=shift.webhook_lease_s)
    sending = Loop("webhooks", courier.step, 1)
    feeder = Feeder(desk, bus, sending.bell.set)
    mailer = Mailer(desk, shift.name, transports, lease_s=shift.message_lease_s)
    mailing = Loop("mailer", mailer.step, 1)
    notifier = Notifier(desk, bus, breakers, mailing.bell.set)
    deciding = Consumer(desk.database, bus, "coordinator", shift.name, coordinator.handle)
    looking = Consumer(desk.database, bus, "room", shift.name, room.handle)
    waiters = Waitlist(desk, bus, actor)
    serving = Consumer(desk.database, bus, "waitlist", shift.name, waiters.handle)
    feeding = Consumer(desk.database, bus, "feed", shift.name, feeder.handle)
    telling = Consumer(desk.database, bus, "messages", shift.name, notifier.handle, patient=True)
    optimizer = Optimizer(desk, actor, stop)
    reaper = Reaper(desk, actor, shift.outbox_retention_hours)
    relay = Loop("relay", Relay(desk.database, bus, desk.flags, shift.relay_republish_s).step, shift.relay_poll_s)
    loops = [
        relay,
        Loop("coordinator", _unless_killed(desk, deciding.read), 0),
        Loop("coordinator_reclaim", _unless_killed(desk, deciding.reclaim), 5),
        Loop("room", looking.read, 0),
        Loop("room_reclaim", looking.reclaim, 5),
        Loop("waitlist", serving.read, 0),
        Loop("waitlist_reclaim", serving.reclaim, 5),
        Loop("waitlist_sweep", waiters.sweep, shift.waitlist_interval_s),
        Loop("feed", feeding.read, 0),
        Loop("feed_reclaim", feeding.reclaim, 5),
        sending,
        Loop("messages", telling.read, 0),
        Loop("messages_reclaim", telling.reclaim, 5),
        Loop("messages_wait", notifier.wait, 5),
        Loop("messages_sweep", notifier.sweep, shift.message_interval_s),
        Loop("messages_forget", notifier.forget, 3_600),
        mailing,
        Loop("due", DueSweep(desk, coordinator).step, shift.due_interval_s),
        Loop("reaper", reaper.step, shift.reaper_interval_s),
        Loop("night", Night(desk, actor).step, shift.night_interval_s),
        Loop("shadow", Shadow(desk).step, 1),
        Loop("sweep", reaper.sweep, 60),
        Loop("optimizer", optimizer.solve, 1),
        Loop("optimizer_schedule", optimizer.schedule, 30),
        Loop("nights", optimizer.record, 600),
        Loop("coordinator_tidy", deciding.tidy, 3_600),
        Loop("room_tidy", looking.tidy, 3_600),
        Loop("waitlist_tidy", serving.tidy, 3_600),
        Loop("feed_tidy", feeding.tidy, 3_600),
        Loop("messages_tidy", telling.tidy, 3_600),
    ]
    desk.database.on_commit = relay.bell.set
    with contextlib.suppress(Unavailable):  # the relay makes them as well, once Redis is there
        await bus.ensure_groups(SUBSCRIPTIONS)
    listening = asyncio.create_task(listen(shift.listen_url, relay.bell.set)) if shift.listen_url else None
    try:
        await asyncio.gather(*(loop.run(stop) for loop in loops))
        await coordinator.drain()
        await courier.drain()
        await mailer.drain()
    finally:
        if listening:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening


def _unless_killed(desk: Desk, step: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Leave the stream unread while the pipeline is killed: what is on it waits there for the day it comes back."""

    async def gated() -> None:
        if desk.flags.killed:
            await asyncio.sleep(KILLED_PAUSE_S)
        else:
            await step()

    return gated
