"""Times and days as nobody should write them, sent to every form and page: each is refused at its field, none fails."""

import json
from datetime import datetime, time
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from asking import BY_DAY, Answer, ask, contents, filled
from site_of_tests import Place, Site, tomorrow

from maitred.guest.app import SCREENS as GUEST_SCREENS
from maitred.ops.app import SCREENS as OPS_SCREENS
from maitred.usecases import links
from maitred.usecases.people import Role

ODD: Final = (
    "12:00Z", "12:00+02:00", "12:00:00Z", "T12:00", "25:00", "24:00", "12:60", "-1:00", "7", "noon", "12.00",
    "１２:００", "١٢:٠٠", "२०:००", "2026-02-30", "2026-13-01", "２０２６-１２-０１",
    "0001-01-01T00:00", "9999-12-31T23:59", "2026-12-01T12:00Z", "20261201T120000", "2026-W49-2",
    "12:00\n", "12:00\0", "\0", " ", "²", "--5", "1e3", "NaN", "9" * 5_000, "12:00" * 900,
)  # fmt: skip
FIELDS: Final = (
    "at", "closures[0].from", "date", "day", "day_starts_at", "from", "leave_by", "minute", "month", "party_size",
    "quiet_from", "quiet_until", "quoted_from", "quoted_to", "seen", "seen_at", "services[0].open", "services[0].was",
    "since", "starts_at", "time", "to", "until", "v", "version", "chip.day", "chip.time", "chip.party", "name",
    "notes", "note", "reason", "party", "line", "q", "phone", "email",
)  # fmt: skip
SCREENS: Final = [
    one for one in (*OPS_SCREENS, *GUEST_SCREENS) if not {"sign-in", "sign-out", "live"} & set(one.path.split("/"))
]
CLOCKS: Final = (
    "12:00Z",
    "12:00+02:00",
    "25:00",
    "24:00",
    "１２:００",
    "7",
    "noon",
    "12:00:30",
    "12:00\n1",
    "9" * 4_000,
)


EVENING: Final = datetime.combine(tomorrow().date(), time(19), ZoneInfo(BY_DAY["timezone"]))
DAY: Final = EVENING.date().isoformat()


@pytest.fixture(scope="module")
def house(site: Site) -> Place:
    """A restaurant with a booking that may be changed, and a guest's links to it."""
    place = site.open_place(**BY_DAY, waitlist={"enabled": True})
    booking = place.book("Ann Archer", 2, EVENING, email="ann@example.com").booking
    place.people["booking"] = str(booking.id)
    place.people["link"] = site.run(
        lambda: links.manage(place.desk.database, booking.id, booking.starts_at + links.MANAGE_LASTS)
    )
    return place


def address(path: str, house: Place) -> str:
    known = {"booking_id": house.people["booking"], "token": house.people["link"], "table": "T1", "action": "modify"}
    return filled(path, house, **known)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one.method} {one.path}")
def test_no_odd_value_of_any_field_fails_a_page(house: Place, screen: Any) -> None:
    """Whatever stands where a time, a day or a number belongs: the answer is a page or a refusal, never a fault."""
    token = house.person(Role.OWNER)
    for odd in ODD:
        every = dict.fromkeys(FIELDS, odd)
        path = address(screen.path, house)
        if screen.method == "GET":
            answer = ask(house.site, "GET", f"{path}?{urlencode(every)}"[:60_000], token)
        else:
            answer = ask(house.site, "POST", path, token, {"ticket": "0" * 32, **every})
        assert answer.status < 500, (odd[:20], answer.text[-600:])


FORMS: Final[dict[str, dict[str, str]]] = {
    "/ops/{slug}/bookings/{booking}/modify": {"version": "1", "date": DAY, "time": "19:00", "until": "21:00"},
    "/ops/{slug}/bookings/{booking}/change": {"version": "1", "starts_at": f"{DAY}T19:00", "party_size": "2"},
    "/ops/{slug}/timeline/tables/T4/close": {"from": "12:00", "to": "13:00", "date": DAY, "reason": "x"},
    "/ops/{slug}/tables/T4/room": {"from": "12:00", "until": "13:00", "date": DAY},
    "/ops/{slug}/now/queue": {"party": "2", "quoted_from": "5", "quoted_to": "10", "name": "Bo", "ticket": "0" * 32},
    "/ops/{slug}/now/seat": {"party": "2", "name": "Bo", "leave_by": f"{DAY}T12:00", "ticket": "0" * 32},
    "/ops/{slug}/looked": {"date": DAY, "until": f"{DAY}T12:00:00+00:00"},
    "/ops/{slug}/messages/settings": {"quiet_from": "22:00", "quiet_until": "08:00", "seen": "", "locale": "en",
                                     "gateway_for": "all"},
    "/ops/{slug}/phone": {"line": "8pm 4 smith", "chip.day": DAY, "chip.time": "20:00", "chip.party": "4"},
    "/book/{slug}/keep": {"party": "2", "date": DAY, "at": f"{DAY}T19:00"},
    "/book/{slug}/b/{link}/change": {"party": "2", "date": DAY, "at": f"{DAY}T19:00"},
    "/book/{slug}/waitlist": {"party": "2", "date": DAY, "from": "18:00", "until": "20:00", "consent": "1"},
}  # fmt: skip


@pytest.mark.parametrize(("path", "form"), FORMS.items(), ids=FORMS)
def test_no_odd_value_of_one_field_fails_a_form(house: Place, path: str, form: dict[str, str]) -> None:
    """The same one by one, with everything else as it should be, in the forms that read times."""
    token, known = house.person(Role.OWNER), {"booking": house.people["booking"], "link": house.people["link"]}
    target = path.format(slug=house.slug, **known)
    for field in form:
        for odd in ODD:
            answer = ask(house.site, "POST", target, token, {**form, field: odd})
            assert answer.status < 500, (field, odd[:20], answer.text[-600:])


def faulty(answer: Answer) -> dict[str, str]:
    """Return which field a refusal of a form of ours names, and what it says."""
    assert answer.status == 422, answer.text[-400:]
    return dict(json.loads(answer.headers["hx-trigger"])["ops:fault"])


@pytest.mark.parametrize("odd", CLOCKS, ids=lambda odd: repr(odd[:14]))
@pytest.mark.parametrize(
    ("path", "field", "form"),
    [
        ("bookings/{booking}/modify", "until", {"version": "1"}),
        ("bookings/{booking}/modify", "time", {"version": "1", "date": "2030-05-17"}),
        ("timeline/tables/T1/close", "from", {"to": "13:00"}),
        ("timeline/tables/T1/close", "to", {}),
        ("tables/T1/room", "until", {}),
        ("tables/T1/room", "from", {"until": "13:00"}),
        ("messages/settings", "quiet_from", {"quiet_until": "08:00", "locale": "en", "gateway_for": "all"}),
    ],
)
def test_a_clock_with_anything_else_is_refused_at_its_field(
    house: Place, path: str, field: str, form: dict[str, str], odd: str
) -> None:
    """A time with a zone, of no day, in other digits or with more behind it changes nothing, and the field says so."""
    before = contents(house)
    target = f"/ops/{house.slug}/{path.format(booking=house.people['booking'])}"
    answer = ask(house.site, "POST", target, house.person(Role.OWNER), {**form, field: odd}, hx_request="true")
    if path == "messages/settings":  # this form answers as a page with its faults
        assert answer.status == 422
        assert f'name="{field}" type="time" value="' in answer.text
        assert "aria-invalid" in answer.text
    else:
        assert faulty(answer)["field"] == field
    assert contents(house) == before


@pytest.mark.parametrize("odd", CLOCKS, ids=lambda odd: repr(odd[:14]))
@pytest.mark.parametrize("field", ["from", "until"])
def test_the_waitlists_form_says_which_time_it_cannot_read(house: Place, field: str, odd: str) -> None:
    """The guest's form comes back with the fault at the field, and what was typed."""
    form = {"party": "2", "date": DAY, "from": "18:00", "until": "20:00", "name": "Ann",
            "email": "ann@example.com", "consent": "1", field: odd}  # fmt: skip
    answer = ask(house.site, "POST", f"/book/{house.slug}/waitlist", None, form)
    if answer.status == 303:
        answer = ask(house.site, "GET", answer.headers["location"])
    assert answer.status == 422
    assert "Write the time as in 19:30." in answer.text
