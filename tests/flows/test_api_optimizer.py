"""The optimizer over HTTP: ask, read the diff, apply or dismiss it."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_house import DAY, Client, book, confirmed, open_restaurant

Connect = Callable[[str | None], Client]
TABLES = [
    {"id": "T2", "zone": "main", "capacity": 2, "min_party": 1},
    {"id": "T4", "zone": "main", "capacity": 4, "min_party": 1},
]


@pytest.fixture
async def crowded(admin: Client) -> dict[str, Any]:
    """A house whose couple sits at the table for four while four wait: the couple that had the small one is gone."""
    slug = await open_restaurant(admin, tables=TABLES, joins=[], seating={"moves": "off"})
    first = await confirmed(admin, slug)
    couple = await confirmed(admin, slug)
    assert couple["tables"] == ["T4"]
    four = await book(admin, slug, party_size=4, source="phone")
    assert four["state"] == "manual_review", four
    await cancelled(admin, first)
    return {"slug": slug, "couple": couple, "four": four, "date": DAY.isoformat()}


async def cancelled(admin: Client, booking: dict[str, Any]) -> None:
    """Cancel a booking."""
    assert (await admin.post(f"/v1/bookings/{booking['id']}/cancel")).status == 200


async def asked(admin: Client, crowded: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A run, solved."""
    reply = await admin.post(
        f"/v1/restaurants/{crowded['slug']}/optimizer/runs", {"date": crowded["date"], **more}, prefer="wait=30"
    )
    assert reply.status == 200, reply.body
    assert reply.headers["Location"] == f"/v1/optimizer/runs/{reply.body['id']}"
    return dict(reply.body)


async def test_a_run_proposes_a_diff_with_reasons_and_a_proof_and_applying_it_seats_those_who_wait(
    admin: Client, crowded: dict[str, Any]
) -> None:
    """Who moves from where to where and what for, what it gains, and that nothing better exists; then it is done."""
    run = await asked(admin, crowded)
    assert (run["state"], run["proven"], run["gap"], run["covers"]) == ("proposed", True, 0, 4)
    assert run["objective"] == run["bound"]
    (move,), (seat,) = run["moves"], run["seated"]
    assert (move["reference"], move["from"], move["to"]) == (crowded["couple"]["reference"], ["T4"], ["T2"])
    assert move["why"].startswith("Makes room for Ada")
    assert (seat["booking_id"], seat["tables"], seat["waits"]) == (crowded["four"]["id"], ["T4"], True)
    assert run["score"] == {"lost_before": 2, "lost_after": 0, "gain_percent": 100}
    assert run["summary"] == "1 move: 4 more guests seated, 2 seats fewer wasted. No better plan exists."
    applied = (await admin.post(f"/v1/optimizer/runs/{run['id']}/apply")).body
    assert (applied["state"], applied["proven"]) == ("applied", True)
    assert applied["move_set"]
    four = (await admin.get(f"/v1/bookings/{crowded['four']['id']}")).body
    assert (four["state"], four["tables"]) == ("confirmed", ["T4"])
    again = await admin.post(f"/v1/optimizer/runs/{run['id']}/apply")
    assert (again.status, again.code) == (409, "run_settled")


async def test_a_dismissed_proposal_changes_nothing_and_stays_on_record(admin: Client, crowded: dict[str, Any]) -> None:
    """It is listed with who dismissed it, and can no longer be applied."""
    run = await asked(admin, crowded)
    dismissed = (await admin.post(f"/v1/optimizer/runs/{run['id']}/dismiss")).body
    assert dismissed["state"] == "dismissed"
    assert dismissed["settled_by"]
    refused = await admin.post(f"/v1/optimizer/runs/{run['id']}/apply")
    assert (refused.status, refused.code) == (409, "run_settled")
    listed = (await admin.get(f"/v1/restaurants/{crowded['slug']}/optimizer/runs?date={crowded['date']}")).body["items"]
    assert [(one["id"], one["state"]) for one in listed] == [(run["id"], "dismissed")]
    assert (await admin.get(f"/v1/bookings/{crowded['couple']['id']}")).body["tables"] == ["T4"]


async def test_of_two_who_apply_at_once_one_does_and_the_other_hears_so(admin: Client, crowded: dict[str, Any]) -> None:
    """The loser is told that the run is settled, not that the day has changed, and the run stays applied."""
    run = await asked(admin, crowded)
    path = f"/v1/optimizer/runs/{run['id']}/apply"
    replies = await asyncio.gather(*(admin.post(path) for _ in range(4)))
    assert sorted(reply.status for reply in replies) == [200, 409, 409, 409]
    assert {reply.code for reply in replies if reply.status == 409} <= {"run_settled", "lock_busy"}
    assert (await admin.get(f"/v1/optimizer/runs/{run['id']}")).body["state"] == "applied"


async def test_a_proposal_that_does_not_hold_any_more_is_refused_and_says_why(
    admin: Client, crowded: dict[str, Any]
) -> None:
    """The party it would have seated is gone: 409, the run is stale, and a new run can be asked for."""
    run = await asked(admin, crowded)
    await cancelled(admin, crowded["four"])
    refused = await admin.post(f"/v1/optimizer/runs/{run['id']}/apply")
    assert (refused.status, refused.code) == (409, "run_stale")
    read = (await admin.get(f"/v1/optimizer/runs/{run['id']}")).body
    assert read["state"] == "stale"
    assert read["error"] in refused.body["detail"]
    assert (await asked(admin, crowded))["covers"] == 0


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"date": "2020-02-02"}, "date", "in_the_past"),
        ({"date": "soon"}, "date", "invalid_date"),
        ({"service": "brunch"}, "service", "unknown_service"),
        ({"max_moves": -1}, "max_moves", "out_of_range"),
        ({"max_moves": 1.5}, "max_moves", "wrong_type"),
        ({"speed": 1}, "speed", "unknown_field"),
    ],
    ids=str,
)
async def test_what_cannot_be_planned_is_refused_with_the_field_at_fault(
    admin: Client, bistro: str, change: dict[str, Any], field: str, code: str
) -> None:
    """Nothing is queued."""
    body = {"date": (date.today() + timedelta(days=3)).isoformat(), **change}  # noqa: DTZ011 - any day to come
    reply = await admin.post(f"/v1/restaurants/{bistro}/optimizer/runs", body)
    assert 400 <= reply.status < 500
    faults = reply.body.get("errors") or [reply.body]
    assert (faults[0]["field"], faults[0]["code"]) == (field, code)
    assert (await admin.get(f"/v1/restaurants/{bistro}/optimizer/runs")).body["items"] == []


async def test_nights_are_listed(admin: Client, bistro: str) -> None:
    """A house without a past has none; the answer is as documented."""
    reply = await admin.get(f"/v1/restaurants/{bistro}/optimizer/nights?from=2026-01-01&to=2026-02-01&limit=5")
    assert (reply.status, reply.body) == (200, {"items": []})


async def test_a_run_with_other_limits_is_not_passed_off_as_ones_own(admin: Client, crowded: dict[str, Any]) -> None:
    """While a run is under way the same wish gets it, and another wish is told so by the field that differs."""
    path = f"/v1/restaurants/{crowded['slug']}/optimizer/runs"
    first, other, same = [
        await admin.post(path, {"date": crowded["date"], **more}) for more in ({}, {"max_moves": 0}, {})
    ]
    if other.status != 409:  # the first has ended already, so this is a run of its own
        assert other.body["max_moves"] == 0
        return
    assert (other.code, other.body["field"], other.body["run"]) == ("run_under_way", "max_moves", first.body["id"])
    assert same.body["id"] == first.body["id"] or same.status == 202
