"""Tables by hand, promises, moves on record and taken back: what staff can do, and what guests are told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from api_house import DAY, ApiHouse, Client, at, book, caller, confirmed, open_restaurant

# S1 seats two, L1 four: two who sit at L1 can make room for four.
PAIR = [
    {"id": "S1", "zone": "main", "capacity": 2, "min_party": 1},
    {"id": "L1", "zone": "main", "capacity": 4, "min_party": 1},
]
Connect = Callable[[str | None], Client]


async def pair(admin: Client, **changes: Any) -> str:
    """A restaurant of two tables."""
    return await open_restaurant(admin, tables=PAIR, joins=[], zones=[{"id": "main", "name": "Main"}], **changes)


async def two_at_the_large_table(admin: Client, slug: str) -> dict[str, Any]:
    """Two guests at L1 while S1 is free."""
    first, second = await confirmed(admin, slug), await confirmed(admin, slug)
    assert (first["tables"], second["tables"]) == (["S1"], ["L1"])
    assert (await admin.post(f"/v1/bookings/{first['id']}/cancel")).status == 200
    return second


async def read(client: Client, booking: dict[str, Any]) -> dict[str, Any]:
    """A booking as it is now."""
    body: dict[str, Any] = (await client.get(f"/v1/bookings/{booking['id']}")).body
    return body


async def moves_of(admin: Client, slug: str) -> list[dict[str, Any]]:
    """The day's sets of moves."""
    items: list[dict[str, Any]] = (await admin.get(f"/v1/restaurants/{slug}/moves?date={DAY}")).body["items"]
    return items


async def test_a_moved_party_has_history_event_diff_and_undo(admin: Client) -> None:
    """Four come and two make room: staff read who moved and for whom; once the four are gone it can be taken back."""
    slug = await pair(admin)
    two = await two_at_the_large_table(admin, slug)
    four = await confirmed(admin, slug, party_size=4)
    assert ((await read(admin, two))["tables"], four["tables"]) == (["S1"], ["L1"])
    last = (await admin.get(f"/v1/bookings/{two['id']}/history")).body["items"][-1]
    assert (last["action"], last["reason_code"], last["reason_data"]["for"]) == ("move", "moved", four["reference"])
    (made,) = await moves_of(admin, slug)
    assert (made["cause"], made["made_room_for"]["reference"], made["undone"]) == ("decision", four["reference"], None)
    (moved,) = made["moves"]
    assert (moved["reference"], moved["from"], moved["to"]) == (two["reference"], ["L1"], ["S1"])

    refused = await admin.post(f"/v1/moves/{made['id']}/undo")
    assert (refused.status, refused.code) == (409, "moves_gone")
    assert refused.body["in_the_way"] == [four["reference"]]
    assert (await admin.post(f"/v1/bookings/{four['id']}/cancel")).status == 200
    undone = await admin.post(f"/v1/moves/{made['id']}/undo")
    assert undone.status == 200
    assert (await read(admin, two))["tables"] == ["L1"]
    back, first = await moves_of(admin, slug)
    assert (back["cause"], back["id"], first["undone"]["by"]) == ("undo", undone.body["move_set"], "admin")
    again = await admin.post(f"/v1/moves/{made['id']}/undo")
    assert (again.status, again.code) == (409, "moves_gone")


async def test_undo_names_who_was_pinned_or_has_changed_since(admin: Client) -> None:
    """A set comes back whole or not at all: a party promised its new table, or elsewhere by now, is named."""
    slug = await pair(admin)
    two = await two_at_the_large_table(admin, slug)
    four = await confirmed(admin, slug, party_size=4)
    (made,) = await moves_of(admin, slug)
    await admin.post(f"/v1/bookings/{four['id']}/cancel")
    await admin.post(f"/v1/bookings/{two['id']}/pin", {"reason": "promised"})
    refused = await admin.post(f"/v1/moves/{made['id']}/undo")
    assert (refused.status, refused.body["frozen"]) == (409, [two["reference"]])
    await admin.post(f"/v1/bookings/{two['id']}/unpin")
    await admin.post(f"/v1/bookings/{two['id']}/cancel")
    refused = await admin.post(f"/v1/moves/{made['id']}/undo")
    assert refused.status == 409
    assert len(refused.body["changed"]) == 1
    assert (await admin.post("/v1/moves/0b6f3a52-5f0e-4a39-9d0c-7a52f3b0c6d1/undo")).status == 404


async def test_a_promised_table_stays(admin: Client) -> None:
    """A pin says who and why, keeps the engine away, stands in a change's way, and is taken back by a person."""
    slug = await pair(admin)
    two = await two_at_the_large_table(admin, slug)
    pinned = (await admin.post(f"/v1/bookings/{two['id']}/pin", {"reason": "Their table."})).body
    assert (pinned["seating"]["binding"], pinned["seating"]["promises"]["tables"]) == ("pinned", ["L1"])
    assert (pinned["seating"]["pin"]["by"], pinned["seating"]["pin"]["reason"]) == ("admin", "Their table.")
    assert (await book(admin, slug, party_size=4))["state"] == "failed"
    moved = await admin.post(f"/v1/bookings/{two['id']}/move", {"tables": ["S1"]})
    assert (moved.status, moved.code) == (409, "pinned")
    other = await confirmed(admin, slug)
    swapped = await admin.post(f"/v1/bookings/{other['id']}/swap", {"with": two["id"]})
    assert (swapped.status, swapped.code) == (409, "pinned")
    freed = (await admin.post(f"/v1/bookings/{two['id']}/unpin", {"note": "Fine with any."})).body
    assert (freed["seating"]["binding"], freed["seating"]["pin"]) == ("planned", None)
    again = await admin.post(f"/v1/bookings/{two['id']}/unpin")
    assert (again.status, again.code) == (409, "transition_not_allowed")


async def test_a_pin_may_name_the_tables(admin: Client) -> None:
    """Promised another table, the party gets it with the promise, in one write; a taken one is refused by name."""
    slug = await pair(admin)
    two, other = await confirmed(admin, slug), await confirmed(admin, slug)
    taken = await admin.post(f"/v1/bookings/{two['id']}/pin", {"reason": "x", "tables": ["L1"]})
    assert (taken.status, taken.code, taken.body["in_the_way"]) == (409, "table_taken", [other["reference"]])
    assert (await read(admin, two))["version"] == two["version"]
    await admin.post(f"/v1/bookings/{other['id']}/cancel")
    pinned = (await admin.post(f"/v1/bookings/{two['id']}/pin", {"reason": "x", "tables": ["L1"]})).body
    assert (pinned["tables"], pinned["seating"]["binding"], pinned["version"]) == (["L1"], "pinned", two["version"] + 2)


async def test_parties_join_split_and_swap_by_hand(admin: Client, bistro: str) -> None:
    """Other tables, more of them, fewer of them, or somebody else's: one call each, on record as staff's doing."""
    two = await confirmed(admin, bistro)
    joined = await admin.post(f"/v1/bookings/{two['id']}/move", {"tables": ["T2", "T1"], "reason": "A pram."})
    assert (joined.status, joined.code if joined.status != 200 else "") == (409, "needs_override")
    assert [rule["code"] for rule in joined.body["rules"]] == ["surplus_table"]
    override = {"rules": ["surplus_table"], "reason": "A pram."}
    joined = await admin.post(f"/v1/bookings/{two['id']}/move", {"tables": ["T2", "T1"], "override": override})
    assert (joined.status, joined.body["tables"]) == (200, ["T1", "T2"])
    assert joined.body["override"]["rules"] == ["surplus_table"]
    split = await admin.post(f"/v1/bookings/{two['id']}/move", {"tables": ["T2"]})
    assert split.body["tables"] == ["T2"]
    other = await confirmed(admin, bistro)
    assert other["tables"] != ["T2"]
    swapped = await admin.post(f"/v1/bookings/{two['id']}/swap", {"with": other["id"], "reason": "They asked."})
    assert (swapped.status, swapped.body["tables"]) == (200, other["tables"])
    assert (await read(admin, other))["tables"] == ["T2"]
    sets = await moves_of(admin, bistro)
    assert [(one["cause"], len(one["moves"])) for one in sets] == [("staff", 2), ("staff", 1), ("staff", 1)]
    assert sets[0]["note"] == "They asked."


async def test_hard_rules_never_yield_to_a_hand(admin: Client, bistro: str) -> None:
    """Too few seats, a table that does not exist, one that cannot move: refused with the rule, override or not."""
    party = await confirmed(admin, bistro, party_size=4)
    override = {"rules": ["min_party", "unlisted_join"], "reason": "x"}
    for tables, code in ((["T1"], "too_few_seats"), (["T9"], "unknown_table"), (["T3", "P1"], "zones_differ")):
        refused = await admin.post(f"/v1/bookings/{party['id']}/move", {"tables": tables, "override": override})
        assert (refused.status, refused.code) == (422, code), tables
    assert (await read(admin, party))["version"] == party["version"]


async def test_nobody_swaps_with_itself_or_another_day(admin: Client, bistro: str) -> None:
    """Both must be of one service day, and two."""
    party = await confirmed(admin, bistro)
    itself = await admin.post(f"/v1/bookings/{party['id']}/swap", {"with": party["id"]})
    assert (itself.status, itself.code) == (422, "not_swappable")
    elsewhere = await confirmed(admin, await open_restaurant(admin))
    other = await admin.post(f"/v1/bookings/{party['id']}/swap", {"with": elsewhere["id"]})
    assert (other.status, other.code) == (422, "not_swappable")


async def test_a_seated_party_may_be_moved_by_hand(admin: Client, bistro: str) -> None:
    """It leaves its table free from that moment and has the new one from then on."""
    party = await confirmed(admin, bistro)
    during = f"{DAY}T19:30"
    seated = await admin.post(f"/v1/bookings/{party['id']}/check-in", {"at": f"{DAY}T19:00"})
    assert (seated.status, seated.body["seating"]["binding"]) == (200, "seated")
    moved = await admin.post(f"/v1/bookings/{party['id']}/move", {"tables": ["T2"], "at": during})
    assert (moved.status, moved.body["tables"], moved.body["state"]) == (200, ["T2"], "checked_in")
    assert moved.body["seated"]["from"].startswith(during)
    assert moved.body["seated"]["until"] == seated.body["seated"]["until"]


async def test_promises_stand_apart_from_wishes(admin: Client, api: ApiHouse, connect: Connect, bistro: str) -> None:
    """A zone that is required or promised binds; one that is preferred does not; staff alone may promise."""
    wished = await confirmed(admin, bistro, zone_preference="main")
    assert wished["seating"]["promises"] == {"zone": None, "accessible": False, "tables": None}
    assert wished["seating"]["wishes"] == {"zone": "main"}
    required = await confirmed(admin, bistro, zone_preference="terrace", zone_required=True)
    assert (required["tables"], required["seating"]["promises"]["zone"]) == (["P1"], "terrace")
    assert required["seating"]["wishes"] == {"zone": None}
    full = await book(admin, bistro, zone_preference="terrace", zone_required=True)
    assert full["state"] == "failed"
    guest = await caller(api, connect, "bookings:read", "bookings:write")
    body = {"party_size": 2, "starts_at": f"{DAY}T12:00", "guest": {"name": "G"}, "zone_preference": "main"}
    promised = await guest.post(f"/v1/restaurants/{bistro}/bookings", {**body, "zone_promised": True})
    assert promised.status == 403
    del body["zone_preference"]
    nameless = await guest.post(f"/v1/restaurants/{bistro}/bookings", {**body, "zone_required": True})
    assert (nameless.status, nameless.body["field"]) == (422, "zone_preference")
    to_main = {"tables": ["T1"]}
    moved = await admin.post(f"/v1/bookings/{required['id']}/move", to_main)
    assert (moved.status, [rule["code"] for rule in moved.body["rules"]]) == (409, ["promised_zone"])
    override = {"rules": ["promised_zone"], "reason": "It rains; agreed with them."}
    moved = await admin.post(f"/v1/bookings/{required['id']}/move", {"tables": ["T2"], "override": override})
    assert (moved.status, moved.body["seating"]["promises"]["zone"]) == (200, None)


async def test_guests_are_told_promises_and_never_a_planned_table(
    admin: Client, api: ApiHouse, connect: Connect
) -> None:
    """Booking, history, attempts and holds name no table to a guest's key, until one is promised."""
    slug = await pair(admin)
    two = await two_at_the_large_table(admin, slug)
    four = await confirmed(admin, slug, party_size=4)
    guest = await caller(api, connect, "bookings:read", "bookings:write", name="site")
    for one in (two, four):
        seen = await read(guest, one)
        assert (seen["tables"], seen["seating"]["tables"], seen["seating"]["binding"]) == ([], [], "planned")
        for part in ("", "/history", "/attempts"):
            raw = (await guest.get(f"/v1/bookings/{one['id']}{part}")).raw
            assert not re.search(rb"\b[SL]1\b", raw), part  # whole words: a reference may hold the letters by chance
    hold = await guest.post(f"/v1/restaurants/{slug}/holds", {"party_size": 2, "starts_at": f"{DAY}T12:00"})
    assert (hold.status, hold.body["tables"]) == (201, [])
    assert (await guest.get(f"/v1/restaurants/{slug}/moves?date={DAY}")).status == 403
    assert (await guest.post(f"/v1/bookings/{two['id']}/move", {"tables": ["L1"]})).status == 403
    await admin.post(f"/v1/bookings/{two['id']}/pin", {"reason": "promised"})
    seen = await read(guest, two)
    assert (seen["tables"], seen["seating"]["promises"]["tables"], seen["seating"]["pin"]) == (["S1"], ["S1"], None)


async def test_what_staff_wrote_about_tables_is_not_for_guests(admin: Client, api: ApiHouse, connect: Connect) -> None:
    """Pins, tables closed and tables lost, with their reasons and who said so, stay out of what a guest's key reads."""
    slug = await pair(admin)
    two = await confirmed(admin, slug, party_size=2)
    guest = await caller(api, connect, "bookings:read", name="site")
    for step, body in (("pin", {"reason": "far from Mrs Y"}), ("unpin", {}), ("lose-table", {"note": "Mr X was ill"})):
        assert (await admin.post(f"/v1/bookings/{two['id']}/{step}", body)).status == 200, step
    closed = {"from": f"{DAY}T10:00", "to": f"{DAY}T23:00", "reason": "Mr X was ill"}
    assert (await admin.post(f"/v1/restaurants/{slug}/tables/L1/block", closed)).status in (200, 201)
    for part in ("", "/history", "/attempts"):
        raw = (await guest.get(f"/v1/bookings/{two['id']}{part}")).raw
        assert not [word for word in (b"Mrs Y", b"Mr X", b'"S1"', b'"L1"') if word in raw], part
    assert b"Mrs Y" in (await admin.get(f"/v1/bookings/{two['id']}/history")).raw


async def test_a_person_accepts_moves_that_are_proposed(admin: Client) -> None:
    """Where the house asks first, the review shows plan and moves; accepted, all of it happens at once."""
    slug = await pair(admin, seating={"moves": "suggest"})
    two = await two_at_the_large_table(admin, slug)
    four = await book(admin, slug, party_size=4)
    assert (four["state"], four["reason"]["code"]) == ("manual_review", "moves_suggested")
    (proposed,) = four["reason"]["data"]["moves"]
    assert (proposed["reference"], proposed["from"], proposed["to"]) == (two["reference"], ["L1"], ["S1"])
    accepted = await admin.post(f"/v1/bookings/{four['id']}/accept-moves", {"note": "fine"})
    assert (accepted.status, accepted.body["state"], accepted.body["tables"]) == (200, "confirmed", ["L1"])
    assert (await read(admin, two))["tables"] == ["S1"]
    (made,) = await moves_of(admin, slug)
    assert (made["cause"], made["actor"]["kind"]) == ("decision", "staff")


async def test_a_proposal_out_of_date_is_refused_and_changes_nothing(admin: Client) -> None:
    """The party that would move was promised its table meanwhile: a clear conflict, and nobody has moved."""
    slug = await pair(admin, seating={"services": {"all day": {"moves": "suggest"}}})
    two = await two_at_the_large_table(admin, slug)
    four = await book(admin, slug, party_size=4)
    await admin.post(f"/v1/bookings/{two['id']}/pin", {"reason": "promised"})
    refused = await admin.post(f"/v1/bookings/{four['id']}/accept-moves")
    assert (refused.status, refused.code) == (409, "stale_proposal")
    assert ((await read(admin, four))["state"], (await read(admin, two))["tables"]) == ("manual_review", ["L1"])
    assert await moves_of(admin, slug) == []
    nothing = await admin.post(f"/v1/bookings/{two['id']}/accept-moves")
    assert (nothing.status, nothing.code) == (409, "transition_not_allowed")


async def test_a_promised_zone_holds_on_every_way(admin: Client, bistro: str) -> None:
    """By a hold, by force, by a new version of the restaurant: elsewhere than promised is refused with the rule."""
    there = f"/v1/restaurants/{bistro}"
    zone = {"zone_preference": "terrace", "zone_required": True}
    held = (await admin.post(f"{there}/holds", {"party_size": 1, "starts_at": f"{DAY}T12:00"})).body
    assert held["tables"] == ["T1"]
    body = {"party_size": 1, "starts_at": f"{DAY}T12:00", "guest": {"name": "G"}, "hold_id": held["id"]}
    refused = await admin.post(f"{there}/bookings", {**body, **zone})
    assert refused.status in (422, 409), refused.body

    first = await confirmed(admin, bistro, party_size=2, **zone)
    second = await book(admin, bistro, party_size=2, source="phone", **zone)
    assert second["state"] == "manual_review"
    forced = await admin.post(f"/v1/bookings/{second['id']}/force-confirm", {"tables": ["T2"]})
    assert (forced.status, [rule["code"] for rule in forced.body["rules"]]) == (409, ["promised_zone"])
    override = {"rules": ["promised_zone"], "reason": "They agreed."}
    body = {"tables": ["T2"], "override": override}
    forced = await admin.post(f"/v1/bookings/{second['id']}/force-confirm", body)
    assert (forced.status, forced.body["seating"]["promises"]["zone"]) == (200, None)

    document = (await admin.get(there)).body["document"]
    tables = [{**table, "zone": "main"} for table in document["tables"]]
    refused = await admin.send("PUT", there, {**document, "tables": tables})
    assert (refused.status, refused.code) == (409, "venue_in_use")
    assert [(one["reference"], one["rule"]) for one in refused.body["bookings"]] == [
        (first["reference"], "promised_zone")
    ]


async def test_an_undo_gives_back_the_promise_that_the_move_set_aside(admin: Client, bistro: str) -> None:
    """Moved out of the promised zone with an override, a party that is moved back has its promise as before."""
    party = await confirmed(admin, bistro, party_size=2, zone_preference="terrace", zone_required=True)
    assert (party["tables"], party["seating"]["promises"]["zone"]) == (["P1"], "terrace")
    override = {"rules": ["promised_zone"], "reason": "It rains."}
    moved = await admin.post(f"/v1/bookings/{party['id']}/move", {"tables": ["T2"], "override": override})
    assert (moved.status, moved.body["seating"]["promises"]["zone"]) == (200, None)
    (made,) = await moves_of(admin, bistro)
    assert (await admin.post(f"/v1/moves/{made['id']}/undo")).status == 200
    back = await read(admin, party)
    assert (back["tables"], back["seating"]["promises"]["zone"], back["override"]) == (["P1"], "terrace", None)


async def test_an_undo_leaves_what_was_changed_since(admin: Client, bistro: str) -> None:
    """A party that grew too large for its former table is named, and stays where it is."""
    party = await confirmed(admin, bistro, party_size=2)
    override = {"rules": ["min_party"], "reason": "They asked."}
    await admin.post(f"/v1/bookings/{party['id']}/move", {"tables": ["T3"], "override": override})
    (made,) = await moves_of(admin, bistro)
    assert (await admin.send("PATCH", f"/v1/bookings/{party['id']}", {"party_size": 4})).status == 200
    refused = await admin.post(f"/v1/moves/{made['id']}/undo")
    assert (refused.status, refused.code, refused.body["changed"]) == (409, "moves_gone", [party["reference"]])
    assert (await read(admin, party))["tables"] == ["T3"]


@pytest.mark.parametrize("change", [{"starts_at": at("19:30")}, {"party_size": 3}], ids=["time", "size"])
async def test_an_undo_is_refused_once_the_party_asked_for_something_else(
    admin: Client, bistro: str, change: dict[str, Any]
) -> None:
    """Changed since, though it kept its table and its former one would do: it is named, and stays where it is."""
    party = await confirmed(admin, bistro, party_size=4)
    other = {"T3": "P1", "P1": "T3"}[party["tables"][0]]
    assert (await admin.post(f"/v1/bookings/{party['id']}/move", {"tables": [other]})).status == 200
    (made,) = await moves_of(admin, bistro)
    changed = await admin.send("PATCH", f"/v1/bookings/{party['id']}", change)
    assert (changed.status, changed.body["tables"]) == (200, [other])
    refused = await admin.post(f"/v1/moves/{made['id']}/undo")
    assert (refused.status, refused.code, refused.body["changed"]) == (409, "moves_gone", [party["reference"]])
    assert party["reference"] in refused.body["detail"]
    present = await read(admin, party)
    assert (present["tables"], present["version"]) == ([other], changed.body["version"])
    assert len(await moves_of(admin, bistro)) == 1


async def test_moves_are_undone_one_after_another_and_a_note_is_no_hindrance(admin: Client, bistro: str) -> None:
    """Moved twice, a party goes back the way it came, the last move first, whatever its notes say by now."""
    party = await confirmed(admin, bistro, party_size=4)
    path, first = f"/v1/bookings/{party['id']}", party["tables"]
    other = {"T3": ["P1"], "P1": ["T3"]}[first[0]]
    for tables in (other, ["T1", "T2"]):
        assert (await admin.post(f"{path}/move", {"tables": tables})).status == 200
    assert (await admin.send("PATCH", path, {"notes": "Birthday."})).status == 200
    last, made = await moves_of(admin, bistro)
    assert (await admin.post(f"/v1/moves/{made['id']}/undo")).body["changed"] == [party["reference"]]
    for one, tables in ((last, other), (made, first)):
        assert (await admin.post(f"/v1/moves/{one['id']}/undo")).status == 200
        assert (await read(admin, party))["tables"] == tables
