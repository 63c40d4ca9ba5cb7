"""Webhooks on real engines: every event reaches its endpoints, signed, until it is accepted; replays repeat ids."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiohttp import web
from house import Inn, evening, faults, inn_of, open_inn, venue
from receiver import Got, Receiver, receiving
from standardwebhooks import WebhookVerificationError

from maitred.domain.booking import Actor, ActorKind
from maitred.domain.errors import InvalidInput, NotFound
from maitred.domain.event_types import PUBLIC
from maitred.domain.lifecycle import Action
from maitred.domain.webhooks import DELAYS, DISABLED_AFTER
from maitred.store import feed
from maitred.store import webhooks as stored
from maitred.store.webhooks import Delivery, Webhook
from maitred.usecases import webhooks
from maitred.usecases.door import act
from maitred.usecases.webhooks import EventsGone
from maitred.workers.reaper import Reaper
from maitred.workers.webhooks import Courier

NEW_BOOKING = ["maitred.booking.created", "maitred.booking.queued", "maitred.booking.confirmed"]
Connect = Callable[[], Awaitable[asyncpg.Connection]]


class Clock:
    """A clock that is moved by hand and never goes backwards."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    """The clock of the inn's desk."""
    return Clock()


@pytest.fixture
async def inn(migrated_database: str, redis_url: str, clock: Clock) -> AsyncIterator[Inn]:
    """An inn that may send to this machine."""
    async with open_inn(migrated_database, redis_url, webhooks_private=True) as opened:
        yield opened.at(clock)
    assert await faults(migrated_database) == []


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on loopback."""
    async with receiving() as listening:
        yield listening


async def listen(inn: Inn, url: str, *types: str) -> tuple[Webhook, str]:
    """Subscribe an address."""
    return await webhooks.subscribe(inn.desk, inn.place, url, types, None, caller=inn.caller)


async def fed(inn: Inn) -> None:
    """Bring the feed up to date, as the worker's subscriber does."""
    async with inn.desk.database.transaction() as connection:
        await feed.extend(connection, inn.desk.clock())


async def sent(inn: Inn, **numbers: Any) -> None:
    """Send what is due, once."""
    courier = Courier(inn.desk, "courier", **numbers)
    await courier.step()
    await courier.settled()
    await courier.drain()


async def log_of(inn: Inn, hook: Webhook) -> list[Delivery]:
    """Return the deliveries of an endpoint, oldest first."""
    found = await webhooks.log(inn.desk, inn.place, hook.id, state=None, before=None, limit=200)
    return found[::-1]


async def feed_ids(inn: Inn) -> list[str]:
    """Return the ids of the inn's events in order."""
    return [str(one.event_id) for one in await feed.read(inn.desk.database, 0, inn.place.restaurant_id, (), 1000)]


async def test_what_happens_arrives_signed_and_once(inn: Inn, receiver: Receiver) -> None:
    """A booking's events reach the endpoint in order; the library verifies each; another secret, or body, fails."""
    hook, secret = await listen(inn, receiver.url)
    async with inn.working(), receiving() as elsewhere:
        other = await inn_of(inn.house, venue(), inn.url)
        await listen(other, elsewhere.url)
        booking_id = await inn.book()
        await inn.until_state(booking_id, "confirmed")
        await receiver.reach(3)
    assert receiver.types() == NEW_BOOKING
    for one in receiver.got:
        assert one.verified(secret) == one.event
        assert one.event["subject"] == str(booking_id)
        with pytest.raises(WebhookVerificationError):
            Got(one.headers, one.body + b" ").verified(secret)
        with pytest.raises(WebhookVerificationError):
            one.verified("whsec_" + "A" * 44)
    assert elsewhere.got == [], "another restaurant's events"
    lines = await log_of(inn, hook)
    assert [(one.state, one.attempts, one.kind) for one in lines] == [("delivered", 1, "live")] * 3
    assert [str(one.event_id) for one in lines] == receiver.ids == await feed_ids(inn)
    assert all(one.log[0]["status"] == 204 and one.log[0]["latency_ms"] >= 0 for one in lines)


async def test_planned_deliveries_and_the_inbox_row_are_one_write(inn: Inn, receiver: Receiver) -> None:
    """A subscriber that dies before its commit has planned nothing; the next one plans everything once."""
    hook, _ = await listen(inn, receiver.url)
    await inn.seat()

    async def dies() -> None:
        async with inn.desk.database.transaction() as connection:
            assert (await feed.extend(connection, inn.desk.clock()))[1] == 3
            raise RuntimeError("died")

    with pytest.raises(RuntimeError, match="died"):
        await dies()
    assert await log_of(inn, hook) == []
    await asyncio.gather(*(fed(inn) for _ in range(4)))
    await fed(inn)
    assert [one.type for one in await log_of(inn, hook)] == [one.removeprefix("maitred.") for one in NEW_BOOKING]


async def test_only_the_types_that_were_asked_for(inn: Inn, receiver: Receiver) -> None:
    """An endpoint hears of its types, by either spelling; a type nobody knows is refused by name."""
    await listen(inn, receiver.url, "maitred.booking.confirmed", "booking.cancelled")
    with pytest.raises(InvalidInput) as refused:
        await listen(inn, receiver.url, "booking.sung")
    assert (refused.value.field, refused.value.data["unknown"]) == ("types", ["booking.sung"])
    view = await inn.seat()
    await act(inn.desk, view.booking.id, Action.CANCEL, caller=inn.caller)
    await fed(inn)
    await sent(inn)
    assert receiver.types() == ["maitred.booking.confirmed", "maitred.booking.cancelled"]


async def test_a_failure_is_tried_again_by_the_schedule_until_it_is_given_up(
    inn: Inn, receiver: Receiver, clock: Clock
) -> None:
    """After 500, or no answer, it waits as the specification says, same id; after the tenth try no more."""
    hook, secret = await listen(inn, receiver.url, "booking.confirmed")
    await inn.seat()
    await fed(inn)
    receiver.answers = [500]
    await sent(inn)
    await sent(inn)
    assert len(receiver.got) == 1, "not before it is due"

    async def sleeps(_one: Got) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    for number, delay in enumerate(DELAYS, start=2):
        clock.ahead += delay - timedelta(seconds=3)
        await sent(inn)
        assert len(receiver.got) == number - 1, f"try {number} came early"
        clock.ahead += delay / 10 + timedelta(seconds=4)
        receiver.hook, receiver.answers = (sleeps, []) if number == 2 else (None, [301 if number == 3 else 503])
        await sent(inn, timeout_s=0.2 if number == 2 else 5)
        assert len(receiver.got) == number
        if number == 9:
            break
    line = (await log_of(inn, hook))[0]
    assert (line.state, line.attempts) == ("pending", 9)
    assert [one["status"] for one in line.log] == [500, None, 301, *[503] * 6]
    assert (line.log[1]["error"], line.log[0]["excerpt"]) == ("no answer in time", "answer 500")
    clock.ahead += DELAYS[-1] * 1.2
    receiver.answers = [500]
    await sent(inn)
    assert (await log_of(inn, hook))[0].state == "failed"
    clock.ahead += timedelta(days=1)
    await sent(inn)
    assert len(set(receiver.ids)) == 1
    assert len(receiver.got) == 10
    assert all(one.signed_by(secret) for one in receiver.got)


async def test_an_endpoint_that_fails_holds_up_no_other(inn: Inn, receiver: Receiver) -> None:
    """While one does not answer, another has its events; and the one that fails is left alone for a while."""
    async with receiving() as deaf:
        hung = asyncio.Event()

        async def hang(_one: Got) -> web.StreamResponse:
            await hung.wait()
            return web.Response(status=500)

        deaf.hook = hang
        await listen(inn, deaf.url)
        await listen(inn, receiver.url)
        async with inn.working():
            await inn.until_state(await inn.book(), "confirmed")
            await deaf.reach(1)
            await receiver.reach(3)
            hung.set()
        assert len(deaf.got) == 1, "the others rest with it"


async def test_an_endpoint_that_failed_rests_with_all_that_waits_for_it(
    inn: Inn, receiver: Receiver, clock: Clock
) -> None:
    """One try and not one for each event; each failure in a row doubles the rest, a success ends it.

    The one that failed waits longer still: the others overtake it.
    """
    await listen(inn, receiver.url)
    await inn.seat()
    await fed(inn)
    receiver.answers = [500, 500]
    for ahead, tries in ((0, 1), (4, 1), (6, 2), (6 + 9, 2), (6 + 11, 4), (6 + 11, 4)):
        clock.ahead = timedelta(seconds=ahead)
        await sent(inn)
        assert len(receiver.got) == tries, ahead


async def test_a_redirect_is_not_followed(inn: Inn, receiver: Receiver) -> None:
    """Where a receiver points nothing is sent: it could point inside."""
    async with receiving() as inside:

        async def points(_one: Got) -> web.StreamResponse:
            return web.Response(status=307, headers={"Location": inside.url})

        receiver.hook = points
        hook, _ = await listen(inn, receiver.url, "booking.created")
        await inn.book()
        await fed(inn)
        await sent(inn)
        assert (len(receiver.got), inside.got) == (1, [])
    assert (await log_of(inn, hook))[0].log[0]["error"] == "redirects are not followed"


async def test_slow_endpoints_take_turns_with_the_others(
    inn: Inn, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that accepts, but slowly, and has much to catch up on lets the others have their turn in between."""
    monkeypatch.setattr("maitred.workers.webhooks.AT_ONCE", 1)
    monkeypatch.setattr("maitred.workers.webhooks.TURN_S", 0.0)
    await listen(inn, receiver.url)
    async with receiving() as slow:
        await listen(inn, slow.url)
        await inn.seat()
        await fed(inn)
        for turn in range(1, 7):
            await sent(inn)
            assert len(receiver.got) + len(slow.got) == turn
            assert abs(len(receiver.got) - len(slow.got)) <= 1
        assert receiver.types() == slow.types() == NEW_BOOKING


@pytest.mark.parametrize("rest", [b"", b"half"])
async def test_what_becomes_of_an_accepting_answers_body_changes_nothing(inn: Inn, rest: bytes) -> None:
    """A 200 whose body hangs, or breaks off, was accepted: the event is not sent again."""
    asked, over = 0, asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n" + rest)
        if not rest:
            await over.wait()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        hook, _ = await listen(inn, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "booking.created")
        await inn.book()
        await fed(inn)
        await sent(inn, timeout_s=1)
        over.set()
    line = (await log_of(inn, hook))[0]
    assert (line.state, asked, line.log[0]["status"], line.log[0]["excerpt"]) == ("delivered", 1, 200, rest.decode())


async def test_a_worker_killed_between_sending_and_noting_sends_again_under_the_same_id(
    inn: Inn, receiver: Receiver, clock: Clock, redis_url: str
) -> None:
    """SIGKILL after the receiver has it, before our note: a second copy of that one, same id, same body."""
    hook, secret = await listen(inn, receiver.url)
    settings = {"DATABASE_URL": inn.url, "REDIS_URL": redis_url, "WEBHOOKS_PRIVATE": "true"}
    env = {**os.environ, **{f"MAITRED_{name}": value for name, value in settings.items()}}
    await inn.seat()
    await fed(inn)
    doomed = await asyncio.create_subprocess_exec(sys.executable, "-m", "maitred", "work", env=env)

    async def kill(one: Got) -> web.StreamResponse:
        if len(receiver.got) == 2:
            doomed.send_signal(signal.SIGKILL)
            await doomed.wait()
        return web.Response(status=200)

    receiver.hook = kill
    await receiver.reach(2)
    await doomed.wait()
    assert (await log_of(inn, hook))[1].attempts == 0, "it was noted before the kill"
    await sent(inn)
    assert len(receiver.got) == 2, "the dead worker's lease still runs"
    clock.ahead += timedelta(minutes=1)
    await sent(inn)
    ids = await feed_ids(inn)
    assert receiver.ids == [ids[0], ids[1], *ids[1:]]
    assert receiver.got[1].body == receiver.got[2].body
    assert all(one.signed_by(secret) for one in receiver.got)
    assert {one.state for one in await log_of(inn, hook)} == {"delivered"}


async def test_who_lost_the_lease_sends_no_more(inn: Inn, receiver: Receiver, clock: Clock) -> None:
    """A worker that was held up finds another at its endpoint, and leaves it alone."""
    await listen(inn, receiver.url)
    await inn.seat()
    await fed(inn)

    async def held_up(_one: Got) -> web.StreamResponse:
        clock.ahead += timedelta(minutes=1)
        now = inn.desk.clock()
        assert len(await stored.lease(inn.desk.database, "another", now, now + timedelta(minutes=1), 9)) == 1
        return web.Response()

    receiver.hook = held_up
    await sent(inn)
    assert len(receiver.got) == 1


async def test_what_two_workers_sent_is_noted_once(inn: Inn, receiver: Receiver, clock: Clock) -> None:
    """One was held up past its lease, another delivered everything: a late 500 does not undo what was accepted."""
    hook, _ = await listen(inn, receiver.url)
    await inn.seat()
    await fed(inn)

    async def held_up(_one: Got) -> web.StreamResponse:
        clock.ahead += timedelta(minutes=1)
        receiver.hook = None
        await sent(inn)
        return web.Response(status=500)

    receiver.hook = held_up
    await sent(inn)
    ids = await feed_ids(inn)
    assert receiver.ids == [ids[0], *ids]
    lines = await log_of(inn, hook)
    assert [(one.state, one.attempts, len(one.log)) for one in lines] == [("delivered", 1, 1)] * 3
    hook = await webhooks.webhook(inn.desk, inn.place, hook.id)
    assert (hook.failures, hook.pending) == (0, 0)


async def test_removed_or_switched_off_in_the_middle_nothing_more_is_sent(inn: Inn, receiver: Receiver) -> None:
    """What is being sent then is the last; switched on again, the rest comes; of a removed one nothing is left."""
    hook, _ = await listen(inn, receiver.url)
    await inn.seat()
    await fed(inn)

    async def switches(_one: Got) -> web.StreamResponse:
        await webhooks.change_webhook(inn.desk, inn.place, hook.id, enabled=False)
        return web.Response()

    receiver.hook = switches
    await sent(inn)
    await sent(inn)
    assert [one.state for one in await log_of(inn, hook)] == ["delivered", "pending", "pending"]
    assert len(receiver.got) == 1
    await webhooks.change_webhook(inn.desk, inn.place, hook.id, enabled=True)

    async def removes(_one: Got) -> web.StreamResponse:
        await webhooks.unsubscribe(inn.desk, inn.place, hook.id)
        return web.Response(status=500)

    receiver.hook = removes
    await sent(inn)
    await sent(inn)
    assert receiver.ids == (await feed_ids(inn))[:2]
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.webhook_deliveries") == 0


async def test_while_a_secret_is_replaced_both_sign(inn: Inn, receiver: Receiver, clock: Clock) -> None:
    """A receiver with the old or the new secret verifies what comes; when the time is over only the new one signs."""
    hook, old = await listen(inn, receiver.url, "booking.confirmed")
    hook, new = await webhooks.rotate_secret(inn.desk, inn.place, hook.id, timedelta(hours=2))
    assert old != new
    await inn.seat()
    await fed(inn)
    await sent(inn)
    assert [receiver.got[0].verified(secret)["id"] for secret in (old, new)] == [receiver.ids[0]] * 2
    clock.ahead += timedelta(hours=2, seconds=1)
    await webhooks.resend(inn.desk, inn.place, hook.id, (await log_of(inn, hook))[0].id)
    await sent(inn)
    assert (receiver.got[1].signed_by(old), receiver.got[1].signed_by(new)) == (False, True)
    assert receiver.ids[0] == receiver.ids[1]
    clock.ahead = timedelta()
    _, at_once = await webhooks.rotate_secret(inn.desk, inn.place, hook.id, timedelta(0))
    await webhooks.send_test(inn.desk, inn.place, hook.id)
    await sent(inn)
    assert receiver.got[2].verified(at_once)["type"] == "maitred.webhook.test"
    assert not receiver.got[2].signed_by(new)


async def test_replay_sends_the_same_events_once_each_in_order(inn: Inn, receiver: Receiver, clock: Clock) -> None:
    """Since an instant, or after an event: the same ids in the order of the feed, each once, within bounds."""
    before = inn.desk.clock()
    for hour in ("12:00", "14:00", "16:00"):
        await inn.seat(at=evening(hour))
    await fed(inn)
    ids = await feed_ids(inn)
    assert len(ids) == 9
    hook, secret = await listen(inn, receiver.url)
    assert (await webhooks.replay(inn.desk, inn.place, hook.id, since=before)).planned == 9
    await sent(inn)
    assert receiver.ids == ids
    assert all(one.verified(secret) == one.event for one in receiver.got)

    receiver.got.clear()
    assert (await webhooks.replay(inn.desk, inn.place, hook.id, after=UUID(ids[6]))).planned == 2
    assert (await webhooks.replay(inn.desk, inn.place, hook.id, since=before)).planned == 7, "two wait already"
    await sent(inn)
    assert sorted(receiver.ids) == sorted(ids)

    cut = await webhooks.replay(inn.desk, inn.place, hook.id, since=before, most=4)
    assert (cut.planned, str(cut.next_after)) == (4, ids[3])
    rest = await webhooks.replay(inn.desk, inn.place, hook.id, after=cut.next_after, most=5)
    assert rest.planned == 5
    receiver.got.clear()
    await sent(inn)
    assert receiver.ids == ids


async def test_a_long_replay_goes_on_and_on(inn: Inn, receiver: Receiver, connect: Connect) -> None:
    """Forty thousand events in four parts, of which none is sent yet: what waits slows the next part by no more."""
    await inn.seat()
    await fed(inn)
    hook, _ = await listen(inn, receiver.url)
    many = """INSERT INTO maitred.feed (event_id, restaurant_id, type, event, at)
        SELECT gen_random_uuid(), f.restaurant_id, f.type, f.event, now()
        FROM (SELECT * FROM maitred.feed LIMIT 1) f, generate_series(1, $1)"""
    await (await connect()).execute(many, 40_000)
    after, planned, took_s = UUID((await feed_ids(inn))[2]), [], []
    for _ in range(4):
        began = monotonic()
        done = await webhooks.replay(inn.desk, inn.place, hook.id, after=after)
        took_s.append(monotonic() - began)
        assert done.next_after is not None
        after, planned = done.next_after, [*planned, done.planned]
    assert planned == [10_000] * 4
    assert min(took_s[1:]) < 5 * max(took_s[0], 0.1)
    assert (await webhooks.replay(inn.desk, inn.place, hook.id, after=after)).planned == 0


async def test_what_is_no_longer_kept_is_refused_by_name(inn: Inn, receiver: Receiver, clock: Clock) -> None:
    """Replays from before the retention, after another restaurant's event or a forgotten one say what is kept."""
    await inn.seat()
    await fed(inn)
    hook, _ = await listen(inn, receiver.url)
    other = await inn_of(inn.house, venue(), inn.url)
    theirs, _ = await listen(other, receiver.url)
    first = UUID((await feed_ids(inn))[0])
    with pytest.raises(EventsGone):
        await webhooks.replay(other.desk, other.place, theirs.id, after=first)
    with pytest.raises(NotFound):
        await webhooks.replay(inn.desk, inn.place, theirs.id, after=first)
    with pytest.raises(EventsGone, match="168 hours"):
        await webhooks.replay(inn.desk, inn.place, hook.id, since=inn.desk.clock() - timedelta(days=8))
    await webhooks.replay(inn.desk, inn.place, hook.id, after=first)
    await sent(inn)
    await webhooks.send_test(inn.desk, inn.place, hook.id)
    assert {one.state for one in await log_of(inn, hook)} == {"delivered", "pending"}
    clock.ahead += timedelta(days=7, hours=1)
    await Reaper(inn.desk, Actor(ActorKind.SYSTEM, "reaper"), 24 * 30).sweep()
    with pytest.raises(EventsGone):
        await webhooks.replay(inn.desk, inn.place, hook.id, after=first)
    assert await feed_ids(inn) == []
    assert await log_of(inn, hook) == []


async def test_an_endpoint_that_fails_for_days_is_switched_off_and_begins_anew(
    inn: Inn, receiver: Receiver, clock: Clock
) -> None:
    """After five days without a success, or at once by 410, nothing is planned; switched on, it is heard again."""
    hook, _ = await listen(inn, receiver.url, "booking.created")
    for day in (0, 2, 4.9, 5.1):
        clock.ahead = timedelta(days=day)
        await inn.book(at=evening(days=7))
        await fed(inn)
        receiver.answers = [500] * 20
        await sent(inn)
        hook = await webhooks.webhook(inn.desk, inn.place, hook.id)
        assert hook.enabled == (timedelta(days=day) < DISABLED_AFTER)
    assert (hook.disabled_reason, hook.disabled_at is not None, hook.failures) == ("failing", True, 4)
    await inn.book()
    await fed(inn)
    count = len(receiver.got)
    await sent(inn)
    assert len(receiver.got) == count
    assert len(await log_of(inn, hook)) == 4, "nothing is planned for it"
    with pytest.raises(InvalidInput):
        await webhooks.send_test(inn.desk, inn.place, hook.id)

    hook = await webhooks.change_webhook(inn.desk, inn.place, hook.id, enabled=True)
    assert (hook.failures, hook.failing_since, hook.disabled_reason) == (0, None, None)
    receiver.answers = []
    await webhooks.send_test(inn.desk, inn.place, hook.id)
    await sent(inn)
    assert "maitred.webhook.test" in receiver.types()
    receiver.answers = [410]
    await webhooks.send_test(inn.desk, inn.place, hook.id)
    await sent(inn)
    assert (await webhooks.webhook(inn.desk, inn.place, hook.id)).disabled_reason == "gone"


async def test_another_address_begins_anew(inn: Inn, receiver: Receiver, clock: Clock) -> None:
    """What the old address did, then or meanwhile, is not held against the new one: it is sent to at once."""
    async with receiving() as old:
        hook, _ = await listen(inn, old.url, "booking.created")
        old.answers = [500]
        await inn.book()
        await fed(inn)
        await sent(inn)
        hook = await webhooks.webhook(inn.desk, inn.place, hook.id)
        assert (hook.failures, hook.failing_since is not None) == (1, True)

        async def moves(_one: Got) -> web.StreamResponse:
            await webhooks.change_webhook(inn.desk, inn.place, hook.id, url=receiver.url)
            return web.Response(status=410)

        old.hook = moves
        clock.ahead += timedelta(seconds=6)
        await sent(inn)
    hook = await webhooks.webhook(inn.desk, inn.place, hook.id)
    assert (hook.enabled, hook.failures, hook.failing_since) == (True, 0, None)
    assert (len(old.got), len(receiver.got)) == (2, 0)
    await webhooks.send_test(inn.desk, inn.place, hook.id)
    await sent(inn)
    assert receiver.types() == ["maitred.webhook.test"]


async def test_two_changes_at_once_are_both_made(inn: Inn, receiver: Receiver, connect: Connect) -> None:
    """Who describes an endpoint does not switch it on again that somebody, or a 410, switched off meanwhile."""
    hook, _ = await listen(inn, receiver.url)
    holder = await connect()
    async with holder.transaction():
        await holder.execute("SELECT 1 FROM maitred.webhooks WHERE id = $1 FOR UPDATE", hook.id)
        changes = [
            asyncio.create_task(webhooks.change_webhook(inn.desk, inn.place, hook.id, **one))
            for one in ({"enabled": False}, {"description": "Till"}, {"types": ["booking.confirmed"]})
        ]
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        async with asyncio.timeout(5):
            while await inn.desk.database.fetchval(waiting) < len(changes):
                await asyncio.sleep(0.01)
    await asyncio.gather(*changes)
    hook = await webhooks.webhook(inn.desk, inn.place, hook.id)
    assert (hook.enabled, hook.description, hook.types) == (False, "Till", ("booking.confirmed",))
    with pytest.raises(NotFound):
        await webhooks.change_webhook(inn.desk, inn.place, UUID(int=0), enabled=True)


async def test_nothing_is_sent_inside_unless_the_settings_allow_it(
    migrated_database: str, redis_url: str, receiver: Receiver, connect: Connect
) -> None:
    """An address inside is refused when it is subscribed, and a name that leads inside when it is sent to."""
    async with open_inn(migrated_database, redis_url) as inn:
        for url in ("https://localhost/hook", "https://127.0.0.1/", receiver.url, "https://[::1]/"):
            with pytest.raises(InvalidInput) as refused:
                await listen(inn, url)
            assert refused.value.reason_code == "private_address"
        port = receiver.url.split(":")[2]
        # A name like any other to us; the resolver finds out where it leads.
        hook, _ = await listen(inn, f"https://127.0x1:{port}", "booking.created")
        await inn.book()
        await fed(inn)
        await sent(inn)
        assert "into our own network" in (await log_of(inn, hook))[0].log[0]["error"]
        # An address that was allowed once, and is no more.
        await (await connect()).execute("UPDATE maitred.webhooks SET url = $1, resting_until = NULL", receiver.url)
        await webhooks.send_test(inn.desk, inn.place, hook.id)
        await sent(inn)
        assert "inside our own network" in (await log_of(inn, hook))[1].log[0]["error"]
        assert receiver.got == []


async def test_every_event_that_is_raised_is_known_to_the_registry(inn: Inn, receiver: Receiver) -> None:
    """What the outbox holds after a booking's life is public or only recorded, and nothing personal leaves."""
    await listen(inn, receiver.url)
    view = await inn.seat()
    for action in (Action.ARRIVE, Action.UNDO, Action.CANCEL):
        await act(inn.at(lambda: view.booking.starts_at).desk, view.booking.id, action, caller=inn.caller)
    await fed(inn)
    await sent(inn)
    assert receiver.types()[-3:] == ["maitred.booking.arrived", "maitred.booking.undone", "maitred.booking.cancelled"]
    for one in receiver.got:
        known = PUBLIC[one.event["type"].removeprefix("maitred.")]
        assert set(one.event["data"]) <= {"v", *known.fields}
        assert b"Ada Guest" not in one.body
        assert b"ann" not in one.body
