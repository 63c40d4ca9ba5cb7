"""OptimizationService: a day planned again on request or by schedule, proposed as a diff, applied by a word.

A run is a row that any worker may own. It reads the day, solves it in another process with nothing locked, and leaves
a proposal; only applying takes the day's lock, and there the plan is checked against the day as it is by then.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import structlog

from maitred.domain import calendar
from maitred.domain.binding import as_of
from maitred.domain.booking import Actor, Booking, Reason, ReasonCode, State
from maitred.domain.errors import (
    Contended,
    InvalidInput,
    NotFound,
    RunSettled,
    RunStale,
    RunUnderWay,
    StaleBooking,
    TableTaken,
    Unavailable,
)
from maitred.domain.lifecycle import Action, step
from maitred.domain.optimizer import BrokenPlan, Day, Proposal, day_of, verify
from maitred.store import bookings, optimizer
from maitred.store.database import Database
from maitred.store.optimizer import Run
from maitred.usecases.day import HeldDays, held_days
from maitred.usecases.desk import Caller, Desk, OpenVenue
from maitred.usecases.reseat import Occasion, Reseat, Reshuffle
from maitred.usecases.solver import PROPOSAL
from maitred.usecases.solving import WALL_S, SolverFailed, replan_apart
from maitred.usecases.tracker import DayBook, read_day
from maitred.usecases.weigh import seating_request

MAX_ATTEMPTS: Final = 3
OWNED: Final = timedelta(seconds=WALL_S + 30)
LOOK_EVERY_S: Final = 0.2
AHEAD: Final = timedelta(minutes=30)
"""How long before the first party is frozen the scheduled run of a service begins."""
FRESH: Final = timedelta(hours=6)
OPEN: Final = ("queued", "running")
_LACKED_ROOM: Final = frozenset({ReasonCode.NO_CAPACITY, ReasonCode.PACING_COVERS, ReasonCode.PACING_PARTIES})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. `max_moves` None is the venue's own cap."""

    day: date
    service: str | None = None
    max_moves: int | None = None
    include_refused: bool = False


async def request_run(desk: Desk, place: OpenVenue, wanted: Wanted, *, caller: Caller) -> Run:
    """Queue a run, or return the one that is under way for that day when it was asked for in the same way.

    Raises InvalidInput for a day that is over or too far ahead and for a service that does not exist then, RunUnderWay.
    """
    now = desk.clock()
    if calendar.day_bounds(place.venue, wanted.day)[1] <= now:
        raise InvalidInput("That day is over.", field="date", code="in_the_past")
    horizon = place.venue.max_horizon_days
    if horizon is not None and wanted.day > calendar.service_date(place.venue, now) + timedelta(days=horizon):
        raise InvalidInput(f"Bookings are taken {horizon} days ahead.", field="date", code="too_far_ahead")
    names = [window.service for window in calendar.windows(place.venue, wanted.day)]
    if wanted.service is not None and wanted.service not in names:
        listed = ", ".join(names) or "none"
        raise InvalidInput(f"Services on that day: {listed}.", field="service", code="unknown_service")
    own = place.venue.seating.optimizer.max_moves
    fresh = Run(
        id=uuid4(),
        restaurant_id=place.restaurant_id,
        restaurant=place.slug,
        service_date=wanted.day,
        service=wanted.service,
        auto=False,
        max_moves=own if wanted.max_moves is None else wanted.max_moves,
        include_refused=wanted.include_refused,
        state="queued",
        requested_by=caller.name,
        requested_at=now,
    )
    return await _inserted(desk.database, fresh)


async def _inserted(database: Database, fresh: Run) -> Run:
    for _ in range(3):  # the other run may end between our two statements
        if await optimizer.insert(database, fresh):
            return fresh
        under_way = await optimizer.open_of_day(database, fresh.restaurant_id, fresh.service_date)
        if under_way is not None:
            return _the_same(under_way, fresh)
    raise RunSettled("Another run of this day has just ended; ask again.", field="date")


def _the_same(under_way: Run, fresh: Run) -> Run:
    """Return the run under way, unless it has other limits: nobody may be handed a plan that ignores theirs."""
    for name in ("service", "max_moves", "include_refused"):
        if getattr(under_way, name) != getattr(fresh, name):
            message = "A run of this day is under way with other limits; ask again when it has ended."
            raise RunUnderWay(message, field=name, run=str(under_way.id))
    return under_way


async def run_of(desk: Desk, run_id: UUID, *, caller: Caller) -> Run:
    """Return a run; raises NotFound for one of another restaurant."""
    run = await optimizer.by_id(desk.database, run_id)
    if run is None or not caller.sees(run.restaurant_id):
        raise NotFound("There is no such run.")
    return run


async def settled_run(desk: Desk, run: Run, timeout_s: float) -> Run:
    """Return a run once it was solved, or as it is when time is up."""
    found: Run | None = run
    try:
        async with asyncio.timeout(timeout_s):
            while found is not None and found.state in OPEN:
                await asyncio.sleep(LOOK_EVERY_S)
                found = await optimizer.by_id(desk.database, run.id)
    except TimeoutError:
        pass
    return found or run


def proposal_of(run: Run) -> Proposal | None:
    """Return what a run proposes, None while it proposes nothing."""
    return None if run.proposal is None else PROPOSAL.validate_python(run.proposal)


# -- solving: what a worker does ---------------------------------------------------------------------------------------


async def solve_next(desk: Desk, worker: str) -> bool:
    """Solve one run that waits, or whose owner is gone; False when there is none."""
    now = desk.clock()
    run = await optimizer.take(desk.database, worker, now, now + OWNED)
    if run is None:
        return False
    if run.attempts > MAX_ATTEMPTS:
        await optimizer.finish(desk.database, run, "failed", now, error="its workers were lost too often")
        return True
    try:
        await _solve(desk, run)
    except asyncio.CancelledError:
        await optimizer.give_back(desk.database, run)
        raise
    except (SolverFailed, BrokenPlan) as fault:
        log.warning("run_failed", run=str(run.id), attempt=run.attempts, error=str(fault))
        await _failed(desk, run, str(fault))
    return True


async def _solve(desk: Desk, run: Run) -> None:
    place = await desk.venues.by_id(run.restaurant_id)
    seen = await _seen(desk, place, run)
    proposal = await replan_apart(place.document, seen.day)
    useful = bool(proposal.moves) or any(one.standing == "waiting" for one in proposal.seated)
    await optimizer.finish(
        desk.database,
        run,
        "proposed" if useful else "nothing_better",
        desk.clock(),
        basis=seen.basis,
        proposal=PROPOSAL.dump_python(proposal, mode="json"),
    )


async def _failed(desk: Desk, run: Run, error: str) -> None:
    if run.attempts < MAX_ATTEMPTS:
        await optimizer.give_back(desk.database, run)
    else:
        await optimizer.finish(desk.database, run, "failed", desk.clock(), error=error)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A day as a run sees it, and the versions of the bookings in it."""

    day: Day
    bookings: Mapping[str, Booking]

    @property
    def basis(self) -> dict[str, int]:
        return {party.key: self.bookings[party.key].version for party in self.day.parties}


async def _seen(desk: Desk, place: OpenVenue, run: Run, only: frozenset[str] | None = None) -> _Seen:
    """Read the day; with `only` nobody else may move or come in."""
    now = desk.clock()
    book = await read_day(desk.database, place, run.service_date, now)
    waiting = await bookings.reviews_waiting_for_room(desk.database, place.restaurant_id, run.service_date, now)
    refused = await _refused(desk, run) if run.include_refused and only is None else []
    known = {**book.bookings, **{str(one.id): one for one in (*waiting, *refused)}}
    asked = {key for key, one in known.items() if _concerned(place, run, one) and (only is None or key in only)}
    day = day_of(
        as_of(book.snapshot, place.venue, now),
        place.venue,
        wishes={key: book.bookings[key].zone_preference for key in _of_day(book, run) & asked},
        waiting=[seating_request(one) for one in waiting if str(one.id) in asked],
        refused=[seating_request(one) for one in refused if str(one.id) in asked],
        freeze_minutes=place.venue.seating.freeze_minutes,
        max_moves=run.max_moves,
    )
    return _Seen(day, known)


async def _refused(desk: Desk, run: Run) -> list[Booking]:
    failed = await optimizer.bookings_of_day(desk.database, run.restaurant_id, run.service_date, [State.FAILED])
    return [one for one in failed if one.reason_code in _LACKED_ROOM]


def _of_day(book: DayBook, run: Run) -> set[str]:
    return {key for key, one in book.bookings.items() if one.service_date == run.service_date}


def _concerned(place: OpenVenue, run: Run, booking: Booking) -> bool:
    if run.service is None:
        return True
    window = calendar.find_window(place.venue, booking.starts_at)
    return window is not None and window.service == run.service


# -- settling: what a person does, or the schedule --------------------------------------------------------------------


async def apply_run(desk: Desk, run_id: UUID, *, caller: Caller) -> Run:
    """Carry a proposal out: everybody it names, in one transaction, or nobody.

    Raises NotFound, RunSettled, RunStale (and notes it on the run), LockBusy.
    """
    run = await run_of(desk, run_id, caller=caller)
    return await _applied(desk, run, caller.actor())


async def dismiss_run(desk: Desk, run_id: UUID, *, caller: Caller) -> Run:
    """Put a proposal aside; raises NotFound, RunSettled."""
    run = await run_of(desk, run_id, caller=caller)
    if not await optimizer.settle(desk.database, run.id, "dismissed", desk.clock(), caller.name):
        raise _not_open(await run_of(desk, run_id, caller=caller))  # as it is by now, which may not be as it was read
    return await run_of(desk, run_id, caller=caller)


def _not_open(run: Run) -> RunSettled:
    what = "has found nothing better" if run.state == "nothing_better" else f"is {run.state}"
    return RunSettled(f"This run {what}.", state=run.state)


async def _applied(desk: Desk, run: Run, actor: Actor) -> Run:
    proposal = proposal_of(run)
    if run.state != "proposed" or proposal is None:
        raise _not_open(run)
    place = await desk.venues.by_id(run.restaurant_id)
    try:
        async with held_days(desk, place, [run.service_date]) as held:
            await _carry_out(desk, held, run, proposal, actor)
    except (RunStale, RunSettled, BrokenPlan, StaleBooking, TableTaken) as fault:
        why, present = _in_words(fault), await optimizer.by_id(desk.database, run.id)
        if present is not None and present.state != "proposed":  # somebody else has just settled it: nothing is stale
            raise _not_open(present) from fault
        await optimizer.outdate(desk.database, run.id, why)
        raise RunStale(f"The day has changed since it was planned: {why}", run=str(run.id)) from fault
    done = await optimizer.by_id(desk.database, run.id)
    assert done is not None
    return done


def _in_words(fault: Exception) -> str:
    return "a booking that the plan names was changed." if isinstance(fault, StaleBooking) else str(fault)


async def _carry_out(desk: Desk, held: HeldDays, run: Run, proposal: Proposal, actor: Actor) -> None:
    chosen = {one.key: one.to_tables for one in proposal.moves}
    chosen |= {one.key: one.tables for one in proposal.seated if one.standing == "waiting"}
    seen = await _seen(desk, held.place, replace(run, max_moves=None), frozenset(chosen))
    _must_hold(run, proposal, seen, chosen)
    verify(seen.day, held.place.floor, chosen)
    now = desk.clock()
    shuffle, move_set = _shuffle(run, proposal, seen.bookings, actor, now)
    async with desk.database.transaction() as connection:
        present = await bookings.lock(connection, sorted(shuffle.expected()))
        _nobody_claims(present.values(), now)
        await shuffle.write(connection, held)
        if not await optimizer.settle(connection, run.id, "applied", now, actor.id, move_set):
            raise _not_open(run)


def _nobody_claims(parties: Iterable[Booking], now: datetime) -> None:
    """Leave a review to whoever has it; a claim is no new version and shows only under the booking's lock."""
    for one in parties:
        if one.state is State.MANUAL_REVIEW and one.claimed_until is not None and one.claimed_until > now:
            raise RunStale(f"{one.claimed_by} is working on {one.reference}.")


def _must_hold(run: Run, proposal: Proposal, seen: _Seen, chosen: Mapping[str, Sequence[str]]) -> None:
    """Compare the bookings with those the plan was made for: versions, tables, and whether they may still move."""
    present = {party.key: party for party in seen.day.parties}
    for key in chosen:
        if key not in present:
            name = seen.bookings[key].reference if key in seen.bookings else "A booking"
            raise RunStale(f"{name} can no longer be placed anew.")
        if (run.basis or {}).get(key) != seen.bookings[key].version:
            raise RunStale(f"{seen.bookings[key].reference} has changed.")
    for move in proposal.moves:
        if set(present[move.key].tables) != set(move.from_tables):
            raise RunStale(f"{seen.bookings[move.key].reference} has other tables by now.")


def _shuffle(
    run: Run, proposal: Proposal, book: Mapping[str, Booking], actor: Actor, now: datetime
) -> tuple[Reshuffle, UUID | None]:
    shuffle, move_set = Reshuffle(), None
    if proposal.moves:
        parties = [(book[one.key], one.from_tables, Reseat(book[one.key], one.to_tables)) for one in proposal.moves]
        move_set = shuffle.move(parties, Occasion("optimizer", actor, now), {"run": str(run.id)})
    for one in proposal.seated:
        if one.standing == "waiting":
            reason = Reason(ReasonCode.ROOM_APPEARED, {"tables": list(one.tables), "run": str(run.id)})
            assigned = step(book[one.key], Action.ASSIGN, actor=actor, at=now, reason=reason)
            shuffle.take([assigned, step(assigned.after, Action.CONFIRM, actor=actor, at=now, reason=reason)])
            shuffle.seat(book[one.key], one.tables)
    return shuffle, move_set


# -- by schedule ------------------------------------------------------------------------------------------------------


async def schedule_runs(desk: Desk, worker: str) -> int:
    """Queue a run for every service that opens soon where the venue says so; returns how many."""
    queued, now = 0, desk.clock()
    for slug in await optimizer.venues_on_schedule(desk.database):
        try:
            queued += await _queue_soon(desk, await desk.venues.get(slug), worker, now)
        except Unavailable:
            raise
        except Exception:  # one venue's trouble is not the next one's
            log.exception("runs_not_scheduled", restaurant=slug)
    return queued


async def _queue_soon(desk: Desk, place: OpenVenue, worker: str, now: datetime) -> int:
    rules, queued = place.venue.seating, 0
    begins = timedelta(minutes=rules.freeze_minutes) + AHEAD
    for window in _windows_around(place, now):
        if window.opens_at - begins <= now < window.opens_at:
            fresh = Run(
                id=uuid4(),
                restaurant_id=place.restaurant_id,
                restaurant=place.slug,
                service_date=window.date,
                service=window.service,
                auto=True,
                max_moves=rules.optimizer.max_moves,
                include_refused=False,
                state="queued",
                requested_by=worker,
                requested_at=now,
            )
            queued += await optimizer.insert(desk.database, fresh)
    return queued


async def apply_scheduled(desk: Desk, actor: Actor) -> int:
    """Apply the scheduled proposals that are worth it, before doors open; the others wait for a person."""
    applied, now = 0, desk.clock()
    for run in await optimizer.scheduled_proposals(desk.database, now - FRESH):
        try:
            applied += await _apply_if_worth(desk, run, actor, now)
        except Unavailable:
            raise
        except (RunStale, RunSettled, Contended) as fault:
            log.info("scheduled_run_not_applied", run=str(run.id), error=fault.message)
        except Exception:  # one venue's trouble is not the next one's
            log.exception("scheduled_run_failed", run=str(run.id))
    return applied


async def _apply_if_worth(desk: Desk, run: Run, actor: Actor, now: datetime) -> bool:
    place = await desk.venues.by_id(run.restaurant_id)
    if not _worth_applying(place, run, now):
        return False
    await _applied(desk, run, actor)
    return True


def _worth_applying(place: OpenVenue, run: Run, now: datetime) -> bool:
    proposal, rules = proposal_of(run), place.venue.seating.optimizer
    opens = [w.opens_at for w in calendar.windows(place.venue, run.service_date) if w.service == run.service]
    if proposal is None or not rules.auto or not opens or now >= opens[0]:
        return False
    return proposal.covers > 0 or proposal.gain_percent > rules.gain_percent


def _windows_around(place: OpenVenue, now: datetime) -> list[calendar.ServiceWindow]:
    today = now.astimezone(place.venue.tz).date()
    return [window for offset in (0, 1) for window in calendar.windows(place.venue, today + timedelta(days=offset))]
