"""What guests and staff are told: the outbox, each letter with its tries, all letters beforehand, and how one sends."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from starlette.responses import HTMLResponse, RedirectResponse, Response

from maitred.api.auth import need
from maitred.api.problems import status_of
from maitred.domain.errors import InvalidInput, MaitredError, NotFound
from maitred.domain.messages import STAFF_KINDS, Kind
from maitred.domain.written import instant_in
from maitred.notify.letters import Letter, letter_of
from maitred.ops.actions import required
from maitred.ops.me import number_in
from maitred.ops.once import Ticket, once
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.ops.wording import sentence
from maitred.store import messages as stored
from maitred.store.messages import Listed, Message, MessageSettings, Planned
from maitred.texts import LOCALES, N_, gettext, ngettext, texts_in
from maitred.usecases import message_settings
from maitred.usecases.message_samples import sample
from maitred.usecases.message_settings import StaleSettings
from maitred.usecases.messages import house_of
from maitred.usecases.people import Role

PAGE: Final = 50
LATE: Final = timedelta(minutes=1)
SCOPE: Final = "venues:write"
PLAIN: Final = ("sender_name", "sender_address", "reply_to", "locale", "gateway_url", "gateway_for")
KINDS: Final[Mapping[str, str]] = {
    Kind.RECEIVED: N_("Request received"),
    Kind.CONFIRMED: N_("Table booked"),
    Kind.CONFIRMED_AFTER_WAIT: N_("Table booked, after waiting"),
    Kind.UNDER_REVIEW: N_("A person looks at it"),
    Kind.DECLINED: N_("No table, with other times"),
    Kind.CHANGED: N_("Booking changed"),
    Kind.CANCELLED: N_("Booking cancelled"),
    Kind.MOVED: N_("Another table than promised"),
    Kind.REMINDER_24H: N_("Reminder, a day before"),
    Kind.REMINDER_2H: N_("Reminder, two hours before"),
    Kind.WAITLIST_JOINED: N_("On the waitlist"),
    Kind.WAITLIST_BOOKED: N_("Booked from the waitlist"),
    Kind.WAITLIST_OFFER: N_("Offer from the waitlist"),
    Kind.WAITLIST_ENDED: N_("Waitlist: no table came free"),
    Kind.STAFF_REVIEW: N_("Staff: reviews wait"),
    Kind.STAFF_REVIEW_DUE: N_("Staff: a review is nearly due"),
    Kind.STAFF_BREAKER: N_("Staff: something does not answer"),
    Kind.STAFF_WEBHOOK: N_("Staff: a webhook was switched off"),
}
STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "pending": ("busy", "▲", N_("Waits")),
    "sent": ("good", "●", N_("Sent")),
    "kept": ("calm", "●", N_("Kept, not sent")),  # where no mail server is set nothing is sent
    "failed": ("alert", "✕", N_("Failed")),
    "dropped": ("calm", "○", N_("Not sent")),
}
REASONS: Final[Mapping[str, str]] = {
    "overtaken": N_("There was newer news before it could leave."),
    "decided": N_("It was decided before it could leave."),
    "taken_back": N_("What it was about was undone before it could leave."),
    "over": N_("Its time was over before it could leave."),
    "suppressed": N_("Nothing is sent to this address: it bounced, or somebody complained."),
    "switched_off": N_("This kind of message is switched off here."),
    "erased": N_("The guest's data was erased."),
    "no_restaurant": N_("The restaurant is gone."),
    "bounced": N_("There is no such address."),
    "refused": N_("The other side refused it."),
    "gave_up": N_("It was tried many times and never got through."),
}
WHYS: Final[Mapping[str, str]] = {
    "bounce": N_("Mail to this address came back, so nothing more is sent to it."),
    "complaint": N_("Somebody complained, so nothing more is sent to this address."),
    "by_hand": N_("Somebody here decided that nothing is sent to this address."),
}
VIAS: Final[Mapping[str, str]] = {
    "smtp": N_("by email"),
    "gateway": N_("by the gateway"),
    "log": N_("kept here: no mail server is set"),
}
# The letter is a page of somebody else's making as far as ours are concerned: it may look as it likes and do nothing.
LETTER_HEADERS: Final = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
}


# -- the outbox --------------------------------------------------------------------------------------------------------


async def show(visit: Visit) -> Response:
    """Show what was said, newest first."""
    state = visit.query("state") or None
    if state is not None and state not in STATES:
        raise InvalidInput("There is no such state.", field="state", code="unknown_value")
    asked, place = visit.query("q").strip()[:100], visit.place.restaurant_id
    rows = await stored.listing(
        visit.desk.database,
        place,
        states=[state] if state else None,
        before=_before(visit),
        query=asked,
        limit=PAGE + 1,
    )
    settings = await message_settings.settings_of(visit.desk, visit.place)
    stuck, since, answer = await stored.stuck(visit.desk.database, place, visit.now - LATE)
    return await visit.page(
        "messages.html",
        stuck=stuck,
        since=since,
        answer=answer,
        rows=rows[:PAGE],
        older=rows[PAGE - 1].message.seq if len(rows) > PAGE else None,
        counts=await stored.counts(visit.desk.database, place),
        state=state,
        asked=asked,
        quiet=settings.quiet,
        **message_words(),
    )


def _before(visit: Visit) -> int | None:
    text = visit.query("before")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("There is no such page.", field="before", code="unknown_value")
    return int(text)


def message_words() -> dict[str, Any]:
    """Return the words that templates say of messages."""
    return {"kinds": KINDS, "states": STATES, "reasons": REASONS, "vias": VIAS}


async def letters_of(visit: Visit, booking_id: UUID) -> list[Listed]:
    """Return what the guest of a booking was told, oldest first; viewers read no letters."""
    if not visit.may(Role.HOST):
        return []
    found = await stored.listing(visit.desk.database, visit.place.restaurant_id, booking_id=booking_id, limit=PAGE)
    return [one for one in reversed(found) if one.message.audience == "guest"]


async def retry_all(visit: Visit) -> Response:
    """Try everything that failed anew."""
    need(visit.caller, "staff")
    count = await message_settings.retry_all(visit.desk, visit.place)
    said = ngettext("%(count)d message is tried again.", "%(count)d messages are tried again.", count)
    return visit.done(said % {"count": count}, then=visit.url("messages"))


# -- one message -------------------------------------------------------------------------------------------------------


async def show_one(visit: Visit) -> Response:
    """Show a letter as it was sent, and how that went."""
    found = await _found(visit)
    message = found.message
    suppressed = None
    if message.recipient:
        suppressed = await message_settings.suppression_of(visit.desk, visit.place, message.recipient)
    return await visit.page(
        "message.html",
        found=found,
        one=message,
        links=_links(message),
        suppressed=suppressed,
        whys=WHYS,
        **message_words(),
    )


async def show_letter(visit: Visit) -> Response:
    """Answer with a letter's own page, which can do nothing."""
    message = (await _found(visit)).message
    if message.content is None:
        raise NotFound("There is nothing here.")
    return _letter_page(message.content["html"], message.locale)


async def retry(visit: Visit) -> Response:
    """Try a message that failed anew."""
    need(visit.caller, "staff")
    await message_settings.retry(visit.desk, visit.place, _number(visit))
    return visit.done(gettext("It is tried again."), then=visit.url("messages", _number(visit)))


async def lift(visit: Visit) -> Response:
    """Send to an address again."""
    need(visit.caller, "staff")
    await message_settings.lift_and_retry(visit.desk, visit.place, _number(visit))
    return visit.done(gettext("Messages go there again."), then=visit.url("messages", _number(visit)))


async def _found(visit: Visit) -> Listed:
    return await message_settings.message(visit.desk, visit.place, _number(visit))


def _number(visit: Visit) -> UUID:
    return number_in(visit.request.path_params["message_id"])


def _links(message: Message) -> list[str]:
    lines = str((message.content or {}).get("text", "")).splitlines()
    return [line for line in lines if line.startswith(("https://", "http://"))]


# -- beforehand --------------------------------------------------------------------------------------------------------


async def preview(visit: Visit) -> Response:
    """Show every message in a language, and one of them whole."""
    kind, lang = _chosen(visit)
    house = await house_of(visit.desk, visit.place.restaurant_id)
    letters = {one: await _sample(visit, one, lang) for one in Kind}
    return await visit.page(
        "messages_preview.html",
        kind=kind,
        lang=lang,
        letter=letters[kind],
        sender=house.sender,
        letters=letters,
        staff_kinds=STAFF_KINDS,
        locales=LOCALES,
        **message_words(),
    )


async def preview_letter(visit: Visit) -> Response:
    """Answer with the page of a letter that nobody was sent."""
    kind, lang = _chosen(visit)
    return _letter_page((await _sample(visit, kind, lang)).html(), lang)


def _letter_page(html: str, tag: str) -> Response:
    return HTMLResponse(html, headers={**LETTER_HEADERS, "Content-Language": texts_in(tag).lang})


async def send_preview(visit: Visit) -> Response:
    """Send a letter to who looks at it, as a guest would get it."""

    async def work(ticket: Ticket) -> Response:
        form = await visit.form()
        kind, lang = _read_kind(form.get("kind", "")), _read_lang(form.get("lang", ""))
        number, house = uuid4(), await house_of(visit.desk, visit.place.restaurant_id)
        planned = Planned(
            number,
            visit.place.restaurant_id,
            "staff",
            kind,
            "email",
            number,
            visit.who.email,
            visit.who.name,
            lang,
            (await _sample(visit, kind, lang)).plain(),
            house.message_id(number),
            visit.now,
            visit.now,
        )
        async with visit.desk.database.transaction() as connection:
            await ticket.take(connection)
            await stored.insert(connection, planned)
        said = gettext("It is on its way to %(address)s.") % {"address": visit.who.email}
        return visit.done(said, then=visit.url("messages", number))

    need(visit.caller, "staff")
    return await once(visit, work)


async def _sample(visit: Visit, kind: Kind, lang: str) -> Letter:
    house = await house_of(visit.desk, visit.place.restaurant_id)
    return letter_of(sample(house, kind, lang, visit.now), lang)


def _chosen(visit: Visit) -> tuple[Kind, str]:
    return _read_kind(visit.query("kind", Kind.CONFIRMED)), _read_lang(visit.query("in", visit.texts.code))


def _read_kind(text: str) -> Kind:
    if text not in KINDS:
        raise InvalidInput("There is no such message.", field="kind", code="unknown_value")
    return Kind(text)


def _read_lang(text: str) -> str:
    if text not in LOCALES:
        raise InvalidInput("There is no such language.", field="in", code="unknown_value")
    return text


# -- how a restaurant sends --------------------------------------------------------------------------------------------


async def show_settings(visit: Visit) -> Response:
    """Show how this restaurant sends."""
    return await _settings_page(visit)


async def change_settings(visit: Visit) -> Response:
    """Change how this restaurant sends; a first gateway's secret is on the page this once."""
    need(visit.caller, SCOPE)
    form = await visit.form()
    clock = message_settings.read_clock
    try:
        changed = await message_settings.change_settings(
            visit.desk,
            visit.place,
            caller=visit.caller,
            seen=_seen(form),
            sender_name=form.get("sender_name", ""),
            sender_address=form.get("sender_address", ""),
            reply_to=form.get("reply_to", ""),
            locale=required(form, "locale"),
            off=sorted(set(KINDS) - set(_on(form))),
            quiet_from=clock("quiet_from", form.get("quiet_from")),
            quiet_until=clock("quiet_until", form.get("quiet_until")),
            staff_emails=form.get("staff_emails", "").replace(",", " ").split(),
            gateway_url=form.get("gateway_url", ""),
            gateway_for=required(form, "gateway_for"),
        )
    except (InvalidInput, StaleSettings) as wrong:
        return await _settings_page(visit, typed={**form, "off": sorted(set(KINDS) - set(_on(form)))}, wrong=wrong)
    if changed.secret:
        return await _settings_page(visit, secret=changed.secret)
    return RedirectResponse(visit.url("messages", "settings", saved="1"), 303, HEADERS)


async def renew_secret(visit: Visit) -> Response:
    """Replace the gateway's secret; the new one is on the page this once."""
    need(visit.caller, SCOPE)
    changed = await message_settings.renew_secret(visit.desk, visit.place, caller=visit.caller)
    return await _settings_page(visit, secret=changed.secret)


def _seen(form: Mapping[str, str]) -> datetime | None:
    """Return when the settings that somebody looked at had been changed; raises InvalidInput."""
    text = form.get("seen", "")
    return instant_in(text, "seen") if text else None


def _on(form: Mapping[str, str]) -> list[str]:
    return form.get("on", "").split(",")


async def _settings_page(
    visit: Visit,
    *,
    secret: str | None = None,
    typed: Mapping[str, Any] | None = None,
    wrong: MaitredError | None = None,
) -> Response:
    """Show the settings as they are, or as they were typed with what is wrong at its field."""
    house = await house_of(visit.desk, visit.place.restaurant_id)
    settings = await message_settings.settings_of(visit.desk, visit.place)
    return await visit.page(
        "messages_settings.html",
        200 if wrong is None else status_of(wrong),
        settings=settings,
        typed={**_typed(settings), **(typed or {}), "seen": _typed(settings)["seen"]},
        wrong=wrong,
        said=sentence(wrong) if wrong else "",
        mail_from=house.mail_from,
        secret=secret,
        locales=LOCALES,
        staff=await stored.staff_to_tell(visit.desk.database, visit.place.restaurant_id),
        staff_kinds=STAFF_KINDS,
        **message_words(),
    )


def _typed(settings: MessageSettings) -> dict[str, Any]:
    """Return settings as they are written in the form."""
    shown = {name: getattr(settings, name) or "" for name in PLAIN}
    quiet = {
        name: value.strftime("%H:%M") if value else ""
        for name, value in (("quiet_from", settings.quiet_from), ("quiet_until", settings.quiet_until))
    }
    seen = settings.updated_at.isoformat() if settings.updated_at else ""
    return {**shown, **quiet, "seen": seen, "off": settings.off, "staff_emails": "\n".join(settings.staff_emails)}


_ONE: Final = "/ops/{slug}/messages/{message_id}"
SCREENS: Final = (
    Screen("GET", "/ops/{slug}/messages", show, Role.HOST),
    Screen("POST", "/ops/{slug}/messages/retry", retry_all, Role.HOST),
    Screen("GET", "/ops/{slug}/messages/preview", preview, Role.HOST),
    Screen("GET", "/ops/{slug}/messages/preview/letter", preview_letter, Role.HOST),
    Screen("POST", "/ops/{slug}/messages/preview/send", send_preview, Role.HOST),
    Screen("GET", "/ops/{slug}/messages/settings", show_settings, Role.MANAGER),
    Screen("POST", "/ops/{slug}/messages/settings", change_settings, Role.MANAGER),
    Screen("POST", "/ops/{slug}/messages/settings/secret", renew_secret, Role.MANAGER),
    Screen("GET", _ONE, show_one, Role.HOST),
    Screen("GET", f"{_ONE}/letter", show_letter, Role.HOST),
    Screen("POST", f"{_ONE}/retry", retry, Role.HOST),
    Screen("POST", f"{_ONE}/lift", lift, Role.HOST),
)  # fmt: skip
