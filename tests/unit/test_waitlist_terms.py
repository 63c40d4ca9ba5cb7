"""On what terms somebody who waits is served: whom it may move, which times may be offered, which zone it has to be."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from rooms import NOON, bare_venue

from maitred.domain.availability import Movable, Occupancy, Seated, Snapshot
from maitred.domain.booking import Source
from maitred.domain.floor import Floor
from maitred.domain.venue import Table
from maitred.domain.venue_model import WaitlistRules
from maitred.domain.waitlist import Entry, WaitState, first_fitting

HOUR = timedelta(hours=1)
TABLES = [Table("A", "x", 2), Table("B", "y", 4)]


def entry(party: int, **changes: object) -> Entry:
    """Somebody who waits for noon."""
    known = {
        "id": UUID(int=1),
        "restaurant_id": 1,
        "restaurant": "bare",
        "service_date": NOON.date(),
        "guest_id": UUID(int=2),
        "from_at": NOON,
        "until_at": NOON,
        "source": Source.WEB,
        "accessible": False,
        "zone_preference": None,
        "zone_promised": False,
        "notes": None,
        "state": WaitState.WAITING,
        "version": 1,
        "joined_at": datetime(2026, 1, 1, tzinfo=UTC),
        "joined_by": "x",
    }
    return Entry(party_size=party, **{**known, **changes})


def room(**changes: object):
    """A venue that keeps a waitlist, with its floor."""
    venue = bare_venue(TABLES, waitlist=WaitlistRules(enabled=True), **changes)
    return venue, Floor.compile(venue)


def day(floor: Floor, at: datetime, *sat: tuple[str, str]) -> Snapshot:
    """Parties of two, each on a table from noon for an hour; any of them may be moved."""
    rows = [Occupancy(table, NOON, NOON + HOUR, "booking", name) for name, table in sat]
    return Snapshot.build(floor, rows, [Seated(n, 2, NOON) for n, _ in sat], at, [Movable(n, 2) for n, _ in sat])


def test_somebody_is_moved_for_a_booking_and_nobody_for_an_offer():
    """Four wait while two have the table for four: booked outright they get it, offered it would be moving in vain."""
    venue, floor = room()
    early, late = NOON - 5 * HOUR, NOON - 2 * HOUR
    fit = first_fitting([entry(4)], day(floor, early, ("two", "B")), venue, early)
    assert fit is not None
    assert (fit.book, [move.booking_id for move in fit.seat.moves]) == (True, ["two"])
    assert first_fitting([entry(4)], day(floor, late, ("two", "B")), venue, late) is None
    offer = first_fitting([entry(4)], day(floor, late), venue, late)
    assert offer is not None
    assert not offer.book


def test_no_time_is_offered_that_cannot_be_booked_any_more_when_the_offer_lapses():
    """With an hour's notice and ten minutes to answer, seventy minutes before is the last moment for an offer."""
    venue, floor = room(min_notice_minutes=60)
    for minutes, found in ((71, True), (70, True), (69, False)):
        at = NOON - timedelta(minutes=minutes)
        assert (first_fitting([entry(2)], day(floor, at), venue, at) is not None) == found, minutes


def test_who_waits_for_a_zone_and_no_other_gets_no_other():
    """A preference gives way to another zone's table; a zone that is required does not."""
    venue, floor = room()
    at = NOON - 5 * HOUR
    full = day(floor, at, ("two", "A"))
    wish = {"zone_preference": "x"}
    assert first_fitting([entry(2, **wish)], full, venue, at) is not None
    fixed = Snapshot.build(floor, [Occupancy("A", NOON, NOON + HOUR, "booking", "two")], [Seated("two", 2, NOON)], at)
    assert first_fitting([entry(2, **wish, zone_promised=True)], fixed, venue, at) is None
    assert first_fitting([entry(2, **wish)], fixed, venue, at) is not None
