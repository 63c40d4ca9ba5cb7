"""Forms that make something new are done once, though Enter is pressed twice: each carries a ticket of its own."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.responses import Response

from maitred.domain.errors import InvalidInput, MaitredError
from maitred.ops.visit import Visit
from maitred.store import sent
from maitred.texts import gettext


async def once(visit: Visit, work: Callable[[], Awaitable[Response]]) -> Response:
    """Do what a form asks for, unless it was sent before; what could not be done may be sent again."""
    ticket, database = await _ticket(visit), visit.desk.database
    if not await sent.take(database, visit.place.restaurant_id, ticket, visit.now):
        return visit.done(gettext("That was sent twice; it is done once."))
    try:
        return await work()
    except MaitredError:
        await sent.give_back(database, ticket)
        raise


async def _ticket(visit: Visit) -> UUID:
    try:
        return UUID((await visit.form()).get("ticket", ""))
    except ValueError:
        raise InvalidInput(gettext("This form is too old: open it again."), field="ticket", code="required") from None
