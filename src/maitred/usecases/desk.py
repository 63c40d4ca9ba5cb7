"""The desk: what every use case needs at hand, and the venues as they are in force."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final
from uuid import UUID

from maitred.domain.booking import Actor, ActorKind
from maitred.domain.country import country_of
from maitred.domain.errors import NotFound
from maitred.domain.floor import Floor
from maitred.domain.retry import RetryPolicy
from maitred.domain.venue import Venue, parse_venue
from maitred.flags.port import Flags
from maitred.locks.manager import DistributedLockManager
from maitred.store import venues
from maitred.store.database import Database
from maitred.usecases.outcomes import OutcomeShelf

ADMIN: Final = "admin"
SCOPES: Final = (
    "bookings:read", "bookings:write", "floor:read", "staff", "override", "review", "venues:write", ADMIN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, by credential; `restaurant_id` None means every restaurant."""

    credential_id: UUID
    name: str
    scopes: frozenset[str]
    restaurant_id: int | None

    def may(self, scope: str) -> bool:
        """Tell whether the credential has a scope; admin has all."""
        return scope in self.scopes or ADMIN in self.scopes

    def sees(self, restaurant_id: int) -> bool:
        """Tell whether the credential is for this restaurant."""
        return self.restaurant_id is None or self.restaurant_id == restaurant_id

    @property
    def sees_tables(self) -> bool:
        """Tell whether the caller may know which tables are planned; a guest is told what was promised."""
        return self.of_the_house or self.may("review")

    @property
    def of_the_house(self) -> bool:
        """Tell whether the caller may read all that staff reads: other parties, notes, who did what."""
        return self.may("staff") or self.may("floor:read")

    def actor(self, kind: ActorKind | None = None) -> Actor:
        """Return the actor that history records: staff when the credential is theirs, or else a guest."""
        return Actor(kind or (ActorKind.STAFF if self.may("staff") else ActorKind.GUEST), self.name)


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of DESIGN 5, all settings. Times in the unit their name ends with."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    hold_ttl_s: float = 180
    batch_size: int = 32
    lock_wait_ms: int = 2_000
    idempotency_hours: float = 24
    cache_s: float = 1.0
    webhooks_private: bool = False
    event_retention_hours: float = 168
    public_url: str = "http://127.0.0.1:8080"
    mail_from: str = "no-reply@localhost"
    message_retention_days: float = 90
    undo_wait_s: float = 8


@dataclass(frozen=True, slots=True)
class OpenVenue:
    """A venue in one version, with its floor compiled."""

    restaurant_id: int
    slug: str
    version: int
    venue: Venue
    floor: Floor
    document: Mapping[str, Any]

    @property
    def country(self) -> str | None:
        """Return the country that its national phone numbers are of (ISO 3166)."""
        return country_of(self.venue.timezone)


class VenueShelf:
    """Compiled venues. Each is compared with the version in force at most once a second."""

    def __init__(self, database: Database, fresh_s: float = 1.0) -> None:
        self._database = database
        self._fresh_s = fresh_s
        self._by_id: dict[int, tuple[float, OpenVenue]] = {}
        self._ids: dict[str, int] = {}
        self._reading = asyncio.Lock()

    async def get(self, slug: str) -> OpenVenue:
        """Return a venue by slug; raises NotFound."""
        found = self._fresh(self._ids.get(slug))
        if found:
            return found
        async with self._reading:
            return self._fresh(self._ids.get(slug)) or self._keep(await venues.by_slug(self._database, slug), slug)

    async def by_id(self, restaurant_id: int) -> OpenVenue:
        """Return a venue by number; raises NotFound."""
        found = self._fresh(restaurant_id)
        if found:
            return found
        async with self._reading:
            row = await venues.by_id(self._database, restaurant_id)
            return self._keep(row, str(restaurant_id))

    async def at_version(self, place: OpenVenue, version: int) -> OpenVenue:
        """Return a venue that is at least at this version."""
        if place.version >= version:
            return place
        self._by_id.pop(place.restaurant_id, None)
        return await self.by_id(place.restaurant_id)

    def _fresh(self, restaurant_id: int | None) -> OpenVenue | None:
        kept = self._by_id.get(restaurant_id) if restaurant_id is not None else None
        return kept[1] if kept and monotonic() - kept[0] < self._fresh_s else None

    def _keep(self, row: venues.VenueRow | None, name: str) -> OpenVenue:
        if row is None:
            raise NotFound("There is no such restaurant.", name=name)
        kept = self._by_id.get(row.id)
        opened = kept[1] if kept and kept[1].version == row.version else _open(row)
        self._by_id[row.id] = (monotonic(), opened)
        self._ids[row.slug] = row.id
        return opened


def _open(row: venues.VenueRow) -> OpenVenue:
    venue = parse_venue(row.document)
    return OpenVenue(row.id, row.slug, row.version, venue, Floor.compile(venue), row.document)


def utc_now() -> datetime:
    """Return the instant by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports and numbers that use cases work with; made in bootstrap.py only."""

    database: Database
    locks: DistributedLockManager
    venues: VenueShelf
    flags: Flags
    policy: Policy
    outcomes: OutcomeShelf
    clock: Callable[[], datetime] = utc_now
