"""Who calls: the bearer key of a request, and the scope a route asks for.

The order keeps secrets: the key alone decides 401 and 403, before anything is looked up. What belongs to another
restaurant is then answered exactly like what does not exist.
"""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from maitred.domain.errors import Forbidden, NotFound, Unauthenticated
from maitred.usecases.desk import ADMIN, Caller
from maitred.usecases.keys import KeyRing
from maitred.usecases.tokens import LONGEST

SCOPE_MEANINGS: Final[Mapping[str, str]] = {
    "bookings:read": "read bookings, holds, availability and restaurants.",
    "bookings:write": "make, change and cancel bookings; place and release holds.",
    "floor:read": "read what staff reads (planned tables, notes, who did what), and change nothing.",
    "staff": "act at the door; take phone and walk-in bookings.",
    "override": "set soft rules aside, with a reason.",
    "review": "work on the manual review queue.",
    "venues:write": "import restaurants.",
    "admin": "everything, and keys, dead letters, decision times and privileged steps.",
}
MAX_KEY_LENGTH: Final = LONGEST  # of a JWT; our own keys are shorter


async def admit(ring: KeyRing, request: Request, scope: str | None) -> Caller:
    """Return the caller; raises Unauthenticated without a valid key or token and Forbidden when it lacks `scope`.

    The restaurant is the path's; where the path has none, people of several name it in `Maitred-Restaurant`.
    """
    slug = request.path_params.get("slug") or request.headers.get("maitred-restaurant")
    caller = await ring.authenticate(_token(request), slug)
    if scope is not None:
        need(caller, scope)
    return caller


def need(caller: Caller, scope: str) -> None:
    """Raise Forbidden, naming the scope, unless the caller has it."""
    if not caller.may(scope):
        raise Forbidden(f"This key lacks the scope {scope}.", scope=scope)


def need_every_restaurant(caller: Caller) -> None:
    """Raise Forbidden for a key that is bound to one restaurant."""
    if caller.restaurant_id is not None:
        raise Forbidden("This needs a key that is not bound to one restaurant.", scope=ADMIN)


def must_see(caller: Caller, restaurant_id: int) -> None:
    """Raise NotFound unless the restaurant is the caller's: what others have does not exist."""
    if not caller.sees(restaurant_id):
        raise NotFound("There is nothing here.")


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_KEY_LENGTH or not token.isascii():
        raise Unauthenticated("Send a key as Authorization: Bearer KEY.")
    return token
