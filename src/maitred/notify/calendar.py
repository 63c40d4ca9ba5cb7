"""The calendar file of a booking: one event, which later files change or cancel (RFC 5545, 5546)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

PRODID: Final = "-//maitred//bookings//EN"
REQUEST: Final = "REQUEST"
CANCEL: Final = "CANCEL"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booking as a calendar keeps it. `version` orders files: a calendar takes the higher one."""

    booking_id: UUID
    version: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    description: str
    status: str = "CONFIRMED"
    url: str | None = None


def written(
    one: Appointment, *, method: str | None = None, sender: tuple[str, str] | None = None, to: str | None = None
) -> str:
    """Write the file. With a method mail programs act on it, which needs the sender (name, address) and the guest."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    calendar.add_component(_event(one, sender, to))
    text: str = calendar.to_ical().decode()
    return text


def _event(one: Appointment, sender: tuple[str, str] | None, to: str | None) -> Event:
    event = Event()
    event.add("uid", f"{one.booking_id}@maitred")
    event.add("sequence", one.version)
    event.add("dtstamp", one.stamp.astimezone(UTC))
    event.add("dtstart", one.starts_at.astimezone(UTC))
    event.add("dtend", one.ends_at.astimezone(UTC))
    event.add("summary", one.title)
    event.add("location", one.place)
    event.add("description", one.description)
    event.add("status", one.status)
    if one.url:
        event.add("url", one.url)
    if sender:
        event.add("organizer", _person(sender[1], CN=sender[0]))
    if to:
        event.add("attendee", _person(to, PARTSTAT="ACCEPTED", RSVP="FALSE"))
    return event


def _person(address: str, **parameters: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    for name, value in parameters.items():
        person.params[name] = vText(value)
    return person
