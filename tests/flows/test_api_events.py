"""Webhooks and the stream of events over HTTP: who may, what is refused, and that a reader misses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from api_house import ApiHouse, Client, caller, confirmed, open_restaurant
from jsonschema import Draft202012Validator

from maitred.api import following
from maitred.api.asyncapi import document
from maitred.domain.errors import DatabaseUnavailable
from maitred.domain.event_types import PUBLIC, TEST_TYPE
from maitred.store import feed
from waiting import patience, words_of

Connect = Callable[[str | None], Client]
HOOK = "https://receiver.invalid/hook"


@dataclass(slots=True)
class Stream:
    """One open stream, as it is read."""

    answer: aiohttp.ClientResponse
    place: str | None = None  # where a client resumes: the last `id`, with an event or without one
    events: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    comments: int = 0
    retry_ms: int = 0

    async def until(self, there: Callable[["Stream"], bool]) -> None:
        """Read until something is so."""
        async with patience(words_of(there)):
            while not there(self):
                self._note((await self.answer.content.readuntil(b"\n\n")).decode())

    async def read(self, number: int) -> list[dict[str, Any]]:
        """Read until that many events have come."""
        await self.until(lambda one: len(one.events) >= number)
        return self.events

    def _note(self, block: str) -> None:
        lines = dict(line.split(": ", 1) for line in block.strip().splitlines() if not line.startswith(":"))
        self.comments += block.startswith(":")
        self.retry_ms = int(lines.get("retry", self.retry_ms))
        self.place = lines.get("id", self.place)
        if "data" in lines:
            event = json.loads(lines["data"])
            assert (event["id"], event["type"]) == (lines["id"], lines["event"])
            self.events.append(event)
            self.ids.append(event["id"])


@asynccontextmanager
async def streaming(client: Client, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    """Open a stream."""
    sent = {"Authorization": f"Bearer {client.key}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    async with client.session.get(f"{client.url}/v1/events{query}", headers=sent) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        stream = Stream(answer)
        await stream.until(lambda one: one.retry_ms > 0)
        yield stream


def types(events: list[dict[str, Any]]) -> list[str]:
    """Return what events are, in short."""
    return [event["type"].removeprefix("maitred.booking.") for event in events]


async def test_a_reader_that_comes_and_goes_misses_nothing_and_hears_nothing_twice(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str
) -> None:
    """Over reconnects by Last-Event-ID every event comes once, in order, other restaurants' not at all."""
    staff = await caller(api, connect, "floor:read", at=bistro)
    elsewhere = await open_restaurant(admin)
    heard: list[str] = []
    async with streaming(staff) as stream:
        await confirmed(admin, elsewhere)
        await confirmed(admin, bistro, "12:00")
        await stream.read(2)
        heard += stream.ids
    for clock in ("14:30", "17:00", "19:30"):
        await confirmed(admin, bistro, clock)
        async with streaming(staff, last_event_id=heard[-1]) as stream:
            await stream.read(2)
            heard += stream.ids
    async with streaming(staff, last_event_id=heard[-1]) as stream:
        await stream.read(12 - len(heard))
        heard += stream.ids
    async with streaming(staff, last_event_id=heard[0]) as stream:
        again = await stream.read(11)
    assert [event["id"] for event in again] == heard[1:]
    assert len(set(heard)) == len(heard) == 12
    assert {event["source"] for event in again} == {f"/v1/restaurants/{bistro}"}
    assert types(again)[-3:] == ["created", "queued", "confirmed"]


async def test_who_heard_of_nothing_yet_resumes_as_well(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream says where it is, at its beginning and with its beats: coming back from there misses nothing.

    Also when what was chosen came long ago, and is not kept any more: the place goes on with what others hear.
    """
    monkeypatch.setattr("maitred.api.events.BEAT_S", 0.2)
    staff = await caller(api, connect, "floor:read", at=bistro)
    await confirmed(admin, bistro, "12:00")
    elsewhere = await open_restaurant(admin)
    async with streaming(staff, "?type=booking.cancelled") as stream:
        begun = stream.place
        assert begun is not None
    booking = await confirmed(admin, bistro, "14:30")
    await admin.post(f"/v1/bookings/{booking['id']}/cancel")
    async with streaming(staff, "?type=booking.cancelled", last_event_id=begun) as stream:
        (heard,) = await stream.read(1)
        assert (heard["subject"], stream.place) == (booking["id"], heard["id"])
        await confirmed(admin, elsewhere)
        await confirmed(admin, bistro, "17:00")
        await stream.until(lambda one: one.place != heard["id"])
        assert len(stream.events) == 1
    last = (await confirmed(admin, bistro, "19:30"))["id"]
    ids = []
    for place in (heard["id"], stream.place):
        async with streaming(staff, last_event_id=place) as again:
            await again.until(lambda one: [e["subject"] for e in one.events[-1:]] == [last])
            await again.until(lambda one: types(one.events)[-1] == "confirmed")
            ids.append(again.ids)
    assert ids[1] == ids[0][ids[0].index(stream.place) + 1 :]


async def test_a_stream_waits_where_nothing_is_kept(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a week without events the feed is empty: streams, old and new, look now and then, and hear what comes."""
    staff = await caller(api, connect, "floor:read", at=bistro)
    await confirmed(admin, bistro, "12:00")
    reads, read = 0, feed.read

    async def counted(*asked: Any) -> list[feed.Fed]:
        nonlocal reads
        reads += 1
        return await read(*asked)

    async with streaming(staff) as old:
        await confirmed(admin, bistro, "14:30")
        await old.until(lambda one: types(one.events)[-1:] == ["confirmed"])
        known = len(old.events)
        database = api.house.desk.database
        await api.run_there(lambda: database.execute("DELETE FROM maitred.feed"))
        monkeypatch.setattr(feed, "read", counted)
        async with streaming(staff) as new:
            await asyncio.sleep(1)  # what is looked for is a loop that never rests
            assert reads < 10
            await confirmed(admin, bistro, "17:00")
            for stream, heard in ((old, known), (new, 0)):
                events = await stream.read(heard + 3)
                assert types(events[heard:]) == ["created", "queued", "confirmed"]


async def test_a_stream_outlives_the_databases_absence(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It beats on, and goes on where it was: nothing is missing and nothing comes twice."""
    monkeypatch.setattr("maitred.api.events.BEAT_S", 0.2)
    monkeypatch.setattr("maitred.api.events.AWAY_S", 0.05)
    staff = await caller(api, connect, "floor:read", at=bistro)
    read = {name: getattr(feed, name) for name in ("end", "read", "newest")}

    async def away(*_asked: Any) -> Any:
        raise DatabaseUnavailable("It is away.")

    async with streaming(staff) as stream:
        await confirmed(admin, bistro, "12:00")
        await stream.read(3)
        for name in read:
            monkeypatch.setattr(feed, name, away)
        await confirmed(admin, bistro, "14:30")
        beats = stream.comments
        await stream.until(lambda one: one.comments >= beats + 2)
        assert len(stream.events) == 3
        for name, real in read.items():
            monkeypatch.setattr(feed, name, real)
        assert types(await stream.read(6)) == ["created", "queued", "confirmed"] * 2
    assert len(set(stream.ids)) == 6


async def test_of_many_streams_at_once_those_too_many_are_told_so(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str
) -> None:
    """A key that opens sixteen at the same moment has ten of them, and six refusals."""
    staff = await caller(api, connect, "floor:read", at=bistro)
    sent = {"Authorization": f"Bearer {staff.key}"}
    asked = [staff.session.get(f"{staff.url}/v1/events", headers=sent) for _ in range(16)]
    answers = await asyncio.gather(*asked)
    try:
        assert sorted(answer.status for answer in answers) == [200] * 10 + [429] * 6
        for answer in answers:
            if answer.status == 429:
                assert (await answer.json())["code"] == "too_many_streams"
    finally:
        for answer in answers:
            answer.close()


async def test_who_takes_nothing_is_let_go(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that stops reading makes room for others of its key, although it never hangs up."""
    monkeypatch.setattr(following, "MOST_PER_KEY", 1)
    monkeypatch.setattr("maitred.api.events.SLOWEST_S", 0.3)
    much = b": " + b"x" * 8_000_000 + b"\n\n"  # more than the kernel keeps
    monkeypatch.setattr("maitred.api.events._frame", lambda _one: much)
    staff = await caller(api, connect, "floor:read", at=bistro)
    host, port = admin.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1_024)
    writer.write(f"GET /v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {staff.key}\r\n\r\n".encode())
    await reader.readuntil(b"retry: ")
    assert (await staff.get("/v1/events")).code == "too_many_streams"
    await confirmed(admin, bistro)
    sent = {"Authorization": f"Bearer {staff.key}"}
    try:
        async with patience("the stream of a lost connection to be given back"):
            status = 429
            while status == 429:
                async with staff.session.get(f"{staff.url}/v1/events", headers=sent) as answer:
                    status = answer.status
        assert status == 200
    finally:
        writer.close()


async def test_a_reader_chooses_types_and_instant(api: ApiHouse, connect: Connect, admin: Client, bistro: str) -> None:
    """Only the types that were asked for come, from the instant that was asked for, to a key of every restaurant."""
    since = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    booking = await confirmed(admin, bistro)
    await admin.post(f"/v1/bookings/{booking['id']}/cancel")
    query = f"?type=booking.confirmed,maitred.booking.cancelled&restaurant={bistro}&since={since}"
    async with streaming(admin, query) as stream:
        assert types(await stream.read(2)) == ["confirmed", "cancelled"]
    async with streaming(admin, f"?restaurant={bistro}") as stream:
        await confirmed(admin, bistro, "21:00")
        assert types(await stream.read(3)) == ["created", "queued", "confirmed"]


async def test_who_may_not_follow_is_refused(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guest's key hears nothing, nor does anybody of another restaurant; bad wishes are refused by name."""
    guest = await caller(api, connect, "bookings:read", "bookings:write", at=bistro)
    elsewhere = await caller(api, connect, "floor:read", at=await open_restaurant(admin))
    reply = await guest.get("/v1/events")
    assert (reply.status, reply.body["scope"]) == (403, "floor:read")
    assert (await connect(None).get("/v1/events")).status == 401
    assert (await elsewhere.get(f"/v1/events?restaurant={bistro}")).status == 404
    async with streaming(admin, f"?restaurant={bistro}") as stream:
        await confirmed(admin, bistro)
        event = (await stream.read(1))[0]["id"]
    reply = await elsewhere.get("/v1/events", last_event_id=event)
    assert (reply.status, reply.code, reply.body["field"]) == (410, "events_gone", "Last-Event-ID")
    assert (await admin.get("/v1/events", last_event_id="x")).code == "malformed_header"
    reply = await admin.get("/v1/events?type=booking.sung")
    assert (reply.code, reply.body["field"]) == ("unknown_type", "type")
    long_ago = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (await admin.get(f"/v1/events?since={long_ago}")).code == "events_gone"
    monkeypatch.setattr(following, "MOST_PER_KEY", 1)
    async with streaming(admin):
        reply = await admin.get("/v1/events")
        assert (reply.status, reply.code) == (429, "too_many_streams")


async def test_a_silent_stream_beats_and_ends_with_its_key(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comments keep the line open; once the key is revoked the stream ends by itself."""
    monkeypatch.setattr("maitred.api.events.BEAT_S", 0.2)
    monkeypatch.setattr("maitred.usecases.keys.CACHE_S", 0.1)
    made = (await admin.post("/v1/keys", {"name": "reader", "scopes": ["staff"], "restaurant": bistro})).body
    async with streaming(connect(made["key"])) as stream, patience("a beat, and the end once the key is revoked"):
        assert await stream.answer.content.readuntil(b"\n\n") == b": beat\n\n"
        assert (await admin.send("DELETE", f"/v1/keys/{made['id']}")).status == 204
        while not stream.answer.content.at_eof():
            await stream.answer.content.readany()


async def test_webhooks_are_managed_by_who_may_change_the_restaurant(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str
) -> None:
    """Made, read, changed, rotated, tested, replayed and removed; the secret is in two answers and nowhere else."""
    path = f"/v1/restaurants/{bistro}/webhooks"
    manager = await caller(api, connect, "venues:write", at=bistro)
    made = (await manager.post(path, {"url": HOOK, "types": ["booking.confirmed"]})).body
    one = f"{path}/{made['id']}"
    assert made["secret"].startswith("whsec_")
    rotated = (await manager.post(f"{one}/rotate", {"overlap_hours": 1})).body
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"] is not None
    for reply in (await manager.get(path), await manager.get(one), await manager.get(f"{one}/deliveries")):
        assert reply.status == 200
        assert b"whsec_" not in reply.raw
    changed = (await manager.send("PATCH", one, {"types": [], "description": "Till"})).body
    assert (changed["types"], changed["description"], changed["url"]) == ([], "Till", HOOK)
    number = (await manager.post(f"{one}/test")).body["delivery_id"]
    again = (await manager.post(f"{one}/deliveries/{number}/resend")).body["delivery_id"]
    first = (await manager.get(f"{one}/deliveries?limit=1")).body
    rest = (await manager.get(first["next"])).body
    assert [line["id"] for page in (first, rest) for line in page["items"]] == [again, number]
    assert {line["kind"] for line in (first["items"] + rest["items"])} == {"test", "resend"}
    since = datetime.now(UTC).isoformat()
    assert (await manager.post(f"{one}/replay", {"since": since})).body == {"planned": 0, "next_after": None}
    off = (await manager.send("PATCH", one, {"enabled": False})).body
    assert (off["enabled"], off["disabled_reason"]) == (False, "by_hand")
    assert (await manager.post(f"{one}/test")).code == "disabled"
    assert (await manager.send("DELETE", one)).status == 204
    assert (await manager.get(one)).status == 404


async def test_webhooks_are_nobody_elses_business_and_addresses_are_checked(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str
) -> None:
    """Other scopes and other restaurants are refused; so is what is no public https address, or one too many."""
    path = f"/v1/restaurants/{bistro}/webhooks"
    one = f"{path}/{(await admin.post(path, {'url': HOOK})).body['id']}"
    host = await caller(api, connect, "staff", "bookings:write", "review", at=bistro)
    elsewhere = await caller(api, connect, "venues:write", at=await open_restaurant(admin))
    assert [(await host.get(path)).status, (await elsewhere.get(path)).status] == [403, 404]
    assert [(await elsewhere.post(f"{one}/test")).status, (await host.post(f"{one}/test")).status] == [404, 403]
    number = (await admin.post(f"{one}/test")).body["delivery_id"]
    own = f"/v1/restaurants/{await open_restaurant(admin)}/webhooks"
    theirs = f"{own}/{(await admin.post(own, {'url': HOOK})).body['id']}"
    assert (await admin.post(f"{theirs}/deliveries/{number}/resend")).status == 404, "of another endpoint"
    assert (await admin.get(f"{theirs}/deliveries")).body["items"] == []
    smuggled = f"{own}/{one.rpartition('/')[2]}"  # this restaurant's endpoint under the other's name
    for method, tail, body in (
        ("GET", "", None),
        ("PATCH", "", {"enabled": False}),
        ("DELETE", "", None),
        ("POST", "/rotate", {}),
        ("POST", "/test", {}),
        ("POST", "/replay", {"since": datetime.now(UTC).isoformat()}),
        ("GET", "/deliveries", None),
        ("POST", f"/deliveries/{number}/resend", {}),
    ):
        assert (await admin.send(method, smuggled + tail, body)).status == 404, (method, tail)
    kept = (await admin.get(one)).body
    assert (kept["enabled"], kept["previous_secret_until"]) == (True, None)
    faults = {
        "http://example.com/": "insecure_url",
        "ftp://example.com/": "invalid_url",
        "https://user:pw@example.com/": "invalid_url",
        "https://example.com/#x": "invalid_url",
        "https://10.0.0.7/": "private_address",
        "https://169.254.169.254/latest": "private_address",
        "https://2130706433/": "private_address",
        "https://[::ffff:127.0.0.1]/": "private_address",
        "https://[64:ff9b::7f00:1]/": "private_address",
        "https://[2002:7f00:1::]/": "private_address",
        "https://[fd00::1]/": "private_address",
        "https://224.0.0.1/": "private_address",
        "https://a.localhost/": "private_address",
    }
    for url, code in faults.items():
        reply = await admin.post(path, {"url": url})
        assert (reply.status, reply.code, reply.body["field"]) == (422, code, "url"), url
    assert (await admin.post(path, {"url": HOOK, "types": ["x"]})).code == "unknown_type"
    assert (await admin.send("PATCH", one, {})).code == "nothing_to_change"
    for body in ({}, {"since": "2030-01-01T00:00Z", "after": one[-36:]}):
        assert (await admin.post(f"{one}/replay", body)).code == "required"
    for _ in range(19):
        assert (await admin.post(path, {"url": HOOK})).status == 201
    reply = await admin.post(path, {"url": HOOK})
    assert (reply.status, reply.code, reply.body["most"]) == (409, "too_many_webhooks", 20)


async def test_events_of_a_whole_life_are_as_the_document_says(api: ApiHouse, admin: Client, bistro: str) -> None:
    """What is streamed validates against the served AsyncAPI document, and has no field that it does not name."""
    served = (await admin.get("/asyncapi.json")).body
    assert served == document()
    schemas = served["components"]["schemas"]
    async with streaming(admin, f"?restaurant={bistro}") as stream:
        booking = await confirmed(admin, bistro, guest={"name": "Ada Lovelace", "email": "ada@example.com"})
        for action, body in (
            ("pin", {"reason": "Anniversary"}),
            ("unpin", {}),
            ("cancel", {}),
            ("undo", {}),
        ):
            reply = await admin.post(f"/v1/bookings/{booking['id']}/{action}", body)
            assert reply.status == 200, (action, reply.body)
        changed = await admin.send("PATCH", f"/v1/bookings/{booking['id']}", {"party_size": 1, "notes": "Window"})
        assert changed.status == 200
        events = await stream.read(8)
    assert types(events) == [
        "created", "queued", "confirmed", "pinned", "unpinned", "cancelled", "undone", "modified"
    ]  # fmt: skip
    for event in events:
        schema = schemas[event["type"].removeprefix("maitred.")]
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(event)
        assert set(event) <= set(schema["properties"])
        assert set(event["data"]) <= set(schema["properties"]["data"]["properties"])
        for personal in ("Ada", "ada@", "Window", "Anniversary"):
            assert personal not in json.dumps(event)
    with pytest.raises(Exception, match="required property"):
        Draft202012Validator(schemas["booking.created"]).validate({**events[0], "data": {"v": 1}})


def test_the_document_names_every_event_with_an_example_that_is_one() -> None:
    """Each message has a schema that is one, each example validates, and every reference leads somewhere."""
    told = document()
    assert set(told["components"]["messages"]) == {*PUBLIC, TEST_TYPE.name}
    for name, message in told["components"]["messages"].items():
        schema = told["components"]["schemas"][name]
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(message["examples"][0]["payload"])
    for channel in told["channels"].values():
        for reference in channel["messages"].values():
            assert reference["$ref"].removeprefix("#/components/messages/") in told["components"]["messages"]
