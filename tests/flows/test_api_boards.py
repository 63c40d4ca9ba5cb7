"""Heatmap and timeline over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_house import DAY, ApiHouse, Client, at, book, caller, confirmed, open_restaurant

# What was decided is read the same way, whoever decided it.
pytestmark = pytest.mark.parametrize("api", [True], indirect=True, ids=["pipeline"], scope="module")

Connect = Callable[[str | None], Client]
NEXT = DAY + timedelta(days=1)


async def heat(client: Client, slug: str, more: str = "") -> list[dict[str, Any]]:
    """The cells of the tests' day and the one after."""
    reply = await client.get(f"/v1/restaurants/{slug}/heatmap?from={DAY}&to={NEXT}{more}")
    assert reply.status == 200, reply.body
    return [cell for day in reply.body["items"] for cell in day["cells"]]


async def test_a_service_is_measured_against_its_seats_and_turns(admin: Client, bistro: str) -> None:
    """Two tables of 2 turn 9 times from 10 to 21 o'clock, two of 4 seven times: 92. Cancelled ones do not count."""
    await confirmed(admin, bistro, party_size=2)
    gone = await confirmed(admin, bistro, "12:00", 4)
    await admin.post(f"/v1/bookings/{gone['id']}/cancel")
    today, tomorrow = await heat(admin, bistro)
    assert (today["service"], today["covers"], today["parties"], today["capacity"]) == ("all day", 2, 1, 92)
    assert (today["share"], tomorrow["covers"]) == (round(2 / 92, 4), 0)


async def test_an_hour_counts_who_sits_in_it(admin: Client, bistro: str) -> None:
    """A party of 4 from 19:30 is two guests in its first hour on average, four in the next, one in its last quarter."""
    await confirmed(admin, bistro, "19:30", 4)
    cells = await heat(admin, bistro, "&by=hour")
    found = {cell["starts_at"][11:13]: cell for cell in cells if cell["covers"]}
    assert {hour: cell["covers"] for hour, cell in found.items()} == {"19": 2, "20": 4, "21": 1}
    assert {cell["capacity"] for cell in cells} == {12}


async def test_only_asked_states_count_and_lost_ones_never(admin: Client, bistro: str) -> None:
    """`state` narrows; a state that never counts is refused, and so is a range that is empty or endless."""
    await confirmed(admin, bistro)
    assert (await heat(admin, bistro, "&state=arrived,checked_in"))[0]["covers"] == 0
    assert (await heat(admin, bistro, "&state=confirmed"))[0]["covers"] == 2
    for query, field, code in (
        (f"from={DAY}&to={NEXT}&state=cancelled", "state", "never_counted"),
        (f"from={NEXT}&to={DAY}", "to", "empty_range"),
        (f"from={DAY}&to={DAY + timedelta(days=92)}", "to", "too_long_range"),
        (f"from={DAY}&to={NEXT}&by=week", "by", "unknown_value"),
        (f"from={DAY}", "to", "required"),
    ):
        reply = await admin.get(f"/v1/restaurants/{bistro}/heatmap?{query}")
        assert (reply.status, reply.body["field"], reply.code) == (422, field, code), reply.body


async def test_closed_tables_and_closed_days_take_capacity_away(admin: Client) -> None:
    """A table closed for the whole day offers no turn; a closed day has no cells and says why."""
    closures = [{"from": str(NEXT), "to": str(NEXT), "reason": "Staff party"}]
    slug = await open_restaurant(admin, closures=closures)
    body = {"from": at("05:00"), "to": at("23:30"), "reason": "Broken leg"}
    assert (await admin.post(f"/v1/restaurants/{slug}/tables/T3/block", body)).status == 201
    reply = await admin.get(f"/v1/restaurants/{slug}/heatmap?from={DAY}&to={NEXT}")
    today, tomorrow = reply.body["items"]
    assert today["cells"][0]["capacity"] == 92 - 4 * 7
    assert (tomorrow["closed_reason"], tomorrow["cells"]) == ("Staff party", [])


async def test_the_timeline_has_every_table_with_who_has_it(admin: Client, bistro: str) -> None:
    """A joined party stands at both tables with both of them; blocks say why and by whom; other tables are empty."""
    party = await confirmed(admin, bistro, "19:00", 6)
    await admin.post(
        f"/v1/restaurants/{bistro}/tables/P1/block", {"from": at("18:00"), "to": at("19:00"), "reason": "Wet"}
    )
    hold = await admin.post(f"/v1/restaurants/{bistro}/holds", {"party_size": 2, "starts_at": at("12:00")})
    reply = await admin.get(f"/v1/restaurants/{bistro}/timeline?date={DAY}")
    board = {one["id"]: one["items"] for zone in reply.body["zones"] for one in zone["tables"]}
    joined = [table for table, items in board.items() if any(one["booking"] for one in items)]
    assert joined == party["tables"] == ["T2", "T3"]
    (there,) = (one for one in board["T2"] if one["booking"])
    assert (there["tables"], there["booking"]["binding"], there["party_size"]) == (["T2", "T3"], "planned", 6)
    assert (there["booking"]["guest"], there["from"][11:16], there["until"][11:16]) == (
        "Ada Lovelace",
        "19:00",
        "20:50",
    )
    (block,) = board["P1"]
    assert (block["kind"], block["reason"], block["closed_by"] is not None) == ("block", "Wet", True)
    (held,) = board[hold.body["tables"][0]]
    assert (held["kind"], held["party_size"]) == ("hold", 2)
    assert (reply.body["starts_at"][11:16], reply.body["ends_at"][11:16]) == ("10:00", "23:00")


async def test_the_timeline_is_for_staff_and_for_those_who_may_read_the_floor(
    api: ApiHouse, connect: Connect, admin: Client, bistro: str
) -> None:
    """Who sits where is not for whoever may read bookings; another restaurant's board does not exist."""
    other = await open_restaurant(admin)
    await book(admin, bistro)
    for scopes, expected in (
        (("bookings:read", "bookings:write", "review"), 403),
        (("staff",), 200),
        (("floor:read",), 200),
    ):
        client = await caller(api, connect, *scopes, at=bistro)
        reply = await client.get(f"/v1/restaurants/{bistro}/timeline?date={DAY}")
        assert reply.status == expected
        if expected == 200:
            assert (await client.get(f"/v1/restaurants/{other}/timeline?date={DAY}")).status == 404
