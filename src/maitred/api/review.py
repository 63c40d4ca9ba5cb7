"""The manual review queue, and the ways out of it."""

from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import BookingAnswer, ReviewQueue, SuggestionsAnswer
from maitred.api.bookings import override_of, present, shown
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import ForceBody, NoteBody, NothingBody
from maitred.domain.assignment import Alternative, Line, Plan
from maitred.domain.booking import Booking
from maitred.store import views
from maitred.usecases import review
from maitred.usecases.desk import OpenVenue

TAG: Final = "Review"


async def read_queue(call: Call) -> Response:
    """List what waits for a person, each with its reason: who was confirmed once, then the nearest deadline first."""
    place = await call.place()
    queue = await views.review_queue(call.desk.database, place.restaurant_id)
    return answer({"items": [shown(call, view, place) for view in queue]})


async def claim(call: Call) -> Response:
    """Claim a review for 60 seconds, so that two people do not work on the same one. Claim again to keep it."""
    await call.body(NothingBody)
    async with call.versioned():
        await review.claim(call.desk, call.path_id("booking_id"), caller=call.caller)
    return await present(call)


async def requeue(call: Call) -> Response:
    """Send the booking back to the engine."""
    body = await call.body(NoteBody)
    async with call.versioned() as expected:
        await review.requeue(
            call.desk, call.path_id("booking_id"), caller=call.caller, expected_version=expected, note=body.note
        )
    return await present(call)


async def force_confirm(call: Call) -> Response:
    """Confirm the booking on tables chosen by a person. Soft rules need an override, hard ones hold."""
    body = await call.body(ForceBody)
    if body.override:
        call.need("override")
    async with call.versioned() as expected:
        await review.force_confirm(
            call.desk,
            call.path_id("booking_id"),
            body.tables,
            caller=call.caller,
            expected_version=expected,
            override=override_of(body.override),
        )
    return await present(call)


async def decline(call: Call) -> Response:
    """Decline the booking; the guest hears of it with alternatives."""
    body = await call.body(NoteBody)
    async with call.versioned() as expected:
        await review.decline(
            call.desk, call.path_id("booking_id"), caller=call.caller, expected_version=expected, note=body.note
        )
    return await present(call)


async def suggest(call: Call) -> Response:
    """Rank the ways out: what is free, who could move, other times and zones, each in words and with the call to make.

    Everything in `fixes` was tried on the engine a moment ago; `plans` and `alternatives` are the same for programs.
    """
    view = await call.booking()
    place = await call.desk.venues.by_id(view.booking.restaurant_id)
    found = await review.suggestions(call.desk, view.booking.id, caller=call.caller)
    return answer(
        {
            "fixes": [
                {**line.document(), "call": _call(line, view.booking, by_itself=found.by_itself)}
                for line in found.fixes
                if call.caller.may("staff") or not _OTHERS & line.data.keys()
            ],
            "plans": [render_plan(plan) for plan in found.plans],
            "alternatives": [render_alternative(one, place) for one in found.alternatives],
        }
    )


# What names other parties is for staff; tables are for everybody who works on reviews.
_OTHERS: Final = frozenset({"moves", "blocker"})


def _call(line: Line, booking: Booking, *, by_itself: bool) -> dict[str, Any] | None:
    """Return the call that takes a fix; None where people have to do something first."""
    change, at = dict(line.data["change"]), f"/v1/bookings/{booking.id}"
    match review.way_of(line, booking, by_itself=by_itself):
        case "confirm":
            body: dict[str, Any] = {"tables": change["tables"]}
            if "override" in change:
                body["override"] = {"rules": change["override"], "reason": ""}
            return {"method": "POST", "path": f"{at}/force-confirm", "body": body}
        case "accept":
            return {"method": "POST", "path": f"{at}/accept-moves", "body": {}}
        case "requeue":
            return {"method": "POST", "path": f"{at}/requeue", "body": {}}
        case "change":
            return {"method": "PATCH", "path": at, "body": change}
        case None:
            return None


def render_plan(plan: Plan) -> dict[str, Any]:
    """Return a plan with the named terms of its score."""
    return {
        "tables": list(plan.tables),
        "zone": plan.zone,
        "capacity": plan.capacity,
        "score": plan.score,
        "terms": dict(plan.terms),
        "strategy": plan.strategy,
    }


def render_alternative(one: Alternative, place: OpenVenue) -> dict[str, Any]:
    """Return another time that would work."""
    return {
        "starts_at": one.starts_at.astimezone(place.venue.tz).isoformat(),
        "zone": one.plan.zone,
        "tables": list(one.plan.tables),
    }


_AT: Final = "/v1/bookings/{booking_id}/"

ROUTES: Final = (
    Endpoint("GET", "/v1/restaurants/{slug}/review", read_queue, TAG, "Read the queue", "review", ReviewQueue),
    Endpoint(
        "POST", _AT + "claim", claim, TAG, "Claim a review", "review", BookingAnswer, body=NothingBody,
        body_optional=True, answer_headers=("ETag",), problems=("claimed", "transition_not_allowed"),
    ),
    Endpoint(
        "POST", _AT + "requeue", requeue, TAG, "Requeue", "review", BookingAnswer, body=NoteBody, body_optional=True,
        headers=("If-Match",), answer_headers=("ETag",), problems=("claimed", "transition_not_allowed"),
    ),
    Endpoint(
        "POST", _AT + "force-confirm", force_confirm, TAG, "Confirm on chosen tables", "review", BookingAnswer,
        body=ForceBody, headers=("If-Match",), answer_headers=("ETag",),
        problems=("claimed", "table_taken", "needs_override", "transition_not_allowed"),
    ),
    Endpoint(
        "POST", _AT + "decline", decline, TAG, "Decline", "review", BookingAnswer, body=NoteBody, body_optional=True,
        headers=("If-Match",), answer_headers=("ETag",), problems=("claimed", "transition_not_allowed"),
    ),
    Endpoint("GET", _AT + "suggestions", suggest, TAG, "Suggest ways out", "review", SuggestionsAnswer),
)  # fmt: skip
