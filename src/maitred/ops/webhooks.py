"""Webhooks of a restaurant: who is told of events, how each try went, and telling it once more."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from starlette.responses import Response

from maitred.api.auth import need
from maitred.api.problems import status_of
from maitred.domain.calendar import resolve_local
from maitred.domain.errors import InvalidInput, NotFound
from maitred.domain.event_types import PUBLIC
from maitred.ops.actions import required
from maitred.ops.me import number_in
from maitred.ops.visit import Screen, Visit
from maitred.ops.wording import sentence
from maitred.store import webhooks as stored
from maitred.store.webhooks import Delivery, Webhook
from maitred.texts import N_, gettext, ngettext
from maitred.usecases import webhooks
from maitred.usecases.people import Role

LINES: Final = 50
SCOPE: Final = "venues:write"
WHY_OFF: Final = {
    "failing": N_("Switched off: nothing was accepted for five days."),
    "gone": N_("Switched off: the receiver says it is gone for good."),
    "by_hand": N_("Switched off by hand."),
}
STATES: Final = {"pending": N_("Waits"), "delivered": N_("Accepted"), "failed": N_("Given up")}
KINDS: Final = {"live": N_("As it happened"), "replay": N_("Replay"), "resend": N_("Sent again"), "test": N_("Test")}


async def show(visit: Visit) -> Response:
    """Show the endpoints, and the log of the one that is asked for."""
    return await _page(visit, None)


async def add(visit: Visit) -> Response:
    """Add an endpoint; its secret is on the page this once."""
    need(visit.caller, SCOPE)
    form = await visit.form()
    types = [one for one in form.get("types", "").split(",") if one]
    try:
        hook, secret = await webhooks.subscribe(
            visit.desk, visit.place, required(form, "url"), types, None, caller=visit.caller
        )
    except InvalidInput as wrong:
        return await _page(visit, None, typed=form, wrong=wrong)
    return await _page(visit, secret, hook)


async def rotate(visit: Visit) -> Response:
    """Replace the secret; the new one is on the page this once."""
    need(visit.caller, SCOPE)
    hook, secret = await webhooks.rotate_secret(visit.desk, visit.place, _hook_id(visit))
    return await _page(visit, secret, hook)


async def switch(visit: Visit) -> Response:
    """Switch an endpoint on or off."""
    need(visit.caller, SCOPE)
    enabled = (await visit.form()).get("enabled") == "true"
    await webhooks.change_webhook(visit.desk, visit.place, _hook_id(visit), enabled=enabled)
    said = gettext("Events are sent there again.") if enabled else gettext("Nothing is sent there any more.")
    return visit.done(said, then=_log_url(visit))


async def test(visit: Visit) -> Response:
    """Send a test event."""
    need(visit.caller, SCOPE)
    await webhooks.send_test(visit.desk, visit.place, _hook_id(visit))
    return visit.done(gettext("A test event is on its way."), then=_log_url(visit))


async def replay(visit: Visit) -> Response:
    """Send everything since an instant once more."""
    need(visit.caller, SCOPE)
    since = resolve_local(required(await visit.form(), "since"), visit.place.venue.tz, "since")
    done = await webhooks.replay(visit.desk, visit.place, _hook_id(visit), since=since)
    said = ngettext("%(count)d event is sent again.", "%(count)d events are sent again.", done.planned)
    return visit.done(said % {"count": done.planned}, then=_log_url(visit))


async def resend(visit: Visit) -> Response:
    """Send a delivery once more."""
    need(visit.caller, SCOPE)
    text = visit.request.path_params["delivery_id"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound("There is nothing here.")
    await webhooks.resend(visit.desk, visit.place, _hook_id(visit), int(text))
    return visit.done(gettext("It is sent again, under the same id."), then=_log_url(visit))


async def remove(visit: Visit) -> Response:
    """Forget an endpoint with its log."""
    need(visit.caller, SCOPE)
    await webhooks.unsubscribe(visit.desk, visit.place, _hook_id(visit))
    return visit.done(gettext("The webhook is removed."), then=visit.url("webhooks"))


async def _page(
    visit: Visit,
    secret: str | None,
    made: Webhook | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: InvalidInput | None = None,
) -> Response:
    hooks = await stored.listing(visit.desk.database, visit.place.restaurant_id)
    chosen = made or _chosen(visit, hooks)
    return await visit.page(
        "webhooks.html",
        200 if wrong is None else status_of(wrong),
        typed=typed or {},
        wrong=wrong,
        said=sentence(wrong) if wrong else "",
        hooks=hooks,
        chosen=chosen,
        lines=await _lines(visit, chosen),
        secret=secret,
        types=PUBLIC,
        why_off=WHY_OFF,
        states=STATES,
        kinds=KINDS,
    )


def _chosen(visit: Visit, hooks: list[Webhook]) -> Webhook | None:
    asked = visit.query("one")
    if not asked:
        return hooks[0] if len(hooks) == 1 else None
    found = next((hook for hook in hooks if str(hook.id) == asked), None)
    if found is None:
        raise NotFound("There is nothing here.")
    return found


async def _lines(visit: Visit, hook: Webhook | None) -> list[Delivery]:
    if hook is None:
        return []
    state = visit.query("state") or None
    if state is not None and state not in STATES:
        raise InvalidInput("There is no such state.", field="state", code="unknown_value")
    return await stored.deliveries(visit.desk.database, hook.id, state, None, LINES)


def _hook_id(visit: Visit) -> UUID:
    return number_in(visit.request.path_params["webhook_id"])


def _log_url(visit: Visit) -> str:
    return visit.url("webhooks", one=_hook_id(visit))


_ONE: Final = "/ops/{slug}/webhooks/{webhook_id}"
SCREENS: Final = (
    Screen("GET", "/ops/{slug}/webhooks", show, Role.MANAGER),
    Screen("POST", "/ops/{slug}/webhooks", add, Role.MANAGER),
    Screen("POST", f"{_ONE}/rotate", rotate, Role.MANAGER),
    Screen("POST", f"{_ONE}/switch", switch, Role.MANAGER),
    Screen("POST", f"{_ONE}/test", test, Role.MANAGER),
    Screen("POST", f"{_ONE}/replay", replay, Role.MANAGER),
    Screen("POST", f"{_ONE}/remove", remove, Role.MANAGER),
    Screen("POST", f"{_ONE}/deliveries/{{delivery_id}}/resend", resend, Role.MANAGER),
)  # fmt: skip
