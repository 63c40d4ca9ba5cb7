"""The waitlist over HTTP: a refused guest is told of it, waits, and is booked when somebody cancels."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from api_house import ApiHouse, Client, at, caller, open_restaurant, wish

from waiting import PATIENCE_S

Connect = Callable[[str | None], Client]
ON = {"waitlist": {"enabled": True}}
ONE_TABLE = {
    "tables": [{"id": "T1", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": True}],
    "joins": [],
}


def waiting(name: str, **more: Any) -> dict[str, Any]:
    """The body of somebody who waits for seven to eight."""
    guest = {"name": name, "email": f"{name.lower()}@example.org", "locale": "de"}
    return {"party_size": 2, "from": at("19:00"), "until": at("20:00"), "guest": guest, "consent": True} | more


async def reached(client: Client, entry_id: str, state: str) -> dict[str, Any]:
    """The entry once it is in a state."""
    give_up = monotonic() + PATIENCE_S
    while (body := (await client.get(f"/v1/waitlist/{entry_id}")).body)["state"] != state:
        assert monotonic() < give_up, body
        await asyncio.sleep(0.05)
    return dict(body)


async def test_a_refused_guest_waits_and_is_booked_when_somebody_cancels(
    api: ApiHouse, admin: Client, connect: Connect
) -> None:
    """The refusal names the list; the first in line gets the table, staff read who waits, the second may leave."""
    slug = await open_restaurant(admin, **ONE_TABLE, **ON)
    site = await caller(api, connect, "bookings:read", "bookings:write", at=slug)
    staff = await caller(api, connect, "staff", "bookings:read", at=slug)
    path = f"/v1/restaurants/{slug}/bookings"
    taken = await site.post(path, wish("19:30"), prefer="wait=20")
    assert (taken.body["state"], taken.body["waitlist"]) == ("confirmed", None)
    refused = await site.post(path, wish("19:30"), prefer="wait=20")
    assert refused.body["state"] == "failed"
    there = refused.body["waitlist"]
    assert there == f"/v1/restaurants/{slug}/waitlist"
    assert (await site.post(f"/v1/restaurants/{slug}/holds", {"party_size": 2, "starts_at": at("19:30")})).body[
        "waitlist"
    ] == there
    ada = await site.post(there, waiting("Ada"))
    assert (ada.status, ada.body["state"], ada.body["line"]) == (201, "waiting", 1)
    again = await site.post(there, waiting("Ada"))
    assert (again.body["id"], again.headers.get("Idempotency-Replayed")) == (ada.body["id"], "true")
    bob = await site.post(there, waiting("Bob"), idempotency_key="bob-1")
    assert bob.body["line"] == 2
    other = await site.post(there, waiting("Bob", party_size=1), idempotency_key="bob-1")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    listed = await staff.get(f"{there}?date={ada.body['service_date']}")
    assert [one["guest"]["name"] for one in listed.body["items"]] == ["Ada", "Bob"]
    await site.post(f"/v1/bookings/{taken.body['id']}/cancel")
    booked = await reached(site, ada.body["id"], "booked")
    made = await site.get(f"/v1/bookings/{booked['booking_id']}")
    assert (made.body["state"], made.body["starts_at"]) == ("confirmed", booked["starts_at"])
    left = await site.post(f"/v1/waitlist/{bob.body['id']}/leave")
    assert (left.body["state"], left.body["reason"], left.body["line"]) == ("left", "requested", None)
    late = await site.post(f"/v1/waitlist/{ada.body['id']}/leave")
    assert (late.status, late.code) == (409, "transition_not_allowed")
    gone = await site.post(f"/v1/waitlist/{bob.body['id']}/accept")
    assert (gone.status, gone.code) == (409, "offer_gone")
    every = await staff.get(f"{there}?date={ada.body['service_date']}&all=true")
    assert [one["state"] for one in every.body["items"]] == ["booked", "left"]


async def test_an_offer_is_taken_over_http(api: ApiHouse, admin: Client) -> None:
    """Where a venue always asks first, room becomes an offer; taken twice it is one booking."""
    slug = await open_restaurant(admin, **ONE_TABLE, waitlist={"enabled": True, "auto_until_minutes": 10_080})
    near = datetime.now(UTC).date() + timedelta(days=2)
    body = waiting("Ada") | {"from": at("19:00", near), "until": at("19:00", near)}
    entry = await admin.post(f"/v1/restaurants/{slug}/waitlist", body)
    offered = await reached(admin, entry.body["id"], "offered")
    assert offered["starts_at"] == offered["from"]
    assert offered["offer_expires_at"] is not None
    first, second = await asyncio.gather(*(admin.post(f"/v1/waitlist/{entry.body['id']}/accept") for _ in range(2)))
    assert first.body["id"] == second.body["id"]
    assert first.body["state"] == "confirmed"
    assert (await admin.get(f"/v1/waitlist/{entry.body['id']}")).body["state"] == "booked"


async def test_the_list_is_for_those_who_may_see_it(api: ApiHouse, admin: Client, connect: Connect) -> None:
    """Guests' keys list nobody, another restaurant's key sees nothing, and a venue without a list says so."""
    slug, plain = await open_restaurant(admin, **ON), await open_restaurant(admin)
    site = await caller(api, connect, "bookings:read", "bookings:write", at=slug)
    elsewhere = await caller(api, connect, "bookings:read", "bookings:write", "staff", at=plain)
    entry = (await site.post(f"/v1/restaurants/{slug}/waitlist", waiting("Ada", party_size=2))).body
    assert (await site.get(f"/v1/restaurants/{slug}/waitlist?date={entry['service_date']}")).status == 403
    for reply in (
        await elsewhere.get(f"/v1/restaurants/{slug}/waitlist?date={entry['service_date']}"),
        await elsewhere.get(f"/v1/waitlist/{entry['id']}"),
        await elsewhere.post(f"/v1/waitlist/{entry['id']}/leave"),
        await elsewhere.post(f"/v1/waitlist/{entry['id']}/accept"),
    ):
        assert reply.status == 404
    closed = await elsewhere.post(f"/v1/restaurants/{plain}/waitlist", waiting("Ada"))
    assert (closed.status, closed.code) == (409, "waitlist_closed")
    phoned = await site.post(f"/v1/restaurants/{slug}/waitlist", waiting("Bob", source="phone"))
    assert (phoned.status, phoned.code) == (403, "forbidden")
    unasked = await site.post(f"/v1/restaurants/{slug}/waitlist", waiting("Bob", consent=False))
    assert (unasked.status, unasked.code, unasked.body["field"]) == (422, "consent_required", "consent")
