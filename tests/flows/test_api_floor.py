"""The floor in mid-service over HTTP: walk-ins, what waits for a person, tables lost and closed."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from api_house import VENUE, ApiHouse, Client, at, caller, confirmed, open_restaurant, wish

from waiting import PATIENCE_S

Connect = Callable[[str | None], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def open_now(admin: Client) -> str:
    """A restaurant with one table for two that is open whatever the hour, in a zone where it is about noon."""
    hours = 12 - datetime.now(UTC).hour
    service = {**VENUE["services"][0], "open": "05:00", "last_seating": "21:00", "close": "23:00"}
    tables = [VENUE["tables"][0]]
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    return await open_restaurant(admin, timezone=zone, tables=tables, joins=[], services=[service])


def ago(minutes: int) -> str:
    """An instant some minutes back, to the minute."""
    return (datetime.now(UTC).replace(second=0, microsecond=0) - minutes * MINUTE).isoformat()


async def due(admin: Client, slug: str, minutes: int) -> dict[str, Any]:
    """A phone booking that was due some minutes ago (negative: is due in), decided long before."""
    body = wish(source="phone", requested_at=ago(60 * 24)) | {"starts_at": ago(minutes)}
    reply = await admin.post(f"/v1/restaurants/{slug}/bookings", body, prefer="wait=20")
    assert reply.body["state"] == "confirmed", reply.body
    return dict(reply.body)


async def waits(admin: Client, slug: str, count: int) -> list[dict[str, Any]]:
    """What waits for a person, once it is that many."""
    give_up = monotonic() + PATIENCE_S
    while True:
        items = (await admin.get(f"/v1/restaurants/{slug}/attention")).body["items"]
        if len(items) == count:
            return list(items)
        assert monotonic() < give_up, items
        await asyncio.sleep(0.1)


async def test_a_late_table_waits_for_a_person_with_choices(admin: Client, open_now: str) -> None:
    """The party of two hours ago still sits; whoever is due now is raised with choices, until they have left."""
    first = await due(admin, open_now, 82)
    second = await due(admin, open_now, 2)
    await admin.post(f"/v1/bookings/{first['id']}/check-in", {"at": ago(82)})
    (item,) = await waits(admin, open_now, 1)
    assert (item["kind"], item["booking"]["id"]) == ("late_table", second["id"])
    assert item["expected_at"] > second["starts_at"]
    assert item["choices"][0]["kind"] in ("wait", "elsewhere")
    history = (await admin.get(f"/v1/bookings/{second['id']}/history")).body["items"]
    assert history[-1]["action"] == "late_table"
    await admin.post(f"/v1/bookings/{first['id']}/complete")
    assert await waits(admin, open_now, 0) == []


async def test_a_guest_past_the_grace_waits_for_a_person(admin: Client, open_now: str) -> None:
    """A prompt and nothing more: the booking is as it was, and its arrival settles it."""
    booking = await due(admin, open_now, 16)
    (item,) = await waits(admin, open_now, 1)
    assert (item["kind"], item["booking"]["state"], item["choices"]) == ("late_guest", "confirmed", [])
    await admin.post(f"/v1/bookings/{booking['id']}/arrive")
    await waits(admin, open_now, 0)


async def test_a_walk_in_is_seated_until_the_table_is_needed(admin: Client, open_now: str) -> None:
    """The look says until when; booked so, the party has the table until then and is told no more."""
    nxt = await due(admin, open_now, -65)
    look = f"/v1/restaurants/{open_now}/walk-in?party_size=2"
    found = (await admin.get(look)).body
    assert found["now"]["limited"] is True
    assert 45 <= found["now"]["minutes"] <= 60
    body = {"party_size": 2, "guest": {"name": "Ada"}, "source": "walk_in", "leave_by": found["now"]["until"]}
    seated = await admin.post(f"/v1/restaurants/{open_now}/bookings", body, prefer="wait=20")
    assert (seated.body["state"], seated.body["tables"]) == ("confirmed", ["T1"])
    assert seated.body["ends_at"] == found["now"]["until"]
    after = (await admin.get(look)).body
    assert after["now"] is None
    assert after["wait"]["to_minutes"] > after["wait"]["from_minutes"] > 0
    assert after["wait"]["basis"]["after"] == nxt["id"]


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"source": "phone", "starts_at": at("19:00"), "leave_by": at("20:00")}, "leave_by", "walk_ins_only"),
        ({"source": "walk_in", "starts_at": at("19:00"), "leave_by": at("19:14")}, "leave_by", "out_of_range"),
        ({"source": "walk_in", "starts_at": at("19:00"), "leave_by": at("20:16")}, "leave_by", "out_of_range"),
    ],
)
async def test_a_stay_is_a_walk_ins_and_no_longer_than_a_turn(
    admin: Client, bistro: str, more: dict[str, Any], field: str, code: str
) -> None:
    """The refusal names the field, and nothing is made."""
    reply = await admin.post(f"/v1/restaurants/{bistro}/bookings", wish() | more)
    assert (reply.status, reply.code, reply.body["field"]) == (422, code, field)


async def test_a_table_is_closed_and_opened_again(admin: Client, bistro: str) -> None:
    """Who was due there is moved or goes into review, and is named; the block is listed until it is taken back."""
    four = await confirmed(admin, bistro, party_size=4)
    reply = await admin.post(
        f"/v1/restaurants/{bistro}/tables/{four['tables'][0]}/block",
        {"from": at("17:00"), "to": at("22:00"), "reason": "Wet."},
    )
    assert reply.status == 201, reply.body
    assert [one["id"] for one in reply.body["moved"]] == [four["id"]]
    assert reply.body["moved"][0]["tables"] != four["tables"]
    listed = (await admin.get(f"/v1/restaurants/{bistro}/blocks")).body["items"]
    assert [one["id"] for one in listed] == [reply.body["id"]]
    path = f"/v1/restaurants/{bistro}/blocks/{reply.body['id']}"
    assert (await admin.send("DELETE", path)).status == 204
    assert (await admin.send("DELETE", path)).status == 404


@pytest.mark.parametrize(
    ("table", "body", "status", "code"),
    [
        ("Z9", {"to": at("22:00"), "reason": "Wet."}, 404, "not_found"),
        ("T1", {"from": at("22:00"), "to": at("21:00"), "reason": "Wet."}, 422, "empty_window"),
        ("T1", {"to": at("21:00"), "reason": "Wet."}, 422, "too_long_block"),
        ("T1", {"from": at("20:00"), "to": at("21:00")}, 422, "required"),
    ],
)
async def test_a_block_that_makes_no_sense_is_refused(
    admin: Client, bistro: str, table: str, body: dict[str, Any], status: int, code: str
) -> None:
    """Each with its field and code, and no table is closed."""
    reply = await admin.post(f"/v1/restaurants/{bistro}/tables/{table}/block", body)
    assert (reply.status, reply.code) == (status, code)
    assert (await admin.get(f"/v1/restaurants/{bistro}/blocks")).body["items"] == []


async def test_a_party_that_loses_its_table_is_given_another(admin: Client, bistro: str) -> None:
    """The version is asked for, and the answer has the new tables."""
    booking = await confirmed(admin, bistro, party_size=4)
    path = f"/v1/bookings/{booking['id']}/lose-table"
    assert (await admin.post(path, {}, if_match='"1"')).status == 412
    reply = await admin.post(path, {"note": "The leg broke off."}, if_match=f'"{booking["version"]}"')
    assert (reply.status, reply.body["state"]) == (200, "confirmed")
    assert reply.body["tables"] != booking["tables"]


async def test_the_floor_is_for_staff(api: ApiHouse, connect: Connect, admin: Client, bistro: str) -> None:
    """A website's key sees and does none of it."""
    website = await caller(api, connect, "bookings:read", "bookings:write")
    here = f"/v1/restaurants/{bistro}"
    for path in (f"{here}/attention", f"{here}/walk-in?party_size=2", f"{here}/blocks"):
        assert (await website.get(path)).status == 403
    block = {"from": at("17:00"), "to": at("22:00"), "reason": "Wet."}
    assert (await website.post(f"{here}/tables/T1/block", block)).status == 403


async def test_a_party_is_seated_at_other_tables_and_grows_there(admin: Client, bistro: str) -> None:
    """The tables a host names, a soft rule only with its override; at the table the party may become larger."""
    booking = await confirmed(admin, bistro, party_size=2)
    path = f"/v1/bookings/{booking['id']}"
    body: dict[str, Any] = {"tables": ["T3"], "at": booking["starts_at"]}
    refused = await admin.post(f"{path}/seat-at", body)
    assert (refused.status, refused.code, refused.body["field"]) == (409, "needs_override", "tables")
    body["override"] = {"rules": ["min_party"], "reason": "Their table is late."}
    seated = await admin.post(f"{path}/seat-at", body)
    assert (seated.status, seated.body["state"], seated.body["tables"]) == (200, "checked_in", ["T3"])
    grown = await admin.send("PATCH", path, {"party_size": 4})
    assert (grown.status, grown.body["party_size"], grown.body["tables"]) == (200, 4, ["T3"])
    later = await admin.send("PATCH", path, {"starts_at": at("20:00")})
    assert (later.status, later.code, later.body["field"]) == (422, "already_seated", "starts_at")


async def test_a_seated_party_that_outgrows_its_table_is_moved_on_record(admin: Client, bistro: str) -> None:
    """Four at a table for two: other tables, as a set of moves that staff can read, in history and with an event."""
    booking = await confirmed(admin, bistro, party_size=2)
    path, start = f"/v1/bookings/{booking['id']}", booking["starts_at"]
    assert booking["tables"] in (["T1"], ["T2"])
    await admin.post(f"{path}/seat-at", {"tables": ["T1"], "at": start})
    grown = await admin.send("PATCH", path, {"party_size": 4})
    assert (grown.status, grown.body["party_size"]) == (200, 4), grown.body
    assert grown.body["tables"] != ["T1"]
    history = (await admin.get(f"{path}/history")).body["items"]
    assert [entry["action"] for entry in history[-2:]] == ["modify", "move"]
    (made,) = (await admin.get(f"/v1/restaurants/{bistro}/moves?date={start[:10]}")).body["items"]
    assert (made["cause"], made["moves"][0]["from"], made["moves"][0]["to"]) == ("staff", ["T1"], grown.body["tables"])


async def test_a_seated_party_keeps_the_tables_it_was_promised(admin: Client, bistro: str) -> None:
    """A pinned party that no longer fits its tables is refused with what it was promised; unpinned, it is moved."""
    booking = await confirmed(admin, bistro, party_size=2)
    path = f"/v1/bookings/{booking['id']}"
    pinned = await admin.post(f"{path}/pin", {"reason": "Their own table.", "tables": ["T1"]})
    assert pinned.status == 200, pinned.body
    await admin.post(f"{path}/check-in", {"at": booking["starts_at"]})
    refused = await admin.send("PATCH", path, {"party_size": 4})
    assert (refused.status, refused.code, refused.body["field"]) == (409, "pinned", "party_size")
    assert refused.body["detail"] == "The party was promised T1 by admin; unpin it first."
    present = (await admin.get(path)).body
    assert (present["party_size"], present["tables"]) == (2, ["T1"])
    moved = await admin.post(f"{path}/move", {"tables": ["P1"]})
    assert (moved.status, moved.code) == (409, "pinned")
    assert (await admin.post(f"{path}/unpin", {"note": "They are four."})).status == 200
    grown = await admin.send("PATCH", path, {"party_size": 4})
    assert (grown.status, grown.body["party_size"], grown.body["seating"]["pin"]) == (200, 4, None)
    assert grown.body["tables"] != ["T1"]


async def test_a_seated_party_with_a_promise_is_not_spread_over_more_tables(admin: Client) -> None:
    """A chair more at the promised table is asked of a person first; a table beside it is not what was promised."""
    tables = [{**VENUE["tables"][0], "extra_chairs": 1}, VENUE["tables"][1]]
    slug = await open_restaurant(admin, tables=tables, joins=[["T1", "T2"]], zones=[VENUE["zones"][0]])
    booking = await confirmed(admin, slug)
    path = f"/v1/bookings/{booking['id']}"
    await admin.post(f"{path}/pin", {"reason": "Their own table.", "tables": ["T1"]})
    await admin.post(f"{path}/check-in", {"at": booking["starts_at"]})
    asked = await admin.send("PATCH", path, {"party_size": 3})
    assert (asked.status, asked.code, asked.body["rules"][0]["code"]) == (409, "needs_override", "extra_chair")
    override = {"rules": ["extra_chair"], "reason": "A child."}
    grown = await admin.send("PATCH", path, {"party_size": 3, "override": override})
    assert (grown.status, grown.body["party_size"], grown.body["tables"]) == (200, 3, ["T1"])
    refused = await admin.send("PATCH", path, {"party_size": 4})
    assert (refused.status, refused.code, refused.body["tables"]) == (409, "pinned", ["T1"])
    assert (await admin.get(path)).body["tables"] == ["T1"]


async def test_a_table_that_was_closed_and_opened_stays_on_record(admin: Client, api: ApiHouse, bistro: str) -> None:
    """Who closed it, why, and who opened it again can be read after the block itself is gone."""
    here = f"/v1/restaurants/{bistro}"
    block = {"from": at("17:00"), "to": at("22:00"), "reason": "Wet."}
    closed = (await admin.post(f"{here}/tables/T1/block", block)).body
    assert (await admin.send("DELETE", f"{here}/blocks/{closed['id']}")).status == 204
    sql = "SELECT reason, closed_by, opened_by FROM maitred.table_block_history WHERE block_id = $1"
    row = await api.run_there(lambda: api.house.desk.database.fetchrow(sql, closed["id"]))
    assert tuple(row) == ("Wet.", "admin", "admin")


async def test_a_table_that_a_seated_party_leaves_is_cleared_first(admin: Client, bistro: str) -> None:
    """It stays taken for the buffer, as after a party that goes; the party itself may go back at once.

    Whoever seats somebody there by name sees that it is laid.
    """
    booking = await confirmed(admin, bistro)
    path, start = f"/v1/bookings/{booking['id']}", datetime.fromisoformat(booking["starts_at"])
    assert (await admin.post(f"{path}/seat-at", {"tables": ["T1"], "at": start.isoformat()})).status == 200
    moved_at, other = start + 10 * MINUTE, await confirmed(admin, bistro, clock="20:30")
    moved = await admin.post(f"{path}/move", {"tables": ["P1"], "at": moved_at.isoformat()})
    assert (moved.status, moved.body["tables"]) == (200, ["P1"]), moved.body
    (clearing,) = (await admin.get(f"/v1/restaurants/{bistro}/blocks")).body["items"]
    assert (clearing["table"], clearing["reason"]) == ("T1", f"Being cleared after {booking['reference']}.")
    spans = [datetime.fromisoformat(clearing[name]) for name in ("from", "to")]
    assert spans == [moved_at, moved_at + 5 * MINUTE]
    taken = await admin.post(f"/v1/bookings/{other['id']}/move", {"tables": ["T1"]})
    assert taken.status == 200, "an hour later it is clear"
    back = await admin.post(f"{path}/move", {"tables": ["T1"], "at": (moved_at + MINUTE).isoformat()})
    assert (back.status, back.body["tables"]) == (200, ["T1"]), back.body
    (left,) = (await admin.get(f"/v1/restaurants/{bistro}/blocks")).body["items"]
    assert left["table"] == "P1"
    walk_in = {"tables": ["P1"], "at": (moved_at + 2 * MINUTE).isoformat()}
    third = await confirmed(admin, bistro, clock="19:15")
    seated = await admin.post(f"/v1/bookings/{third['id']}/seat-at", walk_in)
    assert (seated.status, seated.body["tables"]) == (200, ["P1"]), seated.body
    assert (await admin.get(f"/v1/restaurants/{bistro}/blocks")).body["items"] == []


async def test_a_table_that_is_being_cleared_may_be_closed(admin: Client, bistro: str) -> None:
    """Moved off a table that wobbles, the party leaves it to be closed at once."""
    booking = await confirmed(admin, bistro)
    path, start = f"/v1/bookings/{booking['id']}", booking["starts_at"]
    await admin.post(f"{path}/seat-at", {"tables": ["T1"], "at": start})
    assert (await admin.post(f"{path}/move", {"tables": ["P1"], "at": start})).status == 200
    block = {"from": start, "to": at("22:00"), "reason": "It wobbles."}
    closed = await admin.post(f"/v1/restaurants/{bistro}/tables/T1/block", block)
    assert closed.status == 201, closed.body
    assert [one["reason"] for one in (await admin.get(f"/v1/restaurants/{bistro}/blocks")).body["items"]] == [
        "It wobbles."
    ]


async def test_what_nobody_has_sat_at_needs_no_clearing(admin: Client, bistro: str) -> None:
    """Moved before it sits, or seated elsewhere at once, a party leaves its table clean; so do two who swap."""
    one, two = await confirmed(admin, bistro), await confirmed(admin, bistro)
    here, start = f"/v1/restaurants/{bistro}/blocks", one["starts_at"]
    assert (await admin.post(f"/v1/bookings/{one['id']}/move", {"tables": ["P1"]})).status == 200
    free = next(table for table in ("T1", "T2") if [table] != two["tables"])
    for party, table in ((one, free), (two, two["tables"][0])):
        seated = await admin.post(f"/v1/bookings/{party['id']}/seat-at", {"tables": [table], "at": start})
        assert seated.status == 200, seated.body
    assert (await admin.get(here)).body["items"] == []
    swapped = await admin.post(f"/v1/bookings/{one['id']}/swap", {"with": two["id"], "at": start})
    assert swapped.status == 200, swapped.body
    assert (await admin.get(f"/v1/bookings/{two['id']}")).body["tables"] == [free]
    assert (await admin.get(here)).body["items"] == []


async def test_who_grows_out_of_a_table_leaves_it_to_be_cleared(admin: Client) -> None:
    """A seated party that changes tables with its size leaves the old one as a party that is moved does."""
    hours = 12 - datetime.now(UTC).hour
    service = {**VENUE["services"][0], "open": "05:00", "last_seating": "21:00", "close": "23:00"}
    tables = [VENUE["tables"][0], VENUE["tables"][3]]
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    slug = await open_restaurant(admin, timezone=zone, tables=tables, joins=[], services=[service])
    booking = await due(admin, slug, 10)
    path, seat = f"/v1/bookings/{booking['id']}", {"tables": ["T1"], "at": ago(10)}
    assert (await admin.post(f"{path}/seat-at", seat)).status == 200
    grown = await admin.send("PATCH", path, {"party_size": 4})
    assert (grown.status, grown.body["tables"]) == (200, ["P1"]), grown.body
    (clearing,) = (await admin.get(f"/v1/restaurants/{slug}/blocks")).body["items"]
    begins, ends = (datetime.fromisoformat(clearing[name]) for name in ("from", "to"))
    assert (clearing["table"], ends - begins) == ("T1", 5 * MINUTE)


async def test_whoever_lost_a_closed_table_gets_it_back_when_it_opens(admin: Client, api: ApiHouse) -> None:
    """A confirmed party in review for a closed table is confirmed again by itself once the table is open."""
    slug = await open_restaurant(admin, tables=[VENUE["tables"][2]], joins=[])
    booking = await confirmed(admin, slug, party_size=4)
    here, path = f"/v1/restaurants/{slug}", f"/v1/bookings/{booking['id']}"
    block = {"from": at("17:00"), "to": at("22:00"), "reason": "Wet."}
    closed = (await admin.post(f"{here}/tables/T3/block", block)).body
    lost = (await admin.get(path)).body
    assert (lost["state"], lost["reason"]["code"]) == ("manual_review", "table_lost")
    assert (await admin.send("DELETE", f"{here}/blocks/{closed['id']}")).status == 204
    give_up = monotonic() + PATIENCE_S
    while (await admin.get(path)).body["state"] != "confirmed":
        assert monotonic() < give_up, (await admin.get(path)).body
        await asyncio.sleep(0.2)


async def test_the_next_party_is_seated_while_the_table_is_being_cleared(admin: Client, open_now: str) -> None:
    """The buffer after a party that has left is a plan: who seats the next one sees that the table is ready."""
    first, second = await due(admin, open_now, 70), await due(admin, open_now, -11)
    await admin.post(f"/v1/bookings/{first['id']}/check-in", {"at": ago(70)})
    assert (await admin.post(f"/v1/bookings/{first['id']}/complete")).status == 200
    seated = await admin.post(f"/v1/bookings/{second['id']}/seat-at", {"tables": first["tables"]})
    assert (seated.status, seated.body["state"], seated.body["tables"]) == (200, "checked_in", first["tables"])


async def test_a_block_in_the_past_is_refused(admin: Client, bistro: str) -> None:
    """Nobody can close a table for a time that is over."""
    block = {"from": "2020-01-01T00:00", "to": "2020-01-02T00:00", "reason": "Late."}
    refused = await admin.post(f"/v1/restaurants/{bistro}/tables/T1/block", block)
    assert (refused.status, refused.code, refused.body["field"]) == (422, "in_the_past", "to")
