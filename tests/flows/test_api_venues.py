"""Restaurants over HTTP: imported, checked, read; and what everybody may ask: health, metrics, the document."""

from copy import deepcopy
from typing import Any

import aiohttp
import pytest
from api_house import VENUE, ApiHouse, Client, at, confirmed, open_restaurant, wish

# Importing has no second way.
pytestmark = pytest.mark.parametrize("api", [True], indirect=True, ids=["pipeline"], scope="module")


def venue(slug: str, **changes: Any) -> dict[str, Any]:
    """Return a venue document."""
    return deepcopy(dict(VENUE)) | {"slug": slug} | changes


async def test_an_import_is_a_version(admin: Client) -> None:
    """New is 201 and version 1; the same again changes nothing; a change is the next version."""
    slug = await open_restaurant(admin)
    path = f"/v1/restaurants/{slug}"
    same = await admin.send("PUT", path, venue(slug))
    assert (same.status, same.body["version"], same.body["changed"]) == (200, 1, False)
    changed = await admin.send("PUT", path, venue(slug, name="Bistro Nouveau"))
    assert (changed.status, changed.body["version"], changed.body["created"]) == (200, 2, False)


async def test_a_restaurant_reads_as_it_was_imported(admin: Client) -> None:
    """The document comes back with its own x_ keys, beside name, time zone and version."""
    slug = await open_restaurant(admin, x_note="ours")
    read = (await admin.get(f"/v1/restaurants/{slug}")).body
    assert read["document"] == venue(slug, x_note="ours")
    assert (read["name"], read["timezone"], read["version"]) == ("Bistro", "Europe/London", 1)


async def test_a_dry_run_changes_nothing(admin: Client) -> None:
    """It tells what would happen, and the restaurant is not there afterwards."""
    reply = await admin.send("PUT", "/v1/restaurants/never-made?dry_run=true", venue("never-made"))
    assert (reply.status, reply.body["created"], reply.body["dry_run"]) == (200, True, True)
    assert (await admin.get("/v1/restaurants/never-made")).status == 404


async def test_every_fault_of_a_venue_is_named(admin: Client) -> None:
    """Two faults are two entries, each with its place and code; nothing is imported."""
    faulty = venue("faulty", slot_minutes=0, joins=[["T1", "T9"]])
    reply = await admin.send("PUT", "/v1/restaurants/faulty", faulty)
    assert (reply.status, reply.code) == (422, "venue_invalid")
    assert {one["field"] for one in reply.body["errors"]} == {"slot_minutes", "joins[0][1]"}
    assert (await admin.get("/v1/restaurants/faulty")).status == 404


async def test_a_field_nobody_knows_is_a_warning(admin: Client) -> None:
    """A venue file is open to more fields, so a misspelled one is imported with a warning that names it."""
    reply = await admin.send("PUT", "/v1/restaurants/coloured", venue("coloured", colour="red"))
    assert reply.status == 201
    assert [(one["field"], one["code"]) for one in reply.body["warnings"]] == [("colour", "unknown_field")]


@pytest.mark.parametrize("slug", ["-bistro", "x" * 65, "x" * 64, "Bistro", "a_b", "a--b", "é"])
async def test_a_slug_is_taken_or_refused_but_never_a_failure(admin: Client, slug: str) -> None:
    """Whatever the slug: imported, or a fault of the field."""
    reply = await admin.send("PUT", f"/v1/restaurants/{slug}", venue(slug))
    assert reply.status in (201, 422), reply.body


async def test_the_documents_slug_is_the_paths(admin: Client) -> None:
    """A document for another restaurant is not imported under this one."""
    reply = await admin.send("PUT", "/v1/restaurants/here", venue("there"))
    assert (reply.status, reply.code, reply.body["field"]) == (422, "mismatch", "slug")


@pytest.mark.parametrize(("raw", "status"), [(b"{", 400), (b"[]", 422), (b"null", 422), (b"", 400)])
async def test_what_is_no_document_at_all(admin: Client, raw: bytes, status: int) -> None:
    """A body that is no JSON is 400; JSON that is no object is 422."""
    assert (await admin.send("PUT", "/v1/restaurants/raw", data=raw)).status == status


async def test_a_table_with_a_party_cannot_be_taken_away(admin: Client) -> None:
    """A version that would leave a booking without its table is refused and names it."""
    slug = await open_restaurant(admin)
    booking = await confirmed(admin, slug, party_size=6)
    fewer = [table for table in VENUE["tables"] if table["id"] not in booking["tables"]]
    turn = [{"max_party": 4, "minutes": 90}]
    reply = await admin.send("PUT", f"/v1/restaurants/{slug}", venue(slug, tables=fewer, joins=[], turn_minutes=turn))
    assert (reply.status, reply.code, reply.body["field"]) == (409, "venue_in_use", "tables")
    assert reply.body["bookings"]
    assert (await admin.get(f"/v1/restaurants/{slug}")).body["version"] == 1


async def test_a_new_version_holds_for_the_next_booking(admin: Client) -> None:
    """After closing the day no booking is taken for it."""
    slug = await open_restaurant(admin)
    await confirmed(admin, slug)
    day = at("00:00")[:10]
    closed = venue(slug, closures=[{"from": day, "to": day, "reason": "Wedding"}])
    assert (await admin.send("PUT", f"/v1/restaurants/{slug}", closed)).status == 200

    reply = await admin.post(f"/v1/restaurants/{slug}/bookings", wish())
    assert (reply.status, reply.code, reply.body["field"]) == (422, "closed", "starts_at")


async def test_health_needs_no_key(api: ApiHouse) -> None:
    """Alive and ready, part by part; metrics by route template."""
    async with aiohttp.ClientSession(api.url) as session:
        async with session.get("/healthz") as alive:
            assert (alive.status, await alive.json()) == (200, {"status": "ok"})
        async with session.get("/readyz") as ready:
            parts = (await ready.json())["parts"]
            assert ready.status == 200
            assert set(parts) == {"database", "migrations", "redis", "flags"}
        async with session.get("/metrics") as metrics:
            text = await metrics.text()
    assert 'maitred_http_requests_total{method="GET",route="/healthz",status="200"}' in text
    assert "/v1/bookings/0" not in text


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/v1/nowhere", 404, None),
        ("GET", "/v1/restaurants/", 404, None),
        ("PUT", "/v1/bookings/x", 405, "GET, HEAD, PATCH"),
        ("DELETE", "/v1/restaurants/x/bookings", 405, "GET, HEAD, POST"),
        ("POST", "/healthz", 405, "GET, HEAD"),
        ("OPTIONS", "/v1/lifecycle", 405, "GET, HEAD"),
        ("GET", "/problems/no_such_code", 404, None),
        ("GET", "/redoc", 404, None),
    ],
)
async def test_unknown_paths_and_methods_are_problems(
    admin: Client, method: str, path: str, status: int, allow: str | None
) -> None:
    """404 and 405 are problem details too, the latter with every method there is."""
    reply = await admin.send(method, path)
    assert (reply.status, reply.headers.get("Allow")) == (status, allow)


async def test_a_problem_type_leads_to_its_explanation(admin: Client) -> None:
    """The `type` of a problem is an address that explains it."""
    refused = await admin.post("/v1/restaurants/nowhere/bookings", {})
    reply = await admin.get(refused.body["type"])
    assert (reply.status, reply.headers["Location"]) == (303, f"/docs#problem-{refused.code}")


async def test_the_openapi_document_is_complete(admin: Client) -> None:
    """Every route has a summary, a description, a tag, its scope, problems, and an example of its body."""
    document = (await admin.get("/openapi.json")).body
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    tags = {tag["name"] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["description"], path
            assert set(operation["tags"]) <= tags
            if path.startswith("/v1"):
                scope = operation.get("x-scope")
                assert operation["security"] == [{"key": [scope] if scope else []}]
                assert "4XX" in operation["responses"], (method, path)


async def test_dead_letters_are_listed(admin: Client, api: ApiHouse) -> None:
    """A message that could not be delivered is there to be read, newest first."""

    async def bury() -> None:
        database = api.house.desk.database
        for number in (1, 2, 3):
            await database.execute(
                "INSERT INTO maitred.dead_letters (subscriber, payload, error, deliveries) VALUES ('s', $1, 'e', 5)",
                f"payload {number}",
            )

    await api.run_there(bury)
    items = (await admin.get("/v1/dead-letters?limit=2")).body["items"]
    assert [item["payload"] for item in items] == ["payload 3", "payload 2"]
