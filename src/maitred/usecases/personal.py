"""What is known of a guest: told in whole, or taken away for good while the book stays true (GDPR 15, 17)."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from maitred.domain.booking import SEATED_STATES, UNDECIDED_STATES, Actor, ActorKind, State
from maitred.domain.errors import Deadlocked, InvalidInput, NotFound, StillExpected
from maitred.domain.waitlist import WaitState, moved
from maitred.store import allocations, personal, venues, waitlist
from maitred.store.database import Connection, Database

LOOKS: Final = 5
_TO_COME: Final = frozenset({*SEATED_STATES, *UNDECIDED_STATES, State.MANUAL_REVIEW})


async def restaurant_number(database: Database, slug: str | None) -> int | None:
    """Return a restaurant's number; None, every restaurant, for none. Raises NotFound."""
    if slug is None:
        return None
    row = await venues.by_slug(database, slug)
    if row is None:
        raise NotFound(f"There is no restaurant {slug!r}.", field="restaurant")
    return row.id


async def export_guest(
    database: Database, restaurant_id: int | None, email: str | None, phone: str | None, now: datetime
) -> dict[str, Any]:
    """Return everything known about who has this email or phone (E.164). Raises InvalidInput without either."""
    _check(email, phone)
    async with database.transaction(silent=True) as connection:
        subject = await personal.find(connection, restaurant_id, email, phone)
        found = await personal.export(connection, subject)
    return {"exported_at": now.isoformat(), "email": email, "phone": phone, "data": found}


async def erase_guest(
    database: Database,
    restaurant_id: int | None,
    email: str | None,
    phone: str | None,
    *,
    by: str,
    now: datetime,
    force: bool = False,
) -> dict[str, Any]:
    """Take away everything personal about who has this email or phone, in one transaction; counts and seats stay.

    It touches rows of many kinds, which others write in another order: whoever gives way to them looks again. Raises
    InvalidInput without either, and StillExpected for a guest with a booking to come, unless `force`.
    """
    _check(email, phone)
    for look in range(LOOKS):
        try:
            return await _erased(database, restaurant_id, email, phone, by, now, force=force)
        except Deadlocked:
            if look + 1 == LOOKS:
                raise
    raise AssertionError("the loop returns or raises")


async def _erased(
    database: Database, restaurant_id: int | None, email: str | None, phone: str | None, by: str, now: datetime, *,
    force: bool,
) -> dict[str, Any]:  # fmt: skip
    async with database.transaction() as connection:
        subject = await personal.find(connection, restaurant_id, email, phone)
        coming = [one["reference"] for one in subject.bookings if one["state"] in _TO_COME and one["starts_at"] > now]
        coming += ["waitlist"] * len(subject.waiting)
        if coming and not force:
            raise StillExpected(
                f"The guest is expected ({', '.join(coming)}): cancel first, or erase by force.",
                field="force",
                references=coming,
            )
        for entry_id in subject.waiting:
            await _let_go(connection, entry_id, by, now)
        await personal.erase(connection, subject)
        number = uuid4()
        await personal.note_erasure(connection, number, subject, now, by, forced=bool(coming))
    return {"id": str(number), "guests": len(subject.guests), "bookings": len(subject.bookings)}


async def _let_go(connection: Connection, entry_id: UUID, by: str, now: datetime) -> None:
    """End a wait: who cannot be told is booked no table, and their consent to it is gone."""
    found = await waitlist.by_id(connection, entry_id)
    assert found is not None, "it was locked when it was found"
    if found.entry.hold_id is not None:
        await allocations.delete_hold(connection, found.entry.hold_id)
    actor = Actor(ActorKind.STAFF, by)
    await waitlist.save(connection, moved(found.entry, WaitState.LEFT, actor=actor, at=now, reason="erased"))


def _check(email: str | None, phone: str | None) -> None:
    if not email and not phone:
        raise InvalidInput("Say who: an e-mail address, a phone number, or both.", field="email", code="nobody_named")
