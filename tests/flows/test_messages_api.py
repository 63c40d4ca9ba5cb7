"""Messages over HTTP: what was said, trying anew, whom nothing is sent to, and how a restaurant sends.

A whole API with workers and a real mail server. Mails that are waited for come from bookings made over HTTP.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid4

import pytest
from api_house import ApiHouse, Client, caller, confirmed, open_restaurant, running_api

from engines import Databases
from mail_server import MailServer, serving
from maitred.embedded import EmbeddedValkey
from maitred.embedded.processes import free_port
from maitred.store.messages import MessageSettings
from maitred.usecases.desk import Caller
from maitred.usecases.message_settings import change_settings, settings_of
from waiting import until

Connect = Callable[[str | None], Client]
FULL: Final = "552 5.2.2 mailbox full"
UNKNOWN: Final = "550 5.1.1 no such user"
GATEWAY: Final = "https://sms.invalid/maitred"


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    """The mail server of every restaurant here."""
    with serving(MailServer(free_port())) as server:
        yield server


@pytest.fixture(scope="module")
def api(databases: Databases, valkey_engine: EmbeddedValkey, mail: MailServer) -> Iterator[ApiHouse]:
    """The API with its workers; messages are the same whoever decides, so once is enough."""
    settings = {"mail_url": mail.url, "mail_from": "house@example.org"}
    with running_api(databases, valkey_engine, pipeline=True, **settings) as house:
        yield house


def somebody() -> str:
    """An address that no other test writes to."""
    return f"guest-{uuid4().hex[:8]}@example.com"


async def book(client: Client, slug: str, email: str, clock: str = "19:00") -> dict[str, Any]:
    """Book a table for somebody and return the booking, which is confirmed."""
    return await confirmed(client, slug, clock, guest={"name": "Ada Lovelace", "email": email})


async def ended(client: Client, slug: str, booking: dict[str, Any], kind: str, state: str) -> dict[str, Any]:
    """Wait until the message of a kind about a booking has ended, which must be in this state; return it whole."""
    found: list[dict[str, Any]] = []

    async def has_ended() -> bool:
        items = (await client.get(f"/v1/restaurants/{slug}/messages?booking_id={booking['id']}")).body["items"]
        found[:] = [one for one in items if one["kind"] == kind and one["state"] != "pending"]
        return bool(found)

    await until(has_ended)
    assert [one["state"] for one in found] == [state], found
    whole: dict[str, Any] = (await client.get(f"/v1/restaurants/{slug}/messages/{found[0]['id']}")).body
    return whole


async def test_a_message_is_listed_found_and_read(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, mail: MailServer
) -> None:
    """Newest first, page by page, by booking, state, address and reference; the whole one has what was sent."""
    host = await caller(api, connect, "staff", at=bistro)
    path, one, two = f"/v1/restaurants/{bistro}/messages", somebody(), somebody()
    first, second = await book(admin, bistro, one), await book(admin, bistro, two, "12:00")
    told = await ended(host, bistro, first, "confirmed", "sent")
    later = await ended(host, bistro, second, "confirmed", "sent")
    assert (told["via"], told["recipient"], told["reference"]) == ("smtp", one, first["reference"])
    (sent,) = mail.to(one)
    assert (sent.id, sent.mail["Subject"]) == (told["message_id"], told["content"]["subject"])
    assert "BEGIN:VCALENDAR" in told["content"]["calendar"]
    assert [attempt["attempt"] for attempt in told["tries"]] == [1]
    queries = {
        "?state=sent": [later, told],
        f"?q={one}": [told],
        f"?state=sent,failed&q={second['reference']}": [later],
    }
    for query, wanted in queries.items():
        items = (await host.get(path + query)).body["items"]
        assert [item["id"] for item in items if item["state"] == "sent"] == [item["id"] for item in wanted], query
    seen: list[str] = []
    page: str | None = f"{path}?limit=1"
    while page:
        reply = (await host.get(page)).body
        seen, page = seen + [item["id"] for item in reply["items"]], reply["next"]
    everything = (await host.get(path)).body
    assert seen == [item["id"] for item in everything["items"]]
    assert not {"content", "tries"} & set(everything["items"][0])
    assert (await host.get(f"{path}?state=lost")).code == "unknown_value"
    assert (await host.get(f"{path}?booking_id=7")).code == "invalid_id"
    assert (await host.get(f"{path}?cursor=7")).code == "invalid_cursor"


async def test_a_failed_message_is_tried_anew_and_sent(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, mail: MailServer
) -> None:
    """One by its id, or all of a restaurant and of no other; what did not fail is not, and nobody gets two."""
    host, elsewhere = await caller(api, connect, "staff", at=bistro), await open_restaurant(admin)
    path, addresses = f"/v1/restaurants/{bistro}/messages", [somebody() for _ in range(4)]
    mail.refuse |= dict.fromkeys(addresses, FULL)
    booked = [await book(admin, bistro, to, at) for to, at in zip(addresses, ("11:00", "13:30", "16:00"), strict=False)]
    failed = [await ended(host, bistro, booking, "confirmed", "failed") for booking in booked]
    theirs = await ended(admin, elsewhere, await book(admin, elsewhere, addresses[3]), "confirmed", "failed")
    assert {(one["reason"], one["answer"]) for one in failed} == {("refused", FULL)}
    for address in addresses:
        del mail.refuse[address]
    again = await host.post(f"{path}/{failed[0]['id']}/retry")
    assert (again.status, again.body["state"], again.body["reason"]) == (202, "pending", None)
    sent = await ended(host, bistro, booked[0], "confirmed", "sent")
    assert [attempt["answer"] for attempt in sent["tries"]] == [FULL, sent["answer"]]
    refused = await host.post(f"{path}/{failed[0]['id']}/retry")
    assert (refused.status, refused.code) == (409, "not_failed")
    assert (await host.post(f"{path}/{theirs['id']}/retry")).status == 404
    assert (await host.post(f"{path}/retry")).body == {"retried": 2}
    for booking in booked[1:]:
        await ended(host, bistro, booking, "confirmed", "sent")
    assert [len(mail.to(address)) for address in addresses] == [1, 1, 1, 0]
    assert (await admin.get(f"/v1/restaurants/{elsewhere}/messages/{theirs['id']}")).body["state"] == "failed"
    assert (await host.post(f"{path}/retry")).body == {"retried": 0}


async def test_a_suppressed_address_gets_nothing_until_that_is_lifted(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, mail: MailServer
) -> None:
    """A complaint holds for the one restaurant; only that restaurant lifts it, and then mail goes out again."""
    host, elsewhere = await caller(api, connect, "staff", at=bistro), await open_restaurant(admin)
    path, address = f"/v1/restaurants/{bistro}/messages/suppressions", somebody()
    told = (await host.post(path, {"email": address.upper(), "why": "complaint", "detail": "abuse report"})).body
    assert (told["why"], told["detail"]) == ("complaint", "abuse report")
    kept = await ended(host, bistro, await book(admin, bistro, address, "11:00"), "confirmed", "dropped")
    assert (kept["reason"], kept["tries"]) == ("suppressed", [])
    await ended(admin, elsewhere, await book(admin, elsewhere, address), "confirmed", "sent")
    assert len(mail.to(address)) == 1
    others = f"/v1/restaurants/{elsewhere}/messages/suppressions/lift"
    assert (await admin.post(others, {"email": address})).body == {"lifted": False}
    assert (await host.post(f"{path}/lift", {"email": address})).body == {"lifted": True}
    assert (await host.post(f"{path}/lift", {"email": address})).body == {"lifted": False}
    await ended(host, bistro, await book(admin, bistro, address, "15:00"), "confirmed", "sent")
    assert len(mail.to(address)) == 2
    faults = {
        "email": ({"email": "ada", "why": "bounce"}, "invalid_email"),
        "why": ({"email": address, "why": "dull"}, "unknown_value"),
        "detail": ({"email": address, "why": "bounce", "detail": "a\x1b[2J"}, "control_character"),
    }
    for field, (body, code) in faults.items():
        reply = await host.post(path, body)
        assert (reply.status, reply.code, reply.body["field"]) == (422, code, field)
    assert (await host.post(f"{path}/lift", {"email": "ada"})).code == "invalid_email"


async def test_a_bounce_is_remembered_until_somebody_knows_better(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, mail: MailServer
) -> None:
    """An address that the server does not know is asked once, by no restaurant again; lifted, its message goes out."""
    host, elsewhere, address = await caller(api, connect, "staff", at=bistro), await open_restaurant(admin), somebody()
    mail.refuse[address] = UNKNOWN
    booking = await book(admin, bistro, address)
    bounced = await ended(host, bistro, booking, "confirmed", "failed")
    assert (bounced["reason"], bounced["answer"]) == ("bounced", UNKNOWN)
    del mail.refuse[address]
    there = await ended(admin, elsewhere, await book(admin, elsewhere, address), "confirmed", "dropped")
    assert there["reason"] == "suppressed"
    path = f"/v1/restaurants/{bistro}/messages"
    assert (await host.post(f"{path}/suppressions/lift", {"email": address})).body == {"lifted": True}
    assert (await host.post(f"{path}/{bounced['id']}/retry")).status == 202
    await ended(host, bistro, booking, "confirmed", "sent")
    assert len(mail.to(address)) == 1


async def test_settings_are_kept_and_followed(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, mail: MailServer
) -> None:
    """What is named changes and the rest stays; the next mail is from whom it says, and what is off is not sent."""
    manager = await caller(api, connect, "venues:write", at=bistro, name="Mia")
    path, address = f"/v1/restaurants/{bistro}/messages/settings", somebody()
    before = (await manager.get(path)).body
    assert (before["quiet_from"], before["quiet_until"], before["updated_by"]) == ("22:00", "08:00", None)
    words = {"sender_name": "Zoës “Bistro”, am Eck", "reply_to": "table@example.com", "locale": "de"}
    assert (await manager.send("PUT", path, words)).body["updated_by"] == "Mia"
    more = {"off": ["cancelled"], "staff_emails": ["a@example.com", "A@example.com"], "quiet_from": "23:15"}
    changed = (await manager.send("PUT", path, more)).body
    assert changed | words | more | {"staff_emails": ["a@example.com"]} == changed
    booking = await book(admin, bistro, address)
    told = await ended(admin, bistro, booking, "confirmed", "sent")
    (sent,) = mail.to(address)
    sender = sent.mail["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (words["sender_name"], "house@example.org")
    assert (sent.mail["Reply-To"], told["locale"]) == ("table@example.com", "de")
    assert (await admin.post(f"/v1/bookings/{booking['id']}/cancel")).status == 200
    assert (await ended(admin, bistro, booking, "cancelled", "dropped"))["reason"] == "switched_off"
    cleared = {"sender_name": None, "reply_to": "", "quiet_from": None, "quiet_until": None, "off": []}
    after = (await manager.send("PUT", path, cleared)).body
    assert after | cleared | {"reply_to": None, "locale": "de"} == after


async def test_the_gateways_secret_is_shown_once(api: ApiHouse, connect: Connect, bistro: str) -> None:
    """It comes with the first gateway and on request, is in no other answer, and is forgotten with the gateway."""
    manager = await caller(api, connect, "venues:write", at=bistro)
    path = f"/v1/restaurants/{bistro}/messages/settings"
    none = await manager.post(f"{path}/secret")
    assert (none.status, none.code, none.body["field"]) == (422, "no_gateway", "gateway_url")
    made = await manager.send("PUT", path, {"gateway_url": GATEWAY, "gateway_for": "all"})
    assert made.body["gateway_secret"].startswith("whsec_")
    assert made.headers["Cache-Control"] == "no-store"
    for reply in (await manager.get(path), await manager.send("PUT", path, {"gateway_url": f"{GATEWAY}/2"})):
        assert reply.status == 200
        assert b"whsec_" not in reply.raw
        assert reply.body["gateway_url"].startswith(GATEWAY)
    assert await secret_of(api, bistro) == made.body["gateway_secret"]
    assert [one.gateway_secret for one in await as_pages_see_them(api, bistro)] == [None, None]
    renewed = (await manager.post(f"{path}/secret")).body["gateway_secret"]
    assert renewed != made.body["gateway_secret"]
    assert await secret_of(api, bistro) == renewed
    gone = (await manager.send("PUT", path, {"gateway_url": None})).body
    assert (gone["gateway_url"], gone["gateway_secret"], await secret_of(api, bistro)) == (None, None, None)
    anew = (await manager.send("PUT", path, {"gateway_url": GATEWAY})).body["gateway_secret"]
    assert anew not in (None, renewed, made.body["gateway_secret"])


async def as_pages_see_them(api: ApiHouse, slug: str) -> list[MessageSettings]:
    """The settings as they are read, and as a change leaves them, without HTTP before them."""

    async def both() -> list[MessageSettings]:
        desk = api.house.desk
        place, mia = await desk.venues.get(slug), Caller(uuid4(), "Mia", frozenset(), None)
        changed = await change_settings(desk, place, caller=mia, sender_name="Mia's")
        return [await settings_of(desk, place), changed.settings]

    found: list[MessageSettings] = await api.run_there(both)
    return found


async def test_changes_at_the_same_time_are_all_kept(api: ApiHouse, connect: Connect, bistro: str) -> None:
    """Two managers who change two fields lose nothing, and a gateway that two set first has the one secret shown."""
    manager = await caller(api, connect, "venues:write", at=bistro)
    path = f"/v1/restaurants/{bistro}/messages/settings"
    changes = {"reply_to": "a@example.org", "locale": "fr", "off": ["moved"], "sender_name": "B", "quiet_from": "23:00"}
    bodies = [{name: value} for name, value in changes.items()] + [{"gateway_url": GATEWAY}] * 4
    replies = await asyncio.gather(*(manager.send("PUT", path, body) for body in bodies))
    after = (await manager.get(path)).body
    assert after | changes == after
    shown = [reply.body["gateway_secret"] for reply in replies if reply.body["gateway_secret"]]
    assert shown == [await secret_of(api, bistro)]


async def secret_of(api: ApiHouse, slug: str) -> Any:
    """What messages to a restaurant's gateway are signed with."""

    async def read() -> Any:
        sql = "SELECT gateway_secret FROM maitred.message_settings JOIN maitred.restaurants r ON r.id = restaurant_id"
        return await api.house.desk.database.fetchval(f"{sql} WHERE r.slug = $1", slug)

    return await api.run_there(read)


FAULTS: Final[tuple[tuple[dict[str, Any], str, str], ...]] = (
    ({"sender_name": "Bistro\nBcc: x@example.com"}, "sender_name", "control_character"),
    ({"sender_name": "x" * 101}, "sender_name", "too_long"),
    ({"sender_address": "house"}, "sender_address", "invalid_email"),
    ({"sender_address": "House <house@example.org>"}, "sender_address", "invalid_email"),
    ({"sender_address": "häuschen@example.org"}, "sender_address", "invalid_email"),
    ({"sender_address": "a..b@example.org"}, "sender_address", "invalid_email"),
    ({"reply_to": "a@example.org\r\nBcc: x@example.com"}, "reply_to", "invalid_email"),
    ({"reply_to": f"{'x' * 65}@example.org"}, "reply_to", "invalid_email"),
    ({"locale": "tlh"}, "locale", "unknown_value"),
    ({"locale": None}, "locale", "wrong_type"),
    ({"off": ["received", "sung"]}, "off", "unknown_kind"),
    ({"quiet_from": "25:00"}, "quiet_from", "invalid_format"),
    ({"quiet_until": "7"}, "quiet_until", "invalid_format"),
    ({"quiet_from": None}, "quiet_from", "required"),
    ({"quiet_until": None}, "quiet_until", "required"),
    ({"quiet_from": "08:00"}, "quiet_until", "same_time"),
    ({"staff_emails": [f"a{n}@example.org" for n in range(21)]}, "staff_emails", "too_long"),
    ({"staff_emails": ["a@example.org", "b@"]}, "staff_emails.1", "invalid_email"),
    ({"staff_emails": [""]}, "staff_emails.0", "invalid_email"),
    ({"gateway_url": "http://example.com/"}, "gateway_url", "insecure_url"),
    ({"gateway_url": "https://user:pw@example.com/"}, "gateway_url", "invalid_url"),
    ({"gateway_url": "https://169.254.169.254/"}, "gateway_url", "private_address"),
    ({"gateway_for": "some"}, "gateway_for", "unknown_value"),
    ({"gateway_secret": "whsec_mine"}, "gateway_secret", "unknown_field"),
    ({}, "body", "nothing_to_change"),
)


async def test_bad_settings_are_refused_by_name_and_nothing_is_changed(
    api: ApiHouse, connect: Connect, bistro: str
) -> None:
    """Each fault names its field and its rule, and takes the good fields beside it along."""
    manager = await caller(api, connect, "venues:write", at=bistro)
    path = f"/v1/restaurants/{bistro}/messages/settings"
    assert (await manager.send("PUT", path, {"reply_to": "first@example.org"})).status == 200
    before = (await manager.get(path)).body
    for fault, field, code in FAULTS:
        beside = {"reply_to": "second@example.org"} if fault and "reply_to" not in fault else {}
        reply = await manager.send("PUT", path, beside | fault)
        assert (reply.status, reply.code, reply.body["field"]) == (422, code, field), fault
    assert (await manager.get(path)).body == before


async def test_messages_are_the_houses_own_business(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, mail: MailServer
) -> None:
    """Staff reads messages and managers change settings, neither more; to other restaurants there is nothing here."""
    staff = await caller(api, connect, "staff", at=bistro)
    manager = await caller(api, connect, "venues:write", at=bistro)
    guest = await caller(api, connect, "bookings:read", "bookings:write", "floor:read", at=bistro)
    elsewhere = await open_restaurant(admin)
    away = await caller(api, connect, "staff", "venues:write", at=elsewhere)
    path = f"/v1/restaurants/{bistro}/messages"
    told = await ended(admin, bistro, await book(admin, bistro, somebody()), "confirmed", "sent")
    of_staff = [
        ("GET", path, None),
        ("GET", f"{path}/{told['id']}", None),
        ("POST", f"{path}/{told['id']}/retry", None),
        ("POST", f"{path}/retry", None),
        ("POST", f"{path}/suppressions", {"email": "x@example.com", "why": "by_hand"}),
        ("POST", f"{path}/suppressions/lift", {"email": "x@example.com"}),
    ]
    of_managers = [
        ("GET", f"{path}/settings", None),
        ("PUT", f"{path}/settings", {"locale": "fr"}),
        ("POST", f"{path}/settings/secret", None),
    ]
    for refused, routes, scope in ((manager, of_staff, "staff"), (staff, of_managers, "venues:write")):
        for method, address, body in routes:
            for client in (refused, guest):
                reply = await client.send(method, address, body)
                assert (reply.status, reply.body["scope"]) == (403, scope), (method, address)
            assert (await away.send(method, address, body)).status == 404, (method, address)
    own = f"/v1/restaurants/{elsewhere}/messages"
    assert (await away.get(f"{own}/{told['id']}")).status == 404
    assert (await away.get(own)).body["items"] == []
    assert (await admin.get(f"{path}/settings")).body["locale"] == "en"
