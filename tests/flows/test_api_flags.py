"""The flag over HTTP: changed with a reason, seen by everybody, and only by who may."""

from collections.abc import Callable

from api_house import ApiHouse, Client, caller

FLAG = "/v1/flags/feat.booking_pipeline.v1"


async def test_flag_over_http(
    api: ApiHouse, admin: Client, bistro: str, connect: Callable[[str | None], Client]
) -> None:
    """Changed by version with a reason; the restaurant follows; the audit tells it; a stale version is a conflict."""
    before = (await admin.send("GET", FLAG)).body
    change = {"percentage": 0, "default": "shadow", "reason": "pilot", "version": before["version"]}
    reply = await admin.send("PATCH", FLAG, change)
    assert (reply.status, reply.body["percentage"], reply.body["default"]) == (200, 0, "shadow")
    stale = await admin.send("PATCH", FLAG, change)
    assert (stale.status, stale.body["code"]) == (409, "stale_flag")
    mode = f"/v1/restaurants/{bistro}/flag"
    assert (await admin.send("GET", mode)).body["rule"] == "default"
    reply = await admin.send("PUT", mode, {"mode": "on", "opted_in": True, "reason": "they asked", "version": 0})
    assert (reply.status, reply.body["mode"], reply.body["opted_in"], reply.body["version"]) == (200, "on", True, 1)
    assert (await admin.send("GET", mode)).body["mode"] == "on"
    assert (await admin.send("PATCH", FLAG, {"killed": True, "reason": "drill"})).body["in_mode"]["on"] == 0
    assert (await admin.send("GET", mode)).body == {"restaurant": bistro, "mode": "off", "rule": "killed", "version": 1}
    undone = {"killed": False, "percentage": None, "default": None, "reason": "over"}
    assert (await admin.send("PATCH", FLAG, undone)).status == 200
    entries = (await admin.send("GET", f"{FLAG}/audit")).body["items"]
    assert {one["what"] for one in entries[:3]} == {"killed", "default", "percentage"}
    for body, field in (
        ({"reason": "x"}, None),
        ({"killed": True}, "reason"),
        ({"percentage": 101, "reason": "x"}, "percentage"),
        ({"percentage": -1, "reason": "x"}, "percentage"),
        ({"percentage": 33.3, "reason": "x"}, "percentage"),
        ({"default": "maybe", "reason": "x"}, "default"),
        ({"killed": True, "reason": "a\0b"}, "reason"),
        ({"killed": True, "reason": "\x1b[2J"}, "reason"),
    ):
        reply = await admin.send("PATCH", FLAG, body)
        assert (reply.status, reply.body.get("field")) == (422, field), body
    assert len((await admin.send("GET", f"{FLAG}/audit")).body["items"]) == len(entries)
    assert (await admin.send("GET", "/v1/flags/feat.other")).status == 404

    owner = await caller(api, connect, "admin", at=bistro)
    assert (await owner.send("GET", mode)).body["mode"] == "on"
    report = f"/v1/restaurants/{bistro}/shadow-report"
    assert (await owner.send("GET", report)).body["decided"] == 0
    assert (await owner.send("GET", f"{report}?from=2030-05-01&to=2030-05-01")).status == 200
    reply = await owner.send("GET", f"{report}?from=2030-05-02&to=2030-05-01")
    assert (reply.status, reply.code, reply.body["field"]) == (422, "empty_range", "to")
    refused = [("PUT", mode), ("GET", FLAG), ("PATCH", FLAG), ("GET", f"{FLAG}/audit")]
    assert {
        (await owner.send(method, path, {"mode": "off", "reason": "x"} if method != "GET" else None)).status
        for method, path in refused
    } == {403}
