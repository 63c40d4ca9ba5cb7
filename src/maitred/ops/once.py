"""Forms that make something new are done once, though Enter is pressed twice: each carries a ticket of its own.

The ticket is taken in the transaction that does what the form asks for. Whatever stops that, a refusal, a fault or a
crash, leaves the ticket for the next try; and who has it done is told so, also when the answer was lost.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from maitred.domain.errors import InvalidInput, MaitredError
from maitred.ops.visit import Visit
from maitred.store import sent
from maitred.store.database import Connection
from maitred.texts import gettext


class _SentBefore(Exception):
    """Another request has done what this form asks for."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A form's ticket, to be taken by the transaction that does its work."""

    id: UUID
    restaurant_id: int
    at: datetime

    async def take(self, connection: Connection, *_: object) -> None:
        """Take it, with what else is written; of two transactions the second is undone."""
        if not await sent.take(connection, self.restaurant_id, self.id, self.at):
            raise _SentBefore


async def once(visit: Visit, work: Callable[[Ticket], Awaitable[Response]]) -> Response:
    """Do what a form asks for, unless it was done before."""
    ticket = Ticket(await _ticket(visit), visit.place.restaurant_id, visit.now)
    if await sent.taken(visit.desk.database, ticket.id):
        return _done_before(visit)
    try:
        return await work(ticket)
    except _SentBefore:
        return _done_before(visit)
    except MaitredError:  # of two presses the second may find the table taken by the first
        if await sent.taken(visit.desk.database, ticket.id):
            return _done_before(visit)
        raise


def _done_before(visit: Visit) -> Response:
    return visit.done(gettext("Already submitted."))


async def _ticket(visit: Visit) -> UUID:
    try:
        return UUID((await visit.form()).get("ticket", ""))
    except ValueError:
        raise InvalidInput(gettext("This form is too old: open it again."), field="ticket", code="required") from None
