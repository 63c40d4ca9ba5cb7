"""People: who may sign in to the Ops screens, what their role lets them do, and their sessions.

A role is a set of the API's scopes, so that a screen can never do what a key with the same scopes could not.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from maitred.domain.contact import email_address, trimmed
from maitred.domain.errors import Forbidden, InvalidInput, NotFound, Rejected, Unauthenticated
from maitred.store import people
from maitred.store.database import Database
from maitred.store.people import SessionRow
from maitred.usecases.desk import ADMIN, Caller

SESSION_LASTS: Final = timedelta(days=30)
TOUCHED_EVERY: Final = timedelta(minutes=1)
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200


class Role(StrEnum):
    """What somebody is in a restaurant, each with everything the one before may do."""

    VIEWER = "viewer"
    HOST = "host"
    MANAGER = "manager"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """The higher, the more they may."""
        return list(Role).index(self)


_VIEWER: Final = frozenset({"bookings:read", "floor:read"})
_HOST: Final = _VIEWER | {"bookings:write", "staff", "review"}
_MANAGER: Final = _HOST | {"override", "venues:write"}
SCOPES_OF: Final[Mapping[Role, frozenset[str]]] = {
    Role.VIEWER: _VIEWER,
    Role.HOST: _HOST,
    Role.MANAGER: _MANAGER,
    Role.OWNER: _MANAGER | {ADMIN},
}


class TryLater(Rejected):
    """Too many wrong passwords: the account waits."""

    code = "try_later"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    id: UUID
    session_id: UUID
    email: str
    name: str
    locale: str | None
    theme: str | None
    single_keys: bool
    roles: Mapping[int | None, Role]
    acting: bool = False  # by PIN, on somebody else's session
    must_choose: bool = False  # a password of their own, before anything else

    def role_in(self, restaurant_id: int) -> Role | None:
        """Return what they are in a restaurant: the higher of what they are there and everywhere."""
        held = [role for number, role in self.roles.items() if number in (None, restaurant_id)]
        return max(held, key=lambda role: role.rank, default=None)

    def caller(self, restaurant_id: int) -> Caller | None:
        """Return them as a caller of use cases in one restaurant; None where they are nobody."""
        role = self.role_in(restaurant_id)
        return Caller(self.id, self.name, SCOPES_OF[role], restaurant_id) if role else None


async def add_person(
    database: Database, email: str, name: str, password: str | None, *, locale: str | None = None, first: bool = False
) -> UUID:
    """Make somebody known and return their id; raises InvalidInput, Contended when the address is taken.

    A `first` password is one that somebody else has seen: it is good for choosing another.
    """
    person_id, kept = uuid4(), None
    if password is not None:
        kept = await hashed(_long_enough(password))
    await people.insert(
        database, person_id, address_of(email), named(name), kept, locale, first_password=first and kept is not None
    )
    return person_id


async def ensure_login(database: Database, email: str, password: str) -> None:
    """Make somebody who owns every restaurant; does nothing when they are there."""
    if await people.by_email(database, email) is None:
        person_id = await add_person(database, email, email.partition("@")[0].title(), password)
        await people.set_role(database, person_id, None, Role.OWNER)


async def change_password(
    database: Database, person_id: UUID, password: str, *, keep: UUID | None = None, first: bool = False
) -> None:
    """Set a password; every session but `keep` ends with it, and no tablet acts for them any more.

    A `first` password is one that somebody else has seen: it is good for choosing another.
    """
    await people.set_password(database, person_id, await hashed(_long_enough(password)), first=first)
    await people.revoke_sessions_of(database, person_id, keep)
    await people.end_acting(database, person_id)


async def choose_password(database: Database, person: Person, password: str) -> None:
    """Replace the first password, which somebody else has seen, by one's own; raises Forbidden for anybody else."""
    if not person.must_choose or person.acting:
        raise Forbidden("You have a password of your own; your account is where it is changed.", scope="password")
    found = await people.by_id(database, person.id)
    if found and found.password_hash and await verified(found.password_hash, password):
        message = "This is the password you came with; choose another."
        raise InvalidInput(message, field="password", code="same_password")
    await change_password(database, person.id, password, keep=person.session_id)


async def close_account(database: Database, person_id: UUID) -> None:
    """Let somebody in no more, from now on; raises NotFound."""
    if not await people.disable(database, person_id):
        raise NotFound("There is no such person.")
    await people.revoke_sessions_of(database, person_id)
    await people.end_acting(database, person_id)


async def sign_in(database: Database, email: str, password: str, device: str, now: datetime) -> str:
    """Open a session and return its token; raises Unauthenticated and TryLater.

    An address that nobody has takes as long as one that somebody has, and has to wait alike.
    """
    address = _as_kept(email)[:320]
    tried = await one_try(database, "sign-in", address, now)
    found = await people.by_email(database, address)
    kept = found.password_hash if found and found.password_hash else _nobodys_hash()
    right = await verified(kept, password)
    if found is None or not right or found.password_hash is None:
        raise Unauthenticated("The address or the password is wrong.")
    await people.forget_tries(database, tried)
    if _hasher().check_needs_rehash(kept):
        await people.set_password(database, found.id, await hashed(password))
    return await open_session(database, found.id, device, now)


async def open_session(database: Database, person_id: UUID, device: str, now: datetime) -> str:
    """Open a session for somebody whose identity is known, and return its token."""
    token = secrets.token_urlsafe(32)
    await people.open_session(database, uuid4(), _digest(token), person_id, now + SESSION_LASTS, device[:200])
    return token


async def signed_in(database: Database, token: str, now: datetime) -> Person | None:
    """Return whose session a token is; None when it is over."""
    row = await people.session_by_token(database, _digest(token))
    if row is None:
        return None
    if now - row.seen_at > TOUCHED_EVERY:
        await people.touch_session(database, row.session_id)
    return _person(row)


async def sign_out(database: Database, person: Person) -> None:
    """End the present session."""
    await people.revoke_session(database, person.session_id)


async def one_try(database: Database, what: str, whom: str, now: datetime) -> bytes:
    """Count a try at somebody's password or PIN before it is looked at, and return its key, to forget it when right.

    Each thing that can be tried is counted apart: who keeps trying an address at the sign-in locks no tablet. Raises
    TryLater.
    """
    key = hashlib.sha256(f"{what}\n{whom}".encode()).digest()
    waits = await people.take_try(database, key)
    if waits is not None:
        seconds = max(1, int((waits - now).total_seconds()) + 1)
        raise TryLater("Too many wrong passwords; try again later.", field="password", seconds=seconds)
    return key


def address_of(email: str) -> str:
    """Return an address as it is kept; raises InvalidInput."""
    return email_address(email, local=True).lower()


def _as_kept(typed: str) -> str:
    """Return an address to look for as it would have been kept; what is none is nobody's."""
    try:
        return address_of(typed)
    except InvalidInput:
        return typed.strip().lower()


def role_of(text: str) -> Role:
    """Read a role; raises InvalidInput."""
    try:
        return Role(text)
    except ValueError:
        known = ", ".join(Role)
        raise InvalidInput(f"Roles are {known}.", field="role", code="unknown_value") from None


def _person(row: SessionRow) -> Person:
    roles = {number: Role(role) for number, role in row.roles.items()}
    if row.acting_in is not None:
        roles = _by_pin(roles, row.acting_in)
    acting = row.acting_in is not None
    return Person(
        row.id, row.session_id, row.email, row.name, row.locale, row.theme, row.single_keys, roles, acting,
        must_choose=row.first_password,
    )  # fmt: skip


def _by_pin(roles: Mapping[int | None, Role], restaurant_id: int) -> dict[int | None, Role]:
    """Return what a PIN of four digits is good for: one restaurant, and nothing that only an owner may do."""
    held = [role for number, role in roles.items() if number in (None, restaurant_id)]
    best = max(held, key=lambda role: role.rank, default=None)
    return {restaurant_id: min(best, Role.MANAGER, key=lambda role: role.rank)} if best else {}


def named(name: str) -> str:
    plain = trimmed(" ".join(name.split()))
    if not 1 <= len(plain) <= 120:
        raise InvalidInput("A name has 1 to 120 characters.", field="name", code="invalid_name")
    return plain


def _long_enough(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        message = f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        raise InvalidInput(message, field="password", code="invalid_password")
    return password


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@cache
def _hasher() -> PasswordHasher:
    """The library's defaults: RFC 9106's low-memory profile."""
    return PasswordHasher()


async def hashed(password: str) -> str:
    """Hash in a thread: it takes tens of milliseconds on purpose, and others are served meanwhile."""
    return await asyncio.to_thread(_hasher().hash, password)


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


async def verified(kept: str, secret: str) -> bool:
    """Tell whether a password or PIN is the one that was kept."""
    return await asyncio.to_thread(_matches, kept, secret[:LONGEST_PASSWORD])


def _matches(kept: str, secret: str) -> bool:
    try:
        return _hasher().verify(kept, secret)
    except (VerificationError, InvalidHashError):
        return False
