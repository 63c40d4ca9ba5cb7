"""Messages: what was said to whom and how it went, how a restaurant sends, and whom it does not write to any more."""

import datetime as dt
from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import (
    ChangedMessageSettings,
    LiftedAnswer,
    MessageAnswer,
    MessageList,
    MessageSettingsAnswer,
    RetriedAnswer,
    SuppressionAnswer,
)
from maitred.api.call import Call, Endpoint, answer
from maitred.api.paging import after, next_link
from maitred.api.schemas import MessageSettingsBody, MessagesQuery, NothingBody, SuppressedBody, SuppressionBody
from maitred.domain.errors import InvalidInput
from maitred.store import messages as stored
from maitred.store.messages import Listed, MessageSettings
from maitred.usecases import message_settings
from maitred.usecases.desk import OpenVenue
from maitred.usecases.message_settings import Changed, read_clock

TAG: Final = "Messages"
_NO_STORE: Final = {"Cache-Control": "no-store"}


async def list_messages(call: Call) -> Response:
    """List messages to guests and staff, newest first, without what they say."""
    query, place = call.query(MessagesQuery), await call.place()
    found = await stored.listing(
        call.desk.database, place.restaurant_id,
        states=_states(query.state), before=after(query.cursor), booking_id=query.booking_id, query=query.q,
        limit=query.limit + 1,
    )  # fmt: skip
    page = found[: query.limit]
    last = page[-1].message.seq if len(found) > query.limit else None
    content = {
        "items": [_line(one) for one in page],
        "next": next_link(call.request, last),
        "counts": await stored.counts(call.desk.database, place.restaurant_id),
    }
    return answer(content, headers=_NO_STORE)


async def read_message(call: Call) -> Response:
    """Return one message with what it says, and how each try went."""
    place = await call.place()
    return answer(_whole(await message_settings.message(call.desk, place, call.path_id("message_id"))), 200, _NO_STORE)


async def retry_message(call: Call) -> Response:
    """Try a message anew that has failed, beginning with the shortest pauses."""
    place = await call.place()
    await call.body(NothingBody)
    again = await message_settings.retry(call.desk, place, call.path_id("message_id"))
    return answer(_whole(again), 202, _NO_STORE)


async def retry_messages(call: Call) -> Response:
    """Try every message anew that has failed."""
    place = await call.place()
    await call.body(NothingBody)
    return answer({"retried": await message_settings.retry_all(call.desk, place)}, 202)


async def read_settings(call: Call) -> Response:
    """Return how the restaurant sends, without the gateway's secret."""
    place = await call.place()
    return answer(_rendered(await message_settings.settings_of(call.desk, place), place), 200, _NO_STORE)


async def change_settings(call: Call) -> Response:
    """Change how the restaurant sends; fields that are left out stay as they are.

    Setting the first gateway makes its secret, which is in this answer and nowhere else; with the gateway the secret
    goes, too.
    """
    place = await call.place()
    body = await call.body(MessageSettingsBody)
    if not body.model_fields_set:
        raise InvalidInput("Name a field to change.", field="body", code="nothing_to_change")
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    changes |= {name: read_clock(name, changes[name]) for name in changes.keys() & {"quiet_from", "quiet_until"}}
    return _changed(await message_settings.change_settings(call.desk, place, caller=call.caller, **changes), place)


async def renew_secret(call: Call) -> Response:
    """Replace the gateway's secret; what is sent from now on is signed with the new one alone."""
    place = await call.place()
    await call.body(NothingBody)
    return _changed(await message_settings.renew_secret(call.desk, place, caller=call.caller), place)


async def suppress(call: Call) -> Response:
    """Send nothing of this restaurant to an address any more. A mail provider's reports of bounces go here.

    Messages that wait already are dropped as `suppressed`. Only a hash of the address is kept.
    """
    place = await call.place()
    body = await call.body(SuppressionBody)
    one = await message_settings.suppress(call.desk, place, body.email, body.why, body.detail)
    told = {"email": body.email.strip(), "why": one.why, "detail": one.detail, "at": one.at}
    return answer(told, 200, _NO_STORE)


async def lift(call: Call) -> Response:
    """Send to an address again. A bounce that our own mail server told of holds, and is lifted, everywhere."""
    place = await call.place()
    body = await call.body(SuppressedBody)
    return answer({"lifted": await message_settings.lift_suppression(call.desk, place, body.email)})


def _states(text: str | None) -> list[str] | None:
    if text is None:
        return None
    named = [name.strip() for name in text.split(",")]
    unknown = sorted(set(named) - set(stored.FATES))
    if unknown:
        known = ", ".join(stored.FATES)
        raise InvalidInput(
            f"No state is called {unknown[0]!r}; there are: {known}.", field="state", code="unknown_value"
        )
    return named


def _line(one: Listed) -> dict[str, Any]:
    message = one.message
    return {
        "id": str(message.id),
        "kind": message.kind,
        "audience": message.audience,
        "channel": message.channel,
        "booking_id": str(message.booking_id) if message.booking_id else None,
        "reference": one.reference,
        "waitlist_entry_id": str(message.entry_id) if message.entry_id else None,
        "recipient": message.recipient,
        "recipient_name": message.recipient_name,
        "locale": message.locale,
        "state": message.fate,
        "reason": message.reason,
        "via": message.via,
        "answer": message.answer,
        "attempts": message.attempts,
        "due_at": message.due_at if message.state == "pending" else None,
        "created_at": message.created_at,
        "settled_at": message.settled_at,
    }


def _whole(one: Listed) -> dict[str, Any]:
    content = one.message.content
    letter = {name: content.get(name) for name in ("subject", "text", "html", "short", "calendar")} if content else None
    return {
        **_line(one),
        "message_id": one.message.message_id,
        "content": letter,
        "tries": [dict(attempt) for attempt in one.message.tries],
    }


def _rendered(settings: MessageSettings, place: OpenVenue) -> dict[str, Any]:
    return {
        "restaurant": place.slug,
        "sender_name": settings.sender_name,
        "sender_address": settings.sender_address,
        "reply_to": settings.reply_to,
        "locale": settings.locale,
        "off": list(settings.off),
        "quiet_from": _clock(settings.quiet_from),
        "quiet_until": _clock(settings.quiet_until),
        "staff_emails": list(settings.staff_emails),
        "gateway_url": settings.gateway_url,
        "gateway_for": settings.gateway_for,
        "updated_at": settings.updated_at,
        "updated_by": settings.updated_by,
    }


def _changed(done: Changed, place: OpenVenue) -> Response:
    return answer({**_rendered(done.settings, place), "gateway_secret": done.secret}, 200, _NO_STORE)


def _clock(time: dt.time | None) -> str | None:
    return time.isoformat("minutes") if time else None


_PATH: Final = "/v1/restaurants/{slug}/messages"
_ONE: Final = f"{_PATH}/{{message_id}}"
_FAULTS: Final = (
    "nothing_to_change", "invalid_email", "control_character", "too_long", "unknown_value", "unknown_kind",
    "invalid_format", "required", "same_time", "invalid_url", "insecure_url", "private_address",
)  # fmt: skip
# Settings come first: the router would read their path as a message's.
ROUTES: Final = (
    Endpoint(
        "GET", f"{_PATH}/settings", read_settings, TAG, "Read how messages are sent", "venues:write",
        MessageSettingsAnswer,
    ),
    Endpoint(
        "PUT", f"{_PATH}/settings", change_settings, TAG, "Change how messages are sent", "venues:write",
        ChangedMessageSettings, body=MessageSettingsBody, problems=_FAULTS,
    ),
    Endpoint(
        "POST", f"{_PATH}/settings/secret", renew_secret, TAG, "Replace the gateway's secret", "venues:write",
        ChangedMessageSettings, body=NothingBody, body_optional=True, problems=("no_gateway",),
    ),
    Endpoint("GET", _PATH, list_messages, TAG, "List messages", "staff", MessageList, query=MessagesQuery),
    Endpoint("GET", _ONE, read_message, TAG, "Read a message", "staff", MessageAnswer),
    Endpoint(
        "POST", f"{_PATH}/retry", retry_messages, TAG, "Try all failed messages anew", "staff", RetriedAnswer,
        status=202, body=NothingBody, body_optional=True,
    ),
    Endpoint(
        "POST", f"{_ONE}/retry", retry_message, TAG, "Try a failed message anew", "staff", MessageAnswer, status=202,
        body=NothingBody, body_optional=True, problems=("not_failed", "address_barred"),
    ),
    Endpoint(
        "POST", f"{_PATH}/suppressions", suppress, TAG, "Send nothing to an address", "staff", SuppressionAnswer,
        body=SuppressionBody, problems=("invalid_email", "unknown_value", "control_character", "too_long"),
    ),
    Endpoint(
        "POST", f"{_PATH}/suppressions/lift", lift, TAG, "Send to an address again", "staff", LiftedAnswer,
        body=SuppressedBody, problems=("invalid_email",),
    ),
)  # fmt: skip
