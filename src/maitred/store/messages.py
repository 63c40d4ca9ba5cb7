"""Messages, how each restaurant sends them, and the addresses that nothing is sent to."""

import datetime as dt  # qualified: quiet hours are times of day
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from maitred.domain.messages import ENDING, STANDING, WAITING, Facts, Heard, Kind, QuietHours, address_sha256
from maitred.store.database import Connection, Database, rows_changed
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class Planned:
    """A message about to be written. `content` is the letter as `notify.letters.Letter.plain` writes it."""

    id: UUID
    restaurant_id: int
    audience: str
    kind: Kind
    channel: str
    thread: UUID
    recipient: str
    recipient_name: str | None
    locale: str
    content: Mapping[str, Any]
    message_id: str
    due_at: datetime
    created_at: datetime
    booking_id: UUID | None = None
    entry_id: UUID | None = None
    version: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    about_at: datetime | None = None
    dropped: str | None = None
    undo_entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What staff did that a message comes of, while it can be taken back; `taken_back`: it was."""

    entry: UUID
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept; `recipient` and `content` are None once its guest was erased."""

    id: UUID
    seq: int
    restaurant_id: int
    audience: str
    kind: str
    channel: str
    booking_id: UUID | None
    entry_id: UUID | None
    version: int
    recipient: str | None
    recipient_name: str | None
    locale: str
    content: Mapping[str, Any] | None
    message_id: str
    state: str
    reason: str | None
    due_at: datetime
    about_at: datetime | None
    attempts: int
    via: str | None
    answer: str | None
    tries: Sequence[Mapping[str, Any]]
    created_at: datetime
    settled_at: datetime | None

    @property
    def fate(self) -> str:
        """What became of it: its state, but `kept` where no mail server is set, so that it was sent to nobody."""
        return "kept" if self.state == "sent" and self.via == "log" else self.state


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send, with what it depends on as it is now; `overtaken`: a later one was sent."""

    message: Message
    slug: str
    booking_state: str | None
    booking_starts_at: datetime | None
    suppressed: bool
    overtaken: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A message with the reference of its booking."""

    message: Message
    reference: str | None


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """How a restaurant speaks to its guests. `off` are kinds that are not sent; the gateway's secret is never shown."""

    sender_name: str | None = None
    sender_address: str | None = None
    reply_to: str | None = None
    locale: str = "en"
    off: tuple[str, ...] = ()
    quiet_from: dt.time | None = dt.time(22)
    quiet_until: dt.time | None = dt.time(8)
    staff_emails: tuple[str, ...] = ()
    gateway_url: str | None = None
    gateway_secret: str | None = field(default=None, repr=False)
    gateway_for: str = "without_email"
    updated_at: datetime | None = None
    updated_by: str | None = None

    @property
    def quiet(self) -> QuietHours | None:
        """The hours in which guests are left alone."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return QuietHours(self.quiet_from, self.quiet_until)


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why nothing is sent to an address; `everywhere` when it holds for all restaurants."""

    why: str
    detail: str | None
    at: datetime
    everywhere: bool


FATES: Final = ("pending", "sent", "kept", "failed", "dropped")
_WILD: Final = re.compile(r"[\\%_]")
_MESSAGE: Final = tuple(one.name for one in fields(Message))
_SETTINGS: Final = tuple(one.name for one in fields(MessageSettings))


async def hear(connection: Connection, subscriber: str, event_id: UUID) -> bool:
    """Note an event as handled; False when it was before."""
    return await connection.fetchval(SQL["note_heard"], subscriber, event_id) is not None


async def lock_thread(connection: Connection, thread: UUID) -> None:
    """Let nobody else plan for a booking or entry until the transaction ends. Writers of bookings are not held up."""
    await connection.execute(SQL["lock_thread"], str(thread))


async def drop_overtaken(connection: Connection, thread: UUID, now: datetime) -> None:
    """Drop what has not left and would say less than what comes now."""
    await connection.execute(SQL["drop_overtaken"], thread, now)


async def release_held(connection: Connection, thread: UUID, due_at: datetime) -> None:
    """Let what the night holds leave before what is due at an instant."""
    await connection.execute(SQL["release_held"], thread, due_at)


async def heard(connection: Connection, thread: UUID) -> Heard:
    """Return what a guest has been told of a booking so far, or will be before anything that is planned now."""
    outcome: Kind | None = None
    facts: Facts | None = None
    waits: frozenset[Kind] = frozenset()
    for row in await connection.fetch(SQL["told"], thread):
        kind = Kind(row["kind"])
        if kind in WAITING:
            waits |= {kind}
        elif kind in STANDING or kind in ENDING:
            outcome, facts, waits = kind, Facts.read(row["facts"]), frozenset()
    return Heard(outcome, facts, waits)


async def newest_told(connection: Connection, thread: UUID) -> int:
    """Return the version of a booking that the newest message to its guest tells of; 0: none."""
    return int(await connection.fetchval(SQL["newest_told"], thread))


async def cause_of(connection: Connection, booking_id: UUID, version: int) -> Cause | None:
    """Return what staff did that a booking's version came of, None for anything else.

    Nobody takes it back until the transaction ends, so that what is planned now is dropped by whoever does.
    """
    row = await connection.fetchrow(SQL["cause_of_step"], booking_id, version)
    return Cause(row["id"], row["undone_at"] is not None) if row else None


async def insert(connection: Connection, one: Planned) -> bool:
    """Write a message; False when it was planned before."""
    state = "dropped" if one.dropped else "pending"
    found = await connection.fetchval(
        SQL["insert_message"],
        one.id, one.restaurant_id, one.audience, one.kind, one.channel, one.thread, one.booking_id, one.entry_id,
        one.version, one.recipient, one.recipient_name, one.locale, dict(one.facts), dict(one.content), one.message_id,
        state, one.dropped, one.due_at, one.about_at, one.created_at, one.created_at if one.dropped else None,
        one.undo_entry,
    )  # fmt: skip
    return found is not None


async def renew(connection: Connection, message_id: UUID, content: Mapping[str, Any]) -> None:
    """Write a message anew that has not left."""
    await connection.execute(SQL["renew_message"], message_id, dict(content))


async def claim(
    database: Database, who: str, now: datetime, until: datetime, limit: int, channels: Sequence[str]
) -> list[Claimed]:
    """Take messages that are due; nobody else sends them until an instant."""
    rows = await database.fetch(SQL["claim_messages"], who, now, until, limit, list(channels))
    return [
        Claimed(
            _message(row),
            row["slug"],
            row["booking_state"],
            row["booking_starts_at"],
            row["suppressed"],
            row["overtaken"],
        )
        for row in rows
    ]


async def settle(
    database: Database | Connection, message_id: UUID, state: str, at: datetime, *, reason: str | None = None,
    via: str | None = None, answer: str | None = None, attempt: Mapping[str, Any] | None = None,
) -> bool:  # fmt: skip
    """Note how a message ended; False when it had ended already."""
    tries = [dict(attempt)] if attempt else []
    tag = await database.execute(SQL["settle_message"], message_id, state, reason, at, via, answer, tries)
    return rows_changed(tag) == 1


async def put_off(
    database: Database, message_id: UUID, who: str, due_at: datetime, answer: str, attempt: Mapping[str, Any]
) -> None:
    """Note a try that was in vain, and when the next one is."""
    await database.execute(SQL["put_off_message"], message_id, who, due_at, answer, [dict(attempt)])


async def give_back(database: Database, ids: Sequence[UUID], who: str, answer: str) -> None:
    """Give claims back that came to no try."""
    await database.execute(SQL["give_back_messages"], list(ids), who, answer)


async def listing(
    source: Database, restaurant_id: int, *, states: Sequence[str] | None = None, before: int | None = None,
    booking_id: UUID | None = None, query: str | None = None, limit: int = 50,
) -> list[Listed]:  # fmt: skip
    """Return messages, newest first; `states` are fates (`Message.fate`).

    `before` is the number (`seq`) of the last one of the page before.
    """
    pattern = "%" + _WILD.sub(r"\\\g<0>", query) + "%" if query else None
    wanted = list(states) if states else None
    rows = await source.fetch(SQL["list_messages"], restaurant_id, wanted, before, limit, booking_id, pattern)
    return [Listed(_message(row), row["reference"]) for row in rows]


async def by_id(source: Database, restaurant_id: int, message_id: UUID) -> Listed | None:
    """Return one message of a restaurant, or None."""
    row = await source.fetchrow(SQL["message_by_id"], message_id, restaurant_id)
    return Listed(_message(row), row["reference"]) if row else None


async def counts(source: Database, restaurant_id: int) -> dict[str, int]:
    """Return how many messages a restaurant has of each fate, of all that are on record."""
    rows = await source.fetch(SQL["count_messages"], restaurant_id)
    return {**dict.fromkeys(FATES, 0), **{row["fate"]: row["messages"] for row in rows}}


async def failed(source: Database, restaurant_id: int, now: datetime) -> int:
    """Return how many messages of the last week reached nobody, of those about a time that is to come."""
    count: int = await source.fetchval(SQL["messages_failed_here"], restaurant_id, now)
    return count


async def stuck(source: Database, restaurant_id: int, before: datetime) -> tuple[int, datetime | None, str | None]:
    """Return how many messages should have left before an instant, since when the oldest, and the last answer."""
    row = await source.fetchrow(SQL["messages_stuck"], restaurant_id, before)
    assert row is not None
    return row["messages"], row["since"], row["answer"]


async def retry(database: Database, restaurant_id: int, message_id: UUID | None, now: datetime) -> int:
    """Try a message that did not arrive anew, or all that failed; none to a barred address. Returns how many."""
    return len(await database.fetch(SQL["retry_messages"], restaurant_id, message_id, now))


async def long_undecided(database: Database, since: datetime) -> list[UUID]:
    """Return bookings whose guest has waited since before an instant and has heard nothing."""
    return [row["id"] for row in await database.fetch(SQL["long_undecided"], since)]


async def due_reminders(
    database: Database, now: datetime, kind: Kind, window: tuple[timedelta, timedelta, timedelta]
) -> list[UUID]:
    """Return bookings whose guest is to be reminded now; the window is as in `domain.messages.REMINDER_WINDOWS`."""
    before, of_use_until, quiet_since = window
    rows = await database.fetch(SQL["due_reminders"], now, before, of_use_until, kind, quiet_since)
    return [row["id"] for row in rows]


async def reviews_nearly_due(database: Database, now: datetime, within: timedelta) -> list[UUID]:
    """Return bookings under review that are declined by themselves within a while."""
    return [row["id"] for row in await database.fetch(SQL["reviews_nearly_due"], now, within)]


async def webhooks_given_up(database: Database, since: datetime) -> list[dict[str, Any]]:
    """Return endpoints that were switched off since an instant, and that nobody was told of."""
    return [dict(row) for row in await database.fetch(SQL["webhooks_given_up"], since)]


async def restaurants_waiting(database: Database) -> list[int]:
    """Return restaurants with bookings that wait for a decision."""
    return [row["restaurant_id"] for row in await database.fetch(SQL["restaurants_waiting"])]


async def settings_of(source: Database | Connection, restaurant_id: int) -> MessageSettings:
    """Return how a restaurant sends; the defaults when it has said nothing."""
    row = await source.fetchrow(SQL["message_settings"], restaurant_id)
    if row is None:
        return MessageSettings()
    kept: dict[str, Any] = {name: row[name] for name in _SETTINGS}
    return MessageSettings(**{**kept, "off": tuple(row["off"]), "staff_emails": tuple(row["staff_emails"])})


async def lock_settings(connection: Connection, restaurant_id: int) -> None:
    """Let nobody else change how a restaurant sends until the transaction ends; there may be no row to lock yet."""
    await connection.execute(SQL["lock_message_settings"], restaurant_id)


async def save_settings(source: Database | Connection, restaurant_id: int, one: MessageSettings) -> None:
    """Write how a restaurant sends."""
    await source.execute(
        SQL["save_message_settings"],
        restaurant_id, one.sender_name, one.sender_address, one.reply_to, one.locale, list(one.off), one.quiet_from,
        one.quiet_until, list(one.staff_emails), one.gateway_url, one.gateway_secret, one.gateway_for, one.updated_at,
        one.updated_by,
    )  # fmt: skip


async def staff_to_tell(source: Database | Connection, restaurant_id: int) -> list[str]:
    """Return the addresses of a restaurant's managers and owners."""
    return [row["email"] for row in await source.fetch(SQL["staff_to_tell"], restaurant_id)]


async def suppress(
    source: Database | Connection, address: str, restaurant_id: int | None, why: str, detail: str | None, at: datetime
) -> None:
    """Send nothing to an address any more; for no restaurant (None), or not for one."""
    await source.execute(SQL["suppress"], address_sha256(address), restaurant_id, why, detail, at)


async def suppression_of(source: Database | Connection, restaurant_id: int, address: str) -> Suppression | None:
    """Return why nothing is sent to an address, None when it is."""
    row = await source.fetchrow(SQL["suppression_of"], address_sha256(address), restaurant_id)
    return Suppression(row["why"], row["detail"], row["at"], row["restaurant_id"] is None) if row else None


async def lift_suppression(database: Database, restaurant_id: int, address: str) -> bool:
    """Send to an address again; False when it was sent to all along."""
    return bool(await database.fetch(SQL["lift_suppression"], address_sha256(address), restaurant_id))


async def purge(database: Database, before: datetime) -> None:
    """Forget messages that ended before an instant, and whose booking is over since then."""
    await database.execute(SQL["purge_messages"], before)


def _message(row: asyncpg.Record) -> Message:
    return Message(**{name: row[name] for name in _MESSAGE})
