"""What goes wrong with one booking stays with it, what one person was allowed is nobody else's, answers stay given."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest
from house import STAFF, Inn, evening, open_inn, venue

from maitred.domain.breaker import Breakers, BreakerState
from maitred.domain.errors import (
    DatabaseUnavailable,
    HoldGone,
    InvalidInput,
    NeedsOverride,
    RedisUnavailable,
    StaleBooking,
)
from maitred.domain.lifecycle import Action
from maitred.usecases import review
from maitred.usecases.accept import IdempotencyKey, Override
from maitred.usecases.door import act
from maitred.usecases.holds import HoldRequest, place_hold
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.venues import import_venue
from maitred.workers.coordinator import reported

Connect = Callable[[], Awaitable[asyncpg.Connection]]
SHA = b"\1" * 32

REFUSE_ONE = """
CREATE FUNCTION maitred.refuse_one() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF NEW.party_size = 3 AND NEW.state <> 'manual_review' THEN
        RAISE EXCEPTION 'not this one' USING ERRCODE = 'MT001';
    END IF;
    RETURN NEW;
END $f$;
CREATE TRIGGER refuse_one BEFORE UPDATE ON maitred.bookings FOR EACH ROW EXECUTE FUNCTION maitred.refuse_one();
"""


async def test_a_booking_that_the_database_refuses_holds_up_nobody(inn: Inn, connect: Connect) -> None:
    """The others of its batch are confirmed, and it goes to a person with the fault as its reason."""
    parties = [await inn.book(size) for size in (2, 3, 2)]
    await (await connect()).execute(REFUSE_ONE)
    await inn.decide()
    states = [await inn.state(one) for one in parties]
    assert states == ["confirmed", "manual_review", "confirmed"]
    assert (await inn.view(parties[1])).booking.reason_code == "decision_fault"


async def test_an_override_ends_with_the_seat_it_was_given_for(inn: Inn) -> None:
    """A web caller cannot move a booking that staff took outside service to another time outside service."""
    override = Override(frozenset({"outside_service", "pacing"}), "friends of the house")
    early = await inn.seat(2, evening("09:00"), override=override, **STAFF)
    assert early.booking.state == "confirmed"
    web = replace(inn.caller, scopes=frozenset({"bookings:read", "bookings:write"}))
    for clock, code in (("09:15", "outside_service"), ("12:07", "off_grid")):
        with pytest.raises(InvalidInput) as refused:
            await modify_booking(inn.desk, early.booking.id, Changes(starts_at=evening(clock)), caller=web)
        assert refused.value.reason_code == code
    moved = await modify_booking(inn.desk, early.booking.id, Changes(starts_at=evening("12:15")), caller=web)
    assert moved.override is None


async def test_forced_tables_are_checked_for_the_booking_that_gets_them(
    migrated_database: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guest who changes the booking between check and write makes the person look again; no hard rule is broken."""
    async with open_inn(migrated_database, redis_url, venue(review_party_size=2)) as inn:
        booking_id = await inn.book(5)
        held_days = review.held_days

        def days(*args: object, **options: object) -> object:
            return _ChangedInside(held_days(*args, **options), inn, booking_id)  # type: ignore[arg-type]

        monkeypatch.setattr(review, "held_days", days)
        with pytest.raises(StaleBooking):
            await review.force_confirm(inn.desk, booking_id, ["A2", "A3"], caller=inn.caller)
        view = await inn.view(booking_id)
        assert (view.booking.state, view.booking.accessible, view.tables) == ("manual_review", True, ())


class _ChangedInside:
    """Enters a hold of days, and lets a guest change the booking just after."""

    def __init__(self, hold: object, inn: Inn, booking_id: UUID) -> None:
        self._hold, self._inn, self._booking_id = hold, inn, booking_id

    async def __aenter__(self) -> object:
        held = await self._hold.__aenter__()  # type: ignore[attr-defined]
        await modify_booking(self._inn.desk, self._booking_id, Changes(accessible=True), caller=self._inn.caller)
        return held

    async def __aexit__(self, *error: object) -> object:
        return await self._hold.__aexit__(*error)  # type: ignore[attr-defined]


async def test_pacing_is_a_soft_rule_for_a_forced_seat_too(migrated_database: str, redis_url: str) -> None:
    """Beyond the slot's parties a person needs an override with a reason, and history keeps it."""
    async with open_inn(migrated_database, redis_url, venue(pacing={"parties_per_slot": 1})) as inn:
        assert (await inn.seat(2)).booking.state == "confirmed"
        phoned = (await inn.seat(2, **STAFF)).booking
        assert (phoned.state, phoned.reason_code) == ("manual_review", "pacing_parties")
        with pytest.raises(NeedsOverride) as asked:
            await review.force_confirm(inn.desk, phoned.id, ["A2"], caller=inn.caller)
        assert [rule["code"] for rule in asked.value.data["rules"]] == ["pacing"]
        override = Override(frozenset({"pacing"}), "regulars")
        forced = await review.force_confirm(inn.desk, phoned.id, ["A2"], caller=inn.caller, override=override)
        assert (forced.state, forced.override) == (
            "confirmed", {"rules": ["pacing"], "reason": "regulars", "by": "ann"},
        )  # fmt: skip


async def test_an_answer_that_was_given_is_the_keys_answer_for_good(inline_inn: Inn) -> None:
    """With the pipeline off too: what becomes of the booking later changes no answer of its key."""
    key = IdempotencyKey("once", SHA)
    first = await inline_inn.accept(key=key)
    assert (first.answer["state"], first.repeated) == ("confirmed", False)
    await act(inline_inn.desk, first.booking_id, Action.CANCEL, caller=inline_inn.caller)
    again = await inline_inn.accept(key=key)
    assert (again.answer, again.repeated) == (first.answer, True)


async def test_a_pending_answer_stays_the_answer_when_the_flag_goes_off(inn: Inn) -> None:
    """A key used with the pipeline on keeps its first answer, whoever decides the booking meanwhile."""
    key = IdempotencyKey("once", SHA)
    first = await inn.accept(key=key)
    await inn.decide()
    async with open_inn(inn.url, inn.house.settings.redis_url or "", venue(), flag="off") as off:
        again = await replace(off, place=inn.place, caller=inn.caller).accept(key=key)
    assert (again.answer, first.answer["state"]) == (first.answer, "assignment_pending")


async def test_a_hold_is_not_confirmed_on_a_venue_that_is_gone(inn: Inn) -> None:
    """A process that still has the old version on its shelf looks again before it gives a retired table away."""
    request = HoldRequest(6, evening())
    hold = await place_hold(inn.desk, inn.place, request, caller=inn.caller)
    assert hold.tables == ("B1",)
    document = dict(inn.place.document)
    document["tables"] = [table for table in document["tables"] if table["id"] != "B1"]
    await import_venue(inn.desk.database, document, caller_name="test")
    with pytest.raises(HoldGone):
        await inn.accept(6, hold_id=hold.id)


@pytest.mark.parametrize(("fault", "failing", "other"), [
    (RedisUnavailable("gone"), "redis", "postgres"), (DatabaseUnavailable("gone"), "postgres", "redis"),
])  # fmt: skip
def test_a_fault_of_one_dependency_says_nothing_of_the_other(fault: Exception, failing: str, other: str) -> None:
    """It counts against its own breaker, and is no success that would close the other's."""
    breakers, now = Breakers(), [0.0]
    for _ in range(5):
        breakers.of(other).check(now[0])
        breakers.of(other).failed(now[0])
    now[0] = 16.0  # the other one is half open: two trials would close it
    for _ in range(3):
        with pytest.raises(type(fault)), reported(breakers, lambda: now[0]):
            raise fault
    assert breakers.of(other).state(now[0]) is BreakerState.HALF_OPEN
    for _ in range(2):
        with pytest.raises(type(fault)), reported(breakers, lambda: now[0]):
            raise fault
    assert breakers.of(failing).state(now[0]) is BreakerState.OPEN
