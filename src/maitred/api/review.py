"""The manual review queue, and the ways out of it."""

from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import BookingAnswer, ReviewQueue, SuggestionsAnswer
from maitred.api.bookings import override_of, present, shown
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import ForceBody, NoteBody, NothingBody
from maitred.domain.assignment import Alternative, Plan
from maitred.store import views
from maitred.usecases import review
from maitred.usecases.desk import OpenVenue

TAG: Final = "Review"


async def read_queue(call: Call) -> Response:
    """List what waits for a person, the nearest deadline first, each with its reason."""
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
    """Rank the ways out: plans that fit now, and the nearest times that would work."""
    view = await call.booking()
    place = await call.desk.venues.by_id(view.booking.restaurant_id)
    found = await review.suggestions(call.desk, view.booking.id, caller=call.caller)
    return answer(
        {
            "plans": [render_plan(plan) for plan in found.plans],
            "alternatives": [render_alternative(one, place) for one in found.alternatives],
        }
    )


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
