"""The optimizer: a day planned again, what it would change and why, and how good past nights were."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt
from starlette.responses import Response

from maitred.api.answers import Answer, Day
from maitred.api.call import Call, Endpoint, answer
from maitred.api.fields import Label, Strict
from maitred.api.headers import wait_s
from maitred.api.schemas import Day as AnyDay
from maitred.api.schemas import NothingBody
from maitred.domain.errors import InvalidInput
from maitred.domain.optimizer import NewSeat, PlannedMove, Proposal
from maitred.domain.optimizer.model import SEAT
from maitred.store import optimizer as store
from maitred.store.optimizer import GuestLine, NightRecord, Run
from maitred.usecases import optimizer
from maitred.usecases.desk import OpenVenue

TAG: Final = "Optimizer"
MOST_MOVES: Final = 10_000
State = Literal["queued", "running", "proposed", "nothing_better", "applied", "dismissed", "stale", "failed"]
Limit = Annotated[int, Field(ge=1, le=200)]


class RunBody(Strict):
    """Which day to plan again, and how."""

    date: AnyDay = Field(description="The service day.", examples=["2030-05-17"])
    service: Label | None = Field(None, description="One service by name; else the whole day.")
    max_moves: Annotated[StrictInt, Field(ge=0, le=MOST_MOVES)] | None = Field(
        None, description="Most bookings to move; else the venue's `seating.optimizer.max_moves`, else any number."
    )
    include_refused: StrictBool = Field(
        False, description="Also report which parties that were refused would fit; they stay refused."
    )


class RunsQuery(Strict):
    """Which runs to list."""

    date: AnyDay | None = None
    limit: Limit = 20


class NightsQuery(Strict):
    """Which nights to list."""

    from_: AnyDay | None = Field(None, alias="from")
    to: AnyDay | None = None
    limit: Limit = 60


class RunMoveAnswer(Answer):
    """A booking that would change its tables, or did."""

    booking_id: UUID
    reference: str
    guest: str
    party_size: int
    starts_at: datetime
    from_: list[str] = Field(alias="from")
    to: list[str]
    why: str = Field(description="In words, in English.")
    saves: float = Field(description="Seats that the new tables waste less than the old ones; below 0: more.")


class RunSeatAnswer(Answer):
    """A party without tables that would get some."""

    booking_id: UUID
    reference: str
    guest: str
    party_size: int
    starts_at: datetime
    tables: list[str]
    waits: bool = Field(description="False: it was refused for good; this only says that it would have fitted.")


class RunScoreAnswer(Answer):
    """Seats lost (empty seats, joins and wishes not met, as the engine weighs them) before and after."""

    lost_before: float
    lost_after: float
    gain_percent: float


class RunAnswer(Answer):
    """One run of the optimizer. While it is queued or running it proposes nothing."""

    id: UUID
    restaurant: str
    date: Day
    service: str | None
    state: State
    auto: bool = Field(description="By schedule, before doors open.")
    max_moves: int | None
    include_refused: bool
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    objective: int | None = Field(description="What the plan is worth, in hundredths of a seat.")
    bound: int | None = Field(description="No plan that keeps the rules is worth more.")
    gap: float | None = Field(description="How far a better plan could be ahead at most, as a share of the bound.")
    proven: bool | None = Field(description="Whether nothing better exists.")
    covers: int | None = Field(description="Guests who wait and would be seated.")
    score: RunScoreAnswer | None
    moves: list[RunMoveAnswer]
    seated: list[RunSeatAnswer]
    summary: str
    error: str | None
    settled_at: datetime | None = Field(description="When it was applied or dismissed.")
    settled_by: str | None
    move_set: UUID | None = Field(description="Once applied: what POST /v1/moves/{id}/undo takes back.")


class RunsAnswer(Answer):
    """Runs, the newest first."""

    items: list[RunAnswer]


class NightAnswer(Answer):
    """What one night took, against the most that anybody could have seated who had known every request in advance."""

    date: Day
    asked_covers: int
    seated_covers: int
    optimum_covers: int
    bound_covers: int = Field(description="Equal to the optimum where that is proven.")
    proven: bool
    share: float = Field(description="Seated, as a share of the bound.")
    recorded_at: datetime


class NightsAnswer(Answer):
    """Nights, the latest first."""

    items: list[NightAnswer]


async def start_run(call: Call) -> Response:
    """Plan a day again. The answer comes at once; `Prefer: wait=N` (at most 30 s) waits for the proposal.

    One run of a day is under way at a time: asking again meanwhile returns it. Nothing changes until it is applied.
    """
    body = await call.body(RunBody)
    place = await call.place()
    wanted = optimizer.Wanted(body.date, body.service, body.max_moves, body.include_refused)
    run = await optimizer.request_run(call.desk, place, wanted, caller=call.caller)
    seconds = wait_s(call.request)
    headers = {"Location": f"/v1/optimizer/runs/{run.id}"}
    if seconds is not None:
        run = await optimizer.settled_run(call.desk, run, seconds)
        headers["Preference-Applied"] = f"wait={seconds}"
    return answer(await _shown(call, run, place), 202 if run.state in optimizer.OPEN else 200, headers)


async def list_runs(call: Call) -> Response:
    """List a restaurant's runs, the newest first."""
    query = call.query(RunsQuery)
    place = await call.place()
    runs = await store.listing(call.desk.database, place.restaurant_id, query.date, query.limit)
    return answer({"items": [await _shown(call, run, place) for run in runs]})


async def read_run(call: Call) -> Response:
    """Return a run; `Prefer: wait=N` waits until it has been solved."""
    run = await optimizer.run_of(call.desk, call.path_id("run_id"), caller=call.caller)
    seconds = wait_s(call.request)
    if seconds is not None:
        run = await optimizer.settled_run(call.desk, run, seconds)
    return answer(await _shown(call, run, await call.desk.venues.by_id(run.restaurant_id)))


async def apply_run(call: Call) -> Response:
    """Carry a proposal out, in one transaction: everybody it names moves or comes in, or nobody does."""
    await call.body(NothingBody)
    run = await optimizer.apply_run(call.desk, call.path_id("run_id"), caller=call.caller)
    return answer(await _shown(call, run, await call.desk.venues.by_id(run.restaurant_id)))


async def dismiss_run(call: Call) -> Response:
    """Put a proposal aside."""
    await call.body(NothingBody)
    run = await optimizer.dismiss_run(call.desk, call.path_id("run_id"), caller=call.caller)
    return answer(await _shown(call, run, await call.desk.venues.by_id(run.restaurant_id)))


async def list_nights(call: Call) -> Response:
    """List how many guests each night took of the most it could have, proven by a solver that knew all requests."""
    query = call.query(NightsQuery)
    place = await call.place()
    last = query.to or call.desk.clock().date()
    first = query.from_ or last - timedelta(days=365)
    if last < first:
        raise InvalidInput("The last day lies before the first.", field="to", code="empty_window")
    found = await store.nights(call.desk.database, place.restaurant_id, first, last, query.limit)
    return answer({"items": [_night(one, place) for one in found]})


# -- rendering --------------------------------------------------------------------------------------------------------


async def _shown(call: Call, run: Run, place: OpenVenue) -> dict[str, Any]:
    proposal = optimizer.proposal_of(run)
    keys = [*(m.key for m in proposal.moves), *(s.key for s in proposal.seated)] if proposal else []
    lines = await store.guests_of(call.desk.database, [UUID(key) for key in keys])
    return render_run(run, proposal, lines, place)


def render_run(run: Run, proposal: Proposal | None, lines: Mapping[str, GuestLine], place: OpenVenue) -> dict[str, Any]:
    """Return a run as the API shows it."""
    return {
        "id": str(run.id),
        "restaurant": run.restaurant,
        "date": run.service_date.isoformat(),
        "service": run.service,
        "state": run.state,
        "auto": run.auto,
        "max_moves": run.max_moves,
        "include_refused": run.include_refused,
        "requested_by": run.requested_by,
        "requested_at": _local(run.requested_at, place),
        "finished_at": _local(run.finished_at, place),
        **_figures(proposal),
        "moves": [_move(one, lines, place) for one in proposal.moves] if proposal else [],
        "seated": [_seat(one, lines, place) for one in proposal.seated] if proposal else [],
        "summary": summary(run, proposal),
        "error": run.error,
        "settled_at": _local(run.settled_at, place),
        "settled_by": run.settled_by,
        "move_set": str(run.move_set) if run.move_set else None,
    }


def _figures(proposal: Proposal | None) -> dict[str, Any]:
    if proposal is None:
        return dict.fromkeys(("objective", "bound", "gap", "proven", "covers", "score"))
    return {
        "objective": proposal.objective,
        "bound": proposal.bound,
        "gap": round(proposal.gap, 6),
        "proven": proposal.status == "optimal",
        "covers": proposal.covers,
        "score": {
            "lost_before": proposal.loss_before / SEAT,
            "lost_after": proposal.loss_after / SEAT,
            "gain_percent": proposal.gain_percent,
        },
    }


def _move(one: PlannedMove, lines: Mapping[str, GuestLine], place: OpenVenue) -> dict[str, Any]:
    return {
        **_line(lines[one.key], place),
        "from": list(one.from_tables),
        "to": list(one.to_tables),
        "why": why(one, lines, place),
        "saves": one.saves / SEAT,
    }


def _seat(one: NewSeat, lines: Mapping[str, GuestLine], place: OpenVenue) -> dict[str, Any]:
    return {**_line(lines[one.key], place), "tables": list(one.tables), "waits": one.standing == "waiting"}


def _line(line: GuestLine, place: OpenVenue) -> dict[str, Any]:
    return {
        "booking_id": str(line.id),
        "reference": line.reference,
        "guest": line.guest,
        "party_size": line.party_size,
        "starts_at": _local(line.starts_at, place),
    }


def why(one: PlannedMove, lines: Mapping[str, GuestLine], place: OpenVenue) -> str:
    """Return in words what a move is good for."""

    def named(keys: tuple[str, ...]) -> str:
        return " and ".join(
            f"{lines[key].guest}, {lines[key].party_size} at {lines[key].starts_at.astimezone(place.venue.tz):%H:%M}"
            for key in keys
        )

    reasons = []
    if one.makes_room_for:
        reasons.append(f"makes room for {named(one.makes_room_for)}")
    if one.clears_way_of:
        reasons.append(f"clears the way for {named(one.clears_way_of)}")
    if one.saves > 0:
        reasons.append(f"wastes {one.saves / SEAT:g} seats less")
    text = "; ".join(reasons) or "part of the best plan"
    return text[0].upper() + text[1:] + "."


def summary(run: Run, proposal: Proposal | None) -> str:
    """Return a run in a sentence or two."""
    if proposal is None:
        return {"failed": f"The plan could not be made: {run.error}."}.get(run.state, "The day is being planned.")
    moves, seats = len(proposal.moves), (proposal.loss_before - proposal.loss_after) / SEAT
    gains = f"{proposal.covers} more guests seated" if proposal.covers else "nobody new seated"
    lost = f"{seats:g} seats fewer wasted" if seats >= 0 else f"{-seats:g} seats more wasted"
    proof = "No better plan exists" if proposal.status == "optimal" else "A better plan may exist"
    if run.state == "nothing_better":
        return f"The tables can stay as they are. {proof}."
    return f"{moves} {'move' if moves == 1 else 'moves'}: {gains}, {lost}. {proof}."


def _night(one: NightRecord, place: OpenVenue) -> dict[str, Any]:
    return {
        "date": one.service_date.isoformat(),
        "asked_covers": one.asked_covers,
        "seated_covers": one.seated_covers,
        "optimum_covers": one.optimum_covers,
        "bound_covers": one.bound_covers,
        "proven": one.optimum_covers == one.bound_covers,
        "share": round(one.seated_covers / one.bound_covers, 4) if one.bound_covers else 1.0,
        "recorded_at": _local(one.recorded_at, place),
    }


def _local(at: datetime | None, place: OpenVenue) -> str | None:
    return at.astimezone(place.venue.tz).isoformat() if at else None


_OF_VENUE: Final = "/v1/restaurants/{slug}/optimizer/"
_RUN: Final = "/v1/optimizer/runs/{run_id}"

ROUTES: Final = (
    Endpoint(
        "POST", _OF_VENUE + "runs", start_run, TAG, "Plan a day again", "staff", RunAnswer, status=202, body=RunBody,
        headers=("Prefer",), answer_headers=("Location", "Preference-Applied"),
        problems=("in_the_past", "unknown_service"),
        more={200: "Solved within the time that `Prefer: wait` gave."},
    ),
    Endpoint("GET", _OF_VENUE + "runs", list_runs, TAG, "List runs", "staff", RunsAnswer, query=RunsQuery),
    Endpoint("GET", _RUN, read_run, TAG, "Read a run", "staff", RunAnswer, headers=("Prefer",)),
    Endpoint(
        "POST", _RUN + "/apply", apply_run, TAG, "Apply a proposal", "staff", RunAnswer, body=NothingBody,
        body_optional=True, problems=("run_settled", "run_stale", "lock_busy"),
    ),
    Endpoint(
        "POST", _RUN + "/dismiss", dismiss_run, TAG, "Dismiss a proposal", "staff", RunAnswer, body=NothingBody,
        body_optional=True, problems=("run_settled",),
    ),
    Endpoint(
        "GET", _OF_VENUE + "nights", list_nights, TAG, "How good nights were", "staff", NightsAnswer,
        query=NightsQuery,
    ),
)  # fmt: skip
