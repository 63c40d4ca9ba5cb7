"""The manual review queue over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from api_house import VENUE, ApiHouse, Client, book, caller, confirmed, open_restaurant

Connect = Callable[[str | None], Client]


async def under_review(admin: Client, slug: str, party_size: int = 4, **more: Any) -> dict[str, Any]:
    """Return a booking that waits for a person: its size asks for one."""
    booking = await book(admin, slug, party_size=party_size, **more)
    assert booking["state"] == "manual_review", booking
    return booking


@pytest.fixture
async def careful(admin: Client) -> str:
    """A restaurant whose parties of four and more are always looked at, with a fixed table in the main room."""
    fixed = {"id": "F1", "zone": "main", "capacity": 4, "min_party": 3, "movable": False}
    return await open_restaurant(admin, review_party_size=4, tables=[*VENUE["tables"], fixed])


async def test_the_queue_shows_who_waits_and_why(admin: Client, careful: str) -> None:
    """Parties of the review size wait with a reason in words, a deadline, and the actions for people."""
    first, second = [await under_review(admin, careful, clock=clock) for clock in ("20:00", "12:00")]
    queue = (await admin.get(f"/v1/restaurants/{careful}/review")).body["items"]
    assert {item["id"] for item in queue} == {first["id"], second["id"]}
    deadlines = [item["review"]["deadline"] for item in queue]
    assert deadlines == sorted(deadlines)
    assert queue[0]["reason"]["code"] == "party_needs_review"
    assert queue[0]["reason"]["text"]
    assert {"assign", "requeue", "decline", "cancel"} <= set(queue[0]["actions"])


async def test_a_full_house_sends_staff_bookings_to_review(admin: Client, bistro: str) -> None:
    """For a booking taken on the phone lack of room is a question, not an answer."""
    await confirmed(admin, bistro, party_size=6)
    waiting = await under_review(admin, bistro, party_size=6, source="phone")
    assert waiting["reason"]["code"] == "no_capacity"


async def test_suggestions_are_ranked_and_work(admin: Client, careful: str) -> None:
    """The best plan carries its score terms, and forcing it confirms the booking on exactly these tables."""
    booking = await under_review(admin, careful)
    path = f"/v1/bookings/{booking['id']}"
    found = (await admin.get(f"{path}/suggestions")).body
    scores = [plan["score"] for plan in found["plans"]]
    assert scores == sorted(scores, reverse=True)
    assert found["plans"][0]["terms"]
    assert found["alternatives"]
    best = found["plans"][0]["tables"]
    forced = await admin.post(f"{path}/force-confirm", {"tables": best}, if_match=f'"{booking["version"]}"')
    assert (forced.status, forced.body["state"], forced.body["tables"]) == (200, "confirmed", best)
    assert (await admin.get(f"/v1/restaurants/{careful}/review")).body["items"] == []


async def test_a_free_table_is_the_first_fix_and_its_call_confirms(admin: Client, careful: str) -> None:
    """A fix says in words what to do and carries the call that does it."""
    booking = await under_review(admin, careful)
    (first, *_) = (await admin.get(f"/v1/bookings/{booking['id']}/suggestions")).body["fixes"]
    assert first["code"] == "free_plan"
    assert first["text"].endswith("is free: 4 seats for a party of 4.")
    done = await admin.send(first["call"]["method"], first["call"]["path"], first["call"]["body"])
    assert (done.status, done.body["state"], done.body["tables"]) == (200, "confirmed", first["data"]["tables"])


async def test_without_room_the_fixes_are_other_times_who_stands_alone_and_rules(
    admin: Client, api: ApiHouse, connect: Connect, bistro: str
) -> None:
    """Each comes with its call; who may not read of other parties is told the rest; the nearest time can be taken."""
    taken = await confirmed(admin, bistro, party_size=6)
    waiting = await under_review(admin, bistro, party_size=6, source="phone")
    path = f"/v1/bookings/{waiting['id']}/suggestions"
    found = (await admin.get(path)).body["fixes"]
    fixes = {one["code"]: one for one in found}
    assert taken["reference"] in fixes["without_one"]["text"]
    assert fixes["without_one"]["call"] is None
    reviewer = await caller(api, connect, "bookings:read", "review")
    read = await reviewer.get(path)
    assert {one["code"] for one in read.body["fixes"]} == fixes.keys() - {"without_one"}
    assert taken["reference"] not in read.raw.decode()
    call = next(one for one in found if one["code"] == "another_time")["call"]
    assert (await admin.send(call["method"], call["path"], call["body"])).status == 200
    settled = await admin.get(f"/v1/bookings/{waiting['id']}", prefer="wait=20")
    assert (settled.body["state"], settled.body["starts_at"]) == ("confirmed", call["body"]["starts_at"])


async def test_proposed_moves_are_the_first_fix_and_its_call_accepts_them(admin: Client) -> None:
    """Where a person decides about moves, the fix says who would move, and its call moves them and confirms."""
    tables = [{"id": "S1", "zone": "main", "capacity": 2}, {"id": "L1", "zone": "main", "capacity": 4}]
    slug = await open_restaurant(admin, tables=tables, joins=[], seating={"moves": "suggest"})
    first, second = await confirmed(admin, slug), await confirmed(admin, slug)
    small = next(one for one in (first, second) if one["tables"] == ["S1"])
    await admin.post(f"/v1/bookings/{small['id']}/cancel")
    waiting = await under_review(admin, slug)
    assert waiting["reason"]["code"] == "moves_suggested"
    (fix, *_) = (await admin.get(f"/v1/bookings/{waiting['id']}/suggestions")).body["fixes"]
    other = second if small is first else first
    assert fix["text"] == f"L1 is free once {other['reference']} moves from L1 to S1."
    done = await admin.post(fix["call"]["path"], fix["call"]["body"])
    assert (done.status, done.body["state"], done.body["tables"]) == (200, "confirmed", ["L1"])


async def test_a_fix_that_sets_a_rule_aside_asks_for_the_reason(admin: Client) -> None:
    """A free table kept for larger parties: the call is complete but for why."""
    tables = [{"id": "T1", "zone": "main", "capacity": 2}, {"id": "T2", "zone": "main", "capacity": 4, "min_party": 3}]
    slug = await open_restaurant(admin, tables=tables, joins=[])
    await confirmed(admin, slug)
    waiting = await under_review(admin, slug, party_size=2, source="phone")
    found = (await admin.get(f"/v1/bookings/{waiting['id']}/suggestions")).body["fixes"]
    call = next(one for one in found if one["code"] == "override")["call"]
    assert (await admin.post(call["path"], call["body"])).body["field"] == "override.reason"
    call["body"]["override"]["reason"] = "Regulars."
    assert (await admin.post(call["path"], call["body"])).body["tables"] == ["T2"]


async def test_a_claim_keeps_others_out(admin: Client, api: ApiHouse, connect: Connect, careful: str) -> None:
    """Who claims a review may work on it; others hear who has it and until when."""
    anna, ben = [await caller(api, connect, "bookings:read", "review", name=name) for name in ("Anna", "Ben")]
    booking = await under_review(admin, careful)
    path = f"/v1/bookings/{booking['id']}"
    claimed = await anna.post(f"{path}/claim")
    assert claimed.body["review"]["claimed_by"] == "Anna"
    assert (await anna.post(f"{path}/claim")).status == 200
    for action, body in (("claim", None), ("requeue", None), ("decline", None), ("force-confirm", {"tables": ["P1"]})):
        refused = await ben.post(f"{path}/{action}", body)
        assert (refused.status, refused.code) == (409, "claimed"), action
        assert refused.body["claimed_by"] == "Anna"
        assert refused.body["claimed_until"]
    assert (await anna.post(f"{path}/decline", {"note": "No room."})).body["state"] == "failed"


async def test_declining_is_final_and_gives_the_reason(admin: Client, careful: str) -> None:
    """A declined booking has failed, with the note in its history, and nothing more can be done to it."""
    booking = await under_review(admin, careful)
    declined = await admin.post(f"/v1/bookings/{booking['id']}/decline", {"note": "No room."})
    assert (declined.body["state"], declined.body["actions"]) == ("failed", [])
    entry = (await admin.get(f"/v1/bookings/{booking['id']}/history")).body["items"][-1]
    assert (entry["action"], entry["reason_data"]["note"]) == ("decline", "No room.")


async def test_a_declined_guest_hears_from_the_restaurant_with_times_that_work(admin: Client, careful: str) -> None:
    """A party that was reviewed for its size alone is declined with alternatives, and in words that fit."""
    booking = await under_review(admin, careful)
    declined = await admin.post(f"/v1/bookings/{booking['id']}/decline")
    assert declined.body["reason"]["text"] == "The restaurant has declined the request."
    offered = declined.body["reason"]["data"]["alternatives"]
    assert len(offered) == 3
    assert [one["hold"] for one in offered] == [None] * 3  # a hold would be a way past the review


async def test_requeueing_asks_the_engine_again(admin: Client, bistro: str) -> None:
    """A party that found no room is confirmed after the other one cancelled and it was requeued."""
    first = await confirmed(admin, bistro, party_size=6)
    waiting = await under_review(admin, bistro, party_size=6, source="phone")
    path = f"/v1/bookings/{waiting['id']}"
    await admin.post(f"/v1/bookings/{first['id']}/cancel")
    now = await admin.get(path)
    if now.body["state"] == "manual_review":  # with the pipeline the room that appeared may have requeued it already
        requeued = await admin.post(f"{path}/requeue", {"note": "There is room now."})
        assert requeued.status in (200, 409)
    settled = await admin.get(path, prefer="wait=20")
    assert (settled.body["state"], settled.body["tables"]) == ("confirmed", first["tables"])


@pytest.mark.parametrize(
    ("tables", "status", "code"),
    [
        (["T9"], 422, "unknown_table"),
        (["T1"], 422, "too_few_seats"),
        (["T1", "P1"], 422, "zones_differ"),
        (["F1", "T3"], 422, "fixed_table_joined"),
        (["T1", "T2", "T3"], 422, "too_many_tables"),
        (["T1", "T3"], 409, "needs_override"),
    ],
)
async def test_a_forced_seating_obeys_the_rules(
    admin: Client, careful: str, tables: list[str], status: int, code: str
) -> None:
    """Hard rules hold; a soft one asks for an override."""
    booking = await under_review(admin, careful)
    reply = await admin.post(f"/v1/bookings/{booking['id']}/force-confirm", {"tables": tables})
    assert (reply.status, reply.code, reply.body["field"]) == (status, code, "tables")
    assert (await admin.get(f"/v1/bookings/{booking['id']}")).body["state"] == "manual_review"


async def test_a_soft_rule_yields_to_an_override(admin: Client, careful: str) -> None:
    """Tables that are not listed as a join are taken with an override, which the booking then shows."""
    booking = await under_review(admin, careful)
    path = f"/v1/bookings/{booking['id']}/force-confirm"
    asked = await admin.post(path, {"tables": ["T1", "T3"]})
    override = {"rules": [rule["code"] for rule in asked.body["rules"]], "reason": "We carried them together."}
    forced = await admin.post(path, {"tables": ["T1", "T3"], "override": override})
    assert (forced.status, forced.body["tables"]) == (200, ["T1", "T3"]), forced.body
    assert forced.body["override"]["reason"] == "We carried them together."


async def test_a_taken_table_is_never_forced(admin: Client, careful: str) -> None:
    """Another party's table is a conflict, whatever the override."""
    other = await confirmed(admin, careful, party_size=3)
    booking = await under_review(admin, careful)
    override = {"rules": ["min_party", "surplus_table", "unlisted_join"], "reason": "x"}
    body = {"tables": other["tables"], "override": override}
    refused = await admin.post(f"/v1/bookings/{booking['id']}/force-confirm", body)
    assert (refused.status, refused.code, refused.body["field"]) == (409, "table_taken", "tables")


@pytest.mark.parametrize("action", ["claim", "requeue", "force-confirm", "decline"])
async def test_what_is_not_under_review_cannot_be_reviewed(admin: Client, bistro: str, action: str) -> None:
    """On a confirmed booking every review action is a conflict that lists what is legal."""
    booking = await confirmed(admin, bistro)
    body = {"tables": ["T1"]} if action == "force-confirm" else None
    refused = await admin.post(f"/v1/bookings/{booking['id']}/{action}", body)
    assert (refused.status, refused.code) == (409, "transition_not_allowed")
    assert "cancel" in refused.body["legal"]


async def test_a_stale_decision_is_refused(admin: Client, careful: str) -> None:
    """If-Match guards reviews too."""
    booking = await under_review(admin, careful)
    for action, body in (("requeue", None), ("decline", None), ("force-confirm", {"tables": ["P1"]})):
        refused = await admin.post(f"/v1/bookings/{booking['id']}/{action}", body, if_match='"1"')
        assert (refused.status, refused.body["version"]) == (412, booking["version"])
