"""Idempotency-Key: the same request twice is one booking, however close together."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from api_house import ApiHouse, Client, at, caller, confirmed, open_restaurant, wish

Connect = Callable[[str | None], Client]


async def _bookings(admin: Client, slug: str) -> list[dict[str, Any]]:
    return list((await admin.get(f"/v1/restaurants/{slug}/bookings")).body["items"])


async def test_a_repeat_gets_the_first_answer(admin: Client, bistro: str) -> None:
    """The second time the very same bytes come back, marked as a replay, and there is one booking."""
    path = f"/v1/restaurants/{bistro}/bookings"
    first = await admin.post(path, wish(), idempotency_key="k1")
    again = await admin.post(path, wish(), idempotency_key="k1")
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(await _bookings(admin, bistro)) == 1


@pytest.mark.parametrize("prefer", ["", "wait=20"], ids=["at once", "waiting"])
async def test_fifty_at_once_are_one_booking(admin: Client, bistro: str, prefer: str) -> None:
    """Fifty equal requests with one key make one booking and get fifty equal answers."""
    path = f"/v1/restaurants/{bistro}/bookings"
    headers = {"idempotency_key": "burst"} | ({"prefer": prefer} if prefer else {})
    replies = await asyncio.gather(*(admin.post(path, wish(), **headers) for _ in range(50)))
    assert {reply.status for reply in replies} == {201}
    assert len({str(reply.body["id"]) for reply in replies}) == 1
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    assert len(await _bookings(admin, bistro)) == 1
    if prefer:
        assert {reply.body["state"] for reply in replies} == {"confirmed"}
    else:
        later = await admin.post(path, wish(), **headers)
        assert later.body["id"] == replies[0].body["id"]


async def test_fifty_at_once_get_fifty_equal_answers(admin: Client, api: ApiHouse, bistro: str) -> None:
    """All fifty answers say the same: with the pipeline the acceptance, without it the outcome."""
    path = f"/v1/restaurants/{bistro}/bookings"
    replies = await asyncio.gather(*(admin.post(path, wish(), idempotency_key="same") for _ in range(50)))
    assert len({_unordered(reply.body) for reply in replies}) == 1
    assert replies[0].body["state"] == ("assignment_pending" if api.pipeline else "confirmed")


def _unordered(body: dict[str, Any]) -> str:
    return str(sorted(body.items()))


@pytest.mark.parametrize(
    "other",
    [wish(party_size=3), wish("20:00"), wish(notes="x"), wish(guest={"name": "Ada Lovelace", "locale": "de"})],
    ids=["party", "time", "notes", "guest"],
)
async def test_another_body_is_refused(admin: Client, bistro: str, other: dict[str, Any]) -> None:
    """The key with another body is a 4xx, and nothing is made of it."""
    path = f"/v1/restaurants/{bistro}/bookings"
    await admin.post(path, wish(), idempotency_key="k")
    refused = await admin.post(path, other, idempotency_key="k")
    assert (refused.status, refused.code, refused.body["field"]) == (422, "idempotency_key_reused", "Idempotency-Key")
    assert len(await _bookings(admin, bistro)) == 1


async def test_the_same_request_spelled_otherwise_is_the_same(admin: Client, bistro: str) -> None:
    """Order of fields and spelled-out defaults make no other request."""
    path = f"/v1/restaurants/{bistro}/bookings"
    first = await admin.post(path, wish(), idempotency_key="k")
    spelled = dict(reversed(wish(source="web", accessible=False, notes=None).items()))
    again = await admin.post(path, spelled, idempotency_key="k")
    assert (again.status, again.body["id"]) == (201, first.body["id"])


async def test_keys_belong_to_caller_and_restaurant(
    admin: Client, api: ApiHouse, connect: Connect, bistro: str
) -> None:
    """The same key of another caller, or for another restaurant, is another key."""
    second, other = await open_restaurant(admin), await caller(api, connect, "bookings:write")
    replies = [
        await client.post(f"/v1/restaurants/{slug}/bookings", wish(), idempotency_key="k")
        for client in (admin, other)
        for slug in (bistro, second)
    ]
    assert len({reply.body["id"] for reply in replies}) == 4


async def test_a_refusal_does_not_use_the_key_up(admin: Client, bistro: str) -> None:
    """A request that was refused may be mended and sent with the same key."""
    path = f"/v1/restaurants/{bistro}/bookings"
    assert (await admin.post(path, wish("19:07"), idempotency_key="k")).status == 422
    assert (await admin.post(path, wish("19:15"), idempotency_key="k")).status == 201


async def test_a_hold_is_used_once_however_often_it_is_sent(admin: Client, bistro: str) -> None:
    """Twenty equal requests with one key and a hold make one booking on the held tables."""
    held = await admin.post(f"/v1/restaurants/{bistro}/holds", {"party_size": 2, "starts_at": at("19:00")})
    path, body = f"/v1/restaurants/{bistro}/bookings", wish(hold_id=held.body["id"])
    replies = await asyncio.gather(*(admin.post(path, body, idempotency_key="h") for _ in range(20)))
    assert {(reply.status, reply.body.get("id")) for reply in replies} == {(201, replies[0].body["id"])}
    assert replies[0].body["tables"] == held.body["tables"]
    assert len(await _bookings(admin, bistro)) == 1


async def test_without_a_key_each_request_is_its_own(admin: Client, bistro: str) -> None:
    """Two equal requests without a key are two bookings: nobody guesses that they are one."""
    first, second = await confirmed(admin, bistro), await confirmed(admin, bistro)
    assert first["id"] != second["id"]
