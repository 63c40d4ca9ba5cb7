"""How a client command can end without having done its work: each failure is lines for a person.

These are no part of the domain's error tree: nothing on the server raises them, no status maps to them.
"""

from collections.abc import Sequence

from maitred.domain.document import Fault


class ClientFailure(Exception):
    """The command cannot go on: its text says why in short, `details` more of it, one a line."""

    def __init__(self, summary: str, details: Sequence[str] = ()) -> None:
        super().__init__(summary)
        self.details = tuple(details)


class BadFile(ClientFailure):
    """A file cannot be read, or is not JSON."""


class FaultyDocument(ClientFailure):
    """A document was read and is wrong; `faults` names every field and rule."""

    def __init__(self, what: str, faults: Sequence[Fault]) -> None:
        count = f"{len(faults)} fault" + ("" if len(faults) == 1 else "s")
        super().__init__(f"{what} has {count}:", [f"{f.path or '(whole)'}: {f.message} [{f.code}]" for f in faults])
        self.faults = tuple(faults)


class ScenarioInvalid(FaultyDocument):
    """A scenario file breaks its format."""


class VenueRefused(FaultyDocument):
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
