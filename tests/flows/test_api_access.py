"""Who may do what: 401, 403 and 404, and that nothing is learned from the difference."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest
from api_house import ADMIN_KEY, ApiHouse, Client, at, caller, confirmed, open_restaurant, wish

from maitred.api.app import ENDPOINTS
from maitred.api.call import Endpoint
from maitred.usecases.desk import SCOPES

# Who may do what is decided before the flag matters.
pytestmark = pytest.mark.parametrize("api", [True], indirect=True, ids=["pipeline"], scope="module")

Connect = Callable[[str | None], Client]
BODIES: Final[dict[str, Any]] = {
    "/v1/restaurants/{slug}/bookings": wish(),
    "/v1/restaurants/{slug}/holds": {"party_size": 2, "starts_at": at("19:00")},
    "/v1/bookings/{booking_id}": {"notes": "x"},
    "/v1/bookings/{booking_id}/state": {"action": "cancel", "reason": "x"},
    "/v1/bookings/{booking_id}/force-confirm": {"tables": ["T1"]},
    "/v1/restaurants/{slug}/tables/{table}/block": {"from": at("12:00"), "to": at("13:00"), "reason": "x"},
    "/v1/bookings/{booking_id}/seat-at": {"tables": ["T1"]},
    "/v1/restaurants/{slug}/waitlist": {
        "party_size": 2,
        "from": at("12:00"),
        "until": at("13:00"),
        "guest": {"name": "x", "email": "x@example.org"},
        "consent": True,
    },
    "/v1/restaurants/{slug}/optimizer/runs": {"date": "2030-05-17"},
    "/v1/bookings/{booking_id}/move": {"tables": ["T1"]},
    "/v1/bookings/{booking_id}/swap": {"with": str(uuid4())},
    "/v1/bookings/{booking_id}/pin": {"reason": "x"},
    "/v1/keys": {"name": "x", "scopes": ["staff"]},
}
QUERIES: Final = {
    "availability": "?date=2030-05-17&party_size=2",
    "walk-in": "?party_size=2",
    "moves": "?date=2030-05-17",
    "heatmap": "?from=2030-05-13&to=2030-05-19",
    "timeline": "?date=2030-05-17",
    "waitlist": "?date=2030-05-17",
}
SCOPED: Final = [endpoint for endpoint in ENDPOINTS if endpoint.scope]
# Routes about something that belongs to one restaurant.
OWNED: Final = [endpoint for endpoint in SCOPED if "{" in endpoint.path and endpoint.scope != "admin"]


def ids(endpoints: list[Endpoint]) -> list[str]:
    """Name routes."""
    return [f"{endpoint.method} {endpoint.path}" for endpoint in endpoints]


@dataclass(frozen=True, slots=True)
class Things:
    """One of each kind that a path can name."""

    slug: str
    booking_id: str
    hold_id: str
    key_id: str
    move_set: str
    run_id: str

    def in_path(self, path: str) -> str:
        """Fill a path in."""
        names = {name: getattr(self, name) for name in self.__slots__}
        unknown = dict.fromkeys(re.findall(r"{(\w+)}", path), str(uuid4())) | {"table": "T1"}
        return path.format(**(unknown | names)) + QUERIES.get(path.rpartition("/")[2], "")


def body_of(endpoint: Endpoint, slug: str) -> Any:
    """Return a valid body for a route."""
    if endpoint.method == "PUT":
        from api_house import VENUE  # noqa: PLC0415

        return dict(VENUE) | {"slug": slug}
    return BODIES.get(endpoint.path) if endpoint.method in ("POST", "PATCH") else None


@pytest.fixture
async def theirs(admin: Client, api: ApiHouse) -> Things:
    """A restaurant with a booking and a hold, shared by the tests here; nothing changes it."""
    if "theirs" not in api.kept:
        slug = await open_restaurant(admin)
        booking = await confirmed(admin, slug)
        hold = await admin.post(f"/v1/restaurants/{slug}/holds", {"party_size": 4, "starts_at": at("12:00")})
        api.kept["theirs"] = Things(
            slug, booking["id"], hold.body["id"], str(uuid4()), await _moves(admin, slug, booking), str(uuid4())
        )
    things: Things = api.kept["theirs"]
    return things


async def _moves(admin: Client, slug: str, booking: dict[str, Any]) -> str:
    """Move a booking and return the set of moves that this was."""
    assert (await admin.post(f"/v1/bookings/{booking['id']}/move", {"tables": ["T2"]})).status == 200
    shown = await admin.get(f"/v1/restaurants/{slug}/moves?date={booking['service_date']}")
    number: str = shown.body["items"][0]["id"]
    return number


def nothing() -> Things:
    """Names of things that do not exist."""
    return Things("no-such-place", *(str(uuid4()) for _ in range(5)))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=ids(list(ENDPOINTS)))
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {ADMIN_KEY}", ADMIN_KEY, "Bearer é", "Bearer " + "x" * 500],
    ids=["none", "empty", "no-token", "blank", "wrong", "basic", "bare", "not-ascii", "long"],
)
async def test_without_a_valid_key_every_route_answers_401(
    connect: Connect, endpoint: Endpoint, authorization: str | None
) -> None:
    """Whatever the route, the path or the body: 401 with the challenge, before the body is even looked at."""
    headers = {} if authorization is None else {"Authorization": authorization}
    path = nothing().in_path(endpoint.path)
    data = b"{not json" if endpoint.body else None
    reply = await connect(None).send(endpoint.method, path, headers=headers, data=data)
    assert (reply.status, reply.code) == (401, "unauthenticated")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("endpoint", SCOPED, ids=ids(SCOPED))
async def test_without_the_scope_every_route_answers_403(
    api: ApiHouse, connect: Connect, theirs: Things, endpoint: Endpoint
) -> None:
    """With every other scope but admin: 403 that names the scope, the same for what exists and what does not."""
    others = [scope for scope in SCOPES if scope not in (endpoint.scope, "admin")]
    client = await caller(api, connect, *others)
    replies = []
    for things in (theirs, nothing()):
        path = things.in_path(endpoint.path)
        replies.append(await client.send(endpoint.method, path, body_of(endpoint, things.slug)))
    for reply in replies:
        assert (reply.status, reply.code, reply.body["scope"]) == (403, "forbidden", endpoint.scope)
    assert _without_instance(replies[0].body) == _without_instance(replies[1].body)


@pytest.mark.parametrize("endpoint", OWNED, ids=ids(OWNED))
async def test_what_others_have_does_not_exist(
    admin: Client, api: ApiHouse, connect: Connect, theirs: Things, endpoint: Endpoint
) -> None:
    """A key of one restaurant gets for another's the same 404, byte for byte, as for what does not exist."""
    own = await open_restaurant(admin)
    client = await caller(api, connect, *(scope for scope in SCOPES if scope != "admin"), at=own)
    found = []
    for things in (theirs, nothing()):
        path = things.in_path(endpoint.path)
        reply = await client.send(endpoint.method, path, body_of(endpoint, things.slug))
        assert reply.status == 404, reply.body
        found.append((re.sub(rb'"instance":"[^"]*"', b"", reply.raw), _kept(reply.headers)))
    assert found[0] == found[1]
    before = await admin.get(f"/v1/bookings/{theirs.booking_id}")
    assert before.body["state"] == "confirmed"


async def test_a_bound_admin_key_is_bound_too(admin: Client, api: ApiHouse, connect: Connect, theirs: Things) -> None:
    """An admin key of one restaurant cannot step another's bookings, make keys for others, or see theirs."""
    own = await open_restaurant(admin)
    client = await caller(api, connect, "admin", at=own)
    state = {"action": "cancel", "reason": "x"}
    assert (await client.post(f"/v1/bookings/{theirs.booking_id}/state", state)).status == 404
    key = {"name": "x", "scopes": ["admin"]}
    assert (await client.post("/v1/keys", key)).status == 403
    assert (await client.post("/v1/keys", key | {"restaurant": theirs.slug})).status == 404
    assert (await client.post("/v1/keys", key | {"restaurant": "no-such-place"})).status == 404
    assert (await client.get("/v1/dead-letters")).status == 403
    made = await client.post("/v1/keys", key | {"restaurant": own, "name": "second"})
    assert made.status == 201
    assert {item["restaurant"] for item in (await client.get("/v1/keys")).body["items"]} == {own}
    admins = next(item for item in (await admin.get("/v1/keys")).body["items"] if item["restaurant"] is None)
    assert (await client.send("DELETE", f"/v1/keys/{admins['id']}")).status == 404


async def test_the_list_of_restaurants_shows_ones_own(admin: Client, api: ApiHouse, connect: Connect) -> None:
    """A bound key sees one restaurant, the operator's sees all."""
    own, other = await open_restaurant(admin), await open_restaurant(admin)
    bound = await caller(api, connect, "bookings:read", at=own)
    assert [item["slug"] for item in (await bound.get("/v1/restaurants")).body["items"]] == [own]
    assert {own, other} <= {item["slug"] for item in (await admin.get("/v1/restaurants")).body["items"]}


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ({"source": "phone"}, "staff"),
        ({"source": "walk_in"}, "staff"),
        ({"override": {"rules": ["pacing"], "reason": "x"}}, "override"),
        ({"requested_at": at("10:00")}, "admin"),
    ],
    ids=["phone", "walk-in", "override", "requested_at"],
)
async def test_some_fields_need_a_scope_of_their_own(
    api: ApiHouse, connect: Connect, theirs: Things, more: dict[str, Any], scope: str
) -> None:
    """Phone and walk-ins are for staff, overrides and decision times for those who may; 403 names the scope."""
    client = await caller(api, connect, "bookings:read", "bookings:write")
    for slug in (theirs.slug, "no-such-place"):
        reply = await client.post(f"/v1/restaurants/{slug}/bookings", wish(**more))
        assert (reply.status, reply.body["scope"]) == (403, scope)


async def test_decision_times_are_for_admins_everywhere(api: ApiHouse, connect: Connect, theirs: Things) -> None:
    """`at` in a change, an action or a hold asks for scope admin; staff sources of holds and availability for staff."""
    everything = [scope for scope in SCOPES if scope != "admin"]
    client = await caller(api, connect, *everything)
    path = f"/v1/bookings/{theirs.booking_id}"
    replies = [await client.send("PATCH", path, {"notes": "x", "at": at("10:00")})]
    replies += [await client.post(f"{path}/{action}", {"at": at("10:00")}) for action in ("cancel", "arrive", "undo")]
    hold = {"party_size": 2, "starts_at": at("19:00")}
    replies.append(await client.post(f"/v1/restaurants/{theirs.slug}/holds", hold | {"at": at("10:00")}))
    assert [(reply.status, reply.body["scope"]) for reply in replies] == [(403, "admin")] * 5
    web = await caller(api, connect, "bookings:read", "bookings:write")
    held = await web.post(f"/v1/restaurants/{theirs.slug}/holds", hold | {"source": "phone"})
    query = "date=2030-05-17&party_size=2&source=walk_in"
    asked = await web.get(f"/v1/restaurants/{theirs.slug}/availability?{query}")
    changed = await web.send("PATCH", path, {"notes": "x", "override": {"rules": ["pacing"], "reason": "x"}})
    scopes = [(reply.status, reply.body["scope"]) for reply in (held, asked, changed)]
    assert scopes == [(403, "staff"), (403, "staff"), (403, "override")]


async def test_another_callers_hold_cannot_be_taken(
    admin: Client, api: ApiHouse, connect: Connect, theirs: Things
) -> None:
    """Even within one restaurant a hold belongs to the key that placed it: to others it is gone or was never there."""
    client = await caller(api, connect, "bookings:read", "bookings:write")
    there = f"/v1/restaurants/{theirs.slug}/bookings"
    bodies = [wish("12:00", party_size=4, hold_id=hold_id) for hold_id in (theirs.hold_id, str(uuid4()))]
    replies = [await client.post(there, body) for body in bodies]
    assert [reply.code for reply in replies] == ["hold_gone", "hold_gone"]
    assert replies[0].raw == replies[1].raw
    assert (await client.get(f"/v1/holds/{theirs.hold_id}")).status == 404


@pytest.mark.parametrize("booking_id", ["1", "none", "0" * 32 + "z", "%00", "%20", "a" * 300])
async def test_what_is_no_id_does_not_exist(admin: Client, booking_id: str) -> None:
    """An id that cannot be one is simply not found."""
    assert (await admin.get(f"/v1/bookings/{booking_id}")).status == 404


async def test_actions_are_those_of_the_caller(admin: Client, api: ApiHouse, connect: Connect, theirs: Things) -> None:
    """What a key may do now depends on its scopes, and is what the routes then allow."""
    path = f"/v1/bookings/{theirs.booking_id}"
    reader = await caller(api, connect, "bookings:read")
    web = await caller(api, connect, "bookings:read", "bookings:write")
    host = await caller(api, connect, "bookings:read", "bookings:write", "staff")
    assert (await reader.get(path)).body["actions"] == []
    assert set((await web.get(path)).body["actions"]) == {"modify", "cancel"}
    # It is too early for the party to come; its seat can be seen to already.
    host_may = set((await host.get(path)).body["actions"])
    assert {"modify", "cancel", "lose_table", "move", "pin"} <= host_may
    assert not host_may & {"arrive", "check_in", "mark_no_show", "late_table", "late_guest"}
    assert set((await admin.get(path)).body["actions"]) == host_may


async def test_a_revoked_key_stops_working(admin: Client, connect: Connect, bistro: str) -> None:
    """A key works once made, and no more once revoked (where it is known already, five seconds later at most)."""
    made = await admin.post("/v1/keys", {"name": "Web", "scopes": ["bookings:read"], "restaurant": bistro})
    used, unused = connect(made.body["key"]), (await admin.post("/v1/keys", {"name": "W", "scopes": ["staff"]})).body
    assert (await used.get(f"/v1/restaurants/{bistro}")).status == 200
    assert (await admin.send("DELETE", f"/v1/keys/{unused['id']}")).status == 204
    assert (await connect(unused["key"]).get("/v1/lifecycle")).status == 401
    assert (await admin.send("DELETE", f"/v1/keys/{unused['id']}")).status == 404
    listed = {item["id"]: item for item in (await admin.get("/v1/keys")).body["items"]}
    assert listed[unused["id"]]["revoked_at"]
    assert not listed[made.body["id"]]["revoked_at"]
    assert "key" not in listed[made.body["id"]]


def _without_instance(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "instance"}


def _kept(headers: Any) -> dict[str, str]:
    """Return the headers that could tell something; the length follows from the path that was asked for."""
    return {name.lower(): value for name, value in headers.items() if name.lower() not in ("date", "content-length")}
