"""What changed since one looked stays shown until it is acknowledged."""

from playwright.sync_api import expect
from site_of_tests import Place, Visitors, soon

from maitred.domain.lifecycle import Action
from maitred.usecases.door import act
from maitred.usecases.moves import ByHand, move_by_hand
from maitred.usecases.people import Role


def test_changes_of_others_stay_until_they_are_acknowledged(place: Place, visitor: Visitors) -> None:
    """A move with from, to and why, and a cancellation, stay in the strip over a reload; y takes them away for good."""
    party = place.book("Ann Archer", 2, soon(120))
    other = place.book("Bob Baker", 2, soon(120))
    day = party.booking.service_date.isoformat()
    path = f"/ops/{place.slug}/bookings?date={day}"
    visit = visitor(place.person(Role.HOST)).open(path)
    strip = visit.page.locator("#since")
    expect(strip).to_have_count(0)
    was, to = party.tables[0], "T4"
    place.call(move_by_hand, party.booking.id, [to], hand=ByHand("near the window"))
    place.call(act, other.booking.id, Action.CANCEL)
    expect(strip).to_contain_text("2 changes since you looked")
    expect(strip).to_contain_text(f"{was} → {to}")
    expect(strip).to_contain_text("near the window")
    expect(strip).to_contain_text("cancelled")
    visit.open(f"/ops/{place.slug}/floor?date={day}")
    expect(strip).to_contain_text("2 changes since you looked")
    visit.press("y")
    expect(strip).to_have_count(0)
    visit.open(path)
    expect(strip).to_have_count(0)


def test_what_one_did_oneself_is_no_news(place: Place, visitor: Visitors) -> None:
    """A person's own steps are not listed for them, but are for a colleague who has looked before."""
    party = place.book("Ann Archer", 2, soon(60))
    path = f"/ops/{place.slug}/bookings?date={party.booking.service_date.isoformat()}"
    mine = visitor(place.person(Role.HOST, "Mia")).open(path)
    theirs = visitor(place.person(Role.HOST, "Theo")).open(path)
    mine.press("j", "C")
    expect(theirs.page.locator("#since")).to_contain_text("by Mia")
    expect(mine.page.locator(f"#b-{party.booking.id}")).to_contain_text("Cancelled")
    expect(mine.page.locator("#since")).to_have_count(0)
