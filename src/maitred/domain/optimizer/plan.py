"""A day as the optimizer takes it, from a snapshot: who may move, who waits, what stays, what pacing leaves."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from maitred.domain import calendar
from maitred.domain.assignment import SeatingRequest
from maitred.domain.availability import Movable, Snapshot
from maitred.domain.optimizer.model import Day, Party, SlotRoom, Standing
from maitred.domain.venue_model import Venue


def day_of(
    snapshot: Snapshot,
    venue: Venue,
    *,
    wishes: Mapping[str, str | None],
    waiting: Sequence[SeatingRequest] = (),
    refused: Sequence[SeatingRequest] = (),
    freeze_minutes: int = 60,
    max_moves: int | None = None,
) -> Day:
    """This is the day to plan again, read at `snapshot.read_at`, by which parties are frozen.

    Bookings in `wishes` (their wished zone, or None) may move if the snapshot lists them as movable; all others keep
    their tables. Parties whose time has come are not seated any more.
    """
    frozen_until = snapshot.read_at + timedelta(minutes=freeze_minutes)
    movers = [guest for key, guest in sorted(snapshot.movable.items()) if key in wishes]
    parties = [p for p in (_seated(snapshot, guest, wishes) for guest in movers) if p.starts_at > frozen_until]
    moving = {party.key for party in parties}
    parties += [unseated(one, "waiting") for one in waiting if one.starts_at > snapshot.read_at]
    parties += [unseated(one, "refused") for one in refused if one.starts_at > snapshot.read_at]
    new = [one for one in (*waiting, *refused) if one.starts_at > snapshot.read_at]
    taken = (o for owner, rows in snapshot.owners() if owner not in moving for o in rows)
    return Day(
        tuple(sorted(parties, key=lambda party: (party.starts_at, party.key))),
        tuple(sorted(taken, key=lambda o: (o.starts_at, o.table_id, o.owner_id))),
        tuple(_slots(snapshot, venue, new)),
        max_moves,
    )


def _seated(snapshot: Snapshot, guest: Movable, wishes: Mapping[str, str | None]) -> Party:
    rows = snapshot.of_owner(guest.booking_id)
    return Party(
        guest.booking_id,
        guest.party_size,
        rows[0].starts_at,
        rows[0].ends_at,
        tuple(sorted(row.table_id for row in rows)),
        guest.accessible,
        guest.promised_zone,
        wishes[guest.booking_id],
        single_only=guest.single_only,
    )


def unseated(request: SeatingRequest, standing: Standing) -> Party:
    """This is a party that has no table yet."""
    return Party(
        request.key,
        request.party_size,
        request.starts_at,
        request.ends_at,
        accessible=request.accessible,
        promised_zone=request.promised_zone,
        zone_preference=request.zone_preference,
        standing=standing,
    )


def _slots(snapshot: Snapshot, venue: Venue, new: Collection[SeatingRequest]) -> Iterator[SlotRoom]:
    paced = [one for one in new if "pacing" not in one.allowed_overrides]
    for slot in sorted({calendar.slot_of(venue, one.starts_at) for one in paced}):
        inside = [one for one in paced if calendar.slot_of(venue, one.starts_at) == slot]
        window, first = calendar.find_window(venue, inside[0].starts_at), inside[0].starts_at
        on = window.date if window else calendar.service_date(venue, first)
        limits = venue.pacing_limits(on, window.service if window else None, slot.astimezone(venue.tz).time())
        keys = tuple(one.key for one in inside)
        covers = None if limits.covers is None else limits.covers - snapshot.covers_at(slot)
        parties = None if limits.parties is None else limits.parties - snapshot.parties_at(slot)
        if covers is not None or parties is not None:
            yield SlotRoom(keys, covers, parties)
