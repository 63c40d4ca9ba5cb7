"""How a restaurant sends its messages, what failed tried anew, and the addresses that it sends nothing to."""

import datetime as dt  # qualified: quiet hours are times of day
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from maitred.domain import written
from maitred.domain.contact import email_address
from maitred.domain.errors import Contended, InvalidInput, NotFound, Rejected
from maitred.domain.messages import Kind
from maitred.domain.webhooks import SECRET_BYTES, checked_url, new_secret
from maitred.store import messages
from maitred.store.messages import Listed, MessageSettings, Suppression
from maitred.texts import LOCALES
from maitred.usecases.desk import Caller, Desk, OpenVenue

MOST_STAFF: Final = 20
LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 254
LONGEST_DETAIL: Final = 500
GATEWAY_FOR: Final = ("without_email", "all")
ANY: Final = "any"
WHYS: Final = ("bounce", "complaint", "by_hand")

# An address that nothing is sent to may be any that a guest was taken with, under older rules too.
_ANYBODYS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, lone surrogates, separators of lines


class NotFailed(Rejected):
    """Only what did not arrive is tried anew."""

    code = "not_failed"


class AddressBarred(Rejected):
    """Nothing is sent to this address until somebody says so."""

    code = "address_barred"


class StaleSettings(Contended):
    """Somebody changed the settings since they were read."""

    code = "stale_settings"


@dataclass(frozen=True, slots=True)
class Changed:
    """The settings after a change; `secret` is the gateway's new one, shown this once, None when none was made."""

    settings: MessageSettings
    secret: str | None


async def settings_of(desk: Desk, place: OpenVenue) -> MessageSettings:
    """Return how a restaurant sends, without the secret of its gateway."""
    return _shown(await messages.settings_of(desk.database, place.restaurant_id))


async def change_settings(
    desk: Desk, place: OpenVenue, *, caller: Caller, seen: dt.datetime | str | None = ANY, **changes: Any
) -> Changed:
    """Change fields of the settings, by their names; the others stay. Raises InvalidInput and StaleSettings.

    `seen` is when what the caller read was changed last (None: never). The first gateway's secret is made here, and
    goes with the gateway.
    """
    checked = {name: _rules(desk)[name](name, value) for name, value in changes.items()}
    async with desk.database.transaction(silent=True) as connection:
        await messages.lock_settings(connection, place.restaurant_id)
        before = await messages.settings_of(connection, place.restaurant_id)
        if seen not in (ANY, before.updated_at):
            raise StaleSettings("Somebody has changed these settings since; look at them again.")
        after = replace(before, **checked, updated_at=desk.clock(), updated_by=caller.name)
        _check_quiet(after)
        secret = _new_secret() if after.gateway_url and not before.gateway_secret else None
        after = replace(after, gateway_secret=(secret or before.gateway_secret) if after.gateway_url else None)
        await messages.save_settings(connection, place.restaurant_id, after)
    return Changed(_shown(after), secret)


async def renew_secret(desk: Desk, place: OpenVenue, *, caller: Caller) -> Changed:
    """Replace the gateway's secret: what is sent from now on is signed with the new one. Raises InvalidInput."""
    secret = _new_secret()
    async with desk.database.transaction(silent=True) as connection:
        await messages.lock_settings(connection, place.restaurant_id)
        before = await messages.settings_of(connection, place.restaurant_id)
        if before.gateway_url is None:
            raise InvalidInput("Set the gateway's address first.", field="gateway_url", code="no_gateway")
        after = replace(before, gateway_secret=secret, updated_at=desk.clock(), updated_by=caller.name)
        await messages.save_settings(connection, place.restaurant_id, after)
    return Changed(_shown(after), secret)


def read_clock(field: str, text: str | None) -> dt.time | None:
    """Read a time of day, `22:00`; None and nothing: none. Raises InvalidInput."""
    plain = (text or "").strip()
    if not plain:
        return None
    found = written.read_clock(plain)
    if found is None:
        raise InvalidInput("A time of day is written HH:MM, from 00:00 to 23:59.", field=field, code="invalid_format")
    return found


# -- messages ----------------------------------------------------------------------------------------------------------


async def message(desk: Desk, place: OpenVenue, message_id: UUID) -> Listed:
    """Return a message of this restaurant; raises NotFound."""
    found = await messages.by_id(desk.database, place.restaurant_id, message_id)
    if found is None:
        raise NotFound("There is no such message.")
    return found


async def retry(desk: Desk, place: OpenVenue, message_id: UUID) -> Listed:
    """Let a message that did not arrive be tried at once; raises NotFound, AddressBarred and NotFailed."""
    found = (await message(desk, place, message_id)).message
    if not await messages.retry(desk.database, place.restaurant_id, message_id, desk.clock()):
        if found.recipient and await suppression_of(desk, place, found.recipient):
            raise AddressBarred("Nothing is sent to this address: lift that first.")
        raise NotFailed("Only a message that did not arrive is tried anew, and none whose guest was erased.")
    return await message(desk, place, message_id)


async def retry_all(desk: Desk, place: OpenVenue) -> int:
    """Let every message that failed be tried anew, but to barred addresses; returns how many."""
    return await messages.retry(desk.database, place.restaurant_id, None, desk.clock())


# -- addresses that nothing is sent to ---------------------------------------------------------------------------------


async def suppression_of(desk: Desk, place: OpenVenue, email: str) -> Suppression | None:
    """Return why nothing is sent to an address, None when it is."""
    return await messages.suppression_of(desk.database, place.restaurant_id, _anybodys(email))


async def suppress(desk: Desk, place: OpenVenue, email: str, why: str, detail: str | None = None) -> Suppression:
    """Send nothing of this restaurant to an address any more, nor what is planned already; raises InvalidInput."""
    address, known = _anybodys(email), _one_of(WHYS)("why", why)
    told, now = _words(LONGEST_DETAIL)("detail", detail), desk.clock()
    await messages.suppress(desk.database, address, place.restaurant_id, known, told, now)
    return Suppression(known, told, now, everywhere=False)


async def lift_and_retry(desk: Desk, place: OpenVenue, message_id: UUID) -> None:
    """Send to the address of a message again, first of all that message when it did not arrive; raises NotFound."""
    found = (await message(desk, place, message_id)).message
    if found.recipient is not None:
        await lift_suppression(desk, place, found.recipient)
    await messages.retry(desk.database, place.restaurant_id, message_id, desk.clock())


async def lift_suppression(desk: Desk, place: OpenVenue, email: str) -> bool:
    """Send to an address again; False when it was sent to all along.

    A bounce that the mail server told of holds for every restaurant, and whoever knows better lifts it for all.
    """
    return await messages.lift_suppression(desk.database, place.restaurant_id, _anybodys(email))


# -- rules of fields ---------------------------------------------------------------------------------------------------

Rule = Callable[[str, Any], Any]


def _rules(desk: Desk) -> Mapping[str, Rule]:
    """Return what becomes of each field that can be changed."""
    return {
        "sender_name": _words(LONGEST_NAME),
        "sender_address": _address,
        "reply_to": _address,
        "locale": _one_of(tuple(LOCALES)),
        "off": _kinds,
        "quiet_from": _time,
        "quiet_until": _time,
        "staff_emails": _staff,
        "gateway_url": lambda name, value: _gateway(name, value, private=desk.policy.webhooks_private),
        "gateway_for": _one_of(GATEWAY_FOR),
    }


def _words(longest: int) -> Rule:
    def checked(field: str, text: str | None) -> str | None:
        plain = (text or "").strip()
        if any(unicodedata.category(one) in _UNPRINTABLE for one in plain):
            raise InvalidInput("This is one line of printable text.", field=field, code="control_character")
        if len(plain) > longest:
            raise InvalidInput(f"This has {longest} characters at most.", field=field, code="too_long")
        return plain or None

    return checked


def _address(field: str, text: str | None) -> str | None:
    plain = (text or "").strip()
    if not plain:
        return None
    return email_address(plain, field, plain=True)


def _anybodys(email: str) -> str:
    plain = _words(LONGEST_ADDRESS)("email", email) or ""
    try:
        return email_address(plain)
    except InvalidInput:
        if _ANYBODYS.fullmatch(plain):
            return plain
        raise


def _one_of(known: Sequence[str]) -> Rule:
    def checked(field: str, text: str) -> str:
        if text not in known:
            raise InvalidInput(f"This is one of: {', '.join(known)}.", field=field, code="unknown_value")
        return text

    return checked


def _kinds(field: str, names: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in list(Kind)]
    if unknown:
        raise InvalidInput(f"Kinds of messages are: {', '.join(Kind)}.", field=field, code="unknown_kind")
    return tuple(kind.value for kind in Kind if kind in names)


def _time(_field: str, value: dt.time | None) -> dt.time | None:
    assert value is None or value.tzinfo is None
    return value


def _check_quiet(after: MessageSettings) -> None:
    begin, end = after.quiet_from, after.quiet_until
    if (begin is None) != (end is None):
        missing = "quiet_from" if begin is None else "quiet_until"
        raise InvalidInput("Quiet hours have a beginning and an end, or neither.", field=missing, code="required")
    if begin is not None and begin == end:
        raise InvalidInput("Quiet hours end at another time than they begin.", field="quiet_until", code="same_time")


def _staff(field: str, addresses: Sequence[str]) -> tuple[str, ...]:
    if len(addresses) > MOST_STAFF:
        raise InvalidInput(f"There are {MOST_STAFF} addresses at most.", field=field, code="too_long")
    found: dict[str, str] = {}
    for number, text in enumerate(addresses):
        address = _address(f"{field}.{number}", text)
        if address is None:
            raise InvalidInput("This address is empty.", field=f"{field}.{number}", code="invalid_email")
        found.setdefault(address.lower(), address)
    return tuple(found.values())


def _gateway(field: str, url: str | None, *, private: bool) -> str | None:
    plain = (url or "").strip()
    try:
        return checked_url(plain, private=private) if plain else None
    except InvalidInput as fault:
        raise InvalidInput(fault.message, field=field, code=fault.reason_code) from None


def _shown(settings: MessageSettings) -> MessageSettings:
    return replace(settings, gateway_secret=None)


def _new_secret() -> str:
    return new_secret(secrets.token_bytes(SECRET_BYTES))
