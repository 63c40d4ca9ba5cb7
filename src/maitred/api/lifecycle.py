"""The lifecycle: the table itself, the steps at the door, and privileged steps."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response

from maitred.api.answers import BookingAnswer, LifecycleAnswer
from maitred.api.bookings import moment, present
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import ActionBody, StateBody
from maitred.domain.booking import ActorKind, ReasonCode, State
from maitred.domain.lifecycle import UNDO_WINDOW, Action, steps
from maitred.usecases.door import act, privileged

TAG: Final = "Lifecycle"

_HERE: Final = "/v1/bookings/{booking_id}"
# Which call takes a step; the steps that are not listed are the pipeline's own (privileged: POST .../state).
ROUTE_OF: Final = {
    Action.CREATE: "POST /v1/restaurants/{slug}/bookings",
    Action.MODIFY: f"PATCH {_HERE}",
    Action.CANCEL: f"POST {_HERE}/cancel",
    Action.ARRIVE: f"POST {_HERE}/arrive",
    Action.CHECK_IN: f"POST {_HERE}/check-in",
    Action.COMPLETE: f"POST {_HERE}/complete",
    Action.MARK_NO_SHOW: f"POST {_HERE}/no-show",
    Action.UNDO: f"POST {_HERE}/undo",
    Action.MOVE: f"POST {_HERE}/move",
    Action.PIN: f"POST {_HERE}/pin",
    Action.UNPIN: f"POST {_HERE}/unpin",
    Action.REQUEUE: f"POST {_HERE}/requeue",
    Action.DECLINE: f"POST {_HERE}/decline",
    Action.ASSIGN: f"POST {_HERE}/force-confirm",
    Action.LOSE_TABLE: f"POST {_HERE}/lose-table",
}

_TABLE: Final = {
    "states": list(State),
    "actions": list(Action),
    "actors": list(ActorKind),
    "reasons": list(ReasonCode),
    "steps": [{"from_state": before, "action": action, "to_state": target} for before, action, target in steps()],
    "routes": {action.value: call for action, call in ROUTE_OF.items()},
    "undo_minutes": int(UNDO_WINDOW.total_seconds() // 60),
}


async def read_lifecycle(_call: Call) -> Response:
    """Return the state machine as data: every step there is. Nothing else ever sets a state."""
    return answer(_TABLE)


def at_the_door(action: Action, meaning: str) -> Callable[[Call], Awaitable[Response]]:
    """Return the handler of one action."""

    async def take(call: Call) -> Response:
        body = await call.body(ActionBody)
        if body.at is not None:
            call.need("admin")
        place = await call.desk.venues.by_id((await call.booking()).booking.restaurant_id)
        async with call.versioned() as expected:
            await act(
                call.desk,
                call.path_id("booking_id"),
                action,
                caller=call.caller,
                expected_version=expected,
                at=moment(body.at, place, "at"),
                note=body.note,
            )
        return await present(call)

    take.__doc__ = meaning
    return take


async def set_state(call: Call) -> Response:
    """Take any legal step that needs no seat, with a reason for the history. For operators, when something is stuck."""
    body = await call.body(StateBody)
    place = await call.desk.venues.by_id((await call.booking()).booking.restaurant_id)
    async with call.versioned() as expected:
        await privileged(
            call.desk,
            call.path_id("booking_id"),
            body.action,
            caller=call.caller,
            expected_version=expected,
            reason=body.reason,
            at=moment(body.at, place, "at"),
        )
    return await present(call)


# Path, action, scope, summary, meaning.
_DOOR: Final = (
    ("cancel", Action.CANCEL, "bookings:write", "Cancel", "Give the tables back. Can be undone for 15 minutes."),
    ("arrive", Action.ARRIVE, "staff", "Arrive", "The party is at the door."),
    ("check-in", Action.CHECK_IN, "staff", "Seat", "The party sits down: its tables are its own from now."),
    ("complete", Action.COMPLETE, "staff", "Complete", "The party has left: its tables are free after the buffer."),
    ("no-show", Action.MARK_NO_SHOW, "staff", "No-show", "The party did not come. Always a person's decision."),
    ("undo", Action.UNDO, "staff", "Undo", "Back to the state before, onto its own tables or any that fit."),
)

ROUTES: Final = (
    *(
        Endpoint(
            "POST", f"/v1/bookings/{{booking_id}}/{path}", at_the_door(action, meaning), TAG, summary, scope,
            BookingAnswer, body=ActionBody, body_optional=True, headers=("If-Match",), answer_headers=("ETag",),
            problems=("transition_not_allowed", "stale_version"),
        )
        for path, action, scope, summary, meaning in _DOOR
    ),
    Endpoint(
        "POST", "/v1/bookings/{booking_id}/state", set_state, TAG, "Privileged step", "admin", BookingAnswer,
        body=StateBody, headers=("If-Match",), answer_headers=("ETag",),
        problems=("transition_not_allowed", "needs_seat", "stale_version"),
    ),
    Endpoint("GET", "/v1/lifecycle", read_lifecycle, TAG, "Read the lifecycle", None, LifecycleAnswer),
)  # fmt: skip
