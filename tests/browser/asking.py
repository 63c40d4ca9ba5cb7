"""Requests made by hand, as somebody would who wants more than the screens offer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from site_of_tests import Place, Site

from waiting import PATIENCE_S

SAME: Final = "same"
BY_DAY: Final[dict[str, Any]] = {
    "timezone": "Europe/London",
    "day_starts_at": "05:00",
    "services": [
        {
            "name": "all day",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "open": "11:00",
            "last_seating": "22:30",
            "close": "23:45",
        }
    ],
}
"""Hours that do not follow the clock of the test, for what is booked on another day."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    text: str


def ask(
    site: Site,
    method: str,
    path: str,
    token: str | None = None,
    form: Mapping[str, str] | None = None,
    *,
    origin: str | None = SAME,
    body: bytes | None = None,
    cookie: str | None = None,
    **headers: str,
) -> Answer:
    """Send one request; `origin` is what a browser would say about whose page sends it."""
    host = urlsplit(site.url).netloc
    sent: dict[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
    cookies = [*([f"maitred_session={token}"] if token else []), *([cookie] if cookie else [])]
    if cookies:
        sent["Cookie"] = "; ".join(cookies)
    if origin is not None and method != "GET":
        sent["Origin"] = site.url if origin == SAME else origin
    if form is not None:
        body, sent["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
    connection = HTTPConnection(host, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        if answer.getheader("content-type", "").startswith("text/event-stream"):
            return Answer(answer.status, dict(answer.getheaders()), (), "")
        text = answer.read().decode("utf-8", "replace")
        cookies = answer.headers.get_all("set-cookie") or []
        return Answer(answer.status, dict(answer.getheaders()), tuple(cookies), text)
    finally:
        connection.close()


def sent(site: Site, path: str, form: Mapping[str, str]) -> Answer:
    """Post a form, and return the page that it leads to, as a browser shows it."""
    answer = ask(site, "POST", path, form=form)
    return ask(site, "GET", answer.headers["location"]) if answer.status == 303 else answer


def filled(path: str, place: Place, **known: object) -> str:
    """Return a route's address: in this restaurant, with ids that are known or else nobody's."""
    values: dict[str, Any] = {"slug": place.slug, "action": "cancel", **known}
    return re.sub(r"{(\w+)}", lambda found: str(values.get(found[1], uuid4())), path)


def contents(place: Place) -> str:
    """Return a fingerprint of everything a person could change in a restaurant."""
    tables = {
        "bookings": "restaurant_id = $1",
        "booking_history": "booking_id IN (SELECT id FROM maitred.bookings WHERE restaurant_id = $1)",
        "allocations": "restaurant_id = $1",
        "holds": "restaurant_id = $1",
        "table_blocks": "restaurant_id = $1",
        "venue_versions": "restaurant_id = $1",
        "people_roles": "restaurant_id = $1",
        "sheet_prints": "restaurant_id = $1",
        "guests": "restaurant_id = $1",
        "door_queue": "restaurant_id = $1",
        "phone_drafts": "restaurant_id = $1",
        "attention": "restaurant_id = $1",
        "move_sets": "restaurant_id = $1",
        "forms_sent": "restaurant_id = $1",
        "people": "id IN (SELECT person_id FROM maitred.people_roles WHERE restaurant_id = $1)",
    }
    parts = [
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum "
        f"FROM maitred.{name} t WHERE {where}"
        for name, where in tables.items()
    ]
    rows = place.site.run(lambda: place.desk.database.fetch(" UNION ALL ".join(parts) + " ORDER BY 1", place.number))
    return str([tuple(row) for row in rows])
