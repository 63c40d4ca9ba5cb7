"""People of the Ops screens, their roles and sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from maitred.store.database import Connection, Database, rows_changed
from maitred.store.sql import SQL


@dataclass(frozen=True, slots=True)
class SignIn:
    """What is needed to let somebody in."""

    id: UUID
    email: str
    name: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that is in force, whose it is, and their roles by restaurant (None: every one)."""

    session_id: UUID
    seen_at: datetime
    expires_at: datetime
    acting_in: int | None
    id: UUID
    email: str
    name: str
    locale: str | None
    theme: str | None
    single_keys: bool
    first_password: bool
    roles: Mapping[int | None, str]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who has an account."""

    id: UUID
    name: str
    enabled: bool
    first_password: bool
    here: bool


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A restaurant by number, slug and name."""

    id: int
    slug: str
    name: str


async def insert(
    database: Database,
    person_id: UUID,
    email: str,
    name: str,
    password_hash: str | None,
    locale: str | None,
    *,
    first_password: bool = False,
) -> None:
    """Store a new person."""
    await database.execute(SQL["insert_person"], person_id, email, name, password_hash, locale, first_password)


async def by_email(database: Database, email: str) -> SignIn | None:
    """Return a person who may sign in."""
    row = await database.fetchrow(SQL["person_by_email"], email)
    return SignIn(**dict(row)) if row else None


async def listing(database: Database) -> Sequence[dict[str, Any]]:
    """Return everybody, with roles as `slug:role` (`*` for every restaurant)."""
    return [dict(row) for row in await database.fetch(SQL["list_people"])]


async def set_password(database: Database, person_id: UUID, password_hash: str, *, first: bool | None = None) -> None:
    """Set a password's hash; `first` tells whether somebody else has seen it, None leaves that as it is."""
    await database.execute(SQL["set_password"], person_id, password_hash, first)


async def disable(database: Database, person_id: UUID) -> bool:
    """Close an account; False when there is none to close."""
    return rows_changed(await database.execute(SQL["disable_person"], person_id)) == 1


async def take_try(database: Database, key: bytes) -> datetime | None:
    """Count a try, and return None; or until when there may be none."""
    while await database.fetchval(SQL["take_try"], key) is None:
        waits: datetime | None = await database.fetchval(SQL["next_try"], key)
        if waits is not None:  # else it was forgotten in between
            return waits
    return None


async def forget_tries(database: Database, key: bytes) -> None:
    """Start counting anew."""
    await database.execute(SQL["forget_tries"], key)


async def purge_tries(database: Database, before: datetime) -> None:
    """Forget the tries of before an instant."""
    await database.execute(SQL["purge_tries"], before)


async def end_acting(database: Database | Connection, person_id: UUID, restaurant_id: int | None = None) -> None:
    """Let no session act as somebody any more, in one restaurant or (None) in all."""
    await database.execute(SQL["end_acting"], person_id, restaurant_id)


async def set_preferences(
    database: Database, person_id: UUID, locale: str | None, theme: str | None, *, single_keys: bool
) -> None:
    """Set how somebody likes the screens."""
    await database.execute(SQL["set_preferences"], person_id, locale, theme, single_keys)


async def set_role(database: Database, person_id: UUID, restaurant_id: int | None, role: str) -> None:
    """Give a role in a restaurant, or in all of them."""
    await database.execute(SQL["set_role"], person_id, restaurant_id, role)


async def drop_role(database: Database, person_id: UUID, restaurant_id: int | None) -> bool:
    """Take a role away; False when there was none."""
    return rows_changed(await database.execute(SQL["drop_role"], person_id, restaurant_id)) == 1


async def open_session(
    database: Database, session_id: UUID, token_sha256: bytes, person_id: UUID, expires_at: datetime, device: str
) -> None:
    """Store a new session."""
    await database.execute(SQL["insert_session"], session_id, token_sha256, person_id, expires_at, device)


async def session_by_token(database: Database, token_sha256: bytes) -> SessionRow | None:
    """Return the session of a token, while it is in force."""
    row = await database.fetchrow(SQL["session_by_token"], token_sha256)
    if row is None:
        return None
    return SessionRow(**_with_roles(dict(row)))


async def touch_session(database: Database, session_id: UUID) -> None:
    """Note that a session is used."""
    await database.execute(SQL["touch_session"], session_id)


async def revoke_session(database: Database, session_id: UUID) -> None:
    """End a session."""
    await database.execute(SQL["revoke_session"], session_id)


async def revoke_sessions_of(database: Database, person_id: UUID, except_id: UUID | None = None) -> None:
    """End every session of a person, but perhaps the present one."""
    await database.execute(SQL["revoke_sessions_of"], person_id, except_id)


async def sessions_of(database: Database, person_id: UUID) -> Sequence[dict[str, Any]]:
    """Return where somebody is signed in."""
    return [dict(row) for row in await database.fetch(SQL["sessions_of"], person_id)]


async def places_of(database: Database, roles: Mapping[int | None, str]) -> list[PlaceName]:
    """Return the restaurants that somebody with these roles may open."""
    numbers = None if None in roles else [number for number in roles if number is not None]
    return [PlaceName(**dict(row)) for row in await database.fetch(SQL["places_of"], numbers)]


@dataclass(frozen=True, slots=True)
class PinHolder:
    """Somebody by id, with what proves that it is them."""

    id: UUID
    email: str
    name: str
    password_hash: str | None
    pin_hash: str | None


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody a token of elsewhere speaks for, and their roles by restaurant (None: every one)."""

    id: UUID
    email: str
    name: str
    roles: Mapping[int | None, str]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role in a restaurant; `everywhere`: by a role for every restaurant."""

    id: UUID
    email: str
    name: str
    role: str
    everywhere: bool
    has_password: bool
    has_pin: bool
    seen_at: datetime | None


async def by_id(database: Database, person_id: UUID) -> PinHolder | None:
    """Return a person who may sign in."""
    row = await database.fetchrow(SQL["person_by_id"], person_id)
    return PinHolder(**dict(row)) if row else None


async def known(database: Database, email: str) -> KnownPerson | None:
    """Return a person and their roles by address."""
    row = await database.fetchrow(SQL["roles_by_email"], email)
    return KnownPerson(**_with_roles(dict(row))) if row else None


async def any_by_email(database: Database, email: str, restaurant_id: int | None = None) -> Known | None:
    """Return who has an address, be the account open or closed; `here` is about a role in that very restaurant."""
    row = await database.fetchrow(SQL["any_by_email"], email, restaurant_id)
    return Known(row["id"], row["name"], row["enabled"], row["first_password"], row["here"]) if row else None


async def set_pin(database: Database, person_id: UUID, pin_hash: str | None) -> None:
    """Set or forget a PIN's hash."""
    await database.execute(SQL["set_pin"], person_id, pin_hash)


async def with_pin(database: Database, restaurant_id: int) -> list[tuple[UUID, str]]:
    """Return who may take over a tablet of a restaurant, by name."""
    return [(row["id"], row["name"]) for row in await database.fetch(SQL["people_with_pin"], restaurant_id)]


async def act_as(database: Database, session_id: UUID, person_id: UUID, restaurant_id: int) -> None:
    """Let a session act as somebody in a restaurant."""
    await database.execute(SQL["act_as"], session_id, person_id, restaurant_id)


async def revoke_own_session(database: Database, session_id: UUID, person_id: UUID) -> bool:
    """End one of a person's sessions; False when it is none of theirs."""
    return rows_changed(await database.execute(SQL["revoke_own_session"], session_id, person_id)) == 1


async def members(database: Database, restaurant_id: int) -> list[Member]:
    """Return everybody with a role in a restaurant."""
    return [Member(**dict(row)) for row in await database.fetch(SQL["people_of"], restaurant_id)]


async def lock_roles(connection: Connection, restaurant_id: int) -> None:
    """Wait until nobody else changes roles of a restaurant."""
    await connection.execute(SQL["lock_roles_of"], restaurant_id)


async def owns_alone(connection: Connection, restaurant_id: int, person_id: UUID) -> bool:
    """Tell whether somebody is the only owner of a restaurant."""
    return bool(await connection.fetchval(SQL["owns_alone"], restaurant_id, person_id))


async def write_role(connection: Connection, person_id: UUID, restaurant_id: int, role: str | None) -> bool:
    """Give or (None) take a role within a transaction; False when there was none to take."""
    if role is not None:
        return rows_changed(await connection.execute(SQL["set_role"], person_id, restaurant_id, role)) == 1
    return rows_changed(await connection.execute(SQL["drop_role"], person_id, restaurant_id)) == 1


async def restaurant_by_slug(database: Database, slug: str) -> int | None:
    """Return a restaurant's number."""
    found: int | None = await database.fetchval(SQL["restaurant_by_slug"], slug)
    return found


def _with_roles(values: dict[str, Any]) -> dict[str, Any]:
    roles = dict(zip(values.pop("restaurants") or (), values.pop("roles") or (), strict=True))
    return values | {"roles": roles}
