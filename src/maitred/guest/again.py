"""Forms that have to be put right: every page a guest sees was fetched, so going back asks nobody to send one again.

What was typed is kept for a while under a number that stands in the address. It is not in the address itself, which
ends in histories and logs.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from starlette.responses import Response

from maitred.guest.visit import Visit
from maitred.store import typed
from maitred.store.typed import Typed

LASTS: Final = timedelta(hours=1)
NOTHING: Final = Typed({}, {}, None)


async def put_right(
    visit: Visit,
    *page: str,
    fields: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    said: str | None = None,
) -> Response:
    """Lead to a page that has the form as it was typed, and says what is wrong with it."""
    number = uuid4()
    sent = {name: text.replace("\0", "�") for name, text in (fields or {}).items()}  # Postgres keeps none
    kept = Typed(sent, faults or {}, said)
    await typed.keep(visit.desk.database, number, visit.place.restaurant_id, kept, visit.now + LASTS)
    return visit.go(visit.url(*page, again=number))


async def before(visit: Visit) -> Typed:
    """Return the form that this page asks to put right; nothing when it asks for none, or too late."""
    try:
        number = UUID(visit.query("again"))
    except ValueError:
        return NOTHING
    found = await typed.find(visit.desk.database, number, visit.place.restaurant_id, visit.now)
    return found or NOTHING
