"""The optimizer on the real engines: proposals, their one write, what makes them stale, and what a kill leaves."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from house import STAFF, Inn, evening, inn_of, open_inn, until, venue

from maitred.domain.booking import Actor, ActorKind
from maitred.domain.errors import InvalidInput, MovesGone, NotFound, RunSettled, RunStale
from maitred.domain.optimizer import Day, Party
from maitred.store import optimizer as store
from maitred.store.optimizer import Run
from maitred.store.views import BookingView
from maitred.usecases import nights
from maitred.usecases.day import held_days
from maitred.usecases.desk import Desk, VenueShelf
from maitred.usecases.door import act
from maitred.usecases.moves import pin, undo_moves
from maitred.usecases.nights import record_nights
from maitred.usecases.optimizer import (
    FRESH,
    MAX_ATTEMPTS,
    OWNED,
    Wanted,
    apply_run,
    apply_scheduled,
    dismiss_run,
    proposal_of,
    request_run,
    run_of,
    schedule_runs,
    solve_next,
)
from maitred.usecases.solving import SolverFailed, replan_apart

SYSTEM = Actor(ActorKind.SYSTEM, "optimizer")
# Two tables; nobody is moved by a decision, so that the optimizer has something to find.
SMALL = {
    "tables": [
        {"id": "T2", "zone": "main", "capacity": 2},
        {"id": "T4", "zone": "main", "capacity": 4},
        {"id": "P9", "zone": "patio", "capacity": 2},
    ],
    "joins": [],
}
MANUAL = {"moves": "off"}


def small(**optimizer: object) -> dict[str, object]:
    """A house whose couples may sit at the table for four while the one for two is free."""
    return venue(**SMALL, seating={**MANUAL, "optimizer": optimizer})


@pytest.fixture
async def house(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn with two tables that moves nobody by itself."""
    async with open_inn(migrated_database, redis_url, small()) as opened:
        yield opened


async def crowded(inn: Inn) -> tuple[BookingView, BookingView]:
    """A couple at the table for four, although one for two is free by now, and four who wait for room."""
    first = await inn.seat(2)
    patio = await inn.seat(2)
    couple = await inn.seat(2)
    assert couple.tables == ("T4",)
    four = await inn.seat(4, **STAFF)
    assert four.booking.state == "manual_review"
    for one in (first, patio):
        if one.tables == ("T2",):
            await act(inn.desk, one.booking.id, "cancel", caller=inn.caller)
    return couple, four


async def solved(inn: Inn, **wanted: object) -> Run:
    """A run, solved."""
    run = await request_run(inn.desk, inn.place, Wanted(evening().date(), **wanted), caller=inn.caller)  # type: ignore[arg-type]
    while await solve_next(inn.desk, "w1"):
        pass
    return await run_of(inn.desk, run.id, caller=inn.caller)


def solvers() -> list[int]:
    """The solving processes that this one has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            command = (folder / "cmdline").read_bytes()
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if b"maitred.usecases.solver" in command and int(parent) == os.getpid():
                found.append(int(folder.name))
    return found


async def test_a_proposal_changes_nothing_until_it_is_applied_and_then_everything_at_once(house: Inn) -> None:
    """The couple's move and the seat of those who waited are one write; history and move set say who and why."""
    couple, four = await crowded(house)
    before = await house.rows()
    run = await solved(house)
    assert run.state == "proposed"
    assert await house.rows() == before
    proposal = proposal_of(run)
    assert proposal is not None
    assert (proposal.status, proposal.gap, proposal.covers) == ("optimal", 0, 4)
    assert [(one.key, one.to_tables) for one in proposal.moves] == [(str(couple.booking.id), ("T2",))]
    applied = await apply_run(house.desk, run.id, caller=house.caller)
    assert (applied.state, applied.settled_by) == ("applied", "ann")
    moved, seated = await house.view(couple.booking.id), await house.view(four.booking.id)
    assert (moved.booking.state, moved.tables) == ("confirmed", ("T2",))
    assert (seated.booking.state, seated.tables) == ("confirmed", ("T4",))
    last = (await house.steps(couple.booking.id))[-1]
    assert (last.action, last.reason_code) == ("move", "moved")
    assert last.reason_data is not None
    assert (last.reason_data["cause"], last.reason_data["move_set"]) == ("optimizer", str(applied.move_set))
    with pytest.raises(RunSettled):
        await apply_run(house.desk, run.id, caller=house.caller)
    with pytest.raises(RunSettled):
        await dismiss_run(house.desk, run.id, caller=house.caller)


async def test_how_far_ahead_a_day_may_be_counts_from_the_service_day(house: Inn) -> None:
    """After midnight the evening still runs: the last day that may be planned is the one it was before midnight."""
    far = await inn_of(house.house, venue(**SMALL, max_horizon_days=30), house.url)
    for clock, days in (("23:30", 0), ("00:30", 1)):
        night = far.at(partial(evening, clock, days))
        with pytest.raises(InvalidInput) as refused:
            await request_run(night.desk, night.place, Wanted(evening(days=31).date()), caller=night.caller)
        assert refused.value.reason_code == "too_far_ahead"
        await request_run(night.desk, night.place, Wanted(evening(days=30).date()), caller=night.caller)


@pytest.mark.parametrize("late", [apply_run, dismiss_run])
async def test_who_comes_second_hears_what_became_of_the_run(house: Inn, late: Callable[..., Awaitable[Run]]) -> None:
    """Dismissed by another in the very moment of the write: the run is settled, not stale, and nobody has moved."""
    couple, _ = await crowded(house)
    run = await solved(house)
    async with house.desk.database.transaction() as connection:
        assert await store.settle(connection, run.id, "dismissed", house.desk.clock(), "ann")
        second = asyncio.create_task(late(house.desk, run.id, caller=house.caller))
        await until(lambda: _waits_for_a_row(house))
    with pytest.raises(RunSettled) as refused:
        await second
    assert refused.value.data["state"] == "dismissed"
    found = await run_of(house.desk, run.id, caller=house.caller)
    assert (found.state, found.settled_by) == ("dismissed", "ann")
    assert (await house.view(couple.booking.id)).tables == ("T4",)


async def _waits_for_a_row(inn: Inn) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(await inn.desk.database.fetchval(waiting))


async def test_equal_days_get_equal_plans(house: Inn) -> None:
    """A second run of the same day proposes the same, down to the last table."""
    await crowded(house)
    one, two = await solved(house), await solved(house)
    assert one.id != two.id
    assert one.proposal == two.proposal


async def test_a_day_that_cannot_be_bettered_says_so(house: Inn) -> None:
    """With nothing to gain there is no proposal to apply, only the proof."""
    await house.seat(2)
    run = await solved(house)
    assert run.state == "nothing_better"
    with pytest.raises(RunSettled):
        await apply_run(house.desk, run.id, caller=house.caller)


async def test_no_more_bookings_move_than_allowed(house: Inn) -> None:
    """With no moves allowed those who wait go on waiting."""
    await crowded(house)
    assert (await solved(house, max_moves=0)).state == "nothing_better"


async def test_refused_parties_are_reported_and_stay_refused(house: Inn) -> None:
    """A refusal is final: the proposal names whom it could have seated, and applying leaves them as they are."""
    _, waiting = await crowded(house)
    await act(house.desk, waiting.booking.id, "cancel", caller=house.caller)
    refused = await house.seat(4)
    assert refused.booking.state == "failed"
    run = await solved(house, include_refused=True)
    proposal = proposal_of(run)
    assert proposal is not None
    assert [(one.key, one.standing) for one in proposal.seated] == [(str(refused.booking.id), "refused")]
    await apply_run(house.desk, run.id, caller=house.caller)
    assert await house.state(refused.booking.id) == "failed"


async def test_a_plan_is_refused_once_a_booking_in_it_has_changed(house: Inn) -> None:
    """Whoever was to move has arrived: nothing is done, the run is stale, and a new one plans the day as it is."""
    couple, four = await crowded(house)
    run = await solved(house)
    await act(house.desk, four.booking.id, "cancel", caller=house.caller)
    before = await house.rows()
    with pytest.raises(RunStale):
        await apply_run(house.desk, run.id, caller=house.caller)
    assert await house.rows() == before
    stale = await run_of(house.desk, run.id, caller=house.caller)
    assert stale.state == "stale"
    assert stale.error
    assert (await house.view(couple.booking.id)).tables == ("T4",)
    again = proposal_of(await solved(house))
    assert again is not None
    assert again.seated == ()


async def test_a_plan_is_refused_once_somebody_else_has_the_table(house: Inn) -> None:
    """A party that came in between keeps its table; the plan is stale and nobody moves."""
    couple, _ = await crowded(house)
    run = await solved(house)
    between = await house.seat(2)
    assert between.tables == ("T2",)
    with pytest.raises(RunStale):
        await apply_run(house.desk, run.id, caller=house.caller)
    assert (await house.view(couple.booking.id)).tables == ("T4",)


async def test_a_plan_is_refused_once_a_party_in_it_was_promised_its_tables(house: Inn) -> None:
    """A pin that came in between holds: the plan is stale, and the next one leaves the party where it is."""
    couple, _ = await crowded(house)
    run = await solved(house)
    await pin(house.desk, couple.booking.id, "by the window", tables=None, caller=house.caller)
    with pytest.raises(RunStale):
        await apply_run(house.desk, run.id, caller=house.caller)
    assert (await solved(house)).state == "nothing_better"


async def test_moves_are_undone_together_unless_the_guests_they_let_in_are_in_the_way(house: Inn) -> None:
    """While four sit where the couple sat the undo names them; once they have cancelled everything goes back."""
    couple, four = await crowded(house)
    applied = await apply_run(house.desk, (await solved(house)).id, caller=house.caller)
    assert applied.move_set is not None
    with pytest.raises(MovesGone) as refused:
        await undo_moves(house.desk, applied.move_set, caller=house.caller)
    assert refused.value.data["in_the_way"] == [four.booking.reference]
    await act(house.desk, four.booking.id, "cancel", caller=house.caller)
    await undo_moves(house.desk, applied.move_set, caller=house.caller)
    assert (await house.view(couple.booking.id)).tables == ("T4",)
    assert (await house.steps(couple.booking.id))[-1].action == "move"


async def test_one_run_of_a_day_is_under_way_at_a_time(house: Inn) -> None:
    """Asking again returns the run that waits; another day has its own."""
    wanted = Wanted(evening().date())
    one = await request_run(house.desk, house.place, wanted, caller=house.caller)
    assert (await request_run(house.desk, house.place, wanted, caller=house.caller)).id == one.id
    other_day = Wanted(evening(days=8).date())
    assert (await request_run(house.desk, house.place, other_day, caller=house.caller)).id != one.id


async def test_days_that_are_over_and_unknown_services_are_refused(house: Inn) -> None:
    """The field at fault is named, and no run is left."""
    for wanted, field in ((Wanted(evening(days=-2).date()), "date"), (Wanted(evening().date(), "brunch"), "service")):
        with pytest.raises(InvalidInput) as refused:
            await request_run(house.desk, house.place, wanted, caller=house.caller)
        assert refused.value.field == field
    assert await store.listing(house.desk.database, house.place.restaurant_id, None, 10) == []


async def test_runs_of_other_restaurants_are_not_found(house: Inn) -> None:
    """A credential of another house does not learn that the run exists."""
    run = await solved(house)
    stranger = replace(house.caller, restaurant_id=house.place.restaurant_id + 1)
    with pytest.raises(NotFound):
        await apply_run(house.desk, run.id, caller=stranger)


# -- kills ------------------------------------------------------------------------------------------------------------


def endless() -> Day:
    """A day that keeps a solver busy for longer than any test."""
    start = evening()
    parties = [
        Party(
            f"B{n}",
            2 + n % 5,
            start + timedelta(minutes=15 * (n % 16)),
            start + timedelta(minutes=15 * (n % 16) + 100),
            standing="waiting",
        )
        for n in range(600)
    ]
    return Day(tuple(parties))


async def busy_solver(task: "asyncio.Task[object]") -> int:
    """The pid of the solver, once it runs."""

    async def there() -> bool:
        assert not task.done(), task
        return bool(solvers())

    await until(there)
    return solvers()[0]


async def gone() -> bool:
    """Whether no solver is left."""
    return not solvers()


async def test_a_solver_that_is_killed_leaves_nothing_and_the_run_is_solved_by_the_next(house: Inn) -> None:
    """SIGKILL of the process in mid-run: no booking changed, no process is left, the run is queued and then solved."""
    await crowded(house)
    before = await house.rows()
    run = await request_run(house.desk, house.place, Wanted(evening().date()), caller=house.caller)
    task: asyncio.Task[object] = asyncio.create_task(solve_next(house.desk, "w1"))
    os.kill(await busy_solver(task), signal.SIGKILL)
    await task
    assert await gone()
    assert await house.rows() == before
    assert (await run_of(house.desk, run.id, caller=house.caller)).state == "queued"
    assert await solve_next(house.desk, "w2")
    assert (await run_of(house.desk, run.id, caller=house.caller)).state == "proposed"


async def test_a_run_whose_solver_always_dies_fails_with_a_reason(house: Inn) -> None:
    """After three attempts nobody tries again, and the run says how the last one ended."""
    run = await request_run(house.desk, house.place, Wanted(evening().date()), caller=house.caller)
    for _ in range(MAX_ATTEMPTS):
        task: asyncio.Task[object] = asyncio.create_task(solve_next(house.desk, "w1"))
        os.kill(await busy_solver(task), signal.SIGKILL)
        await task
    failed = await run_of(house.desk, run.id, caller=house.caller)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "-9" in failed.error or "Connection lost" in failed.error  # killed before or while it is told the question
    assert not await solve_next(house.desk, "w1")


async def test_a_solver_ends_with_whoever_waits_for_it(house: Inn) -> None:
    """Cancelled in mid-run, the process is killed and the run is queued again."""
    run = await request_run(house.desk, house.place, Wanted(evening().date()), caller=house.caller)
    task: asyncio.Task[object] = asyncio.create_task(solve_next(house.desk, "w1"))
    await busy_solver(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await gone()
    assert (await run_of(house.desk, run.id, caller=house.caller)).state == "queued"


async def test_a_run_of_a_dead_worker_is_taken_over(house: Inn) -> None:
    """When its owner's time is over another worker solves it, and the first one's answer counts for nothing."""
    await crowded(house)
    run = await request_run(house.desk, house.place, Wanted(evening().date()), caller=house.caller)
    now = house.desk.clock()
    dead = await store.take(house.desk.database, "dead", now, now + OWNED)
    assert dead is not None
    assert not await solve_next(house.desk, "w2")
    later = house.at(lambda: now + OWNED)
    assert await solve_next(later.desk, "w2")
    assert (await run_of(house.desk, run.id, caller=house.caller)).state == "proposed"
    assert not await store.finish(house.desk.database, dead, "failed", now, error="late")


async def test_a_solver_whose_parent_was_killed_ends_by_itself(tmp_path: Path) -> None:
    """SIGKILL of the worker: the end of its pipe tells the solver, so no orphan goes on burning the processor."""
    script = (
        "import asyncio, sys\n"
        "sys.path[:0] = sys.argv[1].split(':')\n"
        "from test_optimizer import SMALL, endless, venue\n"
        "from maitred.usecases.solving import replan_apart\n"
        "asyncio.run(replan_apart(venue(**SMALL), endless()))\n"
    )
    paths = ":".join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, paths)

    def children() -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):
                ours = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(ours[1]) == parent.pid and ours[0] != "Z":
                    found.append(int(folder.name))
        return found

    async def started() -> bool:
        assert parent.returncode is None
        return bool(children())

    await until(started)
    child = children()[0]
    parent.kill()
    await parent.wait()

    async def ended() -> bool:
        try:
            return (Path("/proc") / str(child) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    await until(ended)


async def test_a_task_that_makes_no_sense_is_a_failure_with_words() -> None:
    """What the process said last is in the error."""
    with pytest.raises(SolverFailed, match="ended with 1"):
        await replan_apart({"slug": "nonsense"}, Day(()))


# -- by schedule ------------------------------------------------------------------------------------------------------


def opening(inn: Inn) -> datetime:
    """When the doors open on the day of the tests."""
    return evening("10:00")


async def scheduled(inn: Inn) -> Run:
    """The run that the schedule makes shortly before doors open, after it had its chance to be applied."""
    early = inn.at(lambda: opening(inn) - timedelta(minutes=75))
    assert await schedule_runs(early.desk, "w1") == 1
    assert await schedule_runs(early.desk, "w1") == 0
    assert await solve_next(early.desk, "w1")
    assert await schedule_runs(early.desk, "w1") == 0
    await apply_scheduled(early.desk, SYSTEM)
    return (await store.listing(inn.desk.database, inn.place.restaurant_id, None, 1))[0]


async def test_the_schedule_applies_by_itself_what_lets_somebody_in(migrated_database: str, redis_url: str) -> None:
    """Where the venue says so, and before doors open, a plan that seats those who wait is carried out."""
    async with open_inn(migrated_database, redis_url, small(auto=True, gain_percent=1000)) as inn:
        _, four = await crowded(inn)
        run = await scheduled(inn)
        assert (run.state, run.settled_by, run.auto) == ("applied", "optimizer", True)
        assert await inn.state(four.booking.id) == "confirmed"


@pytest.mark.parametrize(("percent", "state"), [(10, "applied"), (100, "proposed")])
async def test_the_schedule_applies_by_itself_only_what_gains_more_than_the_threshold(
    migrated_database: str, redis_url: str, percent: int, state: str
) -> None:
    """All that the couple wastes at a table for four can be saved, which is a hundred percent and not more."""
    async with open_inn(migrated_database, redis_url, small(auto=True, gain_percent=percent)) as inn:
        couple, four = await crowded(inn)
        await act(inn.desk, four.booking.id, "cancel", caller=inn.caller)
        run = await scheduled(inn)
        assert run.state == state
        assert (await inn.view(couple.booking.id)).tables == (("T2",) if state == "applied" else ("T4",))


async def test_the_schedule_leaves_venues_alone_that_did_not_ask_and_doors_that_are_open(
    migrated_database: str, redis_url: str
) -> None:
    """No run without `auto`; none too early, none once guests are served."""
    async with open_inn(migrated_database, redis_url, small(auto=False)) as inn:
        early = inn.at(lambda: opening(inn) - timedelta(minutes=75))
        assert await schedule_runs(early.desk, "w1") == 0
    async with open_inn(migrated_database, redis_url, small(auto=True)) as inn:
        for minutes in (-91, 0, 60):
            at = inn.at(lambda minutes=minutes: opening(inn) + timedelta(minutes=minutes))  # type: ignore[misc]
            assert await schedule_runs(at.desk, "w1") == 0


async def spoilt(inn: Inn) -> None:
    """Make a venue unreadable, as a fault that only it has."""
    await inn.desk.database.execute(
        "WITH spoilt AS (UPDATE maitred.restaurants SET version = version + 1 WHERE id = $1 RETURNING id, version) "
        "INSERT INTO maitred.venue_versions (restaurant_id, version, document, created_by) "
        "SELECT id, version, '{}', 'test' FROM spoilt",
        inn.place.restaurant_id,
    )


def reopened(inn: Inn, minutes: int) -> Desk:
    """The desk of a process that has read no venue yet, some minutes from opening."""
    return replace(inn.at(lambda: opening(inn) + timedelta(minutes=minutes)).desk, venues=VenueShelf(inn.desk.database))


async def test_a_venue_that_cannot_be_scheduled_holds_up_no_other(migrated_database: str, redis_url: str) -> None:
    """The one before it in the list is spoilt: the other's run is queued all the same, and once."""
    async with open_inn(migrated_database, redis_url, small(auto=True)) as first:
        second = await inn_of(first.house, small(auto=True), migrated_database)
        assert sorted([first.place.slug, second.place.slug]) == await store.venues_on_schedule(first.desk.database)
        bad, good = sorted([first, second], key=lambda one: one.place.slug)
        await spoilt(bad)
        assert await schedule_runs(reopened(good, -75), "w1") == 1
        assert await schedule_runs(reopened(good, -75), "w1") == 0
        (run,) = await store.listing(good.desk.database, good.place.restaurant_id, None, 5)
        assert run.state == "queued"
        assert await store.listing(bad.desk.database, bad.place.restaurant_id, None, 5) == []


async def test_a_scheduled_run_that_cannot_be_applied_holds_up_no_other(migrated_database: str, redis_url: str) -> None:
    """The venue of the first proposal is spoilt: the second is applied, the first stays for when it is mended."""
    async with open_inn(migrated_database, redis_url, small(auto=True)) as bad:
        good = await inn_of(bad.house, small(auto=True), migrated_database)
        fours = {}
        for one in (bad, good):
            _, fours[one.place.slug] = await crowded(one)
            await schedule_runs(one.at(lambda: opening(good) - timedelta(minutes=75)).desk, "w1")
        while await solve_next(reopened(good, -74), "w1"):
            pass
        runs = [(await store.listing(one.desk.database, one.place.restaurant_id, None, 1))[0] for one in (bad, good)]
        assert [run.state for run in runs] == ["proposed", "proposed"]
        waiting = await store.scheduled_proposals(bad.desk.database, opening(bad) - FRESH)
        assert [run.id for run in waiting] == [run.id for run in runs]
        await spoilt(bad)
        assert await apply_scheduled(reopened(good, -70), SYSTEM) == 1
        assert await good.state(fours[good.place.slug].booking.id) == "confirmed"
        assert (await run_of(bad.desk, runs[0].id, caller=bad.caller)).state == "proposed"


async def test_a_day_that_somebody_holds_keeps_its_proposal_for_later(migrated_database: str, redis_url: str) -> None:
    """Contention is no fault: the run stays as it is, the loop goes on, and the next look applies it."""
    async with open_inn(migrated_database, redis_url, small(auto=True)) as opened:
        inn = opened.with_policy(lock_wait_ms=50)
        _, four = await crowded(inn)
        await schedule_runs(reopened(inn, -75), "w1")
        assert await solve_next(reopened(inn, -74), "w1")
        async with held_days(inn.desk, inn.place, [evening().date()]):
            assert await apply_scheduled(reopened(inn, -70), SYSTEM) == 0
        assert await inn.state(four.booking.id) == "manual_review"
        assert await apply_scheduled(reopened(inn, -70), SYSTEM) == 1
        assert await inn.state(four.booking.id) == "confirmed"


async def test_a_worker_solves_what_is_asked_for(house: Inn) -> None:
    """The loops of a worker do it all."""
    await crowded(house)
    async with house.working():
        run = await request_run(house.desk, house.place, Wanted(evening().date()), caller=house.caller)

        async def proposed() -> bool:
            return (await run_of(house.desk, run.id, caller=house.caller)).state == "proposed"

        await until(proposed)


# -- nights -----------------------------------------------------------------------------------------------------------


async def test_a_night_that_is_over_is_recorded_once_with_its_proven_optimum(house: Inn) -> None:
    """Four guests sit where eight could have, had the house known all of them: the record says so, and stays."""
    await crowded(house)
    await record_nights(house.desk)
    places = (house.place.restaurant_id, evening(days=-30).date(), evening(days=30).date(), 10)
    assert await store.nights(house.desk.database, *places) == []
    after = house.at(lambda: evening("06:00", days=8))
    assert await record_nights(after.desk) == 1
    assert await record_nights(after.desk) == 0
    (night,) = await store.nights(house.desk.database, *places)
    assert (night.asked_covers, night.seated_covers) == (8, 4)
    assert (night.optimum_covers, night.bound_covers) == (8, 8)


async def test_a_night_that_cannot_be_recorded_holds_up_no_newer_one(
    house: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of any kind is that night's alone, and does not use up the turn of the others."""
    await house.seat(2)
    await house.seat(2, evening(days=8))
    real, asked = nights.optimum_apart, []

    async def first_fails(*given: Any) -> Any:
        asked.append(given)
        if len(asked) == 1:
            raise KeyError("a bad night")
        return await real(*given)

    monkeypatch.setattr(nights, "optimum_apart", first_fails)
    monkeypatch.setattr(nights, "BATCH", 1)
    after = house.at(lambda: evening("06:00", days=10))
    assert await record_nights(after.desk) == 1
    places = (house.place.restaurant_id, evening(days=-30).date(), evening(days=30).date(), 10)
    assert [one.service_date for one in await store.nights(house.desk.database, *places)] == [evening(days=8).date()]
    assert await record_nights(after.desk) == 1
