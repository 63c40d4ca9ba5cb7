"""Why a party cannot be seated: which rule stands in the way, with the figures that show it."""

from typing import Any

from maitred.domain.assignment.model import Refuse, SeatingRequest
from maitred.domain.availability import Occupancy, Snapshot
from maitred.domain.calendar import find_window, service_date, slot_of
from maitred.domain.floor import Floor, TableSet
from maitred.domain.venue_model import Venue


def no_allowed_set(request: SeatingRequest, floor: Floor) -> Refuse:
    """This is the refusal of a party that no tables of this floor could ever seat."""
    where = "accessible tables" if request.accessible else "tables"
    zone = request.promised_zone
    sizes = (s.capacity for s in floor.sets if zone in (None, s.zone) and (s.accessible or not request.accessible))
    return Refuse(
        "no_allowed_set",
        f"No {where} {'here' if zone is None else f'in zone {zone}'} can ever seat a party of {request.party_size}.",
        {
            "party_size": request.party_size,
            "accessible": request.accessible,
            "largest_party": max(sizes, default=0),
            **({"promised_zone": zone} if zone else {}),
        },
    )


def pacing_refusal(request: SeatingRequest, snapshot: Snapshot, venue: Venue) -> Refuse | None:
    """This is the refusal of a party that would exceed the covers or parties of its slot; None when it fits."""
    if not venue.pacing or "pacing" in request.allowed_overrides:
        return None
    slot, window = slot_of(venue, request.starts_at), find_window(venue, request.starts_at)
    on = service_date(venue, request.starts_at) if window is None else window.date
    service = None if window is None else window.service
    limits = venue.pacing_limits(on, service, slot.astimezone(venue.tz).time())
    asked = (
        ("covers", limits.covers, request.party_size, snapshot.covers_at(slot)),
        ("parties", limits.parties, 1, snapshot.parties_at(slot)),
    )
    for what, limit, wanted, taken in asked:
        if limit is not None and taken + wanted > limit:
            return Refuse(
                f"pacing_{what}",
                f"{taken} {what} already start in this slot, and {limit} may.",
                {"slot": slot.astimezone(venue.tz).isoformat(), "limit": limit, "asked": wanted, "taken": taken},
            )
    return None


def no_capacity(request: SeatingRequest, snapshot: Snapshot) -> Refuse:
    """This is the refusal of a party whose fitting sets are all taken, with the set that fewest others block."""
    fitting = request.fitting(snapshot.floor)
    blockers = _blockers_by_table(request, snapshot)
    least = min(fitting, key=lambda s: (len(_owners(s, blockers)), s.order))
    data: dict[str, Any] = {
        "fitting_sets": len(fitting),
        "excluded_sets": len(request.excluded_sets),
        "least_blocked": {
            "tables": list(least.tables),
            "blockers": [_described(o) for table in least.tables for o in blockers[table]],
        },
    }
    are = "is" if len(fitting) == 1 else "are"
    message = f"{_every_way(len(fitting))} to seat a party of {request.party_size} {are} taken at that time."
    return Refuse("no_capacity", message, data)


def _every_way(ways: int) -> str:
    return {1: "The only way", 2: "Both ways"}.get(ways, f"All {ways} ways")


def _blockers_by_table(request: SeatingRequest, snapshot: Snapshot) -> dict[str, list[Occupancy]]:
    starts_at, ends_at = request.starts_at, request.ends_at
    return {
        table_id: [o for o in snapshot.on_table(table_id) if o.starts_at < ends_at and starts_at < o.ends_at]
        for table_id in snapshot.floor.tables
    }


def _owners(tables: TableSet, blockers: dict[str, list[Occupancy]]) -> set[str]:
    return {occupancy.owner_id for table in tables.tables for occupancy in blockers[table]}


def _described(occupancy: Occupancy) -> dict[str, str]:
    return {
        "table": occupancy.table_id,
        "kind": occupancy.kind,
        "owner_id": occupancy.owner_id,
        "starts_at": occupancy.starts_at.isoformat(),
        "ends_at": occupancy.ends_at.isoformat(),
    }
