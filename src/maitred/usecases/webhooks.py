"""Webhooks of a restaurant: who is told of what, and telling it once more."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from maitred.domain.errors import InvalidInput, NotFound, Rejected
from maitred.domain.event_types import PUBLIC, TEST, sent
from maitred.domain.events import TYPE_PREFIX, Event
from maitred.domain.webhooks import MOST_PER_RESTAURANT, MOST_REPLAYED, SECRET_BYTES, checked_url, new_secret
from maitred.store import feed, webhooks
from maitred.store.webhooks import Delivery, Webhook
from maitred.usecases.desk import Caller, Desk, OpenVenue

OVERLAP: Final = timedelta(hours=24)
LONGEST_OVERLAP: Final = timedelta(days=30)


class EventsGone(Rejected):
    """The events that were asked for are not kept any more."""

    code = "events_gone"


class TooManyWebhooks(Rejected):
    """The restaurant has as many endpoints as it may have."""

    code = "too_many_webhooks"


class TooManyStreams(Rejected):
    """The credential, or this process, has as many streams open as it may have."""

    code = "too_many_streams"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay planned; `next_after` is where to go on when it was cut short."""

    planned: int
    next_after: UUID | None


async def subscribe(
    desk: Desk, place: OpenVenue, url: str, types: Sequence[str], description: str | None, *, caller: Caller
) -> tuple[Webhook, str]:
    """Add an endpoint and return it with its secret, which is shown this once."""
    checked_url(url, private=desk.policy.webhooks_private)
    wanted, secret, webhook_id = known_types(types), _new_secret(), uuid4()
    async with desk.database.transaction() as connection:
        added = await webhooks.insert(
            connection, webhook_id, place.restaurant_id,
            url=url, types=wanted, description=description, secret=secret, created_by=caller.name, now=desk.clock(),
            most=MOST_PER_RESTAURANT,
        )  # fmt: skip
        if not added:
            raise TooManyWebhooks(f"A restaurant has {MOST_PER_RESTAURANT} webhooks at most.", most=MOST_PER_RESTAURANT)
    return await webhook(desk, place, webhook_id), secret


async def webhook(desk: Desk, place: OpenVenue, webhook_id: UUID) -> Webhook:
    """Return an endpoint of this restaurant; raises NotFound."""
    found = await webhooks.by_id(desk.database, place.restaurant_id, webhook_id)
    if found is None:
        raise NotFound("There is no such webhook.")
    return found


async def change_webhook(desk: Desk, place: OpenVenue, webhook_id: UUID, **changes: Any) -> Webhook:
    """Change an endpoint's address, types, description, or switch it on or off."""
    if "url" in changes:
        checked_url(changes["url"], private=desk.policy.webhooks_private)
    if "types" in changes:
        changes["types"] = known_types(changes["types"])
    async with desk.database.transaction() as connection:
        hook = await webhooks.lock(connection, place.restaurant_id, webhook_id)
        if hook is None:
            raise NotFound("There is no such webhook.")
        await webhooks.change(connection, replace(hook, **changes), desk.clock())
    return await webhook(desk, place, webhook_id)


async def rotate_secret(
    desk: Desk, place: OpenVenue, webhook_id: UUID, overlap: timedelta = OVERLAP
) -> tuple[Webhook, str]:
    """Replace the secret and return the new one; for `overlap` the old one signs beside it."""
    assert timedelta(0) <= overlap <= LONGEST_OVERLAP
    hook, secret, now = await webhook(desk, place, webhook_id), _new_secret(), desk.clock()
    await webhooks.rotate(desk.database, hook, secret, now + overlap, now)
    return await webhook(desk, place, webhook_id), secret


async def unsubscribe(desk: Desk, place: OpenVenue, webhook_id: UUID) -> None:
    """Forget an endpoint with its log; raises NotFound."""
    await webhooks.delete(desk.database, await webhook(desk, place, webhook_id))


async def send_test(desk: Desk, place: OpenVenue, webhook_id: UUID) -> int:
    """Plan a test event and return its delivery's number."""
    hook, event_id, now = await _switched_on(desk, place, webhook_id), uuid4(), desk.clock()
    event = Event(event_id, TEST, place.slug, str(hook.id), now, {"message": "This is a test."})
    return await webhooks.plan_test(desk.database, hook.id, event_id, sent(event), now)


async def resend(desk: Desk, place: OpenVenue, webhook_id: UUID, delivery_id: int) -> int:
    """Plan a delivery once more, under the event's own id; raises NotFound."""
    hook = await _switched_on(desk, place, webhook_id)
    planned = await webhooks.plan_resend(desk.database, hook.id, delivery_id, desk.clock())
    if planned is None:
        raise NotFound("There is no such delivery.")
    return planned


async def replay(
    desk: Desk,
    place: OpenVenue,
    webhook_id: UUID,
    *,
    since: datetime | None = None,
    after: UUID | None = None,
    most: int = MOST_REPLAYED,
) -> Replayed:
    """Plan every event since an instant, or after an event, once more in the order of the feed; raises EventsGone."""
    hook = await _switched_on(desk, place, webhook_id)
    start = await position(desk, place.restaurant_id, since=since, after=after)
    planned, found, last = await webhooks.plan_replay(desk.database, hook, start, hook.types, most, desk.clock())
    return Replayed(planned, last if found == most else None)


async def position(
    desk: Desk, restaurant_id: int | None, *, since: datetime | None, after: UUID | None, field: str = "after"
) -> int:
    """Return the place in the feed that somebody means; raises EventsGone for one that is no longer there.

    `field` is where they named the event.
    """
    kept = timedelta(hours=desk.policy.event_retention_hours)
    oldest = desk.clock() - kept
    if since is not None:
        if since < oldest:
            raise _gone("since", desk)
        return await feed.position_before(desk.database, since, restaurant_id)
    assert after is not None
    found = await feed.position_of(desk.database, after, restaurant_id)
    if found is None:
        raise _gone(field, desk)
    return found


async def log(
    desk: Desk, place: OpenVenue, webhook_id: UUID, *, state: str | None, before: int | None, limit: int
) -> list[Delivery]:
    """Return an endpoint's deliveries, newest first; raises NotFound."""
    hook = await webhook(desk, place, webhook_id)
    return await webhooks.deliveries(desk.database, hook.id, state, before, limit)


def known_types(types: Sequence[str], field: str = "types") -> tuple[str, ...]:
    """Return types as they are kept, without the prefix of the wire; raises InvalidInput for an unknown one."""
    wanted = tuple(sorted({one.removeprefix(TYPE_PREFIX) for one in types}))
    unknown = [one for one in wanted if one not in PUBLIC]
    if unknown:
        known = ", ".join(sorted(PUBLIC))
        raise InvalidInput(f"Types are some of: {known}.", field=field, code="unknown_type", unknown=unknown)
    return wanted


async def _switched_on(desk: Desk, place: OpenVenue, webhook_id: UUID) -> Webhook:
    hook = await webhook(desk, place, webhook_id)
    if not hook.enabled:
        raise InvalidInput("Nothing is sent to this webhook: switch it on first.", field="enabled", code="disabled")
    return hook


def _gone(field: str, desk: Desk) -> EventsGone:
    hours = desk.policy.event_retention_hours
    oldest = desk.clock() - timedelta(hours=hours)
    return EventsGone(f"Events are kept for {hours:g} hours; this is not one of them.", field=field, oldest=oldest)


def _new_secret() -> str:
    return new_secret(secrets.token_bytes(SECRET_BYTES))
