"""API keys: made once, shown once, stored as SHA-256 (a key is 256 random bits, so no slow hash is needed)."""

import hashlib
import secrets
from collections.abc import Iterable
from time import monotonic
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from maitred.domain.errors import InvalidInput, NotFound, Unauthenticated
from maitred.store import keys
from maitred.store.database import Database
from maitred.store.people import KnownPerson, restaurant_by_slug
from maitred.usecases.desk import SCOPES, Caller
from maitred.usecases.tokens import NOWHERE, Trust, caller_of, person_of

PREFIX: Final = "mk_"
CACHE_S: Final = 5.0
_CACHE_SIZE: Final = 10_000
MIN_ADMIN_KEY: Final = 16


class KeyRing:
    """Known credentials, remembered for a few seconds: a revoked key works that much longer at the most."""

    def __init__(self, database: Database, trust: Trust | None = None) -> None:
        self._database = database
        self._known: dict[bytes, tuple[float, Caller]] = {}
        self._people: dict[bytes, tuple[float, KnownPerson]] = {}
        self.trust = trust or Trust()

    async def authenticate(self, token: str, slug: str | None = None) -> Caller:
        """Return who a bearer token belongs to; raises Unauthenticated.

        Somebody may have another role in each restaurant: `slug` says which one this is about.
        """
        if self.trust.takes(token):
            person = await self._person(token)
            return caller_of(person, await self._number(slug))
        digest = _digest(token)
        kept = self._known.get(digest)
        if kept and monotonic() - kept[0] < CACHE_S:
            return kept[1]
        row = await keys.by_hash(self._database, digest)
        if row is None:
            self._known.pop(digest, None)
            raise Unauthenticated("The API key is not known.")
        caller = Caller(row.id, row.name, frozenset(row.scopes), row.restaurant_id)
        if len(self._known) >= _CACHE_SIZE:
            self._known.clear()
        self._known[digest] = (monotonic(), caller)
        return caller

    async def _person(self, token: str) -> KnownPerson:
        """Verify a token, or remember that it was a few seconds ago."""
        digest = _digest(token)
        kept = self._people.get(digest)
        if kept and monotonic() - kept[0] < CACHE_S:
            return kept[1]
        self._people.pop(digest, None)
        person = await person_of(self._database, self.trust, await self.trust.verify(token))
        if len(self._people) >= _CACHE_SIZE:
            self._people.clear()
        self._people[digest] = (monotonic(), person)
        return person

    async def _number(self, slug: str | None) -> int | None:
        """Return a restaurant's number; one that does not exist is nobody's."""
        if slug is None:
            return None
        found = await restaurant_by_slug(self._database, slug)
        return NOWHERE if found is None else found


async def ensure_admin_key(database: Database, token: str) -> None:
    """Make the operator's own key (MAITRED_API_KEY) the first admin key; does nothing when it is there."""
    if len(token) < MIN_ADMIN_KEY:
        raise InvalidInput(
            f"An admin key has at least {MIN_ADMIN_KEY} characters.", field="MAITRED_API_KEY", code="key_too_short"
        )
    digest = _digest(token)
    await keys.ensure_admin(database, uuid5(NAMESPACE_URL, digest.hex()), "admin", digest)


async def create_key(
    database: Database, name: str, scopes: Iterable[str], restaurant_id: int | None
) -> tuple[UUID, str]:
    """Make a key and return its id and the token, which is shown this once."""
    wanted = tuple(sorted(set(scopes)))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise InvalidInput(
            f"Scopes are some of: {', '.join(SCOPES)}.", field="scopes", code="unknown_scope", unknown=unknown
        )
    token = PREFIX + secrets.token_urlsafe(32)
    key_id = uuid4()
    await keys.insert(database, keys.KeyRow(key_id, name, wanted, restaurant_id), _digest(token))
    return key_id, token


async def revoke_key(database: Database, key_id: UUID) -> None:
    """Revoke a key; raises NotFound."""
    if not await keys.revoke(database, key_id):
        raise NotFound("There is no such key.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
