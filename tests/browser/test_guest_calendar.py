"""The calendar file of a guest's own page: the same event as in the mails, read by a library that is not ours."""

from datetime import timedelta
from typing import Any

from asking import ask
from icalendar import Calendar
from site_of_tests import Place, tomorrow

from maitred.domain.lifecycle import Action
from maitred.usecases import links
from maitred.usecases.door import act


def event_of(place: Place, token: str) -> Any:
    """The event of a link's calendar file."""
    reply = ask(place.site, "GET", f"/book/{place.slug}/b/{token}/calendar.ics", None)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(reply.text)
    assert "METHOD" not in calendar, "a file that is saved asks nobody for anything"
    (event,) = calendar.walk("VEVENT")
    return event


def test_the_calendar_file_follows_the_booking_and_opens_for_its_link_alone(place: Place, site: Any) -> None:
    """One UID for good; the version orders; cancelled is said so; with no link of this house there is no file."""
    view = place.book("Ann; of, many\nnames", 2, tomorrow(), email="ann@example.com")
    until = tomorrow() + timedelta(days=1)
    token = site.run(lambda: links.manage(place.desk.database, view.booking.id, until))
    event = event_of(place, token)
    assert (event["UID"], event["SEQUENCE"]) == (f"{view.booking.id}@maitred", view.booking.version)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (view.booking.starts_at, view.booking.turn_ends_at)
    assert (event["SUMMARY"], event["STATUS"]) == ("Bistro", "CONFIRMED")
    place.call(act, view.booking.id, Action.CANCEL)
    event = event_of(place, token)
    assert (event["UID"], event["STATUS"]) == (f"{view.booking.id}@maitred", "CANCELLED")
    assert event["SEQUENCE"] == view.booking.version + 1
    other = site.open_place()
    assert ask(site, "GET", f"/book/{other.slug}/b/{token}/calendar.ics", None).status == 404
    assert ask(site, "GET", f"/book/{place.slug}/b/{token[:-2]}/calendar.ics", None).status == 404
