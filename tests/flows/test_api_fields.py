"""Every field of every route, wrong in every way that matters: a clear 4xx with the field and a code."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from api_house import VENUE, ApiHouse, Client, at, book, open_restaurant, wish

# Fields are read before the flag matters: one way is enough.
pytestmark = pytest.mark.parametrize("api", [True], indirect=True, ids=["pipeline"], scope="module")

DELETE: Final = object()
LONDON: Final = ZoneInfo("Europe/London")
NUL: Final = "a\x00b"
Case = tuple[str, Any, str, str]


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the body with one field set (or deleted)."""
    made = deepcopy(body)
    *parents, last = path.split(".")
    inner = made
    for name in parents:
        inner = inner.setdefault(name, {})
    if value is DELETE:
        del inner[last]
    else:
        inner[last] = value
    return made


def _clock_change(forward: bool) -> str:
    """Return a local time in the next hour that London's clocks skip (or show twice)."""
    day = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    while True:
        day += timedelta(days=1)
        before, after = ((day + timedelta(days=d)).astimezone(LONDON).utcoffset() for d in (-1, 0))
        assert before is not None
        assert after is not None
        if before != after and (after > before) is forward:
            return f"{day.date().isoformat()}T01:30"


TEXTS: Final = [("", "too_short"), ("   ", "too_short"), (7, "wrong_type"), (NUL, "control_character")]


def texts(path: str, longest: int) -> list[Case]:
    """Return what no text field takes."""
    return [
        *((path, value, path, code) for value, code in TEXTS),
        (path, "x" * (longest + 1), path, "too_long"),
        (path, "\x1b[31mred", path, "control_character"),
        (path, ["a"], path, "wrong_type"),
    ]


def flags(path: str) -> list[Case]:
    """Return what no yes-or-no field takes."""
    return [(path, value, path, "wrong_type") for value in ("true", 1, None, [])]


def times(path: str) -> list[Case]:
    """Return what no time takes."""
    return [
        (path, "yesterday", path, "invalid_datetime"),
        (path, "2030-02-30T19:00", path, "invalid_datetime"),
        (path, at("19:00")[:10], path, "invalid_datetime"),
        (path, 1893456000, path, "wrong_type"),
        (path, "", path, "too_short"),
        (path, "9" * 50, path, "too_long"),
        (path, NUL, path, "control_character"),
        (path, _clock_change(forward=True), path, "nonexistent_local_time"),
        (path, _clock_change(forward=False), path, "ambiguous_local_time"),
    ]


PARTY: Final[list[Case]] = [
    ("party_size", 0, "party_size", "out_of_range"),
    ("party_size", -1, "party_size", "out_of_range"),
    ("party_size", 1001, "party_size", "out_of_range"),
    ("party_size", 10**30, "party_size", "out_of_range"),
    ("party_size", 7, "party_size", "party_too_large"),
    ("party_size", "4", "party_size", "wrong_type"),
    ("party_size", 2.5, "party_size", "wrong_type"),
    ("party_size", True, "party_size", "wrong_type"),
    ("party_size", None, "party_size", "wrong_type"),
]
ACCESSIBLE: Final[list[Case]] = [*flags("accessible")]
ZONE: Final[list[Case]] = [
    *texts("zone_preference", 100),
    ("zone_preference", "cellar", "zone_preference", "unknown_zone"),
]
STARTS: Final[list[Case]] = [
    *times("starts_at"),
    ("starts_at", None, "starts_at", "required"),
    ("starts_at", at("19:07"), "starts_at", "off_grid"),
    ("starts_at", at("19:00:30"), "starts_at", "off_grid"),
    ("starts_at", at("03:00"), "starts_at", "outside_service"),
    ("starts_at", at("21:15"), "starts_at", "outside_service"),
    ("starts_at", "2020-05-17T19:00", "starts_at", "in_the_past"),
    ("starts_at", "0001-01-01T00:00:00+23:59", "starts_at", "invalid_datetime"),
    ("starts_at", "9999-12-31T23:59:59-23:59", "starts_at", "invalid_datetime"),
]
OVERRIDE: Final[list[Case]] = [
    ("override", "please", "override", "wrong_type"),
    ("override", {"reason": "x"}, "override.rules", "required"),
    ("override", {"rules": ["pacing"]}, "override.reason", "required"),
    ("override", {"rules": [], "reason": "x"}, "override.rules", "too_short"),
    ("override", {"rules": ["pacing"] * 11, "reason": "x"}, "override.rules", "too_long"),
    ("override", {"rules": "pacing", "reason": "x"}, "override.rules", "wrong_type"),
    ("override", {"rules": [3], "reason": "x"}, "override.rules.0", "wrong_type"),
    ("override", {"rules": ["gravity"], "reason": "x"}, "override.rules", "unknown_rule"),
    ("override", {"rules": ["pacing"], "reason": ""}, "override.reason", "too_short"),
    ("override", {"rules": ["pacing"], "reason": "x" * 501}, "override.reason", "too_long"),
    ("override", {"rules": ["pacing"], "reason": NUL}, "override.reason", "control_character"),
    ("override", {"rules": ["pacing"], "reason": "x", "by": "me"}, "override.by", "unknown_field"),
]
GUEST: Final[list[Case]] = [
    ("guest", None, "guest", "wrong_type"),
    ("guest", "Ada", "guest", "wrong_type"),
    ("guest", {}, "guest.name", "required"),
    *texts("guest.name", 200),
    *texts("guest.email", 254),
    ("guest.email", "ada", "guest.email", "invalid_email"),
    ("guest.email", "ada@example", "guest.email", "invalid_email"),
    ("guest.email", "ada lovelace@example.com", "guest.email", "invalid_email"),
    ("guest.email", "ada@@example.com", "guest.email", "invalid_email"),
    *texts("guest.phone", 40),
    *(
        ("guest.email", email, "guest.email", "invalid_email")
        for email in (
            "ann,x@example.com",
            ".ann@example.com",
            "ann..x@example.com",
            "an\u200bn@example.com",
            "ann(x)@example.com",
        )
    ),
    ("guest.name", "\u200b\u2060", "guest.name", "too_short"),
    ("guest.name", "\u3164 \u202a", "guest.name", "too_short"),
    ("guest.phone", "7946 0958", "guest.phone", "invalid_phone"),
    ("guest.phone", "+44 20 7946 0958 x12", "guest.phone", "invalid_phone"),
    ("guest.phone", "+44 20", "guest.phone", "invalid_phone"),
    ("guest.phone", "+999 1234567", "guest.phone", "invalid_phone"),
    ("guest.phone", "+44 CALL-ME-NOW", "guest.phone", "invalid_phone"),
    *texts("guest.locale", 35),
    ("guest.locale", "en_GB", "guest.locale", "invalid_locale"),
    ("guest.locale", "english please", "guest.locale", "invalid_locale"),
    ("guest.consents", ["marketing"], "guest.consents", "wrong_type"),
    ("guest.consents", {"marketing": "yes"}, "guest.consents.marketing", "wrong_type"),
    ("guest.consents", {"Marketing Mails": True}, "guest.consents.Marketing Mails.[key]", "invalid_format"),
    ("guest.consents", {f"p{n}": True for n in range(21)}, "guest.consents", "too_long"),
    ("guest.age", 36, "guest.age", "unknown_field"),
]
NOTES: Final[list[Case]] = [
    ("notes", NUL, "notes", "control_character"),
    ("notes", "x" * 2001, "notes", "too_long"),
    ("notes", 5, "notes", "wrong_type"),
    ("notes", "", "notes", "too_short"),
]
BOOKING: Final[list[Case]] = [
    ("party_size", DELETE, "party_size", "required"),
    *PARTY,
    ("starts_at", DELETE, "starts_at", "required"),
    *STARTS,
    ("guest", DELETE, "guest", "required"),
    *GUEST,
    *ZONE,
    *ACCESSIBLE,
    *NOTES,
    ("source", "carrier pigeon", "source", "unknown_value"),
    ("source", None, "source", "unknown_value"),
    *texts("external_ref", 100),
    ("hold_id", "soon", "hold_id", "invalid_id"),
    ("hold_id", 5, "hold_id", "invalid_id"),
    *OVERRIDE,
    *times("requested_at"),
    ("table", "T1", "table", "unknown_field"),
    ("partysize", 4, "partysize", "unknown_field"),
]
CHANGE: Final[list[Case]] = [
    *PARTY,
    *(case for case in STARTS if case[3] != "required"),
    ("starts_at", None, "starts_at", "wrong_type"),
    *GUEST,
    *ZONE,
    *ACCESSIBLE,
    *NOTES,
    *((path, value, field, code) for path, value, field, code in OVERRIDE if code != "unknown_rule"),
    *times("at"),
    ("state", "confirmed", "state", "unknown_field"),
    ("tables", ["T1"], "tables", "unknown_field"),
    ("source", "phone", "source", "unknown_field"),
]
HOLD: Final[list[Case]] = [
    ("party_size", DELETE, "party_size", "required"),
    *PARTY,
    ("starts_at", DELETE, "starts_at", "required"),
    *(case for case in STARTS if case[3] != "required"),
    ("starts_at", None, "starts_at", "wrong_type"),
    *ACCESSIBLE,
    *ZONE,
    ("source", "carrier pigeon", "source", "unknown_value"),
    *times("at"),
    ("guest", {"name": "Ada"}, "guest", "unknown_field"),
]
ACTION: Final[list[Case]] = [*texts("note", 500), *times("at"), ("reason", "x", "reason", "unknown_field")]
NOTE: Final[list[Case]] = [*texts("note", 500), ("at", at("19:00"), "at", "unknown_field")]
STATE: Final[list[Case]] = [
    ("action", DELETE, "action", "required"),
    ("action", "teleport", "action", "unknown_value"),
    ("action", None, "action", "unknown_value"),
    ("reason", DELETE, "reason", "required"),
    *texts("reason", 500),
    *times("at"),
    ("state", "confirmed", "state", "unknown_field"),
]
FORCE: Final[list[Case]] = [
    ("tables", DELETE, "tables", "required"),
    ("tables", [], "tables", "too_short"),
    ("tables", "T1", "tables", "wrong_type"),
    ("tables", [1], "tables.0", "wrong_type"),
    ("tables", [""], "tables.0", "too_short"),
    ("tables", ["x" * 101], "tables.0", "too_long"),
    ("tables", ["T1"] * 21, "tables", "too_long"),
    *((path, value, field, code) for path, value, field, code in OVERRIDE if code != "unknown_rule"),
    ("note", "x", "note", "unknown_field"),
]
KEY: Final[list[Case]] = [
    ("name", DELETE, "name", "required"),
    *texts("name", 100),
    ("scopes", DELETE, "scopes", "required"),
    ("scopes", [], "scopes", "too_short"),
    ("scopes", "admin", "scopes", "wrong_type"),
    ("scopes", ["everything"], "scopes.0", "unknown_value"),
    ("scopes", ["staff"] * 21, "scopes", "too_long"),
    *texts("restaurant", 100),
    ("key", "mine", "key", "unknown_field"),
]


def ids(cases: list[Case]) -> list[str]:
    """Name cases."""
    return [f"{path}-{code}-{number}" for number, (path, _, _, code) in enumerate(cases)]


async def refused(client: Client, method: str, path: str, body: Any, field: str, code: str) -> None:
    """Assert the problem: status, code, field, and the same among `errors` when there are several."""
    reply = await client.send(method, path, body)
    assert (reply.status, reply.body.get("code"), reply.body.get("field")) == (422, code, field), reply.body
    if "errors" in reply.body:
        assert reply.body["errors"][0]["code"] == code
        assert reply.body["errors"][0]["field"] == field


@pytest.mark.parametrize(("path", "value", "field", "code"), BOOKING, ids=ids(BOOKING))
async def test_a_booking_refuses(admin: Client, api: ApiHouse, path: str, value: Any, field: str, code: str) -> None:
    """A wrong field of a booking is named with its rule, and nothing is created."""
    slug = await one_restaurant(api, admin)
    await refused(admin, "POST", f"/v1/restaurants/{slug}/bookings", changed(wish(), path, value), field, code)
    listed = await admin.get(f"/v1/restaurants/{slug}/bookings")
    assert listed.body["items"] == []


@pytest.mark.parametrize(("path", "value", "field", "code"), CHANGE, ids=ids(CHANGE))
async def test_a_change_refuses(admin: Client, api: ApiHouse, path: str, value: Any, field: str, code: str) -> None:
    """A wrong field of a change is named with its rule, and the booking stays as it was."""
    booking = await one_booking(api, admin)
    body = changed({"notes": "Window.", "guest": {"name": "Ada"}}, path, value)
    await refused(admin, "PATCH", f"/v1/bookings/{booking['id']}", body, field, code)
    assert (await admin.get(f"/v1/bookings/{booking['id']}")).body["version"] == booking["version"]


@pytest.mark.parametrize(("path", "value", "field", "code"), HOLD, ids=ids(HOLD))
async def test_a_hold_refuses(admin: Client, api: ApiHouse, path: str, value: Any, field: str, code: str) -> None:
    """A wrong field of a hold is named with its rule."""
    slug = await one_restaurant(api, admin)
    body = changed({"party_size": 2, "starts_at": at("19:00")}, path, value)
    await refused(admin, "POST", f"/v1/restaurants/{slug}/holds", body, field, code)


@pytest.mark.parametrize("action", ["cancel", "arrive", "check-in", "complete", "no-show", "undo"])
@pytest.mark.parametrize(("path", "value", "field", "code"), ACTION, ids=ids(ACTION))
async def test_an_action_refuses(
    admin: Client, api: ApiHouse, action: str, path: str, value: Any, field: str, code: str
) -> None:
    """A wrong field beside an action is named with its rule, and the action is not taken."""
    booking = await one_booking(api, admin)
    await refused(admin, "POST", f"/v1/bookings/{booking['id']}/{action}", changed({}, path, value), field, code)
    assert (await admin.get(f"/v1/bookings/{booking['id']}")).body["version"] == booking["version"]


@pytest.mark.parametrize("action", ["requeue", "decline"])
@pytest.mark.parametrize(("path", "value", "field", "code"), NOTE, ids=ids(NOTE))
async def test_a_decision_on_a_review_refuses(
    admin: Client, api: ApiHouse, action: str, path: str, value: Any, field: str, code: str
) -> None:
    """A wrong field beside a decision is named with its rule."""
    booking = await one_booking(api, admin)
    await refused(admin, "POST", f"/v1/bookings/{booking['id']}/{action}", changed({}, path, value), field, code)


async def test_a_claim_takes_no_fields(admin: Client, api: ApiHouse) -> None:
    """A claim has an empty body."""
    booking = await one_booking(api, admin)
    await refused(admin, "POST", f"/v1/bookings/{booking['id']}/claim", {"for": 60}, "for", "unknown_field")


@pytest.mark.parametrize(("path", "value", "field", "code"), STATE, ids=ids(STATE))
async def test_a_privileged_step_refuses(
    admin: Client, api: ApiHouse, path: str, value: Any, field: str, code: str
) -> None:
    """A wrong field of a privileged step is named with its rule."""
    booking = await one_booking(api, admin)
    body = changed({"action": "cancel", "reason": "test"}, path, value)
    await refused(admin, "POST", f"/v1/bookings/{booking['id']}/state", body, field, code)


@pytest.mark.parametrize(("path", "value", "field", "code"), FORCE, ids=ids(FORCE))
async def test_a_forced_seating_refuses(
    admin: Client, api: ApiHouse, path: str, value: Any, field: str, code: str
) -> None:
    """A wrong field of a forced seating is named with its rule."""
    booking = await one_booking(api, admin)
    body = changed({"tables": ["T1"]}, path, value)
    await refused(admin, "POST", f"/v1/bookings/{booking['id']}/force-confirm", body, field, code)


@pytest.mark.parametrize(("path", "value", "field", "code"), KEY, ids=ids(KEY))
async def test_a_key_refuses(admin: Client, path: str, value: Any, field: str, code: str) -> None:
    """A wrong field of a key is named with its rule."""
    await refused(admin, "POST", "/v1/keys", changed({"name": "Web", "scopes": ["staff"]}, path, value), field, code)


FAR_DAYS: Final = ("0001-01-01", "0001-01-02", "1969-12-31", "3000-01-01", "9999-12-31")
LIST: Final = [
    ("date=tomorrow", "date", "invalid_date"),
    ("date=2030-02-30", "date", "invalid_date"),
    *((f"date={day}", "date", "out_of_range") for day in FAR_DAYS),
    ("state=sleeping", "state", "unknown_value"),
    ("state=", "state", "unknown_value"),
    ("q=", "q", "too_short"),
    ("q=" + "x" * 101, "q", "too_long"),
    ("q=a%00b", "q", "control_character"),
    ("limit=0", "limit", "out_of_range"),
    ("limit=201", "limit", "out_of_range"),
    ("limit=ten", "limit", "wrong_type"),
    ("limit=", "limit", "wrong_type"),
    ("cursor=abc", "cursor", "invalid_cursor"),
    ("cursor=YWZ0ZXI6LTE", "cursor", "invalid_cursor"),
    ("cursor=%C3%A9", "cursor", "invalid_cursor"),
    ("cursor=" + "a" * 101, "cursor", "too_long"),
    ("page=2", "page", "unknown_field"),
    ("limit=5&limit=6", "limit", "repeated"),
]
AVAILABILITY: Final = [
    ("party_size=2", "date", "required"),
    ("date=2030-05-17", "party_size", "required"),
    ("date=17.05.2030&party_size=2", "date", "invalid_date"),
    *((f"date={day}&party_size=2", "date", "out_of_range") for day in FAR_DAYS),
    ("date=2030-05-17&party_size=0", "party_size", "out_of_range"),
    ("date=2030-05-17&party_size=1001", "party_size", "out_of_range"),
    ("date=2030-05-17&party_size=two", "party_size", "wrong_type"),
    ("date=2030-05-17&party_size=7", "party_size", "party_too_large"),
    ("date=2030-05-17&party_size=2&accessible=maybe", "accessible", "wrong_type"),
    ("date=2030-05-17&party_size=2&zone=cellar", "zone", "unknown_zone"),
    ("date=2030-05-17&party_size=2&zone=", "zone", "too_short"),
    ("date=2030-05-17&party_size=2&source=pigeon", "source", "unknown_value"),
    ("date=2030-05-17&party_size=2&time=19:00", "time", "unknown_field"),
]


@pytest.mark.parametrize(("query", "field", "code"), LIST, ids=[query[:30] for query, _, _ in LIST])
async def test_a_list_refuses(admin: Client, api: ApiHouse, query: str, field: str, code: str) -> None:
    """A wrong parameter of the list is named with its rule."""
    slug = await one_restaurant(api, admin)
    await refused(admin, "GET", f"/v1/restaurants/{slug}/bookings?{query}", None, field, code)


@pytest.mark.parametrize(("query", "field", "code"), AVAILABILITY, ids=[query[:60] for query, _, _ in AVAILABILITY])
async def test_availability_refuses(admin: Client, api: ApiHouse, query: str, field: str, code: str) -> None:
    """A wrong parameter of availability is named with its rule."""
    slug = await one_restaurant(api, admin)
    await refused(admin, "GET", f"/v1/restaurants/{slug}/availability?{query}", None, field, code)


@pytest.mark.parametrize("day", ["1970-01-01", "2999-12-31"])
async def test_the_first_and_the_last_day_can_be_asked_for(admin: Client, api: ApiHouse, day: str) -> None:
    """On the outermost days the calendar still answers, with nothing to book."""
    slug = await one_restaurant(api, admin)
    reply = await admin.get(f"/v1/restaurants/{slug}/availability?date={day}&party_size=2")
    assert (reply.status, reply.body["date"]) == (200, day)
    assert reply.body["slots"]
    listed = await admin.get(f"/v1/restaurants/{slug}/bookings?date={day}")
    assert (listed.status, listed.body["items"]) == (200, [])


@pytest.mark.parametrize("query", ["dry_run=perhaps", "dryrun=true"])
async def test_an_import_refuses_unknown_parameters(admin: Client, api: ApiHouse, query: str) -> None:
    """A misspelled dry run must not become a real import."""
    slug = await one_restaurant(api, admin)
    code = "wrong_type" if query.startswith("dry_run") else "unknown_field"
    await refused(admin, "PUT", f"/v1/restaurants/{slug}?{query}", dict(VENUE), query.partition("=")[0], code)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "after=1"])
async def test_dead_letters_refuse_wrong_parameters(admin: Client, query: str) -> None:
    """The list of dead letters checks its parameters too."""
    reply = await admin.get(f"/v1/dead-letters?{query}")
    assert (reply.status, reply.body["field"]) == (422, query.partition("=")[0])


RAW: Final = [
    (b"", 422, "required"),
    (b"{", 400, "malformed_json"),
    (b"nonsense", 400, "malformed_json"),
    (b"\xff\xfe", 400, "malformed_json"),
    (b'{"party_size": NaN}', 422, "wrong_type"),
    (b"[]", 422, "wrong_type"),
    (b"null", 422, "wrong_type"),
    (b'"text"', 422, "wrong_type"),
    (b'{"notes": "' + b"x" * 70_000 + b'"}', 413, "body_too_large"),
    (b"[" * 20_000, 400, "malformed_json"),
    (b'{"guest": {"name": "\\ud800"}, "party_size": 2}', 400, "malformed_json"),
]


@pytest.mark.parametrize(("raw", "status", "code"), RAW, ids=[str(number) for number in range(len(RAW))])
async def test_what_is_no_booking_at_all(admin: Client, api: ApiHouse, raw: bytes, status: int, code: str) -> None:
    """Bodies that are no JSON, no object, or far too long."""
    slug = await one_restaurant(api, admin)
    reply = await admin.send("POST", f"/v1/restaurants/{slug}/bookings", data=raw)
    assert (reply.status, reply.code) == (status, code), reply.body


async def test_a_body_that_says_it_is_no_json(admin: Client, api: ApiHouse) -> None:
    """A form is refused with 415."""
    slug = await one_restaurant(api, admin)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await admin.send("POST", f"/v1/restaurants/{slug}/bookings", headers=headers, data=b"party_size=2")
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


HEADERS: Final = [
    ("If-Match", "4", 400),
    ("If-Match", '"1" "2"', 400),
    ("If-Match", '"1", 2', 400),
    ("If-Match", '"1", *', 400),
    ("If-None-Match", "4", 400),
    ("If-Match", "", 400),
]


@pytest.mark.parametrize(("name", "value", "status"), HEADERS, ids=[value for _, value, _ in HEADERS])
async def test_a_precondition_that_cannot_be_read_is_no_licence(
    admin: Client, api: ApiHouse, name: str, value: str, status: int
) -> None:
    """One that cannot be read is refused, not ignored."""
    booking = await one_booking(api, admin)
    reply = await admin.send("POST", f"/v1/bookings/{booking['id']}/cancel", headers={name: value})
    assert (reply.status, reply.code, reply.body.get("field")) == (status, "malformed_header", name), reply.body


@pytest.mark.parametrize("key", ["", " ", "with space", "x" * 256, "tab\there"])
async def test_an_idempotency_key_must_be_visible(admin: Client, api: ApiHouse, key: str) -> None:
    """A key is 1 to 255 visible ASCII characters."""
    slug = await one_restaurant(api, admin)
    path = f"/v1/restaurants/{slug}/bookings"
    reply = await admin.send("POST", path, wish(), headers={"Idempotency-Key": key})
    assert (reply.status, reply.code, reply.body["field"]) == (400, "malformed_header", "Idempotency-Key")


async def test_several_faults_are_all_named(admin: Client, api: ApiHouse) -> None:
    """Three wrong fields are three entries of `errors`."""
    slug = await one_restaurant(api, admin)
    body = wish(party_size=0) | {"colour": "red", "guest": {"name": ""}}
    reply = await admin.send("POST", f"/v1/restaurants/{slug}/bookings", body)
    found = {(one["field"], one["code"]) for one in reply.body["errors"]}
    assert found == {("party_size", "out_of_range"), ("guest.name", "too_short"), ("colour", "unknown_field")}


async def test_an_unknown_hold_is_gone(admin: Client, api: ApiHouse) -> None:
    """A hold that nobody has is a conflict with its field, whoever asks."""
    slug = await one_restaurant(api, admin)
    reply = await admin.send("POST", f"/v1/restaurants/{slug}/bookings", wish(hold_id=str(uuid4())))
    assert (reply.status, reply.code, reply.body["field"]) == (409, "hold_gone", "hold_id")


async def one_restaurant(api: ApiHouse, admin: Client) -> str:
    """Return a restaurant without bookings that the tests of this module share."""
    if "empty" not in api.kept:
        api.kept["empty"] = await open_restaurant(admin)
    slug: str = api.kept["empty"]
    return slug


async def one_booking(api: ApiHouse, admin: Client) -> dict[str, Any]:
    """Return a confirmed booking that the tests of this module share and never change."""
    if "booking" not in api.kept:
        api.kept["booking"] = await book(admin, await open_restaurant(admin))
    booking: dict[str, Any] = api.kept["booking"]
    return booking
