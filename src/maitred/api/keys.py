"""API keys and dead letters: administration.

A key that is bound to one restaurant administers that restaurant's keys only; what it cannot see does not exist.
"""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from maitred.api.answers import DeadLetters, KeyList, NewKeyAnswer
from maitred.api.auth import must_see, need_every_restaurant
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import KeyBody, PageQuery
from maitred.domain.errors import NotFound
from maitred.store import keys as stored
from maitred.store import outbox
from maitred.usecases.keys import create_key, revoke_key

TAG: Final = "Administration"


async def post_key(call: Call) -> Response:
    """Make a key. Its secret is in this answer and nowhere else."""
    body = await call.body(KeyBody)
    restaurant_id = await _bound_to(call, body.restaurant)
    key_id, token = await create_key(call.desk.database, body.name, body.scopes, restaurant_id)
    return answer(
        {
            "id": str(key_id),
            "name": body.name,
            "scopes": sorted(set(body.scopes)),
            "restaurant": body.restaurant,
            "key": token,
        },
        201,
        {"Cache-Control": "no-store"},
    )


async def list_keys(call: Call) -> Response:
    """List keys without their secrets."""
    return answer({"items": [_rendered(row) for row in await _visible(call)]})


async def delete_key(call: Call) -> Response:
    """Revoke a key. It stops working within five seconds."""
    key_id = call.path_id("key_id")
    if not any(row["id"] == key_id for row in await _visible(call)):
        raise NotFound("There is nothing here.")
    await revoke_key(call.desk.database, key_id)
    return Response(status_code=204)


async def list_dead_letters(call: Call) -> Response:
    """List messages that no delivery could get through and nobody has settled, newest first."""
    need_every_restaurant(call.caller)
    query = call.query(PageQuery)
    letters = await outbox.dead_letters(call.desk.database, query.limit)
    return answer({"items": [_letter(letter) for letter in letters]})


async def _bound_to(call: Call, slug: str | None) -> int | None:
    if slug is None:
        need_every_restaurant(call.caller)
        return None
    place = await call.desk.venues.get(slug)
    must_see(call.caller, place.restaurant_id)
    return place.restaurant_id


async def _visible(call: Call) -> list[Mapping[str, Any]]:
    rows = await stored.listing(call.desk.database)
    if call.caller.restaurant_id is None:
        return list(rows)
    own = await call.desk.venues.by_id(call.caller.restaurant_id)
    return [row for row in rows if row["restaurant"] == own.slug]


def _rendered(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "scopes": list(row["scopes"]),
        "restaurant": row["restaurant"],
        "created_at": row["created_at"].isoformat(),
        "revoked_at": row["revoked_at"].isoformat() if row["revoked_at"] else None,
    }


def _letter(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "subscriber", "event_id", "payload", "error", "deliveries", "at")}


ROUTES: Final = (
    Endpoint(
        "POST", "/v1/keys", post_key, TAG, "Make a key", "admin", NewKeyAnswer, status=201, body=KeyBody,
    ),
    Endpoint("GET", "/v1/keys", list_keys, TAG, "List keys", "admin", KeyList),
    Endpoint("DELETE", "/v1/keys/{key_id}", delete_key, TAG, "Revoke a key", "admin", status=204),
    Endpoint(
        "GET", "/v1/dead-letters", list_dead_letters, TAG, "List dead letters", "admin", DeadLetters, query=PageQuery,
    ),
)  # fmt: skip
