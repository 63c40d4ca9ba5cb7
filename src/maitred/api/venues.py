"""Restaurants: the list, one with its document, and the import of a new version."""

from typing import Any, Final

import orjson
from starlette.responses import Response

from maitred.api.answers import ImportAnswer, VenueAnswer, VenueList
from maitred.api.call import Call, Endpoint, answer
from maitred.api.headers import wants_nothing_there
from maitred.api.problems import Malformed
from maitred.api.schemas import ImportQuery
from maitred.api.venue_document import VenueBody
from maitred.domain.errors import InvalidInput, NotFound
from maitred.store import venues
from maitred.usecases.venues import ImportReport, import_venue

TAG: Final = "Restaurants"
MAX_DOCUMENT: Final = 4 * 1024 * 1024


async def list_venues(call: Call) -> Response:
    """List the restaurants this key may see."""
    rows = await venues.listing(call.desk.database, call.caller.restaurant_id)
    return answer({"items": [{name: row[name] for name in ("slug", "name", "timezone", "version")} for row in rows]})


async def read_venue(call: Call) -> Response:
    """Return a restaurant with its document, as imported."""
    place = await call.place()
    return answer(
        {
            "slug": place.slug,
            "name": place.venue.name,
            "timezone": place.venue.timezone,
            "version": place.version,
            "document": dict(place.document),
        }
    )


async def put_venue(call: Call) -> Response:
    """Import a restaurant: its zones, tables, joins, services and rules, as one document.

    Every fault of the document is named. What is the same already changes nothing; bookings keep their tables, and
    warnings name those that no longer fit. `dry_run` only checks. With `If-None-Match: *` nothing is changed that is
    there already.
    """
    query = call.query(ImportQuery)
    document = _document(await call.raw_body(MAX_DOCUMENT))
    await _must_be_own(call)
    slug = call.path("slug")
    if document.get("slug", slug) != slug:
        raise InvalidInput("The document's slug differs from the path's.", field="slug", code="mismatch")
    report = await import_venue(
        call.desk.database,
        document,
        caller_name=call.caller.name,
        dry_run=query.dry_run,
        only_new=wants_nothing_there(call.request),
    )
    if report.changed and not query.dry_run:
        # Who imported sees it with the next request; other processes look once a second.
        await call.desk.venues.at_version(await call.desk.venues.get(slug), report.version)
    return answer(_rendered(report, dry_run=query.dry_run), 201 if report.created and not query.dry_run else 200)


async def _must_be_own(call: Call) -> None:
    """A key bound to a restaurant may import that one only; any other slug does not exist for it, taken or not."""
    if call.caller.restaurant_id is None:
        return
    own = await call.desk.venues.by_id(call.caller.restaurant_id)
    if own.slug != call.path("slug"):
        raise NotFound("There is nothing here.")


def _document(raw: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Malformed("The body is not valid JSON.") from None
    if not isinstance(document, dict):
        raise InvalidInput("The body is the venue, a JSON object.", field="body", code="wrong_type")
    return document


def _rendered(report: ImportReport, *, dry_run: bool) -> dict[str, Any]:
    return {
        "slug": report.slug,
        "version": report.version,
        "created": report.created,
        "changed": report.changed,
        "dry_run": dry_run,
        "warnings": [{"field": one.path, "code": one.code, "message": one.message} for one in report.warnings],
    }


ROUTES: Final = (
    Endpoint("GET", "/v1/restaurants", list_venues, TAG, "List restaurants", "bookings:read", VenueList),
    Endpoint("GET", "/v1/restaurants/{slug}", read_venue, TAG, "Read a restaurant", "bookings:read", VenueAnswer),
    Endpoint(
        "PUT", "/v1/restaurants/{slug}", put_venue, TAG, "Import a restaurant", "venues:write", ImportAnswer,
        body=VenueBody, query=ImportQuery, headers=("If-None-Match",),
        problems=("venue_invalid", "precondition_failed"),
        more={201: "The restaurant is new."},
    ),
)  # fmt: skip
