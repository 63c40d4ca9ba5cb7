"""Who works where: roles that owners give and take, PINs of a shared tablet, and what people do about themselves."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from maitred.domain.errors import Forbidden, InvalidInput, NotFound, Rejected, Unauthenticated
from maitred.store import people
from maitred.store.database import Database
from maitred.usecases.people import (
    Person,
    Role,
    add_person,
    address_of,
    change_password,
    close_account,
    hashed,
    one_try,
    role_of,
    verified,
)

_PIN: Final = re.compile(r"[0-9]{4,8}")


class LastOwner(Rejected):
    """Without an owner nobody could let anybody in any more."""

    code = "last_owner"


@dataclass(frozen=True, slots=True)
class Invited:
    """Who has a role now; `password` is there when an account was made, and is shown this once."""

    id: UUID
    name: str
    password: str | None


def new_password() -> str:
    """Return a password for somebody to begin with."""
    return secrets.token_urlsafe(12)


async def invite(database: Database, email: str, name: str, role: Role, restaurant_id: int) -> Invited:
    """Give somebody a role in a restaurant, and an account when they have none."""
    known = await people.any_by_email(database, address_of(email), restaurant_id)
    if known is not None and known.first_password and not known.here:  # whoever made it could still open it
        raise InvalidInput(
            "Somebody else let this address in and it has not been used yet; ask them to sign in once.",
            field="email", code="not_signed_in_yet",
        )  # fmt: skip
    if known is not None and not known.enabled:
        raise InvalidInput(
            "This account is closed; whoever runs maitred can open it.", field="email", code="account_closed"
        )
    if known is not None:
        await set_role(database, known.id, role, restaurant_id)
        return Invited(known.id, known.name, None)
    password, called = new_password(), name.strip() or email.strip().partition("@")[0]
    person_id = await add_person(database, email, called, password, first=True)
    await people.set_role(database, person_id, restaurant_id, role)
    return Invited(person_id, called, password)


async def set_role(database: Database, person_id: UUID, role: Role | None, restaurant_id: int) -> None:
    """Change somebody's role in a restaurant, or (None) take it; raises NotFound and LastOwner."""
    async with database.transaction() as connection:
        await people.lock_roles(connection, restaurant_id)
        if role is not Role.OWNER and await people.owns_alone(connection, restaurant_id, person_id):
            raise LastOwner("Somebody must own the restaurant: make somebody else an owner first.")
        if not await people.write_role(connection, person_id, restaurant_id, role):
            raise NotFound("There is no such person here.")
        if role is None:
            await people.end_acting(connection, person_id, restaurant_id)


async def change_own_password(database: Database, person: Person, old: str, new: str, now: datetime) -> None:
    """Set one's own password, knowing the old one; every other session ends with it."""
    _in_person(person)
    await _proven(database, person, old, now)
    await change_password(database, person.id, new, keep=person.session_id)


async def change_own_pin(database: Database, person: Person, password: str, pin: str | None, now: datetime) -> None:
    """Set or (None) forget one's own PIN, knowing the password."""
    _in_person(person)
    if pin is not None and not _PIN.fullmatch(pin):
        raise InvalidInput("A PIN has 4 to 8 digits.", field="pin", code="invalid_pin")
    await _proven(database, person, password, now)
    await people.set_pin(database, person.id, await hashed(pin) if pin else None)
    await people.end_acting(database, person.id)


async def end_session(database: Database, person: Person, session_id: UUID) -> None:
    """End one of one's own sessions; raises NotFound."""
    _in_person(person)
    if not await people.revoke_own_session(database, session_id, person.id):
        raise NotFound("There is no such session.")


async def sessions_of(database: Database, person: Person) -> Sequence[dict[str, Any]]:
    """Return where somebody is signed in; who only came by PIN is not told."""
    return [] if person.acting else await people.sessions_of(database, person.id)


async def switch_person(
    database: Database, session: Person, person_id: UUID, pin: str, restaurant_id: int, now: datetime
) -> str:
    """Let a tablet's session act as somebody with a role here, by PIN, and return their name.

    It reaches no further than this restaurant, and nothing that only owners may do. Raises Unauthenticated, TryLater.
    """
    allowed = {number for number, _ in await people.with_pin(database, restaurant_id)}
    found = await people.by_id(database, person_id) if person_id in allowed else None
    if found is None or found.pin_hash is None:
        raise NotFound("There is nobody of that name with a PIN here.")
    tried = await one_try(database, "pin", str(found.id), now)
    if not await verified(found.pin_hash, pin):
        raise Unauthenticated("The PIN is wrong.", field="pin", code="wrong_pin")
    await people.forget_tries(database, tried)
    await people.act_as(database, session.session_id, found.id, restaurant_id)
    return found.name


async def _proven(database: Database, person: Person, password: str, now: datetime) -> None:
    found = await people.by_id(database, person.id)
    if found is None or found.password_hash is None:
        raise Forbidden("You sign in without a password; whoever runs maitred can give you one.", scope="password")
    tried = await one_try(database, "password", str(person.id), now)
    if not await verified(found.password_hash, password):
        raise InvalidInput("The present password is wrong.", field="password", code="wrong_password")
    await people.forget_tries(database, tried)


def _in_person(person: Person) -> None:
    """A PIN of four digits opens no account."""
    if person.acting:
        raise Forbidden("Sign in yourself for this; a PIN is not enough.", scope="password")


# -- by the operator, at the command line ---------------------------------------------------------------------------


async def add_user(
    database: Database,
    email: str,
    name: str | None,
    password: str | None,
    role: str | None,
    slug: str | None,
    *,
    first: bool = False,
) -> UUID:
    """Make somebody known, with a role in a restaurant or (slug None) in all; a `first` password is to be changed."""
    place, held = await _place(database, slug), role_of(role) if role else None
    person_id = await add_person(database, email, name or email.partition("@")[0].title(), password, first=first)
    if held is not None:
        await people.set_role(database, person_id, place, held)
    return person_id


async def give_role(database: Database, email: str, role: str | None, slug: str | None) -> None:
    """Give somebody a role, or (None) take it; the operator may also take the last owner's."""
    person_id, place, held = await user(database, email), await _place(database, slug), role_of(role) if role else None
    if held is not None:
        await people.set_role(database, person_id, place, held)
        return
    if not await people.drop_role(database, person_id, place):
        raise NotFound("They have no such role.")
    await people.end_acting(database, person_id, place)


async def user(database: Database, email: str) -> UUID:
    """Return who has an address; raises NotFound."""
    found = await people.by_email(database, address_of(email))
    if found is None:
        raise NotFound(f"There is nobody with the address {email}, or the account is closed.")
    return found.id


async def close_user(database: Database, email: str) -> None:
    """Let somebody in no more, from now on."""
    await close_account(database, await user(database, email))


async def _place(database: Database, slug: str | None) -> int | None:
    if slug is None:
        return None
    found = await people.restaurant_by_slug(database, slug)
    if found is None:
        raise NotFound(f"There is no restaurant {slug}.")
    return found
