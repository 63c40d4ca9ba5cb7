"""How a call to a running maitred can fail, as lines for a person."""

from collections.abc import Mapping, Sequence
from typing import Final

from maitred.domain.document import Fault
from maitred.scenarios.failures import CommandFailure, FaultyDocument


class ClientFailure(CommandFailure):
    """The command cannot go on with this server."""


class VenueRefused(FaultyDocument, ClientFailure):
    """A venue document breaks the rules for venues."""


class DateRefused(ClientFailure):
    """The stream cannot be played on that date."""


_HINTS: Final[Mapping[str, Sequence[str]]] = {
    "no connection": (
        "Nobody listens there. `maitred up` prints the address it listens on; --url or MAITRED_PORT tell it here.",
    )
}


class Unanswered(ClientFailure):
    """The server gave no usable answer in the time allowed; `cause` is the last trouble met."""

    def __init__(self, call: str, cause: str, tries: int) -> None:
        times = "1 try" if tries == 1 else f"{tries} tries"
        super().__init__(f"{call} got no answer after {times}: {cause}.", _HINTS.get(cause, ()))
        self.cause = cause


class ApiProblem(ClientFailure):
    """The server refused a call; the fields are those of its problem document."""

    def __init__(self, call: str, status: int, code: str, detail: str, field: str | None, errors: Sequence[Fault]):
        at = f" ({field})" if field else ""
        super().__init__(f"{call} was refused with {status} {code}{at}: {detail}")
        self.status, self.code, self.field, self.detail = status, code, field, detail
        self.errors = tuple(errors)
