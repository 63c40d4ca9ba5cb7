"""What a guest asks for, as it was typed, read and answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from maitred.api.fields import Notes, Strict, in_country
from maitred.api.problems import faults_of
from maitred.api.schemas import GuestBody
from maitred.domain.calendar import resolve_local
from maitred.domain.contact import trimmed
from maitred.domain.errors import InvalidInput
from maitred.domain.written import read_day
from maitred.guest.visit import Visit
from maitred.guest.words import say, told
from maitred.store.views import BookingView
from maitred.usecases.accept import GuestDetails
from maitred.usecases.availability import Ask, DayAvailability, availability
from maitred.usecases.change_times import change_times
from maitred.usecases.holds import HoldRequest

MOST_TYPED = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A party, a day and wishes."""

    party: int
    day: date
    accessible: bool = False
    zone: str | None = None

    def at(self, starts_at: datetime) -> HoldRequest:
        """Return the hold for a time."""
        return HoldRequest(self.party, starts_at, self.accessible, self.zone)

    def query(self) -> dict[str, object]:
        """Return it as an address carries it."""
        return {
            "party": self.party,
            "date": self.day.isoformat(),
            "accessible": "1" if self.accessible else "",
            "zone": self.zone or "",
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, what it means, and what is wrong with which field."""

    typed: Mapping[str, str]
    wanted: Wanted | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    found: DayAvailability | None = None


FIELDS = {"party_size": "party", "zone_preference": "zone", "starts_at": "date"}


async def asked(visit: Visit, sent: Mapping[str, str], own: BookingView | None = None) -> Asked:
    """Read what was asked for and look what is free, or to what times a booking of the guest's own can be changed."""
    read = read_wish(visit, sent)
    if read.wanted is None:
        return read
    try:
        found = await _found(visit, read.wanted, own)
    except InvalidInput as fault:
        return replace(read, wanted=None, faults={FIELDS.get(fault.field or "", fault.field or "party"): told(fault)})
    return replace(read, found=found)


async def _found(visit: Visit, wanted: Wanted, own: BookingView | None) -> DayAvailability:
    desk, tracker, place = visit.desk, visit.house.front.tracker, visit.place
    if own is not None:
        return await change_times(desk, tracker, place, own, wanted.day, wanted.party, caller=visit.caller)
    ask = Ask(wanted.party, visit.now, wanted.accessible, wanted.zone)
    return await availability(desk, tracker, place, wanted.day, ask)


def read_wish(visit: Visit, sent: Mapping[str, str]) -> Asked:
    """Read party, day and wishes; what is left out is two guests today."""
    typed = {
        "party": sent.get("party", "2")[:MOST_TYPED],
        "date": sent.get("date", visit.today().isoformat())[:MOST_TYPED],
        "accessible": sent.get("accessible", "")[:MOST_TYPED],
        "zone": sent.get("zone", "")[:MOST_TYPED],
    }
    faults: dict[str, str] = {}
    party, day = _whole(typed["party"]), read_day(typed["date"].strip())
    if party is None:
        faults["party"] = say("invalid_party")
    if day is None:
        faults["date"] = say("invalid_date")
    elif day < visit.today():
        faults["date"] = say("in_the_past")
    elif (
        visit.place.venue.max_horizon_days is not None
        and (day - visit.today()).days > visit.place.venue.max_horizon_days
    ):
        faults["date"] = say("too_far_ahead")
    if typed["zone"] and typed["zone"] not in {zone.id for zone in visit.place.venue.zones}:
        faults["zone"] = say("unknown_zone")
    if faults or party is None or day is None:
        return Asked(typed, faults=faults)
    return Asked(typed, Wanted(party, day, bool(typed["accessible"]), typed["zone"] or None))


def read_time(visit: Visit, sent: Mapping[str, str]) -> datetime:
    """Read the time that was chosen; raises InvalidInput."""
    return resolve_local(sent.get("at", "")[:MOST_TYPED], visit.place.venue.tz, "at")


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None


# -- who comes ---------------------------------------------------------------------------------------------------------


class _Note(Strict):
    notes: Notes | None = None


PEOPLE = ("name", "email", "phone", "notes", "locale")


@dataclass(frozen=True, slots=True)
class Who:
    """Who comes, as typed and as read."""

    typed: Mapping[str, str]
    guest: GuestDetails | None = None
    notes: str | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def nobody(visit: Visit) -> Who:
    """Return the empty form."""
    return Who({**dict.fromkeys(PEOPLE, ""), "locale": visit.texts.tag})


def who(sent: Mapping[str, str], country: str | None) -> Who:
    """Read who comes; every field that breaks a rule is named. National phone numbers are of a country."""
    typed = {name: sent.get(name, "") for name in PEOPLE}
    given = {name: seen for name, value in typed.items() if (seen := trimmed(value))}
    faults: dict[str, str] = {}
    notes = given.pop("notes", None)
    guest = _read(GuestBody, given, faults, country)
    note = _read(_Note, {"notes": notes}, faults, country)
    if not given.get("email") and not given.get("phone"):
        faults.setdefault("email", say("contact"))
    if faults or guest is None or note is None:
        return Who(typed, faults=faults)
    details = GuestDetails(guest.name, guest.email, guest.phone, guest.locale)
    return Who(typed, details, note.notes)


def _read(model: Any, given: Mapping[str, Any], faults: dict[str, str], country: str | None) -> Any:
    try:
        return model.model_validate(dict(given), context=in_country(country))
    except ValidationError as invalid:
        for fault in faults_of(invalid):
            faults.setdefault(fault.field, say(fault.code))
        return None
