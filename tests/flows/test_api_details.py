"""Small things that people notice: what may be done when, whose words are used, how something is found again."""

from collections.abc import Callable

import pytest
from api_house import DAY, VENUE, ApiHouse, Client, at, book, caller, confirmed, open_restaurant, wish


async def test_actions_are_those_that_time_allows(admin: Client, bistro: str) -> None:
    """Weeks ahead nobody arrives, sits down or fails to come; each action is named by its call in the lifecycle."""
    booking = await confirmed(admin, bistro)
    assert {"modify", "cancel"} <= set(booking["actions"])
    assert not {"arrive", "check_in", "mark_no_show"} & set(booking["actions"])
    refused = await admin.post(f"/v1/bookings/{booking['id']}/arrive")
    assert (refused.status, refused.code) == (422, "too_early")
    assert booking["starts_at"] in refused.body["detail"]
    routes = (await admin.get("/v1/lifecycle")).body["routes"]
    assert routes["check_in"] == "POST /v1/bookings/{booking_id}/check-in"
    assert set(booking["actions"]) <= set(routes) | {"lose_table"}


async def test_a_party_that_is_due_may_arrive(admin: Client) -> None:
    """Within four hours of its time the door's actions are there."""
    always = {"name": "always", "days": VENUE["services"][0]["days"], "open": "05:00", "last_seating": "04:59"}
    slug = await open_restaurant(admin, services=[{**always, "close": "05:00"}])
    body = wish(source="walk_in")
    del body["starts_at"]
    made = await admin.post(f"/v1/restaurants/{slug}/bookings", body, prefer="wait=20")
    assert {"arrive", "check_in", "mark_no_show"} <= set(made.body["actions"]), made.body


async def test_availability_says_when_a_person_looks_at_a_party_of_that_size(admin: Client) -> None:
    """From the review size on, an available time is not yet a promise."""
    slug = await open_restaurant(admin, review_party_size=4)
    for size, review in ((3, False), (4, True)):
        found = await admin.get(f"/v1/restaurants/{slug}/availability?date={DAY}&party_size={size}")
        assert found.body["review"] is review


async def test_times_in_reasons_are_the_venues(admin: Client, bistro: str) -> None:
    """Alternatives, blockers and changes carry the venue's offset and a T, wherever they are shown."""
    booking = await confirmed(admin, bistro)
    path = f"/v1/bookings/{booking['id']}"
    later = await admin.send("PATCH", path, {"starts_at": at("20:00")})
    entry = (await admin.get(f"{path}/history")).body["items"][-1]
    offset = later.body["starts_at"][-6:]
    assert entry["reason_data"]["starts_at"] == {"from": booking["starts_at"], "to": later.body["starts_at"]}
    while (refused := await book(admin, bistro, party_size=4))["state"] == "confirmed":
        pass
    data = refused["reason"]["data"]
    times = [one["starts_at"] for one in (*data["alternatives"], *data["least_blocked"]["blockers"])]
    assert times
    assert {one[10:11] + one[-6:] for one in times} == {"T" + offset}


@pytest.mark.parametrize("wanted", ["020 7946 0958", "+44 20 7946 0958", "+44 (0)20 7946-0958", "7946 0958", "hyphen"])
async def test_a_booking_is_found_as_people_write_it_down(admin: Client, bistro: str, wanted: str) -> None:
    """A phone number with spaces or in its local form, and a reference with a hyphen in it and in small letters."""
    guest = {"name": "Ada Lovelace", "phone": "+44 20 7946 0958"}
    booking = await confirmed(admin, bistro, guest=guest)
    other = await confirmed(admin, bistro, guest={"name": "Bob", "phone": "+44 20 7946 0111"})
    reference = booking["reference"].lower()
    q = f"{reference[:4]}-{reference[4:]}" if wanted == "hyphen" else wanted.replace("+", "%2B").replace(" ", "%20")
    found = (await admin.get(f"/v1/restaurants/{bistro}/bookings?q={q}")).body["items"]
    assert [one["id"] for one in found] == [booking["id"]], other["reference"]


async def test_the_note_of_an_undo_is_kept(admin: Client, bistro: str) -> None:
    """What the host said why stays in history, with the tables where new ones were found."""
    booking = await confirmed(admin, bistro)
    path = f"/v1/bookings/{booking['id']}"
    await admin.post(f"{path}/cancel")
    await admin.post(f"{path}/undo", {"note": "Wrong guest."})
    last = (await admin.get(f"{path}/history")).body["items"][-1]
    assert (last["action"], last["reason_data"]["note"]) == ("undo", "Wrong guest.")
    assert last["reason_data"]["tables"] == booking["tables"]


async def test_refusals_speak_of_what_was_asked(admin: Client, bistro: str) -> None:
    """A step is refused in words, faults of a body are sentences, and a change names the field that was changed."""
    booking = await confirmed(admin, bistro, party_size=2)
    path = f"/v1/bookings/{booking['id']}"
    await admin.post(f"{path}/cancel")
    twice = await admin.post(f"{path}/cancel")
    assert twice.body["detail"] == "A booking that is cancelled cannot be cancelled."
    body = await admin.post(f"/v1/restaurants/{bistro}/bookings", {"party_size": "two", "table": 1, "starts_at": "x"})
    said = {one["field"]: one["message"] for one in body.body["errors"]}
    assert said == {
        "party_size": "This is a whole number.",
        "table": "There is no such field.",
        "guest": "This is required.",
    }
    small = await confirmed(admin, bistro, party_size=2)
    while (await book(admin, bistro, party_size=4))["state"] == "confirmed":
        pass
    grown = await admin.send("PATCH", f"/v1/bookings/{small['id']}", {"party_size": 6})
    assert (grown.status, grown.body["field"]) == (409, "party_size"), grown.body


async def test_a_refusal_is_explained_to_guests_without_a_word_about_others(
    admin: Client, api: ApiHouse, connect: Callable[[str | None], Client], bistro: str
) -> None:
    """Staff read who stands in the way by reference; a guest's key reads what is taken and what would help."""
    others = []
    while (refused := await book(admin, bistro, party_size=4))["state"] == "confirmed":
        others.append(refused)
    guest = await caller(api, connect, "bookings:read", at=bistro)
    path = f"/v1/bookings/{refused['id']}"
    (staffs,) = (await admin.get(f"{path}/attempts")).body["items"]
    told = staffs["explanation"]["for_staff"]
    assert {one["name"] for one in told["blockers"]} == {one["reference"] for one in others}
    assert told["text"]
    for place in (f"{path}/attempts", path, f"{path}/history"):
        read = (await guest.get(place)).raw.decode()
        assert "for_staff" not in read
        assert not [one for one in others if one["reference"] in read or one["id"] in read]
    mine = (await guest.get(path)).body["reason"]["data"]["explanation"]
    assert mine["text"].startswith("All 3 ways to seat a party of 4 (2 tables and 1 join) are taken")
    assert "there is room" in mine["text"]
    later = await admin.send("PATCH", f"/v1/bookings/{others[0]['id']}", {"party_size": 6})
    assert "explanation" in later.body, later.body
    assert "for_staff" not in later.body["explanation"]


async def test_another_zone_is_offered_where_one_was_required_and_can_be_held(admin: Client, bistro: str) -> None:
    """The terrace is taken: the same time inside is the first alternative, and its hold becomes a promise kept."""
    await confirmed(admin, bistro, party_size=4, zone_preference="terrace", zone_required=True)
    refused = await book(admin, bistro, party_size=4, zone_preference="terrace", zone_required=True)
    first, *_ = refused["reason"]["data"]["alternatives"]
    assert (refused["state"], first["zone"], first["starts_at"]) == ("failed", "main", refused["starts_at"])
    assert "There is room at that time in Main room." in refused["reason"]["data"]["explanation"]["text"]
    unnamed = await admin.post(f"/v1/restaurants/{bistro}/holds", first["hold"] | {"zone_preference": None})
    assert (unnamed.status, unnamed.body["field"]) == (422, "zone_preference")
    held = await admin.post(f"/v1/restaurants/{bistro}/holds", first["hold"])
    assert held.status == 201, held.body
    asked = wish(party_size=4, hold_id=held.body["id"], zone_required=True)
    elsewhere = await admin.post(f"/v1/restaurants/{bistro}/bookings", asked | {"zone_preference": "terrace"})
    assert (elsewhere.status, elsewhere.code) == (422, "hold_mismatch")
    taken = await admin.post(f"/v1/restaurants/{bistro}/bookings", asked | {"zone_preference": "main"})
    assert (taken.body["state"], taken.body["seating"]["promises"]["zone"]) == ("confirmed", "main")


async def test_a_seat_is_explained_by_what_decided(admin: Client, bistro: str) -> None:
    """The attempt of a confirmed booking says which terms spoke for its tables."""
    booking = await confirmed(admin, bistro, party_size=2)
    (attempt,) = (await admin.get(f"/v1/bookings/{booking['id']}/attempts")).body["items"]
    told = attempt["explanation"]["for_staff"]
    assert told["lines"][0]["code"] == "seated"
    assert "explanation" not in attempt["plan"]
    assert booking["tables"][0] in told["text"]
    assert attempt["explanation"]["text"] == "There is a seat for a party of 2."


async def test_a_single_way_is_not_counted(admin: Client) -> None:
    """Where one table alone seats a party, nobody reads of all 1 ways."""
    one = {"id": "T1", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": True}
    slug = await open_restaurant(admin, tables=[one], joins=[])
    await confirmed(admin, slug)
    refused = await book(admin, slug)
    assert refused["reason"]["text"].startswith("The only ")


async def test_probes_and_people_find_their_way(admin: Client) -> None:
    """Load balancers ask with HEAD; who opens the bare address is led to the reference."""
    for path in ("/healthz", "/readyz"):
        probe = await admin.send("HEAD", path)
        assert (probe.status, probe.raw) == (200, b"")
    home = await admin.send("GET", "/")
    assert (home.status, home.headers["Location"]) == (303, "/docs")
