"""Webhooks: who is told of what, the log of every attempt, and telling it once more."""

from datetime import timedelta
from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import (
    DeliveryList,
    NewWebhookAnswer,
    PlannedAnswer,
    ReplayAnswer,
    WebhookAnswer,
    WebhookList,
)
from maitred.api.bookings import moment
from maitred.api.call import Call, Endpoint, answer
from maitred.api.paging import after, next_link
from maitred.api.schemas import DeliveriesQuery, NothingBody, ReplayBody, RotateBody, WebhookBody, WebhookChange
from maitred.domain.errors import InvalidInput, NotFound
from maitred.store import webhooks as stored
from maitred.store.webhooks import Delivery, Webhook
from maitred.usecases import webhooks
from maitred.usecases.desk import OpenVenue

TAG: Final = "Webhooks"
_NO_STORE: Final = {"Cache-Control": "no-store"}


async def subscribe(call: Call) -> Response:
    """Add an endpoint. Its secret is in this answer and nowhere else; events from now on are sent to it."""
    place = await call.place()
    body = await call.body(WebhookBody)
    hook, secret = await webhooks.subscribe(
        call.desk, place, body.url, body.types, body.description, caller=call.caller
    )
    headers = {**_NO_STORE, "Location": f"/v1/restaurants/{place.slug}/webhooks/{hook.id}"}
    return answer({**_rendered(hook, place), "secret": secret}, 201, headers)


async def list_webhooks(call: Call) -> Response:
    """List the endpoints, without their secrets."""
    place = await call.place()
    found = await stored.listing(call.desk.database, place.restaurant_id)
    return answer({"items": [_rendered(hook, place) for hook in found]})


async def read_webhook(call: Call) -> Response:
    """Return one endpoint."""
    place = await call.place()
    return answer(_rendered(await webhooks.webhook(call.desk, place, call.path_id("webhook_id")), place))


async def change_webhook(call: Call) -> Response:
    """Change an endpoint, or switch it on or off. Switched off, it is planned nothing; what waits, waits on."""
    place = await call.place()
    body = await call.body(WebhookChange)
    if not body.model_fields_set:
        raise InvalidInput("Name a field to change.", field="body", code="nothing_to_change")
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    return answer(
        _rendered(await webhooks.change_webhook(call.desk, place, call.path_id("webhook_id"), **changes), place)
    )


async def delete_webhook(call: Call) -> Response:
    """Forget an endpoint with its log."""
    await webhooks.unsubscribe(call.desk, await call.place(), call.path_id("webhook_id"))
    return Response(status_code=204)


async def rotate_secret(call: Call) -> Response:
    """Replace the secret. For a while both sign, so the receiver can change at leisure."""
    place = await call.place()
    body = await call.body(RotateBody)
    hook, secret = await webhooks.rotate_secret(
        call.desk, place, call.path_id("webhook_id"), timedelta(hours=body.overlap_hours)
    )
    return answer({**_rendered(hook, place), "secret": secret}, headers=_NO_STORE)


async def send_test(call: Call) -> Response:
    """Send a test event, `maitred.webhook.test`."""
    place = await call.place()
    await call.body(NothingBody)
    number = await webhooks.send_test(call.desk, place, call.path_id("webhook_id"))
    return answer({"delivery_id": number}, 202)


async def replay(call: Call) -> Response:
    """Send every event since an instant, or after an event, once more: same ids, in order, 10,000 at most.

    What is still to be sent anyway is not sent twice. Receivers tell repetitions by `webhook-id`.
    """
    place = await call.place()
    body = await call.body(ReplayBody)
    if (body.since is None) == (body.after is None):
        raise InvalidInput("Name either `since` or `after`.", field="since", code="required")
    since = moment(body.since, place, "since")
    done = await webhooks.replay(call.desk, place, call.path_id("webhook_id"), since=since, after=body.after)
    return answer({"planned": done.planned, "next_after": str(done.next_after) if done.next_after else None}, 202)


async def list_deliveries(call: Call) -> Response:
    """List what was planned for an endpoint and how each try went, newest first."""
    query, place = call.query(DeliveriesQuery), await call.place()
    found = await webhooks.log(
        call.desk, place, call.path_id("webhook_id"),
        state=query.state, before=after(query.cursor), limit=query.limit + 1,
    )  # fmt: skip
    page = found[: query.limit]
    last = page[-1].id if len(found) > query.limit else None
    return answer({"items": [_line(one) for one in page], "next": next_link(call.request, last)})


async def resend(call: Call) -> Response:
    """Send a delivery once more, under the same event id."""
    await call.body(NothingBody)
    text = call.path("delivery_id")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound("There is nothing here.")
    number = await webhooks.resend(call.desk, await call.place(), call.path_id("webhook_id"), int(text))
    return answer({"delivery_id": number}, 202)


def _rendered(hook: Webhook, place: OpenVenue) -> dict[str, Any]:
    return {
        "id": str(hook.id),
        "restaurant": place.slug,
        "url": hook.url,
        "types": list(hook.types),
        "description": hook.description,
        "enabled": hook.enabled,
        "disabled_at": hook.disabled_at,
        "disabled_reason": hook.disabled_reason,
        "failing_since": hook.failing_since,
        "failures": hook.failures,
        "pending": hook.pending,
        "delivered_at": hook.delivered_at,
        "previous_secret_until": hook.previous_until,
        "created_by": hook.created_by,
        "created_at": hook.created_at,
    }


def _line(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "event_id": str(one.event_id),
        "type": one.type,
        "kind": one.kind,
        "state": one.state,
        "due_at": one.due_at if one.state == "pending" else None,
        "created_at": one.created_at,
        "settled_at": one.settled_at,
        "attempts": list(one.log),
    }


_PATH: Final = "/v1/restaurants/{slug}/webhooks"
_ONE: Final = f"{_PATH}/{{webhook_id}}"
_URL_CODES: Final = ("invalid_url", "insecure_url", "private_address", "unknown_type")
ROUTES: Final = (
    Endpoint(
        "POST", _PATH, subscribe, TAG, "Add a webhook", "venues:write", NewWebhookAnswer,
        status=201, body=WebhookBody, answer_headers=("Location",), problems=(*_URL_CODES, "too_many_webhooks"),
    ),
    Endpoint("GET", _PATH, list_webhooks, TAG, "List webhooks", "venues:write", WebhookList),
    Endpoint("GET", _ONE, read_webhook, TAG, "Read a webhook", "venues:write", WebhookAnswer),
    Endpoint(
        "PATCH", _ONE, change_webhook, TAG, "Change a webhook", "venues:write", WebhookAnswer, body=WebhookChange,
        problems=_URL_CODES,
    ),
    Endpoint("DELETE", _ONE, delete_webhook, TAG, "Remove a webhook", "venues:write", status=204),
    Endpoint(
        "POST", f"{_ONE}/rotate", rotate_secret, TAG, "Replace the secret", "venues:write", NewWebhookAnswer,
        body=RotateBody, body_optional=True,
    ),
    Endpoint(
        "POST", f"{_ONE}/test", send_test, TAG, "Send a test event", "venues:write", PlannedAnswer, status=202,
        body=NothingBody, body_optional=True, problems=("disabled",),
    ),
    Endpoint(
        "POST", f"{_ONE}/replay", replay, TAG, "Send events once more", "venues:write", ReplayAnswer, status=202,
        body=ReplayBody, problems=("events_gone", "disabled"),
    ),
    Endpoint(
        "GET", f"{_ONE}/deliveries", list_deliveries, TAG, "Read the delivery log", "venues:write", DeliveryList,
        query=DeliveriesQuery,
    ),
    Endpoint(
        "POST", f"{_ONE}/deliveries/{{delivery_id}}/resend", resend, TAG, "Send a delivery once more", "venues:write",
        PlannedAnswer, status=202, body=NothingBody, body_optional=True, problems=("disabled",),
    ),
)  # fmt: skip
