"""From a request to an outcome through outbox, bus and coordinator, and the same within the request."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from house import TINY, Inn, evening, open_inn, other, render, until, venue

from maitred.domain.assignment import Seat, decide
from maitred.domain.booking import Source
from maitred.domain.errors import InvalidInput, KeyReused, LockBusy, NeedsOverride
from maitred.domain.retry import RetryPolicy
from maitred.locks.keys import day_key
from maitred.store import allocations
from maitred.usecases.accept import BookingRequest, GuestDetails, IdempotencyKey, Override, accept_booking
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.weigh import seating_request
from maitred.workers.subscriptions import SUBSCRIPTIONS

TO_CONFIRMED = ["create", "verify_capacity", "queue", "start", "assign", "confirm"]
SHA, OTHER_SHA = b"a" * 32, b"b" * 32


async def test_a_request_is_confirmed_through_bus_and_coordinator(inn: Inn) -> None:
    """Accepted at once as pending; a worker hears of it, seats it, and every step is told by whom."""
    async with inn.working("worker-7"):
        accepted = await inn.accept(4)
        assert accepted.answer["state"] == "assignment_pending"
        assert accepted.answer["tables"] == []
        view = await inn.until_state(accepted.booking_id, "confirmed")
    assert view.tables in {("A3",), ("P1",), ("A1", "A2"), ("B1",)}
    assert (view.seated_from, view.seated_until) == (evening(), evening() + timedelta(minutes=75))
    steps = await inn.steps(accepted.booking_id)
    assert [one.action for one in steps] == TO_CONFIRMED
    assert [one.actor_id for one in steps] == ["ann", "accept", "accept", "worker-7", "worker-7", "worker-7"]


async def test_the_round_is_recorded_with_its_reasons(inn: Inn) -> None:
    """One row a round: the plan with its named terms, the next best, the strategy, the outcome."""
    view = await inn.seat(2)
    (attempt,) = await inn.rounds(view.booking.id)
    assert (attempt.round, attempt.outcome, attempt.worker) == (1, "confirmed", "test")
    assert attempt.plan is not None
    assert tuple(attempt.plan["tables"]) == view.tables
    assert attempt.plan["score"] == pytest.approx(sum(attempt.plan["terms"].values()), abs=1e-4)
    assert attempt.runner_up is not None
    assert attempt.runner_up["score"] <= attempt.plan["score"]
    assert attempt.strategy == attempt.plan["strategy"]


async def test_the_outbox_is_done_when_every_subscriber_has_it(inn: Inn) -> None:
    """Each event a subscriber wants ends in its inbox, and the outbox rows are marked done."""

    async def all_done() -> bool:
        return await inn.desk.database.fetchval("SELECT count(*) FROM maitred.outbox WHERE done_at IS NULL") == 0

    async with inn.working():
        booking_id = await inn.book()
        await inn.until_state(booking_id, "confirmed")
        await until(all_done)
    heard = await inn.desk.database.fetch(
        "SELECT i.subscriber, o.type FROM maitred.inbox i JOIN maitred.outbox o USING (event_id)"
    )
    told = [str(row["type"]) for row in await inn.desk.database.fetch("SELECT type FROM maitred.outbox")]
    wanted = [(subscriber, one) for subscriber, types in SUBSCRIPTIONS.items() for one in told if one in types]
    assert ("coordinator", "booking.queued") in wanted
    assert sorted(tuple(row) for row in heard) == sorted(wanted)


async def test_the_last_table_goes_to_who_came_first(migrated_database: str, redis_url: str) -> None:
    """Two parties for one table, decided together: order of arrival decides, and the other hears what is free."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as inn:
        first, second = await inn.book(), await inn.book()
        await inn.decide()
        assert await inn.state(first) == "confirmed"
        refused = (await inn.view(second)).booking
    assert (refused.state, refused.reason_code) == ("failed", "no_capacity")
    assert refused.reason_data is not None
    assert refused.reason_data["message"]
    offers = [datetime.fromisoformat(offer["starts_at"]) for offer in refused.reason_data["alternatives"]]
    assert offers == [evening("17:45"), evening("20:15"), evening("17:30")]


async def test_alternatives_would_have_been_seated(inn: Inn) -> None:
    """Every time that is offered is one at which the engine seats that party on the very same floor."""
    for _ in range(3):
        await inn.seat(4)
    await inn.seat(6)
    refused = (await inn.seat(4)).booking
    assert refused.state == "failed"
    snapshot = await read_snapshot(inn.desk.database, inn.place, evening().date(), evening())
    assert refused.reason_data is not None
    for offer in refused.reason_data["alternatives"]:
        asked = replace(seating_request(refused), starts_at=datetime.fromisoformat(offer["starts_at"]))
        decision = decide(asked, snapshot, inn.place.venue)
        assert isinstance(decision, Seat)
        assert list(decision.plan.tables) == offer["tables"]


async def test_with_the_flag_off_the_request_decides(inline_inn: Inn) -> None:
    """The answer carries the outcome: confirmed with tables, or failed with its reason; no worker is needed."""
    answers = [(await inline_inn.accept(6)).answer for _ in range(3)]
    assert [one["state"] for one in answers] == ["confirmed", "confirmed", "failed"]
    assert sorted(one["tables"] for one in answers) == [[], ["A2", "A3"], ["B1"]]
    assert answers[2]["reason"] == "no_capacity"


async def test_a_burst_of_one_day_is_decided_together(inn: Inn) -> None:
    """Forty requests at once: each has an outcome, few turns served them, and the book is sound."""
    async with inn.working("w1"), inn.working("w2"):
        ids = await asyncio.gather(*(inn.book(2 + n % 3, evening(f"{18 + n % 4}:00")) for n in range(40)))
        views = await inn.until_decided(*ids)
    states = Counter(str(view.booking.state) for view in views)
    assert set(states) <= {"confirmed", "failed"}
    assert states["confirmed"] >= 8
    assert all(view.booking.reason_code == "no_capacity" for view in views if view.booking.state == "failed")


# -- idempotency -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["on", "off"])
async def test_fifty_equal_keys_at_once_make_one_booking_and_fifty_equal_answers(
    migrated_database: str, redis_url: str, flag: str
) -> None:
    """Whoever inserts first, everybody gets that booking and the same answer; another body is refused."""
    async with open_inn(migrated_database, redis_url, flag=flag) as inn:
        key = IdempotencyKey("k", SHA)
        given = await asyncio.gather(*(inn.accept(key=key) for _ in range(50)))
        assert len({one.booking_id for one in given}) == 1
        assert all(one.answer == given[0].answer for one in given)
        assert sum(not one.repeated for one in given) == 1
        assert given[0].answer["state"] == ("confirmed" if flag == "off" else "assignment_pending")
        with pytest.raises(KeyReused) as reused:
            await inn.accept(key=IdempotencyKey("k", OTHER_SHA))
        assert reused.value.field == "Idempotency-Key"
        assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.bookings") == 1
        assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.guests") == 1


async def test_a_key_belongs_to_its_caller(inn: Inn) -> None:
    """An equal key of another credential is another key."""
    key = IdempotencyKey("k", SHA)
    mine = await inn.accept(key=key)
    theirs = await replace(inn, caller=other(inn.caller, "bob")).accept(key=key)
    assert mine.booking_id != theirs.booking_id
    assert not theirs.repeated


async def test_a_known_key_keeps_its_answer_when_the_request_could_not_be_made_any_more(inn: Inn) -> None:
    """What was accepted yesterday is past today: the repeat gets the first answer, a new key the refusal."""
    key = IdempotencyKey("k", SHA)
    first = await inn.accept(key=key)
    later = inn.at(lambda: evening() + timedelta(hours=1))
    again = await later.accept(key=key)
    assert (again.booking_id, again.answer, again.repeated) == (first.booking_id, first.answer, True)
    with pytest.raises(InvalidInput) as past:
        await later.accept(key=IdempotencyKey("new", SHA))
    assert past.value.reason_code == "in_the_past"


# -- refusals at the door ----------------------------------------------------------------------------------------------


async def test_what_is_refused_at_the_door_leaves_nothing_behind(inn: Inn) -> None:
    """A request that is known to be wrong creates no booking, no guest, no event and no key."""
    before = await inn.rows()
    for wish in ({"party": 0}, {"party": 40}, {"at": evening("19:01")}, {"zone_preference": "roof"}):
        with pytest.raises(InvalidInput):
            await inn.accept(**wish, key=IdempotencyKey("k", SHA))  # type: ignore[arg-type]
    assert await inn.rows() == before
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.idempotency_keys") == 0


async def test_staff_set_a_soft_rule_aside_with_a_reason(inn: Inn) -> None:
    """Outside service a phone booking needs an override; with one it is seated and keeps rule, reason and name."""
    early = evening("09:30")
    with pytest.raises(NeedsOverride) as asked:
        await inn.accept(at=early, source=Source.PHONE)
    assert [rule["code"] for rule in asked.value.data["rules"]] == ["outside_service"]
    override = Override(frozenset({"outside_service"}), "friends of the house")
    view = await inn.seat(2, early, source=Source.PHONE, override=override)
    assert view.booking.state == "confirmed"
    assert view.booking.override == {"rules": ["outside_service"], "reason": "friends of the house", "by": "ann"}


async def test_a_walk_in_of_now_is_seated(inn: Inn) -> None:
    """No time given means this minute, on or off the grid."""
    noon = inn.at(lambda: evening("12:07") + timedelta(seconds=40))
    request = BookingRequest(2, None, GuestDetails("Ada"), source=Source.WALK_IN)
    accepted = await accept_booking(noon.desk, noon.place, request, caller=noon.caller, key=None, render=render)
    await noon.decide()
    booking = (await inn.view(accepted.booking_id)).booking
    assert (booking.state, booking.starts_at) == ("confirmed", evening("12:07"))


# -- contention and patience -------------------------------------------------------------------------------------------

# A hold that has expired, kept under a day so far off that nobody clears it away, with a table of this evening. No path
# of the code writes such a row: it stands for whatever the constraint sees and a decision does not.
INVISIBLE = """
WITH hold AS (
    INSERT INTO maitred.holds (id, restaurant_id, service_date, party_size, starts_at, turn_minutes, buffer_minutes,
        credential_id, expires_at)
    VALUES (gen_random_uuid(), $1, $2, 2, $3, 60, 15, gen_random_uuid(), now() - interval '1 second') RETURNING id
)
INSERT INTO maitred.allocations (restaurant_id, service_date, table_id, during, hold_id, fence)
SELECT $1, $2, 'A1', tstzrange($3, $3 + interval '75 min'), id, 1 FROM hold"""


@pytest.fixture
async def contended(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table, which looks free and cannot be taken; three rounds, minutes apart."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as inn:
        far = evening().date() - timedelta(days=30)
        await allocations.issue_fence(inn.desk.database, inn.place.restaurant_id, far)
        await inn.desk.database.execute(INVISIBLE, inn.place.restaurant_id, far, evening())
        yield inn.with_policy(retry=RetryPolicy(max_rounds=3, max_pending_s=6_000, base_s=200, cap_s=400))


async def test_contention_is_retried_later_and_counted_as_a_round(contended: Inn) -> None:
    """A collision puts the booking back with a due time and a row for the round; before that time nobody takes it."""
    booking = (await contended.seat()).booking
    assert (booking.state, booking.rounds) == ("assignment_pending", 1)
    assert booking.pending_since is not None
    assert booking.due_at is not None
    assert booking.due_at > booking.pending_since
    (attempt,) = await contended.rounds(booking.id)
    assert (attempt.round, attempt.outcome, attempt.reason_code) == (1, "retry", "contention")
    just_before = contended.at(lambda: booking.due_at - timedelta(microseconds=1))
    assert (await just_before.decide()).decided == 0
    assert (await contended.view(booking.id)).booking == booking


async def test_once_the_collision_is_over_the_retry_confirms(contended: Inn) -> None:
    """The second round finds the table and leaves no mark of the first on the booking (lesson 10)."""
    booking = (await contended.seat()).booking
    await contended.desk.database.execute("DELETE FROM maitred.holds")
    await contended.at(lambda: booking.due_at).decide()
    after = (await contended.view(booking.id)).booking
    assert (after.state, after.reason_code, after.due_at) == ("confirmed", None, None)
    assert [one.outcome for one in await contended.rounds(booking.id)] == ["retry", "confirmed"]
    assert [one.round for one in await contended.rounds(booking.id)] == [1, 2]


async def test_rounds_run_out_into_review(contended: Inn) -> None:
    """After the last round a person takes over, told how many rounds there were and what stood in the way."""
    booking = (await contended.seat()).booking
    while booking.state == "assignment_pending":
        due_at = booking.due_at
        await contended.at(lambda at=due_at: at).decide()
        booking = (await contended.view(booking.id)).booking
    assert (booking.state, booking.reason_code) == ("manual_review", "rounds_exhausted")
    assert booking.reason_data == {"rounds": 3, "last": "contention"}
    assert booking.review_deadline is not None
    assert [one.round for one in await contended.rounds(booking.id)] == [1, 2, 3]


async def test_patience_runs_out_before_the_rounds_do(contended: Inn) -> None:
    """When it has been pending for as long as the policy allows, a collision ends in review, whatever the round."""
    booking = (await contended.seat()).booking
    since = booking.pending_since
    await contended.at(lambda: since + timedelta(seconds=6_001)).decide()
    after = (await contended.view(booking.id)).booking
    assert (after.state, after.reason_code) == ("manual_review", "time_exhausted")


async def test_waiting_for_the_lock_is_no_round(inn: Inn) -> None:
    """While somebody else has the day, nothing is decided, counted or written."""
    booking_id = await inn.book()
    before = await inn.rows()
    impatient = inn.with_policy(lock_wait_ms=50)
    async with inn.desk.locks.hold([day_key(inn.place.slug, evening().date())]):
        with pytest.raises(LockBusy):
            await impatient.decide()
    assert await inn.rows() == before
    assert await inn.rounds(booking_id) == []
