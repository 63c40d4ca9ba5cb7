"""Bookings over HTTP: made, read, listed, changed."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_house import DAY, ApiHouse, Client, at, book, caller, confirmed, open_restaurant, wish

from maitred.domain.booking import State
from maitred.domain.lifecycle import steps
from waiting import patience

STEPS = {(before.value, action.value, target.value) for before, action, target in steps()}


async def test_a_booking_is_answered_at_once_and_confirmed_with_a_table(admin: Client, bistro: str) -> None:
    """POST answers 201 with address, version and reference; a moment later the booking is confirmed on a table."""
    made = await admin.post(f"/v1/restaurants/{bistro}/bookings", wish())
    assert made.status == 201
    assert made.headers["Location"] == f"/v1/bookings/{made.body['id']}"
    assert made.headers["ETag"] == f'"{made.body["version"]}"'
    settled = await admin.get(made.headers["Location"], prefer="wait=20")
    assert settled.body["state"] == "confirmed"
    assert settled.body["tables"] in (["T1"], ["T2"])
    assert settled.body["reference"] == made.body["reference"]
    assert settled.body["seated"]["from"] == settled.body["starts_at"]


async def test_prefer_wait_answers_with_the_outcome(admin: Client, bistro: str) -> None:
    """With `Prefer: wait` the 201 itself carries the confirmed booking, and says that it waited."""
    made = await admin.post(f"/v1/restaurants/{bistro}/bookings", wish(), prefer="respond-async, wait=20")
    assert made.headers["Preference-Applied"] == "wait=20"
    assert (made.body["state"], len(made.body["tables"])) == ("confirmed", 1)
    assert made.headers["ETag"] == f'"{made.body["version"]}"'


async def test_everything_that_was_said_is_kept(admin: Client, bistro: str) -> None:
    """Guest, wishes, notes and the caller's own id come back as they were sent; the phone number as E.164."""
    guest = {"name": " Ada Lovelace ", "email": "ada@example.com", "phone": "+44 20 7946 0958", "locale": "en-GB"}
    sent = wish(
        guest=guest | {"consents": {"marketing": False}},
        zone_preference="terrace",
        accessible=True,
        notes="Birthday 🎂\nQuiet corner, please.",
        external_ref="POS-4711",
        source="app",
    )
    made = await admin.post(f"/v1/restaurants/{bistro}/bookings", sent, prefer="wait=20")
    kept = made.body
    assert kept["guest"] == {
        "id": kept["guest"]["id"],
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "phone": "+442079460958",
        "locale": "en-GB",
    }
    for name in ("zone_preference", "accessible", "notes", "external_ref", "source"):
        assert kept[name] == sent[name]
    assert kept["tables"] == ["T1"]  # the accessible one wins over the zone


async def test_times_carry_the_venues_offset(admin: Client) -> None:
    """A local time and the same instant with an offset are the same booking time, shown at the venue's offset."""
    slug = await open_restaurant(admin, timezone="America/New_York")
    local = await book(admin, slug, "19:00")
    instant = datetime.fromisoformat(at("19:00")).replace(tzinfo=ZoneInfo("America/New_York"))
    with_offset = await book(admin, slug, starts_at=instant.astimezone(UTC).isoformat())
    assert local["starts_at"] == with_offset["starts_at"] == instant.isoformat()
    assert local["service_date"] == DAY.isoformat()


async def test_an_ambiguous_time_is_taken_with_its_offset(admin: Client) -> None:
    """The hour that clocks show twice can be booked by naming the offset: both of them, an hour apart."""
    night = {"name": "night", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    services = [night | {"open": "20:00", "last_seating": "03:00", "close": "05:00"}]
    slug = await open_restaurant(admin, services=services, timezone="Europe/London")
    day = _next_autumn_change()
    summer, winter = [await book(admin, slug, starts_at=f"{day}T01:30:00{offset}") for offset in ("+01:00", "+00:00")]
    apart = datetime.fromisoformat(winter["starts_at"]) - datetime.fromisoformat(summer["starts_at"])
    assert apart == timedelta(hours=1)
    assert summer["state"] == winter["state"] == "confirmed"


def _next_autumn_change() -> str:
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    london = ZoneInfo("Europe/London")
    for ahead in range(1, 800):
        before, after = ((noon + timedelta(days=ahead + d)).astimezone(london).utcoffset() for d in (-1, 0))
        if before == timedelta(hours=1) and after == timedelta(0):
            return (noon + timedelta(days=ahead)).date().isoformat()
    raise AssertionError("clocks go back once a year")


async def test_a_full_house_is_told_with_reason_and_alternatives(admin: Client, bistro: str) -> None:
    """When every fitting table is taken, the booking fails with `no_capacity`, in words, with times that would work."""
    first = [await book(admin, bistro, party_size=4) for _ in range(2)]
    assert [one["state"] for one in first] == ["confirmed", "confirmed"]
    refused = await book(admin, bistro, party_size=4)
    if refused["state"] == "confirmed":  # T1 and T2 joined seat four as well
        refused = await book(admin, bistro, party_size=4)
    assert refused["state"] == "failed"
    assert refused["reason"]["code"] == "no_capacity"
    assert "taken" in refused["reason"]["text"]
    assert refused["tables"] == []
    assert refused["actions"] == []
    for offer in refused["reason"]["data"]["alternatives"]:
        assert (await book(admin, bistro, starts_at=offer["starts_at"], party_size=2))["state"] == "confirmed"


async def test_the_first_alternative_can_be_held_in_one_call_and_booked(admin: Client, bistro: str) -> None:
    """An alternative carries what POST holds takes; the hold then becomes a confirmed booking at that time."""
    while (refused := await book(admin, bistro, party_size=4))["state"] == "confirmed":
        pass
    first, *_ = refused["reason"]["data"]["alternatives"]
    held = await admin.post(f"/v1/restaurants/{bistro}/holds", first["hold"])
    assert (held.status, held.body["starts_at"]) == (201, first["starts_at"]), held.body
    asked = wish(party_size=4, starts_at=first["starts_at"], hold_id=held.body["id"])
    taken = await admin.post(f"/v1/restaurants/{bistro}/bookings", asked)
    assert (taken.body["state"], taken.body["tables"]) == ("confirmed", held.body["tables"])


async def test_a_walk_in_starts_now(admin: Client) -> None:
    """A walk-in needs no time; without one it starts this minute, off the grid or not."""
    slug = await open_restaurant(admin, services=[_always()])
    body = wish(source="walk_in")
    del body["starts_at"]
    made = await admin.post(f"/v1/restaurants/{slug}/bookings", body, prefer="wait=20")
    assert made.body["state"] == "confirmed"
    starts = datetime.fromisoformat(made.body["starts_at"])
    assert abs(starts - datetime.now(UTC)) < timedelta(minutes=2)


def _always() -> dict[str, Any]:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return {"name": "always", "days": days, "open": "05:00", "last_seating": "04:59", "close": "05:00"}


async def test_staff_may_take_any_minute(admin: Client, bistro: str) -> None:
    """A phone booking need not lie on the grid."""
    assert (await book(admin, bistro, "19:07", source="phone"))["state"] == "confirmed"


async def test_a_soft_rule_needs_an_override_with_a_reason(admin: Client, bistro: str) -> None:
    """Outside service, staff hear `needs_override` with the rules; with an override and reason it is booked."""
    path = f"/v1/restaurants/{bistro}/bookings"
    refused = await admin.post(path, wish("21:30", source="phone"))
    assert (refused.status, refused.code, refused.body["field"]) == (409, "needs_override", "starts_at")
    rules = [rule["code"] for rule in refused.body["rules"]]
    assert rules == ["outside_service"]
    override = {"rules": rules, "reason": "The owner's sister."}
    made = await admin.post(path, wish("21:30", source="phone", override=override), prefer="wait=20")
    assert made.status == 201
    assert made.body["state"] == "confirmed"
    assert made.body["override"] == override | {"by": "admin"}


async def test_a_hold_becomes_a_booking_on_its_tables(admin: Client, bistro: str) -> None:
    """A hold keeps its tables from others; booked with `hold_id` it is confirmed on them at once, and is gone."""
    wanted = {"party_size": 4, "starts_at": at("19:00"), "zone_preference": "terrace"}
    held = await admin.post(f"/v1/restaurants/{bistro}/holds", wanted)
    assert held.status == 201
    assert (await admin.get(held.headers["Location"])).body == held.body
    others = [await book(admin, bistro, party_size=4) for _ in range(3)]
    assert not {table for one in others for table in one["tables"]} & set(held.body["tables"])
    made = await admin.post(f"/v1/restaurants/{bistro}/bookings", wish(party_size=4, hold_id=held.body["id"]))
    assert (made.body["state"], made.body["tables"]) == ("confirmed", held.body["tables"])
    assert (await admin.get(held.headers["Location"])).status == 404
    again = await admin.post(f"/v1/restaurants/{bistro}/bookings", wish(party_size=4, hold_id=held.body["id"]))
    assert (again.status, again.code) == (409, "hold_gone")


async def test_a_released_hold_blocks_nobody(admin: Client, bistro: str) -> None:
    """After DELETE the hold is gone and its tables are free."""
    held = await admin.post(f"/v1/restaurants/{bistro}/holds", {"party_size": 6, "starts_at": at("19:00")})
    assert (await admin.send("DELETE", held.headers["Location"])).status == 204
    assert (await admin.send("DELETE", held.headers["Location"])).status == 404
    assert (await confirmed(admin, bistro, party_size=6))["tables"] == held.body["tables"]


async def test_a_hold_that_finds_no_seat_offers_other_times(admin: Client, bistro: str) -> None:
    """NoSeating is a conflict with alternatives."""
    await confirmed(admin, bistro, party_size=6)
    refused = await admin.post(f"/v1/restaurants/{bistro}/holds", {"party_size": 6, "starts_at": at("19:00")})
    assert (refused.status, refused.code) == (409, "no_capacity")
    assert refused.body["alternatives"]


async def test_a_read_is_conditional(admin: Client, bistro: str) -> None:
    """If-None-Match with the present version is answered 304 without a body, with another one 200."""
    booking = await confirmed(admin, bistro)
    path, tag = f"/v1/bookings/{booking['id']}", f'"{booking["version"]}"'
    assert (await admin.get(path, if_none_match=tag)).status == 304
    assert (await admin.get(path, if_none_match=f'W/{tag}, "999"')).status == 304
    assert (await admin.get(path, if_none_match='"1"')).status == 200
    assert (await admin.get(path, if_none_match="nonsense")).headers["ETag"] == tag


async def test_a_long_poll_ends_when_the_booking_moves(admin: Client, bistro: str) -> None:
    """A waiting read is answered with the new version as soon as there is one, and with 304 when its time is up."""
    booking = await confirmed(admin, bistro)
    path, tag = f"/v1/bookings/{booking['id']}", f'"{booking["version"]}"'
    assert (await admin.get(path, if_none_match=tag, prefer="wait=1")).status == 304
    waiting = asyncio.create_task(admin.get(path, if_none_match=tag, prefer="wait=30"))
    await asyncio.sleep(0)
    cancelled = await admin.post(f"{path}/cancel")
    async with patience("the long poll to end with the change"):
        told = await waiting
    assert told.status == 200
    assert told.headers["Preference-Applied"] == "wait=30"
    assert told.body["version"] == cancelled.body["version"]


async def test_the_list_comes_in_pages(admin: Client, bistro: str) -> None:
    """Following `next` shows every booking once, in order of arrival, and keeps the filters."""
    made = [(await book(admin, bistro, f"{hour}:00", notes=f"n{hour}"))["id"] for hour in range(10, 15)]
    seen, path, pages = [], f"/v1/restaurants/{bistro}/bookings?date={DAY.isoformat()}&limit=2", 0
    while path:
        page = await admin.get(path)
        seen += [item["id"] for item in page.body["items"]]
        path, pages = page.body["next"], pages + 1
    assert (seen, pages) == (made, 3)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        (f"date={DAY.isoformat()}", 2),
        (f"date={(DAY + timedelta(days=1)).isoformat()}", 0),
        ("state=confirmed", 1),
        ("state=cancelled,confirmed", 2),
        ("state=failed", 0),
        ("q=grace", 1),
        ("q=%25", 0),
        ("q=REF-2", 1),
        ("q=4420", 1),
        ("q=hopper@", 1),
    ],
)
async def test_the_list_filters(admin: Client, bistro: str, query: str, found: int) -> None:
    """By service day, states and text; the text is no pattern."""
    await confirmed(admin, bistro, external_ref="REF-1")
    grace = {"name": "Grace Hopper", "email": "hopper@example.com", "phone": "+442079460958"}
    second = await confirmed(admin, bistro, guest=grace, external_ref="REF-2")
    await admin.post(f"/v1/bookings/{second['id']}/cancel")
    page = await admin.get(f"/v1/restaurants/{bistro}/bookings?{query}")
    assert len(page.body["items"]) == found
    assert page.body["next"] is None


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("phone", "020 7946 0958", "+442079460958"),
        ("phone", "0044 (0)20 7946 0958", "+442079460958"),
        ("phone", "\u202a+44\u00a020\u20117946\u20110958\u202c", "+442079460958"),
        ("phone", "٠٢٠٧٩٤٦٠٩٥٨", "+442079460958"),
        ("phone", "tel:+44-20-7946-0958", "+442079460958"),
        ("email", "<Ann@Example.com>", "Ann@example.com"),
        ("email", "mailto:ann@example.com", "ann@example.com"),
        ("email", "\u200bann@bücher.example\u200e", "ann@bücher.example"),
        ("name", "\u200bAnn\u2060", "Ann"),
    ],
)
async def test_contact_is_kept_as_it_was_meant(admin: Client, bistro: str, name: str, typed: str, kept: str) -> None:
    """Numbers as they are dialled in the restaurant's country; a change and an export of personal data read alike."""
    booking = await book(admin, bistro, guest={"name": "Ann", name: typed})
    assert booking["guest"][name] == kept
    changed = await admin.send("PATCH", f"/v1/bookings/{booking['id']}", {"guest": {"name": "Bea", name: typed}})
    assert changed.body["guest"][name] == kept
    if name != "name":
        told = await admin.post(f"/v1/restaurants/{bistro}/guests/export", {name: typed})
        assert [guest[name] for guest in told.body["data"]["guests"]] == [kept]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("muller zoe", "Zoë Müller"),
        ("obrien", "Síle O’Brien"),
        ("lukasz", "Łukasz Żółć"),
        ("soren", "Søren"),
        ("strasse", "Straße"),
    ],
)
async def test_the_list_finds_people(admin: Client, bistro: str, typed: str, name: str) -> None:
    """Without accents and apostrophes, in any order."""
    await book(admin, bistro, guest={"name": "Bob"})
    await book(admin, bistro, guest={"name": name})
    page = await admin.get(f"/v1/restaurants/{bistro}/bookings?q={typed.replace(' ', '%20')}")
    assert [one["guest"]["name"] for one in page.body["items"]] == [name]


async def test_history_replays_to_the_present_state(admin: Client, bistro: str) -> None:
    """Each entry starts where the one before ended, versions have no gap, and the last one is the present."""
    booking = await confirmed(admin, bistro)
    path = f"/v1/bookings/{booking['id']}"
    now = f"{DAY.isoformat()}T19:00"
    for action in ("arrive", "check-in", "undo", "check-in", "complete", "undo"):
        assert (await admin.post(f"{path}/{action}", {"at": now})).status == 200, action
    present = (await admin.get(path)).body
    entries = (await admin.get(f"{path}/history")).body["items"]
    assert [entry["version"] for entry in entries] == list(range(1, present["version"] + 1))
    state = None
    for entry in entries:
        assert entry["from_state"] == state
        assert state is None or (state, entry["action"], entry["to_state"]) in STEPS
        state = entry["to_state"]
    assert state == present["state"] == State.CHECKED_IN
    assert {entry["actor"]["kind"] for entry in entries} <= {"guest", "staff", "system"}


async def test_attempts_explain_the_choice(admin: Client, bistro: str) -> None:
    """A round tells strategy, plan with its score terms, and outcome."""
    booking = await confirmed(admin, bistro)
    rounds = (await admin.get(f"/v1/bookings/{booking['id']}/attempts")).body["items"]
    assert [one["outcome"] for one in rounds] == ["confirmed"]
    assert rounds[0]["plan"]["tables"] == booking["tables"]
    assert rounds[0]["plan"]["terms"]


async def test_a_change_moves_the_booking(admin: Client, bistro: str) -> None:
    """A larger party at another time gets tables that fit, in one version."""
    booking = await confirmed(admin, bistro)
    path = f"/v1/bookings/{booking['id']}"
    changes = {"party_size": 6, "starts_at": at("20:00"), "notes": "More of us.", "guest": {"name": "Grace Hopper"}}
    reply = await admin.send("PATCH", path, changes, headers={"If-Match": f'"{booking["version"]}"'})
    assert reply.status == 200, reply.body
    assert reply.body["version"] == booking["version"] + 1
    assert (reply.body["state"], reply.body["tables"]) == ("confirmed", ["T2", "T3"])
    assert reply.body["guest"]["name"] == "Grace Hopper"
    assert reply.body["guest"]["id"] == booking["guest"]["id"]
    cleared = await admin.send("PATCH", path, {"notes": None})
    assert (cleared.body["notes"], cleared.body["party_size"]) == (None, 6)


async def test_a_change_that_finds_no_seat_changes_nothing(admin: Client, bistro: str) -> None:
    """The answer is a conflict with alternatives, and the booking reads as before."""
    await confirmed(admin, bistro, party_size=6)
    booking = await confirmed(admin, bistro)
    path = f"/v1/bookings/{booking['id']}"
    before = (await admin.get(path)).raw
    refused = await admin.send("PATCH", path, {"party_size": 6})
    assert (refused.status, refused.code) == (409, "no_capacity")
    assert refused.body["alternatives"]
    assert (await admin.get(path)).raw == before


async def test_a_change_needs_something_to_change(admin: Client, bistro: str) -> None:
    """An empty body, or one with nothing but a decision time, is refused."""
    booking = await confirmed(admin, bistro)
    for body in ({}, {"at": at("10:00")}, {"override": {"rules": ["pacing"], "reason": "x"}}):
        reply = await admin.send("PATCH", f"/v1/bookings/{booking['id']}", body)
        assert (reply.status, reply.code) == (422, "nothing_to_change")


async def test_availability_says_why_not(admin: Client, bistro: str) -> None:
    """Free slots are free to book; the others carry a reason; a closed day names the nearest open ones."""
    await confirmed(admin, bistro, party_size=6)
    reply = await admin.get(f"/v1/restaurants/{bistro}/availability?date={DAY.isoformat()}&party_size=6")
    slots = {slot["starts_at"][11:16]: slot for slot in reply.body["slots"]}
    assert len(slots) == 45
    assert (slots["19:00"]["available"], slots["19:00"]["reason"]) == (False, "no_capacity")
    assert slots["10:00"]["available"]
    assert (slots["10:00"]["nearest"], len(slots["19:00"]["nearest"])) == ([], 3)
    assert all(slots[near[11:16]]["available"] for near in slots["19:00"]["nearest"])
    assert (await book(admin, bistro, "10:00", party_size=6))["state"] == "confirmed"


async def test_a_closed_day_names_the_nearest_open_ones(admin: Client) -> None:
    """No slots, the reason, and the next dates."""
    closed = {"from": DAY.isoformat(), "to": DAY.isoformat(), "reason": "Wedding"}
    slug = await open_restaurant(admin, closures=[closed])
    reply = await admin.get(f"/v1/restaurants/{slug}/availability?date={DAY.isoformat()}&party_size=2")
    assert (reply.body["slots"], reply.body["closed_reason"]) == ([], "closed")
    assert reply.body["nearest_dates"][0] == (DAY + timedelta(days=1)).isoformat()


async def test_reasons_about_other_parties_are_for_staff(
    admin: Client, api: ApiHouse, connect: Callable[[str | None], Client], bistro: str
) -> None:
    """A website's key learns that a table is taken, and alternatives, but nowhere whose booking is in the way."""
    web = await caller(api, connect, "bookings:read", "bookings:write")
    first = await confirmed(admin, bistro, party_size=6)
    refused = await book(web, bistro, party_size=6)
    assert refused["state"] == "failed"
    assert refused["reason"]["data"]["alternatives"]
    path = f"/v1/bookings/{refused['id']}"
    for told in (path, f"{path}/history", f"{path}/attempts"):
        for client, may_know in ((web, False), (admin, True)):
            raw = (await client.get(told)).raw
            assert (b"least_blocked" in raw, first["id"].encode() in raw) == (may_know, may_know), told
            assert b"fitting_sets" in raw


async def test_a_refused_change_or_hold_names_no_other_party(
    admin: Client, api: ApiHouse, connect: Callable[[str | None], Client], bistro: str
) -> None:
    """The 409 of a change or a hold carries figures and alternatives, but not whose booking is in the way."""
    web = await caller(api, connect, "bookings:read", "bookings:write")
    first = await confirmed(admin, bistro, party_size=6)
    booking = await confirmed(web, bistro)
    changed = await web.send("PATCH", f"/v1/bookings/{booking['id']}", {"party_size": 6})
    held = await web.post(f"/v1/restaurants/{bistro}/holds", {"party_size": 6, "starts_at": at("19:00")})
    for reply in (changed, held):
        assert (reply.status, reply.code) == (409, "no_capacity")
        assert reply.body["alternatives"]
        assert reply.body["details"].keys() == {"fitting_sets", "excluded_sets"}
        assert first["id"].encode() not in reply.raw


async def test_a_booking_is_as_old_as_its_answer_said(admin: Client, bistro: str) -> None:
    """The 201 and every later read agree on when the booking was made, which is when its history begins."""
    made = await admin.post(f"/v1/restaurants/{bistro}/bookings", wish())
    later = await admin.get(made.headers["Location"], prefer="wait=20")
    steps = (await admin.get(f"{made.headers['Location']}/history")).body["items"]
    assert made.body["created_at"] == later.body["created_at"] == steps[0]["at"]
    assert made.body["created_at"] <= later.body["updated_at"]


async def test_a_booking_nobody_touched_was_updated_when_it_was_made(admin: Client) -> None:
    """A party that waits for a person reads byte for byte as it was answered, times included."""
    slug = await open_restaurant(admin, review_party_size=4)
    made = await admin.post(f"/v1/restaurants/{slug}/bookings", wish(party_size=4))
    assert made.body["state"] == "manual_review"
    assert (await admin.get(made.headers["Location"])).raw == made.raw
