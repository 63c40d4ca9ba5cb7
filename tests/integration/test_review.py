"""Manual review: who gets there, who may settle it and how, and what happens when nobody does."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from house import STAFF, TINY, Inn, evening, open_inn, other, until, venue

from maitred.domain.admission import OVERRIDABLE
from maitred.domain.booking import Actor, ActorKind, Source
from maitred.domain.errors import (
    InvalidInput,
    NeedsOverride,
    NotFound,
    ReviewClaimed,
    StaleBooking,
    TableTaken,
    TransitionNotAllowed,
)
from maitred.domain.lifecycle import Action
from maitred.store.views import review_queue
from maitred.usecases.accept import Override
from maitred.usecases.door import act
from maitred.usecases.recover import expire_reviews
from maitred.usecases.review import claim, decline, force_confirm, release, requeue, suggestions

SYSTEM = Actor(ActorKind.SYSTEM, "reaper")


@pytest.fixture
async def tiny(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with one table for two."""
    async with open_inn(migrated_database, redis_url, venue(TINY)) as opened:
        yield opened


async def in_review(inn: Inn, party: int = 2) -> UUID:
    """A phone booking for which there was no room; the house is full at that time."""
    while (await inn.seat(party)).booking.state == "confirmed":
        pass
    view = await inn.seat(party, **STAFF)
    assert view.booking.state == "manual_review"
    return view.booking.id


async def waiting(inn: Inn, party: int = 2, **wish: Any) -> UUID:
    """A booking in review although there is room: the venue wants a person to look at it."""
    return await inn.book(party, **wish)


@pytest.fixture
async def careful(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn that looks at every party itself, with a chair to add at each table."""
    document = venue(review_party_size=1, extra_chairs_per_table=1)
    async with open_inn(migrated_database, redis_url, document) as opened:
        yield opened


# -- getting there -----------------------------------------------------------------------------------------------------


async def test_lack_of_room_is_a_question_for_staff_and_an_answer_for_guests(tiny: Inn) -> None:
    """The phone booking waits for a person with reason, alternatives and a deadline; the guest's own fails at once."""
    await tiny.seat()
    phoned = (await tiny.seat(source=Source.PHONE)).booking
    online = (await tiny.seat(source=Source.WEB)).booking
    assert (phoned.state, phoned.reason_code) == ("manual_review", "no_capacity")
    assert (online.state, online.reason_code) == ("failed", "no_capacity")
    assert phoned.reason_data is not None
    assert phoned.reason_data["alternatives"]
    assert phoned.review_deadline is not None
    assert phoned.review_deadline <= evening() - timedelta(hours=2)
    assert [view.booking.id for view in await review_queue(tiny.desk.database, tiny.place.restaurant_id)] == [phoned.id]


async def test_a_party_of_the_review_size_goes_to_a_person_at_once(careful: Inn) -> None:
    """Nothing is decided for it: no round, no table, and the answer says so."""
    accepted = await careful.accept(2)
    assert (accepted.answer["state"], accepted.answer["reason"]) == ("manual_review", "party_needs_review")
    assert (await careful.decide()).decided == 0
    assert await careful.rounds(accepted.booking_id) == []


# -- claiming ----------------------------------------------------------------------------------------------------------


async def test_a_claim_keeps_others_away_for_a_minute(careful: Inn) -> None:
    """While Ann works on it Bob can neither claim nor settle it; after 60 s he can; Ann may prolong her own."""
    booking_id = await waiting(careful)
    bob, now = other(careful.caller, "bob"), evening("09:00", days=1)
    careful = careful.at(lambda: now)
    claimed = await claim(careful.desk, booking_id, caller=careful.caller)
    assert (claimed.claimed_by, claimed.claimed_until) == ("ann", now + timedelta(seconds=60))
    before = await careful.rows()
    for attempt in (
        claim(careful.desk, booking_id, caller=bob),
        requeue(careful.desk, booking_id, caller=bob),
        decline(careful.desk, booking_id, caller=bob),
        force_confirm(careful.desk, booking_id, ["A1"], caller=bob),
    ):
        with pytest.raises(ReviewClaimed) as refused:
            await attempt
        assert refused.value.data["claimed_by"] == "ann"
    assert await careful.rows() == before
    later = careful.at(lambda: now + timedelta(seconds=59))
    assert (await claim(later.desk, booking_id, caller=careful.caller)).claimed_until == now + timedelta(seconds=119)
    much_later = careful.at(lambda: now + timedelta(seconds=119))
    assert (await claim(much_later.desk, booking_id, caller=bob)).claimed_by == "bob"


async def test_a_claim_is_book_keeping(careful: Inn) -> None:
    """It changes no version, writes no history, and ends with the review."""
    booking_id = await waiting(careful)
    before = (await careful.view(booking_id)).booking
    claimed = await claim(careful.desk, booking_id, caller=careful.caller)
    assert claimed.version == before.version
    after = await decline(careful.desk, booking_id, caller=careful.caller, expected_version=before.version)
    assert (after.claimed_by, after.claimed_until) == (None, None)


async def test_a_claim_that_changes_hands_is_told(careful: Inn) -> None:
    """Everybody hears who works on a review and when they let go; prolonging says nothing, nor another's release."""

    async def told() -> list[tuple[str, str | None]]:
        rows = await careful.desk.database.fetch(
            "SELECT type, event -> 'data' ->> 'claimed_by' AS who FROM maitred.outbox "
            "WHERE type IN ('booking.review_claimed', 'booking.review_released') ORDER BY id"
        )
        return [(row["type"], row["who"]) for row in rows]

    booking_id = await waiting(careful)
    bob = other(careful.caller, "bob")
    await claim(careful.desk, booking_id, caller=careful.caller)
    await claim(careful.desk, booking_id, caller=careful.caller)
    await release(careful.desk, booking_id, caller=bob)
    assert await told() == [("booking.review_claimed", "ann")]
    await release(careful.desk, booking_id, caller=careful.caller)
    assert (await careful.view(booking_id)).booking.claimed_by is None
    await claim(careful.desk, booking_id, caller=bob)
    assert await told() == [
        ("booking.review_claimed", "ann"),
        ("booking.review_released", None),
        ("booking.review_claimed", "bob"),
    ]


async def test_only_a_review_can_be_claimed_or_settled(inn: Inn) -> None:
    """A confirmed booking is none, and one that does not exist or is another house's is not found."""
    booking_id = (await inn.seat()).booking.id
    abroad = replace(inn.caller, restaurant_id=inn.place.restaurant_id + 1)
    for settle in (claim, requeue, decline):
        with pytest.raises(TransitionNotAllowed):
            await settle(inn.desk, booking_id, caller=inn.caller)
        with pytest.raises(NotFound):
            await settle(inn.desk, booking_id, caller=abroad)
    with pytest.raises(TransitionNotAllowed):
        await force_confirm(inn.desk, booking_id, ["A1"], caller=inn.caller)
    with pytest.raises(NotFound):
        await force_confirm(inn.desk, booking_id, ["A1"], caller=abroad)


async def test_a_stale_reviewer_changes_nothing(careful: Inn) -> None:
    """Whoever looked at an older version is told so, whatever they wanted."""
    booking_id = await waiting(careful)
    before = await careful.rows()
    for attempt in (
        requeue(careful.desk, booking_id, caller=careful.caller, expected_version=2),
        decline(careful.desk, booking_id, caller=careful.caller, expected_version=2),
        force_confirm(careful.desk, booking_id, ["A1"], caller=careful.caller, expected_version=2),
    ):
        with pytest.raises(StaleBooking):
            await attempt
    assert await careful.rows() == before


# -- settling ----------------------------------------------------------------------------------------------------------


async def test_force_confirm_puts_the_party_where_a_person_says(careful: Inn) -> None:
    """Chosen tables that break no rule need no override; the choice and who made it are in history."""
    booking_id = await waiting(careful, 4)
    confirmed = await force_confirm(careful.desk, booking_id, ["A2", "A1"], caller=careful.caller)
    assert confirmed.state == "confirmed"
    assert (await careful.view(booking_id)).tables == ("A1", "A2")
    last = (await careful.steps(booking_id))[-1]
    assert (last.actor_kind, last.actor_id, last.reason_data) == ("staff", "ann", {"tables": ["A1", "A2"]})


@pytest.mark.parametrize(
    ("party", "tables", "rule"),
    [
        (2, ["B1"], "min_party"),
        (2, ["A1", "A2"], "surplus_table"),
        (5, ["A1", "A3"], "unlisted_join"),
        (3, ["A1"], "extra_chair"),
    ],
)
async def test_a_soft_rule_needs_an_override_with_a_reason(
    careful: Inn, party: int, tables: list[str], rule: str
) -> None:
    """Without one, or with another rule's, the rule is named; with its own the party is seated, and why is kept."""
    booking_id = await waiting(careful, party)
    before = await careful.rows()
    for override in (None, Override(frozenset({"pacing"}), "no help")):
        with pytest.raises(NeedsOverride) as asked:
            await force_confirm(careful.desk, booking_id, tables, caller=careful.caller, override=override)
        assert [one["code"] for one in asked.value.data["rules"]] == [rule]
    assert await careful.rows() == before
    override = Override(frozenset({rule}), "birthday")
    confirmed = await force_confirm(careful.desk, booking_id, tables, caller=careful.caller, override=override)
    assert confirmed.state == "confirmed"
    assert confirmed.override == {"rules": [rule], "reason": "birthday", "by": "ann"}
    last = (await careful.steps(booking_id))[-1]
    assert (last.reason_code, last.reason_data) == ("override", {"tables": tables, "override": confirmed.override})


@pytest.mark.parametrize(
    ("wish", "tables", "code"),
    [
        ({"party": 4}, ["A1"], "too_few_seats"),
        ({"party": 2}, ["Z9"], "unknown_table"),
        ({"party": 2}, [], "unknown_table"),
        ({"party": 5}, ["A3", "P1"], "zones_differ"),
        ({"party": 7}, ["A3", "B1"], "fixed_table_joined"),
        ({"party": 3, "accessible": True}, ["A3"], "not_accessible"),
    ],
)
async def test_a_hard_rule_never_yields(careful: Inn, wish: dict[str, Any], tables: list[str], code: str) -> None:
    """With every soft rule set aside at once, a hard one still refuses, and nothing changes."""
    booking_id = await waiting(careful, **wish)
    before = await careful.rows()
    override = Override(OVERRIDABLE, "the boss says so")
    with pytest.raises(InvalidInput) as refused:
        await force_confirm(careful.desk, booking_id, tables, caller=careful.caller, override=override)
    assert (refused.value.reason_code, refused.value.field) == (code, "tables")
    assert await careful.rows() == before


async def test_a_table_that_is_taken_never_yields(careful: Inn) -> None:
    """Double seating is no soft rule: the tables that are taken are named."""
    first, second = await waiting(careful), await waiting(careful)
    await force_confirm(careful.desk, first, ["A1"], caller=careful.caller)
    with pytest.raises(TableTaken) as taken:
        await force_confirm(
            careful.desk, second, ["A1", "A2"], caller=careful.caller, override=Override(OVERRIDABLE, "please")
        )
    assert taken.value.data["tables"] == ["A1"]
    assert await careful.state(second) == "manual_review"


async def test_requeued_by_a_person_it_is_decided_afresh(tiny: Inn) -> None:
    """Still full it comes back to review; with room it is confirmed; each decision is a round of its own."""
    booking_id = await in_review(tiny)
    await requeue(tiny.desk, booking_id, caller=tiny.caller, note="try again")
    await tiny.decide()
    assert await tiny.state(booking_id) == "manual_review"
    taken = await tiny.desk.database.fetchval("SELECT booking_id FROM maitred.allocations")
    await act(tiny.desk, taken, Action.CANCEL, caller=tiny.caller)
    await requeue(tiny.desk, booking_id, caller=tiny.caller)
    await tiny.decide()
    assert await tiny.state(booking_id) == "confirmed"
    assert [one.outcome for one in await tiny.rounds(booking_id)] == ["needsreview", "needsreview", "confirmed"]


async def test_a_decline_keeps_the_reason_and_the_alternatives(tiny: Inn) -> None:
    """The guest hears why it was in review, what the person said, and the other times known by then."""
    booking_id = await in_review(tiny)
    offers = (await tiny.view(booking_id)).booking.reason_data["alternatives"]  # type: ignore[index]
    declined = await decline(tiny.desk, booking_id, caller=tiny.caller, note="sorry")
    assert (declined.state, declined.reason_code) == ("failed", "requested")
    assert declined.reason_data == {"note": "sorry", "was": "no_capacity", "alternatives": offers}


async def test_suggestions_are_ranked_and_free(inn: Inn) -> None:
    """Plans that could be chosen now, best first, and other times; each plan can be force-confirmed as it is."""
    booking_id = await in_review(inn, 2)
    assert (await suggestions(inn.desk, booking_id, caller=inn.caller)).plans == []
    taken = await inn.desk.database.fetch("SELECT booking_id FROM maitred.allocations WHERE table_id IN ('A1', 'A3')")
    for row in taken:
        await act(inn.desk, row["booking_id"], Action.CANCEL, caller=inn.caller)
    offered = await suggestions(inn.desk, booking_id, caller=inn.caller)
    assert {plan.tables for plan in offered.plans} >= {("A1",), ("A3",)}
    assert [plan.score for plan in offered.plans] == sorted((plan.score for plan in offered.plans), reverse=True)
    assert offered.alternatives
    confirmed = await force_confirm(inn.desk, booking_id, offered.plans[0].tables, caller=inn.caller)
    assert confirmed.state == "confirmed"


# -- by itself ---------------------------------------------------------------------------------------------------------


async def test_when_room_appears_a_review_is_queued_again_by_itself(tiny: Inn) -> None:
    """A cancellation frees the table: through the bus the waiting party is requeued and confirmed."""
    booking_id = await in_review(tiny)
    taken = await tiny.desk.database.fetchval("SELECT booking_id FROM maitred.allocations")
    async with tiny.working():
        await act(tiny.desk, taken, Action.CANCEL, caller=tiny.caller)
        await tiny.until_state(booking_id, "confirmed")
    assert "room_appeared" in [one.reason_code for one in await tiny.steps(booking_id)]


async def test_a_claimed_review_is_not_snatched_from_the_hands(tiny: Inn) -> None:
    """While a person has it the system leaves it alone."""
    booking_id = await in_review(tiny)
    await claim(tiny.desk, booking_id, caller=tiny.caller)
    taken = await tiny.desk.database.fetchval("SELECT booking_id FROM maitred.allocations")

    async def looked_at() -> bool:
        return await tiny.desk.database.fetchval("SELECT count(*) > 0 FROM maitred.inbox WHERE subscriber = 'room'")

    async with tiny.working():
        await act(tiny.desk, taken, Action.CANCEL, caller=tiny.caller)
        await until(looked_at)
    assert await tiny.state(booking_id) == "manual_review"


async def test_room_is_given_in_order_of_arrival_and_once(tiny: Inn) -> None:
    """Two wait for one table: the first to have asked gets it, the second is not even requeued."""
    first = await in_review(tiny)
    second = (await tiny.seat(**STAFF)).booking.id
    versions = (await tiny.view(second)).booking.version
    taken = await tiny.desk.database.fetchval("SELECT booking_id FROM maitred.allocations")
    async with tiny.working():
        await act(tiny.desk, taken, Action.CANCEL, caller=tiny.caller)
        await tiny.until_state(first, "confirmed")
    assert (await tiny.view(second)).booking.version == versions


async def test_a_review_nobody_settles_is_declined_at_its_deadline(tiny: Inn) -> None:
    """Not a moment before; then failed with what it was about and the times that would work now."""
    booking_id = await in_review(tiny)
    deadline = (await tiny.view(booking_id)).booking.review_deadline
    assert deadline is not None

    async def expire(at: datetime) -> int:
        return await expire_reviews(tiny.at(lambda: at).desk, SYSTEM)

    assert await expire(deadline - timedelta(microseconds=1)) == 0
    assert await expire(deadline) == 1
    after = (await tiny.view(booking_id)).booking
    assert (after.state, after.reason_code) == ("failed", "review_expired")
    assert after.reason_data is not None
    assert after.reason_data["was"] == "no_capacity"
    assert len(after.reason_data["alternatives"]) == 3
    assert await expire(deadline + timedelta(days=1)) == 0


async def test_a_worker_watches_the_deadlines(tiny: Inn) -> None:
    """The reaper of a running worker declines it without anybody asking."""
    booking_id = await in_review(tiny)
    await tiny.desk.database.execute("UPDATE maitred.bookings SET review_deadline = now() WHERE id = $1", booking_id)
    async with tiny.working(reaper_interval_s=0.1):
        view = await tiny.until_state(booking_id, "failed")
    assert view.booking.reason_code == "review_expired"
