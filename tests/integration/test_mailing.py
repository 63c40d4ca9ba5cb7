"""How messages leave: in order, again when it was in vain, to nobody who cannot have them; and what stops them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from aiohttp import web
from house import TINY, evening, open_inn, until, venue
from post_office import INN, Post, post, quiet
from standardwebhooks import Webhook

from engines import TcpProxy
from mail_server import MailServer, mail, serving
from maitred.bootstrap import transports_of
from maitred.domain.errors import InvalidInput
from maitred.domain.events import Event
from maitred.domain.lifecycle import Action
from maitred.domain.webhooks import new_secret
from maitred.notify.smtp import SmtpTransport, read_url
from maitred.store import messages
from maitred.store.database import Database
from maitred.usecases.accept import GuestDetails
from maitred.usecases.door import act
from maitred.usecases.message_settings import AddressBarred, NotFailed, lift_and_retry, retry, retry_all
from maitred.usecases.messages import acknowledge, remind, tell
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.moves import pin
from maitred.usecases.personal import erase_guest
from maitred.usecases.review import decline
from maitred.usecases.waitlist import WaitRequest, join
from maitred.workers.mailer import Mailer

__all__ = ["mail", "post"]


async def rows(post: Post, **only: Any) -> list[dict[str, Any]]:
    """The messages there are, oldest first, with some values."""
    found = await post.inn.desk.database.fetch("SELECT * FROM maitred.messages ORDER BY seq")
    return [dict(row) for row in found if all(row[name] == value for name, value in only.items())]


async def kinds(post: Post, **only: Any) -> list[str]:
    """The kinds of the messages there are."""
    return [row["kind"] for row in await rows(post, **only)]


# -- order, and what is overtaken -------------------------------------------------------------------------------------


async def test_messages_of_a_booking_leave_in_order_and_a_later_one_waits_for_an_earlier(post: Post) -> None:
    """While the first is put off the second waits, though it is due; those of others go on."""
    post.server.refuse["ann@example.com"] = "451 4.3.0 come again"
    booking = await post.book("ann", "en")
    await post.book("bob", "en", at=evening(days=8))
    assert [one.recipient for one in await post.deliver()] == ["bob@example.com"]
    post.server.refuse.clear()
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)
    assert await post.deliver() == []
    post.ahead = timedelta(seconds=12)
    await post.deliver()
    await post.send()
    assert [row["kind"] for row in await rows(post, state="sent", recipient="ann@example.com")] == [
        "confirmed", "cancelled",
    ]  # fmt: skip
    assert [one.subject for one in post.server.to("ann@example.com")][1].endswith("is cancelled")


async def test_what_the_night_holds_goes_before_what_comes_after_it(post: Post) -> None:
    """A confirmation held until morning leaves before a cancellation that goes at once."""
    hour = datetime.now(UTC).hour
    await quiet(post, (hour, (hour + 2) % 24))
    at = evening(days=11)
    booking = await post.inn.book_as(GuestDetails("Gus", "gus@example.com"), 2, at)
    await post.deliver()
    post.ahead = timedelta(seconds=21)
    assert len(await post.deliver()) == 1, "that a request was received"
    await post.inn.decide(at)
    assert await post.deliver() == []
    assert await kinds(post, state="pending") == ["confirmed_after_wait"]
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)
    await post.deliver()
    await post.send()
    sent = [row["kind"] for row in await rows(post, state="sent")]
    assert sent == ["received", "confirmed_after_wait", "cancelled"]


async def test_a_request_decided_in_time_is_never_said_to_be_received(post: Post) -> None:
    """Nothing is planned for twenty seconds; what was planned then is dropped by the decision, whoever is first."""
    at = evening()
    for name, told_first in (("ann", True), ("bob", False)):
        await post.inn.book_as(GuestDetails(name, f"{name}@example.com"), 2, at)
        post.ahead = timedelta(seconds=15)
        await post.deliver()
        assert await kinds(post, recipient=f"{name}@example.com") == []
        post.ahead = timedelta(seconds=25)
        assert await acknowledge(post.inn.desk) == 1
        assert await acknowledge(post.inn.desk) == 0
        await post.inn.decide(at)
        if told_first:
            await post.deliver()
        assert [one.recipient for one in await post.send()] == []
        await post.deliver()
        post.ahead = timedelta()
    assert [(row["kind"], row["reason"]) for row in await rows(post, state="dropped")] == [
        ("received", "overtaken"), ("received", "decided"),
    ]  # fmt: skip
    assert await kinds(post, state="sent") == ["confirmed", "confirmed"]


async def test_an_event_that_comes_late_or_twice_says_nothing(post: Post) -> None:
    """After the change is told of, the confirmation before it is no news; an event again is none either."""
    booking = await post.book("ann", "en")
    await modify_booking(post.inn.desk, booking, Changes(party_size=1), caller=post.inn.caller)
    database = post.inn.desk.database
    told = "('booking.confirmed', 'booking.modified')"
    events = await database.fetch(f"SELECT event FROM maitred.outbox WHERE type IN {told} ORDER BY id DESC")
    for row in [*events, *events]:
        await tell(post.inn.desk, Event.from_envelope(row["event"]))
    assert await kinds(post) == ["confirmed"], "the newest state, said once"
    assert "1 guest" in (await post.send())[0].text()


# -- tries ------------------------------------------------------------------------------------------------------------


async def test_a_server_that_is_away_costs_no_try_and_everything_leaves_when_it_is_back(
    migrated_database: str, redis_url: str, mail: MailServer
) -> None:
    """Nothing fails while nobody answers; each mail comes once when somebody does."""
    numbers = {"mail_url": mail.url, "mail_from": "us@example.org"}
    async with open_inn(migrated_database, redis_url, venue(INN), **numbers) as inn:
        post = Post(inn, mail)
        for number in range(6):
            await post.book(f"guest{number}", "en", at=evening(f"{12 + number}:00"))
        for _ in range(3):
            assert await post.deliver() == []
        waiting = await rows(post)
        assert {(row["state"], row["attempts"]) for row in waiting} == {("pending", 0)}
        assert all(row["answer"] is None or "connect" in row["answer"].lower() for row in waiting)
        with serving(mail):
            fresh = Post(inn, mail)
            while len(mail.received) < 6:
                await fresh.send()
            await fresh.close()
        assert sorted(one.recipient for one in mail.received) == [f"guest{number}@example.com" for number in range(6)]
        assert len({one.id for one in mail.received}) == 6


async def test_a_server_that_is_slow_to_say_that_it_has_a_mail_is_waited_for(post: Post) -> None:
    """Longer than for any other command: who gives up on it sends a copy."""
    transport = SmtpTransport(read_url(post.server.url), timeout_s=0.3)
    post.mailer = Mailer(post.inn.desk, "patient", {"email": transport})
    post.server.before_answer = lambda _mail: sleep(1.0)
    await post.book("ann", "en")
    assert [one.recipient for one in await post.deliver()] == ["ann@example.com"]
    assert [(row["state"], row["attempts"]) for row in await rows(post)] == [("sent", 1)]


async def test_a_database_that_is_away_when_a_mail_is_taken_hears_of_it_when_it_is_back(
    post: Post, migrated_database: str
) -> None:
    """Cut off between the server's answer and our note, the mailer waits and notes it: no second copy."""
    line, loop = TcpProxy(urlsplit(migrated_database).port or 0), asyncio.get_running_loop()
    await line.start()
    database = await Database.connect(line.via(migrated_database))
    post.mailer = Mailer(replace(post.inn.desk, database=database), "far", transports_of(post.inn.house.settings))

    async def cut() -> None:
        line.cut()

    post.server.before_answer = lambda _mail: asyncio.run_coroutine_threadsafe(cut(), loop).result()
    try:
        await post.book("ann", "en")
        sending = asyncio.create_task(post.deliver())

        async def tried_in_vain() -> bool:
            return line.refused > 1

        await until(tried_in_vain)
        assert not sending.done()
        assert [row["state"] for row in await rows(post)] == ["pending"]
        line.heal()
        assert [one.recipient for one in await sending] == ["ann@example.com"]
        assert [row["state"] for row in await rows(post)] == ["sent"]
        post.ahead = timedelta(hours=1)
        assert await post.send() == []
    finally:
        line.heal()
        await database.close()
        await line.close()


async def test_a_refusal_for_now_is_tried_again_and_in_the_end_given_up_where_people_see_it(post: Post) -> None:
    """Every try is on record with its answer; by hand it is begun anew, under the same Message-ID."""
    post.server.refuse["ann@example.com"] = "451 4.3.0 come again"
    await post.book("ann", "en", at=evening(days=20))
    await post.deliver()
    for _ in range(40):
        post.ahead += timedelta(hours=18)
        await post.send()
        if await rows(post, state="failed"):
            break
    (failed,) = await rows(post)
    assert (failed["state"], failed["reason"], failed["attempts"]) == ("failed", "gave_up", 17)
    assert [one["attempt"] for one in failed["tries"]] == list(range(1, 18))
    assert all("451" in one["answer"] for one in failed["tries"])
    post.server.refuse.clear()
    assert await messages.retry(post.inn.desk.database, post.inn.place.restaurant_id, None, post.inn.desk.clock()) == 1
    (sent,) = await post.send()
    assert sent.id == failed["message_id"]


async def test_what_failed_is_not_said_after_what_came_later(post: Post) -> None:
    """Tried again by hand, a confirmation is dropped once the cancellation was sent: the guest would be misled."""
    post.server.refuse["ann@example.com"] = "554 5.7.1 not today"
    booking = await post.book("ann", "en")
    await post.deliver()
    assert await kinds(post, state="failed") == ["confirmed"]
    post.server.refuse.clear()
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)
    assert len(await post.deliver()) == 1
    assert await messages.retry(post.inn.desk.database, post.inn.place.restaurant_id, None, post.inn.desk.clock()) == 1
    assert await post.send() == []
    assert [(row["kind"], row["reason"]) for row in await rows(post, state="dropped")] == [("confirmed", "overtaken")]


async def test_an_address_that_bounces_gets_nothing_more_until_somebody_says_so(post: Post) -> None:
    """A mailbox that does not exist is remembered by its hash alone; a full one is not."""
    post.server.refuse = {"ann@example.com": "550 5.1.1 no such user", "bob@example.com": "552 5.2.2 mailbox full"}
    for name in ("ann", "bob"):
        await post.book(name, "en", at=evening(days=8 if name == "bob" else 9))
    await post.deliver()
    assert [(row["state"], row["reason"]) for row in await rows(post)] == [("failed", "bounced"), ("failed", "refused")]
    post.server.refuse.clear()
    for name in ("ann", "bob"):
        await post.book(name, "en", at=evening("12:00", days=8 if name == "bob" else 9))
    assert [one.recipient for one in await post.deliver()] == ["bob@example.com"]
    assert [row["reason"] for row in await rows(post, state="dropped")] == ["suppressed"]
    kept = await post.inn.desk.database.fetch("SELECT to_jsonb(s)::text AS row FROM maitred.suppressions s")
    assert len(kept) == 1
    assert "ann" not in kept[0]["row"]
    assert await messages.lift_suppression(post.inn.desk.database, post.inn.place.restaurant_id, " ANN@example.com")
    await post.book("ann", "en", at=evening("15:00", days=9))
    assert [one.recipient for one in await post.deliver()] == ["ann@example.com"]


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.8 <us@example.org>: Sender address rejected: Domain not found",
        "550 5.1.7 the sender's address has no such form",
        "550 5.7.1 relaying denied",
        "550 relay not permitted",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    ],
)
async def test_a_refusal_of_ourselves_bars_no_guest(post: Post, said: str) -> None:
    """Told at each recipient, it blames our sender or our settings: mended, the same guest is written to again."""
    post.server.refuse["ann@example.com"] = said
    await post.book("ann", "en", at=evening(days=8))
    await post.deliver()
    assert [(row["state"], row["reason"]) for row in await rows(post)] == [("failed", "refused")]
    post.server.refuse.clear()
    assert await retry_all(post.inn.desk, post.inn.place) == 1
    assert [one.recipient for one in await post.send()] == ["ann@example.com"]


async def test_a_bounced_message_is_never_lost_between_trying_again_and_lifting(post: Post) -> None:
    """To a barred address nothing is tried; lifted from the letter it leaves, and one held back leaves as well."""
    inn, caller_of = post.inn, post.inn.place
    post.server.refuse = {"ann@example.com": "550 5.1.1 no such user"}
    await post.book("ann", "en", at=evening(days=9))
    await post.deliver()
    post.server.refuse.clear()
    await post.book("ann", "en", at=evening("12:00", days=10))
    assert await post.deliver() == []
    bounced, held = await rows(post)
    assert [(one["state"], one["reason"]) for one in (bounced, held)] == [
        ("failed", "bounced"),
        ("dropped", "suppressed"),
    ]
    with pytest.raises(AddressBarred):
        await retry(inn.desk, caller_of, bounced["id"])
    assert await retry_all(inn.desk, caller_of) == 0
    assert [row["state"] for row in await rows(post)] == ["failed", "dropped"]
    await lift_and_retry(inn.desk, caller_of, bounced["id"])
    assert [one.recipient for one in await post.deliver()] == ["ann@example.com"]
    await retry(inn.desk, caller_of, held["id"])
    assert [one.recipient for one in await post.deliver()] == ["ann@example.com"]
    with pytest.raises(NotFailed):
        await retry(inn.desk, caller_of, held["id"])


async def test_a_message_that_waits_for_its_next_try_can_be_tried_at_once(post: Post) -> None:
    """And all that failed are others: trying those again leaves it where it is."""
    post.server.refuse = {"ann@example.com": "451 4.7.1 greylisted"}
    await post.book("ann", "en")
    await post.deliver()
    (waits,) = await rows(post)
    assert (waits["state"], waits["attempts"]) == ("pending", 1)
    post.server.refuse.clear()
    assert await retry_all(post.inn.desk, post.inn.place) == 0
    assert await post.deliver() == []
    await retry(post.inn.desk, post.inn.place, waits["id"])
    assert [one.recipient for one in await post.deliver()] == ["ann@example.com"]


async def test_a_complaint_silences_one_restaurant_only(post: Post) -> None:
    """Who complained about one house still hears from another."""
    database, other = post.inn.desk.database, post.inn.place.restaurant_id + 1_000
    await messages.suppress(
        database, "ann@example.com", post.inn.place.restaurant_id, "complaint", None, datetime.now(UTC)
    )
    await post.book("ann", "en")
    assert await post.deliver() == []
    assert await messages.suppression_of(database, other, "ann@example.com") is None


# -- what a restaurant says --------------------------------------------------------------------------------------------


async def test_a_restaurant_names_itself_and_switches_kinds_off(post: Post) -> None:
    """Sender, answer address and switches are the restaurant's; what is off is on record and never said."""
    await quiet(post, None, sender_name="Ada, at the Inn", sender_address="ada@inn.example", reply_to="hi@inn.example")
    booking = await post.book("ann", "en")
    (told,) = await post.deliver()
    assert told.sender == "ada@inn.example"
    assert (told.mail["From"].addresses[0].display_name, str(told.mail["Reply-To"])) == (
        "Ada, at the Inn",
        "hi@inn.example",
    )
    assert told.id.endswith("@inn.example>")
    await quiet(post, None, off=("cancelled",))
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)
    assert await post.deliver() == []
    assert [(row["kind"], row["reason"]) for row in await rows(post, state="dropped")] == [
        ("cancelled", "switched_off")
    ]


async def test_the_restaurants_language_is_spoken_to_who_named_none(post: Post) -> None:
    """A guest's own language comes first, whatever its region; without one, the restaurant's."""
    await quiet(post, None, locale="fr")
    for name, locale in (("ann", None), ("bob", "de-AT"), ("cat", "xx")):
        guest = GuestDetails(name, f"{name}@example.com", locale=locale)
        await post.inn.book_as(guest, 2, evening())
    await post.inn.decide()
    told = {one.recipient.partition("@")[0]: one.text().partition(" ")[0] for one in await post.deliver()}
    assert told == {"ann": "Bonjour", "bob": "Guten", "cat": "Hello"}


async def test_reminders_are_not_sent_to_who_has_just_booked_nor_twice_nor_for_a_time_that_changed(post: Post) -> None:
    """Booked the day before: no reminder that day. Moved to another day: reminded of that one alone."""
    soon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=20)
    if not 10 <= soon.hour <= 21:
        soon = soon.replace(hour=12) + timedelta(days=1)
    await post.book("late", "en", at=soon)
    booking = await post.book("ann", "en", at=evening(days=7))
    await post.deliver()
    post.ahead = timedelta(minutes=5)
    assert await remind(post.inn.desk) == 0
    await modify_booking(post.inn.desk, booking, Changes(starts_at=evening(days=9)), caller=post.inn.caller)
    post.ahead = evening(days=7) - timedelta(hours=20) - datetime.now(UTC)
    assert await remind(post.inn.desk) == 0
    post.ahead = evening(days=9) - timedelta(hours=20) - datetime.now(UTC)
    assert [await remind(post.inn.desk) for _ in range(2)] == [1, 0]
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)
    await post.send()
    assert [row["reason"] for row in await rows(post, kind="reminder_24h")] == ["decided"]


async def test_who_was_reminded_of_one_time_is_reminded_of_the_next(post: Post) -> None:
    """A reminder belongs to a time: put off after it, the guest is reminded again, and of the new time."""
    booking = await post.book("ann", "en", at=evening(days=7))
    await post.deliver()
    for days in (7, 12):
        post.ahead = evening(days=days) - timedelta(hours=20) - datetime.now(UTC)
        assert await remind(post.inn.desk) == 1
        (told,) = await post.send()
        assert f"{evening(days=days).day} " in told.subject
        if days == 7:
            change = Changes(starts_at=evening(days=12))
            await modify_booking(post.inn.desk, booking, change, caller=post.inn.caller)
            await post.deliver()


async def test_a_reminder_says_no_time_that_is_no_longer_so(post: Post) -> None:
    """Put off to another day before the reminder leaves and before that is told of: the old time is not said."""
    booking = await post.book("ann", "en", at=evening(days=7))
    await post.deliver()
    post.ahead = evening(days=7) - timedelta(hours=23) - datetime.now(UTC)
    assert await remind(post.inn.desk) == 1
    await modify_booking(post.inn.desk, booking, Changes(starts_at=evening(days=9)), caller=post.inn.caller)
    assert await post.send() == []
    assert [row["reason"] for row in await rows(post, kind="reminder_24h")] == ["overtaken"]


async def test_a_reminder_planned_first_takes_no_change_away(post: Post) -> None:
    """The bus is away: the reminder tells of a version that is newer than the change, which is said all the same."""
    booking = await post.book("ann", "en", at=evening(days=7))
    await post.deliver()
    await modify_booking(post.inn.desk, booking, Changes(starts_at=evening("20:15", days=7)), caller=post.inn.caller)
    await pin(post.inn.desk, booking, "window", tables=None, caller=post.inn.caller)
    post.ahead = evening("20:15", days=7) - timedelta(hours=23) - datetime.now(UTC)
    assert await remind(post.inn.desk) == 1
    await post.deliver()
    assert "changed" in await kinds(post)


async def test_staff_hear_of_the_first_review_at_once_and_of_the_next_ones_together(post: Post) -> None:
    """Twenty reviews are two mails; without addresses of its own the restaurant's managers and owners are told."""
    for _ in range(4):
        await post.inn.book(8, evening(days=10))
    arrived = [one for one in await post.deliver() if one.recipient == "staff@example.com"]
    assert [one.subject for one in arrived] == ["The Inn: 4 bookings wait for your decision"]
    post.ahead = timedelta(minutes=11)
    (together,) = await post.send()
    assert "4 bookings" in together.subject
    await post.inn.desk.database.execute("UPDATE maitred.message_settings SET staff_emails = '{}'")
    await post.inn.desk.database.execute(
        "INSERT INTO maitred.people (id, email, name) VALUES (gen_random_uuid(), 'owner@example.com', 'O')"
    )
    await post.inn.desk.database.execute(
        "INSERT INTO maitred.people_roles SELECT id, $1, 'owner' FROM maitred.people", post.inn.place.restaurant_id
    )
    post.ahead = timedelta(minutes=31)
    await post.inn.book(8, evening(days=11))
    assert [one.recipient for one in await post.deliver()] == ["owner@example.com"]


async def test_what_a_person_writes_when_they_decline_is_in_the_letter_and_the_link_leads_to_that_day(
    post: Post,
) -> None:
    """Word for word, marks included; a decline without a word has none."""
    told = []
    for name, note in (("ann", "Call us: 50% of <the> room is %(let)s"), ("bob", None)):
        booking = await post.book(name, "en", 8, evening(days=9))
        await post.deliver()
        await decline(post.inn.desk, booking, caller=post.inn.caller, note=note)
        told.append(await post.one(f"{name}@example.com"))
    assert "The restaurant writes: Call us: 50% of <the> room is %(let)s" in told[0].text()
    assert "50% of &lt;the&gt; room" in told[0].text("text/html")
    assert "The restaurant writes" not in told[1].text()
    assert f"date={evening(days=9).date().isoformat()}" in told[0].text()


async def test_a_guest_without_a_way_to_reach_them_and_one_who_walks_in_hear_nothing(post: Post) -> None:
    """No row is written that could never be sent."""
    await post.inn.book_as(GuestDetails("Ann", phone="+441234567890"), 2, evening())
    await post.inn.decide()
    assert await post.deliver() == []
    assert await rows(post) == []


# -- the gateway -------------------------------------------------------------------------------------------------------


async def test_a_gateway_gets_signed_posts_for_guests_without_an_address(
    migrated_database: str, redis_url: str, mail: MailServer
) -> None:
    """Verified by a library that is not ours; refused for now it comes again under its id, refused for good it ends."""
    secret, got, answers = new_secret(b"0" * 32), list[dict[str, Any]](), [503, 200, 400]

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        got.append(Webhook(secret).verify(body, dict(request.headers)) | {"id": request.headers["webhook-id"]})
        return web.Response(status=answers[len(got) - 1], text="so be it")

    app = web.Application()
    app.router.add_post("/sms", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with open_inn(migrated_database, redis_url, venue(INN), webhooks_private=True) as inn:
            post = Post(inn, mail)
            post.inn = inn.at(lambda: datetime.now(UTC) + post.ahead)
            await quiet(post, None, gateway_url=f"http://127.0.0.1:{port}/sms", gateway_secret=secret)
            await post.inn.book_as(GuestDetails("Ann", phone="+441234567890", locale="de"), 2, evening())
            await post.inn.book_as(GuestDetails("Bob", "bob@example.com", phone="+441234567891"), 2, evening())
            await post.inn.decide()
            await post.deliver()
            post.ahead = timedelta(seconds=12)
            await post.send()
            assert [one["message_id"] for one in got] == [one["id"] for one in got] == [got[0]["id"]] * 2
            assert (got[0]["kind"], got[0]["to"]["phone"]) == ("confirmed", "+441234567890")
            assert got[0]["short"].startswith("The Inn: Ihr Tisch am")
            assert "/book/" in got[0]["short"]
            assert {(row["channel"], row["via"]) for row in await rows(post, state="sent")} == {
                ("gateway", "gateway"), ("email", "log"),
            }  # fmt: skip
            await post.inn.book_as(GuestDetails("Cat", phone="+441234567892"), 2, evening("21:00"))
            await post.inn.decide()
            await post.deliver()
            assert [(row["reason"], row["answer"]) for row in await rows(post, state="failed")] == [
                ("refused", "400 so be it")
            ]
            await post.close()
    finally:
        await runner.cleanup()


async def test_an_address_with_an_underscore_is_found(post: Post) -> None:
    """What is looked for is meant as it is written: no sign in it stands for others."""
    for name in ("ann_b", "annxb"):
        await post.book(name, "en")
    await post.deliver()
    desk, place = post.inn.desk, post.inn.place
    for query, found in (("ann_b@", ["ann_b@example.com"]), ("ann%", []), ("ann\\", [])):
        listed = await messages.listing(desk.database, place.restaurant_id, query=query)
        assert [one.message.recipient for one in listed] == found


# -- people, and their rights ------------------------------------------------------------------------------------------


async def test_an_erased_guest_is_in_no_message_and_hears_nothing_more(post: Post) -> None:
    """What waited is dropped, what was sent is emptied; that there was a message stays."""
    booking = await post.book("ann", "en")
    await post.deliver()
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)
    await messages.suppress(
        post.inn.desk.database, "ann@example.com", None, "bounce", "550 ann@example.com", datetime.now(UTC)
    )
    await erase(post, "ann@example.com")
    found = orjson.dumps([dict(row) | {"id": "", "seq": 0} for row in await rows(post)], default=str).decode()
    assert "ann@" not in found
    assert "Zo" not in found
    assert [row["state"] for row in await rows(post)] == ["sent"]
    assert await post.deliver() == []
    assert await post.inn.desk.database.fetchval("SELECT count(*) FROM maitred.suppressions") == 0


async def erase(post: Post, email: str) -> None:
    """Take a guest's data away."""
    await erase_guest(
        post.inn.desk.database, post.inn.place.restaurant_id, email, None, by="test", now=datetime.now(UTC), force=True
    )


# -- the server's own terms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://mail.example", "smtp://"),
        ("smtp://", "smtp://"),
        ("smtp://mail.example:port", "smtp://"),
        ("smtp://user:secret@mail.example?tls=off", "TLS only"),
        ("smtp://user:secret@mail.example?tls=offered", "TLS only"),
        ("smtp://mail.example?tls=maybe", "tls="),
    ],
)
def test_a_mail_url_that_cannot_be_right_is_refused_by_rule_and_without_its_password(url: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_url(url)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


async def test_the_probe_says_what_is_wrong(mail: MailServer) -> None:
    """Nobody there; there; and no TLS where it is required."""
    assert await SmtpTransport(read_url(mail.url)).probe() is not None
    with serving(mail):
        there = SmtpTransport(read_url(mail.url))
        assert await there.probe() is None
        await there.aclose()
        assert "STARTTLS" in str(await SmtpTransport(read_url(f"{mail.url}?tls=required")).probe()).upper()


# -- a whole worker ----------------------------------------------------------------------------------------------------


async def test_a_cancellation_books_who_waits_and_they_have_the_mail(
    migrated_database: str, redis_url: str, mail: MailServer
) -> None:
    """By bus, worker and mail server: the table is given, and the guest told with calendar and link, once."""
    numbers = {"mail_url": mail.url, "mail_from": "us@example.org"}
    tiny = venue(TINY, waitlist={"enabled": True})
    with serving(mail):
        async with open_inn(migrated_database, redis_url, tiny, **numbers) as inn, inn.working():
            taken = await inn.book()
            await inn.until_state(taken, "confirmed")
            guest = GuestDetails("Ada", "ada@example.com")
            wish = WaitRequest(2, from_at=evening(), until_at=evening(), guest=guest, consent=True)
            await join(inn.desk, inn.place, wish, caller=inn.caller)

            async def told() -> bool:
                return any("is yours" in one.subject for one in mail.to("ada@example.com"))

            await act(inn.desk, taken, Action.CANCEL, caller=inn.caller)
            await until(told)
            assert [one.types for one in mail.to("ada@example.com")][-1] == [
                "text/plain", "text/html", "text/calendar", "application/ics",
            ]  # fmt: skip
        assert len([one for one in mail.to("ada@example.com") if "is yours" in one.subject]) == 1
