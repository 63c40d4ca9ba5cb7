"""Messages as they would be: every kind with made-up facts of a restaurant, to be looked at before any guest does."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from maitred.domain.messages import Kind
from maitred.notify.letters import RANGES, Choice, Story
from maitred.usecases.messages import House

GUEST: Final = "Zoë Martin"
REFERENCE: Final = "7KQ2MXA"
PARTY: Final = 4
_NOWHERE: Final = "sample"
_FOR_STAFF: Final = {
    Kind.STAFF_REVIEW: "review",
    Kind.STAFF_REVIEW_DUE: "review",
    Kind.STAFF_WEBHOOK: "webhooks",
}
_DETAILS: Final = {Kind.STAFF_BREAKER: "Redis", Kind.STAFF_WEBHOOK: "https://example.com/hooks"}
_WAITLIST: Final = frozenset({Kind.WAITLIST_JOINED, Kind.WAITLIST_OFFER})


def sample(house: House, kind: Kind, locale: str, now: datetime) -> Story:
    """This is a story of a kind: tomorrow at seven, by the restaurant's clock. Its links lead to no booking."""
    venue = house.place.venue
    starts_at = datetime.combine(now.astimezone(venue.tz).date() + timedelta(days=1), time(19), venue.tz).astimezone(
        UTC
    )
    page = house.guests_page(locale=locale, party=PARTY)
    own = house.guests_page("w" if kind in _WAITLIST else "b", _NOWHERE, locale=locale)
    staff = kind in _FOR_STAFF or kind is Kind.STAFF_BREAKER
    zone = venue.zones[0].name if len(venue.zones) > 1 else None
    offers = house.guests_page("offer", _NOWHERE, locale=locale)
    choices = tuple(Choice(starts_at + timedelta(minutes=minutes), zone, offers) for minutes in (-45, 45, 90))
    return Story(
        kind,
        venue.name,
        venue.tz,
        name=None if staff else GUEST,
        starts_at=starts_at,
        party_size=PARTY,
        zone=zone,
        reference=None if kind in _WAITLIST or kind is Kind.WAITLIST_ENDED else REFERENCE,
        until=starts_at + timedelta(hours=2 if kind in RANGES else -2),
        manage_url=house.screen(_FOR_STAFF[kind]) if kind in _FOR_STAFF else own,
        page_url=page,
        choices=choices if kind is Kind.DECLINED else (),
        count=2,
        address=venue.address,
        phone=venue.phone,
        detail=_DETAILS.get(kind, ""),
    )
