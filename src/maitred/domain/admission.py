"""Which requests may enter the pipeline at all: what is known to be wrong is refused at the door, with the field.

Rules about other parties (room, pacing) are not looked at here; they are decided inside the day's lock.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from maitred.domain import calendar
from maitred.domain.booking import Source
from maitred.domain.errors import InvalidInput, NeedsOverride
from maitred.domain.floor import Floor
from maitred.domain.venue import Venue

# A walk-in stands at the door while the form is filled in.
WALK_IN_GRACE: Final = timedelta(minutes=10)
OVERRIDABLE: Final = frozenset(
    {
        "outside_service",
        "notice",
        "horizon",
        "pacing",
        "review_size",
        "min_party",
        "unlisted_join",
        "extra_chair",
        "surplus_table",
        "promised_zone",
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, as far as admission is concerned."""

    party_size: int
    starts_at: datetime
    source: Source
    accessible: bool = False
    zone_preference: str | None = None
    overrides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Admission:
    """What admission found out; `review` says that the venue wants a person to look at parties of this size."""

    service_date: date
    turn_minutes: int
    buffer_minutes: int
    review: bool


def admit(venue: Venue, floor: Floor, wish: Wish, at: datetime) -> Admission:
    """Check a wish against the venue's own rules at an instant.

    Raises InvalidInput with field and code, or NeedsOverride when only soft rules stand in a member of staff's way.
    """
    _check_overrides(wish)
    check_zone(venue, wish.zone_preference)
    _check_party(venue, floor, wish)
    _check_past(wish, at)
    _check_times(venue, wish, at)
    return Admission(
        service_date=calendar.service_date(venue, wish.starts_at),
        turn_minutes=venue.turn_for(wish.party_size),
        buffer_minutes=venue.buffer_minutes,
        review=venue.review_party_size is not None and wish.party_size >= venue.review_party_size,
    )


def bookable_from(venue: Venue, source: Source, at: datetime) -> datetime:
    """Return from when on a party of this source may be booked at an instant: guests give the venue its notice."""
    return at if source is Source.WALK_IN else at + timedelta(minutes=venue.min_notice_minutes)


def _check_overrides(wish: Wish) -> None:
    unknown = sorted(wish.overrides - OVERRIDABLE)
    if unknown:
        raise InvalidInput(
            f"No soft rule is called {unknown[0]!r}; there are: {', '.join(sorted(OVERRIDABLE))}.",
            field="override.rules",
            code="unknown_rule",
        )


def check_zone(venue: Venue, zone: str | None) -> None:
    """Raise InvalidInput `unknown_zone` for a zone that the venue does not have."""
    known = [one.id for one in venue.zones]
    if zone is not None and zone not in known:
        raise InvalidInput(
            f"There is no zone {zone!r}; there are: {', '.join(known)}.", field="zone_preference", code="unknown_zone"
        )


def _check_party(venue: Venue, floor: Floor, wish: Wish) -> None:
    if wish.party_size < 1:
        raise InvalidInput("A party has at least one guest.", field="party_size", code="party_too_small")
    if floor.candidates(wish.party_size, wish.accessible):
        venue.turn_for(wish.party_size)
        return
    largest = floor.largest_party(wish.accessible)
    if wish.accessible and floor.candidates(wish.party_size):
        raise InvalidInput(
            "No accessible table or join here seats that party.",
            field="accessible",
            code="no_accessible_table",
            largest=largest,
        )
    if wish.party_size > largest:
        raise InvalidInput(
            f"The largest party that can be seated here is {largest}.",
            field="party_size",
            code="party_too_large",
            largest=largest,
        )
    raise InvalidInput(
        f"No table or join here takes a party of {wish.party_size}.", field="party_size", code="no_allowed_set"
    )


def _check_past(wish: Wish, at: datetime) -> None:
    grace = WALK_IN_GRACE if wish.source is Source.WALK_IN else timedelta(0)
    if wish.starts_at < at - grace:
        raise InvalidInput("That time has passed.", field="starts_at", code="in_the_past")


def _check_times(venue: Venue, wish: Wish, at: datetime) -> None:
    broken = [fault for fault in _time_faults(venue, wish, at) if _key(fault) not in wish.overrides]
    if not broken:
        return
    if wish.source.staffed:
        raise NeedsOverride(
            broken[0].message + " Staff may set this rule aside with a reason.",
            field="starts_at",
            rules=[{"code": _key(fault), "message": fault.message} for fault in broken],
        )
    raise broken[0]


_KEYS: Final = {"too_short_notice": "notice", "too_far_ahead": "horizon", "closed": "outside_service"}


def _key(fault: InvalidInput) -> str:
    return _KEYS.get(fault.reason_code, fault.reason_code)


def _time_faults(venue: Venue, wish: Wish, at: datetime) -> list[InvalidInput]:
    faults = [_service_fault(venue, wish)]
    if not wish.source.staffed and not calendar.on_grid(venue, wish.starts_at):
        faults.append(_fault("off_grid", f"Bookings start every {venue.slot_minutes} minutes.", venue.slot_minutes))
    if wish.source is not Source.WALK_IN and wish.starts_at < at + timedelta(minutes=venue.min_notice_minutes):
        faults.append(_fault("too_short_notice", f"Bookings need {venue.min_notice_minutes} minutes' notice."))
    if venue.max_horizon_days is not None and wish.starts_at > at + timedelta(days=venue.max_horizon_days):
        faults.append(_fault("too_far_ahead", f"Bookings open {venue.max_horizon_days} days ahead."))
    return [fault for fault in faults if fault is not None]


def _service_fault(venue: Venue, wish: Wish) -> InvalidInput | None:
    if calendar.find_window(venue, wish.starts_at) is not None:
        return None
    day = calendar.service_date(venue, wish.starts_at)
    windows = calendar.windows(venue, day)
    if not windows:
        return _fault("closed", f"The restaurant is closed on {day.isoformat()}.")
    hours = ", ".join(f"{w.service} {_clock(venue, w.opens_at)}-{_clock(venue, w.last_seating_at)}" for w in windows)
    return _fault("outside_service", f"Parties are seated during service only: {hours}.")


def _clock(venue: Venue, instant: datetime) -> str:
    return instant.astimezone(venue.tz).strftime("%H:%M")


def _fault(code: str, message: str, slot_minutes: int | None = None) -> InvalidInput:
    data = {"slot_minutes": slot_minutes} if slot_minutes else {}
    return InvalidInput(message, field="starts_at", code=code, **data)
