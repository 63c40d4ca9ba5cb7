"""Late binding by property: whatever an evening brings, nobody loses a seat or a promise; moves are on record."""

from collections.abc import AsyncIterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest
from house import LIVE, STAFF, Inn, evening, faults, inn_of, open_inn, venue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maitred.domain.booking import State
from maitred.domain.errors import Contended, Rejected
from maitred.domain.lifecycle import Action
from maitred.store.views import BookingView
from maitred.usecases import moves
from maitred.usecases.door import act
from maitred.usecases.modify import Changes, modify_booking

CLOCKS = ["18:30", "19:00", "19:45"]
ZONES: Final[Mapping[str, Mapping[str, Any]]] = {
    "patio": {"zone_preference": "patio"},
    "main": {"zone_preference": "main", "zone_promised": True},
    "any": {},
}
FREEZE = timedelta(minutes=60)
DOOR = {"cancel": Action.CANCEL, "arrive": Action.ARRIVE, "check_in": Action.CHECK_IN, "undo": Action.UNDO}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happens, `after` so many minutes; `whom` is a number, the rest is for requests.

    The terrace is wished for, so small parties sit at its large table and are in the way later.
    """

    what: str
    whom: int
    party: int
    clock: str
    after: int
    zone: str


deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(["ask"] * 12 + ["pin", "unpin", "cancel", "cancel", "arrive", "check_in", "undo", "modify"]),
        st.integers(0, 9),
        st.integers(1, 6),
        st.sampled_from(CLOCKS),
        st.integers(0, 12),
        st.sampled_from(["patio", "patio", "main", "any"]),
    ),
    min_size=15,
    max_size=30,
)


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """A house; each example opens another in the same database."""
    async with open_inn(migrated_database, redis_url) as opened:
        yield opened


@dataclass(slots=True)
class Evening:
    """A house on its day, from the middle of the afternoon on."""

    inn: Inn
    now: datetime
    booked: list[UUID]

    @property
    def there(self) -> Inn:
        return self.inn.at(lambda: self.now)

    async def seated(self) -> dict[UUID, BookingView]:
        """Everybody who has a seat, as they are."""
        views = [await self.inn.view(one) for one in self.booked]
        return {view.booking.id: view for view in views if view.booking.state in LIVE}

    async def do(self, deed: Deed) -> UUID | None:
        """Do one thing and return whose doing it was; a refusal is an answer."""
        if deed.what == "ask":
            at = evening(deed.clock)
            if at < self.now:
                return None
            self.booked.append(await self.there.book(deed.party, at, **ZONES[deed.zone], **STAFF))
            await self.there.decide()
            return self.booked[-1]
        if not self.booked:
            return None
        whom = self.booked[deed.whom % len(self.booked)]
        with suppress(Rejected, Contended):
            await self._to(whom, deed)
        return whom

    async def _to(self, whom: UUID, deed: Deed) -> None:
        desk, caller = self.there.desk, self.inn.caller
        if deed.what == "pin":
            await moves.pin(desk, whom, "promised", tables=None, caller=caller)
        elif deed.what == "unpin":
            await moves.unpin(desk, whom, caller=caller)
        elif deed.what == "modify":
            await modify_booking(desk, whom, Changes(party_size=deed.party), caller=caller)
        else:
            await act(desk, whom, DOOR[deed.what], caller=caller)


def _promises_kept(view: BookingView, inn: Inn, smaller: Set[UUID]) -> None:
    """Whatever was promised holds where a party sits now; one that became smaller as it sat keeps its tables."""
    booking, floor = view.booking, inn.place.floor
    spared = frozenset({"min_party", "surplus_table"}) if booking.id in smaller else frozenset[str]()
    broken = floor.check_set(view.tables, booking.party_size, booking.accessible, allowed_overrides=spared)
    assert not broken, booking
    if booking.promised_zone is not None:
        assert {floor.tables[table].zone for table in view.tables} == {booking.promised_zone}


def _moved_rightly(
    before: Mapping[UUID, BookingView], after: Mapping[UUID, BookingView], actor: UUID | None, now: datetime
) -> list[UUID]:
    """Nobody is gone; who changed tables might, and is returned."""
    changed = []
    for booking_id, was in before.items():
        if booking_id == actor:
            continue
        assert booking_id in after, f"{was.booking.reference} was dropped"
        if after[booking_id].tables != was.tables:
            changed.append(booking_id)
            assert was.booking.state is State.CONFIRMED
            assert not was.booking.pinned
            assert was.booking.starts_at - FREEZE > now
    return changed


async def _no_overlap(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        met = await connection.fetch(
            "SELECT a.table_id FROM maitred.allocations a JOIN maitred.allocations b ON a.id < b.id"
            " AND a.restaurant_id = b.restaurant_id AND a.table_id = b.table_id AND a.during && b.during"
        )
        assert met == []
    finally:
        await connection.close()


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(todo=deeds)
async def test_no_promise_is_broken_and_nobody_dropped_whatever_the_evening_brings(inn: Inn, todo: list[Deed]) -> None:
    """After every deed: no overlap; pinned, frozen, arrived and seated parties where they were; promises kept.

    And each party that moved has a history entry that says from where, to where and for whom, with its event.
    """
    night = Evening(await inn_of(inn.house, venue(weights={"zone_match": 50}), inn.url), evening("16:30"), [])
    smaller: set[UUID] = set()
    for deed in todo:
        night.now += timedelta(minutes=deed.after)
        before = await night.seated()
        actor = await night.do(deed)
        if actor in before and deed.what == "modify" and before[actor].booking.state is State.CHECKED_IN:
            smaller.add(actor)
        after = await night.seated()
        for booking_id in _moved_rightly(before, after, actor, night.now):
            last = (await night.inn.steps(booking_id))[-1]
            assert (last.action, last.reason_code) == ("move", "moved")
            assert last.reason_data is not None
            assert last.reason_data["to"] == list(after[booking_id].tables)
            assert last.reason_data["for"] is not None
        for view in after.values():
            _promises_kept(view, night.inn, smaller)
        await _no_overlap(inn.url)
    assert await faults(inn.url) == []
