"""What a party at the door is told: a table and until when, or a wait and what it rests on. A look, not a promise."""

from maitred.domain.admission import Wish, admit
from maitred.domain.assignment import SeatingRequest
from maitred.domain.binding import as_of
from maitred.domain.booking import Source
from maitred.domain.walkin import NoTable, TableNow, Wait, walk_in
from maitred.store import night
from maitred.usecases.desk import Desk, OpenVenue
from maitred.usecases.tracker import read_snapshot
from maitred.usecases.weigh import auto_rules


async def look_for_walk_in(
    desk: Desk, place: OpenVenue, party_size: int, *, accessible: bool
) -> TableNow | Wait | NoTable:
    """Look at the floor as it is this minute. Raises InvalidInput and NeedsOverride as a booking for now would."""
    now = desk.clock()
    starts_at = now.replace(second=0, microsecond=0)
    admission = admit(place.venue, place.floor, Wish(party_size, starts_at, Source.WALK_IN, accessible), now)
    day = admission.service_date
    request = SeatingRequest(
        "walk-in", party_size, starts_at, admission.turn_minutes, admission.buffer_minutes, accessible=accessible
    )
    snapshot = as_of(await read_snapshot(desk.database, place, day, now), place.venue, now)
    late = await night.late_minutes(desk.database, place.restaurant_id, day, now)
    return walk_in(request, snapshot, place.venue, late_minutes=late, rules=auto_rules(place.venue, starts_at))
