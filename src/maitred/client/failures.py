"""How a call to a running maitred can fail, as lines for a person."""

from collections.abc import Sequence

from maitred.domain.document import Fault
from maitred.scenarios.failures import CommandFailure, FaultyDocument


class ClientFailure(CommandFailure):
    """The command cannot go on with this server."""


class VenueRefused(FaultyDocument, ClientFailure):
    """A venue document breaks the rules for venues."""


class DateRefused(ClientFailure):
    """The stream cannot be played on that date."""


class Unanswered(ClientFailure):
    """The server gave no usable answer in the time allowed; `cause` is the last trouble met."""

    def __init__(self, call: str, cause: str, tries: int) -> None:
        super().__init__(f"{call} got no answer after {tries} tries: {cause}.")
        self.cause = cause


class ApiProblem(ClientFailure):
    """The server refused a call; the fields are those of its problem document."""

    def __init__(self, call: str, status: int, code: str, detail: str, field: str | None, errors: Sequence[Fault]):
        at = f" ({field})" if field else ""
        super().__init__(f"{call} was refused with {status} {code}{at}: {detail}")
        self.status, self.code, self.field, self.detail = status, code, field, detail
        self.errors = tuple(errors)
