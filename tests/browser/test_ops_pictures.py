"""The pictures of docs/screens.md: a made-up evening on every screen, at three widths; `make pictures` keeps them."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from site_of_tests import VENUE, WIDTHS, Place, Site, Visitors, soon

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.store import messages
from maitred.up import demo_venue
from maitred.usecases.accept import GuestDetails
from maitred.usecases.door import act
from maitred.usecases.people import Role
from maitred.usecases.queue import join_queue
from maitred.usecases.waitlist import WaitRequest, join
from maitred.usecases.walkins import WalkIn
from maitred.usecases.webhooks import subscribe
from waiting import patience

KEPT: Final = Path(__file__).parents[2] / "docs" / "pictures"
SHRUNK: Final = {1280: 0.6, 768: 0.6, 375: 0.8}
EIGHT_IN_THE_EVENING: Final = 20

# Name, party, minutes from now (those before now sit), notes.
EVENING: Final = (
    ("Adeyemi", 4, -118, ""), ("Rossi", 2, -50, ""), ("Okafor", 6, -40, ""), ("Lindqvist", 2, -35, ""),
    ("Fischer", 4, -20, "High chair."), ("Khan", 2, -5, "Quiet corner."), ("Dubois", 2, 20, "Nut allergy."),
    ("Shrestha", 3, 35, ""), ("Novak", 2, 50, ""), ("Costa", 4, 65, "Gluten-free."), ("O'Brien", 2, 80, ""),
    ("Silva", 8, 95, ""), ("Patel", 2, 95, ""), ("Moreau", 6, 110, ""), ("Jimenez", 2, 110, ""), ("Dijk", 2, 125, ""),
    ("Papadakis", 4, 125, ""), ("Clarke", 3, 50, ""), ("Schmidt", 5, 80, "Stroller."), ("Lee", 7, 80, ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def evening(site: Site) -> Place:
    """The demo restaurant at eight in the evening, whatever the hour here is."""
    hours = EIGHT_IN_THE_EVENING - datetime.now(UTC).hour
    zone = f"Etc/GMT{-((hours + 12) % 24 - 12):+d}" if (hours + 12) % 24 - 12 else "Etc/GMT"
    rules = ("slug", "min_notice_minutes", "pacing")
    document = {key: value for key, value in demo_venue().items() if key not in rules}
    document |= {"waitlist": {"enabled": True}}
    document |= {"slug": "trattoria", "timezone": zone, "services": VENUE["services"], "day_starts_at": "05:00"}
    document["services"] = [
        {**VENUE["services"][0], "name": "dinner", "open": "17:00", "last_seating": "23:30", "close": "23:59"}
    ]
    document["sections"] = [
        {"id": "ana", "name": "Ana", "tables": ["W1", "W2", "W3", "M1", "M2"]},
        {"id": "ben", "name": "Ben", "tables": ["M3", "M4", "M5", "M6"]},
    ]
    place = site.open_place(**document)
    for name, party, minutes, notes in EVENING:
        _came(place, name, party, minutes, notes)
    place.site.run(lambda: _guests_and_systems(place))
    place.call(join_queue, place.site.run(lambda: place.desk.venues.get(place.slug)), WalkIn(6, "Yusuf"), (25, 35))
    return place


async def _guests_and_systems(place: Place) -> None:
    """Two who wait for a table, a system that listens, and every guest told what there was to tell."""
    opened = await place.desk.venues.get(place.slug)
    for name, minutes in (("Haddad", 60), ("Berg", 90)):
        start = soon(minutes)
        guest = GuestDetails(name, f"{name.lower()}@example.com")
        wish = WaitRequest(4, from_at=start, until_at=start + timedelta(minutes=45), guest=guest, consent=True)
        await join(place.desk, opened, wish, caller=place.caller)
    await subscribe(place.desk, opened, "https://till.example/events", [], None, caller=place.caller)
    async with patience("ten messages to be written"):
        while (await messages.counts(place.desk.database, place.number)).get("kept", 0) < 10:
            await asyncio.sleep(0.1)


def _came(place: Place, name: str, party: int, minutes: int, notes: str) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    at = now + timedelta(minutes=minutes)
    more: dict[str, Any] = {"decided_as_of": now - timedelta(days=1)} if minutes < 0 else {}
    booked = place.book(name, party, at, source=Source.PHONE, notes=notes or None,
        email=f"{name.replace(chr(39), '').lower()}@example.com", **more,
    )  # fmt: skip
    if minutes < -10 and booked.booking.state == "confirmed":
        place.call(act, booked.booking.id, Action.CHECK_IN, at=at)


def _paths(place: Place) -> dict[str, str]:
    mine = place.bookings()
    review = next((one for one in mine if one.booking.state == "manual_review"), mine[-1])
    dubois = next(one for one in mine if one.guest.name == "Dubois")
    here = f"/ops/{place.slug}"
    return {
        "door": f"{here}/now",
        "phone": f"{here}/phone",
        "bookings": f"{here}/bookings",
        "booking": f"{here}/bookings/{dubois.booking.id}",
        "timeline": f"{here}/timeline",
        "review": f"{here}/review",
        "room": f"{here}/bookings/{review.booking.id}/room",
        "floor": f"{here}/floor",
        "editor": f"{here}/floor/edit",
        "heatmap": f"{here}/heatmap",
        "sheet": f"{here}/sheet",
        "group": "/ops?all=1",
        "messages": f"{here}/messages",
        "preview": f"{here}/messages/preview?kind=declined",
        "waitlist": f"{here}/waitlist",
        "webhooks": f"{here}/webhooks",
        "rollout": f"{here}/rollout",
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_every_screen_of_an_evening_fits_and_is_kept(
    evening: Place, visitor: Visitors, tmp_path: Path, width: int
) -> None:
    """No screen of a full evening is wider than its window; the pictures go where the documentation looks for them."""
    kept = KEPT if os.environ.get("MAITRED_PICTURES") else tmp_path
    kept.mkdir(exist_ok=True)
    visit = visitor(evening.person(Role.OWNER, "Ana"), width=width, device_scale_factor=SHRUNK[width])
    for name, path in _paths(evening).items():
        visit.open(path)
        if name == "door":
            visit.press("w", "4", "Enter")
            visit.page.locator("#told-said").wait_for()
        if name == "phone":
            visit.page.keyboard.type("sat 8pm 4 meier 020 7946 0123 window high chair")
            visit.page.locator(".chip, .heard li, .pieces li").first.wait_for()
        assert visit.overflow() <= 0, name
        visit.page.screenshot(path=kept / f"{name}-{width}.png")


def test_every_picture_of_the_documentation_is_there(evening: Place) -> None:
    """docs/screens.md and the README show pictures that exist, of every screen that is kept."""
    page = (KEPT.parent / "screens.md").read_text("utf-8")
    for name in _paths(evening):
        for width in WIDTHS:
            assert f"pictures/{name}-{width}.png" in page
            assert (KEPT / f"{name}-{width}.png").is_file(), f"{name}-{width}: `make pictures`"
