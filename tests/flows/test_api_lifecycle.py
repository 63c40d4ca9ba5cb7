"""The lifecycle over HTTP: at the door, undone, by an operator, and against a version."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from api_house import DAY, ApiHouse, Client, at, caller, confirmed

from maitred.domain.booking import State
from maitred.domain.lifecycle import Action, steps

NOW = {"at": at("19:00")}
Connect = Callable[[str | None], Client]


async def step(client: Client, booking: dict[str, Any], action: str, when: str = "19:00") -> dict[str, Any]:
    """Take a step and return the booking after it."""
    reply = await client.post(f"/v1/bookings/{booking['id']}/{action}", {"at": at(when)})
    assert reply.status == 200, reply.body
    after: dict[str, Any] = reply.body
    assert after["version"] == booking["version"] + 1
    assert reply.headers["ETag"] == f'"{after["version"]}"'
    return after


async def test_an_evening_at_the_door(admin: Client, bistro: str) -> None:
    """Confirmed, arrived, seated, completed: each step is one version, and the plan follows reality."""
    booking = await confirmed(admin, bistro)
    arrived = await step(admin, booking, "arrive", "18:55")
    seated = await step(admin, arrived, "check-in", "19:05")
    assert seated["seated"]["from"].startswith(f"{DAY.isoformat()}T19:05")
    done = await step(admin, seated, "complete", "20:00")
    assert done["seated"]["until"].startswith(f"{DAY.isoformat()}T20:05")
    states = [one["state"] for one in (booking, arrived, seated, done)]
    assert states == ["confirmed", "arrived", "checked_in", "completed"]


@pytest.mark.parametrize(
    ("taken", "back_to"),
    [
        (["arrive"], "confirmed"),
        (["check-in"], "confirmed"),
        (["arrive", "check-in"], "arrived"),
        (["check-in", "complete"], "checked_in"),
        (["no-show"], "confirmed"),
        (["cancel"], "confirmed"),
    ],
    ids=["arrive", "check-in", "arrive+check-in", "complete", "no-show", "cancel"],
)
async def test_undo_leads_back(admin: Client, bistro: str, taken: list[str], back_to: str) -> None:
    """Within its time an undo restores the state before, on the same tables."""
    booking = latest = await confirmed(admin, bistro)
    for action in taken:
        latest = await step(admin, latest, action)
    undone = await step(admin, latest, "undo", "19:10")
    assert (undone["state"], undone["tables"]) == (back_to, booking["tables"])


DONE_BY_HAND: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/move", {"tables": ["P1"]}),
    ("POST", "/pin", {"reason": "Their table."}),
    ("PATCH", "", {"notes": "Nuts."}),
    ("PATCH", "", {"guest": {"name": "Bo Other", "email": "bo@example.com"}}),
    ("PATCH", "", {"starts_at": at("20:30")}),
    ("POST", "/lose-table", {"note": "A leg broke off."}),
    ("POST", "/cancel", {}),
]
AS_IT_WAS = ("state", "tables", "notes", "guest", "starts_at", "ends_at", "seated", "party_size", "zone_preference")


@pytest.mark.parametrize(("method", "call", "body"), DONE_BY_HAND, ids=[one[1] or str(one[2]) for one in DONE_BY_HAND])
async def test_undo_takes_back_the_last_call_whatever_it_was(
    admin: Client, bistro: str, method: str, call: str, body: dict[str, Any]
) -> None:
    """The booking is as before the call, two versions further on; the call before is the next to be undone."""
    booking = await confirmed(admin, bistro)
    path = f"/v1/bookings/{booking['id']}"
    await admin.send("PATCH", path, {"notes": "First."})
    before = (await admin.get(path)).body
    done = await admin.send(method, path + call, body)
    assert done.status == 200, done.body
    assert "undo" in done.body["actions"]
    undone = await admin.post(f"{path}/undo")
    assert undone.status == 200, undone.body
    assert {name: undone.body[name] for name in AS_IT_WAS} == {name: before[name] for name in AS_IT_WAS}
    again = await admin.post(f"{path}/undo")
    assert (again.status, again.body["notes"]) == (200, booking["notes"])
    assert "undo" not in again.body["actions"]
    steps = (await admin.get(f"{path}/history")).body["items"]
    assert [one["action"] for one in steps][-1] == "undo"


async def test_undo_closes_after_fifteen_minutes(admin: Client, bistro: str) -> None:
    """Later it is a conflict that lists what is legal."""
    cancelled = await step(admin, await confirmed(admin, bistro), "cancel")
    late = await admin.post(f"/v1/bookings/{cancelled['id']}/undo", {"at": at("19:16")})
    assert (late.status, late.code, late.body["legal"]) == (409, "transition_not_allowed", [])


async def test_what_the_table_does_not_list_is_a_conflict(admin: Client, bistro: str) -> None:
    """Completing a party that never sat down is refused, with the state and what could be done instead."""
    booking = await confirmed(admin, bistro)
    refused = await admin.post(f"/v1/bookings/{booking['id']}/complete", NOW)
    assert (refused.status, refused.code, refused.body["state"]) == (409, "transition_not_allowed", "confirmed")
    assert "check_in" in refused.body["legal"]
    assert (await admin.get(f"/v1/bookings/{booking['id']}")).body["version"] == booking["version"]


async def test_arriving_days_early_is_refused(admin: Client, bistro: str) -> None:
    """A slip of the finger on next month's booking is caught."""
    booking = await confirmed(admin, bistro)
    refused = await admin.post(f"/v1/bookings/{booking['id']}/arrive")
    assert (refused.status, refused.code) == (422, "too_early")


@pytest.mark.parametrize("method", ["cancel", "state", "PATCH"])
async def test_a_stale_version_is_told_the_present_one(admin: Client, bistro: str, method: str) -> None:
    """A change meant for an older version is 412 with the present version, and changes nothing."""
    booking = await confirmed(admin, bistro)
    path, stale = f"/v1/bookings/{booking['id']}", {"If-Match": f'"{booking["version"] - 1}"'}
    if method == "PATCH":
        reply = await admin.send("PATCH", path, {"notes": "x"}, headers=stale)
    else:
        body = {"action": "cancel", "reason": "x"} if method == "state" else None
        reply = await admin.send("POST", f"{path}/{method}", body, headers=stale)
    assert (reply.status, reply.code, reply.body["version"]) == (412, "stale_version", booking["version"])
    assert (await admin.get(path)).body == booking


@pytest.mark.parametrize("tag", ["present", "*"])
async def test_the_present_version_is_let_through(admin: Client, bistro: str, tag: str) -> None:
    """If-Match with the present version, or `*`, changes the booking."""
    booking = await confirmed(admin, bistro)
    match = f'"{booking["version"]}"' if tag == "present" else "*"
    reply = await admin.post(f"/v1/bookings/{booking['id']}/cancel", if_match=match)
    assert (reply.status, reply.body["state"]) == (200, "cancelled")


async def test_of_many_with_the_same_version_one_wins(admin: Client, bistro: str) -> None:
    """Ten at once with the same If-Match: one changes the booking, nine hear that they are late."""
    booking = await confirmed(admin, bistro)
    path, match = f"/v1/bookings/{booking['id']}", {"If-Match": f'"{booking["version"]}"'}
    bodies = [{"notes": f"note {number}"} for number in range(10)]
    replies = await asyncio.gather(*(admin.send("PATCH", path, body, headers=match) for body in bodies))
    assert sorted(reply.status for reply in replies) == [200] + [412] * 9
    assert (await admin.get(path)).body["version"] == booking["version"] + 1


async def test_cancelling_frees_the_table(admin: Client, bistro: str) -> None:
    """The next party of six gets what the first gave back."""
    first = await confirmed(admin, bistro, party_size=6)
    cancelled = (await admin.post(f"/v1/bookings/{first['id']}/cancel", {"note": "Flu."})).body
    assert (cancelled["tables"], cancelled["undo_until"] is not None) == ([], True)
    assert (await confirmed(admin, bistro, party_size=6))["tables"] == first["tables"]
    entry = (await admin.get(f"/v1/bookings/{first['id']}/history")).body["items"][-1]
    assert entry["reason_data"]["note"] == "Flu."


async def test_a_website_acts_for_the_guest_and_a_host_for_the_house(
    admin: Client, api: ApiHouse, connect: Connect, bistro: str
) -> None:
    """History tells who cancelled: a key without scope staff speaks for guests."""
    web = await caller(api, connect, "bookings:read", "bookings:write", name="Website")
    host = await caller(api, connect, "bookings:read", "bookings:write", "staff", name="Front desk")
    for client, actor in ((web, {"kind": "guest", "id": "Website"}), (host, {"kind": "staff", "id": "Front desk"})):
        booking = await confirmed(admin, bistro)
        await client.post(f"/v1/bookings/{booking['id']}/cancel")
        entries = (await client.get(f"/v1/bookings/{booking['id']}/history")).body["items"]
        assert entries[-1]["actor"] == actor


async def test_an_operator_takes_a_privileged_step(admin: Client, bistro: str) -> None:
    """`cancel` in the house's name, with the reason in the history."""
    booking = await confirmed(admin, bistro)
    path = f"/v1/bookings/{booking['id']}"
    reply = await admin.post(f"{path}/state", {"action": "cancel", "reason": "The house is flooded."})
    assert reply.body["state"] == "cancelled"
    entry = (await admin.get(f"{path}/history")).body["items"][-1]
    assert entry["reason_data"]["note"] == "The house is flooded."


@pytest.mark.parametrize(
    ("action", "code"),
    [("confirm", "transition_not_allowed"), ("modify", "needs_seat"), ("lose_table", "needs_seat")],
)
async def test_a_privileged_step_never_makes_up_a_seat(admin: Client, bistro: str, action: str, code: str) -> None:
    """What needs or loses tables has its own routes; what the table does not list is a conflict."""
    booking = await confirmed(admin, bistro)
    reply = await admin.post(f"/v1/bookings/{booking['id']}/state", {"action": action, "reason": "x"})
    assert reply.code == code
    assert (await admin.get(f"/v1/bookings/{booking['id']}")).body["version"] == booking["version"]


async def test_the_lifecycle_is_published_as_data(admin: Client) -> None:
    """GET /v1/lifecycle lists every state, action and step of the one table."""
    table = (await admin.get("/v1/lifecycle")).body
    assert table["states"] == [state.value for state in State]
    assert table["actions"] == [action.value for action in Action]
    listed = {(one["from_state"], one["action"], one["to_state"]) for one in table["steps"]}
    assert listed == {(before.value, action.value, target.value) for before, action, target in steps()}


async def test_actions_at_the_door_are_taken_when_it_is_time(admin: Client, bistro: str) -> None:
    """Weeks ahead the clock forbids them and so they are not offered; at the party's time each can be taken."""
    routes = {"arrive": "arrive", "check_in": "check-in", "complete": "complete", "mark_no_show": "no-show"}
    for first in ("arrive", "check_in", "mark_no_show"):
        booking = await confirmed(admin, bistro, "12:00")
        assert first not in booking["actions"]
        after = await step(admin, booking, routes[first], "12:00")
        assert "undo" in after["actions"]
        await step(admin, await step(admin, after, "undo", "12:01"), "cancel", "12:02")
